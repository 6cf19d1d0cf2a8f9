"""Designations of a scenario through the HTTP API: the same calls as the service has, sent by real accounts.

What a person does goes over HTTP; what the system does by itself, and the tests' own look at a case, does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from designation_world import World
from enduse.cases.context import SYSTEM, Actor
from enduse.cases.decide import Command
from enduse.cases.designations import bodies
from enduse.cases.designations.designation import Designation
from enduse.cases.designations.evidence import Entry
from enduse.cases.designations.service import Designations
from enduse.cases.refusals import Code, Conflict, Missing, Refusal, Refused
from enduse.interfaces.service.ground import Service
from enduse.model.access import Actor as Person
from enduse.model.citation import Citation
from enduse.model.codec import to_plain
from licensing_http import Registry
from service_world import service

FORBIDDEN = {401, 403}


class Moment:
    """The clock of the service: that of the world which is played."""

    def __init__(self) -> None:
        self.world: World | None = None

    def __call__(self) -> Any:
        from designation_world import START

        return self.world.now if self.world is not None else START


def application(data: Path, place: str | None = None) -> tuple[FastAPI, Moment]:
    """A service for scenarios."""
    clock = Moment()
    settings: dict[str, Any] = {"database_url": place} if place else {}
    return service(data, clock, request_rate=1_000_000, login_rate=1_000, **settings), clock


class OverHttp(Designations):
    """Designations whose commands go through the API."""

    def __init__(self, people: Registry, log: Any, clock: Any, new_id: Any, secrets: Any = None) -> None:
        super().__init__(log, clock, new_id, secrets=secrets)
        self.people = people
        self.http: TestClient = people._http
        office = people.service.designations
        office.log = lambda: log
        office.new_id = new_id

    def record(self, made: bodies.Evidence, actor: Actor, *, entry_id: str = "") -> Entry:
        assert not entry_id
        answer = self.people.ask(actor, "POST", "/v1/evidence", json=to_plain(made))
        self._raised(answer, "record_evidence")
        return self.entry(answer.json()["id"])

    def protect(self, source: bodies.ProtectedSource, actor: Actor) -> str:
        person = self.people.service.designations.desk(Person(actor.id, actor.id, actor.roles))
        return person.protect(to_plain(source))

    def nominate(self, made: bodies.Nomination, actor: Actor, *, case_id: str = "") -> Designation:
        assert not case_id
        answer = self.people.ask(actor, "POST", "/v1/designations", json=to_plain(made))
        self._raised(answer, "nominate")
        assert answer.status_code == 201
        return self.case(answer.json()["id"])

    def act(self, case_id: str, command: Command, actor: Actor, *, expected: int | None = None) -> Designation:
        if SYSTEM in actor.roles:
            return super().act(case_id, command, actor, expected=expected)
        sent = to_plain(command.body)
        return self.post(case_id, command.name, sent, actor, expected=expected)

    def post(self, case_id: str, name: str, sent: Any, actor: Actor, *, expected: int | None = None) -> Designation:
        headers = {"if-match": f'"{expected}"'} if expected is not None else {}
        path = f"/v1/designations/{case_id}/commands/{name}"
        answer = self.people.ask(actor, "POST", path, json=dict(sent), headers=headers)
        if answer.status_code in (409, 412) and answer.json().get("code") == "conflict":
            raise Conflict(case_id, expected or 0, self.case(case_id).seq)
        self._raised(answer, name)
        assert answer.status_code == 200, answer.text
        seen = self.people.ask(actor, "GET", f"/v1/designations/{case_id}").json()
        found = self.case(case_id)
        assert (seen["status"], seen["seq"]) == (found.status, found.seq)
        return found

    def _raised(self, answer: Any, command: str) -> None:
        if answer.status_code < 400:
            return
        told = answer.json()
        if told.get("code"):
            missing = tuple(
                Missing(one["what"], one["rule"], Citation(one["citation"]) if one["citation"] else None)
                for one in told["missing"]
            )
            why = told["detail"].partition(": ")[2]
            raise Refused(Refusal(command, Code(told["code"]), why, missing))
        if answer.status_code in FORBIDDEN:
            last = self.people.service.stores.need().audit.entries(last=1)[0]
            assert last.action == "access.denied"
            raise Refused(Refusal(command, Code.ROLE, told["detail"]))
        assert answer.status_code == 400, answer.text
        raise Refused(Refusal(command, Code.INPUT, told["detail"]))


def over_http(app: FastAPI, clock: Moment) -> World:
    """A world whose people speak to a service; events are kept in its store."""
    held: Service = app.state.service
    registry = Registry(app)
    log = held.designations.log()
    world = World(
        log, make=lambda *given, **named: OverHttp(registry, *given, **named), secrets=held.designations.vault
    )
    clock.world = world
    return world
