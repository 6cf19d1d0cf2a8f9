"""What screening answers: a query, and the matches that explain themselves."""

from __future__ import annotations

from dataclasses import dataclass

from enduse.model.party import ListedParty

HIT_THRESHOLD = 0.70
"""A match at or above this score is a hit by default."""


@dataclass(frozen=True, slots=True)
class Query:
    """A party to screen.

    Attributes:
        name: the name, in any script; empty only where ``identifiers`` say who it is.
        kind: ``person, company, vessel, address`` or ``any``.
        countries: ISO alpha-2 codes of where it is or is registered.
        addresses: addresses in free text.
        identifiers: numbers that identify it (passport, registration, LEI, IMO ...), as written.
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
    identifiers: tuple[str, ...] = ()
    birth_date: str | None = None
    other_names: tuple[str, ...] = ()
    birth_places: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    gender: str = ""


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One contribution to a score, in words a reader can check.

    Attributes:
        what: ``token``, ``missing``, ``extra``, ``ignored``, ``country``, ``identifier``, ``birth_date``, ``alias`` ...
        query: the piece of the query, or empty.
        listed: the piece of the listed name, or empty.
        contribution: what it added to (or took from) the score, -1..1.
        note: why.
    """

    what: str
    query: str = ""
    listed: str = ""
    contribution: float = 0.0
    note: str = ""


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
