"""Deciding on a hit: only who may, only with a reason, and the decision suppresses the hit from then on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.responses import RedirectResponse

from api_server import TODAY
from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.web.adjudicate import ACTION, decide
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import Fields
from enduse.interfaces.web.screen import screen
from enduse.model.access import Actor
from enduse.model.errors import BadInput, OperationFailed

ASKED = (("name", "Akme Optronics"), ("country", "CN"))
DECISION = (*ASKED, ("party", "ftm:acme"), ("verdict", "different"), ("reason", "another street, another business"))


@pytest.fixture
def with_store(data: Path, tmp_path: Path) -> Iterator[Holdings]:
    yield Holdings.open(data, accept_starter=True, day=TODAY, store=tmp_path / "store.sqlite3")


def desk(holdings: Holdings, *pairs: tuple[str, str], may: bool = True) -> Desk:
    actor = Actor("u1", "An Analyst", frozenset({"analyst"}), csrf_token="token")
    return Desk(
        "/screen",
        Fields.of(pairs),
        lambda: holdings,
        TODAY,
        actor=actor,
        may=lambda action: may and action == ACTION,
        posted=True,
    )


def test_a_decision_is_recorded_and_suppresses_the_hit(with_store: Holdings) -> None:
    before = screen(desk(with_store, *ASKED)).context["result"]
    assert before["count"] == 1 and before["may_decide"]
    done = decide(desk(with_store, *DECISION))
    assert isinstance(done, RedirectResponse) and done.status_code == 303
    query = parse_qs(urlsplit(done.headers["location"]).query)
    assert query["name"] == ["Akme Optronics"] and query["saved"] and "reason" not in query
    after = screen(desk(with_store, *ASKED)).context["result"]
    assert after["count"] == 0
    (card,) = after["suppressed"]
    assert card.judged.decision.by == "u1" and card.standing == "Decided: not the same party"


def test_who_may_not_decide_is_offered_nothing_and_refused(with_store: Holdings, holdings: Holdings) -> None:
    assert not screen(desk(with_store, *ASKED, may=False)).context["result"]["may_decide"]
    for one in (desk(with_store, *DECISION, may=False), desk(holdings, *DECISION)):
        with pytest.raises(OperationFailed, match="signed in"):
            decide(one)


@pytest.mark.parametrize(
    ("field", "value"), [("reason", ""), ("verdict", "perhaps"), ("verdict", "withdrawn"), ("party", "ftm:ship")]
)
def test_what_is_no_decision_is_refused(with_store: Holdings, field: str, value: str) -> None:
    fields = desk(with_store, *DECISION).fields.but((field, value))
    with pytest.raises(BadInput):
        decide(desk(with_store, *fields.pairs))
    assert screen(desk(with_store, *ASKED)).context["result"]["count"] == 1
