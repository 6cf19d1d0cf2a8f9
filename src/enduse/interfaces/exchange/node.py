"""A node, read this first: one member's end of the coalition, over its store, keys and lists.

    node.sync()       everything a node does by itself: new membership, letters out, publications in, effects
    node.take(...)    what a partner's node brings
    node.publish(...) a list of ours, for the others

Every step may run late, twice, or be cut off; the next run goes on.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from enduse.exchange.keys import Keyring
from enduse.exchange.membership import Member, Membership, accept, read_signed
from enduse.exchange.post import BATCH, Brought, Post
from enduse.exchange.publication import Fetch, Fetched, Item, Publication, Refused, Target, fetch
from enduse.interfaces.exchange import keyfiles
from enduse.interfaces.exchange.book import NODE, StoredBook
from enduse.interfaces.exchange.transport import Transport
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.lists import partners
from enduse.model.decision import stamp
from enduse.model.errors import BadInput, EndUseError, OperationFailed
from enduse.model.party import ListedParty
from enduse.model.record import By, Kind, Record

ME, AUTHORITY, DOCUMENT = "node", "authority", "membership"
FOLDER = Path("exchange")
_MOST_VERSIONS, _MOST_BATCHES = 100, 400
Act = Callable[[], "Acted"]


@dataclass(slots=True)
class Acted:
    """What letters came to that had come in.

    Attributes:
        applied: type -> how many.
        problems: what could not have its effect, and why.
    """

    applied: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Synced:
    """What one run did.

    Attributes:
        versions: membership versions that were taken.
        called: letters made of what cases called for.
        delivered: member -> letters that it now holds.
        unreachable: member -> why.
        published: (member, path, what became of it) of every file that is new.
        refused: publications that were not taken: member -> why.
        listings: whether a list is new, so that screening again is due.
    """

    versions: list[int] = field(default_factory=list)
    called: int = 0
    delivered: dict[str, int] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    published: list[tuple[str, str, str]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    acted: Acted = field(default_factory=Acted)
    listings: bool = False


class Node:
    """A member's node.

    Args:
        data: the data directory: lists, keys, the folder of publications.
        reach: the way to a member's node; None where there is none.
    """

    def __init__(
        self,
        data: Path,
        stores: StoreAtHand,
        clock: Callable[[], dt.datetime],
        reach: Callable[[Member], Transport | None],
    ) -> None:
        self.data = data
        self.stores = stores
        self.clock = clock
        self._reach = reach
        self._ring: Keyring | None = None
        self._document: tuple[str, Membership] | None = None

    # --- who we are

    @property
    def me(self) -> str:
        """Our id.

        Raises:
            BadInput: there is no node yet.
        """
        found = self.stores.need().letters.mark(ME)
        if not found:
            raise BadInput("there is no node yet", where=str(self.data), remedy="enduse exchange init")
        return found

    @property
    def authority(self) -> str:
        """The licensing authority whose cases call for letters; empty for none."""
        return self.stores.need().letters.mark(AUTHORITY)

    def ring(self) -> Keyring:
        """Our keys."""
        if self._ring is None:
            self._ring = keyfiles.ring_of(self.data)
        return self._ring

    def init(self, member: str, *, authority: str = "", publishes: bool = False) -> None:
        """Make the node: keys, and an empty publication where it publishes.

        Raises:
            BadInput: there is one already.
        """
        letters = self.stores.need().letters
        if letters.mark(ME):
            raise BadInput(f"this is the node of {letters.mark(ME)} already", where=str(self.data))
        keyfiles.make_ring(self.data)
        if publishes:
            keyfiles.make_publication_keys(self.data)
            self.publication().create(self.now())
        # What cases called for before there was a node is not told now.
        last = letters.called(0, limit=100_000)
        letters.set_mark("outbox", str(last[-1][0] if last else 0))
        letters.set_mark(AUTHORITY, authority)
        letters.set_mark(ME, member)

    def forget_keys(self) -> None:
        """Read the files of keys again."""
        self._ring = None

    def now(self) -> dt.datetime:
        """The moment, in UTC."""
        return self.clock().astimezone(dt.UTC)

    # --- who the others are

    def membership(self) -> Membership:
        """The version that is trusted now.

        Raises:
            BadInput: none is.
        """
        versions = self._versions()
        if not versions:
            raise BadInput("no membership document is trusted yet", remedy="enduse exchange membership trust FILE")
        if self._document is None or self._document[0] != versions[-1].id:
            self._document = (versions[-1].id, read_signed(self._content(versions[-1])).document)
        return self._document[1]

    def trust(self, blob: bytes, *, sha256: str = "", by: By = NODE) -> Membership:
        """Take a version of the membership document: the first by its hash, the others by their signatures.

        Raises:
            BadInput: it does not hold.
        """
        before = self.membership() if self._versions() else None
        found = accept(blob, before, self.now(), sha256=sha256).document
        content = {"version": str(found.version), "sha256": found.sha256, "coalition": found.coalition}
        reason = f"membership version {found.version}"
        letters = self.stores.need().letters
        letters.keep_version(Kind.MEMBERSHIP, DOCUMENT, content, blob, by=by, reason=reason)
        return found

    def version(self, number: int) -> bytes | None:
        """A version of the document with its signatures."""
        found = next((one for one in self._versions() if one.text("version") == str(number)), None)
        return self._content(found) if found is not None else None

    def _versions(self) -> list[Record]:
        return self.stores.need().letters.versions(Kind.MEMBERSHIP, DOCUMENT)

    def _content(self, record: Record) -> bytes:
        return self.stores.need().letters.content(record)

    def others(self) -> list[Member]:
        """The other members now."""
        return [one for one in self.membership().active(self.now()) if one.id != self.me]

    # --- post

    def post(self, by: By = NODE) -> Post:
        """The post, as somebody uses it."""
        return Post(self.me, self.membership, self.ring, StoredBook(self.stores.need().letters, by), self.now)

    def take(self, blobs: Sequence[bytes]) -> Brought:
        """Take letters that somebody brought."""
        return self.post().take(blobs)

    def give_back(self, blob: bytes) -> list[bytes]:
        """What a member that was restored from an older backup asks us for; ours that it lost go out once more.

        Raises:
            BadInput: it is no request of a member to us.
        """
        return self.post().give_back(blob)[1]

    def repair(self, member: Member, by: By = NODE) -> tuple[int, int]:
        """After this node was restored from an older backup: have back what a member holds of ours.

        Returns:
            How many letters were put back, and how many written since moved behind them.

        Raises:
            OperationFailed: the member cannot be reached.
            BadInput: what it gave back is not ours.
        """
        way, post = self._reach(member), self.post(by)
        if way is None:
            raise OperationFailed("there is no way to it", where=member.id, remedy="it must be on line for this")
        back = moved = 0
        for _ in range(_MOST_BATCHES):
            request, blob = post.ask_back(member.id)
            letters = way.give_back(blob)
            found = post.put_back(request, letters)
            back, moved = back + found[0], moved + found[1]
            if len(letters) < BATCH:
                break
        return back, moved

    # --- publication

    def publication(self) -> Publication:
        """Our publication, with the keys that are at hand."""
        return Publication(self.data / FOLDER / "publication", keyfiles.publication_keys(self.data))

    def publish_list(self, source: str, list_id: str, *, name: str, title: str, standing: str, by: By) -> str:
        """Publish the newest edition of a list that we hold; the path under which it is.

        Raises:
            BadInput: we hold none, or may not publish there.
        """
        today = self.now().date()
        parties = list(partners.current(self.data, source, list_id, today))
        authority = parties[0].listings[0].authority if parties else ""
        head = partners.Head(self.me, name, title, authority, today, standing)
        body = partners.write_listings(head, (_renamed(one, list_id, name) for one in parties))
        custom = {"title": title, "standing": standing, "edition": today.isoformat(), "list": name}
        return self.publish(f"listings/{name.lower()}.jsonl", body, custom, by=by)

    def publish(self, path: str, body: bytes, custom: dict[str, str], *, by: By) -> str:
        """Publish a file.

        Raises:
            BadInput: the membership document does not let us publish there, or the path cannot be used.
        """
        member = self.membership().member(self.me)
        allowed = member.publishes if member else ()
        if not any(fnmatch.fnmatchcase(path, one) for one in allowed):
            raise BadInput(f"we may not publish {path[:80]!r}", where="membership", remedy=", ".join(allowed) or "none")
        version = self.publication().publish({path: Item(body, custom)}, self.now())
        content = {"publisher": self.me, "path": path, "snapshot": str(version), **_said(custom)}
        self.stores.need().letters.keep_version(
            Kind.PUBLICATION, f"{self.me}/{path}", content, body, by=by, reason=f"published {path}", ref=self.me
        )
        return path

    def renew(self) -> None:
        """Sign anew what runs out: silence must be noticed, so ours must not look like it."""
        if self.publication().there:
            self.publication().renew(self.now())

    def held(self) -> list[Record]:
        """What others publish, as we hold it."""
        found = self.stores.need().letters.standing(Kind.PUBLICATION)
        return [one for one in found if one.ref != self.me]

    def take_publication(self, member: Member, mirror: Fetch) -> Iterator[tuple[str, str]]:
        """Take what a member publishes now; yields the path and what became of each new file.

        Raises:
            Refused: it does not hold; what was taken before stays.
        """
        letters = self.stores.need().letters
        held = {one.text("path"): one for one in letters.standing(Kind.PUBLICATION, ref=member.id)}

        def known(target: Target) -> bool:
            before = held.get(target.path)
            return before is not None and before.text("sha256") == target.sha256 and _same_said(before, target)

        try:
            found = fetch(
                self.data / FOLDER / "seen" / member.id,
                member.id,
                member.root.encode(),
                mirror,
                self.now(),
                allowed=member.publishes,
                known=known,
            )
        except Refused as error:
            letters.set_mark(f"publication:{member.id}", json.dumps({"at": stamp(self.now()), "problem": str(error)}))
            raise
        for target in found.targets:
            if target.body is not None:
                yield target.path, self._apply(member, found, target)
        yield from self._withdrawn(member, found)
        state = {"at": stamp(self.now()), "snapshot": found.snapshot, "fresh_to": stamp(found.fresh_to)}
        if found.refused:
            state["not_theirs"] = list(found.refused)
        letters.set_mark(f"publication:{member.id}", json.dumps(state))

    def _apply(self, member: Member, found: Fetched, target: Target) -> str:
        """Keep a file that is verified: a list as an edition that counts, anything else as it is."""
        body: bytes | None = target.body
        result = "kept"
        if target.path.startswith("listings/") and body is not None:
            try:
                report = partners.take(self.data, member.id, body, target.path, today=self.now().date())
                result = f"refused: {report.refused[0].reason}" if report.refused else "taken"
            except BadInput as error:
                result = f"refused: {error.message()}"
            # The store of lists keeps its bytes.
            body = None
        content = {
            "publisher": member.id,
            "path": target.path,
            "sha256": target.sha256,
            "length": str(target.length),
            "role": target.role,
            "version": str(target.version),
            "root": str(found.root),
            "snapshot": str(found.snapshot),
            "result": result[:500],
            **_said(target.custom),
        }
        self.stores.need().letters.keep_version(
            Kind.PUBLICATION,
            f"{member.id}/{target.path}",
            content,
            body,
            by=NODE,
            reason=f"published by {member.id}: {result}"[:500],
            ref=member.id,
        )
        return result

    def _withdrawn(self, member: Member, found: Fetched) -> Iterator[tuple[str, str]]:
        letters = self.stores.need().letters
        there = {one.path for one in found.targets}
        for record in letters.standing(Kind.PUBLICATION, ref=member.id):
            path = record.text("path")
            if path not in there and record.text("result") != "withdrawn":
                content = {**record.content, "result": "withdrawn", "sha256": "", "body": ""}
                letters.keep_version(
                    Kind.PUBLICATION, record.key, content, None, by=NODE, reason="withdrawn", ref=member.id
                )
                yield path, "withdrawn"

    # --- what a node does by itself

    def sync(self, call: Callable[[], int] = lambda: 0, act: Act = Acted) -> Synced:
        """Everything that a node does by itself, once.

        Args:
            call: makes letters of what cases called for; how many.
            act: gives what came in its effect.
        """
        done = Synced()
        for member in self.others():
            way = self._reach(member)
            if way is not None:
                done.versions += self._newer(way, done, member)
        done.called = call()
        for member in self.others():
            way = self._reach(member)
            if way is None:
                continue
            self._deliver(member, way, done)
            if member.root and member.id not in done.unreachable:
                self._take(member, way, done)
        done.acted = act()
        return done

    def _newer(self, way: Transport, done: Synced, member: Member) -> list[int]:
        taken: list[int] = []
        try:
            for _ in range(_MOST_VERSIONS):
                blob = way.membership(self.membership().version + 1)
                if blob is None:
                    break
                taken.append(self.trust(blob).version)
        except (EndUseError, OSError) as error:
            done.unreachable[member.id] = str(error)
        return taken

    def _deliver(self, member: Member, way: Transport, done: Synced) -> None:
        post = self.post()
        for _ in range(_MOST_BATCHES):
            waiting = post.outgoing(member.id)
            if not waiting:
                return
            try:
                settled = sum(post.receipts(one) for one in way.deliver([blob for _, blob in waiting]))
                if not settled:
                    raise OperationFailed("no receipt for what was brought", where=member.id)
            except (EndUseError, OSError) as error:
                post.put_off(member.id, [letter for letter, _ in waiting], str(error))
                done.unreachable[member.id] = str(error)
                return
            done.delivered[member.id] = done.delivered.get(member.id, 0) + settled
            if len(waiting) < BATCH:
                return

    def _take(self, member: Member, way: Transport, done: Synced) -> None:
        try:
            for path, result in self.take_publication(member, way.publication):
                done.published.append((member.id, path, result))
                done.listings = done.listings or result == "taken"
        except (EndUseError, OSError) as error:
            done.refused[member.id] = str(error)


def _renamed(party: ListedParty, list_id: str, name: str) -> ListedParty:
    own = tuple(replace(one, list_id=name) for one in party.listings if one.list_id == list_id)
    return replace(party, listings=own)


def _same_said(record: Record, target: Target) -> bool:
    said = {name: value for name, value in record.content.items() if name.startswith("said_")}
    return said == _said(target.custom)


def _said(custom: Mapping[str, str]) -> dict[str, str]:
    return {f"said_{key}"[:60]: value[:500] for key, value in custom.items()}
