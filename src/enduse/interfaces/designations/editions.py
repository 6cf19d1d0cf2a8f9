"""An edition of the installation's own list, put among the lists: made of what is public, taken in like any other."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from enduse.cases.designations.listing import SOURCE
from enduse.cases.designations.publication import ftm_lines
from enduse.lists import registry
from enduse.lists.intake import Intake, Release, tell_nobody
from enduse.lists.snapshots import Store
from enduse.lists.sync import read_outdated_again
from enduse.model.errors import OperationFailed
from enduse.model.party import ListedParty

FILE = "own-list.ftm.json"


def put_edition(
    parties: Callable[[], Sequence[ListedParty]], data_dir: Path, day: dt.date, *, missing_only: bool = False
) -> bool:
    """Put an edition on file; whether it is a new one.

    The log of events is what counts: an edition that could not be written is made again by the next call. It is never
    of an earlier day than the newest on file: authorities of two time zones keep one calendar here.

    Args:
        parties: reads everybody listed; asked while the lists are held, so that a slow one never overwrites a newer.
        day: the day of publication, which the edition is of.
        missing_only: leave the newest edition as it is where it says, of its day, what the log says.

    Raises:
        OperationFailed: it cannot be written, or was refused.
    """
    with Store(data_dir).writing() as writer:
        found, state = parties(), writer.store.state()
        if not found:
            return False
        last = max(state.of(SOURCE), key=lambda one: one.edition, default=None)
        if last is not None and missing_only and last.files[0].sha256 == _hash(_content(found, last.edition)):
            return False
        on = max(day, last.edition) if last is not None else day
        content = _content(found, on)
        intake = Intake(writer, on, state=state)
        known = registry.sources()
        source = registry.source_of(SOURCE, known, where=FILE)
        intake.take(Release(source, {"entities": lambda: content}, {"entities": FILE}, (on, "manifest"), stated=on))
        read_outdated_again(intake, known, tell_nobody)
        writer.commit(intake.state, on)
    report = intake.report()
    if report.refused:
        raise OperationFailed(
            f"the edition of {on} was refused: {report.refused[0].reason}",
            where=SOURCE,
            remedy="enduse designations edition makes it again",
        )
    return bool(report.loaded)


def _content(parties: Sequence[ListedParty], day: dt.date) -> bytes:
    return "".join(ftm_lines(parties, day)).encode()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
