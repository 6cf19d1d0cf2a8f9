"""Rows of the control lists' tables in words."""

from __future__ import annotations

from collections.abc import Mapping

LIST = "Supp. 1 to 15 CFR part 774, edition 2026-07-23"
"""The edition that the shipped tables hold."""
LISTS = {
    "eu-annex-i": "EU Annex I",
    "eu-annex-iv": "EU Annex IV",
    "eu-2019/125": "EU anti-torture",
    "uk-annex-i": "UK Annex I",
    "uk-2019/125": "UK anti-torture",
}
"""Lists of other laws, by their ids in the table of counterparts."""


def requirement_words(row: Mapping[str, str]) -> str:
    """Where a reason for control requires a licence."""
    return {
        "column": f"Country Chart column {row['column'][:2]} {row['column'][2:]}",
        "all": "every destination",
        "all_except": f"every destination except {row['except_countries'].replace(';', ', ')}",
        "un_embargo": "destinations under a UN arms embargo (746.1(b))",
        "worldwide": f"every destination ({row['column']}), where BIS enforces it",
        "destinations": f"{_places(row['destinations'])} ({row['column']})",
        "embargo": f"embargoed {_places(row['destinations'])} ({row['column']})",
        "other": "in words, not modelled",
    }[row["requirement"]]


def _places(destinations: str) -> str:
    if destinations == "table:cwc_states_not_party":
        return "states that are no party to the Chemical Weapons Convention"
    return f"destinations {destinations.replace(';', ', ')}"


def reach_words(row: Mapping[str, str]) -> str:
    """Which part of the entry a row is about; empty for all of it."""
    reach = f" for .{row['include'].replace(';', ', .')}" if row["include"] else ""
    out = f" except .{row['exclude'].replace(';', ', .')}" if row["exclude"] else ""
    used = f" for items of {row['used_for'].replace(';', ', ')}" if row["used_for"] else ""
    return f"{reach}{out}{used}"


def condition_words(row: Mapping[str, str]) -> str:
    """On which condition a row holds; empty where on none."""
    parts = [part.replace("not:", "not ").replace("_", " ") for part in row["condition"].split(";") if part]
    return f"  if {' and '.join(parts)}" if parts else ""
