"""``enduse demo designation``: from a report of abuse to a listing, a partner's alert, a petition and a removal.

Everybody has an account and acts by it alone, on a real store by the real services. Nothing that is printed is
prepared: what happened, what was refused and why, and what ``check`` says is asked at each step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enduse.assess import Settings, check
from enduse.cases.designations.designation import Designation
from enduse.cases.refusals import Refused
from enduse.evidence.library import Library
from enduse.interfaces.demo.licensing import Stage
from enduse.interfaces.designations.desk import Desk
from enduse.interfaces.designations.office import Office
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.access import Actor

if TYPE_CHECKING:
    from enduse.interfaces.demo.partner import Partner

ROLES: Mapping[str, tuple[str, ...]] = {
    "root": ("sysadmin",),
    "evidence": ("evidence_officer",),
    "custodian": ("source_custodian",),
    "nominator": ("designation_officer",),
    "chair": ("committee_chair",),
    "publisher": ("list_publisher",),
    "auditor": ("auditor",),
}
SEATS = ("commerce", "state", "defense", "energy", "treasury")
VENDOR, TRADER, USER = "Brackwater Interception Systems", "Halden Trade FZE", "Bureau of Public Watching"
_BEFORE = dt.timedelta(days=200)
_ORDER: Mapping[str, Any] = {
    "activity": "export",
    "from": "US",
    "destination": "EE",
    "item": {"code": "EAR99", "description": "servers"},
    "parties": [{"role": "end_user", "name": VENDOR, "country": "EE", "type": "non_government", "owners": []}],
}
_TABLE = "reference,item,from,destination,end_user,end_user_country\n" + "".join(
    f"o{number},EAR99,US,{country},{name},{country}\n"
    for number, (name, country) in enumerate(
        ((VENDOR, "EE"), ("Tarnside Optical Works", "EE"), (VENDOR, "EE"), ("Riverside Precision", "PL"))
    )
)


class Play(Stage):
    """Where the demonstration is played."""

    def __post_init__(self) -> None:
        """Lay the desk of designations beside that of licensing."""
        super().__post_init__()
        self.designations = Office(self.stores, lambda: self.now, shipped_policies(), self.data, self._lists)
        self.partner: Partner | None = None

    def seat(self, login: str) -> Desk:
        """The desk of somebody, by their account."""
        accounts = self.stores.need().accounts
        user = accounts.by_login(login)
        assert user is not None
        return self.designations.desk(
            Actor(user.id, user.name, accounts.roles(user.id), organisation=user.organisation, agency=user.agency)
        )

    def do(self, login: str, case: Designation, command: str, body: Mapping[str, Any], note: str = "") -> Designation:
        """A command of somebody; prints what became of the designation."""
        found = self.seat(login).act(case.id, command, body)
        self._library = None
        self.tell(login, f"{command}{': ' + note if note else ''} -> {found.status}", f"/designations/{case.id}")
        return found

    def refused(self, login: str, case: Designation, command: str, body: Mapping[str, Any]) -> None:
        """A command that is refused; prints everything that is missing."""
        try:
            self.seat(login).act(case.id, command, body)
        except Refused as error:
            self._said(login, error, f"/designations/{case.id}")
            return
        raise AssertionError(f"{command} was done")

    def _said(self, login: str, error: Refused, where: str) -> None:
        first, *missing = str(error.refusal).splitlines()
        self.tell(login, f"is refused: {first}", where)
        for one in missing:
            self.say(f"            {one.strip()}")

    def asked(self, *days: dt.date) -> None:
        """What ``check`` says of the same order on some days."""
        library = Library(self.data, accept_starter=True)
        for day in days:
            tx = transaction_from_mapping({**_ORDER, "date": day.isoformat()}, where="order")
            found = check(tx, library=library, settings=Settings(laws=("us",)), today=max(day, self.now.date()))
            self.say(f"            check as of {day}: {found.outcome.value}")


def play(data: Path, say: Callable[[str], None], real_now: dt.datetime) -> Play:
    """Play the story.

    Args:
        data: a data directory without a store.
        say: prints a line.
        real_now: the demonstration ends before it.
    """
    begin = (real_now - _BEFORE).replace(hour=15, minute=0, second=0, microsecond=0)
    stage = Play(data, say, begin)
    for login, roles in ROLES.items():
        stage.join(login, *roles)
    for seat in SEATS:
        stage.join(f"member.{seat}", "committee_member", agency=seat)
    say("1. A report of abuse\n")
    entries = _evidence(stage)
    say("\n2. A nomination\n")
    case = _nominated(stage, entries)
    say("\n3. A vote and a listing\n")
    stage.partner = _partner(stage)
    case = _listed(stage, case)
    say("\n4. The listed party asks to be removed\n")
    _heard(stage, case)
    if stage.partner is not None:
        stage.partner.close()
    report = stage.stores.need().verify()
    say(f"\n{report.count} entries in the audit chain, {'all whole' if report.whole else report.problem}")
    return stage


def _evidence(stage: Play) -> list[str]:
    reference = stage.seat("custodian").protect({"name": "an engineer of the trader", "why": "lives where it happened"})
    stage.tell("custodian", "keeps a protected source apart from the register")
    known: dict[str, Any] = {
        "harm": "intrusion_into_devices",
        "place": "XA",
        "technology": "network interception",
        "item": "5A001.j",
        "vendor": VENDOR,
        "end_user": USER,
        "affected": "journalists",
    }
    report = known | {
        "title": "Telephones of a news room were infected",
        "what": "Traffic of a news room was redirected; devices were infected on the way.",
        "occurred": (stage.now.date() - dt.timedelta(days=60)).isoformat(),
        "sources": [
            {
                "publisher": "Institute for Network Studies",
                "reliability": "B",
                "credibility": "2",
                "url": "https://example.org/redirected",
            }
        ],
    }
    sale = known | {
        "title": "The system was delivered through a trader",
        "what": "Papers of a delivery name vendor, trader and end user.",
        "intermediaries": [TRADER],
        "sources": [{"protected": reference, "reliability": "C", "credibility": "3"}],
    }
    found = []
    for sent in (report, sale):
        entry, twins = stage.seat("evidence").record(sent)
        found.append(entry.id)
        stage.tell("evidence", f"records: {entry.content.title}, graded {entry.grade}", f"/evidence/{entry.id}")
        for twin in twins:
            stage.say(f"            may tell of the same as {twin.id}: {twin.why}")
    denied = {"publisher": VENDOR, "reliability": "D", "credibility": "4", "stance": "contradicts"}
    stage.seat("evidence").add_source(found[0], denied)
    stage.tell("evidence", "puts the vendor's denial beside it", f"/evidence/{found[0]}")
    for login in ("evidence", "custodian"):
        hits = stage.seat(login).entries("engineer")
        stage.tell(login, f"searches for the protected source: {len(hits)} entries found")
    return found


def _nominated(stage: Play, entries: list[str]) -> Designation:
    met = {"met": True, "evidence": entries}
    nomination: dict[str, Any] = {
        "authority": "us-erc",
        "subject": {
            "name": VENDOR,
            "addresses": [{"text": "14 Quarry Road, Tallinn, Estonia", "country": "EE"}],
            "identifiers": [{"kind": "registration", "value": "90214417", "country": "EE"}],
            "owned": [{"name": "Brackwater Services", "list_with": False, "reason": "has no part in interception"}],
        },
        "terms": {
            "measures": ["licence_requirement"],
            "scope": "all",
            "requirement": "For all items subject to the EAR",
            "review_policy": "Presumption of denial",
        },
        "criteria": [{"criterion": "reasonable-cause", "why": "it sold what was misused", **met}],
        "foreign_policy": "partners were consulted",
        "humanitarian": "none: no civil service rests on its products",
        "alternatives": [{"measure": "an is-informed letter", "why_not": "reaches exporters that are known alone"}],
    }
    try:
        stage.seat("nominator").nominate(nomination)
    except Refused as error:
        stage._said("nominator", error, "/designations")
    nomination["criteria"].append({"criterion": "human-rights", "why": "journalists were intruded upon", **met})
    case = stage.seat("nominator").nominate(nomination)
    stage.tell("nominator", f"nominates {VENDOR} -> {case.status}", f"/designations/{case.id}")
    case, _ = stage.seat("nominator").measure(case.id)
    quality = case.quality
    assert quality is not None
    flags = ", ".join(quality.flags) or "none"
    stage.tell("the screener", f"{quality.namesakes} namesakes in {quality.sample}; flags: {flags}")
    case = stage.seat("nominator").preview(case.id, _TABLE.encode(), "orders.csv")
    assert case.effect is not None
    counted = ", ".join(f"{count} {change}" for change, count in case.effect.changes)
    stage.tell("rules impact", f"{case.effect.rows} recorded orders: {counted}")
    return case


def _partner(stage: Play) -> Partner | None:
    """The partner's node; None, said in a line, where the extra is not installed."""
    if any(find_spec(name) is None for name in ("cryptography", "joserfc", "securesystemslib", "tuf", "httpx")):
        stage.say("            the partner's side is left out: pip install 'enduse[exchange]'\n")
        return None
    from enduse.interfaces.demo.partner import PLACE, Partner  # heavy, and an extra

    found = Partner(stage)
    stage.also.append(f"The partner: enduse exchange inbox --as consultation --data-dir {stage.data / PLACE}")
    return found


