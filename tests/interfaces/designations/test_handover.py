"""Evidence is handed over from an alert, a hit, a licence's condition or a partner's notice, by who may read it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import designation_pages as p
import licensing_world as lw
from enduse.cases.designations.evidence_ftm import read_entities
from enduse.exchange.handling import partner, regime
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.interfaces.designations.desk import Desk
from enduse.interfaces.designations.office import Office
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.monitor.run import run
from enduse.interfaces.monitor.watches import Watch, keep_watch, registers_of
from enduse.model.access import Actor
from enduse.model.decision import Evidence, Verdict
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.model.record import By
from enduse.monitor.customers import Customer
from enduse.monitor.register import Register
from exchange_nodes import coalition
from people import form_token, join, post, signed_in

CUSTOMER = "NSO Group"
MISSING = {"what": "Devices were infected.", "harm": "intrusion_into_devices"}


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options of one command are not those of the next."""
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    """A service with an alert, and two recorders: one who reads alerts and hits, and one who reads neither."""
    found = p.application(tmp_path / "data")
    join(found, "rose", "evidence_officer", "analyst")
    yield found
    found.state.service.stores.close()


def alert_of(app: FastAPI) -> str:
    service = app.state.service
    data, store = service.settings.data, service.stores.need()
    Register(registers_of(data), "customers").upsert([Customer("C-1", Query(CUSTOMER))])
    keep_watch(store.monitoring, data, Watch("customers", "customers"), by=By("tests"))
    run(data, store, service.clock, starter=True)
    return str(store.monitoring.queue(limit=1)[0]["id"])


def draft(http: TestClient, of: str) -> Any:
    return http.post("/v1/evidence/drafts", json={"of": of}, headers={"x-csrf-token": form_token(http)})


def test_an_alert_becomes_evidence_with_a_link_to_it(app: FastAPI) -> None:
    reference = f"alert:{alert_of(app)}"
    rose = signed_in(app, "rose")
    made = draft(rose, reference).json()
    assert (made["end_user"], made["handed_over"]) == (CUSTOMER, reference)
    assert made["sources"][0]["publisher"].startswith("monitoring of this installation")
    assert (made["sources"][0]["reliability"], made["sources"][0]["credibility"]) == ("F", "6"), "graded by a person"
    answer = rose.post("/v1/evidence", json={**made, **MISSING}, headers={"x-csrf-token": form_token(rose)})
    assert answer.status_code == 201, answer.text
    entry = rose.get(f"/v1/evidence/{answer.json()['id']}").json()
    assert entry["handed_over"] == reference
    again = rose.post("/v1/evidence", json={**made, **MISSING}, headers={"x-csrf-token": form_token(rose)}).json()
    assert [one["id"] for one in again["alike"]] == [answer.json()["id"]], "the same thing twice is flagged"


def test_the_form_is_filled_from_where_it_comes(app: FastAPI) -> None:
    reference = f"alert:{alert_of(app)}"
    rose = signed_in(app, "rose")
    there = rose.get(f"/monitor/alerts/{reference.partition(':')[2]}").text
    assert f'href="/evidence/new?handed_over={reference}"' in there
    page = rose.get("/evidence/new", params={"handed_over": reference}).text
    assert f'value="{CUSTOMER}"' in page and f'value="{reference}"' in page
    made = draft(rose, reference).json()
    source = made["sources"][0]
    sent = {**{key: value for key, value in made.items() if isinstance(value, str)}, **MISSING}
    sent |= {"publisher": source["publisher"], "source_title": source["title"], "reliability": "B", "credibility": "2"}
    answer = post(rose, "/evidence/new", **sent)
    assert answer.status_code == 303, answer.text
    page = rose.get(answer.headers["location"]).text
    assert reference in page and source["title"] in page


def test_who_may_not_read_it_hands_nothing_over_and_is_told_as_of_nothing(app: FastAPI) -> None:
    there, erin = f"alert:{alert_of(app)}", signed_in(app, "erin")
    told = {draft(erin, of).text for of in (there, "alert:0123456789abcdef", "screening:0123456789abcdef", "case:x")}
    assert len(told) == 1 and draft(erin, there).status_code == 404
    headers = {"x-csrf-token": form_token(erin)}
    sources = [{"publisher": "x", "reliability": "F", "credibility": "6"}]
    sent = {"title": "t", **MISSING, "sources": sources, "handed_over": there}
    assert erin.post("/v1/evidence", json=sent, headers=headers).status_code == 404
    assert erin.get("/v1/evidence").json() == []
    assert draft(signed_in(app, "nora"), there).status_code == 403
    for wrong in ("", "x", "alert:", "memory:1", "case:"):
        assert draft(erin, wrong).status_code == 400, wrong


