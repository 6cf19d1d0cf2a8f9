"""The node that publishes for the member, made when somebody publishes: it needs the extra ``exchange``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.programme.cards import Publisher
from enduse.model.errors import BadInput


def publisher(data: Path, stores: StoreAtHand, clock: Callable[[], dt.datetime]) -> Publisher:
    """The node of a data directory, as far as it publishes.

    Raises:
        BadInput: the extra is not installed, or there is no node.
    """
    if find_spec("tuf") is None:
        raise BadInput("publishing needs the extra exchange", remedy="pip install 'enduse[exchange]'")
    from enduse.interfaces.exchange.node import Node  # an extra

    node = Node(data, stores, clock, lambda _: None)
    _ = node.me
    return node
