"""The story, read this first: a transaction becomes an assessment.

    transaction -> what lists say of its parties -> who owns them -> each rulebook's findings
                -> licence exceptions and reviews -> one outcome, with questions, presumptions and sources

Nothing here knows a country's law: the rulebooks do (``rulebooks/``), and the lists' contents are evidence
(:mod:`enduse.evidence`). The result is the *judgement*: equal inputs and editions give equal bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from enduse.evidence.library import Library
from enduse.evidence.parties import Known, known_parties
from enduse.model.assessment import (
    WORST_FIRST,
    Asked,
    Assessment,
    Assumption,
    AuthorityAnswer,
    Coverage,
    Edition,
    Effect,
    Exceptions,
    Findings,
    Outcome,
    Question,
    Review,
    Status,
)
from enduse.model.codes import eccn_of
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.model.transaction import Item, Transaction
from enduse.model.truth import Truth, any_of
from enduse.ownership.closure import Ownership
from enduse.rules.evaluate import BookResult, consequences, requirements
from enduse.rules.facts import FactBook
from enduse.rules.given import Given
from enduse.rules.prepared import Prepared, prepared
from enduse.rules.rulebook import DEFAULT_LAWS, Rulebook, shipped_rulebooks
from enduse.rules.situation import Situation
from enduse.version import __version__

SCHEMA = "enduse/assessment/1"
FURTHEST_AHEAD = dt.timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a check is made.

    Attributes:
        laws: jurisdictions to judge under (``us``, ``eu``, ...); by default those of the governments modelled.
        closed_world: facts not stated are absent (case files); parties' listings are then stated inline.
        open_facts: facts that stay open in a closed world.
        strict: every presumption becomes a question.
        require: further lists that the answer must cover.
    """

    laws: tuple[str, ...] = DEFAULT_LAWS
    closed_world: bool = False
    open_facts: frozenset[str] = frozenset()
    strict: bool = False
    require: tuple[str, ...] = ()


def check(
    tx: Transaction,
    *,
    as_of: dt.date | None = None,
    library: Library | None = None,
    settings: Settings | None = None,
    today: dt.date | None = None,
    rulebooks: Sequence[Rulebook] | None = None,
    banners: Sequence[str] = (),
) -> Assessment:
    """Decide what the law says about a transaction.

    Args:
        tx: the transaction.
        as_of: date as of which lists and law are applied; the transaction's own date when None.
        library: lists to screen against; the embedded starter data alone when None.
        settings: laws and closed or open world.
        today: the civil date of the question, against which staleness of lists is judged; ``as_of`` when None.
        rulebooks: the law; the shipped rulebooks when None.
        banners: what must be said of the lists and rulebooks themselves, before anything else.

    Raises:
        BadInput: an item's code is not in the list, needs a sub-paragraph, or the date lies too far ahead.
    """
    chosen = settings or Settings()
    lists = library or Library()
    day = as_of or tx.date
    books = _books(chosen, rulebooks if rulebooks is not None else shipped_rulebooks(), tx)
    mode = (chosen.closed_world, chosen.strict, chosen.open_facts)
    ready = [prepared(book, mode) for book in books]
    known = known_parties(tx.parties, lists, day)
    given = Given(tx, day, known.views, lambda: Ownership([view.party for view in known.views]))
    answers: list[BookResult] = []
    exceptions: list[Exceptions] = []
    reviews: list[Review] = []
    for item in tx.items:
        for law in chosen.laws:
            of_law = [
                requirements(book, _situation(book, books, given, item))
                for book in ready
                if book.book.jurisdiction == law
            ]
            allowed, review = consequences(of_law)
            answers.extend(of_law)
            exceptions.append(_for_item(allowed, item) if len(tx.items) > 1 else allowed)
            reviews.append(review)
    coverage = _coverage(lists, answers, chosen, known, day, today or day)
    speaking = {answer.rulebook.id for answer in answers if answer.says_something}
    reached = [book for book in books if book.id in speaking]
    questions = _questions(answers, chosen, tx)
    authorities = _authorities(books, answers)
    outcome = _overall(authorities, coverage, tx, chosen)
    return Assessment(
        schema=SCHEMA,
        engine=__version__,
        transaction=tx,
        as_of=day.isoformat(),
        known_on=(today or day).isoformat(),
        outcome=outcome,
        headline=_headline(outcome, answers, coverage, questions, _listed(known, day)),
        authorities=authorities,
        exceptions=_merged_exceptions(exceptions),
        review=_merged_reviews(reviews),
        parties=known.assessed,
        assumed=_assumptions(answers),
        questions=questions,
        coverage=replace(coverage, not_modelled=_not_modelled(reached)),
        editions=(*_rule_editions(books), *(lists.editions() if known.screened else ())),
        banners=(*banners, *_banners(reached, day)),
        next_steps=_next_steps(outcome, answers, coverage, questions),
        asked=_asked(chosen, lists),
        on_file=lists.on_file if known.screened else "",
    )


