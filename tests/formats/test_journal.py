"""The journal: parts whole or absent, bound to what they rest on, one process at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from enduse.formats.journal import Journal
from enduse.model.errors import BadInput, OperationFailed

ABOUT = {"the table": "abc", "--threshold": "0.7"}


def part(number: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"row": [number]})


def kept(out: Path, count: int, about: dict[str, str] = ABOUT) -> None:
    """What a run leaves that was stopped after some parts."""
    with Journal(out, about) as journal:
        for number in range(count):
            journal.add(part(number))


def test_a_stopped_run_goes_on_after_its_last_part(tmp_path: Path) -> None:
    out = tmp_path / "hits.csv"
    kept(out, 2)
    with Journal(out, ABOUT) as journal:
        assert journal.count == 2
        journal.add(part(2))
        assert list(journal.parts()) == [part(0), part(1), part(2)]
        journal.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_was_being_written_does_not_count(tmp_path: Path) -> None:
    out = tmp_path / "hits.csv"
    kept(out, 2)
    (tmp_path / "hits.csv.enduse-part" / "part-00000002.partial").write_bytes(b"half")
    with Journal(out, ABOUT) as journal:
        assert journal.count == 2
        journal.add(part(2))
        assert len(list(journal.parts())) == 3


def test_what_changed_is_named_and_nothing_is_thrown_away(tmp_path: Path) -> None:
    out = tmp_path / "hits.csv"
    kept(out, 1)
    with pytest.raises(BadInput, match=r"--threshold \(was 0\.7, is 0\.8\)") as caught:
        Journal(out, ABOUT | {"--threshold": "0.8"})
    assert "the table" not in caught.value.problem and "--restart" in caught.value.remedy
    with pytest.raises(BadInput, match=r"the lists \(was nothing, is x\)"):
        Journal(out, ABOUT | {"the lists": "x"})
    with Journal(out, ABOUT) as journal:
        assert journal.count == 1


def test_a_restart_throws_away_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "hits.csv"
    kept(out, 3)
    with Journal(out, ABOUT | {"--threshold": "0.8"}, restart=True) as journal:
        assert journal.count == 0
        journal.add(part(7))
        assert list(journal.parts()) == [part(7)]


def test_a_run_without_parts_leaves_nothing(tmp_path: Path) -> None:
    kept(tmp_path / "hits.csv", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_journal_without_parts_or_without_state_binds_nobody(tmp_path: Path) -> None:
    out = tmp_path / "hits.csv"
    folder = tmp_path / "hits.csv.enduse-part"
    kept(out, 1)
    (folder / "state.json").unlink()
    (folder / "indexes").mkdir()
    with Journal(out, ABOUT) as journal:
        assert journal.count == 0 and not (folder / "indexes").exists()
        (folder / "part-00000000.arrow").unlink(missing_ok=True)
        shutil.copytree(folder, tmp_path / "copy")
    shutil.copytree(tmp_path / "copy", folder)
    with Journal(out, {"the table": "another"}) as journal:
        assert journal.count == 0


def test_two_runs_never_write_the_same_file(tmp_path: Path) -> None:
    out = tmp_path / "hits.csv"
    with Journal(out, ABOUT) as journal:
        journal.add(part(0))
        with pytest.raises(OperationFailed, match="another run is writing the same file"):
            Journal(out, ABOUT)
        journal.add(part(1))
    with Journal(out, ABOUT) as journal:
        assert journal.count == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"null"])
def test_a_damaged_state_is_told(tmp_path: Path, content: bytes) -> None:
    out = tmp_path / "hits.csv"
    kept(out, 1)
    (tmp_path / "hits.csv.enduse-part" / "state.json").write_bytes(content)
    with pytest.raises(OperationFailed, match="the state is damaged"):
        Journal(out, ABOUT)
    with Journal(out, ABOUT, restart=True) as journal:
        assert journal.count == 0


def test_a_damaged_part_is_told(tmp_path: Path) -> None:
    out = tmp_path / "hits.csv"
    kept(out, 2)
    path = tmp_path / "hits.csv.enduse-part" / "part-00000001.arrow"
    path.write_bytes(path.read_bytes()[:-20])
    with Journal(out, ABOUT) as journal, pytest.raises(OperationFailed, match="the part is damaged"):
        list(journal.parts())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match="cannot write"):
        Journal(tmp_path / "none" / "hits.csv", ABOUT)
