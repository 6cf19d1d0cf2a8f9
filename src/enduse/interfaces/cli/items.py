"""``enduse items``: search and show classifications."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.context import (
    NOTHING_FOUND,
    OPTIONS,
    DataDir,
    Json,
    NoColor,
    write,
    write_json,
)
from enduse.interfaces.cli.context import (
    data_dir as place,
)

app = typer.Typer(help="Control lists: find a code in plain words, show what controls it.", no_args_is_help=True)


@app.command()
def search(
    text: Annotated[list[str], typer.Argument(help="Plain words: spyware, IMSI catcher, Wasserwerfer ...")],
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=500)] = 8,
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Find candidates by what the thing is, and the questions that separate them.

    Where no list names the thing, the answer says so and what decides instead.
    """
    from enduse.interfaces.cli.render_items import search_document, search_lines
    from enduse.items.fulltext import load_full_text
    from enduse.items.search import search_items

    found = search_items(" ".join(text), limit, load_full_text(place()))
    if OPTIONS.json:
        write_json(search_document(found))
        return NOTHING_FOUND
    write("\n".join(search_lines(found)))
    return NOTHING_FOUND


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="ECCN, to the sub-paragraph if you have it.")],
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Show what controls a code: reasons, exceptions, look-alikes, EU and UK counterparts, dates."""
    from enduse.interfaces.cli.render_items import record_lines
    from enduse.items.catalogue import show as show_item
    from enduse.items.fulltext import load_full_text
    from enduse.model.codec import to_plain

    record = show_item(code)
    official = load_full_text(place())
    paragraphs = official.of(code) if official else ()
    if OPTIONS.json:
        shown = to_plain(record, keep_empty=True)
        write_json(shown | {"official_text": [to_plain(item) for item in paragraphs]})
        return NOTHING_FOUND
    write("\n".join(record_lines(record, paragraphs, official.edition if official else "")))
    return NOTHING_FOUND


@app.command()
def sync(
    ecfr: Annotated[Path, typer.Option(help="Official eCFR XML of part 774 (versioner API, full/DATE/title-15.xml).")],
    edition: Annotated[str, typer.Option(metavar="DATE", help="Its date, 2026-07-23.")],
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Read the official text of the Commerce Control List, so that searches and records show it.

    The file is https://www.ecfr.gov/api/versioner/v1/full/DATE/title-15.xml?part=774 saved unchanged.
    """
    from enduse.items.fulltext import build_full_text

    made = build_full_text(ecfr, edition, place())
    entries = len({item.code.partition(".")[0] for item in made.paragraphs})
    if OPTIONS.json:
        write_json(
            {"edition": made.edition, "entries": entries, "paragraphs": len(made.paragraphs), "sha256": made.sha256}
        )
    else:
        write(f"read {entries} entries, {len(made.paragraphs)} paragraphs, edition {made.edition}")
    return NOTHING_FOUND
