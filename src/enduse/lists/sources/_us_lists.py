"""The lists of the United States: authority, legal basis, measures; and the Entity List's own wording."""

from __future__ import annotations

import re
from dataclasses import dataclass

from enduse.model.citation import Citation
from enduse.model.party import Measure

BIS, OFAC, STATE = "US-BIS", "US-OFAC", "US-STATE"
_ECFR = "https://www.ecfr.gov/current/title-15/subtitle-B/chapter-VII/subchapter-C/part-744"


@dataclass(frozen=True, slots=True)
class UsList:
    """A restricted-party list: who keeps it, what it does, and its legal basis."""

    id: str
    title: str
    authority: str
    measures: tuple[Measure, ...]
    basis: str
    url: str

    def citation(self, entry: str = "") -> Citation:
        """The list itself as the citation, for an entry that names no act of its own."""
        name = f"{self.title}, entry {entry}" if entry else self.title
        return Citation(f"{name}; {self.basis}", self.url)


_ALL = (
    UsList(
        "EL",
        "Entity List",
        BIS,
        (Measure.LICENCE_REQUIREMENT,),
        "15 CFR 744.11, 744.16 and supplement no. 4 to part 744",
        f"{_ECFR}/appendix-Supplement%20No.%204%20to%20Part%20744",
    ),
    UsList(
        "MEU",
        "Military End-User List",
        BIS,
        (Measure.LICENCE_REQUIREMENT,),
        "15 CFR 744.21 and supplement no. 7 to part 744",
        f"{_ECFR}/appendix-Supplement%20No.%207%20to%20Part%20744",
    ),
    UsList(
        "UVL",
        "Unverified List",
        BIS,
        (Measure.NO_LICENCE_EXCEPTION,),
        "15 CFR 744.15 and supplement no. 6 to part 744",
        f"{_ECFR}/appendix-Supplement%20No.%206%20to%20Part%20744",
    ),
    UsList(
        "DPL",
        "Denied Persons List",
        BIS,
        (Measure.EXPORT_PROHIBITION,),
        "15 CFR parts 764 and 766",
        "https://www.ecfr.gov/current/title-15/subtitle-B/chapter-VII/subchapter-C/part-764",
    ),
    UsList(
        "SDN",
        "Specially Designated Nationals and Blocked Persons List",
        OFAC,
        (Measure.ASSET_FREEZE,),
        "31 CFR chapter V",
        "https://sanctionslist.ofac.treas.gov/Home/SdnList",
    ),
    UsList(
        "CMIC",
        "Non-SDN Chinese Military-Industrial Complex Companies List",
        OFAC,
        (Measure.INVESTMENT_BAN,),
        "E.O. 13959 as amended by E.O. 14032; 31 CFR part 586",
        "https://sanctionslist.ofac.treas.gov/Home/ConsolidatedList",
    ),
    UsList(
        "SSI",
        "Sectoral Sanctions Identifications List",
        OFAC,
        (Measure.CAPITAL_MARKET_RESTRICTION,),
        "directives under E.O. 13662; 31 CFR part 589",
        "https://sanctionslist.ofac.treas.gov/Home/ConsolidatedList",
    ),
    UsList(
        "MBS",
        "Non-SDN Menu-Based Sanctions List",
        OFAC,
        (Measure.CAPITAL_MARKET_RESTRICTION,),
        "31 CFR chapter V and the directives named in the entry",
        "https://sanctionslist.ofac.treas.gov/Home/ConsolidatedList",
    ),
    UsList(
        "CAP",
        "List of Foreign Financial Institutions Subject to Correspondent Account or Payable-Through Account Sanctions",
        OFAC,
        (Measure.CORRESPONDENT_ACCOUNT_RESTRICTION,),
        "31 CFR chapter V",
        "https://sanctionslist.ofac.treas.gov/Home/ConsolidatedList",
    ),
    UsList(
        "PLC",
        "Non-SDN Palestinian Legislative Council List",
        OFAC,
        (Measure.OTHER,),
        "31 CFR chapter V",
        "https://sanctionslist.ofac.treas.gov/Home/ConsolidatedList",
    ),
    UsList(
        "FSE",
        "Foreign Sanctions Evaders List",
        OFAC,
        (Measure.OTHER,),
        "E.O. 13608",
        "https://sanctionslist.ofac.treas.gov/Home/ConsolidatedList",
    ),
    UsList(
        "NON-SDN",
        "Consolidated Sanctions List (non-SDN)",
        OFAC,
        (Measure.OTHER,),
        "31 CFR chapter V",
        "https://sanctionslist.ofac.treas.gov/Home/ConsolidatedList",
    ),
    UsList(
        "DTC",
        "AECA Debarred List (statutory debarment)",
        STATE,
        (Measure.DEBARMENT,),
        "22 CFR 127.7",
        "https://www.ecfr.gov/current/title-22/chapter-I/subchapter-M/part-127/section-127.7",
    ),
    UsList(
        "ISN",
        "Nonproliferation Sanctions",
        STATE,
        (Measure.OTHER,),
        "the statute or order named as programme",
        "https://www.state.gov/key-topics-bureau-of-international-security-and-nonproliferation/"
        "nonproliferation-sanctions/",
    ),
)
LISTS = {one.id: one for one in _ALL}
_ABBREVIATIONS = {**{one.id: one.id for one in _ALL}, "NS-MBS": "MBS", "CAPTA": "CAP", "AECA": "DTC"}


