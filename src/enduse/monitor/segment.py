"""A part of a register on disk: its customers, and an index that finds those whom a listed party may be.

A register is a list of names, so it is indexed as lists are, and asked the other way round: by the names, numbers and
addresses of a listed party. The score of a pair is the same from either side, and retrieval is complete above a score
(docs/adr/0005), so every customer that a screening of the party's list would have matched with it is among those found.
How low a name's score may be depends on what a customer states besides (``least_name_score``): customers are filed by
that, in steps, and by the kind that they ask for.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from enduse.model.party import Address, ListedParty, Name, SourceReference
from enduse.monitor.customers import Customer, Subject, customer_of
from enduse.screen.address_index import AddressIndex
from enduse.screen.addresses import MAX_ADDRESS, says_where
from enduse.screen.calibration import least_raw
from enduse.screen.details import identifier_keys, identifier_keys_of, least_name_score
from enduse.screen.normalise import MAX_NAME, tokens
from enduse.screen.numbers import Numbers
from enduse.screen.postings import Postings
from enduse.screen.records import Lines, Records, mapped

_STEPS = 50
_LEAST = 0.05
_SLACK = 0.02
_CALLED, _LIVES_AT = "address_names", "addresses"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Names of subjects that ask for one kind and need about the same score of their names."""

    kind: str
    least: float
    postings: Postings
    owners: Any


