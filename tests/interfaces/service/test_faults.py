"""What faults leave: a service that is killed under load, whose disk is full, or whose database is gone."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import queue
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import httpx
import pytest

from databases import Door
from enduse.interfaces.cli.main import main
from enduse.model.kept import Kept
from enduse.store import FILE, open_store
from enduse.store.database import Store
from people import cheap, join, key_of
from served import Running, ready, serving
from service_world import service

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

KILLS = min(200, max(1, int(os.environ.get("ENDUSE_TEST_HTTP_KILLS", "2"))))
"""How often the service is killed; few in the suite. Figures of fifty are in docs/adr/0015."""
CLIENTS = 4
CHECK = {"item": {"code": "EAR99"}, "from": "US", "destination": "DE", "date": "2026-08-03"}


def now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


def key_in(data: Path, database_url: str | None) -> str:
    """The key of a program that keeps assessments."""
    app = cheap(service(data, now, database_url=database_url))
    secret = key_of(app, join(app, "ada", "analyst"), "assess")
    app.state.service.stores.close()
    return secret


class Load:
    """Clients that keep assessments, each under a key of its own; what was not answered is asked again later."""

    def __init__(self, secret: str) -> None:
        self._headers = {"authorization": f"Bearer {secret}"}
        self._number = 0
        self._lock = threading.Lock()
        self.left: queue.Queue[str] = queue.Queue()
        self.confirmed: dict[str, str] = {}
        self.unanswered = 0
        self.odd: list[str] = []
        self._stopping = threading.Event()

    def run(self, base: str) -> list[threading.Thread]:
        """Begin with so many clients."""
        self._stopping.clear()
        threads = [threading.Thread(target=self._client, args=(base,)) for _ in range(CLIENTS)]
        for one in threads:
            one.start()
        return threads

    def stop(self, threads: list[threading.Thread]) -> None:
        self._stopping.set()
        for one in threads:
            one.join(timeout=60)
            assert not one.is_alive()

    def _client(self, base: str) -> None:
        with httpx.Client(base_url=base, headers=self._headers, timeout=30) as http:
            while not self._stopping.is_set():
                try:
                    reference = self.left.get_nowait()
                except queue.Empty:
                    with self._lock:
                        self._number += 1
                        reference = f"r{self._number}"
                if not self.ask(http, reference):
                    return

    def ask(self, http: httpx.Client, reference: str) -> bool:
        """Keep one assessment; whether there was an answer."""
        body = {"transaction": CHECK | {"reference": reference}}
        try:
            answer = http.post("/v1/assessments", json=body, headers={"idempotency-key": reference})
        except httpx.HTTPError:
            self.left.put(reference)
            self.unanswered += 1
            return False
        if answer.status_code not in (200, 201):
            self.odd.append(answer.text)
            return False
        self.confirmed[reference] = answer.json()["id"]
        return True


def test_killed_under_load_nothing_that_was_confirmed_is_lost_or_half_written(
    place: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``ENDUSE_TEST_HTTP_KILLS`` says how often."""
    url = place if isinstance(place, str) else None
    load, chance = Load(key_in(tmp_path, url)), random.Random()
    environment = {"ENDUSE_DATABASE_URL": url} if url else {}
    before = 0
    for _ in range(KILLS):
        with serving(tmp_path, **environment) as running:
            ready(running.base)
            threads = load.run(running.base)
            enough, end = before + chance.randint(1, 15), time.monotonic() + 60
            while len(load.confirmed) < enough and time.monotonic() < end and not load.odd:
                time.sleep(0.005)
            time.sleep(chance.uniform(0.0, 0.05))
            running.process.kill()
            running.process.wait(timeout=60)
            load.stop(threads)
        assert load.odd == [] and len(load.confirmed) > before
        before = len(load.confirmed)
    with serving(tmp_path, **environment) as running:
        # Whoever got no answer asks again with the same key.
        ready(running.base)
        with httpx.Client(base_url=running.base, headers=load._headers, timeout=30) as http:
            for _ in range(load.left.qsize()):
                assert load.ask(http, load.left.get())
    kept = whole(place if url else tmp_path / FILE)
    assert {one.reference: one.id for one in kept} == load.confirmed and len(kept) == len(load.confirmed)
    if url:
        monkeypatch.setenv("ENDUSE_DATABASE_URL", url)
    assert main(["audit", "verify", "--data-dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("whole: ")
    print(f"{KILLS} kills, {len(kept)} kept, {load.unanswered} asked again", file=sys.stderr)


def whole(place: Path | str) -> list[Kept]:
    """What is kept, once all of it is there: record, entry, message, transaction and judgement of each."""
    with open_store(place, create=False) as store:
        report = store.verify()
        assert report.whole, report
        kept = all_of(store)
        entries = [one.after for one in store.audit.entries() if one.action == "assessment.keep"]
        assert sorted(entries) == sorted(one.record for one in kept)
        told = [one.document["assessment"] for one in store.outbox.waiting(limit=100_000)]
        with store.read() as connection:
            assert connection is not None
            delivered = connection.exec_driver_sql("SELECT document FROM outbox WHERE delivered <> ''")
            told += [json.loads(row[0])["assessment"] for row in delivered]
        assert sorted(told) == sorted(one.id for one in kept)
        for one in kept:
            found = store.casework.transaction(one.transaction)
            assert found is not None and json.loads(found[1])["reference"] == one.reference
            assert json.loads(store.casework.content(one.judgement))["outcome"] == one.outcome
    if isinstance(place, Path):
        with contextlib.closing(sqlite3.connect(place)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return kept


def all_of(store: Store) -> list[Kept]:
    found: list[Kept] = []
    while page := store.casework.assessments(limit=500, before=found[-1].seq if found else None):
        found += page
    return found


# --- a full disk, a database that is gone


class NamespaceAbsentWarning(UserWarning):
    """Shown in pytest's summary, so that a run without a disk of its own cannot be taken for a full one."""


def asked(http: httpx.Client, reference: str) -> httpx.Response:
    return http.post("/v1/assessments", json={"transaction": CHECK | {"reference": reference}})


def refused(answer: httpx.Response, remedy: str) -> dict[str, Any]:
    """An answer that something cannot be kept now, in words."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    found: dict[str, Any] = answer.json()
    assert remedy in found["detail"]
    return found


def test_a_full_disk_is_said_readiness_turns_red_and_room_mends_it(tmp_path: Path) -> None:
    """A disk of a few megabytes of its own, which is really full."""
    data = tmp_path / "small"
    data.mkdir()
    small = f'mount -t tmpfs -o size=6m small "{data}"'
    made = ["unshare", "-r", "-m", "sh", "-c"]
    if shutil.which("unshare") is None or subprocess.run([*made, small], check=False, capture_output=True).returncode:
        reason = "NOT TESTED ON A FULL DISK: no mount namespace can be made here"
        warnings.warn(reason, NamespaceAbsentWarning, stacklevel=2)
        pytest.skip(reason)
    origin = tmp_path / "origin"
    secret = key_in(origin, None)
    start = f'{small} && cp -r "{origin}/." "{data}" && exec "$@"'
    with serving(data, before=(*made, start, "sh")) as running:
        ready(running.base)
        seen = Path(f"/proc/{running.process.pid}/root") / data.relative_to("/")
        with httpx.Client(base_url=running.base, headers={"authorization": f"Bearer {secret}"}, timeout=30) as http:
            first = asked(http, "before")
            assert first.status_code == 201
            ballast = seen / "ballast"
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as stream:
                while True:
                    stream.write(b"\0" * 4096)
            for number in range(3):
                refused(asked(http, f"full-{number}"), "make room on the disk")
            refused(http.get("/readyz"), "make room on the disk")
            assert http.get("/healthz").status_code == 200
            assert http.get(f"/v1/assessments/{first.json()['id']}").status_code == 200
            ballast.unlink()
            assert http.get("/readyz").status_code == 200
            assert asked(http, "after").status_code == 201
            held = http.get("/v1/assessments").json()["results"]
            assert [one["reference"] for one in held] == ["after", "before"]
        shutil.copytree(seen, tmp_path / "copy")
        stopped(running)
    assert [one.reference for one in whole(tmp_path / "copy" / FILE)] == ["after", "before"]


def stopped(running: Running) -> None:
    running.process.terminate()
    running.process.wait(timeout=60)


@pytest.mark.postgres
def test_a_database_that_is_gone_is_said_readiness_turns_red_and_it_comes_back(postgres: str, tmp_path: Path) -> None:
    door = Door(postgres)
    secret = key_in(tmp_path, postgres)
    with serving(tmp_path, ENDUSE_DATABASE_URL=door.url) as running:
        ready(running.base)
        with httpx.Client(base_url=running.base, headers={"authorization": f"Bearer {secret}"}, timeout=60) as http:
            first = asked(http, "before")
            assert first.status_code == 201
            door.shut()
            for answer in (asked(http, "gone"), http.get("/readyz"), http.get(f"/v1/assessments/{first.json()['id']}")):
                found = refused(answer, "database")
                assert "Traceback" not in answer.text and "sqlalchemy" not in answer.text and found["detail"]
            assert http.get("/healthz").status_code == 200
            door.open()
            ready(running.base)
            assert asked(http, "after").status_code == 201
            assert http.get(f"/v1/assessments/{first.json()['id']}").status_code == 200
    door.shut()
    assert [one.reference for one in whole(postgres)] == ["after", "before"]
