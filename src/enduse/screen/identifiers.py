"""Numbers that identify a party: their form, the key under which they are looked up, and what agreement says.

Sources: ISO 17442-1 (LEI: 18 characters and two check digits, ISO/IEC 7064 MOD 97-10); IMO resolution A.1117(30) (ship
identification number: six digits and a check digit, weights 7 to 2, modulo 10); IMO resolution MSC.160(78) (company and
registered owner number; its check digit is not in the resolution: weights 8 6 4 2 9 7 modulo 11 hold for 207 of the 208
numbers on the lists); ISO 6166 (ISIN: Luhn over the letters as numbers); ISO 9362 (BIC); ITU-R M.585 (MMSI: nine
digits).
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from enduse.model.match import Query
from enduse.model.party import Identifier

SHORTEST = 5
"""Numbers with fewer letters and digits identify nobody."""

LONGEST = 200
"""Characters of a number that are looked at."""

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]")
_WEB = re.compile(r"\s*(?:https?://)?(?:www\.)?(?=[^\s@]*\.[a-z])([^\s@?#]*?)/*\s*", re.IGNORECASE)
_DATE = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})")
_PREFIX = re.compile(r"^(?:IMO|LEI)(?:NO)?(?=[0-9]{7}$|[0-9A-Z]{18}[0-9]{2}$)")
_SPLIT = re.compile(r"[,;]")
_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
_VALUES = {character: number for number, character in enumerate(string.digits + string.ascii_uppercase)}
_NO_DIGIT_NEEDED = frozenset({"swift", "call_sign", "email", "website"})
_SINGLE = frozenset({"imo", "lei"})
_WORLDWIDE = frozenset({"imo", "imo_company", "lei", "isin", "mmsi", "swift"})
_NATIONAL = frozenset({"passport", "national_id", "tax", "registration"})
_REGISTERS = frozenset({"national_id", "tax", "registration"})
_SHARED = frozenset({"phone", "email", "website"})
_LONG = 7
_DIGITS_IN_NAME = 4


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two sets of numbers say of each other.

    Attributes:
        level: a level of the field ``identifier`` in ``details.yaml``.
        query: the number of the query.
        listed: the number of the party.
        note: why.
    """

    level: str
    query: str
    listed: str
    note: str


def identifier_key(text: str) -> str:
    """Letters and digits of a number in capitals, without ``IMO``, ``LEI``, ``https://`` and ``www.`` before it."""
    text = text[:LONGEST]
    web = _WEB.fullmatch(text)
    return _PREFIX.sub("", _NOT_ALPHANUMERIC.sub("", (web[1] if web else text).upper()), count=1)


def identifier_keys_of(identifier: Identifier) -> tuple[str, ...]:
    """Keys under which a number is filed: the whole, and where dates stand beside the number, the number alone."""
    whole = identifier.value
    keys = [identifier_key(whole)]
    parts = _SPLIT.split(whole[:LONGEST])
    if len(parts) > 1:
        keys.extend(identifier_key(part) for part in parts if not _DATE.fullmatch(part.strip()))
    needs_digit = identifier.kind not in _NO_DIGIT_NEEDED and identifier.kind != ""
    return tuple(dict.fromkeys(key for key in keys if _identifies(key, needs_digit=needs_digit)))


def identifier_keys(query: Query) -> tuple[str, ...]:
    """Keys of all numbers that a query states, those among the words of its name included."""
    return tuple(dict.fromkeys(key for number in _stated(query) for key in identifier_keys_of(number)))


def form(identifier: Identifier) -> str:
    """The kind of a number after its form is checked: ``other`` where a check digit or the shape is wrong.

    Returns:
        A kind of :data:`~enduse.model.party.IDENTIFIER_KINDS`, ``imo_company`` or ``isin``; empty where no kind is
        stated and the form shows none.
    """
    key = identifier_key(identifier.value)
    kind = identifier.kind
    if kind == "other" and "IMO" in identifier.label.upper():
        kind = "imo"
    if kind == "imo":
        return "imo" if is_imo(key) else "imo_company" if is_imo_company(key) else "other"
    if kind in ("", "other") and is_lei(key):
        return "lei"
    if kind in ("", "other") and is_isin(key):
        return "isin"
    check = _CHECKS.get(kind)
    return "other" if check is not None and not check(key) else kind


def is_lei(key: str) -> bool:
    """Whether a key is a Legal Entity Identifier with right check digits (ISO 17442-1)."""
    return bool(_LEI.fullmatch(key)) and int("".join(str(_VALUES[character]) for character in key)) % 97 == 1


def is_imo(key: str) -> bool:
    """Whether a key is a ship's IMO number with the right check digit."""
    return _seven(key) and sum(int(d) * w for d, w in zip(key, range(7, 1, -1), strict=False)) % 10 == int(key[6])


def is_imo_company(key: str) -> bool:
    """Whether a key is an IMO company number with the right check digit."""
    total = sum(int(d) * w for d, w in zip(key, (8, 6, 4, 2, 9, 7), strict=False)) if _seven(key) else 0
    return _seven(key) and (11 - total % 11) % 10 == int(key[6])


