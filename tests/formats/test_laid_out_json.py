"""JSON laid out for people is what the standard library writes, byte for byte."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.formats.laid_out_json import laid_out


class Word(StrEnum):
    ONE = "one"


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(Word)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=40,
)


@given(VALUES)
def test_it_is_the_layout_of_the_standard_library(value: Any) -> None:
    assert laid_out(value) == json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)


@pytest.mark.parametrize("value", [{1: "a"}, {None: 1}, {"a": {1, 2}}, [object()], b"bytes"])
def test_what_json_does_not_know_is_an_error(value: Any) -> None:
    with pytest.raises(TypeError):
        laid_out(value)
