"""Who takes part: a document that a quorum signs, version after version.

A version is accepted when it follows the one before by one, is signed by as many governors as the version before asks
for *and* as many as it asks for itself, and everybody whose own entry is new or changed has signed it too. Where
somebody has lost their keys, the document names them as recovered, and the larger quorum for that stands in for their
signature.
The first version is trusted by its hash, which is compared by other means (a telephone, a meeting).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from securesystemslib.signer import SSlibKey

from enduse.exchange.envelopes import MEMBERSHIP_TYPE, read_envelope, seal_with_signatures, sign, signers
from enduse.exchange.keys import Keyring, SigningKey, public_sealing_key, public_signing_key
from enduse.exchange.strict import moment, read_as
from enduse.model.codec import canonical_json, to_plain
from enduse.model.decision import stamp
from enduse.model.errors import BadInput

SCHEMA = "enduse.membership/1"
_ID = re.compile(r"[a-z][a-z0-9-]{0,29}")
_STATE = re.compile(r"[A-Z]{2}")
_MOST_MEMBERS = 300


@dataclass(frozen=True, slots=True)
class MemberKey:
    """A public key of a member.

    Attributes:
        id: hash of the key.
        public: in hexadecimal.
        since: from when it counts.
        until: until when; empty while it is the present one.
        revoked: when it was found in other hands: nothing under it counts, whatever date a letter bears; else empty.
    """

    id: str
    public: str
    since: str
    until: str = ""
    revoked: str = ""

    def counts(self, at: dt.datetime) -> bool:
        """Whether the key counts at a moment."""
        moment_ = stamp(at)
        return not self.revoked and self.since <= moment_ and (not self.until or moment_ < self.until)

    def present(self, at: dt.datetime) -> bool:
        """Whether the key stands in the document as one of now.

        When it began says nothing here: the document that names it is trusted, and a clock that is behind must not make
        a key of today one of tomorrow.
        """
        return not self.revoked and (not self.until or stamp(at) < self.until)


@dataclass(frozen=True, slots=True)
class Member:
    """A member, with a node.

    Attributes:
        id: ``nl``.
        state: ISO alpha-2.
        url: where its node listens to others; empty for one that is not on line.
        groups: regimes and unions that it belongs to (``eu``, ``wassenaar``).
        publishes: paths of what it may publish (``listings/us-bis/*``); empty for nothing.
        root: the first root of its publications, as its JSON text; empty where it publishes nothing.
        joined: day; ``left`` the first day on which it is no member any more.
    """

    id: str
    name: str
    state: str
    joined: str
    signing: tuple[MemberKey, ...]
    sealing: tuple[MemberKey, ...]
    url: str = ""
    groups: tuple[str, ...] = ()
    publishes: tuple[str, ...] = ()
    root: str = ""
    left: str = ""

    def belongs(self, at: dt.datetime) -> bool:
        """Whether it is a member at a moment."""
        day = stamp(at)[:10]
        return self.joined <= day and (not self.left or day < self.left)

    def signing_keys(self, at: dt.datetime) -> list[SSlibKey]:
        """The keys that count at a moment."""
        return [public_signing_key(one.public, one.id) for one in self.signing if one.counts(at)]

    def sealing_key(self, at: dt.datetime) -> MemberKey | None:
        """The key to seal with now."""
        return next((one for one in self.sealing if one.present(at)), None)


@dataclass(frozen=True, slots=True)
class Membership:
    """One version of the document.

    Attributes:
        version: from 1.
        issued, expires: moments.
        threshold: how many governors sign a version.
        recovery: how many sign where somebody has lost their keys; at least ``threshold``.
        governors: ids of the members whose signatures count for the quorum.
        recovered: members whose changed entries they could not sign themselves.
    """

    coalition: str
    version: int
    issued: str
    expires: str
    threshold: int
    recovery: int
    governors: tuple[str, ...]
    members: tuple[Member, ...]
    recovered: tuple[str, ...] = ()
    schema: str = SCHEMA

    def member(self, identifier: str) -> Member | None:
        """A member by its id, past ones included."""
        return next((one for one in self.members if one.id == identifier), None)

    def active(self, at: dt.datetime) -> tuple[Member, ...]:
        """The members at a moment."""
        return tuple(one for one in self.members if one.belongs(at))

    def group(self, name: str, at: dt.datetime) -> frozenset[str]:
        """Ids of the members of a group at a moment."""
        return frozenset(one.id for one in self.active(at) if name in one.groups)

    def of_state(self, state: str, at: dt.datetime) -> Member | None:
        """The member of a state at a moment."""
        return next((one for one in self.active(at) if one.state == state), None)

    def expired(self, at: dt.datetime) -> bool:
        """Whether it no longer counts: a version that nobody renews must not be used for ever."""
        return stamp(at) >= self.expires

    @property
    def sha256(self) -> str:
        """Hash of the document, for the first version, which is compared by other means."""
        return hashlib.sha256(canonical_json(to_plain(self))).hexdigest()


@dataclass(frozen=True, slots=True)
class Signed:
    """A membership document with its signatures."""

    document: Membership
    blob: bytes = field(repr=False)
    signed_by: frozenset[str]


def entry(
    identifier: str,
    name: str,
    state: str,
    ring: Keyring,
    now: dt.datetime,
    *,
    url: str = "",
    groups: Iterable[str] = (),
    publishes: Iterable[str] = (),
    root: str = "",
) -> Member:
    """The entry of a member with the newest keys of a ring."""
    since = stamp(now)
    return Member(
        id=identifier,
        name=name,
        state=state,
        joined=since[:10],
        signing=(MemberKey(ring.signing[0].id, ring.signing[0].public, since),),
        sealing=(MemberKey(ring.sealing[0].id, ring.sealing[0].public, since),),
        url=url,
        groups=tuple(groups),
        publishes=tuple(publishes),
        root=root,
    )


def with_keys(member: Member, ring: Keyring, now: dt.datetime, *, revoked: Iterable[str] = ()) -> Member:
    """The entry after a change of keys: what the ring no longer begins with ends now, what is lost is revoked."""
    lost, at = frozenset(revoked), stamp(now)

    def ended(one: MemberKey, newest: str) -> MemberKey:
        if one.id in lost:
            return replace(one, revoked=one.revoked or at)
        return one if one.id == newest or one.until else replace(one, until=at)

    def turned(old: tuple[MemberKey, ...], newest: str, public: str) -> tuple[MemberKey, ...]:
        kept = tuple(ended(one, newest) for one in old)
        return kept if any(one.id == newest for one in kept) else (MemberKey(newest, public, at), *kept)

    signing, sealing = ring.signing[0], ring.sealing[0]
    return replace(
        member,
        signing=turned(member.signing, signing.id, signing.public),
        sealing=turned(member.sealing, sealing.id, sealing.public),
    )


def next_version(before: Membership, now: dt.datetime, *, days: int = 365, **changes: object) -> Membership:
    """The version after one, to be signed."""
    until = stamp(now + dt.timedelta(days=days))
    stated: dict[str, object] = {"issued": stamp(now), "expires": until, "recovered": (), **changes}
    return replace(before, version=before.version + 1, **stated)  # type: ignore[arg-type]


def signed(document: Membership, keys: Iterable[SigningKey]) -> bytes:
    """A document with signatures."""
    return sign(to_plain(document), MEMBERSHIP_TYPE, keys)


def countersigned(blob: bytes, keys: Iterable[SigningKey]) -> bytes:
    """A signed document with more signatures.

    Raises:
        BadInput: it is no membership document.
    """
    envelope, _ = read_envelope(blob, MEMBERSHIP_TYPE, "membership")
    return seal_with_signatures(envelope, keys)


def read_signed(blob: bytes) -> Signed:
    """A document and whose signatures under it hold by its own keys; it is not trusted by that.

    Raises:
        BadInput: it is no membership document, or contradicts itself.
    """
    envelope, plain = read_envelope(blob, MEMBERSHIP_TYPE, "membership")
    document = read_as(Membership, plain, "membership")
    if envelope.payload != canonical_json(to_plain(document)):
        raise BadInput("it is not written canonically", where="membership")
    for problem in _problems(document):
        raise BadInput(problem, where=f"membership version {document.version}")
    at = moment(document.issued, "issued")
    by = {one.id for one in document.members if signers(envelope, one.signing_keys(at))}
    return Signed(document, blob, frozenset(by))


def accept(blob: bytes, before: Membership | None, now: dt.datetime, *, sha256: str = "") -> Signed:
    """A version, once everything about it holds.

    Args:
        before: the version that is trusted now; None for the first.
        sha256: hash of the first version, compared by other means; needed where there is none before.

    Raises:
        BadInput: it is not the next version, has expired, or signatures are missing; says whose.
    """
    found = read_signed(blob)
    document = found.document
    where = f"membership version {document.version}"
    if document.expired(now):
        raise BadInput(f"it expired on {document.expires}", where=where, remedy="ask for the present version")
    if before is None:
        if document.sha256 != sha256.strip().lower():
            remedy = "compare the hash with another member by other means"
            raise BadInput(f"its hash is {document.sha256}, another was stated", where=where, remedy=remedy)
        missing = sorted({one.id for one in document.members} - found.signed_by)
        if missing:
            raise BadInput(f"not signed by {', '.join(missing)}", where=where, remedy="everybody signs the first one")
        return found
    if document.coalition != before.coalition or document.version != before.version + 1:
        told = f"{document.coalition} version {document.version} after {before.coalition} version {before.version}"
        raise BadInput(told, where=where, remedy="versions are taken one after the other")
    if document.issued < before.issued:
        raise BadInput("it was issued before the version that it follows", where=where)
    envelope, _ = read_envelope(blob, MEMBERSHIP_TYPE, "membership")
    issued = moment(document.issued, "issued")
    # Keys of the version before count by what it knew of them; a key that it revokes counts for nothing.
    old = {one.id for one in before.members if signers(envelope, one.signing_keys(issued))}
    governing = sorted(old & set(before.governors))
    if len(governing) < before.threshold:
        told = f"signed by {len(governing)} of {before.threshold} governors of version {before.version}"
        raise BadInput(told, where=where, remedy=f"governors: {', '.join(before.governors)}")
    if len(found.signed_by & set(document.governors)) < document.threshold:
        raise BadInput(f"not signed by {document.threshold} governors of its own", where=where)
    for problem in _unagreed(document, before, old, found.signed_by, len(governing)):
        raise BadInput(problem, where=where)
    return found


def _unagreed(
    document: Membership, before: Membership, old: set[str], new: frozenset[str], governing: int
) -> Iterator[str]:
    """Entries that changed without the member's own signature."""
    for one in document.members:
        was = before.member(one.id)
        if was is None:
            if one.id not in new:
                yield f"{one.id} has not signed that it joins"
        elif _own(was) != _own(one) and one.id not in old:
            if one.id not in document.recovered:
                yield f"the entry of {one.id} changed without its signature"
            elif governing < before.recovery:
                yield f"{one.id} is recovered by {governing} governors of {before.recovery}"
            elif one.id not in new:
                yield f"{one.id} has not signed with its new key"
    for one in before.members:
        if document.member(one.id) is None:
            yield f"{one.id} is gone: who leaves stays in the document, with the day"


def _own(member: Member) -> Member:
    """What a member alone may change: keys, address, root; not when it left, its groups, and what it may publish."""
    return replace(member, left="", groups=(), publishes=())


def _problems(document: Membership) -> Iterator[str]:
    if document.schema != SCHEMA:
        yield f"unknown schema {document.schema[:40]!r}"
    if len(document.members) > _MOST_MEMBERS or not document.members:
        yield f"{len(document.members)} members"
    ids = [one.id for one in document.members]
    if len(set(ids)) != len(ids):
        yield "a member occurs twice"
    if len(set(document.governors)) != len(document.governors) or not set(document.governors) <= set(ids):
        yield "a governor is no member, or occurs twice"
    if not 1 <= document.threshold <= document.recovery <= len(document.governors):
        yield "threshold, recovery and the number of governors do not go together"
    moment(document.issued, "issued"), moment(document.expires, "expires")
    keys: set[str] = set()
    for one in document.members:
        if not _ID.fullmatch(one.id) or not _STATE.fullmatch(one.state):
            yield f"{one.id[:40]!r} of {one.state[:10]!r} is no member: small letters, and an ISO code"
        if not one.signing or not one.sealing:
            yield f"{one.id} has no key to sign, or none to seal"
        for key in one.signing:
            if public_signing_key(key.public, one.id).keyid != key.id or key.id in keys:
                yield f"key {key.id[:16]} of {one.id} is named wrongly, or occurs twice"
            keys.add(key.id)
        for key in one.sealing:
            if public_sealing_key(key.public, one.id).thumbprint() != key.id or key.id in keys:
                yield f"key {key.id[:16]} of {one.id} is named wrongly, or occurs twice"
            keys.add(key.id)
        for at in (key_at for key in (*one.signing, *one.sealing) for key_at in (key.since, key.until, key.revoked)):
            if at:
                moment(at, f"keys of {one.id}")
