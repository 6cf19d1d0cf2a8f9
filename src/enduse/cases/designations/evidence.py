"""The register of evidence: entries as their events leave them, what is alike, and the graph that they draw.

What is shown is what is recorded: vendor, intermediary, end user and harm of one entry, joined by name where names are
written alike. Nothing is inferred between entries.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from enduse.cases.designations.bodies import (
    CREDIBILITY,
    LINKS,
    RELIABILITY,
    Evidence,
    Link,
    SourceGraded,
    Stance,
)
from enduse.cases.events import CaseEvent
from enduse.cases.refusals import Missing
from enduse.model.countries import is_country_code
from enduse.model.errors import BadInput

_SHA256 = re.compile(r"[0-9a-f]{64}")
_USER_ASSIGNED = re.compile("X[A-Z]")
PROTECTED = "a protected source"
"""What is shown in place of a protected source to those without clearance."""
HELD = "yes"
"""What stands in place of the reference of a protected source for those without clearance."""
ALIKE, DAYS_APART = 0.85, 31


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands.

    Attributes:
        by: who recorded it; ``at`` when.
        sources, links: those of the entry and those that were added.
        versions: how often it was recorded or corrected.
        last: when something was last said of it.
    """

    id: str
    content: Evidence
    sources: tuple[SourceGraded, ...]
    links: tuple[Link, ...]
    by: str
    at: dt.datetime
    seq: int
    versions: int
    last: dt.datetime

    @property
    def contradicted(self) -> bool:
        """Whether a source speaks against it."""
        return any(one.stance is Stance.CONTRADICTS for one in self.sources)

    @property
    def grade(self) -> str:
        """The best grade of a source that supports it, e.g. ``B2``."""
        found = sorted(f"{one.reliability}{one.credibility}" for one in self.sources if one.stance is Stance.SUPPORTS)
        return found[0] if found else "F6"

    @property
    def text(self) -> str:
        """What a search looks in. Of a protected source nothing is here: it is kept elsewhere."""
        one = self.content
        parts = [self.id, one.title, one.what, one.technology, one.item, one.vendor, *one.intermediaries, one.end_user]
        parts += [source.publisher for source in self.sources] + [source.title for source in self.sources]
        return " ".join(parts).casefold()


def fold_entry(identifier: str, events: Iterable[CaseEvent]) -> Entry | None:
    """The entry that events make; None where there is none."""
    found: Entry | None = None
    for event in events:
        if event.body is None:
            continue
        if event.kind in ("evidence_recorded", "evidence_corrected"):
            made: Evidence = event.body
            by, at = (found.by, found.at) if found else (event.actor, event.at)
            versions = found.versions + 1 if found else 1
            found = Entry(identifier, made, made.sources, made.links, by, at, event.seq, versions, event.at)
        elif found is not None and event.kind == "evidence_source_added":
            found = replace(found, sources=(*found.sources, event.body.source), seq=event.seq, last=event.at)
        elif found is not None and event.kind == "evidence_linked":
            found = replace(found, links=(*found.links, event.body.link), seq=event.seq, last=event.at)
    return found


class Held:
    """Ids that something holds, looked up one by one."""

    def __init__(self, holds: Callable[[str], bool]) -> None:
        self._holds = holds

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._holds(name)


def source_seen(source: SourceGraded, *, cleared: bool) -> SourceGraded:
    """A source as somebody may read it: without clearance, of a protected one its grades and stance alone."""
    if cleared or not source.protected:
        return source
    # The day and the hash of what it handed over could be looked up elsewhere.
    return replace(source, protected=HELD, published=None, sha256="")


def with_sources_of(made: Evidence, held: Entry) -> tuple[Evidence, frozenset[str]]:
    """A correction with what its author was not shown of protected sources; the references that were put in.

    A source stated as :data:`HELD` is the first of the entry with its grades and stance, else the first that is left.
    """
    stated = {one.protected for one in made.sources}
    left = [one for one in held.sources if one.protected and one.protected not in stated]
    found: dict[int, SourceGraded] = {}
    hidden = [number for number, one in enumerate(made.sources) if one.protected == HELD]
    for exactly in (True, False):
        for number in hidden:
            one = made.sources[number]
            fitting = [it for it in left if not exactly or source_seen(it, cleared=False) == one]
            if number in found or not fitting:
                continue
            left.remove(fitting[0])
            day, sha256 = one.published or fitting[0].published, one.sha256 or fitting[0].sha256
            found[number] = replace(one, protected=fitting[0].protected, published=day, sha256=sha256)
    sources = tuple(found.get(number, one) for number, one in enumerate(made.sources))
    return replace(made, sources=sources), frozenset(one.protected for one in found.values())


def sources_left_out(made: Evidence, held: Entry) -> tuple[Missing, ...]:
    """What a correction leaves out of the sources of an entry: one is regraded, and never left out."""
    parts: tuple[tuple[str, Callable[[SourceGraded], bool]], ...] = (
        ("sources", lambda _: True),
        ("that speak against it", lambda one: one.stance is Stance.CONTRADICTS),
        ("that are protected", lambda one: bool(one.protected)),
    )
    counts = [(words, sum(map(holds, held.sources)), sum(map(holds, made.sources))) for words, holds in parts]
    if all(stated >= there for _, there, stated in counts):
        return ()
    said = ", ".join(f"{there} {words}" for words, there, _ in counts)
    return (Missing(f"every source of the entry ({said}): grade one anew rather than leave it out", "sources"),)