class Segment:
    """A part of a register. Made by :meth:`write`, opened from its folder, never changed."""

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "segment.json").read_text(encoding="utf-8"))
        self.name = folder.name
        self._least_address = max(_LEAST, float(about["threshold"]) - _SLACK)
        self._lines = Lines.load(folder, "customers")
        self._codes = mapped(folder / "key_codes.npy")
        self._rows_of_codes = mapped(folder / "key_rows.npy")
        self.versions = mapped(folder / "versions.npy")
        self._customers = mapped(folder / "subject_customers.npy")
        self._numbers = Numbers.load(folder)
        self._buckets = [
            Bucket(kind, least, Postings.load(folder / place), mapped(folder / place / "owners.npy"))
            for place, kind, least in about["buckets"]
        ]
        self._addresses = {name: AddressIndex.load(folder / name) for name in about["addresses"]}

    def __len__(self) -> int:
        return len(self._lines)

    def customer(self, row: int) -> Customer:
        """The customer of a row."""
        return customer_of(self._lines[row])

    def line(self, row: int) -> bytes:
        """The customer of a row as it is kept."""
        return self._lines[row]

    def find(self, key: str) -> int | None:
        """The row of a key."""
        code = code_of(key)
        start, end = (int(np.searchsorted(self._codes, np.uint64(code), side=side)) for side in ("left", "right"))
        rows = (int(row) for row in self._rows_of_codes[start:end])
        return next((row for row in rows if self.customer(row).key == key), None)

    def owned(self) -> list[int]:
        """Rows of customers whose owners are stated."""
        counts = np.bincount(self._customers, minlength=len(self))
        return [int(row) for row in np.flatnonzero(counts > 1)]

    def near(self, parties: Sequence[ListedParty]) -> set[int]:
        """Rows of the customers who may match one of the parties: all that do, and some that do not."""
        found: set[int] = set()
        names = list(dict.fromkeys(name.text[:MAX_NAME] for party in parties for name in party.names))
        words = [asked for name in names if (asked := tokens(name))]
        for bucket in self._buckets:
            least = least_raw(bucket.least)
            for some in bucket.postings.candidates_many(words, [least] * len(words), [bucket.kind] * len(words)):
                found.update(np.unique(bucket.owners[some]).tolist())
        keys = {key for party in parties for number in party.identifiers for key in identifier_keys_of(number)}
        found |= self._numbers.parties(keys)
        for name, index in self._addresses.items():
            for party in parties:
                for address in party.addresses:
                    if name == _CALLED or address.high_diversion_risk:
                        hits = index.screen(address.text[:MAX_ADDRESS], address.country, threshold=self._least_address)
                        found.update(subject for subject, _, _ in hits)
        return {int(self._customers[subject]) for subject in found}

    @classmethod
    def write(cls, folder: Path, customers: Iterable[tuple[bytes, int]], threshold: float) -> int:
        """Write a segment to a new folder; how many customers it holds.

        Args:
            customers: each as :func:`~enduse.monitor.customers.line_of` writes it, with the version of the register
                that brought it.
            threshold: least score of a hit.
        """
        folder.mkdir(parents=True)
        lines, codes, versions, of_subject = list[bytes](), list[int](), list[int](), list[int]()
        names: dict[tuple[str, float], tuple[list[bytes], list[int]]] = {}
        numbers = list[tuple[str, int]]()
        places: dict[str, list[ListedParty]] = {_CALLED: [], _LIVES_AT: []}
        for row, (line, version) in enumerate(customers):
            customer = customer_of(line)
            lines.append(line)
            codes.append(code_of(customer.key))
            versions.append(version)
            for subject in customer.subjects():
                number = len(of_subject)
                of_subject.append(row)
                numbers.extend((key, number) for key in identifier_keys(subject.query))
                for text, bucket in _named(subject, threshold):
                    texts, owners = names.setdefault(bucket, ([], []))
                    texts.append(text[:MAX_NAME].encode("utf-8", "replace"))
                    owners.append(number)
                for where, bearers in places.items():
                    bearers.append(_placed(where, subject))
        order = np.argsort(np.array(codes, dtype=np.uint64), kind="stable")
        Lines.of(lines).save(folder, "customers")
        np.save(folder / "key_codes.npy", np.array(codes, dtype=np.uint64)[order])
        np.save(folder / "key_rows.npy", order.astype(np.int32))
        np.save(folder / "versions.npy", np.array(versions, dtype=np.int32))
        np.save(folder / "subject_customers.npy", np.array(of_subject, dtype=np.int32))
        Numbers.filed(numbers).save(folder)
        buckets = []
        for place, ((kind, least), (texts, owners)) in enumerate(sorted(names.items())):
            inside = folder / f"names-{place}"
            inside.mkdir()
            of_names = np.array(owners, dtype=np.int32)
            none = np.zeros(len(owners), dtype=np.int32)
            Postings.build(Records(Lines.of([]), Lines.of(texts), of_names, none)).save(inside)
            np.save(inside / "owners.npy", of_names)
            buckets.append((inside.name, kind, least))
        filed = [where for where, parties in places.items() if any(party.addresses for party in parties)]
        for where in filed:
            (folder / where).mkdir()
            AddressIndex(places[where]).save(folder / where)
        about = {"buckets": buckets, "addresses": filed, "threshold": repr(threshold)}
        (folder / "segment.json").write_text(json.dumps(about), encoding="utf-8")
        return len(lines)


def code_of(key: str) -> int:
    """A key as a number to sort by."""
    return int.from_bytes(hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _named(subject: Subject, threshold: float) -> Iterator[tuple[str, tuple[str, float]]]:
    """The subject's names, each with the kind that is asked for and the least score that a name needs."""
    query = subject.query
    if query.kind == "address":
        return
    least = max(_LEAST, least_name_score(query, threshold))
    bucket = (query.kind, math.floor(least * _STEPS) / _STEPS)
    for text in (query.name, *query.other_names):
        if tokens(text[:MAX_NAME]):
            yield text, bucket


def _placed(where: str, subject: Subject) -> ListedParty:
    """A subject as the bearer of addresses: those that a listed address of high risk may be, or the one it is."""
    query = subject.query
    country = query.countries[0] if query.countries else None
    if where == _LIVES_AT:
        texts = [text[:MAX_ADDRESS] for text in query.addresses if says_where(text[:MAX_ADDRESS])]
        texts = [] if query.kind == "address" else texts
    else:
        texts = [query.name] if query.kind == "address" else []
    addresses = tuple(Address(text, country=country) for text in texts)
    return ListedParty("", (Name(""),), (), SourceReference(""), addresses=addresses)
