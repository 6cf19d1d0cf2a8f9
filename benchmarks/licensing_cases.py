"""Ten thousand cases with history: queue, search, case page and a command, beside the same on an empty base.

    python -m benchmarks.licensing_cases [--cases 10000] [--out FILE]

The cases are copies of one that went by the book, with names of their own, put in by the thousand; the command that is
measured goes the whole way. Times are CPU milliseconds of this process (SQLite works inside it).

With --served the service is asked as people ask it, over HTTP without a network: pages and API of an officer and an
exporter, with their accounts. A tenth of the copies were refused: each is a denial that a case is compared with.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import licensing_service as people_of
import licensing_world as world_of  # the by-the-book case of the tests
from api_server import held
from enduse.cases.bodies import Assigned
from enduse.cases.decide import Command
from enduse.cases.facts import Fact
from enduse.cases.statistics import release, shipped_layouts
from enduse.cases.view import CaseView
from enduse.interfaces.licensing.log import StoredLog
from enduse.model.case_record import CaseRow
from enduse.store import open_store
from enduse.store.database import Store
from enduse.store.tables import case_bodies, case_events, case_views
from people import signed_in

BATCH = 500


def measure(work: Callable[[], object], times: int) -> float:
    """CPU milliseconds of one run, the median of several."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return sorted(found)[len(found) // 2] * 1000


def fill(store: Store, rows: list[CaseRow], view: CaseView, count: int, name_of: str = "copy") -> None:
    """Put in copies of a case."""
    for first in range(0, count, BATCH):
        events, bodies, views = [], [], []
        for number in range(first, min(count, first + BATCH)):
            name = f"{name_of}-{number:06}"
            previous = ""
            for row in rows:
                kept = dataclasses.replace(row, case_id=name, previous=previous)
                values = dataclasses.asdict(kept)
                bodies.append({"case_id": name, "seq": kept.seq, "body": values.pop("body")})
                events.append(values | {"hash": kept.hash})
                previous = kept.hash
            due = (dt.date(2026, 3, 1) + dt.timedelta(days=number % 300)).isoformat() if number % 3 else ""
            status = ("screening", "circulated", "decided")[number % 3]
            words = f"nl-2026-{number} body {number % 997} of the ministry 5a001.j"
            views.append(
                dataclasses.asdict(view)
                | {"id": name, "due": due, "status": status, "search": words, "reference": f"NL-2026-{number}"}
            )
        with store.write() as connection:
            connection.execute(sa.insert(case_events), events)
            connection.execute(sa.insert(case_bodies), bodies)
            connection.execute(sa.insert(case_views), views)


def run(folder: Path, count: int) -> dict[str, float]:
    """Milliseconds by what was done, with so many cases on file."""
    with open_store(folder / f"{count}.sqlite3", create=True, clock=lambda: dt.datetime.now(tz=dt.UTC)) as store:
        world_of.NEW_LOG.append(lambda: StoredLog(store.cases))
        world = world_of.World().at(3, 2)
        world.decided(world.to_consolidation())
        log = StoredLog(store.cases)
        (view,) = log.views()
        fill(store, store.cases.read("case-1"), view, count)
        cases, licensing = store.cases, world.licensing
        subject = "copy-000001" if count else "case-1"
        command = Command("assign", Assigned("officer-7"))
        return {
            "queue, 50 rows": measure(lambda: cases.views(limit=50), 15),
            "queue of a status": measure(lambda: cases.views(status="screening", limit=50), 15),
            "due in 14 days, page": measure(lambda: cases.views(due_by="2026-03-15", limit=50), 15),
            "search of two words": measure(lambda: cases.views(search="ministry 4711", limit=50), 15),
            "case page": measure(lambda: (licensing.case(subject), licensing.deadlines(subject)), 15),
            "a command": measure(lambda: licensing.act(subject, command, world_of.OFFICER), 15),
        }


