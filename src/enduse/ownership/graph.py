"""Who holds what in whom, as registers and files state it: dated statements, and what they come to on a day.

A statement is taken for what it says: a share may be exact, banded or unknown, it may speak of votes or of control
alone, and it holds in its interval. Where several statements speak of one holder and one entity on the same day, the
share is what they all allow; where they contradict each other it is what any of them allows, and the answer says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from enduse.model.ownership import Link, Origin, OwnershipAnswer, percent, plain
from enduse.model.transaction import Share
from enduse.model.truth import Truth
from enduse.ownership.bulk import Closure, Columns
from enduse.ownership.regimes import Regime
from enduse.ownership.stakes import WHOLE, Bounds, Stake, Stakes, Threshold, bounds
from enduse.ownership.standing import judge, threshold
from enduse.ownership.statements import HUNDRED, NO_SHARE, Entity, Gap, Reading, Statement, values_only


@dataclass(frozen=True, slots=True)
class Edge:
    """What the statements about one holder and one entity come to on a day."""

    holder: int
    entity: int
    share: Share
    votes: Share | None
    control: tuple[str, ...]
    since: dt.date | None
    until: dt.date | None
    origins: tuple[Origin, ...]
    note: str


Held = list[tuple[int, Statement]]
"""Statements about one holder and one entity, each with the number of its reading."""


class Graph:
    """Statements of one or more readings; entities with a number in common are one."""

    @values_only()
    def __init__(self, readings: Iterable[Reading]) -> None:
        self.readings = tuple(readings)
        self._parents: list[int] = []
        self._keys: dict[tuple[int, str], int] = {}
        names: list[list[str]] = []
        numbers: dict[tuple[str, str, str], int] = {}
        described: list[list[Entity]] = []
        for source, reading in enumerate(self.readings):
            for key, entity in reading.entities.items():
                node = len(self._parents)
                self._parents.append(node)
                self._keys[source, key] = node
                names.append([name for name in (entity.name, *entity.other_names) if name])
                described.append([entity])
                for identifier in entity.identifiers:
                    number = (identifier.kind, identifier.country or "", _folded(identifier.value))
                    other = numbers.setdefault(number, node)
                    self._join(other, node)
        self._names: dict[int, list[str]] = {}
        self._entities: dict[int, list[Entity]] = {}
        for node in range(len(self._parents)):
            root = self._root(node)
            self._names.setdefault(root, []).extend(names[node])
            self._entities.setdefault(root, []).extend(described[node])
        self._by_pair: dict[tuple[int, int], list[tuple[int, Statement]]] = {}
        for source, reading in enumerate(self.readings):
            for statement in reading.statements:
                pair = (self._node(source, statement.holder), self._node(source, statement.entity))
                self._by_pair.setdefault(pair, []).append((source, statement))
        self._gaps: dict[int, list[Gap]] = {}
        for source, reading in enumerate(self.readings):
            for gap in reading.gaps:
                self._gaps.setdefault(self._node(source, gap.entity), []).append(gap)

    def _node(self, source: int, key: str) -> int:
        return self._root(self._keys[source, key])

    def _root(self, node: int) -> int:
        while self._parents[node] != node:
            self._parents[node] = self._parents[self._parents[node]]
            node = self._parents[node]
        return node

    def _join(self, one: int, other: int) -> None:
        first, second = sorted((self._root(one), self._root(other)))
        self._parents[second] = first

    def name(self, node: int) -> str:
        """The entity's name; its key where no source names it."""
        return next(iter(self._names[node]), self._entities[node][0].key)

    def entities(self, node: int) -> Sequence[Entity]:
        """What the sources say of the entity itself."""
        return self._entities[node]

    @property
    def size(self) -> int:
        """One more than the greatest number of an entity."""
        return len(self._parents)

    def nodes(self) -> Iterable[int]:
        """All entities."""
        return self._entities.keys()

    def gaps(self, node: int) -> Sequence[Gap]:
        """What the sources say is not known of the entity's owners."""
        return self._gaps.get(node, ())

    def find(self, text: str) -> list[int]:
        """The entities with this key, number or name (in any case); all of them where several have it."""
        wanted = _folded(text)
        by_number = [
            node
            for node, entities in self._entities.items()
            if any(
                _folded(entity.key) == wanted
                or _folded(entity.key.rpartition(":")[2]) == wanted
                or any(_folded(identifier.value) == wanted for identifier in entity.identifiers)
                for entity in entities
            )
        ]
        if by_number:
            return by_number
        return [node for node, names in self._names.items() if any(_folded(name) == wanted for name in names)]

    def edges(self, day: dt.date) -> list[Edge]:
        """What holds on a day, one for each holder and entity."""
        return [_edge(*pair, held) for pair, held in self.held(day)]

    def held(self, day: dt.date) -> Iterator[tuple[tuple[int, int], Held]]:
        """The statements that hold on a day, by holder and entity."""
        for pair, statements in self._by_pair.items():
            held = [entry for entry in statements if day in entry[1].interval]
            if held:
                yield pair, held

    def on(self, day: dt.date) -> Holdings:
        """The graph of a day."""
        return Holdings(self, day)


