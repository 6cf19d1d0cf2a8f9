"""``enduse exchange inbox``, ``read``, ``answer``, ``extend``, ``consent``, ``send``, ``recall``, bundles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, OPTIONS, DataDir, Json, NoColor, tell, write, write_json
from enduse.interfaces.cli.exchange_node import As, node_ground, read_file, told, write_file
from enduse.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from enduse.exchange.handling import Handling
    from enduse.exchange.notices import Notice
    from enduse.interfaces.exchange.desk import ExchangeDesk, Shown

Types = Annotated[list[str] | None, typer.Option("--type", help="Only notices of this type (repeatable).")]
To = Annotated[list[str], typer.Option("--to", help="Member that is told (repeatable).")]


def add_to(app: typer.Typer) -> None:
    """Put these commands into the group."""
    for command in (inbox, outbox, due, read, answer, extend, consent, send, recall, export):
        app.command(command.__name__)(command)
    app.command("import")(import_bundle)


def inbox(
    as_login: As, types: Types = None, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False
) -> int:
    """What other members told, newest first, as far as an account may read it."""
    with node_ground() as ground:
        found = ground.desk(as_login).inbox(types or ())
    return _listed(found)


def outbox(
    as_login: As, types: Types = None, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False
) -> int:
    """What this node told others, newest first, as far as an account may read it."""
    with node_ground() as ground:
        found = ground.desk(as_login).outbox(types or ())
    return _listed(found)


def due(as_login: As, data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """Questions of other members that wait for an answer, with the last day for it."""
    with node_ground() as ground:
        found = ground.desk(as_login).due(ground.node.now().date())
    return _listed(found)


def read(
    notice: Annotated[str, typer.Argument(help="Id of the notice.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """A notice as it was signed; the reading is put on record."""
    from enduse.interfaces.api.holdings import NotHeld

    with node_ground() as ground:
        try:
            found = ground.desk(as_login).read(notice)
        except NotHeld as error:
            raise BadInput(error.problem, where=notice[:64], remedy=error.remedy) from None
    write_json(found)
    return NOTHING_FOUND


def answer(
    notice: Annotated[str, typer.Argument(help="Id of the question.")],
    says: Annotated[str, typer.Argument(help="yes (identical, or we object) or no.")],
    reasons: Annotated[str, typer.Option(help="Why.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Answer a question of another member."""
    made = _done(as_login, notice, lambda desk: desk.answer(notice, says, reasons))
    return told({"id": made.id}, f"answered: {made.id}")


