"""A watch of licences: alerts of licensing in the queue, each once; who may see them; a proposal to suspend."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import licensing_world as w
from enduse.cases.application import CaseParty
from enduse.cases.case import Case
from enduse.cases.licence_bodies import ShipmentChecked, Usage
from enduse.evidence.hits import Hit
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.monitor.actions import alert_at_hand, hidden_from
from enduse.interfaces.monitor.queue import rows
from enduse.interfaces.monitor.run import run
from enduse.interfaces.monitor.steps import Report
from enduse.interfaces.monitor.watches import LICENCES, Watch, keep_watch
from enduse.model.access import Actor
from enduse.model.assessment import Coverage
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.model.party import Listing, PartyKind
from enduse.model.record import By
from enduse.model.transaction import Role
from enduse.monitor.alerts import Alert
from enduse.store import FILE
from people import cheap, form_token, join, signed_in
from service_world import Clock as ServiceClock
from service_world import service

TRADER = CaseParty("trader", Role.ULTIMATE_CONSIGNEE, "Epsilon Trading LLC", "XB")


class Lists:
    """A list that names whom a test puts on it."""

    def __init__(self) -> None:
        self.names: dict[str, dt.date] = {}

    def hits(self, query: Query) -> list[Hit]:
        if query.name not in self.names:
            return []
        listing = Listing("EU-FSF", "an office", Citation("an act"), listed_from=self.names[query.name])
        return [Hit("eu:1", query.name, query.name, "0.99", PartyKind.COMPANY, "an office", (listing,))]

    def coverage(self, required: object, day: dt.date, today: dt.date) -> Coverage:
        return Coverage()

    def fingerprint(self) -> str:
        return f"{len(self.names):064x}"


class World(w.World):
    """Cases in a store, and a watch of their licences."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lists = folder, Lists()
        self.at_hand: Lists | None = self.lists
        self.now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
        self.stores = StoreAtHand(folder / FILE, lambda: self.now)
        super().__init__(now=self.now, log=w.Watched(StoredLog(self.stores.need().cases)))
        self.office = Office(self.stores, lambda: self.now, shipped_policies(), lambda: self.at_hand)
        keep_watch(self.stores.need().monitoring, folder, Watch("licences", "", what=LICENCES), by=By("tester"))

    def licensed(self, identifier: str = "case-1", *conditions: object) -> Case:
        form = w.application()
        form = replace(form, parties=(*form.parties, TRADER))
        case = self.to_consolidation(form, case_id=identifier, reference=f"NL-2026-{identifier[-1]}")
        return self.decided(case, w.granted(1, *conditions))  # type: ignore[arg-type]

    def watched(self) -> Report:
        (report,) = run(self.folder, self.stores.need(), lambda: self.now, office=self.office)
        return report

    def alerts(self) -> list[Alert]:
        store = self.stores.need()
        kept = sorted(store.monitoring.queue(limit=500), key=lambda row: int(row["seq"]))
        return [alert_at_hand(store, str(row["id"])).alert for row in kept]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.stores.close()


def test_a_consignee_that_is_listed_later_is_told_once_with_a_proposal_to_suspend(world: World) -> None:
    case = world.licensed()
    assert world.watched().counts["new alerts"] == 0
    world.at(6, 2)
    world.lists.names[TRADER.name] = dt.date(2026, 6, 1)
    report = world.watched()
    assert (report.status, report.counts["hits reported"], report.counts["new alerts"]) == ("done", 1, 1)
    (alert,) = world.alerts()
    assert (alert.became, alert.customer, alert.severity.value) == ("listed", case.id, "high")
    licence = world.licensing.case(case.id).licence
    assert licence is not None
    (measure,) = licence.measures
    assert (measure.content.measure, measure.open) == ("suspend", True)
    assert measure.content.id in alert.effect[0]
    assert world.watched().counts["new alerts"] == 0
    assert len(world.alerts()) == 1


def test_a_hit_that_the_daily_run_of_licensing_reported_is_told_all_the_same(world: World) -> None:
    from enduse.interfaces.licensing.daily import rescreen

    world.licensed()
    world.at(6, 2)
    world.lists.names[TRADER.name] = dt.date(2026, 6, 1)
    rescreen(world.office)
    assert world.watched().counts["hits reported"] == 0
    assert [one.became for one in world.alerts()] == ["listed"]


def test_use_checks_and_evidence_are_told_as_they_come(world: World) -> None:
    case = world.licensed("case-1", w.REPORT)
    world.at(3, 20)
    world.do(case, "use", Usage("u1", 1, Decimal(2), "pieces", dt.date(2026, 3, 20)), w.EXPORTER)
    world.do(case, "use", Usage("u2", 1, Decimal(1), "pieces", dt.date(2026, 3, 20)), w.EXPORTER)
    world.watched()
    assert [one.became for one in world.alerts()] == ["drawn", "drawn", "overdrawn"]
    world.at(3, 25)
    check = ShipmentChecked("not_found", "the site of the ministry", "nobody knew of it")
    world.do(case, "check_shipment", check, w.INSPECTOR)
    world.watched()
    assert [one.became for one in world.alerts()[3:]] == ["check"]
    world.at(5, 25)
    world.watched()
    world.at(6, 25)
    world.watched()
    assert [one.became for one in world.alerts()[4:]] == ["due", "overdue"]
    assert world.watched().counts["new alerts"] == 0


