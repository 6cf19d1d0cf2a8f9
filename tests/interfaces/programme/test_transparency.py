"""The transparency report: small numbers stay small, licensing's part is licensing's, a frozen one never changes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from enduse.cases.facts import Fact
from enduse.interfaces.licensing import registers
from enduse.interfaces.programme import cards, transparency
from enduse.model.errors import BadInput
from enduse.programme.scorecard import Evidence
from people import post, signed_in
from programme_facts import fact
from programme_quarter import END, START, on
from programme_world import CLERK, application, held_by, keep

PERIOD = f"?from={START}&to={END}"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    decided: list[Fact] = [
        *(replace(fact(), destination="XA", outcome="grant") for _ in range(8)),
        *(replace(fact(), destination="XA", outcome="refuse") for _ in range(2)),
        *(replace(fact(), destination="XB", outcome="grant") for _ in range(9)),
    ]
    monkeypatch.setattr(registers, "facts", lambda _: decided)
    return application(tmp_path / "data")


def numbers(text: str) -> dict[tuple[str, ...], str]:
    return {
        (row["part"], row["table"], row["row"], row["column"], row["measure"]): row["value"]
        for row in csv.DictReader(io.StringIO(text))
    }


def test_its_numbers_are_those_of_the_scorecard_and_of_licensing_with_small_ones_withheld(app: FastAPI) -> None:
    http = signed_in(app, "stan")
    told = numbers(http.get(f"/programme/transparency{PERIOD}&format=csv").text)
    assert told["scorecard", "measures", "catch_all", "", "value"] == "100.0"
    assert told["scorecard", "measures", "denials_in_time", "", "value"] == "[c]"
    office = held_by(app).office
    of_licensing = registers.report(office, "eu", (), START, END)
    assert {key[0] for key in told if key[0].startswith("licensing")} == {"licensing eu"}
    (table,) = [one for one in of_licensing.tables if one.id == "outcome-destination" and one.rows]
    for row, line in zip(table.rows, table.cells, strict=True):
        for column, value in zip(table.columns, line, strict=True):
            assert told["licensing eu", "outcome-destination", row, column, "count"] == value
    # Two refusals are few: no cell shows them, nor lets them be computed.
    assert "2" not in {value for key, value in told.items() if key[1] == "outcome-destination"}
    assert told["register", "money", "all", "USD", "budget"] == "424400000"
    page = http.get(f"/programme/transparency{PERIOD}").text
    assert "Annual report" in page and "It is not frozen" in page and page.count("<h1") == 1


def test_a_breach_is_told_whatever_else_is_withheld(app: FastAPI) -> None:
    facts = {"decided_at": "2026-03-01T12:00:00+00:00", "granted": "yes", "unmitigated": "yes"}
    keep(app, Evidence("decision", "BAD", on(3, 1), facts))
    text = signed_in(app, "stan").get(f"/programme/transparency{PERIOD}").text
    second = text.partition("2. Weigh human rights")[2]
    assert second.index("Breached") < second.index("with a complete assessment")
    assert "BREACHED: unmitigated" in second


def test_it_is_a_page_of_its_own_and_a_pdf(app: FastAPI) -> None:
    http = signed_in(app, "otto")
    page = http.get(f"/programme/transparency{PERIOD}&format=html")
    assert page.headers["content-type"].startswith("text/html") and "Transparency report" in page.text
    pdf = http.get(f"/programme/transparency{PERIOD}&format=pdf")
    if held_by(app).office.fonts.available:
        assert pdf.headers["content-type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")
    assert http.get(f"/programme/transparency{PERIOD}&format=doc").status_code == 422
    assert post(http, "/programme/transparency", **{"from": str(START), "to": str(END)}).status_code == 403


def test_a_frozen_report_never_changes_and_a_revision_stands_beside_it(app: FastAPI) -> None:
    http, asked = signed_in(app, "stan"), {"from": str(START), "to": str(END)}
    assert post(http, "/programme/transparency", **asked).status_code == 422
    first = post(http, "/programme/transparency", **asked, reason="the quarter is over").headers["location"]
    before = http.get(first.partition("?")[0] + "?format=csv").text
    keep(app, Evidence("outreach", "fair", on(3, 3), {}))
    second = post(http, "/programme/transparency", **asked, reason="an event was missing").headers["location"]
    assert second != first and http.get(first.partition("?")[0] + "?format=csv").text == before
    page = http.get(second.partition("?")[0]).text
    assert "Version 2" in page and "it replaces" in page and "version 1" in page
    # Releases of licensing are what they were, and the chain holds.
    assert registers.releases(held_by(app).office) == []
    assert http.get("/licensing/statistics").status_code == 200
    assert held_by(app).stores.need().verify().whole
    assert http.get("/programme/transparency/none").status_code == 404


def test_what_licensing_told_is_not_told_of_other_periods_by_the_programme(app: FastAPI) -> None:
    office, may = held_by(app).office, dt.date(2026, 3, 1)
    registers.publish(office, "eu", (), START, may, by=CLERK, reason="two months")
    for authorities in ((), ("nl",)):
        with pytest.raises(BadInput, match="overlaps 2026-01-01 to 2026-03-01"):
            registers.publish(office, "eu", authorities, START, END, by=CLERK, reason="the quarter")
    with pytest.raises(BadInput, match="overlaps 2026-01-01 to 2026-03-01"):
        transparency.freeze(office, START, END, by=CLERK, reason="due")
    # Another authority's decisions are others; the same period may be told again, and so may one beside it.
    registers.publish(office, "uk", (), START, END, by=CLERK, reason="the quarter")
    registers.publish(office, "eu", (), START, may, by=CLERK, reason="again")
    registers.publish(office, "eu", (), may, END, by=CLERK, reason="the third month")


def test_periods_that_overlap_are_not_told_twice(app: FastAPI) -> None:
    office = held_by(app).office
    transparency.freeze(office, START, END, by=CLERK, reason="due")
    with pytest.raises(BadInput, match="overlaps"):
        transparency.freeze(office, dt.date(2026, 1, 1), dt.date(2026, 3, 1), by=CLERK, reason="due")
    with pytest.raises(BadInput, match="has not ended"):
        transparency.freeze(office, END, dt.date(2026, 7, 1), by=CLERK, reason="due")

    # Licensing's own statistics count the same decisions: they cannot be subtracted either, whoever told first.
    with pytest.raises(BadInput, match="overlaps 2026-01-01 to 2026-04-01"):
        registers.publish(office, "eu", (), START, dt.date(2026, 3, 1), by=CLERK, reason="two months")
    assert registers.publish(office, "eu", (), START, END, by=CLERK, reason="the quarter").content.facts

    class Node:
        me = "nl"

        def now(self) -> dt.datetime:
            return dt.datetime(2026, 4, 20, tzinfo=dt.UTC)

        def publish(self, path: str, body: bytes, custom: dict[str, str], *, by: object) -> str:
            raise AssertionError(path)

    with pytest.raises(BadInput, match="overlaps"):
        cards.publish(office, Node(), dt.date(2025, 12, 1), dt.date(2026, 2, 1), by=CLERK, reason="due")
