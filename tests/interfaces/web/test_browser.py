"""The pages in Debian's Chromium: the main job with and without scripts, by keyboard, light and dark, and axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api_server import serving
from browsers import RULES, axe, browser, go
from pages import PAGES
from web_world import NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def base(data: Path) -> Iterator[str]:
    with serving(data) as address:
        yield address


@pytest.fixture
def page(chromium: Browser, base: str) -> Iterator[Page]:
    """A page on which nothing may go wrong unseen."""
    context = chromium.new_context(base_url=base, viewport=WIDE)  # type: ignore[arg-type]
    found = context.new_page()
    wrong: list[str] = []
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    yield found
    context.close()
    assert wrong == []


def fill_in(page: Page) -> None:
    """The check form as a newcomer fills it in."""
    page.get_by_label("Classification", exact=True).fill("5A001.j")
    page.get_by_label("From", exact=True).fill("Germany")
    page.get_by_label("Destination").fill("Egypt")
    page.get_by_label("Name", exact=True).fill("Ministry of Interior")


def answer_questions(page: Page) -> None:
    """From the first page to a cited assessment, then one question that the law asks."""
    page.goto("/")
    fill_in(page)
    go(page.get_by_role("button", name="Check", exact=True))
    assert page.get_by_role("heading", level=1).inner_text() == "▲ Licence required"
    assert page.locator("article.finding a.cite").first.get_attribute("href", timeout=5_000)
    question = page.get_by_role("group", name=re.compile("Is the item of US origin"))
    question.get_by_label("Yes", exact=True).check()
    go(page.get_by_role("button", name="Answer and check again"))
    assert "fact.us_origin=true" in page.url
    us = page.locator("li.card", has_text="United States")
    assert "Licence required" in us.inner_text()


def test_the_main_job_with_scripts(page: Page) -> None:
    answer_questions(page)


def test_the_main_job_without_scripts(chromium: Browser, base: str) -> None:
    context = chromium.new_context(base_url=base, java_script_enabled=False, viewport=NARROW)  # type: ignore[arg-type]
    answer_questions(context.new_page())
    context.close()


def newcomer(page: Page) -> None:
    """Somebody who knows no code: words in its place, and nothing read but what stands there."""
    page.goto("/")
    page.get_by_label("Classification", exact=True).fill("mobile phone interception equipment")
    page.keyboard.press("Escape")
    page.get_by_label("Destination").fill("Egypt")
    page.get_by_label("Name", exact=True).fill("Ministry of Interior")
    go(page.get_by_role("button", name="Check", exact=True))
    page.get_by_text("These words may mean:").wait_for()
    go(page.get_by_role("link", name="5A001.f.1", exact=True))
    assert page.get_by_label("Classification", exact=True).input_value() == "5A001.f.1"
    assert page.get_by_label("Destination").input_value() == "Egypt", "what was filled in stays"
    go(page.get_by_role("button", name="Check", exact=True))
    page.get_by_role("heading", name="What the law needs to know next").wait_for()
    page.get_by_role("group", name="From which country do the items come?").get_by_label("Answer").fill("US")
    go(page.get_by_role("button", name="Answer and check again"))
    assert page.get_by_role("heading", level=1).inner_text() == "▲ Licence required"
    assert page.locator("article.finding a.cite").count() > 0


def test_a_newcomer_gets_from_words_to_a_cited_assessment(page: Page) -> None:
    newcomer(page)


def test_a_newcomer_needs_no_scripts(chromium: Browser, base: str) -> None:
    context = chromium.new_context(base_url=base, java_script_enabled=False, viewport=NARROW)  # type: ignore[arg-type]
    newcomer(context.new_page())
    context.close()


def test_errors_are_read_first_and_lead_to_their_fields(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Classification", exact=True).fill("5A001j")
    go(page.get_by_role("button", name="Check", exact=True))
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.get_by_role("link", name=re.compile("Destination")).click()
    assert page.evaluate("document.activeElement.id") == "to"


def test_codes_are_suggested_and_chosen_by_keyboard(page: Page) -> None:
    page.goto("/")
    field = page.get_by_label("Classification", exact=True)
    field.press_sequentially("imsi catcher")
    page.locator("[role=option]").first.wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true] strong").inner_text()
    field.press("Enter")
    assert field.input_value() == chosen and re.fullmatch(r"\dA\d{3}.*", chosen)
    assert field.get_attribute("aria-expanded") == "false"
    field.press_sequentially("x")
    page.wait_for_timeout(400)
    field.press("Escape")
    assert page.locator("[role=listbox]").is_hidden()


def test_the_form_is_filled_in_and_sent_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        if name in ("item", "to"):
            page.keyboard.type("EAR99" if name == "item" else "DE")
            page.keyboard.press("Escape")
        if name == "Check":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/check?*")
    assert "item=EAR99" in page.url and "to=DE" in page.url


def test_the_timeline_comes_after_the_page(page: Page) -> None:
    page.goto(PAGES["answer"])
    page.locator("[data-part] table").wait_for()
    assert page.locator("svg.timeline").count() == 1


def test_the_day_asked_for_stays_on_the_way(page: Page) -> None:
    page.goto("/rules")
    page.get_by_label("Law and lists as of").fill("2022-01-01")
    go(page.get_by_role("button", name="Apply"))
    go(page.get_by_role("link", name="Lists", exact=True))
    assert page.get_by_label("Law and lists as of").input_value() == "2022-01-01"


def test_hits_are_walked_by_keyboard(page: Page) -> None:
    page.goto("/screen?name=Plant+Number")
    assert page.locator("[data-hit]").count() > 2
    focused = "document.activeElement.closest('[data-hit]')?.getAttribute('aria-labelledby')"
    page.keyboard.press("j")
    first = page.evaluate(focused)
    page.keyboard.press("j")
    second = page.evaluate(focused)
    page.keyboard.press("s")
    third = page.evaluate(focused)
    assert len({first, second, third}) == 3
    page.keyboard.press("k")
    assert page.evaluate(focused) == second
    page.keyboard.press("?")
    assert page.locator("[data-keys-help]").get_attribute("open") is not None


def test_paper_unfolds_everything_and_leaves_the_frame_out(page: Page) -> None:
    page.goto(PAGES["answer"])
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("header.top").is_hidden() and page.locator("form.questions").is_hidden()
    assert page.locator("details:not([open])").count() == 0
    assert page.locator("h1").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() > 0


def violations(page: Page, script: str) -> list[Any]:
    """What axe-core finds on a page, everything unfolded."""
    page.locator("[aria-busy]").wait_for(state="detached", timeout=60_000)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate(script)
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_table_from_upload_to_download(chromium: Browser, base: str, tmp_path: Path, scheme: Any) -> None:
    script = axe()
    (tmp_path / "orders.csv").write_text(
        "ECCN,Destination,Customer\n5A001.j,EG,شركة المثال للبصريات\nEAR99,Atlantis,阿克米光电\n", encoding="utf-8"
    )
    context = chromium.new_context(base_url=base, color_scheme=scheme, viewport=WIDE, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/bulk")
    page.get_by_label("Table", exact=True).set_input_files(tmp_path / "orders.csv")
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="Which column is what?").wait_for()
    assert page.get_by_label("Customer").input_value() == "end_user"
    assert violations(page, script) == []
    page.get_by_role("button", name="Check 2 rows").click()
    page.get_by_role("heading", name="Results of orders.csv").wait_for()
    assert "Cannot be read" in page.locator("table").inner_text()
    assert violations(page, script) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "results.csv"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_from_upload_to_results(chromium: Browser, base: str, scheme: Any) -> None:
    script = axe()
    context = chromium.new_context(base_url=base, color_scheme=scheme, viewport=WIDE, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    names_to_results(page)
    assert violations(page, script) == []
    context.close()


def names_to_results(page: Page) -> None:
    """A table of names, its rows in error seen first, its hits in their own script."""
    page.goto("/bulk")
    page.get_by_label("A name, to be screened against the lists").check()
    page.get_by_label("Table", exact=True).set_input_files(
        files={"name": "names.csv", "mimeType": "text/csv", "buffer": NAMES.encode()}
    )
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="Which column is what?").wait_for()
    assert page.get_by_label("Customer", exact=True).input_value() == "name"
    assert "Atlantis" in page.get_by_role("region", name="Table of rows that cannot be read").inner_text()
    assert page.get_by_role("button", name="as a job").count() == 0, "nobody is signed in"
    page.get_by_role("button", name="Screen 4 rows").click()
    page.get_by_role("heading", name="Results of names.csv").wait_for()
    assert page.get_by_role("link", name="阿克米光电有限公司").get_attribute("href") == "/parties/ftm%3Aacme"
    assert "Cannot be read" in page.get_by_role("region", name="Results").inner_text()


def test_names_without_scripts(chromium: Browser, base: str) -> None:
    context = chromium.new_context(base_url=base, java_script_enabled=False, viewport=NARROW)  # type: ignore[arg-type]
    names_to_results(context.new_page())
    context.close()


def test_a_party_is_reached_from_its_hit_and_travels_in_time(page: Page) -> None:
    page.goto("/screen?name=Acme+Optronics")
    go(page.get_by_role("link", name="Everything held of this party").first)
    assert "Listed on 2026-08-03." in page.locator(".lead").inner_text()
    assert page.locator("svg.listings").is_visible() and page.locator("svg.owners").is_visible()
    owners = page.get_by_role("region", name="Table of owners and holdings")
    assert "杭州灯笼集团有限公司" in owners.inner_text() and "Former Example Trading" not in owners.inner_text()
    page.get_by_label("Law and lists as of").fill("2020-06-01")
    go(page.get_by_role("button", name="Apply"))
    assert "Not known to be listed on 2020-06-01." in page.locator(".lead").inner_text()
    assert "Former Example Trading" in owners.inner_text() and "شركة المثال القابضة" not in owners.inner_text()
    go(page.get_by_role("link", name="Use this name in a check"))
    assert (
        "as_of=2020-06-01" in page.url
        and page.get_by_label("Name", exact=True).input_value() == "Acme Optronics Co., Ltd."
    )


def test_an_answer_travels_in_time(page: Page) -> None:
    page.goto("/check?item=EAR99&from=US&to=IL&party.0.name=NSO+Group&party.0.country=IL")
    now = page.get_by_role("heading", level=1).inner_text()
    page.get_by_label("Law and lists as of").fill("2021-06-01")
    go(page.get_by_role("button", name="Apply"))
    assert page.get_by_role("heading", level=1).inner_text() != now


def test_the_map_is_asked_and_leads_to_a_check(page: Page) -> None:
    page.goto("/map")
    page.get_by_label("Item").fill("5A001.j")
    page.keyboard.press("Escape")
    page.get_by_label("Whose law").select_option("eu")
    page.get_by_role("button", name="Show").click()
    page.locator("svg.world").wait_for(timeout=120_000)
    assert page.locator("svg.world g").count() > 240
    page.get_by_text("The same as a table, with a check for each country").click()
    go(page.get_by_role("link", name="to Egypt"))
    assert "to=EG" in page.url and page.locator("a.cite").count() > 0
