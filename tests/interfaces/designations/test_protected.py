"""Who a protected source is stands in no output for anybody without clearance; searching for it finds nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import designation_pages as p
import designation_world as w
from enduse.cases.designations import bodies
from enduse.cases.refusals import Refused
from enduse.interfaces.designations.places import FILE
from enduse.interfaces.service.ground import Service
from enduse.store import open_store
from people import join, post, signed_in
from service_world import routes

SECRET, CONTACT = "Zephyrine Quillfeather Trust", "quillfeather-line-7781"
WORDS = ("quillfeather", "zephyrine", "line-7781")


class World:
    """A service with a listing that rests on a protected source, and somebody of every role."""

    def __init__(self, data: Path) -> None:
        self.log = io.StringIO()
        self.app: FastAPI = p.application(data, self.log)
        self.service: Service = self.app.state.service
        self.world = w.World(self.service.designations.log(), p.NOW, secrets=self.service.designations.vault)
        self.reference = self.world.service.protect(bodies.ProtectedSource(SECRET, CONTACT, "lives there"), w.CUSTODIAN)
        hidden = bodies.SourceGraded(reliability="B", credibility="2", protected=self.reference)
        self.entry = self.world.evidence(sources=(hidden,)).id
        case = self.world.circulate(self.world.service.nominate(w.nomination(self.entry), w.NOMINATOR))
        self.world.votes(case, commerce="yes", state="yes", defense="yes")
        self.world.close(case)
        self.world.measured(case)
        body = {"restricted_reasons": "from a source that is protected"}
        self.case = self.world.publish(case, p.NOW.date().isoformat(), **body).id
        self.service.designations.edition(p.NOW.date())
        self.roles = [one for one in self.service.policies.roles if one != "source_custodian"]
        for role in self.roles:
            seat = {"agency": "state"} if role == "committee_member" else {}
            join(self.app, f"r.{role.replace('_', '.')}", role, **seat)

    def client(self, role: str) -> TestClient:
        return signed_in(self.app, f"r.{role.replace('_', '.')}")

    def addresses(self) -> list[str]:
        """Every address that answers a GET, filled with what there is, and searches for the secret."""
        found = []
        for route in routes(self.app):
            if "GET" not in route.methods or route.path.startswith(("/logout", "/static")):
                continue
            known = {"identifier": self.case, "id": self.case}
            if "/evidence/" in route.path:
                known = {"identifier": self.entry, "id": self.entry}
            if "/protected-sources/" in route.path:
                known = {"identifier": self.reference}
            if "/own-list/" in route.path:
                known = {"layout": "ftm"}
            path = route.path.replace(":path", "")
            for name, value in known.items():
                path = path.replace(f"{{{name}}}", value)
            if "{" not in path:
                found.append(path)
        held = (f"protected:{self.reference}", f"evidence:{self.entry}", f"designation:{self.case}")
        of_licensing = [f"{start}/licensing/cases/{one}" for start in ("", "/v1") for one in held]
        pages = ("/evidence", "/v1/evidence", "/v1/evidence-graph", "/designations", "/v1/designations")
        searches = [f"{path}?search={WORDS[0]}" for path in pages]
        return [*found, *of_licensing, *searches, f"/v1/own-list/consolidated?as_of={p.NOW.date()}"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    found = World(tmp_path_factory.mktemp("protected") / "data")
    yield found
    found.service.stores.close()


def leaks(text: str, *, asked: str = "") -> list[str]:
    """Words of the secret in an answer, leaving out what the request itself said."""
    plain = text.casefold().replace(asked.casefold(), "") if asked else text.casefold()
    return [one for one in WORDS if one in plain]


def roles() -> list[str]:
    from enduse.interfaces.identity.policies import shipped_policies

    return [one for one in shipped_policies().roles if one != "source_custodian"]


@pytest.mark.parametrize("role", roles())
def test_no_answer_to_anybody_without_clearance_names_it(world: World, role: str) -> None:
    http, found, seen = world.client(role), {}, 0
    for path in world.addresses():
        answer = http.get(path)
        seen += answer.status_code == 200
        if told := leaks(answer.text, asked=WORDS[0] if "search=" in path else ""):
            found[path] = told
        if world.reference in answer.text.replace(path, ""):
            found[path] = ["its reference"]
    assert found == {}
    assert seen > 5
    assert leaks(world.log.getvalue()) == []


def test_those_with_clearance_read_it_and_that_is_on_record(world: World) -> None:
    http = signed_in(world.app, "cleo")
    answer = http.get(f"/v1/protected-sources/{world.reference}")
    assert answer.json()["name"] == SECRET
    last = world.service.stores.need().audit.entries(last=1)[0]
    assert (last.action, last.subject) == ("record.read", "case:protected")
    with open_store(world.service.settings.data / FILE, create=False) as apart:
        own = apart.audit.entries(last=1)[0]
        assert (own.action, own.subject) == ("record.read", f"case:protected:{world.reference}")
        assert own.actor == last.actor and apart.verify().whole
    assert leaks(json.dumps([str(last), str(own)])) == []


def test_the_common_audit_chain_has_no_reference_whatever_was_asked_and_whoever_asked(world: World) -> None:
    address = f"/v1/protected-sources/{world.reference}"
    for http in (signed_in(world.app, "cleo"), world.client("evidence_officer")):
        http.get(address)
        http.post(f"{address}/erasure", json={"reason": " "}, headers=_token(http))
    for who in (w.RECORDER, w.CUSTODIAN):
        with pytest.raises(Refused):
            world.world.service.erase_source(world.reference, "", who)
    with pytest.raises(Refused):
        world.world.service.reveal(world.reference, w.RECORDER)
    entries = world.service.stores.need().audit.entries(last=10_000)
    assert {one.subject for one in entries if one.subject.startswith("case:protected")} == {"case:protected"}
    assert [one for one in entries if world.reference in str(one)] == []


def test_a_page_says_that_day_and_hash_are_kept_apart_and_not_that_there_are_none(world: World) -> None:
    page = world.client("evidence_officer").get(f"/evidence/{world.entry}").text
    assert page.count("kept apart") == 2 and "none kept" not in page
    assert "kept apart" not in signed_in(world.app, "cleo").get(f"/evidence/{world.entry}").text


@pytest.mark.parametrize("word", [SECRET, CONTACT, *WORDS, SECRET.split(maxsplit=1)[0]])
def test_searching_for_it_answers_as_for_nothing(world: World, word: str) -> None:
    http = world.client("evidence_officer")
    nothing = http.get("/v1/evidence", params={"search": "nobody-of-this-name"})
    assert http.get("/v1/evidence", params={"search": word}).json() == nothing.json() == []
    cleared = signed_in(world.app, "cleo")
    if word != CONTACT and "7781" not in word:
        assert [one["id"] for one in cleared.get("/v1/evidence", params={"search": word}).json()] == [world.entry]


def test_one_that_is_there_is_refused_like_one_that_is_not(world: World) -> None:
    http = world.client("evidence_officer")
    there, none = (http.get(f"/v1/protected-sources/{one}") for one in (world.reference, "s-none"))
    assert there.status_code == none.status_code == 403
    assert there.json()["detail"] == none.json()["detail"]
    guessed = {"publisher": SECRET, "reliability": "B", "credibility": "2"}
    answer = http.post(f"/v1/evidence/{world.entry}/sources", json=guessed, headers=_token(http))
    assert answer.status_code == 200, "a guess is neither confirmed nor refused"


def _token(http: TestClient) -> dict[str, str]:
    from people import form_token

    return {"x-csrf-token": form_token(http)}


def test_it_is_in_no_edition_no_notice_no_alert_no_audit_entry(tmp_path: Path) -> None:
    world = World(tmp_path / "data")
    store = world.service.stores.need()
    told = [str(one.document) for one in store.outbox.waiting(limit=500)]
    told += [str(one) for one in store.audit.entries(last=10_000)]
    files = [one for one in (tmp_path / "data").rglob("*") if one.is_file() and "sqlite" not in one.name]
    told += [one.read_text("utf-8", "replace") for one in files]
    desk = world.service.designations.desk(_person("list_publisher"))
    told += [desk.own_list("ftm"), desk.own_list("consolidated"), desk.notice(desk.case(world.case))]
    assert len(told) > 30
    assert [one for one in told if leaks(one)] == []
    assert all(world.reference not in one for one in told)
    world.service.stores.close()


def _person(*held: str) -> Any:
    from enduse.model.access import Actor

    return Actor("u", "u", frozenset(held))


def test_who_knows_it_does_not_write_it_where_others_read(world: World) -> None:
    for made in (
        replace(w.ABUSE, what=f"As {SECRET.upper()} says."),
        replace(w.ABUSE, title=f"call {CONTACT}"),
    ):
        with pytest.raises(Refused) as error:
            world.world.service.record(made, w.CUSTODIAN)
        assert error.value.refusal.rules == ("protected_source",)


def test_the_form_of_the_register_answers_a_guess_like_anything_else(world: World) -> None:
    http = world.client("evidence_officer")
    guess = {"publisher": "", "protected": "s-guess", "reliability": "B", "credibility": "2"}
    answer = post(http, f"/evidence/{world.entry}/source", **guess)
    assert answer.status_code == 422 and leaks(answer.text) == []
