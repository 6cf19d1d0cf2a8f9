"""Editions are kept whole or not at all, whatever moment a writer dies at."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from enduse.lists.snapshots import Refusal, State, Store
from enduse.lists.sync import sync_from_dir
from enduse.model.errors import OperationFailed
from fake_source import FakeSource, fake_list, rows

TODAY = dt.date(2024, 6, 1)
SOURCE = FakeSource()


def sync(data: Path, directory: Path) -> None:
    sync_from_dir(data, directory, today=TODAY, among=[SOURCE])


def write(directory: Path, name: str, content: bytes) -> None:
    directory.mkdir(exist_ok=True)
    (directory / name).write_bytes(content)


def test_an_empty_data_directory_holds_nothing(tmp_path: Path) -> None:
    assert Store(tmp_path / "nowhere").state() == State()


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    content = fake_list([*rows(3), "a row|of three|cells"], "2024-05-01")
    write(tmp_path / "files", "list.txt", content)
    sync(tmp_path / "data", tmp_path / "files")
    store = Store(tmp_path / "data")
    (record,) = store.state().editions
    assert (record.source, record.edition, record.dated_by) == ("fake", dt.date(2024, 5, 1), "content")
    assert (record.rows, record.parties, record.rejected, record.fetched_at) == (4, 3, 1, TODAY)
    assert [party.id for party in store.parties(record)] == ["fake:0", "fake:1", "fake:2"]
    (rejected,) = store.rejected(record)
    assert (rejected.line, rejected.reason, rejected.excerpt) == (5, "3 cells instead of 5", "a row|of three|cells")
    (file,) = record.files
    assert (file.component, file.name, file.size) == ("main", "list.txt", len(content))
    assert store.raw(file.sha256) == content


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with (
        store.writing(),
        pytest.raises(OperationFailed, match=rf"another sync is writing here \(process {os.getpid()}"),
        store.writing(),
    ):
        pytest.fail("two writers at once")


def test_the_lock_of_a_dead_writer_locks_nobody_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.root.mkdir()
    (store.root / "lock").write_text("999999999")
    with store.writing() as writer:
        writer.commit(State())
    assert store.state() == State()


def test_leftovers_are_cleaned_and_what_counts_is_not(tmp_path: Path) -> None:
    write(tmp_path / "files", "list.txt", fake_list(rows(3), "2024-05-01"))
    sync(tmp_path / "data", tmp_path / "files")
    store = Store(tmp_path / "data")
    (record,) = store.state().editions
    (store.root / "temporary" / "half").mkdir(parents=True)
    orphan = store.root / "editions" / "fake" / "2024-05-02-of-a-killed-writer"
    orphan.mkdir()
    with store.writing():
        assert not orphan.exists()
        assert not (store.root / "temporary").exists()
    assert len(list(store.parties(record))) == 3


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b'{"format": 99}', b'{"format": 1}', b'{"format": 1, "editions": [{"folder": "fake/none"}]}'],
)
def test_a_damaged_state_is_an_error_not_an_empty_shelf(tmp_path: Path, damage: bytes) -> None:
    store = Store(tmp_path)
    store.root.mkdir()
    (store.root / "current.json").write_bytes(damage)
    with pytest.raises(OperationFailed, match=r"current\.json"):
        store.state()


def test_damaged_parties_are_noticed(tmp_path: Path) -> None:
    write(tmp_path / "files", "list.txt", fake_list(rows(3), "2024-05-01"))
    sync(tmp_path / "data", tmp_path / "files")
    store = Store(tmp_path / "data")
    (record,) = store.state().editions
    path = store.root / "editions" / record.folder / "parties.jsonl"
    whole = path.read_bytes()
    for damaged in (whole[:-20], whole[: whole.rindex(b"\n", 0, -1) + 1], whole.replace(b"Party 1", b"Party 9"), b""):
        path.write_bytes(damaged)
        with pytest.raises(OperationFailed, match="damaged"):
            list(store.parties(record))
    path.unlink()
    with pytest.raises(OperationFailed, match="damaged"):
        list(store.parties(record))


def test_changed_raw_bytes_are_noticed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.writing() as writer:
        digest = writer.keep_raw(b"as published")
    (store.root / "raw" / digest).write_bytes(b"as changed")
    with pytest.raises(OperationFailed, match="hash"):
        store.raw(digest)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(OperationFailed, match="choose --data-dir"), Store(tmp_path / "data").writing():
        pytest.fail("written into a file")


def test_a_refusal_stays_until_something_newer_comes(tmp_path: Path) -> None:
    write(tmp_path / "files", "list.txt", fake_list(rows(3), "2024-05-01"))
    sync(tmp_path / "data", tmp_path / "files")
    state = Store(tmp_path / "data").state()
    (record,) = state.editions
    refused = state.with_refusal(Refusal("fake", "cut off", TODAY, edition=dt.date(2024, 5, 9)))
    assert refused.with_edition(record).refusals == refused.refusals
    early = state.with_refusal(Refusal("fake", "cut off", TODAY, edition=dt.date(2024, 4, 9)))
    assert early.with_edition(record).refusals == ()


KILLED = """
import datetime as dt, sys
from pathlib import Path
from fake_source import FakeSource
from enduse.lists.sync import sync_from_dir
sync_from_dir(Path(sys.argv[1]), Path(sys.argv[2]), today=dt.date(2024, 6, 1), among=[FakeSource()],
              tell=lambda progress: print(progress.text, flush=True))
"""


def test_a_writer_killed_at_any_moment_leaves_the_state_before_or_after(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    write(before, "2024-05-01.txt", fake_list(rows(400)))
    for day in range(2, 5):
        write(after, f"2024-05-0{day}.txt", fake_list(rows(400 + day)))
    data = tmp_path / "data"
    sync(data, before)
    store = Store(data)
    old = store.state()
    assert len(old.editions) == 1
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    choose = random.Random(7)
    seen_old = seen_new = 0
    for _ in range(20):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(data), str(after)], stdout=subprocess.PIPE, env=environment
        )
        assert child.stdout is not None
        child.stdout.readline()  # it has begun
        time.sleep(choose.uniform(0, 0.06))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        state = store.state()
        assert len(state.editions) in (1, 4)
        for record in state.editions:
            assert sum(1 for _ in store.parties(record)) == record.parties == record.rows
            assert all(store.raw(file.sha256) for file in record.files)
        if state == old:
            seen_old += 1
        else:
            seen_new += 1
            with store.writing() as writer:
                writer.commit(old)
    assert seen_old + seen_new == 20
    assert seen_old > 0
    sync(data, after)
    assert len(store.state().editions) == 4
    assert not (store.root / "temporary").exists() or not list((store.root / "temporary").iterdir())


def test_the_state_on_disk_is_small_and_readable(tmp_path: Path) -> None:
    write(tmp_path / "files", "list.txt", fake_list(rows(300), "2024-05-01"))
    sync(tmp_path / "data", tmp_path / "files")
    plain = json.loads((tmp_path / "data" / "lists" / "current.json").read_text())
    assert plain["format"] == 1
    assert [one["confirmed_to"] for one in plain["editions"]] == ["2024-05-01"]
