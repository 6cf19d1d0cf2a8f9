"""Signed checkpoints: the head of the audit chain under an Ed25519 signature (RFC 8032), kept as a record."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from enduse.model.audit import Checkpoint
from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.record import By, Kind, Record
from enduse.store.audit import AuditChain
from enduse.store.records import Records

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Write = Callable[[], AbstractContextManager[Connection]]
FILE = Path("keys") / "audit-ed25519.pem"
"""Where the signing key is kept in the data directory; only its owner may read it."""
_REMEDY = "pip install 'enduse[api]'"


def signing_key(path: Path, *, create: bool) -> Ed25519PrivateKey:
    """The key in a file.

    Args:
        create: make one where there is none.

    Raises:
        BadInput: there is no key, it is no Ed25519 key, or others may read the file.
        OperationFailed: the extra is not installed, or the file cannot be written.
    """
    try:
        from cryptography.hazmat.primitives import serialization  # optional: the extra `api`
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise OperationFailed("checkpoints cannot be signed: cryptography is missing", remedy=_REMEDY) from None
    if not path.exists():
        if not create:
            raise BadInput("there is no signing key", where=str(path), remedy="enduse audit sign makes one")
        made = Ed25519PrivateKey.generate()
        data = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        except OSError as error:
            raise OperationFailed(f"the key cannot be written: {error.strerror}", where=str(path)) from None
        return made
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise BadInput("others may read the signing key", where=str(path), remedy=f"chmod 600 {path.name}")
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise BadInput(
            "is no Ed25519 key", where=str(path), remedy="a private key in PEM, as enduse audit sign makes it"
        )
    return found


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half of a key, in hexadecimal."""
    return key.public_key().public_bytes_raw().hex()


class Seals:
    """The signed checkpoints of one store."""

    def __init__(self, write: Write, kept: Records, audit: AuditChain) -> None:
        self._write = write
        self._records = kept
        self._audit = audit

    def sign(self, key: Ed25519PrivateKey, at: str, *, by: By) -> Record:
        """Sign the head of the chain as it is, and keep the signature as a record with an entry of its own."""
        public = public_text(key)
        with self._write() as connection:
            head = self._audit.head(connection)
            signature = key.sign(_message(head, at, public)).hex()
            content = {"count": head.count, "head": head.head, "at": at, "key": public, "signature": signature}
            return self._records.put(
                connection,
                Kind.CHECKPOINT,
                f"{head.count}",
                content,
                by=by,
                action="audit.sign",
                reason=f"checkpoint of {head.count} entries",
            )

    def latest(self, connection: Connection | None) -> Record | None:
        """The newest checkpoint."""
        found = self._records.page(connection, Kind.CHECKPOINT, limit=1)
        return found[0] if found else None


def seal_problem(record: Record, heads: Mapping[int, str], trusted: str | None) -> str:
    """What is wrong with a checkpoint; empty where its signature and its head are good.

    Args:
        heads: count -> hash, as the chain is now.
        trusted: the public key that must have signed; None for the one that it names.
    """
    try:
        from cryptography.exceptions import InvalidSignature  # optional: the extra `api`
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return f"cannot be verified: cryptography is missing ({_REMEDY})"
    content = record.content
    head = Checkpoint(int(content["count"]), str(content["head"]))
    public = str(content["key"])
    if trusted is not None and public != trusted:
        return f"was signed by another key: {public}"
    if head.count and heads.get(head.count) != head.head:
        return f"does not fit the chain: entry {head.count} had the hash {head.head} when it was signed"
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
            bytes.fromhex(str(content["signature"])), _message(head, str(content["at"]), public)
        )
    except (InvalidSignature, ValueError):
        return "was altered: its signature does not fit"
    return ""


def _message(head: Checkpoint, at: str, public: str) -> bytes:
    return canonical_json(
        {"schema": "enduse.checkpoint/1", "count": head.count, "head": head.head, "at": at, "key": public}
    )
