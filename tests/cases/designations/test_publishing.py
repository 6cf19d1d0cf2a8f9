"""What was carried is published as it was carried: which vote, which days, which end, and what partners were told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from designation_world import CHAIR, NOMINATOR, PUBLISHER, SEATS, TERMS, World
from enduse.cases.designations import bodies
from enduse.cases.designations.designation import Designation, fold
from enduse.cases.events import CaseEvent

NARROW, OTHER = replace(TERMS, scope="5A001.j"), replace(TERMS, scope="EAR99")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def listed(world: World) -> Designation:
    case = world.listed("2024-01-08")
    world.on("2024-02-05")
    return case


def voted(world: World, case: Designation, question: str, last: str = "yes", **asked: Any) -> Designation:
    world.circulate(case, question, **asked)
    world.votes(case, **(dict.fromkeys(SEATS, "yes") | {"treasury": last}))
    return world.close(case)


def changed(effective: str, vote: int = 0) -> bodies.Amended:
    return bodies.Amended(day(effective), "89 FR 2", "New facts.", vote=vote)


def removed(effective: str) -> bodies.Removed:
    return bodies.Removed(day(effective), "89 FR 3", "It left the market.")


def scopes(world: World, case: Designation) -> list[str | None]:
    party = world.service.party(case.id)
    assert party is not None
    return [one.scope for one in party.listings]


def test_a_change_that_was_carried_outlives_another_one_that_was_not(world: World) -> None:
    case = listed(world)
    voted(world, case, "modify", aliases=("Brackwater Signals",))
    voted(world, case, "modify", "no", terms=OTHER)
    case = world.act(case, "amend", changed("2024-02-06"), PUBLISHER)
    assert case.changes[0].asked.aliases == ("Brackwater Signals",)
    assert (case.changes[0].published.vote, scopes(world, case)) == (2, ["all"])


def test_the_same_change_that_was_lost_afterwards_is_not_published(world: World) -> None:
    case = listed(world)
    voted(world, case, "modify", terms=NARROW)
    voted(world, case, "modify", "no", terms=NARROW, reason="again")
    assert world.refused(case, "amend", changed("2024-02-06"), PUBLISHER).refusal.rules == ("carried_modify",)


def test_a_later_change_takes_the_place_of_an_earlier_one(world: World) -> None:
    case = listed(world)
    voted(world, case, "modify", terms=NARROW)
    voted(world, case, "modify", terms=OTHER)
    assert world.refused(case, "amend", changed("2024-02-06", vote=2), PUBLISHER).refusal.rules == ("carried_modify",)
    case = world.act(case, "amend", changed("2024-02-06", vote=3), PUBLISHER)
    assert scopes(world, case) == ["all", "EAR99"]
    assert world.refused(case, "amend", changed("2024-02-07"), PUBLISHER).refusal.rules == ("carried_modify",)


def test_a_removal_lapses_with_a_review_that_keeps_the_listing_or_a_later_vote(world: World) -> None:
    case = listed(world)
    voted(world, case, "remove")
    world.act(case, "review", bodies.Reviewed("reconsider", "look again"), NOMINATOR)
    assert world.service.case(case.id).unpublished == "remove"
    world.act(case, "review", bodies.Reviewed("keep", "the risk stays"), NOMINATOR)
    world.on("2029-02-05")
    refusal = world.refused(case, "remove", removed("2029-02-05"), PUBLISHER).refusal
    assert refusal.rules == ("carried_remove",) and "review kept" in refusal.missing[0].what
    voted(world, case, "remove")
    voted(world, case, "remove", "no")
    assert world.refused(case, "remove", removed("2029-02-05"), PUBLISHER).refusal.rules == ("carried_remove",)


def test_events_of_an_earlier_build_say_what_they_said(world: World) -> None:
    """They name no vote: the latest that was not public yet is meant."""
    case = listed(world)
    voted(world, case, "modify", terms=NARROW)
    voted(world, case, "modify", terms=OTHER)
    held = list(world.service.history(case.id))
    for number, effective in enumerate(("2024-02-06", "2024-02-07"), start=1):
        body = replace(changed(effective), published=day(effective))
        held.append(CaseEvent.of(len(held) + 1, world.now, "publisher", "list_publisher", "listing_amended", body))
        assert len(fold(case.id, held).changes) == number
    assert [one.asked.terms for one in fold(case.id, held).changes] == [OTHER, NARROW]


def test_a_change_does_not_reach_back(world: World) -> None:
    case = listed(world)
    voted(world, case, "modify", terms=NARROW)
    for effective in ("2024-01-08", "2024-02-04"):
        assert world.refused(case, "amend", changed(effective), PUBLISHER).refusal.rules == ("dates",)
    case = world.act(case, "amend", changed("2024-02-05"), PUBLISHER)
    assert scopes(world, case) == ["all", "5A001.j"]


def carried(world: World, **changed: Any) -> Designation:
    case = world.circulate(world.nominated(**changed))
    world.votes(case, commerce="yes", state="yes", defense="yes")
    world.close(case)
    return world.measured(case)


def published(effective: str, **said: Any) -> bodies.Published:
    return bodies.Published(day(effective), "89 FR 1", "It supplied it.", **said)


def test_a_listing_takes_effect_when_it_was_decided_at_the_earliest(world: World) -> None:
    case = carried(world)
    world.on("2024-01-20")
    for effective in ("2010-01-01", "2024-01-07"):
        assert world.refused(case, "publish", published(effective), PUBLISHER).refusal.rules == ("dates",)
    assert world.act(case, "publish", published("2024-01-08"), PUBLISHER).status == "listed"


@pytest.mark.parametrize(("voted_end", "sent"), [(None, "2024-02-01"), ("2025-01-08", "2024-02-01")])
def test_an_end_is_what_was_voted(world: World, voted_end: str | None, sent: str) -> None:
    end = day(voted_end) if voted_end else None
    case = carried(world, terms=replace(TERMS, expires=end))
    body = published("2024-01-08", expires=day(sent))
    assert world.refused(case, "publish", body, PUBLISHER).refusal.rules == ("dates",)
    case = world.act(case, "publish", published("2024-01-08"), PUBLISHER)
    assert case.listing is not None and case.listing.expires == end
    asked = bodies.VoteOpened("modify", terms=replace(NARROW, expires=day("2024-06-01")))
    assert world.refused(case, "circulate", asked, CHAIR).refusal.rules == ("question_fits",)


def told(state: str, effective: str, public_on: str) -> bodies.PartnersPrenotified:
    return bodies.PartnersPrenotified((state,), day(effective), day(public_on), "so that they prepare")


def test_an_embargo_of_one_partner_is_not_lifted_by_telling_another(world: World) -> None:
    case = carried(world)
    world.act(case, "prenotify", told("DE", "2024-01-08", "2024-03-01"), PUBLISHER)
    world.act(case, "prenotify", told("FR", "2024-01-08", "2024-01-08"), PUBLISHER)
    refusal = world.refused(case, "publish", published("2024-01-08"), PUBLISHER).refusal
    assert refusal.rules == ("embargo",) and "tell DE of an earlier day" in refusal.missing[0].what
    world.act(case, "prenotify", told("DE", "2024-01-08", "2024-01-08"), PUBLISHER)
    assert world.act(case, "publish", published("2024-01-08"), PUBLISHER).status == "listed"


def test_the_first_day_that_partners_were_told_is_held_to(world: World) -> None:
    case = carried(world)
    world.act(case, "prenotify", told("DE", "2024-05-01", "2024-01-08"), PUBLISHER)
    assert world.refused(case, "publish", published("2024-01-08"), PUBLISHER).refusal.rules == ("dates",)
    world.act(case, "publish", published("2024-05-01"), PUBLISHER)


def test_what_was_told_of_a_listing_does_not_bind_its_removal(world: World) -> None:
    case = carried(world)
    world.act(case, "prenotify", told("DE", "2024-05-01", "2024-01-08"), PUBLISHER)
    case = world.act(case, "publish", published("2024-05-01"), PUBLISHER)
    assert case.told == () and len(case.prenotices) == 1
    voted(world, case, "remove")
    assert world.act(case, "remove", removed("2024-01-09"), PUBLISHER).status == "removed"
