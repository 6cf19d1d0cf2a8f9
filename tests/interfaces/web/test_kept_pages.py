"""Pages of what is kept: assessments, saved searches, the audit chain; for whoever may, by the policies."""

from __future__ import annotations

import dataclasses
import html
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crawler import crawl
from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.service.ground import Service
from enduse.model.access import Actor
from enduse.model.kept import Kept
from enduse.model.record import By
from people import form_token, join, signed_in
from service_world import Clock, client, service

TRANSACTION: dict[str, Any] = {
    "reference": "order 7 <b>",
    "item": {"code": "EAR99"},
    "from": "US",
    "destination": "CN",
    "parties": [{"role": "end_user", "name": "Acme Optronics"}],
    "date": "2026-08-03",
}
PEOPLE = {"ada": "analyst", "eve": "engineer", "otto": "auditor", "sys": "sysadmin"}


@pytest.fixture
def app(data: Path, tmp_path: Path, holdings: Holdings) -> Iterator[FastAPI]:
    (tmp_path / "lists").symlink_to(data / "lists")
    found = service(tmp_path, Clock(), open_holdings=lambda: holdings, request_rate=1_000_000)
    for login, role in PEOPLE.items():
        join(found, login, role)
    with client(found) as http:
        while http.get("/readyz").status_code == 503:
            time.sleep(0.02)
        yield found


def actor(app: FastAPI, login: str) -> Actor:
    accounts = app.state.service.stores.need().accounts
    user = next(one for one in accounts.users() if one.login == login)
    return Actor(user.id, user.name, accounts.roles(user.id))


def keep(app: FastAPI, login: str = "ada", *, restricted: bool = False, **changed: Any) -> Kept:
    desk = app.state.service.desk
    found = dataclasses.replace(desk.check(TRANSACTION), **changed)
    kept: Kept = desk.keep(found, actor(app, login), restricted=restricted)[0]
    return kept


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


# --- assessments


def test_a_kept_assessment_is_made_again_and_shown_as_the_answer(app: FastAPI) -> None:
    kept = keep(app)
    http = signed_in(app, "ada")
    listed = http.get("/assessments")
    assert f'href="/assessments/{kept.id}"' in listed.text and "order 7 &lt;b&gt;" in listed.text
    page = http.get(f"/assessments/{kept.id}")
    assert page.status_code == 200, page.text
    said = text_of(page.text)
    assert kept.headline in said and "says the same, byte for byte" in said
    assert "Acme Optronics" in said and "What the answer rests on" in said and "Findings" in said
    assert kept.judgement in said and "Change the transaction" not in said
    assert http.get(f"/v1/assessments/{kept.id}").status_code == 200


def test_the_lists_of_its_day_answer_where_others_are_at_hand_now(app: FastAPI, data: Path, tmp_path: Path) -> None:
    kept = keep(app)
    app.state.service.stores.close()
    other = service(
        tmp_path, Clock(), open_holdings=lambda: Holdings.open(data, accept_starter=False, day=Clock()().date())
    )
    with client(other) as http:
        while http.get("/readyz").status_code == 503:
            time.sleep(0.02)
        assert "says the same, byte for byte" in signed_in(other, "ada").get(f"/assessments/{kept.id}").text


def test_what_cannot_be_made_again_says_so_and_shows_what_was_kept(app: FastAPI) -> None:
    kept = keep(app, headline="Something else was said then")
    said = text_of(signed_in(app, "ada").get(f"/assessments/{kept.id}").text)
    assert "could not be made again" in said and "Something else was said then" in said and "NOT reproduced" in said


def test_a_judgement_that_was_altered_is_not_shown(app: FastAPI) -> None:
    kept = keep(app)
    found: Service = app.state.service
    with found.stores.need().write() as connection:
        tables = sa.inspect(connection).get_table_names()
        assert "contents" in tables, tables
        for (name,) in connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        connection.execute(
            sa.text("UPDATE contents SET body = :body WHERE sha256 = :hash"), {"body": b"{}", "hash": kept.judgement}
        )
    answer = signed_in(app, "ada").get(f"/assessments/{kept.id}")
    assert answer.status_code == 503 and "What to do:" in answer.text


