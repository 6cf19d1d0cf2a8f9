"""Two consecutive editions of OFAC's list, and two of the United Nations', against a register: exactly whom they touch.

Aliases of those dates of OFAC's list are not at hand: its parties are known by their primary names alone.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from enduse.lists.delta import EditionDelta, edition_delta
from enduse.lists.shelf import Shelf
from enduse.lists.snapshots import Store
from enduse.lists.sync import sync_from_dir
from enduse.model.match import Query
from enduse.model.party import ListedParty
from enduse.monitor.customers import Customer
from enduse.monitor.register import Register
from enduse.monitor.rescreen import Became, in_full, touched
from realdata import shared_data

pytestmark = pytest.mark.realdata
TODAY = dt.date(2026, 11, 24)
EDITIONS = {
    "us_ofac_sdn": ("us_ofac", ["sdn_2024-02-28.csv.gz", "sdn_2024-03-04.csv.gz"]),
    "un_sc": ("un_sc", ["UN_consolidated_2025-04-19.xml.gz", "UN_consolidated_2026-02-27.xml.gz"]),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the four editions."""
    folder = tmp_path_factory.mktemp("editions")
    for where, files in EDITIONS.values():
        for number, file in enumerate(files):
            inside = folder / f"{where}-{number}"
            inside.mkdir()
            shutil.copy(shared_data() / where / file, inside / file)
            assert sync_from_dir(folder / "data", inside, today=TODAY).loaded
    return folder / "data"


def customers(changed: list[ListedParty], stayed: list[ListedParty]) -> Iterator[Customer]:
    """Whom a register may hold: parties that came, went or changed, spelt otherwise; some that stayed; others."""
    for number, party in enumerate(changed):
        words = party.name.replace(",", "").split()
        name = " ".join(reversed(words)) if number % 3 == 1 else party.name.lower() if number % 3 else party.name
        yield Customer(f"T{number}", Query(name, countries=("RU",) if number % 4 == 0 else ()))
    for number, party in enumerate(stayed[::200]):
        yield Customer(f"S{number}", Query(party.name))
    for number in range(300):
        yield Customer(f"N{number}", Query(f"Gardening Tools Number {number} of Example Town Ltd"))


def compared(data: Path, source: str, folder: Path) -> tuple[EditionDelta, list[object], list[object]]:
    before, after = Store(data).state().of(source)
    delta = edition_delta(data, before, after, since=before.edition, until=after.edition)
    old, new = (list(Shelf.open(data).standing(source, one.edition)) for one in (before, after))
    register = Register(folder, "real")
    touching = {one.party.id for one in delta.parties}
    register.upsert(customers([one.party for one in delta.parties], [one for one in new if one.id not in touching]))
    days = {"before": before.edition, "after": after.edition}
    quick = [_told(one) for one in touched(register, delta.parties, **days)]
    slow = [_told(one) for one in in_full(register, old, new, **days)]
    return delta, quick, slow


def _told(change: object) -> object:
    before, after = (getattr(change, side) for side in ("before", "after"))
    scores = tuple((one.score, one.matched_name) if one is not None else None for one in (before, after))
    return change.pair, change.became, scores  # type: ignore[attr-defined]


def test_two_editions_of_ofac(data: Path, tmp_path: Path) -> None:
    (source,) = [one for one in {record.source for record in Store(data).state().editions} if "ofac" in one]
    delta, quick, slow = compared(data, source, tmp_path)
    came, changed, gone = delta.counts
    assert (came + changed, gone + changed) == (14, 98), "lines that come, and lines that go"
    assert (came, changed, gone) == (2, 12, 86)
    assert quick == slow
    kinds = [one[1] for one in quick]  # type: ignore[index]
    assert kinds.count(Became.HIT) >= came
    assert kinds.count(Became.GONE) >= gone * 0.9


def test_two_editions_of_the_united_nations(data: Path, tmp_path: Path) -> None:
    (source,) = [one for one in {record.source for record in Store(data).state().editions} if one.startswith("un")]
    delta, quick, slow = compared(data, source, tmp_path)
    assert all(delta.counts)
    assert quick == slow
    assert {Became.HIT, Became.CHANGED, Became.GONE} <= {one[1] for one in quick}  # type: ignore[index]
