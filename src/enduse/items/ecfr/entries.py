"""An entry of the Commerce Control List as rows of facts: reasons for control, and list-based licence exceptions.

Source: Supplement No. 1 to 15 CFR part 774. Phrases that need a human eye are read by hand in ``readings.csv``; what
neither the grammar nor a hand reading covers becomes a row with an ``unparsed`` condition.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources

from enduse.items.ecfr.scope import Scope, parse_scope

CONTROL_COLUMNS = [
    "eccn",
    "reason",
    "requirement",
    "column",
    "except_countries",
    "destinations",
    "include",
    "exclude",
    "used_for",
    "used_for_exclude",
    "condition",
    "scope_text",
    "from",
    "to",
    "citation",
    "verified",
]
EXCEPTION_COLUMNS = [
    "eccn",
    "symbol",
    "available",
    "include",
    "exclude",
    "used_for",
    "used_for_exclude",
    "value_usd",
    "destination_groups",
    "condition",
    "text",
    "from",
    "to",
    "citation",
]
SYMBOLS = ("LVS", "GBS", "TSR", "APP", "ENC", "ACE", "STA")
_CONTROL = re.compile(r"^(?P<reason>[A-Z]{2}) appl(?:y|ies)(?: to)?,?\s*(?:only to )?(?P<scope>.*)$", re.DOTALL)
_COLUMN = re.compile(r"(?:(?P<reason>[A-Z]{2}) )?Column (?P<number>[0-9])")
_SECTION = re.compile(r"§+ ?(?P<section>7[0-9]{2}\.[0-9]+(?:\([a-zA-Z0-9]+\))*)")
_MONEY = re.compile(r"\$ ?(?P<value>[0-9][0-9,]*)")
_DESTINATIONS = (
    (re.compile(r"^China, Russia,? or Venezuela"), "CN;RU;VE", ""),
    (re.compile(r"^China, Russia "), "CN;RU;VE", ""),
    (re.compile(r"Macau or a destination specified in Country Group D:5"), "MO;D:5", ""),
    (re.compile(r"United Arab Emirates or destinations specified in Country Groups? D:1"), "AE;D:1;D:4;D:5", "A:5;A:6"),
    (re.compile(r"to Iraq and transfer within Iraq for regional stability"), "IQ", ""),
)
PROSE = {
    "0A503": ("CC", "all_except", "CA"),
    "0A981": ("CC", "all", ""),
    "0A982": ("CC", "all_except", "CA"),
    "0A983": ("CC", "all", ""),
    "5A980": ("SL", "all", ""),
    "5D980": ("SL", "all", ""),
    "5E980": ("SL", "all", ""),
}
"""Entries whose requirement stands in prose alone (15 CFR 738.3(a)(1), 742.7(a)(4)-(6), 742.13(a))."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list as read from its markup.

    Attributes:
        controls: pairs of the "Control(s)" cell and the "Country Chart" cell.
        exceptions: text of each exception's line, by symbol; the STA paragraph included.
        paragraphs: the entry's sub-paragraphs, relative (``a.1``).
        prose: control statements outside a table.
    """

    eccn: str
    heading: str
    controls: tuple[tuple[str, str], ...] = ()
    exceptions: Mapping[str, str] = field(default_factory=dict)
    paragraphs: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()


def with_the_first(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Sub-paragraphs in order, with ``a`` where it is missing before a ``b``.

    In many entries the first one stands behind the word *Items* in the same paragraph, and some copies lose it.
    """
    found = set(paragraphs)
    letters = {paragraph.partition(".")[0] for paragraph in found}
    return tuple(sorted(found | {"a"} if "b" in letters and "a" not in letters else found))


@dataclass(slots=True)
class Reading:
    """How an edition was read: counts, and what was not understood."""

    phrases: int = 0
    by_hand: int = 0
    unparsed: list[str] = field(default_factory=list)


