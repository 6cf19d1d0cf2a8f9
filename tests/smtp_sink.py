"""A server that takes e-mail on this machine and keeps it, for tests: as much of RFC 5321 as is asked of it."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


class Sink:
    """What has been taken, and what the server is to answer.

    Attributes:
        refuse: a line with which every message is refused; it is taken where empty.
        context: of TLS; STARTTLS is offered where there is one.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.taken: list[EmailMessage] = []
        self.said: list[str] = []
        self.refuse = ""
        self.context = context
        self.port = 0


@contextmanager
def sink(context: ssl.SSLContext | None = None) -> Iterator[Sink]:
    """A server for as long as the test lasts."""
    kept = Sink(context)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 sink")
            while line := self.rfile.readline():
                said = line.decode("ascii", "replace").strip()
                kept.said.append(said)
                word = said.split(" ")[0].upper()
                if word == "EHLO":
                    self._say("250-sink", "250 STARTTLS" if kept.context is not None else "250 8BITMIME")
                elif word == "STARTTLS" and kept.context is not None:
                    self._say("220 go on")
                    self.connection = kept.context.wrap_socket(self.connection, server_side=True)
                    self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
                elif word == "DATA":
                    self._data()
                elif word == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _data(self) -> None:
            self._say("354 go on")
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line[1:] if line.startswith(b"..") else line)
            if kept.refuse:
                self._say(kept.refuse)
                return
            kept.taken.append(message_from_bytes(b"".join(lines), policy=default))
            self._say("250 taken")

        def _say(self, *lines: str) -> None:
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
            self.wfile.flush()

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
