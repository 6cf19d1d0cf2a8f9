"""Listed issuers of an invented world, a library of them, and lines of portfolios."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from enduse.assess import Settings
from enduse.evidence.library import Library
from enduse.model.citation import Citation
from enduse.model.match import HIT_THRESHOLD, Match, Query
from enduse.model.party import Identifier, ListedParty, Listing, Name, NameKind, PartyKind, SourceReference
from enduse.monitor.issuers import Holding, Securities, Side
from enduse.monitor.portfolio import Adviser, LineAnswer
from enduse.screen import Screener

ISIN, OTHER_ISIN = "CNE100000PM8", "US0378331005"
LEI, OTHER_LEI = "549300XIVJCBIGMRUD48", "300300AY5BEBCYDR2F31"
LISTED = dt.date(2021, 12, 10)
TODAY = dt.date(2024, 12, 2)


def issuer(
    name: str,
    *numbers: Identifier,
    on: str = "CMIC",
    since: dt.date = LISTED,
    to: dt.date | None = None,
    aliases: Sequence[str] = (),
) -> ListedParty:
    programme = {"CMIC": "CMIC-EO13959", "SDN": "GLOMAG"}.get(on, "")
    return ListedParty(
        id=f"test:{name}",
        names=(Name(name), *(Name(alias, NameKind.ALIAS) for alias in aliases)),
        listings=(
            Listing(
                on,
                "US-OFAC",
                Citation("a notice of the test"),
                listed_from=since,
                listed_to=to,
                programmes=(programme,) if programme else (),
            ),
        ),
        source=SourceReference("test"),
        kind=PartyKind.COMPANY,
        identifiers=numbers,
    )


def isin(value: str) -> Identifier:
    return Identifier("other", value, label="ISIN")


def lei(value: str) -> Identifier:
    return Identifier("lei", value, label="Legal Entity Number")


def ticker(value: str) -> Identifier:
    return Identifier("other", value, label="Equity Ticker")


LANTERN = issuer(
    "LANTERN VISION GROUP LIMITED", isin(ISIN), lei(LEI), ticker("00728 HK"), ticker("603019CN"), aliases=("LVG",)
)
SENSETIME = issuer("SENSETIME GROUP LIMITED", aliases=("SENSETIME GROUP LTD",))


class Lists(Library):
    """Some parties, and nothing else."""

    def __init__(self, *parties: ListedParty) -> None:
        super().__init__(accept_starter=True)
        self._parties, self._screener = parties, Screener(parties)

    def screen(self, query: Query, *, threshold: float = HIT_THRESHOLD) -> list[Match]:
        return self._screener.screen(query, threshold=threshold)


def adviser(
    *parties: ListedParty, as_of: dt.date = TODAY, strict: bool = False, laws: Sequence[str] = ("us",), **facts: Any
) -> Adviser:
    parties = parties or (LANTERN, SENSETIME)
    return Adviser(
        Lists(*parties), Securities(parties), Settings(laws=tuple(laws), strict=strict), as_of, TODAY, facts=facts
    )


def line(name: str = "", side: str = "", day: str = "", **more: Any) -> Holding:
    return Holding(
        2,
        "test line 2",
        name,
        side=Side(side) if side else None,
        trade_date=dt.date.fromisoformat(day) if day else None,
        **more,
    )


def judged(holding: Holding, *parties: ListedParty, **more: Any) -> LineAnswer:
    return adviser(*parties, **more).judge(holding)
