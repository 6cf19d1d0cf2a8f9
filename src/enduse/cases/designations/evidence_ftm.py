"""Evidence from FollowTheMoney: events with what documents them and who took part, as entries of the register.

An ``Event`` becomes an entry. ``UnknownLink`` from a party to it says by its ``role`` who is vendor, intermediary or
end user; ``Documentation`` names a document or article, which becomes a source. ``keywords`` that are words of this
program say the harm and who was affected. Sources are not graded there: they come in as F6, to be graded by who reads
them. Everything else is counted, and shown. Source: the entity model at https://followthemoney.tech.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from enduse.cases.designations.evidence_bodies import Affected, Harm
from enduse.model.errors import BadInput

MAX_ENTITIES = 100_000
_ROLES = {
    "vendor": "vendor",
    "supplier": "vendor",
    "manufacturer": "vendor",
    "intermediary": "intermediaries",
    "broker": "intermediaries",
    "reseller": "intermediaries",
    "end user": "end_user",
    "customer": "end_user",
    "buyer": "end_user",
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Read:
    """What a file of entities holds.

    Attributes:
        entries: entries as somebody would send them.
        left: what was not used, and how often.
    """

    entries: tuple[dict[str, Any], ...]
    left: tuple[tuple[str, int], ...]


def looks_like(text: str) -> bool:
    """Whether a text is entities as JSON lines."""
    return text.lstrip("\ufeff \t\r\n")[:1] == "{"


def read_entities(text: str, where: str) -> Read:
    """Entries of a file of entities, a JSON object a line.

    Raises:
        BadInput: a line is no entity, there are too many, or none is an event.
    """
    entities = {one["id"]: one for one in _entities(text, where)}
    left: Counter[str] = Counter()
    documents: dict[str, list[str]] = {}
    parties: dict[str, list[tuple[str, str]]] = {}
    for one in entities.values():
        if one["schema"] == "Documentation":
            for event in _texts(one, "entity"):
                documents.setdefault(event, []).extend(_texts(one, "document"))
        elif one["schema"] == "UnknownLink":
            role = next(iter(_texts(one, "role")), "").casefold().strip()
            for event in _texts(one, "object"):
                parties.setdefault(event, []).extend((role, party) for party in _texts(one, "subject"))
    used: set[str] = set()
    found = []
    for one in entities.values():
        if one["schema"] == "Event":
            found.append(_entry(one, entities, documents.get(one["id"], ()), parties.get(one["id"], ()), left, used))
    if not found:
        raise BadInput("no entity is an Event", where=where, remedy="docs/designations.md says what is read")
    joining = ("Event", "Documentation", "UnknownLink")
    for one in entities.values():
        if one["schema"] not in joining and one["id"] not in used:
            left[f"entity of schema {one['schema']} that no event names"] += 1
    return Read(tuple(found), tuple(sorted(left.items())))


def _entities(text: str, where: str) -> Iterator[dict[str, Any]]:
    # JSON may hold U+2028 and U+0085, which other ways to divide a text take for ends of lines.
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{where}, line {number}"
        if number > MAX_ENTITIES:
            raise BadInput(f"more than {MAX_ENTITIES:,} lines", where=where, remedy="divide the file")
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise BadInput("this is no JSON", where=place, remedy="an entity a line") from None
        whole = isinstance(found, dict) and all(isinstance(found.get(name), str) for name in ("id", "schema"))
        if not whole or not isinstance(found.get("properties"), dict):
            raise BadInput("no id, schema and properties", where=place, remedy="an entity a line")
        for name, values in found["properties"].items():
            if not isinstance(values, str | list):
                remedy = "a list of texts, as FollowTheMoney has it"
                raise BadInput(f"{name[:40]!r} is no list", where=place, remedy=remedy)
        yield found


def _entry(
    event: Mapping[str, Any],
    entities: Mapping[str, Mapping[str, Any]],
    documents: Iterable[str],
    parties: Iterable[tuple[str, str]],
    left: Counter[str],
    used: set[str],
) -> dict[str, Any]:
    title = _first(event, "name", "summary") or event["id"]
    made: dict[str, Any] = {
        "title": title[:500],
        "what": _first(event, "description", "summary", "notes") or title,
        "harm": Harm.OTHER.value,
    }
    words = [one.casefold().replace(" ", "_").replace("-", "_") for one in _texts(event, "keywords")]
    for word in words:
        if word in set(Harm):
            made["harm"] = word
        elif word in set(Affected):
            made["affected"] = word
        else:
            left[f"keyword {word[:40]}"] += 1
    day = _first(event, "date", "startDate")
    if _DAY.fullmatch(day):
        made["occurred"] = day
    elif day:
        left["date that is no day"] += 1
    country = _first(event, "country").upper()
    if country:
        made["place"] = country
    for role, identifier in parties:
        party = entities.get(identifier)
        name = _first(party, "name") if party else ""
        field = _ROLES.get(role.replace("-", " ").replace("_", " "))
        if not name or field is None or (field != "intermediaries" and field in made):
            left[f"party as {role[:40] or 'no role'}"] += 1
            continue
        used.add(identifier)
        if field == "intermediaries":
            made.setdefault(field, []).append(name)
        else:
            made[field] = name
    if unnamed := len(_texts(event, "involved")):
        left["party without a role"] += unnamed
    made["sources"] = [*_sources(event, entities, documents, left, used)]
    return made


def _sources(
    event: Mapping[str, Any],
    entities: Mapping[str, Mapping[str, Any]],
    documents: Iterable[str],
    left: Counter[str],
    used: set[str],
) -> Iterator[dict[str, Any]]:
    proofs = [*documents, *_texts(event, "proof")]
    for identifier in dict.fromkeys(proofs):
        one = entities.get(identifier)
        if one is None:
            left["document that is not in the file"] += 1
            continue
        used.add(identifier)
        yield _source(one, _first(one, "publisher", "author") or "publisher not stated")
    if _first(event, "publisher", "sourceUrl"):
        yield _source(event, _first(event, "publisher") or "publisher not stated", with_title=False)


def _source(one: Mapping[str, Any], publisher: str, *, with_title: bool = True) -> dict[str, Any]:
    found = {"publisher": publisher, "reliability": "F", "credibility": "6"}
    if with_title and (title := _first(one, "title", "name")):
        found["title"] = title
    url = _first(one, "sourceUrl")
    if url.startswith(("https://", "http://")):
        found["url"] = url
    day = _first(one, "publishedAt", "date")[:10]
    if with_title and _DAY.fullmatch(day):
        found["published"] = day
    sha256 = _first(one, "contentHash").lower()
    if _SHA256.fullmatch(sha256):
        found["sha256"] = sha256
    return found


def _texts(one: Mapping[str, Any], name: str) -> list[str]:
    found = one["properties"].get(name, ())
    values = (found,) if isinstance(found, str) else found
    return [value.strip() for value in values if isinstance(value, str) and value.strip()]


def _first(one: Mapping[str, Any], *names: str) -> str:
    return next((value for name in names for value in _texts(one, name)), "")
