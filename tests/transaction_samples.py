"""A made-up transaction, changed as a test says, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enduse.assess import Settings, check
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import Assessment, Status

NOBODY = {
    "role": "end_user",
    "name": "Riverside Gardening Example",
    "type": "non_government",
    "lists": [],
    "owners": [],
}


def on(list_id: str, programme: str | None = None, since: str = "2019-10-09") -> dict[str, Any]:
    return {"list": list_id, "from": since, "to": None, "scope": "all", "programme": programme, "citation": "example"}


def transaction(**changes: Any) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "date": "2026-08-03",
        "from": "DE",
        "destination": "EG",
        "item": {"code": "5A001.j"},
        "parties": [NOBODY],
    }
    return {key: value for key, value in (raw | changes).items() if value is not None}


def judge(raw: Mapping[str, Any], **options: Any) -> Assessment:
    return check(transaction_from_mapping(raw), settings=Settings(**options))


def codes(found: Assessment, status: Status = Status.APPLIES) -> set[str]:
    return {item.code for item in found.findings if item.status is status and item.code}
