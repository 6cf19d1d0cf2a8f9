"""Over pages, endpoints, search, file, metrics and log: who may not see a notice gets the answer of a world without it.

Two worlds differ in one notice alone. For each class of handling and each role, every address answers with the same
status and as many bytes; a notice that is hidden answers as one that does not exist. The medians of how long the two
take are printed, not asserted.
"""

from __future__ import annotations

import io
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from enduse.exchange.handling import Handling, partner, regime
from enduse.interfaces.api.answers import Unavailable
from enduse.interfaces.identity.policies import shipped_policies
from enduse.model import access
from enduse.model.letter_record import IN
from exchange_nodes import Party, coalition
from exchange_pages import DENIAL, QUESTION
from people import form_token, join, signed_in
from service_world import service

SECRET = "Zyxwvut Surveillance Bureau"
ROLES = sorted(shipped_policies().roles)
HANDLINGS: dict[str, Handling] = {
    "PARTNER": partner("nl"),
    "PARTNER ORCON NO-COMMERCIAL-USE": partner("nl", orcon=True, no_commercial=True),
    "REGIME-PRIVILEGED": regime("wassenaar"),
}
ADDRESSES = (
    "/exchange",
    "/exchange/inbox",
    "/exchange/inbox?search=Zyxwvut",
    "/exchange/inbox?type=denial_notification&peer=de",
    "/exchange/inbox?before=1",
    "/exchange/outbox",
    "/exchange/due",
    "/exchange/denials",
    "/exchange/publications",
    "/licensing/denials",
    "/licensing/denials?search=Zyxwvut",
    "/licensing/denials/de/DE-7/1",
    "/v1/exchange",
    "/v1/exchange/notices",
    "/v1/exchange/notices?search=Zyxwvut&limit=1",
    "/v1/exchange/notices?direction=out",
    "/v1/exchange/notices.csv",
    "/v1/exchange/due",
    "/v1/exchange/denials",
    "/v1/exchange/publications",
    "/v1/exchange/adoptions",
    "/v1/licensing/denials",
    "/screen?name=Zyxwvut+Surveillance+Bureau",
    "/check?item=5A001.j&from=NL&to=EG&party.0.name=Zyxwvut+Surveillance+Bureau",
)
POSTS = ("answer", "extension", "consent", "recall")
BODIES: dict[str, dict[str, Any]] = {
    "answer": {"answer": "no", "reasons": "r"},
    "extension": {"reason": "r"},
    "consent": {"to": ["us"]},
    "recall": {"reason": "r"},
}


@dataclass
class World:
    nodes: dict[str, Party]
    app: Any
    log: io.StringIO
    ids: tuple[str, ...]

    def http(self, role: str) -> TestClient:
        return signed_in(self.app, f"only.{role}")


def world(folder: Path, handling: Handling | None) -> World:
    nodes = coalition(folder, "us", "nl", "de")
    told = []
    if handling is not None:
        post = nodes["de"].node.post()
        denial: dict[str, Any] = {"denial": DENIAL | {"end_user": SECRET, "destination": "EG"}}
        told.append(post.send("denial_notification", ["nl"], handling, denial).id)
        told.append(post.send("consultation_request", ["nl"], handling, QUESTION | {"question": SECRET}).id)
    nodes["de"].sync()
    nodes["nl"].mail.act()
    if handling is not None:
        # Something of ours that rests on it waits to go out, too.
        content: dict[str, Any] = {"id": "C1", "answer": "no", "reasons": SECRET}
        me = nodes["nl"].node.post()
        back = Handling(handling.level, ("de",) if handling.listed else (), handling.listed, handling.groups)
        told.append(me.send("consultation_response", ["de"], back, content, correlates_to=told[1]).id)
    log = io.StringIO()
    app = service(folder / "nl", nodes["nl"].clock, request_rate=1_000_000, login_rate=10_000, log=log)
    for role in ROLES:
        join(app, f"only.{role}", role)
    app.state.enduse._opening()
    assert not isinstance(app.state.enduse.holdings(), Unavailable)
    return World(nodes, app, log, tuple(told))


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, World]]:
    root = tmp_path_factory.mktemp("worlds")
    made = {name: world(root / name[:7].strip() / str(len(name)), one) for name, one in {"": None, **HANDLINGS}.items()}
    yield made
    for one in made.values():
        one.app.state.service.stores.close()


def cleared(role: str, level: str) -> bool:
    subject = access.Subject("notice", restricted=level.startswith("REGIME"))
    return access.decide(shipped_policies(), access.Actor("u", "n", frozenset({role})), "denial.view", subject).allowed


def bare(text: str) -> str:
    """Without what differs from one asking to the next: tokens, ids of accounts and requests, keys, moments of work."""
    text = re.sub(r"[0-9a-f]{16,64}", "H", re.sub(r"<code>[^<]{16}</code>", "<code>K</code>", text))
    return re.sub(r'"[0-9A-Za-z_-]{43}"', '"K"', text)


def answers(here: World, role: str, ids: tuple[str, ...]) -> dict[str, tuple[int, int, str]]:
    http = here.http(role)
    found = {}
    named = [f"{base}{one}" for one in ids for base in ("/exchange/notices/", "/v1/exchange/notices/")]
    for number, address in enumerate([*ADDRESSES, *named]):
        answer = http.get(address)
        key = address if number < len(ADDRESSES) else f"notice {number}"
        found[key] = (answer.status_code, len(bare(answer.text)), bare(answer.text))
    headers = {"x-csrf-token": form_token(http)}
    for one in ids:
        for what in POSTS:
            answer = http.post(f"/v1/exchange/notices/{one}/{what}", json=BODIES[what], headers=headers)
            found[f"post {what} {ids.index(one)}"] = (answer.status_code, len(answer.content), bare(answer.text))
    return found


