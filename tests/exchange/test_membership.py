"""The membership document: versions in a row, a quorum, and nobody's entry changed without them."""

from __future__ import annotations

import datetime as dt
import json
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest

from enduse.exchange.keys import Keyring, SigningKey
from enduse.exchange.membership import (
    Membership,
    accept,
    countersigned,
    entry,
    next_version,
    read_signed,
    signed,
    with_keys,
)
from enduse.model.decision import stamp
from enduse.model.errors import BadInput
from exchange_world import START, founded

LATER = START + dt.timedelta(days=10)


@pytest.fixture
def rings() -> dict[str, Keyring]:
    return {name: Keyring.make() for name in ("us", "nl", "fr", "de")}


def keys(rings: dict[str, Keyring], *names: str) -> list[SigningKey]:
    return [rings[name].signing[0] for name in names]


def changed(document: Membership, who: str, **values: object) -> tuple:  # type: ignore[type-arg]
    return tuple(replace(one, **values) if one.id == who else one for one in document.members)  # type: ignore[arg-type]


def test_the_first_version_is_trusted_by_its_hash_and_signed_by_everybody(rings: dict[str, Keyring]) -> None:
    document, blob = founded(rings)
    assert read_signed(blob).signed_by == set(rings)
    with pytest.raises(BadInput, match="its hash is"):
        accept(blob, None, START, sha256="0" * 64)
    incomplete = signed(document, keys(rings, "us", "nl"))
    with pytest.raises(BadInput, match="not signed by de, fr"):
        accept(incomplete, None, START, sha256=document.sha256)


def test_a_quorum_makes_the_next_version(rings: dict[str, Keyring]) -> None:
    document, _ = founded(rings)
    after = next_version(document, LATER)
    assert accept(signed(after, keys(rings, "us", "fr")), document, LATER).document.version == 2
    with pytest.raises(BadInput, match="signed by 1 of 2"):
        accept(signed(after, keys(rings, "us")), document, LATER)


def test_versions_are_taken_one_after_the_other_and_never_back(rings: dict[str, Keyring]) -> None:
    document, blob = founded(rings)
    second = next_version(document, LATER)
    third = next_version(second, LATER)
    with pytest.raises(BadInput, match="version 3 after"):
        accept(signed(third, keys(rings, *rings)), document, LATER)
    with pytest.raises(BadInput, match="version 1 after"):
        accept(blob, second, LATER)


def test_an_expired_document_is_not_taken(rings: dict[str, Keyring]) -> None:
    document, _ = founded(rings)
    after = next_version(document, LATER, days=1)
    with pytest.raises(BadInput, match="expired"):
        accept(signed(after, keys(rings, *rings)), document, LATER + dt.timedelta(days=2))


def test_who_joins_is_invited_by_the_quorum_and_accepts(rings: dict[str, Keyring]) -> None:
    document, _ = founded(rings)
    ring = Keyring.make()
    after = next_version(document, LATER, members=(*document.members, entry("no", "Office", "NO", ring, LATER)))
    invitation = signed(after, keys(rings, "us", "nl"))
    with pytest.raises(BadInput, match="no has not signed that it joins"):
        accept(invitation, document, LATER)
    accepted = countersigned(invitation, ring.signing)
    assert accept(accepted, document, LATER).document.member("no") is not None


def test_nobodys_keys_change_without_their_signature(rings: dict[str, Keyring]) -> None:
    document, _ = founded(rings)
    thief = Keyring.make()
    fr = document.member("fr")
    assert fr is not None
    forged = tuple(with_keys(one, thief, LATER) if one.id == "fr" else one for one in document.members)
    after = next_version(document, LATER, members=forged)
    blob = countersigned(signed(after, keys(rings, "us", "nl", "de")), thief.signing)
    with pytest.raises(BadInput, match="the entry of fr changed without its signature"):
        accept(blob, document, LATER)


