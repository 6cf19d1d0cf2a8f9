"""Files of owners in each publisher's format: what they state, what they do not, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.model.errors import BadInput
from enduse.ownership.graph import Graph
from enduse.ownership.sources import read_owners
from enduse.ownership.sources._reading import day_of, share_of
from enduse.ownership.statements import Reading, Statement

LEI_A, LEI_B = "5299000000000000AA11", "5299000000000000BB22"


def read(tmp_path: Path, content: Any, name: str = "owners.json") -> Reading:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_owners(path)


def only(reading: Reading) -> Statement:
    assert not reading.problems, [problem.message() for problem in reading.problems]
    (statement,) = reading.statements
    return statement


def ends(statement: Statement) -> tuple[object, object]:
    assert statement.share is not None
    return statement.share.low, statement.share.high


# --- GLEIF


def gleif(kind: str = "IS_DIRECTLY_CONSOLIDATED_BY", **more: Any) -> dict[str, Any]:
    relationship = {
        "StartNode": {"NodeID": LEI_A, "NodeIDType": "LEI"},
        "EndNode": {"NodeID": LEI_B, "NodeIDType": "LEI"},
        "RelationshipType": kind,
        "RelationshipPeriods": [
            {"StartDate": "2019-01-01T00:00:00Z", "EndDate": "2019-12-31T00:00:00Z", "PeriodType": "ACCOUNTING_PERIOD"},
            {"StartDate": "2018-02-06T00:00:00.000Z", "PeriodType": "RELATIONSHIP_PERIOD"},
        ],
        "RelationshipStatus": "ACTIVE",
        **more,
    }
    registration = {"RegistrationStatus": "PUBLISHED", "LastUpdateDate": "2023-05-18T15:41:20.212Z"}
    return {"Relationship": relationship, "Registration": registration}


def test_gleif_parents_hold_an_unknown_share_and_consolidate(tmp_path: Path) -> None:
    statement = only(read(tmp_path, [gleif()]))
    assert (statement.holder, statement.entity) == (LEI_B, LEI_A)
    assert ends(statement) == (0, 100)
    assert statement.control == ("consolidated_accounts",)
    assert statement.interval.start == dt.date(2018, 2, 6)
    assert statement.origin.published == dt.date(2023, 5, 18)


@pytest.mark.parametrize(("amount", "expected"), [("75.00", (75, 75)), ("1.00", (0, 100)), ("0.6", (0, 100))])
def test_a_gleif_number_up_to_one_may_be_a_fraction(tmp_path: Path, amount: str, expected: tuple[int, int]) -> None:
    quantifier = {"QuantifierAmount": amount, "QuantifierUnits": "PERCENTAGE"}
    statement = only(read(tmp_path, [gleif(RelationshipQuantifiers=[quantifier])]))
    assert ends(statement) == expected


def test_gleif_funds_have_managers_not_owners(tmp_path: Path) -> None:
    reading = read(tmp_path, [gleif("IS_FUND-MANAGED_BY"), gleif("IS_SUBFUND_OF")])
    assert not reading.statements
    assert sum(reading.left_out.values()) == 2


def test_a_branch_is_part_of_the_same_legal_person(tmp_path: Path) -> None:
    statement = only(read(tmp_path, [gleif("IS_INTERNATIONAL_BRANCH_OF")]))
    assert ends(statement) == (100, 100)


def test_an_inactive_gleif_relationship_ends_with_its_last_update(tmp_path: Path) -> None:
    statement = only(read(tmp_path, [gleif(RelationshipStatus="INACTIVE")]))
    assert statement.interval.end == dt.date(2023, 5, 18)
    assert "ended" in statement.note


def test_gleif_exceptions_say_what_is_not_known(tmp_path: Path) -> None:
    record = {
        "LEI": LEI_A,
        "ExceptionCategory": "ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT",
        "ExceptionReason": "NON_PUBLIC",
    }
    reading = read(tmp_path, [record])
    assert [gap.words for gap in reading.gaps] == ["ultimate parent not reported: its parent is not public"]


def test_gleif_xml_and_json_say_the_same(tmp_path: Path) -> None:
    inner = f"""
      <rr:RelationshipRecord><rr:Relationship>
        <rr:StartNode><rr:NodeID>{LEI_A}</rr:NodeID><rr:NodeIDType>LEI</rr:NodeIDType></rr:StartNode>
        <rr:EndNode><rr:NodeID>{LEI_B}</rr:NodeID><rr:NodeIDType>LEI</rr:NodeIDType></rr:EndNode>
        <rr:RelationshipType>IS_DIRECTLY_CONSOLIDATED_BY</rr:RelationshipType>
        <rr:RelationshipPeriods><rr:RelationshipPeriod><rr:StartDate>2018-02-06T00:00:00.000Z</rr:StartDate>
          <rr:PeriodType>RELATIONSHIP_PERIOD</rr:PeriodType></rr:RelationshipPeriod></rr:RelationshipPeriods>
        <rr:RelationshipStatus>ACTIVE</rr:RelationshipStatus></rr:Relationship>
        <rr:Registration><rr:RegistrationStatus>PUBLISHED</rr:RegistrationStatus>
          <rr:LastUpdateDate>2023-05-18T15:41:20.212Z</rr:LastUpdateDate></rr:Registration>
      </rr:RelationshipRecord>"""
    from_xml = only(read(tmp_path, xml(inner), "rr.xml"))
    from_json = only(read(tmp_path, [gleif()], "rr.json"))
    assert (from_xml.share, from_xml.interval, from_xml.control) == (
        from_json.share,
        from_json.interval,
        from_json.control,
    )


def xml(inner: str, root: str = "RelationshipData") -> str:
    space = 'xmlns:rr="http://www.gleif.org/data/schema/rr/2016"'
    return (
        f"<?xml version='1.0'?><rr:{root} {space}><rr:RelationshipRecords>{inner}</rr:RelationshipRecords></rr:{root}>"
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (xml("")[:-10], "cut short or malformed"),
        (xml("", root="Catalogue"), "begins with 'Catalogue'"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "entities or a DTD"),
        ("", "none of the formats"),
        ("hello", "none of the formats"),
        ("[1, 2]", "none of the formats"),
        ("[]", "none of the formats"),
        ('{"a": 1}', "none of the formats"),
        ('[{"Relationship": ', "not valid JSON"),
    ],
)
def test_a_file_that_is_none_of_these_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    name = "rr.xml" if content.startswith("<") else "owners.json"
    with pytest.raises(BadInput, match=problem) as caught:
        read(tmp_path, content, name)
    assert name in caught.value.message()


def test_a_broken_record_is_counted_with_its_place_and_the_others_are_read(tmp_path: Path) -> None:
    broken = gleif()
    broken["Relationship"]["StartNode"]["NodeID"] = "not an LEI"
    reading = read(tmp_path, [gleif(), broken, gleif("IS_MARRIED_TO"), 7])
    assert len(reading.statements) == 1
    assert reading.broken == 3
    assert reading.problems[0].where == "owners.json, record 2, StartNode"
    assert "3 could not be read" in reading.summary()


# --- the UK register


def psc(natures: list[str] | None, **data: Any) -> dict[str, Any]:
    record = {
        "kind": "corporate-entity-person-with-significant-control",
        "name": "Foo Bar Limited",
        "identification": {"country_registered": "England", "registration_number": "89101112"},
        "links": {"self": "/company/01234567/persons-with-significant-control/corporate-entity/abc"},
        "notified_on": "2016-04-06",
        **data,
    }
    if natures is not None:
        record["natures_of_control"] = natures
    return {"company_number": "1234567", "data": record}


@pytest.mark.parametrize(
    ("nature", "low", "high", "open_ends"),
    [
        ("ownership-of-shares-25-to-50-percent", 25, 50, (True, False)),
        ("ownership-of-shares-50-to-75-percent-as-trust", 50, 75, (True, True)),
        ("ownership-of-shares-75-to-100-percent", 75, 100, (False, False)),
        ("ownership-of-shares-more-than-25-percent-registered-overseas-entity", 25, 100, (True, False)),
        ("right-to-share-surplus-assets-50-to-75-percent-limited-liability-partnership", 50, 75, (True, True)),
    ],
)
def test_the_uk_register_states_bands(
    tmp_path: Path, nature: str, low: int, high: int, open_ends: tuple[bool, bool]
) -> None:
    statement = only(read(tmp_path, psc([nature])))
    assert ends(statement) == (low, high)
    assert statement.share is not None
    assert (statement.share.low_open, statement.share.high_open) == open_ends


def test_uk_votes_alone_leave_the_shares_unknown(tmp_path: Path) -> None:
    statement = only(read(tmp_path, psc(["voting-rights-75-to-100-percent"])))
    assert ends(statement) == (0, 100)
    assert statement.votes is not None
    assert statement.votes.low == 75


def test_uk_rights_and_influence_are_control(tmp_path: Path) -> None:
    natures = ["right-to-appoint-and-remove-directors", "significant-influence-or-control-as-firm"]
    statement = only(read(tmp_path, psc(natures)))
    assert statement.control == ("appoints_board_majority", "significant_influence_or_control")


def test_a_uk_company_number_gets_its_leading_zeros_and_ceased_ends_it(tmp_path: Path) -> None:
    statement = only(read(tmp_path, psc(["voting-rights-25-to-50-percent"], ceased_on="2016-10-11")))
    assert (statement.holder, statement.entity) == ("GB-COH:89101112", "GB-COH:01234567")
    assert statement.interval.end == dt.date(2016, 10, 11)


def test_a_uk_record_without_natures_is_a_question(tmp_path: Path) -> None:
    statement = only(read(tmp_path, psc(None)))
    assert ends(statement) == (0, 100)
    assert statement.note == "the nature of control is not stated"


def test_the_uk_snapshot_has_one_record_a_line_and_a_bad_line_is_counted(tmp_path: Path) -> None:
    lines = [
        json.dumps(psc(["ownership-of-shares-75-to-100-percent"])),
        "{broken",
        json.dumps({"company_number": "2", "data": {"kind": "super-secure-person-with-significant-control"}}),
        json.dumps(
            {
                "company_number": "3",
                "data": {"kind": "persons-with-significant-control-statement", "statement": "no-individual-or-entity"},
            }
        ),
        json.dumps({"data": {"kind": "totals#persons-of-significant-control-snapshot"}}),
        json.dumps(psc(["ownership-of-moon"])),
    ]
    reading = read(tmp_path, "\n".join(lines), "snapshot.json")
    assert (reading.read, len(reading.statements), len(reading.gaps), reading.broken) == (6, 1, 2, 2)
    assert [problem.where.split(",")[0] for problem in reading.problems] == [
        "snapshot.json line 2",
        "snapshot.json line 6",
    ]


# --- BODS


def bods(*interests: dict[str, Any], record: str = "r1", date: str = "2020-03-04", **more: Any) -> dict[str, Any]:
    return {
        "statementId": f"s-{record}-{date}",
        "statementDate": date,
        "recordId": record,
        "recordType": "relationship",
        "recordDetails": {"subject": "sub", "interestedParty": "parent", "interests": list(interests)},
        **more,
    }


def bods_entity(key: str, name: str) -> dict[str, Any]:
    return {
        "statementId": f"s-{key}",
        "recordId": key,
        "recordType": "entity",
        "recordDetails": {"name": name, "identifiers": [{"scheme": "XI-LEI", "id": LEI_A}]},
    }


SHARES = {"type": "shareholding", "directOrIndirect": "direct"}


@pytest.mark.parametrize(
    ("share", "low", "high", "open_ends"),
    [
        ({"exact": 60}, "60", "60", (False, False)),
        ({"exact": 33.3}, "33.3", "33.3", (False, False)),
        ({"minimum": 25, "maximum": 50}, "25", "50", (False, False)),
        ({"exclusiveMinimum": 25, "maximum": 50}, "25", "50", (True, False)),
        ({"minimum": 50, "maximum": 75, "exclusiveMaximum": True}, "50", "75", (False, True)),
        (None, "0", "100", (False, False)),
    ],
)
def test_bods_shares(tmp_path: Path, share: Any, low: str, high: str, open_ends: tuple[bool, bool]) -> None:
    interest = SHARES if share is None else {**SHARES, "share": share}
    statement = only(read(tmp_path, [bods_entity("parent", "Parent"), bods(interest)]))
    assert ends(statement) == (Decimal(low), Decimal(high))
    assert statement.share is not None
    assert (statement.share.low_open, statement.share.high_open) == open_ends


def test_an_indirect_bods_share_says_nothing_of_the_direct_one(tmp_path: Path) -> None:
    statement = only(read(tmp_path, [bods({**SHARES, "directOrIndirect": "indirect", "share": {"exact": 36}})]))
    assert ends(statement) == (0, 100)
    assert "held indirectly: 36 percent" in statement.note


def test_bods_votes_and_shares_of_one_holder_are_one_holding(tmp_path: Path) -> None:
    votes = {"type": "votingRights", "directOrIndirect": "direct", "share": {"exact": 60}}
    reading = read(tmp_path, [bods({**SHARES, "share": {"exact": 40}}, votes)])
    (edge,) = Graph([reading]).edges(dt.date(2021, 1, 1))
    assert edge.votes is not None
    assert [edge.share.low, edge.votes.low] == [40, 60]


def test_a_later_bods_statement_of_a_record_ends_the_earlier(tmp_path: Path) -> None:
    first = bods({**SHARES, "share": {"exact": 60}})
    second = bods({**SHARES, "share": {"exact": 40}}, date="2022-01-01", recordStatus="updated")
    closed = bods(date="2023-01-01", recordStatus="closed")
    reading = read(tmp_path, [closed, first, second])
    graph = Graph([reading])
    on = {year: [edge.share.low for edge in graph.edges(dt.date(year, 6, 1))] for year in (2020, 2022, 2023)}
    assert on == {2020: [60], 2022: [40], 2023: []}


def test_bods_unspecified_parties_are_gaps(tmp_path: Path) -> None:
    record = bods(SHARES)
    record["recordDetails"]["interestedParty"] = {"reason": "subjectUnableToConfirmOrIdentifyBeneficialOwner"}
    reading = read(tmp_path, [record])
    assert "unable to confirm" in reading.gaps[0].words


def test_bods_control_is_named_for_what_it_is(tmp_path: Path) -> None:
    kinds = {
        "appointmentOfBoard": ("appoints_board_members",),
        "boardMember": ("directorship",),
        "other-influence-or-control": ("significant_influence_or_control",),
    }
    for kind, expected in kinds.items():
        statement = only(read(tmp_path, [bods({"type": kind, "directOrIndirect": "direct"})]))
        assert (statement.share, statement.control) == (None, expected)


# --- FollowTheMoney


def ftm(schema: str = "Ownership", key: str = "o1", **properties: list[str]) -> str:
    stated = {"owner": ["parent"], "asset": ["sub"], **properties}
    return json.dumps({"id": key, "schema": schema, "properties": stated, "datasets": ["a_register"]})


@pytest.mark.parametrize(
    ("percentage", "low", "high"),
    [
        (["60"], "60", "60"),
        (["60%"], "60", "60"),
        (["25-50"], "25", "50"),
        ([], "0", "100"),
        (["40", "60"], "0", "100"),
    ],
)
def test_ftm_percentages(tmp_path: Path, percentage: list[str], low: str, high: str) -> None:
    statement = only(read(tmp_path, ftm(percentage=percentage), "e.ftm.json"))
    assert ends(statement) == (Decimal(low), Decimal(high))
    assert statement.origin.source == "a_register"


def test_ftm_directors_hold_nothing(tmp_path: Path) -> None:
    line = ftm("Directorship", director=["boss"], organization=["sub"], startDate=["2020"])
    statement = only(read(tmp_path, line, "e.ftm.json"))
    assert (statement.holder, statement.share, statement.control) == ("boss", None, ("directorship",))
    assert statement.interval.start == dt.date(2020, 1, 1)


def test_ftm_records_without_ends_are_problems(tmp_path: Path) -> None:
    lines = "\n".join([ftm(), ftm(key="o2", owner=[]), ftm(key="o3", percentage=["much"])])
    reading = read(tmp_path, lines, "e.ftm.json")
    assert [problem.where for problem in reading.problems] == [
        "e.ftm.json line 2, properties.owner",
        "e.ftm.json line 3, percentage",
    ]


# --- tables


@pytest.mark.parametrize(
    ("text", "low", "high", "open_ends"),
    [
        ("60", "60", "60", (False, False)),
        ("33,3 %", "33.3", "33.3", (False, False)),
        ("25-50", "25", "50", (False, False)),
        (">50", "50", "100", (True, False)),
        ("<= 25%", "0", "25", (False, False)),
        ("25-to-50-percent", "25", "50", (True, False)),
        ("unknown", "0", "100", (False, False)),
        ("", "0", "100", (False, False)),
    ],
)
def test_shares_as_people_write_them(text: str, low: str, high: str, open_ends: tuple[bool, bool]) -> None:
    share = share_of(text, "x")
    assert (share.low, share.high) == (Decimal(low), Decimal(high))
    assert (share.low_open, share.high_open) == open_ends


@pytest.mark.parametrize("text", ["101", "-5", "50-25", ">100", "<0", "half", "1e2", "NaN", "1" * 500, "٥٠"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is no share"):
        share_of(text, "x")


@given(st.text(max_size=30))
def test_any_text_is_a_share_or_refused(text: str) -> None:
    try:
        share = share_of(text, "x")
    except BadInput:
        return
    assert 0 <= share.low <= share.high <= 100


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2016-04-06", "2016-04-06", "2016-04-06"),
        ("2016-04-06T00:00:00Z", "2016-04-06", "2016-04-06"),
        ("2016-12", "2016-12-01", "2017-01-01"),
        ("2016", "2016-01-01", "2017-01-01"),
    ],
)
def test_dates_as_registers_write_them(text: str, first: str, last: str) -> None:
    assert str(day_of(text, "x")) == first
    assert str(day_of(text, "x", last=True)) == last


@pytest.mark.parametrize("text", ["soon", "2016-02-30", "16-01-01", "0000-01-01", "9999-99"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is no date"):
        day_of(text, "x")


def test_a_table_with_bad_rows_keeps_the_good_and_names_the_bad(tmp_path: Path) -> None:
    rows = [
        "owner,owned,percent,from,to,control",
        "Parent,Sub,60,,,",
        ",Sub,60,,,",
        "Parent,Sub,sixty,,,",
        "Parent,Sub,60,2021-01-01,2020-01-01,",
        "Parent,Sub,60,,,apoints_board_majority",
        "Parent,Sub",
    ]
    reading = read(tmp_path, "\n".join(rows), "owners.csv")
    assert (len(reading.statements), reading.broken) == (1, 5)
    assert [problem.where for problem in reading.problems[:4]] == [
        "owners.csv line 3, column owner",
        "owners.csv line 4, column percent",
        "owners.csv line 5, column to",
        "owners.csv line 6, column control",
    ]
    assert "appoints_board_majority" in reading.problems[3].remedy


@pytest.mark.parametrize(
    ("head", "problem"),
    [("owner,owned", "no column 'percent'"), ("owner,owned,percent,form", "unknown column 'form'")],
)
def test_a_table_with_other_columns_is_refused(tmp_path: Path, head: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        read(tmp_path, f"{head}\nA,B,60,x\n", "owners.csv")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_owners(tmp_path / "absent.json")
    with pytest.raises(BadInput):
        read_owners(tmp_path / "absent.csv")


# --- hostile files

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def routes(value: Any, route: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [route] if route else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found.extend(routes(inner, (*route, key)))
    return found


RECORDS = [
    gleif(RelationshipQuantifiers=[{"QuantifierAmount": "75.00", "QuantifierUnits": "PERCENTAGE"}]),
    {"LEI": LEI_A, "ExceptionCategory": "DIRECT", "ExceptionReason": ["NO_LEI"]},
    {"LEI": LEI_A, "Entity": {"LegalName": "A", "LegalAddress": {"Country": "DE"}}},
    psc(["ownership-of-shares-25-to-50-percent", "voting-rights-25-to-50-percent"], ceased_on="2020-01-01"),
    {"company_number": "1", "data": {"kind": "exemptions", "exemptions": {"a": {}}}},
    bods({**SHARES, "share": {"minimum": 25, "exclusiveMaximum": 50}}, replacesStatements=["s1"]),
    bods_entity("parent", "Parent"),
    json.loads(ftm(percentage=["60"], startDate=["2020"], role=["x"])),
    {"id": "e", "schema": "Company", "properties": {"name": ["A"], "leiCode": [LEI_A], "jurisdiction": ["gb"]}},
]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_record_with_anything_anywhere_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    good = data.draw(st.sampled_from(RECORDS))
    record = json.loads(json.dumps(good))
    route = data.draw(st.sampled_from(routes(record)))
    inner: Any = record
    for key in route[:-1]:
        inner = inner[key]
    inner[route[-1]] = data.draw(JUNK)
    try:
        reading = read(tmp_path_factory.getbasetemp(), [good, record], "hostile.json")
    except BadInput:
        return
    assert reading.read == 2
    Graph([reading]).on(dt.date(2020, 6, 1))
