"""Hostile names, numbers and addresses: answered or refused; the work is bounded by counting, never by a stopwatch."""

from __future__ import annotations

import sys
import tracemalloc
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enduse.lists.starter import starter_parties
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.model.party import Address, Identifier, ListedParty, Listing, Name, SourceReference
from enduse.screen import Screener, compare_names, score
from enduse.screen.addresses import MAX_ADDRESS, compare_addresses
from enduse.screen.keys import keys_of
from enduse.screen.normalise import MAX_NAME, MAX_WORDS, tokens
from enduse.screen.postings import Postings
from enduse.screen.records import Records

LONGEST_WORD = 64
MEMORY = 96 * 1024 * 1024
"""Bytes that one hostile query may take at its height, on the starter lists."""

EVERYTHING = st.characters(exclude_categories=())
"""Every code point: surrogates, controls, unassigned and private ones too."""

PIECES = [
    *(
        "Hikvision",
        "al",
        "bin",
        "Ltd",
        "S.A.",
        "No.",
        "44",
        "VII",
        "海康威视",
        "Газпром",
        "محمد",
        "김",
        "é",
        "ß",
        "İ",
        "ﷺ",
        "㍿",
    ),
    *(
        "\u0301" * 40,
        "\u202e",
        "\u202c",
        "\u2066",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u00ad",
        "\0",
        "\x1b[31m",
        "\ud800",
        "\udfff",
    ),
    *(
        "' OR 1=1 --",
        "'; DROP TABLE parties; --",
        "%s",
        "%_%",
        ".*",
        "(a+)+$",
        "[",
        "\\",
        "\\d+",
        "(?:",
        "{9999}",
        "$(id)",
        "${x}",
    ),
    *(
        "<b>",
        "&amp;",
        "\t",
        "\n",
        "\r\n",
        "\u2028",
        "\u3000",
        "\U000e0041",
        "\U0010ffff",
        "\U0001f600",
        "𝐇𝐢𝐤",
        "Ｈｉｋ",
        "½",
        "٤٤",
        "๔",
    ),
]
"""What breaks regular expressions, databases, terminals, bidirectional text and normal forms."""

