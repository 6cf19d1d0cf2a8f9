"""A listing is told to partners: to some of them before the public, under embargo; to all of them when it is public."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import designation_world as w
from enduse.cases.designations import bodies
from enduse.evidence.library import Library
from enduse.exchange.notices import Notice
from enduse.interfaces.designations.office import Office
from enduse.interfaces.exchange.book import StoredBook
from enduse.model.letter_record import IN
from exchange_nodes import Party, coalition

SECRET, CONTACT = "Zephyrine Quillfeather Trust", "quillfeather-line-7781"
EFFECTIVE, PUBLIC_ON = dt.date(2026, 3, 16), dt.date(2026, 3, 12)
TOLD = bodies.PartnersPrenotified(("NL",), EFFECTIVE, PUBLIC_ON, "It supplied what was used against journalists.")


class Story:
    """Three nodes; the authority of one of them lists somebody on the word of a protected source."""

    def __init__(self, folder: Path) -> None:
        self.nodes = coalition(folder, "us", "nl", "fr")
        us = self.nodes["us"]
        data, stores = us.node.data, us.node.stores
        self.office = Office(stores, us.clock, us.office.access, data, lambda: Library(data, accept_starter=True))
        self.world = w.World(self.office.log(), us.clock(), secrets=self.office.vault)
        reference = self.world.service.protect(bodies.ProtectedSource(SECRET, CONTACT, "lives there"), w.CUSTODIAN)
        hidden = bodies.SourceGraded(reliability="B", credibility="2", protected=reference)
        self.reference = reference
        entry = self.world.evidence(sources=(hidden,)).id
        self.case = self.world.circulate(self.world.service.nominate(w.nomination(entry), w.NOMINATOR))
        self.world.votes(self.case, commerce="yes", state="yes", defense="yes")
        self.case = self.world.measured(self.world.close(self.case))

    def later(self, day: dt.date) -> None:
        """A day comes, everywhere."""
        self.world.on(day.isoformat())
        self.nodes["us"].clock.now = self.world.now

    def sync(self) -> None:
        self.nodes["us"].sync()

    def letters(self, name: str) -> list[Notice]:
        """What came in at a node, in its order."""
        letters = self.nodes[name].node.stores.need().letters
        return [StoredBook(letters).letter(row).notice for row in letters.some(IN)]

    def publish(self) -> None:
        self.case = self.world.publish(self.case, EFFECTIVE.isoformat(), restricted_reasons="from a hidden source")


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = Story(tmp_path)
    yield found
    for one in found.nodes.values():
        one.node.stores.close()


def test_a_partner_is_told_before_the_public_and_all_are_told_when_it_is(story: Story) -> None:
    story.case = story.world.act(story.case, "prenotify", TOLD, w.PUBLISHER)
    story.sync()
    (before,) = story.letters("nl")
    assert (before.type, str(before.handling), before.recipients) == ("listing_prenotice", "PARTNER(nl)", ("nl",))
    assert before.handling.sealed
    assert (before.content["effective_at"], before.content["public_at"]) == ("2026-03-16", "2026-03-12")
    assert (before.content["entity"], before.content["change"]) == (w.NAME, "to be listed")
    assert story.letters("fr") == [], "who is not told learns nothing"

    # Nothing is public before the day that they were told, not even by mistake.
    refused = story.world.refused(story.case, "publish", _act(), w.PUBLISHER).refusal
    assert refused.rules == ("embargo",)
    assert story.office.desk(_reader()).own_list("ftm") == ""
    story.later(PUBLIC_ON)
    story.publish()
    story.sync()
    for name in ("nl", "fr"):
        alert = story.letters(name)[-1]
        assert (alert.type, str(alert.handling)) == ("listing_alert", "PUBLIC")
        said = {key: alert.content[key] for key in ("entity", "change", "list", "effective_at", "published_at")}
        assert said == {
            "entity": w.NAME,
            "change": "listed",
            "list": "EL",
            "effective_at": "2026-03-16",
            "published_at": "2026-03-12",
        }
        assert "744.16(e)" in alert.content["removal_route"]
    story.sync()
    story.sync()
    assert [one.type for one in story.letters("nl")] == ["listing_prenotice", "listing_alert"], "once each"


def test_the_partners_officer_reads_both_and_others_there_do_not_read_what_is_under_embargo(story: Story) -> None:
    story.world.act(story.case, "prenotify", TOLD, w.PUBLISHER)
    story.sync()
    nl: Party = story.nodes["nl"]
    assert [one.type for one in nl.desk("cora", "consultation_officer").inbox()] == ["listing_prenotice"]
    assert nl.desk("ada", "analyst").inbox() == []


def test_no_letter_says_who_a_source_is_nor_what_is_restricted(story: Story) -> None:
    story.world.act(story.case, "prenotify", TOLD, w.PUBLISHER)
    story.later(PUBLIC_ON)
    story.publish()
    story.sync()
    told = [json.dumps(_plain(one)).casefold() for name in ("nl", "fr") for one in story.letters(name)]
    assert len(told) == 3
    words = (SECRET, CONTACT, "quillfeather", story.reference, "hidden source", "institute for network studies", "vote")
    assert [(word, one) for one in told for word in words if word.casefold() in one] == []
    # Who knows it cannot write it there either.
    who = w.PUBLISHER.__class__("both", w.PUBLISHER.roles | w.CUSTODIAN.roles)
    named = bodies.PartnersPrenotified(("NL",), EFFECTIVE, PUBLIC_ON, f"As {SECRET} says.")
    assert story.world.refused(story.case, "prenotify", named, who).refusal.rules == ("protected_source",)


def test_a_state_without_a_node_is_named_and_stops_nobody(story: Story) -> None:
    told = bodies.PartnersPrenotified(("JP", "FR"), EFFECTIVE, PUBLIC_ON, "It supplied it.")
    story.world.act(story.case, "prenotify", told, w.PUBLISHER)
    story.sync()
    assert [one.type for one in story.letters("fr")] == ["listing_prenotice"]
    assert any("no member of 'JP'" in why for why in story.nodes["us"].mail.blocked().values())


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"partners": ()}, "prenotice"),
        ({"partners": ("US",)}, "prenotice"),
        ({"why": " "}, "prenotice"),
        ({"public_on": dt.date(2026, 3, 1)}, "prenotice"),
    ],
)
def test_a_notice_before_publication_says_whom_until_when_and_why(
    story: Story, changed: dict[str, Any], rule: str
) -> None:
    stated = {"partners": ("NL",), "effective": EFFECTIVE, "public_on": PUBLIC_ON, "why": "so", **changed}
    refused = story.world.refused(story.case, "prenotify", bodies.PartnersPrenotified(**stated), w.PUBLISHER)
    assert refused.refusal.rules == (rule,)


def test_nobody_is_told_of_what_was_not_carried_or_is_public_already(story: Story) -> None:
    other = story.world.nominated()
    assert story.world.refused(other, "prenotify", TOLD, w.PUBLISHER).refusal.code.value == "status"
    story.publish()
    assert story.world.refused(story.case, "prenotify", TOLD, w.PUBLISHER).refusal.rules == ("awaited",)


def test_a_change_and_a_removal_are_told_with_what_they_change(story: Story) -> None:
    story.publish()
    story.later(dt.date(2026, 5, 4))
    story.world.circulate(story.case, "modify", aliases=("Brackwater Signals",))
    story.world.votes(story.case, **dict.fromkeys(w.SEATS, "yes"))
    story.world.close(story.case)
    told = bodies.PartnersPrenotified(("NL",), dt.date(2026, 5, 8), dt.date(2026, 5, 4), "another name is known")
    story.world.act(story.case, "prenotify", told, w.PUBLISHER)
    amended = bodies.Amended(dt.date(2026, 5, 8), "91 FR 2", "It trades under another name.")
    story.world.act(story.case, "amend", amended, w.PUBLISHER)
    story.sync()
    first, before, alert = story.letters("nl")
    assert "Brackwater Signals" not in first.content["identifiers"]
    assert (before.content["change"], alert.content["change"]) == ("to be changed", "changed")
    for one in (before, alert):
        assert "Brackwater Signals" in one.content["identifiers"] and one.content["measure"] == "licence_requirement"


def _act() -> bodies.Published:
    return bodies.Published(EFFECTIVE, "91 FR 1", "It supplied it.")


def _plain(notice: Notice) -> Any:
    from enduse.model.codec import to_plain

    return to_plain(notice)


def _reader() -> Any:
    from enduse.model.access import Actor

    return Actor("u", "u", frozenset({"designation_officer"}))
