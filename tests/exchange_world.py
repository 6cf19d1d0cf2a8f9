"""A small coalition for tests: members with keys, a membership document, a clock that is set by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from enduse.exchange.keys import Keyring, SigningKey
from enduse.exchange.letters import Letter, Line
from enduse.exchange.membership import Member, Membership, accept, entry, signed
from enduse.exchange.post import Post, Sent, Taken
from enduse.exchange.publication import ROLES, Publication, RoleKeys
from enduse.model.decision import stamp

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
GROUPS = {"nl": ("eu", "wassenaar"), "fr": ("eu", "wassenaar"), "us": ("wassenaar",), "de": ("eu", "wassenaar")}
STATES = {"nl": "NL", "fr": "FR", "us": "US", "de": "DE"}


@dataclass
class Clock:
    """Tells the moment that a test sets."""

    now: dt.datetime = START

    def __call__(self) -> dt.datetime:
        return self.now

    def later(self, **parts: float) -> None:
        self.now += dt.timedelta(**parts)


def role_keys(count: int = 1, threshold: int = 1) -> RoleKeys:
    return RoleKeys(tuple(SigningKey.make() for _ in range(count)), threshold)


def publication_keys() -> dict[str, RoleKeys]:
    """Two of three for the root, two of two for what is published, one each for what is renewed every day."""
    keys = {role: role_keys() for role in ROLES}
    return keys | {"root": role_keys(3, 2), "targets": role_keys(2, 2)}


def founded(
    rings: Mapping[str, Keyring],
    now: dt.datetime = START,
    *,
    publishes: Mapping[str, Sequence[str]] | None = None,
    roots: Mapping[str, bytes] | None = None,
    threshold: int = 2,
    urls: Mapping[str, str] | None = None,
) -> tuple[Membership, bytes]:
    """The first version, signed by everybody."""
    members: list[Member] = [
        entry(
            name,
            f"Office of {name.upper()}",
            STATES.get(name, "XA"),
            ring,
            now,
            url=(urls or {}).get(name, ""),
            groups=GROUPS.get(name, ()),
            publishes=(publishes or {}).get(name, ()),
            root=(roots or {}).get(name, b"").decode(),
        )
        for name, ring in rings.items()
    ]
    names = tuple(rings)
    threshold = min(threshold, len(names))
    document = Membership(
        coalition="echri-test",
        version=1,
        issued=stamp(now),
        expires=stamp(now + dt.timedelta(days=365)),
        threshold=threshold,
        recovery=min(threshold + 1, len(names)),
        governors=names,
        members=tuple(members),
    )
    blob = signed(document, [ring.signing[0] for ring in rings.values()])
    return accept(blob, None, now, sha256=document.sha256).document, blob


def mirror_of(folder: Path) -> Callable[[str], Iterator[bytes]]:
    """A mirror that reads a folder."""

    def read(path: str) -> Iterator[bytes]:
        yield (folder / path).read_bytes()

    return read


def published(folder: Path, now: dt.datetime = START) -> tuple[Publication, bytes]:
    """An empty publication and its first root."""
    made = Publication(folder, publication_keys())
    return made, made.create(now)


@dataclass
class MemoryBook:
    """A book in memory; each method is all or nothing."""

    out: dict[str, list[Sent]] = field(default_factory=dict)
    came: dict[str, dict[int, Taken]] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)
    rejections: list[str] = field(default_factory=list)
    order: list[tuple[str, int]] = field(default_factory=list)

    def queue(self, source: str, peers: Sequence[str], make: Callable[[str, int, str], Letter]) -> Sequence[Letter]:
        if source and source in self.sources:
            return ()
        self.sources.add(source)
        made = []
        for peer in peers:
            stream = self.out.setdefault(peer, [])
            letter = make(peer, len(stream) + 1, stream[-1].letter.id if stream else "")
            stream.append(Sent(letter))
            made.append(letter)
        return made

    def waiting(self, peer: str, due: str, limit: int) -> Sequence[Sent]:
        found = [one for one in self.out.get(peer, ()) if one.state == "waiting" and one.due <= due]
        return found[:limit]

    def put_off(self, peer: str, seq: int, due: str, problem: str) -> None:
        one = self.out[peer][seq - 1]
        self.out[peer][seq - 1] = replace(one, due=due, problem=problem, attempts=one.attempts + 1)

    def settle(self, peer: str, line: Line, at: str) -> bool:
        stream = self.out.get(peer, [])
        if not 1 <= line.seq <= len(stream):
            return False
        one = stream[line.seq - 1]
        if one.letter.id != line.id or one.state != "waiting":
            return False
        state = "refused" if line.outcome == "refused" else "acknowledged"
        stream[line.seq - 1] = replace(one, state=state, problem=line.why)
        return True

    def expected(self, peer: str) -> int:
        seq, stream = 1, self.came.get(peer, {})
        while seq in stream and stream[seq].state != "held":
            seq += 1
        return seq

    def held(self, peer: str, seq: int) -> Taken | None:
        return self.came.get(peer, {}).get(seq)

    def keep(self, peer: str, taken: Taken) -> bool:
        stream = self.came.setdefault(peer, {})
        if taken.letter.seq in stream:
            return False
        stream[taken.letter.seq] = taken
        if taken.state == "received":
            self.order.append((peer, taken.letter.seq))
        return True

    def release(self, peer: str, seq: int, state: str) -> None:
        self.came[peer][seq] = replace(self.came[peer][seq], state=state)
        if state == "received":
            self.order.append((peer, seq))

    def received(self, limit: int) -> Sequence[Taken]:
        found = [self.came[peer][seq] for peer, seq in self.order]
        return [one for one in found if one.state == "received"][:limit]

    def done(self, peer: str, seq: int, state: str, problem: str) -> None:
        self.came[peer][seq] = replace(self.came[peer][seq], state=state, problem=problem)

    def rejected(self, why: str, size: int, at: str) -> None:
        self.rejections.append(why)

    def of_notice(self, identifier: str) -> Sequence[Taken]:
        return [one for stream in self.came.values() for one in stream.values() if one.letter.notice.id == identifier]

    def answers(self, identifier: str) -> Sequence[Taken]:
        found = [one for stream in self.came.values() for one in stream.values()]
        return [one for one in found if one.letter.notice.correlates_to == identifier]

    def settled(self, peer: str) -> tuple[int, str]:
        seq, last = 0, ""
        for one in self.out.get(peer, ()):
            if one.state == "waiting":
                break
            seq, last = one.letter.seq, one.letter.id
        return seq, last

    def again(self, peer: str, seq: int) -> int:
        stream, count = self.out.get(peer, []), 0
        for number, one in enumerate(stream):
            if one.letter.seq >= seq and one.state == "acknowledged":
                stream[number], count = replace(one, state="waiting", due="", attempts=0), count + 1
        return count

    def signed(self, peer: str, after: int, limit: int) -> Sequence[bytes]:
        found: list[bytes] = []
        stream = self.came.get(peer, {})
        while len(found) < limit and (one := stream.get(after + len(found) + 1)) is not None:
            found.append(one.signed)
        return found

    def put_back(
        self, peer: str, letters: Sequence[Letter], make: Callable[[Letter, int, str], Letter], at: str
    ) -> tuple[int, int]:
        if not letters:
            return 0, 0
        stream, ids = self.out.setdefault(peer, []), {one.id for one in letters}
        later = [one.letter for one in stream[letters[0].seq - 1 :] if one.letter.id not in ids]
        del stream[letters[0].seq - 1 :]
        stream += [Sent(one, "acknowledged") for one in letters]
        for one in later:
            stream.append(Sent(make(one, len(stream) + 1, stream[-1].letter.id)))
        return len(letters), len(later)


def post_of(name: str, membership: Callable[[], Membership], ring: Keyring, clock: Callable[[], dt.datetime]) -> Post:
    """A post with a book in memory."""
    return Post(name, membership, lambda: ring, MemoryBook(), clock)
