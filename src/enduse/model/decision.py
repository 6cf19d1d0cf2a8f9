"""Decisions of a reviewer on hits: the evidence they rest on, and the records that supersede one another.

A decision says of a pair (a query's identity, a listed party) that they are different, or the same, on stated evidence.
A record is never edited: a later one supersedes it, and a withdrawal is a record too.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from enduse.model.errors import BadInput

E = TypeVar("E", bound=StrEnum)

SCHEMA = "enduse.decision/1"
MAX_REASON = 10_000
MAX_BY = 200
MAX_NAME = 2_000
MAX_VALUES = 20_000
MAX_VALUE = 20_000
"""Longest value of evidence, in characters: some published addresses run long."""

QUERY_FIELDS = (
    *("names", "kind", "countries", "birth_dates", "birth_places"),
    *("nationalities", "identifiers", "addresses", "gender"),
)
LISTED_FIELDS = (
    *("names", "weak_names", "kind", "countries", "birth_dates", "birth_places"),
    *("nationalities", "identifiers", "addresses", "high_risk_addresses", "gender", "listings"),
)

Facts = tuple[tuple[str, tuple[str, ...]], ...]
"""Fields in the order of their names, each with its values, sorted, none twice; a field without values is left out."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_AT = "%Y-%m-%dT%H:%M:%SZ"
_AT_FORM = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


class Verdict(StrEnum):
    """What a record says of its pair."""

    DIFFERENT = "different"
    SAME = "same"
    WITHDRAWN = "withdrawn"


def plain(text: str) -> str:
    """A published value as evidence: Unicode NFC, blanks made single, no control characters or lone surrogates."""
    return unicodedata.normalize("NFC", " ".join(_FORBIDDEN.sub(" ", text).split()))


def folded(text: str) -> str:
    """A value that a user typed, as evidence: as :func:`plain`, and without differences of case or width."""
    found = plain(text)
    # Folding a folded text must change nothing, and a single pass leaves some characters that a second one folds.
    while (again := plain(unicodedata.normalize("NFKC", found).casefold())) != found:
        found = again
    return found


def digest(value: Any) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of a plain value (mappings, lists, texts, whole numbers).

    The bytes are those of :func:`enduse.model.codec.canonical_json`, which also reads dataclasses and takes longer.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reviewer had before them: the fields that matter, of the query and of the listed party.

    Made by :meth:`of`, which brings the values into their one form.
    """

    query: Facts
    listed: Facts

    @classmethod
    def of(cls, query: Mapping[str, Iterable[str]], listed: Mapping[str, Iterable[str]]) -> Evidence:
        """Evidence in its one form: order and repetition of values are no part of it."""
        return cls(_facts(query), _facts(listed))

    def document(self) -> dict[str, dict[str, list[str]]]:
        """As plain values, for JSON."""
        return {
            side: {field: list(values) for field, values in facts}
            for side, facts in (("query", self.query), ("listed", self.listed))
        }

    @property
    def sha256(self) -> str:
        """The hash of the evidence: equal where every field that matters is equal."""
        return digest(self.document())


def _facts(fields: Mapping[str, Iterable[str]]) -> Facts:
    found = ((field, tuple(sorted({value for value in values if value}))) for field, values in fields.items())
    return tuple(sorted((field, values) for field, values in found if values))


def subject_of(name: str, identifiers: Iterable[str] = ()) -> str:
    """The identity of a query: of its name, or of its numbers where it has no name. Never of a number in a database."""
    if known := folded(name):
        return digest({"name": known})
    return digest({"identifiers": sorted({folded(value) for value in identifiers})})


@dataclass(frozen=True, slots=True)
class Decision:
    """One record of a reviewer's decision.

    Attributes:
        verdict: what it says of the pair.
        name: the query's name as typed; empty where numbers alone identify it.
        party_id: id of the listed party; it counts together with the evidence only.
        party_name: its primary name, for a reader.
        evidence: what the decision rests on.
        by: who decided.
        at: when, in UTC, to the second.
        reason: why.
        supersedes: ids of the earlier records of the pair that this one replaces.
    """

    verdict: Verdict
    name: str
    party_id: str
    party_name: str
    evidence: Evidence
    by: str
    at: dt.datetime
    reason: str
    supersedes: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The identity of the query."""
        return subject_of(self.name, dict(self.evidence.query).get("identifiers", ()))

    @property
    def pair(self) -> tuple[str, str]:
        """The query's identity and the listed party's id."""
        return self.subject, self.party_id

    @property
    def id(self) -> str:
        """SHA-256 of the whole record: equal records have equal ids, everywhere."""
        return digest(_content(self))


