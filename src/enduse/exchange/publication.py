"""What a node publishes, and how others take it: The Update Framework (TUF), by its reference library.

A publication is a folder of files that any mirror may carry. Its metadata says what belongs to it, signed by roles
whose keys a root names; the first root stands in the membership document. Who takes it refuses older metadata than it
has seen (rollback), metadata past its date (freeze), files of different editions side by side (mix-and-match),
signatures of other keys or of too few, and more bytes than are announced. Source: TUF specification 1.0.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from securesystemslib.signer import SSlibKey
from tuf.api import exceptions as tuf
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from enduse.exchange.keys import SigningKey, public_signing_key
from enduse.model.errors import BadInput, OperationFailed

ROOT, TARGETS, SNAPSHOT, TIMESTAMP = "root", "targets", "snapshot", "timestamp"
ROLES = (ROOT, TARGETS, SNAPSHOT, TIMESTAMP)
LASTS: Mapping[str, dt.timedelta] = {
    ROOT: dt.timedelta(days=365),
    TARGETS: dt.timedelta(days=90),
    SNAPSHOT: dt.timedelta(days=14),
    TIMESTAMP: dt.timedelta(days=3),
}
"""How long metadata of a role counts; a publisher renews it before, so that silence is noticed within days."""
KINDS = ("listings", "rulebooks", "profiles", "practice", "statistics")
"""First part of the path of what is published."""
MAX_TARGET = 64 << 20
_METADATA_BYTES = 2 << 20
_MOST_TARGETS = 2_000

Fetch = Callable[[str], Iterator[bytes]]
"""Gives the bytes of a file of a mirror (``metadata/timestamp.json``), piece by piece.

Raises:
    FileNotFoundError: the mirror has no such file.
    OSError: it cannot be reached, or is too slow.
