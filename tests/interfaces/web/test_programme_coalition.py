"""Who controls what, and drafts across members, in the browser."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from enduse.interfaces.programme.controls import ITEMS, matrix
from enduse.model.errors import BadInput
from enduse.programme.shared_impact import ImpactAnswer, ImpactRequest, SharedTable, write
from enduse.rules.divergence import Says
from enduse.rules.rulebook import shipped_rulebooks
from people import signed_in
from programme_world import application, taken, with_partners

DAY = dt.date(2026, 4, 20)
REQUEST = ImpactRequest("us", "Routers <to> KE", "rulebooks/x.yaml", "c" * 64, ("fr", "nl"), dt.date(2026, 4, 1), DAY)
TABLES = tuple(
    SharedTable(name, (row, "other"), ("newly caught",), (("12",), ("[c]",)), ("12", "[c]"), ("19",))
    for name, row in (("destination", "KE"), ("item", "EAR99"))
)
ANSWER = ImpactAnswer("fr", "us", "c" * 64, DAY, "40", "19", "0", TABLES)


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    found = application(tmp_path / "data", quarter=False)
    with_partners(found)
    return found


def test_the_matrix_says_what_each_law_says_of_each_item() -> None:
    found = matrix("US,NL,GB", ITEMS, "EG", DAY, shipped_rulebooks())
    by = {
        (code, member.name): one
        for code, row in zip(found.items, found.rows, strict=True)
        for member, one in zip(found.members, row, strict=True)
    }
    assert by["5A001.j", "NL"].says is by["5A001.j", "US"].says is Says.CAUGHT
    assert "coalition/echri" in by["5A001.j", "NL"].guidance and by["5A001.j", "NL"].adopted == ()
    # Police equipment stands on the list of the United States alone.
    assert (by["0A979", "US"].says, by["0A979", "GB"].says) == (Says.CAUGHT, Says.UNKNOWN)
    at_home = matrix("US,NL", ["5A001.j"], "NL", DAY, shipped_rulebooks())
    assert [one.says for one in at_home.rows[0]] == [Says.FREE, Says.DOMESTIC]


def test_guidance_that_a_node_adopted_shows_as_law_here() -> None:
    books = [replace(one, standing="law") if one.id == "coalition/echri" else one for one in shipped_rulebooks()]
    (row,) = matrix("NL,GB", ["5A001.j"], "EG", DAY, books).rows
    assert row[0].guidance == ("eu/recommendation-2024-2659",)
    assert [act for act, _ in row[0].adopted] == ["coalition/echri"]


@pytest.mark.parametrize(
    ("members", "items", "destination"),
    [("US", "5A001.j", "EG"), ("US,ZZ", "5A001.j", "EG"), ("US,NL", "", "EG"), ("US,NL", "5A001.j", "nowhere")],
)
def test_what_cannot_be_compared_is_refused(members: str, items: str, destination: str, app: FastAPI) -> None:
    with pytest.raises(BadInput):
        matrix(members, items.split(","), destination, DAY, shipped_rulebooks())
    http = signed_in(app, "ada")
    answer = http.get(f"/programme/controls?members={members}&items={items or ','}&destination={destination}")
    assert answer.status_code == 422 and "to be mended" in answer.text


def test_everybody_who_is_signed_in_reads_the_matrix(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    text = http.get("/programme/controls?members=US,NL&items=0A979,nonsense&destination=EG").text
    assert "caught by US, unknown in NL" in text.replace("Caught", "caught") and "Not judged" in text
    rows = list(csv.DictReader(io.StringIO(http.get("/programme/controls?format=csv").text)))
    assert len(rows) == 3 * len(ITEMS) and {row["member"] for row in rows} == {"US", "NL", "GB"}


def test_answers_are_added_up_and_the_silent_named(app: FastAPI) -> None:
    taken(app, "us", REQUEST.path, write(REQUEST))
    taken(app, "fr", ANSWER.path, write(ANSWER))
    taken(app, "be", f"statistics/impact-request-{'d' * 16}.json", b"{}")
    http = signed_in(app, "otto")
    text = http.get("/programme/drafts").text
    assert "Routers &lt;to&gt; KE" in text and "1 of 2" in text and "cannot be used" in text
    page = http.get(f"/programme/drafts/us/{REQUEST.id}").text
    assert "at least 0, 1 withheld" in page and "Has not answered" in page and "Answered on 2026-04-20" in page
    rows = list(csv.DictReader(io.StringIO(http.get(f"/programme/drafts/us/{REQUEST.id}?format=csv").text)))
    (cell,) = [row for row in rows if (row["table"], row["row"], row["column"]) == ("item", "EAR99", "newly caught")]
    assert cell["count"] == "12"
    assert http.get("/programme/drafts/us/none").status_code == 404
    assert signed_in(app, "ada").get("/programme/drafts").status_code == 403
