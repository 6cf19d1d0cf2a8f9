"""Made-up transactions of every kind, from a seed: for tests that compare two ways to the same answer."""

from __future__ import annotations

import random
from typing import Any

from enduse.model.transaction import Activity, PartyType, Role
from enduse.rules.facts import FactBook, FactDeclaration
from enduse.rules.rulebook import lists_needed, shipped_rulebooks

ALL = ("us", "eu", "uk", "un", "coalition", "ca", "au", "jp", "ch")
_BUSY = (
    "CN",
    "RU",
    "BY",
    "IR",
    "CU",
    "SY",
    "VE",
    "AE",
    "DE",
    "GB",
    "CA",
    "IN",
    "TR",
    "EG",
    "HK",
    "UA",
    "US",
    "JP",
    "XX",
)
_LISTS = ("EL", "SDN", "MEU", "UVL", "CMIC", "ISN", *lists_needed(("eu", "uk", "un")))
_PROGRAMMES = ("NPWMD", "SDGT", "GLOMAG", "RUSSIA-EO14024", "269/2014", "765/2006")
_NAMES = (
    "Example Trading",
    "Hangzhou Hikvision",
    "Nordic Tools Example",
    "Lantern Networks Example",
    "SenseTime Group",
)


_NAMED_BY_LAW = ("Directorate of Signal", "Military Intelligence Service")


def transactions(count: int, seed: int) -> list[dict[str, Any]]:
    """Plain values as a transaction file gives them; some cannot be judged, which is an answer too."""
    chance = random.Random(seed)
    tables = next(book.tables for book in shipped_rulebooks() if book.id == "us/ear")
    codes = [f"{row['eccn']}.{part}" for row in tables["ccl_entries"] for part in row.values("paragraphs") or ("",)]
    return [_transaction(chance, number, codes) for number in range(count)]


PARTS = ("date", "activity", "item", "from", "destination", "parties", "facts", "value", "a fact", "a party", "name")
"""Parts of a transaction that can be taken from another."""


def with_part_of(raw: dict[str, Any], other: dict[str, Any], part: str) -> dict[str, Any]:
    """A transaction with one part of another."""
    if part == "a fact":
        return {**raw, "facts": {**raw["facts"], **dict(list(other["facts"].items())[:1])}}
    if part == "a party":
        return {**raw, "parties": [*other["parties"][:1], *raw["parties"][1:]]}
    if part == "name":
        names = [party["name"] for party in other["parties"]]
        parties = zip(raw["parties"], [*names, *_NAMED_BY_LAW, *_NAMES], strict=False)
        return {**raw, "parties": [{**party, "name": name} for party, name in parties]}
    without = {key: value for key, value in raw.items() if key != part}
    return {**without, part: other[part]} if part in other else without


def _transaction(chance: random.Random, number: int, codes: list[str]) -> dict[str, Any]:
    item: dict[str, Any] = {"code": "EAR99" if chance.random() < 0.15 else chance.choice(codes).rstrip(".")}
    if chance.random() < 0.2:
        item["for"] = chance.choice(["5A001.j", "5D001.a", "EAR99"])
    if chance.random() < 0.2:
        item["codes"] = {chance.choice(["eu", "uk"]): "UNLISTED"}
    if chance.random() < 0.3:
        item["classification_on_date"] = "EAR99"
    facts = {
        declared.key: _value(chance, declared)
        for declared in chance.sample(
            [one for one in FactBook.load() if not one.stated_at], chance.choice([0, 0, 2, 6])
        )
        if declared.key not in ("from", "destination_name", "rulebook_verified_to")
    }
    raw: dict[str, Any] = {
        "reference": f"T-{number}",
        "date": f"{chance.randint(2018, 2026)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        "activity": chance.choice(list(Activity)).value if chance.random() < 0.3 else "export",
        "item": item,
        "destination": chance.choice(_BUSY),
        "parties": [_party(chance, place) for place in range(chance.choice([0, 1, 1, 2, 3]))],
        "facts": facts,
    }
    if chance.random() < 0.3:
        _foreign(chance, raw, codes)
    if chance.random() < 0.9:
        raw["from"] = chance.choice(["US", "US", "DE", "GB", "TW"])
    if chance.random() < 0.5:
        raw["value"] = {"amount": str(chance.choice([100, 500, 1_500, 3_000, 5_000, 100_000])), "currency": "USD"}
    return raw


def _foreign(chance: random.Random, raw: dict[str, Any], codes: list[str]) -> None:
    """What tells whether a foreign-made item is subject to the EAR, and by which way it goes."""
    if chance.random() < 0.5:
        raw["item"]["us_content_percent"] = chance.choice(["0", "10", "10.0", "25", "40.5"])
    made_with = [code for code in codes if code[1] in "DE"]
    for key in ("direct_product_of", "plant_direct_product_of", "us_content_codes"):
        if chance.random() < 0.6:
            raw["facts"][key] = chance.sample(made_with, 2)
    if chance.random() < 0.5:
        raw["facts"]["transit_through"] = chance.sample(["RU", "KZ", "VN", "UA", "DE"], 2)


def _party(chance: random.Random, place: int) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "role": chance.choice(list(Role)).value,
        "name": f"{chance.choice(_NAMES if chance.random() < 0.9 else _NAMED_BY_LAW)} {place or ''}".strip(),
    }
    if chance.random() < 0.6:
        raw["type"] = chance.choice(list(PartyType)).value
    if chance.random() < 0.5:
        raw["country"] = chance.choice(_BUSY[:-1])
    if chance.random() < 0.8:
        raw["lists"] = [_listing(chance) for _ in range(chance.choice([0, 0, 0, 1, 2]))]
    if chance.random() < 0.2:
        share = chance.choice([10, 25, 50, 75, "unknown"])
        raw["owners"] = [{"name": f"Owner {place}", "share": share, "lists": [_listing(chance)]}]
    if chance.random() < 0.1:
        raw["addresses"] = [{"text": "1 Example Road", "country": "HK", "high_diversion_risk": "true"}]
    return raw


def _listing(chance: random.Random) -> dict[str, Any]:
    listing: dict[str, Any] = {"list": chance.choice(_LISTS), "scope": chance.choice(["all", "items on the CCL"])}
    if chance.random() < 0.8:
        listing["from"] = f"{chance.randint(2012, 2025)}-{chance.randint(1, 12):02d}-11"
    if chance.random() < 0.3:
        listing["footnotes"] = [chance.choice(["1", "4", "5"])]
    if chance.random() < 0.6:
        listing["programmes"] = chance.sample(_PROGRAMMES, 2)
    return listing


def _value(chance: random.Random, declared: FactDeclaration) -> Any:
    if declared.type == "boolean":
        return chance.choice(["true", "false"])
    if declared.type in ("choice", "list") and declared.values:
        return chance.choice(declared.values)
    if declared.type == "record":
        return {name: "DE" if name == "of" else "true" for name in declared.values}
    return {"date": "2024-05-06", "percent": "25", "list": "EL"}.get(declared.type, "DE")
