"""The page of a case: the exporter's for who reads it as its exporter, else the officer's."""

from __future__ import annotations

from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.licensing import portal
from enduse.interfaces.web.licensing.documents import shelf_of
from enduse.interfaces.web.licensing.officer import whole_case
from enduse.interfaces.web.licensing.room import as_exporter, case_at, counter_of, page
from enduse.interfaces.web.page import Page


def case(desk: Desk) -> Page:
    """A case, as the person may read it.

    Raises:
        NotHeld: there is none, or none that the person may know of.
    """
    counter = counter_of(desk)
    found = case_at(desk, counter)
    if found.application is None:
        return page(desk, "erased.html", "An erased case", {"id": found.id, "hashes": found.erased})
    shelf = {"shelf": shelf_of(desk, counter, found)}
    if as_exporter(counter, found):
        context = portal.beside(desk, counter, found) | shelf
        return page(desk, "mine_one.html", found.reference or "Application", context)
    return page(desk, "case.html", found.reference or found.id, whole_case(desk, counter, found) | shelf)
