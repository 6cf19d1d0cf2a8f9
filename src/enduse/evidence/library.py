"""The library: every list at hand (embedded starter data and synced snapshots) behind one screener.

The index over the user's snapshots is kept on disk under the fingerprint of their editions, so that a check starts
quickly; the embedded listings are few and are indexed in memory.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from enduse.evidence.hits import Hit
from enduse.formats.derived import kept_in
from enduse.model.assessment import Coverage, Edition
from enduse.model.errors import EndUseError
from enduse.model.match import HIT_THRESHOLD, Match, Query
from enduse.model.party import ListedParty
from enduse.version import __version__

if TYPE_CHECKING:
    from enduse.lists.shelf import Shelf
    from enduse.screen import Screener

STARTER = "starter listings"
STARTER_INDEX = "starter-"


class Library:
    """Lists to screen against.

    Args:
        data_dir: the user's data directory, or None for the embedded data alone.
        accept_starter: the user accepts the embedded data as the whole coverage.
        known_on: lists as they were on file at the end of this day; as they are now when None. The embedded data
            counts from the date that it states.
        on_file: the hash of the very state of that day, as an assessment records it.
        embedded: whether the embedded data was on file, where that is recorded.
    """

    def __init__(
        self,
        data_dir: Path | None = None,
        *,
        accept_starter: bool = False,
        known_on: dt.date | None = None,
        on_file: str = "",
        embedded: bool | None = None,
    ) -> None:
        self._states_embedded = embedded
        self._data_dir = data_dir
        self._known_on = known_on
        self._shelf: Shelf | None = None
        if data_dir is not None and data_dir.is_dir():
            from enduse.lists.shelf import Shelf  # heavy: only where snapshots may exist

            past = known_on is not None
            self._shelf = (
                Shelf.as_on_file(data_dir, known_on or dt.date.max, state_id=on_file) if past else Shelf.open(data_dir)
            )
        self._accept_starter = accept_starter
        self._screeners: list[Screener] | None = None

    @property
    def data_dir(self) -> Path | None:
        """The user's data directory."""
        return self._data_dir

    @property
    def accepts_starter(self) -> bool:
        """Whether the embedded data counts as coverage."""
        return self._accept_starter

    @property
    def on_file(self) -> str:
        """The hash of the state of the lists that an answer rests on; empty where none is kept."""
        return self._shelf.state_id if self._shelf is not None else ""

    def screen(self, query: Query, *, threshold: float = HIT_THRESHOLD) -> list[Match]:
        """Every listed party at or above ``threshold``, best first, from all lists at hand."""
        found = [match for screener in self._all() for match in screener.screen(query, threshold=threshold)]
        return sorted(found, key=lambda match: (-match.score, match.party.id))

    def hits(self, query: Query) -> Sequence[Hit]:
        """What :meth:`screen` finds at the default threshold, as assessments show it."""
        return [Hit.of(match) for match in self.screen(query)]

    def coverage(
        self, required: Sequence[str], day: dt.date, today: dt.date, *, insisted: Sequence[str] = ()
    ) -> Coverage:
        """Which of the ``required`` lists are held, missing or stale for an answer as of ``day``.

        Args:
            insisted: lists that the user asked for by name: the embedded data never stands in for them.
        """
        checked, not_checked, stale = [], [], []
        wanted = tuple(dict.fromkeys([*required, *insisted]))
        held = self._shelf.coverage(day, wanted, today) if self._shelf else ()
        by_list = {item.list_id: item for item in held}
        lacking: set[str] = set()
        absent: set[str] = set()
        for list_id in wanted:
            item = by_list.get(list_id)
            if item is None or not item.held:
                reason = item.reason if item else "not loaded"
                not_checked.append(f"{list_id}: {reason}")
                absent.add(list_id)
            elif item.problem:
                stale.append(f"{list_id}: {item.problem}")
                lacking.add(list_id)
                checked.append(f"{list_id} ({item.source}, edition {item.edition})")
            else:
                checked.append(f"{list_id} ({item.source}, edition {item.edition})")
        starter_only = not checked
        # The embedded data may stand in for a list that was never loaded, not for one that is old or damaged.
        stands_in = self._accept_starter and self._embedded
        waived = absent if stands_in and absent.isdisjoint(insisted) else set()
        complete = not lacking and absent == waived
        return Coverage(
            checked=(*checked, STARTER) if self._embedded else tuple(checked),
            not_checked=tuple(not_checked),
            stale=tuple(stale),
            starter_only=starter_only,
            complete=complete,
        )

    def editions(self) -> tuple[Edition, ...]:
        """The editions that an answer rests on."""
        from enduse.lists.starter import starter_edition  # read only when lists are used

        date, digest = starter_edition()
        own = Edition(id="starter", edition=date.isoformat(), sha256=digest)
        shelf = self._shelf.editions() if self._shelf else ()
        embedded = (own,) if self._embedded else ()
        return (*embedded, *(Edition(item.source, item.edition.isoformat(), item.sha256) for item in shelf))

    def parties(self) -> Iterator[ListedParty]:
        """Every listed party at hand: the embedded ones, then those of the synced lists, removed ones too."""
        from enduse.lists.starter import starter_parties  # heavy: only when lists are used

        if self._embedded:
            yield from starter_parties()
        if self._shelf is not None:
            yield from self._shelf.parties()

    @property
    def synced(self) -> str:
        """A hash of the synced editions; empty where nothing was synced."""
        return self._shelf.fingerprint() if self._shelf is not None and self._shelf.editions() else ""

    def _all(self) -> list[Screener]:
        if self._screeners is None:
            self._screeners = [self._starter_screener()] if self._embedded else []
            if self._shelf is not None and self._shelf.editions():
                self._screeners.append(self._snapshot_screener(self._shelf))
        return self._screeners

    @property
    def _embedded(self) -> bool:
        """Whether the embedded listings were on file."""
        from enduse.lists.starter import EDITION  # read only when lists are used

        if self._states_embedded is not None:
            return self._states_embedded
        return self._known_on is None or self._known_on >= EDITION

    def screeners(self) -> Sequence[Screener]:
        """Every index that :meth:`screen` asks."""
        return tuple(self._all())

    def warm(self) -> None:
        """Open every index now, so that the next query does not wait for it."""
        self._all()

    def prepare(self) -> int:
        """Build the index over the synced lists now, so that the next check starts quickly; returns its parties."""
        if self._shelf is None or not self._shelf.editions():
            return 0
        return len(self._snapshot_screener(self._shelf))

    def saved(self, spare: Path) -> tuple[Path, ...]:
        """Folders of the indexes that :meth:`screen` uses, so that other processes open the same ones.

        Args:
            spare: a folder of the caller for what the data directory does not hold or cannot take.

        Raises:
            OperationFailed: neither can be written.
        """
        from enduse.lists.starter import starter_parties  # heavy: only when names are screened
        from enduse.screen import Screener

        embedded = spare / "starter"
        shutil.rmtree(embedded, ignore_errors=True)
        Screener(starter_parties()).save(embedded)
        if self._shelf is None or not self._shelf.editions():
            return (embedded,)
        screener, folder = self._snapshot_screener(self._shelf), self._index_folder(self._shelf)
        if not folder.is_dir():
            folder = spare / "lists"
            shutil.rmtree(folder, ignore_errors=True)
            screener.save(folder)
        return (embedded, folder)

    def fingerprint(self) -> str:
        """A hash of all that a match depends on besides the query: lists, weights and version of the program."""
        from enduse.lists.starter import starter_edition  # read only when lists are used
        from enduse.screen.version import weights_version

        shelf = self._shelf.fingerprint() if self._shelf is not None else ""
        parts = [__version__, weights_version(), starter_edition()[1], shelf]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _index_folder(self, shelf: Shelf) -> Path:
        assert self._data_dir is not None
        return self._data_dir / "index" / shelf.fingerprint()[:32]

    def _snapshot_screener(self, shelf: Shelf) -> Screener:
        from enduse.screen import Screener  # heavy: only when names are screened

        folder = self._index_folder(shelf)
        if folder.is_dir():
            try:
                return Screener.load(folder)
            except EndUseError:
                shutil.rmtree(folder)
        if self._known_on is not None:
            return Screener(shelf.parties())  # what is on file now keeps its place on the disk
        return _built(folder, shelf.parties())

    def _starter_screener(self) -> Screener:
        """The index of the embedded listings, kept beside that of the synced ones, or with what else is derived."""
        from enduse.lists.starter import starter_edition, starter_parties  # heavy: only when names are screened
        from enduse.screen import Screener

        if self._data_dir is not None and self._shelf is not None and self._shelf.editions():
            root: Path | None = self._data_dir / "index"
        else:
            root = kept_in()
        if root is None:
            return Screener(starter_parties())
        folder = root / f"{STARTER_INDEX}{starter_edition()[1][:16]}"
        if folder.is_dir():
            try:
                return Screener.load(folder)
            except EndUseError:
                shutil.rmtree(folder)
        return _built(folder, starter_parties())


