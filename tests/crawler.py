"""A small crawler: follows every link on every page, of pages of one kind only the first few."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import urldefrag, urlsplit

from fastapi.testclient import TestClient

PER_KIND = 12
SLOW = {"/map": 1, "/check": 6}


class Links(HTMLParser):
    """The addresses that a page links to, and the ids on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if said.get("id"):
            self.ids.add(str(said["id"]))
        for name in ("href", "src", "action", "data-later"):
            if said.get(name) and tag != "form":
                self.found.append(str(said[name]))


def crawl(web: TestClient, begin: Sequence[str], most: int) -> tuple[list[str], int]:
    """The links that lead nowhere, and how many pages were visited."""
    waiting, seen = deque(begin), set(begin)
    kinds: dict[str, int] = {}
    broken: list[str] = []
    visited = 0
    while waiting and visited < most:
        address = waiting.popleft()
        answer = web.get(address)
        visited += 1
        if answer.status_code == 303 and (on := answer.headers["location"]) != address:
            # Whoever has another page of their own is sent there.
            answer = web.get(on)
        if answer.status_code != 200:
            broken.append(f"{address}: {answer.status_code}")
            continue
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        page = Links(answer.text)
        for link in page.found:
            plain, fragment = urldefrag(link)
            if not plain:
                if fragment not in page.ids:
                    broken.append(f"{address}: #{fragment}")
                continue
            parts = urlsplit(plain)
            if parts.scheme or plain in seen:
                continue
            kind = "/".join(parts.path.split("/")[:2])
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= SLOW.get(kind, PER_KIND):
                seen.add(plain)
                waiting.append(plain)
    return broken, visited
