"""The rule language with all its words: importing from here makes sure that every predicate and repetition is known."""

from __future__ import annotations

from enduse.rules import annexes, ear, ear_reach, owners, reach
from enduse.rules.predicates import REGISTRY, evaluate
from enduse.rules.repeat import REPETITIONS, Binding, bindings

__all__ = ["MODULES", "REGISTRY", "REPETITIONS", "Binding", "bindings", "evaluate"]

MODULES = (annexes, ear, ear_reach, owners, reach)
"""Modules that register words of their own beside the general ones."""
