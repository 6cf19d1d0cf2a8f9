"""Records of decisions: one form, one hash, strict reading, superseded and never edited."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decided import NOON, decision
from enduse.model.codec import canonical_json
from enduse.model.decision import (
    MAX_REASON,
    Decision,
    Evidence,
    Verdict,
    decision_document,
    decision_from,
    folded,
    heads,
    subject_of,
)
from enduse.model.errors import BadInput


def test_a_record_comes_back_from_its_document_as_it_was() -> None:
    made = decision(supersedes=("a" * 64,))
    again = decision_from(json.loads(canonical_json(decision_document(made))))
    assert (again, again.id) == (made, made.id)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("verdict", Verdict.SAME),
        ("party_id", "test:another"),
        ("party_name", "Another"),
        ("by", "somebody else"),
        ("at", NOON + dt.timedelta(seconds=1)),
        ("reason", "another reason"),
        ("supersedes", ("a" * 64,)),
        ("evidence", Evidence.of({"names": ["riverside optics"]}, {"names": ["X"]})),
    ],
)
def test_every_field_is_part_of_the_id(field: str, value: Any) -> None:
    assert dataclasses.replace(decision(), **{field: value}).id != decision().id


def test_the_id_is_the_hash_of_the_canonical_json_without_the_id() -> None:
    """So that anybody can check a record without this program."""
    content = decision_document(decision())
    stated = content.pop("id")
    assert hashlib.sha256(canonical_json(content)).hexdigest() == stated
    assert hashlib.sha256(canonical_json(content["evidence"])).hexdigest() == content["evidence_sha256"]


def test_the_identity_of_a_query_is_its_name_without_case_blanks_and_width() -> None:
    assert subject_of("Riverside  OPTICS ") == subject_of("riverside optics") == subject_of("Ｒiverside optics")
    assert subject_of("Riverside Optics") != subject_of("Riverside Optic")


def test_without_a_name_the_numbers_are_the_identity() -> None:
    assert subject_of("", ["A 1", "B 2"]) == subject_of(" ", ["b 2", "a 1"]) != subject_of("", ["A 1"])
    assert subject_of("", ["A 1"]) != subject_of("A 1")


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def altered(change: dict[str, Any], *path: str) -> dict[str, Any]:
    document = copy.deepcopy(decision_document(decision()))
    target = document
    for step in path:
        target = target[step]
    target.update(change)
    return document


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "takes an object"),
        ({}, "id is missing"),
        (altered({"more": "x"}), "unknown key 'more'"),
        (altered({"schema": "enduse.decision/2"}), "no schema of this version"),
        (altered({"verdict": "perhaps"}), "verdict: 'perhaps' is not known"),
        (altered({"verdict": []}), "verdict: [] is not known"),
        (altered({"reason": "altered"}), "id: does not fit the record"),
        (altered({"reason": "  "}), "reason: is missing"),
        (altered({"reason": "x" * (MAX_REASON + 1)}), "reason: 10,001 characters"),
        (altered({"by": "a\0b"}), "by: control character U+0000"),
        (altered({"by": "\ud800"}), "by: control character U+D800"),
        (altered({"by": 7}), "by: takes a text, not 7"),
        (altered({"at": "yesterday"}), "at: 'yesterday' is no moment"),
        (altered({"at": "2026-02-30T00:00:00Z"}), "is no moment"),
        (altered({"at": "2026-08-03T12:00:00+02:00"}), "is no moment"),
        (altered({"supersedes": ["x"]}), "supersedes: 'x' is no id"),
        (altered({"supersedes": ["b" * 64, "a" * 64]}), "supersedes: values are not in order"),
        (altered({"supersedes": "a" * 64}), "supersedes: takes a list"),
        (altered({"name": "Somebody Else"}), "name: is not among the names of the evidence"),
        (altered({"name": ""}), "id: does not fit"),
        (altered({"evidence": {}}), "evidence: query is missing"),
        (altered({"evidence": "x"}), "evidence: takes an object"),
        (altered({"query": []}, "evidence"), "evidence.query: takes an object"),
        (altered({"shoe_size": ["44"]}, "evidence", "query"), "evidence.query: unknown key 'shoe_size'"),
        (altered({"countries": []}, "evidence", "query"), "evidence.query.countries: has no value"),
        (altered({"countries": ["AT", "AT"]}, "evidence", "query"), "not in order, or occur twice"),
        (altered({"countries": ["AT"]}, "evidence", "query"), "evidence_sha256: does not fit the evidence"),
        (altered({"names": ["Z"] * 20_001}, "evidence", "listed"), "20,001 values"),
        (altered({"evidence_sha256": "0" * 64}), "evidence_sha256: does not fit the evidence"),
        (altered({"id": "0" * 64}), "id: does not fit the record"),
    ],
)
def test_what_is_no_record_is_refused_with_its_field(document: Any, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        decision_from(document, where="x.jsonl line 3")
    assert message in caught.value.message()
    assert caught.value.message().startswith("x.jsonl line 3")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(decision_document(decision()))), JSON)
def test_whatever_stands_in_a_field_it_is_read_or_refused(field: str, value: Any) -> None:
    document = decision_document(decision()) | {field: value}
    try:
        found = decision_from(document)
    except BadInput:
        return
    assert decision_document(found) == decision_document(decision())


# --- superseding


def test_the_record_that_none_supersedes_stands() -> None:
    first = decision()
    second = decision(Verdict.SAME, supersedes=(first.id,))
    third = decision(Verdict.WITHDRAWN, supersedes=(second.id,))
    assert heads([third, first, second]) == (third,)


def test_stores_that_decided_apart_leave_two_that_stand_latest_first() -> None:
    first, second = decision(), decision(at=NOON + dt.timedelta(days=1), by="another reviewer")
    assert heads([first, second]) == (second, first)


def test_a_record_never_supersedes_one_of_another_pair() -> None:
    first = decision()
    other: Decision = decision(party_id="test:another", supersedes=(first.id,))
    assert set(heads([first, other])) == {first, other}
