"""The rule language with all its words: importing from here makes sure that every predicate and repetition is known."""

from __future__ import annotations

from enduse.rules import annexes, ear, ear_reach, owners, reach
from enduse.rules.conditions import Conditions
from enduse.rules.predicates import REGISTRY
from enduse.rules.repeat import REPETITIONS, Binding, Repeats, repetition_of

__all__ = ["MODULES", "REGISTRY", "REPETITIONS", "Binding", "Conditions", "Repeats", "repetition_of"]

MODULES = (annexes, ear, ear_reach, owners, reach)
"""Modules that register words of their own beside the general ones."""
