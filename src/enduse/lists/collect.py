"""The files of a directory, packed or not, with limits on what unpacking may yield."""

from __future__ import annotations

import contextlib
import functools
import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from enduse.lists.registry import HEAD_BYTES
from enduse.model.errors import BadInput

MAX_FILE_BYTES = 512 * 1024 * 1024
"""Default limit on one file, unpacked. The largest official list (FollowTheMoney apart) has about 100 MB."""
MAX_MEMBERS = 1_000
MEMBER = "!"
"""Stands between the name of a ZIP archive and that of a file in it: ``SDN_ENHANCED.ZIP!SDN_ENHANCED.XML``."""
_CHUNK = 1024 * 1024
_UNPACKING_ERRORS = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)


Opener = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be a component of an edition.

    Attributes:
        path: place below the directory, with forward slashes; for a member of an archive ``archive!member``.
        name: file name without ``.gz``, as the publisher calls it.
        modified: seconds of the file's modification time.
    """

    path: str
    name: str
    modified: float
    limit: int
    _open: Opener

    def head(self) -> bytes:
        """The first bytes of the content.

        Raises:
            BadInput: it cannot be unpacked.
        """
        return self._read(HEAD_BYTES, whole=False)

    def content(self) -> bytes:
        """The whole content.

        Raises:
            BadInput: it cannot be unpacked, or is larger than the limit.
        """
        content = self._read(self.limit, whole=True)
        if is_office_file(content[:HEAD_BYTES]):
            self._refuse_office_bomb()
        return content

    def _read(self, limit: int, *, whole: bool) -> bytes:
        pieces: list[bytes] = []
        size = 0
        try:
            with self._open() as file:
                while size <= limit and (piece := file.read(min(_CHUNK, limit + 1 - size))):
                    pieces.append(piece)
                    size += len(piece)
        except _UNPACKING_ERRORS as error:
            raise BadInput(
                f"it cannot be unpacked to its end: {error}", where=self.path, remedy="download the file again"
            ) from None
        if size > limit and whole:
            raise BadInput(
                f"it unpacks to more than {limit:,} bytes",
                where=self.path,
                remedy="no list is that large; raise the limit if you trust the file",
            )
        return b"".join(pieces)[:limit]

    def _refuse_office_bomb(self) -> None:
        """A spreadsheet is a ZIP archive too; its readers unpack it without a limit."""
        size = 0
        try:
            with self._open() as file, zipfile.ZipFile(file) as archive:
                for member in archive.infolist():
                    with archive.open(member) as packed:
                        while piece := packed.read(_CHUNK):
                            size += len(piece)
                            if size > self.limit:
                                raise BadInput(
                                    f"the spreadsheet unpacks to more than {self.limit:,} bytes", where=self.path
                                )
        except _UNPACKING_ERRORS as error:
            raise BadInput(f"the spreadsheet is damaged: {error}", where=self.path) from None


@dataclass(frozen=True, slots=True)
class Ignored:
    """A file that was not used, and why."""

    path: str
    reason: str


def is_office_file(head: bytes) -> bool:
    """Whether a file is an XLSX or ODS workbook rather than an archive of files."""
    return head[:4] == b"PK\x03\x04" and (
        b"[Content_Types].xml" in head or b"xl/" in head[:4096] or b"opendocument" in head[:200]
    )


def collect(directory: Path, limit: int = MAX_FILE_BYTES) -> Iterator[Candidate | Ignored]:
    """Every file below a directory in the order of its path; archives count as the files in them.

    Raises:
        BadInput: the directory does not exist.
    """
    if not directory.is_dir():
        raise BadInput(
            "there is no such directory", where=str(directory), remedy="name the folder that holds the files"
        )
    for folder, folders, files in os.walk(directory):
        folders.sort()
        for name in sorted(files):
            file = Path(folder) / name
            yield from _in_directory(file, file.relative_to(directory).as_posix(), limit)


def unpack(content: bytes, name: str, limit: int = MAX_FILE_BYTES) -> list[Candidate | Ignored]:
    """The files in a file that is at hand: itself, or those that it packs."""
    return list(_open_up(lambda: io.BytesIO(content), name, 0.0, limit))


def _in_directory(file: Path, path: str, limit: int) -> Iterator[Candidate | Ignored]:
    try:
        if not file.is_file():
            yield Ignored(path, "not a regular file")
            return
        yield from _open_up(lambda: file.open("rb"), path, file.stat().st_mtime, limit)
    except OSError as error:
        yield Ignored(path, f"cannot be read: {error.strerror}")


def _open_up(source: Opener, path: str, modified: float, limit: int) -> Iterator[Candidate | Ignored]:
    name = path.rpartition("/")[2]
    with source() as file:
        head = file.read(HEAD_BYTES)
    if head[:2] == b"\x1f\x8b":
        plain_name = name[:-3] if name.lower().endswith(".gz") else name
        yield Candidate(path, plain_name, modified, limit, lambda: _gunzip(source))
    elif head[:4] in (b"PK\x03\x04", b"PK\x05\x06") and not is_office_file(head):
        yield from _members(source, path, modified, limit)
    else:
        yield Candidate(path, name, modified, limit, source)


def _members(source: Opener, path: str, modified: float, limit: int) -> Iterator[Candidate | Ignored]:
    try:
        with source() as file, zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except _UNPACKING_ERRORS as error:
        yield Ignored(path, f"the archive is damaged: {error}")
        return
    if len(members) > MAX_MEMBERS:
        yield Ignored(path, f"the archive holds {len(members):,} files; the limit is {MAX_MEMBERS:,}")
        return
    for member in members:
        opener = functools.partial(_member, source, member)
        name = member.filename.rpartition("/")[2]
        yield Candidate(f"{path}{MEMBER}{member.filename}", name, modified, limit, opener)


@contextlib.contextmanager
def _gunzip(source: Opener) -> Iterator[IO[bytes]]:
    with source() as packed, gzip.GzipFile(fileobj=packed, mode="rb") as file:
        yield cast("IO[bytes]", file)


@contextlib.contextmanager
def _member(source: Opener, member: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    with source() as packed, zipfile.ZipFile(packed) as archive, archive.open(member) as file:
        yield file
