"""``check --bulk``: tables of transactions, one result row for each."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from enduse.assess import Settings, check
from enduse.evidence.library import Library
from enduse.formats.tables import write_table
from enduse.interfaces.transactions import TransactionRow, transactions_from_table
from enduse.model.assessment import WORST_FIRST, Outcome
from enduse.model.errors import BadInput

RESULT_COLUMNS = [
    "row",
    "reference",
    "outcome",
    "headline",
    "governments",
    "reasons",
    "exceptions_candidate",
    "questions",
    "matches",
    "where",
    "error",
]
Tell = Callable[[str], None]
T = TypeVar("T")


def check_table(
    source: Path,
    out: Path,
    settings: Settings,
    lists: Library,
    today: dt.date,
    tell: Tell,
    *,
    as_of: dt.date | None = None,
    fail_on: str | None = None,
) -> int:
    """Judge every transaction of a table; a row that cannot be read is written with its error and counted.

    Args:
        as_of: date of law and lists for every row; each row's own date when None.
        fail_on: an outcome.

    Returns:
        0, or 1 where some row's outcome is ``fail_on`` or worse, or a row could not be read while ``fail_on`` is set.

    Raises:
        BadInput: the table as a whole cannot be used.
    """
    _refuse_same_file(source, out)
    limit = _outcome(fail_on)
    outcomes: Counter[str] = Counter()

    def results() -> Iterator[Mapping[str, str]]:
        rows = transactions_from_table(source, today=today, default_date=as_of or today)
        for row in _counted(rows, tell):
            result = _checked(row, settings, lists, today, as_of)
            outcomes[result["outcome"] or "error"] += 1
            yield result

    count = write_table(out, RESULT_COLUMNS, results())
    tell(f"{count} rows: " + ", ".join(f"{name} {outcomes[name]}" for name in sorted(outcomes)))
    if limit is None:
        return 0
    worst = [outcome.value for outcome in WORST_FIRST[: WORST_FIRST.index(limit) + 1]]
    return 1 if any(outcomes[name] for name in [*worst, "error"]) else 0


def _refuse_same_file(source: Path, out: Path) -> None:
    if out.exists() and source.exists() and out.samefile(source):
        raise BadInput("the results would overwrite the table", where="--out", remedy="name another file")


def _outcome(text: str | None) -> Outcome | None:
    try:
        return Outcome(text) if text else None
    except ValueError:
        raise BadInput(f"{text!r} is no outcome", where="--fail-on", remedy=", ".join(Outcome)) from None


def _checked(
    row: TransactionRow, settings: Settings, lists: Library, today: dt.date, as_of: dt.date | None
) -> dict[str, str]:
    result = dict.fromkeys(RESULT_COLUMNS, "") | {
        "row": str(row.number),
        "reference": row.reference,
        "where": row.where,
    }
    try:
        if row.transaction is None:
            raise row.problem or BadInput("no transaction", where=row.where)
        found = check(row.transaction, as_of=as_of, library=lists, settings=settings, today=today)
    except BadInput as problem:
        return result | {"error": problem.message()}
    codes = sorted({item.code for item in found.findings if item.code and item.status.value == "applies"})
    return result | {
        "outcome": found.outcome.value,
        "headline": found.headline,
        "governments": "; ".join(
            f"{answer.law} {answer.outcome.value if answer.reached else 'no nexus'}" for answer in found.governments
        ),
        "reasons": "; ".join(codes),
        "exceptions_candidate": "; ".join(item.symbol for item in found.exceptions.candidates),
        "questions": "; ".join(item.fact for item in found.questions),
        "matches": "; ".join(
            f"{match.score} {match.list_id} {match.name}" + _IN_FORCE[match.in_force]
            for party in found.parties
            for match in party.matches
        ),
    }


_IN_FORCE = {"true": "", "unknown": " (unknown whether in force)", "false": " (not in force)"}


def _counted(rows: Iterable[T], tell: Tell) -> Iterator[T]:
    """The rows, with a line of progress every thousand."""
    for number, row in enumerate(rows, start=1):
        if number % 1000 == 0:
            tell(f"{number} rows")
        yield row
