"""Where an item needs a licence: one government, one day, every country as a tile, and the table beside it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enduse.assess import Settings, check
from enduse.interfaces.judging import Answered
from enduse.interfaces.regions import regions
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.forms import Problem, field_of
from enduse.interfaces.web.page import Page
from enduse.interfaces.web.timeline import Kept
from enduse.model.countries import country_name, country_names
from enduse.model.errors import BadInput
from enduse.rules.rulebook import Rulebook

LAWS: Mapping[str, tuple[str, str]] = {
    "us": ("United States", "US"),
    "eu": ("European Union", "DE"),
    "uk": ("United Kingdom", "GB"),
}
"""Laws with a list of items of their own, each with the origin where none is stated."""
FIELDS = ("item", "law", "from", "as_of", "csrf_token")
PER_ROW, TILE, GAP, TITLE = 14, 44, 4, 26
WIDTH = 220 + PER_ROW * (TILE + GAP)


@dataclass(frozen=True, slots=True)
class Said:
    """What the law says of one destination."""

    code: str
    name: str
    outcome: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One country in the picture."""

    x: int
    y: int
    said: Said


@dataclass(frozen=True, slots=True)
class Block:
    """One region in the picture."""

    y: int
    name: str
    tiles: tuple[Tile, ...]


def judge_everywhere(item: str, origin: str, law: str, day: dt.date, books: Sequence[Rulebook]) -> tuple[Said, ...]:
    """What one government's law says of an item to each country, no party being named and no fact stated.

    Raises:
        BadInput: the code is not in the list, or needs a sub-paragraph.
    """
    asked = [book for book in books if book.jurisdiction == law and book.standing == "law"]
    lists, settings = Answered({}), Settings(laws=(law,))
    found = []
    for code, name in country_names().items():
        raw = {"item": {"code": item}, "from": origin, "destination": code, "date": day}
        tx = transaction_from_mapping(raw, where="")
        answer = check(tx, library=lists, settings=settings, rulebooks=asked).governments[0]
        outcome = answer.outcome.value if answer.reached else "no_nexus"
        found.append(Said(code, name, outcome, answer.reasons if answer.reached else ()))
    return tuple(found)


def blocks(said: Sequence[Said]) -> tuple[tuple[Block, ...], int]:
    """The tiles, region by region, and the height of the picture."""
    by_code = {one.code: one for one in said}
    found, y = [], 0
    for name, codes in regions():
        tiles = tuple(
            Tile(220 + place % PER_ROW * (TILE + GAP), y + place // PER_ROW * (TILE + GAP), by_code[code])
            for place, code in enumerate(codes)
            if code in by_code
        )
        found.append(Block(y, name, tiles))
        y += ((len(codes) - 1) // PER_ROW + 1) * (TILE + GAP) + GAP * 2
    return tuple(found), y


_KEPT: Kept[tuple[Said, ...]] = Kept(24)


def world(desk: Desk) -> Page:
    """The picture and its table; the form alone while no item is asked."""
    fields = desk.fields
    problems: dict[str, Problem] = {}
    for name, _ in fields.pairs:
        if name not in FIELDS:
            problems[""] = Problem(f"this page has no field {name[:60]!r}", f"known: {', '.join(FIELDS[:4])}")
    law = fields.one("law", "us")
    if law not in LAWS:
        problems["law"] = Problem(f"no list of items of {law[:40]!r} is held", f"one of {', '.join(LAWS)}")
        law = "us"
    title = "Where an item needs a licence"
    context = {
        "fields": fields,
        "problems": problems,
        "laws": LAWS,
        "law": law,
        "countries": country_names(),
        "said": None,
    }
    item, origin = fields.one("item"), fields.one("from", LAWS[law][1])
    if not item or problems:
        return Page("map.html", title, context, 422 if problems else 200, "/map")
    evidence = desk.evidence()
    key = (item, origin, law, desk.day, evidence.pins[2])
    try:
        said = _KEPT.get(key, lambda: judge_everywhere(item, origin, law, desk.day, evidence.law.books))
    except BadInput as problem:
        name = field_of(problem.where) or "item"
        problems[name if name in ("item", "from") else "item"] = Problem(problem.problem, problem.remedy)
        return Page("map.html", title, context, 422, "/map")
    picture, height = blocks(said)
    day = (("as_of", desk.as_of.isoformat()),) if desk.as_of else ()
    asked = (("item", item), ("from", origin), ("law", law), *day)
    return Page(
        "map.html",
        f"{title}: {item}, {LAWS[law][0]}",
        {
            **context,
            "said": said,
            "item": item,
            "origin": country_name(origin),
            "government": LAWS[law][0],
            "blocks": picture,
            "height": height,
            "width": WIDTH,
            "tile": TILE,
            "counts": Counter(one.outcome for one in said),
            "check": lambda code: address("/check", (*asked, ("to", code))),
        },
        section="/map",
    )
