"""``enduse rules`` (what stands) and ``enduse facts``; what would change is in :mod:`enduse.interfaces.cli.changes`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.context import (
    FAILED,
    NOTHING_FOUND,
    OPTIONS,
    DataDir,
    Json,
    NoColor,
    Rules,
    data_dir,
    law,
    write,
    write_json,
)
from enduse.model.errors import BadInput, OperationFailed

app = typer.Typer(help="The law as data: rulebooks, their rules and tables.", no_args_is_help=True)
facts_app = typer.Typer(help="The facts that rules ask for.", no_args_is_help=True)


@app.command("list")
def list_rules(
    rules: Rules = None, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False
) -> int:
    """List every rule with its citation and the dates on which it is in force."""
    from enduse.model.codec import to_plain

    books = law(rules).books
    if OPTIONS.json:
        write_json(
            [
                {
                    "id": rule.id,
                    "title": rule.title,
                    "effect": rule.effect.value,
                    "standing": rule.standing,
                    "citation": to_plain(rule.citation, keep_empty=True),
                    "in_force": [str(period.interval) for period in rule.in_force],
                }
                for book in books
                for rule in book.rules
            ]
        )
        return NOTHING_FOUND
    for book in books:
        write(f"{book.id}  {book.title} ({book.citation.text}), verified to {book.verified_to}")
        for rule in book.rules:
            periods = ", ".join(str(period.interval) for period in rule.in_force)
            always = "" if periods == "[…, …)" else f"  {periods}"
            write(f"  {rule.id:<32} {rule.effect.value:<19} {rule.title}  [{rule.citation}]{always}")
    return NOTHING_FOUND


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a rule, us/ear/744.11.")],
    rules: Rules = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Show one rule in words: what it does, when, on which conditions, what overcomes it, who says so."""
    from enduse.model.codec import to_plain
    from enduse.rules.lint import near

    known = {rule.id: (rule, book) for book in law(rules).books for rule in book.rules}
    if rule_id not in known:
        remedy = near(rule_id, known)
        raise BadInput(
            f"no rule is called {rule_id!r}", remedy=remedy if "mean" in remedy else "see: enduse rules list"
        )
    rule, book = known[rule_id]
    if OPTIONS.json:
        write_json(to_plain(rule, keep_empty=True))
        return NOTHING_FOUND
    from enduse.interfaces.cli.render_rules import rule_page

    write(rule_page(rule, book))
    return NOTHING_FOUND


