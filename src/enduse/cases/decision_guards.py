"""Guards of the decision, the appeal and what follows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from enduse.cases import human_rights
from enduse.cases.application import amount
from enduse.cases.bodies import GRANTS, Finding, LineOutcome
from enduse.cases.clocks import ClockState, Deadline
from enduse.cases.context import Context
from enduse.cases.denials import own_denials
from enduse.cases.guards import guard, outcome_words
from enduse.cases.refusals import Missing

_TELLING = 4
"""Shortest id of a denial that is looked for in texts: a shorter one is a number of something else."""
_ADVICE = (
    *("hr_assessed", "hr_reviewed", "recommended", "classified", "determined"),
    *("consultation_answered", "consultation_lapsed", "rung_decided"),
)


@guard
def _is_notification(ctx: Context) -> Iterator[Missing]:
    if ctx.type.kind != "notification":
        yield Missing(f"a {ctx.type.title} is no notification", "is_notification", ctx.type.citation)


@guard
def _outcomes_sound(ctx: Context) -> Iterator[Missing]:
    lines: tuple[LineOutcome, ...] = ctx.body.lines
    outcome_words(lines)
    named = [one.line for one in lines]
    wanted = [item.line for item in ctx.case.applied.items]
    if ctx.command == "decide_appeal":
        wanted = list(ctx.case.appealed)
    for line in sorted({*wanted, *named}):
        if named.count(line) != (1 if line in wanted else 0):
            yield Missing(f"each line has one outcome: line {line} has {named.count(line)}", "outcomes_sound")
    for one in lines:
        yield from _sound(ctx, one)


def _sound(ctx: Context, one: LineOutcome) -> Iterator[Missing]:
    if not one.reasons.strip():
        yield Missing(f"reasons for line {one.line}", "outcomes_sound")
    if (one.outcome == "grant_with_conditions") != bool(one.conditions):
        yield Missing(
            f"line {one.line}: conditions are stated where, and only where, it is granted with them", "outcomes_sound"
        )
    ids = [condition.id for condition in one.conditions]
    if len(set(ids)) != len(ids):
        yield Missing(f"line {one.line}: conditions have ids of their own", "outcomes_sound")
    known = {criterion.id for criterion in human_rights.criteria_of(ctx.facts, ctx.policies)}
    known |= {criterion.id for criterion in ctx.policies.criteria if ctx.authority.law in criterion.laws}
    for criterion in one.criteria:
        if criterion not in known:
            yield Missing(f"line {one.line}: {criterion} is no criterion of {ctx.authority.title}", "outcomes_sound")
    if one.outcome == "refuse":
        if not one.criteria:
            yield Missing(f"line {one.line}: a refusal names the criteria that it rests on", "outcomes_sound")
        latest = ctx.case.assessment
        clear = [a.criterion for a in latest.content.answers if a.worst is Finding.CLEAR_RISK] if latest else []
        if clear and not set(clear) & set(one.criteria):
            yield Missing(f"line {one.line}: a refusal for a clear risk names it: {', '.join(clear)}", "outcomes_sound")
    if ctx.type.kind == "notification":
        if ctx.case.determined is None:
            what = "the authority has not determined whether an authorisation is required"
            yield Missing(what, "determined", ctx.type.citation)
        elif one.outcome == ("nlr" if ctx.case.determined else "grant"):
            word = "required" if ctx.case.determined else "not required"
            what = f"line {one.line}: an authorisation is {word}, the outcome cannot be {one.outcome}"
            yield Missing(what, "determined", ctx.type.citation)


@guard
def _outcome_allowed(ctx: Context) -> Iterator[Missing]:
    for one in ctx.body.lines:
        yield from human_rights.blocked(ctx.facts, ctx.policies, one.outcome)


@guard
def _agreed_outcome_allowed(ctx: Context) -> Iterator[Missing]:
    if ctx.body.agrees and ctx.case.consolidated:
        for one in ctx.case.consolidated.lines:
            yield from human_rights.blocked(ctx.facts, ctx.policies, one.outcome)


@guard
def _consolidation_current(ctx: Context) -> Iterator[Missing]:
    if ctx.command == "countersign" and not ctx.body.agrees:
        return
    latest = ctx.case.last(*_ADVICE)
    if latest and latest.seq > ctx.case.consolidated_seq:
        what = f"the proposal is older than what came in since ({latest.kind}): consolidate again"
        yield Missing(what, "consolidation_current")


@guard
def _as_countersigned(ctx: Context) -> Iterator[Missing]:
    proposal = ctx.case.consolidated
    if proposal is None:
        yield Missing("there is no proposal", "as_countersigned")
        return
    if len(ctx.case.agreed) < ctx.countersignatures:
        what = f"{len(ctx.case.agreed)} of {ctx.countersignatures} countersignatures"
        yield Missing(what, "as_countersigned")
    proposed = {one.line: (one.outcome, one.conditions) for one in proposal.lines}
    for one in ctx.body.lines:
        if proposed.get(one.line) != (one.outcome, one.conditions):
            outcome = proposed.get(one.line, ("nothing", ()))[0]
            yield Missing(
                f"line {one.line}: {outcome} was countersigned, not {one.outcome} with these conditions: send it back",
                "as_countersigned",
            )


def _read_by_exporter(ctx: Context) -> Iterator[str]:
    """Texts of the command that documents and messages hand to the exporter as they are."""
    for one in getattr(ctx.body, "lines", ()):
        yield one.reasons
        for condition in one.conditions:
            yield f"{condition.id} {condition.text} {condition.evidence}"
    for name in ("reason", "question", "legal_basis"):
        yield getattr(ctx.body, name, "")


@guard
def _nothing_of_partners(ctx: Context) -> Iterator[Missing]:
    denials = {one.asked.denial for one in ctx.case.consultations} | {one.denial.id for one in ctx.matches}
    text = "\n".join(_read_by_exporter(ctx))
    for denial in sorted(one for one in denials if len(one) >= _TELLING):
        if re.search(rf"(?<!\w){re.escape(denial)}(?!\w)", text, re.IGNORECASE):
            # Who may not read denials is not told that this is one.
            what = f"the denial {denial}" if ctx.ground.sees_partners else "what concerns other authorities"
            yield Missing(f"the exporter reads this text: leave out {what}", "nothing_of_partners")


@guard
def _no_intent_yet(ctx: Context) -> Iterator[Missing]:
    if ctx.case.intent:
        yield Missing("the intent to deny was notified already", "no_intent_yet")


@guard
def _intent_is_open(ctx: Context) -> Iterator[Missing]:
    clock = ctx.clock(ctx.authority.intent_clock) if ctx.authority.intent_clock else None
    if not ctx.case.intent:
        yield Missing("no intent to deny was notified", "intent_is_open")
    elif clock is not None and clock.state is not ClockState.RUNNING:
        yield Missing(f"the reply was due on {clock.due}", clock.rule.id, clock.rule.citation)


@guard
def _intent_respected(ctx: Context) -> Iterator[Missing]:
    if not ctx.authority.intent_clock or all(one.outcome != "refuse" for one in ctx.body.lines):
        return
    rule = next(one for one in ctx.policies.clocks.rules if one.id == ctx.authority.intent_clock)
    clock = ctx.clock(rule.id)
    if clock is None:
        yield Missing("a refusal follows an intent to deny that was notified", rule.id, rule.citation)
    elif clock.state is ClockState.RUNNING:
        yield Missing(f"the applicant may reply until {clock.due}", rule.id, rule.citation)


# --- appeal ---------------------------------------------------------------------------------------------------------


def _refused(ctx: Context) -> set[int]:
    decision = ctx.case.decision
    return {one.line for one in decision.lines if one.outcome == "refuse"} if decision else set()


def appeal_clock(ctx: Context) -> Deadline | None:
    """The window in which the exporter may appeal."""
    found = [one for one in ctx.deadlines if one.rule.kind == "window" and "appealed" in one.rule.stop]
    return found[-1] if found else None


@guard
def _something_refused(ctx: Context) -> Iterator[Missing]:
    if not _refused(ctx):
        yield Missing("nothing was refused", "something_refused")


@guard
def _refused_lines(ctx: Context) -> Iterator[Missing]:
    refused = _refused(ctx)
    if not ctx.body.lines:
        yield Missing("the lines that the appeal is about", "refused_lines")
    for line in ctx.body.lines:
        if line not in refused:
            yield Missing(f"line {line} was not refused", "refused_lines")
    if ctx.case.decision and ctx.case.decision.on_appeal:
        yield Missing("the appeal was decided", "refused_lines")


@guard
def _appeal_in_time(ctx: Context) -> Iterator[Missing]:
    clock = appeal_clock(ctx)
    decided = ctx.case.last("decided")
    accepted = ctx.case.last("appeal_late_accepted")
    if accepted and decided and accepted.seq > decided.seq:
        return
    if clock is None:
        yield Missing(f"{ctx.authority.title} states no window for an appeal", "appeal_in_time")
    elif clock.state is not ClockState.RUNNING:
        what = f"the appeal was due by {clock.due}; a late one needs a recorded acceptance"
        yield Missing(what, clock.rule.id, clock.rule.citation)


@guard
def _only_appealed_lines(ctx: Context) -> Iterator[Missing]:
    for one in ctx.body.lines:
        if one.line not in ctx.case.appealed:
            yield Missing(f"line {one.line} is not under appeal", "only_appealed_lines")


@guard
def _licence_settled(ctx: Context) -> Iterator[Missing]:
    licence = ctx.case.licence
    if licence and any(one.outcome in GRANTS for one in ctx.body.lines):
        if licence.status == "suspended":
            yield Missing("the licence is suspended: reinstate or revoke it first", "licence_settled")
        elif any(one.open for one in licence.measures):
            yield Missing("a proposal on the licence waits for its second person", "licence_settled")


@guard
def _appeal_window_over(ctx: Context) -> Iterator[Missing]:
    clock = appeal_clock(ctx)
    if _refused(ctx) and clock and clock.state is ClockState.RUNNING:
        yield Missing(f"the exporter may appeal until {clock.due}", clock.rule.id, clock.rule.citation)


# --- licence --------------------------------------------------------------------------------------------------------


@guard
def _has_licence(ctx: Context) -> Iterator[Missing]:
    if ctx.case.licence is None:
        yield Missing("no licence was issued", "has_licence")


@guard
def _licence_line(ctx: Context) -> Iterator[Missing]:
    amount(ctx.body.quantity, "quantity", positive=True)
    lines = ctx.case.licence.content.lines if ctx.case.licence else ()
    line = next((one for one in lines if one.line == ctx.body.line), None)
    if line is None:
        yield Missing(f"no licence has a line {ctx.body.line}", "licence_line")
    elif line.unit != ctx.body.unit:
        yield Missing(f"line {line.line} is counted in {line.unit}, not in {ctx.body.unit}", "licence_line")


@guard
def _usable_licence(ctx: Context) -> Iterator[Missing]:
    licence = ctx.case.licence
    if licence is None or ctx.body.usage in {one.usage for one in (*licence.usages, *licence.exceptions)}:
        return
    content = licence.content
    if any(start <= ctx.body.on < (end or dt.date.max) for start, end in _stopped(ctx)):
        now = licence.status in ("suspended", "revoked", "surrendered")
        state = f"is {licence.status}" if now else f"was stopped on {ctx.body.on}"
        yield Missing(f"the licence {content.licence} {state}", "usable_licence")
    if not content.valid_from <= ctx.body.on < content.valid_to:
        yield Missing(f"it is valid from {content.valid_from} until before {content.valid_to}", "usable_licence")
    if ctx.body.on > ctx.day:
        yield Missing(f"{ctx.body.on} is to come", "usable_licence")


def _stopped(ctx: Context) -> list[tuple[dt.date, dt.date | None]]:
    """Days, half-open, on which nothing could leave under the licence: suspended, revoked or given back.

    The day on which it was stopped is one; what left on a day before may be reported late.
    """
    licence = ctx.case.licence
    measures = {one.content.id: one.content.measure for one in licence.measures} if licence else {}
    found: list[tuple[dt.date, dt.date | None]] = []
    for act in ctx.case.acts:
        day = act.at.astimezone(ctx.authority.zone).date()
        word = measures.get(act.key, "") if act.kind == "measure_approved" else act.kind
        stopped = bool(found) and found[-1][1] is None
        if word in ("suspend", "revoke", "licence_surrendered") and not stopped:
            found.append((day, None))
        elif word in ("reinstate", "licence_issued") and stopped:
            found[-1] = (found[-1][0], day)
    return found


@guard
def _same_usage(ctx: Context) -> Iterator[Missing]:
    licence = ctx.case.licence
    for one in (*licence.usages, *licence.exceptions) if licence else ():
        if one.usage == ctx.body.usage and one != ctx.body:
            yield Missing(f"the usage {one.usage} was recorded with {one.quantity} on {one.on}", "same_usage")


@guard
def _known_condition(ctx: Context) -> Iterator[Missing]:
    licence = ctx.case.licence
    if licence is None or ctx.body.condition not in {one.id for one in licence.content.conditions}:
        yield Missing(f"no licence has a condition {ctx.body.condition!r}", "known_condition")
    elif ctx.body.condition in licence.met:
        yield Missing(f"evidence for {ctx.body.condition} is there", "known_condition")
    if not ctx.body.evidence_sha256.strip():
        yield Missing("the hash of the evidence", "known_condition")


@guard
def _check_result(ctx: Context) -> Iterator[Missing]:
    if ctx.body.result not in ("as_declared", "not_found", "diverted", "refused"):
        yield Missing("a check finds as_declared, not_found, diverted or refused", "check_result")


@guard
def _new_hit(ctx: Context) -> Iterator[Missing]:
    known = {hit.id for hit in ctx.case.later_hits} | {
        hit.id for hit in (ctx.case.screened.hits if ctx.case.screened else ())
    }
    if ctx.body.hit.id in known:
        yield Missing(f"the hit {ctx.body.hit.id} is known", "new_hit")
    if ctx.body.hit.party not in {party.id for party in ctx.case.applied.parties}:
        yield Missing(f"there is no party {ctx.body.hit.party!r}", "new_hit")


_FROM = {
    "suspend": ("active", "exhausted"),
    "revoke": ("active", "exhausted", "suspended"),
    "reinstate": ("suspended",),
    "modify": ("active", "suspended"),
}


@guard
def _measure_possible(ctx: Context) -> Iterator[Missing]:
    licence = ctx.case.licence
    allowed = _FROM.get(ctx.body.measure)
    if allowed is None:
        yield Missing(f"a measure is one of {', '.join(_FROM)}", "measure_possible")
    elif licence is None or licence.status not in allowed:
        status = licence.status if licence else "not there"
        yield Missing(f"the licence is {status}: it cannot be made to {ctx.body.measure}", "measure_possible")
    elif any(one.open for one in licence.measures):
        yield Missing("another proposal waits for its second person", "measure_possible")


@guard
def _only_less(ctx: Context) -> Iterator[Missing]:
    licence, body = ctx.case.licence, ctx.body
    if licence is None:
        return
    if (body.measure == "modify") != bool(body.lines or body.valid_to):
        yield Missing("lines or an earlier end are stated where, and only where, the licence is modified", "only_less")
    if body.valid_to and not ctx.day <= body.valid_to <= licence.content.valid_to:
        yield Missing(
            f"the end lies between today and {licence.content.valid_to}: more takes an amendment", "only_less"
        )
    held = {one.line: one for one in licence.content.lines}
    for one in body.lines:
        amount(one.quantity, f"line {one.line}")
        before = held.get(one.line)
        if before is None or (before.code, before.unit) != (one.code, one.unit) or one.quantity > before.quantity:
            yield Missing(f"line {one.line} can only be lowered: more takes an amendment", "only_less")
        elif one.quantity < before.quantity - licence.balance(one.line):
            yield Missing(f"line {one.line}: more than {one.quantity} has left already", "only_less")


@guard
def _reinstatement_allowed(ctx: Context) -> Iterator[Missing]:
    """A licence that is given back lets the goods leave again: what blocks a grant blocks it."""
    licence, decision = ctx.case.licence, ctx.case.decision
    measures = licence.measures if licence else ()
    named = next((one.content.measure for one in measures if one.content.id == ctx.body.id), "")
    if decision is None or getattr(ctx.body, "measure", named) != "reinstate":
        return
    for hit in ctx.case.open_hits:
        yield Missing(f"hit {hit.id} on {hit.listed_name} ({hit.list_id}) is open", "hits_disposed")
    yield from human_rights.gaps(ctx.facts, ctx.policies)
    for outcome in sorted({one.outcome for one in decision.lines if one.outcome in GRANTS}):
        yield from human_rights.blocked(ctx.facts, ctx.policies, outcome)


@guard
def _new_measure(ctx: Context) -> Iterator[Missing]:
    licence = ctx.case.licence
    if not ctx.body.id.strip() or (licence and ctx.body.id in {one.content.id for one in licence.measures}):
        yield Missing(f"an id that is not used yet: {ctx.body.id!r} is", "new_measure")


@guard
def _measure_is_open(ctx: Context) -> Iterator[Missing]:
    licence = ctx.case.licence
    if licence is None or ctx.body.id not in {one.content.id for one in licence.measures if one.open}:
        yield Missing(f"no proposal {ctx.body.id!r} is open", "measure_is_open")
    elif not next(one.owner for one in licence.measures if one.content.id == ctx.body.id):
        what = "the system proposed it: a person of the licence authority must make it theirs first"
        yield Missing(what, "measure_is_open")


@guard
def _measure_without_owner(ctx: Context) -> Iterator[Missing]:
    licence = ctx.case.licence
    if licence is None or ctx.body.id not in {one.content.id for one in licence.measures if one.open and not one.owner}:
        yield Missing(f"no proposal {ctx.body.id!r} of the system is open", "measure_without_owner")


@guard
def _some_measure_open(ctx: Context) -> Iterator[Missing]:
    if ctx.case.licence is None or not any(one.open for one in ctx.case.licence.measures):
        yield Missing("no proposal is open", "some_measure_open")


@guard
def _live_licence(ctx: Context) -> Iterator[Missing]:
    if ctx.case.licence is None or ctx.case.licence.status not in ("active", "suspended", "exhausted"):
        yield Missing("there is no licence in force", "live_licence")


@guard
def _licence_over(ctx: Context) -> Iterator[Missing]:
    licence = ctx.case.licence
    if licence is None or licence.status not in ("active", "suspended") or ctx.day < licence.content.valid_to:
        yield Missing("no licence has run out", "licence_over")


# --- denials and records --------------------------------------------------------------------------------------------


@guard
def _own_denial(ctx: Context) -> Iterator[Missing]:
    if ctx.body.id not in {one.id for one in own_denials(ctx.case, ctx.authority.state)}:
        yield Missing(f"this case made no denial {ctx.body.id!r}", "own_denial")


@guard
def _review_outcome(ctx: Context) -> Iterable[Missing]:
    if ctx.body.outcome not in ("renew", "amend", "revoke"):
        yield Missing("a review renews, amends or revokes", "review_outcome")
    if not ctx.body.grounds.strip():
        yield Missing("the grounds of the review", "review_outcome")


@guard
def _is_held(ctx: Context) -> Iterator[Missing]:
    if not ctx.case.held:
        yield Missing("there is no legal hold", "is_held")


@guard
def _new_document(ctx: Context) -> Iterator[Missing]:
    for one in ctx.case.documents:
        if one.id == ctx.body.id and one.content_sha256 != ctx.body.content_sha256:
            yield Missing(f"{one.id} was issued with another content", "new_document")
