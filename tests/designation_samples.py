"""A designation in the right state for every command, in the store of a service, and a request that it can answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

import designation_world as w
from enduse.cases.designations import bodies
from enduse.cases.designations.designation import Designation
from enduse.interfaces.api.v1 import designation_shapes as shapes
from enduse.interfaces.service.ground import Service
from enduse.model.party import Measure

COMMAND = "/v1/designations/{identifier}/commands/"
SEAT = "state"
TABLE = "reference,item,from,destination,end_user\nr1,5A001.j,US,EE,Brackwater Interception Systems\n"


class Samples:
    """Designations of one service.

    Attributes:
        ids: path of a route -> id of what it leads to.
        good: label of an operation -> what to send.
    """

    def __init__(self, app: FastAPI) -> None:
        service: Service = app.state.service
        self.world = w.World(service.designations.log(), service.clock(), secrets=service.designations.vault)
        self.entry = self.world.evidence().id
        other = self.world.evidence().id
        secret = self.world.service.protect(bodies.ProtectedSource("somebody", "", "lives there"), w.CUSTODIAN)
        nomination = {**shapes.NOMINATION, "criteria": self._criteria()}
        self.ids = {"/v1/evidence/": self.entry, "/v1/protected-sources/": secret, "/v1/own-list/": "consolidated"}
        gone = self.world.service.protect(bodies.ProtectedSource("somebody else"), w.CUSTODIAN)
        self.ids["/v1/protected-sources/{identifier}/erasure"] = gone
        self.ids["/v1/evidence/{identifier}/corrections"] = self.world.evidence().id
        self.ids["/v1/designations/"] = self.world.listed(self._today()).id
        self.good: dict[str, dict[str, Any]] = {
            "POST /v1/evidence": {"body": shapes.EVIDENCE},
            "POST /v1/evidence/drafts": {"body": {"of": f"alert:{self._alert(service)}"}},
            "POST /v1/evidence/{identifier}/sources": {"body": shapes.SOURCE},
            "POST /v1/evidence/{identifier}/links": {"body": {"kind": "same_end_user", "entry": other}},
            "POST /v1/evidence/{identifier}/corrections": {"body": {**shapes.EVIDENCE, "reason": "a date"}},
            "POST /v1/protected-sources": {"body": {"name": "somebody who must not be known"}},
            "POST /v1/protected-sources/{identifier}/erasure": {"body": {"reason": "it asked for it"}},
            "POST /v1/designations": {"body": nomination},
        }
        for part, body, kind in (("quality", "Meridian Works", "text/plain"), ("effect", TABLE, "text/csv")):
            self.ids[f"/v1/designations/{{identifier}}/{part}"] = self.world.nominated().id
            self.good[f"POST /v1/designations/{{identifier}}/{part}"] = {"body": body, "media_type": kind}
        for name, make in self._states().items():
            self.ids[COMMAND + name] = make().id
            sent = nomination if name == "revise" else shapes.EXAMPLES[name]
            self.good[f"POST {COMMAND}{name}"] = {"body": sent}

    @staticmethod
    def _alert(service: Service) -> str:
        rows = service.stores.need().monitoring.queue(limit=1)
        return str(rows[0]["id"]) if rows else "unknown"

    def _criteria(self) -> list[dict[str, Any]]:
        return [{**one, "evidence": [self.entry]} for one in shapes.NOMINATION["criteria"]]

    def _today(self) -> str:
        return self.world.today.isoformat()

    def _states(self) -> dict[str, Callable[[], Designation]]:
        return {
            **dict.fromkeys(("revise", "withdraw", "circulate"), self.world.nominated),
            **dict.fromkeys(("vote", "recuse"), self._voting),
            "close_vote": lambda: self.world.votes(self._voting(), commerce="yes", defense="yes", energy="yes"),
            **dict.fromkeys(("prenotify", "publish"), self._approved),
            "amend": lambda: self._carried("modify", terms=bodies.Terms((Measure.LICENCE_REQUIREMENT,))),
            "remove": lambda: self._carried("remove"),
            **dict.fromkeys(("notify", "petition", "answer_objection", "review", "record_order"), self._listed),
            "decide_petition": self._petitioned,
        }

    def _voting(self) -> Designation:
        return self.world.circulate(self.world.nominated())

    def _listed(self) -> Designation:
        return self.world.listed(self._today())

    def _approved(self) -> Designation:
        case = self.world.votes(
            self.world.circulate(self.world.nominated()), commerce="yes", defense="yes", energy="yes"
        )
        self.world.close(case)
        return self.world.measured(case)

    def _carried(self, question: str, **asked: Any) -> Designation:
        case = self.world.circulate(self.world.listed(self._today()), question, **asked)
        self.world.votes(case, **dict.fromkeys(w.SEATS, "yes"))
        return self.world.close(case)

    def _petitioned(self) -> Designation:
        case = self.world.listed(self._today())
        filed = bodies.PetitionFiled("p1", w.NAME, "remove", "it left the market", dt.date(2026, 8, 1))
        self.world.act(case, "petition", filed, w.NOMINATOR)
        self.world.circulate(case, "remove", petition="p1")
        self.world.votes(case, commerce="no", state="yes", defense="yes")
        return self.world.close(case)
