"""Words of a query against words of many texts: spelling, rarity, and what a text accounts for."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from enduse.items.words import common, kinds_of

_K1, _B = 1.2, 0.5
_PREFIX, _SPELT, _FAR, _KIND = 0.6, 0.8, 0.6, 0.7
_STRANGE = 0.6
"""Weight of a word that no text knows, as a share of the rarest word's: it must not drown those that are known."""
_NUMBER = 0.15


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How many texts hold a word."""

    counts: Mapping[str, int]
    texts: int

    @classmethod
    def of(cls, texts: Iterable[Collection[str]]) -> Vocabulary:
        """Count the words of texts."""
        counts: dict[str, int] = {}
        total = 0
        for text in texts:
            total += 1
            for word in set(text):
                counts[word] = counts.get(word, 0) + 1
        return cls(counts, total)

    def rarity(self, word: str) -> float:
        """Weight of a word: rare words weigh more, unknown ones a share of the rarest."""
        count = self.counts.get(word, 0)
        if not count:
            return self._rarity(1) * (_NUMBER if word[:1].isdigit() else _STRANGE)
        return self._rarity(count)

    def _rarity(self, count: int) -> float:
        return math.log(1 + (self.texts - count + 0.5) / (count + 0.5))


@dataclass(frozen=True, slots=True)
class PostingIndex:
    """Texts by word.

    Attributes:
        postings: for each word, pairs of a text's place and the word's weight in it.
        lengths: sum of weights of each text.
    """

    postings: Mapping[str, Sequence[tuple[int, float]]]
    lengths: Sequence[float]
    mean_length: float

    @classmethod
    def of(cls, texts: Sequence[Mapping[str, float]]) -> PostingIndex:
        """Index texts given as weights by word."""
        postings: dict[str, list[tuple[int, float]]] = {}
        for place, weights in enumerate(texts):
            for word, weight in weights.items():
                postings.setdefault(word, []).append((place, weight))
        lengths = [sum(weights.values()) for weights in texts]
        return cls(postings, lengths, sum(lengths) / max(1, len(lengths)) or 1.0)

    def rarity(self, word: str) -> float:
        """Weight of a word of this index."""
        count = len(self.postings[word])
        return math.log(1 + (len(self.lengths) - count + 0.5) / (count + 0.5))


@dataclass(frozen=True, slots=True)
class Asked:
    """A query's words with what they stand for.

    Attributes:
        stands_for: for each word, the known words that it stands for, with a factor up to 1.
        weights: rarity of each word of the query.
        corrected: words that were taken for others.
        known: share of the query that is known at all, a number counting little.
    """

    stands_for: Mapping[str, Mapping[str, float]]
    weights: Mapping[str, float]
    corrected: tuple[tuple[str, str], ...]
    known: float = 1.0

    @classmethod
    def of(cls, wanted: Sequence[str], vocabulary: Vocabulary, also: Collection[str] = ()) -> Asked:
        """Resolve a query's words.

        Args:
            wanted: words in their common form, each once.
            vocabulary: words that are known.
            also: further known words, of the official text.
        """
        stands_for: dict[str, dict[str, float]] = {}
        weights: dict[str, float] = {}
        corrected: list[tuple[str, str]] = []
        split = {
            word: _split(word, vocabulary.counts)
            for word in wanted
            if word not in vocabulary.counts and word not in also
        }
        corrected += [(word, " ".join(parts)) for word, parts in split.items() if parts]
        for word in dict.fromkeys(part for whole in wanted for part in split.get(whole) or (whole,)):
            terms, spelt = _terms(word, vocabulary.counts, also)
            stands_for[word] = terms
            if spelt:
                corrected.append((word, spelt))
            weights[word] = max((vocabulary.rarity(term) for term in terms if term in vocabulary.counts), default=0.0)
            weights[word] = weights[word] or vocabulary.rarity(word)
        full = sum(
            weight / (1 if stands_for[word] or word[:1].isdigit() else _STRANGE) for word, weight in weights.items()
        )
        return cls(stands_for, weights, tuple(corrected), sum(weights.values()) / full if full else 1.0)

    def share(self, phrases: Iterable[Sequence[str]]) -> tuple[float, tuple[str, ...], bool]:
        """Share of the query that phrases account for, the words that matched, and whether a whole phrase is there.

        A phrase counts when all of its words are there, and less when half of them are.
        """
        whole_phrase = False
        known: dict[str, float] = {}
        askers: dict[str, set[str]] = {}
        for asked, terms in self.stands_for.items():
            for term, factor in terms.items():
                known[term] = max(factor, known.get(term, 0.0))
                askers.setdefault(term, set()).add(asked)
        best: dict[str, float] = {}
        matched: set[str] = set()
        for phrase in phrases:
            hit = [word for word in phrase if word in known]
            if not hit:
                continue
            # One word of the query cannot be two words of a phrase.
            whole = min(len(hit), len(set().union(*(askers[word] for word in hit)))) / len(phrase)
            if whole < 0.5:
                continue
            worth = 1.0 if whole == 1 else 0.45 * whole
            whole_phrase = whole_phrase or (whole == 1 and min(known[word] for word in hit) > _PREFIX)
            for word in hit:
                value = worth * known[word]
                if value > best.get(word, 0.0):
                    best[word] = value
                    matched.add(word)
        if not best:
            return 0.0, (), False
        total = sum(self.weights.values()) or 1.0
        gained = sum(
            self.weights[asked] * max((best.get(term, 0.0) for term in terms), default=0.0)
            for asked, terms in self.stands_for.items()
        )
        return gained / total, tuple(sorted(matched)), whole_phrase

    def scores(self, index: PostingIndex) -> dict[int, tuple[float, float, tuple[str, ...]]]:
        """BM25 of the texts as a share of the query's weight, with the share of the query that they hold."""
        gains: dict[int, float] = {}
        shares: dict[int, float] = {}
        matched: dict[int, list[str]] = {}
        total = sum(self.weights.values()) or 1.0
        for word, terms in self.stands_for.items():
            best: dict[int, tuple[float, float, str]] = {}
            for term, factor in terms.items():
                for place, weight in index.postings.get(term, ()):
                    length = index.lengths[place] / index.mean_length
                    gain = factor * weight * (_K1 + 1) / (weight + _K1 * (1 - _B + _B * length))
                    if gain > best.get(place, (0.0, 0.0, ""))[0]:
                        best[place] = (gain, factor * min(1.0, weight), term)
            for place, (gain, held, term) in best.items():
                gains[place] = gains.get(place, 0.0) + gain * self.weights[word]
                shares[place] = shares.get(place, 0.0) + held * self.weights[word]
                matched.setdefault(place, []).append(term)
        return {
            place: (gain / total * (0.4 + 0.6 * shares[place] / total), shares[place] / total, tuple(matched[place]))
            for place, gain in gains.items()
        }


