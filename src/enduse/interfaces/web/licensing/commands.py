"""Pages of commands: each has a form, what it is about beside it, and what stands in the way; nothing typed is lost."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from enduse.cases.bodies import OUTCOMES
from enduse.cases.case import Case
from enduse.cases.conditions import Facts
from enduse.cases.decide import IDENTITY_KEYS
from enduse.cases.human_rights import criteria_of
from enduse.cases.refusals import Code, Conflict, Refusal, Refused
from enduse.interfaces.licensing.actions import ACTIONS
from enduse.interfaces.licensing.desk import Desk as Counter
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.forms import Problem
from enduse.interfaces.web.licensing import command_forms, form_fields, licences, outcomes, portal, rights, words
from enduse.interfaces.web.licensing.command_forms import FORMS
from enduse.interfaces.web.licensing.form_fields import Asked
from enduse.interfaces.web.licensing.officer import facts_of, part_of_case, zone_of
from enduse.interfaces.web.licensing.room import (
    as_exporter,
    case_at,
    case_url,
    counter_of,
    moment,
    names_of,
    page,
    policies_of,
    see,
)
from enduse.interfaces.web.page import Page
from enduse.model.errors import BadInput, OperationFailed

BY_LINE: Mapping[str, str] = {"consolidate": "reasoning", "decide": "", "decide_appeal": ""}
"""Commands that give every line its outcome, with the field beside them."""
RIGHTS = "assess_human_rights"
_CONDITION = "condition.0"
_OUTCOMES = tuple((one, words.OUTCOMES[one][0]) for one in OUTCOMES)


@dataclass
class Sent:
    """What came of a form that was sent.

    Attributes:
        since: what happened to the case since the person opened the page, where somebody else was first.
    """

    problems: dict[str, Problem] = field(default_factory=dict)
    refusal: Refusal | None = None
    conflict: bool = False
    since: tuple[Mapping[str, Any], ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status that says so."""
        if self.refusal is not None:
            if self.refusal.code.forbidden:
                return 403
            return 422 if self.refusal.code is Code.INPUT else 409
        return 409 if self.conflict else 422 if self.problems else 200


def view_of(command: str) -> Callable[[Desk], Page | Response]:
    """The view of a command's page."""
    if command in portal.FORMS:
        return functools.partial(portal.FORMS[command])
    return functools.partial(answer, command=command)


def answer(desk: Desk, *, command: str) -> Page | Response:
    """The page of a command; once it is done, the case.

    Raises:
        NotHeld: there is no such case, or the person may not know of it.
        Denied: the policies of access do not permit the command.
    """
    counter = counter_of(desk)
    case = case_at(desk, counter, ACTIONS[command])
    if not desk.posted or "more" in desk.fields:
        return shown(desk, counter, case, command, Sent())
    sent, problems = typed(desk, counter, case, command)
    named = {key: desk.fields.one(key) for key in IDENTITY_KEYS if key in desk.fields}
    if problems and not named:
        return shown(desk, counter, case, command, Sent(problems))
    found = done(desk, counter, case, command, {**sent, **named})
    if isinstance(found, Case):
        if not counter.may("case.view") and found.licence is not None:
            return see(licences.LICENCES, ("number", found.licence.content.licence), ("done", command))
        return see(case_url(case.id), ("done", command))
    return shown(desk, counter, counter.readable(case.id), command, found)


def done(desk: Desk, counter: Counter, case: Case, command: str, sent: Mapping[str, Any]) -> Case | Sent:
    """Do a command, or say what came of it."""
    seen = desk.fields.one("seen")
    try:
        return counter.act(case.id, command, sent, seen=seen or None)
    except Refused as error:
        return Sent(refusal=error.refusal)
    except Conflict:
        return Sent(conflict=True, since=since(counter, counter.readable(case.id), seen))
    except BadInput as error:
        return Sent({error.where: Problem(error.problem, error.remedy)})
    except OperationFailed as error:
        return Sent({"": Problem(error.problem, error.remedy)})


def since(counter: Counter, case: Case, seen: str) -> tuple[Mapping[str, Any], ...]:
    """What happened after what somebody saw, as they may read it; nothing of it for an exporter."""
    if not seen.isdecimal() or len(seen) > 8 or as_exporter(counter, case):
        return ()
    return tuple(one for one in counter.history(case) if one["seq"] > int(seen))


