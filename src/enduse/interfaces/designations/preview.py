"""Whom a proposed listing would hit: ``rules impact`` with the listing laid over the lists at hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from enduse.cases.designations.bodies import EffectPreviewed, Nomination
from enduse.cases.designations.listing import proposed_parties
from enduse.cases.designations.rulebook import ListingAuthority
from enduse.evidence.library import Library
from enduse.interfaces.impact import ImpactRun, run_impact
from enduse.model.errors import BadInput
from enduse.model.party import SourceReference
from enduse.rules.draft import PROPOSED, Draft
from enduse.rules.impact import Change
from enduse.rules.rulebook import Rulebook


def draft_of(
    made: Nomination, authority: ListingAuthority, books: Sequence[Rulebook], effective: dt.date | None = None
) -> Draft:
    """The law as it is, with the listing that a nomination proposes.

    Args:
        effective: its first day in force; every day counts when None.
    """
    listed = []
    for party in proposed_parties(made, authority, "proposed"):
        listings = tuple(replace(one, listed_from=effective or one.listed_from) for one in party.listings)
        source = SourceReference(PROPOSED, party.name)
        listed.append(replace(party, id=f"{PROPOSED}:{party.name}", listings=listings, source=source))
    return Draft(f"listing of {made.subject.name}", tuple(books), tuple(books), listed=tuple(listed))


def preview(
    made: Nomination,
    sha256: str,
    authority: ListingAuthority,
    table: Path,
    library: Library,
    books: Sequence[Rulebook],
    *,
    today: dt.date,
    effective: dt.date | None = None,
    jobs: int | None = None,
) -> tuple[EffectPreviewed, ImpactRun]:
    """Try a nomination on recorded transactions.

    Args:
        sha256: hash of the nomination.
        table: transactions or licences, one a row, as ``check --bulk`` takes them.

    Raises:
        BadInput: the table, or every row of it, cannot be used.
    """
    run = run_impact(draft_of(made, authority, books, effective), table, library, today=today, jobs=jobs)
    if not run.rows or sum(run.impact.errors.values()) == run.rows:
        why = next((problem for _, problem in run.unread), "it has no rows")
        raise BadInput(f"no row of the table can be used: {why}"[:300], where=table.name, remedy="docs/bulk.md")
    changes = tuple((one.value, group.count) for one in Change if (group := run.impact.changes.get(one)))
    return EffectPreviewed(table.name, run.rows, sha256, changes), run
