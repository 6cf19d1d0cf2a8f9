"""The officer's desk over HTTP: queue, saved filters, refusals that keep what was typed, denials, statistics."""

from __future__ import annotations

import re
from typing import Any

import pytest

import licensing_world as w
from enduse.cases.bodies import CriterionAnswer, Finding, HumanRightsAssessed
from enduse.cases.decide import shipped_policies
from enduse.cases.denial_bodies import Denial
from enduse.interfaces.licensing.actions import ACTIONS
from enduse.interfaces.web.fields import Fields
from enduse.interfaces.web.licensing import outcomes, rights, words
from enduse.interfaces.web.licensing.addresses import ADDRESSES, COMMANDS
from enduse.interfaces.web.licensing.command_forms import FORMS
from enduse.interfaces.web.licensing.commands import BY_LINE, RIGHTS
from enduse.interfaces.web.licensing.portal import FORMS as OWN_FORMS
from enduse.model.codec import to_plain
from licensing_service import Office
from people import SETUP, form_token, join, signed_in


def browser(office: Office, login: str) -> Any:
    return signed_in(office.app, login, accept="text/html")


def sent(http: Any, path: str, **fields: Any) -> Any:
    return http.post(path, data={"csrf_token": form_token(http), **fields})


def test_every_command_has_its_page_its_words_and_its_own_action() -> None:
    commands = set(ACTIONS) - {"draft"}
    assert {one.path.rpartition("/")[2] for one in COMMANDS} == commands
    assert set(FORMS) | set(BY_LINE) | {RIGHTS} | set(OWN_FORMS) == commands
    assert set(words.COMMANDS) == commands
    assert all(one.action == ACTIONS[one.path.rpartition("/")[2]] for one in COMMANDS)
    assert all(one.action for one in ADDRESSES)


def test_the_queue_shows_what_was_submitted_and_filters_it(at_desk: Office) -> None:
    draft, case = at_desk.draft(), at_desk.registered()
    http = browser(at_desk, "officer")
    page = http.get("/licensing/cases").text
    assert "NL-2026-0042" in page and draft.id not in page
    for query, found in (
        ("search=interior", True),
        ("search=nobody", False),
        ("status=classification", True),
        ("status=decided", False),
        ("destination=XA&authority=nl&type=individual", True),
        ("officer=me", False),
    ):
        assert ("NL-2026-0042" in http.get(f"/licensing/cases?{query}").text) is found, query
    at_desk.act("officer", case, "assign", officer=at_desk.desk("officer").person.id)
    assert "NL-2026-0042" in http.get("/licensing/cases?officer=me").text
    assert http.get("/licensing/cases?due_by=soon").status_code == 422


def test_a_stopped_clock_says_so_in_the_queue(at_desk: Office) -> None:
    case = at_desk.registered(w.application("uk", "siel"), "SIEL-1")
    http = browser(at_desk, "officer")
    assert "decision within 20 working days" in http.get("/licensing/cases").text
    at_desk.act("officer", case, "open_rfi", id="q1", question="Which network?", legal_basis="condition 4")
    assert "stopped, 20 working days left when it goes on" in http.get("/licensing/cases").text


def test_an_exporter_is_sent_to_their_own_pages(at_desk: Office) -> None:
    http = browser(at_desk, "delta")
    assert http.get("/licensing/cases").headers["location"] == "/licensing"
    assert http.get("/licensing/due").headers["location"] == "/licensing"
    assert browser(at_desk, "officer").get("/licensing").headers["location"] == "/licensing/cases"


def test_filters_are_kept_under_a_name_run_and_forgotten(at_desk: Office) -> None:
    http = browser(at_desk, "officer")
    assert sent(http, "/licensing/cases/filters", name="empty").status_code == 422
    made = sent(http, "/licensing/cases/filters", name="Ours in screening", status="screening", officer="me")
    assert made.headers["location"] == "/licensing/cases?status=screening&officer=me&done=saved"
    page = http.get("/licensing/cases").text
    assert 'href="/licensing/cases?status=screening&amp;officer=me"' in page
    assert "Run <bdi" in http.get("/searches").text and "cases with status: screening" in http.get("/searches").text
    assert "Ours in screening" not in browser(at_desk, "intake").get("/licensing/cases").text
    key = page.partition('name="forget" value="')[2].partition('"')[0]
    assert sent(http, "/licensing/cases/filters", forget=key).status_code == 303
    assert "Ours in screening" not in http.get("/licensing/cases").text


