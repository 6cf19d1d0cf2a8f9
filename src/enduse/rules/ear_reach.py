"""Predicates on what makes a foreign-made item subject to the EAR: US content, and direct products of US technology.

Sources: 15 CFR 734.3 (items subject to the EAR), 734.4 and Supplement No. 2 to part 734 (de minimis content), 734.9
(foreign-direct-product rules). Levels, scopes and lists of technology are tables of the rulebook.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from enduse.model.codes import covers_code, eccn_of
from enduse.model.truth import Truth
from enduse.rules.answer import FALSE, TRUE, Answer, both, either, known, unknown
from enduse.rules.ear import in_places, row_condition, row_reaches
from enduse.rules.facts import NONE
from enduse.rules.given import PartyListing
from enduse.rules.places import destination, groups, resolve
from enduse.rules.predicates import a_text, code_covered, flag, predicate, texts
from enduse.rules.repeat import listings
from enduse.rules.situation import Situation
from enduse.rules.tables import Row

CONTENT, CONTENT_CODES = "us_content_percent", "us_content_codes"
EMBARGO_LEVEL, GENERAL_LEVEL = Decimal(10), Decimal(25)
_EMBARGOED = frozenset({"E:1", "E:2"})
_ROUTES = {"direct": "direct_product_of", "plant": "plant_direct_product_of"}


def _claim_argument(argument: Any) -> str:
    good = isinstance(argument, Mapping) and len(argument) == 1
    return "" if good else "takes {FACT: value} or {FACT: [values]}"


@predicate("claimed", _claim_argument)
def claimed(s: Situation, argument: Mapping[str, Any]) -> Answer:
    """The transaction states that a fact has one of these values; where it states nothing, nothing is claimed."""
    ((key, wanted),) = argument.items()
    stated = s.stated(key)
    values = {str(item) for item in stated} if isinstance(stated, tuple) else {_text(stated)}
    return known(bool(values & set(wanted if isinstance(wanted, list) else [wanted])))


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


@predicate("passes_through", texts)
def passes_through(s: Situation, argument: list[str]) -> Answer:
    """The goods pass through one of these countries."""
    stated, silent = _route(s)
    return silent or known(bool(set(stated) & set(argument)))


def _route(s: Situation) -> tuple[tuple[str, ...], Answer | None]:
    """The countries on the way as stated; else the answer of a route that nobody has stated (presumed direct)."""
    stated = s.stated("transit_through")
    if isinstance(stated, tuple):
        return stated, None
    value, answer = s.fact("route")
    return (), answer if value is None else Answer(Truth.FALSE, presumed=answer.presumed)


@predicate("foreign_item_subject", a_text)
def foreign_item_subject(s: Situation, argument: str) -> Answer:
    """The foreign-made item is subject to the EAR: as stated, or as this named condition shows.

    A stated "no" settles what the condition leaves open; it does not undo what the condition shows.
    """
    stated = s.stated("subject_to_ear")
    if stated is True:
        return TRUE
    shown = s.defined(argument)
    if stated is False and shown.truth is Truth.UNKNOWN:
        return known(False, notes=("the item is not subject to the EAR, as stated",))
    return shown


# --- US content (15 CFR 734.4)


@predicate("above_de_minimis", flag)
def above_de_minimis(s: Situation, _: Any) -> Answer:
    """The foreign-made item holds more controlled US content than 15 CFR 734.4 allows for the destination."""
    percent, asked = _content(s)
    if percent == 0:
        return known(False, notes=("it holds no controlled US content",))
    without_level = [_without_level(s, row) for row in s.tables["de_minimis_exclusions"] if s.holds(row)]
    level = EMBARGO_LEVEL if groups(s, destination(s), _EMBARGOED) else GENERAL_LEVEL
    if percent is None:
        exceeds = asked
    else:
        more = "more than" if percent > level else "not more than"
        exceeds = known(percent > level, notes=(f"US content of {percent} percent, {more} {level} (734.4)",))
    return either((exceeds, *without_level))


def _content(s: Situation) -> tuple[Decimal | None, Answer]:
    if s.item.us_content_percent is not None:
        return s.item.us_content_percent, TRUE
    value, answer = s.fact(CONTENT)
    return (value, answer) if isinstance(value, Decimal) else (None, answer)


def _without_level(s: Situation, row: Row) -> Answer:
    """Whether a row of 734.4(a) or (b) takes the item out of the de minimis levels."""
    answer = both(_exclusion_parts(s, row))
    if answer.truth is not Truth.TRUE:
        return answer
    decisive = next(column for column in ("destinations", "item", "content") if row.get(column))
    note = f"no de minimis level ({row['paragraph']})"
    return both((answer, known(True, cells=(row.cell(decisive),), notes=(note,))))


def _exclusion_parts(s: Situation, row: Row) -> Iterator[Answer]:
    if items := row.values("item"):
        yield either(code_covered(s, code) for code in items)
    if places := row.values("destinations"):
        yield in_places(s, destination(s), places)
    for condition in row.values("condition"):
        kind, _, footnote = condition.partition(":")
        yield party_with_footnote(s, [footnote]) if kind == "party_footnote" else row_condition(s, condition)
    if row.values("content"):
        yield _content_is(s, row)
    if row.get("open"):
        yield unknown("law.not_modelled", notes=(row["open"],))


def _content_is(s: Situation, row: Row) -> Answer:
    value, answer = s.fact(CONTENT_CODES)
    if value is None:
        return answer
    stated = value if isinstance(value, tuple) else (str(value),)
    for code in stated:
        if code != NONE and any(_matches(pattern, code) for pattern in row.values("content")):
            left_out = any(_matches(pattern, code) for pattern in row.values("content_exclude"))
            if not left_out:
                return known(True, notes=(f"it holds US-origin {code}",))
    return FALSE


def _matches(pattern: str, code: str) -> bool:
    return fnmatchcase(code, pattern) or covers_code(pattern, code) is Truth.TRUE


# --- foreign direct products (15 CFR 734.9)


@predicate("direct_product", a_text)
def direct_product(s: Situation, argument: str) -> Answer:
    """The item, or the plant that made it, is the direct product of technology or software that this rule names."""
    answers = []
    for route, key in _ROUTES.items():
        rows = [row for row in s.tables.lookup("fdp_inputs", "rule", argument) if row["route"] in (route, "both")]
        if not rows:
            continue
        value, answer = s.fact(key)
        if value is None:
            answers.append(answer)
            continue
        stated = value if isinstance(value, tuple) else (str(value),)
        hit = next((code for code in stated if any(_matches(row["input"], code) for row in rows)), None)
        notes = (f"direct product ({route} route) of {hit}",) if hit else ()
        answers.append(known(hit is not None, notes=notes))
    return either(answers)


@predicate("party_with_footnote", texts)
def party_with_footnote(s: Situation, argument: list[str]) -> Answer:
    """Some party is on the Entity List with one of these footnote designations."""
    answers = []
    for binding in listings(s, {"lists": ["EL"]}):
        item = binding.bound["listing"]
        assert isinstance(item, PartyListing)
        if set(argument) & set(item.listing.footnotes):
            answers.append(binding.membership)
    return either(answers)


# --- values, transit, headquarters


@predicate("value_at_least", a_text)
def value_at_least(s: Situation, argument: str) -> Answer:
    """The value in US dollars is this amount or more."""
    large = s.worth_at_least(Decimal(argument), "USD")
    if large is None:
        return FALSE if s.closed_world else unknown("value")
    return known(large)


@predicate("fact_country_in", _claim_argument)
def fact_country_in(s: Situation, argument: Mapping[str, Any]) -> Answer:
    """A country that a fact names is one of these countries or country groups (``headquarters``)."""
    ((key, wanted),) = argument.items()
    value, answer = s.fact(key)
    if value is None:
        return answer
    if value == NONE:
        return FALSE
    return in_places(s, resolve(s, str(value)), wanted)


@predicate("transit_needs_licence", a_text)
def transit_needs_licence(s: Situation, argument: str) -> Answer:
    """The goods are unladen in a country of this table to which they would need a licence (15 CFR 736.2(b)(8))."""
    on_the_way, silent = _route(s)
    return silent or either(_would_need(s, code) for code in on_the_way if s.tables.lookup(argument, "country", code))


def _would_need(s: Situation, code: str) -> Answer:
    """Whether the Country Chart or an embargo asks for a licence to a country on the way."""
    there = s.towards(code)
    place = resolve(there, code)
    note = (f"through {place.describe()}",)
    if place.row is None or place.row["row_kind"] == "part_746":
        return known(True, notes=note)
    eccn = eccn_of(s.item.code)
    if eccn is None:
        return FALSE
    if place.governing in ("RU", "BY"):
        return known(True, notes=note)
    answers = []
    for row in s.tables.lookup("ccl_controls", "eccn", eccn):
        if not s.holds(row):
            continue
        reach = row_reaches(there, row)
        if row["requirement"] == "column":
            marked = bool(place.row[row["column"]])
        elif row["requirement"] in ("all", "all_except"):
            marked = code not in row.values("except_countries")
        else:
            marked = in_places(there, place, row.values("destinations")).truth is not Truth.FALSE
        if row["requirement"] == "worldwide" and not marked:
            answers.append(both((row_condition(s, "worldwide_requirement_applied"), reach)))
        else:
            answers.append(both((known(marked, notes=note), reach)))
    return either(answers)


@predicate("origin_in_table", a_text)
def origin_in_table(s: Situation, argument: str) -> Answer:
    """The items come from a country that has a row, in force on the day, in this table."""
    return row_condition(s, f"from_table:{argument}")


@predicate("party_named_in", a_text)
def party_named_in(s: Situation, argument: str) -> Answer:
    """The bound party bears one of the names of this table (whole words; the row's country is its state)."""
    view: Any = s.bound["party"]
    every = tuple(name for row in s.tables[argument] for name in row.values("names"))
    if not view.party.bears(every):
        return FALSE
    for row in s.tables[argument]:
        if s.holds(row) and view.party.bears(row.values("names")):
            return known(True, cells=(row.cell("names"),), notes=(f"{view.party.name} is named there",))
    return FALSE
