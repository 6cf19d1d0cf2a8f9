"""What is derived from files: made once and kept; never from a folder that others can write; never needed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enduse.formats import derived as module
from enduse.formats.derived import FILE, Derived, derived, keep_in, kept_in, own_yaml
from enduse.formats.plain_yaml import load_yaml
from enduse.model.errors import BadInput
from enduse.rules.rulebook import shipped_rulebooks

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights of files are those of POSIX")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    keep_in(tmp_path / "kept")
    yield tmp_path / "kept"
    keep_in(None)


def anew(folder: Path) -> None:
    """As another process finds it."""
    assert module._KEPT is not None
    module._KEPT.save()
    keep_in(folder)


def never() -> Any:
    raise AssertionError("made a second time")


def test_what_is_made_is_kept_for_the_next_process(folder: Path) -> None:
    assert derived("words", b"data", lambda: ["\u5317\u4eac", None, {"a": "x\ny"}]) == [
        "\u5317\u4eac",
        None,
        {"a": "x\ny"},
    ]
    anew(folder)
    assert derived("words", b"data", never) == ["\u5317\u4eac", None, {"a": "x\ny"}]


def test_other_bytes_or_another_kind_are_made_anew(folder: Path) -> None:
    derived("words", b"data", lambda: 1)
    anew(folder)
    assert derived("words", b"datb", lambda: 2) == 2
    assert derived("dates", b"data", lambda: 3) == 3


def test_a_reading_that_somebody_changes_is_not_changed_for_others(folder: Path) -> None:
    own_yaml(b"a: [NO, 5E980]", name="x")
    anew(folder)
    own_yaml(b"a: [NO, 5E980]", name="x")["a"].append("more")
    assert own_yaml(b"a: [NO, 5E980]", name="x") == {"a": ["NO", "5E980"]}


def test_every_file_of_the_law_is_read_back_as_it_was_written(folder: Path) -> None:
    root = Path(module.__file__).parents[1]
    files = [path.read_bytes() for path in sorted(root.rglob("*.yaml"))]
    read = [load_yaml(data, name="x") for data in files]
    assert [own_yaml(data, name="x") for data in files] == read
    anew(folder)
    back = [own_yaml(data, name="x") for data in files]
    assert repr(back) == repr(read), "keys keep their order"


def test_rulebooks_are_the_same_with_and_without_what_is_kept(folder: Path) -> None:
    plain = [(book.edition_id, book.rules, book.exceptions, book.tables.dates()) for book in shipped_rulebooks()]
    for _ in range(2):
        anew(folder)
        shipped_rulebooks.cache_clear()
        found = [(book.edition_id, book.rules, book.exceptions, book.tables.dates()) for book in shipped_rulebooks()]
        assert found == plain


def test_a_file_that_cannot_be_read_is_refused_each_time(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(BadInput, match="tag"):
            own_yaml(b"a: !!python/object x", name="x")
        anew(folder)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-20],
        lambda data: data.replace(b"kept", b"cept"),
        lambda data: b"",
        lambda data: data.replace(b"readings 1", b"readings 0"),
        lambda data: b"\x80" * 4_000,
    ],
    ids=["cut", "changed", "empty", "another version", "noise"],
)
def test_what_is_damaged_is_made_anew_and_written_again(folder: Path, spoil: Any) -> None:
    derived("words", b"data", lambda: "kept")
    anew(folder)
    (folder / FILE).write_bytes(spoil((folder / FILE).read_bytes()))
    keep_in(folder)
    assert derived("words", b"data", lambda: "made") == "made"
    anew(folder)
    assert derived("words", b"data", never) == "made"


def test_a_folder_that_others_can_write_is_not_used(tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir(mode=0o777)
    open_to_all.chmod(0o777)
    keep_in(open_to_all)
    assert kept_in() is None
    assert derived("words", b"data", lambda: 1) == 1
    assert list(open_to_all.iterdir()) == []


def test_a_folder_that_others_come_to_write_is_no_longer_used(folder: Path) -> None:
    derived("words", b"data", lambda: "ours")
    anew(folder)
    folder.chmod(0o777)
    assert derived("words", b"data", lambda: "made") == "made"
    assert kept_in() is None


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "kept").symlink_to(tmp_path / "elsewhere")
    keep_in(tmp_path / "kept")
    assert kept_in() is None


def test_a_folder_of_ours_is_made_for_us_alone(folder: Path) -> None:
    assert kept_in() == folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    keep_in(tmp_path / "file" / "kept")
    try:
        assert derived("words", b"data", lambda: 1) == 1
        assert kept_in() is None
    finally:
        keep_in(None)


def test_what_is_kept_does_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_READINGS", 10)
    for number in range(30):
        one = Derived(tmp_path / "kept")
        one.add(f"words:{number}", number)
        one.save()
    assert len(Derived(tmp_path / "kept")._read()) <= 10
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [FILE]
