"""``enduse rules diff``, ``impact`` and ``compare``: what changed, what a draft would change, where laws part."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.check import day_option
from enduse.interfaces.cli.context import (
    NOTHING_FOUND,
    OPTIONS,
    RESTRICTED,
    DataDir,
    Json,
    NoColor,
    Rules,
    data_dir,
    law,
    library,
    tell,
    write,
    write_json,
)
from enduse.interfaces.cli.rules import app
from enduse.model.errors import BadInput

__all__ = ["app", "compare", "diff", "impact"]

Laws = Annotated[str, typer.Option("--law", help="Whose law, separated by commas.")]
Table = Annotated[Path, typer.Option("--on", help="Recorded transactions or licences (CSV, XLSX or Parquet).")]
AsOf = Annotated[str | None, typer.Option(help="One day of law and lists for every row; default: each row's own date.")]
Out = Annotated[Path | None, typer.Option(help="Also write the groups as a table (CSV or Parquet).")]
Strict = Annotated[bool, typer.Option("--strict", help="Turn every presumption into a question.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Number of processes; default: all cores.")]


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="What it was: EDITION, DATE, or EDITION@DATE.")],
    new: Annotated[str, typer.Argument(help="What it is; the rulebooks at hand if nothing is said.")] = "current",
    book: Annotated[str | None, typer.Option(help="This rulebook alone: us/ear.")] = None,
    rules: Rules = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Show what changed in law: newly required or prohibited, freed, other dates, other cells of tables.

    EDITION is current, shipped, on-file:DATE, a folder of rulebooks, or the beginning of an edition's hash. DATE is the
    law in force on that day.
    """
    from enduse.interfaces.editions import books_of
    from enduse.model.codec import to_plain
    from enduse.rules.diff import diff as compared

    at_hand = law(rules).books
    before, after = books_of(old, data_dir(), at_hand), books_of(new, data_dir(), at_hand)
    if book is not None:
        if book not in {one.id for one in (*before, *after)}:
            known = ", ".join(one.id for one in after)
            raise BadInput(f"no rulebook is called {book!r}", where="--book", remedy=f"known: {known}")
        before, after = (tuple(one for one in books if one.id == book) for books in (before, after))
    elif len(before) == 1 != len(after):  # one edition was named by its hash: it is compared with its own act
        after = tuple(one for one in after if one.id == before[0].id)
    elif len(after) == 1 != len(before):
        before = tuple(one for one in before if one.id == after[0].id)
    changes = compared(before, after)
    if OPTIONS.json:
        write_json([to_plain(change, keep_empty=True) for change in changes])
    else:
        from enduse.interfaces.cli.render_rules import changes_page

        write(changes_page(changes, old, new))
    return NOTHING_FOUND


@app.command()
def impact(
    draft: Annotated[Path, typer.Argument(help="A draft (YAML), or a folder of rulebooks as they would be.")],
    on: Table,
    laws: Laws = "us,eu,uk,un",
    as_of: AsOf = None,
    as_dated: Annotated[
        bool, typer.Option("--as-dated", help="The draft's rules count on their own days alone, not on every day.")
    ] = False,
    strict: Strict = False,
    full: Annotated[
        bool, typer.Option("--full", help="Judge every row twice, with no short cut (slow; to compare).")
    ] = False,
    out: Out = None,
    jobs: Jobs = None,
    fail_on: Annotated[
        str | None,
        typer.Option(help="Exit 1 on such a change: caught, freed, unknown, tightened, any."),
    ] = None,
    rules: Rules = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Try a draft rule or listing on recorded transactions: who and what would be caught, freed or become unknown."""
    from enduse.interfaces.impact import run_impact
    from enduse.rules.draft import read_draft

    wanted = _failing(fail_on)
    today = dt.datetime.now(tz=dt.UTC).date()
    day = day_option(as_of, today)
    proposed = read_draft(draft, chosen(law(rules).books, laws), as_dated=as_dated)
    run = run_impact(
        proposed,
        on,
        library(starter=True),
        today=today,
        as_of=day,
        strict=strict,
        full=full,
        jobs=jobs,
        tell=tell,
    )
    from enduse.interfaces.reports import impact_document, impact_rows

    if out is not None:
        _written(out, impact_rows(run))
    if OPTIONS.json:
        write_json(impact_document(proposed, run))
    else:
        from enduse.interfaces.cli.render_rules import impact_page

        write(impact_page(proposed, run))
    return RESTRICTED if any(run.impact.changes.get(change) for change in wanted) else NOTHING_FOUND


@app.command()
def compare(
    on: Table,
    members: Annotated[str, typer.Option(help="US,NL,GB, or NAME=CC:LAW+LAW; a country's own law if none is said.")],
    as_of: AsOf = None,
    as_recorded: Annotated[
        bool, typer.Option("--as-recorded", help="Leave origins as they are; else each goes as if from the member.")
    ] = False,
    strict: Strict = False,
    out: Out = None,
    jobs: Jobs = None,
    rules: Rules = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Put the same transactions to each member's law, and show the gaps: caught by one, free under another."""
    from enduse.interfaces.compare import compare as compared
    from enduse.interfaces.compare import read_members
    from enduse.interfaces.reports import comparison_document, comparison_rows

    today = dt.datetime.now(tz=dt.UTC).date()
    day = day_option(as_of, today)
    books = law(rules).books
    found = compared(
        read_members(members, books),
        books,
        on,
        library(starter=True),
        today=today,
        as_of=day,
        strict=strict,
        as_recorded=as_recorded,
        jobs=jobs,
        tell=tell,
    )
    if out is not None:
        _written(out, comparison_rows(found))
    if OPTIONS.json:
        write_json(comparison_document(found))
    else:
        from enduse.interfaces.cli.render_rules import comparison_page

        write(comparison_page(found))
    return NOTHING_FOUND


def chosen(books, laws: str):  # type: ignore[no-untyped-def]
    """The rulebooks of the laws that an option names.

    Raises:
        BadInput: a law is not at hand.
    """
    wanted = [word.strip() for word in laws.split(",") if word.strip()]
    known = {book.jurisdiction for book in books}
    for word in wanted:
        if word not in known:
            raise BadInput(f"no rulebook for {word!r}", where="--law", remedy=f"known: {', '.join(sorted(known))}")
    return tuple(book for book in books if book.jurisdiction in wanted)


def _failing(text: str | None):  # type: ignore[no-untyped-def]
    from enduse.rules.impact import Change

    words = {
        "caught": {Change.CAUGHT},
        "freed": {Change.FREED},
        "unknown": {Change.UNKNOWN},
        "tightened": {Change.TIGHTENED},
        "any": set(Change) - {Change.SAME},
    }
    if text is None:
        return set()
    if text not in words:
        raise BadInput(f"{text!r} is no change", where="--fail-on", remedy=f"one of {', '.join(words)}")
    return words[text]


def _written(out: Path, rows) -> None:  # type: ignore[no-untyped-def]
    from enduse.formats.tables import write_table

    found = list(rows)
    columns = list(found[0]) if found else ["kind"]
    write_table(out, columns, found)
    tell(f"{len(found)} groups written to {out}")
