"""A data directory with editions of an official format, a register and a watch, for tests of runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from enduse.interfaces.monitor.run import run
from enduse.interfaces.monitor.steps import Report
from enduse.interfaces.monitor.watches import Watch, keep_watch, registers_of
from enduse.lists.sync import sync_from_dir
from enduse.model.record import By
from enduse.monitor.customers import Customer
from enduse.monitor.register import CUSTOMERS, Register
from enduse.store import open_store
from enduse.store.database import Store

ME = By("tester")


class Clock:
    """A clock that stands where it was put."""

    def __init__(self, day: str) -> None:
        self.put(day)

    def put(self, day: str) -> None:
        self.now = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9), dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


def sdn(rows: Mapping[int, str]) -> bytes:
    """OFAC's SDN.CSV: number -> name, with the programme after a bar where there is one."""
    lines = []
    for number, text in rows.items():
        name, _, programme = text.partition("|")
        null = "-0- "
        cells = [str(number), f'"{name}"', null, f'"{programme or "SDGT"}"', *[null] * 8]
        lines.append(",".join(cells))
    return ("\r\n".join(lines) + "\r\n\x1a").encode()


FILLER = {number: f"Filler Holding Number {number} of Nowhere" for number in range(9_000, 9_040)}


class World:
    """A data directory at a moment."""

    def __init__(self, root: Path, day: str, place: Path | str | None = None) -> None:
        self.root = root
        self.data = root / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.place = place if place is not None else self.data / "enduse.sqlite3"
        self.clock = Clock(day)

    @property
    def today(self) -> dt.date:
        return self.clock().date()

    def edition(self, day: str, rows: Mapping[int, str], part: str = "") -> None:
        """A new edition of the SDN list arrives; ``part`` tells those of one day apart."""
        folder = self.root / f"files-{day}{part}"
        folder.mkdir()
        (folder / f"sdn_{day}.csv").write_bytes(sdn({**FILLER, **rows}))
        report = sync_from_dir(self.data, folder, today=max(self.today, dt.date.fromisoformat(day)))
        assert report.loaded, (report.refused, report.ignored)

    def store(self) -> Store:
        return open_store(self.place, create=True, clock=self.clock)

    def register(self, customers: Iterable[Customer], name: str = "customers", kind: str = CUSTOMERS) -> Register:
        register = Register(registers_of(self.data), name)
        register.upsert(customers, kind=kind)
        return register

    def watch(self, name: str = "main", **more: object) -> None:
        with self.store() as store:
            keep_watch(store.monitoring, self.data, Watch(name, "customers", **more), by=ME)  # type: ignore[arg-type]

    def run(self, **more: object) -> Report:
        with self.store() as store:
            (report,) = run(self.data, store, self.clock, starter=True, **more)  # type: ignore[arg-type]
        return report

    def alerts(self, *statuses: str) -> list[dict[str, str | int]]:
        """Every alert, in the order in which they were raised."""
        with self.store() as store:
            return sorted(store.monitoring.queue(status=statuses, limit=500), key=lambda row: int(row["seq"]))

    def told(self, since: int = 0) -> list[tuple[str, str]]:
        """What became of which customer, in order."""
        return [(str(row["customer"]), str(row["became"])) for row in self.alerts()[since:]]


def names(customers: Sequence[tuple[str, str]]) -> list[Customer]:
    """Customers of keys and names."""
    from enduse.model.match import Query

    return [Customer(key, Query(name)) for key, name in customers]
