"""Progress of a long job: a bar on a terminal, a plain line now and then anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

EVERY_ROWS = 10_000


class Progress(Protocol):
    """Told how many rows are done; a context manager."""

    def __enter__(self) -> Progress: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def begin(self, done: int, total: int | None) -> None:
        """Rows done by an earlier run, and about how many there are, where that is known."""

    def done(self, rows: int) -> None:
        """Rows done so far, those of an earlier run included."""


class Lines:
    """A line for every so many rows.

    Args:
        tell: takes a line.
        every: rows between two lines.
        clock: seconds, from any zero.
    """

    def __init__(
        self, tell: Callable[[str], None], *, every: int = EVERY_ROWS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell, self._every, self._clock = tell, every, clock
        self._start = self._first = self._told = 0.0
        self._total: int | None = None

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def begin(self, done: int, total: int | None) -> None:
        self._start, self._first, self._told, self._total = self._clock(), done, done, total

    def done(self, rows: int) -> None:
        if rows // self._every == self._told // self._every:
            return
        self._told = rows
        rate = (rows - self._first) / max(1e-9, self._clock() - self._start)
        of = f" of about {self._total:,}" if self._total else ""
        left = f", about {spell((self._total - rows) / rate)} left" if self._total and self._total > rows else ""
        self._tell(f"{rows:,}{of} rows, {rate:,.0f} rows/s{left}")


class Bar:
    """A bar on standard error."""

    def __init__(self) -> None:
        from rich.console import Console  # only where there is a terminal
        from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TaskProgressColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress
        from rich.progress import Task as RichTask
        from rich.text import Text

        class Rate(ProgressColumn):
            def render(self, task: RichTask) -> Text:
                return Text(f"{task.speed:,.0f} rows/s" if task.speed else "")

        self._bar = RichProgress(
            BarColumn(),
            TaskProgressColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            transient=True,
        )
        self._task = self._bar.add_task("rows", total=None)

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, done: int, total: int | None) -> None:
        self._bar.reset(self._task, completed=done, total=total)

    def done(self, rows: int) -> None:
        self._bar.update(self._task, completed=rows)


def on_standard_error(tell: Callable[[str], None]) -> Progress:
    """The bar where standard error is a terminal, else lines."""
    return Bar() if sys.stderr is not None and sys.stderr.isatty() else Lines(tell)


def spell(seconds: float) -> str:
    """A duration as ``h:mm:ss``."""
    whole = max(0, round(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
