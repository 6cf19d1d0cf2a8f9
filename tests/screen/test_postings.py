"""Retrieval loses nothing: the vocabulary and the bound against comparing with everything."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.lists.starter import starter_parties
from enduse.model.citation import Citation
from enduse.model.party import ListedParty, Listing, Name, SourceReference
from enduse.screen import reach
from enduse.screen.calibration import least_raw
from enduse.screen.entries import Partners, Row, Values
from enduse.screen.normalise import Token, tokens
from enduse.screen.postings import Postings
from enduse.screen.records import Records
from enduse.screen.score import aligned, score_of
from enduse.screen.sounds import bones, similarity, sound
from enduse.screen.vocabulary import Vocabulary, distinct, spans

LISTING = Listing("EL", "TEST", Citation("made up"))


@pytest.fixture(scope="module")
def records() -> Records:
    return Records.of(starter_parties())


@pytest.fixture(scope="module")
def postings(records: Records) -> Postings:
    return Postings.build(records)


def names_of(parties: tuple[ListedParty, ...] | list[ListedParty]) -> list[str]:
    return [name.text for party in parties for name in party.names]


ALL = names_of(list(starter_parties()))
WORDS = sorted({token.text for name in ALL for token in tokens(name)})


def filed(texts: Sequence[str]) -> Postings:
    return Postings.build(
        Records.of(
            ListedParty(str(number), (Name(text),), (LISTING,), SourceReference("test"))
            for number, text in enumerate(texts)
        )
    )


def reached(texts: Sequence[str], kind: str, threshold: float) -> list[tuple[tuple[Token, ...], tuple[Token, ...]]]:
    """Pairs of names that reach the threshold, each of which has been seen to be a candidate."""
    asked, least = list(map(tokens, texts)), [least_raw(threshold)] * len(texts)
    pairs = []
    for words, found in zip(asked, filed(texts).candidates_many(asked, least, [kind] * len(asked)), strict=True):
        kept = set(found.tolist())
        for number, listed in enumerate(asked):
            if score_of(words, listed, kind) >= threshold:
                assert number in kept, (words, listed)
                pairs.append((words, listed))
    return pairs


def damaged(name: str, seed: int) -> str:
    chance = random.Random(seed)
    for _ in range(chance.randrange(4)):
        place = chance.randrange(len(name) + 1)
        change = chance.random()
        if change < 0.4:
            name = name[:place] + chance.choice("abeghiknorstuy -.") + name[place + 1 :]
        elif change < 0.7:
            name = name[:place] + name[place + 1 :]
        else:
            parts = name.split()
            chance.shuffle(parts)
            name = " ".join(parts)
    return name or "x"


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(ALL), seed=st.integers(0, 10_000), threshold=st.sampled_from([0.5, 0.7, 0.9]))
def test_every_name_that_reaches_the_threshold_is_a_candidate(
    records: Records, postings: Postings, name: str, seed: int, threshold: float
) -> None:
    asked = tokens(damaged(name, seed))
    found = set(postings.candidates(asked, least_raw(threshold)).tolist())
    for number, listed in enumerate(records.names()):
        if score_of(asked, tokens(listed)) >= threshold:
            assert number in found, (asked, listed)


@settings(max_examples=25, deadline=None)
@given(
    names=st.lists(st.sampled_from(ALL), min_size=1, max_size=5),
    seed=st.integers(0, 10_000),
    threshold=st.sampled_from([0.3, 0.7, 0.95]),
    kind=st.sampled_from(["any", "person", "company"]),
)
def test_nothing_is_lost_among_many_queries_of_any_kind(
    records: Records, postings: Postings, names: list[str], seed: int, threshold: float, kind: str
) -> None:
    asked = [tokens(damaged(name, seed + place)) for place, name in enumerate(names)]
    least = [least_raw(threshold)] * len(asked)
    for words, found in zip(asked, postings.candidates_many(asked, least, [kind] * len(asked)), strict=True):
        kept = set(found.tolist())
        for number, listed in enumerate(records.names()):
            if score_of(words, tokens(listed), kind) >= threshold:
                assert number in kept, (words, listed)


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"_MANY": 0},
        {"_MANY": 10**9, "_LONG": 0},
        {"_READ": 5, "_AT_ONCE": 3},
        {"_FEW": 10**9},
        {"_SOME": 10**9},
        {"_LITTLE": 10**9},
        {"_DENSE": 10**9},
    ],
    ids=lambda limits: " ".join(limits) or "all words looked up",
)
def test_nothing_is_lost_on_the_ways_that_only_long_lists_take(
    records: Records, postings: Postings, monkeypatch: pytest.MonkeyPatch, limits: dict[str, int]
) -> None:
    for limit, value in {"_LITTLE": 0, "_FEW": 0, "_SOME": 0, **limits}.items():
        monkeypatch.setattr(reach, limit, value)
    chance = random.Random(7)
    listed = [tokens(name) for name in records.names()]
    for name in chance.sample(ALL, 25):
        asked, kind = tokens(damaged(name, chance.randrange(10_000))), chance.choice(["any", "person", "company"])
        for threshold in (0.5, 0.8):
            found = postings.candidates_many([asked], [least_raw(threshold)], [kind])[0].tolist()
            assert found == sorted(set(found))
            reached = {number for number, words in enumerate(listed) if score_of(asked, words, kind) >= threshold}
            assert reached <= set(found), asked


@pytest.fixture(scope="module")
def traders() -> Postings:
    """Many names of words that many names share, and one that has a word of its own."""
    texts = [f"{word} Import Export Trading Ltd" for word in WORDS[:200] if word.isalpha() and len(word) > 4]
    return filed(["Zyxomma Import Export Trading Ltd", *texts])


MISTYPED = ["ltd", "ldt", "tld", "ld", "llc", "llk", "lc", "jsc", "sjc", "jsk", "pjsk", "gmbh", "gmhb"]
TITLES = ["sayyid", "seyyed", "seyd", "haji", "hadji", "mullah", "mulla", "sheikh", "cheikh", "hafiz"]


@pytest.mark.parametrize("kind", ["any", "person", "company"])
@pytest.mark.parametrize("threshold", [0.3, 0.7, 0.9])
@pytest.mark.parametrize("slight", [MISTYPED, TITLES], ids=["legal forms", "titles"])
def test_a_legal_form_or_a_title_written_otherwise_loses_no_name(
    slight: list[str], kind: str, threshold: float
) -> None:
    shapes = ("Alphard {}", "{} Betula", "Betula, {} Alphard", "{}, Alphard", "{}")
    texts = [shape.format(word) for word in slight for shape in shapes]
    assert len(reached(texts, kind, threshold)) > len(texts)


@pytest.mark.parametrize("limits", [{}, {"_LITTLE": 0, "_FEW": 0, "_SOME": 0}], ids=["few names", "as in long lists"])
@pytest.mark.parametrize("kind", ["any", "person", "company"])
@pytest.mark.parametrize("threshold", [0.3, 0.7, 0.9])
def test_a_name_that_a_field_cut_off_loses_no_name(
    monkeypatch: pytest.MonkeyPatch, limits: dict[str, int], kind: str, threshold: float
) -> None:
    for limit, value in limits.items():
        monkeypatch.setattr(reach, limit, value)
    whole = [
        "Samplov Exemplar, Alphonso",
        "Vympelkom Interception Systems",
        "Betula Sample, Ali Zyxommand",
        "Alphard Carabus",
    ]
    texts = sorted({name[:end] for name in whole for end in range(12, len(name) + 1)})
    pairs = reached(texts, kind, threshold)
    assert sum("cut off" in [pair[4] for pair in aligned(*names, kind).pairs] for names in pairs) > len(texts)


@pytest.mark.parametrize(
    ("asked", "listed"), [("cjsc scs", "cjscscs"), ("gmbh jv", "gmbhjv"), ("sdn plc ooo", "sdn plcooo")]
)
def test_legal_forms_alone_find_the_word_that_they_make_together(asked: str, listed: str) -> None:
    assert score_of(tokens(asked), tokens(listed)) >= 0.95
    assert filed([listed]).candidates(tokens(asked), least_raw(0.95)).tolist() == [0]


def test_words_that_many_names_share_do_not_find_a_name_by_themselves(traders: Postings) -> None:
    least = least_raw(0.7)
    assert traders.candidates(tokens("Zyxomma Import Export Trading Ltd"), least).tolist() == [0]
    assert traders.candidates(tokens("Qwvbnt Import Export Trading Ltd"), least).tolist() == []
    # Where nothing else is asked they do.
    assert len(traders.candidates(tokens("Import Export Trading Ltd"), least_raw(0.3))) > 100


@settings(max_examples=60, deadline=None)
@given(word=st.sampled_from(WORDS), seed=st.integers(0, 10_000), unvowelled=st.booleans())
def test_the_vocabulary_finds_every_word_that_is_alike_and_never_calls_it_less_so(
    word: str, seed: int, unvowelled: bool
) -> None:
    vocabulary = _vocabulary()
    asked = damaged(word, seed).replace(" ", "").replace("-", "").replace(".", "") or "x"
    numbers, likeness = vocabulary.alike(asked, unvowelled=unvowelled)
    known = dict(zip(numbers.tolist(), likeness.tolist(), strict=True))
    for number, other in enumerate(WORDS):
        alike = similarity(asked, other, unvowelled=unvowelled)
        if alike:
            assert known[number] >= alike - 1e-6


@settings(max_examples=60, deadline=None)
@given(word=st.sampled_from(WORDS), seed=st.integers(0, 10_000))
def test_a_letter_wrong_is_not_taken_for_two_that_changed_places(word: str, seed: int) -> None:
    vocabulary = _vocabulary()
    asked = damaged(word, seed).replace(" ", "").replace("-", "").replace(".", "") or "x"
    numbers, likeness = vocabulary.alike(asked)
    for number, alike in zip(numbers.tolist(), likeness.tolist(), strict=True):
        # Where no sound is the same, the letters say all: the bound is what the scorer says.
        if sound(asked) != sound(WORDS[number]) and bones(asked) != bones(WORDS[number]):
            assert alike == pytest.approx(similarity(asked, WORDS[number]), abs=2e-4)


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=12),
    order=st.randoms(use_true_random=False),
    held=st.lists(st.integers(0, 10_000), min_size=1, max_size=20),
)
def test_classes_of_partners_never_say_less_than_the_partners(
    sizes: list[int], order: random.Random, held: list[int]
) -> None:
    total, rows = sum(sizes), np.repeat(np.arange(len(sizes)), sizes)
    best = np.array([[order.random() for _ in range(total)] for _ in range(7)], dtype=np.float32)
    every = np.arange(total, dtype=np.int32)
    firsts = [0, *np.cumsum(sizes).tolist()][:-1]
    values = Values(0.7, *[best[0]] * 5)
    partners = Partners(every, every + 1, rows, firsts, list(range(len(sizes))), [], values, best)
    found = [Row(number, size, 1.0, best[:, rows == number].max(axis=1).tolist()) for number, size in enumerate(sizes)]
    order.shuffle(found)
    found = found[: order.randrange(1, len(found) + 1)]
    classes = partners.classes(found)
    asked = {row.number for row in found}
    assert not classes.of_partner[[number not in asked for number in rows.tolist()]].any()
    names = [number % total for number in held if rows[number % total] in asked]
    together = int(np.bitwise_or.reduce(classes.of_partner[names])) if names else 0
    agreed = sum(
        (best[:, [name for name in names if rows[name] == row]].max(axis=1) for row in {int(rows[n]) for n in names}),
        start=np.zeros(7),
    )
    assert (classes.best[:, together] >= agreed - 1e-5).all()


def _vocabulary(cache: list[Vocabulary] = []) -> Vocabulary:  # noqa: B006  built once
    if not cache:
        cache.append(Vocabulary.build(WORDS, [False] * len(WORDS), [False] * len(WORDS)))
    return cache[0]


def test_words_are_found_by_their_exact_spelling() -> None:
    vocabulary = _vocabulary()
    assert all(vocabulary.number(word) == number for number, word in enumerate(WORDS))
    assert vocabulary.number("zzzzzz") is None and vocabulary.number("") is None


def test_one_query_leaves_no_trace_in_the_next(postings: Postings) -> None:
    asked = tokens("Hangzhou Hikvision")
    first = postings.candidates(asked, 0.7).tolist()
    postings.candidates(tokens("Beijing Sensetime Technology"), 0.5)
    assert postings.candidates(asked, 0.7).tolist() == first


def test_distinct_numbers_in_order() -> None:
    assert distinct(np.array([3, 1, 3, 2, 1], dtype=np.int32)).tolist() == [1, 2, 3]
    assert distinct(np.array([5], dtype=np.int32)).tolist() == [5]


def test_runs_of_places_one_after_the_other() -> None:
    assert spans(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert spans(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []


def test_an_initial_may_stand_for_a_syllable() -> None:
    listed = ListedParty("a", (Name("王 小明"),), (LISTING,), SourceReference("test"))
    records = Records.of([listed])
    asked = tokens("W. Xiaoming")
    raw = aligned(asked, tokens("王 小明"), "any").raw
    assert raw > 0
    assert Postings.build(records).candidates(asked, raw - 1e-6).tolist() == [0]


def test_an_initial_after_the_last_word_of_all_names_meets_none() -> None:
    few = filed(["Alpha Beta"])
    assert few.candidates(tokens("Z Gamma"), least_raw(0.7)).tolist() == []
    assert few.candidates(tokens("A Beta"), least_raw(0.5)).tolist() == [0]