def test_a_hit_that_stands_becomes_evidence_and_one_that_does_not_does_not(app: FastAPI) -> None:
    decisions = app.state.service.stores.need().decisions
    of = {
        "party_name": "NSO Group",
        "evidence": Evidence((("names", ("nso grp",)),), ()),
        "by": "rose",
        "reason": "the same number",
    }
    same = decisions.add(verdict=Verdict.SAME, name="NSO Grp", party_id="starter:1", **of)
    other = decisions.add(verdict=Verdict.DIFFERENT, name="NSO Grp", party_id="starter:2", **of)
    rose = signed_in(app, "rose")
    made = draft(rose, f"screening:{same.id}").json()
    assert made["end_user"] == "NSO Grp" and "the same number" in made["sources"][0]["title"]
    assert draft(rose, f"screening:{other.id}").status_code == 400


def test_a_condition_of_a_licence_becomes_evidence(app: FastAPI) -> None:
    service = app.state.service
    join(app, "olga", "evidence_officer", "case_officer")
    world = lw.World(log=lw.Watched(StoredLog(service.stores.need().cases))).at(3, 2)
    case = world.decided(world.to_consolidation(), lw.granted(1, lw.NO_REEXPORT))
    olga, reference = signed_in(app, "olga"), f"case:{case.id}/no-reexport"
    made = draft(olga, reference).json()
    assert made["what"] == lw.NO_REEXPORT.text and made["handed_over"] == reference
    assert made["end_user"] == case.applied.end_users[0].name and made["item"] == "5A001.j"
    assert made["place"] == case.applied.destination
    for of in (f"case:{case.id}/other", "case:none"):
        assert draft(olga, of).status_code == 404
    assert draft(signed_in(app, "erin"), reference).status_code == 404, "who may not read the case"


class Told:
    """A node that was told things, and a desk of somebody there."""

    def __init__(self, folder: Path) -> None:
        self.nodes = coalition(folder, "us", "nl")
        self.nl = self.nodes["nl"]
        data, stores = self.nl.node.data, self.nl.node.stores
        self.office = Office(stores, self.nl.clock, shipped_policies(), data, lambda: None)

    def tell(self, handling: Any) -> str:
        content: dict[str, object] = {
            "typology": "an end user that resells",
            "item": "5A001.j",
            "red_flags": ["new company"],
            "confidence": "high",
            "source_grade": "B",
            "noticed_on": "2026-03-01",
        }
        notice = self.nodes["us"].node.post().send("risk_alert", ["nl"], handling, content)
        self.nodes["us"].sync()
        return notice.id

    def desk(self, *roles: str) -> Desk:
        return self.office.desk(Actor("u", "u", frozenset(roles)))


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    found = Told(tmp_path)
    yield found
    for one in found.nodes.values():
        one.node.stores.close()


def test_a_partners_notice_becomes_evidence_under_its_handling(told: Told) -> None:
    reference = f"notice:{told.tell(partner('nl'))}"
    desk = told.desk("evidence_officer", "consultation_officer")
    made = desk.handover(reference)
    assert made["item"] == "5A001.j" and "PARTNER(nl)" in made["sources"][0]["title"]
    entry, _ = desk.record({**made, **MISSING})
    assert entry.content.handed_over == reference
    with pytest.raises(NotHeld):
        told.desk("evidence_officer").handover(reference)


def test_what_is_told_to_a_regime_is_not_handed_over(told: Told) -> None:
    reference = f"notice:{told.tell(regime('wassenaar'))}"
    with pytest.raises(NotHeld):
        told.desk("evidence_officer", "consultation_officer", "case_officer").handover(reference)


# --- at the command line; FollowTheMoney

