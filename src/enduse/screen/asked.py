"""A query from texts that somebody typed: one validation, with one set of words, for tables and the command line."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence

from enduse.model.countries import resolve_country, suggest_country
from enduse.model.errors import BadInput
from enduse.model.match import Query, read_identifier
from enduse.screen.addresses import MAX_ADDRESS
from enduse.screen.identifiers import identifier_keys_of
from enduse.screen.normalise import MAX_NAME

KINDS = ("any", "person", "company", "vessel", "address")
MAX_VALUES = 100
"""Values of one field that are accepted."""

SHOWN = 100
_GENDERS = {"": "", "m": "male", "male": "male", "f": "female", "female": "female"}
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")

Texts = Mapping[str, Sequence[str]]
"""Field -> what was typed for it: ``name, other_names, kind, country, birth_date, birth_place, nationality, gender,
identifiers, address``; a field that is absent was not stated."""


class Unusable(BadInput):
    """A text that cannot be used; ``where`` is its field.

    Attributes:
        value: the text.
    """

    def __init__(self, problem: str, field: str, value: str, remedy: str) -> None:
        super().__init__(problem, where=field, remedy=remedy)
        self.value = value


def asked(texts: Texts, default_kind: str = "any") -> Query:
    """The query that texts state.

    Args:
        texts: the texts by field; blanks around them and repetitions do not matter.
        default_kind: the kind where none is stated.

    Raises:
        Unusable: names the field.
    """
    name = _one(texts, "name")
    identifiers = _several(texts, "identifiers")
    kind = _one(texts, "kind").casefold() or default_kind
    if kind not in KINDS:
        typed = _typed(texts, "kind")
        raise Unusable(f"kind {shortened(typed)!r} is not known", "kind", typed, f"one of {', '.join(KINDS)}, or empty")
    if (not identifiers or kind == "address") and not any(character.isalnum() for character in name):
        problem = f"{shortened(name)!r} holds no letter or digit" if name else "no name"
        what = "the address" if kind == "address" else "the party's name"
        raise Unusable(problem, "name", _typed(texts, "name"), f"give {what}")
    most = MAX_ADDRESS if kind == "address" else MAX_NAME
    if len(name) > most:
        raise Unusable(f"a name of {len(name):,} characters", "name", name, f"at most {most:,} characters are accepted")
    if not name and not any(map(_can_be_looked_up, identifiers)):
        raise Unusable(
            "no name, and no number that can be looked up",
            "identifiers",
            "; ".join(identifiers),
            "give the party's name, or a number of five letters and digits or more",
        )
    gender = _GENDERS.get(_one(texts, "gender").casefold())
    if gender is None:
        typed = _typed(texts, "gender")
        raise Unusable(f"gender {shortened(typed)!r} is not known", "gender", typed, "male (m), female (f), or empty")
    return Query(
        name,
        kind,
        countries=_countries(texts, "country"),
        addresses=_several(texts, "address", MAX_ADDRESS),
        identifiers=identifiers,
        birth_date=birth_date(_typed(texts, "birth_date")),
        other_names=_several(texts, "other_names"),
        birth_places=_several(texts, "birth_place"),
        nationalities=_countries(texts, "nationality"),
        gender=gender,
    )


def shortened(text: str, most: int = SHOWN) -> str:
    """A text of at most ``most`` characters and an ellipsis."""
    return text if len(text) <= most else f"{text[:most]}…"


def _typed(texts: Texts, field: str) -> str:
    return "; ".join(texts.get(field, ()))


def _one(texts: Texts, field: str) -> str:
    return _typed(texts, field).strip()


def _several(texts: Texts, field: str, most: int = MAX_NAME) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(text.strip() for text in texts.get(field, ()) if text.strip()))
    if len(found) > MAX_VALUES:
        raise Unusable(f"{len(found)} values", field, _typed(texts, field), f"at most {MAX_VALUES} are accepted")
    for text in found:
        if len(text) > most:
            problem = f"too long: {len(text):,} characters"
            raise Unusable(problem, field, text, f"at most {most:,} characters are accepted")
    return found


def _can_be_looked_up(text: str) -> bool:
    return bool(identifier_keys_of(read_identifier(text)))


def _countries(texts: Texts, field: str) -> tuple[str, ...]:
    found = []
    for text in _several(texts, field):
        code, remedy = _country(text)
        if code is None:
            raise Unusable(f"no country is called {shortened(text)!r}", field, _typed(texts, field), remedy)
        found.append(code)
    return tuple(dict.fromkeys(found))


@functools.lru_cache(maxsize=10_000)
def _country(text: str) -> tuple[str | None, str]:
    """The code of a country, or what may have been meant."""
    if len(text) <= SHOWN:
        if code := resolve_country(text):
            return code, ""
        if close := suggest_country(text):
            return None, " or ".join(close)
    return None, "its English name or ISO 3166 code, or empty"


def birth_date(typed: str) -> str | None:
    """A date of birth as far as it is known; None where nothing was typed.

    Raises:
        Unusable: it is no date.
    """
    text = typed.strip()
    if not text:
        return None
    try:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        dt.date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        raise Unusable(
            f"{shortened(text)!r} is no date of birth", "birth_date", typed, "1962, 1962-03 or 1962-03-14, or empty"
        ) from None
    return text
