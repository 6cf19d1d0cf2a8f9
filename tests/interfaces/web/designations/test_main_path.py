"""The main path in Chromium, on both databases: evidence, nomination, vote, listing, petition, removal, as of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI

import designation_pages as p
from browsers import browser, go
from databases import place, postgres
from designation_world import NAME, SEATS
from people import join
from web_world import opened, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
__all__ = ["place", "postgres"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture
def app(place: Path | str, tmp_path: Path) -> Iterator[FastAPI]:
    stated: dict[str, Any] = {"database_url": place} if isinstance(place, str) else {}
    found = p.application(tmp_path / "data", **stated)
    for seat in SEATS:
        join(found, f"m.{seat}", "committee_member", agency=seat)
    yield found
    assert found.state.service.stores.need().verify().whole
    found.state.service.stores.close()
    found.state.service.designations.close()


class People:
    """Browsers of people, each signed in once."""

    def __init__(self, chromium: Browser, base: str) -> None:
        self._chromium, self._base = chromium, base
        self._pages: dict[str, Page] = {}

    def page(self, login: str) -> Page:
        if login not in self._pages:
            self._pages[login] = opened(self._chromium, self._base, login)[1]
        return self._pages[login]

    def sends(self, login: str, path: str, **typed: Any) -> str:
        """Somebody fills a form and sends it; where it leads."""
        page = self.page(login)
        page.goto(path)
        for name, value in typed.items():
            field = page.locator(f'[name="{name}"]').first
            kind = field.evaluate("one => one.tagName + (one.type || '')")
            if kind.startswith("SELECT"):
                field.select_option(value)
            elif kind == "INPUTcheckbox":
                page.locator(f'[name="{name}"][value="{value}"]').check()
            else:
                field.fill(value)
        go(page.locator("main form[method=post] button[type=submit]").last)
        return page.url.removeprefix(self._base).partition("?")[0]

    def reads(self, login: str, path: str) -> str:
        page = self.page(login)
        page.goto(path)
        return page.locator("main").inner_text()

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()


def test_from_a_report_of_abuse_to_a_listing_and_off_again(chromium: Browser, app: FastAPI) -> None:
    with running(app) as base:
        people = People(chromium, base)
        _listed_and_removed(people)
        people.close()


def _listed_and_removed(people: People) -> None:
    today = p.NOW.date()
    later = today + dt.timedelta(days=1)
    entry = people.sends(
        "erin",
        "/evidence/new",
        title="Telephones of a news room",
        what="Devices were infected.",
        harm="intrusion_into_devices",
        vendor=NAME,
        end_user="Bureau of Public Watching",
        publisher="Institute for Network Studies",
        reliability="B",
        credibility="2",
    )
    number = entry.rpartition("/")[2]
    criteria: dict[str, str] = {}
    for one in ("reasonable-cause", "human-rights"):
        criteria |= {f"c.{one}.met": "yes", f"c.{one}.evidence": number, f"c.{one}.why": "it sold what was misused"}
    case = people.sends(
        "nora",
        "/designations/nominate",
        name=NAME,
        addresses="14 Quarry Road, Tallinn, Estonia | EE",
        identifiers="registration | 90214417 | EE",
        measures="licence_requirement",
        scope="all",
        review_policy="Presumption of denial",
        foreign_policy="partners were consulted",
        humanitarian="none",
        alternatives="an is-informed letter | reaches exporters that are known alone",
        **criteria,
    )
    assert case.startswith("/designations/d-"), people.page("nora").locator("main").inner_text()
    people.page("nora").get_by_role("button", name="Measure quality").click()
    people.sends("chris", f"{case}/do/circulate", reason="ready")
    for seat in SEATS[:3]:
        people.sends(f"m.{seat}", f"{case}/do/vote", position="yes", reason="criteria are met")
    people.sends("chris", f"{case}/do/close_vote")
    told = {"partners": "NL", "effective": today.isoformat(), "public_on": today.isoformat(), "why": "what it sold"}
    people.sends("paul", f"{case}/do/prenotify", **told)
    act = {"effective": today.isoformat(), "citation": "91 FR 100", "public_reasons": "It supplied what was used."}
    people.sends("paul", f"{case}/do/publish", **act)
    said = people.reads("nora", case)
    assert f"In force on {today}" in said and "Partners told before the public" in said
    before = today - dt.timedelta(days=1)
    assert f"Not in force on {before}" in people.reads("nora", f"{case}?on={before}")
    filed = {"id": "p1", "by": NAME, "grounds": "it left the market", "received": today.isoformat()}
    people.sends("nora", f"{case}/do/petition", **filed)
    people.sends("chris", f"{case}/do/circulate", question="remove", petition="p1", reason="asked")
    for seat in SEATS:
        people.sends(f"m.{seat}", f"{case}/do/vote", position="no" if seat == "energy" else "yes")
    people.sends("chris", f"{case}/do/close_vote")
    gone = {**act, "effective": later.isoformat()}
    assert people.sends("paul", f"{case}/do/remove", **gone).endswith("/do/remove")
    assert "unanimity" in people.page("paul").locator("main").inner_text()
    people.sends("chris", f"{case}/do/decide_petition", id="p1", outcome="refused", reasons="no unanimity")
    people.sends("chris", f"{case}/do/circulate", question="remove", reason="new facts")
    for seat in SEATS:
        people.sends(f"m.{seat}", f"{case}/do/vote", position="yes")
    people.sends("chris", f"{case}/do/close_vote")
    assert people.sends("paul", f"{case}/do/remove", **gone) == case
    assert f"In force on {today}" in people.reads("nora", f"{case}?on={today}")
    assert f"Not in force on {later}" in people.reads("nora", f"{case}?on={later}")