def served(folder: Path, count: int) -> dict[str, float]:
    """Milliseconds by what somebody asked for over HTTP, with so many cases on file."""
    office = people_of.office(held(folder), request_rate=1_000_000)
    people_of.opened(office)
    store = office.app.state.service.stores.need()
    granted = office.decided(office.assessed(office.advised(office.circulated())), world_of.granted(1, world_of.REPORT))
    refused = office.decided(office.assessed(office.advised(office.circulated())), world_of.refused(1, "EU-CP-2"))
    open_case = office.assessed(office.advised(office.circulated()))
    views = {row.id: row for row in StoredLog(store.cases).views()}
    fill(store, store.cases.read(granted.id), views[granted.id], count - count // 10)
    fill(store, store.cases.read(refused.id), views[refused.id], count // 10, "refused")
    officer, exporter = (signed_in(office.app, login) for login in ("officer", "delta"))

    def of(http: Any, path: str) -> Callable[[], object]:
        def ask() -> None:
            answer = http.get(path)
            assert answer.status_code == 200, (path, answer.text)

        return ask

    api, case = "/v1/licensing/cases", open_case.id
    asked = {
        "first case page": (of(officer, f"/licensing/cases/{case}"), 1),
        "officer: queue": (of(officer, "/licensing/cases"), 9),
        "officer: search": (of(officer, "/licensing/cases?search=ministry+4711"), 9),
        "officer: case page": (of(officer, f"/licensing/cases/{case}"), 9),
        "officer: due in 14 days": (of(officer, "/licensing/due?within=14"), 3),
        "exporter: applications": (of(exporter, "/licensing"), 9),
        "exporter: case page": (of(exporter, f"/licensing/cases/{case}"), 9),
        "API: queue": (of(officer, f"{api}?limit=50"), 9),
        "API: case": (of(officer, f"{api}/{case}"), 9),
        "API: what may I do": (of(officer, f"{api}/{case}/commands"), 9),
    }
    found = {name: measure(work, times) for name, (work, times) in asked.items()}
    office.app.state.service.stores.close()
    return found


def report(count: int) -> float:
    """Milliseconds of the yearly report over so many facts."""
    day = dt.date(2026, 5, 4)
    facts = [
        Fact(
            line=1,
            authority="nl",
            type=("individual", "global")[number % 2],
            decided_on=day,
            submitted_on=dt.date(2026, 4, 1),
            registered_on=None,
            code="5A001.j",
            category=str(number * 7 % 10),
            cyber_surveillance=number % 11 == 0,
            destination="ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number * 13 % 26] + "ABC"[number % 3],
            end_user_category="police",
            value=Decimal(number),
            currency="EUR",
            outcome=("grant", "refuse", "nlr", "grant")[number % 4],
            criteria=(),
            on_appeal=False,
            clocks=(),
            human_rights_assessed_on=None,
            working_days=number % 60,
        )
        for number in range(count)
    ]
    period = (dt.date(2026, 1, 1), dt.date(2027, 1, 1))
    return measure(lambda: release(facts, shipped_layouts()["eu"], ["nl"], period, day), 1)


def _in(work: Callable[[Path, int], dict[str, float]], folder: Path, count: int) -> dict[str, float]:
    folder.mkdir()
    return work(folder, count)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--served", action="store_true", help="ask the service over HTTP, in this process")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = served if asked.served else run
        empty, full = (_in(work, Path(folder) / name, count) for name, count in (("empty", 0), ("full", asked.cases)))
    figures = {name: {"empty": round(empty[name], 2), "full": round(full[name], 2)} for name in empty}
    if not asked.served:
        figures["yearly report"] = {"empty": round(report(0), 2), "full": round(report(asked.cases), 2)}
    print(f"{'CPU ms':24} {'1 case':>10} {asked.cases:>10}")
    for name, both in figures.items():
        print(f"{name:24} {both['empty']:>10} {both['full']:>10}")
    if asked.out:
        asked.out.write_text(json.dumps({"cases": asked.cases, "cpu_ms": figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
