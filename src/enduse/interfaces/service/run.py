"""Runs the service until it is interrupted."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from enduse.interfaces.service import create_service
from enduse.interfaces.service.ground import Service
from enduse.interfaces.service.patience import PatientProtocol
from enduse.interfaces.service.settings import ServiceSettings
from enduse.model.errors import BadInput, OperationFailed

GRACE_SECONDS = 20
"""How long requests that are being answered may take when the service is stopped."""


def serve(settings: ServiceSettings, tell: Callable[[str], None]) -> None:
    """Serve until interrupted; requests that are being answered then are answered to their end.

    Args:
        tell: is told where the service listens.

    Raises:
        BadInput: others can reach the address, and there are no users.
        OperationFailed: the port is taken, or may not be used.
    """
    app = create_service(settings)
    service: Service = app.state.service
    first = service.people.count() == 0
    if first and not settings.loopback:
        raise BadInput(
            f"{settings.host[:100]!r} is not an address of this machine alone, and there are no users yet",
            where="--host",
            remedy="127.0.0.1, ::1 or localhost; make the first account there with the link that is printed",
        )
    with _listening(settings.host, settings.port) as listening:
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=PatientProtocol,
                log_level="warning",
                access_log=False,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=GRACE_SECONDS,
                server_header=False,
                proxy_headers=False,
                h11_max_incomplete_event_size=32 * 1024,
            )
        )
        shown = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{shown}:{listening.getsockname()[1]}"
        tell(f"listening on {address}")
        if first:
            base = service.public_origin or address
            tell(f"first account (this link works once): {base}/setup?token={service.people.setup_token()}")
        server.run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OperationFailed(
            f"cannot listen: {error.strerror}", where=f"{host} port {port}", remedy="another --port; 0 takes a free one"
        ) from None
