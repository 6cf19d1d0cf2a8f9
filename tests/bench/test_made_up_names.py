"""Invented names: seeded, varied, never listed."""

from __future__ import annotations

import itertools
import random

import pytest

pytest.importorskip("faker", reason="invented names need the extra bench")

from benchmarks import listed, scale
from benchmarks.cultures import Names, cultures
from enduse.lists.starter import starter_parties


def test_thirteen_cultures_have_persons_and_companies() -> None:
    assert len(cultures()) == 13
    for culture in cultures():
        names = Names(culture, random.Random(1))
        made = [*itertools.islice(names.persons(), 50), *itertools.islice(names.companies(), 50)]
        assert len(set(made)) > 80, culture
        assert all(name.isascii() and len(name) > 2 and "  " not in name for name in made), culture


def test_the_same_seed_makes_the_same_names() -> None:
    first, again, other = (list(itertools.islice(scale.names_of(seed), 200)) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_a_made_up_list_has_as_many_names_as_asked_for() -> None:
    parties = list(scale.parties(500, 3))
    assert sum(len(party.names) for party in parties) == 500
    assert len({party.id for party in parties}) == len(parties)


def test_words_are_used_as_often_as_zipf_says() -> None:
    words = [word for party in scale.parties(4_000, 3) for word in party.name.split()]
    counts = sorted((words.count(word) for word in set(words)), reverse=True)
    assert counts[0] > 50 * counts[len(counts) // 2]


def test_no_negative_holds_the_words_of_a_listed_name_and_none_occurs_twice() -> None:
    parties = starter_parties()
    taken = {listed.word_set(name.text) for party in parties for name in party.names}
    for group in listed.negatives(parties, 30, 10, random.Random(2)):
        words = [listed.word_set(name) for name in group.names]
        assert len(words) == 40 == len(set(words))
        assert taken.isdisjoint(words)


def test_a_listed_name_typed_without_its_apostrophes_is_no_negative() -> None:
    assert listed.word_sets("ALI, Isma'il") == {frozenset({"ali", "isma", "il"}), frozenset({"ali", "ismail"})}
    assert not listed.word_sets("ALI, Isma\u02bbil").isdisjoint(listed.word_sets("Ismail Ali"))
    assert listed.word_sets("Ismail Ali").isdisjoint(listed.word_sets("Ismail Alia"))


def test_positives_name_the_parties_that_bear_the_altered_name() -> None:
    parties = starter_parties()
    by_id = {party.id: party for party in parties}
    made = listed.positives(parties, 0, 3, random.Random(2))
    assert {positive.kind for positive in made} > {"one typo", "two typos", "reorder", "homoglyph", "joined"}
    for positive in made:
        assert positive.query.casefold() != positive.listed.casefold()
        words = listed.word_set(positive.listed)
        assert positive.parties
        for key in positive.parties:
            assert words in {listed.word_set(name.text) for name in by_id[key].names}


@pytest.mark.parametrize(
    ("one", "other"), [("Tarek al-Mithali", "AL-MITHALY, Tariq"), ("Yusuf Namunah", "NAMOUNA, Youssef")]
)
def test_names_that_only_spelling_parts_have_one_key(one: str, other: str) -> None:
    assert listed.sound_key(one) == listed.sound_key(other)


def test_names_of_other_words_have_other_keys() -> None:
    assert listed.sound_key("Alpha Trading") != listed.sound_key("Omega Trading")
    assert listed.sound_key("Aoi") == {"aoi"}
