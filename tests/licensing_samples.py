"""A case in the right state for every command, kept in the store of a service, and a request that it can answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fastapi import FastAPI

import licensing_world as w
from enduse.cases.application import Answer, Application, Undertaking
from enduse.cases.bodies import (
    Appealed,
    Consolidated,
    ConsultationOpened,
    Escalated,
    Flagged,
    Paused,
    Reasoned,
    Recommended,
    RfiOpened,
)
from enduse.cases.case import Case
from enduse.cases.denial_bodies import Denial
from enduse.cases.ground import Ground
from enduse.cases.licence_bodies import HitFound, MeasureProposed, ShipmentChecked
from enduse.interfaces.api.v1.licensing import schemas
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.service.ground import Service
from enduse.model.codec import from_plain, to_plain

COMMAND = "/v1/licensing/cases/{identifier}/commands/"
AGENCY, ORGANISATION = "state", "delta"
CHECK = ShipmentChecked("as_declared", "the capital", "all serial numbers seen")
REFUSED = w.refused(1, "EU-CP-2")
INDICATORS = "country,indicator,value,year,publisher\nKZ,civil_liberties,0.2,2025,An Index\n"


class Samples:
    """Cases of one service.

    Attributes:
        ids: path of a route -> id of what it leads to.
        good: label of a command's operation -> what to send.
    """

    def __init__(self, app: FastAPI) -> None:
        self.service: Service = app.state.service
        self._made = 0
        self.world = w.World(now=self.service.clock(), log=w.Watched(StoredLog(self.service.stores.need().cases)))
        office = self.service.office
        states, required = office.outside.states("nl"), office.outside.required("nl")
        self.world.ground = Ground(lists=states, required=required)
        self.world.licensing.record_denial(from_plain(Denial, schemas.DENIAL), w.CONSULTING)
        self.world.ground = replace(self.world.ground, denials=self.world.licensing.denials())
        self.ids: dict[str, str] = {}
        self.good: dict[str, dict[str, Any]] = {}
        for name, (make, sent) in self._commands().items():
            case = make()
            assert isinstance(case, Case)
            self.ids[COMMAND + name] = case.id
            body = sent(case) if callable(sent) else schemas.EXAMPLES[name] | (sent or {})
            self.good[f"POST {COMMAND}{name}"] = {"body": body}
        self.ids["/v1/licensing/cases/"] = self.circulated().id
        self.ids["/v1/licensing/cases/{identifier}/erasure"] = self._old().id
        licence = self.licensed().licence
        assert licence is not None
        self.ids["/v1/licensing/licences/"] = licence.content.licence

    # --- states, by the book

    def _new(self) -> dict[str, str]:
        self._made += 1
        return {"case_id": f"sample-{self._made}", "reference": f"NL-2026-{self._made}"}

    def draft(self) -> Case:
        return self.world.licensing.open(w.application(), w.EXPORTER, case_id=self._new()["case_id"])

    def submitted(self) -> Case:
        return self.world.submitted(case_id=self._new()["case_id"])

    def registered(self, form: Application | None = None) -> Case:
        return self.world.registered(form, **self._new())

    def screening(self) -> Case:
        return self.world.classified(self.registered())

    def circulated(self, form: Application | None = None) -> Case:
        return self.world.circulated(self.registered(form))

    def consolidation(self) -> Case:
        return self.world.assessed(self.world.advised(self.circulated()))

    def proposed(self, line: Any = REFUSED) -> Case:
        case = self.consolidation()
        return self.world.do(case, "consolidate", Consolidated((line,), "over all advice"), w.OFFICER)

    def refused(self) -> Case:
        return self.world.decided(self.consolidation(), REFUSED)

    def appealed(self) -> Case:
        return self.world.do(self.refused(), "appeal", Appealed((1,), "another body"), w.EXPORTER)

    def licensed(self) -> Case:
        before, self.world.ground = self.world.ground, replace(self.world.ground, denials=())
        try:
            return self.world.decided(self.consolidation(), w.granted(1, w.REPORT))
        finally:
            self.world.ground = before

    def measured(self) -> Case:
        body = MeasureProposed("m1", "suspend", "the consignee was listed")
        return self.world.do(self.licensed(), "propose_measure", body, w.LICENCE_AUTHORITY)

    def differing(self) -> Case:
        case = self.circulated(w.application("us", "licence"))
        for agency, position in (("commerce", "approve"), ("state", "refuse")):
            body = Recommended(agency, 1, "user", position, "15 CFR 742.7(b)", "reasons")
            case = self.world.do(case, "recommend", body, w.adviser(agency))
        return case

    def consulted(self) -> Case:
        asked = from_plain(ConsultationOpened, schemas.EXAMPLES["open_consultation"])
        return self.world.do(self.circulated(), "open_consultation", asked, w.CONSULTING)

    def assessed(self) -> Case:
        case = self.circulated()
        return self.world.do(case, "assess_human_rights", self.world.answers(case), w.HR_ASSESSOR)

    def notified(self) -> Case:
        base = w.application()
        answers = tuple(Answer("art5", "aware") if one.question == "art5" else one for one in base.answers)
        software = w.item(1, "UNLISTED", capabilities=("social_media_analytics",))
        case = self.circulated(replace(base, items=(software,), answers=answers))
        return self.world.assessed(self.world.advised(case))

    def then(self, make: Callable[[], Case], name: str, body: Any, who: Any) -> Callable[[], Case]:
        return lambda: self.world.do(make(), name, body, who)

    def _old(self) -> Case:
        """A case of which the period has passed."""
        now, self.world.now = self.world.now, dt.datetime(2010, 3, 2, 9, tzinfo=dt.UTC)
        form = w.application(undertaking=Undertaking("user", dt.date(2010, 1, 1), w.HASH))
        case = self.world.submitted(form, self._new()["case_id"])
        case = self.world.do(case, "withdraw", Reasoned("no longer needed"), w.EXPORTER)
        self.world.now = now
        return case

    def _hit(self) -> Case:
        case = self.screening()
        return self.world.do(case, "screen", self.world.run(case, w.hit("user-1")), w.SCREENING)

    def _screened(self) -> Case:
        case = self.screening()
        return self.world.do(case, "screen", self.world.run(case), w.SCREENING)

    def _commands(self) -> dict[str, tuple[Callable[[], Case], Any]]:
        """Command -> what makes a case for it, and what is sent: the example, with what differs."""
        reason = Reasoned("as agreed")
        rfi = RfiOpened("q1", "Who operates the system?", "an act")
        flag = Flagged("end-use-doubt", "a doubt")
        paused, us = Paused("p1", "assurances", "15 CFR 750.4(b)"), w.application("us", "licence")
        escalated = Escalated("state", "oc", "we cannot agree")
        decision = {"lines": [to_plain(REFUSED)]}
        reported = self.then(self.licensed, "report_hit", HitFound(w.hit("later-1")), w.JOB)
        window_over = self.then(self.licensed, "check_shipment", CHECK, w.INSPECTOR)
        return {
            "revise": (self.draft, None),
            "submit": (self.draft, None),
            "withdraw": (self.draft, None),
            "answer_rfi": (self.then(self.registered, "open_rfi", rfi, w.OFFICER), None),
            "reply_intent": (self.then(self.consolidation, "notify_intent", reason, w.OFFICER), None),
            "appeal": (self.refused, None),
            "meet_condition": (self.licensed, None),
            "surrender": (self.licensed, None),
            "register": (self.submitted, None),
            "return": (self.submitted, None),
            "assign": (self.registered, None),
            "classify": (self.registered, None),
            "finish_classification": (self._classified, None),
            "screen": (self.screening, None),
            "dispose_hit": (self._hit, None),
            "circulate": (self._screened, None),
            "report_hit": (self.licensed, None),
            "recommend": (lambda: self.circulated(us), {"agency": AGENCY}),
            "report_missing": (self.circulated, None),
            "escalate": (self.differing, None),
            "open_rfi": (self.registered, None),
            "flag": (self.registered, None),
            "unflag": (self.then(self.registered, "flag", flag, w.OFFICER), None),
            "declare_conflict": (self.registered, None),
            "assess_human_rights": (self.circulated, lambda case: to_plain(self.world.answers(case))),
            "review_human_rights": (self.assessed, None),
            "open_consultation": (self.circulated, None),
            "extend_consultation": (self.consulted, None),
            "answer_consultation": (self.consulted, None),
            "pause": (self.registered, None),
            "resume": (self.then(self.registered, "pause", paused, w.OFFICER), None),
            "consolidate": (self.consolidation, None),
            "reconsolidate": (self.proposed, None),
            "notify_intent": (self.consolidation, None),
            "close": (window_over, None),
            "review_denial": (self.refused, _own_denial),
            "countersign": (self.proposed, None),
            "decide": (lambda: self.world.countersigned(self.consolidation(), REFUSED), lambda _case: decision),
            "decide_rung": (self.then(self.differing, "escalate", escalated, w.adviser("state")), None),
            "determine": (self.notified, None),
            "reopen": (self.then(self.licensed, "close", reason, w.OFFICER), None),
            "accept_late_appeal": (self.refused, None),
            "decide_appeal": (self.appealed, lambda _case: decision),
            "check_shipment": (self.licensed, None),
            "hold": (self.registered, None),
            "release": (self.then(self.registered, "hold", reason, w.RECORDS), None),
            "use": (self.licensed, {"quantity": "1", "unit": "pieces", "on": self.world.now.date().isoformat()}),
            "propose_measure": (self.licensed, None),
            "confirm_measure": (reported, None),
            "approve_measure": (self.measured, None),
            "reject_measure": (self.measured, None),
        }

    def _classified(self) -> Case:
        case = self.registered()
        body = schemas.EXAMPLES["classify"]
        return self.world.licensing.post(case.id, "classify", body, w.TECHNICAL)


def _own_denial(case: Case) -> dict[str, Any]:
    return {**schemas.EXAMPLES["review_denial"], "id": f"{case.reference}/1"}


GOOD: dict[str, dict[str, Any]] = {
    "POST /v1/licensing/applications": {"body": schemas.APPLICATION},
    "POST /v1/licensing/cases/{identifier}/erasure": {"body": {"reason": "the period has passed"}},
    "GET /v1/licensing/cases": {"query": {"q": "ministry", "limit": 5}},
    "GET /v1/licensing/due": {"query": {"within": 30}},
    "POST /v1/licensing/denials": {"body": schemas.DENIAL | {"id": "DE-2024-18"}},
    "POST /v1/licensing/denials/reviews": {"body": schemas.DENIAL_REVIEW},
    "PUT /v1/licensing/references/{name}": {
        "body": INDICATORS,
        "media_type": "text/csv",
        "query": {"reason": "the yearly table"},
    },
    "GET /v1/licensing/statistics/{layout}": {"query": {"from": "2026-01-01", "to": "2027-01-01"}},
    "POST /v1/licensing/statistics/{layout}/releases": {
        "body": {"from": "2026-01-01", "to": "2026-04-01", "reason": "the quarterly report"}
    },
}