def test_the_case_page_says_what_may_be_done_and_what_stands_in_the_way(at_desk: Office) -> None:
    case = at_desk.registered()
    page = browser(at_desk, "technical").get(f"/licensing/cases/{case.id}").text
    now = page.partition('id="now"')[2].partition('id="clocks"')[0]
    assert f'href="/licensing/cases/{case.id}/do/classify"' in now
    assert "Classification is complete" in now and "line 1 is claimed as 5A001.j, nobody has assessed it" in now
    officer = browser(at_desk, "officer").get(f"/licensing/cases/{case.id}").text
    assert "Take a flag away" not in officer.partition('id="clocks"')[0]


def test_access_denied_is_explained(at_desk: Office) -> None:
    case = at_desk.registered()
    answer = browser(at_desk, "officer").get(f"/licensing/cases/{case.id}/do/decide")
    assert answer.status_code == 403 and "You may not do this" in answer.text and "decision authority" in answer.text
    stats = browser(at_desk, "statistics").get("/licensing/cases")
    assert stats.status_code == 403 and "You may not do this" in stats.text


def test_a_refused_command_keeps_what_was_typed_and_names_everything(at_desk: Office) -> None:
    case = at_desk.registered()
    http = browser(at_desk, "officer")
    path = f"/licensing/cases/{case.id}/do/open_rfi"
    empty = sent(http, path, id="q1", question="Which network?")
    assert empty.status_code == 422 and "Which network?" in empty.text and "legal_basis-error" in empty.text
    made = sent(http, path, id="q1", question="Which network?", legal_basis="Awb art. 4:5")
    assert made.headers["location"] == f"/licensing/cases/{case.id}?done=open_rfi"
    twice = sent(http, path, id="q1", question="And which city?", legal_basis="Awb art. 4:5")
    assert twice.status_code == 409 and "an id that is not used yet" in twice.text and "And which city?" in twice.text


def test_a_form_without_its_token_is_refused(at_desk: Office) -> None:
    case = at_desk.registered()
    answer = browser(at_desk, "officer").post(f"/licensing/cases/{case.id}/do/flag", data={"flag": "x", "reason": "x"})
    assert answer.status_code == 403
    assert at_desk.desk("officer").readable(case.id).flags == ()


@pytest.mark.parametrize("key", ["countersigner", "by", "actor", "on_behalf_of", "role"])
def test_naming_who_acts_is_refused_and_stores_nothing(at_desk: Office, key: str) -> None:
    case = at_desk.registered()
    http = browser(at_desk, "officer")
    answer = sent(http, f"/licensing/cases/{case.id}/do/flag", flag="x", reason="x", **{key: "somebody"})
    assert answer.status_code == 403 and f"leave out {key}" in answer.text
    assert at_desk.desk("officer").readable(case.id).seq == case.seq


# --- forms line by line


def test_an_assessment_begins_with_nothing_chosen_and_a_new_version_with_the_one_before() -> None:
    criteria = tuple(one for one in shipped_policies().criteria if "eu" in one.laws)[:2]
    fresh = rights.answers_of(criteria, Fields.of([]), None)
    assert {one.finding for one in fresh} == {""}
    before = HumanRightsAssessed((w.answer(criteria[0].id, Finding.RISK),), "s")
    copied = rights.answers_of(criteria, Fields.of([]), before)
    assert [one.finding for one in copied] == ["risk", ""]
    assert copied[0].sources[0].publisher == "Office of the Rapporteur"


