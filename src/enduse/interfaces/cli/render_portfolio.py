"""The page of ``enduse portfolio check``."""

from __future__ import annotations

from collections.abc import Iterator

from enduse.interfaces.cli.render import coverage_lines, wrapped
from enduse.interfaces.portfolio import Report, why
from enduse.monitor.issuers import Hit
from enduse.monitor.portfolio import Dealing, LineAnswer, SideAnswer

MAX_LINES = 200
"""Lines of a portfolio shown in full; all of them are in the JSON."""
_SAID = {
    Dealing.BARRED: "BARRED",
    Dealing.REVIEW: "REVIEW",
    Dealing.OPEN: "CANNOT BE DECIDED",
    Dealing.ONLY_TO_DIVEST: "ONLY TO DIVEST",
    Dealing.NOT_BARRED: "NOT BARRED",
}


def portfolio_page(report: Report) -> str:
    """What came of the lines, each of them that a list touches, presumptions, coverage; the worst first."""
    counts = ", ".join(f"{number:,} {_SAID[Dealing(name)].lower()}" for name, number in report.counts.items())
    lines = [*wrapped(f"{len(report.lines):,} lines: {counts or 'none'}", ""), ""]
    for banner in report.banners:
        lines.extend(wrapped(f"! {banner}", "", hang="  "))
    if report.banners:
        lines.append("")
    order = list(Dealing)
    told = [line for line in report.lines if line.hits or line.answer.dealing is not Dealing.NOT_BARRED or line.notes]
    told.sort(key=lambda line: (order.index(line.answer.dealing), line.holding.line))
    for line in told[:MAX_LINES]:
        lines.extend([*_line(line), ""])
    if len(told) > MAX_LINES:
        lines.extend([f"... and {len(told) - MAX_LINES:,} more lines (--json shows all)", ""])
    if quiet := len(report.lines) - len(told):
        lines.extend([f"{quiet:,} lines of which no list at hand names the issuer", ""])
    if report.unread:
        lines.extend([f"{len(report.unread):,} lines could not be read and were not judged (see the messages)", ""])
    if report.assumed:
        lines.append("Assumed")
        for item in report.assumed:
            changes = f"  [would change {', '.join(item.would_change)}]" if item.would_change else ""
            lines.extend(wrapped(f"- {item.fact} = {item.value}: {item.reason}{changes}", "  ", hang="    "))
        lines.append("")
    if report.next_steps:
        lines.append("Next steps")
        for number, step in enumerate(report.next_steps, start=1):
            lines.extend(wrapped(f"{number}. {step}", "  ", hang="     "))
        lines.append("")
    lines.extend(coverage_lines(report.coverage))
    lines.extend(wrapped(f"The lists at hand state {report.numbers:,} ISINs, LEIs and tickers of listed parties.", ""))
    return "\n".join(lines) + "\n"


def _line(line: LineAnswer) -> Iterator[str]:
    held = line.holding
    numbers = ", ".join(text for text in (held.isin, held.lei, held.ticker) if text and text != held.shown)
    done = f"{held.side.value} on {line.day}" if held.side else f"held, as of {line.day}"
    many = f" {held.quantity:,}" if held.quantity is not None else ""
    said = f"{_SAID[line.answer.dealing]}  line {held.line}: {held.shown}"
    head = f"{said}{f' ({numbers})' if numbers else ''}, {done}{many}"
    yield from wrapped(head, "", hang="  ")
    yield from wrapped(why(line, line.answer), "    ")
    for answer, words in ((line.if_bought, "Buying"), (line.if_sold, "Selling")):
        if answer is not None and line.hits:
            yield from wrapped(
                f"{words} on that day: {_SAID[answer.dealing]}; {why(line, answer)}", "    ", hang="      "
            )
    if line.window.barred_from or line.window.divest_before:
        said = f"barred from {line.window.barred_from}; permitted solely to divest before {line.window.divest_before}"
        yield from wrapped(f"window: {said}", "    ", hang="      ")
    for text in dict.fromkeys(text for answer in _sides(line) for text in _sources(answer)):
        yield from wrapped(f"source: {text}", "    ", hang="      ")
    for hit in sorted(line.hits, key=lambda hit: not line.bears(hit)):
        aside = "" if line.bears(hit) else " (that list bars no dealing in securities)"
        yield from wrapped(f"{_hit(hit)}{aside}", "    ", hang="      ")
    for note in line.notes:
        yield from wrapped(f"note: {note}", "    ", hang="      ")


def _sides(line: LineAnswer) -> Iterator[SideAnswer]:
    yield line.answer
    if line.hits:
        yield from (answer for answer in (line.if_bought, line.if_sold) if answer is not None)


def _sources(answer: SideAnswer) -> Iterator[str]:
    for item in answer.findings:
        doubt = f" ({item.citation.note})" if item.citation.note else ""
        code = f"{item.code}: " if item.code else ""
        yield f"{code}{item.citation}{doubt}"


def _hit(hit: Hit) -> str:
    lists = ", ".join(
        dict.fromkeys(
            f"{one.list_id}{f' since {one.listed_from}' if one.listed_from else ''}"
            f"{f' until {one.listed_to}' if one.listed_to else ''}"
            for one in hit.match.party.listings
        )
    )
    by = "by name" if hit.by == "name" else f"by the same {hit.by.upper() if hit.by != 'ticker' else hit.by}"
    word = "is" if hit.sure else "may be (review)"
    note = f"; {hit.note}" if hit.note else ""
    return f"{word} {hit.match.party.name} on {lists}, {by} {hit.match.score:.2f}{note}"