def _asked(settings: Settings, lists: Library) -> Asked:
    return Asked(
        laws=settings.laws,
        strict=settings.strict,
        require=settings.require,
        starter=lists.accepts_starter,
        closed_world=settings.closed_world,
        open_facts=tuple(sorted(settings.open_facts)),
    )


def _books(settings: Settings, shipped: Sequence[Rulebook], tx: Transaction) -> tuple[Rulebook, ...]:
    jurisdictions = {book.jurisdiction for book in shipped}
    for law in settings.laws:
        if law not in jurisdictions:
            raise BadInput(
                f"no rulebook for {law!r}", where="--law", remedy=f"known: {', '.join(sorted(jurisdictions))}"
            )
    stated = tx.facts.get("rulebook_verified_to")
    if stated and not settings.closed_world:
        raise BadInput(
            "only a case file may say to which day a rulebook is verified",
            where="facts.rulebook_verified_to",
            remedy="leave it out; what is not verified stays an open question",
        )
    verified_to = parse_date(str(stated)) if stated else None
    return tuple(
        replace(book, verified_to=verified_to) if verified_to else book
        for law in dict.fromkeys(settings.laws)
        for book in sorted(shipped, key=lambda book: not book.leading)
        if book.jurisdiction == law
    )


def _situation(ready: Prepared, books: Sequence[Rulebook], given: Given, item: Item) -> Situation:
    book = ready.book
    own = item.under(book.jurisdiction)
    unclassified = False
    try:
        on_the_day = ready.classified(own, given.day)
    except BadInput:
        # A code that this list has not may be one of another law's: then the question is which of its own it is.
        if own is not item or not _known_elsewhere(item, book, books):
            raise
        on_the_day, unclassified = own, True
    return Situation(ready.world, given, on_the_day, unclassified=unclassified, conditions=ready.conditions)


def _known_elsewhere(item: Item, book: Rulebook, books: Sequence[Rulebook]) -> bool:
    """Whether the code's entry is in no edition of this book's list, but in that of another law asked for."""
    entry = eccn_of(item.code)
    if entry is None or book.tables.lookup("ccl_entries", "eccn", entry):
        return False
    others = [other for other in books if other.jurisdiction != book.jurisdiction and "annex_i" in other.tables]
    # Union entries that no multilateral regime has yet are numbered in the five hundreds.
    numbered = bool(others) and entry[2] == "5" and entry[0] != "0"
    return numbered or any(other.tables.lookup("annex_i", "code", entry) for other in others)


def _coverage(
    lists: Library, answers: Sequence[BookResult], settings: Settings, known: Known, day: dt.date, today: dt.date
) -> Coverage:
    """The lists of the acts that reach the transaction, or may."""
    if not known.screened:
        return Coverage(checked=("parties' listings as stated in the transaction",), complete=True)
    required = dict.fromkeys(list_id for answer in answers if answer.reached for list_id in answer.rulebook.lists)
    return lists.coverage(tuple(required), day, today, insisted=settings.require)


