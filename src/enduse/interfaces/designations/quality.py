"""How well a nomination tells its subject from others: what it lacks, and how many innocent namesakes it would hit.

Measured with the product's own screener on a sample of names: a company's against invented company names made of
frequent words, a person's against frequent names, or against names that somebody gives (their customers).
"""

from __future__ import annotations

import csv
import functools
import io
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from enduse.cases.designations.bodies import Nomination, QualityMeasured
from enduse.cases.designations.listing import proposed_parties
from enduse.cases.designations.rulebook import ListingAuthority
from enduse.model.match import Query
from enduse.model.party import NameKind, PartyKind
from enduse.screen import Screener

SAMPLE = 3_000
MOST_NAMESAKES = 2
"""So many namesakes in ten thousand names are accepted without a flag."""
_SHOWN = 8
_OTHER_SCRIPTS = frozenset(
    re.findall(
        "..",
        "AEAFAMBDBGBHBYCNDZEGERETGEGRHKILINIQIRJOJPKGKHKPKRKWKZLALBLKLYMAMKMMMNMOMRNPOMPKPSQARSRUSASDSYTHTJTNTWUAUZYE",
    )
)
"""Countries whose registers write names in another script than the Latin one."""
FLAGS = {
    "no-identifier": "no number tells the subject from namesakes",
    "no-address": "no address",
    "no-country": "no country",
    "no-native-name": "no name in the original script, which registers there use",
    "short-name": "the name is one word",
    "owned-thin": "an entity that is listed with it has no number, or no address",
    "namesakes": f"more than {MOST_NAMESAKES} of 10,000 names would be hit by mistake, frequent ones or those given",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Names to measure on."""

    title: str
    names: tuple[str, ...]


def flags_of(made: Nomination) -> tuple[str, ...]:
    """What a nomination lacks."""
    subject = made.subject
    countries = {one.country for one in subject.addresses} | {one.country for one in subject.identifiers}
    countries.discard("")
    found = []
    if not subject.identifiers:
        found.append("no-identifier")
    if not any(one.text.strip() for one in subject.addresses):
        found.append("no-address")
    if not countries:
        found.append("no-country")
    if countries & _OTHER_SCRIPTS and not any(one.strip() for one in subject.native):
        found.append("no-native-name")
    if len(subject.name.split()) < 2:
        found.append("short-name")
    if any(one.list_with and not (one.identifiers and one.addresses) for one in subject.owned):
        found.append("owned-thin")
    return tuple(found)


def measure(
    made: Nomination, sha256: str, authority: ListingAuthority, sample: Sample | None = None
) -> QualityMeasured:
    """Count the namesakes of a nomination in a sample.

    Args:
        sha256: hash of the nomination.
        sample: names; by default frequent ones of the kind of the subject, on which the flag is measured in any case.
    """
    usual = frequent(made.subject.kind)
    chosen = sample or usual
    screener = Screener(proposed_parties(made, authority, "x"))
    hit, flags = _hit(screener, chosen), list(flags_of(made))
    total = sum(hit.values())
    # A sample of few names, or of chosen ones, clears nobody of what frequent names show.
    shown_by = [(total, chosen)] + ([(sum(_hit(screener, usual).values()), usual)] if sample else [])
    if any(count * 10_000 > MOST_NAMESAKES * len(one.names) for count, one in shown_by):
        flags.append("namesakes")
    shown = tuple(sorted(hit, key=lambda name: -hit[name])[:_SHOWN])
    return QualityMeasured(chosen.title, len(chosen.names), total, sha256, shown, tuple(flags))


def _hit(screener: Screener, sample: Sample) -> dict[str, int]:
    # A name that occurs twice stands for two who bear it; the very name of the subject is that of a namesake too.
    return {name: count for name, count in Counter(sample.names).items() if screener.screen(Query(name))}


def suggestions(made: Nomination, parties: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Names in other scripts, aliases and numbers that lists at hand have for the same name.

    Args:
        parties: (what, value) of listed parties that the name matches.
    """
    subject = made.subject
    known = {one.casefold() for one in (subject.name, *subject.aliases, *subject.native)}
    known |= {one.value.casefold() for one in subject.identifiers}
    return tuple(dict.fromkeys(one for one in parties if one[1].casefold() not in known))


def suggested_from(made: Nomination, hits: Sequence[object]) -> tuple[tuple[str, str], ...]:
    """:func:`suggestions` from the matches of a screening."""
    found: list[tuple[str, str]] = []
    for hit in hits:
        party = hit.party  # type: ignore[attr-defined]
        for name in party.names:
            word = "name in the original script" if name.kind is NameKind.ORIGINAL_SCRIPT else "alias"
            found.append((f"{word} ({party.source.source})", name.text))
        found += [(f"{one.kind or 'number'} ({party.source.source})", one.value) for one in party.identifiers]
        found += [(f"address ({party.source.source})", one.text) for one in party.addresses]
    return suggestions(made, found)


@functools.lru_cache(maxsize=4)
def frequent(kind: PartyKind, size: int = SAMPLE) -> Sample:
    """A sample of frequent names, the same one every time."""
    words = _words()
    drawn = random.Random(20_240_227)  # noqa: S311 - a fixed sample, nothing secret

    def draw(part: str) -> list[str]:
        values = words[part]
        return drawn.choices([word for word, _ in values], [weight for _, weight in values], k=size)

    if kind is PartyKind.PERSON:
        names = [f"{given} {family}" for given, family in zip(draw("given"), draw("family"), strict=True)]
        return Sample(f"{size:,} names of persons drawn by frequency", tuple(names))
    parts = zip(draw("lead"), draw("trade"), draw("form"), strict=True)
    names = [f"{lead} {trade} {form}".strip() for lead, trade, form in parts]
    return Sample(f"{size:,} company names drawn from frequent words", tuple(names))


def given(text: str, title: str) -> Sample:
    """A sample from a text: one name a line."""
    return Sample(title, tuple(one.strip() for one in text.splitlines() if one.strip()))


@functools.cache
def _words() -> dict[str, list[tuple[str, int]]]:
    text = (resources.files("enduse.cases") / "data" / "frequent_names.csv").read_text(encoding="utf-8")
    found: dict[str, list[tuple[str, int]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        found.setdefault(row["part"], []).append((row["word"], int(row["weight"])))
    return found
