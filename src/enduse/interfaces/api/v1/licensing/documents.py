"""Documents of a case: which ones it calls for, what they were issued as, and each as a page or as PDF."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from enduse.cases.case import Case
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.v1.common import part
from enduse.interfaces.api.v1.licensing.shared import OUTCOMES, desk_of
from enduse.interfaces.identity.guard import require
from enduse.interfaces.licensing.desk import EXPORTER, Desk
from enduse.interfaces.licensing.documents import FORMS
from enduse.model.codec import to_plain

router = part("Licensing")
Form = Annotated[
    str,
    Query(max_length=20, description="`html` or `pdf`.", json_schema_extra={"enum": list(FORMS), "examples": FORMS}),
]
BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document; where no PDF can be made, the page, which says why.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("text/html", "application/pdf")
        },
    }
}


class IssueRecord(BaseModel):
    """What a document was issued as: hashes, recorded once."""

    id: str
    content_sha256: str = Field(description="Of what it says, whatever it is rendered as.")
    html_sha256: str
    pdf_sha256: str = Field(description="Empty where no PDF was made.")
    renderer: str = Field(description="What made the bytes: names, versions, fonts.")


class CaseDocument(BaseModel):
    """A document that a case calls for."""

    id: str = Field(examples=["refusal-1"])
    url: str
    kind: str
    title: str
    date: dt.date
    issued: IssueRecord | None = Field(description="Null while there is no record; the daily run makes it.")


def _reading(request: Request, identifier: str) -> tuple[Desk, Case, str]:
    """A case, and for whom its documents are: the exporter's own, or all of them."""
    desk = desk_of(request)
    found = desk.readable(identifier)
    exporter = found.application is not None and desk.side(found.application.exporter) == EXPORTER
    return desk, found, EXPORTER if exporter else ""


@router.get(
    "/licensing/cases/{identifier}/documents",
    response_model=list[CaseDocument],
    responses=OUTCOMES,
    dependencies=[require("case.view")],
)
def documents(request: Request, identifier: str) -> Any:
    """The documents of a case, as you may read them, each with the record of the bytes that it was issued as."""
    desk, found, audience = _reading(request, identifier)
    return [
        {
            "id": one.ref.id,
            "url": f"/v1/licensing/cases/{found.id}/documents/{one.ref.id}",
            "kind": one.ref.kind,
            "title": one.ref.title,
            "date": one.ref.date,
            "issued": to_plain(one.record, keep_empty=True) if one.record else None,
        }
        for one in desk.office.documents().listed(found.id, audience)
    ]


@router.get(
    "/licensing/cases/{identifier}/documents/{document}",
    response_class=Response,
    responses={**OUTCOMES, **BYTES},
    dependencies=[require("case.view")],
)
def document(request: Request, identifier: str, document: str, format: Form = "html") -> Any:  # noqa: A002
    """One document as a page, or as PDF/UA-1."""
    desk, found, audience = _reading(request, identifier)
    shelf = desk.office.documents()
    if all(one.ref.id != document for one in shelf.listed(found.id, audience)):
        raise NotHeld("there is no such document", f"GET /v1/licensing/cases/{found.id}/documents lists them")
    made = shelf.render(found.id, document, format, audience)
    return Response(made.body, media_type=made.media_type, headers=dict(made.headers))
