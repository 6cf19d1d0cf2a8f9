"""Scenarios 1, 6 and 10 of licensing in Debian's Chromium, each person at a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import licensing_world as w
from browsers import go
from enduse.cases.bodies import LineOutcome
from enduse.cases.case import Case
from licensing_crowd import Crowd
from licensing_service import Office

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def press(page: Page, name: str) -> None:
    go(page.get_by_role("button", name=name, exact=True))


def follow(page: Page, name: str) -> None:
    go(page.get_by_role("link", name=name, exact=True).first)


def applied_for(crowd: Crowd, undertaking: Path) -> str:
    """Delta applies, from an empty form to submission; the address of the case."""
    page = crowd("delta", "/licensing")
    follow(page, "Start an application")
    page.get_by_label(re.compile("Individual export authorisation")).first.check()
    press(page, "Begin")
    page.get_by_label("Destination").fill("XA")
    page.get_by_label("What the end user will do with the items").fill("lawful interception by the ministry")
    page.get_by_label("Classification that you claim").fill("5A001.j")
    page.get_by_label("Description").fill("network monitoring system")
    page.get_by_label("Quantity").fill("2")
    page.get_by_label("Unit").fill("pieces")
    page.get_by_label("Value of the line").fill("1,840,000.00")
    page.get_by_label("Currency").fill("EUR")
    page.get_by_label("Intercepts communications").check()
    page.get_by_label("Role", exact=True).select_option("exporter")
    page.get_by_label("Name", exact=True).fill("Delta Monitor BV")
    page.get_by_label("Country of its seat").fill("Netherlands")
    press(page, "Add a party")
    assert page.get_by_label("Value of the line").input_value() == "1,840,000.00"
    page.locator("[name='party.2.role']").select_option("end_user")
    page.locator("[name='party.2.name']").fill("Ministry of Interior of XA")
    page.locator("[name='party.2.country']").fill("XA")
    page.locator("[name='party.2.category']").select_option("interior_security")
    press(page, "Save, then look whether it is complete")

    missing = page.locator(".error-summary")
    assert "undertaking of the end user" in missing.inner_text()
    go(missing.get_by_role("link", name=re.compile("weapons of mass destruction")).first)
    for question in ("wmd", "military", "art5"):
        page.locator(f"[name='answer.{question}'][value=none]").check()
    page.locator("[name='answer.human_rights'][value=looked_and_found_none]").check()
    page.get_by_label("Signed by").select_option(label="Ministry of Interior of XA")
    page.get_by_label("Signed on").fill("2026-01-15")
    page.get_by_label("The signed document").set_input_files(undertaking)
    press(page, "Save, then look whether it is complete")
    page.get_by_label("true and complete").check()
    press(page, "Submit")
    assert (
        page.get_by_text("You declare").is_visible()
        and "both declarations" in page.locator(".error-summary").inner_text()
    )
    page.get_by_label("true and complete").check()
    page.get_by_label("tell the authority at once").check()
    press(page, "Submit")
    assert "The authority has your application" in page.locator(".done").inner_text()
    return str(page.url).partition("?")[0]


def received(crowd: Crowd, at: str) -> None:
    """Taken in, classified, screened, circulated."""
    page = crowd("intake", at)
    follow(page, "Take it in")
    page.get_by_label("Reference").fill("NL-2026-0100")
    press(page, "Register")
    page = crowd("technical", at)
    follow(page, "Classify a line")
    page.get_by_label("Edition of the control list").fill("2025-11-15")
    page.get_by_label("Reasoning").fill("by its data sheet")
    page.get_by_label("Intercepts communications").check()
    press(page, "Record the classification")
    follow(page, "Classification is complete")
    press(page, "Go on to screening")
    page = crowd("screener", at)
    follow(page, "Screen every party")
    press(page, "Screen now")
    follow(page, "Circulate to the agencies")
    press(page, "Circulate")


def approved(crowd: Crowd, at: str) -> None:
    """Every agency says approve."""
    for agency in ("licensing", "foreign"):
        page = crowd(agency, at)
        follow(page, "Advise")
        page.get_by_label("Approve", exact=True).check()
        page.get_by_label("Legal basis").fill("Reg. (EU) 2021/821 Art. 15")
        page.get_by_label("Reasoning").fill(f"no objection of {agency}")
        press(page, "Record the advice")


def assess(page: Page, finding: str) -> None:
    """Every criterion answered: the first with a finding, the others without concern."""
    for number, criterion in enumerate(("EU-CP-2", "EU-DU-15", "ECHRI")):
        chosen = finding if number == 0 else "no_concern"
        page.locator(f"[id='finding.{criterion}-{chosen}']").check()
        page.locator(f"[name='reasoning.{criterion}']").fill("two reports say so")
        page.locator(f"[name='source.{criterion}.1.publisher']").fill("Office of the Rapporteur")
        page.locator(f"[name='source.{criterion}.1.published']").fill("2025-06-01")
        page.locator(f"[name='source.{criterion}.1.where']").fill("https://rapporteur.example/2025/1")
        page.locator(f"[name='source.{criterion}.1.reliability']").select_option("A")
        if number == 0:
            page.locator(f"[name='likelihood.{criterion}']").select_option("high")
            page.locator(f"[name='severity.{criterion}']").select_option("high")
            page.locator(f"[name='link.{criterion}']").fill("the ministry watched journalists with such a system")
            page.locator(f"[name='groups.{criterion}']").fill("journalists\nopposition")
    page.get_by_label("Summary").fill("what the sources say")
    press(page, "Record this version")


def propose(page: Page, outcome: str, criterion: str = "") -> None:
    page.get_by_label(outcome, exact=True).check()
    page.get_by_label("Reasons", exact=True).fill(
        "the reports show a clear risk" if criterion else "no ground to refuse"
    )
    if criterion:
        page.get_by_label(criterion, exact=True).check()
    page.get_by_label("Reasoning over all advice").fill("over all advice")
    press(page, "Propose")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_scenario_1_interior_ministry(crowd: Callable[..., Crowd], tmp_path: Path, scripts: bool) -> None:
    people = crowd(java_script_enabled=scripts)
    undertaking = tmp_path / "undertaking.pdf"
    undertaking.write_bytes(b"%PDF-1.7 signed")
    at = applied_for(people, undertaking)
    received(people, at)
    approved(people, at)

    page = people("decider", at)
    blocked = page.locator("#now")
    for name in ("EU-DU-15", "EU-CP-2", "ECHRI"):
        assert f"no human-rights assessment answers {name}" in blocked.inner_text()
    assert page.get_by_role("link", name="Decide", exact=True).count() == 0

    page = people("rights", at)
    follow(page, "Write the human-rights assessment")
    assert page.locator("input[type=radio]:checked").count() == 0
    assert "freedom: 11" in page.locator("aside").inner_text()
    assess(page, "clear_risk")
    page = people("reviewer", at)
    follow(page, "Review the human-rights assessment")
    page.get_by_label("I agree").check()
    page.get_by_label("Reason", exact=True).fill("the sources are good")
    press(page, "Record the review")

    page = people("officer", at)
    follow(page, "Write the proposal")
    assert "Granted with conditions" in page.locator("form .banner").inner_text()
    propose(page, "Granted")
    refusal = page.locator(".error-summary").inner_text()
    assert "clear risk under EU-CP-2 (version 1) blocks grant" in refusal
    assert page.get_by_label("Reasons", exact=True).input_value() == "no ground to refuse"
    propose(page, "Refused", "EU-CP-2")
    assert "Proposal to be written" not in page.locator("h1").inner_text()
    for login in ("first", "second"):
        page = people(login, at)
        follow(page, "Countersign")
        page.get_by_label("I agree").check()
        page.get_by_label("Reason", exact=True).fill("agreed")
        press(page, "Sign")
    page = people("decider", at)
    follow(page, "Decide")
    assert page.get_by_label("Refused", exact=True).is_checked()
    press(page, "Decide")
    assert "Decided" in page.locator("h1").inner_text()

    page = people("delta", at)
    decision = page.locator(".decision").inner_text()
    assert "Refused" in decision and "EU-CP-2" in decision and "the reports show a clear risk" in decision
    everything = page.content()
    for inside in ("over all advice", "no objection of", "journalists", "Rapporteur", "agreed", "freedom"):
        assert inside not in everything
    follow(page, "Refusal of a licence")
    assert "the reports show a clear risk" in page.locator("article").inner_text()


def proposed(office: Office) -> Case:
    return office.proposed(office.assessed(office.advised(office.circulated(reference="NL-2026-0200"))), w.granted())


def test_scenario_6_four_eyes(crowd: Callable[..., Crowd]) -> None:
    people = crowd()
    office = people.office
    case = proposed(office)
    at = f"/licensing/cases/{case.id}/do/countersign"
    page = people("licensing", at)
    refused = page.locator("main").inner_text()
    assert "You may not do this" in refused and "who countersigns is not the adviser" in refused
    assert page.get_by_role("button", name="Sign", exact=True).count() == 0

    second = office.desk("second").person.id
    token = (
        page.locator("[name=csrf_token]").first.get_attribute("value")
        if page.locator("[name=csrf_token]").count()
        else None
    )
    if token is None:
        token = people("licensing", "/account").locator("[name=csrf_token]").first.get_attribute("value")
    before = office.desk("officer").readable(case.id).seq
    form: dict[str, str | float | bool] = {
        "csrf_token": str(token),
        "agrees": "yes",
        "reason": "agreed",
        "countersigner": second,
    }
    answer = page.request.post(at, form=form, headers={"accept": "text/html"})
    assert answer.status == 403 and "who acts is who is signed in" in answer.text()
    assert office.desk("officer").readable(case.id).seq == before
    entries = office.app.state.service.stores.need().audit.entries(last=20)
    tried = [one for one in entries if one.subject == f"case:{case.id}" and second in str(one)]
    assert tried and tried[0].actor == office.desk("licensing").person.id

    page = people("first", at)
    page.get_by_label("I agree").check()
    page.get_by_label("Reason", exact=True).fill("agreed")
    press(page, "Sign")
    assert "Decision pending" in page.locator("h1").inner_text()


def test_of_two_who_act_on_what_they_saw_the_other_is_told_and_nothing_typed_is_lost(
    crowd: Callable[..., Crowd],
) -> None:
    people = crowd()
    case = proposed(people.office)
    at = f"/licensing/cases/{case.id}/do/countersign"
    one, other = people("first", at), people("second", at)
    other.get_by_label("I send it back").check()
    other.get_by_label("Reason", exact=True).fill("I have doubts of my own")
    one.get_by_label("I agree").check()
    one.get_by_label("Reason", exact=True).fill("agreed")
    press(one, "Sign")
    press(other, "Sign")
    told = other.locator(".error-summary").inner_text()
    assert "Somebody else was first" in told and "First: countersigned" in told
    assert other.get_by_label("Reason", exact=True).input_value() == "I have doubts of my own"
    assert other.get_by_label("I send it back").is_checked()


def test_scenario_10_mixed_outcome_and_appeal(crowd: Callable[..., Crowd]) -> None:
    people = crowd()
    office = people.office
    items = (w.item(1, "UNLISTED", capabilities=()), w.item(2), w.item(3))
    case = office.circulated(w.application("uk", "siel", items=items), "SIEL-2026-0001")
    case = office.assessed(office.advised(case))
    lines = (LineOutcome(1, "nlr", "not listed"), w.granted(2, w.NO_REEXPORT), w.refused(3, "UK-2b"))
    case = office.proposed(case, *lines)
    for login in ("first", "second"):
        if office.desk("officer").readable(case.id).status.startswith("countersign"):
            case = office.act(login, case, "countersign", agrees=True, reason="agreed")
    office.at(4, 20)
    at = f"/licensing/cases/{case.id}"
    decider = people("decider", at)
    follow(decider, "Decide")
    press(decider, "Decide")

    page = people("delta", at)
    decision = page.locator(".decision").inner_text()
    assert all(one in decision for one in ("No licence required", "Granted with conditions", "Refused", "UK-2b"))
    documents = page.locator("#documents").inner_text()
    for title in ("Notice that no licence is required", "Export licence", "Refusal of a licence"):
        assert title in documents
    assert "You may appeal until 2026-05-18" in page.locator("main").inner_text()

    office.at(5, 19)
    page = people("delta", f"{at}/do/appeal")
    page.get_by_label("Line 3").check()
    page.get_by_label("Why the decision is wrong").fill("the report is about another ministry")
    press(page, "Appeal")
    assert "a late one needs a recorded acceptance" in page.locator(".error-summary").inner_text()
    assert page.get_by_label("Why the decision is wrong").input_value() == "the report is about another ministry"

    panel = people("panel", at)
    follow(panel, "Accept a late appeal")
    panel.get_by_label("Reason", exact=True).fill("the notice went astray")
    press(panel, "Accept")
    page = people("delta", f"{at}/do/appeal")
    page.get_by_label("Line 3").check()
    page.get_by_label("Why the decision is wrong").fill("the report is about another ministry")
    press(page, "Appeal")
    assert "The authority has your appeal" in page.locator(".done").inner_text()

    first = people("decider", f"{at}/do/decide_appeal")
    assert "You may not do this" in first.locator("main").inner_text()
    panel = people("panel", at)
    follow(panel, "Decide the appeal")
    panel.get_by_label("Granted", exact=True).check()
    panel.get_by_label("Reasons", exact=True).fill("the report is about another ministry")
    press(panel, "Decide")
    assert "on appeal" in panel.locator("#licence").inner_text()
    page = people("delta", at)
    assert "SIEL-2026-0001-L2" in page.locator("main").inner_text()
