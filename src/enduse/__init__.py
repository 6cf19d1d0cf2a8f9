"""An export-control programme as software: the public Python interface, small on purpose.

``import enduse`` is cheap: heavy parts load when a function is first called.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from enduse.version import __version__

if TYPE_CHECKING:
    from enduse.assess import Settings, check, check_all
    from enduse.evidence.library import Library, screen
    from enduse.interfaces.documents import assessment_document, judgement_bytes
    from enduse.interfaces.transactions import load_transaction
    from enduse.interfaces.transactions import transaction_from_mapping as transaction
    from enduse.model.assessment import Assessment, Finding, Outcome
    from enduse.model.errors import BadInput, EndUseError, OperationFailed
    from enduse.model.match import Match, NameScore, Query
    from enduse.model.transaction import Transaction
    from enduse.screen import Screener, compare_names

_WHERE = {
    "Assessment": "enduse.model.assessment",
    "BadInput": "enduse.model.errors",
    "EndUseError": "enduse.model.errors",
    "Finding": "enduse.model.assessment",
    "Library": "enduse.evidence.library",
    "Match": "enduse.model.match",
    "NameScore": "enduse.model.match",
    "OperationFailed": "enduse.model.errors",
    "Outcome": "enduse.model.assessment",
    "Query": "enduse.model.match",
    "Screener": "enduse.screen",
    "Settings": "enduse.assess",
    "Transaction": "enduse.model.transaction",
    "assessment_document": "enduse.interfaces.documents",
    "check": "enduse.assess",
    "check_all": "enduse.assess",
    "compare_names": "enduse.screen",
    "judgement_bytes": "enduse.interfaces.documents",
    "load_transaction": "enduse.interfaces.transactions",
    "screen": "enduse.evidence.library",
    "transaction": "enduse.interfaces.transactions:transaction_from_mapping",
}

__all__ = [
    "Assessment",
    "BadInput",
    "EndUseError",
    "Finding",
    "Library",
    "Match",
    "NameScore",
    "OperationFailed",
    "Outcome",
    "Query",
    "Screener",
    "Settings",
    "Transaction",
    "__version__",
    "assessment_document",
    "check",
    "check_all",
    "compare_names",
    "judgement_bytes",
    "load_transaction",
    "screen",
    "transaction",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'enduse' has no attribute {name!r}")
    module, _, attribute = _WHERE[name].partition(":")
    return getattr(importlib.import_module(module), attribute or name)


class _Screening(ModuleType):
    """The folder ``enduse.screen``, which can be called as the function of that name."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return importlib.import_module("enduse.evidence.library").screen(*arguments, **options)


class _Package(ModuleType):
    """The package: ``enduse.screen(...)`` works whether or not the folder of that name was imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "screen" and isinstance(value, ModuleType):
            value.__class__ = _Screening
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
