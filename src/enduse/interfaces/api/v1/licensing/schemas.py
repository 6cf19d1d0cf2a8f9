"""JSON schemas of what commands take, made of the dataclasses that their bodies become, with an example of each."""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
import re
import types
import typing
from decimal import Decimal
from enum import Enum
from typing import Any

from enduse.cases.untrusted import MAX_LIST, MAX_TEXT

Schema = dict[str, Any]
_ATTRIBUTE = re.compile(r"^ {4}([a-z_, ]+): (.+(?:\n {8}.+)*)", re.MULTILINE)
_NUMBER = r"^-?[0-9]{1,28}(\.[0-9]{1,28})?$"


def schema_of(cls: Any) -> Schema:
    """The schema of a body; what it refers to is written out, for the bodies do not nest deep."""
    return _object(cls)


def _object(cls: Any) -> Schema:
    hints = typing.get_type_hints(cls)
    told = _told(cls)
    properties: Schema = {}
    required = []
    for field in dataclasses.fields(cls):
        schema = _value(hints[field.name])
        if field.name in told:
            schema = {**schema, "description": told[field.name]}
        properties[field.name] = schema
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            required.append(field.name)
    found: Schema = {"type": "object", "title": cls.__name__, "properties": properties, "additionalProperties": False}
    if required:
        found["required"] = required
    if doc := (inspect.getdoc(cls) or "").partition("\n\n")[0]:
        found["description"] = " ".join(doc.split())
    return found


def _told(cls: Any) -> dict[str, str]:
    """What the docstring says of each attribute."""
    doc = inspect.cleandoc(cls.__doc__ or "").partition("Attributes:\n")[2]
    found = {}
    for names, text in _ATTRIBUTE.findall(doc):
        for name in names.split(","):
            found[name.strip()] = " ".join(text.split())
    return found


