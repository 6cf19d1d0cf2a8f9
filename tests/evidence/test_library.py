"""The library: embedded and synced lists behind one screener; what is missing, old or damaged never looks complete."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from enduse.evidence.library import STARTER, Library, screen
from enduse.lists import scale
from enduse.lists.sync import sync_from_dir
from enduse.model.errors import EndUseError
from enduse.model.match import Query

FIXTURE = Path(__file__).parents[1] / "fixtures" / "lists" / "us_csl" / "layout_2025.csv"
EDITION = dt.date(2025, 6, 2)
NEEDED = ("EL", "MEU", "UVL", "DPL", "SDN")


@pytest.fixture(autouse=True)
def _small_lists_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lists of these tests are a few rows long."""
    monkeypatch.setattr(scale, "LEAST", {})


def synced(tmp_path: Path, *, keep: int | None = None, name: str = "consolidated-2025-06-02.csv") -> Path:
    """A data directory with one small edition of the consolidated list."""
    files = tmp_path / f"files-{name}"
    files.mkdir()
    lines = FIXTURE.read_bytes().splitlines(keepends=True)
    (files / name).write_bytes(b"".join(lines[:keep]))
    data = tmp_path / "data"
    sync_from_dir(data, files, today=EDITION + dt.timedelta(days=1))
    return data


def listed_name(data: Path) -> str:
    library = Library(data)
    library.prepare()
    return "Example Sensors" if library.screen(Query("Example Sensors")) else "Hangzhou Hikvision"


def test_without_lists_nothing_is_covered() -> None:
    found = Library().coverage(NEEDED, EDITION, EDITION)
    assert not found.complete and found.starter_only
    assert found.not_checked == tuple(f"{name}: not loaded" for name in NEEDED)
    assert found.checked == (STARTER,)


def test_the_embedded_listings_count_only_when_accepted() -> None:
    found = Library(accept_starter=True).coverage(NEEDED, EDITION, EDITION)
    assert found.complete and found.starter_only and len(found.not_checked) == len(NEEDED)


def test_a_current_edition_covers_and_is_named(tmp_path: Path) -> None:
    found = Library(synced(tmp_path)).coverage(NEEDED, EDITION, EDITION + dt.timedelta(days=1))
    assert found.complete and not found.starter_only
    assert f"EL (us_csl, edition {EDITION})" in found.checked


def test_a_sample_is_not_the_whole_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "LEAST", {"EL": 400})
    found = Library(synced(tmp_path)).coverage(("EL",), EDITION, EDITION)
    assert not found.complete and "fewer than 400 have not been seen" in found.stale[0]


def test_an_accepted_starter_stands_in_for_what_was_never_loaded_only(tmp_path: Path) -> None:
    data = synced(tmp_path)
    later = EDITION + dt.timedelta(days=90)
    assert not Library(data, accept_starter=True).coverage(("EL",), later, later).complete
    assert Library(data, accept_starter=True).coverage(("UN",), later, later).complete
    assert not Library(data, accept_starter=True).coverage((), later, later, insisted=("UN",)).complete


def test_a_store_whose_index_of_editions_is_gone_is_damaged(tmp_path: Path) -> None:
    data = synced(tmp_path)
    (data / "lists" / "current.json").unlink()
    with pytest.raises(EndUseError, match="the file that says which of them count is gone"):
        Library(data)


def test_an_edition_past_its_cadence_is_stale(tmp_path: Path) -> None:
    later = EDITION + dt.timedelta(days=90)
    found = Library(synced(tmp_path)).coverage(NEEDED, later, later)
    assert not found.complete and len(found.stale) == len(NEEDED)


def test_a_list_that_no_loaded_source_holds_is_not_checked(tmp_path: Path) -> None:
    found = Library(synced(tmp_path)).coverage(("EL", "UN"), EDITION, EDITION)
    assert not found.complete and [entry.partition(":")[0] for entry in found.not_checked] == ["UN"]


def test_before_the_oldest_edition_the_answer_says_what_cannot_be_known(tmp_path: Path) -> None:
    found = Library(synced(tmp_path)).coverage(("EL",), EDITION - dt.timedelta(days=400), EDITION)
    assert not found.complete and "parties removed before it are not known" in found.stale[0]


