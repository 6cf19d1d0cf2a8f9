"""What every run of a watch does: it keeps a record, and takes steps that hold their alerts and how far it has come."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enduse.formats.locks import try_lock
from enduse.interfaces.monitor.documents import alert_bytes, alert_document
from enduse.interfaces.monitor.hooks import FOLDER
from enduse.interfaces.monitor.mail import mail
from enduse.interfaces.monitor.watches import Watch
from enduse.model.assessment import Edition
from enduse.model.errors import EndUseError, OperationFailed
from enduse.model.record import By, Record
from enduse.monitor.alerts import Alert
from enduse.monitor.rescreen import Became
from enduse.monitor.work import State, Status, begun, reopened
from enduse.store.monitoring import NewAlert

if TYPE_CHECKING:
    from enduse.store.database import Store

BY = By("monitor")
_MOST = 500
Tell = Callable[[str], None]


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Hold the lock of the runs of a data directory; the kernel frees it when the process ends, however it ends.

    Raises:
        OperationFailed: another run is going on.
    """
    folder = data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        if not try_lock(lock.fileno()):
            raise OperationFailed("another run is going on", where=str(folder), remedy="it does the same work")
        yield


@dataclass(slots=True)
class Report:
    """What a run of one watch did.

    Attributes:
        status: ``done``, or why it could not be finished.
        counts: alerts by cause and kind, and what was left out: ``suppressed`` by a decision, ``reworded``.
        editions: the editions that were compared.
    """

    watch: str
    id: str
    started: str
    status: str = "running"
    counts: Counter[str] = field(default_factory=Counter)
    editions: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: str = ""

    def document(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "watch": self.watch,
            "id": self.id,
            "started": self.started,
            "status": self.status,
            "counts": dict(sorted(self.counts.items())),
            "editions": self.editions,
            "notes": self.notes,
            "seconds": self.seconds,
        }


class Steps:
    """A run of one watch; what it looks at is its subclass's."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], dt.datetime],
        record: Record,
        tell: Tell,
        editions: Sequence[Edition] = (),
    ) -> None:
        self._store, self._clock, self._record, self._tell, self._editions = store, clock, record, tell, editions
        self._watch = Watch.of(record)
        self._today = clock().astimezone(dt.UTC).date()
        moment = clock().astimezone(dt.UTC).isoformat(timespec="seconds")
        self._report = Report(self._watch.name, secrets.token_hex(8), moment)
        self._moved = False

    @contextmanager
    def _recorded(self) -> Iterator[None]:
        """Keep the record of the run, as it begins and as it ends."""
        begun_at = time.monotonic()
        self._close_interrupted()
        self._note()
        try:
            yield
        except EndUseError as problem:
            self._report.status = f"failed: {problem}"[:1_000]
            self._report.seconds = f"{time.monotonic() - begun_at:.1f}"
            self._note()
            raise
        self._mail()
        self._report.status = "done"
        self._report.seconds = f"{time.monotonic() - begun_at:.1f}"
        self._note()

    def _mail(self) -> None:
        """Tell the addresses of the watch how many alerts came since they were told last. Names nobody."""
        if not self._watch.emails:
            return
        since = self._watch.mailed
        rows = self._store.monitoring.queue(equal={"watch": self._watch.name}, since=since, limit=_MOST)
        if not rows:
            return
        counts = Counter(("high", "medium", "low")[int(row["urgency"])] for row in rows)
        told = ", ".join(f"{counts[one]} {one}" for one in ("high", "medium", "low") if counts[one])
        many = f"{_MOST} or more" if len(rows) == _MOST else str(len(rows))
        text = f"The watch {self._watch.name} raised {many} alerts since you were told last: {told}.\n\n"
        text += "Whom they are about is told to those who may read them: /monitor, or enduse monitor alerts.\n"
        subject = f"{many} new alerts of the watch {self._watch.name}"
        last = self._store.monitoring.last_alert()
        occasion = {"watch": self._watch.name, "since": since}
        mails = [mail(to, subject, text, occasion) for to in self._watch.emails]
        self._step(replace(self._watch, mailed=last), (), "e-mail", mails=mails)

    def _note(self) -> None:
        self._store.monitoring.put_run(
            self._report.id, self._watch.name, self._report.document(), by=BY, editions=self._editions
        )

    def _close_interrupted(self) -> None:
        for past in self._store.monitoring.runs(self._watch.name, limit=5):
            if past.text("status") == "running":
                content = {**past.content, "status": "interrupted: the next run went on from where it was"}
                self._store.monitoring.put_run(past.key, self._watch.name, content, by=BY, editions=())

    def _step(
        self,
        watch: Watch,
        alerts: Sequence[Alert],
        reason: str,
        standing: Mapping[tuple[str, str, str], Mapping[str, str | int]] | None = None,
        mails: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        kept = [new_alert(alert, self._watch.webhooks) for alert in alerts]
        again: list[tuple[str, Mapping[str, Any], str]] = []
        for alert in alerts:
            row = (standing or {}).get((alert.customer, alert.owner, alert.party_id))
            if alert.became == Became.GONE.value and row is not None:
                again.extend(self._again(str(row["id"]), alert))
        self._record, fresh = self._store.monitoring.step(
            self._record, watch.document(), kept, again, by=BY, reason=reason, mails=mails
        )
        self._watch, self._moved = watch, False
        for alert in alerts:
            self._report.counts[f"{alert.cause.value}: {alert.became}"] += 1
        self._report.counts["new alerts"] += fresh
        if alerts:
            self._tell(f"{self._watch.name}: {reason}: {fresh} new alerts")

    def _again(self, identifier: str, gone: Alert) -> Iterator[tuple[str, Mapping[str, Any], str]]:
        """The alert of a listing that is gone, opened again where somebody confirmed it."""
        known = self._store.monitoring.alert(identifier)
        assert known is not None
        state = State.of(known[0].content)
        if state.status is Status.CLOSED and state.verdict != "different":
            opened = reopened(state, f"the listing is gone: see alert {gone.id[:12]}")
            yield identifier, opened.document(), opened.status.value


def new_alert(alert: Alert, receivers: Sequence[str] = ()) -> NewAlert:
    """An alert as the store keeps it, and what is posted to each receiver."""
    state = begun(alert)
    return NewAlert(
        alert.id,
        alert_bytes(alert),
        state.document(),
        {
            "watch": alert.watch,
            "became": alert.became,
            "cause": alert.cause.value,
            "status": state.status.value,
            "assignee": "",
            "urgency": state.urgency,
            "effective": alert.effective.isoformat(),
            "until": "",
            "customer": alert.customer,
            "owner": alert.owner,
            "party_id": alert.party_id,
            "source": alert.source,
            "headline": alert.marked.replace("\0", ""),
            "evidence": alert.evidence.sha256,
        },
        [{"to": receiver, "key": alert.id, "alert": alert_document(alert)} for receiver in receivers],
    )
