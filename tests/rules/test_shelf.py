"""Rulebooks on file: whole or not at all, what counts on which day, and nothing that was changed on the disk."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from enduse.model.errors import BadInput, OperationFailed
from enduse.rules.overlay import read_overlay, with_overlay
from enduse.rules.rulebook import Rulebook, rulebooks_in, shipped_rulebooks
from enduse.rules.shelf import SHIPPED, RuleShelf

EXAMPLES = Path(__file__).parents[2] / "examples" / "rulebooks"
MONDAY = dt.date(2026, 10, 5)
TUESDAY = MONDAY + dt.timedelta(days=1)
FRIDAY = MONDAY + dt.timedelta(days=4)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the example rulebooks that a test may change."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "tree"))


@pytest.fixture
def shipped() -> tuple[Rulebook, ...]:
    """A few shipped rulebooks: enough to see what is kept."""
    return tuple(book for book in shipped_rulebooks() if book.jurisdiction in ("un", "ca"))


def amend(tree: Path, old: str, new: str, name: str = "sections.yaml") -> None:
    path = tree / "xa" / "act" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def ids(shelf: RuleShelf, known_on: dt.date | None = None) -> list[str]:
    return [book.id for book in shelf.books(known_on)[0]]


def test_without_a_data_directory_there_is_what_is_shipped(shipped: tuple[Rulebook, ...]) -> None:
    shelf = RuleShelf(None, shipped)
    assert ids(shelf) == [book.id for book in shipped]
    assert not shelf.keep(MONDAY)
    with pytest.raises(OperationFailed, match="no data directory"):
        shelf.sync(EXAMPLES, "x", MONDAY)


def test_a_sync_brings_its_rulebooks_and_a_second_one_finds_them_unchanged(
    tmp_path: Path, tree: Path, shipped: tuple[Rulebook, ...]
) -> None:
    shelf = RuleShelf(tmp_path, shipped)
    done = shelf.sync(tree, "ministry", MONDAY)
    assert [one.book for one in done.loaded] == ["xa/act"] and done.unchanged == ()
    assert "xa/act" in ids(shelf)
    again = shelf.sync(tree, "ministry", TUESDAY)
    assert (again.loaded, again.unchanged) == ((), ("xa/act",))
    (status,) = (one for one in shelf.status(FRIDAY) if one.id == "xa/act")
    assert (status.source, status.since, status.held, status.unverified) == ("ministry", "2026-10-05", 1, 1)
    assert status.age_days == (FRIDAY - dt.date(2026, 10, 1)).days


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("effect: require_licence", "effect: forbid", "effect 'forbid'"),
        ("destination: [BY", "destinaton: [BY", "no predicate is called 'destinaton'"),
        ("Export Control Act 2024 s. 3", "the law", "names no provision"),
        ("id: xa/act/3", "id: 'xa/act/3", "line"),
    ],
)
def test_a_bad_tree_is_refused_whole_and_the_last_good_one_stays(
    tmp_path: Path, tree: Path, shipped: tuple[Rulebook, ...], old: str, new: str, message: str
) -> None:
    shelf = RuleShelf(tmp_path, shipped)
    shelf.sync(tree, "ministry", MONDAY)
    good = shelf.books()[0]
    shutil.copytree(tree / "xa" / "act", tree / "xa" / "better")
    amend(tree, old, new)
    with pytest.raises(OperationFailed, match="what was on file stays") as caught:
        shelf.sync(tree, "ministry", TUESDAY)
    assert message in str(caught.value)
    assert [book.edition_id for book in shelf.books()[0]] == [book.edition_id for book in good]
    (refused,) = shelf.state().refused
    assert (refused.source, refused.on) == ("ministry", TUESDAY) and message in refused.reason
    shutil.rmtree(tree / "xa" / "better")
    amend(tree, new, old)
    shelf.sync(tree, "ministry", FRIDAY)
    assert shelf.state().refused == ()


def test_a_source_that_loses_a_rulebook_is_refused_unless_that_is_accepted(
    tmp_path: Path, tree: Path, shipped: tuple[Rulebook, ...]
) -> None:
    shelf = RuleShelf(tmp_path, shipped)
    shutil.copytree(tree / "xa", tree / "xb")
    for name in ("rulebook.yaml", "sections.yaml"):
        path = tree / "xb" / "act" / name
        path.write_text(path.read_text().replace("xa", "xb"))
    shelf.sync(tree, "ministry", MONDAY)
    shutil.rmtree(tree / "xb")
    with pytest.raises(OperationFailed, match="no longer holds xb/act"):
        shelf.sync(tree, "ministry", TUESDAY)
    assert "xb/act" in ids(shelf)
    done = shelf.sync(tree, "ministry", TUESDAY, accept_withdrawal=True)
    assert done.withdrawn == ("xb/act",) and "xb/act" not in ids(shelf)
    assert "xb/act" in ids(shelf, MONDAY)


def test_what_was_on_file_on_a_day_is_what_answers_for_it(
    tmp_path: Path, tree: Path, shipped: tuple[Rulebook, ...]
) -> None:
    shelf = RuleShelf(tmp_path, shipped)
    shelf.sync(tree, "ministry", MONDAY)
    first = next(book for book in shelf.books()[0] if book.id == "xa/act")
    amend(tree, "[BY, MM, IR, SY, VE]", "[BY]")
    shelf.sync(tree, "ministry", FRIDAY)
    now = next(book for book in shelf.books()[0] if book.id == "xa/act")
    then = next(book for book in shelf.books(TUESDAY)[0] if book.id == "xa/act")
    assert then.edition_id == first.edition_id != now.edition_id
    assert shelf.books(TUESDAY)[1] == () == shelf.books(FRIDAY)[1]
    found = shelf.edition(first.edition_id[:10])
    assert found is not None and found.edition_id == first.edition_id
    assert shelf.edition("f" * 64) is None


def test_before_anything_was_on_file_the_next_later_law_answers_and_says_so(
    tmp_path: Path, tree: Path, shipped: tuple[Rulebook, ...]
) -> None:
    shelf = RuleShelf(tmp_path, shipped)
    books, notes = shelf.books(MONDAY)
    assert [book.id for book in books] == [book.id for book in shipped]
    assert "those that this version ships were used" in notes[0]
    shelf.sync(tree, "ministry", FRIDAY)
    _, notes = shelf.books(MONDAY)
    assert notes == (f"edition_substituted (rulebooks): none was on file on {MONDAY}, those of {FRIDAY} were used",)


def test_an_upgrade_puts_its_own_rulebooks_in_place_of_the_earlier_ones_and_keeps_these(
    tmp_path: Path, shipped: tuple[Rulebook, ...]
) -> None:
    old = RuleShelf(tmp_path, shipped)
    assert old.keep(MONDAY) and old.keep(MONDAY)
    changed = replace(shipped[0], sha256="0" * 64, rules=shipped[0].rules[:1])
    new = RuleShelf(tmp_path, (changed, *shipped[1:]))
    assert changed in new.books()[0]
    assert new.books(MONDAY)[0][0].edition_id == shipped[0].edition_id
    assert {book.edition_id for book in new.held()} >= {shipped[0].edition_id, changed.edition_id}
    assert all(one.source == SHIPPED for one in new.state().books)


def test_the_edition_verified_to_the_later_day_answers(
    tmp_path: Path, tree: Path, shipped: tuple[Rulebook, ...]
) -> None:
    own = RuleShelf(None, (*shipped, *read_overlay(shipped, tree))).shipped
    shelf = RuleShelf(tmp_path, own)
    amend(tree, "verified_to: 2026-10-01", "verified_to: 2026-01-01", "rulebook.yaml")
    assert shelf.sync(tree, "ministry", MONDAY).superseded == ("xa/act",)
    assert next(book for book in shelf.books()[0] if book.id == "xa/act").verified_to == dt.date(2026, 10, 1)
    amend(tree, "verified_to: 2026-01-01", "verified_to: 2026-10-04", "rulebook.yaml")
    assert shelf.sync(tree, "ministry", MONDAY).superseded == ()
    assert next(book for book in shelf.books()[0] if book.id == "xa/act").verified_to == dt.date(2026, 10, 4)


def test_an_edition_that_was_changed_on_the_disk_is_refused(
    tmp_path: Path, tree: Path, shipped: tuple[Rulebook, ...]
) -> None:
    shelf = RuleShelf(tmp_path, shipped)
    (loaded,) = shelf.sync(tree, "ministry", MONDAY).loaded
    path = tmp_path / "rules" / "editions" / loaded.edition / "act" / "sections.yaml"
    path.write_text(path.read_text().replace("[BY, MM", "[MM"))
    with pytest.raises(OperationFailed, match="changed after it was written"):
        shelf.books()
    shutil.rmtree(path.parent)
    with pytest.raises(OperationFailed, match="is gone"):
        shelf.books()
    (tmp_path / "rules" / "current.json").write_text('{"format": 99}')
    with pytest.raises(OperationFailed, match="another version"):
        shelf.state()
    (tmp_path / "rules" / "current.json").write_text('{"format": 1, "books": [{}]}')
    with pytest.raises(OperationFailed, match="damaged"):
        shelf.state()


def test_a_link_out_of_the_tree_is_refused(tmp_path: Path, tree: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("rules: []")
    (tree / "xa" / "act" / "more.yaml").symlink_to(secret)
    with pytest.raises(BadInput, match="leads out of the folder"):
        read_overlay((), tree)


# --- the user's own


def test_an_overlay_adds_and_replaces_by_id_and_names_file_line_field_and_remedy(
    tree: Path, shipped: tuple[Rulebook, ...]
) -> None:
    merged = with_overlay(shipped, tree)
    assert [book.id for book in merged] == sorted([*(book.id for book in shipped), "xa/act"])
    amend(tree, "item_covered_by", "item_coverd_by")
    with pytest.raises(BadInput) as caught:
        with_overlay(shipped, tree)
    said = caught.value.message()
    assert "xa/act/sections.yaml line 2, rule xa/act/3, when.all[0]" in said and "did you mean item_covered_by" in said


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: xa/act\n", "id: xb/act\n", "let it begin with xa/"),
        ("title: Export", "titel: Export", "unknown key 'titel'"),
        ("verified_to: 2026-10-01", "verified_to: someday", "is not a date"),
        ("standing: law", "standing: rumour", "standing 'rumour'"),
        ("nexus: {origin: [XA]}", "", "'nexus' is missing"),
    ],
)
def test_a_mistake_in_what_describes_the_act_is_named(
    tree: Path, shipped: tuple[Rulebook, ...], old: str, new: str, message: str
) -> None:
    amend(tree, old, new, "rulebook.yaml")
    with pytest.raises(BadInput, match=message):
        read_overlay(shipped, tree)


def test_an_empty_folder_is_no_overlay(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no rulebook in this folder"):
        read_overlay((), tmp_path)
    with pytest.raises(BadInput, match="no such folder"):
        read_overlay((), tmp_path / "none")


def test_equal_rulebooks_have_one_edition_id_wherever_they_are(tree: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tree, tmp_path / "copy"))
    assert rulebooks_in(tree)[0].edition_id == rulebooks_in(copy)[0].edition_id
    assert len({book.edition_id for book in shipped_rulebooks()}) == len(shipped_rulebooks())
