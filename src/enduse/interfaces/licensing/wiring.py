"""What licensing stands on, made of what is at hand: people of the session, lists, hits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from enduse.cases.application import CaseParty, Hit, ListState
from enduse.cases.bodies import Screened
from enduse.cases.case import Case
from enduse.cases.context import Actor
from enduse.evidence import hits as evidence
from enduse.model import access
from enduse.model.assessment import Coverage
from enduse.model.decision import digest
from enduse.model.match import Query

DatedHit = tuple[Hit, dt.date | None]


class Lists(Protocol):
    """What is asked of :class:`enduse.evidence.library.Library`."""

    def hits(self, query: Query) -> Sequence[evidence.Hit]:
        """Listed parties that the query may be."""
        ...

    def coverage(self, required: Sequence[str], day: dt.date, today: dt.date) -> Coverage:
        """Which of the lists are held, missing or stale."""
        ...

    def fingerprint(self) -> str:
        """A hash of all that a match depends on besides the query."""
        ...


def actor_of(person: access.Actor) -> Actor:
    """Who acts in a case: who is signed in, with what the account says of them, and nothing that a request says."""
    return Actor(person.id, person.roles - {"system"}, person.organisation, person.agency)


def list_states(lists: Lists, required: Iterable[str], today: dt.date) -> tuple[ListState, ...]:
    """The required lists as they are now: what is not loaded whole, or old, says so and keeps the gate closed."""
    found = []
    for list_id in required:
        state = lists.coverage([list_id], today, today)
        # The embedded data stands in for a list only where the installation accepts it: then the list counts as whole.
        edition = next((one for one in state.checked if one.startswith(list_id)), "; ".join(state.checked))
        stale = any(one.startswith(f"{list_id}:") for one in state.stale)
        found.append(ListState(list_id, edition, whole=state.complete or stale, fresh=not stale))
    return tuple(found)


def screened(case: Case, lists: Lists, required: Iterable[str], today: dt.date) -> Screened:
    """Every party of a case against every list at hand, as the screening gate takes it."""
    parties = case.applied.parties
    hits = {hit.id: hit for party in parties for hit in party_hits(party, lists)}
    states = list_states(lists, required, today)
    snapshot = lists.fingerprint()
    return Screened(tuple(party.id for party in parties), tuple(hits.values()), states, snapshot[:16], snapshot)


def party_hits(party: CaseParty, lists: Lists) -> tuple[Hit, ...]:
    """Hits of one party.

    The id of a hit is made of the party as stated and the listing as published: a hit that was disposed of stays so in
    the next run, and comes back by itself when either side changes.
    """
    return tuple(hit for hit, _ in dated_hits(party, lists))


def dated_hits(party: CaseParty, lists: Lists) -> Iterator[DatedHit]:
    """Hits of one party, each with the day from which its listing holds, where that is stated."""
    query = Query(party.name, countries=(party.country,) if party.country else ())
    for hit in lists.hits(query):
        for listing in hit.listings[:1]:
            published = [hit.party_id, hit.name, listing.list_id, str(listing.citation), str(listing.interval)]
            identifier = digest([party.name, party.country, *published])[:24]
            made = Hit(
                id=f"{party.id}-{identifier}",
                party=party.id,
                listed_id=hit.party_id,
                listed_name=hit.name,
                list_id=listing.list_id,
                score=Decimal(hit.score),
                explanation=hit.explanation,
                citation=listing.citation,
            )
            yield made, listing.interval.start
