"""Measure how often details agree: among records of one party (m) and of different parties with like names (u).

Used by maintainers: ``python tools/measure_details.py DATA_DIR [SEED]`` over a data directory with synced lists; the
figures stand in ``docs/adr/0009-details-in-log-odds.md`` and, rounded and with care for what lists get wrong, in
``src/enduse/screen/details.yaml``. One party: entries of two publishers that share a passport, identity, tax,
registration or IMO number, so that names and birth dates do not choose the pairs. Different parties: two entries of
one edition of one list whose best names reach 0.6, half of them drawn at random for comparison without that condition.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from enduse.lists.shelf import Shelf
from enduse.model.match import Query
from enduse.model.party import ListedParty, PartyKind
from enduse.screen.details import identifier_keys_of, levels
from enduse.screen.index import Screener

LIST = "us_ofac_sdn"
COPIES = {"us_csl": "ofac", "us_ofac_sdn": "ofac", "us_ofac_cons": "ofac", "us_ofac_cons_enhanced": "ofac"}
SHARED_KINDS = frozenset({"passport", "national_id", "tax", "registration", "imo"})
SAMPLE, RANDOM_PAIRS = 1_500, 20_000
Pair = tuple[ListedParty, ListedParty]


def main(data_dir: Path, seed: int = 3) -> None:
    """Measure and print."""
    chance = random.Random(seed)
    parties = list(Shelf.open(data_dir).parties())
    own = [party for party in parties if party.source.source == LIST and "the edition of" in str(party.attributes)]
    own = own or [party for party in parties if party.source.source == LIST]
    persons = [party for party in own if party.kind is PartyKind.PERSON]
    print(f"{len(parties)} parties, {len(persons)} persons of {LIST}, seed {seed}")
    _show("one party (m)", _same(parties))
    _show("different parties, any names (u)", [_two(chance, persons) for _ in range(RANDOM_PAIRS)])
    screener = Screener(own)
    _show("different parties, like names (u)", _alike(screener, own, chance))
    _aliases(screener, own, chance)


def _two(chance: random.Random, parties: Sequence[ListedParty]) -> Pair:
    one, other = chance.sample(parties, 2)
    return one, other


def _same(parties: Iterable[ListedParty]) -> list[Pair]:
    """Entries of different publishers that share a number."""
    holders: dict[str, list[ListedParty]] = defaultdict(list)
    for party in parties:
        for identifier in party.identifiers:
            if identifier.kind in SHARED_KINDS:
                for key in identifier_keys_of(identifier):
                    if len(key) >= 7:
                        holders[key].append(party)
    pairs: dict[tuple[str, str], Pair] = {}
    for found in holders.values():
        for one in found:
            for other in found:
                if one.id < other.id and _publisher(one) != _publisher(other) and one.kind is other.kind:
                    pairs[one.id, other.id] = (one, other)
    return [pairs[key] for key in sorted(pairs)]


def _publisher(party: ListedParty) -> str:
    return COPIES.get(party.source.source, party.source.source)


def _alike(screener: Screener, own: Sequence[ListedParty], chance: random.Random) -> list[Pair]:
    """Different entries of one list whose names reach 0.6."""
    pairs = []
    for party in chance.sample([one for one in own if one.kind is PartyKind.PERSON], SAMPLE):
        for match in screener.screen(Query(party.name, kind="person"), threshold=0.6):
            if match.party.id != party.id:
                pairs.append((party, match.party))
    return pairs


def _aliases(screener: Screener, own: Sequence[ListedParty], chance: random.Random) -> None:
    """How many other parties a weak alias reaches at 0.85, beside how many another name reaches."""
    for weak in (False, True):
        names = [(party.id, name.text) for party in own for name in party.names if name.weak is weak]
        names = chance.sample(names, min(500, len(names)))
        others = sum(
            match.party.id != own_id for own_id, text in names for match in screener.screen(Query(text), threshold=0.85)
        )
        if names:
            print(f"weak alias {weak}: {len(names)} names, {others / len(names):.2f} other parties each at 0.85")


def _show(title: str, pairs: Sequence[Pair]) -> None:
    print(f"{title}: {len(pairs)} pairs")
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one, other in pairs:
        query = Query(
            one.name,
            countries=tuple(sorted({address.country for address in one.addresses if address.country})),
            addresses=tuple(address.text for address in one.addresses),
            birth_date=one.birth_dates[0] if one.birth_dates else None,
            birth_places=one.birth_places,
            nationalities=one.nationalities,
            gender=one.gender,
        )
        for field, level in levels(query, other):
            counts[field][level] += 1
    for field, found in sorted(counts.items()):
        whole = sum(found.values())
        shares = ", ".join(f"{level} {count / whole:.4f}" for level, count in found.most_common())
        print(f"  {field} ({whole} pairs): {shares}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
