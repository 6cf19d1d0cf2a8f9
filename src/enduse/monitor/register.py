"""Registers: lists of customers on disk, brought up to date by key, with an index over them that follows.

A register is a few segments that never change (:mod:`enduse.monitor.segment`) and a manifest that says which of their
rows still stand. What comes is written as a new segment, and the manifest is replaced whole, so that a process that is
killed leaves the register as it was. Small segments are joined when there are many.
"""

from __future__ import annotations

import functools
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from enduse.formats.locks import try_lock
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import HIT_THRESHOLD
from enduse.model.party import ListedParty
from enduse.monitor.customers import Customer, customer_of, line_of
from enduse.monitor.segment import Segment
from enduse.screen.version import weights_version

FORMAT = 1
CUSTOMERS, TRANSACTIONS, HOLDINGS = "customers", "transactions", "holdings"
"""What a register may hold."""

AT_ONCE = 100_000
"""Customers of a segment at the most."""

_SMALL, _MOST_SMALL = 20_000, 8
_REMEMBERED = 50
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Upserted:
    """What an update brought: customers that are new, changed, as they were, and removed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    def __add__(self, other: Upserted) -> Upserted:
        return Upserted(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment with what still stands of it."""

    segment: Segment
    dead: Any

    def stands(self, row: int) -> bool:
        """Whether no later version of the row has come."""
        return not self.dead[row]


