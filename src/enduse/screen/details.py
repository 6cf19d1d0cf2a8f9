"""What is known of a party beyond its name, compared field by field, and how it moves a score.

Evidence adds up in log-odds (Fellegi and Sunter, 1969, "A theory for record linkage"): each level of agreement of a
field weighs ``ln(m / u)``, where m is how often records of one party show it and u how often records of two parties do
whose names are alike. The table is ``details.yaml``; how it was measured: docs/adr/0009-details-in-log-odds.md.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources

from enduse.formats.derived import own_yaml
from enduse.model.countries import PARENTS, country_name, resolve_country
from enduse.model.match import Query, ScorePart
from enduse.model.party import ListedParty, PartyKind
from enduse.screen.addresses import compare_addresses, place_words, says_where
from enduse.screen.dates import DateRange, compare_dates, read_dates
from enduse.screen.identifiers import compare_identifiers, identifier_key, identifier_keys, identifier_keys_of

__all__ = [
    "combine",
    "details",
    "details_version",
    "excluded",
    "explained",
    "identifier_key",
    "identifier_keys",
    "identifier_keys_of",
    "least_name_score",
    "levels",
    "weak_alias",
]

IDENTIFIER = "identifier"
_KINDS: Mapping[str, frozenset[PartyKind]] = {
    "person": frozenset({PartyKind.PERSON}),
    "company": frozenset({PartyKind.COMPANY, PartyKind.PUBLIC_BODY}),
    "vessel": frozenset({PartyKind.VESSEL, PartyKind.AIRCRAFT}),
}
_GENDERS = {"m": "male", "male": "male", "man": "male", "f": "female", "female": "female", "woman": "female"}
_STATES = {**PARENTS, "HK": "CN", "MO": "CN"}
_MOST_COMPARED = 50
_MOST_ASKED = 10


@dataclass(frozen=True, slots=True)
class _Finding:
    """One field's level of agreement, with both sides in words."""

    field: str
    level: str
    query: str
    listed: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Weight:
    weight: float
    says: str


@dataclass(frozen=True, slots=True)
class _Table:
    """The shipped table: weights in natural logarithms of odds by field and level."""

    version: str
    most_lift: float
    squeeze: float
    weak_alias: float
    demonyms: Mapping[str, str]
    fields: Mapping[str, Mapping[str, _Weight]]

    def lift(self, field: str, levels_: Iterable[str] | None = None) -> float:
        """The most that a field lifts, over some of its levels or all."""
        known = self.fields[field]
        return max(0.0, *(known[level].weight for level in (known if levels_ is None else levels_)))


@functools.cache
def _table() -> _Table:
    raw = own_yaml((resources.files("enduse.screen") / "details.yaml").read_bytes(), name="details.yaml")
    fields = {
        field: {level: _Weight(_weight(entry), entry["says"]) for level, entry in found.items()}
        for field, found in raw["fields"].items()
    }
    alias = raw["weak_alias"]
    return _Table(
        version=raw["version"],
        most_lift=float(raw["limits"]["lift"]),
        squeeze=float(raw["limits"]["squeeze"]),
        weak_alias=_weight(alias),
        demonyms=dict(pair.split("=", 1) for pair in raw["demonyms"].split()),
        fields=fields,
    )


def _weight(entry: Mapping[str, str]) -> float:
    weight = math.log(float(entry["same"]) / float(entry["other"]))
    return round(min(weight, float(entry.get("most", "inf"))), 3)


def details_version() -> str:
    """The version of the shipped table of details."""
    return _table().version


def details(query: Query, party: ListedParty) -> tuple[ScorePart, ...]:
    """Every detail that both sides state; of many addresses, the first ten of the query and fifty of the party.

    Returns:
        Parts whose contribution is a weight in log-odds (natural logarithm); :func:`explained` makes them
        contributions to a score. The last part names the fields that only the query states; it contributes nothing.
    """
    table = _table()
    asked = list(_asked(query))
    # A number may stand in the name itself.
    found = list(_findings(query, party) if asked else _numbers(query, party))
    parts = []
    for finding in found:
        known = table.fields[finding.field][finding.level]
        note = f"{known.says}: {finding.note}" if finding.note else known.says
        parts.append(ScorePart(finding.field, finding.query, finding.listed, known.weight, note))
    compared = {finding.field for finding in found}
    absent = [field for field in asked if field not in compared and not _known(field, party)]
    if absent:
        words = ", ".join(field.replace("_", " ") for field in absent)
        parts.append(ScorePart("absent", words, "", 0.0, "the list does not state it"))
    return tuple(parts)


