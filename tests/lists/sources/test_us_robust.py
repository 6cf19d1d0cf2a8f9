"""Whatever the bytes are, a parser answers with parties or with a message; and no row goes missing."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.lists.sources import us_bis, us_csl, us_ecfr_entity_list, us_ofac, us_ofac_enhanced, us_state
from enduse.lists.sources._text import name_key
from enduse.lists.sources.base import SourceFormat
from enduse.model.errors import BadInput

FIXTURES = Path(__file__).parents[2] / "fixtures" / "lists"
SOURCES: tuple[SourceFormat, ...] = (
    us_csl.SOURCE,
    *us_ofac.SOURCES,
    *us_ofac_enhanced.SOURCES,
    *us_state.SOURCES,
    *us_bis.SOURCES,
    us_ecfr_entity_list.SOURCE,
)
SAMPLES = sorted(path for path in FIXTURES.glob("us_*/*") if path.is_file())
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)


def attempt(source: SourceFormat, content: bytes) -> None:
    source.recognise("file.csv", content[:65536])
    try:
        parsed = source.parse(dict.fromkeys(source.components, content), {})
    except BadInput as error:
        assert error.problem
        return
    assert len(parsed.parties) + len(parsed.rejected) <= parsed.rows or source.id == "us_ecfr_el"
    assert len({party.id for party in parsed.parties}) == len(parsed.parties)
    for party in parsed.parties:
        assert party.name
        assert party.listings
        for listing in party.listings:
            assert str(listing.interval)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
@given(content=st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_arbitrary_bytes_raise_nothing_but_bad_input(source: SourceFormat, content: bytes) -> None:
    attempt(source, content)


@given(data=st.data())
@settings(max_examples=250, deadline=None)
def test_damaged_official_files_raise_nothing_but_bad_input(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(SAMPLES)).read_bytes()
    start = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, 60))
    damaged = content[:start] + data.draw(st.binary(max_size=30)) + content[start + length :]
    attempt(data.draw(st.sampled_from(SOURCES)), damaged)


def test_every_fixture_is_claimed_by_exactly_one_source() -> None:
    for path in SAMPLES:
        head = path.read_bytes()[:65536]
        claims = [source.id for source in SOURCES if source.recognise(path.name, head)]
        assert len(claims) == 1, (path.name, claims)


ROW = st.tuples(
    st.sampled_from(
        [
            "Entity List (EL) - Bureau of Industry and Security",
            "Denied Persons List (DPL) - Bureau of Industry and Security",
            "Specially Designated Nationals (SDN) - Treasury Department",
            "no list",
        ]
    ),
    TEXT,
    TEXT,
    TEXT,
)


@given(st.lists(ROW, min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_every_csl_row_is_in_a_party_or_rejected(rows: list[tuple[str, str, str, str]]) -> None:
    header = ["source", "entity_number", "name", "addresses", "alt_names", "programs", "license_requirement", "ids"]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    for number, (source, name, address, alias) in enumerate(rows):
        uid = str(number) if "Treasury" in source else ""
        writer.writerow([source, uid, name, address, alias, "", "", ""])
    try:
        parsed = us_csl.SOURCE.parse({"consolidated": written.getvalue().encode()}, {})
    except BadInput:
        assert all(source == "no list" or not name.strip() for source, name, _, _ in rows)
        return
    assert parsed.rows == len(rows)
    dropped = sum(source == "no list" or not name.strip() for source, name, _, _ in rows)
    assert len(parsed.rejected) == dropped
    published = {name_key(value) for party in parsed.parties for _, value in party.attributes}
    published |= {name_key(name.text) for party in parsed.parties for name in party.names}
    for source, name, _, _ in rows:
        if source != "no list" and name.strip():
            assert name_key(" ".join(name.split())) in {" ".join(one.split()) for one in published}


@given(st.lists(st.tuples(st.integers(1, 9), TEXT.filter(str.strip), TEXT), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_every_ofac_row_is_in_a_party_or_rejected(rows: list[tuple[int, str, str]]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = [
        ",".join([str(number), quoted(name), "-0- ", quoted("SDGT"), *["-0- "] * 7, quoted(remarks)])
        for number, name, remarks in rows
    ]
    content = "\r\n".join(lines) + "\r\n\x1a"
    sdn = us_ofac.SOURCES[0]
    parsed = sdn.parse({"sdn": content.encode()}, {})
    assert parsed.rows == len(rows) == len(parsed.parties) + len(parsed.rejected)
    assert {party.id for party in parsed.parties} == {f"us_ofac_sdn:{number}" for number, _, _ in rows}


def test_sources_keep_the_contract() -> None:
    seen: set[str] = set()
    for source in SOURCES:
        assert source.id not in seen
        seen.add(source.id)
        assert source.lists
        assert source.components
        assert source.cadence_days > 0
        assert source.document
        for download in source.downloads:
            assert download.component in source.components
            assert download.url.startswith("https://")
            # Nobody of this project has seen these addresses serve the files.
            assert download.last_seen_working is None


def test_a_huge_cell_is_refused_quickly() -> None:
    header = b"source,entity_number,name,addresses,alt_names,programs,license_requirement,ids\n"
    content: Any = header + b'"' + b"x" * 3_000_000
    with pytest.raises(BadInput, match=r"unbalanced quote|never ends"):
        us_csl.SOURCE.parse({"consolidated": content}, {})
