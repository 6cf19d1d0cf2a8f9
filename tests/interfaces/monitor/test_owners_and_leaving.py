"""Owners that change, customers that leave and come back, and alerts whose period is over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from databases import place, postgres
from enduse.interfaces.monitor.actions import Asked, act, alert_at_hand
from enduse.interfaces.monitor.digests import send_digests, subscribe
from enduse.interfaces.monitor.rows import owned_of
from enduse.model.errors import BadInput, Erased
from enduse.model.record import By
from enduse.model.retention import Retention
from enduse.monitor.alerts import Alert
from enduse.monitor.register import Register
from monitor_worlds import customer
from monitored import ME, World, names

__all__ = ["place", "postgres"]

HIKVISION = "Hangzhou Hikvision Digital Technology Co., Ltd."
CUSTOMERS = [("C1", "Norvik Optics LLC"), ("C2", "Halden Marine Shipping")]
LISTED = {1: "NORVIK OPTICS LLC", 2: "HALDEN MARINE SHIPPING CO."}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """While the rule on affiliates is in force."""
    world = World(tmp_path, "2025-10-01")
    world.register(
        [
            customer("owned", "Quiet Optics Trading", (HIKVISION, 30), countries=("CN",)),
            customer("free", "Gardening Without Borders", countries=("CN",)),
        ]
    )
    world.watch()
    world.run()
    return world


@pytest.fixture
def listed(tmp_path: Path) -> World:
    """A register with two customers who are listed."""
    world = World(tmp_path, "2026-03-01")
    world.edition("2026-02-28", LISTED)
    world.register(names(CUSTOMERS))
    world.watch(four_eyes="never")
    world.run()
    return world


def alerts(world: World, cause: str) -> list[Alert]:
    with world.store() as store:
        return [alert_at_hand(store, str(row["id"])).alert for row in world.alerts() if row["cause"] == cause]


def reowned(world: World, share: int) -> None:
    register = Register(world.data / "monitor" / "registers", "customers")
    register.upsert([customer("owned", "Quiet Optics Trading", (HIKVISION, share), countries=("CN",))])
    world.run()


def test_a_share_that_crosses_the_threshold_is_told_with_the_rule_and_again_when_it_falls(world: World) -> None:
    assert alerts(world, "law") == []
    reowned(world, 40)
    assert alerts(world, "law") == [], "it has not crossed it"
    reowned(world, 60)
    (caught,) = alerts(world, "law")
    assert (caught.customer, caught.became, caught.party_id.startswith("us/ear")) == ("owned", "caught", True)
    assert "744.11" in caught.citations[0].text
    assert world.run().counts["new alerts"] == 0
    reowned(world, 20)
    assert [one.became for one in alerts(world, "law")] == ["caught", "freed"]


def test_a_table_of_owners_changes_whom_it_names_and_nobody_else(world: World, tmp_path: Path) -> None:
    table = tmp_path / "owners.csv"
    table.write_text(
        f'owner,owned,percent\n"{HIKVISION}",Quiet Optics Trading,55\n"{HIKVISION}",Nobody At All,10\n',
        encoding="utf-8",
    )
    register = Register(world.data / "monitor" / "registers", "customers")
    said = owned_of(table, register, world.today)
    assert [one.key for one in said.customers] == ["owned"]
    assert (said.matched, said.unknown, said.problems) == (1, ("Nobody At All",), ())
    register.upsert(said.customers)
    assert owned_of(table, register, world.today).customers == ()
    world.run()
    assert [one.became for one in alerts(world, "law")] == ["caught"]


def test_an_owner_that_a_new_table_brings_is_screened(listed: World, tmp_path: Path) -> None:
    register = listed.register(names([("C3", "Gardening Without Borders")]))
    listed.run()
    table = tmp_path / "owners.csv"
    table.write_text("owner,owned,percent\nNorvik Optics LLC,C3,51\n", encoding="utf-8")
    register.upsert(owned_of(table, register, listed.today).customers)
    listed.run()
    (alert,) = [one for one in alerts(listed, "register") if one.customer == "C3"]
    assert (alert.owner, alert.became) == ("Norvik Optics LLC", "hit")


def test_the_alerts_of_a_customer_that_leaves_are_closed_with_the_reason_and_come_again_with_it(listed: World) -> None:
    register = Register(listed.data / "monitor" / "registers", "customers")
    register.remove(["C1"])
    report = listed.run()
    assert report.counts["closed: left the register"] == 1
    assert [row["customer"] for row in listed.alerts("closed")] == ["C1"]
    with listed.store() as store:
        found = alert_at_hand(store, str(listed.alerts("closed")[0]["id"]))
        assert (found.state.verdict, found.state.by) == ("noted", "monitor")
        assert found.state.reason == "the customer has left the register"
        assert store.verify().whole
    assert listed.run().counts["closed: left the register"] == 0
    register.upsert(names(CUSTOMERS[:1]))
    assert listed.run().counts["new alerts"] == 1
    assert [row["customer"] for row in listed.alerts("open")] == ["C2", "C1"]


def test_closed_alerts_whose_period_is_over_are_erased_and_name_nobody(listed: World) -> None:
    first = str(listed.alerts()[0]["id"])
    with listed.store() as store:
        act(store, first, Asked("close", reason="looked", verdict="noted"), by=By("ana"), today=listed.today)
    policy = Retention({"alerts": 30})
    listed.clock.put("2026-03-20")
    with listed.store() as store:
        assert store.erasures.due(policy).alerts == 0, "counted from the closing"
    listed.clock.put("2026-04-20")
    with listed.store() as store:
        store.erasures.hold(f"alert:{first}", by=ME, reason="asked for")
        assert (store.erasures.due(policy).alerts, store.erasures.due(policy).held) == (0, 1)
        store.erasures.release(f"alert:{first}", by=ME, reason="no longer")
        assert store.erasures.apply(policy, by=ME, reason="yearly").alerts == 1
        with pytest.raises(Erased):
            alert_at_hand(store, first)
        assert store.verify().whole
        (row,) = [one for one in listed.alerts() if one["id"] == first]
        assert (row["customer"], row["headline"]) == ("", "erased")
        assert "Norvik" not in str([one.reason for one in store.audit.entries()])
    assert len(listed.alerts("open")) == 1, "what is open stays"
    assert listed.run().counts["new alerts"] == 0


def test_what_is_no_alert_cannot_be_held(listed: World) -> None:
    with listed.store() as store, pytest.raises(BadInput, match="there is no"):
        store.erasures.hold("alert:" + "0" * 32, by=ME, reason="x")


def test_a_period_of_alerts_says_the_day() -> None:
    assert Retention({"alerts": 1}).before("alerts", dt.datetime(2026, 3, 2, tzinfo=dt.UTC)) is not None


def test_digests_departures_and_erasure_are_kept_in_either_database(tmp_path: Path, place: Path | str) -> None:
    world = World(tmp_path, "2026-03-01", place)
    world.edition("2026-02-28", LISTED)
    register = world.register(names(CUSTOMERS))
    world.watch(four_eyes="never", emails=("desk@example.org",))
    world.run()
    with world.store() as store:
        user = store.accounts.create("ana", "ana", by=ME, reason="a test")
        store.accounts.grant(user.id, "analyst", by=ME, reason="a test")
        subscribe(store, "ana", "ana@example.org", "day", by=ME)
        assert send_digests(store, world.clock) == 1
        assert {one.document["to"] for one in store.outbox.waiting()} == {"desk@example.org", "ana@example.org"}
        assert len(store.monitoring.queue(since=store.monitoring.last_alert())) == 0
        assert store.monitoring.counts(hidden=["register"]) == {}
    register.remove(["C1"])
    assert world.run().counts["closed: left the register"] == 1
    world.clock.put("2026-05-01")
    with world.store() as store:
        assert store.erasures.apply(Retention({"alerts": 30}), by=ME, reason="yearly").alerts == 1
        assert store.verify().whole


def test_a_customer_taken_out_and_put_back_with_other_owners_is_judged_as_one_that_changed(world: World) -> None:
    register = Register(world.data / "monitor" / "registers", "customers")
    register.remove(["owned"])
    reowned(world, 60)
    (caught,) = alerts(world, "law")
    assert (caught.customer, caught.became) == ("owned", "caught")
    register.upsert([customer("free", "Gardening Without Borders", countries=("CN",))], whole=True)
    reowned(world, 20)
    assert [one.became for one in alerts(world, "law")] == ["caught", "freed"]
