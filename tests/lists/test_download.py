"""One file from one address: whole, or an error that says why not."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Iterator

import httpx
import pytest

from enduse.lists.download import Fetched, Fetcher, Limits
from enduse.lists.snapshots import Address
from enduse.model.errors import OperationFailed
from loopback import Answer, Request, Server, serving

QUICK = Limits(silence=0.3, whole=5, size=100_000, attempts=3, first_pause=0.5)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def fetcher(pauses: list[float]) -> Iterator[Fetcher]:
    with httpx.Client() as client:
        yield Fetcher(client, QUICK, pauses.append)


def test_a_file_comes_with_what_identifies_it(server: Server, fetcher: Fetcher) -> None:
    headers = {"ETag": '"one"', "Last-Modified": "Fri, 03 May 2024 10:00:00 GMT", "Content-Type": "text/csv"}
    told: list[int] = []
    found = fetcher.fetch(server.say("/list.csv", Answer(b"a,b\n", headers=headers)), tell=told.append)
    assert found == Fetched(b"a,b\n", '"one"', "Fri, 03 May 2024 10:00:00 GMT", "text/csv")
    assert found.modified_on == dt.date(2024, 5, 3)
    assert told == [4]


@pytest.mark.parametrize("stated", ["", "yesterday", "Fri, 99 May 2024 10:00:00 GMT"])
def test_a_date_that_is_none_is_none(stated: str) -> None:
    assert Fetched(b"", last_modified=stated).modified_on is None


def test_what_has_not_changed_is_not_sent_again(server: Server, fetcher: Fetcher) -> None:
    def conditional(request: Request) -> Answer:
        return Answer(status=304) if request.headers.get("If-None-Match") == '"one"' else Answer(b"new")

    url = server.say("/list.csv", conditional)
    known = Address(url, "hash", dt.date(2024, 5, 1), '"one"', "Fri, 03 May 2024 10:00:00 GMT")
    assert fetcher.fetch(url, known=known).content is None
    assert server.requests[0].headers["If-Modified-Since"] == "Fri, 03 May 2024 10:00:00 GMT"
    assert fetcher.fetch(url).content == b"new"


def test_a_server_in_trouble_is_asked_again_after_longer_and_longer(
    server: Server, fetcher: Fetcher, pauses: list[float]
) -> None:
    url = server.say("/list.csv", Answer(status=500), Answer(status=503), Answer(b"at last"))
    assert fetcher.fetch(url).content == b"at last"
    assert pauses == [0.5, 1.0]


def test_it_may_say_how_long_to_wait(server: Server, fetcher: Fetcher, pauses: list[float]) -> None:
    url = server.say(
        "/list.csv",
        Answer(status=429, headers={"Retry-After": "7"}),
        Answer(status=503, headers={"Retry-After": "86400"}),
        Answer(b"ok"),
    )
    assert fetcher.fetch(url).content == b"ok"
    assert pauses == [7.0, 60.0]


def test_it_is_not_asked_for_ever(server: Server, fetcher: Fetcher) -> None:
    url = server.say("/list.csv", Answer(status=502))
    with pytest.raises(OperationFailed, match=r"502 Bad Gateway \(3 attempts\)"):
        fetcher.fetch(url)
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_clear_no_is_taken_at_once(server: Server, fetcher: Fetcher, status: int) -> None:
    url = server.say("/list.csv", Answer(status=status))
    with pytest.raises(OperationFailed, match=f"answers {status}"):
        fetcher.fetch(url)
    assert len(server.requests) == 1


def test_a_file_cut_off_on_its_way_is_asked_for_again(server: Server, fetcher: Fetcher) -> None:
    url = server.say("/list.csv", Answer(b"half", length=8), Answer(b"whole!!!"))
    assert fetcher.fetch(url).content == b"whole!!!"


def test_a_file_that_is_always_cut_off_is_refused(server: Server, fetcher: Fetcher) -> None:
    with pytest.raises(OperationFailed, match="cut off on its way"):
        fetcher.fetch(server.say("/list.csv", Answer(b"half", length=8)))


def test_packed_for_the_way_is_unpacked(server: Server, fetcher: Fetcher) -> None:
    packed = gzip.compress(b"x" * 5_000, mtime=0)
    url = server.say("/list.csv", Answer(packed, headers={"Content-Encoding": "gzip"}))
    assert fetcher.fetch(url).content == b"x" * 5_000
    assert server.requests[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("body", "encoding", "problem"),
    [
        (gzip.compress(b"x" * 5_000, mtime=0)[:-9], "gzip", "cut off on its way"),
        (b"not packed at all", "gzip", "arrived damaged"),
        (b"", "gzip", "cut off on its way"),
        (b"whatever", "br", "packed as br, which was not asked for"),
    ],
)
def test_packed_for_the_way_and_damaged(
    server: Server, fetcher: Fetcher, body: bytes, encoding: str, problem: str
) -> None:
    with pytest.raises(OperationFailed, match=problem):
        fetcher.fetch(server.say("/list.csv", Answer(body, headers={"Content-Encoding": encoding})))


def test_too_much_is_refused_stated_or_not(server: Server, fetcher: Fetcher) -> None:
    with pytest.raises(OperationFailed, match="it has 100,001 bytes; the limit is 100,000"):
        fetcher.fetch(server.say("/big", Answer(b"x" * 100_001)))
    with pytest.raises(OperationFailed, match="goes on after 100,000 bytes"):
        fetcher.fetch(server.say("/endless", Answer(b"x" * 1_000, endless=True)))
    bomb = gzip.compress(b"0" * 1_000_000, mtime=0)
    with pytest.raises(OperationFailed, match="goes on after 100,000 bytes"):
        fetcher.fetch(server.say("/bomb", Answer(bomb, headers={"Content-Encoding": "gzip"})))


def test_silence_is_not_waited_out(server: Server, pauses: list[float]) -> None:
    url = server.say("/slow", Answer(b"late", pause=30))
    with httpx.Client() as client, pytest.raises(OperationFailed, match=r"no answer for 0\.1 seconds"):
        Fetcher(client, Limits(silence=0.1, attempts=2), pauses.append).fetch(url)
    assert len(pauses) == 1


def test_a_trickle_is_not_waited_out(server: Server) -> None:
    ticks = iter(range(0, 10_000, 100))
    with httpx.Client() as client, pytest.raises(OperationFailed, match="not whole after 250 seconds"):
        Fetcher(client, Limits(whole=250), clock=lambda: float(next(ticks))).fetch(
            server.say("/trickle", Answer(b"x", endless=True))
        )


def test_redirections_are_followed_but_not_for_ever(server: Server, fetcher: Fetcher) -> None:
    server.say("/new", Answer(b"here"))
    old = server.say("/old", Answer(status=302, headers={"Location": "/new"}))
    assert fetcher.fetch(old).content == b"here"
    loop = server.say("/loop", Answer(status=301, headers={"Location": "/loop"}))
    with pytest.raises(OperationFailed, match="more than 5 redirections"):
        fetcher.fetch(loop)
    assert len(server.asked("/loop")) == 6
    with pytest.raises(OperationFailed, match="without saying where to"):
        fetcher.fetch(server.say("/nowhere", Answer(status=302)))
    with pytest.raises(OperationFailed, match="redirects to file://"):
        fetcher.fetch(server.say("/file", Answer(status=302, headers={"Location": "file:///etc/passwd"})))


def test_no_redirection_leads_out_of_https() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(302, headers={"Location": "http://example.org/list"}))
    with httpx.Client(transport=transport) as client, pytest.raises(OperationFailed, match="not safe"):
        Fetcher(client, QUICK).fetch("https://example.org/list")


def test_an_address_that_cannot_be_reached(server: Server, fetcher: Fetcher) -> None:
    base = server.base
    with serving() as other:
        gone = other.base
    assert base != gone
    with pytest.raises(OperationFailed, match="cannot be reached"):
        fetcher.fetch(f"{gone}/list.csv")


def test_messages_show_no_token(server: Server, fetcher: Fetcher) -> None:
    url = server.say("/list", Answer(status=403)) + "?token=secret"
    with pytest.raises(OperationFailed) as caught:
        fetcher.fetch(url, shown="http://example.org/list?token={token}")
    assert "secret" not in str(caught.value)