EVENT: list[dict[str, Any]] = [
    {
        "id": "ev",
        "schema": "Event",
        "properties": {
            "name": ["A news room is infected"],
            "summary": ["Devices were infected."],
            "date": ["2023-09-01"],
            "country": ["xa"],
            "keywords": ["intrusion into devices", "journalists", "spring"],
            "involved": ["someone"],
        },
    },
    {"id": "v", "schema": "Company", "properties": {"name": ["Brackwater Interception Systems"]}},
    {"id": "t", "schema": "Company", "properties": {"name": ["Halden Trade FZE"]}},
    {"id": "u", "schema": "PublicBody", "properties": {"name": ["Bureau of Public Watching"]}},
    {"id": "a", "schema": "Article", "properties": {"title": ["Redirected"], "publisher": ["An institute"]}},
    {"id": "x", "schema": "Vessel", "properties": {"name": ["Nobody's ship"]}},
    {"id": "l1", "schema": "UnknownLink", "properties": {"subject": ["v"], "object": ["ev"], "role": ["Vendor"]}},
    {"id": "l2", "schema": "UnknownLink", "properties": {"subject": ["t"], "object": ["ev"], "role": ["broker"]}},
    {"id": "l3", "schema": "UnknownLink", "properties": {"subject": ["u"], "object": ["ev"], "role": ["end-user"]}},
    {"id": "l4", "schema": "UnknownLink", "properties": {"subject": ["u"], "object": ["ev"], "role": ["friend"]}},
    {"id": "d", "schema": "Documentation", "properties": {"document": ["a", "gone"], "entity": ["ev"]}},
]


def lines(entities: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(one) + "\n" for one in entities)


def test_an_event_of_followthemoney_is_an_entry_and_what_is_left_out_is_counted() -> None:
    read = read_entities(lines(EVENT), "x")
    (entry,) = read.entries
    assert entry == {
        "title": "A news room is infected",
        "what": "Devices were infected.",
        "harm": "intrusion_into_devices",
        "affected": "journalists",
        "occurred": "2023-09-01",
        "place": "XA",
        "vendor": "Brackwater Interception Systems",
        "intermediaries": ["Halden Trade FZE"],
        "end_user": "Bureau of Public Watching",
        "sources": [{"publisher": "An institute", "title": "Redirected", "reliability": "F", "credibility": "6"}],
    }
    assert dict(read.left) == {
        "keyword spring": 1,
        "party as friend": 1,
        "party without a role": 1,
        "document that is not in the file": 1,
        "entity of schema Vessel that no event names": 1,
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]\n",
        '{"id": "a"}\n',
        '{"id": 1, "schema": "Event", "properties": {}}\n',
        '{"id": "a", "schema": "Event", "properties": []}\n',
        lines(EVENT[1:3]),
        "[" * 100_000,
    ],
)
def test_a_file_that_holds_no_event_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BadInput) as error:
        read_entities(text, "x.jsonl")
    assert "x.jsonl" in str(error.value)


def test_values_of_any_kind_break_nothing() -> None:
    odd = {"name": [1, None, {"x": 1}, "A"], "date": ["soon"], "keywords": "harm", "country": [7], "proof": ["none"]}
    (entry,) = read_entities(lines([{"id": "e", "schema": "Event", "properties": odd}]), "x").entries
    assert (entry["title"], entry["harm"], entry["sources"]) == ("A", "other", [])


def asked(data: Path, *words: str) -> int:
    context.OPTIONS.json = False
    return main(["designations", *words, "--data-dir", str(data)])


def test_commands_hand_over_and_import(app: FastAPI, tmp_path: Path, capsys: Any) -> None:
    data, reference = tmp_path / "data", f"alert:{alert_of(app)}"
    assert asked(data, "hand-over", reference, "--as", "rose") == 0
    assert json.loads(capsys.readouterr().out)["handed_over"] == reference
    assert asked(data, "hand-over", reference, "--as", "erin") == 3
    rest = tmp_path / "rest.json"
    rest.write_text(json.dumps(MISSING), encoding="utf-8")
    capsys.readouterr()
    assert asked(data, "hand-over", reference, "--as", "rose", "--record", str(rest)) == 0
    assert f"from {reference}" in capsys.readouterr().out
    entities = tmp_path / "events.ftm.json"
    entities.write_text(lines(EVENT), encoding="utf-8")
    assert asked(data, "record", str(entities), "--as", "erin", "--json") == 0
    (first,) = json.loads(capsys.readouterr().out)
    assert asked(data, "record", str(entities), "--as", "erin", "--json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)[0]["alike"] == [first["id"]], "our own matcher flags the same thing"
    assert "left out: keyword spring (1)" in told.err
    held = app.state.service.designations.designations().entry(first["id"])
    assert (held.content.vendor, held.grade, held.content.occurred) == (
        "Brackwater Interception Systems",
        "F6",
        dt.date(2023, 9, 1),
    )
