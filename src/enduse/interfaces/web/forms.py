"""The check form: its fields as a transaction, and what is wrong with them, field by field.

Names of fields: ``item, description, for, classification_on_date, hs_code``, ``us_content_percent, code.LAW``,
``activity, from, to, date, value, currency, end_use, reference``; ``party.N.role, .name, .type, .country, .address``,
``.identifier, .birth_date, .owners, .not_same_as``; ``fact.KEY`` and, for the parts of a record, ``fact.KEY:PART``;
``law``, ``strict``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from enduse.assess import Settings
from enduse.formats.plain_yaml import Route
from enduse.interfaces.fields import Place, nearest
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.interfaces.web.fields import PINS, Fields, Pairs
from enduse.model.errors import BadInput
from enduse.model.transaction import FactValue, Transaction
from enduse.rules.facts import FactBook
from enduse.rules.rulebook import DEFAULT_LAWS, known_laws

ITEM_FIELDS: Mapping[str, str] = {
    "item": "code",
    "description": "description",
    "for": "for",
    "classification_on_date": "classification_on_date",
    "hs_code": "hs_code",
    "us_content_percent": "us_content_percent",
}
PLAIN_FIELDS: Mapping[str, str] = {
    "activity": "activity",
    "from": "from",
    "to": "destination",
    "date": "date",
    "end_use": "end_use",
    "reference": "reference",
}
PARTY_FIELDS = (*("role", "name", "type", "country", "address", "identifier", "birth_date", "owners", "not_same_as"),)
OTHER_FIELDS = ("value", "currency", "law", "strict", "as_of", "add", "find", "csrf_token", *PINS)
LABELS: Mapping[str, str] = {
    "item": "Classification",
    "for": "It is for an item of code",
    "classification_on_date": "Classification on an earlier day",
    "hs_code": "HS code",
    "us_content_percent": "US content",
    "from": "From",
    "to": "Destination",
    "date": "Date of the transaction",
    "value": "Value",
    "currency": "Currency",
    "end_use": "End use",
    "activity": "Activity",
    "law": "Governments asked",
}
MAX_ROWS = 50
NO_OWNER = "none"
_PARTY = re.compile(r"party\.(\d{1,3})\.([a-z_]+)")
_MAX_ROUNDS = 20
_STAND_IN: Mapping[str, Any] = {"item": "EAR99", "to": "US"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, and how to mend it."""

    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Filled:
    """The form as filled in.

    Attributes:
        transaction: None while a problem stands.
        problems: by the name of the field; under the empty name what concerns none.
    """

    fields: Fields
    transaction: Transaction | None = None
    settings: Settings = field(default_factory=Settings)
    problems: Mapping[str, Problem] = field(default_factory=dict)


def read_form(fields: Fields, today: dt.date) -> Filled:
    """Read the form; every field that cannot be used is named at once.

    Args:
        fields: as sent.
        today: the date where none is stated; dates more than five years after it are refused.
    """
    problems = dict(_unknown(fields))
    raw, names = _raw(fields)
    settings = _settings(fields, problems)
    transaction = None
    for _ in range(_MAX_ROUNDS):
        try:
            transaction = transaction_from_mapping(raw, where=Place("", names=names), today=today, default_date=today)
            break
        except BadInput as problem:
            name = field_of(problem.where)
            if name in problems and name:
                break
            problems[name] = Problem(problem.problem, remedy_of(problem.remedy))
            if not _set_aside(raw, names, name):
                break
    return Filled(fields, None if problems else transaction, settings, problems)


def label_of(name: str) -> str:
    """What the form calls a field."""
    party = _PARTY.fullmatch(name)
    if party:
        return f"Party {int(party[1]) + 1}, {party[2].replace('_', ' ')}"
    head, _, rest = name.partition(".")
    known = {"fact": f"Answer on {rest}", "code": f"Code under the law of {rest.upper()}"}
    return LABELS.get(name) or known.get(head, "")


def field_of(where: str) -> str:
    """The field that an error's place names; empty where it is none."""
    name = where.split(" (", maxsplit=1)[0].rsplit(", ", maxsplit=1)[-1].strip()
    return {"item.code": "item", "transaction": "", "--law": "law", "item.codes": "item"}.get(name, name)


def remedy_of(text: str) -> str:
    """How to mend it, for somebody before a form."""
    if re.match(r"(?:item: \{|write [a-z_]+: \.\.\.)", text) or text.startswith("destination:"):
        return "fill it in"
    if text.startswith("state item.classification_on_date"):
        return "more about the item: fill in its classification on that day, for example EAR99"
    return text


def _unknown(fields: Fields) -> list[tuple[str, Problem]]:
    known = {*ITEM_FIELDS, *PLAIN_FIELDS, *OTHER_FIELDS}
    found: list[tuple[str, Problem]] = []
    for name in dict.fromkeys(name for name, _ in fields.pairs):
        party = _PARTY.fullmatch(name)
        if name in known or (party and party[2] in PARTY_FIELDS and int(party[1]) < MAX_ROWS):
            continue
        head, _, rest = name.partition(".")
        if (head == "code" and rest in known_laws()) or (head == "fact" and rest):
            continue
        shown = name[:60]
        found.append(("", Problem(f"the form has no field {shown!r}", nearest(shown, known))))
    return found


