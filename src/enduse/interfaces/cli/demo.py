"""``enduse demo``: five situations on the embedded data."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, OPTIONS, DataDir, Json, NoColor, write, write_json


def demo(
    full: Annotated[bool, typer.Option("--full", help="Show every assessment as its whole page.")] = False,
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Walk through five real situations on the embedded data."""
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
