"""A partner in ``enduse demo designation``: a node of its own, which learns of a listing by letters and a signed list.

Letters go as bundles, the way to a node that is not on line. Both nodes are in this process, each with its own store,
keys and lists.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from enduse.evidence.library import Library
from enduse.exchange.membership import Membership, accept, entry, signed
from enduse.interfaces.demo.licensing import SETUP, Stage
from enduse.interfaces.exchange.bundle import pack, unpack
from enduse.interfaces.exchange.desk import ExchangeDesk
from enduse.interfaces.exchange.mail import Mail
from enduse.interfaces.exchange.node import FOLDER, Node
from enduse.interfaces.exchange.transport import folder_mirror
from enduse.model.decision import stamp
from enduse.model.match import Query

ME, THEM = "us", "nl"
PLACE = "partner-nl"
"""Folder of the partner's node, in the data directory of the demonstration."""
OFFICER = "consultation"
LIST = "ERC-EL"
_NAMES = {ME: ("US node", "US"), THEM: ("NL node", "NL")}


class Partner:
    """Our node, and a partner's.

    Args:
        ours: where the demonstration is played.
    """

    def __init__(self, ours: Stage) -> None:
        self._theirs = Stage(ours.data / PLACE, ours.say, ours.now, with_passwords=False)
        self._theirs.join(OFFICER, "consultation_officer")
        self._stages = {ME: ours, THEM: self._theirs}
        self._nodes = {name: _node(stage) for name, stage in self._stages.items()}
        self._mails = {name: Mail(self._nodes[name], stage.office) for name, stage in self._stages.items()}
        self._root = ""
        self._found(ours.now)

    def _found(self, now: dt.datetime) -> None:
        """Both make keys, sign the membership document, and trust it by its hash."""
        members = []
        for name, node in self._nodes.items():
            node.init(name, authority=name, publishes=name == ME)
            root = node.data / FOLDER / "publication" / "metadata" / "1.root.json"
            title, state = _NAMES[name]
            publishes = ("listings/*",) if name == ME else ()
            text = root.read_text("utf-8") if root.is_file() else ""
            members.append(entry(name, title, state, node.ring(), now, publishes=publishes, root=text))
        document = Membership(
            coalition="demo-designation",
            version=1,
            issued=stamp(now),
            expires=stamp(now + dt.timedelta(days=365)),
            threshold=2,
            recovery=2,
            governors=tuple(self._nodes),
            members=tuple(members),
        )
        blob = signed(document, [node.ring().signing[0] for node in self._nodes.values()])
        accept(blob, None, now, sha256=document.sha256)
        for node in self._nodes.values():
            node.trust(blob, sha256=document.sha256)

    def carry(self) -> None:
        """Carry what waits to the partner, and its acknowledgement back."""
        ours, theirs = self._stages[ME], self._theirs
        theirs.now = ours.now
        self._mails[ME].call()
        found = unpack(self._nodes[THEM], pack(self._nodes[ME], THEM))
        self._mails[THEM].act()
        back = unpack(self._nodes[ME], pack(self._nodes[THEM], ME))
        ours.tell("the node", f"{found.taken} letter taken by NL, {back.settled} acknowledged")

    def read(self) -> dict[str, Any]:
        """What the partner's officer reads: the newest letter."""
        person = self._theirs.stores.person(OFFICER)
        desk = ExchangeDesk(self._nodes[THEM], self._theirs.office.access, person)
        newest = desk.inbox()[0]
        notice = desk.read(newest.id)["notice"]
        content = notice["content"]
        self._theirs.tell("NL, consultation", f"reads: {newest.title} ({newest.handling})")
        said = f"{content['entity']} {content['change']} on {content['list']}, in force from {content['effective_at']}"
        days = f"not public before {content['public_at']}" if "public_at" in content else ""
        days = days or f"public on {content['published_at']}"
        self._theirs.say(f"            {said}, {days}")
        return dict(notice)

    def screen(self, name: str) -> int:
        """Whom the partner's lists have under a name."""
        found = Library(self._theirs.data, accept_starter=True).screen(Query(name))
        lists = [one.list_id for hit in found for one in hit.party.listings]
        told = f"on {', '.join(lists)}, a list of a partner" if lists else "on no list at hand"
        self._theirs.tell("NL, screening", f"{name}: {told}")
        return len(found)

    def publish(self) -> None:
        """Publish our own list, signed; the partner takes it."""
        ours = self._nodes[ME]
        path = ours.publish_list("local", "EL", name=LIST, title="Entity List", standing="law", by=SETUP)
        self._stages[ME].tell("the node", f"publishes {path}, signed")
        member = self._nodes[THEM].membership().member(ME)
        assert member is not None
        mirror = folder_mirror(ours.data / FOLDER / "publication")
        for taken, result in self._nodes[THEM].take_publication(member, mirror):
            self._theirs.tell("NL, the node", f"takes {taken} of US: {result}")

    def close(self) -> None:
        """Let go of the partner's store."""
        self._theirs.stores.close()


def _node(stage: Stage) -> Node:
    return Node(stage.data, stage.stores, lambda: stage.now, lambda _member: None)
