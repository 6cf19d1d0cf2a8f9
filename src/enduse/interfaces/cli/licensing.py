"""``enduse licensing``: what an authority scripts beside the pages and the API."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enduse.interfaces.cli.context import (
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

if TYPE_CHECKING:
    from enduse.interfaces.licensing.desk import Desk
    from enduse.interfaces.licensing.office import Office
    from enduse.model.record import By

app = typer.Typer(
    help="Licensing: the queue, what is due, what a day brings by itself, reports, tables to load.",
    no_args_is_help=True,
)
Starter = Annotated[bool, typer.Option("--starter", help="Accept the embedded listings as coverage.")]
As = Annotated[str, typer.Option("--as", help="Login of the account that does it; its roles count.")]
Reason = Annotated[str, typer.Option(help="Why, for those who read the audit chain.")]
MAX_BYTES = 64 * 2**20


@contextlib.contextmanager
def licensing_office(*, starter: bool = False, create: bool = False) -> Iterator[Office]:
    """The office over the store of the data directory, with the settings of the service.

    Raises:
        BadInput: there is no store, or a setting cannot be used.
    """
    from enduse.interfaces.identity.policies import shipped_policies
    from enduse.interfaces.identity.storehouse import StoreAtHand
    from enduse.interfaces.licensing.office import Office
    from enduse.store import store_exists

    place = store_place()
    if not create and not store_exists(place):
        shown = str(place) if isinstance(place, Path) else "ENDUSE_DATABASE_URL"
        raise BadInput("there is no store", where=shown, remedy="--data-dir or ENDUSE_DATABASE_URL says where")
    extension = os.environ.get("ENDUSE_LICENSING_EXTENSION", "in_all")
    if extension not in ("in_all", "more"):
        raise BadInput(f"{extension!r} cannot be used", where="ENDUSE_LICENSING_EXTENSION", remedy="in_all or more")
    stated = os.environ.get("ENDUSE_LICENSING_LISTS", "")
    starter = starter or os.environ.get("ENDUSE_STARTER", "").lower() in ("1", "true", "yes")
    lists = library(starter=starter)
    stores = StoreAtHand(place, _now)
    try:
        yield Office(
            stores,
            _now,
            shipped_policies(),
            lambda: lists,
            required=tuple(one.strip() for one in stated.split(",") if one.strip()),
            extension="more" if extension == "more" else "in_all",
            fonts=Path(folder) if (folder := os.environ.get("ENDUSE_DOCUMENT_FONTS", "")) else None,
        )
    finally:
        stores.close()


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


def desk_of(office: Office, login: str) -> Desk:
    """The desk of an account.

    Raises:
        BadInput: there is none, or it is locked.
    """
    return office.desk(office.stores.person(login))


def _operator() -> By:
    from enduse.model.record import By

    return By("operator", "works at the machine itself")


def day_of(text: str, where: str) -> dt.date:
    """A day that somebody typed."""
    from enduse.model.time import parse_date

    return parse_date(text, where=where)


def _bytes(file: Path) -> bytes:
    from enduse.formats.plain_yaml import read_bounded

    return read_bounded(file, max_bytes=MAX_BYTES)


@app.command()
def queue(
    status: Annotated[str, typer.Option(help="Only cases in this status.")] = "",
    authority: Annotated[str, typer.Option(help="Only cases of this authority.")] = "",
    search: Annotated[str, typer.Option(help="Words of reference, names, codes.")] = "",
    due_by: Annotated[str, typer.Option(help="Only cases of which a clock runs out by this day.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=10_000)] = 50,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """The cases, soonest due first."""
    if due_by:
        due_by = day_of(due_by, "--due-by").isoformat()
    with licensing_office() as office:
        equal = {"authority": authority} if authority else {}
        rows = office.stores.need().cases.views(
            status=status, search=search, due_by=due_by, equal=equal, differs={"submitted": ""}, limit=limit
        )
    if OPTIONS.json:
        write_json([{name: row[name] for name in row if name != "search"} for row in rows])
        return NOTHING_FOUND
    for row in rows:
        due = f"{row['due']} {row['clock']}" if row["due"] else "nothing due"
        named = row["reference"] or "no reference"
        write(f"{row['id']}  {named}  {row['status']}  {row['exporter']} -> {row['destination']}  {due}")
    tell(f"{len(rows)} case{'s' * (len(rows) != 1)}" + (" (--limit shows more)" if len(rows) == limit else ""))
    return NOTHING_FOUND


@app.command()
def show(
    case: Annotated[str, typer.Argument(help="Id of the case.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """A case, as an account may read it: its clocks, what it lacks, and what the account may do now."""
    from enduse.interfaces.api.holdings import NotHeld
    from enduse.interfaces.licensing.views import deadline_document

    with licensing_office() as office:
        desk = desk_of(office, as_login)
        try:
            found = desk.readable(case)
        except NotHeld as error:
            raise BadInput(error.problem, where=case[:60], remedy="enduse licensing queue lists them") from None
        view, may = desk.view(found), desk.possible(found)
        clocks = [deadline_document(one) for one in desk.deadlines(found)]
    if OPTIONS.json:
        write_json({**view, "deadlines": clocks, "now": [one.command for one in may if one.now]})
        return NOTHING_FOUND
    write(f"{view['id']}  {view['reference'] or 'no reference'}  {view['status']}")
    for one in clocks:
        write(f"  {one['clock']}: {one['state']}, due {one['due'] or 'when it goes on'} ({one['title']})")
    for step in may:
        if step.now:
            write(f"  may now: {step.command}")
    for step in may:
        if step.refusal is not None and step.refusal.missing:
            write("  " + str(step.refusal).replace("\n", "\n  "))
    return NOTHING_FOUND


@app.command()
def due(
    within: Annotated[int, typer.Option(help="So many days.", min=0, max=3_650)] = 14,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """What runs out in so many days, and what has passed unmet."""
    from enduse.interfaces.licensing.views import deadline_document

    with licensing_office() as office:
        found = [{"case": case, **deadline_document(one)} for case, one in office.licensing().due(within)]
    if OPTIONS.json:
        write_json(found)
        return NOTHING_FOUND
    for one in found:
        late = f", {one['over']} past" if one["over"] else f", {one['left']} left"
        write(f"{one['due']}  {one['case']}  {one['clock']} {one['key']}  {one['state']}{late}")
    tell(f"{len(found)} clock{'s' * (len(found) != 1)}")
    return NOTHING_FOUND


@app.command()
def tick(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Note what followed by itself, and issue its documents: silence that now has its meaning, licences that ended.

    May run late, or twice.
    """
    from enduse.interfaces.licensing.daily import tick as run

    with licensing_office() as office:
        done = run(office)
    if OPTIONS.json:
        changed = [case for case, _ in done.changed]
        write_json({"cases": done.cases, "changed": changed, "issued": done.issued, "left": done.left})
        return NOTHING_FOUND
    for case, count in done.changed:
        write(f"{case}: {count} event{'s' * (count != 1)}")
    followed = f"something followed in {len(done.changed)}, documents issued in {len(done.issued)}"
    tell(f"{done.cases} cases, {followed}, {len(done.left)} left for the next run")
    return NOTHING_FOUND


