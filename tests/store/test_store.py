"""The store on both databases: what was written stays, what is altered shows, nobody forks the chain."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from decided import NOON, PARTY, QUERY, decision
from enduse.model.assessment import Edition
from enduse.model.audit import Checkpoint
from enduse.model.decision import Decision, Verdict, heads
from enduse.model.errors import BadInput, OperationFailed
from enduse.screen.decisions import evidence_of, identity_of
from enduse.store import open_store, place_of, store_exists
from enduse.store.database import HEAD, Store
from enduse.store.tables import audit, decisions, metadata

EDITION = Edition("us_csl", "2026-08-01", "a" * 64)


class Clock:
    """A clock that goes on by a minute each time it is read."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(minutes=1)
        return self.now


@pytest.fixture
def store(place: Path | str) -> Iterator[Store]:
    with open_store(place, create=True, clock=Clock()) as opened:
        yield opened


def decide(store: Store, verdict: Verdict = Verdict.DIFFERENT, **changed: Any) -> Decision:
    values: dict[str, Any] = {
        "verdict": verdict,
        "name": QUERY.name,
        "party_id": PARTY.id,
        "party_name": PARTY.name,
        "evidence": evidence_of(QUERY, PARTY),
        "by": "reviewer",
        "reason": "another company",
        "editions": (EDITION,),
    }
    return store.decisions.add(**(values | changed))


def tamper(store: Store, *statements: str) -> None:
    """Change rows as somebody would who owns the database: without the triggers."""
    with store.write() as connection:
        if connection.dialect.name == "postgresql":
            for table in ("audit", "decisions"):
                connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
            for name in list(names):
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(sa.text(statement))


# --- decisions


def test_a_decision_comes_back_as_it_was_made(store: Store) -> None:
    made = decide(store)
    assert list(store.decisions.about(identity_of(QUERY))) == [made]
    assert made.at == NOON + dt.timedelta(minutes=1)
    assert store.decisions.find(made.id[:8]) == made


def test_a_published_name_with_a_control_character_can_be_decided_on(store: Store) -> None:
    """The consolidated list writes Xi\x92an for Xi'an."""
    made = decide(store, party_name="Xi\x92an  Example Works")
    assert store.decisions.find(made.id).party_name == "Xi an Example Works"


def test_a_later_decision_supersedes_and_both_stay(store: Store) -> None:
    first = decide(store)
    second = decide(store, Verdict.SAME)
    records = store.decisions.about(identity_of(QUERY))
    assert (list(records), heads(records), second.supersedes) == ([first, second], (second,), (first.id,))


def test_withdrawing_is_a_record_of_its_own(store: Store) -> None:
    made = decide(store)
    gone = store.decisions.withdraw(made.id[:12], by="supervisor", reason="the extract was of another register")
    assert (gone.verdict, gone.supersedes, gone.by) == (Verdict.WITHDRAWN, (made.id,), "supervisor")
    assert heads(store.decisions.all()) == (gone,)


def test_what_no_longer_stands_cannot_be_withdrawn(store: Store) -> None:
    first = decide(store)
    decide(store)
    with pytest.raises(BadInput, match="no longer stands"):
        store.decisions.withdraw(first.id, by="supervisor", reason="x")


@pytest.mark.parametrize("identifier", ["", "zz", "abc", "' OR 1=1 --", "%%%%%%", "______", "f" * 64])
def test_an_id_that_is_none_is_refused(store: Store, identifier: str) -> None:
    decide(store)
    with pytest.raises(BadInput):
        store.decisions.find(identifier)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", "x" * 1_000_000),
        ("reason", "a\0b"),
        ("reason", "\ud800"),
        ("by", "\0"),
        ("by", "x" * 201),
        ("name", "x\0"),
        ("reason", ""),
    ],
)
def test_hostile_texts_are_refused_and_leave_nothing(store: Store, field: str, value: str) -> None:
    changed: dict[str, Any] = {field: value}
    with pytest.raises(BadInput):
        decide(store, **changed)
    assert (list(store.decisions.all()), store.audit.entries()) == ([], [])


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE audit; --", '"', "%s %(x)s :name $1 ?", "\\", "🙂 海康 \u202e", "a\nb"]
)
def test_characters_that_mean_something_to_sql_mean_nothing_here(store: Store, text: str) -> None:
    made = decide(store, reason=text, by=text.replace("\n", " "), party_id=text.replace("\n", " "))
    assert store.decisions.find(made.id) == made
    assert store.verify().whole


