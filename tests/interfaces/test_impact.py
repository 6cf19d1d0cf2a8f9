"""A draft on recorded transactions: what is left out cannot change, and the sums are those of two full runs."""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from enduse.evidence.library import Library
from enduse.interfaces.impact import ImpactRun, run_impact
from enduse.interfaces.judging import Task, World, judge
from enduse.interfaces.recorded import read_recorded
from enduse.interfaces.reports import impact_document, impact_rows
from enduse.interfaces.transaction_tables import transactions_from_table
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import Outcome
from enduse.model.errors import BadInput
from enduse.rules.draft import Draft, read_draft
from enduse.rules.impact import Change, change_of
from enduse.rules.rulebook import shipped_rulebooks
from enduse.rules.touch import sieve

TODAY = dt.date(2026, 11, 26)
BOOKS = tuple(book for book in shipped_rulebooks() if book.jurisdiction in ("us", "eu", "un"))
ROWS = 160
COLUMNS = (
    *("reference", "date", "activity", "item", "from", "destination", "end_user", "end_user_type", "party:exporter"),
    *("value", "currency", "fact:informed_by_authority"),
)
RULE: dict[str, Any] = {
    "id": "us/ear/draft-1",
    "title": "Interception equipment",
    "citation": {"text": "Draft Bill 12 of 2026, clause 4", "verified": "false", "note": "a draft"},
    "in_force": [{"from": "2027-01-01"}],
    "effect": "require_licence",
    "code": "DRAFT:1",
    "reason": "a draft",
}
LISTING = {"name": "Quartz Optics Example 7", "list": "EL", "citation": "Draft Bill 12 of 2026, clause 5"}


def table(path: Path, rows: int = ROWS, seed: int = 5) -> Path:
    """Invented transactions: many alike, some with listed parties, some that cannot be read or judged."""
    chance = random.Random(seed)
    lines = []
    for number in range(rows):
        party = chance.choice(["Quartz Optics Example", "Silver Harbour Systems Example"])
        listed = chance.random() < 0.08
        valued = chance.random() > 0.1
        lines.append(
            [
                f"T{number}",
                (dt.date(2021, 1, 1) + dt.timedelta(days=chance.randrange(2000))).isoformat(),
                chance.choice(["export", "export", "reexport"]),
                chance.choice(["5A001.j", "5A992.c", "EAR99", "0A979", "3A981", "5A001", "4A994.a"]),
                chance.choice(["US", "US", "DE"]),
                chance.choice(["EG", "ET", "DE", "CN", "RU", "KE", "HK"]),
                chance.choice(["Hangzhou Hikvision", "Candiru"]) if listed else f"{party} {chance.randrange(30)}",
                chance.choice(["non_government", "government", "military", ""]),
                f"Exporter {chance.randrange(4)} Example",
                f"{chance.randrange(1, 10**6)}.{chance.randrange(100):02d}" if valued else "",
                chance.choice(["USD", "EUR"]) if valued else "",
                chance.choice(["", "", "true"]),
            ]
        )
    lines[2][5], lines[3][9], lines[3][10] = "Atlantis", "a lot", "USD"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *lines])
    return path


def draft(folder: Path, **content: Any) -> Draft:
    path = folder / "draft.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return read_draft(path, BOOKS)


def tried(proposed: Draft, path: Path, *, full: bool = False, **options: Any) -> ImpactRun:
    library = Library(accept_starter=True)
    return run_impact(proposed, path, library, today=TODAY, full=full, jobs=1, **options)


NARROW = {"all": [{"destination": ["EG", "ET"]}, {"item_covered_by": ["5A001.j", "5A992"]}]}
DRAFTS: dict[str, dict[str, Any]] = {
    "a narrow rule": {"amends": "us/ear", "rules": [RULE | {"when": NARROW}]},
    "a prohibition": {"amends": "us/ear", "rules": [RULE | {"effect": "prohibit", "when": {"destination": ["CN"]}}]},
    "a rule that asks": {
        "amends": "us/ear",
        "rules": [RULE | {"when": {"all": [{"destination": ["KE", "EG"]}, {"some_end_user": ["police"]}]}}],
    },
    "a repeal": {"amends": "us/ear", "repeal": ["us/ear/744.11"]},
    "the repeal of an exemption": {
        "amends": "us/ear",
        "repeal": [next(rule.id for book in BOOKS if book.id == "us/ear" for rule in book.rules if rule.exempts)],
    },
    "a cell of the chart": {
        "amends": "us/ear",
        "cells": [{"table": "country_chart", "where": {"country": "DE"}, "set": {"NS2": "X", "CC1": "X"}}],
    },
    "a row of a table": {
        "amends": "us/ear",
        "rows": [{"table": "supplement_2_part_744", "add": {"code": "5A001.j"}}],
    },
    "a listing": {"listings": [LISTING]},
    "a blocked party": {"listings": [LISTING | {"list": "SDN", "programmes": ["GLOMAG"], "name": "Silver Harbour 3"}]},
    "a delisting": {"delistings": [{"list": "EL", "name": "Candiru"}]},
    "a new act": {
        "rulebook": {
            "id": "us/draft",
            "title": "A new act",
            "authority": "US-X",
            "authority_name": "An authority",
            "jurisdiction": "us",
            "citation": "Draft Bill 12 of 2026",
            "nexus_statement": "exports from the United States",
            "nexus": {"origin": ["US"]},
        },
        "rules": [RULE | {"id": "us/draft/1", "for_each": {"parties": {"roles": ["end_user"]}}, "when": NARROW}],
    },
    "a rule about listed parties": {
        "amends": "us/ear",
        "rules": [RULE | {"effect": "prohibit", "for_each": {"listings": {"lists": ["EL"]}}, "when": "always"}],
    },
}


