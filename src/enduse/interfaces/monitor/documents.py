"""Alerts as documents: the bytes that are kept and signed, what the API gives, and back."""

from __future__ import annotations

import json
from typing import Any

from enduse.model.codec import canonical_json, from_plain, to_plain
from enduse.monitor.alerts import Alert

SCHEMA = "enduse.alert/1"


def alert_document(alert: Alert) -> dict[str, Any]:
    """An alert as plain values. Documented in docs/monitoring.md."""
    found = to_plain(alert, keep_empty=True)
    return {"schema": SCHEMA, **found, "headline": alert.headline}


def alert_bytes(alert: Alert) -> bytes:
    """An alert as it is kept."""
    return canonical_json({"schema": SCHEMA, **to_plain(alert, keep_empty=True)})


def read_alert(body: bytes) -> Alert:
    """The alert of :func:`alert_bytes`."""
    raw = json.loads(body)
    del raw["schema"]
    return from_plain(Alert, raw)
