"""Digests: once a day or once a week each person is told what is new, what is theirs, and what comes back.

What is told is what the person may read in the queue: somebody who may not open it is sent nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.monitor.actions import hidden_from, queue_document
from enduse.interfaces.monitor.mail import mail, mail_address
from enduse.interfaces.monitor.steps import BY
from enduse.model.access import Actor, decide
from enduse.model.decision import stamp
from enduse.model.errors import BadInput
from enduse.model.record import By, Record

if TYPE_CHECKING:
    from enduse.store.database import Store

EVERY = {"day": 1, "week": 7, "never": 0}
MOST = 40
"""Alerts of a section; how many more there are is told."""

_READ = 500


def subscribe(store: Store, login: str, to: str, every: str, *, by: By) -> Record:
    """Send a digest to somebody with an account, or no longer.

    Raises:
        BadInput: there is no such account, or a value cannot be used.
    """
    if every not in EVERY:
        raise BadInput(f"{every!r} is no period", where="--every", remedy=", ".join(EVERY))
    user = store.accounts.by_login(login)
    if user is None:
        raise BadInput(f"no account {login[:60]!r}", where="login", remedy="enduse user list shows them")
    address = mail_address(to, where="--to") if every != "never" else ""
    return store.monitoring.put_digest(user.id, {"to": address, "every": every, "sent": "", "seen": 0}, by=by)


def send_digests(store: Store, clock: Callable[[], dt.datetime], *, link: str = "") -> int:
    """Put the digests that are due into the outbox, each with the note that it was sent; how many.

    Args:
        link: address under which people reach the service; empty where none is known.
    """
    now = clock().astimezone(dt.UTC)
    policies, count = shipped_policies(), 0
    for record in store.monitoring.digests():
        every, sent = EVERY[record.text("every")], record.text("sent")
        if not every or (sent and dt.date.fromisoformat(sent[:10]) > now.date() - dt.timedelta(days=every)):
            continue
        user = store.accounts.user(record.key)
        if user is None or not user.active:
            continue
        roles = store.accounts.roles(user.id)
        person = Actor(user.id, user.name, roles, organisation=user.organisation, agency=user.agency)
        since, last, text = int(record.content["seen"]), store.monitoring.last_alert(), ""
        if decide(policies, person, "alert.view").allowed:
            text = digest_text(store, person, hidden_from(policies, person), since, now.date(), link)
        messages = []
        if text:
            subject = f"Alerts: your digest of {now.date()}"
            messages = [mail(record.text("to"), subject, text, {"digest": user.id, "since": since})]
        content = {**record.content, "sent": stamp(now), "seen": last}
        store.monitoring.digest_sent(record, content, messages, by=BY)
        count += len(messages)
    return count


def digest_text(store: Store, person: Actor, hidden: frozenset[str], since: int, today: dt.date, link: str) -> str:
    """The text of a digest; empty where there is nothing to tell.

    Args:
        hidden: causes of alerts that the person may not see.
        since: place among records of the last alert when the digest before was made.
    """
    waiting = ("open", "snoozed", "closing")
    new = store.monitoring.queue(status=waiting, hidden=hidden, since=since, limit=_READ)
    own = store.monitoring.queue(
        status=("open",), equal={"assignee": person.id}, hidden=hidden, until=today.isoformat(), limit=_READ
    )
    back = store.monitoring.queue(status=("snoozed",), hidden=hidden, until=today.isoformat(), limit=_READ)
    back = [row for row in back if row["assignee"] in ("", person.id)]
    confirm = store.monitoring.queue(status=("closing",), hidden=hidden, limit=_READ)
    sections = (
        ("New", new),
        ("With you", own),
        ("Put off until today or before", back),
        ("Waiting for a second person", confirm),
    )
    if not any(rows for _, rows in sections):
        return ""
    lines = [f"What waits in the queue of alerts on {today}, as you may see it.", ""]
    for title, rows in sections:
        if rows:
            lines += [f"{title}: {_many(rows)}", *map(_line, rows[:MOST])]
            lines += [f"  and {_many(rows[MOST:])} more", ""] if len(rows) > MOST else [""]
    lines.append(f"{link}/monitor" if link else "enduse monitor alerts shows them all.")
    return "\n".join(lines) + "\n"


def _many(rows: Sequence[Any]) -> str:
    return f"{len(rows)} or more" if len(rows) == _READ else str(len(rows))


def _line(row: dict[str, str | int]) -> str:
    one = queue_document(row)
    return f"  {one['severity']:<6}  {one['effective']}  {one['headline']}  [{one['id'][:12]}]"
