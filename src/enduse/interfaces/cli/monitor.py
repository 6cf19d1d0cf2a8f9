"""``enduse monitor``: registers, watches, runs and the work on alerts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enduse.interfaces.cli.context import (
    BAD_INPUT,
    NOTHING_FOUND,
    OPTIONS,
    RESTRICTED,
    DataDir,
    Json,
    NoColor,
    data_dir,
    store_place,
    tell,
    write,
    write_json,
)
from enduse.model.errors import BadInput

if TYPE_CHECKING:
    from enduse.interfaces.monitor.actions import AlertAtHand
    from enduse.interfaces.monitor.deals import Deals
    from enduse.interfaces.monitor.holdings import Holdings
    from enduse.interfaces.monitor.rows import Customers
    from enduse.interfaces.monitor.watches import Watch

app = typer.Typer(help="What changed, and whom it touches: registers, watches, runs, alerts.", no_args_is_help=True)

By = Annotated[str | None, typer.Option(help="Who acts; default: the session's user.")]
Ids = Annotated[list[str], typer.Argument(help="Ids of alerts, or the beginnings of them.")]
SHOWN_PROBLEMS = 10


@app.command()
def register(
    name: Annotated[str, typer.Argument(help="Name of the register.")],
    table: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX or Parquet: a row for each customer.")],
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="Which column says what: reference=ID,name=Customer (repeatable).")
    ] = None,
    kind: Annotated[str, typer.Option(help="Kind of rows that state none.")] = "any",
    owners: Annotated[
        Path | None, typer.Option(help="Who owns them: a table owner,owned,percent; owned is a name or a key.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="The table is all: others are removed (no one if a row is bad).")
    ] = False,
    transactions: Annotated[
        bool, typer.Option("--transactions", help="Recorded transactions, with the columns of check --bulk.")
    ] = False,
    holdings: Annotated[
        bool, typer.Option("--holdings", help="Positions in securities, with the columns of portfolio check.")
    ] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Bring a register up to date from a table, by key; rows that cannot be used are named, and exit is 3."""
    from enduse.interfaces.monitor.deals import Deals
    from enduse.interfaces.monitor.holdings import Holdings
    from enduse.interfaces.monitor.rows import customers_of
    from enduse.interfaces.monitor.watches import registers_of
    from enduse.monitor.register import CUSTOMERS, HOLDINGS, TRANSACTIONS, Register

    today = dt.datetime.now(tz=dt.UTC).date()
    found = Register(registers_of(data_dir()), name)
    customers: Customers | Deals | Holdings
    if transactions or holdings:
        if map_ or owners is not None or (transactions and holdings):
            remedy = "--map and --owners are for customers; one of --transactions and --holdings"
            raise BadInput("these options do not go together", where=table.name, remedy=remedy)
        customers = Deals(table, today) if transactions else Holdings(table, today)
    else:
        customers = customers_of(table, mapping=map_ or (), kind=kind, owners=owners, today=today)
        for sentence in customers.told:
            tell(sentence)
    holds = TRANSACTIONS if transactions else HOLDINGS if holdings else CUSTOMERS
    # Who stands in a row that cannot be read has not left: then nobody is taken out.
    all_of_them = lambda: whole and not customers.problems  # noqa: E731  known when all rows are read
    counted = found.upsert(customers, whole=all_of_them, stop=table.name, kind=holds, keep_owners=owners is None)
    for problem in customers.problems[:SHOWN_PROBLEMS]:
        tell(f"enduse: {problem.message()}")
    if len(customers.problems) > SHOWN_PROBLEMS:
        tell(f"enduse: {len(customers.problems) - SHOWN_PROBLEMS:,} more rows that cannot be used")
    if whole and customers.problems:
        tell("enduse: nobody was taken out, as some rows cannot be used: mend them, and give the table again")
    told = {"register": name, holds: len(found), "new": counted.new, "changed": counted.changed}
    told |= {"unchanged": counted.unchanged, "removed": counted.removed, "bad_rows": len(customers.problems)}
    if OPTIONS.json:
        write_json(told)
    else:
        write("  ".join(f"{key.replace('_', ' ')} {value}" for key, value in told.items()))
    return BAD_INPUT if customers.problems else NOTHING_FOUND


