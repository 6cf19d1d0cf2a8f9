"""A coalition of nodes in one process, on a network that loses, repeats, reorders, delays and forges, with crashes and
clocks that differ: nothing is lost or has its effect twice, all honest nodes come to the same, nothing forged or rolled
back is believed, and silence has its meaning on the day that the rules say.
"""

from __future__ import annotations

import copy
import datetime as dt
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enduse.exchange.due import Came, State, Works, standing
from enduse.exchange.envelopes import LETTER_TYPE, RESTORE_TYPE, sign
from enduse.exchange.handling import partner
from enduse.exchange.keys import Keyring
from enduse.exchange.letters import Letter
from enduse.exchange.membership import Membership
from enduse.exchange.notices import Notice, shipped_types
from enduse.exchange.post import Post
from enduse.exchange.publication import Fetch, Item, Publication, Refused, fetch
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from exchange_world import START, MemoryBook, founded, publication_keys

NAMES = ("us", "nl", "fr", "de")
QUESTION = {
    "case_reference": "C",
    "id": "Q",
    "kind": "identity",
    "question": "the same?",
    "item": ["5A001.j"],
    "parties": [["end_user", "A body", "XA"]],
    "end_use": "unknown",
}
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
LIMIT = 25
RINGS = {name: Keyring.make() for name in NAMES}
"""Made once: keys are random, and what they protect does not depend on which they are."""


@dataclass
class Parcel:
    """Something under way: letters to a node, or receipts back to one."""

    to: str
    blobs: list[bytes]
    receipts: bool = False