def is_isin(key: str) -> bool:
    """Whether a key is an ISIN with the right check digit (ISO 6166)."""
    if not _ISIN.fullmatch(key):
        return False
    digits = [int(digit) for character in key for digit in str(_VALUES[character])]
    doubled = [digit * 2 if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0


def is_bic(key: str) -> bool:
    """Whether a key has the shape of a BIC (ISO 9362)."""
    return bool(_BIC.fullmatch(key))


def _seven(key: str) -> bool:
    return len(key) == 7 and key.isascii() and key.isdigit()


def _is_mmsi(key: str) -> bool:
    return len(key) == 9 and key.isascii() and key.isdigit()


_CHECKS: Mapping[str, Callable[[str], bool]] = {"lei": is_lei, "swift": is_bic, "mmsi": _is_mmsi}


def _identifies(key: str, *, needs_digit: bool) -> bool:
    return len(key) >= SHORTEST and (not needs_digit or any(character.isdigit() for character in key))


def _stated(query: Query) -> Iterator[Identifier]:
    """Numbers of a query, those of its name last."""
    yield from query.numbers
    name = query.name[:2_000]
    if not any(map(str.isdigit, name)):
        return
    for text in (name[:LONGEST], *name.split()[:60]):
        if sum(character.isdigit() for character in text) >= _DIGITS_IN_NAME:
            yield Identifier("", text)


def compare_identifiers(query: Query, listed: Iterable[Identifier]) -> tuple[Agreement, ...]:
    """The best agreement of the numbers of a query and of a party, and contradictions.

    A contradiction is two different numbers of a kind of which a party has one (a ship's IMO number, an LEI), both with
    right check digits, where no two numbers of that kind agree.
    """
    stated = list(_stated(query))
    theirs = [(form(number), number, identifier_keys_of(number)) for number in listed] if stated else []
    if not theirs:
        return ()
    ours = [(form(number), number, identifier_keys_of(number)) for number in stated]
    found = []
    for kind, number, keys in ours:
        for other_kind, other, other_keys in theirs:
            if not set(keys).isdisjoint(other_keys):
                key = next(key for key in keys if key in other_keys)
                found.append(_agreement(kind, number, other_kind, other, key))
    order = ("strong", "likely", "weak", "slight")
    best = sorted(found, key=lambda item: (order.index(item.level), item.query, item.listed))[:1]
    return (*best, *_contradictions(ours, theirs))


_Formed = tuple[str, Identifier, tuple[str, ...]]


def _contradictions(ours: list[_Formed], theirs: list[_Formed]) -> Iterator[Agreement]:
    for kind in sorted(_SINGLE):
        asked = [keys[0] for found, _, keys in ours if found == kind and keys]
        known = [keys[0] for found, _, keys in theirs if found == kind and keys]
        if asked and known and set(asked).isdisjoint(known):
            note = f"another {kind.upper()} number, and each has one only"
            yield Agreement("contradiction", ", ".join(asked), ", ".join(known), note)


def _agreement(kind: str, number: Identifier, other_kind: str, other: Identifier, key: str) -> Agreement:
    """How much it says that two numbers are written alike."""
    same_country = number.country is not None and number.country == other.country
    another_country = None not in (number.country, other.country) and not same_country
    long = len(key) >= _LONG and sum(character.isdigit() for character in key) >= SHORTEST
    shown = _shown(number, kind), _shown(other, other_kind)
    if kind == other_kind and kind in _WORLDWIDE:
        return Agreement("strong", *shown, f"the same {_word(kind)}, in valid form")
    if another_country and kind in _NATIONAL and other_kind in _NATIONAL:
        return Agreement("slight", *shown, "the same digits, issued by another country")
    if kind == other_kind and kind in _NATIONAL:
        if same_country:
            return Agreement("strong", *shown, f"the same {_word(kind)} of {number.country}")
        return Agreement("likely" if long else "weak", *shown, f"the same {_word(kind)}; not both name the country")
    if kind == other_kind and kind in _SHARED:
        return Agreement("weak", *shown, f"the same {_word(kind)}, which several parties may share")
    if kind == other_kind and kind not in ("", "other"):
        return Agreement("likely", *shown, f"the same {_word(kind)}")
    if kind and other_kind and {kind, other_kind} <= _REGISTERS:
        return Agreement("likely" if long else "slight", *shown, "the same number in another register of a state")
    if not kind or "other" in (kind, other_kind):
        return Agreement("likely" if long else "slight", *shown, "the same number; its kind is not sure")
    return Agreement("slight", *shown, "the same digits as a number of another kind")


def _shown(number: Identifier, kind: str) -> str:
    country = f" [{number.country}]" if number.country else ""
    return f"{_word(kind)}{country} {number.value[:LONGEST]}" if kind else number.value[:LONGEST]


def _word(kind: str) -> str:
    upper = {"imo": "IMO number", "lei": "LEI", "isin": "ISIN", "mmsi": "MMSI", "swift": "BIC"}
    return upper.get(kind, f"{kind.replace('_', ' ')} number")
