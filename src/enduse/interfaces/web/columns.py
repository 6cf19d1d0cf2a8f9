"""Which column of an upload says what, and which of its rows cannot be read so."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from enduse.interfaces.bulk_columns import TARGETS, guessed_columns
from enduse.interfaces.bulk_screen import query_batches
from enduse.interfaces.mapped_tables import CHECK, SCREEN, joined
from enduse.interfaces.transaction_tables import (
    TABLE_COLUMNS,
    TransactionRow,
    check_columns,
    rows_of_transactions,
    transaction_row,
)
from enduse.interfaces.web.uploads import Upload
from enduse.model.errors import BadInput
from enduse.screen.batch import ERROR, screen_batch

LOOKED_AT = 5_000
"""Rows that are read before the work begins."""
SHOWN = 20
_PART = 500
_FURTHER = (
    *("code:eu", "code:uk", "party:exporter", "party:purchaser", "party:intermediate_consignee"),
    *("party:ultimate_consignee", "party:freight_forwarder", "party:bank", "party:end_user"),
)
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "item": ("eccn", "code", "classification", "item code", "export control classification number"),
    "description": ("item description", "product", "goods"),
    "from": ("origin", "country of origin", "ship from", "export country"),
    "destination": ("to", "country", "destination country", "ship to country", "country of destination"),
    "end_user": ("end user name", "customer", "customer name", "consignee"),
    "end_user_address": ("address", "customer address"),
    "end_user_country": ("customer country", "country of end user"),
    "value": ("amount", "price", "total"),
    "reference": ("order", "order number", "order no", "ref", "id", "invoice"),
    "date": ("ship date", "shipping date", "order date"),
    "hs_code": ("hs", "tariff code", "commodity code"),
    "end_use": ("use", "purpose"),
}
NEEDED: Mapping[str, tuple[str, ...]] = {CHECK: ("item", "destination"), SCREEN: ("name",)}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that cannot be read: where, in which column of the upload (empty where it is the whole row), and why."""

    where: str
    column: str
    value: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a first reading of the rows found.

    Attributes:
        read: how many rows were read.
        wrong: how many of them cannot be; the first few of those are ``problems``.
    """

    read: int
    wrong: int
    problems: tuple[RowProblem, ...]


def proposed(columns: Sequence[str], what: str = CHECK) -> tuple[str, ...]:
    """What each column is taken to say by its heading; empty where nothing, or where several could be meant."""
    if what == SCREEN:
        return guessed_columns(columns)
    found = [_target(column) for column in columns]
    return tuple(one if one and found.count(one) == 1 else "" for one in found)


def must_be_text(columns: Sequence[str], what: str = CHECK) -> tuple[str, ...]:
    """The columns in which a number is no longer what somebody typed, as far as their headings say what they are."""
    said = zip(columns, proposed(columns, what), strict=True)
    return tuple(column for column, target in said if target and target not in ("value", "reference"))


def _target(column: str) -> str:
    plain = re.sub(r"[\s_-]+", " ", column).strip().casefold()
    if column in TABLE_COLUMNS or column.startswith(("code:", "fact:", "party:")):
        return column
    for target in TABLE_COLUMNS:
        if plain == target.replace("_", " ") or plain in _HEADINGS.get(target, ()):
            return target
    return ""


def targets(columns: Sequence[str], what: str = CHECK) -> tuple[str, ...]:
    """What a column can be said to be."""
    if what == SCREEN:
        return TARGETS
    own = [one for one in columns if one.startswith(("code:", "fact:", "party:"))]
    return tuple(dict.fromkeys((*TABLE_COLUMNS, *_FURTHER, *own)))


def check_said(upload: Upload, said: Sequence[str], what: str) -> None:
    """Refuse what the columns cannot be.

    Raises:
        BadInput: two say the same, none says what is needed, or a word is not known.
    """
    if what == SCREEN:
        joined(upload.columns, said)
        return
    stated = [one for one in said if one]
    for one in stated:
        if stated.count(one) > 1:
            raise BadInput(f"two columns say {one!r}", where="columns", remedy="leave one of them out")
    for needed in NEEDED[CHECK]:
        if needed not in stated:
            raise BadInput(f"no column says {needed!r}", where="columns", remedy=f"choose {needed!r} for one of them")
    check_columns(stated, "columns")


def mark(said: Sequence[str]) -> str:
    """A short word for what the columns say: whether somebody has seen the rows that cannot be read so."""
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def transactions(
    upload: Upload, said: Sequence[str], today: dt.date, day: dt.date | None = None
) -> Iterator[TransactionRow]:
    """The transactions of a table, each with its problem where it has one.

    Args:
        day: the date where a row gives none; today when None.
    """
    rows = rows_of_transactions(upload.opened().called(said), upload.name)
    for number, row in enumerate(rows, start=1):
        yield transaction_row(number, row, today=today, default_date=day or today)


def look(upload: Upload, said: Sequence[str], what: str, today: dt.date) -> Look:
    """Read the first :data:`LOOKED_AT` rows, and say which of them cannot be read."""
    read = wrong = 0
    problems: list[RowProblem] = []
    for found in itertools.islice(_read(upload, said, what, today), LOOKED_AT):
        read += 1
        wrong += found is not None
        if found is not None and len(problems) < SHOWN:
            problems.append(found)
    return Look(read, wrong, tuple(problems))


def _read(upload: Upload, said: Sequence[str], what: str, today: dt.date) -> Iterator[RowProblem | None]:
    """For each row what is wrong with it, None where nothing is."""
    if what == CHECK:
        for row in transactions(upload, said, today):
            error = row.problem
            yield None if error is None else RowProblem(row.where, "", "", error.message(), "")
        return
    columns = joined(upload.columns, said)
    for batch in query_batches(upload.opened(), columns, _PART):
        for row in screen_batch(batch, ()).to_pylist():
            if row["outcome"] != ERROR:
                yield None
                continue
            own = " and ".join(columns.columns.get(row["field"], ()))
            yield RowProblem(row["where"], own, row["value"], row["error"], row["remedy"])
