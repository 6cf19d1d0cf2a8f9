"""What every route of one service stands on: settings, clock, lists, store, policies, limits, logs and metrics."""

from __future__ import annotations

import datetime as dt
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from enduse.interfaces.api.app import OpenedLists
from enduse.interfaces.identity.limits import Limits
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.service.observe import Metrics, make_logger
from enduse.interfaces.service.settings import ServiceSettings
from enduse.model.access import Actor

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks.

    Attributes:
        session: hash of the session's token; empty where a key, or nobody, asks.
        refused: why a key that was given is no good; the request is then not answered.
    """

    actor: Actor
    session: str = ""
    refused: str = ""


class Service:
    """One service; ``request.app.state.service``."""

    def __init__(self, settings: ServiceSettings, clock: Clock, lists: OpenedLists, log_file: Any = None) -> None:
        self.settings = settings
        self.clock = clock
        self.lists = lists
        self.policies = shipped_policies()
        self.metrics = Metrics()
        self.log = make_logger(settings, log_file)
        self.limits = Limits(clock, requests=settings.request_rate)
        self.debug = bool(os.environ.get("ENDUSE_DEBUG"))

    def identify(self, headers: Mapping[str, str], address: str) -> Identity:  # noqa: ARG002
        """Who asks, by the headers of a request."""
        return Identity(Actor(open_mode=self.open_mode()))

    def open_mode(self) -> bool:
        """Whether reading is open: only this machine reaches the service, and there is no second user."""
        return self.settings.loopback

    def csrf_matches(self, actor: Actor, given: str) -> bool:
        """Whether a form was sent from a page of this session."""
        return hmac.compare_digest(actor.csrf_token.encode(), given.encode("utf-8", "replace"))

    def denied(self, actor: Actor, action: str, because: str, address: str) -> None:
        """Put a refusal on record."""
        self.metrics.denied.labels(action).inc()
        self.log.warning("denied", action=action, actor=actor.id, because=because, address=address)
