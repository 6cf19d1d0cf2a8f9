"""The whole OpenAPI document, driven by schemathesis: no defect, and nothing that the document does not declare."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.modes import GenerationMode
from schemathesis.python.asgi import shutdown_lifespans

from api_server import TODAY, held
from designation_samples import SEAT
from designation_samples import Samples as Designated
from enduse.cases.decide import shipped_policies as licensing_policies
from enduse.interfaces.monitor.run import run
from enduse.interfaces.monitor.watches import Watch, keep_watch, registers_of
from enduse.interfaces.programme.transparency import freeze
from enduse.interfaces.trade.analysis import asked_of
from enduse.interfaces.trade.work import flows_work
from enduse.lists.sync import sync_from_dir
from enduse.model.access import Actor
from enduse.model.match import Query
from enduse.model.record import By
from enduse.monitor.customers import Customer
from enduse.monitor.register import Register
from enduse.programme.shared_impact import ImpactRequest, write
from exchange_samples import exchanged
from licensing_samples import AGENCY, ORGANISATION, Samples
from licensing_samples import GOOD as LICENSING
from people import form_token, join, signed_in
from programme_table import table
from programme_world import taken
from service_world import LOCAL, Clock, service
from trade_samples import DECLARED

EXAMPLES = int(os.environ.get("ENDUSE_TEST_EXAMPLES", "2"))
"""Generated requests of each kind (good, bad) of an operation; and six times as many at the edges of its schema."""
EDGES = 6
BOUNDS = settings(
    derandomize=True,
    database=None,
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
WHO = ["worker", "root", "auditor", "nobody", "visitor", "officer", "exporter", "member"]
"""Accounts that may do as much as one person may (a system administrator sees no case content, an auditor changes
nothing, an officer knows no protected source), somebody who is not signed in, and somebody at a service that is open
to this machine."""
NOT_PROMISED = ("positive_data_acceptance",)
"""What the schema allows may still be refused with a 400: whether a transaction can be judged, a schema cannot say."""
ONLY = {
    "auditor": "/v1/audit",
    "officer": "/v1/licensing",
    "exporter": "/v1/licensing",
    "member": "/v1/designations/{identifier}/commands/",
}
"""Where somebody asks nothing that the others do not ask too. (A statistician does nothing in a case: the worker is
one, the officer none.)"""
LENIENT = ("/match/",)
"""In yente's shapes a number passes for a text, as it does at yente."""
TRANSACTION = {
    "item": {"code": "5A001.j"},
    "from": "DE",
    "destination": "EG",
    "parties": [{"role": "end_user", "name": "Acme Optronics"}],
    "date": "2026-08-03",
}
QUERY = {"name": "Acme Optronics", "countries": ["CN"]}
DECISION = QUERY | {"party_id": "ftm:acme", "verdict": "different", "reason": "another company"}
TABLE = b"reference,item,from,destination,end_user\nr1,5A001.j,DE,EG,Acme Optronics\n"
FLOWS = {
    "data": [
        {
            "reporterCode": 276,
            "partnerCode": 398,
            "flowCode": "X",
            "cmdCode": "854231",
            "classificationCode": "H6",
            "period": "202203",
            "primaryValue": 1000,
        }
    ]
}
PERSON = {"login": "grace", "name": "Grace", "password": "correct horse battery", "reason": "joined"}


def watched(app: FastAPI) -> dict[str, str]:
    """A register that is watched, with an alert."""
    service = app.state.service
    data, store = service.settings.data, service.stores.need()
    Register(registers_of(data), "customers").upsert([Customer("C-1", Query("Acme Optronics"))])
    keep_watch(store.monitoring, data, Watch("customers", "customers"), by=By("tests"))
    run(data, store, service.clock, starter=True)
    (alert, *_) = store.monitoring.queue(limit=1)
    return {"/v1/monitor/alerts/": str(alert["id"]), "/v1/monitor/registers/": "customers"}


