"""Names that say whose son somebody is: ``X bin Y`` is not ``Y bin X``."""

from __future__ import annotations

import functools

from enduse.screen.normalise import Token
from enduse.screen.sounds import CUTOFF, similarity

_PATRONYMIC = frozenset({"bin", "ibn", "ben", "bint"})


def generations_swapped(left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
    """Whether father and son have changed places."""
    one = generations(left)
    other = generations(right) if one else one
    # "X bin Y bin X" against "Y bin X": the grandfather's name.
    if not one or not other or not set(one).isdisjoint(other):
        return False
    (son, father), (other_son, other_father) = one[0], other[0]
    return son == other_father and father == other_son and similarity(son, other_son) < CUTOFF


@functools.lru_cache(maxsize=50_000)
def generations(found: tuple[Token, ...]) -> tuple[tuple[str, str], ...]:
    """Each son and father that a name states, from its beginning."""
    result = []
    for number, token in enumerate(found[1:-1], start=1):
        if token.text in _PATRONYMIC:
            after = next((item.text for item in found[number + 1 :] if item.word_class != "particle"), "")
            before = next((item.text for item in reversed(found[:number]) if item.word_class != "particle"), "")
            if not before or not after:
                break
            result.append((before, after))
    return tuple(result)