def test_what_somebody_else_kept_is_as_unknown_as_what_is_not_there(app: FastAPI) -> None:
    kept, own = keep(app), keep(app, "eve")
    http = signed_in(app, "eve")
    listed = http.get("/assessments").text
    assert kept.id not in listed and own.id in listed and "Yours alone" in text_of(listed)
    answers = [http.get(f"/assessments/{one}") for one in (kept.id, "none")]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].text.replace(kept.id, "none") == answers[1].text
    subject = f"assessment.view assessment:{kept.id}"
    refused = app.state.service.stores.need().audit.entries(subject=subject)
    assert [(one.action, one.actor) for one in refused] == [("access.denied", actor(app, "eve").id)]
    assert signed_in(app, "otto").get(f"/assessments/{kept.id}").status_code == 200
    assert signed_in(app, "sys").get(f"/assessments/{kept.id}").status_code == 403


def test_reading_what_is_restricted_is_put_on_record(app: FastAPI) -> None:
    kept = keep(app, restricted=True)
    assert "every reading is put on record" in signed_in(app, "otto").get(f"/assessments/{kept.id}").text
    entry = app.state.service.stores.need().audit.entries(last=1)[0]
    assert (entry.action, entry.reason, entry.actor) == ("record.read", "read on its page", actor(app, "otto").id)


def test_long_lists_come_by_pages(app: FastAPI) -> None:
    desk, by = app.state.service.desk, actor(app, "ada")
    found = desk.check(TRANSACTION)
    made = [desk.keep(found, by)[0].id for _ in range(52)]
    http = signed_in(app, "ada")
    first = http.get("/assessments").text
    older = re.search(r'href="(/assessments\?before=\d+)"', first)
    assert older is not None
    second = http.get(older[1]).text
    shown = re.findall(r'href="/assessments/([0-9a-f]{24})"', first + second)
    assert shown == made[::-1]


@pytest.mark.parametrize("path", ["/assessments", "/audit"])
@pytest.mark.parametrize("before", ["x", "-1", "1" * 13, "²", "1 OR 1=1"])
def test_a_place_that_is_none_is_refused(app: FastAPI, path: str, before: str) -> None:
    answer = signed_in(app, "otto").get(path, params={"before": before})
    assert answer.status_code == 422 and "before" in answer.text


# --- searches


def test_a_saved_search_is_run_by_a_link(app: FastAPI) -> None:
    store = app.state.service.stores.need()
    query = {"name": "Acme Optronics", "countries": ["CN"], "threshold": 0.8, "shoe_size": 43}
    store.casework.save_search("nothing in it", {"odd": True}, by=By.of(actor(app, "ada")))
    http = signed_in(app, "ada")
    headers = {"x-csrf-token": form_token(http)}
    made = http.post("/v1/searches", json={"name": "Acme <again>", "query": query}, headers=headers)
    assert made.status_code == 201, made.text
    page = http.get("/searches").text
    assert "Acme &lt;again&gt;" in page and "Not taken over: shoe_size" in page and "It cannot be run from here" in page
    link = re.search(r'href="(/screen\?[^"]+)"', page)
    assert link is not None
    run = http.get(html.unescape(link[1]))
    assert run.status_code == 200 and "ftm:acme" in run.text and "at 0.80 or above" in run.text
    assert "Acme" not in text_of(signed_in(app, "eve").get("/searches").text)