def programmed(app: FastAPI) -> dict[str, str]:
    """A draft that members were asked to try, and a frozen transparency report."""
    last = dt.date(2026, 9, 1)
    request = ImpactRequest("us", "Routers", "rulebooks/x.yaml", "c" * 64, ("nl",), dt.date(2026, 8, 1), last)
    taken(app, "us", request.path, write(request))
    period = dt.date(2025, 1, 1), dt.date(2025, 4, 1)
    frozen = freeze(app.state.service.office, *period, by=By("tests"), reason="due")
    return {
        "/v1/programme/drafts/": request.id,
        "/v1/programme/transparency/": frozen.sha256,
        "/v1/programme/initiatives/": "us-democratic-renewal",
    }


def traded(app: FastAPI) -> str:
    """A report on trade; what the lists add up to is worked out too."""
    service = app.state.service
    asked = asked_of(["DE"], ["RU"], "2022-01-01")
    work = flows_work(asked, [("flows.json", json.dumps(FLOWS).encode())], [], service.settings.data)
    made = service.worker.submit_trade(work, Actor("u1", "tests"))
    added_up = service.worker.submit_intelligence(0.95, Actor("u1", "tests"))
    end = time.monotonic() + 60
    for one in (made, added_up):
        while (found := service.stores.need().casework.job(one.id)).state != "done":
            assert found.state in ("waiting", "running") and time.monotonic() < end, found.note
            time.sleep(0.01)
    return str(made.id)


