"""Cases in the store: append-only, one of two writers wins, bodies apart from hashes, all of it told by the chain."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from enduse.model.case_record import CaseAppend, CaseConflict, CaseMessage, CaseRow
from enduse.model.decision import digest
from enduse.store import open_store
from enduse.store.database import Store
from enduse.store.tables import case_bodies, case_events

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def row(seq: int, kind: str = "noted", case_id: str = "case-1", said: str = "hello") -> CaseRow:
    body = json.dumps({"said": said}, sort_keys=True, separators=(",", ":"))
    return CaseRow(case_id, seq, NOW.isoformat(), "u1", "case_officer", kind, digest({"said": said}), "", body)


def view(case_id: str = "case-1", seq: int = 1, **changes: str) -> dict[str, str | int]:
    names = ("status", "authority", "type", "reference", "exporter", "destination", "officer", "submitted", "decided")
    empty: dict[str, str | int] = dict.fromkeys((*names, "outcomes", "licence", "due", "clock", "search"), "")
    return {**empty, **changes, "id": case_id, "seq": seq}


def appending(
    case_id: str,
    expected: int,
    rows: list[CaseRow],
    messages: tuple[CaseMessage, ...] = (),
    view: dict[str, str | int] | None = None,
) -> CaseAppend:
    return CaseAppend(case_id, expected, tuple(rows), messages, view)


def opened(place: Path | str) -> Store:
    return open_store(place, create=True, clock=lambda: NOW)


@pytest.fixture
def store(place: Path | str) -> Iterator[Store]:
    with opened(place) as store:
        yield store


def test_events_come_back_in_order_each_hashed_over_the_one_before(store: Store) -> None:
    store.cases.append(appending("case-1", 0, [row(1), row(2, said="again")]))
    store.cases.append(appending("case-1", 2, [row(3)]))
    found = store.cases.read("case-1")
    assert [one.seq for one in found] == [1, 2, 3]
    assert [one.previous for one in found] == ["", found[0].hash, found[1].hash]
    assert store.cases.read("case-2") == []


def test_each_event_has_its_audit_entry_and_messages_go_with_it(store: Store) -> None:
    store.cases.append(
        appending("case-1", 0, [row(1), row(2)], messages=(CaseMessage("case.note", {"case": "case-1"}),))
    )
    entries = store.audit.entries(subject="case:case-1")
    assert [(one.action, one.actor, one.role) for one in entries] == [("case.noted", "u1", "case_officer")] * 2
    assert [one.after for one in entries] == [one.hash for one in store.cases.read("case-1")]
    assert [one.topic for one in store.outbox.waiting()] == ["case.note"]


def test_who_has_not_seen_the_last_event_is_told_and_nothing_of_theirs_is_kept(store: Store) -> None:
    store.cases.append(appending("case-1", 0, [row(1)], view=view(status="draft")))
    with pytest.raises(CaseConflict) as caught:
        store.cases.append(
            appending("case-1", 0, [row(1)], messages=(CaseMessage("x", {}),), view=view(status="stolen"))
        )
    assert (caught.value.expected, caught.value.found) == (0, 1)
    assert len(store.cases.read("case-1")) == len(store.audit.entries()) == 1
    assert store.outbox.waiting() == []
    assert store.cases.views()[0]["status"] == "draft"


def test_several_cases_are_appended_to_together_or_not_at_all(store: Store) -> None:
    store.cases.append(appending("case-1", 0, [row(1)]))
    with pytest.raises(CaseConflict):
        store.cases.append(
            appending("case-2", 0, [row(1, case_id="case-2")], view=view("case-2")), appending("case-1", 0, [row(1)])
        )
    assert store.cases.ids() == ["case-1"]
    assert store.cases.views() == []
    store.cases.append(appending("case-2", 0, [row(1, case_id="case-2")]), appending("case-1", 1, [row(2)]))
    assert store.cases.ids() == ["case-1", "case-2"]


def test_of_many_who_write_at_once_one_wins_and_nothing_is_lost(place: Path | str) -> None:
    with opened(place) as store:
        store.cases.append(appending("case-1", 0, [row(1)]))
    ready = threading.Barrier(6)
    outcomes: list[str] = []

    def write(number: int) -> None:
        with opened(place) as mine:
            ready.wait(timeout=30)
            try:
                mine.cases.append(appending("case-1", 1, [row(2, said=str(number))]))
                outcomes.append("won")
            except CaseConflict as error:
                assert error.found == 2
                outcomes.append("told")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["told"] * 5 + ["won"]
    with opened(place) as store:
        assert len(store.cases.read("case-1")) == 2
        assert store.verify().whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE case_events SET actor = 'x'",
        "DELETE FROM case_events",
        "UPDATE case_bodies SET body = '{}'",
        "DELETE FROM case_bodies",
        "INSERT INTO case_events SELECT case_id, 5, at, actor, role, kind, sha256, previous, hash FROM case_events",
    ],
)
def test_the_database_itself_refuses_a_change_of_what_was_written(store: Store, statement: str) -> None:
    store.cases.append(appending("case-1", 0, [row(1)]))
    with pytest.raises(SQLAlchemyError), store._engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert store.verify().whole


def test_an_erasure_takes_the_bodies_keeps_the_hashes_and_the_chain_stays_whole(store: Store) -> None:
    store.cases.append(appending("case-1", 0, [row(1), row(2)]))
    store.cases.append(appending("case-2", 0, [row(1, case_id="case-2")]))
    before = store.cases.read("case-1")
    store.cases.erase("case-1", row(3, kind="erased", said="over"), view(seq=3, status="erased"))
    after = store.cases.read("case-1")
    assert [one.body for one in after[:2]] == [None, None]
    assert [(one.sha256, one.hash) for one in after[:2]] == [(one.sha256, one.hash) for one in before]
    assert store.cases.read("case-2")[0].body is not None
    assert store.verify().whole
    with pytest.raises(CaseConflict):
        store.cases.erase("case-2", row(3, kind="erased", case_id="case-2"), view("case-2"))


def _without_guards(store: Store) -> None:
    with store._engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            for table in ("case_events", "case_bodies"):
                connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
            for name in [one for one in names if one.startswith("case_")]:
                connection.execute(sa.text(f"DROP TRIGGER {name}"))


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE case_events SET actor = 'x' WHERE seq = 2", "does not fit its content"),
        ('UPDATE case_bodies SET body = \'{"said":"no"}\' WHERE seq = 2', "body does not fit its hash"),
        ("DELETE FROM case_bodies WHERE seq = 2", "body is missing, and no erasure tells of that"),
        ("DELETE FROM case_events WHERE seq = 3", "audit entry 3 tells of is missing"),
        ("DELETE FROM case_events WHERE seq = 1", "does not follow the event before it"),
    ],
)
def test_verify_names_the_event_that_somebody_with_the_database_s_password_touched(
    store: Store, statement: str, problem: str
) -> None:
    store.cases.append(appending("case-1", 0, [row(1), row(2), row(3)]))
    assert store.verify().whole
    _without_guards(store)
    with store._engine.begin() as connection:
        connection.execute(sa.text(statement))
    report = store.verify()
    assert report.place.startswith("case case-1")
    assert problem in report.problem


def test_an_event_put_in_beside_the_program_is_found(store: Store) -> None:
    store.cases.append(appending("case-1", 0, [row(1)]))
    forged = row(2, kind="decided")
    with store._engine.begin() as connection:
        first = connection.execute(sa.select(case_events)).one()
        kept = CaseRow(**{**{name: getattr(forged, name) for name in forged.__slots__}, "previous": first.hash})
        values = {column.name: getattr(kept, column.name) for column in case_events.columns}
        connection.execute(sa.insert(case_events).values(**values))
        connection.execute(sa.insert(case_bodies).values(case_id="case-1", seq=2, body=kept.body))
    assert "no audit entry tells of it" in store.verify().problem


def test_cases_are_found_by_what_was_decided_in_them(store: Store) -> None:
    for case_id, outcomes in (("case-1", "grant refuse"), ("case-2", "grant"), ("case-3", "refuse"), ("case-4", "")):
        events = [row(1, case_id=case_id), row(2, case_id=case_id)]
        store.cases.append(appending(case_id, 0, events, view=view(case_id, 2, outcomes=outcomes)))
    assert store.cases.decided("refuse") == {"case-1": 2, "case-3": 2}
    assert store.cases.decided("ref") == store.cases.decided("%") == {}


def test_the_queue_is_ordered_by_due_day_and_filtered(store: Store) -> None:
    for number, (status, due, words) in enumerate(
        [
            ("screening", "2026-05-01", "alpha 5a001"),
            ("screening", "", "beta"),
            ("decided", "2026-04-01", "alpha 4d004"),
        ],
        1,
    ):
        name = f"case-{number}"
        store.cases.append(
            appending(name, 0, [row(1, case_id=name)], view=view(name, status=status, due=due, search=words))
        )

    def ids(**asked: object) -> list[object]:
        return [one["id"] for one in store.cases.views(**asked)]  # type: ignore[arg-type]

    assert ids() == ["case-3", "case-1", "case-2"]
    assert ids(due_by="2026-04-15") == ["case-3"]
    assert ids(status="screening") == ["case-1", "case-2"]
    assert ids(search="ALPHA 5a") == ["case-1"]
    assert ids(search="100%") == []
    assert ids(equal={"status": "decided"}) == ["case-3"]
    assert ids(limit=1, offset=1) == ["case-1"]


def test_a_refused_attempt_leaves_an_audit_entry_and_no_event(store: Store) -> None:
    store.cases.append(appending("case-1", 0, [row(1)]))
    store.cases.refused("case-1", actor="u2", role="", command="countersign", reason="separation: another person")
    assert [one.action for one in store.audit.entries()] == ["case.noted", "case.refused.countersign"]
    assert len(store.cases.read("case-1")) == 1
    assert store.verify().whole


def test_a_portable_dump_takes_cases_along(store: Store, tmp_path: Path) -> None:
    store.cases.append(appending("case-1", 0, [row(1), row(2)], view=view(seq=2, status="draft")))
    store.backup(tmp_path / "dump.jsonl", portable=True)
    with opened(tmp_path / "other.sqlite3") as other:
        other.load(tmp_path / "dump.jsonl")
        assert other.cases.read("case-1") == store.cases.read("case-1")
        assert other.cases.views() == store.cases.views()
        assert other.verify().whole
