"""Plain values that somebody sent, checked against the dataclass that they should become, before they become it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import types
import typing
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from enduse.model.errors import BadInput

MAX_TEXT = 20_000
MAX_LIST = 500
MAX_DEPTH = 12
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def check_plain(annotation: Any, value: Any, where: str, depth: int = 0) -> None:
    """Refuse a value that is not of a type.

    Args:
        annotation: a dataclass, or the annotation of one of its fields.
        where: what messages call the place.

    Raises:
        BadInput: names the place, what is wrong and what is expected.
    """
    if depth > MAX_DEPTH:
        raise BadInput("nested too deeply", where=where)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        inner = [one for one in arguments if one is not type(None)]
        if value is not None:
            check_plain(inner[0], value, where, depth)
    elif origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise BadInput(f"takes a list, not {_short(value)}", where=where)
        if len(value) > MAX_LIST:
            raise BadInput(f"{len(value)} entries", where=where, remedy=f"at most {MAX_LIST} are accepted")
        for number, one in enumerate(value):
            check_plain(arguments[0], one, f"{where}[{number}]", depth + 1)
    elif dataclasses.is_dataclass(annotation):
        _check_mapping(annotation, value, where, depth)
    else:
        _check_single(annotation, value, where)


def _check_mapping(cls: Any, value: Any, where: str, depth: int) -> None:
    fields = {field.name: field for field in dataclasses.fields(cls)}
    if not isinstance(value, Mapping):
        raise BadInput(f"takes an object, not {_short(value)}", where=where, remedy=f"keys: {', '.join(fields)}")
    for key in value:
        if key not in fields:
            raise BadInput(f"unknown key {_short(key)}", where=where, remedy=f"keys: {', '.join(fields) or 'none'}")
    hints = typing.get_type_hints(cls)
    for name, field in fields.items():
        if name in value:
            check_plain(hints[name], value[name], f"{where}.{name}", depth + 1)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise BadInput(f"{name} is missing", where=where, remedy=f"state {name}")


def _check_single(annotation: Any, value: Any, where: str) -> None:
    if annotation is bool:
        if not isinstance(value, bool):
            raise BadInput(f"takes true or false, not {_short(value)}", where=where)
        return
    if annotation is int:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**9:
            raise BadInput(f"takes a whole number, not {_short(value)}", where=where)
        return
    if annotation is Decimal and isinstance(value, int) and not isinstance(value, bool):
        return
    if not isinstance(value, str):
        remedy = "numbers with decimals are written as text" if annotation is Decimal else ""
        raise BadInput(f"takes a text, not {_short(value)}", where=where, remedy=remedy)
    if len(value) > MAX_TEXT:
        raise BadInput(f"{len(value):,} characters", where=where, remedy=f"at most {MAX_TEXT:,} are accepted")
    if found := _CONTROL.search(value):
        raise BadInput(f"control character U+{ord(found[0]):04X}", where=where, remedy="remove the character")
    _check_text(annotation, value, where)


def _check_text(annotation: Any, value: str, where: str) -> None:
    try:
        if annotation is Decimal:
            Decimal(value)
        elif isinstance(annotation, type) and issubclass(annotation, Enum):
            annotation(value)
        elif isinstance(annotation, type) and issubclass(annotation, dt.date):
            annotation.fromisoformat(value)
    except InvalidOperation:
        raise BadInput(f"{_short(value)} is no number", where=where) from None
    except ValueError:
        known = f"known: {', '.join(one.value for one in annotation)}" if issubclass(annotation, Enum) else "YYYY-MM-DD"
        raise BadInput(f"{_short(value)} cannot be used", where=where, remedy=known) from None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
