"""What is left of a word where a field ended stands where the word would stand: after the word that it follows."""

from __future__ import annotations

from collections.abc import Sequence

from enduse.screen.normalise import NAMELESS, Token
from enduse.screen.sounds import similarity


def goes_on(one: Sequence[Token], place: int, other: Sequence[Token], other_place: int) -> bool:
    """Whether two words, of which one may be the other's beginning, follow words that are alike.

    A name may begin elsewhere ("CANO CORREA, Jhon", "Jhon CANO CORREA"): before its first word stands its last.

    Args:
        one: a name.
        place: of the word in it.
        other: another name.
        other_place: of the word in that.
    """
    before, other_before = _before(one, place), _before(other, other_place)
    return (
        before is not None
        and other_before is not None
        and (before.text == other_before.text or similarity(before.text, other_before.text) > 0)
    )


def _before(name: Sequence[Token], place: int) -> Token | None:
    """The word before a place that may say whose name it is."""
    return next((token for token in (*name[:place][::-1], *name[:place:-1]) if token.word_class not in NAMELESS), None)
