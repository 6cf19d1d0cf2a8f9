"""One transaction, several governments: who answers and why not, stories, guidance beside law."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from enduse.assess import Settings, check
from enduse.evidence.library import Library
from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.interfaces.demo import situations
from enduse.interfaces.transaction_tables import transactions_from_table
from enduse.interfaces.transactions import transaction_from_mapping, transaction_to_mapping
from enduse.model.assessment import Assessment, Effect, GovernmentAnswer, Outcome, Status
from enduse.model.errors import BadInput
from enduse.rules.rulebook import DEFAULT_LAWS, known_laws, lists_needed, shipped_rulebooks
from law_samples import ALL
from transaction_samples import NOBODY, codes, judge, on, transaction


@pytest.fixture(autouse=True)
def _fresh_options(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"json": False, "data_dir": None, "no_color": False}.items():
        monkeypatch.setattr(context.OPTIONS, name, value)


def by_law(found: Assessment) -> dict[str, GovernmentAnswer]:
    return {answer.law: answer for answer in found.governments}


# --- each government by name


def test_the_default_asks_the_governments_whose_law_is_modelled() -> None:
    assert Settings().laws == DEFAULT_LAWS and set(DEFAULT_LAWS) <= set(known_laws()) == set(ALL)
    assert list(by_law(judge(transaction()))) == ["us", "eu", "uk", "un"]


def test_a_government_whose_law_does_not_reach_says_why() -> None:
    answers = by_law(judge(transaction(**{"from": "US"})))
    assert answers["us"].reached and answers["us"].reasons == ("NS:NS2",)
    assert not answers["eu"].reached and "not in the customs territory of the Union" in answers["eu"].nexus
    assert not answers["uk"].reached and "not in the United Kingdom" in answers["uk"].nexus
    assert answers["un"].reached and answers["un"].outcome is Outcome.NOT_REQUIRED


def test_german_goods_are_under_union_law_and_may_be_under_american() -> None:
    answers = by_law(judge(transaction()))
    assert (answers["eu"].outcome, answers["eu"].reasons) == (Outcome.LICENCE_REQUIRED, ("EU:ART3",))
    assert (answers["us"].outcome, answers["us"].reasons) == (Outcome.INDETERMINATE, ("NS:NS2?",))
    assert not answers["uk"].reached


@pytest.mark.parametrize(
    ("changes", "reached"),
    [
        ({"from": "FR"}, True),
        ({"from": "GB"}, False),
        ({"from": "GB", "date": "2020-12-31"}, True),
        ({"from": "HR", "date": "2013-06-30"}, False),
        ({"from": "MC"}, True),
        ({"activity": "brokering", "from": "TW", "facts": {"exporter_state": "NL"}}, True),
        ({"activity": "brokering", "from": "NL", "facts": {"exporter_state": "CH"}}, True),
        ({"activity": "brokering", "from": "TW", "facts": {"exporter_state": "CH"}}, False),
        ({"activity": "transit", "from": "US", "facts": {"transit_through": ["BE"]}}, True),
        ({"activity": "transit", "from": "US", "facts": {"transit_through": ["CH"]}}, False),
        ({"from": "US", "facts": {"transit_through": ["BE", "CH"]}}, True),
        ({"activity": "technical_assistance", "from": "IT"}, True),
        ({"activity": "investment", "from": "IT", "item": {"code": "SECURITY"}}, False),
    ],
)
def test_the_dual_use_regulation_reaches_what_its_article_2_says(changes: dict[str, Any], reached: bool) -> None:
    found = judge(transaction(**changes), laws=("eu",))
    act = next(
        answer for answer in found.authorities if answer.name.endswith("Dual-use regulation (Reg. (EU) 2021/821)")
    )
    assert (act.reached.value == "true") is reached, act.nexus


def test_a_broker_whose_seat_nobody_states_is_asked_for_it() -> None:
    facts = {"informed_by_authority": True, "use": "wmd"}
    found = judge(transaction(activity="brokering", facts=facts, **{"from": "TW"}), laws=("eu",))
    assert "EU:ART6(1)" in codes(found, Status.UNKNOWN)
    assert "exporter_state" in {question.fact for question in found.questions}


@pytest.mark.parametrize(("law", "origin", "code"), [("eu", "NL", "EU:ART3"), ("uk", "GB", "UK:ART3")])
def test_goods_that_leave_the_territory_are_exported_whatever_the_broker_calls_it(
    law: str, origin: str, code: str
) -> None:
    facts = {"exporter_state": origin, "informed_by_authority": False, "exporter_aware": False}
    found = judge(transaction(activity="brokering", facts=facts, **{"from": origin}), laws=(law,))
    assert found.outcome is Outcome.INDETERMINATE and code in codes(found, Status.UNKNOWN)
    elsewhere = judge(transaction(activity="brokering", facts=facts, **{"from": "TW"}), laws=(law,))
    assert elsewhere.outcome is Outcome.NOT_REQUIRED


def test_a_listed_party_waits_for_the_persons_who_take_part() -> None:
    party = {**NOBODY, "lists": [on("EU-FSF", "2020/1998"), on("UKSL", "SI 2020/680")]}
    raw = transaction(item={"code": "EAR99"}, destination="AE", parties=[party], **{"from": "US"})
    found = judge(raw)
    assert {"EU:SANCTION:2020/1998:ART3", "UK:SANCTION:FREEZE"} <= codes(found, Status.UNKNOWN)
    assert {"eu_person", "uk_person"} <= {question.fact for question in found.questions}
    settled = judge({**raw, "facts": {"eu_person": True, "uk_person": False}})
    assert "EU:SANCTION:2020/1998:ART3" in codes(settled) and settled.outcome is Outcome.PROHIBITED
    assert "UK:SANCTION:FREEZE" not in codes(settled) | codes(settled, Status.UNKNOWN)


@pytest.mark.parametrize(
    ("programmes", "code"),
    [
        (["2020/1998"], "EU:SANCTION:2020/1998:ART3"),
        (["2023/2779", "BLR"], "EU:SANCTION:765/2006:ART2"),
        (["2024/9999", "XYZ"], "EU:SANCTION:2024/9999:FREEZE"),
        ([], "EU:SANCTION:UNSTATED:FREEZE"),
    ],
)
def test_a_freeze_is_named_by_its_basic_act(programmes: list[str], code: str) -> None:
    listing = {"list": "EU-FSF", "from": "2021-03-22", "programmes": programmes}
    found = judge(transaction(destination="AE", parties=[{**NOBODY, "lists": [listing]}]), laws=("eu",))
    assert found.outcome is Outcome.PROHIBITED and code in codes(found)
    assert [item.symbol for item in found.exceptions.foreclosed] == ["ALL"]
    ban = {**listing, "measures": ["travel_ban"]}
    other = judge(transaction(destination="AE", parties=[{**NOBODY, "lists": [ban]}]), laws=("eu",))
    assert code not in codes(other) and other.outcome is Outcome.LICENCE_REQUIRED


def test_only_the_lists_of_the_laws_asked_for_are_needed() -> None:
    raw = transaction(parties=[{"role": "end_user", "name": "Riverside Gardening Example", "owners": []}])
    for laws, lists in ((("eu",), {"EU-FSF"}), (("uk", "un"), {"UKSL", "UN"}), (("ca",), set())):
        found = judge(raw, laws=laws)
        named = {entry.partition(":")[0] for entry in found.coverage.not_checked}
        assert named == lists or (laws == ("ca",) and named == {"CA-SEMA"})
    assert set(lists_needed(("eu", "un"))) == {"EU-FSF", "UN"}


# --- a code under each law


def test_an_eccn_is_no_annex_i_code() -> None:
    goods = {"exporter_state": "DE", "informed_by_authority": False, "exporter_aware": False}
    facts = goods | {"exporter_suspects": False, "national_list": "none", "cyber_surveillance": False}
    us_only = judge(transaction(item={"code": "5A992.c"}, facts=facts), laws=("eu",))
    assert us_only.outcome is Outcome.NOT_REQUIRED
    for code in ("EAR99", "0A606.a", "3A904", "9A515.a", "1C018.a"):
        found = judge(transaction(item={"code": code}, facts=facts), laws=("eu",))
        assert found.outcome is Outcome.INDETERMINATE, code
        assert "item.codes" in {question.fact for question in found.questions}, code
        stated = judge(transaction(item={"code": code, "codes": {"eu": "UNLISTED"}}, facts=facts), laws=("eu",))
        assert stated.outcome is Outcome.NOT_REQUIRED, code


def test_a_code_that_only_the_union_has_is_a_question_to_the_american_list() -> None:
    found = judge(transaction(item={"code": "1C450.a.1"}, **{"from": "US"}))
    assert "CCL:CODE" in codes(found, Status.UNKNOWN)
    stated = judge(transaction(item={"code": "1C450.a.1", "codes": {"us": "EAR99"}}, **{"from": "US"}), laws=("us",))
    assert stated.outcome is Outcome.NOT_REQUIRED
    with pytest.raises(BadInput, match="9A999 is not in the Commerce Control List"):
        judge(transaction(item={"code": "9A999"}))
    with pytest.raises(BadInput, match="1C450 is not in the Commerce Control List"):
        judge(transaction(item={"code": "1C450.a.1"}), laws=("us",))


@pytest.mark.parametrize("code", ["0A982", "0A978", "1A984"])
def test_goods_that_may_be_in_an_anti_torture_annex_stay_open(code: str) -> None:
    for law, origin in (("eu", "DE"), ("uk", "GB")):
        found = judge(transaction(item={"code": code}, **{"from": origin}), laws=(law,))
        assert {"EU:AT", "UK:LIST"} & codes(found, Status.UNKNOWN), law


def test_technology_for_what_only_another_law_lists_leaves_annex_iv_open() -> None:
    """Code 9A515.a is American: it says nothing of which entry of the Union the technology is for."""
    item = {"code": "9E515.a", "for": "9A515.a", "codes": {"eu": "9E001"}}
    found = judge(transaction(item=item, **{"from": "DE", "destination": "FR"}), laws=("eu",))
    assert "EU:ART11" in codes(found, Status.UNKNOWN)
    item = {"code": "9E001", "for": "9A012"}
    found = judge(transaction(item=item, **{"from": "DE", "destination": "FR"}), laws=("eu",))
    assert "EU:ART11" not in codes(found, Status.UNKNOWN) | codes(found)


def test_a_general_authorisation_that_a_finer_classification_decides_is_a_candidate_with_that_question() -> None:
    coarse = judge(transaction(item={"code": "3A001"}, destination="TR"), laws=("eu",)).exceptions.candidates
    finer = judge(transaction(item={"code": "3A001.a.3"}, destination="TR"), laws=("eu",)).exceptions.candidates
    other = judge(transaction(item={"code": "3A001.b.2"}, destination="TR"), laws=("eu",)).exceptions.candidates
    asked = "open: is the item in a paragraph that EU002 names? (item.sub_paragraph)"
    assert [item.symbol for item in coarse] == ["EU002"] and asked in coarse[0].open_conditions
    assert [item.symbol for item in finer] == ["EU002"] and asked not in finer[0].open_conditions
    assert not other
    abroad = judge(transaction(item={"code": "3A001"}, destination="PK"), laws=("eu",)).exceptions
    assert "EU002" not in {item.symbol for item in abroad.candidates} | {item.symbol for item in abroad.foreclosed}


# --- stories


def test_the_five_situations_of_the_demo_are_judged_under_every_law_in_one_answer() -> None:
    outcomes = []
    for situation in situations():
        *_, (_, found) = situation.assessments()
        assert [answer.law for answer in found.governments] == ["us", "eu", "uk", "un"]
        assert all(answer.reached or answer.nexus for answer in found.governments)
        outcomes.append({answer.law: answer.outcome.value for answer in found.governments})
    assert [entry["us"] for entry in outcomes] == [
        "licence_required",
        "licence_required",
        "licence_required",
        "indeterminate",
        "licence_required",
    ]
    assert all(entry["un"] == "not_required" for entry in outcomes)


SENSETIME = "SenseTime Group Limited"


@pytest.mark.parametrize(("day", "listed"), [("2019-10-08", False), ("2019-10-09", True), ("2026-08-03", True)])
def test_sensetime_is_cut_off_from_parts_since_2019_10_09(day: str, listed: bool) -> None:
    party = {"role": "end_user", "name": "SenseTime", "type": "non_government", "country": "CN", "owners": []}
    raw = transaction(item={"code": "EAR99"}, destination="CN", date=day, parties=[party], **{"from": "US"})
    found = check(transaction_from_mapping(raw), library=Library(accept_starter=True))
    assert ("EL:744.11" in codes(found)) is listed
    assert by_law(found)["us"].outcome is (Outcome.LICENCE_REQUIRED if listed else Outcome.NOT_REQUIRED)


@pytest.mark.parametrize(
    ("day", "barred"),
    [("2021-12-09", False), ("2021-12-10", False), ("2022-02-07", False), ("2022-02-08", True), ("2026-08-03", True)],
)
def test_purchases_of_its_securities_are_barred_since_2022_02_08(day: str, barred: bool) -> None:
    party = {"role": "issuer", "name": SENSETIME, "type": "non_government", "country": "HK", "owners": []}
    raw = transaction(
        activity="investment",
        item={"code": "SECURITY"},
        destination="HK",
        date=day,
        parties=[party],
        facts={"us_person": True, "side": "buy", "instrument": "publicly_traded", "solely_to_divest": False},
        **{"from": "US"},
    )
    found = check(transaction_from_mapping(raw), library=Library(accept_starter=True), settings=Settings(laws=("us",)))
    assert ("CMIC:PURCHASE_BARRED" in codes(found)) is barred
    dates = {item.code: item.date for item in found.dates}
    began = {"CMIC:PURCHASE_BARRED": "2022-02-08", "CMIC:DIVEST_BY": "2022-12-10"}
    assert dates == (began if day >= "2021-12-10" else {})


def test_one_ownership_graph_has_a_different_answer_under_each_rule() -> None:
    lists = [on("SDN", "GLOMAG"), on("EL"), on("EU-FSF", "2020/1998"), on("UKSL", "SI 2020/680"), on("CMIC", "CMIC")]
    owners = [
        {"name": "Listed Holding One", "share": 30, "lists": lists},
        {"name": "Listed Holding Two", "share": 20, "lists": lists, "control": ["appoints_board_majority"]},
    ]
    raw = transaction(
        item={"code": "EAR99", "codes": {"eu": "UNLISTED", "uk": "UNLISTED"}},
        destination="AE",
        date="2026-04-16",
        parties=[{**NOBODY, "owners": owners}],
        facts={"us_person": True, "us_origin": True, "eu_person": True, "uk_person": True, "joint_arrangement": False},
    )
    found = codes(judge(raw))
    assert {
        code for code in found if "OWNED" in code or "CONTROL" in code or "50PCT" in code or "AFFILIATE" in code
    } == {
        "OFAC:50PCT",
        "EU:SANCTION:OWNED",
        "EU:SANCTION:CONTROL",
        "UK:SANCTION:CONTROL",
    }
    assert "EL:AFFILIATE" in codes(judge({**raw, "date": "2025-10-20"}))
    before = codes(judge({**raw, "date": "2024-07-02"}))
    assert "EU:SANCTION:OWNED" not in before and "EU:SANCTION:CONTROL" in before


def test_five_ownership_rules_give_five_cited_answers_on_one_graph() -> None:
    """Two listed holders, 30 and 20 percent, one of which may appoint the board: by list, and by day."""
    lists = [on("SDN", "GLOMAG"), on("EL"), on("EU-FSF", "2020/1998"), on("UKSL", "SI 2020/680"), on("CMIC", "CMIC")]
    holders = [
        {"name": "Listed Holding One", "share": 30, "lists": lists},
        {"name": "Listed Holding Two", "share": 20, "lists": lists, "control": ["appoints_board_majority"]},
    ]
    every = ("us_person", "us_origin", "eu_person", "uk_person")
    facts = {**dict.fromkeys(every, True), "joint_arrangement": False}

    def said(day: str, **changed: Any) -> dict[str, str]:
        raw = transaction(
            **{
                "item": {"code": "EAR99", "codes": {"eu": "UNLISTED", "uk": "UNLISTED"}},
                "destination": "AE",
                "date": day,
                "parties": [{**NOBODY, "owners": holders}],
                "facts": facts,
                **changed,
            }
        )
        words = ("OWNED", "CONTROL", "50PCT", "AFFILIATE")
        return {
            item.code or item.rule: item.citation.text
            for item in judge(raw).findings
            if item.status is Status.APPLIES and (any(word in item.code for word in words) or "ownership" in item.rule)
        }

    stayed, in_force, before = said("2026-04-16"), said("2025-10-20"), said("2024-07-02")
    assert set(stayed) == {"OFAC:50PCT", "EU:SANCTION:OWNED", "EU:SANCTION:CONTROL", "UK:SANCTION:CONTROL"}
    assert set(in_force) == {*stayed, "EL:AFFILIATE"}
    assert set(before) == {"OFAC:50PCT", "EU:SANCTION:CONTROL", "UK:SANCTION:CONTROL"}
    assert "OFAC revised guidance of 2014-08-13" in stayed["OFAC:50PCT"]
    assert "744.11(a)(1)" in in_force["EL:AFFILIATE"]

    buying = {
        "activity": "investment",
        "item": {"code": "SECURITY"},
        "parties": [{**NOBODY, "role": "issuer", "owners": [{**holder, "lists": [on("CMIC")]} for holder in holders]}],
        "facts": {**facts, "side": "buy", "instrument": "publicly_traded", "solely_to_divest": False},
    }
    assert said("2026-04-16", **buying) == {"us/cmic/ownership": "31 CFR 586.404; OFAC FAQ 857"}
    assert judge(transaction(date="2026-04-16", **buying), laws=("us",)).outcome is Outcome.NOT_REQUIRED


# --- guidance beside law


def test_guidance_asks_and_reviews_but_never_raises_an_outcome() -> None:
    quiet = transaction(destination="CH")
    flags = {"red_flags": ["similar_product_misused", "end_use_details_refused"]}
    plain, flagged = (judge(raw, laws=DEFAULT_LAWS) for raw in (quiet, {**quiet, "facts": flags}))
    assert plain.outcome is flagged.outcome
    reviews = [item for item in flagged.findings if item.standing == "guidance" and item.status is Status.APPLIES]
    assert {item.rule for item in reviews} == {"eu/recommendation-2024-2659/red-flags", "coalition/echri/1"}
    assert any("misused before" in text for item in reviews for text in item.conditions)
    assert all(item.effect is Effect.REVIEW and not item.code for item in reviews)
    asked = {question.fact: question.could_raise for question in plain.questions}
    assert asked["red_flags"] is False


def test_every_rule_of_a_guidance_is_a_review_and_carries_no_code() -> None:
    for book in shipped_rulebooks():
        for rule in book.rules:
            assert rule.standing == "guidance" or book.standing == "law", rule.id
            if rule.standing == "guidance":
                assert rule.effect is Effect.REVIEW and not rule.code and rule.outcome is None, rule.id


def test_the_code_of_conduct_speaks_for_states_that_subscribe_and_since_then() -> None:
    for origin, day, speaks in (("DE", "2023-03-30", True), ("DE", "2023-03-29", False), ("AT", "2026-08-03", False)):
        found = judge(transaction(date=day, **{"from": origin}), laws=("coalition",))
        assert bool([item for item in found.findings if item.status is Status.APPLIES]) is speaks, (origin, day)
        assert found.outcome in (Outcome.NOT_REQUIRED, Outcome.INDETERMINATE)


# --- lists of four partners


@pytest.mark.parametrize(
    ("law", "country", "list_id", "code"),
    [
        ("ca", "CA", "CA-SEMA", "CA:SANCTION:DEALING"),
        ("au", "AU", "AU-DFAT", "AU:SANCTION:ASSET"),
        ("jp", "JP", "JP-EUL", "JP:EUL"),
        ("ch", "CH", "CH-SECO", "CH:SANCTION:FREEZE"),
    ],
)
def test_a_partner_s_list_has_its_effect_and_its_export_control_stays_open(
    law: str, country: str, list_id: str, code: str
) -> None:
    listed = transaction(item={"code": "UNLISTED"}, parties=[{**NOBODY, "lists": [on(list_id)]}], **{"from": country})
    assert code in codes(judge(listed, laws=(law,)))
    free = judge(transaction(item={"code": "UNLISTED"}, **{"from": country}), laws=(law,))
    assert free.outcome is Outcome.INDETERMINATE and f"{law.upper()}:EXPORT" in codes(free, Status.UNKNOWN)
    elsewhere = judge(transaction(facts={f"{law}_person": False}, destination="EG"), laws=(law,))
    assert not by_law(elsewhere)[law].reached


# --- on paper and on the command line


def test_codes_of_several_laws_are_read_written_and_refused() -> None:
    tx = transaction_from_mapping(transaction(item={"code": "5A992.c", "codes": {"uk": "UNLISTED", "eu": "5A002.a.2"}}))
    assert tx.items[0].codes == (("eu", "5A002.a.2"), ("uk", "UNLISTED"))
    assert tx.items[0].under("eu").code == "5A002.a.2" and tx.items[0].under("us").code == "5A992.c"
    assert transaction_from_mapping(transaction_to_mapping(tx)) == tx
    for codes_of, message in (
        ({"xx": "UNLISTED"}, "xx"),
        ({"eu": "5A"}, "is no classification"),
        ("UNLISTED", "a mapping of laws to codes"),
    ):
        with pytest.raises(BadInput, match=message):
            transaction_from_mapping(transaction(item={"code": "EAR99", "codes": codes_of}))


def test_a_table_may_have_a_column_for_the_code_under_each_law(tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    table.write_text("date,item,code:eu,from,destination,end_user\n2026-08-03,5A992.c,UNLISTED,DE,EG,Example Co\n")
    (row,) = transactions_from_table(table)
    assert row.transaction is not None and row.transaction.items[0].codes == (("eu", "UNLISTED"),)
    table.write_text("date,item,code:xx,from,destination,end_user\n2026-08-03,EAR99,UNLISTED,DE,EG,Example Co\n")
    with pytest.raises(BadInput, match="no law is called 'xx'"):
        list(transactions_from_table(table))


def test_the_page_names_each_government_and_puts_the_duty_first(capsys: pytest.CaptureFixture[str]) -> None:
    facts = ["exporter_aware=true", "informed_by_authority=false", "cyber_surveillance=true", "use=repression"]
    options = [part for fact in [*facts, "national_list=none"] for part in ("--fact", fact)]
    arguments = ["--item", "UNLISTED", "--from", "DE", "--to", "KZ", "--end-user", "Example Agency", "--starter"]
    code = main(["check", *arguments, "--law", "eu,uk,un", "--as-of", "2026-08-03", *options])
    page = capsys.readouterr().out
    assert code == 2
    assert page.startswith("INDETERMINATE  Cannot be decided yet: a duty to notify and to wait (EU:ART5(2):NOTIFY)")
    assert "European Union  INDETERMINATE  EU:ART5(2):NOTIFY" in page
    assert "United Kingdom  NO NEXUS STATED  the items come from Germany, not in the United Kingdom" in page
    assert "[!] EU:ART5(2):NOTIFY: Awareness of repression by a cyber-surveillance item" in page
    decided = [*options, "--fact", "authority_decision=not_required", "--fact", "red_flags=none"]
    assert main(["check", *arguments, "--law", "eu,uk,un", "--as-of", "2026-08-03", *decided]) == 0


def test_the_command_line_asks_the_same_laws_as_the_interface(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--item", "EAR99", "--code", "eu=UNLISTED", "--from", "US", "--to", "DE", "--end-user", "Example Co"]
    main(["--json", "check", *arguments, "--as-of", "2026-08-03", "--starter"])
    document = json.loads(capsys.readouterr().out)
    assert dict.fromkeys(answer["law"] for answer in document["authorities"]) == dict.fromkeys(DEFAULT_LAWS)
    assert [answer["law"] for answer in document["governments"]] == ["us", "eu", "uk", "un"]
    assert document["transaction"]["items"][0]["codes"] == {"eu": "UNLISTED"}
    assert main(["check", *arguments, "--law", "eu,atlantis"]) == 3
    assert main(["check", *arguments, "--code", "UNLISTED"]) == 3
