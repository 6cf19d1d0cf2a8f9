"""Letters in the store, on both databases: numbered without gaps, once, and told of by the audit chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from databases import place, postgres
from enduse.model.letter_record import IN, OUT, LetterRow
from enduse.model.record import By, Kind
from enduse.model.retention import Retention
from enduse.store import open_store
from enduse.store.database import Store

__all__ = ["place", "postgres"]
NODE = By("exchange")
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
MOMENT = [NOW]


@pytest.fixture
def store(place: Path | str) -> Iterator[Store]:
    MOMENT[0] = NOW
    with open_store(place, create=True, clock=lambda: MOMENT[0]) as found:
        yield found


def row(direction: str, peer: str, seq: int, *, state: str = "waiting", **more: str) -> LetterRow:
    values: dict[str, Any] = {
        "id": f"{direction}{peer}{seq}".ljust(64, "0"),
        "notice": f"n{peer}{seq}".ljust(64, "0"),
        "type": "risk_alert",
        "originator": "nl",
        "level": "PARTNER",
        "created": "2026-03-02T09:00:00Z",
        "correlates_to": "",
        "supersedes": "",
        "at": "2026-03-02T09:00:00Z",
        "body": "",
    }
    return LetterRow(direction=direction, peer=peer, seq=seq, state=state, **{**values, **more})


def queue(store: Store, source: str, *peers: str) -> list[LetterRow]:
    def make(peer: str, seq: int, previous: str) -> tuple[LetterRow, bytes]:
        return row(OUT, peer, seq), f"{peer} {seq} after {previous[:6]}".encode()

    return store.letters.queue(source, peers, make, by=NODE)


def test_letters_are_numbered_by_peer_and_a_source_calls_once(store: Store) -> None:
    assert [one.key for one in queue(store, "a", "fr", "de")] == ["out/fr/1", "out/de/1"]
    assert queue(store, "a", "fr", "de") == []
    assert [one.key for one in queue(store, "a", "fr", "us")] == ["out/us/1"], "whoever it has not called for yet"
    assert [one.key for one in queue(store, "b", "fr")] == ["out/fr/2"]
    assert [one.key for one in queue(store, "", "fr")] == ["out/fr/3"], "what somebody writes has no source"
    assert store.letters.waiting() == {"fr": 3, "de": 1, "us": 1}
    second = store.letters.row(OUT, "fr", 2)
    assert second is not None and store.letters.body(second) == b"fr 2 after outfr1"


def test_what_comes_in_is_kept_once_and_the_first_gap_is_known(store: Store) -> None:
    assert store.letters.expected("fr") == 1
    assert store.letters.keep(row(IN, "fr", 1, state="received"), b"1", by=NODE)
    assert not store.letters.keep(row(IN, "fr", 1, state="received"), b"other", by=NODE)
    assert store.letters.keep(row(IN, "fr", 3, state="held"), b"3", by=NODE)
    assert store.letters.expected("fr") == 2
    assert store.letters.keep(row(IN, "fr", 2, state="received"), b"2", by=NODE)
    assert store.letters.expected("fr") == 3, "what is held has still to be given on"
    third = store.letters.row(IN, "fr", 3)
    assert third is not None
    assert store.letters.change(
        third, "received", problem="", at=third.at, by=NODE, action="notice.release", of=("held",)
    )
    assert not store.letters.change(third, "x", problem="", at=third.at, by=NODE, action="notice.release", of=("held",))
    assert store.letters.expected("fr") == 4


def test_only_the_classes_that_are_asked_for_are_looked_at(store: Store) -> None:
    store.letters.keep(row(IN, "fr", 1, state="received", level="REGIME-PRIVILEGED"), b"1", by=NODE)
    store.letters.keep(row(IN, "fr", 2, state="received"), b"2", by=NODE)
    assert [one.seq for one in store.letters.listed(IN, ("PARTNER",))] == [2]
    assert store.letters.of_notice("nfr1".ljust(64, "0"), ("PARTNER",)) == []
    assert len(store.letters.of_notice("nfr1".ljust(64, "0"))) == 1


def test_the_chain_tells_of_every_letter_and_notices_what_was_altered(store: Store) -> None:
    queue(store, "a", "fr")
    store.letters.keep(row(IN, "fr", 1, state="received"), b"1", by=NODE)
    store.letters.keep_version(Kind.MEMBERSHIP, "m", {"version": "1"}, b"document", by=NODE, reason="first")
    assert store.verify().whole
    with store.write() as connection:
        connection.execute(sa.text("UPDATE letters SET level = 'PUBLIC' WHERE direction = 'in'"))
    report = store.verify()
    assert (report.place, report.whole) == ("notice in/fr/1", False)


def test_a_letter_that_is_gone_is_missed(store: Store) -> None:
    queue(store, "a", "fr")
    with store.write() as connection:
        connection.execute(sa.text("DELETE FROM letters"))
    assert store.verify().problem == "is missing: its record tells of it"


def test_marks_and_versions(store: Store) -> None:
    letters = store.letters
    letters.set_mark("publication:us", "1")
    letters.set_mark("publication:us", "2")
    letters.set_mark("blocked:7", "why")
    assert letters.mark("publication:us") == "2" and letters.mark("absent") == ""
    assert letters.marks("blocked:") == {"blocked:7": "why"}
    letters.set_mark("blocked:7", "")
    assert letters.marks("blocked:") == {}
    first = letters.keep_version(Kind.PUBLICATION, "us/a", {"publisher": "us"}, b"x", by=NODE, reason="r", ref="us")
    again = letters.keep_version(Kind.PUBLICATION, "us/a", {"publisher": "us"}, b"x", by=NODE, reason="r", ref="us")
    assert first.id == again.id and letters.content(again) == b"x"
    assert len(letters.versions(Kind.PUBLICATION, "us/a")) == 1
    assert [one.key for one in letters.standing(Kind.PUBLICATION, ref="us")] == ["us/a"]


def test_messages_that_the_exchange_has_not_looked_at_outlive_their_period(store: Store) -> None:
    with store.write() as connection:
        for _ in range(3):
            store.outbox.put(connection, "case.denial_notification", {"to": "member_states"})
    store.outbox.deliver({})
    assert [place for place, _ in store.letters.called(1)] == [2, 3]
    MOMENT[0] = NOW + dt.timedelta(days=5)
    policy = Retention({"outbox": 1})
    assert store.erasures.due(policy).messages == 2, "without a node nobody waits for them; the last one stays"
    store.letters.set_mark("outbox", "1")
    assert store.erasures.due(policy).messages == 1
    store.letters.set_mark("outbox", "3")
    assert store.erasures.due(policy).messages == 2


def test_counts_and_pages_are_of_what_somebody_may_see(store: Store) -> None:
    for seq in range(1, 6):
        level = "REGIME-PRIVILEGED" if seq % 2 else "PARTNER"
        store.letters.keep(row(IN, "fr", seq, state="received", level=level), b"x", by=NODE)
    assert store.letters.count(IN, ("PARTNER",)) == 2
    assert store.letters.count(IN, ("PARTNER", "REGIME-PRIVILEGED"), peer="fr", types=("risk_alert",)) == 5
    assert store.letters.count(IN, ()) == store.letters.count(IN, ("PARTNER",), peer="de") == 0
    assert [one.seq for one in store.letters.listed(IN, ("PARTNER",), limit=1, offset=1)] == [2]


def test_after_a_restored_backup_letters_take_their_places_and_others_move_behind_them(store: Store) -> None:
    for source in ("a", "b", "c"):
        queue(store, source, "fr")
    first = store.letters.row(OUT, "fr", 1)
    assert first is not None and store.letters.settled("fr") == (0, "")
    store.letters.change(first, "acknowledged", problem="", at=first.at, by=NODE, action="notice.acknowledge")
    assert store.letters.settled("fr") == (1, first.id)
    back = []
    for seq in (2, 3, 4):
        name = f"back{seq}".ljust(64, "0")
        back.append((row(OUT, "fr", seq, state="acknowledged", id=name), f"back {seq}".encode()))

    def moved(old: LetterRow, seq: int, previous: str) -> tuple[LetterRow, bytes]:
        return row(OUT, "fr", seq, notice=old.notice, source=old.source), f"{seq} after {previous[:5]}".encode()

    assert store.letters.put_back("fr", back, moved, by=NODE) == (3, 2)
    rows = store.letters.some(OUT, peer="fr")
    assert [(one.seq, one.state, one.source) for one in rows] == [
        (1, "acknowledged", "a"),
        (2, "acknowledged", ""),
        (3, "acknowledged", ""),
        (4, "acknowledged", ""),
        (5, "waiting", "b"),
        (6, "waiting", "c"),
    ]
    assert store.letters.body(rows[4]) == b"5 after back4"
    assert store.letters.put_back("fr", [], moved, by=NODE) == (0, 0)
    assert store.letters.again("fr", 3, by=NODE) == 2
    assert store.letters.waiting() == {"fr": 4}
    assert [one.seq for one in store.letters.run(OUT, "fr", 4, 10)] == [5, 6]
    report = store.verify()
    assert report.whole, report.problem