class World:
    """A service over a few lists, the sessions of its people, and what is kept in it.

    Args:
        people: make accounts; else the service is open.
    """

    def __init__(self, data: Path, *, people: bool) -> None:
        self.app = service(data, Clock(), login_rate=1_000, request_rate=1_000_000)
        self.ids = {"/v1/lists/": "us_csl", "/v1/items/": "5A001.j", "/match/": "ftm", "/search/": "default"}
        self.ids |= {"/v1/rules/": "us/ear", "/v1/parties/": "ftm:acme"}
        self.ids["/entities/"] = "ftm.acme"
        if people:
            roles = set(self.app.state.service.policies.roles)
            join(self.app, "worker", *(roles - {"sysadmin", "auditor"}))
            join(self.app, "root", "sysadmin")
            join(self.app, "auditor", "auditor")
            uncleared = roles - licensing_policies().barred - {"source_custodian"}
            join(self.app, "officer", *uncleared, agency=AGENCY)
            join(self.app, "member", "committee_member", "evidence_officer", agency=SEAT)
            exporting = [role for role in roles if role.startswith("exporter_")]
            join(self.app, "exporter", *exporting, organisation=ORGANISATION)
            self.ids["/v1/users/"] = join(self.app, "spare").id
        self.described = schemathesis.openapi.from_dict(self.app.openapi())
        self.described.app = self.app
        self.described.config.generation.update(with_security_parameters=False)
        operations: list[Any] = list(self.described.get_all_operations())
        self.operations = [one.ok() for one in operations]
        self._sessions: dict[str, tuple[TestClient, dict[str, str]]] = {}
        self.seen: set[tuple[str, int]] = set()
        ready = self.operation("GET /readyz")
        end = time.monotonic() + 60
        while ready.Case().call(base_url=LOCAL).status_code != 200:
            assert time.monotonic() < end, "the lists did not open"
            time.sleep(0.01)
        self.good = GOOD
        if people:
            self._keep()

    def operation(self, label: str) -> Any:
        """The operation of a method and a path."""
        return next(one for one in self.operations if one.label == label)

    def _keep(self) -> None:
        """Keep something of every kind."""

        def made(path: str, **asked: Any) -> Any:
            http, headers = self._session("worker")
            answer = http.post(path, headers=headers, **asked)
            assert answer.status_code in (201, 202), answer.text
            return answer.json()

        other = {"name": "Bureau of Public Watching", "party_id": "ftm:ministry"}
        kept = made("/v1/assessments", json={"transaction": TRANSACTION})
        job = made("/v1/assessments/bulk", content=TABLE)["id"]
        end = time.monotonic() + 60
        while (state := self._session("worker")[0].get(f"/v1/jobs/{job}").json()["state"]) != "done":
            assert state in ("waiting", "running") and time.monotonic() < end, state
            time.sleep(0.01)
        self.ids |= {
            "/v1/assessments/": kept["id"],
            "/v1/transactions/": kept["transaction"],
            "/v1/jobs/": job,
            "/v1/adjudications/": made("/v1/adjudications", json=DECISION | other)["id"],
            "/v1/keys/": made("/v1/keys", json={"name": "k", "scopes": ["read"]})["id"],
            "/v1/searches/": made("/v1/searches", json={"name": "s", "query": QUERY})["id"],
        }
        self.ids["/v1/trade/reports/"] = traded(self.app)
        self.ids |= watched(self.app)
        found = Samples(self.app)
        listed = Designated(self.app)
        self.ids |= listed.ids
        self.ids |= exchanged(self.app, self.app.state.service.settings.data.parent / "partners")
        self.ids |= found.ids | {"/v1/licensing/statistics/": "eu", "/v1/licensing/references/": "liberties"}
        http, headers = self._session("exporter")
        asked = {"transaction": TRANSACTION}
        own = http.post("/v1/assessments", headers=headers, json=asked).json()["id"]
        draft = {"assessment": own, "authority": "nl", "type": "individual"}
        self.good = GOOD | found.good | listed.good | LICENSING | {"POST /v1/licensing/drafts": {"body": draft}}
        released = LICENSING["POST /v1/licensing/statistics/{layout}/releases"]["body"]
        self.ids |= programmed(self.app)
        self.ids["/v1/licensing/releases/"] = made("/v1/licensing/statistics/eu/releases", json=released)["sha256"]

    def _session(self, who: str) -> tuple[TestClient, dict[str, str]]:
        if who not in self._sessions:
            http = signed_in(self.app, who)
            self._sessions[who] = http, {"x-csrf-token": form_token(http)}
        return self._sessions[who]

    def sign_in_anew(self) -> None:
        """Leave every session behind."""
        self._sessions.clear()

    def answered(self, case: Any, who: str) -> None:
        """Send a request and look at its answer.

        Raises:
            FailureGroup: the answer is a defect, or not as declared.
        """
        sent: dict[str, Any] = {"headers": {}, "cookies": {}}
        if who not in ("nobody", "visitor"):
            http, headers = self._session(who)
            sent = {"headers": headers, "cookies": dict(http.cookies)}
        answer = case.call(base_url=LOCAL, **sent)
        self.seen.add((case.operation.label, answer.status_code))
        # A body that is too large is refused before anything looks at it, which the check does not count as a refusal.
        refused = answer.status_code == 413 or case.operation.path.startswith(LENIENT)
        lenient = ("negative_data_rejection",) if refused else ()
        left_out = schemathesis.checks.CHECKS.get_by_names([*NOT_PROMISED, *lenient])
        case.validate_response(answer, excluded_checks=left_out, transport_kwargs=sent)

    def known(self, path: str) -> dict[str, str]:
        """Path parameters that lead to something."""
        names = [part.partition("}")[0] for part in path.split("{")[1:]]
        fitting = [start for start in self.ids if path.startswith(start)]
        found = self.ids[max(fitting, key=len)] if fitting else "unknown"
        part = "end_user_certificate-1" if "/documents/" in path else "sanctions"
        return dict(zip(names, (found, part), strict=False))

    def edges(self, operation: Any) -> list[Any]:
        """Requests at the edges of a schema, a fixed sample of them."""
        generation = self.described.config.generation_for(operation=operation, phase="coverage")
        modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
        cases = list(
            self.described.iter_coverage_cases(operation, generation_modes=modes, generation_config=generation)
        )
        return random.Random(operation.label).sample(cases, min(len(cases), EDGES * EXAMPLES))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield World(of_two_editions(tmp_path_factory.mktemp("closed")), people=True)
    shutdown_lifespans()


@pytest.fixture(scope="module")
def open_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield World(held(tmp_path_factory.mktemp("open")), people=False)
    shutdown_lifespans()


