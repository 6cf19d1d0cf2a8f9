"""An answer is kept under what it has read: found once, never given to a situation that reads otherwise."""

from __future__ import annotations

import ast
import datetime as dt
import pickle
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import law_samples
from enduse.assess import Settings, check
from enduse.evidence.library import Library
from enduse.interfaces.documents import judgement_bytes
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.errors import BadInput
from enduse.model.transaction import Item, Money, Transaction, TransactionParty
from enduse.model.truth import Truth
from enduse.ownership.closure import Ownership
from enduse.rules import evaluate, panel, places, predicates, reading, repeat
from enduse.rules.answer import Answer, known
from enduse.rules.facts import FactBook
from enduse.rules.given import Given, PartyView, World
from enduse.rules.reading import Condition, Kept
from enduse.rules.recall import Recall
from enduse.rules.registered import MODULES
from enduse.rules.rulebook import Rulebook, shipped_rulebooks
from enduse.rules.situation import Situation

EAR = next(book for book in shipped_rulebooks() if book.id == "us/ear")
WORLD = World(EAR.tables, FactBook.load(), EAR.verified_to, {}, [dt.date(2024, 1, 1)])


def situation(conditions: int = 2, **changes: Any) -> Situation:
    raw = {"date": "2026-08-03", "item": {"code": "5A001.j"}, "from": "US", "destination": "EG"}
    raw |= {"parties": [{"role": "end_user", "name": "Example", "lists": []}]} | changes
    tx = transaction_from_mapping(raw)
    views = tuple(PartyView(party) for party in tx.parties)
    stated = Given(tx, tx.date, views, lambda: Ownership(tx.parties))
    return Situation(WORLD, stated, tx.items[0], conditions=conditions)


class Counting:
    """A function that counts its calls."""

    def __init__(self, function: Any) -> None:
        self.function, self.calls = function, 0

    def __call__(self, s: Situation) -> Any:
        self.calls += 1
        return self.function(s)


def test_a_value_is_found_once_for_all_that_read_alike() -> None:
    function = Counting(lambda s: f"to {s.destination}")
    kept = Kept(function)
    assert [kept.find(situation(destination=to)) for to in ("EG", "CN", "EG", "CN")] == ["to EG", "to CN"] * 2
    assert kept.find(situation(destination="EG", value={"amount": "5", "currency": "USD"})) == "to EG"
    assert function.calls == 2


def test_what_is_read_later_may_depend_on_what_was_read_before() -> None:
    def function(s: Situation) -> str:
        if s.destination == "EG":
            return f"{s.item.code} {s.stated('us_person')}"
        return s.activity.value

    kept = Kept(function)
    for _ in range(2):
        for changes in (
            {},
            {"facts": {"us_person": "true"}},
            {"destination": "CN"},
            {"destination": "CN", "activity": "reexport"},
            {"item": {"code": "EAR99"}},
            {"item": {"code": "EAR99"}, "facts": {"us_person": "false"}},
        ):
            assert kept.find(situation(**changes)) == function(situation(**changes))


def test_what_is_not_read_makes_no_difference_to_what_is_kept() -> None:
    function = Counting(lambda s: any(view.party.role.value == "end_user" for view in s.parties))
    kept = Kept(function)
    for number in range(5):
        assert kept.find(situation(parties=[{"role": "end_user", "name": f"Example {number}", "lists": []}]))
    assert function.calls == 1


def test_a_look_at_the_whole_transaction_is_never_kept() -> None:
    function = Counting(lambda s: s.transaction.reference)
    kept = Kept(function)
    assert [kept.find(situation(reference=name)) for name in ("A", "B", "A")] == ["A", "B", "A"]
    assert function.calls == 3


def test_days_between_two_changes_of_the_law_are_alike_and_a_day_that_is_counted_is_not() -> None:
    since, counted = Counting(lambda s: s.since(dt.date(2024, 1, 1))), Counting(lambda s: s.day.isoformat())
    kept, days = Kept(since), Kept(counted)
    dates = ("2023-12-31", "2024-01-01", "2026-08-03", "2020-02-02")
    assert [kept.find(situation(date=date)) for date in dates] == [False, True, True, False]
    assert since.calls == 2
    assert [days.find(situation(date=date)) for date in (*dates, *dates)] == [*dates, *dates]
    assert counted.calls == len(dates)


def test_a_day_that_the_rulebook_does_not_write_is_compared_as_a_day() -> None:
    kept = Kept(lambda s: s.since(dt.date(2025, 6, 6)))
    assert [kept.find(situation(date=date)) for date in ("2025-06-05", "2025-06-06", "2025-06-05")] == [
        False,
        True,
        False,
    ]


