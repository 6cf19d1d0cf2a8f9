"""The human-rights assessment: what calls for it, what it lacks, what it blocks; facts for the assessor, no verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from enduse.cases.application import Application
from enduse.cases.bodies import CriterionAnswer, Finding, Source
from enduse.cases.conditions import Facts, evaluate
from enduse.cases.denials import matches
from enduse.cases.policies import Criterion, Policies
from enduse.cases.refusals import Missing
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.truth import Truth

LEVELS = ("low", "medium", "high")
GRADES = ("A", "B", "C", "D", "E", "F")


@dataclass(frozen=True, slots=True)
class Called:
    """Something that calls for an assessment; an unknown fact calls for it as well as a known one."""

    trigger: str
    title: str
    because: tuple[str, ...]
    citation: Citation


def called_for(facts: Facts, policies: Policies) -> tuple[Called, ...]:
    """What calls for an assessment of a case; nothing means that it may be decided without one."""
    found = []
    for trigger in policies.triggers:
        reasoned = evaluate(trigger.when, facts)
        if reasoned.truth is not Truth.FALSE:
            found.append(Called(trigger.id, trigger.title, reasoned.because, trigger.citation))
    return tuple(found)


def criteria_of(facts: Facts, policies: Policies) -> tuple[Criterion, ...]:
    """The criteria that an assessment of a case answers."""
    return tuple(
        one for one in policies.criteria if facts.law in one.laws and evaluate(one.when, facts).truth is not Truth.FALSE
    )


def gaps(facts: Facts, policies: Policies) -> tuple[Missing, ...]:
    """What an assessment still lacks; empty where none is called for."""
    calls = called_for(facts, policies)
    if not calls:
        return ()
    latest = facts.case.assessment
    criteria = criteria_of(facts, policies)
    if latest is None:
        why = "; ".join(dict.fromkeys(word for call in calls for word in call.because))
        return tuple(
            Missing(f"no human-rights assessment answers {one.id} (called for: {why})", one.id, one.citation)
            for one in criteria
        )
    answers = {one.criterion: one for one in latest.content.answers}
    found = []
    for criterion in criteria:
        answer = answers.get(criterion.id)
        if answer is None:
            found.append(
                Missing(f"version {latest.version} does not answer {criterion.id}", criterion.id, criterion.citation)
            )
        else:
            found.extend(lacking(answer, criterion, policies))
    if latest.review is None:
        found.append(Missing(f"nobody has reviewed version {latest.version}", "hr_reviewed"))
    elif not latest.accepted:
        found.append(Missing(f"the reviewer sent version {latest.version} back", "hr_reviewed"))
    return tuple(found)


def lacking(answer: CriterionAnswer, criterion: Criterion, policies: Policies) -> Iterator[Missing]:
    """What an answer to a criterion must state and does not."""
    if answer.finding is Finding.NOT_APPLICABLE and criterion.mandatory:
        yield Missing(f"{criterion.id} is mandatory: it cannot be not applicable", criterion.id, criterion.citation)
    for name in policies.findings[answer.finding].states:
        value = getattr(answer, name)
        if value is None or not value or (isinstance(value, str) and not value.strip()):
            what = f"{criterion.id}: {answer.finding} must state {name}"
            yield Missing(what, criterion.id, criterion.citation)


def blocked(facts: Facts, policies: Policies, outcome: str) -> tuple[Missing, ...]:
    """The findings that block an outcome; no role overrides them, only a new version changes them."""
    latest = facts.case.assessment
    if latest is None:
        return ()
    found = []
    for answer in latest.content.answers:
        criterion = policies.criterion(answer.criterion)
        if criterion and criterion.mandatory and outcome in policies.findings[answer.worst].blocks:
            what = f"{answer.worst} under {criterion.id} (version {latest.version}) blocks {outcome}"
            found.append(Missing(what, criterion.id, criterion.citation))
    return tuple(found)


def check_answers(answers: tuple[CriterionAnswer, ...], policies: Policies) -> None:
    """Refuse words that mean nothing.

    Raises:
        BadInput: an unknown criterion, one answered twice, or a word outside its scale.
    """
    seen: set[str] = set()
    for number, one in enumerate(answers):
        where = f"answers[{number}]"
        if policies.criterion(one.criterion) is None:
            known = ", ".join(criterion.id for criterion in policies.criteria)
            raise BadInput(f"no criterion {one.criterion!r}", where=where, remedy=f"known: {known}")
        if one.criterion in seen:
            raise BadInput(f"{one.criterion} is answered twice", where=where)
        seen.add(one.criterion)
        for name in ("likelihood", "severity"):
            if getattr(one, name) not in ("", *LEVELS):
                raise BadInput(
                    f"{getattr(one, name)!r} is no level", where=f"{where}.{name}", remedy="low, medium, high"
                )
        for source in one.sources:
            _check_source(source, where)


def _check_source(source: Source, where: str) -> None:
    if not source.publisher.strip() or not source.where.strip():
        raise BadInput("a source names its publisher and where it is", where=f"{where}.sources")
    if source.reliability not in GRADES:
        raise BadInput(f"{source.reliability!r} is no grade of reliability", where=f"{where}.sources", remedy="A to F")


@dataclass(frozen=True, slots=True)
class PrefilledFact:
    """A fact put before the assessor, with where it comes from. It is no finding."""

    subject: str
    fact: str
    source: str


def prefill(facts: Facts, policies: Policies) -> tuple[PrefilledFact, ...]:
    """What is known already: screening, capabilities, the end user, country, precedents, denials the reader may see."""
    case, ground = facts.case, facts.ground
    applied: Application = case.applied
    found = [
        PrefilledFact(call.title, "; ".join(call.because), str(call.citation)) for call in called_for(facts, policies)
    ]
    dispositions = dict(case.dispositions)
    for hit in case.screened.hits if case.screened else ():
        state = dispositions.get(hit.id, "open")
        found.append(PrefilledFact(f"hit on {hit.list_id}", f"{hit.listed_name}: {hit.score}, {state}", hit.listed_id))
    for country in dict.fromkeys([applied.destination, *(party.country for party in applied.end_users)]):
        profile = ground.profiles.get(country)
        for name, value, publisher, year in profile.indicators if profile else ():
            found.append(PrefilledFact(f"country {country}", f"{name}: {value} ({year})", publisher))
        if profile is None:
            found.append(PrefilledFact(f"country {country}", "no profile is loaded", "profiles of the authority"))
    found.extend(
        PrefilledFact("the case that it amends", f"{finding} under {criterion}", applied.amends)
        for criterion, finding in ground.amended
    )
    found.extend(PrefilledFact(title, reason, source) for title, reason, source in ground.findings)
    for earlier in ground.precedents:
        what = f"{earlier.outcome} on {earlier.decided_on}: {earlier.code} to {earlier.end_user}, {earlier.destination}"
        found.append(PrefilledFact("precedent", what, earlier.case))
    for match in matches(case, ground.denials, policies.matching):
        what = f"line {match.line} resembles it: {match.score}; identical: {match.identical}"
        found.append(PrefilledFact(f"denial {match.denial.id}", what, match.denial.authority))
    for answer in applied.answers:
        found.append(
            PrefilledFact(f"exporter on {answer.question}", f"{answer.answer} {answer.detail}".strip(), "exporter")
        )
    return tuple(found)
