"""Predicates over control lists that are tables of codes: Annex I and its like, general authorisations, annexes.

An ECCN is not an Annex I code. Membership comes from a cited table; a code that stands in no table is unknown, and the
user is asked under which code the other law classifies the item (``item.codes`` of a transaction).
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from typing import Any

from enduse.model.codes import covers_code, eccn_of, is_annex
from enduse.model.transaction import PartyType, Role
from enduse.model.truth import Truth
from enduse.rules.answer import FALSE, Answer, both, either, known, unknown
from enduse.rules.predicates import a_text, code_covered, predicate, texts, used_for_covered
from enduse.rules.situation import Situation
from enduse.rules.tables import Row

CODES = "item.codes"
DESCRIPTION = "annex_description_met"


def _listed_argument(argument: Any) -> str:
    good = isinstance(argument, Mapping) and set(argument) == {"annex", "others"}
    return "" if good else "takes {annex: TABLE, others: TABLE}"


@predicate("item_listed", _listed_argument)
def item_listed(s: Situation, argument: Mapping[str, str]) -> Answer:
    """The item is in a control list; ``others`` are codes of another law, and what is known of their counterparts."""
    code = s.item.code
    if code in ("UNLISTED", "SECURITY") or is_annex(code):
        return FALSE
    if code == "EAR99":
        note = "EAR99 says that the item is in no entry of the US list; other lists are asked apart"
        return FALSE if s.closed_world else unknown(CODES, notes=(note,))
    rows = s.tables.lookup(argument["annex"], "code", eccn_of(code) or "")
    for row in rows:
        if s.holds(row):
            return known(True, cells=(row.cell("code"),))
    for row in s.tables[argument["others"]]:
        if fnmatch.fnmatchcase(code, row["pattern"]):
            said = f"{code}: {row['note']}"
            return known(False, notes=(said,)) if row["counterpart"] == "none" else unknown(CODES, notes=(said,))
    return unknown(CODES, notes=(f"{code} is not in the table of this list that is held: confirm the code",))


def _in_list_argument(argument: Any) -> str:
    good = isinstance(argument, Mapping) and set(argument) == {"table", "list"}
    return "" if good else "takes {table: TABLE, list: NAME}"


@predicate("item_in_list", _in_list_argument)
def item_in_list(s: Situation, argument: Mapping[str, str]) -> Answer:
    """The item is under one of the codes that a table gives for a list (``CODE``, or ``CODE for CODE``).

    A row with a ``limit`` covers a part of what the code names: then the narrower description must be met too. Where it
    is said what the item is for, that lies under one of the codes ``related``, and under none of ``unrelated``.
    """
    rows = s.tables.lookup(argument["table"], "list", argument["list"])
    return either(_covered(s, row) for row in rows if s.holds(row))


def _covered(s: Situation, row: Row) -> Answer:
    covered = code_covered(s, row["code"])
    if covered.truth is Truth.FALSE:
        return covered
    if _for_others(s, row):
        return known(False, notes=(f"{row['code']}: not where it is for {s.item.used_for}",))
    cited = both((known(True, cells=(row.cell("code"),)), covered))
    if not row.get("limit"):
        return cited
    value, answer = s.fact(DESCRIPTION)
    if value is None:
        answer = unknown(DESCRIPTION, notes=(f"{row['code']}, only: {row['limit']}",))
    else:
        answer = Answer(Truth.of(value is True), presumed=answer.presumed)
    return both((cited, answer))


def _for_others(s: Situation, row: Row) -> bool:
    """Whether the item is said to be for something of this law's list that the row does not mean."""
    entry = eccn_of(s.item.used_for or "")
    if entry is None or not any(s.holds(own) for own in s.tables.lookup("annex_i", "code", entry)):
        return False
    related = row.values("related")
    beside = bool(related) and used_for_covered(s, related).truth is Truth.FALSE
    return beside or used_for_covered(s, row.values("unrelated")).truth is Truth.TRUE


