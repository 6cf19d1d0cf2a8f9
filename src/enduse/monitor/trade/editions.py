"""Editions of the Harmonised System: which codes may be compared over which editions, and what is not known.

A code of six digits may stand in two editions and mean different goods. Nothing is compared across editions unless the
table cites it; no table of the World Customs Organisation was at hand, so that today it only says which codes of the
Common High Priority List begin with HS 2022. What it does not name is *not comparable*.

Source of the list: BIS, EU, UK and Japan, Common High Priority List of 2024-02-23 (codes in HS 2022).
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from enduse.monitor.trade.flows import Report

SAME_EDITION, NEW, NOT_KNOWN = "same_edition", "new", "not_known"


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
class Comparable:
    """Whether the reports of a code may be put into one series.

    Attributes:
        edition: the edition in which they may.
        state: ``same_edition``, ``new`` (the code does not exist in an edition that occurs) or ``not_known``.
        note: what was left out, and why.
    """

    code: str
    edition: str
    state: str
    note: str = ""


def comparable(code: str, editions: Collection[str], wanted: str = "") -> Comparable:
    """In which edition reports of a code may be compared.

    Args:
        editions: those in which it is reported.
        wanted: the edition whose code it is; the latest that occurs when empty.
    """
    latest = wanted or max(editions, default="")
    others = sorted(set(editions) - {latest})
    if not others:
        return Comparable(code, latest, SAME_EDITION)
    found = priority_codes().get(code)
    if found is not None and found.begins and latest == found.begins:
        note = f"{code} begins with {found.begins}: reports in {', '.join(others)} are of other goods and were left out"
        return Comparable(code, latest, NEW, note)
    note = (
        f"not comparable: {code} is reported in {', '.join(others)} too, and no correlation table at hand says that it "
        f"names the same goods there; only {latest} was used"
    )
    return Comparable(code, latest, NOT_KNOWN, note)


def within_one_edition(reports: Iterable[Report], wanted: str = "") -> tuple[list[Report], list[Comparable]]:
    """The reports that may be compared, code by code, and what is said of each code with several editions."""
    by_code: dict[str, list[Report]] = {}
    for report in reports:
        by_code.setdefault(report.code, []).append(report)
    kept: list[Report] = []
    said: list[Comparable] = []
    for code, own in sorted(by_code.items()):
        found = comparable(code, {report.edition for report in own}, wanted)
        kept += [report for report in own if report.edition == found.edition]
        if found.note:
            said.append(found)
    return kept, said
