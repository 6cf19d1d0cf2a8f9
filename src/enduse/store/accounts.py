"""Users, their roles, keys, credentials and sessions in the database."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from enduse.model.account import MAX_NAME, ApiKey, Credential, Session, User, checked_body, checked_login
from enduse.model.decision import digest, folded, plain, stamp
from enduse.model.errors import BadInput
from enduse.model.record import By, Kind, Record
from enduse.store.audit import AuditChain, Read
from enduse.store.records import Records
from enduse.store.tables import credentials, records, sessions

Write = Callable[[], AbstractContextManager[Connection]]


class Accounts:
    """The accounts of one store."""

    def __init__(
        self, read: Read, write: Write, kept: Records, audit: AuditChain, clock: Callable[[], dt.datetime]
    ) -> None:
        self._read = read
        self._write = write
        self._records = kept
        self._audit = audit
        self._clock = clock

    # --- users

    def count(self) -> int:
        """How many accounts there are, locked ones too."""
        with self._read() as connection:
            return _count(connection)

    def users(self) -> list[User]:
        """Every account, in the order in which they were made."""
        with self._read() as connection:
            return [_user(one) for one in self._records.standing(connection, Kind.USER)]

    def user(self, identifier: str) -> User | None:
        """The account of an id."""
        with self._read() as connection:
            found = self._records.latest(connection, Kind.USER, identifier)
        return _user(found) if found else None

    def by_login(self, login: str) -> User | None:
        """The account of a login."""
        with self._read() as connection:
            return self._by_ref(connection, folded(login))

    def create(
        self,
        login: str,
        name: str,
        *,
        by: By,
        reason: str,
        source: str = "local",
        subject: str = "",
        password_hash: str = "",
        roles: Collection[str] = (),
        only_first: bool = False,
    ) -> User:
        """Make an account, with its first roles where it is the very first.

        Args:
            by: who makes it.
            only_first: refuse where there is an account already.

        Raises:
            BadInput: the login cannot be one or is taken, the name is none, or there is an account already.
        """
        login, name = checked_login(login), plain(name)
        if not name or len(name) > MAX_NAME:
            raise BadInput("a name is missing or too long", where="name", remedy=f"1 to {MAX_NAME} characters")
        with self._write() as connection:
            if only_first and _count(connection):
                raise BadInput("there is an account already", remedy="sign in; an administrator makes further ones")
            if self._by_ref(connection, login) is not None:
                raise BadInput(f"the login {login} is taken, now or formerly", where="login", remedy="another login")
            user = User(f"u{secrets.token_hex(8)}", login, name, True, source, subject, self._now())
            self._put_user(connection, user, by=by, action="user.create", reason=reason)
            if password_hash:
                self._put_credential(connection, user.id, password_hash, by=by, reason="first password")
            for role in sorted(roles):
                self._put_grant(connection, user.id, role, granted=True, by=by, reason=reason)
        return user

    def change(self, identifier: str, *, active: bool, by: By, reason: str) -> User:
        """Lock an account, which ends its sessions, or open it again.

        Raises:
            BadInput: there is no such account, or no reason.
        """
        with self._write() as connection:
            user = self._existing(connection, identifier)
            changed = replace(user, active=active)
            action = "user.open" if active else "user.lock"
            self._put_user(connection, changed, by=by, action=action, reason=_reason(reason))
            if not active:
                connection.execute(sa.delete(sessions).where(sessions.c.user == identifier))
        return changed

    def assign(self, identifier: str, *, organisation: str, agency: str, by: By, reason: str) -> User:
        """Say which exporter's organisation an account acts for, and which agency it advises for; empty for none.

        Raises:
            BadInput: there is no such account, an id cannot be one, or there is no reason.
        """
        organisation, agency = checked_body(organisation, "organisation"), checked_body(agency, "agency")
        with self._write() as connection:
            changed = replace(self._existing(connection, identifier), organisation=organisation, agency=agency)
            self._put_user(connection, changed, by=by, action="user.assign", reason=_reason(reason))
        return changed

    def members(self, organisation: str) -> frozenset[str]:
        """Users who act, or acted, for an exporter's organisation; none for none."""
        with self._read() as connection:
            if connection is None or not organisation:
                return frozenset()
            found = self._records.mentioning(connection, Kind.USER, None, "organisation", organisation)
            return frozenset(one.key for one in found)

    def organisation_at(self, identifier: str, at: str) -> str:
        """The exporter's organisation that a user acted for at a moment; empty where none.

        Args:
            at: ISO 8601, in UTC, as it is kept.
        """
        with self._read() as connection:
            versions = [
                one for one in self._records.versions(connection, Kind.USER, identifier) if one.text("at") <= at
            ]
            return versions[-1].text("organisation") if versions else ""

    # --- roles

    def roles(self, identifier: str) -> frozenset[str]:
        """The roles that a user holds."""
        with self._read() as connection:
            return self._roles(connection, identifier)

    def grant(self, identifier: str, role: str, *, by: By, reason: str) -> None:
        """Grant a role.

        Raises:
            BadInput: there is no such account, it holds the role already, or there is no reason.
        """
        with self._write() as connection:
            self._existing(connection, identifier)
            if role in self._roles(connection, identifier):
                raise BadInput(f"{role} is held already", where="role")
            self._put_grant(connection, identifier, role, granted=True, by=by, reason=_reason(reason))

    def revoke(self, identifier: str, role: str, *, by: By, reason: str) -> None:
        """Take a role away.

        Raises:
            BadInput: there is no such account, it does not hold the role, or there is no reason.
        """
        with self._write() as connection:
            self._existing(connection, identifier)
            if role not in self._roles(connection, identifier):
                raise BadInput(f"{role} is not held", where="role")
            self._put_grant(connection, identifier, role, granted=False, by=by, reason=_reason(reason))

    # --- passwords

    def credential(self, identifier: str) -> Credential | None:
        """What is kept of a user's password."""
        with self._read() as connection:
            return _credential(connection, identifier)

    def set_password(self, identifier: str, password_hash: str, *, by: By, reason: str, keep: str = "") -> None:
        """Replace a password; sessions that began with the old one end, but for the one to ``keep``.

        Raises:
            BadInput: there is no such account.
        """
        with self._write() as connection:
            self._existing(connection, identifier)
            self._put_credential(connection, identifier, password_hash, by=by, reason=reason)
            connection.execute(sa.delete(sessions).where(sessions.c.user == identifier, sessions.c.token != keep))

    def rehashed(self, identifier: str, password_hash: str, *, by: By) -> None:
        """The same password under newer parameters."""
        with self._write() as connection:
            self._put_credential(connection, identifier, password_hash, by=by, reason="newer parameters")

    def failed(
        self, identifier: str, *, attempts: int, lock: dt.timedelta, reason: str, counts: bool = True
    ) -> Credential | None:
        """A sign-in that failed; so many in a row lock the account for a while.

        Args:
            identifier: id of the user; empty where no account has the login.
            counts: whether it is one more wrong password.
        """
        with self._write() as connection:
            found = _credential(connection, identifier)
            if found is not None and counts:
                failures = found.failures + 1
                until = stamp(self._clock() + lock) if failures >= attempts else found.locked_until
                found = Credential(found.hash, 0 if failures >= attempts else failures, until)
                connection.execute(
                    sa.update(credentials)
                    .where(credentials.c.user == identifier)
                    .values(failures=found.failures, locked_until=found.locked_until)
                )
            subject = f"user:{identifier}" if identifier else "user:unknown"
            self._audit.append(connection, actor="visitor", action="login.failed", subject=subject, reason=reason)
        return found

    # --- sessions

    def begin(self, user: User, token: str, *, lasts: dt.timedelta, by: By, old: str = "") -> Session:
        """Begin a session, and end the one that the browser had before.

        Args:
            token: hash of the token.
            old: hash of the token of the session before; empty where there was none.
        """
        now = self._clock()
        session = Session(token, user.id, stamp(now), stamp(now), stamp(now + lasts))
        with self._write() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.ends < stamp(now)))
            if old:
                connection.execute(sa.delete(sessions).where(sessions.c.token == old))
            connection.execute(
                sa.insert(sessions).values(
                    token=token, user=user.id, begun=session.begun, seen=session.seen, ends=session.ends
                )
            )
            connection.execute(
                sa.update(credentials).where(credentials.c.user == user.id).values(failures=0, locked_until="")
            )
            self._audit.append(
                connection,
                actor=by.actor,
                role=by.role,
                action="login",
                subject=f"user:{user.id}",
                reason=f"signed in by {user.source}",
            )
        return session

    def session(self, token: str) -> tuple[Session, User, frozenset[str]] | None:
        """The session of a token's hash, with its user and their roles."""
        with self._read() as connection:
            if connection is None:
                return None
            row = connection.execute(sa.select(sessions).where(sessions.c.token == token)).first()
            if row is None:
                return None
            found = self._records.latest(connection, Kind.USER, row.user)
            if found is None:
                return None
            session = Session(row.token, row.user, row.begun, row.seen, row.ends)
            return session, _user(found), self._roles(connection, row.user)

    def sessions(self, identifier: str) -> list[Session]:
        """The sessions of a user that have not ended, the latest first."""
        with self._read() as connection:
            if connection is None:
                return []
            chosen = sa.select(sessions).where(sessions.c.user == identifier, sessions.c.ends >= self._now())
            rows = connection.execute(chosen.order_by(sessions.c.begun.desc()))
            return [Session(row.token, row.user, row.begun, row.seen, row.ends) for row in rows]

    def seen(self, token: str) -> None:
        """A session was used; no record of its own."""
        with self._write() as connection:
            connection.execute(sa.update(sessions).where(sessions.c.token == token).values(seen=self._now()))

    def end(self, token: str, *, by: By, reason: str) -> None:
        """End a session."""
        with self._write() as connection:
            row = connection.execute(sa.select(sessions.c.user).where(sessions.c.token == token)).first()
            if row is None:
                return
            connection.execute(sa.delete(sessions).where(sessions.c.token == token))
            self._audit.append(
                connection, actor=by.actor, role=by.role, action="logout", subject=f"user:{row.user}", reason=reason
            )

    # --- keys

    def make_key(self, key: ApiKey, *, by: By) -> ApiKey:
        """Keep a new key."""
        with self._write() as connection:
            self._existing(connection, key.user)
            self._put_key(connection, key, by=by, action="key.create", reason=f"key {key.name}")
        return key

    def revoke_key(self, identifier: str, *, by: By, reason: str) -> ApiKey:
        """End a key.

        Raises:
            BadInput: there is no such key, or it was revoked before.
        """
        with self._write() as connection:
            found = self._records.latest(connection, Kind.KEY, identifier)
            if found is None:
                raise BadInput("there is no such key", where="key")
            key = _key(found)
            if key.revoked:
                raise BadInput("the key was revoked before", where="key")
            gone = ApiKey(key.id, key.user, key.name, key.hash, key.scopes, key.expires, True, key.made)
            self._put_key(connection, gone, by=by, action="key.revoke", reason=_reason(reason))
        return gone

    def key(self, identifier: str) -> tuple[ApiKey, User, frozenset[str]] | None:
        """The key of an id, with its user and their roles."""
        with self._read() as connection:
            found = self._records.latest(connection, Kind.KEY, identifier)
            if found is None:
                return None
            key = _key(found)
            user = self._records.latest(connection, Kind.USER, key.user)
            return (key, _user(user), self._roles(connection, key.user)) if user is not None else None

    def keys(self, identifier: str | None = None) -> list[ApiKey]:
        """The keys of a user, or of everybody, revoked ones too."""
        with self._read() as connection:
            return [_key(one) for one in self._records.standing(connection, Kind.KEY, ref=identifier)]

    # --- within a transaction

    def _now(self) -> str:
        return stamp(self._clock())

    def _existing(self, connection: Connection, identifier: str) -> User:
        found = self._records.latest(connection, Kind.USER, identifier)
        if found is None:
            raise BadInput("there is no such account", where="user", remedy="see the list of users")
        return _user(found)

    def _by_ref(self, connection: Connection | None, login: str) -> User | None:
        found = self._records.standing(connection, Kind.USER, ref=login)
        return _user(found[0]) if found else None

    def _roles(self, connection: Connection | None, identifier: str) -> frozenset[str]:
        found = self._records.standing(connection, Kind.GRANT, ref=identifier)
        return frozenset(one.text("role") for one in found if one.content.get("granted") is True)

    def _put_user(self, connection: Connection, user: User, *, by: By, action: str, reason: str) -> None:
        content = {
            "login": user.login,
            "name": user.name,
            "active": user.active,
            "source": user.source,
            "subject": user.subject,
            "made": user.made,
            "organisation": user.organisation,
            "agency": user.agency,
            "at": self._now(),
        }
        self._records.put(connection, Kind.USER, user.id, content, ref=user.login, by=by, action=action, reason=reason)

    def _put_grant(
        self, connection: Connection, identifier: str, role: str, *, granted: bool, by: By, reason: str
    ) -> None:
        content = {"user": identifier, "role": role, "granted": granted, "at": self._now(), "by": by.actor}
        action = "role.grant" if granted else "role.revoke"
        key = f"{identifier}/{role}"
        self._records.put(connection, Kind.GRANT, key, content, ref=identifier, by=by, action=action, reason=reason)

    def _put_key(self, connection: Connection, key: ApiKey, *, by: By, action: str, reason: str) -> None:
        content = {
            "name": key.name,
            "hash": key.hash,
            "scopes": sorted(key.scopes),
            "expires": key.expires,
            "revoked": key.revoked,
            "made": key.made or self._now(),
        }
        self._records.put(connection, Kind.KEY, key.id, content, ref=key.user, by=by, action=action, reason=reason)

    def _put_credential(self, connection: Connection, identifier: str, found: str, *, by: By, reason: str) -> None:
        before = _credential(connection, identifier)
        values = {"hash": found, "failures": 0, "locked_until": ""}
        if before is None:
            connection.execute(sa.insert(credentials).values(user=identifier, **values))
        else:
            connection.execute(sa.update(credentials).where(credentials.c.user == identifier).values(**values))
        self._audit.append(
            connection,
            actor=by.actor,
            role=by.role,
            action="password.set",
            subject=f"credential:{identifier}",
            before=digest(before.hash) if before else "",
            after=digest(found),
            reason=reason,
        )


def _reason(text: str) -> str:
    found = plain(text)
    if not found:
        raise BadInput("a reason is missing", where="reason", remedy="say why, for those who read the audit chain")
    return found


def _count(connection: Connection | None) -> int:
    if connection is None:
        return 0
    chosen = sa.select(sa.func.count(sa.distinct(records.c.key))).where(records.c.kind == Kind.USER.value)
    return int(connection.execute(chosen).scalar() or 0)


def _user(record: Record) -> User:
    return User(
        record.key,
        record.text("login"),
        record.text("name"),
        record.content.get("active") is True,
        record.text("source"),
        record.text("subject"),
        record.text("made"),
        record.text("organisation"),
        record.text("agency"),
    )


def _key(record: Record) -> ApiKey:
    return ApiKey(
        record.key,
        record.ref,
        record.text("name"),
        record.text("hash"),
        tuple(record.content["scopes"]),
        record.text("expires"),
        record.content["revoked"] is True,
        record.text("made"),
    )


def _credential(connection: Connection | None, identifier: str) -> Credential | None:
    if connection is None or not identifier:
        return None
    row = connection.execute(sa.select(credentials).where(credentials.c.user == identifier)).first()
    return Credential(row.hash, row.failures, row.locked_until) if row is not None else None
