"""A vote, counted: a pure function of a rule, the members, their ballots and a day.

What a majority is counted of, and what abstention and silence mean, is data of the authority: nothing is presumed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from enduse.model.citation import Citation

POSITIONS = ("yes", "no", "abstain")
THRESHOLDS = ("majority", "two_thirds", "unanimous")
BASES = ("entitled", "cast")
MEANINGS = ("no_vote", "against", "agrees")
"""What an abstention, or silence at the end, counts as."""


class Standing(StrEnum):
    """How a vote stands."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class VoteRule:
    """By which majority a question is decided.

    Attributes:
        base: of whom: all members ``entitled`` (those who are recused are not), or votes ``cast`` for and against.
        abstention, silence: a word of :data:`MEANINGS`; ``no_vote`` leaves the base ``entitled`` as it is.
        quorum: so many members must have voted, abstentions included.
        clock: id of the period in which votes count.
    """

    question: str
    threshold: str
    base: str
    abstention: str
    silence: str
    quorum: int
    clock: str
    citation: Citation
    reading: Citation | None = None


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a member said on a day; of several the last counts."""

    member: str
    position: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class Tally:
    """A vote counted on a day.

    Attributes:
        silent: members who have not voted; ``late`` those whose vote came after the period and does not count.
        why: in a sentence.
    """

    standing: Standing
    yes: tuple[str, ...]
    no: tuple[str, ...]
    abstained: tuple[str, ...]
    silent: tuple[str, ...]
    recused: tuple[str, ...]
    late: tuple[str, ...]
    why: str

    @property
    def passed(self) -> bool:
        """Whether the question is carried."""
        return self.standing is Standing.PASSED


def tally(
    rule: VoteRule,
    members: Iterable[str],
    ballots: Iterable[Ballot],
    recused: Iterable[str],
    *,
    last_day: dt.date,
    today: dt.date,
) -> Tally:
    """Count a vote as it stands on a day.

    Before the period has ended it is carried, or lost, only where no ballot that may still come could change that.

    Args:
        members: who may vote; ballots of others do not count.
        last_day: the last day on which a ballot counts.
    """
    known = tuple(dict.fromkeys(members))
    out = tuple(one for one in known if one in set(recused))
    entitled = [one for one in known if one not in out]
    counted: dict[str, str] = {}
    late: dict[str, None] = {}
    for ballot in ballots:
        if ballot.member in entitled and ballot.day <= today:
            if ballot.day > last_day:
                late[ballot.member] = None
            else:
                counted[ballot.member] = ballot.position
    by = {word: tuple(one for one in entitled if counted.get(one) == word) for word in POSITIONS}
    silent = tuple(one for one in entitled if one not in counted)
    over = today > last_day
    endings = [""] if over or not silent else ["", *POSITIONS]
    results = {_carried(rule, counted, silent, ending, len(entitled)) for ending in endings}
    standing = Standing.OPEN if len(results) > 1 else Standing.PASSED if results == {True} else Standing.FAILED
    found = Tally(standing, by["yes"], by["no"], by["abstain"], silent, out, tuple(late), "")
    return replace(found, why=_why(rule, found, len(entitled), last_day, over=over))


def _carried(rule: VoteRule, counted: Mapping[str, str], silent: tuple[str, ...], ending: str, entitled: int) -> bool:
    """Whether the question is carried if every silent member ends in the same way; empty for silence to the end."""
    given = [*counted.values(), *([ending] * len(silent) if ending else [])]
    if len(given) < rule.quorum:
        return False
    means = {"yes": "agrees", "no": "against", "abstain": rule.abstention}
    meant = [means[one] for one in given] + ([] if ending else [rule.silence] * len(silent))
    yes, no = meant.count("agrees"), meant.count("against")
    base = entitled if rule.base == "entitled" else yes + no
    if yes == 0:
        return False
    if rule.threshold == "majority":
        return 2 * yes > base
    if rule.threshold == "two_thirds":
        return 3 * yes >= 2 * base
    return no == 0 and yes == base


def _why(rule: VoteRule, found: Tally, entitled: int, last_day: dt.date, *, over: bool) -> str:
    need = {
        "majority": "a majority",
        "two_thirds": "two thirds",
        "unanimous": "unanimity",
    }[rule.threshold]
    of = f"of {entitled} members entitled to vote" if rule.base == "entitled" else "of the votes cast"
    parts = [f"{len(found.yes)} for", f"{len(found.no)} against"]
    for word, who in (("abstained", found.abstained), ("silent", found.silent), ("recused", found.recused)):
        if who:
            parts.append(f"{len(who)} {word}")
    if found.late:
        parts.append(f"{len(found.late)} too late")
    said = ", ".join(parts)
    voted = len(found.yes) + len(found.no) + len(found.abstained)
    if found.standing is Standing.OPEN:
        return f"{said}: open until {last_day}; {need} {of} is needed"
    lacks = f"; {voted} voted, {rule.quorum} must" if voted < rule.quorum and over else ""
    return f"{said}: {need} {of} is {'reached' if found.passed else 'not reached'}{lacks}"
