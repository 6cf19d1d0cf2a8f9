"""Accounts, assessments, jobs, the outbox, checkpoints and backups, on both databases."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from enduse.model.account import ApiKey, User
from enduse.model.assessment import Edition
from enduse.model.audit import Checkpoint
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.kept import Kept, Once
from enduse.model.record import By, Kind
from enduse.store import open_store
from enduse.store.backup import restore_sqlite
from enduse.store.database import Store
from enduse.store.outbox import Message
from enduse.store.seals import public_text, signing_key
from enduse.store.tables import metadata
from service_world import NOON, Clock

ADMIN = By("admin", "sysadmin")
EDITION = Edition("us_csl", "2026-08-01", "a" * 64)
HOUR = dt.timedelta(hours=1)
JUDGEMENT = b'{"outcome":"not_required"}'


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(place: Path | str, clock: Clock) -> Iterator[Store]:
    with open_store(place, create=True, clock=clock) as opened:
        yield opened


def somebody(store: Store, login: str = "ada", **more: Any) -> User:
    return store.accounts.create(login, "Ada", by=ADMIN, reason="joined", **more)


def keep(store: Store, by: By = ADMIN, judgement: bytes = JUDGEMENT, **more: Any) -> Kept:
    content = {"as_of": "2026-08-03", "outcome": "not_required", "reference": "r1"}
    kept, _ = store.casework.keep(
        transaction=b'{"item":"EAR99"}', judgement=judgement, content=content, editions=(EDITION,), by=by, **more
    )
    return kept


def tamper(store: Store, *statements: str) -> None:
    """Change rows as somebody would who owns the database: without the triggers."""
    with store.write() as connection:
        if connection.dialect.name == "postgresql":
            for table in ("audit", "records", "contents"):
                connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
            for name in list(names):
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(sa.text(statement))


# --- accounts


def test_an_account_is_made_once_and_its_login_never_given_again(store: Store) -> None:
    made = somebody(store, " Ada@Example.org ")
    assert store.accounts.by_login("ada@example.org") == made
    store.accounts.change(made.id, active=False, by=ADMIN, reason="left")
    with pytest.raises(BadInput, match="is taken"):
        somebody(store, "ADA@example.org")
    assert [one.active for one in store.accounts.users()] == [False]


@pytest.mark.parametrize("login", ["", " ", "a b", "a\0", "'; --", "x" * 101, "ädä/..", "-a"])
def test_what_cannot_be_a_login_is_refused(store: Store, login: str) -> None:
    with pytest.raises(BadInput):
        somebody(store, login)
    assert (store.accounts.count(), store.audit.entries()) == (0, [])


def test_the_first_account_is_made_once(store: Store) -> None:
    somebody(store, only_first=True, roles=("sysadmin",), password_hash="h")
    with pytest.raises(BadInput, match="an account already"):
        somebody(store, "bob", only_first=True)
    assert [one.action for one in store.audit.entries()] == ["user.create", "password.set", "role.grant"]


def test_roles_are_granted_and_taken_away_with_a_reason(store: Store) -> None:
    user = somebody(store)
    store.accounts.grant(user.id, "analyst", by=ADMIN, reason="joined the desk")
    with pytest.raises(BadInput, match="held already"):
        store.accounts.grant(user.id, "analyst", by=ADMIN, reason="again")
    with pytest.raises(BadInput, match="reason is missing"):
        store.accounts.grant(user.id, "auditor", by=ADMIN, reason=" ")
    assert store.accounts.roles(user.id) == {"analyst"}
    store.accounts.revoke(user.id, "analyst", by=ADMIN, reason="left the desk")
    assert store.accounts.roles(user.id) == frozenset()
    with pytest.raises(BadInput, match="is not held"):
        store.accounts.revoke(user.id, "analyst", by=ADMIN, reason="again")
    told = [(one.action, one.subject, one.role) for one in store.audit.entries()][1:]
    assert told == [(action, f"grant:{user.id}/analyst", "sysadmin") for action in ("role.grant", "role.revoke")]


def test_a_session_begins_and_ends_and_a_lock_ends_all(store: Store, clock: Clock) -> None:
    user = somebody(store)
    store.accounts.begin(user, "t1", lasts=HOUR, by=By(user.id))
    store.accounts.begin(user, "t2", lasts=HOUR, by=By(user.id), old="t1")
    assert store.accounts.session("t1") is None
    clock.on(minutes=5)
    store.accounts.seen("t2")
    found = store.accounts.session("t2")
    assert found is not None and (found[0].begun, found[0].seen) == ("2026-08-03T12:00:00Z", "2026-08-03T12:05:00Z")
    store.accounts.begin(user, "t3", lasts=HOUR, by=By(user.id))
    store.accounts.end("t3", by=By(user.id), reason="signed out")
    assert [one.token for one in store.accounts.sessions(user.id)] == ["t2"]
    store.accounts.change(user.id, active=False, by=ADMIN, reason="left")
    assert store.accounts.session("t2") is None
    assert store.verify().whole


def test_wrong_passwords_lock_for_a_while(store: Store, clock: Clock) -> None:
    user = somebody(store, password_hash="h")
    for failures in (1, 2):
        found = store.accounts.failed(user.id, attempts=3, lock=HOUR, reason="wrong password")
        assert found is not None and (found.failures, found.locked_until) == (failures, "")
    found = store.accounts.failed(user.id, attempts=3, lock=HOUR, reason="wrong password")
    assert found is not None and found.locked_until == "2026-08-03T13:00:00Z"
    store.accounts.begin(user, "t", lasts=HOUR, by=By(user.id))
    found = store.accounts.credential(user.id)
    assert found is not None and (found.failures, found.locked_until) == (0, "")
    assert store.accounts.failed("", attempts=3, lock=HOUR, reason="no such account") is None
    assert [one.subject for one in store.audit.entries() if one.action == "login.failed"][-1] == "user:unknown"


def test_a_new_password_ends_the_other_sessions(store: Store) -> None:
    user = somebody(store, password_hash="h")
    for token in ("t1", "t2"):
        store.accounts.begin(user, token, lasts=HOUR, by=By(user.id))
    store.accounts.set_password(user.id, "h2", by=By(user.id), reason="changed", keep="t2")
    assert [one.token for one in store.accounts.sessions(user.id)] == ["t2"]
    assert store.verify().whole


def test_a_key_is_kept_by_its_hash_and_revoked_once(store: Store) -> None:
    user = somebody(store)
    key = ApiKey("k1", user.id, "crm", "f" * 64, ("screen",), "2027-01-01T00:00:00Z")
    store.accounts.make_key(key, by=By(user.id))
    found = store.accounts.key("k1")
    assert found is not None and (found[0].scopes, found[1].id) == (("screen",), user.id)
    assert store.accounts.revoke_key("k1", by=By(user.id), reason="lost").revoked
    with pytest.raises(BadInput, match="revoked before"):
        store.accounts.revoke_key("k1", by=By(user.id), reason="again")
    assert [one.revoked for one in store.accounts.keys(user.id)] == [True]


# --- assessments


def test_an_assessment_comes_back_byte_for_byte_with_its_editions_in_the_chain(store: Store) -> None:
    kept = keep(store)
    found = store.casework.assessment(kept.id)
    assert found == kept and store.casework.content(kept.judgement) == JUDGEMENT
    transaction = store.casework.transaction(kept.transaction)
    assert transaction is not None and transaction[1] == b'{"item":"EAR99"}'
    entry = store.audit.entries(last=1)[0]
    assert (entry.action, entry.after, entry.editions) == ("assessment.keep", kept.record, (EDITION,))
    assert store.verify().whole


def test_one_transaction_is_kept_once_however_often_it_is_checked(store: Store) -> None:
    first, second = keep(store), keep(store, judgement=b'{"outcome":"prohibited"}')
    assert (first.id != second.id, first.transaction) == (True, second.transaction)
    assert [one.action for one in store.audit.entries()].count("transaction.keep") == 1


def test_pages_are_stable_while_more_is_kept(store: Store) -> None:
    made = [keep(store, By(f"u{number % 2}")).id for number in range(7)]
    first = store.casework.assessments(limit=3)
    keep(store)
    second = store.casework.assessments(limit=3, before=first[-1].seq)
    third = store.casework.assessments(limit=3, before=second[-1].seq)
    assert [one.id for one in (*first, *second, *third)] == made[::-1]
    assert [one.id for one in store.casework.assessments(limit=10, owner="u1")] == made[1::2][::-1]


def test_a_repeated_request_gets_the_answer_of_the_first(store: Store) -> None:
    once = Once("u1", "key-1", "a" * 64)
    first, again = keep(store, once=once), keep(store, once=once)
    assert first == again
    assert [one.action for one in store.audit.entries()].count("assessment.keep") == 1
    with pytest.raises(BadInput, match="used for another request"):
        keep(store, once=Once("u1", "key-1", "b" * 64))
    assert keep(store, once=Once("u2", "key-1", "a" * 64)).id != first.id


def test_a_repeated_request_is_forgotten_after_a_week(store: Store, clock: Clock) -> None:
    keep(store, once=Once("u1", "key-1", "a" * 64))
    clock.on(days=8)
    keep(store, once=Once("u1", "key-2", "a" * 64))
    keep(store, once=Once("u1", "key-1", "b" * 64))


def test_reading_a_restricted_record_is_an_entry(store: Store) -> None:
    kept = keep(store, restricted=True)
    store.casework.was_read(f"assessment:{kept.id}", by=By("u9", "auditor"), reason="review")
    entry = store.audit.entries(last=1)[0]
    assert (entry.action, entry.actor, entry.subject, entry.after) == ("record.read", "u9", f"assessment:{kept.id}", "")
    assert store.verify().whole


def test_saved_searches_are_their_owners(store: Store) -> None:
    saved = store.casework.save_search("daily", {"name": "Example"}, by=By("u1"))
    assert store.casework.searches("u2") == []
    assert not store.casework.forget_search(saved.key, by=By("u2"))
    assert [one.text("name") for one in store.casework.searches("u1")] == ["daily"]
    assert store.casework.forget_search(saved.key, by=By("u1"))
    assert not store.casework.forget_search(saved.key, by=By("u1"))
    assert store.casework.searches("u1") == []


# --- jobs and the outbox


def test_a_job_begins_goes_on_and_ends_once(store: Store) -> None:
    job = store.casework.start_job("bulk", b"rows", by=By("u1"), total=3, once=Once("u1", "k", "c" * 64))
    assert store.casework.start_job("bulk", b"rows", by=By("u1"), once=Once("u1", "k", "c" * 64)).id == job.id
    store.casework.progress(job.id, 2, 3)
    found = store.casework.job(job.id)
    assert found is not None and (found.state, found.done, found.total) == ("running", 2, 3)
    ended = store.casework.end_job(job.id, "done", by=By("u1"), result=b"answers")
    assert ended is not None and store.casework.content(ended.result) == b"answers"
    assert store.casework.end_job(job.id, "failed", by=By("u1")) is None
    store.casework.progress(job.id, 0, 3)
    assert store.casework.jobs(owner="u1") == [ended] and store.casework.jobs(owner="u2") == []
    assert store.verify().whole


def test_jobs_that_a_service_left_are_failed_in_words(store: Store) -> None:
    job = store.casework.start_job("bulk", b"rows", by=By("u1"))
    assert (store.casework.abandoned(by=By("service")), store.casework.abandoned(by=By("service"))) == (1, 0)
    found = store.casework.job(job.id)
    assert found is not None and found.state == "failed" and "stopped" in found.note


def test_what_follows_a_commit_is_delivered_at_least_once(store: Store, clock: Clock) -> None:
    seen: list[Message] = []
    keep(store)

    def fails(message: Message) -> None:
        seen.append(message)
        raise OperationFailed("the partner does not answer")

    assert store.outbox.deliver({"assessment.kept": fails}) == 0
    assert store.outbox.deliver({"assessment.kept": fails}) == 0, "not due yet"
    clock.on(seconds=3)
    assert store.outbox.deliver({"assessment.kept": seen.append}) == 1
    assert store.outbox.deliver({"assessment.kept": seen.append}) == 0
    assert [one.attempts for one in seen] == [0, 1]
    assert [one.seq for one in seen] == [1, 1]


def test_nothing_follows_what_was_not_committed(store: Store) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), store.write() as connection:
        store.outbox.put(connection, "t", {})
        raise Stop
    assert store.outbox.waiting() == []


# --- what is altered shows


def world(store: Store) -> tuple[User, Kept]:
    user = somebody(store, password_hash="$argon2id$x")
    store.accounts.grant(user.id, "analyst", by=ADMIN, reason="joined")
    return user, keep(store, By(user.id))


@pytest.mark.parametrize(
    ("statement", "broken", "problem"),
    [
        ("UPDATE records SET document = replace(document, 'not_required', 'prohibited')", "assessment {a}", "altered"),
        ("UPDATE records SET document = 'x' WHERE kind = 'grant'", "grant {u}/analyst", "was altered"),
        ("UPDATE records SET ref = 'me' WHERE kind = 'assessment'", "assessment {a}", "was altered"),
        (
            "UPDATE records SET document = replace(document, 'analyst', 'auditor') WHERE kind = 'grant'",
            "grant {u}/analyst",
            "was altered",
        ),
        ("DELETE FROM records WHERE kind = 'grant'", "grant {u}/analyst", "is missing: audit entry 3 tells of it"),
        ("DELETE FROM contents WHERE sha256 = '{j}'", "assessment {a}", "is missing"),
        ("UPDATE contents SET body = {other} WHERE sha256 = '{j}'", "assessment {a}", "was altered"),
        ("UPDATE credentials SET hash = 'mine'", "credential {u}", "is not the one that was set last"),
        ("DELETE FROM credentials", "credential {u}", "is missing"),
        ("UPDATE audit SET actor = 'me' WHERE action = 'role.grant'", "audit entry 3", "was altered"),
    ],
)
def test_tampering_with_a_record_is_named(store: Store, statement: str, broken: str, problem: str) -> None:
    user, kept = world(store)
    assert store.verify().whole
    other = "'x'::bytea" if "postgresql" in store.name else "x'00'"
    tamper(store, statement.format(a=kept.id, u=user.id, j=kept.judgement, other=other))
    report = store.verify()
    assert (report.whole, report.place) == (False, broken.format(a=kept.id, u=user.id))
    assert problem in report.problem


def test_a_record_that_another_hand_put_in_is_named(store: Store) -> None:
    user, _ = world(store)
    with store.write() as connection:
        forged = store.records.put(
            connection,
            Kind.GRANT,
            f"{user.id}/sysadmin",
            {"user": user.id, "role": "sysadmin", "granted": True},
            ref=user.id,
            by=ADMIN,
            action="role.grant",
            reason="x",
        )
    last = store.audit.entries(last=1)[0]
    tamper(store, f"DELETE FROM audit WHERE seq = {last.seq}")
    report = store.verify()
    assert (report.place, "another hand" in report.problem) == (f"grant {forged.key}", True)


@pytest.mark.parametrize("table", ["records", "contents"])
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_written(store: Store, table: str, change: str) -> None:
    world(store)
    column = "seq" if table == "records" else "sha256"
    with pytest.raises(OperationFailed, match="append-only"), store.write() as connection:
        connection.execute(sa.text(change.format(table, column, column)))
    assert store.verify().whole


def test_sqlite_refuses_to_replace_a_row(tmp_path: Path) -> None:
    place = tmp_path / "enduse.sqlite3"
    with open_store(place, create=True) as store:
        world(store)
    with sqlite3.connect(place) as connection:
        for table in ("records", "contents"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
    connection.close()


def test_what_was_altered_is_not_served(store: Store) -> None:
    _, kept = world(store)
    other = "'x'::bytea" if "postgresql" in store.name else "x'00'"
    tamper(
        store,
        f"UPDATE contents SET body = {other} WHERE sha256 = '{kept.judgement}'",
        "UPDATE records SET ref = 'me' WHERE kind = 'assessment'",
    )
    with pytest.raises(OperationFailed, match="was altered in the store"):
        store.casework.content(kept.judgement)
    with pytest.raises(OperationFailed, match="was altered in the store"):
        store.casework.assessment(kept.id)


# --- signed checkpoints


def test_a_signed_checkpoint_holds_the_chain(store: Store, tmp_path: Path) -> None:
    world(store)
    key = signing_key(tmp_path / "keys" / "k.pem", create=True)
    sealed = store.seals.sign(key, "2026-08-03T12:00:00Z", by=ADMIN)
    keep(store)
    assert sealed.content["count"] == 5
    assert store.verify(trusted=public_text(key)).whole
    other = signing_key(tmp_path / "other.pem", create=True)
    assert "signed by another key" in store.verify(trusted=public_text(other)).problem


@pytest.mark.parametrize(
    ("right_head", "says"), [(False, "does not fit the chain"), (True, "its signature does not fit")]
)
def test_a_checkpoint_that_was_not_signed_is_named(store: Store, tmp_path: Path, right_head: bool, says: str) -> None:
    """Whoever owns the database can write entries and records that fit each other; they cannot sign."""
    key = signing_key(tmp_path / "k.pem", create=True)
    keep(store)
    head = store.audit.entries()[0].hash if right_head else "0" * 64
    content = {"count": 1, "head": head, "at": "x", "key": public_text(key), "signature": "00" * 64}
    with store.write() as connection:
        store.records.put(connection, Kind.CHECKPOINT, "1", content, by=ADMIN, action="audit.sign", reason="x")
    report = store.verify()
    assert (report.place, says in report.problem) == ("checkpoint 1", True)


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_the_signing_key_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "k.pem"
    made = signing_key(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert public_text(signing_key(path, create=False)) == public_text(made)
    path.chmod(0o644)
    with pytest.raises(BadInput, match="others may read"):
        signing_key(path, create=False)
    path.chmod(0o600)
    path.write_text("nonsense")
    with pytest.raises(BadInput, match="no Ed25519 key"):
        signing_key(path, create=False)
    with pytest.raises(BadInput, match="no signing key"):
        signing_key(tmp_path / "none.pem", create=False)


# --- backup, restore, upgrade


def rows(store: Store) -> dict[str, list[Any]]:
    with store.read() as connection:
        assert connection is not None
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }


def full(store: Store, tmp_path: Path) -> None:
    user, _ = world(store)
    store.accounts.begin(user, "t", lasts=HOUR, by=By(user.id))
    store.casework.start_job("bulk", b"\0\xff rows", by=By(user.id), once=Once(user.id, "k", "c" * 64))
    store.seals.sign(signing_key(tmp_path / "k.pem", create=True), "2026-08-03T12:00:00Z", by=ADMIN)


def test_a_portable_backup_restores_whole(store: Store, tmp_path: Path) -> None:
    full(store, tmp_path)
    count = store.backup(tmp_path / "dump.jsonl", portable=True)
    with open_store(tmp_path / "new" / "enduse.sqlite3", create=True) as restored:
        assert restored.load(tmp_path / "dump.jsonl") == count
        assert restored.verify().whole and rows(restored) == rows(store)
        with pytest.raises(BadInput, match="not empty"):
            restored.load(tmp_path / "dump.jsonl")
        restored.backup(tmp_path / "again.jsonl", portable=True)
    assert (tmp_path / "dump.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes()


def test_a_portable_backup_of_sqlite_restores_into_postgresql(postgres: str, tmp_path: Path) -> None:
    with open_store(tmp_path / "a.sqlite3", create=True) as store:
        full(store, tmp_path)
        store.backup(tmp_path / "dump.jsonl", portable=True)
        with open_store(postgres, create=True) as restored:
            restored.load(tmp_path / "dump.jsonl")
            assert restored.verify().whole and rows(restored) == rows(store)
            somebody(restored, "bob")
            assert restored.verify().whole


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda lines: lines[:-1], "it was cut"),
        (lambda lines: [*lines[:-2], lines[-1]], "was altered"),
        (lambda lines: [*lines[:2], lines[2].replace(b"Ada", b"Eve"), *lines[3:]], "was altered"),
        (lambda lines: [*lines, lines[1]], "more than a dump"),
        (lambda lines: lines[1:], "no backup of a store"),
        (lambda lines: [lines[0].replace(b'"tables":"', b'"tables":"9'), *lines[1:]], "tables of form"),
        (lambda lines: [lines[0], b'{"row":"users","values":{}}\n', *lines[1:]], "no row of a store"),
        (lambda lines: [lines[0], b"{nonsense\n", *lines[1:]], "no JSON"),
        (lambda lines: [*lines[:-1], lines[-1][:20]], "it was cut"),
        (lambda lines: [], "it was cut"),
    ],
)
def test_a_spoiled_backup_restores_nothing(
    spoil: Callable[[list[bytes]], list[bytes]], says: str, tmp_path: Path
) -> None:
    with open_store(tmp_path / "a.sqlite3", create=True) as store:
        full(store, tmp_path)
        store.backup(tmp_path / "dump.jsonl", portable=True)
    lines = (tmp_path / "dump.jsonl").read_bytes().splitlines(keepends=True)
    spoiled = spoil(lines)
    if spoiled == lines:
        at = next(number for number, line in enumerate(lines) if b"Ada" in line)
        spoiled = [line.replace(b"Ada", b"Eve") if number == at else line for number, line in enumerate(lines)]
    (tmp_path / "bad.jsonl").write_bytes(b"".join(spoiled))
    with open_store(tmp_path / "b.sqlite3", create=True) as restored:
        with pytest.raises(BadInput, match=says):
            restored.load(tmp_path / "bad.jsonl")
        assert all(found == [] for found in rows(restored).values())


def test_an_embedded_store_is_backed_up_while_somebody_writes(tmp_path: Path) -> None:
    place, out = tmp_path / "odd ?name#" / "enduse.sqlite3", tmp_path / "copy.sqlite3"
    with open_store(place, create=True) as store:
        full(store, tmp_path)
        with store.write() as connection:
            store.audit.append(connection, actor="a", action="test.act", subject="thing:1", reason="r")
            assert store.backup(out, portable=False) > 0
        with pytest.raises(BadInput, match="there already"):
            store.backup(out, portable=False)
        target = tmp_path / "restored" / "enduse.sqlite3"
        restore_sqlite(out, target)
        with open_store(target, create=False) as restored:
            report = restored.verify()
            assert report.whole and report.count == len(store.audit.entries()) - 1
            somebody(restored, "bob")
        with pytest.raises(BadInput, match="there is a store already"):
            restore_sqlite(out, target)
    if os.name == "posix":
        assert out.stat().st_mode & 0o077 == 0
    (tmp_path / "no.sqlite3").write_bytes(b"nonsense" * 10)
    with pytest.raises(BadInput, match="no backup of a store"):
        restore_sqlite(tmp_path / "no.sqlite3", tmp_path / "x.sqlite3")


def test_a_store_of_the_first_form_is_upgraded_with_all_it_holds(tmp_path: Path) -> None:
    script = (Path(__file__).parents[1] / "fixtures" / "store" / "form-0001.sql").read_text(encoding="utf-8")
    place = tmp_path / "enduse.sqlite3"
    connection = sqlite3.connect(place)
    connection.executescript(script)
    connection.close()
    with open_store(place, create=False) as store:
        report = store.verify()
        assert (report.whole, report.count, len(store.decisions.all())) == (True, 3, 3)
        world(store)
        assert store.verify().whole and store.verify(Checkpoint(3, report.head)).whole


def test_a_postgresql_store_of_the_first_form_is_upgraded(postgres: str, tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    import enduse.store

    config = Config()
    config.set_main_option("script_location", str(Path(enduse.store.__file__).parent / "migrations"))
    engine = sa.create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
    old = sqlite3.connect(tmp_path / "old.sqlite3")
    old.executescript((Path(__file__).parents[1] / "fixtures" / "store" / "form-0001.sql").read_text(encoding="utf-8"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table in ("audit", "decisions"):
            for row in old.execute(f"SELECT * FROM {table} ORDER BY seq"):
                marks = ", ".join(f":v{number}" for number in range(len(row)))
                values = {f"v{number}": value for number, value in enumerate(row)}
                connection.execute(sa.text(f"INSERT INTO {table} VALUES ({marks})"), values)
    engine.dispose()
    old.close()
    with open_store(postgres, create=False) as store:
        assert (store.verify().whole, store.verify().count) == (True, 3)
        world(store)
        assert store.verify().whole


# --- faults


WRITER = """
import sys
from pathlib import Path
from enduse.model.record import By
from enduse.store import open_store
where = sys.argv[1]
with open_store(Path(where) if "://" not in where else where, create=True) as store:
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        kept, _ = store.casework.keep(
            transaction=b"{%d}" % number, judgement=b"x" * 5000 + b"%d" % number,
            content={"as_of": "2026-08-03"}, editions=(), by=By("u1"),
        )
        print(kept.id, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_killed_at_any_moment_nothing_that_was_committed_is_lost(place: Path | str) -> None:
    """``ENDUSE_TEST_KILLS`` says how often."""
    chance = random.Random(5)
    kills = int(os.environ.get("ENDUSE_TEST_KILLS", "10"))
    told: list[str] = []
    open_store(place, create=True).close()
    for _ in range(kills):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(place)], stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.0, 0.25))
            running.send_signal(signal.SIGKILL)
            lines = running.stdout.read().split("\n")
        told += [line for line in lines[:-1] if line]
    with open_store(place, create=False) as store:
        report = store.verify()
        assert report.whole, report
        kept = {one.id for one in _all(store)}
        assert set(told) <= kept
        # At most one more than was told: committed, and killed before it could say so.
        assert len(kept) - len(told) <= kills
        assert report.count == 2 * len(kept) - _shared(store)
    assert told


