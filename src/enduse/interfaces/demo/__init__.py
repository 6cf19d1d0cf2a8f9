"""The demo's situations: transactions as data, judged by the product like any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from enduse.assess import check
from enduse.evidence.library import Library
from enduse.formats.plain_yaml import load_yaml
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation: a transaction, and the variants in which it is judged (each replaces some keys)."""

    title: str
    why: str
    transaction: Mapping[str, Any]
    variants: tuple[Mapping[str, str], ...]

    def assessments(self) -> Iterator[tuple[str, Assessment]]:
        """Judge every variant on the embedded data alone; yields its label and assessment."""
        library = Library(accept_starter=True)
        for variant in self.variants:
            tx = transaction_from_mapping({**self.transaction, **variant}, where=self.title)
            yield ", ".join(variant.values()) or str(tx.date), check(tx, library=library, today=dt.date(2026, 11, 24))


def situations() -> tuple[Situation, ...]:
    """The five situations in order."""
    file = resources.files("enduse.interfaces.demo") / "situations.yaml"
    content = load_yaml(file.read_bytes(), name="situations.yaml")
    return tuple(
        Situation(
            title=raw["title"],
            why=raw["why"],
            transaction=raw["transaction"],
            variants=tuple(raw["vary"] or ({},)),
        )
        for raw in content["situations"]
    )
