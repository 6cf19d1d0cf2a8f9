"""The addresses of monitoring in a browser."""

from __future__ import annotations

from enduse.interfaces.trade.work import MOST_FILES
from enduse.interfaces.web.addresses import Address
from enduse.interfaces.web.monitor import added, alerts, intelligence, licences, trade

ADDRESSES: tuple[Address, ...] = (
    Address("/monitor", alerts.queue, alerts.VIEW),
    Address("/monitor/alerts", alerts.several, alerts.WORK, ("POST",)),
    Address("/monitor/alerts/{id}", alerts.alert, alerts.VIEW),
    Address("/monitor/alerts/{id}", alerts.act, alerts.WORK, ("POST",)),
    Address("/monitor/changes", intelligence.changes, "lists.view"),
    Address("/monitor/gap", intelligence.gap, "party.view"),
    Address("/monitor/intelligence", added.overview, "lists.view"),
    Address("/monitor/intelligence", added.start, added.RUN, ("POST",)),
    Address("/monitor/licences", licences.overview, licences.VIEW),
    Address("/monitor/trade", trade.overview, trade.VIEW),
    Address("/monitor/trade", trade.start, trade.RUN, ("POST",), MOST_FILES),
    Address("/monitor/trade/signs/{kind}", trade.sign, trade.VIEW),
    Address("/monitor/trade/{id}", trade.one, trade.VIEW),
    Address("/monitor/trade/{id}/report", trade.download, trade.VIEW),
)
