"""The batch function: the result of a row depends on the row alone, and every row has one."""

from __future__ import annotations

import itertools
import pickle
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bulk_samples
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.screen import Screener
from enduse.screen.batch import QUERY_SCHEMA, RESULT_SCHEMA, BatchJob, screen_batch

PARTIES = bulk_samples.invented_parties()
SCREENERS = [Screener(PARTIES[:20]), Screener(PARTIES[20:])]
LISTED = PARTIES[0].names[0].text
ROWS = list(bulk_samples.invented_rows(200))


def screened(*rows: dict[str, str], **options: object) -> list[dict[str, object]]:
    result = screen_batch(bulk_samples.query_batch(rows), SCREENERS, **options)  # type: ignore[arg-type]
    assert result.schema == RESULT_SCHEMA
    found: list[dict[str, object]] = result.to_pylist()
    return found


def test_a_hit_has_a_row_for_each_listing_and_a_name_without_hits_one() -> None:
    first, second, third = screened({"name": LISTED, "reference": "A"}, {"name": "Riverside Gardening Example"})
    assert (first["row"], first["place"], first["list"], first["outcome"]) == (1, 1, "EL", "hit")
    assert (second["row"], second["place"], second["list"], second["reference"]) == (1, 2, "SDN", "A")
    assert first["matched_name"] == LISTED and first["party_id"] == PARTIES[0].id and first["score"] == "1.0000"
    assert (third["row"], third["place"], third["outcome"], third["score"]) == (2, 1, "nothing_found", "")


def test_the_outcome_of_nothing_is_the_callers() -> None:
    (row,) = screened({"name": "Riverside Gardening Example"}, nothing="indeterminate")
    assert row["outcome"] == "indeterminate"


def test_what_is_found_is_what_one_query_after_another_finds() -> None:
    names = [row["name"] for row in ROWS if 5 < len(row["name"]) < 100][:60]
    found = screened(*({"name": name} for name in names))
    for number, name in enumerate(names, start=1):
        expected = {match.party.id for screener in SCREENERS for match in screener.screen(Query(name))}
        assert {row["party_id"] for row in found if row["row"] == number and row["outcome"] == "hit"} == expected


def test_matches_of_all_lists_stand_best_first() -> None:
    found = screened(*({"name": name.text} for party in PARTIES for name in party.names), threshold=0.3)
    for number in {row["row"] for row in found}:
        scores = [str(row["score"]) for row in found if row["row"] == number]
        assert scores == sorted(scores, reverse=True)


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, len(ROWS)), max_size=12))
def test_any_split_into_batches_gives_the_same_rows(cuts: list[int]) -> None:
    whole = screen_batch(bulk_samples.query_batch(ROWS), SCREENERS)
    edges = [0, *sorted(cuts), len(ROWS)]
    parts = [
        screen_batch(bulk_samples.query_batch(ROWS[start:end], start + 1), SCREENERS)
        for start, end in itertools.pairwise(edges)
    ]
    assert pa.Table.from_batches(parts).combine_chunks().equals(pa.Table.from_batches([whole]).combine_chunks())


@settings(max_examples=60, deadline=None)
@given(
    cells=st.fixed_dictionaries(
        {}, optional={f.name: st.text(max_size=30) for f in QUERY_SCHEMA if f.type == pa.string()}
    )
)
def test_whatever_a_row_holds_it_has_a_result_and_its_neighbours_theirs(cells: dict[str, str]) -> None:
    found = screened({"name": LISTED}, {"name": "", **cells}, {"name": LISTED})
    assert {row["row"] for row in found} == {1, 2, 3}
    assert [{**row, "row": 1, "where": "", "line": 2} for row in found if row["row"] != 2] == [
        {**row, "row": 1, "where": "", "line": 2} for row in screened({"name": LISTED})
    ] * 2


UNUSABLE = {
    "no name": ({"name": "  "}, "name", "no name"),
    "a name of signs": ({"name": "--- !"}, "name", "no letter or digit"),
    "a name of a million letters": ({"name": "x" * 1_000_000}, "name", "1,000,000 characters"),
    "an unknown country": ({"name": LISTED, "country": "DE; Atlantis"}, "country", "no country is called 'Atlantis'"),
    "a country of a million letters": ({"name": LISTED, "country": "x" * 1_000_000}, "country", "too long"),
    "an unknown nationality": ({"name": LISTED, "nationality": "Atlantean"}, "nationality", "no country is called"),
    "an unknown kind": ({"name": LISTED, "kind": "spaceship"}, "kind", "kind 'spaceship'"),
    "an unknown gender": ({"name": LISTED, "gender": "x"}, "gender", "gender 'x'"),
    "a day that is none": ({"name": LISTED, "birth_date": "1962-02-30"}, "birth_date", "no date of birth"),
    "a day in words": ({"name": LISTED, "birth_date": "14 March 1962"}, "birth_date", "no date of birth"),
    "the year nought": ({"name": LISTED, "birth_date": "0000"}, "birth_date", "no date of birth"),
    "too many names": ({"name": LISTED, "other_names": "; ".join(map(str, range(101)))}, "other_names", "101 values"),
    "a problem of the reader": ({"name": "x", "problem": "2 cells", "problem_field": "name"}, "name", "2 cells"),
}


