"""``POST /v1/portfolio``: the answers of the command over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from people import join
from v1_world import app, data, holdings, key

__all__ = ["app", "data", "holdings"]
NAME = "SenseTime Group Limited"


@pytest.fixture
def http(app: FastAPI) -> TestClient:
    return key(app, join(app, "ada", "analyst"), "check")


def ask(http: TestClient, body: dict[str, Any], day: str = "2023-06-01") -> Any:
    return http.post("/v1/portfolio", json=body, params={"as_of": day})


def test_lines_are_answered_as_the_command_answers_them(http: TestClient) -> None:
    """The lists of this service are too few for 2023: what is not barred stays open, and is not called free."""
    lines = [
        {"name": NAME, "side": "buy", "trade_date": "2022-02-07"},
        {"name": NAME, "side": "buy", "trade_date": "2022-02-09"},
        {"name": NAME, "side": "sell", "trade_date": "2022-11-30"},
        {"name": NAME},
    ]
    found = ask(http, {"lines": lines, "laws": ["us"]}).json()
    assert found["schema"] == "enduse/portfolio/1"
    assert [one["dealing"] for one in found["lines"]] == ["open", "barred", "only_to_divest", "open"]
    assert found["lines"][1]["findings"][0]["code"] == "CMIC:PURCHASE_BARRED"
    assert found["lines"][3]["if_bought"]["dealing"] == "barred"
    assert found["restricted"]


def test_a_table_as_text_is_the_same(http: TestClient) -> None:
    table = f"name,side,trade_date\n{NAME},sell,2023-01-15\nx,short,\n"
    found = ask(http, {"table": table}).json()
    assert [one["dealing"] for one in found["lines"]] == ["barred"]
    assert found["unread"][0]["where"] == "portfolio.csv line 3, column side"


def test_facts_hold_for_every_line(http: TestClient) -> None:
    lines = [{"name": NAME, "side": "buy", "trade_date": "2022-02-09"}]
    assert ask(http, {"lines": lines, "facts": {"us_person": "false"}}).json()["counts"] == {"open": 1}
    assert ask(http, {"lines": lines, "strict": True}).json()["counts"] == {"open": 1}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lines": [{"name": "x"}], "table": "name\nx\n"},
        {"lines": [{"name": "x\ny"}]},
        {"lines": [{"nmae": "x"}]},
        {"lines": [{"name": "x"}], "laws": ["mars"]},
        {"lines": [{"name": "x"}], "facts": {"us_persn": "true"}},
        {"table": "colour\nred\n"},
        {"lines": [{"name": "x"}] * 2_001},
        {"table": "name\n" + "x\n" * 2_001},
    ],
)
def test_what_cannot_be_used_is_refused_with_a_remedy(http: TestClient, body: dict[str, Any]) -> None:
    answer = ask(http, body)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_whoever_may_not_check_is_refused(app: FastAPI) -> None:
    stranger = key(app, join(app, "eve", "analyst"), "read")
    assert ask(stranger, {"lines": [{"name": "x"}]}).status_code == 403
