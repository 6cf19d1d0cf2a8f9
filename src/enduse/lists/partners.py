"""Lists that members of the coalition publish: kept like any other list, and named as theirs.

Whoever calls this has verified the signatures already (:mod:`enduse.exchange.publication`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from enduse.lists.intake import Intake, Release, SyncReport
from enduse.lists.snapshots import State, Store
from enduse.lists.sources._partner import PREFIX as SOURCE_PREFIX
from enduse.lists.sources._partner import Head, read_head, source_named, source_of, write_listings
from enduse.lists.sources.base import SourceFormat
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty

__all__ = ["SOURCE_PREFIX", "Head", "current", "read_head", "source_of", "take", "with_partners", "write_listings"]


def with_partners(known: Sequence[SourceFormat], state: State) -> tuple[SourceFormat, ...]:
    """The sources of this version, and those of partners of which a state holds editions."""
    held = dict.fromkeys([*(one.source for one in state.editions), *(one.source for one in state.refusals)])
    return (*known, *(source for name in held if (source := source_named(name)) is not None))


def take(
    data_dir: Path,
    member: str,
    content: bytes,
    name: str,
    *,
    today: dt.date,
    accept_collapse: bool = False,
) -> SyncReport:
    """Keep an edition that a member publishes; what is malformed or collapsed is refused, and the last good one stays.

    Args:
        member: who has signed it: a file that names another publisher is refused.
        name: what messages call it.

    Raises:
        BadInput: its head cannot be read, or names another publisher.
        OperationFailed: the store cannot be written.
    """
    head = read_head(content, name)
    if head.publisher != member:
        raise BadInput(f"it names {head.publisher} as publisher, and {member} signed it", where=name)
    source = source_of(head.publisher, head.list_id)
    release = Release(
        source=source,
        files={"listings": lambda: content},
        names={"listings": name},
        presumed=(head.edition, "content"),
        confirmed_on=today,
    )
    accepted = frozenset({source.id}) if accept_collapse else frozenset[str]()
    with Store(data_dir).writing() as writer:
        intake = Intake(writer, today, accepted, state=writer.store.state())
        intake.take(release)
        writer.commit(intake.state, today)
    return intake.report()


def current(data_dir: Path, source: str, list_id: str, today: dt.date) -> Iterator[ListedParty]:
    """Parties on a list in the newest edition of a source, as they are published to others.

    Raises:
        BadInput: no edition of that source is on file.
    """
    store = Store(data_dir)
    editions = [one for one in store.state().of(source) if one.edition <= today]
    if not editions:
        raise BadInput(f"no edition of {source[:60]!r}", where="source", remedy="enduse lists status")
    yield from on_list(store.parties(editions[-1]), list_id)


def on_list(parties: Iterable[ListedParty], list_id: str) -> Iterator[ListedParty]:
    """Those parties that are on a list."""
    return (one for one in parties if any(listing.list_id == list_id for listing in one.listings))
