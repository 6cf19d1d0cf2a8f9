"""Ways to other nodes: bounded in bytes and time; and what a listener does with whatever comes."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from enduse.exchange.handling import public
from enduse.interfaces.exchange.listener import MAX_BODY, Listener
from enduse.interfaces.exchange.transport import HttpTransport, Transport, checked_url, client, folder_mirror
from enduse.model.errors import BadInput, OperationFailed
from exchange_nodes import SETUP, Party, coalition, load_list
from loopback import Answer, Server, serving

PRACTICE = {"title": "Reviews", "scope": "licensing", "evaluation": "tried for a year", "contact": "desk"}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def _many(count: int) -> bytes:
    return b'{"letters": [' + b", ".join([b'"eA=="'] * count) + b"]}"


class Ticks:
    """Seconds that pass at every look."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


class TestWays:
    @pytest.mark.parametrize(
        "url",
        ["http://example.org", "ftp://127.0.0.1", "https://", "file:///etc/passwd", "http://10.0.0.1", "https://x?y"],
    )
    def test_plain_http_to_another_machine_and_what_is_no_address_are_refused(self, url: str) -> None:
        with pytest.raises(BadInput):
            checked_url(url)

    def test_https_anywhere_and_http_here_are_ways(self) -> None:
        assert checked_url("https://node.example/x/") == "https://node.example/x"
        assert checked_url("http://127.0.0.1:8100") and checked_url("http://[::1]:8100")

    def test_a_slow_mirror_is_given_up(self, server: Server) -> None:
        server.say("/exchange/publication/metadata/timestamp.json", Answer(b"x", endless=True))
        with client() as connections:
            way = HttpTransport(server.base, connections, Ticks(30))
            with pytest.raises(OSError, match="slower than 120 seconds"):
                for _ in way.publication("metadata/timestamp.json"):
                    pass

    def test_an_endless_answer_is_cut_off(self, server: Server) -> None:
        server.say("/exchange/membership/2", Answer(b"x" * 100_000, endless=True))
        with client() as connections, pytest.raises(OperationFailed, match="too long"):
            HttpTransport(server.base, connections).membership(2)

    def test_a_redirect_is_not_followed(self, server: Server) -> None:
        server.say("/exchange/membership/2", Answer(b"", 302, {"location": server.base + "/other"}))
        with client() as connections, pytest.raises(OperationFailed, match="status 302"):
            HttpTransport(server.base, connections).membership(2)
        assert server.asked("/other") == []

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"receipt": 5}', b'{"receipt": null}', b"\xff" * 100])
    def test_an_answer_that_is_no_receipt_delivers_nothing(self, server: Server, body: bytes) -> None:
        def answered() -> None:
            # The little server of the tests knows no POST: the client's way is given the answer instead.
            handler = httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(body)))
            HttpTransport("http://127.0.0.1:1", httpx.Client(transport=handler)).deliver([b"letter"])

        with pytest.raises((OperationFailed, BadInput)):
            answered()

    def test_a_folder_that_somebody_brought_is_left_by_no_path(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "secret").write_text("s")
        with pytest.raises(FileNotFoundError):
            next(folder_mirror(tmp_path / "in")("../secret"))


class _Shouts:
    """A way to a node that brings a membership document of its own making."""

    def __init__(self, way: Transport, blob: bytes) -> None:
        self._way, self._blob = way, blob

    def deliver(self, blobs: Sequence[bytes]) -> Sequence[bytes]:
        return self._way.deliver(blobs)

    def give_back(self, request: bytes) -> Sequence[bytes]:
        return self._way.give_back(request)

    def membership(self, version: int) -> bytes | None:
        return self._blob

    def publication(self, path: str) -> Iterator[bytes]:
        return self._way.publication(path)


def test_half_a_character_that_one_member_brings_does_not_stop_what_others_bring(tmp_path: Path) -> None:
    nodes = coalition(tmp_path, "us", "nl", "de")
    nl = nodes["nl"]
    envelope = json.loads(nl.node.version(1) or b"")
    document = {**json.loads(b64decode(envelope["payload"])), "version": 2, "coalition": "\ud800"}
    blob = json.dumps({**envelope, "payload": b64encode(json.dumps(document).encode()).decode()}).encode()
    nl.ways["de"] = _Shouts(nl.ways["de"], blob)
    nl.node.post().send("best_practice", ["us"], public(), dict(PRACTICE))
    done = nl.sync()
    assert "half a character" in done.unreachable["de"] and done.delivered == {"us": 1}
    for one in nodes.values():
        one.node.stores.close()


