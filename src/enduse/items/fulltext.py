"""The official paragraphs of the Commerce Control List, read from the eCFR's XML when a user has it.

The text is never shipped: ``enduse items sync`` reads it from the official file into the data directory, with an index
that opens without reading every word again.

Source: eCFR versioner API, ``full/<date>/title-15.xml?part=774``, Supplement No. 1.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from enduse.items.ecfr.markup import blocks, read_markup, supplement, text_of
from enduse.items.vocabulary import PostingIndex
from enduse.items.words import words
from enduse.model.errors import BadInput, OperationFailed

SCHEMA = 1
FOLDER = "items"
_HEADING = re.compile(r"^(?P<eccn>[0-9][A-E][0-9]{3})\b(?P<rest>.*)", re.DOTALL)
_ITEM = re.compile(r"^(?P<paragraph>[a-z](?:\.[0-9]{1,2}|\.[a-z]{1,4})*)\.\s+(?P<rest>\S.*)$", re.DOTALL)
_ITEMS = re.compile(r"(?:items|list of items controlled)\s*:?$", re.IGNORECASE)
_LICENCE = re.compile(
    r"(?:licen[cs]e requirements|reason for control|list.based licen[cs]e exceptions|special conditions for sta"
    r"|reporting requirements|related (?:controls|definitions))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph with the notes that follow it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class FullText:
    """The paragraphs of one edition, indexed."""

    edition: str
    sha256: str
    paragraphs: Sequence[Paragraph]
    index: PostingIndex

    def of(self, code: str) -> tuple[Paragraph, ...]:
        """Paragraphs of a code and below it, in order."""
        return tuple(item for item in self.paragraphs if item.code == code or item.code.startswith(f"{code}."))


def read_paragraphs(element: Element) -> Iterator[Paragraph]:
    """Headings and item paragraphs of the list, each with its notes.

    Args:
        element: Supplement No. 1 to part 774.
    """
    code, eccn, in_items = "", "", False
    parts: list[str] = []
    for block in blocks(element):
        tag, text = block.tag.upper(), text_of(block)
        heading = _HEADING.match(text)
        if heading and tag in ("FP-1", "FP-2", "FP") and block.find("B") is not None:
            if code:
                yield Paragraph(code, " ".join(parts))
            code = eccn = heading["eccn"]
            parts, in_items = [heading["rest"].strip()], False
        elif not eccn or tag == "TABLE":
            continue
        elif _ITEMS.match(text):
            in_items = True
        elif _LICENCE.match(text):
            in_items = False
        elif found := _ITEM.match(text) if tag != "NOTE" else None:
            in_items = True
            yield Paragraph(code, " ".join(parts))
            code, parts = f"{eccn}.{found['paragraph']}", [found["rest"].strip()]
        elif in_items and text:
            parts.append(text)
    if code:
        yield Paragraph(code, " ".join(parts))


def build_full_text(file: Path, edition: str, data_dir: Path) -> FullText:
    """Read an official file and keep its paragraphs with an index.

    Args:
        file: XML of part 774 from the versioner API.
        edition: its date, ``2026-07-23``.
        data_dir: the data directory; the text is written below ``items/``.

    Raises:
        BadInput: the date is none, or the file is no such XML.
        OperationFailed: the text cannot be written.
    """
    try:
        dt.date.fromisoformat(edition)
    except ValueError:
        raise BadInput(f"{edition!r} is no date", where="edition", remedy="write it as 2026-07-23") from None
    found = supplement(read_markup(file), 1, 774)
    paragraphs = tuple(read_paragraphs(found)) if found is not None else ()
    if not paragraphs:
        raise BadInput(
            "the file holds no Supplement No. 1 to part 774 with entries",
            where=file.name,
            remedy="save full/<date>/title-15.xml?part=774 of the eCFR's versioner API",
        )
    texts = [dict.fromkeys(words(item.text), 1.0) for item in paragraphs]
    index = PostingIndex.of(texts)
    made = FullText(edition, hashlib.sha256(file.read_bytes()).hexdigest(), paragraphs, index)
    _write(made, data_dir / FOLDER / f"ccl-text-{edition}.json")
    return made


def _write(text: FullText, path: Path) -> None:
    document = {
        "schema": SCHEMA,
        "edition": text.edition,
        "sha256": text.sha256,
        "paragraphs": [[item.code, item.text] for item in text.paragraphs],
        "postings": {word: [place for place, _ in found] for word, found in text.index.postings.items()},
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(".new")
        scratch.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        scratch.replace(path)
    except OSError as error:
        raise OperationFailed(f"the text cannot be written: {error.strerror}", where=str(path)) from None


def load_full_text(data_dir: Path) -> FullText | None:
    """The newest edition that was read, or None where there is none.

    Raises:
        OperationFailed: the kept file is damaged.
    """
    files = sorted((data_dir / FOLDER).glob("ccl-text-*.json"))
    if not files:
        return None
    path = files[-1]
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise ValueError("another schema")
        paragraphs = tuple(Paragraph(code, text) for code, text in document["paragraphs"])
        lengths = [0.0] * len(paragraphs)
        postings = {}
        for word, places in document["postings"].items():
            postings[word] = [(place, 1.0) for place in places]
            for place in places:
                lengths[place] += 1
        mean = sum(lengths) / max(1, len(lengths)) or 1.0
        return FullText(document["edition"], document["sha256"], paragraphs, PostingIndex(postings, lengths, mean))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise OperationFailed(
            f"the kept text of the list is damaged ({type(error).__name__})",
            where=str(path),
            remedy="read the official file again: enduse items sync",
        ) from None
