"""A server of the API on the loopback address, over a few hand-made lists, for the length of a test."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.service import create_service
from enduse.interfaces.service.settings import read_settings
from enduse.lists.sync import sync_from_dir

FIXTURES = Path(__file__).parent / "fixtures" / "lists"
TODAY = dt.date(2026, 8, 3)
EDITION = dt.date(2026, 8, 1)


def entity(identifier: str, schema: str, **properties: list[str]) -> dict[str, Any]:
    """A FollowTheMoney entity."""
    return {"id": identifier, "schema": schema, "properties": properties, "datasets": ["invented"]}


def sanction(identifier: str, target: str, **properties: list[str]) -> dict[str, Any]:
    """A Sanction entity on a target."""
    stated = {"authority": ["XX-Office"], "program": ["INVENTED"], "startDate": ["2021-05-04"]} | properties
    return entity(identifier, "Sanction", entity=[target], **stated)


ENTITIES = [
    entity(
        "acme",
        "Company",
        name=["Acme Optronics Co., Ltd.", "阿克米光电有限公司"],
        alias=["Akme Optronik"],
        weakAlias=["AOC"],
        previousName=["Old Acme Lens Works"],
        country=["cn"],
        registrationNumber=["913301007654321098"],
        leiCode=["5493001KJTIIGC8Y1R12"],
        addressEntity=["acme-address"],
        topics=["sanction"],
    ),
    entity("acme-address", "Address", full=["1 Lens Road, Hangzhou"], city=["Hangzhou"], country=["cn"]),
    sanction("acme-sanction", "acme", provisions=["licence requirement"], reason=["surveillance"]),
    entity("ministry", "PublicBody", name=["Bureau of Public Watching"], country=["kz"], topics=["export.control"]),
    sanction("ministry-sanction", "ministry", provisions=["licence requirement"]),
    entity("ship", "Vessel", name=["Sea Lantern"], imoNumber=["9074729"], flag=["pa"], topics=["sanction"]),
    sanction("ship-sanction", "ship", provisions=["asset freeze"]),
    entity("gone", "Company", name=["Formerly Listed Trading"], country=["de"]),
    sanction("gone-sanction", "gone", endDate=["2024-01-01"], provisions=["asset freeze"]),
    *(
        entity(f"plant-{number}", "Company", name=[f"Plant Number {number}"], country=["by"], topics=["sanction"])
        for number in range(1, 31)
    ),
]


def held(folder: Path) -> Path:
    """A data directory with the invented list synced into it."""
    files = folder / "files"
    files.mkdir(parents=True)
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in ENTITIES)
    (files / "entities.ftm.json").write_text(lines, encoding="utf-8")
    shutil.copy(FIXTURES / "us_csl" / "layout_2022.csv", files / "consolidated.csv")
    (files / "enduse-sources.toml").write_text(
        "".join(
            f'[[edition]]\nsource = "{source}"\nedition = "{EDITION}"\nfiles = {{ {component} = "{name}" }}\n'
            for source, component, name in (
                ("ftm", "entities", "entities.ftm.json"),
                ("us_csl", "consolidated", "consolidated.csv"),
            )
        ),
        encoding="utf-8",
    )
    data = folder / "data"
    report = sync_from_dir(data, files, today=TODAY)
    assert sorted(one.source for one in report.loaded) == ["ftm", "us_csl"], report
    return data


@contextlib.contextmanager
def serving(
    data_dir: Path,
    *,
    starter: bool = True,
    open_holdings: Callable[[], Holdings] | None = None,
    wait: bool = True,
) -> Iterator[str]:
    """The address of a server over a data directory; with ``wait`` its lists are open."""
    opened = threading.Event()

    def opening() -> Holdings:
        try:
            if open_holdings is not None:
                return open_holdings()
            return Holdings.open(data_dir, accept_starter=starter, day=TODAY)
        finally:
            opened.set()

    moment = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
    settings = read_settings(data_dir, log_level="error", request_rate=1_000_000)
    app = create_service(settings, clock=lambda: moment, open_holdings=opening)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started or (wait and not opened.is_set()):
            assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        if wait:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
