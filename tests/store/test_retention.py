"""Retention: what is due is counted first, erased with a record each, held back where it must be; the chain stays."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.model.case_record import CaseAppend, CaseRow
from enduse.model.errors import BadInput, Erased, OperationFailed
from enduse.model.kept import Kept, Once
from enduse.model.record import By, Kind
from enduse.model.retention import Due, Retention, retention_from
from enduse.store import open_store
from enduse.store.database import Store
from service_world import NOON, Clock

ADA, OPERATOR = By("u1", "analyst"), By("operator")
POLICY = Retention({"assessments": 1826, "jobs": 90, "outbox": 30})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(place: Path | str, clock: Clock) -> Iterator[Store]:
    with open_store(place, create=True, clock=clock) as opened:
        yield opened


def keep(store: Store, number: int, by: By = ADA, **more: Any) -> Kept:
    kept, _ = store.casework.keep(
        transaction=b'{"item":"%d"}' % number,
        judgement=b'{"outcome":"not_required","number":%d}' % number,
        content={"as_of": "2026-08-03", "outcome": "not_required", "reference": f"r{number}"},
        editions=(),
        by=by,
        **more,
    )
    return kept


def bodies(store: Store) -> int:
    with store.read() as connection:
        assert connection is not None
        return int(connection.execute(sa.text("SELECT COUNT(*) FROM contents")).scalar() or 0)


def apply(store: Store) -> Due:
    return store.erasures.apply(POLICY, by=OPERATOR, reason="periods are over")


def test_what_is_due_is_counted_without_a_change_and_then_erased(store: Store, clock: Clock) -> None:
    old = keep(store, 1)
    clock.on(days=1827)
    new = keep(store, 2)
    before = store.verify()
    assert store.erasures.due(POLICY) == Due(assessments=2)
    assert store.verify() == before and bodies(store) == 4
    assert apply(store) == Due(assessments=2)
    report = store.verify()
    assert report.whole and report.count == before.count + 3, "an entry for each content, and one for the run"
    for digest in (old.judgement, _body(store, old)):
        with pytest.raises(Erased, match=r"assessment:\w+ was erased on 2031-08-04"):
            store.casework.content(digest)
    assert store.casework.content(new.judgement) and bodies(store) == 2
    found = store.casework.assessment(old.id)
    assert found is not None and (found.outcome, found.reference) == ("not_required", "r1"), "the register stays"
    assert store.erasures.due(POLICY) == Due()
    entry = store.audit.entries(last=1)[0]
    assert (entry.action, entry.actor, entry.after) == ("retention.apply", "operator", POLICY.id)
    assert entry.reason == "periods are over; 2 contents of assessments, 0 of jobs, 0 of alerts, 0 messages"


def _body(store: Store, kept: Kept) -> str:
    with store.read() as connection:
        found = store.records.latest(connection, Kind.TRANSACTION, kept.transaction)
    assert found is not None
    return found.text("body")


def test_what_something_younger_shares_stays(store: Store, clock: Clock) -> None:
    keep(store, 1)
    clock.on(days=1827)
    young = keep(store, 1)
    assert store.erasures.due(POLICY) == Due() == apply(store)
    assert store.casework.content(young.judgement) and store.verify().whole


def test_what_is_asked_again_after_its_erasure_is_there_again(store: Store, clock: Clock, place: Path | str) -> None:
    keep(store, 1)
    clock.on(days=1827)
    apply(store)
    again = keep(store, 1)
    found = store.casework.transaction(again.transaction)
    assert found is not None and found[1] == b'{"item":"1"}'
    assert store.casework.content(again.judgement) and store.verify().whole
    with store.write() as connection:
        # The earlier erasure opens the guard; that it is gone is seen all the same.
        connection.execute(sa.text("DELETE FROM contents WHERE sha256 = :one"), {"one": again.judgement})
    assert "is missing" in store.verify().problem


@pytest.mark.parametrize("subject", ["assessment:{}", "owner:{}", "all"])
def test_a_legal_hold_keeps_what_is_due_until_it_ends(store: Store, clock: Clock, subject: str) -> None:
    user = store.accounts.create("ada", "Ada", by=OPERATOR, reason="joined")
    kept = keep(store, 1, By(user.id))
    subject = subject.format(user.id if "owner" in subject else kept.id)
    store.erasures.hold(subject, by=OPERATOR, reason="proceedings 7/31")
    assert [one.key for one in store.erasures.holds()] == [subject]
    clock.on(days=2000)
    assert store.erasures.due(POLICY) == Due(held=1) == apply(store)
    assert store.casework.content(kept.judgement)
    store.erasures.release(subject, by=OPERATOR, reason="ended")
    assert store.erasures.holds() == [] and apply(store).assessments == 2
    assert [one.action for one in store.audit.entries() if one.action.startswith("hold.")] == [
        "hold.set",
        "hold.release",
    ]
    assert store.verify().whole


@pytest.mark.parametrize("subject", ["nothing", "assessment:000000000000", "assessment:x'--", "owner:u9", ""])
def test_what_is_not_there_cannot_be_held(store: Store, subject: str) -> None:
    with pytest.raises(BadInput):
        store.erasures.hold(subject, by=OPERATOR, reason="because")
    with pytest.raises(BadInput):
        store.erasures.release("all", by=OPERATOR, reason="because")
    with pytest.raises(BadInput, match="reason"):
        store.erasures.hold("all", by=OPERATOR, reason=" ")
    store.erasures.hold("all", by=OPERATOR, reason="because")
    with pytest.raises(BadInput, match="held already"):
        store.erasures.hold("all", by=OPERATOR, reason="because")


def test_what_a_case_rests_on_stays_until_the_case_is_erased(store: Store, clock: Clock) -> None:
    kept = keep(store, 1)
    body = json.dumps({"assessment": kept.judgement})
    digest = hashlib.sha256(body.encode()).hexdigest()
    row = CaseRow("case-1", 1, "2026-08-03T12:00:00Z", "u1", "analyst", "drafted", digest, "", body)
    store.cases.append(CaseAppend("case-1", 0, (row,), (), None))
    clock.on(days=2000)
    assert apply(store) == Due(cases=1)
    erasure = CaseRow("case-1", 2, "2031-01-01T00:00:00Z", "u2", "records_officer", "erased", digest, "", "{}")
    view = dict.fromkeys(
        ("status", "authority", "type", "reference", "exporter", "destination", "officer", "submitted", "decided"), ""
    ) | dict.fromkeys(("outcomes", "licence", "due", "clock", "search"), "")
    store.cases.erase("case-1", erasure, {"id": "case-1", "seq": 2, **view})
    assert apply(store).assessments == 2


def test_jobs_go_when_they_have_ended_long_ago(store: Store, clock: Clock) -> None:
    done, waiting = (store.casework.start_job("check_table", text, by=ADA) for text in (b"one", b"two"))
    store.casework.end_job(done.id, "done", by=ADA, result=b"result")
    clock.on(days=91)
    assert apply(store).jobs == 2
    with pytest.raises(Erased, match=f"job:{done.id}"):
        store.casework.content(done.input)
    assert store.casework.content(waiting.input) == b"two"
    assert store.verify().whole


def test_delivered_messages_and_what_passes_by_itself_go(store: Store, clock: Clock) -> None:
    user = store.accounts.create("ada", "Ada", by=OPERATOR, reason="joined")
    store.accounts.begin(user, "t", lasts=dt.timedelta(hours=1), by=By(user.id))
    for number in range(3):
        keep(store, number, once=Once("u1", f"k{number}", "r") if number == 0 else None)
    store.outbox.deliver({})
    keep(store, 4)
    clock.on(days=31)
    assert store.erasures.due(POLICY) == Due(messages=3, passing=2)
    assert apply(store).messages == 3
    assert [one.seq for one in store.outbox.waiting()] == [4]
    store.outbox.deliver({})
    clock.on(days=31)
    assert apply(store).messages == 0, "the last place is not given again"
    keep(store, 5)
    assert [one.seq for one in store.outbox.waiting()] == [5]


def test_only_an_erasure_opens_the_guard(store: Store, clock: Clock) -> None:
    kept, other = keep(store, 1), keep(store, 2)
    with pytest.raises(OperationFailed, match="append-only"), store.write() as connection:
        connection.execute(sa.text("DELETE FROM contents WHERE sha256 = :one"), {"one": kept.judgement})
    clock.on(days=1827)
    apply(store)
    keep(store, 3)
    with pytest.raises(OperationFailed, match="append-only"), store.write() as connection:
        connection.execute(sa.text("DELETE FROM contents"))
    assert other and store.verify().whole


def test_nothing_of_it_is_left_in_the_files(tmp_path: Path, clock: Clock) -> None:
    place = tmp_path / "a.sqlite3"
    with open_store(place, create=True, clock=clock) as store:
        store.casework.keep(
            transaction=b'{"end_user":"Riverside Example"}', judgement=b"Riverside", content={}, editions=(), by=ADA
        )
        clock.on(days=1827)
        apply(store)
        store.shake_out()
    assert not [one for one in tmp_path.iterdir() if b"Riverside" in one.read_bytes()]


# --- the policy, the command


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"schema": "enduse.retention/1"},
        {"schema": "enduse.retention/1", "days": {}},
        {"schema": "enduse.retention/1", "days": {"audit": 5}},
        {"schema": "enduse.retention/1", "days": {"jobs": 0}},
        {"schema": "enduse.retention/1", "days": {"jobs": True}},
        {"schema": "enduse.retention/1", "days": {"jobs": "90"}},
        {"schema": "enduse.retention/1", "days": {"jobs": 90}, "more": 1},
    ],
)
def test_a_policy_that_says_nothing_or_too_much_is_refused(raw: Any) -> None:
    with pytest.raises(BadInput):
        retention_from(raw, where="retention.toml")


def test_what_has_no_period_is_kept(store: Store, clock: Clock) -> None:
    keep(store, 1)
    store.casework.end_job(store.casework.start_job("check_table", b"x", by=ADA).id, "done", by=ADA)
    clock.on(days=20_000)
    assert store.erasures.due(Retention({"jobs": 90})) == Due(jobs=1)


def test_the_command_counts_first(
    place: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    if isinstance(place, str):
        monkeypatch.setenv("ENDUSE_DATABASE_URL", place)
    data = place.parent if isinstance(place, Path) else tmp_path
    where = ["--data-dir", str(data)]
    assert main(["store", "retain", *where]) == 3
    assert "retention.toml" in capsys.readouterr().err
    data.mkdir(exist_ok=True)
    policy = data / "retention.toml"
    policy.write_text('schema = "enduse.retention/1"\n[days]\nassessments = 1826\n', encoding="utf-8")
    with open_store(place, create=True, clock=Clock(NOON - dt.timedelta(days=5000))) as store:
        kept = keep(store, 1)
    assert main(["store", "hold", f"assessment:{kept.id}", "--reason", "proceedings", "--by", "ops", *where]) == 0
    assert main(["store", "retain", *where]) == 0
    out = capsys.readouterr().out
    assert "due: 0 contents of assessments" in out and "1 by a legal hold" in out and "nothing was changed" in out
    assert main(["store", "release", f"assessment:{kept.id}", "--reason", "ended", "--by", "ops", *where]) == 0
    assert main(["store", "retain", "--apply", *where]) == 3, "no reason"
    assert main(["store", "retain", "--apply", "--reason", "yearly", "--by", "ops", "--json", *where]) == 0
    found = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert (found["assessments"], found["applied"]) == (2, True)
    assert main(["audit", "verify", *where]) == 0
    policy.write_text("schema = ", encoding="utf-8")
    assert main(["store", "retain", *where]) == 3