@pytest.mark.parametrize(("row", "field", "problem"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_row_that_cannot_be_screened_says_why_and_disturbs_no_other(
    row: dict[str, str], field: str, problem: str
) -> None:
    before, found, *after = screened({"name": "Riverside Gardening Example"}, row, {"name": LISTED})
    assert (found["row"], found["outcome"], found["field"]) == (2, "error", field)
    assert problem in str(found["error"])
    assert len(str(found["value"])) <= 101 and len(str(found["name"])) <= 2_001
    assert before["outcome"] == "nothing_found" and {item["outcome"] for item in after} == {"hit"}


def test_every_error_that_screening_itself_finds_says_how_to_mend_it() -> None:
    for row, _, _ in UNUSABLE.values():
        if "problem" not in row:
            assert screened(row)[0]["remedy"]


def test_details_are_read() -> None:
    rows = screened(
        {"name": LISTED, "country": "germany", "kind": "Company", "birth_date": "1962-03", "gender": "F"},
        {"name": "", "identifiers": "4711; REG-000.007"},
        {"name": LISTED, "kind": "vessel"},
    )
    assert {row["outcome"] for row in rows if row["row"] == 1} == {"hit"}
    assert {row["party_id"] for row in rows if row["row"] == 2} == {"invented:7"}
    assert [row["outcome"] for row in rows if row["row"] == 3] == ["nothing_found"]


def test_the_kind_of_rows_that_state_none_may_be_given() -> None:
    assert screened({"name": LISTED}, kind="vessel")[0]["outcome"] == "nothing_found"
    assert screened({"name": LISTED, "kind": "company"}, kind="vessel")[0]["outcome"] == "hit"


def test_only_row_and_name_are_required_and_nulls_are_empty() -> None:
    batch = pa.RecordBatch.from_pydict(
        {"row": [5, 6], "name": [LISTED, None], "country": [None, "DE"], "colour": ["red", "blue"]}
    )
    found = screen_batch(batch, SCREENERS).to_pylist()
    assert [(row["row"], row["outcome"]) for row in found] == [(5, "hit"), (5, "hit"), (6, "error")]
    with pytest.raises(BadInput, match="no column 'name'"):
        screen_batch(batch.select(["row"]), SCREENERS)


def test_columns_that_go_through_stand_in_every_result() -> None:
    batch = bulk_samples.query_batch([{"name": LISTED}, {"name": "---"}])
    kept = pa.array([["a", "b"], ["", "=1"]], pa.list_(pa.string()))
    found = screen_batch(batch.set_column(batch.schema.get_field_index("kept"), "kept", kept), SCREENERS).to_pylist()
    assert [row["kept"] for row in found] == [["a", "b"], ["a", "b"], ["", "=1"]]


def test_no_rows_and_no_lists_are_fine() -> None:
    assert screened() == []
    assert screen_batch(bulk_samples.query_batch([{"name": LISTED}]), []).to_pylist()[0]["outcome"] == "nothing_found"


def test_a_decision_says_which_matches_stand_and_those_that_do_not_are_shown() -> None:
    found = screened({"name": LISTED}, decide=bulk_samples.nothing_stands)
    assert found[0]["outcome"] == "nothing_found"
    assert found[0]["matched_name"] == ""
    assert len(found) > 1
    assert {row["outcome"] for row in found[1:]} == {"suppressed"}
    assert [row["place"] for row in found] == list(range(1, len(found) + 1))
    assert found[1]["party_id"] == screened({"name": LISTED})[0]["party_id"]


def test_the_job_travels_and_gives_the_same(tmp_path: Path) -> None:
    job = BatchJob((bulk_samples.saved_index(tmp_path / "index"),), threshold=0.6, decide=bulk_samples.harmful)
    batch = bulk_samples.query_batch(ROWS[:50])
    assert pickle.loads(pickle.dumps(job))(batch).equals(screen_batch(batch, [Screener(PARTIES)], threshold=0.6))
