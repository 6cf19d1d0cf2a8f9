"""What each kind of document says: builders over the case as it stood at the document's event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from enduse.cases.bodies import CriterionAnswer
from enduse.cases.document_parts import (
    ONE,
    Made,
    amount_of,
    appeal,
    authority_of,
    due_of,
    in_words,
    item_of,
    items,
    own_words,
    parties,
    place,
    subject,
    word,
)
from enduse.cases.documents import (
    KINDS,
    Block,
    Content,
    DocumentRef,
    Facts,
    Heading,
    Notice,
    Paragraph,
    Points,
    Signature,
    Table,
    called_for,
    cleaned,
)
from enduse.cases.events import CaseEvent
from enduse.cases.folding import fold
from enduse.cases.policies import Policies
from enduse.model.errors import BadInput
from enduse.model.transaction import Role


def documents_of(history: Sequence[CaseEvent], policies: Policies, audience: str = "") -> tuple[DocumentRef, ...]:
    """The documents of a case, in order.

    Args:
        audience: those for the exporter or for the authority; all where empty.
    """
    authority = authority_of(history, policies)
    counts: Counter[str] = Counter()
    found = []
    for kind, event in called_for(history):
        counts[kind] += 1
        title, whom = KINDS[kind]
        if authority is not None and audience in ("", whom):
            day = event.at.astimezone(authority.zone).date()
            found.append(DocumentRef(f"{kind}-{counts[kind]}", kind, event.seq, title, day, whom))
    return tuple(found)


def content_of(
    case_id: str, history: Sequence[CaseEvent], document: str, policies: Policies, audience: str = ""
) -> Content:
    """What a document of a case says.

    Args:
        document: its id: ``licence-1``.
        audience: who asks; what is not for them is not there.

    Raises:
        BadInput: there is no such document, or what it was made of was erased.
    """
    ref = next((one for one in documents_of(history, policies, audience) if one.id == document), None)
    authority = authority_of(history, policies)
    if ref is None or authority is None:
        raise BadInput(
            f"no document {document[:60]!r}", where="document", remedy="see the list of the case's documents"
        )
    upto = [event for event in history if event.seq <= ref.seq]
    case = fold(case_id, upto)
    if case.erased:
        raise BadInput("what the document was made of was erased", where="document")
    made = Made(case, upto[-1], ref, authority, policies)
    number = f"{case.reference or case.id}/{ref.id.replace('_', '-')}"
    if ref.kind == "licence" and case.licence:
        number = case.licence.content.licence
    title, audience = KINDS[ref.kind]
    blocks = tuple(_BUILDERS[ref.kind](made))
    return cleaned(  # type: ignore[no-any-return]
        Content(ref.id, ref.kind, title, authority.title, number, ref.date, audience, blocks)
    )


Builder = Callable[[Made], Iterator[Block]]
_BUILDERS: dict[str, Builder] = {}


def _builds(*kinds: str) -> Callable[[Builder], Builder]:
    def register(builder: Builder) -> Builder:
        for kind in kinds:
            _BUILDERS[kind] = builder
        return builder

    return register


# --- kinds


@_builds("licence")
def _licence(made: Made) -> Iterator[Block]:
    content, applied = made.licence.content, made.case.applied
    yield from subject(made)
    yield Facts(
        (
            ("Licence", content.licence),
            ("Valid from", in_words(content.valid_from)),
            ("Valid until and including", in_words(content.valid_to - ONE)),
            ("End use", applied.end_use),
        )
    )
    if content.on_appeal:
        yield Paragraph("Issued on appeal.")
    yield Heading("What may be exported")
    rows = []
    for one in content.lines:
        item = item_of(made, one.line)
        value = amount_of(item.value, item.currency) if item else ""
        rows.append(
            (str(one.line), one.code, item.description if item else "", amount_of(one.quantity, one.unit), value)
        )
    columns = ("Line", "Classification", "Description", "Quantity", "Value")
    yield Table("Lines of the licence", columns, tuple(rows), (3, 4))
    yield Heading("To whom")
    yield from parties(made)
    if content.conditions:
        yield Heading("Conditions")
        yield Notice("The licence holds only as long as these conditions are kept.")
        yield Points(tuple(one.text for one in content.conditions))
    yield Heading("Keep in mind")
    yield Points(
        (
            "Other items, quantities, parties, destinations or uses are not covered.",
            "Every export is entered against the line it belongs to; what is left of a line is all that may leave.",
            "Tell the authority at once when anything stated in the application changes.",
        )
    )


@_builds("conditions")
def _conditions(made: Made) -> Iterator[Block]:
    content = made.licence.content
    yield from subject(made)
    yield Facts((("Licence", content.licence), ("Valid from", in_words(content.valid_from))))
    yield Heading("Conditions")
    yield Table(
        "Conditions, what shows that they are met, and by when",
        ("Id", "Condition", "Evidence", "Due"),
        tuple(
            (one.id, one.text, one.evidence or "none is owed", due_of(one, content.valid_from))
            for one in content.conditions
        ),
    )
    yield Paragraph("A condition without a day holds as long as the licence does.")


@_builds("refusal")
def _refusal(made: Made) -> Iterator[Block]:
    refused = [one for one in made.told if one.outcome == "refuse"]
    yield from subject(made)
    yield Notice("The authority does not permit the export of the lines below.")
    yield from items(made, (one.line for one in refused), "What is refused", values=True)
    yield from parties(made)
    yield Heading("Reasons")
    for one in refused:
        yield Paragraph(f"Line {one.line}:")
        yield from own_words(one.reasons)
    cited = dict.fromkeys(name for one in refused for name in one.criteria)
    rows = []
    for name in cited:
        criterion = made.policies.criterion(name)
        lines = ", ".join(str(one.line) for one in refused if name in one.criteria)
        rows.append(
            (name, lines, criterion.question if criterion else "", str(criterion.citation) if criterion else "")
        )
    yield Table("Criteria that the refusal rests on", ("Criterion", "Lines", "What it asks", "Source"), tuple(rows))
    yield from appeal(made)


@_builds("no_licence_required", "returned_without_action")
def _outcome(made: Made) -> Iterator[Block]:
    no_licence = made.ref.kind == "no_licence_required"
    lines = [one for one in made.told if one.outcome == ("nlr" if no_licence else "rwa")]
    yield from subject(made)
    yield Notice(
        "The export of the lines below, as applied for, needs no licence of this authority."
        if no_licence
        else "The lines below are returned without a decision on them."
    )
    yield from items(made, (one.line for one in lines), values=True)
    yield from parties(made)
    yield Heading("Reasons")
    for one in lines:
        yield Paragraph(f"Line {one.line}:")
        yield from own_words(one.reasons)
    if no_licence:
        yield Paragraph(
            "This holds for the items, parties, destination and end use that were stated, and for the law of this day. "
            "It is no approval of the transaction. Laws of other governments may apply."
        )
    else:
        yield Paragraph("A new application may be made at any time.")


@_builds("rfi")
def _rfi(made: Made) -> Iterator[Block]:
    asked = made.event.body
    yield from subject(made)
    yield Facts((("Question", asked.id), ("Legal basis", asked.legal_basis)))
    yield Heading("What the authority asks")
    yield from own_words(asked.question)
    yield Heading("What happens meanwhile")
    yield Paragraph(
        "The case is not decided before you have answered. Periods that stand still during a question to the "
        "exporter go on when your answer is in. Answer in the case itself, under the name of the question."
    )


@_builds("intent_to_deny")
def _intent(made: Made) -> Iterator[Block]:
    yield from subject(made)
    yield Notice("The authority intends to refuse the application, and says why before it decides.")
    yield from items(made, (one.line for one in made.case.applied.items), "What was applied for", values=True)
    yield Heading("Reasons")
    yield from own_words(made.event.body.reason)
    yield Heading("Your reply")
    window = made.window("intent_replied")
    if window and window.due:
        yield Notice(f"You may reply until {in_words(window.due)}, the last day in time.")
        yield Paragraph(f"Source: {window.rule.citation}.")
    else:
        yield Paragraph("You may reply until the authority decides. No period is recorded.")


@_builds("suspension", "revocation", "reinstatement", "modification")
def _measure(made: Made) -> Iterator[Block]:
    licence, kind = made.licence, made.ref.kind
    yield from subject(made)
    since = in_words(made.ref.date)
    yield Notice(
        {
            "suspension": f"From {since} nothing may leave under the licence until the authority says otherwise.",
            "revocation": f"From {since} nothing may leave under the licence. It does not come back.",
            "reinstatement": f"From {since} the licence may be used again, as far as anything is left of it.",
            "modification": f"From {since} the licence holds as stated below, and no further.",
        }[kind]
    )
    yield Facts(
        (
            ("Licence", licence.content.licence),
            ("Takes effect on", since),
            ("Valid until and including", in_words(licence.content.valid_to - ONE)),
        )
    )
    rows = tuple(
        (str(one.line), one.code, amount_of(one.quantity, one.unit), amount_of(licence.balance(one.line), one.unit))
        for one in licence.content.lines
    )
    yield Table("The licence on this day", ("Line", "Classification", "Licensed", "Left"), rows, (2, 3))
    if kind in ("suspension", "revocation"):
        yield Paragraph("What left before this day under the licence stays permitted. Customs are told.")


CERTIFIED = (
    "We are the end user of the items listed above, and the name, address and activity stated for us are true.",
    "We use them for the end use stated above, and for nothing else.",
    "We do not use them for chemical, biological or nuclear weapons, or for missiles that can deliver them.",
    "We do not use them for internal repression, or to violate human rights or international humanitarian law.",
    "We do not re-export, sell, lend or hand them on to anybody without the prior consent of the authority.",
    "We let the authority verify on the spot where they are and how they are used.",
)
"""What an end user certifies, in own words: the wording is the authority's to choose."""