def _all(store: Store) -> list[Kept]:
    found: list[Kept] = []
    while page := store.casework.assessments(limit=500, before=found[-1].seq if found else None):
        found += page
    return found


def _shared(store: Store) -> int:
    """Assessments whose transaction was kept before."""
    kept = _all(store)
    return len(kept) - len({one.transaction for one in kept})


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.sqlite3", create=True) as store:
        keep(store)
        with store.read() as connection:
            assert connection is not None
            pages = connection.execute(sa.text("PRAGMA page_count")).scalar()
        before = rows(store)

        def full_disk(connection: Any, _: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}")

        sa.event.listen(store._engine, "checkout", lambda connection, record, proxy: full_disk(connection, record))
        with pytest.raises(OperationFailed, match="make room on the disk"):
            keep(store, judgement=b"y" * 100_000)
        assert rows(store) == before and store.verify().whole
    with open_store(tmp_path / "a.sqlite3", create=False) as store:
        keep(store, judgement=b"y" * 100_000)
        assert store.verify().whole


def test_a_database_that_is_gone_is_said_and_comes_back(postgres: str) -> None:
    import psycopg

    with open_store(postgres, create=True) as store:
        keep(store)
        with (
            psycopg.connect(os.environ["ENDUSE_TEST_POSTGRES"], autocommit=True) as other,
            pytest.raises(OperationFailed, match="connection"),
            store.write() as connection,
        ):
            backend = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()
            other.execute("SELECT pg_terminate_backend(%s)", (backend,))
            time.sleep(0.1)
            store.audit.append(connection, actor="a", action="x.y", subject="thing:1", reason="r")
        keep(store)
        assert (store.verify().whole, len(_all(store))) == (True, 2)


def test_a_database_that_does_not_answer_is_said() -> None:
    with pytest.raises(OperationFailed, match="start the database") as found:
        open_store("postgresql://somebody:hunter2@127.0.0.1:1/none", create=True)
    assert "hunter2" not in str(found.value)


def test_a_dump_says_what_it_is(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.sqlite3", create=True, clock=lambda: NOON) as store:
        keep(store)
        store.backup(tmp_path / "d.jsonl", portable=True)
    lines = [json.loads(line) for line in (tmp_path / "d.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines[0]["schema"] == "enduse.dump/1"
    assert lines[-1]["end"]["rows"] == len(lines) - 2
