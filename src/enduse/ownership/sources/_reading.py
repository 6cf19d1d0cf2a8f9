"""What the readers of ownership files share: dates, shares, places, and keys."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from enduse.formats.plain_json import load_json
from enduse.formats.plain_yaml import decoded, read_bounded
from enduse.model.errors import BadInput
from enduse.model.party import Identifier
from enduse.model.time import ALWAYS, Interval
from enduse.model.transaction import Share

MAX_BYTES = 400_000_000
MAX_NODES = 40_000_000
BANDS = {
    "25-to-50-percent": Share(Decimal(25), Decimal(50), low_open=True, text="25-to-50-percent"),
    "50-to-75-percent": Share(Decimal(50), Decimal(75), low_open=True, high_open=True, text="50-to-75-percent"),
    "75-to-100-percent": Share(Decimal(75), Decimal(100), text="75-to-100-percent"),
    "more-than-25-percent": Share(Decimal(25), Decimal(100), low_open=True, text="more-than-25-percent"),
}
"""Bands of the UK registers of persons with significant control and of overseas entities."""

_NUMBER = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,30})?")
_RANGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)\s*(?:-|–|to)\s*([0-9]{1,3}(?:\.[0-9]+)?)")
_COMPARED = re.compile(r"(>=|<=|>|<|≥|≤)\s*([0-9]{1,3}(?:\.[0-9]+)?)")


def exact(number: Decimal) -> Share:
    """An exact share."""
    return Share(number, number, text=format(number, "f"))


def share_of(text: str, where: str) -> Share:
    """A share as people write it: ``60``, ``33.3 %``, ``25-50``, ``> 50``, a band, ``unknown``, or nothing (unknown).

    Raises:
        BadInput: it is none of these, or outside 0 to 100.
    """
    remedy = "a percentage from 0 to 100 (60, 33.3), a range (25-50), a bound (>50), a band, or unknown"
    stripped = text.strip().rstrip("%").strip()
    if stripped.casefold() in ("", "unknown", "?", "n/a"):
        return Share(Decimal(0), Decimal(100), text="unknown")
    if stripped in BANDS:
        return BANDS[stripped]
    if _NUMBER.fullmatch(stripped):
        found = exact(Decimal(stripped.replace(",", ".")))
    elif match := _RANGE.fullmatch(stripped):
        found = Share(Decimal(match[1]), Decimal(match[2]), text=stripped)
    elif match := _COMPARED.fullmatch(stripped):
        number, sign = Decimal(match[2]), match[1]
        if sign in (">", ">=", "≥"):
            found = Share(number, Decimal(100), low_open=sign == ">", text=stripped)
        else:
            found = Share(Decimal(0), number, high_open=sign == "<", text=stripped)
    else:
        raise BadInput(f"{text[:60]!r} is no share", where=where, remedy=remedy)
    empty = found.low == found.high and (found.low_open or found.high_open)
    if found.low > found.high or found.high > 100 or empty:
        raise BadInput(f"{text[:60]!r} is no share", where=where, remedy=remedy)
    return found


def decimal_of(value: Any, where: str) -> Decimal:
    """A percentage.

    Raises:
        BadInput: no number, or outside 0 to 100.
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number <= 100:
        raise BadInput(f"{str(value)[:60]!r} is no percentage", where=where, remedy="a number from 0 to 100")
    return number


def day_of(value: Any, where: str, *, last: bool = False) -> dt.date | None:
    """A date as registers write it: ``2016-04-06``, with a time behind it, ``2016-04`` or ``2016``; None when empty.

    Args:
        last: of a month or year alone, the first day after it in place of its first.

    Raises:
        BadInput: no date.
    """
    text = str(value).strip() if value is not None else ""
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ].*)?)?)?", text)
    try:
        if match and match[3]:
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
        if match and match[2]:
            year, month = int(match[1]), int(match[2])
            return dt.date(year + month // 12, month % 12 + 1, 1) if last else dt.date(year, month, 1)
        if match:
            return dt.date(int(match[1]) + last, 1, 1)
    except ValueError:
        pass
    raise BadInput(f"{text[:40]!r} is no date", where=where, remedy="YYYY-MM-DD")


def interval_of(start: dt.date | None, end: dt.date | None, where: str) -> Interval | None:
    """The days from ``start`` until before ``end``; None where they are the same day (the statement never held).

    Raises:
        BadInput: the end lies before the start.
    """
    if start is None and end is None:
        return ALWAYS
    if start and end and end <= start:
        if end == start:
            return None
        raise BadInput(f"ends on {end}, before it begins on {start}", where=where, remedy="check the two dates")
    return Interval(start, end)


def uk_company(number: str) -> str:
    """A UK company number with its leading zeros (``1234567`` is ``01234567``)."""
    stripped = number.strip().upper()
    return stripped.zfill(8) if stripped.isdigit() else stripped


def uk_identifier(number: str) -> Identifier:
    """A UK company number as an identifier."""
    return Identifier("registration", uk_company(number), "GB", "GB-COH")


def lei_identifier(lei: str) -> Identifier:
    """A legal entity identifier."""
    return Identifier("lei", lei.strip().upper(), label="LEI")


def mapping(value: Any, where: str) -> dict[str, Any]:
    """The value as a record.

    Raises:
        BadInput: it is none.
    """
    if not isinstance(value, dict):
        raise BadInput("is no record", where=where, remedy="a record in braces is expected")
    return value


def json_documents(path: Path) -> Iterator[tuple[str, Any]]:
    """The records of a JSON file, of an array in it, or of JSON lines; each with its place.

    Raises:
        BadInput: not JSON; names line and column. Of JSON lines that are broken: see :func:`json_lines`.
    """
    data = read_bounded(path, max_bytes=MAX_BYTES)
    value = load_json(data, name=path.name, max_bytes=MAX_BYTES, max_nodes=MAX_NODES)
    if isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield f"{path.name}, record {number}", item
    else:
        yield path.name, value


def json_lines(path: Path) -> Iterator[tuple[str, Any | BadInput]]:
    """The records of a file with one JSON value a line; a line that cannot be read comes as its problem.

    Raises:
        BadInput: the file cannot be read, or is no UTF-8.
    """
    text = decoded(read_bounded(path, max_bytes=MAX_BYTES), name=path.name)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path.name} line {number}"
        try:
            yield where, load_json(line, name=where)
        except BadInput as problem:
            place = problem.where.replace(f"{where} line 1", where, 1)
            yield where, BadInput(problem.problem, where=place, remedy=problem.remedy)
