"""The register of denials, own and partners', as far as somebody may read it; recording and reviewing one."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from enduse.cases.denial_bodies import HANDLING, Denial, DenialReviewed
from enduse.cases.refusals import Conflict, Refused
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing import registers
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import Fields
from enduse.interfaces.web.forms import Problem
from enduse.interfaces.web.licensing.application_form import country_in
from enduse.interfaces.web.licensing.form_fields import Field, read
from enduse.interfaces.web.licensing.room import counter_of, page, policies_of, see
from enduse.interfaces.web.page import Page
from enduse.model.codes import parse_code
from enduse.model.countries import country_names
from enduse.model.errors import BadInput

VIEW, RECORD = "denial.view", "denial.record"
DENIALS = "/licensing/denials"
_TIERS = (("", "In none of them"), ("basic", "Basic"), ("sensitive", "Sensitive"), ("very_sensitive", "Very sensitive"))
FORM = (
    Field("id", "Its number", hint="As its originator writes it"),
    Field("authority", "Denied by", hint="Code of the state: DE"),
    Field("denied_on", "Denied on", "date", takes="date"),
    Field("code", "Item", hint="A code of the control list"),
    Field("description", "Description"),
    Field("destination", "Destination"),
    Field("end_user", "End user"),
    Field("consignee", "Consignee", optional=True),
    Field("end_use", "Stated end use", "lines", optional=True),
    Field("parameters", "Technical parameters", "lines", (), "One a line", "list", True),
    Field("reason", "Reason", "lines", optional=True),
    Field("criteria", "Criteria", "lines", (), "One a line", "list", True),
    Field("tier", "Tier in the Wassenaar lists", "select", _TIERS, optional=True),
    Field("handling", "Who may see it", "select", tuple((one, one) for one in HANDLING)),
)
REVIEW = (
    Field(
        "outcome",
        "Outcome",
        "radios",
        (("renew", "It stands"), ("amend", "It stands, amended"), ("revoke", "It is revoked")),
    ),
    Field("grounds", "Grounds", "lines"),
    Field("on", "Reviewed on", "date", takes="date"),
)


def register(desk: Desk) -> Page:
    """Denials that the person may read, the latest first; that they were read is put on record."""
    counter = counter_of(desk)
    found = [one for one in desk.service.office.outside.denials(counter.actor) if _fits(one, desk.fields)]
    counter.read_of_partners("register", [one.id for one in found])
    own = {one.state for one in policies_of(desk).authorities.values()}
    rows = sorted(found, key=lambda one: (one.denied_on, one.id), reverse=True)
    context = {
        "rows": rows,
        "own": own,
        "fields": desk.fields,
        "may_record": counter.may(RECORD),
        "cases": {one.id: one.id.rpartition("/")[0] for one in rows},
    }
    return page(desk, "denials.html", "Denials", context)


def _fits(denial: Denial, fields: Fields) -> bool:
    words = fields.one("search").casefold().split()
    text = " ".join(str(one) for one in asdict(denial).values()).casefold()
    return all(word in text for word in words) and fields.one("status") in ("", denial.status)


def record(desk: Desk) -> Page | Response:
    """Record a denial that a partner told of."""
    counter = counter_of(desk)
    if not desk.posted:
        return _form(desk, {})
    sent, problems = read(FORM, desk.fields, None)
    destination = country_in(desk.fields.one("destination"), "destination", problems)
    try:
        parse_code(sent.get("code", ""), where="code")
    except BadInput as error:
        problems.setdefault("code", Problem(error.problem, error.remedy))
    if problems:
        return _form(desk, problems, 422)
    try:
        registers.record_denial(counter, _denial({**sent, "destination": destination}))
    except Conflict:
        return _form(desk, {"id": Problem("a denial of that number is in the register")}, 409)
    except Refused as error:
        return _form(desk, {"": Problem(error.refusal.why)}, 403)
    except BadInput as error:
        name = error.where if any(one.name == error.where for one in FORM) else "authority"
        return _form(desk, {name: Problem(error.problem, error.remedy)}, 422)
    return see(DENIALS, ("done", "recorded"))


def _denial(sent: dict[str, Any]) -> Denial:
    plain = {**sent, "denied_on": dt.date.fromisoformat(sent["denied_on"])}
    plain |= {key: tuple(sent.get(key, ())) for key in ("parameters", "criteria")}
    return Denial(**plain)


def _form(desk: Desk, problems: dict[str, Problem], status: int = 200) -> Page:
    context = {
        "form": FORM,
        "problems": problems,
        "fields": desk.fields,
        "posted": desk.posted,
        "countries": country_names(),
    }
    return page(desk, "denial_new.html", "Record a denial", context, status)


def one(desk: Desk) -> Page | Response:
    """One denial; its review, where the person may record what its originator said.

    Raises:
        NotHeld: there is none, or none that the person may read.
    """
    counter, identifier = counter_of(desk), desk.params["id"]
    found = next((one for one in desk.service.office.outside.denials(counter.actor) if one.id == identifier), None)
    if found is None:
        raise NotHeld("there is no such denial", "the register lists those that you may read")
    counter.read_of_partners(f"denial {identifier}", [identifier])
    return page(desk, "denial.html", f"Denial {identifier}", _shown(desk, found, {}))


def review(desk: Desk) -> Page | Response:
    """Record what its originator said of a partner's denial.

    Raises:
        NotHeld: there is none, or none that the person may read.
    """
    counter, identifier = counter_of(desk), desk.params["id"]
    found = next((one for one in desk.service.office.outside.denials(counter.actor) if one.id == identifier), None)
    if found is None:
        raise NotHeld("there is no such denial", "the register lists those that you may read")
    sent, problems = read(REVIEW, desk.fields, None)
    if not problems:
        said = DenialReviewed(identifier, sent["outcome"], sent["grounds"], dt.date.fromisoformat(sent["on"]))
        try:
            registers.review_denial(counter, said)
            return see(DENIALS, ("done", "reviewed"))
        except Refused as error:
            problems[""] = Problem(error.refusal.why)
        except BadInput as error:
            problems[""] = Problem(error.problem, error.remedy)
    return page(desk, "denial.html", f"Denial {identifier}", _shown(desk, found, problems), 422)


def _shown(desk: Desk, found: Denial, problems: dict[str, Problem]) -> dict[str, Any]:
    counter = counter_of(desk)
    partner = any(kept.id == found.id for kept in desk.service.office.licensing().denials())
    return {
        "denial": found,
        "partner": partner,
        "may_review": partner and counter.may(RECORD),
        "form": REVIEW,
        "problems": problems,
        "fields": desk.fields,
        "posted": desk.posted,
    }