def test_a_search_is_saved_run_again_and_deleted(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    asked = {"name": "Acme Optronics", "country": "CN", "other_names": "AOC\nOld Acme", "threshold": "0.80"}
    page = http.get("/screen", params=asked).text
    assert "Save this search" in page and 'value="Acme Optronics" maxlength' in page
    made = http.post("/searches", data=asked | {"label": "Acme <every month>", "csrf_token": form_token(http)})
    assert made.status_code == 303, made.text
    listed = http.get(made.headers["location"]).text
    assert "The search is saved" in listed and 'Run <bdi dir="auto">Acme &lt;every month&gt;' in listed
    (kept,) = http.get("/v1/searches").json()
    assert kept["query"] == {
        "name": "Acme Optronics",
        "countries": ["CN"],
        "other_names": ["AOC", "Old Acme"],
        "threshold": "0.80",
    }
    link = re.search(r'href="(/screen\?[^"]+)"', listed)
    assert link is not None and "ftm:acme" in http.get(html.unescape(link[1])).text
    eve = signed_in(app, "eve")
    address = f"/searches/{kept['id']}/delete"
    assert eve.post(address, data={"csrf_token": form_token(eve)}).status_code == 404
    assert http.post(address).status_code == 403, "without the token of a form"
    gone = http.post(address, data={"csrf_token": form_token(http)})
    assert gone.status_code == 303
    assert "None yet" in http.get(gone.headers["location"]).text
    assert http.post(address, data={"csrf_token": form_token(http)}).status_code == 404


@pytest.mark.parametrize("wrong", [{"label": ""}, {"label": "x" * 2_000}, {"name": ""}, {"country": "Atlantis"}])
def test_what_is_no_search_is_not_saved(app: FastAPI, wrong: dict[str, str]) -> None:
    http = signed_in(app, "ada")
    form = {"label": "one", "name": "Acme", "csrf_token": form_token(http)} | wrong
    assert http.post("/searches", data=form).status_code == 422
    assert http.get("/v1/searches").json() == []


def test_who_may_save_nothing_is_offered_nothing(app: FastAPI) -> None:
    assert "Save this search" not in signed_in(app, "otto").get("/screen?name=Acme").text
    http = signed_in(app, "sys")
    assert http.post("/searches", data={"label": "x", "name": "y", "csrf_token": form_token(http)}).status_code == 403


# --- audit


def test_an_auditor_reads_the_chain_and_an_administrator_verifies_it(app: FastAPI) -> None:
    kept = keep(app)
    otto = signed_in(app, "otto")
    page = otto.get("/audit").text
    assert "assessment.keep" in page and "Ada" in page
    about = text_of(otto.get("/audit", params={"subject": f"assessment:{kept.id}"}).text)
    assert "assessment.keep" in about and "user.create" not in about
    assert "The chain is whole" in otto.get("/audit/verification").text
    sys = signed_in(app, "sys")
    assert sys.get("/audit").status_code == 403
    verified = sys.get("/audit/verification")
    assert "The chain is whole" in verified.text and 'href="/audit"' not in verified.text
    assert signed_in(app, "ada").get("/audit/verification").status_code == 403


def test_an_altered_entry_is_named(app: FastAPI) -> None:
    keep(app)
    found: Service = app.state.service
    with found.stores.need().write() as connection:
        connection.execute(sa.text("DROP TRIGGER audit_no_update"))
        connection.execute(sa.text("UPDATE audit SET actor = 'nobody' WHERE seq = 2"))
    page = signed_in(app, "otto").get("/audit/verification").text
    assert "The chain is broken" in page and "audit entry 2" in page


def test_many_entries_come_by_pages(app: FastAPI) -> None:
    for number in range(60):
        app.state.service.denied(Actor("u", "somebody"), f"action.{number}", "", "no", "")
    http = signed_in(app, "otto")
    address, seen = "/audit", []
    while address:
        page = http.get(address).text
        seen += [int(one) for one in re.findall(r'<th scope="row" class="number">(\d+)<', page)]
        older = re.search(r'href="(/audit\?before=\d+)"', page)
        address = older[1] if older else ""
    assert seen == list(range(seen[0], 0, -1)) and len(seen) > 60


# --- who is shown what


@pytest.mark.parametrize(
    ("login", "shown"),
    [
        ("ada", {"/assessments", "/searches"}),
        ("eve", {"/assessments", "/searches"}),
        ("otto", {"/assessments", "/searches", "/audit"}),
        ("sys", {"/audit/verification"}),
        ("", set()),
    ],
)
def test_only_whoever_may_is_shown_the_way(app: FastAPI, login: str, shown: set[str]) -> None:
    http: TestClient = signed_in(app, login) if login else client(app)
    for page in ("/account", "/items") if login else ("/login",):
        text = http.get(page).text
        for path in ("/assessments", "/searches", "/audit", "/audit/verification"):
            assert (f'href="{path}"' in text) is (path in shown), (page, path)


def test_every_link_on_these_pages_resolves(app: FastAPI) -> None:
    kept = keep(app)
    store = app.state.service.stores.need()
    store.casework.save_search("Acme", {"name": "Acme Optronics"}, by=By.of(actor(app, "ada")))
    ours = ["/assessments", f"/assessments/{kept.id}", "/searches"]
    assert crawl(signed_in(app, "ada"), ours, 25) == ([], 25)
    assert crawl(signed_in(app, "otto"), [*ours, "/audit", "/audit/verification"], 25) == ([], 25)
