"""How many parties a list holds at the least: an edition with fewer is a sample, or has lost something.

Source: the editions of 2018 to 2026 that the tests read; each number lies well below the smallest of them.
"""

from __future__ import annotations

LEAST: dict[str, int] = {
    "AU-DFAT": 500,
    "CA-SEMA": 500,
    "CH-SECO": 500,
    "DPL": 150,
    "EL": 400,
    "EU-FSF": 500,
    "JP-EUL": 300,
    "MEU": 30,
    "SDN": 4_000,
    "UK-CONLIST": 500,
    "UKSL": 500,
    "UN": 300,
    "UVL": 50,
}


def too_few(list_id: str, count: int) -> str:
    """Why so many parties cannot be the whole list; empty where they can."""
    least = LEAST.get(list_id, 1)
    if count >= least:
        return ""
    return f"it holds {count:,} parties of {list_id}, and fewer than {least:,} have not been seen for years"
