"""Loading lists from a directory: what is taken, what is refused, and what is said about every other file."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from enduse.lists.intake import Progress, SyncReport
from enduse.lists.snapshots import Store
from enduse.lists.sync import sync_from_dir
from enduse.model.errors import BadInput
from fake_source import FakeSource, fake_list, row, rows

TODAY = dt.date(2024, 6, 1)
SOURCES = (FakeSource(), FakeSource("other", ("OTHER-LIST",)))


FIXTURE = Path(__file__).parents[1] / "fixtures" / "lists" / "us_csl" / "layout_2025.csv"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def sync(tmp_path: Path, files: Mapping[str, bytes], **options: object) -> SyncReport:
    directory = tmp_path / "files"
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    directory.mkdir(exist_ok=True)
    return sync_from_dir(tmp_path / "data", directory, today=TODAY, among=SOURCES, **options)  # type: ignore[arg-type]


def held(tmp_path: Path, source: str = "fake") -> list[dt.date]:
    return [record.edition for record in Store(tmp_path / "data").state().of(source)]


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


class TestRecognising:
    def test_files_are_told_by_content_packed_or_not(self, tmp_path: Path) -> None:
        report = sync(
            tmp_path,
            {
                "anything.dat": fake_list(rows(3), "2024-01-01"),
                "deep/down/list.gz": gzip.compress(fake_list(rows(3), "2024-02-01")),
                "packed.bin": zipped({"inside/list.txt": fake_list(rows(3), "2024-03-01")}),
                "mixed.zip": zipped({"a": fake_list(rows(2), "2024-04-01", source="other"), "readme": b"hello"}),
            },
        )
        assert held(tmp_path) == [day("2024-01-01"), day("2024-02-01"), day("2024-03-01")]
        assert held(tmp_path, "other") == [day("2024-04-01")]
        assert [one.path for one in report.ignored] == ["mixed.zip!readme"]

    def test_no_file_is_passed_over_in_silence(self, tmp_path: Path) -> None:
        report = sync(
            tmp_path,
            {
                "README": b"about these files",
                "page.csv": b"<!DOCTYPE html><html><head><title>Moved</title>",
                "empty.csv": b"",
                "cut.gz": gzip.compress(os.urandom(200_000), mtime=0)[:100],
                "cut.zip": zipped({"a": b"x"})[:20],
                "aliases_2024-05-01.txt": b"ALIASES fake\n1|Other\n",
            },
        )
        reasons = {one.path: one.reason for one in report.ignored}
        assert reasons["README"] == "no list format that is known"
        assert reasons["page.csv"] == "an HTML page, not a list"
        assert reasons["empty.csv"] == "the file is empty"
        assert "cannot be unpacked" in reasons["cut.gz"]
        assert "damaged" in reasons["cut.zip"]
        assert reasons["aliases_2024-05-01.txt"] == "aliases of fake without main of the same release"
        assert len(reasons) == 6

    def test_a_file_that_two_sources_claim_needs_a_manifest(self, tmp_path: Path) -> None:
        class Greedy(FakeSource):
            def recognise(self, filename: str, head: bytes) -> str | None:
                return "main"

        (tmp_path / "files").mkdir()
        (tmp_path / "files" / "list.txt").write_bytes(fake_list(rows(3), "2024-01-01"))
        among = [FakeSource(), Greedy("greedy")]
        report = sync_from_dir(tmp_path / "data", tmp_path / "files", today=TODAY, among=among)
        assert report.loaded == ()
        assert report.ignored[0].reason == "several sources claim it (fake, greedy): name it in a manifest"

    def test_only_files_of_one_release_join(self, tmp_path: Path) -> None:
        report = sync(
            tmp_path,
            {
                "main_2024-01-01.txt": fake_list(rows(3)),
                "aliases_2024-01-01.txt": b"ALIASES fake\n1|Of January\n",
                "main_2024-02-01.txt": fake_list(rows(3)),
                "aliases_2024-03-01.txt": b"ALIASES fake\n1|Of March\n",
            },
        )
        january, february = Store(tmp_path / "data").state().of("fake")
        assert january.components == {"main", "aliases"}
        assert february.components == {"main"}
        assert [one.path for one in report.ignored] == ["aliases_2024-03-01.txt"]

    def test_two_undated_releases_in_one_folder_are_not_mixed(self, tmp_path: Path) -> None:
        files = {
            "a.txt": fake_list(rows(3)),
            "b.txt": fake_list(rows(4)),
            "c.txt": b"ALIASES fake\n1|Whose?\n",
        }
        report = sync(tmp_path, files)
        assert report.loaded == ()
        assert "cannot tell which files belong together: a.txt, b.txt, c.txt" in report.warnings[0]
        assert {one.path for one in report.ignored} == set(files)

    def test_a_source_can_be_chosen(self, tmp_path: Path) -> None:
        files = {"a": fake_list(rows(3), "2024-01-01"), "b": fake_list(rows(3), "2024-01-01", source="other")}
        sync(tmp_path, files, only=["other"])
        assert (held(tmp_path), held(tmp_path, "other")) == ([], [day("2024-01-01")])
        with pytest.raises(BadInput, match="did you mean other"):
            sync(tmp_path, files, only=["othr"])


class TestDates:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("list_2024-05-03.txt", "2024-05-03"),
            ("list_20240503.txt", "2024-05-03"),
            ("list_2024-02.txt", "2024-02-29"),
            ("2023-12_set/list.txt", "2023-12-31"),
            ("2023-12_set/list_2024-01-09.txt", "2024-01-09"),
        ],
    )
    def test_the_name_dates_a_file_that_does_not_date_itself(self, tmp_path: Path, name: str, expected: str) -> None:
        (loaded,) = sync(tmp_path, {name: fake_list(rows(3))}).loaded
        assert (loaded.edition, loaded.dated_by) == (day(expected), "file name")

    def test_what_the_file_says_goes_before_its_name(self, tmp_path: Path) -> None:
        (loaded,) = sync(tmp_path, {"list_2024-05-03.txt": fake_list(rows(3), "2024-05-02")}).loaded
        assert (loaded.edition, loaded.dated_by) == (day("2024-05-02"), "content")

    @pytest.mark.parametrize("name", ["list.txt", "list_2024-13-01.txt", "list_120240503.txt", "list_202405.txt"])
    def test_the_last_resort_is_the_time_of_the_file_with_a_warning(self, tmp_path: Path, name: str) -> None:
        sync(tmp_path, {name: b""})
        (tmp_path / "files" / name).write_bytes(fake_list(rows(3)))
        os.utime(tmp_path / "files" / name, (1_700_000_000, 1_700_000_000))
        report = sync(tmp_path, {})
        assert (report.loaded[0].edition, report.loaded[0].dated_by) == (day("2023-11-14"), "modification time")
        assert "when the file was last changed" in report.warnings[0]

    @pytest.mark.parametrize(
        ("stated", "problem"), [("2024-06-02", "lies in the future"), ("1989-12-31", "lies before 1990-01-01")]
    )
    def test_impossible_dates_are_refused(self, tmp_path: Path, stated: str, problem: str) -> None:
        report = sync(tmp_path, {"list.txt": fake_list(rows(3), stated)})
        assert problem in report.refused[0].reason
        assert held(tmp_path) == []

    def test_editions_load_in_the_order_of_their_dates(self, tmp_path: Path) -> None:
        names = ["c_2024-01-01.txt", "a_2024-03-01.txt", "b_2024-02-01.txt"]
        report = sync(tmp_path, {name: fake_list([*rows(3), row(name)]) for name in names})
        assert [one.edition.month for one in report.loaded] == [1, 2, 3]


class TestRefusals:
    GOOD = {"list_2024-01-01.txt": fake_list(rows(100))}

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (fake_list(rows(74)), "74 parties where the edition of 2024-01-01 has 100: less than 75 %"),
            (fake_list(rows(100))[:-5], "the file is cut off"),
            (fake_list([]), "it names no party"),
            (fake_list([*rows(50), *["bad"] * 51]), "51 of 101 rows cannot be read: 1 cells instead of 5"),
        ],
    )
    def test_the_last_good_edition_stays(self, tmp_path: Path, content: bytes, reason: str) -> None:
        sync(tmp_path, self.GOOD)
        report = sync(tmp_path, {"list_2024-02-01.txt": content})
        assert held(tmp_path) == [day("2024-01-01")]
        (refusal,) = report.refused
        assert reason in refusal.reason
        assert (refusal.source, refusal.on, refusal.edition) == ("fake", TODAY, day("2024-02-01"))
        assert Store(tmp_path / "data").state().refusals == (refusal,)

    def test_a_collapse_can_be_accepted(self, tmp_path: Path) -> None:
        sync(tmp_path, self.GOOD)
        small = {"list_2024-02-01.txt": fake_list(rows(10))}
        assert "--accept-collapse fake" in sync(tmp_path, small).refused[0].reason
        assert sync(tmp_path, {}, accept_collapse=["fake"]).refused == ()
        assert held(tmp_path) == [day("2024-01-01"), day("2024-02-01")]
        assert Store(tmp_path / "data").state().refusals == ()

    def test_the_limit_of_a_collapse_can_be_set(self, tmp_path: Path) -> None:
        sync(tmp_path, self.GOOD)
        small = {"list_2024-02-01.txt": fake_list(rows(80))}
        assert "less than 90 %" in sync(tmp_path, small, collapse_below=90).refused[0].reason
        assert sync(tmp_path, {}).refused == ()

    def test_three_quarters_are_enough_and_small_steps_down_add_up(self, tmp_path: Path) -> None:
        sync(tmp_path, {**self.GOOD, "list_2024-02-01.txt": fake_list(rows(75))})
        assert len(held(tmp_path)) == 2
        report = sync(tmp_path, {"list_2024-03-01.txt": fake_list(rows(60))})
        assert "60 parties where the edition of 2024-01-01 has 100" in report.refused[0].reason

    def test_one_list_that_vanishes_from_a_file_of_many_is_a_collapse(self, tmp_path: Path) -> None:
        lines = FIXTURE.read_text(encoding="utf-8").splitlines(keepends=True)
        entity = next(line for line in lines if "Example Optics Trading" in line)
        unverified = entity.replace("Entity List (EL)", "Unverified List (UVL)")
        names = [f"Optics {number} Works" for number in range(200)]
        listed = [entity.replace("Example Optics Trading", name) for name in names]
        others = [unverified.replace("Example Optics Trading", name) for name in names]
        files = tmp_path / "files"
        files.mkdir()
        (files / "consolidated-2025-06-02.csv").write_text("".join([lines[0], *listed, *others]), encoding="utf-8")
        sync_from_dir(tmp_path / "data", files, today=day("2025-06-20"))
        (files / "consolidated-2025-06-09.csv").write_text("".join([lines[0], *listed[:5], *others]), encoding="utf-8")
        report = sync_from_dir(tmp_path / "data", files, today=day("2025-06-20"), collapse_below=10)
        assert "5 parties of EL where the edition of 2025-06-02 has 200" in report.refused[0].reason

    def test_rows_of_a_file_that_is_missing_now_are_no_collapse(self, tmp_path: Path) -> None:
        aliases = "\n".join(["ALIASES fake", *(f"{number % 100}|Alias {number}" for number in range(500))]).encode()
        report = sync(
            tmp_path, {**self.GOOD, "aliases_2024-01-01.txt": aliases, "list_2024-02-01.txt": fake_list(rows(99))}
        )
        assert report.refused == ()

    def test_one_bad_file_does_not_keep_the_others_out(self, tmp_path: Path) -> None:
        sync(
            tmp_path,
            {"a": fake_list(rows(3), "2024-01-01")[:-4], "b": fake_list(rows(3), "2024-01-01", source="other")},
        )
        assert (held(tmp_path), held(tmp_path, "other")) == ([], [day("2024-01-01")])

    def test_what_unpacks_without_end_is_refused(self, tmp_path: Path) -> None:
        bomb = fake_list(["0" * 5_000_000], "2024-01-01")
        report = sync(
            tmp_path,
            {"1/a.gz": gzip.compress(bomb, mtime=0), "2/b.zip": zipped({"b": bomb}), "3/c.txt": bomb},
            max_file_bytes=1_000_000,
        )
        assert len(report.refused) == 3
        assert all("unpacks to more than 1,000,000 bytes" in one.reason for one in report.refused)

    def test_a_spreadsheet_that_unpacks_without_end_is_refused(self, tmp_path: Path) -> None:
        class Sheet(FakeSource):
            def recognise(self, filename: str, head: bytes) -> str | None:
                return "main" if head[:2] == b"PK" else None

        (tmp_path / "files").mkdir()
        bomb = zipped({"[Content_Types].xml": b"", "xl/worksheets/sheet1.xml": b"0" * 5_000_000})
        (tmp_path / "files" / "book.xlsx").write_bytes(bomb)
        report = sync_from_dir(
            tmp_path / "data", tmp_path / "files", today=TODAY, among=[Sheet()], max_file_bytes=1_000_000
        )
        assert "the spreadsheet unpacks to more than 1,000,000 bytes" in report.refused[0].reason

    def test_an_archive_of_very_many_files_is_ignored(self, tmp_path: Path) -> None:
        report = sync(tmp_path, {"many.zip": zipped({str(number): b"x" for number in range(1_001)})})
        assert [one.reason for one in report.ignored] == ["the archive holds 1,001 files; the limit is 1,000"]


class TestAgain:
    def test_the_same_files_change_nothing(self, tmp_path: Path) -> None:
        files = {"list_2024-01-01.txt": fake_list(rows(3)), "list.txt": fake_list(rows(4), "2024-02-01")}
        assert len(sync(tmp_path, files).loaded) == 2
        before = Store(tmp_path / "data").state()
        report = sync(tmp_path, {})
        assert report.loaded == ()
        assert report.unchanged == (("fake", day("2024-01-01")), ("fake", day("2024-02-01")))
        assert Store(tmp_path / "data").state() == before

    def test_another_edition_of_the_same_day_takes_the_place(self, tmp_path: Path) -> None:
        sync(tmp_path, {"list_2024-01-01.txt": fake_list(rows(3))})
        report = sync(tmp_path, {"list_2024-01-01.txt": fake_list(rows(4))})
        assert "takes the place of another one of that date" in report.warnings[0]
        (record,) = Store(tmp_path / "data").state().editions
        assert record.parties == 4

    def test_editions_that_other_code_read_are_read_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sync(tmp_path, {"list_2024-01-01.txt": fake_list(rows(3))})
        (tmp_path / "files" / "list_2024-01-01.txt").unlink()
        monkeypatch.setattr("enduse.lists.intake.parser_version", lambda: "a newer parser")
        monkeypatch.setattr("enduse.lists.sync.parser_version", lambda: "a newer parser")
        sync(tmp_path, {})
        (record,) = Store(tmp_path / "data").state().editions
        assert (record.parser, record.edition, record.parties) == ("a newer parser", day("2024-01-01"), 3)
        assert len(list(Store(tmp_path / "data").parties(record))) == 3

    def test_progress_is_told(self, tmp_path: Path) -> None:
        told: list[Progress] = []
        sync(tmp_path, {"list_2024-01-01.txt": fake_list(rows(3))}, tell=told.append)
        assert [(one.done, one.total) for one in told] == [(0, 0), (0, 1), (1, 1)]
        assert told[1].text == "fake: list_2024-01-01.txt"


class TestManifest:
    FILES = {
        "lists/new.txt": fake_list(rows(100)),
        "lists/old.gz": gzip.compress(fake_list(rows(90))),
        "lists/names.txt": b"ALIASES fake\n1|Another name\n",
        "lists/short.txt": fake_list(rows(2)),
        "lists/theirs.json": b"{}",
        "unnamed.txt": fake_list(rows(100), "2024-05-01", source="other"),
    }
    MANIFEST = b"""
        [[edition]]
        source = "fake"
        edition = "2024-04-02"
        files = { main = "lists/new.txt", aliases = "lists/names.txt" }

        [[edition]]
        source = "fake"
        edition = "2023-02"
        role = "full"
        files = { main = "lists/old.gz" }

        [[edition]]
        source = "fake"
        role = "sample"
        files = { main = "lists/short.txt" }

        [[ignored]]
        files = ["lists/theirs.json"]
        reason = "somebody else's layout"
    """

    def test_it_says_what_is_what(self, tmp_path: Path) -> None:
        report = sync(tmp_path, {**self.FILES, "enduse-sources.toml": self.MANIFEST})
        assert [(one.edition, one.dated_by) for one in report.loaded] == [
            (day("2023-02-28"), "manifest"),
            (day("2024-04-02"), "manifest"),
        ]
        assert any("only the month of this edition is known" in note for note in report.loaded[0].notes)
        assert [(one.role, one.parties) for one in report.samples] == [("sample", 2)]
        reasons = {one.path: one.reason for one in report.ignored}
        assert reasons["lists/theirs.json"] == "somebody else's layout"
        assert reasons["unnamed.txt"] == (
            "not named in the manifest enduse-sources.toml; looks like other, component main"
        )

    def test_it_may_lie_elsewhere(self, tmp_path: Path) -> None:
        (tmp_path / "mine.toml").write_bytes(self.MANIFEST)
        assert len(sync(tmp_path, self.FILES, manifest=tmp_path / "mine.toml").loaded) == 2

    def test_a_sample_is_never_a_source_of_parties(self, tmp_path: Path) -> None:
        manifest = b'[[edition]]\nsource = "fake"\nrole = "fixture"\nfiles = { main = "list.txt" }\n'
        report = sync(tmp_path, {"list.txt": fake_list(rows(9), "2024-01-01"), "enduse-sources.toml": manifest})
        assert [(one.role, one.parties, one.error) for one in report.samples] == [("fixture", 9, "")]
        assert held(tmp_path) == []

    def test_a_broken_fixture_is_reported_and_refuses_nothing(self, tmp_path: Path) -> None:
        manifest = b'[[edition]]\nsource = "fake"\nrole = "fixture"\nfiles = { main = "list.txt" }\n'
        report = sync(tmp_path, {"list.txt": fake_list(rows(9))[:-4], "enduse-sources.toml": manifest})
        assert "cut off" in report.samples[0].error
        assert report.refused == ()

    def test_without_one_a_name_can_say_that_it_is_a_sample(self, tmp_path: Path) -> None:
        report = sync(tmp_path, {"list_2024-01-01_sample.txt": fake_list(rows(2))})
        assert [one.role for one in report.samples] == ["sample"]

    def test_a_date_that_the_file_contradicts_is_refused(self, tmp_path: Path) -> None:
        manifest = b'[[edition]]\nsource = "fake"\nedition = 2024-01-02\nfiles = { main = "list.txt" }\n'
        report = sync(tmp_path, {"list.txt": fake_list(rows(9), "2024-01-01"), "enduse-sources.toml": manifest})
        assert report.loaded == ()
        assert "the manifest says 2024-01-02, the file itself 2024-01-01" in report.refused[0].reason

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (b"edition = [", "not TOML"),
            (b"", r"names no \[\[edition\]\]"),
            (b"\xff\xfe", "cannot be read"),
            (b"edition = 3", r"write \[\[edition\]\]"),
            (b'[[edition]]\nsource = "fake"', "edition 1, files"),
            (b'[[edition]]\nsource = "fake"\nfiles = {}', "no files are named"),
            (b'[[edition]]\nfiles = { main = "a" }', "source is missing"),
            (b'[[edition]]\nsource = "fak"\nfiles = { main = "a" }', "did you mean fake"),
            (b'[[edition]]\nsource = "fake"\nfiles = { mian = "a" }', "no component 'mian'"),
            (b'[[edition]]\nsource = "fake"\nfiles = { main = "a" }', "names a, which is not there"),
            (b'[[edition]]\nsource = "fake"\nfiles = { main = "../a" }', "no path inside the directory"),
            (b'[[edition]]\nsource = "fake"\nfiles = { main = "/etc/passwd" }', "no path inside the directory"),
            (b'[[edition]]\nsource = "fake"\nfiles = { main = 3 }', "no path inside the directory"),
            (b'[[edition]]\nsource = "fake"\nrole = "ful"\nfiles = { main = "a" }', "role 'ful'"),
            (b'[[edition]]\nsource = "fake"\nedition = "May 2024"\nfiles = { main = "a" }', "no date of an edition"),
            (b'[[edition]]\nsource = "fake"\nedition = "2024-13"\nfiles = { main = "a" }', "no date of an edition"),
            (b'[[edition]]\nsource = "fake"\nedition = 2024\nfiles = { main = "a" }', "no date of an edition"),
            (b'[[edition]]\nsource = "fake"\ndate = "2024"\nfiles = { main = "a" }', "unknown key 'date'"),
        ],
    )
    def test_mistakes_in_it_are_named(self, tmp_path: Path, text: bytes, problem: str) -> None:
        with pytest.raises(BadInput, match=problem):
            sync(tmp_path, {"enduse-sources.toml": text, "list.txt": fake_list(rows(3))})
        assert not (tmp_path / "data" / "lists" / "current.json").exists()

    def test_a_directory_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="no such directory"):
            sync_from_dir(tmp_path, tmp_path / "none", today=TODAY, among=SOURCES)