def control_rows(entry: Entry, known: Sequence[str], reading: Reading) -> Iterator[dict[str, str]]:
    """Rows of ``ccl_controls`` for one entry."""
    stated = {control.strip()[:2] for control, _ in entry.controls}
    if entry.eccn in PROSE and PROSE[entry.eccn][0] not in stated:
        reason, stated_requirement, excepted = PROSE[entry.eccn]
        yield _row(
            CONTROL_COLUMNS, eccn=entry.eccn, reason=reason, requirement=stated_requirement, except_countries=excepted
        )
    for control, chart in entry.controls:
        text = re.sub(r"\s+", " ", control).strip()
        found = _CONTROL.match(text)
        if not found:
            reading.unparsed.append(f"{entry.eccn}: {text[:120]}")
            if not text.startswith("Russian industry"):
                yield _row(
                    CONTROL_COLUMNS,
                    eccn=entry.eccn,
                    reason=text[:2],
                    requirement="other",
                    condition=_slug(entry.eccn, text),
                    scope_text=text[:200],
                )
            continue
        reason, phrase = found["reason"], found["scope"].strip()
        requirement = _requirement(reason, f"{chart} {phrase}" if not chart.strip() else chart)
        if requirement is None:
            continue
        for scope, condition in _scopes(entry.eccn, reason, phrase, known, reading):
            yield _row(CONTROL_COLUMNS, eccn=entry.eccn, reason=reason, **requirement, **_scope_cells(scope, condition))


def _requirement(reason: str, chart: str) -> dict[str, str] | None:
    """What a chart cell demands; None for a requirement that another rule already states (North Korea, Russia)."""
    text = re.sub(r"\s+", " ", chart).strip()
    if column := _COLUMN.search(text):
        return {"requirement": "column", "column": f"{column['reason'] or reason}{column['number']}"}
    if reason == "UN":
        return {"requirement": "un_embargo"}
    if re.search(r"\bNorth Korea\b", text) and "Iraq" not in text:
        return None
    if re.search(r"all destinations, except canada", text, re.IGNORECASE) or reason in ("EI", "SI"):
        return {"requirement": "all_except", "except_countries": "CA"}
    if re.search(r"all destinations", text, re.IGNORECASE) or text.startswith("Worldwide control"):
        return {"requirement": "all"}
    section = _SECTION.search(text)
    for pattern, destinations, excepted in _DESTINATIONS:
        if pattern.search(text):
            return {
                "requirement": "destinations",
                "column": section["section"] if section else "",
                "destinations": destinations,
                "except_countries": excepted,
            }
    return {"requirement": "other", "column": section["section"] if section else ""}


def _scopes(eccn: str, kind: str, phrase: str, known: Sequence[str], reading: Reading) -> Iterator[tuple[Scope, str]]:
    """The scopes of a phrase with their conditions: by hand first, then by grammar, else unparsed."""
    reading.phrases += 1
    plain = re.sub(r"[“”\"]", "", re.sub(r"\s+", " ", phrase)).strip()
    by_hand = [
        row
        for row in _readings()
        if row["eccn"] == eccn and row["kind"] == kind and plain.startswith(row["starts_with"])
    ]
    if by_hand:
        reading.by_hand += 1
        for row in by_hand:
            include, exclude, used_for, out_for = (
                tuple(filter(None, row[key].split(";")))
                for key in ("include", "exclude", "used_for", "used_for_exclude")
            )
            yield Scope(include, exclude, used_for, out_for), row["condition"]
        return
    scope = parse_scope(phrase, eccn, known)
    if scope.understood:
        yield scope, f"used_for_reason:{scope.used_for_reason}" if scope.used_for_reason else ""
        return
    reading.unparsed.append(f"{eccn} {kind}: {plain[:120]}")
    mentioned = tuple(dict.fromkeys(part.lower() for part in re.findall(rf"\b{eccn}\.([a-z](?:\.[a-z0-9]+)*)", plain)))
    entire = "entire entry" in plain
    yield Scope(include=() if entire else mentioned, rest=plain[:200]), _slug(eccn, plain)


def _scope_cells(scope: Scope, condition: str) -> dict[str, str]:
    return {
        "include": ";".join(scope.include),
        "exclude": ";".join(scope.exclude),
        "used_for": ";".join(scope.used_for),
        "used_for_exclude": ";".join(scope.used_for_exclude),
        "condition": condition,
        "scope_text": scope.rest,
    }


