"""``enduse screen`` and ``enduse compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.asked import (
    Addresses,
    BirthDate,
    BirthPlaces,
    Countries,
    Gender,
    Identifiers,
    Kind,
    Name,
    Nationalities,
    OtherNames,
)
from enduse.interfaces.cli.context import (
    INDETERMINATE,
    NOTHING_FOUND,
    OPTIONS,
    RESTRICTED,
    DataDir,
    Json,
    NoColor,
    library,
    store_place,
    tell,
    write,
    write_json,
)
from enduse.model.errors import BadInput
from enduse.model.match import HIT_THRESHOLD


def screen(
    name: Name = None,
    kind: Kind = "any",
    country: Countries = None,
    other_name: OtherNames = None,
    birth_date: BirthDate = None,
    birth_place: BirthPlaces = None,
    nationality: Nationalities = None,
    gender: Gender = None,
    identifier: Identifiers = None,
    address: Addresses = None,
    list_id: Annotated[str | None, typer.Option("--list", help="Only this list (EL, SDN, ...).")] = None,
    threshold: Annotated[float, typer.Option(help="Least score of a hit, 0 to 1.")] = HIT_THRESHOLD,
    starter: Annotated[bool, typer.Option("--starter", help="Accept the embedded listings as coverage.")] = False,
    ignore_decisions: Annotated[
        bool, typer.Option("--ignore-decisions", help="Show hits that a decision would suppress.")
    ] = False,
    bulk: Annotated[Path | None, typer.Option(help="Table of names (CSV, XLSX or Parquet).")] = None,
    out: Annotated[Path | None, typer.Option(help="Where --bulk writes its hits (CSV or Parquet).")] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="With --bulk: which column says what, name=Customer,country=Land (repeatable)."),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="With --bulk: columns that go through to the results, A,B (repeatable)."),
    ] = None,
    errors: Annotated[
        Path | None, typer.Option(help="With --bulk: file of rows in error (CSV or Parquet); default OUT.errors.csv.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(help="With --bulk: number of processes; default: all cores.")] = None,
    engine: Annotated[str | None, typer.Option(help="With --bulk: processes (the default) or spark.")] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="With --bulk: throw away what an interrupted run left.")
    ] = False,
    fail_on: Annotated[str | None, typer.Option(help="With --bulk: hit: exit 1 on a hit or a row in error.")] = None,
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Find a party on every list at hand: exit 1 on a hit, 2 when lists are missing, 0 when none was found.

    What you know beside the name lifts or lowers the score where the list states it too.
    """
    import datetime as dt

    from enduse.interfaces.cli.render_screen import matches_page
    from enduse.interfaces.decisions import decided, recorded_decisions
    from enduse.interfaces.fields import Place
    from enduse.interfaces.matches import match_document
    from enduse.interfaces.queries import query_of
    from enduse.interfaces.transaction_parties import known_list
    from enduse.lists.starter import STARTER_LISTS
    from enduse.model.codec import to_plain
    from enduse.rules.rulebook import lists_needed

    if not 0 < threshold <= 1:
        raise BadInput(f"{threshold} is no threshold", where="--threshold", remedy="above 0, at most 1")
    if list_id:
        known_list(list_id, Place("--list"))
    lists = library(starter=starter)
    if bulk is not None:
        from enduse.interfaces.bulk_screen import BulkOptions, screen_table
        from enduse.interfaces.progress import on_standard_error

        for option, value in {
            "NAME": name,
            "--list": list_id,
            "--country": country,
            "--other-name": other_name,
            "--birth-date": birth_date,
            "--birth-place": birth_place,
            "--nationality": nationality,
            "--gender": gender,
            "--identifier": identifier,
            "--address": address,
        }.items():
            if value:
                raise BadInput(f"{option} beside --bulk", remedy="the table's columns say it: see --map")
        if out is None:
            raise BadInput("--bulk needs --out", remedy="--out hits.csv or hits.parquet")
        recorded = None if ignore_decisions else recorded_decisions(store_place())
        day = dt.datetime.now(tz=dt.UTC).date()
        needed = lists_needed()
        options = BulkOptions(
            threshold=threshold,
            kind=kind,
            mapping=tuple(columns or ()),
            keep=tuple(keep or ()),
            errors=errors,
            jobs=jobs,
            engine=engine or "processes",
            restart=restart,
            fail_on=fail_on,
            decide=recorded.book if recorded else None,
            decided=recorded.sha256 if recorded else "",
        )
        coverage = lists.coverage(needed, day, day)
        return screen_table(bulk, out, lists, tell, options, coverage=coverage, progress=on_standard_error(tell))
    for option, given in {
        "--out": out,
        "--map": columns,
        "--keep": keep,
        "--errors": errors,
        "--jobs": jobs is not None,
        "--engine": engine,
        "--restart": restart,
        "--fail-on": fail_on,
    }.items():
        if given:
            raise BadInput(f"{option} without --bulk", remedy="--bulk TABLE")
    if name is None and not identifier:
        raise BadInput("give a name, --identifier, or --bulk", remedy="see: enduse screen --help")
    query = query_of(
        name,
        kind=kind,
        countries=country,
        other_names=other_name,
        birth_date=birth_date,
        birth_places=birth_place,
        nationalities=nationality,
        gender=gender,
        identifiers=identifier,
        addresses=address,
    )
    today = dt.datetime.now(tz=dt.UTC).date()
    shipped = lists_needed()
    insisted = (list_id,) if list_id and list_id not in STARTER_LISTS else ()
    coverage = lists.coverage((list_id,) if list_id else shipped, today, today, insisted=insisted)
    found = [
        match
        for match in lists.screen(query, threshold=threshold)
        if list_id is None or any(listing.list_id == list_id for listing in match.party.listings)
    ]
    judged = decided(found, query, None if ignore_decisions else store_place())
    if OPTIONS.json:
        write_json(
            {
                "matches": [match_document(one) for one in judged.hits],
                "suppressed": [match_document(one) for one in judged.suppressed],
                "coverage": to_plain(coverage, keep_empty=True),
            }
        )
    else:
        write(matches_page(query, judged, coverage, today))
    if judged.hits:
        return RESTRICTED
    return NOTHING_FOUND if coverage.complete else INDETERMINATE


