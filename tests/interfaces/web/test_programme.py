"""The pages of the programme: the scorecard by hand, evidence that opens, partners' scorecards as theirs."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from enduse.programme.published import write_card
from enduse.programme.scorecard import Evidence
from people import post, signed_in
from programme_quarter import BY_HAND, END, QUARTER, START, at, decision, on
from programme_world import application, card_of, keep, taken, with_partners

CARD = f"/programme/scorecard?from={START}&to={END}"


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    return application(tmp_path / "data")


def table(http: TestClient, address: str) -> dict[str, tuple[str | None, int | None, int | None]]:
    answer = http.get(address)
    assert answer.status_code == 200, answer.text
    return {
        row["measure"]: (
            row["value"] or None,
            int(row["numerator"]) if row["numerator"] else None,
            int(row["denominator"]) if row["denominator"] else None,
        )
        for row in csv.DictReader(io.StringIO(answer.text))
    }


def test_the_page_and_its_table_are_the_scorecard_by_hand(app: FastAPI) -> None:
    http = signed_in(app, "stan")
    assert table(http, f"{CARD}&format=csv") == BY_HAND
    text = http.get(CARD).text
    assert "self-assessment, not certification" in text
    for name, (value, _, _) in BY_HAND.items():
        row = text.partition(f'id="measure-{name}"')[2].partition("</tr>")[0]
        assert f"{value} " in row if value else "not assessable" in row, name
    assert "share(decision: assessed_before)" in text
    assert "Hard measures" not in text


def test_every_link_to_evidence_opens_it(app: FastAPI) -> None:
    http = signed_in(app, "stan")
    found = sorted(set(re.findall(r'href="(/programme/evidence/[^"]+)"', http.get(CARD).text)))
    assert len(found) == sum(START <= one.on < END for one in QUARTER) + 1  # the criteria are older
    for address in found:
        assert http.get(address).status_code == 200, address
    shown = http.get("/programme/evidence/decision/D1").text
    assert "on file" in shown and "commitment 2" in shown and "your roles do not open it" in shown
    assert http.get("/programme/evidence/decision/none").status_code == 404


def test_a_hard_breach_stands_first(app: FastAPI) -> None:
    keep(
        app,
        decision("BAD", on(3, 1), assessed_at=at(2, 1), reviewed_at=at(2, 2), sources="2", granted="yes",
                 unmitigated="yes"),
    )  # fmt: skip
    text = signed_in(app, "stan").get(CARD).text
    assert text.index("Hard measures that are not kept") < text.index("The seven commitments")
    second = text.partition('id="commitment-2"')[2]
    assert second.index('id="measure-unmitigated"') < second.index('id="measure-assessed_before"')


def test_taking_evidence_away_changes_its_rows_alone(app: FastAPI, tmp_path: Path) -> None:
    other = application(tmp_path / "other", quarter=False)
    keep(other, *(one for one in QUARTER if one.id != "N3/1"))
    before = table(signed_in(app, "stan"), f"{CARD}&format=csv")
    after = table(signed_in(other, "stan"), f"{CARD}&format=csv")
    assert {name for name in before if before[name] != after[name]} == {"denials_in_time"}


def test_periods_stand_side_by_side_and_partners_as_theirs(app: FastAPI) -> None:
    with_partners(app)
    http = signed_in(app, "otto")
    text = http.get("/programme/comparison?from=2025-10-01&to=2026-04-01&every=3").text
    assert "2025-10-01 to 2025-12-31" in text and "2026-01-01 to 2026-03-31" in text
    text = http.get(f"/programme/comparison?side=members&from={START}&to={END}").text
    assert "fr: 2026-01-01 to 2026-03-31" in text and "(theirs)" in text
    assert "be" in text.partition("Published, and cannot be used")[2]
    rows = list(
        csv.DictReader(
            io.StringIO(http.get(f"/programme/comparison?side=members&from={START}&to={END}&format=csv").text)
        )
    )
    theirs = {row["measure"]: row["value"] for row in rows if row["publisher"] == "fr"}
    assert theirs["denials_in_time"] == "[c]" and theirs["catch_all"] == "100.0"


def test_who_may_not_count_sees_no_scorecard_and_an_auditor_publishes_none(app: FastAPI) -> None:
    assert signed_in(app, "ada").get(CARD).status_code == 403
    auditor = signed_in(app, "otto")
    assert auditor.get(CARD).status_code == 200
    assert post(auditor, "/programme/scorecard", **{"from": str(START), "to": str(END)}).status_code == 403


def test_what_cannot_be_used_is_said(app: FastAPI) -> None:
    http = signed_in(app, "stan")
    assert http.get("/programme/scorecard?from=2026-04-01&to=2026-01-01").status_code == 422
    assert http.get("/programme/scorecard?from=soon").status_code == 422
    assert http.get(f"{CARD}&format=xml").status_code == 422
    assert http.get("/programme/comparison?every=5").status_code == 422
    assert http.get("/programme/comparison?from=2020-01-01&to=2026-01-01&every=1").status_code == 422
    answer = post(http, "/programme/scorecard", **{"from": str(START), "to": str(END), "reason": "it is due"})
    assert answer.status_code == 422 and "there is no node yet" in answer.text


@pytest.mark.parametrize(
    "asked", ["to=2024-02-29", "to=0001-03-01", "from=9999-10-01&to=9999-12-31", "side=members&to=9999-12-31"]
)
def test_days_at_the_edges_of_the_calendar_are_answered(app: FastAPI, asked: str) -> None:
    http = signed_in(app, "stan")
    assert http.get(f"/programme/comparison?{asked}").status_code in (200, 422)


def test_a_malformed_scorecard_of_a_partner_is_shown_with_the_reason_and_takes_no_page_down(app: FastAPI) -> None:
    with_partners(app)
    http, card = signed_in(app, "stan"), card_of("fr")
    changes: tuple[dict[str, object], ...] = ({"id": []}, {"title": "\ud800"}, {"parts": [["a", "b", "c"]]})
    for change in changes:
        plain = json.loads(write_card(card))
        plain["commitments"][0]["measures"][0] |= change
        taken(app, "fr", card.path, json.dumps(plain).encode())
        for address in (CARD, f"/programme/comparison?side=members&from={START}&to={END}", "/v1/programme/scorecards"):
            assert http.get(address).status_code == 200, (address, change)
    assert "it is no scorecard" in http.get(CARD).text


def test_what_a_partner_wrote_is_no_formula_in_the_table(app: FastAPI) -> None:
    with_partners(app)
    card = card_of("fr")
    first = replace(card.commitments[0], words='=HYPERLINK("https://evil.example","x")')
    taken(app, "fr", card.path, write_card(replace(card, commitments=(first, *card.commitments[1:]))))
    http = signed_in(app, "stan")
    for address in ("/programme/comparison", "/v1/programme/comparison"):
        text = http.get(f"{address}?side=members&from={START}&to={END}&format=csv").text
        assert "'=HYPERLINK" in text, address
        assert not any(cell[:1] in ("=", "@") for row in csv.reader(io.StringIO(text)) for cell in row)


def test_a_link_that_a_browser_would_follow_outside_is_not_one_of_ours(app: FastAPI) -> None:
    keep(
        app,
        Evidence("outreach", "o1", on(2, 2), {}, "/\\evil.example/x"),
        Evidence("outreach", "o2", on(2, 2), {}, "/law"),
    )
    http = signed_in(app, "stan")
    assert 'href="/\\evil' not in http.get("/programme/evidence/outreach/o1").text
    assert 'href="/law"' in http.get("/programme/evidence/outreach/o2").text


def test_names_in_evidence_are_no_markup(app: FastAPI) -> None:
    keep(app, Evidence("capacity", "<b>x</b>", on(3, 7), {"state": "<script>", "followed_up": "no"}, "javascript:x"))
    http = signed_in(app, "stan")
    assert "<script>" not in http.get(CARD).text.partition("<main")[2]
    shown = http.get("/programme/evidence/capacity/%3Cb%3Ex%3C%2Fb%3E").text
    assert 'href="javascript' not in shown and "<b>x" not in shown
