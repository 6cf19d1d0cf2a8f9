"""The tools: what each takes, what it gives, and the function that answers. No protocol here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from enduse.assess import Settings
from enduse.assess import check as assess
from enduse.evidence.library import Library
from enduse.interfaces.cli.render_explain import explanation
from enduse.interfaces.cli.render_items import search_document
from enduse.interfaces.decisions import decided
from enduse.interfaces.documents import assessment_document
from enduse.interfaces.law import LawAtHand, law_at_hand
from enduse.interfaces.matches import explanation_document, match_document
from enduse.interfaces.queries import OPTION_OF, query_of
from enduse.interfaces.schemas import assessment_schema, transaction_schema
from enduse.interfaces.transactions import FURTHEST_AHEAD, transaction_from_mapping
from enduse.items.catalogue import show as show_item
from enduse.items.fulltext import load_full_text
from enduse.items.search import search_items
from enduse.lists.status import status as list_status
from enduse.model.assessment import Assessment
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from enduse.model.match import HIT_THRESHOLD
from enduse.model.time import parse_date
from enduse.rules.rulebook import DEFAULT_LAWS, known_laws, lists_needed
from enduse.screen import compare_names
from enduse.screen.asked import KINDS

Document = dict[str, Any]
Schema = dict[str, Any]
Arguments = Mapping[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 1_000}
_TEXTS: Schema = {"type": "array", "items": _TEXT, "maxItems": 50}
_DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_SCORE: Schema = {"type": "string", "pattern": r"^[01]\.\d+$"}
_MOST_ITEMS = 50


@dataclass(frozen=True)
class Desk:
    """Lists and law at hand, opened once and asked often.

    Args:
        data_dir: the data directory.
        store: where reviewers' decisions are, if anywhere.
        accept_starter: whether the embedded listings count as coverage.
        clock: the civil date.
    """

    data_dir: Path
    store: Path | str | None
    accept_starter: bool
    clock: Callable[[], dt.date]

    @cached_property
    def library(self) -> Library:
        """The lists."""
        return Library(self.data_dir, accept_starter=self.accept_starter)

    @cached_property
    def law(self) -> LawAtHand:
        """The rulebooks."""
        return law_at_hand(self.data_dir)


@dataclass(frozen=True)
class Tool:
    """One tool.

    Attributes:
        takes: JSON Schema of its arguments; closed.
        gives: JSON Schema of its answer.
        answer: the function behind it; raises what it cannot use as :class:`~enduse.model.errors.BadInput`.
    """

    name: str
    title: str
    description: str
    takes: Schema
    gives: Schema
    answer: Callable[[Desk, Arguments], Document]


# --- check and explain


def _check(desk: Desk, given: Arguments) -> Document:
    found = _assessed(desk, given)
    document = assessment_document(found)
    if _flag(given, "full"):
        return document
    return {key: document[key] for key in _SUMMARY} | {
        "findings": [
            finding | {"act": answer["act"], "trace": []}
            for answer in document["authorities"]
            for finding in answer["findings"]
            if finding["status"] != "does_not_apply"
        ]
    }


def _explain(desk: Desk, given: Arguments) -> Document:
    found = _assessed(desk, given)
    return {
        "outcome": found.outcome.value,
        "headline": found.headline,
        "text": explanation(found, desk.law.books),
    }


def _assessed(desk: Desk, given: Arguments) -> Assessment:
    today = desk.clock()
    raw = given.get("transaction")
    if not isinstance(raw, Mapping):
        raise BadInput("is missing, or no object", where="transaction", remedy="see the resource enduse://schema")
    day = _date(given, "as_of", latest=today + FURTHEST_AHEAD)
    laws = tuple(_texts(given, "laws")) or DEFAULT_LAWS
    return assess(
        transaction_from_mapping(dict(raw), today=today, default_date=day or today),
        as_of=day,
        library=desk.library,
        settings=Settings(laws=laws, strict=_flag(given, "strict")),
        today=today,
        rulebooks=desk.law.books,
        banners=desk.law.banners,
    )


_SUMMARY = (
    "engine",
    "as_of",
    "known_on",
    "outcome",
    "headline",
    "governments",
    "exceptions",
    "review",
    "parties",
    "assumed",
    "questions",
    "coverage",
    "editions",
    "banners",
    "next_steps",
)


# --- screen and compare

_CALLED = {field: field for field in OPTION_OF} | {
    "country": "countries",
    "birth_place": "birth_places",
    "nationality": "nationalities",
    "address": "addresses",
}


def _screen(desk: Desk, given: Arguments) -> Document:
    today = desk.clock()
    threshold = _threshold(given)
    query = query_of(
        _text(given, "name", needed=False) or None,
        kind=_text(given, "kind", needed=False) or "any",
        countries=_texts(given, "countries"),
        other_names=_texts(given, "other_names"),
        birth_date=_text(given, "birth_date", needed=False) or None,
        birth_places=_texts(given, "birth_places"),
        nationalities=_texts(given, "nationalities"),
        gender=_text(given, "gender", needed=False) or None,
        identifiers=_texts(given, "identifiers"),
        addresses=_texts(given, "addresses"),
        called=_CALLED,
    )
    judged = decided(desk.library.screen(query, threshold=threshold), query, desk.store)
    return {
        "matches": [match_document(one) for one in judged.hits],
        "suppressed": [match_document(one) for one in judged.suppressed],
        "coverage": to_plain(desk.library.coverage(lists_needed(), today, today), keep_empty=True),
    }


def _compare(_: Desk, given: Arguments) -> Document:
    kind = _text(given, "kind", needed=False) or "any"
    if kind not in KINDS or kind == "address":
        raise BadInput(f"kind {kind!r}", where="kind", remedy=", ".join(k for k in KINDS if k != "address"))
    found = compare_names(_text(given, "first"), _text(given, "second"), kind=kind)
    return {
        "score": f"{found.score:.4f}",
        "hit": found.score >= HIT_THRESHOLD,
        "explanation": explanation_document(found.explanation, found.score),
    }


# --- items, lists


def _items(desk: Desk, given: Arguments) -> Document:
    limit = given.get("limit", 8)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= _MOST_ITEMS:
        raise BadInput(f"{limit!r} is no number from 1 to {_MOST_ITEMS}", where="limit")
    return search_document(search_items(_text(given, "text"), limit, load_full_text(desk.data_dir)))


def _item(desk: Desk, given: Arguments) -> Document:
    code = _text(given, "code")
    official = load_full_text(desk.data_dir)
    shown: Document = to_plain(show_item(code), keep_empty=True)
    return shown | {"official_text": [to_plain(part) for part in (official.of(code) if official else ())]}


def _lists(desk: Desk, _: Arguments) -> Document:
    today = desk.clock()
    return {
        "sources": [to_plain(one, keep_empty=True) for one in list_status(desk.data_dir, today)],
        "coverage": to_plain(desk.library.coverage(lists_needed(), today, today), keep_empty=True),
    }


# --- arguments


def _text(given: Arguments, key: str, *, needed: bool = True) -> str:
    value = given.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not value.strip():
        raise BadInput("is missing" if value is None else f"{value!r} is no text", where=key, remedy="give it as text")
    return value


def _texts(given: Arguments, key: str) -> Sequence[str]:
    value = given.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadInput(f"{value!r} is no list of texts", where=key)
    return value


def _flag(given: Arguments, key: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise BadInput(f"{value!r} is neither true nor false", where=key)
    return value


def _date(given: Arguments, key: str, *, latest: dt.date) -> dt.date | None:
    written = _text(given, key, needed=False)
    if not written:
        return None
    day = parse_date(written, where=key)
    if day > latest:
        raise BadInput(f"{day} lies more than five years ahead", where=key, remedy="check the year")
    return day


def _threshold(given: Arguments) -> float:
    value = given.get("threshold", HIT_THRESHOLD)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1:
        raise BadInput(f"{value!r} is no threshold", where="threshold", remedy="above 0, at most 1")
    return float(value)


# --- schemas


def _object(properties: Schema, required: Sequence[str] = ()) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _given_transaction() -> Schema:
    whole = transaction_schema()
    definitions = whole.pop("$defs")
    whole.pop("$schema")
    asked = {
        "transaction": whole
        | {"description": "What is sold, from where, to where, to whom, for what, when. Countries and codes are text."},
        "as_of": _DATE | {"description": "Date of law and lists; by default the transaction's own date."},
        "laws": {"type": "array", "items": {"enum": list(known_laws())}, "description": "Whose law."},
        "strict": {"type": "boolean", "description": "Turn every presumption into a question."},
    }
    return _object(asked, ["transaction"]) | {"$defs": definitions}


def _check_takes() -> Schema:
    takes = _given_transaction()
    takes["properties"]["full"] = {
        "type": "boolean",
        "description": "The whole assessment document, with findings that do not apply and every condition.",
    }
    return takes


def _check_gives() -> Schema:
    whole = assessment_schema()
    whole["required"] = list(_SUMMARY)
    # The short answer names the act beside each finding.
    finding = whole["properties"]["authorities"]["items"]["properties"]["findings"]["items"]
    named = dict(finding, properties=finding["properties"] | {"act": {"type": "string"}})
    whole["properties"]["findings"] = {"type": "array", "items": named}
    return whole


def _screen_takes() -> Schema:
    return _object(
        {
            "name": _TEXT | {"description": "In any script, as you have it."},
            "kind": {"enum": list(KINDS)},
            "countries": _TEXTS,
            "other_names": _TEXTS,
            "birth_date": _TEXT | {"description": "1970, 1970-05 or 1970-05-01"},
            "birth_places": _TEXTS,
            "nationalities": _TEXTS,
            "gender": _TEXT,
            "identifiers": _TEXTS | {"description": "KIND:VALUE, imo:9123456, lei:..."},
            "addresses": _TEXTS,
            "threshold": {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": HIT_THRESHOLD},
        }
    )


_HIT: Schema = {
    "type": "object",
    "properties": {
        "score": _SCORE,
        "matched_name": {"type": "string"},
        "party": {"type": "object"},
        "explanation": {"type": "array", "items": {"type": "object"}},
        "decision": {"type": "object"},
    },
    "required": ["score", "matched_name", "party", "explanation"],
}
_HITS: Schema = {"type": "array", "items": _HIT}


def _gives(**properties: Schema) -> Schema:
    """An answer of which every key named is present; others may come beside it."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def tools() -> tuple[Tool, ...]:
    """Every tool there is; all of them only read."""
    objects: Schema = {"type": "array", "items": {"type": "object"}}
    plain: Schema = {"type": "object"}
    text: Schema = {"type": "string"}
    return (
        Tool(
            "check",
            "Check a transaction",
            "Decide what the law of several governments says of a transaction on a date: prohibited, licence required, "
            "indeterminate (with the questions to ask) or not required; with findings, citations and coverage. "
            "There is no 'cleared': report open questions, assumptions and lists not loaded beside the outcome.",
            _check_takes(),
            _check_gives(),
            _check,
        ),
        Tool(
            "explain",
            "Explain an assessment",
            "The same judgement as check, told rule by rule in plain words: each condition with the fact that met it, "
            "what is missing, and what would overcome it.",
            _given_transaction(),
            _gives(outcome=text, headline=text, text=text),
            _explain,
        ),
        Tool(
            "screen",
            "Screen a party",
            "Find a person, company, body, vessel or address on the restricted-party lists at hand, however spelt. "
            "A score of 0.70 or more is a hit to be reviewed by a person, not an identification.",
            _screen_takes(),
            _gives(matches=_HITS, suppressed=_HITS, coverage=plain),
            _screen,
        ),
        Tool(
            "compare_names",
            "Compare two names",
            "Score two names, 0 to 1, and explain the score word by word.",
            _object(
                {"first": _TEXT, "second": _TEXT, "kind": {"enum": [k for k in KINDS if k != "address"]}},
                ["first", "second"],
            ),
            _gives(score=_SCORE, hit={"type": "boolean"}, explanation=objects),
            _compare,
        ),
        Tool(
            "search_items",
            "Search the control lists",
            "Candidates for the classification of a thing in plain words, and the questions that separate them. "
            "It helps to classify; it does not classify.",
            _object({"text": _TEXT, "limit": {"type": "integer", "minimum": 1, "maximum": _MOST_ITEMS}}, ["text"]),
            _gives(text=text, hits=objects, questions=objects, hs_hints=objects),
            _items,
        ),
        Tool(
            "show_item",
            "Show a classification",
            "What controls a code: reasons for control, exceptions, look-alikes, counterparts in the EU and UK, dates.",
            _object({"code": _TEXT | {"description": "ECCN, to the sub-paragraph if you have it"}}, ["code"]),
            {"type": "object"},
            _item,
        ),
        Tool(
            "list_status",
            "Show the state of the lists",
            "Edition, age and freshness of every source of lists, what was rejected, what an answer does not cover.",
            _object({}),
            _gives(sources=objects, coverage=plain),
            _lists,
        ),
    )