@app.command()
def status(rules: Rules = None, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Show each rulebook's edition: to which day it was verified, its age, where it is from, what it leaves out."""
    from enduse.model.codec import to_plain
    from enduse.rules.shelf import RuleShelf

    today = dt.datetime.now(tz=dt.UTC).date()
    shelf = RuleShelf(data_dir())
    found = shelf.status_of(law(rules).books, today)
    refused = shelf.state().refused
    if OPTIONS.json:
        write_json(
            {
                "rulebooks": [to_plain(item, keep_empty=True) for item in found],
                "refused": [to_plain(item, keep_empty=True) for item in refused],
            }
        )
        return NOTHING_FOUND
    write(f"{'rulebook':<28} {'verified to':<11} {'age':>7} {'rules':>5} {'open':>4} {'edition':<12} source")
    for item in found:
        since = f", on file since {item.since}" if item.since else ""
        standing = "" if item.standing == "law" else f" [{item.standing}]"
        numbers = f"{item.age_days:>5} d {item.rules:>5} {item.unverified:>4} {item.edition[:12]:<12}"
        write(f"{item.id:<28} {item.verified_to} {numbers} {item.source}{since}{standing}")
        for line in item.not_modelled:
            write(f"    not modelled: {line}")
    for one in refused:
        write(f"REFUSED on {one.on} from {one.source}: {one.reason}")
    write("open: rules whose text nobody has read; age: days since the law was last checked")
    return NOTHING_FOUND


@app.command()
def sync(
    source: Annotated[
        str | None, typer.Argument(help="Folder, zip archive or https address of rulebooks; none: what is shipped.")
    ] = None,
    accept_withdrawal: Annotated[
        bool, typer.Option("--accept-withdrawal", help="Let go rulebooks that the source no longer holds.")
    ] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Take rulebooks from a source, all of them or none; what was on file stays where they are refused."""
    from enduse.model.codec import to_plain
    from enduse.rules.shelf import RuleShelf

    today = dt.datetime.now(tz=dt.UTC).date()
    shelf = RuleShelf(data_dir())
    if source is None:
        if not shelf.keep(today):
            raise OperationFailed("the rulebooks could not be put on file", where=str(data_dir()))
        write(f"{len(shelf.shipped)} rulebooks that this version ships are on file")
        return NOTHING_FOUND
    from enduse.interfaces.rule_sync import sync_rules

    done = sync_rules(shelf, source, today, accept_withdrawal=accept_withdrawal)
    if OPTIONS.json:
        write_json(to_plain(done, keep_empty=True))
        return NOTHING_FOUND
    for one in done.loaded:
        write(f"{one.book:<28} {one.edition[:12]} verified to {one.verified_to}")
    for book in done.unchanged:
        write(f"{book:<28} unchanged")
    for book in done.withdrawn:
        write(f"{book:<28} no longer in the source: let go")
    for book in done.superseded:
        write(f"! {book}: another edition is verified to a later day, and answers")
    return NOTHING_FOUND


@app.command()
def lint(
    rules: Rules = None,
    unverified: Annotated[bool, typer.Option("--unverified", help="Name every rule and row not verified.")] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Find rules without citation, that can never apply, overlap or leave gaps in time, and words that nobody knows."""
    from enduse.interfaces.law import overlay_folder
    from enduse.lists.starter import starter_parties
    from enduse.model.codec import to_plain
    from enduse.rules.lint import lint as lint_books
    from enduse.rules.rulebook import rulebooks_in
    from enduse.rules.shelf import RuleShelf, check_tree

    # The user's own are read without refusal, so that every problem is shown and not the first few.
    books = {book.id: book for book in RuleShelf(data_dir()).books()[0]}
    folder = rules or overlay_folder(data_dir())
    if folder is not None:
        check_tree(folder)
        shared = {book.jurisdiction: book.tables.shared for book in books.values() if book.tables.shared is not None}
        books |= {book.id: book for book in rulebooks_in(folder, shared=shared, lines=True)}
    report = lint_books([books[book_id] for book_id in sorted(books)])
    parties = starter_parties()
    doubtful = [party.name for party in parties if not all(item.citation.verified for item in party.listings)]
    if OPTIONS.json:
        write_json(to_plain(report, keep_empty=True) | {"listings": len(parties), "unverified_listings": len(doubtful)})
        return FAILED if report.problems else NOTHING_FOUND
    for problem in report.problems:
        write(problem.text())
    if unverified:
        for line in (*report.unverified, *(f"listing of {name}" for name in doubtful)):
            write(f"not verified: {line}")
    write(
        f"{report.rules} rules, {report.exceptions} licence exceptions, {report.tables} tables with {report.rows} "
        f"rows, {len(parties)} listings: {len(report.problems)} problems"
    )
    write(f"shown as not verified: {len(report.unverified)} rules and table rows, {len(doubtful)} listings")
    return FAILED if report.problems else NOTHING_FOUND


@app.command("build-tables")
def build_tables(
    ecfr: Annotated[list[Path], typer.Option(help="Official eCFR XML of part 738, 740 or 774 (versioner API).")],
    out: Annotated[Path, typer.Option(help="Folder for the tables.")],
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Build the tables of the Country Chart, the country groups and the Commerce Control List from official markup."""
    from enduse.items.ecfr.build import build_tables as build
    from enduse.model.codec import to_plain

    report = build(ecfr, out)
    if OPTIONS.json:
        write_json(to_plain(report, keep_empty=True))
    else:
        for line in report.lines():
            write(line)
    return NOTHING_FOUND


@facts_app.command("list")
def list_facts(data_dir: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """List every fact a rule can ask for: key, type, values, question, what its absence means."""
    from enduse.model.codec import to_plain
    from enduse.rules.facts import FactBook

    declarations = sorted(FactBook.load(), key=lambda item: item.key)
    if OPTIONS.json:
        write_json([to_plain(item, keep_empty=True) | {"absence": item.absence} for item in declarations])
        return NOTHING_FOUND
    for item in declarations:
        values = f" ({', '.join(item.values)})" if item.values else ""
        write(f"{item.key}  {item.type}{values}\n    {item.question}\n    if not stated: {item.absence}")
    return NOTHING_FOUND
