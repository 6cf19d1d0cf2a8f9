"""Reports over facts that were written when decisions were made: one engine, several layouts, frozen releases."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import statistics as numbers
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from enduse.cases.case import Case
from enduse.cases.facts import Fact
from enduse.cases.reading import Row, read_document, shipped
from enduse.cases.suppression import THRESHOLD, Counts, joined_groups, protected
from enduse.model.citation import Citation
from enduse.model.codec import to_plain
from enduse.model.decision import digest

DIMENSIONS = ("category", "destination", "type", "outcome", "end_user_category")
SUPPRESSED = "[c]"
"""What stands in place of a suppressed cell: confidential."""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A two-way table: two dimensions, with or without values beside counts."""

    id: str
    rows: str
    columns: str
    values: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the facts; the parts of a layout are disjoint.

    Attributes:
        cyber_surveillance: None for all.
    """

    id: str
    title: str
    cyber_surveillance: bool | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A report."""

    id: str
    title: str
    law: str
    sections: tuple[Section, ...]
    tables: tuple[TableLayout, ...]
    figures: tuple[str, ...]
    citation: Citation


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table as it may be read by anybody.

    Attributes:
        cells: texts, in rows of the table; :data:`SUPPRESSED` where a cell is not shown.
        values: sums by currency, with the same cells suppressed.
    """

    id: str
    section: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    row_totals: tuple[str, ...]
    column_totals: tuple[str, ...]
    total: str
    values: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = ()
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """A frozen report: what was published, over which facts. A revision is a later version beside it.

    Attributes:
        facts_sha256: hash of the facts it rests on.
        period: half-open, ``[from, to)``.
        facts: how many decisions it rests on; None where a section's total is suppressed, for sections part the facts.
        changed: what differs from the version before, in numbers of facts added and taken away, where both are told.
    """

    layout: str
    version: int
    period: tuple[dt.date, dt.date]
    made_on: dt.date
    facts_sha256: str
    tables: tuple[PublishedTable, ...]
    figures: tuple[tuple[str, str, str], ...]
    facts: int | None
    supersedes: str = ""
    changed: str = ""

    @property
    def sha256(self) -> str:
        """Its hash: what two readers compare."""
        return digest(to_plain(self))


def current_facts(cases: Iterable[Case]) -> tuple[Fact, ...]:
    """The facts of the latest revision of each case."""
    return tuple(fact for case in cases if case.facts for fact in max(case.facts, key=lambda pair: pair[0])[1])


def release(
    facts: Sequence[Fact],
    layout: Layout,
    authorities: Iterable[str],
    period: tuple[dt.date, dt.date],
    made_on: dt.date,
    *,
    previous: Release | None = None,
    threshold: int = THRESHOLD,
) -> Release:
    """Make a report of the decisions of some authorities in a period.

    Args:
        facts: as of now; those of other authorities and days are left out.
        previous: the version that this one revises.
        threshold: cells below it are suppressed.
    """
    start, end = period
    known = frozenset(authorities)
    chosen = [fact for fact in facts if fact.authority in known and start <= fact.decided_on < end]
    chosen.sort(key=lambda fact: digest(to_plain(fact)))
    tables: list[PublishedTable] = []
    figures: list[tuple[str, str, str]] = []
    for section in layout.sections:
        part = [
            fact
            for fact in chosen
            if section.cyber_surveillance is None or fact.cyber_surveillance == section.cyber_surveillance
        ]
        groups = _groups(part, layout.tables, threshold)
        tables.extend(_table(part, section, one, groups, threshold) for one in layout.tables)
        figures.extend((section.id, name, FIGURES[name](part, threshold)) for name in layout.figures)
    told = None if any(table.total == SUPPRESSED for table in tables) else len(chosen)
    return Release(
        layout=layout.id,
        version=previous.version + 1 if previous else 1,
        period=period,
        made_on=made_on,
        facts_sha256=digest([to_plain(fact) for fact in chosen]),
        tables=tuple(tables),
        figures=tuple(figures),
        facts=told,
        supersedes=previous.sha256 if previous else "",
        changed=_changed(told, previous),
    )


def _changed(told: int | None, previous: Release | None) -> str:
    if previous is None:
        return ""
    if told is None or previous.facts is None:
        return "revised; by how many facts is not shown"
    return f"{told - previous.facts:+d} facts since version {previous.version}"


def _groups(facts: Sequence[Fact], tables: Iterable[TableLayout], threshold: int) -> dict[str, dict[str, str]]:
    """One grouping for each dimension of a section: tables with groups of their own could be subtracted."""
    names = dict.fromkeys(name for table in tables for name in (table.rows, table.columns))
    return {name: joined_groups(Counter(str(getattr(fact, name)) for fact in facts), threshold) for name in names}


def _table(
    facts: Sequence[Fact],
    section: Section,
    layout: TableLayout,
    groups: Mapping[str, Mapping[str, str]],
    threshold: int,
) -> PublishedTable:
    def place(fact: Fact) -> tuple[str, str]:
        return (
            groups[layout.rows][str(getattr(fact, layout.rows))],
            groups[layout.columns][str(getattr(fact, layout.columns))],
        )

    counted = Counter(map(place, facts))
    rows, columns = sorted({row for row, _ in counted}), sorted({column for _, column in counted})
    cells = tuple(tuple(counted[row, column] for column in columns) for row in rows)
    table = protected(Counts(tuple(rows), tuple(columns), cells), threshold)
    small = 0 < len(facts) < threshold
    hidden = len(rows) * len(columns) if not table.shown or small else len(table.suppressed)

    def shown(row: int, column: int, text: str) -> str:
        dark = small or not table.shown or (row, column) in table.suppressed
        return SUPPRESSED if dark and table.cells[row][column] else text

    def margin(number: int) -> str:
        return SUPPRESSED if small else str(number)

    values: list[tuple[str, tuple[tuple[str, ...], ...]]] = []
    for currency in sorted({fact.currency for fact in facts}) if layout.values else ():
        sums: Counter[tuple[str, str]] = Counter()
        for fact in facts:
            if fact.currency == currency:
                sums[place(fact)] += fact.value  # type: ignore[assignment]
        # A currency alone could be of one case: it is shown where every case of the cell is in it.
        same = Counter(place(fact) for fact in facts if fact.currency == currency)
        values.append(
            (
                currency,
                tuple(
                    tuple(
                        shown(r, c, format(Decimal(sums[row, column]), "f"))
                        if same[row, column] in (0, counted[row, column])
                        else SUPPRESSED
                        for c, column in enumerate(columns)
                    )
                    for r, row in enumerate(rows)
                ),
            )
        )
    return PublishedTable(
        id=layout.id,
        section=section.id,
        title=f"{section.title}: {layout.rows} by {layout.columns}",
        rows=table.rows,
        columns=table.columns,
        cells=tuple(
            tuple(shown(r, c, str(value)) for c, value in enumerate(line)) for r, line in enumerate(table.cells)
        ),
        row_totals=tuple(margin(table.row_total(number)) for number in range(len(rows))),
        column_totals=tuple(margin(table.column_total(number)) for number in range(len(columns))),
        total=margin(table.total),
        values=tuple(values),
        suppressed=hidden,
    )


def _count(keep: Callable[[Fact], bool]) -> Callable[[Sequence[Fact], int], str]:
    def figure(facts: Sequence[Fact], threshold: int) -> str:
        found = sum(map(keep, facts))
        rest = len(facts) - found
        # The complement is as telling as the figure: the total is published.
        return SUPPRESSED if 0 < found < threshold or 0 < rest < threshold else str(found)

    return figure


def _share(keep: Callable[[Fact], bool]) -> Callable[[Sequence[Fact], int], str]:
    def figure(facts: Sequence[Fact], threshold: int) -> str:
        found = sum(map(keep, facts))
        if not facts:
            return "not assessable"
        if len(facts) < threshold or 0 < found < threshold or 0 < len(facts) - found < threshold:
            return SUPPRESSED
        return f"{100 * Decimal(found) / len(facts):.1f} %"

    return figure


def _days(average: Callable[[list[int]], float]) -> Callable[[Sequence[Fact], int], str]:
    def figure(facts: Sequence[Fact], threshold: int) -> str:
        days = [fact.working_days for fact in facts if fact.working_days is not None]
        if not days:
            return "not assessable"
        return SUPPRESSED if len(days) < threshold else f"{average(days):.1f}"

    return figure


def _criteria(facts: Sequence[Fact], threshold: int) -> str:
    cited = Counter(criterion for fact in facts for criterion in fact.criteria)
    return "; ".join(f"{name}: {n if n >= threshold else SUPPRESSED}" for name, n in sorted(cited.items())) or "none"


def _within(clock: str) -> Callable[[Fact], bool]:
    return lambda fact: f"{clock}:in_time" in fact.clocks


def _within_60(facts: Sequence[Fact], threshold: int) -> str:
    """Beside the share in 20 days it also tells how many took longer than that: this is a cell of its own."""
    between = sum(map(_within("uk/60"), facts)) - sum(map(_within("uk/20"), facts))
    return SUPPRESSED if 0 < between < threshold else _share(_within("uk/60"))(facts, threshold)


# Counts by outcome are no figures: the totals of the tables give them, in groups that are large enough.
FIGURES: dict[str, Callable[[Sequence[Fact], int], str]] = {
    "appeals": _count(lambda fact: fact.on_appeal),
    "with_assessment": _share(lambda fact: fact.human_rights_assessed_on is not None),
    "within_20": _share(_within("uk/20")),
    "within_60": _within_60,
    "median_days": _days(numbers.median),
    "average_days": _days(numbers.fmean),
    "criteria": _criteria,
}


def to_csv(made: Release) -> str:
    """The tables and figures of a release as one CSV, every number a row of its own."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["section", "table", "row", "column", "measure", "value"])
    for table in made.tables:
        writer.writerows(_rows(table))
    writer.writerows([section, "figures", name, "", "", value] for section, name, value in made.figures)
    return out.getvalue()


