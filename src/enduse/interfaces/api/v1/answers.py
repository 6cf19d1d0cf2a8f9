"""Questions that keep nothing: checking, screening, lists, items and rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.v1.assessments import AskedAssessment
from enduse.interfaces.api.v1.common import ABSENT, Asked, AsOf, Limit, body_of, part, service_of, takes
from enduse.interfaces.cli.render_items import search_document
from enduse.interfaces.documents import assessment_document
from enduse.interfaces.identity.guard import actor_of, require
from enduse.interfaces.licensing.risk import flags
from enduse.interfaces.matches import match_document
from enduse.interfaces.queries import query_of
from enduse.items.catalogue import show as show_item
from enduse.items.fulltext import load_full_text
from enduse.items.search import search_items
from enduse.lists.diff import diff
from enduse.lists.status import status
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from enduse.model.match import HIT_THRESHOLD, Query
from enduse.rules.rulebook import lists_needed

router = part("Questions")
CALLED = {
    "name": "name",
    "kind": "kind",
    "country": "countries",
    "other_names": "other_names",
    "birth_date": "birth_date",
    "birth_place": "birth_places",
    "nationality": "nationalities",
    "gender": "gender",
    "identifiers": "identifiers",
    "address": "addresses",
}


class AskedQuery(Asked):
    """Whom to look for."""

    name: str = Field("", max_length=2_000, examples=["Hikvision Digital"])
    kind: str = Field("any", description="any, person, company, vessel or address")
    countries: list[str] = Field([], max_length=20, examples=[["CN"]])
    other_names: list[str] = Field([], max_length=20)
    birth_date: str = ""
    birth_places: list[str] = Field([], max_length=20)
    nationalities: list[str] = Field([], max_length=20)
    gender: str = ""
    identifiers: list[str] = Field([], max_length=20)
    addresses: list[str] = Field([], max_length=20)


class AskedScreening(AskedQuery):
    """Whom to look for, and from which score."""

    threshold: float = Field(HIT_THRESHOLD, ge=0.3, le=1, description="Least score of a hit.")


def query_from(asked: AskedQuery) -> Query:
    """The query of a body.

    Raises:
        BadInput: a value cannot be used; names it.
    """
    return query_of(
        asked.name or None,
        kind=asked.kind,
        countries=asked.countries or None,
        other_names=asked.other_names or None,
        birth_date=asked.birth_date or None,
        birth_places=asked.birth_places or None,
        nationalities=asked.nationalities or None,
        gender=asked.gender or None,
        identifiers=asked.identifiers or None,
        addresses=asked.addresses or None,
        called=CALLED,
    )


@router.post(
    "/check", response_model=dict[str, Any], openapi_extra=takes(AskedAssessment), dependencies=[require("check.run")]
)
async def check(request: Request) -> Any:
    """Check a transaction; nothing is kept. The answer is the document of `enduse check --json`."""
    asked = await body_of(request, AskedAssessment)

    def answer() -> dict[str, Any]:
        found = service_of(request).desk.check(
            asked.transaction,
            as_of=asked.as_of,
            known_on=asked.known_on,
            laws=asked.laws,
            strict=asked.strict,
            require=asked.require,
        )
        tx = found.transaction
        names, codes = [one.name for one in tx.parties], [one.code for one in tx.items]
        return assessment_document(found) | _denials(request, names, codes, tx.destination)

    return await run_in_threadpool(answer)


@router.post(
    "/screen", response_model=dict[str, Any], openapi_extra=takes(AskedScreening), dependencies=[require("screen.run")]
)
async def screen(request: Request, as_of: AsOf = "") -> Any:
    """Who on the lists is meant by a name; nothing is kept. Hits that a decision suppresses are shown apart."""
    asked = await body_of(request, AskedScreening)

    def answer() -> dict[str, Any]:
        service = service_of(request)
        day = service.desk.day(as_of) or service.today()
        found = service.desk.screen(query_from(asked), threshold=asked.threshold)
        library = service.lists.holdings().library
        coverage = library.coverage(lists_needed(), day, service.today())
        return {
            "as_of": day.isoformat(),
            "threshold": asked.threshold,
            "hits": [_dated(one, day) for one in found.hits],
            "suppressed": [_dated(one, day) for one in found.suppressed],
            "coverage": to_plain(coverage, keep_empty=True),
            "editions": [to_plain(one, keep_empty=True) for one in library.editions()],
        } | _denials(request, [asked.name])

    return await run_in_threadpool(answer)


def _denials(
    request: Request, names: Sequence[str], codes: Sequence[str] = (), destination: str = ""
) -> dict[str, Any]:
    """Denials that resemble, under a key of their own, for who may read them; for others there is no such key."""
    found = flags(service_of(request), actor_of(request), names, codes=codes, destination=destination)
    return {"denials": [one.document() for one in found]} if found else {}


def _dated(judged: Any, day: Any) -> dict[str, Any]:
    """A hit, and for each of its listings whether it is in force on the day."""
    listings = [{"list": one.list_id, "in_force": one.in_force(day).value} for one in judged.match.party.listings]
    return {**match_document(judged), "listings": listings}


@router.get("/lists", response_model=list[dict[str, Any]], dependencies=[require("lists.view")])
def lists(request: Request, as_of: AsOf = "") -> Any:
    """Every source of lists: its newest edition, and how fresh it is on a day."""
    service = service_of(request)
    day = service.desk.day(as_of) or service.today()
    return [to_plain(one, keep_empty=True) for one in status(service.settings.data, day)]


@router.get("/lists/{source}", response_model=dict[str, Any], responses=ABSENT, dependencies=[require("lists.view")])
def source(request: Request, source: str, as_of: AsOf = "") -> Any:
    """One source of lists."""
    for one in lists(request, as_of):
        if one["source"] == source:
            return one
    raise NotHeld(f"no source is called {source[:60]!r}", "GET /v1/lists names them")


@router.get(
    "/lists/{source}/diff", response_model=dict[str, Any], responses=ABSENT, dependencies=[require("lists.view")]
)
def list_diff(request: Request, source: str, old: AsOf = "", new: AsOf = "") -> Any:
    """What changed between two editions of a source; the newest and the one before by default."""
    desk = service_of(request).desk
    before, after = desk.day(old, where="old"), desk.day(new, where="new")
    try:
        found = diff(service_of(request).settings.data, source, before, after)
    except BadInput as error:
        raise NotHeld(error.problem, error.remedy) from None
    plain: dict[str, Any] = to_plain(found, keep_empty=True)
    return plain


@router.get("/items", response_model=dict[str, Any], dependencies=[require("items.view")])
def items(request: Request, q: str, limit: Limit = 12) -> Any:
    """Entries of the control lists that a description may fall under."""
    if not q.strip() or len(q) > 1_000:
        raise BadInput("a description is missing or too long", where="q", remedy="1 to 1,000 characters")
    official = load_full_text(service_of(request).settings.data)
    return search_document(search_items(q, limit, official))


@router.get("/items/{code}", response_model=dict[str, Any], responses=ABSENT, dependencies=[require("items.view")])
def item(code: str) -> Any:
    """One entry: its reasons for control, what is like it, and what other laws call it."""
    try:
        found = show_item(code)
    except BadInput as error:
        raise NotHeld(error.message(), "GET /v1/items?q= searches them") from None
    plain: dict[str, Any] = to_plain(found, keep_empty=True)
    return plain
