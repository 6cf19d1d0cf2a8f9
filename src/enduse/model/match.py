"""What screening answers: a query, and the matches that explain themselves."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from enduse.model.party import IDENTIFIER_KINDS, Identifier, ListedParty

HIT_THRESHOLD = 0.70
"""A match at or above this score is a hit by default."""

_SPELLINGS = {"bic": "swift", "imo no": "imo", "imo number": "imo", "swift code": "swift", "national id": "national_id"}
_WRITTEN = re.compile(
    r"\s*(?P<kind>[A-Za-z]+(?:[ _][A-Za-z]+)?)\.?\s*(?:\[(?P<country>[A-Za-z]{2})\])?\s*[:#]\s*(?P<value>.*\S)\s*",
    re.DOTALL,
)
_LED = re.compile(r"\s*(?P<kind>imo|lei|swift|bic)\b[\s.:#]*(?:no\b[\s.:#]*)?(?P<value>\w[\w\s-]*)", re.IGNORECASE)


def read_identifier(text: str) -> Identifier:
    """A number as somebody writes it: ``imo:9187629``, ``IMO 9187629``, ``passport[RU]:75 1234567`` or the bare number.

    Returns:
        The identifier; its kind is empty where the text states none of :data:`~enduse.model.party.IDENTIFIER_KINDS`.
    """
    for form in (_WRITTEN, _LED):
        found = form.fullmatch(text)
        if found:
            word = found["kind"].casefold()
            kind = _SPELLINGS.get(word, word.replace(" ", "_"))
            if kind in IDENTIFIER_KINDS:
                country = found.groupdict().get("country")
                return Identifier(kind, found["value"].strip(), country.upper() if country else None)
    return Identifier("", text.strip())


@dataclass(frozen=True, slots=True)
class Query:
    """A party to screen.

    Attributes:
        name: the name, in any script; empty only where ``identifiers`` say who it is.
        kind: ``person, company, vessel, address`` or ``any``.
        countries: ISO alpha-2 codes of where it is or is registered.
        addresses: addresses in free text.
        identifiers: numbers that identify it (passport, registration, LEI, IMO ...), with their kind, or as written
            (see :func:`read_identifier`).
        birth_date: ISO date, ``1962``, ``1962-03`` or ``1962-03-14``.
        other_names: further names of the same party; the best one counts.
        birth_places: in free text.
        nationalities: ISO alpha-2 codes.
        gender: ``male``, ``female`` or empty.
    """

    name: str
    kind: str = "any"
    countries: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    identifiers: tuple[Identifier | str, ...] = ()
    birth_date: str | None = None
    other_names: tuple[str, ...] = ()
    birth_places: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    gender: str = ""

    @property
    def numbers(self) -> tuple[Identifier, ...]:
        """``identifiers``, those that are text read by :func:`read_identifier`."""
        return tuple(read_identifier(item) if isinstance(item, str) else item for item in self.identifiers)


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One contribution to a score, in words a reader can check.

    Attributes:
        what: ``token``, ``missing``, ``extra``, ``ignored``, ``country``, ``identifier``, ``birth_date``, ``alias`` ...
        query: the piece of the query, or empty.
        listed: the piece of the listed name, or empty.
        contribution: what it added to (or took from) the score; more than 1 only where other parts take it back.
        note: why.
    """

    what: str
    query: str = ""
    listed: str = ""
    contribution: float = 0.0
    note: str = ""


def shares(parts: Sequence[ScorePart], score: float, digits: int = 2) -> tuple[Decimal, ...]:
    """Contributions rounded so that they add up to the rounded score (largest remainders; a part of 0 stays 0).

    Args:
        parts: what a score is made of.
        score: the score that they add up to.
        digits: after the point.
    """
    unit = 10**digits
    exact = [part.contribution * unit for part in parts]
    rounded = [math.floor(value) for value in exact]
    order = sorted((number for number, value in enumerate(exact) if value), key=lambda n: rounded[n] - exact[n])
    lacking = round(Decimal(f"{score:.{digits}f}") * unit) - sum(rounded)
    for number in order[: max(0, lacking)]:
        rounded[number] += 1
    return tuple(Decimal(value).scaleb(-digits) for value in rounded)


@dataclass(frozen=True, slots=True)
class NameScore:
    """The score of two names: ``score`` in 0..1, symmetric, with its explanation."""

    score: float
    explanation: tuple[ScorePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A listed party that resembles the query.

    ``matched_name`` is the listed name that scored best; ``score`` counts name and details together.
    """

    party: ListedParty
    score: float
    matched_name: str
    explanation: tuple[ScorePart, ...] = ()
