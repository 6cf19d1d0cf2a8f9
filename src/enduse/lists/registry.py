"""Every source of lists that this version reads: each module of ``enduse.lists.sources`` that offers one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cache

from enduse.lists import sources as _package
from enduse.lists.sources.base import SourceFormat
from enduse.model.errors import BadInput

HEAD_BYTES = 65_536
"""How much of a file :meth:`SourceFormat.recognise` sees."""


@cache
def sources() -> tuple[SourceFormat, ...]:
    """All sources, by id. Their modules are imported at the first call.

    A module takes part by a constant ``SOURCE`` or ``SOURCES``; names that begin with an underscore are helpers.
    """
    found: list[SourceFormat] = []
    for module in pkgutil.iter_modules(_package.__path__):
        if module.name.startswith("_") or module.name == "base":
            continue
        loaded = importlib.import_module(f"{_package.__name__}.{module.name}")
        found += getattr(loaded, "SOURCES", ()) or [loaded.SOURCE]
    by_id = {source.id: source for source in found}
    if len(by_id) != len(found):
        raise ValueError("two modules offer a source of the same id")
    return tuple(by_id[name] for name in sorted(by_id))


def source_of(name: str, among: Iterable[SourceFormat] | None = None, *, where: str = "") -> SourceFormat:
    """The source of that id.

    Raises:
        BadInput: there is none; the remedy proposes the nearest ones.
    """
    by_id = {source.id: source for source in (sources() if among is None else among)}
    if name not in by_id:
        near = get_close_matches(name, by_id, 3, 0.5)
        raise BadInput(
            f"{name!r} is no source of lists",
            where=where,
            remedy=f"did you mean {' or '.join(near)}?" if near else f"one of {', '.join(sorted(by_id))}",
        )
    return by_id[name]


def recognise(filename: str, head: bytes, among: Sequence[SourceFormat]) -> list[tuple[SourceFormat, str]]:
    """Every (source, component) that claims a file by the first bytes of its content."""
    claims = []
    for source in among:
        component = source.recognise(filename, head[:HEAD_BYTES])
        if component is not None:
            claims.append((source, component))
    return claims
