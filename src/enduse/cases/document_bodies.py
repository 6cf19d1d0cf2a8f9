"""Body of the event that records which bytes a document was issued as."""

from __future__ import annotations

from dataclasses import dataclass

from enduse.cases.events import body


@body("document_issued")
@dataclass(frozen=True, slots=True)
class DocumentIssued:
    """The hashes of a document, recorded once.

    Attributes:
        id: of the document within the case.
        content_sha256: of what it says.
        html_sha256: of the page.
        pdf_sha256: of the PDF; empty where none was made.
        renderer: what made them: names, versions, fonts.
    """

    id: str
    content_sha256: str
    html_sha256: str
    pdf_sha256: str = ""
    renderer: str = ""
