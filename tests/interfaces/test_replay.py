"""Time: what was known on a day, the same bytes again, and two dates inside one interval."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.assess import Settings, check
from enduse.evidence.library import Library
from enduse.interfaces.documents import assessment_document, document_bytes, judgement_bytes
from enduse.interfaces.judging import Days
from enduse.interfaces.law import law_at_hand
from enduse.interfaces.replay import Replayed, replay
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.lists import registry
from enduse.lists.shelf import Shelf
from enduse.lists.sync import sync_from_dir
from enduse.model.assessment import Outcome
from enduse.model.errors import BadInput, OperationFailed
from enduse.rules import shelf as rule_shelf
from enduse.rules.rulebook import Rulebook, shipped_rulebooks
from enduse.rules.shelf import RuleShelf
from enduse.rules.touch import READ_BY_CODE
from fake_source import FakeSource, fake_list, row

JANUARY, FEBRUARY, MARCH = dt.date(2026, 8, 1), dt.date(2026, 9, 1), dt.date(2026, 10, 1)
SOURCES = (FakeSource("fake", ("EL", "MEU", "UVL", "DPL", "SDN", "CMIC")),)
EAR = tuple(book for book in shipped_rulebooks() if book.id == "us/ear")


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with an edition of two days, each synced when it came out."""
    monkeypatch.setattr(registry, "sources", lambda: SOURCES)
    sync(tmp_path, JANUARY, ["1"])
    sync(tmp_path, FEBRUARY, ["1", "2"])
    return tmp_path


def sync(data: Path, day: dt.date, keys: list[str]) -> None:
    folder = data / f"files-{day}"
    folder.mkdir()
    (folder / f"{day}.txt").write_bytes(fake_list([row(key) for key in keys], str(day)))
    sync_from_dir(data, folder, today=day, among=SOURCES)


def transaction(name: str = "Riverside Gardening Example", **changes: Any) -> Any:
    raw = {
        "date": "2026-09-15",
        "from": "US",
        "destination": "DE",
        "item": {"code": "EAR99"},
        "parties": [{"role": "end_user", "name": name, "type": "non_government"}],
    }
    return transaction_from_mapping(raw | changes)


def recorded(folder: Path, data: Path | None, today: dt.date, **changes: Any) -> Path:
    """An assessment document as ``check --json`` writes it."""
    found = check(
        transaction(**changes),
        library=Library(data),
        settings=Settings(laws=("us",)),
        today=today,
        rulebooks=law_at_hand(data).books,
    )
    path = folder / "assessment.json"
    path.write_text(json.dumps(assessment_document(found)), encoding="utf-8")
    return path


# --- known on


def test_the_shelf_shows_what_had_been_synced_by_the_end_of_a_day(lists: Path) -> None:
    def editions(day: dt.date) -> list[str]:
        return [one.edition.isoformat() for one in Shelf.as_on_file(lists, day, among=SOURCES).editions()]

    assert editions(JANUARY - dt.timedelta(days=1)) == []
    assert editions(JANUARY) == editions(FEBRUARY - dt.timedelta(days=1)) == ["2026-08-01"]
    assert editions(FEBRUARY) == editions(MARCH) == ["2026-08-01", "2026-09-01"]


def test_an_old_edition_that_came_late_was_not_on_file_before(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "2026-08-01.txt").write_bytes(fake_list([row("1")], "2026-08-01"))
    sync_from_dir(tmp_path, folder, today=MARCH, among=SOURCES)
    assert Shelf.as_on_file(tmp_path, FEBRUARY, among=SOURCES).editions() == ()
    assert len(Shelf.as_on_file(tmp_path, MARCH, among=SOURCES).editions()) == 1


def test_a_store_without_a_history_goes_by_the_day_of_fetching(lists: Path) -> None:
    for path in (lists / "lists" / "history").iterdir():
        path.unlink()
    then = Shelf.as_on_file(lists, JANUARY, among=SOURCES)
    assert [one.edition for one in then.editions()] == [JANUARY] and then.state_id == ""


def test_a_check_as_known_on_a_day_sees_no_later_listing(lists: Path) -> None:
    name = next(iter(Shelf.open(lists, among=SOURCES).parties())).name
    later = next(party.name for party in Shelf.open(lists, among=SOURCES).parties() if party.name != name)

    def hits(known_on: dt.date | None) -> int:
        found = check(
            transaction(later),
            library=Library(lists, known_on=known_on),
            settings=Settings(laws=("us",)),
            today=known_on or MARCH,
        )
        return sum(
            match.list_id != "" and "fake" in match.party_id for party in found.parties for match in party.matches
        )

    assert hits(JANUARY) == 0 < hits(FEBRUARY) == hits(None)


