"""``enduse items``: search and show classifications."""

from __future__ import annotations

from typing import Annotated

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, OPTIONS, DataDir, Json, NoColor, write, write_json

app = typer.Typer(help="Control lists: find a code in plain words, show what controls it.", no_args_is_help=True)


@app.command()
def search(
    text: Annotated[list[str], typer.Argument(help="Plain words: spyware, phone tracking, handcuffs ...")],
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=500)] = 12,
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Find codes by what the thing is."""
    from enduse.items.search import search_items
    from enduse.model.codec import to_plain

    hits = search_items(" ".join(text), limit)
    if OPTIONS.json:
        write_json(
            [
                to_plain(hit.item, keep_empty=True) | {"score": f"{hit.score:.3f}", "because": list(hit.because)}
                for hit in hits
            ]
        )
        return NOTHING_FOUND
    for hit in hits:
        concern = f"  [{hit.item.relevance}]" if hit.item.relevance else ""
        write(f"{hit.item.code:<12} {hit.item.description}{concern}")
    if not hits:
        write("nothing found in these short descriptions; that says nothing of how the item is classified")
    return NOTHING_FOUND


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="ECCN, to the sub-paragraph if you have it.")],
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Show what controls a code: reasons and columns, list-based exceptions, sub-paragraphs."""
    from enduse.items.catalogue import show as show_item
    from enduse.model.codec import to_plain

    record = show_item(code)
    if OPTIONS.json:
        write_json(to_plain(record, keep_empty=True))
        return NOTHING_FOUND
    write(record.code + (f"  in the list since {record.since}" if record.since else ""))
    for item in record.descriptions:
        write(f"  {item.code}: {item.description}")
        if item.note:
            write(f"    {item.note}")
    for row in record.controls:
        reach = f" for .{row['include'].replace(';', ', .')}" if row["include"] else ""
        out = f" except .{row['exclude'].replace(';', ', .')}" if row["exclude"] else ""
        used = f" for items of {row['used_for'].replace(';', ', ')}" if row["used_for"] else ""
        what = {
            "column": f"Country Chart column {row['column'][:2]} {row['column'][2:]}",
            "all": "every destination",
            "all_except": f"every destination except {row['except_countries'].replace(';', ', ')}",
            "un_embargo": "destinations under a UN arms embargo (746.1(b))",
            "destinations": f"destinations {row['destinations'].replace(';', ', ')} ({row['column']})",
            "other": "in words, not modelled",
        }[row["requirement"]]
        condition = f"  if {row['condition']}" if row["condition"] else ""
        write(f"  {row['reason']}: {what}{reach}{out}{used}{condition}")
    for row in record.exceptions:
        reach = f" for .{row['include'].replace(';', ', .')}" if row["include"] else ""
        out = f" except .{row['exclude'].replace(';', ', .')}" if row["exclude"] else ""
        limit = f" up to {row['value_usd']} USD" if row["value_usd"] else ""
        groups = f" to {row['destination_groups'].replace(';', ', ')}" if row["destination_groups"] else ""
        state = "line allows" if row["available"] == "yes" else "not available"
        condition = f"  if {row['condition']}" if row["condition"] else ""
        write(f"  {row['symbol']}: {state}{limit}{reach}{out}{groups}{condition}")
    if record.sub_paragraphs:
        write(f"  sub-paragraphs: .{', .'.join(record.sub_paragraphs)}")
    write("  source: Supp. 1 to 15 CFR part 774, edition 2026-07-23")
    return NOTHING_FOUND
