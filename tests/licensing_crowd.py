"""People at their browsers, over the service of :mod:`licensing_service`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from browsers import go
from licensing_service import Office
from people import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

WIDE = {"width": 1280, "height": 900}


class Crowd:
    """People at their browsers; each signs in where nobody knows them yet."""

    def __init__(self, chromium: Browser, base: str, office: Office, **options: Any) -> None:
        self.office = office
        self._chromium, self._base, self._options = chromium, base, {"viewport": WIDE, **options}
        self._pages: dict[tuple[str, dt.date], tuple[BrowserContext, Page]] = {}
        self.wrong: list[str] = []

    def __call__(self, login: str, path: str = "") -> Page:
        """The page of somebody, at an address where one is named. A day later they have to sign in again."""
        key = (login, self.office.clock.now.date())
        if key not in self._pages:
            context = self._chromium.new_context(base_url=self._base, **self._options)
            page = context.new_page()
            page.on("pageerror", lambda error: self.wrong.append(str(error)))
            page.goto("/licensing")
            assert "/login" in page.url
            page.locator("[name=login]").fill(login)
            page.locator("[name=password]").fill(PASSWORD)
            go(page.get_by_role("button", name="Sign in"))
            assert "/login" not in page.url
            self._pages[key] = (context, page)
        page = self._pages[key][1]
        if path:
            page.goto(path)
        return page

    def close(self) -> None:
        """Everybody goes home."""
        for context, _ in self._pages.values():
            context.close()
        assert self.wrong == []
