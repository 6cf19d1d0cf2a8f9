"""Counts that travel: read strictly, added up with what was withheld, and who did not answer."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.interfaces.programme.impacts import counted, to_csv
from enduse.model.assessment import Outcome
from enduse.model.errors import BadInput
from enduse.programme.published import WITHHELD
from enduse.programme.shared_impact import (
    DIMENSIONS,
    Cell,
    ImpactAnswer,
    ImpactRequest,
    SharedTable,
    add_up,
    read_answer,
    read_request,
    write,
)
from enduse.rules.impact import Facts, Impact, Verdict

DAY = dt.date(2026, 4, 20)
REQUEST = ImpactRequest(
    "us", "A draft", "rulebooks/draft.yaml", "a" * 64, ("fr", "nl"), DAY, DAY + dt.timedelta(days=30)
)
FREE, CAUGHT = Verdict((("us", Outcome.NOT_REQUIRED),)), Verdict((("us", Outcome.LICENCE_REQUIRED),))
BARRED = Verdict((("us", Outcome.PROHIBITED),))


def ran(rows: list[tuple[str, str, Verdict]]) -> Impact:
    """A run in which every transaction was free before."""
    found = Impact()
    for number, (destination, item, after) in enumerate(rows):
        found.add(
            Facts(f"T{number}", number, "2026-01-01", destination, item, "secret exporter", "secret user"), FREE, after
        )
    return found


def test_no_record_and_no_name_is_in_an_answer() -> None:
    impact = ran([("EG", "5A001.j", CAUGHT)] * 8 + [("KE", "EAR99", FREE)] * 20)
    body = write(counted(impact, "nl", REQUEST, DAY))
    assert b"secret" not in body and b"T1" not in body
    answer = read_answer(body, f"nl/{counted(impact, 'nl', REQUEST, DAY).path}", "nl")
    assert (answer.tried, answer.changed) == ("28", "8")
    assert answer.tables[0] == SharedTable("destination", ("EG",), ("newly caught",), (("8",),), ("8",), ("8",))


def test_small_numbers_are_withheld_and_small_groups_joined() -> None:
    rows = [("EG", "5A001.j", CAUGHT)] * 9 + [("KE", "5A001.j", CAUGHT)] * 3 + [("ET", "4D004", BARRED)] * 3
    answer = counted(ran(rows + [("DE", "EAR99", FREE)] * 50), "nl", REQUEST, DAY)
    by_destination, by_item = answer.tables
    assert by_destination.rows == ("EG", "other") and by_destination.row_totals == ("9", "6")
    assert by_item.rows == ("other",)  # 4D004 has three, and joins what is left with them
    told = {text for table in answer.tables for line in table.cells for text in line}
    assert "3" not in told
    assert counted(ran([("EG", "5A001.j", CAUGHT)] * 3), "nl", REQUEST, DAY).tried == WITHHELD
    # All but two change: how many do is withheld, and so is every table.
    most = counted(ran([("EG", "5A001.j", CAUGHT)] * 30 + [("DE", "EAR99", FREE)] * 2), "nl", REQUEST, DAY)
    assert (most.tried, most.changed) == ("32", WITHHELD)
    assert {text for table in most.tables for text in (*table.row_totals, *table.cells[0])} == {WITHHELD}


outcomes = st.sampled_from([FREE, CAUGHT, BARRED])
drawn = st.lists(
    st.tuples(st.sampled_from(["EG", "KE", "ET", "CN"]), st.sampled_from(["5A001.j", "4D004", "0A979"]), outcomes),
    max_size=120,
)


@given(drawn)
def test_what_is_shown_is_never_small_and_is_true(rows: list[tuple[str, str, Verdict]]) -> None:
    answer = counted(ran(rows), "nl", REQUEST, DAY)
    assert read_answer(write(answer), f"nl/{answer.path}", "nl") == answer
    changed = Counter(place for place, _, after in rows if after is not FREE)
    for number in (answer.tried, answer.changed, answer.unjudged):
        assert number == WITHHELD or int(number) == 0 or int(number) >= 5
    if WITHHELD not in (answer.tried, answer.changed):
        assert int(answer.tried) - int(answer.changed) not in (1, 2, 3, 4)
    for table in answer.tables:
        for text in (*table.row_totals, *table.column_totals, *(text for line in table.cells for text in line)):
            assert text == WITHHELD or int(text) == 0 or int(text) >= 5
    for row, total in zip(answer.tables[0].rows, answer.tables[0].row_totals, strict=True):
        if row != "other" and total != WITHHELD:
            assert int(total) == changed[row]
        # A row of which one cell alone is withheld would give it away.
    for table in answer.tables:
        for line, total in zip(table.cells, table.row_totals, strict=True):
            assert total == WITHHELD or list(line).count(WITHHELD) != 1
        for column, total in enumerate(table.column_totals):
            assert total == WITHHELD or [line[column] for line in table.cells].count(WITHHELD) != 1


def possible(table: SharedTable) -> dict[tuple[int, int], set[int]]:
    """What each withheld cell may be for a reader who knows all totals, and that what is withheld is not zero."""
    rows, columns = range(len(table.rows)), range(len(table.columns))
    hidden = [(row, column) for row in rows for column in columns if table.cells[row][column] == WITHHELD]
    # All of a table may be withheld, with its zeros.
    least = 0 if len(hidden) == len(rows) * len(columns) else 1
    across, down = [int(text) for text in table.row_totals], [int(text) for text in table.column_totals]
    found: dict[tuple[int, int], set[int]] = {place: set() for place in hidden}
    for numbers in itertools.product(*(range(least, min(across[r], down[c]) + 1) for r, c in hidden)):
        drawn = dict(zip(hidden, numbers, strict=True))
        cells = [[drawn[r, c] if (r, c) in drawn else int(table.cells[r][c]) for c in columns] for r in rows]
        if [sum(line) for line in cells] == across and [sum(line[c] for line in cells) for c in columns] == down:
            for place, number in drawn.items():
                found[place].add(number)
    return found


def two_ways(caught: tuple[int, int], released: tuple[int, int]) -> Impact:
    """A run over two destinations, in which some are newly caught and some are released; nine stay as they were."""
    found, number = Impact(), 0
    for counts, before, after in ((caught, FREE, CAUGHT), (released, CAUGHT, FREE), ((0, 9), FREE, FREE)):
        for place, count in zip(("EG", "KE"), counts, strict=True):
            for _ in range(count):
                number += 1
                found.add(Facts(f"T{number}", number, "2026-01-01", place, "EAR99", "x", "y"), before, after)
    return found


@pytest.mark.parametrize("one", [0, 1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("two", [0, 2, 5])
def test_no_small_cell_can_be_computed_from_what_is_shown(one: int, two: int) -> None:
    for three, four in itertools.product((0, 2, 4, 5, 6), repeat=2):
        table = counted(two_ways((one, two), (three, four)), "nl", REQUEST, DAY).tables[0]
        if WITHHELD not in table.row_totals and len(table.rows) == len(table.columns) == 2:
            assert all(len(numbers) > 1 for numbers in possible(table).values()), table


def test_answers_add_up_and_the_silent_are_named() -> None:
    nl = counted(ran([("EG", "5A001.j", CAUGHT)] * 8 + [("KE", "4D004", CAUGHT)] * 6), "nl", REQUEST, DAY)
    fr = counted(ran([("EG", "5A001.j", CAUGHT)] * 3), "fr", REQUEST, DAY)
    found = add_up(REQUEST, {"nl": nl, "fr": fr, "de": nl}, DAY)
    assert found.answered == 2 and found.changed == Cell(14, 1) and found.changed.words == "at least 14, 1 withheld"
    table = found.tables[0]
    assert table.rows[0] == "EG" and table.cells[0][0] == Cell(8, 0) and "other" in table.rows
    assert "answers,nl,answered on 2026-04-20" in to_csv(found)

    silent = add_up(REQUEST, {"nl": nl, "fr": BadInput("no table")}, DAY)
    assert [part.words for part in silent.parts] == ["answered, and cannot be used: no table", "answered on 2026-04-20"]
    assert [part.late for part in add_up(REQUEST, {}, DAY).parts] == [False, False]
    late = add_up(REQUEST, {}, REQUEST.reply_by + dt.timedelta(days=1))
    assert {part.words for part in late.parts} == {"has not answered; the last day is over"}


def test_what_a_member_wrote_is_no_formula_in_the_table() -> None:
    cells, totals = (("5",), ("5",)), ("5", "5")
    tables = tuple(SharedTable(name, ("=cmd|x", "-1+1"), ("@SUM(1)",), cells, totals, ("10",)) for name in DIMENSIONS)
    made = ImpactAnswer("nl", "us", "a" * 64, DAY, "10", "10", "0", tables)
    rows = list(csv.reader(io.StringIO(to_csv(add_up(REQUEST, {"nl": made}, DAY)))))
    assert {(row[1], row[2]) for row in rows if row[0] == "item"} >= {("'=cmd|x", "'@SUM(1)"), ("'-1+1", "'@SUM(1)")}
    assert not any(cell[:1] in ("=", "@", "+", "-") for row in rows for cell in row)


def answer(**changes: object) -> bytes:
    made = counted(ran([("EG", "5A001.j", CAUGHT)] * 8), "nl", REQUEST, DAY)
    return json.dumps(json.loads(write(made)) | changes).encode()


PATH = f"nl/statistics/impact-answer-us-{'a' * 16}.json"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"member": "fr"}, "of 'fr'"),
        ({"schema": "enduse.impact-request/1"}, "enduse.impact-answer/1"),
        ({"sha256": "b" * 64}, "another request"),
        ({"sha256": "x"}, "no request"),
        ({"changed": "-1"}, "no count"),
        ({"changed": 8}, "no count"),
        ({"tables": []}, "its tables"),
        ({"tables": "x"}, "impact-answer"),
        ({"extra": 1}, "impact-answer"),
    ],
)
def test_an_answer_that_is_none_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput) as found:
        read_answer(answer(**changes), PATH, "nl")
    assert told in found.value.message()


@pytest.mark.parametrize(
    "change",
    [
        {"rows": ["EG", "EG"]},
        {"cells": [["8", "9"]]},
        {"cells": [["<b>"]]},
        {"rows": [""]},
        {"row_totals": []},
        {"columns": [7]},
        {"rows": ["\ud800"]},
        {"rows": [[]]},
    ],
)
def test_a_table_that_is_none_is_refused(change: dict[str, object]) -> None:
    plain = json.loads(answer())
    plain["tables"][0] |= change
    with pytest.raises(BadInput):
        read_answer(json.dumps(plain).encode(), PATH, "nl")


def test_a_request_that_is_none_is_refused() -> None:
    name = f"us/{REQUEST.path}"
    assert read_request(write(REQUEST), name, "us") == REQUEST
    with pytest.raises(BadInput):
        read_request(json.dumps(json.loads(write(REQUEST)) | {"title": "\ud800"}).encode(), name, "us")
    for bad in (replace(REQUEST, asked=()), replace(REQUEST, title=""), replace(REQUEST, asked=("<b>",))):
        with pytest.raises(BadInput):
            read_request(write(bad), name, "us")
    with pytest.raises(BadInput, match="of 'us'"):
        read_request(write(REQUEST), name, "fr")
    with pytest.raises(BadInput):
        read_request(b"[" * 10_000, name, "us")
    assert isinstance(read_answer(answer(), PATH, "nl"), ImpactAnswer)
