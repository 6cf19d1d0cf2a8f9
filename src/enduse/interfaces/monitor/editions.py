"""Which editions a run compares, and what it tells of a hit that is none any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from enduse.interfaces.monitor.watches import Seen
from enduse.lists.snapshots import EditionRecord
from enduse.monitor.alerts import NO_HIT, Alert, Cause, Severity, alert_id
from enduse.monitor.rescreen import Became


def seen_of(record: EditionRecord, day: dt.date) -> Seen:
    """An edition as a watch remembers that it was looked at on a day."""
    return Seen(record.edition.isoformat(), record.folder, max(day, record.edition).isoformat())


def pairs_of(
    records: Sequence[EditionRecord], seen: Seen | None, still_there: Callable[[str], EditionRecord | None]
) -> Iterator[tuple[EditionRecord | None, EditionRecord]]:
    """The editions that came since, each with the one before it; all of a source that was never seen count as one.

    An edition that was looked at may have given way to another of the same day, or have been read again: these two
    are compared first; where the one that was looked at is not kept, the other counts as one that was never seen.

    Args:
        still_there: the edition in a folder, if it is kept.
    """
    if seen is None:
        yield None, records[-1]
        return
    known = [record for record in records if record.edition.isoformat() <= seen.edition]
    later = [record for record in records if record.edition.isoformat() > seen.edition]
    before = known[-1] if known else None
    if before is not None and before.edition.isoformat() == seen.edition and before.folder != seen.folder:
        yield still_there(seen.folder), before
    for after in later:
        yield before, after
        before = after


def no_longer(alert: Alert, day: dt.date, version: str) -> Alert:
    """The alert of a customer that has changed so that the hit of an earlier alert is none any more."""
    pair = (alert.customer, alert.owner, alert.party_id)
    return replace(
        alert,
        id=alert_id(alert.watch, Cause.REGISTER, "gone", pair, (version,)),
        cause=Cause.REGISTER,
        became=Became.GONE.value,
        severity=Severity.LOW,
        before=alert.after,
        after=NO_HIT,
        effective=day,
        changes=(),
        source="",
        old="",
        new="",
    )
