"""What is on the shelf, how old it is, and what was set aside: for a reader."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from enduse.lists import registry
from enduse.lists.partners import with_partners
from enduse.lists.snapshots import EditionRecord, Refusal, State, Store
from enduse.lists.sources.base import Rejected, SourceFormat
from enduse.model.errors import BadInput

SHOWN_REJECTED = 20


class Freshness(StrEnum):
    """The state of a source."""

    CURRENT = "current"
    STALE = "stale"
    REFUSED = "refused"
    NOT_LOADED = "not loaded"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source: its newest edition and how fresh it is.

    Attributes:
        state: ``refused`` when something newer than the newest edition was refused (the edition stays in force).
        age_days: days since the publisher was last seen to serve the newest edition; the edition's age for files.
        rejected_reasons: reason and number, most frequent first; numbers and quoted texts in them are left out.
        refusal: what was refused last, if nothing newer has come in since.
        format_verified: False where the parser was written from a description alone.
    """

    source: str
    title: str
    authority: str
    lists: tuple[str, ...]
    state: Freshness
    cadence_days: int
    edition: dt.date | None = None
    oldest: dt.date | None = None
    editions: int = 0
    age_days: int | None = None
    rows: int = 0
    parties: int = 0
    rejected: int = 0
    rejected_reasons: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    dated_by: str = ""
    refusal: Refusal | None = None
    format_verified: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything known of a source, or of the sources that hold a list.

    Attributes:
        editions: every full edition, oldest first.
        parties_by_list: number of parties on each list in the newest editions.
        rejected: the first rows set aside of the newest editions.
    """

    id: str
    sources: tuple[SourceStatus, ...]
    editions: tuple[EditionRecord, ...]
    parties_by_list: tuple[tuple[str, int], ...]
    rejected: tuple[Rejected, ...]


def status(data_dir: Path, today: dt.date, *, among: Sequence[SourceFormat] | None = None) -> tuple[SourceStatus, ...]:
    """The state of every source, by id.

    Raises:
        OperationFailed: the store is damaged.
    """
    store = Store(data_dir)
    state = store.state()
    known = with_partners(registry.sources() if among is None else among, state)
    return tuple(_status(store, state, source, today) for source in known)


def show(data_dir: Path, name: str, today: dt.date, *, among: Sequence[SourceFormat] | None = None) -> Shown:
    """One source, or all sources that hold a list, with their editions.

    Args:
        name: id of a source (``us_csl``) or of a list (``SDN``).

    Raises:
        BadInput: neither a source nor a list has that id.
        OperationFailed: the store is damaged.
    """
    store = Store(data_dir)
    state = store.state()
    known = with_partners(registry.sources() if among is None else among, state)
    chosen = [source for source in known if source.id == name] or [one for one in known if name in one.lists]
    if not chosen:
        lists = sorted({list_id for source in known for list_id in source.lists})
        near = [one for one in (*lists, *(source.id for source in known)) if one.casefold() == name.casefold()]
        remedy = f"did you mean {near[0]}?" if near else f"lists: {', '.join(lists)}; sources: see status"
        raise BadInput(f"{name!r} is neither a list nor a source", remedy=remedy)
    counts: Counter[str] = Counter()
    rejected: list[Rejected] = []
    for source in chosen:
        for record in state.of(source.id)[-1:]:
            for party in store.parties(record):
                counts.update({listing.list_id for listing in party.listings})
            rejected += store.rejected(record)
    return Shown(
        name,
        tuple(_status(store, state, source, today) for source in chosen),
        tuple(record for source in chosen for record in state.of(source.id)),
        tuple(sorted(counts.items())),
        tuple(rejected[:SHOWN_REJECTED]),
    )


def _status(store: Store, state: State, source: SourceFormat, today: dt.date) -> SourceStatus:
    editions = state.of(source.id)
    refusal = next((one for one in state.refusals if one.source == source.id), None)
    if not editions:
        freshness = Freshness.REFUSED if refusal else Freshness.NOT_LOADED
        return SourceStatus(
            source.id,
            source.title,
            source.authority,
            source.lists,
            freshness,
            source.cadence_days,
            refusal=refusal,
            format_verified=source.format_verified,
        )
    newest = editions[-1]
    age = (today - newest.confirmed_to).days
    newer_refused = refusal is not None and (refusal.edition or refusal.on) > newest.edition
    freshness = Freshness.STALE if age > source.cadence_days else Freshness.CURRENT
    return SourceStatus(
        source=source.id,
        title=source.title,
        authority=source.authority,
        lists=source.lists,
        state=Freshness.REFUSED if newer_refused else freshness,
        cadence_days=source.cadence_days,
        edition=newest.edition,
        oldest=editions[0].edition,
        editions=len(editions),
        age_days=age,
        rows=newest.rows,
        parties=newest.parties,
        rejected=newest.rejected,
        rejected_reasons=_reasons(store, newest),
        notes=newest.notes,
        dated_by=newest.dated_by,
        refusal=refusal if newer_refused else None,
        format_verified=source.format_verified,
    )


def _reasons(store: Store, record: EditionRecord) -> tuple[tuple[str, int], ...]:
    if not record.rejected:
        return ()
    counts = Counter(re.sub(r"\d+|'[^']*'", "…", row.reason) for row in store.rejected(record))
    return tuple(counts.most_common())
