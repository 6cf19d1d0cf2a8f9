"""``enduse exchange adopt``, ``adoptions``, ``end-adoption``: what others publish, taken over with a standing."""

from __future__ import annotations

from typing import Annotated

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, OPTIONS, DataDir, Json, NoColor, tell, write, write_json
from enduse.interfaces.cli.exchange_node import As, node_ground, told


def add_to(app: typer.Typer) -> None:
    """Put these commands into the group."""
    app.command("adopt")(adopt)
    app.command("adoptions")(adoptions)
    app.command("end-adoption")(end_adoption)


def adopt(
    what: Annotated[
        str, typer.Argument(help="MEMBER/PATH as `held` lists it (us/listings/el.jsonl), or an act: coalition/echri.")
    ],
    standing: Annotated[str, typer.Option(help="information, guidance (a red flag) or law (acts in every check).")],
    since: Annotated[str, typer.Option("--from", help="First day.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_login: As,
    effect: Annotated[
        str, typer.Option(help="Law: what a listing, or a review, does here: prohibit, require_licence or review.")
    ] = "",
    citation: Annotated[str, typer.Option(help="Law: the own act that adopts it, as it can be looked up.")] = "",
    url: Annotated[str, typer.Option(help="Where that act can be read.")] = "",
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Adopt a list or rulebook of another member, or guidance at hand; needs the role that approves rules."""
    with node_ground() as ground:
        from enduse.interfaces.exchange.adopting import Adoptions, document
        from enduse.model.time import parse_date

        one = Adoptions(ground.node).adopt(
            what,
            standing,
            parse_date(since, where="--from"),
            by=ground.approver(as_login),
            reason=reason,
            effect=effect,
            citation=citation,
            url=url,
        )
        found = document(one, ground.node.now().date())
    by = f", by the rulebook {found['rulebook']}" if found["rulebook"] else ""
    return told(found, f"{what}: {standing} here from {since}{by}")


def adoptions(data_directory: DataDir = None, json: Json = False, no_color: NoColor = False) -> int:
    """What this node has adopted, ended ones too: with which standing, from when to when, by whom and why."""
    with node_ground() as ground:
        from enduse.interfaces.exchange.adopting import Adoptions, document

        today = ground.node.now().date()
        found = [document(one, today, record) for one, record in Adoptions(ground.node).all()]
    if OPTIONS.json:
        write_json(found)
        return NOTHING_FOUND
    for one in found:
        does = f", {one['effect']}" if one["effect"] else ""
        days = f"from {one['since']}" + (f" to {one['until']}" if one["until"] else "")
        write(f"{one['what']}  {one['standing']}{does}  {days}  {one['citation']}")
        write(f"      {one['actor']}: {one['reason']}")
    tell(f"{len(found)} adopted")
    return NOTHING_FOUND


def end_adoption(
    what: Annotated[str, typer.Argument(help="What was adopted.")],
    on: Annotated[str, typer.Option(help="First day on which it holds no more; today or later.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_login: As,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Let an adoption end on a day; what it did until then stays as it was."""
    with node_ground() as ground:
        from enduse.interfaces.exchange.adopting import Adoptions, document
        from enduse.model.time import parse_date

        one = Adoptions(ground.node).end(
            what, parse_date(on, where="--on"), by=ground.approver(as_login), reason=reason
        )
        found = document(one, ground.node.now().date())
    return told(found, f"{what}: ends on {on}")
