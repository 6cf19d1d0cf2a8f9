"""``enduse lists``."""

from __future__ import annotations

import typer

app = typer.Typer(help="Restricted-party lists: sync, status, show, diff.", no_args_is_help=True)