def of_two_editions(folder: Path) -> Path:
    """A data directory whose list has a second edition, of one party less."""
    data, later = held(folder), folder / "later"
    later.mkdir()
    *kept, _ = (folder / "files" / "consolidated.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (later / "consolidated.csv").write_text("".join(kept), encoding="utf-8")
    named = 'source = "us_csl"\nedition = "2026-08-02"\nfiles = { consolidated = "consolidated.csv" }\n'
    (later / "enduse-sources.toml").write_text(f"[[edition]]\n{named}", encoding="utf-8")
    assert [one.source for one in sync_from_dir(data, later, today=TODAY).loaded] == ["us_csl"]
    return data


DAY, ROLE = {"as_of": "2026-08-03"}, {"role": "statistician", "reason": "asked for"}
EXAMPLE = {"schema": "Company", "properties": {"name": ["Acme Optronics"]}}
OWNERS = {
    "party": "Riverside Example GmbH",
    "owners": [{"owner": "Acme Optronics", "owned": "Riverside Example GmbH", "percent": "60"}],
}
QUARTER = {"from": "2026-01-01", "to": "2026-04-01"}
ADOPTED = {
    "what": "coalition/echri",
    "standing": "law",
    "since": "2026-09-01",
    "effect": "require_licence",
    "citation": "Export Order 2026 art. 3",
    "reason": "decided",
}
GOOD: dict[str, dict[str, Any]] = {
    "POST /v1/assessments": {"body": {"transaction": TRANSACTION, "restricted": True}},
    "POST /v1/assessments/bulk": {"body": TABLE.decode(), "media_type": "text/csv", "query": DAY | {"laws": ["us"]}},
    "POST /v1/check": {"body": {"transaction": TRANSACTION, "laws": ["us"], "strict": True}},
    "POST /v1/screen": {"body": QUERY | {"threshold": 0.5}, "query": DAY},
    "GET /v1/lists": {"query": DAY},
    "GET /v1/items": {"query": {"q": "surveillance of telephone networks", "limit": 5}},
    "GET /v1/rules": {"query": {"known_on": "2026-08-03"}},
    "POST /v1/ownership": {"body": OWNERS, "query": DAY},
    "POST /v1/portfolio": {
        "body": {"lines": [{"name": "Acme Optronics", "side": "buy"}], "laws": ["us"]},
        "query": DAY,
    },
    "POST /v1/adjudications": {"body": DECISION},
    "POST /v1/monitor/intelligence": {"query": {"threshold": 0.9}},
    "GET /v1/monitor/alerts": {"query": {"status": "all", "limit": 5}},
    "POST /v1/monitor/alerts/{identifier}/actions": {"body": {"action": "escalate", "reason": "today"}},
    "POST /v1/monitor/alerts/actions": {"body": {"alerts": ["unknown"], "action": "assign", "preview": True}},
    "POST /v1/monitor/registers/{name}/customers": {"body": {"customers": [QUERY | {"key": "C-9"}], "remove": ["C-8"]}},
    "POST /v1/trade/signs": {
        "body": FLOWS,
        "media_type": "application/json",
        "query": {"origin": "DE", "restricted": "RU", "control_date": "2022-01-01"},
    },
    "POST /v1/trade/declarations": {"body": DECLARED, "media_type": "text/csv", "query": {"restricted": "RU"}},
    "GET /v1/trade/reports/{identifier}/file": {"query": {"form": "html"}},
    "POST /v1/adjudications/{identifier}/withdrawal": {"body": {"reason": "an error"}},
    "GET /v1/audit": {"query": {"limit": 3}},
    "POST /v1/users": {"body": PERSON},
    "POST /v1/users/{identifier}/grants": {"body": ROLE},
    "POST /v1/users/{identifier}/revocations": {"body": ROLE},
    "POST /v1/users/{identifier}/assignment": {"body": {"organisation": "delta", "reason": "works there"}},
    "POST /v1/keys": {"body": {"name": "orders", "scopes": ["screen"], "days": 5}},
    "POST /v1/searches": {"body": {"name": "Acme", "query": QUERY}},
    "GET /v1/programme/initiatives": {"query": {"pillar": "media"}},
    "POST /v1/programme/initiatives": {
        "body": table().decode(),
        "media_type": "text/csv",
        "query": {"reason": "letter of 3 March"},
    },
    "POST /v1/programme/evidence": {
        "body": {"kind": "outreach", "id": "fair", "on": "2026-03-03", "reason": "held"},
    },
    "POST /v1/programme/consultations": {
        "body": {"stakeholder": "academia", "subject": "criteria", "on": "2026-03-02", "reason": "held"},
    },
    "GET /v1/programme/scorecard": {"query": QUARTER},
    "GET /v1/programme/comparison": {"query": QUARTER | {"months": 1}},
    "GET /v1/programme/transparency": {"query": QUARTER},
    "POST /v1/programme/transparency": {"body": QUARTER | {"reason": "the quarter is over"}},
    "GET /v1/programme/controls": {"query": {"members": "US,NL", "items": "5A001.j", "destination": "EG"}},
    "POST /v1/exchange/notices/{identifier}/answer": {"body": {"answer": "no", "reasons": "another system"}},
    "POST /v1/exchange/notices/{identifier}/extension": {"body": {"reason": "the file is elsewhere"}},
    "POST /v1/exchange/notices/{identifier}/consent": {"body": {"to": ["fr"]}},
    "POST /v1/exchange/notices/{identifier}/recall": {"body": {"reason": "annulled"}},
    "POST /v1/exchange/adoptions": {"body": ADOPTED},
    "POST /v1/exchange/adoptions/end": {"body": {"what": "coalition/echri", "on": "2027-01-01", "reason": "r"}},
    "POST /match/{dataset}": {"body": {"queries": {"q": EXAMPLE}}},
    "GET /search/{dataset}": {"query": {"q": "Acme", "sort": ["caption:asc"], "facets": ["countries"]}},
}
"""A request of every operation that has more than a path, which must be answered with what it asks for."""


def failures(found: list[str]) -> str:
    return f"{len(found)} failures\n\n" + "\n\n".join(found[:10])


@pytest.mark.parametrize("who", WHO)
def test_nothing_that_is_asked_finds_a_defect_or_an_answer_that_is_not_declared(
    who: str, request: pytest.FixtureRequest
) -> None:
    """``ENDUSE_TEST_EXAMPLES`` says how many requests."""
    world: World = request.getfixturevalue("open_world" if who == "visitor" else "world")
    found: list[str] = []

    def probe(case: Any) -> None:
        try:
            world.answered(case, who)
        except FailureGroup as error:
            found.append(f"{case.operation.label}: {error}")

    for operation in world.operations:
        if not operation.path.startswith(ONLY.get(who, "/")):
            continue
        known = world.known(operation.path)
        for number, case in enumerate(world.edges(operation)):
            if number % 2 and case.method == operation.method.upper():
                case.path_parameters.update(known)
            probe(case)
        probe(operation.Case(path_parameters=known, **world.good.get(operation.label, {})))
        strategies: list[SearchStrategy[Any]] = [operation.as_strategy(generation_mode=GenerationMode.POSITIVE)]
        strategies.append(operation.as_strategy(generation_mode=GenerationMode.POSITIVE, path_parameters=known))
        if operation.query or operation.body:
            strategies.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        for strategy in strategies:
            bounded: Callable[[Any], Callable[[], None]] = BOUNDS
            bounded(given(strategy)(probe))()
    assert not found, failures(found)


def test_every_operation_was_answered_with_what_it_asks_for(world: World) -> None:
    """Refusals alone would prove little."""
    world.sign_in_anew()  # a session of one of the tests before may have ended meanwhile
    # Tests before may have protected a source whose name is a word of the requests: the worker may not write it then.
    named = world.operation("POST /v1/protected-sources").Case(body={"name": "not"})
    world.answered(named, "worker")
    found: list[str] = []
    for operation in world.operations:
        if any(label == operation.label and 200 <= status < 300 for label, status in world.seen):
            continue
        asked = {"path_parameters": world.known(operation.path), **world.good.get(operation.label, {})}
        for who in ("worker", "root", "auditor", "officer", "exporter", "member"):
            world.answered(operation.Case(**asked), who)
        if not any(label == operation.label and 200 <= status < 300 for label, status in world.seen):
            found.append(operation.label)
    assert found == [] and len(world.operations) > 40