@contextmanager
def of_entry(number: int, count: int) -> Iterator[None]:
    """Say of which entry a value cannot be used, where there are several."""
    try:
        yield
    except BadInput as error:
        if count == 1:
            raise
        where = f"entry {number}" + (f", {error.where}" if error.where else "")
        raise BadInput(error.problem, where=where, remedy=error.remedy) from None


def problems_of(made: Evidence, known: Container[str], protected: Container[str]) -> tuple[Missing, ...]:
    """What keeps an entry out of the register.

    Args:
        known: ids of entries; ``protected`` references of protected sources.

    Raises:
        BadInput: a value cannot be used.
    """
    found: list[Missing] = []
    if not made.title.strip() or not made.what.strip():
        found.append(Missing("a title, and what happened", "entry"))
    if not any(one.stance is Stance.SUPPORTS for one in made.sources):
        found.append(Missing("a source that supports it", "entry"))
    if made.place and not (is_country_code(made.place) or _USER_ASSIGNED.fullmatch(made.place)):
        raise BadInput(f"{made.place[:10]!r} is no country", where="place", remedy="two letters (ISO 3166-1)")
    for source in made.sources:
        found.extend(problems_of_source(source, protected))
    for link in made.links:
        found.extend(problems_of_link(link, known))
    return tuple(found)


def problems_of_source(source: SourceGraded, protected: Container[str]) -> tuple[Missing, ...]:
    """What is wrong with a source.

    Raises:
        BadInput: a value cannot be used.
    """
    if source.reliability not in RELIABILITY:
        known = ", ".join(RELIABILITY)
        raise BadInput(f"{source.reliability[:10]!r} is no grade", where="reliability", remedy=f"known: {known}")
    if source.credibility not in CREDIBILITY:
        known = ", ".join(CREDIBILITY)
        raise BadInput(f"{source.credibility[:10]!r} is no grade", where="credibility", remedy=f"known: {known}")
    if source.sha256 and not _SHA256.fullmatch(source.sha256):
        raise BadInput("this is no hash", where="sha256", remedy="64 hexadecimal digits, small letters")
    if source.url and not source.url.startswith(("https://", "http://")):
        raise BadInput("this is no address", where="url", remedy="begin with https://")
    if source.protected:
        told = (source.publisher, source.title, source.url)
        if source.protected not in protected:
            return (Missing(f"no protected source {source.protected[:40]!r}", "protected_source"),)
        if any(told):
            return (Missing("a protected source has no publisher, title or address here", "protected_source"),)
        return ()
    return () if source.publisher.strip() else (Missing("the publisher of a source", "source"),)


def problems_of_link(link: Link, known: Container[str]) -> tuple[Missing, ...]:
    """What is wrong with a link.

    Raises:
        BadInput: it is of no known kind.
    """
    if link.kind not in LINKS:
        raise BadInput(f"{link.kind[:20]!r} is no link", where="links", remedy=f"known: {', '.join(LINKS)}")
    return () if link.entry in known else (Missing(f"the register has no entry {link.entry[:60]!r}", "link"),)


@dataclass(frozen=True, slots=True)
class Alike:
    """An entry that may tell of the same thing, and why."""

    id: str
    why: str


def alike(made: Evidence, entries: Iterable[Entry]) -> tuple[Alike, ...]:
    """Entries that may be the same incident: vendor and end user named alike, one place, days apart at most 31."""
    from enduse.screen import compare_names  # heavy: only where an entry is recorded

    found = []
    for one in entries:
        other = one.content
        if made.place and other.place and made.place != other.place:
            continue
        if made.occurred and other.occurred and abs((made.occurred - other.occurred).days) > DAYS_APART:
            continue
        scores = [
            (word, compare_names(mine, theirs).score)
            for word, mine, theirs in (
                ("vendor", made.vendor, other.vendor),
                ("end user", made.end_user, other.end_user),
            )
            if mine and theirs
        ]
        if scores and all(score >= ALIKE for _, score in scores):
            said = ", ".join(f"{word} {score:.2f}" for word, score in scores)
            found.append(Alike(one.id, f"{said}; same place and at most {DAYS_APART} days apart, as far as stated"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Node:
    """Somebody, or a harm, in the graph; ``column`` 0 vendor, 1 intermediary, 2 end user, 3 harm."""

    column: int
    name: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A step from one to the next, and the entries that record it."""

    start: Node
    end: Node
    entries: tuple[str, ...]


COLUMNS = ("vendor", "intermediary", "end user", "harm")


def graph(entries: Sequence[Entry]) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """Vendor, intermediary, end user, harm: as recorded, an edge for each step that an entry states."""
    nodes: dict[tuple[int, str], Node] = {}
    edges: dict[tuple[Node, Node], dict[str, None]] = {}

    def node(column: int, name: str) -> Node:
        return nodes.setdefault((column, " ".join(name.casefold().split())), Node(column, name.strip()))

    for one in entries:
        said = one.content
        way = [node(0, said.vendor)] if said.vendor.strip() else []
        way += [node(1, name) for name in said.intermediaries if name.strip()]
        way += [node(2, said.end_user)] if said.end_user.strip() else []
        way.append(node(3, said.harm.value.replace("_", " ")))
        for start, end in itertools.pairwise(way):
            if start != end:
                edges.setdefault((start, end), {})[one.id] = None
    return tuple(nodes.values()), tuple(Edge(start, end, tuple(found)) for (start, end), found in edges.items())
