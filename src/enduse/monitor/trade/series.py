"""Monthly series of reported trade: what a reporter did not report is unknown, not zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enduse.monitor.trade.flows import Flow, Report

Values = NDArray[np.float64]


def month_number(text: str) -> int:
    """Months since year 0 of ``2022-03`` (January is 0 of its year)."""
    year, _, month = text.partition("-")
    return int(year) * 12 + int(month) - 1


def month_text(number: int) -> str:
    """``2022-03`` of a number of months."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@dataclass(frozen=True, slots=True)
class Series:
    """US dollars month by month, or year by year.

    Attributes:
        first: number of the first month (:func:`month_number`).
        values: NaN where the reporter reported nothing at all for the month.
        yearly: its numbers are years, not months.
    """

    label: str
    first: int
    values: Values
    yearly: bool = False

    def __len__(self) -> int:
        return len(self.values)

    @property
    def months(self) -> range:
        """The numbers of its months."""
        return range(self.first, self.first + len(self.values))

    def text(self, number: int) -> str:
        """A month or a year of it in words."""
        return f"{number:04d}" if self.yearly else month_text(number)

    def known(self, start: int, end: int) -> int:
        """How many months from ``start`` up to before ``end`` are known."""
        return int(sum(not np.isnan(self.values[month - self.first]) for month in self.months if start <= month < end))

    def total(self, start: int, end: int) -> float:
        """The sum over the known months from ``start`` up to before ``end``."""
        inside = [self.values[month - self.first] for month in self.months if start <= month < end]
        return float(np.nansum(inside)) if inside else 0.0


class Book:
    """The monthly reports of some codes, added up.

    Args:
        reports: those on the world are left aside, and those of whole years (:attr:`yearly`) unless there are no
            others: then the book is one of years (:attr:`of_years`).
    """

    def __init__(self, reports: Iterable[Report], codes: Iterable[str] = ()) -> None:
        wanted = set(codes)
        self._cells: dict[tuple[str, str, Flow], dict[int, float]] = {}
        self._reported: dict[tuple[str, Flow], set[int]] = {}
        self._weighed: dict[tuple[str, str, Flow], dict[int, tuple[float, float]]] = {}
        own = [one for one in reports if not wanted or one.code in wanted]
        self.yearly = sum(not one.monthly for one in own)
        self.of_years = bool(own) and self.yearly == len(own)
        for one in own:
            if not one.monthly and not self.of_years:
                continue
            month = int(one.period) if self.of_years else month_number(one.period)
            self._reported.setdefault((one.reporter, one.flow), set()).add(month)
            if len(one.partner) == 2 and one.partner != "W0":
                cells = self._cells.setdefault((one.reporter, one.partner, one.flow), {})
                cells[month] = cells.get(month, 0.0) + one.value
                if one.weight:
                    weighed = self._weighed.setdefault((one.reporter, one.partner, one.flow), {})
                    value, weight = weighed.get(month, (0.0, 0.0))
                    weighed[month] = (value + one.value, weight + one.weight)
        self.months = sorted({month for months in self._reported.values() for month in months})

    @property
    def span(self) -> range:
        """From the first month that anybody reported to the last."""
        return range(self.months[0], self.months[-1] + 1) if self.months else range(0)

    def partners(self, reporters: Iterable[str], flow: Flow) -> set[str]:
        """Countries that some reporters name in a direction."""
        wanted = set(reporters)
        return {partner for reporter, partner, way in self._cells if reporter in wanted and way is flow}

    def series(self, label: str, reporters: Iterable[str], partners: Iterable[str], flow: Flow) -> Series | None:
        """What some reporters together report of some partners; None where they report nothing at all.

        A month counts as known when every one of the reporters that ever reports the direction reported it.
        """
        reporting = [who for who in dict.fromkeys(reporters) if (who, flow) in self._reported]
        whom = list(dict.fromkeys(partners))
        if not reporting or not self.months:
            return None
        values = np.full(len(self.span), np.nan)
        for place, month in enumerate(self.span):
            if all(month in self._reported[who, flow] for who in reporting):
                values[place] = sum(
                    self._cells.get((who, one, flow), {}).get(month, 0.0) for who in reporting for one in whom
                )
        return Series(label, self.span.start, values, self.of_years)

    def unit_value(
        self, reporters: Iterable[str], partners: Iterable[str], flow: Flow, start: int, end: int
    ) -> float | None:
        """US dollars a kilogram from ``start`` up to before ``end``, over reports that state a weight; None without."""
        whom, value, weight = list(dict.fromkeys(partners)), 0.0, 0.0
        for who in dict.fromkeys(reporters):
            for one in whom:
                for month, (worth, heavy) in self._weighed.get((who, one, flow), {}).items():
                    if start <= month < end:
                        value, weight = value + worth, weight + heavy
        return value / weight if weight else None


def by_label(found: Iterable[Series | None]) -> Mapping[str, Series]:
    """The series that there are, by their labels."""
    return {one.label: one for one in found if one is not None}
