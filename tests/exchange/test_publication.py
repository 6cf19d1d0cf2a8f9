"""Publications: what is signed travels, and every attack that TUF is made against is refused and named."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from tuf.api.metadata import Metadata, Timestamp

from enduse.exchange.keys import SigningKey
from enduse.exchange.publication import (
    LASTS,
    Fetch,
    Fetched,
    Item,
    Publication,
    Refused,
    RoleKeys,
    fetch,
    read_root,
)
from enduse.model.errors import BadInput
from exchange_world import START, mirror_of, publication_keys, published, role_keys

LISTS = ("listings/*", "practice/*")
DAY = dt.timedelta(days=1)


def item(body: bytes = b"one\n", **custom: str) -> Item:
    return Item(body, custom or {"edition": "2026-03-02"})


class World:
    """A publisher, a mirror of it, and somebody who takes it."""

    def __init__(self, tmp: Path) -> None:
        self.place = tmp / "publisher"
        self.seen = tmp / "seen"
        self.made, self.root = published(self.place)

    def take(self, now: dt.datetime = START, mirror: Fetch | None = None, known: Collection[str] = ()) -> Fetched:
        return fetch(
            self.seen,
            "us",
            self.root,
            mirror or mirror_of(self.place),
            now,
            allowed=LISTS,
            known=lambda one: one.sha256 in known,
        )

    def copy(self, name: str) -> Path:
        place = self.place.parent / name
        shutil.copytree(self.place, place)
        return place


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_what_is_published_arrives_with_what_is_said_of_it(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item(b"first\n", edition="2026-03-02", standing="law")}, START)
    found = world.take()
    (target,) = found.targets
    assert (target.path, target.body, target.role) == ("listings/el.jsonl", b"first\n", "targets")
    assert target.custom == {"edition": "2026-03-02", "standing": "law"}
    assert found.fresh_to == START + LASTS["timestamp"]


def test_what_is_known_is_not_brought_again(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item(b"a\n"), "listings/b.jsonl": item(b"b\n")}, START)
    first = world.take()
    world.made.publish({"listings/b.jsonl": item(b"b2\n")}, START + DAY)
    again = world.take(START + DAY, known=frozenset(one.sha256 for one in first.targets))
    assert {one.path: one.body for one in again.targets} == {"listings/el.jsonl": None, "listings/b.jsonl": b"b2\n"}


def test_an_authority_signs_its_own_paths_with_its_own_key(world: World) -> None:
    world.made.delegate("bis", role_keys(), ["listings/bis-*"], START)
    world.made.publish({"listings/bis-el.jsonl": item(), "listings/other.jsonl": item(b"x\n")}, START)
    assert {one.path: one.role for one in world.take().targets} == {
        "listings/bis-el.jsonl": "authority-bis",
        "listings/other.jsonl": "targets",
    }


def test_a_publisher_publishes_what_the_membership_document_lets_it_and_nothing_else(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item(), "statistics/x.csv": item(b"y\n")}, START)
    found = world.take()
    assert [one.path for one in found.targets] == ["listings/el.jsonl"]
    assert found.refused == ("statistics/x.csv",)


@pytest.mark.parametrize(
    "path", ["../x", "listings/../../x", "listings//x", "/etc/x", "listings", "a/b", "listings/\u202e"]
)
def test_a_path_that_leads_elsewhere_is_not_published(world: World, path: str) -> None:
    with pytest.raises(BadInput):
        world.made.publish({path: item()}, START)


# --- attacks


def test_rollback_an_older_edition_is_refused_once_a_newer_one_was_seen(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item(b"old\n")}, START)
    old = world.copy("old")
    world.made.publish({"listings/el.jsonl": item(b"new\n")}, START)
    world.take()
    with pytest.raises(Refused) as found:
        world.take(mirror=mirror_of(old))
    assert found.value.kind == "rollback"
    assert [one.body for one in world.take().targets] == [b"new\n"]


def test_rollback_of_one_role_under_a_new_timestamp_is_refused(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item(b"old\n")}, START)
    old_targets = (world.place / "metadata" / "targets.json").read_bytes()
    world.made.publish({"listings/el.jsonl": item(b"new\n")}, START)
    world.take()
    # Whoever holds the two online keys, but not those of the targets, cannot bring the older list back.
    snapshot: Any = Metadata.from_file(str(world.place / "metadata" / "snapshot.json"))
    version = Metadata.from_bytes(old_targets).signed.version
    snapshot.signed.meta["targets.json"].version = version
    snapshot.signed.version += 1
    keys = world.made._keys
    snapshot.signatures.clear()
    snapshot.sign(keys["snapshot"].keys[0].signer)
    (world.place / "metadata" / f"{snapshot.signed.version}.snapshot.json").write_bytes(snapshot.to_bytes())
    timestamp = Metadata[Timestamp].from_file(str(world.place / "metadata" / "timestamp.json"))
    timestamp.signed.snapshot_meta.version = snapshot.signed.version
    timestamp.signed.version += 1
    timestamp.signatures.clear()
    timestamp.sign(keys["timestamp"].keys[0].signer)
    (world.place / "metadata" / "timestamp.json").write_bytes(timestamp.to_bytes())
    with pytest.raises(Refused) as found:
        world.take()
    assert found.value.kind == "rollback"


def test_freeze_a_mirror_that_stands_still_is_noticed_within_days(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item()}, START)
    frozen = mirror_of(world.copy("frozen"))
    assert world.take(mirror=frozen).targets
    with pytest.raises(Refused) as found:
        world.take(START + LASTS["timestamp"] + DAY, mirror=frozen)
    assert found.value.kind == "freeze"
    world.made.renew(START + LASTS["timestamp"])
    assert world.take(START + LASTS["timestamp"] + DAY).targets


def test_a_publisher_that_renews_goes_on_for_a_year(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item()}, START)
    now = START
    for _ in range(120):
        now += 3 * DAY - dt.timedelta(minutes=1)
        if now > START + LASTS["root"]:
            break
        world.made.renew(now)
        assert world.take(now).targets


def test_mix_and_match_files_of_two_editions_do_not_go_together(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item(b"one\n")}, START)
    first = world.copy("first")
    world.made.publish({"listings/el.jsonl": item(b"two\n")}, START)

    def mixed(path: str) -> Iterator[bytes]:
        # New timestamp and snapshot, but the targets of the edition before under the new name.
        old = first / "metadata" / "targets.json"
        found = old if path.endswith(".targets.json") else world.place / path
        yield found.read_bytes()

    with pytest.raises(Refused) as found:
        world.take(mirror=mixed)
    assert found.value.kind in ("rollback", "mismatch")


def test_a_file_that_was_exchanged_is_refused(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item(b"one\n")}, START)

    def exchanged(path: str) -> Iterator[bytes]:
        yield b"bad\n" if path.startswith("targets/") else (world.place / path).read_bytes()

    with pytest.raises(Refused) as found:
        world.take(mirror=exchanged)
    assert found.value.kind == "content"


def test_the_wrong_key_signs_nothing(world: World, tmp_path: Path) -> None:
    stranger = Publication(tmp_path / "stranger", publication_keys())
    stranger.create(START)
    stranger.publish({"listings/el.jsonl": item(b"forged\n")}, START)
    with pytest.raises(Refused) as found:
        world.take(mirror=mirror_of(tmp_path / "stranger"))
    assert found.value.kind == "signature"


def test_one_key_where_two_must_sign_is_too_few(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item()}, START)
    for name in ("targets.json", "2.targets.json"):
        place = world.place / "metadata" / name
        plain = json.loads(place.read_bytes())
        plain["signatures"] = plain["signatures"][:1]
        place.write_text(json.dumps(plain))
    with pytest.raises(Refused) as found:
        world.take()
    assert found.value.kind == "signature"


def test_a_signature_that_is_there_twice_counts_once(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item()}, START)
    for name in ("targets.json", "2.targets.json"):
        place = world.place / "metadata" / name
        plain = json.loads(place.read_bytes())
        plain["signatures"] = plain["signatures"][:1] * 2
        place.write_text(json.dumps(plain))
    with pytest.raises(Refused):
        world.take()


@pytest.mark.parametrize("part", ["metadata/timestamp.json", "metadata/2.snapshot.json", "targets/"])
def test_endless_data_is_cut_off(world: World, part: str) -> None:
    world.made.publish({"listings/el.jsonl": item()}, START)
    given = 0

    def endless(path: str) -> Iterator[bytes]:
        nonlocal given
        yield (world.place / path).read_bytes()
        while path.startswith(part):
            given += 1 << 16
            assert given < 64 << 20, "nobody stops"
            yield b" " * (1 << 16)

    with pytest.raises(Refused) as found:
        world.take(mirror=endless)
    assert found.value.kind == "too long"
    assert given <= (2 << 20) + (1 << 17)


def test_a_mirror_that_cannot_be_reached_says_so_and_changes_nothing(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item()}, START)
    world.take()

    def slow(path: str) -> Iterator[bytes]:
        raise OSError("slower than 120 seconds")
        yield b""

    with pytest.raises(Refused) as found:
        world.take(mirror=slow)
    assert found.value.kind == "unreachable" and "slower" in str(found.value)
    assert world.take().targets


# --- keys change


def test_a_key_that_is_changed_in_the_root_goes_on_and_the_old_one_signs_nothing_more(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item(b"one\n")}, START)
    world.take()
    thief = Publication(world.copy("stolen"), dict(world.made._keys))
    world.made.rotate("targets", role_keys(2, 2), START + DAY)
    world.made.publish({"listings/el.jsonl": item(b"two\n")}, START + DAY)
    assert [one.body for one in world.take(START + DAY).targets] == [b"two\n"]
    for _ in range(4):
        thief.publish({"listings/el.jsonl": item(b"forged\n")}, START + DAY)
    with pytest.raises(Refused):
        world.take(START + DAY, mirror=mirror_of(world.place.parent / "stolen"))
    # Stolen keys of the timestamp have pushed its number up (fast-forward): new ones make the way free again.
    for role in ("snapshot", "timestamp"):
        world.made.rotate(role, role_keys(), START + DAY)
    assert [one.body for one in world.take(START + DAY).targets] == [b"two\n"]


def test_a_new_root_needs_as_many_keys_of_the_old_one_as_that_asks_for(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item()}, START)
    root = Metadata.from_file(str(world.place / "metadata" / "root.json"))
    root.signed.version = 2
    one = world.made._keys["root"].keys[0]
    root.signatures.clear()
    root.sign(one.signer)
    (world.place / "metadata" / "2.root.json").write_bytes(root.to_bytes())
    with pytest.raises(Refused) as found:
        world.take()
    assert found.value.kind == "signature"


def test_the_roots_keys_may_change_and_the_chain_holds_from_the_first(world: World) -> None:
    world.made.publish({"listings/el.jsonl": item()}, START)
    for day in range(1, 4):
        world.made.rotate("root", role_keys(3, 2), START + day * DAY)
        world.made.renew(START + day * DAY)
    assert world.take(START + 3 * DAY).root == 4


def test_a_root_holds_by_its_own_keys(world: World) -> None:
    plain = json.loads(world.root)
    assert read_root(world.root).signed.version == 1
    plain["signed"]["version"] = 7
    with pytest.raises(BadInput):
        read_root(json.dumps(plain).encode())
    with pytest.raises(BadInput):
        read_root((world.place / "metadata" / "timestamp.json").read_bytes())
    with pytest.raises(BadInput):
        read_root(b"{}")


def test_a_role_without_enough_keys_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    keys = publication_keys() | {"targets": RoleKeys((SigningKey.make(),), 2)}
    with pytest.raises(BadInput, match="1 keys, and 2 sign"):
        Publication(tmp_path, keys).create(START)
