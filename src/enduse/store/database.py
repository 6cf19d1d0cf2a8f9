"""Opening the database: connections, transactions, migrations, and errors in words."""

from __future__ import annotations

import datetime as dt
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, SQLAlchemyError

from enduse.model.audit import ChainReport, Checkpoint
from enduse.model.errors import BadInput, OperationFailed
from enduse.store import backup
from enduse.store.accounts import Accounts
from enduse.store.audit import AuditChain
from enduse.store.cases import Cases
from enduse.store.casework import Casework
from enduse.store.decisions import DecisionTable
from enduse.store.figures import Figures, figures_of
from enduse.store.letters import Letters
from enduse.store.monitoring import Monitoring
from enduse.store.outbox import Outbox
from enduse.store.records import Records
from enduse.store.references import References
from enduse.store.repeats import Repeats
from enduse.store.retention import Erasures
from enduse.store.seals import Seals
from enduse.store.verify import verify_store

HEAD = "0008"
"""The newest migration. A test compares it with the migrations there are."""

BUSY_SECONDS = 10.0
_REMEDIES = (
    ("locked", "another process is writing: try again"),
    ("disk is full", "make room on the disk; what was committed is kept"),
    ("no space left", "make room on the disk; what was committed is kept"),
    ("too many open files", "raise the limit of open files"),
    ("disk i/o", "look at the disk; restore the last backup if it is damaged"),
    ("malformed", "restore the last backup: enduse store restore"),
    ("not a database", "restore the last backup: enduse store restore"),
    ("readonly", "give the user of the service the right to write"),
    ("connection refused", "start the database, or mend ENDUSE_DATABASE_URL"),
    ("connection", "see whether the database runs; what was committed is kept"),
)
"""What a message of a database says, and how to mend it; the first that fits."""
_ADVISORY_LOCK = 0x656E6475  # "endu": one number per product keeps two first openings apart


class Unusable(OperationFailed):
    """The database itself refused."""


class Store:
    """An open store. Use it as a context manager, or close it.

    Attributes:
        name: what messages call the database.
        decisions: reviewers' decisions.
        audit: the audit chain.
        records: versions of everything else that stays.
        accounts: users, roles, keys, sessions.
        casework: transactions, assessments, searches, jobs.
        cases: licensing cases.
        monitoring: watches, their runs, and alerts.
        references: tables that an authority loads, and releases that it publishes.
        outbox: what must follow a commit.
        seals: signed checkpoints.
        letters: what goes to other nodes, and comes from them.
        erasures: legal holds and what is erased when its period is over.
    """

    def __init__(self, engine: Engine, name: str, clock: Callable[[], dt.datetime], *, empty: bool) -> None:
        self._engine = engine
        self.name = name
        self._empty = empty
        self._refused = False
        self._clock = clock
        self.audit = AuditChain(self.read, clock)
        repeats = Repeats(clock)
        self.decisions = DecisionTable(self.read, self.write, self.audit, repeats, clock)
        self.records = Records(self.audit)
        self.accounts = Accounts(self.read, self.write, self.records, self.audit, clock)
        self.outbox = Outbox(self.read, self.write, clock)
        self.casework = Casework(self.read, self.write, self.records, self.audit, self.outbox, repeats, clock)
        self.cases = Cases(self.read, self.write, self.audit, self.outbox, repeats, self.shake_out)
        self.monitoring = Monitoring(self.read, self.write, self.records, self.outbox, clock)
        self.references = References(self.read, self.write, self.records, clock)
        self.seals = Seals(self.write, self.records, self.audit)
        self.letters = Letters(self.read, self.write, self.records, self.audit, clock)
        self.erasures = Erasures(self.read, self.write, self.records, self.audit, clock)

    @classmethod
    def open(cls, place: Path | str, *, create: bool, clock: Callable[[], dt.datetime]) -> Store:
        """See :func:`enduse.store.open_store`."""
        url, name = _url(place)
        if isinstance(place, Path):
            if create:
                place.parent.mkdir(parents=True, exist_ok=True)
            elif not place.is_file():
                return cls(_engine(make_url("sqlite://")), name, clock, empty=True)
        engine = _engine(url)
        with _in_words(name):
            empty = not _prepare(engine, name, create=create)
        return cls(engine, name, clock, empty=empty)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @property
    def empty(self) -> bool:
        """Whether there was no store, when it was opened for reading."""
        return self._empty

    @contextmanager
    def read(self) -> Iterator[Connection | None]:
        """A connection that sees one state throughout; None where the store has no tables."""
        if self._empty:
            yield None
            return
        with _in_words(self.name), _reading(self._engine) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection that alone writes, until its transaction ends: all of it is kept, or nothing.

        Raises:
            OperationFailed: another process writes for longer than ten seconds, or the database fails.
        """
        if self._empty:
            raise OperationFailed("the store was opened for reading", where=self.name)
        try:
            with _in_words(self.name), _writing(self._engine) as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(sa.text("LOCK TABLE audit IN EXCLUSIVE MODE"))
                yield connection
        except Unusable:
            self._refused = True
            raise
        self._refused = False

    def probe(self) -> None:
        """See whether the database can be used; written to it is only where the last write was refused.

        Raises:
            OperationFailed: it cannot be read, or what was refused would be refused again.
        """
        with self.read() as connection:
            if connection is not None:
                connection.execute(sa.text("SELECT 1"))
        if self._refused:
            self.outbox.probe()

    def verify(self, checkpoint: Checkpoint | None = None, *, trusted: str | None = None) -> ChainReport:
        """Follow the audit chain and compare what it tells of with what is there.

        Args:
            checkpoint: a head that was recorded elsewhere.
            trusted: public key (hexadecimal) that must have signed every checkpoint.

        Returns:
            what is broken first, or that all is whole.
        """
        with self.read() as connection:
            return verify_store(connection, checkpoint, trusted=trusted)

    def figures(self) -> Figures | None:
        """Counts of jobs, messages, entries and bytes; None where there is no store."""
        with self.read() as connection:
            file = self._engine.url.database if self._engine.dialect.name == "sqlite" else None
            return figures_of(connection, self._clock(), Path(file) if file else None) if connection else None

    def shake_out(self) -> None:
        """Take what was erased out of the embedded database's log too; PostgreSQL does that by itself (VACUUM)."""
        if self._engine.dialect.name == "sqlite" and not self._empty:
            with _in_words(self.name), self._engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def backup(self, out: Path, *, portable: bool) -> int:
        """Write all that is kept to a file, while others use the store; its bytes, or its rows where it is portable.

        Args:
            portable: a dump that either database takes back; otherwise a copy of the embedded file.

        Raises:
            BadInput: there is nothing to back up, or the file is there already.
            OperationFailed: it cannot be written.
        """
        if self._empty:
            raise BadInput("there is no store", where=self.name)
        if portable or self._engine.dialect.name != "sqlite":
            with self.read() as connection:
                assert connection is not None
                return backup.dump(connection, HEAD, out)
        assert self._engine.url.database is not None
        return backup.backup_sqlite(Path(self._engine.url.database), out)

    def load(self, source: Path) -> int:
        """Put a portable dump into this store, which must be empty; the number of rows.

        Raises:
            BadInput: the store holds something, or the file is no whole dump.
        """
        with self.write() as connection:
            return backup.load(connection, HEAD, source)


