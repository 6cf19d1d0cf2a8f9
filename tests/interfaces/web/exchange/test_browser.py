"""The pages of the coalition in Chromium: axe-core finds nothing, light or dark; none is wider than a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

import exchange_pages as p
from browsers import RULES, axe, browser, go
from web_world import NARROW, opened, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
World = tuple[str, p.World, dict[str, tuple[str, str]]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = p.application(tmp_path_factory.mktemp("browser"))
    with running(made.app) as base:
        yield base, made, p.pages(made)


def walked(world: World) -> Iterator[tuple[str, list[str]]]:
    for login in p.LOGINS:
        if mine := [name for name, (who, _) in world[2].items() if who == login]:
            yield login, mine


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Browser, world: World, scheme: Any) -> None:
    script, found = axe(), {}
    for login, mine in walked(world):
        context, page = opened(chromium, world[0], login, color_scheme=scheme, bypass_csp=True)
        for name in mine:
            answer = page.goto(world[0] + world[2][name][1])
            assert answer is not None and answer.status == 200, name
            assert page.locator("h1").count() == 1, name
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            page.evaluate(script)
            told = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
            if told["violations"]:
                found[name] = [(one["id"], one["nodes"][0]["html"][:200]) for one in told["violations"]]
        context.close()
    assert found == {}


def test_no_page_is_wider_than_a_telephone(chromium: Browser, world: World) -> None:
    wide = {}
    for login, mine in walked(world):
        context, page = opened(chromium, world[0], login, viewport=NARROW)
        for name in mine:
            page.goto(world[0] + world[2][name][1])
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > NARROW["width"]:
                wide[name] = width
        context.close()
    assert wide == {}


def test_a_question_is_answered_without_javascript_and_the_answer_reaches_who_asked(
    chromium: Browser, world: World
) -> None:
    context, page = opened(chromium, world[0], "paula", java_script_enabled=False)
    page.goto(f"{world[0]}/exchange/due")
    go(page.get_by_role("link", name="Question before a grant").nth(1))
    page.get_by_text("Answer the question").click()
    page.get_by_label("No", exact=True).check()
    go(page.get_by_role("button", name="Send the answer"))
    assert page.get_by_role("alert").is_visible(), "reasons are missing"
    page.get_by_label("Reasons").fill("Ours was with interception.")
    go(page.get_by_role("button", name="Send the answer"))
    assert page.get_by_role("status").is_visible()
    context.close()
    world[1].nl.sync()
    rows = world[1].nodes["de"].desk("dora", "consultation_officer").inbox(["consultation_response"])
    assert [one.peer for one in rows] == ["nl"]


def test_who_may_only_read_is_offered_nothing_to_send(chromium: Browser, world: World) -> None:
    context, page = opened(chromium, world[0], "olga")
    page.goto(world[0] + world[2]["exchange-release"][1])
    assert page.get_by_role("button", name="Consent").count() == 0
    assert page.get_by_role("link", name="Coalition").is_visible()
    context.close()