"""


@dataclass(frozen=True, slots=True)
class RoleKeys:
    """The keys of a role, and how many of them sign."""

    keys: tuple[SigningKey, ...]
    threshold: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """Something to publish.

    Attributes:
        custom: what is said of it: title, edition, standing, media type.
    """

    body: bytes
    custom: Mapping[str, str]


class Publication:
    """The publication of one node, in a folder.

    Args:
        folder: holds ``metadata`` and ``targets``, as mirrors carry them.
        keys: role -> keys; delegated roles are named ``authority-ID``.
    """

    def __init__(self, folder: Path, keys: Mapping[str, RoleKeys]) -> None:
        self._metadata = folder / "metadata"
        self._targets = folder / "targets"
        self._keys = dict(keys)

    @property
    def there(self) -> bool:
        """Whether there is a publication in the folder."""
        return (self._metadata / "timestamp.json").is_file()

    def create(self, now: dt.datetime) -> bytes:
        """Begin an empty publication; its first root, which the membership document pins.

        Raises:
            BadInput: there is one already, or a role has fewer keys than its threshold.
        """
        if self.there:
            raise BadInput("there is a publication already", where=str(self._metadata))
        root = Root(expires=_until(ROOT, now), consistent_snapshot=True)
        for role in ROLES:
            self._name_keys(root, role)
        targets = Targets(expires=_until(TARGETS, now))
        snapshot = Snapshot(expires=_until(SNAPSHOT, now))
        timestamp = Timestamp(expires=_until(TIMESTAMP, now))
        for role, signed in ((ROOT, root), (TARGETS, targets), (SNAPSHOT, snapshot), (TIMESTAMP, timestamp)):
            self._write(role, Metadata(signed))
        return (self._metadata / "1.root.json").read_bytes()

    def delegate(self, authority: str, key: RoleKeys, paths: Sequence[str], now: dt.datetime) -> None:
        """Let an authority sign what is published under some paths (``listings/us-bis/*``)."""
        role = f"authority-{authority}"
        self._keys[role] = key
        targets = self._read(TARGETS, Targets)
        found = targets.signed.delegations or Delegations({}, {})
        assert found.roles is not None
        found.roles[role] = DelegatedRole(role, [], key.threshold, terminating=True, paths=list(paths))
        targets.signed.delegations = found
        for one in key.keys:
            targets.signed.add_key(public_signing_key(one.public), role)
        delegated = Metadata(Targets(expires=_until(TARGETS, now)))
        self._sign_anew({TARGETS: targets, role: delegated}, now)

    def publish(self, items: Mapping[str, Item], now: dt.datetime, *, gone: Collection[str] = ()) -> int:
        """Publish files, each signed by the role whose paths it is under; the version of the snapshot.

        Raises:
            BadInput: a path or a body cannot be used, or the keys of its role are not at hand.
        """
        changed: dict[str, Metadata[Targets]] = {}
        for path, item in items.items():
            _checked_path(path)
            if not 0 < len(item.body) <= MAX_TARGET:
                raise BadInput(f"{len(item.body):,} bytes", where=path, remedy=f"1 to {MAX_TARGET:,}")
            role = self._role_of(path)
            target = TargetFile.from_data(path, item.body, ["sha256"])
            target.unrecognized_fields["custom"] = dict(item.custom)
            place = self._targets / PurePosixPath(path).parent / f"{target.hashes['sha256']}.{PurePosixPath(path).name}"
            _put(place, item.body)
            changed.setdefault(role, self._read(role, Targets)).signed.targets[path] = target
        for path in gone:
            role = self._role_of(path)
            changed.setdefault(role, self._read(role, Targets)).signed.targets.pop(path, None)
        return self._sign_anew(changed, now)

    def renew(self, now: dt.datetime) -> int:
        """Sign anew what runs out within a third of its time, and the timestamp always; the version of the snapshot."""
        due = {
            role: found
            for role in (TARGETS, *self._delegated())
            if (found := self._read(role, Targets)).signed.expires - now < LASTS[TARGETS] / 3
        }
        return self._sign_anew(due, now)

    def rotate(self, role: str, keys: RoleKeys, now: dt.datetime) -> bytes:
        """Change the keys of a role; the new root, signed by the old root's keys and by the new ones."""
        root = self._read(ROOT, Root)
        signing = self._keys[ROOT].keys
        root.signed.version += 1
        root.signed.expires = _until(ROOT, now)
        for identifier in list(root.signed.roles[role].keyids):
            root.signed.revoke_key(identifier, role)
        self._keys[role] = keys
        self._name_keys(root.signed, role)
        root.signatures.clear()
        for key in {one.id: one for one in (*signing, *self._keys[ROOT].keys)}.values():
            root.sign(key.signer, append=True)
        _put(self._metadata / f"{root.signed.version}.root.json", root.to_bytes())
        _put(self._metadata / "root.json", root.to_bytes())
        if role != ROOT:
            # Snapshot and timestamp are signed anew by whatever keys count now.
            self._sign_anew({TARGETS: self._read(TARGETS, Targets)} if role == TARGETS else {}, now, snapshot_too=True)
        return root.to_bytes()

    def _name_keys(self, root: Root, role: str) -> None:
        stated = self._keys[role]
        if not 1 <= stated.threshold <= len(stated.keys):
            raise BadInput(f"{role} has {len(stated.keys)} keys, and {stated.threshold} sign", where="publication")
        for one in stated.keys:
            root.add_key(_public(one), role)
        root.roles[role].threshold = stated.threshold

    def _delegated(self) -> tuple[str, ...]:
        found = self._read(TARGETS, Targets).signed.delegations
        return tuple(found.roles or ()) if found else ()

    def _role_of(self, path: str) -> str:
        found = self._read(TARGETS, Targets).signed.delegations
        for name, role in (found.roles or {}).items() if found else ():
            if role.is_delegated_path(path):
                return str(name)
        return TARGETS

    def _sign_anew(
        self, changed: Mapping[str, Metadata[Targets]], now: dt.datetime, *, snapshot_too: bool = False
    ) -> int:
        snapshot, timestamp = self._read(SNAPSHOT, Snapshot), self._read(TIMESTAMP, Timestamp)
        for role, one in changed.items():
            if f"{role}.json" in snapshot.signed.meta:
                one.signed.version += 1
            one.signed.expires = _until(TARGETS, now)
            self._write(role, one)
            snapshot.signed.meta[f"{role}.json"] = MetaFile(one.signed.version)
        if changed or snapshot_too or snapshot.signed.expires - now < LASTS[SNAPSHOT] / 3:
            snapshot.signed.version += 1
            snapshot.signed.expires = _until(SNAPSHOT, now)
            self._write(SNAPSHOT, snapshot)
            timestamp.signed.snapshot_meta = MetaFile(snapshot.signed.version)
        timestamp.signed.version += 1
        timestamp.signed.expires = _until(TIMESTAMP, now)
        self._write(TIMESTAMP, timestamp)
        return int(snapshot.signed.version)

    def _read(self, role: str, _kind: type[Any]) -> Metadata[Any]:
        try:
            return Metadata.from_file(str(self._metadata / f"{role}.json"))
        except (tuf.RepositoryError, OSError) as error:
            raise OperationFailed(f"the publication cannot be read: {error}", where=str(self._metadata)) from None

    def _write(self, role: str, metadata: Metadata[Any]) -> None:
        stated = self._keys.get(role)
        if stated is None or len(stated.keys) < stated.threshold:
            raise BadInput(f"the keys of {role} are not at hand", where="publication")
        metadata.signatures.clear()
        for key in stated.keys[: stated.threshold]:
            metadata.sign(key.signer, append=True)
        content = metadata.to_bytes()
        if role != TIMESTAMP:
            _put(self._metadata / f"{metadata.signed.version}.{role}.json", content)
        _put(self._metadata / f"{role}.json", content)


def read_root(content: bytes) -> Metadata[Root]:
    """A root, which holds by its own keys.

    Raises:
        BadInput: it is none, or does not hold.
    """
    try:
        found = Metadata[Root].from_bytes(content)
        if not isinstance(found.signed, Root):
            raise BadInput("it is no root", where="root of a publication")
        found.signed.verify_delegate(ROOT, found.signed_bytes, found.signatures)
    except (tuf.RepositoryError, ValueError) as error:
        raise BadInput(f"the root cannot be used: {error}", where="root of a publication") from None
    return found


# --- taking what others publish


class Refused(OperationFailed):
    """What a mirror offers is not taken; what was taken before stays.

    Attributes:
        kind: ``rollback``, ``freeze``, ``signature``, ``content``, ``too long``, ``unreachable`` or ``mismatch``.
    """

    def __init__(self, publisher: str, kind: str, problem: str) -> None:
        self.kind = kind
        where = f"publication of {publisher}"
        super().__init__(f"{kind}: {problem}", where=where, remedy="what was taken before stays")


@dataclass(frozen=True, slots=True)
class Target:
    """A file that a publisher has published, verified.

    Attributes:
        role: the role that signed it: ``targets``, or ``authority-ID``.
        version: of that role's metadata.
        body: None where it is known already.
    """

    path: str
    sha256: str
    length: int
    role: str
    version: int
    custom: Mapping[str, str]
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a publisher publishes now.

    Attributes:
        root, snapshot: versions.
        fresh_to: until when this counts.
        refused: paths that the publisher may not publish by the membership document, or that are no paths.
    """

    publisher: str
    root: int
    snapshot: int
    fresh_to: dt.datetime
    targets: tuple[Target, ...]
    refused: tuple[str, ...] = ()


def fetch(
    folder: Path,
    publisher: str,
    root: bytes,
    mirror: Fetch,
    now: dt.datetime,
    *,
    allowed: Iterable[str],
    known: Callable[[Target], bool] = lambda _: False,
) -> Fetched:
    """Take what a publisher publishes now; nothing is changed where anything of it does not hold.

    Args:
        folder: of this publisher's metadata at this node: what was seen before is remembered there.
        root: the first root, from the membership document.
        allowed: paths that it may publish.
        known: whether a file is known as it is published now, so that it need not be brought again.

    Raises:
        Refused: something does not hold; says what kind of thing.
    """
    # What was seen under another first root says nothing here: a member that lost its keys begins anew.
    metadata = folder / hashlib.sha256(root).hexdigest()[:16]
    metadata.mkdir(parents=True, exist_ok=True)
    patterns = tuple(allowed)
    config = UpdaterConfig(
        max_root_rotations=64,
        root_max_length=256 << 10,
        timestamp_max_length=16 << 10,
        snapshot_max_length=_METADATA_BYTES,
        targets_max_length=_METADATA_BYTES,
    )
    try:
        updater = Updater(
            str(metadata),
            "mirror:metadata/",
            target_base_url="mirror:targets/",
            fetcher=_Fetcher(mirror),
            config=config,
            bootstrap=root,
        )
        trusted = _trusted(updater, now)
        updater.refresh()
        found, refused = [], []
        for role, targets in _all_targets(updater, trusted):
            for path, target in targets.targets.items():
                if not _may(path, patterns) or target.length > MAX_TARGET or "sha256" not in target.hashes:
                    refused.append(path)
                elif updater.get_targetinfo(path) == target:  # else another role, which is trusted more, signs the path
                    found.append(_target(updater, path, target, role, targets, known, metadata))
    except tuf.ExpiredMetadataError as error:
        raise Refused(publisher, "freeze", str(error)) from None
    except tuf.BadVersionNumberError as error:
        raise Refused(publisher, "rollback", str(error)) from None
    except tuf.UnsignedMetadataError as error:
        raise Refused(publisher, "signature", str(error)) from None
    except tuf.DownloadLengthMismatchError as error:
        raise Refused(publisher, "too long", str(error)) from None
    except tuf.LengthOrHashMismatchError as error:
        raise Refused(publisher, "content", str(error)) from None
    except tuf.DownloadError as error:
        cause = error.__cause__ if error.__cause__ is not None else error
        raise Refused(publisher, "unreachable", str(cause)) from None
    except (tuf.RepositoryError, ValueError) as error:
        raise Refused(publisher, "mismatch", str(error)) from None
    return Fetched(
        publisher,
        trusted.root.version,
        trusted.snapshot.version,
        trusted.timestamp.expires,
        tuple(found),
        tuple(sorted(refused)),
    )


def _trusted(updater: Updater, now: dt.datetime) -> Any:
    """What the library holds to be true, as of a moment that we state.

    It takes the moment from the machine's clock and offers no other way; a node whose clock is given, and every test of
    what time does, needs one. `tests/exchange/test_publication.py` fails where a later version takes this away.
    """
    found = updater._trusted_set
    found.reference_time = now
    return found


def _all_targets(updater: Updater, trusted: Any) -> Iterator[tuple[str, Targets]]:
    """Every role that signs targets, the top one first; the library itself looks up one path after the other."""
    top: Targets = trusted.targets
    yield TARGETS, top
    count = len(top.targets)
    for role in list((top.delegations.roles or {}) if top.delegations else {})[:32]:
        found = updater._load_targets(role, TARGETS)
        count += len(found.targets)
        yield role, found
    if count > _MOST_TARGETS:
        raise ValueError(f"{count} targets: at most {_MOST_TARGETS} are taken")


def _target(
    updater: Updater,
    path: str,
    target: TargetFile,
    role: str,
    targets: Targets,
    known: Callable[[Target], bool],
    folder: Path,
) -> Target:
    raw = target.unrecognized_fields.get("custom")
    custom = {str(key)[:100]: str(value)[:1_000] for key, value in raw.items()} if isinstance(raw, dict) else {}
    found = Target(path, target.hashes["sha256"], target.length, role, targets.version, custom)
    if known(found):
        return found
    place = folder / "incoming"
    updater.download_target(target, str(place))
    body = place.read_bytes()
    place.unlink()
    return replace(found, body=body)


class _Fetcher(FetcherInterface):
    """The library's way to a mirror."""

    def __init__(self, mirror: Fetch) -> None:
        self._mirror = mirror

    def _fetch(self, url: str) -> Iterator[bytes]:
        pieces = self._mirror(url.removeprefix("mirror:"))
        try:
            first = next(pieces, b"")
        except FileNotFoundError:
            raise tuf.DownloadHTTPError(f"no {url.removeprefix('mirror:')}", 404) from None
        return self._rest(first, pieces)

    @staticmethod
    def _rest(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
        yield first
        try:
            yield from pieces
        except OSError as error:
            raise tuf.DownloadError(str(error)) from None


def _may(path: str, patterns: Sequence[str]) -> bool:
    try:
        _checked_path(path)
    except BadInput:
        return False
    return any(fnmatch.fnmatchcase(path, one) for one in patterns)


def _checked_path(path: str) -> None:
    """Refuse a path that is none of ours, or leads elsewhere.

    Raises:
        BadInput: it does.
    """
    parts = path.split("/")
    whole = all(part and part.strip(".") and part.isprintable() and part.isascii() for part in parts)
    if not whole or not 2 <= len(parts) <= 4 or parts[0] not in KINDS or len(path) > 200 or "\\" in path or ":" in path:
        raise BadInput(f"{path[:80]!r} is no path", where="publication", remedy=f"{'|'.join(KINDS)}/.../NAME")


def _public(key: SigningKey) -> SSlibKey:
    return public_signing_key(key.public)


def _until(role: str, now: dt.datetime) -> dt.datetime:
    return (now + LASTS[role]).replace(microsecond=0)


def _put(place: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{place.name}.{os.getpid()}.{os.urandom(4).hex()}")
    temporary.write_bytes(content)
    temporary.replace(place)
