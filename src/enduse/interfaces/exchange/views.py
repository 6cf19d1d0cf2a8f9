"""What an office reads of its node: members, what they publish, denials that they told of; plain values for pages, API.

Membership and publications are public among members and name no notice; how many letters wait is counted of those that
somebody may read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from enduse.cases.denial_bodies import Denial
from enduse.cases.denials import denial_deadlines
from enduse.exchange.membership import Member
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.exchange.desk import ExchangeDesk
from enduse.interfaces.exchange.node import Node
from enduse.interfaces.licensing.office import Office
from enduse.lists.partners import SOURCE_PREFIX
from enduse.lists.status import status
from enduse.model.decision import stamp
from enduse.model.record import Record

REVIEW = "eu/denial-review"
"""The clock of the three-year review."""
NO_FILE = NotHeld("no member publishes that here", "/exchange/publications lists what is held")


def membership_document(node: Node, desk: ExchangeDesk) -> dict[str, Any]:
    """The coalition as the trusted document has it, with keys, days, and how fresh each publication is."""
    document, now = node.membership(), node.now()
    waiting, sees = desk.waiting(), bool(desk.levels())
    rows = []
    for one in document.members:
        row = _member(one) | {
            "us": one.id == node.me,
            "present": one.belongs(now),
            "governs": one.id in document.governors,
            "publication": publication_state(node, one.id) if one.root and one.id != node.me else {},
        }
        if sees and one.id != node.me:
            row["waiting"] = waiting.get(one.id, 0)
        rows.append(row)
    return {
        "member": node.me,
        "authority": node.authority,
        "coalition": document.coalition,
        "version": document.version,
        "issued": document.issued,
        "expires": document.expires,
        "expired": document.expired(now),
        "threshold": document.threshold,
        "recovery": document.recovery,
        "sha256": document.sha256,
        "members": rows,
    }


def _member(one: Member) -> dict[str, Any]:
    keys = [
        {"use": use, "id": key.id, "since": key.since, "until": key.until, "revoked": key.revoked}
        for use, some in (("sign", one.signing), ("seal", one.sealing))
        for key in some
    ]
    return {
        "id": one.id,
        "name": one.name,
        "state": one.state,
        "groups": list(one.groups),
        "url": one.url,
        "joined": one.joined,
        "left": one.left,
        "publishes": list(one.publishes),
        "keys": keys,
    }


def publication_state(node: Node, member: str) -> dict[str, Any]:
    """How a member's publication was last seen: ``at``, ``snapshot``, ``fresh_to``, ``stale``, ``problem``."""
    nothing = {"at": "", "snapshot": "", "fresh_to": "", "problem": "", "not_theirs": []}
    found: dict[str, Any] = nothing | json.loads(node.stores.need().letters.mark(f"publication:{member}") or "{}")
    found["stale"] = bool(found.get("fresh_to")) and str(found["fresh_to"]) < stamp(node.now())
    return found


def publications_document(node: Node) -> list[dict[str, Any]]:
    """What others publish, as it is held here: whose, its standing there, in which snapshot, and how it stands."""
    today = node.now().date()
    lists = {one.source: one for one in status(node.data, today)}
    found = []
    for record in node.held():
        plain = dict(record.content)
        publisher, path = str(plain["publisher"]), str(plain["path"])
        seen = publication_state(node, publisher)
        row = {
            "publisher": publisher,
            "path": path,
            "title": plain.get("said_title", ""),
            "standing_there": plain.get("said_standing", ""),
            "edition": plain.get("said_edition", ""),
            "snapshot": plain.get("snapshot", ""),
            "role": plain.get("role", ""),
            "sha256": plain.get("sha256", ""),
            "length": plain.get("length", ""),
            "result": plain.get("result", ""),
            "taken": plain.get("at", ""),
            "list": list_of(record),
            "state": _state(str(plain.get("result", "")), seen),
            "fresh_to": seen.get("fresh_to", ""),
        }
        kept = lists.get(source_of_list(row["list"])) if row["list"] else None
        if kept is not None:
            row |= {"parties": kept.parties, "age_days": kept.age_days, "list_state": kept.state.value}
        found.append(row)
    return sorted(found, key=lambda one: (one["publisher"], one["path"]))


def publication_at(node: Node, publisher: str, path: str) -> tuple[Record, dict[str, Any]]:
    """One file that a member publishes, as it is held here.

    Raises:
        NotHeld: none is.
    """
    record = next((one for one in node.held() if one.key == f"{publisher}/{path}"), None)
    if record is None:
        raise NO_FILE
    return record, next(
        one for one in publications_document(node) if (one["publisher"], one["path"]) == (publisher, path)
    )


def list_of(record: Record) -> str:
    """The list that a file holds, as theirs (``us:EL``); empty for what is no list."""
    if not record.text("path").startswith("listings/") or not record.text("said_list"):
        return ""
    return f"{record.text('publisher')}:{record.text('said_list')}"


def source_of_list(list_id: str) -> str:
    """The source of lists under which a member's list is kept."""
    member, _, name = list_id.partition(":")
    return f"{SOURCE_PREFIX}{member}_{name}".lower()


def _state(result: str, seen: Mapping[str, Any]) -> str:
    if result == "withdrawn":
        return "withdrawn"
    if result.startswith("refused"):
        return "refused"
    return "stale" if seen.get("stale") else "fresh"


def partner_denials(node: Node, office: Office, denials: Iterable[Denial]) -> list[dict[str, Any]]:
    """Denials that members told of, of those that somebody may read: with the notice, and when a review is due."""
    members = {one.id for one in node.membership().members}
    letters, today = node.stores.need().letters, node.now().date()
    found = []
    for one in denials:
        member = one.id.partition("/")[0]
        if member not in members:
            continue
        clocks = denial_deadlines(one, office.policies.clocks, today)
        due = next((clock.due for clock in clocks if clock.rule.id == REVIEW), None)
        found.append(
            {
                "id": one.id,
                "member": member,
                "denied_on": one.denied_on.isoformat(),
                "code": one.code,
                "end_user": one.end_user,
                "destination": one.destination,
                "handling": one.handling,
                "status": one.status,
                "reviewed_on": one.reviewed_on.isoformat() if one.reviewed_on else "",
                "review_due": due.isoformat() if due and one.status == "in_force" else "",
                "notice": letters.mark(f"denial:{one.id}"),
            }
        )
    return sorted(found, key=lambda one: (str(one["denied_on"]), str(one["id"])), reverse=True)
