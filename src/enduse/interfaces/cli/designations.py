"""``enduse designations``: what a listing authority scripts beside the pages and the API."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json as json_format
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enduse.interfaces.cli.context import (
    NOTHING_FOUND,
    OPTIONS,
    RESTRICTED,
    DataDir,
    Json,
    NoColor,
    tell,
    write,
    write_json,
)
from enduse.interfaces.cli.designation_office import As, desk_of, office
from enduse.interfaces.cli.protected import app as sources_app
from enduse.model.errors import BadInput

if TYPE_CHECKING:
    from enduse.cases.designations.designation import Designation

app = typer.Typer(
    help="Designations: evidence, nominations, votes, listings, petitions, and the list that they publish.",
    no_args_is_help=True,
)
app.add_typer(sources_app, name="sources")
Id = Annotated[str, typer.Argument(help="Id of the designation.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Whether it is in force on this day; today by default.")]
KnownOn = Annotated[str, typer.Option("--known-on", help="By what was public on this day.")]
MAX_BYTES = 16 * 2**20
_MORE = "\n"
"""Under which cells past the last name are read."""
_LISTS = ("intermediaries",)
_SOURCE = ("publisher", "reliability", "credibility", "published", "url", "sha256")


def _day(text: str, where: str) -> dt.date | None:
    from enduse.model.time import parse_date

    return parse_date(text, where=where) if text else None


def _text(file: str) -> str:
    from enduse.formats.plain_yaml import read_bounded

    if file == "-":
        return sys.stdin.read(MAX_BYTES)
    return read_bounded(Path(file), max_bytes=MAX_BYTES).decode("utf-8-sig", "replace")


def _object(file: str) -> dict[str, Any]:
    """A body from a JSON file.

    Raises:
        BadInput: it is no JSON object.
    """
    try:
        found = json_format.loads(_text(file))
    except ValueError as error:
        raise BadInput(f"this is no JSON: {error}"[:200], where=file, remedy="an object, see /openapi.json") from None
    if not isinstance(found, dict):
        raise BadInput("this is no JSON object", where=file, remedy="an object, see /openapi.json")
    return found


def _told(case: Designation) -> int:
    assert case.nomination is not None
    if OPTIONS.json:
        write_json({"id": case.id, "status": case.status, "seq": case.seq})
    else:
        write(f"{case.id}  {case.status}  {case.nomination.subject.name}")
    return NOTHING_FOUND


@app.command("list")
def show_all(
    as_login: As,
    status: Annotated[str, typer.Option(help="Only those in this status.")] = "",
    search: Annotated[str, typer.Option(help="Words of names and aliases.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Designations, with what is due."""
    with desk_of(as_login) as desk:
        rows = desk.rows(desk.cases(search, status))
    if OPTIONS.json:
        write_json(rows)
        return NOTHING_FOUND
    for row in rows:
        due = f"  due {row['due']} ({row['clock']})" if row["due"] else ""
        write(f"{row['id']}  {row['status']:<9}  {row['name']}  [{row['list']}]{due}")
    tell(f"{len(rows)} designation{'s' * (len(rows) != 1)}")
    return NOTHING_FOUND


