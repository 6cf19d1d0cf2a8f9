"""From files of trade flows to what each sign of diversion says of each hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from enduse.model.countries import country_name, resolve_country
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.monitor.trade.editions import Comparable, priority_codes, within_one_edition
from enduse.monitor.trade.flows import EDITIONS, Flow, Reading, Report, read_flows
from enduse.monitor.trade.indicators import Flows, Signal, signals
from enduse.monitor.trade.series import Book, Series, month_number

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
        unverified: editions are joined where a code is said to name the same goods, and nobody has verified it.
    """

    origins: tuple[str, ...]
    restricted: tuple[str, ...]
    control: int
    hubs: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    edition: str = ""
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What is told of a file that was read.

    Attributes:
        dropped: how many records were left aside, by reason.
        said: all of it in one line.
    """

    name: str
    format: str
    records: int
    dropped: Mapping[str, int]
    said: str

    @classmethod
    def of(cls, reading: Reading) -> ReadFile:
        """Of a reading, without its records."""
        return cls(reading.name, reading.format, len(reading.reports), dict(reading.dropped), reading.summary())


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown of a hub beside the signs, and not judged: each before the control and after.

    Attributes:
        unit: US dollars a kilogram of the exports to it, over reports that state a weight; ``unit_others``: of those to
            everybody else.
        returned: what it exports and re-exports back to the origins, as it reports it, as a share of what went there.
    """

    unit: tuple[float | None, float | None] = (None, None)
    unit_others: tuple[float | None, float | None] = (None, None)
    returned: tuple[float | None, float | None] = (None, None)

    @property
    def says(self) -> bool:
        """Whether any of it is known."""
        return any(one is not None for one in (*self.unit, *self.returned))


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
    beside: Beside = Beside()

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
    readings: tuple[ReadFile, ...]
    hubs: tuple[Hub, ...]
    direct: Series | None
    others: Series | None
    comparable: tuple[Comparable, ...]
    yearly: int
    silent: str = ""

    @property
    def of_years(self) -> bool:
        """Whether the series are of whole years."""
        return any(one is not None and one.yearly for hub in self.hubs for one in _lines(hub.flows))

    @property
    def control(self) -> int:
        """Number of the first period of the control: a month, or the first whole year."""
        return _year(self.asked.control) if self.of_years else self.asked.control

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
    day = parse_date(text, where="control_date")
    return month_number(f"{day.year:04d}-{day.month:02d}") + (day.day > 1)


def on_one_side(asked: Asked) -> None:
    """Refuse a country that stands on two sides.

    Raises:
        BadInput: one does.
    """
    if set(asked.origins) & set(asked.restricted) or set(asked.hubs) & {*asked.origins, *asked.restricted}:
        raise BadInput("a country stands on two sides", remedy="origins, hubs and restricted destinations differ")


def asked_of(
    origins: Sequence[str],
    restricted: Sequence[str],
    control: str,
    hubs: Sequence[str] = (),
    codes: Sequence[str] = (),
    edition: str = "",
    *,
    unverified: bool = False,
) -> Asked:
    """What is looked for, from words.

    Raises:
        BadInput: names what cannot be used.
    """
    if edition and edition not in EDITIONS.values():
        raise BadInput(f"no edition is called {edition[:20]!r}", where="edition", remedy=", ".join(EDITIONS.values()))
    sides = {"origin": countries(origins, "origin"), "restricted": countries(restricted, "restricted")}
    for name, some in sides.items():
        if not some:
            raise BadInput("no country", where=name, remedy="an ISO code or a name; several with commas")
    asked = Asked(
        sides["origin"],
        sides["restricted"],
        control_month(control),
        countries(hubs, "hub"),
        tuple(part.strip() for text in codes for part in text.replace(" ", ",").split(",") if part.strip()),
        edition,
        unverified,
    )
    wrong = [code for code in asked.codes if not (code.isascii() and code.isdecimal() and 2 <= len(code) <= 10)]
    if wrong:
        raise BadInput(f"{wrong[0][:20]!r} is no HS code", where="code", remedy="digits, leading zeros kept: 854231")
    on_one_side(asked)
    return asked


def look(paths: Sequence[Path], asked: Asked) -> Found:
    """Read files and judge every hub.

    Raises:
        BadInput: a file cannot be used; countries overlap.
        OperationFailed: a library of the extra ``trade`` is not installed.
    """
    on_one_side(asked)
    readings = [read_flows(path) for path in paths]
    told = tuple(ReadFile.of(one) for one in readings)
    return judged([report for reading in readings for report in reading.reports], asked, told)


