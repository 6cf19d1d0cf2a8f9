"""Transactions from files, tables and command-line options.

The keys of a transaction file are those of a determination case without its expectation (header of
``conformance/golden-cases.yaml``). Unknown keys are errors with the nearest known one, never ignored.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from enduse.formats.plain_json import load_json
from enduse.formats.plain_yaml import MAX_BYTES, load_yaml
from enduse.model.citation import Citation
from enduse.model.codes import parse_code
from enduse.model.countries import resolve_country, suggest_country
from enduse.model.errors import BadInput
from enduse.model.party import Address, Identifier, Listing
from enduse.model.time import parse_date
from enduse.model.transaction import (
    Activity,
    FactValue,
    Item,
    Money,
    Owner,
    PartyType,
    Role,
    Share,
    Transaction,
    TransactionParty,
)
from enduse.rules.facts import FactBook

E = TypeVar("E", Activity, Role, PartyType)

MAX_TEXT = 1_000
MAX_PARTIES = 1_000
MAX_ITEMS = 200
MAX_OWNER_DEPTH = 20
FURTHEST_AHEAD = dt.timedelta(days=5 * 366)

_KEYS = frozenset(
    ["reference", "date", "activity", "item", "items", "from", "destination", "parties", "end_use", "value", "facts"]
)
_ITEM_FACTS = frozenset(["cyber_surveillance", "informed_by_authority", "exporter_aware", "exporter_suspects"])
_ITEM_KEYS = frozenset(["code", "description", "for", "classification_on_date", "hs_code"]) | _ITEM_FACTS
_PARTY_KEYS = frozenset(
    ["role", "name", "type", "country", "address", "addresses", "identifiers", "lists", "owners", "not_same_as"]
)
_OWNER_KEYS = frozenset(["name", "share", "lists", "owners", "control", "ref", "country"])
_LISTING_KEYS = frozenset(["list", "from", "to", "scope", "policy", "programme", "footnotes", "citation"])
_BANDS = {
    "25-to-50-percent": Share(Decimal(25), Decimal(50), low_open=True, text="25-to-50-percent"),
    "50-to-75-percent": Share(Decimal(50), Decimal(75), low_open=True, high_open=True, text="50-to-75-percent"),
    "75-to-100-percent": Share(Decimal(75), Decimal(100), text="75-to-100-percent"),
    "unknown": Share(Decimal(0), Decimal(100), text="unknown"),
}
_CONTROLS = ("appoints_board_majority", "voting_majority_by_agreement", "dominant_influence")
_AMOUNT = re.compile(r"(?P<amount>[0-9]+(?:\.[0-9]+)?)\s*(?P<currency>[A-Za-z]{3})")


def load_transaction(path: str, *, today: dt.date | None = None) -> Transaction:
    """Read a transaction file (YAML, or JSON by its ``.json`` name or first character); ``-`` is standard input.

    Raises:
        BadInput: the file cannot be read or used; names file and field.
    """
    name = "standard input" if path == "-" else Path(path).name
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if path == "-" else _read(Path(path))
    except OSError as error:
        raise BadInput(f"cannot read the file: {error.strerror}", where=path) from None
    is_json = name.endswith(".json") or data.lstrip()[:1] == b"{"
    content = (load_json if is_json else load_yaml)(data, name=name)
    return transaction_from_mapping(content, where=name, today=today)


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def transaction_from_mapping(
    raw: Any, *, where: str = "transaction", today: dt.date | None = None, default_date: dt.date | None = None
) -> Transaction:
    """Read a transaction from plain values.

    Args:
        raw: dictionaries, lists and texts as :mod:`enduse.formats` gives them.
        where: what messages call the source.
        today: dates more than five years after it are refused; no check when None.
        default_date: date where none is given.

    Raises:
        BadInput: names the field and how to mend it.
    """
    _keys(raw, _KEYS, where, "a transaction")
    if ("item" in raw) == ("items" in raw):
        raise BadInput("give 'item' or 'items', exactly one of them", where=where)
    raw_items = raw["items"] if "items" in raw else [raw["item"]]
    facts = dict(_facts(raw.get("facts"), where))
    items = []
    for number, item in enumerate(_list(raw_items, f"{where}, items", MAX_ITEMS)):
        place = f"{where}, items[{number}]" if "items" in raw else f"{where}, item"
        items.append(_item(item, place, facts))
    if not items:
        raise BadInput("no item", where=where, remedy="item: {code: 5A001.j}")
    origin = raw.get("from")
    if origin is not None and "from" in facts and facts["from"] != _country(origin, f"{where}, from"):
        raise BadInput("'from' and facts.from differ", where=where, remedy="state it once")
    origin_code = _country(origin, f"{where}, from") if origin is not None else facts.pop("from", None)
    return Transaction(
        activity=_word(Activity, raw.get("activity", "export"), f"{where}, activity"),
        date=_date(raw.get("date"), f"{where}, date", today, default_date),
        items=tuple(items),
        destination=_destination(raw.get("destination"), f"{where}, destination"),
        parties=tuple(
            _party(party, f"{where}, parties[{number}]")
            for number, party in enumerate(_list(raw.get("parties"), f"{where}, parties", MAX_PARTIES))
        ),
        origin=str(origin_code) if origin_code else None,
        end_use=_text(raw.get("end_use"), f"{where}, end_use"),
        value=_money(raw.get("value"), f"{where}, value"),
        facts=MappingProxyType(facts),
        reference=_text(raw.get("reference"), f"{where}, reference"),
    )


def transaction_from_options(
    *,
    item: str,
    destination: str,
    origin: str | None = None,
    end_user: str | None = None,
    parties: Sequence[str] = (),
    activity: str = "export",
    value: str | None = None,
    end_use: str = "",
    facts: Sequence[str] = (),
    date: dt.date,
) -> Transaction:
    """Build a transaction from command-line options.

    Args:
        parties: each ``ROLE=NAME`` or ``ROLE=NAME@CC``.
        value: amount and currency, ``25000USD``.
        facts: each ``KEY=VALUE``.

    Raises:
        BadInput: names the option.
    """
    book = FactBook.load()
    raw_parties: list[dict[str, Any]] = [{"role": "end_user", "name": end_user}] if end_user is not None else []
    for text in parties:
        role, equals, rest = text.partition("=")
        name, at, country = rest.rpartition("@")
        if not equals or not rest.strip():
            raise BadInput(f"{text!r} is no party", where="--party", remedy="ROLE=NAME or ROLE=NAME@CC")
        party = {"role": role, "name": name if at else rest}
        raw_parties.append(party | {"country": country} if at else party)
    stated: dict[str, Any] = {}
    for text in facts:
        key, equals, rest = text.partition("=")
        if not equals:
            raise BadInput(f"{text!r} is no fact", where="--fact", remedy="KEY=VALUE")
        if key in stated:
            raise BadInput(f"{key!r} is stated twice", where="--fact", remedy="state it once")
        stated[key] = rest.split(",") if book.knows(key) and book.get(key).type == "list" else rest
    raw: dict[str, Any] = {
        "date": date.isoformat(),
        "activity": activity,
        "item": {"code": item},
        "destination": destination,
        "parties": raw_parties,
        "end_use": end_use,
        "facts": stated,
    }
    if origin is not None:
        raw["from"] = origin
    if value is not None:
        found = _AMOUNT.fullmatch(value.strip())
        if not found:
            raise BadInput(f"{value!r} is no value", where="--value", remedy="amount and currency, 25000USD")
        raw["value"] = {"amount": found["amount"], "currency": found["currency"]}
    return transaction_from_mapping(raw, where="options")


def transaction_to_mapping(tx: Transaction) -> dict[str, Any]:
    """The transaction as a file holds it; reading it again gives the same transaction."""
    found: dict[str, Any] = {
        "date": tx.date.isoformat(),
        "activity": tx.activity.value,
        "items": [_item_mapping(item) for item in tx.items],
        "destination": tx.destination,
        "parties": [_party_mapping(party) for party in tx.parties],
        "facts": {key: _fact_text(value) for key, value in tx.facts.items()},
    }
    optional = {"from": tx.origin, "end_use": tx.end_use, "reference": tx.reference}
    found |= {key: value for key, value in optional.items() if value}
    if tx.value:
        found["value"] = {"amount": format(tx.value.amount, "f"), "currency": tx.value.currency}
    return found


def _keys(raw: Any, known: frozenset[str], where: str, what: str) -> None:
    if not isinstance(raw, Mapping):
        raise BadInput(f"{what} is a mapping of keys to values, not {_kind(raw)}", where=where)
    for key in raw:
        if key not in known:
            close = difflib.get_close_matches(str(key), known, n=2, cutoff=0.6)
            remedy = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(sorted(known))}"
            raise BadInput(f"unknown key {key!r}", where=where, remedy=remedy)


def _kind(raw: Any) -> str:
    return {str: "a text", list: "a list", dict: "a mapping", type(None): "nothing"}.get(type(raw), "that")


def _text(raw: Any, where: str, *, required: bool = False) -> str:
    if raw is None or raw == "":
        if required:
            raise BadInput("a text is missing", where=where)
        return ""
    if not isinstance(raw, str):
        raise BadInput(f"takes one text, not {_kind(raw)}", where=where)
    if len(raw) > MAX_TEXT:
        raise BadInput(f"longer than {MAX_TEXT} characters", where=where, remedy="shorten it")
    if required and not raw.strip():
        raise BadInput("a text is blank", where=where)
    return raw.strip()


def _list(raw: Any, where: str, most: int) -> list[Any]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise BadInput(f"takes a list, not {_kind(raw)}", where=where)
    if len(raw) > most:
        raise BadInput(
            f"{len(raw):,} entries, at most {most:,} are accepted", where=where, remedy="split the transaction"
        )
    return raw


def _word(words: type[E], raw: Any, where: str) -> E:
    try:
        return words(raw)
    except ValueError:
        known = [member.value for member in words]
        close = difflib.get_close_matches(str(raw), known, n=2, cutoff=0.6)
        remedy = f"did you mean {' or '.join(close)}?" if close else f"one of {', '.join(known)}"
        raise BadInput(f"{raw!r} is not known", where=where, remedy=remedy) from None


def _date(raw: Any, where: str, today: dt.date | None, default: dt.date | None) -> dt.date:
    if raw is None:
        if default is None:
            raise BadInput("a date is missing", where=where, remedy="date: 2026-11-24")
        return default
    day = parse_date(_text(raw, where), where=where)
    if today is not None and day > today + FURTHEST_AHEAD:
        raise BadInput(f"{day} lies more than five years ahead", where=where, remedy="check the year")
    return day


def _country(raw: Any, where: str) -> str:
    text = _text(raw, where, required=True)
    code = resolve_country(text)
    if code is None:
        close = suggest_country(text)
        remedy = f"did you mean {', '.join(close)}?" if close else "write the ISO 3166-1 alpha-2 code"
        raise BadInput(f"no country is called {text!r}", where=where, remedy=remedy)
    return code


def _destination(raw: Any, where: str) -> str:
    if raw is None:
        raise BadInput("the destination is missing", where=where, remedy="destination: EG, or XX when unresolved")
    return "XX" if raw == "XX" else _country(raw, where)


def _money(raw: Any, where: str) -> Money | None:
    if raw is None:
        return None
    _keys(raw, frozenset({"amount", "currency"}), where, "a value")
    text = _text(raw.get("amount"), f"{where}.amount", required=True)
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise BadInput(f"{text!r} is no number", where=f"{where}.amount", remedy="digits, 25000.00") from None
    if not amount.is_finite() or amount < 0 or amount > Decimal(10) ** 15:
        raise BadInput(f"{text} is no amount", where=f"{where}.amount", remedy="zero or more")
    currency = _text(raw.get("currency"), f"{where}.currency", required=True).upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise BadInput(f"{currency!r} is no currency", where=f"{where}.currency", remedy="three letters, ISO 4217")
    return Money(amount, currency)


def _facts(raw: Any, where: str) -> Mapping[str, FactValue]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise BadInput(f"facts is a mapping, not {_kind(raw)}", where=f"{where}, facts")
    book = FactBook.load()
    return {key: book.parse_value(key, value, where=f"{where}, facts.{key}") for key, value in raw.items()}


def _item(raw: Any, where: str, facts: dict[str, FactValue]) -> Item:
    _keys(raw, _ITEM_KEYS, where, "an item")
    book = FactBook.load()
    for key in sorted(_ITEM_FACTS & set(raw)):
        value = book.parse_value(key, raw[key], where=f"{where}.{key}")
        if facts.setdefault(key, value) != value:
            raise BadInput(f"{key!r} is stated twice with different values", where=where, remedy="state it once")
    on_date, used_for, hs_code = raw.get("classification_on_date"), raw.get("for"), raw.get("hs_code")
    if hs_code is not None and not re.fullmatch(r"[0-9]{4,12}(\.[0-9]+)*", _text(hs_code, f"{where}.hs_code")):
        raise BadInput(f"{hs_code!r} is no HS code", where=f"{where}.hs_code", remedy="digits, leading zeros kept")
    return Item(
        code=parse_code(_text(raw.get("code"), f"{where}.code", required=True), where=f"{where}.code"),
        description=_text(raw.get("description"), f"{where}.description"),
        used_for=parse_code(_text(used_for, f"{where}.for"), where=f"{where}.for") if used_for else None,
        classification_on_date=(
            parse_code(_text(on_date, f"{where}.classification_on_date"), where=f"{where}.classification_on_date")
            if on_date
            else None
        ),
        hs_code=_text(hs_code, f"{where}.hs_code") or None,
    )


def _party(raw: Any, where: str) -> TransactionParty:
    _keys(raw, _PARTY_KEYS, where, "a party")
    addresses = [*_list(raw.get("addresses"), f"{where}.addresses", 50)]
    if raw.get("address"):
        addresses.append(raw["address"])
    return TransactionParty(
        role=_word(Role, raw.get("role"), f"{where}.role"),
        name=_text(raw.get("name"), f"{where}.name", required=True),
        type=_word(PartyType, raw["type"], f"{where}.type") if raw.get("type") else None,
        country=_country(raw["country"], f"{where}.country") if raw.get("country") else None,
        addresses=tuple(Address(_text(text, f"{where}.addresses", required=True)) for text in addresses),
        identifiers=tuple(
            Identifier("other", _text(text, f"{where}.identifiers", required=True))
            for text in _list(raw.get("identifiers"), f"{where}.identifiers", 50)
        ),
        listings=_listings(raw["lists"], f"{where}.lists") if raw.get("lists") is not None else None,
        owners=_owners(raw["owners"], f"{where}.owners", 1) if raw.get("owners") is not None else None,
        not_same_as=tuple(_text(text, f"{where}.not_same_as") for text in _list(raw.get("not_same_as"), where, 500)),
    )


def _owners(raw: Any, where: str, depth: int) -> tuple[Owner, ...]:
    if depth > MAX_OWNER_DEPTH:
        raise BadInput(f"owners nested deeper than {MAX_OWNER_DEPTH}", where=where, remedy="use ref: true")
    found = []
    for number, owner in enumerate(_list(raw, where, MAX_PARTIES)):
        place = f"{where}[{number}]"
        _keys(owner, _OWNER_KEYS, place, "an owner")
        control = tuple(_list(owner.get("control"), f"{place}.control", 10))
        if wrong := [word for word in control if word not in _CONTROLS]:
            raise BadInput(
                f"{wrong[0]!r} is no control", where=f"{place}.control", remedy=f"one of {', '.join(_CONTROLS)}"
            )
        found.append(
            Owner(
                name=_text(owner.get("name"), f"{place}.name", required=True),
                share=_share(owner.get("share"), f"{place}.share"),
                listings=_listings(owner["lists"], f"{place}.lists") if owner.get("lists") is not None else None,
                owners=_owners(owner.get("owners"), f"{place}.owners", depth + 1),
                control=control,
                ref=_flag(owner.get("ref"), f"{place}.ref"),
                country=_country(owner["country"], f"{place}.country") if owner.get("country") else None,
            )
        )
    return tuple(found)


def _flag(raw: Any, where: str) -> bool:
    if raw not in (None, "true", "false"):
        raise BadInput(f"{raw!r} is neither true nor false", where=where)
    return bool(raw == "true")


def _share(raw: Any, where: str) -> Share:
    text = _text(raw, where, required=True)
    if text in _BANDS:
        return _BANDS[text]
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal(-1)
    if not (share.is_finite() and 0 <= share <= 100):
        raise BadInput(f"{text!r} is no share", where=where, remedy=f"a percentage, or one of {', '.join(_BANDS)}")
    return Share(share, share, text=text)


def _listings(raw: Any, where: str) -> tuple[Listing, ...]:
    found = []
    for number, listing in enumerate(_list(raw, where, 100)):
        place = f"{where}[{number}]"
        _keys(listing, _LISTING_KEYS, place, "a listing")
        start, end = listing.get("from"), listing.get("to")
        programme = _text(listing.get("programme"), f"{place}.programme")
        found.append(
            Listing(
                list_id=_text(listing.get("list"), f"{place}.list", required=True),
                authority="",
                citation=Citation(
                    _text(listing.get("citation"), f"{place}.citation") or "as stated in the transaction"
                ),
                listed_from=parse_date(start, where=f"{place}.from") if start else None,
                listed_to=parse_date(end, where=f"{place}.to") if end else None,
                programmes=(programme,) if programme else (),
                scope=_text(listing.get("scope"), f"{place}.scope") or None,
                review_policy=_text(listing.get("policy"), f"{place}.policy"),
                footnotes=tuple(_list(listing.get("footnotes"), f"{place}.footnotes", 10)),
            )
        )
    return tuple(found)


def _item_mapping(item: Item) -> dict[str, Any]:
    found = {
        "code": item.code,
        "description": item.description,
        "for": item.used_for,
        "classification_on_date": item.classification_on_date,
        "hs_code": item.hs_code,
    }
    return {key: value for key, value in found.items() if value}


def _party_mapping(party: TransactionParty) -> dict[str, Any]:
    found: dict[str, Any] = {"role": party.role.value, "name": party.name}
    if party.type:
        found["type"] = party.type.value
    if party.country:
        found["country"] = party.country
    if party.addresses:
        found["addresses"] = [address.text for address in party.addresses]
    if party.identifiers:
        found["identifiers"] = [identifier.value for identifier in party.identifiers]
    if party.listings is not None:
        found["lists"] = [_listing_mapping(listing) for listing in party.listings]
    if party.owners is not None:
        found["owners"] = [_owner_mapping(owner) for owner in party.owners]
    if party.not_same_as:
        found["not_same_as"] = list(party.not_same_as)
    return found


def _owner_mapping(owner: Owner) -> dict[str, Any]:
    found: dict[str, Any] = {"name": owner.name, "share": owner.share.text}
    if owner.listings is not None:
        found["lists"] = [_listing_mapping(listing) for listing in owner.listings]
    if owner.owners:
        found["owners"] = [_owner_mapping(above) for above in owner.owners]
    if owner.control:
        found["control"] = list(owner.control)
    if owner.ref:
        found["ref"] = "true"
    if owner.country:
        found["country"] = owner.country
    return found


def _listing_mapping(listing: Listing) -> dict[str, Any]:
    found = {
        "list": listing.list_id,
        "from": listing.listed_from.isoformat() if listing.listed_from else None,
        "to": listing.listed_to.isoformat() if listing.listed_to else None,
        "scope": listing.scope,
        "policy": listing.review_policy,
        "programme": listing.programmes[0] if listing.programmes else None,
        "footnotes": list(listing.footnotes),
        "citation": listing.citation.text,
    }
    return {key: value for key, value in found.items() if value}


def _fact_text(value: FactValue) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)
