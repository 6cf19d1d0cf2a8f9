"""``enduse programme``: how this member keeps the Code of Conduct, and the register of initiatives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, OPTIONS, DataDir, Json, NoColor, tell, write, write_json
from enduse.interfaces.cli.exchange_node import node_ground, read_file, told, write_file
from enduse.interfaces.cli.licensing import As, Reason, day_of, desk_of, licensing_office
from enduse.model.errors import BadInput

if TYPE_CHECKING:
    from enduse.interfaces.licensing.office import Office
    from enduse.interfaces.programme.impacts import Asked
    from enduse.programme.scorecard import Measured
    from enduse.programme.shared_impact import ImpactRequest, Sum

app = typer.Typer(
    help="The Code of Conduct from recorded evidence, and the register of initiatives.", no_args_is_help=True
)
register_app = typer.Typer(help="Initiatives under the wider programme.", no_args_is_help=True)
evidence_app = typer.Typer(help="Evidence that no case and no letter shows by itself.", no_args_is_help=True)
app.add_typer(register_app, name="register")
app.add_typer(evidence_app, name="evidence")
impact_app = typer.Typer(help="What a draft would change across the coalition, by counts alone.", no_args_is_help=True)
app.add_typer(impact_app, name="impact")
READS, KEEPS = "statistics.view", "statistics.publish"


@app.command("scorecard")
def scorecard(
    as_login: As,
    start: Annotated[str, typer.Option("--from", help="First day.")],
    to: Annotated[str, typer.Option("--to", help="The day after the last one.")],
    out: Annotated[Path | None, typer.Option("--csv", help="Write the measures as a table, too.")] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """The seven commitments, each by measures with numerator, denominator and evidence. A self-assessment."""
    from enduse.interfaces.programme import cards
    from enduse.interfaces.programme.shelf import member_of
    from enduse.model.codec import to_plain
    from enduse.programme.published import as_it_is

    period = day_of(start, "--from"), day_of(to, "--to")
    with licensing_office() as office:
        desk_of(office, as_login).demand(READS)
        card = cards.ours(office, *period)
        plain = as_it_is(card, member_of(office), office.today())
    if out is not None:
        write_file(out, cards.to_csv([plain]).encode("utf-8"))
    if OPTIONS.json:
        measures = {two.rule.id: two.query for one in card.commitments for two in one.measures}
        levels = {one.id: one.words for one in card.commitments}
        write_json({**to_plain(card, keep_empty=True), "queries": measures, "levels": levels})
        return NOTHING_FOUND
    write(f"{card.start} to {card.end}, {card.evidence} pieces of evidence: {card.label}")
    for one in card.commitments:
        write(f"{one.id}. {one.title}: {one.words}")
        for two in one.measures:
            write(f"     {two.rule.title}: {_words(two)}")
    return NOTHING_FOUND


def _words(one: Measured) -> str:
    from enduse.programme.scorecard import NOT_ASSESSABLE

    if one.value is None:
        return NOT_ASSESSABLE
    of = f" ({one.numerator} of {one.denominator})" if one.denominator is not None else ""
    parts = f" ({', '.join(f'{name} {count}' for name, count in one.parts)})" if one.parts else ""
    broken = f"; BREACHED by {', '.join(one.evidence)}" if one.breached else ""
    return f"{one.value} {one.rule.unit}{of}{parts}{broken}"


@app.command("publish")
def publish_card(
    as_login: As,
    start: Annotated[str, typer.Option("--from", help="First day.")],
    to: Annotated[str, typer.Option("--to", help="The day after the last one.")],
    reason: Reason,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Publish the scorecard of a period that has ended, small numbers withheld; partners see it as ours."""
    from enduse.interfaces.programme import cards
    from enduse.model.record import By

    period = day_of(start, "--from"), day_of(to, "--to")
    with node_ground() as ground:
        desk = desk_of(ground.office, as_login)
        desk.demand(KEEPS)
        card = cards.publish(ground.office, ground.node, *period, by=By.of(desk.person), reason=reason)
    told_text = f"published {card.path}; {card.withheld} numbers and levels are withheld"
    return told({"path": card.path, "withheld": card.withheld}, told_text)


