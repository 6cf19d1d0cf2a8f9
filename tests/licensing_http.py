"""Licensing of a scenario through the HTTP API: the same calls as :class:`Licensing` has, sent to a service.

Every person has a real account and a real key; who acts, their organisation and agency come from the account. What
lies outside the cases (lists, profiles, denials) is the world's, as in the service layer. What the system does by
itself does not come over HTTP, and is done by licensing itself.

Where the policies of access refuse a request before licensing hears of it, licensing must refuse it as well: that is
asserted, and its own refusal is what the scenario reads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from enduse.cases.application import Application
from enduse.cases.bodies import Drafted
from enduse.cases.case import Case
from enduse.cases.context import SYSTEM, Actor
from enduse.cases.decide import Command, decide, parse_command
from enduse.cases.denial_bodies import Denial, DenialReviewed
from enduse.cases.denials import DenialMatch
from enduse.cases.human_rights import PrefilledFact
from enduse.cases.log import Attempt
from enduse.cases.refusals import Code, Conflict, Missing, Refusal, Refused
from enduse.cases.service import DENIAL, Licensing
from enduse.interfaces.service.ground import Service
from enduse.model.access import Actor as Person
from enduse.model.account import User
from enduse.model.citation import Citation
from enduse.model.codec import from_plain, to_plain
from enduse.model.truth import Truth
from licensing_world import DRIVERS, World
from people import SETUP
from service_world import client

KEY_DAYS = 300


class Registry:
    """Accounts with the ids of a scenario's people, and keys for them."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.service: Service = app.state.service
        self._http: TestClient = client(app)
        self._keys: dict[str, tuple[str, dt.datetime]] = {}
        self._held: dict[str, Actor] = {}

    def ask(self, who: Actor, method: str, path: str, **sent: Any) -> Any:
        """Send a request as somebody."""
        headers = {"authorization": f"Bearer {self._key(who)}", **sent.pop("headers", {})}
        return self._http.request(method, path, headers=headers, **sent)

    def _key(self, who: Actor) -> str:
        self._account(who)
        now = self.service.clock()
        key, made = self._keys.get(who.id, ("", now))
        if not key or not made <= now <= made + dt.timedelta(days=KEY_DAYS):
            person = Person(who.id, who.id, who.roles)
            scopes = self.service.policies.scopes
            key, made = self.service.people.make_key(person, "scenario", scopes, KEY_DAYS + 1)[0], now
            self._keys[who.id] = key, made
        return key

    def _account(self, who: Actor) -> None:
        """The account as the scenario says that it is now: people change their roles."""
        if self._held.get(who.id) == who:
            return
        accounts = self.service.stores.need().accounts
        if accounts.user(who.id) is None:
            with self.service.stores.need().write() as connection:
                user = User(who.id, who.id, who.id, made="2026-01-01T00:00:00Z")
                accounts._put_user(connection, user, by=SETUP, action="user.create", reason="joined")
        body = {"organisation": who.organisation, "agency": who.agency}
        accounts.assign(who.id, **body, by=SETUP, reason="as the scenario says")
        held = accounts.roles(who.id)
        for role in held - who.roles:
            accounts.revoke(who.id, role, by=SETUP, reason="left")
        for role in who.roles - held:
            accounts.grant(who.id, role, by=SETUP, reason="came")
        self._held[who.id] = who


