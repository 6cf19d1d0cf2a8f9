"""``benchmarks/README.md`` and its plots, written from the results."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import floors
from benchmarks.plots import plot

HERE = Path(__file__).parent
RESULTS = HERE / "results"
ENGINES = ("enduse", "logic-v2", "WRatio", "token_sort_ratio")
HEAD = """# Benchmarks

*Written by `make bench` from `results/`; do not edit. How to run and read it:
[docs/benchmarks.md](../docs/benchmarks.md).*
"""


def write() -> None:
    """The report of the results that are there; the plots go to ``results/``."""
    results = stored()
    plots(results)
    (HERE / "README.md").write_text("\n".join([HEAD, *lines(results)]) + "\n", encoding="utf-8")


def stored() -> floors.Results:
    """What is in ``results/``: the usual run, with what only the full run measures laid over it."""
    found: floors.Results = {}
    for name in ("bench.json", "full.json"):
        file = RESULTS / name
        if file.exists():
            for step, figures in json.loads(file.read_text(encoding="utf-8")).items():
                if name == "full.json" and step == "about":
                    found["about_full"] = figures
                elif isinstance(figures, dict) and isinstance(found.get(step), dict):
                    found[step] |= figures
                else:
                    found[step] = figures
    return found


def lines(results: floors.Results) -> Iterator[str]:
    """The report."""
    yield from _about(results)
    yield from _floors(results)
    yield from _pairs(results)
    yield from _recall(results)
    yield from _speed(results)
    yield from _spark(results)
    yield from _law(results)
    yield from _load(results)
    yield from _monitor(results)
    yield from _monitor_wide(results)
    yield from _completeness(results)
    yield from _pypi(results)


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """A table in Markdown."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(_shown(cell) for cell in row) + " |"
    yield ""


def _shown(cell: Any) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:,.4g}" if abs(cell) < 1000 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _about(results: floors.Results) -> Iterator[str]:
    for key, name in (("about", "`make bench`"), ("about_full", "`make bench-full`")):
        if about := results.get(key):
            yield (
                f"{name}: {about['date']}, {about['machine']}, {about['cores']} cores, {about['memory_gb']} GB, Python "
                f"{about['python']}; enduse {about['engine']}, weights {about['weights']}; seed {about['seed']}; "
                f"{about['minutes']} minutes; {about['share']:.0%} of the usual queries. {about['note']}"
            )
            yield ""


def _floors(results: floors.Results) -> Iterator[str]:
    rows = []
    for measure in floors.measures():
        value, peer = measure.find(results), measure.peer(results)
        mark = "not measured"
        if value is not None:
            reached = [
                name for name, at in (("aim", measure.aim), ("floor", measure.floor)) if measure.reaches(value, at)
            ]
            mark = f"{reached[0]} reached" if reached else "**floor not reached**"
        sign = ">=" if measure.at_least else "<="
        rows.append(
            [measure.label, value, peer, f"{sign} {_shown(measure.floor)}", f"{sign} {_shown(measure.aim)}", mark]
        )
    yield "## What has to be reached"
    yield ""
    yield from table(["Measure", "enduse", "logic-v2", "floor", "aim", ""], rows)


def floor_lines(results: floors.Results) -> list[str]:
    """The table of floors, for a terminal."""
    return [line for line in _floors(results) if line.startswith("|")]