@app.command()
def rescreen(
    starter: Starter = False, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False
) -> int:
    """Screen open cases and licences against the lists at hand; exit 1 when a new hit is found. May run twice."""
    from enduse.interfaces.licensing.daily import rescreen as run

    with licensing_office(starter=starter) as office:
        done = run(office)
    code = RESTRICTED if done.found else NOTHING_FOUND
    if OPTIONS.json:
        hits = [
            {"case": case, "party": hit.party, "listed": hit.listed_name, "list": hit.list_id, "hit": hit.id}
            for case, hit in done.found
        ]
        write_json({"cases": done.cases, "screened": done.screened, "found": hits, "left": done.left})
        return code
    for case, hit in done.found:
        write(f"{case}: {hit.party} may be {hit.listed_name} ({hit.list_id}), hit {hit.id}")
    tell(f"{done.cases} cases, {len(done.screened)} screened anew, {len(done.found)} new hits, {len(done.left)} left")
    return code


@app.command()
def report(
    layout: Annotated[str, typer.Argument(help="eu, uk or us.")],
    start: Annotated[str, typer.Option("--from", help="First day.")],
    to: Annotated[str, typer.Option(help="The day after the last one.")],
    authority: Annotated[list[str] | None, typer.Option("--authority", help="Only this one (repeatable).")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Freeze it; needs --as and --reason.")] = False,
    as_login: Annotated[str, typer.Option("--as", help="Login of the statistician who freezes it.")] = "",
    reason: Reason = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """A report of the decisions of a period, as CSV or JSON; small cells are suppressed, nobody is named."""
    from enduse.cases.statistics import SUPPRESSED, to_csv
    from enduse.interfaces.api.holdings import NotHeld
    from enduse.interfaces.licensing import registers
    from enduse.model.codec import to_plain
    from enduse.model.record import By

    period = day_of(start, "--from"), day_of(to, "--to")
    with licensing_office() as office:
        try:
            if publish:
                desk = desk_of(office, as_login)
                desk.demand("statistics.publish")
                by = By.of(desk.person)
                made = registers.publish(office, layout, authority or (), *period, by=by, reason=reason).content
            else:
                made = registers.report(office, layout, authority or (), *period)
        except NotHeld as error:
            raise BadInput(error.problem, where="layout", remedy=error.remedy) from None
    if OPTIONS.json:
        write_json({**to_plain(made, keep_empty=True), "sha256": made.sha256})
    else:
        write(to_csv(made))
    facts = SUPPRESSED if made.facts is None else made.facts
    tell(f"{made.layout}, version {made.version}, over {facts} facts: {made.sha256}")
    return NOTHING_FOUND


@app.command("import-denials")
def import_denials(
    file: Annotated[Path, typer.Argument(help="CSV table of denials that partners told of.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Keep denials of partners; those kept already stay as they are. One bad row refuses the table."""
    from enduse.cases.refusals import Conflict
    from enduse.interfaces.licensing import registers

    found = registers.read_denials(_bytes(file), file.name)
    kept, there = [], []
    with licensing_office() as office:
        desk = desk_of(office, as_login)
        desk.demand("denial.record")
        for one in found:
            try:
                kept.append(registers.record_denial(desk, one).id)
            except Conflict:
                there.append(one.id)
    _told({"kept": kept, "there": there}, f"{len(kept)} denials kept, {len(there)} were there before")
    return NOTHING_FOUND


@app.command("import-indicators")
def import_indicators(
    name: Annotated[str, typer.Argument(help="Name of the table; `levels` for the rules of levels (YAML).")],
    file: Annotated[Path, typer.Argument(help="CSV table: country,indicator,value,year,publisher, or OWID, or V-Dem.")],
    as_login: As,
    reason: Reason,
    publisher: Annotated[str, typer.Option(help="Who publishes it, where the table does not say.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Load country indicators, or the rules by which a country is elevated; the table before stays on record."""
    from enduse.interfaces.licensing import registers
    from enduse.model.record import By

    with licensing_office() as office:
        desk = desk_of(office, as_login)
        desk.demand("reference.load")
        record = registers.load_reference(office, name, _bytes(file), publisher, by=By.of(desk.person), reason=reason)
        profiles = registers.country_profiles(office)
    elevated = [one.country for one in profiles if one.level == "elevated"]
    words = f"{name}: {record.text('body')[:16]}; {len(profiles)} profiles, {len(elevated)} elevated"
    _told({"name": name, "sha256": record.text("body"), "profiles": len(profiles), "elevated": elevated}, words)
    return NOTHING_FOUND


@app.command()
def assign(
    login: Annotated[str, typer.Argument(help="Login of the account.")],
    reason: Reason,
    organisation: Annotated[str, typer.Option(help="Exporter's organisation that it acts for; empty for none.")] = "",
    agency: Annotated[str, typer.Option(help="Agency that it advises for; empty for none.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Say for which exporter or agency an account acts, at the machine itself."""
    with licensing_office() as office:
        accounts = office.stores.need().accounts
        user = accounts.by_login(login)
        if user is None:
            raise BadInput(f"no account {login[:60]!r}", where="login", remedy="an account of the service")
        found = accounts.assign(user.id, organisation=organisation, agency=agency, by=_operator(), reason=reason)
    words = f"{found.login}: exporter {found.organisation or 'none'}, agency {found.agency or 'none'}"
    _told({"login": found.login, "organisation": found.organisation, "agency": found.agency}, words)
    return NOTHING_FOUND


def _told(document: dict[str, Any], words: str) -> None:
    if OPTIONS.json:
        write_json(document)
    else:
        write(words)
