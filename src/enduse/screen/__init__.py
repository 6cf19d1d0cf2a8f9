"""Screening of names against listed parties: normalise, retrieve, score, explain.

``compare_names`` scores two names; ``Screener`` finds every listed party above a threshold. Importing this package is
cheap; the numerical parts load when used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from enduse.screen.score import compare_names

if TYPE_CHECKING:
    from enduse.screen.index import Screener

__all__ = ["Screener", "compare_names"]


def __getattr__(name: str) -> Any:
    if name == "Screener":
        from enduse.screen.index import Screener  # numpy loads only when an index is used

        return Screener
    raise AttributeError(name)