def judged(reports: Sequence[Report], asked: Asked, readings: tuple[ReadFile, ...] = ()) -> Found:
    """Judge every hub on reports that have been read."""
    codes = asked.codes or tuple(priority_codes())
    wanted = frozenset(codes)
    own = (one for one in reports if one.code in wanted)
    kept, comparable = within_one_edition(own, asked.edition, unverified=asked.unverified)
    book = Book(kept)
    direct = book.series("direct", asked.origins, asked.restricted, Flow.EXPORT)
    hubs = asked.hubs or _largest(book, asked)
    partners = book.partners(asked.origins, Flow.EXPORT)
    rest = sorted(partners - {*asked.origins, *asked.restricted, *hubs})
    others = book.series("others", asked.origins, rest, Flow.EXPORT) if rest else None
    found = [_hub(book, asked, hub, direct, others, rest) for hub in hubs]
    found.sort(key=lambda hub: hub.rank)
    silent = ""
    if not kept:
        silent = "no report is of the codes asked for"
    elif not hubs:
        silent = "the origins report no exports of the codes to anybody but the restricted destinations"
    elif book.of_years:
        silent = f"every report is of a whole year ({book.yearly:,}): monthly series are needed, years are shown"
    return Found(asked, readings, tuple(found), direct, others, tuple(comparable), book.yearly, silent)


def _lines(flows: Flows) -> tuple[Series | None, ...]:
    return flows.to_hub, flows.arrived, flows.onward


def _year(month: int) -> int:
    """The first whole year from a month on."""
    return -(-month // YEAR)


def _largest(book: Book, asked: Asked) -> tuple[str, ...]:
    """The partners of the origins to whom they export most since the control."""
    partners = book.partners(asked.origins, Flow.EXPORT) - {*asked.origins, *asked.restricted}
    totals = {}
    for partner in partners:
        series = book.series(partner, asked.origins, [partner], Flow.EXPORT)
        totals[partner] = series.total(*_after(book, asked)) if series is not None else 0.0
    ordered = sorted(totals, key=lambda code: (-totals[code], code))
    # Half of them at most: the others are what they are measured against.
    return tuple(ordered[: min(MOST_HUBS, max(1, len(ordered) // 2))])


def _hub(book: Book, asked: Asked, hub: str, direct: Series | None, others: Series | None, rest: Sequence[str]) -> Hub:
    to_hub = book.series("to hub", asked.origins, [hub], Flow.EXPORT)
    arrived = book.series("arrived", [hub], asked.origins, Flow.IMPORT)
    onward = book.series("onward", [hub], asked.restricted, Flow.EXPORT)
    again = book.series("onward", [hub], asked.restricted, Flow.REEXPORT)
    if onward is not None and again is not None:
        onward = Series("onward", onward.first, onward.values + again.values, onward.yearly)
    if onward is None:
        onward = again or book.series("onward", asked.restricted, [hub], Flow.IMPORT)
    flows = Flows(hub, to_hub, others, direct, arrived, onward)
    before = to_hub.total(*_before(book, asked)) if to_hub else 0.0
    after = to_hub.total(*_after(book, asked)) if to_hub else 0.0
    beside = _beside(book, asked, hub, rest, (before, after))
    return Hub(hub, flows, signals(flows, asked.control), before, after, beside)


def _before(book: Book, asked: Asked) -> tuple[int, int]:
    """The year before the control, as the book counts."""
    control = _year(asked.control) if book.of_years else asked.control
    return control - (1 if book.of_years else YEAR), control


def _after(book: Book, asked: Asked) -> tuple[int, int]:
    control = _year(asked.control) if book.of_years else asked.control
    return control, control + (1 if book.of_years else YEAR)


def _beside(book: Book, asked: Asked, hub: str, rest: Sequence[str], went: tuple[float, float]) -> Beside:
    spans = (_before(book, asked), _after(book, asked))
    back = [book.series("back", [hub], asked.origins, flow) for flow in (Flow.EXPORT, Flow.REEXPORT)]
    known = [one for one in back if one is not None]

    def unit(partners: Sequence[str]) -> tuple[float | None, float | None]:
        found = [book.unit_value(asked.origins, partners, Flow.EXPORT, *span) for span in spans]
        return found[0], found[1]

    shares = [
        sum(one.total(*span) for one in known) / there if known and there else None
        for span, there in zip(spans, went, strict=True)
    ]
    return Beside(unit([hub]), unit(rest), (shares[0], shares[1]))
