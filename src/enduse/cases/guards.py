"""Guards of an application's way to a decision. Each says everything that is missing, and by which rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from enduse.cases import human_rights
from enduse.cases.application import checked
from enduse.cases.bodies import GRANTS, OUTCOMES, POSITIONS, LineOutcome
from enduse.cases.clocks import ClockState
from enduse.cases.conditions import disagree, evaluate
from enduse.cases.context import Context
from enduse.cases.denials import consulted, knows_of
from enduse.cases.refusals import Missing
from enduse.model.codes import parse_code
from enduse.model.errors import BadInput
from enduse.model.truth import Truth

Guard = Callable[[Context], Iterable[Missing]]
GUARDS: dict[str, Guard] = {}


def guard(check: Guard) -> Guard:
    """Register a guard under its name, without the underscore it begins with."""
    GUARDS[check.__name__.removeprefix("_")] = check
    return check


def _lack(what: str, rule: str) -> Iterator[Missing]:
    yield Missing(what, rule)


# --- application ----------------------------------------------------------------------------------------------------


@guard
def _authority_and_type(ctx: Context) -> Iterator[Missing]:
    application = checked(ctx.body.application)
    authority = ctx.policies.authorities.get(application.authority)
    if authority is None:
        known = ", ".join(ctx.policies.authorities)
        raise BadInput(f"no authority {application.authority!r}", where="authority", remedy=f"known: {known}")
    kind = ctx.policies.types.get(application.type)
    if kind is None or kind.law != authority.law:
        known = ", ".join(one.id for one in ctx.policies.types.values() if one.law == authority.law)
        raise BadInput(f"no type of case {application.type!r} there", where="type", remedy=f"known: {known}")
    if not ctx.actor.organisation.strip():
        yield Missing("your account acts for no exporter: a system administrator says for which", "authority_and_type")
    elif application.exporter != ctx.actor.organisation:
        yield Missing("the exporter is the organisation that you act for", "authority_and_type")


@guard
def _same_exporter(ctx: Context) -> Iterator[Missing]:
    before, after = ctx.case.applied, ctx.body.application
    if (before.exporter, before.authority, before.amends) != (after.exporter, after.authority, after.amends):
        yield Missing("exporter, authority and what it amends stay as they are", "same_exporter")


@guard
def _complete(ctx: Context) -> Iterator[Missing]:
    applied = ctx.case.applied
    wanted = {
        "items": applied.items,
        "a destination": applied.destination,
        "an end user": applied.end_users,
        "the end use": applied.end_use.strip(),
    }
    yield from (Missing(f"{what} must be stated", "complete") for what, there in wanted.items() if not there)
    for item in applied.items:
        for name, value in (("quantity", item.quantity), ("unit", item.unit.strip()), ("currency", item.currency)):
            if not value:
                yield Missing(f"line {item.line} must state its {name}", "complete")
        if item.capabilities is None:
            yield Missing(f"line {item.line} must say what it can do, or that it can do none of it", "complete")
    for party in applied.end_users:
        if not party.category:
            yield Missing(f"what {party.name} is must be stated", "complete")


@guard
def _declared(ctx: Context) -> Iterator[Missing]:
    for one in ctx.policies.declarations:
        if one not in ctx.body.declarations:
            yield Missing(f"the declaration {one!r}", "declared")


@guard
def _undertaking(ctx: Context) -> Iterator[Missing]:
    users = {party.id for party in ctx.case.applied.end_users}
    signed = ctx.case.applied.undertaking
    if signed is None or signed.party not in users:
        yield Missing("an undertaking of the end user", "undertaking")
    elif signed.signed_on > ctx.day:
        yield Missing(f"the undertaking is signed on {signed.signed_on}, which is to come", "undertaking")


@guard
def _questions_answered(ctx: Context) -> Iterator[Missing]:
    answers = {one.question: one.answer for one in ctx.case.applied.answers}
    for question in ctx.policies.questions:
        if ctx.authority.law not in question.laws:
            continue
        if evaluate(question.when, ctx.facts).truth is not Truth.FALSE and question.id not in answers:
            yield Missing(f"an answer on {question.basis}: {question.text}", question.id, question.citation)
        elif question.id in answers and answers[question.id] not in question.answers:
            yield Missing(f"{question.id} takes one of {', '.join(question.answers)}", question.id, question.citation)


@guard
def _reason(ctx: Context) -> Iterator[Missing]:
    for name in ("reason", "reasoning", "reasons", "grounds"):
        text = getattr(ctx.body, name, None)
        if isinstance(text, str):
            if not text.strip():
                yield Missing("a reason", "reason")
            return


@guard
def _reference(ctx: Context) -> Iterator[Missing]:
    if not ctx.body.reference.strip():
        yield Missing("a reference", "reference")


@guard
def _legal_basis(ctx: Context) -> Iterator[Missing]:
    if not ctx.body.legal_basis.strip():
        yield Missing("the legal basis on which clocks stand still", "legal_basis")


@guard
def _flag_is_set(ctx: Context) -> Iterator[Missing]:
    if ctx.body.flag not in ctx.case.flags:
        yield Missing(f"the flag {ctx.body.flag!r} is not set", "flag_is_set")


@guard
def _new_id(ctx: Context) -> Iterator[Missing]:
    used = {one.id for one in ctx.case.rfis} | {one.asked.id for one in ctx.case.consultations}
    used |= {one.id.partition(":")[2] for one in ctx.case.pauses}
    if not ctx.body.id.strip() or ctx.body.id in used:
        yield Missing(f"an id that is not used yet: {ctx.body.id!r} is", "new_id")


# --- classification and screening -----------------------------------------------------------------------------------


@guard
def _line_exists(ctx: Context) -> Iterator[Missing]:
    if ctx.case.applied.item(ctx.body.line) is None:
        yield Missing(f"there is no line {ctx.body.line}", "line_exists")


@guard
def _usable_code(ctx: Context) -> Iterator[Missing]:
    parse_code(ctx.body.code, where="code")
    if ctx.body.tier not in ("", "basic", "sensitive", "very_sensitive"):
        raise BadInput(f"{ctx.body.tier!r} is no tier", where="tier", remedy="basic, sensitive, very_sensitive")
    if not ctx.body.list_edition.strip():
        yield Missing("the edition of the control list", "usable_code")


@guard
def _lines_classified(ctx: Context) -> Iterator[Missing]:
    for item in ctx.case.applied.items:
        if ctx.case.classification(item.line) is None:
            yield Missing(f"line {item.line} is claimed as {item.code}, nobody has assessed it", "lines_classified")


@guard
def _hits_name_parties(ctx: Context) -> Iterator[Missing]:
    parties = {party.id for party in ctx.case.applied.parties}
    for identifier in (*ctx.body.parties, *(hit.party for hit in ctx.body.hits)):
        if identifier not in parties:
            yield Missing(f"there is no party {identifier!r}", "hits_name_parties")
    ids = [hit.id for hit in ctx.body.hits]
    if len(set(ids)) != len(ids):
        yield Missing("hits have ids of their own", "hits_name_parties")


@guard
def _hit_is_open(ctx: Context) -> Iterator[Missing]:
    if ctx.body.hit not in {hit.id for hit in ctx.case.open_hits}:
        yield Missing(f"no open hit {ctx.body.hit!r}", "hit_is_open")


@guard
def _disposition(ctx: Context) -> Iterator[Missing]:
    if ctx.body.disposition not in ("different", "same"):
        yield Missing("a hit is different or same", "disposition")


@guard
def _screened_whole(ctx: Context) -> Iterator[Missing]:
    run = ctx.case.screened
    if run is None:
        yield Missing("no party has been screened", "screened_whole")
        return
    for party in ctx.case.applied.parties:
        if party.id not in run.parties:
            yield Missing(f"{party.name} has not been screened", "screened_whole")
    used = {one.id: one for one in run.lists}
    now = {one.id: one for one in ctx.ground.lists}
    for needed in ctx.ground.required:
        state = used.get(needed)
        if state is None or not state.whole:
            yield Missing(f"{needed} was not loaded whole when the parties were screened", "screened_whole")
        elif not state.fresh or (needed in now and not now[needed].fresh):
            yield Missing(f"{needed} is stale: load it and screen again", "screened_whole")
        elif needed in now and now[needed].edition != state.edition:
            yield Missing(
                f"{needed} has a newer edition ({now[needed].edition}) than screening used ({state.edition})",
                "screened_whole",
            )


@guard
def _hits_disposed(ctx: Context) -> Iterator[Missing]:
    for hit in ctx.case.open_hits:
        yield Missing(f"hit {hit.id} on {hit.listed_name} ({hit.list_id}) is open", "hits_disposed")


# --- advice ---------------------------------------------------------------------------------------------------------


@guard
def _own_agency(ctx: Context) -> Iterator[Missing]:
    if ctx.body.agency != ctx.actor.agency or not ctx.actor.agency:
        yield Missing(f"you advise for {ctx.actor.agency or 'no agency'}, not for {ctx.body.agency}", "own_agency")
    elif ctx.body.agency not in ctx.agencies:
        yield Missing(f"the case was not sent to {ctx.body.agency}", "own_agency")


@guard
def _advised_party(ctx: Context) -> Iterator[Missing]:
    if ctx.body.party not in {party.id for party in ctx.advised}:
        yield Missing(f"advice is given on end users and consignees, not on {ctx.body.party!r}", "advised_party")


@guard
def _position(ctx: Context) -> Iterator[Missing]:
    if ctx.body.position not in POSITIONS:
        raise BadInput(f"{ctx.body.position!r} is no position", where="position", remedy=", ".join(POSITIONS))
    if (ctx.body.position == "approve_with_conditions") != bool(ctx.body.conditions):
        yield Missing("conditions are stated where, and only where, the position has them", "position")
    if not ctx.body.legal_basis.strip():
        yield Missing("the legal basis of the position", "position")


def _unheard(ctx: Context) -> Iterator[tuple[str, str]]:
    for agency in ctx.agencies:
        if agency in ctx.case.deemed:
            continue
        for item in ctx.case.applied.items:
            for party in ctx.advised:
                if ctx.case.advice(agency, item.line, party.id) is None:
                    yield agency, f"{agency} on line {item.line} and {party.name}"


@guard
def _positions_in(ctx: Context) -> Iterator[Missing]:
    if not ctx.agencies:
        yield Missing("the case was sent to no agency", "positions_in")
    for _, what in _unheard(ctx):
        yield Missing(f"the position of {what}", "positions_in")


@guard
def _advice_complete(ctx: Context) -> Iterator[Missing]:
    for _, what in _unheard(ctx):
        yield Missing(f"a recommendation of {what}", "advice_complete")


@guard
def _positions_overdue(ctx: Context) -> Iterator[Missing]:
    if not list(silent(ctx)):
        yield Missing("no agency is silent past its deadline", "positions_overdue")


def silent(ctx: Context) -> list[Any]:
    """Clocks of agencies whose silence now counts as their position."""
    waiting = {agency for agency, _ in _unheard(ctx)}
    return [one for one in ctx.overdue("deemed", "position") if one.key in waiting]


@guard
def _ladder_rung(ctx: Context) -> Iterator[Missing]:
    rungs = [one for one in ctx.policies.ladder if one.authority == ctx.case.applied.authority]
    index = next((n for n, one in enumerate(rungs) if one.id == ctx.body.rung), None)
    if index is None:
        yield Missing(f"{ctx.authority.title} has no rung {ctx.body.rung!r}", "ladder_rung")
        return
    rung, decided = rungs[index], {one for one, _ in ctx.case.rungs}
    if not disagree(ctx.case):
        yield Missing("the agencies do not differ", "ladder_rung", rung.citation)
    if index and rungs[index - 1].id not in decided:
        yield Missing(f"{rungs[index - 1].title} has not decided", "ladder_rung", rung.citation)
    if rung.id in {one for one, _ in ctx.case.escalations}:
        yield Missing(f"it is with {rung.title} already", "ladder_rung", rung.citation)
    if rung.window:
        clock = ctx.clock(rung.window)
        if clock is None or clock.state is not ClockState.RUNNING:
            yield Missing(f"the days to take it to {rung.title} are over", rung.window, rung.citation)


@guard
def _rung_is_open(ctx: Context) -> Iterator[Missing]:
    taken, decided = {one for one, _ in ctx.case.escalations}, {one for one, _ in ctx.case.rungs}
    if ctx.body.rung not in taken - decided:
        yield Missing(f"nothing waits for {ctx.body.rung!r}", "rung_is_open")


@guard
def _votes_counted(ctx: Context) -> Iterator[Missing]:
    if ctx.body.position not in ("approve", "refuse"):
        raise BadInput(f"{ctx.body.position!r} is no decision of a rung", where="position", remedy="approve, refuse")
    rung = next((one for one in ctx.policies.ladder if one.id == ctx.body.rung), None)
    voices = [vote.position for vote in ctx.body.votes]
    if rung and rung.majority and voices.count(ctx.body.position) * 2 <= len(voices):
        yield Missing(f"{ctx.body.position} has no majority of {len(voices)} votes", "votes_counted", rung.citation)


@guard
def _ladder_settled(ctx: Context) -> Iterator[Missing]:
    rungs = {one.id for one in ctx.policies.ladder if one.authority == ctx.case.applied.authority}
    if not rungs:
        return
    waiting = {one for one, _ in ctx.case.escalations} - {one for one, _ in ctx.case.rungs}
    for rung in sorted(waiting):
        yield Missing(f"{rung} has not decided", "ladder_settled")
    if disagree(ctx.case) and not ctx.case.rungs:
        yield Missing("the agencies differ and no rung of the ladder has decided", "ladder_settled")
    if ctx.case.rungs and ctx.case.rungs[-1][1] == "refuse":
        for one in ctx.body.lines:
            if one.outcome in GRANTS:
                yield Missing(f"{ctx.case.rungs[-1][0]} refused; line {one.line} is granted", "ladder_settled")


# --- pauses, human rights, consultations ----------------------------------------------------------------------------


@guard
def _rfi_is_open(ctx: Context) -> Iterator[Missing]:
    if ctx.body.id not in {one.id for one in ctx.case.open_rfis}:
        yield Missing(f"no question {ctx.body.id!r} is open", "rfi_is_open")


@guard
def _no_open_rfi(ctx: Context) -> Iterator[Missing]:
    for one in ctx.case.open_rfis:
        yield Missing(f"the question {one.id} to the exporter is open", "no_open_rfi")


@guard
def _no_flag(ctx: Context) -> Iterator[Missing]:
    if any(one.outcome in GRANTS for one in ctx.body.lines):
        yield from (Missing(f"the flag {flag!r} blocks a grant", "no_flag") for flag in ctx.case.flags)


@guard
def _pause_kind(ctx: Context) -> Iterator[Missing]:
    if ctx.body.kind not in ctx.policies.pauses:
        raise BadInput(f"{ctx.body.kind!r} is no pause", where="kind", remedy=", ".join(ctx.policies.pauses))
    return iter(())


@guard
def _pause_is_open(ctx: Context) -> Iterator[Missing]:
    started = [act.key for act in ctx.case.acts if act.kind == "paused"]
    ended = [act.key for act in ctx.case.acts if act.kind == "resumed"]
    if ctx.body.id not in started or ctx.body.id in ended:
        yield Missing(f"no pause {ctx.body.id!r} is open", "pause_is_open")


@guard
def _criteria_answered(ctx: Context) -> Iterator[Missing]:
    human_rights.check_answers(ctx.body.answers, ctx.policies)
    for source in (one for answer in ctx.body.answers for one in answer.sources):
        if source.published > ctx.day:
            yield Missing(f"a source of {source.publisher} is dated {source.published}, to come", "criteria_answered")
    if not ctx.body.answers:
        yield Missing("an assessment answers criteria", "criteria_answered")


@guard
def _latest_version(ctx: Context) -> Iterator[Missing]:
    latest = ctx.case.assessment
    if latest is None or ctx.body.version != latest.version:
        yield Missing(f"version {ctx.body.version} is not the latest", "latest_version")
    elif latest.review is not None:
        yield Missing(f"version {latest.version} has been reviewed", "latest_version")


@guard
def _human_rights_complete(ctx: Context) -> Iterable[Missing]:
    return human_rights.gaps(ctx.facts, ctx.policies)


@guard
def _known_denial(ctx: Context) -> Iterator[Missing]:
    if ctx.body.kind not in ("identity", "objection"):
        raise BadInput(f"{ctx.body.kind!r} is no consultation", where="kind", remedy="identity, objection")
    denial = next((one for one in ctx.ground.denials if one.id == ctx.body.denial), None)
    if ctx.body.kind == "identity" and (denial is None or denial.authority != ctx.body.partner):
        yield Missing(f"no denial {ctx.body.denial!r} of {ctx.body.partner}", "known_denial")


@guard
def _consultation_is_open(ctx: Context) -> Iterator[Missing]:
    if ctx.body.id not in {one.asked.id for one in ctx.case.consultations if not one.outcome}:
        yield Missing(f"no consultation {ctx.body.id!r} is open", "consultation_is_open")


@guard
def _yes_or_no(ctx: Context) -> Iterator[Missing]:
    if ctx.body.answer not in ("yes", "no"):
        yield Missing("an answer is yes or no", "yes_or_no")


@guard
def _consultations_over(ctx: Context) -> Iterator[Missing]:
    for one in ctx.case.consultations:
        if not one.outcome:
            known = knows_of(one.asked, ctx.ground)
            who, what = (one.asked.partner, f" {one.asked.id}") if known else ("another authority", "")
            yield Missing(f"{who} has not answered{what}, and may still", "consultations_over")


@guard
def _consultations_overdue(ctx: Context) -> Iterator[Missing]:
    if not lapsed(ctx):
        yield Missing("no consultation has lapsed", "consultations_overdue")


def lapsed(ctx: Context) -> list[Any]:
    """Clocks of consultations whose silence now has its meaning."""
    waiting = {one.asked.id for one in ctx.case.consultations if not one.outcome}
    kinds = ("identity_answered", "objection_answered")
    return [one for stop in kinds for one in ctx.overdue("deemed", stop) if one.key in waiting]


@guard
def _denials_consulted(ctx: Context) -> Iterator[Missing]:
    granted = {one.line for one in ctx.body.lines if one.outcome in GRANTS}
    for match in ctx.matches:
        foreign = match.denial.authority != ctx.authority.state
        asked = consulted(ctx.case, match.denial.id, match.line)
        if foreign and match.line in granted and match.identical is not Truth.FALSE and not asked:
            what = f"line {match.line} may be identical with denial {match.denial.id}, which nobody asked about"
            yield Missing(what, "denials_consulted", ctx.policies.matching.citation)
    for one in ctx.case.consultations:
        if one.asked.kind == "objection" and one.outcome == "yes" and one.asked.line in granted:
            yield Missing(f"{one.asked.partner} objects to line {one.asked.line}", "denials_consulted")


def outcome_words(lines: tuple[LineOutcome, ...]) -> None:
    """Refuse outcomes that there are not.

    Raises:
        BadInput: a word that is no outcome.
    """
    for one in lines:
        if one.outcome not in OUTCOMES:
            raise BadInput(f"{one.outcome!r} is no outcome", where=f"line {one.line}", remedy=", ".join(OUTCOMES))
