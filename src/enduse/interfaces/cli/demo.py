"""``enduse demo``: five situations on the embedded data; stories on real stores: ``licensing``, ``designation``,
``coalition``."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, OPTIONS, DataDir, Json, NoColor, write, write_json
from enduse.model.errors import BadInput


def demo(
    what: Annotated[
        str,
        typer.Argument(
            help="situations (five transactions), licensing (two cases from draft to end), designation (from a "
            "report of abuse to a listing, a partner's alert, a petition and a removal), or coalition (three nodes)."
        ),
    ] = "situations",
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep", help="licensing, designation, coalition: a new folder in which stores and accounts stay."
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show every assessment as its whole page.")] = False,
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Walk through five real situations on the embedded data, two licensing cases, a designation, or three nodes."""
    if what in ("licensing", "designation"):
        return _played(what, keep)
    if what == "coalition":
        return _coalition(keep)
    if what != "situations" or keep is not None:
        raise BadInput(
            f"no demonstration {what[:40]!r} with these options",
            remedy="situations, licensing, designation or coalition [--keep DIR]",
        )
    from enduse.interfaces.cli.render import assessment_page, short_answer
    from enduse.interfaces.demo import situations
    from enduse.interfaces.documents import assessment_document

    documents = []
    for number, situation in enumerate(situations(), start=1):
        if not OPTIONS.json:
            write(f"{'=' * 100}\n{number}. {situation.title}\n{'=' * 100}\n{situation.why}\n")
        for step, (label, found) in enumerate(situation.assessments()):
            documents.append({"situation": situation.title, "variant": label, "assessment": assessment_document(found)})
            if OPTIONS.json:
                continue
            last = step == len(situation.variants) - 1
            if len(situation.variants) > 1:
                write(f"--- {label} " + "-" * max(3, 95 - len(label)))
            write(assessment_page(found) if full or last else short_answer(found))
    if OPTIONS.json:
        write_json(documents)
    else:
        write("\n".join(_next()))
    return NOTHING_FOUND


def _played(what: str, keep: Path | None) -> int:
    from importlib import import_module

    play = import_module(f"enduse.interfaces.demo.{what}").play
    _refuse_used(keep)
    lines: list[str] = []
    say = lines.append if OPTIONS.json else write
    with tempfile.TemporaryDirectory() as folder:
        place = keep or Path(folder) / "data"
        stage = play(place, say, dt.datetime.now(tz=dt.UTC))
        stage.stores.close()
    if OPTIONS.json:
        accounts = stage.passwords if keep is not None else {}
        write_json({"steps": lines, "data_dir": str(keep) if keep else None, "passwords": accounts})
        return NOTHING_FOUND
    if keep is None:
        write("\nThe store is gone. With --keep DIR it stays, so that you can click along in the browser.")
        return NOTHING_FOUND
    write(f"\nClick along: enduse serve --starter --data-dir {keep}, then sign in at http://127.0.0.1:8000/login as")
    if not stage.passwords:
        write("  nobody yet: the accounts have no passwords without the extra (pip install 'enduse[api]')")
    for login, password in stage.passwords.items():
        write(f"  {login:<18} {password}")
    write("These passwords were made now and are shown this once; the store keeps their hashes alone.")
    for line in stage.also:
        write(line)
    return NOTHING_FOUND


def _refuse_used(keep: Path | None) -> None:
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise BadInput("the folder is not empty", where=str(keep), remedy="name a new one")


def _coalition(keep: Path | None) -> int:
    from enduse.interfaces.cli.exchange_node import need_extra

    need_extra()
    from enduse.interfaces.demo.coalition import play  # heavy, and an extra

    _refuse_used(keep)
    lines: list[str] = []
    say = lines.append if OPTIONS.json else write
    with tempfile.TemporaryDirectory() as folder:
        found = play(keep or Path(folder) / "nodes", say, dt.datetime.now(tz=dt.UTC), keep=keep is not None)
    if OPTIONS.json:
        write_json({"steps": lines, "folder": str(keep) if keep else None, **found})
        return NOTHING_FOUND
    if keep is None:
        write("\nThe nodes have ended, and their stores are gone. With --keep DIR they stay, for the browser:")
        write("/exchange (members, inbox, outbox, due, publications), /licensing and /audit in each of them.")
        return NOTHING_FOUND
    write("\nThe nodes have ended. Serve one after the other, sign in at /login, and look, in")
    for line in _LOOK:
        write(f"  {line}")
    for name, passwords in found["passwords"].items():
        write(f"  {name}: enduse serve --starter --data-dir {keep / name}")
        for login in ("officer", "consultation", "auditor", "delta.export"):
            if login in passwords:
                write(f"      {login:<14} {passwords[login]}")
    write("These passwords were made now and are shown this once; the stores keep their hashes alone.")
    return NOTHING_FOUND


_LOOK = (
    "nl: /exchange/outbox (the denial, with FR's receipt), /exchange/inbox (FR's question, and why it granted),",
    "    /exchange/due (answered in time), /exchange/publications (US's list, theirs)",
    "fr: /exchange/inbox (the denial: handling, origin, what rests on it), /exchange/denials, /licensing (the grant)",
    "us: /exchange (members, keys), /exchange/inbox (empty: it may know of none of it), /audit",
)


def _next() -> tuple[str, ...]:
    """How to go on in a browser, as far as this installation can."""
    program = sys.argv[0] if Path(sys.argv[0]).name == "enduse" else "enduse"
    served = f"{program} serve --starter"
    missing = [name for name in ("fastapi", "jinja2", "uvicorn") if find_spec(name) is None]
    first = f"pip install 'enduse[api]', then {served}" if missing else served
    return (
        "Next, in a browser:",
        f"  {first}",
        "  and open http://127.0.0.1:8000/ : a form that asks what the law needs to know, and a cited answer.",
    )
