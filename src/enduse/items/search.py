"""Search of the control lists: plain words give candidates and the questions that separate them.

It helps to classify, it does not classify. Three kinds of evidence are added up, each as a share of the query's weight:
trade words (``topics.csv``, keywords), the words of our short descriptions, and, where the official list was read
(``fulltext.py``), its paragraphs. Words of a text are ranked by BM25 (S. Robertson, H. Zaragoza, The Probabilistic
Relevance Framework, 2009). How the weights were set, and how good it is: docs/adr/0011-item-search.md.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from enduse.items.catalogue import (
    HsHint,
    ItemDescription,
    LookAlike,
    codes,
    descriptions,
    hs_hints,
    look_alikes,
    reasons,
)
from enduse.items.fulltext import FullText
from enduse.items.topics import Topic, topics
from enduse.items.vocabulary import Asked, PostingIndex, Vocabulary
from enduse.items.words import MAX_TEXT, kind_words, words
from enduse.model.codes import eccn_of
from enduse.model.errors import BadInput

NO_LIST = "NO-LIST"
"""Stands in the place of a code for the answer that no list names the thing."""

_TOPIC, _KEYWORD, _DESCRIPTION, _OFFICIAL = 2.2, 0.9, 1.0, 1.0
_PARENT_WORDS = 0.3
_NEXT = 0.85
"""What remains of a topic's weight from one candidate to the next."""
_BESIDE = 0.55
"""What a topic gives to its second kind of answer: entries beside "no list", or the reverse."""
_HEADING = re.compile(r"(?<![\w.])([0-9]{4})\.?([0-9]{2})(?:\.?[0-9]{2}){0,2}(?![\w])")
_SHORT_HEADING = re.compile(r"\b(?:hs|hts|cn)\s*(?:code)?\s*:?\s*([0-9]{4})(?![\w.])", re.IGNORECASE)
_STRONG = 0.5
"""Share of the query that has to be accounted for; below it a hit is only a loose one."""


_OTHER_GROUP = 0.85
_ASKS_FOR = {
    "B": frozenset(words("production test tooling tools machine manufacture facility stand tester inspection")),
    "D": frozenset(words("software program app code firmware application sdk logiciel programm programa")),
    "E": frozenset(words("technology know-how training drawing blueprint course data manual technologie")),
}


@dataclass(frozen=True, slots=True)
class ItemHit:
    """One candidate.

    Attributes:
        item: what the code is; of code ``NO-LIST`` for the answer that no list names the thing.
        score: for the order alone.
        because: words of the query that led here, as the tables have them.
        strong: False where less than half of the query is accounted for.
        reasons: reasons for control with their columns.
        paragraph: the official text that matched, where it was read; else empty.
        topic: the topic that led here, or None.
    """

    item: ItemDescription
    score: float
    because: tuple[str, ...]
    strong: bool
    reasons: tuple[str, ...] = ()
    paragraph: str = ""
    topic: Topic | None = None


