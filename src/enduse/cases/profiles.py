"""Country profiles from indicator files that an authority loads: its own table, or the layouts of two public sets.

What level a value means is the authority's rule, with its reason; the program ships no indicator and calls no country
anything by itself. A country that no row is about has no profile, and that is not "ordinary".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from enduse.cases.ground import CountryProfile
from enduse.cases.reading import read_document
from enduse.model.citation import Citation
from enduse.model.countries import resolve_country
from enduse.model.errors import BadInput

COLUMNS = ("country", "indicator", "value", "year", "publisher")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One value of one country in one year."""

    country: str
    name: str
    value: Decimal
    year: int
    publisher: str


@dataclass(frozen=True, slots=True)
class LevelRule:
    """When an indicator makes a profile elevated: below or above a value."""

    indicator: str
    below: Decimal | None
    above: Decimal | None
    reason: str
    citation: Citation

    def holds(self, value: Decimal) -> bool:
        """Whether the value makes the profile elevated."""
        return (self.below is not None and value < self.below) or (self.above is not None and value > self.above)


def read_indicators(rows: Iterable[Mapping[str, str]], *, where: str, publisher: str = "") -> tuple[Indicator, ...]:
    """Indicators of a table, whose layout its columns tell.

    Own layout: ``country, indicator, value, year, publisher``. Our World in Data: ``Entity, Code, Year`` and a column
    for each indicator. V-Dem: ``country_text_id, year`` and a column for each indicator.

    Args:
        rows: texts by column.
        where: what messages call the file.
        publisher: who publishes it, where the table does not say.

    Raises:
        BadInput: another layout, an unknown country, or a value that is no number; names the row.
    """
    found: list[Indicator] = []
    for number, row in enumerate(rows, 2):
        found.extend(_indicators(row, f"{where} line {number}", publisher))
    return tuple(found)


def _indicators(row: Mapping[str, str], where: str, publisher: str) -> Iterator[Indicator]:
    if set(COLUMNS) <= set(row):
        yield _indicator(row["country"], row["indicator"], row["value"], row["year"], row["publisher"], where)
        return
    for code, year, other in (("Code", "Year", "Entity"), ("country_text_id", "year", "country_name")):
        if code in row and year in row:
            if not row[code].strip() or row[code].startswith("OWID_"):
                return  # a region or an income group: no country
            if not publisher:
                raise BadInput("who publishes the table is not stated", where=where, remedy="state the publisher")
            for name, value in row.items():
                if name not in (code, year, other) and value.strip():
                    yield _indicator(row[code], name, value, row[year], publisher, where)
            return
    raise BadInput("the columns are of no known layout", where=where, remedy=f"use {', '.join(COLUMNS)}")


def _indicator(country: str, name: str, value: str, year: str, publisher: str, where: str) -> Indicator:
    code = resolve_country(country)
    if code is None:
        raise BadInput(f"{country!r} is no country", where=where, remedy="write an ISO code")
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadInput(f"{value!r} is no number", where=where, remedy=f"a value of {name}")
    if not year.isdigit() or not 1900 <= int(year) <= 2200:
        raise BadInput(f"{year!r} is no year", where=where)
    return Indicator(code, name, number, int(year), publisher)


def profiles(indicators: Iterable[Indicator], rules: Iterable[LevelRule]) -> dict[str, CountryProfile]:
    """A profile for each country, from the latest value of each indicator.

    A country is elevated where one rule holds, and ordinary where every rule has a value and none holds; where a rule's
    indicator is missing there is no profile, unless another rule holds already.
    """
    latest: dict[tuple[str, str], Indicator] = {}
    for one in indicators:
        before = latest.get((one.country, one.name))
        if before is None or before.year <= one.year:
            latest[one.country, one.name] = one
    known = list(rules)
    found: dict[str, CountryProfile] = {}
    for country in sorted({country for country, _ in latest}):
        own = {name: one for (other, name), one in latest.items() if other == country}
        holding = [rule for rule in known if rule.indicator in own and rule.holds(own[rule.indicator].value)]
        if not holding and any(rule.indicator not in own for rule in known):
            continue
        rows = tuple((one.name, format(one.value, "f"), one.publisher, str(one.year)) for one in own.values())
        level = "elevated" if holding else "ordinary"
        found[country] = CountryProfile(country, level, rows, "; ".join(rule.reason for rule in holding))
    return found


def read_level_rules(data: bytes | str, name: str) -> tuple[LevelRule, ...]:
    """Rules of levels: ``rules: [{indicator, below | above, reason, citation}]``.

    Raises:
        BadInput: a rule without a bound, with two, or without its source.
    """
    found = []
    for row in read_document(data, name).only("rules").rows("rules"):
        row.only("indicator", "below", "above", "reason", "citation")
        if ("below" in row.values) == ("above" in row.values):
            raise row.wrong("a rule has one bound: below or above")
        below = row.decimal("below") if "below" in row.values else None
        above = row.decimal("above") if "above" in row.values else None
        found.append(LevelRule(row.text("indicator"), below, above, row.text("reason"), row.citation()))
    if not found:
        raise BadInput("there is no rule", where=name, remedy="without rules every country would be ordinary")
    return tuple(found)
