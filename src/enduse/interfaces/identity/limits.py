"""Rate limits: a bucket per user or address that fills with time."""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
import threading
from collections import OrderedDict
from collections.abc import Callable

_MOST_KEPT = 10_000


class Bucket:
    """So many a minute for each key, and no more than that at once.

    Args:
        clock: tells the moment.
        per_minute: how many.
    """

    def __init__(self, clock: Callable[[], dt.datetime], per_minute: int) -> None:
        self._clock = clock
        self._most = float(per_minute)
        self._left: OrderedDict[str, tuple[float, dt.datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> int:
        """Take one; 0 where there was one left, else the seconds until there will be."""
        now = self._clock()
        with self._lock:
            left, at = self._left.pop(key, (self._most, now))
            passed = max(0.0, (now - at).total_seconds())
            left = min(self._most, left + passed * self._most / 60)
            wait = 0 if left >= 1 else math.ceil((1 - left) * 60 / self._most)
            self._left[key] = (left if wait else left - 1, now)
            if len(self._left) > _MOST_KEPT:
                self._left.popitem(last=False)
        return wait


class Limits:
    """The limits of one service."""

    def __init__(
        self, clock: Callable[[], dt.datetime], *, requests: int, logins: int = 20, denials: int = 60, known: int = 5
    ) -> None:
        self._requests = Bucket(clock, requests)
        self._logins = Bucket(clock, logins)
        self._denials = Bucket(clock, denials)
        self._known = Bucket(clock, known)

    def requests(self, key: str) -> int:
        """A request of a user or an address."""
        return self._requests.take(network_of(key))

    def logins(self, address: str) -> int:
        """An attempt to sign in from an address."""
        return self._logins.take(network_of(address))

    def known(self, browser: str) -> int:
        """An attempt to sign in from a browser that its owner signed in from before."""
        return self._known.take(browser)

    def denials(self) -> int:
        """A refusal of somebody who is not signed in, to be put on record."""
        return self._denials.take("")


def network_of(address: str) -> str:
    """An address as limits count it: of IPv6 the network (/64), since one machine has all addresses of it."""
    if ":" not in address:
        return address
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False))
