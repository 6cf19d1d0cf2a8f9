"""Decisions on hits: what suppresses, what confirms, what lapses and says why, what never matters."""

from __future__ import annotations

import dataclasses
import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decided import LISTING, NOON, PARTY, QUERY, decision, match
from enduse.model.citation import Citation
from enduse.model.decision import Decision, Verdict, folded
from enduse.model.match import Query
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
from enduse.screen.decisions import Change, DecisionBook, Judged, Screened, Standing, apply, evidence_of


def judged(*records: Decision, query: Query = QUERY, party: ListedParty = PARTY) -> Judged:
    found = apply([match(party)], query, DecisionBook(records))
    return (*found.hits, *found.suppressed)[0]


# --- what a decision does


def test_without_a_decision_the_hit_stands() -> None:
    assert judged() == Judged(match())


def test_a_reviewed_non_match_is_suppressed_and_shown() -> None:
    made = decision()
    found = apply([match()], QUERY, DecisionBook([made]))
    assert found == Screened((), (Judged(match(), Standing.SUPPRESSED, made),))


def test_a_confirmed_match_stands_and_says_so() -> None:
    made = decision(Verdict.SAME)
    assert judged(made) == Judged(match(), Standing.CONFIRMED, made)


def test_a_withdrawn_decision_does_nothing() -> None:
    made = decision()
    assert judged(made, decision(Verdict.WITHDRAWN, supersedes=(made.id,))) == Judged(match())


def test_a_later_decision_supersedes() -> None:
    made = decision()
    later = decision(Verdict.SAME, supersedes=(made.id,))
    assert judged(made, later).standing is Standing.CONFIRMED


def test_a_decision_concerns_its_own_pair_only() -> None:
    twin = replace(PARTY, id="test:twin")
    found = apply([match(), match(twin)], QUERY, DecisionBook([decision()]))
    assert [one.match.party.id for one in found.hits] == ["test:twin"]
    assert found.hits[0].standing is Standing.OPEN
    other = replace(QUERY, name="Hillside Optics")
    assert apply([match()], other, DecisionBook([decision()])).suppressed == ()


def test_the_order_of_hits_is_kept() -> None:
    parties = [replace(PARTY, id=f"test:{number}") for number in range(4)]
    found = apply([match(one) for one in parties], QUERY, DecisionBook([decision(party=parties[1])]))
    assert [one.match.party.id for one in found.hits] == ["test:0", "test:2", "test:3"]


# --- lapse


def test_it_lapses_when_the_listed_party_changes_and_says_what_changed() -> None:
    changed = replace(PARTY, names=(*PARTY.names, Name("Riverside Lasers", NameKind.ALIAS)))
    found = judged(decision(), party=changed)
    assert (found.standing, found.decision) == (Standing.LAPSED, decision())
    (change,) = found.changes
    assert (change.side, change.field, change.lost, change.won) == ("listed", "names", (), ("Riverside Lasers",))


def test_it_lapses_when_the_query_changes_and_says_what_changed() -> None:
    found = judged(decision(), query=replace(QUERY, countries=("DE", "FR")))
    assert found.standing is Standing.LAPSED
    assert found.changes == (Change("query", "countries", ("AT", "DE"), ("DE", "FR")),)


def test_a_confirmed_match_lapses_too() -> None:
    found = judged(decision(Verdict.SAME), party=replace(PARTY, gender="female"))
    assert found.standing is Standing.LAPSED
    assert found.changes == (Change("listed", "gender", (), ("female",)),)


def test_an_id_that_now_stands_for_somebody_else_suppresses_nothing() -> None:
    stranger = ListedParty(PARTY.id, (Name("Hilltop Drones"),), (LISTING,), SourceReference("test"))
    found = judged(decision(), party=stranger)
    assert found.standing is Standing.LAPSED
    assert "names" in {change.field for change in found.changes}


def test_a_party_with_a_new_id_is_shown_again_with_the_decision_on_the_old_one() -> None:
    renumbered = replace(PARTY, id="test:new-number")
    found = judged(decision(), party=renumbered)
    assert found.standing is Standing.LAPSED
    assert found.changes == (Change("listed", "id", (PARTY.id,), ("test:new-number",)),)


def test_it_holds_again_when_the_change_is_taken_back() -> None:
    changed = replace(PARTY, kind=PartyKind.VESSEL)
    assert judged(decision(), party=changed).standing is Standing.LAPSED
    assert judged(decision()).standing is Standing.SUPPRESSED


