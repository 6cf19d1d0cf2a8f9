"""The addresses of licensing in a browser; each command has a page of its own, guarded by its own action."""

from __future__ import annotations

from enduse.interfaces.licensing.actions import ACTIONS
from enduse.interfaces.web.addresses import BOTH, Address
from enduse.interfaces.web.licensing import (
    case_page,
    commands,
    denials,
    documents,
    licences,
    portal,
    queue,
    records,
    statistics,
)

FILE, VIEW = "case.file", "case.view"
COMMANDS: tuple[Address, ...] = tuple(
    Address(f"/licensing/cases/{{id}}/do/{command}", commands.view_of(command), action, BOTH)
    for command, action in ACTIONS.items()
    if command != "draft"
)
ADDRESSES: tuple[Address, ...] = (
    Address("/licensing", portal.home, VIEW),
    Address("/licensing/apply", portal.apply, FILE, BOTH),
    Address("/licensing/cases", queue.cases, VIEW),
    Address("/licensing/cases/filters", queue.save, queue.SAVE, ("POST",)),
    Address("/licensing/cases/{id}", case_page.case, VIEW),
    Address("/licensing/cases/{id}/amend", portal.amend, FILE, BOTH),
    Address("/licensing/cases/{id}/erase", records.erase, records.HOLD, BOTH),
    Address("/licensing/cases/{id}/documents/{document}", documents.document, VIEW),
    *COMMANDS,
    Address("/licensing/due", queue.due, VIEW),
    Address("/licensing/licences", licences.look_up, licences.LOOK_UP),
    Address("/licensing/denials", denials.register, denials.VIEW),
    Address("/licensing/denials/new", denials.record, denials.RECORD, BOTH),
    Address("/licensing/denials/{id:path}", denials.one, denials.VIEW),
    Address("/licensing/denials/{id:path}", denials.review, denials.RECORD, ("POST",)),
    Address("/licensing/statistics", statistics.overview, statistics.VIEW),
    Address("/licensing/statistics/draft", statistics.draft, statistics.VIEW),
    Address("/licensing/statistics/releases", statistics.freeze, statistics.PUBLISH, ("POST",)),
    Address("/licensing/statistics/releases/{sha256}", statistics.release, statistics.VIEW),
)
