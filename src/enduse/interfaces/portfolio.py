"""Portfolios for every interface: the table of holdings read, each line judged, the report and its document."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any

from enduse.assess import Settings
from enduse.evidence.library import Library
from enduse.formats.tables import Table, TableRow, open_table
from enduse.interfaces.fields import FURTHEST_AHEAD, MAX_NAME, Place, nearest
from enduse.interfaces.transactions import fact_from_text
from enduse.model.assessment import Assumption, Coverage, Finding, Outcome
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.model.transaction import FactValue
from enduse.monitor.issuers import Hit, Holding, Securities, Side
from enduse.monitor.portfolio import DIVEST, Adviser, Dealing, LineAnswer, SideAnswer
from enduse.rules.facts import FactBook
from enduse.rules.rulebook import Rulebook
from enduse.screen.identifiers import identifier_key, is_isin, is_lei
from enduse.version import __version__

SCHEMA = "enduse/portfolio/1"
COLUMNS = ("name", "isin", "lei", "ticker", "side", "quantity", "trade_date", "not_same_as")
"""Columns of a table of holdings; any may be absent, as long as one says what the security is. ``not_same_as``
holds ids of listed parties that a reviewer has ruled out, separated by blanks or semicolons; ``fact:KEY`` states a fact
of a line (``fact:solely_to_divest``)."""
_WHICH = ("name", "isin", "lei", "ticker")
MAX_LINES = 200_000
_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Report:
    """What is said of a portfolio.

    Attributes:
        unread: lines that could not be read, each with its place and how to mend it.
        numbers: how many ISINs, LEIs and tickers the lists at hand state.
    """

    as_of: dt.date
    today: dt.date
    lines: tuple[LineAnswer, ...]
    unread: tuple[BadInput, ...]
    assumed: tuple[Assumption, ...]
    coverage: Coverage
    editions: tuple[Any, ...]
    banners: tuple[str, ...]
    next_steps: tuple[str, ...]
    numbers: int
    strict: bool

    @property
    def restricted(self) -> bool:
        """Whether a line is barred, or a listed party is, or may be, its issuer on its day."""
        return any(line.answer.dealing in (Dealing.BARRED, Dealing.REVIEW) or line.in_force for line in self.lines)

    @property
    def open(self) -> bool:
        """Whether something is missing for an answer."""
        return any(line.answer.outcome is Outcome.INDETERMINATE for line in self.lines)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines came to which answer, worst first."""
        found = Counter(line.answer.dealing for line in self.lines)
        return {dealing.value: found[dealing] for dealing in Dealing if found[dealing]}


# --- the table


def read_holdings(path: Path, today: dt.date) -> tuple[list[Holding], list[BadInput]]:
    """Read a table of holdings (CSV, TSV, XLSX or Parquet).

    Returns:
        The lines that can be read, and what is wrong with those that cannot.

    Raises:
        BadInput: the table as a whole cannot be used: unreadable, or a column that is not known.
    """
    return holdings_of(open_table(path), path.name, today)


def holdings_of(
    table: Table, name: str, today: dt.date, *, most: int = MAX_LINES
) -> tuple[list[Holding], list[BadInput]]:
    """The lines of an opened table; see :func:`read_holdings`."""
    called = [column.strip().casefold() if not column.startswith("fact:") else column for column in table.columns]
    _check_columns(called, name)
    holdings: list[Holding] = []
    unread: list[BadInput] = []
    for row in table.called(called).rows(numbers=("quantity",), dates=("trade_date",), keep_bad_rows=True):
        if len(holdings) + len(unread) >= most:
            raise BadInput(f"more than {most:,} lines", where=name, remedy="split the table")
        try:
            if row.problem:
                raise row.problem
            holdings.append(_holding(row, today))
        except BadInput as problem:
            unread.append(problem)
    return holdings, unread


def _check_columns(columns: Sequence[str], name: str) -> None:
    book = FactBook.load()
    for column, times in Counter(filter(None, columns)).items():
        place = Place(name).at(f"column {column}")
        if times > 1:
            raise place.bad("the column occurs twice", "one column of each name")
        if column.startswith("fact:"):
            if not book.knows(column.removeprefix("fact:")):
                raise place.bad("no fact of that name", nearest(column.removeprefix("fact:"), book.known_keys))
        elif column not in COLUMNS:
            raise place.bad("unknown column", nearest(column, [*COLUMNS, "fact:KEY"]))
    if not set(_WHICH) & set(columns):
        raise BadInput("no column says which security it is", where=name, remedy=f"one of {', '.join(_WHICH)}")


