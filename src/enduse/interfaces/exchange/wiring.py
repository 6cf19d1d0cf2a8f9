"""A node with all that it stands on: store, licensing, lists, ways to others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from enduse.evidence.library import Library
from enduse.exchange.membership import Member
from enduse.interfaces.exchange.adopting import Adoptions, approver
from enduse.interfaces.exchange.desk import ExchangeDesk
from enduse.interfaces.exchange.mail import Mail
from enduse.interfaces.exchange.node import Node, Synced
from enduse.interfaces.exchange.transport import HttpTransport, Transport, client
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.licensing.daily import Rescreened, rescreen
from enduse.interfaces.licensing.office import Office
from enduse.model.errors import EndUseError
from enduse.model.record import By


@dataclass(slots=True)
class Ground:
    """What a node's commands work with."""

    node: Node
    office: Office
    mail: Mail

    def sync(self) -> tuple[Synced, Rescreened | None]:
        """One run, and screening again where a list is new."""
        done = self.node.sync(self.mail.call, self.mail.act)
        try:
            Adoptions(self.node).lay()
        except EndUseError as error:
            # What was laid before goes on; letters and lists do not wait for it.
            done.acted.problems.append(f"adoptions: {error}")
        return done, rescreen(self.office) if done.listings else None

    def desk(self, login: str) -> ExchangeDesk:
        """The desk of an account.

        Raises:
            BadInput: there is none, or it is locked.
        """
        return ExchangeDesk(self.node, self.office.access, self.node.stores.person(login))

    def approver(self, login: str) -> By:
        """Who adopts, by their account.

        Raises:
            BadInput: there is no such account, or it is locked.
            Denied: they approve no rules.
        """
        return approver(self.office.access, self.node.stores.person(login))


class _Lists:
    """The lists at hand, opened anew when an edition came in."""

    def __init__(self, data: Path, *, starter: bool) -> None:
        self._data = data
        self._starter = starter
        self._library: Library | None = None
        self._seen = 0.0

    def __call__(self) -> Library:
        state = self._data / "lists" / "current.json"
        seen = state.stat().st_mtime if state.is_file() else 0.0
        if self._library is None or seen != self._seen:
            self._library, self._seen = Library(self._data, accept_starter=self._starter), seen
        return self._library


@contextmanager
def ground(
    data: Path,
    place: Path | str,
    clock: Callable[[], dt.datetime],
    *,
    starter: bool = False,
    required: tuple[str, ...] = (),
    extension: Literal["in_all", "more"] = "in_all",
) -> Iterator[Ground]:
    """A node over a data directory and a store.

    Args:
        starter: whether the embedded listings count as coverage.
        required, extension: see :class:`enduse.interfaces.licensing.office.Office`.
    """
    stores = StoreAtHand(place, clock)
    with client() as connections:

        def reach(member: Member) -> Transport | None:
            return HttpTransport(member.url, connections) if member.url else None

        node = Node(data, stores, clock, reach)
        lists = _Lists(data, starter=starter)
        office = Office(stores, clock, shipped_policies(), lists, required=required, extension=extension)
        try:
            yield Ground(node, office, Mail(node, office))
        finally:
            stores.close()