MATTERS_QUERY: dict[str, list[Any]] = {
    "kind": ["any", "person"],
    "countries": [(), ("DE",), ("DE", "AT", "FR")],
    "addresses": [(), QUERY.addresses[:1], ("3 Dock Road",)],
    "identifiers": [(), ("HRB 12345",), ("HRB 12346", "DE 999")],
    "birth_date": ["1962", "1962-03"],
    "other_names": [(), ("Riverside Optical",), ("Riverside Optical", "Riverside Lenses", "More")],
    "birth_places": [(), ("Elsewhere",)],
    "nationalities": [(), ("FR",)],
    "gender": ["female", "male"],
}
MATTERS_LISTED: dict[str, list[Any]] = {
    "names": [
        PARTY.names[:3],
        (*PARTY.names, Name("New")),
        (Name("Riverside Optics Co.", weak=True), *PARTY.names[1:]),
    ],
    "kind": [PartyKind.PERSON, PartyKind.UNKNOWN],
    "addresses": [
        (),
        PARTY.addresses[:1],
        (replace(PARTY.addresses[0], country="TW"), PARTY.addresses[1]),
        (replace(PARTY.addresses[0], high_diversion_risk=True), PARTY.addresses[1]),
    ],
    "identifiers": [(), (Identifier("registration", "779", "CN"), PARTY.identifiers[1]), PARTY.identifiers[1:]],
    "birth_dates": [(), ("1962",), ("1962", "1963-02")],
    "birth_places": [(), ("Portville",)],
    "nationalities": [(), ("CN",)],
    "gender": ["female"],
    "listings": [
        PARTY.listings[:1],
        (replace(LISTING, list_id="MEU"), PARTY.listings[1]),
        (replace(LISTING, programmes=("EX-A",)), PARTY.listings[1]),
        (replace(LISTING, measures=(Measure.ASSET_FREEZE,)), PARTY.listings[1]),
    ],
}


@pytest.mark.parametrize(("field", "value"), [(name, value) for name, all_ in MATTERS_QUERY.items() for value in all_])
def test_every_field_of_the_query_matters(field: str, value: Any) -> None:
    found = judged(decision(), query=replace(QUERY, **{field: value}))
    assert found.standing is Standing.LAPSED
    assert {change.side for change in found.changes} == {"query"}


@pytest.mark.parametrize(("field", "value"), [(name, value) for name, all_ in MATTERS_LISTED.items() for value in all_])
def test_every_field_that_tells_who_is_listed_matters(field: str, value: Any) -> None:
    found = judged(decision(), party=replace(PARTY, **{field: value}))
    assert found.standing is Standing.LAPSED
    assert {change.side for change in found.changes} == {"listed"}


def test_the_two_tables_above_name_every_field_or_say_why_not() -> None:
    assert {field.name for field in fields(Query)} == {*MATTERS_QUERY, "name"}
    assert {field.name for field in fields(ListedParty)} == {*MATTERS_LISTED, "id", "source", "title", "attributes"}
    matters = {"list_id", "programmes", "measures"}
    assert {field.name for field in fields(Listing)} == {*matters, *UNIMPORTANT_OF_A_LISTING}


UNIMPORTANT_OF_A_LISTING: dict[str, Any] = {
    "authority": "EX-OTHER",
    "citation": Citation("9 EX 9"),
    "listed_from": dt.date(2021, 1, 1),
    "listed_to": dt.date(2027, 1, 1),
    "savings_until": dt.date(2021, 2, 1),
    "scope": "all",
    "licence_requirement": "more words",
    "review_policy": "more words",
    "footnotes": ("4",),
    "reference": "number 9",
    "reason": "more words",
    "sources": ("9 EX 10",),
    "remarks": "more words",
    "seen_from": dt.date(2026, 1, 1),
    "seen_to": dt.date(2026, 8, 1),
    "gone_by": dt.date(2026, 8, 2),
}


@pytest.mark.parametrize("field", UNIMPORTANT_OF_A_LISTING)
def test_what_an_edition_says_beside_the_party_never_lapses(field: str) -> None:
    changed = replace(LISTING, **{field: UNIMPORTANT_OF_A_LISTING[field]})
    found = judged(decision(), party=replace(PARTY, listings=(changed, PARTY.listings[1])))
    assert found.standing is Standing.SUPPRESSED


def test_source_line_title_and_attributes_never_lapse() -> None:
    changed = replace(
        PARTY, source=SourceReference("test", "list.csv", 99), title="Works", attributes=(("remark", "second"),)
    )
    assert judged(decision(), party=changed).standing is Standing.SUPPRESSED


