"""Who owns a listed party and whom it owns: a picture, its table, and what each list's ownership rule makes of it."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from enduse.interfaces.owners import on_list
from enduse.interfaces.owners_held import FOLDER, OwnersHeld, owners_held
from enduse.interfaces.web.desk import Desk
from enduse.model.match import HIT_THRESHOLD, Query
from enduse.model.ownership import CONTROL_WORDS, percent
from enduse.model.party import ListedParty, Listing
from enduse.model.transaction import Share
from enduse.model.truth import Truth
from enduse.ownership.graph import Edge, Graph, Holdings
from enduse.ownership.regimes import regimes
from enduse.ownership.statements import NO_SHARE

LEVELS, ACROSS, MOST_EDGES = 3, 6, 200
"""So far up and down, so many beside each other in the picture, so many holdings in the table."""
BOX, TALL, GAP, STEP, MARGIN = 178, 62, 22, 168, 12
_NOBODY = -1
LINE = 25
"""Letters of a line in a box; a wide letter counts for two."""


@dataclass(frozen=True, slots=True)
class Box:
    """An entity in the picture, its left upper corner, and its name in at most two lines.

    Attributes:
        kind: ``party``, ``owner``, ``owned`` or ``unstated``.
        said: what lists say of its name, in few words.
    """

    x: float
    y: float
    lines: tuple[str, ...]
    name: str
    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Line:
    """A holding in the picture: its path, and its words where they stand."""

    path: str
    x: float
    y: float
    words: tuple[str, ...]
    width: float
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture.

    Attributes:
        left_out: entities that found no room.
    """

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A holding as a row of the table; ``control`` in words, every source that states it in ``sources``."""

    holder: str
    entity: str
    share: str
    votes: str
    control: tuple[str, ...]
    since: str
    until: str
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Caught:
    """What an ownership rule makes of an entity below a listed party."""

    entity: str
    regime: str
    owned: str
    words: str
    citation: str


@dataclass(frozen=True, slots=True)
class Alike:
    """A listed party of the name of an owner or of somebody owned."""

    entity: str
    score: str
    party: ListedParty
    lists: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The section of the page.

    Attributes:
        by_number: a number says that the graph speaks of this party; else only the name does.
        unstated: how much of the party's shares nobody is stated to hold, in words.
        more: holdings beyond those in the table.
        gaps: what the sources say is not known.
    """

    drawing: Drawing | None
    holdings: tuple[Holding, ...]
    caught: tuple[Caught, ...]
    alike: tuple[Alike, ...]
    by_number: bool
    unstated: str
    more: int
    gaps: tuple[str, ...]
    files: tuple[str, ...]
    problems: tuple[str, ...]


def ownership(desk: Desk, party: ListedParty) -> Shown | None:
    """What the files of owners say of a party on the page's day; None where the installation holds no such file."""
    held = owners_held(desk.holdings.data_dir)
    if held is None:
        return None
    found, by_number = held.of(party)
    if not found:
        return Shown(None, (), (), (), False, "", 0, (), _files(held), held.problems)
    day = held.graph.on(desk.day)
    near = Neighbours(day, found[0])
    alike = tuple(_alike(desk, held.graph, near, party))
    said = {one.entity: f"▲ like {one.lists} {one.score}" for one in alike}
    edges = near.edges[:MOST_EDGES]
    return Shown(
        _drawing(held.graph, near, day.not_stated(found[0]), said),
        tuple(_holding(held.graph, edge) for edge in edges),
        tuple(_caught(day, near, party.listings, desk.day)),
        alike,
        by_number,
        day.not_stated(found[0]),
        len(near.edges) - len(edges),
        tuple(f"{gap.words} ({gap.origin})" for node in near.levels for gap in held.graph.gaps(node)),
        _files(held),
        held.problems,
    )


def _files(held: OwnersHeld) -> tuple[str, ...]:
    return tuple(f"{FOLDER}/{reading.name} ({reading.format})" for reading in held.readings)


