"""The register: what was promised, by whom, with which money, and what shows it; consultations; tables in and out."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from starlette.responses import Response

from enduse.interfaces.programme import pictures
from enduse.interfaces.programme import registers as shelf
from enduse.interfaces.programme.gather import register as all_initiatives
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.forms import Problem
from enduse.interfaces.web.licensing.room import names_of, see
from enduse.interfaces.web.page import Page
from enduse.interfaces.web.programme.room import CONSULTATIONS, KEEP, SECTION, csv, office_of, page
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.programme.register import COLUMNS, PILLARS, STATUSES, by_member, overdue, totals, write_register
from enduse.programme.scorecard import STAKEHOLDERS

FACTS = ("stakeholder", "with", "subject", "responded_on", "response", "initiative")


def overview(desk: Desk) -> Page | Response:
    """The register; as CSV where that is asked for.

    Raises:
        BadInput: a filter names nothing, or another form is asked for.
    """
    fields, office = desk.fields, office_of(desk)
    for name, known in (("pillar", PILLARS), ("status", STATUSES), ("format", ("csv",))):
        if fields.one(name) and fields.one(name) not in known:
            raise BadInput(f"{fields.one(name)[:40]!r}", where=name, remedy=", ".join(known))
    found = shelf.chosen(office, fields.one("pillar"), fields.one("member"), fields.one("status"))
    if fields.one("format"):
        return csv(write_register(found).decode("utf-8"), "initiatives")
    every = all_initiatives(office)
    asked = tuple((name, fields.one(name)) for name in ("pillar", "member", "status"))
    sums = totals(found)
    context = {
        "initiatives": found,
        "totals": sums,
        "members": by_member(found),
        "pictures": [
            (currency, pictures.money(sums, currency)) for currency in sorted({one.currency for one in sums} - {""})
        ],
        "late": overdue(found, desk.today),
        "unverified": sum(not one.source.verified for one in found),
        "pillars": PILLARS,
        "statuses_of": STATUSES,
        "states": sorted({one.member for one in every}),
        "fields": fields,
        "csv": address(SECTION, (*asked, ("format", "csv"))),
        "may_keep": desk.may(KEEP),
        "count": len(every),
    }
    return page(desk, "register.html", "The programme: who promised what", context)


def one(desk: Desk) -> Page:
    """One initiative: promise, money, milestones, evidence, source, consultations, every version.

    Raises:
        NotHeld: there is none.
    """
    office, identifier = office_of(desk), desk.params["id"]
    versions = shelf.history(office, identifier)
    shown = versions[0].initiative
    heard = [each for each in shelf.consultations(office) if each.facts.get("initiative") == identifier]
    context = {
        "one": shown,
        "versions": versions,
        "names": names_of(desk, (each.actor for each in versions)),
        "pillars": PILLARS,
        "late": [milestone for _, milestone in overdue([shown], desk.today)],
        "heard": heard if desk.may("statistics.view") else [],
    }
    return page(desk, "initiative.html", shown.title, context)


def bring(desk: Desk) -> Page | Response:
    """Import a table: every bad row is shown, and then nothing is kept."""
    if not desk.posted:
        return _bring(desk)
    if desk.upload is None:
        return _bring(desk, BadInput("no file was sent", where="file", remedy="choose a CSV table"))
    name, data = desk.upload
    try:
        count = shelf.import_table(office_of(desk), data, name, by=desk.by, reason=desk.fields.one("reason"))
    except BadInput as problem:
        return _bring(desk, problem)
    return see(SECTION, ("done", "imported"), ("count", str(count)))


def _bring(desk: Desk, problem: BadInput | None = None) -> Page:
    rows = problem.rows if isinstance(problem, shelf.BadRows) else ()
    context = {"problem": problem, "rows": rows, "columns": COLUMNS, "pillars": PILLARS, "statuses_of": STATUSES}
    return page(desk, "import.html", "Import initiatives", context | {"fields": desk.fields}, 422 if problem else 200)


def consultations(desk: Desk) -> Page | Response:
    """Consultations on record, with the form of another, or of an answer to one of them."""
    return _consultations(desk)


def _consultations(desk: Desk, problems: dict[str, Problem] | None = None) -> Page:
    office = office_of(desk)
    found = shelf.consultations(office)
    chosen = next((each for each in found if each.id == desk.fields.one("id")), None)
    fields = desk.fields
    if chosen is not None and not desk.posted:
        fields = fields.but(*chosen.facts.items(), ("on", str(chosen.on)), ("link", chosen.link))
    counted = Counter(each.facts.get("stakeholder", "not stated") for each in found)
    rows = [(name, [(Decimal(number), str(number))]) for name, number in sorted(counted.items())]
    context = {
        "found": found,
        "chosen": chosen,
        "counted": sorted(counted.items()),
        "picture": pictures.picture(rows, ["consultations"], Decimal(max(counted.values(), default=0))),
        "stakeholders": [(each, each.capitalize()) for each in STAKEHOLDERS],
        "initiatives": [(each.id, f"{each.member}: {each.title}") for each in all_initiatives(office)],
        "fields": fields,
        "problems": problems or {},
        "may_keep": desk.may(KEEP),
    }
    return page(desk, "consultations.html", "Consultations", context, 422 if problems else 200)


def consult(desk: Desk) -> Page | Response:
    """Record a consultation, or its answer."""
    fields = desk.fields
    facts = {name: fields.one(name) for name in FACTS}
    try:
        on = parse_date(fields.one("on"), where="on")
        more = {"identifier": fields.one("id"), "link": fields.one("link")}
        shelf.consult(office_of(desk), on, facts, by=desk.by, reason=fields.one("reason"), **more)
    except BadInput as error:
        name = error.where.removeprefix("evidence, ")
        return _consultations(desk, {name: Problem(error.problem, error.remedy)})
    return see(CONSULTATIONS, ("done", "recorded"))
