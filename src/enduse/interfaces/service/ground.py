"""What every route of one service stands on: settings, clock, lists, store, people, policies, logs and metrics."""

from __future__ import annotations

import datetime as dt
import hmac
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from enduse.interfaces.api.answers import Unavailable
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.opened import OpenedLists
from enduse.interfaces.exchange.extra import missing
from enduse.interfaces.identity.identities import Identities, Terms
from enduse.interfaces.identity.limits import Limits
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.monitor.hooks import FOLDER, TOPIC, Hooks
from enduse.interfaces.monitor.mail import TOPIC as MAIL
from enduse.interfaces.monitor.mail import Mails, mail_server
from enduse.interfaces.service.desk import Desk, SharedLists
from enduse.interfaces.service.observe import Metrics, make_logger
from enduse.interfaces.service.settings import ServiceSettings
from enduse.interfaces.service.work import Worker
from enduse.model.access import Actor
from enduse.model.errors import EndUseError
from enduse.model.record import By

if TYPE_CHECKING:
    from enduse.interfaces.designations.office import Office as Designations
    from enduse.interfaces.exchange.node import Node
    from enduse.interfaces.identity.oidc import Provider
    from enduse.interfaces.licensing.desk import Desk as CaseDesk
    from enduse.interfaces.licensing.office import Office
    from enduse.store.outbox import Handler, Message

Clock = Callable[[], dt.datetime]
NODE_KEYS = "exchange/keys"
NO_NODE = NotHeld("this installation is no node of a coalition", "enduse exchange init, then membership trust")
_ROUND_SECONDS = 20.0


