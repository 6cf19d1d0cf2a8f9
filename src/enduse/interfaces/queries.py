"""A party to screen as the options of a command state it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from enduse.interfaces.fields import Place, text
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.screen.asked import Unusable, asked

OPTION_OF = {
    "name": "NAME",
    "kind": "--kind",
    "country": "--country",
    "other_names": "--other-name",
    "birth_date": "--birth-date",
    "birth_place": "--birth-place",
    "nationality": "--nationality",
    "gender": "--gender",
    "identifiers": "--identifier",
    "address": "--address",
}
"""Fields of a query, as tables call them, and the options that state them."""


def query_of(
    name: str | None,
    *,
    kind: str = "any",
    countries: Iterable[str] | None = None,
    other_names: Iterable[str] | None = None,
    birth_date: str | None = None,
    birth_places: Iterable[str] | None = None,
    nationalities: Iterable[str] | None = None,
    gender: str | None = None,
    identifiers: Iterable[str] | None = None,
    addresses: Iterable[str] | None = None,
    called: Mapping[str, str] = OPTION_OF,
) -> Query:
    """The query that options state; nothing stated is the same as an option left out.

    Args:
        name: the name; may be missing where ``identifiers`` say who it is.
        identifiers: as :func:`~enduse.model.match.read_identifier` reads them.
        called: what messages call each field of a query.

    Raises:
        BadInput: a value cannot be used; names it.
    """
    given = {
        "name": [name or ""],
        "kind": [kind],
        "country": countries,
        "other_names": other_names,
        "birth_date": [birth_date or ""],
        "birth_place": birth_places,
        "nationality": nationalities,
        "gender": [gender or ""],
        "identifiers": identifiers,
        "address": addresses,
    }
    texts = {
        field: [text(value, Place(called[field]), several_lines=field == "address") for value in values or ()]
        for field, values in given.items()
    }
    for field, values in texts.items():
        stated = given[field]
        if field not in ("name", "birth_date", "gender") and stated is not None and not all(values):
            raise BadInput("is empty", where=called[field], remedy=f"{called[field]} VALUE, or leave it out")
    if kind == "address":
        for field, values in texts.items():
            if field not in ("name", "kind", "country") and any(values):
                raise BadInput(
                    f"{called[field]} beside {called['kind']} address",
                    remedy=f"{called['name']} is the address then; only {called['country']} says more of it",
                )
        if len(texts["country"]) > 1:
            raise BadInput(
                "several countries of one address", where=called["country"], remedy="screen it once for each"
            )
    try:
        return asked(texts)
    except Unusable as problem:
        remedy = problem.remedy.removesuffix(", or empty")
        raise BadInput(problem.problem, where=called[problem.where], remedy=remedy) from None