def _holding(row: TableRow, today: dt.date) -> Holding:
    cells = {column: cell.strip() for column, cell in row.cells.items() if cell.strip()}

    def bad(column: str, problem: str, remedy: str) -> BadInput:
        return BadInput(problem, where=f"{row.where}, column {column}", remedy=remedy)

    if not any(cells.get(column) for column in _WHICH):
        raise BadInput("no security", where=row.where, remedy=f"fill one of {', '.join(_WHICH)}")
    for column, cell in cells.items():
        if len(cell) > (MAX_NAME if column == "name" else _TEXT):
            raise bad(column, f"{len(cell):,} characters", "shorten it")
    isin, lei = cells.get("isin", ""), cells.get("lei", "")
    if isin and not is_isin(identifier_key(isin)):
        raise bad(
            "isin", f"{isin[:40]!r} is no ISIN: its form or its check digit is wrong", "two letters, nine, a digit"
        )
    if lei and not is_lei(identifier_key(lei)):
        raise bad("lei", f"{lei[:40]!r} is no LEI: its form or its check digits are wrong", "20 letters and digits")
    side = cells.get("side", "").casefold()
    if side and side not in set(Side):
        raise bad("side", f"{side[:40]!r} is no side", "buy or sell; empty for a position that is held")
    return Holding(
        line=row.line,
        where=row.where,
        name=cells.get("name", ""),
        isin=isin,
        lei=lei,
        ticker=cells.get("ticker", ""),
        side=Side(side) if side else None,
        quantity=_quantity(cells.get("quantity", ""), bad),
        trade_date=_trade_date(cells.get("trade_date", ""), f"{row.where}, column trade_date", today),
        facts=MappingProxyType(_facts(cells, row.where)),
        not_same_as=tuple(cells.get("not_same_as", "").replace(";", " ").split()),
    )


def _quantity(text: str, bad: Any) -> Decimal | None:
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found < 0:
        raise bad("quantity", f"{text[:40]!r} is no quantity", "a number, without thousands separators: 12500")
    return found


def _trade_date(text: str, where: str, today: dt.date) -> dt.date | None:
    if not text:
        return None
    found = parse_date(text, where=where)
    if found > today + FURTHEST_AHEAD:
        raise BadInput(f"{found} lies more than five years ahead", where=where, remedy="check the year")
    return found


def _facts(cells: Mapping[str, str], where: str) -> dict[str, FactValue]:
    book = FactBook.load()
    return {
        key: book.parse_value(key, fact_from_text(key, cell), where=f"{where}, column {column}")
        for column, cell in cells.items()
        if column.startswith("fact:")
        for key in [column.removeprefix("fact:")]
    }


def stated_facts(options: Sequence[str]) -> dict[str, FactValue]:
    """Facts stated for every line, as options write them (``us_person=false``).

    Raises:
        BadInput: no ``KEY=VALUE``, or a fact or value that is not known.
    """
    book = FactBook.load()
    found: dict[str, FactValue] = {}
    for option in options:
        key, sign, value = option.partition("=")
        if not sign:
            raise BadInput(f"{option!r} is no fact", where="--fact", remedy="KEY=VALUE, for example us_person=false")
        if key in ("side", "trade_date"):
            raise BadInput(f"{key} differs from line to line", where="--fact", remedy=f"a column {key}")
        found[key] = book.parse_value(key, fact_from_text(key, value), where=f"--fact {key}")
    return found


# --- the report


_SECURITIES: dict[str, Securities] = {}


def securities_of(lists: Library) -> Securities:
    """The numbers that the lists at hand state, read once for one state of the lists."""
    mark = lists.fingerprint()
    if mark not in _SECURITIES:
        _SECURITIES.clear()
        _SECURITIES[mark] = Securities(lists.parties())
    return _SECURITIES[mark]


