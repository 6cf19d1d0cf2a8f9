"""The read side of the snapshots: every party that any edition shows, and which lists are held for a date."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from enduse.lists import registry
from enduse.lists.merge import Step, fold, party_of
from enduse.lists.partners import with_partners
from enduse.lists.scale import too_few
from enduse.lists.snapshots import EditionRecord, State, Store
from enduse.lists.sources.base import SourceFormat
from enduse.model.errors import OperationFailed
from enduse.model.party import ListedParty

_MERGE_VERSION = 1
_KEPT_MERGES = 3


class Held(StrEnum):
    """How far a list is held for a date. Best first."""

    HELD = "held"
    PARTIAL = "partial"
    STALE = "stale"
    ONLY_LATER = "only later"
    NOT_LOADED = "not loaded"


@dataclass(frozen=True, slots=True)
class ListCoverage:
    """How far one list is held for a date.

    Attributes:
        held: an edition is loaded, even a late, stale or partial one.
        problem: why the list cannot be relied on to be complete for the date; empty where it can.
        reason: the state in one sentence, for the reader.
        edition: date of the edition that the answer rests on: the newest not after the date, else the oldest.
        oldest: the oldest edition of that source; before it, parties removed by then are not known.
    """

    list_id: str
    state: Held
    reason: str
    problem: str = ""
    source: str = ""
    edition: dt.date | None = None
    sha256: str = ""
    oldest: dt.date | None = None

    @property
    def held(self) -> bool:
        """Whether any edition is loaded."""
        return self.state is not Held.NOT_LOADED


class Shelf:
    """All full editions at hand. Made by :meth:`open`; sees the state of that moment.

    Args:
        store: where the snapshots are, or None for an empty shelf.
        state: what counts.
        among: the sources.
        state_id: the hash under which the history keeps that state; empty where it does not.
    """

    def __init__(self, store: Store | None, state: State, among: Sequence[SourceFormat], state_id: str = "") -> None:
        self._store = store
        self._state = state
        self.state_id = state_id
        self._sources = {source.id: source for source in with_partners(among, state)}

    @classmethod
    def open(cls, data_dir: Path | None, *, among: Sequence[SourceFormat] | None = None) -> Shelf:
        """The shelf of a data directory; empty for None and where nothing was synced.

        Raises:
            OperationFailed: the store is damaged.
        """
        known = registry.sources() if among is None else among
        if data_dir is None:
            return cls(None, State(), known)
        store = Store(data_dir)
        return cls(store, store.state(), known, store.state_id())

    @classmethod
    def as_on_file(
        cls, data_dir: Path, day: dt.date, *, state_id: str = "", among: Sequence[SourceFormat] | None = None
    ) -> Shelf:
        """The shelf as it was at the end of a day.

        Args:
            state_id: the hash of the very state, where it was recorded; the day counts where that is not kept.

        Raises:
            OperationFailed: the store is damaged, or an edition of then is gone.
        """
        known, store = registry.sources() if among is None else among, Store(data_dir)
        recorded = store.state_named(state_id) if state_id else None
        if recorded is not None:
            return cls(store, recorded, known, state_id)
        state, found = store.state_on(day)
        return cls(store, state, known, found)

    def editions(self, known_on: dt.date | None = None) -> tuple[EditionRecord, ...]:
        """Every full edition, by source and date; with ``known_on`` those not after it."""
        return tuple(one for one in self._state.editions if known_on is None or one.edition <= known_on)

    def fingerprint(self, known_on: dt.date | None = None) -> str:
        """A hash of the editions: where it is equal, :meth:`parties` yields the same."""
        digests = [_chain(editions)[-1] for editions in self._by_source(known_on).values()]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()

    def parties(self, known_on: dt.date | None = None) -> Iterator[ListedParty]:
        """Every party that an edition (not after ``known_on``) shows, by source; removed ones too, with ``gone_by``.

        What the editions of a source add up to is kept on disk, so that only the first call after a sync takes long.

        Raises:
            OperationFailed: the store is damaged.
        """
        for editions in self._by_source(known_on).values():
            assert self._store is not None
            yield from _merged(self._store, editions)

    def standing(self, source: str, edition: dt.date) -> Iterator[ListedParty]:
        """Every party of a source that stands after an edition, with the listings that do.

        Names that an edition lacks the files for stay as an earlier one had them, and so does a party among the rows
        that could not be read.

        Raises:
            OperationFailed: the store is damaged.
        """
        editions = self._by_source(edition).get(source)
        if not editions:
            return
        assert self._store is not None
        for party in _merged(self._store, editions):
            standing = tuple(one for one in party.listings if one.gone_by is None)
            if standing:
                yield replace(party, listings=standing)

    def coverage(
        self, as_of: dt.date, lists: Sequence[str], today: dt.date, *, known_on: dt.date | None = None
    ) -> tuple[ListCoverage, ...]:
        """How far each list is held for an answer as of a date.

        Where several sources hold a list whole, the best one counts: complete before partial, fresh before stale.

        Args:
            as_of: the date of the answer.
            lists: ids of lists.
            today: the civil date: an answer on a future date rests on what is known today.
        """
        editions = self._by_source(known_on)
        found = []
        for list_id in lists:
            views = [
                self._view(list_id, self._sources[name], held, min(as_of, today))
                for name, held in editions.items()
                if name in self._sources and list_id in self._sources[name].lists
            ]
            if views:
                found.append(min(views, key=lambda view: (_RANK[view.state], -_ordinal(view.edition), view.source)))
            else:
                found.append(ListCoverage(list_id, Held.NOT_LOADED, self._why_not(list_id)))
        return tuple(found)

    def _view(self, list_id: str, source: SourceFormat, editions: list[EditionRecord], day: dt.date) -> ListCoverage:
        not_after = [one for one in editions if one.edition <= day]
        record = not_after[-1] if not_after else editions[0]
        state, problem = Held.HELD, ""
        age = (day - record.confirmed_to).days
        refusal = next((one for one in self._state.refusals if one.source == source.id), None)
        if not not_after:
            state = Held.ONLY_LATER
            problem = f"the oldest edition is of {record.edition}: parties removed before it are not known"
        elif age > source.cadence_days:
            state = Held.STALE
            later = editions[editions.index(record) + 1 :]
            problem = f"the edition of {record.edition} is {age} days older than {day}"
            problem += (
                f", and the next one is of {later[0].edition}: parties listed and removed in between are not known"
                if later
                else f" and counts as stale after {source.cadence_days}"
            )
            if refusal and not later:
                problem += f"; a newer one was refused on {refusal.on}: {refusal.reason}"
        elif record.rejected:
            state = Held.PARTIAL
            problem = f"{record.rejected} of {record.rows} rows of the edition of {record.edition} could not be read"
        elif missing := [name for name in source.components if name not in record.components]:
            state = Held.PARTIAL
            problem = f"the edition of {record.edition} lacks the files {', '.join(missing)}"
        if state in (Held.HELD, Held.PARTIAL) and record.by_list:
            lacking = too_few(list_id, dict(record.by_list).get(list_id, 0))
            if lacking:
                state, problem = Held.PARTIAL, f"the edition of {record.edition} is not the whole list: {lacking}"
        reason = problem or f"edition of {record.edition}"
        return ListCoverage(
            list_id, state, reason, problem, source.id, record.edition, record.sha256, editions[0].edition
        )

    def _why_not(self, list_id: str) -> str:
        holders = [source.id for source in self._sources.values() if list_id in source.lists]
        if not holders:
            return "not loaded: no source of this version holds it"
        for refusal in self._state.refusals:
            if refusal.source in holders:
                return f"not loaded: {refusal.source} was refused on {refusal.on}: {refusal.reason}"
        return f"not loaded: sync {' or '.join(holders)}"

    def _by_source(self, known_on: dt.date | None) -> dict[str, list[EditionRecord]]:
        found: dict[str, list[EditionRecord]] = {}
        for record in self.editions(known_on):
            found.setdefault(record.source, []).append(record)
        return found


_RANK = {state: rank for rank, state in enumerate(Held)}


def _ordinal(day: dt.date | None) -> int:
    return day.toordinal() if day else 0


def _chain(editions: Sequence[EditionRecord]) -> list[str]:
    """For each edition a hash of it and all before: the name under which what they add up to is kept."""
    digest, chain = f"merge {_MERGE_VERSION}", []
    for record in editions:
        text = f"{digest}\n{record.folder}\n{record.parties_sha256}\n{record.confirmed_to}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        chain.append(digest)
    return chain


def _merged(store: Store, editions: Sequence[EditionRecord]) -> Iterator[ListedParty]:
    chain = _chain(editions)
    folder = store.root / "merged"
    path = folder / _file_name(editions[0].source, chain[-1])
    if not path.is_file():
        lines = _fold_all(store, editions, chain, folder)
        if not _keep(path, lines):
            yield from (party_of(line) for _, line in _fold_all(store, editions, chain, folder))
            return
        _forget_old(folder, editions[0].source, path)
    for _, line in _read(path):
        yield _party(line, path)


def _fold_all(
    store: Store, editions: Sequence[EditionRecord], chain: Sequence[str], folder: Path
) -> Iterator[tuple[str, str]]:
    """All editions folded in, starting from the longest run of them that is kept."""
    state: dict[str, str] = {}
    done = 0
    for length in range(len(editions) - 1, 0, -1):
        path = folder / _file_name(editions[0].source, chain[length - 1])
        if path.is_file():
            state, done = dict(_read(path)), length
            break
    for position in range(done, len(editions)):
        step = _step(store, editions, position)
        if position == len(editions) - 1:
            yield from fold(state, step)
        else:
            state = dict(fold(state, step))


def _step(store: Store, editions: Sequence[EditionRecord], position: int) -> Step:
    record = editions[position]
    fuller = [one for one in editions[:position] if one.components - record.components]
    return Step(
        shown_on=record.edition,
        shown_to=record.confirmed_to,
        parties=store.parties(record),
        rejected=tuple(store.rejected(record)) if record.rejected else (),
        carried_from=fuller[-1].edition if fuller else None,
    )


def _file_name(source: str, digest: str) -> str:
    return f"{source}-{digest[:32]}.tsv"


def _keep(path: Path, lines: Iterator[tuple[str, str]]) -> bool:
    """Write a merge whole or not at all; False where the folder cannot be written."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        path.parent.mkdir(exist_ok=True)
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            count = 0
            for identifier, line in lines:
                file.write(f"{json.dumps(identifier)}\t{line}\n")
                count += 1
            file.write(f"\t{count}\n")
        temporary.replace(path)
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return True


def _read(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a merge, by party id; the last line states their number."""
    count = 0
    with path.open(encoding="utf-8", newline="\n") as file:
        for text in file:
            identifier, _, line = text.rstrip("\n").partition("\t")
            if not identifier:
                if line == str(count) and not file.read(1):
                    return
                break
            count += 1
            yield json.loads(identifier), line
    raise _damaged(path)


def _party(line: str, path: Path) -> ListedParty:
    try:
        return party_of(line)
    except (ValueError, TypeError, LookupError):
        raise _damaged(path) from None


def _forget_old(folder: Path, source: str, newest: Path) -> None:
    """Keep the last few merges of a source: enough for the answers as known on another day."""
    mine = [path for path in folder.glob("*.tsv") if path.name[: -len(".tsv") - 33] == source and path != newest]
    mine.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in mine[_KEPT_MERGES - 1 :]:
        path.unlink(missing_ok=True)


def _damaged(path: Path) -> OperationFailed:
    return OperationFailed(
        "what the editions add up to is damaged on the disk",
        where=str(path),
        remedy="delete this file; it is made anew",
    )
