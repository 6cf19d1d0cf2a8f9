"""What the officer's pages show of a case: every part as the person may read it, with who did it and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from enduse.cases.application import CaseParty, Hit
from enduse.cases.bodies import Recommended
from enduse.cases.case import Case
from enduse.cases.clocks import ClockState, Deadline
from enduse.cases.conditions import Facts
from enduse.cases.human_rights import called_for, criteria_of
from enduse.interfaces.licensing.actions import ACTIONS
from enduse.interfaces.licensing.desk import Desk as Counter
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.licensing.command_forms import can_choose
from enduse.interfaces.web.licensing.form_fields import Asked
from enduse.interfaces.web.licensing.room import as_exporter, moment, names_of, policies_of

_ORDER = (ClockState.PASSED, ClockState.RUNNING, ClockState.PAUSED, ClockState.MET_LATE, ClockState.MET)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock in words.

    Attributes:
        tone: of the tag: ``prohibited`` where its day has passed, ``licence`` where it is near.
    """

    title: str
    key: str
    kind: str
    due: str
    words: str
    tone: str
    citation: Any
    notes: tuple[str, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Voice:
    """What an agency says of one line and party; the latest version, and how many there are."""

    agency: str
    advice: Recommended | None
    deemed: bool
    versions: int


@dataclass(frozen=True, slots=True)
class Advised:
    """A line and a party, with every agency's voice."""

    line: int
    code: str
    party: CaseParty
    voices: tuple[Voice, ...]


def facts_of(desk: Desk, counter: Counter, case: Case) -> Facts:
    """The facts that conditions ask for, as far as the person may see them."""
    policies = policies_of(desk)
    ground = desk.service.office.outside.ground(case, counter.actor)
    return Facts(case, ground, policies.groups, policies.authorities[case.applied.authority].law)


def zone_of(desk: Desk, case: Case) -> dt.tzinfo:
    """The civil time of a case's authority."""
    return policies_of(desk).authorities[case.applied.authority].zone


def clocks_of(counter: Counter, case: Case) -> tuple[Clock, ...]:
    """The clocks of a case that the person may know of, the most pressing first."""
    known = {(one["clock"], one["key"]) for one in counter.view(case).get("deadlines", ())}
    found = [one for one in counter.deadlines(case) if (one.rule.id, one.key) in known]
    found.sort(key=lambda one: (_ORDER.index(one.state), one.due or dt.date.max))
    return tuple(clock_words(one) for one in found)


def clock_words(one: Deadline) -> Clock:
    """A clock in words."""
    unit = "working day" if one.rule.unit == "working" else "day"
    tone = "none"
    if one.state is ClockState.RUNNING:
        said = f"{_count(one.left, unit)} left" if one.left else "due today"
        tone = "licence" if one.left <= 3 else "open"
    elif one.state is ClockState.PAUSED:
        said = f"stopped, {_count(one.left, unit)} left when it goes on"
    elif one.state is ClockState.PASSED:
        said = f"{_count(one.over, unit)} over" if one.rule.kind != "window" else "over"
        tone = "prohibited" if one.rule.kind in ("limit", "target") else "none"
        if one.rule.kind == "deemed":
            said = f"passed: {one.rule.meaning}" if one.rule.meaning else said
    else:
        said = "met" if one.state is ClockState.MET else "met late"
    running = one.state in (ClockState.RUNNING, ClockState.PAUSED, ClockState.PASSED)
    due = one.due.isoformat() if one.due else ""
    return Clock(one.rule.title, one.key, one.rule.kind, due, said, tone, one.rule.citation, one.notes, running)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def advice_of(desk: Desk, case: Case) -> tuple[Advised, ...]:
    """Every line and advised party with every agency's voice."""
    policies = policies_of(desk)
    agencies = tuple(dict.fromkeys(route.agency for route in case.routes))
    parties = [one for one in case.applied.parties if one.role.value in policies.advised_roles]
    return tuple(
        Advised(
            item.line, case.code(item.line), party, tuple(_voice(case, one, item.line, party.id) for one in agencies)
        )
        for item in case.applied.items
        for party in parties
    )


def _voice(case: Case, agency: str, line: int, party: str) -> Voice:
    own = [one for one in case.recommended if (one.agency, one.line, one.party) == (agency, line, party)]
    return Voice(agency, own[-1] if own else None, agency in case.deemed and not own, len(own))


def hits_of(case: Case) -> tuple[tuple[Hit, str], ...]:
    """Hits with how each was disposed of; open ones first."""
    disposed = dict(case.dispositions)
    hits = (*(case.screened.hits if case.screened else ()), *case.later_hits)
    return tuple(
        sorted(((one, disposed.get(one.id, "")) for one in hits), key=lambda pair: (pair[1] != "", -pair[0].score))
    )


def timeline_of(desk: Desk, counter: Counter, case: Case) -> list[dict[str, Any]]:
    """What happened, newest first, as the person may read it."""
    history = counter.history(case)
    names = names_of(desk, (one["by"] for one in history))
    zone = zone_of(desk, case)
    return [
        {**one, "who": names.get(one["by"], one["by"]), "when": moment(one["at"], zone), "says": _says(one)}
        for one in reversed(history)
    ]


_SAYS = ("reason", "reasons", "reasoning", "grounds", "question", "answer", "summary", "note", "meaning", "text")


def _says(one: dict[str, Any]) -> str:
    """The one line of an event that a reader wants first."""
    body = one["body"] if isinstance(one["body"], dict) else {}
    heads = [
        str(body[key])
        for key in ("to", "reference", "code", "position", "disposition", "flag", "measure", "outcome")
        if key in body
    ]
    said = next((str(body[key]) for key in _SAYS if isinstance(body.get(key), str)), "")
    if one["kind"] in ("consolidated", "decided"):
        heads = [f"line {line['line']}: {line['outcome'].replace('_', ' ')}" for line in body.get("lines", ())]
    return ": ".join(part for part in (", ".join(heads).replace("_", " "), said) if part)


def part_of_case(desk: Desk, counter: Counter, case: Case, facts: Facts) -> dict[str, Any]:
    """What every page about a case shows of it to an officer."""
    policies = policies_of(desk)
    known = policies.authorities[case.applied.authority]
    people = [case.officer, *(one.by for one in case.assessments), *(one.reviewed_by for one in case.assessments)]
    people += [act.actor for act in case.acts]
    people += [name for one in (case.licence.measures if case.licence else ()) for name in (one.owner, one.approved_by)]
    return {
        "case": case,
        "facts": facts,
        "ground": facts.ground,
        "authority": known,
        "type": policies.types[case.applied.type],
        "zone": known.zone,
        "moment": moment,
        "names": names_of(desk, people),
        "clocks": clocks_of(counter, case),
        "called": called_for(facts, policies),
        "criteria_asked": criteria_of(facts, policies),
        "advice": advice_of(desk, case),
        "hits": hits_of(case),
        "sees_partners": counter.sees_partners,
        "consultations": [one for one in case.consultations if one.asked.id not in counter.sight(case).hidden],
        "questions": {one.id: one for one in policies.questions},
        "parties": {one.id: one for one in case.applied.parties},
        "findings_block": {one.id.value: one.blocks for one in policies.findings.values()},
    }


def whole_case(desk: Desk, counter: Counter, case: Case) -> dict[str, Any]:
    """All that the case page shows to an officer."""
    facts = facts_of(desk, counter, case)
    asked = Asked(case, policies_of(desk), desk, counter.day(case))
    ways = [one for one in counter.possible(case) if counter.may(ACTIONS[one.command])]
    return {
        **part_of_case(desk, counter, case, facts),
        "ways": [one for one in ways if one.now and can_choose(one.command, asked)],
        "blocked": [one for one in ways if not one.now],
        "matches": counter.matches(case) if counter.sees_partners else (),
        "timeline": timeline_of(desk, counter, case),
        "profiles": _profiles(case, facts),
        "tag": counter.tag(case),
        "reads_exporter": as_exporter(counter, case),
        "retention": counter.retention(case) if counter.may("case.hold") else None,
    }


def _profiles(case: Case, facts: Facts) -> list[tuple[str, str]]:
    countries: Iterable[str] = dict.fromkeys(
        [case.applied.destination, *(one.country for one in case.applied.end_users)]
    )
    return [(one, facts.ground.profile(one) or "") for one in countries if one]
