"""Editions of the Harmonised System: which codes may be compared over which editions, and what is not known.

A code of six digits may stand in two editions and mean different goods. ``correlations.csv`` says of each code of the
Common High Priority List what is known of it and HS 2017, with its source and whether it was read there. The tables of
the World Customs Organization were not at hand, so that no row that says *the same goods* is verified: such editions
are joined only where somebody accepts that. What the table does not name is *not comparable*.

Source of the list: BIS, EU, UK and Japan, Common High Priority List of 2024-02-23 (codes in HS 2022).
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from enduse.monitor.trade.flows import Report

SAME, NARROWER, NEW = "same", "narrower", "new"
SAME_EDITION, JOINED, NOT_VERIFIED, NOT_KNOWN = "same_edition", "joined", "not_verified", "not_known"
LATEST = "HS2022"
_WORST = [SAME_EDITION, JOINED, NEW, NARROWER, NOT_VERIFIED, NOT_KNOWN]


@dataclass(frozen=True, slots=True)
class Priority:
    """A code of the Common High Priority List: its tier, and the first edition that has it, where that is known."""

    code: str
    tier: str
    begins: str
    citation: str


@functools.cache
def priority_codes() -> Mapping[str, Priority]:
    """The 50 codes of the Common High Priority List, in HS 2022."""
    text = (resources.files("enduse.monitor.trade") / "high_priority.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Priority(row["code"], row["tier"], row["begins"], row["citation"])
        for row in csv.DictReader(text.splitlines())
    }


@dataclass(frozen=True, slots=True)
class Correlation:
    """What is known of a code of HS 2022 and an older edition.

    Attributes:
        relation: ``same`` (the code names the same goods there), ``new`` (it does not exist there) or ``narrower``
            (goods of the older code stand elsewhere now).
        older_codes: where its goods stood.
        verified: whether that was read in the source that is cited; what was not is never used by itself.
    """

    code: str
    older: str
    relation: str
    older_codes: tuple[str, ...]
    note: str
    citation: str
    verified: bool


@functools.cache
def correlations() -> Mapping[tuple[str, str], Correlation]:
    """What is known of the codes of the list, by code and older edition."""
    text = (resources.files("enduse.monitor.trade") / "correlations.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        (row["code"], row["older"]): Correlation(
            row["code"],
            row["older"],
            row["relation"],
            tuple(row["older_codes"].split()),
            row["note"],
            row["citation"],
            row["verified"] == "true",
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Comparable:
    """Whether the reports of a code may be put into one series.

    Attributes:
        edition: the edition in which they may.
        state: ``same_edition``, ``joined`` (with what :attr:`joined` names), ``new`` (the code does not exist in an
            edition that occurs), ``narrower``, ``not_verified`` or ``not_known``.
        note: what was joined or left out, and why.
        joined: older editions whose reports are in the series too.
    """

    code: str
    edition: str
    state: str
    note: str = ""
    joined: tuple[str, ...] = ()


def comparable(code: str, editions: Collection[str], wanted: str = "", *, unverified: bool = False) -> Comparable:
    """In which editions reports of a code may be compared.

    Args:
        editions: those in which it is reported.
        wanted: the edition whose code it is; the latest that occurs when empty.
        unverified: editions are joined too where the table says that the code names the same goods, and nobody has
            verified it.
    """
    latest = wanted or max(editions, default="")
    others = sorted(set(editions) - {latest})
    if not others:
        return Comparable(code, latest, SAME_EDITION)
    told = [_other(code, one, latest, unverified=unverified) for one in others]
    joined = tuple(one for one, (state, _) in zip(others, told, strict=True) if state == JOINED)
    worst = max((state for state, _ in told), key=_WORST.index)
    return Comparable(code, latest, worst, "; ".join(note for _, note in told), joined)


def _other(code: str, edition: str, latest: str, *, unverified: bool) -> tuple[str, str]:
    """What is to be done with the reports of a code in another edition, and why."""
    row = correlations().get((code, edition)) if latest == LATEST else None
    found = priority_codes().get(code)
    if row is not None and row.relation == SAME:
        if row.verified or unverified:
            doubt = "" if row.verified else ", which nobody has verified"
            return JOINED, f"{code}: {edition} was joined: it names the same goods there{doubt} [{row.citation}]"
        note = f"not comparable: {code} is said to name the same goods in {edition}, but nobody has verified it"
        return NOT_VERIFIED, f"{note} [{row.citation}]; only {latest} was used"
    if row is not None and row.relation == NARROWER:
        doubt = "" if row.verified else ", as far as is known"
        return NARROWER, (
            f"not comparable: {code} holds fewer goods than in {edition}{doubt}: {row.note}; only {latest} was used"
        )
    if found is not None and found.begins and found.begins == latest:
        stood = f" ({edition} has {', '.join(row.older_codes)}: {row.note})" if row is not None else ""
        note = f"{code} begins with {found.begins}: reports in {edition} are of other goods and were left out{stood}"
        return NEW, note
    return NOT_KNOWN, (
        f"not comparable: {code} is reported in {edition} too, and no correlation at hand says that it names the same "
        f"goods there; only {latest} was used"
    )


def within_one_edition(
    reports: Iterable[Report], wanted: str = "", *, unverified: bool = False
) -> tuple[list[Report], list[Comparable]]:
    """The reports that may be compared, code by code, and what is said of each code with several editions.

    Where editions are joined and a reporter reports a period in several, the latest counts.
    """
    by_code: dict[str, list[Report]] = {}
    for report in reports:
        by_code.setdefault(report.code, []).append(report)
    kept: list[Report] = []
    said: list[Comparable] = []
    for code, own in sorted(by_code.items()):
        found = comparable(code, {report.edition for report in own}, wanted, unverified=unverified)
        kept += _joined(own, (found.edition, *reversed(found.joined)))
        if found.note:
            said.append(found)
    return kept, said


def _joined(own: Sequence[Report], editions: Sequence[str]) -> Iterator[Report]:
    """The reports in some editions, the preferred edition first; of a reporter's period only one edition."""
    taken: dict[tuple[str, str, str], str] = {}
    for edition in editions:
        for report in own:
            if report.edition == edition:
                key = (report.reporter, report.flow.value, report.period)
                if taken.setdefault(key, edition) == edition:
                    yield report
