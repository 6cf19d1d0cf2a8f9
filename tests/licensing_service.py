"""A service with the people of an authority and of exporters, and cases brought forward by the book at its desk."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

import licensing_world as w
from api_server import held
from enduse.cases.application import Application
from enduse.cases.bodies import Finding
from enduse.cases.case import Case
from enduse.cases.conditions import Facts
from enduse.cases.ground import CountryProfile
from enduse.cases.human_rights import criteria_of
from enduse.interfaces.licensing.desk import Desk
from enduse.model import access
from enduse.model.codec import to_plain
from people import SETUP, join
from service_world import Clock, service

PROFILES = {
    "XA": CountryProfile("XA", "elevated", (("freedom", "11", "Office of Indicators", "2025"),), "for tests"),
    "XB": CountryProfile("XB", "ordinary", (("freedom", "82", "Office of Indicators", "2025"),), "for tests"),
    "NL": CountryProfile("NL", "ordinary", (("freedom", "97", "Office of Indicators", "2025"),), "for tests"),
}
"""Tables take countries that there are; these states are invented."""
PEOPLE: dict[str, tuple[tuple[str, ...], str, str]] = {
    "delta": (("exporter_submitter", "exporter_admin"), "delta", ""),
    "epsilon": (("exporter_submitter",), "epsilon", ""),
    "intake": (("intake",), "", ""),
    "technical": (("technical_assessor",), "", ""),
    "screener": (("screening_officer",), "", ""),
    "officer": (("case_officer",), "", ""),
    "licensing": (("agency_adviser", "countersigner_1"), "", "licensing"),
    "foreign": (("agency_adviser",), "", "foreign"),
    "rights": (("hr_assessor",), "", ""),
    "reviewer": (("hr_reviewer",), "", ""),
    "first": (("countersigner_1", "countersigner_2"), "", ""),
    "second": (("countersigner_1", "countersigner_2"), "", ""),
    "decider": (("decision_authority",), "", ""),
    "panel": (("appeal_panel",), "", ""),
    "consulting": (("consultation_officer",), "", ""),
    "licences": (("licence_authority",), "", ""),
    "inspector": (("compliance_inspector",), "", ""),
    "records": (("records_officer",), "", ""),
    "customs": (("customs_liaison",), "", ""),
    "statistics": (("statistician",), "", ""),
    "auditor": (("auditor",), "", ""),
}
"""Login -> roles, exporter, agency. The adviser of the licensing unit countersigns other cases."""


@dataclass
class Office:
    """A service, its clock, and steps that bring a case forward."""

    app: FastAPI
    clock: Clock
    drafts: int = 0
    references: int = 0

    def desk(self, login: str) -> Desk:
        """The desk of somebody, by their account."""
        made = self.app.state.service
        user = made.stores.need().accounts.by_login(login)
        assert user is not None, login
        roles, organisation, agency = PEOPLE[login]
        person = access.Actor(user.id, user.name, frozenset(roles), organisation=organisation, agency=agency)
        found: Desk = made.office.desk(person)
        return found

    def act(self, login: str, case: Case, command: str, **sent: Any) -> Case:
        """Do a command as somebody."""
        return self.desk(login).act(case.id, command, sent)

    def at(self, month: int, day: int) -> Office:
        """Set the clock."""
        self.clock.now = dt.datetime(2026, month, day, 10, tzinfo=dt.UTC)
        return self

    def draft(self, form: Application | None = None) -> Case:
        """A draft of the exporter Delta."""
        self.drafts += 1
        self.clock.on(seconds=self.drafts)
        return self.desk("delta").open(form or w.application())[0]

    def submitted(self, form: Application | None = None) -> Case:
        """An application that Delta submitted."""
        case = self.draft(form)
        return self.act("delta", case, "submit", declarations=["true_and_complete", "will_report_changes"])

    def registered(self, form: Application | None = None, reference: str = "") -> Case:
        """It has its reference; the first that has none of its own is NL-2026-0042."""
        self.references += not reference
        reference = reference or f"NL-2026-{41 + self.references:04d}"
        return self.act("intake", self.submitted(form), "register", reference=reference)

    def circulated(self, form: Application | None = None, reference: str = "") -> Case:
        """It is with the agencies: classified, screened, every hit put aside."""
        case = self.registered(form, reference)
        for one in case.applied.items:
            stated: dict[str, Any] = {
                "code": one.code,
                "list_edition": "2025-11-15",
                "reasoning": "by its data sheet",
                "tier": "basic",
            }
            stated |= {"capabilities": list(one.capabilities or ())}
            case = self.act("technical", case, "classify", line=one.line, **stated)
        case = self.act("technical", case, "finish_classification")
        case = self.act("screener", case, "screen")
        for hit in case.open_hits:
            case = self.act("screener", case, "dispose_hit", hit=hit.id, disposition="different", reason="another body")
        return self.act("screener", case, "circulate")

    def advised(self, case: Case, position: str = "approve") -> Case:
        """Every agency has advised."""
        for agency in dict.fromkeys(route.agency for route in case.routes):
            for item in case.applied.items:
                for party in case.applied.end_users:
                    stated = {"position": position, "legal_basis": "Art. 15", "reasoning": f"advice of {agency}"}
                    case = self.act(agency, case, "recommend", agency=agency, line=item.line, party=party.id, **stated)
        return case

    def assessed(self, case: Case, finding: Finding = Finding.NO_CONCERN) -> Case:
        """The human-rights assessment is written and agreed."""
        desk = self.desk("rights")
        ground = self.app.state.service.office.outside.ground(case, desk.actor)
        law = self.app.state.service.office.policies.authorities[case.applied.authority].law
        facts = Facts(case, ground, self.app.state.service.office.policies.groups, law)
        criteria = criteria_of(facts, self.app.state.service.office.policies)
        answers = [w.answer(one.id, finding if not n else Finding.NO_CONCERN) for n, one in enumerate(criteria)]
        case = self.act("rights", case, "assess_human_rights", answers=to_plain(answers), summary="what sources say")
        version = case.assessment.version if case.assessment else 0
        return self.act("reviewer", case, "review_human_rights", version=version, agrees=True, reason="agreed")

    def proposed(self, case: Case, *lines: Any) -> Case:
        """The proposal is written."""
        return self.act("officer", case, "consolidate", lines=to_plain(lines), reasoning="over all advice")

    def decided(self, case: Case, *lines: Any) -> Case:
        """It is countersigned and decided."""
        case = self.proposed(case, *lines)
        for login in ("first", "second"):
            if case.status.startswith("countersign"):
                case = self.act(login, case, "countersign", agrees=True, reason="agreed")
        return self.act("decider", case, "decide", lines=to_plain(lines))


def office(data: Path, now: dt.datetime = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC), **settings: Any) -> Office:
    """A service with everybody of :data:`PEOPLE`, profiles of countries, and lists that count as whole."""
    clock = Clock(now)
    usual: dict[str, Any] = {"request_rate": 1_000_000, "login_rate": 1_000, "licensing_lists": "ftm"}
    app = service(data, clock, **usual | settings)
    store = app.state.service.stores.need()
    for login, (roles, organisation, agency) in PEOPLE.items():
        user = join(app, login, *roles)
        if organisation or agency:
            store.accounts.assign(user.id, organisation=organisation, agency=agency, by=SETUP, reason="works there")
    app.state.service.office.outside.profiles = lambda: PROFILES
    return Office(app, clock)


def opened(found: Office) -> None:
    """Wait until the lists of a service without a server are open."""
    found.app.state.enduse.start()
    deadline = time.monotonic() + 60
    while found.app.state.service.office.outside.lists() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextlib.contextmanager
def serving(folder: Path, now: dt.datetime, **settings: Any) -> Iterator[tuple[str, Office]]:
    """The office on the loopback address, its lists open."""
    found = office(held(folder), now, **settings)
    server = uvicorn.Server(uvicorn.Config(found.app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started or found.app.state.service.office.outside.lists() is None:
        assert thread.is_alive() and time.monotonic() < deadline
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", found
    server.should_exit = True
    thread.join(timeout=30)
