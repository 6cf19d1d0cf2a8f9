"""Which words read like a slip of the pen, and that two wrong letters in a short one are found."""

from __future__ import annotations

import csv
import string
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse import compare_names
from enduse.model.citation import Citation
from enduse.model.match import HIT_THRESHOLD, Query
from enduse.model.party import ListedParty, Listing, Name, SourceReference
from enduse.screen.index import Screener
from enduse.screen.slips import COLUMNS, LETTERS, cost, reads_like_a_slip
from enduse.screen.sounds import CUTOFF, similarity
from enduse.screen.vocabulary import Vocabulary
from enduse.screen.words import words


@pytest.mark.parametrize("word", ["faysal", "petrov", "hosseini", "wilder", "karimi", "moscow"])
def test_names_do_not_read_like_slips(word: str) -> None:
    assert not reads_like_a_slip(word)


@pytest.mark.parametrize("word", ["fmcsal", "bmdul", "otpoq", "fakrkam", "mpstaf", "hssoeini"])
def test_letters_that_names_seldom_hold_side_by_side_read_like_slips(word: str) -> None:
    assert reads_like_a_slip(word)


def test_a_word_that_many_bear_is_none_however_it_is_written() -> None:
    known = sorted(words().frequencies)
    assert not [word for word in known if reads_like_a_slip(word)]


@pytest.mark.parametrize("what", ["", "a", "ng", "b2b", "44", "иванов", "kgbm", "uq" * 500_000])
def test_of_what_is_no_word_with_vowels_nothing_is_said_and_length_is_no_harm(what: str) -> None:
    assert reads_like_a_slip(what) == (len(what) > 1_000)


def test_the_table_says_of_every_two_letters_what_may_follow() -> None:
    text = (resources.files("enduse.screen") / "letters.csv").read_text(encoding="ascii")
    rows = {row[0]: [int(value) for value in row[1:]] for row in csv.reader(text.splitlines()[1:])}
    pairs = {one + other for one in LETTERS for other in LETTERS}
    assert set(rows) == {"^^", *(f"^{letter}" for letter in LETTERS)} | pairs
    for after, row in rows.items():
        assert len(row) == len(COLUMNS)
        assert sum(10 ** (-value / 100) for value in row) == pytest.approx(1, abs=0.05), after


@given(st.text(LETTERS, min_size=1, max_size=30))
def test_what_a_word_costs_is_what_its_letters_cost(word: str) -> None:
    assert 0 < cost(word) <= 1_000 * (len(word) + 1)


@pytest.mark.parametrize(("name", "slip"), [("akram", "fakrkam"), ("faysal", "fmcsal"), ("topor", "otpoq")])
def test_two_letters_wrong_in_a_short_word_are_alike_only_where_one_reads_like_a_slip(name: str, slip: str) -> None:
    assert similarity(name, slip) == similarity(slip, name) > CUTOFF
    assert similarity(name, slip, unvowelled=True) < similarity(name, slip)


@pytest.mark.parametrize(("one", "other"), [("karim", "salim"), ("marta", "mario"), ("amir", "omar")])
def test_two_names_that_two_letters_part_are_not_alike(one: str, other: str) -> None:
    assert similarity(one, other) == 0


def party(name: str) -> ListedParty:
    return ListedParty("test:1", (Name(name),), (Listing("MADE", "T", Citation("made up")),), SourceReference("test"))


@pytest.mark.parametrize(
    ("listed", "typed"),
    [
        ("ZUBRAVKIN, Akram", "ZUBRAVKIN, fAkrkam"),
        ("ZUBRAVKIN, fAkrkam", "ZUBRAVKIN, Akram"),
        ("TELLURION, Topor", "Otpoq Tellurion"),
    ],
)
def test_the_screen_finds_two_slips_in_the_query_and_in_the_listed_name(listed: str, typed: str) -> None:
    [match] = Screener([party(listed)]).screen(Query(typed))
    assert match.score >= HIT_THRESHOLD
    assert match.score == compare_names(typed, listed).score


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cloyd Joint Stock Company", "Cloyd JSC"),
        ("Laufen Youxian Gongsi", "Laufen Ltd"),
        ("Soledad Limitada", "Soledad Ltda"),
        ("Puglia Limited Company", "Puglia Ltd"),
        ("Compagnon GmbH", "Compagnon Trading GmbH"),
    ],
)
def test_a_name_near_a_legal_form_stays_a_name(one: str, other: str) -> None:
    assert compare_names(one, other).score >= HIT_THRESHOLD


@pytest.mark.parametrize(("one", "other"), [("Compagnon GmbH", "Compagnie GmbH"), ("KPMG", "KNBG")])
def test_two_letters_make_no_legal_form_and_no_other_acronym(one: str, other: str) -> None:
    assert compare_names(one, other).score < 0.3


def test_two_names_with_a_common_word_and_two_other_letters_stand_low() -> None:
    assert compare_names("Karim Zubravkin", "Salim Zubravkin").score < HIT_THRESHOLD


WORDS = st.text(string.ascii_lowercase, min_size=3, max_size=7) | st.text("ab1ctn", min_size=3, max_size=7)


@st.composite
def with_two_edits(draw: st.DrawFn) -> tuple[str, str]:
    """A short word, and the same with two letters wrong."""
    word = other = draw(WORDS)
    for _ in range(2):
        place = draw(st.integers(0, len(other)))
        other = other[:place] + draw(st.text(string.ascii_lowercase, max_size=1)) + other[place + draw(st.booleans()) :]
    return word, other or "a"


@settings(max_examples=400, deadline=None)
@given(with_two_edits(), st.lists(WORDS, max_size=8))
def test_the_vocabulary_finds_what_is_alike_and_never_says_less(pair: tuple[str, str], others: list[str]) -> None:
    sought, listed = pair
    every = sorted({listed, *others})
    for bare in (False, True):
        vocabulary = Vocabulary.build(every, [False] * len(every), [bare] * len(every))
        for asked in (False, True):
            numbers, likeness = vocabulary.alike(sought, unvowelled=asked)
            found = dict(zip((every[number] for number in numbers.tolist()), likeness.tolist(), strict=True))
            for word in every:
                expected = similarity(sought, word, unvowelled=bare or asked)
                if expected:
                    assert found[word] >= expected - 1e-6, (sought, word)
