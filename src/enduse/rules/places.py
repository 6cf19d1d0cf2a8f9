"""Destinations: which row of the Commerce Country Chart governs a place, and which groups it is in.

Source: 15 CFR 738.3(b), (d); Supplement No. 1 to part 738; Supplement No. 1 to part 740; 85 FR 83788 (Hong Kong).
"""

from __future__ import annotations

from dataclasses import dataclass

from enduse.model.countries import country_name, resolve_country
from enduse.rules.situation import Situation
from enduse.rules.tables import Row

UNRESOLVED = "XX"


@dataclass(frozen=True, slots=True)
class Place:
    """A destination as the chart sees it.

    Attributes:
        country: ISO code, or ``XX``.
        row: the chart row that governs, or None where there is none.
        via: the territory row that leads there, or None.
    """

    country: str
    row: Row | None
    via: Row | None = None

    @property
    def governing(self) -> str:
        """ISO code of the country whose row and groups govern."""
        return self.row["country"] if self.row else self.country

    @property
    def cells(self) -> frozenset[str]:
        """Addresses of the cells that the resolution rests on."""
        cells = set()
        if self.via is not None:
            cells.add(self.via.cell("row"))
        return frozenset(cells)

    def describe(self) -> str:
        """The place in words, with the row that governs it."""
        name = "an unresolved place" if self.country == UNRESOLVED else country_name(self.country)
        if self.via is not None and self.row is not None:
            return f"{name} (row of {self.row['name']}, {self.via.citation.text})"
        return name


def destination(s: Situation) -> Place:
    """The destination's row: its own, or that of the state whose territory it is."""
    code = s.destination
    if code == UNRESOLVED:
        name = s.stated("destination_name")
        code = (resolve_country(name) if isinstance(name, str) else None) or UNRESOLVED
        if code == UNRESOLVED and (occupied_region(s) or s.stated("destination_region") not in (None, "none")):
            code = "UA"
    return resolve(s, code)


def occupied_region(s: Situation) -> Row | None:
    """The occupied region of Ukraine that the destination's name is of (15 CFR 746.6), or None."""
    name = s.stated("destination_name")
    if not isinstance(name, str) or "occupied_regions" not in s.tables:
        return None
    folded = name.casefold()
    return next(
        (row for row in s.tables["occupied_regions"] if any(word in folded for word in row.values("names"))), None
    )


def resolve(s: Situation, code: str) -> Place:
    """The chart row for an ISO code on the day."""
    return s.in_era(("place", code), lambda: _resolved(s, code))


def _resolved(s: Situation, code: str) -> Place:
    for row in s.tables.lookup("country_chart", "country", code):
        if s.holds(row):
            return Place(code, row)
    for via in s.tables.lookup("territories", "territory", code):
        if s.holds(via):
            for row in s.tables.lookup("country_chart", "country", via["row"]):
                if s.holds(row):
                    return Place(code, row, via)
    return Place(code, None)


def groups(s: Situation, place: Place, wanted: frozenset[str]) -> tuple[Row, ...]:
    """The rows that put the place into one of the wanted country groups on the day."""
    return s.in_era(
        ("groups", place.governing, wanted),
        lambda: tuple(
            row
            for row in s.tables.lookup("country_groups", "country", place.governing)
            if row["group"] in wanted and s.holds(row)
        ),
    )
