"""Transactions from files, tables and options: read exactly, or refused with file, line and field."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enduse.interfaces.fields import Place
from enduse.interfaces.transaction_parties import BANDS, LISTS
from enduse.interfaces.transaction_tables import TABLE_COLUMNS, transactions_from_table
from enduse.interfaces.transactions import (
    load_transaction,
    transaction_from_mapping,
    transaction_from_options,
    transaction_to_mapping,
)
from enduse.interfaces.verify import _NOT_INPUT, read_cases
from enduse.model.errors import BadInput
from enduse.model.party import Address, Identifier, Measure
from enduse.model.transaction import Activity, Owner, PartyType, Role, Share, Transaction, TransactionParty

CONFORMANCE = Path(__file__).parents[2] / "conformance"
CASES = [
    pytest.param(where, case, id=case["id"])
    for file in sorted(CONFORMANCE.glob("*.yaml"))
    for where, case in read_cases(file)
]
TODAY = dt.date(2026, 11, 24)

ORDER = """\
reference: PO-17
date: 2026-08-03
activity: reexport
from: NO
destination: EG
item: {code: 5E001, for: 5A001.j, description: manuals, hs_code: "0847130"}
parties:
  - role: end_user
    name: Ministry of Interior
    type: government
    country: EG
    address: 1 Nile Street, Cairo
    identifiers: [EG-123, {kind: tax, value: "0099", country: EG}]
    lists: []
    owners:
      - {name: Holding, share: 25-to-50-percent, control: [dominant_influence]}
      - {name: Other, share: 50, lists: [{list: SDN, from: 2020-01-02, to: null, programme: GLOMAG}]}
    not_same_as: [us_csl:1]
  - {role: bank, name: Bank of Norway, country: NO}
end_use: traffic analysis
value: {amount: 900000.50, currency: usd}
facts:
  us_person: false
  nationality: NO
  member_state_measure: [ART4(3)]