def _listed(stage: Play, case: Designation) -> Designation:
    stage.later(2)
    case = stage.do("chair", case, "circulate", {"question": "add"}, "a majority is needed")
    for seat, position in (("commerce", "yes"), ("state", "yes")):
        case = stage.do(f"member.{seat}", case, "vote", {"vote": 1, "position": position}, f"{seat} {position}")
    stage.refused("chair", case, "close_vote", {"vote": 1})
    case = stage.do("member.treasury", case, "recuse", {"vote": 1, "reason": "it advised the vendor"}, "treasury")
    case = stage.do("member.defense", case, "vote", {"vote": 1, "position": "yes"}, "defense yes")
    case = stage.do("chair", case, "close_vote", {"vote": 1})
    closed = case.votes[-1].closed
    stage.say(f"            {closed.why if closed else ''}")
    effective = stage.now.date() + dt.timedelta(days=5)
    stage.asked(effective)
    case = _before(stage, case, effective)
    stage.later(3)
    act = {
        "effective": effective.isoformat(),
        "citation": "Example Gazette 1",
        "public_reasons": "It supplied what was used against journalists.",
    }
    case = stage.do("publisher", case, "publish", act, f"in force from {effective}, public today")
    stage.asked(effective - dt.timedelta(days=1), effective)
    if stage.partner is not None:
        stage.partner.carry()
        stage.partner.read()
        stage.partner.publish()
        stage.partner.screen(VENDOR)
    return case


