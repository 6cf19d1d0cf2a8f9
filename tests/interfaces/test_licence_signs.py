"""Signs of diversion in the use of licences: the same by command, over HTTP and in a browser; who may see them."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi import FastAPI

import licensing_world as w
from enduse.cases.application import Hit
from enduse.cases.decide import Command
from enduse.cases.licence_bodies import HitFound, Usage
from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.trade.usage import AskedUse, asked_use, by_kind, found_in_use, use_document
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.monitor.trade.usage import CONSIGNEE, LATE, ROUTING, SPLIT, SURGE, Threshold
from enduse.store import FILE
from licence_use import AGENT, BEGINS, TRADER, surged, used
from people import join, signed_in
from service_world import Clock, service

DAY = dt.date(2026, 8, 3)
ASKED = AskedUse(DAY, Threshold(40_000.0, "EUR"), ("BY",))


class World(w.World):
    """Cases in a store, and the office over them."""

    def __init__(self, folder: Path) -> None:
        self.stores = StoreAtHand(folder / FILE, lambda: self.now)
        super().__init__(log=w.Watched(StoredLog(self.stores.need().cases)))
        self.office = Office(self.stores, lambda: self.now, shipped_policies(), lambda: None)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.stores.close()


def test_a_surge_a_split_and_a_way_are_found_in_what_was_recorded(world: World) -> None:
    surged(world)
    found = found_in_use(world.office, ASKED)
    signs = by_kind(found)
    assert {kind: len(some) for kind, some in signs.items()} == {CONSIGNEE: 0, SPLIT: 1, ROUTING: 1, SURGE: 1, LATE: 0}
    (surge,) = signs[SURGE]
    assert surge.who == f"NL-2025-7-L1 line 1, Delta Monitor BV to {TRADER.name}"
    assert "10 deliveries in 90 days after 15 in " in surge.why
    assert surge.evidence[0] == "NL-2025-7-L1 use u16"
    assert signs[SPLIT][0].who == f"Delta Monitor BV to {TRADER.name}"
    assert "declared BY - XA: through BY" in signs[ROUTING][0].why
    document = use_document(ASKED, found)
    assert (document["lines"], document["deliveries"], document["asked"]["threshold"]) == (1, 25, "40000 EUR")
    assert {one["key"] for one in document["indicators"]} == set(signs)
    assert all(one["measured"]["false_alarms"] for one in document["indicators"])


def test_even_use_is_no_sign_and_little_use_says_that_it_is_too_short(world: World) -> None:
    used(world, *((BEGINS + dt.timedelta(days=5 + 25 * number), 10) for number in range(10)))
    found = found_in_use(world.office, AskedUse(DAY))
    assert found.signs == [] and dict(found.judged) == {SURGE: 1}
    used(world, (dt.date(2026, 7, 1), 100), case_id="case-8", reference="NL-2025-8")
    again = found_in_use(world.office, AskedUse(DAY))
    (silent,) = again.silent
    assert silent.silent == "0 deliveries before these days; 4 over 90 days are needed"


def test_the_agent_of_a_consignee_that_was_listed_acts_for_a_new_one(world: World) -> None:
    first = used(world, (dt.date(2025, 12, 1), 5))
    hit = Hit("h1", TRADER.id, "eu:1", TRADER.name, "EU-FSF", Decimal("0.99"), (), Citation("an act"))
    world.now = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    world.licensing.act(first.id, Command("report_hit", HitFound(hit, dt.date(2026, 1, 20))), w.JOB)
    used(world, (dt.date(2026, 3, 1), 5), case_id="case-8", reference="NL-2025-8")
    found = found_in_use(world.office, AskedUse(DAY))
    assert [one for one in found.signs if one.kind == CONSIGNEE] == [], "the same consignee is nobody new"
    other = replace(TRADER, name="Quiet Example Trading")
    form = w.application(items=(w.item(quantity=Decimal(400)),))
    form = w.application(items=form.items, parties=(*form.parties, other, AGENT))
    world.now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    case = world.decided(world.to_consolidation(form, case_id="case-9", reference="NL-2026-9"), w.granted())
    world.now = dt.datetime(2026, 4, 1, 10, tzinfo=dt.UTC)
    world.do(case, "use", Usage("u1", 1, Decimal(5), "pieces", dt.date(2026, 4, 1)), w.EXPORTER)
    (sign,) = (one for one in found_in_use(world.office, AskedUse(DAY)).signs if one.kind == CONSIGNEE)
    assert sign.who == other.name
    assert (
        f"first seen 71 days after {TRADER.name} was listed (2026-01-20); same officer (1.00): {AGENT.name}" in sign.why
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"day": "2026-08-04"}, "lies ahead"),
        ({"day": "yesterday"}, "yesterday"),
        ({"day": "0001-01-01"}, "too far back"),
        ({"threshold": "much"}, "is no amount"),
        ({"threshold": "-1"}, "is no amount"),
        ({"threshold": "nan"}, "is no amount"),
        ({"threshold": "5", "currency": "euros"}, "is no currency"),
        ({"restricted": ["Atlantis"]}, "is no country"),
    ],
)
def test_what_cannot_be_asked_is_named(asked: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        asked_use(DAY, **asked)  # type: ignore[arg-type]


# --- the interfaces


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    made = World(tmp_path)
    surged(made)
    made.stores.close()
    found = service(tmp_path, Clock(), request_rate=1_000_000)
    for login, role in (
        ("lia", "licence_authority"),
        ("ina", "compliance_inspector"),
        ("otto", "auditor"),
        ("ada", "analyst"),
        ("exa", "exporter_admin"),
    ):
        join(found, login, role)
    found.state.enduse.start()
    deadline = time.monotonic() + 120
    while found.state.service.office.outside.lists() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield found
    found.state.service.stores.close()


def test_page_and_document_say_the_same(app: FastAPI) -> None:
    lia = signed_in(app, "lia")
    params = {"threshold": "40000", "restricted": "Belarus"}
    page = lia.get("/monitor/licences", params=params).text
    for words in (
        "Surge of use: 1",
        "Split deliveries: 1",
        "Unusual routing: 1",
        "25 deliveries under 1 line",
        TRADER.name,
    ):
        assert words in page, words
    document = lia.get("/v1/trade/licences", params=params).json()
    assert document["schema"] == "enduse/licence-signs/1"
    assert sorted(one["kind"] for one in document["signs"]) == sorted([SURGE, SPLIT, ROUTING])
    plain = lia.get("/monitor/licences").text
    assert "Split deliveries: not looked for" in plain and "Unusual routing: not looked for" in plain
    for wrong in ({"threshold": "much"}, {"day": "2031-01-01"}, {"restricted": "Atlantis"}):
        answer = lia.get("/monitor/licences", params=wrong)
        assert answer.status_code == 422 and "Something is to be mended" in answer.text
        assert lia.get("/v1/trade/licences", params=wrong).status_code == 400


def test_who_may_see_licences_sees_them_and_nobody_else(app: FastAPI) -> None:
    seen = {
        login: {signed_in(app, login).get(path).status_code for path in ("/monitor/licences", "/v1/trade/licences")}
        for login in ("lia", "ina", "otto", "ada", "exa")
    }
    assert seen == {"lia": {200}, "ina": {200}, "otto": {200}, "ada": {403}, "exa": {403}}
    assert "/monitor/licences" not in signed_in(app, "ada").get("/monitor").text


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    made = World(tmp_path)
    surged(made)
    made.stores.close()
    asked = ["trade", "licences", "--data-dir", str(tmp_path), "--day", DAY.isoformat()]
    assert main([*asked, "--threshold", "40000", "--restricted", "BY"]) == 1
    page = capsys.readouterr().out
    assert "25 deliveries under 1 lines of licences in the year to 2026-08-03: 3 signs" in page
    assert "Surge of use: NL-2025-7-L1 line 1" in page and "Surge of use: 1 lines judged" in page
    assert main(["trade", "licences", "--data-dir", str(tmp_path), "--day", "2025-12-01"]) == 2
    assert "the series of 1 too short" in capsys.readouterr().out
    assert main([*asked, "--threshold", "much"]) == 3
    capsys.readouterr()
    assert main([*asked, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["schema"] == "enduse/licence-signs/1"
