"""A scripted quarter: its evidence, and its scorecard as computed by hand."""

from __future__ import annotations

import datetime as dt

from enduse.programme.scorecard import Evidence

START, END = dt.date(2026, 1, 1), dt.date(2026, 4, 1)


def on(month: int, day: int) -> dt.date:
    return dt.date(2026, month, day)


def at(month: int, day: int, hour: int = 9) -> str:
    return f"2026-{month:02}-{day:02}T{hour:02}:00:00+00:00"


def decision(identifier: str, day: dt.date, **facts: str) -> Evidence:
    stated = {"decided_at": f"{day}T12:00:00+00:00", "complete": "yes", "granted": "no", "unmitigated": "no"}
    return Evidence("decision", identifier, day, stated | facts, f"/licensing/cases/{identifier}")


QUARTER = (
    Evidence("criteria", "criteria-2025", dt.date(2025, 12, 8), {"edition": "2025-12-01"}),
    Evidence("criteria", "criteria-2024", dt.date(2024, 1, 8), {"edition": "2024-01-01"}),
    Evidence("regime_change", "wa-2025", on(1, 20), {"regime_on": "2025-12-10", "domestic_on": "2026-01-20"}),
    Evidence("regime_change", "wa-2026", on(2, 1), {"regime_on": "2026-01-20", "domestic_on": "2026-02-01"}),
    Evidence("catch_all", "art-4", on(1, 1), {"present": "yes"}),
    # Ten decisions in scope. D1-D6: assessed and reviewed before, two sources.
    *(
        decision(f"D{n}", on(2, n), assessed_at=at(1, 20), reviewed_at=at(1, 25), sources="2", granted="yes")
        for n in range(1, 7)
    ),
    # D7: one source; D8: nobody reviewed it; D9: assessed the day after the decision; D10: not assessed.
    decision("D7", on(2, 7), assessed_at=at(2, 1), reviewed_at=at(2, 2), sources="1"),
    decision("D8", on(2, 8), assessed_at=at(2, 1), sources="3"),
    decision("D9", on(2, 9), assessed_at=at(2, 10), reviewed_at=at(2, 11), sources="4"),
    decision("D10", on(2, 10), complete="no"),
    Evidence("consultation", "C1", on(1, 10), {"stakeholder": "civil society", "responded_on": "2026-01-20"}),
    Evidence("consultation", "C2", on(2, 10), {"stakeholder": "business", "responded_on": "2026-03-02"}),
    Evidence("consultation", "C3", on(3, 10), {"stakeholder": "civil society"}),
    *(Evidence("alert", f"A{n}", on(3, n), {"raised_at": at(3, n, 0), "told_at": at(3, n, n)}) for n in range(1, 11)),
    *(Evidence("letter", f"fr/{n}", on(3, 1), {"acknowledged": "yes" if n < 8 else "no"}) for n in range(1, 9)),
    Evidence("denial", "N1/1", on(1, 5), {"told_in_time": "yes"}),
    Evidence("denial", "N2/1", on(1, 6), {"told_in_time": "yes"}),
    Evidence("denial", "N3/1", on(1, 7), {"told_in_time": "no"}),
    Evidence("practice", "P1", on(3, 3), {}),
    Evidence("practice_received", "P2", on(3, 4), {"adopted": "yes"}),
    Evidence("capacity", "K1", on(3, 5), {"state": "XB", "followed_up": "yes"}),
    Evidence("capacity", "K2", on(3, 6), {"state": "XC", "followed_up": "no"}),
    # Before and after the quarter: counts for nothing, but for the age of the criteria.
    decision("OLD", dt.date(2025, 12, 31), assessed_at="2025-12-01T09:00:00+00:00", sources="2"),
    decision("NEW", END),
)

BY_HAND: dict[str, tuple[str | None, int | None, int | None]] = {
    "criteria_age": ("120", None, None),  # 1 December to 31 March
    "regime_lag": ("26.5", 2, 2),  # 41 and 12 days
    "catch_all": ("100.0", 1, 1),
    "assessed_before": ("80.0", 8, 10),  # not D9, not D10
    "two_sources": ("70.0", 7, 10),  # nor D7
    "second_person": ("70.0", 7, 10),  # nor D8, but D7
    "unmitigated": ("0", 0, 10),
    "consultations": ("3", None, None),
    "response_days": ("15", 2, 3),  # 10 and 20 days; C3 waits
    "alert_median": ("5.5", 10, 10),
    "alert_p90": ("9.0", 10, 10),  # the ninth of ten
    "acknowledged": ("87.5", 7, 8),
    "denials_in_time": ("66.7", 2, 3),
    "notes": ("1", None, None),
    "adopted": ("100.0", 1, 1),
    "outreach": (None, None, None),
    "declared": (None, 0, 0),
    "notifications": (None, None, None),
    "activities": ("2", None, None),
    "followed_up": ("50.0", 1, 2),
}
LEVELS_BY_HAND = {"1": 3, "2": 2, "3": 1, "4": 2, "5": 3, "6": 0, "7": 2}
