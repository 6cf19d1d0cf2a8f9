"""``enduse trade``: flows, customs declarations and the use of licences, looked through for signs of diversion."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.context import (
    BAD_INPUT,
    INDETERMINATE,
    NOTHING_FOUND,
    OPTIONS,
    RESTRICTED,
    DataDir,
    Json,
    NoColor,
    library,
    tell,
    write,
    write_json,
)

app = typer.Typer(
    help="Trade flows, customs declarations and the use of licences, looked through for signs of diversion.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
SHOWN_PROBLEMS = 20
Files = Annotated[list[Path], typer.Argument(help="Files of UN Comtrade: API JSON or CSV, or the older bulk CSV.")]


@app.command()
def read(files: Files, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Say what files of trade flows hold, in which editions of the Harmonised System, and what was left aside."""
    from enduse.monitor.trade.editions import LATEST, comparable, priority_codes
    from enduse.monitor.trade.flows import read_flows

    readings = [read_flows(path) for path in files]
    if OPTIONS.json:
        write_json(
            [
                {
                    "file": one.name,
                    "format": one.format,
                    "records": len(one.reports),
                    "editions": list(one.editions),
                    "left_aside": dict(one.dropped),
                    "priority_codes": sorted({report.code for report in one.reports} & set(priority_codes())),
                }
                for one in readings
            ]
        )
        return NOTHING_FOUND
    for one in readings:
        write(one.summary())
        same = {report.code for report in one.reports} & set(priority_codes())
        foreign = [edition for edition in one.editions if edition != "HS2022"]
        if same and foreign:
            write(
                f"  {len(same)} code numbers stand on the Common High Priority List too, which is in HS2022; what is "
                f"known of them in {', '.join(foreign)}:"
            )
            told: dict[str, list[str]] = {}
            for code in sorted(same):
                found = comparable(code, [*foreign, LATEST], LATEST)
                told.setdefault(found.state, []).append(found.note)
            for state, notes in told.items():
                write(f"  - {len(notes)} {state.replace('_', ' ')}, such as: {notes[0]}")
    return NOTHING_FOUND


@app.command()
def signs(
    files: Files,
    control_date: Annotated[str, typer.Option(help="First day of the control: 2022-03-01.")],
    origin: Annotated[list[str], typer.Option(help="Exporting countries that the control binds (repeatable).")],
    restricted: Annotated[list[str], typer.Option(help="Where the goods must not go (repeatable).")],
    hub: Annotated[list[str] | None, typer.Option(help="Countries to judge; default: the largest partners.")] = None,
    code: Annotated[
        list[str] | None, typer.Option(help="HS codes; default: the Common High Priority List (repeatable).")
    ] = None,
    edition: Annotated[str, typer.Option(help="Edition of the Harmonised System: HS2022; default: the latest.")] = "",
    unverified: Annotated[
        bool,
        typer.Option(
            "--join-unverified", help="Join editions where a code is said to name the same goods, though unverified."
        ),
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the report as HTML.")] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Judge whether trade in controlled codes has moved to third countries since a control began.

    Exit 1 when a sign speaks of a hub, 2 when the series allow no judgement, 0 otherwise.
    """
    from enduse.interfaces.cli.render_trade import signs_page
    from enduse.interfaces.trade.analysis import asked_of, look
    from enduse.interfaces.trade.documents import signs_document
    from enduse.model.errors import OperationFailed

    found = look(
        files, asked_of(origin, restricted, control_date, hub or (), code or (), edition, unverified=unverified)
    )
    if out is not None:
        from enduse.interfaces.trade.report import report

        try:
            out.write_text(report(found), encoding="utf-8")
        except OSError as error:
            raise OperationFailed(f"the report cannot be written: {error.strerror}", where=str(out)) from None
        tell(f"report: {out}")
    if OPTIONS.json:
        write_json(signs_document(found))
    else:
        write(signs_page(found))
    if found.speaks:
        return RESTRICTED
    return NOTHING_FOUND if found.judged else INDETERMINATE


@app.command()
def declarations(
    file: Annotated[Path, typer.Argument(help="Table of customs declarations (docs/diversion.md).")],
    restricted: Annotated[list[str] | None, typer.Option(help="Restricted destinations (repeatable).")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Value in US dollars below which less is asked of a consignment.")
    ] = None,
    listed: Annotated[
        Path | None, typer.Option(help="Table of listed parties: name, listed, address, officers (by semicolons).")
    ] = None,
    lists: Annotated[
        bool, typer.Option("--lists", help="New consignees at addresses of the listed parties of the lists at hand.")
    ] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Look through customs declarations: new consignees after a listing, split consignments, unusual routing.

    Exit 1 when there is a sign; 3 when a row cannot be read (the others are looked through).
    """
    from enduse.interfaces.trade.analysis import countries
    from enduse.interfaces.trade.listed import read_listed
    from enduse.interfaces.trade.work import declaration_document, signs_of
    from enduse.model.errors import BadInput
    from enduse.monitor.trade.declarations import Sign, new_consignees, read_declarations

    if restricted is None and threshold is None and listed is None and not lists:
        raise BadInput("nothing is looked for", remedy="--restricted, --threshold, --listed or --lists")
    if threshold is not None and not threshold > 0:
        raise BadInput("a threshold is more than nothing", where="--threshold", remedy="--threshold 5000")
    declared, unread = read_declarations(file)
    found: list[Sign] = []
    if listed is not None:
        found += new_consignees(declared, read_listed(listed))
    at_hand = None
    if lists:
        at_hand = library(starter=True)
    found += signs_of(declared, countries(restricted or (), "restricted"), threshold, at_hand)
    for problem in unread[:SHOWN_PROBLEMS]:
        tell(f"enduse: {problem.message()}")
    if len(unread) > SHOWN_PROBLEMS:
        tell(f"enduse: {len(unread) - SHOWN_PROBLEMS:,} more rows that cannot be read")
    if OPTIONS.json:
        write_json(declaration_document(declared, len(unread), found))
    else:
        from enduse.interfaces.cli.render_trade import declarations_page

        write(declarations_page(declared, unread, found))
    if unread:
        return BAD_INPUT
    return RESTRICTED if found else NOTHING_FOUND


@app.command()
def licences(
    day: Annotated[str, typer.Option(help="As of which day, over the year before it; default: today.")] = "",
    threshold: Annotated[
        str, typer.Option(help="A value below which less is asked of a delivery, in --currency.")
    ] = "",
    currency: Annotated[str, typer.Option(help="Of the value, ISO 4217; default: EUR.")] = "",
    restricted: Annotated[list[str] | None, typer.Option(help="Restricted destinations (repeatable).")] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Look through what left under the licences of this store: surges, rushes, splits, routes, new consignees.

    Exit 1 when there is a sign, 2 when no line is long enough to be judged, 0 otherwise.
    """
    from enduse.interfaces.cli.licensing import licensing_office
    from enduse.interfaces.trade.usage import asked_use, found_in_use, use_document

    with licensing_office() as office:
        asked = asked_use(office.today(), day, threshold, currency, restricted or ())
        found = found_in_use(office, asked)
    if OPTIONS.json:
        write_json(use_document(asked, found))
    else:
        from enduse.interfaces.cli.render_trade import licences_page

        write(licences_page(found))
    if found.signs:
        return RESTRICTED
    return NOTHING_FOUND if found.judged else INDETERMINATE
