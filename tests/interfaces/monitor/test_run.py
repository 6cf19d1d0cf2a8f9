"""A run raises each alert once, whatever came since, in whatever order, and whenever it was stopped."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from databases import place, postgres
from enduse.interfaces.monitor.actions import Asked, act, alert_at_hand
from enduse.interfaces.monitor.documents import read_alert
from enduse.interfaces.monitor.run import run
from enduse.interfaces.monitor.steps import alone
from enduse.interfaces.monitor.watches import Watch, keep_watch
from enduse.model.decision import Verdict, heads
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.record import By
from monitor_worlds import customer
from monitored import World, names
from service_world import service

__all__ = ["place", "postgres"]

CUSTOMERS = [
    ("C1", "Norvik Optics LLC"),
    ("C2", "Qarabulaq Telecom JSC"),
    ("C3", "Sable Ridge Systems Ltd"),
    ("C4", "Gardening Without Borders"),
]
FIRST = {1: "NORVIK OPTICS LLC", 2: "HALDEN MARINE SHIPPING CO."}
SECOND = {2: "HALDEN MARINE SHIPPING CO.", 3: "QARABULAQ TELECOM JSC"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, "2026-03-01")
    world.edition("2026-02-28", FIRST)
    world.register(names(CUSTOMERS))
    world.watch()
    return world


def test_the_first_run_tells_of_every_hit_and_the_next_of_nothing(world: World) -> None:
    report = world.run()
    assert world.told() == [("C1", "hit")]
    assert report.status == "done"
    assert report.counts["customers"] == 4
    again = world.run()
    assert again.counts["new alerts"] == 0
    assert len(world.alerts()) == 1


def test_an_edition_that_comes_touches_whom_it_concerns(world: World) -> None:
    world.run()
    world.clock.put("2026-03-05")
    world.edition("2026-03-04", SECOND)
    report = world.run()
    assert sorted(world.told(1)) == [("C1", "gone"), ("C2", "hit")]
    assert report.editions == [
        {"source": "us_ofac_sdn", "old": "2026-02-28", "new": "2026-03-04", "came": 1, "changed": 0, "gone": 1}
    ]
    with world.store() as store:
        (row,) = [one for one in world.alerts() if one["customer"] == "C2"]
        alert = alert_at_hand(store, str(row["id"])).alert
    assert (alert.before, alert.after) == ("no hit", "hit 1.00 on SDN")
    assert alert.citations
    assert any("asset freeze" in one for one in alert.effect)
    assert alert.severity.value == "high"
    assert (alert.old, alert.new, alert.effective) == ("2026-02-28", "2026-03-04", dt.date(2026, 3, 4))


def test_a_missed_run_is_caught_up_edition_by_edition(world: World) -> None:
    world.run()
    world.clock.put("2026-03-20")
    world.edition("2026-03-04", SECOND)
    world.edition("2026-03-10", {**SECOND, 1: "NORVIK OPTICS LLC"})
    world.edition("2026-03-12", {2: "HALDEN MARINE SHIPPING CO."})
    world.run()
    assert sorted(world.told(1)) == [("C1", "gone"), ("C1", "gone"), ("C1", "hit"), ("C2", "gone"), ("C2", "hit")]


def test_an_edition_of_tomorrow_waits(world: World) -> None:
    world.run()
    world.edition("2026-03-04", SECOND)
    world.run()
    assert len(world.alerts()) == 1
    world.clock.put("2026-03-04")
    world.run()
    assert len(world.alerts()) == 3


def test_the_slow_way_finds_the_same(world: World, tmp_path: Path) -> None:
    other = World(tmp_path / "other", "2026-03-01")
    other.edition("2026-02-28", FIRST)
    other.register(names(CUSTOMERS))
    other.watch()
    for one, slow in ((world, False), (other, True)):
        one.run()
        one.clock.put("2026-03-05")
        one.edition("2026-03-04", {**SECOND, 2: "SABLE RIDGE SYSTEMS LTD"})
        one.run(in_full_too=slow)
    assert [row["id"] for row in world.alerts()] == [row["id"] for row in other.alerts()]
    assert len(world.alerts()) == 4


def test_customers_that_come_or_change_are_screened_against_all_lists(world: World) -> None:
    world.run()
    world.register([customer("C4", "Halden Marine Shipping"), customer("C5", "Norvik Optics"), customer("C1", "Roses")])
    world.run()
    assert sorted(world.told(1)) == [("C1", "gone"), ("C4", "hit"), ("C5", "hit")]


def test_owners_are_screened_too(world: World) -> None:
    world.run()
    world.register([customer("C9", "Quiet Holdings", ("Qarabulaq Telecom JSC", 60))])
    world.run()
    world.clock.put("2026-03-05")
    world.edition("2026-03-04", SECOND)
    world.run()
    owned = [row for row in world.alerts() if row["customer"] == "C9"]
    assert [(row["became"], row["owner"]) for row in owned] == [("hit", "Qarabulaq Telecom JSC")]


def test_a_decision_lasts_until_the_evidence_changes(world: World) -> None:
    world.run()
    (alert,) = world.alerts()
    with world.store() as store:
        asked = Asked("close", "another company", verdict="different")
        act(store, str(alert["id"]), asked, by=By("one"), today=world.today)
        act(store, str(alert["id"]), Asked("confirm"), by=By("two"), today=world.today)
    world.clock.put("2026-03-05")
    world.edition("2026-03-04", {**FIRST, 7: "NORVIK GARDENS"})
    world.watch("second")
    with world.store() as store:
        from enduse.interfaces.monitor.run import run

        reports = run(world.data, store, world.clock, starter=True)
    assert {report.watch: report.counts["suppressed"] for report in reports} == {"main": 0, "second": 1}
    assert len(world.alerts()) == 1
    world.clock.put("2026-03-08")
    world.edition("2026-03-07", {**FIRST, 1: "NORVIK OPTICS LLC|NPWMD"})
    with world.store() as store:
        run(world.data, store, world.clock, starter=True)
    changed = world.alerts()[1:]
    assert [(row["watch"], row["became"]) for row in changed] == [("main", "changed"), ("second", "changed")]


def test_a_listing_that_goes_opens_its_alert_again(world: World) -> None:
    world.run()
    (alert,) = world.alerts()
    with world.store() as store:
        act(store, str(alert["id"]), Asked("close", "it is they", verdict="same"), by=By("one"), today=world.today)
        act(store, str(alert["id"]), Asked("confirm"), by=By("two"), today=world.today)
    world.clock.put("2026-03-05")
    world.edition("2026-03-04", SECOND)
    world.run()
    with world.store() as store:
        state = alert_at_hand(store, str(alert["id"])).state
    assert state.status.value == "open"
    assert "the listing is gone" in state.note


def test_two_runs_do_not_meet(world: World) -> None:
    with alone(world.data), pytest.raises(OperationFailed, match="another run"):
        world.run()


def test_each_run_is_on_record(world: World) -> None:
    world.run()
    with world.store() as store:
        (record,) = store.monitoring.runs("main")
        assert record.text("status") == "done"
        assert record.content["counts"]["new alerts"] == 1
        assert float(record.text("seconds")) >= 0
        assert store.verify().problem == ""


def test_what_is_kept_is_read_again_in_either_database(tmp_path: Path, place: Path | str) -> None:
    world = World(tmp_path, "2026-03-01", place)
    world.edition("2026-02-28", FIRST)
    world.register(names(CUSTOMERS))
    world.watch()
    world.run()
    (row,) = world.alerts()
    with world.store() as store:
        found = store.monitoring.alert(str(row["id"])[:12])
        assert found is not None
        assert read_alert(found[1]).customer == "C1"
        act(store, str(row["id"]), Asked("assign", to="ada"), by=By("one"), today=world.today)
        assert [one["assignee"] for one in store.monitoring.queue(status=("open",))] == ["ada"]
        assert store.monitoring.counts() == {"open": 1}
        assert store.verify().problem == ""


@pytest.mark.parametrize(
    "asked", [Asked("close", "", verdict="same"), Asked("close", "x", verdict="hm"), Asked("dance")]
)
def test_what_cannot_be_done_is_refused_in_words(world: World, asked: Asked) -> None:
    world.run()
    (row,) = world.alerts()
    with world.store() as store, pytest.raises(BadInput):
        act(store, str(row["id"]), asked, by=By("one"), today=world.today)


def test_who_proposed_to_close_does_not_confirm(world: World) -> None:
    world.run()
    (row,) = world.alerts()
    with world.store() as store:
        asked = Asked("close", "it is they", verdict="same")
        assert act(store, str(row["id"]), asked, by=By("one"), today=world.today).state.status.value == "closing"
        with pytest.raises(BadInput, match="does not confirm"):
            act(store, str(row["id"]), Asked("confirm"), by=By("one"), today=world.today)
        assert store.decisions.all() == []
        act(store, str(row["id"]), Asked("confirm"), by=By("two"), today=world.today)
        (decision,) = store.decisions.all()
    assert (decision.name, decision.verdict.value) == ("Norvik Optics LLC", "same")


_RUN = """
import datetime as dt, sys
from pathlib import Path
from enduse.interfaces.monitor import run as runs
from enduse.store import open_store
runs.AT_ONCE = 5
clock = lambda: dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC)
with open_store(Path(sys.argv[1]) / "enduse.sqlite3", create=True, clock=clock) as store:
    print("ready", flush=True)
    runs.run(Path(sys.argv[1]), store, clock, starter=True)