def send(
    type_id: Annotated[str, typer.Argument(metavar="TYPE", help="risk_alert, listing_alert, best_practice, ...")],
    file: Annotated[Path, typer.Argument(help="Content: a JSON object with the fields of the type.")],
    to: To,
    as_login: As,
    handling: Annotated[str, typer.Option(help="PUBLIC, PARTNER, or REGIME-PRIVILEGED:GROUP.")] = "PARTNER",
    orcon: Annotated[bool, typer.Option("--orcon", help="Passing it on needs our consent.")] = False,
    no_commercial: Annotated[
        bool, typer.Option("--no-commercial-use", help="Nothing of it may reach an exporter.")
    ] = False,
    expires: Annotated[str, typer.Option(help="Moment from which it does nothing: 2026-03-02T09:00:00Z.")] = "",
    answers: Annotated[str, typer.Option(help="Id of the notice that it answers.")] = "",
    rests_on: Annotated[
        list[str] | None, typer.Option("--rests-on", help="Id of a notice that it was made of (repeatable).")
    ] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Tell other members something; what each type holds is in docs/coalition.md."""
    with node_ground() as ground:
        from enduse.exchange.strict import read_json

        content = read_json(read_file(file), file.name)
        if not isinstance(content, dict):
            raise BadInput("no object", where=file.name)
        made = ground.desk(as_login).send(
            type_id,
            to,
            _handling(handling, to, orcon=orcon, no_commercial=no_commercial),
            content,
            expires=expires,
            correlates_to=answers,
            rests_on=tuple(rests_on or ()),
        )
    return told({"id": made.id, "handling": str(made.handling)}, f"{made.handling}: {made.id}")


def recall(
    notice: Annotated[str, typer.Argument(help="Id of a notice of ours.")],
    reason: Annotated[str, typer.Option(help="Why it no longer holds.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Take a notice back, by a new one to all who were told."""
    made = _done(as_login, notice, lambda desk: desk.recall(notice, reason))
    return told({"id": made.id}, f"recalled by {made.id}")


def extend(
    notice: Annotated[str, typer.Argument(help="Id of the question.")],
    reason: Annotated[str, typer.Option(help="Why more time is needed.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Ask for more time to answer a question, once."""
    made = _done(as_login, notice, lambda desk: desk.more_time(notice, reason))
    return told({"id": made.id}, f"asked for more time: {made.id}")


def consent(
    notice: Annotated[str, typer.Argument(help="Id of the release_request.")],
    as_login: As,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="Member to whom it may pass (repeatable); all that were asked for.")
    ] = None,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Consent that a notice of ours is passed on, as a member asked."""
    made = _done(as_login, notice, lambda desk: desk.consent(notice, to or ()))
    return told({"id": made.id, "to": list(made.content["to"])}, f"it may pass to {', '.join(made.content['to'])}")


def _done(as_login: str, notice: str, act: Callable[[ExchangeDesk], Notice]) -> Notice:
    from enduse.interfaces.api.holdings import NotHeld

    with node_ground() as ground:
        try:
            return act(ground.desk(as_login))
        except NotHeld as error:
            raise BadInput(error.problem, where=notice[:64], remedy=error.remedy) from None


def export(
    peer: Annotated[str, typer.Argument(help="Id of the member.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Write what a member is to be told, and acknowledgements, as a file for a node that is not on line."""
    with node_ground() as ground:
        from enduse.interfaces.exchange.bundle import pack

        content = pack(ground.node, peer)
    write_file(out, content)
    return told({"file": str(out), "bytes": len(content)}, f"{len(content):,} bytes: {out}")


def import_bundle(
    file: Annotated[Path, typer.Argument(help="A file of another member's export.")],
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Take such a file: letters, acknowledgements, versions of the membership document."""
    with node_ground() as ground:
        from enduse.interfaces.exchange.bundle import unpack
        from enduse.model.codec import to_plain

        found = unpack(ground.node, read_file(file))
        acted = ground.mail.act()
    document = {**to_plain(found, keep_empty=True), "applied": acted.applied, "problems": acted.problems}
    for why in (*found.rejected, *acted.problems):
        tell(why)
    return told(
        document, f"{found.taken} letters are new, {found.again} came before, {found.settled} of ours acknowledged"
    )


def _handling(level: str, to: Sequence[str], *, orcon: bool, no_commercial: bool) -> Handling:
    from enduse.exchange.handling import Handling, partner, regime

    name, _, group = level.partition(":")
    if name == "PARTNER" and not group:
        return partner(*to, orcon=orcon, no_commercial=no_commercial)
    if name == "REGIME-PRIVILEGED" and group:
        return regime(group, orcon=orcon, no_commercial=no_commercial)
    if level == "PUBLIC":
        return Handling(orcon=orcon, no_commercial=no_commercial)
    raise BadInput(
        f"{level[:40]!r} is no handling", where="--handling", remedy="PUBLIC, PARTNER, REGIME-PRIVILEGED:GROUP"
    )


def _listed(found: Sequence[Shown]) -> int:
    if OPTIONS.json:
        from enduse.model.codec import to_plain

        write_json([to_plain(one, keep_empty=True) for one in found])
        return NOTHING_FOUND
    for one in found:
        waits = f"  due {one.due} ({one.stands})" if one.due else ""
        write(f"{one.at}  {one.peer:<4} {one.seq:>4}  {one.type}  {one.handling}  {one.state}{waits}  {one.id[:16]}")
        if one.problem:
            write(f"      {one.problem}")
    tell(f"{len(found)} notice{'s' * (len(found) != 1)}")
    return NOTHING_FOUND