def _destinations_argument(argument: Any) -> str:
    good = isinstance(argument, Mapping) and set(argument) == {"table", "list"}
    return "" if good else "takes {table: TABLE, list: NAME}"


@predicate("destination_in_list", _destinations_argument)
def destination_in_list(s: Situation, argument: Mapping[str, str]) -> Answer:
    """The destination is one of the countries that a table gives for a list."""
    rows = s.tables.lookup(argument["table"], "list", argument["list"])
    found = [row for row in rows if row["country"] == s.destination and s.holds(row)]
    return known(bool(found), cells=[row.cell("country") for row in found])


@predicate("item_group", texts)
def item_group(s: Situation, argument: list[str]) -> Answer:
    """The item's entry is of one of these product groups (its second character): ``D`` software, ``E`` technology."""
    entry = eccn_of(s.item.code)
    return known(entry is not None and entry[1] in argument)


@predicate("item_for", texts)
def item_for(s: Situation, argument: list[str]) -> Answer:
    """Software or technology is for items under one of these codes."""
    return used_for_covered(s, tuple(argument))


@predicate("item_related_to", texts)
def item_related_to(s: Situation, argument: list[str]) -> Answer:
    """As ``item_for``; where a case file does not say what it is for, the code alone decides and it is related."""
    if s.item.used_for is None and s.closed_world:
        return known(True)
    return used_for_covered(s, tuple(argument))


@predicate("item_corresponds", a_text)
def item_corresponds(s: Situation, argument: str) -> Answer:
    """Unknown where the item's code of another law may be one of this list's: the user must say which."""
    for row in s.tables[argument]:
        if covers_code(row["code"], s.item.code) is not Truth.FALSE:
            return unknown(CODES, notes=(f"{s.item.code}: {row['note']}",))
    return FALSE


@predicate("item_unclassified", a_text)
def item_unclassified(s: Situation, argument: str) -> Answer:
    """Unknown where the item's code is none of this law's: an annex of another law, or an entry that it has not."""
    if s.unclassified or (is_annex(s.item.code) and not s.item.code.startswith(f"{argument}-")):
        return unknown(CODES, notes=(f"{s.item.code} is a code of another law",))
    return FALSE


_RECEIVERS = (Role.END_USER, Role.ULTIMATE_CONSIGNEE, Role.INTERMEDIATE_CONSIGNEE, Role.PURCHASER)


def _types(argument: Any) -> str:
    known_types = [member.value for member in PartyType]
    good = isinstance(argument, list) and argument and all(item in known_types for item in argument)
    return "" if good else f"takes a list of {', '.join(known_types)}"


@predicate("some_receiver", _types)
def some_receiver(s: Situation, argument: list[str]) -> Answer:
    """Some end user, consignee or purchaser is of one of these types."""
    return either(_is_type(s, view.party.type, argument) for view in s.parties if view.party.role in _RECEIVERS)


def _is_type(s: Situation, value: PartyType | None, wanted: list[str]) -> Answer:
    if value is None:
        return FALSE if s.closed_world else unknown("party.type")
    return known(value.value in wanted)


@predicate("red_flags_present", a_text)
def red_flags_present(s: Situation, argument: str) -> Answer:
    """A red flag of a questionnaire (a table of flags) is stated to be present."""
    value, answer = s.fact("red_flags")
    rows = s.tables[argument].rows
    if value is None:
        return unknown("red_flags", notes=tuple(row["text"] for row in rows))
    stated = value if isinstance(value, tuple) else (value,)
    found = [row for row in rows if row["flag"] in stated]
    notes = tuple(row["text"] for row in found)
    return Answer(Truth.of(bool(found)), presumed=answer.presumed, notes=notes)


@predicate("left_out", a_text)
def left_out(s: Situation, argument: str) -> Answer:
    """Unknown outside case files: the law has more here than the rulebook holds, and a person must read it."""
    return FALSE if s.closed_world else unknown("law.not_modelled", notes=(argument,))