@app.command()
def owners(
    name: Annotated[str, typer.Argument(help="Name of the register.")],
    table: Annotated[Path, typer.Argument(help="Who owns its customers: a table owner,owned,percent.")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Lay a new table of owners over a register; the next run tells what that changes."""
    from enduse.interfaces.monitor.rows import owned_of
    from enduse.interfaces.monitor.watches import registers_of
    from enduse.monitor.register import Register

    found = Register(registers_of(data_dir()), name)
    if not found.exists:
        raise BadInput(f"no register is called {name!r}", where="name", remedy="enduse monitor register NAME TABLE")
    said = owned_of(table, found, dt.datetime.now(tz=dt.UTC).date())
    found.upsert(said.customers, stop=table.name, kind=found.kind)
    for problem in said.problems[:SHOWN_PROBLEMS]:
        tell(f"enduse: {problem.message()}")
    for one in said.unknown[:SHOWN_PROBLEMS]:
        tell(f"enduse: nobody in the register is called {one!r}")
    told = {"register": name, "named": said.matched, "changed": len(said.customers)}
    told |= {"unknown": len(said.unknown), "bad_rows": len(said.problems)}
    if OPTIONS.json:
        write_json(told)
    else:
        write("  ".join(f"{key.replace('_', ' ')} {value}" for key, value in told.items()))
    return BAD_INPUT if said.problems else NOTHING_FOUND


@app.command()
def customers(
    name: Annotated[str, typer.Argument(help="Name of the register.")],
    country: Annotated[str, typer.Option(help="Only those whose first country is this one (ISO 3166 or a name).")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """The customers of a register: key, name and country of each, by tabs."""
    from enduse.interfaces.monitor.watches import registers_of
    from enduse.model.countries import resolve_country
    from enduse.monitor.register import CUSTOMERS, Register

    found = Register(registers_of(data_dir()), name)
    if not found.exists or found.kind != CUSTOMERS:
        known = ", ".join(Register.names(registers_of(data_dir()))) or "none yet"
        raise BadInput(f"no register of customers is called {name!r}", where="name", remedy=f"registers: {known}")
    code = resolve_country(country) if country else ""
    if code is None:
        raise BadInput(f"{country[:40]!r} is no country", where="--country", remedy="an ISO code or a name")
    rows = ((one.key, one.name, one.query.countries[0] if one.query.countries else "") for one in found.customers())
    chosen = (row for row in rows if not code or row[2] == code)
    if OPTIONS.json:
        write_json([{"key": key, "name": text, "country": of} for key, text, of in chosen])
        return NOTHING_FOUND
    for row in chosen:
        write("\t".join(row))
    return NOTHING_FOUND


@app.command()
def watch(
    name: Annotated[str, typer.Argument(help="Name of the watch.")],
    register: Annotated[str, typer.Option(help="The register that is watched.")] = "",
    licences: Annotated[bool, typer.Option("--licences", help="Live licences are watched, of this store.")] = False,
    check_days: Annotated[
        int, typer.Option(help="Licences: so long after a delivery a shipment is checked; 0: never.")
    ] = 180,
    law: Annotated[str, typer.Option(help="Whose law, separated by commas.")] = "us",
    item: Annotated[str, typer.Option(help="The item that the law is asked about.")] = "EAR99",
    origin: Annotated[str, typer.Option("--from", help="Where it comes from (ISO 3166).")] = "US",
    webhook: Annotated[list[str] | None, typer.Option(help="Address that is told of each alert (repeatable).")] = None,
    email: Annotated[
        list[str] | None, typer.Option(help="Address that is told how many alerts are new; no names (repeatable).")
    ] = None,
    four_eyes: Annotated[
        str, typer.Option(help="Two people close alerts of this severity or a higher one: high, medium, low, never.")
    ] = "high",
    paused: Annotated[bool, typer.Option("--paused", help="Runs leave it out.")] = False,
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Watch a register, or the live licences, or change how it is watched; what it has seen stays."""
    from enduse.interfaces.decisions import actor
    from enduse.interfaces.monitor.hooks import FOLDER, receiver, secret
    from enduse.interfaces.monitor.mail import mail_address
    from enduse.interfaces.monitor.watches import LICENCES, REGISTER, Watch, keep_watch
    from enduse.model.record import By as Who
    from enduse.store import open_store

    laws = tuple(part.strip() for part in law.split(",") if part.strip())
    hooks = tuple(receiver(address) for address in webhook or ())
    wanted = Watch(name, register, laws, item, origin.upper(), hooks, four_eyes, paused)
    wanted = dataclasses.replace(wanted, what=LICENCES if licences else REGISTER, check_days=check_days)
    wanted = dataclasses.replace(wanted, emails=tuple(mail_address(one, where="--email") for one in email or ()))
    with open_store(store_place(), create=True) as store:
        kept = keep_watch(store.monitoring, data_dir(), wanted, by=Who(actor(by)))
    if hooks:
        secret(data_dir() / FOLDER)
        tell(f"webhooks are signed with the secret in {data_dir() / FOLDER / 'webhook.key'}")
    if OPTIONS.json:
        write_json(kept.document())
    else:
        write(f"{kept.name}: {_what(kept)}")
    return NOTHING_FOUND


@app.command()
def run(
    only: Annotated[list[str] | None, typer.Option("--watch", help="Only this watch (repeatable).")] = None,
    in_full: Annotated[
        bool, typer.Option("--in-full", help="Screen everything before and after a change: slow, for proof.")
    ] = False,
    starter: Annotated[bool, typer.Option("--starter", help="Accept the embedded listings as coverage.")] = False,
    fail_on_alert: Annotated[bool, typer.Option("--fail-on-alert", help="Exit 1 when there are new alerts.")] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Look at what has changed since the last run, and raise alerts; for cron. A run that was stopped goes on."""
    from enduse.interfaces.cli.licensing import licensing_office
    from enduse.interfaces.monitor.mail import Mails, mail_server
    from enduse.interfaces.monitor.run import run as run_all
    from enduse.store import open_store

    server = mail_server()
    with open_store(store_place(), create=True) as store, licensing_office(starter=starter) as office:
        reports = run_all(
            data_dir(),
            store,
            lambda: dt.datetime.now(tz=dt.UTC),
            only=only or (),
            starter=starter,
            in_full_too=in_full,
            office=office,
            mails=Mails(server) if server is not None else None,
            link=os.environ.get("ENDUSE_PUBLIC_URL", "").rstrip("/"),
            tell=tell,
        )
    if OPTIONS.json:
        write_json([report.document() for report in reports])
    for report in reports if not OPTIONS.json else ():
        counts = ", ".join(f"{key} {value}" for key, value in sorted(report.counts.items()) if value)
        write(f"{report.watch}: {report.status} in {report.seconds} s: {counts or 'nothing has changed'}")
        for edition in report.editions:
            write(
                f"    {edition['source']} {edition['old'] or 'nothing'} to {edition['new']}: {edition['came']} came, "
                f"{edition['changed']} changed, {edition['gone']} gone"
            )
        for note in report.notes:
            write(f"    {note}")
    new = sum(report.counts["new alerts"] for report in reports)
    return RESTRICTED if fail_on_alert and new else NOTHING_FOUND


@app.command()
def digest(
    login: Annotated[str, typer.Argument(help="Login of the account; it is told what it may read.")],
    to: Annotated[str, typer.Option(help="Address of e-mail.")] = "",
    every: Annotated[str, typer.Option(help="day, week or never.")] = "day",
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Send somebody a digest of their alerts by e-mail, daily or weekly, or no longer."""
    from enduse.interfaces.decisions import actor
    from enduse.interfaces.monitor.digests import subscribe
    from enduse.model.record import By as Who
    from enduse.store import open_store

    with open_store(store_place(), create=False) as store:
        kept = subscribe(store, login, to, every, by=Who(actor(by)))
    if OPTIONS.json:
        write_json({"login": login, "to": kept.text("to"), "every": kept.text("every")})
    else:
        write(f"{login}: {kept.text('every')}" + (f", to {kept.text('to')}" if kept.text("to") else ""))
    return NOTHING_FOUND


@app.command()
def status(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Registers, watches, their last runs, and how many alerts wait."""
    from enduse.interfaces.monitor.watches import Watch, registers_of
    from enduse.monitor.register import Register
    from enduse.store import open_store

    root = registers_of(data_dir())
    with open_store(store_place(), create=False) as store:
        watches = [Watch.of(record) for record in store.monitoring.watches()]
        runs = {one.name: store.monitoring.runs(one.name, limit=1) for one in watches}
        counts = store.monitoring.counts()
    registers = {name: len(Register(root, name)) for name in Register.names(root)}
    told: dict[str, Any] = {
        "registers": registers,
        "watches": [one.document() for one in watches],
        "runs": {name: dict(found[0].content) if found else {} for name, found in runs.items()},
        "alerts": counts,
    }
    if OPTIONS.json:
        write_json(told)
        return NOTHING_FOUND
    for name, size in registers.items():
        write(f"register {name}: {size:,} rows")
    for one in watches:
        last = runs[one.name][0] if runs[one.name] else None
        ended = f"last run {last.text('started')}: {last.text('status')}" if last else "never run"
        write(f"watch {one.name}: {_what(one)}; {ended}")
    write("alerts: " + (", ".join(f"{value} {key}" for key, value in sorted(counts.items())) or "none"))
    return NOTHING_FOUND


@app.command()
def alerts(
    status: Annotated[str, typer.Option(help="open, snoozed, closing, closed or all.")] = "open",
    watch: Annotated[str | None, typer.Option(help="Only of this watch.")] = None,
    assignee: Annotated[str | None, typer.Option(help="Only of this person.")] = None,
    limit: Annotated[int, typer.Option(help="How many.")] = 50,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """The queue of alerts, the most urgent first: exit 1 when there are some."""
    from enduse.interfaces.monitor.actions import queue_document
    from enduse.interfaces.monitor.queue import rows
    from enduse.store import open_store

    today = dt.datetime.now(tz=dt.UTC).date()
    with open_store(store_place(), create=False) as store:
        found = rows(store, status, today, watch=watch or "", assignee=assignee, limit=limit)
    if OPTIONS.json:
        write_json([queue_document(row) for row in found])
    else:
        for row in map(queue_document, found):
            whose = f"  [{row['assignee']}]" if row["assignee"] else ""
            write(f"{row['id'][:12]}  {row['severity']:<6}  {row['effective']}  {row['headline']}{whose}")
        if not found:
            write("no alerts")
    return RESTRICTED if found else NOTHING_FOUND


@app.command()
def show(
    alert: Annotated[str, typer.Argument(help="Id of the alert, or the beginning of it.")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """An alert: what changed, before and after, what it means, and what was done with it."""
    from enduse.interfaces.monitor.actions import alert_at_hand
    from enduse.store import open_store

    with open_store(store_place(), create=False) as store:
        found = alert_at_hand(store, alert)
        history = store.monitoring.history(found.alert.id)
    if OPTIONS.json:
        write_json(found.document())
    else:
        write(_page(found, len(history)))
    return NOTHING_FOUND


@app.command()
def assign(
    ids: Ids,
    to: Annotated[str, typer.Option(help="To whom; empty: to nobody.")],
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Give alerts to somebody."""
    return _act(ids, by, action="assign", to=to)


@app.command()
def snooze(
    ids: Ids,
    until: Annotated[str, typer.Option(help="The day on which they come back.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Put alerts off until a day."""
    from enduse.model.time import parse_date

    return _act(ids, by, action="snooze", until=parse_date(until, where="--until"), reason=reason)


@app.command()
def escalate(
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why.")],
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Make alerts the most urgent."""
    return _act(ids, by, action="escalate", reason=reason)


@app.command()
def close(
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why.")],
    verdict: Annotated[str, typer.Option(help="different (not the same party), same, or noted.")] = "noted",
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be done, and do nothing.")] = False,
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Close alerts; the urgent ones wait for a second person. different and same are decisions on the hit too."""
    return _act(ids, by, action="close", reason=reason, verdict=verdict, preview=preview)


@app.command()
def confirm(
    ids: Ids, by: By = None, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False
) -> int:
    """Confirm a closing that somebody else has proposed."""
    return _act(ids, by, action="confirm")


@app.command()
def reopen(
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why.")],
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Open alerts again."""
    return _act(ids, by, action="reopen", reason=reason)


def _what(one: Watch) -> str:
    return f"register {one.register}, law of {', '.join(one.laws)}" if one.register else f"live {one.what}"


def _act(ids: list[str], by: str | None, *, preview: bool = False, **asked: Any) -> int:
    from enduse.interfaces.decisions import actor
    from enduse.interfaces.monitor.actions import Asked, act_on_all
    from enduse.model.record import By as Who
    from enduse.store import open_store

    today = dt.datetime.now(tz=dt.UTC).date()
    with open_store(store_place(), create=False) as store:
        done = act_on_all(store, ids, Asked(**asked), by=Who(actor(by)), today=today, preview=preview)
    if OPTIONS.json:
        write_json([{"alert": one, "status": status, "refused": why} for one, status, why in done])
    for one, status, why in done:
        if why:
            tell(f"enduse: {one}: {why}")
        elif not OPTIONS.json:
            write(f"{one}: {'would be ' if preview else ''}{status}")
    return BAD_INPUT if any(why for _, _, why in done) else NOTHING_FOUND


def _page(found: AlertAtHand, versions: int) -> str:
    alert, state = found.alert, found.state
    lines = [
        alert.headline,
        f"  alert {alert.id}, {alert.severity.value}, {state.status.value}",
        f"  from {alert.effective}"
        + (f"; {alert.source} {alert.old or 'nothing'} to {alert.new}" if alert.source else ""),
        f"  before: {alert.before}",
        f"  now:    {alert.after}",
        *(f"  ! {alert.verify}" for _ in [0] if alert.verify),
        *(f"  does: {one}" for one in alert.effect),
        *(f"  source: {one}{f' {one.url}' if one.url else ''}" for one in alert.citations),
    ]
    for change in alert.changes:
        lines.append(f"  {change.about}: {change.field}")
        lines += [f"    - {value}" for value in change.removed] + [f"    + {value}" for value in change.added]
    if alert.matched_name:
        lines.append(f"  {alert.score} with {alert.matched_name}")
        lines += [f"    {one}" for one in alert.explanation]
    if state.assignee:
        lines.append(f"  with {state.assignee}")
    if state.verdict:
        second = f", confirmed by {state.second}" if state.second else ""
        lines.append(f"  {state.verdict} by {state.by}{second}: {state.reason}")
    if state.note:
        lines.append(f"  note: {state.note}")
    lines.append(f"  {versions} version{'s' if versions > 1 else ''}; see: enduse audit list")
    return "\n".join(lines)
