"""JSON comes back as the text that was written, or is refused with its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.formats.plain_json import load_json, locate_json
from enduse.model.errors import BadInput

text = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"))


def words(value: object) -> object:
    """What the standard reader gives, with every scalar as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [words(item) for item in value]
    if isinstance(value, dict):
        return {key: words(item) for key, item in value.items()}
    return value


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)


@given(values, st.sampled_from([None, 2]), st.booleans())
def test_it_reads_what_the_standard_reader_reads(value: object, indent: int | None, plain: bool) -> None:
    document = json.dumps(value, indent=indent, ensure_ascii=plain)
    assert load_json(document, name="f") == words(json.loads(document, parse_int=str, parse_float=str))


@given(st.text(alphabet='{}[]",:.-+eE0123tfn \\u/\n', max_size=40))
def test_it_refuses_what_the_standard_reader_refuses(document: str) -> None:
    try:
        json.loads(document, parse_constant=lambda word: 1 / 0)
    except (ValueError, ZeroDivisionError):
        with pytest.raises(BadInput):
            load_json(document, name="f")
    else:
        try:
            load_json(document, name="f")
        except BadInput as problem:
            assert "occurs twice" in problem.problem or "U+" in problem.problem


@pytest.mark.parametrize("number", ["5E980", "1E001", "1e+10", "-0", "0.10", "123456789012345678901234567890", "1.50"])
def test_a_number_stays_as_written(number: str) -> None:
    assert load_json(f'{{"a": {number}}}', name="f") == {"a": number}


def test_words_and_nothing() -> None:
    assert load_json('{"a": [true, false, null, "NO", "true"]}', name="f") == {
        "a": ["true", "false", None, "NO", "true"]
    }


REFUSED = {
    "duplicate key": ('{"a": 1,\n "a": 2}', "line 2, column 2", "'a' occurs twice"),
    "NaN": ('{"a": NaN}', "line 1, column 7", "'NaN' is no value"),
    "Infinity": ('{"a": -Infinity}', "line 1, column 7", "'-Infinity' is no value"),
    "leading zero": ('{"a": 0123}', "line 1, column 7", "'0123' is no value"),
    "bare word": ('{"a": NO}', "line 1, column 7", "'NO' is no value"),
    "bare key": ("{a: 1}", "line 1, column 2", "key in double quotes"),
    "comma at the end": ('{"a": 1,\n}', "line 2, column 1", "a comma stands before }"),
    "comma missing": ("[1\n2]", "line 2, column 1", "a comma or ] is expected"),
    "colon missing": ('{"a" 1}', "line 1, column 6", "a colon is expected"),
    "cut": ('{"a": [1', "line 1, column 9", "a comma or ] is expected"),
    "cut after a colon": ('{"a":', "line 1, column 6", "ends too early"),
    "empty": ("", "line 1, column 1", "ends too early"),
    "open text": ('{"a": "x', "line 1, column 7", "text without an end"),
    "line break in a text": ('["a\nb"]', "line 1, column 2", "text without an end"),
    "bad escape": (r'["\q"]', "line 1, column 2", "escape"),
    "escaped NUL": (r'["\u0000"]', "line 1, column 2", "U+0000"),
    "lone surrogate": (r'["\ud800"]', "line 1, column 2", "U+D800"),
    "two values": ("1 2", "line 1, column 3", "something follows"),
    "not UTF-8": (b'["\xff"]', "line 1", "byte 2 is not UTF-8"),
    "control character": ('["\x01"]', "line 1, column 3", "U+0001"),
}


@pytest.mark.parametrize(("document", "place", "problem"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_line_and_column(document: str | bytes, place: str, problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_json(document, name="order.json")
    assert caught.value.where.startswith(f"order.json {place}")
    assert problem in caught.value.message()
    assert caught.value.remedy


def test_a_byte_order_mark_is_passed_over() -> None:
    assert load_json(b'\xef\xbb\xbf{"a": 1}', name="f") == {"a": "1"}


def test_lines_are_known_for_every_value() -> None:
    found = locate_json('{"a": 1,\n "b": [\n  "x",\n  {"c": "y"}]}', name="f")
    assert found.lines == {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4}


def test_limits_are_the_callers() -> None:
    with pytest.raises(BadInput, match="deeper than 2 levels"):
        load_json("[[[1]]]", name="f", max_depth=2)
    with pytest.raises(BadInput, match="more than 3 values"):
        load_json("[1, 2, 3]", name="f", max_nodes=3)
