"""``enduse screen`` and ``enduse compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    store_place,
    tell,
    write,
    write_json,
)
from enduse.model.errors import BadInput
from enduse.model.match import HIT_THRESHOLD

if TYPE_CHECKING:
    from enduse.model.match import Query
    from enduse.screen.decisions import Judged


def screen(
    name: Annotated[str | None, typer.Argument(help="Name (or number) of the party.")] = None,
    country: Annotated[str | None, typer.Option(help="The party's country.")] = None,
    kind: Annotated[str, typer.Option(help="person, company, vessel, address or any.")] = "any",
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
    """Find a name on every list at hand: exit 1 on a hit, 2 when lists are missing, 0 when none was found."""
    import datetime as dt

    from enduse.interfaces.cli.render import matches_page
    from enduse.interfaces.decisions import decided
    from enduse.interfaces.fields import Place
    from enduse.interfaces.transaction_parties import known_list
    from enduse.lists.starter import STARTER_LISTS
    from enduse.model.codec import to_plain
    from enduse.rules.rulebook import shipped_rulebooks
    from enduse.store import store_exists

    if not 0 < threshold <= 1:
        raise BadInput(f"{threshold} is no threshold", where="--threshold", remedy="above 0, at most 1")
    if list_id:
        known_list(list_id, Place("--list"))
    lists = library(starter=starter)
    if bulk is not None:
        from enduse.interfaces.bulk_screen import BulkOptions, screen_table
        from enduse.interfaces.progress import on_standard_error

        for option, value in (("NAME", name), ("--country", country), ("--list", list_id)):
            if value:
                raise BadInput(f"{option} beside --bulk", remedy="the table's columns say it: see --map")
        if out is None:
            raise BadInput("--bulk needs --out", remedy="--out hits.csv or hits.parquet")
        if not ignore_decisions and store_exists(store_place()):
            tell("--bulk shows every hit: decisions are not applied to it")
        day = dt.datetime.now(tz=dt.UTC).date()
        needed = tuple(dict.fromkeys(item for book in shipped_rulebooks() for item in book.lists))
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
    if name is None:
        raise BadInput("give a name, or --bulk", remedy="see: enduse screen --help")
    query = query_of(name, country, kind)
    today = dt.datetime.now(tz=dt.UTC).date()
    shipped = tuple(dict.fromkeys(item for book in shipped_rulebooks() for item in book.lists))
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
                "matches": [_judged(one) for one in judged.hits],
                "suppressed": [_judged(one) for one in judged.suppressed],
                "coverage": to_plain(coverage, keep_empty=True),
            }
        )
    else:
        write(matches_page(query.name, judged, coverage, today))
    if judged.hits:
        return RESTRICTED
    return NOTHING_FOUND if coverage.complete else INDETERMINATE


def query_of(name: str, country: str | None, kind: str) -> Query:
    """The query that the options of a command state.

    Raises:
        BadInput: no name, or no such country.
    """
    from enduse.interfaces.fields import Place, text
    from enduse.model.countries import resolve_country, suggest_country
    from enduse.model.match import Query

    name = text(name, Place("NAME"), required=True)
    code = resolve_country(country) if country else None
    if country and code is None:
        raise BadInput(
            f"no country is called {country!r}", where="--country", remedy=", ".join(suggest_country(country))
        )
    return Query(name, kind=kind, countries=(code,) if code else ())


def _judged(judged: Judged) -> dict[str, object]:
    from enduse.interfaces.decisions import standing_document
    from enduse.model.codec import to_plain

    match = judged.match
    return {
        "score": f"{match.score:.4f}",
        "matched_name": match.matched_name,
        "party": to_plain(match.party),
        "explanation": [
            {
                "what": part.what,
                "query": part.query,
                "listed": part.listed,
                "contribution": f"{part.contribution:.4f}",
                "note": part.note,
            }
            for part in match.explanation
        ],
        **standing_document(judged),
    }


def compare(
    first: Annotated[str, typer.Argument(help="A name.")],
    second: Annotated[str, typer.Argument(help="Another name.")],
    kind: Annotated[str, typer.Option(help="person, company, vessel, address or any.")] = "any",
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Score two names and explain the score: exit 1 at or above the threshold, else 0."""
    from enduse.interfaces.cli.render import score_page
    from enduse.screen import compare_names

    if kind not in ("any", "person", "company", "vessel", "address"):
        raise BadInput(f"kind {kind!r}", where="--kind", remedy="any, person, company, vessel or address")
    for name in (first, second):
        if not any(character.isalnum() for character in name):
            raise BadInput(f"{name!r} holds no letter or digit", remedy="give two names")
    score = compare_names(first, second, kind=kind)
    if OPTIONS.json:
        write_json(
            {
                "score": f"{score.score:.4f}",
                "explanation": [
                    {
                        "what": part.what,
                        "query": part.query,
                        "listed": part.listed,
                        "contribution": f"{part.contribution:.4f}",
                        "note": part.note,
                    }
                    for part in score.explanation
                ],
            }
        )
    else:
        write(score_page(first, second, score))
    return RESTRICTED if score.score >= HIT_THRESHOLD else NOTHING_FOUND
