"""``enduse serve``."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from enduse.interfaces.cli.context import DataDir, Json, NoColor, data_dir, store_place, tell
from enduse.model.errors import BadInput


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; of this machine alone.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65_535)] = 8000,
    starter: Annotated[bool, typer.Option("--starter", help="Accept the embedded listings as coverage.")] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Answer over HTTP in the shapes of yente (see docs/api.md), until interrupted. Needs the extra "api"."""
    import datetime as dt

    missing = [name for name in ("fastapi", "uvicorn") if find_spec(name) is None]
    if missing:
        raise BadInput(f"the server needs {' and '.join(missing)}", remedy="pip install 'enduse[api]'")
    from enduse.interfaces.api.serve import serve as serve_until_interrupted  # heavy, and an extra

    try:
        serve_until_interrupted(
            data_dir(),
            store=store_place(),
            host=host,
            port=port,
            accept_starter=starter,
            clock=lambda: dt.datetime.now(tz=dt.UTC).date(),
            tell=tell,
        )
    except KeyboardInterrupt:
        # Interrupting is how a server is ended.
        return 0
    return 0
