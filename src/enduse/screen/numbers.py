"""Which parties carry a number: passports, registrations, IMO numbers and the like, filed under their keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from enduse.model.party import ListedParty
from enduse.screen.details import identifier_keys_of
from enduse.screen.records import mapped

Codes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint64]]"
Integers: TypeAlias = "np.ndarray[Any, np.dtype[np.int32]]"


class Numbers:
    """Hashed keys of identifiers, in order, and the party of each; what is found is compared in full later."""

    def __init__(self, codes: Codes, owners: Integers) -> None:
        self._codes = codes
        self._owners = owners

    @classmethod
    def build(cls, parties: Iterable[ListedParty]) -> Numbers:
        """File the identifiers of parties, numbered in their order."""
        return cls.filed(
            (key, number)
            for number, party in enumerate(parties)
            for identifier in party.identifiers
            for key in identifier_keys_of(identifier)
        )

    @classmethod
    def filed(cls, keys: Iterable[tuple[str, int]]) -> Numbers:
        """File keys, each with the number of whoever carries it."""
        found = [(_code(key), number) for key, number in keys]
        found.sort()
        return cls(
            np.array([code for code, _ in found], dtype=np.uint64),
            np.array([number for _, number in found], dtype=np.int32),
        )

    def parties(self, keys: Iterable[str]) -> frozenset[int]:
        """Numbers of the parties that carry one of these keys."""
        codes = np.array([_code(key) for key in keys], dtype=np.uint64)
        starts = np.searchsorted(self._codes, codes, side="left").tolist()
        ends = np.searchsorted(self._codes, codes, side="right").tolist()
        return frozenset(
            party
            for start, end in zip(starts, ends, strict=True)
            if end > start
            for party in self._owners[start:end].tolist()
        )

    def save(self, directory: Path) -> None:
        """Write to a folder."""
        np.save(directory / "number_codes.npy", self._codes)
        np.save(directory / "number_owners.npy", self._owners)

    @classmethod
    def load(cls, directory: Path) -> Numbers:
        """Map what :meth:`save` wrote.

        Raises:
            OSError, ValueError: a file is missing or damaged.
        """
        return cls(
            mapped(directory / "number_codes.npy"),
            mapped(directory / "number_owners.npy"),
        )


def _code(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