@pytest.mark.parametrize("name", DRAFTS)
def test_the_sums_are_those_of_two_full_runs(name: str, tmp_path: Path) -> None:
    path = table(tmp_path / "recorded.csv")
    proposed = draft(tmp_path, **DRAFTS[name])
    quick, full = tried(proposed, path), tried(proposed, path, full=True)
    assert quick.impact.total == full.impact.total == quick.rows == ROWS
    assert quick.impact.moved() == full.impact.moved()
    for change in set(Change) - {Change.SAME}:
        assert quick.impact.changes.get(change) == full.impact.changes.get(change)
        assert quick.impact.groups.get(change) == full.impact.groups.get(change)
        assert quick.impact.examples.get(change) == full.impact.examples.get(change)
        assert quick.impact.reasons.get(change) == full.impact.reasons.get(change)
    assert full.impact.untouched.count == 0
    still = sum(group.count for pair, group in full.impact.transitions.items() if pair[0] is pair[1])
    kept = sum(group.count for pair, group in quick.impact.transitions.items() if pair[0] is pair[1])
    lost = sum(full.impact.errors.values()) - sum(quick.impact.errors.values())
    assert kept + quick.impact.untouched.count == still + lost
    assert quick.impact.judged < full.impact.judged


def test_drafts_of_these_kinds_do_change_something(tmp_path: Path) -> None:
    """What reconciles must not reconcile because nothing happens."""
    path = table(tmp_path / "recorded.csv")
    seen = {name: set(tried(draft(tmp_path, **DRAFTS[name]), path).impact.changes) - {Change.SAME} for name in DRAFTS}
    assert Change.CAUGHT in seen["a narrow rule"] and Change.CAUGHT in seen["a listing"]
    assert Change.CAUGHT in seen["a prohibition"] and Change.TIGHTENED in seen["a prohibition"]
    assert Change.UNKNOWN in seen["a rule that asks"]
    assert Change.FREED in seen["a repeal"] and Change.FREED in seen["a delisting"]
    assert Change.CAUGHT in seen["a new act"]


def test_only_what_the_draft_can_touch_is_judged(tmp_path: Path) -> None:
    path = table(tmp_path / "recorded.csv")
    run = tried(draft(tmp_path, **DRAFTS["a narrow rule"]), path)
    destinations = {row.shape.model.destination for row in read_recorded(path, today=TODAY) if row.shape}
    assert {"EG", "ET"} < destinations
    assert 0 < run.impact.judged < ROWS / 3
    groups = run.impact.groups[Change.CAUGHT]
    assert set(groups["destination"]) <= {"EG", "ET"}
    assert set(groups["item"]) <= {"5A001.j", "5A992.c"}


def test_a_new_rule_that_no_other_rule_stands_beside_has_nothing_before_it(tmp_path: Path) -> None:
    """Of one law alone, a rule about a country and nothing else: the shelf before the draft holds nothing to ask."""
    path = tmp_path / "rows.csv"
    path.write_text(
        "reference,date,item,from,destination,end_user,value,currency\n"
        "1,2027-03-02,EAR99,US,CN,Example One,100,USD\n2,2027-03-02,EAR99,US,KE,Example Two,100,USD\n"
    )
    us = tuple(book for book in BOOKS if book.jurisdiction == "us")
    written = tmp_path / "draft.yaml"
    written.write_text(yaml.safe_dump({"amends": "us/ear", "rules": [RULE | {"when": {"destination": ["CN"]}}]}))
    found = tried(read_draft(written, us), path).impact
    assert {change: group.count for change, group in found.changes.items() if change is not Change.SAME} == {
        Change.CAUGHT: 1
    }


