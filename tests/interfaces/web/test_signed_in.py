"""With accounts: signing in, roles, a denial explained, a hit decided by keyboard, searches kept, tables as jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from browsers import browser, go
from people import PASSWORD
from web_world import NAMES, NARROW, ORDERS, World, opened, world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("signed")) as found:
        yield found


@pytest.fixture
def ada(chromium: Browser, here: World) -> Iterator[Page]:
    """The browser of an analyst."""
    context, page = opened(chromium, here.base, "ada")
    yield page
    context.close()


HITS = "/screen?name=Akme+Optronics"


def test_somebody_signs_in_and_is_where_they_wanted_to_be(chromium: Browser, here: World) -> None:
    context, page = opened(chromium, here.base)
    page.goto(HITS)
    page.get_by_label("Login").fill("ada")
    page.get_by_label("Password").fill("not this one at all")
    go(page.get_by_role("button", name="Sign in"))
    assert page.get_by_role("alert").inner_text() and page.get_by_label("Login").input_value() == "ada"
    page.get_by_label("Password").fill(PASSWORD)
    go(page.get_by_role("button", name="Sign in"))
    page.wait_for_url("**/screen?name=*")
    go(page.get_by_role("link", name="Ada"))
    go(page.get_by_role("button", name="Sign out"))
    page.goto(HITS)
    assert "/login" in page.url
    context.close()


def test_a_hit_is_decided_by_keyboard(ada: Page) -> None:
    page = ada
    page.goto(HITS)
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


def test_who_may_not_decide_sees_no_form_and_is_told_why(chromium: Browser, here: World) -> None:
    context, page = opened(chromium, here.base, "otto")
    page.goto("/screen?name=Plant+Number")
    assert page.locator("form.decide").count() == 0
    answer = page.request.post(
        "/screen/decide", form={"name": "Akme Optronics", "party": "ftm:acme"}, headers={"Accept": "text/html"}
    )
    assert answer.status == 403 and "You may not do this" in answer.text()
    context.close()


SHOWN = {
    "ada": {"Assessments", "Searches"},
    "eve": {"Assessments", "Searches"},
    "otto": {"Assessments", "Searches", "Audit", "Users"},
    "sys": {"Audit", "Users"},
}


@pytest.mark.parametrize("login", SHOWN)
def test_everybody_is_shown_what_their_role_may_see(chromium: Browser, here: World, login: str) -> None:
    context, page = opened(chromium, here.base, login)
    for path in ("/", "/account"):
        page.goto(path)
        links = page.get_by_role("navigation", name="Account").get_by_role("link").all_inner_texts()
        assert set(links) & {"Assessments", "Searches", "Audit", "Users"} == SHOWN[login], path
    context.close()


def test_an_action_that_is_denied_is_explained(chromium: Browser, here: World) -> None:
    context, page = opened(chromium, here.base, "sys")
    answer = page.goto("/assessments")
    assert answer is not None and answer.status == 403
    assert page.get_by_role("heading", level=1).inner_text() == "You may not do this"
    said = page.locator("main").inner_text()
    assert "Why not" in said and "What it would need" in said and "The refusal is on record" in said
    go(page.get_by_role("link", name="What may I do?").last)
    row = page.get_by_role("row", name=re.compile("see kept assessments|assessment", re.I)).first
    assert re.search(r"\b(yes|no)\b", row.inner_text())
    context.close()


def test_a_search_is_saved_run_again_and_deleted(ada: Page) -> None:
    ada.goto("/screen?name=Bureau+of+Public+Watching")
    ada.get_by_text("Save this search, to run it again").click()
    ada.get_by_label("Name of the search").fill("The bureau, every month")
    go(ada.get_by_role("button", name="Save the search"))
    assert ada.get_by_role("status").inner_text() == "The search is saved."
    go(ada.get_by_role("link", name="Run The bureau, every month"))
    assert ada.get_by_role("heading", level=1).inner_text() == "Screening: Bureau of Public Watching"
    ada.goto("/searches")
    go(ada.get_by_role("button", name="Delete The bureau, every month"))
    assert ada.get_by_role("status").inner_text() == "The search is deleted."
    assert ada.get_by_text("The bureau, every month").count() == 0


def upload(page: Page, what: str, name: str, table: str) -> None:
    page.goto("/bulk")
    page.get_by_label(re.compile(what)).check()
    page.get_by_label("Table", exact=True).set_input_files(
        files={"name": name, "mimeType": "text/csv", "buffer": table.encode()}
    )
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="Which column is what?").wait_for()


def test_orders_are_uploaded_mapped_followed_and_downloaded(ada: Page) -> None:
    rows = "".join(f"B-{n},EAR99,US,DE,Example GmbH,10USD,\n" for n in range(400))
    upload(ada, "An order", "orders.csv", ORDERS + rows)
    assert ada.get_by_label("Customer name").input_value() == "end_user"
    assert ada.get_by_label("Colour").input_value() == ""
    assert "1 of 404 rows cannot be read so" in ada.locator(".banner").inner_text()
    assert ada.get_by_role("button", name="Check 404 rows", exact=True).count() == 0, "too many to wait for"
    ada.get_by_label("Amount").select_option("")
    go(ada.get_by_role("button", name="Check 404 rows as a job"))
    assert ada.get_by_role("heading", name="Which column is what?").is_visible(), "what was changed is seen first"
    ada.evaluate("addEventListener('pagehide', () => sessionStorage.setItem('left', 'yes'))")
    go(ada.get_by_role("button", name="Check 404 rows as a job"))
    ada.wait_for_url("**/jobs/*")
    ada.evaluate("sessionStorage.removeItem('left')")
    ada.evaluate("addEventListener('pagehide', () => sessionStorage.setItem('left', 'yes'))")
    ada.get_by_role("heading", name="Check of orders: done").wait_for(timeout=120_000)
    assert ada.evaluate("sessionStorage.getItem('left')") is None, "the page follows without being loaded again"
    assert ada.title().startswith("Job: done") and "Cannot be read" in ada.locator(".lead").inner_text()
    with ada.expect_download() as download:
        ada.get_by_role("link", name="Download the results (CSV)").click()
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 405


def test_names_are_uploaded_mapped_followed_and_downloaded(ada: Page) -> None:
    upload(ada, "A name", "names.csv", NAMES)
    assert ada.get_by_label("Customer", exact=True).input_value() == "name"
    assert "Atlantis" in ada.get_by_role("region", name="Table of rows that cannot be read").inner_text()
    ada.get_by_role("button", name="Screen 4 rows as a job").click()
    ada.get_by_role("heading", name="Screening of names: done").wait_for(timeout=120_000)
    link = ada.get_by_role("link", name="阿克米光电有限公司")
    assert link.get_attribute("href") == "/parties/ftm%3Aacme"
    with ada.expect_download() as download:
        ada.get_by_role("link", name="Download the results (CSV)").click()
    assert "شركة المثال للبصريات" in download.value.path().read_text(encoding="utf-8")
    go(ada.get_by_role("link", name="All jobs"))
    assert "Names screened" in ada.get_by_role("region", name="Jobs").inner_text()


def test_a_job_is_followed_without_scripts_too(chromium: Browser, here: World) -> None:
    context, page = opened(chromium, here.base, "ada", java_script_enabled=False, viewport=NARROW)
    upload(page, "A name", "names.csv", NAMES)
    page.get_by_role("button", name="Screen 4 rows as a job").click()
    page.get_by_role("heading", name="Screening of names: done").wait_for(timeout=120_000)
    context.close()
