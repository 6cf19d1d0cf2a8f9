"""What every command shares: options that work before and after the subcommand, output, and exit codes."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enduse.model.errors import OperationFailed

if TYPE_CHECKING:
    from enduse.evidence.library import Library
    from enduse.interfaces.law import LawAtHand

NOTHING_FOUND = 0
RESTRICTED = 1
INDETERMINATE = 2
BAD_INPUT = 3
FAILED = 4


@dataclass(slots=True)
class Options:
    """Global options as far as they have been read."""

    data_dir: Path | None = None
    json: bool = False
    no_color: bool = False


OPTIONS = Options()


def _set_data_dir(value: Path | None) -> Path | None:
    if value is not None:
        OPTIONS.data_dir = value
    return value


def _set_json(value: bool) -> bool:
    OPTIONS.json = OPTIONS.json or value
    return value


def _set_no_color(value: bool) -> bool:
    OPTIONS.no_color = OPTIONS.no_color or value
    return value


DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Where lists and indexes are kept (ENDUSE_DATA).", callback=_set_data_dir),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON.", callback=_set_json)]
NoColor = Annotated[bool, typer.Option("--no-color", help="Write without colour.", callback=_set_no_color)]


def data_dir() -> Path:
    """The data directory: ``--data-dir``, else ``ENDUSE_DATA``, else the platform's user data directory."""
    if OPTIONS.data_dir is not None:
        return OPTIONS.data_dir
    if stated := os.environ.get("ENDUSE_DATA"):
        return Path(stated)
    from platformdirs import user_data_path  # only where nothing is stated

    return user_data_path("enduse", appauthor=False)


def cache_dir() -> Path | None:
    """Where what is derived is kept: ``ENDUSE_CACHE``, nowhere where that is empty, else the user's cache directory."""
    if (stated := os.environ.get("ENDUSE_CACHE")) is not None:
        return Path(stated) if stated else None
    from platformdirs import user_cache_path  # only where nothing is stated

    return user_cache_path("enduse", appauthor=False) / "derived"


def store_place() -> Path | str:
    """Where decisions and the audit chain are kept: ``ENDUSE_DATABASE_URL``, else a file in the data directory."""
    from enduse.store import place_of

    return place_of(data_dir(), os.environ.get("ENDUSE_DATABASE_URL"))


Rules = Annotated[
    Path | None,
    typer.Option("--rules", help="Folder of rulebooks of your own, laid over the others (ENDUSE_RULES)."),
]


def library(*, starter: bool, known_on: dt.date | None = None) -> Library:
    """The lists at hand in the data directory, or as they were on file at the end of a day."""
    from enduse.evidence.library import Library  # heavy: only for commands that use lists

    return Library(data_dir(), accept_starter=starter, known_on=known_on)


def law(overlay: Path | None, known_on: dt.date | None = None) -> LawAtHand:
    """The rulebooks at hand."""
    from enduse.interfaces.law import law_at_hand  # heavy: only for commands that use law

    return law_at_hand(data_dir(), overlay, known_on)


def write(text: str) -> None:
    """Write to standard output; a reader that has gone changes nothing in the exit code.

    Raises:
        OperationFailed: the text cannot be written (disk full).
    """
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OperationFailed(f"the answer cannot be written: {error.strerror}", where="standard output") from None


def write_json(value: Any) -> None:
    """Write a value as JSON, keys sorted."""
    from enduse.formats.laid_out_json import laid_out  # only where JSON is written

    write(laid_out(value))


def tell(text: str) -> None:
    """Write a message to standard error."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        # A message that nobody can read must not change the exit code.
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
