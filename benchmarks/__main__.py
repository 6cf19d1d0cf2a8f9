"""``make bench``, ``make bench-smoke``, ``make bench-full``: everything in one run, then the report.

``python -m benchmarks [usual|smoke|full|names|law|load|monitor|monitor-million|monitor-wide] [--shared FOLDER]
[--seed N]``
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import (
    completeness,
    floors,
    law,
    listed,
    load,
    monitor,
    monitor_wide,
    ours,
    pairs,
    pypi,
    reading,
    recall,
    report,
    scale,
    spark,
    speed,
)
from enduse.lists.starter import starter_parties
from enduse.version import __version__

SMOKE_SEED = 20
"""A smoke run must not fail by chance: its seed is fixed."""


@dataclass(frozen=True)
class Size:
    """How much of everything a run measures.

    Attributes:
        altered: altered names of each kind of edit; ten times as many negatives of each culture.
        peer_positives: altered names that slow peers are asked, of all kinds together.
        peer_negatives: negatives that slow peers are asked.
        entities: persons of the PyPI benchmark.
        queries: timed queries of our own; peers are asked fewer.
        lists: made-up lists, by label: names, timed queries, queries of the completeness check.
        lines: of the order book that is judged.
        reconciled: of them, how many a draft's impact is held against two full runs on.
        requests: to the service under load.
        customers: of the register that is monitored.
        wide: segments of 100,000 customers that are indexed for a wide register, and how often each stands in it.
    """

    altered: int
    peer_positives: int
    peer_negatives: int
    entities: int
    queries: int
    lists: dict[str, tuple[int, int, int]]
    lines: int = 0
    reconciled: int = 0
    requests: int = 0
    customers: int = 0
    wide: tuple[int, int] = (0, 0)

    def times(self, share: float) -> Size:
        """A share of the queries; lists keep their sizes."""
        return replace(
            self,
            altered=round(self.altered * share),
            peer_positives=round(self.peer_positives * share),
            peer_negatives=round(self.peer_negatives * share),
            queries=round(self.queries * share),
            lines=round(self.lines * share),
            reconciled=round(self.reconciled * share),
            requests=round(self.requests * share),
            lists={
                label: (names, round(timed * share), round(checked * share))
                for label, (names, timed, checked) in self.lists.items()
            },
        )


REQUESTS = 1_000
SIZES = {
    "usual": Size(
        400,
        360,
        1_100,
        60,
        2_000,
        {"25 k": (25_000, 1_000, 500), "250 k": (250_000, 500, 100)},
        lines=100_000,
        reconciled=4_000,
        requests=REQUESTS,
        customers=100_000,
    ),
    "smoke": Size(40, 180, 0, 20, 0, {"25 k": (25_000, 0, 60)}),
    "full": Size(0, 0, 0, 0, 0, {"2.5 M": (2_500_000, 800, 20)}, customers=1_000_000, wide=(10, 10)),
    "names": Size(0, 0, 0, 0, 0, {"2.5 M": (2_500_000, 800, 20)}),
    "law": Size(0, 0, 0, 0, 0, {}, lines=100_000, reconciled=100_000),
    "load": Size(0, 0, 0, 0, 0, {}, requests=REQUESTS),
    "monitor": Size(0, 0, 0, 0, 0, {}, customers=100_000),
    "monitor-million": Size(0, 0, 0, 0, 0, {}, customers=1_000_000),
    "monitor-wide": Size(0, 0, 0, 0, 0, {}, wide=(10, 10)),
}
ALONE = {
    "names": ("full.json", ""),
    "law": ("bench.json", "law"),
    "load": ("bench.json", "load"),
    "monitor": ("bench.json", "monitor"),
    "monitor-million": ("full.json", "monitor"),
    "monitor-wide": ("full.json", "monitor-wide"),
}
"""What can be measured without the rest, whose results it leaves as they are: its file of results, and its step; no
step where the file is said to be of that run."""


class Run:
    """One run: its data, its results so far, its folder for files.

    Args:
        size: how much is measured.
        seed: of everything random.
        shared: the folder that holds ``data/``, or None.
        folder: an empty folder.
    """

    def __init__(self, size: Size, seed: int, shared: Path | None, folder: Path) -> None:
        self.size = size
        self.seed = seed
        self.folder = folder
        self.data = shared / "data" if shared else None
        self.results: floors.Results = {}
        self._began = time.perf_counter()
        self._processes = os.cpu_count() or 1

    def tell(self, what: str) -> None:
        """A line of progress."""
        print(f"{time.perf_counter() - self._began:6.0f} s  {what}", file=sys.stderr, flush=True)

    def chance(self, step: str) -> random.Random:
        """Chance of a step of its own, so that steps do not disturb each other."""
        return random.Random(f"{self.seed} {step}")

    def accuracy(self) -> None:
        """Whatever needs no stopwatch, side by side on all cores."""
        if self.data:
            self.tell("reading the lists")
            parties = listed.parties_of(self.data, self.folder / "lists")
        else:
            parties = list(starter_parties())
        self.tell(f"{len(parties):,} parties; building the index")
        self.index = self.folder / "index"
        ours.build(parties, self.index)
        self.parties = parties
        evaluation = self.data / "evaluation" if self.data else None
        sets = recall.Sets.make(parties, evaluation, self.size.altered, self.chance("sets"))
        self.tell(f"{len(sets.asked()):,} queries; recall, ours and the peers'")
        steps: list[Callable[[], None]] = []
        if self.size.peer_negatives:
            part = sets.sample(self.size.peer_positives, self.size.peer_negatives, self.chance("sample"))
            steps += [lambda: self._recall_of_string_measures(part), lambda: self._recall_of_logic_v2(part)]
        if self.data:
            steps.append(self._pypi)
        steps.append(lambda: self._recall(sets))
        # The longest first.
        with ThreadPoolExecutor(self._processes) as threads:
            _finish([threads.submit(step) for step in steps])

    def _recall(self, sets: recall.Sets) -> None:
        outcomes = recall.enduse(self.index, sets.asked(), self._processes)
        self._keep("enduse", sets, outcomes, self._untouched(lambda asked: recall.enduse(self.index, asked, 1)))
        self.tell("recall: ours is done")

    def _recall_of_string_measures(self, part: recall.Sets) -> None:
        # A string measure compares every query with every name: it is asked a sixth.
        sixth = part.sample(self.size.peer_positives // 6, self.size.peer_negatives // 6, self.chance("sixth"))
        for label, scorer in recall.STRING_MEASURES.items():
            self._keep(label, sixth, recall.rapidfuzz(scorer, self.parties, sixth.asked(), 1), None)
            self.tell(f"recall: {label} is done")

    def _recall_of_logic_v2(self, part: recall.Sets) -> None:
        untouched = self._untouched(lambda names: recall.logic_v2(self.parties, names, self.folder / "un.json"))
        outcomes = recall.logic_v2(self.parties, part.asked(), self.folder / "list.json")
        self._keep("logic-v2", part, outcomes, untouched)
        self.tell("recall: logic-v2 is done")

    def _keep(self, label: str, sets: recall.Sets, outcomes: list[recall.Outcome] | None, untouched: Any) -> None:
        found = None
        if outcomes is not None:
            figures = sets.figures(outcomes, self.chance("halves"))
            found = figures | {"queries": len(outcomes), "untouched": untouched}
        self.results.setdefault("recall", {})[label] = found

    def _untouched(self, run: Callable[[recall.Asked], list[recall.Outcome] | None]) -> dict[str, Any] | None:
        if self.data is None:
            return None
        names = listed.full_names(self.data / "evaluation" / "yente_positives_un_untreated.csv")
        outcomes = run([(name, frozenset[str](), "Person") for name in names])
        if outcomes is None:
            return None
        hits = sum(outcome.best >= ours.HIT_THRESHOLD for outcome in outcomes)
        return {"queries": len(names), "found": round(hits / len(names), 4)}

    def _pypi(self) -> None:
        assert self.data
        self.results["pypi"] = pypi.report(self.data, self.size.entities, self.seed, self.folder)
        self.tell("sanctions-screening-benchmark is done")

    def labelled_pairs(self) -> None:
        """Pairs of names; those first whose time is measured, nothing beside them."""
        if self.data is None:
            return
        evaluation = self.data / "evaluation"
        self.tell("labelled pairs")
        self.results["pairs"] = pairs.report(evaluation / "name_pairs_dev.csv")
        untimed: dict[str, Callable[[], dict[str, Any]]] = {
            "cross_script": lambda: pairs.cross_script(evaluation / "watchman_cross_script_pairs.csv"),
            "publishers_scores": lambda: pairs.publishers_scores(evaluation / "nomenklatura_ofac_fixtures.csv"),
            "original_script": lambda: pairs.original_script(self.parties, self.chance("scripts")),
        }
        with ThreadPoolExecutor(self._processes) as threads:
            self.results |= zip(untimed, threads.map(lambda step: step(), untimed.values()), strict=True)

    def speed_beside_peers(self) -> None:
        """Nothing else runs meanwhile."""
        self.tell("speed beside the peers")
        counts = {"enduse": self.size.queries, "logic-v2": 300, "WRatio": 100, "token_sort_ratio": 300}
        self.results["speed"] = {
            "35 k": speed.side_by_side(self.parties, self.index, counts, self.chance("speed"), self.folder)
        }
        self.results["reading_yaml"] = reading.ratio()

    def by_size(self) -> None:
        """Made-up lists."""
        for label, (names, timed, checked) in self.size.lists.items():
            self.tell(f"made-up list of {label}")
            index, built = speed.made_up_index(names, self.seed, self.folder)
            if timed:
                figures = speed.by_size(index, names, timed, self.seed) | {"build": built}
                self.results.setdefault("speed", {})[label] = figures
            self.tell(f"completeness at {label}")
            kept = self.results.setdefault("completeness", {})
            kept[label] = completeness.against_brute_force(index, names, checked, self.seed, self._processes)
            if label == "2.5 M":
                kept[f"{label} planted"] = completeness.planted(index, names, 500, self.seed)
                self.tell("spark beside the process pool")
                asked = speed.queries([], spark.ROWS, self.chance("spark"))
                self.results["spark"] = spark.report(self._small_index(), asked, self.folder)

    def judging(self) -> None:
        """The law; nothing else runs meanwhile."""
        if self.size.lines:
            self.tell("assessments and order books")
            self.results["law"] = _alone(
                law.report, self.folder, self.chance("law"), self.seed, self.size.lines, self.size.reconciled
            )

    def serving(self) -> None:
        """The service; nothing else runs meanwhile."""
        if self.size.requests:
            self.tell("the service under load")
            self.results["load"] = _alone(load.report, self.folder, self.chance("load"), self.seed, self.size.requests)

    def monitoring(self) -> None:
        """A change of a list against a register; nothing else runs meanwhile."""
        if self.size.customers:
            self.tell("monitoring")
            self.results["monitor"] = _alone(
                monitor.report, self.folder, self.chance("monitor"), self.seed, self.size.customers
            )
        if self.size.wide[0]:
            self.tell("monitoring a wide register")
            self.results["monitor-wide"] = monitor_wide.report(self.folder, self.seed, *self.size.wide)

    def _small_index(self) -> Path:
        index = self.folder / "index-spark"
        ours.build(scale.parties(25_000, self.seed), index)
        return index

    def about(self) -> dict[str, Any]:
        """When, where, with what."""
        note = "" if self.data else "NO SHARED DATA: only the embedded listings and made-up lists were used."
        return {
            "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
            "machine": _processor(),
            "cores": os.cpu_count(),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
            "python": platform.python_version(),
            "engine": __version__,
            "weights": ours.weights_version(),
            "seed": self.seed,
            "minutes": round((time.perf_counter() - self._began) / 60, 1),
            "note": note,
        }


def _alone(report: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """A report of a process of its own: what the steps before it keep in memory is no part of what it measures."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(report, *arguments).result()


