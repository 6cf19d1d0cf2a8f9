"""Notices in a browser: what came, what went, what is due, one notice with all that it says, and what is done with it.

A notice that somebody may not read answers like one that does not exist, and is in no count.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.responses import RedirectResponse

from enduse.exchange.notices import Notice, shipped_types
from enduse.interfaces.exchange.desk import ASKS_RELEASE, QUESTION, SENDS, ExchangeDesk
from enduse.interfaces.exchange.views import partner_denials
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.exchange.room import exchange_desk, node_of, notice_url, page
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.page import Page
from enduse.model.errors import BadInput
from enduse.model.letter_record import IN, OUT

VIEW, SEND = "denial.view", SENDS
SHOWN = 50
ACTIONS: dict[str, Callable[[ExchangeDesk, str, Desk], Notice]] = {
    "answer": lambda desk, one, web: desk.answer(one, web.fields.one("answer"), web.fields.one("reasons")),
    "more_time": lambda desk, one, web: desk.more_time(one, web.fields.one("reason")),
    "consent": lambda desk, one, web: desk.consent(one, _named(web)),
    "recall": lambda desk, one, web: desk.recall(one, web.fields.one("reason")),
}


def _named(desk: Desk) -> tuple[str, ...]:
    """The members that a form names.

    Raises:
        BadInput: it names none, which must not mean all.
    """
    if not (named := desk.fields.all("to")):
        raise BadInput("nobody is named", where="to", remedy="mark the members to whom it may pass")
    return named


def inbox(desk: Desk) -> Page:
    """What other members told, as far as the person may read it.

    Raises:
        BadInput: a filter cannot be used.
    """
    return _list(desk, IN, "Inbox")


def outbox(desk: Desk) -> Page:
    """What this node told others, as far as the person may read it.

    Raises:
        BadInput: a filter cannot be used.
    """
    return _list(desk, OUT, "Outbox")


def _list(desk: Desk, direction: str, title: str) -> Page:
    own, fields = exchange_desk(desk), desk.fields
    chosen = fields.one("type")
    if chosen and chosen not in shipped_types():
        raise BadInput(f"{chosen[:40]!r} is no type", where="type", remedy=", ".join(shipped_types()))
    types, peer, search = [chosen] if chosen else [], fields.one("peer"), fields.one("search")
    offset = desk.before or 0
    rows = own.listed(direction, types, peer=peer[:30], search=search[:500], limit=SHOWN + 1, offset=offset)
    older = ""
    if len(rows) > SHOWN:
        pairs = (("type", chosen), ("peer", peer), ("search", search), ("before", str(offset + SHOWN)))
        older = address(desk.path, pairs)
    context = {
        "rows": rows[:SHOWN],
        "direction": direction,
        "total": own.count(direction, types, peer=peer[:30]) if not search else None,
        "older": older,
        "types": [(one.id, one.title) for one in shipped_types().values()],
        "peers": [one.id for one in node_of(desk).membership().members if one.id != node_of(desk).me],
    }
    return page(desk, "notices.html", title, context)


def due(desk: Desk) -> Page:
    """Questions of others that wait for us, and ours to others, with their days and what silence means."""
    own = exchange_desk(desk)
    context = {"to_us": own.due(desk.today), "ours": own.asked(), "may_send": desk.may(SEND)}
    return page(desk, "due.html", "What is due between members", context)


def denials(desk: Desk) -> Page:
    """Denials that members told of, as far as the person may read them; the reading is put on record."""
    counter = desk.service.office.desk(desk.actor)
    found = partner_denials(node_of(desk), desk.service.office, desk.service.office.outside.denials(counter.actor))
    counter.read_of_partners("exchange", [one["id"] for one in found])
    return page(desk, "denials.html", "Denials of partners", {"rows": found})


def notice(desk: Desk) -> Page:
    """One notice: what it says, its handling, who signed it for whom, its letters, and what rests on it.

    Raises:
        NotHeld: there is none, or none that the person may read.
    """
    return _shown(desk, None)


def act(desk: Desk) -> Page | RedirectResponse:
    """Answer, ask for more time, consent or take back; a refusal stands on the page.

    Raises:
        NotHeld: there is none, or none that the person may read.
        Denied: who is no consultation officer sends nothing.
    """
    identifier, action = desk.params["id"], desk.fields.one("action")
    if action not in ACTIONS:
        raise BadInput(f"{action[:40]!r} is no action", where="action", remedy=", ".join(ACTIONS))
    try:
        ACTIONS[action](exchange_desk(desk), identifier, desk)
    except BadInput as problem:
        return _shown(desk, problem)
    return RedirectResponse(address(notice_url(identifier), (("done", action),)), 303)


def _shown(desk: Desk, problem: BadInput | None) -> Page:
    own, identifier = exchange_desk(desk), desk.params["id"]
    found = own.read(identifier)
    said, lines, document = found["notice"], found["letters"], node_of(desk).membership()
    of_type = shipped_types().get(said["type"])
    origin = document.member(said["originator"])
    asks = said["type"] == QUESTION and not found["ours"]
    stands = lines[0]["stands"]
    context = {
        "found": found,
        "said": said,
        "lines": lines,
        "of_type": of_type,
        "origin": origin,
        "content": [(name, _plain(value)) for name, value in said["content"].items()],
        "problem": problem,
        "may_send": desk.may(SEND),
        "may_answer": asks and stands != "answered" and not lines[0]["answered"],
        "may_extend": asks and stands == "open" and not _extended(found),
        "may_consent": said["type"] == ASKS_RELEASE and not found["ours"],
        "may_recall": found["ours"] and said["type"] != "recall" and not own.recalled(found["id"]),
        "recalled": found["ours"] and own.recalled(found["id"]),
        "action": desk.fields.one("action"),
        "tab": "/exchange/outbox" if found["ours"] else "/exchange/inbox",
    }
    title = f"{of_type.title if of_type else said['type']} of {said['originator']}"
    return page(desk, "notice.html", title, context, 422 if problem is not None else 200)


def _extended(found: dict[str, Any]) -> bool:
    return any(one["type"] == "consultation_extension" for one in found["rests"]["answers"])


def _plain(value: Any) -> str:
    """A value of a notice for readers: texts as they are, the rest laid out."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    rows = value if isinstance(value, list) else [value]
    if all(isinstance(one, dict) and not any(isinstance(x, dict) for x in one.values()) for one in rows):
        return "\n".join("; ".join(f"{key}: {_plain(text)}" for key, text in one.items()) for one in rows)
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
