"""The real lists, all of them, through the store and back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from enduse.lists.diff import diff
from enduse.lists.intake import SyncReport
from enduse.lists.manifest import bundled_manifests, read_manifest
from enduse.lists.shelf import Held, Shelf
from enduse.lists.status import Freshness, status
from enduse.lists.sync import sync_from_dir
from realdata import shared_data

TODAY = dt.date(2026, 11, 24)
EXAMPLE = Path(__file__).parents[2] / "examples" / "enduse-sources.toml"


def test_the_example_is_the_bundled_manifest() -> None:
    (bundled,) = bundled_manifests()
    assert read_manifest(EXAMPLE.read_text("utf-8"), bundled.where) == bundled


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def report(data: Path) -> SyncReport:
    return sync_from_dir(data, shared_data(), today=TODAY)


@pytest.mark.realdata
class TestRealLists:
    def test_every_official_file_is_taken(self, report: SyncReport) -> None:
        assert report.refused == ()
        assert report.warnings == ()
        assert Counter(one.source for one in report.loaded) == {
            "au_dfat": 1,
            "ca_sema": 1,
            "uk_ofsi_conlist": 1,
            "un_sc": 2,
            "us_bis_dpl": 1,
            "us_csl": 1,
            "us_ofac_cons": 1,
            "us_ofac_cons_enhanced": 1,
            "us_ofac_sdn": 4,
            "us_state_dtc": 1,
            "us_state_isn": 1,
        }
        assert {one.edition for one in report.loaded if one.source == "us_ofac_sdn"} == {
            dt.date(2022, 1, 31),
            dt.date(2024, 2, 28),
            dt.date(2024, 3, 4),
            dt.date(2024, 5, 3),
        }

    def test_every_other_file_has_its_reason(self, report: SyncReport) -> None:
        named = {path for one in report.loaded for path in one.files} | {
            path for one in report.samples for path in one.files
        }
        accounted = named | {one.path for one in report.ignored}
        root = shared_data()
        assert accounted == {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
        assert not [one for one in report.ignored if one.reason.startswith("not named")]

    def test_samples_and_damaged_files_are_no_source_of_parties(self, report: SyncReport, data: Path) -> None:
        damaged = [one for one in report.samples if one.error]
        assert [one.files for one in damaged] == [("us_csl/consolidated_2023-11_concatenated.csv.gz",)]
        assert {"eu_fsf", "ftm"} <= {one.source for one in report.samples}
        states = {one.source: one.state for one in status(data, TODAY)}
        assert states["eu_fsf"] is states["ftm"] is Freshness.NOT_LOADED

    def test_the_shelf_holds_parties_of_all_editions(self, report: SyncReport, data: Path) -> None:
        shelf = Shelf.open(data)
        found = {party.id: party for party in shelf.parties()}
        assert len(found) > 45_000
        newest = next(one for one in report.loaded if one.source == "us_ofac_sdn" and one.edition.year == 2022)
        assert len(found) > newest.parties
        removed = [
            party
            for party in found.values()
            if party.id.startswith("us_ofac_sdn:") and all(one.gone_by for one in party.listings)
        ]
        by_edition = Counter(party.listings[-1].gone_by for party in removed)
        assert by_edition[dt.date(2024, 3, 4)] == 86
        assert all(listing.seen_from for party in found.values() for listing in party.listings)

    def test_two_releases_of_the_sdn_list_differ_by_what_changed(self, report: SyncReport, data: Path) -> None:
        assert report.loaded
        found = diff(data, "us_ofac_sdn", dt.date(2024, 2, 28), dt.date(2024, 3, 4))
        assert (len(found.added), len(found.removed), len(found.changed)) == (2, 86, 12)

    def test_coverage_says_how_old_the_lists_are(self, report: SyncReport, data: Path) -> None:
        assert report.loaded
        day = dt.date(2024, 5, 4)
        shelf = Shelf.open(data)
        sdn, uflpa, un = shelf.coverage(day, ("SDN", "UFLPA", "UN"), day)
        assert (sdn.source, sdn.edition) == ("us_ofac_sdn", dt.date(2024, 5, 3))
        assert sdn.state is Held.PARTIAL
        assert "lacks the files add, alt, sdn_comments" in sdn.problem
        assert uflpa.state is Held.NOT_LOADED
        assert un.state is Held.ONLY_LATER

    def test_a_second_sync_changes_nothing(self, report: SyncReport, data: Path) -> None:
        before = Shelf.open(data).fingerprint()
        again = sync_from_dir(data, shared_data(), today=TODAY)
        assert again.loaded == ()
        assert len(again.unchanged) == len(report.loaded)
        assert Shelf.open(data).fingerprint() == before
