"""What one regime's rule says of one party: owned, controlled, by whom, on what statements, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from enduse.model.ownership import Link, OwnershipAnswer, plain
from enduse.model.truth import Truth
from enduse.ownership.regimes import OwnershipRule, Regime
from enduse.ownership.stakes import UNIT, Stake, Stakes, Threshold, parts

OWNER_SHARE = "owner_share"
OWNER_LISTING = "owner_listing"
OWNER_CONTROL = "owner_control"
JOINT_ARRANGEMENT = "joint_arrangement"

Show = Callable[[Stake, Truth], Link]
"""Makes the link to show of a stake, given whether its holder is listed."""


def judge(
    stakes: Stakes,
    target: int,
    listed: Mapping[int, Truth],
    regime: Regime,
    day: dt.date,
    show: Show,
    *,
    name: str,
    joint: Truth = Truth.FALSE,
    persons: Mapping[int, str] | None = None,
) -> OwnershipAnswer:
    """Judge one party.

    Args:
        target: the party's number.
        listed: who is on the regime's list; whoever is absent is not.
        joint: whether a joint arrangement binds all listed holders (SI 2020/680 Sch. 1 para. 3).
        name: the party's name, for words.
        persons: listed numbers that stand for one person, by that person's key: a rule that adds up one person's
            shares adds up theirs.
    """
    own = listed.get(target, Truth.FALSE)
    rule = regime.rule(day)
    if own is Truth.TRUE:
        words = f"{name} is itself listed"
        citation = rule.citation if rule else regime.none
        return OwnershipAnswer(regime.id, Truth.FALSE, Truth.FALSE, own, words, citation=citation)
    others = {number: truth for number, truth in listed.items() if truth is not Truth.FALSE and number != target}
    if rule is None:
        words = regime.none_reason if others else ""
        return OwnershipAnswer(regime.id, Truth.FALSE, Truth.FALSE, own, words, citation=regime.none)
    if not others:
        return OwnershipAnswer(regime.id, Truth.FALSE, Truth.FALSE, own, citation=rule.citation)
    case = _Case(stakes, target, others, rule, joint, persons or {})
    owned, deciding = case.owned()
    path = case.path(deciding)
    control, controlling, control_missing = case.control(regime)
    answer = OwnershipAnswer(
        regime=regime.id,
        owned=owned,
        control=control,
        listed=own,
        path=tuple(show(stake, others.get(stake.holder, Truth.FALSE)) for stake in path),
        missing=case.missing() if owned is Truth.UNKNOWN else (),
        control_path=tuple(show(stake, others.get(stake.holder, Truth.FALSE)) for stake in controlling),
        control_missing=control_missing,
        citation=rule.citation,
        notes=case.notes(regime, show, name, others),
    )
    words = "; ".join(link.words() for link in answer.path)
    sums = case.sums(deciding) if words else ""
    if sums:
        verdict = {Truth.TRUE: "that is", Truth.UNKNOWN: "that may be", Truth.FALSE: "that is not"}[owned]
        words = f"{words}: {sums} of {name}, {verdict} {rule.words()}"
    return replace(answer, words=words, control_words="; ".join(link.words() for link in answer.control_path))


def threshold(rule: OwnershipRule) -> Threshold:
    """The rule's threshold for sums of shares."""
    return Threshold(parts(rule.percent), rule.strict, rule.votes)


