"""Documents are issued with the event that calls for them: over HTTP, each with the hashes of what was sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import licensing_world as w
from enduse.cases.case import Case
from enduse.cases.refusals import Conflict
from enduse.interfaces.licensing.daily import tick
from enduse.interfaces.licensing.documents import Documents
from enduse.interfaces.licensing.log import StoredLog
from enduse.model.errors import BadInput
from licensing_http import Registry, WorldClock, over_http
from service_world import service

RIGHTS = "human_rights_record-1"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Registry]:
    clock = WorldClock()
    found = Registry(service(tmp_path, clock, request_rate=1_000_000))
    with over_http(found, clock):
        yield found
    assert found.service.stores.need().verify().whole
    found.service.stores.close()


def played(people: Registry) -> tuple[w.World, Case]:
    """A case that ends with a refusal; everybody acts over HTTP."""
    world = w.World(log=w.Watched(StoredLog(people.service.stores.need().cases))).at(3, 2)
    case = world.assessed(world.advised(world.circulated(world.registered())))
    return world, world.decided(case, w.refused(1, "EU-CP-2"))


def listed(people: Registry, who: Any, case: Case) -> list[dict[str, Any]]:
    answer = people.ask(who, "GET", f"/v1/licensing/cases/{case.id}/documents")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def test_a_decision_issues_its_documents_at_once(people: Registry) -> None:
    _, case = played(people)
    documents = {one["id"]: one for one in listed(people, w.OFFICER, case)}
    assert {"refusal-1", RIGHTS} <= set(documents)
    for one in documents.values():
        for form in ("html", "pdf"):
            sent = people.ask(w.OFFICER, "GET", one["url"], params={"format": form})
            assert sent.status_code == 200
            assert hashlib.sha256(sent.content).hexdigest() == one["issued"][f"{form}_sha256"]
            assert sent.headers["content-type"].startswith({"html": "text/html", "pdf": "application/pdf"}[form])
    recorded = case.documents
    assert len(recorded) == len(documents)


def test_an_exporter_reads_what_is_for_exporters(people: Registry) -> None:
    _, case = played(people)
    own = listed(people, w.EXPORTER, case)
    assert "refusal-1" in {one["id"] for one in own}
    assert RIGHTS not in {one["id"] for one in own}
    path = f"/v1/licensing/cases/{case.id}/documents/"
    for name in (RIGHTS, "refusal-2", "..%2f..%2fetc"):
        hidden = people.ask(w.EXPORTER, "GET", path + name)
        assert hidden.status_code == 404
    assert people.ask(w.OFFICER, "GET", path + "refusal-1", params={"format": "docx"}).status_code == 400


def test_an_answer_tells_the_case_as_it_stands_after_the_issue(people: Registry) -> None:
    world = w.World(log=w.Watched(StoredLog(people.service.stores.need().cases))).at(3, 2)
    case = world.registered()
    path = f"/v1/licensing/cases/{case.id}"
    tag = people.ask(w.INTAKE, "GET", path).headers["etag"]
    body = {"officer": w.OFFICER.id}
    answer = people.ask(w.INTAKE, "POST", f"{path}/commands/assign", json=body, headers={"if-match": tag})
    assert answer.status_code == 200, answer.text
    assert people.ask(w.INTAKE, "GET", path).headers["etag"] == answer.headers["etag"]


def test_what_could_not_be_recorded_then_is_recorded_by_the_daily_run(
    people: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def beaten(_self: Documents, case_id: str) -> Case:
        raise Conflict(case_id, 1, 2)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Documents, "issue", beaten)
        _, case = played(people)
        assert case.status == "decided", "a decision stands whatever becomes of its documents"
        assert all(one["issued"] is None for one in listed(people, w.OFFICER, case))
    done = tick(people.service.office)
    assert (done.issued, done.left) == ([case.id], [])
    assert all(one["issued"] for one in listed(people, w.OFFICER, case))
    assert tick(people.service.office).issued == []


def test_a_folder_of_fonts_that_is_not_there_is_said_before_anything_is_decided(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="ENDUSE_DOCUMENT_FONTS"):
        service(tmp_path, document_fonts=str(tmp_path / "none"))