def _rows(table: PublishedTable) -> Iterator[list[str]]:
    measures = [("count", table.cells), *((f"value {currency}", cells) for currency, cells in table.values)]
    for measure, cells in measures:
        for row, line in zip(table.rows, cells, strict=True):
            for column, text in zip(table.columns, line, strict=True):
                yield [table.section, table.id, row, column, measure, text]
    for row, text in zip(table.rows, table.row_totals, strict=True):
        yield [table.section, table.id, row, "total", "count", text]
    for column, text in zip(table.columns, table.column_totals, strict=True):
        yield [table.section, table.id, "total", column, "count", text]
    yield [table.section, table.id, "total", "total", "count", table.total]


def read_layouts(data: bytes | str, name: str) -> dict[str, Layout]:
    """Layouts of a document.

    Raises:
        BadInput: an unknown dimension or figure, sections that overlap, or a missing citation.
    """
    found: dict[str, Layout] = {}
    for row in read_document(data, name).only("layouts").rows("layouts"):
        row.only("id", "title", "law", "sections", "tables", "figures", "citation")
        sections = tuple(_section(one) for one in row.rows("sections"))
        parts = [one.cyber_surveillance for one in sections]
        if not sections or len(set(parts)) != len(parts) or (None in parts and len(parts) > 1):
            raise row.wrong("sections part the facts: all of them, or yes and no", "sections")
        figures = row.texts("figures")
        for figure in figures:
            if figure not in FIGURES:
                raise row.wrong(f"no figure {figure!r}", "figures", f"known: {', '.join(FIGURES)}")
        identifier = row.identifier()
        if identifier in found:
            raise row.wrong(f"{identifier!r} occurs twice", "id")
        tables = tuple(_table_layout(one) for one in row.rows("tables"))
        found[identifier] = Layout(
            identifier, row.text("title"), row.text("law"), sections, tables, figures, row.citation()
        )
    return found


def _section(row: Row) -> Section:
    row.only("id", "title", "cyber_surveillance")
    said = row.values.get("cyber_surveillance")
    return Section(row.identifier(), row.text("title"), None if said is None else row.flag("cyber_surveillance"))


def _table_layout(row: Row) -> TableLayout:
    row.only("id", "rows", "columns", "values")
    rows, columns = row.word("rows", DIMENSIONS), row.word("columns", DIMENSIONS)
    if rows == columns:
        raise row.wrong("a table has two dimensions", "columns")
    return TableLayout(row.identifier(), rows, columns, row.flag("values"))


@functools.cache
def shipped_layouts() -> Mapping[str, Layout]:
    """The layouts that come with the program."""
    return read_layouts(shipped("reports.yaml"), "reports.yaml")
