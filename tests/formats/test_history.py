"""The journal of states by day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.formats.history import History
from enduse.model.errors import OperationFailed

DAY = dt.date(2026, 1, 10)


def test_a_day_sees_the_last_state_not_after_it(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    assert history.on(DAY) is None and list(history) == []
    history.add(DAY, {"a": 1})
    history.add(DAY, {"a": 2})
    history.add(DAY + dt.timedelta(days=5), {"a": 3})
    seen = {offset: history.on(DAY + dt.timedelta(days=offset)) for offset in (-1, 0, 4, 5, 99)}
    assert seen[-1] is None
    assert [entry.content()["a"] for offset, entry in seen.items() if entry] == [2, 2, 3, 3]


def test_the_same_state_again_is_not_written_and_an_older_one_is_found_by_its_hash(tmp_path: Path) -> None:
    history = History(tmp_path)
    first = history.add(DAY, ["x"])
    assert history.add(DAY + dt.timedelta(days=1), ["x"]) == first and len(list(history)) == 1
    history.add(DAY + dt.timedelta(days=2), ["y"])
    found = history.named(first)
    assert found is not None and found.content() == ["x"]
    assert history.named("") is None and history.named("0" * 64) is None


def test_a_clock_that_was_set_back_does_not_reorder(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(DAY, 1)
    history.add(DAY - dt.timedelta(days=30), 2)
    last = history.on(DAY)
    assert last is not None and last.content() == 2 and last.day == DAY


def test_a_state_that_was_changed_is_refused_and_foreign_files_are_left_alone(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(DAY, {"a": 1})
    (tmp_path / "000002-2026-01-11-short.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("mine")
    (entry,) = history
    entry.path.write_bytes(b'{"a":2}')
    with pytest.raises(OperationFailed, match="changed after it was written"):
        entry.content()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=12))
def test_on_is_monotone_in_the_day(tmp_path_factory: pytest.TempPathFactory, states: list[tuple[int, int]]) -> None:
    history = History(tmp_path_factory.mktemp("h"))
    for offset, value in states:
        history.add(DAY + dt.timedelta(days=offset), value)
    numbers = [
        entry.number if entry else 0 for day in range(50) for entry in [history.on(DAY + dt.timedelta(days=day))]
    ]
    assert numbers == sorted(numbers)
    assert not states or numbers[-1] == len(list(history))
