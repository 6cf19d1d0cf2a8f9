"""docs/web.md: every page is named and shown, no picture is missing, heavy or left over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from enduse.interfaces.service.features import FEATURES, pages_of
from enduse.interfaces.web.routes import ADDRESSES
from pages import PAGES

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
FOLDER = ROOT / "docs" / "screenshots"
MOST = 150_000
EVERY = (*ADDRESSES, *(one for feature in FEATURES for one in pages_of(feature)))
NOT_FOR_READERS = ("/items/suggest", "/screen/decide", "/searches/{id}/delete")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_shown(name: str) -> None:
    assert f"(screenshots/{name}.png)" in TEXT


@pytest.mark.parametrize("path", [one.path for one in EVERY if one.path not in NOT_FOR_READERS])
def test_every_address_is_named(path: str) -> None:
    named = {re.sub(r"[A-Z]+", "*", one) for one in re.findall(r"`(/[^`?]*)", TEXT)}
    assert re.sub(r"/do/\w+$", "/do/*", re.sub(r"\{[^}]+\}", "*", path)) in named


def test_no_picture_is_missing_heavy_or_left_over() -> None:
    shown = set(re.findall(r"\(screenshots/([\w-]+\.png)\)", TEXT))
    there = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert shown == set(there)
    assert {name: size for name, size in there.items() if size > MOST} == {}
    assert all((FOLDER / name).read_bytes().startswith(b"\x89PNG") for name in there)


def test_every_picture_says_what_it_shows() -> None:
    assert all(len(alternative) > 4 for alternative in re.findall(r"!\[([^\]]*)\]", TEXT))