def test_a_condition_is_one_look_and_equal_answers_are_one_object() -> None:
    same: dict[tuple[object, ...], Answer] = {}
    inner = Counting(lambda s: known(s.destination == "CN", notes=("x",)))
    condition = Condition(inner, 0, lambda answer: same.setdefault(answer.said, answer))
    outer = Counting(lambda s: condition(s).truth)
    kept = Kept(outer)
    found = [kept.find(situation(destination=to)) for to in ("EG", "DE", "CN", "FR")]
    assert found == [Truth.FALSE, Truth.FALSE, Truth.TRUE, Truth.FALSE]
    assert (inner.calls, outer.calls, len(same)) == (4, 2, 2)


def test_a_condition_on_what_the_rule_is_repeated_over_rests_on_the_looks_of_the_rule() -> None:
    condition = Condition(lambda s: known(s.bound["party"].party.name == "Listed"), 0, lambda answer: answer)

    def function(s: Situation) -> Truth:
        return condition(s.binding({"party": s.parties[0]})).truth

    kept = Kept(function)
    names = ("Listed", "Example", "Listed", "Other")
    found = [kept.find(situation(parties=[{"role": "end_user", "name": name, "lists": []}])) for name in names]
    assert found == [Truth.TRUE, Truth.FALSE, Truth.TRUE, Truth.FALSE]


def test_an_item_that_the_item_names_is_not_the_transactions_own() -> None:
    kept = Kept(lambda s: s.about(s.item.used_for or "EAR99").item.code)
    codes = ("5A001.j", "6A003.b", "5A001.j")
    found = [kept.find(situation(item={"code": "5D001.a", "for": code})) for code in codes]
    assert found == list(codes)
    assert Item("EAR99").code == kept.find(situation())


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_OF_ONE", 3)
    kept = Kept(lambda s: s.destination)
    places = ("EG", "CN", "DE", "FR", "GB", "CA", "EG")
    assert [kept.find(situation(destination=place)) for place in places] == list(places)
    assert kept._count <= 3


def test_a_defect_in_a_condition_leaves_no_log_behind() -> None:
    def function(s: Situation) -> str:
        raise BadInput(s.destination)

    s = situation()
    with pytest.raises(BadInput):
        Kept(function).find(s)
    assert s.reader.log is None


# --- the whole engine, with and without its memory

LISTS = Library(accept_starter=True)


def _fresh() -> tuple[Rulebook, ...]:
    """The rulebooks with nothing kept."""
    return tuple(replace(book) for book in shipped_rulebooks())


WARM, FORGETFUL = _fresh(), _fresh()


@pytest.fixture(autouse=True, scope="module")
def _everything_is_worth_keeping() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(panel, "WORTH_KEEPING", 1)
        yield


def _judged(raw: dict[str, Any], asked: Settings, books: tuple[Rulebook, ...]) -> bytes:
    try:
        return judgement_bytes(check(transaction_from_mapping(raw), library=LISTS, settings=asked, rulebooks=books))
    except BadInput as problem:
        return problem.message().encode()


