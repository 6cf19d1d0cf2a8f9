"""Lists of any size, made up from a seed: persons and companies of every culture, name parts by Zipf's law.

Not real: good for speed, memory and completeness, not for accuracy.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from benchmarks.cultures import Names, cultures
from benchmarks.edits import Edits
from enduse.model.citation import Citation
from enduse.model.party import ListedParty, Listing, Name, NameKind, PartyKind, SourceReference

PERSONS = 0.6
COINED = 0.35
"""Share of coined name parts: a list of millions holds many words that occur once."""
ALIASES = (0, 0, 0, 1, 1, 2, 4)
_LISTING = Listing("MADE", "MADE-UP", Citation("made up for a benchmark"))
_SOURCE = SourceReference("made")


def names_of(seed: int) -> Iterator[tuple[str, bool]]:
    """Names without end, each with whether it is a person's; cultures take turns at random."""
    chance = random.Random(seed)
    makers = [Names(culture, chance, COINED) for culture in cultures()]
    while True:
        maker, person = chance.choice(makers), chance.random() < PERSONS
        yield (maker.person() if person else maker.company()), person


def parties(names: int, seed: int) -> Iterator[ListedParty]:
    """Parties that have ``names`` names between them: a primary name and up to four aliases spelt otherwise each."""
    chance = random.Random(f"parties {seed}")
    edits = Edits(chance)
    spellings = [edits.transliteration, edits.dropped, edits.typo, edits.reorder]
    made = 0
    for number, (name, person) in enumerate(names_of(seed)):
        if made >= names:
            return
        spelt = [chance.choice(spellings)(name) for _ in range(min(chance.choice(ALIASES), names - made - 1))]
        aliases = [alias for alias in dict.fromkeys(spelt) if alias.strip() and alias != name]
        made += 1 + len(aliases)
        yield ListedParty(
            f"made:{number}",
            (Name(name), *(Name(alias, NameKind.ALIAS) for alias in aliases)),
            (_LISTING,),
            _SOURCE,
            PartyKind.PERSON if person else PartyKind.COMPANY,
        )
