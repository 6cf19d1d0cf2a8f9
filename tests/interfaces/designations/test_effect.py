"""The effect that is previewed is the one that ``check`` shows after publication, on ten thousand recorded orders."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from designation_world import NAME, SUBJECT, World, nomination
from enduse.cases.designations.bodies import QualityMeasured
from enduse.evidence.library import Library
from enduse.interfaces.cli.main import main
from enduse.interfaces.designations.editions import put_edition
from enduse.interfaces.designations.preview import preview
from enduse.interfaces.designations.quality import FLAGS, Sample, flags_of, frequent, measure, suggestions
from enduse.model.assessment import Outcome
from enduse.model.errors import BadInput
from enduse.model.party import PartyKind
from enduse.rules.impact import Change, change_of
from enduse.rules.rulebook import shipped_rulebooks

ROWS = 10_000
PARTIES = (
    (NAME, "EE"),
    ("BRACKWATER INTERCEPTION SYSTEMS OÜ", "EE"),
    ("Brackwater IS", "LV"),
    ("Brackwater Interception", "EE"),
    ("Tarnside Optical Works", "EE"),
    ("Riverside Precision", "PL"),
    ("NSO Group", "IL"),
    ("Meridian Works", "EG"),
)
ITEMS = ("EAR99", "5A001.j", "4A005", "5A980")
DAYS = ("2024-01-09", "2024-01-10", "2024-02-01", "2023-06-01", "2024-06-01")


def orders(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["reference", "date", "item", "from", "destination", "end_user", "end_user_country"])
        kinds = itertools.cycle(itertools.product(PARTIES, ITEMS, DAYS))
        for number, ((name, country), item, day) in zip(range(ROWS), kinds, strict=False):
            writer.writerow([f"o{number}", day, item, "US", country, name, country])


def outcomes(data: Path, table: Path, out: Path) -> list[Outcome]:
    code = main(["check", "--bulk", str(table), "--out", str(out), "--starter", "--law", "us", "--data-dir", str(data)])
    assert code == 0
    with out.open(encoding="utf-8", newline="") as file:
        return [Outcome(row["outcome"]) for row in csv.DictReader(file)]


def test_the_preview_is_what_check_says_after_publication(tmp_path: Path) -> None:
    table, data = tmp_path / "orders.csv", tmp_path / "data"
    orders(table)
    world = World()
    world.on("2023-01-10")  # a list that is there before, so that both runs read one
    world.listed(subject=replace(SUBJECT, name="Quarry Lane Metals", aliases=(), native=(), identifiers=()))
    put_edition(world.service.parties, data, world.today)
    before = outcomes(data, table, tmp_path / "before.csv")

    world.on("2024-01-08")
    case = world.nominated()
    assert case.nomination is not None
    authority = world.service.authority(case)
    books = [book for book in shipped_rulebooks() if book.jurisdiction == "us"]
    effective = dt.date(2024, 1, 10)
    found, _ = preview(
        case.nomination,
        case.nominated_sha256,
        authority,
        table,
        Library(data, accept_starter=True),
        books,
        today=effective,
        effective=effective,
        jobs=1,
    )
    world.circulate(case)
    world.votes(case, commerce="yes", state="yes", defense="yes")
    world.close(case)
    world.measured(case)
    world.publish(case, "2024-01-10")
    put_edition(world.service.parties, data, world.today)

    after = outcomes(data, table, tmp_path / "after.csv")
    shown = Counter(change_of(one, two).value for one, two in zip(before, after, strict=True))
    assert len(after) == found.rows == ROWS
    same = {Change.SAME.value}
    told = {change: count for change, count in found.changes if change not in same}
    assert told == {change: count for change, count in shown.items() if change not in same}
    assert shown["newly caught"] > 500


@pytest.mark.parametrize("text", ["0", "reference,item\n", "reference,item,from,destination\nr1,NOPE,QQ,QQ\n"])
def test_a_table_of_which_no_row_can_be_used_is_refused(tmp_path: Path, text: str) -> None:
    table, world = tmp_path / "orders.csv", World()
    table.write_text(text, encoding="utf-8")
    authority = world.service.procedure.authorities["us-erc"]
    library = Library(accept_starter=True)
    with pytest.raises(BadInput):
        preview(nomination("e"), "x", authority, table, library, shipped_rulebooks(), today=dt.date(2024, 1, 8), jobs=1)


# --- quality


def test_innocent_namesakes_are_counted_by_our_own_screener() -> None:
    world = World()
    authority = world.service.procedure.authorities["us-erc"]
    plain = nomination("e", subject=replace(SUBJECT, name="Global Trading LLC", aliases=(), native=()))
    told = measure(plain, "x", authority)
    assert told.namesakes > 3 and "namesakes" in told.flags and told.examples
    rare = measure(nomination("e"), "x", authority)
    assert rare.namesakes == 0 and rare.flags == ()
    assert rare.names == told.names == len(frequent(PartyKind.COMPANY).names)


def test_a_namesake_of_the_very_name_counts() -> None:
    authority = World().service.procedure.authorities["us-erc"]
    sample = Sample("customers", (NAME, NAME, "Meridian Works"))
    found = measure(nomination("e"), "x", authority, sample)
    assert isinstance(found, QualityMeasured)
    assert (found.names, found.namesakes, found.sample) == (3, 2, "customers")


@pytest.mark.parametrize("names", [("Meridian Works",), ()])
def test_a_sample_of_ones_own_clears_nobody_of_what_frequent_names_show(names: tuple[str, ...]) -> None:
    authority = World().service.procedure.authorities["us-erc"]
    plain = nomination("e", subject=replace(SUBJECT, name="Global Trading LLC", aliases=(), native=()))
    found = measure(plain, "x", authority, Sample("customers", names))
    assert (found.names, found.namesakes, found.sample) == (len(names), 0, "customers")
    assert "namesakes" in found.flags
    rare = measure(nomination("e"), "x", authority, Sample("customers", names))
    assert rare.flags == ()


def test_what_a_nomination_lacks_is_flagged() -> None:
    bare = replace(SUBJECT, name="Brackwater", aliases=(), native=(), addresses=(), identifiers=())
    assert set(flags_of(nomination("e", subject=bare))) == {"no-identifier", "no-address", "no-country", "short-name"}
    abroad = replace(SUBJECT, native=(), addresses=tuple(replace(one, country="CN") for one in SUBJECT.addresses))
    assert flags_of(nomination("e", subject=abroad)) == ("no-native-name",)
    assert set(flags_of(nomination("e", subject=bare))) <= set(FLAGS)


def test_lists_at_hand_suggest_what_is_not_there_yet() -> None:
    told = (("alias (us_csl)", "Brackwater Signals"), ("alias (us_csl)", NAME), ("tax (us_csl)", "90214417"))
    assert suggestions(nomination("e"), told) == (("alias (us_csl)", "Brackwater Signals"),)
