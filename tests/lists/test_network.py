"""Lists from their publishers' addresses, which a loopback server stands for."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from enduse.lists.download import Limits
from enduse.lists.intake import Progress, SyncReport
from enduse.lists.network import EU_TOKEN, sync_from_network
from enduse.lists.shelf import Held, Shelf
from enduse.lists.snapshots import Store
from enduse.lists.sources.base import Download
from enduse.model.errors import BadInput
from fake_source import FakeSource, fake_list, rows
from loopback import Answer, Request, Server, serving

TODAY = dt.date(2024, 6, 1)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def source(*downloads: tuple[str, str], name: str = "fake") -> FakeSource:
    return FakeSource(name, downloads=tuple(Download(component, url) for component, url in downloads))


def sync(
    data: Path,
    *among: FakeSource,
    today: dt.date = TODAY,
    settings: Mapping[str, str] | None = None,
    **options: object,
) -> SyncReport:
    return sync_from_network(
        data,
        today=today,
        among=among,
        settings=settings or {},
        limits=Limits(silence=0.3, attempts=2, size=1_000_000),
        sleep=lambda _: None,
        **options,  # type: ignore[arg-type]
    )


def etagged(content: bytes, etag: str) -> Answer:
    return Answer(content, headers={"ETag": etag})


def conditional(content: bytes, etag: str) -> object:
    def answer(request: Request) -> Answer:
        if request.headers.get("If-None-Match") == etag:
            return Answer(status=304, headers={"ETag": etag})
        return etagged(content, etag)

    return answer


def test_a_list_is_fetched_and_counts(tmp_path: Path, server: Server) -> None:
    url = server.say("/lists/main.txt", Answer(fake_list(rows(5), "2024-05-30")))
    told: list[Progress] = []
    report = sync(tmp_path, source(("main", url)), tell=told.append)
    (loaded,) = report.loaded
    assert (loaded.edition, loaded.dated_by, loaded.files) == (dt.date(2024, 5, 30), "content", ("main.txt",))
    (record,) = Store(tmp_path).state().editions
    assert record.confirmed_to == TODAY
    assert any("bytes" in one.text for one in told)
    assert server.requests[0].headers["User-Agent"].startswith("enduse/")


def test_what_has_not_changed_is_confirmed_and_stays_fresh(tmp_path: Path, server: Server) -> None:
    url = server.say("/main.txt", conditional(fake_list(rows(5), "2024-05-30"), '"1"'))  # type: ignore[arg-type]
    one = source(("main", url))
    one.components = ("main",)
    sync(tmp_path, one)
    later = dt.date(2024, 6, 20)
    report = sync(tmp_path, one, today=later)
    assert report.unchanged == (("fake", dt.date(2024, 5, 30)),)
    assert [request.headers.get("If-None-Match") for request in server.requests] == [None, '"1"']
    (record,) = Store(tmp_path).state().editions
    assert record.confirmed_to == later
    (held,) = Shelf.open(tmp_path, among=[one]).coverage(later, ("FAKE-LIST",), later)
    assert held.state is Held.HELD
    (party, *_) = Shelf.open(tmp_path, among=[one]).parties()
    assert (party.listings[0].seen_from, party.listings[0].seen_to) == (dt.date(2024, 5, 30), later)


def test_new_and_unchanged_files_of_one_release_join(tmp_path: Path, server: Server) -> None:
    main = server.say("/main.txt", Answer(fake_list(rows(5), "2024-05-30")), Answer(fake_list(rows(6), "2024-05-31")))
    names = server.say("/aliases.txt", conditional(b"ALIASES fake\n1|Other\n", '"a"'))  # type: ignore[arg-type]
    both = source(("main", main), ("aliases", names))
    sync(tmp_path, both)
    sync(tmp_path, both)
    first, second = Store(tmp_path).state().editions
    assert (first.parties, second.parties) == (5, 6)
    assert first.components == second.components == {"main", "aliases"}
    assert len(list((tmp_path / "lists" / "raw").iterdir())) == 3


def test_a_source_is_taken_with_all_its_files_or_not_at_all(tmp_path: Path, server: Server) -> None:
    main = server.say("/main.txt", Answer(fake_list(rows(5), "2024-05-30")))
    names = server.say("/aliases.txt", Answer(status=500))
    report = sync(tmp_path, source(("main", main), ("aliases", names)))
    assert report.loaded == ()
    assert "500" in report.refused[0].reason


def test_undated_files_are_of_the_day_they_were_last_modified_or_fetched(tmp_path: Path, server: Server) -> None:
    modified = {"Last-Modified": "Mon, 20 May 2024 10:00:00 GMT"}
    main = server.say("/1.txt", Answer(fake_list(rows(5)), headers=modified))
    other = server.say("/2.txt", Answer(fake_list(rows(5), source="other")))
    future = server.say(
        "/3.txt", Answer(fake_list(rows(5), source="third"), headers={"Last-Modified": "Sun, 20 May 2040 10:00:00 GMT"})
    )
    report = sync(
        tmp_path, source(("main", main)), source(("main", other), name="other"), source(("main", future), name="third")
    )
    assert [(one.edition, one.dated_by) for one in report.loaded] == [
        (dt.date(2024, 5, 20), "Last-Modified"),
        (TODAY, "day of download"),
        (TODAY, "day of download"),
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b"<!DOCTYPE html><html><title>We moved</title></html>"), "it serves a web page, not main of fake"),
        (Answer(b"not found", headers={"Content-Type": "text/html"}), "it serves a web page"),
        (Answer(b""), "it serves an empty file"),
        (Answer(b'{"error": "maintenance"}'), "it serves something else"),
        (Answer(b"OTHER 2024-05-01 list\n1||||\nEND\n"), "it serves something else"),
        (Answer(fake_list(rows(5), "2024-05-31")[:-5]), "the file is cut off"),
        (Answer(fake_list(rows(2), "2024-05-31")), "2 parties where the edition of 2024-05-30 has 5"),
        (Answer(fake_list(rows(5)), status=404), "the server answers 404"),
    ],
)
def test_what_is_not_the_list_leaves_the_last_good_one(
    tmp_path: Path, server: Server, answer: Answer, reason: str
) -> None:
    url = server.say("/main.txt", etagged(fake_list(rows(5), "2024-05-30"), '"good"'), answer, answer)
    one = source(("main", url))
    sync(tmp_path, one)
    report = sync(tmp_path, one)
    assert reason in report.refused[0].reason
    state = Store(tmp_path).state()
    assert [record.edition for record in state.editions] == [dt.date(2024, 5, 30)]
    assert state.refusals == report.refused
    assert [address.etag for address in state.addresses] == ['"good"']


def test_a_second_address_helps_out(tmp_path: Path, server: Server) -> None:
    gone = server.say("/gone.txt", Answer(status=404))
    there = server.say("/there.txt", Answer(fake_list(rows(5), "2024-05-30")))
    assert len(sync(tmp_path, source(("main", gone), ("main", there))).loaded) == 1


def test_a_list_in_an_archive(tmp_path: Path, server: Server) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
        archive.writestr("main.txt", fake_list(rows(5), "2024-05-30"))
    url = server.say("/main.zip", Answer(buffer.getvalue()))
    (loaded,) = sync(tmp_path, source(("main", url))).loaded
    assert loaded.files == ("main.txt",)


def test_one_source_in_trouble_does_not_keep_the_others_out(tmp_path: Path, server: Server) -> None:
    bad = server.say("/bad", Answer(status=500))
    good = server.say("/good", Answer(fake_list(rows(5), "2024-05-30", source="other")))
    report = sync(tmp_path, source(("main", bad)), source(("main", good), name="other"), FakeSource("third"))
    assert [one.source for one in report.loaded] == ["other"]
    assert [one.source for one in report.refused] == ["fake"]
    assert [(one.path, one.reason) for one in report.ignored] == [
        ("third", "it has no official address: sync it from files")
    ]


def test_a_token_is_asked_for_and_never_shown(tmp_path: Path, server: Server) -> None:
    server.say("/main.txt", Answer(status=403))
    one = source(("main", f"{server.base}/main.txt?token={{token}}"))
    (refusal,) = sync(tmp_path, one).refused
    assert f"set {EU_TOKEN}, or sync from files" in refusal.reason
    assert server.requests == []
    (refusal,) = sync(tmp_path, one, settings={EU_TOKEN: "se cret&x"}).refused
    assert server.requests[0].path == "/main.txt?token=se%20cret%26x"
    assert "cret" not in refusal.reason
    server.say("/main.txt", Answer(fake_list(rows(5), "2024-05-30")))
    sync(tmp_path, one, settings={EU_TOKEN: "se cret&x"})
    assert "cret" not in (tmp_path / "lists" / "current.json").read_text()


def test_an_address_that_wants_the_date_of_the_newest_text(tmp_path: Path, server: Server) -> None:
    titles = {
        "titles": [{"number": 14, "up_to_date_as_of": "2024-01-01"}, {"number": 15, "up_to_date_as_of": "2024-05-28"}]
    }
    server.say("/api/titles.json", Answer(json.dumps(titles).encode()))
    server.say("/api/full/2024-05-28/title-15.xml", Answer(fake_list(rows(5), "2024-05-28")))
    one = source(("main", f"{server.base}/api/full/{{date}}/title-15.xml?part=744"))
    assert sync(tmp_path, one).loaded[0].edition == dt.date(2024, 5, 28)
    server.say("/api/titles.json", Answer(b"[]"))
    assert "does not name the newest date" in sync(tmp_path, one).refused[0].reason


def test_one_source_alone_can_be_asked_for(tmp_path: Path, server: Server) -> None:
    url = server.say("/main.txt", Answer(fake_list(rows(5), "2024-05-30")))
    two = (source(("main", url)), source(("main", f"{server.base}/other"), name="other"))
    assert len(sync(tmp_path, *two, only=["fake"]).loaded) == 1
    assert server.asked("/other") == []
    with pytest.raises(BadInput, match="did you mean fake"):
        sync(tmp_path, *two, only=["fke"])


def test_a_lost_raw_file_is_fetched_again(tmp_path: Path, server: Server) -> None:
    url = server.say("/main.txt", conditional(fake_list(rows(5), "2024-05-30"), '"1"'))  # type: ignore[arg-type]
    one = source(("main", url))
    sync(tmp_path, one)
    for path in (tmp_path / "lists" / "raw").iterdir():
        path.unlink()
    assert sync(tmp_path, one).unchanged
    assert "If-None-Match" not in server.requests[1].headers
