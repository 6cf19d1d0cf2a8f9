"""The page of ``enduse owners``."""

from __future__ import annotations

from collections.abc import Iterator

from enduse.interfaces.cli.render import coverage_lines, wrapped
from enduse.interfaces.owners import Above, OwnersReport
from enduse.model.ownership import CONTROL_WORDS, Link, OwnershipAnswer, percent
from enduse.model.truth import Truth
from enduse.ownership.regimes import Regime

MAX_LINES = 200
"""Holdings shown in the tree; all of them are in the JSON."""
_MARKS = {Truth.TRUE: "[x]", Truth.UNKNOWN: "[?]", Truth.FALSE: "[ ]"}


def owners_page(found: OwnersReport) -> str:
    """The owners as a tree, then each regime's answer with its source, open questions, coverage, and what was read."""
    party = found.above[0]
    by_id = {entry.id: entry for entry in found.above}
    lines = [*wrapped(f"{party.name}  ({party.id})", ""), f"owners as of {found.as_of}", ""]
    tree = list(_tree(party, by_id))
    lines.extend(tree[:MAX_LINES] or ["  no owner is stated"])
    if len(tree) > MAX_LINES:
        lines.append(f"  ... and {len(tree) - MAX_LINES:,} lines more (--json shows all)")
    lines.append("")
    for entry, answer in found.answers:
        lines.extend([*_answer(entry, answer), ""])
    if found.questions:
        lines.append("Open questions")
        for fact, text in found.questions:
            lines.extend(wrapped(f"- {text}  [{fact}]", "  ", hang="    "))
        lines.append("")
    lines.extend(_matches(found))
    lines.extend(coverage_lines(found.coverage))
    lines.append("Read")
    for reading in found.readings:
        lines.extend(wrapped(reading.summary(), "  ", hang="    "))
    return "\n".join(lines) + "\n"


def _tree(party: Above, by_id: dict[str, Above]) -> Iterator[str]:
    shown: set[str] = set()
    stack: list[tuple[Above | Link, int]] = [(party, 0)]
    while stack:
        entry, depth = stack.pop()
        indent = "  " * (depth + 1)
        if isinstance(entry, Link):
            holder = by_id[entry.holder_id]
            again = " (see above)" if holder.id in shown and holder.links else ""
            yield from wrapped(f"{_held(entry)}{again}", indent, hang=f"{indent}    ")
            if not again:
                stack.append((holder, depth + 1))
            continue
        shown.add(entry.id)
        for gap in entry.gaps:
            yield from wrapped(f"? {gap.words} ({gap.origin})", indent, hang=f"{indent}  ")
        if entry.over_stated:
            words = f"! {entry.over_stated} are stated to be held: the statements contradict each other"
            yield from wrapped(words, indent, hang=f"{indent}  ")
        if entry.not_stated and (entry.links or not depth):
            yield from wrapped(f"not stated: {entry.not_stated}", indent)
        stack.extend((link, depth) for link in reversed(entry.links))


def _held(link: Link) -> str:
    parts = [percent(link.share)] if link.share.high else []
    if link.votes is not None and link.votes != link.share:
        parts.append(f"{percent(link.votes)} of the votes")
    parts.extend(CONTROL_WORDS.get(kind, kind).replace(" of", "").replace(" over", "") for kind in link.control)
    listed = {Truth.TRUE: " [listed]", Truth.UNKNOWN: " [may be listed]"}.get(link.listed, "")
    dates = [f"{word} {day}" for word, day in (("since", link.since), ("until before", link.until)) if day]
    more = "; ".join([*dates, *([link.note] if link.note else []), *map(str, link.origins)])
    return f"{link.holder}{listed}: {', '.join(parts) or 'an interest'}  ({more})"


def _answer(entry: Regime, answer: OwnershipAnswer) -> list[str]:
    lines = []
    if answer.listed is not Truth.FALSE:
        lines.extend(wrapped(f"{_MARKS[answer.listed]} {entry.title}: the party itself is listed", ""))
    else:
        verdict = {
            Truth.TRUE: "owned by listed persons",
            Truth.UNKNOWN: "may be owned by listed persons",
            Truth.FALSE: "not owned by listed persons, on the owners stated",
        }[answer.owned]
        lines.extend(wrapped(f"{_MARKS[answer.owned]} {entry.title}: {verdict}", "", hang="    "))
    if answer.words:
        lines.extend(wrapped(answer.words, "    "))
    if answer.control is not Truth.FALSE:
        may = "" if answer.control is Truth.TRUE else "may be "
        lines.extend(
            wrapped(f"{_MARKS[answer.control]} {may}controlled: {answer.control_words}", "    ", hang="        ")
        )
    for note in answer.notes:
        lines.extend(wrapped(f"note: {note}", "    "))
    if answer.citation:
        doubt = f" ({answer.citation.note})" if answer.citation.note else ""
        lines.extend(wrapped(f"source: {answer.citation}{doubt}", "    "))
    return lines


def _matches(found: OwnersReport) -> list[str]:
    lines = []
    for entry in found.above:
        for match in entry.matches:
            state = {"true": "in force", "false": "not in force on that day"}.get(
                match.in_force, "unknown whether in force"
            )
            since = f" since {match.listed_from}" if match.listed_from else ""
            said = f"{entry.name}: {match.score} with {match.matched_name}, {match.list_id}{since}, {state}"
            lines.extend(wrapped(said, "  ", hang="    "))
    if not lines:
        return []
    return ["Matches, taken as the same parties until somebody rules them out", *lines, ""]
