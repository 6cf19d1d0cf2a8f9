"""How a node reaches others: HTTPS, plain HTTP on this machine alone, or files.

What comes over it proves itself; a transport bounds bytes and time, and says what failed.
"""

from __future__ import annotations

import ipaddress
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import httpx

from enduse.exchange.strict import MAX_BYTES, read_json
from enduse.model.errors import BadInput, OperationFailed

SECONDS = 120.0
"""A file that takes longer is given up: a slow mirror must not keep a node from the others."""
MAX_ANSWER = 4 * MAX_BYTES


class Transport(Protocol):
    """The ways to one member's node."""

    def deliver(self, blobs: Sequence[bytes]) -> Sequence[bytes]:
        """Bring letters; the receipts that came back.

        Raises:
            OperationFailed: the node cannot be reached, or does not take them now.
        """
        ...

    def give_back(self, request: bytes) -> Sequence[bytes]:
        """Bring what a restored node asks for; its own letters that the other holds.

        Raises:
            OperationFailed: the node cannot be reached, or does not give them.
        """
        ...

    def membership(self, version: int) -> bytes | None:
        """A version of the membership document; None where the node has none of that number."""
        ...

    def publication(self, path: str) -> Iterator[bytes]:
        """A file of the publication; see :data:`enduse.exchange.publication.Fetch`."""
        ...


class HttpTransport:
    """A node behind a URL.

    Args:
        url: of its listener.
        client: connections; one for all members.
        tick: tells seconds that pass, for the bound on slow answers.

    Raises:
        BadInput: plain HTTP to another machine, or no URL.
    """

    def __init__(self, url: str, client: httpx.Client, tick: Callable[[], float] = time.monotonic) -> None:
        self._url = checked_url(url)
        self._client = client
        self._tick = tick

    def deliver(self, blobs: Sequence[bytes]) -> Sequence[bytes]:
        """See :class:`Transport`."""
        letters = [b64encode(one).decode("ascii") for one in blobs]
        answer = self._ask("POST", "letters", json={"letters": letters})
        found = read_json(answer, "answer", max_bytes=MAX_ANSWER)
        if not isinstance(found, dict) or not isinstance(found.get("receipt"), (str, type(None))):
            raise OperationFailed("the answer cannot be read", where=self._url)
        if found.get("receipt") is None:
            why = "; ".join(str(one)[:200] for one in found.get("rejected", ())[:3])
            raise OperationFailed(f"nothing was taken: {why or 'no reason given'}", where=self._url)
        return [str(found["receipt"]).encode("utf-8")]

    def give_back(self, request: bytes) -> Sequence[bytes]:
        """See :class:`Transport`."""
        answer = self._ask("POST", "restore", json={"request": b64encode(request).decode("ascii")})
        found = read_json(answer, "answer", max_bytes=MAX_ANSWER)
        named = found.get("letters") if isinstance(found, dict) else None
        if not isinstance(named, list):
            raise OperationFailed("the answer cannot be read", where=self._url)
        try:
            return [b64decode(str(one), validate=True) for one in named]
        except ValueError:
            raise OperationFailed("the answer is no base64", where=self._url) from None

    def membership(self, version: int) -> bytes | None:
        """See :class:`Transport`."""
        try:
            return self._ask("GET", f"membership/{version}")
        except FileNotFoundError:
            return None

    def publication(self, path: str) -> Iterator[bytes]:
        """See :class:`Transport`."""
        until = self._tick() + SECONDS
        try:
            with self._client.stream("GET", f"{self._url}/exchange/publication/{quote(path)}") as answer:
                if answer.status_code == 404:
                    raise FileNotFoundError(path)
                if answer.status_code != 200:
                    raise OSError(f"{path}: status {answer.status_code}")
                # As it came: what is packed small and unpacks large is no file of a publication.
                for piece in answer.iter_raw():
                    if self._tick() > until:
                        raise OSError(f"{path}: slower than {SECONDS:.0f} seconds")
                    yield piece
        except httpx.HTTPError as error:
            raise OSError(f"{path}: {type(error).__name__}: {error}") from None

    def _ask(self, method: str, path: str, **said: Any) -> bytes:
        until, body = self._tick() + SECONDS, bytearray()
        try:
            with self._client.stream(method, f"{self._url}/exchange/{path}", **said) as answer:
                if answer.status_code == 404:
                    raise FileNotFoundError(path)
                for piece in answer.iter_raw():
                    body += piece
                    if len(body) > MAX_ANSWER or self._tick() > until:
                        raise OperationFailed("the answer is too long, or too slow", where=self._url)
                if answer.status_code != 200:
                    raise OperationFailed(f"status {answer.status_code}", where=self._url)
        except httpx.HTTPError as error:
            raise OperationFailed(f"{type(error).__name__}: {error}", where=self._url) from None
        return bytes(body)


def client() -> httpx.Client:
    """Connections as the exchange uses them: no redirects, no proxies of the environment, nothing packed."""
    return httpx.Client(
        timeout=httpx.Timeout(20.0), follow_redirects=False, trust_env=False, headers={"accept-encoding": "identity"}
    )


def folder_mirror(folder: Path) -> Callable[[str], Iterator[bytes]]:
    """A publication that somebody brought as a folder."""

    def read(path: str) -> Iterator[bytes]:
        place = (folder / path).resolve()
        if not place.is_relative_to(folder.resolve()):
            raise FileNotFoundError(path)
        with place.open("rb") as file:
            while piece := file.read(64 << 10):
                yield piece

    return read


def checked_url(url: str) -> str:
    """The address of a node.

    Raises:
        BadInput: it is none, or plain HTTP to another machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
        raise BadInput(f"{url[:80]!r} is no address of a node", where="url", remedy="https://HOST[:PORT][/PATH]")
    if parts.scheme == "http" and not _here(parts.hostname):
        raise BadInput("plain HTTP to another machine", where="url", remedy="https://")
    return url.rstrip("/")


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
