"""Trade looked through by a job: what is asked and the files in one text, and the document that comes of it.

The first line is :data:`HEAD`, the second says what is asked, the rest are the files as they were sent, one after the
other. Files of the folder ``trade`` of the data directory are named with their hash: a job that finds another file
there fails and says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from enduse.interfaces.trade.analysis import Asked, asked_of, look
from enduse.interfaces.trade.documents import signs_document
from enduse.interfaces.trade.kinds import DECLARATIONS, KINDS, SIGNS
from enduse.interfaces.uploads import MAX_ROWS, open_upload, too_many
from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import Match, Query
from enduse.monitor.trade.declarations import (
    Declaration,
    Sign,
    at_listed_addresses,
    read_declarations,
    routings,
    splits,
)
from enduse.monitor.trade.series import month_text

HEAD = b"enduse trade work 1\n"
FOLDER = "trade"
MOST_FILES = 8
MOST_STORED = 200_000_000
ENDINGS: Mapping[str, tuple[str, ...]] = {
    SIGNS: (".json", ".csv", ".txt"),
    DECLARATIONS: (".csv", ".tsv", ".txt", ".xlsx", ".parquet"),
}
SCHEMA = "enduse/declaration-signs/1"
SHOWN_UNREAD = 50
_MOST_HEAD = 100_000


class Lists(Protocol):
    """What is asked of :class:`enduse.evidence.library.Library`."""

    def screen(self, query: Query, *, threshold: float) -> list[Match]:
        """Every listed party that the query may be."""


@dataclass(frozen=True, slots=True)
class TradeWork:
    """What a job on trade is given.

    Attributes:
        kind: one of :data:`KINDS`.
        asked: for flows: ``origins, restricted, control, hubs, codes, edition``; for declarations: ``restricted,
            threshold, lists``. Plain values.
        files: names and contents of what was sent.
        stored: names of files in the folder of the data directory, each with its hash.
    """

    kind: str
    asked: Mapping[str, Any]
    files: tuple[tuple[str, bytes], ...] = ()
    stored: tuple[tuple[str, str], ...] = field(default=())

    def as_bytes(self) -> bytes:
        """The whole as one text."""
        head = {
            "kind": self.kind,
            "asked": dict(self.asked),
            "files": [[name, len(data)] for name, data in self.files],
            "stored": [list(one) for one in self.stored],
        }
        return HEAD + canonical_json(head) + b"\n" + b"".join(data for _, data in self.files)


def read_work(body: bytes) -> TradeWork:
    """What :meth:`TradeWork.as_bytes` wrote.

    Raises:
        OperationFailed: it was altered.
    """
    altered = OperationFailed("the work was altered", remedy="start it anew")
    if not body.startswith(HEAD):
        raise altered
    line, _, rest = body[len(HEAD) :].partition(b"\n")
    try:
        raw = json.loads(line[:_MOST_HEAD])
        files, place = [], 0
        for name, size in raw["files"]:
            files.append((str(name), rest[place : place + int(size)]))
            place += int(size)
        stored = tuple((str(name), str(digest)) for name, digest in raw["stored"])
        found = TradeWork(str(raw["kind"]), raw["asked"], tuple(files), stored)
    except (KeyError, TypeError, ValueError):
        raise altered from None
    if place != len(rest) or found.kind not in KINDS:
        raise altered
    return found


def stored_files(data: Path) -> list[tuple[str, int]]:
    """The files of trade that the installation keeps: name and size, by name."""
    folder = data / FOLDER
    if not folder.is_dir():
        return []
    return sorted(
        (path.name, path.stat().st_size)
        for path in folder.iterdir()
        if path.is_file() and not path.is_symlink() and path.suffix.lower() in ENDINGS[SIGNS]
    )


def flows_work(asked: Asked, files: Sequence[tuple[str, bytes]], stored: Sequence[str], data: Path) -> TradeWork:
    """Trade between countries, to be looked through.

    Args:
        stored: names among :func:`stored_files` of ``data``.

    Raises:
        BadInput: no file, too many, or one that cannot be of trade.
    """
    plain = {
        "origins": list(asked.origins),
        "restricted": list(asked.restricted),
        "control": f"{month_text(asked.control)}-01",
        "hubs": list(asked.hubs),
        "codes": list(asked.codes),
        "edition": asked.edition,
        "unverified": asked.unverified,
    }
    held = dict(stored_files(data))
    for name in stored:
        if name not in held:
            remedy = f"one of: {', '.join(held) or 'none is there'}"
            raise BadInput(f"no stored file is called {name[:60]!r}", where="stored", remedy=remedy)
        if held[name] > MOST_STORED:
            raise BadInput(f"{name} is larger than {MOST_STORED:,} bytes", where="stored", remedy="split it")
    named = tuple((name, _digest(data / FOLDER / name)) for name in dict.fromkeys(stored))
    return TradeWork(SIGNS, plain, _fitting(SIGNS, files, len(named)), named)


def declarations_work(
    file: tuple[str, bytes] | None, restricted: Sequence[str], threshold: float | None, lists: bool
) -> TradeWork:
    """Customs declarations, to be looked through.

    Raises:
        BadInput: no table, or nothing is looked for.
    """
    if not restricted and threshold is None and not lists:
        raise BadInput("nothing is looked for", where="restricted", remedy="restricted, threshold or lists")
    if threshold is not None and not 0 < threshold < 1e15:
        raise BadInput("a threshold is more than nothing", where="threshold", remedy="US dollars: 5000")
    amount = f"{threshold:.15g}" if threshold is not None else ""
    plain = {"restricted": list(restricted), "threshold": amount, "lists": lists}
    return TradeWork(DECLARATIONS, plain, _fitting(DECLARATIONS, [file] if file else [], 0))


def _fitting(kind: str, files: Sequence[tuple[str, bytes]], others: int) -> tuple[tuple[str, bytes], ...]:
    count = len(files) + others
    if not count:
        raise BadInput("no file", where="file", remedy="send one, or choose one that is stored")
    if count > MOST_FILES:
        raise BadInput(f"{count} files", where="file", remedy=f"at most {MOST_FILES} at once")
    for name, data in files:
        ending = Path(name).suffix.lower()
        if ending not in ENDINGS[kind]:
            remedy = f"one of {', '.join(ENDINGS[kind])}"
            raise BadInput(f"{ending[:20] or 'no ending'} is no file of this kind", where="file", remedy=remedy)
        if not data.strip():
            raise BadInput("the file is empty", where="file", remedy="choose another")
    return tuple(files)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def done(body: bytes, folder: Path, data: Path, lists: Callable[[], Lists]) -> dict[str, Any]:
    """Do the work.

    Args:
        folder: an empty one, to unpack files in.
        lists: opens the lists at hand, where they are asked for.

    Raises:
        BadInput: a file cannot be used.
        OperationFailed: a stored file is gone or another, or a library is not installed.
    """
    work = read_work(body)
    paths = []
    for number, (name, content) in enumerate(work.files):
        path = folder / str(number) / Path(name).name
        path.parent.mkdir()
        path.write_bytes(content)
        paths.append(path)
    for name, digest in work.stored:
        path = data / FOLDER / name
        if not path.is_file() or _digest(path) != digest:
            raise OperationFailed(f"{name} is gone or has changed", where=FOLDER, remedy="start it anew")
        paths.append(path)
    asked = work.asked
    if work.kind == SIGNS:
        wanted = asked_of(
            *(asked[name] for name in ("origins", "restricted", "control", "hubs", "codes", "edition")),
            unverified=asked["unverified"],
        )
        return signs_document(look(paths, wanted))
    return _declarations(paths[0], asked, lists)


def _declarations(path: Path, asked: Mapping[str, Any], lists: Callable[[], Lists]) -> dict[str, Any]:
    open_upload(path)  # what it may unpack to is bounded
    declared, unread = read_declarations(path)
    if len(declared) > MAX_ROWS:
        raise too_many(MAX_ROWS, path.name)
    threshold = float(asked["threshold"]) if asked["threshold"] else None
    found = signs_of(declared, asked["restricted"], threshold, lists() if asked["lists"] else None)
    return {
        **declaration_document(declared, len(unread), found),
        "file": path.name,
        "asked": dict(asked),
        "unread_rows": [one.message() for one in unread[:SHOWN_UNREAD]],
    }


def signs_of(
    declared: Sequence[Declaration], restricted: Sequence[str], threshold: float | None, lists: Lists | None
) -> list[Sign]:
    """Every sign in declarations that is asked for."""
    found: list[Sign] = []
    if lists is not None:
        found += at_listed_addresses(declared, lambda query, least: lists.screen(query, threshold=least))
    if threshold is not None:
        found += splits(declared, threshold)
    if restricted:
        found += routings(declared, restricted)
    return found


def declaration_document(declared: Sequence[Declaration], unread: int, found: Sequence[Sign]) -> dict[str, Any]:
    """What was found in declarations, as plain values."""
    return {
        "schema": SCHEMA,
        "declarations": len(declared),
        "unread": unread,
        "signs": [{"kind": one.kind, "who": one.who, "why": one.why, "evidence": list(one.evidence)} for one in found],
    }


def document_of(result: bytes) -> dict[str, Any]:
    """The document that a job left.

    Raises:
        OperationFailed: it is none.
    """
    try:
        found = json.loads(result)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise OperationFailed("this is no report of trade", remedy="start it anew")
    return found
