"""Classification codes and what one says about another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.model.codes import covers, covers_code, eccn_of, parse_code, sub_paragraph
from enduse.model.errors import BadInput
from enduse.model.truth import Truth

PART = st.sampled_from(["a", "b", "c", "1", "2", "z"])
SUB = st.lists(PART, max_size=4).map(".".join)


def code(sub: str) -> str:
    return f"5A001.{sub}" if sub else "5A001"


@pytest.mark.parametrize("text", ["5A001", "5A001.b.5", "EAR99", "UNLISTED", "0A521", "EU-2019/125:II", "9A610.y.10"])
def test_a_classification_is_returned_as_written(text: str) -> None:
    assert parse_code(text) == text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("5a001j", "5A001.j"),
        ("5A001J", "5A001.j"),
        ("ear99", "EAR99"),
        ("5 A 001 . f . 1", "5A001.f.1"),
        ("inf", "5A001.j"),
    ],
)
def test_what_is_no_classification_is_refused_with_the_nearest_form(text: str, hint: str) -> None:
    with pytest.raises(BadInput, match=hint):
        parse_code(text)


def test_the_entry_and_the_sub_paragraph_of_a_code() -> None:
    assert eccn_of("5A001.b.5") == "5A001"
    assert sub_paragraph("5A001.b.5") == "b.5"
    assert eccn_of("EAR99") is None
    assert sub_paragraph("EAR99") == ""


@pytest.mark.parametrize(
    ("include", "exclude", "item", "expected"),
    [
        ((), (), "5A001.j", Truth.TRUE),
        (("b",), (), "5A001.b.5", Truth.TRUE),
        (("b",), ("b.5",), "5A001.b.5", Truth.FALSE),
        (("b",), ("b.5",), "5A001.b", Truth.UNKNOWN),
        (("b",), (), "5A001", Truth.UNKNOWN),
        (("b",), (), "5A001.c", Truth.FALSE),
        (("b.1",), (), "5A001.b.10", Truth.FALSE),
        ((), ("f.3",), "5A001.f.3", Truth.FALSE),
        ((), (), "5A002.a", Truth.FALSE),
    ],
)
def test_a_scope_covers_an_item_in_three_values(
    include: tuple[str, ...], exclude: tuple[str, ...], item: str, expected: Truth
) -> None:
    assert covers(include, exclude, "5A001", item) is expected


@given(st.lists(SUB.filter(bool), max_size=3), st.lists(SUB.filter(bool), max_size=3), SUB, SUB.filter(bool))
def test_refining_a_code_never_flips_a_decided_answer(
    include: list[str], exclude: list[str], coarse: str, finer: str
) -> None:
    before = covers(include, exclude, "5A001", code(coarse))
    after = covers(include, exclude, "5A001", code(".".join(filter(None, [coarse, finer]))))
    assert before is Truth.UNKNOWN or after is before


@given(SUB, SUB)
def test_two_codes_cover_each_other_only_when_equal(one: str, other: str) -> None:
    both_ways = covers_code(code(one), code(other)) is Truth.TRUE and covers_code(code(other), code(one)) is Truth.TRUE
    assert both_ways == (one == other)
