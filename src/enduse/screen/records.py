"""Listed parties and their names on disk: mapped into memory, decoded when asked for."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from enduse.model.codec import from_plain, to_plain
from enduse.model.party import ListedParty
from enduse.screen.normalise import MAX_NAME

Integers: TypeAlias = "np.ndarray[Any, np.dtype[np.int32]]"
Offsets: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


def mapped(path: Path) -> Any:
    """An array of a file, mapped into memory; a plain array, since every look into a ``memmap`` costs."""
    return np.asarray(np.load(path, mmap_mode="r"))


class Lines:
    """Many byte strings in one block, each found by its number."""

    def __init__(self, block: bytes | mmap.mmap, offsets: Offsets) -> None:
        self._block = block
        self._offsets = offsets
        # Single numbers come quicker from a view than from an array.
        self._ends: memoryview[int] = memoryview(offsets.data)

    @classmethod
    def of(cls, lines: Sequence[bytes]) -> Lines:
        """From a sequence in memory."""
        offsets = np.zeros(len(lines) + 1, dtype=np.int64)
        offsets[1:] = np.cumsum([len(line) for line in lines], dtype=np.int64)
        return cls(b"".join(lines), offsets)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> bytes:
        return self._block[self._ends[number] : self._ends[number + 1]]

    def save(self, directory: Path, name: str) -> None:
        """Write to a folder."""
        (directory / f"{name}.bin").write_bytes(self._block)
        np.save(directory / f"{name}.npy", self._offsets)

    @classmethod
    def load(cls, directory: Path, name: str) -> Lines:
        """Map what :meth:`save` wrote.

        Raises:
            OSError, ValueError: a file is missing, or its length is not what the offsets say.
        """
        offsets = mapped(directory / f"{name}.npy")
        path = directory / f"{name}.bin"
        size = path.stat().st_size
        if not len(offsets) or int(offsets[-1]) != size:
            raise ValueError(f"{name}.bin is not of the stated length")
        if not size:
            return cls(b"", offsets)
        with path.open("rb") as stream:
            return cls(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ), offsets)


class Records:
    """Parties and their names: a name's number leads to its text, its party, and whether it is weak."""

    def __init__(self, parties: Lines, names: Lines, owners: Integers, weak: Integers) -> None:
        self._parties = parties
        self._names = names
        self.owners = owners
        self.weak = weak

    @classmethod
    def of(cls, parties: Iterable[ListedParty]) -> Records:
        """From parties in memory; their order does not matter to any score."""
        lines, names, weak, owners = [], [], [], []
        for number, party in enumerate(parties):
            # A list may hold half a surrogate pair; json.loads takes back what surrogatepass writes.
            text = json.dumps(to_plain(party), ensure_ascii=False, separators=(",", ":"))
            lines.append(text.encode("utf-8", "surrogatepass"))
            for name in party.names:
                names.append(name.text[:MAX_NAME].encode("utf-8", "replace"))
                weak.append(int(name.weak))
                owners.append(number)
        return cls(
            Lines.of(lines),
            Lines.of(names),
            np.array(owners, dtype=np.int32),
            np.array(weak, dtype=np.int32),
        )

    def __len__(self) -> int:
        return len(self._parties)

    @property
    def name_count(self) -> int:
        """How many names the parties have together."""
        return len(self._names)

    def party(self, number: int) -> ListedParty:
        """Decode one party."""
        return from_plain(ListedParty, json.loads(self._parties[number]))

    def parties(self) -> Iterator[ListedParty]:
        """Decode all parties, in order."""
        return (self.party(number) for number in range(len(self)))

    def name(self, number: int) -> str:
        """One name's text."""
        return self._names[number].decode("utf-8")

    def names(self) -> Iterator[str]:
        """All names, in order."""
        return (self.name(number) for number in range(self.name_count))

    def names_of(self, party: int) -> tuple[int, int]:
        """Number of a party's first name, and the one after its last."""
        first, last = np.searchsorted(self.owners, [party, party + 1]).tolist()
        return first, last

    def save(self, directory: Path) -> None:
        """Write to a folder."""
        self._parties.save(directory, "parties")
        self._names.save(directory, "names")
        np.save(directory / "owners.npy", self.owners)
        np.save(directory / "weak.npy", self.weak)

    @classmethod
    def load(cls, directory: Path) -> Records:
        """Map what :meth:`save` wrote."""
        records = cls(
            Lines.load(directory, "parties"),
            Lines.load(directory, "names"),
            mapped(directory / "owners.npy"),
            mapped(directory / "weak.npy"),
        )
        if not len(records._names) == len(records.owners) == len(records.weak):
            raise ValueError("names and owners differ in number")
        return records
