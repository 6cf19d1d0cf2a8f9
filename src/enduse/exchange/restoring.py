"""A node that was restored from an older backup, and how its streams become whole again.

It asks each member for its own letters that they hold and it has lost: they bear its own signature, so nobody can make
one up. They take their places again. What it wrote since under the same numbers, and they therefore refused, moves
behind them under new numbers, with the same notices. Letters of theirs that it has lost, they bring once more. Nothing
is applied twice: what it lost, its own store does not know; what they hold, they know by number and id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from enduse.exchange.envelopes import LETTER_TYPE, RESTORE_TYPE, is_sealed, read_envelope, seal, sign, unseal
from enduse.exchange.keys import Keyring, public_sealing_key
from enduse.exchange.letters import LETTER, Letter, signed_by
from enduse.exchange.membership import Membership
from enduse.exchange.strict import moment, read_as
from enduse.model.codec import canonical_json, to_plain
from enduse.model.decision import stamp
from enduse.model.errors import BadInput

SCHEMA = "enduse.restore/1"
FRESH = dt.timedelta(days=1)
"""A request is taken within a day, so that one that somebody kept does nothing."""


@dataclass(frozen=True, slots=True)
class Restore:
    """What a restored node asks a member for.

    Attributes:
        by: who was restored; ``to`` the member that is asked.
        at: moment.
        sent: the last place of the stream to that member up to which everything is settled; ``last`` its letter's id.
        came: the first place of that member's stream at which nothing has come in.
    """

    coalition: str
    by: str
    to: str
    at: str
    sent: int
    last: str
    came: int
    schema: str = SCHEMA


def written(request: Restore, ring: Keyring) -> bytes:
    """A request as it goes out."""
    return sign(to_plain(request), RESTORE_TYPE, ring.signing[:1])


def read(blob: bytes, me: str, membership: Membership, now: dt.datetime) -> Restore:
    """A request, once it is certain who asks.

    Raises:
        BadInput: it is not, or it is not of now.
    """
    envelope, plain = read_envelope(blob, RESTORE_TYPE, "restore")
    found = read_as(Restore, plain, "restore")
    if found.schema != SCHEMA or found.coalition != membership.coalition or found.to != me:
        raise BadInput("it is for somebody else", where="restore")
    if not 0 <= found.sent < 2**31 or not 1 <= found.came < 2**31:
        raise BadInput("it names no place of a stream", where="restore")
    if abs(now - moment(found.at, "at")) > FRESH:
        raise BadInput("it is not of today", where="restore", remedy="ask again")
    signed_by(found.by, found.at, envelope, membership, now, "restore")
    return found


def given_back(signed: Sequence[bytes], by: str, membership: Membership, now: dt.datetime) -> list[bytes]:
    """Letters of a member, as it signed them, sealed for it again: on the way nobody else reads them.

    Raises:
        BadInput: it has no key to seal with.
    """
    member = membership.member(by)
    key = member.sealing_key(now) if member else None
    if key is None:
        raise BadInput(f"{by} has no key to seal with", where="membership")
    return [seal(one, public_sealing_key(key.public)) for one in signed]


def own_letters(
    blobs: Sequence[bytes], request: Restore, membership: Membership, ring: Keyring, now: dt.datetime
) -> list[Letter]:
    """Our own letters that a member gave back, in their places, each following the one before.

    Raises:
        BadInput: one is not ours, not to that member, or does not follow: nothing of it is believed.
    """
    found: list[Letter] = []
    before = request.last
    for number, blob in enumerate(blobs, request.sent + 1):
        signed = unseal(blob, ring, "letter") if is_sealed(blob) else blob
        envelope, plain = read_envelope(signed, LETTER_TYPE, "letter")
        letter = read_as(Letter, plain, "letter")
        if envelope.payload != canonical_json(to_plain(letter)) or letter.schema != LETTER:
            raise BadInput("it is no letter", where=request.to)
        ours = (letter.notice.originator, letter.to, letter.coalition) == (request.by, request.to, membership.coalition)
        if not ours or letter.seq != number or letter.previous != before:
            raise BadInput(f"letter {letter.seq} is not ours at its place", where=request.to)
        signed_by(request.by, letter.notice.created, envelope, membership, now, "letter")
        before = letter.id
        found.append(letter)
    return found


def asked(me: str, peer: str, sent: tuple[int, str], came: int, membership: Membership, now: dt.datetime) -> Restore:
    """What is asked of a member now."""
    return Restore(membership.coalition, me, peer, stamp(now), *sent, came)
