"""Two people at once, through the API: each over a service and connection of their own; one wins, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import licensing_world as w
from enduse.cases.bodies import Decided
from enduse.cases.case import Case
from enduse.cases.context import Actor
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.licensing.office import Office
from enduse.model.codec import to_plain
from licensing_http import Registry, WorldClock
from service_world import service

pytestmark = pytest.mark.postgres


@dataclass
class Two:
    """Two services over one database, and a world that brings its cases forward by the book."""

    people: tuple[Registry, Registry]
    world: w.World
    place: Path | str

    @property
    def office(self) -> Office:
        return self.people[0].service.office

    def at_once(self, asked: list[tuple[Actor, str, dict[str, Any], dict[str, str]]]) -> list[Any]:
        """What became of requests that two people send at one moment."""
        ready = threading.Barrier(len(asked))
        answers: list[Any] = [None] * len(asked)
        for people, (who, *_) in zip(self.people, asked, strict=True):
            people.ask(who, "GET", "/v1/me")  # accounts and keys are there before the race

        def send(number: int) -> None:
            who, path, body, headers = asked[number]
            ready.wait(timeout=30)
            answers[number] = self.people[number].ask(who, "POST", path, json=body, headers=headers)

        threads = [threading.Thread(target=send, args=(number,)) for number in range(len(asked))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        return answers


@pytest.fixture
def two(place: Path | str, tmp_path: Path) -> Iterator[Two]:
    clock = WorldClock()
    stated: dict[str, Any] = {"database_url": place} if isinstance(place, str) else {}
    data = place.parent if isinstance(place, Path) else tmp_path
    apps = [service(data, clock, request_rate=1_000_000, **stated) for _ in range(2)]
    first, second = (Registry(app) for app in apps)
    store = first.service.stores.need()
    world = w.World(log=w.Watched(StoredLog(store.cases)))
    clock.world = world
    for people in (first, second):
        people.service.office.outside.ground = lambda _case, _actor: world.ground  # type: ignore[method-assign, assignment]
    yield Two((first, second), world, place)
    assert store.verify().whole
    for people in (first, second):
        people.service.stores.close()


def command(case: Case, name: str) -> str:
    return f"/v1/licensing/cases/{case.id}/commands/{name}"


def told(answer: Any) -> None:
    """The other is told, in words, that somebody was first, or what became of the case meanwhile."""
    assert answer.status_code in (409, 412), answer.text
    assert (
        "somebody else changed the case first" in answer.json()["detail"] or "the case is in" in answer.json()["detail"]
    )


@pytest.mark.parametrize("seen", [True, False], ids=["If-Match", "as it stands"])
def test_of_two_who_decide_at_once_one_decides_and_the_other_is_told(two: Two, seen: bool) -> None:
    case = two.world.countersigned(two.world.to_consolidation())
    body = to_plain(Decided((w.granted(),)))
    headers = {"if-match": f'"{case.seq}"'} if seen else {}
    deciders = [w.actor(f"decider-{number}", "decision_authority") for number in (1, 2)]
    answers = two.at_once([(who, command(case, "decide"), body, headers) for who in deciders])
    winner, loser = sorted(answers, key=lambda one: one.status_code)
    assert winner.status_code == 200
    told(loser)
    assert loser.status_code == 412 or not seen
    assert len(two.office.licensing().case(case.id).decisions) == 1


def test_of_two_who_use_the_last_of_a_licence_one_wins_and_said_again_it_is_an_overdraw(two: Two) -> None:
    form = w.application(items=(w.item(quantity=Decimal("10.0")),))
    case = two.world.decided(two.world.to_consolidation(form))
    uses = [
        {"usage": name, "line": 1, "quantity": "7.5", "unit": "pieces", "on": "2026-03-02"} for name in ("U1", "U2")
    ]
    tag = two.people[0].ask(w.EXPORTER, "GET", f"/v1/licensing/cases/{case.id}").headers["etag"]
    asked = [(w.EXPORTER, command(case, "use"), use, {"if-match": tag}) for use in uses]
    winner, loser = sorted(two.at_once(asked), key=lambda one: one.status_code)
    assert winner.status_code == 200
    told(loser)
    for use in uses:  # both say it again
        assert two.people[0].ask(w.EXPORTER, "POST", command(case, "use"), json=use).status_code == 200
    licence = two.office.licensing().case(case.id).licence
    assert licence is not None
    assert (len(licence.usages), len(licence.exceptions), licence.balance(1)) == (1, 1, Decimal("2.5"))


def test_of_two_who_amend_at_once_one_amends_and_the_old_case_names_it(two: Two) -> None:
    case = two.world.registered()
    asked: list[tuple[Actor, str, dict[str, Any], dict[str, str]]] = [
        (w.EXPORTER, "/v1/licensing/applications", to_plain(w.application(amends=case.id, end_use=name)), {})
        for name in ("one use", "another use")
    ]
    winner, loser = sorted(two.at_once(asked), key=lambda one: one.status_code)
    assert winner.status_code == 201
    assert loser.status_code == 409, loser.text
    old = two.office.licensing().case(case.id)
    assert (old.status, old.superseded_by) == ("superseded", winner.json()["id"])
    assert set(two.office.stores.need().cases.ids()) == {case.id, old.superseded_by}


def test_a_request_repeated_with_its_key_is_done_once(two: Two) -> None:
    form = to_plain(w.application())
    key = {"idempotency-key": "draft-1"}
    people = two.people[0]
    first = people.ask(w.EXPORTER, "POST", "/v1/licensing/applications", json=form, headers=key)
    again = people.ask(w.EXPORTER, "POST", "/v1/licensing/applications", json=form, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = people.ask(w.EXPORTER, "POST", "/v1/licensing/applications", json={**form, "end_use": "x"}, headers=key)
    assert other.status_code == 400 and "used for another request" in other.json()["detail"]
    path = f"/v1/licensing/cases/{first.json()['id']}/commands/submit"
    sent = {"declarations": ["true_and_complete", "will_report_changes"]}
    tagged = {"idempotency-key": "submit-1", "if-match": first.headers["etag"]}
    answers = [people.ask(w.EXPORTER, "POST", path, json=sent, headers=tagged) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json()["status"] == answers[1].json()["status"] == "submitted"
    history = two.office.licensing().history(first.json()["id"])
    assert [one.kind for one in history].count("submitted") == 1
