"""The store of snapshots: editions of lists on disk, whole or not at all.

Layout under ``<data directory>/lists``::

    current.json                 which editions count, what was refused, and what addresses answered last
    raw/<sha256>                 every file of every edition, as published
    editions/<source>/<id>/      meta.json, parties.jsonl, rejected.jsonl: what the parser made of them
    merged/                      what :mod:`enduse.lists.shelf` keeps for quick reading
    temporary/                   unfinished work; cleaned by the next writer
    lock                         held while somebody writes

An edition is written in ``temporary``, flushed to the disk and renamed; it counts from the moment that ``current.json``
is replaced, which is one rename. Whenever a writer is killed, readers see the state before or the state after.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from enduse.formats.history import History
from enduse.formats.locks import try_lock
from enduse.lists.sources.base import Parsed, Rejected
from enduse.model.codec import from_plain, to_plain
from enduse.model.errors import OperationFailed
from enduse.model.party import ListedParty

FORMAT = 1
"""Version of the layout on disk."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of an edition, by the hash under which its bytes are kept."""

    component: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class EditionRecord:
    """One edition of one source as it is kept.

    Attributes:
        edition: the civil date of the edition.
        dated_by: where that date is from: ``manifest``, ``content``, ``file name``, ``modification time``,
            ``Last-Modified`` or ``day of download``.
        rows: data rows seen, rejected ones included.
        rejected: rows set aside.
        fetched_at: the day on which it came into the store.
        confirmed_to: the last day on which the publisher was seen to serve these same bytes; at least ``edition``.
        parser: version of the code that read it.
        parties_sha256: hash of the file of parties.
        by_list: how many parties are on each list of the edition.
    """

    source: str
    edition: dt.date
    dated_by: str
    files: tuple[FileRecord, ...]
    rows: int
    parties: int
    rejected: int
    fetched_at: dt.date
    confirmed_to: dt.date
    parser: str
    parties_sha256: str
    notes: tuple[str, ...] = ()
    role: str = "full"
    by_list: tuple[tuple[str, int], ...] = ()

    @property
    def sha256(self) -> str:
        """One hash for the bytes of all components."""
        return content_hash({file.component: file.sha256 for file in self.files})

    @property
    def components(self) -> frozenset[str]:
        """The components that it has."""
        return frozenset(file.component for file in self.files)

    @property
    def folder(self) -> str:
        """Its place under ``editions``: one for every source, date, content and parser."""
        return f"{self.source}/{self.edition.isoformat()}-{self.sha256[:16]}-{self.parser[:8]}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An edition that was not taken, and why. The last good one stays.

    Attributes:
        on: the day of the attempt.
        edition: the date of the refused edition, or None where it could not be told.
    """

    source: str
    reason: str
    on: dt.date
    files: tuple[str, ...] = ()
    edition: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """What an official address answered last, for conditional requests (RFC 9110, section 13)."""

    url: str
    sha256: str
    checked_on: dt.date
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What counts: the content of ``current.json``."""

    editions: tuple[EditionRecord, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    addresses: tuple[Address, ...] = ()

    def of(self, source: str) -> tuple[EditionRecord, ...]:
        """The editions of a source, oldest first."""
        return tuple(record for record in self.editions if record.source == source)

    def with_edition(self, record: EditionRecord) -> State:
        """With one more edition; one of the same source and date gives way, and a refusal that it answers is lifted."""
        others = [one for one in self.editions if (one.source, one.edition) != (record.source, record.edition)]
        editions = sorted([*others, record], key=lambda one: (one.source, one.edition))
        refusals = tuple(
            one for one in self.refusals if one.source != record.source or (one.edition or one.on) > record.confirmed_to
        )
        return replace(self, editions=tuple(editions), refusals=refusals)

    def with_refusal(self, refusal: Refusal) -> State:
        """With a refusal, which takes the place of an earlier one of that source."""
        others = [one for one in self.refusals if one.source != refusal.source]
        return replace(self, refusals=(*others, refusal))

    def with_address(self, address: Address) -> State:
        """With what an address answered."""
        others = [one for one in self.addresses if one.url != address.url]
        return replace(self, addresses=(*others, address))


class Store:
    """Reads, and for one writer at a time writes, the snapshots under a data directory.

    Args:
        data_dir: the user's data directory; it need not exist to be read.
    """

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / "lists"

    def state(self) -> State:
        """What counts now.

        Raises:
            OperationFailed: the store cannot be read, or a newer version of the program wrote it.
        """
        path = self.root / "current.json"
        try:
            plain = json.loads(path.read_bytes())
        except FileNotFoundError:
            if any((self.root / "editions").glob("*/*")):
                raise _damaged(path, "editions are here, but the file that says which of them count is gone") from None
            return State()
        except (OSError, ValueError) as error:
            raise _damaged(path, str(error)) from None
        if not isinstance(plain, dict) or plain.get("format") != FORMAT:
            raise OperationFailed(
                "the store of lists was written by another version of the program",
                where=str(path),
                remedy="use that version, or another data directory",
            )
        try:
            state = from_plain(State, {key: value for key, value in plain.items() if key not in ("format", "editions")})
            references = [(str(one["folder"]), dt.date.fromisoformat(one["confirmed_to"])) for one in plain["editions"]]
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(path, repr(error)) from None
        editions = tuple(replace(self.record(folder), confirmed_to=confirmed) for folder, confirmed in references)
        return replace(state, editions=editions)

    def state_on(self, day: dt.date) -> tuple[State, str]:
        """What was on file at the end of a day, and the hash under which that state is kept.

        Where the store is older than its history, it is what had been fetched by then; what the publisher confirmed
        later does not count, and the hash is empty.

        Raises:
            OperationFailed: as :meth:`state`.
        """
        entry = History(self.root / "history").on(day)
        if entry is not None:
            return self._past(entry.content()), entry.sha256
        state = self.state()
        editions = tuple(
            one if one.confirmed_to <= day else replace(one, confirmed_to=one.edition)
            for one in state.editions
            if one.fetched_at <= day
        )
        return State(editions, tuple(one for one in state.refusals if one.on <= day)), ""

    def state_named(self, sha256: str) -> State | None:
        """The state that is kept under a hash; None where it is not.

        Raises:
            OperationFailed: an edition that it names is gone.
        """
        entry = History(self.root / "history").named(sha256)
        return None if entry is None else self._past(entry.content())

    def state_id(self) -> str:
        """The hash of the state that counts now; empty where none is kept."""
        entries = list(History(self.root / "history"))
        return entries[-1].sha256 if entries else ""

    def _past(self, plain: Mapping[str, Any]) -> State:
        editions = []
        for one in plain["editions"]:
            folder = self._held(str(one["folder"]))
            record = self.record(folder)
            editions.append(replace(record, confirmed_to=dt.date.fromisoformat(one["confirmed_to"])))
        refusals = from_plain(State, {"refusals": plain["refusals"]}).refusals
        return State(tuple(editions), refusals)

    def _held(self, folder: str) -> str:
        """The folder of an edition; where its bytes were read again by other code since, that reading."""
        root = self.root / "editions"
        if (root / folder).is_dir():
            return folder
        again = sorted(root.glob(f"{_bytes_of(folder)}-*"))
        if not again:
            raise _damaged(root / folder, "an edition that was on file is gone")
        return again[-1].relative_to(root).as_posix()

    def parties(self, record: EditionRecord) -> Iterator[ListedParty]:
        """The parties of an edition, one by one.

        Raises:
            OperationFailed: the file is not the one that was written.
        """
        path = self._parties_file(record)
        for line in self.lines(record):
            try:
                party = from_plain(ListedParty, json.loads(line))
            except (ValueError, TypeError, LookupError) as error:
                raise _damaged(path, repr(error)) from None
            yield party

    def lines(self, record: EditionRecord) -> Iterator[bytes]:
        """The parties of an edition as they are kept, a line of JSON each, its end included.

        Raises:
            OperationFailed: the file is not the one that was written.
        """
        path = self._parties_file(record)
        digest = hashlib.sha256()
        try:
            with path.open("rb") as lines:
                for line in lines:
                    digest.update(line)
                    yield line
        except OSError as error:
            raise _damaged(path, repr(error)) from None
        if digest.hexdigest() != record.parties_sha256:
            raise _damaged(path, "its hash is not the one it was written with")

    def _parties_file(self, record: EditionRecord) -> Path:
        return self.root / "editions" / record.folder / "parties.jsonl"

    def rejected(self, record: EditionRecord) -> Iterator[Rejected]:
        """The rows of an edition that were set aside."""
        path = self.root / "editions" / record.folder / "rejected.jsonl"
        try:
            with path.open("rb") as lines:
                for line in lines:
                    yield from_plain(Rejected, json.loads(line))
        except (OSError, ValueError, TypeError, LookupError) as error:
            raise _damaged(path, repr(error)) from None

    def raw(self, sha256: str) -> bytes:
        """The bytes of a file, as published.

        Raises:
            OperationFailed: they are not kept, or have changed on the disk.
        """
        path = self.root / "raw" / sha256
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _damaged(path, str(error)) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _damaged(path, "its content does not have the hash that names it")
        return content

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writer]:
        """Hold the lock and write. Leftovers of a writer that was killed are cleaned first.

        Raises:
            OperationFailed: somebody else is writing, or the folder cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = (self.root / "lock").open("a+b")
        except OSError as error:
            raise OperationFailed(
                f"the folder cannot be written: {error.strerror}", where=str(self.root), remedy="choose --data-dir"
            ) from None
        with lock:
            if not try_lock(lock.fileno()):
                lock.seek(0)
                holder = lock.read(100).decode("utf-8", "replace").strip()
                raise OperationFailed(
                    f"another sync is writing here (process {holder or 'unknown'})",
                    where=str(self.root),
                    remedy="wait until it has ended",
                )
            # The kernel frees the lock of a process that died, so a lock file that is left over locks nobody out.
            lock.truncate(0)
            lock.write(str(os.getpid()).encode())
            lock.flush()
            writer = Writer(self)
            writer.clean()
            yield writer

    def still_there(self, folder: str) -> EditionRecord | None:
        """The record of a folder of ``editions``; None where it has been cleared away since."""
        return self.record(folder) if (self.root / "editions" / folder).is_dir() else None

    def record(self, folder: str) -> EditionRecord:
        """The record that stands in a folder of ``editions``."""
        path = self.root / "editions" / folder / "meta.json"
        try:
            return from_plain(EditionRecord, json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError, LookupError) as error:
            raise _damaged(path, repr(error)) from None


class Writer:
    """The one who writes; made by :meth:`Store.writing`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def keep_raw(self, content: bytes) -> str:
        """Keep the bytes of a file and return the hash that names them."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.store.root / "raw" / digest
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            self._replace(path, content)
        return digest

    def add(self, record: EditionRecord, parsed: Parsed) -> EditionRecord:
        """Write an edition; it counts only after :meth:`commit` of a state that names it.

        Args:
            record: what is known of it; the hash of its parties is filled in.

        Returns:
            The record as written.
        """
        temporary = self._temporary()
        temporary.mkdir(parents=True)
        digest = hashlib.sha256()
        _write(temporary / "parties.jsonl", (_line(party) for party in parsed.parties), digest.update)
        _write(temporary / "rejected.jsonl", (_line(row) for row in parsed.rejected))
        record = replace(record, parties_sha256=digest.hexdigest())
        _write(temporary / "meta.json", [_line(record)])
        _sync_folder(temporary)
        final = self.store.root / "editions" / record.folder
        final.parent.mkdir(parents=True, exist_ok=True)
        if final.exists():  # the same bytes, read by the same code
            shutil.rmtree(temporary)
            return replace(self.store.record(record.folder), confirmed_to=record.confirmed_to)
        temporary.rename(final)
        _sync_folder(final.parent)
        return record

    def commit(self, state: State, on: dt.date | None = None) -> None:
        """Make a state the current one, at once.

        Args:
            on: the civil date, under which the history keeps the state; without it the history is not written.
        """
        plain: dict[str, Any] = {
            "format": FORMAT,
            "editions": [
                {"folder": one.folder, "confirmed_to": one.confirmed_to.isoformat()} for one in state.editions
            ],
            "refusals": to_plain(state.refusals),
            "addresses": to_plain(state.addresses),
        }
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
        self._replace(self.store.root / "current.json", text.encode())
        if on is not None:
            kept = {"format": FORMAT, "editions": plain["editions"], "refusals": plain["refusals"]}
            History(self.store.root / "history").add(on, kept)

    def clean(self) -> None:
        """Remove what no state names: unfinished work, and what other code read from bytes that were read again.

        Called before writing only, so that a reader of the state before has time to finish.
        """
        shutil.rmtree(self.store.root / "temporary", ignore_errors=True)
        kept = {record.folder for record in self.store.state().editions}
        current = {_bytes_of(folder) for folder in kept}
        for entry in History(self.store.root / "history"):
            past = {str(one["folder"]) for one in entry.content()["editions"]}
            kept |= {folder for folder in past if _bytes_of(folder) not in current}
        for folder in (self.store.root / "editions").glob("*/*"):
            if folder.relative_to(self.store.root / "editions").as_posix() not in kept:
                shutil.rmtree(folder)

    def _temporary(self) -> Path:
        return self.store.root / "temporary" / os.urandom(8).hex()

    def _replace(self, path: Path, content: bytes) -> None:
        temporary = self._temporary()
        temporary.parent.mkdir(exist_ok=True)
        _write(temporary, [content])
        temporary.replace(path)
        _sync_folder(path.parent)


def content_hash(components: Mapping[str, str]) -> str:
    """One hash for the files of an edition, given the hash of each component."""
    text = "".join(f"{name}={digest}\n" for name, digest in sorted(components.items()))
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def parser_version() -> str:
    """A hash over the code that reads lists: editions read by other code are read again at the next sync."""
    digest = hashlib.sha256()
    here = Path(__file__).resolve().parent
    for path in [*sorted((here / "sources").glob("*.py")), here.parent / "model" / "party.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _bytes_of(folder: str) -> str:
    """The part of an edition's folder that stands for its bytes, without the code that read them."""
    return folder.rpartition("-")[0]


def _line(value: Any) -> bytes:
    return json.dumps(to_plain(value), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _write(path: Path, pieces: Iterable[bytes], also: Callable[[bytes], object] = lambda _: None) -> None:
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
            also(piece)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return  # a folder cannot be opened there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _damaged(path: Path, detail: str) -> OperationFailed:
    return OperationFailed(
        f"the store of lists is damaged: {detail}", where=str(path), remedy="sync again into a new data directory"
    )
