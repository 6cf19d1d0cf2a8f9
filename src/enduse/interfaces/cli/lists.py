"""``enduse lists``: sync, status, show, diff."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enduse.interfaces.cli.context import (
    FAILED,
    NOTHING_FOUND,
    OPTIONS,
    DataDir,
    Json,
    NoColor,
    data_dir,
    library,
    tell,
    write,
    write_json,
)
from enduse.model.errors import BadInput

if TYPE_CHECKING:
    from enduse.lists.intake import Progress, SyncReport

app = typer.Typer(help="Restricted-party lists: load editions, see their state, compare them.", no_args_is_help=True)

Directory = Annotated[Path | None, typer.Option("--from-dir", help="Read files from this directory, not the network.")]


@app.command()
def sync(
    source: Annotated[list[str] | None, typer.Option(help="Only this source (may be repeated).")] = None,
    from_dir: Directory = None,
    manifest: Annotated[Path | None, typer.Option(help="Manifest that names the files (enduse-sources.toml).")] = None,
    accept_collapse: Annotated[
        list[str] | None, typer.Option(help="Accept a far smaller edition of this source (may be repeated).")
    ] = None,
    fail_on_refusal: Annotated[
        bool, typer.Option("--fail-on-refusal", help="Exit 4 when an edition was refused.")
    ] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Load lists from their official addresses, or from files; a refused edition leaves the last good one in force."""
    from enduse.model.codec import to_plain

    today = dt.datetime.now(tz=dt.UTC).date()
    if manifest is not None and from_dir is None:
        raise BadInput("--manifest goes with --from-dir")
    shown = _progress if sys.stderr.isatty() else _quiet
    if from_dir is not None:
        from enduse.lists.sync import sync_from_dir

        report = sync_from_dir(
            data_dir(),
            from_dir,
            today=today,
            manifest=manifest,
            only=source or (),
            accept_collapse=accept_collapse or (),
            tell=shown,
        )
    else:
        from enduse.lists.network import sync_from_network

        report = sync_from_network(
            data_dir(), today=today, only=source or (), accept_collapse=accept_collapse or (), tell=shown
        )
    if OPTIONS.json:
        write_json(to_plain(report, keep_empty=True))
    else:
        _write_report(report, today)
    if report.loaded:
        tell("building the index for screening")
        library(starter=False).prepare()
    nothing_came = not (report.loaded or report.unchanged or report.samples)
    if nothing_came and not report.refused:
        raise BadInput("no list was found", where=str(from_dir or "the addresses"), remedy="see: docs/data.md")
    return FAILED if report.refused and (fail_on_refusal or nothing_came) else NOTHING_FOUND


def _progress(progress: Progress) -> None:
    total = f" of {progress.total}" if progress.total else ""
    sys.stderr.write(f"\r\x1b[K{progress.done}{total}  {progress.text}"[:120])
    if progress.text == "done":
        sys.stderr.write("\n")


def _quiet(progress: Progress) -> None:
    if progress.text != "done":
        tell(progress.text)


def _write_report(report: SyncReport, today: dt.date) -> None:
    from enduse.lists.status import status as list_status

    reasons = {item.source: item.rejected_reasons for item in list_status(data_dir(), today)}
    if report.loaded:
        write(f"{'source':<24} {'edition':<10} {'rows':>8} {'parties':>8} {'rejected':>8}")
    for item in report.loaded:
        write(f"{item.source:<24} {item.edition} {item.rows:>8} {item.parties:>8} {item.rejected:>8}")
        for note in item.notes:
            write(f"    {note}")
        for reason, count in reasons.get(item.source, ()) if item.rejected else ():
            write(f"    rejected {count}: {reason}")
    for name, edition in report.unchanged:
        write(f"{name:<24} {edition} unchanged")
    for sample in report.samples:
        write(f"{sample.source:<24} {sample.role}: {', '.join(sample.files)}: {_sample(sample)}")
    for refusal in report.refused:
        write(f"{refusal.source:<24} REFUSED: {refusal.reason}")
    for warning in report.warnings:
        write(f"! {warning}")
    for ignored in report.ignored:
        write(f"ignored {ignored.path}: {ignored.reason}")


def _sample(sample: Any) -> str:
    if sample.error:
        return f"refused: {sample.error}"
    return f"{sample.rows} rows, {sample.parties} parties, {sample.rejected} rejected"


