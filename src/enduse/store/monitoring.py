"""Watches, runs and alerts in the database: what a step of a run found is kept with how far it came, or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from enduse.model.assessment import Edition
from enduse.model.decision import stamp
from enduse.model.errors import BadInput
from enduse.model.record import By, Kind, Record
from enduse.store.audit import Read
from enduse.store.outbox import Outbox
from enduse.store.records import Records, record_of
from enduse.store.tables import alert_views, records

Write = Callable[[], AbstractContextManager[Connection]]
MAX_PAGE = 500
LENGTH = 32
"""Characters of an alert's id."""

TOPIC, MAIL = "monitor.alert", "monitor.mail"


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert to keep, once.

    Attributes:
        id: equal for equal alerts.
        body: the alert, as bytes.
        state: how its work stands, as plain values.
        view: its row of the queue; ``id`` and ``seq`` are put in here.
        tell: messages for whoever subscribed.
    """

    id: str
    body: bytes
    state: Mapping[str, Any]
    view: Mapping[str, str | int]
    tell: Sequence[Mapping[str, Any]] = ()


class Conflict(BadInput):
    """Somebody else has changed it meanwhile."""


class Monitoring:
    """The watches, runs and alerts of one store."""

    def __init__(
        self, read: Read, write: Write, kept: Records, outbox: Outbox, clock: Callable[[], dt.datetime]
    ) -> None:
        self._read = read
        self._write = write
        self._records = kept
        self._outbox = outbox
        self._clock = clock

    # --- watches and runs

    def watches(self) -> list[Record]:
        """Every watch as it stands."""
        with self._read() as connection:
            if connection is None:
                return []
            # A watch has a version for every step that it took: the newest ones are asked for alone.
            newest = sa.select(sa.func.max(records.c.seq)).where(records.c.kind == Kind.WATCH.value)
            chosen = sa.select(records).where(records.c.seq.in_(newest.group_by(records.c.key)))
            return [record_of(row) for row in connection.execute(chosen.order_by(records.c.key))]

    def watch(self, name: str) -> Record | None:
        """The watch of a name."""
        with self._read() as connection:
            return self._records.latest(connection, Kind.WATCH, name)

    def put_watch(self, name: str, content: Mapping[str, Any], *, by: By, action: str, reason: str) -> Record:
        """Keep a watch as it stands now."""
        with self._write() as connection:
            return self._records.put(connection, Kind.WATCH, name, content, by=by, action=action, reason=reason)

    def runs(self, watch: str = "", *, limit: int = 20) -> list[Record]:
        """The last runs (of a watch), newest first; each as it ended, or as far as it came."""
        with self._read() as connection:
            # A run has a version when it begins, one when it ends, and one where it was interrupted.
            some = self._records.page(connection, Kind.RUN, limit=3 * limit, ref=watch or None)
        found: dict[str, Record] = {}
        for record in some:
            found.setdefault(record.key, record)
        return list(found.values())[:limit]

    def put_run(self, run: str, watch: str, content: Mapping[str, Any], *, by: By, editions: Sequence[Edition]) -> None:
        """Keep the record of a run."""
        with self._write() as connection:
            self._records.put(
                connection,
                Kind.RUN,
                run,
                {**content, "at": stamp(self._clock())},
                ref=watch,
                by=by,
                action="monitor.run",
                reason=str(content.get("status", ""))[:1_000],
                editions=editions,
            )

    def step(
        self,
        watch: Record,
        content: Mapping[str, Any],
        alerts: Sequence[NewAlert],
        reopened: Sequence[tuple[str, Mapping[str, Any], str]] = (),
        *,
        by: By,
        reason: str,
        mails: Sequence[Mapping[str, Any]] = (),
    ) -> tuple[Record, int]:
        """Keep what a step of a run found, together with how far the watch has come.

        Args:
            watch: as it stood when the step began.
            content: as it stands after it.
            alerts: those that are there already are left as they are.
            reopened: alerts whose work begins again: id, state, status.
            mails: e-mail that tells of it.

        Returns:
            The watch as it stands, and how many of the alerts are new.

        Raises:
            Conflict: another run has moved the watch meanwhile; nothing was written.
        """
        with self._write() as connection:
            now = self._records.latest(connection, Kind.WATCH, watch.key)
            if now is None or now.id != watch.id:
                raise Conflict("another run has moved the watch", where=watch.key, remedy="run again")
            there = self._there(connection, [alert.id for alert in alerts])
            fresh = {alert.id: alert for alert in alerts if alert.id not in there}
            for alert in fresh.values():
                self._add(connection, watch.key, alert, by)
            for identifier, state, status in reopened:
                self._move(connection, identifier, state, status, by=by, action="alert.reopen", reason=reason)
            for message in mails:
                self._outbox.put(connection, MAIL, message)
            moved = self._records.put(
                connection, Kind.WATCH, watch.key, content, by=by, action="watch.step", reason=reason
            )
        return moved, len(fresh)

    def there(self, ids: Sequence[str]) -> set[str]:
        """Which of some alerts there are already."""
        with self._read() as connection:
            return self._there(connection, ids) if connection is not None else set()

    def _there(self, connection: Connection, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(ids), MAX_PAGE):
            some = sa.select(alert_views.c.id).where(alert_views.c.id.in_(ids[start : start + MAX_PAGE]))
            found.update(row.id for row in connection.execute(some))
        return found

    def _add(self, connection: Connection, watch: str, alert: NewAlert, by: By) -> None:
        body = self._records.keep(connection, alert.body)
        record = self._records.put(
            connection,
            Kind.ALERT,
            alert.id,
            {**alert.state, "body": body, "made": stamp(self._clock())},
            ref=watch,
            by=by,
            action="alert.raise",
            # No names: an entry of the audit chain is never erased.
            reason=f"{alert.view['cause']}: {alert.view['became']}",
        )
        values = {**alert.view, "id": alert.id, "seq": record.seq, "made": stamp(self._clock())}
        connection.execute(sa.insert(alert_views).values(**values))
        for message in alert.tell:
            self._outbox.put(connection, TOPIC, message)

    # --- digests

    def digests(self) -> list[Record]:
        """Who is sent a digest, by the id of the account."""
        with self._read() as connection:
            return self._records.standing(connection, Kind.DIGEST)

    def put_digest(self, user: str, content: Mapping[str, Any], *, by: By) -> Record:
        """Send a digest to somebody, or no longer."""
        with self._write() as connection:
            return self._records.put(
                connection, Kind.DIGEST, user, content, by=by, action="digest.keep", reason=str(content["every"])
            )

    def digest_sent(
        self, before: Record, content: Mapping[str, Any], messages: Sequence[Mapping[str, Any]], *, by: By
    ) -> None:
        """Note that a digest was sent, together with its message; nothing where somebody was first."""
        with self._write() as connection:
            now = self._records.latest(connection, Kind.DIGEST, before.key)
            if now is None or now.id != before.id:
                return
            for message in messages:
                self._outbox.put(connection, MAIL, message)
            self._records.put(
                connection,
                Kind.DIGEST,
                before.key,
                content,
                by=by,
                action="digest.send",
                reason=f"{len(messages)} sent",
            )

    # --- alerts

    def last_alert(self) -> int:
        """The place among records of the alert that was raised last; 0 where there is none."""
        with self._read() as connection:
            if connection is None:
                return 0
            return int(connection.execute(sa.select(sa.func.max(alert_views.c.seq))).scalar() or 0)

    def alert(self, identifier: str) -> tuple[Record, bytes] | None:
        """An alert as its work stands, and its bytes.

        Args:
            identifier: its id, or the beginning of it (eight characters or more).

        Raises:
            BadInput: several alerts begin so.
        """
        with self._read() as connection:
            if connection is None or len(identifier) < 8:
                return None
            whole = len(identifier) == LENGTH
            same = alert_views.c.id == identifier
            chosen = sa.select(alert_views.c.id).where(
                same if whole else alert_views.c.id.startswith(identifier, autoescape=True)
            )
            rows = connection.execute(chosen.limit(2)).all()
            if len(rows) > 1:
                raise BadInput(f"several alerts begin with {identifier}", remedy="give more of the id")
            record = self._records.latest(connection, Kind.ALERT, rows[0].id) if rows else None
            return (record, self._records.body(connection, record.text("body"))) if record is not None else None

    def history(self, identifier: str) -> list[Record]:
        """Every version of an alert's work, in order."""
        with self._read() as connection:
            return self._records.versions(connection, Kind.ALERT, identifier)

    def queue(
        self,
        *,
        status: Sequence[str] = (),
        equal: Mapping[str, str] | None = None,
        hidden: Collection[str] = (),
        since: int = 0,
        until: str = "",
        after: tuple[int, str, str] | None = None,
        limit: int = 50,
    ) -> list[dict[str, str | int]]:
        """Rows of the queue, the most urgent first, then the newest.

        Args:
            status: only these.
            equal: further columns and the values that they must have.
            hidden: leave out alerts of these causes.
            since: only what was raised after this place (``seq`` of a row).
            until: leave out what is snoozed beyond this day.
            after: urgency, moment and id of the last row of the page before.
        """
        table = alert_views.c
        chosen = sa.select(alert_views)
        if status:
            chosen = chosen.where(table.status.in_(list(status)))
        for name, value in (equal or {}).items():
            chosen = chosen.where(table[name] == value)
        if hidden:
            chosen = chosen.where(table.cause.not_in(sorted(hidden)))
        if since:
            chosen = chosen.where(table.seq > since)
        if until:
            chosen = chosen.where(table.until <= until)
        if after is not None:
            urgency, made, identifier = after
            later = (table.made < made) | ((table.made == made) & (table.id > identifier))
            chosen = chosen.where((table.urgency > urgency) | ((table.urgency == urgency) & later))
        chosen = chosen.order_by(table.urgency, table.made.desc(), table.id).limit(min(limit, MAX_PAGE))
        with self._read() as connection:
            if connection is None:
                return []
            return [{str(name): value for name, value in row.items()} for row in connection.execute(chosen).mappings()]

    def counts(self, *, hidden: Collection[str] = ()) -> dict[str, int]:
        """How many alerts there are of each status, those of hidden causes left out."""
        with self._read() as connection:
            if connection is None:
                return {}
            chosen = sa.select(alert_views.c.status, sa.func.count()).group_by(alert_views.c.status)
            if hidden:
                chosen = chosen.where(alert_views.c.cause.not_in(sorted(hidden)))
            return {row[0]: int(row[1]) for row in connection.execute(chosen)}

    def of_customers(self, watch: str, customers: Sequence[str]) -> list[dict[str, str | int]]:
        """Rows of all alerts of some customers, in the order in which they were raised."""
        found: list[dict[str, str | int]] = []
        with self._read() as connection:
            if connection is None:
                return []
            for start in range(0, len(customers), MAX_PAGE):
                some = customers[start : start + MAX_PAGE]
                chosen = (
                    sa.select(alert_views)
                    .where(alert_views.c.watch == watch, alert_views.c.customer.in_(some))
                    .order_by(alert_views.c.seq)
                )
                rows = connection.execute(chosen).mappings()
                found += [{str(name): value for name, value in row.items()} for row in rows]
        return sorted(found, key=lambda row: int(row["seq"]))

    def standing_hits(self, watch: str) -> list[str]:
        """Keys of the customers of a watch who have an alert of a hit that no later alert of the pair ends."""
        table = alert_views.c
        with self._read() as connection:
            if connection is None:
                return []
            chosen = (
                sa.select(table.customer, table.owner, table.party_id, table.became)
                .where(table.watch == watch, table.cause != "law")
                .order_by(table.seq)
            )
            latest = {(row.customer, row.owner, row.party_id): row.became for row in connection.execute(chosen)}
        return sorted({pair[0] for pair, became in latest.items() if became != "gone"})

    def move(
        self, before: Record, state: Mapping[str, Any], status: str, *, by: By, action: str, reason: str
    ) -> Record:
        """Keep what somebody did with an alert.

        Args:
            before: its record as they saw it.
            state: as it stands now; ``body`` and ``made`` stay.

        Raises:
            Conflict: somebody else has changed it meanwhile.
        """
        with self._write() as connection:
            now = self._records.latest(connection, Kind.ALERT, before.key)
            if now is None or now.id != before.id:
                raise Conflict("somebody else has changed the alert", where=before.key[:12], remedy="look at it again")
            return self._move(connection, before.key, state, status, by=by, action=action, reason=reason)

    def _move(
        self,
        connection: Connection,
        identifier: str,
        state: Mapping[str, Any],
        status: str,
        *,
        by: By,
        action: str,
        reason: str,
        forget: bool = False,
    ) -> Record:
        before = self._records.latest(connection, Kind.ALERT, identifier)
        assert before is not None
        content = {**state, "body": before.text("body"), "made": before.text("made"), "at": stamp(self._clock())}
        record = self._records.put(
            connection, Kind.ALERT, identifier, content, ref=before.ref, by=by, action=action, reason=reason
        )
        values = {
            "status": status,
            "assignee": str(state.get("assignee") or "")[:100],
            "until": str(state.get("until") or ""),
            "urgency": int(state.get("urgency", 0)),
        }
        if forget:
            values["evidence"] = ""
        connection.execute(sa.update(alert_views).where(alert_views.c.id == identifier).values(**values))
        return record

    def depart(self, states: Sequence[tuple[str, Mapping[str, Any]]], *, by: By, reason: str) -> None:
        """Close alerts of customers who are in the register no longer.

        Their evidence is forgotten in the queue: when a customer comes back, its hits are told again.
        """
        with self._write() as connection:
            for identifier, state in states:
                status = str(state["status"])
                self._move(
                    connection, identifier, state, status, by=by, action="alert.close", reason=reason, forget=True
                )

    def customers(self, watch: str, *, status: Sequence[str]) -> dict[str, list[str]]:
        """Customers who have alerts of some statuses, each with their ids."""
        table = alert_views.c
        chosen = sa.select(table.customer, table.id).where(table.watch == watch, table.customer != "")
        chosen = chosen.where(table.status.in_(list(status))).order_by(table.seq)
        found: dict[str, list[str]] = {}
        with self._read() as connection:
            for row in connection.execute(chosen) if connection is not None else ():
                found.setdefault(row.customer, []).append(row.id)
        return found
