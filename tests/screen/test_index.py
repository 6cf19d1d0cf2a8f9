"""Retrieval: every party whose score reaches the threshold is found; what is saved is what is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from enduse.lists.starter import starter_parties
from enduse.model.citation import Citation
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import HIT_THRESHOLD, Query
from enduse.model.party import Address, Identifier, ListedParty, Listing, Name, PartyKind, SourceReference
from enduse.screen import Screener, compare_names

LISTING = Listing("EL", "US-BIS", Citation("84 FR 54002"))


def party(key: str, *names: str, **more: object) -> ListedParty:
    return ListedParty(key, tuple(Name(name) for name in names), (LISTING,), SourceReference("test"), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def starter() -> Screener:
    return Screener(starter_parties())


QUERIES = [
    "Hangzhou Hikvision",
    "Hikvision Digital",
    "SenseTime",
    "Sense-Time Group",
    "NSO",
    "Positive Technology",
    "Pozitiv Teknolodzhiz",
    "Xinjiang Public Security Bureau",
    "Urumqi Public Security Bureau",
    "大华技术",
    "Intellexa",
    "Cytroks AD",
    "IFLYTEK Co Ltd",
    "Leon Technology",
    "Yitu Technology",
    "Nonexistent Gardening Company",
]


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("threshold", [HIT_THRESHOLD, 0.5])
def test_the_index_finds_exactly_what_scoring_everything_finds(starter: Screener, name: str, threshold: float) -> None:
    expected = set()
    for item in starter_parties():
        best = max(compare_names(name, entry.text).score for entry in item.names)
        if best >= threshold:
            expected.add(item.id)
    assert {match.party.id for match in starter.screen(Query(name), threshold=threshold)} == expected


def test_the_best_match_comes_first_and_names_what_it_matched(starter: Screener) -> None:
    found = starter.screen(Query("Hikvision"))
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert found[0].matched_name == "Hikvision" and found[0].party.name.startswith("Hangzhou Hikvision")


def test_parties_that_bear_the_same_name_are_all_found_each_explained() -> None:
    names = ["Riverside Optics GmbH", "Riverside Optics Gmbh.", "RIVERSIDE OPTICS GMBH", "Riverside Optics"]
    parties = [party(str(number), name) for number, name in enumerate(names)]
    weak = ListedParty("weak", (Name("Other"), Name(names[0], weak=True)), (LISTING,), SourceReference("test"))
    found = Screener([*parties, weak]).screen(Query("Riverside Optiks GmbH"))
    assert {match.party.id for match in found} == {"0", "1", "2", "3", "weak"}
    for match in found:
        alone = compare_names("Riverside Optiks GmbH", match.matched_name)
        assert match.explanation[: len(alone.explanation)] == alone.explanation
        assert (match.score < alone.score) if match.party.id == "weak" else (match.score == alone.score)


def test_a_higher_threshold_finds_no_more() -> None:
    screener = Screener(starter_parties())
    for name in QUERIES:
        at = {value: {m.party.id for m in screener.screen(Query(name), threshold=value)} for value in (0.6, 0.7, 0.9)}
        assert at[0.9] <= at[0.7] <= at[0.6]


def test_screen_many_is_screen_for_each(starter: Screener) -> None:
    queries = [Query(name) for name in QUERIES]
    assert list(starter.screen_many(queries)) == [starter.screen(query) for query in queries]


def test_the_same_country_lifts_and_another_lowers() -> None:
    screener = Screener([party("a", "Riverside Optics", addresses=(Address("", country="CN"),))])
    plain = screener.screen(Query("Riverside Optic"))[0].score
    assert screener.screen(Query("Riverside Optic", countries=("CN",)))[0].score > plain
    lowered = screener.screen(Query("Riverside Optic", countries=("DE",)))[0]
    assert lowered.score < plain
    assert [part.note for part in lowered.explanation if part.what == "country"] == ["another country"]


def test_the_same_number_is_a_match_whatever_the_name() -> None:
    screener = Screener([party("a", "Old Name", identifiers=(Identifier("imo", "IMO 9187629"),))])
    assert screener.screen(Query("New Name", identifiers=("9187628",))) == []
    for written in ("9187629", "imo-9187629", "imo:9187629", Identifier("imo", "IMO 9187629")):
        found = screener.screen(Query("New Name", identifiers=(written,)))[0]
        assert "identifier" in [part.what for part in found.explanation]
    assert screener.screen(Query("IMO 9187629"))[0].party.id == "a"


def test_a_weak_alias_weighs_less_and_says_so() -> None:
    item = ListedParty("a", (Name("Zorbian Freight"), Name("Zed", weak=True)), (LISTING,), SourceReference("test"))
    found = Screener([item]).screen(Query("Zed"))[0]
    assert 0.9 < found.score < 1
    assert [part.what for part in found.explanation][-1] == "alias"
    assert sum(part.contribution for part in found.explanation) == pytest.approx(found.score)


def test_the_best_of_the_names_of_a_query_counts() -> None:
    screener = Screener([party("a", "Zorbian Freight")])
    assert screener.screen(Query("Another Forwarder")) == []
    found = screener.screen(Query("Another Forwarder", other_names=("Zorbian Freight",)))
    assert found[0].score == 1.0


def test_an_address_is_screened_against_addresses_alone() -> None:
    listed = party("a", "Zorbian Freight", addresses=(Address("12 Harbour Road, Riga", country="LV"),))
    screener = Screener([listed, party("b", "Harbour Road Riga 12")])
    found = screener.screen(Query("12 HARBOUR RD RIGA", kind="address"))
    assert [(match.party.id, match.matched_name) for match in found] == [("a", "12 Harbour Road, Riga")]


def test_a_listed_address_of_high_diversion_risk_is_met_by_the_address_of_a_query() -> None:
    risky = Address("Flat 5, 12 Harbour Road, Riga", country="LV", high_diversion_risk=True)
    quiet = Address("7 Mill Lane, Riga", country="LV")
    screener = Screener([party("a", "Address 01", addresses=(risky,)), party("b", "Zorbian", addresses=(quiet,))])
    found = screener.screen(Query("Unlisted Trader", addresses=("Flat 5, 12 Harbour Road, Riga",)))
    assert [match.party.id for match in found] == ["a"]
    assert screener.screen(Query("Unlisted Trader", addresses=("7 Mill Lane, Riga",))) == []


def test_a_kind_that_does_not_fit_is_left_out() -> None:
    screener = Screener([party("a", "Petrel", kind=PartyKind.VESSEL), party("b", "Petrel", kind=PartyKind.UNKNOWN)])
    assert {match.party.id for match in screener.screen(Query("Petrel", kind="company"))} == {"b"}


def test_another_year_of_birth_lowers() -> None:
    screener = Screener([party("a", "Ada Example", kind=PartyKind.PERSON, birth_dates=("1962-03-14",))])
    assert screener.screen(Query("Ada Example", kind="person", birth_date="1962"))[0].score == pytest.approx(1.0)
    assert screener.screen(Query("Ada Example", kind="person", birth_date="1990"))[0].score < 0.8


def test_what_is_saved_is_what_is_loaded(starter: Screener, tmp_path: Path) -> None:
    starter.save(tmp_path / "index")
    loaded = Screener.load(tmp_path / "index")
    assert len(loaded) == len(starter)
    for name in QUERIES:
        assert loaded.screen(Query(name)) == starter.screen(Query(name))


@pytest.mark.parametrize("damage", ["missing", "cut", "version", "empty"])
def test_a_damaged_index_is_refused_with_a_remedy(starter: Screener, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "index"
    starter.save(folder)
    if damage == "missing":
        (folder / "words.txt").unlink()
    elif damage == "cut":
        content = (folder / "parties.bin").read_bytes()
        (folder / "parties.bin").write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        (folder / "index.json").write_text("", encoding="utf-8")
    else:
        about = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        (folder / "index.json").write_text(json.dumps(about | {"weights": "0"}), encoding="utf-8")
    with pytest.raises(OperationFailed, match="it is built again"):
        Screener.load(folder)


@pytest.mark.parametrize("name", ["", "   ", "---", "\u200b"])
def test_a_name_without_letters_is_refused(starter: Screener, name: str) -> None:
    with pytest.raises(BadInput, match="no letter or digit"):
        starter.screen(Query(name))


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    Screener([]).save(tmp_path / "index")
    assert Screener.load(tmp_path / "index").screen(Query("Anything")) == []
