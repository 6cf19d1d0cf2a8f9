"""Tables that somebody uploaded: what a small file may unpack to is bounded before it is read."""

from __future__ import annotations

import zipfile
from pathlib import Path

from enduse.formats.tables import Table, open_table
from enduse.model.errors import BadInput

MAX_ROWS = 200_000
MAX_UNPACKED = 200_000_000
_REMEDY = "split the table, or: enduse check --bulk"


def filed(folder: Path, body: bytes, text: str = ".csv") -> Path:
    """A table in a file whose name ends as its first bytes say, whatever the client called it.

    Args:
        text: the ending of a table that is text.
    """
    ending = ".xlsx" if body[:4] == b"PK\x03\x04" else ".parquet" if body[:4] == b"PAR1" else text
    path = folder / f"table{ending}"
    path.write_bytes(body)
    return path


def open_upload(path: Path, *, most: int = MAX_ROWS) -> Table:
    """Open a table of an upload; :func:`enduse.formats.tables.open_table` bounds what a user's own files hold.

    Args:
        most: rows that are accepted. A file that does not say how many it has is to be counted as it is read.

    Raises:
        BadInput: it unpacks to too much, has too many rows, or cannot be read.
    """
    if (size := _unpacked(path)) > MAX_UNPACKED:
        problem = f"unpacks to {size:,} bytes, at most {MAX_UNPACKED:,} are accepted"
        raise BadInput(problem, where=path.name, remedy=_REMEDY)
    table = open_table(path)
    if (table.about or 0) > most:
        raise too_many(most, path.name)
    return table


def too_many(most: int, where: str) -> BadInput:
    """What is said of a table with too many rows."""
    return BadInput(f"more than {most:,} rows", where=where, remedy=_REMEDY)


def _unpacked(path: Path) -> int:
    """What a file says it unpacks to, in bytes; 0 where it is not packed, or no such file (which its reader says)."""
    if path.suffix == ".xlsx":
        try:
            with zipfile.ZipFile(path) as package:
                return sum(part.file_size for part in package.infolist())
        # The last: a package of a version of ZIP that zipfile cannot read. Its reader says so, as of the others.
        except (zipfile.BadZipFile, OSError, NotImplementedError):
            return 0
    if path.suffix == ".parquet":
        import pyarrow as pa  # heavy: only for Parquet
        import pyarrow.parquet as pq

        try:
            found = pq.read_metadata(path)
        except (pa.ArrowException, OSError):
            return 0
        return sum(found.row_group(number).total_byte_size for number in range(found.num_row_groups))
    return 0
