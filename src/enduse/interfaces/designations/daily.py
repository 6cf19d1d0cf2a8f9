"""What a day brings to designations by itself: votes whose period is over are closed, and an edition of the own list
that could not be written is made again. It may run late, or twice."""

from __future__ import annotations

from dataclasses import dataclass, field

from enduse.cases.refusals import Conflict, Refused
from enduse.interfaces.designations.office import Office


@dataclass(slots=True)
class Ticked:
    """What :func:`tick` did.

    Attributes:
        closed: id of each designation whose vote was closed, and how it went.
        left: designations that somebody changed meanwhile; the next run looks at them.
        refused: id of each designation whose vote could not be closed, and why.
        edition: whether an edition of the own list was missing, and is made.
    """

    cases: int = 0
    closed: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    edition: bool = False


def tick(office: Office) -> Ticked:
    """Close the votes whose period is over, by the ballots of the period; make an edition that is missing.

    Raises:
        OperationFailed: the edition cannot be written; the votes are closed.
    """
    done, service = Ticked(), office.readable()
    for case in service.cases() if service is not None else ():
        done.cases += 1
        try:
            after = service.tick(case.id) if service is not None else case
        except Conflict:
            done.left.append(case.id)
            continue
        except Refused as error:
            # One that cannot be closed keeps no other from it.
            done.refused.append((case.id, str(error)))
            continue
        if after.seq > case.seq and after.votes:
            closed = after.votes[-1].closed
            done.closed.append((case.id, closed.why if closed else ""))
    if service is not None:
        done.edition = office.edition(missing_only=True)
    return done