def test_values_are_exact_and_kept_by_currency(tmp_path: Path) -> None:
    path = table(tmp_path / "recorded.csv")
    run = tried(draft(tmp_path, **DRAFTS["a narrow rule"]), path)
    caught = run.impact.changes[Change.CAUGHT]
    assert set(caught.values) <= {"USD", "EUR"}
    by_item = run.impact.groups[Change.CAUGHT]["item"]
    for currency, amount in caught.values.items():
        assert amount == sum((group.values.get(currency, Decimal(0)) for group in by_item.values()), Decimal(0))
    document = impact_document(draft(tmp_path, **DRAFTS["a narrow rule"]), run)
    assert document["transactions"] == ROWS
    assert document["changes"]["newly caught"]["values"]["USD"] == format(caught.values["USD"], "f")
    rows = list(impact_rows(run))
    assert sum(
        int(row["count"]) for row in rows if row["by"] == "item" and row["kind"] == "newly caught" and row["count"]
    )
    assert {row["kind"] for row in rows} <= {change.value for change in Change}


def test_a_draft_counts_on_every_day_unless_its_own_days_are_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path / "recorded.csv")
    content = DRAFTS["a narrow rule"]
    draft(tmp_path, **content)
    dated = read_draft(tmp_path / "draft.yaml", BOOKS, as_dated=True)
    assert set(tried(dated, path).impact.changes) <= {Change.SAME}
    later = tried(dated, path, as_of=dt.date(2027, 2, 1))
    assert later.impact.changes[Change.CAUGHT].count > 0
    assert any("as in force on every day" in note for note in read_draft(tmp_path / "draft.yaml", BOOKS).notes)


def test_rows_that_cannot_be_read_or_judged_are_counted_and_shown(tmp_path: Path) -> None:
    path = table(tmp_path / "recorded.csv")
    run = tried(draft(tmp_path, **DRAFTS["a prohibition"]), path)
    problems = dict(run.unread)
    assert "no country is called 'Atlantis'" in problems["recorded.csv line 4"]
    assert any("a lot" in problem for problem in problems.values())
    assert any("needs a sub-paragraph" in problem for problem in run.impact.errors)


def test_a_law_that_is_checked_to_a_later_day_touches_what_was_unsettled(tmp_path: Path) -> None:
    proposed = draft(tmp_path, **DRAFTS["a narrow rule"])
    later = tuple(
        replace(book, verified_to=dt.date(2026, 12, 31)) if book.id == "us/ear" else book for book in proposed.before
    )
    rules = {rule for world, rule in sieve(replace(proposed, after=later)).rules if world == "after"}
    unsettled = {
        rule.id for book in later for rule in book.rules if any(period.unsettled_from for period in rule.in_force)
    }
    assert unsettled and rules == unsettled


def test_processes_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enduse.interfaces.judging._WORTH_A_POOL", 10)
    path = table(tmp_path / "recorded.csv", rows=60)
    proposed = draft(tmp_path, **DRAFTS["a rule about listed parties"] | {"listings": [LISTING]})
    one = tried(proposed, path)
    several = run_impact(proposed, path, Library(accept_starter=True), today=TODAY, jobs=2)
    assert impact_document(proposed, several) == impact_document(proposed, one)


