"""What designations publish is a list like any other: screened, checked as of every date, read back without loss."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from designation_world import MEMBERS, NAME, PUBLISHER, SUBJECT, TERMS, World
from enduse.assess import Settings, check
from enduse.cases.designations import bodies
from enduse.cases.designations.publication import COLUMNS, consolidated_csv, ftm_lines, notice
from enduse.evidence.library import Library
from enduse.interfaces.designations.editions import put_edition
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.lists.sources import local, us_csl
from enduse.model.assessment import Outcome
from enduse.model.match import Query
from enduse.model.party import ListedParty, Measure

ORDER = {
    "item": {"code": "EAR99"},
    "from": "US",
    "destination": "EE",
    "parties": [{"role": "end_user", "name": NAME, "country": "EE"}],
}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def history(world: World, data: Path) -> str:
    """Listed from the 27th, published on the 29th; narrowed in May; removed in October. An edition at each."""
    case = world.circulate(world.nominated())
    world.votes(case, commerce="yes", state="yes", defense="yes")
    world.close(case)
    world.measured(case)
    world.on("2024-02-29")
    world.publish(case, "2024-02-27")
    put_edition(world.service.parties, data, world.today)
    world.on("2024-05-06")
    narrow = bodies.Terms((Measure.LICENCE_REQUIREMENT,), scope="all", review_policy="Case by case", footnotes=("4",))
    world.circulate(case, "modify", terms=narrow, aliases=("Brackwater Signals",))
    world.votes(case, **dict.fromkeys(MEMBERS, "yes"))
    world.close(case)
    world.act(case, "amend", bodies.Amended(day("2024-05-08"), "89 FR 99002", "New facts."), PUBLISHER)
    put_edition(world.service.parties, data, world.today)
    world.on("2024-10-21")
    world.circulate(case, "remove")
    world.votes(case, **dict.fromkeys(MEMBERS, "yes"))
    world.close(case)
    world.act(case, "remove", bodies.Removed(day("2024-10-21"), "89 FR 99003", "It left the market."), PUBLISHER)
    put_edition(world.service.parties, data, world.today)
    return case.id


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ListedParty]:
    world, folder = World(), tmp_path_factory.mktemp("own") / "data"
    identifier = history(world, folder)
    party = world.service.party(identifier)
    assert party is not None
    return folder, party


@pytest.mark.parametrize(
    ("as_of", "outcome", "policy"),
    [
        ("2024-02-26", Outcome.NOT_REQUIRED, ""),
        ("2024-02-27", Outcome.LICENCE_REQUIRED, "Presumption of denial"),
        ("2024-05-07", Outcome.LICENCE_REQUIRED, "Presumption of denial"),
        ("2024-05-08", Outcome.LICENCE_REQUIRED, "Case by case"),
        ("2024-10-20", Outcome.LICENCE_REQUIRED, "Case by case"),
        ("2024-10-21", Outcome.NOT_REQUIRED, ""),
    ],
)
def test_check_is_right_on_every_day(data: tuple[Path, ListedParty], as_of: str, outcome: Outcome, policy: str) -> None:
    library = Library(data[0], accept_starter=True)
    tx = transaction_from_mapping({**ORDER, "date": as_of}, where="order")
    found = check(tx, library=library, settings=Settings(laws=("us",)), today=day(as_of))
    assert found.outcome is outcome, found.headline
    if policy:
        assert policy.casefold() in str(found.review).casefold()


def test_what_was_not_public_on_a_day_is_not_known_on_it(data: tuple[Path, ListedParty]) -> None:
    found = Library(data[0], accept_starter=True, known_on=day("2024-02-28")).screen(Query(NAME))
    assert [one for one in found if one.party.source.source == "local"] == []
    before = Library(data[0], accept_starter=True, known_on=day("2024-10-20")).screen(Query(NAME))
    own = next(one for one in before if one.party.source.source == "local")
    assert own.party.listings[-1].listed_to is None, "that it ends was not known then"


@pytest.mark.parametrize("name", [NAME, "Brackwater IS", "Брэкуотер Интерсепшн Системс", "Brackwater Signals"])
def test_every_name_is_screened(data: tuple[Path, ListedParty], name: str) -> None:
    found = Library(data[0], accept_starter=True).screen(Query(name))
    assert any(one.party.source.source == "local" for one in found)


def test_the_list_is_read_back_without_loss(data: tuple[Path, ListedParty]) -> None:
    """Names, kinds, addresses, numbers, and of every listing: dates, terms, citation, scope, policy, footnotes."""
    _, party = data
    text = "".join(ftm_lines([party], day("2024-10-21")))
    parsed = local.SOURCE.parse({"entities": text.encode()}, {"entities": "own"})
    (read,) = parsed.parties
    assert parsed.rejected == []
    assert replace(read, source=party.source, nationalities=(), names=()) == replace(party, names=())
    assert {(one.text, one.kind) for one in read.names} == {(one.text, one.kind) for one in party.names}


def test_numbers_and_footnotes_are_read_back_as_they_were() -> None:
    """One number of two kinds and countries; a footnote that holds what divides footnotes."""
    world = World()
    numbers = (bodies.Number("registration", "90214417", "EE"), bodies.Number("tax", "90214417", "FI"))
    terms = replace(TERMS, footnotes=("4", "see 1, 2 and 5"))
    case = world.listed("2024-01-10", subject=replace(SUBJECT, identifiers=numbers), terms=terms)
    party = world.service.party(case.id)
    assert party is not None
    text = "".join(ftm_lines([party], day("2024-02-01")))
    (read,) = local.SOURCE.parse({"entities": text.encode()}, {"entities": "own"}).parties
    assert set(read.identifiers) == set(party.identifiers)
    assert read.listings[0].footnotes == ("4", "see 1, 2 and 5")


def test_no_cell_of_the_consolidated_list_is_run_by_a_spreadsheet() -> None:
    world = World()
    names = {"name": '=HYPERLINK("https://example.org","a")', "aliases": ("@SUM(1)",)}
    case = world.listed("2024-01-10", subject=replace(SUBJECT, **names))  # type: ignore[arg-type]
    party = world.service.party(case.id)
    assert party is not None
    text = consolidated_csv([party], [world.service.authority(case)], day("2024-02-01"))
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["name"] == '\'=HYPERLINK("https://example.org","a")'
    assert all(cell[:1] not in ("=", "@") for cell in row.values())


def test_it_is_followthemoney_by_the_library_itself(data: tuple[Path, ListedParty]) -> None:
    followthemoney = pytest.importorskip("followthemoney")
    for line in ftm_lines([data[1]], day("2024-10-21")):
        entity = followthemoney.model.get_proxy(json.loads(line))
        entity.schema.validate(json.loads(line))


def test_the_consolidated_lists_reader_reads_our_rows() -> None:
    world = World()
    case = world.listed("2024-01-10")
    authority = world.service.procedure.authorities["us-erc"]
    party = world.service.party(case.id)
    assert party is not None
    text = consolidated_csv([party], [authority], day("2024-02-01"))
    assert tuple(next(csv.reader(io.StringIO(text)))) == COLUMNS
    (read,) = us_csl.SOURCE.parse({"consolidated": text.encode()}, {"consolidated": "own.csv"}).parties
    (listing,) = read.listings
    assert (read.name, listing.list_id, listing.listed_from) == (NAME, "EL", day("2024-01-10"))
    assert listing.review_policy == "Presumption of denial" and listing.citation.text == "89 FR 99001"
    assert {one.text for one in read.names} == {one.text for one in party.names}
    assert read.countries == {"EE"}
    assert consolidated_csv([party], [authority], day("2024-01-09")).count("\n") == 1, "not in force before"


def test_a_notice_holds_what_is_public_and_nothing_else() -> None:
    world = World()
    case = world.circulate(world.nominated())
    world.votes(case, commerce="yes", state="yes", defense="yes")
    world.close(case)
    world.measured(case)
    savings: dict[str, Any] = {"savings": "Goods on their way may go on.", "savings_until": day("2024-03-01")}
    case = world.publish(case, restricted_reasons="from an intercepted call", **savings)
    party = world.service.party(case.id)
    assert party is not None
    text = notice(case, party, world.service.authority(case))
    assert "It supplied what was used against journalists." in text and "Goods on their way may go on." in text
    assert "intercepted call" not in text


def test_an_edition_is_made_of_the_log_alone_and_again_without_harm(tmp_path: Path) -> None:
    world = World()
    world.listed("2024-01-10")
    assert put_edition(world.service.parties, tmp_path / "data", world.today)
    assert not put_edition(world.service.parties, tmp_path / "data", world.today)
    assert not put_edition(lambda: (), tmp_path / "none", world.today)


def test_two_listed_parties_stay_two(tmp_path: Path) -> None:
    world = World()
    world.listed("2024-01-10")
    other = replace(SUBJECT, name="Tarnside Optical Works", aliases=(), native=(), identifiers=())
    world.listed("2024-01-10", subject=other)
    put_edition(world.service.parties, tmp_path / "data", world.today)
    found = Library(tmp_path / "data", accept_starter=True).screen(Query("Tarnside Optical Works"))
    assert [one.party.name for one in found if one.party.source.source == "local"] == ["Tarnside Optical Works"]
