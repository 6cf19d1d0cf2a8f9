"""The shipped table of words: legal forms, titles, words of the trade, places, how often names are borne.

Sources: ISO 20275 (legal forms, by family); ``tools/count_words.py`` (how often).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from enduse.formats.derived import own_yaml

LONG_FORM = 7
"""Letters from which on a legal form is known although letters are wrong."""

_LONG_WORD = 8
"""Letters from which on a word that stands for another is known with one wrong, the first right: Volution is no
Solution."""

_OFTEN = 150
"""Parties per million that bear a word which is no slip of another; what three or four bear may be one."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Words:
    """The shipped table of words."""

    version: str
    classes: Mapping[str, str]
    weights: Mapping[str, float]
    frequencies: Mapping[str, int]
    beside: Mapping[str, float]
    families: Mapping[str, str]
    phrases: Mapping[tuple[str, ...], str]
    short_forms: Mapping[str, str]
    nicknames: Mapping[str, frozenset[str]]
    families_of_syllables: frozenset[str]
    endings_of_descent: frozenset[str]
    spellings: Mapping[str, frozenset[str]]
    counterparts: Mapping[str, frozenset[str]]
    scoring: Mapping[str, Mapping[str, float]]
    rarity: Mapping[str, float]
    by_longest: Mapping[str, tuple[tuple[str, ...], ...]]
    mistyped: Mapping[str, str]
    meant: frozenset[str]
    """Words that are meant as they stand, since many parties or people bear them."""
    named_for_trade: frozenset[str]
    slight_otherwise: Mapping[str, frozenset[str]]
    """Legal forms and titles, each with words that are one only beside it (Ltd: ldt, tld; Sayyid: seyyed), and these
    words with their forms and titles."""

    def phrases_of(self, found: Iterable[str]) -> Sequence[tuple[str, ...]]:
        """Phrases whose longest word is among some words, the longest phrases first."""
        some = [phrases for word in dict.fromkeys(found) if (phrases := self.by_longest.get(word))]
        return some[0] if len(some) == 1 else _longest_first([phrase for phrases in some for phrase in phrases])


def _longest_first(phrases: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


@functools.cache
def words() -> Words:
    """The shipped table, read once."""
    folder = resources.files("enduse.screen")
    raw = own_yaml((folder / "words.yaml").read_bytes(), name="words.yaml")
    classes: dict[str, str] = {}
    for word_class in ("place", "generic", "particle", "honorific"):
        classes |= dict.fromkeys(raw[word_class].split(), word_class)
    families = {form: family for family, forms in raw["legal_forms"].items() for form in forms.split()}
    phrases = dict(_pairs(raw["phrases"]))
    # A name may be written backwards.
    phrases |= {" ".join(reversed(phrase.split())): form for phrase, form in phrases.items()}
    classes |= dict.fromkeys([*families, *phrases.values()], "legal_form")
    nicknames: dict[str, set[str]] = {}
    for full, short in _pairs(raw["nicknames"]):
        for nickname in short.split(","):
            nicknames.setdefault(nickname, set()).add(full)
            nicknames.setdefault(full, set()).add(nickname)
    slight_otherwise: dict[str, frozenset[str]] = {}
    for others, titles in _pairs(raw["title_spellings"]):
        slight_otherwise |= dict.fromkeys(others.split(), frozenset(titles.split()))
        slight_otherwise |= dict.fromkeys(titles.split(), frozenset(others.split()))
    spellings, counterparts = _groups(raw["spellings"]), _groups(raw["counterparts"])
    by_longest: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        by_longest.setdefault(max(phrase.split(), key=len), []).append(tuple(phrase.split()))
    short_forms = dict(_pairs(raw["short_forms"]))
    frequencies: dict[str, int] = {}
    beside: dict[str, float] = {}
    meant = {*classes}
    for line in (folder / "frequencies.csv").read_text(encoding="utf-8").splitlines()[1:]:
        word, parties, persons, share = line.split(",")
        frequencies[word] = max(int(parties), int(persons))
        if int(parties) >= _OFTEN or persons != "0":
            meant.add(word)
        if share != "0":
            beside[word] = int(share) / 1_000
    return Words(
        version=raw["version"],
        classes=classes,
        weights={key: float(value) for key, value in raw["weights"].items()},
        frequencies=frequencies,
        beside=beside,
        families=families,
        phrases={tuple(phrase.split()): form for phrase, form in phrases.items()},
        short_forms=short_forms,
        nicknames={name: frozenset(others) for name, others in nicknames.items()},
        families_of_syllables=frozenset(raw["families_of_syllables"].split()),
        endings_of_descent=frozenset(raw["endings_of_descent"].split()),
        spellings=spellings,
        counterparts={name: others - spellings.get(name, frozenset()) for name, others in counterparts.items()},
        scoring={kind: {key: float(value) for key, value in raw[kind].items()} for kind in ("person", "organisation")},
        rarity={key: float(value) for key, value in raw["rarity"].items()},
        by_longest={word: _longest_first(found) for word, found in by_longest.items()},
        mistyped=_mistyped(families, {word: long for word, long in short_forms.items() if long in classes}, meant),
        meant=frozenset(meant),
        named_for_trade=frozenset(raw["named_for_trade"].split()),
        slight_otherwise=slight_otherwise
        | _slips_of_forms(raw["mistyped_forms"].split(), {*classes, *short_forms, *frequencies}),
    )


def _mistyped(forms: Iterable[str], short_forms: Mapping[str, str], known: set[str]) -> dict[str, str]:
    """Every way to write a long legal form, or a long word that stands for one of the trade, with one letter wrong,
    missing, added or swapped with the next, each with the word that is meant. The first letter of the latter is right.
    """
    found: dict[str, str] = {}
    longest = [word for word in short_forms if len(word) >= _LONG_WORD]
    for word in [*(form for form in forms if len(form) >= LONG_FORM), *longest]:
        cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
        inside = cuts if word not in short_forms else cuts[1:]
        wrong = {before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1}
        wrong |= {before + after[1:] for before, after in inside if after}
        wrong |= {before + letter + after for before, after in inside for letter in _ALPHABET}
        wrong |= {before + letter + after[1:] for before, after in inside if after for letter in _ALPHABET}
        meant = short_forms.get(word, word)
        found |= {other: meant for other in sorted(wrong) if other not in known and other not in found}
    return found


def _slips_of_forms(forms: Iterable[str], known: set[str]) -> dict[str, frozenset[str]]:
    """Short legal forms and their slips: a letter doubled or swapped with the next, or ``k`` for a ``c`` at the end.

    None has a slip with a letter less, which would be what many are called by, or somebody's initials: CSC, L.C.
    """
    found: dict[str, set[str]] = {}
    for form in forms:
        cuts = [(form[:place], form[place:]) for place in range(len(form))]
        slips = {before + after[0] + after for before, after in cuts}
        slips |= {before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1}
        if form[-1] == "c":
            slips.add(form[:-1] + "k")
        for slip in slips - known:
            found.setdefault(form, set()).add(slip)
            found.setdefault(slip, set()).add(form)
    return {word: frozenset(others) for word, others in found.items()}


def _groups(text: str) -> dict[str, frozenset[str]]:
    """Each name of a group with the others."""
    found: dict[str, set[str]] = {}
    for group in text.split(";"):
        names = [name.strip() for name in group.split(",")]
        for name in names:
            found.setdefault(name, set()).update(names)
    return {name: frozenset(others) - {name} for name, others in found.items()}


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(left.strip(), right.strip()) for left, _, right in (part.partition("=") for part in text.split(";"))]
