"""The addresses of pages that look something up: parties, items, rules, lists, the map, and what is on file."""

from __future__ import annotations

from enduse.interfaces.web import audit, filed, items, lists, parties, rules, searches, worldmap
from enduse.interfaces.web.addresses import BOTH, Address

ADDRESSES: tuple[Address, ...] = (
    Address("/parties/{id:path}", parties.party, "party.view"),
    Address("/items", items.search, "items.view", BOTH),
    Address("/items/suggest", items.suggest, "items.view"),
    Address("/items/{code:path}", items.item, "items.view"),
    Address("/rules", rules.browse, "rules.view"),
    Address("/rules/{id:path}", rules.one, "rules.view"),
    Address("/lists", lists.overview, "lists.view"),
    Address("/lists/{id}", lists.source, "lists.view"),
    Address("/lists/{id}/changes", lists.changes, "lists.view"),
    Address("/map", worldmap.world, "map.view"),
    Address("/assessments", filed.overview, filed.VIEW),
    Address("/assessments/{id}", filed.assessment, filed.VIEW),
    Address("/searches", searches.overview, searches.VIEW),
    Address("/searches", searches.save, searches.SAVE, ("POST",)),
    Address("/searches/{id}/delete", searches.forget, searches.SAVE, ("POST",)),
    Address("/audit", audit.entries, audit.VIEW),
    Address("/audit/verification", audit.verification, audit.VERIFY),
)
