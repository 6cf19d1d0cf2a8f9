"""Whether the extra of the exchange is installed: without it there are its commands, which say so, and no pages."""

from __future__ import annotations

from importlib.util import find_spec

NEEDED = ("cryptography", "joserfc", "securesystemslib", "starlette", "tuf", "uvicorn")


def missing() -> tuple[str, ...]:
    """What is not installed."""
    return tuple(name for name in NEEDED if find_spec(name) is None)
