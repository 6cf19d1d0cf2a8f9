"""Who controls what: items under the law of each member, and what guidance asks, to one destination on one day.

No party is named and no fact stated: the matrix says what the item alone calls for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from enduse.assess import Settings, check
from enduse.formats.tables import csv_of
from enduse.interfaces.compare import Member, read_members
from enduse.interfaces.judging import Answered
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import WORST_FIRST, Outcome
from enduse.model.errors import BadInput
from enduse.model.truth import Truth
from enduse.rules.divergence import Divergence, Says, says
from enduse.rules.facts import country_code
from enduse.rules.impact import Facts
from enduse.rules.rulebook import Rulebook

ITEMS = ("5A001.f.1", "5A001.j", "4A005", "4D004", "5A004.b", "3A981", "0A979")
"""Interception, network monitoring, intrusion software and its control, extraction from devices, police gear."""
MOST_ITEMS, MOST_MEMBERS = 20, 6
GUIDANCE = "coalition"
"""The jurisdiction of what members have agreed on."""


@dataclass(frozen=True, slots=True)
class Control:
    """What one member's law says of an item.

    Attributes:
        outcome: ``no_nexus`` where its law does not reach the transaction, ``domestic`` where it does not leave.
        reasons: reason codes that apply; ``?`` marks those that may.
        guidance: acts of guidance that ask for a review.
        adopted: acts of the coalition that are law in this node, with what they say.
        problem: why the law could not be asked.
    """

    says: Says
    outcome: str
    reasons: tuple[str, ...] = ()
    guidance: tuple[str, ...] = ()
    adopted: tuple[tuple[str, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Items in rows, members in columns.

    Attributes:
        gaps: caught by the first, free under the second: how many of the items.
    """

    members: tuple[Member, ...]
    items: tuple[str, ...]
    destination: str
    day: dt.date
    rows: tuple[tuple[Control, ...], ...]
    words: tuple[str, ...]
    gaps: tuple[tuple[str, str, int], ...]


def matrix(members: str, items: Sequence[str], destination: str, day: dt.date, books: Sequence[Rulebook]) -> Matrix:
    """The matrix.

    Args:
        members: as ``rules compare`` takes them: ``US,NL,GB``.
        items: codes of control lists.
        books: the law at hand, what this node adopted of guidance included.

    Raises:
        BadInput: a member, an item or the destination cannot be used, or there are too many.
    """
    found = read_members(members, books)
    codes = tuple(dict.fromkeys(one.strip() for one in items if one.strip()))
    if not codes or len(codes) > MOST_ITEMS or len(found) > MOST_MEMBERS:
        remedy = f"1 to {MOST_ITEMS} items, 2 to {MOST_MEMBERS} members"
        raise BadInput("nothing, or too much, is asked", where="items, members", remedy=remedy)
    place = country_code(destination, "destination")
    rows = tuple(tuple(_asked(code, one, place, day, books) for one in found) for code in codes)
    parted = Divergence(tuple(one.name for one in found))
    for code, row in zip(codes, rows, strict=True):
        facts = Facts(code, 0, day.isoformat(), place, code, "", "")
        parted.add(facts, [one.says for one in row], {})
    gaps = tuple((one, other, group.count) for (one, other), group in sorted(parted.gaps.items()))
    words = tuple(parted.words([one.says for one in row]) for row in rows)
    return Matrix(found, codes, place, day, rows, words, gaps)


def _asked(code: str, member: Member, destination: str, day: dt.date, books: Sequence[Rulebook]) -> Control:
    if destination == member.country:
        return Control(Says.DOMESTIC, "domestic")
    raw = {"item": {"code": code}, "from": member.country, "destination": destination, "date": day}
    asked = [book for book in books if book.jurisdiction in (*member.laws, GUIDANCE)]
    laws = tuple(dict.fromkeys(book.jurisdiction for book in asked))
    try:
        answer = check(
            transaction_from_mapping(raw, where=""), library=Answered({}), settings=Settings(laws=laws), rulebooks=asked
        )
    except BadInput as error:
        return Control(Says.ERROR, "not_judged", problem=error.message())
    governments = [one for one in answer.governments if one.law in member.laws and one.reached]
    outcomes = {one.outcome for one in governments}
    outcome = next((one for one in WORST_FIRST if one in outcomes), Outcome.NOT_REQUIRED)
    shared = [one for one in answer.authorities if one.speaks and one.reached is not Truth.FALSE]
    return Control(
        says(outcome),
        outcome.value if governments else "no_nexus",
        tuple(dict.fromkeys(reason for one in governments for reason in one.reasons)),
        tuple(one.act for one in shared if one.standing == "guidance"),
        tuple((one.act, one.outcome.value) for one in shared if one.standing == "law" and one.law == GUIDANCE),
    )


def to_csv(found: Matrix) -> str:
    """The matrix as a table, a cell a row."""
    rows: list[tuple[object, ...]] = [
        ("item", "member", "destination", "day", "says", "outcome", "reasons", "guidance", "adopted", "problem")
    ]
    for code, row in zip(found.items, found.rows, strict=True):
        for member, one in zip(found.members, row, strict=True):
            adopted = "; ".join(f"{act}: {outcome}" for act, outcome in one.adopted)
            where = (code, member.name, found.destination, found.day, one.says.value, one.outcome)
            rows.append((*where, "; ".join(one.reasons), "; ".join(one.guidance), adopted, one.problem))
    return csv_of(rows)
