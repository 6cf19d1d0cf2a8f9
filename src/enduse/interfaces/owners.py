"""Who owns a party, as files state it, and what each regime's rule says of that: the data behind ``enduse owners``."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enduse.evidence.library import Library
from enduse.evidence.parties import known_parties
from enduse.model.assessment import Coverage, PartyMatch
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from enduse.model.ownership import Link, OwnershipAnswer
from enduse.model.party import Listing
from enduse.model.transaction import Role, TransactionParty
from enduse.model.truth import Truth, any_of
from enduse.ownership.graph import Graph, Holdings
from enduse.ownership.regimes import Regime, regime, regimes
from enduse.ownership.statements import Gap, Reading
from enduse.rules.facts import FactBook
from enduse.rules.rulebook import shipped_rulebooks

SCHEMA = "enduse/owners/1"
MAX_ABOVE = 5_000
"""Entities above a party that are screened at most."""
MAX_NAMES = 10


@dataclass(frozen=True, slots=True)
class Above:
    """An entity at or above the party, with its direct holders and with what lists say of it.

    Attributes:
        not_stated: how much of its shares nobody is stated to hold, in words.
        over_stated: how much is stated to be held, where that is more than 100 percent: the statements contradict.
    """

    id: str
    name: str
    links: tuple[Link, ...]
    matches: tuple[PartyMatch, ...]
    not_stated: str
    over_stated: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class OwnersReport:
    """The answer.

    Attributes:
        above: the party first, then whoever is above it.
        answers: one for each regime asked for.
        questions: what would settle those that are open: fact and question.
        broken: records that could not be read.
    """

    as_of: dt.date
    above: tuple[Above, ...]
    answers: tuple[tuple[Regime, OwnershipAnswer], ...]
    questions: tuple[tuple[str, str], ...]
    coverage: Coverage
    readings: tuple[Reading, ...]
    broken: int

    @property
    def restricted(self) -> bool:
        """Whether the party is listed, owned or controlled under one of the regimes."""
        return any(Truth.TRUE in (answer.listed, answer.owned, answer.control) for _, answer in self.answers)

    @property
    def open(self) -> bool:
        """Whether something is unknown: an answer, a list, or a record that could not be read."""
        unknown = any(Truth.UNKNOWN in (answer.listed, answer.owned, answer.control) for _, answer in self.answers)
        return unknown or not self.coverage.complete or self.broken > 0


def owners_report(
    name: str,
    readings: Sequence[Reading],
    lists: Library,
    day: dt.date,
    today: dt.date,
    *,
    regime_ids: Iterable[str] = (),
    joint: Truth = Truth.UNKNOWN,
) -> OwnersReport:
    """Say who owns a party, and what each regime's rule says.

    Args:
        name: the party's name, number or key in the files.
        regime_ids: the regimes; all when empty.
        joint: whether a joint arrangement binds all listed holders.

    Raises:
        BadInput: the files speak of no such party or of several; no such regime; too many owners.
    """
    chosen = [regime(key) for key in dict.fromkeys(regime_ids)] or list(regimes().values())
    graph = Graph(readings)
    party = _found(graph, name)
    holdings = graph.on(day)
    order = _order(holdings, party)
    listings, matches = _screened(graph, order, lists, day)
    persons = {node: found[0].party_id for node, found in matches.items() if found}
    known = {
        entry.id: {node: truth for node in order if (truth := on_list(entry, listings[node], day)) is not Truth.FALSE}
        for entry in chosen
    }
    answers = tuple(
        (entry, holdings.standing(party, known[entry.id], entry, joint=joint, persons=persons)) for entry in chosen
    )
    anywhere = {node: any_of(known[entry.id].get(node, Truth.FALSE) for entry in chosen) for node in order}
    required = tuple(dict.fromkeys(list_id for entry in chosen for list_id in _lists_of(entry)))
    return OwnersReport(
        as_of=day,
        above=tuple(
            Above(
                graph.entities(node)[0].key,
                graph.name(node),
                tuple(holdings.owners(node, anywhere)),
                matches[node],
                holdings.not_stated(node),
                holdings.over_stated(node),
                tuple(graph.gaps(node)),
            )
            for node in order
        ),
        answers=answers,
        questions=_questions(answers),
        coverage=lists.coverage(required, day, today),
        readings=tuple(readings),
        broken=sum(reading.broken for reading in readings),
    )


def _found(graph: Graph, name: str) -> int:
    found = graph.find(name)
    if len(found) == 1:
        return found[0]
    if found:
        keys = ", ".join(f"{graph.entities(node)[0].key} ({graph.name(node)})" for node in found[:MAX_NAMES])
        raise BadInput(f"{len(found)} parties are called {name!r}", remedy=f"name one by its number: {keys}")
    near = difflib.get_close_matches(name, {graph.name(node) for node in graph.nodes()}, n=3, cutoff=0.6)
    raise BadInput(
        f"the files speak of nobody called {name!r}",
        remedy=f"did you mean {' or '.join(near)}?" if near else "a name, LEI, company number or id as in the file",
    )


def _order(holdings: Holdings, party: int) -> list[int]:
    """The party and whoever is above it, near ones first."""
    order, seen = [party], {party}
    for node in order:
        for stake in holdings.stakes.into(node):
            if stake.holder not in seen:
                seen.add(stake.holder)
                order.append(stake.holder)
    if len(order) > MAX_ABOVE:
        raise BadInput(
            f"{len(order):,} owners, directly or through others",
            remedy=f"at most {MAX_ABOVE:,} can be screened at once",
        )
    return order


def _screened(
    graph: Graph, order: Sequence[int], lists: Library, day: dt.date
) -> tuple[dict[int, tuple[Listing, ...]], dict[int, tuple[PartyMatch, ...]]]:
    """What lists say of each entity under each of its names; best matches first."""
    asked: list[tuple[int, TransactionParty]] = []
    for node in order:
        entities = graph.entities(node)
        numbers = tuple(dict.fromkeys(number for entity in entities for number in entity.identifiers))
        country = next((entity.country for entity in entities if entity.country), None)
        names = dict.fromkeys(name for entity in entities for name in (entity.name, *entity.other_names) if name)
        for name in list(names)[:MAX_NAMES]:
            if any(character.isalnum() for character in name):
                asked.append((node, TransactionParty(Role.OTHER, name, country=country, identifiers=numbers)))
    known = known_parties([party for _, party in asked], lists, day)
    listings: dict[int, tuple[Listing, ...]] = dict.fromkeys(order, ())
    matches: dict[int, tuple[PartyMatch, ...]] = dict.fromkeys(order, ())
    for (node, _), view, assessed in zip(asked, known.views, known.assessed, strict=True):
        listings[node] += tuple(item.listing for item in view.listings)
        matches[node] += tuple(match for match in assessed.matches if match not in matches[node])
    best = {node: tuple(sorted(found, key=lambda match: match.score, reverse=True)) for node, found in matches.items()}
    return listings, best


def on_list(entry: Regime, listings: Sequence[Listing], day: dt.date) -> Truth:
    """Whether listings count under a regime's ownership rule on a day."""
    found = entry.listed(listings, day)
    if entry.id != "BIS":
        return found
    programmes = _programmes(day)
    blocked = [item for item in listings if item.list_id == "SDN" and programmes & set(item.programmes)]
    return any_of([found, *(item.in_force(day) for item in blocked)])


