"""What the two British lists share: rows of one designation, joined under its identifier."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import country_of
from enduse.model.party import NameKind, PartyKind

NAME_COLUMNS = ("Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6")
_KINDS = {"individual": PartyKind.PERSON, "entity": PartyKind.COMPANY, "ship": PartyKind.VESSEL}
_DAY = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})")


def british_day(text: str) -> dt.date | None:
    """A date written DD/MM/YYYY; None where day or month is 00 or the text is none."""
    found = _DAY.fullmatch(text.strip())
    if not found or found["day"] in ("0", "00") or found["month"] in ("0", "00"):
        return None
    try:
        return dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def british_birth(text: str) -> str:
    """A date of birth: ISO where exact, else what is known (``1947``, ``1947-05``)."""
    found = _DAY.fullmatch(text.strip())
    if not found:
        return text.strip()
    parts = [found["year"]]
    if found["month"] not in ("0", "00"):
        parts.append(found["month"].zfill(2))
        if found["day"] not in ("0", "00"):
            parts.append(found["day"].zfill(2))
    return "-".join(parts)


def kind_of(text: str) -> PartyKind:
    """The kind of party that a group type stands for."""
    return _KINDS.get(text.strip().casefold(), PartyKind.UNKNOWN)


def add_name(draft: Draft, row: Mapping[str, str], name_type: str, strength: str) -> None:
    """The name of one row, and its form in another script."""
    words = " ".join(filter(None, (row.get(column, "").strip() for column in NAME_COLUMNS)))
    lowered = name_type.casefold()
    kind = NameKind.FORMER if lowered in ("fka", "former name") else NameKind.ALIAS
    weak = "low" in strength.casefold() or "weak" in strength.casefold()
    if lowered == "primary name":
        draft.primary(words)
    else:
        draft.name(words, kind, weak=weak)


def add_person(draft: Draft, row: Mapping[str, str], columns: Mapping[str, str]) -> None:
    """Birth, nationality, documents, position."""
    draft.say(draft.birth_dates, [british_birth(row.get(columns["birth"], ""))])
    place = ", ".join(
        filter(None, (row.get(columns["town"], "").strip(), row.get(columns["birth_country"], "").strip()))
    )
    draft.say(draft.birth_places, [place])
    for part in re.split(r"\(\d+\)\s*|;", row.get(columns["nationality"], "")):
        draft.say(draft.nationalities, [country_of(part) or part.strip()])
    draft.identifier(
        "passport", row.get(columns["passport"], ""), label=row.get(columns["passport_details"], "").strip()
    )
    draft.identifier(
        "national_id", row.get(columns["national"], ""), label=row.get(columns["national_details"], "").strip()
    )
    if position := row.get(columns["position"], "").strip():
        draft.title = draft.title or position


def add_address(draft: Draft, row: Mapping[str, str], lines: tuple[str, ...], postcode: str, country: str) -> None:
    """The address of one row."""
    parts = [row.get(column, "").strip() for column in (*lines, postcode, country)]
    draft.address(
        ", ".join(filter(None, parts)),
        postal_code=row.get(postcode, "").strip(),
        country=country_of(row.get(country, "")),
    )
