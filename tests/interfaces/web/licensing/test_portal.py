"""The exporter's portal: the form, what is missing at its fields, amendments, and nothing of what happens inside."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import licensing_world as w
from enduse.cases.application import Application, CaseParty
from enduse.cases.bodies import Finding
from enduse.cases.denial_bodies import Denial
from enduse.cases.refusals import Missing
from enduse.interfaces.web.fields import Fields
from enduse.interfaces.web.licensing import application_form
from enduse.interfaces.web.licensing.addresses import COMMANDS
from enduse.interfaces.web.licensing.application_form import field_missing, fields_of, read, rows_of
from enduse.model.codec import to_plain
from enduse.model.transaction import Role
from licensing_service import Office, serving
from people import form_token, join, signed_in


def browser(office: Office, login: str) -> Any:
    return signed_in(office.app, login, accept="text/html")


def sent(http: Any, path: str, **fields: Any) -> Any:
    return http.post(path, data={"csrf_token": form_token(http), **fields})


def seen(http: Any, path: str) -> str:
    """What the page says it was made of."""
    found = re.search(r'name="seen" value="([^"]*)"', http.get(path).text)
    assert found is not None
    return found[1]


# --- the form


def test_an_application_comes_back_from_its_own_form() -> None:
    form = w.application(
        items=(w.item(), w.item(2, "UNLISTED", capabilities=(), quantity=Decimal("10.5"))),
        parties=(*w.application().parties, CaseParty("p9", Role.OTHER, "شركة المثال", "CN", "commercial", "user")),
    )
    filled = read(form, fields_of(form), None)
    assert (filled.application, filled.problems) == (form, {})


def test_an_ability_that_nobody_stated_stays_unsaid() -> None:
    form = w.application(items=(w.item(capabilities=None),))
    assert read(form, fields_of(form), None).application.items[0].capabilities is None


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("item.1.quantity", "2,5", "can be read in two ways"),
        ("item.1.value", "many", "is no number"),
        ("item.1.quantity", "NaN", "is no amount"),
        ("item.1.code", "5A001j", "5A001j"),
        ("item.1.currency", "EURO", "is no currency"),
        ("destination", "Atlantis", "is no country"),
        ("party.2.country", "Nowhere", "is no country"),
        ("party.2.category", "spies", "is no category"),
        ("undertaking.signed_on", "soon", "the day on which it was signed"),
        ("end_use", "a\x00b", "control character"),
    ],
)
def test_what_cannot_be_used_is_named_at_its_field(field: str, text: str, problem: str) -> None:
    form = w.application()
    filled = read(form, fields_of(form).but((field, text)), None)
    assert field in filled.problems or field == "end_use"
    assert any(problem in one.text for one in filled.problems.values())


def test_thousands_may_be_written_with_commas_and_blanks() -> None:
    form = w.application()
    for text in ("1,840,000.00", "1 840 000.00", "1840000.00"):
        made = read(form, fields_of(form).but(("item.1.value", text)), None).application
        assert made.items[0].value == Decimal("1840000.00")


def test_a_row_is_added_and_left_out_without_losing_another() -> None:
    fields = Fields.of([("item.1.code", "a"), ("item.2.code", "b"), ("drop", "item.1"), ("more", "item")])
    assert rows_of(fields, "item") == (2, 3)
    assert rows_of(Fields.of([]), "party") == (1,)


def test_whatever_is_missing_for_submission_has_its_field(at_desk: Office) -> None:
    exporter = CaseParty("e", Role.EXPORTER, "Delta", "NL")
    user = CaseParty("u", Role.END_USER, "Ministry", "")
    bare = w.item(quantity=Decimal(0), unit="", currency="", capabilities=None)
    forms: list[Application] = [
        application_form.empty("nl", "individual", "delta"),
        w.application(
            items=(bare,), parties=(exporter, user), undertaking=None, answers=(), end_use="", destination=""
        ),
    ]
    found = set()
    for form in forms:
        case = at_desk.draft(form)
        possible = next(one for one in at_desk.desk("delta").possible(case) if one.command == "submit")
        assert possible.refusal is not None
        for one in possible.refusal.missing:
            place = field_missing(one, form)
            assert place, one
            found.add(place)
    assert {"item.1.quantity", "item.1.capability", "party.2.category", "undertaking", "answer.wmd", "end_use"} <= found
    assert field_missing(Missing("something new", "complete"), forms[0]) == ""


# --- the pages


def test_what_is_missing_stands_at_the_fields(at_desk: Office) -> None:
    case = at_desk.draft(w.application(items=(w.item(quantity=Decimal(0)),), undertaking=None))
    http = browser(at_desk, "delta")
    page = http.get(f"/licensing/cases/{case.id}/do/submit").text
    link = f'href="/licensing/cases/{case.id}/do/revise?check=yes#item.1.quantity"'
    assert link in page and "Line 1 must state its quantity" in page
    form = http.get(f"/licensing/cases/{case.id}/do/revise?check=yes").text
    assert 'id="item.1.quantity-error"' in form and 'aria-invalid="true"' in form


def test_who_was_second_keeps_what_they_typed(at_desk: Office) -> None:
    case = at_desk.draft()
    http = browser(at_desk, "delta")
    path = f"/licensing/cases/{case.id}/do/revise"
    tag = seen(http, path)
    pairs = dict(fields_of(w.application(end_use="the other one")).pairs)
    assert sent(http, path, seen=tag, **pairs).status_code == 303
    mine = dict(fields_of(w.application(end_use="what I typed")).pairs)
    answer = sent(http, path, seen=tag, **mine)
    assert answer.status_code == 409 and "Somebody else was first" in answer.text and "what I typed" in answer.text
    assert sent(http, path, seen=seen(http, path), **mine).status_code == 303


def test_an_amendment_is_a_new_application_and_the_old_one_ends(at_desk: Office) -> None:
    case = at_desk.submitted()
    http = browser(at_desk, "delta")
    answer = sent(http, f"/licensing/cases/{case.id}/amend")
    assert answer.status_code == 303
    form = http.get(answer.headers["location"]).text
    assert "It amends" in form and "Delta Monitor BV" in form
    assert "Superseded" in http.get(f"/licensing/cases/{case.id}").text
    again = sent(http, f"/licensing/cases/{case.id}/amend")
    assert again.status_code == 409 and "is amended by" in again.text


def test_a_returned_application_says_why_and_can_be_changed(at_desk: Office) -> None:
    case = at_desk.submitted()
    at_desk.act("intake", case, "return", reason="Which network is it for?")
    http = browser(at_desk, "delta")
    assert "Which network is it for?" in http.get(f"/licensing/cases/{case.id}").text
    assert "Which network is it for?" in http.get(f"/licensing/cases/{case.id}/do/revise").text


def test_another_exporter_s_application_is_not_there(at_desk: Office) -> None:
    case = at_desk.submitted()
    http = browser(at_desk, "epsilon")
    for path in ("", "/amend", "/do/withdraw", "/documents/end_user_certificate-1"):
        assert http.get(f"/licensing/cases/{case.id}{path}").status_code == 404
    assert case.id not in http.get("/licensing").text


def test_who_acts_for_no_exporter_is_told_so(at_desk: Office) -> None:
    join(at_desk.app, "lost", "exporter_submitter")
    http = browser(at_desk, "lost")
    assert "acts for no exporter" in http.get("/licensing").text
    answer = sent(http, "/licensing/apply", type="nl/individual")
    assert answer.status_code == 422 and "acts for no exporter" in answer.text


def test_what_people_write_is_never_markup(at_desk: Office) -> None:
    evil = "<script>alert(1)</script> \u202etxt"
    exporter, user = w.application().parties
    case = at_desk.submitted(w.application(end_use=evil, parties=(exporter, replace(user, name=evil))))
    for login, path in (("delta", ""), ("officer", ""), ("officer", "/do/open_rfi")):
        page = browser(at_desk, login).get(f"/licensing/cases/{case.id}{path}").text
        assert "<script>alert" not in page and "\u202e" not in page
    assert "&lt;script&gt;" in browser(at_desk, "delta").get(f"/licensing/cases/{case.id}").text


INSIDE = (
    "adviceinside",
    "reasoninginside",
    "flaginside",
    "sourceinside",
    "denialinside",
    "Officer",
    "Foreign",
    "Rights",
)
"""What is written inside the authority, and who wrote it."""


def test_the_exporter_reads_no_trace_of_advice_assessment_partners_or_people(tmp_path: Path) -> None:
    with serving(tmp_path, dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)) as (_, office):
        user = "Ministry of Interior of XA"
        denial = Denial("denialinside-1", "DE", dt.date(2024, 6, 10), "5A001.j", "denialinside", "XA", user)
        office.app.state.service.office.licensing().record_denial(denial, office.desk("consulting").actor)
        case = office.circulated()
        office.act("officer", case, "flag", flag="flaginside", reason="flaginside")
        office.act("officer", case, "unflag", flag="flaginside", reason="flaginside")
        for agency in ("licensing", "foreign"):
            said = {"position": "approve", "legal_basis": "adviceinside", "reasoning": "adviceinside"}
            office.act(agency, case, "recommend", agency=agency, line=1, party="user", **said)
        case = office.assessed(office.desk("officer").readable(case.id), Finding.CONCERN_MITIGATED)
        question = {"question": "denialinside", "denial": "denialinside-1"}
        office.act("consulting", case, "open_consultation", id="c1", kind="identity", partner="DE", line=1, **question)
        http = browser(office, "delta")
        commands = [one.path.replace("{id}", case.id) for one in COMMANDS]
        paths = ["/licensing", f"/licensing/cases/{case.id}", f"/licensing/cases/{case.id}/amend", *commands]

        def look() -> None:
            for path in paths:
                answer = http.get(path)
                assert [one for one in INSIDE if one in answer.text] == [], path
                for blind in ("consultation", "Human-rights review", "circulated"):
                    assert blind not in answer.text or answer.status_code == 403, path

        look()
        office.act("consulting", case, "answer_consultation", id="c1", answer="no", reasons="denialinside")
        case = office.desk("officer").readable(case.id)
        office.act("officer", case, "consolidate", lines=w_lines(), reasoning="reasoninginside")
        look()
        for login in ("first", "second"):
            if office.desk("officer").readable(case.id).status.startswith("countersign"):
                office.act(login, case, "countersign", agrees=True, reason="reasoninginside")
        office.act("decider", case, "decide", lines=w_lines())
        look()
        page = http.get(f"/licensing/cases/{case.id}").text
        for path in re.findall(rf'href="(/licensing/cases/{case.id}/documents/[^"?]+)"', page):
            assert [one for one in INSIDE if one in http.get(path).text] == [], path
        assert http.get(f"/licensing/cases/{case.id}/documents/human_rights_record-1").status_code == 404


def w_lines() -> list[Any]:
    return list(to_plain((w.granted(1, w.NO_REEXPORT),)))
