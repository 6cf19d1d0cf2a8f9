"""``enduse portfolio``: holdings and trades against the bans on securities."""

from __future__ import annotations

import datetime as dt
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
    Rules,
    library,
    tell,
    write,
    write_json,
)
from enduse.interfaces.cli.context import law as at_hand_law

app = typer.Typer(
    help="Holdings and trades of securities against the investment bans.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
SHOWN_PROBLEMS = 20


@app.callback()
def portfolio() -> None:
    """Holdings and trades of securities against the investment bans."""


@app.command()
def check(
    holdings: Annotated[
        Path,
        typer.Argument(
            help="Table of holdings (CSV, XLSX or Parquet): name, isin, lei, ticker, side (buy or sell; empty: held), "
            "quantity, trade_date, fact:KEY; a column may be absent."
        ),
    ],
    as_of: Annotated[str | None, typer.Option(help="Day for lines without a trade date; default: today.")] = None,
    fact: Annotated[
        list[str] | None, typer.Option(help="A fact of every line that does not state it: us_person=false.")
    ] = None,
    law: Annotated[str, typer.Option(help="Whose law, separated by commas.")] = "us,eu,uk,un,coalition",
    starter: Annotated[bool, typer.Option("--starter", help="Accept the embedded listings as coverage.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Turn every presumption into a question.")] = False,
    rules: Rules = None,
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Say of each line whether the security may be dealt in on its day, why, and who says so.

    Exit 1 when a line is barred or its issuer is, or may be, a listed party; 2 when something is missing; 3 when a
    line cannot be read (the others are answered).
    """
    from enduse.assess import Settings
    from enduse.interfaces.cli.check import day_option
    from enduse.interfaces.cli.render_portfolio import portfolio_page
    from enduse.interfaces.portfolio import (
        portfolio_document,
        portfolio_report,
        read_holdings,
        securities_of,
        stated_facts,
    )
    from enduse.rules.rulebook import DEFAULT_LAWS

    today = dt.datetime.now(tz=dt.UTC).date()
    day = day_option(as_of, today) or today
    facts = stated_facts(fact or ())
    lines, unread = read_holdings(holdings, today)
    lists = library(starter=starter)
    at_hand = at_hand_law(rules)
    laws = tuple(word.strip() for word in law.split(",") if word.strip()) or DEFAULT_LAWS
    report = portfolio_report(
        lines,
        unread,
        lists,
        securities_of(lists),
        day,
        today,
        settings=Settings(laws=laws, strict=strict),
        books=at_hand.books,
        banners=at_hand.banners,
        facts=facts,
    )
    for problem in unread[:SHOWN_PROBLEMS]:
        tell(f"enduse: {problem.message()}")
    if len(unread) > SHOWN_PROBLEMS:
        tell(f"enduse: {len(unread) - SHOWN_PROBLEMS:,} more lines that cannot be read")
    if OPTIONS.json:
        write_json(portfolio_document(report))
    else:
        write(portfolio_page(report))
    if unread:
        return BAD_INPUT
    if report.restricted:
        return RESTRICTED
    return INDETERMINATE if report.open else NOTHING_FOUND
