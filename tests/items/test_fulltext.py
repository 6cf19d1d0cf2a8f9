"""The official paragraphs, read from the eCFR's markup when a user has the file."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from enduse.items.ecfr.markup import read_markup, supplement
from enduse.items.fulltext import FullText, build_full_text, load_full_text, read_paragraphs
from enduse.items.search import search_items
from enduse.model.errors import BadInput, OperationFailed
from realdata import shared_data

LIST = """<?xml version="1.0"?>
<DIV5 N="774" TYPE="PART"><DIV9 N="Supplement No. 1 to Part 774" TYPE="APPENDIX">
<P>a. This stands before any entry and belongs to none.</P>
<FP-2><B>7A777 Whistling kettles, as follows.</B></FP-2>
<HD1>License Requirements</HD1><P><I>Reason for Control:</I> NS</P>
<DIV><TABLE><TR><TH>Control(s)</TH></TR><TR><TD>b. not an item</TD></TR></TABLE></DIV>
<P><I>Related Controls:</I> See kettles elsewhere.</P>
<P><I>Items:</I></P>
<P>a. Kettles with a spout of zirconium;</P>
<P>a.1. Rated above 3 bar;</P>
<NOTE><P>Note: 7A777.a.1 does not apply to samovars.</P></NOTE>
<P>b. Lids.</P>
<FP-1><B>7D777 “Software” for kettles.</B></FP-1>
</DIV9></DIV5>"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "part-774.xml"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_each_item_paragraph_has_its_code_and_its_notes(file: Path) -> None:
    element = supplement(read_markup(file), 1, 774)
    assert element is not None
    assert [(item.code, item.text) for item in read_paragraphs(element)] == [
        ("7A777", "Whistling kettles, as follows."),
        ("7A777.a", "Kettles with a spout of zirconium;"),
        ("7A777.a.1", "Rated above 3 bar; Note: 7A777.a.1 does not apply to samovars."),
        ("7A777.b", "Lids."),
        ("7D777", "“Software” for kettles."),
    ]


def test_what_was_built_is_what_is_loaded_and_the_newest_edition_counts(file: Path, tmp_path: Path) -> None:
    built = build_full_text(file, "2026-07-23", tmp_path)
    loaded = load_full_text(tmp_path)
    assert loaded is not None
    assert (loaded.edition, loaded.sha256, loaded.paragraphs) == (built.edition, built.sha256, built.paragraphs)
    assert loaded.index == built.index
    build_full_text(file, "2025-01-01", tmp_path)
    newest = load_full_text(tmp_path)
    assert newest is not None and newest.edition == "2026-07-23"
    assert [item.code for item in newest.of("7A777.a")] == ["7A777.a", "7A777.a.1"]


def test_a_search_shows_the_paragraph_that_matched(file: Path, tmp_path: Path) -> None:
    answer = search_items("zirconium spout kettle", official=build_full_text(file, "2026-07-23", tmp_path))
    assert answer.hits[0].item.code == "7A777.a"
    assert answer.hits[0].paragraph == "Kettles with a spout of zirconium;"
    assert answer.edition == "2026-07-23"


def test_no_text_is_no_error(tmp_path: Path) -> None:
    assert load_full_text(tmp_path / "absent") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not well-formed"),
        ("<DIV5/>", "holds no Supplement"),
        ("<DIV5><DIV9 N='Supplement No. 1 to Part 774'/></DIV5>", "holds no Supplement"),
        (LIST[:-60], "not well-formed"),
    ],
)
def test_a_file_that_is_not_the_list_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "x.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=message):
        build_full_text(path, "2026-07-23", tmp_path)
    assert load_full_text(tmp_path) is None


def test_a_date_that_is_none_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no date"):
        build_full_text(file, "../../etc", tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"schema": 99}',
        '{"schema": 1, "edition": "x", "sha256": "", "paragraphs": [["a"]], "postings": {}}',
        '{"schema": 1, "edition": "x", "sha256": "", "paragraphs": [["a", "b"]], "postings": {"b": [7]}}',
    ],
)
def test_a_damaged_text_says_how_to_mend_it(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "items"
    folder.mkdir()
    (folder / "ccl-text-2026-07-23.json").write_text(content, encoding="utf-8")
    with pytest.raises(OperationFailed, match="items sync"):
        load_full_text(tmp_path)


def _blocks(structure: dict[str, Any]) -> Iterator[str]:
    """The blocks of a node; a paragraph that the file keeps as the node's heading alone is put back."""
    _, _, sub = structure["identifier"].partition(".")
    content = structure.get("content") or []
    if sub and not any((block["text"] or "").startswith(f"{sub}.") for block in content):
        yield f"<P>{sub}. {escape(structure['heading'] or '')}</P>"
    for block in content:
        yield block["html"] if block["type"] == "html" else f"<P>{escape(block['text'])}</P>"
    for child in structure.get("children") or ():
        yield from _blocks(child)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> FullText:
    """Real markup fragments of 2025-09-29, put back into the structure of the versioner's XML."""
    with gzip.open(shared_data() / "us_ear" / "ccl_2025-09-29_nodes.json.gz") as stream:
        nodes = json.load(stream)
    parts: list[str] = []
    entry = ""
    for node in nodes:
        if node["eccn"][:5] != entry:
            entry = node["eccn"][:5]
            if not (node["structure"]["heading"] or "").startswith(entry):
                parts.append(f"<FP-2><B>{entry} heading not held</B></FP-2>")
        if (node["structure"]["heading"] or "").startswith(entry):
            parts.append(f"<FP-2><B>{escape(node['structure']['heading'])}</B></FP-2>")
        parts += _blocks(node["structure"])
    folder = tmp_path_factory.mktemp("text")
    path = folder / "part-774.xml"
    path.write_text(
        '<DIV5 N="774" TYPE="PART"><DIV9 N="Supplement No. 1 to Part 774" TYPE="APPENDIX">'
        + "".join(parts)
        + "</DIV9></DIV5>",
        encoding="utf-8",
    )
    return build_full_text(path, "2025-09-29", folder)


@pytest.mark.realdata
def test_the_real_list_is_read_to_the_sub_paragraph(real: FullText) -> None:
    codes = {item.code for item in real.paragraphs}
    assert len({code[:5] for code in codes}) > 600 and len(codes) > 3_000
    assert {"5A001.j.1.a", "5A001.f.2", "4E001.c", "6A003.b.4.b"} <= codes
    catcher = real.of("5A001.f.2")
    assert any("identifiers" in item.text for item in catcher)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("execution of searches on the basis of hard selectors", "5A001.j"),
        ("radio equipment with quadrature amplitude modulation above level 1,024", "5D001.d"),
        ("lithography light source wavelength shorter than 193 nm", "3B001.f"),
    ],
)
def test_words_of_the_law_find_their_paragraph(real: FullText, text: str, code: str) -> None:
    found = [hit.item.code for hit in search_items(text, 5, real).hits]
    assert any(item == code or item.startswith(f"{code}.") for item in found), found