@dataclass(frozen=True, slots=True)
class ItemSearch:
    """The answer to a search.

    Attributes:
        hits: candidates, best first.
        questions: what separates the candidates from each other and from their look-alikes.
        corrected: words of the query and what they were taken for.
        hs_hints: headings of the Harmonized System of the first candidates.
        edition: edition of the official text that was searched too; empty where none was read.
    """

    text: str
    hits: tuple[ItemHit, ...]
    questions: tuple[LookAlike, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    hs_hints: tuple[HsHint, ...] = ()
    edition: str = ""


def search_items(text: str, limit: int = 12, official: FullText | None = None) -> ItemSearch:
    """Candidates for what ``text`` describes.

    Args:
        text: plain words; English best, German, French and Spanish for the commonest technology.
        limit: at most so many candidates.
        official: paragraphs of the official list, from :func:`enduse.items.fulltext.load_full_text`.

    Raises:
        BadInput: the text holds no word, or none in Latin letters.
    """
    wanted = list(dict.fromkeys(words(text)))
    if not wanted:
        if any(character.isalpha() and not character.isascii() for character in text):
            raise BadInput(
                "the tables hold words in Latin letters only",
                remedy="describe the thing in English, German, French or Spanish: enduse items search face recognition",
            )
        raise BadInput("no word to search for", remedy="for example: enduse items search spyware")
    index = _index()
    asked = Asked.of(wanted, index.vocabulary, official.index.postings if official else {})
    tally = _Tally()
    _by_topic(asked, index, tally)
    _by_words(asked, index, tally)
    if official is not None:
        _by_paragraph(asked, official, tally)
    for code in _named_codes(text):
        tally.add(code, 9.0, 1.0, (code.lower(),))
    headings = _named_headings(text)
    for hint in headings:
        for place, code in enumerate(hint.codes):
            tally.add(code, _TOPIC * _NEXT**place, 1.0, (hint.hs6,))
    hits = tally.hits(limit)
    strong = [hit.item.code for hit in hits if hit.strong and eccn_of(hit.item.code)]
    return ItemSearch(
        text=text,
        hits=hits,
        questions=_questions(strong, any(hit.item.code in (NO_LIST, "EAR99") for hit in hits[:4])),
        corrected=asked.corrected,
        hs_hints=headings or (() if hits and hits[0].item.code == NO_LIST else _customs(strong[:3])),
        edition=official.edition if official else "",
    )


class _Tally:
    """Scores by code while evidence comes in."""

    def __init__(self) -> None:
        self.scores: dict[str, float] = {}
        self.shares: dict[str, float] = {}
        self.because: dict[str, set[str]] = {}
        self.topics: dict[str, tuple[float, Topic]] = {}
        self.paragraphs: dict[str, tuple[float, str]] = {}

    def add(self, code: str, score: float, share: float, because: Iterable[str]) -> None:
        """Add evidence; ``share`` is the part of the query that it accounts for."""
        self.scores[code] = self.scores.get(code, 0.0) + score
        self.shares[code] = max(self.shares.get(code, 0.0), share)
        self.because.setdefault(code, set()).update(because)

    def hits(self, limit: int) -> tuple[ItemHit, ...]:
        """The best candidates as hits."""
        known = _by_code()
        ranked = sorted(self.scores, key=lambda code: (-self.scores[code], code))[:limit]
        found = []
        for code in ranked:
            topic = self.topics[code][1] if code in self.topics else None
            paragraph = self.paragraphs[code][1] if code in self.paragraphs else ""
            if code == NO_LIST and topic is not None:
                item = ItemDescription(NO_LIST, f"{topic.title}: no entry names it", note=topic.note)
            elif code in known:
                item = known[code]
            else:
                item = ItemDescription(code, paragraph, citation="Supp. 1 to 15 CFR part 774")
            found.append(
                ItemHit(
                    item=item,
                    score=round(self.scores[code], 6),
                    because=tuple(sorted(self.because[code])),
                    strong=self.shares[code] >= _STRONG,
                    reasons=reasons(code),
                    paragraph=paragraph,
                    topic=topic,
                )
            )
        return tuple(found)


def _by_topic(asked: Asked, index: _Index, tally: _Tally) -> None:
    """Trade words: a topic counts as far as its phrases account for the query."""
    gains: dict[str, list[tuple[float, float, tuple[str, ...]]]] = {}
    for topic, phrases in index.topics:
        share, matched, whole = asked.share(phrases)
        if share <= 0:
            continue
        if topic.generic:
            share *= share
        sure = 1.0 if whole else share * asked.known
        listed, beside = (1.0, _BESIDE) if topic.outcome != "unlisted" else (_BESIDE, 1.0)
        weights = {code: listed * _NEXT**place for place, code in enumerate(topic.candidates)}
        if topic.outcome != "listed":
            weights[NO_LIST] = beside
        for code, weight in weights.items():
            gains.setdefault(code, []).append((_TOPIC * share * weight, sure, matched))
            if share * weight > tally.topics.get(code, (0.0, topic))[0]:
                tally.topics[code] = (share * weight, topic)
    for code, found in gains.items():
        # Two topics that share words are not two pieces of evidence: the best counts, the next a little.
        found.sort(key=lambda gain: -gain[0])
        tally.add(code, found[0][0] + 0.2 * sum(gain[0] for gain in found[1:2]), found[0][1], found[0][2])


def _by_words(asked: Asked, index: _Index, tally: _Tally) -> None:
    """Keywords and descriptions."""
    for place, (score, share, matched) in asked.scores(index.postings).items():
        item = index.items[place]
        keyword, _, whole = asked.share(index.keywords[place])
        worth = (_DESCRIPTION * score + _KEYWORD * keyword) * _group_factor(item.code, asked)
        tally.add(item.code, worth, 1.0 if whole else max(share, keyword) * asked.known, matched)


def _group_factor(code: str, asked: Asked) -> float:
    """Who does not ask for software, technology or production equipment means the goods themselves."""
    group = code[1:2] if eccn_of(code) else ""
    if group in _ASKS_FOR and not _ASKS_FOR[group] & asked.weights.keys():
        return _OTHER_GROUP
    return 1.0


def _by_paragraph(asked: Asked, official: FullText, tally: _Tally) -> None:
    """Paragraphs of the official list."""
    for place, (score, share, matched) in asked.scores(official.index).items():
        paragraph = official.paragraphs[place]
        tally.add(
            paragraph.code, _OFFICIAL * score * _group_factor(paragraph.code, asked), share * asked.known, matched
        )
        if score > tally.paragraphs.get(paragraph.code, (0.0, ""))[0]:
            tally.paragraphs[paragraph.code] = (score, paragraph.text)


@dataclass(frozen=True, slots=True)
class _Index:
    vocabulary: Vocabulary
    items: tuple[ItemDescription, ...]
    keywords: tuple[tuple[tuple[str, ...], ...], ...]
    postings: PostingIndex
    topics: tuple[tuple[Topic, tuple[tuple[str, ...], ...]], ...]


@functools.cache
def _index() -> _Index:
    items = tuple(_by_code().values())
    own = {item.code: words(item.description) for item in items}
    keywords = tuple(tuple(filter(None, (tuple(words(part)) for part in item.keywords))) for item in items)
    documents = []
    for item, phrases in zip(items, keywords, strict=True):
        weights = dict.fromkeys(own[item.code], 1.0)
        for phrase in phrases:
            for word in phrase:
                weights[word] = max(weights.get(word, 0.0), 1.6)
        parent = item.code.rpartition(".")[0]
        for word in own.get(parent, ()):
            weights.setdefault(word, _PARENT_WORDS)
        documents.append(weights)
    phrased = tuple(
        (
            topic,
            tuple(
                filter(
                    None,
                    (*(tuple(words(part)) for part in topic.phrases), *(kind_words(part) for part in topic.kinds)),
                )
            ),
        )
        for topic in topics()
    )
    vocabulary = Vocabulary.of(
        [*(set(weights) for weights in documents), *({w for p in ps for w in p} for _, ps in phrased)]
    )
    return _Index(vocabulary, items, keywords, PostingIndex.of(documents), phrased)


@functools.cache
def _by_code() -> dict[str, ItemDescription]:
    """Descriptions by code; those of an annex that has several are put together."""
    found: dict[str, ItemDescription] = {}
    for item in descriptions():
        if item.code in found:
            first = found[item.code]
            item = ItemDescription(
                item.code,
                f"{first.description}; {item.description}",
                (*first.keywords, *item.keywords),
                first.relevance or item.relevance,
                "; ".join(dict.fromkeys(filter(None, (first.note, item.note)))),
                item.citation,
                first.verified and item.verified,
            )
        found[item.code] = item
    return found


def _named_codes(text: str) -> list[str]:
    """Codes that the query itself names."""
    known = _by_code()
    listed = frozenset(codes())
    found = []
    for token in text.replace(",", " ").split():
        code = token[:5].upper() + token[5:].lower() if eccn_of(token[:5].upper()) else token
        if code in known or eccn_of(code) in listed:
            found.append(code)
    return found


def _named_headings(text: str) -> tuple[HsHint, ...]:
    """Headings that the query itself names: ``8517.62``, ``851762``, ``8517620090``; four digits after ``HS``."""
    named = {found[1] + found[2] for found in _HEADING.finditer(text[:MAX_TEXT])}
    short = {found[1] for found in _SHORT_HEADING.finditer(text[:MAX_TEXT])}
    return tuple(hint for hint in hs_hints() if hint.hs6 in named or hint.hs6[:4] in short)


def _questions(found: list[str], unlisted: bool, most: int = 6) -> tuple[LookAlike, ...]:
    """Questions between the candidates first, then between the best one and its look-alikes.

    Args:
        found: codes of the candidates, best first.
        unlisted: whether "in no list" is a candidate too.
        most: at most so many.
    """
    between, beyond = [], []
    for row in look_alikes():
        ends = [
            any(_within(code, end) for code in found) or (unlisted and end == "EAR99") for end in (row.code, row.other)
        ]
        if all(ends):
            between.append(row)
        elif found and any(_within(found[0], end) for end in (row.code, row.other)):
            beyond.append(row)
    order = {code: place for place, code in enumerate(found)}

    def first(row: LookAlike) -> int:
        places = [place for code, place in order.items() if _within(code, row.code) or _within(code, row.other)]
        return min(places, default=len(order))

    return tuple([*sorted(between, key=first), *beyond][:most])


def _within(code: str, listed: str) -> bool:
    return code == listed or code.startswith(f"{listed}.") or listed.startswith(f"{code}.")


def _customs(found: list[str]) -> tuple[HsHint, ...]:
    return tuple(hint for hint in hs_hints() if any(_within(code, listed) for code in found for listed in hint.codes))[
        :6
    ]
