"""The next version of the membership document, as a node drafts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from enduse.exchange.membership import Member, Membership, next_version, signed, with_keys
from enduse.exchange.strict import read_as, read_json
from enduse.interfaces.exchange.node import Node
from enduse.model.decision import stamp
from enduse.model.errors import BadInput


def changed(
    node: Node,
    *,
    joining: Sequence[bytes] = (),
    leaving: Sequence[str] = (),
    own_keys: bool = False,
    revoked: Sequence[str] = (),
    recovered: Sequence[bytes] = (),
    days: int = 365,
) -> tuple[Membership, bytes]:
    """A draft of the next version, signed by this node with its newest key and the one before.

    Args:
        joining: entries of new members.
        leaving: ids of members that leave today.
        own_keys: whether our entry names our newest keys.
        revoked: keys of ours that others have.
        recovered: entries with the new keys of members that lost theirs; what they had is revoked.

    Raises:
        BadInput: an entry cannot be read, or names nobody, or somebody who is there.
    """
    before, now = node.membership(), node.now()
    members = {one.id: one for one in before.members}
    for blob in joining:
        entry = _entry(blob)
        if entry.id in members:
            raise BadInput(f"{entry.id} is in the document already", where="--add")
        members[entry.id] = entry
    for name in leaving:
        if name not in members:
            raise BadInput(f"{name[:30]!r} is no member", where="--leave")
        members[name] = replace(members[name], left=stamp(now)[:10])
    if own_keys or revoked:
        members[node.me] = with_keys(members[node.me], node.ring(), now, revoked=revoked)
    named = []
    for blob in recovered:
        entry = _entry(blob)
        if entry.id not in members:
            raise BadInput(f"{entry.id} is no member", where="--recover")
        was = members[entry.id]
        lost = [replace(one, revoked=one.revoked or stamp(now)) for one in was.signing]
        gone = [replace(one, until=one.until or stamp(now)) for one in was.sealing]
        members[entry.id] = replace(
            was, signing=(*entry.signing, *lost), sealing=(*entry.sealing, *gone), root=entry.root or was.root
        )
        named.append(entry.id)
    governors = tuple(one for one in before.governors if one not in leaving)
    document = next_version(
        before, now, days=days, members=tuple(members.values()), governors=governors, recovered=tuple(named)
    )
    return document, signed(document, node.ring().signing[:2])


def _entry(blob: bytes) -> Member:
    return read_as(Member, read_json(blob, "entry"), "entry")