def _value(annotation: Any) -> Schema:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        inner = _value(next(one for one in arguments if one is not type(None)))
        return {"anyOf": [inner, {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _value(arguments[0]), "maxItems": MAX_LIST}
    if dataclasses.is_dataclass(annotation):
        return _object(annotation)
    return _single(annotation)


def _single(annotation: Any) -> Schema:
    if annotation is bool:
        return {"type": "boolean"}
    if annotation is int:
        return {"type": "integer", "minimum": -(10**9), "maximum": 10**9}
    if annotation is Decimal:
        return {"type": "string", "pattern": _NUMBER, "maxLength": 60, "examples": ["7.5"]}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {"type": "string", "enum": [one.value for one in annotation]}
    if isinstance(annotation, type) and issubclass(annotation, dt.date):
        return {"type": "string", "format": "date"}
    return {"type": "string", "maxLength": MAX_TEXT}


CONDITION = {"id": "no-reexport", "text": "The items are not re-exported."}
GRANTED = {"line": 1, "outcome": "grant_with_conditions", "reasons": "No ground to refuse.", "conditions": [CONDITION]}
REFUSED = {
    "line": 1,
    "outcome": "refuse",
    "reasons": "There is a clear risk of internal repression.",
    "criteria": ["EU-CP-2"],
}
APPLICATION: Schema = {
    "authority": "nl",
    "type": "individual",
    "exporter": "delta",
    "destination": "XA",
    "end_use": "lawful interception by the ministry",
    "items": [
        {
            "line": 1,
            "code": "5A001.j",
            "description": "network monitoring system",
            "quantity": "2",
            "unit": "pieces",
            "value": "1840000.00",
            "currency": "EUR",
            "capabilities": ["interception"],
        }
    ],
    "parties": [
        {"id": "exporter", "role": "exporter", "name": "Delta Monitor BV", "country": "NL"},
        {
            "id": "user",
            "role": "end_user",
            "name": "Ministry of Interior of XA",
            "country": "XA",
            "category": "interior_security",
        },
    ],
    "undertaking": {"party": "user", "signed_on": "2026-01-15", "document_sha256": "cd" * 32, "no_reexport": True},
    "answers": [
        {"question": "wmd", "answer": "none"},
        {"question": "military", "answer": "none"},
        {"question": "art5", "answer": "none"},
        {"question": "human_rights", "answer": "looked_and_found_none"},
    ],
}
_ANSWER = {
    "criterion": "EU-CP-2",
    "finding": "clear_risk",
    "reasoning": "Two reports say that the ministry watched journalists with such systems.",
    "sources": [
        {
            "publisher": "Office of the Rapporteur",
            "published": "2025-06-01",
            "where": "https://example.org/reports/12",
            "reliability": "A",
        }
    ],
    "likelihood": "high",
    "severity": "high",
    "groups": ["journalists"],
    "link": "the system reads what the ministry has read before",
}
_HIT = {
    "id": "later-1",
    "party": "user",
    "listed_id": "eu-fsf:1",
    "listed_name": "Ministry of Interior of XA",
    "list_id": "EU-FSF",
    "score": "0.91",
}
_REASON = {"reason": "as discussed with the exporter"}
EXAMPLES: dict[str, Schema] = {
    **dict.fromkeys(
        (
            *("return", "withdraw", "declare_conflict", "report_missing", "reconsolidate", "notify_intent"),
            *(
                "reply_intent",
                "close",
                "accept_late_appeal",
                "reopen",
                "reject_measure",
                "surrender",
                "hold",
                "release",
            ),
        ),
        _REASON,
    ),
    "draft": {"application": APPLICATION},
    "revise": {"application": APPLICATION},
    "submit": {"declarations": ["true_and_complete", "will_report_changes"]},
    "register": {"reference": "NL-2026-1"},
    "assign": {"officer": "u0123456789abcdef"},
    "flag": {"flag": "end-use-doubt", "reason": "the stated use does not fit the quantity"},
    "unflag": {"flag": "end-use-doubt", "reason": "the exporter explained it"},
    "classify": {
        "line": 1,
        "code": "5A001.j",
        "list_edition": "2025-11-15",
        "reasoning": "by its data sheet",
        "capabilities": ["interception"],
        "tier": "sensitive",
    },
    "finish_classification": {},
    "screen": {},
    "circulate": {},
    "dispose_hit": {"hit": "user-1", "disposition": "different", "reason": "another body of a like name"},
    "recommend": {
        "agency": "licensing",
        "line": 1,
        "party": "user",
        "position": "approve",
        "legal_basis": "Reg. (EU) 2021/821 Art. 15",
        "reasoning": "no objection on the stated facts",
    },
    "open_rfi": {"id": "q1", "question": "Who operates the system?", "legal_basis": "General Administrative Law Act"},
    "answer_rfi": {"id": "q1", "answer": "The ministry itself."},
    "pause": {"id": "p1", "kind": "assurances", "legal_basis": "15 CFR 750.4(b)"},
    "resume": {"id": "p1"},
    "assess_human_rights": {
        "answers": [_ANSWER],
        "summary": "The ministry used such systems against journalists.",
        "misuse_pattern": "watching of journalists",
    },
    "review_human_rights": {"version": 1, "agrees": True, "reason": "the sources bear it out"},
    "open_consultation": {
        "id": "c1",
        "kind": "identity",
        "partner": "DE",
        "line": 1,
        "question": "Is ours essentially identical with what you denied?",
        "denial": "DE-2024-17",
    },
    "extend_consultation": {"id": "c1", "reason": "they asked for more time"},
    "answer_consultation": {"id": "c1", "answer": "no", "reasons": "another system"},
    "determine": {"required": True, "reason": "by the facts of the notification"},
    "consolidate": {"lines": [REFUSED], "reasoning": "over all advice"},
    "countersign": {"agrees": True, "reason": "the reasons bear the outcome"},
    "escalate": {"agency": "state", "rung": "oc", "reason": "we cannot agree"},
    "decide_rung": {
        "rung": "oc",
        "position": "refuse",
        "votes": [{"agency": "state", "position": "refuse"}],
        "reason": "by majority",
    },
    "decide": {"lines": [REFUSED]},
    "appeal": {"lines": [1], "grounds": "the end user is another body"},
    "decide_appeal": {"lines": [GRANTED]},
    "use": {"usage": "U1", "line": 1, "quantity": "7.5", "unit": "kg", "on": "2026-05-04"},
    "meet_condition": {"condition": "delivery-report", "evidence_sha256": "cd" * 32, "note": "delivered"},
    "check_shipment": {"result": "as_declared", "where": "the capital of XA", "note": "all serial numbers seen"},
    "report_hit": {"hit": _HIT, "listed_on": "2026-06-01"},
    "propose_measure": {"id": "m1", "measure": "suspend", "reason": "the consignee was listed"},
    "confirm_measure": {"id": "hit-later-1", "reason": "it is the same company"},
    "approve_measure": {"id": "m1", "reason": "agreed"},
    "review_denial": {"id": "NL-2026-1/1", "outcome": "renew", "grounds": "nothing has changed", "on": "2029-04-20"},
}
"""A body of every command. A test holds that each can be read, and that none is left out."""
DENIAL: Schema = {
    "id": "DE-2024-17",
    "authority": "DE",
    "denied_on": "2024-06-10",
    "code": "5A001.j",
    "description": "network monitoring system",
    "destination": "XA",
    "end_user": "Ministry of Interior of XA",
    "end_use": "interception",
}
DENIAL_REVIEW: Schema = {"id": "DE-2024-17", "outcome": "renew", "grounds": "nothing has changed", "on": "2027-06-10"}
