"""Documents of a case: a list, each as a page, and each to download as HTML or PDF."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from enduse.cases.case import Case
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing.desk import EXPORTER
from enduse.interfaces.licensing.desk import Desk as Counter
from enduse.interfaces.licensing.documents import FORMS, Documents, Issued
from enduse.interfaces.licensing.documents.pages import fragment
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.licensing.room import as_exporter, case_at, counter_of, page
from enduse.interfaces.web.page import Page
from enduse.model.errors import BadInput


@dataclass(frozen=True, slots=True)
class Shelf:
    """The documents of one case, as far as somebody may read them.

    Attributes:
        audience: ``exporter`` for who reads the case as its exporter; empty for everything.
    """

    documents: Documents
    case: Case
    audience: str

    @property
    def listed(self) -> tuple[Issued, ...]:
        """What the case calls for."""
        return self.documents.listed(self.case.id, self.audience)


def shelf_of(desk: Desk, counter: Counter, case: Case) -> Shelf:
    """The documents of a case."""
    audience = EXPORTER if as_exporter(counter, case) else ""
    return Shelf(desk.service.office.documents(), case, audience)


def document(desk: Desk) -> Page | Response:
    """A document of a case as a page, or as a file where a format is asked for.

    Raises:
        NotHeld: there is no such case or document, or none for the person.
        BadInput: there is no such format.
    """
    counter = counter_of(desk)
    case = case_at(desk, counter)
    shelf, name, form = shelf_of(desk, counter, case), desk.params["document"], desk.fields.one("format")
    if form and form not in FORMS:
        raise BadInput(f"no form {form[:20]!r}", where="format", remedy=f"one of {', '.join(FORMS)}")
    if all(one.ref.id != name for one in shelf.listed):
        raise NotHeld("there is no such document", "the page of the case lists those that there are")
    if form:
        made = shelf.documents.render(case.id, name, form, shelf.audience)
        return Response(made.body, media_type=made.media_type, headers=dict(made.headers))
    content = desk.service.office.licensing().content(case.id, name, shelf.audience)
    made = shelf.documents.render(case.id, name, "html", shelf.audience)
    context = {
        "id": case.id,
        "title_of": case.reference or case.id,
        "article": fragment(content),
        "document": name,
        # What is not on record yet concerns those who record it.
        "notices": made.notices if not shelf.audience else (),
        "sha256": made.sha256,
    }
    return page(desk, "document.html", content.title, context)
