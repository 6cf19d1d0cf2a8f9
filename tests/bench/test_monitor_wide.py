"""A register whose segments stand several times in it is one: every row is found by its own key, and near a party."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import monitor_wide
from enduse.model.match import Query
from enduse.model.party import ListedParty
from enduse.monitor.customers import Customer
from enduse.monitor.register import Register
from monitor_worlds import party


def test_a_widened_register_holds_each_customer_under_keys_of_its_own(tmp_path: Path) -> None:
    register = Register(tmp_path, "wide")
    register.upsert([Customer(f"C{n:08}", Query(name)) for n, name in enumerate(["Norvik Optics", "Sable Ridge"])])
    monitor_wide.widen(tmp_path / "wide", 3)
    wide = Register(tmp_path, "wide")
    assert len(wide) == 6
    assert sorted(one.key for one in wide.near([party("1", "Norvik Optics")])) == [
        "A00000000",
        "B00000000",
        "C00000000",
    ]
    found = wide.find("B00000001")
    assert found is not None
    assert found.query.name == "Sable Ridge"


def test_the_run_over_a_widened_register_finds_each_pair_as_often_as_its_customer_stands_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old: list[ListedParty] = []
    new = [party("1", "Norvik Optics LLC"), party("2", "Halden Marine Shipping")]
    monkeypatch.setattr(monitor_wide, "_lists", lambda _: (old, new))
    Register(tmp_path, "wide").upsert(
        [Customer("C1", Query("Norvik Optics LLC")), Customer("C2", Query("Nobody At All"))]
    )
    once = monitor_wide.run(tmp_path, "wide", 1)
    monitor_wide.widen(tmp_path / "wide", 4)
    wide = monitor_wide.run(tmp_path, "wide", 1)
    assert (once["customers"], once["pairs"]) == (2, 1)
    assert (wide["customers"], wide["pairs"]) == (8, 4)
