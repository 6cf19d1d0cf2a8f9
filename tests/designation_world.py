"""A small world of designations for tests: people, a clock that is set by hand, evidence and a nomination."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field, replace
from typing import Any

from enduse.cases.context import Actor
from enduse.cases.decide import Command
from enduse.cases.designations import bodies
from enduse.cases.designations.designation import Designation
from enduse.cases.designations.evidence import Entry
from enduse.cases.designations.service import Designations
from enduse.cases.log import CaseLog
from enduse.cases.refusals import Refused
from enduse.model.party import Measure
from licensing_world import MemoryLog, Watched, actor

RECORDER = actor("recorder", "evidence_officer")
CUSTODIAN = actor("custodian", "source_custodian", "evidence_officer")
NOMINATOR = actor("nominator", "designation_officer")
CHAIR = actor("chair", "committee_chair")
PUBLISHER = actor("publisher", "list_publisher")
SEATS = ("commerce", "state", "defense", "energy", "treasury")
MEMBERS = {seat: actor(f"member-{seat}", "committee_member", agency=seat) for seat in SEATS}
START = dt.datetime(2024, 1, 8, 15, tzinfo=dt.UTC)
NAME = "Brackwater Interception Systems"
TERMS = bodies.Terms(
    (Measure.LICENCE_REQUIREMENT,),
    scope="all",
    requirement="For all items subject to the EAR. (See § 744.11 of the EAR)",
    review_policy="Presumption of denial",
)
SUBJECT = bodies.Subject(
    NAME,
    aliases=("Brackwater IS",),
    native=("Брэкуотер Интерсепшн Системс",),
    addresses=(bodies.Place("14 Quarry Road, Tallinn, Estonia", "EE"),),
    identifiers=(bodies.Number("registration", "90214417", "EE"),),
    owned=(bodies.Owned("Brackwater Services", list_with=False, reason="has no part in interception"),),
)
ABUSE = bodies.Evidence(
    title="Journalists' telephones intercepted",
    what="Traffic of a news room was redirected and its devices infected.",
    harm=bodies.Harm.INTRUSION,
    sources=(
        bodies.SourceGraded(
            "Institute for Network Studies",
            "B",
            "2",
            dt.date(2023, 11, 2),
            "Redirected",
            "https://example.org/redirected",
            "ab" * 32,
        ),
    ),
    occurred=dt.date(2023, 9, 1),
    place="XA",
    technology="network interception",
    item="5A001.j",
    vendor=NAME,
    intermediaries=("Halden Trade FZE",),
    end_user="Bureau of Public Watching",
    affected=bodies.Affected.JOURNALISTS,
)


def nomination(*evidence: str, **changed: Any) -> bodies.Nomination:
    """A sound nomination that rests on entries."""
    made = bodies.Nomination(
        authority="us-erc",
        subject=SUBJECT,
        terms=TERMS,
        criteria=(
            bodies.Answered("reasonable-cause", True, evidence, "it sold and serviced what was misused"),
            bodies.Answered("human-rights", True, evidence, "journalists were intruded upon"),
        ),
        foreign_policy="partners were consulted",
        humanitarian="none: no civil service rests on its products",
        alternatives=(bodies.Alternative("an is-informed letter", "reaches exporters that are known alone"),),
    )
    return replace(made, **changed)


@dataclass
class World:
    """Designations over a log."""

    log: CaseLog = field(default_factory=MemoryLog)
    now: dt.datetime = START
    make: Any = None
    secrets: CaseLog | None = None

    def __post_init__(self) -> None:
        self.watched = Watched(self.log)
        numbers = itertools.count(1)
        kind = self.make or Designations
        self.service: Designations = kind(
            self.watched, lambda: self.now, lambda: f"{next(numbers):04x}", secrets=self.secrets
        )

    @property
    def today(self) -> dt.date:
        return self.now.date()

    def on(self, day: str) -> None:
        """Set the clock to the afternoon of a day."""
        self.now = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(15), dt.UTC)

    def evidence(self, **changed: Any) -> Entry:
        return self.service.record(replace(ABUSE, **changed), RECORDER)

    def nominated(self, **changed: Any) -> Designation:
        return self.service.nominate(nomination(self.evidence().id, **changed), NOMINATOR)

    def act(self, case: Designation | str, command: str, body: Any, who: Actor) -> Designation:
        return self.service.act(case if isinstance(case, str) else case.id, Command(command, body), who)

    def circulate(self, case: Designation, question: str = "add", **asked: Any) -> Designation:
        return self.act(case, "circulate", bodies.VoteOpened(question, **asked), CHAIR)

    def votes(self, case: Designation, **said: str) -> Designation:
        for seat, position in said.items():
            vote = self.service.case(case.id).open_vote
            assert vote is not None
            self.act(case, "vote", bodies.VoteCast(vote.number, position), MEMBERS[seat])
        return self.service.case(case.id)

    def close(self, case: Designation) -> Designation:
        vote = self.service.case(case.id).open_vote
        assert vote is not None
        return self.act(case, "close_vote", bodies.VoteClosed(vote.number), CHAIR)

    def measured(self, case: Designation, *flags: str) -> Designation:
        held = self.service.case(case.id)
        found = bodies.QualityMeasured("invented names", 1000, 0, held.nominated_sha256, flags=flags)
        return self.service.measured(case.id, found)

    def publish(self, case: Designation, effective: str = "", **changed: Any) -> Designation:
        day = dt.date.fromisoformat(effective) if effective else self.today
        body = bodies.Published(day, "89 FR 99001", "It supplied what was used against journalists.", **changed)
        return self.act(case, "publish", body, PUBLISHER)

    def listed(self, effective: str = "", **changed: Any) -> Designation:
        """A designation from nomination to listing."""
        case = self.circulate(self.nominated(**changed))
        self.votes(case, commerce="yes", state="yes", defense="yes")
        self.close(case)
        self.measured(case)
        return self.publish(case, effective)

    def refused(self, case: Designation | str, command: str, body: Any, who: Actor) -> Refused:
        """The refusal of a command; nothing changes by it."""
        identifier = case if isinstance(case, str) else case.id
        before = len(self.service.history(identifier))
        try:
            self.act(identifier, command, body, who)
        except Refused as error:
            assert len(self.service.history(identifier)) == before
            return error
        raise AssertionError(f"{command} was not refused")

    def refused_late(self, case: Designation, who: Actor) -> Refused:
        """The refusal of a vote that comes after the period; the vote is closed by it."""
        try:
            self.act(case, "vote", bodies.VoteCast(1, "yes"), who)
        except Refused as error:
            return error
        raise AssertionError("the vote was taken")
