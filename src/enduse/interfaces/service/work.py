"""Jobs: long work beside the requests, one after the other, and the upkeep of the store."""

from __future__ import annotations

import datetime as dt
import json
import queue
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from enduse.assess import Settings
from enduse.evidence.library import Library
from enduse.interfaces.decisions import recorded_decisions
from enduse.interfaces.mapped_tables import SCREEN, MappedTable, read_mapped
from enduse.interfaces.trade.kinds import INTELLIGENCE, KINDS
from enduse.interfaces.uploads import MAX_ROWS, filed, open_upload, too_many
from enduse.model.access import Actor
from enduse.model.codec import canonical_json
from enduse.model.decision import stamp
from enduse.model.errors import BadInput, EndUseError
from enduse.model.kept import Job, Once
from enduse.model.record import By
from enduse.rules.rulebook import DEFAULT_LAWS, lists_needed

if TYPE_CHECKING:
    from enduse.interfaces.service.ground import Service
    from enduse.interfaces.trade.work import TradeWork

CHECK_TABLE, SCREEN_TABLE = "check_table", "screen_table"
_AS_OF, _LAWS = " as of ", " under "
SERVICE = By("service")
_UPKEEP_SECONDS = 30.0
_A_DAY = dt.timedelta(days=1)
_PARTS, _LEAST_ROWS, _MOST_ROWS = 40, 20, 2_000
"""A job tells how far it is about so many times, each time after so many rows."""


