"""Bulk: tables of transactions and of names, one result row for each."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from enduse.assess import Settings, check
from enduse.evidence.library import Library
from enduse.formats.tables import TableRow, read_table, write_table
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import Outcome
from enduse.model.countries import resolve_country
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.rules.evaluate import WORST_FIRST

TRANSACTION_COLUMNS = [
    "reference",
    "date",
    "activity",
    "item",
    "description",
    "hs_code",
    "from",
    "destination",
    "end_user",
    "end_user_type",
    "end_user_country",
    "value",
    "currency",
    "end_use",
]
"""Columns of a table of transactions; ``fact:KEY`` states a fact, ``party:ROLE`` names a further party."""

RESULT_COLUMNS = [
    "row",
    "reference",
    "outcome",
    "headline",
    "reasons",
    "exceptions_candidate",
    "questions",
    "matches",
    "error",
]
NAME_COLUMNS = ("name", "country", "kind", "reference")
HIT_COLUMNS = [
    "row",
    "reference",
    "name",
    "score",
    "matched_name",
    "list",
    "programmes",
    "listed_from",
    "citation",
    "party_id",
    "error",
]

Tell = Callable[[str], None]


def check_table(
    source: Path, out: Path, settings: Settings, lists: Library, today: dt.date, fail_on: str | None, tell: Tell
) -> int:
    """Judge every transaction of a table; a row that cannot be read is written with its error and counted.

    Returns:
        0, or 1 where ``fail_on`` names an outcome that some row reaches.

    Raises:
        BadInput: the table as a whole cannot be used.
    """
    limit = _outcome(fail_on)
    outcomes: Counter[str] = Counter()

    def results() -> Iterator[Mapping[str, str]]:
        for number, row in enumerate(_counted(read_table(source, numbers=("value",)), tell), start=1):
            result = _checked(row, number, settings, lists, today)
            outcomes[result["outcome"] or "error"] += 1
            yield result

    count = write_table(out, RESULT_COLUMNS, results())
    tell(f"{count} rows: " + ", ".join(f"{name} {outcomes[name]}" for name in sorted(outcomes)))
    if limit is None:
        return 0
    worst = WORST_FIRST[: WORST_FIRST.index(limit) + 1]
    return 1 if any(outcomes[outcome.value] for outcome in worst) else 0


def _outcome(text: str | None) -> Outcome | None:
    try:
        return Outcome(text) if text else None
    except ValueError:
        raise BadInput(f"{text!r} is no outcome", where="--fail-on", remedy=", ".join(Outcome)) from None


def _checked(row: TableRow, number: int, settings: Settings, lists: Library, today: dt.date) -> dict[str, str]:
    result = dict.fromkeys(RESULT_COLUMNS, "") | {"row": str(number), "reference": row.cells.get("reference", "")}
    try:
        tx = transaction_from_mapping(_mapping(row), where=row.where, today=today, default_date=today)
        found = check(tx, library=lists, settings=settings, today=today)
    except BadInput as problem:
        return result | {"error": problem.message()}
    codes = sorted({item.code for item in found.findings if item.code and item.status.value == "applies"})
    return result | {
        "outcome": found.outcome.value,
        "headline": found.headline,
        "reasons": "; ".join(codes),
        "exceptions_candidate": "; ".join(item.symbol for item in found.exceptions.candidates),
        "questions": "; ".join(item.fact for item in found.questions),
        "matches": "; ".join(
            f"{match.score} {match.list_id} {match.name}"
            for party in found.parties
            for match in party.matches
            if match.in_force == "true"
        ),
    }


def _mapping(row: TableRow) -> dict[str, Any]:
    cells = {key: value.strip() for key, value in row.cells.items() if value.strip()}
    parties: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}
    for key, value in cells.items():
        if key.startswith("fact:"):
            facts[key.removeprefix("fact:")] = value
        elif key.startswith("party:"):
            parties.append({"role": key.removeprefix("party:"), "name": value})
        elif key not in TRANSACTION_COLUMNS:
            raise BadInput(
                f"unknown column {key!r}",
                where=row.where,
                remedy=f"known: {', '.join(TRANSACTION_COLUMNS)}, fact:KEY, party:ROLE",
            )
    if "end_user" in cells:
        end_user = {"role": "end_user", "name": cells["end_user"]}
        optional = {"type": cells.get("end_user_type"), "country": cells.get("end_user_country")}
        parties.insert(0, end_user | {key: value for key, value in optional.items() if value})
    item = {"code": cells.get("item"), "description": cells.get("description"), "hs_code": cells.get("hs_code")}
    found: dict[str, Any] = {
        "item": {key: value for key, value in item.items() if value},
        "parties": parties,
        "facts": facts,
    }
    if "value" in cells:
        found["value"] = {"amount": cells["value"], "currency": cells.get("currency", "USD")}
    for key in ("reference", "date", "activity", "from", "destination", "end_use"):
        if key in cells:
            found[key] = cells[key]
    return found


def screen_table(source: Path, out: Path, lists: Library, threshold: float, tell: Tell) -> int:
    """Screen every name of a table; one row for each hit, and one for each row that cannot be read.

    Raises:
        BadInput: the table has no ``name`` column, or cannot be read.
    """
    hits = 0

    def results() -> Iterator[Mapping[str, str]]:
        nonlocal hits
        for number, row in enumerate(_counted(read_table(source), tell), start=1):
            for result in _screened(row, number, lists, threshold):
                hits += not result["error"]
                yield result

    write_table(out, HIT_COLUMNS, results())
    tell(f"{hits} hits")
    return 0


def _screened(row: TableRow, number: int, lists: Library, threshold: float) -> Iterator[dict[str, str]]:
    if "name" not in row.cells:
        raise BadInput("no column 'name'", where=row.where, remedy=f"columns: {', '.join(NAME_COLUMNS)}")
    base = dict.fromkeys(HIT_COLUMNS, "") | {
        "row": str(number),
        "reference": row.cells.get("reference", ""),
        "name": row.cells["name"],
    }
    country = row.cells.get("country", "").strip()
    code = resolve_country(country) if country else None
    if country and code is None:
        yield base | {"error": f"no country is called {country!r}"}
        return
    try:
        query = Query(row.cells["name"], row.cells.get("kind", "").strip() or "any", (code,) if code else ())
        found = lists.screen(query, threshold=threshold)
    except BadInput as problem:
        yield base | {"error": problem.message()}
        return
    for match in found:
        for listing in match.party.listings:
            yield base | {
                "score": f"{match.score:.4f}",
                "matched_name": match.matched_name,
                "list": listing.list_id,
                "programmes": "; ".join(listing.programmes),
                "listed_from": listing.listed_from.isoformat() if listing.listed_from else "",
                "citation": listing.citation.text,
                "party_id": match.party.id,
            }


def _counted(rows: Iterator[TableRow], tell: Tell) -> Iterator[TableRow]:
    """The rows, with a line of progress every thousand."""
    for number, row in enumerate(rows, start=1):
        if number % 1000 == 0:
            tell(f"{number} rows")
        yield row
