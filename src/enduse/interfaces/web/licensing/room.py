"""One request in the pages of licensing: the web's desk with the desk of licensing, and pages with their frame."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse

from enduse.cases.case import Case
from enduse.cases.policies import Policies
from enduse.interfaces.licensing.actions import ACTIONS
from enduse.interfaces.licensing.desk import EXPORTER
from enduse.interfaces.licensing.desk import Desk as Counter
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.licensing import words
from enduse.interfaces.web.page import Page

SECTION = "/licensing"
CASES = "/licensing/cases"
_NAVIGATION = (
    ("/licensing", "My applications", "case.view", EXPORTER),
    ("/licensing/cases", "Cases", "case.view", "authority"),
    ("/licensing/due", "What is due", "case.view", "authority"),
    ("/licensing/licences", "Licences", "licence.look_up", "authority"),
    ("/licensing/denials", "Denials", "denial.view", "authority"),
    ("/licensing/statistics", "Statistics", "statistics.view", ""),
)


def counter_of(desk: Desk) -> Counter:
    """The desk of licensing of who is signed in."""
    found: Counter = desk.service.office.desk(desk.actor)
    return found


def policies_of(desk: Desk) -> Policies:
    """What the authorities prescribe."""
    found: Policies = desk.service.office.policies
    return found


def case_url(case_id: str, command: str = "") -> str:
    """The address of a case, or of the page of a command on it."""
    base = f"{CASES}/{quote(case_id, safe='')}"
    return f"{base}/do/{command}" if command else base


def case_at(desk: Desk, counter: Counter, action: str = "case.view") -> Case:
    """The case that the address names.

    Raises:
        NotHeld: there is none, or none that the person may know of.
    """
    return counter.readable(desk.params["id"], action)


def as_exporter(counter: Counter, case: Case) -> bool:
    """Whether the person reads a case as its exporter does."""
    return bool(case.application and counter.side(case.application.exporter) == EXPORTER)


def is_exporter(counter: Counter) -> bool:
    """Whether the person files applications or reads those of an exporter, and works for no authority."""
    return not counter.of_authority


def page(desk: Desk, template: str, title: str, context: Mapping[str, Any], status: int = 200) -> Page:
    """A page of licensing, with its own navigation."""
    counter = counter_of(desk)
    sides = {"", "authority" if counter.of_authority else EXPORTER}
    tabs = [(path, label) for path, label, action, side in _NAVIGATION if side in sides and counter.may(action)]
    shared = {
        "w": words,
        "tabs": tabs,
        "tab": _tab(desk.path, tabs),
        "counter": counter,
        "officer": counter.of_authority,
        "case_url": case_url,
        "done": desk.fields.one("done") if not desk.posted else "",
        "actions": ACTIONS,
        "today": desk.today,
    }
    return Page(f"licensing/{template}", title, shared | dict(context), status, SECTION)


def _tab(path: str, tabs: Iterable[tuple[str, str]]) -> str:
    return max((one for one, _ in tabs if path == one or path.startswith(f"{one}/")), key=len, default="")


def see(path: str, *pairs: tuple[str, str], at: str = "") -> RedirectResponse:
    """Go to a page, once something was done.

    Args:
        at: id of the part of the page.
    """
    return RedirectResponse(address(path, pairs) + (f"#{at}" if at else ""), 303)


def names_of(desk: Desk, ids: Iterable[str]) -> dict[str, str]:
    """Names of users by their ids; the id itself where nobody is known under it."""
    store = desk.service.stores.get()
    found = {}
    for one in {one for one in ids if one}:
        user = store.accounts.user(one) if store is not None and one != "system" else None
        found[one] = user.name if user is not None else ("the system" if one == "system" else one)
    return found


def moment(at: dt.datetime | str, zone: dt.tzinfo) -> str:
    """A moment in the civil time of an authority."""
    when = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M}"
