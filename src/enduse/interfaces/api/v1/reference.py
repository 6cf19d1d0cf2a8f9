"""What is held and can be looked up: listed parties with their history, rulebooks and their rules."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import BaseModel, Field

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.v1.common import ABSENT, AsOf, part, service_of, tagged
from enduse.interfaces.cli.render_rules import rule_page
from enduse.interfaces.identity.guard import require
from enduse.interfaces.law import law_at_hand
from enduse.lists.legal import listing_words
from enduse.lists.shelf import Shelf
from enduse.lists.starter import SOURCE as STARTER
from enduse.lists.starter import starter_edition
from enduse.model.codec import canonical_json, to_plain
from enduse.model.party import ListedParty, Listing
from enduse.rules.language import Rule
from enduse.rules.lint import near
from enduse.rules.rulebook import Rulebook

router = part("Reference")
SAME: dict[int | str, dict[str, Any]] = {**ABSENT, 304: {"description": "As the client has it"}}


class ListingOverTime(BaseModel):
    """A listing of a party, as far as the editions held tell of it."""

    list_id: str = Field(examples=["EL"])
    authority: str = Field(examples=["US-BIS"])
    listed_from: str | None = Field(description="First day in force; null where the source does not say.")
    listed_to: str | None = Field(description="First day no longer in force.")
    seen_from: str | None = Field(description="The first edition held that shows it.")
    seen_to: str | None = Field(description="The last edition held that shows it.")
    gone_by: str | None = Field(description="The first later edition that shows it no more.")
    in_force: str = Field(description="On the day asked for: true, false or unknown.", examples=["true"])
    words: str = Field(description="What it does, since when, under what.")
    citation: dict[str, Any] = Field(description="The act that listed the party.")
    sources: list[str] = Field(description="Further citations, such as amendments.")
    listing: dict[str, Any] = Field(description="The whole of it.")


class HeldEdition(BaseModel):
    """An edition of a source."""

    edition: str = Field(examples=["2026-08-01"])
    sha256: str


class PartyOverTime(BaseModel):
    """A listed party with its listings over the editions held."""

    id: str = Field(examples=["ftm:acme"])
    name: str
    kind: str
    as_of: str
    in_force: str = Field(description="Whether any listing is in force on that day: true, false or unknown.")
    listings: list[ListingOverTime] = Field(description="Those that have ended too.")
    party: dict[str, Any] = Field(description="Names, addresses, numbers and whatever else the source says.")
    source: str
    editions: list[HeldEdition] = Field(description="The editions of the source that the history rests on.")


class BookSummary(BaseModel):
    """A rulebook."""

    id: str = Field(examples=["us/ear"])
    title: str
    law: str = Field(examples=["us"])
    standing: str
    edition: str
    verified_to: str | None = Field(description="Up to which day somebody checked it against the law.")
    rules: list[str]


class RuleLine(BaseModel):
    """A rule, in a line."""

    id: str = Field(examples=["us/ear/744.11"])
    title: str
    effect: str
    standing: str
    citation: dict[str, Any]
    periods: list[str] = Field(description="When it is in force.")
    in_force: bool = Field(description="On the day asked for.")


class Act(BaseModel):
    """A rulebook with its rules."""

    id: str = Field(examples=["us/ear"])
    title: str
    law: str
    standing: str
    edition: str
    verified_to: str | None
    as_of: str
    citation: dict[str, Any]
    rules: list[RuleLine]


class WholeRule(RuleLine):
    """A rule."""

    as_of: str
    act: BookSummary
    words: str = Field(description="The page of `enduse rules show`.")
    rule: dict[str, Any] = Field(description="The document of `enduse rules show --json`.")


def _hash(content: Any) -> str:
    return hashlib.sha256(canonical_json(content)).hexdigest()


# --- parties


@router.get(
    "/parties/{identifier:path}",
    response_model=PartyOverTime,
    responses=SAME,
    dependencies=[require("party.view")],
)
def party(
    request: Request,
    identifier: Annotated[str, Path(description="Its id, as a hit shows it.", examples=["ftm:acme"])],
    as_of: AsOf = "",
) -> Any:
    """A listed party: every listing over the editions held, ended ones too, with citation and dates."""
    service = service_of(request)
    day = service.desk.day(as_of) or service.today()
    found = service.lists.holdings().listed(identifier)
    content = {
        "id": found.id,
        "name": found.name,
        "kind": found.kind.value,
        "as_of": day.isoformat(),
        "in_force": _any_in_force(found, day),
        "listings": [_listing(one, day) for one in found.listings],
        "party": {name: value for name, value in to_plain(found, keep_empty=True).items() if name != "listings"},
        "source": found.source.source,
        "editions": _editions(service.lists.holdings().data_dir, found.source.source),
    }
    return tagged(request, content, _hash(content))


def _any_in_force(found: ListedParty, day: dt.date) -> str:
    states = {one.in_force(day).value for one in found.listings}
    return next((state for state in ("true", "unknown") if state in states), "false")


def _listing(one: Listing, day: dt.date) -> dict[str, Any]:
    plain = to_plain(one, keep_empty=True)
    told = ("authority", "listed_from", "listed_to", "seen_from", "seen_to", "gone_by", "citation", "sources")
    return {
        "list_id": one.list_id,
        **{name: plain[name] for name in told},
        "in_force": one.in_force(day).value,
        "words": listing_words(one),
        "listing": plain,
    }


def _editions(data_dir: Any, source: str) -> list[dict[str, str]]:
    if source == STARTER:
        date, digest = starter_edition()
        return [{"edition": date.isoformat(), "sha256": digest}]
    held = [one for one in Shelf.open(data_dir).editions() if one.source == source]
    return [{"edition": one.edition.isoformat(), "sha256": one.sha256} for one in held]


# --- rules


@router.get("/rules", response_model=list[BookSummary], dependencies=[require("rules.view")])
def rules(request: Request, known_on: AsOf = "") -> Any:
    """The rulebooks: whose law, which edition, verified up to which day, and their rules."""
    return [_summary(book) for book in _books(request, known_on)]


@router.get(
    "/rules/{identifier:path}",
    response_model=Act | WholeRule,
    responses=SAME,
    dependencies=[require("rules.view")],
)
def rule(
    request: Request,
    identifier: Annotated[str, Path(description="Id of an act or of a rule.", examples=["us/ear", "us/ear/744.11"])],
    as_of: AsOf = "",
    known_on: AsOf = "",
) -> Any:
    """An act (`us/ear`) with its rules, or one rule (`us/ear/744.11`): what it does, when, on which conditions."""
    service = service_of(request)
    day = service.desk.day(as_of) or service.today()
    books = _books(request, known_on)
    content = _act_or_rule(books, identifier, day)
    if content is None:
        known = [*(book.id for book in books), *(one.id for book in books for one in book.rules)]
        raise NotHeld(f"no act or rule is called {identifier[:100]!r}", near(identifier, known) or "see GET /v1/rules")
    return tagged(request, content, _hash(content))


def _books(request: Request, known_on: str) -> tuple[Rulebook, ...]:
    service = service_of(request)
    return tuple(law_at_hand(service.settings.data, None, service.desk.day(known_on, where="known_on")).books)


def _summary(book: Rulebook) -> dict[str, Any]:
    return {
        "id": book.id,
        "title": book.title,
        "law": book.jurisdiction,
        "standing": book.standing,
        "edition": book.edition_id,
        "verified_to": book.verified_to.isoformat() if book.verified_to else None,
        "rules": [one.id for one in book.rules],
    }


def _line(one: Rule, day: dt.date) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "effect": one.effect.value,
        "standing": one.standing,
        "citation": to_plain(one.citation, keep_empty=True),
        "periods": [str(period.interval) for period in one.in_force],
        "in_force": one.period_on(day) is not None,
    }


def _act_or_rule(books: tuple[Rulebook, ...], wanted: str, day: dt.date) -> dict[str, Any] | None:
    for book in books:
        if book.id == wanted:
            stated = {"as_of": day.isoformat(), "citation": to_plain(book.citation, keep_empty=True)}
            return _summary(book) | stated | {"rules": [_line(one, day) for one in book.rules]}
        for one in book.rules:
            if one.id == wanted:
                return {
                    **_line(one, day),
                    "as_of": day.isoformat(),
                    "act": _summary(book),
                    "words": rule_page(one, book),
                    "rule": to_plain(one, keep_empty=True),
                }
    return None
