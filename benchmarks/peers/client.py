"""Runs the drivers of the peers, each with the interpreter of its environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("ENDUSE_PEERS", HERE.parents[1] / ".venv" / "peers"))


def interpreter(peer: str) -> Path | None:
    """The interpreter of a peer's environment, or None, said aloud, where the peer is not installed."""
    found = FOLDER / peer / "bin" / "python"
    if (FOLDER / peer / "installed").exists() and found.exists():
        return found
    print(f"PEER ABSENT: {peer} is not installed in {FOLDER}; run benchmarks/peers/setup", file=sys.stderr)
    return None


def logic_v2(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """What ``logic-v2`` answers to each request; None where it is absent."""
    python = interpreter("nomenklatura")
    if python is None:
        return None
    asked = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run(
        [python, HERE / "logic_v2.py"], input=asked, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def write_list(file: Path, parties: Iterable[tuple[str, str, Sequence[str]]]) -> Path:
    """A list as ``logic_v2.py`` reads it: id, schema, names."""
    with file.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(party) + "\n" for party in parties)
    return file


def ssb(command: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    """What the driver of ``sanctions-screening-benchmark`` writes; None where the package is absent."""
    python = interpreter("ssb")
    if python is None:
        return None
    done = subprocess.run(
        [python, HERE / "pypi_benchmark.py", command],
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