@_builds("end_user_certificate")
def _certificate(made: Made) -> Iterator[Block]:
    applied = made.case.applied
    yield from subject(made)
    users = [one for one in applied.parties if one.role is Role.END_USER]
    yield Table(
        "End user",
        ("Name", "Country", "Kind"),
        tuple((one.name, place(one.country), word(one.category) or "not stated") for one in users),
    )
    yield from items(made, (one.line for one in applied.items))
    yield Facts((("End use", applied.end_use or "not stated"),))
    yield Heading("We certify")
    yield Points(CERTIFIED)
    signed = applied.undertaking
    if signed:
        name = next((one.name for one in applied.parties if one.id == signed.party), signed.party)
        yield Heading("Signed original")
        promised = "yes" if signed.no_reexport else "not stated"
        yield Facts(
            (
                ("Signed by", name),
                ("Signed on", in_words(signed.signed_on)),
                ("No re-export promised", promised),
                ("SHA-256 of the signed document", signed.document_sha256),
            )
        )
    yield Signature(("Name", "Position", "Place and date", "Signature and stamp"))


@_builds("human_rights_record")
def _record(made: Made) -> Iterator[Block]:
    latest = made.case.assessment
    if latest is None:
        raise LookupError(f"case {made.case.id} has no assessment")
    zone = made.authority.zone
    review = latest.review
    yield from subject(made)
    yield Notice("For the authority alone. It is not given to the exporter.")
    yield Facts(
        (
            ("Version", str(latest.version)),
            ("Assessed by", latest.by),
            ("Assessed on", in_words(latest.at.astimezone(zone).date())),
            ("Reviewed by", latest.reviewed_by),
            ("Reviewed on", in_words(made.ref.date)),
            ("The reviewer", ("agrees" if review.agrees else "sends it back") if review else "has not said"),
        )
    )
    yield from own_words(review.reason if review else "")
    yield from items(made, (one.line for one in made.case.applied.items))
    yield from parties(made)
    yield Heading("Summary")
    yield from own_words(latest.content.summary)
    if latest.content.misuse_pattern:
        yield Heading("What such items were misused for")
        yield from own_words(latest.content.misuse_pattern)
    for answer in latest.content.answers:
        yield from _criterion(made, answer)


