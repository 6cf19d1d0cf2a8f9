"""What was found in trade between countries as plain values, and back: a report is made of its document alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from enduse.interfaces.trade.analysis import Asked, Beside, Found, Hub, ReadFile
from enduse.model.errors import OperationFailed
from enduse.monitor.trade.editions import Comparable, priority_codes
from enduse.monitor.trade.indicators import Flows, Kind, Signal, Step
from enduse.monitor.trade.series import Series, month_number, month_text
from enduse.version import __version__

SCHEMA = "enduse/trade-signs/1"
BESIDE = ("unit", "unit_others", "returned")
SERIES = ("to_hub", "arrived", "onward")


def signs_document(found: Found) -> dict[str, Any]:
    """What was found as plain values."""
    asked = found.asked
    return {
        "schema": SCHEMA,
        "engine": __version__,
        "origins": list(asked.origins),
        "restricted": list(asked.restricted),
        "codes": list(asked.codes) or sorted(priority_codes()),
        "control": month_text(asked.control),
        "asked": {
            "hubs": list(asked.hubs),
            "codes": list(asked.codes),
            "edition": asked.edition,
            "unverified": asked.unverified,
        },
        "read": [
            {
                "file": one.name,
                "format": one.format,
                "records": one.records,
                "left_aside": dict(one.dropped),
                "summary": one.said,
            }
            for one in found.readings
        ],
        "yearly_left_aside": found.yearly,
        "editions": [
            {"code": one.code, "edition": one.edition, "state": one.state, "note": one.note} for one in found.comparable
        ],
        "silent": found.silent,
        "hubs": [
            {
                "hub": hub.code,
                "name": hub.name,
                "exports_before": round(hub.before, 2),
                "exports_after": round(hub.after, 2),
                "signals": [_signal(one) for one in hub.signals],
                "beside": {name: list(getattr(hub.beside, name)) for name in BESIDE},
                "series": {name: _series(getattr(hub.flows, name)) for name in SERIES},
            }
            for hub in found.hubs
        ],
    }


def _signal(one: Signal) -> dict[str, Any]:
    return {
        "indicator": one.kind.value,
        "speaks": one.speaks,
        "score": round(one.score, 3) if one.score is not None else None,
        "level": one.level,
        "false_alarms": one.false_alarms,
        "silent": one.silent,
        "evidence": [
            {
                "what": step.what,
                "change": round(step.change, 3),
                "standard_errors": round(step.z, 3),
                "months_before": step.before,
                "months_after": step.after,
            }
            for step in one.evidence
        ],
    }


def _series(series: Series | None) -> dict[str, Any] | None:
    """A series from its first period on; None for a period that was not reported."""
    if series is None:
        return None
    values = [None if np.isnan(value) else round(float(value), 2) for value in series.values]
    return {"from": series.text(series.first), "values": values}


def found_of(document: Mapping[str, Any]) -> Found:
    """What a document says, for its report.

    Raises:
        OperationFailed: it is none of ours.
    """
    if document.get("schema") != SCHEMA:
        raise OperationFailed("this is no report of trade", remedy="start it anew")
    asked = Asked(
        tuple(document["origins"]),
        tuple(document["restricted"]),
        month_number(document["control"]),
        tuple(document["asked"]["hubs"]),
        tuple(document["asked"]["codes"]),
        document["asked"]["edition"],
        document["asked"]["unverified"],
    )
    read = tuple(
        ReadFile(one["file"], one["format"], one["records"], one["left_aside"], one["summary"])
        for one in document["read"]
    )
    editions = tuple(Comparable(one["code"], one["edition"], one["state"], one["note"]) for one in document["editions"])
    hubs = tuple(_hub(one) for one in document["hubs"])
    return Found(asked, read, hubs, None, None, editions, document["yearly_left_aside"], document["silent"])


def _hub(raw: Mapping[str, Any]) -> Hub:
    lines = {name: _read(name, raw["series"][name]) for name in SERIES}
    flows = Flows(raw["hub"], lines["to_hub"], None, None, lines["arrived"], lines["onward"])
    signals = tuple(_read_signal(raw["hub"], one) for one in raw["signals"])
    return Hub(raw["hub"], flows, signals, raw["exports_before"], raw["exports_after"], _beside(raw["beside"]))


def _beside(raw: Mapping[str, Any]) -> Beside:
    return Beside(*((raw[name][0], raw[name][1]) for name in BESIDE))


def _read(name: str, raw: Mapping[str, Any] | None) -> Series | None:
    if raw is None:
        return None
    yearly = len(raw["from"]) == 4
    first = int(raw["from"]) if yearly else month_number(raw["from"])
    return Series(name, first, np.array([_number(one) for one in raw["values"]]), yearly)


def _number(value: float | str | None) -> float:
    return np.nan if value is None else float(value)


def _read_signal(hub: str, raw: Mapping[str, Any]) -> Signal:
    evidence = tuple(
        Step(one["what"], one["change"], one["standard_errors"], one["months_before"], one["months_after"])
        for one in raw["evidence"]
    )
    kind = Kind(raw["indicator"])
    return Signal(kind, hub, raw["score"], raw["level"], raw["false_alarms"], evidence, raw["silent"])
