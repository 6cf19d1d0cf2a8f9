"""The addresses of monitoring in a browser."""

from __future__ import annotations

from enduse.interfaces.web.addresses import Address
from enduse.interfaces.web.monitor import alerts, intelligence

ADDRESSES: tuple[Address, ...] = (
    Address("/monitor", alerts.queue, alerts.VIEW),
    Address("/monitor/alerts", alerts.several, alerts.WORK, ("POST",)),
    Address("/monitor/alerts/{id}", alerts.alert, alerts.VIEW),
    Address("/monitor/alerts/{id}", alerts.act, alerts.WORK, ("POST",)),
    Address("/monitor/changes", intelligence.changes, "lists.view"),
    Address("/monitor/gap", intelligence.gap, "party.view"),
)
