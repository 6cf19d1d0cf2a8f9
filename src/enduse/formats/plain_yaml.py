"""YAML without surprises: every scalar comes back as the text that was written.

``NO`` stays Norway, ``5E980`` stays an ECCN, ``1E001`` stays technology. Anchors, tags and duplicate keys are refused,
so a document means one thing and cannot grow beyond its size. JSON with the same promises: :mod:`.plain_json`.

Source: YAML 1.2.2, with the failsafe schema plus null (chapter 10.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enduse.model.errors import BadInput

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no honest document holds: controls, lone surrogates and non-characters."""

Route = tuple[str | int, ...]
"""Keys and list positions from the root of a document to a value."""


@dataclass(frozen=True, slots=True)
class Located:
    """A document, and the line on which each of its values (for a mapping's value: its key) stands, from 1."""

    value: Any
    lines: Mapping[Route, int]


def load_yaml(
    data: bytes | str, *, name: str, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES
) -> Any:
    """Read one YAML document into dictionaries, lists, texts and None.

    Args:
        data: the document.
        name: what messages call it (a file name).
        max_bytes: refuse more than so many bytes.
        max_depth: refuse deeper nesting.
        max_nodes: refuse more values.

    Raises:
        BadInput: not UTF-8, control characters, bad syntax, an anchor, alias or tag, a duplicate key, several
            documents, or too large; the message names line and column.
    """
    from enduse.formats.yaml_events import Builder  # heavy: only where YAML is read

    text = checked_text(data, name=name, max_bytes=max_bytes)
    return Builder(name, max_depth, max_nodes, None).build(text)


def locate_yaml(data: bytes | str, *, name: str, max_bytes: int = MAX_BYTES) -> Located:
    """As :func:`load_yaml`, with the line of every value, for messages.

    Raises:
        BadInput: as :func:`load_yaml`.
    """
    from enduse.formats.yaml_events import Builder  # heavy: only where YAML is read

    lines: dict[Route, int] = {}
    text = checked_text(data, name=name, max_bytes=max_bytes)
    return Located(Builder(name, MAX_DEPTH, MAX_NODES, lines).build(text), lines)


def read_bounded(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The content of a file, never more than ``max_bytes`` of it in memory.

    Raises:
        BadInput: there is no such file, it cannot be read, or it is larger.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        raise BadInput(f"cannot read the file: {error.strerror}", where=str(path), remedy="check the path") from None
    if len(data) > max_bytes:
        raise too_large(path.name, max_bytes)
    return data


def too_large(name: str, max_bytes: int) -> BadInput:
    """The error for a document of more than ``max_bytes``."""
    return BadInput(f"larger than {max_bytes:,} bytes", where=name, remedy="split it: one transaction or rule per file")


def checked_text(data: bytes | str, *, name: str, max_bytes: int = MAX_BYTES) -> str:
    """Decode a document as UTF-8 (with or without a byte-order mark) and refuse what no honest document holds.

    Raises:
        BadInput: too large, not UTF-8, or control characters; names line and byte.
    """
    if len(data) > max_bytes:
        raise too_large(name, max_bytes)
    text = decoded(data, name=name) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    if found := FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        raise forbidden_character(found[0], f"{name} line {line}, column {column}")
    return text


def decoded(data: bytes, *, name: str) -> str:
    """Decode UTF-8, with or without a byte-order mark.

    Raises:
        BadInput: not UTF-8; names the byte, counted from 0, and the line.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from behind a byte-order mark.
        start = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        line = data.count(b"\n", 0, start) + 1
        utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        problem = "the file is UTF-16" if utf16 else f"byte {start} is not UTF-8"
        raise BadInput(problem, where=f"{name} line {line}", remedy="save the file as UTF-8") from None


def forbidden_character(character: str, where: str) -> BadInput:
    """The error for a character that no honest document holds."""
    return BadInput(f"control character U+{ord(character):04X}", where=where, remedy="remove the character")
