"""The exporter's portal: one's applications, a new one from an assessment or from nothing, its form, the case.

All that these pages show of a case is the exporter's view of it and the history as an exporter may know it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from enduse.cases.application import CAPABILITIES, CATEGORIES, Application, Condition
from enduse.cases.bodies import LineOutcome
from enduse.cases.case import Case
from enduse.cases.conditions import evaluate
from enduse.cases.policies import Policies, QuestionRule
from enduse.cases.refusals import Conflict, Missing, Refused
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing.actions import ACTIONS
from enduse.interfaces.licensing.desk import Desk as Counter
from enduse.interfaces.licensing.desk import Filters
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.forms import Problem
from enduse.interfaces.web.licensing import application_form, words
from enduse.interfaces.web.licensing.officer import facts_of, zone_of
from enduse.interfaces.web.licensing.room import (
    CASES,
    case_at,
    case_url,
    counter_of,
    is_exporter,
    moment,
    page,
    policies_of,
    see,
)
from enduse.interfaces.web.page import Page, capital
from enduse.model.codec import from_plain, to_plain
from enduse.model.countries import country_names
from enduse.model.errors import BadInput
from enduse.model.transaction import Role
from enduse.model.truth import Truth

SHOWN = 100
OWN = ("case.file", "licence.use")
"""Actions by which an exporter acts in a case."""


def home(desk: Desk) -> Page | Response:
    """One's applications; who works for an authority alone is sent to the queue."""
    counter = counter_of(desk)
    if not is_exporter(counter):
        return see(CASES)
    rows = [row for _, row in counter.queue(Filters(status=desk.fields.one("status")), limit=SHOWN + 1)]
    context = {
        "rows": rows[:SHOWN],
        "more": len(rows) > SHOWN,
        "organisation": desk.actor.organisation,
        "may_file": counter.may("case.file"),
        "policies": policies_of(desk),
    }
    return page(desk, "mine.html", "My applications", context)


# --- beginning


def apply(desk: Desk) -> Page | Response:
    """Begin an application: from a kept assessment, as an amendment, or from nothing.

    Raises:
        NotHeld: there is no such assessment or case, or the person may not know of it.
    """
    if not desk.posted:
        return _choose(desk, {})
    fields, counter, policies = desk.fields, counter_of(desk), policies_of(desk)
    authority, _, case_type = fields.one("type").partition("/")
    problems: dict[str, Problem] = {}
    if authority not in policies.authorities or case_type not in policies.types:
        problems["type"] = Problem("choose to whom you apply, and for what")
    if not desk.actor.organisation:
        problems["type"] = Problem("your account acts for no exporter", "a system administrator can say for which")
    if problems:
        return _choose(desk, problems, 422)
    try:
        case = _begun(desk, counter, authority, case_type)
    except Refused as error:
        return _choose(desk, {"type": Problem(str(error.refusal.why))}, 409)
    except BadInput as error:
        return _choose(desk, {"type": Problem(error.problem, error.remedy)}, 422)
    return see(case_url(case.id, "revise"))


def _begun(desk: Desk, counter: Counter, authority: str, case_type: str) -> Case:
    if identifier := desk.fields.one("assessment"):
        kept = desk.service.desk.readable(identifier, desk.actor, address=desk.address, how="an application from it")
        return counter.draft(kept, authority=authority, case_type=case_type)[0]
    empty = application_form.empty(authority, case_type, desk.actor.organisation)
    return counter.open(empty)[0]


def _choose(desk: Desk, problems: Mapping[str, Problem], status: int = 200) -> Page:
    policies, identifier = policies_of(desk), desk.fields.one("assessment")
    kept = None
    if identifier:
        kept = desk.service.desk.readable(identifier, desk.actor, address=desk.address, how="an application from it")
    choices = [
        (known, [one for one in policies.types.values() if one.law == known.law and one.id != "art5_notification"])
        for known in policies.authorities.values()
    ]
    context = {
        "choices": choices,
        "problems": problems,
        "fields": desk.fields,
        "kept": kept,
        "organisation": desk.actor.organisation,
    }
    return page(desk, "apply.html", "Apply for a licence", context, status)