def exception_rows(entry: Entry, known: Sequence[str], reading: Reading) -> Iterator[dict[str, str]]:
    """Rows of ``list_based_exceptions`` for one entry."""
    for symbol in SYMBOLS:
        text = re.sub(r"\s+", " ", entry.exceptions.get(symbol, "")).strip()
        if not text:
            continue
        parse = _sta_lines if symbol == "STA" else _lines
        for cells in parse(entry.eccn, symbol, text, known, reading):
            yield _row(EXCEPTION_COLUMNS, eccn=entry.eccn, symbol=symbol, **cells)


def _lines(eccn: str, symbol: str, text: str, known: Sequence[str], reading: Reading) -> Iterator[dict[str, str]]:
    plain = text.strip(" .")
    if any(
        row["eccn"] == eccn and row["kind"] == symbol and text.startswith(row["starts_with"]) for row in _readings()
    ):
        for scope, condition in _scopes(eccn, symbol, text, known, reading):
            yield {"available": "yes", "value_usd": _money(text), **_line_cells(scope, condition)}
        return
    if symbol == "ENC":
        yield {"available": "yes", "text": "certain items, see 740.17"}
        return
    if symbol == "ACE":
        plain = re.sub(r",? except to Country Group.*$", "", plain)
    plain = re.sub(r",? (?:to specific countries )?\(?see § 740\.7.*$", "", plain, flags=re.IGNORECASE).strip(" .,")
    plain = re.sub(r",? See § 740\.22.*$", "", plain).strip(" .,")
    for clause in re.split(r";\s*(?:and )?|\.\s+(?=N/A)|(?<=0),\s*(?=N/A)", plain):
        yield from _clause(eccn, symbol, clause.strip(" .,"), known, reading)


def _clause(eccn: str, symbol: str, clause: str, known: Sequence[str], reading: Reading) -> Iterator[dict[str, str]]:
    value = _money(clause)
    if re.fullmatch(r"N/A\.?|No", clause):
        yield {"available": "no"}
        return
    found = re.match(r"^(?:Yes|\$ ?[0-9,]+)(?: to specific countries)?\s*(?P<rest>.*)$", clause)
    barred = re.match(r"^(?:except )?N/A for (?P<rest>.*)$", clause)
    if barred:
        yield from _barred(eccn, symbol, barred["rest"], known, reading)
        return
    if not found:
        yield from _unparsed_line(eccn, symbol, clause, value, reading)
        return
    rest = found["rest"].strip(" ,.:")
    amount = re.match(r"^\$ ?[0-9,]+\s*(?P<rest>.*)$", rest)
    if amount:
        rest = amount["rest"].strip(" ,.:")
    main, _, exception = re.sub(r"\bexcept(?: for)?:?\b", "@", rest, count=1).partition("@")
    main, exception = main.strip(" ,.:"), exception.strip(" ,.:")
    if not main or main == "for all other items":
        yield {"available": "yes", "value_usd": value}
    elif re.fullmatch(r"for [“\"]?components,?[”\"]?,?", main):
        yield {"available": "yes", "value_usd": value, "condition": "item_is_component"}
    elif (scope := parse_scope(re.sub(r"^for\b:?\s*", "", main), eccn, known)).understood:
        yield {"available": "yes", "value_usd": value, **_line_cells(scope, "")}
    else:
        yield from _unparsed_line(eccn, symbol, clause, value, reading)
        return
    if exception:
        yield from _barred(eccn, symbol, re.sub(r"^N/A for\s*", "", exception), known, reading)


def _barred(eccn: str, symbol: str, text: str, known: Sequence[str], reading: Reading) -> Iterator[dict[str, str]]:
    for part in re.split(r"\band for\b|,\s*(?=MT\b|NP\b)", text):
        words = part.strip(" ,.")
        if reasons := re.fullmatch(
            r"(?:items controlled for )?(?P<list>[A-Z]{2}(?:(?:, | and | or )[A-Z]{2})*)(?: items| reasons)?", words
        ):
            for reason in re.findall(r"[A-Z]{2}", reasons["list"]):
                yield {"available": "no", "condition": f"item_reason:{reason}"}
        elif words == "systems and equipment":
            yield {"available": "no", "condition": "not:item_is_component"}
        elif (scope := parse_scope(words, eccn, known)).understood:
            yield {"available": "no", **_line_cells(scope, "")}
        else:
            reading.unparsed.append(f"{eccn} {symbol}: except {words[:100]}")
            yield {"available": "no", "condition": _slug(eccn, words), "text": words[:200]}


