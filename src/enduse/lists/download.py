"""One file from one official address: conditional, retried, limited, and refused when it is cut off.

Sources: RFC 9110 (HTTP semantics: conditional requests, section 13; Retry-After, 10.2.3; redirection, 15.4).
"""

from __future__ import annotations

import datetime as dt
import email.utils
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from enduse.lists.collect import MAX_FILE_BYTES
from enduse.lists.snapshots import Address
from enduse.model.errors import OperationFailed

_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_PAUSE = 60.0
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much to accept.

    Attributes:
        silence: seconds without a byte, or without a connection.
        whole: seconds for one file in all.
        size: bytes of one file.
        attempts: how often to ask before giving up.
        first_pause: seconds before the second attempt; each further pause is twice as long.
        redirects: how many to follow.
    """

    silence: float = 30.0
    whole: float = 900.0
    size: int = MAX_FILE_BYTES
    attempts: int = 4
    first_pause: float = 1.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered. ``content`` is None where it said that nothing has changed (304)."""

    content: bytes | None
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""

    @property
    def modified_on(self) -> dt.date | None:
        """The day of ``Last-Modified``, if it is one."""
        try:
            return email.utils.parsedate_to_datetime(self.last_modified).astimezone(dt.UTC).date()
        except (TypeError, ValueError, OverflowError):
            return None


class _TryAgainError(Exception):
    def __init__(self, problem: str, pause: float | None = None) -> None:
        self.problem = problem
        self.pause = pause
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks addresses.

    Args:
        client: its own redirect handling stays unused.
        sleep, clock: seconds; replaced in tests.
    """

    client: httpx.Client
    limits: Limits = Limits()
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def fetch(
        self,
        url: str,
        *,
        known: Address | None = None,
        shown: str = "",
        tell: Callable[[int], None] = lambda _: None,
    ) -> Fetched:
        """Get a file.

        Args:
            url: the address.
            known: what it answered last, for a conditional request.
            shown: the address as messages show it (without a user's token).
            tell: is told how many bytes have come.

        Raises:
            OperationFailed: it was not to be had whole; says why, and after how many attempts.
        """
        where = shown or url
        problems: list[str] = []
        for attempt in range(self.limits.attempts):
            try:
                return self._attempt(url, where, known, tell)
            except _TryAgainError as error:
                problems.append(error.problem)
                if attempt + 1 < self.limits.attempts:
                    pause = self.limits.first_pause * 2**attempt if error.pause is None else error.pause
                    self.sleep(min(pause, _LONGEST_PAUSE))
        raise OperationFailed(
            f"{problems[-1]} ({len(problems)} attempts)", where=where, remedy="try again later, or sync from files"
        )

    def _attempt(self, url: str, where: str, known: Address | None, tell: Callable[[int], None]) -> Fetched:
        headers = {"Accept-Encoding": "gzip"}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        deadline = self.clock() + self.limits.whole
        target = httpx.URL(url)
        try:
            for _ in range(self.limits.redirects + 1):
                request = self.client.build_request("GET", target, headers=headers, timeout=self.limits.silence)
                response = self.client.send(request, stream=True, follow_redirects=False)
                try:
                    if response.status_code not in _REDIRECTS:
                        return self._answer(response, where, deadline, tell)
                    target = _next(response, target, where)
                finally:
                    response.close()
        except httpx.TimeoutException:
            raise _TryAgainError(f"no answer for {self.limits.silence:g} seconds") from None
        except httpx.RemoteProtocolError as error:
            raise _TryAgainError(f"the file was cut off on its way: {error}") from None
        except zlib.error as error:
            raise _TryAgainError(f"the file arrived damaged: {error}") from None
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise _TryAgainError(f"the address cannot be reached: {error}") from None
        raise OperationFailed(f"more than {self.limits.redirects} redirections", where=where)

    def _answer(self, response: httpx.Response, where: str, deadline: float, tell: Callable[[int], None]) -> Fetched:
        status = response.status_code
        headers = response.headers
        if status == httpx.codes.NOT_MODIFIED:
            return Fetched(None, headers.get("etag", ""), headers.get("last-modified", ""))
        if status in _TRY_AGAIN:
            raise _TryAgainError(f"the server answers {status} {response.reason_phrase}", _retry_after(response))
        if status != httpx.codes.OK:
            raise OperationFailed(f"the server answers {status} {response.reason_phrase}", where=where)
        stated = headers.get("content-length", "")
        if stated.isdigit() and int(stated) > self.limits.size:
            raise OperationFailed(f"it has {int(stated):,} bytes; the limit is {self.limits.size:,}", where=where)
        pieces: list[bytes] = []
        size = 0
        unpack = _Unpack(headers.get("content-encoding", ""), where)
        for packed in response.iter_raw():
            for piece in unpack.feed(packed):
                pieces.append(piece)
                size += len(piece)
                if size > self.limits.size:
                    raise OperationFailed(f"it goes on after {self.limits.size:,} bytes", where=where)
            tell(size)
            if self.clock() > deadline:
                raise OperationFailed(f"it was not whole after {self.limits.whole:g} seconds", where=where)
        if stated.isdigit() and response.num_bytes_downloaded != int(stated):
            raise _TryAgainError(
                f"the file was cut off on its way: {response.num_bytes_downloaded:,} of {int(stated):,} bytes came"
            )
        if not unpack.whole:
            raise _TryAgainError("the file was cut off on its way: what it was packed in has no end")
        return Fetched(
            b"".join(pieces),
            headers.get("etag", ""),
            headers.get("last-modified", ""),
            headers.get("content-type", ""),
        )


class _Unpack:
    """Unpacks a body piece by piece; httpx's own decoder neither limits what comes out nor notices a missing end."""

    def __init__(self, encoding: str, where: str) -> None:
        if encoding.lower() not in ("", "identity", "gzip", "x-gzip"):
            raise OperationFailed(f"it comes packed as {encoding}, which was not asked for", where=where)
        self._gzip = zlib.decompressobj(wbits=31) if "gzip" in encoding.lower() else None

    @property
    def whole(self) -> bool:
        return self._gzip is None or self._gzip.eof

    def feed(self, packed: bytes) -> Iterator[bytes]:
        while packed and self._gzip is not None:
            yield self._gzip.decompress(packed, _PIECE)
            packed = self._gzip.unconsumed_tail
        if packed:
            yield packed


def _next(response: httpx.Response, target: httpx.URL, where: str) -> httpx.URL:
    location = response.headers.get("location", "")
    if not location:
        raise OperationFailed(f"the server answers {response.status_code} without saying where to", where=where)
    following = target.join(location)
    if following.scheme not in ("http", "https") or (target.scheme == "https" and following.scheme != "https"):
        raise OperationFailed(f"it redirects to {following.scheme}://{following.host}, which is not safe", where=where)
    return following


def _retry_after(response: httpx.Response) -> float | None:
    stated = response.headers.get("retry-after", "")
    return float(stated) if stated.isdigit() else None
