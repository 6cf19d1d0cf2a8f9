"""The command `enduse serve` as a process of its own, for the length of a test."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx


@dataclass
class Running:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    told: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        """Where it listens."""
        found = next(re.search(r"http://[^/\s]+", line) for line in self.told if line.startswith("listening on"))
        assert found is not None
        return found[0].replace("0.0.0.0", "127.0.0.1")

    def reader(self) -> None:
        """Take down what it tells."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.told.append(line.rstrip("\n"))

    def until(self, word: str) -> str:
        """The line that begins with a word, once it was told."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for line in self.told:
                if line.startswith(word):
                    return line
            time.sleep(0.01)
        raise AssertionError(self.told)


@contextlib.contextmanager
def serving(data: Path, *options: str, before: Sequence[str] = (), **environment: str) -> Iterator[Running]:
    """A server over a data directory, until the block ends.

    Args:
        before: a command that begins the server.
        environment: adds to this process's own.
    """
    serve = [sys.executable, "-m", "enduse", "serve", "--port", "0", "--starter", "--data-dir", str(data)]
    command = [*before, *serve, *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | environment) as process:
        running = Running(process)
        thread = threading.Thread(target=running.reader, daemon=True)
        thread.start()
        try:
            running.until("listening on")
            yield running
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=60)
            thread.join(timeout=10)


def ready(base: str) -> None:
    """Wait until a server answers from its lists."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if httpx.get(f"{base}/readyz").status_code == 200:
            return
        time.sleep(0.05)
    raise AssertionError("not ready")
