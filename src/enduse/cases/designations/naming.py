"""Whether a text names somebody: as people read it, however it is spaced, divided or turned round.

A name in another spelling, or with other words between, is not found: people remain answerable for what they write.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

SHORTEST = 3
"""Names of fewer letters are not looked for, except where one character is a word."""
WITHIN = 5
"""Names of so many letters are looked for within words too: ``Quillfeather's``, ``Quillfeathers``."""
_PARTS = re.compile(r"[^\W_]+")
# Scripts that write no space between words: ideographs, kana, Thai, Lao, Myanmar, Khmer.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")


def names_somebody(content: Any, name: str) -> bool:
    """Whether texts name somebody.

    Args:
        content: plain values as :func:`enduse.model.codec.to_plain` makes them; every text in them is read.
        name: a name, or an address or number by which somebody is reached.
    """
    wanted = _words(name)
    run = "".join(wanted)
    unspaced = bool(_UNSPACED.search(run))
    if len(run) < (2 if unspaced else SHORTEST):
        return False
    # One after the other: a name that is divided between two fields is read as one.
    said = [word for text in _texts(content) for word in _words(text)]
    if (len(run) >= WITHIN or unspaced) and " ".join(wanted) in " ".join(said):
        return True
    if unspaced and run in "".join(said):
        return True
    return _side_by_side(said, wanted) or any(_written_as(said, one) for one in {run, "".join(reversed(wanted))})


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for one in content.values():
            yield from _texts(one)
    elif isinstance(content, list | tuple):
        for one in content:
            yield from _texts(one)


def _words(text: str) -> list[str]:
    """Its words without case, marks over letters, punctuation, and characters that show nothing."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    shown = "".join(one for one in apart if unicodedata.category(one) not in ("Mn", "Me", "Cf"))
    return _PARTS.findall(unicodedata.normalize("NFKC", shown).casefold())


def _side_by_side(said: list[str], wanted: list[str]) -> bool:
    """Whether the words stand side by side, in any order: ``Doe, Jane``."""
    if not wanted or len(said) < len(wanted):
        return False
    goal, size = Counter(wanted), len(wanted)
    return any(said[at] in goal and Counter(said[at : at + size]) == goal for at in range(len(said) - size + 1))


def _written_as(said: list[str], run: str) -> bool:
    """Whether whole words one after the other make up the letters: ``Jane-Doe``, ``JaneDoe``, ``J a n e Doe``."""
    for at, word in enumerate(said):
        left = run
        for part in (word, *said[at + 1 : at + len(run)]):
            if not left.startswith(part):
                break
            left = left.removeprefix(part)
            if not left:
                return True
    return False