def _finish(work: list[Future[None]]) -> None:
    for one in work:
        one.result()


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    named = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line.split(":")[1].strip() for line in named if line.startswith("model name")), platform.machine())


def shared_folder(given: Path | None) -> Path | None:
    """The folder that holds ``data/``: as given, as ``ENDUSE_SHARED`` names it, or ``shared`` beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    for folder in (given, Path(os.environ["ENDUSE_SHARED"]) if "ENDUSE_SHARED" in os.environ else None, beside):
        if folder is not None and (folder / "data" / "evaluation").is_dir():
            return folder
    print("NO SHARED DATA: no labelled pairs, no official lists; set ENDUSE_SHARED", file=sys.stderr)
    return None


def main() -> int:
    """Measure, write results and report; exit 1 where a floor is missed (smoke: of accuracy only)."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Benchmarks of screening")
    parser.add_argument("which", choices=SIZES, nargs="?", default="usual")
    parser.add_argument("--shared", type=Path, help="folder that holds data/ with official lists and evaluation sets")
    parser.add_argument("--seed", type=int, help="of everything random; fresh for each run (smoke: fixed)")
    parser.add_argument("--share", type=float, default=1.0, help="of the queries: less than 1 for a quick look")
    options = parser.parse_args()
    smoke, full, alone = options.which == "smoke", options.which == "full", options.which in ALONE
    seed = options.seed if options.seed is not None else SMOKE_SEED if smoke else time.time_ns() % 1_000_000
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="enduse-bench-") as folder:
        run = Run(SIZES[options.which].times(options.share), seed, shared_folder(options.shared), Path(folder))
        if not full and not alone:
            run.accuracy()
            run.labelled_pairs()
        if not smoke and not full and not alone:
            run.speed_beside_peers()
        run.by_size()
        run.judging()
        run.serving()
        run.monitoring()
        about = run.about() | {"share": options.share}
        step = ALONE[options.which][1] if alone else ""
        results = run.results if step else {"about": about} | run.results
        if step:
            results[step]["about"] = about
    if not smoke:
        report.RESULTS.mkdir(exist_ok=True)
        name = ALONE[options.which][0] if alone else "full.json" if full else "bench.json"
        file = report.RESULTS / name
        # What is measured alone leaves what else was measured.
        kept = json.loads(file.read_text(encoding="utf-8")) if alone and file.exists() else {}
        file.write_text(json.dumps(kept | results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        report.write()
    print("\n".join(report.floor_lines(results)))
    missed = floors.missed(results, quick=smoke)
    known = {line for line in missed if _label(line) in floors.SHORTFALLS}
    for line in missed:
        print(f"{'KNOWN SHORTFALL' if line in known else 'FLOOR MISSED'}  {line}", file=sys.stderr)
    # The smoke run guards what was reached; the whole run fails while anything is missing.
    return 1 if (set(missed) - known if smoke else missed) else 0


def _label(line: str) -> str:
    """The measure that a line of a missed floor is about."""
    return line.rpartition(", floor ")[0].rpartition(": ")[0]


if __name__ == "__main__":
    sys.exit(main())
