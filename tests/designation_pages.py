"""Designations in every state that a page shows, and an address of every page: for axe-core and for pictures."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI

import designation_world as w
from enduse.cases.designations import bodies
from enduse.interfaces.service.ground import Service
from enduse.model.party import Measure
from people import join
from service_world import service

NOW = dt.datetime.now(tz=dt.UTC).replace(year=2026, month=8, day=3, hour=15)
LOGINS = {
    "nora": ("designation_officer",),
    "chris": ("committee_chair",),
    "mia": ("committee_member",),
    "paul": ("list_publisher",),
    "erin": ("evidence_officer",),
    "cleo": ("source_custodian", "evidence_officer"),
}
NAMES = (
    *("designations", "designation-listed", "designation-voting", "designation-removed", "designation-nominated"),
    *("designation-nominate", "designation-circulate", "designation-vote", "designation-publish"),
    *("evidence", "evidence-entry", "evidence-new", "evidence-source", "evidence-link"),
    *("evidence-spread", "evidence-vendor", "evidence-technology", "designation-prenotify"),
)
OTHERS = (
    ("Tarnside Optical Works", "Riverside Trading GmbH", "Ministry of Interior of XA", bodies.Harm.PROTEST),
    ("杭州灯笼集团有限公司", "", "شركة المثال للبصريات", bodies.Harm.SURVEILLANCE),
)


def application(data: Path, log: io.StringIO | None = None, **stated: Any) -> FastAPI:
    """A service with the people of designations."""
    app = service(data, lambda: NOW, log=log, login_rate=1_000, request_rate=1_000_000, **stated)
    app.state.enduse._opening()
    for login, roles in LOGINS.items():
        join(app, login, *roles, agency="state" if login == "mia" else "")
    return app


def play(app: FastAPI) -> dict[str, tuple[str, str]]:
    """Bring designations forward; name of a page -> who looks at it, and its address."""
    held: Service = app.state.service
    world = w.World(held.designations.log(), NOW, secrets=held.designations.vault)
    first = world.evidence()
    denial = bodies.SourceGraded("The vendor", "D", "4", stance=bodies.Stance.CONTRADICTS)
    world.service.add_source(first.id, denial, w.RECORDER)
    secret = world.service.protect(bodies.ProtectedSource("somebody who must not be known"), w.CUSTODIAN)
    hidden = bodies.SourceGraded(reliability="C", credibility="3", protected=secret)
    second = world.evidence(title="Papers of a delivery", sources=(hidden,))
    world.service.link(second.id, bodies.Link("same_end_user", first.id), w.RECORDER)
    for number, (vendor, trader, user, harm) in enumerate(OTHERS):
        way: dict[str, Any] = {"intermediaries": (trader,) if trader else (), "end_user": user, "harm": harm}
        way["occurred"] = dt.date(2024 + number, 2 + 3 * number, 11)
        world.evidence(title=f"Report on {vendor}", vendor=vendor, place="XA" if trader else "AE", **way)
    removed, listed = _removed(world), _listed(world)
    nominated = world.service.nominate(
        w.nomination(first.id, second.id, subject=_other("Meridian Facial Systems")), w.NOMINATOR
    )
    voting = world.circulate(
        world.service.nominate(w.nomination(first.id, subject=_other("Harbour Spectrum Works")), w.NOMINATOR)
    )
    world.votes(voting, commerce="yes", defense="abstain")
    world.act(voting, "recuse", bodies.VoteRecused(1, "it advised the subject"), w.MEMBERS["treasury"])
    approved = world.circulate(
        world.service.nominate(w.nomination(first.id, subject=_other("Delta Systems")), w.NOMINATOR)
    )
    world.votes(approved, commerce="yes", state="yes", energy="yes")
    world.close(approved)
    case = "/designations/"
    return {
        "designations": ("nora", "/designations"),
        "designation-listed": ("nora", f"{case}{listed}"),
        "designation-removed": ("nora", f"{case}{removed}?on=2026-02-10"),
        "designation-voting": ("mia", f"{case}{voting.id}"),
        "designation-nominated": ("nora", f"{case}{nominated.id}"),
        "designation-nominate": ("nora", "/designations/nominate"),
        "designation-circulate": ("chris", f"{case}{listed}/do/circulate"),
        "designation-vote": ("mia", f"{case}{voting.id}/do/vote"),
        "designation-publish": ("paul", f"{case}{approved.id}/do/publish"),
        "evidence": ("erin", "/evidence"),
        "evidence-entry": ("erin", f"/evidence/{first.id}"),
        "evidence-new": ("erin", "/evidence/new"),
        "evidence-spread": ("erin", "/evidence/spread"),
        "evidence-vendor": ("erin", f"/evidence/spread?vendor={quote(w.NAME)}"),
        "evidence-technology": ("erin", f"/evidence/spread?technology={quote(w.ABUSE.technology)}"),
        "designation-prenotify": ("paul", f"{case}{approved.id}/do/prenotify"),
        "evidence-source": ("erin", f"/evidence/{first.id}/source"),
        "evidence-link": ("erin", f"/evidence/{first.id}/link"),
    }


def _other(name: str) -> bodies.Subject:
    return replace(w.SUBJECT, name=name, aliases=(), native=(), identifiers=())


def _listed(world: w.World) -> str:
    world.on("2026-03-02")
    case = world.listed("2026-03-06")
    world.on("2026-06-01")
    narrow = bodies.Terms((Measure.LICENCE_REQUIREMENT,), scope="5A001.j", review_policy="Case by case")
    world.circulate(case, "modify", terms=narrow, aliases=("Brackwater Signals",))
    world.votes(case, **dict.fromkeys(w.SEATS, "yes"))
    world.close(case)
    world.act(case, "amend", bodies.Amended(world.today, "91 FR 2", "Its other lines were sold."), w.PUBLISHER)
    world.now = NOW
    filed = bodies.PetitionFiled("p1", w.NAME, "remove", "it left the market", dt.date(2026, 7, 20))
    world.act(case, "petition", filed, w.NOMINATOR)
    objection = bodies.ObjectionAnswered("its government", "it is lawful there", "the use was not")
    world.act(case, "answer_objection", objection, w.NOMINATOR)
    return case.id


def _removed(world: w.World) -> str:
    world.on("2025-10-01")
    case = world.listed("2025-10-10", subject=_other("Tarnside Optical Works"))
    world.on("2026-04-01")
    filed = bodies.PetitionFiled("p1", "Tarnside Optical Works", "remove", "wound up", dt.date(2026, 3, 20))
    world.act(case, "petition", filed, w.NOMINATOR)
    world.circulate(case, "remove", petition="p1")
    world.votes(case, **dict.fromkeys(w.SEATS, "yes"))
    world.close(case)
    decided: Any = bodies.PetitionDecided("p1", "granted", "it was wound up")
    world.act(case, "decide_petition", decided, w.CHAIR)
    world.act(case, "remove", bodies.Removed(world.today, "91 FR 1", "It was wound up."), w.PUBLISHER)
    world.now = NOW
    return case.id
