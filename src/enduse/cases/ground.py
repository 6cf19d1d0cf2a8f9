"""What a decision rests on outside the case: lists, profiles, denials, precedents. Given to it, never fetched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from enduse.cases.application import ListState
from enduse.cases.denial_bodies import Denial


@dataclass(frozen=True, slots=True)
class CountryProfile:
    """What an authority holds of a country.

    Attributes:
        level: ``ordinary`` or ``elevated``.
        indicators: name, value, publisher and year of each, as loaded.
    """

    country: str
    level: str
    indicators: tuple[tuple[str, str, str, str], ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Precedent:
    """An earlier decision on something similar, as a fact for the assessor."""

    case: str
    code: str
    end_user: str
    destination: str
    outcome: str
    decided_on: dt.date
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """Facts from outside at the time of a command.

    Attributes:
        lists: the lists that screening must rest on, as they are now.
        required: ids of lists without which the gate stays closed.
        profiles: country -> profile; a country that is not there is unknown, not ordinary.
        denials: those that the actor may see.
        sees_partners: whether the actor may know of denials and consultations at all.
        assessment_outcome: outcome of the assessment that the case was started from.
        findings: of that assessment, those that a reviewer is to look at (red flags, review policies): title, reason,
            source.
        amended: criterion and worst finding of the latest human-rights assessment of each case that this one amends.
    """

    lists: tuple[ListState, ...] = ()
    required: tuple[str, ...] = ()
    profiles: Mapping[str, CountryProfile] = field(default_factory=lambda: MappingProxyType({}))
    denials: tuple[Denial, ...] = ()
    precedents: tuple[Precedent, ...] = ()
    assessment_outcome: str = ""
    findings: tuple[tuple[str, str, str], ...] = ()
    amended: tuple[tuple[str, str], ...] = ()
    sees_partners: bool = True

    def profile(self, country: str) -> str | None:
        """Level of a country, or None where no profile is loaded."""
        found = self.profiles.get(country)
        return found.level if found else None
