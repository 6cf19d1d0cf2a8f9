"""With accounts: signing in, deciding on a hit by keyboard, a denial explained, axe-core on the pages of accounts."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from browsers import RULES, axe, browser
from pages import two_editions
from people import PASSWORD, join
from service_world import service

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser
NOW = dt.datetime.now(tz=dt.UTC).replace(year=2026, month=8, day=3)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service with an analyst, an auditor and a system administrator."""
    app = service(two_editions(tmp_path_factory.mktemp("signed")), lambda: NOW, request_rate=1_000_000)
    for login, role in (("ada", "analyst"), ("otto", "auditor"), ("sys", "sysadmin")):
        join(app, login, role)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=30)


def signed_in(chromium: Browser, base: str, login: str, **options: Any) -> tuple[BrowserContext, Page]:
    """A browser of somebody, who was sent to the login page and came back to where they wanted to be."""
    context = chromium.new_context(base_url=base, viewport={"width": 1280, "height": 900}, **options)
    page = context.new_page()
    page.goto("/screen?name=Akme+Optronics")
    assert "/login" in page.url
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/screen?name=*")
    return context, page


def test_a_hit_is_decided_by_keyboard(chromium: Browser, base: str) -> None:
    context, page = signed_in(chromium, base, "ada")
    assert page.get_by_role("link", name="Ada").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("n")
    assert page.locator("input[value=different]").is_checked()
    page.keyboard.type("another street, another business")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("is recorded").wait_for()
    assert "0 hits" in page.locator(".lead").inner_text()
    page.get_by_text("Put aside by a decision (1)").click()
    assert page.get_by_text("another street, another business").is_visible()
    context.close()


def test_who_may_not_decide_sees_no_form_and_is_told_why(chromium: Browser, base: str) -> None:
    context, page = signed_in(chromium, base, "otto")
    assert page.locator("form.decide").count() == 0
    answer = page.request.post(
        "/screen/decide", form={"name": "Akme Optronics", "party": "ftm:acme"}, headers={"Accept": "text/html"}
    )
    assert answer.status == 403 and "You may not do this" in answer.text()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("", "/login"),
        ("ada", "/account"),
        ("ada", "/why"),
        ("ada", "/jobs"),
        ("ada", "/assessments"),
        ("ada", "/searches"),
        ("otto", "/audit"),
        ("sys", "/audit/verification"),
        ("sys", "/admin/users"),
        ("ada", "/screen?name=Plant+Number"),
    ],
)
def test_axe_finds_nothing_on_pages_of_accounts(
    chromium: Browser, base: str, login: str, path: str, scheme: Any
) -> None:
    script = axe()
    if login:
        context, page = signed_in(chromium, base, login, color_scheme=scheme, bypass_csp=True)
    else:
        context = chromium.new_context(base_url=base, color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
    answer = page.goto(path)
    assert answer is not None and answer.status == 200
    page.evaluate(script)
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found["violations"]] == []
    context.close()
