"""Item searches and records as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from enduse.interfaces.item_words import LIST, LISTS, condition_words, reach_words, requirement_words
from enduse.model.codec import to_plain

if TYPE_CHECKING:
    from enduse.items.catalogue import Counterpart, HsHint, ItemRecord, LookAlike
    from enduse.items.fulltext import Paragraph
    from enduse.items.search import ItemHit, ItemSearch
    from enduse.items.topics import Topic

WIDTH = 100


def search_lines(found: ItemSearch) -> Iterator[str]:
    """A search for a reader."""
    for word, taken in found.corrected:
        yield f"({word!r} is not known: searched for {taken!r})"
    strong = [hit for hit in found.hits if hit.strong]
    loose = [hit for hit in found.hits if not hit.strong]
    if not strong:
        yield "No entry is described in these words. That says nothing of how the item is classified."
        if loose:
            yield "Loosely near, by single words:"
            yield from (f"  {_code(hit):<13}{hit.item.description}" for hit in loose[:5])
        yield ""
        yield "Try what it does and to what (“reads data from locked phones”), or: enduse items show CODE"
        return
    yield "Candidates to check, best first. This helps to classify; it does not classify."
    yield ""
    for place, hit in enumerate(strong, start=1):
        yield from _hit_lines(place, hit)
    if loose:
        yield f"    loosely near: {', '.join(_code(hit) for hit in loose)}"
    yield from _question_lines(found.questions, "Questions that separate them")
    yield from _decides_lines(strong)
    yield from _customs_lines(found.hs_hints)
    yield ""
    first = next((hit.item.code for hit in strong if hit.item.code != "NO-LIST"), "")
    source = (
        f"official text of {found.edition}" if found.edition else "our own short descriptions; the list's text decides"
    )
    if any(reason.endswith("?") for hit in strong for reason in hit.reasons):
        yield "“?” after a control: for part of the code or on a condition; items show says which"
    yield f"searched: {source}"
    if first:
        yield f"next: enduse items show {first}"


def search_document(found: ItemSearch) -> dict[str, Any]:
    """A search as JSON; scores are texts, as everywhere."""
    return {
        "text": found.text,
        "edition": found.edition,
        "corrected": [list(pair) for pair in found.corrected],
        "hits": [
            to_plain(hit.item, keep_empty=True)
            | {
                "score": f"{hit.score:.3f}",
                "strong": hit.strong,
                "because": list(hit.because),
                "reasons": list(hit.reasons),
                "paragraph": hit.paragraph,
                "topic": _topic_document(hit.topic) if hit.topic else None,
            }
            for hit in found.hits
        ],
        "questions": [to_plain(row, keep_empty=True) for row in found.questions],
        "hs_hints": [to_plain(hint, keep_empty=True) for hint in found.hs_hints],
    }


def _topic_document(topic: Topic) -> dict[str, Any]:
    return {
        "id": topic.id,
        "title": topic.title,
        "outcome": topic.outcome,
        "note": topic.note,
        "provisions": [to_plain(item, keep_empty=True) for item in topic.provisions],
    }


def _code(hit: ItemHit) -> str:
    return "in no list" if hit.item.code == "NO-LIST" else hit.item.code


def _hit_lines(place: int, hit: ItemHit) -> Iterator[str]:
    concern = f"  [{hit.item.relevance}]" if hit.item.relevance else ""
    yield from _wrapped(f"{place:>2}  {_code(hit):<15} ", f"{hit.item.description}{concern}")
    indent = " " * 20
    if hit.reasons:
        yield from _wrapped(indent, f"controls: {', '.join(hit.reasons)}")
    if hit.item.note and hit.item.code != "NO-LIST":  # a topic's note stands below, with what decides
        yield from _wrapped(indent, f"note: {hit.item.note}")
    if hit.paragraph and hit.paragraph != hit.item.description:
        yield from _wrapped(indent, f"text: “{textwrap.shorten(hit.paragraph, 300, placeholder=' …')}”")
    if not hit.item.verified:
        yield f"{indent}not verified in the act's text"


def _question_lines(questions: tuple[LookAlike, ...], title: str) -> Iterator[str]:
    if not questions:
        return
    yield ""
    yield title
    for row in questions:
        yield from _wrapped("  - ", f"{row.question}  yes: {row.if_yes}; no: {row.if_no}")


def _decides_lines(strong: list[ItemHit]) -> Iterator[str]:
    """What decides where no entry does, for the topics of the candidates."""
    topics: dict[str, Topic] = {hit.topic.id: hit.topic for hit in strong if hit.topic is not None}
    shown: set[str] = set()
    for topic in list(topics.values())[:2]:
        fresh = [item for item in topic.provisions if item.id not in shown]
        shown |= {item.id for item in fresh}
        if topic.note or fresh:
            yield ""
            yield from _wrapped("", f"{topic.title}" + (f": {topic.note}" if topic.note else ""))
        if fresh:
            yield (
                "  whatever the entry, these reach it too:"
                if topic.outcome == "listed"
                else "  where no entry names it, listings and catch-alls decide:"
            )
        for item in fresh:
            yield from _wrapped("  - ", f"{item.title}: {item.text} [{item.citation}; {item.standing}]")


def _customs_lines(hints: tuple[HsHint, ...]) -> Iterator[str]:
    if not hints:
        return
    yield ""
    yield "Customs headings that may hide it (hints, HS 2022)"
    for hint in hints:
        tier = f"  [common high priority, tier {hint.high_priority_tier}]" if hint.high_priority_tier else ""
        yield from _wrapped(f"  {hint.hs6[:4]}.{hint.hs6[4:]}  ", f"{hint.description}{tier}")


def record_lines(record: ItemRecord, paragraphs: tuple[Paragraph, ...], edition: str) -> Iterator[str]:
    """A code for a reader."""
    yield record.code + (f"  in the list since {record.since}" if record.since else "")
    for item in record.descriptions:
        doubt = "" if item.verified else "  [not verified in the act's text]"
        yield from _wrapped(f"  {item.code}: ", f"{item.description}{doubt}")
        if item.note:
            yield from _wrapped("    ", item.note)
    if not record.held:
        yield "  not in the tables of 2026-07-23 (see the note): read the entry itself before you rely on this"
    for row in record.controls:
        yield f"  {row['reason']}: {requirement_words(row)}{reach_words(row)}{condition_words(row)}"
    for row in record.in_words:
        source = f"read in the edition of {row['edition']}" if row["edition"] else "not verified in the text"
        yield from _wrapped(f"  {row['reason']}: ", f"{row['statement']}; {source}")
    for row in record.exceptions:
        limit = f" up to {row['value_usd']} USD" if row["value_usd"] else ""
        groups = f" to {row['destination_groups'].replace(';', ', ')}" if row["destination_groups"] else ""
        state = "line allows" if row["available"] == "yes" else "not available"
        yield f"  {row['symbol']}: {state}{limit}{reach_words(row)}{groups}{condition_words(row)}"
    if record.sub_paragraphs:
        yield from _wrapped("  sub-paragraphs: ", f".{', .'.join(record.sub_paragraphs)}")
    for row in record.changes:
        doubt = "" if row["verified"] == "yes" else "  [not verified]"
        yield from _wrapped("  changed ", f"{row['changed_on']} ({row['citation']}): {row['note']}{doubt}")
    if record.related:
        yield from _wrapped("  related entries: ", ", ".join(record.related))
    yield from _abroad_lines(record.counterparts)
    yield from _question_lines(record.look_alikes, "  Look-alikes to rule out")
    yield from _customs_lines(record.hs_hints[:8])
    if paragraphs:
        yield ""
        yield f"  Official text, edition {edition}"
        for paragraph in paragraphs[:40]:
            yield from _wrapped(f"    {paragraph.code}  ", paragraph.text)
        if len(paragraphs) > 40:
            yield f"    … {len(paragraphs) - 40} more paragraphs; ask for a sub-paragraph"
    yield ""
    listed = record.controls or record.exceptions or not record.descriptions
    yield f"  source: {LIST if listed else record.descriptions[0].citation}"


def _abroad_lines(rows: tuple[Counterpart, ...]) -> Iterator[str]:
    for row in rows:
        what = {"none": "no entry", "unknown": "not known here"}.get(row.counterpart, row.counterpart)
        how = f" ({row.relation})" if row.relation in ("part", "other grounds") else ""
        note = f": {row.note}" if row.note else ""
        doubt = "" if row.verified else "  [not verified]"
        yield from _wrapped(f"  {LISTS[row.list]:<16} ", f"{what}{how}{note} [{row.citation}]{doubt}")


def _wrapped(lead: str, text: str) -> Iterator[str]:
    """Text after a lead, wrapped under itself."""
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    ) or [lead.rstrip()]
