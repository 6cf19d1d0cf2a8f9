"""Users, keys and sessions, as the store keeps them: never a password, a key or a token, only their hashes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from enduse.model.decision import folded
from enduse.model.errors import BadInput

MAX_LOGIN = 100
MAX_NAME = 200
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]*")
_BODY = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account.

    Attributes:
        login: what they sign in with; never given to anybody else.
        active: whether they may sign in.
        source: ``local``, or the issuer of the identity provider that knows them.
        subject: what the identity provider calls them.
        organisation: id of the exporter's organisation that they act for; empty where none.
        agency: id of the agency that they advise for; empty where none.
    """

    id: str
    login: str
    name: str
    active: bool = True
    source: str = "local"
    subject: str = ""
    made: str = ""
    organisation: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class Credential:
    """What is kept of a password.

    Attributes:
        hash: argon2id, in its own notation.
        failures: wrong passwords since the last right one.
        locked_until: nobody signs in before (``2026-08-03T10:00:00Z``); empty where it is open.
    """

    hash: str
    failures: int = 0
    locked_until: str = ""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a user.

    Attributes:
        hash: SHA-256 of the secret.
        scopes: what it is limited to.
        expires: when it ends (``2026-08-03T10:00:00Z``).
    """

    id: str
    user: str
    name: str
    hash: str
    scopes: tuple[str, ...]
    expires: str
    revoked: bool = False
    made: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a user, by the hash of its token."""

    token: str
    user: str
    begun: str
    seen: str
    ends: str


def checked_body(text: str, where: str) -> str:
    """The id of an organisation or agency in its one form; empty for none.

    Raises:
        BadInput: it cannot be one.
    """
    found = folded(text)
    if found and (not text.strip().isprintable() or not _BODY.fullmatch(found) or len(found) > MAX_LOGIN):
        remedy = f"letters a to z, digits and . _ -, at most {MAX_LOGIN}"
        raise BadInput(f"{text[:40]!r} cannot be an id", where=where, remedy=remedy)
    return found


def checked_login(text: str) -> str:
    """A login in its one form.

    Raises:
        BadInput: it cannot be one.
    """
    found = folded(text)
    if not text.strip().isprintable() or not _LOGIN.fullmatch(found) or len(found) > MAX_LOGIN:
        remedy = f"letters a to z, digits and . _ @ + -, at most {MAX_LOGIN}"
        raise BadInput("this cannot be a login", where="login", remedy=remedy)
    return found
