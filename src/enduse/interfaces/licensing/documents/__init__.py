"""Documents as bytes: the page (HTML) always, PDF/UA where the extra ``typst`` and the fonts allow it.

render(content, "pdf", fonts)        one document
Documents(licensing, fonts).issue    records which bytes the documents of a case were issued as
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from enduse.cases.case import Case
from enduse.cases.document_bodies import DocumentIssued
from enduse.cases.documents import Content, DocumentRef
from enduse.cases.service import Licensing
from enduse.interfaces.licensing.documents.pages import page
from enduse.interfaces.licensing.documents.rendered import FORMS, Document
from enduse.interfaces.licensing.documents.typeset import Fonts, NoPdf, pdf
from enduse.model.errors import BadInput

__all__ = ["FORMS", "Document", "Documents", "Fonts", "Issued", "render"]

_FORM_ONLY = "end_user_certificate"
_NOT_SUBMITTED = ("draft", "returned")
HTML, PDF = FORMS


def render(content: Content, form: str, fonts: Fonts) -> Document:
    """A document as a page or as PDF.

    Where no PDF can be made of it, the page stands in and says so at its top and in ``notices``: a name in a script
    that no font at hand can show is no reason to give nothing.

    Args:
        form: one of :data:`FORMS`.

    Raises:
        BadInput: another form is asked for.
    """
    if form not in FORMS:
        raise BadInput(f"no form {form[:20]!r}", where="format", remedy=f"one of {', '.join(FORMS)}")
    if form == HTML:
        return page(content)
    try:
        return pdf(content, fonts)
    except NoPdf as reason:
        return page(content, (f"{reason} This page says the same as the PDF would.",))


@dataclass(frozen=True, slots=True)
class Issued:
    """A document of a case, with the record of its issue, or None while there is none."""

    ref: DocumentRef
    record: DocumentIssued | None


class Documents:
    """The documents of cases.

    Args:
        fonts: what PDF is set with.
    """

    def __init__(self, licensing: Licensing, fonts: Fonts) -> None:
        self._licensing = licensing
        self._fonts = fonts

    def listed(self, case_id: str, audience: str = "") -> tuple[Issued, ...]:
        """The documents that a case calls for, in order.

        Args:
            audience: those for the ``exporter`` or for the ``authority``; all where empty.

        Raises:
            BadInput: there is no such case.
        """
        records = {one.id: one for one in self._licensing.case(case_id).documents}
        return tuple(Issued(ref, records.get(ref.id)) for ref in self._licensing.documents(case_id, audience))

    def render(self, case_id: str, document: str, form: str, audience: str = "") -> Document:
        """A document of a case.

        Its ``notices`` say whether these are the bytes that it was issued as.

        Args:
            document: its id: ``refusal-1``.
            audience: who asks: what is not for them is not there.

        Raises:
            BadInput: there is no such document, or no such form.
        """
        made = render(self._licensing.content(case_id, document, audience), form, self._fonts)
        record = next((one for one in self._licensing.case(case_id).documents if one.id == document), None)
        return replace(made, notices=(*made.notices, *_compared(made, record)))

    def issue(self, case_id: str) -> Case:
        """Record the hashes of every document of a case that has no record yet, each once.

        A certificate that an end user is to sign is recorded once the application is submitted.

        Raises:
            BadInput: there is no such case.
            Conflict: somebody else wrote at the same time; what is recorded by then stays.
        """
        case = self._licensing.case(case_id)
        for one in self.listed(case_id):
            if one.record is not None or (one.ref.kind == _FORM_ONLY and case.status in _NOT_SUBMITTED):
                continue
            content = self._licensing.content(case_id, one.ref.id)
            html, printed = page(content), render(content, PDF, self._fonts)
            made = printed.sha256 if printed.form == PDF else ""
            record = DocumentIssued(one.ref.id, content.sha256, html.sha256, made, self._fonts.renderer)
            case = self._licensing.issue(case_id, record)
        return case


def _compared(made: Document, record: DocumentIssued | None) -> Iterator[str]:
    if record is None:
        yield "Its issue is not recorded yet."
    elif made.content_sha256 != record.content_sha256:
        yield "It says something else than what was issued: the law's texts were changed since. What was sent counts."
    elif made.sha256 not in (record.html_sha256, record.pdf_sha256):
        yield f"It says what was issued, in other bytes: it was issued by {record.renderer}."