class OverHttp(Licensing):
    """Licensing whose commands, and whose answers to people, go through the API."""

    def __init__(self, world: World, people: Registry) -> None:
        super().__init__(world.log, lambda: world.now, world.policies, lambda _case, _actor: world.ground)
        self._world = world
        self._people = people
        self._next = ""
        office = people.service.office
        office.log = lambda _once: world.log
        office.policies = world.policies
        office.outside.ground = lambda _case, _actor: world.ground  # type: ignore[method-assign, assignment]
        office.outside.ground_with_precedents = lambda _case, _actor: world.ground  # type: ignore[method-assign, assignment]

    def open(self, application: Application, actor: Actor, *, case_id: str = "") -> Case:
        command = Command("draft", Drafted(application))
        with self._named(case_id):
            answer = self._people.ask(actor, "POST", "/v1/licensing/applications", json=to_plain(application))
        self._raised(answer, Case(case_id), command, actor)
        assert answer.status_code == 201, answer.text
        return self.case(answer.json()["id"])

    @contextmanager
    def _named(self, case_id: str) -> Iterator[None]:
        """The id that the service gives to the next case."""
        before = Licensing.__dict__["_new_id"]
        Licensing._new_id = staticmethod(lambda _application, _now, _actor: case_id)  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            Licensing._new_id = before  # type: ignore[method-assign]

    def act(self, case_id: str, command: Command, actor: Actor, *, expected: int | None = None) -> Case:
        if SYSTEM in actor.roles:
            return super().act(case_id, command, actor, expected=expected)
        sent = {} if command.body is None else to_plain(command.body)
        if command.name == "screen":
            self._people.service.office.screening = lambda _case: command.body  # type: ignore[method-assign, assignment]
            sent = {}
        return self._command(case_id, command.name, sent, command, actor, expected)

    def post(
        self, case_id: str, name: str, sent: Mapping[str, Any], actor: Actor, *, expected: int | None = None
    ) -> Case:
        found = parse_command(name, sent, self.policies)
        command = Command(name) if isinstance(found, Refusal) else found
        return self._command(case_id, name, sent, command, actor, expected)

    def _command(
        self, case_id: str, name: str, sent: Mapping[str, Any], command: Command, actor: Actor, expected: int | None
    ) -> Case:
        headers = {"if-match": f'"{expected}"'} if expected is not None else {}
        path = f"/v1/licensing/cases/{case_id}/commands/{name}"
        answer = self._people.ask(actor, "POST", path, json=dict(sent), headers=headers)
        if answer.status_code in (409, 412) and answer.json()["code"] == "conflict":
            raise Conflict(case_id, expected or 0, self.case(case_id).seq)
        self._raised(answer, self.case(case_id), command, actor)
        assert answer.status_code == 200, answer.text
        return self.case(case_id)

    def prefill(self, case_id: str, actor: Actor) -> tuple[PrefilledFact, ...]:
        answer = self._people.ask(actor, "GET", f"/v1/licensing/cases/{case_id}/human-rights")
        if answer.status_code == 404:
            return ()
        return tuple(PrefilledFact(**one) for one in answer.json()["facts"])

    def matches(self, case_id: str, actor: Actor) -> tuple[DenialMatch, ...]:
        answer = self._people.ask(actor, "GET", f"/v1/licensing/cases/{case_id}/denials")
        if answer.status_code == 403:
            return ()
        return tuple(_match(one) for one in answer.json())

    def erase(self, case_id: str, actor: Actor, reason: str) -> None:
        path = f"/v1/licensing/cases/{case_id}/erasure"
        answer = self._people.ask(actor, "POST", path, json={"reason": reason})
        self._raised(answer, self.case(case_id), Command("hold"), actor)

    def record_denial(self, denial: Denial, actor: Actor) -> Denial:
        answer = self._people.ask(actor, "POST", "/v1/licensing/denials", json=to_plain(denial))
        assert answer.status_code == 201, answer.text
        return from_plain(Denial, answer.json())

    def review_denial(self, review: DenialReviewed, actor: Actor) -> Denial:
        answer = self._people.ask(actor, "POST", "/v1/licensing/denials/reviews", json=to_plain(review))
        assert answer.status_code == 200, answer.text
        return from_plain(Denial, answer.json())

    def _raised(self, answer: Any, case: Case, command: Command, actor: Actor) -> None:
        """Raise the refusal that an answer tells of."""
        if answer.status_code < 400:
            return
        told = answer.json()
        if told.get("code"):
            missing = tuple(Missing(one["what"], one["rule"], _citation(one["citation"])) for one in told["missing"])
            why = told["detail"].partition(": ")[2]
            found = Refusal(command.name, Code(told["code"]), why, missing)
            assert answer.status_code == {"status": 409, "guard": 422, "input": 400}.get(told["code"], 403)
            raise Refused(found)
        if answer.status_code == 400:
            raise self._unheard(Refusal(command.name, Code.INPUT, told["detail"]), case, actor, command)
        assert answer.status_code in (403, 404), answer.text
        last = self._people.service.stores.need().audit.entries(last=1)[0]
        assert (last.action, last.actor) == ("access.denied", actor.id), last
        own = decide(case, command, actor, self._world.now, self._world.ground, self.policies)
        assert isinstance(own, Refusal) and own.code.forbidden, "the policies deny what licensing would do"
        raise self._unheard(own, case, actor, command)

    def _unheard(self, refusal: Refusal, case: Case, actor: Actor, command: Command) -> Refused:
        """A refusal that licensing did not hear of: it stands elsewhere in the audit chain."""
        attempt = Attempt(self._world.now, actor.id, command.name, refusal.code, refusal.why, "")
        self._world.log.attempts.append((case.id, attempt))
        return Refused(refusal)


def _citation(text: str) -> Citation | None:
    if not text:
        return None
    plain = text.removesuffix(" [not verified]")
    return Citation(plain, verified=plain == text)


def _match(plain: dict[str, Any]) -> DenialMatch:
    return DenialMatch(
        denial=from_plain(Denial, plain["denial"]),
        line=plain["line"],
        party=plain["party"],
        score=Decimal(plain["score"]),
        identical=Truth(plain["identical"]),
        reasons=tuple(plain["reasons"]),
        missing=tuple(plain["missing"]),
    )


@contextmanager
def over_http(people: Registry, clock: Any) -> Iterator[None]:
    """Worlds that are made meanwhile speak to the service.

    Args:
        clock: of the service; it follows the clock of the world.
    """

    def driver(world: World) -> Licensing:
        clock.world = world
        return OverHttp(world, people)

    DRIVERS.append(driver)
    try:
        yield
    finally:
        DRIVERS.pop()


class WorldClock:
    """The clock of the world that was made last."""

    def __init__(self) -> None:
        self.world: World | None = None

    def __call__(self) -> dt.datetime:
        return self.world.now if self.world is not None else dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


__all__ = ["DENIAL", "OverHttp", "Registry", "WorldClock", "over_http"]