def _unparsed_line(eccn: str, symbol: str, clause: str, value: str, reading: Reading) -> Iterator[dict[str, str]]:
    reading.unparsed.append(f"{eccn} {symbol}: {clause[:120]}")
    yield {"available": "yes", "value_usd": value, "condition": _slug(eccn, clause), "text": clause[:200]}


_STA_PIECES = re.compile(
    r"(?=Paragraph \(c\)\([12]\) of License Exception STA)|(?=License Exception STA may not)"
    r"|,? or (?=any (?:commodity|item|software|technology))"
)
_STA_SECTION = re.compile(r"\(§? ?740\.20[^)]*\)(?:\([0-9]\))*(?: of the EAR)?\)?")
_STA_SUBJECT = re.compile(
    r"(?:for|ship(?: or transmit)?|transmit)?\s*(?:any )?"
    r"(?:item|items|commodity|software|[“\"]software[”\"]|technology|[“\"]technology[”\"]|ECCN)?\s*"
    r"(?:specified (?:by|in)|controlled (?:by|in)|in|by)?\s*(?:ECCN |this ECCN|this entry)?\s*"
    r"(?P<codes>[0-9][A-E][0-9]{3}[^()]*?)?(?=\s+to any of|\s*,? unless|\s*\(|$)"
)


def _sta_lines(eccn: str, _: str, text: str, known: Sequence[str], reading: Reading) -> Iterator[dict[str, str]]:
    pieces = _STA_PIECES.split(text)
    understood = False
    tail_groups = "A:6" if "(c)(2)" in text[:40] else ""
    for piece in pieces:
        words = piece.strip(" .")
        if not words or ("any" not in words and "may not be used" not in words):
            continue
        groups = tail_groups
        if "Paragraph (c)(2)" in words:
            groups = "A:6"
        elif "Paragraph (c)(1)" in words:
            groups = "A:5"
        elif re.search(r"Country Groups? A:5 or A:6", words):
            groups = "A:5;A:6"
        elif re.search(r"Country Group A:6", words):
            groups = "A:6"
        stripped = re.sub(r"^.*?may not be used\s*(?:to|for)?\s*", "", _STA_SECTION.sub("", words))
        subject = _STA_SUBJECT.search(stripped)
        codes = (subject["codes"] if subject else "") or ""
        if not codes:
            if re.search(r"this (?:ECCN|entry)|any (?:item|software|technology)", words):
                understood = True
                yield {"available": "no", "destination_groups": groups}
            continue
        scope = parse_scope(codes, eccn, known)
        if scope.understood and "unless" not in words:
            understood = True
            yield {"available": "no", "destination_groups": groups, **_line_cells(scope, "")}
        else:
            reading.unparsed.append(f"{eccn} STA: {words[:120]}")
            understood = True
            yield {
                "available": "no",
                "destination_groups": groups,
                "condition": _slug(eccn, words),
                "text": words[:200],
            }
    if not understood:
        reading.unparsed.append(f"{eccn} STA: {text[:120]}")
        yield {"available": "no", "condition": _slug(eccn, text), "text": text[:200]}


def _line_cells(scope: Scope, condition: str) -> dict[str, str]:
    return {
        "include": ";".join(scope.include),
        "exclude": ";".join(scope.exclude),
        "used_for": ";".join(scope.used_for),
        "used_for_exclude": ";".join(scope.used_for_exclude),
        "condition": condition or (f"used_for_reason:{scope.used_for_reason}" if scope.used_for_reason else ""),
    }


def _money(text: str) -> str:
    found = _MONEY.search(text)
    return found["value"].replace(",", "") if found else ""


def _slug(eccn: str, text: str) -> str:
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return f"unparsed:{eccn}-{'-'.join(words)[:80]}"


def _row(columns: Sequence[str], **cells: str) -> dict[str, str]:
    unknown = set(cells) - set(columns)
    if unknown:
        raise ValueError(f"no such column: {unknown}")
    return {column: cells.get(column, "") for column in columns}


@functools.cache
def _readings() -> tuple[dict[str, str], ...]:
    text = (resources.files("enduse.items.ecfr") / "readings.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines(), strict=True))
