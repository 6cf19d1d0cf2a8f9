"""Registers of recorded transactions: lists and law touch them as a full re-judging would, and nobody else."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.evidence.library import Library
from enduse.interfaces.impact import compared
from enduse.interfaces.judging import Judgement
from enduse.interfaces.law import LawAtHand
from enduse.interfaces.monitor.actions import alert_at_hand
from enduse.interfaces.monitor.deals import Deals, deal_of, recorded
from enduse.interfaces.monitor.lawful import LawChange, books_of, changes_by_day, deal_alerts, law_on, text_alerts
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import Effect
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.model.time import ALWAYS, Interval
from enduse.monitor.alerts import Alert
from enduse.monitor.customers import Customer, customer_of, line_of
from enduse.monitor.register import TRANSACTIONS
from enduse.rules.language import Period, Rule
from enduse.rules.rulebook import Rulebook, shipped_rulebooks
from monitored import World

TODAY = dt.date(2026, 3, 1)
BOOKS = books_of(shipped_rulebooks(), ("us",))
NEW = Rule(
    "us/ear/999.1",
    "Interception equipment to two countries",
    Citation("91 FR 1, of 1 April 2026"),
    (Period(Interval(dt.date(2026, 4, 1), None)),),
    Effect.REQUIRE_LICENCE,
    {"all": [{"destination": ["EG", "ET"]}, {"item_covered_by": ["5A992"]}]},
    code="NEW:1",
    where="a test",
)
COLUMNS = ("reference", "date", "item", "from", "destination", "end_user", "party:ultimate_consignee")


def deal(key: str, item: str = "5A992.c", to: str = "EG", user: str = "Quartz Optics Example", **more: str) -> Customer:
    parties = [{"role": "end_user", "name": user, "country": to}]
    parties += [{"role": role, "name": name} for role, name in more.items()]
    raw = {"date": "2025-06-01", "from": "US", "destination": to, "items": [{"code": item}], "parties": parties}
    return deal_of(key, transaction_from_mapping(raw | {"reference": key}))


def with_rule(rule: Rule, books: Sequence[Rulebook] = BOOKS) -> tuple[Rulebook, ...]:
    return tuple(replace(book, rules=(*book.rules, rule)) if book.id == "us/ear" else book for book in books)


def told(alerts: Sequence[Alert]) -> list[tuple[str, str]]:
    return [(one.customer, one.became) for one in alerts]


def test_a_transaction_is_kept_as_it_was_and_its_parties_are_screened_in_their_roles() -> None:
    kept = deal("T1", purchaser="Quartz Optics Example", freight_forwarder="Harbour Lines")
    assert [(one.owner, one.role) for one in kept.subjects()] == [
        ("Quartz Optics Example", "end user, purchaser"),
        ("Harbour Lines", "freight forwarder"),
    ]
    assert customer_of(line_of(kept)) == kept


def test_a_rule_that_takes_effect_touches_the_transactions_under_it() -> None:
    books = with_rule(NEW)
    (change,) = changes_by_day(books, ("us",), dt.date(2026, 3, 25), dt.date(2026, 4, 3))
    assert change.day == dt.date(2026, 4, 1)
    deals = [deal("T1"), deal("T2", to="DE"), deal("T3", item="EAR99"), deal("T4", to="ET")]
    alerts = deal_alerts(change, deals, Library(accept_starter=True), watch="main")
    assert told(alerts) == [("T1", "caught"), ("T4", "caught")]
    first = alerts[0]
    assert (first.before, first.after) == (
        "under this act: not required; as a whole: not required",
        "under this act: licence required; as a whole: licence required",
    )
    assert [one.text for one in first.citations] == ["91 FR 1, of 1 April 2026"]
    assert first.explanation == ("+ us/ear/999.1: Interception equipment to two countries",)
    assert first.effective == dt.date(2026, 4, 1)


RULES = st.builds(
    lambda to, item, effect, free: replace(
        NEW,
        effect=effect,
        when={"all": [{"destination": to}, {"item_covered_by": [item]}]} if not free else {"destination": to},
    ),
    st.lists(st.sampled_from(["EG", "ET", "DE", "CN", "KE"]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["5A992", "5A001.j", "EAR99"]),
    st.sampled_from([Effect.REQUIRE_LICENCE, Effect.PROHIBIT, Effect.REVIEW]),
    st.booleans(),
)


@given(RULES, st.integers(0, 10_000), st.booleans())
@settings(max_examples=12, deadline=None)
def test_what_the_delta_touches_is_what_judging_all_of_them_twice_gives(rule: Rule, seed: int, come: bool) -> None:
    """A rule that comes, or goes, over invented transactions; listed parties among them."""
    chance = random.Random(seed)
    names = ["Quartz Optics Example", "Silver Harbour Systems Example", "Hangzhou Hikvision", "Candiru"]
    deals = [
        deal(
            f"T{number}",
            chance.choice(["5A001.j", "5A992.c", "EAR99", "0A979", "3A981", "4A994.a"]),
            chance.choice(["EG", "ET", "DE", "CN", "RU", "KE"]),
            chance.choice(names),
        )
        for number in range(25)
    ]
    always = replace(rule, in_force=(Period(ALWAYS),))
    sides = (BOOKS, with_rule(always)) if come else (with_rule(always), BOOKS)
    change = LawChange(*sides, TODAY, "before", "after")
    lists = Library(accept_starter=True)
    quick = deal_alerts(change, deals, lists, watch="main")
    assert quick == deal_alerts(change, deals, lists, watch="main", full=True)


def test_days_of_the_shipped_law_are_told_alike_by_either_way() -> None:
    """Real days of the law: rows of tables that begin or end are among them."""
    since, until = dt.date(2025, 9, 1), dt.date(2025, 12, 31)
    changes = list(changes_by_day(BOOKS, ("us",), since, until))
    assert changes
    deals = [deal(f"T{n}", item, to) for n, (item, to) in enumerate([("5A992.c", "RU"), ("EAR99", "CN")])]
    lists = Library(accept_starter=True)
    for change in changes[:3]:
        quick = deal_alerts(change, deals, lists, watch="main")
        assert quick == deal_alerts(change, deals, lists, watch="main", full=True)


def test_the_law_of_a_day_has_no_days_of_its_own() -> None:
    for book in law_on(BOOKS[:1], TODAY):
        assert all(rule.in_force[0].interval == ALWAYS for rule in book.rules)


def test_a_rule_whose_text_changes_is_told_of_with_both_texts() -> None:
    old, new = with_rule(NEW), with_rule(replace(NEW, when={"destination": ["EG"]}))
    (alert,) = text_alerts(LawChange(old, new, TODAY, "old", "new"), watch="main")
    assert (alert.became, alert.party_id, alert.source) == ("law", "us/ear/999.1", "us/ear")
    assert "Ethiopia" in alert.before or "ET" in alert.before
    assert alert.before != alert.after
    assert text_alerts(LawChange(old, old, TODAY, "old", "old"), watch="main") == []
    (fresh,) = text_alerts(LawChange(BOOKS, new, TODAY, "old", "new"), watch="main")
    assert fresh.severity.value == "high"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, "2026-03-01")
    world.edition("2026-02-28", {1: "NORVIK OPTICS LLC"})
    world.register([deal("T1", user="Norvik Optics LLC"), deal("T2"), deal("T3", to="DE")], kind=TRANSACTIONS)
    world.watch()
    return world


def test_a_consignee_that_is_listed_is_told_with_the_transaction_and_the_role(world: World) -> None:
    world.run()
    assert world.told() == [("T1", "hit")]
    world.clock.put("2026-03-05")
    world.edition("2026-03-04", {1: "NORVIK OPTICS LLC", 2: "QUARTZ OPTICS EXAMPLE"})
    world.run()
    assert sorted(world.told(1)) == [("T2", "hit"), ("T3", "hit")]
    with world.store() as store:
        rows = {str(row["customer"]): str(row["id"]) for row in world.alerts()}
        alert = alert_at_hand(store, rows["T2"]).alert
    assert alert.headline == ("T2 (its end user Quartz Optics Example): may be QUARTZ OPTICS EXAMPLE, now listed")
    assert world.run().counts["new alerts"] == 0


def test_a_new_edition_of_a_rulebook_is_told_once_and_touches_its_transactions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run()
    begun = len(world.alerts())
    current = replace(NEW, in_force=(Period(Interval(dt.date(2026, 2, 1), None)),))
    new = tuple(
        replace(book, sha256="0" * 64) if book.id == "us/ear" else book
        for book in with_rule(current, shipped_rulebooks())
    )
    monkeypatch.setattr("enduse.interfaces.monitor.run.law_at_hand", lambda _: LawAtHand(new))
    world.clock.put("2026-03-02")
    report = world.run()
    assert any(note.startswith("new editions: us/ear") for note in report.notes)
    found = [(str(row["customer"]), str(row["became"])) for row in world.alerts()[begun:]]
    assert sorted(found) == [("", "law"), ("T1", "otherwise"), ("T2", "caught")], "T1 needs a licence already"
    assert world.run().counts["new alerts"] == 0


def test_a_rule_that_a_new_edition_brings_on_the_day_on_which_it_begins_is_told_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run()
    begun = len(world.alerts())
    current = replace(NEW, in_force=(Period(Interval(dt.date(2026, 3, 2), None)),))
    new = tuple(
        replace(book, sha256="0" * 64) if book.id == "us/ear" else book
        for book in with_rule(current, shipped_rulebooks())
    )
    monkeypatch.setattr("enduse.interfaces.monitor.run.law_at_hand", lambda _: LawAtHand(new))
    world.clock.put("2026-03-04")
    world.run()
    found = [(str(row["customer"]), str(row["became"]), str(row["effective"])) for row in world.alerts()[begun:]]
    assert sorted(found) == [
        ("", "law", "2026-03-04"),
        ("T1", "otherwise", "2026-03-02"),
        ("T2", "caught", "2026-03-02"),
    ]


def test_a_table_of_transactions_names_what_it_cannot_use(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [
                COLUMNS,
                ["T1", "2026-01-02", "EAR99", "US", "DE", "Quartz Optics Example", "Harbour Lines"],
                ["", "2026-01-02", "EAR99", "US", "DE", "Quartz Optics Example", ""],
                ["T3", "2026-01-02", "EAR99", "US", "Atlantis", "Quartz Optics Example", ""],
            ]
        )
    table = Deals(path, TODAY)
    assert [one.key for one in table] == ["T1"]
    assert table.problems[0].problem == "no reference"
    assert len(table.problems) == 2


def test_a_register_keeps_to_what_it_holds(world: World) -> None:
    with pytest.raises(BadInput, match="holds transactions"):
        world.register([Customer("C1", Query("Norvik Optics LLC"))])


def test_a_transaction_that_cannot_be_judged_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    (change,) = changes_by_day(with_rule(NEW), ("us",), dt.date(2026, 3, 25), dt.date(2026, 4, 3))
    deals = [deal("T1"), deal("T2", to="ET")]
    broken = compared(change.draft, recorded(deals, change.day), Library(accept_starter=True), full=False, jobs=1)
    pairs = [(Judgement(error="a text"), Judgement(error="a text"), False), broken.pairs[1]]
    monkeypatch.setattr("enduse.interfaces.monitor.lawful.compared", lambda *_, **__: replace(broken, pairs=pairs))
    failed: dict[str, str] = {}
    found = deal_alerts(change, deals, Library(accept_starter=True), watch="main", failed=failed.__setitem__)
    assert (told(found), failed) == ([("T2", "caught")], {"T1": "a text"})