def _built(folder: Path, parties: Iterable[ListedParty]) -> Screener:
    """An index built now and kept in a folder, in place of older ones of its kind."""
    from enduse.screen import Screener  # heavy: only when names are screened

    screener = Screener(parties)
    embedded = folder.name.startswith(STARTER_INDEX)
    try:
        screener.save(folder)
        for old in folder.parent.iterdir():
            of_its_kind = old.name.startswith(STARTER_INDEX) == embedded
            if of_its_kind and not old.name.startswith(folder.name):
                shutil.rmtree(old, ignore_errors=True)
    except (OSError, EndUseError):
        # Screening goes on from memory; the next process builds the index again.
        return screener
    return screener


def screen(query: Query | str, *, library: Library | None = None, threshold: float = HIT_THRESHOLD) -> list[Match]:
    """Every listed party at or above ``threshold``, best first.

    Args:
        query: the party, or its name alone.
        library: lists to screen against; the embedded listings alone when None.
        threshold: least score of a match, 0..1.

    Raises:
        BadInput: the name is empty or too long.
    """
    asked = Query(query) if isinstance(query, str) else query
    return (library or embedded_alone()).screen(asked, threshold=threshold)


@functools.cache
def embedded_alone() -> Library:
    """The library of the embedded listings; the same one always, so that they are indexed once in a process."""
    return Library()
