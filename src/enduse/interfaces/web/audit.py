"""The audit chain: who did what, and whether the chain is whole."""

from __future__ import annotations

from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.page import Page

VIEW, VERIFY = "audit.view", "audit.verify"
SHOWN = 50


def entries(desk: Desk) -> Page:
    """The entries, newest first; those about one subject (``assessment:ID``) alone where it is stated.

    Raises:
        BadInput: ``before`` is no place in the chain.
    """
    store, before, subject = desk.service.stores.get(), desk.before, desk.fields.one("subject")
    found = (
        store.audit.entries(last=SHOWN + 1, before=before, subject=subject or None)[::-1] if store is not None else []
    )
    older = (
        desk.url("/audit", ("before", str(found[SHOWN - 1].seq)), ("subject", subject)) if len(found) > SHOWN else ""
    )
    names = {one.id: one.name for one in store.accounts.users()} if store is not None and desk.may("user.view") else {}
    context = {
        "entries": found[:SHOWN],
        "names": names,
        "subject": subject,
        "older": older,
        "newest": before is None,
        "may_verify": desk.may(VERIFY),
    }
    return Page("audit.html", "Audit", context)


def verification(desk: Desk) -> Page:
    """The chain followed from its first entry, and compared with all that it tells of."""
    store = desk.service.stores.get()
    found = store.verify() if store is not None else None
    context = {"found": found, "may_view": desk.may(VIEW)}
    return Page("verification.html", "Audit: verification", context, section="/audit")
