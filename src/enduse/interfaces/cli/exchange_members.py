"""``enduse exchange keys`` and ``enduse exchange membership``: who we are, and who takes part."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, OPTIONS, DataDir, Json, NoColor, write, write_json
from enduse.interfaces.cli.exchange_node import node_ground, operator, read_file, told, write_file
from enduse.model.errors import BadInput

if TYPE_CHECKING:
    from enduse.exchange.membership import Membership

keys_app = typer.Typer(help="Keys of this node.", no_args_is_help=True)
membership_app = typer.Typer(help="The signed document that says who takes part.", no_args_is_help=True)


# --- keys


@keys_app.command("show")
def keys_show(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """The public halves of the node's keys, newest first."""
    with node_ground() as ground:
        ring = ground.node.ring()
        found = {
            "signing": [{"id": one.id, "public": one.public} for one in ring.signing],
            "sealing": [{"id": one.id, "public": one.public} for one in ring.sealing],
        }
    if OPTIONS.json:
        write_json(found)
        return NOTHING_FOUND
    for use, several in found.items():
        for one in several:
            write(f"{use}  {one['id']}  {one['public']}")
    return NOTHING_FOUND


@keys_app.command("rotate")
def keys_rotate(
    signing: Annotated[bool, typer.Option("--signing", help="A new key to sign with.")] = False,
    sealing: Annotated[bool, typer.Option("--sealing", help="A new key to unseal with.")] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Make new keys; they count once a version of the membership document names them (membership change --own-keys)."""
    if not (signing or sealing):
        raise BadInput("no kind of key is named", remedy="--signing, --sealing or both")
    with node_ground() as ground:
        from enduse.interfaces.exchange import keyfiles

        ring = keyfiles.rotate(ground.node.data, signing=signing, sealing=sealing)
        found = {"signing": ring.signing[0].id, "sealing": ring.sealing[0].id}
    return told(found, f"signs with {found['signing'][:16]}, unseals with {found['sealing'][:16]}")


# --- membership


@membership_app.command("entry")
def membership_entry(
    name: Annotated[str, typer.Option(help="Name of the member.")],
    state: Annotated[str, typer.Option(help="ISO code of its state.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    url: Annotated[str, typer.Option(help="Where the node listens to others; empty where it is not on line.")] = "",
    group: Annotated[list[str] | None, typer.Option("--group", help="Regime or union (repeatable).")] = None,
    path: Annotated[
        list[str] | None, typer.Option("--publishes", help="Path that it may publish (repeatable).")
    ] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Write this node's entry for the membership document: its keys, and the first root of its publications."""
    with node_ground() as ground:
        from enduse.exchange.membership import entry
        from enduse.interfaces.exchange.node import FOLDER
        from enduse.interfaces.exchange.transport import checked_url
        from enduse.model.codec import canonical_json, to_plain

        node = ground.node
        root = node.data / FOLDER / "publication" / "metadata" / "1.root.json"
        made = entry(
            node.me,
            name,
            state,
            node.ring(),
            node.now(),
            url=checked_url(url) if url else "",
            groups=group or (),
            publishes=path or (),
            root=root.read_text("utf-8") if root.is_file() else "",
        )
        write_file(out, canonical_json(to_plain(made)))
    return told({"member": made.id, "file": str(out)}, f"{made.id}: {out}")


@membership_app.command("draft")
def membership_draft(
    entries: Annotated[list[Path], typer.Argument(help="Entries of the founding members.")],
    coalition: Annotated[str, typer.Option(help="Name of the coalition.")],
    threshold: Annotated[int, typer.Option(help="How many sign each later version.", min=1)],
    out: Annotated[Path, typer.Option(help="File to write.")],
    recovery: Annotated[int, typer.Option(help="How many sign where keys were lost (one more).", min=0)] = 0,
    days: Annotated[int, typer.Option(help="How long it counts.", min=1, max=3_650)] = 365,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Write the first version, signed by this node; every other member signs it too (membership sign)."""
    with node_ground() as ground:
        from enduse.exchange.membership import Member, Membership, signed
        from enduse.exchange.strict import read_as, read_json
        from enduse.model.decision import stamp

        members = tuple(read_as(Member, read_json(read_file(one), str(one)), str(one)) for one in entries)
        now = ground.node.now()
        document = Membership(
            coalition=coalition,
            version=1,
            issued=stamp(now),
            expires=stamp(now + dt.timedelta(days=days)),
            threshold=threshold,
            recovery=recovery or min(threshold + 1, len(members)),
            governors=tuple(one.id for one in members),
            members=members,
        )
        write_file(out, signed(document, ground.node.ring().signing[:1]))
    return _document(document, out)


@membership_app.command("change")
def membership_change(
    out: Annotated[Path, typer.Option(help="File to write.")],
    add: Annotated[list[Path] | None, typer.Option("--add", help="Entry of who joins (repeatable).")] = None,
    leave: Annotated[list[str] | None, typer.Option("--leave", help="Id of who leaves today (repeatable).")] = None,
    own_keys: Annotated[bool, typer.Option("--own-keys", help="Name this node's newest keys.")] = False,
    revoke: Annotated[list[str] | None, typer.Option("--revoke", help="Key of ours that others have.")] = None,
    recover: Annotated[
        list[Path] | None, typer.Option("--recover", help="Entry with new keys of who lost them.")
    ] = None,
    days: Annotated[int, typer.Option(help="How long it counts.", min=1, max=3_650)] = 365,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Write the next version, signed by this node; it counts once enough others have signed it."""
    with node_ground() as ground:
        from enduse.interfaces.exchange.changes import changed

        node = ground.node
        read = [read_file(one) for one in add or ()], [read_file(one) for one in recover or ()]
        document, blob = changed(
            node,
            joining=read[0],
            leaving=leave or (),
            own_keys=own_keys,
            revoked=revoke or (),
            recovered=read[1],
            days=days,
        )
        write_file(out, blob)
    return _document(document, out)


@membership_app.command("sign")
def membership_sign(
    file: Annotated[Path, typer.Argument(help="A version of the document.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Add this node's signatures, with its newest key and the one before, to a version that was read first."""
    with node_ground() as ground:
        from enduse.exchange.membership import countersigned, read_signed

        blob = read_file(file)
        document = read_signed(blob).document
        write_file(out, countersigned(blob, ground.node.ring().signing[:2]))
    return _document(document, out)


@membership_app.command("trust")
def membership_trust(
    file: Annotated[Path, typer.Argument(help="A version of the document with its signatures.")],
    sha256: Annotated[str, typer.Option(help="Hash of the first version, compared by other means.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Take a version: the first by its hash, the next ones by their signatures."""
    with node_ground() as ground:
        document = ground.node.trust(read_file(file), sha256=sha256, by=operator())
    return _document(document, None)


@membership_app.command("show")
def membership_show(
    file: Annotated[Path | None, typer.Argument(help="A version; the one that is trusted where none is named.")] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Members, groups, keys and who has signed."""
    with node_ground() as ground:
        from enduse.exchange.membership import read_signed
        from enduse.model.codec import to_plain

        blob = read_file(file) if file is not None else ground.node.version(ground.node.membership().version)
        assert blob is not None
        found = read_signed(blob)
    document = found.document
    if OPTIONS.json:
        write_json({**to_plain(document), "sha256": document.sha256, "signed_by": sorted(found.signed_by)})
        return NOTHING_FOUND
    write(f"{document.coalition} version {document.version}, {document.issued} to {document.expires}")
    write(f"hash {document.sha256}; {document.threshold} of {', '.join(document.governors)} sign a version")
    for one in document.members:
        left = f", left {one.left}" if one.left else ""
        mark = "signed" if one.id in found.signed_by else "not signed"
        write(f"  {one.id:<6} {one.name} ({one.state}; {', '.join(one.groups) or 'no group'}), {mark}{left}")
        write(f"         may publish: {', '.join(one.publishes) or 'nothing'}")
    return NOTHING_FOUND


def _document(document: Membership, out: Path | None) -> int:
    found = {"version": document.version, "sha256": document.sha256, "file": str(out) if out else None}
    return told(found, f"version {document.version}, hash {document.sha256}" + (f": {out}" if out else ""))
