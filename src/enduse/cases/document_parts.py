"""Parts that documents of a case share: the case, its parties and items, own words, the way to an appeal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from enduse.cases.application import CaseItem, Condition
from enduse.cases.bodies import LineOutcome
from enduse.cases.case import Case, Licence
from enduse.cases.clocks import Deadline
from enduse.cases.context import case_deadlines
from enduse.cases.documents import Block, DocumentRef, Facts, Heading, Notice, Paragraph, Table
from enduse.cases.events import CaseEvent
from enduse.cases.policies import Authority, Policies
from enduse.model.countries import country_name
from enduse.model.transaction import Role

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)
ONE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Made:
    """What a builder works on."""

    case: Case
    event: CaseEvent
    ref: DocumentRef
    authority: Authority
    policies: Policies

    @property
    def licence(self) -> Licence:
        """The licence; documents that name it follow its issue."""
        if self.case.licence is None:
            raise LookupError(f"case {self.case.id} has no licence")
        return self.case.licence

    @property
    def told(self) -> tuple[LineOutcome, ...]:
        """Lines of the decision that its documents are about; on appeal, those that were appealed."""
        body = self.event.body
        return tuple(one for one in body.lines if not body.on_appeal or one.line in self.case.appealed)

    def window(self, *stops: str) -> Deadline | None:
        """The latest period in which the exporter may do something, as it stood on the day of the document."""
        clocks = case_deadlines(self.case, self.policies, self.ref.date)
        found = [one for one in clocks if one.rule.kind == "window" and set(stops) & set(one.rule.stop) and one.due]
        return found[-1] if found else None


def authority_of(history: Sequence[CaseEvent], policies: Policies) -> Authority | None:
    """The authority that the latest application is made to; None where every application was erased."""
    drafts = [one.body for one in history if one.kind in ("drafted", "revised") and one.body is not None]
    return policies.authorities.get(drafts[-1].application.authority) if drafts else None


def in_words(day: dt.date) -> str:
    """A date that reads the same on both sides of the ocean."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def place(code: str) -> str:
    """A country by name and code."""
    name = country_name(code)
    return f"{name} ({code})" if name != code else code


def word(text: str) -> str:
    """A word of the program, as a reader writes it."""
    plain = text.replace("_", " ")
    return plain[:1].upper() + plain[1:]


def amount_of(number: Decimal, unit: str) -> str:
    """A number with its unit or currency, exact."""
    return f"{number:,f} {unit}".strip()


def subject(made: Made) -> Iterator[Block]:
    """Which case it is."""
    applied = made.case.applied
    exporters = [one.name for one in applied.parties if one.role is Role.EXPORTER]
    yield Facts(
        (
            ("Case", made.case.reference or made.case.id),
            ("Exporter", "\n".join(exporters) or applied.exporter),
            ("Type of application", made.policies.types[applied.type].title if applied.type else "not stated"),
            ("Destination", place(applied.destination) if applied.destination else "not stated"),
        )
    )


def parties(made: Made) -> Iterator[Block]:
    """The parties as stated by the exporter."""
    rows = tuple((word(one.role), one.name, place(one.country)) for one in made.case.applied.parties)
    if rows:
        yield Table("Parties", ("Role", "Name", "Country"), rows)


def items(made: Made, lines: Iterable[int], caption: str = "Items", *, values: bool = False) -> Iterator[Block]:
    """Some lines of the application, as a table."""
    chosen = set(lines)
    rows = tuple(
        (
            str(one.line),
            made.case.code(one.line) or "not stated",
            one.description,
            amount_of(one.quantity, one.unit),
            *((amount_of(one.value, one.currency),) if values else ()),
        )
        for one in made.case.applied.items
        if one.line in chosen
    )
    columns = ("Line", "Classification", "Description", "Quantity", *(("Value",) if values else ()))
    yield Table(caption, columns, rows, tuple(range(3, len(columns))))


def item_of(made: Made, line: int) -> CaseItem | None:
    """The item of a line."""
    return made.case.applied.item(line)


def own_words(text: str) -> Iterator[Block]:
    """What a person wrote, as they wrote it."""
    for part in text.split("\n"):
        if part.strip():
            yield Paragraph(part, own=True)


def appeal(made: Made) -> Iterator[Block]:
    """How and until when a decision can be appealed."""
    yield Heading("If you do not agree")
    if made.event.body.on_appeal:
        yield Paragraph("This was decided on appeal. It ends the appeal before this authority.")
        return
    window = made.window("appealed")
    if window is None or window.due is None:
        yield Paragraph(
            "No period for an appeal to this authority is recorded. Remedies before the courts are not described here."
        )
        return
    yield Notice(f"You may appeal until {in_words(window.due)}, the last day in time.")
    yield Paragraph(
        f"Source: {window.rule.citation}. The appeal is decided by people who took no part in this decision."
    )


def due_of(condition: Condition, start: dt.date) -> str:
    """By when evidence of a condition is owed."""
    return in_words(start + dt.timedelta(days=condition.due_days)) if condition.due_days else "throughout"
