"""Who the issuer of a line of a portfolio is: by ISIN, LEI or ticker first, by name second, others for review.

Sources: ISO 6166 (ISIN), ISO 17442 (LEI); tickers with their market as OFAC writes them (``00981 HK``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from enduse.model.match import Match, Query, ScorePart
from enduse.model.party import Identifier, ListedParty
from enduse.model.transaction import FactValue
from enduse.screen.identifiers import form, identifier_key
from enduse.screen.normalise import tokens

_SHORT_FORMS = MappingProxyType({"ltd": "limited", "co": "company", "corp": "corporation", "inc": "incorporated"})
_TICKER = re.compile(r"\s*(?P<code>[0-9A-Z]{1,12})(?:[\s.:]+|(?<=[0-9])(?=[A-Z]{2}\s*$))(?P<market>[A-Z]{2})\s*")
_MARKET_FIRST = re.compile(r"\s*(?P<market>[A-Z]{2}):\s*(?P<code>[0-9A-Z]{1,12})\s*")
_MARKETS = MappingProxyType({"SS": "CN", "SZ": "CN", "SH": "CN"})
"""Endings that vendors use for the two exchanges of mainland China; OFAC writes ``CN`` for both."""


class Side(StrEnum):
    """What is done with the security."""

    BUY = "buy"
    SELL = "sell"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Holding:
    """One line of a portfolio.

    Attributes:
        line: its line (row) in the file, from 1; ``where`` names file and line.
        isin: as written; its check digit has been tested. ``lei`` likewise.
        ticker: code and market (``0020 HK``); without a market it identifies nobody.
        side: None where the line states none: a position that is held.
        trade_date: civil date in Eastern Time (OFAC FAQ 857); None where the line states none.
        facts: stated on the line itself.
        not_same_as: ids of listed parties that a reviewer has ruled out as the issuer.
    """

    line: int
    where: str
    name: str = ""
    isin: str = ""
    lei: str = ""
    ticker: str = ""
    side: Side | None = None
    quantity: Decimal | None = None
    trade_date: dt.date | None = None
    facts: Mapping[str, FactValue] = field(default_factory=lambda: MappingProxyType({}))
    not_same_as: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """What to call it."""
        return self.name or self.isin or self.lei or self.ticker


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed party that the issuer is, or may be.

    Attributes:
        by: ``isin``, ``lei``, ``ticker``, or ``name``.
        sure: it is taken as the issuer; else it is for review.
        note: what speaks against it, or what is to be confirmed.
    """

    match: Match
    by: str
    sure: bool
    note: str = ""


# --- numbers


def ticker_key(text: str) -> str:
    """A ticker with its market in one form (``00981 HK`` and ``0981.HK`` are ``981 HK``); empty without a market."""
    upper = text.upper()
    found = _MARKET_FIRST.fullmatch(upper) or _TICKER.fullmatch(upper)
    if found is None:
        return ""
    market = _MARKETS.get(found["market"], found["market"])
    return f"{found['code'].lstrip('0') or '0'} {market}"


def _numbers_of(numbers: Iterable[Identifier]) -> Iterable[tuple[str, str]]:
    for number in numbers:
        if number.label == "Equity Ticker":
            if key := ticker_key(number.value):
                yield "ticker", key
        elif (kind := form(number)) in ("isin", "lei"):
            yield kind, identifier_key(number.value)


class Securities:
    """Who of the listed parties bears which ISIN, LEI or ticker.

    Args:
        parties: all parties of the lists at hand.
    """

    def __init__(self, parties: Iterable[ListedParty]) -> None:
        self._by: dict[tuple[str, str], list[ListedParty]] = {}
        for party in parties:
            for key in dict.fromkeys(_numbers_of(party.identifiers)):
                self._by.setdefault(key, []).append(party)

    def __len__(self) -> int:
        return len(self._by)

    def bearers(self, kind: str, key: str) -> Sequence[ListedParty]:
        """The listed parties that bear a number."""
        return self._by.get((kind, key), ())


def _stated(holding: Holding) -> dict[str, str]:
    keys = {
        "isin": identifier_key(holding.isin),
        "lei": identifier_key(holding.lei),
        "ticker": ticker_key(holding.ticker),
    }
    return {kind: key for kind, key in keys.items() if key}


_CALLED = MappingProxyType({"isin": "ISIN", "lei": "LEI", "ticker": "ticker"})


# --- who the issuer is


def hits_of(holding: Holding, securities: Securities, screen: Callable[[Query], Sequence[Match]]) -> tuple[Hit, ...]:
    """Listed parties that the issuer of a line is or may be: by number first, by name second; not those ruled out."""
    stated = _stated(holding)
    found: dict[str, Hit] = {}
    for kind, key in stated.items():
        for party in securities.bearers(kind, key):
            if party.id not in found and party.id not in holding.not_same_as:
                part = ScorePart("identifier", key, key, 1.0, f"the same {_CALLED[kind]}")
                found[party.id] = Hit(Match(party, 1.0, party.name, (part,)), kind, sure=True)
    if holding.name:
        numbers = (Identifier("lei", stated["lei"]),) if "lei" in stated else ()
        for match in screen(Query(holding.name, identifiers=numbers)):
            if match.party.id not in found and match.party.id not in holding.not_same_as:
                found[match.party.id] = _by_name(holding.name, stated, match, identified=bool(found))
    return tuple(
        sorted(found.values(), key=lambda hit: (not hit.sure, hit.by == "name", -hit.match.score, hit.match.party.id))
    )


def _by_name(name: str, stated: Mapping[str, str], match: Match, *, identified: bool) -> Hit:
    """A hit by name: taken as the issuer where it is the very name and no number speaks against it."""
    against = _against(stated, match.party)
    same = _plain(name) in {_plain(one.text) for one in match.party.names if not one.weak}
    if against:
        return Hit(match, "name", sure=False, note=against)
    if not same:
        return Hit(match, "name", sure=False, note=f"a like name ({match.score:.2f}): confirm or rule it out")
    note = "the same name" if identified else "by its name alone: confirm that it is this legal person"
    return Hit(match, "name", sure=True, note=note)


def _against(stated: Mapping[str, str], party: ListedParty) -> str:
    """What the numbers of a line say against its being a listed party of its name; empty where nothing."""
    theirs: dict[str, set[str]] = {}
    for kind, key in _numbers_of(party.identifiers):
        theirs.setdefault(kind, set()).add(key)
    for kind in ("lei", "isin", "ticker"):
        known = theirs.get(kind, set())
        if kind == "ticker" and kind in stated:
            known = {key for key in known if key.split()[1] == stated[kind].split()[1]}
        if kind in stated and known and stated[kind] not in known:
            return (
                f"the list states {len(known)} {_CALLED[kind]}{'s' if len(known) > 1 else ''} of this party and "
                f"{stated[kind]} is not among them: another security of it, or a namesake"
            )
    return ""


def _plain(name: str) -> tuple[str, ...]:
    return tuple(_SHORT_FORMS.get(token.text, token.text) for token in tokens(name))