def test_what_was_typed_in_an_assessment_becomes_answers_and_gaps_are_named() -> None:
    criteria = tuple(one for one in shipped_policies().criteria if "eu" in one.laws)[:2]
    one, other = (criterion.id for criterion in criteria)
    typed = Fields.of(
        [
            (f"finding.{one}", "concern_mitigated"),
            (f"reasoning.{one}", "two reports"),
            (f"groups.{one}", "journalists\n\nopposition"),
            (f"residual.{one}", "no_concern"),
            (f"source.{one}.1.publisher", "Office"),
            (f"source.{one}.1.published", "2025-06-01"),
            (f"source.{one}.1.where", "https://office.example"),
            (f"source.{one}.1.reliability", "B"),
            (f"source.{one}.2.publisher", "Another"),
            (f"reasoning.{other}", "written, and no finding chosen"),
            ("summary", "s"),
        ]
    )
    found, problems = rights.read(criteria, typed)
    (answer,) = found["answers"]
    assert answer["groups"] == ["journalists", "opposition"] and answer["residual"] == "no_concern"
    (source,) = answer["sources"]
    assert source == {
        "publisher": "Office",
        "published": "2025-06-01",
        "where": "https://office.example",
        "reliability": "B",
    }
    assert set(problems) == {f"source.{one}.2.published", f"finding.{other}"}


def test_outcomes_are_read_line_by_line_with_conditions() -> None:
    typed = Fields.of(
        [
            ("outcome.1", "grant_with_conditions"),
            ("reasons.1", "r"),
            ("condition.1.1.text", "The items are not re-exported."),
            ("condition.1.2.text", "交付证明"),
            ("condition.1.2.due", "90"),
            ("condition.1.2.evidence", "proof"),
            ("condition.12.1.text", "of another line"),
            ("condition.1.3.text", "x"),
            ("condition.1.3.due", "soon"),
        ]
    )
    lines, problems = outcomes.read_lines(typed, (1, 2))
    assert [one["id"] for one in lines[0]["conditions"]] == ["the-items-are-not", "condition-2", "x"]
    assert lines[0]["conditions"][1]["due_days"] == 90
    assert set(problems) == {"condition.1.3.due", "outcome.2", "reasons.2"}


def test_criteria_answers_of_the_form_are_what_the_service_takes() -> None:
    plain = to_plain(CriterionAnswer("ECHRI", Finding.NO_CONCERN, "r"), keep_empty=True)
    criteria = tuple(one for one in shipped_policies().criteria if one.id == "ECHRI")
    typed = Fields.of([("finding.ECHRI", "no_concern"), ("reasoning.ECHRI", "r"), ("summary", "s")])
    found, _ = rights.read(criteria, typed)
    assert found["answers"][0].keys() == plain.keys()


# --- denials


DENIAL = {
    "id": "DE-2024-17",
    "authority": "DE",
    "denied_on": "2024-06-10",
    "code": "5A001.j",
    "description": "network monitoring",
    "destination": "XA",
    "end_user": "阿克米光电有限公司",
    "handling": "REGIME-PRIVILEGED",
}


def test_a_partner_s_denial_is_recorded_reviewed_and_read_by_who_may(at_desk: Office) -> None:
    http = browser(at_desk, "consulting")
    wrong = sent(http, "/licensing/denials/new", **{**DENIAL, "destination": "Atlantis", "code": "nonsense"})
    assert wrong.status_code == 422 and "destination-error" in wrong.text and "code-error" in wrong.text
    assert "阿克米光电有限公司" in wrong.text
    assert sent(http, "/licensing/denials/new", **DENIAL).headers["location"] == "/licensing/denials?done=recorded"
    assert sent(http, "/licensing/denials/new", **DENIAL).status_code == 409
    assert "阿克米光电有限公司" in http.get("/licensing/denials/DE-2024-17").text
    assert "DE-2024-17" in browser(at_desk, "officer").get("/licensing/denials?search=光电").text
    adviser = browser(at_desk, "foreign")
    assert "DE-2024-17" not in adviser.get("/licensing/denials").text
    assert adviser.get("/licensing/denials/DE-2024-17").status_code == 404
    assert browser(at_desk, "delta").get("/licensing/denials").status_code == 403
    reads = [one for one in at_desk.app.state.service.stores.need().audit.entries() if one.action == "record.read"]
    assert any("DE-2024-17" in one.reason for one in reads)
    done = sent(http, "/licensing/denials/DE-2024-17", outcome="revoke", grounds="told so", on="2026-03-01")
    assert done.status_code == 303
    assert "revoked" in http.get("/licensing/denials?status=revoked").text
    assert "DE-2024-17" not in http.get("/licensing/denials?status=in_force").text


