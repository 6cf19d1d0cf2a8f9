"""FollowTheMoney: the table is that of the model, parties survive the way out and in, examples become queries."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yente_client.schemas import model as published

from enduse.formats.ftm.read import MAX_VALUES, query_of
from enduse.formats.ftm.table import table
from enduse.formats.ftm.write import SCHEMA_OF, entities_of, entity_id, entity_of, is_target, party_id_of, topics_of
from enduse.lists.sources.ftm import SOURCE
from enduse.lists.starter import starter_parties
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import (
    Address,
    Identifier,
    ListedParty,
    Listing,
    Measure,
    Name,
    NameKind,
    PartyKind,
    SourceReference,
)

DAY = dt.date(2026, 8, 3)
CITATION = Citation("Act 1", url="https://example.org/act-1")


def listing(**changes: Any) -> Listing:
    stated: dict[str, Any] = {
        "list_id": "EL",
        "authority": "US-BIS",
        "citation": CITATION,
        "measures": (Measure.LICENCE_REQUIREMENT,),
    }
    return Listing(**(stated | changes))


def party(**changes: Any) -> ListedParty:
    stated: dict[str, Any] = {
        "id": "us_csl:1",
        "names": (Name("Acme Optronics"),),
        "listings": (listing(),),
        "source": SourceReference("us_csl"),
        "kind": PartyKind.COMPANY,
    }
    return ListedParty(**(stated | changes))


def properties(schema: str) -> dict[str, Any]:
    """All properties of a schema in the published model."""
    found: dict[str, Any] = {}
    for ancestor in published["schemata"][schema]["schemata"]:
        found |= published["schemata"][ancestor]["properties"]
    return found


# The table ------------------------------------------------------------------------------------------------------------


def test_every_schema_and_topic_of_the_model_is_declared_and_no_other() -> None:
    assert set(table().schemata) | table().others == set(published["schemata"])
    assert set(table().topics) - {"trade.import"} | table().other_topics == set(published["types"]["topic"]["values"])


@pytest.mark.parametrize("name", list(table().schemata))
def test_properties_and_ancestors_are_those_of_the_model(name: str) -> None:
    schema = table().schemata[name]
    assert set(schema.roles) == set(properties(name))
    assert schema.ancestors == set(published["schemata"][name]["schemata"])
    linked = {prop for prop, about in properties(name).items() if about["type"] == "entity"}
    assert {prop for prop, role in schema.roles.items() if role == "linked"} == linked


def test_what_can_be_matched_is_what_the_model_calls_matchable() -> None:
    ours = {name for name, schema in table().schemata.items() if schema.query_kind}
    assert ours == {name for name, about in published["schemata"].items() if about.get("matchable")}


def test_every_measure_is_filed_under_one_topic() -> None:
    for measure in Measure:
        assert [name for name, topic in table().topics.items() if measure in topic.measures] == [
            table().topic_of(measure)
        ]


# Parties out ----------------------------------------------------------------------------------------------------------


def test_a_party_is_an_entity_with_its_sanctions_addresses_and_documents() -> None:
    entity = entity_of(
        party(
            names=(
                Name("Acme Optronics"),
                Name("阿克米", NameKind.ORIGINAL_SCRIPT),
                Name("Akme", NameKind.ALIAS),
                Name("AO", NameKind.ALIAS, weak=True),
                Name("Old Acme", NameKind.FORMER),
            ),
            addresses=(Address("1 Lens Road, Hangzhou", city="Hangzhou", country="CN"), Address("", country="HK")),
            identifiers=(Identifier("registration", "9133", "CN", "USCC"), Identifier("lei", "5493001KJTIIGC8Y1R12")),
            attributes=(("owner", "Acme Holding"),),
        ),
        DAY,
    )
    assert entity.plain() == {
        "id": "us-csl.1",
        "caption": "Acme Optronics",
        "schema": "Company",
        "properties": {
            "name": ["Acme Optronics", "阿克米"],
            "alias": ["Akme"],
            "weakAlias": ["AO"],
            "previousName": ["Old Acme"],
            "country": ["cn", "hk"],
            "address": ["1 Lens Road, Hangzhou"],
            "registrationNumber": ["9133"],
            "leiCode": ["5493001KJTIIGC8Y1R12"],
            "notes": ["owner: Acme Holding"],
            "topics": ["export.control"],
            "sourceUrl": ["https://example.org/act-1"],
            "addressEntity": ["us-csl.1.address-1"],
        },
    }
    assert {name: [one.schema for one in found] for name, found in entity.linked.items()} == {
        "addressEntity": ["Address"],
        "sanctions": ["Sanction"],
        "identification": ["Identification"],
    }
    assert party_id_of("us-csl.1.sanction-1") == "us-csl.1"
    nested = entity.plain(nested=True)["properties"]
    assert nested["sanctions"][0]["properties"]["authority"] == ["US-BIS"]
    assert nested["addressEntity"][0]["properties"]["city"] == ["Hangzhou"]


@pytest.mark.parametrize(
    "party_id",
    ["us_csl:el-acme-1f2e", "ca_sema:Myanmar (Burma)/Part 2/150", "x:阿克米", "x:-", f"x:{'a' * 400}", "x:a_b"],
)
def test_ids_hold_what_the_model_allows_and_stay_apart(party_id: str) -> None:
    found = entity_id(party_id)
    assert re.fullmatch(r"[0-9a-zA-Z][0-9a-zA-Z.-]*[0-9a-zA-Z]", found) and len(found) < 180
    assert found != entity_id(party_id + "_") and found != entity_id(party_id + "/")


def test_topics_are_those_of_the_listings_in_force() -> None:
    ended = party(listings=(listing(listed_to=dt.date(2024, 1, 1)), listing(measures=(Measure.DEBARMENT,))))
    assert topics_of(ended, DAY) == ("debarment",)
    assert topics_of(ended, dt.date(2023, 1, 1)) == ("export.control", "debarment")
    gone = party(listings=(listing(listed_to=dt.date(2024, 1, 1)),))
    assert (topics_of(gone, DAY), is_target(gone, DAY)) == ((), False)
    assert entity_of(gone, DAY).linked["sanctions"][0].properties["status"] == ("not in force",)


def test_who_has_a_date_of_birth_is_a_person_where_the_publisher_does_not_say() -> None:
    assert entity_of(party(kind=PartyKind.UNKNOWN), DAY).schema == "LegalEntity"
    born = entity_of(party(kind=PartyKind.UNKNOWN, birth_dates=("circa 1962", "1963-02-01")), DAY)
    assert (born.schema, born.properties["birthDate"]) == ("Person", ("1962", "1963-02-01"))
    assert born.properties["notes"] == ("birthDate: circa 1962",)


@pytest.mark.parametrize("found", starter_parties(), ids=lambda found: found.id)
def test_every_embedded_party_is_valid_in_the_model(found: ListedParty) -> None:
    for entity in entities_of(found, DAY):
        known = properties(entity.schema)
        assert set(entity.properties) <= set(known)
        assert all(isinstance(value, str) and value for values in entity.properties.values() for value in values)
        assert set(entity.linked) <= {name for name, about in known.items() if about["type"] == "entity"}


# Out and in again -----------------------------------------------------------------------------------------------------

WORD = st.text(st.characters(whitelist_categories=("Lu", "Ll", "Nd", "Lo")), min_size=1, max_size=12)
TEXT = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
CODES = st.sampled_from(["CN", "RU", "IR", "DE", "KP", "AE", "VE"])
NUMBERS = {
    PartyKind.PERSON: ("passport", "national_id", "tax", "email", "phone"),
    PartyKind.COMPANY: ("registration", "tax", "lei", "swift", "imo", "national_id", "website"),
    PartyKind.PUBLIC_BODY: ("registration", "tax", "website"),
    PartyKind.VESSEL: ("imo", "mmsi", "call_sign", "registration"),
    PartyKind.AIRCRAFT: ("aircraft_tail", "aircraft_serial"),
    PartyKind.UNKNOWN: ("registration", "tax", "lei"),
}


@st.composite
def parties(draw: st.DrawFn) -> ListedParty:
    kind = draw(st.sampled_from(list(NUMBERS)))
    names = draw(st.lists(st.tuples(TEXT, st.sampled_from(NameKind), st.booleans()), min_size=1, max_size=5))
    numbers = draw(st.lists(st.tuples(st.sampled_from(NUMBERS[kind]), WORD), max_size=4))
    addresses = draw(st.lists(st.tuples(TEXT, CODES), max_size=3))
    return party(
        kind=kind,
        names=(Name(draw(TEXT)), *(Name(text, sort, weak) for text, sort, weak in names)),
        identifiers=tuple(Identifier(sort, value) for sort, value in numbers),
        addresses=tuple(Address(text, country=code) for text, code in addresses),
        nationalities=tuple(draw(st.lists(CODES, max_size=2))),
        birth_dates=tuple(draw(st.lists(st.sampled_from(["1962", "1962-03", "1962-03-14"]), max_size=2)))
        if kind is PartyKind.PERSON
        else (),
        listings=(listing(measures=(draw(st.sampled_from(Measure)),)),),
    )


def read_back(entities: list[dict[str, Any]]) -> ListedParty:
    content = "".join(json.dumps(one) + "\n" for one in entities).encode()
    parsed = SOURCE.parse({"entities": content}, {"entities": "out.ftm.json"})
    assert not parsed.rejected
    (found,) = parsed.parties
    return found


@settings(max_examples=150, deadline=None)
@given(parties())
def test_what_goes_out_comes_in_again(before: ListedParty) -> None:
    after = read_back([entity.plain() for entity in entities_of(before, DAY)])
    assert {name.text for name in after.names} == {name.text for name in before.names}
    assert after.name == before.name
    weak = {name.text for name in before.names if name.weak} - {name.text for name in before.names if not name.weak}
    assert {name.text for name in after.names if name.weak} == weak
    assert after.kind == before.kind
    assert after.countries == before.countries
    assert {(one.kind, one.value) for one in after.identifiers} == {(one.kind, one.value) for one in before.identifiers}
    assert set(after.birth_dates) == set(before.birth_dates)
    assert [one.measures for one in after.listings] == [one.measures for one in before.listings]
    assert {(one.text, one.country) for one in before.addresses} <= {(one.text, one.country) for one in after.addresses}


# Examples in ----------------------------------------------------------------------------------------------------------


def test_an_example_becomes_a_query() -> None:
    asked = query_of(
        "Company",
        {
            "name": ["Acme Optronics", "Acme"],
            "alias": "Akme",
            "jurisdiction": ["cn"],
            "country": ["hk", "Atlantis"],
            "leiCode": ["5493001KJTIIGC8Y1R12"],
            "address": ["1 Lens Road"],
            "legalForm": ["Co., Ltd."],
            "favouriteColour": ["blue", "red"],
        },
    )
    query = asked.query
    assert (query.name, query.other_names, query.kind) == ("Acme Optronics", ("Acme", "Akme"), "company")
    assert set(query.countries) == {"CN", "HK"}
    assert (query.identifiers, query.addresses) == ((Identifier("lei", "5493001KJTIIGC8Y1R12"),), ("1 Lens Road",))
    assert "favouriteColour" not in asked.properties
    assert asked.warnings == (
        "1 unknown properties, left out: favouriteColour (2)",
        "of no influence on the score: legalForm",
        "no country, left out: Atlantis",
    )


def test_parts_of_a_name_stand_in_for_a_full_one_and_dates_are_checked() -> None:
    asked = query_of(
        "Person",
        {
            "lastName": "Invented",
            "firstName": "Given",
            "birthDate": ["1962-13-01", "1962-03"],
            "nationality": "ir",
            "gender": "F",
            "birthPlace": ["Nowhere"],
        },
    )
    query = asked.query
    assert (query.name, query.birth_date, query.gender) == ("Given Invented", "1962-03", "female")
    assert (query.nationalities, query.birth_places) == (("IR",), ("Nowhere",))
    assert asked.warnings == ("1 birthDate that is no date, left out: write 1962-03-14 or 1962",)


def test_an_address_is_asked_for_by_its_text_or_its_parts() -> None:
    assert query_of("Address", {"full": "1 Lens Road, Hangzhou"}).query.name == "1 Lens Road, Hangzhou"
    assert query_of("Address", {"city": "Hangzhou", "street": "1 Lens Road"}).query.name == "1 Lens Road, Hangzhou"


def test_a_number_alone_is_enough() -> None:
    assert query_of("Vessel", {"imoNumber": "9074729"}).query.identifiers == (Identifier("imo", "9074729"),)


@pytest.mark.parametrize("written", ["9074729", "IMO9074729", "imo 9074729"])
def test_the_letters_of_an_imo_number_do_not_belong_to_it(written: str) -> None:
    assert query_of("Vessel", {"imoNumber": written}).query.identifiers == (Identifier("imo", "9074729"),)
    ship = party(kind=PartyKind.VESSEL, identifiers=(Identifier("imo", "9074729"),))
    assert entity_of(ship, DAY).properties["imoNumber"] == ("IMO9074729",)
    back = read_back([entity.plain() for entity in entities_of(ship, DAY)])
    assert [one.value for one in back.identifiers] == ["9074729"]


@pytest.mark.parametrize(
    ("schema", "given", "message"),
    [
        ("Compny", {"name": "x"}, "q, schema: 'Compny' is no schema of FollowTheMoney (did you mean Company?)"),
        ("Sanction", {"name": "x"}, "cannot be matched"),
        ("Trip", {"name": "x"}, "under which no listed party is filed"),
        ("Company", {}, "neither a name nor a number"),
        ("Company", {"name": [" "]}, "neither a name nor a number"),
        ("Company", {"name": [["x"]]}, "q, properties.name: a value is neither a text nor a number"),
        ("Company", {"name": ["x" * 70_000]}, "a value of 70,000 characters"),
        ("Company", {"name": [f"x{n}" for n in range(MAX_VALUES + 1)]}, "501 values"),
    ],
)
def test_an_example_that_cannot_be_used_says_why(schema: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        query_of(schema, given, where="q")
    assert message in refused.value.message()


def test_nested_entities_are_counted() -> None:
    asked = query_of("Company", {"name": "Acme", "addressEntity": [{"schema": "Address"}]})
    assert asked.warnings == ("1 nested entities, left out: give their values as plain texts: addressEntity (1)",)


# The library itself ---------------------------------------------------------------------------------------------------


def test_the_library_reads_what_we_write() -> None:
    library = pytest.importorskip("followthemoney", reason="SKIPPED: followthemoney (needs PyICU) is not installed")
    from followthemoney import model

    assert library
    for kind in SCHEMA_OF:
        before = party(
            kind=kind,
            names=(Name("Acme Optronics"), Name("Akme", NameKind.ALIAS), Name("AO", NameKind.ALIAS, weak=True)),
            addresses=(Address("1 Lens Road, Hangzhou", city="Hangzhou", country="CN"),),
        )
        for entity in entities_of(before, DAY):
            proxy = model.get_proxy(entity.plain(), cleaned=False)
            for name, values in entity.properties.items():
                assert set(proxy.get(name)) == set(values), (entity.schema, name, values)