def _anew(raw: dict[str, Any], asked: Settings) -> bytes:
    """The judgement of an engine that keeps nothing from one transaction to the next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Kept, "_keep", lambda *_: None)
        patch.setattr(Situation, "in_era", lambda _, __, find: find())
        patch.setattr(Recall, "find", lambda *_: None)
        patch.setattr(evaluate, "MOST", 0)
        patch.setattr(
            panel.Panel, "find", lambda self, s: ([function.find(s) for function in self._functions], reading.ANYTHING)
        )
        return _judged(raw, asked, FORGETFUL)


_ASKED = [Settings(), Settings(laws=("us",), closed_world=True), Settings(laws=law_samples.ALL, strict=True)]


@pytest.mark.parametrize("asked", _ASKED, ids=["open", "closed", "strict"])
def test_kept_answers_give_the_bytes_of_answers_found_anew(asked: Settings) -> None:
    for raw in law_samples.transactions(60, seed=8):
        _judged(raw, asked, WARM)
    for raw in law_samples.transactions(15, seed=7):
        assert _judged(raw, asked, WARM) == _anew(raw, asked)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(0, 39), min_size=2, max_size=5),
    st.lists(st.tuples(st.integers(0, 39), st.sampled_from(law_samples.PARTS)), min_size=1, max_size=5),
    st.sampled_from(_ASKED),
)
def test_any_order_and_any_change_of_one_part_give_the_bytes_of_answers_found_anew(
    order: list[int], changes: list[tuple[int, str]], asked: Settings
) -> None:
    """One memory for all, in whatever order: what differs in a single part is where a look not noted would show."""
    samples = law_samples.transactions(40, seed=21)
    for number in order:
        assert _judged(samples[number], asked, WARM) == _anew(samples[number], asked)
    raw = samples[order[-1]]
    for other, part in changes:
        raw = law_samples.with_part_of(raw, samples[other], part)
        assert _judged(raw, asked, WARM) == _anew(raw, asked), part


def test_lines_of_an_order_book_give_the_bytes_of_answers_found_anew() -> None:
    """The same customer and facts with other items, destinations, values and days: what panels keep together."""
    samples = law_samples.transactions(30, seed=41)
    chance = random.Random(3)
    for raw in samples[:5]:
        for _ in range(8):
            line = raw
            for part in ("item", "destination", "value", "date"):
                line = law_samples.with_part_of(line, samples[chance.randrange(5, 12)], part)
            assert _judged(line, _ASKED[0], WARM) == _anew(line, _ASKED[0])


def test_what_rests_on_little_is_not_asked_again() -> None:
    asked = [Counting(lambda s: s.activity.value), Counting(lambda s: s.destination), Counting(lambda s: s.item.code)]
    asked.append(Counting(lambda s: f"{s.destination} {s.item.code}"))
    found = panel.Panel([Kept(function) for function in asked])
    lines = [(to, code) for to in ("EG", "CN") for code in ("EAR99", "5A001.j")] * 2
    for to, code in lines:
        s = situation(destination=to, item={"code": code})
        assert found.find(s)[0] == ["export", to, code, f"{to} {code}"]
    assert [function.calls for function in asked] == [1, 2, 2, 4]


# --- nothing looks past the situation


class Guarded:
    """A part of a transaction that only the recorded looks may read."""

    MAY = (
        "enduse.rules.given",
        "enduse.rules.looks",
        "enduse.rules.seen",
        "enduse.rules.situation",
        "enduse.rules.facts",
        "enduse.rules.reading",
    )

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        reader = sys._getframe(1).f_globals["__name__"]
        assert reader in self.MAY, f"{reader} reads {name!r}, and nothing notes it"
        found = getattr(self._real, name)
        return Guarded(found) if isinstance(found, (Money, TransactionParty)) else found


class GuardedGiven(Given):
    """A transaction that is read through recorded looks alone."""

    __slots__ = ()

    def __init__(self, transaction: Transaction, day: dt.date, views: tuple[PartyView, ...], owners: Any) -> None:
        super().__init__(transaction, day, views, owners)
        self.transaction = cast("Transaction", Guarded(transaction))
        # Owners are looked at whole, and the answer is then not kept.
        self.views = tuple(
            view if view.party.owners is not None else cast("PartyView", Guarded(view)) for view in views
        )


def test_no_predicate_looks_past_the_situation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enduse.assess.Given", GuardedGiven)
    for asked in (Settings(laws=law_samples.ALL), Settings(laws=("us",), closed_world=True)):
        for raw in law_samples.transactions(60, seed=33):
            _judged(raw, asked, FORGETFUL)


def test_the_guard_finds_a_predicate_that_looks_past_the_situation() -> None:
    tx = transaction_from_mapping(
        {"date": "2026-08-03", "item": {"code": "EAR99"}, "destination": "EG", "parties": [], "from": "US"}
    )
    s = Situation(WORLD, GuardedGiven(tx, tx.date, (), lambda: Ownership(())), tx.items[0])
    assert s.origin == "US"
    with pytest.raises(AssertionError, match="nothing notes it"):
        Kept(lambda s: known(s._given.transaction.value is None)).find(s)


@pytest.mark.parametrize("module", [*MODULES, predicates, places, repeat], ids=lambda module: module.__name__)
def test_rules_read_nothing_private(module: ModuleType) -> None:
    """``s._given`` is not for predicates; the whole transaction is, at the price of an answer that is not kept."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    private = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__")
    }
    assert not private
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert "transaction" not in named, "a narrower look keeps the answer"


def test_what_is_found_once_for_a_period_of_the_law_is_kept_only_where_it_rests_on_nothing_else() -> None:
    kept = Kept(lambda s: s.in_era("careless", lambda: s.destination))
    assert [kept.find(situation(destination=to)) for to in ("EG", "CN", "EG")] == ["EG", "CN", "EG"]


def test_every_part_of_an_item_that_rules_see_tells_items_apart() -> None:
    kept = Kept(lambda s: str(s.item))
    items: list[dict[str, str]] = [
        {"code": "5A001.j"},
        {"code": "5A001.j", "for": "EAR99"},
        {"code": "5A001.j", "hs_code": "8517"},
        {"code": "5A001.j", "classification_on_date": "EAR99"},
        {"code": "5A001.j", "us_content_percent": "10"},
        {"code": "5A001.j", "us_content_percent": "10.0"},
    ]
    assert len({kept.find(situation(item=item)) for item in items}) == len(items)
    assert kept.find(situation(item={"code": "5A001.j", "description": "a box"})) == kept.find(situation(item=items[0]))


def test_a_rulebook_goes_to_another_process_without_what_it_has_kept() -> None:
    _judged(law_samples.transactions(1, seed=1)[0], Settings(), WARM)
    assert any(book.ready for book in WARM)
    assert any(book.benches for book in WARM)
    assert not any(book.ready or book.benches for book in pickle.loads(pickle.dumps(WARM)))