def amend(desk: Desk) -> Page | Response:
    """Amend: a new application that is linked with the one before, which it takes the place of while undecided."""
    counter = counter_of(desk)
    case = case_at(desk, counter, "case.file")
    if not desk.posted:
        context = beside(desk, counter, case) | {"refusal": None}
        return page(desk, "amend.html", f"Amend {case.reference or case.id}", context)
    try:
        new, _ = counter.open(replace(case.applied, amends=case.id))
    except Refused as error:
        context = beside(desk, counter, case) | {"refusal": error.refusal}
        return page(desk, "amend.html", f"Amend {case.reference or case.id}", context, 409)
    return see(case_url(new.id, "revise"), ("done", "amend"))


# --- the form


def revise(desk: Desk) -> Page | Response:
    """The application as a form."""
    counter = counter_of(desk)
    case = case_at(desk, counter, ACTIONS["revise"])
    if not desk.posted:
        if case.status not in ("draft", "returned"):
            raise NotHeld("this application cannot be changed now", "amend it: a new application takes its place")
        return _form(desk, counter, case, case.applied, {}, saved=True)
    filled = application_form.read(case.applied, desk.fields, desk.upload)
    if "more" in desk.fields or "drop" in desk.fields:
        return _form(desk, counter, case, filled.application, {})
    if filled.problems:
        return _form(desk, counter, case, filled.application, filled.problems, 422)
    try:
        sent = {"application": to_plain(filled.application)}
        counter.act(case.id, "revise", sent, seen=desk.fields.one("seen") or None)
    except Conflict:
        return _form(desk, counter, counter.readable(case.id), filled.application, {}, 409, conflict=True)
    except Refused as error:
        problems = {"": Problem(error.refusal.why, "; ".join(one.what for one in error.refusal.missing))}
        return _form(desk, counter, case, filled.application, problems, 409)
    if desk.fields.one("go") == "submit":
        return see(case_url(case.id, "submit"))
    return see(case_url(case.id, "revise"), ("done", "revise"))


def _form(
    desk: Desk,
    counter: Counter,
    case: Case,
    shown: Application,
    problems: dict[str, Problem],
    status: int = 200,
    *,
    conflict: bool = False,
    saved: bool = False,
) -> Page:
    policies = policies_of(desk)
    law = policies.authorities[case.applied.authority].law
    fields = application_form.fields_of(shown) if saved else desk.fields
    gaps: dict[str, Problem] = {}
    if saved and "check" in desk.fields:
        for one in _lacking(counter, case):
            gaps.setdefault(application_form.field_missing(one, case.applied), Problem(one.what))
    asked, others = _questions(desk, counter, replace(case, application=shown), policies)
    context = {
        "id": case.id,
        "reference": case.reference,
        "fields": fields,
        "problems": problems or gaps,
        "gaps": bool(gaps),
        "conflict": conflict,
        "tag": counter.tag(case),
        "items": application_form.rows_of(fields, "item"),
        "parties": application_form.rows_of(fields, "party"),
        "user_options": [(one.id, one.name) for one in shown.parties if one.role is Role.END_USER],
        "others": [(one.id, one.name) for one in shown.parties],
        "role_options": [(one.value, capital(one.value)) for one in Role],
        "category_options": [(one, words.CATEGORIES[one]) for one in CATEGORIES],
        "capabilities": CAPABILITIES,
        "asked": asked,
        "not_asked": others,
        "type_options": [(one.id, capital(one.title)) for one in policies.types.values() if one.law == law],
        "types": [one for one in policies.types.values() if one.law == law],
        "type": policies.types[case.applied.type],
        "authority": policies.authorities[case.applied.authority],
        "countries": country_names(),
        "undertaken": shown.undertaking,
        "amends": case.applied.amends,
        "returned": _returned(counter, case),
    }
    return page(desk, "application.html", f"Application {case.reference or 'draft'}", context, status)


