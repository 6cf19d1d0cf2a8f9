"""What the commands of ``enduse exchange`` share: the node of the data directory, files, answers."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, OPTIONS, data_dir, store_place, write, write_json
from enduse.interfaces.exchange.extra import missing
from enduse.model.errors import BadInput, OperationFailed

if TYPE_CHECKING:
    from enduse.interfaces.exchange.wiring import Ground
    from enduse.model.record import By

As = Annotated[str, typer.Option("--as", help="Login of the account that does it; its roles count.")]
Starter = Annotated[bool, typer.Option("--starter", help="Accept the embedded listings as coverage.")]
_MOST_BYTES = 64 << 20


def now() -> dt.datetime:
    """The moment."""
    return dt.datetime.now(tz=dt.UTC)


def need_extra() -> None:
    """Refuse to go on where the extra is not installed.

    Raises:
        BadInput: it is not.
    """
    if lacking := missing():
        raise BadInput(f"the exchange needs {' and '.join(lacking)}", remedy="pip install 'enduse[exchange]'")


@contextlib.contextmanager
def node_ground(*, starter: bool = False) -> Iterator[Ground]:
    """The node of the data directory.

    Raises:
        BadInput: the extra is not installed.
    """
    need_extra()
    from enduse.interfaces.exchange.wiring import ground  # heavy, and an extra

    stated = os.environ.get("ENDUSE_LICENSING_LISTS", "")
    extension = os.environ.get("ENDUSE_LICENSING_EXTENSION", "in_all")
    with ground(
        data_dir(),
        store_place(),
        now,
        starter=starter or os.environ.get("ENDUSE_STARTER", "").lower() in ("1", "true", "yes"),
        required=tuple(one.strip() for one in stated.split(",") if one.strip()),
        extension="more" if extension == "more" else "in_all",
    ) as found:
        yield found


def operator() -> By:
    """Whoever works at the machine."""
    from enduse.model.record import By

    return By("operator", "works at the machine itself")


def read_file(file: Path) -> bytes:
    """The content of a file."""
    from enduse.formats.plain_yaml import read_bounded

    return read_bounded(file, max_bytes=_MOST_BYTES)


def write_file(out: Path, content: bytes) -> None:
    """Write a new file."""
    try:
        with out.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise BadInput("the file is there already", where=str(out), remedy="name a new one") from None
    except OSError as error:
        raise OperationFailed(f"cannot be written: {error.strerror}", where=str(out)) from None


def told(document: Any, words: str) -> int:
    """Answer with a document or in words."""
    if OPTIONS.json:
        write_json(document)
    else:
        write(words)
    return NOTHING_FOUND