class Worker:
    """Does the jobs of one service in a thread of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: queue.Queue[str | None] = queue.Queue()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin; jobs that an earlier service left unfinished are failed in words."""
        for target in (self._work, self._upkeep, *((self._monitor,) if self._service.settings.monitor_minutes else ())):
            thread = threading.Thread(target=target, name=target.__name__.strip("_"), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End; what is running is waited for a while, and is failed in words at the next start if it does not end."""
        self._stopping.set()
        self._waiting.put(None)
        for thread in self._threads:
            thread.join(timeout=10)

    def submit(
        self,
        body: bytes,
        actor: Actor,
        once: Once | None,
        as_of: dt.date | None = None,
        laws: Sequence[str] = (),
    ) -> Job:
        """Put a table on the list: of transactions, or as a :class:`MappedTable` says.

        Args:
            as_of: date of law and lists for every row; each row's own when None.
            laws: whose law; all by default.

        Raises:
            BadInput: the table has no rows, or cannot be read at all.
        """
        mapped = read_mapped(body)
        rows = _rows(body, mapped)
        work = SCREEN_TABLE if mapped is not None and mapped.what == SCREEN else CHECK_TABLE
        day = f"{_AS_OF}{as_of}" if as_of is not None else ""
        kind = f"{work}{day}{_LAWS + ','.join(dict.fromkeys(laws)) if laws else ''}"
        casework = self._service.stores.need().casework
        job = casework.start_job(kind, body, by=By.of(actor), total=rows, once=once)
        if job.state == "waiting":
            self._waiting.put(job.id)
        return job

    def submit_trade(self, work: TradeWork, actor: Actor, once: Once | None = None) -> Job:
        """Put trade or declarations on the list, to be looked through for signs of diversion."""
        total = len(work.files) + len(work.stored)
        casework = self._service.stores.need().casework
        job = casework.start_job(work.kind, work.as_bytes(), by=By.of(actor), total=total, once=once)
        if job.state == "waiting":
            self._waiting.put(job.id)
        return job

    def submit_intelligence(self, threshold: float, actor: Actor) -> Job:
        """Put it on the list to work out what the lists at hand add up to; one that has not ended stands for it."""
        from enduse.interfaces.monitor.intelligence import newest  # numpy: only where it is asked for

        casework = self._service.stores.need().casework
        _, running = newest(casework)
        if running is not None:
            return running
        total = len(self._service.lists.holdings())
        body = canonical_json({"threshold": f"{threshold:.4f}"})
        job = casework.start_job(INTELLIGENCE, body, by=By.of(actor), total=total)
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
                body = casework.content(job.input)
                if job.kind in KINDS:
                    out.write_bytes(self._trade(body, Path(folder)))
                    note = ""
                elif job.kind == INTELLIGENCE:
                    out.write_bytes(self._intelligence(job, body))
                    note = ""
                else:
                    note = self._table(job, body, Path(folder), out)
                casework.progress(job.id, job.total, job.total)
                casework.end_job(job.id, "done", by=SERVICE, result=out.read_bytes(), note=note)
            except Exception as error:  # noqa: BLE001  whatever ends a job is said where its owner looks
                known = isinstance(error, (EndUseError, OSError))
                note = str(error) if known else f"internal error: a defect ({type(error).__name__})"
                casework.end_job(job.id, "failed", by=SERVICE, note=note)

    def _table(self, job: Job, body: bytes, folder: Path, out: Path) -> str:
        """Do the work; what must be said of the results, if anything."""
        mapped = read_mapped(body)
        source = _source(folder, body, mapped)
        lists = self._own_lists()
        today, told = self._service.today(), _Told(self._service, job)
        head, _, laws = job.kind.partition(_LAWS)
        day = self._service.desk.day(head.partition(_AS_OF)[2])
        part = max(_LEAST_ROWS, min(_MOST_ROWS, job.total // _PARTS))
        if mapped is None or mapped.what != SCREEN:
            settings = Settings(laws=tuple(laws.split(",")) if laws else DEFAULT_LAWS)
            said = mapped.said if mapped is not None else None
            from enduse.interfaces.bulk import CheckOptions, check_table  # Arrow: only where there is a job

            options = CheckOptions(as_of=day, jobs=1, batch_rows=part, columns=said)
            check_table(source, out, settings, lists, today, lambda _: None, options, progress=told)
            return ""
        decided = recorded_decisions(self._service.settings.place)
        coverage = lists.coverage(lists_needed(), day or today, today)
        from enduse.interfaces.bulk_screen import BulkOptions, screen_table  # Arrow: only where there is a job

        asked = BulkOptions(
            jobs=1,
            batch_rows=part,
            columns=mapped.names,
            decide=decided.book if decided else None,
            decided=decided.sha256 if decided else "",
        )
        screen_table(source, out, lists, lambda _: None, asked, coverage=coverage, progress=told)
        lacking = "; ".join((*coverage.not_checked, *coverage.stale))
        return f"lists missing or stale, so that nothing found is no clean bill: {lacking}" if lacking else ""

    def _trade(self, body: bytes, folder: Path) -> bytes:
        """Look through trade or declarations; the document that comes of it."""
        from enduse.interfaces.trade.work import done  # numpy: only where it is asked for

        document = done(body, folder, self._service.settings.data, self._own_lists)
        return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()

    def _intelligence(self, job: Job, body: bytes) -> bytes:
        """Work out what the lists at hand add up to."""
        from enduse.interfaces.monitor.intelligence import intelligence

        threshold = float(json.loads(body)["threshold"])
        progress = self._service.stores.need().casework.progress
        document = intelligence(
            self._own_lists(),
            self._service.today(),
            threshold=threshold,
            told=lambda done: progress(job.id, min(done, job.total), job.total),
        )
        return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()

    def _own_lists(self) -> Library:
        """The lists, opened beside those that requests screen."""
        holdings = self._service.lists.holdings()
        return Library(holdings.data_dir, accept_starter=holdings.library.accepts_starter)

    def _upkeep(self) -> None:
        while not self._stopping.wait(_UPKEEP_SECONDS):
            self.keep_up()

    def _monitor(self) -> None:
        while not self._stopping.wait(self._service.settings.monitor_minutes * 60.0):
            self.look()

    def look(self) -> None:
        """Run the watches; one that another process is running is left to it."""
        service = self._service
        try:
            store = service.stores.get()
            if store is None:
                return
            from enduse.interfaces.monitor.mail import Mails
            from enduse.interfaces.monitor.run import run  # SQLAlchemy: only where there is a store

            reports = run(
                service.settings.data,
                store,
                service.clock,
                starter=service.settings.starter,
                office=service.office,
                mails=Mails(service.mail_server),
                link=service.public_origin,
            )
            for report in reports:
                service.log.info("watch", name=report.watch, new=report.counts["new alerts"], seconds=report.seconds)
        except (EndUseError, OSError) as error:
            service.log.error("the watches could not be run", problem=str(error))

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


def _rows(body: bytes, mapped: MappedTable | None) -> int:
    """How many rows a table has.

    Raises:
        BadInput: none, too many, or it cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        count = 0
        try:
            for _ in open_upload(_source(Path(folder), body, mapped)).rows(keep_bad_rows=True):
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


def _source(folder: Path, body: bytes, mapped: MappedTable | None) -> Path:
    if mapped is None:
        return filed(folder, body)
    return filed(folder, mapped.data, mapped.ending if mapped.ending in (".tsv", ".txt") else ".csv")