def test_a_rotation_is_signed_with_the_old_key_and_the_new_one(rings: dict[str, Keyring]) -> None:
    document, _ = founded(rings)
    ring = rings["fr"].rotated(signing=True, sealing=True)
    members = tuple(with_keys(one, ring, LATER) if one.id == "fr" else one for one in document.members)
    after = next_version(document, LATER, members=members)
    found = accept(signed(after, [*keys(rings, "us", "nl"), *ring.signing]), document, LATER).document
    fr = found.member("fr")
    assert fr is not None
    assert [one.keyid for one in fr.signing_keys(LATER)] == [ring.signing[0].id]
    assert [one.keyid for one in fr.signing_keys(START)] == [ring.signing[1].id]
    key = fr.sealing_key(LATER)
    assert key is not None and key.id == ring.sealing[0].id


def test_who_lost_all_keys_is_recovered_by_the_larger_quorum(rings: dict[str, Keyring]) -> None:
    document, _ = founded(rings)
    ring = Keyring.make()
    lost = rings["fr"].signing[0].id
    members = tuple(with_keys(one, ring, LATER, revoked=[lost]) if one.id == "fr" else one for one in document.members)
    after = next_version(document, LATER, members=members, recovered=("fr",))
    few = countersigned(signed(after, keys(rings, "us", "nl")), ring.signing)
    with pytest.raises(BadInput, match="recovered by 2 governors of 3"):
        accept(few, document, LATER)
    with pytest.raises(BadInput, match="fr has not signed with its new key"):
        accept(signed(after, keys(rings, "us", "nl", "de")), document, LATER)
    found = accept(countersigned(few, keys(rings, "de")), document, LATER).document
    fr = found.member("fr")
    assert fr is not None and lost not in {one.keyid for one in fr.signing_keys(START)}


def test_who_leaves_stays_in_the_document_with_the_day(rings: dict[str, Keyring]) -> None:
    document, _ = founded(rings)
    without = tuple(one for one in document.members if one.id != "de")
    after = next_version(document, LATER, members=without, governors=("us", "nl", "fr"))
    with pytest.raises(BadInput, match="de is gone"):
        accept(signed(after, keys(rings, *rings)), document, LATER)
    ended = changed(document, "de", left=stamp(LATER)[:10])
    after = next_version(document, LATER, members=ended, governors=("us", "nl", "fr"))
    found = accept(signed(after, keys(rings, "us", "nl")), document, LATER).document
    assert {one.id for one in found.active(LATER)} == {"us", "nl", "fr"}
    assert "de" in {one.id for one in found.active(START)}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"threshold": 5}, "do not go together"),
        ({"recovery": 1}, "do not go together"),
        ({"governors": ("us", "us")}, "occurs twice"),
        ({"governors": ("us", "xx")}, "no member"),
        ({"members": ()}, "0 members"),
        ({"schema": "other/1"}, "unknown schema"),
        ({"expires": "tomorrow"}, "no moment"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(
    rings: dict[str, Keyring], values: dict[str, object], told: str
) -> None:
    document, _ = founded(rings)
    bad = replace(document, **values)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=told):
        accept(signed(bad, keys(rings, *rings)), None, START, sha256=bad.sha256)


def test_one_key_under_two_names_is_refused(rings: dict[str, Keyring]) -> None:
    document, _ = founded(rings)
    us = document.member("us")
    assert us is not None
    twice = changed(document, "nl", signing=us.signing)
    with pytest.raises(BadInput, match="named wrongly, or occurs twice"):
        read_signed(signed(replace(document, members=twice), keys(rings, *rings)))
    renamed = changed(document, "nl", signing=(replace(us.signing[0], id="ab" * 32),))
    with pytest.raises(BadInput, match="named wrongly, or occurs twice"):
        read_signed(signed(replace(document, members=renamed), keys(rings, *rings)))


@pytest.mark.parametrize(
    "blob", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"payload": 1, "payloadType": 2, "signatures": 3}']
)
def test_what_is_no_document_is_refused(blob: bytes) -> None:
    with pytest.raises(BadInput):
        read_signed(blob)


def test_a_document_that_was_altered_holds_for_nobody(rings: dict[str, Keyring]) -> None:
    _, blob = founded(rings)
    envelope = json.loads(blob)
    payload = b64decode(envelope["payload"]).replace(b'"threshold":2', b'"threshold":1')
    envelope["payload"] = b64encode(payload).decode()
    assert read_signed(json.dumps(envelope).encode()).signed_by == frozenset()
