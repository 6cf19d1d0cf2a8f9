"""Customs declarations in a table of our own shape, and three signs of diversion in them.

The shape (CSV, XLSX or Parquet; one row is one consignment): ``declaration_id, date, exporter, consignee,
consignee_address, consignee_country, officers, hs_code, value_usd, dispatch_country, transit_countries,
destination_country``. ``officers`` and ``transit_countries`` hold several, separated by semicolons. Required: date,
exporter, consignee, hs_code, value_usd, destination_country.

- ``new_consignee``: a consignee first seen after a party was listed, at its address or with one of its officers.
- ``split``: several consignments of one exporter to one consignee within days, each below a value threshold and
  together above it, more of them just below than their usual spread explains (exact binomial test, scipy).
- ``routing``: a consignment that passes a restricted destination on its way elsewhere, or ends where it began.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from enduse.formats.tables import TableRow, open_table
from enduse.model.countries import resolve_country
from enduse.model.errors import BadInput
from enduse.model.match import Match, Query
from enduse.model.time import parse_date
from enduse.screen.addresses import MAX_ADDRESS, compare_addresses, says_where
from enduse.screen.score import compare_names

REQUIRED = ("date", "exporter", "consignee", "hs_code", "value_usd", "destination_country")
OPTIONAL = (
    *("declaration_id", "consignee_address", "consignee_country", "officers"),
    *("dispatch_country", "transit_countries"),
)
SAME = 0.9
"""Score from which an address or an officer counts as the same."""
SOON = 365
"""Days after a listing within which a new consignee is looked at."""
WITHIN = 10
"""Days over which consignments may be parts of one."""
_LEAST = 3
_JUST_BELOW = 0.7
_DOUBT = 0.01
_CODE = re.compile(r"[0-9]{4,10}")


@dataclass(frozen=True, slots=True)
class Declaration:
    """One consignment as declared.

    Attributes:
        value: US dollars.
        transit: ISO alpha-2 codes in order; ``dispatch`` and ``destination`` likewise, empty where not stated.
    """

    where: str
    id: str
    date: dt.date
    exporter: str
    consignee: str
    address: str
    officers: tuple[str, ...]
    code: str
    value: float
    dispatch: str
    transit: tuple[str, ...]
    destination: str


@dataclass(frozen=True, slots=True)
class ListedOne:
    """A listed party, as far as consignees may be it under another name.

    Attributes:
        listed: the first day of its listing.
    """

    name: str
    listed: dt.date
    addresses: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """What an indicator found.

    Attributes:
        kind: ``new_consignee``, ``split`` or ``routing``.
        who: the consignee, or exporter and consignee.
        why: in plain words, with figures.
        evidence: places of the declarations that it rests on.
    """

    kind: str
    who: str
    why: str
    evidence: tuple[str, ...]


def read_declarations(path: Path) -> tuple[list[Declaration], list[BadInput]]:
    """Read a table of declarations.

    Returns:
        The rows that can be read, and what is wrong with those that cannot.

    Raises:
        BadInput: the table as a whole cannot be used.
    """
    table = open_table(path)
    lacking = [column for column in REQUIRED if column not in table.columns]
    if lacking:
        raise BadInput(f"no column {', '.join(lacking)}", where=path.name, remedy=f"columns: {', '.join(REQUIRED)}")
    unknown = [column for column in table.columns if column and column not in (*REQUIRED, *OPTIONAL)]
    if unknown:
        raise BadInput(
            f"unknown column {unknown[0]!r}", where=path.name, remedy=f"columns: {', '.join((*REQUIRED, *OPTIONAL))}"
        )
    found: list[Declaration] = []
    unread: list[BadInput] = []
    for row in table.rows(numbers=("value_usd",), dates=("date",), keep_bad_rows=True):
        try:
            found.append(_declaration(row))
        except BadInput as problem:
            unread.append(problem)
    return found, unread


def _declaration(row: TableRow) -> Declaration:
    if row.problem:
        raise row.problem
    cells = {column: cell.strip() for column, cell in row.cells.items()}

    def bad(column: str, problem: str, remedy: str) -> BadInput:
        return BadInput(problem, where=f"{row.where}, column {column}", remedy=remedy)

    for column in REQUIRED:
        if not cells[column]:
            raise bad(column, "is empty", "fill it")
    if not _CODE.fullmatch(cells["hs_code"]):
        raise bad("hs_code", f"{cells['hs_code'][:40]!r} is no HS code", "4 to 10 digits, leading zeros kept")
    try:
        value = float(cells["value_usd"])
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise bad("value_usd", f"{cells['value_usd'][:40]!r} is no amount", "US dollars, without separators: 12500.50")

    def country(column: str, text: str) -> str:
        if not text:
            return ""
        code = resolve_country(text)
        if code is None:
            raise bad(column, f"{text[:40]!r} is no country", "an ISO code or a name")
        return code

    return Declaration(
        where=row.where,
        id=cells.get("declaration_id", ""),
        date=parse_date(cells["date"], where=f"{row.where}, column date"),
        exporter=cells["exporter"],
        consignee=cells["consignee"],
        address=cells.get("consignee_address", ""),
        officers=_several(cells.get("officers", "")),
        code=cells["hs_code"],
        value=value,
        dispatch=country("dispatch_country", cells.get("dispatch_country", "")),
        transit=tuple(country("transit_countries", one) for one in _several(cells.get("transit_countries", ""))),
        destination=country("destination_country", cells["destination_country"]),
    )


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


# --- the signs


def new_consignees(declared: Sequence[Declaration], listed: Iterable[ListedOne], *, soon: int = SOON) -> Iterator[Sign]:
    """Consignees first seen within ``soon`` days after a listing, at the listed party's address or with an officer."""
    first = _first_seen(declared)
    for party in listed:
        for one in first.values():
            if not dt.timedelta(0) < one.date - party.listed <= dt.timedelta(days=soon):
                continue
            shared = list(_shared(one, party))
            if shared:
                days = (one.date - party.listed).days
                why = f"first seen {days} days after {party.name} was listed ({party.listed}); {'; '.join(shared)}"
                yield Sign("new_consignee", one.consignee, why, (one.where,))


