"""One node of ``enduse demo coalition``: a process with a store, keys and lists of its own, told what to do.

It reads one JSON object a line (what to do, and with what) and answers with one (what was said, and what came of it);
everything else it learns from the other nodes, over HTTP. It ends when nobody tells it anything any more.
"""

from __future__ import annotations

import datetime as dt
import json
import socket
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import uvicorn

from enduse.cases.denials import consulted
from enduse.exchange.handling import partner
from enduse.exchange.membership import Member, Membership, countersigned, entry, signed
from enduse.exchange.strict import read_as
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.demo import licensing as steps
from enduse.interfaces.exchange.desk import ExchangeDesk
from enduse.interfaces.exchange.listener import Listener
from enduse.interfaces.exchange.mail import Mail
from enduse.interfaces.exchange.node import FOLDER, Node
from enduse.interfaces.exchange.transport import HttpTransport, client, folder_mirror
from enduse.interfaces.licensing.daily import rescreen
from enduse.model.access import Actor
from enduse.model.codec import canonical_json, to_plain
from enduse.model.decision import stamp
from enduse.model.errors import EndUseError
from enduse.model.letter_record import IN

OFFICER = "consultation"
CLEAR_RISK = "There is a clear risk that the system is used for internal repression."
END_USER = "Northern Telecom Authority of XA"
ITEM = {"code": "5A001.j", "description": "network monitoring system"}
LISTED = "Epsilon Trading LLC"


