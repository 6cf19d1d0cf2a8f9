"""Runs the application on a loopback address."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from enduse.interfaces.api.app import create_app
from enduse.interfaces.api.holdings import Holdings
from enduse.model.errors import BadInput, OperationFailed


def serve(
    data_dir: Path,
    *,
    store: Path | str | None,
    host: str,
    port: int,
    accept_starter: bool,
    clock: Callable[[], dt.date],
    tell: Callable[[str], None],
) -> None:
    """Serve until interrupted.

    Args:
        store: where decisions on hits may be recorded; answers say that they are not applied.
        host: an address of this machine alone.
        port: 0 for any that is free.
        clock: the civil date.
        tell: is told where the server listens.

    Raises:
        BadInput: the address can be reached from elsewhere.
        OperationFailed: the port is taken, or may not be used.
    """
    _only_here(host)
    app = create_app(lambda: Holdings.open(data_dir, accept_starter=accept_starter, day=clock(), store=store), clock)
    with _listening(host, port) as listening:
        server = uvicorn.Server(
            # Requests name people: no access log.
            uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=30)
        )
        shown = f"[{host}]" if ":" in host else host
        tell(f"listening on http://{shown}:{listening.getsockname()[1]}")
        server.run(sockets=[listening])


def _only_here(host: str) -> None:
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise BadInput(
            f"{host[:100]!r} is not an address of this machine alone, and the server knows no users yet",
            where="--host",
            remedy="127.0.0.1, ::1 or localhost; to serve others, put a proxy that asks for a login in front of it",
        )


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OperationFailed(
            f"cannot listen: {error.strerror}", where=f"{host} port {port}", remedy="another --port; 0 takes a free one"
        ) from None
