"""What must hold before a command on a designation is done; each guard names everything that is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from enduse.cases.designations import bodies
from enduse.cases.designations.context import GUARDS, Context, guard
from enduse.cases.designations.voting import POSITIONS, Standing
from enduse.cases.refusals import Missing
from enduse.model.countries import is_country_code
from enduse.model.errors import BadInput

__all__ = ["GUARDS", "QUESTIONS"]

QUESTIONS = {"publish": "add", "amend": "modify", "remove": "remove"}
"""Commands that make something public, and the question that was voted on."""


@guard
def _reason(ctx: Context) -> Iterator[Missing]:
    if not ctx.body.reason.strip():
        yield Missing("a reason", "reason")


@guard
def _reasons(ctx: Context) -> Iterator[Missing]:
    if not ctx.body.public_reasons.strip():
        yield Missing("reasons that everybody may read", "reasons")
    if not ctx.body.citation.strip():
        yield Missing("the citation of the act", "reasons")


@guard
def _sound_nomination(ctx: Context) -> Iterator[Missing]:
    made: bodies.Nomination = ctx.body
    if made.authority not in ctx.procedure.authorities:
        known = ", ".join(ctx.procedure.authorities)
        raise BadInput(f"no authority {made.authority[:40]!r}", where="authority", remedy=f"known: {known}")
    if not made.subject.name.strip():
        yield Missing("the name of the subject", "subject")
    countries = [one.country for one in made.subject.addresses] + [one.country for one in made.subject.identifiers]
    for country in countries:
        if country and not is_country_code(country):
            raise BadInput(f"{country[:10]!r} is no country", where="country", remedy="two letters (ISO 3166-1)")
    for number in made.subject.identifiers:
        if number.kind not in bodies.IDENTIFIERS or not number.value.strip():
            known = ", ".join(bodies.IDENTIFIERS)
            raise BadInput(f"{number.kind[:20]!r} is no kind of number", where="identifiers", remedy=f"known: {known}")
    yield from _measures_of(ctx, made.terms)
    yield from _criteria(ctx, made)
    if not made.alternatives:
        yield Missing("a less restrictive measure that was considered, and why it does not do", "alternatives")
    for name, text in (("foreign-policy", made.foreign_policy), ("humanitarian", made.humanitarian)):
        if not text.strip():
            yield Missing(f"the {name} effects that were considered", "effects")
    for one in made.subject.owned:
        if not one.reason.strip():
            yield Missing(f"why {one.name} is {'listed with it' if one.list_with else 'not listed'}", "owned")


def _measures_of(ctx: Context, terms: bodies.Terms) -> Iterator[Missing]:
    allowed = ctx.authority.measures
    if not terms.measures:
        yield Missing("a measure", "measures", ctx.authority.citation)
    for measure in terms.measures:
        if measure not in allowed:
            yield Missing(f"{ctx.authority.title} has no measure {measure.value}", "measures", ctx.authority.citation)


def _criteria(ctx: Context, made: bodies.Nomination) -> Iterator[Missing]:
    answered = {one.criterion: one for one in made.criteria}
    for name in answered:
        if ctx.authority.criterion(name) is None:
            known = ", ".join(one.id for one in ctx.authority.criteria)
            raise BadInput(f"no criterion {name[:40]!r}", where="criteria", remedy=f"known: {known}")
    for criterion in ctx.authority.criteria:
        answer = answered.get(criterion.id)
        if answer is None:
            yield Missing(f"an answer to the criterion {criterion.id}", criterion.id, criterion.citation)
            continue
        if not answer.why.strip():
            yield Missing(f"why {criterion.id} is {'met' if answer.met else 'not met'}", criterion.id)
        if answer.met and not answer.evidence:
            yield Missing(f"evidence that {criterion.id} is met", criterion.id, criterion.citation)
        if criterion.mandatory and not answer.met:
            yield Missing(f"{criterion.id} must be met", criterion.id, criterion.citation)
        yield from _known(ctx, answer.evidence)


def _known(ctx: Context, entries: Iterable[str]) -> Iterator[Missing]:
    for entry in entries:
        if entry not in ctx.ground.evidence:
            yield Missing(f"the register has no entry {entry[:60]!r}", "known_evidence")


@guard
def _same_authority(ctx: Context) -> Iterator[Missing]:
    if ctx.case.nomination and ctx.body.authority != ctx.case.nomination.authority:
        yield Missing("a revision stays with its authority", "same_authority")


@guard
def _no_open_vote(ctx: Context) -> Iterator[Missing]:
    if ctx.case.open_vote is not None:
        yield Missing(f"vote {ctx.case.open_vote.number} is open", "no_open_vote")


@guard
def _question_fits(ctx: Context) -> Iterator[Missing]:
    asked: bodies.VoteOpened = ctx.body
    if asked.question not in ctx.authority.votes:
        known = ", ".join(ctx.authority.votes)
        raise BadInput(f"{asked.question[:20]!r} is no question", where="question", remedy=f"known: {known}")
    if (asked.question == "add") != (ctx.case.status == "nominated"):
        yield Missing(f"in {ctx.case.status} the question is not {asked.question!r}", "question_fits")
    names = (*asked.aliases, *asked.native, *asked.addresses, *asked.identifiers)
    if asked.question == "modify" and asked.terms is None and not names:
        yield Missing("what is to be changed", "question_fits")
    if asked.question != "modify" and (asked.terms is not None or names):
        yield Missing("only a question to modify states changes", "question_fits")
    if asked.terms is not None:
        yield from _measures_of(ctx, asked.terms)
        if asked.terms.expires is not None:
            yield Missing("leave out an end: a change keeps that of the listing", "question_fits")


@guard
def _known_petition(ctx: Context) -> Iterator[Missing]:
    name = ctx.body.petition
    if not name:
        return
    found = next((one for one in ctx.case.petitions if one.filed.id == name), None)
    if found is None or found.decided is not None:
        yield Missing(f"no petition {name[:60]!r} is open", "known_petition")
    elif found.filed.asks != ctx.body.question:
        yield Missing(f"the petition asks to {found.filed.asks}", "known_petition")


@guard
def _vote_is_open(ctx: Context) -> Iterator[Missing]:
    vote = ctx.case.open_vote
    if vote is None or vote.number != ctx.body.vote:
        yield Missing(f"vote {ctx.body.vote} is not open", "vote_is_open")
    elif ctx.command != "close_vote":
        last = ctx.case.last_day(vote, ctx.procedure, ctx.day)
        if ctx.day > last:
            yield Missing(f"the period ended on {last}: a later vote does not count", "vote_is_open")


@guard
def _own_seat(ctx: Context) -> Iterator[Missing]:
    seat, vote = ctx.actor.agency, ctx.case.open_vote
    if seat not in ctx.authority.members:
        yield Missing("your account acts for no member of this authority", "own_seat", ctx.authority.citation)
    if vote is not None and seat in {who for who, _ in vote.recused}:
        yield Missing(f"{seat} takes no part in this vote", "own_seat")


@guard
def _position(ctx: Context) -> Iterator[Missing]:
    if ctx.body.position not in POSITIONS:
        known = ", ".join(POSITIONS)
        raise BadInput(f"{ctx.body.position[:20]!r} is no vote", where="position", remedy=f"known: {known}")
    return iter(())


@guard
def _vote_is_settled(ctx: Context) -> Iterator[Missing]:
    vote = ctx.case.open_vote
    if vote is None or ctx.case.status == "removed":
        return
    last = ctx.case.last_day(vote, ctx.procedure, ctx.day)
    found = vote.counted(ctx.authority, last, ctx.day)
    if found.standing is Standing.OPEN:
        rule = ctx.authority.votes[vote.asked.question]
        yield Missing(found.why, "vote_is_settled", rule.citation)


def _carried(ctx: Context, question: str) -> Iterator[Missing]:
    vote = ctx.case.carried(question)
    if vote is not None and ctx.body is not None and ctx.body.vote not in (0, vote.number):
        yield Missing(f"the vote to {question} that stands is {vote.number}", f"carried_{question}")
    elif vote is None:
        rule = ctx.authority.votes[question]
        lost = [one for one in ctx.case.votes if one.asked.question == question and one.closed is not None]
        why = f": {lost[-1].closed.why}" if lost and lost[-1].closed and not lost[-1].closed.passed else ""
        why = ": a later review kept the listing" if lost and lost[-1].lapsed else why
        need = "unanimity" if rule.threshold == "unanimous" else f"a {rule.threshold.replace('_', ' ')}"
        yield Missing(f"a vote by {need} to {question}{why}", f"carried_{question}", rule.citation)


@guard
def _carried_add(ctx: Context) -> Iterator[Missing]:
    return _carried(ctx, "add")


@guard
def _carried_modify(ctx: Context) -> Iterator[Missing]:
    return _carried(ctx, "modify")


@guard
def _carried_remove(ctx: Context) -> Iterator[Missing]:
    ordered = bool(ctx.case.orders) and ctx.case.orders[-1].orders == "remove"
    if ordered and (ctx.body is None or not ctx.body.vote):
        return iter(())
    return _carried(ctx, "remove")


@guard
def _not_over(ctx: Context) -> Iterator[Missing]:
    if ctx.case.removal is not None and ctx.case.removal.effective <= ctx.day:
        yield Missing(f"it was removed from {ctx.case.removal.effective}", "not_over")


@guard
def _dates(ctx: Context) -> Iterator[Missing]:
    effective = ctx.body.effective
    if ctx.command == "publish":
        yield from _dates_of_listing(ctx)
    elif effective < ctx.day:
        what = "removal" if ctx.command == "remove" else "change"
        yield Missing(f"a {what} does not reach back: today is {ctx.day}", "dates")
    begun, removal = ctx.case.listing, ctx.case.removal
    if begun is not None and ctx.command == "amend":
        if effective < begun.effective:
            yield Missing(f"it takes effect before the listing did ({begun.effective})", "dates")
        if ctx.case.changes and effective < ctx.case.changes[-1].published.effective:
            yield Missing("it takes effect before the last change did", "dates")
    if begun is not None and ctx.command == "remove" and effective == begun.effective == ctx.day:
        yield Missing("it takes effect after the first day in force", "dates")
    if removal is not None and ctx.command == "remove" and effective >= removal.effective:
        yield Missing(f"it was removed from {removal.effective}: only an earlier day changes that", "dates")
    first = max((one.effective for one in ctx.case.promised), default=None)
    if first is not None and effective < first:
        told = f"partners were told that it takes effect on {first}: tell them of an earlier day first"
        yield Missing(told, "dates")


def _dates_of_listing(ctx: Context) -> Iterator[Missing]:
    made: bodies.Published = ctx.body
    vote = ctx.case.carried("add")
    decided = vote.ended.astimezone(ctx.authority.zone).date() if vote and vote.ended else None
    if decided is not None and made.effective < decided:
        yield Missing(f"it takes effect before it was decided ({decided})", "dates")
    end = ctx.case.nomination.terms.expires if ctx.case.nomination else None
    if made.expires not in (None, end):
        voted = f"with the end {end}" if end else "without an end"
        yield Missing(f"it was voted {voted}: an end is of the nomination", "dates")
    for name, day in (("expires", end), ("savings_until", made.savings_until)):
        if day is not None and day <= made.effective:
            yield Missing(f"{name} lies after the first day in force", "dates")
    if made.savings_until is not None and not made.savings.strip():
        yield Missing("what the savings clause permits", "dates")


@guard
def _awaited(ctx: Context) -> Iterator[Missing]:
    if not ctx.case.unpublished:
        yield Missing("a vote that was carried and is not made public yet", "awaited")


@guard
def _prenotice(ctx: Context) -> Iterator[Missing]:
    told: bodies.PartnersPrenotified = ctx.body
    for state in told.partners:
        if not is_country_code(state):
            raise BadInput(f"{state[:10]!r} is no country", where="partners", remedy="two letters (ISO 3166-1)")
        if state == ctx.authority.state:
            yield Missing(f"{state} tells, and is not told", "prenotice")
    if not told.partners:
        yield Missing("whom to tell", "prenotice")
    if not told.why.strip():
        yield Missing("what they may know of the reasons", "prenotice")
    if told.public_on < ctx.day:
        yield Missing(f"it is public on a day that has passed: today is {ctx.day}", "prenotice")


@guard
def _embargo(ctx: Context) -> Iterator[Missing]:
    held = [one for one in ctx.case.promised if ctx.day < one.public_on]
    if held:
        last = max(one.public_on for one in held)
        states = ", ".join(sorted({state for one in held for state in one.partners}))
        told = f"partners were told that nothing is public before {last}: tell {states} of an earlier day first"
        yield Missing(told, "embargo")


@guard
def _quality_seen(ctx: Context) -> Iterator[Missing]:
    measured = ctx.case.quality
    if measured is None or measured.nomination != ctx.case.nominated_sha256:
        yield Missing("how many namesakes it would hit: measure the quality of this nomination", "quality_measured")
    elif measured.flags and not ctx.body.accepted_flags.strip():
        yield Missing(f"why these flags are accepted: {', '.join(measured.flags)}", "quality_accepted")


@guard
def _new_petition(ctx: Context) -> Iterator[Missing]:
    if not ctx.body.id.strip() or ctx.body.id in {one.filed.id for one in ctx.case.petitions}:
        yield Missing("an id that no other petition has", "new_petition")
    if ctx.body.asks not in ("remove", "modify"):
        raise BadInput(f"{ctx.body.asks[:20]!r} is no request", where="asks", remedy="remove, modify")
    if not ctx.body.grounds.strip():
        yield Missing("the grounds of the petition", "new_petition")
    if ctx.body.received > ctx.day:
        yield Missing("it was received on a day to come", "new_petition")


@guard
def _known_evidence(ctx: Context) -> Iterator[Missing]:
    return _known(ctx, ctx.body.evidence)


@guard
def _petition_is_open(ctx: Context) -> Iterator[Missing]:
    if not any(one.filed.id == ctx.body.id and one.decided is None for one in ctx.case.petitions):
        yield Missing(f"no petition {ctx.body.id[:60]!r} is open", "petition_is_open")
    if ctx.body.outcome not in ("granted", "refused"):
        raise BadInput(f"{ctx.body.outcome[:20]!r} is no answer", where="outcome", remedy="granted, refused")
    if not ctx.body.reasons.strip():
        yield Missing("reasons", "petition_is_open")


@guard
def _petition_as_voted(ctx: Context) -> Iterator[Missing]:
    filed = next((one.filed for one in ctx.case.petitions if one.filed.id == ctx.body.id), None)
    if ctx.case.removal is not None and filed is not None and (filed.asks == "remove" or ctx.body.outcome == "refused"):
        return
    votes = [one for one in ctx.case.votes if one.asked.petition == ctx.body.id and one.closed is not None]
    if not votes:
        yield Missing("a vote on this petition that is closed", "petition_as_voted", ctx.authority.citation)
        return
    last = votes[-1].closed
    if last is not None and (ctx.body.outcome == "granted") != last.passed:
        rule = ctx.authority.votes[votes[-1].asked.question]
        yield Missing(f"the vote says otherwise: {last.why}", "petition_as_voted", rule.citation)


@guard
def _review_outcome(ctx: Context) -> Iterator[Missing]:
    if ctx.body.outcome not in ("keep", "reconsider"):
        raise BadInput(f"{ctx.body.outcome[:20]!r} is no outcome", where="outcome", remedy="keep, reconsider")
    return iter(())


@guard
def _court_orders(ctx: Context) -> Iterator[Missing]:
    if ctx.body.orders not in ("remove", "maintain"):
        raise BadInput(f"{ctx.body.orders[:20]!r} is no order", where="orders", remedy="remove, maintain")
    if not ctx.body.court.strip() or not ctx.body.reference.strip():
        yield Missing("the court, and the reference of its order", "court_orders")
    if ctx.body.on > ctx.day:
        yield Missing("it is of a day to come", "court_orders")
    begun = ctx.case.listing
    if begun is not None and ctx.body.on < (begun.published or begun.effective):
        yield Missing(f"it is of a day before the listing was public ({begun.published})", "court_orders")
