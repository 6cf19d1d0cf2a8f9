"""What a node shows to others over HTTP: letters in, the membership document, its publication. Nothing else.

It is a process of its own, apart from the pages of the office: whoever reaches it can bring what proves itself, and
read what is public.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from enduse.exchange.post import BATCH
from enduse.exchange.strict import MAX_BYTES, read_json
from enduse.interfaces.exchange.node import FOLDER, Node
from enduse.model.errors import BadInput, EndUseError

MAX_BODY = 8 * MAX_BYTES
_STRANGERS, _WINDOW = 60, dt.timedelta(minutes=1)
_VERSION = re.compile(r"[0-9]{1,9}")
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Listener:
    """The application of one node.

    Args:
        act: gives what came in its effect; a failure of it is no business of who brought it.
    """

    def __init__(self, node: Node, act: Callable[[], object]) -> None:
        self._node = node
        self._act = act
        self._one = threading.Lock()
        self._strangers: deque[dt.datetime] = deque(maxlen=_STRANGERS)
        self.app = Starlette(
            routes=[
                Route("/exchange/letters", self._letters, methods=["POST"]),
                Route("/exchange/restore", self._restore, methods=["POST"]),
                Route("/exchange/membership/{version}", self._membership, methods=["GET"]),
                Route("/exchange/publication/{path:path}", self._publication, methods=["GET"]),
                Route("/exchange/alive", self._alive, methods=["GET"]),
            ]
        )

    async def _letters(self, request: Request) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY:
                return _problem(413, f"at most {MAX_BODY:,} bytes are taken at once")
        return await run_in_threadpool(self._take, bytes(body))

    def _take(self, body: bytes) -> Response:
        now = self._node.now()
        if len(self._strangers) == _STRANGERS and now - self._strangers[0] < _WINDOW:
            return _problem(429, "too much came that is no letter of anybody")
        try:
            found = read_json(body, "letters", max_bytes=MAX_BODY)
            named = found.get("letters") if isinstance(found, dict) else None
            if not isinstance(named, list) or not 1 <= len(named) <= BATCH:
                raise BadInput(f"1 to {BATCH} letters are taken at once", where="letters")
            blobs = [b64decode(str(one), validate=True) for one in named]
        except (BadInput, ValueError) as error:
            return _problem(400, str(error)[:200])
        try:
            with self._one:
                brought = self._node.take(blobs)
                self._strangers.extend([now] * len(brought.rejected))
        except EndUseError:
            return _problem(503, "the node cannot take letters now")
        try:
            with self._one:
                self._act()
        except EndUseError:
            pass  # what came in is kept; the next run gives it its effect, and says what is wrong
        # One transport brings the letters of one member; a stranger's are not receipted.
        receipt = next(iter(brought.receipts.values()), None)
        answer = {"receipt": receipt.decode("ascii") if receipt else None, "rejected": list(brought.rejected)[:BATCH]}
        return JSONResponse(answer, headers=_HEADERS)

    async def _restore(self, request: Request) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BYTES:
                return _problem(413, f"at most {MAX_BYTES:,} bytes are taken")
        return await run_in_threadpool(self._give_back, bytes(body))

    def _give_back(self, body: bytes) -> Response:
        now = self._node.now()
        if len(self._strangers) == _STRANGERS and now - self._strangers[0] < _WINDOW:
            return _problem(429, "too much came that is no letter of anybody")
        try:
            found = read_json(body, "restore", max_bytes=MAX_BYTES)
            blob = b64decode(str(found.get("request") if isinstance(found, dict) else ""), validate=True)
            with self._one:
                letters = self._node.give_back(blob)
        except (BadInput, ValueError) as error:
            self._strangers.append(now)
            return _problem(400, str(error)[:200])
        except EndUseError:
            return _problem(503, "the node cannot give them now")
        return JSONResponse({"letters": [b64encode(one).decode("ascii") for one in letters]}, headers=_HEADERS)

    async def _membership(self, request: Request) -> Response:
        version = str(request.path_params["version"])
        if not _VERSION.fullmatch(version):
            return _problem(404, "no such version")
        try:
            found = await run_in_threadpool(self._node.version, int(version))
        except EndUseError:
            return _problem(503, "the node cannot be read now")
        if found is None:
            return _problem(404, "no such version")
        return Response(found, media_type="application/json", headers=_HEADERS)

    async def _publication(self, request: Request) -> Response:
        root = (self._node.data / FOLDER / "publication").resolve()
        path = str(request.path_params["path"])
        try:
            place = (root / path).resolve()
            there = place.is_relative_to(root) and not _hidden(place) and place.is_file()
        except (ValueError, OSError):  # no name of a file: a zero in it, or longer than any
            there = False
        if not there or path.partition("/")[0] not in ("metadata", "targets"):
            return _problem(404, "no such file")
        return Response(
            await run_in_threadpool(place.read_bytes), media_type="application/octet-stream", headers=_HEADERS
        )

    async def _alive(self, _: Request) -> Response:
        return JSONResponse({"alive": True}, headers=_HEADERS)


def _hidden(place: Path) -> bool:
    return place.name.startswith(".")


def _problem(status: int, detail: str) -> Response:
    return JSONResponse({"detail": detail}, status_code=status, headers=_HEADERS)
