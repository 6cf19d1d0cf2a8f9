"""What is said about a party's owners under one list's rule: the answer, and the holdings that it rests on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from enduse.model.citation import Citation
from enduse.model.transaction import Share
from enduse.model.truth import Truth


@dataclass(frozen=True, slots=True)
class Origin:
    """Who states a holding.

    Attributes:
        source: the publisher or the document (``UK PSC register``, ``as stated in the transaction``).
        where: file and line, or the record's own id; empty where there is only one place.
        published: the date of the statement, or None.
    """

    source: str
    where: str = ""
    published: dt.date | None = None

    def __str__(self) -> str:
        parts = [self.source, self.where, f"of {self.published}" if self.published else ""]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Link:
    """One holding on the path from a listed holder to the party; an interface can draw it.

    Attributes:
        holder, entity: names, as shown.
        holder_id, entity_id: keys that tell entities of one name apart.
        share: of the shares, in percent.
        votes: of the voting rights, in percent; None where they are as the shares.
        control: what the holder may do beyond its share.
        listed: whether the holder itself is on the list.
        since, until: half-open interval in which the statement holds; None is open.
        origins: who states it.
        note: what makes the statement doubtful; empty when nothing does.
    """

    holder: str
    entity: str
    share: Share
    holder_id: str = ""
    entity_id: str = ""
    votes: Share | None = None
    control: tuple[str, ...] = ()
    listed: Truth = Truth.FALSE
    since: dt.date | None = None
    until: dt.date | None = None
    origins: tuple[Origin, ...] = ()
    note: str = ""

    def words(self) -> str:
        """The holding in one sentence without its full stop."""
        holder = self.holder + {Truth.TRUE: " (listed)", Truth.UNKNOWN: " (may be listed)"}.get(self.listed, "")
        parts = []
        if self.share.high > 0:
            parts.append(f"holds {percent(self.share)} of {self.entity}")
        if self.votes is not None and self.votes.high > 0 and self.votes != self.share:
            parts.append(f"holds {percent(self.votes)} of the votes in {self.entity}")
        parts.extend(f"{CONTROL_WORDS.get(kind, kind.replace('_', ' '))} {self.entity}" for kind in self.control)
        dates = "".join(
            f" {word} {date}" for word, date in (("since", self.since), ("until before", self.until)) if date
        )
        return f"{holder} {' and '.join(parts) or f'has an interest in {self.entity}'}{dates}"


CONTROL_WORDS = {
    "appoints_board_majority": "may appoint the majority of the board of",
    "voting_majority_by_agreement": "holds by agreement the majority of the votes in",
    "dominant_influence": "has dominant influence over",
    "appoints_board_members": "may appoint members of the board of",
    "significant_influence_or_control": "has significant influence or control over",
    "consolidated_accounts": "consolidates in its accounts",
    "directorship": "is a director or officer of",
}
"""What an owner may do beyond its share, in words that the owned entity's name follows."""


@dataclass(frozen=True, slots=True)
class OwnershipAnswer:
    """Whether *other* listed persons own or control a party, under the rule of one regime on one day.

    ``owned`` and ``control`` are true if they follow for every share that the statements allow, false if for none, else
    unknown. They say nothing of the party's own listing: ``listed`` does, and where it is true they are false (a party
    itself listed gets only the code of its listing).

    Attributes:
        regime: id of the regime (``OFAC, BIS, EU, UK, CMIC, UN``).
        listed: whether the party itself is on the list.
        words: how it is owned, or may be; empty when not.
        path: the holdings that ``owned`` rests on, the party's own holders first.
        missing: facts that would settle ``owned``: ``owner_share``, ``owner_listing``, ``joint_arrangement``.
        control_words, control_path, control_missing: the same for ``control``.
        citation: the rule applied, or the text by which there is none.
        notes: what a reader should know besides: contradictory statements, positions that do not count, doubt.
    """

    regime: str
    owned: Truth
    control: Truth
    listed: Truth = Truth.FALSE
    words: str = ""
    path: tuple[Link, ...] = ()
    missing: tuple[str, ...] = ()
    control_words: str = ""
    control_path: tuple[Link, ...] = ()
    control_missing: tuple[str, ...] = ()
    citation: Citation | None = None
    notes: tuple[str, ...] = ()


def percent(share: Share) -> str:
    """A share in words: ``60 percent``, ``over 25 to 50 percent``, ``an unknown share``."""
    if share.low == share.high:
        return f"{share.text or plain(share.low)} percent"
    if share.low == 0 and share.high == 100 and not share.low_open and not share.high_open:
        return "an unknown share"
    low = f"{'over ' if share.low_open else ''}{plain(share.low)}"
    return f"{low} to {'under ' if share.high_open else ''}{plain(share.high)} percent"


def plain(number: object) -> str:
    """A decimal number without trailing zeros or an exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
