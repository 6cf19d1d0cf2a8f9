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
            f"{eccn} is not in the Commerce Control List held (edition {tables['ccl_entries'].edition})",
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
    """Refuse a code that is coarser than the entry's own distinctions, or names a sub-paragraph that it has not.

    Raises:
        BadInput: a reason for control reaches some sub-paragraphs of the code and not others, or the sub-paragraph
            does not exist; names the choices.
    """
    eccn = eccn_of(item.code)
    if eccn is None or "ccl_controls" not in tables:
        return
    _known_sub_paragraph(item.code, eccn, tables)
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


def _known_sub_paragraph(code: str, eccn: str, tables: Tables) -> None:
    """Refuse a sub-paragraph that the entry has not: no scope would name it, and the answer would be a wrong "no"."""
    known = {part for entry in tables.lookup("ccl_entries", "eccn", eccn) for part in entry.values("paragraphs")}
    for table in ("ccl_controls", "list_based_exceptions"):
        if known and table in tables:
            rows = tables.lookup(table, "eccn", eccn)
            known |= {part for row in rows for column in ("include", "exclude") for part in row.values(column)}
    path = sub_paragraph(code)
    if not path or not known:
        return
    above = ""
    for step in path.split("."):
        here = f"{above}.{step}" if above else step
        below = [part for part in known if part.startswith(f"{above}." if above else "")]
        if not below:
            return
        if not any(part == here or part.startswith(f"{here}.") for part in below):
            choices = ", ".join(sorted({_step(part, above) for part in below}))
            raise BadInput(
                f"{eccn} has no sub-paragraph .{here} (edition {tables['ccl_entries'].edition})",
                where="item.code",
                remedy=f"known: {choices}; see: enduse items show {eccn}",
            )
        above = here


def _step(part: str, above: str) -> str:
    rest = part[len(above) + 1 :] if above else part
    return f"{above}.{rest.split('.')[0]}" if above else rest.split(".")[0]


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
