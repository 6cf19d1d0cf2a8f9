"""What a day brings by itself: new editions of lists that name a party, silence, licences that end. Late, or twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import licensing_world as w
from enduse.cases.application import CaseParty
from enduse.cases.bodies import Appealed
from enduse.cases.case import Case
from enduse.evidence.hits import Hit
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.licensing.daily import rescreen, tick
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.licensing.office import Office
from enduse.model.assessment import Coverage
from enduse.model.citation import Citation
from enduse.model.errors import OperationFailed
from enduse.model.match import Query
from enduse.model.party import Listing, PartyKind
from enduse.model.transaction import Role
from enduse.store import FILE

TRADER = CaseParty("trader", Role.ULTIMATE_CONSIGNEE, "Epsilon Trading LLC", "XB")


class Lists:
    """A list that names whom a test puts on it."""

    def __init__(self) -> None:
        self.names: dict[str, dt.date] = {}

    def hits(self, query: Query) -> Sequence[Hit]:
        if query.name not in self.names:
            return []
        listing = Listing("EU-FSF", "an office", Citation("an act"), listed_from=self.names[query.name])
        return [Hit("eu:1", query.name, query.name, "0.99", PartyKind.COMPANY, "an office", (listing,))]

    def coverage(self, required: Sequence[str], day: dt.date, today: dt.date) -> Coverage:
        return Coverage(checked=tuple(f"{one} (an office, edition {self.fingerprint()[:4]})" for one in required))

    def fingerprint(self) -> str:
        return f"{len(self.names):064x}"


class World(w.World):
    """A world over a store, with an office that looks at it day by day."""

    def __init__(self, folder: Path) -> None:
        self.lists = Lists()
        self.now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
        self.stores = StoreAtHand(folder / FILE, lambda: self.now)
        super().__init__(
            now=dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), log=w.Watched(StoredLog(self.stores.need().cases))
        )
        self.office = Office(self.stores, lambda: self.now, shipped_policies(), lambda: self.lists)

    def licensed(self) -> Case:
        form = w.application()
        return self.decided(self.to_consolidation(replace(form, parties=(*form.parties, TRADER))))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_party_that_a_new_edition_names_is_reported_once_and_a_suspension_is_proposed(world: World) -> None:
    case = world.licensed()
    assert rescreen(world.office).found == []
    world.at(6, 2)
    world.lists.names[TRADER.name] = dt.date(2026, 6, 1)
    done = rescreen(world.office)
    assert [(one, hit.party, hit.list_id) for one, hit in done.found] == [(case.id, "trader", "EU-FSF")]
    case = world.licensing.case(case.id)
    assert case.licence is not None and case.licence.status == "active"
    (measure,) = case.licence.measures
    assert (measure.content.measure, measure.owner, measure.open) == ("suspend", "", True)
    assert world.licensing.history(case.id)[-2].body.listed_on == dt.date(2026, 6, 1)
    for _ in range(2):
        assert rescreen(world.office).found == []
    assert world.licensing.case(case.id).seq == case.seq
    assert world.stores.need().verify().whole


def test_an_open_case_is_screened_anew_when_the_lists_have_changed_and_the_hit_waits_for_an_officer(
    world: World,
) -> None:
    form = w.application()
    case = world.to_consolidation(replace(form, parties=(*form.parties, TRADER)))
    assert rescreen(world.office).screened == [case.id], "the first run knew other lists"
    assert rescreen(world.office).screened == []
    world.lists.names[TRADER.name] = dt.date(2026, 3, 1)
    done = rescreen(world.office)
    assert (done.screened, [hit.party for _, hit in done.found]) == ([case.id], ["trader"])
    assert [hit.party for hit in world.licensing.case(case.id).open_hits] == ["trader"]
    assert rescreen(world.office).screened == []


def test_a_licence_that_ended_is_screened_no_more(world: World) -> None:
    case = world.licensed()
    world.at(3, 3, 2029)
    ticked = tick(world.office)
    assert ticked.changed == [(case.id, 1)]
    assert tick(world.office).changed == []
    world.lists.names[TRADER.name] = dt.date(2029, 3, 1)
    assert rescreen(world.office).cases == 0


def test_without_lists_nothing_is_screened(world: World) -> None:
    world.licensed()
    world.office.outside._lists = lambda: None
    with pytest.raises(OperationFailed, match="the lists cannot be used"):
        rescreen(world.office)


def test_under_appeal_a_listed_party_is_reported_for_the_licence_and_screened_for_the_decision(world: World) -> None:
    form = w.application(items=(w.item(1), w.item(2)))
    case = world.to_consolidation(replace(form, parties=(*form.parties, TRADER)))
    case = world.decided(case, w.granted(1, w.REPORT), w.refused(2, "EU-CP-2"))
    case = world.do(case, "appeal", Appealed((2,), "another body"), w.EXPORTER)
    world.lists.names[TRADER.name] = dt.date(2026, 3, 1)
    done = rescreen(world.office)
    assert ([hit.party for _, hit in done.found], done.screened) == (["trader"], [case.id])
    case = world.licensing.case(case.id)
    assert [hit.party for hit in case.open_hits] == ["trader"]
    assert case.licence is not None and [one.content.measure for one in case.licence.measures] == ["suspend"]
    again = rescreen(world.office)
    assert (again.found, again.screened, world.licensing.case(case.id).seq) == ([], [], case.seq)
