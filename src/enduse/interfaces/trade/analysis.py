"""From files of trade flows to what each sign of diversion says of each hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enduse.model.countries import country_name, resolve_country
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.monitor.trade.editions import Comparable, priority_codes, within_one_edition
from enduse.monitor.trade.flows import Flow, Reading, Report, read_flows
from enduse.monitor.trade.indicators import Flows, Signal, signals
from enduse.monitor.trade.series import Book, Series, month_number, month_text
from enduse.version import __version__

SCHEMA = "enduse/trade-signs/1"
MOST_HUBS = 24
YEAR = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for.

    Attributes:
        origins: whose exports the control binds; ``restricted``: where the goods must not go. ISO alpha-2.
        hubs: through which they may go; where none are named, the largest partners of the origins.
        codes: HS codes; those of the Common High Priority List where none are named.
        control: number of the first month of the control.
        edition: of the Harmonised System; the latest that occurs when empty.
    """

    origins: tuple[str, ...]
    restricted: tuple[str, ...]
    control: int
    hubs: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    edition: str = ""


@dataclass(frozen=True, slots=True)
class Hub:
    """What is said of a hub.

    Attributes:
        before: exports to it over the twelve months before the control, US dollars; ``after`` likewise.
    """

    code: str
    flows: Flows
    signals: tuple[Signal, ...]
    before: float
    after: float

    @property
    def name(self) -> str:
        """Its country's name."""
        return country_name(self.code)

    @property
    def speaking(self) -> tuple[Signal, ...]:
        """The indicators that speak."""
        return tuple(one for one in self.signals if one.speaks)

    @property
    def rank(self) -> tuple[float, ...]:
        """Most and strongest signs first."""
        scores = [one.score / one.level for one in self.signals if one.score is not None]
        return (-len(self.speaking), -max(scores, default=-99.0), -self.after)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        comparable: what is said of codes that occur in several editions of the Harmonised System.
        yearly: reports that were left aside because they are of whole years.
        silent: why nothing can be said of anybody; empty where something can.
    """

    asked: Asked
    readings: tuple[Reading, ...]
    hubs: tuple[Hub, ...]
    direct: Series | None
    others: Series | None
    comparable: tuple[Comparable, ...]
    yearly: int
    silent: str = ""

    @property
    def speaks(self) -> bool:
        """Whether an indicator speaks of a hub."""
        return any(hub.speaking for hub in self.hubs)

    @property
    def judged(self) -> bool:
        """Whether an indicator could be computed for a hub."""
        return any(one.score is not None for hub in self.hubs for one in hub.signals)


def countries(words: Sequence[str], where: str) -> tuple[str, ...]:
    """Countries as an option names them, separated by commas or given several times.

    Raises:
        BadInput: a word is no country.
    """
    found = []
    for word in (part.strip() for text in words for part in text.split(",") if part.strip()):
        code = resolve_country(word)
        if code is None:
            raise BadInput(f"{word[:40]!r} is no country", where=where, remedy="an ISO code or a name")
        found.append(code)
    return tuple(dict.fromkeys(found))


def control_month(text: str) -> int:
    """The first whole month of a control: that of the date where it is the first day, else the next.

    Raises:
        BadInput: no date.
    """
    day = parse_date(text, where="--control-date")
    return month_number(f"{day.year:04d}-{day.month:02d}") + (day.day > 1)


def look(paths: Sequence[Path], asked: Asked) -> Found:
    """Read files and judge every hub.

    Raises:
        BadInput: a file cannot be used; countries overlap.
        OperationFailed: a library of the extra ``trade`` is not installed.
    """
    if set(asked.origins) & set(asked.restricted) or set(asked.hubs) & {*asked.origins, *asked.restricted}:
        raise BadInput("a country stands on two sides", remedy="origins, hubs and restricted destinations differ")
    readings = tuple(read_flows(path) for path in paths)
    return judged([report for reading in readings for report in reading.reports], asked, readings)


def judged(reports: Sequence[Report], asked: Asked, readings: tuple[Reading, ...] = ()) -> Found:
    """Judge every hub on reports that have been read."""
    codes = asked.codes or tuple(priority_codes())
    kept, comparable = within_one_edition((one for one in reports if one.code in set(codes)), asked.edition)
    book = Book(kept)
    direct = book.series("direct", asked.origins, asked.restricted, Flow.EXPORT)
    hubs = asked.hubs or _largest(book, asked)
    partners = book.partners(asked.origins, Flow.EXPORT)
    rest = sorted(partners - {*asked.origins, *asked.restricted, *hubs})
    others = book.series("others", asked.origins, rest, Flow.EXPORT) if rest else None
    found = [_hub(book, asked, hub, direct, others) for hub in hubs]
    found.sort(key=lambda hub: hub.rank)
    silent = ""
    if not kept:
        silent = "no report is of the codes asked for"
    elif not book.months:
        silent = f"every report is of a whole year ({book.yearly:,}): monthly series are needed"
    elif not hubs:
        silent = "the origins report no exports to anybody but the restricted destinations"
    return Found(asked, readings, tuple(found), direct, others, tuple(comparable), book.yearly, silent)


def _largest(book: Book, asked: Asked) -> tuple[str, ...]:
    """The partners of the origins to whom they export most since the control."""
    partners = book.partners(asked.origins, Flow.EXPORT) - {*asked.origins, *asked.restricted}
    totals = {}
    for partner in partners:
        series = book.series(partner, asked.origins, [partner], Flow.EXPORT)
        totals[partner] = series.total(asked.control, asked.control + YEAR) if series is not None else 0.0
    ordered = sorted(totals, key=lambda code: (-totals[code], code))
    # Half of them at most: the others are what they are measured against.
    return tuple(ordered[: min(MOST_HUBS, max(1, len(ordered) // 2))])


def _hub(book: Book, asked: Asked, hub: str, direct: Series | None, others: Series | None) -> Hub:
    to_hub = book.series("to hub", asked.origins, [hub], Flow.EXPORT)
    arrived = book.series("arrived", [hub], asked.origins, Flow.IMPORT)
    onward = book.series("onward", [hub], asked.restricted, Flow.EXPORT)
    again = book.series("onward", [hub], asked.restricted, Flow.REEXPORT)
    if onward is not None and again is not None:
        onward = Series("onward", onward.first, onward.values + again.values)
    if onward is None:
        onward = again or book.series("onward", asked.restricted, [hub], Flow.IMPORT)
    flows = Flows(hub, to_hub, others, direct, arrived, onward)
    before = to_hub.total(asked.control - YEAR, asked.control) if to_hub else 0.0
    after = to_hub.total(asked.control, asked.control + YEAR) if to_hub else 0.0
    return Hub(hub, flows, signals(flows, asked.control), before, after)


def signs_document(found: Found) -> dict[str, Any]:
    """What was found as plain values."""
    asked = found.asked
    return {
        "schema": SCHEMA,
        "engine": __version__,
        "origins": list(asked.origins),
        "restricted": list(asked.restricted),
        "codes": list(asked.codes) or sorted(priority_codes()),
        "control": month_text(asked.control),
        "read": [
            {"file": one.name, "format": one.format, "records": len(one.reports), "left_aside": dict(one.dropped)}
            for one in found.readings
        ],
        "yearly_left_aside": found.yearly,
        "editions": [
            {"code": one.code, "edition": one.edition, "state": one.state, "note": one.note} for one in found.comparable
        ],
        "silent": found.silent,
        "hubs": [
            {
                "hub": hub.code,
                "name": hub.name,
                "exports_before": round(hub.before, 2),
                "exports_after": round(hub.after, 2),
                "signals": [_signal(one) for one in hub.signals],
            }
            for hub in found.hubs
        ],
    }


def _signal(one: Signal) -> dict[str, Any]:
    return {
        "indicator": one.kind.value,
        "speaks": one.speaks,
        "score": round(one.score, 3) if one.score is not None else None,
        "level": one.level,
        "false_alarms": one.false_alarms,
        "silent": one.silent,
        "evidence": [
            {
                "what": step.what,
                "change": round(step.change, 3),
                "standard_errors": round(step.z, 3),
                "months_before": step.before,
                "months_after": step.after,
            }
            for step in one.evidence
        ],
    }
