"""The rulebooks on file: editions kept whole under the hash of their content, what counts on which day, and syncs.

Under ``<data directory>/rules``: ``editions/<hash>`` holds a rulebook's folder as it was (``act``) with the tables of
its jurisdiction (``shared``); ``current.json`` says which editions are on file and from where; ``history`` keeps every
such state by day. An edition counts from the moment that ``current.json`` is replaced, which is one rename.

The edition that answers is the one that is verified to the latest day; a synced one goes before the shipped one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from enduse.formats.history import Entry, History
from enduse.formats.locks import try_lock
from enduse.model.codec import from_plain, to_plain
from enduse.model.errors import BadInput, OperationFailed
from enduse.rules.rulebook import Rulebook, load_rulebook, rulebooks_in, shipped_rulebooks
from enduse.rules.tables import Tables

FORMAT = 1
SHIPPED = "shipped"
"""The source of what comes with the program."""

_SHOWN_PROBLEMS = 5
MAX_FILES = 5_000
MAX_TREE_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class OnFile:
    """An edition of a rulebook on file.

    Attributes:
        edition: the hash of its content.
        source: where it came from: :data:`SHIPPED`, or the name of the synced folder or address.
        since: the day on which it came.
        confirmed_to: the last day on which the source was seen to hold it.
    """

    book: str
    edition: str
    source: str
    since: dt.date
    confirmed_to: dt.date
    verified_to: dt.date


@dataclass(frozen=True, slots=True)
class Refused:
    """A sync that was not taken, and why; what was on file stays."""

    source: str
    reason: str
    on: dt.date


@dataclass(frozen=True, slots=True)
class RuleState:
    """What is on file: the content of ``current.json``."""

    books: tuple[OnFile, ...] = ()
    refused: tuple[Refused, ...] = ()

    def chosen(self) -> dict[str, OnFile]:
        """The edition that answers, by rulebook."""
        found: dict[str, OnFile] = {}
        for one in sorted(self.books, key=lambda one: (one.verified_to, one.source != SHIPPED, one.since, one.source)):
            found[one.book] = one
        return found


@dataclass(frozen=True, slots=True)
class RuleSync:
    """What a sync brought, by rulebook."""

    source: str
    loaded: tuple[OnFile, ...]
    unchanged: tuple[str, ...]
    withdrawn: tuple[str, ...]
    superseded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """One rulebook that answers: its edition, how old it is, where it is from, what it leaves out.

    Attributes:
        age_days: days since the law was last checked (``verified_to``).
        held: editions on file, of any source.
        unverified: rules whose text nobody has read.
    """

    id: str
    title: str
    standing: str
    verified_to: dt.date
    age_days: int
    source: str
    since: str
    edition: str
    held: int
    rules: int
    unverified: int
    tables: tuple[tuple[str, str], ...]
    not_modelled: tuple[str, ...]


class RuleShelf:
    """The rulebooks on file in a data directory, which need not exist to be read; the shipped ones beside them.

    Args:
        data_dir: the user's data directory; None for the shipped rulebooks alone.
        shipped: what comes with the program; by default what this version ships.
    """

    def __init__(self, data_dir: Path | None, shipped: Sequence[Rulebook] | None = None) -> None:
        self._root = data_dir / "rules" if data_dir is not None else None
        self._shipped = tuple(shipped) if shipped is not None else None

    @property
    def shipped(self) -> tuple[Rulebook, ...]:
        """The rulebooks that come with the program."""
        return self._shipped if self._shipped is not None else shipped_rulebooks()

    def state(self) -> RuleState:
        """What is on file now.

        Raises:
            OperationFailed: the file cannot be read, or a newer version of the program wrote it.
        """
        if self._root is None:
            return RuleState()
        path = self._root / "current.json"
        try:
            plain = json.loads(path.read_bytes())
        except FileNotFoundError:
            return RuleState()
        except (OSError, ValueError) as error:
            raise _damaged(path, str(error)) from None
        return _state(plain, path)

    def books(self, known_on: dt.date | None = None) -> tuple[tuple[Rulebook, ...], tuple[str, ...]]:
        """The rulebooks that answer, in order of their ids, and what must be said of them.

        Args:
            known_on: those on file at the end of that day; where none was, the next later one, which is said.

        Raises:
            OperationFailed: an edition is gone or was changed on the disk.
        """
        own = {book.id: book for book in self.shipped}
        notes: list[str] = []
        if known_on is None:
            chosen = self._now(self.state()).chosen()
        else:
            chosen, notes = self._known_on(known_on)
        found = {one.book: self._of(one, own) for one in chosen.values()}
        return tuple(found[book_id] for book_id in sorted(found)), tuple(notes)

    def _known_on(self, day: dt.date) -> tuple[dict[str, OnFile], list[str]]:
        entries = list(self._history())
        earlier = [entry for entry in entries if entry.day <= day]
        if earlier:
            return self._past(earlier[-1].content()).chosen(), []
        if entries:
            said, state = f"those of {entries[0].day}", self._past(entries[0].content())
        else:
            said, state = "those that this version ships", RuleState(_as_on_file(self.shipped))
        return state.chosen(), [f"edition_substituted (rulebooks): none was on file on {day}, {said} were used"]

    def _now(self, state: RuleState) -> RuleState:
        """The state with what this version ships in place of what an earlier one shipped."""
        others = tuple(one for one in state.books if one.source != SHIPPED)
        return replace(state, books=(*others, *_as_on_file(self.shipped)))

    def edition(self, edition_id: str) -> Rulebook | None:
        """The rulebook of an edition, shipped or on file; None where it is neither.

        Args:
            edition_id: the hash of its content, or its beginning.
        """
        for book in self.shipped:
            if book.edition_id.startswith(edition_id):
                return book
        if self._root is None or not (self._root / "editions").is_dir():
            return None
        found = sorted(path.name for path in (self._root / "editions").iterdir() if path.name.startswith(edition_id))
        return self._load(found[0]) if len(found) == 1 else None

    def held(self) -> tuple[Rulebook, ...]:
        """Every edition at hand: shipped, and all that are on file, old ones too."""
        found = {book.edition_id: book for book in self.shipped}
        if self._root is not None and (self._root / "editions").is_dir():
            for path in sorted((self._root / "editions").iterdir()):
                if path.name not in found:
                    found[path.name] = self._load(path.name)
        return tuple(found.values())

    def keep(self, today: dt.date) -> bool:
        """Put the shipped rulebooks on file, so that answers can be repeated after an upgrade.

        Returns:
            False where the folder cannot be written, or another process is writing: the next call does it.
        """
        if self._root is None:
            return False
        state = self.state()
        wanted = {(book.id, book.edition_id) for book in self.shipped}
        if wanted == {(one.book, one.edition) for one in state.books if one.source == SHIPPED}:
            return True
        try:
            with self._writing():
                self._take(self.shipped, SHIPPED, today)
        except (OSError, OperationFailed):
            return False
        return True

    def sync(self, folder: Path, source: str, today: dt.date, *, accept_withdrawal: bool = False) -> RuleSync:
        """Take every rulebook of a tree ``<jurisdiction>/<act>/rulebook.yaml``, or none of them.

        Args:
            source: the name under which it counts; a later sync of that name takes its place.
            accept_withdrawal: rulebooks that the source no longer holds are let go.

        Raises:
            OperationFailed: the tree is refused (which is put on file) or cannot be kept; the last good one stays.
        """
        with self._writing():
            try:
                books = self._good(folder, source, accept_withdrawal)
            except BadInput as problem:
                state = self.state()
                others = tuple(one for one in state.refused if one.source != source)
                self._commit(replace(state, refused=(*others, Refused(source, problem.message(), today))), today)
                raise OperationFailed(
                    f"the rulebooks were refused; what was on file stays: {problem.message()}", where=source
                ) from None
            self._take(self.shipped, SHIPPED, today)
            return self._take(books, source, today)

    def status(self, today: dt.date) -> tuple[RuleStatus, ...]:
        """The state of every rulebook that answers."""
        return self.status_of(self.books()[0], today)

    def status_of(self, books: Sequence[Rulebook], today: dt.date) -> tuple[RuleStatus, ...]:
        """The state of some rulebooks, among them such as no sync brought."""
        on_file = {one.edition: one for one in sorted(self.state().books, key=lambda one: one.source == SHIPPED)}
        shipped = {book.edition_id for book in self.shipped}
        counts: dict[str, int] = {}
        for book in self.held():
            counts[book.id] = counts.get(book.id, 0) + 1
        found = []
        for book in books:
            kept = on_file.get(book.edition_id)
            source = kept.source if kept else SHIPPED if book.edition_id in shipped else "local folder"
            found.append(
                RuleStatus(
                    id=book.id,
                    title=book.title,
                    standing=book.standing,
                    verified_to=book.verified_to,
                    age_days=(today - book.verified_to).days,
                    source=source,
                    since=kept.since.isoformat() if kept else "",
                    edition=book.edition_id,
                    held=counts.get(book.id, 0),
                    rules=len(book.rules),
                    unverified=sum(not rule.citation.verified for rule in book.rules),
                    tables=tuple((entry[0], entry[1]) for entry in book.tables.editions()),
                    not_modelled=tuple(f"{item.provision}: {item.what}" for item in book.not_modelled),
                )
            )
        return tuple(found)

    def _good(self, folder: Path, source: str, accept_withdrawal: bool) -> tuple[Rulebook, ...]:
        check_tree(folder)
        shared = {book.jurisdiction: book.tables.shared for book in self.shipped if book.tables.shared}
        books = rulebooks_in(folder, shared=shared, lines=True)
        if not books:
            raise BadInput("no rulebook", where=folder.name, remedy="<jurisdiction>/<act>/rulebook.yaml")
        refuse_problems(books)
        gone = sorted({one.book for one in self.state().books if one.source == source} - {book.id for book in books})
        if gone and not accept_withdrawal:
            raise BadInput(
                f"{source} no longer holds {', '.join(gone)}",
                where=folder.name,
                remedy="if that is so, sync with --accept-withdrawal",
            )
        return books

    def _take(self, books: Sequence[Rulebook], source: str, today: dt.date) -> RuleSync:
        state = self.state()
        before = {one.book: one for one in state.books if one.source == source}
        entries, loaded, unchanged = [], [], []
        for book in books:
            old = before.get(book.id)
            if old is not None and old.edition == book.edition_id:
                entry = replace(old, confirmed_to=today)
                unchanged.append(book.id)
            else:
                entry = OnFile(book.id, book.edition_id, source, today, today, book.verified_to)
                loaded.append(entry)
            self._write(book)
            entries.append(entry)
        others = [one for one in state.books if one.source != source]
        refused = tuple(one for one in state.refused if one.source != source)
        after = RuleState(tuple(sorted([*others, *entries], key=lambda one: (one.book, one.source))), refused)
        self._commit(after, today)
        chosen = self._now(after).chosen()
        superseded = sorted(book.id for book in books if chosen[book.id].edition != book.edition_id)
        gone = sorted(set(before) - {book.id for book in books})
        return RuleSync(source, tuple(loaded), tuple(unchanged), tuple(gone), tuple(superseded))

    def _history(self) -> Iterator[Entry]:
        return iter(History(self._root / "history")) if self._root is not None else iter(())

    def _past(self, plain: Any) -> RuleState:
        return _state(plain, (self._root or Path()) / "history")

    def _of(self, one: OnFile, shipped: Mapping[str, Rulebook]) -> Rulebook:
        own = shipped.get(one.book)
        return own if own is not None and own.edition_id == one.edition else self._load(one.edition)

    def _load(self, edition_id: str) -> Rulebook:
        assert self._root is not None
        folder = self._root / "editions" / edition_id
        if not (folder / "act").is_dir():
            raise _damaged(folder, "an edition of a rulebook that was on file is gone")
        shared = Tables(folder / "shared") if (folder / "shared").is_dir() else None
        try:
            book = load_rulebook(folder / "act", where=f"edition {edition_id[:12]}", shared=shared)
        except BadInput as problem:
            raise _damaged(folder, f"this version of the program cannot read it: {problem.message()}") from None
        if book.edition_id != edition_id:
            raise _damaged(folder, "the edition was changed after it was written")
        return book

    def _write(self, book: Rulebook) -> None:
        assert self._root is not None
        final = self._root / "editions" / book.edition_id
        if final.is_dir():
            return
        if book.folder is None:
            raise OperationFailed(f"{book.id} has no folder of its own", where=str(self._root))
        temporary = self._root / "temporary" / os.urandom(8).hex()
        _copy(book.folder, temporary / "act")
        if book.tables.shared is not None:
            _copy(book.tables.shared.folder, temporary / "shared")
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary.rename(final)

    def _commit(self, state: RuleState, today: dt.date) -> None:
        assert self._root is not None
        plain = {"format": FORMAT} | to_plain(state, keep_empty=True)
        temporary = self._root / f"current.{os.getpid()}"
        with temporary.open("w", encoding="utf-8") as file:
            file.write(json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._root / "current.json")
        # On which day a source was last seen is of no account for what an answer rests on.
        kept = [to_plain(replace(one, confirmed_to=one.since), keep_empty=True) for one in state.books]
        History(self._root / "history").add(today, {"format": FORMAT, "books": kept, "refused": []})

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        if self._root is None:
            raise OperationFailed("there is no data directory", remedy="choose --data-dir")
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            lock = (self._root / "lock").open("a+b")
        except OSError as error:
            raise OperationFailed(
                f"the folder cannot be written: {error.strerror}", where=str(self._root), remedy="choose --data-dir"
            ) from None
        with lock:
            if not try_lock(lock.fileno()):
                raise OperationFailed(
                    "another process is writing rulebooks here", where=str(self._root), remedy="wait until it has ended"
                )
            shutil.rmtree(self._root / "temporary", ignore_errors=True)
            yield


def refuse_problems(books: Sequence[Rulebook], *, forgiven: str = "") -> tuple[str, ...]:
    """Lint rulebooks that somebody wants to use.

    Args:
        forgiven: what problems may be about without being refused.

    Returns:
        The problems that are forgiven.

    Raises:
        BadInput: names file, line, field and remedy of the first problems.
    """
    from enduse.rules.lint import lint  # only where rulebooks come in

    found = lint(books).problems
    problems = [problem for problem in found if not forgiven or problem.about != forgiven]
    if problems:
        said = [problem.text() for problem in problems[:_SHOWN_PROBLEMS]]
        more = len(problems) - len(said)
        raise BadInput("; ".join(said) + (f"; and {more} more" if more else ""), remedy="see: enduse rules lint")
    return tuple(problem.text() for problem in found)


def check_tree(folder: Path) -> None:
    """Refuse a folder that is no tree of rulebooks before anything of it is read whole.

    Raises:
        BadInput: no folder, far too many files or bytes, or a link that leads out of it.
    """
    if not folder.is_dir():
        raise BadInput("no such folder", where=str(folder), remedy="name a folder of rulebooks")
    root, count, size = folder.resolve(), 0, 0
    for path in folder.rglob("*"):
        if not path.resolve().is_relative_to(root):
            raise BadInput("leads out of the folder", where=str(path), remedy="put the file itself there")
        if path.is_file():
            count, size = count + 1, size + path.stat().st_size
        if count > MAX_FILES or size > MAX_TREE_BYTES:
            raise BadInput(
                f"more than {MAX_FILES:,} files or {MAX_TREE_BYTES:,} bytes",
                where=str(folder),
                remedy="name the folder that holds rulebooks alone",
            )


def _as_on_file(books: Sequence[Rulebook]) -> tuple[OnFile, ...]:
    day = dt.date.min
    return tuple(OnFile(book.id, book.edition_id, SHIPPED, day, day, book.verified_to) for book in books)


def _state(plain: Any, path: Path) -> RuleState:
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise OperationFailed(
            "the rulebooks on file were written by another version of the program",
            where=str(path),
            remedy="use that version, or another data directory",
        )
    try:
        return from_plain(RuleState, {key: value for key, value in plain.items() if key != "format"})
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, repr(error)) from None


def _copy(folder: Traversable, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.is_dir():
            if not entry.name.startswith(("_", ".")):
                _copy(entry, target / entry.name)
        elif entry.name.endswith((".yaml", ".csv")):
            (target / entry.name).write_bytes(entry.read_bytes())


def _damaged(path: Path, detail: str) -> OperationFailed:
    return OperationFailed(
        f"the rulebooks on file are damaged: {detail}", where=str(path), remedy="sync again into a new data directory"
    )
