"""Pictures of the pages for docs/web.md, over invented lists: ``python tools/take_screenshots.py`` (needs Chromium).

Each is at most 150 kB. Look at them before you commit them.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import sync_playwright  # noqa: E402

import licensing_service  # noqa: E402
from api_server import serving  # noqa: E402
from browsers import chromium_path  # noqa: E402
from licensing_crowd import Crowd  # noqa: E402
from licensing_pages import play  # noqa: E402
from pages import PAGES, two_editions  # noqa: E402

OUT = ROOT / "docs" / "screenshots"
MOST = 150_000
SHOTS = {
    **{name: (address, "light", 1000, 900) for name, address in PAGES.items()},
    "hits-han": (f"/screen?name={quote('阿克米光电')}", "light", 1000, 1000),
    "hits-arabic": (f"/screen?name={quote('شركة المثال للبصريات')}", "dark", 1000, 1000),
    "answer-dark": (PAGES["answer"], "dark", 1000, 900),
    "errors": ("/check?item=5A001j&from=US&to=Egyptt&party.0.country=CN", "light", 1000, 900),
    "bulk-columns": ("/bulk", "light", 1000, 900),
    "telephone": (PAGES["answer"], "light", 390, 844),
}
ORDERS = {
    "mimeType": "text/csv",
    "buffer": (
        "Order No,ECCN,Origin,Ship to country,Customer name,Amount,Colour\n"
        "A-1,5A001.j,US,Egypt,Bureau of Public Watching,25000USD,red\n"
        "A-2,EAR99,US,China,阿克米光电有限公司,10USD,blue\n"
        "A-3,EAR99,US,AE,شركة المثال للبصريات,10USD,blue\n"
    ).encode(),
}
UNFOLDED = {"hits-han": "details:has(svg.waterfall)", "timeline": "", "item": ""}


def take() -> None:
    """Take every picture."""
    OUT.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(two_editions(Path(folder))) as base,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for name, (address, scheme, width, height) in SHOTS.items():
            context = browser.new_context(
                base_url=base,
                color_scheme=scheme,  # type: ignore[arg-type]
                viewport={"width": width, "height": height},
            )
            page = context.new_page()
            page.goto(address)
            page.locator("[aria-busy]").wait_for(state="detached", timeout=60_000)
            if name == "bulk-columns":
                page.get_by_label("Table").set_input_files(files=[{"name": "orders.csv", **ORDERS}])  # type: ignore[list-item]
                page.get_by_role("button", name="Upload").click()
                page.get_by_role("heading", name="Which column is what?").wait_for()
            if selector := UNFOLDED.get(name):
                page.evaluate("(one) => document.querySelectorAll(one).forEach((d) => { d.open = true; })", selector)
            data = page.screenshot()
            print(f"{name}: {len(data):,} bytes" + ("  TOO LARGE" if len(data) > MOST else ""))
            (OUT / f"{name}.png").write_bytes(data)
            context.close()
        browser.close()


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


if __name__ == "__main__":
    if sys.argv[1:] != ["licensing"]:
        take()
    take_licensing()
