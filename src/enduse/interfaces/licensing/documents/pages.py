"""Documents as pages: one file that needs nothing beside it, or a fragment for a page of the web interface."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from enduse.cases.document_parts import in_words
from enduse.cases.documents import Content
from enduse.interfaces.licensing.documents.rendered import Document


@functools.cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("enduse.interfaces.licensing.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["day"] = in_words
    return found


@functools.cache
def template_bytes(name: str) -> bytes:
    """A template or style sheet as it is."""
    return (resources.files("enduse.interfaces.licensing.documents") / "templates" / name).read_bytes()


def fragment(content: Content, notices: tuple[str, ...] = ()) -> Markup:
    """The document as an ``article``, for a page that brings its own style sheet; its heading is an ``h1``."""
    text = _environment().get_template("article.html").render(content=content, notices=notices)
    return Markup(text)  # noqa: S704 - the template escapes


def page(content: Content, notices: tuple[str, ...] = ()) -> Document:
    """The document as a file of its own: style inside, no script, nothing that is fetched.

    Args:
        notices: what is shown at its top.
    """
    style = template_bytes("document.css").decode("utf-8")
    text = (
        _environment()
        .get_template("document.html")
        .render(
            content=content,
            article=fragment(content, notices),
            style=Markup(style),  # noqa: S704 - a file of ours
        )
    )
    source = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return Document("html", text.encode("utf-8"), stem_of(content), content.sha256, notices, f"'sha256-{source}'")


def stem_of(content: Content) -> str:
    """A file name of letters, digits and hyphens, whatever the reference holds."""
    return re.sub(r"[^A-Za-z0-9]+", "-", content.number).strip("-")[:80] or content.id
