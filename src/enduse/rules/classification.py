"""The item's classification on the day, checked against the control list.

Source: 15 CFR 738.4(a), 774.1; Supplement No. 1 to part 774.
"""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import replace

from enduse.model.codes import covers, eccn_of, only_z, sub_paragraph
from enduse.model.errors import BadInput
from enduse.model.transaction import Item
from enduse.model.truth import Truth
from enduse.rules.tables import Tables

_NOT_LISTED = frozenset({"EAR99", "UNLISTED"})


def classified(item: Item, tables: Tables, day: dt.date) -> Item:
    """The item under the classification that holds on ``day``.

    An entry that came into the list later gives way to the stated ``classification_on_date``.

    Raises:
        BadInput: the code is in no edition of the list, or was not in it on the day and nothing is stated for it.
    """
    if "ccl_entries" not in tables:
        return item
    if item.classification_on_date and _too_early(item.code, tables, day):
        return replace(item, code=item.classification_on_date)
    code = item.code
    if code in _NOT_LISTED:
        return item
    eccn = eccn_of(code)
    if eccn is None:
        return item
    entries = tables.lookup("ccl_entries", "eccn", eccn)
    if not entries:
        known = [row["eccn"] for row in tables["ccl_entries"]]
        close = difflib.get_close_matches(eccn, known, n=3, cutoff=0.6)
        raise BadInput(
            f"{eccn} is no entry of the Commerce Control List (edition {tables['ccl_entries'].edition})",
            where="item.code",
            remedy=f"did you mean {', '.join(close)}?" if close else "see: enduse items search TEXT",
        )
    start = _too_early(code, tables, day)
    if start:
        raise BadInput(
            f"{code} entered the list on {start}; on {day} the item was classified otherwise",
            where="item.code",
            remedy="state item.classification_on_date (for example EAR99)",
        )
    return item


def demand_sub_paragraph(item: Item, tables: Tables, day: dt.date) -> None:
    """Refuse a code that is coarser than the entry's own distinctions.

    Raises:
        BadInput: a reason for control reaches some sub-paragraphs of the code and not others; names the choices.
    """
    eccn = eccn_of(item.code)
    if eccn is None or "ccl_controls" not in tables:
        return
    for row in tables.lookup("ccl_controls", "eccn", eccn):
        include, exclude = row.values("include"), row.values("exclude")
        if not row.holds_on(day) or only_z(include):
            continue
        if covers(include, exclude, eccn, item.code) is Truth.UNKNOWN:
            paragraphs = [
                part for entry in tables.lookup("ccl_entries", "eccn", eccn) for part in entry.values("paragraphs")
            ]
            prefix = f"{sub_paragraph(item.code)}." if sub_paragraph(item.code) else ""
            below = dict.fromkeys(
                prefix + part[len(prefix) :].split(".")[0] for part in paragraphs if part.startswith(prefix)
            )
            raise BadInput(
                f"{item.code} needs a sub-paragraph: its controls differ by it",
                where="item.code",
                remedy=f"one of {', '.join(f'{eccn}.{part}' for part in below)}"
                if below
                else f"see: enduse items show {eccn}",
            )


def _too_early(code: str, tables: Tables, day: dt.date) -> dt.date | None:
    """First day of the entry or sub-paragraph, where that lies after ``day``."""
    eccn = eccn_of(code)
    rows = [*tables.lookup("ccl_entries", "eccn", eccn or "")]
    if "ccl_paragraph_dates" in tables:
        rows += [
            row for row in tables["ccl_paragraph_dates"] if code == row["code"] or code.startswith(row["code"] + ".")
        ]
    starts = [row.interval.start for row in rows if row.get("from")]
    late = [start for start in starts if start is not None and start > day]
    return max(late) if late else None