def _before(stage: Play, case: Designation, effective: dt.date) -> Designation:
    """Partners are told before the public, under embargo; publishing earlier than they were told is refused."""
    told = {
        "partners": ["NL"],
        "effective": effective.isoformat(),
        "public_on": (stage.now.date() + dt.timedelta(days=3)).isoformat(),
        "why": "It supplied what was used against journalists.",
    }
    case = stage.do("publisher", case, "prenotify", told, "NL, under embargo")
    if stage.partner is not None:
        stage.partner.carry()
        stage.partner.read()
        stage.partner.screen(VENDOR)
    act = {"effective": effective.isoformat(), "citation": "Example Gazette 1", "public_reasons": "It supplied it."}
    stage.refused("publisher", case, "publish", act)
    return case


def _heard(stage: Play, case: Designation) -> None:
    stage.later(60)
    filed = {"by": VENDOR, "asks": "remove", "grounds": "it left the market", "received": stage.now.date().isoformat()}
    case = stage.do("nominator", case, "petition", {"id": "p1", **filed}, "p1")
    case = _voted(stage, case, "p1", "no")
    act = {"effective": stage.now.date().isoformat(), "citation": "Example Gazette 2", "public_reasons": "It left."}
    stage.refused("publisher", case, "remove", act)
    answer = {"id": "p1", "outcome": "refused", "reasons": "one member holds that the risk stays"}
    case = stage.do("chair", case, "decide_petition", answer, "refused")
    stage.later(60)
    filed |= {"grounds": "it was wound up", "received": stage.now.date().isoformat()}
    case = stage.do("nominator", case, "petition", {"id": "p2", **filed}, "p2")
    case = _voted(stage, case, "p2", "yes")
    answer = {"id": "p2", "outcome": "granted", "reasons": "it was wound up"}
    case = stage.do("chair", case, "decide_petition", answer, "granted")
    removed = stage.now.date()
    case = stage.do("publisher", case, "remove", {**act, "effective": removed.isoformat()}, f"from {removed}")
    if stage.partner is not None:
        stage.partner.carry()
        stage.partner.read()
    assert case.listing is not None
    first = case.listing.effective
    stage.say("            the past stays true:")
    stage.asked(first - dt.timedelta(days=1), first, removed - dt.timedelta(days=1), removed)


def _voted(stage: Play, case: Designation, petition: str, last: str) -> Designation:
    case = stage.do("chair", case, "circulate", {"question": "remove", "petition": petition}, "unanimity is needed")
    number = case.votes[-1].number
    for seat in SEATS:
        position = last if seat == "treasury" else "yes"
        stage.seat(f"member.{seat}").act(case.id, "vote", {"vote": number, "position": position})
    case = stage.do("chair", case, "close_vote", {"vote": number})
    closed = case.votes[-1].closed
    stage.say(f"            {closed.why if closed else ''}")
    return case
