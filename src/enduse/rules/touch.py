"""Which transactions a draft can touch: found by asking the changed rules alone, before anything is judged in full.

The outcome of an act is the worst of what its rules find. Rules that are equal before and after find the same, so only
a transaction on which some *changed* rule may hold, before or after, can come out differently. Two sieves use that:

* **probes**: the conjuncts of the changed rules that look at the activity, the places, the item or the facts alone are
  asked once for every combination of these; where one is false, its rule is false.
* **small acts**: what is left is asked of acts that hold the changed rules only.

Both err on the side of judging: an exemption is left out of the small acts, an unknown predicate is no probe. A test
compares with two runs over everything.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from enduse.model.assessment import Effect
from enduse.model.errors import BadInput
from enduse.model.time import ALWAYS, parse_date
from enduse.rules.draft import Draft
from enduse.rules.language import ExceptionRule, Period, Rule
from enduse.rules.rulebook import Rulebook
from enduse.rules.tables import Table

ACTIVITY, ORIGIN, DESTINATION, ITEM, FACTS = "activity", "origin", "destination", "item", "facts"
FIELDS = (ACTIVITY, ORIGIN, DESTINATION, ITEM, FACTS)
"""Parts of a transaction that a probe may look at, beside its day."""

# Of a release of technology the facts say where it goes: what asks for the destination may look at all of these.
_GOING = frozenset({DESTINATION, ACTIVITY, ORIGIN, FACTS})
_LOOKS_AT: Mapping[str, frozenset[str]] = {
    "activity": frozenset({ACTIVITY}),
    "origin": frozenset({ORIGIN}),
    "on_or_after": frozenset(),
    "fact": frozenset({FACTS, ORIGIN}),
    "item_covered_by": frozenset({ITEM}),
    "item_unlisted": frozenset({ITEM}),
    "item_group": frozenset({ITEM}),
    "item_category": frozenset({ITEM}),
    "item_series": frozenset({ITEM}),
    "item_on_control_list": frozenset({ITEM}),
    "destination": _GOING,
    "destination_in": _GOING,
    "destination_row": _GOING,
    "destination_in_table": _GOING,
    "destination_in_list": _GOING,
}
_LISTING_FREE = frozenset(
    [
        *_LOOKS_AT,
        *("some_end_user", "every_end_user", "some_end_user_known_as", "some_consignee_known_as", "some_receiver"),
        *("item_listed", "item_in_list", "item_in_table", "item_for", "item_related_to", "item_has_reason"),
        *("item_corresponds", "item_unclassified", "destination_resolved", "destination_footnote"),
        *("destination_region", "column_marked", "control_reason", "destination_named_by_control"),
        *("destination_not_excepted", "entry_without_reasons", "item_changed_since", "red_flags_present"),
        *("left_out", "not_modelled", "within", "person_takes_part", "national_list"),
    ]
)
CHART = "country_chart"
READ_BY_CODE = frozenset(
    [
        *("annex_i", "other_codes", "asset_freezes", "ccl_controls", "ccl_entries", "ccl_known_changes"),
        *("ccl_paragraph_dates", CHART, "country_groups", "list_based_exceptions", "technology_of_its_own"),
        *("territories", "territory", "un_arms_embargoes", "occupied_regions", "red_flags"),
        *("de_minimis_exclusions", "fdp_inputs", "other_agency"),
    ]
)
"""Tables that predicates read without a rule naming them: a change of one may concern every rule of the act."""

_JUDGED = (Effect.PROHIBIT, Effect.REQUIRE_LICENCE, Effect.REQUIRE_NOTIFICATION, Effect.REVIEW)
_NEVER = {"not": "always"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Sieve:
    """The changed rules of a draft, as acts of their own.

    Attributes:
        before: the law with the changed rules alone, as they are.
        after: the same, as they would be.
        probes: for each combination of parts of a transaction, an act whose rules are conjuncts; with it, which changed
            rules (of which worlds) each conjunct can rule out.
        rules: the changed rules, each as world and id.
        looks_at_listings: some changed rule may look at listings or owners.
        exemptions: an exemption changed: then a rule that holds in both worlds alike may still come out differently.
    """

    before: tuple[Rulebook, ...]
    after: tuple[Rulebook, ...]
    probes: tuple[tuple[frozenset[str], Rulebook, Mapping[str, frozenset[tuple[str, str]]]], ...]
    rules: frozenset[tuple[str, str]]
    looks_at_listings: bool
    exemptions: bool


def sieve(draft: Draft) -> Sieve:
    """The sieve of a draft."""
    old = {book.id: book for book in draft.before}
    small_before, small_after = [], []
    exemptions = False
    for book in draft.after:
        past = old.get(book.id)
        if past is book or past == book:
            small_before.append(_silent(book))
            small_after.append(_silent(book))
            continue
        before, after, exempting = _changed(past, book)
        exemptions = exemptions or exempting
        small_after.append(after)
        if before is not None:
            small_before.append(before)
    worlds = {"before": tuple(small_before), "after": tuple(small_after)}
    acts = [(world, book) for world, books in worlds.items() for book in books]
    rules = frozenset((world, rule.id) for world, book in acts for rule in book.rules)
    free = all(_listing_free(book.nexus, book) for _, book in acts if book.rules) and all(
        _listing_free(rule.when, book) and (rule.for_each is None or "parties" in rule.for_each)
        for _, book in acts
        for rule in book.rules
    )
    return Sieve(worlds["before"], worlds["after"], tuple(_probes(acts)), rules, not free, exemptions)


def _changed(past: Rulebook | None, book: Rulebook) -> tuple[Rulebook | None, Rulebook, bool]:
    """The act before and after with its changed rules alone, and whether an exemption changed."""
    if past is None:
        rules = tuple(rule for rule in book.rules if rule.effect in _JUDGED)
        new_exemptions = any(rule.effect is Effect.EXEMPT for rule in book.rules)
        return None, replace(book, rules=rules, exceptions=()), new_exemptions
    tables = _changed_tables(past, book)
    chart = frozenset[str]()
    if tables == {CHART}:
        chart = _changed_rows(past.tables[CHART], book.tables[CHART])
    read_by_code = tables & READ_BY_CODE
    whole = (past.nexus, past.definitions) != (book.nexus, book.definitions) or bool(read_by_code)
    named = _named_by(past.nexus, past.definitions, frozenset())
    whole = whole or bool(named & tables)
    before, after = {rule.id: rule for rule in past.rules}, {rule.id: rule for rule in book.rules}
    differing = {
        rule_id
        for rule_id in before.keys() | after.keys()
        if whole
        or rule_id not in before
        or rule_id not in after
        or not _alike(before[rule_id], after[rule_id])
        or (past.verified_to != book.verified_to and any(period.unsettled_from for period in after[rule_id].in_force))
        or tables & _named_by((before[rule_id].when, before[rule_id].for_each), past.definitions, frozenset())
    }
    exempting = [
        rule
        for rule in itertools.chain(past.rules, book.rules)
        if rule.id in differing and rule.effect is Effect.EXEMPT
    ]
    differing |= {target for rule in exempting for target in rule.exempts}

    def alone(act: Rulebook) -> Rulebook:
        kept = [rule for rule in act.rules if rule.id in differing and rule.effect in _JUDGED]
        if chart:
            # A rule that is the same can answer otherwise only where a changed row of the chart governs.
            same = {rule_id for rule_id in differing if rule_id in before and _alike_in(rule_id, before, after)}
            reached = {"destination_row": sorted(chart)}
            kept = [replace(rule, when={"all": [reached, rule.when]}) if rule.id in same else rule for rule in kept]
        return replace(act, rules=tuple(kept), exceptions=()) if kept else _silent(act)

    return alone(past), alone(book), bool(exempting)


def _alike_in(rule_id: str, before: Mapping[str, Rule], after: Mapping[str, Rule]) -> bool:
    return rule_id in after and _alike(before[rule_id], after[rule_id])


def _changed_tables(past: Rulebook, book: Rulebook) -> frozenset[str]:
    if past.tables is book.tables:
        return frozenset()
    old, new = ({entry[0]: entry for entry in act.tables.editions()} for act in (past, book))
    return frozenset(table for table in old.keys() | new.keys() if old.get(table) != new.get(table))


def _changed_rows(old: Table, new: Table) -> frozenset[str]:
    """Countries whose rows of the chart differ; none where it cannot be told by country."""
    if old.columns != new.columns or "country" not in old.columns:
        return frozenset()
    before, after = (
        {code: [dict(row.cells) for row in rows] for code, rows in table.index("country").items()}
        for table in (old, new)
    )
    return frozenset(code for code in before.keys() | after.keys() if before.get(code) != after.get(code))


def _named_by(condition: Any, definitions: Mapping[str, Any], seen: frozenset[str]) -> frozenset[str]:
    """Every word in a condition and in the definitions that it uses: the names of tables are among them."""
    if isinstance(condition, str):
        if condition in definitions and condition not in seen:
            return _named_by(definitions[condition], definitions, seen | {condition}) | {condition}
        return frozenset({condition})
    parts: Iterable[Any] = ()
    if isinstance(condition, Mapping):
        parts = condition.values()
    elif isinstance(condition, (list, tuple)):
        parts = condition
    return frozenset[str]().union(*(_named_by(part, definitions, seen) for part in parts))


def _alike(one: Rule, other: Rule) -> bool:
    return replace(one, where=other.where) == other


def _silent(book: Rulebook) -> Rulebook:
    """The act with nothing to say: its tables still tell which codes are whose."""
    return replace(book, rules=(), exceptions=(), nexus=_NEVER)


# --- probes


def _probes(
    acts: Sequence[tuple[str, Rulebook]],
) -> Iterator[tuple[frozenset[str], Rulebook, Mapping[str, frozenset[tuple[str, str]]]]]:
    """For each act and each combination of parts, the conjuncts that look at these alone, each once."""
    for world, book in acts:
        grouped: dict[frozenset[str], dict[str, tuple[Any, set[str]]]] = {}
        for rule in book.rules:
            for part in itertools.chain(_conjuncts(book.nexus, book), _conjuncts(rule.when, book)):
                fields = _fields(part, book)
                if fields is not None:
                    # Many rules have a conjunct in common, those of the nexus all.
                    grouped.setdefault(fields, {}).setdefault(repr(part), (part, set()))[1].add(rule.id)
        for fields, parts in grouped.items():
            asked, ruled_out = [], {}
            for number, (part, rules) in enumerate(parts.values()):
                probe = f"{book.id}/probe-{number}"
                asked.append(_probe(probe, part, book))
                ruled_out[probe] = frozenset((world, rule_id) for rule_id in rules)
            yield fields, replace(book, rules=tuple(asked), exceptions=(), nexus="always"), ruled_out


def _probe(probe: str, part: Any, book: Rulebook) -> Rule:
    return Rule(
        id=probe,
        title=probe,
        citation=book.citation,
        in_force=(Period(ALWAYS),),
        effect=Effect.REQUIRE_LICENCE,
        when=part,
        where=probe,
    )


def _conjuncts(condition: Any, book: Rulebook) -> Iterator[Any]:
    if isinstance(condition, Mapping):
        ((key, argument),) = condition.items()
        if key == "all":
            for part in argument:
                yield from _conjuncts(part, book)
            return
        if key == "defined":
            yield from _conjuncts(book.definitions.get(argument), book)
            return
    if condition is not None and condition != "always":
        yield condition


def _fields(condition: Any, book: Rulebook) -> frozenset[str] | None:
    """The parts of a transaction that a condition looks at; None where that is not known, or more."""
    if condition == "always":
        return frozenset()
    if not isinstance(condition, Mapping):
        return None
    ((key, argument),) = condition.items()
    if key == "not":
        return _fields(argument, book)
    if key == "defined":
        return _fields(book.definitions.get(argument), book)
    if key in ("all", "any"):
        found = frozenset[str]()
        for part in argument:
            fields = _fields(part, book)
            if fields is None:
                return None
            found |= fields
        return found
    if key == "within":
        return frozenset({ORIGIN}) if argument["place"] == "origin" else None
    return _LOOKS_AT.get(key)


def _listing_free(condition: Any, book: Rulebook) -> bool:
    if condition == "always":
        return True
    if not isinstance(condition, Mapping):
        return False
    ((key, argument),) = condition.items()
    if key in ("all", "any"):
        return all(_listing_free(part, book) for part in argument)
    if key == "not":
        return _listing_free(argument, book)
    if key == "defined":
        return _listing_free(book.definitions.get(argument), book)
    return key in _LISTING_FREE


# --- days


def days_of_change(books: Sequence[Rulebook]) -> tuple[dt.date, ...]:
    """Every day that the acts or their tables name, in order: between two of them the law stays as it is.

    Days counted from a listing's first day are not among them.
    """
    found: set[dt.date] = set()
    for book in books:
        if not book.rules:
            continue
        every: list[Rule | ExceptionRule] = [*book.rules, *book.exceptions]
        for one in every:
            for period in one.in_force:
                named = (period.interval.start, period.interval.end, period.unsettled_from)
                found |= {day for day in named if day is not None}
        conditions: list[Any] = [book.nexus, *book.definitions.values()]
        conditions += [part for rule in book.rules for part in (rule.when, rule.for_each)]
        conditions += [part for rule in book.exceptions for part in (rule.considered_when, rule.foreclosed)]
        found |= set(_days(conditions))
        for table_id in book.tables.ids:
            for row in book.tables[table_id]:
                found |= {day for cell in row.cells.values() if (day := _day(cell)) is not None}
    return tuple(sorted(found))


def _days(value: Any) -> Iterator[dt.date]:
    if isinstance(value, str):
        if (day := _day(value)) is not None:
            yield day
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _days(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _days(part)


def _day(text: str) -> dt.date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return parse_date(text)
    except BadInput:
        return None
