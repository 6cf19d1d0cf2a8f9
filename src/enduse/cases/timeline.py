"""What clocks see of a case: its acts on civil days of the authority."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from enduse.cases.case import Act, Case
from enduse.cases.clocks import Mark, Timeline


def timeline(case: Case, zone: ZoneInfo, calendars: Mapping[str, str] | None = None) -> Timeline:
    """What clocks see: each act on its civil day.

    Args:
        zone: of the authority.
        calendars: partner -> id of its calendar.
    """
    marks = [
        Mark(
            kind,
            act.at.astimezone(zone).date(),
            key,
            (calendars or {}).get(partner, f"calendar of {partner}"),
            act.seq,
        )
        for act in case.acts
        for kind, key, partner in _marks_of(case, act)
    ]
    days = {act.seq: act.at.astimezone(zone).date() for act in case.acts}
    pauses = tuple(
        replace(one, opened=days[_seq(one.id)], closed=_closing(case, one.kind, one.id, days)) for one in case.pauses
    )
    return Timeline(case.applied.authority, case.applied.type, tuple(marks), pauses)


def _seq(pause: str) -> int:
    return int(pause.partition(":")[0])


def _closing(case: Case, kind: str, identifier: str, days: dict[int, dt.date]) -> dt.date | None:
    key = identifier.partition(":")[2]
    closing = "rfi_answered" if kind == "rfi" else "resumed"
    after = _seq(identifier)
    return next(
        (days[act.seq] for act in case.acts if act.kind == closing and act.key == key and act.seq > after), None
    )


def _marks_of(case: Case, act: Act) -> list[tuple[str, str, str]]:
    """Names of an act for clocks: kind, key, partner."""
    partners = {one.asked.id: (one.asked.kind, one.asked.partner) for one in case.consultations}
    if act.kind.startswith("consultation_") and act.key in partners:
        kind, partner = partners[act.key]
        words = {"opened": "asked", "extended": "extended", "answered": "answered", "lapsed": "lapsed"}
        return [(f"{kind}_{words[act.kind.removeprefix('consultation_')]}", act.key, partner)]
    if act.kind == "routed":
        return [("routed", agency, "") for agency in act.key.split(" ") if agency]
    if act.kind == "recommended":
        found = [("position", act.key, "")]
        before = [one for one in case.recommended if one.agency]
        at = next((n for n, other in enumerate(_of_kind(case, "recommended")) if other.seq == act.seq), 0)
        heard = {(one.line, one.party): set[bool]() for one in before}
        for number, one in enumerate(before[: at + 1]):
            against = one.position == "refuse"
            known = heard[one.line, one.party]
            if number == at and (not against) in known:
                found.append(("disagreement", "", ""))
            known.add(against)
        return found
    if act.kind == "decided" and act.key:
        return [("decided", "", ""), ("refused", "", "")]
    return [(act.kind, act.key, "")]


def _of_kind(case: Case, kind: str) -> list[Act]:
    return [act for act in case.acts if act.kind == kind]
