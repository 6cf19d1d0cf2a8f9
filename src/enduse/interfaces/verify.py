"""Determination cases: run them and compare with what they expect.

The headers of the files in ``conformance/`` are the specification (keys, closed world, reason codes, exception tokens,
comparison). A case whose jurisdiction has no rulebook is *not modelled*: never passed, never missed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from enduse.assess import Settings, check
from enduse.formats.plain_yaml import load_yaml
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import Assessment, Outcome, Status
from enduse.model.errors import BadInput
from enduse.rules.rulebook import Rulebook, shipped_rulebooks

_LAWS: Mapping[str, tuple[str, frozenset[str]]] = {
    "US-EAR": ("us", frozenset()),
    "US-OFAC": ("us", frozenset({"US-OFAC"})),
    **{name: (name.lower(), frozenset()) for name in ("EU", "UK", "UN", "CA", "AU", "JP", "CH")},
}
"""Jurisdictions of case files: the law that answers them, and the authorities whose acts count (none named: all)."""

_NOT_COMPARED: Mapping[str, frozenset[str]] = {
    # The EAR leave Iran to the first two (746.7(e)). Of the third, which is not verified, the files count what followed
    # it: SDN:744.8 from 2024-03-21 on.
    "US-EAR": frozenset({"us/ofac/iran", "us/ofac/iran.release", "us/ear/744.8.before"}),
}
"""Rules that the case files of a jurisdiction leave out."""

_LICENCE_REQUIRED = {
    Outcome.PROHIBITED: "true",
    Outcome.LICENCE_REQUIRED: "true",
    Outcome.INDETERMINATE: "indeterminate",
    Outcome.NOT_REQUIRED: "false",
}


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case went: ``passed``, ``missed`` or ``not modelled``, with the differences."""

    id: str
    verdict: str
    confidence: str
    differences: tuple[str, ...] = ()

    def line(self) -> str:
        """The line that ``enduse verify`` prints for a case that did not pass."""
        label = "MISS" if self.verdict == "missed" else "NOT MODELLED"
        return " ".join([label, self.id, f"[{self.confidence}]", "; ".join(self.differences)])


@dataclass(frozen=True, slots=True)
class Summary:
    """The results of all cases, in order."""

    results: tuple[CaseResult, ...]

    def count(self, verdict: str) -> int:
        """How many cases went so."""
        return sum(result.verdict == verdict for result in self.results)

    def line(self) -> str:
        """The closing line."""
        return (
            f"{self.count('passed')} passed, {self.count('missed')} missed, {self.count('not modelled')} not modelled"
        )


def verify_files(paths: Sequence[Path], rulebooks: Sequence[Rulebook] | None = None) -> Summary:
    """Run the cases of some files.

    Raises:
        BadInput: a file is no case file.
    """
    return Summary(tuple(run_case(case, where, rulebooks) for path in paths for where, case in read_cases(path)))


def read_cases(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The cases of a file, each with its place for messages.

    Raises:
        BadInput: the file cannot be read or holds no ``cases``.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"cannot read the case file: {error.strerror}", where=str(path)) from None
    content = load_yaml(data, name=path.name, max_bytes=5_000_000)
    if not isinstance(content, Mapping) or not isinstance(content.get("cases"), list):
        raise BadInput("no list of 'cases'", where=path.name, remedy="see the header of conformance/golden-cases.yaml")
    for number, case in enumerate(content["cases"], start=1):
        where = f"{path.name}, case {number}"
        if not isinstance(case, Mapping) or not case.get("id") or not isinstance(case.get("expected"), Mapping):
            raise BadInput("a case needs 'id' and 'expected'", where=where)
        yield f"{path.name}, case {case['id']}", case


def run_case(case: Mapping[str, Any], where: str, rulebooks: Sequence[Rulebook] | None = None) -> CaseResult:
    """Run one case in the closed world that the case files define, and compare."""
    case_id, confidence = str(case["id"]), str(case.get("confidence", "?"))
    if case.get("jurisdiction") not in _LAWS:
        return CaseResult(case_id, "not modelled", confidence, (f"no rulebook for {case.get('jurisdiction')}",))
    try:
        found = assess_case(case, where, rulebooks)
    except BadInput as problem:
        return CaseResult(case_id, "missed", confidence, (problem.message(),))
    differences = tuple(_differences(case["expected"], found))
    return CaseResult(case_id, "missed" if differences else "passed", confidence, differences)


