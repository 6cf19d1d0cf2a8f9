"""The listener as a process: serves until it is interrupted, and says where."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from enduse.interfaces.exchange.listener import Listener
from enduse.interfaces.exchange.wiring import Ground
from enduse.model.errors import OperationFailed


def serve(ground: Ground, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Listen to other nodes.

    Raises:
        OperationFailed: the address cannot be had.
    """
    # There is a node, and a document says who may write to it.
    tell(f"{ground.node.me} of {ground.node.membership().coalition}")
    app = Listener(ground.node, ground.mail.act).app
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise OperationFailed(f"cannot listen: {error.strerror}", where=f"{host}:{port}") from None
    with listening:
        tell(f"listening on http://{host}:{listening.getsockname()[1]}")
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_keep_alive=5, limit_concurrency=64, lifespan="off"
        )
        uvicorn.Server(config).run(sockets=[listening])
