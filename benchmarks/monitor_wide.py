"""Monitoring: what a delta run costs, and how much memory it takes, over a register of ten million customers.

Indexing ten million invented customers takes more than an hour of one core. Here a tenth of the segments are indexed,
and each stands ten times in the register, under keys of its own: every row is there on the disk, is looked up, screened
and told of. What is measured is a run over all of them, in a process of its own; nothing is scaled up. Only the names
come again ten times, so the pairs that are found do too, and there are as many of them as ten million would have.
"""

from __future__ import annotations

import itertools
import json
import random
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import scale
from benchmarks.monitor import AFTER, BEFORE, CAME, LISTED, changed_list, customers
from enduse.lists.delta import parties_delta
from enduse.model.party import ListedParty
from enduse.monitor.register import AT_ONCE, Register
from enduse.monitor.rescreen import touched
from enduse.monitor.segment import code_of
from enduse.screen.records import Lines

LETTERS = "ABDEFGHIJKLMNOPQRSTUVWXYZ"
"""First letters of the keys of copies; those of the first begin with C."""


def report(folder: Path, seed: int, segments: int, copies: int) -> dict[str, Any]:
    """A change like that of two consecutive editions of OFAC's list against ``segments * copies`` segments.

    Args:
        segments: how many different ones are indexed, of 100,000 customers each.
        copies: how often each of them stands in the register.
    """
    root, name = folder / "registers", "wide"
    old, _ = _lists(seed)
    register = Register(root, name)
    began = time.process_time()
    register.upsert(customers(segments * AT_ONCE, old, random.Random(seed)))
    indexing = time.process_time() - began
    widen(root / name, copies)
    size = sum(path.stat().st_size for path in (root / name).rglob("*") if path.is_file())
    command = [sys.executable, "-m", "benchmarks.monitor_wide", str(root), name, str(seed)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found | {
        "segments": segments * copies,
        "different segments": segments,
        "index_s_a_segment": round(indexing / segments, 1),
        "disk_gb": round(size / 1e9, 2),
    }


def widen(folder: Path, copies: int) -> None:
    """Let each segment of a register stand ``copies`` times in it, each copy under keys of its own.

    Keys begin with C; those of copies begin with another letter, and are filed as any segment's are.
    """
    assert copies - 1 <= len(LETTERS)
    manifest = json.loads((folder / "register.json").read_text(encoding="utf-8"))
    for one, letter in itertools.product(tuple(manifest["segments"]), LETTERS[: copies - 1]):
        name = f"segment-{manifest['next']:06}"
        manifest["next"] += 1
        target, dead = folder / name, f"{name}.dead-0.npy"
        shutil.copytree(folder / one["name"], target)
        shutil.copyfile(folder / one["dead"], folder / dead)
        lines = Lines.load(target, "customers")
        own = [b'{"key":"' + letter.encode() + lines[row][9:] for row in range(len(lines))]
        codes = np.array([code_of(json.loads(line)["key"]) for line in own], dtype=np.uint64)
        order = np.argsort(codes, kind="stable")
        (target / "customers.bin").unlink()
        Lines.of(own).save(target, "customers")
        np.save(target / "key_codes.npy", codes[order])
        np.save(target / "key_rows.npy", order.astype(np.int32))
        manifest["segments"].append({"name": name, "dead": dead})
    (folder / "register.json").write_text(json.dumps(manifest), encoding="utf-8")


def run(root: Path, name: str, seed: int) -> dict[str, Any]:
    """The delta run alone, as a process that does nothing else."""
    old, new = _lists(seed)
    delta = parties_delta(old, new)
    register = Register(root, name)
    resting = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    count = len(register)
    opened = time.process_time() - began
    began = time.process_time()
    found = touched(register, delta, before=BEFORE, after=AFTER)
    spent = time.process_time() - began
    return {
        "customers": count,
        "changed parties": len(delta),
        "pairs": len(found),
        "open_s": round(opened, 2),
        "delta_s": round(spent, 1),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "memory_before_mb": round(resting / 1024),
    }


def _lists(seed: int) -> tuple[list[ListedParty], list[ListedParty]]:
    listed = list(itertools.islice(scale.parties(4 * LISTED, seed), LISTED + CAME))
    return changed_list(listed, random.Random(seed))


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
