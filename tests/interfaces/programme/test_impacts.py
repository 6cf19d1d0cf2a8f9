"""A draft goes out for comment; members try it on their own transactions and answer with counts; they are added up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from enduse.evidence.library import Library
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.impact import run_impact
from enduse.interfaces.programme import impacts
from enduse.interfaces.programme.shelf import files
from enduse.model.errors import BadInput
from enduse.programme.shared_impact import ImpactAnswer
from enduse.rules.draft import read_draft
from enduse.rules.rulebook import shipped_rulebooks
from exchange_nodes import SETUP, Party, coalition
from programme_drafts import DRAFT, transactions


def tried(party: Party, table: Path, asker: str, identifier: str) -> ImpactAnswer:
    request = impacts.request_of(party.office, asker, identifier)
    file = table.with_suffix(".yaml")
    file.write_bytes(impacts.draft_of(party.office, request))
    books = tuple(book for book in shipped_rulebooks() if book.jurisdiction == "us")
    today = party.office.today()
    run = run_impact(read_draft(file, books), table, Library(accept_starter=True), today=today, jobs=1)
    return impacts.counted(run.impact, party.node.me, request, today)


def test_counts_travel_and_no_record_does(tmp_path: Path) -> None:
    made = coalition(tmp_path, "us", "nl", "fr", publishes=("us", "nl", "fr"))
    us, nl, fr = made["us"], made["nl"], made["fr"]
    last = us.node.now().date() + dt.timedelta(days=10)
    asked = impacts.ask(us.node, DRAFT, "Routers.yaml", title="Routers", asked=["nl", "fr"], reply_by=last, by=SETUP)
    for party in (nl, fr):
        party.sync()
        assert [one.request for one in impacts.requests(party.office)] == [asked]
    ours = tried(nl, transactions(tmp_path / "nl.csv", 9, 20), "us", asked.id)
    assert (ours.tried, ours.changed) == ("29", "9") and ours.tables[0].rows == ("KE",)
    impacts.publish_answer(nl.node, ours, by=SETUP)
    us.sync()
    found = impacts.added_up(us.office, asked)
    assert [(part.member, part.words.split(" on ")[0]) for part in found.parts] == [
        ("fr", "has not answered yet"),
        ("nl", "answered"),
    ]
    few = tried(fr, transactions(tmp_path / "fr.csv", 2, 20), "us", asked.id)
    impacts.publish_answer(fr.node, few, by=SETUP)
    us.sync()
    found = impacts.added_up(us.office, asked)
    assert found.answered == 2 and found.changed.words == "at least 9, 1 withheld"
    table = found.tables[0]
    assert dict(zip(table.rows, (cell.words for cell in table.row_totals), strict=True)) == {
        "KE": "9",
        "other": "at least 0, 1 withheld",
    }
    # Nothing that stands in the asker's store of what partners published names a transaction or anybody.
    for _, body in files(us.office, lambda path: path.startswith("statistics/impact-answer")):
        assert b"SECRET" not in body and b"Confidential" not in body and b"1000" not in body

    # Another draft in the place of the one that was asked for is not tried.
    us.node.publish(asked.draft, DRAFT + b"# changed\n", {"title": "x", "standing": "draft"}, by=SETUP)
    us.node.renew()
    nl.sync()
    with pytest.raises(BadInput, match="another draft"):
        impacts.draft_of(nl.office, asked)
    for party in made.values():
        assert party.node.stores.need().verify().whole


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    us = coalition(tmp_path, "us", "nl")["us"]
    today = us.node.now().date()
    for title, asked, last in (("", ["nl"], today), ("t", [], today), ("t", ["nl"], today - dt.timedelta(days=1))):
        with pytest.raises(BadInput):
            impacts.ask(us.node, DRAFT, "x.yaml", title=title, asked=asked, reply_by=last, by=SETUP)
    assert impacts.requests(us.office) == []
    with pytest.raises(NotHeld):
        impacts.request_of(us.office, "us", "none")