def levels(query: Query, party: ListedParty) -> tuple[tuple[str, str], ...]:
    """Field and level of every detail that both sides state, as in ``details.yaml``."""
    return tuple((finding.field, finding.level) for finding in _findings(query, party))


def weak_alias(matched: str) -> ScorePart:
    """The part for a matched name that the publisher calls weak; goes into :func:`combine` with the details."""
    return ScorePart("alias", "", matched, _table().weak_alias, "the publisher calls this alias weak")


def combine(name_score: float, parts: Sequence[ScorePart]) -> float:
    """The score of name and details together, 0..1.

    Args:
        name_score: 0..1.
        parts: of :func:`details` and :func:`weak_alias`; their contributions are log-odds.

    Without parts that weigh, the name score itself. Lifts of details other than identifiers count up to a limit
    (``limits.lift``) together, so that nobody is found for living in the same country.
    """
    return _moved(name_score, _sum(parts))


def explained(name_score: float, parts: Sequence[ScorePart]) -> tuple[ScorePart, ...]:
    """The same parts with contributions in units of the score: with ``name_score`` they add up to :func:`combine`.

    Each part's share of the difference is its share of the log-odds, so that the order of the parts does not matter.
    """
    if not parts:
        return ()
    whole = _sum(parts)
    scale = _lift_scale(parts)
    if abs(whole) > 1e-6:
        slope = (_moved(name_score, whole) - name_score) / whole
    else:
        slope = (_moved(name_score, 1e-4) - name_score) / 1e-4
    return tuple(
        replace(part, contribution=part.contribution * slope * (scale if _limited(part) else 1.0)) for part in parts
    )


def least_name_score(query: Query, threshold: float) -> float:
    """The least name score with which :func:`combine` can still reach ``threshold``, unless a number agrees.

    Args:
        query: what it states decides how much details could lift.
        threshold: 0..1.
    """
    table = _table()
    lift = 0.0
    for field in _asked(query):
        if field == "birth_date":
            precise = {date.exact for date in _birth(query)}
            lift += table.lift(field, None if "day" in precise else ("month", "year", "range", "near"))
        elif field != IDENTIFIER:
            lift += table.lift(field)
    lift = min(lift, table.most_lift)
    return max(0.0, _moved(threshold, -lift) - 1e-9) if lift else threshold


def excluded(query: Query, party: ListedParty) -> bool:
    """Whether the query asks for a kind that the party is not; a party of unknown kind is never excluded."""
    asked = _KINDS.get(query.kind)
    return asked is not None and party.kind is not PartyKind.UNKNOWN and party.kind not in asked


def _sum(parts: Sequence[ScorePart]) -> float:
    if not parts:
        return 0.0
    scale = _lift_scale(parts)
    return math.fsum(part.contribution * (scale if _limited(part) else 1.0) for part in parts)


def _limited(part: ScorePart) -> bool:
    return part.contribution > 0 and part.what != IDENTIFIER


def _lift_scale(parts: Sequence[ScorePart]) -> float:
    lift = math.fsum(part.contribution for part in parts if _limited(part))
    most = _table().most_lift
    return most / lift if lift > most else 1.0


def _moved(score: float, weight: float) -> float:
    """A score moved by log-odds. 0 and 1 stand for odds that evidence can still move (``limits.squeeze``)."""
    if not weight:
        return score
    squeeze = _table().squeeze
    inside = squeeze + (1 - 2 * squeeze) * min(1.0, max(0.0, score))
    odds = math.log(inside / (1 - inside)) + weight
    moved = 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0
    return min(1.0, max(0.0, (moved - squeeze) / (1 - 2 * squeeze)))


def _findings(query: Query, party: ListedParty) -> Iterator[_Finding]:
    yield from _numbers(query, party)
    for compare in (_country, _nationality, _birth_date, _birth_place, _gender, _kind, _address):
        finding = compare(query, party)
        if finding is not None:
            yield finding


def _asked(query: Query) -> Iterator[str]:
    stated = {
        "country": query.countries,
        "nationality": query.nationalities,
        "birth_date": query.birth_date,
        "birth_place": query.birth_places,
        "gender": query.gender,
        "kind": query.kind in _KINDS,
        "address": query.addresses,
        IDENTIFIER: query.identifiers,
    }
    return (field for field, value in stated.items() if value)