def portfolio_report(
    holdings: Sequence[Holding],
    unread: Sequence[BadInput],
    lists: Library,
    securities: Securities,
    as_of: dt.date,
    today: dt.date,
    *,
    settings: Settings,
    books: Sequence[Rulebook] | None = None,
    banners: Sequence[str] = (),
    facts: Mapping[str, FactValue] | None = None,
) -> Report:
    """Judge every line of a portfolio.

    Args:
        lists: the lists at hand; ``securities`` are the numbers that they state.
        as_of: the day for lines without a trade date.
        facts: stated for every line.

    Raises:
        BadInput: a law or a fact that is none.
    """
    adviser = Adviser(lists, securities, settings, as_of, today, books, MappingProxyType(dict(facts or {})))
    lines = tuple(adviser.judge(holding) for holding in holdings)
    sides = [answer for line in lines for answer in sides_of(line)]
    steps = dict.fromkeys(step for answer in sides for step in answer.assessment.next_steps if _ours(step, answer))
    if any(hit.by == "name" for line in lines for hit in line.hits):
        steps[
            "Confirm the issuers taken by their name, and rule out those that are not the listed party: its id in a "
            "column not_same_as; keep the reason"
        ] = None
    if any(answer.assessment.questions and answer.outcome is Outcome.INDETERMINATE for answer in sides):
        steps["Answer the open questions (--fact KEY=VALUE, or a column fact:KEY) and check again"] = None
    said = dict.fromkeys(
        banner for answer in sides for banner in answer.assessment.banners if answer.dealing is not Dealing.NOT_BARRED
    )
    return Report(
        as_of,
        today,
        lines,
        tuple(unread),
        tuple(_assumed(sides)),
        _coverage(sides),
        lists.editions(),
        (*banners, *said),
        tuple(steps),
        len(securities),
        settings.strict,
    )


def sides_of(line: LineAnswer) -> tuple[SideAnswer, ...]:
    """The answers of a line: for its side, and for buying and selling where it states none."""
    return tuple(answer for answer in (line.answer, line.if_bought, line.if_sold) if answer is not None)


def _ours(step: str, answer: SideAnswer) -> bool:
    """Steps that fit a portfolio; how a match is ruled out is said in its own words."""
    others = ("Keep this answer", "Confirm or rule out", "Answer the open questions")
    return answer.dealing is not Dealing.NOT_BARRED and not step.startswith(others)


def _assumed(sides: Sequence[SideAnswer]) -> Iterator[Assumption]:
    """What the portfolio presumes, then what the law itself presumes and would change an answer."""
    seen: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for answer in sides:
        for one in answer.presumed:
            value = str(one.value).lower() if isinstance(one.value, bool) else str(one.value)
            changes = seen.setdefault((one.fact, value), (one.reason, set()))[1]
            changes.update(answer.turns if one.fact == DIVEST else _resting_on(one.fact, answer))
    for answer in sides:
        for said in answer.assessment.assumed:
            if said.fact != "party.identity":
                seen.setdefault((said.fact, said.value), (said.reason, set()))[1].update(said.would_change)
    for (fact, value), (reason, changes) in seen.items():
        yield Assumption(fact, value, reason, tuple(sorted(changes)))


def _resting_on(fact: str, answer: SideAnswer) -> Iterator[str]:
    """Codes of what bars the dealing and has looked at a fact."""
    for item in answer.barring:
        if any(step.condition.startswith(f"fact: {fact}=") for step in item.trace):
            yield item.code


def _coverage(sides: Sequence[SideAnswer]) -> Coverage:
    """The lists that any line needed."""
    found = [answer.assessment.coverage for answer in sides]
    return Coverage(
        checked=tuple(dict.fromkeys(text for one in found for text in one.checked)),
        not_checked=tuple(dict.fromkeys(text for one in found for text in one.not_checked)),
        stale=tuple(dict.fromkeys(text for one in found for text in one.stale)),
        starter_only=any(one.starter_only for one in found),
        complete=all(one.complete for one in found),
        not_modelled=tuple(dict.fromkeys(text for one in found for text in one.not_modelled)),
    )


# --- the document


def portfolio_document(report: Report) -> dict[str, Any]:
    """The report as plain values, every key present."""
    return {
        "schema": SCHEMA,
        "engine": __version__,
        "as_of": report.as_of.isoformat(),
        "known_on": report.today.isoformat(),
        "counts": report.counts,
        "restricted": report.restricted,
        "open": report.open,
        "lines": [_line(line) for line in report.lines],
        "unread": [
            {"where": problem.where, "problem": problem.problem, "remedy": problem.remedy} for problem in report.unread
        ],
        "assumed": [to_plain(item, keep_empty=True) for item in report.assumed],
        "coverage": to_plain(report.coverage, keep_empty=True),
        "editions": [to_plain(item, keep_empty=True) for item in report.editions],
        "numbers_of_listed_parties": report.numbers,
        "banners": list(report.banners),
        "next_steps": list(report.next_steps),
    }