def assess_case(case: Mapping[str, Any], where: str, rulebooks: Sequence[Rulebook] | None = None) -> Assessment:
    """Judge the transaction of a case.

    Raises:
        BadInput: the case's input cannot be used.
    """
    tx = transaction_from_mapping({key: value for key, value in case.items() if key not in _NOT_INPUT}, where=where)
    open_facts = frozenset(case["expected"].get("missing_facts") or ())
    law, authorities = _LAWS[case["jurisdiction"]]
    settings = Settings(laws=(law,), closed_world=True, open_facts=open_facts)
    books = shipped_rulebooks() if rulebooks is None else rulebooks
    counting = [book for book in books if not authorities or book.authority in authorities]
    if left_out := _NOT_COMPARED.get(case["jurisdiction"]):
        counting = [_without(book, left_out) for book in counting]
    told = frozenset(tx.facts) | open_facts
    if _CHECKED_TO not in told and any(_unsettled(book, tx.date, told) for book in counting):
        # What a case does not state is not missing: the law is taken as checked up to its day.
        tx = replace(tx, facts={**tx.facts, _CHECKED_TO: tx.date.isoformat()})
    return check(tx, settings=settings, rulebooks=counting)


def _unsettled(book: Rulebook, day: dt.date, told: frozenset[str]) -> bool:
    """Whether a rule came into force by the day after the rulebook was last checked, and the case does not say."""
    return any(
        period.unsettled_from is not None
        and book.verified_to < period.unsettled_from <= day
        and period.fact not in told
        for rule in book.rules
        for period in rule.in_force
    )


def _without(book: Rulebook, left_out: frozenset[str]) -> Rulebook:
    if not any(rule.id in left_out for rule in book.rules):
        return book
    key = (id(book), left_out)
    if key not in _shortened or _shortened[key][0] is not book:
        if len(_shortened) >= _FEW:
            _shortened.clear()
        _shortened[key] = book, replace(book, rules=tuple(rule for rule in book.rules if rule.id not in left_out))
    return _shortened[key][1]


_CHECKED_TO = "rulebook_verified_to"
_FEW = 8
_shortened: dict[tuple[int, frozenset[str]], tuple[Rulebook, Rulebook]] = {}
_NOT_INPUT = frozenset({"id", "jurisdiction", "expected", "citation", "rationale", "confidence", "note"})


def _differences(expected: Mapping[str, Any], found: Assessment) -> Iterator[str]:
    required = _LICENCE_REQUIRED[found.outcome]
    if expected["licence_required"] != required:
        yield f"licence_required: expected {expected['licence_required']}, found {required}"
    if expected.get("reasons") is not None and set(expected["reasons"]) != (codes := reason_codes(found)):
        yield f"reasons: expected {sorted(expected['reasons'])}, found {sorted(codes)}"
    for key, entries in (
        ("exceptions_foreclosed", found.exceptions.foreclosed),
        ("exceptions_candidate", found.exceptions.candidates),
    ):
        if expected.get(key) is None:
            continue
        symbols = {entry.symbol for entry in entries}
        if set(expected[key]) != symbols:
            yield f"{key}: expected {sorted(expected[key])}, found {sorted(symbols)}"
    if (expected["human_rights_review"] == "true") != found.review.human_rights:
        yield f"human_rights_review: expected {expected['human_rights_review']}, found {found.review.human_rights}"
    dates = expected.get("dates")
    if dates is not None and dict(dates) != (computed := {item.code: item.date for item in found.dates}):
        yield f"dates: expected {dict(dates)}, found {computed}"
    if expected.get("missing_facts") and not found.questions:
        yield f"missing_facts: expected a question about {', '.join(expected['missing_facts'])}, found none"


def reason_codes(found: Assessment) -> set[str]:
    """The reason codes of an assessment as case files write them: ``CODE``, or ``CODE?`` where it may apply.

    A duty that holds already (to notify the authority) is written without the question mark.
    """
    applied = {item.code for item in found.speaking if item.status is Status.APPLIES and item.code}
    owed = {item.code for item in found.speaking if item.owed and item.code}
    possible = {item.code for item in found.speaking if item.status is Status.UNKNOWN and item.code}
    return applied | owed | {f"{code}?" for code in possible - applied - owed}
