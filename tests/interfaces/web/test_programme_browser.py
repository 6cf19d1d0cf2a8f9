"""The pages of the programme in Chromium: axe-core finds nothing, light or dark; none is wider than a telephone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from browsers import RULES, axe, browser, go
from enduse.interfaces.web.programme.addresses import ADDRESSES
from programme_pages import played
from programme_world import LOGINS
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
    app, pages = played(tmp_path_factory.mktemp("browser") / "data")
    with running(app) as base:
        yield base, pages


def test_no_page_is_forgotten(world: World) -> None:
    shown = {urlsplit(address).path for _, address in world[1].values()}
    pages = {one.path for one in ADDRESSES if "GET" in one.methods}
    assert {
        one for one in pages if not any(re.fullmatch(re.sub(r"\{[^}]+\}", ".+", one), path) for path in shown)
    } == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Browser, world: World, scheme: Any) -> None:
    script, found = axe(), {}
    for login in LOGINS:
        mine = [name for name, (who, _) in world[1].items() if who == login]
        if not mine:
            continue
        context, page = opened(chromium, world[0], login, color_scheme=scheme, bypass_csp=True)
        for name in mine:
            page.goto(world[0] + world[1][name][1])
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            page.evaluate(script)
            told = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
            if told["violations"]:
                found[name] = [(one["id"], one["nodes"][0]["html"][:200]) for one in told["violations"]]
        context.close()
    assert found == {}


def test_no_page_is_wider_than_a_telephone(chromium: Browser, world: World) -> None:
    wide = {}
    for login in LOGINS:
        mine = [name for name, (who, _) in world[1].items() if who == login]
        if not mine:
            continue
        context, page = opened(chromium, world[0], login, viewport=NARROW)
        for name in mine:
            page.goto(world[0] + world[1][name][1])
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > NARROW["width"] or page.locator("h1").count() != 1:
                wide[name] = width
        context.close()
    assert wide == {}


def test_the_forms_work_without_javascript(chromium: Browser, world: World) -> None:
    context, page = opened(chromium, world[0], "stan", java_script_enabled=False)
    page.goto(world[0] + "/programme/consultations")
    page.get_by_label("With whom").select_option("business")
    page.get_by_label("What it was about").fill("The costs of due diligence")
    page.get_by_label("Held on").fill("2026-04-02")
    page.get_by_label("Reason").fill("round table")
    go(page.get_by_role("button", name="Record"))
    assert page.get_by_role("status").is_visible()
    assert page.get_by_role("link", name="The costs of due diligence", exact=True).is_visible()
    context.close()
