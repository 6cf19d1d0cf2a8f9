"""The addresses of designations in a browser; each command has a page of its own, guarded by its own action."""

from __future__ import annotations

from enduse.interfaces.designations.actions import ACTIONS
from enduse.interfaces.web.addresses import BOTH, Address
from enduse.interfaces.web.designations import views

COMMANDS: tuple[Address, ...] = tuple(
    Address(f"/designations/{{id}}/do/{command}", views.view_of(command), action, BOTH)
    for command, action in ACTIONS.items()
)
ADDRESSES: tuple[Address, ...] = (
    Address("/designations", views.overview, views.VIEW),
    Address("/designations/nominate", views.nominate, views.NOMINATE, BOTH),
    Address("/designations/{id}", views.one, views.VIEW),
    Address("/designations/{id}/notice", views.notice, views.VIEW),
    Address("/designations/{id}/quality", views.measure, views.NOMINATE, ("POST",)),
    *COMMANDS,
    Address("/evidence", views.register, views.EVIDENCE),
    Address("/evidence/new", views.record, views.RECORD, BOTH),
    Address("/evidence/spread", views.spread, views.EVIDENCE),
    Address("/evidence/{id}", views.entry, views.EVIDENCE),
    Address("/evidence/{id}/source", views.add_source, views.RECORD, BOTH),
    Address("/evidence/{id}/link", views.add_link, views.RECORD, BOTH),
)