def test_only_the_consultation_officer_records_a_denial(at_desk: Office) -> None:
    assert sent(browser(at_desk, "officer"), "/licensing/denials/new", **DENIAL).status_code == 403
    assert at_desk.app.state.service.office.licensing().denials() == ()


def test_a_denial_with_a_slash_in_its_number_has_its_page(at_desk: Office) -> None:
    made = {**DENIAL, "id": "DE/2024/17", "handling": "PARTNER"}
    http = browser(at_desk, "consulting")
    assert sent(http, "/licensing/denials/new", **made).status_code == 303
    assert isinstance(at_desk.app.state.service.office.licensing().denials()[0], Denial)
    assert http.get("/licensing/denials/DE/2024/17").status_code == 200


# --- licences at the border


def test_customs_looks_a_licence_up_and_reports_what_left_and_sees_no_case(served: tuple[str, Office]) -> None:
    office = served[1]
    case = office.decided(office.assessed(office.advised(office.circulated())), w.granted())
    office.act("licences", case, "propose_measure", id="m1", measure="suspend", reason="measureinside")
    http = browser(office, "customs")
    assert "There is no licence" in http.get("/licensing/licences?number=NL-1-L9").text
    page = http.get("/licensing/licences?number=NL-2026-0042-L1").text
    assert "In force" in page and "2 pieces" in page and "measureinside" not in page
    use = f"/licensing/cases/{case.id}/do/use"
    form = http.get(use).text
    assert "measureinside" not in form and "advice of" not in form
    sent_one = {"usage": "W-1", "line": "1", "quantity": "1", "unit": "pieces", "on": "2026-03-02"}
    done = sent(http, use, **sent_one)
    assert done.headers["location"] == "/licensing/licences?number=NL-2026-0042-L1&done=use"
    assert "W-1" in http.get(done.headers["location"]).text
    assert http.get(f"/licensing/cases/{case.id}").status_code == 403


def test_who_reads_as_the_exporter_gets_no_form_of_the_authority(at_desk: Office) -> None:
    case = at_desk.registered()
    store = at_desk.app.state.service.stores.need()
    user = join(at_desk.app, "both", "exporter_viewer", "decision_authority", "screening_officer")
    store.accounts.assign(user.id, organisation="delta", agency="", by=SETUP, reason="works there")
    http = browser(at_desk, "both")
    for command in ("decide", "dispose_hit"):
        path = f"/licensing/cases/{case.id}/do/{command}"
        assert "You may not do this" in http.get(path).text
        refused = sent(http, path, hit="h", disposition="same", reason="x", **{"outcome.1": "grant", "reasons.1": "x"})
        assert refused.status_code in (403, 404), (command, refused.status_code)
        assert "<form" not in refused.text.partition("<main")[2]


# --- statistics, records


def test_a_report_is_shown_frozen_and_downloaded(at_desk: Office) -> None:
    http = browser(at_desk, "statistics")
    assert "None yet" in http.get("/licensing/statistics").text
    asked = {"layout": "eu", "authority": "nl", "from": "2026-01-01", "to": "2026-03-01"}
    draft = http.get("/licensing/statistics/draft", params=asked)
    assert draft.status_code == 200 and "It is not frozen" in draft.text
    assert sent(http, "/licensing/statistics/releases", **asked).status_code == 422
    made = sent(http, "/licensing/statistics/releases", **asked, reason="the yearly report")
    assert made.status_code == 303
    page = http.get(made.headers["location"])
    assert page.status_code == 200 and "The report is frozen" in page.text
    csv = http.get(made.headers["location"].partition("?")[0] + "?format=csv")
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.headers["content-disposition"].startswith("attachment")
    assert made.headers["location"].partition("?")[0] in http.get("/licensing/statistics").text
    assert http.get("/licensing/statistics/draft", params={**asked, "layout": "xx"}).status_code == 404
    assert http.get("/licensing/statistics/draft", params={**asked, "to": "soon"}).status_code == 422
    auditor = browser(at_desk, "auditor")
    assert "Freeze this report" not in auditor.get("/licensing/statistics/draft", params=asked).text
    assert sent(auditor, "/licensing/statistics/releases", **asked, reason="x").status_code == 403
    assert browser(at_desk, "officer").get("/licensing/statistics").status_code == 403


