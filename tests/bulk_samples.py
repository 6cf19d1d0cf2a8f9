"""Invented parties and rows for the tests of bulk screening; importable by the processes that the tests start."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from enduse.model.citation import Citation
from enduse.model.match import Match, Query
from enduse.model.party import Address, Identifier, ListedParty, Listing, Name, PartyKind, SourceReference
from enduse.screen import Screener
from enduse.screen.batch import QUERY_SCHEMA
from enduse.screen.decisions import Judged, Screened, Standing

DEADLY, DEFECTIVE = "Deadly Sample", "Defective Sample"
_SYLLABLES = ["ba", "ko", "ri", "men", "tal", "zu", "shi", "dor", "van", "lek", "pra", "nov", "ster", "gol", "hin"]
_FORMS = ["GmbH", "Ltd", "LLC", "Trading", "Industries", "Technologies", "Shipping", "Electronics"]


def invented_name(rng: random.Random) -> str:
    """A name that nobody bears."""
    words = ["".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 3))).title() for _ in range(2)]
    return " ".join([*words, rng.choice(_FORMS)])


def invented_parties(count: int = 30, seed: int = 1) -> list[ListedParty]:
    """Listed parties, every third on two lists."""
    rng = random.Random(seed)
    lists = (Listing("EL", "US-BIS", Citation("99 FR 1")), Listing("SDN", "US-OFAC", Citation("99 FR 2")))
    return [
        ListedParty(
            f"invented:{number}",
            (Name(invented_name(rng)), Name(invented_name(rng))),
            lists if number % 3 == 0 else lists[:1],
            SourceReference("invented"),
            kind=PartyKind.COMPANY,
            addresses=(Address("", country=rng.choice(["CN", "RU", "DE"])),),
            identifiers=(Identifier("registration", f"REG{number:06d}"),),
        )
        for number in range(count)
    ]


def saved_index(folder: Path) -> Path:
    """An index over the invented parties on disk."""
    Screener(invented_parties()).save(folder)
    return folder


def invented_rows(count: int, seed: int = 2) -> Iterator[dict[str, str]]:
    """Rows of queries: most on no list, some listed, some that cannot be screened. Names repeat, as they do in life."""
    rng = random.Random(seed)
    listed = [name.text for party in invented_parties() for name in party.names]
    known = [invented_name(rng) for _ in range(200)]
    for number in range(count):
        name = rng.choice(listed if rng.random() < 0.05 else known)
        row = {"name": name, "country": rng.choice(["", "CN", "Germany", "RU"]), "reference": f"R{number}"}
        match rng.randrange(100):
            case 0:
                row["name"] = rng.choice(["", "  ", "---", "x" * 5_000])
            case 1:
                row["country"] = "Atlantis"
            case 2:
                row["birth_date"] = rng.choice(["1962", "1962-03", "1962-13", "soon"])
            case 3:
                row["identifiers"] = "REG000003; 4711"
            case _:
                pass
        yield row


def query_batch(rows: Sequence[dict[str, str]], first: int = 1) -> pa.RecordBatch:
    """Rows as a batch; what a row does not say is empty."""
    columns: dict[str, list[Any]] = {
        field.name: [row.get(field.name, "") for row in rows] for field in QUERY_SCHEMA if field.type == pa.string()
    }
    numbers = list(range(first, first + len(rows)))
    columns |= {"row": numbers, "line": [number + 1 for number in numbers], "kept": [[] for _ in rows]}
    return pa.RecordBatch.from_arrays([pa.array(columns[f.name], f.type) for f in QUERY_SCHEMA], schema=QUERY_SCHEMA)


def query_batches(count: int, size: int) -> Iterator[pa.RecordBatch]:
    """The invented rows in batches."""
    rows = list(invented_rows(count))
    for start in range(0, count, size):
        yield query_batch(rows[start : start + size], start + 1)


def nothing_stands(_query: Query, matches: Sequence[Match]) -> Screened:
    """A decision that no match stands."""
    return Screened((), tuple(Judged(match, Standing.SUPPRESSED) for match in matches))


def harmful(query: Query, matches: Sequence[Match]) -> Screened:
    """A decision that ends its process, or fails, for certain names."""
    if query.name == DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    if query.name == DEFECTIVE:
        raise LookupError("no such thing")
    return Screened(tuple(map(Judged, matches)))
