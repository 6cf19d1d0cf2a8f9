"""Transactions from files, tables and command-line options.

The keys of a transaction file are those of a determination case without its expectation (header of
``conformance/golden-cases.yaml``). Unknown keys are errors with the nearest known one, never ignored.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from enduse.formats.plain_json import locate_json
from enduse.formats.plain_yaml import MAX_BYTES, Located, Route, locate_yaml, read_bounded, too_large
from enduse.interfaces.fields import (
    FURTHEST_AHEAD,
    MAX_NAME,
    Place,
    check_keys,
    classification,
    country,
    day,
    entries,
    number,
    text,
    word,
)
from enduse.interfaces.transaction_parties import MAX_PARTIES, parties_from
from enduse.interfaces.transaction_text import transaction_to_mapping
from enduse.model.countries import country_name, resolve_country
from enduse.model.errors import BadInput
from enduse.model.transaction import Activity, FactValue, Item, Money, Transaction
from enduse.rules.facts import FactBook
from enduse.rules.rulebook import known_laws

__all__ = [
    "FURTHEST_AHEAD",
    "MAX_ITEMS",
    "MAX_NAME",
    "MAX_PARTIES",
    "load_transaction",
    "transaction_from_mapping",
    "transaction_from_options",
    "transaction_to_mapping",
]

MAX_ITEMS = 200

_ITEM_FACTS = ("cyber_surveillance", "exporter_aware", "exporter_suspects", "informed_by_authority")
_OF_ONE_ITEM = "us_content_percent"
ITEM_KEYS = ("code", "codes", "description", "for", "classification_on_date", "hs_code", _OF_ONE_ITEM, *_ITEM_FACTS)
TRANSACTION_KEYS = (
    *("reference", "id", "date", "activity", "item", "items", "from", "destination", "parties", "end_use", "value"),
    "facts",
)
_ELSEWHERE = MappingProxyType(
    {
        "jurisdiction": "the law is chosen when checking: --law us,eu",
        "origin": "did you mean from?",
        "to": "did you mean destination?",
        "end_user": "name it among the parties: parties: [{role: end_user, name: ...}]",
        **dict.fromkeys(
            ("expected", "citation", "rationale", "confidence", "note"), "only a case file for enduse verify has it"
        ),
    }
)
_HS_CODE = re.compile(r"[0-9]{4,12}(?:\.[0-9]+)*|[0-9]{4}(?:\.[0-9]{2}){1,4}")
_AMOUNT = re.compile(r"(?P<amount>[-+.0-9]\S*?)\s*(?P<currency>[A-Za-z]{3})")


def load_transaction(path: str, *, today: dt.date | None = None, default_date: dt.date | None = None) -> Transaction:
    """Read a transaction file (YAML, or JSON by its ``.json`` name or first character); ``-`` is standard input.

    Args:
        today: dates more than five years after it are refused; no check when None.
        default_date: date where the file gives none.

    Raises:
        BadInput: the file cannot be read or used; names file, line and field.
    """
    if path == "-":
        if sys.stdin is None:
            raise BadInput("standard input is closed", where="-", remedy="pipe a transaction into it, or name a file")
        name, data = "standard input", sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise too_large(name, MAX_BYTES)
    else:
        name, data = Path(path).name, read_bounded(Path(path))
    located = _parsed(name, data)
    place = Place(name, lines=located.lines)
    return transaction_at(located.value, place, today=today, default_date=default_date)


def _parsed(name: str, data: bytes) -> Located:
    is_json = name.endswith(".json") or data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    try:
        return (locate_json if is_json else locate_yaml)(data, name=name)
    except BadInput as problem:
        if not is_json or name.endswith(".json"):
            raise
        # A YAML document may begin with a brace too; the message is that of the format that came closer.
        try:
            return locate_yaml(data, name=name)
        except BadInput:
            raise problem from None


def transaction_from_mapping(
    raw: Any,
    *,
    where: str | Place = "transaction",
    today: dt.date | None = None,
    default_date: dt.date | None = None,
) -> Transaction:
    """Read a transaction from plain values.

    Args:
        raw: dictionaries, lists and texts as :mod:`enduse.formats` gives them; numbers may be ``int`` or ``Decimal``,
            dates :class:`datetime.date`, yes and no ``bool``.
        where: what messages call the source.
        today: dates more than five years after it are refused; no check when None.
        default_date: date where none is given.

    Raises:
        BadInput: names the field and how to mend it.
    """
    place = where if isinstance(where, Place) else Place(where)
    return transaction_at(raw, place, today=today, default_date=default_date)


def transaction_at(raw: Any, place: Place, *, today: dt.date | None, default_date: dt.date | None) -> Transaction:
    """A transaction from plain values that stand at a place, which errors name."""
    check_keys(raw, TRANSACTION_KEYS, place, "a transaction", _ELSEWHERE)
    facts = _facts(raw.get("facts"), place.at("facts"))
    items = _items(raw, place, facts)
    origin = _origin(raw.get("from"), place.at("from"), facts)
    destination = _destination(raw.get("destination"), place.at("destination"), facts)
    if raw.get("date") is None and default_date is None:
        raise place.at("date").bad("is missing", "date: 2026-11-24")
    return Transaction(
        activity=word(Activity, "export" if raw.get("activity") is None else raw["activity"], place.at("activity")),
        date=day(default_date if raw.get("date") is None else raw["date"], place.at("date"), today),
        items=items,
        destination=destination,
        parties=parties_from(raw.get("parties"), place.at("parties")),
        origin=origin,
        end_use=text(raw.get("end_use"), place.at("end_use"), several_lines=True),
        value=_money(raw.get("value"), place.at("value")),
        facts=MappingProxyType(facts),
        reference=_reference(raw, place),
    )


def _reference(raw: Mapping[str, Any], place: Place) -> str:
    found = text(raw.get("reference"), place.at("reference"))
    other = text(raw.get("id"), place.at("id"))
    if found and other and found != other:
        raise place.at("id").bad("'id' and 'reference' differ", "state it once")
    return found or other


def _items(raw: Mapping[str, Any], place: Place, facts: dict[str, FactValue]) -> tuple[Item, ...]:
    if ("item" in raw) == ("items" in raw):
        raise place.bad("give 'item' or 'items', exactly one of them", "item: {code: 5A001.j}")
    if "item" in raw:
        return (_item(raw["item"], place.at("item"), facts),)
    several = place.at("items")
    items = tuple(
        _item(item, several.at(position), facts)
        for position, item in enumerate(entries(raw["items"], several, MAX_ITEMS))
    )
    if not items:
        raise several.bad("no item", "items: [{code: 5A001.j}]")
    return items


def _item(raw: Any, place: Place, facts: dict[str, FactValue]) -> Item:
    check_keys(raw, ITEM_KEYS, place, "an item")
    book = FactBook.load()
    for key in _ITEM_FACTS:
        if raw.get(key) is not None:
            value = book.parse_value(key, raw[key], where=str(place.at(key)))
            if facts.setdefault(key, value) != value:
                raise place.at(key).bad(f"{key!r} is stated twice with different values", "state it once")
    share = raw.get(_OF_ONE_ITEM)
    content = None if share is None else book.parse_value(_OF_ONE_ITEM, str(share), where=str(place.at(_OF_ONE_ITEM)))
    hs_code = text(raw.get("hs_code"), place.at("hs_code"))
    if hs_code and not _HS_CODE.fullmatch(hs_code):
        raise place.at("hs_code").bad(f"{hs_code!r} is no HS code", "digits, leading zeros kept: 0847.13")
    return Item(
        code=classification(raw.get("code"), place.at("code")),
        description=text(raw.get("description"), place.at("description"), several_lines=True),
        used_for=_classification(raw, "for", place),
        classification_on_date=_classification(raw, "classification_on_date", place),
        hs_code=hs_code or None,
        codes=_codes(raw.get("codes"), place.at("codes")),
        us_content_percent=content if isinstance(content, Decimal) else None,
    )


def _codes(raw: Any, place: Place) -> tuple[tuple[str, str], ...]:
    """Codes under single laws, in the order of the laws' names."""
    if raw is None:
        return ()
    if not isinstance(raw, Mapping):
        raise place.bad("codes is a mapping of laws to codes", "codes: {eu: UNLISTED}")
    check_keys(raw, known_laws(), place, "the codes of an item")
    return tuple((law, classification(raw[law], place.at(law))) for law in sorted(raw))