def at_listed_addresses(
    declared: Sequence[Declaration], screen: Callable[[Query, float], Iterable[Match]], *, soon: int = SOON
) -> Iterator[Sign]:
    """Consignees first seen within ``soon`` days after a party of the lists at hand was listed, at its address.

    Only listings whose first day the list states count: a day that only an edition shows says when it was fetched.

    Args:
        screen: every listed party that a query may be, from a score on.
    """
    for one in _first_seen(declared).values():
        address = one.address[:MAX_ADDRESS]
        if not address or not says_where(address):
            continue
        for match in screen(Query(address, kind="address"), SAME):
            begun = sorted({item.listed_from for item in match.party.listings if item.listed_from is not None})
            for day in begun:
                days = (one.date - day).days
                if 0 < days <= soon:
                    by = ", ".join(dict.fromkeys(i.authority for i in match.party.listings if i.listed_from == day))
                    why = (
                        f"first seen {days} days after {match.party.name} was listed by {by} ({day}); same address "
                        f"({match.score:.2f}): {address}"
                    )
                    yield Sign("new_consignee", one.consignee, why, (one.where,))
                    break


def _first_seen(declared: Iterable[Declaration]) -> dict[str, Declaration]:
    """Of each consignee the first declaration."""
    first: dict[str, Declaration] = {}
    for one in sorted(declared, key=lambda item: item.date):
        first.setdefault(one.consignee.casefold(), one)
    return first


def _shared(one: Declaration, party: ListedOne) -> Iterator[str]:
    for address in party.addresses:
        if one.address and (score := compare_addresses(one.address, address).score) >= SAME:
            yield f"same address ({score:.2f}): {one.address}"
            break
    for officer in one.officers:
        scores = [(compare_names(officer, other, kind="person").score, other) for other in party.officers]
        best = max(scores, default=(0.0, ""))
        if best[0] >= SAME:
            yield f"same officer ({best[0]:.2f}): {officer}"


def splits(
    declared: Sequence[Declaration], threshold: float, *, within: int = WITHIN, least: int = _LEAST
) -> Iterator[Sign]:
    """Consignments below ``threshold`` US dollars that are together above it, crowded just below it."""
    groups: dict[tuple[str, str, str], list[Declaration]] = defaultdict(list)
    for one in declared:
        groups[one.exporter.casefold(), one.consignee.casefold(), one.code].append(one)
    below = [one for one in declared if one.value < threshold]
    usual = sum(one.value >= _JUST_BELOW * threshold for one in below) / len(below) if below else 0.0
    for own in groups.values():
        for run in _runs(sorted(own, key=lambda one: one.date), within):
            small = [one for one in run if one.value < threshold]
            total = sum(one.value for one in small)
            if len(small) < least or total < threshold:
                continue
            near = sum(one.value >= _JUST_BELOW * threshold for one in small)
            chance = _binomial(near, len(small), usual)
            if chance < _DOUBT:
                why = (
                    f"{len(small)} consignments of {small[0].code} within {within} days, each below "
                    f"{threshold:,.0f} and together {total:,.0f}; {near} of them at least {_JUST_BELOW:.0%} of the "
                    f"threshold, where {usual:.0%} are usual (p = {chance:.1g})"
                )
                who = f"{small[0].exporter} to {small[0].consignee}"
                yield Sign("split", who, why, tuple(one.where for one in small))


def _binomial(hits: int, total: int, usual: float) -> float:
    from scipy.stats import binomtest  # optional and heavy: the extra `trade`

    return float(binomtest(hits, total, min(max(usual, 1e-6), 1 - 1e-6), alternative="greater").pvalue)


def _runs(ordered: Sequence[Declaration], within: int) -> Iterator[list[Declaration]]:
    """Consignments that follow one another, each run no longer than ``within`` days."""
    run: list[Declaration] = []
    for one in ordered:
        if run and (one.date - run[0].date).days > within:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def routings(declared: Iterable[Declaration], restricted: Iterable[str]) -> Iterator[Sign]:
    """Consignments that pass a restricted destination on their way elsewhere, or end where they began."""
    barred = frozenset(restricted)
    routes: dict[tuple[str, str, tuple[str, ...], str], list[Declaration]] = defaultdict(list)
    for one in declared:
        routes[one.consignee.casefold(), one.dispatch, one.transit, one.destination].append(one)
    for (_, dispatch, transit, destination), own in routes.items():
        way = " - ".join(part for part in (dispatch, *transit, destination) if part)
        value = sum(one.value for one in own)
        through = [code for code in transit if code in barred]
        if through and destination not in barred:
            why = f"{len(own)} consignments ({value:,.0f}) declared {way}: through {', '.join(through)} to elsewhere"
        elif dispatch and dispatch == destination and transit:
            why = f"{len(own)} consignments ({value:,.0f}) declared {way}: they end where they began"
        else:
            continue
        yield Sign("routing", own[0].consignee, why, tuple(one.where for one in own))


def counted(signs: Iterable[Sign]) -> Mapping[str, int]:
    """How many signs of each kind."""
    found: dict[str, int] = {"new_consignee": 0, "split": 0, "routing": 0}
    for one in signs:
        found[one.kind] += 1
    return found
