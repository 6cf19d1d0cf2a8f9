"""Reads what others sent: JSON of bounded size into dataclasses, where a key or a type that does not fit is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from enduse.model.errors import BadInput

T = TypeVar("T")
MAX_BYTES = 1 << 20
"""Longest letter, receipt or membership document, in bytes."""
MAX_DEPTH = 24


def read_json(blob: bytes, what: str, *, max_bytes: int = MAX_BYTES) -> Any:
    """A JSON value.

    Raises:
        BadInput: too long, too deep, not JSON, a key occurs twice, or a text holds half a surrogate pair, which nobody
            can write again.
    """
    if len(blob) > max_bytes:
        raise BadInput(f"{len(blob):,} bytes", where=what, remedy=f"at most {max_bytes:,} are accepted")
    try:
        found = json.loads(blob, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"it cannot be read as JSON: {str(error)[:120]}", where=what) from None
    if _depth(found) > MAX_DEPTH:
        raise BadInput("it is nested too deeply", where=what)
    try:
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        half = ord(error.object[error.start])
        raise BadInput(f"a text holds U+{half:04X}, half a character", where=what, remedy="UTF-8") from None
    return found


def read_as(cls: type[T], plain: Any, what: str) -> T:
    """A dataclass of plain values that nobody has looked at yet; its fields are texts, whole numbers, flags, tuples,
    mappings of plain values, and dataclasses of them.

    Raises:
        BadInput: a key is not known or missing, or a value has another type.
    """
    _fits(cls, plain, what)
    found: T = _built(cls, plain)
    return found


def moment(text: str, what: str) -> dt.datetime:
    """A moment as it is written in documents of the exchange: UTC, to the second.

    Raises:
        BadInput: it is written otherwise.
    """
    try:
        return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except (ValueError, TypeError):
        raise BadInput(f"{str(text)[:40]!r} is no moment", where=what, remedy="2026-03-02T09:00:00Z") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no number that is exact")


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        waiting += [(item, depth + 1) for item in inner]
    return deepest


def _fits(annotation: Any, value: Any, what: str) -> None:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        if value is not None:
            _fits(next(one for one in arguments if one is not type(None)), value, what)
    elif origin is tuple:
        if not isinstance(value, list):
            raise _wrong(what, "a list")
        for number, item in enumerate(value):
            _fits(arguments[0], item, f"{what}[{number}]")
    elif dataclasses.is_dataclass(annotation):
        _keys_fit(annotation, value, what)
    elif origin is not None:
        if not isinstance(value, Mapping):
            raise _wrong(what, "a mapping")
    elif annotation in (str, int, bool) and type(value) is not annotation:
        raise _wrong(what, annotation.__name__)


def _built(annotation: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if value is None or annotation in (str, int, bool):
        return value
    if origin is tuple:
        return tuple(_built(arguments[0], one) for one in value)
    if dataclasses.is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        made: Any = annotation
        return made(**{name: _built(hints[name], one) for name, one in value.items()})
    return value


def _keys_fit(cls: Any, value: Any, what: str) -> None:
    if not isinstance(value, Mapping):
        raise _wrong(what, "a mapping")
    fields = {one.name: one for one in dataclasses.fields(cls)}
    if unknown := sorted(value.keys() - fields.keys()):
        raise BadInput(f"unknown key {str(unknown[0])[:40]!r}", where=what, remedy=f"known: {', '.join(fields)}")
    hints = typing.get_type_hints(cls)
    for name, one in fields.items():
        if name in value:
            _fits(hints[name], value[name], f"{what}.{name}")
        elif one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING:
            raise BadInput(f"{name} is missing", where=what)


def _wrong(what: str, wanted: str) -> BadInput:
    return BadInput("a value has another type", where=what, remedy=f"{wanted} is expected")