def _reading(engine: Engine) -> Connection:
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        # Otherwise each statement would see a state of its own; SQLite's transactions see one anyway.
        connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(enduse_write=True) as connection, connection.begin():
        yield connection


def _url(place: Path | str) -> tuple[URL, str]:
    """The URL, and what messages call the database: never with a password."""
    if isinstance(place, Path):
        return URL.create("sqlite", database=str(place)), str(place)
    remedy = "write postgresql://USER@HOST/DATABASE"
    try:
        url = make_url(place)
    except ArgumentError:
        raise BadInput("the database URL cannot be read", where="ENDUSE_DATABASE_URL", remedy=remedy) from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername != "postgresql+psycopg":
        raise BadInput(f"no store in {url.drivername!r}", where="ENDUSE_DATABASE_URL", remedy=remedy)
    try:
        import psycopg  # noqa: F401  optional: the extra `postgres`
    except ImportError:
        remedy = "install the extra: pip install 'enduse[postgres]'"
        raise BadInput("psycopg is not installed", where="ENDUSE_DATABASE_URL", remedy=remedy) from None
    return url, url.render_as_string(hide_password=True)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": int(BUSY_SECONDS)})
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin transactions of its own, too late
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute("PRAGMA secure_delete = ON")

    def begin(connection: Connection) -> None:
        # A writer takes its turn at the beginning: a reader that turns writer could fail on a later state.
        write = connection.get_execution_options().get("enduse_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "begin", begin)
    return engine


def _prepare(engine: Engine, name: str, *, create: bool) -> bool:
    """Bring the tables to the newest form; whether there are any."""
    with engine.connect() as connection, connection.begin():
        version = _version(connection)
    if version == HEAD or (version is None and not create):
        return version is not None
    if engine.dialect.name == "sqlite":
        _use_wal(engine)
    with _writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        if _version(connection) != HEAD:
            _migrate(connection, name)
    return True


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None


def _use_wal(engine: Engine) -> None:
    """Readers and a writer side by side. The switch does not wait for others by itself."""
    until = time.monotonic() + BUSY_SECONDS
    connection = engine.raw_connection()
    try:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise OperationFailed(f"the store cannot be opened: {error}") from None
                time.sleep(0.02)
    finally:
        connection.close()


def _migrate(connection: Connection, name: str) -> None:
    from alembic import command  # heavy: only where tables are made or changed
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        remedy = "use the version of enduse that wrote it, or a later one"
        raise OperationFailed("the store was written by a later version", where=name, remedy=remedy) from None


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    try:
        yield
    except (DataError, UnicodeEncodeError):
        # What was asked with is at fault and not the database, which stays ready.
        remedy = "leave out characters that show nothing, such as U+0000"
        raise BadInput("a text or number cannot be used in the database", remedy=remedy) from None
    except SQLAlchemyError as error:
        original: Any = getattr(error, "orig", None) or error
        message = " ".join(str(original).split())[:500]
        remedy = next((remedy for sign, remedy in _REMEDIES if sign in message.lower()), "")
        where = name
        if "connection" in message.lower():
            # It names host and port: those who ask need not know them.
            where, message = f"{name}: {message}", "the database does not answer"
        raise Unusable(f"the store cannot be used: {message}", where=where, remedy=remedy) from None