class Neighbours:
    """Whoever stands up to :data:`LEVELS` above or below an entity, with the level (negative above), and the holdings
    between them: those above first, the nearest first."""

    def __init__(self, day: Holdings, party: int) -> None:
        self.party = party
        into: dict[int, list[Edge]] = {}
        out: dict[int, list[Edge]] = {}
        for edge in day.edges:
            into.setdefault(edge.entity, []).append(edge)
            out.setdefault(edge.holder, []).append(edge)
        self.levels: dict[int, int] = {party: 0}
        for sign, found in ((-1, into), (1, out)):
            row = [party]
            for level in range(1, LEVELS + 1):
                beyond = [
                    other
                    for node in row
                    for edge in sorted(found.get(node, ()), key=_largest)
                    for other in [edge.holder if sign < 0 else edge.entity]
                ]
                row = [node for node in dict.fromkeys(beyond) if node not in self.levels]
                self.levels |= dict.fromkeys(row, sign * level)
        self.edges = sorted(
            (edge for node in self.levels for edge in into.get(node, ()) if edge.holder in self.levels),
            key=lambda edge: (
                self.levels[edge.entity] > 0,
                max(abs(self.levels[edge.holder]), abs(self.levels[edge.entity])),
                _largest(edge),
            ),
        )

    @property
    def below(self) -> list[int]:
        """Whoever stands below."""
        return [node for node, level in self.levels.items() if level > 0]


def _largest(edge: Edge) -> tuple[object, ...]:
    return (-edge.share.high, -edge.share.low, edge.holder, edge.entity)


def share_words(share: Share | None) -> str:
    """A share as a reader reads it beside a line: ``60%``, ``over 25 to 50%``, ``unknown share``."""
    if share is None or share == NO_SHARE:
        return ""
    return _short(percent(share))


def _short(words: str) -> str:
    return words.replace("an unknown share", "unknown share").replace(" percent", "%")


def _holding(graph: Graph, edge: Edge) -> Holding:
    return Holding(
        graph.name(edge.holder),
        graph.name(edge.entity),
        share_words(edge.share) or "none stated",
        share_words(edge.votes) or "as the shares",
        tuple(CONTROL_WORDS.get(kind, kind.replace("_", " ")) for kind in edge.control),
        str(edge.since or "not stated"),
        str(edge.until or "no end stated"),
        tuple(str(one) for one in edge.origins),
        edge.note,
    )


def _caught(day: Holdings, near: Neighbours, listings: Sequence[Listing], when: dt.date) -> Iterable[Caught]:
    """Who counts as owned by the party, or may, under the rules of the lists that it is on."""
    for rules in regimes().values():
        if (listed := on_list(rules, listings, when)) is Truth.FALSE:
            continue
        for node in near.below:
            found = day.standing(node, {near.party: listed}, rules)
            for truth, words in ((found.owned, found.words), (found.control, found.control_words)):
                if truth is not Truth.FALSE:
                    said = "counts as owned" if truth is Truth.TRUE else "may count as owned: not known"
                    cited = found.citation.text if found.citation else ""
                    yield Caught(day.graph.name(node), rules.title, said, words, cited)


def _alike(desk: Desk, graph: Graph, near: Neighbours, party: ListedParty) -> Iterable[Alike]:
    """Listed parties of the names around the party, the best one of each name."""
    for node in list(near.levels)[: 2 * LEVELS * ACROSS]:
        name = graph.name(node)
        if node == near.party or not any(letter.isalnum() for letter in name):
            continue
        hits = [one for one in desk.holdings.screen(Query(name), HIT_THRESHOLD) if one.party.id != party.id]
        if hits:
            lists = ", ".join(dict.fromkeys(listing.list_id for listing in hits[0].party.listings))
            yield Alike(name, f"{hits[0].score:.2f}", hits[0].party, lists)


# --- the picture


def _drawing(graph: Graph, near: Neighbours, unstated: str, said: Mapping[str, str]) -> Drawing:
    rows: dict[int, list[int]] = {}
    left_out = 0
    for node, level in near.levels.items():
        row = rows.setdefault(level, [])
        if len(row) < ACROSS - (level == -1 and bool(unstated)):
            row.append(node)
        else:
            left_out += 1
    if unstated:
        rows.setdefault(-1, []).append(_NOBODY)
    widest = max(len(row) for row in rows.values())
    width = max(2 * MARGIN + widest * (BOX + GAP) - GAP, 480)
    top = min(rows)
    places: dict[int, tuple[float, float]] = {}
    for level, row in rows.items():
        left = (width - (len(row) * (BOX + GAP) - GAP)) / 2
        for number, node in enumerate(row):
            places[node] = (left + number * (BOX + GAP), MARGIN + (level - top) * STEP)
    boxes = [_box(graph, node, near.levels.get(node, -1), at, said) for node, at in places.items()]
    drawn = [edge for edge in near.edges if edge.holder in places and edge.entity in places]
    pairs = [(edge.holder, edge.entity) for edge in drawn]
    if unstated:
        pairs.append((_NOBODY, near.party))
    words = [*map(_words, drawn), (_short(unstated),)]
    doubtful = [*(bool(edge.note) for edge in drawn), True]
    ends = list(zip(_spread(pairs, places, 0), _spread(pairs, places, 1), strict=True))
    lines = [
        _line(places[holder], places[entity], ends[n], words[n], doubtful[n], near.levels[entity] > 0)
        for n, (holder, entity) in enumerate(pairs)
    ]
    height = 2 * MARGIN + (max(rows) - top) * STEP + TALL
    return Drawing(tuple(boxes), tuple(lines), int(width), height, left_out)


