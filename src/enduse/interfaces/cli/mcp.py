"""``enduse mcp``."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from enduse.interfaces.cli.context import DataDir, Json, NoColor, data_dir, store_place
from enduse.model.errors import BadInput


def mcp(
    starter: Annotated[bool, typer.Option("--starter", help="Accept the embedded listings as coverage.")] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Answer an agent over standard input and output (Model Context Protocol; docs/mcp.md). Needs the extra "mcp"."""
    import datetime as dt

    if find_spec("mcp") is None:
        raise BadInput("the server needs mcp", remedy="pip install 'enduse[mcp]'")
    from enduse.interfaces.mcp.server import serve  # heavy, and an extra
    from enduse.interfaces.mcp.tools import Desk

    serve(
        Desk(
            data_dir(),
            store=store_place(),
            accept_starter=starter,
            clock=lambda: dt.datetime.now(tz=dt.UTC).date(),
        )
    )
    return 0
