"""Frozen dataclasses to and from plain JSON values, and canonical JSON bytes.

Canonical JSON: UTF-8, keys sorted, no insignificant blanks; one value has one byte string
(the subset of RFC 8785 that values without floating-point numbers need).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")
_PLAIN = frozenset({str, bool, int, type(None)})


def to_plain(value: Any, *, keep_empty: bool = False) -> Any:
    """Turn a value of the model into JSON-ready values.

    Fields that equal their declared default are left out unless ``keep_empty``.

    Raises:
        TypeError: the value (or one inside it) has no JSON form; floats are refused, they are not exact.
    """
    # Exact types first: a document has thousands of values, nearly all of these.
    kind = value.__class__
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {str(key): to_plain(item, keep_empty=keep_empty) for key, item in value.items()}
    if kind is tuple or kind is list:
        return [to_plain(item, keep_empty=keep_empty) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            name: to_plain(getattr(value, name), keep_empty=keep_empty)
            for name, default in _defaults(type(value))
            if keep_empty or getattr(value, name) != default
        }
    if isinstance(value, Mapping):
        return {str(key): to_plain(item, keep_empty=keep_empty) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [to_plain(item, keep_empty=keep_empty) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(to_plain(item, keep_empty=keep_empty) for item in value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def canonical_json(value: Any) -> bytes:
    """The one byte string of a value: equal values give equal bytes on every machine."""
    return json.dumps(
        to_plain(value, keep_empty=True), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode("utf-8")


def from_plain(cls: type[T], value: Any) -> T:
    """Rebuild a dataclass from :func:`to_plain`'s output. Trusted data only: no messages for users.

    Raises:
        TypeError, ValueError, KeyError: the value was not written by :func:`to_plain`.
    """
    return typing.cast("T", _reader(typing.cast("Any", cls))(value))


@functools.cache
def _defaults(cls: type) -> tuple[tuple[str, Any], ...]:
    missing = object()
    return tuple(
        (field.name, missing if field.default is dataclasses.MISSING else field.default)
        for field in dataclasses.fields(cls)
    )


@functools.cache
def _reader(annotation: Any) -> Callable[[Any], Any]:
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        inner = [_reader(argument) for argument in arguments if argument is not type(None)]
        if len(inner) != 1:
            raise TypeError(f"no reader for {annotation}")
        only = inner[0]
        return _same if only is _same else lambda value: None if value is None else only(value)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            read = _reader(arguments[0])
            return tuple if read is _same else lambda value: tuple(map(read, value))
        readers = [_reader(argument) for argument in arguments]
        return lambda value: tuple(read(item) for read, item in zip(readers, value, strict=True))
    if isinstance(annotation, type):
        if dataclasses.is_dataclass(annotation):
            return _dataclass_reader(annotation)
        if issubclass(annotation, Enum):
            return {member.value: member for member in annotation}.__getitem__
        if issubclass(annotation, dt.date):
            return annotation.fromisoformat
        if annotation is Decimal:
            return Decimal
        if annotation in (str, int, bool):
            return _same
    raise TypeError(f"no reader for {annotation}")


def _dataclass_reader(cls: type) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(cls)
    readers = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(cls)}
    changed = [(name, reader) for name, reader in readers.items() if reader is not _same]

    def read(value: Mapping[str, Any]) -> Any:
        given = dict(value)
        for name, reader in changed:
            if name in given:
                given[name] = reader(given[name])
        return cls(**given)

    return read


def _same(value: Any) -> Any:
    return value