@given(st.data())
def test_no_order_and_no_repetition_lapses(data: st.DataObject) -> None:
    def shuffled(values: Any) -> Any:
        return tuple(data.draw(st.permutations([*values, *values[:1]])))

    query = replace(QUERY, **{name: shuffled(getattr(QUERY, name)) for name in _TUPLES_OF_THE_QUERY})
    listings = tuple(
        replace(one, programmes=shuffled(one.programmes), measures=tuple(data.draw(st.permutations(one.measures))))
        for one in PARTY.listings
    )
    values = {name: shuffled(getattr(PARTY, name)) for name in _TUPLES_OF_THE_PARTY}
    party = _with(values | {"listings": shuffled(listings)})
    assert judged(decision(), query=query, party=party).standing is Standing.SUPPRESSED


_TUPLES_OF_THE_QUERY = ("countries", "addresses", "identifiers", "other_names", "birth_places", "nationalities")
_TUPLES_OF_THE_PARTY = ("names", "addresses", "identifiers", "birth_dates", "birth_places", "nationalities")

WORD = st.text(st.characters(categories=["L", "N", "P"], include_characters="|"), min_size=1, max_size=6)
WORDS = st.lists(WORD, max_size=3).map(tuple)


@given(st.sampled_from(["birth_dates", "birth_places", "nationalities", "names", "addresses"]), WORDS, WORDS)
def test_other_published_values_always_lapse_and_equal_ones_never(
    field: str, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    made: dict[str, Callable[[str], Any]] = {"names": lambda text: Name(text, NameKind.ALIAS), "addresses": Address}
    make = made.get(field, str)
    values = [{field: (*getattr(PARTY, field), *map(make, words))} for words in (first, second)]
    parties = [_with(value) for value in values]
    evidences = [evidence_of(QUERY, party) for party in parties]
    same = {_nfc(text) for text in first} - _known(field) == {_nfc(text) for text in second} - _known(field)
    assert (evidences[0] == evidences[1]) == same
    assert (evidences[0].sha256 == evidences[1].sha256) == same
    found = judged(decision(party=parties[0]), party=parties[1])
    assert (found.standing is Standing.SUPPRESSED) == same


def _with(values: dict[str, Any]) -> ListedParty:
    return replace(PARTY, **values)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _known(field: str) -> set[str]:
    return {getattr(value, "text", value) for value in getattr(PARTY, field) if not getattr(value, "weak", False)}


@given(st.tuples(WORD, WORD, WORD), st.tuples(WORD, WORD, WORD))
def test_parts_of_a_number_never_run_into_each_other(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    parties = [
        replace(PARTY, identifiers=(Identifier("other", value, country, label),))
        for label, value, country in (first, second)
    ]
    same = [_nfc(text) for text in first] == [_nfc(text) for text in second]
    assert (evidence_of(QUERY, parties[0]) == evidence_of(QUERY, parties[1])) == same


@given(WORD)
def test_case_of_what_the_user_typed_is_no_change(text: str) -> None:
    query = replace(QUERY, other_names=(text,))
    again = replace(QUERY, other_names=(text.upper(),))
    if folded(text) == folded(text.upper()):
        assert judged(decision(query=query), query=again).standing is Standing.SUPPRESSED


# --- stores that decided apart


def test_same_counts_before_different_where_two_stores_disagree() -> None:
    later = decision(at=NOON + dt.timedelta(days=9), by="another reviewer")
    assert judged(decision(Verdict.SAME), later).standing is Standing.CONFIRMED


def test_a_withdrawal_counts_before_different_where_two_stores_disagree() -> None:
    withdrawal = decision(Verdict.WITHDRAWN, supersedes=("a" * 64,))
    later = decision(at=NOON + dt.timedelta(days=9), by="another reviewer")
    assert judged(withdrawal, later).standing is Standing.OPEN


def test_of_two_non_matches_the_one_whose_evidence_holds_counts() -> None:
    outdated = decision(at=NOON + dt.timedelta(days=9), evidence=evidence_of(replace(QUERY, countries=("FR",)), PARTY))
    found = judged(decision(), outdated)
    assert (found.standing, found.decision) == (Standing.SUPPRESSED, decision())


def test_published_control_characters_are_no_part_of_the_evidence() -> None:
    dirty = replace(PARTY, names=(Name("Riverside\0Optics \ud800Co."), *PARTY.names[1:]))
    clean = replace(PARTY, names=(Name("Riverside Optics Co."), *PARTY.names[1:]))
    assert evidence_of(QUERY, dirty) == evidence_of(QUERY, clean)
    assert dataclasses.replace(decision(), evidence=evidence_of(QUERY, dirty)).id == decision().id