class Service:
    """One service; ``request.app.state.service``."""

    def __init__(self, settings: ServiceSettings, clock: Clock, lists: OpenedLists, log_file: Any = None) -> None:
        self.settings = settings
        self.clock = clock
        self.lists = lists
        self.policies = shipped_policies()
        self.metrics = Metrics()
        self.log = make_logger(settings, log_file)
        self.limits = Limits(clock, requests=settings.request_rate, logins=settings.login_rate)
        self.stores = StoreAtHand(settings.place, clock)
        # Looked at now: protected sources in the store of everything else are said at the start.
        self._protected = settings.protected_place
        terms = Terms(
            idle=dt.timedelta(minutes=settings.session_idle_minutes),
            lasts=dt.timedelta(hours=settings.session_hours),
            attempts=settings.login_attempts,
            lock=dt.timedelta(minutes=settings.lockout_minutes),
        )
        self.people = Identities(self.stores, self.policies, self.limits, terms, clock, alone=settings.alone)
        self.provider = self._provider() if settings.oidc_issuer else None
        self.debug = bool(os.environ.get("ENDUSE_DEBUG"))
        self._unwritten = 0
        self.desk = Desk(self)
        self.worker = Worker(self)
        self._making = threading.RLock()
        self._office: Office | None = None
        self._designations: Designations | None = None
        self._hooks: tuple[float, Hooks, Mails] | None = None
        self._node: Node | None = None
        if settings.font_folder is not None and not settings.font_folder.is_dir():
            self.office  # noqa: B018  says so before anything is decided
        self.mail_server = mail_server(settings.smtp)
        self.handlers: dict[str, Handler] = {TOPIC: self._tell_receivers, MAIL: self._send_mail}

    def _provider(self) -> Provider:
        from enduse.interfaces.identity.oidc import Provider  # heavy: only where a provider is set up

        secret = self.settings.oidc_client_secret
        return Provider(
            self.settings.oidc_issuer,
            self.settings.oidc_client_id,
            secret.get_secret_value() if secret is not None else "",
            self.clock,
        )

    @property
    def office(self) -> Office:
        """Licensing, read and opened when somebody asks for it."""
        with self._making:
            if self._office is None:
                self._office = self._make_office()
            return self._office

    @property
    def designations(self) -> Designations:
        """Designations, read and opened when somebody asks for them."""
        with self._making:
            if self._designations is None:
                self._designations = self._make_designations()
            return self._designations

    def close(self) -> None:
        """Let go of the databases."""
        self.stores.close()
        if self._designations is not None:
            self._designations.close()

    def _make_office(self) -> Office:
        from enduse.interfaces.licensing.office import Office

        return Office(
            self.stores,
            self.clock,
            self.policies,
            self._open_lists,
            required=self.settings.required_lists,
            extension=self.settings.licensing_extension,
            fonts=self.settings.font_folder,
            denied=lambda person, action, subject, because: self.denied(person, action, subject, because, ""),
        )

    def _make_designations(self) -> Designations:
        from enduse.interfaces.designations.office import Office as Designations

        return Designations(
            self.stores,
            self.clock,
            self.policies,
            self.settings.data,
            self._open_lists,
            published=self.lists.reopen,
            secrets_place=self._protected,
            cases=self._case_desk,
            denied=lambda person, action, subject, because: self.denied(person, action, subject, because, ""),
        )

    def _case_desk(self, person: Actor) -> CaseDesk:
        return self.office.desk(person)

    def _open_lists(self) -> SharedLists | None:
        try:
            return SharedLists(self.lists.holdings())
        except Unavailable:
            return None

    def _tell_receivers(self, message: Message) -> None:
        """Post an alert to its receiver; one that did not answer is asked no more in this round of deliveries."""
        self._round()[0](message)

    def _send_mail(self, message: Message) -> None:
        self._round()[1](message)

    def _round(self) -> tuple[Hooks, Mails]:
        round_of = self.clock().timestamp() // _ROUND_SECONDS
        if self._hooks is None or self._hooks[0] != round_of:
            self._hooks = round_of, Hooks(self.settings.data / FOLDER, self.clock), Mails(self.mail_server)
        return self._hooks[1:]

    def today(self) -> dt.date:
        """The civil date."""
        return self.clock().astimezone(dt.UTC).date()

    @property
    def has_node(self) -> bool:
        """Whether the data directory is that of a node of a coalition, and the extra is there to read it."""
        return (self.settings.data / NODE_KEYS).is_dir() and not missing()

    def node(self) -> Node:
        """The node of the coalition whose store this is; it reads and queues here, and sends by a process of its own.

        Raises:
            NotHeld: there is none.
        """
        if not self.has_node:
            raise NO_NODE
        if self._node is None:
            from enduse.interfaces.exchange.node import Node  # heavy, and an extra

            self._node = Node(self.settings.data, self.stores, self.clock, lambda _: None)
        return self._node

    @property
    def public_origin(self) -> str:
        """Scheme and name under which people reach the service; empty where none is stated."""
        parts = urlsplit(self.settings.public_url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    def csrf_matches(self, actor: Actor, given: str) -> bool:
        """Whether a form was sent from a page of this session."""
        return hmac.compare_digest(actor.csrf_token.encode(), given.encode("utf-8", "replace"))

    def denied(self, actor: Actor, action: str, subject: str, because: str, address: str) -> None:
        """Put a refusal on record; of those who are not signed in, so many a minute, the others are counted."""
        self.metrics.denied.labels(action).inc()
        self.log.warning("denied", action=action, actor=actor.id, because=because, address=address)
        try:
            store = self.stores.get()
            if store is None:
                return
            if not actor.signed_in and self.limits.denials():
                self._unwritten += 1
                return
            by, more = By.of(actor), self._unwritten
            self._unwritten = 0
            reason = f"{because}; from {address}" + (f"; {more} more were not written" if more else "")
            store.audit.note(
                store.write,
                actor=by.actor,
                role=by.role,
                action="access.denied",
                subject=f"{action} {subject}".strip()[:500],
                reason=reason,
            )
        except EndUseError as error:
            # The refusal stands, whether it could be written or not.
            self.log.error("the refusal could not be put on record", problem=str(error))