"""


def test_killed_at_any_moment_a_run_goes_on_and_each_alert_exists_once(tmp_path: Path) -> None:
    customers = [(f"N{number}", f"Norvik Optics {number} LLC") for number in range(30)]
    worlds = [World(tmp_path / name, "2026-03-05") for name in ("killed", "whole")]
    for world in worlds:
        world.edition("2026-02-28", FIRST)
        world.register(names([*customers, *CUSTOMERS[1:]]))
        world.watch()
    worlds[1].run()
    chance, kills = random.Random(7), 0
    for attempt in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN, str(worlds[0].data)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(timeout=chance.uniform(0.0, 0.6) + 0.1 * attempt)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        process.stdout.close()
        if process.returncode == 0:
            break
    worlds[0].run()
    assert kills
    assert sorted(worlds[0].told()) == sorted(worlds[1].told())
    assert len({row["id"] for row in worlds[0].alerts()}) == len(worlds[0].alerts())
    with worlds[0].store() as store:
        assert store.verify().problem == ""
        assert {record.text("status").partition(":")[0] for record in store.monitoring.runs("main")} <= {
            "done",
            "interrupted",
        }


def test_the_service_runs_the_watches_itself(world: World) -> None:
    app = service(world.data, world.clock, monitor_minutes=30)
    app.state.service.worker.look()
    assert world.told() == [("C1", "hit")]
    with alone(world.data):
        app.state.service.worker.look()
    app.state.service.stores.close()
    assert world.told() == [("C1", "hit")]


def test_an_edition_that_gives_way_to_another_of_its_day_is_compared_with_it(world: World) -> None:
    world.run()
    world.clock.put("2026-03-04")
    second = {**FIRST, 3: "QARABULAQ TELECOM JSC"}
    for number, rows in enumerate([FIRST, second, FIRST, second]):
        world.edition("2026-03-04", rows, part=f"-{number}")
        world.run()
    assert world.told(1) == [("C2", "hit"), ("C2", "gone"), ("C2", "hit")]
    world.clock.put("2026-03-06")
    world.edition("2026-03-05", {**second, 5: "SOMEBODY ELSE"})
    assert world.run().counts["new alerts"] == 0


def test_where_the_edition_that_was_looked_at_is_not_kept_the_one_in_its_place_counts_as_new(world: World) -> None:
    world.run()
    kept = next((world.data / "lists" / "editions" / "us_ofac_sdn").iterdir())
    world.edition("2026-02-28", {**FIRST, 3: "QARABULAQ TELECOM JSC"}, part="-again")
    if kept.exists():
        shutil.rmtree(kept)
    world.run()
    assert world.told() == [("C1", "hit"), ("C2", "hit")]


def test_a_register_that_is_written_anew_is_screened_as_a_whole(world: World) -> None:
    world.run()
    for day in range(2):
        world.register(names([(f"N{day}", "Nobody At All")]))
        world.run()
    shutil.rmtree(world.data / "monitor" / "registers" / "customers")
    world.register([*names([("C5", "Halden Marine Shipping")]), customer("C1", "Norvik Optics LLC", countries=("NO",))])
    report = world.run()
    assert any("written anew" in note for note in report.notes)
    assert sorted(world.told(1)) == [("C1", "hit"), ("C5", "hit")], "that of C1 rests on other evidence"
    assert world.run().counts["new alerts"] == 0


def test_a_register_put_back_from_a_copy_is_screened_as_a_whole(world: World) -> None:
    world.run()
    folder = world.data / "monitor" / "registers" / "customers"
    shutil.copytree(folder, world.root / "copy")
    for number in range(3):
        world.register(names([(f"N{number}", "Nobody At All")]))
    world.run()
    shutil.rmtree(folder)
    shutil.copytree(world.root / "copy", folder)
    world.register(names([("C5", "Halden Marine Shipping")]))
    world.run()
    assert world.told() == [("C1", "hit"), ("C5", "hit")]


def test_what_ails_one_watch_keeps_no_other_from_its_work(world: World) -> None:
    world.register(names(CUSTOMERS), name="broken")
    with world.store() as store:
        keep_watch(store.monitoring, world.data, Watch("a-first", "broken"), by=By("one"))
    (world.data / "monitor" / "registers" / "broken" / "register.json").write_text("{", encoding="utf-8")
    with world.store() as store, pytest.raises(OperationFailed, match="cannot be read"):
        run(world.data, store, world.clock, starter=True)
    assert world.told() == [("C1", "hit")]
    with world.store() as store:
        assert store.monitoring.runs("a-first")[0].text("status").startswith("failed: ")
        assert store.monitoring.runs("main")[0].text("status") == "done"


def test_no_alert_of_a_hit_is_a_way_around_the_second_person_of_another(world: World) -> None:
    world.run()
    world.clock.put("2026-03-05")
    world.edition("2026-03-04", {**FIRST, 1: "NORVIK OPTICS LIMITED"})
    world.run()
    hit, changed = world.alerts()
    assert (hit["urgency"], changed["became"], changed["urgency"]) == (0, "changed", 2)
    with world.store() as store:
        asked = Asked("close", "another company", verdict="different")
        done = act(store, str(changed["id"]), asked, by=By("one"), today=world.today)
        assert done.state.status.value == "closing"
        assert store.decisions.all() == []
        noted = Asked("close", "seen", verdict="noted")
        assert act(store, str(changed["id"]), noted, by=By("one"), today=world.today).state.status.value == "closed"


def test_opening_an_alert_again_withdraws_the_decision_that_closing_it_was(world: World) -> None:
    world.run()
    (row,) = world.alerts()
    with world.store() as store:
        alert = str(row["id"])
        asked = Asked("close", "another company", verdict="different")
        act(store, alert, asked, by=By("one"), today=world.today)
        act(store, alert, Asked("confirm"), by=By("two"), today=world.today)
        act(store, alert, Asked("reopen", "it is they after all"), by=By("two"), today=world.today)
        (standing,) = heads(store.decisions.all())
        assert (standing.verdict.value, standing.by) == ("withdrawn", "two")
        act(store, alert, asked, by=By("one"), today=world.today)
        act(store, alert, Asked("confirm"), by=By("two"), today=world.today)
        store.decisions.add(
            verdict=Verdict.SAME,
            name="Norvik Optics LLC",
            party_id=str(row["party_id"]),
            party_name="x",
            evidence=alert_at_hand(store, alert).alert.evidence,
            by="three",
            reason="looked again",
        )
        act(store, alert, Asked("reopen", "once more"), by=By("two"), today=world.today)
        assert [one.verdict.value for one in heads(store.decisions.all())] == ["same"], "that of somebody else stays"
