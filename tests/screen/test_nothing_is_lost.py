"""No listed primary name or strong alias is lost, however it is typed, over all the real lists.

Five spellings: as published; in capitals; reordered; without accents; without accents and punctuation (marks become
blanks; and again with apostrophes and full stops dropped). *Reordered* is the first word last, the last word first, and
all words backwards, where a word is what stands between blanks, and letters that stand together (``S.A.``, ``G. A.``,
``P J S C``) are one word. Turned backwards are not: names with ``bin``, ``ibn``, ``ben``, ``bint`` between two words,
where father and son change places; and names whose words may all be syllables (Han, Hangul, or three and more words of
at most five Latin letters), where another order of more than the family name is another name: such a name is still a
hit (0.70), below 0.95. Names in scripts without blanks have one word; marks that are vowels (Indic scripts, Burmese,
Khmer) are letters, no accents.

A spelling that says something else is not asked for, see :func:`least`: a number in words turned round (*sixty three*),
a Roman number that comes of an apostrophe or of closing up, a web address in one word, a mark that stood for a letter
(``H@ll``), letters that may be cut in another place (``E.C.A. S.A.`` as ``E C A S A``).

`make test` takes a seeded sample of names through :meth:`Screener.screen_many`; `make names` takes all of them.
"""

from __future__ import annotations

import hashlib
import itertools
import operator
import os
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from enduse.model.match import HIT_THRESHOLD, Query
from enduse.model.party import ListedParty
from enduse.screen import Screener, compare_names
from enduse.screen.details import combine, details, least_name_score, weak_alias
from enduse.screen.normalise import MAX_NAME
from real_index import real_index

FOUND = 0.95
SAMPLE_OF = 1 if os.environ.get("ENDUSE_ALL_NAMES") else 50
SHARDS = 4
_LETTERS = re.compile(r"(?:\w\W*)|(?:\w\.)+\w?[,;]?|\W+")
_VOWEL_SIGNS = re.compile(r"[\u0900-\u109f\u1780-\u17ff]")
_IN_WORDS = re.compile(
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh)ty"
)
_PATRONYMIC = {"bin", "ibn", "ben", "bint"}


def words_of(name: str) -> list[str]:
    """What stands between blanks; letters that stand together are one word."""
    written = [word for word in (word.strip(",;") for word in name.split()) if word]
    result: list[str] = []
    letters = [bool(_LETTERS.fullmatch(word)) for word in written]
    # "y" between words, and before "Cia.", is one: "A. B. y Cia."; beside a letter it is another: "A Y A Alpha".
    beside = zip([False, *letters], [*letters[1:], False], strict=False)
    after = [*(word.casefold().rstrip(".") for word in written[1:]), ""]
    single_letters = [
        letter and (word.casefold() != "y" or (any(near) and following != "cia"))
        for letter, word, near, following in zip(letters, written, beside, after, strict=True)
    ]
    for single, pairs in itertools.groupby(zip(single_letters, written, strict=True), key=operator.itemgetter(0)):
        run = [word for _, word in pairs]
        if single and result and result[-1].strip(".").casefold() == "sp":
            # "SP Z O O" is one legal form.
            result[-1] = " ".join([result[-1], *run])
        elif not single and result and run[0].casefold() in ("de", "en") and " " in result[-1]:
            # "J & E S. DE R.L.": the last letter belongs to the legal form.
            result[-1:] = [*result[-1].rsplit(" ", 1), *run]
        else:
            result.extend([" ".join(run)] if single else run)
    return result


def without_accents(name: str) -> str:
    apart = unicodedata.normalize("NFD", name)
    kept = (c for c in apart if unicodedata.category(c) != "Mn" or _VOWEL_SIGNS.match(c))
    return unicodedata.normalize("NFC", "".join(kept))


def without_marks(name: str, dropped: str = "") -> str:
    kept = ("" if c in dropped else " " if unicodedata.category(c)[0] in "PS" else c for c in without_accents(name))
    return " ".join("".join(kept).split())


SPELLINGS: dict[str, Callable[[str], str]] = {
    "published": lambda name: name,
    "capitals": str.upper,
    "first word last": lambda name: " ".join((*words_of(name)[1:], *words_of(name)[:1])),
    "last word first": lambda name: " ".join((*words_of(name)[-1:], *words_of(name)[:-1])),
    "backwards": lambda name: " ".join(reversed(words_of(name))),
    "no accents": without_accents,
    "no marks": without_marks,
    "no marks, closed up": lambda name: without_marks(name, ".'`\u00b4\u2018\u2019\u02bb\u02bc\u02bf"),
}


