"""Trade flows as reported to UN Comtrade: the API's JSON and CSV, and the older bulk CSV.

Sources: UN Comtrade API (fields ``reporterCode, partnerCode, flowCode, cmdCode, classificationCode, primaryValue``)
and the bulk CSV before it (``Reporter Code, Trade Flow Code, Partner Code, Classification, Commodity Code, Value``).
Country codes are M49 numbers with UN Comtrade's own exceptions; ``H0 .. H6`` are the editions of the Harmonised System.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from enduse.formats.plain_json import load_json
from enduse.formats.tables import open_table
from enduse.model.countries import is_country_code, resolve_country
from enduse.model.errors import BadInput, OperationFailed

MAX_BYTES = 500_000_000
MAX_NODES = 20_000_000
"""Values in an answer of the API: about fifty for each record."""
WORLD = "W0"
EDITIONS: Mapping[str, str] = MappingProxyType(
    {
        **{"H0": "HS1992", "H1": "HS1996", "H2": "HS2002", "H3": "HS2007"},
        **{"H4": "HS2012", "H5": "HS2017", "H6": "HS2022"},
    }
)
_OWN_CODES: Mapping[int, str] = MappingProxyType(
    {0: WORLD, 699: "IN", 842: "US", 251: "FR", 757: "CH", 579: "NO", 380: "IT", 381: "IT", 490: "TW"}
)
"""Codes that UN Comtrade writes where M49 has another number, or none. 490 is "Other Asia, not elsewhere specified"."""
_PERIOD = re.compile(r"(?P<year>[12][0-9]{3})(?P<month>0[1-9]|1[0-2])?")
_CODE = re.compile(r"[0-9]{2,10}")


class Flow(StrEnum):
    """The direction, as its reporter sees it. Re-exports and re-imports are kept apart."""

    EXPORT = "export"
    IMPORT = "import"
    REEXPORT = "reexport"
    REIMPORT = "reimport"


_FLOWS: Mapping[str, Flow] = MappingProxyType(
    {
        **{"X": Flow.EXPORT, "M": Flow.IMPORT, "RX": Flow.REEXPORT, "RM": Flow.REIMPORT},
        **{"1": Flow.IMPORT, "2": Flow.EXPORT, "3": Flow.REEXPORT, "4": Flow.REIMPORT},
    }
)


@dataclass(frozen=True, slots=True)
class Report:
    """What one country reports of its trade with another in one commodity and period.

    Attributes:
        reporter: ISO alpha-2; ``partner`` likewise, or ``W0`` for the world.
        code: commodity code as text, leading zeros kept; or ``TOTAL``.
        edition: of the Harmonised System (``HS2007``), or the classification's own word.
        period: ``2010`` or ``2010-03``.
        value: US dollars: f.o.b. for exports, usually c.i.f. for imports.
        estimated: the value or quantity is flagged as estimated.
        weight: net weight in kilograms; 0 where none is reported.
    """

    reporter: str
    partner: str
    flow: Flow
    code: str
    edition: str
    period: str
    value: float
    estimated: bool = False
    weight: float = 0.0

    @property
    def monthly(self) -> bool:
        """Whether the period is a month."""
        return len(self.period) == 7


@dataclass(frozen=True)
class Reading:
    """What a file says.

    Attributes:
        dropped: how many records were left aside, by reason.
        examples: the first places of each reason.
    """

    name: str
    format: str
    reports: tuple[Report, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, str] = field(default_factory=dict)

    @property
    def editions(self) -> tuple[str, ...]:
        """The classifications that occur."""
        return tuple(sorted({one.edition for one in self.reports}))

    def summary(self) -> str:
        """One line: what was read, and what was left aside."""
        codes = {one.code for one in self.reports}
        periods = sorted({one.period for one in self.reports})
        parts = [f"{self.name} ({self.format}): {len(self.reports):,} records, {len(codes):,} codes"]
        if periods:
            parts.append(f"{', '.join(self.editions)}, {periods[0]} to {periods[-1]}")
        parts += [f"{count:,} left aside: {why} (first: {self.examples[why]})" for why, count in self.dropped.items()]
        return "; ".join(parts)


class _Aside:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def say(self, why: str, where: str) -> None:
        self.counts[why] += 1
        self.examples.setdefault(why, where)


def read_flows(path: Path) -> Reading:
    """Read a file of UN Comtrade: API JSON, API CSV or the older bulk CSV.

    Raises:
        BadInput: it is none of them, or cannot be read; names the place.
    """
    if not path.is_file():
        raise BadInput("no such file", where=str(path), remedy="check the path")
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(f"larger than {MAX_BYTES:,} bytes", where=path.name, remedy="split the file")
    aside = _Aside()
    if path.suffix.lower() == ".json":
        rows, read, form = _json_rows(path), _of_api, "UN Comtrade API, JSON"
    else:
        table = open_table(path)
        if {"cmdCode", "flowCode", "reporterCode"} <= set(table.columns):
            read, form = _of_api, "UN Comtrade API, CSV"
        elif {"Commodity Code", "Trade Flow Code", "Reporter Code"} <= set(table.columns):
            read, form = _of_bulk, "UN Comtrade bulk CSV"
        else:
            raise BadInput(
                "these are no columns of UN Comtrade",
                where=path.name,
                remedy="API: cmdCode, flowCode, reporterCode ...; bulk: Commodity Code, Trade Flow Code, Reporter Code",
            )
        rows = _table_rows(table, aside)
    reports = tuple(_read_all(rows, read, aside))
    if not reports and not aside.counts:
        raise BadInput("no records", where=path.name, remedy="was the query empty?")
    return Reading(path.name, form, reports, dict(aside.counts), aside.examples)


_Row = tuple[str, Mapping[str, Any]]


def _json_rows(path: Path) -> Iterator[_Row]:
    raw = load_json(path.read_bytes(), name=path.name, max_bytes=MAX_BYTES, max_nodes=MAX_NODES)
    data = raw.get("data") if isinstance(raw, dict) else None
    if not isinstance(data, list):
        said = str(raw.get("error") or raw.get("message") or "")[:200] if isinstance(raw, dict) else ""
        problem = f"no list 'data' in it{f'; it says: {said}' if said else ''}"
        raise BadInput(problem, where=path.name, remedy="an answer of the API: {elapsedTime, count, data, error}")
    for number, row in enumerate(data, start=1):
        yield f"{path.name} data[{number - 1}]", row if isinstance(row, dict) else {}


def _table_rows(table: Any, aside: _Aside) -> Iterator[_Row]:
    for row in table.rows(text=(), keep_bad_rows=True):
        if row.problem:
            aside.say(row.problem.problem, row.where)
        elif any(cell.strip() for cell in row.cells.values()):
            yield row.where, row.cells


def _read_all(
    rows: Iterable[_Row], read: Callable[[Mapping[str, Any]], Report | str], aside: _Aside
) -> Iterator[Report]:
    for where, row in rows:
        found = read(row)
        if isinstance(found, str):
            aside.say(found, where)
        else:
            yield found


def _of_api(row: Mapping[str, Any]) -> Report | str:
    def text(key: str) -> str:
        value = row.get(key)
        return "" if value is None else str(value).strip()

    for key, whole, why in (
        ("partner2Code", {"", "0"}, "split by second partner: the row of all of them counts"),
        ("customsCode", {"", "C00"}, "split by customs procedure: the row of all of them counts"),
        ("motCode", {"", "0"}, "split by mode of transport: the row of all of them counts"),
    ):
        if text(key) not in whole:
            return why
    estimated = any(text(key).lower() in ("true", "1") for key in ("isQtyEstimated", "isNetWgtEstimated"))
    if text("isReported").lower() in ("false", "0"):
        estimated = True
    return _report(
        text("reporterISO") or text("reporterCode"),
        text("partnerISO") or text("partnerCode"),
        text("flowCode"),
        text("cmdCode"),
        text("classificationCode"),
        text("period"),
        text("primaryValue"),
        estimated,
        numbers=(text("reporterCode"), text("partnerCode")),
        weight=text("netWgt"),
    )


def _of_bulk(row: Mapping[str, Any]) -> Report | str:
    return _report(
        row["Reporter Code"].strip(),
        row.get("Partner Code", "").strip(),
        row["Trade Flow Code"].strip(),
        row["Commodity Code"].strip(),
        row.get("Classification", "").strip(),
        row.get("Year", "").strip() or row.get("Period", "").strip(),
        row.get("Value", "").strip(),
        row.get("Estimation Code", "0").strip() not in ("", "0"),
        weight=row.get("Netweight (kg)", "").strip(),
    )


def _report(
    reporter: str,
    partner: str,
    flow: str,
    code: str,
    edition: str,
    period: str,
    value: str,
    estimated: bool,
    *,
    numbers: tuple[str, str] = ("", ""),
    weight: str = "",
) -> Report | str:
    direction = _FLOWS.get(flow)
    if direction is None:
        return f"flow code {flow[:10]!r} is not known"
    who, whom = country_of(reporter, numbers[0]), country_of(partner, numbers[1])
    if not who or not whom:
        return "a reporter or partner that is no country (areas, bunkers, free zones)"
    if code != "TOTAL" and not _CODE.fullmatch(code):
        return "a commodity code that is no number"
    when = _PERIOD.fullmatch(period)
    if when is None:
        return "a period that is neither year nor month"
    try:
        amount = float(value)
    except ValueError:
        return "no value"
    if not math.isfinite(amount) or amount < 0:
        return "a value that is no amount"
    month = f"-{when['month']}" if when["month"] else ""
    return Report(
        who,
        whom,
        direction,
        code,
        EDITIONS.get(edition, edition or "not stated"),
        when["year"] + month,
        amount,
        estimated,
        _weight(weight),
    )


def _weight(text: str) -> float:
    """Kilograms; 0 where none are reported, or what is reported can be none."""
    try:
        found = float(text) if text else 0.0
    except ValueError:
        return 0.0
    return found if math.isfinite(found) and found > 0 else 0.0


def country_of(word: str, number: str = "") -> str:
    """A country of UN Comtrade (``CHN``, ``699``) as ISO alpha-2; ``W0`` for the world, empty where it is none."""
    for one in (word, number):
        if one.isdecimal() and len(one) <= 4:
            found = _by_number().get(int(one), "")
        elif one in ("W00", WORLD):
            found = WORLD
        elif 2 <= len(one) <= 3 and one.isalpha():
            found = resolve_country(one) or ""
        else:
            found = ""
        if found:
            return found
    return ""


@functools.cache
def _by_number() -> Mapping[int, str]:
    try:
        import iso3166  # optional: the extra `trade`
    except ImportError:
        remedy = "pip install 'enduse[trade]'"
        raise OperationFailed("country numbers cannot be read: iso3166 is not installed", remedy=remedy) from None
    known = {int(one.numeric): one.alpha2 for one in iso3166.countries if is_country_code(one.alpha2)}
    return {**known, **_OWN_CODES}
