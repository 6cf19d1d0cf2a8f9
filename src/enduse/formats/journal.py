"""The journal of a long job: its results so far, in parts beside the file they will become.

A part is there whole or not at all, so that a job that was stopped, by whatever, goes on after its last part. The
journal is bound to all that the results depend on, and to one process at a time.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from enduse.formats.locks import try_lock
from enduse.model.errors import BadInput, OperationFailed

_FORMAT = "1"
_STATE = "state.json"


class Journal:
    """The folder ``<out>.enduse-part``; a context manager that holds it for this process.

    Args:
        out: the file that the results will become.
        about: what the results depend on, each under a name that a user understands.
        restart: throw away what an earlier run left.

    Raises:
        BadInput: an earlier run was about something else; says what differs.
        OperationFailed: the folder cannot be written, is damaged, or another process works there.
    """

    def __init__(self, out: Path, about: Mapping[str, str], *, restart: bool = False) -> None:
        self.folder = out.with_name(f"{out.name}.enduse-part")
        self._about = {"journal": _FORMAT, **about}
        try:
            self.folder.mkdir(exist_ok=True)
            self._lock = (self.folder / "lock").open("ab")
        except OSError as error:
            raise OperationFailed(
                f"cannot write: {error.strerror}", where=str(self.folder), remedy="check the folder"
            ) from None
        try:
            if not try_lock(self._lock.fileno()):
                raise OperationFailed(
                    "another run is writing the same file", where=str(self.folder), remedy="wait until it has ended"
                )
            if restart or not (self.folder / _STATE).exists():
                self._begin()
            else:
                self._compare()
        except BaseException:
            self._lock.close()
            raise
        self.count = self._counted()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.count == 0 and not self._lock.closed:
            self.remove()
        self._lock.close()

    def add(self, batch: pa.RecordBatch) -> None:
        """Keep the next part."""
        path = self._part(self.count)
        partial = path.with_suffix(".partial")
        try:
            with pa.OSFile(str(partial), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
                writer.write_batch(batch)
            _kept(partial, path)
        except OSError as error:
            raise OperationFailed(
                f"cannot write: {error.strerror or error}",
                where=str(path),
                remedy="make room and give the same command again: it goes on from here",
            ) from None
        self.count += 1

    def parts(self) -> Iterator[pa.RecordBatch]:
        """All parts, in order.

        Raises:
            OperationFailed: a part is damaged.
        """
        return (self.part(number) for number in range(self.count))

    def part(self, number: int) -> pa.RecordBatch:
        """One part, by its number from 0.

        Raises:
            OperationFailed: the part is damaged.
        """
        path = self._part(number)
        try:
            with pa.OSFile(str(path), "rb") as source, pa.ipc.open_file(source) as reader:
                return reader.get_batch(0)
        except (pa.ArrowException, OSError) as error:
            raise OperationFailed(
                f"the part is damaged: {error}", where=str(path), remedy="give the command again with --restart"
            ) from None

    def remove(self) -> None:
        """Delete the folder: its results have become the file."""
        self._clear()
        self._lock.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _part(self, number: int) -> Path:
        return self.folder / f"part-{number:08d}.arrow"

    def _counted(self) -> int:
        number = 0
        while self._part(number).exists():
            number += 1
        return number

    def _clear(self) -> None:
        # The state goes first: without it, what is there counts as left over.
        (self.folder / _STATE).unlink(missing_ok=True)
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != "lock":
                path.unlink()

    def _begin(self) -> None:
        self._clear()
        partial = self.folder / f"{_STATE}.partial"
        partial.write_text(json.dumps(self._about, indent=1, sort_keys=True), encoding="utf-8")
        _kept(partial, self.folder / _STATE)

    def _compare(self) -> None:
        path = self.folder / _STATE
        try:
            before = json.loads(path.read_text(encoding="utf-8"))
            changed = sorted(name for name in {*before, *self._about} if before.get(name) != self._about.get(name))
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise OperationFailed(
                f"the state is damaged: {error}", where=str(path), remedy="give the command again with --restart"
            ) from None
        if changed and self._counted() == 0:
            self._begin()
        elif changed:
            raise BadInput(
                "an interrupted run cannot go on, for what it rests on has changed: "
                + "; ".join(f"{name} (was {_shown(before, name)}, is {_shown(self._about, name)})" for name in changed),
                where=str(self.folder),
                remedy="--restart begins anew and throws its results away",
            )


def _shown(about: Mapping[str, object], name: str) -> str:
    text = str(about.get(name, "")) or "nothing"
    return text if len(text) <= 60 else f"{text[:60]}…"


def _kept(partial: Path, path: Path) -> None:
    """Rename, once the bytes are on the disk."""
    with partial.open("rb+") as stream:
        os.fsync(stream.fileno())
    partial.replace(path)
