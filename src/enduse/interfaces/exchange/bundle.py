"""Bundles: what goes to a node that is not on line, as one file, and what comes back.

A bundle proves nothing itself: letters, receipts and membership versions in it are signed one by one, and sealed where
their handling asks for it. Who carries it sees that it is there, how large it is, and between whom.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass

from enduse.exchange.letters import Line, receipt
from enduse.exchange.post import OUTCOME
from enduse.exchange.strict import read_json
from enduse.interfaces.exchange.node import Node
from enduse.model.codec import canonical_json
from enduse.model.decision import stamp
from enduse.model.errors import BadInput
from enduse.model.letter_record import IN

SCHEMA = "enduse.bundle/1"
MAX_BYTES = 64 << 20
_MOST = 500


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a bundle brought.

    Attributes:
        versions: membership versions that are new.
        taken, again: letters that are new, and that had come before.
        settled: letters of ours that it acknowledges.
        rejected: why others are no letters, or no receipts.
    """

    versions: tuple[int, ...]
    taken: int
    again: int
    settled: int
    rejected: tuple[str, ...]


def pack(node: Node, peer: str) -> bytes:
    """What a member is to be told, and acknowledgements of what it told last.

    Raises:
        BadInput: it is no member.
    """
    document, post = node.membership(), node.post()
    if peer not in {one.id for one in node.others()}:
        raise BadInput(f"{peer[:30]!r} is no other member", where="peer")
    rows = node.stores.need().letters.some(IN, peer=peer, limit=1_000)[-_MOST:]
    lines = tuple(Line(one.seq, one.id, OUTCOME.get(one.state, one.state), one.problem) for one in rows)
    receipts = [receipt(lines, node.me, peer, document, node.ring(), node.now())] if lines else []
    versions = [node.version(number) for number in range(1, document.version + 1)]
    return canonical_json(
        {
            "schema": SCHEMA,
            "coalition": document.coalition,
            "from": node.me,
            "to": peer,
            "made": stamp(node.now()),
            "membership": [_text(one) for one in versions if one is not None],
            "letters": [_text(blob) for _, blob in post.outgoing(peer, limit=_MOST)],
            "receipts": [_text(one) for one in receipts],
        }
    )


def unpack(node: Node, blob: bytes) -> Unpacked:
    """Take a bundle; what it acknowledges rests, what it tells waits for its effect.

    Raises:
        BadInput: it is no bundle to us.
    """
    plain = read_json(blob, "bundle", max_bytes=MAX_BYTES)
    parts = ("membership", "letters", "receipts")
    if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
        raise BadInput("it is no bundle", where="bundle")
    if plain.get("to") != node.me:
        raise BadInput(f"it is for {str(plain.get('to'))[:30]!r}", where="bundle")
    if not all(isinstance(plain.get(name), list) for name in parts):
        raise BadInput("a part is missing", where="bundle", remedy=", ".join(parts))
    try:
        versions, letters, receipts = ([b64decode(str(one), validate=True) for one in plain[name]] for name in parts)
    except ValueError:
        raise BadInput("a part is no base64", where="bundle") from None
    rejected: list[str] = []
    new: list[int] = []
    for number, one in enumerate(versions, 1):
        if number > node.membership().version:
            try:
                new.append(node.trust(one).version)
            except BadInput as error:
                rejected.append(str(error))
                break
    settled = taken = again = 0
    for one in receipts:
        try:
            settled += node.post().receipts(one)
        except BadInput as error:
            rejected.append(str(error))
    for start in range(0, len(letters), 50):
        brought = node.take(letters[start : start + 50])
        taken, again = taken + brought.taken, again + brought.again
        rejected += brought.rejected
    return Unpacked(tuple(new), taken, again, settled, tuple(rejected))


def _text(blob: bytes) -> str:
    return b64encode(blob).decode("ascii")
