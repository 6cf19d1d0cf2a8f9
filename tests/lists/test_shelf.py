"""The shelf: all editions as one, with history; and how far a list is held for a date."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.lists import merge, shelf
from enduse.lists.merge import Step, fold, pair_listings
from enduse.lists.shelf import Held, ListCoverage, Shelf
from enduse.lists.snapshots import EditionRecord, Store
from enduse.lists.sync import sync_from_dir
from enduse.model.citation import Citation
from enduse.model.errors import OperationFailed
from enduse.model.party import ListedParty, Listing, Name, SourceReference
from enduse.model.truth import Truth
from fake_source import FakeSource, fake_list, row, rows

TODAY = dt.date(2024, 6, 1)
SOURCES = (FakeSource(), FakeSource("other", ("OTHER-LIST", "FAKE-LIST")), FakeSource("third", ("THIRD-LIST",)))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def fill(data: Path, files: Mapping[str, bytes], **options: object) -> None:
    directory = data / "files"
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (directory / name).write_bytes(content)
    sync_from_dir(data, directory, today=TODAY, among=SOURCES, **options)  # type: ignore[arg-type]


def opened(data: Path | None) -> Shelf:
    return Shelf.open(data, among=SOURCES)


def parties(data: Path, known_on: dt.date | None = None) -> dict[str, ListedParty]:
    return {party.id: party for party in opened(data).parties(known_on)}


def seen(listing: Listing) -> tuple[str, str, str]:
    return tuple(str(one) if one else "" for one in (listing.seen_from, listing.seen_to, listing.gone_by))  # type: ignore[return-value]


class TestHistory:
    def test_a_removed_party_stays_with_the_days_it_was_seen(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {
                "2024-01-01": fake_list([row("1"), row("2"), row("3")]),
                "2024-02-01": fake_list([row("1"), row("2"), row("4")]),
                "2024-03-01": fake_list([row("1"), row("4"), row("5")]),
            },
        )
        found = {key: seen(party.listings[0]) for key, party in parties(tmp_path).items()}
        assert found == {
            "fake:1": ("2024-01-01", "2024-03-01", ""),
            "fake:2": ("2024-01-01", "2024-02-01", "2024-03-01"),
            "fake:3": ("2024-01-01", "2024-01-01", "2024-02-01"),
            "fake:4": ("2024-02-01", "2024-03-01", ""),
            "fake:5": ("2024-03-01", "2024-03-01", ""),
        }
        two = parties(tmp_path)["fake:2"].listings[0]
        days = ["2023-12-31", "2024-01-01", "2024-02-01", "2024-02-15", "2024-03-01"]
        assert [two.in_force(day(one)) for one in days] == [
            Truth.UNKNOWN,
            Truth.TRUE,
            Truth.TRUE,
            Truth.UNKNOWN,
            Truth.FALSE,
        ]

    def test_what_was_known_on_a_day_rests_on_the_editions_till_then(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {"2024-01-01": fake_list([row("1"), row("2")]), "2024-02-01": fake_list([row("1"), row("3")])},
        )
        known = parties(tmp_path, known_on=day("2024-01-31"))
        assert set(known) == {"fake:1", "fake:2"}
        assert seen(known["fake:2"].listings[0]) == ("2024-01-01", "2024-01-01", "")
        assert parties(tmp_path, known_on=day("2023-12-31")) == {}

    def test_the_newest_description_wins_and_dates_of_the_publisher_stay(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {
                "2024-01-01": fake_list([row("1", "Old name", "P", "R1", "2020-05-05"), row("2")]),
                "2024-02-01": fake_list([row("1", "New name", "P", "R1"), row("2")]),
            },
        )
        party = parties(tmp_path)["fake:1"]
        assert party.name == "New name"
        (listing,) = party.listings
        assert listing.listed_from == day("2020-05-05")
        assert seen(listing) == ("2024-01-01", "2024-02-01", "")

    def test_a_change_of_programme_ends_one_listing_and_begins_another(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {
                "2024-01-01": fake_list([row("1", programmes="OLD-PROGRAMME", reference="R1")]),
                "2024-02-01": fake_list([row("1", programmes="GLOMAG", reference="R1")]),
            },
        )
        past, current = parties(tmp_path)["fake:1"].listings
        assert (past.programmes, seen(past)) == (("OLD-PROGRAMME",), ("2024-01-01", "2024-01-01", "2024-02-01"))
        assert (current.programmes, seen(current)) == (("GLOMAG",), ("2024-02-01", "2024-02-01", ""))

    def test_a_party_that_comes_back_has_two_listings(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {
                "2024-01-01": fake_list([row("1"), row("2")]),
                "2024-02-01": fake_list([row("2")]),
                "2024-03-01": fake_list([row("1"), row("2")]),
            },
        )
        assert [seen(listing) for listing in parties(tmp_path)["fake:1"].listings] == [
            ("2024-01-01", "2024-01-01", "2024-02-01"),
            ("2024-03-01", "2024-03-01", ""),
        ]

    def test_a_party_listed_anew_after_it_was_last_seen_has_two_listings(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {
                "2024-01-01": fake_list([row("1", since="2020-01-01")]),
                "2024-03-01": fake_list([row("1", since="2024-02-15")]),
            },
        )
        old, new = parties(tmp_path)["fake:1"].listings
        assert (old.listed_from, old.gone_by) == (day("2020-01-01"), day("2024-03-01"))
        assert (new.listed_from, new.gone_by) == (day("2024-02-15"), None)

    def test_names_of_files_that_the_newest_edition_lacks_are_kept(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {
                "main_2024-01-01": fake_list([row("1"), row("2")]),
                "aliases_2024-01-01": b"ALIASES fake\n1|Known as this\n",
                "main_2024-02-01": fake_list([row("1", "Renamed"), row("2")]),
            },
        )
        party = parties(tmp_path)["fake:1"]
        assert [name.text for name in party.names] == ["Renamed", "Party 1", "Known as this"]
        assert party.attributes == ((merge.CARRIED, "2024-01-01"),)
        fill(
            tmp_path,
            {
                "main_2024-03-01": fake_list([row("1", "Renamed"), row("2")]),
                "aliases_2024-03-01": b"ALIASES fake\n1|Known as that\n",
            },
        )
        party = parties(tmp_path)["fake:1"]
        assert [name.text for name in party.names] == ["Renamed", "Known as that"]

    def test_a_party_whose_row_could_not_be_read_does_not_count_as_removed(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {
                "2024-01-01": fake_list(
                    [*rows(5), row("a", "Invented Works Ltd"), row("b", reference="77"), row("c", reference="7")]
                ),
                "2024-02-01": fake_list([*rows(5), "a|INVENTED WORKS LTD|broken", "77,broken"]),
            },
        )
        found = parties(tmp_path)
        assert seen(found["fake:a"].listings[0]) == ("2024-01-01", "2024-01-01", "")
        assert seen(found["fake:b"].listings[0]) == ("2024-01-01", "2024-01-01", "")
        assert seen(found["fake:c"].listings[0]) == ("2024-01-01", "2024-01-01", "2024-02-01")


class TestCache:
    def test_the_shelf_reads_the_same_from_the_disk_as_from_the_editions(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-01-01": fake_list(rows(9)), "2024-02-01": fake_list(rows(8))})
        first = parties(tmp_path)
        assert list((tmp_path / "lists" / "merged").iterdir())
        assert parties(tmp_path) == first

    def test_one_more_edition_is_folded_into_what_is_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(tmp_path, {"2024-01-01": fake_list(rows(9)), "2024-02-01": fake_list(rows(8))})
        list(opened(tmp_path).parties())
        fill(tmp_path, {"2024-03-01": fake_list(rows(7))})
        read: list[dt.date] = []
        real = Store.parties

        def watched(self: Store, record: EditionRecord) -> Iterator[ListedParty]:
            read.append(record.edition)
            return real(self, record)

        monkeypatch.setattr(Store, "parties", watched)
        incremental = parties(tmp_path)
        assert read == [day("2024-03-01")]
        for path in (tmp_path / "lists" / "merged").iterdir():
            path.unlink()
        assert parties(tmp_path) == incremental
        assert len(read) == 4

    def test_a_damaged_cache_says_so(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-01-01": fake_list(rows(9))})
        list(opened(tmp_path).parties())
        (path,) = (tmp_path / "lists" / "merged").iterdir()
        whole = path.read_bytes()
        for damaged in (
            whole[:-3],
            whole[: len(whole) // 2],
            b"",
            whole + b"\n",
            whole.replace(b'"names"', b'"nams"', 1),
        ):
            path.write_bytes(damaged)
            with pytest.raises(OperationFailed, match="delete this file"):
                list(opened(tmp_path).parties())
        path.unlink()
        assert len(list(opened(tmp_path).parties())) == 9

    def test_a_folder_that_cannot_be_written_is_no_obstacle(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(tmp_path, {"2024-01-01": fake_list(rows(9))})

        def refuse(*arguments: object, **named: object) -> None:
            raise PermissionError(13, "read-only")

        monkeypatch.setattr(Path, "mkdir", refuse)
        assert len(list(opened(tmp_path).parties())) == 9

    def test_old_caches_are_forgotten(self, tmp_path: Path) -> None:
        for month in range(1, 6):
            fill(tmp_path, {f"2024-0{month}-01": fake_list(rows(9 + month))})
            list(opened(tmp_path).parties())
        assert len(list((tmp_path / "lists" / "merged").iterdir())) == 3

    def test_the_fingerprint_names_the_editions(self, tmp_path: Path) -> None:
        empty = opened(tmp_path / "a").fingerprint()
        assert opened(None).fingerprint() == empty
        for name in ("a", "b"):
            fill(tmp_path / name, {"2024-01-01": fake_list(rows(9))})
        one = opened(tmp_path / "a").fingerprint()
        assert one == opened(tmp_path / "b").fingerprint() != empty
        fill(tmp_path / "a", {"2024-02-01": fake_list(rows(9))})
        assert opened(tmp_path / "a").fingerprint() != one
        assert opened(tmp_path / "a").fingerprint(known_on=day("2024-01-15")) == one

    def test_an_empty_shelf(self, tmp_path: Path) -> None:
        for data in (None, tmp_path):
            assert list(opened(data).parties()) == []
            assert opened(data).editions() == ()


class TestCoverage:
    def covered(self, data: Path, as_of: str, list_id: str = "FAKE-LIST", today: dt.date = TODAY) -> ListCoverage:
        (found,) = opened(data).coverage(day(as_of), (list_id,), today)
        return found

    def both(self, content: bytes) -> dict[str, bytes]:
        return {"2024-05-30_main": content, "2024-05-30_aliases": b"ALIASES fake\n1|Other\n"}

    def test_held(self, tmp_path: Path) -> None:
        fill(tmp_path, self.both(fake_list(rows(9))))
        found = self.covered(tmp_path, "2024-06-01")
        assert (found.state, found.held, found.problem) == (Held.HELD, True, "")
        assert (found.source, found.edition, found.oldest) == ("fake", day("2024-05-30"), day("2024-05-30"))

    def test_not_loaded(self, tmp_path: Path) -> None:
        fill(tmp_path, self.both(fake_list(rows(9))))
        found = self.covered(tmp_path, "2024-06-01", "THIRD-LIST")
        assert (found.state, found.held, found.reason) == (Held.NOT_LOADED, False, "not loaded: sync third")
        unknown = self.covered(tmp_path, "2024-06-01", "NO-SUCH-LIST")
        assert unknown.reason == "not loaded: no source of this version holds it"

    def test_refused_and_never_loaded(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-05-30": fake_list(rows(9), source="third")[:-4]})
        found = self.covered(tmp_path, "2024-06-01", "THIRD-LIST")
        assert found.state is Held.NOT_LOADED
        assert "third was refused on 2024-06-01" in found.reason

    def test_partial_for_rows_set_aside(self, tmp_path: Path) -> None:
        fill(tmp_path, self.both(fake_list([*rows(9), "broken"])))
        found = self.covered(tmp_path, "2024-06-01")
        assert (found.state, found.held) == (Held.PARTIAL, True)
        assert found.problem == "1 of 11 rows of the edition of 2024-05-30 could not be read"

    def test_partial_for_missing_files(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-05-30": fake_list(rows(9))})
        found = self.covered(tmp_path, "2024-06-01")
        assert (found.state, found.problem) == (Held.PARTIAL, "the edition of 2024-05-30 lacks the files aliases")

    def test_stale(self, tmp_path: Path) -> None:
        fill(tmp_path, self.both(fake_list(rows(9))))
        assert self.covered(tmp_path, "2024-06-06", today=day("2024-06-06")).state is Held.HELD
        found = self.covered(tmp_path, "2024-06-07", today=day("2024-06-07"))
        assert found.state is Held.STALE
        assert found.problem == "the edition of 2024-05-30 is 8 days older than 2024-06-07 and counts as stale after 7"

    def test_an_answer_on_a_future_date_rests_on_today(self, tmp_path: Path) -> None:
        fill(tmp_path, self.both(fake_list(rows(9))))
        assert self.covered(tmp_path, "2025-06-01").state is Held.HELD

    def test_a_past_date_between_editions_has_a_gap(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-01-01": fake_list(rows(9)), **self.both(fake_list(rows(9)))})
        found = self.covered(tmp_path, "2024-03-01")
        assert (found.state, found.edition) == (Held.STALE, day("2024-01-01"))
        assert "the next one is of 2024-05-30: parties listed and removed in between are not known" in found.problem

    def test_before_the_oldest_edition_removed_parties_are_not_known(self, tmp_path: Path) -> None:
        fill(tmp_path, self.both(fake_list(rows(9))))
        found = self.covered(tmp_path, "2023-01-01")
        assert (found.state, found.held) == (Held.ONLY_LATER, True)
        assert found.problem == "the oldest edition is of 2024-05-30: parties removed before it are not known"

    def test_the_best_of_several_sources_counts(self, tmp_path: Path) -> None:
        fill(
            tmp_path,
            {
                "2024-05-30": fake_list(rows(9)),
                "other_2024-05-20": fake_list(rows(9), source="other"),
                "aliases_2024-05-20": b"ALIASES other\n1|Other\n",
            },
        )
        assert self.covered(tmp_path, "2024-06-01").source == "fake"  # partial, but the other is stale
        assert self.covered(tmp_path, "2024-05-25").source == "other"  # the first is of a later day

    def test_a_newer_edition_that_was_refused_is_named(self, tmp_path: Path) -> None:
        fill(tmp_path, {"2024-05-01": fake_list(rows(9))})
        fill(tmp_path, {"2024-05-30": fake_list(rows(9))[:-4]})
        found = self.covered(tmp_path, "2024-06-01")
        assert found.state is Held.STALE
        assert "a newer one was refused on 2024-06-01" in found.problem
        assert "cut off" in found.problem


class TestPairing:
    def listing(self, **parts: object) -> Listing:
        return Listing("L", "XX", Citation(str(parts.pop("citation", "Act 1"))), **parts)  # type: ignore[arg-type]

    def test_the_closest_agreement_is_taken_first(self) -> None:
        one = self.listing(reference="1", programmes=("A",))
        two = self.listing(reference="1", programmes=("B",))
        assert pair_listings([one, two], [two, one]) == {0: two, 1: one}

    def test_a_reference_outlives_citation_and_programme(self) -> None:
        old = self.listing(reference="1", programmes=("A",), citation="Act 1")
        new = self.listing(reference="1", programmes=("B",), citation="Act 2")
        assert pair_listings([old], [new]) == {0: old}

    def test_without_reference_the_citation_or_the_programmes_decide(self) -> None:
        old = self.listing(citation="Act 1", programmes=("A",))
        assert pair_listings([old], [self.listing(citation="Act 1", programmes=("B",))]) == {0: old}
        assert pair_listings([old], [self.listing(citation="Act 2", programmes=("A",))]) == {0: old}
        assert pair_listings([old], [self.listing(citation="Act 2", programmes=("B",))]) == {}

    def test_listings_of_different_lists_are_never_the_same(self) -> None:
        old = Listing("M", "XX", Citation("Act 1"), reference="1")
        assert pair_listings([old], [self.listing(reference="1")]) == {}


def _party(key: str) -> ListedParty:
    return ListedParty(f"s:{key}", (Name(key),), (Listing("L", "XX", Citation("Act")),), SourceReference("s", line=1))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sets(st.sampled_from("abcdef\t\n\"'é")), min_size=1, max_size=7))
def test_seen_and_gone_say_exactly_which_editions_showed_a_party(shown: list[set[str]]) -> None:
    start = dt.date(2024, 1, 1)
    days = [start + dt.timedelta(days=10 * number) for number in range(len(shown))]
    state: dict[str, str] = {}
    for edition, keys in zip(days, shown, strict=True):
        state = dict(fold(state, Step(edition, edition, [_party(key) for key in sorted(keys)])))
    found = {identifier: merge.party_of(line) for identifier, line in state.items()}
    assert set(found) == {f"s:{key}" for keys in shown for key in keys}
    for identifier, party in found.items():
        key = identifier.removeprefix("s:")
        for edition, keys in zip(days, shown, strict=True):
            in_force = {listing.in_force(edition) for listing in party.listings}
            assert (Truth.TRUE in in_force) == (key in keys)
        for one, two in itertools.pairwise(party.listings):
            assert one.gone_by is not None
            assert two.seen_from is not None
            assert one.gone_by < two.seen_from


def test_ids_with_any_character_survive_the_cache(tmp_path: Path) -> None:
    keys = ["tab\there", 'quote"', "ünï", "\u2028"]
    path = tmp_path / "x.tsv"
    lines = list(fold({}, Step(TODAY, TODAY, [_party(key) for key in keys])))
    assert shelf._keep(path, iter(lines))
    assert list(shelf._read(path)) == lines


def test_packed_files_count_as_their_content(tmp_path: Path) -> None:
    fill(tmp_path, {"2024-01-01.gz": gzip.compress(fake_list(rows(3)))})
    assert len(parties(tmp_path)) == 3
