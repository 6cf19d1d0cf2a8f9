"""``enduse demo licensing``: two cases, from an exporter's draft to their end, on a real store by the real services.

Everybody has an account, and acts by it alone. Nothing that is printed is prepared: what happened, what was refused and
why, and which clocks run is asked of the store at each step.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from enduse.assess import Settings, check
from enduse.cases.case import Case
from enduse.cases.human_rights import criteria_of
from enduse.cases.refusals import Refused
from enduse.evidence.library import Library
from enduse.interfaces.documents import assessment_document, document_bytes
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.licensing.daily import rescreen
from enduse.interfaces.licensing.desk import Desk
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.lists.sync import sync_from_dir
from enduse.model.access import Actor
from enduse.model.codec import canonical_json, to_plain
from enduse.model.kept import Kept
from enduse.model.record import By
from enduse.store import place_of

ROLES: Mapping[str, tuple[str, ...]] = {
    "root": ("sysadmin",),
    "delta.export": ("exporter_submitter", "exporter_admin"),
    "intake": ("intake",),
    "technical": ("technical_assessor",),
    "screening": ("screening_officer",),
    "officer": ("case_officer",),
    "rights.assessor": ("hr_assessor",),
    "rights.reviewer": ("hr_reviewer",),
    "counter.1": ("countersigner_1", "countersigner_2"),
    "counter.2": ("countersigner_1", "countersigner_2"),
    "decider": ("decision_authority",),
    "licences": ("licence_authority",),
    "auditor": ("auditor",),
    "statistics": ("statistician",),
}
EXPORTER = "delta"
NAME = "Delta Monitor BV"
SETUP = By("demo")
Body = Mapping[str, Any]
CLEAR = "EU-CP-2"
_BEFORE = dt.timedelta(days=120)
_LISTED = "Epsilon Trading LLC"


@dataclass
class Stage:
    """Where the demonstration is played.

    Attributes:
        data: the data directory: lists and store.
        say: prints a line.
        now: the moment of the demonstration; it ends before the real one.
        passwords: login -> password, for who wants to look around afterwards.
        with_passwords: whether accounts get one.
        also: where else to look, in lines.
    """

    data: Path
    say: Callable[[str], None]
    now: dt.datetime
    passwords: dict[str, str] = field(default_factory=dict)
    with_passwords: bool = True
    also: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stores = StoreAtHand(place_of(self.data, None), lambda: self.now)
        self.office = Office(self.stores, lambda: self.now, shipped_policies(), self._lists)
        self._library: Library | None = None
        self._hashes = _hasher() if self.with_passwords else None

    def _lists(self) -> Library:
        if self._library is None:
            self._library = Library(self.data, accept_starter=True)
        return self._library

    # --- people and lists

    def join(self, login: str, *roles: str, organisation: str = "", agency: str = "") -> None:
        """Make an account, for whoever is to act."""
        password = secrets.token_urlsafe(12)
        hashed = self._hashes(password) if self._hashes else ""
        accounts = self.stores.need().accounts
        name = login.replace(".", " ").title()
        user = accounts.create(login, name, by=SETUP, reason="demonstration", password_hash=hashed, roles=roles)
        if organisation or agency:
            accounts.assign(user.id, organisation=organisation, agency=agency, by=SETUP, reason="demonstration")
        if hashed:
            self.passwords[login] = password

    def desk(self, login: str) -> Desk:
        """The desk of somebody, by their account."""
        accounts = self.stores.need().accounts
        user = accounts.by_login(login)
        assert user is not None
        roles = accounts.roles(user.id)
        return self.office.desk(Actor(user.id, user.name, roles, organisation=user.organisation, agency=user.agency))

    def load(self, names: tuple[str, ...], edition: dt.date, folder: Path) -> None:
        """Load an edition of an invented list."""
        files = folder / f"edition-{edition}"
        files.mkdir(parents=True)
        (files / "entities.ftm.json").write_text("".join(_entities(names)), encoding="utf-8")
        named = f'source = "ftm"\nedition = "{edition}"\nfiles = {{ entities = "entities.ftm.json" }}\n'
        (files / "enduse-sources.toml").write_text(f"[[edition]]\n{named}", encoding="utf-8")
        sync_from_dir(self.data, files, today=self.now.date())
        self._library = None

    def fresh_lists(self) -> None:
        """Open the lists anew: something else has loaded an edition."""
        self._library = None

    def later(self, days: int) -> None:
        """Let days pass."""
        self.now += dt.timedelta(days=days)

    # --- steps

    def step(
        self, login: str, case_id: str, command: str, body: Mapping[str, Any] | None = None, note: str = ""
    ) -> Case:
        """A command of somebody; prints what became of the case, and where to see it."""
        case = self.desk(login).act(case_id, command, body or {})
        status = self.desk(login).view(case)["status"]
        self.tell(login, f"{command}{': ' + note if note else ''} -> {status}", f"/licensing/cases/{case.id}")
        return case

    def blocked(self, login: str, case_id: str, command: str, body: Mapping[str, Any]) -> None:
        """A command that is refused; prints everything that is missing."""
        try:
            self.desk(login).act(case_id, command, body)
        except Refused as error:
            first, *missing = str(error.refusal).splitlines()
            self.tell(login, f"is refused: {first}", f"/licensing/cases/{case_id}")
            for one in missing:
                self.say(f"            {one.strip()}")
            return
        raise AssertionError(f"{command} was done")

    def tell(self, who: str, what: str, where: str = "") -> None:
        """Print a step."""
        self.say(f"{self.now:%Y-%m-%d}  {who:<18} {what}" + (f"  [{where}]" if where else ""))


def play(data: Path, say: Callable[[str], None], real_now: dt.datetime) -> Stage:
    """Play both cases.

    Args:
        data: a data directory without a store.
        say: prints a line.
        real_now: the demonstration ends before it.
    """
    begin = (real_now - _BEFORE).replace(hour=9, minute=0, second=0, microsecond=0)
    stage = Stage(data, say, begin - dt.timedelta(days=begin.weekday()))
    work = data / "demo-lists"
    stage.load(("Omega Sanctioned Holding",), stage.now.date(), work)
    for login, roles in ROLES.items():
        stage.join(login, *roles, organisation=EXPORTER if login == "delta.export" else "")
    for agency in stage.office.policies.agencies:
        stage.join(f"adviser.{agency}", "agency_adviser", agency=agency)
    say("1. From a draft to a refusal on human-rights grounds\n")
    _refusal(stage)
    stage.later(3)
    say("\n2. From a draft to a licence with conditions, its use, a later listing, and its suspension\n")
    _licence(stage, work)
    ending(stage)
    return stage


# --- the first case


def _refusal(stage: Stage) -> None:
    item = {"code": "5A001.j", "description": "network monitoring system"}
    case = drafted(stage, item, "Ministry of Interior of XA", "government", "lawful interception by the ministry")
    submitted(stage, case, filled(case, "2", "1840000.00", "interior_security", ["interception"]), "NL-DEMO-1")
    to_advice(stage, case.id, ["interception"])
    stage.later(2)
    grant = {"lines": [{"line": 1, "outcome": "grant", "reasons": "all agencies approve"}], "reasoning": "all advice"}
    stage.blocked("officer", case.id, "consolidate", grant)
    facts = stage.desk("rights.assessor").prefill(stage.office.licensing().case(case.id))
    stage.tell("rights.assessor", f"reads {len(facts)} facts that are known already:")
    for one in facts[:6]:
        stage.say(f"            {one.subject}: {one.fact} ({one.source})")
    assessed(stage, case.id, "clear_risk")
    stage.blocked("officer", case.id, "consolidate", grant)
    reasons = "There is a clear risk that the system is used for internal repression."
    refused = {"line": 1, "outcome": "refuse", "reasons": reasons, "criteria": [CLEAR]}
    decided(stage, case.id, refused)
    shown = stage.desk("delta.export").view(stage.office.licensing().case(case.id))
    stage.tell("delta.export", f"reads: {shown['status']}, {_outcomes(shown)}", f"/licensing/cases/{case.id}")
    for window in shown["may_appeal"]:
        stage.say(f"            may appeal until {window['due']} ({window['title']})")


# --- the second case


def _licence(stage: Stage, work: Path) -> None:
    item = {"code": "6A003.b.4.b", "description": "uncooled thermal cameras"}
    case = drafted(stage, item, "Harbour Fire Service of XB", "government", "fire detection in the harbour")
    form = filled(case, "100", "250000.00", "government_other", [])
    form["parties"].append({"id": "trader", "role": "ultimate_consignee", "name": _LISTED, "country": "XB"})
    submitted(stage, case, form, "NL-DEMO-2")
    to_advice(stage, case.id, [])
    stage.later(2)
    if stage.office.licensing().case(case.id).status == "hr_review":
        assessed(stage, case.id, "no_concern")
    conditions = [
        {"id": "no-reexport", "text": "The items are not re-exported."},
        {"id": "delivery-report", "text": "Delivery is reported.", "due_days": 90, "evidence": "proof of delivery"},
    ]
    reasons = "No ground to refuse under these conditions."
    outcome = {"line": 1, "outcome": "grant_with_conditions", "reasons": reasons, "conditions": conditions}
    decided(stage, case.id, outcome)
    _used(stage, case.id)
    _listed(stage, case.id, work)


def _used(stage: Stage, case_id: str) -> None:
    stage.later(20)
    usage = {"usage": "U1", "line": 1, "quantity": "40", "unit": "pieces", "on": stage.now.date().isoformat()}
    stage.step("delta.export", case_id, "use", usage, "40 pieces leave")
    stage.say(f"            {_balance(stage, case_id)}")
    stage.step("delta.export", case_id, "use", usage, "the same report again changes nothing")
    stage.say(f"            {_balance(stage, case_id)}")
    evidence = {"condition": "delivery-report", "evidence_sha256": "ab" * 32, "note": "delivered"}
    stage.step("delta.export", case_id, "meet_condition", evidence, "evidence of delivery")


def _listed(stage: Stage, case_id: str, work: Path) -> None:
    stage.later(14)
    stage.load(("Omega Sanctioned Holding", _LISTED), stage.now.date(), work)
    stage.tell("a new edition", f"of an invented list names {_LISTED}")
    done = rescreen(stage.office)
    stage.tell("enduse rescreen", f"looks at {done.cases} cases, finds {len(done.found)} new hits", "/licensing")
    again = rescreen(stage.office)
    stage.tell("enduse rescreen", f"run again, finds {len(again.found)} new hits")
    licence = stage.office.licensing().case(case_id).licence
    assert licence is not None
    measure = next(one for one in licence.measures if one.open)
    stage.tell("the system", f"proposes to {measure.content.measure}: {measure.content.reason}")
    body = {"id": measure.content.id, "reason": "it is the same company"}
    stage.blocked("counter.1", case_id, "approve_measure", body)
    stage.step("licences", case_id, "confirm_measure", body, "makes the proposal theirs")
    stage.step("counter.1", case_id, "approve_measure", body, "the second person agrees")
    stage.say(f"            {_balance(stage, case_id)}")
    for waiting in stage.stores.need().outbox.waiting(limit=500):
        message = waiting.document
        if message.get("case") == case_id and str(message.get("rule")).startswith("measure"):
            stage.say(f"            told to {message['to']}: {json.dumps(message['content'])}")
    more = {"usage": "U2", "line": 1, "quantity": "1", "unit": "pieces", "on": stage.now.date().isoformat()}
    stage.blocked("delta.export", case_id, "use", more)


# --- what both share


def drafted(
    stage: Stage, item: Mapping[str, str], user: str, kind: str, use: str, *, authority: str = "nl", name: str = NAME
) -> Case:
    """An assessment of the exporter, kept, and a draft started from it."""
    desk, state = stage.desk("delta.export"), stage.office.policies.authorities[authority].state
    parties = [
        {"role": "exporter", "name": name, "country": state},
        {"role": "end_user", "name": user, "type": kind},
    ]
    plain = {"item": dict(item), "from": state, "parties": parties, "end_use": use}
    kept = _assessed_by(stage, plain, desk)
    stage.tell("delta.export", f"checks the transaction: {kept.outcome}", f"/assessments/{kept.id}")
    case, _ = desk.draft(kept, authority=authority, case_type="individual")
    stage.tell("delta.export", "starts an application from the assessment -> draft", f"/licensing/cases/{case.id}")
    refusal = next(one.refusal for one in desk.possible(case) if one.command == "submit")
    for one in refusal.missing if refusal else ():
        stage.say(f"            still missing: {one.what}")
    return case


def _assessed_by(stage: Stage, plain: Mapping[str, Any], desk: Desk) -> Kept:
    today = stage.now.date()
    tx = transaction_from_mapping({**plain, "destination": "XX"}, today=today, default_date=today)
    found = check(tx, library=Library(accept_starter=True), today=today, settings=Settings(laws=("eu",)))
    document = assessment_document(found)
    kept, _ = stage.stores.need().casework.keep(
        transaction=canonical_json(document["transaction"]),
        judgement=document_bytes(document),
        content={
            "as_of": found.as_of,
            "known_on": found.known_on,
            "on_file": found.on_file,
            "outcome": found.outcome.value,
            "headline": found.headline,
            "reference": found.transaction.reference,
        },
        editions=found.editions,
        by=By.of(desk.person),
    )
    return kept


def filled(case: Case, quantity: str, value: str, category: str, capabilities: list[str]) -> dict[str, Any]:
    """The draft, with what the assessment left open."""
    form: dict[str, Any] = to_plain(case.applied)
    user = case.applied.end_users[0]
    state = user.name[-2:]
    form |= {"destination": state}
    form["items"][0] |= {"quantity": quantity, "unit": "pieces", "value": value, "currency": "EUR"}
    form["items"][0]["capabilities"] = capabilities
    for party in form["parties"]:
        if party["id"] == user.id:
            party |= {"category": category, "country": state}
    signed = {"party": user.id, "signed_on": "2026-01-15", "document_sha256": "cd" * 32, "no_reexport": True}
    said = {"wmd": "none", "military": "none", "art5": "none", "human_rights": "looked_and_found_none"}
    form["answers"] = [{"question": key, "answer": value} for key, value in said.items()]
    return form | {"undertaking": signed}


def submitted(stage: Stage, case: Case, form: Mapping[str, Any], reference: str) -> None:
    """Stated whole, submitted and taken in."""
    declarations = {"declarations": list(stage.office.policies.declarations)}
    stage.step("delta.export", case.id, "revise", {"application": form}, "states what was open")
    stage.step("delta.export", case.id, "submit", declarations)
    stage.later(1)
    stage.step("intake", case.id, "register", {"reference": reference}, reference)


def to_advice(stage: Stage, case_id: str, capabilities: list[str], *, tier: str = "sensitive") -> None:
    """Classified, screened, and advised on by every agency that is heard."""
    case = stage.office.licensing().case(case_id)
    for item in case.applied.items:
        body: dict[str, Any] = {"line": item.line, "code": item.code}
        body |= {"list_edition": "2025-11-15", "reasoning": "by its data sheet"}
        stage.step("technical", case_id, "classify", body | {"capabilities": capabilities, "tier": tier}, item.code)
    stage.step("technical", case_id, "finish_classification")
    case = stage.step("screening", case_id, "screen", {}, "every party, every list at hand")
    for hit in case.open_hits:
        what = {"hit": hit.id, "disposition": "different", "reason": "another body of a like name"}
        stage.step("screening", case_id, "dispose_hit", what, hit.listed_name)
    case = stage.step("screening", case_id, "circulate")
    for route in case.routes:
        stage.say(f"            goes to {route.agency} by {route.rule}: {'; '.join(route.because)}")
    advised = [one for one in case.applied.parties if one.role in stage.office.policies.advised_roles]
    for agency in dict.fromkeys(route.agency for route in case.routes):
        for item in case.applied.items:
            for party in advised:
                body = {"agency": agency, "line": item.line, "party": party.id, "position": "approve"}
                body |= {"legal_basis": "Reg. (EU) 2021/821 Art. 15", "reasoning": "no objection on the stated facts"}
                stage.step(f"adviser.{agency}", case_id, "recommend", body, f"approve, for {party.name}")


def assessed(stage: Stage, case_id: str, finding: str) -> None:
    """Assessed on human-rights grounds, and reviewed by a second person."""
    desk = stage.desk("rights.assessor")
    case = stage.office.licensing().case(case_id)
    source = {
        "publisher": "Office of the Rapporteur",
        "published": (stage.now.date() - dt.timedelta(days=200)).isoformat(),
        "where": "https://example.org/reports/12",
        "reliability": "A",
    }
    answers = []
    for one in criteria_of(desk.facts(case), stage.office.policies):
        answer: dict[str, Any] = {"criterion": one.id, "finding": "no_concern", "sources": [source]}
        answer["reasoning"] = "the sources say nothing of such misuse"
        if one.id == CLEAR and finding != "no_concern":
            answer |= {"finding": finding, "likelihood": "high", "severity": "high", "groups": ["journalists"]}
            answer |= {"reasoning": "two reports say that journalists were watched with such systems"}
            answer |= {"link": "the system reads what the ministry has read before"}
        answers.append(answer)
    body = {"answers": answers, "summary": f"{finding} under {CLEAR}"}
    case = stage.step("rights.assessor", case_id, "assess_human_rights", body, f"{len(answers)} criteria, {finding}")
    assert case.assessment is not None
    review = {"version": case.assessment.version, "agrees": True, "reason": "the sources bear it out"}
    stage.step("rights.reviewer", case_id, "review_human_rights", review, "a second person agrees")


def decided(stage: Stage, case_id: str, line: Mapping[str, Any]) -> None:
    """Proposed, countersigned and decided."""
    proposal = {"lines": [line], "reasoning": "over all advice and the assessment"}
    case = stage.step("officer", case_id, "consolidate", proposal, str(line["outcome"]))
    for login in ("counter.1", "counter.2"):
        if case.status.startswith("countersign"):
            agreed = {"agrees": True, "reason": "the reasons bear the outcome"}
            case = stage.step(login, case_id, "countersign", agreed)
    stage.later(1)
    stage.step("decider", case_id, "decide", {"lines": [line]}, str(line["outcome"]))


def _balance(stage: Stage, case_id: str) -> str:
    licence = stage.office.licensing().case(case_id).licence
    assert licence is not None
    used = sum((one.quantity for one in licence.usages), Decimal(0))
    return f"licence {licence.content.licence} is {licence.status}: {used} used, {licence.balance(1)} left"


def _outcomes(view: Mapping[str, Any]) -> str:
    lines = view["decision"]["lines"]
    return "; ".join(f"line {one['line']} {one['outcome']} ({', '.join(one.get('criteria', ()))})" for one in lines)


def ending(stage: Stage) -> None:
    """Say whether the audit chain is whole."""
    report = stage.stores.need().verify()
    stage.say(f"\n{report.count} entries in the audit chain, {'all whole' if report.whole else report.problem}")


def _entities(names: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for number, name in enumerate(names):
        party = {"name": [name], "country": ["xb"], "topics": ["sanction"]}
        sanction = {"entity": [f"demo-{number}"], "authority": ["An Office"], "program": ["INVENTED"]}
        rows = (
            {"id": f"demo-{number}", "schema": "Company", "properties": party, "datasets": ["invented"]},
            {"id": f"demo-{number}-s", "schema": "Sanction", "properties": sanction, "datasets": ["invented"]},
        )
        found.extend(json.dumps(row) + "\n" for row in rows)
    return found


def _hasher() -> Callable[[str], str] | None:
    """What hashes passwords; None where the extra for the service is not installed."""
    if find_spec("argon2") is None:
        return None
    from enduse.interfaces.identity.passwords import Passwords  # an extra

    return Passwords().hash