"""


def write(folder: Path, content: str, name: str = "order.yaml") -> str:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


def minimal(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"date": "2026-08-03", "item": {"code": "EAR99"}, "destination": "DE"}
    return {key: value for key, value in {**base, **changes}.items() if value is not ...}


def read(**changes: Any) -> Transaction:
    return transaction_from_mapping(minimal(**changes), where="order.yaml", today=TODAY)


# --- what is read


def test_a_file_is_read_exactly(tmp_path: Path) -> None:
    tx = load_transaction(write(tmp_path, ORDER), today=TODAY)
    assert (tx.reference, tx.date, tx.activity) == ("PO-17", dt.date(2026, 8, 3), Activity.REEXPORT)
    assert (tx.origin, tx.destination, tx.end_use) == ("NO", "EG", "traffic analysis")
    (item,) = tx.items
    assert (item.code, item.used_for, item.description, item.hs_code) == ("5E001", "5A001.j", "manuals", "0847130")
    user, bank = tx.parties
    assert (user.role, user.name, user.type, user.country) == (
        Role.END_USER,
        "Ministry of Interior",
        PartyType.GOVERNMENT,
        "EG",
    )
    assert user.addresses == (Address("1 Nile Street, Cairo"),)
    assert user.identifiers == (Identifier("other", "EG-123"), Identifier("tax", "0099", "EG"))
    assert user.not_same_as == ("us_csl:1",)
    assert (bank.role, bank.country) == (Role.BANK, "NO")
    assert tx.value is not None
    assert (tx.value.amount, tx.value.currency) == (Decimal("900000.50"), "USD")
    assert dict(tx.facts) == {"us_person": False, "nationality": "NO", "member_state_measure": ("ART4(3)",)}


def test_stated_listings_and_owners_are_read_exactly(tmp_path: Path) -> None:
    user = load_transaction(write(tmp_path, ORDER)).parties[0]
    assert user.owners is not None
    holding, other = user.owners
    assert holding.share == Share(Decimal(25), Decimal(50), low_open=True, text="25-to-50-percent")
    assert (holding.control, holding.listings) == (("dominant_influence",), None)
    assert (other.share.low, other.share.high) == (Decimal(50), Decimal(50))
    assert other.listings is not None
    (listing,) = other.listings
    assert (listing.list_id, listing.programmes, listing.listed_from, listing.listed_to) == (
        *("SDN", ("GLOMAG",)),
        *(dt.date(2020, 1, 2), None),
    )


def test_an_empty_list_says_no_listings_and_an_absent_one_says_nothing() -> None:
    party = {"role": "end_user", "name": "A"}
    assert read(parties=[party | {"lists": [], "owners": []}]).parties[0] == TransactionParty(
        Role.END_USER, "A", listings=(), owners=()
    )
    for silent in (party, party | {"lists": None, "owners": None}):
        assert read(parties=[silent]).parties[0] == TransactionParty(Role.END_USER, "A", listings=None, owners=None)


@pytest.mark.parametrize(
    ("band", "low", "high", "low_open", "high_open"),
    [
        ("25-to-50-percent", 25, 50, True, False),
        ("50-to-75-percent", 50, 75, True, True),
        ("75-to-100-percent", 75, 100, False, False),
        ("unknown", 0, 100, False, False),
    ],
)
def test_the_bands_of_the_case_files(band: str, low: int, high: int, low_open: bool, high_open: bool) -> None:
    assert BANDS[band] == Share(Decimal(low), Decimal(high), low_open, high_open, band)


def test_json_is_read_as_yaml_is(tmp_path: Path) -> None:
    mapping = transaction_to_mapping(load_transaction(write(tmp_path, ORDER)))
    for name in ("order.json", "order.txt"):
        again = load_transaction(write(tmp_path, json.dumps(mapping, indent=1), name))
        assert transaction_to_mapping(again) == mapping


def test_json_numbers_and_words_are_taken_as_written(tmp_path: Path) -> None:
    document = json.dumps(
        minimal(
            value={"amount": 25000.5, "currency": "USD"},
            facts={"us_person": True},
            parties=[{"role": "end_user", "name": "A", "owners": [{"name": "B", "share": 60, "ref": False}]}],
        )
    )
    tx = load_transaction(write(tmp_path, document, "order.json"))
    assert tx.value is not None
    assert tx.value.amount == Decimal("25000.5")
    assert tx.facts["us_person"] is True
    owners = tx.parties[0].owners
    assert owners is not None
    assert owners[0].share.low == 60


def test_a_yaml_file_may_begin_with_a_brace(tmp_path: Path) -> None:
    document = "{date: 2026-08-03, item: {code: EAR99}, destination: NO}"
    assert load_transaction(write(tmp_path, document)).destination == "NO"


def test_python_values_are_taken_too() -> None:
    tx = read(
        date=dt.date(2026, 8, 3),
        value={"amount": 25000, "currency": "USD"},
        facts={"us_person": True},
        parties=({"role": "end_user", "name": "A", "owners": [{"name": "B", "share": Decimal("60.5"), "ref": False}]},),
    )
    assert tx.value is not None
    assert tx.value.amount == 25000
    assert tx.parties[0].owners is not None
    assert tx.parties[0].owners[0].share.low == Decimal("60.5")


def test_defaults() -> None:
    tx = transaction_from_mapping(minimal(date=...), default_date=TODAY)
    assert (tx.activity, tx.date, tx.origin, tx.parties, tx.value) == (Activity.EXPORT, TODAY, None, (), None)
    assert read(id="G001").reference == read(reference="G001").reference == "G001"
    assert read(destination="XX", facts={"destination_name": "Crimea"}).destination == "XX"
    assert read(facts={"from": "TW"}).origin == "TW"
    assert read(**{"from": "Taiwan"}, facts={"from": "TW"}).origin == "TW"
    assert len(read(item=..., items=[{"code": "EAR99"}, {"code": "3A981"}]).items) == 2


def test_an_item_states_facts_of_the_transaction() -> None:
    tx = read(item={"code": "UNLISTED", "exporter_aware": "true"}, facts={"exporter_aware": "yes"})
    assert tx.facts["exporter_aware"] is True


@pytest.mark.parametrize(("where", "case"), CASES)
def test_every_determination_case_is_a_transaction_and_is_written_back_whole(where: str, case: Any) -> None:
    tx = transaction_from_mapping({key: value for key, value in case.items() if key not in _NOT_INPUT}, where=where)
    assert transaction_from_mapping(transaction_to_mapping(tx)) == tx


# --- written and read again

words = (
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12).map(str.strip).filter(bool)
)
names = words.filter(lambda name: any(character.isalnum() for character in name))
countries = st.sampled_from(["NO", "NA", "DE", "XK", "IR"])
days = st.dates(dt.date(1950, 1, 1), dt.date(2030, 12, 31)).map(str)
listings = st.lists(
    st.fixed_dictionaries(
        {"list": st.sampled_from(sorted(LISTS))},
        optional={
            "from": days,
            "scope": words,
            "policy": words,
            "programmes": st.lists(words, min_size=2, max_size=3),
            "footnotes": st.lists(words, max_size=2),
            "citation": words,
            "authority": words,
            "measures": st.lists(st.sampled_from([measure.value for measure in Measure]), max_size=2),
            "requirement": words,
        },
    ),
    max_size=2,
)
shares = st.sampled_from([*BANDS, "0", "10", "12.5", "20.000001"])


def owners(depth: int) -> st.SearchStrategy[Any]:
    optional: dict[str, Any] = {
        "lists": listings,
        "control": st.lists(st.sampled_from(["dominant_influence", "appoints_board_majority"]), max_size=2),
        "country": countries,
    }
    if depth:
        optional["owners"] = owners(depth - 1)
    return st.lists(st.fixed_dictionaries({"name": names, "share": shares}, optional=optional), max_size=1)


parties = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from([role.value for role in Role]), "name": names},
        optional={
            "type": st.sampled_from([kind.value for kind in PartyType]),
            "country": countries,
            "addresses": st.lists(
                words | st.fixed_dictionaries({"text": words}, optional={"city": words, "country": countries}),
                max_size=2,
            ),
            "identifiers": st.lists(
                words | st.fixed_dictionaries({"value": words}, optional={"kind": st.just("lei"), "label": words}),
                max_size=2,
            ),
            "lists": listings,
            "owners": owners(2),
            "not_same_as": st.lists(words, max_size=2),
        },
    ),
    max_size=3,
)
mappings = st.fixed_dictionaries(
    {
        "date": days,
        "destination": countries | st.just("XX"),
        "items": st.lists(
            st.fixed_dictionaries(
                {"code": st.sampled_from(["5E980", "1E001.a", "EAR99", "UNLISTED", "EU-2019/125:II"])},
                optional={"description": words, "for": st.just("5A001.j"), "hs_code": st.just("0847130")},
            ),
            min_size=1,
            max_size=3,
        ),
    },
    optional={
        "activity": st.sampled_from([activity.value for activity in Activity]),
        "from": countries,
        "parties": parties,
        "end_use": words,
        "reference": words,
        "value": st.fixed_dictionaries(
            {"amount": st.sampled_from(["0", "0.10", "999999999999999"]), "currency": st.just("USD")}
        ),
        "facts": st.fixed_dictionaries(
            {},
            optional={
                "us_person": st.booleans(),
                "nationality": countries,
                "trade_date": days,
                "purpose": st.just("vulnerability_disclosure"),
                "national_list": st.just({"of": "NL", "published": "true"}),
                "hts_in_part_746_supplements": st.lists(st.sampled_from(["2", "4"]), min_size=1, max_size=2),
            },
        ),
    },
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(mappings)
def test_a_transaction_is_written_and_read_again_unchanged(mapping: dict[str, Any]) -> None:
    tx = transaction_from_mapping(mapping)
    written = transaction_to_mapping(tx)
    assert transaction_from_mapping(written) == tx
    assert transaction_from_mapping(json.loads(json.dumps(written))) == tx


def test_a_share_without_a_form_is_an_error_and_not_another_share() -> None:
    owner = Owner("B", Share(Decimal(10), Decimal(20)))
    tx = read(parties=[{"role": "end_user", "name": "A"}])
    odd = TransactionParty(Role.END_USER, "A", owners=(owner,))
    with pytest.raises(BadInput, match="between 10 and 20 percent"):
        transaction_to_mapping(Transaction(tx.activity, tx.date, tx.items, "DE", (odd,)))


# --- what is refused

PARTY = {"role": "end_user", "name": "A"}


def party(**changes: Any) -> dict[str, Any]:
    return {"parties": [{**PARTY, **changes}]}


def owner(**changes: Any) -> dict[str, Any]:
    return party(owners=[{"name": "B", "share": "10", **changes}])


def listing(**changes: Any) -> dict[str, Any]:
    return party(lists=[{"list": "EL", **changes}])


REFUSED: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "unknown key": ({"destinaton": "DE"}, "destinaton", "unknown key", "did you mean destination?"),
    "key of the command line": ({"to": "DE"}, "to", "unknown key", "destination"),
    "key of a case file": ({"expected": {}}, "expected", "unknown key", "case file"),
    "jurisdiction": ({"jurisdiction": "EU"}, "jurisdiction", "unknown key", "--law"),
    "no date": ({"date": ...}, "date", "is missing", "date: "),
    "date not in the calendar": ({"date": "2026-02-30"}, "date", "not a day", "check"),
    "date too far ahead": ({"date": "2032-01-01"}, "date", "more than five years ahead", "year"),
    "date of another order": ({"date": "03/08/2026"}, "date", "not a date", "YYYY-MM-DD"),
    "unknown activity": ({"activity": "re-export"}, "activity", "not known", "did you mean"),
    "activity is a list": ({"activity": ["export"]}, "activity", "not a list", "one text"),
    "no destination": ({"destination": ...}, "destination", "is missing", "XX"),
    "unknown destination": ({"destination": "Norwey"}, "destination", "no country", "Norway (NO)"),
    "destination is a boolean": ({"destination": False}, "destination", "not true or false", "quotes"),
    "two destinations": (
        {"facts": {"destination_name": "Hong Kong"}},
        "destination",
        "is Germany, but facts.destination_name says Hong Kong",
        "one destination",
    ),
    "two origins": ({"from": "US", "facts": {"from": "TW"}}, "from", "differ", "once"),
    "two references": ({"id": "1", "reference": "2"}, "id", "differ", "once"),
    "no item": ({"item": ...}, "", "'item' or 'items'", "item: {code"),
    "item and items": ({"items": [{"code": "EAR99"}]}, "", "exactly one", "item: {code"),
    "empty items": ({"item": ..., "items": []}, "items", "no item", "items: ["),
    "item is a text": ({"item": "EAR99"}, "item", "not a text", "code"),
    "too many items": ({"item": ..., "items": [{"code": "EAR99"}] * 201}, "items", "201 entries", "split"),
    "no code": ({"item": {}}, "item.code", "is missing", "code"),
    "code of no form": ({"item": {"code": "5a001 j"}}, "item.code", "no classification", "5A001.j"),
    "code read as a number": ({"item": {"code": float("inf")}}, "item.code", "float inf", "quotes"),
    "for of no form": ({"item": {"code": "5E001", "for": "x"}}, "item.for", "no classification", "ECCN"),
    "HS code of letters": ({"item": {"code": "EAR99", "hs_code": "abc"}}, "item.hs_code", "no HS code", "zeros"),
    "fact stated twice": (
        {"item": {"code": "UNLISTED", "exporter_aware": "true"}, "facts": {"exporter_aware": "false"}},
        "item.exporter_aware",
        "twice with different values",
        "once",
    ),
    "unknown fact": (
        {"facts": {"informed_by_authorty": "true"}},
        "facts.informed_by_authorty",
        "no fact",
        "informed_by_authority",
    ),
    "fact of another type": (
        {"facts": {"us_person": "perhaps"}},
        "facts.us_person",
        "neither true nor false",
        "true or false",
    ),
    "fact that is a key": (
        {"facts": {"party.type": "military"}},
        "facts.party.type",
        "not stated among the facts",
        "type of the party",
    ),
    "facts are a list": ({"facts": ["us_person"]}, "facts", "mapping", "facts: {"),
    "parties are a mapping": ({"parties": PARTY}, "parties", "takes a list", "dash"),
    "party is a text": ({"parties": ["A"]}, "parties[0]", "a party is a mapping", "role"),
    "too many parties": ({"parties": [PARTY] * 1001}, "parties", "1,001 entries", "split"),
    "no role": (party(role=None), "parties[0].role", "is missing", "role"),
    "unknown role": (party(role="end-user"), "parties[0].role", "not known", "did you mean end_user?"),
    "no name": (party(name="  "), "parties[0].name", "is missing", "name"),
    "name too long": (party(name="x" * 1001), "parties[0].name", "longer than 1,000", "shorten"),
    "name of two lines": (party(name="A\nB"), "parties[0].name", "line break", "one line"),
    "name with a control character": (party(name="A\x1b[2J"), "parties[0].name", "U+001B", "remove"),
    "name with half a character": (party(name="A\udc80"), "parties[0].name", "U+DC80", "remove"),
    "unknown type": (party(type="millitary"), "parties[0].type", "not known", "did you mean military"),
    "unknown country": (party(country="ZZ"), "parties[0].country", "no country", "ISO 3166"),
    "address of nothing": (party(address={"country": "DE"}), "parties[0].address", "without text", "text"),
    "identifier of unknown kind": (
        party(identifiers=[{"kind": "leii", "value": "1"}]),
        "parties[0].identifiers[0].kind",
        "not known",
        "lei",
    ),
    "lists are a text": (party(lists="EL"), "parties[0].lists", "takes a list", "dash"),
    "unknown list": (listing(list="EEL"), "parties[0].lists[0].list", "no list is called 'EEL'", "did you mean EL"),
    "listing without list": (listing(list=None), "parties[0].lists[0].list", "is missing", "list"),
    "listing of no day": (
        listing(**{"from": "2021-01-01", "to": "2021-01-01"}),
        "parties[0].lists[0].to",
        "is not after",
        "first day",
    ),
    "unknown key of a listing": (listing(program="GLOMAG"), "parties[0].lists[0].program", "unknown key", "programme"),
    "no share": (owner(share=None), "parties[0].owners[0].share", "is missing", "share"),
    "share above 100": (owner(share="100.1"), "parties[0].owners[0].share", "no share", "0 to 100"),
    "share below 0": (owner(share="-1"), "parties[0].owners[0].share", "no number", "0 to 100"),
    "share as a power": (owner(share="1E-999999999"), "parties[0].owners[0].share", "no number", "0 to 100"),
    "unknown band": (owner(share="25-to-75-percent"), "parties[0].owners[0].share", "no number", "25-to-50-percent"),
    "shares above 100 together": (
        party(owners=[{"name": "B", "share": "75-to-100-percent"}, {"name": "C", "share": "25.5"}]),
        "parties[0].owners",
        "more than 100 percent (100.5)",
        "check",
    ),
    "unknown control": (
        owner(control=["dominant"]),
        "parties[0].owners[0].control[0]",
        "not known",
        "dominant_influence",
    ),
    "reference to nobody": (
        owner(name="Aa", ref="true"),
        "parties[0].owners[0].ref",
        "described nowhere",
        "did you mean A",
    ),
    "reference with a description": (
        owner(ref="true", owners=[{"name": "C", "share": "1"}]),
        "parties[0].owners[0]",
        "elsewhere",
        "one of",
    ),
    "reference neither true nor false": (owner(ref="si"), "parties[0].owners[0].ref", "neither true nor false", "true"),
    "negative value": ({"value": {"amount": "-1", "currency": "USD"}}, "value.amount", "no number", "zero or more"),
    "value that is no number": ({"value": {"amount": "NaN", "currency": "USD"}}, "value.amount", "no number", "digits"),
    "value as a power": ({"value": {"amount": "5E980", "currency": "USD"}}, "value.amount", "no number", "digits"),
    "value with separators": (
        {"value": {"amount": "25,000", "currency": "USD"}},
        "value.amount",
        "no number",
        "25000.00",
    ),
    "value in other digits": ({"value": {"amount": "١٢", "currency": "USD"}}, "value.amount", "no number", "digits"),
    "value as a float": ({"value": {"amount": 0.1, "currency": "USD"}}, "value.amount", "not the float", "quotes"),
    "value without currency": ({"value": {"amount": "1"}}, "value.currency", "is missing", "currency"),
    "currency of four letters": (
        {"value": {"amount": "1", "currency": "EURO"}},
        "value.currency",
        "no currency",
        "USD",
    ),
    "value is a text": ({"value": "25000USD"}, "value", "a value is a mapping", "amount"),
    "end use too long": ({"end_use": "x" * 10_001}, "end_use", "longer than 10,000", "shorten"),
}


@pytest.mark.parametrize(("changes", "field", "problem", "remedy"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_naming_the_field_and_the_remedy(
    changes: dict[str, Any], field: str, problem: str, remedy: str
) -> None:
    with pytest.raises(BadInput) as caught:
        read(**changes)
    assert caught.value.where == ", ".join(filter(None, ["order.yaml", field]))
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy


def test_owners_nested_without_end_are_refused() -> None:
    chain: dict[str, Any] = {"name": "B", "share": "10"}
    for _ in range(12):
        chain = {"name": "B", "share": "10", "owners": [chain]}
    with pytest.raises(BadInput, match="nested deeper than 12"):
        read(parties=[{**PARTY, "owners": [chain]}])


def test_a_reference_may_be_to_the_party_itself_or_to_an_owner_elsewhere() -> None:
    tx = read(
        parties=[
            {
                **PARTY,
                "owners": [{"name": "B", "share": "60", "owners": [{"name": "A", "share": "40", "ref": "true"}]}],
            },
            {"role": "bank", "name": "C", "owners": [{"name": "B", "share": "10", "ref": "true"}]},
        ]
    )
    assert tx.parties[1].owners is not None
    assert tx.parties[1].owners[0].ref


LINES = {
    "destination": (ORDER.replace("destination: EG", "destination: Egipt"), "order.yaml line 5, destination"),
    "item": (
        ORDER.replace("5A001.j", "5A001,j").replace("for: 5A001,j", "for: '5A001,j'"),
        "order.yaml line 6, item.for",
    ),
    "role": (ORDER.replace("role: end_user", "role: user"), "order.yaml line 8, parties[0].role"),
    "missing name": (ORDER.replace("    name: Ministry of Interior\n", ""), "order.yaml line 8, parties[0].name"),
    "listing": (ORDER.replace("list: SDN", "list: SDNN"), "order.yaml line 17, parties[0].owners[1].lists[0].list"),
    "fact": (ORDER.replace("us_person: false", "us_persom: false"), "order.yaml line 23, facts.us_persom"),
}


@pytest.mark.parametrize(("document", "where"), LINES.values(), ids=LINES)
def test_an_error_in_a_file_names_its_line(tmp_path: Path, document: str, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_transaction(write(tmp_path, document))
    assert caught.value.where == where


def test_an_error_in_a_json_file_names_its_line(tmp_path: Path) -> None:
    document = '{"date": "2026-08-03",\n "item": {"code": "EAR99"},\n "destination": "Norwey"}'
    with pytest.raises(BadInput, match=r"order.json line 3, destination: no country is called 'Norwey'"):
        load_transaction(write(tmp_path, document, "order.json"))


def test_files_that_are_no_transaction_are_refused(tmp_path: Path) -> None:
    for content in ("", "just words", "- a\n- b"):
        with pytest.raises(BadInput, match=r"order\.yaml.*a transaction is a mapping"):
            load_transaction(write(tmp_path, content))
    with pytest.raises(BadInput, match="No such file"):
        load_transaction(str(tmp_path / "none.yaml"))
    with pytest.raises(BadInput, match="Is a directory"):
        load_transaction(str(tmp_path))


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    def given(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    given(ORDER.encode())
    assert load_transaction("-").reference == "PO-17"
    given(b"date: x")
    with pytest.raises(BadInput, match="standard input"):
        load_transaction("-")
    given(b"#" * 1_000_001)
    with pytest.raises(BadInput, match="standard input: larger than"):
        load_transaction("-")


def test_a_place_is_named_by_line_or_by_option() -> None:
    assert str(Place("f").at("parties", 0, "name")) == "f, parties[0].name"
    assert str(Place("f", lines={("a",): 3}).at("a", "b")) == "f line 3, a.b"
    assert str(Place("", names={("a",): "--a"}).at("a")) == "--a"
    assert str(Place("", names={("a",): "--a"}).at("a", "b", 1)) == "--a (b[1])"
    assert str(Place("f")) == "f"


# --- options


def options(**changes: Any) -> Transaction:
    base: dict[str, Any] = {"item": "5A001.j", "destination": "NO", "date": TODAY}
    return transaction_from_options(**{**base, **changes})


def test_options_make_a_transaction() -> None:
    tx = options(
        origin="US",
        end_user="Ministry @ Home",
        parties=["bank=Bank@NO", "purchaser=A=B Ltd"],
        value="25000.50 usd",
        end_use="tests",
        facts=["us_person=true", "member_state_measure=ART4(3),ART5(3)", "national_list=of=NL;published=true"],
        activity="reexport",
    )
    assert (tx.activity, tx.date, tx.origin, tx.destination) == (Activity.REEXPORT, TODAY, "US", "NO")
    assert [(party.role.value, party.name, party.country) for party in tx.parties] == [
        ("end_user", "Ministry @ Home", None),
        ("bank", "Bank", "NO"),
        ("purchaser", "A=B Ltd", None),
    ]
    assert tx.value is not None
    assert (tx.value.amount, tx.value.currency) == (Decimal("25000.50"), "USD")
    assert dict(tx.facts) == {
        "us_person": True,
        "member_state_measure": ("ART4(3)", "ART5(3)"),
        "national_list": ("of=NL", "published=true"),
    }


BAD_OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "item": ({"item": "camera"}, "--item (code): 'camera' is no classification"),
    "to": ({"destination": "Norwey"}, "--to: no country is called 'Norwey' (did you mean Norway (NO)?)"),
    "from": ({"origin": "USS"}, "--from: no country"),
    "end user": ({"end_user": " "}, "--end-user (name): is missing"),
    "party without a name": ({"parties": ["bank"]}, "--party: 'bank' is no party"),
    "party without a role": ({"parties": ["=x"]}, "--party =x (role): is missing"),
    "party of unknown role": ({"parties": ["banc=x"]}, "--party banc=x (role): 'banc' is not known (did you mean bank"),
    "party of no country": ({"parties": ["bank=x@Nowhere"]}, "--party: 'bank=x@Nowhere' names no country"),
    "value": ({"value": "lots"}, "--value: 'lots' is no value (amount and currency: 25000USD)"),
    "value without amount": ({"value": "USD"}, "--value: 'USD' is no value"),
    "negative value": ({"value": "-5USD"}, "--value (amount): '-5' is no number"),
    "value as a power": ({"value": "5E980USD"}, "--value (amount): '5E980' is no number"),
    "fact without a value": ({"facts": ["us_person"]}, "--fact: 'us_person' is no fact"),
    "fact stated twice": ({"facts": ["us_person=true", "us_person=false"]}, "--fact: 'us_person' is stated twice"),
    "unknown fact": (
        {"facts": ["us_persn=true"]},
        "--fact us_persn: no fact is called 'us_persn' (did you mean us_person",
    ),
    "activity": ({"activity": "sale"}, "--activity: 'sale' is not known"),
    "date": ({"date": dt.date(2040, 1, 1), "today": TODAY}, "--as-of: 2040-01-01 lies more than five years ahead"),
}


@pytest.mark.parametrize(("changes", "message"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_a_bad_option_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as caught:
        options(**changes)
    assert caught.value.message().startswith(message)
    assert caught.value.remedy


# --- tables

HEADER = (
    "reference,date,item,hs_code,from,destination,end_user,end_user_country,end_user_type,"
    "value,currency,fact:us_person,party:bank,party:bank:country"
)
ROW = "R1,2026-08-03,5E980,0847130,NO,NA,Ministry,EG,government,25000,USD,no,Bank,NO"


def table(folder: Path, *lines: str) -> Path:
    path = folder / "orders.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_row_of_a_table_is_a_transaction(tmp_path: Path) -> None:
    (row,) = transactions_from_table(table(tmp_path, HEADER, ROW))
    assert (row.number, row.where, row.reference, row.problem) == (1, "orders.csv line 2", "R1", None)
    tx = row.transaction
    assert tx is not None
    assert (tx.items[0].code, tx.items[0].hs_code, tx.origin, tx.destination) == ("5E980", "0847130", "NO", "NA")
    assert [(party.role.value, party.name, party.country) for party in tx.parties] == [
        ("end_user", "Ministry", "EG"),
        ("bank", "Bank", "NO"),
    ]
    assert tx.parties[0].type is PartyType.GOVERNMENT
    assert tx.parties[0].listings is None
    assert tx.facts == {"us_person": False}


def test_the_problems_of_a_row_come_with_that_row(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "reference,date,item,destination,value",
        "R1,2026-08-03,EAR99,Norwey,",
        "R2,2026-08-03,EAR99,NO,25000USD",
        "R3,2026-08-03,EAR99",
        "R4,2026-08-03,EAR99,NO,25000",
        "R5,,EAR99,NO,",
    )
    rows = list(transactions_from_table(path))
    problems = [row.problem.message() if row.problem else "" for row in rows]
    assert problems[0].startswith("orders.csv line 2, column destination: no country is called 'Norwey'")
    assert problems[1] == ""
    assert problems[2].startswith("orders.csv line 4: 3 cells where the header has 5")
    assert problems[3].startswith("orders.csv line 5, column value: '25000' is no value")
    assert problems[4].startswith("orders.csv line 6, date: is missing")
    assert [row.reference for row in rows] == ["R1", "R2", "R3", "R4", "R5"]
    assert [row.transaction is None for row in rows] == [True, False, True, True, True]


def test_a_workbook_with_amounts_as_numbers_and_codes_as_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["reference", "date", "item", "destination", "value", "currency"])
    sheet.append([1001, dt.date(2026, 8, 3), "5E980", "NO", 25000.5, "USD"])
    sheet.append([1002, dt.date(2026, 8, 3), float("1E001"), "NO", 1, "USD"])
    path = tmp_path / "orders.xlsx"
    book.save(path)
    good, bad = transactions_from_table(path)
    assert good.transaction is not None
    assert good.transaction.value is not None
    assert (good.reference, good.transaction.date, good.transaction.value.amount) == (
        "1001",
        dt.date(2026, 8, 3),
        Decimal("25000.5"),
    )
    assert bad.problem is not None
    assert bad.problem.where == "orders.xlsx sheet Sheet row 3, column item"
    assert bad.problem.remedy == "format the column as text and type the value again"


BAD_COLUMNS = {
    "destinaton": "did you mean destination",
    "fact:us_persn": "did you mean us_person",
    "party:banc": "did you mean bank",
    "party:bank:contry": "did you mean country",
    "party:": "party:ROLE",
}


@pytest.mark.parametrize(("column", "remedy"), BAD_COLUMNS.items())
def test_an_unknown_column_is_an_error_of_the_whole_table(tmp_path: Path, column: str, remedy: str) -> None:
    path = table(tmp_path, f"item,destination,{column}", "EAR99,NO,x")
    with pytest.raises(BadInput) as caught:
        list(transactions_from_table(path))
    assert caught.value.where == f"orders.csv, column {column}"
    assert remedy in caught.value.remedy


def test_every_documented_column_is_read(tmp_path: Path) -> None:
    values = {
        "item": "EAR99",
        "destination": "NO",
        "from": "US",
        "date": "2026-08-03",
        "activity": "export",
        "for": "5A001.j",
    }
    values |= {
        "hs_code": "0847",
        "value": "1",
        "currency": "USD",
        "end_user_type": "military",
        "end_user_country": "NO",
    }
    path = table(tmp_path, ",".join(TABLE_COLUMNS), ",".join(values.get(column, "x") for column in TABLE_COLUMNS))
    (row,) = transactions_from_table(path)
    assert row.problem is None
    assert row.transaction is not None
    assert row.transaction.parties[0].addresses == (Address("x"),)
