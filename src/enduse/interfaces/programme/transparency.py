"""The transparency report of the programme: the scorecard, licensing's own report, and the register, for the public.

Licensing's part is the report of its engine and nothing else: a second way of grouping the same decisions could be
subtracted from the first. A frozen report never changes; a revision stands beside it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

from enduse.cases.documents import Block, Content, Facts, Heading, Notice, Paragraph, Table
from enduse.cases.statistics import Release, shipped_layouts, to_csv
from enduse.formats.tables import csv_of
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing import registers
from enduse.interfaces.licensing.documents import Document, render
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.licensing.reports import sections
from enduse.interfaces.programme import cards
from enduse.interfaces.programme.gather import register
from enduse.interfaces.programme.shelf import member_of
from enduse.interfaces.told import PROGRAMME, refuse_overlap
from enduse.model.codec import canonical_json, from_plain, to_plain
from enduse.model.decision import digest
from enduse.model.errors import BadInput
from enduse.model.record import By, Kind
from enduse.programme.published import WITHHELD, CardTold, for_the_public
from enduse.programme.register import PILLARS, Total, totals

FROZEN = f"{PROGRAMME}transparency/"
"""How the keys of frozen reports begin; the period follows."""
TITLE = "Transparency report: how export controls guard human rights"
NOT_SHOWN = (
    f"{WITHHELD} stands for a number that is not shown: it is small, or a small one could be computed from it and the "
    "totals. Which of the two is not said. Groups with few decisions are joined. A breach is always told."
)


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a period, as anybody may read it.

    Attributes:
        licensing: releases of licensing's reports over the period, those in which something was decided.
        money: sums of the register by pillar and currency.
        version: 0 while it is not frozen.
    """

    member: str
    start: dt.date
    end: dt.date
    made_on: dt.date
    card: CardTold
    licensing: tuple[Release, ...]
    money: tuple[Total, ...]
    version: int = 0
    supersedes: str = ""

    @property
    def sha256(self) -> str:
        """Its hash: what two readers compare."""
        return digest(to_plain(self))

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.end - dt.timedelta(days=1)

    @property
    def hidden(self) -> int:
        """Numbers that are not shown."""
        return self.card.withheld + sum(one.suppressed for made in self.licensing for one in made.tables)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen report, under its hash."""

    sha256: str
    at: str
    report: Report


def report(office: Office, start: dt.date, end: dt.date) -> Report:
    """The report of a period, as it would be released today.

    Raises:
        BadInput: the period holds no day.
    """
    member, today = member_of(office), office.today()
    card = for_the_public(cards.ours(office, start, end), member, today)
    made = (registers.report(office, one, (), start, end) for one in shipped_layouts())
    decided = tuple(one for one in made if one.facts != 0)
    return Report(member, start, end, today, card, decided, totals(register(office)))


def freeze(office: Office, start: dt.date, end: dt.date, *, by: By, reason: str) -> Frozen:
    """Freeze a report; what was frozen before of the period stays beside it.

    Raises:
        BadInput: no reason is given, the period has not ended, or overlaps one that was told.
    """
    if not reason.strip():
        raise BadInput("a reason is missing", where="reason", remedy="say why, for those who read the audit chain")
    if end > office.today():
        raise BadInput(f"the period has not ended: {end} lies ahead", where="to")
    refuse_overlap(office, start, end)
    versions = [one for one in frozen(office) if (one.report.start, one.report.end) == (start, end)]
    made = report(office, start, end)
    plain = to_plain(made, keep_empty=True)
    plain |= {"version": len(versions) + 1, "supersedes": versions[-1].sha256 if versions else ""}
    made = from_plain(Report, plain)
    content = {"sha256": made.sha256}
    store = office.stores.need().references
    store.keep(
        Kind.RELEASE, f"{FROZEN}{start}/{end}", canonical_json(to_plain(made)), by=by, reason=reason, content=content
    )
    return next(one for one in frozen(office) if one.sha256 == made.sha256)


def frozen(office: Office) -> list[Frozen]:
    """Every frozen report, oldest first."""
    store = office.stores.get()
    if store is None:
        return []
    found = []
    for standing in store.references.standing(Kind.RELEASE):
        if standing.key.startswith(FROZEN):
            for one in store.references.versions(Kind.RELEASE, standing.key):
                made = from_plain(Report, json.loads(store.references.body(one)))
                found.append(Frozen(one.text("sha256"), one.text("at"), made))
    return found


def one_frozen(office: Office, sha256: str) -> Frozen:
    """A frozen report by its hash.

    Raises:
        NotHeld: there is none.
    """
    found = next((one for one in frozen(office) if one.sha256 == sha256), None)
    if found is None:
        raise NotHeld("there is no such report", "the page of transparency reports lists them")
    return found


# --- as a table and as a document


def as_csv(made: Report) -> str:
    """All numbers of a report as one table."""
    lines: list[tuple[object, ...]] = [("part", "section", "table", "row", "column", "measure", "value")]
    for one in made.card.commitments:
        lines.append(("scorecard", one.id, "levels", one.title, "", "level", one.words))
        for two in one.measures:
            for name, value in (("value", two.value), ("numerator", two.numerator), ("denominator", two.denominator)):
                lines.append(("scorecard", one.id, "measures", two.id, "", name, value))
            lines.extend(("scorecard", one.id, "parts", two.id, name, "count", n) for name, n in two.parts)
    for release in made.licensing:
        rows = csv.reader(io.StringIO(to_csv(release)))
        next(rows)
        lines.extend((f"licensing {release.layout}", *row) for row in rows)
    for total in made.money:
        amount = "" if total.budget is None else format(total.budget, "f")
        lines.append(("register", "", "money", total.pillar, total.currency, "initiatives", total.initiatives))
        lines.append(("register", "", "money", total.pillar, total.currency, "budget", amount))
    return csv_of(lines)


def as_document(office: Office, made: Report, form: str) -> Document:
    """The report as a page of its own, or as PDF; the page stands in where no PDF can be made, and says why.

    Raises:
        BadInput: another form is asked for.
    """
    return render(content(office, made), form, office.fonts)


def content(office: Office, made: Report) -> Content:
    """What the report says, for the renderers of documents."""
    number = f"transparency {made.start} {made.end}" + (f" version {made.version}" if made.version else " draft")
    issuer = f"member {made.member}" if made.member else "not a member of a coalition"
    return Content(
        "transparency-1", "transparency", TITLE, issuer, number, made.made_on, "public", tuple(_blocks(office, made))
    )


def _blocks(office: Office, made: Report) -> Iterator[Block]:
    yield Facts((("Period", f"{made.start} to {made.last}"), ("Not shown", f"{made.hidden} numbers and levels")))
    if not made.version:
        yield Notice("As it would be released today. It is not frozen: nobody can rely on it yet.")
    yield Heading("The Code of Conduct")
    yield Paragraph(f"A {made.card.label}. A measure without evidence is not assessable.")
    for one in made.card.commitments:
        rows = tuple(
            (two.title, two.words + (" BREACHED" if two.breached else ""), two.numerator or "–", two.denominator or "–")
            for two in sorted(one.measures, key=lambda two: not two.breached)
        )
        yield Table(
            f"{one.id}. {one.title}: {one.words}", ("Measure", "Value", "Numerator", "Denominator"), rows, (2, 3)
        )
        parts = tuple((name, count) for two in one.measures for name, count in two.parts)
        if parts:
            yield Table(f"{one.id}. Counted by", ("By", "Count"), parts, (1,))
    for release in made.licensing:
        layout = shipped_layouts()[release.layout]
        yield Heading(layout.title)
        yield Paragraph(f"Source: {layout.citation}.")
        for section in sections(layout, release, office.policies):
            yield Facts(((f"{section['title']}: lines decided", str(section["total"])), *section["figures"]))
            for shown in section["tables"]:
                yield from _table(f"{section['title']}: {shown['title']}", shown)
    yield Heading("The programme's register")
    money = tuple(
        (
            PILLARS[one.pillar],
            str(one.initiatives),
            "none known" if one.budget is None else f"{one.budget:,} {one.currency}",
        )
        for one in made.money
    )
    yield Table("Initiatives and budgets by pillar", ("Pillar", "Initiatives", "Budget"), money, (1, 2))
    yield Heading("What is not shown")
    yield Paragraph(NOT_SHOWN)


def _table(caption: str, shown: dict[str, object]) -> Iterator[Block]:
    table, rows, columns = shown["table"], shown["rows"], shown["columns"]
    assert isinstance(rows, list) and isinstance(columns, list)
    cells, totals_of = table.cells, table.row_totals  # type: ignore[attr-defined]
    lines = tuple((label, *cells[number], totals_of[number]) for number, label in enumerate(rows))
    if lines:
        head = (str(shown["corner"]), *columns, "Total")
        last = ("Total", *table.column_totals, table.total)  # type: ignore[attr-defined]
        yield Table(caption, head, (*lines, last), tuple(range(1, len(head))))