HOSTILE: dict[str, str] = {
    "one word of 2,000 letters": "a" * MAX_NAME,
    "a word of 2,000 different letters": ("abcdefghijklmnopqrstuvwxyz" * 77)[:MAX_NAME],
    "1,000 words of one letter": "a " * (MAX_NAME // 2),
    "60 words of one letter": " ".join("abcdefghijklmnopqrstuvwxyz"[i % 26] for i in range(60)),
    "letters between numbers": "s 1 " * (MAX_NAME // 4),
    "2,000 digits": "7" * MAX_NAME,
    "1,000 numbers": "7 " * (MAX_NAME // 2),
    "one word, over and over": "technology " * (MAX_NAME // 11),
    "one name, over and over": "Hangzhou Hikvision " * (MAX_NAME // 19),
    "slight words": "al bin ltd " * (MAX_NAME // 11),
    "half of a legal form, over and over": "gesellschaft mit " * (MAX_NAME // 17),
    "numbers in words": "twenty one " * (MAX_NAME // 11),
    "a flood of marks": "e" + "\u0301" * (MAX_NAME - 1),
    "characters that become many": "\ufdfa" * MAX_NAME,
    "syllables": "海" * MAX_NAME,
    "dots": "a." * (MAX_NAME // 2),
    "digits for letters": "a0" * (MAX_NAME // 2 - 1) + "a",
    "apostrophes": "a'" * (MAX_NAME // 2),
    "commas": "a," * (MAX_NAME // 2),
    "right to left": "\u202enoisivkiH\u202c " * (MAX_NAME // 12),
    "long words that differ": " ".join(chr(97 + i % 26) * 32 for i in range(60)),
}

LISTING = Listing("EL", "US-BIS", Citation("84 FR 54002"))


@pytest.fixture(scope="module")
def starter() -> Screener:
    return Screener(starter_parties())


def blocks() -> Iterator[str]:
    """Some characters of each row of 128 code points."""
    for start in range(0, sys.maxunicode + 1, 128):
        row = [chr(code) for code in range(start, start + 128)]
        if start < 0x30000 or start % 0x4000 == 0 or any(unicodedata.category(c) not in ("Cn", "Co") for c in row):
            yield "".join(row[:32:4]) + " " + "".join(row[64::16])


def check(one: str, other: str) -> None:
    """Between 0 and 1, the same both ways, and explained in full."""
    there, back = compare_names(one, other), compare_names(other, one)
    assert 0 <= there.score <= 1
    assert there.score == pytest.approx(back.score)
    for found in (there, back):
        assert sum(part.contribution for part in found.explanation) == pytest.approx(found.score)


@settings(max_examples=300)
@given(st.text(EVERYTHING, max_size=60), st.text(EVERYTHING, max_size=60))
@example("\ud800", "\udc00")
@example("\0", "\0Hikvision\0")
def test_any_two_strings_of_unicode_have_a_score(one: str, other: str) -> None:
    check(one, other)
    check(one, one)


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
)
def test_pieces_that_break_other_programs_have_a_score(one: str, other: str) -> None:
    check(one, other)


def test_pairs_of_words_that_mirror_each_other_are_chosen_the_same_from_either_side() -> None:
    check("HikvisionHikvision&amp;Hikvision&amp;", "Hikvision Hikvision &amp; Hikvision")


@settings(max_examples=100)
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(EVERYTHING, max_size=20)), min_size=1, max_size=8).map(" ".join)
)
def test_whatever_is_asked_is_answered_or_refused(starter: Screener, asked: str) -> None:
    for kind in ("any", "person", "company", "vessel", "address"):
        query = Query(
            asked,
            kind,
            countries=(asked[:3],),
            addresses=(asked,),
            identifiers=(asked, f"imo:{asked}", Identifier("passport", asked, asked[:2])),
            birth_date=asked,
            other_names=(asked[::-1],),
            birth_places=(asked,),
            nationalities=(asked,),
            gender=asked,
        )
        try:
            found = starter.screen(query)
        except BadInput as refused:
            assert refused.message()
            continue
        for match in found:
            assert 0 <= match.score <= 1
            assert sum(part.contribution for part in match.explanation) == pytest.approx(match.score)


def test_every_block_of_unicode_has_a_score(starter: Screener) -> None:
    names = list(blocks())
    assert len(names) > 1_000
    for name in names:
        check(name, "Hikvision")
        expected = 1.0 if tokens(name) else 0.0
        assert compare_names(name, name).score == pytest.approx(expected)
    usable = [Query(name) for name in names if tokens(name)]
    assert len(list(starter.screen_many(usable))) == len(usable)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_name_is_compared_with_little(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"token_similarity": 0, "merged_similarity": 0}

    def counted(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            counts[name] += 1
            return function(*args)

        return call

    for name in counts:
        monkeypatch.setattr(score, name, counted(name, getattr(score, name)))
    found = tokens(HOSTILE[what])
    assert 0 < len(found) <= MAX_WORDS
    assert all(len(token.text) <= LONGEST_WORD for token in found)
    check(HOSTILE[what], HOSTILE[what])
    for other in HOSTILE.values():
        counts |= dict.fromkeys(counts, 0)
        compare_names(HOSTILE[what], other)
        assert counts["token_similarity"] <= MAX_WORDS**2
        # Two or three neighbours against a word, from both sides, and two against two.
        assert counts["merged_similarity"] <= 5 * MAX_WORDS**2


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_name_is_screened_in_bounded_memory(starter: Screener, what: str) -> None:
    name = HOSTILE[what]
    query = Query(name, addresses=(name,), identifiers=(name,), other_names=(name[::-1],), birth_places=(name,))
    tracemalloc.start()
    try:
        starter.screen(query, threshold=0.5)
        next(starter.screen_many([Query(name, "address", countries=("CN",))]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MEMORY


def test_many_hostile_names_at_once_take_bounded_memory(starter: Screener) -> None:
    queries = [Query(f"{name[: MAX_NAME - 8]} {number}") for number in range(12) for name in HOSTILE.values()]
    expected = [starter.screen(query) for query in queries[: len(HOSTILE)]]
    tracemalloc.start()
    try:
        found = list(starter.screen_many(queries))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found[: len(HOSTILE)] == expected
    assert peak < 4 * MEMORY


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_word_has_few_keys(what: str) -> None:
    found = tokens(HOSTILE[what])
    _, owners = keys_of([(token.text, False) for token in found], sought=True)
    # Written and heard, each with up to two of 24 letters left out, and the two looser sounds.
    assert len(owners) <= len(found) * 2 * (1 + 24 + 24 * 23 // 2 + 1)


def test_hostile_names_on_a_list_take_bounded_room() -> None:
    parties = [
        ListedParty(f"test:{number}", (Name(name),), (LISTING,), SourceReference("test"), addresses=(Address(name),))
        for number, name in enumerate((*HOSTILE.values(), *PIECES, "\ud800 Example", "a" * 5_000))
    ]
    records = Records.of(parties)
    assert [party.id for party in records.parties()] == [party.id for party in parties]
    assert records.party(len(parties) - 2).name == "\ud800 Example"
    postings = Postings.build(records)
    # Of each name its words, two or three neighbours as one, and their initials.
    assert len(postings) <= records.name_count * 5 * MAX_WORDS
    screener = Screener(parties)
    for number, name in enumerate(HOSTILE.values()):
        assert f"test:{number}" in {match.party.id for match in screener.screen(Query(name), threshold=0.95)}


@pytest.mark.parametrize("size", [MAX_NAME + 1, 10_000, 1_000_000])
@pytest.mark.parametrize("letter", ["a", "海", "\u0301", "\0", "a ", "7", "(", "'"])
def test_what_is_too_long_is_refused(starter: Screener, size: int, letter: str) -> None:
    name = (letter * size)[:size]
    with pytest.raises(BadInput, match="characters"):
        compare_names(name, "Hikvision")
    with pytest.raises(BadInput, match="characters"):
        compare_names("Hikvision", name)
    with pytest.raises(BadInput, match="characters"):
        compare_addresses(name, "12 Harbour Road, Riga")
    for kind in ("any", "person", "address"):
        with pytest.raises(BadInput, match="characters"):
            starter.screen(Query(name, kind))
    with pytest.raises(BadInput, match="characters"):
        starter.screen(Query("Hikvision", other_names=(name,)))


def test_details_that_are_too_long_are_cut_or_say_nothing(starter: Screener) -> None:
    for text in ("a" * 1_000_000, "7" * 1_000_000, "1962-" * 200_000, "(" * 1_000_000, "ab " * 300_000):
        query = Query(
            "Hikvision",
            addresses=(text,) * 20,
            identifiers=(text,),
            birth_date=text,
            birth_places=(text,),
            nationalities=(text,),
            countries=(text,),
            gender=text,
        )
        tracemalloc.start()
        try:
            found = starter.screen(query)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert found and all(0 <= match.score <= 1 for match in found)
        assert peak < MEMORY
    assert MAX_ADDRESS == MAX_NAME == 2_000


@settings(max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(EVERYTHING, max_size=20)), max_size=8).map(" ".join))
def test_any_address_has_a_score(text: str) -> None:
    for one, other in ((text, "12 Harbour Road, Riga"), (text, text)):
        there, back = compare_addresses(one, other), compare_addresses(other, one)
        assert 0 <= there.score <= 1
        assert there.score == pytest.approx(back.score)
