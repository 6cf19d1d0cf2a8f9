"""A scorecard travels: one member publishes, another takes it and shows it as theirs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from enduse.interfaces.programme import cards
from enduse.interfaces.programme.gather import evidence, record
from enduse.interfaces.programme.shelf import files, published
from enduse.model.errors import BadInput
from enduse.programme.scorecard import scorecard
from exchange_nodes import SETUP, coalition
from people import join, post, signed_in
from programme_quarter import END, QUARTER, START
from service_world import service


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
    ((_, body),) = files(nl.office, lambda path: path.startswith("statistics/"))
    assert b"D10" not in body and b"licensing/cases" not in body

    with pytest.raises(BadInput, match="overlaps"):
        cards.publish(us.office, us.node, START, dt.date(2026, 3, 1), by=SETUP, reason="more")
    with pytest.raises(BadInput, match="has not ended"):
        cards.publish(us.office, us.node, END, dt.date(2026, 7, 1), by=SETUP, reason="more")
    with pytest.raises(BadInput, match="may not publish"):
        cards.publish(made["fr"].office, made["fr"].node, START, END, by=SETUP, reason="more")
    for party in made.values():
        assert party.node.stores.need().verify().whole


def test_the_button_of_the_page_publishes(tmp_path: Path) -> None:
    made = coalition(tmp_path, "us", "nl")
    us = made["us"]
    us.clock.now = dt.datetime(2026, 4, 20, 9, tzinfo=dt.UTC)
    for one in QUARTER:
        record(us.office, one, by=SETUP, reason="on file")
    app = service(us.node.data, us.clock, login_rate=1_000)
    app.state.enduse._opening()
    join(app, "stan", "statistician")
    http, asked = signed_in(app, "stan"), {"from": str(START), "to": str(END)}
    assert post(http, "/programme/scorecard", **asked).status_code == 422
    answer = post(http, "/programme/scorecard", **asked, reason="the quarter is over")
    assert answer.status_code == 303, answer.text
    page = http.get(answer.headers["location"]).text
    assert "The scorecard is published" in page and "Publish anew" in page and "ours" in page
    us.node.renew()
    assert made["nl"].sync().published == [("us", f"statistics/scorecard-{START}-{END}.json", "kept")]
    app.state.service.stores.close()
