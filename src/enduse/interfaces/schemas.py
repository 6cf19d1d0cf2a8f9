"""JSON Schemas (draft 2020-12) of a transaction file and of the assessment document."""

from __future__ import annotations

from typing import Any

from enduse.model.assessment import Effect, Outcome, Status
from enduse.model.transaction import Activity, PartyType, Role
from enduse.rules.facts import FactBook

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_CODE = {"type": "string", "description": "ECCN to the sub-paragraph, EAR99, UNLISTED, or an annex of an act"}


def _object(properties: dict[str, Any], required: tuple[str, ...] = (), *, closed: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        found["required"] = list(required)
    return found | {"additionalProperties": False} if closed else found


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _one_of(words: Any) -> dict[str, Any]:
    return {"enum": [word.value for word in words]}


def transaction_schema() -> dict[str, Any]:
    """The schema of a transaction file; every scalar is text, so that codes and countries survive."""
    listing = _object(
        {
            "list": _TEXT,
            "from": _DATE,
            "to": {"anyOf": [_DATE, {"type": "null"}]},
            "scope": {"type": ["string", "null"]},
            "policy": {"type": ["string", "null"]},
            "programme": {"type": ["string", "null"]},
            "footnotes": _list(_TEXT),
            "citation": _TEXT,
        },
        ("list",),
    )
    owner = _object(
        {
            "name": _TEXT,
            "share": _TEXT,
            "country": _TEXT,
            "lists": _list(listing),
            "owners": _list({"$ref": "#/$defs/owner"}),
            "control": _list(
                {"enum": ["appoints_board_majority", "voting_majority_by_agreement", "dominant_influence"]}
            ),
            "ref": {"enum": ["true", "false"]},
        },
        ("name", "share"),
    )
    party = _object(
        {
            "role": _one_of(Role),
            "name": _TEXT,
            "type": _one_of(PartyType),
            "country": _TEXT,
            "address": _TEXT,
            "addresses": _list(_TEXT),
            "identifiers": _list(_TEXT),
            "lists": _list(listing),
            "owners": _list({"$ref": "#/$defs/owner"}),
            "not_same_as": _list(_TEXT),
        },
        ("role", "name"),
    )
    words = {"enum": ["true", "false"]}
    item = _object(
        {
            "code": _CODE,
            "description": _TEXT,
            "for": _CODE,
            "classification_on_date": _CODE,
            "hs_code": _TEXT,
            "cyber_surveillance": words,
            "informed_by_authority": words,
            "exporter_aware": words,
            "exporter_suspects": words,
        },
        ("code",),
    )
    facts = {declaration.key: {"description": declaration.question} for declaration in FactBook.load()}
    return {
        "$schema": DRAFT,
        "title": "enduse transaction",
        "$defs": {"owner": owner},
        **_object(
            {
                "reference": _TEXT,
                "date": _DATE,
                "activity": _one_of(Activity),
                "item": item,
                "items": _list(item),
                "from": _TEXT,
                "destination": _TEXT,
                "parties": _list(party),
                "end_use": _TEXT,
                "value": _object({"amount": _TEXT, "currency": _TEXT}, ("amount", "currency")),
                "facts": {"type": "object", "properties": facts, "additionalProperties": False},
            },
            ("date", "destination"),
        ),
    }


def assessment_schema() -> dict[str, Any]:
    """The schema of the assessment document."""
    citation = _object(
        {"text": _TEXT, "url": {"type": ["string", "null"]}, "verified": {"type": "boolean"}, "note": _TEXT},
        ("text", "verified"),
    )
    texts = _list(_TEXT)
    finding = _object(
        {
            "rule": _TEXT,
            "title": _TEXT,
            "status": _one_of(Status),
            "effect": _one_of(Effect),
            "code": _TEXT,
            "citation": citation,
            "subject": _TEXT,
            "reason": _TEXT,
            "conditions": texts,
            "missing": texts,
            "review_policy": _TEXT,
            "standing": {"enum": ["law", "guidance", "draft"]},
            "item": _TEXT,
            "would_change": texts,
            "rests_on": texts,
            "trace": _list(_object({"condition": _TEXT, "truth": _TEXT, "basis": _TEXT, "depth": {"type": "integer"}})),
        },
        ("rule", "status", "effect", "code", "citation", "conditions", "missing"),
    )
    authority = _object(
        {"id": _TEXT, "name": _TEXT, "outcome": _one_of(Outcome), "nexus": _TEXT, "findings": _list(finding)},
        ("id", "outcome", "nexus", "findings"),
    )
    anything: dict[str, Any] = {"type": "object"}
    properties: dict[str, Any] = {
        "schema": _TEXT,
        "engine": _TEXT,
        "transaction": anything,
        "as_of": _DATE,
        "known_on": _DATE,
        "outcome": _one_of(Outcome),
        "headline": _TEXT,
        "authorities": _list(authority),
        "exceptions": _object(
            {"decided": {"type": "boolean"}, "foreclosed": _list(anything), "candidates": _list(anything)},
            ("foreclosed", "candidates"),
        ),
        "review": _object(
            {"policy": texts, "human_rights": {"type": "boolean"}, "notes": texts}, ("policy", "human_rights")
        ),
        "parties": _list(_object({"role": _TEXT, "name": _TEXT, "matches": _list(anything), "owner_of": _TEXT})),
        "assumed": _list(anything),
        "questions": _list(anything),
        "coverage": anything,
        "editions": _list(anything),
        "banners": texts,
        "next_steps": texts,
    }
    return {"$schema": DRAFT, "title": "enduse assessment", **_object(properties, tuple(properties))}
