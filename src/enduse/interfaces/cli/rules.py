"""``enduse rules`` and ``enduse facts``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from enduse.interfaces.cli.context import FAILED, NOTHING_FOUND, OPTIONS, DataDir, Json, NoColor, write, write_json
from enduse.model.errors import BadInput

app = typer.Typer(help="The law as data: rulebooks, their rules and tables.", no_args_is_help=True)
facts_app = typer.Typer(help="The facts that rules ask for.", no_args_is_help=True)


@app.command("list")
def list_rules(data_dir: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """List every rule with its citation and the dates on which it is in force."""
    from enduse.model.codec import to_plain
    from enduse.rules.rulebook import shipped_rulebooks

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
                for book in shipped_rulebooks()
                for rule in book.rules
            ]
        )
        return NOTHING_FOUND
    for book in shipped_rulebooks():
        write(f"{book.id}  {book.title} ({book.citation.text}), verified to {book.verified_to}")
        for rule in book.rules:
            periods = ", ".join(str(period.interval) for period in rule.in_force)
            always = "" if periods == "[…, …)" else f"  {periods}"
            write(f"  {rule.id:<32} {rule.effect.value:<19} {rule.title}  [{rule.citation}]{always}")
    return NOTHING_FOUND


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a rule, us/ear/744.11.")],
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Show one rule: its condition, effect, dates, citation."""
    import difflib
    import pprint

    from enduse.model.codec import to_plain
    from enduse.rules.rulebook import shipped_rulebooks

    rules = {rule.id: rule for book in shipped_rulebooks() for rule in book.rules}
    defined = {rule.id: book.definitions for book in shipped_rulebooks() for rule in book.rules}
    if rule_id not in rules:
        close = difflib.get_close_matches(rule_id, rules, n=3, cutoff=0.5)
        raise BadInput(
            f"no rule is called {rule_id!r}",
            remedy=f"did you mean {', '.join(close)}?" if close else "see: enduse rules list",
        )
    rule = rules[rule_id]
    if OPTIONS.json:
        write_json(to_plain(rule, keep_empty=True))
        return NOTHING_FOUND
    write(f"{rule.id}\n  {rule.title}\n  citation   {rule.citation}")
    if rule.citation.url:
        write(f"             {rule.citation.url}")
    if rule.citation.note:
        write(f"             {rule.citation.note}")
    for period in rule.in_force:
        unsettled = f", not settled from {period.unsettled_from}" if period.unsettled_from else ""
        write(f"  in force   {period.interval} {period.citation}{unsettled}")
    write(f"  effect     {rule.effect.value}{'  ' + rule.code if rule.code else ''}  (standing: {rule.standing})")
    if rule.for_each:
        write(f"  for each   {rule.for_each}")
    write("  when       " + pprint.pformat(rule.when, width=90).replace("\n", "\n             "))
    for name, condition in _definitions(rule.when, defined[rule.id]).items():
        shown = pprint.pformat(condition, width=90).replace("\n", "\n             ")
        write(f"  where      {name}:\n             {shown}")
    if rule.awaits:
        write(f"  awaits     {rule.awaits}  (until then {rule.code_open or rule.code})")
    if rule.reason:
        write(f"  reason     {rule.reason}")
    if rule.review_policy:
        write(f"  review     {rule.review_policy}")
    for condition in rule.conditions:
        write(f"  condition  {condition}")
    return NOTHING_FOUND


def _definitions(condition: object, known: Mapping[str, Any]) -> dict[str, Any]:
    """The rulebook's definitions that a condition uses, directly or through others."""
    found: dict[str, Any] = {}
    if isinstance(condition, Mapping):
        for key, argument in condition.items():
            if key == "defined":
                found[argument] = known[argument]
                found |= _definitions(known[argument], known)
            elif key in ("all", "any", "not"):
                found |= _definitions(argument, known)
    elif isinstance(condition, list):
        for part in condition:
            found |= _definitions(part, known)
    return found


@app.command()
def status(data_dir: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Show each rulebook's edition, the day to which it was verified, and what it leaves out."""
    from enduse.rules.rulebook import shipped_rulebooks

    found = []
    for book in shipped_rulebooks():
        tables = {name: str(book.tables[name].edition) for name in book.tables.ids}
        found.append(
            {
                "id": book.id,
                "verified_to": str(book.verified_to),
                "rules": len(book.rules),
                "sha256": book.sha256,
                "tables": tables,
                "not_modelled": [f"{item.provision}: {item.what}" for item in book.not_modelled],
            }
        )
    if OPTIONS.json:
        write_json(found)
        return NOTHING_FOUND
    for entry in found:
        write(f"{entry['id']}: {entry['rules']} rules, verified to {entry['verified_to']}")
        for name, edition in entry["tables"].items():  # type: ignore[attr-defined]
            write(f"  table {name:<36} edition {edition}")
        for line in entry["not_modelled"]:  # type: ignore[attr-defined]
            write(f"  not modelled: {line}")
    return NOTHING_FOUND


@app.command()
def lint(data_dir: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Check that every rule, table and listing has a citation, and that everything named exists."""
    from enduse.lists.starter import starter_parties
    from enduse.model.codec import to_plain
    from enduse.rules.lint import lint as lint_books
    from enduse.rules.rulebook import shipped_rulebooks

    report = lint_books(shipped_rulebooks())
    parties = starter_parties()
    unverified = [party.name for party in parties if not all(item.citation.verified for item in party.listings)]
    if OPTIONS.json:
        write_json(
            to_plain(report, keep_empty=True) | {"listings": len(parties), "unverified_listings": len(unverified)}
        )
    else:
        for problem in report.problems:
            write(f"{problem.where}: {problem.message}")
        write(
            f"{report.rules} rules, {report.exceptions} licence exceptions, {report.tables} tables with {report.rows} "
            f"rows, {len(parties)} listings: {len(report.problems)} problems"
        )
        write(f"shown as not verified: {len(report.unverified)} rules and table rows, {len(unverified)} listings")
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
