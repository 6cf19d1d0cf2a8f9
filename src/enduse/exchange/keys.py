"""Keys of a node: Ed25519 to sign, X25519 to unseal, each with its own life.

A key is named by a hash of its public half, so that one key cannot be counted as two.
Source: RFC 8032 (Ed25519), RFC 7748 (X25519), RFC 7638 (thumbprints).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from joserfc.jwk import OKPKey
from securesystemslib.signer import CryptoSigner, SSlibKey

from enduse.model.errors import BadInput

SIGN, SEAL = "sign", "seal"
_RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private half of a key that signs."""

    private: Ed25519PrivateKey

    @property
    def id(self) -> str:
        """The hash that names it."""
        return public_signing_key(self.public).keyid

    @property
    def public(self) -> str:
        """The public half, in hexadecimal."""
        return self.private.public_key().public_bytes(*_RAW).hex()

    @property
    def signer(self) -> CryptoSigner:
        """The key as signatures of envelopes and publications use it."""
        return CryptoSigner(self.private, public_signing_key(self.public))

    @classmethod
    def make(cls) -> SigningKey:
        """A new key."""
        return cls(Ed25519PrivateKey.generate())


@dataclass(frozen=True, slots=True)
class SealingKey:
    """The private half of a key that unseals."""

    private: X25519PrivateKey

    @property
    def id(self) -> str:
        """The thumbprint that names it."""
        return self.jwk.thumbprint()

    @property
    def public(self) -> str:
        """The public half, in hexadecimal."""
        return self.private.public_key().public_bytes(*_RAW).hex()

    @property
    def jwk(self) -> OKPKey:
        """The key as sealed letters use it."""
        return OKPKey.import_key(_pem(self.private))

    @classmethod
    def make(cls) -> SealingKey:
        """A new key."""
        return cls(X25519PrivateKey.generate())


@dataclass(frozen=True, slots=True)
class Keyring:
    """The private keys of a node: the newest first; older ones open what was sealed for them."""

    signing: tuple[SigningKey, ...]
    sealing: tuple[SealingKey, ...]
    _by_id: dict[str, OKPKey] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def make(cls) -> Keyring:
        """A ring of new keys."""
        return cls((SigningKey.make(),), (SealingKey.make(),))

    def rotated(self, *, signing: bool, sealing: bool) -> Keyring:
        """With new keys before the old ones."""
        return Keyring(
            (SigningKey.make(), *self.signing) if signing else self.signing,
            (SealingKey.make(), *self.sealing) if sealing else self.sealing,
        )

    def unsealing(self, identifier: str) -> OKPKey | None:
        """The key that opens what was sealed for it."""
        if not self._by_id:
            self._by_id.update((one.id, one.jwk) for one in self.sealing)
        return self._by_id.get(identifier)


def public_signing_key(public: str, where: str = "signing key") -> SSlibKey:
    """The public half of a signing key.

    Raises:
        BadInput: it is no Ed25519 key in hexadecimal.
    """
    try:
        return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)))
    except (ValueError, TypeError):
        raise BadInput("no Ed25519 key", where=where, remedy="64 hexadecimal digits") from None


def public_sealing_key(public: str, where: str = "sealing key") -> OKPKey:
    """The public half of a sealing key.

    Raises:
        BadInput: it is no X25519 key in hexadecimal.
    """
    try:
        key = X25519PublicKey.from_public_bytes(bytes.fromhex(public))
    except (ValueError, TypeError):
        raise BadInput("no X25519 key", where=where, remedy="64 hexadecimal digits") from None
    encoding = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return OKPKey.import_key(key.public_bytes(*encoding))


def to_pem(key: SigningKey | SealingKey) -> bytes:
    """A private key as its file."""
    return _pem(key.private)


def from_pem(data: bytes, kind: str, where: str) -> SigningKey | SealingKey:
    """A private key of its file.

    Raises:
        BadInput: it is no such key.
    """
    try:
        key = serialization.load_pem_private_key(data, None)
    except (ValueError, TypeError):
        raise BadInput("no private key", where=where) from None
    if kind == SIGN and isinstance(key, Ed25519PrivateKey):
        return SigningKey(key)
    if kind == SEAL and isinstance(key, X25519PrivateKey):
        return SealingKey(key)
    raise BadInput("a key of another kind", where=where, remedy="Ed25519 to sign, X25519 to unseal")


def _pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
