"""What a server holds: one library for the whole process, its parties by id, and its data sets.

The arrays of a name index are scratch space of one query at a time, so a lock is held while a name is screened; it is
held for one query, not for a request, so that a batch does not keep others waiting.
"""

from __future__ import annotations

import datetime as dt
import mmap
import tempfile
import threading
from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from enduse.evidence.library import Library
from enduse.formats.ftm.write import entity_id, is_target, schema_of, topics_of
from enduse.lists.merge import line_of, party_of
from enduse.lists.registry import sources
from enduse.lists.starter import SOURCE as STARTER
from enduse.lists.starter import STARTER_LISTS, starter_edition
from enduse.lists.status import Freshness, SourceStatus, status
from enduse.model.assessment import Coverage
from enduse.model.match import Match, Query
from enduse.model.party import ListedParty, Listing
from enduse.rules.rulebook import lists_needed
from enduse.store import store_exists

EVERYTHING = "default"
"""The data set that holds all others."""


class NotHeld(LookupError):
    """Nothing of that name is held; says what is wrong and how to mend it."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Dataset:
    """One data set: everything, a source, or a list.

    Attributes:
        lists: the lists that it is about.
        loaded: whether an edition is held.
        version: date of the newest edition, or None.
        problem: why it cannot be relied on to be current; empty where it can.
    """

    name: str
    title: str
    lists: tuple[str, ...]
    loaded: bool
    authority: str = ""
    url: str = ""
    version: dt.date | None = None
    problem: str = ""
    children: tuple[str, ...] = ()


class Summary(NamedTuple):
    """What filters, facets and sorting need to know of a party."""

    number: int
    id: str
    caption: str
    schema: str
    source: str
    lists: tuple[str, ...]
    countries: tuple[str, ...]
    topics: tuple[str, ...]
    gender: str
    target: bool
    first_seen: str
    last_seen: str

    @property
    def datasets(self) -> tuple[str, ...]:
        """The source, then the lists."""
        return (self.source, *(one for one in self.lists if one.casefold() != self.source))


def summary_of(party: ListedParty, day: dt.date, number: int = -1) -> Summary:
    """What filters need to know of a party, with the topics of ``day``."""
    seen_from = [since for one in party.listings if (since := one.seen_from or one.listed_from) is not None]
    seen_to = [one.seen_to for one in party.listings if one.seen_to is not None]
    return Summary(
        number,
        entity_id(party.id),
        party.name,
        schema_of(party).name,
        party.source.source,
        tuple(dict.fromkeys(one.list_id for one in party.listings)),
        tuple(sorted(code.lower() for code in party.countries)),
        topics_of(party, day),
        party.gender,
        is_target(party, day),
        _moment(min(seen_from, default=None)),
        _moment(max(seen_to, default=None)),
    )


def _moment(day: dt.date | None) -> str:
    return f"{day.isoformat()}T00:00:00" if day is not None else ""


class Holdings:
    """Everything that a server answers from. Opened once, used by all its threads; it writes nothing.

    Args:
        library: the lists.
        data_dir: the user's data directory, to see whether it has changed meanwhile.
        day: the civil date of opening.
        store: see :meth:`open`.
    """

    def __init__(self, library: Library, data_dir: Path, day: dt.date, store: Path | str | None = None) -> None:
        self.library = library
        self.store = store
        self.data_dir = data_dir
        self._screening = threading.Lock()
        self._summarising = threading.Lock()
        self._filed = _Filed.of(library.parties(), day)
        self._day = day
        self._summaries = self._filed.summaries
        self.statuses = status(data_dir, day)
        self._opened = library.synced
        self.datasets = self._datasets()
        self._by_fold = {name.casefold(): name for name in self.datasets}
        self._needed = lists_needed()
        with self._screening:
            library.warm()

    @classmethod
    def open(cls, data_dir: Path, *, accept_starter: bool, day: dt.date, store: Path | str | None = None) -> Holdings:
        """Open what a data directory holds.

        Args:
            store: where decisions on hits may be recorded; they are not applied, and answers say so.

        Raises:
            OperationFailed: the store or the index cannot be used.
        """
        return cls(Library(data_dir, accept_starter=accept_starter), data_dir, day, store)

    @property
    def decisions(self) -> bool:
        """Whether there may be recorded decisions, which answers leave aside."""
        return self.store is not None and store_exists(self.store)

    @property
    def can_answer(self) -> bool:
        """Whether a list is loaded, or the embedded listings are accepted as the whole coverage."""
        return bool(self._opened) or self.library.accepts_starter

    def screen(self, query: Query, threshold: float) -> list[Match]:
        """Every listed party at or above ``threshold``, best first; one query at a time."""
        with self._screening:
            return self.library.screen(query, threshold=threshold)

    def party(self, identifier: str) -> ListedParty:
        """The party of that id.

        Raises:
            NotHeld: there is none.
        """
        number = self._filed.numbers.get(identifier)
        if number is None:
            raise NotHeld(f"no entity has the id {identifier[:200]!r}", "ids are those of /match and /search")
        return self.party_at(number)

    def listed(self, wanted: str) -> ListedParty:
        """The party of an id as a hit shows it (``us_csl:...``) or as yente's shapes do (``us-csl. ...``).

        Raises:
            NotHeld: there is none.
        """
        if ":" in wanted and entity_id(wanted) in self:
            return self.party(entity_id(wanted))
        try:
            return self.party(wanted)
        except NotHeld:
            raise NotHeld(
                f"no listed party has the id {wanted[:100]!r}",
                "screen its name: ids change from edition to edition where the publisher's own do",
            ) from None

    def party_at(self, number: int) -> ListedParty:
        """The party of that number (:attr:`Summary.number`)."""
        return self._filed.party(number)

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._filed.numbers

    def __len__(self) -> int:
        return len(self._summaries)

    def summaries(self, day: dt.date) -> Sequence[Summary]:
        """Every party as filters see it, with the topics of ``day``."""
        with self._summarising:
            if day != self._day:
                first, last = sorted((day.toordinal(), self._day.toordinal()))
                self._summaries = [
                    summary_of(self.party_at(one.number), day, one.number)
                    if any(first < change <= last for change in self._filed.changes.get(one.number, ()))
                    else one
                    for one in self._summaries
                ]
                self._day = day
            return self._summaries

    def dataset(self, name: str) -> Dataset:
        """The data set of that name, whatever its case.

        Raises:
            NotHeld: there is none, or none of it is loaded.
        """
        known = self._by_fold.get(name.casefold())
        if known is None:
            raise NotHeld(f"no data set is called {name[:200]!r}", "see /catalog for the names")
        found = self.datasets[known]
        if not found.loaded:
            raise NotHeld(f"{known} is known, but no edition of it is loaded", f"enduse lists sync ({found.title})")
        return found

    def newest(self, source: str) -> dt.date | None:
        """The date of the newest edition of a source."""
        found = self.datasets.get(source)
        return found.version if found else None

    def coverage(self, names: Sequence[str], day: dt.date) -> Coverage:
        """How far an answer from these data sets can be relied on to be complete on ``day``."""
        if EVERYTHING in names:
            return self.library.coverage(self._needed, day, day)
        wanted = tuple(dict.fromkeys(one for name in names if name != STARTER for one in self.datasets[name].lists))
        found = self.library.coverage(wanted, day, day, insisted=wanted)
        others = [self.datasets[name] for name in names if not self.datasets[name].lists]
        stale = (*found.stale, *(f"{one.name}: {one.problem}" for one in others if one.problem))
        return Coverage(found.checked, found.not_checked, stale, complete=not found.not_checked and not stale)

    def outdated(self) -> bool:
        """Whether lists were synced since the server was started."""
        return Library(self.data_dir).synced != self._opened

    def counts(self, day: dt.date) -> Counter[str]:
        """How many parties each data set has."""
        found = Counter(name for one in self.summaries(day) for name in one.datasets)
        found[EVERYTHING] = len(self)
        return found

    def _datasets(self) -> dict[str, Dataset]:
        documents = {one.id: one.document for one in sources()}
        found: dict[str, Dataset] = {}
        edition, _ = starter_edition()
        found[STARTER] = Dataset(
            STARTER, "Embedded human-rights listings", STARTER_LISTS, loaded=True, version=edition, authority="enduse"
        )
        for one in self.statuses:
            found[one.source] = Dataset(
                one.source,
                one.title,
                one.lists,
                loaded=one.edition is not None,
                authority=one.authority,
                # What a member of the coalition publishes has no page of its own.
                url=documents.get(one.source, ""),
                version=one.edition,
                problem=_problem(one),
            )
        named = [one for source in found.values() for one in source.lists]
        for list_id in dict.fromkeys([*named, *self._filed.lists]):
            shown = self._filed.lists.get(list_id, {})
            holders = [one for one in found.values() if one.loaded and (list_id in one.lists or one.name in shown)]
            if list_id.casefold() in found:
                continue
            synced = [one for one in holders if one.name != STARTER]
            fresh = [one for one in synced if not one.problem]
            best = max(fresh or synced or holders, key=lambda one: one.version or dt.date.min, default=None)
            found.setdefault(
                list_id,
                Dataset(
                    list_id,
                    f"List {list_id}",
                    (list_id,),
                    loaded=bool(synced) or (bool(holders) and self.library.accepts_starter),
                    version=best.version if best else None,
                    problem=best.problem if best else "",
                ),
            )
        children = tuple(name for name, one in found.items() if one.loaded and one.authority)
        newest = max((one.version for one in found.values() if one.loaded and one.version), default=None)
        everything = Dataset(
            EVERYTHING, "All lists at hand", (), loaded=True, version=newest, children=children, authority=""
        )
        return {EVERYTHING: everything, **found}


def _problem(found: SourceStatus) -> str:
    if found.state is Freshness.STALE:
        return f"the edition of {found.edition} counts as stale after {found.cadence_days} days"
    if found.state is Freshness.REFUSED and found.refusal is not None:
        return f"a newer edition was refused on {found.refusal.on}: {found.refusal.reason}"
    return ""


@dataclass(frozen=True, slots=True)
class _Filed:
    """Parties by number in a file without a name, which goes with the process: memory holds what filters need.

    Attributes:
        offsets: where each party begins in the file.
        changes: number -> the days (as ordinals) on which a listing of the party begins or ends.
        lists: list -> the sources that show a party on it.
    """

    numbers: Mapping[str, int]
    block: mmap.mmap
    offsets: array[int]
    summaries: Sequence[Summary]
    changes: Mapping[int, Sequence[int]]
    lists: Mapping[str, Collection[str]]

    @classmethod
    def of(cls, parties: Iterator[ListedParty], day: dt.date) -> _Filed:
        """File parties, with the topics of ``day``."""
        numbers: dict[str, int] = {}
        lists: dict[str, set[str]] = {}
        changes: dict[int, tuple[int, ...]] = {}
        summaries: list[Summary] = []
        offsets = array("q", [0])
        with tempfile.TemporaryFile() as file:
            for number, party in enumerate(parties):
                numbers.setdefault(entity_id(party.id), number)
                offsets.append(offsets[-1] + file.write(line_of(party).encode("utf-8")))
                summaries.append(summary_of(party, day, number))
                days = tuple(change.toordinal() for one in party.listings for change in _changes(one))
                if days:
                    changes[number] = days
                for one in party.listings:
                    lists.setdefault(one.list_id, set()).add(party.source.source)
            file.flush()
            block = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return cls(numbers, block, offsets, summaries, changes, lists)

    def party(self, number: int) -> ListedParty:
        """Decode one party."""
        return party_of(self.block[self.offsets[number] : self.offsets[number + 1]])


def _changes(listing: Listing) -> Iterator[dt.date]:
    """The days on which a listing may begin or cease to be in force."""
    for day in (listing.listed_from, listing.listed_to, listing.seen_from, listing.gone_by):
        if day is not None:
            yield day
    if listing.seen_to is not None and listing.seen_to < dt.date.max:
        yield listing.seen_to + dt.timedelta(days=1)
