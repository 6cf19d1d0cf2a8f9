"""The service under load: fifty clients at once, beside an endpoint that does nothing.

``python -m benchmarks.load bare`` is that endpoint: the same framework and server, and the
answer is what was sent.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import itertools
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import measures, scale, speed
from enduse.evidence.library import Library
from enduse.interfaces.service import create_service
from enduse.interfaces.service.settings import read_settings
from enduse.lists.sync import sync_from_dir
from enduse.model.access import Actor
from enduse.model.record import By

PARTIES, CLIENTS = 25_000, 50
SECONDS = 20.0
"""A client begins no request after so many seconds; how many there were is reported."""
START_SECONDS, STOP_SECONDS, ANSWER_SECONDS = 60.0, 25.0, 30.0
SCREEN, ASSESS = "/v1/screen", "/v1/assessments"
_ITEMS = ("5A001.j", "4A005", "5A001.f.1", "EAR99", "5D001.e", "3A001.a.1.a")
_PLACES = ("EG", "DE", "CN", "IN", "KZ", "AE", "BR", "JP")


class Sent(NamedTuple):
    """One request."""

    path: str
    body: bytes


class Answered(NamedTuple):
    """What came of a request: seconds by the clock, and the status or the name of what went wrong."""

    path: str
    seconds: float
    outcome: str

    @property
    def good(self) -> bool:
        """Whether it was answered as asked."""
        return self.outcome in ("200", "201")


def report(folder: Path, chance: random.Random, seed: int, requests: int) -> dict[str, Any]:
    """Both servers, one after the other, under the same clients.

    Args:
        folder: for files.
        requests: all clients' together, half of them screening, half assessments that are kept.

    Raises:
        RuntimeError: a server did not start.
    """
    data = folder / "served"
    names = made_up_list(data, folder / "load-files", seed)
    key = key_for(data)
    warm = 2 * CLIENTS
    asked = requests_of(speed.queries(names, requests + 2 * warm, chance), chance)
    serve = ["-m", "enduse", "serve", "--port", "0", "--starter", "--data-dir", str(data)]
    return {
        "parties": PARTIES,
        "clients": CLIENTS,
        "enduse": _measured("enduse", serve, folder, asked[:-warm], warm, key),
        "bare FastAPI": _measured("bare", ["-m", "benchmarks.load", "bare"], folder, asked[:-warm], warm, key),
    }


def made_up_list(data: Path, files: Path, seed: int) -> list[str]:
    """Sync a made-up list into a data directory, as a user does with a list of FollowTheMoney entities; its names."""
    names = []
    files.mkdir()
    with (files / "entities.ftm.json").open("w", encoding="utf-8") as stream:
        for party in itertools.islice(scale.parties(100 * PARTIES, seed), PARTIES):
            first, *others = (name.text for name in party.names)
            names.append(first)
            properties = {"name": [first], "alias": others, "topics": ["sanction"]}
            entity = {"id": party.id, "schema": party.kind.value.title(), "properties": properties}
            stream.write(json.dumps(entity) + "\n")
    today = dt.datetime.now(tz=dt.UTC).date()
    entry = f'source = "ftm"\nedition = "{today}"\nfiles = {{ entities = "entities.ftm.json" }}\n'
    (files / "enduse-sources.toml").write_text(f"[[edition]]\n{entry}", encoding="utf-8")
    sync_from_dir(data, files, today=today)
    held = Library(data).prepare()
    if held != PARTIES:
        raise RuntimeError(f"{held:,} parties are held in place of {PARTIES:,}")
    return names


def key_for(data: Path) -> str:
    """The key of a program that screens and assesses."""
    service = create_service(read_settings(data)).state.service
    accounts, roles = service.stores.need().accounts, frozenset({"analyst"})
    user = accounts.create("load", "Load", by=By("benchmark"), reason="the load test", roles=roles)
    secret: str = service.people.make_key(Actor(user.id, user.name, roles), "load", ("screen", "assess"), 1)[0]
    service.stores.close()
    return secret


def requests_of(names: Iterable[str], chance: random.Random) -> list[Sent]:
    """A request for each name, in turns: who is it, and may it have something."""
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    found = []
    for number, name in enumerate(names):
        if number % 2:
            transaction = {
                "item": {"code": chance.choice(_ITEMS)},
                "from": "US",
                "destination": chance.choice(_PLACES),
                "parties": [{"role": "end_user", "name": name}],
                "date": day,
            }
            found.append(Sent(ASSESS, json.dumps({"transaction": transaction, "laws": ["us"]}).encode()))
        else:
            found.append(Sent(SCREEN, json.dumps({"name": name}).encode()))
    return found


def _measured(
    label: str, command: Sequence[str], folder: Path, asked: Sequence[Sent], warm: int, key: str
) -> dict[str, Any]:
    with _serving(label, command, folder) as (process, port):
        _await_ready(port)
        drive(port, asked[:warm], key)
        before, begun = _cpu(process.pid), time.perf_counter()
        answers = drive(port, asked[warm:], key)
        passed, spent = time.perf_counter() - begun, _cpu(process.pid) - before
    return figures(answers, passed) | {"server_cpu_ms_per_request": round(1000 * spent / max(1, len(answers)), 2)}


def figures(answers: Sequence[Answered], passed: float) -> dict[str, Any]:
    """Throughput, percentiles of all and of each kind, and what went wrong, by its name."""
    wrong = Counter(one.outcome for one in answers if not one.good)
    found: dict[str, Any] = {
        "requests": len(answers),
        "errors": sum(wrong.values()),
        "errors_by_name": dict(wrong),
        "seconds": round(passed, 1),
        "requests_per_second": round(len(answers) / passed, 1),
    }
    for label, path in (("all", ""), ("screening", SCREEN), ("assessments", ASSESS)):
        seconds = [one.seconds for one in answers if one.good and one.path.startswith(path)]
        found[label] = measures.percentiles(seconds) if seconds else None
    return found


def drive(port: int, asked: Sequence[Sent], key: str) -> list[Answered]:
    """Send requests with all clients at once, each one after the other on a connection of its own."""
    end = time.perf_counter() + SECONDS
    found: list[list[Answered]] = [[] for _ in range(CLIENTS)]
    clients = [
        threading.Thread(target=_client, args=(port, asked[number::CLIENTS], key, end, found[number]))
        for number in range(CLIENTS)
    ]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    return list(itertools.chain.from_iterable(found))


def _client(port: int, asked: Sequence[Sent], key: str, end: float, found: list[Answered]) -> None:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    for one in asked:
        begun = time.perf_counter()
        if begun > end:
            break
        try:
            connection.request("POST", one.path, one.body, headers)
            answer = connection.getresponse()
            answer.read()
            outcome = str(answer.status)
        except (OSError, http.client.HTTPException) as error:
            outcome = type(error).__name__
            connection.close()
        found.append(Answered(one.path, time.perf_counter() - begun, outcome))
    connection.close()


@contextlib.contextmanager
def _serving(label: str, command: Sequence[str], folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server as a process of its own, and its port; it ends with the block, whatever happens there."""
    log = folder / f"{label}.log"
    # Whoever ends this process ends the server too.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    environment: Mapping[str, str] = os.environ | {"ENDUSE_REQUEST_RATE": "1000000"}
    with (
        log.open("wb") as told,
        subprocess.Popen([sys.executable, *command], stderr=told, stdout=told, env=environment) as process,
    ):
        try:
            yield process, _port(process, log)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(timeout=STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
            signal.signal(signal.SIGTERM, before)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)\s", log.read_text(encoding="utf-8")):
            return int(found[1])
        time.sleep(0.02)
    raise RuntimeError(f"the server did not start: {log.read_text(encoding='utf-8')[-2_000:]}")


def _await_ready(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    status = 0
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
        connection.close()
        if status == 200:
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server is not ready: {status}")


def _cpu(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bare() -> None:
    """Serve an endpoint that answers with what it was sent, until it is told to stop."""
    import uvicorn
    from fastapi import Body, FastAPI

    app = FastAPI()

    @app.get("/readyz")
    def readyz() -> dict[str, str]:
        return {"status": "ok"}

    def answer(asked: dict[str, Any] = Body()) -> dict[str, Any]:  # noqa: B008 - FastAPI's idiom
        return asked

    for path in (SCREEN, ASSESS):
        app.post(path)(answer)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"listening on http://127.0.0.1:{listening.getsockname()[1]}", file=sys.stderr, flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


if __name__ == "__main__" and sys.argv[1:] == ["bare"]:
    bare()
