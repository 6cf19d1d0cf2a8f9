"""Webhooks: signed, at least once, with a key of idempotency; a dead receiver stops nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from enduse.interfaces.monitor.hooks import KEY, SENT, SIGNATURE, Hooks, _posted, receiver, secret
from enduse.model.errors import BadInput, OperationFailed
from monitored import World, names

LIVE, DEAD = "https://receiver.example/alerts", "https://dead.example/alerts"
CUSTOMERS = [("C1", "Norvik Optics LLC"), ("C2", "Halden Marine Shipping")]
LISTED = {1: "NORVIK OPTICS LLC", 2: "HALDEN MARINE SHIPPING CO."}


class Receivers:
    """What was posted; receivers that are dead, or refuse."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.asked: list[str] = []
        self.dead = {DEAD}
        self.status = 200

    def __call__(self, address: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.asked.append(address)
        if address in self.dead:
            raise OSError("connection refused")
        if self.status == 200:
            self.taken.append((address, body, headers))
        return self.status


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, "2026-03-01")
    world.edition("2026-02-28", LISTED)
    world.register(names(CUSTOMERS))
    return world


def hooks(world: World, receivers: Receivers) -> Hooks:
    return Hooks(world.data / "monitor", world.clock, receivers)


def test_each_alert_is_posted_signed_and_with_its_key(world: World) -> None:
    world.watch(webhooks=(LIVE,))
    receivers = Receivers()
    world.run(hooks=hooks(world, receivers))
    assert {json.loads(body)["customer"] for _, body, _ in receivers.taken} == {"C1", "C2"}
    key = secret(world.data / "monitor")
    for address, body, headers in receivers.taken:
        assert address == LIVE
        assert headers[KEY] == json.loads(body)["id"]
        signed = hmac.new(key, headers[SENT].encode() + b"." + body, hashlib.sha256).hexdigest()
        assert headers[SIGNATURE] == f"sha256={signed}"
    world.run(hooks=hooks(world, receivers))
    assert len(receivers.taken) == 2


def test_a_dead_receiver_stops_neither_the_run_nor_the_others(world: World) -> None:
    world.watch(webhooks=(DEAD, LIVE))
    receivers = Receivers()
    report = world.run(hooks=hooks(world, receivers))
    assert report.status == "done"
    assert len(receivers.taken) == 2
    assert receivers.asked.count(DEAD) == 1, "it is asked once in a round"
    receivers.dead.clear()
    world.clock.now += dt.timedelta(minutes=5)
    world.run(hooks=hooks(world, receivers))
    assert sorted(address for address, _, _ in receivers.taken) == [DEAD, DEAD, LIVE, LIVE]


def test_a_receiver_that_refuses_is_asked_again(world: World) -> None:
    world.watch(webhooks=(LIVE,))
    receivers = Receivers()
    receivers.status = 503
    world.run(hooks=hooks(world, receivers))
    receivers.status = 200
    world.clock.now += dt.timedelta(minutes=5)
    world.run(hooks=hooks(world, receivers))
    assert len({headers[KEY] for _, _, headers in receivers.taken}) == 2


def test_messages_of_others_are_left_to_them(world: World) -> None:
    world.watch()
    with world.store() as store, store.write() as connection:
        store.outbox.put(connection, "case.decided", {"case": "1"})
    world.run(hooks=hooks(world, Receivers()))
    with world.store() as store:
        assert [one.topic for one in store.outbox.waiting()] == ["case.decided"]


def test_the_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    first = secret(tmp_path / "monitor")
    assert len(first) == 64
    assert secret(tmp_path / "monitor") == first
    assert (tmp_path / "monitor" / "webhook.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "address", ["ftp://x/y", "receiver", "http://receiver.example/", "https://u:p@receiver.example/"]
)
def test_an_address_that_cannot_be_posted_to_is_refused(address: str) -> None:
    with pytest.raises(BadInput):
        receiver(address)


def test_a_receiver_on_this_host_may_be_plain() -> None:
    assert receiver("http://127.0.0.1:9000/alerts") == "http://127.0.0.1:9000/alerts"


def test_many_messages_that_a_dead_receiver_leaves_keep_nothing_from_the_others(world: World) -> None:
    world.watch(webhooks=(LIVE,))
    with world.store() as store, store.write() as connection:
        for number in range(250):
            store.outbox.put(connection, "monitor.alert", {"to": DEAD, "key": str(number), "alert": {}})
    receivers = Receivers()
    world.run(hooks=hooks(world, receivers))
    assert [address for address, _, _ in receivers.taken] == [LIVE, LIVE]
    world.clock.put("2026-03-02")
    world.register(names([("C3", "Norvik Optics")]))
    world.run(hooks=hooks(world, receivers))
    assert len(receivers.taken) == 3


@pytest.mark.parametrize("address", ["https://ho\nst.example/", f"https://{'a' * 70}.example/"])
def test_an_address_that_nothing_can_be_sent_to_stops_no_run(world: World, address: str) -> None:
    with pytest.raises(BadInput):
        receiver(address)
    world.watch(webhooks=(address, LIVE))
    receivers = Receivers()

    def post(to: str, body: bytes, headers: Mapping[str, str]) -> int:
        return receivers(to, body, headers) if to == LIVE else _posted(to, body, headers)

    assert world.run(hooks=Hooks(world.data / "monitor", world.clock, post)).status == "done"
    assert len(receivers.taken) == 2


def test_an_empty_secret_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / "webhook.key").write_text("")
    with pytest.raises(OperationFailed, match="empty"):
        secret(tmp_path)
