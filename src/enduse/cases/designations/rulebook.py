"""What authorities prescribe for designations, read strictly from ``data/designations.yaml``."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from enduse.cases.calendars import shipped_calendars
from enduse.cases.clocks import Clocks, read_clocks
from enduse.cases.designations.voting import BASES, MEANINGS, THRESHOLDS, VoteRule
from enduse.cases.policies import Separation, Transition
from enduse.cases.reading import Row, read_document, shipped
from enduse.model.citation import Citation
from enduse.model.party import Measure

QUESTIONS = ("add", "modify", "remove")


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of an authority's legal basis; a ``mandatory`` one must be met."""

    id: str
    question: str
    mandatory: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class ListingAuthority:
    """Who lists.

    Attributes:
        list: id of the list, as the rules know it; ``list_authority`` who keeps it.
        consolidated_source: how the consolidated list names it; empty where it is not in that list.
        members: who votes.
        measures: what its listings may do.
    """

    id: str
    title: str
    state: str
    list: str
    list_title: str
    list_authority: str
    consolidated_source: str
    zone: ZoneInfo
    members: tuple[str, ...]
    measures: tuple[Measure, ...]
    votes: Mapping[str, VoteRule]
    criteria: tuple[Criterion, ...]
    citation: Citation

    def criterion(self, identifier: str) -> Criterion | None:
        """The criterion of an id."""
        return next((one for one in self.criteria if one.id == identifier), None)


@dataclass(frozen=True, slots=True)
class Procedure:
    """All of it."""

    authorities: Mapping[str, ListingAuthority]
    statuses: tuple[str, ...]
    final: tuple[str, ...]
    transitions: tuple[Transition, ...]
    separations: tuple[Separation, ...]
    clocks: Clocks

    def of_command(self, command: str) -> tuple[Transition, ...]:
        """The rows of a command."""
        return tuple(row for row in self.transitions if row.command == command)


def read_procedure(data: bytes | str, name: str, clocks: Clocks, guards: Collection[str]) -> Procedure:
    """The procedure of a document.

    Raises:
        BadInput: something is missing, unknown or contradictory; names file, line and key.
    """
    root = read_document(data, name).only("authorities", "statuses", "final", "transitions", "separations")
    statuses = root.texts("statuses", None)
    known = {rule.id for rule in clocks.rules}
    authorities = {row.identifier(): _authority(row, known) for row in root.rows("authorities")}
    transitions = tuple(_transition(row, ("", *statuses), guards) for row in root.rows("transitions"))
    separations = tuple(
        Separation(
            row.only("id", "command", "after", "why", "citation").identifier(),
            row.word("command", tuple(one.command for one in transitions)),
            row.texts("after", None),
            "",
            row.text("why"),
            row.citation(),
        )
        for row in root.rows("separations")
    )
    return Procedure(authorities, statuses, root.texts("final", None), transitions, separations, clocks)


def _authority(row: Row, clocks: Collection[str]) -> ListingAuthority:
    row.only(
        *("id", "title", "state", "list", "list_title", "list_authority", "consolidated_source", "zone", "members"),
        *("measures", "votes", "criteria", "citation"),
    )
    members = row.texts("members", None)
    votes = {one.text("question"): _vote(one, clocks, len(members)) for one in row.rows("votes")}
    if missing := [question for question in QUESTIONS if question not in votes]:
        raise row.wrong(f"no rule for the question {missing[0]!r}", "votes", f"questions: {', '.join(QUESTIONS)}")
    criteria = tuple(
        Criterion(
            one.only("id", "question", "mandatory", "citation").identifier(),
            one.text("question"),
            one.flag("mandatory"),
            one.citation(),
        )
        for one in row.rows("criteria")
    )
    if not any(one.mandatory for one in criteria):
        raise row.wrong("no criterion must be met", "criteria", "mark one mandatory")
    words = tuple(measure.value for measure in Measure)
    for word in row.texts("measures", None):
        if word not in words:
            raise row.wrong(f"{word!r} is no measure", "measures", f"known: {', '.join(words)}")
    try:
        zone = ZoneInfo(row.text("zone"))
    except (KeyError, ValueError, OSError):
        raise row.wrong(f"{row.text('zone')!r} is no time zone", "zone") from None
    return ListingAuthority(
        id=row.identifier(),
        title=row.text("title"),
        state=row.text("state"),
        list=row.text("list"),
        list_title=row.text("list_title"),
        list_authority=row.text("list_authority"),
        consolidated_source=row.text("consolidated_source", ""),
        zone=zone,
        members=members,
        measures=tuple(Measure(word) for word in row.texts("measures", None)),
        votes=votes,
        criteria=criteria,
        citation=row.citation(),
    )


def _vote(row: Row, clocks: Collection[str], members: int) -> VoteRule:
    row.only("question", "threshold", "base", "abstention", "silence", "quorum", "clock", "citation", "reading")
    clock = row.word("clock", tuple(sorted(clocks)))
    quorum = row.number("quorum", 0)
    if quorum > members:
        raise row.wrong(f"a quorum of {quorum} of {members} members", "quorum")
    return VoteRule(
        question=row.word("question", QUESTIONS),
        threshold=row.word("threshold", THRESHOLDS),
        base=row.word("base", BASES),
        abstention=row.word("abstention", MEANINGS),
        silence=row.word("silence", MEANINGS),
        quorum=quorum,
        clock=clock,
        citation=row.citation(),
        reading=row.citation("reading") if row.row("reading") is not None else None,
    )


def _transition(row: Row, statuses: tuple[str, ...], guards: Collection[str]) -> Transition:
    row.only("command", "from", "to", "event", "roles", "guards")
    for key in ("from", "to"):
        for status in row.texts(key):
            if status not in statuses:
                raise row.wrong(f"no status {status!r}", key, f"known: {', '.join(statuses[1:])}")
    for guard in row.texts("guards"):
        if guard not in guards:
            raise row.wrong(f"no guard {guard!r}", "guards", f"known: {', '.join(sorted(guards))}")
    return Transition(
        row.text("command"),
        row.texts("from", None),
        row.texts("to"),
        row.text("event"),
        row.texts("roles", None),
        row.texts("guards"),
        auto=False,
    )


@functools.cache
def shipped_clocks() -> Clocks:
    """The periods that come with the program."""
    calendars = shipped_calendars()
    name = "designation_clocks.yaml"
    return Clocks(read_clocks(shipped(name), name, calendars), calendars)
