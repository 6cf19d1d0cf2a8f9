"""Signing in and out, sessions and keys: who somebody is, by what they bring."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from enduse.interfaces.identity.limits import Limits
from enduse.interfaces.identity.passwords import Passwords, checked_password
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.model.access import Actor, Policies
from enduse.model.account import ApiKey, User
from enduse.model.decision import digest, plain, stamp
from enduse.model.errors import BadInput, EndUseError
from enduse.model.record import By

COOKIE = "enduse_session"
SECURE_COOKIE = "__Host-enduse_session"
FIRST_ROLES = ("sysadmin",)
MAX_KEY_DAYS = 366
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers of a proxy: it asks from this machine, for somebody who may be anywhere."""
_TOUCH = dt.timedelta(minutes=1)
_KEY = re.compile(r"enduse_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NOT_IN = "the login or the password is wrong, or the account is locked"


@dataclass(frozen=True, slots=True)
class Terms:
    """How long things last.

    Attributes:
        idle, lasts: a session ends when unused for so long, and after so long in any case.
        attempts, lock: so many wrong passwords lock an account for so long.
    """

    idle: dt.timedelta
    lasts: dt.timedelta
    attempts: int
    lock: dt.timedelta


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


class NotSignedIn(EndUseError):
    """A sign-in was refused.

    Attributes:
        wait: seconds until it may be tried again; 0 where that is now.
    """

    def __init__(self, problem: str, wait: int = 0) -> None:
        super().__init__(problem)
        self.wait = wait


class Identities:
    """Everybody that one service knows."""

    def __init__(
        self,
        stores: StoreAtHand,
        policies: Policies,
        limits: Limits,
        terms: Terms,
        clock: Callable[[], dt.datetime],
        *,
        alone: bool,
        passwords: Passwords | None = None,
    ) -> None:
        self._stores = stores
        self._policies = policies
        self._limits = limits
        self._terms = terms
        self._clock = clock
        self._alone = alone
        self._passwords = passwords
        self._setup = ""

    @property
    def passwords(self) -> Passwords:
        """Made when first needed: its making costs a hash."""
        if self._passwords is None:
            self._passwords = Passwords()
        return self._passwords

    # --- who asks

    def count(self) -> int:
        """How many accounts there are."""
        store = self._stores.get()
        return store.accounts.count() if store is not None else 0

    def open_mode(self) -> bool:
        """Whether reading is open: only this machine asks the service, and there is no second user."""
        return self._alone and self.count() < 2

    def identify(self, headers: Mapping[str, str]) -> Identity:
        """Who asks, by the headers of a request; a key counts before a session."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() in ("bearer", "apikey"):
            return self._by_key(given.strip())
        if token := session_token(headers):
            found = self._by_session(token)
            if found is not None:
                return found
        passed_on = any(name in headers for name in _PASSED_ON)
        return Identity(Actor(open_mode=not passed_on and self.open_mode()))

    def _by_key(self, given: str) -> Identity:
        nobody = Identity(Actor(), refused="the key is not known, was revoked, or has expired")
        found = _KEY.fullmatch(given)
        store = self._stores.get()
        known = store.accounts.key(found[1]) if found is not None and store is not None else None
        if found is None or known is None:
            return nobody
        key, user, roles = known
        if not hmac.compare_digest(key.hash, hash_of(found[2])):
            return nobody
        if key.revoked or not user.active or key.expires <= stamp(self._clock()):
            return nobody
        return Identity(person(user, roles, scopes=frozenset(key.scopes)))

    def _by_session(self, token: str) -> Identity | None:
        store = self._stores.get()
        known = store.accounts.session(hash_of(token)) if store is not None else None
        if store is None or known is None:
            return None
        session, user, roles = known
        now = self._clock()
        if not user.active or session.ends <= stamp(now) or session.seen <= stamp(now - self._terms.idle):
            return None
        if session.seen <= stamp(now - _TOUCH):
            store.accounts.seen(session.token)
        return Identity(person(user, roles, csrf_token=_csrf(token)), session.token)

    # --- signing in and out

    def sign_in(self, login: str, password: str, *, address: str, old: str = "", known: str = "") -> tuple[str, User]:
        """Begin a session; its token, which only the browser keeps.

        Args:
            old: token that the browser had before; that session ends.
            known: what :meth:`known_browser` gave this browser. Somebody else's wrong passwords then do not lock its
                owner out, and wrong ones that come from it are counted by themselves.

        Raises:
            NotSignedIn: the same words whether there is such an account or not.
        """
        store = self._stores.get()
        user = store.accounts.by_login(login[:200]) if store is not None else None
        kept = store.accounts.credential(user.id) if store is not None and user is not None else None
        trusted = kept is not None and user is not None and _is_known(known, user.id, kept.hash)
        # A known browser has a limit of its own: neither a lock nor an address that others use up keeps it out.
        if wait := self._limits.known(known) if trusted else self._limits.logins(address):
            raise NotSignedIn("too many attempts from this browser or address", wait)
        locked = not trusted and kept is not None and kept.locked_until > stamp(self._clock())
        # A locked account takes as long as an open one.
        fits = self.passwords.fits(password, kept.hash if kept is not None else None)
        if store is None:
            raise NotSignedIn(_NOT_IN)
        if user is None or kept is None or locked or not fits or not user.active:
            why = "locked" if locked else "wrong password" if kept is not None and not fits else "no such account"
            store.accounts.failed(
                user.id if user is not None else "",
                attempts=self._terms.attempts,
                lock=self._terms.lock,
                reason=f"{why}, from {address or 'nowhere'}",
                counts=not locked and not fits and not trusted,
            )
            raise NotSignedIn(_NOT_IN)
        if self.passwords.outdated(kept.hash):
            store.accounts.rehashed(user.id, self.passwords.hash(password), by=By(user.id))
        return self._begin(user, old), user

    def known_browser(self, user: User) -> str:
        """What a browser from which somebody signed in with their password keeps; good until the next password."""
        store = self._stores.get()
        kept = store.accounts.credential(user.id) if store is not None else None
        return _mark_of(user.id, kept.hash) if kept is not None else ""

    def sign_in_from(self, issuer: str, subject: str, login: str, name: str, *, old: str = "") -> tuple[str, User]:
        """Begin a session of somebody whom an identity provider vouches for; an account without roles at first.

        Never joined with a local account of the same login: whoever names people there could take it over.

        Raises:
            NotSignedIn: the account is locked.
        """
        store = self._stores.get(create=True)
        assert store is not None
        known = [one for one in store.accounts.users() if (one.source, one.subject) == (issuer, subject)]
        if known:
            user = known[0]
        else:
            by, reason = By("identity provider"), f"first sign-in from {issuer}"
            name = plain(name)[:200] or "unnamed"
            create = functools.partial(
                store.accounts.create, name=name, by=by, reason=reason, source=issuer, subject=subject
            )
            try:
                user = create(login)
            except BadInput:
                user = create(f"oidc-{digest([issuer, subject])[:16]}")
        if not user.active:
            raise NotSignedIn("the account is locked: ask an administrator")
        return self._begin(user, old), user

    def _begin(self, user: User, old: str) -> str:
        store = self._stores.get()
        assert store is not None
        token = secrets.token_urlsafe(32)
        store.accounts.begin(
            user, hash_of(token), lasts=self._terms.lasts, by=By(user.id), old=hash_of(old) if old else ""
        )
        return token

    def sign_out(self, actor: Actor, session: str) -> None:
        """End a session."""
        store = self._stores.get()
        if store is not None and session:
            store.accounts.end(session, by=By.of(actor), reason="signed out")

    # --- the first account

    def setup_token(self) -> str:
        """A new one-time token for the first account; the one before no longer counts."""
        self._setup = secrets.token_urlsafe(32)
        return self._setup

    def setup_fits(self, token: str) -> bool:
        """Whether a token is the one that counts, and there is no account yet."""
        fits = bool(self._setup) and hmac.compare_digest(self._setup.encode(), token.encode("utf-8", "replace"))
        return fits and self.count() == 0

    def set_up(self, token: str, login: str, name: str, password: str) -> User:
        """Make the first account, once.

        Raises:
            NotSignedIn: the token does not count.
            BadInput: the login, the name or the password cannot be used.
        """
        if not self.setup_fits(token):
            raise NotSignedIn("this link was used, or a newer one was printed")
        checked_password(password, login=login)
        store = self._stores.get(create=True)
        assert store is not None
        user = store.accounts.create(
            login,
            name,
            by=By("setup"),
            reason="first account, by the one-time link",
            password_hash=self.passwords.hash(password),
            roles=FIRST_ROLES,
            only_first=True,
        )
        self._setup = ""
        return user

    # --- accounts

    def create(self, login: str, name: str, password: str, *, by: Actor, reason: str) -> User:
        """Make an account with a first password.

        Raises:
            BadInput: something of it cannot be used.
        """
        checked_password(password, login=login)
        if not plain(reason):
            raise BadInput("a reason is missing", where="reason", remedy="say why this account is made")
        store = self._stores.get(create=True)
        assert store is not None
        hashed = self.passwords.hash(password)
        return store.accounts.create(login, name, by=By.of(by), reason=reason, password_hash=hashed)

    def change_password(self, actor: Actor, old: str, new: str, *, session: str) -> None:
        """Change one's own password; other sessions end.

        Raises:
            NotSignedIn: the old password is wrong.
            BadInput: the new one cannot be used, or somebody else keeps the password.
        """
        store = self._stores.get()
        kept = store.accounts.credential(actor.id) if store is not None else None
        user = store.accounts.user(actor.id) if store is not None else None
        if store is None or kept is None or user is None:
            raise BadInput("your password is not kept here", remedy="change it at your identity provider")
        if kept.locked_until > stamp(self._clock()) or not self.passwords.fits(old, kept.hash):
            store.accounts.failed(
                actor.id, attempts=self._terms.attempts, lock=self._terms.lock, reason="wrong old password"
            )
            raise NotSignedIn("the old password is wrong")
        checked_password(new, login=user.login, field="new")
        store.accounts.set_password(
            actor.id, self.passwords.hash(new), by=By.of(actor), reason="changed by its owner", keep=session
        )

    # --- keys

    def make_key(self, actor: Actor, name: str, scopes: Collection[str], days: int) -> tuple[str, ApiKey]:
        """Make a key; its text, which is shown once.

        Raises:
            BadInput: the name, a scope or the length of its life cannot be used.
        """
        name = plain(name)
        if not name or len(name) > 100:
            raise BadInput("a name is missing or too long", where="name", remedy="1 to 100 characters")
        if not 1 <= days <= MAX_KEY_DAYS:
            raise BadInput(f"{days} days", where="days", remedy=f"1 to {MAX_KEY_DAYS}")
        known = self._policies.scopes
        if not scopes or (unknown := sorted(set(scopes) - set(known))):
            what = f"{unknown[0][:40]!r} is no scope" if scopes else "no scope"
            raise BadInput(what, where="scopes", remedy=f"one or more of {', '.join(known)}")
        store = self._stores.get()
        if store is None:
            raise BadInput("there are no accounts yet", remedy="make the first one with the link that serve prints")
        secret = secrets.token_urlsafe(32)
        now = self._clock()
        key = ApiKey(
            id=secrets.token_hex(8),
            user=actor.id,
            name=name,
            hash=hash_of(secret),
            scopes=tuple(sorted(set(scopes))),
            expires=stamp(now + dt.timedelta(days=days)),
            made=stamp(now),
        )
        store.accounts.make_key(key, by=By.of(actor))
        return f"enduse_{key.id}_{secret}", key


def person(user: User, roles: frozenset[str], *, scopes: frozenset[str] | None = None, csrf_token: str = "") -> Actor:
    """Who acts when somebody with an account does: what the account says of them, and nothing that a request says."""
    return Actor(user.id, user.name, roles, scopes, csrf_token, organisation=user.organisation, agency=user.agency)


def _mark_of(user: str, password_hash: str) -> str:
    return hmac.new(password_hash.encode(), f"known browser of {user}".encode(), hashlib.sha256).hexdigest()


def _is_known(given: str, user: str, password_hash: str) -> bool:
    return bool(given) and hmac.compare_digest(given.encode("utf-8", "replace"), _mark_of(user, password_hash).encode())


def hash_of(secret: str) -> str:
    """What is kept of a token: it is long and random, so that a plain hash will do."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def session_token(headers: Mapping[str, str]) -> str:
    """The token of the session's cookie; empty where there is none."""
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    for name in (SECURE_COOKIE, COOKIE):
        if name in cookies:
            return cookies[name].value[:200]
    return ""


def _csrf(token: str) -> str:
    return hashlib.sha256(f"enduse form of session {token}".encode("utf-8", "replace")).hexdigest()
