"""A service whose office has the scripted quarter on record, with a node's id and what a partner publishes."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

from fastapi import FastAPI

from enduse.interfaces.programme.gather import record
from enduse.interfaces.service.ground import Service
from enduse.model.record import By, Kind
from enduse.programme.published import CardTold, for_the_public, write_card
from enduse.programme.scorecard import Evidence, scorecard
from people import join
from programme_quarter import END, QUARTER, START
from service_world import Clock, service

NOW = dt.datetime(2026, 4, 20, 10, tzinfo=dt.UTC)
CLERK = By("clerk", "statistician")
LOGINS = {"stan": ("statistician",), "otto": ("auditor",), "ada": (), "ruth": ("rule_editor",)}


def application(data: Path, log: io.StringIO | None = None, *, quarter: bool = True) -> FastAPI:
    """A service with people of the programme; its store holds the quarter's evidence."""
    app = service(data, Clock(NOW), log=log, login_rate=1_000, request_rate=1_000_000)
    app.state.enduse._opening()
    for login, roles in LOGINS.items():
        join(app, login, *roles)
    if quarter:
        keep(app, *QUARTER)
    return app


def held_by(app: FastAPI) -> Service:
    """The service of an application."""
    found: Service = app.state.service
    return found


def keep(app: FastAPI, *rows: Evidence) -> None:
    """Record evidence."""
    for one in rows:
        record(held_by(app).office, one, by=CLERK, reason="on file")


def card_of(publisher: str, *, threshold: int = 5) -> CardTold:
    """The quarter as a member would publish it."""
    return for_the_public(scorecard(QUARTER, START, END), publisher, NOW.date(), threshold)


def taken(app: FastAPI, publisher: str, path: str, body: bytes) -> None:
    """A file that a partner published, as the node keeps it once it is verified."""
    content = {"publisher": publisher, "path": path, "sha256": "00", "snapshot": "1", "result": "kept"}
    held_by(app).stores.need().letters.keep_version(
        Kind.PUBLICATION, f"{publisher}/{path}", content, body, by=CLERK, reason="taken", ref=publisher
    )


def with_partners(app: FastAPI) -> None:
    """We are nl; fr publishes the same quarter, be a broken file."""
    held_by(app).stores.need().letters.set_mark("node", "nl")
    card = card_of("fr")
    taken(app, "fr", card.path, write_card(replace(card, made_on=dt.date(2026, 4, 9))))
    taken(app, "be", card.path, b'{"schema": "enduse.scorecard/1"}')