@dataclass
class Sim:
    """The network, the nodes, and what is true: who sent what, and what had an effect where."""

    seed: int
    skew: dict[str, int]
    now: dt.datetime = START
    document: Membership = field(init=False)
    posts: dict[str, Post] = field(init=False)
    under_way: list[Parcel] = field(default_factory=list)
    seen: list[Parcel] = field(default_factory=list)
    sent: list[Notice] = field(default_factory=list)
    told: int = 0
    effects: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    asked: list[tuple[Notice, dt.date]] = field(default_factory=list)
    came: dict[str, list[Came]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.document, _ = founded(RINGS)
        self.posts = {
            name: Post(name, lambda: self.document, partial(RINGS.__getitem__, name), MemoryBook(), self.clock_of(name))
            for name in NAMES
        }
        self.effects = {name: [] for name in NAMES}

    def clock_of(self, name: str) -> Callable[[], dt.datetime]:
        return lambda: self.now + self.skew[name] * MINUTE

    def book(self, name: str) -> MemoryBook:
        book = self.posts[name].book
        assert isinstance(book, MemoryBook)
        return book

    # --- what honest nodes do

    def tell(self, who: str, to: tuple[str, ...]) -> None:
        self.told += 1
        content: dict[str, object] = {**QUESTION, "id": f"{self.told}"}
        self.sent.append(self.posts[who].send("consultation_request", to, partner(*to), content))
        self.asked.append((self.sent[-1], self.clock_of(who)().date()))

    def answer(self, who: str) -> None:
        for taken in self.book(who).order:
            one = self.book(who).came[taken[0]][taken[1]].letter.notice
            if one.type == "consultation_request" and not self.answered(who, one):
                content: dict[str, object] = {"id": one.content["id"], "answer": "no", "reasons": "another"}
                back = (one.originator,)
                self.sent.append(
                    self.posts[who].send("consultation_response", back, partner(*back), content, correlates_to=one.id)
                )
                return

    def answered(self, who: str, question: Notice) -> bool:
        return any(one.originator == who and one.correlates_to == question.id for one in self.sent)

    def post(self, who: str, to: str) -> None:
        """Put what is due on the network, as often as it is asked to."""
        blobs = [blob for _, blob in self.posts[who].outgoing(to)]
        if blobs:
            self.under_way.append(Parcel(to, blobs))

    def act(self, who: str) -> None:
        """Effects, each noted with its letter in one step, as a transaction does."""
        for taken in self.posts[who].to_do():
            notice = taken.letter.notice
            self.effects[who].append((notice.id, notice.originator))
            if notice.correlates_to:
                self.came.setdefault(notice.correlates_to, []).append(Came(notice, self.clock_of(who)().date()))
            self.posts[who].done(taken, "applied")

    def crash(self, who: str) -> None:
        """A node ends between two steps: what it kept is kept, what it only held in its hands is gone."""
        kept = copy.deepcopy(self.book(who))
        self.posts[who] = Post(who, lambda: self.document, lambda: RINGS[who], kept, self.clock_of(who))

    # --- what the network does

    def arrive(self, index: int) -> None:
        if self.under_way:
            self._open(self.under_way.pop(index % len(self.under_way)))

    def lose(self, index: int) -> None:
        if self.under_way:
            self.under_way.pop(index % len(self.under_way))

    def repeat(self, index: int) -> None:
        """Whoever listens on the network sends again what they saw."""
        if self.seen:
            self.under_way.append(self.seen[index % len(self.seen)])

    def shuffle(self) -> None:
        self.random.shuffle(self.under_way)
        for one in self.under_way:
            self.random.shuffle(one.blobs)

    def forge(self, who: str, to: str) -> None:
        """A stranger writes as a member; and a member as another."""
        notice = Notice("consultation_request", 1, who, (to,), partner(to), "", "2026-03-02T09:00:00Z", dict(QUESTION))
        letter = Letter(self.document.coalition, to, 1 + self.random.randrange(5), "", notice)
        others = [RINGS[one] for one in NAMES if one != who]
        for ring in (Keyring.make(), self.random.choice(others)):
            self.under_way.append(Parcel(to, [sign(to_plain(letter), LETTER_TYPE, ring.signing)]))
        if self.seen:
            broken = bytearray(self.random.choice(self.seen).blobs[0])
            broken[self.random.randrange(len(broken))] ^= 1
            self.under_way.append(Parcel(to, [bytes(broken)]))

    def _open(self, parcel: Parcel) -> None:
        self.seen.append(parcel)
        post = self.posts[parcel.to]
        if parcel.receipts:
            for blob in parcel.blobs:
                try:
                    post.receipts(blob)
                except BadInput:
                    continue
            return
        for peer, blob in post.take(parcel.blobs).receipts.items():
            self.under_way.append(Parcel(peer, [blob], receipts=True))

    def calm(self) -> None:
        """The network works again: whatever waits goes out until nothing does."""
        self.under_way.clear()
        for _ in range(40):
            self.now += HOUR
            moved = False
            for who in NAMES:
                for to in NAMES:
                    if who != to and self.posts[who].outgoing(to):
                        self.post(who, to)
                        moved = True
            while self.under_way:
                self._open(self.under_way.pop(0))
            for who in NAMES:
                self.act(who)
            if not moved:
                return
        raise AssertionError("letters still wait")


steps = st.one_of(
    st.tuples(st.just("tell"), st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES), min_size=1, max_size=3)),
    st.tuples(st.just("post"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(("arrive", "lose", "repeat")), st.integers(0, 50), st.none()),
    st.tuples(st.just("forge"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(("answer", "act", "crash")), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("shuffle"), st.none(), st.none()),
    st.tuples(st.just("wait"), st.integers(1, 5 * 24 * 60), st.none()),
)


def play(sim: Sim, script: list[tuple[str, object, object]]) -> None:
    for step, first, second in script:
        if step == "tell":
            to = tuple(sorted(second - {first}))  # type: ignore[operator]
            if to:
                sim.tell(str(first), to)
        elif step in ("post", "forge"):
            if first != second:
                getattr(sim, step)(first, second)
        elif step == "wait":
            sim.now += int(str(first)) * MINUTE
        elif step == "shuffle":
            sim.shuffle()
        else:
            getattr(sim, step)(first)


@settings(max_examples=LIMIT, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(steps, min_size=20, max_size=60),
    st.fixed_dictionaries({name: st.integers(-90, 90) for name in NAMES}),
    st.integers(0, 2**32),
)
def test_whatever_the_network_does_every_notice_has_its_effect_once_in_order(
    script: list[tuple[str, object, object]], skew: dict[str, int], seed: int
) -> None:
    sim = Sim(seed, skew)
    play(sim, script)
    sim.calm()

    for name in NAMES:
        meant = sorted((one.id, one.originator) for one in sim.sent if name in one.recipients)
        assert sorted(sim.effects[name]) == meant, f"{name}: lost, doubled or forged"
        for peer in NAMES:
            in_order = [identifier for identifier, originator in sim.effects[name] if originator == peer]
            assert in_order == [one.id for one in sim.sent if one.originator == peer and name in one.recipients]
            # Both ends agree on every letter of the stream between them.
            out = [one.letter.id for one in sim.book(peer).out.get(name, ())]
            came = [one.letter.id for _, one in sorted(sim.book(name).came.get(peer, {}).items())]
            assert out == came
            assert all(one.state == "acknowledged" for one in sim.book(peer).out.get(name, ()))
    _deadlines_hold(sim)


def _deadlines_hold(sim: Sim) -> None:
    reply = shipped_types()["consultation_request"].reply
    assert reply is not None
    works: Works = lambda day: day.weekday() < 5  # noqa: E731
    for question, day in sim.asked:
        for member in question.recipients:
            came = [one for one in sim.came.get(question.id, ()) if one.notice.originator == member]
            due, counted = day, 0
            while counted < reply.working_days:
                due += DAY
                counted += due.weekday() < 5
            for today in (due - DAY, due, due + DAY, due + 30 * DAY):
                seen = [one for one in came if one.on <= today]
                found = standing(reply, day, seen, today, works, extension="consultation_extension")
                in_time = [one for one in seen if one.on <= due]
                assert found.due == due
                expected = State.ANSWERED if in_time else State.DEEMED if today > due else State.OPEN
                assert found.state is expected
                assert found.effective == (due + DAY if expected is State.DEEMED else None)
                assert set(found.late) == {one.notice.id for one in seen if one.on > due}


# --- a node restored from an older backup


def kept(sim: Sim, who: str) -> tuple[MemoryBook, list[tuple[str, str]]]:
    """What a backup holds: letters and effects are in one store."""
    return copy.deepcopy(sim.book(who)), list(sim.effects[who])


def restored(sim: Sim, who: str, backup: tuple[MemoryBook, list[tuple[str, str]]]) -> None:
    sim.posts[who] = Post(who, lambda: sim.document, lambda: RINGS[who], copy.deepcopy(backup[0]), sim.clock_of(who))
    sim.effects[who] = list(backup[1])


def repaired(sim: Sim, who: str) -> None:
    for peer in NAMES:
        for _ in range(20 if peer != who else 0):
            request, blob = sim.posts[who].ask_back(peer)
            _, letters, _ = sim.posts[peer].give_back(blob, limit=3)
            sim.posts[who].put_back(request, letters)
            if len(letters) < 3:
                break


@settings(max_examples=LIMIT, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(steps, min_size=5, max_size=40),
    st.lists(steps, min_size=5, max_size=40),
    st.lists(steps, min_size=0, max_size=20),
    st.sampled_from(NAMES),
    st.integers(0, 2**32),
)
def test_after_an_older_backup_was_restored_nothing_is_lost_or_applied_twice(
    before: list[tuple[str, object, object]],
    lost: list[tuple[str, object, object]],
    since: list[tuple[str, object, object]],
    who: str,
    seed: int,
) -> None:
    sim = Sim(seed, dict.fromkeys(NAMES, 0))
    play(sim, before)
    backup = kept(sim, who)
    play(sim, lost)
    # What never left the node before its disk died is gone with it: nobody else has ever seen it.
    arrived = {one for peer in NAMES for one, _ in _held_of(sim, peer, who)} | {
        one.letter.notice.id for stream in backup[0].out.values() for one in stream
    }
    restored(sim, who, backup)
    sim.sent = [one for one in sim.sent if one.originator != who or one.id in arrived]
    # It writes on under numbers that were used before; the others refuse those letters until it has repaired.
    sim.under_way.clear()
    play(sim, [step for step in since if step[0] != "answer"])
    repaired(sim, who)
    sim.calm()

    told = {
        (one.letter.notice.id, one.letter.notice.originator, name)
        for sender in NAMES
        for name, stream in sim.book(sender).out.items()
        for one in stream
    }
    for name in NAMES:
        meant = sorted((notice, originator) for notice, originator, to in told if to == name)
        assert sorted(sim.effects[name]) == meant, f"{name}: lost or doubled"
        for peer in NAMES:
            out = [one.letter.id for one in sim.book(peer).out.get(name, ())]
            came = [one.letter.id for _, one in sorted(sim.book(name).came.get(peer, {}).items())]
            assert out == came
            assert all(one.state == "acknowledged" for one in sim.book(peer).out.get(name, ()))


def _held_of(sim: Sim, peer: str, who: str) -> list[tuple[str, str]]:
    return [(one.letter.notice.id, peer) for one in sim.book(peer).came.get(who, {}).values()]


def test_a_request_of_a_stranger_or_of_another_day_gives_back_nothing() -> None:
    sim = Sim(1, dict.fromkeys(NAMES, 0))
    sim.tell("nl", ("de",))
    sim.calm()
    request, blob = sim.posts["nl"].ask_back("de")
    for forged in (sign(to_plain(request), RESTORE_TYPE, Keyring.make().signing), blob[:-3] + b'"}]'):
        with pytest.raises(BadInput):
            sim.posts["de"].give_back(forged)
    with pytest.raises(BadInput, match="somebody else"):
        sim.posts["fr"].give_back(blob)
    sim.now += 2 * DAY
    with pytest.raises(BadInput, match="not of today"):
        sim.posts["de"].give_back(blob)


def test_letters_that_are_not_ours_at_their_places_are_not_put_back() -> None:
    sim = Sim(1, dict.fromkeys(NAMES, 0))
    backup = kept(sim, "nl")
    for _ in range(3):
        sim.tell("nl", ("de",))
    sim.calm()
    restored(sim, "nl", backup)
    request, blob = sim.posts["nl"].ask_back("de")
    _, letters, _ = sim.posts["de"].give_back(blob)
    for wrong in (letters[1:], letters[::-1], [letters[0], letters[0]]):
        with pytest.raises(BadInput):
            sim.posts["nl"].put_back(request, wrong)
    assert sim.book("nl").out == {}
    assert sim.posts["nl"].put_back(request, letters) == (3, 0)


# --- publications


class Published:
    """A publisher, everything that it ever published, and mirrors of any day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = Publication(folder / "now", publication_keys())
        self.root = self.made.create(START)
        self.bodies: list[bytes] = []
        self.days: list[Path] = []

    def publish(self, now: dt.datetime) -> None:
        self.bodies.append(f"edition {len(self.bodies)}\n".encode())
        self.made.publish({"listings/a.jsonl": Item(self.bodies[-1], {})}, now)
        self.days.append(self.folder / f"day-{len(self.days)}")
        shutil.copytree(self.folder / "now", self.days[-1])


publishing = st.lists(
    st.tuples(
        st.sampled_from(("publish", "renew", "take", "old", "mixed", "cut", "stranger", "wait")),
        st.integers(0, 30),
    ),
    min_size=5,
    max_size=14,
)


@settings(max_examples=LIMIT, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(publishing, st.integers(0, 2**32))
def test_no_forged_or_older_publication_is_ever_taken(script: list[tuple[str, int]], seed: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world, now, best = Published(folder / "publisher"), START, -1
        world.publish(now)
        stranger = Publication(folder / "stranger", publication_keys())
        stranger.create(now)
        stranger.publish({"listings/a.jsonl": Item(b"forged\n", {})}, now)

        def mirror(kind: str, number: int) -> Fetch:
            old = world.days[number % len(world.days)]

            def read(path: str) -> Iterator[bytes]:
                place = folder / "stranger" if kind == "stranger" else old if kind == "old" else world.folder / "now"
                if kind == "mixed" and chance.random() < 0.5:
                    place = old
                content = (place / path).read_bytes()
                yield content[: chance.randrange(len(content))] if kind == "cut" and chance.random() < 0.3 else content

            return read

        for step, number in script:
            if step == "publish":
                world.publish(now)
            elif step == "renew":
                world.made.renew(now)
            elif step == "wait":
                now += number * HOUR
            else:
                try:
                    found = fetch(folder / "seen", "us", world.root, mirror(step, number), now, allowed=["listings/*"])
                except Refused:
                    continue
                (target,) = found.targets
                assert target.body in world.bodies, "forged"
                edition = world.bodies.index(target.body)
                assert edition >= best, "rolled back"
                assert found.fresh_to > now, "frozen"
                best = edition
        # Whatever was offered on the way, what is true is taken in the end.
        world.made.renew(now)
        (target,) = fetch(folder / "seen", "us", world.root, mirror("take", 0), now, allowed=["listings/*"]).targets
        assert target.body == world.bodies[-1]