def test_synced_and_embedded_lists_are_screened_together(tmp_path: Path) -> None:
    data = synced(tmp_path)
    own = {match.party.id for match in Library(data).screen(Query("Hikvision"))}
    assert any(key.startswith("starter:") for key in own)
    names = {party.name for party in _parties(data)}
    for name in names:
        assert any(match.party.name == name for match in Library(data).screen(Query(name))), name


def _parties(data: Path) -> list:  # type: ignore[type-arg]
    from enduse.lists.shelf import Shelf

    return list(Shelf.open(data).parties())


@pytest.mark.parametrize("damage", ["cut", "overwritten", "missing", "no index.json"])
def test_a_damaged_index_is_built_again(tmp_path: Path, damage: str) -> None:
    data = synced(tmp_path)
    library = Library(data)
    count = library.prepare()
    before = library.screen(Query(listed_name(data)))
    folders = sorted((data / "index").iterdir())
    assert len(folders) == 2, "one of the synced listings, one of the embedded ones"
    for folder in folders:
        file = folder / ("index.json" if damage == "no index.json" else "parties.bin")
        if damage in ("missing", "no index.json"):
            file.unlink()
        else:
            content = file.read_bytes()
            file.write_bytes(content[: len(content) // 2] if damage == "cut" else b"x" * len(content))
    again = Library(data)
    assert again.prepare() == count
    assert again.screen(Query(listed_name(data))) == before


def test_a_new_edition_has_a_new_index_and_the_old_one_goes(tmp_path: Path) -> None:
    data = synced(tmp_path, keep=None)
    Library(data).prepare()
    (old,) = (data / "index").iterdir()
    synced_again = tmp_path / "files-later"
    synced_again.mkdir()
    (synced_again / "consolidated-2025-06-09.csv").write_bytes(FIXTURE.read_bytes())
    sync_from_dir(data, synced_again, today=EDITION + dt.timedelta(days=9))
    Library(data).prepare()
    (new,) = (data / "index").iterdir()
    assert new != old


def test_damaged_raw_bytes_are_an_error_and_no_answer(tmp_path: Path) -> None:
    data = synced(tmp_path)
    for file in data.rglob("*"):
        if file.is_file() and "index" not in file.parts and file.suffix in (".gz", ".jsonl", ".json"):
            file.write_bytes(b"{")
    with pytest.raises(EndUseError):
        Library(data).screen(Query("Hikvision"))


def test_screen_takes_a_name() -> None:
    assert screen("Hikvision")[0].party.name.startswith("Hangzhou Hikvision")
    assert screen("Riverside Gardening Example") == []


def test_other_processes_open_the_indexes_that_screening_uses(tmp_path: Path) -> None:
    from enduse.screen import Screener

    data, spare = synced(tmp_path), tmp_path / "spare"
    library = Library(data)
    folders = library.saved(spare)
    assert [folder.parent for folder in folders] == [spare, data / "index"]
    for name in ("Example Sensors", "Hangzhou Hikvision", "Riverside Gardening Example"):
        found = [match.party.id for folder in folders for match in Screener.load(folder).screen(Query(name))]
        assert sorted(found) == sorted(match.party.id for match in library.screen(Query(name)))
    assert library.saved(spare) == folders
    assert Library().saved(tmp_path / "alone") == (tmp_path / "alone" / "starter",)


def test_an_index_that_the_data_directory_cannot_take_is_the_callers(tmp_path: Path) -> None:
    data, spare = synced(tmp_path), tmp_path / "spare"
    (data / "index").write_text("a file where the folder would be", encoding="utf-8")
    folders = Library(data).saved(spare)
    assert folders == (spare / "starter", spare / "lists") and all(folder.is_dir() for folder in folders)


def test_the_fingerprint_changes_with_the_lists(tmp_path: Path) -> None:
    data = synced(tmp_path)
    assert Library(data).fingerprint() == Library(data).fingerprint() != Library().fingerprint()