def _returned(counter: Counter, case: Case) -> str:
    """What the authority said when it sent the application back."""
    if case.status not in ("returned", "draft"):
        return ""
    found = [one for one in counter.history(case) if one["kind"] == "returned"]
    return str(found[-1]["body"]["reason"]) if found else ""


def _questions(
    desk: Desk, counter: Counter, case: Case, policies: Policies
) -> tuple[list[QuestionRule], list[QuestionRule]]:
    """The questions that an application must answer, and those that it need not."""
    facts = facts_of(desk, counter, case)
    ours = [one for one in policies.questions if facts.law in one.laws]
    asked = [one for one in ours if evaluate(one.when, facts).truth is not Truth.FALSE]
    return asked, [one for one in ours if one not in asked]


def _lacking(counter: Counter, case: Case) -> tuple[Missing, ...]:
    """What the application lacks for submission."""
    found = next((one for one in counter.possible(case) if one.command == "submit"), None)
    return found.refusal.missing if found and found.refusal else ()


def submit(desk: Desk) -> Page | Response:
    """Submit: what is missing is named with the field; then the declarations."""
    counter = counter_of(desk)
    case = case_at(desk, counter, ACTIONS["submit"])
    problems: dict[str, Problem] = {}
    status, conflict = 200, False
    if desk.posted:
        said = desk.fields.all("declaration")
        if set(policies_of(desk).declarations) <= set(said):
            try:
                counter.act(case.id, "submit", {"declarations": list(said)}, seen=desk.fields.one("seen") or None)
                return see(case_url(case.id), ("done", "submit"))
            except Conflict:
                status, conflict = 409, True
            except Refused as error:
                status = 403 if error.refusal.code.forbidden else 409
                problems[""] = Problem(error.refusal.why)
            case = counter.readable(case.id)
        else:
            status, problems["declaration"] = 422, Problem("both declarations are needed")
    missing = [(application_form.field_missing(one, case.applied), one.what) for one in _lacking(counter, case)]
    context = beside(desk, counter, case) | {
        "missing": missing,
        "problems": problems,
        "conflict": conflict,
        "said": words.COMMANDS["submit"],
        "declarations": policies_of(desk).declarations,
        "tag": counter.tag(case),
        "refusal": next((one.refusal for one in counter.possible(case) if one.command == "submit"), None),
    }
    return page(desk, "submit.html", "Submit the application", context, status)


FORMS: Mapping[str, Callable[[Desk], Page | Response]] = {"revise": revise, "submit": submit}


# --- the case


def beside(desk: Desk, counter: Counter, case: Case) -> dict[str, Any]:
    """What the pages about a case show of it to its exporter: their view of it, and nothing else."""
    policies, view = policies_of(desk), counter.view(case)
    zone = zone_of(desk, case)
    ways = [one.command for one in counter.possible(case) if one.now and ACTIONS[one.command] in OWN]
    history = [{**one, "when": moment(one["at"], zone)} for one in counter.history(case)]
    return {
        "id": view["id"],
        "view": view,
        "title_of": view["reference"] or view["id"],
        "applied": from_plain(Application, view["application"]),
        "authority": policies.authorities[view["application"]["authority"]],
        "type": policies.types[view["application"]["type"]],
        "questions": {one.id: one for one in policies.questions},
        "ways": [one for one in ways if counter.may(ACTIONS[one])],
        "history": list(reversed(history)),
        "returned": _returned(counter, case),
        "intent": next((one["body"]["reason"] for one in reversed(history) if one["kind"] == "intent_notified"), ""),
        "may_file": counter.may("case.file"),
        "owed": {one["condition"]: one["by"] for one in view["licence"]["owed"]} if view["licence"] else {},
        "decided": [from_plain(LineOutcome, one) for one in view["decision"]["lines"]] if view["decision"] else [],
        "conditions": [from_plain(Condition, one) for one in view["licence"]["conditions"]] if view["licence"] else [],
        "status_hint": words.FOR_EXPORTERS.get(view["status"], ""),
    }