class Register:
    """One register of a data directory.

    Args:
        root: the folder of all registers.
        name: its name: small letters, digits, ``-`` and ``_``.

    Raises:
        BadInput: the name cannot be used.
    """

    def __init__(self, root: Path, name: str) -> None:
        if not _ID.fullmatch(name):
            remedy = "small letters, digits, - and _; at most 64 of them"
            raise BadInput(f"{name!r} is no name of a register", where="register", remedy=remedy)
        self.name = name
        self.folder = root / name

    @staticmethod
    def names(root: Path) -> list[str]:
        """The registers there are."""
        return sorted(path.parent.name for path in root.glob("*/register.json"))

    @property
    def exists(self) -> bool:
        """Whether it has been written."""
        return (self.folder / "register.json").is_file()

    @functools.cached_property
    def _manifest(self) -> dict[str, Any]:
        if not self.exists:
            fresh = {"format": FORMAT, "version": 0, "threshold": repr(HIT_THRESHOLD), "next": 1, "segments": []}
            return fresh | {"born": secrets.token_hex(8)}
        remedy = "write the register again from its table"
        try:
            found: dict[str, Any] = json.loads((self.folder / "register.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise OperationFailed(
                f"the register cannot be read: {error}", where=str(self.folder), remedy=remedy
            ) from None
        if found.get("format") != FORMAT:
            raise OperationFailed("the register was written by another version", where=str(self.folder), remedy=remedy)
        return found

    @functools.cached_property
    def _parts(self) -> list[_Part]:
        self._bring_up_to_date()
        try:
            return [
                _Part(Segment(self.folder / one["name"]), np.load(self.folder / one["dead"]))
                for one in self._manifest["segments"]
            ]
        except (OSError, ValueError, KeyError) as error:
            remedy = "write the register again from its table"
            raise OperationFailed(f"the register is damaged: {error}", where=str(self.folder), remedy=remedy) from None

    def _reload(self) -> None:
        for name in ("_manifest", "_parts"):
            self.__dict__.pop(name, None)

    @property
    def kind(self) -> str:
        """What it holds: :data:`CUSTOMERS`, :data:`TRANSACTIONS` or :data:`HOLDINGS`."""
        return str(self._manifest.get("kind", CUSTOMERS))

    @property
    def version(self) -> int:
        """Grows by one with every update that changes something."""
        return int(self._manifest["version"])

    @property
    def born(self) -> str:
        """Tells it from a register of its name that was there before: versions begin again with each."""
        return str(self._manifest.get("born", ""))

    @property
    def threshold(self) -> float:
        """Least score of a hit."""
        return float(self._manifest["threshold"])

    def __len__(self) -> int:
        return sum(len(part.segment) - int(part.dead.sum()) for part in self._parts)

    def find(self, key: str) -> Customer | None:
        """The customer of a key."""
        for part in reversed(self._parts):
            row = part.segment.find(key)
            if row is not None and part.stands(row):
                return part.segment.customer(row)
        return None

    def replaced(self, since: int) -> dict[str, Customer]:
        """Customers who have or had owners and changed after a version, as they stood at it.

        The last 50 updates are remembered.
        """
        found: dict[str, Customer] = {}
        for version, name in self._manifest.get("past", ()):
            if version > since:
                for line in (self.folder / name).read_bytes().splitlines():
                    customer = customer_of(line)
                    found.setdefault(customer.key, customer)
        return found

    def remembers(self, since: int) -> bool:
        """Whether every change of owners after a version is remembered."""
        return since >= int(self._manifest.get("forgotten", 0))

    def customers(self, since: int = 0) -> Iterator[Customer]:
        """Every customer, or those that came or changed after a version; in an order that stays."""
        for part in self._parts:
            for row in np.flatnonzero((part.segment.versions > since) & ~part.dead).tolist():
                yield part.segment.customer(row)

    def owned(self) -> Iterator[Customer]:
        """Every customer whose owners are stated."""
        for part in self._parts:
            yield from (part.segment.customer(row) for row in part.segment.owned() if part.stands(row))

    def near(self, parties: Sequence[ListedParty]) -> list[Customer]:
        """The customers who may match one of the parties, themselves or through an owner: all that do, and others."""
        return [
            part.segment.customer(row)
            for part in self._parts
            for row in sorted(part.segment.near(parties))
            if part.stands(row)
        ]

    def upsert(
        self,
        customers: Iterable[Customer],
        *,
        whole: bool | Callable[[], bool] = False,
        stop: str = "",
        kind: str = CUSTOMERS,
        keep_owners: bool = False,
    ) -> Upserted:
        """Bring customers in: new keys are added, known ones replaced where something changed.

        Args:
            whole: these are all: what is not among them is removed; with a function, where it says so after all
                were read.
            stop: for messages: the place of the customers.
            kind: what the register holds; it never changes.
            keep_owners: the rows say nothing of owners: who is known keeps those it has.

        Raises:
            BadInput: a key is empty or comes twice, the register holds something else, or nobody would be left.
            OperationFailed: another process writes, or the folder cannot be written.
        """
        with self._writing():
            if self.exists and self.kind != kind:
                raise BadInput(f"the register {self.name} holds {self.kind}", where=stop, remedy="another register")
            self._manifest["kind"] = kind
            version = self.version + 1
            parts = list(self._parts)
            dead = [part.dead.copy() for part in parts]
            counted, seen, names = Upserted(), set[str](), list[str]()
            following: int = self._manifest["next"]
            pending: list[tuple[bytes, int]] = []
            past: list[bytes] = []
            for customer in customers:
                if not customer.key or customer.key in seen:
                    problem = f"the key {customer.key!r} comes twice" if customer.key else "a customer without a key"
                    raise BadInput(problem, where=stop, remedy="one row for each customer, each with its own key")
                seen.add(customer.key)
                line = line_of(customer)
                before = _standing(parts, dead, customer.key)
                old = parts[before[0]].segment.line(before[1]) if before is not None else b""
                owned = old not in (b"", line) and bool(customer.owners or customer_of(old).owners)
                if owned and keep_owners:
                    line = line_of(replace(customer, owners=customer_of(old).owners))
                if old == line:
                    counted += Upserted(unchanged=1)
                    continue
                counted += Upserted(changed=1) if before is not None else Upserted(new=1)
                if before is not None:
                    if owned:
                        past.append(old)
                    dead[before[0]][before[1]] = True
                pending.append((line, version))
                if len(pending) == AT_ONCE:
                    names.append(self._write_segment(following, pending))
                    following, pending = following + 1, []
            if pending:
                names.append(self._write_segment(following, pending))
                following += 1
            if whole() if callable(whole) else whole:
                if not seen:
                    remedy = "a table with rows; remove the register's folder to be rid of all"
                    raise BadInput("no row: everybody would be taken out", where=stop, remedy=remedy)
                gone = _bury(parts, dead, seen)
                past += [line for line in gone if customer_of(line).owners]
                counted += Upserted(removed=len(gone))
            if counted != Upserted(unchanged=counted.unchanged) or not self.exists:
                standing = [(part.segment.name, gone) for part, gone in zip(parts, dead, strict=True)]
                standing += [(name, None) for name in names]
                self._remember(past, version)
                self._commit(standing, version, following)
                self._join_small()
        return counted

    def remove(self, keys: Iterable[str]) -> int:
        """Take customers out; how many were there.

        Raises:
            OperationFailed: another process writes, or the folder cannot be written.
        """
        with self._writing():
            parts = list(self._parts)
            dead = [part.dead.copy() for part in parts]
            count, past, version = 0, list[bytes](), self.version + 1
            for key in sorted(set(keys)):
                found = _standing(parts, dead, key)
                if found is not None:
                    dead[found[0]][found[1]] = True
                    count += 1
                    line = parts[found[0]].segment.line(found[1])
                    if customer_of(line).owners:
                        past.append(line)
            if count:
                self._remember(past, version)
                standing: list[tuple[str, Any]] = [
                    (part.segment.name, gone) for part, gone in zip(parts, dead, strict=True)
                ]
                self._commit(standing, version, self._manifest["next"])
        return count

    def _remember(self, past: Sequence[bytes], version: int) -> None:
        """Put down how customers stood before this update; it counts with the manifest that names it."""
        if not past:
            return
        name = f"past-{version:06}.jsonl"
        (self.folder / name).write_bytes(b"\n".join(past) + b"\n")
        kept = [*self._manifest.get("past", ()), [version, name]]
        if len(kept) > _REMEMBERED:
            self._manifest["forgotten"] = kept[-_REMEMBERED - 1][0]
        self._manifest["past"] = kept[-_REMEMBERED:]

    def _bring_up_to_date(self) -> None:
        """Index again what an earlier version of the scorer indexed: its words and weights may differ."""
        manifest = self._manifest
        if manifest.get("weights", weights_version()) == weights_version() or not manifest["segments"]:
            return
        with self._writing():
            self._rebuild([one["name"] for one in self._manifest["segments"]])

    def _join_small(self) -> None:
        small = [part.segment.name for part in self._parts if len(part.segment) < _SMALL]
        if len(small) > _MOST_SMALL:
            self._rebuild(small)

    def _rebuild(self, chosen: Sequence[str]) -> None:
        """Write some segments anew as few, with what stands of them."""
        manifest = self._manifest
        kept = [(one["name"], np.load(self.folder / one["dead"])) for one in manifest["segments"]]
        lines = (
            (segment.line(row), int(segment.versions[row]))
            for name, dead in kept
            if name in chosen
            for segment in (Segment(self.folder / name),)
            for row in np.flatnonzero(~dead).tolist()
        )
        following: int = manifest["next"]
        names, pending = list[str](), list[tuple[bytes, int]]()
        for line in lines:
            pending.append(line)
            if len(pending) == AT_ONCE:
                names.append(self._write_segment(following, pending))
                following, pending = following + 1, []
        if pending:
            names.append(self._write_segment(following, pending))
            following += 1
        standing: list[tuple[str, Any]] = [(name, dead) for name, dead in kept if name not in chosen]
        self._commit([*standing, *((name, None) for name in names)], manifest["version"], following)

    def _write_segment(self, number: int, lines: Sequence[tuple[bytes, int]]) -> str:
        name = f"segment-{number:06}"
        shutil.rmtree(self.folder / name, ignore_errors=True)  # of a writer that was killed
        Segment.write(self.folder / name, lines, self.threshold)
        return name

    def _commit(self, standing: Sequence[tuple[str, Any]], version: int, following: int) -> None:
        """Replace the manifest, whole; then clear away what it names no more."""
        segments = []
        for name, dead in standing:
            file = f"{name}.dead-{version}-{following}.npy"
            if dead is None:
                dead = np.zeros(_rows(self.folder / name), dtype=np.bool_)
            if dead.all() and len(dead):
                continue
            with (self.folder / file).open("wb") as stream:
                np.save(stream, dead)
                stream.flush()
                os.fsync(stream.fileno())
            segments.append({"name": name, "dead": file})
        manifest = {
            "format": FORMAT,
            "weights": weights_version(),
            "version": version,
            "born": self.born,
            "threshold": repr(self.threshold),
            "kind": self.kind,
            "past": self._manifest.get("past", []),
            "forgotten": self._manifest.get("forgotten", 0),
            "next": following,
            "segments": segments,
        }
        temporary = self.folder / "register.json.new"
        with temporary.open("w", encoding="utf-8") as text:
            json.dump(manifest, text)
            text.flush()
            os.fsync(text.fileno())
        temporary.replace(self.folder / "register.json")
        self._reload()
        named = {one[key] for one in segments for key in ("name", "dead")}
        named |= {name for _, name in manifest["past"]}
        for path in (*self.folder.glob("segment-*"), *self.folder.glob("past-*")):
            if path.name not in named:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / "lock").open("w") as lock:
                if not try_lock(lock.fileno()):
                    raise OperationFailed("another process writes the register", where=str(self.folder))
                self.__dict__.pop("_manifest", None)
                yield
        except OSError as error:
            raise OperationFailed(f"the register cannot be written: {error.strerror}", where=str(self.folder)) from None


def _standing(parts: Sequence[_Part], dead: Sequence[Any], key: str) -> tuple[int, int] | None:
    for number in range(len(parts) - 1, -1, -1):
        row = parts[number].segment.find(key)
        if row is not None and not dead[number][row]:
            return number, row
    return None


def _bury(parts: Sequence[_Part], dead: Sequence[Any], kept: set[str]) -> list[bytes]:
    """Mark the rows whose key is not kept; what they said."""
    found = []
    for part, gone in zip(parts, dead, strict=True):
        for row in np.flatnonzero(~gone).tolist():
            line = part.segment.line(row)
            if customer_of(line).key not in kept:
                gone[row] = True
                found.append(line)
    return found


def _rows(folder: Path) -> int:
    return len(np.load(folder / "versions.npy", mmap_mode="r"))