def list_of_source(text: str) -> UsList | None:
    """The list that the ``source`` text of the Consolidated Screening List names, by its abbreviation in brackets.

    An abbreviation that is not known gives a list of that name with the measure *other*; None where there is none.
    """
    found = re.search(r"\(([A-Z][A-Z-]+)(?: List)?\)", text)
    if not found:
        return None
    known = _ABBREVIATIONS.get(found[1])
    if known:
        return LISTS[known]
    authority = OFAC if "Treasury" in text else STATE if "State" in text else BIS
    return UsList(found[1], text, authority, (Measure.OTHER,), "as stated by the list", "https://www.trade.gov")


_ALL_ITEMS = re.compile(r"\s*(?:for\s+)?(?:all|any)\s+items?\s+subjects?\s+to\s+the\s+EAR\b", re.IGNORECASE)
_OVERCOME = re.compile(r"This license requirement may be overcome by License Exception.*", re.IGNORECASE | re.DOTALL)
_LIMIT = re.compile(
    r"\b(?:except|apart from|other than|excluding|unless|when|where|only|limited to|listed in|designated|destined)\b",
    re.IGNORECASE,
)


def item_scope(requirement: str) -> str | None:
    """``all`` when an entry's licence requirement covers all items subject to the EAR, else its words; None if empty.

    An exception of items, or a condition ("when used in projects ..."), makes it less than all; that a licence
    exception may overcome the requirement, or how applications are reviewed, does not.
    """
    text = " ".join(requirement.split())
    if not text:
        return None
    start = _ALL_ITEMS.match(text)
    if start and not _LIMIT.search(_OVERCOME.sub("", text[start.end() :])):
        return "all"
    return text


_PROVISIONS = (
    # The foreign-direct-product rule for parties with the footnote; a digit printed after it is the footnote itself.
    (re.compile(r"734\.9\(e\)\(1\)|734\.9\(e\)\s?1\b|736\.2\(b\)\(3\)\(vi\)"), "1"),
    (re.compile(r"734\.9\(e\)\(2\)"), "4"),
    (re.compile(r"734\.9\(e\)\(3\)"), "5"),
    (re.compile(r"734\.9\(g\)"), "3"),
)
_TRAILING_FOOTNOTE = re.compile(r"\bEAR\s?\)?\s?([1-9])\b")


def footnotes(requirement: str) -> tuple[str, ...]:
    """Footnote designations of an Entity List entry, from its licence requirement.

    Read from the provision that the footnote brings (15 CFR 734.9(e)(1)-(3) and (g), formerly 736.2(b)(3)(vi)) and
    from the digit that ends the sentence (``of the EAR)4``, ``of the EAR2``). Section numbers are never footnotes, and
    paragraph (e) without a number says nothing unless the digit follows.
    """
    found = {number for pattern, number in _PROVISIONS if pattern.search(requirement)}
    found.update(_TRAILING_FOOTNOTE.findall(requirement))
    return tuple(sorted(found))
