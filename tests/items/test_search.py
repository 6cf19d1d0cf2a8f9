"""Plain words find candidates, or the answer that no list names the thing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.items import answers, measure, ours, queries
from enduse.items.search import NO_LIST, ItemSearch, search_items
from enduse.model.errors import BadInput


def first(text: str) -> str:
    return search_items(text).hits[0].item.code


def found(answer: ItemSearch) -> list[str]:
    return [hit.item.code for hit in answer.hits]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("phone tracking", "5A001.f.2"),
        ("IMSI catcher", "5A001.f.2"),
        ("stingray", "5A001.f.2"),
        ("wiretap", "5A980"),
        ("spyware", "4A005"),
        ("stun gun", "0A503"),
        ("water cannon", "0A977"),
        ("deep packet inspection", "5A001.j"),
        ("lawful-intercept gateway", "5D001.e"),
        ("phone unlocking kit", "5A004.b"),
        ("lie detector", "3A981"),
        ("handcuffs", "0A982"),
        ("leg irons", "0A982"),
        ("tear gas", "1A984"),
        ("drone", "9A012"),
        ("4D004", "4D004"),
        ("what about 5a001.J for us", "5A001.j"),
    ],
)
def test_plain_words_find_the_code_first(text: str, code: str) -> None:
    assert first(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "face recognition SDK",
        "emotion recognition",
        "license plate reader",
        "social-media monitoring",
        "predictive policing",
        "SS7 location tracking",
        "DNA collection kit",
    ],
)
def test_what_no_entry_names_says_so_with_what_decides(text: str) -> None:
    hit = search_items(text).hits[0]
    assert hit.item.code == NO_LIST and hit.strong and hit.topic is not None
    cited = {item.citation.text for item in hit.topic.provisions}
    assert any("744" in text or "742" in text for text in cited)
    assert all(item.standing in ("law", "guidance") for item in hit.topic.provisions)


def test_where_no_entry_names_it_the_places_where_it_may_land_follow() -> None:
    assert {"EAR99", "5D992"} <= set(found(search_items("face recognition"))[1:5])


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("gas, tear", "tear gas"),
        ("catcher IMSI", "imsi-catcher"),
        ("Überwachungskamera", "ueberwachungskamera"),
        ("caméra thermique", "camera thermique"),
        ("carbon fiber", "carbon fibre"),
        ("polygraphs", "polygraph"),
        ("facial recognition", "face recognition"),
    ],
)
def test_order_case_accents_spelling_and_plural_do_not_matter(text: str, same: str) -> None:
    assert found(search_items(text)) == found(search_items(same))


def test_a_spelling_error_is_forgiven_and_told() -> None:
    answer = search_items("polygraf")
    assert answer.hits[0].item.code == "3A981"
    answer = search_items("watercannon")
    assert answer.hits[0].item.code == "0A977"
    assert answer.corrected == (("watercannon", "water cannon"),)


@pytest.mark.parametrize("text", ["kitchen table", "banana", "cotton t-shirts", "office chair with wheels"])
def test_what_is_described_nowhere_has_no_strong_hit(text: str) -> None:
    assert not any(hit.strong for hit in search_items(text).hits)


def test_nonsense_finds_nothing() -> None:
    assert search_items("xyzzy plugh").hits == ()


@pytest.mark.parametrize("text", ["", "   ", "the of and", "---", "!?", "\x00"])
def test_no_word_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput, match="no word to search for"):
        search_items(text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_answered_or_refused(text: str) -> None:
    try:
        answer = search_items(text)
    except BadInput:
        return
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)
    assert len(set(found(answer))) == len(answer.hits) <= 12


def test_a_huge_text_is_cut_not_read_for_ever() -> None:
    assert search_items("spyware " * 100_000).hits[0].item.code == "4A005"


def test_questions_separate_the_candidates() -> None:
    answer = search_items("imsi catcher")
    ends = {frozenset((row.code, row.other)) for row in answer.questions}
    assert frozenset(("5A001.f.1", "5A001.f.2")) in ends
    assert answer.questions == search_items("catcher imsi").questions


def test_reasons_for_control_and_customs_headings_come_with_the_answer() -> None:
    answer = search_items("imsi catcher")
    assert answer.hits[0].reasons == ("NS2", "AT1")
    assert {"851761"} <= {hint.hs6 for hint in answer.hs_hints}


@pytest.mark.parametrize("text", ["8517.62", "851762", "8517.62.0090", "8517620090", "HS 8517.62 router"])
def test_a_customs_heading_leads_to_what_it_may_hide(text: str) -> None:
    answer = search_items(text)
    assert {"5A001.j", "5A991"} <= set(found(answer))
    assert [hint.hs6 for hint in answer.hs_hints] == ["851762"]


@pytest.mark.parametrize("text", ["spyware 2026", "12345678901234567", "5A001.851762"])
def test_other_numbers_are_no_heading(text: str) -> None:
    assert "851762" not in {word for hit in search_items(text).hits for word in hit.because}


def test_goods_come_before_their_software_unless_software_is_asked_for() -> None:
    assert first("polygraph") == "3A981"
    assert "D" in {code[1] for code in found(search_items("fingerprint matching software"))[:2]}


def test_the_limit_holds() -> None:
    assert len(search_items("camera", 3).hits) == 3


@pytest.mark.parametrize(
    ("part", "at_1", "at_5"),
    [("tune", 0.88, 0.98), ("held", 0.95, 0.98), ("second", 0.94, 0.98), ("third", 0.94, 0.98), ("fourth", 0.93, 0.98)],
)
def test_recall_on_the_labelled_queries_does_not_fall(part: str, at_1: float, at_5: float) -> None:
    asked = [query for query in queries() if query.part == part and query.expected != ("NOTHING",)]
    measured = measure(ours, asked)
    assert measured.queries >= 60
    assert measured.at_1 >= at_1 and measured.at_5 >= at_5, measured


def test_no_candidate_is_named_where_no_answer_is_right() -> None:
    asked = [query.text for query in queries() if query.expected == ("NOTHING",)]
    assert len(asked) >= 7
    assert not [text for text in asked if answers(text)]


def test_right_answers_are_seldom_called_loose() -> None:
    asked = [query.text for query in queries() if query.expected != ("NOTHING",)]
    assert sum(answers(text) for text in asked) / len(asked) > 0.95


def test_words_in_other_scripts_are_refused_with_what_helps() -> None:
    with pytest.raises(BadInput, match="Latin letters only") as caught:
        search_items("人脸识别")
    assert "English" in caught.value.message()


def test_four_digits_are_a_heading_where_the_query_says_so() -> None:
    assert {hint.hs6[:4] for hint in search_items("HS 8525").hs_hints} == {"8525"}
    assert not search_items("model 8525 gizmo").hs_hints