def least(name: str, spelling: str) -> float:
    """The score to reach; 0 where the words in that order are another name."""
    plain = re.findall(r"\w+", without_accents(name).casefold())
    if (
        spelling in ("first word last", "last word first", "backwards")
        and sum(map(bool, map(_IN_WORDS.fullmatch, plain))) > 1
    ):
        return 0.0
    if spelling == "backwards":
        if _PATRONYMIC.intersection(plain):
            return 0.0
        if len(plain) > 2 and (all(len(word) <= 5 for word in plain) or any(letter > "\u2e80" for letter in name)):
            return HIT_THRESHOLD
    if spelling.startswith("no marks") and re.search(r"\w[@$]\w", name):
        return 0.0
    if spelling == "no marks" and (re.search(r"'[IVX]{2,}\b", name) or re.fullmatch(r"(?:\w\.)+ (?:\w\.)+", name)):
        return 0.0
    if spelling == "no marks" and re.search(r"\b(?:\w\.){2,}\w{2,}", name):
        # "S.A.SU": letters, and a word that belongs to them.
        return HIT_THRESHOLD
    if spelling == "no marks, closed up" and re.search(r"^www\.|\b(?:[\u0600-\u06ff]\.){2,}", name.casefold()):
        # In Arabic script letters together sound otherwise than one by one.
        return 0.0
    if spelling == "no marks, closed up" and re.search(r"\b(?:[IVX]\.){2,}", name):
        # "I.I." closed up is a Roman number.
        return HIT_THRESHOLD
    return FOUND


def names(screener: Screener, shard: int) -> Iterator[tuple[str, int]]:
    """Strong names of the sample, each with its party's place."""
    for number in range(screener._records.name_count):
        if not screener._records.weak[number]:
            text = screener.name(number)
            digest = int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")
            if digest % SHARDS == shard and digest // SHARDS % SAMPLE_OF == 0:
                yield text, screener.party_of(number)


@pytest.fixture(scope="module")
def screener(tmp_path_factory: pytest.TempPathFactory) -> Screener:
    return real_index(tmp_path_factory)


@pytest.mark.realdata
@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
def test_nothing_is_lost(screener: Screener, shard: int) -> None:
    asked: dict[str, list[tuple[str, int, str]]] = {}
    for text, party in names(screener, shard):
        assert len(text) <= MAX_NAME
        for spelling, write in SPELLINGS.items():
            asked.setdefault(write(text), []).append((text, party, spelling))
    assert len(asked) > 100
    lost: Counter[str] = Counter()
    shown = []
    queries = (Query(written) for written in asked)
    for found, (written, wanted) in zip(
        screener.screen_many(queries, threshold=HIT_THRESHOLD), asked.items(), strict=True
    ):
        scores = {match.party.id: match.score for match in found}
        for text, party, spelling in wanted:
            to_reach = least(text, spelling)
            if scores.get(screener._party(party).id, 0.0) < to_reach - 1e-9:
                lost[spelling] += 1
                shown.append((spelling, text, written))
    assert not shown, (lost, shown[:20])


@pytest.mark.realdata
@pytest.mark.slow
def test_what_is_found_is_what_comparing_with_everything_finds(screener: Screener) -> None:
    """A few hundred listed parties as an index of their own, each other's queries, with details that move the score."""
    chance = random.Random(20_261_124)
    parties = [screener._party(place) for place in sorted(chance.sample(range(len(screener)), 300))]
    small = Screener(parties)
    asked = [
        Query(
            name.text,
            countries=tuple(sorted(party.countries))[:1],
            nationalities=party.nationalities[:1],
            birth_date=party.birth_dates[0] if party.birth_dates else None,
        )
        for party in chance.sample(parties, 60)
        for name in party.names[:2]
    ]
    for query, found in zip(asked, small.screen_many(asked), strict=True):
        expected = set()
        for party in parties:
            best = 0.0
            for name in party.names:
                score = compare_names(query.name, name.text).score
                best = max(best, combine(score, [weak_alias(name.text)]) if name.weak else score)
            # The weak alias and the details are weighed together, after the best name was chosen.
            if best >= least_name_score(query, HIT_THRESHOLD):
                expected |= {party.id} if _with_details(query, party) >= HIT_THRESHOLD else set()
        assert {match.party.id for match in found} == expected, query


def _with_details(query: Query, party: ListedParty) -> float:
    """The score of the party's best name with what else is known of it."""
    best = 0.0
    for name in party.names:
        parts = (*((weak_alias(name.text),) if name.weak else ()), *details(query, party))
        best = max(best, combine(compare_names(query.name, name.text).score, parts))
    return best
