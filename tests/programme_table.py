"""A table of one initiative, to be read and imported."""

from __future__ import annotations

from enduse.programme.register import COLUMNS

ROW = {
    "id": "media-fund",
    "member": "NL",
    "pillar": "media",
    "title": "A fund",
    "commitment": "supports newsrooms",
    "budget": "1250000.50",
    "currency": "EUR",
    "from": "2026-01-01",
    "to": "2026-12-31",
    "status": "under_way",
    "milestones": "2026-02-01 done call opens; 2026-03-01 open first grants",
    "evidence": "https://example.org/1; file 7",
    "source": "Letter to parliament",
    "source_url": "https://example.org/letter",
    "verified": "no",
    "note": "invented",
}


def table(**changes: str) -> bytes:
    row = ROW | changes
    return (",".join(COLUMNS) + "\n" + ",".join(row[name] for name in COLUMNS) + "\n").encode()
