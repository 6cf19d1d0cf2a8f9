"""The embedded human-rights listings: each a fact with its citation; what was not confirmed is marked."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from enduse.lists.starter import FILE, STARTER_LISTS, read_listings, starter_edition, starter_parties
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty, PartyKind
from enduse.model.truth import Truth
from realdata import shared_data

HEADER = (
    "id,name,kind,aliases,native_names,countries,list,authority,from,to,seen_on,status,citation,url,sources,programmes,"
    "measures,scope,reason,review_policy,footnotes,footnote_from,later_changes,verified,note\n"
)
ROW = (
    "el-acme,Acme,company,Acme Ltd,,CN,EL,US-BIS,2019-10-09,,,listed,84 FR 54002,,,,licence_requirement,all,x,"
    "presumption of denial,,,,yes,\n"
)


def party(name: str, list_id: str) -> ListedParty:
    return next(item for item in starter_parties() if item.name == name and item.listings[0].list_id == list_id)


def test_every_listing_has_a_citation_and_a_list() -> None:
    for item in starter_parties():
        for listing in item.listings:
            assert listing.citation.text and listing.list_id in STARTER_LISTS
            assert listing.citation.verified or listing.citation.note, item.name


@pytest.mark.parametrize(
    ("name", "list_id", "first", "last", "citation"),
    [
        ("NSO Group", "EL", "2021-11-04", None, "86 FR 60759"),
        ("Candiru", "EL", "2021-11-04", None, "86 FR 60759"),
        ("Hangzhou Hikvision Digital Technology Co., Ltd.", "EL", "2019-10-09", None, "84 FR 54002"),
        ("Sensetime Group Limited", "CMIC", "2021-12-10", None, "E.O. 13959 as am. by E.O. 14032"),
        ("Sandvine Incorporated", "EL", "2024-02-27", "2024-10-21", "89 FR 14403"),
        ("RAPID ACTION BATTALION", "SDN", "2021-12-10", None, "Global Magnitsky E.O. 13818"),
    ],
)
def test_prominent_listings_have_their_dates(
    name: str, list_id: str, first: str, last: str | None, citation: str
) -> None:
    listing = party(name, list_id).listings[0]
    assert listing.listed_from == dt.date.fromisoformat(first)
    assert listing.listed_to == (dt.date.fromisoformat(last) if last else None)
    assert listing.citation.text == citation


def test_two_companies_of_one_group_stay_two() -> None:
    entity = party("Beijing Sensetime Technology Development Co., Ltd.", "EL")
    assert entity.id != party("Sensetime Group Limited", "CMIC").id
    assert "4" in entity.listings[0].footnotes


def test_a_listing_without_a_date_is_unknown_before_it_was_seen() -> None:
    listing = party("SPEECH TECHNOLOGY CENTER LIMITED", "SDN").listings[0]
    assert listing.listed_from is None
    assert listing.in_force(dt.date(2020, 1, 1)) is Truth.UNKNOWN
    assert listing.in_force(dt.date(2026, 8, 3)) is Truth.TRUE


def test_public_bodies_and_persons_are_told_apart() -> None:
    kinds = {item.kind for item in starter_parties()}
    assert kinds == {PartyKind.COMPANY, PartyKind.PUBLIC_BODY, PartyKind.PERSON}
    assert party("Xinjiang Police College", "EL").kind is PartyKind.PUBLIC_BODY


def test_the_edition_is_named_by_date_and_hash() -> None:
    date, digest = starter_edition()
    assert date == dt.date(2026, 7, 31) and re.fullmatch(r"[0-9a-f]{64}", digest)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("84 FR 54002", "", "no citation"),
        ("2019-10-09", "2019-13-09", "line 2, from: '2019-13-09' is not a day of the calendar"),
        (",company,", ",fellowship,", "'fellowship' is not known"),
        (",licence_requirement,", ",scolding,", "'scolding' is not known"),
        (",yes,", ",perhaps,", "neither yes nor no"),
        ("Acme,company", ",company", "no name"),
        ("el-acme,", "el-acme,extra,", "number of cells"),
    ],
)
def test_a_mistake_names_its_line(old: str, new: str, message: str) -> None:
    with pytest.raises(BadInput, match=re.escape(FILE) + ".*" + re.escape(message)):
        read_listings(HEADER + ROW.replace(old, new, 1))


def test_an_id_occurs_once() -> None:
    with pytest.raises(BadInput, match="occurs twice"):
        read_listings(HEADER + ROW + ROW)


@pytest.mark.realdata
def test_every_row_of_the_curated_reference_is_there() -> None:
    reference = shared_data().parent / "reference" / "human-rights-listings.md"
    rows = [
        line.split("|") for line in reference.read_text(encoding="utf-8").splitlines() if re.match(r"^\| \d+ \|", line)
    ]
    assert len(rows) == 233
    ours = {(item.name.casefold()[:12], item.listings[0].list_id) for item in starter_parties()}
    missing = [cells[2] for cells in rows if (cells[2].strip().casefold()[:12], cells[5].split()[0]) not in ours]
    assert missing == []
    for cells in rows:
        day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", cells[6].strip())
        if day:
            assert any(str(item.listings[0].listed_from) == day[0] for item in starter_parties())
