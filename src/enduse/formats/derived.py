"""What is derived from files and kept between processes, so that a command starts quickly; it may always be deleted.

What is made from a file's bytes alone is kept under their hash, as JSON: it cannot be out of date, and reading it runs
no code. Nothing is kept until :func:`keep_in` names a folder, and a folder that others can write is not used.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from enduse.formats.plain_yaml import load_yaml

FORMAT = "enduse readings 1"
FILE = "readings.txt"
MAX_BYTES = 32 * 2**20
MAX_READINGS = 2_000


class Derived:
    """Readings of one folder.

    Args:
        folder: is made when something is first kept; it must be the user's own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, bytes] | None = None
        self._used: dict[str, bytes] = {}
        self._new = False

    def trusted(self) -> bool:
        """Whether the folder is absent, or belongs to this user and nobody else can write to it."""
        try:
            found = self.folder.lstat()
        except FileNotFoundError:
            return True
        except OSError:
            return False
        own = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
        return stat.S_ISDIR(found.st_mode) and own and (os.name == "nt" or not found.st_mode & 0o022)

    def made(self) -> bool:
        """Whether the folder is there and trusted; it is made where it is absent."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            return False
        return self.trusted()

    def reading(self, key: str) -> Any:
        """What is kept under a key.

        Raises:
            KeyError: none is kept.
        """
        if self._kept is None:
            self._kept = self._read()
        line = self._kept[key]
        try:
            value = json.loads(line)
        except ValueError:
            raise KeyError(key) from None
        self._used[key] = line
        return value

    def add(self, key: str, value: Any) -> None:
        """Keep a reading; :meth:`save` writes it."""
        self._used[key] = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        self._new = True

    def save(self) -> None:
        """Write what was added, whole or not at all; where that cannot be, the next process reads the files again."""
        if not self._new:
            return
        self._new = False
        kept = {**self._read(), **self._used}
        if len(kept) > MAX_READINGS:
            kept = self._used
        body = b"".join(key.encode() + b" " + line + b"\n" for key, line in sorted(kept.items()))
        if len(body) > MAX_BYTES:
            return
        if not self.made():
            return
        temporary = self.folder / f"{FILE}.{os.getpid()}"
        try:
            temporary.write_bytes(f"{FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode() + body)
            temporary.replace(self.folder / FILE)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _read(self) -> dict[str, bytes]:
        """What is on file; nothing where it is absent, damaged or written by another version."""
        if not self.trusted():
            return {}
        try:
            with (self.folder / FILE).open("rb") as stream:
                head, body = stream.readline(200), stream.read(MAX_BYTES + 1)
        except OSError:
            return {}
        if len(body) > MAX_BYTES or head != f"{FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode():
            return {}
        lines = (line.partition(b" ") for line in body.split(b"\n") if line)
        return {key.decode("ascii", "replace"): value for key, _, value in lines}


_KEPT: Derived | None = None


def keep_in(folder: Path | None) -> None:
    """Keep what is derived in a folder from now on; nowhere when None, or where others can write to the folder."""
    global _KEPT  # noqa: PLW0603  one place for the whole process, which interfaces choose
    if _KEPT is not None:
        atexit.unregister(_KEPT.save)
    _KEPT = Derived(folder) if folder is not None else None
    if _KEPT is not None and not _KEPT.trusted():
        _KEPT = None
    if _KEPT is not None:
        atexit.register(_KEPT.save)


def kept_in() -> Path | None:
    """The folder in which what is derived is kept, made where it is absent; None where nothing is kept."""
    return _KEPT.folder if _KEPT is not None and _KEPT.made() else None


def derived(kind: str, data: bytes, make: Callable[[], Any]) -> Any:
    """What is made from some bytes and nothing else: made once, then kept.

    Args:
        kind: what is made; another way to make it is another kind.
        data: what it is made from.
        make: gives the value, which JSON can hold and give back as it was.

    Raises:
        BadInput: as ``make``.
    """
    kept = _KEPT
    if kept is None:
        return make()
    key = f"{kind}:{hashlib.sha256(data).hexdigest()}"
    with contextlib.suppress(KeyError):
        return kept.reading(key)
    value = make()
    kept.add(key, value)
    return value


def own_yaml(data: bytes, *, name: str) -> Any:
    """:func:`~enduse.formats.plain_yaml.load_yaml` for files of the program and of rulebooks: read once, then kept.

    Args:
        data: the document.
        name: what messages call it (a file name).

    Raises:
        BadInput: as :func:`~enduse.formats.plain_yaml.load_yaml`.
    """
    return derived("yaml", data, lambda: load_yaml(data, name=name))
