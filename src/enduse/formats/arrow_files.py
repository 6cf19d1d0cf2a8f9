"""Arrow batches to CSV and Parquet files whose bytes depend on the rows alone, however they were batched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from enduse.formats.tables import csv_text
from enduse.model.errors import BadInput, OperationFailed

ROW_GROUP = 50_000
ENDINGS = (".csv", ".parquet")


def check_ending(path: Path, option: str) -> None:
    """Whether a file of this name can be written.

    Raises:
        BadInput: its ending is neither ``.csv`` nor ``.parquet``.
    """
    if path.suffix.lower() not in ENDINGS:
        raise BadInput(
            f"{path.name}: {path.suffix or 'no ending'} cannot be written", where=option, remedy=" or ".join(ENDINGS)
        )


def write_batches(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write batches of texts and whole numbers, whole or not at all; returns the number of rows.

    CSV is as :func:`enduse.formats.tables.write_table` writes it, cells that a spreadsheet would run marked as text.

    Raises:
        BadInput: the ending is neither ``.csv`` nor ``.parquet``.
        OperationFailed: the file cannot be written.
    """
    check_ending(path, "--out")
    partial = path.with_name(f".{path.name}.partial")
    try:
        count = (_csv if path.suffix.lower() == ".csv" else _parquet)(partial, schema, batches)
        partial.replace(path)
    except OSError as error:
        raise OperationFailed(f"cannot write: {error.strerror}", where=str(path), remedy="check the folder") from None
    finally:
        partial.unlink(missing_ok=True)
    return count


def _csv(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(csv_text([schema.names]))
        for batch in batches:
            columns = [column.to_pylist() for column in batch.columns]
            texts = [["" if cell is None else str(cell) for cell in column] for column in columns]
            stream.write(csv_text(zip(*texts, strict=True)))
            count += len(batch)
    return count


def _parquet(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        for group in _groups(schema, batches):
            writer.write_table(group, row_group_size=ROW_GROUP)
            count += len(group)
    return count


def _groups(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Tables of ``ROW_GROUP`` rows in one chunk each; the last one may be shorter."""
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += len(batch)
        while size >= ROW_GROUP:
            table = pa.Table.from_batches(held, schema)
            yield table.slice(0, ROW_GROUP).combine_chunks()
            size -= ROW_GROUP
            held = table.slice(ROW_GROUP).to_batches()
    if size:
        yield pa.Table.from_batches(held, schema).combine_chunks()