# --- the audit chain


def test_every_decision_leaves_an_entry_with_who_why_and_which_editions(store: Store) -> None:
    first, second = decide(store), decide(store, Verdict.SAME, role="officer")
    gone = store.decisions.withdraw(second.id, by="supervisor", reason="mistaken")
    entries = store.audit.entries()
    assert [(one.seq, one.action, one.actor, one.role, one.before, one.after) for one in entries] == [
        (1, "decision.add", "reviewer", "", "", first.id),
        (2, "decision.add", "reviewer", "officer", first.id, second.id),
        (3, "decision.withdraw", "supervisor", "", second.id, gone.id),
    ]
    assert (entries[0].editions, entries[2].reason) == ((EDITION,), "mistaken")
    assert store.audit.entries(last=1) == entries[-1:]
    report = store.verify(Checkpoint(2, entries[1].hash))
    assert (report.whole, report.count, report.head) == (True, 3, entries[-1].hash)


@pytest.mark.parametrize("table", ["audit", "decisions"])
@pytest.mark.parametrize("change", ["UPDATE {} SET seq = seq", "UPDATE {} SET subject = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_written(store: Store, table: str, change: str) -> None:
    decide(store)
    with pytest.raises(OperationFailed, match="append-only"), store.write() as connection:
        connection.execute(sa.text(change.format(table)))
    assert store.verify().whole


def test_the_database_refuses_an_entry_that_does_not_follow_the_last(store: Store) -> None:
    decide(store)
    row = store.audit.entries()[0]
    for values in ({"seq": 1}, {"seq": 3, "previous": row.hash}, {"seq": 2, "previous": "0" * 64}):
        written = row.content() | {"hash": "1" * 64, "editions": "[]"} | values
        with pytest.raises(OperationFailed), store.write() as connection:
            connection.execute(sa.insert(audit).values(**written))
    assert store.verify().whole


def test_sqlite_refuses_to_replace_a_row(tmp_path: Path) -> None:
    """INSERT OR REPLACE deletes without a DELETE trigger; also over a connection that sets nothing up."""
    place = tmp_path / "enduse.sqlite3"
    with open_store(place, create=True, clock=Clock()) as store:
        decide(store)
    with sqlite3.connect(place) as connection:
        for table in ("audit", "decisions"):
            with pytest.raises(sqlite3.IntegrityError, match=r"append-only|follows the last"):
                connection.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE seq = 1")
    connection.close()


def test_postgresql_refuses_to_truncate(postgres: str) -> None:
    with open_store(postgres, create=True, clock=Clock()) as store:
        decide(store)
        for table in ("audit", "decisions"):
            with pytest.raises(OperationFailed, match="append-only"), store.write() as connection:
                connection.execute(sa.text(f"TRUNCATE {table}"))


@pytest.mark.parametrize(
    ("statements", "place_of_break"),
    [
        (["UPDATE audit SET reason = 'another' WHERE seq = 2"], "audit entry 2"),
        (["UPDATE audit SET editions = '[]' WHERE seq = 2"], "audit entry 2"),
        (["UPDATE audit SET editions = 'nonsense' WHERE seq = 2"], "audit entry 2"),
        (["UPDATE audit SET editions = editions || ' ' WHERE seq = 2"], "audit entry 2"),
        (["DELETE FROM audit WHERE seq = 2"], "audit entry 2"),
        (["DELETE FROM audit WHERE seq = 1"], "audit entry 1"),
        (
            [
                "UPDATE audit SET seq = 99 WHERE seq = 2",
                "UPDATE audit SET seq = 2 WHERE seq = 3",
                "UPDATE audit SET seq = 3 WHERE seq = 99",
            ],
            "audit entry 2",
        ),
    ],
    ids=["altered", "editions altered", "editions unreadable", "blank added", "deleted", "first deleted", "swapped"],
)
def test_tampering_with_the_chain_is_named(store: Store, statements: list[str], place_of_break: str) -> None:
    for _ in range(4):
        decide(store)
    tamper(store, *statements)
    report = store.verify()
    assert (report.whole, report.place) == (False, place_of_break)


def test_a_cut_tail_shows_against_a_recorded_head(store: Store) -> None:
    """Cut with the decisions it tells of, the chain is whole in itself: only a head kept elsewhere tells."""
    for _ in range(4):
        decide(store)
    recorded = store.verify()
    tamper(store, "DELETE FROM audit WHERE seq > 2", "DELETE FROM decisions WHERE seq > 2")
    assert store.verify().whole
    report = store.verify(Checkpoint(recorded.count, recorded.head))
    assert (report.whole, report.place) == (False, "audit entry 3")


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE decisions SET document = replace(document, 'another company', 'a good friend')", "was altered"),
        ("UPDATE decisions SET document = 'nonsense'", "was altered"),
        ("UPDATE decisions SET subject = party_id", "was altered"),
        ("DELETE FROM decisions", "is missing: audit entry 1"),
        ("DELETE FROM audit", "no audit entry tells of it"),
    ],
)
def test_tampering_with_a_decision_is_named(store: Store, statement: str, problem: str) -> None:
    made = decide(store)
    tamper(store, statement.replace("SET subject = party_id", "SET subject = 'x'"))
    report = store.verify()
    assert (report.whole, report.place) == (False, f"decision {made.id}")
    assert problem in report.problem


