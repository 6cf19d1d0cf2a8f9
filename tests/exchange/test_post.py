"""Letters: signed, sealed where their handling asks for it, in order, once; nothing believed that proves nothing."""

from __future__ import annotations

import datetime as dt
import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from enduse.exchange.envelopes import LETTER_TYPE, is_sealed, seal, sign, unseal
from enduse.exchange.handling import Handling, national, partner, public, regime
from enduse.exchange.keys import Keyring, public_sealing_key
from enduse.exchange.letters import Letter
from enduse.exchange.membership import Membership, accept, next_version, signed, with_keys
from enduse.exchange.notices import Notice
from enduse.exchange.post import Brought, Post
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from exchange_world import Clock, MemoryBook, founded

ALERT = {
    "typology": "front company",
    "item": "5A001.j",
    "red_flags": ["new customer"],
    "confidence": "medium",
    "source_grade": "B",
    "noticed_on": "2026-03-01",
}
PRACTICE = {"title": "Reviews", "scope": "licensing", "evaluation": "tried for a year", "contact": "desk"}


class Coalition:
    """Four posts in memory."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.rings = {name: Keyring.make() for name in ("us", "nl", "fr", "de")}
        self.document, _ = founded(self.rings)
        self.posts = {name: self.post(name) for name in self.rings}

    def post(self, name: str) -> Post:
        return Post(name, lambda: self.document, lambda: self.rings[name], MemoryBook(), self.clock)

    def book(self, name: str) -> MemoryBook:
        book = self.posts[name].book
        assert isinstance(book, MemoryBook)
        return book

    def tell(self, who: str, *to: str, handling: Handling | None = None, **more: Any) -> Notice:
        return self.posts[who].send("risk_alert", to, handling or partner(*to), dict(ALERT), **more)

    def carry(self, who: str, to: str) -> Brought:
        """Bring what waits, and the receipt back."""
        brought = self.posts[to].take([blob for _, blob in self.posts[who].outgoing(to)])
        for receipt in brought.receipts.values():
            self.posts[who].receipts(receipt)
        return brought

    def states(self, name: str, peer: str) -> list[str]:
        return [one.state for _, one in sorted(self.book(name).came.get(peer, {}).items())]

    def became(self, **values: Any) -> Membership:
        """A next version, agreed by all."""
        after = next_version(self.document, self.clock(), **values)
        keys = [key for ring in self.rings.values() for key in ring.signing]
        self.document = accept(signed(after, keys), self.document, self.clock()).document
        return self.document


@pytest.fixture
def world() -> Coalition:
    return Coalition()


def test_a_notice_arrives_once_and_is_acknowledged(world: Coalition) -> None:
    notice = world.tell("nl", "fr")
    brought = world.carry("nl", "fr")
    assert (brought.taken, brought.again) == (1, 0)
    (came,) = world.posts["fr"].to_do()
    assert came.letter.notice == notice
    assert world.posts["nl"].outgoing("fr") == []


def test_what_is_not_acknowledged_is_brought_again_and_taken_once(world: Coalition) -> None:
    world.tell("nl", "fr")
    blobs = [blob for _, blob in world.posts["nl"].outgoing("fr")]
    first, second = world.posts["fr"].take(blobs), world.posts["fr"].take(blobs)
    assert (first.taken, second.taken, second.again) == (1, 0, 1)
    assert len(world.posts["fr"].to_do()) == 1
    assert world.posts["nl"].receipts(second.receipts["nl"]) == 1
    assert world.posts["nl"].receipts(second.receipts["nl"]) == 0


def test_letters_have_their_effect_in_order_however_they_come(world: Coalition) -> None:
    for _ in range(4):
        world.tell("nl", "fr")
    blobs = [blob for _, blob in world.posts["nl"].outgoing("fr")]
    world.posts["fr"].take([blobs[3], blobs[1]])
    assert world.posts["fr"].to_do() == [] and world.states("fr", "nl") == ["held", "held"]
    world.posts["fr"].take([blobs[0]])
    assert [one.letter.seq for one in world.posts["fr"].to_do()] == [1, 2]
    world.posts["fr"].take([blobs[2]])
    assert [one.letter.seq for one in world.posts["fr"].to_do()] == [1, 2, 3, 4]


def test_each_recipient_has_a_letter_that_only_they_can_open(world: Coalition) -> None:
    notice = world.tell("nl", "fr", "de")
    ((_, blob),) = world.posts["nl"].outgoing("fr")
    assert is_sealed(blob) and b"front company" not in blob
    assert world.posts["de"].take([blob]).rejected == ("letter: it is sealed for another key",)
    ((_, other),) = world.posts["nl"].outgoing("de")
    world.posts["de"].take([other])
    assert world.book("de").of_notice(notice.id)


def test_a_public_notice_travels_open_and_signed(world: Coalition) -> None:
    world.posts["us"].send("best_practice", ["nl"], public(), dict(PRACTICE))
    ((_, blob),) = world.posts["us"].outgoing("nl")
    assert not is_sealed(blob)
    assert world.posts["nl"].take([blob]).taken == 1


def test_a_failed_delivery_waits_twice_as_long_each_time_and_an_hour_at_most(world: Coalition) -> None:
    world.tell("nl", "fr")
    waits = []
    for _ in range(9):
        letters = [letter for letter, _ in world.posts["nl"].outgoing("fr")]
        assert letters
        world.posts["nl"].put_off("fr", letters, "no route")
        before = world.clock()
        while not world.posts["nl"].outgoing("fr"):
            world.clock.later(seconds=30)
        waits.append((world.clock() - before).total_seconds() / 60)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


# --- what proves nothing


def forged(world: Coalition, ring: Keyring, change: Callable[[Letter], Letter]) -> bytes:
    world.tell("nl", "fr")
    ((letter, _),) = world.posts["nl"].outgoing("fr")
    blob = sign(to_plain(change(letter)), LETTER_TYPE, ring.signing)
    key = world.document.member("fr")
    assert key is not None
    return seal(blob, public_sealing_key(key.sealing[0].public))


def test_a_letter_of_a_stranger_is_rejected_and_noted(world: Coalition) -> None:
    brought = world.posts["fr"].take([forged(world, Keyring.make(), lambda one: one), b"", b"{}", b"a.b.c.d.e"])
    assert brought.taken == 0 and brought.receipts == {} and len(brought.rejected) == 4
    assert world.book("fr").rejections == list(brought.rejected)


def test_a_member_cannot_write_as_another(world: Coalition) -> None:
    brought = world.posts["fr"].take([forged(world, world.rings["us"], lambda one: one)])
    assert "no key of nl" in brought.rejected[0]


def test_a_letter_that_was_opened_and_sealed_anew_for_another_is_seen_to_be_for_the_first(world: Coalition) -> None:
    world.tell("nl", "fr", "de")
    ((_, blob),) = world.posts["nl"].outgoing("fr")
    signed_part = unseal(blob, world.rings["fr"], "letter")
    de = world.document.member("de")
    assert de is not None
    again = seal(signed_part, public_sealing_key(de.sealing[0].public))
    assert "addressed to somebody else" in world.posts["de"].take([again]).rejected[0]


def test_a_second_letter_of_the_same_number_is_rejected_and_the_first_stays(world: Coalition) -> None:
    world.tell("nl", "fr")
    world.carry("nl", "fr")
    world.posts["nl"] = world.post("nl")  # restored from a backup that knew nothing of it
    world.tell("nl", "fr", correlates_to="ab" * 32)
    brought = world.carry("nl", "fr")
    assert "wrote two letters number 1" in brought.rejected[0]
    assert world.states("fr", "nl") == ["received"]


def test_a_letter_that_does_not_follow_is_rejected(world: Coalition) -> None:
    world.tell("nl", "fr")
    world.carry("nl", "fr")
    other = world.post("nl")
    for _ in range(2):
        other.send("risk_alert", ["fr"], partner("fr"), {**ALERT, "item": "other"})
    blob = other.outgoing("fr")[1][1]
    assert "does not follow" in world.posts["fr"].take([blob]).rejected[0]


def test_letters_of_another_coalition_are_rejected(world: Coalition) -> None:
    blob = forged(world, world.rings["nl"], lambda one: replace(one, coalition="other"))
    assert "another coalition" in world.posts["fr"].take([blob]).rejected[0]


def test_a_revoked_key_signs_nothing_whatever_date_is_written(world: Coalition) -> None:
    world.tell("nl", "fr")
    ((_, before),) = world.posts["nl"].outgoing("fr")
    stolen = world.rings["nl"]
    world.clock.later(days=1)
    world.rings["nl"] = stolen.rotated(signing=True, sealing=False)
    members = tuple(
        with_keys(one, world.rings["nl"], world.clock(), revoked=[stolen.signing[0].id]) if one.id == "nl" else one
        for one in world.document.members
    )
    world.became(members=members)
    assert "no key of nl that counts" in world.posts["fr"].take([before]).rejected[0]
    # What waited is signed anew with the new key, and is the same letter.
    assert world.carry("nl", "fr").taken == 1


def test_a_rotation_loses_nothing_that_is_on_its_way(world: Coalition) -> None:
    world.tell("nl", "fr")
    ((_, under_way),) = world.posts["nl"].outgoing("fr")
    world.clock.later(days=1)
    for name in ("nl", "fr"):
        world.rings[name] = world.rings[name].rotated(signing=True, sealing=True)
        members = tuple(
            with_keys(one, world.rings[name], world.clock()) if one.id == name else one
            for one in world.document.members
        )
        world.became(members=members)
        world.clock.later(hours=1)
    assert world.posts["fr"].take([under_way]).taken == 1
    assert world.carry("nl", "fr").again == 1


def test_a_clock_that_is_behind_makes_no_key_of_today_one_of_tomorrow(world: Coalition) -> None:
    world.clock.later(hours=-2)
    world.tell("nl", "fr")
    assert world.carry("nl", "fr").taken == 1


def test_who_has_left_is_believed_no_more_and_is_told_nothing(world: Coalition) -> None:
    world.tell("nl", "fr")
    ((_, late),) = world.posts["nl"].outgoing("fr")
    world.clock.later(days=2)
    ended = tuple(replace(one, left="2026-03-04") if one.id == "nl" else one for one in world.document.members)
    world.became(members=ended, governors=("us", "fr", "de"))
    assert "no member" in world.posts["fr"].take([late]).rejected[0]
    with pytest.raises(BadInput, match="no member"):
        world.tell("fr", "nl")


def test_nothing_goes_or_comes_under_a_document_that_has_expired(world: Coalition) -> None:
    world.tell("nl", "fr")
    ((_, blob),) = world.posts["nl"].outgoing("fr")
    world.clock.later(days=366)
    with pytest.raises(BadInput, match="expired"):
        world.posts["nl"].outgoing("fr")
    assert "expired" in world.posts["fr"].take([blob]).rejected[0]


def test_a_receipt_of_somebody_else_settles_nothing(world: Coalition) -> None:
    world.tell("nl", "fr")
    world.tell("nl", "de")
    given = world.posts["de"].take([blob for _, blob in world.posts["nl"].outgoing("de")]).receipts["nl"]
    with pytest.raises(BadInput, match="for somebody else"):
        world.posts["us"].receipts(given)
    plain = json.loads(given)
    payload = b64decode(plain["payload"])
    assert b'"by":"de"' in payload
    assert world.posts["nl"].receipts(given) == 1
    assert len(world.posts["nl"].outgoing("fr")) == 1


# --- rules that a letter breaks: taken, refused for good, and never brought again


def refused(world: Coalition, change: Callable[[Notice], Notice], *, sealed: bool = True) -> str:
    """What the receipt says of a letter of an honest key that breaks a rule."""
    world.tell("nl", "fr")
    ((letter, _),) = world.posts["nl"].outgoing("fr")
    bad = replace(letter, notice=change(letter.notice))
    blob = sign(to_plain(bad), LETTER_TYPE, world.rings["nl"].signing)
    fr = world.document.member("fr")
    assert fr is not None
    blob = seal(blob, public_sealing_key(fr.sealing[0].public)) if sealed else blob
    receipt = json.loads(b64decode(json.loads(world.posts["fr"].take([blob]).receipts["nl"])["payload"]))
    (line,) = receipt["lines"]
    assert line["outcome"] in ("refused", "expired")
    assert world.posts["fr"].to_do() == []
    return str(line["why"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: replace(one, type="invented"), "is not known here"),
        (lambda one: replace(one, version=99), "is not known here"),
        (lambda one: replace(one, content={}), "typology is missing"),
        (lambda one: replace(one, content={**one.content, "x": "y"}), "unknown field"),
        (lambda one: replace(one, content={**one.content, "noticed_on": "yesterday"}), "noticed_on is no date"),
        (lambda one: replace(one, handling=public()), "at least PARTNER"),
        (lambda one: replace(one, handling=national()), "NATIONAL-ONLY is told to nobody"),
        (lambda one: replace(one, handling=partner("de")), "fr may not hold it"),
        (lambda one: replace(one, expires="2026-03-02T08:00:00Z"), "expired"),
    ],
)
def test_a_letter_that_breaks_a_rule_is_refused_with_the_reason(
    world: Coalition, change: Callable[[Notice], Notice], told: str
) -> None:
    assert told in refused(world, change)


def test_what_must_be_sealed_and_came_open_is_refused(world: Coalition) -> None:
    assert "travels sealed" in refused(world, lambda one: one, sealed=False)


def test_a_refused_letter_does_not_stop_those_after_it(world: Coalition) -> None:
    refused(world, lambda one: replace(one, type="invented"))
    assert world.states("fr", "nl") == ["refused"]


# --- handling


def test_nothing_is_sent_to_whoever_may_not_hold_it(world: Coalition) -> None:
    for handling in (partner("fr"), regime("eu"), national()):
        with pytest.raises(BadInput):
            world.tell("nl", "us", handling=handling)
    assert world.book("nl").out == {}
    world.tell("nl", "us", handling=regime("wassenaar"))


def test_what_rests_on_a_notice_takes_its_limits_and_orcon_needs_a_consent(world: Coalition) -> None:
    notice = world.tell("de", "nl", handling=partner("nl", "fr", orcon=True, no_commercial=True))
    world.carry("de", "nl")
    with pytest.raises(BadInput, match="ORCON: de has not consented that fr"):
        world.tell("nl", "fr", rests_on=[notice.id])
    request = world.posts["nl"].send(
        "release_request", ["de"], partner("de"), {"notice": notice.id, "to": ["fr"], "reason": "a like case"}
    )
    # A request and its answer go between the two; the consent is the originator's own letter.
    world.carry("nl", "de")
    world.posts["de"].send(
        "release_consent", ["nl"], partner("nl"), {"notice": notice.id, "to": ["fr"]}, correlates_to=notice.id
    )
    world.carry("de", "nl")
    passed = world.tell("nl", "fr", rests_on=[notice.id])
    assert passed.handling.orcon and passed.handling.no_commercial
    with pytest.raises(BadInput, match="us"):
        world.tell("nl", "us", handling=regime("wassenaar"), rests_on=[notice.id])
    assert request.originator == "nl"


def test_a_consent_of_anybody_else_lets_nothing_pass(world: Coalition) -> None:
    notice = world.tell("de", "nl", handling=partner("nl", "fr", orcon=True))
    world.carry("de", "nl")
    world.posts["us"].send(
        "release_consent", ["nl"], partner("nl"), {"notice": notice.id, "to": ["fr"]}, correlates_to=notice.id
    )
    world.carry("us", "nl")
    with pytest.raises(BadInput, match="ORCON"):
        world.tell("nl", "fr", rests_on=[notice.id])


def test_the_same_call_sends_once(world: Coalition) -> None:
    for _ in range(3):
        world.tell("nl", "fr", source="case:1")
    assert len(world.posts["nl"].outgoing("fr")) == 1


def test_a_recall_is_a_letter_of_its_own_and_takes_back_only_ones_own(world: Coalition) -> None:
    notice = world.tell("nl", "fr")
    recall = world.posts["nl"].send("recall", ["fr"], partner("fr"), {"reason": "an error"}, supersedes=notice.id)
    foreign = world.posts["us"].send("recall", ["fr"], partner("fr"), {"reason": "no"}, supersedes=notice.id)
    world.carry("nl", "fr"), world.carry("us", "fr")
    assert [one.letter.notice.id for one in world.posts["fr"].recalled(recall)] == [notice.id]
    assert world.posts["fr"].recalled(foreign) == []


def test_the_week_of_an_outage_changes_nothing_but_the_times(world: Coalition) -> None:
    for _ in range(3):
        world.tell("nl", "fr")
        letters = [letter for letter, _ in world.posts["nl"].outgoing("fr")]
        world.posts["nl"].put_off("fr", letters, "no route")
        world.clock.later(days=2)
    world.clock.later(days=1)
    brought = world.carry("nl", "fr")
    assert brought.taken == 3
    assert world.states("fr", "nl") == ["received"] * 3
    assert world.clock() - dt.timedelta(days=7) == Clock().now
