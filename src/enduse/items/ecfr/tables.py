"""Writing the tables of the Commerce Control List: entries, reasons for control, list-based exceptions."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from enduse.items.ecfr.entries import CONTROL_COLUMNS, EXCEPTION_COLUMNS, Entry, Reading, control_rows, exception_rows

ENTRY_COLUMNS = ("eccn", "category", "group", "paragraphs", "from", "to", "citation")
KNOWN_STARTS = {
    "0A977": ("2020-10-06", "85 FR 63009"),
    "0D977": ("2020-10-06", "85 FR 63009"),
    "0E977": ("2020-10-06", "85 FR 63009"),
    "4A005": ("2022-03-07", "86 FR 58205"),
    "4D004": ("2022-03-07", "86 FR 58205"),
}
"""Entries with a start date of their own: first day in the list, and the rule that put them there."""


def write_list_tables(entries: Sequence[Entry], folder: Path, reading: Reading) -> None:
    """Write ``ccl_entries``, ``ccl_controls`` and ``list_based_exceptions`` as CSV into ``folder``.

    Args:
        entries: the list, in order.
        reading: collects counts and what was not understood.
    """
    known = [entry.eccn for entry in entries]
    write_csv(folder / "ccl_entries.csv", ENTRY_COLUMNS, (_entry_row(entry) for entry in entries))
    write_csv(
        folder / "ccl_controls.csv",
        CONTROL_COLUMNS,
        (row for entry in entries for row in control_rows(entry, known, reading)),
    )
    write_csv(
        folder / "list_based_exceptions.csv",
        EXCEPTION_COLUMNS,
        (row for entry in entries for row in exception_rows(entry, known, reading)),
    )


def _entry_row(entry: Entry) -> Mapping[str, str]:
    start, citation = KNOWN_STARTS.get(entry.eccn, ("", ""))
    return {
        "eccn": entry.eccn,
        "category": entry.eccn[0],
        "group": entry.eccn[1],
        "paragraphs": ";".join(entry.paragraphs),
        "from": start,
        "to": "",
        "citation": citation,
    }


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows as CSV with ``\\n`` line ends, so that equal content gives equal bytes."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
