"""What is kept for people who check: assessments, jobs, and what makes a repeated request harmless."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a repeated request harmless: the key that the client chose, and the hash of what it asked."""

    actor: str
    key: str
    request: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept assessment.

    Attributes:
        transaction: id of the kept transaction.
        judgement: hash of the judgement's bytes.
        owner: the user who asked.
        seq: its place among all records.
        record: id of its record, which the audit chain tells of.
    """

    id: str
    transaction: str
    judgement: str
    as_of: str
    known_on: str
    on_file: str
    outcome: str
    headline: str
    reference: str
    owner: str
    at: str
    restricted: bool
    seq: int
    record: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job.

    Attributes:
        state: ``waiting``, ``running``, ``done``, ``failed`` or ``cancelled``.
        done, total: rows.
        input, result: hashes of contents; empty where there is none (yet).
        note: what went wrong, in words.
    """

    id: str
    kind: str
    owner: str
    state: str
    done: int
    total: int
    input: str
    result: str
    note: str
    made: str
    changed: str


ENDED = frozenset({"done", "failed", "cancelled"})