def _line(line: LineAnswer) -> dict[str, Any]:
    held = line.holding
    return {
        "line": held.line,
        "where": held.where,
        "name": held.name,
        "isin": held.isin,
        "lei": held.lei,
        "ticker": held.ticker,
        "side": held.side.value if held.side else "",
        "quantity": str(held.quantity) if held.quantity is not None else "",
        "trade_date": held.trade_date.isoformat() if held.trade_date else "",
        "day": line.day.isoformat(),
        **_side(line.answer),
        "identified_by": line.identified_by,
        "why": why(line, line.answer),
        "window": {"barred_from": line.window.barred_from, "divest_before": line.window.divest_before},
        "if_bought": _side(line.if_bought) if line.if_bought else None,
        "if_sold": _side(line.if_sold) if line.if_sold else None,
        "hits": [entry for hit in line.hits for entry in _hit(hit, line)],
        "notes": list(line.notes),
    }


def _side(answer: SideAnswer) -> dict[str, Any]:
    return {
        "dealing": answer.dealing.value,
        "outcome": answer.outcome.value,
        "only_if": answer.only_if,
        "findings": [_finding(item) for item in answer.findings],
        "questions": [
            {"fact": item.fact, "text": item.text} for item in answer.assessment.questions if item.could_raise
        ],
        "presumed": [one.fact for one in answer.presumed],
    }


def _finding(item: Finding) -> dict[str, Any]:
    return {
        "rule": item.rule,
        "code": item.code,
        "status": item.status.value,
        "effect": item.effect.value,
        "reason": item.reason,
        "missing": list(item.missing),
        "standing": item.standing,
        "citation": to_plain(item.citation, keep_empty=True),
    }


def _hit(hit: Hit, line: LineAnswer) -> Iterator[dict[str, Any]]:
    for listing in hit.match.party.listings:
        yield {
            "party_id": hit.match.party.id,
            "name": hit.match.party.name,
            "matched_name": hit.match.matched_name,
            "score": f"{hit.match.score:.2f}",
            "by": hit.by,
            "taken_as_issuer": hit.sure,
            "note": hit.note,
            "list_id": listing.list_id,
            "authority": listing.authority,
            "bears": listing.list_id in line.bearing,
            "in_force": listing.in_force(line.day).value,
            "listed_from": listing.listed_from.isoformat() if listing.listed_from else "",
            "listed_to": listing.listed_to.isoformat() if listing.listed_to else "",
            "citation": to_plain(listing.citation, keep_empty=True),
        }


def _lacking(answer: SideAnswer) -> str:
    """Which lists are missing or old."""
    coverage = answer.assessment.coverage
    names = [text.split(":")[0] for text in (*coverage.not_checked, *coverage.stale)]
    return f"lists that the answer needs are not loaded or stale: {', '.join(names)}"


def why(line: LineAnswer, answer: SideAnswer) -> str:
    """The answer of one side in one or two sentences."""
    reason = answer.barring[0].reason if answer.barring else ""
    done = {Side.BUY: "bought", Side.SELL: "sold", Side.HOLD: "held"}[answer.side]
    if answer.dealing is Dealing.BARRED:
        return f"{reason} ({answer.only_if})" if answer.only_if else reason
    if answer.dealing is Dealing.REVIEW:
        return f"{answer.only_if}; then: {reason}" if reason else answer.only_if
    if answer.dealing is Dealing.ONLY_TO_DIVEST:
        until = f", before {line.window.divest_before}" if line.window.divest_before else ""
        missing = f"; {_lacking(answer)}" if answer.outcome is Outcome.INDETERMINATE else ""
        return f"may be {done} on {line.day} only if {answer.only_if}{until}{missing}"
    if answer.dealing is Dealing.OPEN:
        lacking = [item.fact for item in answer.assessment.questions if item.could_raise]
        if lacking:
            return f"cannot be decided: {', '.join(lacking)}"
        return f"cannot be decided: {_lacking(answer)}"
    if not line.in_force:
        names = "no list at hand that bears on securities names the issuer on that day"
        return f"no rule bars that it is {done} on {line.day}: {names}"
    window = line.window.barred_from
    if answer.side is Side.HOLD:
        return "holding is not barred, and nothing obliges to sell"
    if window and line.day.isoformat() < window:
        return f"the ban on this issuer's securities has not begun: it begins on {window}"
    return f"no rule bars that it is {done} on {line.day}, although a list names the issuer"
