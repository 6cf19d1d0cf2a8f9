"""``enduse store``: backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, DataDir, Json, NoColor, store_place, write
from enduse.model.errors import BadInput, OperationFailed

app = typer.Typer(help="The store: users, assessments, decisions and the audit chain.", no_args_is_help=True)


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(help="File to write; it must not be there yet.")],
    portable: Annotated[
        bool, typer.Option("--portable", help="Rows as JSON lines, which either database takes back.")
    ] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Write the store to a file while it is in use. PostgreSQL's is always portable. It holds secrets: keep it so."""
    from enduse.store import open_store

    with open_store(store_place(), create=False) as store:
        plain_file = not portable and isinstance(store_place(), Path)
        count = store.backup(out, portable=portable)
    write(f"{out}: {count:,} {'bytes' if plain_file else 'rows'}")
    return NOTHING_FOUND


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that enduse store backup wrote.")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Put a backup in the place of the store, where there is none, and verify it: exit 0 when all is whole."""
    from enduse.store import open_store
    from enduse.store.backup import SQLITE_HEAD, restore_sqlite

    place = store_place()
    try:
        with file.open("rb") as opened:
            embedded = opened.read(len(SQLITE_HEAD)) == SQLITE_HEAD
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(file)) from None
    if embedded:
        if not isinstance(place, Path):
            remedy = "make one with enduse store backup --portable"
            raise BadInput("is the backup of an embedded store", where=str(file), remedy=remedy)
        restore_sqlite(file, place)
    else:
        with open_store(place, create=True) as store:
            store.load(file)
    with open_store(place, create=False) as store:
        report = store.verify()
    if not report.whole:
        raise OperationFailed(f"restored, but {report.place} {report.problem}", where=str(file))
    write(f"restored and whole: {report.count} audit entries, head {report.head}")
    return NOTHING_FOUND