def test_a_case_is_erased_when_its_period_has_passed_and_not_before(at_desk: Office) -> None:
    case = at_desk.submitted()
    case = at_desk.act("delta", case, "withdraw", reason="sold elsewhere")
    http = browser(at_desk, "records")
    page = http.get(f"/licensing/cases/{case.id}")
    assert "Kept until before" in page.text and "2032-01-01" in page.text
    early = sent(http, f"/licensing/cases/{case.id}/erase", reason="old", sure="yes")
    assert early.status_code == 409 and "kept until before 2032-01-01" in early.text
    at_desk.act("records", case, "hold", reason="a court asks")
    at_desk.clock.now = at_desk.clock.now.replace(year=2033)
    http = browser(at_desk, "records")
    assert "a legal hold stands" in http.get(f"/licensing/cases/{case.id}/erase").text
    at_desk.act("records", case, "release", reason="the court is done")
    assert sent(http, f"/licensing/cases/{case.id}/erase", reason="old").status_code == 422
    done = sent(http, f"/licensing/cases/{case.id}/erase", reason="old", sure="yes")
    assert done.status_code in (303, 409), done.text


def test_a_case_shows_no_erasure_to_who_may_not(at_desk: Office) -> None:
    case = at_desk.submitted()
    http = browser(at_desk, "officer")
    assert "Retention" not in http.get(f"/licensing/cases/{case.id}").text
    assert http.get(f"/licensing/cases/{case.id}/erase").status_code == 403


@pytest.mark.parametrize("number", ["9" * 5_000, "\u0663" * 400, "-1", "1e999"])
def test_a_number_that_is_none_in_an_address_or_a_form_is_no_defect(at_desk: Office, number: str) -> None:
    """Python refuses to read more than 4,300 digits."""
    case = at_desk.registered()
    http = browser(at_desk, "technical")
    path = f"/licensing/cases/{case.id}/do/classify"
    assert http.get(path, params={"line": number}).status_code == 200
    answer = sent(http, path, line=number, seen=number, code="5A001.j")
    assert answer.status_code == 422, answer.text
    stated = {"line": "1", "code": "5A001.j", "list_edition": "2025", "reasoning": "by its data sheet"}
    assert sent(http, path, seen=number, **stated).status_code == 409
    adviser = browser(at_desk, "foreign")
    fields = {f"condition.0.{number}.text": "none", "position": "approve"}
    assert sent(adviser, f"/licensing/cases/{case.id}/do/recommend", **fields).status_code < 500


def test_what_the_exporter_says_that_an_item_can_do_is_ticked_for_the_assessor(at_desk: Office) -> None:
    """To forget a tick must not take away what calls for an assessment of human rights."""
    form = w.application(items=(w.item(1, "5A991", capabilities=()), w.item(2, "5A992", capabilities=("intrusion",))))
    case = at_desk.registered(form)
    http = browser(at_desk, "technical")
    path = f"/licensing/cases/{case.id}/do/classify"

    def ticked(page: str) -> list[str]:
        boxes = re.findall(r'<input[^>]*name="capabilities"[^>]*>', page)
        return [found[1] for one in boxes if " checked" in one and (found := re.search(r'value="([^"]*)"', one))]

    assert ticked(http.get(path).text) == []
    assert ticked(http.get(f"{path}?line=2").text) == ["intrusion"]
    stated = {"line": "1", "code": "5A991", "list_edition": "2025", "reasoning": "by its data sheet"}
    assert sent(http, path, **stated).status_code == 303
    second = http.get(path).text
    assert ticked(second) == ["intrusion"], "the next line that nobody has assessed comes first"
    assert ticked(sent(http, path, line="2", code="").text) == [], "what was typed stays as it was typed"
