"""The addresses of the coalition in a browser.

Members and publications are public among members; notices are read by those who may read denials, as far as their
handling lets them, and sent by the consultation officer alone.
"""

from __future__ import annotations

from enduse.interfaces.web.addresses import Address
from enduse.interfaces.web.exchange import notices, publications

ADDRESSES: tuple[Address, ...] = (
    Address("/exchange", publications.members, publications.VIEW),
    Address("/exchange/inbox", notices.inbox, notices.VIEW),
    Address("/exchange/outbox", notices.outbox, notices.VIEW),
    Address("/exchange/due", notices.due, notices.VIEW),
    Address("/exchange/denials", notices.denials, notices.VIEW),
    Address("/exchange/notices/{id}", notices.notice, notices.VIEW),
    Address("/exchange/notices/{id}", notices.act, notices.SEND, ("POST",)),
    Address("/exchange/publications", publications.held, publications.VIEW),
    Address("/exchange/publications/{publisher}/{path:path}", publications.one, publications.VIEW),
    Address("/exchange/publications/{publisher}/{path:path}", publications.act, publications.ADOPT, ("POST",)),
)
