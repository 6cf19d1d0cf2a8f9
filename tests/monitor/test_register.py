"""Registers: brought up to date by key; what a killed writer leaves changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from enduse.model.errors import BadInput, OperationFailed
from enduse.monitor import register as of_registers
from enduse.monitor.register import Register, Upserted
from monitor_worlds import customer, party


def names(register: Register) -> dict[str, str]:
    return {one.key: one.name for one in register.customers()}


def test_keys_are_added_replaced_and_left(tmp_path: Path) -> None:
    register = Register(tmp_path, "customers")
    assert register.upsert([customer("1", "Norvik Optics"), customer("2", "Sable Systems")]) == Upserted(new=2)
    again = Register(tmp_path, "customers")
    counted = again.upsert([customer("1", "Norvik Optics"), customer("2", "Sable Ridge"), customer("3", "Halden")])
    assert counted == Upserted(new=1, changed=1, unchanged=1)
    assert names(again) == {"1": "Norvik Optics", "2": "Sable Ridge", "3": "Halden"}
    assert [one.key for one in again.customers(since=1)] == ["2", "3"]
    assert len(again) == 3
    assert again.find("2") == customer("2", "Sable Ridge")
    assert again.find("9") is None


def test_nothing_new_makes_no_version(tmp_path: Path) -> None:
    register = Register(tmp_path, "customers")
    register.upsert([customer("1", "Norvik Optics")])
    assert register.upsert([customer("1", "Norvik Optics")]) == Upserted(unchanged=1)
    assert register.version == 1


def test_a_whole_register_removes_who_is_not_in_it(tmp_path: Path) -> None:
    register = Register(tmp_path, "customers")
    register.upsert([customer("1", "Norvik Optics"), customer("2", "Sable Systems")])
    assert register.upsert([customer("2", "Sable Systems")], whole=True) == Upserted(unchanged=1, removed=1)
    assert names(register) == {"2": "Sable Systems"}
    assert register.remove(["2", "none"]) == 1
    assert len(Register(tmp_path, "customers")) == 0


def test_who_was_replaced_is_not_found_under_the_old_name(tmp_path: Path) -> None:
    register = Register(tmp_path, "customers")
    register.upsert([customer("1", "Norvik Optics")])
    register.upsert([customer("1", "Halden Shipping")])
    assert register.near([party("1", "Norvik Optics")]) == []
    assert [one.key for one in register.near([party("1", "Halden Shipping")])] == ["1"]


def test_many_small_updates_are_joined(tmp_path: Path) -> None:
    register = Register(tmp_path, "customers")
    for number in range(20):
        register.upsert([customer(str(number), f"Norvik Optics {number}")])
    segments = [path for path in register.folder.iterdir() if path.is_dir()]
    assert len(segments) <= 9
    assert len(register) == 20
    assert [one.key for one in register.customers(since=19)] == ["19"]


def test_large_tables_are_cut_into_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_registers, "AT_ONCE", 3)
    register = Register(tmp_path, "customers")
    register.upsert(customer(str(number), f"Party {number}") for number in range(8))
    assert len(register) == 8
    assert register.upsert(customer(str(number), f"Party {number}") for number in range(8)) == Upserted(unchanged=8)


@pytest.mark.parametrize(
    "rows", [[customer("", "Norvik")], [customer("1", "Norvik"), customer("1", "Halden")]], ids=["no key", "twice"]
)
def test_a_table_with_a_bad_key_changes_nothing(tmp_path: Path, rows: list[object]) -> None:
    register = Register(tmp_path, "customers")
    register.upsert([customer("0", "Sable")])
    with pytest.raises(BadInput, match="key"):
        register.upsert(rows)  # type: ignore[arg-type]
    assert names(Register(tmp_path, "customers")) == {"0": "Sable"}


@pytest.mark.parametrize("name", ["", "../other", "Customers", "a" * 65])
def test_a_name_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="no name of a register"):
        Register(tmp_path, name)


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    register, other = Register(tmp_path, "customers"), Register(tmp_path, "customers")
    with register._writing(), pytest.raises(OperationFailed, match="another process"):
        other.upsert([customer("1", "Norvik")])


def test_a_register_of_another_weight_table_is_indexed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = Register(tmp_path, "customers")
    register.upsert([customer("1", "Norvik Optics"), customer("2", "Halden Shipping")])
    before = {path.name for path in register.folder.iterdir() if path.is_dir()}
    monkeypatch.setattr(of_registers, "weights_version", lambda: "another")
    again = Register(tmp_path, "customers")
    assert [one.key for one in again.near([party("1", "Norvik Optics")])] == ["1"]
    assert {path.name for path in again.folder.iterdir() if path.is_dir()}.isdisjoint(before)


def test_a_damaged_manifest_says_what_to_do(tmp_path: Path) -> None:
    register = Register(tmp_path, "customers")
    register.upsert([customer("1", "Norvik Optics")])
    (register.folder / "register.json").write_text("{")
    with pytest.raises(OperationFailed, match="cannot be read"):
        len(Register(tmp_path, "customers"))


def test_rows_that_say_nothing_of_owners_leave_them_as_they_are(tmp_path: Path) -> None:
    register = Register(tmp_path, "customers")
    register.upsert([customer("C1", "Quiet Optics", ("Norvik Optics LLC", 60)), customer("C2", "Roses")])
    counted = register.upsert([customer("C1", "Quiet Optics"), customer("C2", "Roses")], keep_owners=True)
    assert (counted.unchanged, counted.changed) == (2, 0)
    assert register.upsert([customer("C1", "Quiet Optics Ltd")], keep_owners=True).changed == 1
    found = register.find("C1")
    assert found is not None
    assert (found.name, [one.name for one in found.owners]) == ("Quiet Optics Ltd", ["Norvik Optics LLC"])
    assert register.upsert([customer("C1", "Quiet Optics Ltd")]).changed == 1
    gone = register.find("C1")
    assert gone is not None
    assert gone.owners == ()