def _settings(fields: Fields, problems: dict[str, Problem]) -> Settings:
    laws = tuple(dict.fromkeys(fields.all("law"))) or DEFAULT_LAWS
    wrong = [law for law in laws if law not in known_laws()]
    if wrong:
        problems["law"] = Problem(f"no law is called {wrong[0][:40]!r}", f"known: {', '.join(known_laws())}")
        laws = DEFAULT_LAWS
    return Settings(laws=laws, strict=fields.one("strict") == "yes")


def rows_of(fields: Fields) -> tuple[int, ...]:
    """The rows of parties in which something is stated beyond the role."""
    numbers = {
        int(found[1])
        for name, _ in fields.pairs
        if (found := _PARTY.fullmatch(name)) and found[2] in PARTY_FIELDS and found[2] != "role"
    }
    return tuple(sorted(number for number in numbers if number < MAX_ROWS))


def _raw(fields: Fields) -> tuple[dict[str, Any], dict[Route, str]]:
    """The transaction as a file would hold it, and which field each of its values comes from."""
    item: dict[str, Any] = {}
    raw: dict[str, Any] = {"item": item}
    names: dict[Route, str] = {("item", "code"): "item", ("item",): "item", ("destination",): "to"}
    for name, key in ITEM_FIELDS.items():
        names["item", key] = name
        if text := fields.one(name):
            item[key] = text
    for law, text in fields.under("code."):
        item.setdefault("codes", {})[law] = text
        names["item", "codes", law] = f"code.{law}"
    for name, key in PLAIN_FIELDS.items():
        names[key,] = name
        if text := fields.one(name):
            raw[key] = text
    if amount := fields.one("value"):
        raw["value"] = {"amount": amount, "currency": fields.one("currency", "USD")}
    names |= {("value", "amount"): "value", ("value", "currency"): "currency", ("value",): "value"}
    raw["parties"] = []
    for position, number in enumerate(rows_of(fields)):
        raw["parties"].append(_party(fields, number))
        prefix = f"party.{number}"
        names |= {("parties", position, key): f"{prefix}.{key}" for key in PARTY_FIELDS}
        names["parties", position, "identifiers"] = f"{prefix}.identifier"
        names["parties", position] = f"{prefix}.name"
    raw["facts"] = _facts(fields, names)
    return raw, names


def _party(fields: Fields, number: int) -> dict[str, Any]:
    def one(key: str) -> str:
        return fields.one(f"party.{number}.{key}")

    found: dict[str, Any] = {"role": one("role") or "end_user", "name": one("name")}
    found |= {key: one(key) for key in ("type", "country", "address", "birth_date") if one(key)}
    if one("identifier"):
        found["identifiers"] = [line.strip() for line in one("identifier").split("\n") if line.strip()]
    if ruled_out := fields.all(f"party.{number}.not_same_as"):
        found["not_same_as"] = list(ruled_out)
    if stated := one("owners"):
        lines = [line.strip() for line in stated.split("\n") if line.strip()]
        found["owners"] = [] if lines == [NO_OWNER] else [_owner(line) for line in lines]
    return found


def _owner(line: str) -> dict[str, str]:
    """An owner in a line: ``NAME; SHARE``."""
    name, _, share = line.rpartition(";")
    return {"name": name.strip(), "share": share.strip().rstrip("%").strip()} if name else {"name": line}


def _facts(fields: Fields, names: dict[Route, str]) -> dict[str, Any]:
    book = FactBook.load()
    found: dict[str, Any] = {}
    for name, text in fields.under("fact."):
        key, _, part = name.partition(":")
        names["facts", key] = f"fact.{key}"
        if part:
            found.setdefault(key, {})[part] = text
        elif book.knows(key) and book.get(key).type in ("list", "countries", "record"):
            found.setdefault(key, []).extend(entry.strip() for entry in re.split(r"[,;]", text) if entry.strip())
        else:
            found[key] = text
    return found


def _set_aside(raw: dict[str, Any], names: Mapping[Route, str], name: str) -> bool:
    """Put the value that a problem is about aside, so that the next problem can be found."""
    route = next((route for route, called in names.items() if called == name and len(route) > 1), None)
    route = route or next((route for route, called in names.items() if called == name), None)
    if not name or route is None:
        return False
    if name in _STAND_IN:
        if name == "item":
            raw["item"]["code"] = _STAND_IN[name]
        else:
            raw["destination"] = _STAND_IN[name]
        return True
    holder: Any = raw
    for step in route[:-1]:
        holder = holder[step]
    last = route[-1]
    if isinstance(last, str) and last == "name":
        holder["name"] = "not read"
    elif isinstance(last, str) and last == "role":
        holder["role"] = "other"
    elif name in ("value", "currency"):
        raw.pop("value", None)
    elif isinstance(holder, dict) and last in holder:
        del holder[last]
    else:
        return False
    return True


def question_pairs(value: FactValue) -> tuple[str, ...]:
    """A fact's value as the texts of its field."""
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return tuple(value) if isinstance(value, tuple) else (str(value),)


def kept(fields: Fields) -> Pairs:
    """What a link to this very question states: every field but buttons and tokens."""
    return fields.without("add", "find", "csrf_token", *PINS)