def _box(graph: Graph, node: int, level: int, at: tuple[float, float], said: Mapping[str, str]) -> Box:
    if node == _NOBODY:
        return Box(*at, ("Not stated",), "Nobody is stated to hold these shares", "unstated", "")
    name = graph.name(node)
    return Box(*at, fitted(name), name, _kind(level), said.get(name, ""))


def _spread(pairs: Sequence[tuple[int, int]], places: Mapping[int, tuple[float, float]], end: int) -> list[float]:
    """Where on the edge of its box each line begins (``end`` 0) or ends (1), so that those of one box stand apart."""
    found = [0.0] * len(pairs)
    for node in {pair[end] for pair in pairs}:
        own = sorted((n for n, pair in enumerate(pairs) if pair[end] == node), key=lambda n: places[pairs[n][1 - end]])
        for place, number in enumerate(own, start=1):
            found[number] = places[node][0] + BOX * (0.2 + 0.6 * place / (len(own) + 1))
    return found


def _kind(level: int) -> str:
    return "party" if level == 0 else "owner" if level < 0 else "owned"


def _words(edge: Edge) -> tuple[str, ...]:
    """What stands beside a line: share, votes where they differ, control, dates."""
    shares = share_words(edge.share)
    votes = share_words(edge.votes) if edge.votes != edge.share else ""
    first = shares or (f"{votes} of votes" if votes else "control" if edge.control else "no share stated")
    more = f"{votes} of votes" if votes and shares else "and control" if edge.control and shares else ""
    dates = " ".join(
        f"{word} {date.isoformat()}" for word, date in (("since", edge.since), ("until", edge.until)) if date
    )
    return tuple(filter(None, (first, more, dates)))


def _line(
    holder: tuple[float, float],
    entity: tuple[float, float],
    ends: tuple[float, float],
    words: tuple[str, ...],
    doubtful: bool,
    below: bool,
) -> Line:
    """A holding from the holder's lower edge to the entity's upper edge; beside the boxes where that is not below."""
    x1, x2, y1, y2 = *ends, holder[1] + TALL, entity[1]
    wide = 8.0 + 7.2 * max(len(one) for one in words)
    if y2 <= y1:
        x1, y1, x2, y2 = holder[0] + BOX, holder[1] + TALL / 2, entity[0] + BOX, entity[1] + TALL / 2
        out = max(x1, x2) + GAP
        path = f"M{x1:.0f} {y1:.0f} C{out:.0f} {y1:.0f} {out:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
        return Line(path, round(min(x1, x2) - wide / 2, 1), round((y1 + y2) / 2, 1), words, wide, doubtful)
    # Where many lines meet, words stand at the other end.
    at = 0.54 if below else 0.44
    path = f"M{x1:.0f} {y1:.0f} L{x2:.0f} {y2 - 7:.0f}"
    return Line(path, round(x1 + (x2 - x1) * at, 1), round(y1 + (y2 - y1) * at, 1), words, wide, doubtful)


def fitted(name: str) -> tuple[str, ...]:
    """A name in at most two lines of :data:`LINE` letters; cut where it is longer."""
    pieces = name.split(" ") if " " in name else _chunks(name)
    blank = " " if " " in name else ""
    lines: list[str] = []
    for piece in pieces:
        for part in [piece] if _wide(piece) <= LINE else _chunks(piece):
            if lines and _wide(lines[-1] + blank + part) <= LINE:
                lines[-1] += blank + part
            else:
                lines.append(part)
    if len(lines) <= 2:
        return tuple(lines)
    cut = lines[1]
    while _wide(cut) > LINE - 1:
        cut = cut[:-1]
    return (lines[0], f"{cut}…")


def _chunks(text: str) -> list[str]:
    found = [""]
    for letter in text:
        if _wide(found[-1] + letter) > LINE:
            found.append("")
        found[-1] += letter
    return found


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
