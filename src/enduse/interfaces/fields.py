"""Fields of a user's document: each is read with its place, so that every error names file, line and field."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from enduse.formats.plain_yaml import FORBIDDEN, Route, forbidden_character
from enduse.model.codes import parse_code
from enduse.model.countries import resolve_country
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.rules.facts import country_code

W = TypeVar("W", bound=StrEnum)

MAX_NAME = 1_000
MAX_TEXT = 10_000
FURTHEST_AHEAD = dt.timedelta(days=5 * 366)
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,12})?")


@dataclass(slots=True)
class Place:
    """Where a value stands in a document. Nobody changes one; tables of transactions make millions.

    Attributes:
        source: what messages call the document (a file name); may be empty.
        route: keys and list positions down to the value.
        lines: line numbers by route, where the document has lines.
        names: other names of routes (command-line options, columns of a table); the longest that fits is used.
    """

    source: str
    route: Route = ()
    lines: Mapping[Route, int] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[Route, str] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, *steps: str | int) -> Place:
        """The place of a value further down."""
        return Place(self.source, (*self.route, *steps), self.lines, self.names)

    def __str__(self) -> str:
        for length in range(len(self.route), 0, -1):
            if name := self.names.get(self.route[:length]):
                rest = _dotted(self.route[length:])
                return ", ".join(filter(None, [self.source, f"{name} ({rest})" if rest else name]))
        line = next(
            (
                self.lines[self.route[:length]]
                for length in range(len(self.route), 0, -1)
                if self.route[:length] in self.lines
            ),
            None,
        )
        source = f"{self.source} line {line}" if line else self.source
        return ", ".join(filter(None, [source, _dotted(self.route)]))

    def bad(self, problem: str, remedy: str) -> BadInput:
        """The error for the value at this place."""
        return BadInput(problem, where=str(self), remedy=remedy)


def _dotted(route: Route) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in route).removeprefix(".")


def check_keys(
    raw: Any, known: Iterable[str], place: Place, what: str, remedies: Mapping[str, str] | None = None
) -> None:
    """Refuse what is no mapping, and keys that are not ``known``.

    Args:
        what: what the mapping stands for (``a party``).
        remedies: what to do about keys that are known to be elsewhere.

    Raises:
        BadInput: proposes the nearest known key.
    """
    if not isinstance(raw, Mapping):
        raise place.bad(f"{what} is a mapping of keys to values, not {kind(raw)}", f"keys: {', '.join(sorted(known))}")
    known = set(known)
    for key in raw:
        if key not in known:
            remedy = (remedies or {}).get(str(key)) or nearest(str(key), known)
            raise place.at(key).bad(f"unknown key {key!r}", remedy)


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy that proposes the known words nearest to ``word``."""
    words = sorted(known)
    plain = word.strip().replace("-", "_").replace(" ", "_")
    tried = dict.fromkeys((word.strip(), plain, plain.casefold(), word.strip().upper()))
    close = list(dict.fromkeys(near for text in tried for near in difflib.get_close_matches(text, words, 2, 0.6)))[:2]
    return f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(words)}"


def kind(raw: Any) -> str:
    """What a value is, in words."""
    words = {
        str: "a text",
        list: "a list",
        tuple: "a list",
        dict: "a mapping",
        type(None): "nothing",
        bool: "true or false",
    }
    return words.get(type(raw), f"the {type(raw).__name__} {raw!r}")


def text(raw: Any, place: Place, *, required: bool = False, several_lines: bool = False) -> str:
    """One text, blanks around it removed; empty when it is missing and not required.

    Raises:
        BadInput: no text, longer than :data:`MAX_NAME` (of several lines: :data:`MAX_TEXT`), several lines where one
            is expected, or control characters.
    """
    if raw is None:
        raw = ""
    if not isinstance(raw, str):
        raise place.bad(
            f"takes one text, not {kind(raw)}",
            "put it in quotes" if isinstance(raw, (int, float)) else "write one text",
        )
    found = raw.strip()
    if required and not found:
        raise place.bad("is missing", f"write {_last(place)}: ...")
    most = MAX_TEXT if several_lines else MAX_NAME
    if len(found) > most:
        raise place.bad(f"longer than {most:,} characters", "shorten it")
    if wrong := FORBIDDEN.search(found):
        raise forbidden_character(wrong[0], str(place))
    if not several_lines and ("\n" in found or "\r" in found):
        raise place.bad("holds a line break", "write it on one line")
    return found


def _last(place: Place) -> str:
    return str(next((step for step in reversed(place.route) if isinstance(step, str)), "it"))


def entries(raw: Any, place: Place, most: int) -> list[Any]:
    """A list of at most ``most`` entries; empty when missing.

    Raises:
        BadInput: no list, or more entries.
    """
    if raw is None:
        return []
    if not isinstance(raw, (list, tuple)):
        raise place.bad(f"takes a list, not {kind(raw)}", "write [ ... ], or one entry per line after a dash")
    if len(raw) > most:
        raise place.bad(f"{len(raw):,} entries, at most {most:,} are accepted", "split the transaction")
    return list(raw)


def word(words: type[W], raw: Any, place: Place) -> W:
    """One of the words of an enumeration.

    Raises:
        BadInput: missing or not known; proposes the nearest.
    """
    found = text(raw, place, required=True)
    try:
        return words(found)
    except ValueError:
        raise place.bad(f"{found!r} is not known", nearest(found, [member.value for member in words])) from None


def day(raw: Any, place: Place, today: dt.date | None = None) -> dt.date:
    """A date.

    Raises:
        BadInput: no date, or more than five years after ``today``.
    """
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
        found = raw
    else:
        found = parse_date(text(raw, place, required=True), where=str(place))
    if today is not None and found > today + FURTHEST_AHEAD:
        raise place.bad(f"{found} lies more than five years ahead", "check the year")
    return found


def country(raw: Any, place: Place) -> str:
    """A country's ISO 3166-1 alpha-2 code, from a code or a name.

    Raises:
        BadInput: missing or not known; proposes the nearest.
    """
    found = text(raw, place, required=True)
    return resolve_country(found) or country_code(found, str(place))


def number(raw: Any, place: Place, remedy: str) -> Decimal:
    """A number of at most fifteen digits before the point, zero or more, in plain digits.

    Raises:
        BadInput: anything else (``1e9``, ``1,000``, ``-1``, ``NaN``).
    """
    if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
        raw = format(raw, "f") if abs(Decimal(raw).adjusted()) < 30 else str(raw)
    found = text(raw, place, required=True)
    if not _NUMBER.fullmatch(found):
        raise place.bad(f"{found!r} is no number", remedy)
    return Decimal(found)


def flag(raw: Any, place: Place) -> bool:
    """True or false; false when missing.

    Raises:
        BadInput: anything else.
    """
    if raw in (None, True, False):
        return bool(raw)
    found = text(raw, place)
    if found not in ("true", "false"):
        raise place.bad(f"{found!r} is neither true nor false", "write true or false")
    return found == "true"


def classification(raw: Any, place: Place) -> str:
    """A classification code.

    Raises:
        BadInput: missing, or of no known form; proposes the nearest.
    """
    return parse_code(text(raw, place, required=True), where=str(place))
