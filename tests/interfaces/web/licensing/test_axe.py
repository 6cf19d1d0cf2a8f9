"""axe-core on every page of licensing, light and dark; none is wider than a telephone; the desk by keyboard."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from browsers import RULES, axe
from enduse.interfaces.web.licensing.addresses import ADDRESSES
from licensing_crowd import Crowd
from licensing_pages import NAMES, play
from licensing_service import Office, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
NARROW = {"width": 390, "height": 844}
World = tuple[str, Office, dict[str, tuple[str, str]]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The service with a case in every state."""
    with serving(tmp_path_factory.mktemp("axe"), dt.datetime(2026, 8, 3, 10, tzinfo=dt.UTC)) as (base, office):
        yield base, office, play(office)


THE_SAME = {"/licensing/statistics/releases/{sha256}"}
"""Pages that show what another one does: a release is a frozen draft."""


def test_no_page_is_forgotten(world: World) -> None:
    shown = {urlsplit(address).path for _, address in world[2].values()}
    forgotten = {
        one.path
        for one in ADDRESSES
        if "GET" in one.methods
        and "/do/" not in one.path
        and not any(re.fullmatch(re.sub(r"\{[^}]+\}", ".+", one.path), path) for path in shown)
    }
    assert forgotten == THE_SAME, "give it an address in tests/licensing_pages.py"
    assert sum("/do/" in path for path in shown) > 8, "the pages of commands are one template with many forms"


@pytest.fixture(scope="module", params=["light", "dark"])
def people(request: pytest.FixtureRequest, chromium: Browser, world: World) -> Iterator[Crowd]:
    # The policy forbids scripts of others, axe among them.
    found = Crowd(chromium, world[0], world[1], color_scheme=request.param, bypass_csp=True)
    yield found
    found.close()


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(people: Crowd, world: World, name: str) -> None:
    script = axe()
    page = people(*world[2][name])
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate(script)
    found: Any = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found["violations"]] == []


@pytest.fixture(scope="module")
def on_telephones(chromium: Browser, world: World) -> Iterator[Crowd]:
    found = Crowd(chromium, world[0], world[1], viewport=NARROW)
    yield found
    found.close()


@pytest.mark.parametrize("name", NAMES)
def test_no_page_is_wider_than_a_telephone(on_telephones: Crowd, world: World, name: str) -> None:
    page = on_telephones(*world[2][name])
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_the_desk_is_walked_by_keyboard(chromium: Browser, world: World) -> None:
    base, office, pages = world
    people = Crowd(chromium, base, office)
    page = people("officer", "/licensing/cases")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.querySelectorAll('[data-stop]')[1]")
    page.keyboard.press("k")
    expected = page.evaluate("document.activeElement.querySelector('a').getAttribute('href')")
    page.keyboard.press("o")
    page.wait_for_url(f"**{expected}")
    page.goto(pages["licensing-case"][1])
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.id") == "now"
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.id") == "timeline"
    page.keyboard.press("?")
    assert page.locator("[data-keys-help]").get_attribute("open") is not None
    page.keyboard.press("q")
    page.wait_for_url("**/licensing/cases")
    people.close()
