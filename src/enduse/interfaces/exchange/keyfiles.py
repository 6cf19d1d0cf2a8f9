"""The private keys of a node in its data directory: files that their owner alone may read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from enduse.exchange.keys import SEAL, SIGN, Keyring, SealingKey, SigningKey, from_pem, to_pem
from enduse.exchange.publication import ROLES, ROOT, RoleKeys
from enduse.model.errors import BadInput, OperationFailed

FOLDER = Path("exchange") / "keys"
ROOT_KEYS, ROOT_THRESHOLD = 3, 2


def ring_of(data: Path) -> Keyring:
    """The keys with which a node signs and unseals, the newest first.

    Raises:
        BadInput: there are none, or others may read a file.
    """
    folder = data / FOLDER
    signing = tuple(key for _, key in _read(folder, SIGN) if isinstance(key, SigningKey))
    sealing = tuple(key for _, key in _read(folder, SEAL) if isinstance(key, SealingKey))
    if not signing or not sealing:
        raise BadInput("there are no keys", where=str(folder), remedy="enduse exchange init")
    return Keyring(signing[::-1], sealing[::-1])


def make_ring(data: Path) -> Keyring:
    """The first keys of a node.

    Raises:
        BadInput: there are keys already.
    """
    folder = data / FOLDER
    if any(folder.glob("*.pem")):
        raise BadInput("there are keys already", where=str(folder), remedy="enduse exchange keys rotate")
    ring = Keyring.make()
    _write(folder / f"{SIGN}-0001.pem", to_pem(ring.signing[0]))
    _write(folder / f"{SEAL}-0001.pem", to_pem(ring.sealing[0]))
    return ring


def rotate(data: Path, *, signing: bool, sealing: bool) -> Keyring:
    """New keys before the old ones, which stay: they open what was sealed for them."""
    ring = ring_of(data).rotated(signing=signing, sealing=sealing)
    folder = data / FOLDER
    if signing:
        _write(folder / f"{SIGN}-{len(ring.signing):04}.pem", to_pem(ring.signing[0]))
    if sealing:
        _write(folder / f"{SEAL}-{len(ring.sealing):04}.pem", to_pem(ring.sealing[0]))
    return ring


def make_publication_keys(data: Path) -> Mapping[str, RoleKeys]:
    """Keys of a publication: two of three sign its root, and belong off this machine; the others sign day by day."""
    folder = data / FOLDER / "publication"
    for role in ROLES:
        for number in range(1, (ROOT_KEYS if role == ROOT else 1) + 1):
            _write(folder / f"{role}-{number:04}.pem", to_pem(SigningKey.make()))
    return publication_keys(data)


def publication_keys(data: Path) -> Mapping[str, RoleKeys]:
    """The keys of a publication that are at hand; those of the root may be elsewhere."""
    folder = data / FOLDER / "publication"
    found: dict[str, RoleKeys] = {}
    for role in dict.fromkeys(path.name.rpartition("-")[0] for path in sorted(folder.glob("*.pem"))):
        keys = tuple(key for _, key in _read(folder, role) if isinstance(key, SigningKey))
        found[role] = RoleKeys(keys, ROOT_THRESHOLD if role == ROOT else 1)
    return found


def write_authority_key(data: Path, authority: str) -> RoleKeys:
    """A new key of an authority that signs some paths itself."""
    key = SigningKey.make()
    _write(data / FOLDER / "publication" / f"authority-{authority}-0001.pem", to_pem(key))
    return RoleKeys((key,))


def _read(folder: Path, name: str) -> Iterator[tuple[Path, SigningKey | SealingKey]]:
    for path in sorted(folder.glob(f"{name}-[0-9][0-9][0-9][0-9].pem")):
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise BadInput("others may read this key", where=str(path), remedy="chmod 600, and ask who did")
        yield path, from_pem(path.read_bytes(), SEAL if name == SEAL else SIGN, str(path))


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OperationFailed(f"the key cannot be kept: {error.strerror}", where=str(path)) from None