class Told:
    """A node that is told what to do."""

    def __init__(self, data: Path, me: str, now: dt.datetime, *, keep: bool) -> None:
        self.me = me
        self.lines: list[str] = []
        self.stage = steps.Stage(data, self._heard, now, with_passwords=keep)
        self._connections = client()
        self.node = Node(
            data,
            self.stage.stores,
            lambda: self.stage.now,
            lambda member: HttpTransport(member.url, self._connections) if member.url else None,
        )
        self.mail = Mail(self.node, self.stage.office)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def _heard(self, line: str) -> None:
        # What a draft still lacks is told in the demonstration of licensing.
        if "still missing:" not in line:
            self.lines.append(line)

    # --- founding

    def begin(self, publishes: bool) -> dict[str, str]:
        """People, a first list, keys, and a listener on a free port of this machine."""
        for login, roles in steps.ROLES.items():
            self.stage.join(login, *roles, organisation=steps.EXPORTER if login == "delta.export" else "")
        for agency in self.stage.office.policies.agencies:
            self.stage.join(f"adviser.{agency}", "agency_adviser", agency=agency)
        self.stage.join(OFFICER, "consultation_officer")
        self.stage.load(("Omega Sanctioned Holding",), self.stage.now.date(), self.node.data / "demo-lists")
        self.node.init(self.me, authority=self.me, publishes=publishes)
        self.lines.clear()
        listening = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(Listener(self.node, self.mail.act).app, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()
        return {"url": f"http://127.0.0.1:{listening.getsockname()[1]}"}

    def entry(self, **said: Any) -> dict[str, Any]:
        """Our entry of the membership document."""
        root = self.node.data / FOLDER / "publication" / "metadata" / "1.root.json"
        text = root.read_text("utf-8") if root.is_file() else ""
        made = entry(self.me, ring=self.node.ring(), now=self.node.now(), root=text, **said)
        plain: dict[str, Any] = to_plain(made)
        return plain

    def draft(self, entries: list[Any], coalition: str) -> dict[str, str]:
        """The first version, with our signature."""
        members = tuple(read_as(Member, one, "entry") for one in entries)
        now = self.node.now()
        document = Membership(
            coalition=coalition,
            version=1,
            issued=stamp(now),
            expires=stamp(now + dt.timedelta(days=365)),
            threshold=2,
            recovery=3,
            governors=tuple(one.id for one in members),
            members=members,
        )
        return {"document": _text(signed(document, self.node.ring().signing)), "sha256": document.sha256}

    def sign(self, document: str) -> dict[str, str]:
        """Our signature beside the others'."""
        return {"document": _text(countersigned(b64decode(document), self.node.ring().signing))}

    def trust(self, document: str, sha256: str) -> dict[str, int]:
        """Trust the first version by its hash."""
        return {"version": self.node.trust(b64decode(document), sha256=sha256).version}

    # --- what a node does by itself

    def clock(self, now: str) -> None:
        """Set the clock."""
        self.stage.now = dt.datetime.fromisoformat(now)

    def sync(self) -> dict[str, Any]:
        """One run."""
        self.node.renew()
        done = self.node.sync(self.mail.call, self.mail.act)
        return {
            "called": done.called,
            "delivered": done.delivered,
            "published": [list(one) for one in done.published],
            "refused": done.refused,
            "unreachable": done.unreachable,
            "applied": done.acted.applied,
            "problems": done.acted.problems,
            "not_told": self.mail.blocked(),
        }

    def rescreen(self) -> dict[str, Any]:
        """Screen open cases and licences against what is at hand now."""
        self.stage.fresh_lists()
        done = rescreen(self.stage.office)
        found = [[case, hit.listed_name, hit.list_id, str(hit.score)] for case, hit in done.found]
        for case, _, _, _ in found:
            licence = self.stage.office.licensing().case(case).licence
            for measure in licence.measures if licence else ():
                self.stage.tell("the system", f"proposes to {measure.content.measure}: {measure.content.reason}")
        return {"cases": done.cases, "found": found}

    # --- cases

    def refuse(self, reference: str) -> dict[str, str]:
        """An application from its draft to a refusal on human-rights grounds."""
        stage = self.stage
        case = steps.drafted(
            stage, ITEM, END_USER, "government", "lawful interception by the authority", authority=self.me
        )
        form = steps.filled(case, "2", "1840000.00", "interior_security", ["interception"])
        steps.submitted(stage, case, form, reference)
        steps.to_advice(stage, case.id, ["interception"], tier="")
        stage.later(2)
        steps.assessed(stage, case.id, "clear_risk")
        steps.decided(
            stage, case.id, {"line": 1, "outcome": "refuse", "reasons": CLEAR_RISK, "criteria": [steps.CLEAR]}
        )
        return {"case": case.id}

    def apply(self, reference: str, exporter: str) -> dict[str, str]:
        """An application for the same item and end user, up to the proposal, which is refused."""
        stage = self.stage
        case = steps.drafted(
            stage, ITEM, END_USER, "government", "quality of the public network", authority=self.me, name=exporter
        )
        form = steps.filled(case, "1", "310000.00", "telecom_operator", [])
        form["parties"].append({"id": "trader", "role": "ultimate_consignee", "name": LISTED, "country": "XA"})
        steps.submitted(stage, case, form, reference)
        steps.to_advice(stage, case.id, [], tier="")
        stage.later(1)
        if stage.office.licensing().case(case.id).status == "hr_review":
            steps.assessed(stage, case.id, "no_concern")
        stage.blocked("officer", case.id, "consolidate", {"lines": [_grant()], "reasoning": "all advice"})
        return {"case": case.id}

    def ask(self, case: str, partner: str) -> dict[str, str]:
        """Ask the partner that denied, before anything is granted."""
        matches = self.stage.desk(OFFICER).matches(self.stage.office.licensing().case(case))
        denial = matches[0].denial.id
        for one in matches[:1]:
            told = f"sees denial {one.denial.id} of {one.denial.authority}, {one.denial.handling}, score {one.score}"
            self.stage.tell(OFFICER, told)
        body = {"id": "C1", "kind": "identity", "partner": partner, "line": 1, "denial": denial}
        body["question"] = "Is our transaction essentially identical with the one that you denied?"
        self.stage.step(OFFICER, case, "open_consultation", body, f"asks {partner}")
        return {"denial": denial}

    def grant(self, case: str) -> dict[str, str]:
        """Grant under conditions, once the partner has answered."""
        found = self.stage.office.licensing().case(case)
        outcome = consulted(found, found.consultations[0].asked.denial, 1)
        self.stage.tell("officer", f"reads the answer to C1: {outcome}, {found.consultations[0].outcome}")
        steps.decided(self.stage, case, _grant())
        after = self.stage.office.licensing().case(case)
        return {"licence": after.licence.content.licence if after.licence else "", "outcome": outcome}

    # --- letters

    def desk(self, login: str = OFFICER) -> ExchangeDesk:
        """Somebody's desk at the exchange."""
        accounts = self.stage.stores.need().accounts
        user = accounts.by_login(login)
        assert user is not None
        person = Actor(user.id, user.name, accounts.roles(user.id))
        return ExchangeDesk(self.node, self.stage.office.access, person)

    def inbox(self, login: str = OFFICER) -> list[dict[str, Any]]:
        """What somebody reads of what came in."""
        return [to_plain(one, keep_empty=True) for one in self.desk(login).inbox()]

    def due(self) -> list[dict[str, Any]]:
        """Questions to us that wait."""
        return [to_plain(one, keep_empty=True) for one in self.desk().due(self.stage.now.date())]

    def answer(self, notice: str, says: str, reasons: str) -> dict[str, str]:
        """Answer a question."""
        return {"id": self.desk().answer(notice, says, reasons).id}

    def read(self, notice: str) -> dict[str, Any]:
        """Read a notice, or be told that there is none."""
        return dict(self.desk().read(notice))

    def pass_on(self, notice: str, to: str) -> dict[str, str]:
        """Try to pass on what another told."""
        content = {
            "typology": "an end user that a partner refused",
            "item": ITEM["code"],
            "red_flags": ["a denial of another member"],
            "confidence": "high",
            "source_grade": "A",
            "noticed_on": self.stage.now.date().isoformat(),
        }
        return {"id": self.desk().send("risk_alert", [to], partner(to), content, rests_on=[notice]).id}

    # --- lists

    def publish(self, names: list[str]) -> dict[str, str]:
        """Publish an edition of an invented list."""
        self.stage.load(tuple(names), self.stage.now.date(), self.node.data / "demo-lists")
        path = self.node.publish_list(
            "ftm", "FTM", name="DEMO-EL", title="An invented list", standing="law", by=steps.SETUP
        )
        return {"path": path}

    def held(self) -> list[dict[str, Any]]:
        """What others have published, as we hold it."""
        return [dict(one.content) for one in self.node.held()]

    def take_from(self, member: str, folder: str) -> dict[str, str]:
        """Take a member's publication from a mirror that somebody offers."""
        found = self.node.membership().member(member)
        assert found is not None
        return dict(self.node.take_publication(found, folder_mirror(Path(folder))))

    # --- the end

    def figures(self) -> dict[str, Any]:
        """What is kept: letters by state, the audit chain."""
        store = self.stage.stores.need()
        report = store.verify()
        came = store.letters.some(IN, limit=1_000)
        return {"letters_in": len(came), "entries": report.count, "whole": report.whole, "problem": report.problem}

    def passwords(self) -> dict[str, str]:
        """The accounts that can sign in, where the store is kept."""
        return dict(self.stage.passwords)

    def end(self) -> None:
        """Stop listening and let go of the store."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(timeout=10)
        self._connections.close()
        self.stage.stores.close()


def _grant() -> dict[str, Any]:
    conditions = [{"id": "no-interception", "text": "No module for interception is delivered or enabled."}]
    reasons = "The version for the network's quality alone, without interception."
    return {"line": 1, "outcome": "grant_with_conditions", "reasons": reasons, "conditions": conditions}


def _text(blob: bytes) -> str:
    return b64encode(blob).decode("ascii")


def _answered(told: Told, line: str) -> dict[str, Any]:
    asked: Mapping[str, Any] = json.loads(line)
    do: Callable[..., Any] = getattr(told, str(asked["do"]))
    try:
        result, problem = do(**asked.get("with", {})), ""
    except (EndUseError, NotHeld) as error:
        result, problem = None, str(error)
    lines, told.lines[:] = list(told.lines), []
    return {"lines": lines, "result": result, "problem": problem}


def main() -> None:
    """Do what is told until nobody tells any more."""
    data, me, now = Path(sys.argv[1]), sys.argv[2], dt.datetime.fromisoformat(sys.argv[3])
    told = Told(data, me, now, keep=sys.argv[4:] == ["keep"])
    try:
        for line in sys.stdin:
            sys.stdout.write(canonical_json(_answered(told, line)).decode("utf-8") + "\n")
            sys.stdout.flush()
    finally:
        told.end()


if __name__ == "__main__":
    main()
