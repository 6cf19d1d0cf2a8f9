"""What /v1 looks up: listed parties over the editions held, acts and rules, and who owns whom."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api_server import TODAY
from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from pages import EARLIER, two_editions
from people import join
from service_world import Clock, client, service

HIKVISION = "Hangzhou Hikvision Digital Technology Co."
OWNED = {"owner": HIKVISION, "owned": "Riverside Example GmbH", "percent": "60"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_editions(tmp_path_factory.mktemp("reference"))


@pytest.fixture(scope="module")
def http(data: Path) -> Iterator[TestClient]:
    holdings = Holdings.open(data, accept_starter=True, day=TODAY)
    with client(service(data, Clock(), open_holdings=lambda: holdings, request_rate=1_000_000)) as found:
        until = time.monotonic() + 30
        while found.get("/readyz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.01)
        yield found


# --- parties


def test_a_party_is_shown_with_its_listings_over_the_editions_held(http: TestClient) -> None:
    found = http.get("/v1/parties/ftm:acme").json()
    assert (found["id"], found["name"], found["as_of"]) == ("ftm:acme", "Acme Optronics Co., Ltd.", "2026-08-03")
    assert [one["edition"] for one in found["editions"]] == [EARLIER, "2026-08-01"]
    assert {"seen_from", "seen_to", "gone_by", "listed_from", "listed_to"} <= set(found["listings"][0])
    dated = next(one for one in found["listings"] if one["listed_from"])
    assert (dated["listed_from"], dated["in_force"], dated["seen_to"]) == ("2021-05-04", "true", "2026-08-01")
    assert all(one["citation"]["text"] for one in found["listings"])
    assert "阿克米光电有限公司" in [one["text"] for one in found["party"]["names"]]


def test_a_party_that_an_edition_no_longer_shows_keeps_its_history(http: TestClient) -> None:
    now = http.get("/v1/parties/ftm:former").json()
    assert now["in_force"] == "false" and [one["gone_by"] for one in now["listings"]] == ["2026-08-01"]
    then = http.get("/v1/parties/ftm:former", params={"as_of": EARLIER}).json()
    assert (then["as_of"], then["in_force"]) == (EARLIER, "true")


def test_a_party_is_found_under_the_id_that_yente_knows_it_by(http: TestClient) -> None:
    other = http.get("/search/default", params={"q": "Acme Optronics"}).json()["results"][0]["id"]
    assert http.get(f"/v1/parties/{other}").json()["id"] == "ftm:acme"


def test_an_embedded_listing_names_its_edition(http: TestClient) -> None:
    hits = http.post("/v1/screen", json={"name": HIKVISION}).json()["hits"]
    starter = next(one["party"]["id"] for one in hits if one["party"]["id"].startswith("starter:"))
    assert len(http.get(f"/v1/parties/{starter}").json()["editions"]) == 1


# --- rules


def test_a_rule_is_what_the_command_shows(
    http: TestClient, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    monkeypatch.setenv("ENDUSE_DATA", str(data))
    found = http.get("/v1/rules/us/ear/744.11").json()
    assert main(["rules", "show", "us/ear/744.11"]) == 0
    assert capsys.readouterr().out.strip() == found["words"].strip()
    assert main(["rules", "show", "us/ear/744.11", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found["rule"]
    assert found["act"]["id"] == "us/ear" and found["citation"]["text"]


def test_an_act_says_which_of_its_rules_are_in_force_on_a_day(http: TestClient) -> None:
    now = http.get("/v1/rules/us/ear").json()
    summary = next(one for one in http.get("/v1/rules").json() if one["id"] == "us/ear")
    assert [one["id"] for one in now["rules"]] == summary["rules"] and now["edition"] == summary["edition"]
    before = http.get("/v1/rules/us/ear", params={"as_of": "1900-01-01"}).json()
    assert sum(one["in_force"] for one in before["rules"]) < sum(one["in_force"] for one in now["rules"])
    assert http.get("/v1/rules/us/ear", params={"known_on": "2026-08-03"}).json()["as_of"] == "2026-08-03"


# --- both


@pytest.mark.parametrize("path", ["/v1/parties/ftm:acme", "/v1/rules/us/ear", "/v1/rules/us/ear/744.11"])
def test_what_the_client_has_already_is_not_sent_again(http: TestClient, path: str) -> None:
    tag = http.get(path).headers["etag"]
    assert http.get(path, headers={"if-none-match": tag}).status_code == 304
    other = http.get(path, params={"as_of": "2021-05-05"}, headers={"if-none-match": tag})
    assert other.status_code == 200 and other.headers["etag"] != tag


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/parties/ftm:none", 404),
        ("/v1/parties/..%2f..%2fetc%2fpasswd", 404),
        ("/v1/parties/" + "x" * 2_000, 404),
        ("/v1/parties/%00", 404),
        ("/v1/parties/ftm:acme?as_of=never", 400),
        ("/v1/parties/ftm:acme?asof=2026-01-01", 400),
        ("/v1/rules/us/none", 404),
        ("/v1/rules/us/ear/744.12?as_of=2099-01-01", 400),
        ("/v1/rules/us/ear?known_on=x", 400),
        ("/v1/rules/..%2f..%2fetc%2fpasswd", 404),
    ],
)
def test_what_is_not_held_or_cannot_be_asked_is_a_problem(http: TestClient, path: str, status: int) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["remedy"]


# --- ownership


def ask(http: TestClient, body: dict[str, Any], day: str = "2025-10-10") -> Any:
    return http.post("/v1/ownership", json=body, params={"as_of": day})


def regimes(found: dict[str, Any]) -> dict[str, str]:
    return {one["regime"]: one["owned"] for one in found["answers"]}


def test_owners_are_answered_as_the_command_answers_them(http: TestClient) -> None:
    found = ask(http, {"party": "Riverside Example GmbH", "owners": [OWNED]}).json()
    assert found["schema"] == "enduse/owners/1" and found["as_of"] == "2025-10-10" and found["restricted"]
    assert regimes(found)["BIS"] == "true"
    bis = next(one for one in found["answers"] if one["regime"] == "BIS")
    assert bis["citation"]["text"] and bis["title"]
    assert [one["name"] for one in found["entities"]] == ["Riverside Example GmbH", HIKVISION]


def test_a_table_says_the_same_as_rows(http: TestClient) -> None:
    table = f'owner,owned,percent\n"{HIKVISION}",Riverside Example GmbH,60\n'
    rows = ask(http, {"party": "Riverside Example GmbH", "owners": [OWNED]}).json()
    assert ask(http, {"party": "Riverside Example GmbH", "table": table}).json()["answers"] == rows["answers"]


def test_more_than_all_shares_are_flagged(http: TestClient) -> None:
    held = [{**OWNED, "owner": "Middle Example Ltd", "percent": "70"}, {**OWNED, "percent": "40.5"}]
    found = ask(http, {"party": "Riverside Example GmbH", "owners": held}).json()
    assert [one["over_stated"] for one in found["entities"]] == ["110.5 percent", "", ""]
    held[0]["percent"] = "60 to 80"
    found = ask(http, {"party": "Riverside Example GmbH", "owners": held}).json()
    assert found["entities"][0]["over_stated"] == "at least 100.5 percent"
    held[1]["percent"] = "40"
    found = ask(http, {"party": "Riverside Example GmbH", "owners": held}).json()
    assert {one["over_stated"] for one in found["entities"]} == {""}


def test_the_day_and_the_regimes_count(http: TestClient) -> None:
    body = {"party": "Riverside Example GmbH", "owners": [{**OWNED, "from": "2025-01-01"}], "regimes": ["BIS"]}
    assert regimes(ask(http, body).json()) == {"BIS": "true"}
    assert regimes(ask(http, body, "2024-06-01").json()) == {"BIS": "false"}


def test_a_row_that_cannot_be_read_is_shown_and_leaves_the_answer_open(http: TestClient) -> None:
    body = {"party": "Riverside Example GmbH", "owners": [OWNED, {**OWNED, "percent": "very much"}]}
    found = ask(http, body).json()
    assert found["open"] and found["readings"][0]["broken"] == 1
    assert "percent" in found["readings"][0]["problems"][0]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"party": "x"},
        {"party": "", "owners": [OWNED]},
        {"party": "Nobody That Is Named", "owners": [OWNED]},
        {"party": "Riverside Example GmbH", "owners": [OWNED], "table": "owner,owned,percent\n"},
        {"party": "Riverside Example GmbH", "owners": [OWNED], "regimes": ["none"]},
        {"party": "Riverside Example GmbH", "owners": [OWNED], "by": "somebody"},
        {"party": "Riverside Example GmbH", "owners": [{**OWNED, "note": "a\nb"}]},
        {"party": "Riverside Example GmbH", "owners": [{"owner": "x"}]},
        {"party": "Riverside Example GmbH", "owners": [OWNED] * 2_001},
        {"party": "x", "table": "what,is,this\n1,2,3\n"},
        {"party": "x", "table": "{}"},
        {"party": "x", "table": "[" * 5_000},
        {"party": "x", "table": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"},
        {"party": "p0", "table": "owner,owned,percent\n" + "".join(f"o{n},p0,0.01\n" for n in range(2_001))},
    ],
)
def test_owners_that_cannot_be_used_are_refused_in_words(http: TestClient, body: dict[str, Any]) -> None:
    answer = ask(http, body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), answer.text
    assert answer.json()["remedy"]


def test_with_a_second_user_nobody_asks_without_signing_in(data: Path, tmp_path: Path) -> None:
    app = service(tmp_path, Clock(), open_holdings=lambda: Holdings.open(data, accept_starter=True, day=TODAY))
    join(app, "ada", "analyst")
    join(app, "eve", "engineer")
    stranger = client(app)
    assert stranger.get("/v1/parties/ftm:acme").status_code == 401
    assert stranger.get("/v1/rules/us/ear").status_code == 401
    assert stranger.post("/v1/ownership", json={}).status_code == 401
    app.state.service.stores.close()
