"""Pictures of the pages for docs/web.md, over invented lists: ``python tools/take_screenshots.py`` (needs Chromium).

Each is at most 150 kB. Look at them before you commit them.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

import designation_pages  # noqa: E402
import exchange_pages  # noqa: E402
import licensing_service  # noqa: E402
import programme_pages  # noqa: E402
from api_server import serving  # noqa: E402
from browsers import chromium_path  # noqa: E402
from licensing_crowd import Crowd  # noqa: E402
from licensing_pages import play  # noqa: E402
from pages import PAGES, two_editions  # noqa: E402
from web_world import GAP, NAMES, ORDERS, PORTFOLIO, USE, World, opened, running, world  # noqa: E402

OUT = ROOT / "docs" / "screenshots"
MOST = 150_000
SHOTS = {
    **{name: (address, "light", 1000, 900) for name, address in PAGES.items()},
    "hits-han": (f"/screen?name={quote('阿克米光电')}", "light", 1000, 1000),
    "hits-arabic": (f"/screen?name={quote('شركة المثال للبصريات')}", "dark", 1000, 1000),
    "answer-dark": (PAGES["answer"], "dark", 1000, 900),
    "errors": ("/check?item=5A001j&from=US&to=Egyptt&party.0.country=CN", "light", 1000, 900),
    "owners": (PAGES["party"], "light", 1000, 960),
    "owners-dark": (PAGES["party"], "dark", 390, 844),
    "bulk-columns": ("/bulk", "light", 1000, 1000),
    "bulk-names": ("/bulk", "light", 1000, 900),
    "portfolio-answers": ("/portfolio?as_of=2023-06-01", "light", 1000, 820),
    "telephone": (PAGES["answer"], "light", 390, 844),
}
SIGNED_IN = {
    "login": ("", "/login", "light"),
    "decide": ("ada", f"/screen?name={quote('شركة المثال للبصريات')}", "light"),
    "job": ("ada", "", "light"),
    "jobs": ("ada", "/jobs", "light"),
    "assessments": ("ada", "/assessments", "light"),
    "kept": ("ada", "", "light"),
    "searches": ("ada", "/searches", "light"),
    "account": ("ada", "/account", "light"),
    "denied": ("sys", "/assessments", "light"),
    "why": ("ada", "/why", "dark"),
    "audit": ("otto", "/audit", "light"),
    "verification": ("sys", "/audit/verification", "light"),
    "users": ("sys", "/admin/users", "light"),
    "monitor": ("ada", "/monitor", "light"),
    "monitor-alert": ("ada", "", "light"),
    "monitor-law": ("ada", "", "dark"),
    "monitor-changes": ("ada", "/monitor/changes", "light"),
    "monitor-gap": ("ada", GAP, "light"),
    "monitor-licences": ("lia", USE, "light"),
    "trade": ("ada", "", "light"),
    "trade-sign": ("ada", "", "dark"),
    "user": ("sys", "", "light"),
}
"""Whose browser, which address (empty: the one of the filled service), light or dark."""
UPLOADS = {"bulk-columns": ("order", "orders.csv", ORDERS), "bulk-names": ("name", "names.csv", NAMES)}
UNFOLDED = {"hits-han": "details:has(svg.waterfall)"}
SHOWN_FROM = {"owners": "#owners-title", "owners-dark": "#owners-title", "decide": ".hit"}


def take(only: Sequence[str] = ()) -> None:
    """Take every picture, or some of those that need somebody signed in."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        with serving(two_editions(Path(folder) / "open")) as base:
            for name, (address, scheme, width, height) in SHOTS.items():
                if only:
                    continue
                context, page = opened(browser, base, color_scheme=scheme, viewport={"width": width, "height": height})
                page.goto(address)
                shoot(page, name)
                context.close()
        with world(Path(folder) / "closed") as closed:
            for name, (login, address, scheme) in SIGNED_IN.items():
                if only and name not in only:
                    continue
                signed_in(browser, closed, name, login, address, scheme)
        browser.close()


def signed_in(browser: Browser, closed: World, name: str, login: str, address: str, scheme: str) -> None:
    """A page of somebody."""
    own = {
        "job": closed.pages["/jobs/{id}"][1],
        "kept": closed.pages["/assessments/{id}"][0],
        "user": closed.pages["/admin/users/{identifier}"][0],
        "trade": closed.pages["/monitor/trade/{id}"][0],
        "trade-sign": closed.pages["/monitor/trade/signs/{kind}"][1],
        "monitor-alert": alert_of(closed, "C-0007"),
        "monitor-law": alert_of(closed, "C-0044", "law"),
    }
    context, page = opened(browser, closed.base, login, color_scheme=scheme, viewport={"width": 1000, "height": 800})
    page.goto(address or own[name][1])
    shoot(page, name)
    context.close()


