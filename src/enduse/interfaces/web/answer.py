"""An assessment as its page shows it: the same parts as in :mod:`enduse.interfaces.cli.render`, in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enduse.interfaces.explained import Step, overcome, rules_by_id, steps
from enduse.model.assessment import (
    WORST_FIRST,
    AssessedParty,
    Assessment,
    AuthorityAnswer,
    Effect,
    Finding,
    PartyMatch,
    Status,
)
from enduse.model.truth import Truth
from enduse.rules.facts import FactBook
from enduse.rules.rulebook import Rulebook
from enduse.rules.words import effect_words, period_words

MATCHES_SHOWN = 10
_NEXT_STEPS: Mapping[str, str] = {
    "Answer the open questions (--fact KEY=VALUE or facts: in the file) and check again": (
        "Answer the open questions above and check again"
    ),
    "Confirm or rule out the matched party (not_same_as in the transaction file), and keep the reason": (
        "Compare the matched party with yours, and rule it out above where it is another; keep the reason"
    ),
    "Load the missing or stale lists: enduse lists sync (or accept the embedded set knowingly: --starter)": (
        "Load the missing or stale lists: enduse lists sync (or start the server with --starter to accept the embedded "
        "set knowingly)"
    ),
}


@dataclass(frozen=True, slots=True)
class Government:
    """One government's answer: ``outcome`` is ``no_nexus`` where its law does not reach."""

    name: str
    outcome: str
    reasons: tuple[str, ...]
    nexus: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with how it comes about.

    Attributes:
        sign: ``[x]``, ``[?]``, ``[!]`` or ``[i]`` of the plain page, as a word of a class.
        state: the same in words.
        steps: conditions; ``deepest`` of them stands deepest.
    """

    finding: Finding
    sign: str
    state: str
    steps: tuple[Step, ...]
    overcome: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    effect: str
    periods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One act with its findings that apply or may apply, and how many rules do not."""

    answer: AuthorityAnswer
    said: str
    findings: tuple[Shown, ...]
    silent: int


@dataclass(frozen=True, slots=True)
class Matched:
    """A party with its matches on lists."""

    party: AssessedParty
    matches: tuple[PartyMatch, ...]
    more: int


def told(found: Assessment, books: Sequence[Rulebook]) -> dict[str, Any]:
    """An assessment as its template takes it, whatever stands around it."""
    silent, outside = beyond(found)
    return {
        "found": found,
        "governments": governments(found),
        "acts": acts(found, books),
        "silent": silent,
        "outside": outside,
        "matched": matched(found),
        "banners": banners(found),
        "next_steps": next_steps(found),
        "coverage": coverage(found),
        "several": len(found.governments) > 1,
        "days_differ": found.as_of != found.transaction.date.isoformat(),
    }


def governments(found: Assessment) -> tuple[Government, ...]:
    """A card for each government asked, in the order asked."""
    return tuple(
        Government(
            answer.government,
            answer.outcome.value if answer.reached else "no_nexus",
            answer.reasons if answer.reached else (),
            answer.nexus.removeprefix("does not reach it: "),
        )
        for answer in found.governments
    )


def acts(found: Assessment, books: Sequence[Rulebook]) -> tuple[Act, ...]:
    """The acts in which something applies or may apply, the worst first, guidance last."""
    speaking = [answer for answer in found.authorities if answer.reached is not Truth.FALSE and answer.speaks]
    speaking.sort(key=lambda answer: (answer.standing != "law", WORST_FIRST.index(answer.outcome)))
    return tuple(_act(answer, found, books) for answer in speaking)


def _act(answer: AuthorityAnswer, found: Assessment, books: Sequence[Rulebook]) -> Act:
    shown = [item for item in answer.findings if item.status is not Status.DOES_NOT_APPLY]
    return Act(
        answer,
        answer.outcome.value if answer.standing == "law" else "",
        tuple(_shown(item, found, books) for item in shown),
        len({item.rule for item in answer.findings} - {item.rule for item in shown}),
    )


def _shown(finding: Finding, found: Assessment, books: Sequence[Rulebook]) -> Shown:
    rules, facts = rules_by_id(books), FactBook.load()
    rule, book = rules.get(finding.rule, (None, None))
    sign, state = _state(finding)
    return Shown(
        finding,
        sign,
        state,
        tuple(steps(finding, book, found.transaction)) if book else (),
        overcome(finding, rule, book, found) if rule and book else finding.would_change,
        tuple((key, facts.question(key)) for key in finding.missing),
        effect_words(rule) if rule else finding.effect.value.replace("_", " "),
        tuple(period_words(rule)) if rule else (),
    )


def _state(finding: Finding) -> tuple[str, str]:
    if finding.owed:
        return "owed", "Owed already: notify, and wait for the decision"
    if finding.status is Status.UNKNOWN:
        return "open", "May apply"
    if finding.effect is Effect.REVIEW:
        return "review", "For the reviewer"
    return "applies", "Applies"


def beyond(found: Assessment) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Acts in which nothing applies, and acts that do not reach the transaction with the reason."""
    binding = [answer for answer in found.authorities if answer.standing == "law"]
    silent = tuple(
        answer.name + ("" if answer.reached is Truth.TRUE else " (it may reach the transaction)")
        for answer in binding
        if answer.reached is not Truth.FALSE and not answer.speaks
    )
    outside = tuple(
        (answer.name, answer.nexus.removeprefix("does not reach it: "))
        for answer in binding
        if answer.reached is Truth.FALSE
    )
    return silent, outside


def matched(found: Assessment) -> tuple[Matched, ...]:
    """Every party, with its first matches."""
    return tuple(
        Matched(party, party.matches[:MATCHES_SHOWN], max(0, len(party.matches) - MATCHES_SHOWN))
        for party in found.parties
    )


def banners(found: Assessment) -> tuple[str, ...]:
    """What must be said before anything else; banners of one kind together."""
    return tuple(_banners(found.banners))


def _banners(said: Sequence[str]) -> Iterator[str]:
    checked = [entry for entry in said if entry.startswith("not_verified_after: ")]
    if checked:
        parts = [
            entry.removeprefix("not_verified_after: ").removesuffix(": later changes are not in this answer")
            for entry in checked
        ]
        yield f"The law was last checked to these days; later changes are not in this answer: {'; '.join(parts)}"
    for entry in said:
        if entry not in checked:
            head, _, rest = entry.partition(" (")
            act, _, said_of_it = rest.partition("): ")
            yield f"{act}: {said_of_it}" if head == "edition_substituted" and said_of_it else entry


def next_steps(found: Assessment) -> tuple[str, ...]:
    """What to do now, for somebody before a browser."""
    return tuple(_NEXT_STEPS.get(step, step) for step in found.next_steps)


@dataclass(frozen=True, slots=True)
class Covered:
    """What the answer rests on: lists checked, not loaded (``waived`` where accepted), otherwise missing, stale."""

    checked: tuple[str, ...]
    absent: tuple[str, ...]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    not_modelled: tuple[tuple[str, str], ...]
    complete: bool


def coverage(found: Assessment) -> Covered:
    """The coverage, sorted for a reader."""
    said = found.coverage
    return Covered(
        said.checked,
        tuple(entry.partition(":")[0] for entry in said.not_checked if entry.endswith(": not loaded")),
        tuple(entry for entry in said.not_checked if not entry.endswith(": not loaded")),
        said.stale,
        tuple((head, rest) for head, _, rest in (entry.partition(": ") for entry in said.not_modelled)),
        said.complete,
    )
