"""What ``for_each`` repeats a rule over: parties, their listings, the listings' programmes.

Repetitions over one act's tables are registered by the module that knows them (:mod:`enduse.rules.ear`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from enduse.model.truth import Truth
from enduse.rules.answer import FALSE, TRUE, Answer, both, unknown
from enduse.rules.given import PartyListing
from enduse.rules.predicates import listing_holds
from enduse.rules.reading import Kept
from enduse.rules.seen import SeenView
from enduse.rules.situation import Situation


@dataclass(frozen=True, slots=True)
class Binding:
    """One repetition of a rule: what is bound, whether it belongs at all, and the words for its finding.

    Attributes:
        words: made where there is something to say: a rule that does not apply does not rest on a party's name.
        concerns: the party that its finding is about.
    """

    bound: Mapping[str, object] = field(default_factory=dict)
    membership: Answer = TRUE
    words: Mapping[str, str] | Callable[[], Mapping[str, str]] = field(default_factory=dict)
    concerns: SeenView | None = None

    @property
    def spoken(self) -> Mapping[str, str]:
        """The words."""
        return self.words() if callable(self.words) else self.words


Repetition = Callable[[Situation, Mapping[str, Any]], Iterator[Binding]]
Repeats = Callable[[Situation], Iterable[Binding]]
REPETITIONS: dict[str, Repetition] = {}
_OVER_TABLES: set[str] = set()


def repetition(name: str, *, over_tables: bool = False) -> Callable[[Repetition], Repetition]:
    """Register a repetition under its name.

    Args:
        over_tables: it binds nothing but rows of tables, so that its bindings can be kept.
    """

    def register(function: Repetition) -> Repetition:
        if name in REPETITIONS:
            raise ValueError(f"two repetitions are called {name}")
        REPETITIONS[name] = function
        if over_tables:
            _OVER_TABLES.add(name)
        return function

    return register


def repetition_of(for_each: Mapping[str, Any] | None) -> Repeats:
    """The repetitions that ``for_each`` asks for; a rule without it is judged once."""
    if for_each is None:
        once = (Binding(),)
        return lambda _: once
    ((kind, argument),) = for_each.items()
    repeat = REPETITIONS[kind]
    if kind in _OVER_TABLES:
        return Kept(lambda s: tuple(repeat(s, argument))).noted
    return lambda s: repeat(s, argument)


@repetition("parties")
def parties(s: Situation, argument: Mapping[str, Any]) -> Iterator[Binding]:
    """The parties that play one of the given parts."""
    for view in s.parties:
        membership = _role(s, view, argument)
        if membership.truth is not Truth.FALSE:
            yield Binding({"party": view}, membership, _named(view), view)


@repetition("listings")
def listings(s: Situation, argument: Mapping[str, Any]) -> Iterator[Binding]:
    """The listings of the parties on the given lists, in force on the day.

    ``measures``: a listing that states measures counts only where it states one of these. ``article_in``: a table
    whose row for the listing's regulation (column ``regulation``) names the article.
    """
    wanted = frozenset(argument.get("measures") or ())
    for view in s.on_lists(argument["lists"]):
        role = _role(s, view, argument)
        if role.truth is Truth.FALSE:
            continue
        for item in view.listings:
            if item.listing.list_id not in argument["lists"]:
                continue
            stated = {measure.value for measure in item.listing.measures}
            if wanted and stated and not stated & wanted:
                continue
            words = _article(s, item, argument["article_in"]) if "article_in" in argument else {}
            yield _binding(s, view, item, role, words)


@repetition("programmes")
def programmes(s: Situation, argument: Mapping[str, Any]) -> Iterator[Binding]:
    """As ``listings``, once for each programme of the listing."""
    for binding in listings(s, argument):
        item = binding.bound["listing"]
        assert isinstance(item, PartyListing)
        for programme in item.listing.programmes or ("",):
            words = _with(binding, {"programme": programme or "UNSTATED"})
            yield Binding({**binding.bound, "programme": programme}, binding.membership, words, binding.concerns)


def _binding(s: Situation, view: SeenView, item: PartyListing, role: Answer, more: Mapping[str, str]) -> Binding:
    listing = item.listing

    def words() -> Mapping[str, str]:
        return {
            "party": view.party.name,
            "listing_citation": listing.citation.text,
            "since": listing.listed_from.isoformat() if listing.listed_from else "an unstated date",
            "basis": item.basis,
            "policy": listing.review_policy.replace("_", " "),
            **more,
        }

    return Binding({"party": view, "listing": item}, both((role, listing_holds(s, view, item))), words, view)


def _named(view: SeenView) -> Callable[[], Mapping[str, str]]:
    return lambda: {"party": view.party.name}


def _with(binding: Binding, more: Mapping[str, str]) -> Callable[[], Mapping[str, str]]:
    return lambda: {**binding.spoken, **more}


def _article(s: Situation, item: PartyListing, table: str) -> dict[str, str]:
    """Basic act and article of a listing, by its number or its programme; one without a row is named as it stands."""
    for programme in item.listing.programmes:
        for row in s.tables.lookup(table, "regulation", programme):
            return {"regulation": row["act"], "article": row["article"]}
    numbered = [programme for programme in item.listing.programmes if "/" in programme]
    first = next(iter([*numbered, *item.listing.programmes]), "")
    return {"regulation": first or "UNSTATED", "article": "FREEZE"}


def _role(s: Situation, view: SeenView, argument: Mapping[str, Any]) -> Answer:
    roles = argument.get("roles")
    if not roles or view.party.role.value in roles:
        return TRUE
    if view.party.role.value == "other":
        return FALSE if s.closed_world else unknown("party.role")
    return FALSE