def _lists_of(entry: Regime) -> tuple[str, ...]:
    return (*entry.lists, "SDN") if entry.id == "BIS" else entry.lists


def _programmes(day: dt.date) -> frozenset[str]:
    """The programmes whose blocked persons count under the Affiliates Rule (15 CFR 744.8(a)(1))."""
    table = "sdn_programmes_744_8"
    (book,) = [book for book in shipped_rulebooks() if book.id == "us/ear"]
    return frozenset(row["programme"] for row in book.tables[table] if row.holds_on(day))


def _questions(answers: Iterable[tuple[Regime, OwnershipAnswer]]) -> tuple[tuple[str, str], ...]:
    book = FactBook.load()
    facts = dict.fromkeys(fact for _, answer in answers for fact in (*answer.missing, *answer.control_missing))
    return tuple((fact, book.question(fact)) for fact in facts)


def owners_document(found: OwnersReport) -> Mapping[str, Any]:
    """The answer as JSON-ready values."""
    return {
        "schema": SCHEMA,
        "as_of": found.as_of.isoformat(),
        "entities": [to_plain(entry, keep_empty=True) for entry in found.above],
        "answers": [
            {"title": entry.title, "authority": entry.authority, **to_plain(answer, keep_empty=True)}
            for entry, answer in found.answers
        ],
        "questions": [{"fact": fact, "text": text} for fact, text in found.questions],
        "coverage": to_plain(found.coverage, keep_empty=True),
        "readings": [
            {
                "file": reading.name,
                "format": reading.format,
                "records": reading.read,
                "holdings": len(reading.statements),
                "left_out": dict(sorted(reading.left_out.items())),
                "broken": reading.broken,
                "problems": [problem.message() for problem in reading.problems],
            }
            for reading in found.readings
        ],
    }
