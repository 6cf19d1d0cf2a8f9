"""``enduse decisions``: record, show, withdraw, export and import what a reviewer decided on hits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from enduse.interfaces.cli.asked import (
    Addresses,
    BirthDate,
    BirthPlaces,
    Countries,
    Gender,
    Identifiers,
    Kind,
    Name,
    Nationalities,
    OtherNames,
)
from enduse.interfaces.cli.context import (
    NOTHING_FOUND,
    OPTIONS,
    DataDir,
    Json,
    NoColor,
    library,
    store_place,
    write,
    write_json,
)
from enduse.model.match import HIT_THRESHOLD

if TYPE_CHECKING:
    from enduse.model.decision import Decision

app = typer.Typer(help="Decisions on hits: not the same party, or the same; who, when, why.", no_args_is_help=True)

By = Annotated[str | None, typer.Option(help="Who decides; default: the session's user.")]
Reason = Annotated[str, typer.Option(help="Why.")]


@app.command()
def add(
    party: Annotated[str, typer.Option(help="Id of the listed party, as the hit shows it.")],
    verdict: Annotated[str, typer.Option(help="different (not the same party) or same.")],
    reason: Reason,
    name: Name = None,
    by: By = None,
    kind: Kind = "any",
    country: Countries = None,
    other_name: OtherNames = None,
    birth_date: BirthDate = None,
    birth_place: BirthPlaces = None,
    nationality: Nationalities = None,
    gender: Gender = None,
    identifier: Identifiers = None,
    address: Addresses = None,
    threshold: Annotated[float, typer.Option(help="Least score of a hit, 0 to 1.")] = HIT_THRESHOLD,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Record a decision on a hit: "different" suppresses it until something that mattered changes.

    State the party as it is screened, with the same options.
    """
    from enduse.interfaces.decisions import actor, hit
    from enduse.interfaces.fields import Place, text, word
    from enduse.interfaces.queries import query_of
    from enduse.model.decision import MAX_BY, Verdict, decision_document
    from enduse.model.errors import BadInput
    from enduse.screen.decisions import evidence_of
    from enduse.store import open_store

    said = word(Verdict, verdict, Place("--verdict"))
    if said is Verdict.WITHDRAWN:
        raise BadInput("a decision is withdrawn by its id", where="--verdict", remedy="enduse decisions withdraw ID")
    why = text(reason, Place("--reason"), required=True, several_lines=True)
    who = text(actor(by), Place("--by"), required=True)
    if len(who) > MAX_BY:
        raise BadInput(f"{len(who)} characters", where="--by", remedy=f"at most {MAX_BY} are accepted")
    if not 0 < threshold <= 1:
        raise BadInput(f"{threshold} is no threshold", where="--threshold", remedy="above 0, at most 1")
    query = query_of(
        name,
        kind=kind,
        countries=country,
        other_names=other_name,
        birth_date=birth_date,
        birth_places=birth_place,
        nationalities=nationality,
        gender=gender,
        identifiers=identifier,
        addresses=address,
    )
    lists = library(starter=False)
    match = hit(lists.screen(query, threshold=threshold), party.strip(), query.name)
    with open_store(store_place(), create=True) as store:
        made = store.decisions.add(
            verdict=said,
            name=query.name,
            party_id=match.party.id,
            party_name=match.party.name,
            evidence=evidence_of(query, match.party),
            by=who,
            reason=why,
            editions=lists.editions(),
        )
    if OPTIONS.json:
        write_json(decision_document(made))
    else:
        write(f"recorded {_line(made)}")
    return NOTHING_FOUND


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Superseded and withdrawn records too.")] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """List the decisions that stand."""
    from enduse.model.decision import Verdict, decision_document, heads

    records = _records()
    standing = [record for record in heads(records) if record.verdict is not Verdict.WITHDRAWN]
    shown = records if everything else standing
    if OPTIONS.json:
        write_json([decision_document(record) for record in shown])
        return NOTHING_FOUND
    known = {record.id for record in standing}
    counted = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((len(standing), "decision"), (len(records), "record"))
    ]
    write(f"{counted[0]} standing, {counted[1]} in all")
    for record in shown:
        write(_line(record) + ("" if record.id in known else "  (no longer stands)"))
        write(f"    {_one_line(record.reason)}")
    return NOTHING_FOUND


@app.command()
def show(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of the decision, or the beginning of it.")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Show one decision with the evidence it rests on, and every record of its pair."""
    from enduse.model.decision import decision_document
    from enduse.store import open_store

    with open_store(store_place(), create=False) as store:
        found = store.decisions.find(identifier)
        history = [record for record in store.decisions.about(found.subject) if record.pair == found.pair]
    if OPTIONS.json:
        write_json(decision_document(found) | {"history": [record.id for record in history]})
        return NOTHING_FOUND
    write(f"{_line(found)}\n    {found.reason}\n\nEvidence {found.evidence.sha256}")
    for side, facts in (("query", found.evidence.query), ("listed", found.evidence.listed)):
        for field, values in facts:
            write(f"  {side} {field.replace('_', ' ')}: {'; '.join(values)}")
    write("\nRecords of the pair")
    for record in history:
        replaced = f"  supersedes {', '.join(old[:12] for old in record.supersedes)}" if record.supersedes else ""
        write(f"  {_line(record)}{replaced}")
    return NOTHING_FOUND


