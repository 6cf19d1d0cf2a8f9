"""News of lists and law as a feed: what the last editions changed, and the days on which rules begin, end or return.

Source: RFC 4287 (The Atom Syndication Format).
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from enduse.interfaces.law import law_at_hand
from enduse.lists.delta import EditionDelta, edition_delta
from enduse.lists.snapshots import EditionRecord, Store
from enduse.model.countries import country_name
from enduse.model.party import ListedParty
from enduse.monitor.law import law_days
from enduse.rules.rulebook import DEFAULT_LAWS

PAST, AHEAD = dt.timedelta(days=730), dt.timedelta(days=400)
EDITIONS = 3
NAMED, COUNTED = 10, 6


@dataclass(frozen=True, slots=True)
class News:
    """One entry: what happened, on which day, where to read of it (a path of the service)."""

    day: dt.date
    title: str
    text: str
    path: str


def news(data_dir: Path, today: dt.date) -> tuple[News, ...]:
    """Changes of lists and law, the newest first; days of the law that lie ahead are among them.

    Raises:
        OperationFailed: the store of the lists is damaged.
    """
    found = [*_of_lists(data_dir, today), *_of_law(data_dir, today)]
    return tuple(sorted(found, key=lambda one: (one.day, one.title), reverse=True))


def _of_lists(data_dir: Path, today: dt.date) -> Iterable[News]:
    state = Store(data_dir).state()
    for source in sorted({record.source for record in state.editions}):
        records = [record for record in state.of(source) if record.edition <= today]
        for before, after in list(itertools.pairwise(records))[-EDITIONS:]:
            yield _of_editions(data_dir, before, after)


@functools.lru_cache(maxsize=256)
def _of_editions(data_dir: Path, before: EditionRecord, after: EditionRecord) -> News:
    """What an edition changed; two editions never compare otherwise, so it is worked out once."""
    told = edition_delta(data_dir, before, after, since=dt.date.max, until=dt.date.max)
    came, changed, gone = told.counts
    return News(
        after.edition,
        f"{after.source}: {came} came, {gone} went, {changed} changed",
        _words(told),
        f"/lists/{after.source}/changes?old={before.edition}&new={after.edition}",
    )


def _words(told: EditionDelta) -> str:
    parts = [f"Edition of {told.new}, compared with that of {told.old}."]
    came = [one.party for one in told.parties if one.before is None]
    gone = [one.party for one in told.parties if one.after is None]
    for title, parties in (("Newly listed", came), ("No longer listed", gone)):
        if parties:
            named = "; ".join(one.name for one in parties[:NAMED])
            more = f" and {len(parties) - NAMED} more" if len(parties) > NAMED else ""
            parts += [f"{title}: {named}{more}.", *_profile(parties)]
    about = Counter(kind for one in told.parties for kind in {field.about for field in one.fields})
    if about:
        parts.append("Changed: " + ", ".join(f"{kind} of {count}" for kind, count in about.most_common()) + ".")
    return " ".join((*parts, *told.notes))


def _profile(parties: Sequence[ListedParty]) -> Iterator[str]:
    """Parties counted by list, programme, reason and country; a party may count under several."""
    counted = {
        "list": [{one.list_id for one in party.listings} for party in parties],
        "programme": [{name for one in party.listings for name in one.programmes} for party in parties],
        "reason": [{one.reason.replace("_", " ") for one in party.listings if one.reason} for party in parties],
        "country": [{country_name(code) for code in party.countries} for party in parties],
    }
    for what, found in counted.items():
        most = Counter(one for some in found for one in sorted(some)).most_common(COUNTED)
        if most:
            yield f"By {what}: {', '.join(f'{one} {count}' for one, count in most)}."


def _of_law(data_dir: Path, today: dt.date) -> Iterable[News]:
    books = law_at_hand(data_dir).books
    for one in law_days(books, DEFAULT_LAWS, today - PAST, today + AHEAD):
        told = []
        for rule_id, book in sorted(one.rules.items()):
            rule = next(rule for rule in book.rules if rule.id == rule_id)
            here, eve = rule.period_on(one.day), rule.period_on(one.day - dt.timedelta(days=1))
            doubt = ""
            if book.verified_to < one.day:
                doubt = f" (the rulebook is verified to {book.verified_to} only: verify it)"
            does = "begins or returns" if eve is None else "ends" if here is None else "changes"
            cited = (here or eve).citation if here or eve else ""  # type: ignore[union-attr]
            told.append(f"{rule.title} {does}{doubt} [{'; '.join(filter(None, (rule.citation.text, cited)))}]")
        yield News(one.day, f"Law: {len(told)} rule{'s' if len(told) != 1 else ''}", ". ".join(told) + ".", "/rules")


def atom(found: Iterable[News], origin: str, today: dt.date) -> str:
    """The news as an Atom feed; what lies ahead counts as told today.

    Args:
        origin: scheme and name of the service; links are paths where it is empty.
    """
    entries = list(found)
    newest = max((min(one.day, today) for one in entries), default=today)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        "<title>enduse: changes of lists and law</title>",
        "<id>urn:enduse:changes</id>",
        f"<updated>{newest}T00:00:00Z</updated>",
        "<author><name>enduse</name></author>",
    ]
    for one in entries:
        key = hashlib.sha256(f"{one.day}\n{one.title}\n{one.path}".encode()).hexdigest()[:32]
        lines += [
            "<entry>",
            f"<title>{_clean(one.title)}, {one.day}</title>",
            f"<id>urn:enduse:change:{key}</id>",
            f"<updated>{min(one.day, today)}T00:00:00Z</updated>",
            f"<link href={quoteattr(origin + one.path)}/>",
            f'<content type="text">{_clean(one.text)}</content>',
            "</entry>",
        ]
    return "\n".join([*lines, "</feed>", ""])


def _clean(text: str) -> str:
    """Text that XML 1.0 can hold."""
    return escape("".join(one if one.isprintable() else " " for one in text))