def test_an_altered_decision_suppresses_nothing(store: Store) -> None:
    decide(store)
    tamper(store, "UPDATE decisions SET document = replace(document, 'another company', 'a good friend')")
    with pytest.raises(OperationFailed, match="altered in the store"):
        store.decisions.about(identity_of(QUERY))


# --- several processes


def _append(place: Path | str, gate: Any, count: int) -> None:
    gate.wait()
    with open_store(place, create=True, clock=lambda: NOON) as store:
        for number in range(count):
            decide(store, reason=f"{os.getpid()} {number}")


def _run_together(target: Callable[..., None], place: Path | str, processes: int, count: int) -> list[int | None]:
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(processes)
    running = [context.Process(target=target, args=(place, gate, count)) for _ in range(processes)]
    for one in running:
        one.start()
    for one in running:
        one.join(60)
    return [one.exitcode for one in running]


def test_processes_that_open_and_append_at_once_make_one_chain(place: Path | str) -> None:
    """The first opening, with the making of the tables, is part of the race."""
    assert _run_together(_append, place, 3, 8) == [0, 0, 0]
    with open_store(place, create=False) as store:
        report = store.verify()
        assert (report.whole, report.count) == (True, 24)
        records = store.decisions.all()
        assert (len(records), len(heads(records))) == (24, 1)
        assert [len(record.supersedes) for record in records] == [0] + [1] * 23


def test_a_failure_in_the_middle_leaves_nothing_behind(store: Store) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), store.write() as connection:
        store.audit.append(connection, actor="a", action="test.act", subject="thing:1", reason="r")
        raise Stop
    assert store.audit.entries() == []


# --- taking in an export


def test_an_import_puts_in_every_record_once_and_says_who(store: Store) -> None:
    first = decision()
    second = decision(Verdict.SAME, supersedes=(first.id,))
    given = [("line 1", first), ("line 2", second)]
    done = store.decisions.import_(given, by="importer", reason="from the other office", subject="file:x")
    again = store.decisions.import_(given, by="importer", reason="from the other office", subject="file:x")
    assert ((done.added, done.known), (again.added, again.known)) == ((2, 0), (0, 2))
    assert [(one.action, one.actor) for one in store.audit.entries()] == [
        ("decision.import", "importer"),
        ("decision.import", "importer"),
        ("decisions.import", "importer"),
    ]
    assert store.verify().whole


def test_an_import_that_supersedes_another_pair_or_something_unknown_changes_nothing(store: Store) -> None:
    made = decide(store)
    other = decision(party_id="test:another", supersedes=(made.id,))
    unknown = decision(supersedes=("e" * 64,))
    for record, message in ((other, "of another pair"), (unknown, "which nothing holds")):
        with pytest.raises(BadInput, match=message):
            store.decisions.import_([("line 1", decision()), ("line 2", record)], by="x", reason="y", subject="file:z")
    assert list(store.decisions.all()) == [made]


# --- opening