def _criterion(made: Made, answer: CriterionAnswer) -> Iterator[Block]:
    criterion = made.policies.criterion(answer.criterion)
    yield Heading(f"{answer.criterion}: {word(answer.finding).lower()}")
    stated: list[tuple[str, Any]] = [
        ("Question", criterion.question if criterion else ""),
        ("Source of the criterion", str(criterion.citation) if criterion else ""),
        ("Mandatory", ("yes" if criterion.mandatory else "no") if criterion else ""),
        ("Finding", word(answer.finding)),
        ("Likelihood", word(answer.likelihood)),
        ("Severity", word(answer.severity)),
        ("Groups affected", "; ".join(answer.groups)),
        ("From item and end user to misuse", answer.link),
        ("Mitigations", "\n".join(answer.mitigations)),
        ("What remains after them", word(answer.residual) if answer.residual else ""),
        ("Outcomes that it blocks", ", ".join(map(_outcome_word, made.policies.findings[answer.worst].blocks))),
    ]
    yield Facts(tuple((label, text) for label, text in stated if text))
    yield from own_words(answer.reasoning)
    if answer.sources:
        rows = tuple((one.publisher, in_words(one.published), one.reliability, one.where) for one in answer.sources)
        yield Table(f"Sources under {answer.criterion}", ("Publisher", "Published", "Grade", "Where"), rows)


def _outcome_word(outcome: str) -> str:
    return {"nlr": "no licence required", "rwa": "return without action"}.get(outcome, outcome.replace("_", " "))
