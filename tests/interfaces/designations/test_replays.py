"""Real listings and a removal: the facts are those of the embedded listings, and ``check`` is right on every day."""

from __future__ import annotations

import pytest

from enduse.interfaces.demo.replays import Replay, replays

REPLAYS = replays()


def test_the_listings_of_the_issue_are_replayed() -> None:
    names = " ".join(one.party for one in REPLAYS)
    assert all(word in names for word in ("NSO Group", "Sensetime", "Sandvine"))


@pytest.mark.parametrize("one", REPLAYS, ids=lambda one: f"{one.party[:20]} {one.list_id}")
def test_the_facts_are_those_of_the_embedded_listing(one: Replay) -> None:
    listing = one.listing()
    assert (listing.listed_from, listing.listed_to) == (one.effective, one.removed)
    assert listing.citation.text == one.citation.text
    assert listing.citation.verified == one.citation.verified


@pytest.mark.parametrize("one", REPLAYS, ids=lambda one: f"{one.party[:20]} {one.list_id}")
def test_check_is_right_before_between_and_after(one: Replay) -> None:
    found = list(one.answers())
    assert [(str(it.day), it.outcome) for it in found] == [(str(it.day), it.expected) for it in found]
    days = {it.day for it in found}
    assert (min(days) < one.effective and one.effective in days) or one.list_id == "CMIC"
    assert one.removed is None or one.removed in days
