"""Work that needs a process of its own, so that its memory and its start can be measured.

``python -m benchmarks.fresh build NAMES SEED FOLDER`` builds the index of a made-up list;
``python -m benchmarks.fresh answer FOLDER`` opens an index and screens the names that standard input holds, one a line.
Either prints one JSON object. Nothing else is imported, so that the start is that of a user's own program.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def memory() -> dict[str, float]:
    """Megabytes that this process holds now: all of it, and the part that no file backs."""
    fields = dict(
        line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines() if ":" in line
    )
    return {
        "resident_mb": round(int(fields["VmRSS"].split()[0]) / 1024, 1),
        "anonymous_mb": round(int(fields["RssAnon"].split()[0]) / 1024, 1),
    }


def cpu() -> float:
    """CPU seconds since the process began."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def answer(folder: Path, names: list[str]) -> dict[str, Any]:
    """Open the index and screen each name."""
    start = time.perf_counter()
    from benchmarks import ours  # what a user's program would import, counted in the start

    imported = time.perf_counter()
    screener = ours.open_index(folder)
    opened = time.perf_counter()
    ours.screen(screener, names[0])
    found: dict[str, Any] = {
        "import_ms": round(1000 * (imported - start), 1),
        "open_ms": round(1000 * (opened - imported), 2),
        "first_answer_ms": round(1000 * (time.perf_counter() - opened), 2),
        "cold_start_cpu_seconds": round(cpu(), 3),
        "after_first": memory(),
    }
    for name in names[1:]:
        ours.screen(screener, name)
    return found | {"after_all": memory(), "screened": len(names)}


def build(names: int, seed: int, folder: Path) -> dict[str, Any]:
    """Build the index of a made-up list."""
    from benchmarks import ours, scale

    before, start = cpu(), time.perf_counter()
    made = list(scale.parties(names, seed)) if names <= 300_000 else scale.parties(names, seed)
    # Of lists too large to hold, making the names is part of the build time.
    making = cpu() - before if isinstance(made, list) else 0.0
    ours.build(made, folder)
    return {
        "cpu_seconds": round(cpu() - before - making, 2),
        "wall_seconds": round(time.perf_counter() - start - making, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "bytes": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
    }


def main() -> None:
    """Do what the command line says."""
    command, *rest = sys.argv[1:]
    if command == "build":
        found = build(int(rest[0]), int(rest[1]), Path(rest[2]))
    else:
        found = answer(Path(rest[0]), sys.stdin.read().splitlines())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
