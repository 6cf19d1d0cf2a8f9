"""Manifests: which files of a directory are which edition of which source, where the files themselves do not say.

A manifest is TOML (https://toml.io/en/v1.0.0)::

    [layout]
    name = "spring collection"      # of a manifest that comes with the program: how it is called in messages

    [[edition]]
    source = "us_csl"
    edition = "2022-04-21"          # or 2022-04 where only the month is known
    role = "full"                   # full | sample | fixture; only full editions count
    files = { consolidated = "us_csl/consolidated.csv.gz" }
    note = "why this date"

    [[ignored]]
    files = ["us_csl/reduced.json.gz"]
    reason = "somebody else's layout"

Paths are relative to the directory and stay inside it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from enduse.lists.collect import MEMBER
from enduse.model.errors import BadInput

FILE_NAME = "enduse-sources.toml"
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_DATE_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})([-_]?)(0[1-9]|1[0-2])(?:\2(0[1-9]|[12]\d|3[01]))?(?!\d)")


class Role(StrEnum):
    """What a file stands for."""

    FULL = "full"
    SAMPLE = "sample"
    FIXTURE = "fixture"


@dataclass(frozen=True, slots=True)
class EditionDate:
    """The date of an edition; ``month_only`` where it is the last day of a month that is all that is known."""

    day: dt.date
    month_only: bool = False


@dataclass(frozen=True, slots=True)
class ManifestEdition:
    """One ``[[edition]]``."""

    source: str
    files: Mapping[str, str]
    role: Role = Role.FULL
    edition: EditionDate | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as read. ``ignored`` maps a path to the reason."""

    where: str
    editions: tuple[ManifestEdition, ...]
    ignored: Mapping[str, str]
    name: str = ""

    @property
    def paths(self) -> frozenset[str]:
        """The files that its editions name."""
        return frozenset(path for edition in self.editions for path in edition.files.values())


def read_manifest(text: str, where: str) -> Manifest:
    """Read a manifest.

    Raises:
        BadInput: it is not TOML, or a key is missing, unknown or of the wrong type; names the table.
    """
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"the manifest is not TOML: {error}", where=where) from None
    _known(plain, {"layout", "edition", "ignored"}, where)
    layout = _table(plain.get("layout", {}), f"{where}, [layout]")
    _known(layout, {"name", "note"}, f"{where}, [layout]")
    editions = [
        _edition(_table(one, place), place) for one, place in _numbered(plain.get("edition", []), "edition", where)
    ]
    if not editions:
        raise BadInput("the manifest names no [[edition]]", where=where)
    ignored: dict[str, str] = {}
    for one, place in _numbered(plain.get("ignored", []), "ignored", where):
        table = _table(one, place)
        _known(table, {"files", "reason"}, place)
        files = table.get("files")
        if not isinstance(files, list):
            raise BadInput("files is not a list of paths", where=place)
        for path in files:
            ignored[_path(path, place)] = _text(table, "reason", place)
    return Manifest(where, tuple(editions), ignored, str(layout.get("name", "")))


def find_manifest(directory: Path, named: Path | None = None) -> Manifest | None:
    """The manifest for a directory: the one named, else its own, else one of the program's that fits its layout.

    Raises:
        BadInput: the manifest cannot be read, or is not one.
    """
    path = named if named is not None else directory / FILE_NAME
    if named is not None or path.is_file():
        try:
            return read_manifest(path.read_text("utf-8"), path.name)
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"the manifest cannot be read: {error}", where=str(path)) from None
    for bundled in bundled_manifests():
        if all((directory / path.split(MEMBER)[0]).is_file() for path in bundled.paths):
            return bundled
    return None


def bundled_manifests() -> tuple[Manifest, ...]:
    """The manifests that come with the program, for directories of a known layout."""
    folder = resources.files("enduse.lists") / "manifests"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return tuple(read_manifest(entry.read_text("utf-8"), entry.name) for entry in found)


def read_edition_date(text: str, where: str) -> EditionDate:
    """``2022-04-21``, or ``2022-04`` for a day of that month that nobody knows: then its last day counts.

    The last day, because a party that the edition no longer shows must not count as removed too early.

    Raises:
        BadInput: it is neither.
    """
    found = _DATE.fullmatch(text)
    try:
        if found:
            return _date(int(found[1]), int(found[2]), int(found[3]) if found[3] else None)
    except ValueError:
        pass
    raise BadInput(f"{text!r} is no date of an edition", where=where, remedy="write 2022-04-21, or 2022-04")


def date_in_name(path: str) -> EditionDate | None:
    """The date that a file name states (``sdn_2024-05-03.csv``, ``20240503``), else that of the nearest folder."""
    for part in reversed(PurePosixPath(path.replace(MEMBER, "/")).parts):
        for found in _DATE_IN_NAME.finditer(part):
            if not found[2] and not found[4]:
                continue  # six digits are as likely a number as a month
            try:
                return _date(int(found[1]), int(found[3]), int(found[4]) if found[4] else None)
            except ValueError:
                continue
    return None


def _date(year: int, month: int, day: int | None) -> EditionDate:
    if day is None:
        return EditionDate(dt.date(year, month, calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 1), True)
    return EditionDate(dt.date(year, month, day))


def _edition(table: Mapping[str, Any], where: str) -> ManifestEdition:
    _known(table, {"source", "edition", "role", "files", "note"}, where)
    files = _table(table.get("files"), f"{where}, files")
    if not files:
        raise BadInput("no files are named", where=where, remedy='files = { component = "path" }')
    role = table.get("role", "full")
    if role not in tuple(Role):
        raise BadInput(f"the role {role!r} is not known", where=where, remedy="full, sample or fixture")
    stated = table.get("edition")
    # TOML knows dates without quotes; they mean the same.
    stated = stated.isoformat() if isinstance(stated, dt.date) else stated
    if stated is not None and not isinstance(stated, str):
        raise BadInput(f"{stated!r} is no date of an edition", where=where, remedy="write 2022-04-21, or 2022-04")
    return ManifestEdition(
        source=_text(table, "source", where),
        files={component: _path(path, f"{where}, files.{component}") for component, path in files.items()},
        role=Role(role),
        edition=None if stated is None else read_edition_date(stated, where),
        note=str(table.get("note", "")),
    )


def _numbered(value: object, name: str, where: str) -> list[tuple[object, str]]:
    if not isinstance(value, list):
        raise BadInput(f"{name} is not a list of tables", where=where, remedy=f"write [[{name}]]")
    return [(one, f"{where}, {name} {number}") for number, one in enumerate(value, start=1)]


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadInput("this is not a table", where=where)
    return value


def _known(table: Mapping[str, Any], keys: set[str], where: str) -> None:
    if unknown := sorted(table.keys() - keys):
        raise BadInput(f"unknown key {unknown[0]!r}", where=where, remedy=f"one of {', '.join(sorted(keys))}")


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{key} is missing", where=where)
    return value


def _path(value: object, where: str) -> str:
    path = PurePosixPath(value) if isinstance(value, str) and value and "\\" not in value else None
    if path is None or path.is_absolute() or ".." in path.parts:
        raise BadInput(f"{value!r} is no path inside the directory", where=where, remedy="use forward slashes, no ..")
    return path.as_posix()