def compare(
    first: Annotated[str, typer.Argument(help="A name, or with --kind address an address.")],
    second: Annotated[str, typer.Argument(help="Another.")],
    kind: Kind = "any",
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Score two names, or two addresses, and explain the score: exit 1 at or above 0.70, else 0."""
    from enduse.interfaces.cli.render_screen import score_page
    from enduse.interfaces.fields import Place, text
    from enduse.interfaces.matches import explanation_document
    from enduse.screen import compare_names
    from enduse.screen.addresses import compare_addresses
    from enduse.screen.asked import KINDS

    if kind not in KINDS:
        raise BadInput(f"kind {kind!r}", where="--kind", remedy=", ".join(KINDS))
    one, other = (
        text(given, Place(place), several_lines=kind == "address")
        for given, place in ((first, "FIRST"), (second, "SECOND"))
    )
    for given, place in ((one, "FIRST"), (other, "SECOND")):
        if not any(character.isalnum() for character in given):
            raise BadInput(
                f"{given!r} holds no letter or digit", where=place, remedy="give two names, or two addresses"
            )
    score = compare_addresses(one, other) if kind == "address" else compare_names(one, other, kind=kind)
    if OPTIONS.json:
        write_json(
            {"score": f"{score.score:.4f}", "explanation": explanation_document(score.explanation, score.score)},
        )
    else:
        write(score_page(one, other, score))
    return RESTRICTED if score.score >= HIT_THRESHOLD else NOTHING_FOUND
