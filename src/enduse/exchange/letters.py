"""Letters: a notice on its way to one member, in its place of the stream from one to the other.

The stream is numbered without gaps, and each letter names the one before it: what is lost, repeated or out of order
shows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from enduse.exchange.envelopes import (
    LETTER_TYPE,
    RECEIPT_TYPE,
    is_sealed,
    read_envelope,
    seal,
    sign,
    signers,
    unseal,
)
from enduse.exchange.keys import Keyring, public_sealing_key, public_signing_key
from enduse.exchange.membership import Member, Membership
from enduse.exchange.notices import Notice
from enduse.exchange.strict import moment, read_as
from enduse.model.codec import canonical_json, to_plain
from enduse.model.decision import digest, stamp
from enduse.model.errors import BadInput

LETTER, RECEIPT = "enduse.letter/1", "enduse.receipt/1"
_MOST = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice to one of its recipients.

    Attributes:
        seq: its place in the stream from the originator to ``to``, from 1.
        previous: id of the letter before it; empty in the first.
    """

    coalition: str
    to: str
    seq: int
    previous: str
    notice: Notice
    schema: str = LETTER

    @property
    def id(self) -> str:
        """The hash of its plain values."""
        return digest(to_plain(self))


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter that is what it says it is.

    Attributes:
        signed: the signed envelope, which is kept.
        sealed: whether it came sealed.
    """

    letter: Letter
    signed: bytes
    sealed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What a receipt says of a letter: ``taken``, ``held`` (one before it is missing), ``expired``, ``refused``."""

    seq: int
    id: str
    outcome: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a member says of letters that it holds.

    Attributes:
        by: who holds them; ``to`` who wrote them.
        at: moment.
    """

    coalition: str
    by: str
    to: str
    at: str
    lines: tuple[Line, ...]
    schema: str = RECEIPT


def written(letter: Letter, ring: Keyring, membership: Membership, now: dt.datetime) -> bytes:
    """A letter as it goes out: signed with the newest key and, where its handling asks for it, sealed.

    Raises:
        BadInput: whoever it is for has no key to seal with now.
    """
    signed = sign(to_plain(letter), LETTER_TYPE, ring.signing[:1])
    if not letter.notice.handling.sealed:
        return signed
    member = membership.member(letter.to)
    key = member.sealing_key(now) if member else None
    if key is None:
        raise BadInput(f"{letter.to} has no key to seal with", where="membership")
    return seal(signed, public_sealing_key(key.public))


def opened(blob: bytes, me: str, membership: Membership, ring: Keyring, now: dt.datetime) -> Opened:
    """A letter, once it is certain who wrote it, and that it is for us.

    Raises:
        BadInput: it is not; nothing of it may be believed.
    """
    sealed = is_sealed(blob)
    signed = unseal(blob, ring, "letter") if sealed else blob
    envelope, plain = read_envelope(signed, LETTER_TYPE, "letter")
    letter = read_as(Letter, plain, "letter")
    if envelope.payload != canonical_json(to_plain(letter)):
        raise BadInput("it is not written canonically", where="letter")
    if letter.schema != LETTER or letter.coalition != membership.coalition:
        raise BadInput("it is of another coalition or schema", where="letter")
    if letter.to != me or me not in letter.notice.recipients:
        raise BadInput("it is addressed to somebody else", where="letter")
    if not 1 <= letter.seq < 2**31:
        raise BadInput("it has no place in a stream", where="letter")
    signed_by(letter.notice.originator, letter.notice.created, envelope, membership, now, "letter")
    return Opened(letter, signed, sealed)


def signed_by(originator: str, at: str, envelope: Any, membership: Membership, now: dt.datetime, what: str) -> Member:
    """Who signed, checked against the membership document.

    A key counts that counts now (what waited is signed anew after a rotation) or did when it was written (what was on
    its way during one); one that was revoked never counts, whatever date is written.
    """
    member = membership.member(originator)
    if member is None or not member.belongs(now) or not member.belongs(moment(at, "created")):
        raise BadInput(f"{originator[:30]!r} is no member", where=what)
    when = moment(at, "created")
    keys = [public_signing_key(one.public, one.id) for one in member.signing if one.present(now) or one.counts(when)]
    if not signers(envelope, keys):
        raise BadInput(f"no key of {originator} that counts has signed it", where=what)
    return member


def receipt(
    lines: tuple[Line, ...], me: str, to: str, membership: Membership, ring: Keyring, now: dt.datetime
) -> bytes:
    """A signed receipt."""
    found = Receipt(membership.coalition, me, to, stamp(now), lines)
    return sign(to_plain(found), RECEIPT_TYPE, ring.signing[:1])


def read_receipt(blob: bytes, me: str, membership: Membership, now: dt.datetime) -> Receipt:
    """A receipt, once it is certain who gave it.

    Raises:
        BadInput: it is not.
    """
    envelope, plain = read_envelope(blob, RECEIPT_TYPE, "receipt")
    found = read_as(Receipt, plain, "receipt")
    if found.schema != RECEIPT or found.coalition != membership.coalition or found.to != me:
        raise BadInput("it is for somebody else", where="receipt")
    if len(found.lines) > _MOST:
        raise BadInput(f"{len(found.lines)} lines", where="receipt", remedy=f"at most {_MOST} are accepted")
    signed_by(found.by, found.at, envelope, membership, now, "receipt")
    return found
