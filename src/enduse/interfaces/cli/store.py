"""``enduse store``: backup, restore, legal holds and retention."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from enduse.interfaces.cli.context import (
    NOTHING_FOUND,
    OPTIONS,
    DataDir,
    Json,
    NoColor,
    data_dir,
    store_place,
    write,
    write_json,
)
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.record import By as RecordBy
from enduse.model.retention import Retention, retention_from

if TYPE_CHECKING:
    from enduse.store.database import Store

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
    return back_up(store_place(), out, portable=portable)


def back_up(place: Path | str, out: Path, *, portable: bool) -> int:
    """Write a store to a file."""
    from enduse.store import open_store

    with open_store(place, create=False) as store:
        plain_file = not portable and isinstance(place, Path)
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
    return put_back(store_place(), file)


def put_back(place: Path | str, file: Path) -> int:
    """Put a backup in the place of a store, where there is none, and verify it."""
    from enduse.store import open_store
    from enduse.store.backup import SQLITE_HEAD, restore_sqlite

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
        if isinstance(place, Path) and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            # For its owner alone before anything stands in it; SQLite gives its other files the rights of this one.
            os.close(os.open(place, os.O_WRONLY | os.O_CREAT, 0o600))
        with open_store(place, create=True) as store:
            store.load(file)
    with open_store(place, create=False) as store:
        report = store.verify()
    if not report.whole:
        raise OperationFailed(f"restored, but {report.place} {report.problem}", where=str(file))
    write(f"restored and whole: {report.count} audit entries, head {report.head}")
    return NOTHING_FOUND


By = Annotated[str | None, typer.Option("--by", help="Who acts; the user of the session by default.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for those who read the audit chain.")]
Subject = Annotated[str, typer.Argument(help="assessment:ID, job:ID, owner:USER (all of a user) or all.")]


@app.command()
def hold(
    subject: Subject,
    reason: Reason = "",
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Put a legal hold on something: it is kept whatever its period."""
    with _opened() as store:
        store.erasures.hold(subject, by=_by(by), reason=reason)
    write(f"held: {subject}")
    return NOTHING_FOUND


@app.command()
def release(
    subject: Subject,
    reason: Reason = "",
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """End a legal hold."""
    with _opened() as store:
        store.erasures.release(subject, by=_by(by), reason=reason)
    write(f"no longer held: {subject}")
    return NOTHING_FOUND


@app.command()
def retain(
    policy: Annotated[
        Path | None, typer.Option("--policy", help="The periods; retention.toml in the data directory by default.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Erase what is due; without it, it is counted only.")] = False,
    reason: Reason = "",
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Count, or with --apply erase, the contents whose period is over. Hashes, records and the audit chain stay.

    What a legal hold or a licensing case keeps is not erased, and is counted.
    """
    from dataclasses import asdict

    found = _policy(policy if policy is not None else data_dir() / POLICY)
    with _opened() as store:
        due = store.erasures.apply(found, by=_by(by), reason=reason) if apply else store.erasures.due(found)
        if apply:
            store.shake_out()
    if OPTIONS.json:
        write_json(asdict(due) | {"applied": apply, "policy": found.id})
        return NOTHING_FOUND
    word = "erased" if apply else "due"
    periods = ", ".join(f"{name} {days:,} days" for name, days in found.days.items())
    write(f"periods: {periods}; policy {found.id[:12]}")
    write(f"{word}: {due.assessments:,} contents of assessments, {due.jobs:,} of jobs, {due.alerts:,} of alerts")
    write(f"{word}: {due.messages:,} delivered messages; {due.passing:,} ended sessions and keys of repeated requests")
    write(f"kept past their period: {due.held:,} by a legal hold, {due.cases:,} for a licensing case")
    if not apply:
        write("nothing was changed: --apply --reason TEXT erases it; a backup made before still holds it")
    return NOTHING_FOUND


POLICY = "retention.toml"
_EXAMPLE = 'schema = "enduse.retention/1", then [days] with assessments = 1826, jobs = 90, outbox = 30, alerts = 1826'


def _policy(path: Path) -> Retention:
    import tomllib

    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path), remedy=f"write {_EXAMPLE}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"is no TOML: {error}", where=str(path), remedy=f"write {_EXAMPLE}") from None
    return retention_from(raw, where=path.name)


def _opened() -> Store:
    from enduse.store import open_store

    place = store_place()
    # Only what has its tables is brought to their newest form.
    with open_store(place, create=False) as store:
        if store.empty:
            raise BadInput("there is no store", where=store.name, remedy="--data-dir or ENDUSE_DATABASE_URL says where")
    return open_store(place, create=True)


def _by(stated: str | None) -> RecordBy:
    from enduse.interfaces.decisions import actor

    return RecordBy(actor(stated))
