"""A web server on the loopback address whose answers a test writes down; nothing leaves the machine."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        length: the stated Content-Length, where it shall not be the true one.
        pause: seconds to wait before the body.
        endless: repeat the body until the client hangs up.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    pause: float = 0.0
    endless: bool = False


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]


Reply = Answer | Callable[[Request], Answer]


class Server:
    """Answers each path with what :meth:`say` wrote down for it; the last answer of a path repeats."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.requests: list[Request] = []
        self._answers: dict[str, list[Reply]] = {}
        self.closing = threading.Event()

    def say(self, path: str, *answers: Reply) -> str:
        """Write down the answers of a path and return its address."""
        self._answers[path] = list(answers)
        return self.base + path

    def answer(self, request: Request) -> Answer:
        """The next answer to a request."""
        self.requests.append(request)
        waiting = self._answers.get(request.path.partition("?")[0], [Answer(b"not here", 404)])
        reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return reply if isinstance(reply, Answer) else reply(request)

    def asked(self, path: str) -> list[Request]:
        """The requests for a path so far."""
        return [request for request in self.requests if request.path.partition("?")[0] == path]


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """A server for the length of a test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = server.answer(Request(self.path, dict(self.headers.items())))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if not answer.endless:
                self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.end_headers()
            if answer.pause:
                server.closing.wait(answer.pause)
            with contextlib.suppress(OSError):
                self.wfile.write(answer.body)
                while answer.endless and not server.closing.is_set():
                    self.wfile.write(answer.body)
                    time.sleep(0.001)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
            """Nothing on the console."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = Server(http.server_address[1])
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        http.server_close()
        thread.join()
