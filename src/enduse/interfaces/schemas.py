"""JSON Schemas (draft 2020-12) of a transaction file and of the assessment document.

Both follow from the code: the transaction's from the readers' keys and words and the declared facts, the assessment's
from the types of :mod:`enduse.model.assessment`, so that neither can fall behind.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from enduse.interfaces.fields import MAX_NAME, MAX_TEXT
from enduse.interfaces.transaction_parties import BANDS, CONTROLS, MAX_PARTIES
from enduse.interfaces.transactions import MAX_ITEMS
from enduse.model.assessment import (
    Asked,
    AssessedParty,
    Assumption,
    AuthorityAnswer,
    CandidateException,
    Coverage,
    Edition,
    Finding,
    Findings,
    ForeclosedException,
    GovernmentAnswer,
    Outcome,
    Question,
)
from enduse.model.party import IDENTIFIER_KINDS, Measure
from enduse.model.transaction import Activity, PartyType, Role
from enduse.rules.facts import FactBook, FactDeclaration
from enduse.rules.rulebook import known_laws

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NULL: Schema = {"type": "null"}
_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
_TEXT: Schema = {"type": "string", "maxLength": MAX_TEXT}
_DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_COUNTRY: Schema = {"type": "string", "minLength": 2, "description": "ISO 3166-1 alpha-2 code, or a country's name"}
_CODE: Schema = {
    "type": "string",
    "minLength": 5,
    "description": "ECCN to the sub-paragraph, EAR99, UNLISTED, or an annex of an act; always text",
}
_FLAG: Schema = {"enum": [True, False, "true", "false"]}


def _object(properties: dict[str, Schema], required: Sequence[str] = ()) -> Schema:
    """A closed object; what is not required may be null."""
    found = {key: value if key in required else _any_of(value, _NULL) for key, value in properties.items()}
    return {"type": "object", "properties": found, "required": list(required), "additionalProperties": False}


def _any_of(*options: Schema) -> Schema:
    return {"anyOf": list(options)}


def _list(of: Schema, most: int | None = None) -> Schema:
    return {"type": "array", "items": of} | ({"maxItems": most} if most else {})


def _words(words: Iterable[StrEnum]) -> Schema:
    return {"enum": [word.value for word in words]}


def _number(pattern: str, most: int | None = None) -> Schema:
    number: Schema = {"type": "number", "minimum": 0} | ({"maximum": most} if most else {})
    return _any_of(number, {"type": "string", "pattern": pattern})


def transaction_schema() -> Schema:
    """The schema of a transaction file. Codes and countries are text, so that they survive every reader."""
    return {"$schema": DRAFT, "title": "enduse transaction", "$defs": {"owner": _owner()}, **_transaction()}


def _transaction() -> Schema:
    facts = {item.key: _fact(item) for item in FactBook.load() if not item.stated_at}
    properties: dict[str, Schema] = {
        "reference": {"type": "string", "maxLength": MAX_NAME},
        "id": {"type": "string", "maxLength": MAX_NAME, "description": "another word for reference"},
        "date": _DATE,
        "activity": _words(Activity),
        "item": _item(),
        "items": {**_list(_item(), MAX_ITEMS), "minItems": 1},
        "from": _COUNTRY,
        "destination": _COUNTRY | {"description": "country, or XX where it cannot be resolved"},
        "parties": _list(_party(), MAX_PARTIES),
        "end_use": _TEXT,
        "value": _object(
            {
                "amount": _number(r"^\s*[0-9]{1,15}(\.[0-9]{1,12})?\s*$"),
                "currency": {"type": "string", "pattern": "^[A-Za-z]{3}$"},
            },
            ("amount", "currency"),
        ),
        "facts": {"type": "object", "properties": facts, "additionalProperties": False},
    }
    one = [{"required": ["item"]}, {"required": ["items"]}]
    return {**_object(properties, ("date", "destination")), "oneOf": one}


def _fact(declaration: FactDeclaration) -> Schema:
    values: Schema = {"enum": list(declaration.values)} if declaration.values else _NAME
    by_type: dict[str, Schema] = {
        "boolean": _FLAG | {"enum": [True, False, "true", "false", "yes", "no"]},
        "choice": values,
        "countries": _any_of(_COUNTRY, _list(_COUNTRY)),
        "country": _COUNTRY,
        "date": _DATE,
        "list": _any_of(values, _list(values)),
        "percent": _number(r"^[0-9]{1,3}(\.[0-9]{1,12})?$", 100),
        "record": _any_of(
            _object({name: _any_of(_NAME, {"type": "boolean"}) for name in declaration.values}), _list(_NAME)
        ),
        "text": _NAME,
    }
    return by_type[declaration.type] | {"description": declaration.question}


def _item() -> Schema:
    return _object(
        {
            "code": _CODE,
            "codes": {
                "type": "object",
                "properties": dict.fromkeys(known_laws(), _CODE),
                "additionalProperties": False,
                "description": "codes under other laws, where they differ: an ECCN is not an Annex I code",
            },
            "description": _TEXT,
            "for": _CODE,
            "classification_on_date": _CODE,
            "hs_code": {"type": "string", "pattern": r"^[0-9]{4,12}(\.[0-9]+)*$"},
            "us_content_percent": _number(r"^[0-9]{1,3}(\.[0-9]{1,12})?$", 100),
            "cyber_surveillance": _FLAG,
            "informed_by_authority": _FLAG,
            "exporter_aware": _FLAG,
            "exporter_suspects": _FLAG,
        },
        ("code",),
    )


def _listing() -> Schema:
    return _object(
        {
            "list": _NAME,
            "from": _DATE,
            "to": _DATE,
            "scope": _TEXT,
            "policy": _TEXT,
            "programme": _TEXT,
            "programmes": _list(_NAME, 50),
            "footnotes": _list(_any_of(_NAME, {"type": "integer"}), 10),
            "citation": _TEXT,
            "authority": _TEXT,
            "measures": _list(_words(Measure), 20),
            "requirement": _TEXT,
        },
        ("list",),
    )


def _owner() -> Schema:
    share = _any_of({"enum": list(BANDS)}, _number(r"^[0-9]{1,3}(\.[0-9]{1,12})?$", 100))
    return _object(
        {
            "name": _NAME,
            "share": share,
            "country": _COUNTRY,
            "lists": _list(_listing(), 100),
            "owners": _list({"$ref": "#/$defs/owner"}, MAX_PARTIES),
            "control": _list({"enum": list(CONTROLS)}, 10),
            "ref": _FLAG,
        },
        ("name", "share"),
    )


def _party() -> Schema:
    address = _any_of(
        _TEXT,
        _object(
            dict.fromkeys(("text", "street", "city", "region", "postal_code"), _TEXT)
            | {"country": _COUNTRY, "high_diversion_risk": _FLAG}
        ),
    )
    identifier = _any_of(
        _NAME,
        _object(
            {"kind": {"enum": list(IDENTIFIER_KINDS)}, "value": _NAME, "country": _COUNTRY, "label": _TEXT}, ("value",)
        ),
    )
    return _object(
        {
            "role": _words(Role),
            "name": _NAME,
            "type": _words(PartyType),
            "country": _COUNTRY,
            "address": address,
            "addresses": _list(address, 50),
            "identifiers": _list(identifier, 50),
            "lists": _list(_listing(), 100),
            "owners": _list({"$ref": "#/$defs/owner"}, MAX_PARTIES),
            "not_same_as": _list(_NAME, 500),
            "birth_date": _any_of(
                {"type": "string", "pattern": r"^\s*[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?\s*$"}, {"type": "integer"}
            ),
        },
        ("role", "name"),
    )


def assessment_schema() -> Schema:
    """The schema of the assessment document; every key is present in it."""
    texts = _list({"type": "string"})
    properties: dict[str, Schema] = {
        "schema": {"type": "string"},
        "engine": {"type": "string"},
        "transaction": _transaction(),
        "as_of": _DATE,
        "known_on": _DATE,
        "outcome": _words(Outcome),
        "headline": {"type": "string"},
        "governments": _list(_of_type(GovernmentAnswer)),
        "authorities": _list(_of_type(AuthorityAnswer)),
        "exceptions": _whole(
            {
                "decided": {"type": "boolean"},
                "foreclosed": _list(_of_type(ForeclosedException)),
                "candidates": _list(_of_type(CandidateException)),
            }
        ),
        "review": _whole({"policy": texts, "human_rights": {"type": "boolean"}, "notes": texts}),
        "parties": _list(_of_type(AssessedParty)),
        "assumed": _list(_of_type(Assumption)),
        "questions": _list(_of_type(Question)),
        "coverage": _of_type(Coverage),
        "editions": _list(_of_type(Edition)),
        "banners": texts,
        "next_steps": texts,
        "asked": _of_type(Asked),
        "on_file": {"type": "string"},
    }
    return {"$schema": DRAFT, "title": "enduse assessment", "$defs": {"owner": _owner()}, **_whole(properties)}


def _whole(properties: dict[str, Schema]) -> Schema:
    """A closed object in which every key is present."""
    return _object(properties, tuple(properties))


def _of_type(annotation: Any) -> Schema:
    """The schema of what :func:`enduse.model.codec.to_plain` makes of a type, every key kept."""
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return _any_of(*(_NULL if item is type(None) else _of_type(item) for item in arguments))
    if typing.get_origin(annotation) in (tuple, Sequence):
        return _list(_of_type(arguments[0]))
    if annotation is Findings:
        return _list(_of_type(Finding))
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        hints = typing.get_type_hints(annotation)
        return _whole({item.name: _of_type(hints[item.name]) for item in dataclasses.fields(annotation)})
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _words(annotation)
    words = {str: "string", bool: "boolean", int: "integer"}
    return {"type": words[annotation]}