def test_reading_makes_no_store(tmp_path: Path) -> None:
    place = tmp_path / "data" / "enduse.sqlite3"
    with open_store(place, create=False) as store:
        assert (list(store.decisions.all()), store.audit.entries(), store.empty) == ([], [], True)
        assert store.verify().whole
        with pytest.raises(OperationFailed, match="opened for reading"), store.write():
            pass
    assert not place.parent.exists()


def test_a_database_without_tables_reads_as_an_empty_store(postgres: str) -> None:
    with open_store(postgres, create=False) as store:
        assert (store.empty, list(store.decisions.all())) == (True, [])


def test_the_migrations_make_the_tables_that_the_code_sees(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.read() as connection:
        assert connection is not None
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_that_the_code_expects() -> None:
    from alembic.script import ScriptDirectory

    import enduse.store

    folder = Path(enduse.store.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [HEAD]


def test_a_store_of_a_later_version_is_left_alone(place: Path | str) -> None:
    with open_store(place, create=True) as store:
        tamper(store, "UPDATE alembic_version SET version_num = '9999'")
    for create in (True, False):
        with pytest.raises(OperationFailed, match="written by a later version"):
            open_store(place, create=create)


@pytest.mark.parametrize(
    "content", [b"this is no database, whatever its name says" * 100, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "enduse.sqlite3"
    place.write_bytes(content)
    with pytest.raises(OperationFailed, match="cannot be used") as caught:
        open_store(place, create=False)
    assert str(place) in str(caught.value)


def test_an_odd_path_is_a_path(tmp_path: Path) -> None:
    place = tmp_path / "100% ?mode=ro#x é" / "enduse.sqlite3"
    with open_store(place, create=True) as store:
        decide(store)
    assert place.is_file()


def test_sqlite_writes_ahead_and_checks_foreign_keys(tmp_path: Path) -> None:
    with open_store(tmp_path / "x.sqlite3", create=True) as store, store.read() as connection:
        assert connection is not None
        found = [connection.execute(sa.text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys")]
    assert found == ["wal", 1]


def test_a_reader_goes_on_while_somebody_writes(place: Path | str) -> None:
    with open_store(place, create=True) as writer, open_store(place, create=False) as reader:
        decide(writer)
        with writer.write() as connection:
            writer.audit.append(connection, actor="a", action="test.act", subject="thing:1", reason="r")
            assert (len(reader.audit.entries()), len(reader.decisions.all())) == (1, 1)


def test_a_reader_sees_one_state_throughout(place: Path | str) -> None:
    """Otherwise `verify`, which reads entries and then records, would report what was put in between."""
    with open_store(place, create=True) as writer, open_store(place, create=False) as reader:
        decide(writer)
        with reader.read() as connection:
            assert connection is not None
            counted = [connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar()]
            decide(writer)
            counted.append(connection.execute(sa.select(sa.func.count()).select_from(decisions)).scalar())
        assert (counted, len(reader.decisions.all())) == ([1, 1], 2)


def test_a_writer_that_waits_too_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enduse.store.database.BUSY_SECONDS", 0.05)
    place = tmp_path / "x.sqlite3"
    waited = pytest.raises(OperationFailed, match="another process is writing")
    with open_store(place, create=True) as first, open_store(place, create=True) as second, first.write(), waited:
        decide(second)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://host/x", "no store in 'mysql'"),
        ("sqlite:///x", "no store in 'sqlite'"),
    ],
)
def test_a_url_that_cannot_be_used_is_bad_input(url: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        open_store(url, create=False)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(OperationFailed) as caught:
        open_store("postgresql://user:secret@127.0.0.1:1/none", create=False)
    assert "127.0.0.1:1/none" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_where_the_store_is(tmp_path: Path) -> None:
    assert place_of(tmp_path, None) == tmp_path / "enduse.sqlite3"
    assert place_of(tmp_path, "postgresql://x/y") == "postgresql://x/y"
    assert (store_exists(tmp_path / "enduse.sqlite3"), store_exists("postgresql://x/y")) == (False, True)


def test_the_columns_of_a_decision_are_read_from_its_document(store: Store) -> None:
    made = decide(store)
    with store.read() as connection:
        assert connection is not None
        row = connection.execute(sa.select(decisions)).one()
    assert (row.seq, row.id, row.subject, row.party_id) == (1, made.id, made.subject, made.party_id)
