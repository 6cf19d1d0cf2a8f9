"""The register of initiatives with its history, tables to import, and consultations as records that count."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.programme.gather import import_register, record, recorded, register
from enduse.model.codec import from_plain, to_plain
from enduse.model.errors import BadInput
from enduse.model.record import By, Kind
from enduse.programme.register import Initiative, read_rows, starter
from enduse.programme.scorecard import STAKEHOLDERS, Evidence


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an initiative.

    Attributes:
        at, actor, reason, seq: of its entry in the audit chain; empty for what came with the program.
        sha256: hash of its bytes.
        changed: (field, before, after) of what differs from the version before.
    """

    initiative: Initiative
    at: str = ""
    actor: str = ""
    reason: str = "it came with the program"
    seq: int = 0
    sha256: str = ""
    changed: tuple[tuple[str, str, str], ...] = ()


class BadRows(BadInput):
    """Rows that are no initiatives, all of them; nothing was kept."""

    def __init__(self, errors: tuple[BadInput, ...]) -> None:
        first = errors[0]
        more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        super().__init__(f"{first.problem}{more}; nothing was kept", where=first.where, remedy=first.remedy)
        self.rows = tuple(error.message() for error in errors)


def chosen(office: Office, pillar: str = "", member: str = "", status: str = "") -> list[Initiative]:
    """Initiatives of a pillar, a member, a status; all where empty."""
    return [
        one
        for one in register(office)
        if pillar in ("", one.pillar) and member in ("", one.member) and status in ("", one.status)
    ]


def history(office: Office, identifier: str) -> list[Version]:
    """An initiative with all its versions, newest first.

    Raises:
        NotHeld: there is none.
    """
    found = [Version(one) for one in starter() if one.id == identifier]
    store = office.stores.get()
    if store is not None:
        records = store.references.versions(Kind.INITIATIVE, identifier)
        entries = store.audit.entries(subject=f"{Kind.INITIATIVE.value}:{identifier}") if records else []
        by_hash = {entry.after: entry for entry in entries}
        for one in records:
            initiative = from_plain(Initiative, json.loads(store.references.body(one)))
            entry = by_hash.get(one.id)
            said = (entry.at, entry.actor, entry.reason, entry.seq) if entry else (one.text("at"), "", "", 0)
            changed = _changed(found[-1].initiative, initiative) if found else ()
            found.append(Version(initiative, *said, sha256=one.text("body"), changed=changed))
    if not found:
        raise NotHeld("there is no such initiative", "the register lists them")
    return found[::-1]


def _changed(before: Initiative, after: Initiative) -> tuple[tuple[str, str, str], ...]:
    pairs = ((one.name, getattr(before, one.name), getattr(after, one.name)) for one in fields(Initiative))
    return tuple((name, _said(old), _said(new)) for name, old, new in pairs if old != new)


def _said(value: Any) -> str:
    if value is None or value in ("", ()):
        return "–"
    plain = to_plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def import_table(office: Office, data: bytes, name: str, *, by: By, reason: str) -> int:
    """Keep the initiatives of a CSV table; how many. One bad row, and nothing is kept.

    Raises:
        BadRows: some rows are none; names all of them.
        BadInput: it is no table, or no reason is given.
    """
    found, errors = read_rows(data, name)
    if errors:
        raise BadRows(errors)
    return import_register(office, found, by=by, reason=reason)


# --- consultations


def consultations(office: Office) -> list[Evidence]:
    """Consultations on record, newest first."""
    return sorted(
        (one for one in recorded(office) if one.kind == "consultation"), key=lambda one: (one.on, one.id), reverse=True
    )


def consult(
    office: Office, on: dt.date, facts: dict[str, str], *, identifier: str = "", link: str = "", by: By, reason: str
) -> Evidence:
    """Record a consultation; under the id of one that is there it takes its place, as when an answer is added.

    Raises:
        BadInput: it names no known kind of stakeholder or no subject, an answer comes before the question, its
            initiative is not in the register, or it cannot be counted.
    """
    stated = {name: value.strip() for name, value in facts.items() if value.strip()}
    if stated.get("stakeholder") not in STAKEHOLDERS:
        raise BadInput("say whom was consulted", where="stakeholder", remedy=", ".join(STAKEHOLDERS))
    if "subject" not in stated:
        raise BadInput("say what it was about", where="subject")
    if stated.get("responded_on", "9999") < on.isoformat():
        raise BadInput("the answer lies before the question", where="responded_on")
    known = {one.id for one in register(office)}
    if stated.get("initiative", next(iter(known), "")) not in known:
        raise BadInput(f"{stated['initiative'][:40]!r} is not in the register", where="initiative")
    if link and (not link.startswith(("https://", "http://", "/")) or link.startswith("//")):
        raise BadInput("it is no address", where="link", remedy="https://...")
    made = Evidence(
        "consultation", identifier.strip() or _free(on, stated["subject"], consultations(office)), on, stated, link
    )
    return record(office, made, by=by, reason=reason)


def _free(on: dt.date, subject: str, there: Iterable[Evidence]) -> str:
    taken = {one.id for one in there}
    base = f"{on}-{re.sub(r'[^a-z0-9]+', '-', subject.lower()).strip('-')[:40] or 'consultation'}"
    number = 1
    while (name := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return name
