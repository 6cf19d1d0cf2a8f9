"""The register of initiatives under the wider programme: who has promised what, with which money, and what shows it.

Money is decimal and keeps its currency: sums of different currencies are never added. Every row names its source.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib import resources

from enduse.model.citation import Citation
from enduse.model.errors import BadInput

PILLARS = {
    "media": "free and independent media",
    "corruption": "fighting corruption",
    "reformers": "democratic reformers",
    "technology": "technology for democracy",
    "elections": "free and fair elections",
    "all": "all five pillars together",
}
STATUSES = ("announced", "planned", "under_way", "done", "stopped")
COLUMNS = (
    *("id", "member", "pillar", "title", "commitment", "budget", "currency", "from", "to", "status"),
    *("milestones", "evidence", "source", "source_url", "verified", "note"),
)
"""Columns of the table; milestones are ``DAY done|open TEXT``, several of them and of evidence separated by ``;``."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_KEPT_TEXT = ("=", "+", "-", "@", "'")


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that is to be reached by a day."""

    on: dt.date
    text: str
    done: bool


@dataclass(frozen=True, slots=True)
class Initiative:
    """An initiative.

    Attributes:
        member: ISO code of the state.
        pillar: one of :data:`PILLARS`.
        commitment: what was promised, in a sentence.
        budget: None where none is known; then ``currency`` is empty.
        start, end: its period; None where it is not known.
        evidence: where it can be seen that it is so.
        source: who says it.
    """

    id: str
    member: str
    pillar: str
    title: str
    commitment: str
    status: str
    source: Citation
    budget: Decimal | None = None
    currency: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    milestones: tuple[Milestone, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """What a pillar comes to in a currency: initiatives, those with a budget, and the sum of these."""

    pillar: str
    currency: str
    initiatives: int
    with_budget: int
    budget: Decimal | None


def read_register(data: bytes, name: str) -> tuple[Initiative, ...]:
    """Initiatives of a CSV table with :data:`COLUMNS`.

    Raises:
        BadInput: it cannot be read, or a row cannot; names line and column.
    """
    found, errors = read_rows(data, name)
    if errors:
        raise errors[0]
    return found


def read_rows(data: bytes, name: str) -> tuple[tuple[Initiative, ...], tuple[BadInput, ...]]:
    """Initiatives of a CSV table, and what is wrong with each row that is none.

    Raises:
        BadInput: it cannot be read as a table.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"cannot be read as CSV: {error}", where=name, remedy="UTF-8, a line a row") from None
    if not rows:
        raise BadInput("the table has no rows", where=name, remedy=f"columns: {', '.join(COLUMNS)}")
    found: dict[str, Initiative] = {}
    errors = []
    for number, row in enumerate(rows, 2):
        where = f"{name} line {number}"
        try:
            if None in row or any(value is None for value in row.values()):
                raise BadInput("another number of cells than columns", where=where)
            if unknown := sorted(set(row) - set(COLUMNS)):
                raise BadInput(f"unknown column {unknown[0][:40]!r}", where=where, remedy=", ".join(COLUMNS))
            one = _initiative({key: value.strip().removeprefix("'") for key, value in row.items()}, where)
            if one.id in found:
                raise BadInput(f"{one.id} occurs twice", where=f"{where}, id")
            found[one.id] = one
        except BadInput as error:
            errors.append(error)
    return tuple(found.values()), tuple(errors)


def _initiative(row: dict[str, str], where: str) -> Initiative:
    def cell(name: str, *, needed: bool = False) -> str:
        value = row.get(name, "")
        if needed and not value:
            raise BadInput("is missing", where=f"{where}, {name}")
        return value

    def day(name: str) -> dt.date | None:
        try:
            return dt.date.fromisoformat(cell(name)) if cell(name) else None
        except ValueError:
            raise BadInput(f"{cell(name)[:40]!r} is no day", where=f"{where}, {name}", remedy="2026-03-02") from None

    def one_of(name: str, known: Iterable[str]) -> str:
        if cell(name) not in known:
            raise BadInput(f"{cell(name)[:40]!r}", where=f"{where}, {name}", remedy=", ".join(known))
        return cell(name)

    if not _ID.fullmatch(cell("id")):
        raise BadInput(f"{cell('id')[:40]!r} is no id", where=f"{where}, id", remedy="small letters, digits and -")
    if not re.fullmatch(r"[A-Z]{2}", cell("member")):
        raise BadInput(f"{cell('member')[:40]!r} is no state", where=f"{where}, member", remedy="ISO alpha-2")
    budget, currency = _money(cell("budget"), cell("currency"), where)
    start, end = day("from"), day("to")
    if start and end and end < start:
        raise BadInput("it ends before it begins", where=f"{where}, to")
    return Initiative(
        id=cell("id"),
        member=cell("member"),
        pillar=one_of("pillar", PILLARS),
        title=cell("title", needed=True),
        commitment=cell("commitment", needed=True),
        status=one_of("status", STATUSES),
        source=Citation(
            cell("source", needed=True),
            cell("source_url") or None,
            one_of("verified", ("yes", "no")) == "yes",
            cell("note"),
        ),
        budget=budget,
        currency=currency,
        start=start,
        end=end,
        milestones=tuple(_milestone(one.strip(), where) for one in cell("milestones").split(";") if one.strip()),
        evidence=tuple(one.strip() for one in cell("evidence").split(";") if one.strip()),
    )


