"""The command `enduse serve` as a process: its first link, who may reach it, and how it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from enduse.interfaces.service.ground import Service
from enduse.model.access import Actor
from enduse.model.record import By
from enduse.store import FILE, open_store
from people import PASSWORD, cheap, join
from served import serving
from service_world import Clock, service

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")


def test_the_link_that_is_printed_makes_the_first_account_and_the_service_stops_gently(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        link = running.until("first account").partition(": ")[2]
        assert link.startswith(f"{running.base}/setup?token=") and not (tmp_path / FILE).exists()
        with httpx.Client(base_url=running.base) as http:
            assert http.get(link).status_code == 200
            values = {"token": link.partition("=")[2], "login": "root", "name": "Root", "password": PASSWORD}
            made = http.post("/setup", data=values)
            assert (made.status_code, made.headers["location"]) == (303, "/admin/users")
            assert http.get("/admin/users").status_code == 200
        running.process.send_signal(signal.SIGTERM)
        # The server raises the signal again for whoever waits for it, when all is closed.
        assert running.process.wait(timeout=60) in (0, -signal.SIGTERM)
        running.until('{"event": "stopped"')
    assert not any(PASSWORD in line or "token=" in line for line in running.told if not line.startswith("first"))
    with open_store(tmp_path / FILE, create=False) as store:
        assert store.verify().whole and [one.login for one in store.accounts.users()] == ["root"]


def test_others_reach_it_only_where_there_are_users_and_then_nothing_is_open(tmp_path: Path) -> None:
    app = cheap(service(tmp_path))
    join(app, "root", "sysadmin")
    app.state.service.stores.close()
    with serving(tmp_path, "--host", "0.0.0.0") as running:
        assert not any("first account" in line for line in running.told)
        assert httpx.get(f"{running.base}/healthz").status_code == 200
        for path in ("/algorithms", "/v1/lists", "/metrics", "/openapi.json"):
            assert httpx.get(f"{running.base}{path}").status_code == 401


# --- upkeep


def test_the_service_signs_the_chain_once_a_day_and_delivers_what_is_due(tmp_path: Path) -> None:
    clock = Clock()
    app = cheap(service(tmp_path, clock))
    found: Service = app.state.service
    found.worker.keep_up()
    assert not (tmp_path / FILE).exists()
    join(app, "ada", "analyst")
    store = found.stores.need()
    seen: list[str] = []
    found.handlers["job.ended"] = lambda message: seen.append(message.document["job"])
    job = store.casework.start_job("check_table", b"x", by=_by())
    store.casework.end_job(job.id, "cancelled", by=_by())
    for _ in range(3):
        found.worker.keep_up()
    assert seen == [job.id]
    actions = [one.action for one in store.audit.entries()]
    assert actions.count("audit.sign") == 1 and store.verify().whole
    clock.on(hours=25)
    found.worker.keep_up()
    assert [one.action for one in store.audit.entries()].count("audit.sign") == 2 and store.verify().whole
    found.stores.close()


def _by() -> By:

    return By.of(Actor("u1", "x"))


def test_a_job_that_a_service_left_is_failed_in_words_at_the_next_start(tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    app = cheap(service(tmp_path, Clock()))
    user = join(app, "ada", "analyst")
    found: Service = app.state.service
    job = found.stores.need().casework.start_job("check_table", b"x", by=_by())
    found.stores.close()
    with TestClient(service(tmp_path, Clock()), base_url="http://127.0.0.1") as http:
        again: Service = http.app.state.service  # type: ignore[attr-defined]
        end = time.monotonic() + 30
        while time.monotonic() < end:
            left = again.stores.need().casework.job(job.id)
            if left is not None and left.state == "failed":
                break
            time.sleep(0.01)
        assert left is not None and "start it again" in left.note
    assert user


# --- the start


def test_each_route_is_made_once(tmp_path: Path) -> None:
    """A router that is included makes its routes again, with all their models: half a second at the first request."""
    app = service(tmp_path)
    app.state.features.add_all()
    assert {type(route) for route in app.routes} == {APIRoute}
    described = [
        (route.path, method) for route in app.routes if isinstance(route, APIRoute) for method in route.methods or ()
    ]
    assert len(described) == len(set(described))
    refusals = [
        route for route in app.routes if isinstance(route, APIRoute) and any(map(_is_refusal, route.response_fields))
    ]
    assert refusals == [], "every refusal is a problem: none needs a model of its own for each route"


def _is_refusal(status: int | str) -> bool:
    return str(status) >= "400"


def test_the_start_loads_nothing_that_only_comparisons_and_downloads_need(tmp_path: Path) -> None:
    heavy = [
        "enduse.interfaces.compare",
        "enduse.interfaces.impact",
        "enduse.lists.network",
        "enduse.interfaces.api.v1.assessments",
        "enduse.interfaces.api.app",
        "enduse.interfaces.licensing.desk",
        "enduse.interfaces.web.designations",
        "pyarrow",
        "sqlalchemy",
        "rich",
    ]
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from enduse.interfaces.service import create_service\n"
        "from enduse.interfaces.service.settings import read_settings\n"
        f"create_service(read_settings(Path({str(tmp_path)!r}), host=None, port=0, starter=True))\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
