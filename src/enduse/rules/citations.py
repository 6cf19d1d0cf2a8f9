"""Citations of law: whether a text names a provision in a form that a lawyer can look up.

The grammar is that of the rulebooks (a list of pinpoints separated by ``;``), not of any one style guide: what must be
there is an act with its number and, where it is a code of regulations, the section.
"""

from __future__ import annotations

import re

_PINPOINTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b\d{1,2} CFR (?:parts? |chapter )?(?:\d{1,4}(?:\.\d+)?|[IVXL]+)",  # 15 CFR 744.11(a)
        r"\b\d{2,3} FR \d{3,6}\b",  # 89 FR 20107
        r"\bFR Doc\. \d{4}-\d{4,6}\b",
        r"\b\d{1,2} U\.S\.C\. \d+",
        r"\bE\.O\. \d{5}",
        r"\bPub\. L\. \d{2,3}-\d{1,3}(?:,? sections? \d)?",  # Pub. L. 117-78 section 3(a)
        r"\b(?:Supp\.|Supplement) (?:No\. )?\d{1,2} to (?:\d{1,2} CFR )?part \d{3}",
        r"\b\d{3}\.\d{1,2}\(?",  # a further section of the same part
        r"\bRegulation \((?:EU|EC)\) (?:No )?\d{2,4}/\d+",
        r"\bReg\. \((?:EU|EC)\) (?:No )?\d{2,4}/\d+",
        r"\b(?:Council|Commission) (?:Reg\.|Regulation|Decision|Directive|Recommendation) \([A-Z]+\) (?:No )?\d+/\d+",
        r"\b(?:Common Position|Decision|Directive|Recommendation) (?:\([A-Z]+\) )?\d{4}/\d+",
        r"\b(?:TFEU|TEU)\b",
        r"\bSI \d{4}/\d+",
        r"\bSOR/\d{2,4}-\d+",
        r"\bS\.C\. \d{4} c\. \d+",
        r"\bR\.S\.C\. \d{4} c\. ",
        r"\bSR \d{3}\.\d+",
        r"\bresolutions? \d{3,4} \(\d{4}\)",
        r"\bCharter of the United Nations\b",
        r"\b(?:Act|Order|Regulations) \d{4}\b",  # Export Control Order 2008
        r"\b(?:Act|Order) (?:arts? |ss?\. |Sch\. )\d",
        r"\bFAQ \d+",
        r"\bCode of Conduct\b",
        r"\b(?:Guidance|guidance|Best Practices)\b.*\b\d{4}(?:-\d{2}-\d{2})?\b",
        r"\barticle of each regulation\b",
        r"\b(?:guidance|statement|judgment|decision) of \d{4}(?:-\d{2}-\d{2})?\b",
        r"\bcriteri(?:on|a) \d",
        r"\b(?:Bill|Draft|Proposal|Consultation|COM)\b.*\d",  # what is proposed
        r"\b(?:Act|Order|Regulation|Regulations|Ordinance|Law|Decree|Code)\b.*\b(?:s\.|ss\.|art\.|arts|Art\.|Annex|annex|"
        r"section|Schedule|Appended Table|appended table|paragraph|No\.?) ?[\dIVX]",
        r"\bthe (?:regulation|act) of the (?:listing|prohibition)\b",  # the listing's own citation follows
    )
)
_PLACEHOLDER = re.compile(r"\b(?:TODO|TBD|FIXME|XXX|unknown|n/a|see above)\b|\?{2,}|\.\.\.", re.IGNORECASE)
_CUT_OFF = re.compile(r"(?:[(,;:/-]|\b(?:Art|art|arts|CFR|FR|No|part|section|Reg|SI|and)\.?)$")


def date_source_problem(text: str) -> str:
    """What is wrong with what is cited for a date; empty where it names an act, or at least a day or number."""
    problem = citation_problem(text)
    return "" if problem.endswith(NOTHING) and any(character.isdigit() for character in text) else problem


NOTHING = "names no provision that can be looked up"


def citation_problem(text: str) -> str:
    """What is wrong with a citation; empty where it can be looked up."""
    stripped = text.strip()
    if not stripped:
        return "no citation"
    if _PLACEHOLDER.search(stripped):
        return f"citation {stripped!r} is a placeholder"
    if problem := _brackets(stripped):
        return f"citation {stripped!r}: {problem}"
    if _CUT_OFF.search(stripped):
        return f"citation {stripped!r} breaks off"
    if not any(pattern.search(stripped) for pattern in _PINPOINTS):
        return f"citation {stripped!r} {NOTHING}"
    return ""


def _brackets(text: str) -> str:
    depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return "a bracket is closed that was not opened"
    return "a bracket is not closed" if depth else ""
