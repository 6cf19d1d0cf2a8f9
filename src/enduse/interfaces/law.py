"""The law at hand: rulebooks on file or shipped, as of a day's knowledge, with the user's own laid over them."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

from enduse.rules.overlay import with_overlay
from enduse.rules.rulebook import Rulebook
from enduse.rules.shelf import RuleShelf

OVERLAY = "ENDUSE_RULES"
LOCAL = Path("rules") / "local"
"""The overlay's place in the data directory, where neither option nor environment names another."""


@dataclass(frozen=True, slots=True)
class LawAtHand:
    """The rulebooks that answer, and what must be said of them before anything else."""

    books: tuple[Rulebook, ...]
    banners: tuple[str, ...] = ()


def law_at_hand(data_dir: Path | None, overlay: Path | None = None, known_on: dt.date | None = None) -> LawAtHand:
    """The rulebooks of a data directory.

    Args:
        overlay: the user's own rulebooks; by default what :func:`overlay_folder` finds.
        known_on: those on file at the end of that day. The user's own count as they are: nothing keeps their past.

    Raises:
        BadInput: the overlay has a problem.
        OperationFailed: what is on file is damaged.
    """
    books, notes = RuleShelf(data_dir).books(known_on)
    folder = overlay or overlay_folder(data_dir)
    if folder is None:
        return LawAtHand(books, notes)
    merged = with_overlay(books, folder)
    if known_on is not None:
        notes = (*notes, f"local rulebooks as they are now: what they said on {known_on} is not on file")
    return LawAtHand(merged, notes)


def overlay_folder(data_dir: Path | None) -> Path | None:
    """The folder of the user's own rulebooks: ``ENDUSE_RULES``, else ``rules/local`` in the data directory."""
    if stated := os.environ.get(OVERLAY):
        return Path(stated)
    local = data_dir / LOCAL if data_dir is not None else None
    return local if local is not None and local.is_dir() and any(local.iterdir()) else None
