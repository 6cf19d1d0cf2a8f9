"""The assessment document: what ``--json``, the API and the store hold. Its canonical bytes are the judgement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enduse.interfaces.transactions import transaction_to_mapping
from enduse.model.assessment import Assessment, AuthorityAnswer, Finding
from enduse.model.codec import canonical_json, to_plain

BESIDE = frozenset({"known_on", "on_file"})
"""Keys of the document that say when something was known: no part of the judgement."""


def assessment_document(found: Assessment) -> dict[str, Any]:
    """The document as plain values, every key present."""
    return {
        "schema": found.schema,
        "engine": found.engine,
        "transaction": transaction_to_mapping(found.transaction),
        "as_of": found.as_of,
        "known_on": found.known_on,
        "outcome": found.outcome.value,
        "headline": found.headline,
        "governments": [to_plain(answer, keep_empty=True) for answer in found.governments],
        "authorities": [_authority(answer) for answer in found.authorities],
        "exceptions": {
            "decided": found.exceptions.decided,
            "foreclosed": [to_plain(item, keep_empty=True) for item in found.exceptions.foreclosed],
            "candidates": [to_plain(item, keep_empty=True) for item in found.exceptions.candidates],
        },
        "review": {
            "policy": list(found.review.policies),
            "human_rights": found.review.human_rights,
            "notes": list(found.review.notes),
        },
        "parties": [to_plain(item, keep_empty=True) for item in found.parties],
        "assumed": [to_plain(item, keep_empty=True) for item in found.assumed],
        "questions": [to_plain(item, keep_empty=True) for item in found.questions],
        "coverage": to_plain(found.coverage, keep_empty=True),
        "editions": [to_plain(item, keep_empty=True) for item in found.editions],
        "banners": list(found.banners),
        "next_steps": list(found.next_steps),
        "asked": to_plain(found.asked, keep_empty=True),
        "on_file": found.on_file,
    }


def judgement_bytes(found: Assessment) -> bytes:
    """The canonical JSON of the judgement: equal for equal engine, editions and transaction."""
    return document_bytes(assessment_document(found))


def document_bytes(document: Mapping[str, Any]) -> bytes:
    """The canonical JSON of the judgement in an assessment document: all of it but what travels beside it."""
    return canonical_json({key: value for key, value in document.items() if key not in BESIDE})


def _authority(answer: AuthorityAnswer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "name": answer.name,
        "outcome": answer.outcome.value,
        "nexus": answer.nexus,
        "findings": [_finding(item) for item in answer.findings],
        "law": answer.law,
        "government": answer.government,
        "standing": answer.standing,
        "reached": answer.reached.value,
        "act": answer.act,
    }


def _finding(item: Finding) -> dict[str, Any]:
    found: dict[str, Any] = to_plain(item, keep_empty=True)
    found["trace"] = [
        {"condition": step.condition, "truth": step.truth.value, "basis": step.basis, "depth": step.depth}
        for step in item.trace
    ]
    return found
