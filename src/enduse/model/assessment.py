"""What the law says: findings with their trace, citations and open questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar, overload

from enduse.model.citation import Citation
from enduse.model.transaction import Transaction
from enduse.model.truth import Truth

Part = TypeVar("Part")


class Outcome(StrEnum):
    """The answer, worst first. There is no "cleared"."""

    PROHIBITED = "prohibited"
    LICENCE_REQUIRED = "licence_required"
    INDETERMINATE = "indeterminate"
    NOT_REQUIRED = "not_required"


class Effect(StrEnum):
    """What a rule does when its condition holds."""

    PROHIBIT = "prohibit"
    REQUIRE_LICENCE = "require_licence"
    REQUIRE_NOTIFICATION = "require_notification"
    REVIEW = "review"
    EXEMPT = "exempt"
    FORECLOSE_EXCEPTION = "foreclose_exception"


class Status(StrEnum):
    """One rule's answer on one transaction."""

    APPLIES = "applies"
    DOES_NOT_APPLY = "does_not_apply"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that is missing, as a question to the user.

    ``settles`` names the findings (reason codes or rule ids) that the answer would decide.
    """

    fact: str
    text: str
    settles: tuple[str, ...] = ()
    could_raise: bool = True


@dataclass(frozen=True, slots=True)
class Assumption:
    """A presumption that the answer rests on, and the findings that it would change."""

    fact: str
    value: str
    reason: str
    would_change: tuple[str, ...] = ()


class Later(Sequence[Part]):
    """A tuple that is laid out when it is first read, which most readers do not.

    Args:
        lay_out: gives it.
    """

    __slots__ = ("_all", "_lay_out")

    def __init__(self, lay_out: Callable[[], tuple[Part, ...]]) -> None:
        self._lay_out = lay_out
        self._all: tuple[Part, ...] | None = None

    @property
    def all(self) -> tuple[Part, ...]:
        """All of it."""
        if self._all is None:
            self._all = self._lay_out()
        return self._all

    def __len__(self) -> int:
        return len(self.all)

    @overload
    def __getitem__(self, index: int) -> Part: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Part, ...]: ...

    def __getitem__(self, index: int | slice) -> Part | tuple[Part, ...]:
        return self.all[index]

    def __iter__(self) -> Iterator[Part]:
        return iter(self.all)

    def __eq__(self, other: object) -> bool:
        return self.all == (other.all if isinstance(other, Later) else other)

    def __hash__(self) -> int:
        return hash(self.all)

    def __repr__(self) -> str:
        return repr(self.all)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[tuple[Part, ...]]]:
        return tuple, (self.all,)


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One condition as it was evaluated: what was asked, the answer, and what it rested on."""

    condition: str
    truth: Truth
    basis: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """A day that a rule computes: the first on which something is barred, or no longer permitted."""

    code: str
    date: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer on one transaction.

    Attributes:
        rule: id of the rule (``us/ear/744.11``).
        code: reason code (``EL:744.11``), empty for a rule that raises no reason.
        subject: the party or item that it concerns, empty for the transaction as a whole.
        reason: the answer in plain words.
        conditions: what must be met, observed or stated.
        missing: keys of facts that keep it unknown.
        review_policy: licence review policy that it brings, if any.
        standing: ``law``, ``guidance`` or ``draft``.
        owed: the rule's duty (to notify, and to wait) holds already; only the authority's decision is open.
        dates: days that follow from the rule.
        rests_on: addresses of the table cells (``table:line:column``) without which the answer would differ.
    """

    rule: str
    title: str
    status: Status
    effect: Effect
    code: str
    citation: Citation
    subject: str = ""
    reason: str = ""
    conditions: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    review_policy: str = ""
    standing: str = "law"
    item: str = ""
    would_change: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    trace: Sequence[TraceStep] = ()
    owed: bool = False
    dates: tuple[CalendarDate, ...] = ()


class Findings(Later[Finding]):
    """The findings of one act, in the order of its rules, laid out when they are first read: most rules of an act do
    not apply to most transactions, and most readers ask for those that do.

    Args:
        speaking: those that apply or may apply.
        lay_out: gives all of them.
    """

    __slots__ = ("speaking",)

    def __init__(self, speaking: tuple[Finding, ...], lay_out: Callable[[], tuple[Finding, ...]]) -> None:
        super().__init__(lay_out)
        self.speaking = speaking

    @staticmethod
    def of(findings: Iterable[Finding]) -> Findings:
        """Findings that are there already."""
        found = tuple(findings)
        return Findings(tuple(item for item in found if item.status is not Status.DOES_NOT_APPLY), lambda: found)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[tuple[Finding, ...]]]:
        return Findings.of, (self.all,)


@dataclass(frozen=True, slots=True)
class CandidateException:
    """A licence exception or general authorisation that is not foreclosed: it may be reviewed, never "available"."""

    symbol: str
    citation: Citation
    open_conditions: tuple[str, ...] = ()
    item: str = ""
    rests_on: tuple[str, ...] = ()
    law: str = ""


@dataclass(frozen=True, slots=True)
class ForeclosedException:
    """A licence exception (or a token such as ``ALL_EXCEPT:GOV``) that is ruled out, and why."""

    symbol: str
    reason: str
    citation: Citation
    item: str = ""
    rests_on: tuple[str, ...] = ()
    law: str = ""


@dataclass(frozen=True, slots=True)
class AuthorityAnswer:
    """All findings under one act of one authority, and the outcome they add up to.

    Attributes:
        nexus: why the act reaches the transaction, or why it does not.
        law: the word that ``--law`` takes (``eu``); ``government`` is its name in full.
        standing: ``law``, ``guidance`` or ``draft``.
        reached: whether the act reaches the transaction; unknown where a person of the government may yet take part.
        act: id of the rulebook (``us/ear``).
    """

    id: str
    name: str
    outcome: Outcome
    nexus: str
    findings: Findings
    law: str = ""
    government: str = ""
    standing: str = "law"
    reached: Truth = Truth.TRUE
    act: str = ""

    @property
    def speaks(self) -> bool:
        """Whether something in it applies or may apply."""
        return bool(self.findings.speaking)


WORST_FIRST = (Outcome.PROHIBITED, Outcome.LICENCE_REQUIRED, Outcome.INDETERMINATE, Outcome.NOT_REQUIRED)
"""Outcomes in the order in which the first present one is the answer."""


@dataclass(frozen=True, slots=True)
class GovernmentAnswer:
    """What one government's law adds up to: the worst outcome of its acts; guidance never counts.

    Attributes:
        law: the word that ``--law`` takes.
        reached: False where no act of its law reaches the transaction for certain and nothing in those that may reach
            it applies; ``nexus`` then says why.
        reasons: reason codes that apply, and those that may apply with a question mark.
    """

    law: str
    government: str
    outcome: Outcome
    reached: bool
    reasons: tuple[str, ...] = ()
    nexus: str = ""


@dataclass(frozen=True, slots=True)
class PartyMatch:
    """A listed party that a party of the transaction may be."""

    party_id: str
    name: str
    matched_name: str
    list_id: str
    authority: str
    score: str
    in_force: str
    citation: Citation
    listed_from: str = ""
    listed_to: str = ""
    review_policy: str = ""
    reason: str = ""
    explanation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssessedParty:
    """A party of the transaction with its matches."""

    role: str
    name: str
    matches: tuple[PartyMatch, ...] = ()
    owner_of: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which lists and provisions the answer rests on.

    ``not_checked`` names the lists that the laws asked for need and that were not available, with the reason;
    ``not_modelled`` the provisions that the rulebooks leave out.
    """

    checked: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    not_modelled: tuple[str, ...] = ()
    starter_only: bool = False
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a list, table or rulebook that the answer used."""

    id: str
    edition: str
    sha256: str = ""
    citation: str = ""
    verified_to: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """The licence review policies that apply, and whether the review weighs human rights."""

    policies: tuple[str, ...] = ()
    human_rights: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Licence exceptions; ``decided`` is False where the requirement itself is open."""

    foreclosed: tuple[ForeclosedException, ...] = ()
    candidates: tuple[CandidateException, ...] = ()
    decided: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """How the question was put, so that it can be put again.

    Attributes:
        laws: jurisdictions asked for, in order.
        strict: presumptions were questions.
        require: lists that the answer had to cover beside those of the laws.
        starter: the embedded listings were accepted as coverage.
        closed_world: facts not stated counted as absent (case files); ``open_facts`` stayed open all the same.
    """

    laws: tuple[str, ...] = ()
    strict: bool = False
    require: tuple[str, ...] = ()
    starter: bool = False
    closed_world: bool = False
    open_facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer on one transaction: the *judgement*, byte-identical for equal inputs and editions.

    It holds no clock, age, host or random value: ``known_on`` and ``on_file`` travel beside it.

    Attributes:
        known_on: the day whose knowledge the answer rests on.
        on_file: the hash under which the store keeps the lists' state of that day; empty where none is kept.
    """

    schema: str
    engine: str
    transaction: Transaction
    as_of: str
    known_on: str
    outcome: Outcome
    headline: str
    authorities: tuple[AuthorityAnswer, ...]
    exceptions: Exceptions
    review: Review
    parties: tuple[AssessedParty, ...]
    assumed: tuple[Assumption, ...]
    questions: tuple[Question, ...]
    coverage: Coverage
    editions: tuple[Edition, ...]
    banners: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    asked: Asked = Asked()
    on_file: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of every authority."""
        return tuple(finding for answer in self.authorities for finding in answer.findings)

    @property
    def speaking(self) -> tuple[Finding, ...]:
        """The findings of every authority that apply or may apply."""
        return tuple(finding for answer in self.authorities for finding in answer.findings.speaking)

    @property
    def governments(self) -> tuple[GovernmentAnswer, ...]:
        """The answer of each government asked, in the order in which their laws were asked for."""
        of_law: dict[str, list[AuthorityAnswer]] = {}
        for answer in self.authorities:
            if answer.standing == "law":
                of_law.setdefault(answer.law, []).append(answer)
        return tuple([_government(acts) for acts in of_law.values()])

    @property
    def dates(self) -> tuple[CalendarDate, ...]:
        """The days that follow from the rules, each once."""
        return tuple(dict.fromkeys(date for finding in self.speaking for date in finding.dates))


def _government(acts: list[AuthorityAnswer]) -> GovernmentAnswer:
    reached = any(act.reached is Truth.TRUE or (act.reached is Truth.UNKNOWN and act.speaks) for act in acts)
    beyond = [act.nexus for act in acts if act.reached is Truth.FALSE] or [act.nexus for act in acts]
    spoken = [item for act in acts for item in act.findings.speaking if item.code]
    applied = {item.code for item in spoken if item.owed or item.status is Status.APPLIES}
    open_codes = {f"{item.code}?" for item in spoken if item.status is Status.UNKNOWN and item.code not in applied}
    outcomes = {act.outcome for act in acts}
    return GovernmentAnswer(
        law=acts[0].law,
        government=acts[0].government,
        outcome=next(outcome for outcome in WORST_FIRST if outcome in outcomes),
        reached=reached,
        reasons=(*sorted(applied), *sorted(open_codes)),
        nexus="" if reached else beyond[0],
    )