@app.command()
def withdraw(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of the decision, or the beginning of it.")],
    reason: Reason,
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Withdraw a decision by a new record: the hit comes back."""
    from enduse.interfaces.decisions import actor
    from enduse.interfaces.fields import Place, text
    from enduse.model.decision import decision_document
    from enduse.store import open_store

    why = text(reason, Place("--reason"), required=True, several_lines=True)
    who = text(actor(by), Place("--by"), required=True)
    with open_store(store_place(), create=False) as store:
        store.decisions.find(identifier)
        made = store.decisions.withdraw(identifier, by=who, reason=why)
    if OPTIONS.json:
        write_json(decision_document(made))
    else:
        write(f"recorded {_line(made)}")
    return NOTHING_FOUND


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="File to write (JSON Lines).")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Write every record, superseded ones too, to a file of JSON Lines (docs/decisions.md)."""
    from enduse.interfaces.decisions import write_export

    count = write_export(_records(), file)
    if OPTIONS.json:
        write_json({"exported": count})
    else:
        write(f"{count} record{'' if count == 1 else 's'} written")
    return NOTHING_FOUND


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="File of JSON Lines that export wrote.")],
    reason: Annotated[str, typer.Option(help="Why, for the audit chain.")] = "import",
    by: By = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Take in the records of an export, all or none; records that are there already change nothing."""
    from enduse.interfaces.decisions import actor, import_export
    from enduse.interfaces.fields import Place, text

    why = text(reason, Place("--reason"), required=True, several_lines=True)
    who = text(actor(by), Place("--by"), required=True)
    done = import_export(file, store_place(), by=who, reason=why, now=dt.datetime.now(tz=dt.UTC))
    if OPTIONS.json:
        write_json({"imported": done.added, "known": done.known})
    else:
        write(f"{done.added} record{'' if done.added == 1 else 's'} imported, {done.known} known already")
    return NOTHING_FOUND


def _records() -> Sequence[Decision]:
    from enduse.store import open_store, store_exists

    if not store_exists(store_place()):
        return ()
    with open_store(store_place(), create=False) as store:
        return store.decisions.all()


def _line(record: Decision) -> str:
    from enduse.model.decision import stamp

    asked = record.name or ", ".join(dict(record.evidence.query).get("identifiers", ()))
    pair = f"{_one_line(asked)} / {_one_line(record.party_name)} [{record.party_id}]"
    return f"{record.id[:12]}  {record.verdict.value:<9}  {stamp(record.at)}  {record.by}  {pair}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
