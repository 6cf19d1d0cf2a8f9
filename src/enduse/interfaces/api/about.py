"""What the server says of itself: its data sets and its way of scoring."""

from __future__ import annotations

import datetime as dt
from typing import Any

from enduse.interfaces.api.holdings import Holdings
from enduse.lists.starter import SOURCE as STARTER
from enduse.screen.version import weights_version

OTHER_ALGORITHMS = frozenset(
    {"best", "logic-v1", "logic-v2", "name-based", "name-qualified", "name-matcher", "ofac-249", "er-unstable"}
    | {f"regression-v{number}" for number in (1, 2, 3)}
)
"""Names that programs written for yente ask for; ``best`` promises nothing that we do not keep."""
PARTS = {
    "token": "words of the query and of the listed name that stand for each other",
    "missing": "words of the listed name that the query lacks",
    "extra": "words of the query that the listed name lacks",
    "ignored": "words that say little, such as legal forms",
    "alias": "the listed name is one that the publisher calls weak",
    "country": "countries stated on both sides",
    "identifier": "numbers stated on both sides",
    "birth_date": "dates of birth stated on both sides",
    "birth_place": "places of birth stated on both sides",
    "nationality": "nationalities stated on both sides",
    "gender": "genders stated on both sides",
    "kind": "whether both are persons, companies, vessels",
    "address": "addresses stated on both sides",
    "doubt": "what lowers the whole score of two names",
    "calibration": "the step from the raw score of two names to the calibrated one",
    "absent": "details that the query states and the list does not",
}


def algorithm_name() -> str:
    """Our way of scoring, by the version of its weights."""
    return f"enduse-v{weights_version()}"


def catalog(holdings: Holdings, day: dt.date) -> dict[str, Any]:
    """What is held, and how fresh it is."""
    counts = holdings.counts(day)
    changed = holdings.outdated()
    entries: list[dict[str, Any]] = []
    current: list[str] = []
    outdated: list[str] = []
    for one in holdings.datasets.values():
        found = holdings.coverage((one.name,), day) if one.loaded else None
        problems = [*found.stale, *found.not_checked] if found else []
        fresh = found is not None and not found.stale and not one.problem and not (changed and one.name != STARTER)
        if one.loaded:
            (current if fresh else outdated).append(one.name)
        version = one.version.isoformat() if one.version else None
        entries.append(
            {
                "name": one.name,
                "title": one.title,
                "summary": "; ".join(dict.fromkeys(filter(None, (one.problem, *problems)))) or None,
                "url": one.url if one.url.startswith("http") else None,
                "version": version,
                "entity_count": counts[one.name] if one.loaded else 0,
                "updated_at": f"{version}T00:00:00" if version else None,
                "publisher": {"name": one.authority, "official": one.authority != "FTM"} if one.authority else None,
                "load": one.loaded,
                "index_version": version if one.loaded else None,
                "index_current": fresh,
                "children": list(one.children),
            }
        )
    return {"datasets": entries, "current": current, "outdated": outdated, "index_stale": bool(outdated)}


def algorithms() -> dict[str, Any]:
    """Our way of scoring; there is one, so that a score means the same everywhere."""
    name = algorithm_name()
    parts = {part: {"description": text} for part, text in PARTS.items()}
    ours = {
        "name": name,
        "description": "Aligns the words of two names, in any script, and weighs what country, date of birth and "
        "numbers say; calibrated so that 0.70 is a hit.",
        "features": parts,
        "docs": parts,
    }
    return {"algorithms": [ours], "default": name, "best": name}
