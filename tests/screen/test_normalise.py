"""Names become words: the same ones however letters, forms and numbers are set."""

from __future__ import annotations

import random
import string

import pytest
from rapidfuzz.distance import OSA

from enduse.screen import compare_names
from enduse.screen.normalise import Token, _phrase_word, tokens
from enduse.screen.words import words

FOUND = 0.95


def texts(name: str) -> list[str]:
    return [token.text for token in tokens(name)]


def only(name: str, text: str) -> Token:
    return next(token for token in tokens(name) if token.text == text)


@pytest.mark.parametrize(
    ("published", "typed"),
    [
        # A legal form of several words whose last word, or all but its first, stands in front.
        ("Alpha Beta, S.A. de C.V.", "C.V. Alpha Beta S.A. de"),
        ("Alphabeta y Cia. S. en C.", "C. Alphabeta y Cia. S. en"),
        ("A & B S. de R.L. de C.V.", "de R.L. de C.V. A & B S."),
        ("Alphabeta S. de R.L.", "Alphabeta S de R L"),
        ("Inversiones Alphabeta S. en C.A.", "Inversiones Alphabeta S en C A"),
        ("Inversiones Alphabeta S. en C.S.", "Inversiones Alphabeta S en C S"),
        # The letters of a "sociedad de hecho", and of a person.
        ("Alphabeta A y B S. de H.", "H. de S. A y B Alphabeta"),
        ("Alphabeta A y B S. de H.", "Alphabeta A Y B S DE H"),
        ("Hedil de Salpha Gunabeta", "Gunabeta, Hedil de Salpha"),
        ("Alphabeta Prodcutos S.A.", "ALPHABETA PRODUCTOS, S.A."),
        # Letters with full stops are initials, whatever they spell.
        ("M.R. Alphabeta", "M R Alphabeta"),
        ("M.R. Alphabeta", "MR Alphabeta"),
        ("Института А.Л. Альфабетова", "Института А Л Альфабетова"),
        ("АО им. И.И. Альфабетова", "АО им ИИ Альфабетова"),
        # Letters of a word that holds several spell no word with the next.
        ("B&H H Division", "H Division B&H"),
        ("Alphabeta Airlines d/b/a S7 Airlines", "Airlines S7 d/b/a Airlines Alphabeta"),
        ("Alphabeta No.5BL", "Alphabeta No5BL"),
        # The grandson bears the grandfather's name: nobody has changed places.
        ("Alpha bin Beta bin Alpha", "bin Beta bin Alpha Alpha"),
    ],
)
def test_the_same_name_set_otherwise(published: str, typed: str) -> None:
    assert compare_names(published, typed).score >= FOUND


def test_father_and_son_still_change_places() -> None:
    assert compare_names("Alphard bin Betula", "Betula bin Alphard").score < 0.7
    assert compare_names("Alphard bin Betula bin Gammon", "Betula bin Alphard bin Gammon").score < 0.7


def test_titles_and_ships_keep_their_letters() -> None:
    assert only("Mr. Alphabeta", "mr").word_class == "honorific"
    assert only("M.V. Alphabeta", "mv").word_class == "honorific"
    assert only("M.R. Alphabeta", "mr").word_class == "plain"
    assert only("Alphabeta S.A.", "sa").word_class == "legal_form"


def test_letters_spell_words_within_what_stands_together() -> None:
    assert texts("P J S C Alphabeta") == ["pjsc", "alphabeta"]
    assert texts("Alphabeta A/S") == ["alphabeta", "as"]
    assert texts("Q&A Alphabeta") == ["q", "a", "alphabeta"]


def test_letters_that_stand_apart_beside_a_persons_names_are_initials() -> None:
    classes = [token.word_class for token in tokens("Alphard B. H. B. M. Betula")]
    assert classes == ["plain", *["initial"] * 4, "plain"]
    assert compare_names("Alphard B. H. G. Betula", "BETULA, Alphard Ben Hedil Gammon").score >= 0.7
    assert compare_names("Alphard Betula H A J", "BETULA, Alphard H. A. J.").score >= FOUND
    # A legal form, and what a company is called by.
    assert compare_names("Alphard Los Betulos S A P I de C V", "ALPHARD LOS BETULOS, S.A.P.I. DE C.V.").score >= FOUND
    assert compare_names("Alphard N. I. O. C. Betula Petroleum", "Alphard NIOC Betula Petroleum").score >= FOUND
    assert only("Alphard Betula S. A. R. L.", "sarl").word_class == "legal_form"
    assert [token.text for token in tokens("A. B. C. Trading Company")][:1] == ["abc"]
    assert compare_names("A. B. C. Alpha Works", "ABC Alpha Works").score >= FOUND


@pytest.mark.parametrize("typed", ["indusrtial", "indzustrial", "idnustrial", "industral", "industrial"])
def test_a_long_word_that_stands_for_another_is_known_with_one_letter_wrong(typed: str) -> None:
    assert compare_names(f"Alphard {typed} Services Corporation", "ALPHARD INDUSTRIAL SERVICES CORPORATION").score == 1


def test_the_usual_form_of_a_word_of_the_trade_is_one() -> None:
    table = words()
    assert not [
        word for word, usual in table.short_forms.items() if word in table.classes and usual not in table.classes
    ]
    assert compare_names("Alphard Products Ltd", "Betula Products Ltd").score < 0.2


@pytest.mark.parametrize(("one", "other"), [("Volution", "Solution"), ("Goldings", "Holdings"), ("Renters", "Centers")])
def test_a_short_word_near_one_that_stands_for_another_is_meant_as_it_stands(one: str, other: str) -> None:
    assert only(f"Alphard {one}", one.lower()).word_class == "plain"
    assert compare_names(f"Alphard {one}", f"Alphard {other}").score < 1