def _pairs(results: floors.Results) -> Iterator[str]:
    pairs = results.get("pairs")
    if not pairs:
        return
    yield f"## Labelled name pairs ({pairs['pairs']}, threshold 0.70, not tuned on them)"
    yield ""
    keys = ("precision", "recall", "f1", "auc", "strong_misses", "monotone", "at_one", "microseconds_per_pair")
    head = ["", "P", "R", "F1", "AUC", "strong misses", "tiers monotone", "share at 1.0", "us a pair"]
    yield from table(head, [[name, *(pairs[name][key] for key in keys)] for name in ENGINES if pairs.get(name)])
    yield "![precision and recall](results/precision_recall.svg) ![calibration](results/calibration.svg)"
    yield ""
    for label, key in (("Kind", "by_kind"), ("Scripts", "by_script"), ("Tier", "by_tier"), ("Category", "by_category")):
        own, peer = pairs["enduse"][key], (pairs.get("logic-v2") or {}).get(key, {})
        rows = [
            [name, one["count"], one["matches"], one["precision"], one["recall"], one["f1"], one["auc"]]
            + [peer.get(name, {}).get(figure) for figure in ("f1", "auc")]
            for name, one in sorted(own.items(), key=lambda pair: -pair[1]["count"])
        ]
        yield from table([label, "pairs", "matches", "P", "R", "F1", "AUC", "F1 of logic-v2", "AUC of logic-v2"], rows)
    yield (
        f"Disputed labels (the same words called another party, or one pair labelled both ways), by line of the file, "
        f"reported and never relabelled: {json.dumps(pairs['disputed'])}"
    )
    yield ""
    rows = []
    for name in ENGINES:
        scripts, publisher = results.get("cross_script", {}).get(name), results.get("publishers_scores", {}).get(name)
        original = results.get("original_script", {}).get(name)
        if scripts and publisher and original:
            rows.append(
                [
                    name,
                    scripts["reached"],
                    scripts["at_threshold"],
                    publisher["rank_correlation"],
                    original["recall"],
                    original["others_at_threshold"],
                ]
            )
    if rows:
        yield "Pairs across scripts, OFAC's own scores, and names in their original script against the Latin ones of"
        yield "the same listing (and of another):"
        yield ""
        head = [
            "",
            f"least score reached, of {results['cross_script']['pairs']}",
            "at 0.70",
            f"rank correlation with OFAC's scores ({results['publishers_scores']['pairs']})",
            f"original script: found at 0.70 ({results['original_script']['names']})",
            "others at 0.70",
        ]
        yield from table(head, rows)
        own = results["original_script"]["enduse"]["by_script"]
        peer = (results["original_script"].get("logic-v2") or {}).get("by_script", {})
        yield from table(
            ["Script", "names", "found at 0.70", "by logic-v2"],
            [[name, one["names"], one["recall"], peer.get(name, {}).get("recall")] for name, one in own.items()],
        )


def _recall(results: floors.Results) -> Iterator[str]:
    recall = results.get("recall")
    if not recall:
        return
    own = recall["enduse"]
    yield "## Recall of altered listed names at a false-positive rate"
    yield ""
    yield "Thresholds are fixed on one half of the negatives, and the rate is that of the other half; then the halves"
    yield "change places, and the figures are the means. `*`: fewer than 4,000 (1 %) or 10,000 (0.1 %) negatives,"
    yield "indicative only. *Alike but for spelling*: invented names that have the consonants of a listed name; they"
    yield "count, and the figure beside says what recall would be without them."
    yield ""
    for rate in ("1 %", "0.1 %"):
        rows = []
        for label, one in own["sets"].items():
            at = one[rate]
            peers = [(recall.get(name) or {}).get("sets", {}).get(label, {}).get(rate) for name in ENGINES[1:]]
            rows.append(
                [
                    label + ("" if at["enough"] else " *"),
                    one["negatives"],
                    one["rate_at_default"],
                    *(at[key] for key in ("threshold", "rate", "recall", "worst_kind")),
                    one["negatives"] - one["unlike"]["negatives"],
                    one["unlike"][rate]["recall"],
                    *(peer and _shown(peer["recall"]) + ("" if peer["enough"] else " *") for peer in peers),
                ]
            )
        head = ["Negatives", "number", "rate at 0.70", f"threshold at {rate}", "rate", "recall", "worst kind"]
        head += ["alike but for spelling", "recall without these"]
        yield from table([*head, *(f"recall of {name}" for name in ENGINES[1:])], rows)
    yield "By kind of edit, at the default threshold 0.70, and for enduse at the 1 % threshold of all negatives:"
    yield ""
    at_one = own["sets"]["all together"]["1 %"]["by_kind"]
    names = [name for name in ENGINES if recall.get(name)]
    yield from table(
        ["Edit", *names, "enduse at 1 %"],
        [[kind, *(recall[name]["at_default_by_kind"].get(kind) for name in names), at_one[kind]] for kind in at_one],
    )
    sizes = ", ".join(f"{name} {recall[name]['queries']:,}" for name in names)
    yield f"Queries: {sizes} (slow peers get a sample, so their sets by culture are small)."
    yield ""
    if untouched := recall["enduse"].get("untouched"):
        peer = (recall.get("logic-v2") or {}).get("untouched") or {}
        yield (
            f"Of {untouched['queries']} names of the UN's list as others hold them, {untouched['found']:.1%} find "
            f"a listed party at 0.70 (logic-v2: {_shown(peer.get('found'))})."
        )
        yield ""