NONE = ("0" * 64, "1" * 64, "2" * 64)


@pytest.mark.slow
@pytest.mark.parametrize("level", sorted(HANDLINGS))
def test_hidden_is_absent_for_every_role_on_every_address(worlds: dict[str, World], level: str) -> None:
    hidden, seen = [], []
    for role in ROLES:
        if cleared(role, level):
            seen.append(role)
            text = worlds[level].http(role).get(f"/exchange/notices/{worlds[level].ids[0]}").text
            assert SECRET in text, role
            continue
        hidden.append(role)
        with_it, without = answers(worlds[level], role, worlds[level].ids), answers(worlds[""], role, NONE)
        for address, answer in with_it.items():
            assert answer == without[address], (role, address)
            asked = "Zyxwvut" in address
            assert asked or SECRET not in answer[2], (role, address)
        # Within one world, too: a hidden notice answers byte for byte as long as one that nobody wrote.
        absent = answers(worlds[level], role, NONE)
        assert {key: one[:2] for key, one in with_it.items()} == {key: one[:2] for key, one in absent.items()}, role
    assert {"consultation_officer", "auditor"} <= set(seen)
    assert {"sysadmin", "statistician", "exporter_submitter", "customs_liaison", "rule_approver"} <= set(hidden)
    assert ("agency_adviser" in hidden) is level.startswith("REGIME")


@pytest.mark.slow
@pytest.mark.parametrize("level", sorted(HANDLINGS))
def test_metrics_and_logs_say_nothing_of_it(worlds: dict[str, World], level: str) -> None:
    here = worlds[level]
    here.http("consultation_officer").get(f"/exchange/notices/{here.ids[0]}")
    here.http("sysadmin").get(f"/exchange/notices/{here.ids[0]}")
    metrics = here.http("engineer").get("/metrics").text
    for told in (SECRET, "DE-7/1"):
        assert told not in metrics and told not in here.log.getvalue()
    assert here.ids[0] not in metrics
    # Whether somebody found a notice, was kept from it, or asked for none reads alike.
    shown = re.findall(r'enduse_requests_total\{.*route="[^"]*/exchange/notices/[^"]*",status="([^"]*)"\}', metrics)
    assert shown and set(shown) == {"served"}
    lines = [line for line in here.log.getvalue().splitlines() if "/exchange/notices/" in line]
    assert lines and not any(
        f'"status": {code}' in line or f"status={code}" in line for line in lines for code in (200, 404)
    )


TRANSACTION = {
    "item": {"code": "5A001.j"},
    "from": "NL",
    "destination": "EG",
    "parties": [{"role": "end_user", "name": SECRET}],
    "date": "2026-03-02",
}


@pytest.mark.slow
@pytest.mark.parametrize("level", sorted(HANDLINGS))
def test_a_denial_shows_beside_screening_for_who_may_read_it_and_changes_no_answer(
    worlds: dict[str, World], level: str
) -> None:
    for role in ("case_officer", "agency_adviser", "analyst", "engineer"):
        told: list[Any] = []
        for here in (worlds[level], worlds[""]):
            http = here.http(role)
            headers = {"x-csrf-token": form_token(http)}
            answers_ = [
                http.post("/v1/screen", json={"name": SECRET}, headers=headers),
                http.post("/v1/check", json={"transaction": TRANSACTION}, headers=headers),
            ]
            assert [one.status_code for one in answers_] == [200, 200], answers_[1].text
            told.append([one.json() for one in answers_])
        with_it, without = told
        shown = [one.pop("denials", []) for one in with_it]
        assert with_it == without, "no hit, no count, no outcome"
        if cleared(role, level):
            assert [[one["denial"] for one in some] for some in shown] == [["de/DE-7/1"], ["de/DE-7/1"]]
            assert (shown[1][0]["same_item"], shown[1][0]["same_destination"]) == (True, True)
            assert "Denials that resemble this" in worlds[level].http(role).get(f"/screen?name={SECRET}").text
        else:
            assert shown == [[], []], role


@pytest.mark.slow
def test_a_form_without_its_token_and_a_person_without_the_office_send_nothing(worlds: dict[str, World]) -> None:
    here = worlds["PARTNER"]
    before = here.nodes["nl"].node.stores.need().letters.some("out", limit=1_000)
    officer, adviser = here.http("consultation_officer"), here.http("agency_adviser")
    path = f"/exchange/notices/{here.ids[1]}"
    forged = officer.post(path, data={"action": "recall", "reason": "r"})
    assert forged.status_code == 403
    token = form_token(adviser)
    denied = adviser.post(path, data={"action": "answer", "answer": "no", "reasons": "r", "csrf_token": token})
    assert denied.status_code == 403
    assert here.nodes["nl"].node.stores.need().letters.some("out", limit=1_000) == before
    assert len(here.nodes["nl"].node.stores.need().letters.some(IN)) == 2


@pytest.mark.slow
def test_how_long_hidden_and_absent_take_is_told(worlds: dict[str, World]) -> None:
    here = worlds["REGIME-PRIVILEGED"]
    http = here.http("agency_adviser")
    times: dict[str, list[float]] = {here.ids[0]: [], "0" * 64: []}
    for number in range(60):
        for identifier in sorted(times, reverse=bool(number % 2)):
            begin = time.process_time()
            assert http.get(f"/v1/exchange/notices/{identifier}").status_code == 404
            times[identifier].append((time.process_time() - begin) * 1000)
    hidden, absent = (statistics.median(one) for one in times.values())
    print(f"median CPU time over HTTP: hidden {hidden:.3f} ms, absent {absent:.3f} ms")
    assert len(times[here.ids[0]]) == len(times["0" * 64]) == 60
