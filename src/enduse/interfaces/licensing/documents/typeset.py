"""Documents as PDF/UA-1, by typst: fonts of one folder and those that come with typst, no network, no packages.

The date of the document is that of its event, and nothing else in the file is of the moment: the same content, fonts
and version of typst give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import importlib.metadata
import importlib.util
import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enduse.cases.document_parts import in_words
from enduse.cases.documents import Block, Content, Facts, Paragraph, Points, Signature, Table
from enduse.interfaces.licensing.documents.pages import stem_of, template_bytes
from enduse.interfaces.licensing.documents.rendered import Document
from enduse.model.errors import BadInput
from enduse.version import __version__

if TYPE_CHECKING:
    import typst

STANDARD = "ua-1"
LONGEST = 300_000
"""Characters of a document that a PDF is made of; a longer one is a page."""
PREFERRED = (
    *("Noto Sans", "DejaVu Sans", "Libertinus Serif", "Noto Naskh Arabic", "Noto Sans Arabic", "Noto Sans CJK SC"),
    *("Noto Sans SC", "Noto Sans Myanmar"),
)
"""Families in the order in which a letter is looked for; after these, any that has it."""
_MISSING = re.compile(r'the text `"(.*?)"` could not be displayed')
_CODE = re.compile(r"\\u\{([0-9a-f]+)\}")
_MOST_NAMED = 8
_RUN = re.compile(r"\S{30,}")
_BREAK_AFTER = 24


class NoPdf(Exception):
    """No PDF can be made of a document; the text is a sentence for its reader."""


class Fonts:
    """What PDF is set with: the fonts that come with typst, and those of a folder.

    Fonts of the machine are left out: a document would change with them.

    Args:
        folder: looked through with all its folders; None for the fonts that come with typst alone: Latin, Greek,
            Cyrillic and, in one width, Arabic letters.

    Raises:
        BadInput: there is no such folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None and not folder.is_dir():
            raise BadInput(
                f"no folder {folder}",
                where="document_fonts",
                remedy="name a folder with fonts in ENDUSE_DOCUMENT_FONTS",
            )
        self.folder = folder

    @property
    def available(self) -> bool:
        """Whether the extra ``typst`` is installed."""
        return importlib.util.find_spec("typst") is not None

    @functools.cached_property
    def loaded(self) -> typst.Fonts:
        """The fonts, found once."""
        import typst  # an extra, and large

        paths = [str(self.folder)] if self.folder else []
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=paths)

    @functools.cached_property
    def families(self) -> tuple[str, ...]:
        """The preferred families that are there."""
        held = set(self.loaded.families())
        return tuple(one for one in PREFERRED if one in held)

    @functools.cached_property
    def renderer(self) -> str:
        """What makes the bytes: our version, that of typst, and which fonts."""
        if not self.available:
            return f"enduse {__version__}, without typst"
        names = sorted(f"{one.family}/{one.style}/{one.weight}/{one.index}" for one in self.loaded.fonts())
        tag = hashlib.sha256("\n".join(names).encode("utf-8")).hexdigest()[:12]
        return f"enduse {__version__}, typst {importlib.metadata.version('typst')}, fonts {tag}"


def pdf(content: Content, fonts: Fonts) -> Document:
    """The document as PDF/UA-1.

    Raises:
        NoPdf: typst is not installed, the document is very long, or no font at hand shows one of its letters.
    """
    if not fonts.available:
        raise NoPdf("No PDF can be made here: the extra typst is not installed.")
    if content.length > LONGEST:
        raise NoPdf(f"No PDF is made of a document of {content.length:,} characters.")
    body = _compiled(content, fonts)
    return Document("pdf", body, stem_of(content), content.sha256)


def pictures(content: Content, fonts: Fonts, *, ppi: float = 96) -> list[bytes]:
    """The pages as PNG, to be looked at.

    Raises:
        NoPdf: see :func:`pdf`.
    """
    found = _compiled(content, fonts, form="png", ppi=ppi)
    return found if isinstance(found, list) else [found]