def _classification(raw: Mapping[str, Any], key: str, place: Place) -> str | None:
    return None if raw.get(key) is None else classification(raw[key], place.at(key))


def _facts(raw: Any, place: Place) -> dict[str, FactValue]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise place.bad("facts is a mapping of keys to values", "facts: {us_person: true}")
    book = FactBook.load()
    return {key: book.parse_value(key, value, where=str(place.at(key))) for key, value in raw.items()}


def _origin(raw: Any, place: Place, facts: dict[str, FactValue]) -> str | None:
    stated = facts.pop("from", None)
    if raw is None:
        return str(stated) if stated is not None else None
    found = country(raw, place)
    if stated is not None and stated != found:
        raise place.bad("'from' and facts.from differ", "state it once")
    return found


def _destination(raw: Any, place: Place, facts: Mapping[str, FactValue]) -> str:
    if raw is None:
        raise place.bad("is missing", "destination: EG, or XX where it cannot be resolved")
    if raw == "XX":
        return "XX"
    found = country(raw, place)
    name = facts.get("destination_name")
    named = resolve_country(name) if isinstance(name, str) else None
    if named is not None and named != found:
        raise place.bad(
            f"is {country_name(found)}, but facts.destination_name says {country_name(named)}", "state one destination"
        )
    return found