def test_processes_start_after_this_one_has_opened_the_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few parties are screened here, many transactions elsewhere."""
    path = table(tmp_path / "recorded.csv", rows=60)
    proposed = draft(tmp_path, **DRAFTS["a narrow rule"])
    one = tried(proposed, path, full=True)
    rows = len(list(read_recorded(path, today=TODAY, default_date=TODAY)))
    monkeypatch.setattr("enduse.interfaces.judging._WORTH_A_POOL", rows)
    several = run_impact(proposed, path, Library(accept_starter=True), today=TODAY, full=True, jobs=2)
    assert one.parties < rows < one.judgements
    assert impact_document(proposed, several) == impact_document(proposed, one)


def test_an_answer_is_counted_under_the_act_that_gave_it() -> None:
    """Acts answer in an order of their own: the leading one first."""
    raw = {
        "date": "2025-01-10",
        "from": "DE",
        "destination": "CN",
        "item": {"code": "5A001.j"},
        "parties": [{"role": "end_user", "name": "A Example", "type": "military", "lists": []}],
    }
    found = judge(Task(0, transaction_from_mapping(raw)), [World(tuple(reversed(BOOKS)))])
    codes = {code: act for act, _, _, reasons in found.acts for code in reasons}
    assert codes["EU:ART3"] == "eu/dual-use"
    assert {act for act, *_ in found.acts} == {book.id for book in BOOKS if book.standing == "law"}


# --- reading by shape


def test_a_row_made_from_its_shape_is_the_row_as_it_is_read_alone(tmp_path: Path) -> None:
    path = table(tmp_path / "recorded.csv")
    alone = list(transactions_from_table(path, today=TODAY, default_date=TODAY))
    shaped = list(read_recorded(path, today=TODAY, default_date=TODAY))
    assert len(alone) == len(shaped)
    assert len({row.shape.number for row in shaped if row.shape}) < len(shaped)
    for one, other in zip(alone, shaped, strict=True):
        assert (one.number, one.where, one.reference) == (other.number, other.where, other.reference)
        if one.transaction is None:
            assert one.problem is not None and other.problem is not None
            assert one.problem.problem == other.problem.problem
        else:
            assert one.transaction == other.transaction


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"value": "1e9", "currency": "USD"}, "is no number"),
        ({"value": "100", "currency": "dollars"}, "is no currency"),
        ({"value": "100"}, "is no value"),
        ({"currency": "USD"}, "a currency without a value"),
        ({"date": "2021-02-30"}, "not a day of the calendar"),
        ({"date": "2050-01-01"}, "more than five years ahead"),
        ({"end_user": "x" * 1001}, "longer than 1,000 characters"),
    ],
)
def test_what_is_wrong_with_a_row_of_a_known_shape_is_still_found(
    tmp_path: Path, cells: dict[str, str], message: str
) -> None:
    good = {"item": "EAR99", "from": "US", "destination": "DE", "end_user": "A Example", "date": "2021-01-01"}
    columns = [*good, "value", "currency"]
    with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows([good, good | cells, good | {"end_user": "B Example"}])
    first, second, third = read_recorded(tmp_path / "t.csv", today=TODAY)
    assert first.problem is None and third.problem is None and third.names == ("B Example",)
    assert second.problem is not None and message in second.problem.message()


# --- drafts


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "the draft changes nothing"),
        ({"rule": []}, "unknown key 'rule'"),
        ({"rules": [RULE]}, "'rules' without the act"),
        ({"amends": "us/none", "repeal": ["x"]}, "no rulebook is called 'us/none'"),
        ({"amends": "us/ear", "repeal": ["us/ear/none"]}, "repeals 'us/ear/none', which is no rule"),
        ({"amends": "us/ear", "rules": [RULE | {"when": {"destinaton": ["EG"]}}]}, "did you mean destination"),
        ({"amends": "us/ear", "rules": [RULE | {"when": NARROW, "citation": "?"}]}, "names no provision"),
        (
            {"amends": "us/ear", "cells": [{"table": "none", "where": {"a": "b"}, "set": {"a": "b"}}]},
            "has no table 'none'",
        ),
        (
            {
                "amends": "us/ear",
                "cells": [{"table": "country_chart", "where": {"country": "ZZ"}, "set": {"NS1": "X"}}],
            },
            "no row of country_chart",
        ),
        (
            {
                "amends": "us/ear",
                "cells": [{"table": "country_chart", "where": {"country": "DE"}, "set": {"NS9": "X"}}],
            },
            "no column 'NS9'",
        ),
        ({"amends": "us/ear", "rulebook": {"id": "us/x"}}, "'rulebook' beside 'amends'"),
        ({"listings": [{"name": "X"}]}, "'list' is missing"),
        ({"listings": [LISTING | {"measures": ["frown"]}]}, "frown"),
        ({"delistings": [{"list": "EL"}]}, "a delisting names the party"),
    ],
)
def test_a_draft_that_cannot_be_used_says_why(tmp_path: Path, content: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        draft(tmp_path, **content)


def test_a_new_act_beside_one_of_its_name_is_refused(tmp_path: Path) -> None:
    content = DRAFTS["a new act"]
    with pytest.raises(BadInput, match="is an act at hand"):
        draft(tmp_path, **(content | {"rulebook": content["rulebook"] | {"id": "us/ear"}}))


def test_a_folder_is_a_draft_too(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "rulebooks"
    proposed = read_draft(example, BOOKS)
    assert proposed.changed == ("xa/act",) and proposed.new_laws == ("xa",)


def test_every_pair_of_outcomes_is_one_kind_of_change() -> None:
    kinds = {(old, new): change_of(old, new) for old in Outcome for new in Outcome}
    assert {pair for pair, kind in kinds.items() if kind is Change.SAME} == {(one, one) for one in Outcome}
    assert kinds[Outcome.INDETERMINATE, Outcome.LICENCE_REQUIRED] is Change.CAUGHT
    assert kinds[Outcome.LICENCE_REQUIRED, Outcome.PROHIBITED] is Change.TIGHTENED
    assert kinds[Outcome.PROHIBITED, Outcome.LICENCE_REQUIRED] is Change.EASED
    assert kinds[Outcome.PROHIBITED, Outcome.NOT_REQUIRED] is Change.FREED
    assert kinds[Outcome.NOT_REQUIRED, Outcome.INDETERMINATE] is Change.UNKNOWN
    assert kinds[Outcome.INDETERMINATE, Outcome.NOT_REQUIRED] is Change.SETTLED
