"""``enduse exchange``: a node of the coalition at the machine: publications, letters, everything it does by itself."""

from __future__ import annotations

import contextlib
import json as plain_json
from pathlib import Path
from typing import Annotated, Any

import typer

from enduse.interfaces.cli import exchange_adopting, exchange_letters
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
from enduse.interfaces.cli.exchange_members import keys_app, membership_app
from enduse.interfaces.cli.exchange_node import Starter, node_ground, operator, read_file, told
from enduse.model.errors import BadInput, OperationFailed

app = typer.Typer(
    help="The coalition: who takes part, what is published, what governments tell each other.", no_args_is_help=True
)
publish_app = typer.Typer(help="Publish to the other members.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
app.add_typer(membership_app, name="membership")
app.add_typer(publish_app, name="publish")
exchange_letters.add_to(app)
exchange_adopting.add_to(app)


# --- the node


@app.command()
def init(
    member: Annotated[str, typer.Argument(help="Id of the member: nl.")],
    authority: Annotated[str, typer.Option(help="Licensing authority whose cases call for letters.")] = "",
    publishes: Annotated[bool, typer.Option("--publishes", help="Make keys and a folder of publications.")] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Make the node: its keys, and an empty publication where it publishes."""
    with node_ground() as ground:
        ground.node.init(member, authority=authority, publishes=publishes)
        ring = ground.node.ring()
        found = {"member": member, "signing": ring.signing[0].id, "sealing": ring.sealing[0].id}
    return told(found, f"{member}: signs with {found['signing'][:16]}, unseals with {found['sealing'][:16]}")


@app.command()
def status(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """The members, what waits for each, how fresh their publications are, and what could not be told."""
    with node_ground() as ground:
        node = ground.node
        document, letters = node.membership(), node.stores.need().letters
        waiting, now = letters.waiting(), node.now()
        members = [
            {
                "id": one.id,
                "name": one.name,
                "groups": list(one.groups),
                "url": one.url,
                "waiting": waiting.get(one.id, 0),
                "publication": plain_json.loads(letters.mark(f"publication:{one.id}") or "{}"),
            }
            for one in document.active(now)
            if one.id != node.me
        ]
        found: dict[str, Any] = {
            "member": node.me,
            "coalition": document.coalition,
            "version": document.version,
            "expires": document.expires,
            "members": members,
            "not_told": ground.mail.blocked(),
        }
    if OPTIONS.json:
        write_json(found)
        return NOTHING_FOUND
    write(f"{found['member']} of {found['coalition']}, version {found['version']}, until {found['expires']}")
    for member in members:
        seen = member["publication"]
        fresh = seen.get("problem") or (f"publication fresh to {seen['fresh_to']}" if seen else "no publication seen")
        write(f"  {member['id']:<6} {member['name']}: {member['waiting']} letters wait; {fresh}")
    for place, why in found["not_told"].items():
        write(f"  not told ({place}): {why}")
    return NOTHING_FOUND


@app.command()
def sync(
    starter: Starter = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Everything that a node does by itself, once; exit 1 when screening again found something. Run it from a timer."""
    with node_ground(starter=starter) as ground:
        ground.node.renew()
        done, screened = ground.sync()
    found = {
        "versions": done.versions,
        "called": done.called,
        "delivered": done.delivered,
        "unreachable": done.unreachable,
        "published": [list(one) for one in done.published],
        "refused": done.refused,
        "applied": done.acted.applied,
        "problems": done.acted.problems,
        "hits": [[case, hit.party, hit.listed_name, hit.list_id] for case, hit in screened.found] if screened else [],
    }
    code = RESTRICTED if found["hits"] else NOTHING_FOUND
    if OPTIONS.json:
        write_json(found)
        return code
    for version in done.versions:
        write(f"membership version {version}")
    for member, count in done.delivered.items():
        write(f"{member}: {count} letter{'s' * (count != 1)} delivered")
    for member, path, result in done.published:
        write(f"{member}: {path}: {result}")
    for case, hit in screened.found if screened else ():
        write(f"{case}: {hit.party} may be {hit.listed_name} ({hit.list_id}), hit {hit.id}")
    for member, why in (*done.unreachable.items(), *done.refused.items()):
        tell(f"{member}: {why}")
    for problem in done.acted.problems:
        tell(problem)
    came = sum(done.acted.applied.values())
    tell(f"{done.called} notices called for, {sum(done.delivered.values())} letters delivered, {came} had effect")
    return code


@app.command()
def repair(
    member: Annotated[list[str] | None, typer.Argument(help="Members; all where none is named.")] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """After an older backup was restored: have back from others what they hold of ours; run `sync` then."""
    found: dict[str, Any] = {}
    with node_ground() as ground:
        others = {one.id: one for one in ground.node.others()}
        for name in member or sorted(others):
            if name not in others:
                raise BadInput(f"{name[:30]!r} is no other member", where="MEMBER", remedy=", ".join(sorted(others)))
            try:
                back, moved = ground.node.repair(others[name], operator())
                found[name] = {"put_back": back, "moved": moved, "problem": ""}
            except OperationFailed as error:
                found[name] = {"put_back": 0, "moved": 0, "problem": str(error)}
    if OPTIONS.json:
        write_json(found)
    for name, one in found.items() if not OPTIONS.json else ():
        write(f"{name}: {one['problem'] or str(one['put_back']) + ' put back, ' + str(one['moved']) + ' moved'}")
    if any(one["problem"] for one in found.values()):
        raise OperationFailed("not every member gave back what it holds", remedy="run it again when they are on line")
    return NOTHING_FOUND


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; put TLS before it for other machines.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65_535)] = 8100,
    starter: Starter = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Listen to other nodes, until interrupted: letters, the membership document, the publication."""
    with node_ground(starter=starter) as ground:
        from enduse.interfaces.exchange.run import serve as listen  # heavy, and an extra

        with contextlib.suppress(KeyboardInterrupt):
            listen(ground, host, port, tell)
    return NOTHING_FOUND


# --- publications


@publish_app.command("list")
def publish_list(
    source: Annotated[str, typer.Option(help="Source of lists that is on file: us_bis.")],
    list_id: Annotated[str, typer.Option("--list", help="List of it: EL.")],
    title: Annotated[str, typer.Option(help="What it is.")],
    name: Annotated[str, typer.Option("--name", help="What it is called there; as here where empty.")] = "",
    standing: Annotated[str, typer.Option(help="law or guidance, where it is published.")] = "law",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Publish the newest edition of a list that is on file here."""
    if standing not in ("law", "guidance"):
        raise BadInput(f"{standing[:40]!r} is no standing of a list", where="--standing", remedy="law, guidance")
    with node_ground() as ground:
        path = ground.node.publish_list(
            source, list_id, name=name or list_id, title=title, standing=standing, by=operator()
        )
    return told({"path": path}, f"published {path}")


@publish_app.command("file")
def publish_file(
    path: Annotated[str, typer.Argument(help="Where: rulebooks/NAME.yaml, practice/NAME.md, statistics/NAME.csv.")],
    file: Annotated[Path, typer.Argument(help="What.")],
    title: Annotated[str, typer.Option(help="What it is.")],
    standing: Annotated[str, typer.Option(help="law, guidance or draft, where it is published.")] = "guidance",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Publish a rulebook, a profile, good practice or statistics, for others to read."""
    with node_ground() as ground:
        edition = ground.node.now().date().isoformat()
        custom = {"title": title, "standing": standing, "edition": edition}
        ground.node.publish(path, read_file(file), custom, by=operator())
    return told({"path": path}, f"published {path}")


@publish_app.command("renew")
def publish_renew(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Sign anew what runs out, as `sync` does; what nobody renews counts as frozen after three days."""
    with node_ground() as ground:
        ground.node.renew()
    return told({"renewed": True}, "renewed")


@app.command("held")
def held(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """What others have published, as it is held here, and whose it is."""
    with node_ground() as ground:
        found = [dict(one.content) for one in ground.node.held()]
    if OPTIONS.json:
        write_json(found)
        return NOTHING_FOUND
    for one in found:
        there = f"{one.get('said_title', '')} ({one.get('said_standing', 'no standing')} there)"
        write(
            f"{one['publisher']}  {one['path']}  {there}, edition {one.get('said_edition', '?')}, "
            f"snapshot {one['snapshot']}: {one['result']}"
        )
    tell(f"{len(found)} files of other members: theirs; what of it counts here, enduse exchange adoptions says")
    return NOTHING_FOUND
