"""Debian's Chromium and axe-core for tests of the pages. Neither is in the repository; without them tests skip.

``ENDUSE_TEST_CHROMIUM`` names the browser (``/usr/bin/chromium`` where it says nothing), ``ENDUSE_TEST_AXE`` the file
``axe.min.js`` of the npm package ``axe-core``; ``.ci/browser`` installs both.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

CHROMIUM, AXE = "ENDUSE_TEST_CHROMIUM", "ENDUSE_TEST_AXE"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class BrowserAbsentWarning(UserWarning):
    """Shown in pytest's summary, so that a run without a browser cannot be taken for a full one."""


def _absent(reason: str) -> None:
    warnings.warn(reason, BrowserAbsentWarning, stacklevel=3)
    pytest.skip(reason)


def chromium_path() -> str:
    """Where the browser is."""
    return os.environ.get(CHROMIUM, "/usr/bin/chromium")


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A browser for the length of a test; skips where there is none."""
    if not Path(chromium_path()).exists():
        _absent(f"NOT TESTED IN A BROWSER: no {chromium_path()}; install Chromium or set {CHROMIUM}")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _absent("NOT TESTED IN A BROWSER: playwright is not installed")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        try:
            yield found
        finally:
            found.close()


def go(target: Locator) -> None:
    """Clicks what opens another page and waits until that page stands; a click alone ends before it can be read."""
    with target.page.expect_navigation():
        target.click()


def axe() -> str:
    """The script of axe-core; skips where it is not installed."""
    named = os.environ.get(AXE, "")
    if not named or not Path(named).is_file():
        _absent(f"ACCESSIBILITY NOT TESTED: set {AXE} to axe.min.js of the npm package axe-core")
    return Path(named).read_text(encoding="utf-8")