def _authorities(books: Sequence[Rulebook], answers: Sequence[BookResult]) -> tuple[AuthorityAnswer, ...]:
    by_book: dict[str, list[BookResult]] = {book.id: [] for book in books}
    for answer in answers:
        by_book[answer.rulebook.id].append(answer)
    return tuple(
        AuthorityAnswer(
            id=book.authority,
            name=book.heading,
            outcome=own[0].outcome if len(own) == 1 else _worst([answer.outcome for answer in own]),
            nexus=own[0].nexus,
            findings=_findings(own),
            law=book.jurisdiction,
            government=book.government,
            standing=book.standing,
            reached=own[0].reach.truth if len(own) == 1 else any_of([answer.reach.truth for answer in own]),
            act=book.id,
        )
        for book in books
        for own in [by_book[book.id]]
    )


def _findings(answers: Sequence[BookResult]) -> Findings:
    speaking = tuple(item.finding for answer in answers for item in answer.spoken)
    return Findings(speaking, lambda: tuple(finding for answer in answers for finding in answer.findings))


def _worst(outcomes: Sequence[Outcome]) -> Outcome:
    return next(outcome for outcome in WORST_FIRST if outcome in outcomes)


def _overall(
    authorities: Sequence[AuthorityAnswer], coverage: Coverage, tx: Transaction, settings: Settings
) -> Outcome:
    """The worst outcome; without full coverage, or without a party to judge, at best ``indeterminate``."""
    worst = _worst([answer.outcome for answer in authorities])
    open_end = not coverage.complete or (not tx.parties and not settings.closed_world)
    if worst is Outcome.NOT_REQUIRED and open_end:
        return Outcome.INDETERMINATE
    return worst


_QUESTION_OF_NO_PARTY = Question("end_user", "Who is the end user, and who else takes part?", ("every list",))


def _questions(answers: Sequence[BookResult], settings: Settings, tx: Transaction) -> tuple[Question, ...]:
    """What is missing: first what could raise the outcome, and of that what decides most; last what guidance asks."""
    book = FactBook.load()
    settles: dict[str, dict[str, None]] = {}
    raising: set[str] = set()
    for answer in answers:
        for item in answer.spoken:
            if item.finding.status is Status.UNKNOWN:
                for key in item.finding.missing:
                    settles.setdefault(key, {})[item.finding.code or item.finding.rule] = None
                    if item.rule.standing == "law" and item.rule.effect is not Effect.REVIEW:
                        raising.add(key)
    found = [Question(key, book.question(key), tuple(codes), key in raising) for key, codes in sorted(settles.items())]
    found.sort(key=lambda question: (not question.could_raise, -len(question.settles), question.fact))
    if not tx.parties and not settings.closed_world:
        found.insert(0, _QUESTION_OF_NO_PARTY)
    return tuple(found)


def _assumptions(answers: Sequence[BookResult]) -> tuple[Assumption, ...]:
    book = FactBook.load()
    changes: dict[str, dict[str, None]] = {}
    for answer in answers:
        for keys, name in answer.presuming:
            for key in keys:
                changes.setdefault(key, {})[name] = None
        for key in () if answer.reached else answer.reach.presumed:
            changes.setdefault(key, {})[answer.rulebook.id] = None
    found = []
    for key, codes in sorted(changes.items()):
        value, reason = book.presumption(key)
        found.append(Assumption(key, value, reason, tuple(codes)))
    return tuple(found)


def _for_item(found: Exceptions, item: Item) -> Exceptions:
    return replace(
        found,
        foreclosed=tuple(replace(entry, item=item.code) for entry in found.foreclosed),
        candidates=tuple(replace(entry, item=item.code) for entry in found.candidates),
    )


def _merged_exceptions(found: Sequence[Exceptions]) -> Exceptions:
    return Exceptions(
        foreclosed=tuple(entry for part in found for entry in part.foreclosed),
        candidates=tuple(entry for part in found for entry in part.candidates),
        decided=all(part.decided for part in found),
    )


