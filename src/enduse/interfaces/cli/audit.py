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
    data_dir,
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
    public_key: Annotated[
        str | None, typer.Option(help="Public key that must have signed every checkpoint, in hexadecimal.")
    ] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Follow the chain and compare it with what it tells of: exit 0 when whole, 1 naming what is altered or missing."""
    from enduse.model.audit import Checkpoint
    from enduse.store import open_store

    if (count is None) != (head is None):
        raise BadInput("--count and --head go together", remedy="give both, as an earlier verify printed them")
    if public_key is not None and not _HASH.fullmatch(public_key):
        raise BadInput(
            "no public key", where="--public-key", remedy="64 hexadecimal digits, as enduse audit sign prints"
        )
    checkpoint = None
    if count is not None and head is not None:
        if count < 1 or not _HASH.fullmatch(head):
            raise BadInput("no recorded head", where="--count, --head", remedy="as an earlier verify printed them")
        checkpoint = Checkpoint(count, head)
    with open_store(store_place(), create=False) as store:
        if store.empty and checkpoint is None:
            raise BadInput("there is no store", where=store.name, remedy="--data-dir or ENDUSE_DATABASE_URL says where")
        report = store.verify(checkpoint, trusted=public_key)
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
def sign(
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Sign the head of the chain (Ed25519) and keep the signature; makes a key in the data directory the first time."""
    import datetime as dt

    from enduse.interfaces.decisions import actor
    from enduse.model.decision import stamp
    from enduse.model.record import By
    from enduse.store import open_store
    from enduse.store.seals import FILE, public_text, signing_key

    with open_store(store_place(), create=False) as store:
        if store.empty:
            raise BadInput("there is no store", where=store.name, remedy="--data-dir or ENDUSE_DATABASE_URL says where")
        key = signing_key(data_dir() / FILE, create=True)
        sealed = store.seals.sign(key, stamp(dt.datetime.now(tz=dt.UTC)), by=By(actor(None)))
    if OPTIONS.json:
        write_json(dict(sealed.content))
    else:
        write(f"signed: {sealed.content['count']} entries, head {sealed.content['head']}")
        write(f"public key {public_text(key)}: keep it elsewhere (audit verify --public-key)")
    return NOTHING_FOUND


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