def alert_of(closed: World, customer: str, cause: str = "list") -> tuple[str, str]:
    """The newest alert of a customer, for whoever works on it."""
    rows = closed.app.state.service.stores.need().monitoring.queue(equal={"customer": customer, "cause": cause})
    return "ada", f"/monitor/alerts/{rows[0]['id']}"


def shoot(page: Page, name: str) -> None:
    """The picture of a page, once all of it is there."""
    page.locator("[aria-busy]").wait_for(state="detached", timeout=60_000)
    if name in UPLOADS:
        what, file, table = UPLOADS[name]
        page.locator(f"#what-{'screen' if what == 'name' else 'check'}").check()
        page.locator("#file").set_input_files(files=[{"name": file, "mimeType": "text/csv", "buffer": table.encode()}])
        page.get_by_role("button", name="Upload").click()
        page.get_by_role("heading", name="Which column is what?").wait_for()
    if name == "portfolio-answers":
        page.locator("#file").set_input_files(
            files=[{"name": "holdings.csv", "mimeType": "text/csv", "buffer": PORTFOLIO.encode()}]
        )
        page.get_by_role("button", name="Check", exact=True).click()
        page.get_by_role("heading", name="Portfolio: answers").wait_for()
    if selector := UNFOLDED.get(name):
        page.evaluate("(one) => document.querySelectorAll(one).forEach((d) => { d.open = true; })", selector)
    if selector := SHOWN_FROM.get(name):
        page.locator(selector).first.evaluate("(one) => one.scrollIntoView()")
    data = page.screenshot()
    print(f"{name}: {len(data):,} bytes" + ("  TOO LARGE" if len(data) > MOST else ""))
    (OUT / f"{name}.png").write_bytes(data)


LICENSING = {
    **dict.fromkeys(("gaps", "document", "decision"), (1000, 1000)),
    **dict.fromkeys(("queue", "due", "denials"), (1280, 800)),
    **dict.fromkeys(("case", "rights", "countersign", "not-yours"), (1180, 640)),
}
NOON = dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC)


def take_licensing() -> None:
    """Take the pictures of licensing, with a case in every state."""
    with (
        tempfile.TemporaryDirectory() as folder,
        licensing_service.serving(Path(folder), NOON) as (base, office),
        sync_playwright() as playwright,
    ):
        pages = play(office)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        shots = {f"licensing-{name}": (f"licensing-{name}", size) for name, size in LICENSING.items()}
        for name, (page_of, size) in {**shots, "licensing-telephone": ("licensing-case", (390, 844))}.items():
            people = Crowd(browser, base, office, viewport={"width": size[0], "height": size[1]})
            data = people(*pages[page_of]).screenshot()
            print(f"{name}: {len(data):,} bytes" + ("  TOO LARGE" if len(data) > MOST else ""))
            (OUT / f"{name}.png").write_bytes(data)
            people.close()
        browser.close()


DESIGNATIONS = {"designation-listed": (1120, 700), "evidence": (1100, 760), "evidence-entry": (1100, 860)}


def take_designations() -> None:
    """Take the pictures of designations, in every state."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = designation_pages.application(Path(folder) / "data")
        pages = designation_pages.play(app)
        with running(app) as base:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            for name, (width, height) in DESIGNATIONS.items():
                login, address = pages[name]
                context, page = opened(browser, base, login, viewport={"width": width, "height": height})
                page.goto(address)
                shoot(page, name)
                context.close()
            browser.close()


PROGRAMME = {
    "programme": (1120, 760),
    "programme-scorecard": (1120, 900),
    "programme-members": (1000, 900),
    "programme-controls": (1120, 700),
    "programme-draft": (1000, 900),
}


def take_programme() -> None:
    """Take the pictures of the programme."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app, pages = programme_pages.played(Path(folder) / "data")
        with running(app) as base:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            for name, (width, height) in PROGRAMME.items():
                login, address = pages[name]
                context, page = opened(browser, base, login, viewport={"width": width, "height": height})
                page.goto(base + address)
                shoot(page, name)
                context.close()
            browser.close()


COALITION = {"exchange-inbox": (1180, 760), "exchange-question": (1180, 900)}


def take_coalition() -> None:
    """Take the pictures of the coalition: a node that others told, asked and published to."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        made = exchange_pages.application(Path(folder))
        pages = exchange_pages.pages(made)
        with running(made.app) as base:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            for name, (width, height) in COALITION.items():
                login, address = pages[name]
                context, page = opened(browser, base, login, viewport={"width": width, "height": height})
                page.goto(address)
                shoot(page, name)
                context.close()
            browser.close()


if __name__ == "__main__":
    apart = {
        "licensing": take_licensing,
        "designations": take_designations,
        "programme": take_programme,
        "coalition": take_coalition,
    }
    if not (len(sys.argv) == 2 and sys.argv[1] in apart):
        take(sys.argv[1:])
    for part, pictures in apart.items():
        if sys.argv[1:] in ([], [part]):
            pictures()
