"""``enduse check`` and ``enduse schema``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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
    Rules,
    data_dir,
    library,
    tell,
    write,
    write_json,
)
from enduse.interfaces.cli.context import law as at_hand_law
from enduse.model.errors import BadInput

if TYPE_CHECKING:
    from enduse.interfaces.law import LawAtHand


def check(
    file: Annotated[
        str | None, typer.Argument(help="Transaction file (YAML or JSON), or - for standard input.")
    ] = None,
    item: Annotated[str | None, typer.Option(help="Classification to the sub-paragraph, or EAR99.")] = None,
    origin: Annotated[str | None, typer.Option("--from", help="Country the items come from.")] = None,
    destination: Annotated[str | None, typer.Option("--to", help="Destination country.")] = None,
    end_user: Annotated[str | None, typer.Option(help="Name of the end user.")] = None,
    party: Annotated[list[str] | None, typer.Option(help="Another party: ROLE=NAME or ROLE=NAME@CC.")] = None,
    activity: Annotated[str, typer.Option(help="export, reexport, in_country_transfer, deemed_export, ...")] = "export",
    value: Annotated[str | None, typer.Option(help="Amount and currency, 25000USD.")] = None,
    end_use: Annotated[str, typer.Option(help="End use in words; shown, never decides.")] = "",
    fact: Annotated[list[str] | None, typer.Option(help="A fact: KEY=VALUE (see: enduse facts list).")] = None,
    as_of: Annotated[str | None, typer.Option(help="Date of law and lists; default: the transaction's date.")] = None,
    known_on: Annotated[
        str | None, typer.Option(help="Day whose knowledge counts: lists and rulebooks as they were on file then.")
    ] = None,
    law: Annotated[
        str, typer.Option(help="Whose law, separated by commas: us, eu, uk, un, coalition, ca, au, jp, ch.")
    ] = "us,eu,uk,un,coalition",
    code: Annotated[
        list[str] | None, typer.Option(help="The item's code under another law: LAW=CODE, eu=UNLISTED.")
    ] = None,
    require: Annotated[str, typer.Option(help="Further lists that the answer must cover, separated by commas.")] = "",
    starter: Annotated[bool, typer.Option("--starter", help="Accept the embedded listings as coverage.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Turn every presumption into a question.")] = False,
    trace: Annotated[bool, typer.Option("--trace", help="Show every condition as it was evaluated.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show each rule in words, and which fact met which condition.")
    ] = False,
    replay: Annotated[
        Path | None, typer.Option(help="An assessment (check --json): make it again from its recorded editions.")
    ] = None,
    rules: Rules = None,
    bulk: Annotated[Path | None, typer.Option(help="Table of transactions (CSV, XLSX or Parquet).")] = None,
    out: Annotated[Path | None, typer.Option(help="Where --bulk writes its results (CSV or Parquet).")] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="With --bulk: exit 1 when an outcome is this bad or worse.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(help="With --bulk: number of processes; default: all cores.")] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="With --bulk: throw away what an interrupted run left.")
    ] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Decide what the law says of a transaction: who, what, where, why, when."""
    from enduse.assess import Settings
    from enduse.interfaces.fields import Place
    from enduse.interfaces.transaction_parties import known_list
    from enduse.interfaces.transactions import load_transaction, transaction_from_options
    from enduse.rules.rulebook import DEFAULT_LAWS

    today = dt.datetime.now(tz=dt.UTC).date()
    if replay is not None:
        beside = {
            "FILE": file,
            "--item": item,
            "--bulk": bulk,
            "--as-of": as_of,
            "--known-on": known_on,
            "--fact": fact,
        }
        _refuse_beside("--replay", beside, "the assessment says what was asked")
        return _replayed(replay, rules)
    known_day = known_day_option(known_on, today)
    required = tuple(known_list(list_id, Place("--require")) for list_id in _words(require))
    settings = Settings(laws=_words(law) or DEFAULT_LAWS, strict=strict, require=required)
    day = day_option(as_of, today)
    if bulk is not None:
        from enduse.interfaces.bulk import CheckOptions, check_table
        from enduse.interfaces.progress import on_standard_error

        single = {
            "FILE": file,
            "--item": item,
            "--code": code,
            "--from": origin,
            "--to": destination,
            "--end-user": end_user,
            "--party": party,
            "--value": value,
            "--fact": fact,
            "--end-use": end_use,
            "--trace": trace,
            "--explain": explain,
            "--known-on": known_on,
            "--rules": rules,
        }
        _refuse_beside("--bulk", single, "the table says it for each transaction")
        if out is None:
            raise BadInput("--bulk needs --out", remedy="--out results.csv or results.parquet")
        lists = library(starter=starter)
        options = CheckOptions(day, fail_on, jobs, restart)
        return check_table(bulk, out, settings, lists, today, tell, options, progress=on_standard_error(tell))
    with_bulk = {"--out": out, "--fail-on": fail_on, "--jobs": jobs, "--restart": restart}
    _refuse_beside("one transaction", with_bulk, "they go with --bulk")
    if file is not None:
        stated = {
            "--item": item,
            "--code": code,
            "--from": origin,
            "--to": destination,
            "--end-user": end_user,
            "--party": party,
            "--value": value,
            "--fact": fact,
            "--end-use": end_use,
        }
        _refuse_beside("a transaction file", stated, "write it in the file")
        tx = load_transaction(file, today=today)
    else:
        if not item or not destination:
            raise BadInput("give a transaction file, or --item and --to", remedy="see: enduse check --help")
        tx = transaction_from_options(
            item=item,
            destination=destination,
            origin=origin,
            end_user=end_user,
            parties=party or (),
            activity=activity,
            value=value,
            end_use=end_use,
            facts=fact or (),
            codes=code or (),
            date=day or today,
        )
    at_hand = at_hand_law(rules, known_day)
    lists = library(starter=starter, known_on=known_day)
    return _answer(tx, day, settings, at_hand, lists, trace=trace, explain=explain, today=known_day or today)


