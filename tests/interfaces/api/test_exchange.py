"""/v1/exchange: read what a role may read, answer, ask for more time, consent, take back, adopt; what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

import exchange_pages as p
from people import form_token, signed_in

BASE = "/v1/exchange"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[p.World]:
    made = p.application(tmp_path_factory.mktemp("api"))
    made.app.state.enduse._opening()
    yield made
    made.app.state.service.stores.close()


class Caller:
    def __init__(self, world: p.World, login: str) -> None:
        self.http: TestClient = signed_in(world.app, login)
        self.headers = {"x-csrf-token": form_token(self.http)}

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.http.get(BASE + path)
        assert answer.status_code == status, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else answer.text

    def post(self, path: str, body: dict[str, Any], status: int = 201) -> Any:
        answer = self.http.post(BASE + path, json=body, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json()


def test_lists_pages_files_and_counts_are_of_what_the_role_may_read(world: p.World) -> None:
    paula, adam, sven = (Caller(world, login) for login in ("paula", "adam", "sven"))
    assert (paula.get("/notices")["total"], adam.get("/notices")["total"]) == (7, 6)
    first = paula.get("/notices?limit=4")
    rest = paula.get(f"/notices?limit=4&cursor={first['next']}")
    assert len({one["id"] for one in (*first["results"], *rest["results"])}) == 7 and rest["next"] is None
    assert [one["type"] for one in paula.get("/notices?search=zyxwvut")["results"]] == ["denial_notification"]
    assert adam.get("/notices?search=zyxwvut")["results"] == []
    rows = list(csv.DictReader(io.StringIO(adam.get("/notices.csv"))))
    assert len(rows) == 6 and {row["peer"] for row in rows} == {"de", "us"}
    assert paula.get("/notices?type=nonsense", 400)["where"] == "type"
    assert adam.get(f"/notices/{world.notices['privileged']}", 404) == adam.get("/notices/" + "0" * 64, 404)
    assert sven.get("/notices", 403)["status"] == 403
    assert [one["id"] for one in adam.get("/denials")["results"]] == ["de/DE-7/1"]
    assert [one["review_due"] for one in paula.get("/denials")["results"]] == ["2029-02-19", "2029-02-19"]


def test_what_is_due_and_deemed_and_the_members_with_their_keys(world: p.World) -> None:
    paula = Caller(world, "paula")
    due = paula.get("/due")
    assert [(one["due"], one["stands"], one["effective"]) for one in due["to_us"]] == [
        ("2026-03-16", "deemed", "2026-03-17"),
        ("2026-03-31", "open", ""),
    ]
    assert [one["stands"] for one in due["ours"]] == ["open"]
    found = paula.get("")
    assert [one["id"] for one in found["members"]] == ["us", "nl", "de"]
    assert all({key["use"] for key in one["keys"]} == {"sign", "seal"} for one in found["members"])
    assert found["members"][0]["publication"]["stale"] is False
    assert "waiting" not in Caller(world, "rita").get("")["members"][0]


def test_an_answer_more_time_a_consent_and_a_recall_each_once(world: p.World) -> None:
    paula, adam = Caller(world, "paula"), Caller(world, "adam")
    question, ours = (f"/notices/{world.notices[name]}" for name in ("question", "ours"))
    adam.post(f"{question}/answer", {"answer": "no", "reasons": "r"}, 403)
    paula.post(f"{question}/extension", {"reason": "the file is elsewhere"})
    paula.post(f"{question}/extension", {"reason": "again"}, 400)
    # More time was asked for in time: thirty working days in all.
    assert paula.get("/due")["to_us"][1]["due"] > "2026-04-20"
    paula.post(f"{question}/answer", {"answer": "no", "reasons": "another system"})
    paula.post(f"{question}/answer", {"answer": "yes", "reasons": "again"}, 400)
    assert [one["stands"] for one in paula.get("/due")["to_us"]] == ["deemed"]
    old = f"/notices/{world.notices['old question']}"
    assert "past" in paula.post(f"{old}/extension", {"reason": "late"}, 400)["detail"]
    release = f"/notices/{world.notices['release']}"
    paula.post(f"{release}/consent", {"to": ["fr"]}, 400)
    paula.post(f"{release}/consent", {"to": ["us"]})
    paula.post(f"{ours}/recall", {"reason": "no longer so"})
    paula.post(f"{ours}/recall", {"reason": "again"}, 400)
    paula.post(f"{question}/recall", {"reason": "not ours"}, 400)
    paula.post(f"/notices/{'0' * 64}/recall", {"reason": "none"}, 404)
    world.nl.sync()
    came = world.nodes["de"].desk("dora", "consultation_officer").inbox()
    types = {one.type for one in came}
    assert {"consultation_response", "consultation_extension", "release_consent", "recall"} <= types
    rests = paula.get(question)["rests"]
    assert {one["type"] for one in rests["answers"]} == {"consultation_response", "consultation_extension"}


def test_a_list_is_adopted_and_ends_by_who_approves_rules(world: p.World) -> None:
    paula, rita = Caller(world, "paula"), Caller(world, "rita")
    body = {"what": "us/listings/el.jsonl", "standing": "law", "since": "2026-04-01", "reason": "decided"}
    body |= {"effect": "prohibit", "citation": "Export Order 2026 art. 3"}
    paula.post("/adoptions", body, 403)
    rita.post("/adoptions", body | {"since": "soon"}, 400)
    rita.post("/adoptions", body | {"what": "us/practice/visits.md"}, 400)
    assert rita.post("/adoptions", body)["rulebook"].startswith("coalition/adopted_us_el_20260401_")
    page = rita.http.get("/exchange/publications/us/listings/el.jsonl").text
    assert "Export Order 2026 art. 3" in page and "not today" in page
    end = {"what": body["what"], "on": "2026-05-01", "reason": "it lapses"}
    assert rita.post("/adoptions/end", end, 200)["until"] == "2026-05-01"
    (one,) = paula.get("/adoptions")["results"]
    assert (one["standing"], one["until"], one["reason"]) == ("law", "2026-05-01", "it lapses")
    states = {row["path"]: row["state"] for row in paula.get("/publications")["results"]}
    assert states == dict.fromkeys(("listings/el.jsonl", "rulebooks/network.yaml", "practice/visits.md"), "fresh")
