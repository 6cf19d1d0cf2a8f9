"""A draft law of one rule, and invented transactions on which it is tried."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

RULE = {
    "id": "us/ear/draft-1",
    "title": "Routers",
    "citation": {"text": "Draft Bill 12 of 2026, clause 4", "verified": "false", "note": "a draft"},
    "in_force": [{"from": "2020-01-01"}],
    "effect": "require_licence",
    "code": "DRAFT:1",
    "reason": "a draft",
    "when": {"destination": ["KE", "EG"]},
}
DRAFT = yaml.safe_dump({"amends": "us/ear", "rules": [RULE]}, sort_keys=False).encode()
COLUMNS = ("reference", "date", "item", "from", "destination", "end_user", "value", "currency")


def transactions(path: Path, kenya: int, germany: int) -> Path:
    rows = [("KE", "Nairobi Confidential Example")] * kenya + [("DE", "Bonn Confidential Example")] * germany
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, (place, user) in enumerate(rows):
            writer.writerow((f"SECRET-{number}", "2026-03-02", "EAR99", "US", place, user, "1000.00", "USD"))
    return path