@app.command()
def status(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Show edition, age and freshness of every source, and what was rejected or refused."""
    from enduse.lists.status import status as list_status
    from enduse.model.codec import to_plain

    today = dt.datetime.now(tz=dt.UTC).date()
    found = list_status(data_dir(), today)
    if OPTIONS.json:
        write_json([to_plain(item, keep_empty=True) for item in found])
        return NOTHING_FOUND
    write(f"{'source':<24} {'edition':<11} {'age':>6} {'state':<12} {'rows':>8} {'rejected':>8}  lists")
    for item in found:
        age = f"{item.age_days} d" if item.age_days is not None else "-"
        lists = ", ".join(item.lists) + ("" if item.format_verified else "  (format not verified)")
        edition = str(item.edition) if item.edition else "not loaded"
        counts = f"{item.rows:>8} {item.rejected:>8}"
        write(f"{item.source:<24} {edition:<11} {age:>6} {item.state.value:<12} {counts}  {lists}")
        if item.refusal:
            write(f"    refused: {item.refusal.reason}")
        for reason, count in item.rejected_reasons:
            write(f"    rejected {count}: {reason}")
    return NOTHING_FOUND


@app.command()
def intelligence(
    threshold: Annotated[
        float, typer.Option(help="Score of names from which two listed parties count as the same.")
    ] = 0.95,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Add up all lists at hand: listings by reason, authority and country, and the time between governments.

    Takes minutes for tens of thousands of parties. The curves and the parties behind each figure: --json.
    """
    from enduse.interfaces.monitor.intelligence import checked_threshold
    from enduse.interfaces.monitor.intelligence import intelligence as added_up

    checked_threshold(threshold)
    today = dt.datetime.now(tz=dt.UTC).date()
    found = added_up(library(starter=True), today, threshold=threshold, told=lambda done: tell(f"{done:,} parties"))
    if OPTIONS.json:
        write_json(found)
        return NOTHING_FOUND
    write(f"{found['listings']:,} listings on {found['day']}, {found['undated']:,} without a stated first day")
    for kind, title in (("by_reason", "Reason, as stated"), ("by_authority", "Authority")):
        write(f"\n{title:<40} {'now':>8} {'begun since ' + str(found['years'][0]):>18}")
        for one in found[kind]:
            write(f"{one['title'][:40]:<40} {one['standing'][-1]:>8,} {sum(one['began']):>18,}")
    told = found["spread"]
    write(
        f"\n{told['matched']:,} parties on lists of several governments (a number in common, or names at {threshold:g})"
    )
    write(f"{'first':<6} {'then':<6} {'parties':>8} {'by name':>8} {'same day':>9} {'quartiles and median, days':>28}")
    for one in told["lags"]:
        days = " ".join(f"{day:>8,}" for day in one["quartiles"])
        write(
            f"{one['first']:<6} {one['then']:<6} {one['count']:>8,} {one['by_name']:>8,} {one['same_day']:>9,}  {days}"
        )
    return NOTHING_FOUND


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="Id of a source (us_csl) or of a list (SDN).")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Show one source, or the sources that hold a list: editions, parties, rejected rows."""
    from enduse.lists.status import show as show_list
    from enduse.model.codec import to_plain

    today = dt.datetime.now(tz=dt.UTC).date()
    found = show_list(data_dir(), name, today)
    if OPTIONS.json:
        write_json(to_plain(found, keep_empty=True))
        return NOTHING_FOUND
    for item in found.sources:
        write(f"{item.source}: {item.title} ({item.authority})")
        write(f"  state {item.state.value}, stale after {item.cadence_days} days, lists {', '.join(item.lists) or '-'}")
        for note in item.notes:
            write(f"  {note}")
    for edition in found.editions:
        write(
            f"  edition {edition.edition}: {edition.rows} rows, {edition.parties} parties, {edition.rejected} rejected"
        )
    for list_id, count in found.parties_by_list:
        write(f"  {list_id}: {count} parties")
    for row in found.rejected:
        line = f" line {row.line}" if row.line else ""
        write(f"  rejected {row.file}{line}: {row.reason}: {row.excerpt[:80]}")
    return NOTHING_FOUND


@app.command()
def diff(
    source: Annotated[str, typer.Argument(metavar="ID", help="Id of the source.")],
    old: Annotated[str | None, typer.Argument(help="Date of the older edition; default: the one before.")] = None,
    new: Annotated[str | None, typer.Argument(help="Date of the newer edition; default: the newest.")] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Show who is newly listed, who no longer is, and whose listing changed, between two editions of a source."""
    from enduse.lists.diff import diff as list_diff
    from enduse.lists.legal import DATES, EFFECT, IDENTITY, NEWLY_LISTED, NO_LONGER_LISTED, REVIEW, WORDING
    from enduse.model.codec import to_plain
    from enduse.model.time import parse_date

    found = list_diff(
        data_dir(),
        source,
        parse_date(old, where="OLD") if old else None,
        parse_date(new, where="NEW") if new else None,
    )
    if OPTIONS.json:
        document = to_plain(found, keep_empty=True)
        for plain, change in zip(document["changed"], found.changed, strict=True):
            for one, field in zip(plain["fields"], change.fields, strict=True):
                one["about"] = field.about
        write_json(document)
        return NOTHING_FOUND
    write(
        f"{found.source} {found.old} to {found.new}: {len(found.added)} added, {len(found.removed)} removed, "
        f"{len(found.changed)} changed, {found.unchanged} unchanged"
    )
    for note in found.notes:
        write(f"! {note}")
    for sign, heading, lines in (("+", NEWLY_LISTED, found.added), ("-", NO_LONGER_LISTED, found.removed)):
        if lines:
            write(f"\n{heading.upper()}")
        for line in lines:
            write(f"{sign} {line.name}  [{', '.join(line.lists)}]  {line.id}")
            for listing in line.listings:
                write(f"    {listing}")
    for heading in (EFFECT, DATES, REVIEW, IDENTITY, WORDING):
        concerned = [
            (change, fields)
            for change in found.changed
            if (fields := [field for field in change.fields if field.about == heading])
        ]
        if concerned:
            write(f"\n{heading.upper()}")
        for change, fields in concerned:
            write(f"~ {change.party.name}  {change.party.id}")
            for field in fields:
                gone, come = "; ".join(field.removed) or "nothing", "; ".join(field.added) or "nothing"
                write(f"    {field.field}: -{gone}  +{come}")
    return NOTHING_FOUND
