"""``enduse verify``: run determination cases with expected outcomes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from enduse.interfaces.cli.context import NOTHING_FOUND, OPTIONS, RESTRICTED, DataDir, Json, NoColor, write, write_json


def verify(
    files: Annotated[list[Path], typer.Argument(help="Case files (see conformance/).")],
    data_dir: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Run determination cases; exit 1 when one is missed."""
    from enduse.interfaces.verify import verify_files
    from enduse.model.codec import to_plain

    summary = verify_files(files)
    if OPTIONS.json:
        write_json([to_plain(result, keep_empty=True) for result in summary.results])
    else:
        for result in summary.results:
            if result.verdict != "passed":
                write(result.line())
        write(summary.line())
    return RESTRICTED if summary.count("missed") else NOTHING_FOUND
