"""Portfolios: may these securities be bought, held or sold on their dates, under which law, and who says so.

No date and no period stands here: every answer is the rulebooks' own (:func:`enduse.assess.check`), asked about the
listed companies that a line names (:mod:`enduse.monitor.issuers`). A line that a number of a listed company identifies
*is* that company; one that merely bears its name is so as far as nothing speaks against it; one of a like name is shown
for review and is never called barred.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from enduse.assess import Settings, check
from enduse.evidence.library import Library
from enduse.model.assessment import Assessment, Coverage, Edition, Finding, Outcome
from enduse.model.countries import is_country_code
from enduse.model.match import HIT_THRESHOLD, Match, Query
from enduse.model.transaction import Activity, FactValue, Item, Role, Transaction, TransactionParty
from enduse.model.truth import Truth
from enduse.monitor.issuers import Hit, Holding, Securities, Side, hits_of, ticker_key
from enduse.rules.rulebook import Rulebook, shipped_rulebooks

US_PERSON, INSTRUMENT, SIDE, DIVEST = "us_person", "instrument", "side", "solely_to_divest"
_SECURITY = Item("SECURITY")
_NO_COUNTRY = "XX"


class Dealing(StrEnum):
    """Whether the security may be dealt in, worst first. There is no "cleared"."""

    BARRED = "barred"
    REVIEW = "review"
    OPEN = "open"
    ONLY_TO_DIVEST = "only_to_divest"
    NOT_BARRED = "not_barred"


@dataclass(frozen=True, slots=True)
class Presumed:
    """A fact that is taken as so for every line that does not state it, shown beside the answer."""

    fact: str
    value: FactValue
    reason: str
    sides: frozenset[Side] = frozenset(Side)


PRESUMED = (
    Presumed(US_PERSON, True, "the question is what the law says to those whom it binds; otherwise: us_person=false"),
    Presumed(INSTRUMENT, "publicly_traded", "a line of a portfolio is a security that is traded publicly"),
    Presumed(
        DIVEST,
        True,
        "a sale out of a portfolio is taken as made solely to divest; otherwise: solely_to_divest=false",
        frozenset({Side.SELL}),
    ),
    Presumed(
        DIVEST,
        False,
        "a purchase is not taken as made to divest; otherwise: solely_to_divest=true",
        frozenset({Side.BUY}),
    ),
    Presumed("destination_region", "none", "a security lies in no occupied region"),
)
"""What a portfolio presumes in the open; ``strict`` asks for all of it."""


@dataclass(frozen=True, slots=True)
class Window:
    """Days that the rules compute for the issuer: the first on which dealing is barred, and the first on which it is
    barred even to divest."""

    barred_from: str = ""
    divest_before: str = ""


@dataclass(frozen=True, slots=True)
class SideAnswer:
    """The answer for one side.

    Attributes:
        findings: those that apply or may apply, with their citations.
        only_if: what the answer hangs on, or what would change it, in plain words; empty where nothing.
        presumed: facts that were presumed for it.
        turns: reason codes that apply, or would, because of what is presumed of the trade's purpose.
    """

    side: Side
    dealing: Dealing
    outcome: Outcome
    findings: tuple[Finding, ...]
    assessment: Assessment
    only_if: str = ""
    presumed: tuple[Presumed, ...] = ()
    turns: tuple[str, ...] = ()

    @property
    def barring(self) -> tuple[Finding, ...]:
        """The findings that bar the dealing."""
        return tuple(item for item in self.findings if item.effect == "prohibit" and item.status == "applies")


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """The answer for one line.

    Attributes:
        day: the day that it was judged for.
        answer: for the side that the line states; for holding where it states none.
        if_bought: for a position, what buying more of it on that day would be; ``if_sold`` likewise.
        identified_by: ``isin``, ``lei``, ``ticker``, ``name``, or empty where no listed party is taken as the issuer.
        notes: what a reader must know beside the findings.
        bearing: lists on which an act rests that reaches the dealing, or may.
    """

    holding: Holding
    day: dt.date
    answer: SideAnswer
    hits: tuple[Hit, ...]
    window: Window
    identified_by: str
    if_bought: SideAnswer | None = None
    if_sold: SideAnswer | None = None
    notes: tuple[str, ...] = ()
    bearing: frozenset[str] = frozenset()

    def bears(self, hit: Hit) -> bool:
        """Whether a hit is on a list that bears on dealing in securities."""
        return any(listing.list_id in self.bearing for listing in hit.match.party.listings)

    @property
    def in_force(self) -> bool:
        """Whether a listing that bears on dealing in securities is in force on the day, or may be."""
        return any(
            listing.list_id in self.bearing and listing.in_force(self.day) is not Truth.FALSE
            for hit in self.hits
            for listing in hit.match.party.listings
        )


# --- the law


class _Told(Library):
    """The lists at hand, told already what they say of the one party that is asked about."""

    def __init__(self, lists: Library, matches: Sequence[Match]) -> None:
        super().__init__(accept_starter=lists.accepts_starter)
        self._lists, self._matches = lists, list(matches)

    def screen(self, _query: Query, *, threshold: float = HIT_THRESHOLD) -> list[Match]:
        """See :meth:`enduse.evidence.library.Library.screen`."""
        return [match for match in self._matches if match.score >= threshold]

    def coverage(
        self, required: Sequence[str], day: dt.date, today: dt.date, *, insisted: Sequence[str] = ()
    ) -> Coverage:
        """See :meth:`enduse.evidence.library.Library.coverage`."""
        return self._lists.coverage(required, day, today, insisted=insisted)

    def editions(self) -> tuple[Edition, ...]:
        """See :meth:`enduse.evidence.library.Library.editions`."""
        return self._lists.editions()

    @property
    def on_file(self) -> str:
        """See :attr:`enduse.evidence.library.Library.on_file`."""
        return self._lists.on_file


@dataclass
class Adviser:
    """Judges lines of portfolios.

    Args:
        lists: the lists at hand.
        securities: who bears which number in them.
        books: the law; the shipped rulebooks when None.
        settings: whose law; ``strict`` asks for what is otherwise presumed.
        as_of: the day for lines without a trade date.
        today: the civil date of the question.
        facts: stated for every line that does not state them itself.
    """

    lists: Library
    securities: Securities
    settings: Settings
    as_of: dt.date
    today: dt.date
    books: Sequence[Rulebook] | None = None
    facts: Mapping[str, FactValue] = field(default_factory=lambda: MappingProxyType({}))
    _nobody: dict[object, Assessment] = field(default_factory=dict)
    _screened: dict[Query, tuple[Match, ...]] = field(default_factory=dict)

    def judge(self, holding: Holding) -> LineAnswer:
        """What the law says of one line.

        Raises:
            BadInput: a fact that the rules cannot use; its place is the line.
        """
        day = holding.trade_date or self.as_of
        hits = hits_of(holding, self.securities, self._screen)
        sure = [hit.match for hit in hits if hit.sure]
        sides = [holding.side or Side.HOLD]
        if sides == [Side.HOLD]:
            sides += [Side.BUY, Side.SELL]
        answers = {side: self._side(holding, day, side, hits) for side in sides}
        return LineAnswer(
            holding,
            day,
            answers[sides[0]],
            hits,
            self._window(holding, day, sure),
            next((hit.by for hit in hits if hit.sure), ""),
            answers.get(Side.BUY) if sides[0] is Side.HOLD else None,
            answers.get(Side.SELL) if sides[0] is Side.HOLD else None,
            tuple(_notes(holding, hits, day)),
            self._bearing(answers[sides[0]].assessment),
        )

    def _bearing(self, found: Assessment) -> frozenset[str]:
        reached = {act.act for act in found.authorities if act.reached is not Truth.FALSE}
        books = self.books if self.books is not None else shipped_rulebooks()
        return frozenset(list_id for book in books if book.id in reached for list_id in book.lists)

    def _screen(self, query: Query) -> tuple[Match, ...]:
        if query not in self._screened:
            self._screened[query] = tuple(self.lists.screen(query))
        return self._screened[query]

    def _side(self, holding: Holding, day: dt.date, side: Side, hits: Sequence[Hit]) -> SideAnswer:
        """The companies that the issuer is taken for decide; of one that it may be, "barred" becomes "review"."""
        sure = [hit.match for hit in hits if hit.sure]
        doubtful = [hit.match for hit in hits if not hit.sure]
        found = self._answer(holding, day, side, sure)
        if doubtful and found.dealing is not Dealing.BARRED:
            other = self._answer(holding, day, side, doubtful)
            may = _IF_IT_IS.get(other.dealing, "")
            # That the law leaves a like name open takes nothing from what it says of the name itself.
            worse = other.dealing is not Dealing.OPEN or found.dealing is Dealing.NOT_BARRED
            if may and worse and other.dealing is not found.dealing:
                return replace(
                    other,
                    dealing=Dealing.REVIEW,
                    outcome=Outcome.INDETERMINATE,
                    only_if=f"{may} if the issuer is the listed company of a like name",
                )
        return found

    def _answer(self, holding: Holding, day: dt.date, side: Side, matches: Sequence[Match]) -> SideAnswer:
        stated = {**self.facts, **holding.facts, SIDE: side.value}
        presumed = (
            ()
            if self.settings.strict
            else tuple(one for one in PRESUMED if one.fact not in stated and side in one.sides)
        )
        facts = {**stated, **{one.fact: one.value for one in presumed}}
        found = self._assess(holding, day, facts, matches)
        answer = SideAnswer(side, _dealing(found.outcome), found.outcome, _speaking(found), found, "", presumed)
        guessed = any(one.fact == DIVEST for one in presumed)
        if not matches or not (guessed or facts.get(DIVEST) is True) or side is Side.HOLD:
            return answer
        # What the purpose of the trade decides is asked of the rules both ways.
        other = self._assess(holding, day, {**facts, DIVEST: not facts[DIVEST]}, matches)
        barred, other_barred = (_dealing(one.outcome) is Dealing.BARRED for one in (found, other))
        if barred is other_barred:
            return answer
        turns = tuple(item.code for item in _speaking(found if barred else other) if item.effect == "prohibit")
        if barred:
            return replace(answer, only_if="one made solely to divest would be permitted", turns=turns)
        purpose = "it is made solely to divest"
        return replace(answer, dealing=Dealing.ONLY_TO_DIVEST, only_if=purpose, turns=turns)

    def _assess(
        self, holding: Holding, day: dt.date, facts: Mapping[str, FactValue], matches: Sequence[Match]
    ) -> Assessment:
        country = _country(holding)
        key = (day, country, tuple(sorted((name, str(value)) for name, value in facts.items())))
        if not matches and key in self._nobody:
            return self._nobody[key]
        issuer = TransactionParty(Role.ISSUER, holding.shown)
        tx = Transaction(
            Activity.INVESTMENT, day, (_SECURITY,), country, (issuer,), facts=MappingProxyType(dict(facts))
        )
        found = check(
            tx, library=_Told(self.lists, matches), settings=self.settings, today=self.today, rulebooks=self.books
        )
        if not matches:
            self._nobody[key] = found
        return found

    def _window(self, holding: Holding, day: dt.date, sure: Sequence[Match]) -> Window:
        """The days that the rules compute: as of the line's day, else as of a later listing's first day."""
        firsts = sorted(
            {
                listing.listed_from
                for match in sure
                for listing in match.party.listings
                if listing.listed_from is not None and listing.listed_from > day
            }
        )
        facts = {**self.facts, **holding.facts, SIDE: Side.HOLD.value}
        for on in [day, *firsts] if sure else ():
            found = self._assess(holding, on, facts, sure)
            dates = {date.code: date.date for finding in _speaking(found) for date in finding.dates}
            if dates:
                return Window(
                    next((date for code, date in dates.items() if code.endswith("BARRED")), ""),
                    next((date for code, date in dates.items() if code.endswith("DIVEST_BY")), ""),
                )
        return Window()


_IF_IT_IS = {
    Dealing.BARRED: "barred",
    Dealing.ONLY_TO_DIVEST: "allowed solely to divest",
    Dealing.OPEN: "cannot be decided",
}


def _dealing(outcome: Outcome) -> Dealing:
    return {
        Outcome.PROHIBITED: Dealing.BARRED,
        Outcome.LICENCE_REQUIRED: Dealing.BARRED,
        Outcome.INDETERMINATE: Dealing.OPEN,
        Outcome.NOT_REQUIRED: Dealing.NOT_BARRED,
    }[outcome]


def _speaking(found: Assessment) -> tuple[Finding, ...]:
    """Findings that apply or may apply, those that bar first."""
    speaking = [item for act in found.authorities for item in act.findings.speaking]
    return tuple(sorted(speaking, key=lambda item: (item.effect != "prohibit", item.status != "applies")))


def _country(holding: Holding) -> str:
    """The country whose agency numbered the security, else its market's; ``XX`` where neither says."""
    for code in (holding.isin.strip()[:2].upper(), ticker_key(holding.ticker)[-2:]):
        if is_country_code(code):
            return code
    return _NO_COUNTRY


def _notes(holding: Holding, hits: Sequence[Hit], day: dt.date) -> Iterable[str]:
    if holding.ticker and not ticker_key(holding.ticker):
        yield f"ticker {holding.ticker!r} names no market (write 0020 HK): it identifies nobody and was not used"
    for ruled_out in holding.not_same_as:
        yield f"{ruled_out} was ruled out as the issuer (not_same_as)"
    for hit in hits:
        for listing in hit.match.party.listings:
            if hit.sure and listing.listed_from is not None and listing.listed_from > day:
                yield (
                    f"{hit.match.party.name} is on {listing.list_id} since {listing.listed_from}, after the day judged"
                )
