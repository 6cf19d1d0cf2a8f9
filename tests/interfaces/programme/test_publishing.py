"""A scorecard travels: one member publishes, another takes it and shows it as theirs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from enduse.interfaces.programme import cards
from enduse.interfaces.programme.gather import evidence, record
from enduse.interfaces.programme.shelf import published
from enduse.model.errors import BadInput
from enduse.programme.scorecard import scorecard
from exchange_nodes import SETUP, coalition
from programme_quarter import END, QUARTER, START


def test_a_published_scorecard_is_taken_verified_and_shown_as_theirs(tmp_path: Path) -> None:
    made = coalition(tmp_path, "us", "nl", "fr", publishes=("us", "nl"))
    us, nl = made["us"], made["nl"]
    us.clock.now = dt.datetime(2026, 4, 20, 9, tzinfo=dt.UTC)
    for one in QUARTER:
        record(us.office, one, by=SETUP, reason="on file")
    card = cards.publish(us.office, us.node, START, END, by=SETUP, reason="the quarter is over")
    us.node.renew()
    assert nl.sync().published == [("us", card.path, "kept")]
    (held,) = published(nl.office)
    assert (held.publisher, held.ours, held.card) == ("us", False, card)
    assert [one.ours for one in published(us.office)] == [True]
    found = cards.across(nl.office, START, END)
    assert [(one.card.publisher, one.theirs) for one in found.columns] == [("nl", False), ("us", True)]

    # What is public counts as published where nothing of the commitment is withheld.
    after = scorecard(evidence(us.office, us.office.today()), START, END)
    levels = {one.id: one.level for one in after.commitments}
    assert (levels["1"], levels["2"]) == (4, 2)

    # Nothing of a case travels: the file names no evidence.
    _, body = next(iter(cards_files(nl)))
    assert b"D10" not in body and b"licensing/cases" not in body

    with pytest.raises(BadInput, match="overlaps"):
        cards.publish(us.office, us.node, START, dt.date(2026, 3, 1), by=SETUP, reason="more")
    with pytest.raises(BadInput, match="has not ended"):
        cards.publish(us.office, us.node, END, dt.date(2026, 7, 1), by=SETUP, reason="more")
    with pytest.raises(BadInput, match="may not publish"):
        cards.publish(made["fr"].office, made["fr"].node, START, END, by=SETUP, reason="more")
    for party in made.values():
        assert party.node.stores.need().verify().whole


def cards_files(party):  # type: ignore[no-untyped-def]
    from enduse.interfaces.programme.shelf import files

    return files(party.office, lambda path: path.startswith("statistics/"))
