"""Full-text search over items: plain words find codes.

Ranking is BM25 over descriptions, keywords and codes (S. Robertson, H. Zaragoza, The Probabilistic Relevance
Framework, 2009), with prefixes and small spelling errors at a discount; keywords count double.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from dataclasses import dataclass

from enduse.items.catalogue import ItemDescription, descriptions
from enduse.model.errors import BadInput

_WORD = re.compile(r"[a-z0-9.]+")
_ENDINGS = ("ing", "ers", "er", "es", "ed", "s")
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "of",
        "on",
        "or",
        "other",
        "than",
        "that",
        "the",
        "to",
        "with",
        "without",
        "not",
        "no",
        "its",
        "their",
    ]
)
_K1, _B = 1.2, 0.6


@dataclass(frozen=True, slots=True)
class ItemHit:
    """A code that fits the words, with its score and the words that matched."""

    item: ItemDescription
    score: float
    because: tuple[str, ...]


def search_items(text: str, limit: int = 20) -> list[ItemHit]:
    """Items that fit ``text``, best first.

    Raises:
        BadInput: the text holds no word.
    """
    wanted = _words(text)
    if not wanted:
        raise BadInput("no word to search for", remedy="for example: enduse items search spyware")
    index = _index()
    scores: Counter[int] = Counter()
    because: dict[int, set[str]] = {}
    for word in wanted:
        for term, factor in _terms(word):
            documents = index.postings[term]
            rarity = math.log(1 + (len(index.lengths) - len(documents) + 0.5) / (len(documents) + 0.5))
            for document, count in documents.items():
                length = index.lengths[document] / index.mean_length
                gain = factor * rarity * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))
                scores[document] += gain  # type: ignore[assignment]
                because.setdefault(document, set()).add(term)
    everything = descriptions()
    phrase = " ".join(wanted)
    for document in scores:
        if any(" ".join(_words(keyword)) == phrase for keyword in everything[document].keywords):
            scores[document] += 6
        if everything[document].code.casefold() in wanted:
            scores[document] += 20
        covered = len({_stem(term) for term in because[document]} & set(wanted)) / len(wanted)
        scores[document] *= 0.5 + covered / 2  # type: ignore[assignment]
    ranked = sorted(scores, key=lambda document: (-scores[document], everything[document].code))
    return [
        ItemHit(everything[document], float(scores[document]), tuple(sorted(because[document])))
        for document in ranked[:limit]
    ]


@dataclass(frozen=True, slots=True)
class _Index:
    postings: dict[str, dict[int, int]]
    lengths: tuple[int, ...]
    mean_length: float


@functools.cache
def _index() -> _Index:
    postings: dict[str, dict[int, int]] = {}
    lengths = []
    for number, item in enumerate(descriptions()):
        counts = Counter(_words(item.description))
        for keyword in item.keywords:
            counts.update(dict.fromkeys(_words(keyword), 2))
        counts.update([item.code.lower()])
        lengths.append(sum(counts.values()))
        for word, count in counts.items():
            postings.setdefault(word, {})[number] = count
    return _Index(postings, tuple(lengths), sum(lengths) / len(lengths))


def _terms(word: str) -> list[tuple[str, float]]:
    """Index terms that a word stands for: itself, words it begins, and near spellings when it is unknown."""
    known = _index().postings
    found = [(word, 1.0)] if word in known else []
    found += [(term, 0.6) for term in known if len(word) >= 3 and term != word and term.startswith(word)]
    if not found and len(word) >= 4:
        from rapidfuzz import process  # only for words that are not in the index
        from rapidfuzz.distance import OSA

        allowed = 1 if len(word) < 8 else 2
        found = [
            (term, 0.5) for term, _, _ in process.extract(word, list(known), scorer=OSA.distance, score_cutoff=allowed)
        ]
    return found


def _words(text: str) -> list[str]:
    return [
        _stem(word)
        for word in (found.strip(".") for found in _WORD.findall(text.casefold()))
        if word and word not in _STOP
    ]


def _stem(word: str) -> str:
    if any(character.isdigit() for character in word):
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
