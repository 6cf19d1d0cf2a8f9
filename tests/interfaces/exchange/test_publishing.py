"""Every file that a member publishes is on record as it is published now, whatever bytes others have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange_nodes import SETUP, Party, coalition


@pytest.fixture
def world(tmp_path: Path) -> Iterator[dict[str, Party]]:
    made = coalition(tmp_path, "us", "nl")
    yield made
    for one in made.values():
        one.node.stores.close()


def held(party: Party) -> dict[str, tuple[str, str]]:
    return {one.text("path"): (one.text("said_title"), one.text("result")) for one in party.node.held()}


def test_the_same_bytes_under_a_second_path_and_under_another_title_are_on_record(world: dict[str, Party]) -> None:
    us, nl = world["us"], world["nl"]
    us.node.publish("practice/a.md", b"the same", {"title": "one"}, by=SETUP)
    assert nl.sync().published == [("us", "practice/a.md", "kept")]
    us.node.publish("practice/a.md", b"the same", {"title": "two"}, by=SETUP)
    us.node.publish("practice/b.md", b"the same", {"title": "three"}, by=SETUP)
    assert sorted(nl.sync().published) == [("us", "practice/a.md", "kept"), ("us", "practice/b.md", "kept")]
    assert held(nl) == {"practice/a.md": ("two", "kept"), "practice/b.md": ("three", "kept")}
    for record in nl.node.held():
        assert nl.node.stores.need().letters.content(record) == b"the same"
    assert nl.sync().published == [], "what is known is not taken again"
