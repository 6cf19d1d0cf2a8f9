"""Reading an Entity List entry's own words: which items its licence requirement reaches, and how it is reviewed.

Source: Supplement No. 4 to 15 CFR part 744, columns "License requirement" and "License review policy". The wording
varies (89 spellings of a few rules in 2026); what is not understood is unknown, never "no".
"""

from __future__ import annotations

import re

from enduse.model.codes import covers_code, eccn_of
from enduse.model.truth import Truth

_ECCN = re.compile(r"\b[0-9][A-E][0-9]{3}(?:\.[a-z0-9]+)*", re.IGNORECASE)
_ALL = re.compile(r"^(for )?(all|any) items subject to the ear\b", re.IGNORECASE)
_ON_CONDITION = re.compile(r"\b(when|where|if|apart from|used in|used for|destined|intended|unless)\b", re.IGNORECASE)
_ON_LIST = re.compile(r"\b(all )?items (on|listed on|specified on) the (ccl|commerce control list)\b", re.IGNORECASE)
_ONLY_TECHNOLOGY = re.compile(r"^\S+( for)? (the following )?(technology|software)\b(?!.*\bcommodit)", re.IGNORECASE)
_EAR99 = re.compile(r"\bEAR99\b", re.IGNORECASE)
_LISTED = re.compile(r"\b(CCL|commerce control list|ECCNs?|anti-terrorism)\b", re.IGNORECASE)
_EXCEPT = re.compile(r"\bexcept(ing| for| those)?\b|\bother than\b", re.IGNORECASE)


def scope_covers(scope: str | None, code: str) -> Truth:
    """Whether an entry's licence requirement, in its own words, reaches an item.

    Args:
        scope: ``all``, or the entry's text; empty or None: nobody has said.
        code: the item's classification (``EAR99`` or an ECCN to the sub-paragraph).
    """
    text = " ".join((scope or "").split())
    if not text:
        return Truth.UNKNOWN
    if text.casefold() == "all":
        return Truth.TRUE
    reaches_everything = bool(_ALL.match(text))
    excepted = _EXCEPT.search(text)
    if reaches_everything and excepted is None:
        return Truth.UNKNOWN if _ON_CONDITION.search(text) else Truth.TRUE
    if reaches_everything and excepted is not None:
        if _ON_CONDITION.search(text[: excepted.start()]):
            return Truth.UNKNOWN
        return Truth.UNKNOWN if _may_be_excepted(text[excepted.start() :], code) else Truth.TRUE
    if _ON_LIST.search(text) and excepted is None:
        return Truth.of(eccn_of(code) is not None)
    return Truth.UNKNOWN


def _may_be_excepted(exception: str, code: str) -> bool:
    """Whether an entry's exception could take the item out; what it cannot reach stays in."""
    named = _ECCN.findall(exception)
    eccn = eccn_of(code)
    if eccn is None:
        return "EAR99" in exception.upper() or not named
    if any(covers_code(name, code) is not Truth.FALSE for name in named):
        return True
    if _ONLY_TECHNOLOGY.search(exception) and eccn[1] in "ABC":
        return False
    only_ear99 = bool(_EAR99.search(exception)) and not _LISTED.search(exception)
    return not named and not only_ear99


def policy_for(policy: str, code: str) -> str:
    """The review policy that an entry states for one item.

    An entry may keep case-by-case review for named ECCNs and presume denial for the rest.
    """
    folded = policy.replace("_", " ")
    lowered = folded.casefold()
    if "presumption of denial" not in lowered or "case by case" not in lowered.replace("-", " "):
        return folded
    named = _ECCN.findall(folded)
    if any(covers_code(name, code) is Truth.TRUE for name in named):
        return "case by case (the entry names this ECCN)"
    if eccn_of(code) is None and "EAR99" in folded.upper():
        return "presumption of denial, but case by case for EAR99 items in the Note to ECCN 1A995"
    return "presumption of denial (the entry's case-by-case list does not name this item)"
