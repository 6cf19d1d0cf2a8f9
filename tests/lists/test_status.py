"""What is held, how fresh it is, and what changed between two editions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from enduse.lists import registry
from enduse.lists.diff import FieldChange, diff
from enduse.lists.sources.base import SourceFormat
from enduse.lists.status import Freshness, SourceStatus, show, status
from enduse.lists.sync import sync_from_dir
from enduse.model.errors import BadInput
from fake_source import FakeSource, fake_list, row, rows

TODAY = dt.date(2024, 6, 1)
SOURCES = (FakeSource(), FakeSource("other", ("OTHER-LIST",)))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def fill(data: Path, files: Mapping[str, bytes]) -> None:
    directory = data / "files"
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (directory / name).write_bytes(content)
    sync_from_dir(data, directory, today=TODAY, among=SOURCES)


def status_of(data: Path, today: dt.date = TODAY) -> SourceStatus:
    return status(data, today, among=SOURCES)[0]


class TestStatus:
    def test_every_source_is_shown_loaded_or_not(self, tmp_path: Path) -> None:
        assert [one.state for one in status(tmp_path, TODAY, among=SOURCES)] == [Freshness.NOT_LOADED] * 2

    def test_a_current_edition(self, tmp_path: Path) -> None:
        bad = ["one|cell 1", "one|cell 2", "no cells"]
        fill(tmp_path, {"2024-04-01": fake_list(rows(9)), "2024-05-30": fake_list([*rows(9), *bad])})
        found = status_of(tmp_path)
        assert (found.state, found.edition, found.age_days, found.editions) == (
            Freshness.CURRENT,
            day("2024-05-30"),
            2,
            2,
        )
        assert (found.oldest, found.rows, found.parties, found.rejected) == (day("2024-04-01"), 12, 9, 3)
        assert found.rejected_reasons == (("… cells instead of …", 3),)
        assert (found.dated_by, found.refusal) == ("file name", None)

    def test_it_grows_stale(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-05-30": fake_list(rows(9))})
        assert status_of(tmp_path, day("2024-06-06")).state is Freshness.CURRENT
        assert status_of(tmp_path, day("2024-06-07")).state is Freshness.STALE

    def test_a_refused_edition_is_shown_beside_the_last_good_one(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-05-01": fake_list(rows(9))})
        fill(tmp_path, {"2024-05-30": fake_list(rows(1))})
        found = status_of(tmp_path)
        assert (found.state, found.edition) == (Freshness.REFUSED, day("2024-05-01"))
        assert found.refusal is not None
        assert "less than 50 %" in found.refusal.reason

    def test_refused_and_nothing_before(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-05-01": fake_list(rows(9))[:-4]})
        found = status_of(tmp_path)
        assert (found.state, found.edition) == (Freshness.REFUSED, None)
        assert found.refusal is not None

    def test_an_old_edition_that_was_refused_does_not_spoil_the_new_one(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-05-30": fake_list(rows(9)), "2024-01-01": fake_list(rows(9))[:-4]})
        assert status_of(tmp_path).state is Freshness.CURRENT


class TestShow:
    def test_a_source_or_the_sources_of_a_list(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-05-01": fake_list(rows(8)), "2024-05-30": fake_list([*rows(9), "broken"])})
        by_source = show(tmp_path, "fake", TODAY, among=SOURCES)
        by_list = show(tmp_path, "FAKE-LIST", TODAY, among=SOURCES)
        assert by_source.sources == by_list.sources
        assert [one.edition for one in by_list.editions] == [day("2024-05-01"), day("2024-05-30")]
        assert by_list.parties_by_list == (("FAKE-LIST", 9),)
        assert [one.excerpt for one in by_list.rejected] == ["broken"]

    def test_what_is_not_loaded(self, tmp_path: Path) -> None:
        found = show(tmp_path, "OTHER-LIST", TODAY, among=SOURCES)
        assert (found.editions, found.parties_by_list) == ((), ())
        assert found.sources[0].state is Freshness.NOT_LOADED

    def test_a_name_that_is_neither(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="did you mean FAKE-LIST"):
            show(tmp_path, "fake-list", TODAY, among=SOURCES)
        with pytest.raises(BadInput, match="lists: FAKE-LIST, OTHER-LIST"):
            show(tmp_path, "nothing", TODAY, among=SOURCES)


class TestDiff:
    FILES = {
        "2024-01-01": fake_list([row("1", "Old name", "P Q", "R1"), row("2"), row("3"), row("5", programmes="A B")]),
        "2024-02-01": fake_list([row("1", "New name", "P S", "R1"), row("4"), row("3"), row("5", programmes="B A")]),
    }

    def test_added_removed_and_changed(self, tmp_path: Path) -> None:
        fill(tmp_path, self.FILES)
        found = diff(tmp_path, "fake", day("2024-01-01"), day("2024-02-01"))
        assert [(one.id, one.name, one.lists) for one in found.added] == [("fake:4", "Party 4", ("FAKE-LIST",))]
        assert [one.id for one in found.removed] == ["fake:2"]
        (changed,) = found.changed
        assert changed.party.id == "fake:1"
        assert changed.fields == (
            FieldChange("names", ("Old name",), ("New name",)),
            FieldChange("listing FAKE-LIST.programmes", ("Q",), ("S",)),
        )
        assert found.unchanged == 2

    def test_backwards_is_the_mirror(self, tmp_path: Path) -> None:
        fill(tmp_path, self.FILES)
        found = diff(tmp_path, "fake", day("2024-02-01"), day("2024-01-01"))
        assert [one.id for one in found.added] == ["fake:2"]
        assert [one.id for one in found.removed] == ["fake:4"]

    def test_the_last_two_editions_by_default(self, tmp_path: Path) -> None:
        fill(tmp_path, self.FILES)
        found = diff(tmp_path, "fake")
        assert (found.old, found.new) == (day("2024-01-01"), day("2024-02-01"))

    def test_an_edition_does_not_differ_from_itself(self, tmp_path: Path) -> None:
        fill(tmp_path, self.FILES)
        found = diff(tmp_path, "fake", day("2024-02-01"), day("2024-02-01"))
        assert (found.added, found.removed, found.changed, found.unchanged) == ((), (), (), 4)

    def test_a_listing_with_another_reference_and_programme(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {
                "2024-01-01": fake_list([row("1", reference="1")]),
                "2024-02-01": fake_list([row("1", reference="2", programmes="Z")]),
            },
        )
        (changed,) = diff(tmp_path, "fake").changed
        assert {one.field for one in changed.fields} == {"listing FAKE-LIST.programmes", "listing FAKE-LIST.reference"}

    def test_what_makes_the_comparison_doubtful_is_said(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {
                "main_2024-01-01": fake_list(rows(9)),
                "aliases_2024-01-01": b"ALIASES fake\n1|Other\n",
                "main_2024-02-01": fake_list([*rows(9), "broken"]),
            },
        )
        assert diff(tmp_path, "fake").notes == (
            "the edition of 2024-02-01 lacks aliases",
            "1 rows of the edition of 2024-02-01 could not be read: parties may seem to come or go",
        )

    def test_an_edition_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="sync the source first"):
            diff(tmp_path, "fake")
        fill(tmp_path, {"2024-01-01": self.FILES["2024-01-01"]})
        with pytest.raises(BadInput, match="no edition of fake before 2024-01-01"):
            diff(tmp_path, "fake")
        with pytest.raises(BadInput, match="editions at hand: 2024-01-01"):
            diff(tmp_path, "fake", day("2024-01-01"), day("2024-03-01"))


class TestRegistry:
    def test_sources_are_complete_and_in_order(self) -> None:
        found = registry.sources()
        assert {"us_csl", "us_ofac_sdn", "un_sc", "us_bis_dpl"} <= {one.id for one in found}
        assert [one.id for one in found] == sorted({one.id for one in found})

    @pytest.mark.parametrize("source", registry.sources(), ids=lambda source: str(source.id))
    def test_a_source_keeps_its_promises(self, source: SourceFormat) -> None:
        assert source.title
        assert source.document
        assert source.cadence_days > 0
        assert source.components
        assert {one.component for one in source.downloads} <= set(source.components)
        for download in source.downloads:
            assert download.url.startswith("https://")

    @pytest.mark.parametrize(
        "content", [b"", b"\x00" * 70_000, b"\xff\xfe<", b"{", b'"', b"<a>" * 30_000, b"PK\x03\x04"]
    )
    def test_nobody_claims_or_chokes_on_rubbish(self, content: bytes) -> None:
        assert registry.recognise("rubbish.csv", content, registry.sources()) == []

    def test_an_unknown_source(self) -> None:
        with pytest.raises(BadInput, match="did you mean us_csl"):
            registry.source_of("us_cls")
        with pytest.raises(BadInput, match="one of fake, other"):
            registry.source_of("zzzzzz", SOURCES)
