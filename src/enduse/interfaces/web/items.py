"""The control lists: codes by plain words, and a page for each code."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from enduse.interfaces.item_words import LIST, LISTS, condition_words, reach_words, requirement_words
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import LONGEST_ADDRESS, Fields, Pairs, address
from enduse.interfaces.web.page import HEADERS, Page
from enduse.items.catalogue import Counterpart, ItemRecord, codes, descriptions, show
from enduse.items.fulltext import load_full_text
from enduse.items.search import NO_LIST, ItemHit, search_items
from enduse.items.topics import Topic
from enduse.model.codes import eccn_of
from enduse.model.errors import BadInput
from enduse.model.transaction import Item
from enduse.rules.classification import classified, demand_sub_paragraph

PARAGRAPHS_SHOWN = 60
SUGGESTIONS = 8
MEANT = 4


def search(desk: Desk) -> Page:
    """Candidates for plain words; what else the check form held is carried along to the code that is chosen."""
    finding = "find" in desk.fields
    text = desk.fields.one("item") if finding else desk.fields.one("q")
    carry = desk.fields.without("find", "item", "q", "as_of", "csrf_token") if finding else ()
    context: dict[str, Any] = {"text": text, "found": None, "problem": "", "carry": carry, "categories": _categories()}
    if text:
        try:
            found = search_items(text, 12, load_full_text(desk.holdings.data_dir))
        except BadInput as problem:
            context["problem"] = problem.message()
        else:
            strong = [hit for hit in found.hits if hit.strong]
            context |= {
                "found": found,
                "strong": strong,
                "loose": [hit for hit in found.hits if not hit.strong],
                "topics": _topics(strong),
                "use": lambda hit: use(desk, hit.item.code, carry),
                "no_list": NO_LIST,
            }
    return Page("items.html", f"Items: {text}" if text else "Items", context, section="/items")


def meant(desk: Desk, fields: Fields) -> list[tuple[str, str, str]]:
    """Codes that words in the place of a code may mean: code, description, and the form with it filled in."""
    carry = fields.without("find", "add", "item", "as_of", "csrf_token")
    found = [
        (one["code"], one["description"], use(desk, one["code"], carry)) for one in _searched(fields.one("item")[:200])
    ]
    return [one for one in found[:MEANT] if len(one[2]) <= LONGEST_ADDRESS]


def use(desk: Desk, code: str, carry: Pairs = ()) -> str:
    """The check form with a code filled in."""
    day = (("as_of", desk.as_of.isoformat()),) if desk.as_of else ()
    return address("/", (*carry, ("item", "UNLISTED" if code == NO_LIST else code), *day))


def suggest(desk: Desk) -> Response:
    """The first candidates, for a field that asks while somebody writes."""
    text = desk.fields.one("q")[:200]
    items: list[dict[str, str]] = []
    if text:
        starting = [
            {"code": one.code, "description": one.description}
            for one in descriptions()
            if one.code.casefold().startswith(text.casefold())
        ]
        items = starting[:SUGGESTIONS] or _searched(text)
    body = json.dumps({"items": items}, ensure_ascii=False)
    return Response(body, headers=dict(HEADERS), media_type="application/json")


def _searched(text: str) -> list[dict[str, str]]:
    try:
        hits: tuple[ItemHit, ...] = search_items(text, SUGGESTIONS).hits
    except BadInput:
        return []
    return [
        {"code": hit.item.code, "description": hit.item.description}
        for hit in hits
        if hit.strong and hit.item.code != NO_LIST
    ]


def _topics(strong: list[ItemHit]) -> list[Topic]:
    """The kinds of things that led to the candidates, each once."""
    return list({hit.topic.id: hit.topic for hit in strong if hit.topic is not None}.values())[:2]


def _categories() -> list[tuple[str, tuple[str, ...]]]:
    """The entries of the shipped list by category, the first character of each."""
    found: dict[str, list[str]] = {}
    for code in codes():
        found.setdefault(code[0], []).append(code)
    return [(f"Category {key}", tuple(entries)) for key, entries in sorted(found.items())]


def item(desk: Desk) -> Page:
    """What controls a code, what it is taken for, what else to ask.

    Raises:
        BadInput: no such code; proposes the nearest.
    """
    code = desk.params["code"]
    record = show(code)
    official = load_full_text(desk.holdings.data_dir)
    paragraphs = official.of(code) if official else ()
    return Page(
        "item.html",
        f"Item {code}",
        {
            "record": record,
            "controls": [(row["reason"], _requirement(row)) for row in record.controls],
            "exceptions": [_exception(row) for row in record.exceptions],
            "abroad": [(LISTS[row.list], _abroad(row), row) for row in record.counterparts],
            "paragraphs": paragraphs[:PARAGRAPHS_SHOWN],
            "more": max(0, len(paragraphs) - PARAGRAPHS_SHOWN),
            "edition": official.edition if official else "",
            "source": _source(record),
            "use": use(desk, code),
            "parent": eccn_of(code) if "." in code else None,
            "map": desk.url("/map", ("item", code)) if _complete(desk, code) else "",
            "known": frozenset(codes()),
        },
        section="/items",
    )


def _complete(desk: Desk, code: str) -> bool:
    """Whether the code is fine enough to be judged on the day."""
    tables = next((book.tables for book in desk.evidence().law.books if book.id == "us/ear"), None)
    if tables is None:
        return False
    try:
        demand_sub_paragraph(classified(Item(code), tables, desk.day), tables, desk.day)
    except BadInput:
        return False
    return True


def _requirement(row: Any) -> str:
    return f"{requirement_words(row)}{reach_words(row)}{condition_words(row)}"


def _exception(row: Any) -> tuple[str, str, str]:
    limit = f"up to {row['value_usd']} USD" if row["value_usd"] else ""
    groups = f"to {row['destination_groups'].replace(';', ', ')}" if row["destination_groups"] else ""
    state = "The entry's line allows it" if row["available"] == "yes" else "Not available"
    details = (limit, reach_words(row).strip(), groups, condition_words(row).strip())
    return row["symbol"], state, "; ".join(filter(None, details))


def _abroad(row: Counterpart) -> str:
    what = {"none": "no entry", "unknown": "not known here"}.get(row.counterpart, row.counterpart)
    return what + (f" ({row.relation})" if row.relation in ("part", "other grounds") else "")


def _source(record: ItemRecord) -> str:
    listed = record.controls or record.exceptions or not record.descriptions
    return LIST if listed else record.descriptions[0].citation
