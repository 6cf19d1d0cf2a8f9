"""What an officer or an exporter tries at the service's desk, with a true account: each is closed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import licensing_world as w
from enduse.cases.bodies import Finding, Screened
from enduse.cases.case import Case
from enduse.cases.denial_bodies import Denial
from enduse.cases.refusals import Refused
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing import registers
from enduse.interfaces.licensing.desk import Filters
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput, OperationFailed
from enduse.store.tables import case_views, outbox
from licensing_service import Office, office, opened

PARTNER = Denial("DE/2024/17", "DE", dt.date(2024, 6, 10), "5A001.j", "monitoring", "XA", "Ministry of Interior of XA")
PRIVILEGED = replace(PARTNER, id="FR-PRIVATE-9", authority="FR", handling="REGIME-PRIVILEGED")
ABROAD = w.application(destination="XB")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path)
    opened(made)
    states = w.LISTS[:1]
    service = made.app.state.service
    service.office.outside.states = lambda _authority: tuple(replace(one, id="ftm") for one in states)
    service.office.screening = lambda case: Screened(
        tuple(one.id for one in case.applied.parties), (), service.office.outside.states("nl"), "names/1", w.HASH
    )
    yield made
    assert service.stores.need().verify().whole
    service.stores.close()


def denial(at: Office, one: Denial) -> None:
    registers.record_denial(at.desk("consulting"), one)


def asked(at: Office, case: Case, one: Denial, name: str = "c1") -> Case:
    stated = {"id": name, "kind": "identity", "partner": one.authority, "line": 1, "denial": one.id}
    return at.act("consulting", case, "open_consultation", **stated, question="is it the same?")


# --- denials of partners


def test_a_reference_that_an_officer_chooses_hides_no_denial_of_a_partner(at: Office) -> None:
    """Denials are told from a case's own by the case: its reference could be made to fit a partner's numbers."""
    denial(at, PARTNER)
    case = at.circulated(reference="DE")
    assert [one.denial.id for one in at.desk("decider").matches(case)] == [PARTNER.id]
    case = at.assessed(at.advised(case))
    with pytest.raises(Refused, match="nobody asked about"):
        at.proposed(case, w.granted(1, w.NO_REEXPORT))


def test_a_case_is_not_compared_with_its_own_denial(at: Office) -> None:
    case = at.decided(at.assessed(at.advised(at.circulated())), w.refused(1, "EU-CP-2"))
    assert at.desk("decider").matches(case) == ()
    other = at.circulated()
    assert [one.denial.id for one in at.desk("decider").matches(other)] == [f"{case.reference}/1"]


@pytest.mark.parametrize("login", ["intake", "technical", "screener", "records"])
def test_who_may_not_know_of_partners_finds_no_trace_of_a_consultation(at: Office, login: str) -> None:
    denial(at, PARTNER)
    case = asked(at, at.circulated(), PARTNER, "question-to-berlin")
    desk = at.desk(login)
    case = desk.readable(case.id)
    shown = json.dumps(
        [
            desk.view(case),
            desk.history(case),
            to_plain(desk.deadlines(case)),
            [one for _, one in desk.queue(Filters(), limit=10)],
            to_plain(desk.due(400)),
            [str(one.refusal) for one in desk.possible(case)],
        ],
        default=str,
    )
    for trace in (PARTNER.id, "question-to-berlin", "identity", "is it the same"):
        assert trace not in shown, trace
    seen = at.desk("officer")
    assert "question-to-berlin" in json.dumps(to_plain(seen.deadlines(case)))
    assert any(one.rule.id == "eu/identity" for _, one in seen.due(400))
    assert seen.queue(Filters(), limit=1)[0][1]["clock"]


def test_an_adviser_sees_the_consultation_that_partners_told_of_and_not_a_privileged_one(at: Office) -> None:
    for one in (PARTNER, PRIVILEGED):
        denial(at, one)
    case = asked(at, asked(at, at.circulated(), PARTNER, "open-one"), PRIVILEGED, "privileged-one")
    for login, sees in (("foreign", False), ("inspector", False), ("decider", True)):
        desk = at.desk(login)
        shown = json.dumps([desk.view(case), desk.history(case), to_plain(desk.deadlines(case))], default=str)
        assert "open-one" in shown, login
        assert ("privileged-one" in shown, PRIVILEGED.id in shown) == (sees, sees), login
        assert ("privileged-one" in json.dumps(to_plain(desk.due(400)))) is sees, login


# --- human rights


def test_an_amended_case_takes_what_was_found_before_with_it(at: Office) -> None:
    case = at.assessed(at.advised(at.circulated()), Finding.CLEAR_RISK)
    parties = tuple(replace(one, country="XB", category="commercial") for one in w.application().parties)
    harmless = w.application(
        destination="XB", items=(w.item(code="UNLISTED", capabilities=()),), parties=parties, amends=case.id
    )
    new = at.advised(at.circulated(harmless))
    assert new.status == "hr_review"
    ground = at.app.state.service.office.outside.ground(new, at.desk("rights").actor)
    assert ("clear_risk" in dict(ground.amended).values()) is True
    assert any("clear_risk" in one.fact for one in at.desk("rights").prefill(new))


# --- references and licences


def test_two_cases_never_have_one_reference(at: Office) -> None:
    first = at.registered(reference="NL-2026-7")
    second = at.submitted()
    with pytest.raises(BadInput, match="another case has the reference"):
        at.act("intake", second, "register", reference="NL-2026-7")
    assert at.desk("intake").readable(second.id).status == "submitted"
    # The same case may be sent back and taken in again under its own.
    at.act("intake", first, "return", reason="a page is missing")
    at.act("delta", first, "revise", application=to_plain(w.application()))
    again = at.act("delta", first, "submit", declarations=["true_and_complete", "will_report_changes"])
    assert at.act("intake", again, "register", reference="NL-2026-7").reference == "NL-2026-7"


def test_where_an_older_store_holds_a_number_twice_customs_is_shown_neither(at: Office) -> None:
    one = at.decided(at.assessed(at.advised(at.circulated())), w.granted(1, w.NO_REEXPORT))
    two = at.decided(at.assessed(at.advised(at.circulated())), w.granted(1, w.NO_REEXPORT))
    found = at.app.state.service.office
    assert one.licence is not None and two.licence is not None
    number = one.licence.content.licence
    assert registers.licence_by_number(found, number).id == one.id
    case = found.licensing

    def twice(*args: Any, **kwargs: Any) -> Any:
        made = case(*args, **kwargs)
        known = made.case

        def folded(case_id: str) -> Case:
            held: Case = known(case_id)
            assert held.licence is not None
            return replace(held, licence=replace(held.licence, content=replace(held.licence.content, licence=number)))

        made.case = folded
        return made

    found.licensing = twice
    with found.stores.need().write() as connection:
        connection.execute(sa.update(case_views).values(reference=number.rpartition("-L")[0]))
    with pytest.raises(OperationFailed, match="2 licences have the number"):
        registers.licence_by_number(found, number)


# --- exporters


def test_an_exporter_s_search_does_not_tell_what_an_officer_made_of_it(at: Office) -> None:
    case = at.registered(w.application(items=(w.item(code="5A991"),)))
    stated = {"list_edition": "2025-11-15", "reasoning": "by its data sheet", "capabilities": ["interception"]}
    at.act("technical", case, "classify", line=1, code="5A001.j", **stated)
    exporter, officer = at.desk("delta"), at.desk("officer")
    assert [one.id for one, _ in officer.queue(Filters(search="5a001.j"), limit=5)] == [case.id]
    assert exporter.queue(Filters(search="5a001.j"), limit=5) == []
    assert [one.id for one, _ in exporter.queue(Filters(search="5a991 ministry"), limit=5)] == [case.id]


def test_a_search_of_an_exporter_fills_its_page_from_what_they_may_find(at: Office) -> None:
    cases = [at.registered(w.application(items=(w.item(code="5A991"),))) for _ in range(4)]
    for one in cases[::2]:
        stated = {"list_edition": "2025-11-15", "reasoning": "by its data sheet", "capabilities": []}
        at.act("technical", one, "classify", line=1, code="4A994", **stated)
    claimed = at.draft(w.application(items=(w.item(code="4A994"),)))
    assert [one.id for one, _ in at.desk("delta").queue(Filters(search="4a994"), limit=1)] == [claimed.id]


def test_an_account_without_an_organisation_files_nothing_and_reads_nothing(at: Office) -> None:
    desk = at.desk("delta")
    desk.person = replace(desk.person, organisation="")
    desk.actor = replace(desk.actor, organisation="")
    with pytest.raises(Refused, match="acts for no exporter"):
        desk.open(w.application(exporter=""))
    case = at.draft()
    with pytest.raises(NotHeld):
        desk.readable(case.id)
    assert desk.view(case)["view"] == "exporter", "whoever is of no authority is never shown the authority's view"


# --- erasure


def test_an_erased_case_leaves_nothing_of_it_in_messages_that_were_delivered(at: Office) -> None:
    store = at.app.state.service.stores.need()
    case = at.registered()
    kept = at.registered()
    store.outbox.deliver({})
    at.act("delta", case, "withdraw", reason="no longer")
    at.clock.now = dt.datetime(2040, 1, 2, 10, tzinfo=dt.UTC)
    at.desk("records").erase(case.id, "its period has passed")
    with store.read() as connection:
        rows = [(row.delivered, row.document) for row in connection.execute(sa.select(outbox).order_by(outbox.c.seq))]
    said = [document for _, document in rows]
    assert not any(case.id in one for (delivered, one) in rows if delivered)
    assert any(kept.id in one for one in said)
