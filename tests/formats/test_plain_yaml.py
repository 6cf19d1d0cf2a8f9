"""YAML comes back as the text that was written, or is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.formats.plain_yaml import FORBIDDEN, load_yaml, locate_yaml, read_bounded
from enduse.model.errors import BadInput

WORDS_THAT_READERS_CORRUPT = [
    *["NO", "No", "no", "NA", "ON", "OFF", "YES", "Y", "N", "true", "TRUE", "False"],
    *[
        "5E980",
        "1E001",
        "3E001",
        "2E983",
        "0E981",
        "9E999",
        "1e5",
        ".5",
        "1.0",
        "-0",
        "+1",
        "0123",
        "0o17",
        "0x1F",
        "1_000",
    ],
    *[
        "847130",
        "0847.13",
        "2021-11-04",
        "2021-11-04T10:00:00Z",
        "12:30:45",
        ".inf",
        "-.INF",
        ".nan",
        "NaN",
        "=",
        "1:2",
    ],
]
text = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029\ufeff\ufffe\uffff"))


@pytest.mark.parametrize("word", WORDS_THAT_READERS_CORRUPT)
def test_every_scalar_is_the_text_that_was_written(word: str) -> None:
    assert load_yaml(f"a: {word}\nb: [{word}]\nc:\n- {word}\n", name="f") == {"a": word, "b": [word], "c": [word]}


@pytest.mark.parametrize("word", WORDS_THAT_READERS_CORRUPT)
def test_every_key_is_the_text_that_was_written(word: str) -> None:
    assert load_yaml(f"{word}: x", name="f") == {word: "x"}


@pytest.mark.parametrize("nothing", ["", "~", "null", "Null", "NULL"])
def test_only_nothing_is_nothing(nothing: str) -> None:
    assert load_yaml(f"a: {nothing}", name="f") == {"a": None}
    assert load_yaml(f'a: "{nothing}"', name="f") == {"a": nothing}


def test_an_empty_file_holds_nothing() -> None:
    assert load_yaml(b"", name="f") is None
    assert load_yaml(b"# only a comment\n", name="f") is None


values = st.recursive(
    text, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=12
)


@given(values)
def test_what_is_written_in_quotes_is_read_back(value: object) -> None:
    assert load_yaml(json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F"), name="f") == value


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_their_place(data: bytes) -> None:
    try:
        load_yaml(data, name="order.yaml")
    except BadInput as problem:
        assert problem.where.startswith("order.yaml")
        assert problem.remedy


@given(st.text(alphabet=" -:[]{}#&*!|>'\"%@`,?\n\tab1~=<", max_size=60))
def test_any_play_of_signs_is_read_or_refused(document: str) -> None:
    try:
        load_yaml(document, name="order.yaml")
    except BadInput as problem:
        assert problem.where.startswith("order.yaml")


REFUSED = {
    "anchor": ("a: &x 1", "line 1, column 4", "anchors"),
    "alias": ("a: 1\nb: *a", "line 2, column 4", "anchors"),
    "alias as a key": ("*a : 1", "line 1, column 1", "anchors"),
    "merge key": ("a: 1\n<<: {b: 1}", "line 2, column 1", "merge"),
    "known tag": ("a: !!int 1", "line 1, column 4", "tag"),
    "tag of a program": ("!!python/object/apply:os.system ['true']", "line 1, column 1", "tag"),
    "own tag": ("a: !mine 1", "line 1, column 4", "tag"),
    "duplicate key": ("a: 1\nb: 2\na: 3", "line 3, column 1", "'a' occurs twice"),
    "duplicate key, quoted": ('{a: 1, "a": 2}', "line 1, column 8", "'a' occurs twice"),
    "empty key": ("? \n: 1", "line 1, column 2", "key is empty"),
    "list as a key": ("? [a]\n: 1", "line 1, column 3", "a key must be text"),
    "tab": ("a:\n\tb: 1", "line 2, column 1", "tab"),
    "bad indentation": ("a: 1\n  b: 2", "line 2, column 4", "not valid YAML"),
    "unclosed": ("a: [1, 2\n", "line 2, column 1", "not valid YAML"),
    "two documents": ("a: 1\n---\nb: 1", "line 2, column 1", "second document"),
    "control character": ("a: 1\nb: x\x07y", "line 2, column 5", "U+0007"),
    "NUL": ("a: x\x00", "line 1, column 5", "U+0000"),
    "escaped NUL": ('a: "x\\0"', "line 1, column 4", "U+0000"),
    "escaped delete": ('a: "\\x7f"', "line 1, column 4", "U+007F"),
    "lone surrogate": ("a: \ud800", "line 1, column 4", "U+D800"),
    "escaped surrogate": ('a: "\\ud800"', "line 1", "Unicode"),
}


@pytest.mark.parametrize(("document", "place", "problem"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_line_and_column(document: str, place: str, problem: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_yaml(document, name="order.yaml")
    assert caught.value.where.startswith(f"order.yaml {place}")
    assert problem in caught.value.message()
    assert caught.value.remedy


def test_bytes_that_are_not_utf_8_are_named() -> None:
    with pytest.raises(BadInput, match=r"order.yaml line 2: byte 8 is not UTF-8 \(save the file as UTF-8\)"):
        load_yaml(b"a: 1\nb: \xe9", name="order.yaml")
    with pytest.raises(BadInput, match="byte 11 is not UTF-8"):
        load_yaml(b"\xef\xbb\xbfa: 1\nb: \xe9", name="order.yaml")
    with pytest.raises(BadInput, match="the file is UTF-16"):
        load_yaml("a: 1".encode("utf-16"), name="order.yaml")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert load_yaml(b"\xef\xbb\xbfa: NO", name="f") == {"a": "NO"}


def test_lines_are_known_for_every_value() -> None:
    found = locate_yaml("a: 1\nb:\n  - x\n  - c: y\n    d:\n      z\n", name="f")
    assert found.value == {"a": "1", "b": ["x", {"c": "y", "d": "z"}]}
    assert found.lines == {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4, ("b", 1, "d"): 5}


def test_limits_are_the_callers() -> None:
    with pytest.raises(BadInput, match="deeper than 2 levels"):
        load_yaml("a: [[1]]", name="f", max_depth=2)
    with pytest.raises(BadInput, match="more than 3 values"):
        load_yaml("[1, 2, 3]", name="f", max_nodes=3)
    with pytest.raises(BadInput, match="larger than 3 bytes"):
        load_yaml("abcd", name="f", max_bytes=3)


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    file = tmp_path / "order.yaml"
    file.write_bytes(b"a: 1")
    assert read_bounded(file) == b"a: 1"
    with pytest.raises(BadInput, match=r"order.yaml: larger than 3 bytes \(split it"):
        read_bounded(file, max_bytes=3)
    with pytest.raises(BadInput, match="No such file"):
        read_bounded(tmp_path / "none.yaml")
    with pytest.raises(BadInput, match="Is a directory"):
        read_bounded(tmp_path)


def test_ordinary_letters_are_not_forbidden() -> None:
    assert not FORBIDDEN.search("Ünïcödé 中國 العربية Россия 😀\t\r\n")