class Holdings:
    """Who holds what on one day."""

    @values_only()
    def __init__(self, graph: Graph, day: dt.date) -> None:
        self.graph = graph
        self.day = day
        self._held: list[tuple[tuple[int, int], Held]] = []
        known: dict[int, Bounds] = {}
        stakes = []
        for ref, (pair, held) in enumerate(graph.held(day)):
            self._held.append((pair, held))
            if len(held) == 1:
                # A table of a million rows holds few different shares; they live as long as their statements.
                statement: Statement | Edge = held[0][1]
                share = statement.share or NO_SHARE
                of_shares = known.get(id(share)) or known.setdefault(id(share), bounds(share))
            else:
                statement = _edge(*pair, held)
                of_shares = bounds(statement.share or NO_SHARE)
            votes = statement.votes
            of_votes = bounds(votes) if votes is not None else None
            stakes.append(Stake(*pair, of_shares, of_votes, statement.control, ref))
        self.stakes = Stakes(stakes)

    @property
    def edges(self) -> list[Edge]:
        """What holds on the day, one for each holder and entity."""
        return [_edge(*pair, held) for pair, held in self._held]

    def above(self, node: int) -> set[int]:
        """The entity, and everybody above it."""
        return self.stakes.above(node)

    def owners(self, node: int, listed: Mapping[int, Truth] | None = None) -> list[Link]:
        """The direct holders of an entity, the largest first."""
        known = listed or {}
        links = [self._link(stake, known.get(stake.holder, Truth.FALSE)) for stake in self.stakes.into(node)]
        return sorted(links, key=lambda link: (-link.share.high, -link.share.low, link.holder))

    def not_stated(self, node: int) -> str:
        """How much of the shares nobody is stated to hold, in words; empty when all are spoken for."""
        total = self.stakes.total(node)
        least, most = max(WHOLE - total.high, 0), max(WHOLE - total.low, 0)
        if most == 0:
            return ""
        share = Share(Decimal(least) * 100 / WHOLE, Decimal(most) * 100 / WHOLE)
        return f"{plain(share.low)} percent" if share.low == share.high else percent(share)

    def over_stated(self, node: int) -> str:
        """How much of the shares is stated to be held, in words, where that is more than all; empty elsewhere."""
        if not self.stakes.contradictory(node):
            return ""
        total = self.stakes.total(node)
        return f"{'at least ' if total.high > total.low else ''}{plain(Decimal(total.low) * 100 / WHOLE)} percent"

    def standing(
        self,
        node: int,
        listed: Mapping[int, Truth],
        rules: Regime,
        *,
        joint: Truth = Truth.UNKNOWN,
        persons: Mapping[int, str] | None = None,
    ) -> OwnershipAnswer:
        """What a regime's rule says of an entity on the owners that are stated.

        Args:
            listed: who is on the regime's list; whoever is absent is not.
            joint: whether a joint arrangement binds all listed holders.
            persons: entities that stand for one listed person, by that person's id.
        """
        return judge(
            self.stakes,
            node,
            listed,
            rules,
            self.day,
            self._link,
            name=self.graph.name(node),
            joint=joint,
            persons=persons,
        )

    def owned_by(
        self, listed: Mapping[int, Truth], rules: Regime, *, joint: Truth = Truth.UNKNOWN
    ) -> Mapping[Truth, Sequence[int]]:
        """Everybody whom the listed own under a regime's rule, the listed themselves left out.

        Args:
            joint: whether a joint arrangement binds all listed holders.

        Returns:
            Who is owned (true) and who may be (unknown); by entity the same as :meth:`standing` says, except that
            each listed entity counts as a person of its own.
        """
        rule = rules.rule(self.day)
        if rule is None:
            return {Truth.TRUE: (), Truth.UNKNOWN: ()}
        sure = [node for node, truth in listed.items() if truth is Truth.TRUE]
        perhaps = [node for node, truth in listed.items() if truth is Truth.UNKNOWN]
        limit = threshold(rule)
        if limit.votes and self.stakes.votes_stated:
            found = self._by_shares_or_votes(sure, perhaps, limit, rule.one_person, joint)
        else:
            found = self._by_shares(sure, perhaps, limit, rule.one_person, joint)
        owned, possibly = found
        return {Truth.TRUE: sorted(owned), Truth.UNKNOWN: sorted(possibly - owned)}

    def _by_shares(
        self, sure: list[int], perhaps: list[int], limit: Threshold, apart: bool, joint: Truth
    ) -> tuple[set[int], set[int]]:
        stakes = [stake for node in self.graph.nodes() for stake in self.stakes.into(node)]
        closure = Closure(Columns.of(stakes), self.graph.size)
        together = None if apart and joint is Truth.FALSE else closure.together(sure, perhaps, limit)
        alone = closure.each_alone(sure, perhaps, limit) if apart and joint is not Truth.TRUE else together
        most = together or alone
        assert most is not None
        assert alone is not None
        owned = set(alone[Truth.TRUE].tolist())
        return owned, {node for numbers in most.values() for node in numbers.tolist()}

    def _by_shares_or_votes(
        self, sure: list[int], perhaps: list[int], limit: Threshold, apart: bool, joint: Truth
    ) -> tuple[set[int], set[int]]:
        both = [*sure, *perhaps]
        least = [[node] for node in sure] if apart and joint is not Truth.TRUE else [sure]
        most = [[node] for node in both] if apart and joint is Truth.FALSE else [both]
        owned, possibly = (
            set[int]().union(*(self.stakes.reached(group, limit, least=lowest) for group in groups)) - set(both)
            for groups, lowest in ((least, True), (most, False))
        )
        return owned, possibly

    def _link(self, stake: Stake, listed: Truth) -> Link:
        pair, held = self._held[stake.ref]
        edge = _edge(*pair, held)
        return Link(
            holder=self.graph.name(edge.holder),
            entity=self.graph.name(edge.entity),
            share=edge.share,
            holder_id=self.graph.entities(edge.holder)[0].key,
            entity_id=self.graph.entities(edge.entity)[0].key,
            votes=edge.votes,
            control=edge.control,
            listed=listed,
            since=edge.since,
            until=edge.until,
            origins=edge.origins,
            note=edge.note,
        )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _edge(holder: int, entity: int, held: Held) -> Edge:
    """What the statements of a day come to."""
    if len(held) == 1:
        only = held[0][1]
        return Edge(
            holder,
            entity,
            NO_SHARE if only.share is None else only.share,
            only.votes,
            only.control,
            only.interval.start,
            only.interval.end,
            (only.origin,),
            only.note,
        )
    sources = [(source, item.origin.source) for source, item in held]
    items = [item for _, item in held]
    share, doubt = _combined([(key, item.share) for key, item in zip(sources, items, strict=True) if item.share])
    votes, more = _combined([(key, item.votes) for key, item in zip(sources, items, strict=True) if item.votes])
    dated = [item for item in items if item.share is not None] or items
    starts = [item.interval.start for item in dated]
    ends = [item.interval.end for item in dated]
    notes = dict.fromkeys([*(item.note for _, item in held), doubt, more])
    return Edge(
        holder,
        entity,
        share or NO_SHARE,
        votes,
        tuple(sorted({kind for _, item in held for kind in item.control})),
        None if None in starts else min(start for start in starts if start),
        None if None in ends else max(end for end in ends if end),
        tuple(dict.fromkeys(item.origin for _, item in held)),
        "; ".join(filter(None, notes)),
    )