def _money(text: str, currency: str, where: str) -> tuple[Decimal | None, str]:
    if not text:
        if currency:
            raise BadInput("a currency without a budget", where=f"{where}, currency")
        return None, ""
    try:
        budget = Decimal(text)
    except InvalidOperation:
        budget = Decimal("NaN")
    if not re.fullmatch(r"\d{1,15}(\.\d{1,2})?", text) or not budget.is_finite():
        raise BadInput(f"{text[:40]!r} is no sum", where=f"{where}, budget", remedy="1250000.50, without separators")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise BadInput(f"{currency[:10]!r} is no currency", where=f"{where}, currency", remedy="ISO 4217: EUR")
    return budget, currency


def _milestone(text: str, where: str) -> Milestone:
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2}) (done|open) (.+)", text)
    try:
        if match is None:
            raise ValueError
        return Milestone(dt.date.fromisoformat(match[1]), match[3], match[2] == "done")
    except ValueError:
        remedy = "2026-03-02 done TEXT"
        raise BadInput(f"{text[:40]!r} is no milestone", where=f"{where}, milestones", remedy=remedy) from None


def write_register(initiatives: Iterable[Initiative]) -> bytes:
    """The table of initiatives; what is read from it is what was written."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in initiatives:
        milestones = "; ".join(f"{m.on} {'done' if m.done else 'open'} {m.text}" for m in one.milestones)
        cells = (
            *(one.id, one.member, one.pillar, one.title, one.commitment),
            *("" if one.budget is None else format(one.budget, "f"), one.currency),
            *(one.start.isoformat() if one.start else "", one.end.isoformat() if one.end else "", one.status),
            *(milestones, "; ".join(one.evidence), one.source.text, one.source.url or ""),
            *("yes" if one.source.verified else "no", one.source.note),
        )
        # A spreadsheet would compute such a cell.
        writer.writerow([f"'{cell}" if cell.startswith(_KEPT_TEXT) else cell for cell in cells])
    return out.getvalue().encode("utf-8")


def totals(initiatives: Iterable[Initiative]) -> tuple[Total, ...]:
    """Budgets by pillar and currency; what has no budget is counted, not added."""
    groups: dict[tuple[str, str], list[Initiative]] = {}
    for one in initiatives:
        groups.setdefault((one.pillar, one.currency), []).append(one)
    order = list(PILLARS)
    return tuple(
        Total(
            pillar,
            currency,
            len(rows),
            sum(one.budget is not None for one in rows),
            sum((one.budget for one in rows if one.budget is not None), Decimal(0)) if currency else None,
        )
        for (pillar, currency), rows in sorted(groups.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    )


def by_member(initiatives: Iterable[Initiative]) -> tuple[tuple[str, Total], ...]:
    """The same for each member: an initiative for all pillars may hold others, so pillars are kept apart here too."""
    groups: dict[str, list[Initiative]] = {}
    for one in initiatives:
        groups.setdefault(one.member, []).append(one)
    return tuple((member, total) for member, rows in sorted(groups.items()) for total in totals(rows))


def overdue(initiatives: Iterable[Initiative], today: dt.date) -> tuple[tuple[str, Milestone], ...]:
    """Milestones that are open past their day."""
    return tuple(
        (one.id, milestone)
        for one in initiatives
        for milestone in one.milestones
        if not milestone.done and milestone.on < today and one.status != "stopped"
    )


@functools.cache
def starter() -> tuple[Initiative, ...]:
    """What the register begins with: facts with their source, nothing invented."""
    file = resources.files("enduse.programme") / "data" / "initiatives.csv"
    return read_register(file.read_bytes(), "initiatives.csv")
