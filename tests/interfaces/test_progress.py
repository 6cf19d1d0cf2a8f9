"""Progress: plain lines with rate and time left; a bar on a terminal alone."""

from __future__ import annotations

import sys

import pytest

from enduse.interfaces.progress import Bar, Lines, on_standard_error, spell


def test_a_line_for_every_so_many_rows_with_rate_and_time_left() -> None:
    told: list[str] = []
    now = iter([100.0, 110.0, 120.0])
    with Lines(told.append, every=100, clock=lambda: next(now)) as progress:
        progress.begin(0, 1_000)
        for rows in (50, 120, 180, 240):
            progress.done(rows)
    assert told == [
        "120 of about 1,000 rows, 12 rows/s, about 0:01:13 left",
        "240 of about 1,000 rows, 12 rows/s, about 0:01:03 left",
    ]


def test_rows_of_an_earlier_run_do_not_count_in_the_rate() -> None:
    told: list[str] = []
    now = iter([0.0, 10.0])
    progress = Lines(told.append, every=100, clock=lambda: next(now))
    progress.begin(900, None)
    progress.done(1_000)
    assert told == ["1,000 rows, 10 rows/s"]


def test_the_bar_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(on_standard_error(print), Lines)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    found = on_standard_error(print)
    assert isinstance(found, Bar)
    with found as bar:
        bar.begin(10, 100)
        bar.done(50)
        assert found._bar.tasks[0].completed == 50 and found._bar.tasks[0].total == 100


def test_durations() -> None:
    assert [spell(seconds) for seconds in (-1, 0.4, 61, 36_005)] == ["0:00:00", "0:00:00", "0:01:01", "10:00:05"]