@app.command()
def show(
    designation: Id,
    as_login: As,
    as_of: AsOf = "",
    known_on: KnownOn = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """A designation; exit code 1 where it is in force on the day."""
    day, known = _day(as_of, "--as-of"), _day(known_on, "--known-on")
    with desk_of(as_login) as desk:
        case = desk.case(designation)
        found, may = desk.view(case, as_of=day, known_on=known), desk.possible(case)
    code = RESTRICTED if found["in_force"] else NOTHING_FOUND
    if OPTIONS.json:
        write_json(found)
        return code
    write(f"{found['id']}  {found['status']}  {found['subject']['name']}  ({found['authority']['title']})")
    words = "; ".join(found["in_force_words"]) or "not in force"
    write(f"  as of {found['as_of']}: {words}")
    for vote in found["votes"]:
        write(f"  vote {vote['number']} to {vote['question']}: {vote['standing']}, {vote['why']}")
    for one in found["deadlines"]:
        write(f"  {one['clock']}: {one['state']}, due {one['due']} ({one['title']})")
    for command, refusal in may:
        write(f"  may now: {command}" if refusal is None else f"  not now: {command}: {refusal.why}")
    return code


@app.command()
def evidence(
    as_login: As,
    search: Annotated[str, typer.Option(help="Words of an entry.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """The register of evidence, as an account may read it."""
    with desk_of(as_login) as desk:
        rows = [desk.entry_document(one) for one in desk.entries(search)]
    if OPTIONS.json:
        write_json(rows)
        return NOTHING_FOUND
    for row in rows:
        against = "  contradicted" if row["contradicted"] else ""
        write(f"{row['id']}  {row['grade']}  {row['occurred'] or 'day unknown'}  {row['title']}{against}")
        way = [row["vendor"], *row["intermediaries"], row["end_user"], str(row["harm"]).replace("_", " ")]
        write(f"  {' -> '.join(filter(None, way))}")
    tell(f"{len(rows)} entr{'y' if len(rows) == 1 else 'ies'}")
    return NOTHING_FOUND


@app.command()
def record(
    file: Annotated[
        str,
        typer.Argument(
            help="An entry as JSON (- for standard input), entries as CSV, or FollowTheMoney entities as JSON lines "
            "(FILE.ftm.json, FILE.jsonl)."
        ),
    ],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Record evidence, all entries of a file or none; says which entries may tell of the same thing."""
    from enduse.cases.designations.evidence_ftm import read_entities

    if file.endswith((".ftm.json", ".jsonl", ".ndjson")):
        read = read_entities(_text(file), file)
        made = list(read.entries)
        for what, count in read.left:
            tell(f"left out: {what} ({count})")
    else:
        made = [_object(file)] if not file.endswith(".csv") else list(_rows(_text(file), file))
    with desk_of(as_login) as desk:
        done = desk.record_all(made)
    found = [{"id": entry.id, "alike": [one.id for one in twins]} for entry, twins in done]
    if OPTIONS.json:
        write_json(found)
        return NOTHING_FOUND
    for one in found:
        twins = f"  may tell of the same as {', '.join(one['alike'])}" if one["alike"] else ""
        write(f"{one['id']}{twins}")
    return NOTHING_FOUND


@app.command("hand-over")
def hand_over(
    reference: Annotated[
        str, typer.Argument(help="alert:ID, screening:ID (a decision on a hit), case:ID/CONDITION, or notice:ID.")
    ],
    as_login: As,
    file: Annotated[
        str, typer.Option("--record", help="JSON with what is missing (what, harm, grades): records the entry.")
    ] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Evidence as far as it is known where it comes from; with --record the entry is completed and recorded."""
    with desk_of(as_login) as desk:
        draft = desk.handover(reference)
        if not file:
            write_json(draft)
            return NOTHING_FOUND
        entry, twins = desk.record({"what": "", "harm": "", **draft, **_object(file)})
    found = {"id": entry.id, "handed_over": reference, "alike": [one.id for one in twins]}
    if OPTIONS.json:
        write_json(found)
        return NOTHING_FOUND
    write(f"{entry.id} from {reference}" + (f"  may tell of the same as {', '.join(found['alike'])}" if twins else ""))
    return NOTHING_FOUND


def _rows(text: str, where: str) -> Iterator[dict[str, Any]]:
    """Entries of a CSV table: the fields of an entry, and one source a row.

    Raises:
        BadInput: the table has no rows, or cannot be read.
    """
    reader = csv.DictReader(io.StringIO(text), restkey=_MORE)
    try:
        rows = list(reader)
    except csv.Error as error:
        place = f"{where}, line {reader.line_num + 1}"
        raise BadInput(
            f"this is no table: {error}", where=place, remedy="cells of at most 131,072 characters"
        ) from None
    if not rows:
        raise BadInput("the table has no rows", where=where, remedy="a row of names, then an entry a row")
    for number, row in enumerate(rows, 1):
        if any(one.strip() for one in row.pop(_MORE, ())):
            raise BadInput("more cells than names", where=f"{where}, row {number}", remedy="quote cells with commas")
        filled = {key: value.strip() for key, value in row.items() if key and isinstance(value, str) and value.strip()}
        source = {key: filled.pop(key) for key in _SOURCE if key in filled}
        entry: dict[str, Any] = {**filled, "sources": [source] if source else []}
        for name in _LISTS:
            if name in filled:
                entry[name] = [one.strip() for one in filled[name].split(";") if one.strip()]
        yield entry


@app.command()
def nominate(
    file: Annotated[str, typer.Argument(help="The nomination as JSON; - for standard input.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Propose to list somebody."""
    sent = _object(file)
    with desk_of(as_login) as desk:
        return _told(desk.nominate(sent))


@app.command()
def act(
    designation: Id,
    command: Annotated[str, typer.Argument(help="circulate, vote, recuse, close_vote, publish, petition, remove, ...")],
    file: Annotated[str, typer.Argument(help="Its body as JSON; - for standard input.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Do a command; a publication puts an edition of the list among the lists."""
    sent = _object(file)
    with desk_of(as_login) as desk:
        return _told(desk.act(designation, command, sent))


@app.command()
def quality(
    designation: Id,
    as_login: As,
    names: Annotated[str, typer.Option(help="File of names, one a line; frequent names by default.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """What a nomination lacks, and how many innocent namesakes it would hit; exit code 1 where a flag is raised."""
    from enduse.interfaces.designations.quality import FLAGS

    with desk_of(as_login) as desk:
        case, suggested = desk.measure(designation, _text(names) if names else "")
    found = case.quality
    assert found is not None
    code = RESTRICTED if found.flags else NOTHING_FOUND
    if OPTIONS.json:
        document = {"namesakes": found.namesakes, "names": found.names, "sample": found.sample}
        suggestions = [{"what": what, "value": value} for what, value in suggested]
        write_json({**document, "examples": found.examples, "flags": found.flags, "suggestions": suggestions})
        return code
    write(f"{found.namesakes} namesakes in {found.sample}: {', '.join(found.examples) or 'none'}")
    for flag in found.flags:
        write(f"  {flag}: {FLAGS[flag]}")
    for what, value in suggested:
        write(f"  at hand: {what}: {value}")
    return code


@app.command()
def preview(
    designation: Id,
    table: Annotated[Path, typer.Argument(help="Recorded transactions, as check --bulk takes them.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Whom a nomination would hit among recorded transactions."""
    from enduse.formats.plain_yaml import read_bounded

    with desk_of(as_login) as desk:
        case = desk.preview(designation, read_bounded(table, max_bytes=2**30), table.name)
    assert case.effect is not None
    if OPTIONS.json:
        write_json({"rows": case.effect.rows, "changes": dict(case.effect.changes)})
        return NOTHING_FOUND
    for change, count in case.effect.changes:
        write(f"{count:,} of {case.effect.rows:,}: {change}")
    return NOTHING_FOUND


@app.command()
def notice(
    designation: Id, as_login: As, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False
) -> int:
    """The notice that everybody may read."""
    with desk_of(as_login) as desk:
        text = desk.notice(desk.case(designation))
    write_json({"notice": text}) if OPTIONS.json else write(text)
    return NOTHING_FOUND


@app.command("own-list")
def own_list(
    layout: Annotated[str, typer.Argument(help="ftm (everybody ever listed) or consolidated (in force on a day).")],
    as_login: As,
    as_of: Annotated[str, typer.Option("--as-of", help="What is in force on this day; today by default.")] = "",
    known_on: KnownOn = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """The list that designations made public, for others to load."""
    with desk_of(as_login) as desk:
        text = desk.own_list(layout, _day(as_of, "--as-of"), _day(known_on, "--known-on"))
    write_json({"layout": layout, "text": text}) if OPTIONS.json else write(text.rstrip("\n"))
    return NOTHING_FOUND


@app.command()
def edition(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Put the edition of today among the lists again, where a publication could not."""
    with office() as at_hand:
        new = at_hand.edition()
    write_json({"new": new}) if OPTIONS.json else write("a new edition" if new else "nothing new")
    return NOTHING_FOUND


@app.command()
def authorities(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Who lists, by which vote, on what criteria, with the source of each."""
    from enduse.cases.designations.decide import shipped_procedure
    from enduse.model.codec import to_plain

    found = shipped_procedure().authorities.values()
    if OPTIONS.json:
        votes = [{"id": one.id, "title": one.title, "votes": to_plain(dict(one.votes))} for one in found]
        write_json(votes)
        return NOTHING_FOUND
    for one in found:
        write(f"{one.id}: {one.title}, list {one.list}, {len(one.members)} members [{one.citation}]")
        for rule in one.votes.values():
            write(f"  {rule.question}: {rule.threshold} of {rule.base}, quorum {rule.quorum} [{rule.citation}]")
            if rule.reading is not None:
                write(f"    read as: {rule.reading}")
        for criterion in one.criteria:
            write(f"  {criterion.id}{' (must be met)' if criterion.mandatory else ''}: {criterion.question}")
    return NOTHING_FOUND


@app.command()
def replay(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Real listings and a removal: what check and portfolio check answer on the days before, between and after."""
    from enduse.interfaces.demo.replays import replays

    documents = []
    for one in replays():
        answers: list[dict[str, Any]] = [
            {
                **{"day": str(it.day), "outcome": it.outcome, "headline": it.headline},
                **{"listed": it.listed, "buy": it.buy, "sell": it.sell},
            }
            for it in one.answers()
        ]
        removed = f", removed {one.removed}" if one.removed else ""
        documents.append({"party": one.party, "list": one.list_id, "citation": str(one.citation), "answers": answers})
        if not OPTIONS.json:
            write(f"{one.party} [{one.list_id}] from {one.effective}{removed}: {one.why} ({one.citation})")
            for it in answers:
                listed = "listed" if it["listed"] else "not listed"
                write(
                    f"  {it['day']}  check: {it['outcome']:<16}  portfolio check: {listed:<10}  "
                    f"buying {it['buy'].replace('_', ' ')}, selling {it['sell'].replace('_', ' ')}"
                )
    if OPTIONS.json:
        write_json(documents)
    return NOTHING_FOUND


@app.command()
def tick(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Close every vote whose period is over, by the ballots of the period, and make an edition of the own list that is
    missing; run it once a day from a timer."""
    from enduse.interfaces.designations.daily import tick as run

    with office() as at_hand:
        done = run(at_hand)
    if OPTIONS.json:
        closed, refused = [list(one) for one in done.closed], [list(one) for one in done.refused]
        found = {"designations": done.cases, "closed": closed, "left": done.left, "refused": refused}
        write_json({**found, "edition": done.edition})
        return NOTHING_FOUND
    for identifier, why in done.closed:
        write(f"{identifier}: {why}")
    for identifier in done.left:
        tell(f"{identifier}: somebody changed it meanwhile; the next run looks at it")
    for identifier, why in done.refused:
        tell(f"{identifier}: its vote cannot be closed: {why}")
    write(f"{done.cases} designations, {len(done.closed)} votes closed")
    if done.edition:
        write("an edition of the own list was missing, and is made")
    return NOTHING_FOUND


@app.command()
def erase(
    as_login: As,
    apply: Annotated[bool, typer.Option("--apply", help="Erase it; without it, it is listed only.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, for those who read the history.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """What is kept no longer: evidence and nominations (records officer), protected sources (their custodian).

    What was public is never erased. Hashes, days and who acted stay; a backup made before still holds what was said.
    """
    with desk_of(as_login) as desk:
        found = desk.erase_over(reason) if apply else desk.over()
    rows = [{"kind": one.kind, "id": one.id, "since": one.until.isoformat(), "period": one.period} for one in found]
    if OPTIONS.json:
        write_json({"erased": apply, "over": rows})
        return NOTHING_FOUND
    for row in rows:
        write(f"{row['kind']} {row['id']}: since {row['since']} ({row['period']})")
    write(f"{len(rows)} {'erased' if apply else 'may be erased'}")
    if rows and not apply:
        write("nothing was changed: --apply --reason TEXT erases it; a backup made before still holds it")
    return NOTHING_FOUND
