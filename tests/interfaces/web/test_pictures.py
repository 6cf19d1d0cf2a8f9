"""What pictures are made of: words against words, waterfalls, timelines, tiles. Each says what its table says."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from enduse.assess import Settings
from enduse.evidence.library import Library
from enduse.interfaces.regions import regions
from enduse.interfaces.transactions import transaction_from_options
from enduse.interfaces.web.hits import LABEL, pairs, pieces, rows, waterfall, why_not_one
from enduse.interfaces.web.parties import picture
from enduse.interfaces.web.rules import spans
from enduse.interfaces.web.timeline import WIDTH, Kept, answers, bars, governments, timeline
from enduse.interfaces.web.worldmap import blocks, judge_everywhere
from enduse.model.citation import Citation
from enduse.model.countries import country_names
from enduse.model.match import ScorePart
from enduse.model.party import Listing
from enduse.rules.rulebook import shipped_rulebooks
from enduse.screen import compare_names

DAY = dt.date(2026, 8, 3)


def marked(name: str, *words: str) -> list[str]:
    return [one.text for one in pieces(name, words) if one.marked]


def test_words_that_stand_for_each_other_are_marked_in_any_script() -> None:
    assert marked("Akme Optronic Works Co", "akme", "optronic") == ["Akme", "Optronic"]
    assert marked("阿克米光电有限公司", "a", "ke", "mi", "guang", "dian") == list("阿克米光电")
    assert marked("شركة المثال للبصريات", "shrka", "al", "mthal", "llbsriat") == ["شركة", "المثال", "للبصريات"]
    assert marked("Example", "") == []
    assert "".join(one.text for one in pieces("a  b 阿克", ["a"])) == "a  b 阿克"


def test_pairs_say_what_is_the_same_alike_or_alone() -> None:
    score = compare_names("Akme Optronic Works", "Acme Optronics Limited")
    kinds = {(one.asked, one.listed): one.kind for one in pairs(score.explanation)}
    assert set(kinds.values()) <= {"same", "alike", "asked", "listed"}
    assert kinds["works", ""] == "asked"


@given(st.lists(st.floats(-0.5, 1), min_size=1, max_size=8))
def test_a_waterfall_ends_at_the_score_and_its_table_adds_up(gives: list[float]) -> None:
    score = min(1.0, max(0.0, sum(gives)))
    parts = [ScorePart("token", f"w{number}", f"w{number}", value) for number, value in enumerate(gives)]
    parts.append(ScorePart("clamp", contribution=score - sum(gives)))
    found = waterfall(parts, score)
    assert all(bar.width > 0 and bar.x >= LABEL for bar in found.bars)
    shown = [Decimal(row.share) for row in rows(parts, score) if row.share]
    assert sum(shown, Decimal(0)) == Decimal(f"{score:.2f}")


def test_why_a_score_is_not_one_names_every_word_that_stands_alone() -> None:
    score = compare_names("Akme Optronic Works", "Acme Optronics Trading")
    said = " ".join(why_not_one(score.explanation, score.score))
    assert "“works” was asked" in said and "trad" in said
    assert why_not_one(compare_names("Acme", "Acme").explanation, 1.0) == ()


def test_listings_over_time_show_what_is_not_known() -> None:
    act = Citation("an act")
    listings = (
        Listing("EL", "US-BIS", act, listed_from=dt.date(2020, 1, 1), listed_to=dt.date(2024, 1, 1)),
        Listing("SDN", "US-OFAC", act, seen_from=dt.date(2022, 4, 21)),
    )
    found = picture(listings, DAY, DAY)
    assert found is not None
    known, seen = found.stretches
    assert (known.known_start, known.known_end, seen.known_start, seen.known_end) == (True, True, False, False)
    assert known.x < seen.x < found.day_x < seen.x + seen.width
    assert picture((Listing("EL", "US-BIS", act),), DAY, DAY) is None


def test_periods_follow_each_other_without_a_gap() -> None:
    tx = transaction_from_options(item="EAR99", destination="IL", origin="US", end_user="NSO Group", date=DAY)
    found, left_out = timeline(tx, shipped_rulebooks(), Settings(laws=("us",)), Library(accept_starter=True).screen)
    assert left_out == 0 and found[0].start is None and found[-1].end is None
    assert all(one.end == other.start for one, other in itertools.pairwise(found))
    listed = next(one for one in found if "EL:744.11" in one.gained)
    assert listed.start == dt.date(2021, 11, 4)
    assert governments(found) == ("United States",)
    shown = bars(found, DAY)
    assert [one.chosen for one in shown].count(True) == 1
    assert round(sum(one.width for one in shown)) == WIDTH


def test_days_before_a_code_was_in_the_list_are_not_judged() -> None:
    tx = transaction_from_options(item="5A001.j", destination="EG", origin="US", date=DAY)
    found, _ = timeline(tx, shipped_rulebooks(), Settings(laws=("us",)), lambda _: ())
    assert "entered the list on 2022-03-07" in found[0].problem
    assert answers(found[0], ("United States",)) == (("United States", "not_judged"),)
    assert found[1].start == dt.date(2022, 3, 7)


def test_every_country_has_one_tile() -> None:
    codes = [code for _, members in regions() for code in members]
    assert sorted(codes) == sorted(country_names())


def test_the_map_says_what_a_check_says() -> None:
    found = {one.code: one for one in judge_everywhere("5A001.j", "DE", "eu", DAY, shipped_rulebooks())}
    assert found["EG"].outcome == "licence_required" and found["EG"].reasons == ("EU:ART3",)
    assert found["FR"].outcome != "licence_required"
    shown, height = blocks(tuple(found.values()))
    places = [(tile.x, tile.y) for block in shown for tile in block.tiles]
    assert len(set(places)) == len(places) == len(country_names())
    assert max(y for _, y in places) < height


def test_a_rule_in_force_is_a_bar_within_its_years() -> None:
    rules = [rule for book in shipped_rulebooks() for rule in book.rules]
    for rule in rules:
        for span in spans(rule, 1995, 2030):
            assert 0 <= span.x <= 400 and span.width >= 3


def test_slow_results_are_kept_and_the_oldest_let_go() -> None:
    kept: Kept[int] = Kept(2)
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        return number

    for number in (1, 2, 1, 3, 1, 2):
        assert kept.get(number, lambda number=number: make(number)) == number  # type: ignore[misc]
    assert made == [1, 2, 3, 2]


def test_a_word_written_together_of_several_is_marked_whole() -> None:
    found = pieces("شركة المثال", ["shrka", "al", "mthal"])
    assert [one.text for one in found if one.marked] == ["شركة", "المثال"]
    assert not any(one.marked for one in pieces("المثال", ["al"]))
