"""The lists: how fresh each is, what was set aside, and what changed between editions."""

from __future__ import annotations

from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.page import Page
from enduse.lists.diff import EditionDiff, FieldChange, PartyChange, diff
from enduse.lists.legal import DATES, EFFECT, IDENTITY, REVIEW, WORDING
from enduse.lists.starter import starter_edition, starter_parties
from enduse.lists.status import Freshness, show, status
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.rules.rulebook import lists_needed

SHOWN = 200
STATES = {
    Freshness.CURRENT.value: ("Current", "○", "not_required"),
    Freshness.STALE.value: ("Stale", "▲", "licence_required"),
    Freshness.REFUSED.value: ("A newer edition was refused", "■", "prohibited"),
    Freshness.NOT_LOADED.value: ("Not loaded", "–", "no_nexus"),
}


def overview(desk: Desk) -> Page:
    """Every source with its state, and every list that answers need with what covers it."""
    found = status(desk.holdings.data_dir, desk.today)
    coverage = desk.holdings.library.coverage(lists_needed(), desk.day, desk.today)
    edition, digest = starter_edition()
    return Page(
        "lists.html",
        "Lists",
        {
            "loaded": [one for one in found if one.edition is not None],
            "absent": [one for one in found if one.edition is None],
            "states": STATES,
            "coverage": coverage,
            "starter": (edition, digest[:16], len(starter_parties())),
        },
        section="/lists",
    )


def source(desk: Desk) -> Page:
    """One source, or the sources of one list: editions, rows set aside.

    Raises:
        BadInput: neither has that id.
    """
    wanted = desk.params["id"]
    found = show(desk.holdings.data_dir, wanted, desk.today)
    editions = [
        (record, address(f"/lists/{record.source}/changes", (("new", record.edition.isoformat()),)))
        for record in reversed(found.editions)
    ]
    first = {one.source: one.oldest for one in found.sources}
    return Page(
        "list.html",
        f"List {wanted}",
        {"found": found, "states": STATES, "editions": editions, "first": first},
        section="/lists",
    )


def changes(desk: Desk) -> Page:
    """What changed between two editions of a source.

    Raises:
        BadInput: there is no such edition; names those there are.
    """
    wanted = desk.params["id"]
    old, new = (parse_date(text, where=name) if (text := desk.fields.one(name)) else None for name in ("old", "new"))
    if old and new and old >= new:
        raise BadInput(f"{old} is not before {new}", where="old", remedy="the older edition first")
    found = diff(desk.holdings.data_dir, wanted, old, new)
    return Page(
        "changes.html",
        f"Changes of {wanted}, {found.old} to {found.new}",
        {"found": found, "groups": by_meaning(found), "shown": SHOWN},
        section="/lists",
    )


def by_meaning(found: EditionDiff) -> list[tuple[str, list[tuple[PartyChange, list[FieldChange]]]]]:
    """Changed parties under what each change is about, in the order in which a reader wants it."""
    groups = []
    for heading in (EFFECT, DATES, REVIEW, IDENTITY, WORDING):
        concerned = [
            (change, fields)
            for change in found.changed
            if (fields := [field for field in change.fields if field.about == heading])
        ]
        if concerned:
            groups.append((heading, concerned))
    return groups
