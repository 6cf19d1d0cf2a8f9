"""Hits and scores as pages of plain text: what a score is made of, in columns that add up."""

from __future__ import annotations

import datetime as dt
import textwrap
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

from enduse.interfaces.cli.render import WIDTH, coverage_lines, printable, wrapped
from enduse.model.assessment import Coverage
from enduse.model.decision import Verdict, stamp
from enduse.model.match import Match, NameScore, Query, ScorePart, shares
from enduse.model.party import Listing
from enduse.screen.decisions import Judged, Screened, Standing

_INDENT = "      "
_WIDEST = 30
_ALONE = ": on this side only"
_ONLY = {"missing": 0, "extra": 1}
_SILENT = frozenset({"missing", "extra", "absent", "ignored"})
"""Parts that are there to be read and contribute nothing."""
_WORDS = {"token": "word", "alias": "weak alias", "doubt": "doubt"}


def matches_page(query: Query, found: Screened, coverage: Coverage, today: dt.date) -> str:
    """The hits of one query, and those that a decision suppresses."""
    count = len(found.hits)
    put_aside = f"; {len(found.suppressed)} suppressed by a decision" if found.suppressed else ""
    asked = query.name or ", ".join(f"{number.kind} {number.value}".strip() for number in query.numbers)
    lines = [*wrapped(f"{count} hit{'' if count == 1 else 's'} for {asked}{put_aside}", ""), ""]
    for judged in found.hits:
        lines.extend(_hit(judged, today))
    if found.suppressed:
        lines.extend(["Suppressed by a decision", ""])
        for judged in found.suppressed:
            match = judged.match
            lists = ", ".join(dict.fromkeys(listing.list_id for listing in match.party.listings))
            lines.extend(wrapped(f"{match.score:.2f}  {match.matched_name}  [{lists}]; id {match.party.id}", ""))
            lines.extend(_decided(judged))
            lines.append("")
    lines.extend(coverage_lines(coverage))
    return "\n".join(lines) + "\n"


def score_page(first: str, second: str, score: NameScore) -> str:
    """The score of two names or addresses with its explanation."""
    head = wrapped(f"{score.score:.2f}  {first}  |  {second}", "", hang=_INDENT)
    return "\n".join([*head, "", *_explained(score.explanation, score.score, "  ", ("first", "second"))]) + "\n"


def _hit(judged: Judged, today: dt.date) -> list[str]:
    match = judged.match
    party = match.party
    lines = wrapped(f"{match.score:.2f}  {match.matched_name}", "", hang=_INDENT)
    if match.matched_name != party.name:
        what = "address" if _by_address(match) else "alias"
        lines.extend(wrapped(f"{what} of {party.name}", _INDENT))
    if _at_risk(match):
        lines.extend(
            wrapped(
                "! ADDRESS OF HIGH DIVERSION RISK: listed on its own, so a party there needs a licence whatever its "
                "name (15 CFR 744.16(f))",
                _INDENT,
                hang=f"{_INDENT}  ",
            )
        )
    for listing in party.listings:
        lines.extend(wrapped(_listed(listing, today), _INDENT, hang=f"{_INDENT}  "))
    known = (
        party.kind.value.replace("_", " ") if party.kind.value != "unknown" else "kind not stated",
        ", ".join(sorted(party.countries)),
        f"born {' or '.join(party.birth_dates)}" if party.birth_dates else "",
        f"id {party.id}",
    )
    lines.extend(wrapped("; ".join(filter(None, known)), _INDENT))
    lines.extend(_decided(judged))
    # The lines above say whose address it is.
    parts = [part for part in match.explanation if part.what != "address" or not _by_address(match)]
    lines.extend(["", *_explained(parts, match.score, _INDENT, ("asked", "listed")), ""])
    return lines


def _by_address(match: Match) -> bool:
    """Whether the match is of an address, and not of a name."""
    return all(name.text != match.matched_name for name in match.party.names) and any(
        address.text == match.matched_name for address in match.party.addresses
    )


def _at_risk(match: Match) -> bool:
    return _by_address(match) and any(
        address.high_diversion_risk for address in match.party.addresses if address.text == match.matched_name
    )


def _listed(listing: Listing, today: dt.date) -> str:
    states = {"true": "in force", "false": "no longer in force", "unknown": "unknown whether in force"}
    since = listing.listed_from or (f"seen {listing.seen_from}" if listing.seen_from else "date not stated")
    programmes = f" {', '.join(listing.programmes)}" if listing.programmes else ""
    state = states[listing.in_force(today).value]
    return f"{listing.list_id}{programmes} ({listing.authority}), {since}, {state}; {listing.citation}"


def _decided(judged: Judged) -> list[str]:
    """What a decision says of a hit: who, when, why, and what has changed since."""
    decision = judged.decision
    if decision is None:
        return []
    verdict = {Verdict.DIFFERENT: "not the same party", Verdict.SAME: "the same party"}.get(decision.verdict, "")
    said = f"{verdict}: {decision.by}, {stamp(decision.at)}, decision {decision.id[:12]}: {decision.reason}"
    if judged.standing is not Standing.LAPSED:
        return wrapped(said, _INDENT)
    lines = wrapped(f"a decision has lapsed, review it again: {said}", _INDENT)
    for change in judged.changes:
        side = "the query's" if change.side == "query" else "the listed party's"
        sides = (("before", change.lost), ("now", change.won))
        parts = [f"{word} {_values(values)}" for word, values in sides if values]
        lines.extend(wrapped(f"changed: {side} {change.field.replace('_', ' ')}: {', '.join(parts)}", f"{_INDENT}  "))
    return lines


def _values(values: Sequence[str], most: int = 10) -> str:
    more = f" and {len(values) - most} more" if len(values) > most else ""
    return "; ".join(values[:most]) + more


def _explained(parts: Sequence[ScorePart], score: float, indent: str, sides: tuple[str, str]) -> list[str]:
    """The parts of a score in columns; what is shown adds up to the score that is shown."""
    shown = shares(parts, score)
    rows = [
        (
            "" if part.what in _SILENT and not share else f"{share:+.2f}",
            _what(part, sides),
            part.query,
            part.listed,
            _note(part),
        )
        for part, share in zip(parts, shown, strict=True)
    ]
    table = [("share", "what", *sides, ""), *rows, (f"={sum(shown):.2f}", "score", "", "", "")]
    cells = [tuple(printable(cell) for cell in row) for row in table]
    widths = [min(_WIDEST, max(_width(row[place]) for row in cells)) for place in range(4)]
    left = WIDTH - len(indent) - sum(widths) - 2 * len(widths)
    return [line for row in cells for line in _row(row, [*widths, max(_WIDEST, left)], indent)]


def _what(part: ScorePart, sides: tuple[str, str]) -> str:
    if part.what in _ONLY:
        return f"{sides[_ONLY[part.what]]} only"
    return _WORDS.get(part.what, part.what.replace("_", " "))


def _note(part: ScorePart) -> str:
    return part.note.removesuffix(_ALONE) if part.what in _ONLY else part.note


def _row(cells: Sequence[str], widths: Sequence[int], indent: str) -> list[str]:
    """A row of a table, on as many lines as its longest cell takes."""
    wide = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    return [
        (
            indent + "  ".join(text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True))
        ).rstrip()
        for line in zip_longest(*wide, fillvalue="")
    ]


def _width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