def _merged_reviews(found: Sequence[Review]) -> Review:
    return Review(
        policies=tuple(dict.fromkeys(policy for part in found for policy in part.policies)),
        human_rights=any(part.human_rights for part in found),
        notes=tuple(dict.fromkeys(note for part in found for note in part.notes)),
    )


def _rule_editions(books: Sequence[Rulebook]) -> tuple[Edition, ...]:
    return tuple(edition for book in books for edition in book.editions)


def _banners(books: Sequence[Rulebook], day: dt.date) -> tuple[str, ...]:
    found = []
    for book in books:
        if day > book.verified_to and book.standing == "law":
            found.append(f"not_verified_after: {book.verified_to} ({book.title}): later changes are not in this answer")
        dated = book.table_editions
        later = [edition for date, edition in dated if day < date] if dated and day < dated[-1][0] else []
        if later:
            found.append(
                f"edition_substituted ({book.title}): none of {day} is held, tables of {', '.join(later)} were used"
            )
    return tuple(found)


def _not_modelled(books: Sequence[Rulebook]) -> tuple[str, ...]:
    return tuple(said for book in books for said in book.left_out)


def _listed(known: Known, day: dt.date) -> list[str]:
    """Parties and owners with a listing in force, whether or not a rule acts on it."""
    stated = {
        view.party.name
        for view in known.views
        if any(item.listing.in_force(day) is Truth.TRUE for item in view.listings)
    }
    return sorted(stated | {party.name for party in known.assessed if any(m.in_force == "true" for m in party.matches)})


def _headline(
    outcome: Outcome,
    answers: Sequence[BookResult],
    coverage: Coverage,
    questions: Sequence[Question],
    listed: Sequence[str],
) -> str:
    grounds = sorted(
        {
            item.finding.code or f"{item.finding.title} ({item.rule.citation.text})"
            for answer in answers
            for item in answer.spoken
            if item.finding.status is Status.APPLIES
            and item.rule.standing == "law"
            and item.rule.effect in (Effect.PROHIBIT, Effect.REQUIRE_LICENCE, Effect.REQUIRE_NOTIFICATION)
        }
    )
    if outcome is Outcome.PROHIBITED:
        return f"Prohibited: {', '.join(grounds)}"
    if outcome is Outcome.LICENCE_REQUIRED:
        return f"A licence is required: {', '.join(grounds)}"
    if outcome is Outcome.NOT_REQUIRED:
        but = f", but {', '.join(listed)} may be on a list: see the matches" if listed else ""
        return f"No licence requirement was found on the stated facts{but} (this is not a clearance)"
    owed = sorted({item.finding.code for answer in answers for item in answer.spoken if item.finding.owed})
    open_points = []
    if owed:
        open_points.append(f"a duty to notify and to wait ({', '.join(owed)})")
    raising = [question for question in questions if question.could_raise]
    if raising:
        open_points.append(f"{len(raising)} open question{'s' if len(raising) > 1 else ''}")
    if not coverage.complete:
        open_points.append("lists not covered")
    return f"Cannot be decided yet: {', '.join(open_points) or 'see the findings'}"


def _next_steps(
    outcome: Outcome,
    answers: Sequence[BookResult],
    coverage: Coverage,
    questions: Sequence[Question],
) -> tuple[str, ...]:
    steps: dict[str, None] = {}
    for answer in answers:
        for step in answer.rulebook.next_steps.get(answer.outcome.value, ()):
            steps[step] = None
    if any("party.identity" in keys for answer in answers for keys, _ in answer.presuming):
        steps["Confirm or rule out the matched party (not_same_as in the transaction file), and keep the reason"] = None
    if any(question.could_raise for question in questions):
        steps["Answer the open questions (--fact KEY=VALUE or facts: in the file) and check again"] = None
    if not coverage.complete:
        steps[
            "Load the missing or stale lists: enduse lists sync (or accept the embedded set knowingly: --starter)"
        ] = None
    if outcome is Outcome.NOT_REQUIRED:
        steps["Keep this answer with the transaction; check again when facts, parties or dates change"] = None
    return tuple(steps)
