"""The batch function on the process pool and on Spark in local mode: rows a second, and whether results are the same.

``python -m benchmarks.spark INDEX FILE`` is run by the interpreter of Spark's own environment (``make spark-test``
makes it); ``FILE`` holds one name a line.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROWS, BATCH = 100_000, 2_000
ENGINES = "enduse.screen.engines"


def interpreter() -> Path | None:
    """The interpreter that has pyspark, or None, said aloud."""
    cache = Path(os.environ.get("ENDUSE_SPARK_CACHE") or Path.home() / ".cache" / "enduse")
    ready = [folder / "bin" / "python" for folder in sorted(cache.glob("spark-*")) if (folder / ".done").exists()]
    if importlib.util.find_spec(ENGINES) is None or not ready:
        print("SPARK ABSENT: no engine or no environment of its own; run make spark-test first", file=sys.stderr)
        return None
    return ready[-1]


def report(index: Path, names: list[str], folder: Path) -> dict[str, Any] | None:
    """Both engines on the same names; None where Spark is absent."""
    python = interpreter()
    if python is None:
        return None
    file = folder / "spark-names.txt"
    file.write_text("\n".join(names), encoding="utf-8")
    # That environment holds neither the package nor the benchmarks.
    here = Path(__file__).resolve().parents[1]
    paths = os.pathsep.join((str(here), str(here / "src")))
    done = subprocess.run(
        [python, "-m", "benchmarks.spark", index, file],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": paths},
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _batches(names: list[str], batch: Any) -> Iterator[Any]:
    import pyarrow as pa  # only in the process that screens

    for start in range(0, len(names), BATCH):
        part = names[start : start + BATCH]
        rows = [
            {"row": start + place, "line": start + place + 1, "name": name, "kept": []}
            for place, name in enumerate(part, start=1)
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=batch.QUERY_SCHEMA)


def main() -> None:
    """Run both engines and print what they took."""
    batch = importlib.import_module("enduse.screen.batch")
    names = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
    job = batch.BatchJob((Path(sys.argv[1]),))
    found: dict[str, Any] = {"rows": len(names), "cores": os.cpu_count()}
    digests = set()
    for engine in ("pool", "spark"):
        run, digest = importlib.import_module(f"{ENGINES}.{engine}").run_batches, hashlib.blake2b()
        start = time.perf_counter()
        for piece in run(_batches(names, batch), job):
            digest.update(json.dumps(piece.to_pylist(), ensure_ascii=False).encode())
        found[f"{engine}_rows_per_second"] = round(len(names) / (time.perf_counter() - start), 1)
        digests.add(digest.hexdigest())
    print(json.dumps(found | {"same_results": len(digests) == 1}))


if __name__ == "__main__":
    main()