def test_the_embedded_listings_were_not_on_file_before_their_edition() -> None:
    def matches(library: Library) -> int:
        found = check(transaction("Hangzhou Hikvision"), library=library, settings=Settings(laws=("us",)))
        return sum(len(party.matches) for party in found.parties)

    assert matches(Library(known_on=dt.date(2026, 7, 30))) == 0 < matches(Library(known_on=dt.date(2026, 7, 31)))
    assert Library(known_on=dt.date(2026, 7, 30)).editions() == ()


# --- replay


def again(path: Path, data: Path | None) -> Replayed:
    return replay(path, data)


def test_an_assessment_comes_out_byte_for_byte(lists: Path) -> None:
    path = recorded(lists, lists, FEBRUARY)
    done = again(path, lists)
    assert done.identical and done.differences == () == done.missing
    assert judgement_bytes(done.found) == document_bytes(json.loads(path.read_text()))
    assert list(done.lines()) == ["reproduced: the same bytes from the recorded editions"]


def test_it_does_so_after_later_syncs_and_refusals(lists: Path) -> None:
    name = next(iter(Shelf.open(lists, among=SOURCES).parties())).name
    path = recorded(lists, lists, FEBRUARY, name=name)
    before = json.loads(path.read_text())
    sync(lists, MARCH, ["1", "2", "3"])
    assert Library(lists).on_file != before["on_file"]
    assert again(path, lists).identical
    fresh = check(
        transaction(name), library=Library(lists), settings=Settings(laws=("us",)), today=MARCH, rulebooks=EAR
    )
    assert assessment_document(fresh)["editions"] != before["editions"]


def test_a_list_that_was_refused_then_is_refused_again(lists: Path) -> None:
    folder = lists / "cut"
    folder.mkdir()
    (folder / "2026-09-20.txt").write_bytes(b"FAKE 2026-09-20\n1|a|b|c|d\n")
    sync_from_dir(lists, folder, today=dt.date(2026, 9, 20), among=SOURCES)
    path = recorded(lists, lists, dt.date(2026, 9, 25), date="2026-09-25")
    assert "was refused on 2026-09-20" in path.read_text()
    sync(lists, MARCH, ["1", "2", "3"])
    assert again(path, lists).identical


def test_after_an_upgrade_the_kept_rulebooks_answer(lists: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    RuleShelf(lists).keep(FEBRUARY)
    path = recorded(lists, lists, FEBRUARY, destination="CN", item={"code": "3A981"})
    upgraded = tuple(_without_rules(book) if book.id == "us/ear" else book for book in shipped_rulebooks())
    monkeypatch.setattr(rule_shelf, "shipped_rulebooks", lambda: upgraded)
    assert RuleShelf(lists).books()[0] == upgraded
    assert again(path, lists).identical


def test_an_edition_that_is_not_at_hand_is_named_with_the_rules_that_differ(
    lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = recorded(lists, lists, FEBRUARY, destination="CN", item={"code": "3A981"})
    upgraded = tuple(_without_rules(book) if book.id == "us/ear" else book for book in shipped_rulebooks())
    monkeypatch.setattr(rule_shelf, "shipped_rulebooks", lambda: upgraded)
    done = again(path, lists)
    assert not done.identical
    assert [one.split()[0] for one in done.missing] == ["us/ear"] and "took its place" in done.missing[0]
    assert any(line.startswith("us/ear/738.4") and "no finding" in line for line in done.differences)
    assert next(done.lines()) == "NOT reproduced"


def _without_rules(book: Rulebook) -> Rulebook:
    from dataclasses import replace

    return replace(book, rules=(), sha256="0" * 64)


def test_code_that_changed_is_told_apart_from_editions_that_did(lists: Path) -> None:
    path = recorded(lists, lists, FEBRUARY, destination="CN", item={"code": "3A981"})
    content = json.loads(path.read_text())
    finding = next(item for answer in content["authorities"] for item in answer["findings"] if item["code"])
    finding["status"] = "does_not_apply"
    path.write_text(json.dumps(content))
    done = again(path, lists)
    assert done.missing == () and not done.identical
    assert "the code that reads rules or compares names has changed" in " ".join(done.lines())
    assert any(finding["rule"] in line for line in done.differences)


def test_another_version_reproduces_the_judgement_and_says_who_made_it(lists: Path) -> None:
    path = recorded(lists, lists, FEBRUARY)
    content = json.loads(path.read_text()) | {"engine": "0.0.1"}
    path.write_text(json.dumps(content))
    done = again(path, lists)
    assert done.identical and "(made by 0.0.1)" in next(done.lines())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: "nonsense", "no JSON document"),
        (lambda content: "[]", "no assessment document"),
        (lambda content: json.dumps(content | {"schema": "enduse/other/1"}), "no assessment document"),
        (lambda content: json.dumps({k: v for k, v in content.items() if k != "asked"}), "does not say 'asked'"),
        (lambda content: json.dumps(content | {"asked": {"laws": ["us"]}}), "'asked' is not as"),
        (lambda content: json.dumps(content | {"known_on": "yesterday"}), "is not a date"),
        (lambda content: json.dumps(content | {"transaction": {"item": "x"}}), "transaction"),
    ],
)
def test_what_is_no_assessment_is_bad_input(lists: Path, change: Any, message: str) -> None:
    path = recorded(lists, lists, FEBRUARY)
    path.write_text(change(json.loads(path.read_text())))
    with pytest.raises(BadInput, match=message):
        again(path, lists)


