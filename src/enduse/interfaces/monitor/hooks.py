"""Signed webhooks: each alert is posted to the receivers of its watch, at least once, from the outbox.

The body is signed with HMAC-SHA256 over the moment and the body (RFC 2104), and carries the alert's id as its key of
idempotency: a receiver that gets it twice can tell.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput, OperationFailed

if TYPE_CHECKING:
    from enduse.store.outbox import Message

SIGNATURE, KEY, SENT = "Enduse-Signature", "Idempotency-Key", "Enduse-Sent"
PATIENCE = 5.0
FOLDER = "monitor"
"""Where the data directory keeps registers, the lock of runs, and the secret."""

TOPIC = "monitor.alert"
"""Of the messages in the outbox."""

_VISIBLE = re.compile(r"[^\x00-\x20\x7f]+")

Post = Callable[[str, bytes, Mapping[str, str]], int]
"""Posts a body with headers to an address; the status that came back. Raises OSError where nothing came."""


def receiver(address: str, *, plain: bool = False) -> str:
    """An address to post to.

    Args:
        plain: ``http`` is accepted for other machines too.

    Raises:
        BadInput: it is no address of the web, or not encrypted.
    """
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises where it is none
        host = (parts.hostname or "").encode("idna")
    except ValueError:
        host = b""
    if not host or parts.scheme not in ("http", "https") or "@" in parts.netloc or not _VISIBLE.fullmatch(address):
        raise BadInput(f"{address[:200]!r} is no address to post to", where="--webhook", remedy="https://HOST/PATH")
    if parts.scheme == "http" and not plain and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise BadInput("the address is not encrypted", where="--webhook", remedy="https://, or a receiver on this host")
    return address


def secret(folder: Path) -> bytes:
    """The secret of this installation that signs webhooks; made where there is none.

    Raises:
        OperationFailed: it can be neither read nor written.
    """
    path = folder / "webhook.key"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
    except FileExistsError:
        pass  # another process was first
    except OSError as error:
        raise OperationFailed(f"the secret of the webhooks: {error.strerror}", where=str(path)) from None
    try:
        found = path.read_text(encoding="ascii").strip().encode()
    except OSError as error:
        raise OperationFailed(f"the secret of the webhooks: {error.strerror}", where=str(path)) from None
    if not found:
        remedy = "remove the file: another secret is made, of which the receivers have to be told"
        raise OperationFailed("the secret of the webhooks is empty", where=str(path), remedy=remedy)
    return found


def signature(key: bytes, sent: str, body: bytes) -> str:
    """What a receiver compares with: HMAC-SHA256 of the moment, a point, and the body, in hexadecimal."""
    return "sha256=" + hmac.new(key, sent.encode() + b"." + body, hashlib.sha256).hexdigest()


class Hooks:
    """Posts the messages of alerts; made for one round of deliveries.

    Args:
        folder: of the secret.
        post: how a body is sent.
    """

    def __init__(self, folder: Path, clock: Callable[[], dt.datetime], post: Post | None = None) -> None:
        self._folder = folder
        self._clock = clock
        self._post = post or _posted
        self._dead: set[str] = set()

    def __call__(self, message: Message) -> None:
        """Deliver one message.

        Raises:
            OperationFailed: the receiver did not take it; it is asked again later, and no more in this round.
        """
        address = str(message.document["to"])
        if address in self._dead:
            raise OperationFailed("the receiver did not answer a moment ago", where=address)
        body = canonical_json(message.document["alert"])
        sent = self._clock().astimezone(dt.UTC).isoformat(timespec="seconds")
        headers = {
            "Content-Type": "application/json",
            KEY: str(message.document["key"]),
            SENT: sent,
            SIGNATURE: signature(secret(self._folder), sent, body),
        }
        try:
            status = self._post(address, body, headers)
        except OSError as error:
            self._dead.add(address)
            raise OperationFailed(f"the receiver cannot be reached: {error}", where=address) from None
        if not 200 <= status < 300:
            if status >= 500 or status == 429:
                self._dead.add(address)
            raise OperationFailed(f"the receiver answered {status}", where=address)


def _posted(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    import httpx  # only where something is sent

    try:
        with httpx.Client(timeout=PATIENCE, follow_redirects=False, trust_env=False) as client:
            return client.post(address, content=body, headers=dict(headers)).status_code
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise OSError(f"{type(error).__name__}: {error}") from None
