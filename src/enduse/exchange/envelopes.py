"""Signed envelopes (DSSE), and sealed ones around them (JWE): signed first, then sealed.

Who writes to whom stands inside the signed part: a letter that somebody unseals and seals anew for another is seen to
be addressed to the first. Source: DSSE v1.0.2; RFC 7516 (JWE); RFC 8037 (X25519 in JOSE).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import FormatError, UnverifiedSignatureError
from securesystemslib.signer import SSlibKey

from enduse.exchange.keys import Keyring, SigningKey
from enduse.exchange.strict import MAX_BYTES, read_json
from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput

MEMBERSHIP_TYPE = "application/vnd.enduse.membership+json"
LETTER_TYPE = "application/vnd.enduse.letter+json"
RECEIPT_TYPE = "application/vnd.enduse.receipt+json"
RESTORE_TYPE = "application/vnd.enduse.restore+json"
_ALGORITHMS = ["ECDH-ES+A256KW", "A256GCM"]
_HEADER = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
_MOST_SIGNATURES = 100


def sign(payload: Any, payload_type: str, keys: Iterable[SigningKey]) -> bytes:
    """A signed envelope.

    Args:
        payload: plain values; they are signed as canonical JSON.
    """
    return seal_with_signatures(Envelope(canonical_json(payload), payload_type, {}), keys)


def seal_with_signatures(envelope: Envelope, keys: Iterable[SigningKey]) -> bytes:
    """The envelope with more signatures."""
    for key in keys:
        envelope.sign(key.signer)
    return json.dumps(envelope.to_dict(), sort_keys=True).encode("ascii")


def read_envelope(blob: bytes, payload_type: str, what: str) -> tuple[Envelope, Any]:
    """A signed envelope and its payload, which is not verified yet.

    Raises:
        BadInput: it is none, or one of another type.
    """
    plain = read_json(blob, what, max_bytes=2 * MAX_BYTES)
    try:
        if len(plain["signatures"]) > _MOST_SIGNATURES:
            raise BadInput("it has too many signatures", where=what)
        envelope = Envelope.from_dict(plain)
    except (KeyError, TypeError, ValueError, AttributeError, FormatError):
        raise BadInput("it is no signed envelope", where=what) from None
    if envelope.payload_type != payload_type:
        raise BadInput(f"it is of the type {str(envelope.payload_type)[:60]!r}", where=what)
    return envelope, read_json(envelope.payload, what)


def signers(envelope: Envelope, keys: Iterable[SSlibKey]) -> frozenset[str]:
    """Ids of those keys whose signature under the envelope holds."""
    found, bytes_signed = set(), envelope.pae()
    for key in keys:
        signature = envelope.signatures.get(key.keyid)
        if signature is not None:
            try:
                key.verify_signature(signature, bytes_signed)
            except UnverifiedSignatureError:
                continue
            found.add(key.keyid)
    return frozenset(found)


def seal(signed: bytes, key: OKPKey) -> bytes:
    """A signed envelope that one key alone opens."""
    header = {**_HEADER, "kid": key.thumbprint(), "cty": "dsse+json"}
    return jwe.encrypt_compact(header, signed, key, algorithms=_ALGORITHMS).encode("ascii")


def is_sealed(blob: bytes) -> bool:
    """Whether it is a sealed envelope rather than a signed one."""
    return blob.lstrip()[:1] != b"{"


def unseal(blob: bytes, ring: Keyring, what: str) -> bytes:
    """The signed envelope inside a sealed one.

    Raises:
        BadInput: it is none, or sealed for another key, or altered.
    """
    if len(blob) > 4 * MAX_BYTES:
        raise BadInput(f"{len(blob):,} bytes", where=what, remedy=f"at most {4 * MAX_BYTES:,} are accepted")

    def chosen(token: Any) -> OKPKey:
        key = ring.unsealing(str(token.headers().get("kid", "")))
        if key is None:
            raise BadInput("it is sealed for another key", where=what)
        return key

    try:
        return bytes(jwe.decrypt_compact(blob.strip(), chosen, algorithms=_ALGORITHMS).plaintext or b"")
    except (JoseError, ValueError, TypeError, KeyError):
        raise BadInput("it cannot be unsealed: altered, or not sealed as agreed", where=what) from None
