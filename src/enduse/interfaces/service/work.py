"""Jobs: long work beside the requests, one after the other, and the upkeep of the store."""

from __future__ import annotations

import datetime as dt
import queue
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from enduse.assess import Settings
from enduse.evidence.library import Library
from enduse.interfaces.bulk import CheckOptions, check_table
from enduse.interfaces.uploads import MAX_ROWS, filed, open_upload, too_many
from enduse.model.access import Actor
from enduse.model.decision import stamp
from enduse.model.errors import BadInput, EndUseError
from enduse.model.kept import Job, Once
from enduse.model.record import By
from enduse.rules.rulebook import DEFAULT_LAWS

if TYPE_CHECKING:
    from enduse.interfaces.service.ground import Service

CHECK_TABLE = "check_table"
_AS_OF = " as of "
SERVICE = By("service")
_UPKEEP_SECONDS = 30.0
_A_DAY = dt.timedelta(days=1)


class Worker:
    """Does the jobs of one service in a thread of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: queue.Queue[str | None] = queue.Queue()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin; jobs that an earlier service left unfinished are failed in words."""
        for target in (self._work, self._upkeep):
            thread = threading.Thread(target=target, name=target.__name__.strip("_"), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End; what is running is waited for a while, and is failed in words at the next start if it does not end."""
        self._stopping.set()
        self._waiting.put(None)
        for thread in self._threads:
            thread.join(timeout=10)

    def submit(self, body: bytes, actor: Actor, once: Once | None, as_of: dt.date | None = None) -> Job:
        """Put a table of transactions on the list.

        Args:
            as_of: date of law and lists for every row; each row's own when None.

        Raises:
            BadInput: the table has no rows, or cannot be read at all.
        """
        rows = _rows(body)
        kind = f"{CHECK_TABLE}{_AS_OF}{as_of}" if as_of is not None else CHECK_TABLE
        casework = self._service.stores.need().casework
        job = casework.start_job(kind, body, by=By.of(actor), total=rows, once=once)
        if job.state == "waiting":
            self._waiting.put(job.id)
        return job

    def _work(self) -> None:
        try:
            store = self._service.stores.get()
            if store is not None:
                store.casework.abandoned(by=SERVICE)
        except EndUseError as error:
            self._service.log.error("jobs could not be looked through", problem=str(error))
        while (identifier := self._waiting.get()) is not None:
            try:
                self._do(identifier)
            except EndUseError as error:
                self._service.log.error("a job could not be ended", job=identifier, problem=str(error))

    def _do(self, identifier: str) -> None:
        casework = self._service.stores.need().casework
        job = casework.job(identifier)
        if job is None or job.state != "waiting":
            return
        casework.progress(job.id, 0, job.total)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "results.csv"
            try:
                source = filed(Path(folder), casework.content(job.input))
                holdings = self._service.lists.holdings()
                check_table(
                    source,
                    out,
                    Settings(laws=DEFAULT_LAWS),
                    Library(holdings.data_dir, accept_starter=holdings.library.accepts_starter),
                    self._service.today(),
                    lambda _: None,
                    CheckOptions(as_of=self._service.desk.day(job.kind.partition(_AS_OF)[2]), jobs=1),
                    progress=_Told(self._service, job),
                )
                casework.progress(job.id, job.total, job.total)
                casework.end_job(job.id, "done", by=SERVICE, result=out.read_bytes())
            except Exception as error:  # noqa: BLE001  whatever ends a job is said where its owner looks
                known = isinstance(error, (EndUseError, OSError))
                note = str(error) if known else f"internal error: a defect ({type(error).__name__})"
                casework.end_job(job.id, "failed", by=SERVICE, note=note)

    def _upkeep(self) -> None:
        while not self._stopping.wait(_UPKEEP_SECONDS):
            self.keep_up()

    def keep_up(self) -> None:
        """Deliver what follows commits, and sign the audit chain once a day."""
        try:
            store = self._service.stores.get()
            if store is None:
                return
            from enduse.store.seals import FILE, signing_key  # SQLAlchemy: only where there is a store

            store.outbox.deliver(self._service.handlers)
            with store.read() as connection:
                last = store.seals.latest(connection)
            now = self._service.clock()
            if last is None or last.text("at") < stamp(now - _A_DAY):
                key = signing_key(self._service.settings.data / FILE, create=True)
                store.seals.sign(key, stamp(now), by=SERVICE)
        except (EndUseError, OSError) as error:
            self._service.log.error("upkeep failed", problem=str(error))


class _Told:
    """Writes down how far a job is."""

    def __init__(self, service: Service, job: Job) -> None:
        self._service = service
        self._job = job

    def __enter__(self) -> _Told:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def begin(self, done: int, total: int | None) -> None:
        """See :class:`enduse.interfaces.progress.Progress`."""

    def done(self, rows: int) -> None:
        """See :class:`enduse.interfaces.progress.Progress`."""
        total = self._job.total
        self._service.stores.need().casework.progress(self._job.id, min(rows, total), total)


def _rows(body: bytes) -> int:
    """How many rows a table has.

    Raises:
        BadInput: none, too many, or it cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        count = 0
        try:
            for _ in open_upload(filed(Path(folder), body)).rows(keep_bad_rows=True):
                count += 1
                if count > MAX_ROWS:
                    raise too_many(MAX_ROWS, "table")
        except BadInput as error:
            raise BadInput(error.problem, where="table", remedy=error.remedy) from None
    if not count:
        raise BadInput(
            "the table has no rows", where="table", remedy="a line of column names, then a line for each row"
        )
    return count
