"""Two authorities with nodes, cases and people: what the tests of the mail between them play with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from enduse.cases.case import Case
from enduse.interfaces.demo import licensing as steps
from enduse.interfaces.exchange.desk import ExchangeDesk
from enduse.interfaces.exchange.mail import Mail
from enduse.interfaces.exchange.node import Node, Synced
from enduse.model.access import Actor
from exchange_nodes import InProcess, Party, found
from exchange_world import Clock

ITEM = {"code": "5A001.j", "description": "network monitoring system"}
USER = "Northern Telecom Authority of XA"
BEGIN = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


class Authority:
    """An authority's office and node, in this process; its people act by their accounts."""

    def __init__(self, folder: Path, name: str, now: dt.datetime = BEGIN) -> None:
        self.name = name
        self.lines: list[str] = []
        self.stage = steps.Stage(folder / name, self.lines.append, now, with_passwords=False)
        for login, roles in steps.ROLES.items():
            self.stage.join(login, *roles, organisation=steps.EXPORTER if login == "delta.export" else "")
        for agency in self.stage.office.policies.agencies:
            self.stage.join(f"adviser.{agency}", "agency_adviser", agency=agency)
        self.stage.join("consultation", "consultation_officer")
        self.stage.load(("Omega Sanctioned Holding",), now.date(), folder / name / "lists-to-load")
        self.ways: dict[str, InProcess] = {}
        self.node = Node(folder / name, self.stage.stores, lambda: self.stage.now, lambda one: self.ways.get(one.id))
        self.mail = Mail(self.node, self.stage.office)
        self.node.init(name, authority=name, publishes=name == "us")

    @property
    def party(self) -> Party:
        return Party(self.node, self.stage.office, self.mail, Clock(self.stage.now))

    def sync(self) -> Synced:
        return self.node.sync(self.mail.call, self.mail.act)

    def desk(self, login: str = "consultation") -> ExchangeDesk:
        user = self.stage.stores.need().accounts.by_login(login)
        assert user is not None
        roles = self.stage.stores.need().accounts.roles(user.id)
        return ExchangeDesk(self.node, self.stage.office.access, Actor(user.id, user.name, roles))

    def case(self, identifier: str) -> Case:
        return self.stage.office.licensing().case(identifier)

    # --- cases

    def to_proposal(
        self, reference: str, *, category: str = "telecom_operator", capabilities: tuple[str, ...] = (), tier: str = ""
    ) -> str:
        """An application for the item and end user, up to the proposal."""
        stage = self.stage
        case = steps.drafted(stage, ITEM, USER, "government", "quality of the network", authority=self.name)
        form = steps.filled(case, "2", "310000.00", category, list(capabilities))
        form["undertaking"]["signed_on"] = (stage.now.date() - dt.timedelta(days=5)).isoformat()
        steps.submitted(stage, case, form, reference)
        steps.to_advice(stage, case.id, list(capabilities), tier=tier)
        return case.id

    def refuse(self, reference: str, *, tier: str = "") -> str:
        case = self.to_proposal(reference, category="interior_security", capabilities=("interception",), tier=tier)
        steps.assessed(self.stage, case, "clear_risk")
        line = {"line": 1, "outcome": "refuse", "reasons": "a clear risk", "criteria": [steps.CLEAR]}
        steps.decided(self.stage, case, line)
        return case

    def assess(self, case: str) -> None:
        if self.case(case).status == "hr_review":
            steps.assessed(self.stage, case, "no_concern")

    def ask(self, case: str, partner: str, denial: str) -> None:
        body = {"id": "C1", "kind": "identity", "partner": partner, "line": 1, "denial": denial}
        self.stage.step("consultation", case, "open_consultation", body | {"question": "the same?"})

    def grant(self, case: str) -> None:
        conditions = [{"id": "no-interception", "text": "No interception."}]
        line: dict[str, Any] = {"line": 1, "outcome": "grant_with_conditions", "reasons": "no ground to refuse"}
        steps.decided(self.stage, case, line | {"conditions": conditions})

    def close(self) -> None:
        self.stage.stores.close()


def coalition(folder: Path, *names: str, now: dt.datetime = BEGIN) -> dict[str, Authority]:
    """Authorities whose nodes reach each other."""
    made = {name: Authority(folder, name, now) for name in names}
    parties = {name: one.party for name, one in made.items()}
    found(parties, days=1_200)
    for name, one in made.items():
        one.ways.update({other: InProcess(parties[other]) for other in names if other != name})
    return made


def set_clock(made: dict[str, Authority], now: dt.datetime) -> None:
    for one in made.values():
        one.stage.now = now
