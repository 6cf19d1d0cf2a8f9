"""What a day brings to designations by itself: votes whose period is over are closed. It may run late, or twice."""

from __future__ import annotations

from dataclasses import dataclass, field

from enduse.cases.refusals import Conflict
from enduse.interfaces.designations.office import Office


@dataclass(slots=True)
class Ticked:
    """What :func:`tick` did.

    Attributes:
        closed: id of each designation whose vote was closed, and how it went.
        left: designations that somebody changed meanwhile; the next run looks at them.
    """

    cases: int = 0
    closed: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def tick(office: Office) -> Ticked:
    """Close the votes whose period is over, by the ballots of the period."""
    done, service = Ticked(), office.readable()
    for case in service.cases() if service is not None else ():
        done.cases += 1
        try:
            after = service.tick(case.id) if service is not None else case
        except Conflict:
            done.left.append(case.id)
            continue
        if after.seq > case.seq:
            closed = after.votes[-1].closed
            done.closed.append((case.id, closed.why if closed else ""))
    return done
