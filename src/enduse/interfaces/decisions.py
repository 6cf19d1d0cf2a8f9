"""Decisions between the store, the screen and files: applied to hits, recorded, exported and imported."""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enduse.formats.plain_json import load_json
from enduse.formats.plain_yaml import decoded
from enduse.model.codec import canonical_json
from enduse.model.decision import Decision, decision_document, decision_from, digest, stamp
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import Match, Query
from enduse.screen.decisions import DecisionBook, Judged, Screened, apply
from enduse.store import open_store, store_exists

if TYPE_CHECKING:
    from enduse.store.decisions import Imported

MAX_FILE = 1 << 28
MAX_LINE = 1 << 24
_SHOWN = 20
_CLOCKS_DIFFER = dt.timedelta(days=1)


def decided(matches: Iterable[Match], query: Query, place: Path | str | None) -> Screened:
    """Hits after decisions.

    Args:
        matches: every hit of ``query``.
        place: where the store is; None to leave decisions aside.

    Raises:
        OperationFailed: the store cannot be read.
    """
    if place is None or not store_exists(place):
        return apply(matches, query, DecisionBook(()))
    with open_store(place, create=False) as store:
        return apply(matches, query, store.decisions)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The decisions of a store, read once.

    Attributes:
        book: applies them.
        sha256: of what they are.
    """

    book: DecisionBook
    sha256: str


def recorded_decisions(place: Path | str) -> Recorded | None:
    """Every decision of the store, for many queries; None where there is no store or no decision in it.

    Raises:
        OperationFailed: the store cannot be read.
    """
    if not store_exists(place):
        return None
    with open_store(place, create=False) as store:
        records = store.decisions.all()
    return Recorded(DecisionBook(records), digest(sorted(record.id for record in records))) if records else None


def standing_document(judged: Judged) -> dict[str, Any]:
    """What decisions say of a hit, as plain values; nothing where they say nothing."""
    decision = judged.decision
    if decision is None:
        return {}
    return {
        "decision": {
            "standing": judged.standing.value,
            "id": decision.id,
            "verdict": decision.verdict.value,
            "by": decision.by,
            "at": stamp(decision.at),
            "reason": decision.reason,
            "changes": [
                {
                    "side": change.side,
                    "field": change.field,
                    "before": list(change.before),
                    "after": list(change.after),
                }
                for change in judged.changes
            ],
        }
    }


def actor(stated: str | None) -> str:
    """Who acts: as stated, else the name of the session's user.

    Raises:
        BadInput: nobody is stated and the session has no user.
    """
    if stated is not None:
        return stated
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise BadInput("nobody is named", where="--by", remedy="--by NAME") from None


def hit(matches: Sequence[Match], party_id: str, name: str) -> Match:
    """The hit that a decision is about.

    Raises:
        BadInput: the party is no hit; the remedy names those that are.
    """
    for match in matches:
        if match.party.id == party_id:
            return match
    known = ", ".join(match.party.id for match in matches[:10]) or "none"
    raise BadInput(f"{party_id[:200]!r} is no hit of {name!r}", where="--party", remedy=f"hits: {known}")


def write_export(records: Iterable[Decision], out: Path) -> int:
    """Write records as JSON Lines, the file whole or not at all; returns their number.

    Raises:
        OperationFailed: the file cannot be written.
    """
    building = out.with_name(f"{out.name}.{os.getpid()}.building")
    count = 0
    try:
        with building.open("wb") as stream:
            for record in records:
                stream.write(canonical_json(decision_document(record)) + b"\n")
                count += 1
        building.replace(out)
    except OSError as error:
        building.unlink(missing_ok=True)
        raise OperationFailed(f"cannot write the export: {error.strerror}", where=str(out)) from None
    return count


def read_export(data: bytes, name: str, now: dt.datetime) -> list[tuple[str, Decision]]:
    """Read an export: each record with its place. Every line is checked before any is used.

    Args:
        data: the file.
        name: what messages call it.
        now: a record that lies more than a day later is refused.

    Raises:
        BadInput: lines cannot be used; names them.
    """
    found: list[tuple[str, Decision]] = []
    problems: list[str] = []
    lines = 0
    for where, line in _lines(data, name):
        lines += 1
        try:
            found.append((where, _record(line, where, now)))
        except BadInput as problem:
            problems.append(problem.message())
    if problems:
        more = [f"and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
        listed = "\n  ".join([*problems[:_SHOWN], *more])
        raise BadInput(f"{len(problems)} of {lines} lines cannot be used; nothing was imported\n  {listed}")
    return found


def import_export(source: Path, place: Path | str, *, by: str, reason: str, now: dt.datetime) -> Imported:
    """Import an export into the store, all or nothing; what is there already changes nothing.

    Raises:
        BadInput: the file cannot be read; see :func:`read_export`; a record supersedes one that is not known.
    """
    data = _bytes(source)
    records = read_export(data, source.name, now)
    subject = f"file:{hashlib.sha256(data).hexdigest()}"
    with open_store(place, create=True) as store:
        return store.decisions.import_(records, by=by, reason=reason, subject=subject)


def _bytes(source: Path) -> bytes:
    try:
        size = source.stat().st_size
        if size > MAX_FILE:
            raise BadInput(f"{size:,} bytes", where=source.name, remedy=f"at most {MAX_FILE:,}: split the file")
        return source.read_bytes()
    except OSError as error:
        raise BadInput(f"cannot read the file: {error.strerror}", where=str(source)) from None


def _lines(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield f"{name} line {number}", line


def _record(line: bytes, where: str, now: dt.datetime) -> Decision:
    if len(line) > MAX_LINE:
        raise BadInput(f"{len(line):,} bytes", where=where, remedy=f"at most {MAX_LINE:,} are accepted")
    try:
        raw = load_json(decoded(line, name=where), name=where, max_bytes=MAX_LINE)
    except BadInput as error:
        place = error.where.removeprefix(where).removeprefix(" line 1")  # the line of the file, not of the line
        raise BadInput(error.problem, where=f"{where}{place}", remedy=error.remedy) from None
    found = decision_from(raw, where=where)
    if found.at > now + _CLOCKS_DIFFER:
        raise BadInput(f"{stamp(found.at)} lies ahead", where=f"{where}, at", remedy="check the clock that wrote it")
    return found
