"""``enduse owners``: who owns a party, and what each regime's rule says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.context import (
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

SHOWN_PROBLEMS = 10


def owners(
    name: Annotated[str, typer.Argument(help="The party: its name, LEI, company number or id in the file.")],
    files: Annotated[
        list[Path],
        typer.Option(
            "--from",
            help="File of owners: GLEIF, UK PSC, BODS, FollowTheMoney, or a table owner,owned,percent (repeatable).",
        ),
    ],
    as_of: Annotated[str | None, typer.Option(help="Date of owners, lists and rules; default: today.")] = None,
    regime: Annotated[
        list[str] | None, typer.Option(help="Only this rule: OFAC, BIS, EU, UK, CMIC, UN (repeatable).")
    ] = None,
    joint: Annotated[
        bool | None,
        typer.Option("--joint/--not-joint", help="Whether the listed holders act under a joint arrangement (UK)."),
    ] = None,
    starter: Annotated[bool, typer.Option("--starter", help="Accept the embedded listings as coverage.")] = False,
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Say who owns a party and what each list's ownership rule makes of it: exit 1 when it is caught, 2 when open.

    The answer rests on the owners that the files state; what they do not state is shown.
    """
    import datetime as dt

    from enduse.interfaces.cli.check import day_option
    from enduse.interfaces.cli.render_owners import owners_page
    from enduse.interfaces.owners import owners_document, owners_report
    from enduse.model.truth import Truth
    from enduse.ownership.sources import read_owners

    today = dt.datetime.now(tz=dt.UTC).date()
    day = day_option(as_of, today) or today
    readings = [read_owners(path) for path in files]
    for reading in readings:
        for problem in reading.problems[:SHOWN_PROBLEMS]:
            tell(f"enduse: {problem.message()}")
        if reading.broken > SHOWN_PROBLEMS:
            tell(f"enduse: {reading.name}: {reading.broken - SHOWN_PROBLEMS:,} more records that cannot be read")
    found = owners_report(
        name,
        readings,
        library(starter=starter),
        day,
        today,
        regime_ids=regime or (),
        joint=Truth.UNKNOWN if joint is None else Truth.of(joint),
    )
    if OPTIONS.json:
        write_json(owners_document(found))
    else:
        write(owners_page(found))
    if found.restricted:
        return RESTRICTED
    return INDETERMINATE if found.open else NOTHING_FOUND