def stamp(at: dt.datetime) -> str:
    """A moment as the records write it: ``2026-08-03T10:00:00Z``."""
    return at.astimezone(dt.UTC).strftime(_AT)


def heads(records: Iterable[Decision]) -> tuple[Decision, ...]:
    """The records that no other record of their pair supersedes, the latest first.

    A pair has more than one where stores that decided apart were joined by an import.
    """
    known = list(records)
    replaced = {(record.pair, old) for record in known for old in record.supersedes}
    found = [record for record in known if (record.pair, record.id) not in replaced]
    return tuple(sorted(found, key=lambda record: (stamp(record.at), record.id), reverse=True))


def _content(decision: Decision) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "verdict": decision.verdict.value,
        "name": decision.name,
        "party_id": decision.party_id,
        "party_name": decision.party_name,
        "by": decision.by,
        "at": stamp(decision.at),
        "reason": decision.reason,
        "supersedes": sorted(decision.supersedes),
        "evidence": decision.evidence.document(),
        "evidence_sha256": decision.evidence.sha256,
    }


def decision_document(decision: Decision) -> dict[str, Any]:
    """The record as plain values: what the store keeps and an export writes. Documented in docs/decisions.md."""
    return {"id": decision.id, **_content(decision)}


def decision_from(raw: Any, *, where: str = "") -> Decision:
    """Read a record strictly: :func:`decision_document` gives exactly ``raw`` again.

    Raises:
        BadInput: a key is missing or not known, a value is not usable, or a hash does not fit what it stands for.
    """
    reader = _Reader(where)
    fields = reader.mapping(raw, "", ("id", *_KEYS))
    if fields["schema"] != SCHEMA:
        raise reader.bad("schema", f"{_short(fields['schema'])} is no schema of this version", f"known: {SCHEMA}")
    evidence = reader.evidence(fields["evidence"])
    stated = fields["evidence_sha256"]
    if stated != evidence.sha256:
        raise reader.bad("evidence_sha256", "does not fit the evidence: one of them was altered", "export it again")
    found = Decision(
        verdict=reader.word(Verdict, fields["verdict"], "verdict"),
        name=reader.text(fields["name"], "name", MAX_NAME, empty=True),
        party_id=reader.text(fields["party_id"], "party_id", MAX_NAME),
        party_name=reader.text(fields["party_name"], "party_name", MAX_NAME),
        evidence=evidence,
        by=reader.text(fields["by"], "by", MAX_BY),
        at=reader.moment(fields["at"], "at"),
        reason=reader.text(fields["reason"], "reason", MAX_REASON),
        supersedes=reader.digests(fields["supersedes"], "supersedes"),
    )
    query = dict(evidence.query)
    if folded(found.name) and folded(found.name) not in query.get("names", ()):
        raise reader.bad("name", "is not among the names of the evidence", "export it again")
    if not folded(found.name) and not query.get("identifiers"):
        raise reader.bad("name", "is empty, and no number says who is meant", "give the name")
    if fields["id"] != found.id:
        raise reader.bad("id", "does not fit the record: one of them was altered", "export it again")
    return found


def checked(decision: Decision) -> Decision:
    """The decision, after the checks that a record read from a file passes.

    Raises:
        BadInput: a text is missing, too long or holds control characters.
    """
    return decision_from(decision_document(decision))


