"""What lies outside a case: lists, country profiles, denials, precedents, the assessment that it started from."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from enduse.cases.application import ListState
from enduse.cases.case import Case
from enduse.cases.context import SYSTEM, Actor
from enduse.cases.denial_bodies import Denial
from enduse.cases.denials import fold_denial, own_denials
from enduse.cases.folding import fold
from enduse.cases.ground import CountryProfile, Ground, Precedent
from enduse.cases.policies import Policies
from enduse.cases.profiles import Indicator, LevelRule, profiles, read_indicators, read_level_rules
from enduse.cases.service import DENIAL
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.licensing.wiring import Lists, list_states
from enduse.model import access
from enduse.model.assessment import Effect, Status
from enduse.model.citation import Citation
from enduse.model.codec import from_plain
from enduse.model.codes import covers_code
from enduse.model.errors import BadInput
from enduse.model.record import Kind, Record
from enduse.model.truth import Truth
from enduse.rules.rulebook import lists_needed

if TYPE_CHECKING:
    from enduse.store.database import Store  # SQLAlchemy: only where there is a store

LEVELS = "levels"
"""Key of the rules by which a country is elevated; every other key of a reference is a table of indicators."""
TOLD = ("PUBLIC", "PARTNER")
"""Handling of denials that partners told for use in advice; others are read by those who decide alone."""
_MOST_CANDIDATES = 200
_MOST_PRECEDENTS = 10


def indicators_of(body: bytes, name: str, publisher: str) -> tuple[Indicator, ...]:
    """Indicators of a CSV table.

    Raises:
        BadInput: it is no UTF-8, holds no row, or one that cannot be used; names the line.
    """
    try:
        text = body.decode("utf-8-sig")
        rows: list[Mapping[str, str]] = [
            {str(key): value or "" for key, value in row.items() if isinstance(value, str) or value is None}
            for row in csv.DictReader(io.StringIO(text), strict=True)
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"cannot be read as CSV: {error}", where=name, remedy="UTF-8, a line a row") from None
    if not rows:
        raise BadInput("the table has no rows", where=name)
    return read_indicators(rows, where=name, publisher=publisher)


class Outside:
    """What lies outside the cases of one store.

    Args:
        lists: the lists at hand; None while they cannot be used, which keeps the screening gate closed.
        required: ids of the lists that screening must rest on; those that the authority's law and the United Nations
            need where empty.
    """

    def __init__(
        self,
        stores: StoreAtHand,
        access_policies: access.Policies,
        policies: Policies,
        today: Callable[[], dt.date],
        lists: Callable[[], Lists | None],
        required: tuple[str, ...] = (),
    ) -> None:
        self._stores = stores
        self._access = access_policies
        self._policies = policies
        self._today = today
        self._lists = lists
        self._required = required
        self._told: dict[str, tuple[int, Denial | None]] = {}
        self._own: dict[str, tuple[int, tuple[Denial, ...]]] = {}
        self._profiles: tuple[tuple[str, ...], Mapping[str, CountryProfile]] = ((), {})
        self._states: tuple[tuple[object, ...], tuple[ListState, ...]] = ((), ())
        self._findings: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {}

    # --- lists

    def lists(self) -> Lists | None:
        """The lists at hand."""
        return self._lists()

    def required(self, authority: str) -> tuple[str, ...]:
        """Ids of the lists that screening for an authority must rest on."""
        if self._required:
            return self._required
        return lists_needed((self._policies.authorities[authority].law, "un"))

    def states(self, authority: str) -> tuple[ListState, ...]:
        """Those lists as they are now."""
        required, lists, today = self.required(authority), self.lists(), self._today()
        if lists is None:
            return tuple(ListState(one, "", whole=False, fresh=False) for one in required)
        key = (lists.fingerprint(), required, today)
        if self._states[0] != key:
            self._states = (key, list_states(lists, required, today))
        return self._states[1]

    # --- profiles of countries

    def profiles(self) -> Mapping[str, CountryProfile]:
        """Profiles by country, from the tables and rules that the authority loaded; none where it loaded no rule.

        Raises:
            OperationFailed: what was loaded is gone, or was altered.
        """
        store = self._stores.get()
        if store is None:
            return {}
        standing = store.references.standing(Kind.REFERENCE)
        ids = tuple(one.id for one in standing)
        if self._profiles[0] != ids:
            self._profiles = (ids, _profiles(store, standing))
        return self._profiles[1]

    # --- denials

    def sees(self, actor: Actor, denial: Denial) -> bool:
        """Whether somebody may read a denial."""
        return self._may_view(actor, access.Subject("denial", denial.id, restricted=denial.handling not in TOLD))

    def _may_view(self, actor: Actor, subject: access.Subject) -> bool:
        if actor.roles == {SYSTEM}:
            return True
        return access.decide(self._access, access.Actor(actor.id, "", actor.roles), "denial.view", subject).allowed

    def denials(self, actor: Actor, besides: str = "") -> tuple[Denial, ...]:
        """Denials, own and partners', that somebody may read: filtered before anything is compared.

        Args:
            besides: id of a case whose own denials are left out.
        """
        # Of a denial the policies look at its handling alone, and there may be thousands.
        readable: dict[str, bool] = {}
        found = []
        for one in (*self._partners(), *self._own_ones(besides)):
            if one.handling not in readable:
                readable[one.handling] = self.sees(actor, one)
            if readable[one.handling]:
                found.append(one)
        return tuple(found)

    def _partners(self) -> Iterator[Denial]:
        store = self._stores.get()
        for identifier, seq in store.cases.heads(DENIAL).items() if store is not None else ():
            if self._told.get(identifier, (0,))[0] != seq:
                self._told[identifier] = (seq, fold_denial(StoredLog(self._stores.need().cases).read(identifier)))
            found = self._told[identifier][1]
            if found is not None:
                yield found

    def _own_ones(self, besides: str) -> Iterator[Denial]:
        store = self._stores.get()
        for identifier, seq in store.cases.decided("refuse").items() if store is not None else ():
            # By the case and not by its reference: an officer chooses that, and a partner's denial may begin with it.
            if identifier == besides:
                continue
            if self._own.get(identifier, (0,))[0] != seq:
                case = self._case(identifier)
                state = self._policies.authorities[case.applied.authority].state if case.application else ""
                self._own[identifier] = (seq, own_denials(case, state) if case.application else ())
            yield from self._own[identifier][1]

    def _case(self, identifier: str) -> Case:
        store = self._stores.need()
        return fold(identifier, StoredLog(store.cases).read(identifier))

    # --- precedents

    def precedents(self, case: Case) -> tuple[Precedent, ...]:
        """Decisions on the same item and a like end user or destination, the closest first."""
        store = self._stores.get()
        if store is None or case.application is None:
            return ()
        applied = case.applied
        found: dict[tuple[str, int], tuple[tuple[int, str], Precedent]] = {}
        for code in dict.fromkeys(case.code(item.line) for item in applied.items):
            differs = {"decided": "", "id": case.id}
            rows = store.cases.views(search=code, differs=differs, newest=True, limit=_MOST_CANDIDATES)
            for row in rows:
                other = self._case(str(row["id"]))
                for closeness, line, precedent in _precedents(case, code, other) if other.application else ():
                    found[other.id, line] = (closeness, precedent)
        best = sorted(found.values(), key=lambda pair: (pair[0][0], pair[0][1], pair[1].case), reverse=True)
        return tuple(precedent for _, precedent in best[:_MOST_PRECEDENTS])

    # --- the assessment that a case was started from

    def started_from(self, judgement: str) -> tuple[str, tuple[tuple[str, str, str], ...]]:
        """Outcome of a kept assessment, and what a reviewer is to look at; nothing where none is kept under the hash.

        Raises:
            OperationFailed: its bytes are gone, or were altered.
        """
        store = self._stores.get()
        if not judgement or store is None:
            return "", ()
        if judgement not in self._findings:
            document = json.loads(store.casework.content(judgement))
            self._findings[judgement] = (str(document["outcome"]), tuple(_to_look_at(document)))
        return self._findings[judgement]

    # --- all of it

    def ground(self, case: Case, actor: Actor) -> Ground:
        """What a decision on a case rests on outside it, as far as somebody may see it."""
        authority = case.application.authority if case.application else ""
        known = authority in self._policies.authorities
        outcome, findings = self.started_from(case.application.assessment) if case.application else ("", ())
        return Ground(
            lists=self.states(authority) if known else (),
            required=self.required(authority) if known else (),
            profiles=self.profiles(),
            denials=self.denials(actor, case.id),
            assessment_outcome=outcome,
            findings=findings,
            amended=tuple(self._amended(case)),
            sees_partners=self._may_view(actor, access.Subject("denial")),
        )

    def _amended(self, case: Case) -> Iterator[tuple[str, str]]:
        """Criteria and worst findings of the cases that a case amends, directly and before."""
        seen = {case.id}
        while case.application is not None and (before := case.application.amends) and before not in seen:
            seen.add(before)
            case = self._case(before)
            for answer in case.assessment.content.answers if case.assessment else ():
                yield answer.criterion, answer.worst.value

    def ground_with_precedents(self, case: Case, actor: Actor) -> Ground:
        """The same, with precedents, which only an assessor of human rights is shown."""
        return replace(self.ground(case, actor), precedents=self.precedents(case))


def _profiles(store: Store, standing: list[Record]) -> Mapping[str, CountryProfile]:
    rules: tuple[LevelRule, ...] = ()
    indicators: list[Indicator] = []
    for one in standing:
        if one.content.get("dropped") == "yes":
            continue
        body = store.references.body(one)
        if one.key == LEVELS:
            rules = read_level_rules(body, LEVELS)
        else:
            indicators.extend(indicators_of(body, one.key, one.text("publisher")))
    # Without rules every country would be ordinary: then there is no profile, which is unknown.
    return profiles(indicators, rules) if rules else {}


def _precedents(case: Case, code: str, other: Case) -> Iterator[tuple[tuple[int, str], int, Precedent]]:
    decision = other.decision
    if decision is None or decision.date is None:
        return
    categories = {party.category for party in case.applied.end_users if party.category}
    alike = bool(categories & {party.category for party in other.applied.end_users})
    there = other.applied.destination == case.applied.destination
    for one in decision.lines:
        theirs = other.code(one.line)
        same = Truth.TRUE in (covers_code(code, theirs), covers_code(theirs, code))
        if not same or not (alike or there):
            continue
        user = other.applied.end_users[0].name if other.applied.end_users else ""
        reference = other.reference or other.id
        found = Precedent(reference, theirs, user, other.applied.destination, one.outcome, decision.date, one.criteria)
        yield ((2 * alike + there + (theirs == code), decision.date.isoformat()), one.line, found)


def _to_look_at(document: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Findings that a reviewer is to look at: see :func:`enduse.cases.start.ground_of`."""
    authorities = document["authorities"]
    assert isinstance(authorities, list)
    for one in (finding for authority in authorities for finding in authority["findings"]):
        if one["status"] != Status.DOES_NOT_APPLY.value and (
            one["effect"] == Effect.REVIEW.value or one["review_policy"]
        ):
            source = str(from_plain(Citation, one["citation"]))
            yield one["title"], one["reason"] or one["status"], source
