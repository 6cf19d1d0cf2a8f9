"""The access matrix: every role at every route, what the policies say and what the server answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from enduse.interfaces.identity.guard import SAFE, required_action
from enduse.interfaces.identity.policies import shipped_policies
from enduse.model.access import Actor, decide
from people import cheap, form_token, join, signed_in
from service_world import Clock, client, routes, service

POLICIES = shipped_policies()
WHO = ["stranger", "visitor", "no role", *POLICIES.roles]
MAIN = {
    "stranger": {"health.view", "assets.view", "login.use", "setup.use"},
    "screening_officer": {"alert.view", "alert.work", "watch.view", "trade.view", "trade.run"},
    "auditor": {
        "alert.view",
        "trade.view",
        "audit.view",
        "audit.verify",
        "assessment.view",
        "user.view",
        "adjudication.view",
    },
    "sysadmin": {"user.view", "user.create", "role.grant", "audit.verify", "metrics.view"},
    "analyst": {"assessment.create", "assessment.view", "adjudication.create", "bulk.run", "search.save"}
    | {"alert.view", "alert.work", "watch.view", "register.update", "trade.view", "trade.run", "intelligence.run"},
    "compliance_inspector": {"trade.view", "trade.run"},
    "engineer": {"assessment.create", "bulk.run", "metrics.view", "key.create", "register.update"},
    "statistician": {"statistics.view", "statistics.publish", "programme.view"},
    "exporter_submitter": {"case.view", "case.file", "licence.use", "search.save"},
    "hr_assessor": {"case.view", "case.assess_rights", "denial.view", "search.save"},
    "countersigner_1": {"case.view", "case.countersign", "licence.approve"},
    "consultation_officer": {"case.consult", "denial.view", "denial.record"},
    "records_officer": {"case.view", "case.hold"},
    "evidence_officer": {"evidence.view", "evidence.record", "designation.view"},
    "source_custodian": {"evidence.view", "protected.keep"},
    "designation_officer": {"evidence.view", "designation.view", "designation.nominate"},
    "committee_chair": {"designation.view", "designation.lead"},
    "committee_member": {"designation.view", "designation.vote"},
    "list_publisher": {"designation.view", "designation.publish"},
    "no role": {"home.view", "check.run", "screen.run", "ownership.run", "account.view", "programme.view"},
    "visitor": {
        "home.view",
        "check.run",
        "screen.run",
        "ownership.run",
        "party.view",
        "lists.view",
        "items.view",
        "rules.view",
    },
}
"""Some of what must be allowed, written by hand: the policies must not agree with themselves alone."""
NEVER = {
    "stranger": {"home.view", "check.run", "ownership.run", "party.view", "rules.view", "metrics.view", "api.describe"},
    "visitor": {
        "programme.view",
        "assessment.create",
        "assessment.view",
        "user.view",
        "audit.view",
        "account.view",
        "bulk.run",
        "trade.view",
        "intelligence.run",
    },
    "auditor": {
        *("assessment.create", "user.create", "role.grant", "source.administer", "adjudication.create"),
        *("protected.keep", "designation.publish", "evidence.record", "alert.work", "register.update"),
        "statistics.publish",
        *("trade.run", "intelligence.run"),
    },
    "sysadmin": {
        *("alert.view", "alert.work", "assessment.view", "assessment.create", "adjudication.view", "case.view"),
        *("job.view", "audit.view", "trade.view", "trade.run"),
    },
    "analyst": {"user.view", "role.grant", "audit.view", "metrics.view", "case.decide"},
    "statistician": {"assessment.view", "case.view", "job.view"},
    "consultation_officer": {"case.decide", "assessment.create"},
    "evidence_officer": {"protected.keep", "designation.nominate", "case.view"},
    "designation_officer": {"protected.keep", "designation.lead", "designation.vote", "designation.publish"},
    "committee_member": {"protected.keep", "designation.lead", "designation.publish"},
    "list_publisher": {"protected.keep", "designation.nominate", "designation.vote"},
    "case_officer": {"case.consult", "case.decide", "case.countersign"},
    "exporter_submitter": {"trade.view", "trade.run"},
    "no role": {"assessment.create", "assessment.view", "key.create", "user.view", "metrics.view", "statistics.view"},
}


def actor_of(who: str) -> Actor:
    if who in ("stranger", "visitor"):
        return Actor(open_mode=who == "visitor")
    return Actor("u1", who, frozenset() if who == "no role" else frozenset({who}))


@pytest.mark.parametrize("who", sorted({*MAIN, *NEVER}))
def test_the_policies_say_what_was_meant(who: str) -> None:
    assert {one for one in MAIN.get(who, ()) if not decide(POLICIES, actor_of(who), one).allowed} == set()
    assert {one for one in NEVER.get(who, ()) if decide(POLICIES, actor_of(who), one).allowed} == set()


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """A service with a user for each role."""
    app = cheap(service(tmp_path_factory.mktemp("closed"), Clock(), login_rate=1_000, request_rate=1_000_000))
    join(app, "no.role")
    for role in POLICIES.roles:
        join(app, role.replace("_", "."), role)
    yield app
    app.state.service.stores.close()


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "none", path)


def every(app: FastAPI) -> list[tuple[str, str, str]]:
    """Method, path and action of every route."""
    return sorted(
        (method, filled(route.path), required_action(route.dependant) or "")
        for route in routes(app)
        for method in route.methods - {"HEAD", "OPTIONS"}
    )


@pytest.mark.parametrize("who", WHO)
def test_the_server_answers_as_the_policies_say(who: str, closed: FastAPI, tmp_path: Path) -> None:
    app = closed
    headers: dict[str, str] = {}
    if who == "visitor":
        app = service(tmp_path, Clock())
        http: Any = client(app)
    elif who == "stranger":
        http = client(app)
    else:
        http = signed_in(app, who.replace("_", ".").replace(" ", "."))
        headers["x-csrf-token"] = form_token(http)
    signing_out = [one for one in every(app) if one[1] == "/logout"]
    for method, path, action in [*(one for one in every(app) if one[1] != "/logout"), *signing_out]:
        answer = http.request(method, path, headers=headers if method not in SAFE else {})
        denied = answer.status_code in (401, 403) and (
            "you may not do this" in answer.text or "www-authenticate" in answer.headers
        )
        expected = decide(POLICIES, actor_of(who), action)
        # What is allowed for some subject may still be refused for the one that is asked for.
        if expected.allowed and denied:
            assert "this one is not covered" in answer.text or "self" in answer.text, (method, path, answer.text)
            continue
        assert denied is not expected.allowed, (who, method, path, action, answer.status_code, answer.text[:200])
        assert answer.status_code < 500 or answer.status_code == 503, (method, path, answer.text)


def test_the_matrix_covers_every_action_that_a_route_requires(closed: FastAPI) -> None:
    used = {action for _, _, action in every(closed)}
    assert used <= set(POLICIES.actions) and len(used) > 30
