"""Nodes with stores, keys and lists of their own, founded as a coalition; some in processes of their own."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from enduse.evidence.library import Library
from enduse.exchange.membership import Member, Membership, accept, entry, signed
from enduse.interfaces.exchange.desk import ExchangeDesk
from enduse.interfaces.exchange.mail import Mail
from enduse.interfaces.exchange.node import FOLDER, Node, Synced
from enduse.interfaces.exchange.transport import HttpTransport, Transport, client
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.licensing.office import Office
from enduse.lists.sync import sync_from_dir
from enduse.model.access import Actor
from enduse.model.decision import stamp
from enduse.model.record import By
from enduse.store import place_of
from exchange_world import GROUPS, STATES, Clock

PUBLISHES = ("listings/*", "practice/*", "rulebooks/*", "statistics/*")
SETUP = By("set-up")


@dataclass
class Party:
    """A node and its office, in this process."""

    node: Node
    office: Office
    mail: Mail
    clock: Clock
    ways: dict[str, Transport] = field(default_factory=dict)

    def sync(self) -> Synced:
        return self.node.sync(self.mail.call, self.mail.act)

    def person(self, login: str, *roles: str) -> Actor:
        accounts = self.node.stores.need().accounts
        user = accounts.by_login(login) or accounts.create(login, login, by=SETUP, reason="a test", roles=roles)
        return Actor(user.id, user.name, accounts.roles(user.id))

    def desk(self, login: str, *roles: str) -> ExchangeDesk:
        return ExchangeDesk(self.node, self.office.access, self.person(login, *roles))


def party(data: Path, clock: Clock) -> Party:
    """A node over a data directory; the ways to others are given later."""
    stores = StoreAtHand(place_of(data, None), clock)
    ways: dict[str, Transport] = {}
    node = Node(data, stores, clock, lambda member: ways.get(member.id))
    office = Office(stores, clock, shipped_policies(), lambda: Library(data, accept_starter=True))
    return Party(node, office, Mail(node, office), clock, ways)


class InProcess:
    """The way to a node in this process, as if over a wire: bytes alone pass."""

    def __init__(self, node: Party) -> None:
        self._other = node
        self.down = False

    def deliver(self, blobs: Sequence[bytes]) -> Sequence[bytes]:
        self._reach()
        receipts = list(self._other.node.take(blobs).receipts.values())
        self._other.mail.act()
        return receipts

    def give_back(self, request: bytes) -> Sequence[bytes]:
        self._reach()
        return self._other.node.give_back(request)

    def membership(self, version: int) -> bytes | None:
        self._reach()
        return self._other.node.version(version)

    def publication(self, path: str) -> Iterator[bytes]:
        self._reach()
        yield (self._other.node.data / FOLDER / "publication" / path).read_bytes()

    def _reach(self) -> None:
        if self.down:
            raise OSError("no route")


def found(
    parties: Mapping[str, Party],
    *,
    urls: Mapping[str, str] | None = None,
    publishes: Sequence[str] = ("us",),
    days: int = 365,
) -> Membership:
    """Found a coalition of nodes that are made already, and let each trust it."""
    members: list[Member] = []
    for name, one in parties.items():
        root = one.node.data / FOLDER / "publication" / "metadata" / "1.root.json"
        members.append(
            entry(
                name,
                f"Office of {name.upper()}",
                STATES[name],
                one.node.ring(),
                one.node.now(),
                url=(urls or {}).get(name, ""),
                groups=GROUPS[name],
                publishes=PUBLISHES if name in publishes else (),
                root=root.read_text() if root.is_file() else "",
            )
        )
    now = next(iter(parties.values())).node.now()
    document = Membership(
        coalition="echri-test",
        version=1,
        issued=stamp(now),
        expires=stamp(now + dt.timedelta(days=days)),
        threshold=2,
        recovery=min(3, len(members)),
        governors=tuple(parties),
        members=tuple(members),
    )
    blob = signed(document, [one.node.ring().signing[0] for one in parties.values()])
    assert accept(blob, None, now, sha256=document.sha256)
    for one in parties.values():
        one.node.trust(blob, sha256=document.sha256)
    return document


def coalition(folder: Path, *names: str, publishes: Sequence[str] = ("us",)) -> dict[str, Party]:
    """Nodes in this process that reach each other."""
    clock = Clock()
    made = {name: party(folder / name, clock) for name in names}
    for name, one in made.items():
        one.node.init(name, authority=name, publishes=name in publishes)
    found(made, publishes=publishes)
    for name, one in made.items():
        one.ways.update({other: InProcess(made[other]) for other in names if other != name})
    return made


def load_list(data: Path, names: Sequence[str], day: dt.date) -> None:
    """An edition of an invented list in a data directory."""
    files = data / f"invented-{day}-{len(names)}"
    files.mkdir(parents=True)
    lines = []
    for number, name in enumerate(names):
        company = {"name": [name], "country": ["xb"], "topics": ["sanction"]}
        sanction = {"entity": [f"d-{number}"], "authority": ["An Office"], "program": ["INVENTED"]}
        lines.append({"id": f"d-{number}", "schema": "Company", "properties": company, "datasets": ["invented"]})
        lines.append({"id": f"d-{number}-s", "schema": "Sanction", "properties": sanction, "datasets": ["invented"]})
    (files / "entities.ftm.json").write_text("".join(json.dumps(one) + "\n" for one in lines))
    (files / "enduse-sources.toml").write_text(
        f'[[edition]]\nsource = "ftm"\nedition = "{day}"\nfiles = {{ entities = "entities.ftm.json" }}\n'
    )
    sync_from_dir(data, files, today=day)


@contextlib.contextmanager
def listening(data: Path, port: int) -> Iterator[str]:
    """A node in a process of its own, by its own command, until the block ends."""
    environment = {**os.environ, "PYTHONPATH": "src", "ENDUSE_CACHE": ""}
    command = [sys.executable, "-m", "enduse", "exchange", "serve", "--port", str(port), "--starter"]
    process = subprocess.Popen(
        [*command, "--data-dir", str(data)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            with contextlib.suppress(httpx.HTTPError), httpx.Client(trust_env=False) as asking:
                if asking.get(f"{url}/exchange/alive", timeout=1).status_code == 200:
                    break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def over_http(url: str) -> HttpTransport:
    return HttpTransport(url, client())