def _terms(word: str, known: Collection[str], also: Collection[str]) -> tuple[dict[str, float], str]:
    """Known words and kinds that a word stands for, and the spelling it was taken for (empty where it is known)."""
    kinds = {kind: _KIND for kind in kinds_of(word) if kind in known}
    if word in known or word in also:
        found = {word: 1.0}
        if len(word) >= 5:
            found |= {term: _PREFIX for term in known if term != word and term.startswith(word)}
        return found | kinds, ""
    found = {term: _PREFIX for term in known if len(word) >= 4 and term.startswith(word)} | kinds
    if found or len(word) < 5 or any(character.isdigit() for character in word):
        return found, ""
    near, factor = _near(word, known)
    for term in near:
        kinds |= {kind: _KIND * factor for kind in kinds_of(term) if kind in known}
    return dict.fromkeys(near, factor) | kinds, next(iter(near), "")


def _near(word: str, known: Collection[str]) -> tuple[list[str], float]:
    """Known words within one slip, or two for a long word; only the nearest, which begin alike."""
    from rapidfuzz import process  # only for words that are not known
    from rapidfuzz.distance import OSA

    allowed = 1 if len(word) < 8 else 2
    alike = [term for term in known if term[:1] == word[:1] and len(term) >= 4]
    found = process.extract(word, alike, scorer=OSA.distance, score_cutoff=allowed, limit=None)
    nearest = min((distance for _, distance, _ in found), default=0)
    return sorted(term for term, distance, _ in found if distance == nearest), _SPELT if nearest <= 1 else _FAR


def _split(word: str, known: Collection[str]) -> tuple[str, ...]:
    """Two known words that were written as one; empty where the word begins a known one or has a kind of its own."""
    if len(word) < 8 or any(character.isdigit() for character in word) or kinds_of(word):
        return ()
    if any(term.startswith(word) for term in known):
        return ()
    for cut in range(4, len(word) - 3):
        left, right = common(word[:cut]), common(word[cut:])
        if left in known and right in known:
            return left, right
    return ()