def typed(desk: Desk, counter: Counter, case: Case, command: str) -> tuple[dict[str, Any], dict[str, Problem]]:
    """What was typed as plain values, and what is wrong with it."""
    policies, fields = policies_of(desk), desk.fields
    if command in BY_LINE:
        lines, problems = outcomes.read_lines(fields, wanted_lines(case, command))
        sent: dict[str, Any] = {"lines": lines}
        if name := BY_LINE[command]:
            sent[name] = fields.one(name)
            if not fields.one(name):
                problems[name] = Problem("give the reasoning over all advice")
        return sent, problems
    if command == RIGHTS:
        return rights.read(criteria_of(facts_of(desk, counter, case), policies), fields)
    asked = Asked(case, policies, desk, counter.day(case))
    sent, problems = form_fields.read(FORMS[command](asked), fields, desk.upload)
    if problems:
        return sent, problems
    sent = command_forms.completed(command, sent, asked, counter.person.agency)
    if command == "recommend":
        sent["conditions"], problems = outcomes.read_conditions(fields, _CONDITION)
    return sent, problems


def wanted_lines(case: Case, command: str) -> tuple[int, ...]:
    """The lines that a command is about."""
    if command == "decide_appeal":
        return case.appealed
    return tuple(one.line for one in case.applied.items)


def shown(desk: Desk, counter: Counter, case: Case, command: str, sent: Sent) -> Page:
    """The page of a command, with what was typed and what came of it."""
    exporter = as_exporter(counter, case)
    now = next((one for one in counter.possible(case) if one.command == command), None)
    said = words.COMMANDS[command]
    facts = facts_of(desk, counter, case)
    context: dict[str, Any] = {
        "command": command,
        "said": said,
        "title_of": case.reference or case.id,
        "id": case.id,
        "fields": desk.fields,
        "posted": desk.posted,
        "problems": sent.problems,
        "sent": sent,
        "possible": now,
        "tag": counter.tag(case),
        "form": (),
        "exporter_side": exporter,
        # Who reads the case as its exporter is shown no form of the authority: it would tell of hits and advice.
        "barred": exporter and ACTIONS[command] not in portal.OWN,
    }
    template = "command.html"
    if exporter:
        context |= portal.beside(desk, counter, case)
        if context["barred"]:
            return page(desk, template, said.title, context, sent.status)
    else:
        names = names_of(desk, (one["by"] for one in sent.since))
        context |= part_of_case(desk, counter, case, facts)
        context["since"] = [
            (one, names.get(one["by"], one["by"]), moment(one["at"], zone_of(desk, case))) for one in sent.since
        ]
    if command in BY_LINE:
        template = "outcomes.html"
        context |= _outcomes(desk, case, facts, command)
    elif command == RIGHTS:
        template = "rights.html"
        context |= _rights(desk, counter, case, facts)
    else:
        asked = Asked(case, policies_of(desk), desk, counter.day(case))
        context["form"] = FORMS[command](asked)
        if command == "recommend":
            context["condition_rows"] = _conditions(desk)
    return page(desk, template, f"{said.title}: {case.reference or case.id}", context, sent.status)


def _conditions(desk: Desk) -> tuple[outcomes.ConditionRow, ...]:
    numbers = [
        int(parts[0])
        for name, _ in desk.fields.under(f"{_CONDITION}.")
        if len(parts := name.split(".")) == 2 and parts[1] == "text" and parts[0].isdecimal() and len(parts[0]) < 4
    ]
    rows = [
        outcomes.ConditionRow(
            one, *(desk.fields.one(f"{_CONDITION}.{one}.{part}") for part in ("id", "text", "due", "evidence"))
        )
        for one in sorted(set(numbers))
    ]
    last = max(numbers, default=0)
    return (*rows, *(outcomes.ConditionRow(last + one) for one in range(1, 2 + ("more" in desk.fields))))


def _outcomes(desk: Desk, case: Case, facts: Facts, command: str) -> dict[str, Any]:
    policies = policies_of(desk)
    start = case.consolidated.lines if case.consolidated and command != "decide_appeal" else ()
    lines = outcomes.lines_of(case, facts, policies, desk.fields, start, wanted_lines(case, command))
    law = policies.authorities[case.applied.authority].law
    reasoning = desk.fields.one("reasoning")
    if not reasoning and not desk.posted and case.consolidated and command == "consolidate":
        reasoning = case.consolidated.reasoning
    return {
        "lines": lines,
        "criteria": outcomes.criteria_for(policies, law),
        "reasoning": reasoning,
        "asks": BY_LINE[command],
        "outcome_options": _OUTCOMES,
    }


def _rights(desk: Desk, counter: Counter, case: Case, facts: Facts) -> dict[str, Any]:
    policies = policies_of(desk)
    before = case.assessment.content if case.assessment and not desk.posted else None
    return {
        "answers": rights.answers_of(criteria_of(facts, policies), desk.fields, before),
        "before": before,
        "states": rights.must_state(policies),
        "choices": rights.CHOICES,
        "known": counter.prefill(case),
        "summary": desk.fields.one("summary") or (before.summary if before else ""),
        "misuse": desk.fields.one("misuse_pattern") or (before.misuse_pattern if before else ""),
    }