def _speed(results: floors.Results) -> Iterator[str]:
    speed = results.get("speed")
    if not speed:
        return
    yield "## Speed and memory"
    yield ""
    if beside := speed.get("35 k"):
        yield f"{beside['names']:,} listed names, one query after another, half of them altered listed names:"
        yield ""
        rows = [
            [
                name,
                *(one[key] for key in ("queries_per_second", "p50_ms", "p95_ms", "p99_ms")),
                beside["enduse"].get(f"times_{name}"),
                (one.get("after_all") or {}).get("resident_mb"),
                one.get("cold_start_cpu_seconds"),
            ]
            for name in ENGINES
            if (one := beside.get(name))
        ]
        head = [
            "",
            "q/s/core",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "enduse is times as fast",
            "resident MB",
            "cold start CPU s",
        ]
        yield from table(head, rows)
    rows = [
        [
            size,
            *(one[key] for key in ("parties", "queries_per_second", "bulk_queries_per_second")),
            *(one[key] for key in ("p50_ms", "p95_ms", "p99_ms")),
            *(one["build"][key] for key in ("cpu_seconds", "peak_mb")),
            one["build"]["bytes"] / 1e6,
            *(one[key] for key in ("open_ms", "cold_start_cpu_seconds")),
            *(one[when]["resident_mb"] for when in ("after_first", "after_all")),
        ]
        for size in ("25 k", "250 k", "2.5 M")
        if (one := speed.get(size))
    ]
    if rows:
        yield "By the number of names (made-up lists, seeded; memory of a new process after 1 and after 200 answers):"
        yield ""
        head = ["Names", "parties", "q/s/core", "bulk", "p50 ms", "p95 ms", "p99 ms", "build CPU s", "build peak MB"]
        head += ["index MB", "open ms", "cold start CPU s", "MB after first", "MB after all"]
        yield from table(head, rows)


def _spark(results: floors.Results) -> Iterator[str]:
    if found := results.get("spark"):
        yield (
            f"{found['rows']:,} rows against 25 k names on {found['cores']} cores: "
            f"{found['pool_rows_per_second']:,} rows/s on the process pool, {found['spark_rows_per_second']:,} on "
            f"Spark in local mode, its start included; the same results: {_shown(found['same_results'])}."
        )
        yield ""


def _law(results: floors.Results) -> Iterator[str]:
    law = results.get("law")
    if not law:
        return
    yield "## Judging"
    yield ""
    if about := law.get("about"):
        yield f"Measured on its own: {about['date']}, {about['machine']}, seed {about['seed']}. {about['note']}"
        yield ""
    yield "Transactions between two parties whose listing status is stated, none of them judged before, after so many"
    yield "others (CPU time, one core):"
    yield ""
    timed = ("warm", "assessments", "per_second")
    rows = [
        [name, *(found[key] for key in timed)]
        for name, found in law.items()
        if "per_second" in found and "warm" in found
    ]
    yield from table(["", "judged before", "assessments", "a second"], rows)
    screened, cold = law["screened"], law["cold_start"]
    yield (
        f"With both parties screened against {screened['listed_names']:,} names, {screened['at_once']} transactions at "
        f"once (`check_all`): {_shown(screened['per_second'])} a second, {screened['share_of_screening']:.2f} of what "
        f"screening alone allows ({_shown(screened['screening_alone'])}); one by one "
        f"{screened['share_one_by_one']:.2f} ({_shown(screened['one_by_one'])}). One `enduse check` in a new process: "
        f"{cold['cpu_seconds']} s of CPU, {cold['seconds']} s by the clock."
    )
    yield ""
    book = law["order_book"]
    yield f"`check --bulk` under all laws against {book['listed_names']:,} listed names, on all cores:"
    yield ""
    keys = ("lines", "parties", "judgements", "seconds", "lines_per_second")
    rows = [[name, *(book[name][key] for key in keys)] for name in ("whole", "a tenth", "a tenth, ten times")]
    yield from table(["Order book", "lines", "parties screened", "judgements made", "seconds", "lines/s"], rows)
    yield f"Ten times the lines with the same judgements take {book['times_for_ten_times_the_lines']} times as long."
    yield ""
    if tried := law.get("impact"):
        yield "`rules impact` on recorded transactions, under all laws, on all cores:"
        yield ""
        columns = ("rows", "judgements", "moved", "seconds")
        rows = [[name, *(one[column] for column in columns)] for name, one in tried.items() if name != "reconciles"]
        yield from table(["Draft", "transactions", "judgements made", "come out otherwise", "seconds"], rows)
        yield f"Its sums are those of two full runs: {_shown(tried['reconciles'])}."
        yield ""


def _load(results: floors.Results) -> Iterator[str]:
    load = results.get("load")
    if not load:
        return
    yield "## The service under load"
    yield ""
    if about := load.get("about"):
        yield f"Measured on its own: {about['date']}, {about['machine']}, seed {about['seed']}. {about['note']}"
        yield ""
    yield (
        f"{load['clients']} clients at once on loopback, on the same cores as the server; half of the requests screen "
        f"a name against {load['parties']:,} made-up parties, half check a transaction and keep the assessment. "
        "The bare endpoint answers with what it was sent. Milliseconds by the clock, CPU of the server:"
    )
    yield ""
    keys = ("requests", "errors", "requests_per_second", "server_cpu_ms_per_request")
    rows = [
        [f"{name}, {kind}", *([one[key] for key in keys] if kind == "all" else [None] * len(keys))]
        + [one[kind][share] for share in ("p50_ms", "p95_ms", "p99_ms")]
        for name in ("enduse", "bare FastAPI")
        for one in [load[name]]
        for kind in ("all", "screening", "assessments")
        if one[kind] and (kind == "all" or name == "enduse")
    ]
    yield from table(["", "requests", "errors", "requests/s", "CPU ms a request", "p50 ms", "p95 ms", "p99 ms"], rows)