def test_where_lists_are_not_at_hand_the_run_says_so_and_looks_at_the_rest(world: World) -> None:
    case = world.licensed()
    world.do(case, "use", Usage("u1", 1, Decimal(2), "pieces", dt.date(2026, 3, 2)), w.EXPORTER)
    world.at_hand = None
    report = world.watched()
    assert any("not screened" in note for note in report.notes)
    assert report.counts["new alerts"] == 2


def test_who_may_not_read_cases_sees_no_alert_of_a_licence(world: World) -> None:
    case = world.licensed()
    world.do(case, "use", Usage("u1", 1, Decimal(2), "pieces", dt.date(2026, 3, 2)), w.EXPORTER)
    world.watched()
    store, policies = world.stores.need(), shipped_policies()

    def seen(*roles: str, organisation: str = "") -> int:
        hidden = hidden_from(policies, Actor("u", "u", frozenset(roles), organisation=organisation))
        found = rows(store, "all", dt.date(2026, 3, 2), hidden=hidden)
        assert sum(store.monitoring.counts(hidden=hidden).values()) == len(found)
        return len(found)

    assert {role: seen(role) for role in ("analyst", "case_officer", "licence_authority", "auditor")} == {
        "analyst": 0,
        "case_officer": 2,
        "licence_authority": 2,
        "auditor": 2,
    }
    assert seen("screening_officer", organisation="delta") == 0
    analyst = hidden_from(policies, Actor("u", "u", frozenset({"analyst"})))
    with pytest.raises(BadInput, match="no alert"):
        alert_at_hand(store, str(store.monitoring.queue()[0]["id"]), hidden=analyst)


def test_a_watch_of_licences_has_no_register(world: World) -> None:
    store = world.stores.need().monitoring
    with pytest.raises(BadInput, match="no register"):
        keep_watch(store, world.folder, Watch("other", "customers", what=LICENCES), by=By("tester"))
    with pytest.raises(BadInput, match="nothing to watch"):
        keep_watch(store, world.folder, Watch("other", ""), by=By("tester"))
    with pytest.raises(BadInput, match="keeps its register"):
        (world.folder / "monitor" / "registers" / "customers").mkdir(parents=True)
        (world.folder / "monitor" / "registers" / "customers" / "register.json").write_text("{}")
        keep_watch(store, world.folder, Watch("licences", "customers"), by=By("tester"))


def test_the_page_of_an_alert_leads_to_its_case_and_is_not_there_for_an_analyst(tmp_path: Path) -> None:
    made = World(tmp_path)
    case = made.licensed()
    made.at(6, 2)
    made.lists.names[TRADER.name] = dt.date(2026, 6, 1)
    made.watched()
    (alert,) = made.alerts()
    made.stores.close()
    app = cheap(service(tmp_path, ServiceClock(), login_rate=1_000))
    for login, role in (("officer", "licence_authority"), ("ana", "analyst"), ("otto", "auditor")):
        join(app, login, role)
    try:
        app.state.enduse.start()
        deadline = time.monotonic() + 60
        while app.state.service.office.outside.lists() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        officer, analyst = signed_in(app, "officer"), signed_in(app, "ana")
        text = officer.get(f"/monitor/alerts/{alert.id}").text
        assert f'href="/licensing/cases/{case.id}"' in text
        assert "a proposal to suspend the licence waits in the case" in text
        assert "party listed" in officer.get("/monitor?status=all").text
        assert analyst.get(f"/monitor/alerts/{alert.id}").status_code == 404
        assert TRADER.name not in analyst.get("/monitor?status=all").text
        assert officer.get(f"/v1/monitor/alerts/{alert.id}").json()["headline"].startswith("NL-2026-1-L1: its ultimate")
        assert analyst.get(f"/v1/monitor/alerts/{alert.id}").status_code == 404
        assert analyst.get("/v1/monitor/alerts", params={"status": "all"}).json()["results"] == []
        auditor = signed_in(app, "otto")
        for path in ("/v1/monitor/watches", "/v1/monitor/runs"):
            assert analyst.get(path).json()["results"] == [], "records of runs over licences name cases"
            assert len(auditor.get(path).json()["results"]) == 1
        assert "2026-06-02" not in analyst.get("/monitor").text
        token = form_token(analyst)
        asked = {"action": "close", "reason": "x", "verdict": "noted", "alerts": [alert.id]}
        headers = {"x-csrf-token": token}
        answer = analyst.post("/v1/monitor/alerts/actions", json=asked, headers=headers).json()["results"]
        assert "no alert" in answer[0]["refused"]
    finally:
        app.state.service.stores.close()
