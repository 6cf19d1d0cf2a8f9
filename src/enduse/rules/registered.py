"""Every module that registers predicates or repetitions, imported once."""

from __future__ import annotations

from enduse.rules import annexes, ear, owners, predicates, reach, repeat

REGISTERED = (annexes, ear, owners, predicates, reach, repeat)
"""The modules whose predicates and repetitions a rule may name."""