def _monitor(results: floors.Results) -> Iterator[str]:
    found = results.get("monitor")
    if not found:
        return
    yield "## Monitoring"
    yield ""
    if about := found.get("about"):
        yield f"Measured on its own: {about['date']}, {about['machine']}, seed {about['seed']}. {about['note']}"
        yield ""
    yield (
        f"{found['changed parties']} parties of a made-up list come, go or change, against a register of "
        f"{found['customers']:,} invented customers, one in 500 of them listed. Screening everybody before and after "
        "is timed on a sample and scaled up; on the sample both ways are compared. CPU seconds; the memory is "
        "the whole process's, the list and its indexes included:"
    )
    yield ""
    head = ["", "delta run", "screening all", "ratio", "the same", "indexing", "1,000 more", "memory, MB"]
    keys = ("delta_s", "full_s", "ratio", "agree", "index_s", "update_of_1000_s", "memory_mb")
    yield from table(head, [[f"{found['customers']:,} customers", *(found[key] for key in keys)]])


def _monitor_wide(results: floors.Results) -> Iterator[str]:
    found = results.get("monitor-wide")
    if not found:
        return
    yield ""
    yield (
        f"The same change against a register of {found['customers']:,} customers, in a process that does nothing else: "
        f"{found['segments']} segments, of which {found['different segments']} were indexed "
        f"({found['index_s_a_segment']} s each) and stand several times under keys of their own; all of them are "
        "looked up, and nothing is scaled up. Memory with the two editions of the list alone, and at the most:"
    )
    yield ""
    keys = ("delta_s", "open_s", "pairs", "memory_before_mb", "memory_mb", "disk_gb")
    head = ["", "delta run, s", "opening, s", "pairs", "memory before, MB", "memory, MB", "on disk, GB"]
    yield from table(head, [[f"{found['customers']:,} customers", *(found[key] for key in keys)]])


def _completeness(results: floors.Results) -> Iterator[str]:
    if found := results.get("completeness"):
        yield "## Completeness of retrieval"
        yield ""
        yield "Of all names that score 0.70 or more when every name is scored, how many are among the candidates. Pairs"
        yield "that share hardly a letter are left out of brute force, but for a random sample."
        yield ""
        rows = [
            [
                size,
                *(one[key] for key in ("queries", "found", "lost", "kept")),
                *(one.get(key) for key in ("sampled_of_left_out", "of_these_at_threshold")),
            ]
            for size, one in found.items()
        ]
        yield from table(
            ["Names", "queries", "at 0.70", "lost", "kept", "sampled of left out", "of these at 0.70"], rows
        )


def _pypi(results: floors.Results) -> Iterator[str]:
    if found := results.get("pypi"):
        yield f"## sanctions-screening-benchmark ({found['entities']} persons, {found['cases']:,} cases)"
        yield ""
        engines = [name for name in ("enduse", "logic-v2", "token_sort_ratio", "its baseline") if found.get(name)]
        yield from table(
            ["", "threshold", "recall", "false-positive rate", "worst class"],
            [
                [name, one["threshold"], one["recall"], one["false_positive_rate"], one["worst_class"]]
                for name in engines
                for one in [found[name]]
            ],
        )
        classes = found["enduse"]["by_class"]
        yield from table(
            ["Class", *engines],
            [[name, *(found[engine]["by_class"].get(name) for engine in engines)] for name in classes],
        )
        trade = ", ".join(f"{at}: {recall} / {rate}" for at, (recall, rate) in found["enduse"]["at"].items())
        yield f"enduse, recall / false-positive rate by threshold: {trade}."
        yield ""


def plots(results: floors.Results) -> None:
    """The plots of the labelled pairs."""
    pairs = results.get("pairs") or {}
    present = [name for name in ENGINES if pairs.get(name)]
    if present:
        curves = [(name, [(x, y) for x, y in pairs[name]["curve"]]) for name in present]
        (RESULTS / "precision_recall.svg").write_text(
            plot("Labelled pairs", "recall", "precision", curves), encoding="utf-8"
        )
        bands = [(name, [(score, share) for score, share, _ in pairs[name]["calibration"]]) for name in present]
        (RESULTS / "calibration.svg").write_text(
            plot("Calibration", "score", "share of matches", bands, dots=True, diagonal=True), encoding="utf-8"
        )