def _known(field: str, party: ListedParty) -> bool:
    stated = {
        "country": party.countries,
        "nationality": party.nationalities,
        "birth_date": party.birth_dates,
        "birth_place": party.birth_places,
        "gender": party.gender,
        "kind": True,
        "address": party.addresses,
        IDENTIFIER: party.identifiers,
    }
    return bool(stated[field])


def _numbers(query: Query, party: ListedParty) -> Iterator[_Finding]:
    for found in compare_identifiers(query, party.identifiers):
        yield _Finding(IDENTIFIER, found.level, found.query, found.listed, found.note)


def _country(query: Query, party: ListedParty) -> _Finding | None:
    asked = _codes(query.countries)
    if not asked:
        return None
    seats = _codes(address.country for address in party.addresses if address.country)
    nations = _codes(party.nationalities)
    if not seats | nations:
        return None
    shown = _names(asked), _names(seats or nations)
    if asked & seats:
        return _Finding("country", "same", *shown)
    if asked & nations:
        return _Finding("country", "nationality", _names(asked), _names(nations))
    if _states(asked) & _states(seats | nations):
        return _Finding("country", "related", *shown)
    return _Finding("country", "contradiction" if seats else "not_nationality", *shown)


def _nationality(query: Query, party: ListedParty) -> _Finding | None:
    asked = _codes(query.nationalities)
    known = _codes(party.nationalities) if asked else asked
    if not known:
        return None
    level = "same" if asked & known else "related" if _states(asked) & _states(known) else "contradiction"
    return _Finding("nationality", level, _names(asked), _names(known))


def _birth_date(query: Query, party: ListedParty) -> _Finding | None:
    asked = _birth(query)
    known = [date for text in party.birth_dates[:_MOST_COMPARED] for date in read_dates(text)] if asked else []
    level = compare_dates(asked, known)
    if not level:
        return None
    return _Finding("birth_date", level, query.birth_date or "", "; ".join(party.birth_dates[:_MOST_COMPARED]))


def _birth(query: Query) -> tuple[DateRange, ...]:
    return read_dates(query.birth_date) if query.birth_date else ()


def _birth_place(query: Query, party: ListedParty) -> _Finding | None:
    asked, known = query.birth_places[:_MOST_COMPARED], party.birth_places[:_MOST_COMPARED]
    best: _Finding | None = None
    for one in asked:
        words, countries = place_words(one)
        for other in known:
            other_words, other_countries = place_words(other)
            if words & other_words:
                return _Finding("birth_place", "same", one, other)
            if countries & other_countries:
                best = _Finding("birth_place", "country", one, other)
            elif countries and other_countries and best is None:
                best = _Finding("birth_place", "contradiction", one, other)
    return best


def _gender(query: Query, party: ListedParty) -> _Finding | None:
    asked, known = (_GENDERS.get(text.strip().casefold(), "") for text in (query.gender, party.gender))
    if not asked or not known:
        return None
    return _Finding("gender", "same" if asked == known else "contradiction", asked, known)


def _kind(query: Query, party: ListedParty) -> _Finding | None:
    if query.kind not in _KINDS or party.kind is PartyKind.UNKNOWN:
        return None
    level = "contradiction" if excluded(query, party) else "same"
    return _Finding("kind", level, query.kind, party.kind.value.replace("_", " "))


def _address(query: Query, party: ListedParty) -> _Finding | None:
    best: tuple[float, str, str, bool] | None = None
    for asked in query.addresses[:_MOST_ASKED]:
        for known in party.addresses[:_MOST_COMPARED]:
            if says_where(asked) and says_where(known.text):
                score = compare_addresses(asked, known.text).score
                if best is None or score > best[0]:
                    best = (score, asked, known.text, known.high_diversion_risk)
    if best is None:
        return None
    level = "same" if best[0] >= 0.9 else "like" if best[0] >= 0.7 else "another"
    return _Finding("address", level, *best[1:3], "an address of high diversion risk" if best[3] else "")


def _codes(texts: Iterable[str]) -> frozenset[str]:
    """Alpha-2 codes of codes, names and demonyms; what cannot be resolved says nothing."""
    found = set()
    for text in texts:
        code = resolve_country(text) or _table().demonyms.get(text.split("(")[0].strip().casefold().replace(" ", "_"))
        if code:
            found.add(code)
    return frozenset(found)


def _states(codes: frozenset[str]) -> frozenset[str]:
    return frozenset(_STATES.get(code, code) for code in codes)


def _names(codes: frozenset[str]) -> str:
    return ", ".join(country_name(code) for code in sorted(codes))
