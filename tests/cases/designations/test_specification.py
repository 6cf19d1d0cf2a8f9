"""Nominate, vote, publish as a local listing, ask as of every date, petition, remove: the first slice, end to end."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from designation_world import CHAIR, MEMBERS, NAME, NOMINATOR, PUBLISHER, TERMS, World
from enduse.cases.designations import bodies
from enduse.cases.refusals import Code, Refused
from enduse.model.party import Measure
from enduse.model.truth import Truth


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_from_a_report_of_abuse_to_a_listing_and_off_again(world: World) -> None:
    # A report of abuse, graded; a nomination that answers every criterion from it.
    entry = world.evidence()
    assert (entry.grade, entry.content.vendor) == ("B2", NAME)
    case = world.nominated()
    assert case.status == "nominated"

    # Who nominated does not put it to the vote; the chair does, and members vote by their accounts.
    refusal = world.refused(case, "circulate", bodies.VoteOpened("add"), NOMINATOR).refusal
    assert refusal.code is Code.ROLE
    world.circulate(case)
    world.on("2024-01-20")
    world.votes(case, commerce="yes", state="yes")
    early = world.refused(case, "close_vote", bodies.VoteClosed(1), CHAIR).refusal
    assert "open until 2024-02-07" in early.missing[0].what
    assert "majority" in str(early.missing[0].citation)
    world.votes(case, defense="yes")
    assert world.close(case).status == "approved"

    # Nothing is published whose quality was not measured, and nobody publishes what they nominated.
    body = bodies.Published(day("2024-02-27"), "89 FR 14403", "It supplied what was used against journalists.")
    assert world.refused(case, "publish", body, PUBLISHER).refusal.rules == ("quality_measured",)
    world.measured(case, "no-identifier")
    assert world.refused(case, "publish", body, PUBLISHER).refusal.rules == ("quality_accepted",)
    world.measured(case)
    assert world.refused(case, "publish", body, NOMINATOR).refusal.code is Code.ROLE

    # It takes effect on the 27th and is published on the 29th: two days that are kept apart.
    world.on("2024-02-29")
    case = world.act(case, "publish", body, PUBLISHER)
    assert case.status == "listed"
    assert not case.listed_on(day("2024-02-26"))
    assert case.listed_on(day("2024-02-27"))
    assert case.listed_on(day("2030-01-01"))
    assert not case.listed_on(day("2024-02-28"), known_on=day("2024-02-28")), "nobody could know on the 28th"
    assert case.listed_on(day("2024-02-28"), known_on=day("2024-02-29"))
    alert = world.watched.messages[-1]
    assert (alert.type, alert.to, alert.content["entity"]) == ("listing_alert", "partners", NAME)

    # An alias and a narrower scope, by unanimity; the past keeps its terms.
    world.on("2024-05-02")
    narrow = bodies.Terms((Measure.LICENCE_REQUIREMENT,), scope="5A001.j", review_policy="Case by case")
    world.circulate(case, "modify", terms=narrow, aliases=("Brackwater Signals",), reason="narrower")
    world.votes(case, **dict.fromkeys(MEMBERS, "yes"))
    world.close(case)
    case = world.act(
        case, "amend", bodies.Amended(day("2024-05-06"), "89 FR 99002", "Its other lines were sold."), PUBLISHER
    )
    assert case.terms_on(day("2024-05-05")) == TERMS
    assert case.terms_on(day("2024-05-06")) == narrow
    party = world.service.party(case.id)
    assert party is not None and "Brackwater Signals" in {name.text for name in party.names}
    assert [(one.listed_from, one.listed_to) for one in party.listings] == [
        (day("2024-02-27"), day("2024-05-06")),
        (day("2024-05-06"), None),
    ]

    # The listed party asks to be removed: a majority is not enough.
    world.on("2024-08-01")
    petition = bodies.PetitionFiled("p1", NAME, "remove", "it left the market", day("2024-07-30"))
    world.act(case, "petition", petition, NOMINATOR)
    world.circulate(case, "remove", petition="p1")
    world.votes(case, commerce="yes", state="yes", defense="yes", energy="yes", treasury="no")
    case = world.close(case)
    assert case.votes[-1].closed is not None and not case.votes[-1].closed.passed
    removal = bodies.Removed(day("2024-10-21"), "89 FR 99003", "It left the market.")
    refused = world.refused(case, "remove", removal, PUBLISHER).refusal
    assert refused.rules == ("carried_remove",) and "unanimity" in refused.missing[0].what
    granted = bodies.PetitionDecided("p1", "granted", "as asked")
    assert world.refused(case, "decide_petition", granted, CHAIR).refusal.rules == ("petition_as_voted",)
    case = world.act(case, "decide_petition", bodies.PetitionDecided("p1", "refused", "no unanimity"), CHAIR)

    # It asks again; all agree; it comes off, and the past stays true.
    world.on("2024-10-01")
    petition = bodies.PetitionFiled("p2", NAME, "remove", "it was wound up", day("2024-09-30"))
    world.act(case, "petition", petition, NOMINATOR)
    world.circulate(case, "remove", petition="p2")
    world.votes(case, **dict.fromkeys(MEMBERS, "yes"))
    world.close(case)
    world.act(case, "decide_petition", bodies.PetitionDecided("p2", "granted", "it was wound up"), CHAIR)
    world.on("2024-10-21")
    case = world.act(case, "remove", removal, PUBLISHER)
    assert case.status == "removed"
    party = world.service.party(case.id)
    assert party is not None
    for text, force in (
        ("2024-02-26", Truth.FALSE),
        ("2024-02-27", Truth.TRUE),
        ("2024-10-20", Truth.TRUE),
        ("2024-10-21", Truth.FALSE),
    ):
        found = {one.in_force(day(text)) for one in party.listings}
        assert (Truth.TRUE in found) is (force is Truth.TRUE), text
        assert case.listed_on(day(text)) is (force is Truth.TRUE)
    assert case.listed_on(day("2025-01-01"), known_on=day("2024-10-20")), "that it ends was not known then"


def test_a_vote_that_nobody_closes_is_closed_by_itself_and_later_votes_do_not_count(world: World) -> None:
    case = world.circulate(world.nominated())
    world.votes(case, commerce="yes", state="yes")
    world.on("2024-02-08")
    refused = world.refused_late(case, MEMBERS["defense"])
    assert refused.refusal.code is Code.STATUS
    case = world.service.case(case.id)
    closed = case.votes[0].closed
    assert case.status == "rejected" and closed is not None
    assert (closed.yes, closed.silent) == (2, 3)
    assert case.acts[-1].actor == "system"


def test_a_court_order_removes_without_a_vote(world: World) -> None:
    case = world.listed("2024-01-10")
    world.on("2024-03-01")
    removal = bodies.Removed(world.today, "order of the court", "A court ordered it.")
    assert world.refused(case, "remove", removal, PUBLISHER).refusal.rules == ("carried_remove",)
    order = bodies.CourtOrdered("Example Court", "C-1/24", "remove", world.today)
    world.act(case, "record_order", order, NOMINATOR)
    assert world.act(case, "remove", removal, PUBLISHER).status == "removed"


def test_a_listing_may_expire_and_its_review_falls_due(world: World) -> None:
    case = world.listed(terms=replace(TERMS, expires=day("2025-01-08")))
    assert case.listing is not None and case.listing.expires == day("2025-01-08")
    assert case.listed_on(day("2025-01-07")) and not case.listed_on(day("2025-01-08"))
    due = {one.rule.id: one.due for one in case.deadlines(world.service.procedure, world.today)}
    assert due["us-erc/review"] == day("2025-01-07")


def test_a_removal_does_not_reach_back(world: World) -> None:
    case = world.listed("2024-01-10")
    world.on("2024-03-01")
    world.circulate(case, "remove")
    world.votes(case, **dict.fromkeys(MEMBERS, "yes"))
    world.close(case)
    body = bodies.Removed(day("2024-02-01"), "89 FR 99003", "Wound up.")
    assert world.refused(case, "remove", body, PUBLISHER).refusal.rules == ("dates",)


def test_a_nomination_answers_everything_from_evidence(world: World) -> None:
    made = world.nominated
    for changed, rule in (
        ({"criteria": ()}, "reasonable-cause"),
        ({"alternatives": ()}, "alternatives"),
        ({"humanitarian": " "}, "effects"),
        ({"terms": bodies.Terms((Measure.TRAVEL_BAN,))}, "measures"),
        ({"criteria": (bodies.Answered("reasonable-cause", True, ("e-none",), "so"),)}, "known_evidence"),
        ({"criteria": (bodies.Answered("reasonable-cause", True, (), "so"),)}, "reasonable-cause"),
        ({"criteria": (bodies.Answered("reasonable-cause", False, (), "not so"),)}, "reasonable-cause"),
    ):
        with pytest.raises(Refused) as error:
            made(**changed)
        assert rule in error.value.refusal.rules, changed


def test_nobody_says_in_a_request_who_votes(world: World) -> None:
    case = world.circulate(world.nominated())
    for sent in ({"vote": 1, "position": "yes", "member": "state"}, {"vote": 1, "position": "yes", "actor": "x"}):
        with pytest.raises(Refused) as error:
            world.service.post(case.id, "vote", sent, MEMBERS["commerce"])
        assert error.value.refusal.code is Code.IDENTITY
    after = world.service.post(case.id, "vote", {"vote": 1, "position": "yes"}, MEMBERS["commerce"])
    assert after.votes[0].ballots[0][0] == "commerce"
