"""E-mail: messages of the outbox are given to one SMTP server, at least once, each with a Message-ID that stays.

Sources: RFC 5321 (SMTP), RFC 5322 (messages), RFC 8314 (TLS for submission).
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Protocol

from enduse.model.decision import digest
from enduse.model.errors import BadInput, OperationFailed

if TYPE_CHECKING:
    from enduse.store.outbox import Message

TOPIC = "monitor.mail"
"""Of the messages in the outbox."""

SECURITIES = {"starttls": 587, "tls": 465, "none": 25}
"""How the way to the server is secured, each with the port that is taken where none is stated."""

PATIENCE = 10.0
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_ENVIRONMENT = {
    name: f"ENDUSE_SMTP_{name.upper()}" for name in ("host", "port", "security", "user", "password", "sender")
}


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our e-mail.

    Attributes:
        security: one of :data:`SECURITIES`; ``none`` for a server on this machine alone.
        sender: the address that e-mail comes from.
    """

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = ""


class Transport(Protocol):
    """Hands a message over. Raises OSError where it was not taken."""

    def send(self, message: EmailMessage) -> None:
        """Hand one message over."""


def mail_server(stated: Mapping[str, str] | None = None) -> MailServer | None:
    """The server of the settings ``ENDUSE_SMTP_...``; None where no host is stated.

    Args:
        stated: the settings by name; those of the environment when None.

    Raises:
        BadInput: a setting cannot be used; a password is not repeated.
    """
    given = stated if stated is not None else {n: os.environ.get(name, "") for n, name in _ENVIRONMENT.items()}
    host = given.get("host", "").strip()
    if not host:
        return None
    security = given.get("security", "") or "starttls"
    if security not in SECURITIES:
        raise BadInput(f"{security!r} is no way to secure it", where=_ENVIRONMENT["security"], remedy="starttls or tls")
    if security == "none" and not _on_this_machine(host):
        remedy = "starttls or tls; none for a server on this machine alone"
        raise BadInput("the way to the server is not secured", where=_ENVIRONMENT["security"], remedy=remedy)
    port = given.get("port", "") or "0"
    if not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise BadInput(f"{port[:20]!r} is no port", where=_ENVIRONMENT["port"], remedy="0 to 65535")
    sender = mail_address(given.get("sender", ""), where=_ENVIRONMENT["sender"])
    return MailServer(
        host, int(port) or SECURITIES[security], security, sender, given.get("user", ""), given.get("password", "")
    )


def mail_address(text: str, *, where: str) -> str:
    """An address of e-mail.

    Raises:
        BadInput: it is none that is accepted: ``name@host``, ASCII, nothing else.
    """
    if len(text) > 254 or not text.isascii() or not _ADDRESS.fullmatch(text):
        raise BadInput(f"{text[:80]!r} is no address of e-mail", where=where, remedy="NAME@HOST")
    return text


def mail(to: str, subject: str, text: str, occasion: Mapping[str, Any]) -> dict[str, Any]:
    """A message as the outbox holds it.

    Args:
        occasion: what it tells of: equal occasions have equal ids.
    """
    return {"to": to, "subject": subject, "text": text, "id": digest({"to": to, **occasion})[:32]}


class SmtpTransport:
    """Hands messages to a server, each over a connection of its own.

    Args:
        context: for TLS; by default the authorities of the system are trusted, and names are checked.
    """

    def __init__(self, server: MailServer, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._context = context or ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        """See :class:`Transport`."""
        try:
            with self._connected() as smtp:
                if self._server.security == "starttls":
                    smtp.starttls(context=self._context)
                if self._server.user:
                    smtp.login(self._server.user, self._server.password)
                smtp.send_message(message)
        except smtplib.SMTPException as error:
            raise OSError(f"{type(error).__name__}: {_said(error)}") from None
        except UnicodeError as error:
            # A host or a password that smtplib cannot write; its words would repeat the password.
            raise OSError(f"{type(error).__name__}: a setting holds what cannot be sent") from None

    def _connected(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        if self._server.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=self._context)
        return smtplib.SMTP(host, port, timeout=PATIENCE)


class Mails:
    """Hands the messages of the outbox over; made for one round of deliveries.

    Args:
        server: None where none is set up: messages wait.
    """

    def __init__(self, server: MailServer | None, transport: Transport | None = None) -> None:
        self._server = server
        self._transport = transport or (SmtpTransport(server) if server is not None else None)
        self._dead = False

    def __call__(self, message: Message) -> None:
        """Deliver one message.

        Raises:
            OperationFailed: the server did not take it; it is given again later, and nothing more in this round where
                the server cannot be reached.
        """
        if self._server is None or self._transport is None:
            raise OperationFailed("no server for e-mail is set up", where="ENDUSE_SMTP_HOST")
        if self._dead:
            raise OperationFailed("the server did not answer a moment ago", where=self._server.host)
        try:
            self._transport.send(letter(message.document, message.made, self._server.sender))
        except ConnectionError as error:
            self._dead = True
            raise OperationFailed(f"the server cannot be reached: {error}", where=self._server.host) from None
        except OSError as error:
            self._dead = isinstance(error, TimeoutError)
            raise OperationFailed(f"the server did not take it: {error}", where=self._server.host) from None


def letter(document: Mapping[str, Any], made: str, sender: str) -> EmailMessage:
    """A message of the outbox as e-mail; the same each time that it is given.

    Args:
        made: the moment at which it was put into the outbox, ISO, UTC.
    """
    name, _, domain = sender.partition("@")
    found = EmailMessage()
    found["From"] = Address("enduse", name, domain)
    found["To"] = str(document["to"])
    found["Subject"] = str(document["subject"])
    found["Date"] = format_datetime(dt.datetime.fromisoformat(made).astimezone(dt.UTC))
    found["Message-ID"] = f"<{document['id']}@{domain}>"
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(str(document["text"]))
    return found


def _said(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {said}"[:300]
    return str(error)[:300]


def _on_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
