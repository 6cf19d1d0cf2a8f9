"""A table together with what its columns say, as one text: what a job is given to work on.

The first line is :data:`HEAD`, the second says what is asked and what the columns say, the rest is the table as it was
uploaded. So the content that the audit chain hashes holds both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from enduse.formats.plain_json import load_json
from enduse.interfaces.bulk_columns import TARGETS, ColumnMap
from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput

HEAD = b"enduse mapped table 1\n"
CHECK, SCREEN = "check", "screen"
WHAT = (CHECK, SCREEN)
_MOST_HEAD = 100_000


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A table and what its columns say.

    Attributes:
        what: ``check`` (a row is a transaction) or ``screen`` (a row is a name).
        name: what the file is called; only its ending counts.
        columns: the table's own.
        said: for each column what it says; empty where it is left out.
        data: the file.
    """

    what: str
    name: str
    columns: tuple[str, ...]
    said: tuple[str, ...]
    data: bytes

    def as_bytes(self) -> bytes:
        """The whole as one text."""
        head = {"what": self.what, "name": self.name, "columns": list(self.columns), "said": list(self.said)}
        return HEAD + canonical_json(head) + b"\n" + self.data

    @property
    def ending(self) -> str:
        """The ending of the file's name."""
        return PurePath(self.name).suffix.lower()

    @property
    def names(self) -> ColumnMap:
        """The columns of a table of names; those that say the same are joined, in their order."""
        return joined(self.columns, self.said)


def joined(columns: Sequence[str], said: Sequence[str]) -> ColumnMap:
    """What the columns of a table of names say; those that say the same are joined, in their order.

    Raises:
        BadInput: a word is not known, or none says the name.
    """
    found: dict[str, tuple[str, ...]] = {}
    for column, target in zip(columns, said, strict=True):
        if target and target not in TARGETS:
            raise BadInput(f"{target[:40]!r} is nothing that is asked", where="columns", remedy="choose from the list")
        if target and column:
            found[target] = (*found.get(target, ()), column)
    if "name" not in found:
        raise BadInput("no column says 'name'", where="columns", remedy="choose 'name' for one of them")
    return ColumnMap(found)


def read_mapped(body: bytes) -> MappedTable | None:
    """The table that :meth:`MappedTable.as_bytes` wrote; None where this is a table of its own.

    Raises:
        BadInput: it was altered.
    """
    if not body.startswith(HEAD):
        return None
    line, _, data = body[len(HEAD) :].partition(b"\n")
    raw = load_json(line, name="mapped table", max_bytes=_MOST_HEAD)
    try:
        columns, said = (tuple(str(one) for one in raw[key]) for key in ("columns", "said"))
        found = MappedTable(str(raw["what"]), str(raw["name"]), columns, said, data)
    except (TypeError, KeyError):
        raise BadInput("the table was altered", where="table", remedy="upload it again") from None
    if found.what not in WHAT or len(columns) != len(said):
        raise BadInput("the table was altered", where="table", remedy="upload it again")
    return found
