"""Which parties an answer may show: data sets, schemata, topics, countries and the like, as a request asks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from enduse.formats.ftm.table import table
from enduse.formats.ftm.write import party_id_of
from enduse.interfaces.api.holdings import EVERYTHING, Holdings, Summary
from enduse.model.countries import resolve_country, suggest_country
from enduse.model.errors import BadInput

_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a request, as text.

    Attributes:
        dataset: of the path.
        filters: ``field:value`` each.
        every: several values of one filter must all hold (``filter_op=AND``); else one suffices.
    """

    dataset: str
    include_dataset: Sequence[str] = ()
    exclude_dataset: Sequence[str] = ()
    exclude_schema: Sequence[str] = ()
    exclude_entity_ids: Sequence[str] = ()
    topics: Sequence[str] = ()
    countries: Sequence[str] = ()
    datasets: Sequence[str] = ()
    schema: str = ""
    target: bool | None = None
    changed_since: str | None = None
    filters: Sequence[str] = ()
    every: bool = False


@dataclass(slots=True)
class Filter:
    """A checked filter.

    Attributes:
        scope: names of the data sets asked for.
        properties: (property, value) that an entity must have; only the entity itself can tell.
        warnings: what a caller should know of how the filters were understood.
    """

    scope: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]
    warnings: list[str]
    every: bool
    tests: list[Callable[[Summary], bool]] = field(default_factory=list)

    def admits(self, one: Summary) -> bool:
        """Whether a party may be shown, its properties aside."""
        return all(test(one) for test in self.tests)

    def admits_properties(self, values: Callable[[str], Sequence[str]]) -> bool:
        """Whether its properties allow it to be shown."""
        return _hold(
            [(name, value.casefold() in {one.casefold() for one in values(name)}) for name, value in self.properties],
            every=self.every,
        )


def _hold(results: Sequence[tuple[str, bool]], *, every: bool) -> bool:
    """Results by field: all fields must hold, each by one of its values or by every one."""
    fields: dict[str, list[bool]] = {}
    for name, result in results:
        fields.setdefault(name, []).append(result)
    return all((all if every else any)(found) for found in fields.values())


def checked(asked: Asked, holdings: Holdings) -> Filter:
    """Check the filters of a request.

    Raises:
        BadInput: a value cannot be used.
        NotHeld: a data set is not known, or not loaded.
    """
    scope, warnings = _scope(asked, holdings)
    properties, values = _field_filters(asked)
    found = Filter(scope, tuple(properties), warnings, asked.every)
    tests = found.tests
    if EVERYTHING not in scope:
        tests.append(lambda one: any(name in scope for name in one.datasets))
    if asked.exclude_dataset:
        excluded = {_known(name, holdings) for name in asked.exclude_dataset}
        tests.append(lambda one: not _all_excluded(one, excluded))
    if asked.exclude_entity_ids:
        ids = {party_id_of(name) for name in asked.exclude_entity_ids}
        tests.append(lambda one: one.id not in ids)
    if asked.schema:
        wanted = table().schema(asked.schema).name
        tests.append(lambda one: table().schemata[one.schema].is_a(wanted))
    if asked.exclude_schema:
        unwanted = [table().schema(name, where="exclude_schema").name for name in asked.exclude_schema]
        tests.append(lambda one: not any(table().schemata[one.schema].is_a(name) for name in unwanted))
    if asked.target is not None:
        tests.append(lambda one: one.target is asked.target)
    if asked.changed_since:
        _changed_since(asked.changed_since, holdings, found)
    wanted_values = [
        *(("topics", _topic(text, warnings)) for text in asked.topics),
        *(("countries", _country(text)) for text in asked.countries),
        *(("datasets", _known(text, holdings)) for text in asked.datasets),
        *values,
    ]
    if wanted_values:
        tests.append(
            lambda one: _hold([(name, value in _field(one, name)) for name, value in wanted_values], every=asked.every)
        )
    return found


def _scope(asked: Asked, holdings: Holdings) -> tuple[tuple[str, ...], list[str]]:
    path = holdings.dataset(asked.dataset).name
    included = tuple(dict.fromkeys(holdings.dataset(name).name for name in asked.include_dataset))
    if not included:
        return (path,), []
    if path == EVERYTHING:
        return included, []
    if included == (path,):
        return (path,), []
    scope = tuple(dict.fromkeys((path, *included)))
    return scope, [f"include_dataset widens the data set of the path: {', '.join(scope)} are searched"]


def _all_excluded(one: Summary, excluded: set[str]) -> bool:
    """Excluded by its source, or because every list that shows it is excluded."""
    return one.source in excluded or EVERYTHING in excluded or (bool(one.lists) and excluded.issuperset(one.lists))


def _known(name: str, holdings: Holdings) -> str:
    """A data set that need not be loaded to be excluded or filtered by."""
    by_fold = {known.casefold(): known for known in holdings.datasets}
    if name.casefold() not in by_fold:
        raise BadInput(f"no data set is called {name[:200]!r}", where="datasets", remedy="see /catalog for the names")
    return by_fold[name.casefold()]


def _topic(text: str, warnings: list[str]) -> str:
    name = table().topic(text)
    if name not in table().topics:
        warnings.append(f"no party is filed under the topic {name} here: that filter finds nobody")
    return name


def _country(text: str) -> str:
    code = resolve_country(text)
    if code is None:
        near = ", ".join(suggest_country(text[:100])) or "write an ISO code such as de"
        raise BadInput(f"no country is called {text[:100]!r}", where="countries", remedy=near)
    return code.lower()


def _changed_since(text: str, holdings: Holdings, found: Filter) -> None:
    form = _MOMENT.fullmatch(text)
    try:
        day = dt.date.fromisoformat(form[1] if form else "")
    except ValueError:
        raise BadInput(f"{text[:60]!r} is no date", where="changed_since", remedy="write 2026-03-14") from None
    found.warnings.append(
        "changed_since: changes are known by edition only, so every party of a source whose newest edition is not "
        f"older than {day} is shown"
    )
    found.tests.append(lambda one: (holdings.newest(one.source) or dt.date.max) >= day)


_FIELDS = ("id", "schema", "topics", "countries", "datasets", "target", "genders")


def _field(one: Summary, name: str) -> Sequence[str]:
    match name:
        case "topics":
            return one.topics
        case "countries":
            return one.countries
        case "datasets":
            return one.datasets
        case "schema":
            return (one.schema,)
        case "id":
            return (one.id,)
        case "target":
            return (str(one.target).lower(),)
        case _:
            return (one.gender,)


def _field_filters(asked: Asked) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Filters by a property of the entity, and those by what is known without it."""
    properties, fields = [], []
    known = {name for schema in table().schemata.values() for name in schema.roles}
    for text in asked.filters:
        name, colon, value = text.partition(":")
        if not colon or not value:
            raise BadInput(f"{text[:100]!r} is no filter", where="filter", remedy="write field:value")
        if name in _FIELDS:
            fields.append((name, value.lower() if name in ("countries", "target", "genders") else value))
        elif (own := name.removeprefix("properties.")) in known:
            properties.append((own, value))
        else:
            raise BadInput(
                f"{name[:100]!r} is no field", where="filter", remedy=f"a property, or one of {', '.join(_FIELDS)}"
            )
    return properties, fields
