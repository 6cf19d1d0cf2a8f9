"""The pages of designations in Chromium: axe-core finds nothing, light or dark; none is wider than a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

import designation_pages as p
from browsers import RULES, axe, browser, go
from web_world import NARROW, opened, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
World = tuple[str, dict[str, tuple[str, str]]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    app = p.application(tmp_path_factory.mktemp("browser") / "data")
    pages = p.play(app)
    with running(app) as base:
        yield base, pages


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Browser, world: World, scheme: Any) -> None:
    script, found = axe(), {}
    for login in p.LOGINS:
        mine = [name for name, (who, _) in world[1].items() if who == login]
        if not mine:
            continue
        context, page = opened(chromium, world[0], login, color_scheme=scheme, bypass_csp=True)
        for name in mine:
            page.goto(world[0] + world[1][name][1])
            page.evaluate(script)
            told = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
            if told["violations"]:
                found[name] = [(one["id"], one["nodes"][0]["html"][:200]) for one in told["violations"]]
        context.close()
    assert found == {}


def test_no_page_is_wider_than_a_telephone(chromium: Browser, world: World) -> None:
    wide = {}
    for login in p.LOGINS:
        mine = [name for name, (who, _) in world[1].items() if who == login]
        if not mine:
            continue
        context, page = opened(chromium, world[0], login, viewport=NARROW)
        for name in mine:
            page.goto(world[0] + world[1][name][1])
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > NARROW["width"]:
                wide[name] = width
        context.close()
    assert wide == {}


def test_the_pages_work_without_javascript(chromium: Browser, world: World) -> None:
    context, page = opened(chromium, world[0], "mia", java_script_enabled=False)
    page.goto(world[0] + world[1]["designation-vote"][1])
    page.get_by_label("Your vote").select_option("yes")
    go(page.get_by_role("button", name="Vote"))
    assert page.get_by_role("status").is_visible()
    assert page.locator("table", has_text="state").first.is_visible()
    context.close()