def _answer(  # type: ignore[no-untyped-def]
    tx, day, settings, at_hand: LawAtHand, lists, *, trace: bool, explain: bool, today: dt.date
) -> int:
    from enduse.assess import check as assess
    from enduse.interfaces.documents import assessment_document
    from enduse.model.assessment import Outcome

    found = assess(
        tx,
        as_of=day,
        library=lists,
        settings=settings,
        today=today,
        rulebooks=at_hand.books,
        banners=at_hand.banners,
    )
    if OPTIONS.json:
        write_json(assessment_document(found))
    else:
        from enduse.interfaces.cli.render import assessment_page

        write(assessment_page(found, trace=trace))
        if explain:
            from enduse.interfaces.cli.render_explain import explanation

            write(explanation(found, at_hand.books))
    _keep_rulebooks()
    if found.outcome in (Outcome.PROHIBITED, Outcome.LICENCE_REQUIRED):
        return RESTRICTED
    if found.outcome is Outcome.INDETERMINATE:
        return INDETERMINATE
    hit = any(match.in_force == "true" for party in found.parties for match in party.matches)
    return RESTRICTED if hit else NOTHING_FOUND


def _keep_rulebooks() -> None:
    """Put the shipped rulebooks on file where there is a data directory, so that the answer can be made again."""
    if not data_dir().is_dir():
        return
    from enduse.rules.shelf import RuleShelf

    if not RuleShelf(data_dir()).keep(dt.datetime.now(tz=dt.UTC).date()):
        tell("the rulebooks of this answer could not be put on file: after an upgrade it cannot be made again")


def _replayed(path: Path, rules: Path | None) -> int:
    from enduse.interfaces.law import overlay_folder
    from enduse.interfaces.replay import replay
    from enduse.rules.overlay import read_overlay
    from enduse.rules.rulebook import shipped_rulebooks

    folder = rules or overlay_folder(data_dir())
    own = read_overlay(shipped_rulebooks(), folder) if folder is not None else ()
    done = replay(path, data_dir(), own)
    if OPTIONS.json:
        write_json(
            {
                "identical": done.identical,
                "engine": done.engine,
                "missing": list(done.missing),
                "differences": list(done.differences),
            }
        )
    else:
        write("\n".join(done.lines()))
    return NOTHING_FOUND if done.identical else RESTRICTED


def known_day_option(text: str | None, today: dt.date) -> dt.date | None:
    """The day that ``--known-on`` names.

    Raises:
        BadInput: no date, or one that lies ahead.
    """
    if text is None:
        return None
    from enduse.model.time import parse_date

    day = parse_date(text, where="--known-on")
    if day > today:
        raise BadInput(f"{day} lies ahead", where="--known-on", remedy="what will be known then is not on file")
    return day


def _refuse_beside(what: str, options: Mapping[str, object], remedy: str) -> None:
    """An option that would be ignored is an error."""
    given = [name for name, value in options.items() if value]
    if given:
        raise BadInput(f"{', '.join(given)} beside {what}", remedy=remedy)


def day_option(text: str | None, today: dt.date) -> dt.date | None:
    """The date that ``--as-of`` names.

    Raises:
        BadInput: no date, or one more than five years ahead.
    """
    if text is None:
        return None
    from enduse.interfaces.transactions import FURTHEST_AHEAD
    from enduse.model.time import parse_date

    day = parse_date(text, where="--as-of")
    if day > today + FURTHEST_AHEAD:
        raise BadInput(f"{day} lies more than five years ahead", where="--as-of", remedy="check the year")
    return day


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def schema(
    document: Annotated[str, typer.Argument(help="transaction or assessment")],
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Show the JSON Schema of a transaction file or of an assessment."""
    from enduse.interfaces.schemas import assessment_schema, transaction_schema

    schemas = {"transaction": transaction_schema, "assessment": assessment_schema}
    if document not in schemas:
        raise BadInput(f"no schema is called {document!r}", remedy="transaction or assessment")
    write_json(schemas[document]())
    return NOTHING_FOUND
