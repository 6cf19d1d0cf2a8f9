"""Every page that is registered, in Chromium: axe-core finds nothing, light or dark; none is wider than a telephone.

A page that is registered and has no address here fails the first test, so that none is forgotten. Those of licensing
are walked in ``licensing/test_axe.py``, those of designations and of the coalition in folders of their own, those of
the programme in ``test_programme_browser.py``, with the people whom they are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browsers import RULES, axe, browser
from enduse.interfaces.api.holdings import Holdings
from service_world import routes, service
from web_world import NARROW, World, opened, running, world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
NO_PAGES = {
    *("/openapi.json", "/metrics", "/healthz", "/readyz", "/static/{file}"),
    *("/check/document", "/items/suggest", "/login/oidc", "/login/oidc/back"),
    *("/monitor/trade/{id}/report",),
    *("/search/{dataset}", "/catalog", "/algorithms"),
    *("/entities/{entity_id}", "/entities/{entity_id}/adjacent", "/entities/{entity_id}/adjacent/{property_name}"),
}
"""What answers a GET and is no page: files, data, and the redirections of a login elsewhere."""
WRONG = {
    ("ada", "/parties/none"): 404,
    ("ada", "/audit"): 403,
    ("ada", "/check?item=5A001j&to=Egyptt&value=1,0"): 422,
    ("ada", "/check?item=spyware&to=EG"): 422,
    ("lia", "/monitor/licences?threshold=much"): 422,
    ("", "/setup"): 404,
}
"""Addresses that are asked for what goes wrong."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("every")) as found:
        yield found


def test_no_page_is_forgotten(here: World) -> None:
    registered = {
        route.path for route in routes(here.app) if "GET" in route.methods and not route.path.startswith("/v1")
    }
    elsewhere = ("/licensing", "/designations", "/evidence", "/programme", "/exchange")
    own = {one for one in registered - NO_PAGES if not one.startswith(elsewhere)}
    assert own == set(here.pages), "give it an address in tests/web_world.py, or say that it is none"


def violations(page: Page, script: str) -> list[Any]:
    """What axe-core finds, everything unfolded."""
    page.locator("[aria-busy]").wait_for(state="detached", timeout=60_000)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate(script)
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    return [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found["violations"]]


def addresses(here: World, login: str) -> list[str]:
    return [address for found in here.pages.values() for who, address in found if who == login]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("login", ["", "ada", "eve", "lia", "otto", "sys"])
def test_axe_finds_nothing_on_any_page(chromium: Browser, here: World, login: str, scheme: Any) -> None:
    script = axe()
    # The policy forbids scripts of others, axe among them.
    context, page = opened(chromium, here.base, login, color_scheme=scheme, bypass_csp=True)
    found: dict[str, Any] = {}
    for address in addresses(here, login):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == WRONG.get((login, address), 200), address
        if wrong := violations(page, script):
            found[address] = wrong
    context.close()
    assert found == {}


@pytest.mark.parametrize("login", ["", "ada", "lia", "otto", "sys"])
def test_no_page_is_wider_than_a_telephone(chromium: Browser, here: World, login: str) -> None:
    context, page = opened(chromium, here.base, login, viewport=NARROW)
    wide = {}
    for address in addresses(here, login):
        page.goto(address)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > NARROW["width"]:
            wide[address] = width
    context.close()
    assert wide == {}


@pytest.mark.parametrize("login", ["ada", "lia", "otto", "sys"])
def test_every_page_has_one_title_and_the_way_to_the_others(chromium: Browser, here: World, login: str) -> None:
    context, page = opened(chromium, here.base, login)
    lacking = {}
    for address in addresses(here, login):
        page.goto(address)
        sections = page.get_by_role("navigation", name="Sections").get_by_role("link").count()
        if page.locator("h1").count() != 1 or not sections or not page.title().endswith("enduse"):
            lacking[address] = (page.locator("h1").count(), sections, page.title())
    context.close()
    assert lacking == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_of_the_first_account(
    chromium: Browser, tmp_path: Path, holdings: Holdings, scheme: Any
) -> None:
    script = axe()
    app = service(tmp_path, open_holdings=lambda: holdings)
    with running(app) as base:
        context, page = opened(chromium, base, color_scheme=scheme, bypass_csp=True)
        page.goto(f"/setup?token={app.state.service.people.setup_token()}")
        assert page.get_by_role("button", name="Make the account").is_visible()
        assert violations(page, script) == []
        context.close()