def test_an_edition_of_a_list_that_is_gone_is_a_failure_that_names_it(lists: Path) -> None:
    import shutil

    path = recorded(lists, lists, FEBRUARY)
    shutil.rmtree(lists / "lists" / "editions" / "fake")
    (lists / "lists" / "current.json").unlink()
    with pytest.raises(OperationFailed, match="on file is gone"):
        again(path, lists)


# --- properties


_DAYS = Days.of(EAR)
_EDGES = [day for day in _DAYS.starts if dt.date(2018, 1, 1) < day < dt.date(2026, 9, 1)]


@settings(max_examples=40)
@given(
    edge=st.sampled_from(_EDGES),
    share=st.floats(0, 1),
    code=st.sampled_from(["3A981", "5A001.j", "5A992.c", "EAR99", "0A979", "3A090.a"]),
    destination=st.sampled_from(["CN", "RU", "EG", "BY", "HK", "VE", "DE", "AE"]),
    kind=st.sampled_from(["non_government", "military", "government"]),
)
def test_two_dates_inside_one_interval_agree(
    edge: dt.date, share: float, code: str, destination: str, kind: str
) -> None:
    following = [day for day in _DAYS.starts if day > edge]
    last = (following[0] if following else edge + dt.timedelta(days=30)) - dt.timedelta(days=1)
    between = edge + (last - edge) * share
    assert _DAYS.bucket(edge) == _DAYS.bucket(between) == _DAYS.bucket(last)

    def outcome(day: dt.date) -> tuple[Outcome, list[tuple[str, str]]] | str:
        party = {"role": "end_user", "name": "A Example", "type": kind, "lists": [], "owners": []}
        tx = transaction(destination=destination, item={"code": code}, parties=[party], date=day.isoformat())
        try:
            found = check(tx, settings=Settings(laws=("us",)), rulebooks=EAR)
        except BadInput as problem:
            return problem.problem.split(";")[-1].split(" on ")[0]
        return found.outcome, [(item.rule, item.status) for item in found.findings]

    assert outcome(edge) == outcome(between) == outcome(last)


@settings(max_examples=15)
@given(
    code=st.sampled_from(["3A981", "5A001.j", "EAR99"]),
    destination=st.sampled_from(["CN", "RU", "EG"]),
    name=st.sampled_from(["Hangzhou Hikvision", "Candiru", "A Example"]),
    strict=st.booleans(),
)
def test_replay_is_byte_identical_whatever_was_asked(
    tmp_path_factory: pytest.TempPathFactory, code: str, destination: str, name: str, strict: bool
) -> None:
    folder = tmp_path_factory.mktemp("replay")
    found = check(
        transaction(name, destination=destination, item={"code": code}),
        library=Library(accept_starter=True),
        settings=Settings(laws=("us", "un"), strict=strict),
        today=dt.date(2026, 9, 15),
    )
    (folder / "a.json").write_text(json.dumps(assessment_document(found)))
    assert replay(folder / "a.json", None).identical


def test_tables_that_code_reads_by_name_are_known_to_the_sieve() -> None:
    """A change of a table that predicates read without a rule naming it may concern every rule."""
    import re

    folder = Path(__file__).parents[2] / "src" / "enduse" / "rules"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "touch.py")
    named = set(re.findall(r'"([a-z_0-9]{4,})"', text))
    tables = {table for book in shipped_rulebooks() for table in book.tables.ids}
    assert named & tables <= READ_BY_CODE