class _Case:
    """One party under one rule, with its runs."""

    def __init__(
        self,
        stakes: Stakes,
        target: int,
        listed: Mapping[int, Truth],
        rule: OwnershipRule,
        joint: Truth,
        persons: Mapping[int, str],
    ) -> None:
        self._stakes = stakes
        self._target = target
        self._rule = rule
        self._joint = joint
        self._persons = persons
        self._limit = threshold(rule)
        self._sure = {number for number, truth in listed.items() if truth is Truth.TRUE}
        self._all = set(listed)
        self._least = self._runs(self._groups(self._sure, joint is Truth.TRUE), least=True)
        self._most = self._runs(self._groups(self._all, joint is not Truth.FALSE), least=False)

    def _groups(self, seeds: set[int], joint: bool) -> list[set[int]]:
        """Each person alone; with a joint arrangement, all together (which holds at least what each does alone)."""
        if not seeds:
            return []
        if joint or not self._rule.one_person:
            return [seeds]
        groups: dict[object, set[int]] = {}
        for seed in sorted(seeds):
            groups.setdefault(self._persons.get(seed, seed), set()).add(seed)
        return list(groups.values())

    def _runs(self, groups: Iterable[set[int]], *, least: bool) -> list[dict[int, int]]:
        return [self._stakes.reached(group, self._limit, least=least) for group in groups]

    def owned(self) -> tuple[Truth, list[dict[int, int]]]:
        """The truth value, and the runs to explain it with."""
        if sure := [run for run in self._least if self._target in run]:
            return Truth.TRUE, sure
        if may := [run for run in self._most if self._target in run]:
            return Truth.UNKNOWN, may
        return Truth.FALSE, self._most

    def path(self, runs: Iterable[dict[int, int]]) -> list[Stake]:
        """The stakes that the runs rest on, each once."""
        found: dict[tuple[int, int, int], Stake] = {}
        for run in runs:
            for stake in self._stakes.path(run, self._target):
                if stake.shares.high or (stake.votes and stake.votes.high):
                    found.setdefault((stake.holder, stake.entity, stake.ref), stake)
        return list(found.values())

    def sums(self, runs: Iterable[dict[int, int]]) -> str:
        """What the members of the run that comes highest hold in the party."""
        best = ""
        greatest = (-1, -1)
        for run in runs:
            members = set(run) - {self._target}
            for votes in (False, True) if self._rule.votes else (False,):
                tally = self._stakes.held(self._target, members, votes=votes)
                high = tally.most(self._stakes.total(self._target, votes=votes))
                if (tally.low, high) > greatest:
                    greatest = (tally.low, high)
                    low_end, high_end = plain(_decimal(tally.low)), plain(_decimal(max(high, tally.low)))
                    amount = low_end if low_end == high_end else f"{low_end} to {high_end}"
                    best = f"{amount} percent{' of the votes' if votes else ''}"
        return best

    def missing(self) -> tuple[str, ...]:
        """The facts that leave it open: each that does so alone, else all that are open."""
        joint = self._joint is not Truth.FALSE and self._rule.one_person
        alone = {
            OWNER_SHARE: self._joins(self._sure, self._joint is Truth.TRUE, least=False),
            OWNER_LISTING: self._joins(self._all, self._joint is Truth.TRUE, least=True),
            JOINT_ARRANGEMENT: joint and self._joins(self._sure, True, least=True),
        }
        found = tuple(key for key, decides in alone.items() if decides)
        if found:
            return found
        opened = {
            OWNER_SHARE: True,
            OWNER_LISTING: self._all != self._sure,
            JOINT_ARRANGEMENT: joint and self._joint is Truth.UNKNOWN,
        }
        return tuple(key for key, is_open in opened.items() if is_open)

    def _joins(self, seeds: set[int], joint: bool, *, least: bool) -> bool:
        return any(self._target in run for run in self._runs(self._groups(seeds, joint), least=least))

    def control(self, regime: Regime) -> tuple[Truth, list[Stake], tuple[str, ...]]:
        """Whether a listed person, or an entity so owned, controls the party."""
        sure = set[int]().union(*self._least) if self._least else set[int]()
        may = set[int]().union(*self._most) if self._most else set[int]()
        certain, possible, missing = [], [], dict[str, None]()
        for stake in self._stakes.into(self._target):
            kinds = set(stake.control)
            if stake.holder not in may or stake.holder == self._target:
                continue
            if kinds & regime.control:
                if stake.holder in sure:
                    certain.append(stake)
                    continue
                possible.append(stake)
                missing[OWNER_LISTING if stake.holder in self._all else OWNER_SHARE] = None
            elif kinds & regime.control_asks:
                possible.append(stake)
                missing[OWNER_CONTROL] = None
        if certain:
            return Truth.TRUE, certain, ()
        return (Truth.UNKNOWN, possible, tuple(missing)) if possible else (Truth.FALSE, [], ())

    def notes(self, regime: Regime, show: Show, name: str, listed: Mapping[int, Truth]) -> tuple[str, ...]:
        """Statements that contradict each other, control of a company between, and the regime's own note."""
        found = []
        may = set[int]().union(*self._most) if self._most else set[int]()
        for entity in sorted(self._stakes.above(self._target)):
            for stake in self._stakes.into(entity):
                between = entity != self._target and entity not in may and stake.holder in may
                if between and set(stake.control) & regime.control:
                    words = show(stake, listed.get(stake.holder, Truth.FALSE)).words()
                    found.append(f"{words}: control of a company between is not followed here, only ownership is")
            if self._stakes.contradictory(entity):
                total = plain(_decimal(self._stakes.total(entity).low))
                named = name if entity == self._target else show(self._stakes.into(entity)[0], Truth.FALSE).entity
                found.append(f"the stated shares in {named} come to {total} percent: at least one statement is wrong")
        if regime.note:
            found.append(regime.note)
        return tuple(found)


def _decimal(number: int) -> Decimal:
    return Decimal(number) / UNIT
