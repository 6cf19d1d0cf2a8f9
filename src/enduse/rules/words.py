"""Conditions in plain words: what a rule asks, as a lawyer would say it, one line for each part of the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from enduse.model.assessment import Effect
from enduse.model.countries import country_name
from enduse.rules.facts import FactBook
from enduse.rules.language import ExceptionRule, Rule
from enduse.rules.registered import REGISTRY
from enduse.rules.rulebook import Rulebook

EFFECTS: Mapping[Effect, str] = {
    Effect.PROHIBIT: "prohibits",
    Effect.REQUIRE_LICENCE: "requires a licence",
    Effect.REQUIRE_NOTIFICATION: "requires notice to the authority, and waiting for its decision",
    Effect.REVIEW: "adds to the review",
    Effect.EXEMPT: "exempts",
    Effect.FORECLOSE_EXCEPTION: "rules out licence exceptions",
}


def said(condition: Any, book: Rulebook, depth: int = 0, *, whole: bool = True) -> Iterator[tuple[int, str]]:
    """The parts of a condition, each with its depth; named conditions spelled out where ``whole``."""
    if condition == "always":
        yield depth, "always"
        return
    ((key, argument),) = condition.items()
    if key in ("all", "any"):
        yield depth, "all of these:" if key == "all" else "one of these:"
        for part in argument:
            yield from said(part, book, depth + 1, whole=whole)
    elif key == "not":
        yield from _negated(argument, book, depth, whole)
    elif key == "defined":
        yield depth, f"“{argument}”" + (":" if whole else "")
        if whole:
            yield from said(book.definitions[argument], book, depth + 1)
    else:
        yield depth, predicate_words(key, argument)


def _negated(condition: Any, book: Rulebook, depth: int, whole: bool) -> Iterator[tuple[int, str]]:
    ((key, argument),) = condition.items() if isinstance(condition, Mapping) else (("always", ""),)
    if key == "defined" and not whole:
        yield depth, f"not “{argument}”"
    elif key in ("all", "any", "defined", "not"):
        yield depth, {"all": "not all of these:", "any": "none of these:"}.get(key, "this does not hold:")
        parts = argument if key in ("all", "any") else [condition]
        for part in parts:
            yield from said(part, book, depth + 1, whole=whole)
    else:
        yield depth, f"not: {predicate_words(key, argument)}"


def condition_lines(condition: Any, book: Rulebook, *, whole: bool = True) -> list[str]:
    """The condition as lines of text; named conditions are spelled out where ``whole``."""
    return [f"{'  ' * depth}- {text}" for depth, text in said(condition, book, whole=whole)]


def predicate_words(key: str, argument: Any) -> str:
    """One predicate with its argument."""
    template = _WORDS.get(key)
    if template is not None:
        return template(argument)
    found = REGISTRY.get(key)
    text = (found.description if found else key).replace("``", "").rstrip(".")
    text = text[:1].lower() + text[1:]
    return text if argument == "true" else f"{text}: {shown(argument)}"


def each_words(rule: Rule) -> str:
    """What the rule is judged for, one by one; empty where it is judged once."""
    if rule.for_each is None:
        return ""
    ((kind, argument),) = rule.for_each.items()
    lists = f" on {', '.join(argument['lists'])}" if argument.get("lists") else ""
    roles = f" as {', '.join(role.replace('_', ' ') for role in argument['roles'])}" if argument.get("roles") else ""
    if kind == "parties":
        return f"each party{roles}"
    if kind in ("listings", "programmes"):
        what = "each listing" if kind == "listings" else "each programme of a listing"
        return f"{what}{lists} of a party{roles}"
    reasons = [str(value) for values in argument.values() if isinstance(values, list) for value in values]
    return f"each control of the item in the control list ({', '.join(reasons)})" if reasons else f"each of the {kind}"


def effect_words(rule: Rule) -> str:
    """What the rule does."""
    if rule.outcome is not None:
        return f"leads to {rule.outcome.value.replace('_', ' ')}"
    if rule.effect is Effect.EXEMPT:
        return f"exempts from {', '.join(rule.exempts)}"
    return EFFECTS[rule.effect]


def period_words(rule: Rule | ExceptionRule) -> Iterator[str]:
    """The days on which the rule is in force, each period in a sentence."""
    for period in rule.in_force:
        start, end = period.interval.start, period.interval.end
        text = "at any date held" if start is None and end is None else ""
        parts = [f"from {start}" if start else "", f"until the day before {end}" if end else ""]
        text = text or " ".join(filter(None, parts))
        cited = f" ({period.citation})" if period.citation else ""
        open_end = f"; what holds from {period.unsettled_from} is not settled" if period.unsettled_from else ""
        yield text + cited + open_end


EXCEPTIONS = "a licence exception that nothing rules out:"


def overcome_words(rule: Rule, book: Rulebook) -> Iterator[str]:
    """What would overcome the rule: exemptions, the exceptions that stay possible, its end, a change of facts."""
    if rule.changes:
        yield rule.changes
    for other in book.rules:
        if other.effect is Effect.EXEMPT and rule.id in other.exempts:
            yield f"exemption {other.id}: {other.title} [{other.citation.text}]"
    if rule.effect is Effect.REQUIRE_LICENCE and rule.code and book.exceptions:
        left = ", ".join(f"{exception.symbol} [{exception.citation.text}]" for exception in book.exceptions)
        yield f"{EXCEPTIONS} {left}"
    if rule.effect is Effect.REQUIRE_LICENCE:
        policy = f" (review: {rule.review_policy})" if rule.review_policy else ""
        yield f"a licence of the authority{policy}"
    for period in rule.in_force:
        if period.interval.end:
            yield f"the end of the period on {period.interval.end}"


def shown(argument: Any) -> str:
    """An argument as a trace shows it."""
    if isinstance(argument, list):
        return ", ".join(map(str, argument))
    if isinstance(argument, Mapping):
        return ", ".join(f"{key}={shown(value)}" for key, value in argument.items())
    return str(argument)


def _countries(argument: Sequence[str]) -> str:
    return ", ".join(country_name(code) for code in argument)


def _or(argument: Sequence[str]) -> str:
    return " or ".join(word.replace("_", " ") for word in argument)


def _fact(argument: Mapping[str, Any]) -> str:
    ((key, wanted),) = argument.items()
    book = FactBook.load()
    options = wanted if isinstance(wanted, list) else [wanted]
    if book.knows(key) and book.get(key).type == "boolean":
        answer = "yes" if options == ["true"] else "no"
        return f"“{book.get(key).question}” {answer} [{key}]"
    question = book.get(key).question if book.knows(key) else key
    return f"“{question}” {_or(list(map(str, options)))} [{key}]"


_PLACES = {
    "origin": "the items come from {}",
    "destination": "the destination is in {}",
    "actor": "the exporter, broker or provider is established in {}",
    "transit": "the goods pass through {}",
    "party": "a party has its seat in {}",
}
_WORDS: Mapping[str, Callable[[Any], str]] = {
    "activity": lambda a: f"the activity is {_or(a)}",
    "destination": lambda a: f"the destination is {_countries(a)}",
    "origin": lambda a: f"the items come from {_countries(a)}",
    "on_or_after": lambda a: f"the day is {a} or later",
    "fact": _fact,
    "item_covered_by": lambda a: f"the item is under {', '.join(a)}",
    "item_unlisted": lambda _: "the item is in no control list",
    "some_end_user": lambda a: f"an end user is {_or(a)}",
    "every_end_user": lambda a: f"every end user is {_or(a)}",
    "some_end_user_known_as": lambda a: f"an end user is known to be {_or(a)}",
    "some_consignee_known_as": lambda a: f"a purchaser or consignee is known to be {_or(a)}",
    "some_receiver": lambda a: f"an end user, consignee or purchaser is {_or(a)}",
    "listing_programme": lambda a: f"the listing is under {', '.join(a)}",
    "affirmed": lambda a: f"one of these reasons applies: {', '.join(a)}",
    "affirmed_other_than": lambda a: f"a reason other than {', '.join(a)} applies",
    "affirmed_or_open": lambda a: f"one of these reasons applies or may apply: {', '.join(a)}",
    "affirmed_or_open_other_than": lambda a: f"a reason other than {', '.join(a)} applies or may apply",
    "item_listed": lambda a: f"the item is in the control list (table {a['annex']})",
    "item_in_list": lambda a: f"the item is in list {a['list']} of the table {a['table']}",
    "destination_in_list": lambda a: f"the destination is in list {a['list']} of the table {a['table']}",
    "destination_in": lambda a: f"the destination is in country group {', '.join(a)}",
    "destination_row": lambda a: f"the chart row that governs the destination is {_countries(a)}",
    "destination_in_table": lambda a: f"the destination is in the table {a}",
    "item_in_table": lambda a: f"the item is in the table {a}",
    "programme_in_table": lambda a: f"the listing's programme is in the table {a}",
    "within": lambda a: _PLACES[a["place"]].format(a["called"]),
    "person_takes_part": lambda a: f"a person of the {str(a).removesuffix('_person').upper()} takes part [{a}]",
    "not_modelled": lambda a: f"not modelled, a person must read it: {a}",
    "left_out": lambda a: f"not modelled, a person must read it: {a}",
    "party_on_list": lambda a: f"a party is on {', '.join(a)}",
    "owned_by_listed": lambda a: (
        f"parties on {', '.join(a['lists'])} own {a.get('at_least', '50')} percent or more of the party"
    ),
    "owned_under": lambda a: f"parties on {', '.join(a['lists'])} own the party, under the rule of {a['regime']}",
    "controlled_under": lambda a: f"a party on {', '.join(a['lists'])} controls it, under the rule of {a['regime']}",
    "days_since_listing": lambda a: f"days since the listing: {shown(a).replace('_', ' ').replace('=', ' ')}",
}