_KEYS = (
    *("schema", "verdict", "name", "party_id", "party_name", "by", "at", "reason"),
    *("supersedes", "evidence", "evidence_sha256"),
)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads plain values, naming the place of what is wrong."""

    where: str

    def bad(self, field: str, problem: str, remedy: str) -> BadInput:
        return BadInput(problem, where=", ".join(filter(None, (self.where, field))), remedy=remedy)

    def mapping(self, raw: Any, field: str, keys: Sequence[str]) -> Mapping[str, Any]:
        if not isinstance(raw, Mapping):
            raise self.bad(field, f"takes an object, not {_short(raw)}", f"keys: {', '.join(keys)}")
        for key in raw:
            if key not in keys:
                raise self.bad(field, f"unknown key {_short(key)}", f"keys: {', '.join(keys)}")
        for key in keys:
            if key not in raw:
                raise self.bad(field, f"{key} is missing", f"keys: {', '.join(keys)}")
        return raw

    def text(self, raw: Any, field: str, most: int, *, empty: bool = False) -> str:
        if not isinstance(raw, str):
            raise self.bad(field, f"takes a text, not {_short(raw)}", "write it in quotes")
        if len(raw) > most:
            raise self.bad(field, f"{len(raw):,} characters", f"at most {most:,} are accepted")
        if wrong := _FORBIDDEN.search(raw):
            raise self.bad(field, f"control character U+{ord(wrong[0]):04X}", "remove the character")
        if not empty and not raw.strip():
            raise self.bad(field, "is missing", f"state {field}")
        return raw

    def word(self, words: type[E], raw: Any, field: str) -> E:
        try:
            return words(raw)
        except ValueError:
            raise self.bad(field, f"{_short(raw)} is not known", f"known: {', '.join(words)}") from None

    def moment(self, raw: Any, field: str) -> dt.datetime:
        remedy = "write a moment in UTC, for example 2026-08-03T10:00:00Z"
        if not isinstance(raw, str) or not _AT_FORM.fullmatch(raw):
            raise self.bad(field, f"{_short(raw)} is no moment", remedy)
        try:
            return dt.datetime.strptime(raw, _AT).replace(tzinfo=dt.UTC)
        except ValueError:
            raise self.bad(field, f"{_short(raw)} is no moment", remedy) from None

    def items(self, raw: Any, field: str, read: Callable[[Any, str], str]) -> tuple[str, ...]:
        """Sorted texts, none twice: any other order would be another record with the same meaning."""
        if not isinstance(raw, (list, tuple)):
            raise self.bad(field, f"takes a list, not {_short(raw)}", "write [...]")
        if len(raw) > MAX_VALUES:
            raise self.bad(field, f"{len(raw):,} values", f"at most {MAX_VALUES:,} are accepted")
        found = tuple(read(item, field) for item in raw)
        if list(found) != sorted(set(found)):
            raise self.bad(field, "values are not in order, or occur twice", "export it again")
        return found

    def digests(self, raw: Any, field: str) -> tuple[str, ...]:
        def read(item: Any, at: str) -> str:
            if not isinstance(item, str) or not _DIGEST.fullmatch(item):
                raise self.bad(at, f"{_short(item)} is no id", "an id has 64 hexadecimal digits")
            return item

        return self.items(raw, field, read)

    def evidence(self, raw: Any) -> Evidence:
        sides = self.mapping(raw, "evidence", ("query", "listed"))
        read = functools.partial(self.text, most=MAX_VALUE)
        found: list[Facts] = []
        for side, known in (("query", QUERY_FIELDS), ("listed", LISTED_FIELDS)):
            place = f"evidence.{side}"
            if not isinstance(sides[side], Mapping):
                raise self.bad(place, f"takes an object, not {_short(sides[side])}", f"keys: {', '.join(known)}")
            for key in sides[side]:
                if key not in known:
                    raise self.bad(place, f"unknown key {_short(key)}", f"keys: {', '.join(known)}")
            facts = {key: self.items(values, f"{place}.{key}", read) for key, values in sides[side].items()}
            if empty := [key for key, values in facts.items() if not values]:
                raise self.bad(f"{place}.{empty[0]}", "has no value", "leave the field out")
            found.append(_facts(facts))
        return Evidence(*found)
