"""A rendered document: its bytes, what they are, and what a browser may do with them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

FORMS = ("html", "pdf")
MEDIA_TYPES: Mapping[str, str] = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered document.

    Attributes:
        form: what it is; ``html`` also where a PDF was asked for and could not be made.
        stem: name of a file without its ending.
        content_sha256: hash of what it says.
        notices: what whoever hands it out should know.
        style: source expression of its style sheet, for the policy of the answer.
    """

    form: str
    body: bytes
    stem: str
    content_sha256: str
    notices: tuple[str, ...] = ()
    style: str = ""

    @property
    def sha256(self) -> str:
        """Hash of the bytes."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def media_type(self) -> str:
        """Its media type."""
        return MEDIA_TYPES[self.form]

    @property
    def file_name(self) -> str:
        """A file name of letters, digits and hyphens."""
        return f"{self.stem}.{self.form}"

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of an answer that holds it: its own style sheet by its hash, and nothing else, may be used."""
        policy = f"default-src 'none'; style-src {self.style or chr(39) + 'none' + chr(39)}; base-uri 'none'; "
        return {
            "Content-Security-Policy": f"{policy}form-action 'none'; frame-ancestors 'none'",
            "Content-Disposition": f'inline; filename="{self.file_name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
