"""How telling a word is, and what common names lose."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse import compare_names
from enduse.model.match import HIT_THRESHOLD
from enduse.screen.calibration import calibrated
from enduse.screen.normalise import tokens
from enduse.screen.rarity import standing, told
from enduse.screen.score import aligned
from enduse.screen.words import words

NAMES = st.lists(
    st.sampled_from(["mohammed", "ahmad", "hussein", "zubravka", "tellurion", "kim", "yong", "shipping", "44", "a"]),
    min_size=1,
    max_size=4,
).map(" ".join)


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    rare, common = tokens("Tellurion")[0], tokens("Mohammed")[0]
    assert told(rare, True) > told(common, True) + 2


def test_a_word_that_only_sounds_alike_tells_less() -> None:
    word = tokens("Mokhammad")[0]
    assert told(word, False) < told(word, True)


def test_forms_titles_and_particles_tell_nothing() -> None:
    assert [told(token, True) for token in tokens("Dr al Ltd")] == [0.0, 0.0, 0.0]


def test_a_common_name_spelt_otherwise_is_a_hit_and_stands_below_a_rare_one() -> None:
    common, rare = (
        compare_names("Hosein Mohamad", "HOSSEIN, Mohammed"),
        compare_names("Zubrawka Telurion", "Zubravka Tellurion"),
    )
    assert HIT_THRESHOLD <= common.score < rare.score
    assert [part.note for part in common.explanation if part.what == "doubt"] == ["many bear names like these"]
    assert not [part for part in rare.explanation if part.what == "doubt"]


def test_names_that_tell_next_to_nothing_keep_an_order_above_the_threshold() -> None:
    shorter = compare_names("Ahmad Ali Hosseini", "Ali Ahmed").score
    spelt = compare_names("Hosein Mohamad", "HOSSEIN, Mohammed").score
    assert HIT_THRESHOLD < shorter < spelt < HIT_THRESHOLD + 0.01


def test_words_of_arabic_origin_are_no_syllables() -> None:
    arabic, syllables = tokens("Taher")[0], tokens("Fuhan")[0]
    assert told(arabic, True) > 3 > told(syllables, True)


def test_a_common_name_letter_for_letter_keeps_its_score() -> None:
    assert compare_names("Hossein Mohammed", "MOHAMMED, Hossein").score == 1.0


def test_a_slip_stands_above_another_name_that_many_bear() -> None:
    slip, other = compare_names("Parviz Kazepi", "KAZEMI, Parviz"), compare_names("Parviz Karimi", "KAZEMI, Parviz")
    assert slip.score > other.score + 0.1


def test_places_and_words_of_the_trade_alone_do_not_outweigh_a_name_that_is_left_over() -> None:
    listed = "Shiraz Energy Industries"
    slip = compare_names("Shiraz Enerqy Industries", listed)
    other = compare_names("Shiraz Tellurion Energy Industries Co.", listed)
    assert HIT_THRESHOLD <= other.score < slip.score - 0.05


def test_a_word_of_the_trade_that_companies_are_called_by_tells_little_but_is_a_name() -> None:
    assert tokens("Novin")[0].word_class == "plain"
    assert told(tokens("Novin")[0], True) == told(tokens("Trading")[0], True) < told(tokens("Alborg")[0], True)
    assert HIT_THRESHOLD <= compare_names("Bank Saderat", "BANK SADERAT IRAN").score < 0.75
    assert HIT_THRESHOLD <= compare_names("Moradi Pars Novin Company", "Pars Novin").score < 0.75


def test_a_name_is_the_same_with_and_without_its_legal_form() -> None:
    assert compare_names("Novin Energy Company", "NOVIN ENERGY").score > 0.95
    assert compare_names("Ali Trading LLC", "ALI TRADING").score > 0.95


def test_a_common_family_name_of_iran_tells_less_than_one_that_no_table_holds() -> None:
    common, rare = tokens("Gholami")[0], tokens("Gholomut")[0]
    assert told(common, True) < 3 < told(rare, True)
    assert told(tokens("Qholami")[0], True) > 3 > told(tokens("Qasemi")[0], True)


def test_in_a_name_of_one_word_a_letter_that_is_not_heard_is_a_slip() -> None:
    assert compare_names("Telurion", "Tellurion").score > 0.9


def test_words_that_come_together_tell_less_than_as_many_that_do_not() -> None:
    together = compare_names("Tariq Mansour", "MANSOUR, Khalaf Tariq").score
    apart = compare_names("Tariq Moreno", "MORENO, Khalaf Tariq").score
    assert HIT_THRESHOLD <= together < apart


@given(NAMES, NAMES)
def test_rarity_is_symmetric_and_never_makes_or_takes_a_hit(one: str, other: str) -> None:
    left, right = tokens(one), tokens(other)
    found, back = aligned(left, right, "any"), aligned(right, left, "any")
    for height in (0.0, 0.3, 1.0):
        stands = standing(height, found.left, found.right, found.pairs)
        assert 0 <= stands <= height
        assert (stands > 0) == (height > 0)
        assert stands == pytest.approx(standing(height, back.left, back.right, back.pairs))
    score = compare_names(one, other)
    assert score.score == pytest.approx(sum(part.contribution for part in score.explanation))
    assert (score.score >= HIT_THRESHOLD) == (calibrated(found.raw) >= HIT_THRESHOLD)


@given(NAMES, NAMES, st.floats(0, 1), st.floats(0, 1))
def test_rarity_keeps_the_order_of_what_tells_as_much(one: str, other: str, low: float, high: float) -> None:
    low, high = sorted((low, high))
    found = aligned(tokens(one), tokens(other), "any")
    stands = [standing(height, found.left, found.right, found.pairs) for height in (low, high)]
    assert stands == sorted(stands)


def test_the_shipped_table_of_words_that_sound_alike_follows_from_the_counts() -> None:
    tool = Path(__file__).parents[2] / "tools" / "count_words.py"
    spec = importlib.util.spec_from_file_location("count_words", tool)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lines = module.ALIKE.read_text(encoding="utf-8").splitlines()[1:]
    counted = {key: int(count) for key, count in (line.split(",") for line in lines)}
    assert counted == module.alike(words().frequencies)
