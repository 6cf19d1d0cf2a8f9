"""``enduse serve``."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from enduse.interfaces.cli.context import DataDir, Json, NoColor, data_dir, tell
from enduse.model.errors import BadInput

NEEDED = (
    *("fastapi", "uvicorn", "pydantic_settings", "structlog", "prometheus_client", "argon2", "authlib"),
    *("cryptography", "jinja2", "multipart"),
)


def serve(
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on (127.0.0.1); others can reach it only where there are users."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on (8000); 0 takes a free one.", min=0, max=65_535)
    ] = None,
    starter: Annotated[bool, typer.Option("--starter", help="Accept the embedded listings as coverage.")] = False,
    data_directory: DataDir = None,
    json: Json = False,
    no_color: NoColor = False,
) -> int:
    """Serve the pages and the API over HTTP (see docs/operations.md), until interrupted. Needs the extra "api"."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise BadInput(f"the server needs {' and '.join(missing)}", remedy="pip install 'enduse[api]'")
    from enduse.interfaces.service.run import serve as serve_until_interrupted  # heavy, and an extra
    from enduse.interfaces.service.settings import read_settings

    settings = read_settings(data_dir(), host=host, port=port, starter=starter or None)
    try:
        serve_until_interrupted(settings, tell)
    except KeyboardInterrupt:
        # Interrupting is how a server is ended.
        return 0
    return 0
