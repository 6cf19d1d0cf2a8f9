"""The story, read this first: a transaction becomes an assessment.

    transaction -> what lists say of its parties -> who owns them -> each rulebook's findings
                -> licence exceptions and reviews -> one outcome, with questions, presumptions and sources

Nothing here knows a country's law: the rulebooks do (``rulebooks/``), and the lists' contents are evidence
(:mod:`enduse.evidence`). The result is the *judgement*: equal inputs and editions give equal bytes.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from enduse.evidence.hits import Hit
from enduse.evidence.library import Library, embedded_alone
from enduse.evidence.parties import Known, known_parties
from enduse.model.assessment import (
    Asked,
    Assessment,
    Assumption,
    AuthorityAnswer,
    Coverage,
    Exceptions,
    Outcome,
    Question,
    Review,
)
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.model.time import parse_date
from enduse.model.transaction import Item, Transaction
from enduse.model.truth import Truth
from enduse.ownership.closure import Ownership
from enduse.rules.bench import LawAnswer, authority_answer, bench_of, worst
from enduse.rules.evaluate import BookResult
from enduse.rules.facts import FactBook
from enduse.rules.given import Given
from enduse.rules.rulebook import DEFAULT_LAWS, Rulebook, shipped_rulebooks
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
    return check_all(
        (tx,), as_of=as_of, library=library, settings=settings, today=today, rulebooks=rulebooks, banners=banners
    )[0]


def check_all(
    transactions: Iterable[Transaction],
    *,
    as_of: dt.date | None = None,
    library: Library | None = None,
    settings: Settings | None = None,
    today: dt.date | None = None,
    rulebooks: Sequence[Rulebook] | None = None,
    banners: Sequence[str] = (),
) -> list[Assessment]:
    """Decide what the law says about each of some transactions: what :func:`check` says of it alone, in their order.

    All parties are screened first, a party that stands in several transactions once; then all are judged. A few dozen
    at once are decided faster than one after another; all answers are held until the last is there.

    Args:
        transactions: the transactions; the other arguments are those of :func:`check`.

    Raises:
        BadInput: as :func:`check`, of the first transaction that cannot be judged; nothing is then answered.
    """
    chosen, lists = settings or Settings(), library or embedded_alone()
    shipped = rulebooks if rulebooks is not None else shipped_rulebooks()
    law = _of_laws(chosen.laws, shipped)
    cases = [(tx, as_of or tx.date, _books(chosen, law, tx)) for tx in transactions]
    screened = _ScreenedOnce(lists) if len(cases) > 1 else lists
    known = [known_parties(tx.parties, screened, day) for tx, day, _ in cases]
    return [
        _judged(tx, day, books, found, lists, chosen, today or day, banners)
        for (tx, day, books), found in zip(cases, known, strict=True)
    ]


class _ScreenedOnce:
    """Lists that are asked each question once."""

    def __init__(self, lists: Library) -> None:
        self._lists = lists
        self._found: dict[Query, Sequence[Hit]] = {}

    def hits(self, query: Query) -> Sequence[Hit]:
        found = self._found.get(query)
        if found is None:
            found = self._found[query] = self._lists.hits(query)
        return found


def _judged(
    tx: Transaction,
    day: dt.date,
    books: tuple[Rulebook, ...],
    known: Known,
    lists: Library,
    chosen: Settings,
    today: dt.date,
    banners: Sequence[str],
) -> Assessment:
    bench = bench_of(books, (chosen.closed_world, chosen.strict, chosen.open_facts))
    given = Given(tx, day, known.views, lambda: Ownership([view.party for view in known.views]))
    by_item = [(item, bench.answers(given, item, chosen.laws)) for item in tx.items]
    answers = [answer for _, of_item in by_item for answer in of_item]
    coverage = _coverage(lists, answers, chosen, known, day, today)
    speaking = frozenset[str]().union(*(answer.speaking for answer in answers))
    banners_of_law, not_modelled = bench.said_by(speaking, day)
    questions = _questions(answers, chosen, tx)
    authorities = _authorities(books, answers)
    outcome = _overall(authorities, coverage, tx, chosen)
    return Assessment(
        schema=SCHEMA,
        engine=__version__,
        transaction=tx,
        as_of=day.isoformat(),
        known_on=today.isoformat(),
        outcome=outcome,
        headline=_headline(outcome, answers, coverage, questions, _listed(known, day)),
        authorities=authorities,
        exceptions=_merged_exceptions(
            [
                _for_item(answer.exceptions, item) if len(by_item) > 1 else answer.exceptions
                for item, of_item in by_item
                for answer in of_item
            ]
        ),
        review=_merged_reviews([answer.review for answer in answers]),
        parties=known.assessed,
        assumed=_assumptions(answers),
        questions=questions,
        coverage=replace(coverage, not_modelled=not_modelled),
        editions=(*bench.editions, *(lists.editions() if known.screened else ())),
        banners=(*banners, *banners_of_law),
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


def _books(settings: Settings, books: tuple[Rulebook, ...], tx: Transaction) -> tuple[Rulebook, ...]:
    stated = tx.facts.get("rulebook_verified_to")
    if stated and not settings.closed_world:
        raise BadInput(
            "only a case file may say to which day a rulebook is verified",
            where="facts.rulebook_verified_to",
            remedy="leave it out; what is not verified stays an open question",
        )
    if not stated:
        return books
    verified_to = parse_date(str(stated))
    return tuple(replace(book, verified_to=verified_to) for book in books)


def _of_laws(laws: Sequence[str], shipped: Sequence[Rulebook]) -> tuple[Rulebook, ...]:
    """The rulebooks of some laws, in their order."""
    by_law: dict[str, list[Rulebook]] = {}
    for book in sorted(shipped, key=_follows):
        by_law.setdefault(book.jurisdiction, []).append(book)
    for law in laws:
        if law not in by_law:
            raise BadInput(f"no rulebook for {law!r}", where="--law", remedy=f"known: {', '.join(sorted(by_law))}")
    return tuple([book for law in dict.fromkeys(laws) for book in by_law[law]])


def _follows(book: Rulebook) -> bool:
    return not book.leading


def _coverage(
    lists: Library, answers: Sequence[LawAnswer], settings: Settings, known: Known, day: dt.date, today: dt.date
) -> Coverage:
    """The lists of the acts that reach the transaction, or may."""
    if not known.screened:
        return Coverage(checked=("parties' listings as stated in the transaction",), complete=True)
    required = dict.fromkeys(list_id for answer in answers for list_id in answer.lists)
    return lists.coverage(tuple(required), day, today, insisted=settings.require)


def _authorities(books: Sequence[Rulebook], answers: Sequence[LawAnswer]) -> tuple[AuthorityAnswer, ...]:
    alone = tuple(act for answer in answers for act in answer.authorities)
    if len(alone) == len(books):
        return alone
    by_book: dict[str, list[BookResult]] = {book.id: [] for book in books}
    for answer in answers:
        for result in answer.results:
            by_book[result.rulebook.id].append(result)
    return tuple(authority_answer(own) for own in by_book.values())


def _overall(
    authorities: Sequence[AuthorityAnswer], coverage: Coverage, tx: Transaction, settings: Settings
) -> Outcome:
    """The worst outcome; without full coverage, or without a party to judge, at best ``indeterminate``."""
    found = worst([answer.outcome for answer in authorities])
    open_end = not coverage.complete or (not tx.parties and not settings.closed_world)
    if found is Outcome.NOT_REQUIRED and open_end:
        return Outcome.INDETERMINATE
    return found


_QUESTION_OF_NO_PARTY = Question("end_user", "Who is the end user, and who else takes part?", ("every list",))


def _questions(answers: Sequence[LawAnswer], settings: Settings, tx: Transaction) -> tuple[Question, ...]:
    """What is missing: first what could raise the outcome, and of that what decides most; last what guidance asks."""
    settles: dict[str, tuple[tuple[str, ...], bool]] = {}
    for answer in answers:
        for key, codes, could_raise in answer.settles:
            if key in settles:
                before, raised = settles[key]
                codes, could_raise = tuple(dict.fromkeys((*before, *codes))), raised or could_raise
            settles[key] = codes, could_raise
    found = [_question(key, codes, could_raise) for key, (codes, could_raise) in settles.items()]
    found.sort(key=lambda question: (not question.could_raise, -len(question.settles), question.fact))
    if not tx.parties and not settings.closed_world:
        found.insert(0, _QUESTION_OF_NO_PARTY)
    return tuple(found)


@functools.lru_cache(maxsize=4_096)
def _question(key: str, codes: tuple[str, ...], could_raise: bool) -> Question:
    return Question(key, FactBook.load().question(key), codes, could_raise)


def _assumptions(answers: Sequence[LawAnswer]) -> tuple[Assumption, ...]:
    changes: dict[str, tuple[str, ...]] = {}
    for answer in answers:
        for key, names in answer.presumed:
            changes[key] = tuple(dict.fromkeys((*changes[key], *names))) if key in changes else names
    return tuple([_assumption(key, names) for key, names in sorted(changes.items())])


@functools.lru_cache(maxsize=4_096)
def _assumption(key: str, names: tuple[str, ...]) -> Assumption:
    value, reason = FactBook.load().presumption(key)
    return Assumption(key, value, reason, names)


def _for_item(found: Exceptions, item: Item) -> Exceptions:
    return replace(
        found,
        foreclosed=tuple(replace(entry, item=item.code) for entry in found.foreclosed),
        candidates=tuple(replace(entry, item=item.code) for entry in found.candidates),
    )


def _merged_exceptions(found: Sequence[Exceptions]) -> Exceptions:
    if len(found) == 1:
        return found[0]
    return Exceptions(
        foreclosed=tuple(entry for part in found for entry in part.foreclosed),
        candidates=tuple(entry for part in found for entry in part.candidates),
        decided=all(part.decided for part in found),
    )


def _merged_reviews(found: Sequence[Review]) -> Review:
    if len(found) == 1:
        return found[0]
    return Review(
        policies=tuple(dict.fromkeys(policy for part in found for policy in part.policies)),
        human_rights=any(part.human_rights for part in found),
        notes=tuple(dict.fromkeys(note for part in found for note in part.notes)),
    )


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
    answers: Sequence[LawAnswer],
    coverage: Coverage,
    questions: Sequence[Question],
    listed: Sequence[str],
) -> str:
    grounds = sorted(frozenset[str]().union(*(answer.grounds for answer in answers)))
    if outcome is Outcome.PROHIBITED:
        return f"Prohibited: {', '.join(grounds)}"
    if outcome is Outcome.LICENCE_REQUIRED:
        return f"A licence is required: {', '.join(grounds)}"
    if outcome is Outcome.NOT_REQUIRED:
        but = f", but {', '.join(listed)} may be on a list: see the matches" if listed else ""
        return f"No licence requirement was found on the stated facts{but} (this is not a clearance)"
    owed = sorted(frozenset[str]().union(*(answer.owed for answer in answers)))
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
    answers: Sequence[LawAnswer],
    coverage: Coverage,
    questions: Sequence[Question],
) -> tuple[str, ...]:
    steps: dict[str, None] = {}
    for answer in answers:
        for step in answer.steps:
            steps[step] = None
    if any(answer.presumes_identity for answer in answers):
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