def _combined(stated: Sequence[tuple[object, Share]]) -> tuple[Share | None, str]:
    """One share for several statements, and what is doubtful about it.

    Different sources speak of the same holding: what they all allow, or where there is no such share, what any allows.
    One source with several statements may mean parcels or repeat itself: from the least of them to their sum.
    """
    if not stated:
        return None, ""
    by_source: dict[object, list[Share]] = {}
    for source, share in stated:
        by_source.setdefault(source, []).append(share)
    doubt = []
    shares = []
    for several in by_source.values():
        distinct = list(dict.fromkeys(several))
        if len(several) == 1:
            shares.append(distinct[0])
            continue
        doubt.append(f"stated {len(several)} times: {', '.join(percent(share) for share in several)}")
        shares.append(_parcels(several))
    common = shares[0]
    for share in shares[1:]:
        both = _both(common, share)
        if both is None:
            doubt.append(f"sources disagree: {', '.join(percent(share) for share in shares)}")
            return _either(shares), "; ".join(doubt)
        common = both
    return common, "; ".join(doubt)


def _parcels(shares: Sequence[Share]) -> Share:
    least = min(shares, key=lambda share: (share.low, share.low_open))
    high = sum((share.high for share in shares), Decimal(0))
    high_open = any(share.high_open for share in shares) and high <= HUNDRED
    return Share(least.low, min(high, HUNDRED), least.low_open, high_open)


def _both(one: Share, other: Share) -> Share | None:
    low, low_open = max((one.low, one.low_open), (other.low, other.low_open))
    high, high_closed = min((one.high, not one.high_open), (other.high, not other.high_open))
    if low > high or (low == high and (low_open or not high_closed)):
        return None
    text = (
        one.text if (one.low, one.high) == (low, high) else other.text if (other.low, other.high) == (low, high) else ""
    )
    return Share(low, high, low_open, not high_closed, text)


def _either(shares: Sequence[Share]) -> Share:
    low, low_open = min((share.low, share.low_open) for share in shares)
    high, high_closed = max((share.high, not share.high_open) for share in shares)
    return Share(low, high, low_open, not high_closed)
