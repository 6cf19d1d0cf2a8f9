"""``enduse audit``: the audit chain, followed and shown."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from enduse.interfaces.cli.context import (
    NOTHING_FOUND,
    OPTIONS,
    RESTRICTED,
    DataDir,
    Json,
    NoColor,
    store_place,
    write,
    write_json,
)
from enduse.model.errors import BadInput

app = typer.Typer(help="The audit chain: who did what, when and why.", no_args_is_help=True)

_HASH = re.compile(r"[0-9a-f]{64}")


@app.command()
def verify(
    count: Annotated[int | None, typer.Option(help="Number of entries that was recorded elsewhere.")] = None,
    head: Annotated[str | None, typer.Option(help="Head hash that was recorded with it.")] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Follow the chain and compare it with the decisions: exit 0 when whole, 1 naming what is altered or missing."""
    from enduse.model.audit import Checkpoint
    from enduse.store import open_store

    if (count is None) != (head is None):
        raise BadInput("--count and --head go together", remedy="give both, as an earlier verify printed them")
    checkpoint = None
    if count is not None and head is not None:
        if count < 1 or not _HASH.fullmatch(head):
            raise BadInput("no recorded head", where="--count, --head", remedy="as an earlier verify printed them")
        checkpoint = Checkpoint(count, head)
    with open_store(store_place(), create=False) as store:
        if store.empty and checkpoint is None:
            raise BadInput("there is no store", where=store.name, remedy="--data-dir or ENDUSE_DATABASE_URL says where")
        report = store.audit.verify(checkpoint)
    if OPTIONS.json:
        write_json(
            {
                "whole": report.whole,
                "count": report.count,
                "head": report.head,
                "place": report.place,
                "problem": report.problem,
            }
        )
    elif report.whole:
        write(f"whole: {report.count} entr{'y' if report.count == 1 else 'ies'}, head {report.head}")
        write("record both elsewhere: a cut tail shows against a recorded head only (--count, --head)")
    else:
        write(f"BROKEN: {report.place} {report.problem}")
        write(f"whole up to entry {report.count}, hash {report.head}")
    return NOTHING_FOUND if report.whole else RESTRICTED


@app.command()
def show(
    last: Annotated[int | None, typer.Option(help="Only so many of the latest entries.")] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Show the entries, oldest first."""
    from enduse.store import open_store

    if last is not None and last < 1:
        raise BadInput(f"{last} entries", where="--last", remedy="1 or more")
    with open_store(store_place(), create=False) as store:
        entries = store.audit.entries(last=last)
    if OPTIONS.json:
        write_json([entry.content() | {"hash": entry.hash} for entry in entries])
        return NOTHING_FOUND
    for entry in entries:
        who = f"{entry.actor} ({entry.role})" if entry.role else entry.actor
        write(f"{entry.seq:>6}  {entry.at}  {who}  {entry.action}  {entry.subject}")
        write(f"        {' '.join(entry.reason.split())}")
        for edition in entry.editions:
            write(f"        list {edition.id}, edition {edition.edition}")
        write(f"        hash {entry.hash}")
    if not entries:
        write("no entries")
    return NOTHING_FOUND
