"""Adopting what another member publishes is an act with a standing: information, guidance or law, dated, and undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from enduse.assess import check
from enduse.evidence.library import Library
from enduse.interfaces.documents import assessment_document
from enduse.interfaces.exchange.adopting import Adoptions, document
from enduse.interfaces.exchange.node import FOLDER
from enduse.interfaces.law import law_at_hand
from enduse.model.assessment import Assessment, Outcome
from enduse.model.errors import BadInput
from enduse.model.record import By
from enduse.model.transaction import Activity, Item, Role, Transaction, TransactionParty
from exchange_nodes import SETUP, Party, coalition, load_list
from exchange_pages import RULEBOOK

LISTED, EL, TEXT = "Epsilon Trading LLC", "us/listings/el.jsonl", "us/rulebooks/network.yaml"
DAY = dt.date(2026, 3, 2)
ACT = "Order on foreign lists of 2 March 2026, art. 1"
BY = By("approver", "rule_approver")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[dict[str, Party]]:
    made = coalition(tmp_path, "us", "nl")
    load_list(made["us"].node.data, [LISTED, "Omega Holding"], DAY)
    made["us"].node.publish_list("ftm", "FTM", name="EL", title="An invented list", standing="law", by=SETUP)
    made["us"].node.publish("rulebooks/network.yaml", RULEBOOK.encode(), {"title": "Guidance"}, by=SETUP)
    made["nl"].sync()
    yield made
    for one in made.values():
        one.node.stores.close()


def asked(nl: Party, day: dt.date, *, name: str = LISTED, code: str = "EAR99", origin: str = "NL") -> Assessment:
    party = TransactionParty(role=Role.END_USER, name=name, country="XB")
    tx = Transaction(Activity.EXPORT, day, (Item(code),), "XB", (party,), origin=origin)
    law = law_at_hand(nl.node.data)
    lists = Library(nl.node.data, accept_starter=True)
    return check(tx, library=lists, rulebooks=law.books, banners=law.banners, today=nl.clock().date())


def acts(found: Assessment, book: str) -> list[tuple[str, str, str]]:
    return [
        (one.standing, str(finding.status), finding.effect)
        for one in found.authorities
        if one.act == book
        for finding in one.findings.speaking
    ]


def adopted(found: Assessment) -> list[tuple[str, str, str]]:
    """What all adopted rulebooks say."""
    books = dict.fromkeys(one.act for one in found.authorities if one.act.startswith("coalition/adopted_"))
    return [said for book in books for said in acts(found, book)]


def test_a_list_that_is_not_adopted_is_theirs_and_nothing_acts_on_it(world: dict[str, Party]) -> None:
    found = asked(world["nl"], DAY)
    assert [one.act for one in found.authorities if one.act.startswith("coalition/adopted_")] == []
    assert [match.list_id for party in found.parties for match in party.matches] == ["us:EL"]


def test_adopted_as_law_it_acts_by_the_members_own_rule_from_its_day_and_ends_on_a_day(world: dict[str, Party]) -> None:
    nl, since, until = world["nl"], DAY + dt.timedelta(days=10), DAY + dt.timedelta(days=100)
    adoptions = Adoptions(nl.node)
    one = adoptions.adopt(EL, "law", since, by=BY, reason="decided", effect="prohibit", citation=ACT)
    assert one.book.startswith("coalition/adopted_us_el_20260312_")
    assert acts(asked(nl, since - dt.timedelta(days=1)), one.book) == []
    found = asked(nl, since)
    assert acts(found, one.book) == [("law", "applies", "prohibit")]
    assert found.outcome is Outcome.PROHIBITED
    (finding,) = next(a for a in found.authorities if a.act == one.book).findings.speaking
    assert ACT in finding.citation.text and not finding.citation.verified
    # Its law reaches what leaves it, and nobody else is listed there.
    assert acts(asked(nl, since, origin="DE"), one.book) == []
    assert acts(asked(nl, since, name="Riverside Example GmbH"), one.book) == []
    adoptions.end(EL, until, by=BY, reason="the order lapses")
    assert asked(nl, until - dt.timedelta(days=1)).outcome is Outcome.PROHIBITED
    assert acts(asked(nl, until), one.book) == []
    # What was decided is on record, version by version, by whom and why.
    said = [(entry["standing"], entry["until"], entry["actor"], entry["reason"]) for entry in adoptions.history(EL)]
    assert said == [("law", "", "approver", "decided"), ("law", str(until), "approver", "the order lapses")]
    entries = nl.node.stores.need().audit.entries(last=2)
    assert {entry.action for entry in entries} == {"adoption.keep"}
    assert nl.node.stores.need().verify().whole


def test_adopted_as_guidance_it_raises_a_flag_and_no_outcome(world: dict[str, Party]) -> None:
    nl = world["nl"]
    before = asked(nl, DAY).outcome
    one = Adoptions(nl.node).adopt(EL, "guidance", DAY, by=BY, reason="looked at")
    found = asked(nl, DAY)
    assert acts(found, one.book) == [("guidance", "applies", "review")]
    (finding,) = next(a for a in found.authorities if a.act == one.book).findings.speaking
    assert "red flag" in finding.reason
    assert found.outcome is before


def test_information_is_on_record_and_acts_on_nothing(world: dict[str, Party]) -> None:
    nl = world["nl"]
    before = assessment_document(asked(nl, DAY))
    one = Adoptions(nl.node).adopt(EL, "information", DAY, by=BY, reason="to be shown")
    assert document(one, DAY)["rulebook"] == "" and document(one, DAY)["stands"]
    assert assessment_document(asked(nl, DAY)) == before


@pytest.mark.parametrize(("what", "code", "origin"), [(TEXT, "5A001.j", "NL"), ("coalition/echri", "5A001.j", "NL")])
def test_guidance_of_a_partner_or_of_the_code_becomes_law_here_from_a_day(
    world: dict[str, Party], what: str, code: str, origin: str
) -> None:
    nl, since = world["nl"], DAY + dt.timedelta(days=30)
    one = Adoptions(nl.node).adopt(what, "law", since, by=BY, reason="r", effect="require_licence", citation=ACT)
    before, after = asked(nl, DAY, code=code, name="A body"), asked(nl, since, code=code, name="A body")
    assert acts(before, one.book) == []
    assert ("law", "applies", "require_licence") in acts(after, one.book)
    assert after.outcome is Outcome.LICENCE_REQUIRED
    assert acts(asked(nl, since, code="EAR99", name="A body"), one.book) == []


def test_a_rulebook_stays_as_it_was_adopted_when_its_publisher_changes_it(world: dict[str, Party]) -> None:
    nl = world["nl"]
    one = Adoptions(nl.node).adopt(TEXT, "law", DAY, by=BY, reason="r", effect="require_licence", citation=ACT)
    world["us"].node.publish("rulebooks/network.yaml", RULEBOOK.replace("5A001.j", "EAR99").encode(), {}, by=SETUP)
    nl.sync()
    assert acts(asked(nl, DAY, code="EAR99", name="A body"), one.book) == []
    assert acts(asked(nl, DAY, code="5A001.j", name="A body"), one.book)


def test_adopted_again_after_it_ended_the_first_time_still_speaks_for_its_days(world: dict[str, Party]) -> None:
    nl, adoptions = world["nl"], Adoptions(world["nl"].node)
    adoptions.adopt(EL, "law", DAY, by=BY, reason="r", effect="prohibit", citation=ACT)
    adoptions.end(EL, DAY + dt.timedelta(days=10), by=BY, reason="r")
    again = DAY + dt.timedelta(days=20)
    adoptions.adopt(EL, "law", again, by=BY, reason="r", effect="require_licence", citation=ACT)
    effects = [adopted(asked(nl, DAY + dt.timedelta(days=days))) for days in (5, 15, 25)]
    assert effects == [[("law", "applies", "prohibit")], [], [("law", "applies", "require_licence")]]


def test_what_is_adopted_anew_changes_nothing_of_what_the_earlier_law_did(world: dict[str, Party]) -> None:
    nl, us, adoptions = world["nl"], world["us"], Adoptions(world["nl"].node)
    adoptions.adopt(TEXT, "law", DAY, by=BY, reason="r", effect="require_licence", citation=ACT)
    before = asked(nl, DAY, code="5A001.j", name="A body")
    adoptions.end(TEXT, DAY + dt.timedelta(days=10), by=BY, reason="r")
    text = RULEBOOK.replace("nexus: always", "nexus: {destination: [KP]}")
    assert text != RULEBOOK
    us.node.publish("rulebooks/network.yaml", text.encode(), {"title": "Guidance"}, by=SETUP)
    nl.sync()
    adoptions.adopt(TEXT, "guidance", DAY + dt.timedelta(days=10), by=BY, reason="r")
    after = asked(nl, DAY, code="5A001.j", name="A body")
    assert after.outcome is before.outcome is Outcome.LICENCE_REQUIRED
    assert adopted(after) == adopted(before) == [("law", "applies", "require_licence")]


def test_two_that_are_spelled_alike_have_each_a_rulebook(world: dict[str, Party]) -> None:
    nl, us, adoptions = world["nl"], world["us"], Adoptions(world["nl"].node)
    for path, code in (("a-b", "5A001.j"), ("a_b", "5A001.f")):
        text = RULEBOOK.replace("5A001.j", code) + f"# {path}\n"
        us.node.publish(f"rulebooks/{path}.yaml", text.encode(), {"title": path}, by=SETUP)
    nl.sync()
    for path in ("a-b", "a_b"):
        what = f"us/rulebooks/{path}.yaml"
        adoptions.adopt(what, "law", DAY, by=BY, reason="r", effect="require_licence", citation=ACT)
    for code in ("5A001.j", "5A001.f.1"):
        assert adopted(asked(nl, DAY, code=code, name="A body")) == [("law", "applies", "require_licence")], code


def test_what_is_to_come_can_be_cancelled_and_an_end_is_never_put_off(world: dict[str, Party]) -> None:
    nl, adoptions, since = world["nl"], Adoptions(world["nl"].node), DAY + dt.timedelta(days=300)
    adoptions.adopt(EL, "law", since, by=BY, reason="r", effect="prohibit", citation=ACT)
    one = adoptions.end(EL, DAY + dt.timedelta(days=1), by=BY, reason="a mistake")
    assert one.cancelled and not one.stands(since)
    assert adopted(asked(nl, since)) == []
    with pytest.raises(BadInput, match="not adopted"):
        adoptions.end(EL, since, by=BY, reason="again")
    # It may be adopted anew, from a day before and from the same one.
    adoptions.adopt(EL, "guidance", DAY, by=BY, reason="r")
    until = DAY + dt.timedelta(days=90)
    adoptions.end(EL, until, by=BY, reason="r")
    with pytest.raises(BadInput, match=f"ends on {until} already"):
        adoptions.end(EL, until + dt.timedelta(days=1), by=BY, reason="later")
    sooner = until - dt.timedelta(days=30)
    assert adoptions.end(EL, sooner, by=BY, reason="sooner").until == str(sooner)
    adoptions.adopt(EL, "law", since, by=BY, reason="r", effect="prohibit", citation=ACT)
    adoptions.end(EL, since, by=BY, reason="a mistake")
    assert [(one.standing, one.until) for one, _ in adoptions.all()] == [("guidance", str(sooner))]
    adoptions.adopt(EL, "law", since, by=BY, reason="r", effect="prohibit", citation=ACT)
    assert adopted(asked(nl, sooner)) == [] and adopted(asked(nl, since)) == [("law", "applies", "prohibit")]


def test_a_file_that_holds_another_list_than_is_said_of_it_is_not_adopted(world: dict[str, Party]) -> None:
    nl, us = world["nl"], world["us"]
    (file,) = (us.node.data / FOLDER / "publication" / "targets" / "listings").iterdir()
    body = file.read_bytes().replace(b'"EL"', b'"OTHER"')
    us.node.publish("listings/el2.jsonl", body, {"title": "Innocent", "standing": "law", "list": "EL"}, by=SETUP)
    nl.sync()
    with pytest.raises(BadInput, match="said to hold us:EL"):
        Adoptions(nl.node).adopt("us/listings/el2.jsonl", "guidance", DAY, by=BY, reason="r")
    assert Adoptions(nl.node).all() == []


def test_what_was_kept_and_not_laid_is_laid_by_the_next_run(world: dict[str, Party]) -> None:
    nl, adoptions = world["nl"], Adoptions(world["nl"].node)
    one = adoptions.adopt(EL, "law", DAY, by=BY, reason="r", effect="prohibit", citation=ACT)
    (nl.node.data / "rules" / "current.json").unlink()
    assert acts(asked(nl, DAY), one.book) == []
    adoptions.lay()
    assert acts(asked(nl, DAY), one.book)


@pytest.mark.parametrize(
    ("what", "changed", "problem"),
    [
        ("us/practice/none.md", {}, "nothing is called"),
        (EL, {"standing": "gospel"}, "no standing"),
        (EL, {"effect": ""}, "law says what it does"),
        (EL, {"effect": "permit"}, "law says what it does"),
        (EL, {"citation": " "}, "law rests on an act"),
        (EL, {"reason": " "}, "has a reason"),
    ],
)
def test_what_means_nothing_is_refused_and_not_on_record(
    world: dict[str, Party], what: str, changed: dict[str, str], problem: str
) -> None:
    stated = {"standing": "law", "effect": "prohibit", "citation": ACT, "reason": "r"} | changed
    with pytest.raises(BadInput, match=problem):
        Adoptions(world["nl"].node).adopt(what, stated.pop("standing"), DAY, by=BY, **stated)
    assert Adoptions(world["nl"].node).all() == []


def test_a_rulebook_that_lint_refuses_is_refused_before_it_is_on_record(world: dict[str, Party]) -> None:
    text = RULEBOOK.replace("item_covered_by", "no_such_predicate")
    world["us"].node.publish("rulebooks/network.yaml", text.encode(), {}, by=SETUP)
    world["nl"].sync()
    with pytest.raises(BadInput, match="no_such_predicate"):
        Adoptions(world["nl"].node).adopt(TEXT, "guidance", DAY, by=BY, reason="r")
    assert Adoptions(world["nl"].node).all() == []


def test_an_end_is_not_dated_back_and_nothing_is_adopted_twice(world: dict[str, Party]) -> None:
    adoptions = Adoptions(world["nl"].node)
    adoptions.adopt(EL, "guidance", DAY, by=BY, reason="r")
    with pytest.raises(BadInput, match="adopted already"):
        adoptions.adopt(EL, "information", DAY, by=BY, reason="r")
    with pytest.raises(BadInput, match="the day is past"):
        adoptions.end(EL, DAY - dt.timedelta(days=1), by=BY, reason="r")
    with pytest.raises(BadInput, match="not adopted"):
        adoptions.end(TEXT, DAY, by=BY, reason="r")