class TestListener:
    @pytest.fixture
    def nodes(self, tmp_path: Path) -> Iterator[dict[str, Party]]:
        made = coalition(tmp_path, "us", "nl")
        yield made
        for one in made.values():
            one.node.stores.close()

    @pytest.fixture
    def nl(self, nodes: dict[str, Party]) -> TestClient:
        return TestClient(Listener(nodes["nl"].node, nodes["nl"].mail.act).app)

    @pytest.mark.parametrize(
        "body",
        [b"", b"{}", b'{"letters": []}', b'{"letters": ["?"]}', b'{"letters": 5}', b"[" * 50_000, _many(61)],
    )  # fmt: skip
    def test_what_is_no_batch_of_letters_is_refused(self, nl: TestClient, body: bytes) -> None:
        assert nl.post("/exchange/letters", content=body).status_code == 400

    def test_what_is_too_long_is_not_read(self, nl: TestClient) -> None:
        assert nl.post("/exchange/letters", content=b"x" * (MAX_BODY + 1)).status_code == 413

    def test_strangers_are_rejected_noted_and_after_sixty_a_minute_not_looked_at(
        self, nl: TestClient, nodes: dict[str, Party]
    ) -> None:
        body = {"letters": [b64encode(b"nothing").decode()] * 20}
        for _ in range(3):
            answer = nl.post("/exchange/letters", json=body)
            assert answer.status_code == 200 and answer.json()["receipt"] is None
        assert nl.post("/exchange/letters", json=body).status_code == 429
        entries = nodes["nl"].node.stores.need().audit.entries()
        assert sum(one.action == "notice.reject" for one in entries) == 60
        nodes["nl"].clock.later(minutes=2)
        assert nl.post("/exchange/letters", json=body).status_code == 200

    def test_half_a_character_in_a_letter_is_rejected_and_those_after_it_are_taken(
        self, nl: TestClient, nodes: dict[str, Party]
    ) -> None:
        nodes["us"].node.post().send("best_practice", ["nl"], public(), dict(PRACTICE))
        ((_, good),) = nodes["us"].node.post().outgoing("nl")
        envelope = json.loads(good)
        payload = json.loads(b64decode(envelope["payload"]))
        payload["notice"]["content"]["title"] = "\ud800"
        bad = json.dumps({**envelope, "payload": b64encode(json.dumps(payload).encode()).decode()}).encode()
        answer = nl.post("/exchange/letters", json={"letters": [b64encode(one).decode() for one in (bad, good)]})
        assert answer.status_code == 200 and answer.json()["receipt"]
        (why,) = answer.json()["rejected"]
        assert "half a character" in why

    @pytest.mark.parametrize(
        "path",
        [
            "publication/metadata/%00", "publication/targets/" + "a" * 5_000, "membership/" + "9" * 5_000,
            "publication/../keys/sign-0001.pem",
            "publication/%2e%2e/keys/sign-0001.pem",
            "publication/metadata/../../../x",
         "publication/metadata", "publication/", "publication/keys/x", "membership/99", "membership/x", "inbox", ""],
    )  # fmt: skip
    def test_nothing_else_is_shown(self, nl: TestClient, path: str) -> None:
        assert nl.get(f"/exchange/{path}").status_code == 404

    def test_a_member_reads_the_membership_document_and_the_publication(self, nodes: dict[str, Party]) -> None:
        us = TestClient(Listener(nodes["us"].node, nodes["us"].mail.act).app)
        assert us.get("/exchange/membership/1").content == nodes["nl"].node.version(1)
        assert us.get("/exchange/publication/metadata/timestamp.json").status_code == 200
        assert us.post("/exchange/membership/1").status_code == 405


def test_a_frozen_publisher_is_said_and_the_last_edition_stays(tmp_path: Path) -> None:
    nodes = coalition(tmp_path, "us", "nl")
    us, nl = nodes["us"], nodes["nl"]
    load_list(us.node.data, ["Epsilon Trading LLC"], us.clock().date())
    us.node.publish_list("ftm", "FTM", name="DEMO", title="t", standing="law", by=SETUP)
    assert nl.sync().listings
    nl.clock.later(days=4)
    done = nl.sync()
    assert "freeze" in done.refused["us"] and not done.listings
    assert [one.text("result") for one in nl.node.held()] == ["taken"]
    # A list of another's, or one that is malformed, is refused by name; the last one stays.
    us.node.renew()
    for body in (b"nonsense\n", b'{"schema":"enduse.listings/1","publisher":"nl"}\n'):
        us.node.publish("listings/demo.jsonl", body, {"edition": "x"}, by=SETUP)
        (result,) = [result for _, _, result in nl.sync().published]
        assert result.startswith("refused")
    us.node.publication().publish({}, us.node.now(), gone=["listings/demo.jsonl"])
    assert nl.sync().published == [("us", "listings/demo.jsonl", "withdrawn")]
    for one in nodes.values():
        one.node.stores.close()