def _money(raw: Any, place: Place) -> Money | None:
    if raw is None:
        return None
    check_keys(raw, ("amount", "currency"), place, "a value")
    amount = number(raw.get("amount"), place.at("amount"), "zero or more, in plain digits: 25000.00")
    currency = text(raw.get("currency"), place.at("currency"), required=True).upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise place.at("currency").bad(f"{currency!r} is no currency", "three letters (ISO 4217): USD")
    return Money(amount, currency)


def transaction_from_options(
    *,
    item: str,
    destination: str,
    date: dt.date,
    origin: str | None = None,
    end_user: str | None = None,
    parties: Sequence[str] = (),
    activity: str = "export",
    value: str | None = None,
    end_use: str = "",
    facts: Sequence[str] = (),
    codes: Sequence[str] = (),
    today: dt.date | None = None,
) -> Transaction:
    """Build a transaction from command-line options.

    Args:
        codes: classifications under other laws, each ``LAW=CODE``.
        parties: each ``ROLE=NAME`` or ``ROLE=NAME@CC``.
        value: amount and currency, ``25000USD``.
        facts: each ``KEY=VALUE``; the values of a list are separated by commas.
        today: dates more than five years after it are refused; no check when None.

    Raises:
        BadInput: names the option.
    """
    names: dict[Route, str] = {
        ("item",): "--item",
        ("destination",): "--to",
        ("from",): "--from",
        ("activity",): "--activity",
        ("value",): "--value",
        ("end_use",): "--end-use",
        ("date",): "--as-of",
    }
    raw_parties: list[dict[str, Any]] = []
    if end_user is not None:
        names["parties", 0] = "--end-user"
        raw_parties.append({"role": "end_user", "name": end_user})
    for option in parties:
        names["parties", len(raw_parties)] = f"--party {option}"
        raw_parties.append(_party_option(option))
    stated: dict[str, Any] = {}
    for option in facts:
        key, equals, rest = option.partition("=")
        if not equals:
            raise BadInput(f"{option!r} is no fact", where="--fact", remedy="KEY=VALUE")
        if key in stated:
            raise BadInput(f"{key!r} is stated twice", where="--fact", remedy="state it once")
        names["facts", key] = f"--fact {key}"
        stated[key] = fact_from_text(key, rest)
    other_codes: dict[str, str] = {}
    for option in codes:
        law, equals, code = option.partition("=")
        if not equals:
            raise BadInput(f"{option!r} is no code under a law", where="--code", remedy="LAW=CODE, eu=UNLISTED")
        names["item", "codes", law] = f"--code {law}"
        other_codes[law] = code
    raw: dict[str, Any] = {
        "date": date,
        "activity": activity,
        "item": {"code": item, "codes": other_codes or None},
        "from": origin,
        "destination": destination,
        "parties": raw_parties,
        "end_use": end_use,
        "value": None if value is None else money_from_text(value, "--value"),
        "facts": stated,
    }
    return transaction_at(raw, Place("", names=names), today=today, default_date=None)


def _party_option(option: str) -> dict[str, Any]:
    role, equals, rest = option.partition("=")
    name, at, code = rest.rpartition("@")
    if not equals or not rest.strip():
        raise BadInput(f"{option!r} is no party", where="--party", remedy="ROLE=NAME or ROLE=NAME@CC")
    if not at:
        return {"role": role, "name": rest}
    if not name.strip() or resolve_country(code) is None:
        raise BadInput(
            f"{option!r} names no country after @",
            where="--party",
            remedy="ROLE=NAME@CC; a name that holds @ needs its country behind it, or a transaction file",
        )
    return {"role": role, "name": name, "country": code}


def money_from_text(value: str, where: str) -> dict[str, str]:
    """Amount and currency of a text such as ``25000USD``.

    Raises:
        BadInput: it has another form.
    """
    found = _AMOUNT.fullmatch(value.strip())
    if not found or not found["amount"]:
        raise BadInput(f"{value!r} is no value", where=where, remedy="amount and currency: 25000USD")
    return {"amount": found["amount"], "currency": found["currency"]}


def fact_from_text(key: str, value: str) -> str | list[str]:
    """A fact as one text gives it: the values of a list or record are separated by commas or semicolons."""
    book = FactBook.load()
    if book.knows(key) and book.get(key).type in ("countries", "list", "record"):
        return [part for part in re.split(r"[,;]", value) if part.strip()]
    return value