def test_a_word_that_is_known_is_meant_as_it_stands() -> None:
    assert only("Alphard Industrias", "industrias").word_class == "generic"
    assert compare_names("Rock Alphard Company", "Stock Alphard Company").score < 0.7


@pytest.mark.parametrize(
    ("typed", "published"),
    [
        ("ALPHABETA LDT.", "ALPHABETA LTD."),
        ("TLD ALPHABETA", "ALPHABETA LTD"),
        ("LLCC ALPHABETA", "ALPHABETA LLC"),
        ("ALPHABETA SJC", "JSC ALPHABETA"),
        ("pjsk alphabeta", "ALPHABETA PJSC"),
        ("Alphabeta Indbstry Co., Limited", "ALPHABETA INDUSTRY CO., LIMITED"),
    ],
)
def test_a_company_is_found_although_its_legal_form_is_mistyped(typed: str, published: str) -> None:
    found = compare_names(typed, published)
    assert found.score >= 0.9
    assert found.score == compare_names(published, typed).score


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mulla Alphard", "Mullah Alphard"),
        ("ALPHARD, Seyd", "ALPHARD, Syed"),
        ("Seyyed Betul Alphard", "ALPHARD, Sayyid Betul"),
        ("Hadji Betul Alphard", "ALPHARD, Haji Betul"),
        ("Cheikh Alphard", "Sheikh Alphard"),
    ],
)
def test_a_title_is_known_by_its_spellings_beside_it(one: str, other: str) -> None:
    found = compare_names(one, other)
    assert found.score >= 0.7
    assert found.score == compare_names(other, one).score
    assert "a title spelt otherwise" in [part.note for part in found.explanation]


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("DU Y. R.", "DU, Yulph Rong"),
        ("Y. DU", "DU, Yulrong"),
        ("SAYED T. A.", "SAYED, Talpha Abeta"),
        ("Don C.", "DON, Calphard"),
    ],
)
def test_a_surname_that_is_a_title_elsewhere_agrees_with_initials(typed: str, listed: str) -> None:
    assert compare_names(typed, listed).score >= 0.7
    assert compare_names(listed, typed).score >= 0.7


def test_a_name_that_is_a_title_elsewhere_stays_a_name() -> None:
    assert only("Alphard Molla", "molla").word_class == "plain"
    assert compare_names("Alphard Molla", "Alphard Betul").score < 0.7
    assert compare_names("Molla Gammon", "Mullah Alphard").score < 0.3


def test_what_may_be_a_mistyped_legal_form_is_one_only_beside_that_form() -> None:
    assert only("Alphabeta LDT", "ldt").word_class == "plain"
    assert compare_names("Alphabeta LDT", "Alphabeta GmbH").score < 0.7
    assert compare_names("Alphabeta KLC", "Alphabeta LLC").score < 0.7
    # A letter less is an acronym, or somebody's initials.
    assert compare_names("CSC Alphabeta", "CJSC Alphabeta").score < 0.7
    assert compare_names("NSC Alphabeta", "Alphabeta SNC").score < 0.7
    assert compare_names("J.C. Alphabeta", "ALPHABETA JSC").score < 0.7
    assert compare_names("Alphabeta LDT", "Gammaphi Ltd").score < 0.3
    # It is the name where nothing else is one, and says less than the form does.
    assert compare_names("LDT Trading", "Trading Ltd").score < 0.7
    for name in ("Alphabeta", "Alphabeta Gammaphi", "Alphabeta Trading"):
        slip, right = (compare_names(f"{name} {form}", "Alphabeta Ltd").score for form in ("LDT", "Ltd"))
        assert slip < right


def test_initials_about_a_particle_are_no_legal_form() -> None:
    assert compare_names("H. de S. Gunabeta", "Hedil de Salpha Gunabeta").score >= 0.9
    assert compare_names("H. de S. Gunabeta", "Gunabeta").score < 0.7


def test_digits_in_words_are_letters_but_not_in_numbers() -> None:
    assert texts("H1kvision") == ["hikvision"]
    assert texts("Plant NO5BL") == ["plant", "no", "5", "bl"]
    assert texts("N0rthern") == ["northern"]


def test_a_word_of_a_legal_form_is_known_with_one_letter_wrong() -> None:
    """By two letters of its front or end; against looking at every word of every form."""
    known = sorted({word for phrase in words().phrases for word in phrase if len(word) > 4})
    chance = random.Random(20_261_126)
    for _ in range(3_000):
        word = list(chance.choice(known))
        for _ in range(chance.choice((1, 1, 2))):
            place = chance.randrange(len(word))
            match chance.randrange(4):
                case 0:
                    word.insert(place, chance.choice(string.ascii_lowercase))
                case 1:
                    del word[place]
                case 2:
                    word[place] = chance.choice(string.ascii_lowercase)
                case _:
                    word[place : place + 2] = reversed(word[place : place + 2])
        text = "".join(word)
        if len(text) < 4 or text in known or text in words().meant:
            assert _phrase_word(text) == text
        else:
            near = [word for word in known if OSA.distance(text, word) == 1]
            assert _phrase_word(text) == min(near, default=text)


def test_plain_words_are_read_as_any_others() -> None:
    """A word of plain letters takes a shorter way; with a mark that means nothing it takes the longer one."""
    for name in ("Alphabeta", "LIMITED", "Bin", "O", "aktsionernoe", "x" * 64, "y" * 65, "Companyalphabeta"):
        assert texts(name) == texts(name + "\u200b") == texts(f"{name};")
