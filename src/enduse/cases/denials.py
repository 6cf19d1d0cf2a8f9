"""Denials, own and partners': what resembles a transaction, how much, and whether it is essentially identical.

Who may not see a partner's denial is given none: filtering comes before scoring, so that not even a count tells of it.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from enduse.cases.bodies import ConsultationOpened
from enduse.cases.case import Case
from enduse.cases.clocks import Clocks, Deadline, Mark, Timeline
from enduse.cases.denial_bodies import Denial, DenialReviewed
from enduse.cases.events import CaseEvent
from enduse.cases.ground import Ground
from enduse.cases.reading import read_document, shipped
from enduse.model.citation import Citation
from enduse.model.codes import covers_code
from enduse.model.transaction import Role
from enduse.model.truth import Truth, all_of
from enduse.screen import compare_names


@dataclass(frozen=True, slots=True)
class DenialMatch:
    """A denial that resembles a line and a party of a case.

    Attributes:
        score: 0..1, for the order in which an officer looks; it decides nothing.
        identical: whether the transactions are essentially identical, as far as the records tell.
        missing: what would settle it.
    """

    denial: Denial
    line: int
    party: str
    score: Decimal
    identical: Truth
    reasons: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MatchingRule:
    """Weights and thresholds, from ``denials.yaml``; equal to itself alone."""

    weights: Mapping[str, Decimal]
    shown_from: Decimal
    same_party: Decimal
    other_party: Decimal
    citation: Citation


def read_matching(data: bytes | str, name: str) -> MatchingRule:
    """The rule of matching.

    Raises:
        BadInput: something is missing, or the weights do not add up to 1.
    """
    root = read_document(data, name).only("weights", "shown_from", "same_party", "other_party", "citation")
    weights_row = root.row("weights")
    if weights_row is None:
        raise root.wrong("weights is missing", "weights")
    weights_row.only("party", "item", "destination", "end_use")
    weights = {key: weights_row.decimal(key) for key in ("party", "item", "destination", "end_use")}
    if sum(weights.values()) != 1:
        raise weights_row.wrong("the weights do not add up to 1")
    same, other = root.decimal("same_party"), root.decimal("other_party")
    if not 0 < other < same <= 1:
        raise root.wrong("other_party lies below same_party, both in 0..1", "same_party")
    return MatchingRule(weights, root.decimal("shown_from"), same, other, root.citation())


def shipped_matching() -> MatchingRule:
    """The rule that comes with the program."""
    return read_matching(shipped("denials.yaml"), "denials.yaml")


def matches(case: Case, denials: Iterable[Denial], rule: MatchingRule) -> tuple[DenialMatch, ...]:
    """Denials in force that resemble a line of a case, the closest first.

    Args:
        denials: those that the reader may see, and no others.
    """
    standing = [one for one in denials if one.status == "in_force"]
    lines = [_Line.of(case, item.line) for item in case.applied.items]
    found = [match for denial in standing for line in lines if (match := _match(line, denial, rule)) is not None]
    return tuple(sorted(found, key=lambda one: (-one.score, one.denial.id, one.line)))


@dataclass(frozen=True, slots=True)
class _Line:
    """What of a line of a case is compared: its number, code, parameters, and who receives it where and for what."""

    line: int
    code: str
    parameters: tuple[str, ...]
    users: tuple[tuple[str, str], ...]
    destination: str
    end_use: str

    @staticmethod
    def of(case: Case, line: int) -> _Line:
        applied, assessed = case.applied, case.classification(line)
        users = tuple((party.id, party.name) for party in applied.parties if party.role in _USERS)
        parameters = assessed.parameters if assessed else ()
        return _Line(line, case.code(line), parameters, users, applied.destination, applied.end_use)


@functools.lru_cache(maxsize=50_000)
def _match(line: _Line, denial: Denial, rule: MatchingRule) -> DenialMatch | None:
    """Kept: every page of a case asks it of every denial several times."""
    (party, _, _), name_score = closest(line.users, denial)
    item = _same_item(line, denial)
    destination = line.destination == denial.destination
    use = _shared_words(line.end_use, denial.end_use)
    score = (
        rule.weights["party"] * name_score
        + rule.weights["item"] * {Truth.TRUE: Decimal(1), Truth.UNKNOWN: Decimal("0.7"), Truth.FALSE: Decimal(0)}[item]
        + rule.weights["destination"] * destination
        + rule.weights["end_use"] * use
    ).quantize(Decimal("0.001"))
    same = (
        Truth.TRUE if name_score >= rule.same_party else Truth.FALSE if name_score < rule.other_party else Truth.UNKNOWN
    )
    identical = all_of((item, same))
    if score < rule.shown_from and identical is Truth.FALSE:
        return None
    missing = []
    if item is Truth.UNKNOWN:
        missing.append(f"the technical parameters of line {line.line} and of denial {denial.id}, compared")
    if same is Truth.UNKNOWN:
        missing.append(f"whether {denial.end_user} is the same body")
    reasons = (
        f"end user or consignee: {name_score} with {denial.end_user}",
        f"item: {line.code} beside {denial.code}: {_WORDS[item]}",
        f"destination: {'the same' if destination else 'another'}",
        f"end use: {use} of the words are shared",
    )
    return DenialMatch(denial, line.line, party, score, identical, reasons, tuple(missing))


_WORDS = {Truth.TRUE: "the same, with the same parameters", Truth.FALSE: "another", Truth.UNKNOWN: "may be the same"}
_USERS = (Role.END_USER, Role.ULTIMATE_CONSIGNEE, Role.INTERMEDIATE_CONSIGNEE, Role.PURCHASER)


def closest(users: Iterable[tuple[str, str]], denial: Denial) -> tuple[tuple[str, str, str], Decimal]:
    """Who of some is most like the end user or the consignee of a denial.

    Args:
        users: ids and names.

    Returns:
        id and name, and the name in the denial (empty where there is nobody); how alike the two are, 0 to 1.
    """
    scored = [
        (_likeness(name, other), party, name, other)
        for party, name in users
        for other in (denial.end_user, denial.consignee)
        if other
    ]
    score, *who = max(scored, default=(Decimal(0), "", "", ""))
    return (who[0], who[1], who[2]), score


@functools.lru_cache(maxsize=100_000)
def _likeness(left: str, right: str) -> Decimal:
    """How alike two names are; kept, for many denials name the same end user."""
    return Decimal(f"{compare_names(left, right).score:.3f}")


def _same_item(line: _Line, denial: Denial) -> Truth:
    code = line.code
    if covers_code(denial.code, code) is Truth.FALSE and covers_code(code, denial.code) is Truth.FALSE:
        return Truth.FALSE
    ours = set(line.parameters)
    theirs = set(denial.parameters)
    if code == denial.code and ours and ours == theirs:
        return Truth.TRUE
    return Truth.UNKNOWN


def _shared_words(left: str, right: str) -> Decimal:
    ours, theirs = set(left.casefold().split()), set(right.casefold().split())
    if not ours or not theirs:
        return Decimal(0)
    return (Decimal(len(ours & theirs)) / len(ours | theirs)).quantize(Decimal("0.01"))


def own_denials(case: Case, state: str) -> tuple[Denial, ...]:
    """The denials that a case's standing decision makes, one for each refused line, as their reviews left them.

    Args:
        state: ISO code of the authority's state.
    """
    decision = case.decision
    if decision is None or decision.date is None:
        return ()
    found = []
    for one in decision.lines:
        item, assessed = case.applied.item(one.line), case.classification(one.line)
        if one.outcome != "refuse" or item is None:
            continue
        found.append(
            Denial(
                id=f"{case.reference or case.id}/{one.line}",
                authority=state,
                denied_on=decision.date,
                code=case.code(one.line),
                description=item.description,
                destination=case.applied.destination,
                end_user=case.applied.end_users[0].name if case.applied.end_users else "",
                end_use=case.applied.end_use,
                consignee=next((p.name for p in case.applied.parties if p.role is Role.ULTIMATE_CONSIGNEE), ""),
                parameters=assessed.parameters if assessed else (),
                reason=one.reasons,
                criteria=one.criteria,
                tier=assessed.tier if assessed else "",
            )
        )
    return tuple(_reviewed(one, case.denial_reviews) for one in found)


def _reviewed(denial: Denial, reviews: Iterable[DenialReviewed]) -> Denial:
    for review in reviews:
        if review.id == denial.id:
            status = "revoked" if review.outcome == "revoke" else denial.status
            denial = replace(denial, status=status, reviewed_on=review.on)
    return denial


def fold_denial(events: Iterable[CaseEvent]) -> Denial | None:
    """A recorded denial after its reviews; None before it was recorded."""
    denial: Denial | None = None
    for event in events:
        if isinstance(event.body, Denial):
            denial = event.body
        elif isinstance(event.body, DenialReviewed) and denial is not None:
            denial = _reviewed(denial, [event.body])
    return denial


def denial_deadlines(denial: Denial, clocks: Clocks, today: dt.date) -> tuple[Deadline, ...]:
    """When a denial must be told to others and reviewed."""
    marks = [Mark("denied", denial.denied_on)]
    if denial.reviewed_on:
        marks.append(Mark("denial_reviewed", denial.reviewed_on, seq=1))
    if denial.status == "revoked" and denial.reviewed_on:
        marks.append(Mark("denial_ended", denial.reviewed_on, seq=2))
    return clocks.deadlines(Timeline("", denial.tier, tuple(marks)), today)


def half_year(day: dt.date) -> str:
    """The half-year that an aggregate notification of a denial belongs to: ``2026-H1``."""
    return f"{day.year}-H{1 if day.month <= 6 else 2}"


def consulted(case: Case, denial: str, line: int) -> str:
    """How the question whether a line is identical with a denial was answered; empty where nobody asked or it is open.

    An answer about one line says nothing of another, and one to an objection nothing of identity.
    """
    outcomes: Sequence[str] = [
        one.outcome
        for one in case.consultations
        if (one.asked.kind, one.asked.denial, one.asked.line) == ("identity", denial, line)
    ]
    return next((one for one in reversed(outcomes) if one), "")


def knows_of(asked: ConsultationOpened, ground: Ground) -> bool:
    """Whether whoever the ground was made for may know of a consultation; of one about a denial that they may read."""
    return ground.sees_partners and (not asked.denial or any(one.id == asked.denial for one in ground.denials))
