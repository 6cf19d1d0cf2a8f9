"""``enduse designations sources``: the store of protected sources: erasure, backup, restore, verification."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, DataDir, Json, NoColor, write
from enduse.interfaces.cli.designation_office import As, desk_of, secrets_place
from enduse.interfaces.cli.store import back_up, put_back
from enduse.model.errors import OperationFailed

app = typer.Typer(
    help="Who protected sources are: a store of its own, backed up apart (ENDUSE_PROTECTED_DATABASE_URL).",
    no_args_is_help=True,
)


@app.command()
def erase(
    reference: Annotated[str, typer.Argument(help="Reference of the source.")],
    as_login: As,
    reason: Annotated[str, typer.Option("--reason", help="Why, for those who read the history.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Erase who a protected source is, on its request; entries keep its grades, and the history that it was erased."""
    with desk_of(as_login) as desk:
        desk.erase_source(reference, reason)
    write(f"erased: {reference}; a backup made before still holds it")
    return NOTHING_FOUND


@app.command()
def move(
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Take sources that an earlier build kept in the common store into the store of their own."""
    with desk_of(as_login) as desk:
        moved = desk.move_sources()
    write(f"{moved} moved; a backup of the common store that was made before still holds them")
    return NOTHING_FOUND


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
    """Write the store of protected sources to a file. It says who they are: keep it apart from other backups."""
    return back_up(secrets_place(), out, portable=portable)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that the backup wrote.")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Put a backup in the place of the store of protected sources, where there is none, and verify it."""
    return put_back(secrets_place(), file)


@app.command()
def verify(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Verify the audit chain of the store of protected sources, and what is kept against it."""
    from enduse.store import open_store

    with open_store(secrets_place(), create=False) as store:
        report = store.verify()
    if not report.whole:
        raise OperationFailed(f"{report.place} {report.problem}", where=str(store.name))
    write(f"whole: {report.count} audit entries, head {report.head}")
    return NOTHING_FOUND