def _compiled(content: Content, fonts: Fonts, form: str = "pdf", ppi: float | None = None) -> Any:
    import typst  # an extra, and large

    moment = dt.datetime.combine(content.date, dt.time(), tzinfo=dt.UTC)
    try:
        return typst.compile(
            template_bytes("document.typ"),
            font_paths=fonts.loaded,
            ignore_system_fonts=True,
            format=form,  # type: ignore[call-overload]
            ppi=ppi,
            sys_inputs={"content": json.dumps(_plain(content, fonts.families), ensure_ascii=False)},
            pdf_standards=[STANDARD] if form == "pdf" else [],
            timestamp=moment,
        )
    except typst.TypstError as error:
        raise NoPdf(why_not(error)) from None
    except BaseException as error:
        # A defect inside typst arrives as PanicException, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise NoPdf("The PDF could not be made: a defect in typst.") from None


def why_not(error: typst.TypstError) -> str:
    """Why typst made nothing, as a sentence for a reader."""
    letters = dict.fromkeys(
        letter
        for found in _MISSING.findall(error.diagnostic)
        for letter in _CODE.sub(lambda code: chr(int(code[1], 16)), found)
    )
    if not letters:
        return f"The PDF could not be made: {error.message[:200]}."
    named = ", ".join(f"{one} (U+{ord(one):04X})" for one in list(letters)[:_MOST_NAMED])
    more = f" and {len(letters) - _MOST_NAMED} more" if len(letters) > _MOST_NAMED else ""
    return f"The fonts at hand cannot show {named}{more}, so no PDF was made."


def _plain(content: Content, families: tuple[str, ...]) -> dict[str, Any]:
    day = content.date
    return {
        "title": content.title,
        "number": breakable(content.number),
        "issuer": content.issuer,
        "date": in_words(day),
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "sha256": content.sha256,
        "fonts": list(families),
        "blocks": [_block(one) for one in content.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    found: dict[str, Any] = {"block": block.block}
    if isinstance(block, Facts):
        rows = [{"label": label, "lines": [_said(one) for one in value.split("\n")]} for label, value in block.rows]
        return found | {"rows": rows}
    if isinstance(block, Table):
        cells = [_said(text) for row in block.rows for text in row]
        widths = [_width(label, [row[number] for row in block.rows]) for number, label in enumerate(block.columns)]
        return found | {
            "caption": block.caption,
            "columns": list(block.columns),
            "numbers": list(block.numbers),
            "widths": widths,
            "cells": cells,
        }
    if isinstance(block, Points):
        return found | {"items": [_said(one) for one in block.items]}
    if isinstance(block, Signature):
        return found | {"labels": list(block.labels)}
    if isinstance(block, Paragraph):
        found["own"] = block.own
    return found | {"text": _said(block.text)}


def _said(text: str) -> dict[str, Any]:
    """A text with the direction of its first letter (Unicode Standard Annex 9, rules P2 and P3)."""
    strong = next((one for one in map(unicodedata.bidirectional, text) if one in ("L", "R", "AL")), "L")
    return {"text": breakable(text), "rtl": strong != "L"}


def _width(label: str, texts: list[str]) -> int:
    """Share of a column: after its longest text, within limits that leave room for the others."""
    return min(40, max(8, len(label) + 2, *(len(text) for text in texts), 8))


def breakable(text: str) -> str:
    """The text with places to break in words of thirty letters and more, so that nothing runs off the page."""
    return _RUN.sub(lambda run: _broken(run[0]), text)


def _broken(run: str) -> str:
    found, since = [], 0
    for number, one in enumerate(run):
        following = run[number + 1] if number + 1 < len(run) else ""
        found.append(one)
        since += 1
        joined = one in "\u200c\u200d" or following in ("", "\u200c", "\u200d") or unicodedata.combining(following)
        if (
            since >= _BREAK_AFTER
            and not joined
            and not (_breaks_itself(one) or unicodedata.category(following) == "Mc")
        ):
            found.append("\u200b")
            since = 0
    return "".join(found)


def _breaks_itself(letter: str) -> bool:
    """Whether lines break between such letters anyway: Han, Kana and Hangul, Thai, Lao, Burmese, Khmer."""
    code = ord(letter)
    wide = unicodedata.east_asian_width(letter) in "WF"
    return wide or 0x0E00 <= code < 0x0F00 or 0x1000 <= code < 0x10A0 or 0x1780 <= code < 0x1800