@app.command("published")
def published_cards(as_login: As, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Scorecards that are published: ours, and partners' as theirs, with the levels that they tell."""
    from enduse.interfaces.programme.shelf import published
    from enduse.model.codec import to_plain

    with licensing_office() as office:
        desk_of(office, as_login).demand(READS)
        found = published(office)
    if OPTIONS.json:
        write_json(to_plain(found, keep_empty=True))
        return NOTHING_FOUND
    for one in found:
        write(f"{'ours' if one.ours else f'{one.publisher} (theirs)'}  {one.path}")
        if one.card is None:
            write(f"      cannot be used: {one.problem}")
            continue
        for two in one.card.commitments:
            write(f"      {two.id}. {two.title}: {two.words}")
    return NOTHING_FOUND


# --- evidence


@evidence_app.command("add")
def evidence_add(
    kind: Annotated[str, typer.Argument(help="consultation, alert, outreach, exporter, capacity, criteria, ...")],
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="Its id; said again, it takes the place of the first.")
    ],
    on: Annotated[str, typer.Option(help="Day to which it belongs.")],
    as_login: As,
    reason: Reason,
    fact: Annotated[list[str] | None, typer.Option("--fact", help="NAME=VALUE (repeatable); see docs.")] = None,
    link: Annotated[str, typer.Option(help="Where it can be looked up.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Record evidence: what counts for which measure stands in docs/programme.md."""
    from enduse.interfaces.programme.gather import record
    from enduse.model.record import By
    from enduse.programme.scorecard import Evidence

    facts = dict(_fact(one) for one in fact or ())
    made = Evidence(kind, identifier, day_of(on, "--on"), facts, link)
    with licensing_office() as office:
        desk = desk_of(office, as_login)
        desk.demand(KEEPS)
        record(office, made, by=By.of(desk.person), reason=reason)
    return told({"kind": kind, "id": identifier}, f"{kind} {identifier} is on record")


def _fact(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark:
        raise BadInput(f"{text[:60]!r} is no fact", where="--fact", remedy="NAME=VALUE")
    return name.strip(), value.strip()


@evidence_app.command("list")
def evidence_list(as_login: As, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """All evidence on record: what was recorded, and what cases and letters show."""
    from enduse.interfaces.programme.gather import evidence

    with licensing_office() as office:
        desk_of(office, as_login).demand(READS)
        found = sorted(evidence(office, office.today()), key=lambda one: (one.kind, one.on, one.id))
    if OPTIONS.json:
        write_json(
            [{"kind": o.kind, "id": o.id, "on": str(o.on), "facts": dict(o.facts), "link": o.link} for o in found]
        )
        return NOTHING_FOUND
    for one in found:
        write(f"{one.on}  {one.kind}  {one.id}  {', '.join(f'{k}={v}' for k, v in one.facts.items())}  {one.link}")
    return NOTHING_FOUND


# --- the register


@register_app.command("show")
def register_show(
    pillar: Annotated[str, typer.Option(help="Only this pillar.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Initiatives with budgets, milestones, evidence and sources; sums by pillar and currency."""
    from enduse.interfaces.programme.gather import register
    from enduse.model.codec import to_plain
    from enduse.programme.register import PILLARS, overdue, totals

    if pillar and pillar not in PILLARS:
        raise BadInput(f"{pillar[:40]!r} is no pillar", where="--pillar", remedy=", ".join(PILLARS))
    with licensing_office(create=True) as office:
        found = [one for one in register(office) if pillar in ("", one.pillar)]
        late = overdue(found, office.today())
    if OPTIONS.json:
        write_json(
            {
                "initiatives": to_plain(found, keep_empty=True),
                "totals": to_plain(totals(found), keep_empty=True),
                "overdue": [[identifier, to_plain(one)] for identifier, one in late],
            }
        )
        return NOTHING_FOUND
    for one in found:
        money = f"{one.budget:,} {one.currency}" if one.budget is not None else "no budget known"
        write(f"{one.id}  {one.member}  {PILLARS[one.pillar]}: {one.title}, {one.status}, {money}")
        write(f"      source: {one.source}" + (f" ({one.source.note})" if one.source.note else ""))
        for milestone in one.milestones:
            write(f"      {milestone.on} {'done' if milestone.done else 'open'}: {milestone.text}")
    for total in totals(found):
        summed = f"{total.budget:,} {total.currency}" if total.budget is not None else "no budget known"
        write(f"{PILLARS[total.pillar]}: {total.initiatives} initiatives, {summed}")
    for identifier, milestone in late:
        write(f"overdue since {milestone.on}: {identifier}: {milestone.text}")
    return NOTHING_FOUND


@register_app.command("import")
def register_import(
    file: Annotated[Path, typer.Argument(help="CSV table of initiatives; see docs/programme.md for its columns.")],
    as_login: As,
    reason: Reason,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Keep initiatives; one bad row refuses the table, and what stood before stays on record."""
    from enduse.interfaces.programme.gather import import_register
    from enduse.model.record import By
    from enduse.programme.register import read_register

    found = read_register(read_file(file), file.name)
    with licensing_office() as office:
        desk = desk_of(office, as_login)
        desk.demand(KEEPS)
        count = import_register(office, found, by=By.of(desk.person), reason=reason)
    return told({"initiatives": count}, f"{count} initiatives are on record")


@register_app.command("export")
def register_export(
    out: Annotated[Path, typer.Option(help="File to write.")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Write the register as a CSV table, which `import` reads."""
    from enduse.interfaces.programme.gather import register
    from enduse.programme.register import write_register

    with licensing_office(create=True) as office:
        found = register(office)
    write_file(out, write_register(found))
    return told({"initiatives": len(found), "file": str(out)}, f"{len(found)} initiatives: {out}")


# --- impact across the coalition


@impact_app.command("ask")
def impact_ask(
    draft: Annotated[Path, typer.Argument(help="A draft (YAML), as `rules impact` takes it.")],
    title: Annotated[str, typer.Option(help="What it is.")],
    to: Annotated[list[str], typer.Option("--to", help="Id of a member that is asked (repeatable).")],
    reply_by: Annotated[str, typer.Option(help="Last day for an answer.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Publish a draft for comment, and ask members what it would change for them."""
    from enduse.interfaces.cli.context import law
    from enduse.interfaces.programme import impacts
    from enduse.model.record import By
    from enduse.rules.draft import read_draft

    read_draft(draft, law(None).books)
    last = day_of(reply_by, "--reply-by")
    with node_ground() as ground:
        desk = desk_of(ground.office, as_login)
        desk.demand(KEEPS)
        known = {one.id for one in ground.node.others()}
        if strangers := sorted(set(to) - known):
            raise BadInput(f"{strangers[0][:40]!r} is no other member", where="--to", remedy=", ".join(sorted(known)))
        by = By.of(desk.person)
        made = impacts.ask(ground.node, read_file(draft), draft.name, title=title, asked=to, reply_by=last, by=by)
    return told({"id": made.id, "draft": made.draft, "path": made.path}, f"asked: {made.id} ({made.draft})")


def _request_of(office: Office, asker: str, identifier: str) -> ImpactRequest:
    from enduse.interfaces.api.holdings import NotHeld
    from enduse.interfaces.programme.impacts import request_of

    try:
        return request_of(office, asker, identifier)
    except NotHeld as absent:
        raise BadInput(str(absent), where=identifier[:40], remedy="enduse programme impact list") from None


@impact_app.command("answer")
def impact_answer(
    asker: Annotated[str, typer.Argument(help="Member that asks.")],
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of the request; `impact list` shows it.")],
    on: Annotated[Path, typer.Option("--on", help="Recorded transactions, as `rules impact` takes them.")],
    as_login: As,
    publish: Annotated[bool, typer.Option("--publish", help="Publish it; without, it is shown alone.")] = False,
    jobs: Annotated[int | None, typer.Option(help="Number of processes.")] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Try a partner's draft on our own transactions, and answer with counts of which small ones are withheld."""
    import tempfile

    from enduse.interfaces.cli.context import law, library
    from enduse.interfaces.impact import run_impact
    from enduse.interfaces.programme import impacts
    from enduse.model.codec import to_plain
    from enduse.model.record import By
    from enduse.rules.draft import read_draft

    with node_ground() as ground, tempfile.TemporaryDirectory() as folder:
        desk = desk_of(ground.office, as_login)
        desk.demand(KEEPS)
        request, today = _request_of(ground.office, asker, identifier), ground.office.today()
        if publish and ground.node.me not in request.asked:
            raise BadInput("we are not asked", where=identifier[:40])
        file = Path(folder) / "draft.yaml"
        file.write_bytes(impacts.draft_of(ground.office, request))
        proposed = read_draft(file, law(None).books)
        run = run_impact(proposed, on, library(starter=True), today=today, jobs=jobs, tell=tell)
        made = impacts.counted(run.impact, ground.node.me, request, today)
        if publish:
            impacts.publish_answer(ground.node, made, by=By.of(desk.person))
    if OPTIONS.json:
        write_json(to_plain(made, keep_empty=True))
        return NOTHING_FOUND
    write(f"{request.title}: tried on {made.tried}, {made.changed} change, {made.unjudged} could not be judged")
    for table in made.tables:
        for row, line, total in zip(table.rows, table.cells, table.row_totals, strict=True):
            cells = ", ".join(f"{column} {text}" for column, text in zip(table.columns, line, strict=True))
            write(f"      {table.id} {row}: {cells} (in all {total})")
    tell(f"published at {made.path}" if publish else "not published: --publish does")
    return NOTHING_FOUND


@impact_app.command("list")
def impact_list(as_login: As, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Requests of members, ours too, and how many have answered."""
    from enduse.interfaces.programme import impacts

    with licensing_office() as office:
        desk_of(office, as_login).demand(READS)
        found = [
            (one, impacts.added_up(office, one.request) if one.request else None) for one in impacts.requests(office)
        ]
    if OPTIONS.json:
        write_json([_request(one, total) for one, total in found])
        return NOTHING_FOUND
    for one, total in found:
        if one.request is None or total is None:
            write(f"{one.publisher}  {one.path}  cannot be used: {one.problem}")
            continue
        state = f"{total.answered} of {len(total.parts)} answered, until {one.request.reply_by}"
        write(f"{one.publisher}  {one.request.id}  {one.request.title}: {state}")
    return NOTHING_FOUND


def _request(one: Asked, total: Sum | None) -> dict[str, Any]:
    from enduse.model.codec import to_plain

    plain: dict[str, Any] = to_plain(one, keep_empty=True)
    answers = [] if total is None else [{"member": part.member, "state": part.words} for part in total.parts]
    return plain | {"id": one.request.id if one.request else "", "answers": answers}


@impact_app.command("sum")
def impact_sum(
    asker: Annotated[str, typer.Argument(help="Member that asks.")],
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of the request.")],
    as_login: As,
    out: Annotated[Path | None, typer.Option("--csv", help="Write it as a table, too.")] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Add up what members answered, with what they withheld, and who did not answer."""
    from enduse.interfaces.programme import impacts
    from enduse.model.codec import to_plain

    with licensing_office() as office:
        desk_of(office, as_login).demand(READS)
        found = impacts.added_up(office, _request_of(office, asker, identifier))
    if out is not None:
        write_file(out, impacts.to_csv(found).encode("utf-8"))
    if OPTIONS.json:
        write_json(to_plain(found, keep_empty=True))
        return NOTHING_FOUND
    write(f"{found.request.title}: {found.answered} of {len(found.parts)} answered")
    for part in found.parts:
        write(f"      {part.member} {part.words}")
    write(f"tried on {found.tried.words}; changed: {found.changed.words}")
    for table in found.tables:
        for row, line, total in zip(table.rows, table.cells, table.row_totals, strict=True):
            cells = "; ".join(f"{column} {cell.words}" for column, cell in zip(table.columns, line, strict=True))
            write(f"      {table.id} {row}: {cells} (in all {total.words})")
    return NOTHING_FOUND
