"""Until when a question may be answered: by the law here and by what whoever asks grants, on the day that it came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from enduse.exchange.handling import partner
from enduse.interfaces.exchange.desk import ExchangeDesk, Shown
from exchange_nodes import Party, coalition
from exchange_pages import QUESTION

RECKONED = "2026-03-16"
"""Ten working days after 2 March 2026, on which the clock begins."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[dict[str, Party]]:
    made = coalition(tmp_path, "nl", "de")
    yield made
    for one in made.values():
        one.node.stores.close()


def desk(party: Party) -> ExchangeDesk:
    return party.desk("consultation", "consultation_officer")


def asked(world: dict[str, Party], last: str) -> str:
    """NL asks DE, and names a last day."""
    more = {"reply_by": last} if last else {}
    question = world["nl"].node.post().send("consultation_request", ["de"], partner("de"), QUESTION | more).id
    world["nl"].sync()
    return question


def at_de(world: dict[str, Party]) -> Shown:
    (found,) = desk(world["de"]).inbox(["consultation_request"])
    return found


def at_nl(world: dict[str, Party]) -> Shown:
    (found,) = desk(world["nl"]).asked()
    return found


@pytest.mark.parametrize(
    ("stated", "due"),
    [("", RECKONED), ("2020-01-01", RECKONED), ("2026-03-03", RECKONED), ("2026-03-20", "2026-03-20"),
     ("9999-12-31", "9999-12-31")],
)  # fmt: skip
def test_whoever_asks_may_give_more_time_and_not_less(world: dict[str, Party], stated: str, due: str) -> None:
    question = asked(world, stated)
    assert (at_de(world).stands, at_de(world).due) == ("open", due)
    desk(world["de"]).more_time(question, "the file is with the ministry")


def test_an_answer_within_the_time_that_was_given_is_in_time_on_both_sides(world: dict[str, Party]) -> None:
    question = asked(world, "2026-03-20")
    world["nl"].clock.later(days=16)
    assert world["nl"].clock().date() == dt.date(2026, 3, 18)
    desk(world["de"]).answer(question, "yes", "identical")
    world["de"].sync()
    for days in (0, 5):
        world["nl"].clock.later(days=days)
        assert (at_nl(world).stands, at_de(world).stands) == ("answered", "answered")


def test_more_time_never_shortens_the_time_that_was_given(world: dict[str, Party]) -> None:
    question = asked(world, "2026-09-30")
    desk(world["de"]).more_time(question, "the file is with the ministry")
    world["de"].sync()
    assert (at_nl(world).due, at_de(world).due) == ("2026-09-30", "2026-09-30")


def test_the_day_on_which_an_answer_came_counts_and_not_the_day_on_which_it_had_its_effect(
    world: dict[str, Party],
) -> None:
    question = asked(world, RECKONED)
    world["nl"].clock.later(days=14)
    desk(world["de"]).answer(question, "yes", "identical")
    world["nl"].node.take([blob for _, blob in world["de"].node.post().outgoing("nl")])
    (came,) = desk(world["nl"]).inbox(["consultation_response"])
    world["nl"].clock.later(days=1)
    world["nl"].mail.act()
    (after,) = desk(world["nl"]).inbox(["consultation_response"])
    assert (after.state, after.at) == ("applied", came.at) and came.at.startswith(RECKONED)
    assert at_nl(world).stands == "answered"


def test_an_answer_to_a_question_that_no_case_asked_says_that_somebody_must_look(world: dict[str, Party]) -> None:
    question = asked(world, "")
    desk(world["de"]).answer(question, "yes", "identical")
    world["de"].sync()
    (row,) = desk(world["nl"]).inbox(["consultation_response"])
    assert (row.state, row.problem) == ("applied", "no case of ours asked it: somebody must look")
