"""The audit chain: whatever is altered, taken out or exchanged is named; a cut tail shows against a checkpoint."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from enduse.model.assessment import Edition
from enduse.model.audit import GENESIS, AuditEntry, Checkpoint, entry_hash, verify_chain


def chain(length: int) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for seq in range(1, length + 1):
        entry = AuditEntry(
            seq=seq,
            at=f"2026-08-03T12:00:{seq:02}Z",
            actor="reviewer",
            role="officer",
            action="test.act",
            subject=f"thing:{seq}",
            before="",
            after="f" * 64,
            reason="because",
            editions=(Edition("us_csl", "2026-08-01", "a" * 64),),
            previous=entries[-1].hash if entries else GENESIS,
        )
        entries.append(dataclasses.replace(entry, hash=entry_hash(entry)))
    return entries


def test_a_whole_chain_tells_its_length_and_head() -> None:
    entries = chain(5)
    report = verify_chain(entries)
    assert (report.whole, report.count, report.head) == (True, 5, entries[-1].hash)


def test_an_empty_chain_is_whole() -> None:
    report = verify_chain([])
    assert (report.whole, report.count, report.head) == (True, 0, GENESIS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "2026-08-04T12:00:00Z"),
        ("actor", "somebody"),
        ("role", ""),
        ("action", "test.other"),
        ("subject", "thing:x"),
        ("before", "0"),
        ("after", "0"),
        ("reason", ""),
        ("editions", ()),
        ("hash", "0" * 64),
    ],
)
def test_an_altered_field_is_named_by_its_entry(field: str, value: Any) -> None:
    entries = chain(5)
    entries[2] = dataclasses.replace(entries[2], **{field: value})
    report = verify_chain(entries)
    assert (report.whole, report.place, report.count) == (False, "audit entry 3", 2)
    assert "altered" in report.problem


def test_an_altered_entry_with_a_hash_that_fits_shows_in_the_next() -> None:
    entries = chain(5)
    forged = dataclasses.replace(entries[2], reason="another")
    entries[2] = dataclasses.replace(forged, hash=entry_hash(forged))
    report = verify_chain(entries)
    assert (report.place, "replaced" in report.problem) == ("audit entry 4", True)


@pytest.mark.parametrize("gone", [1, 2, 4])
def test_a_missing_entry_is_named(gone: int) -> None:
    report = verify_chain([entry for entry in chain(5) if entry.seq != gone])
    assert report.place == f"audit entry {gone}"
    assert report.problem == f"is missing: entry {gone + 1} follows entry {gone - 1}"


def test_exchanged_entries_are_named_whether_or_not_they_keep_their_numbers() -> None:
    entries = chain(5)
    entries[1], entries[3] = entries[3], entries[1]
    assert verify_chain(entries).place == "audit entry 2"
    renumbered = [dataclasses.replace(entry, seq=seq) for seq, entry in enumerate(entries, start=1)]
    assert verify_chain(renumbered).place == "audit entry 2"


def test_a_cut_tail_is_a_whole_chain_and_shows_against_a_recorded_head_only() -> None:
    entries = chain(5)
    recorded = Checkpoint(5, entries[-1].hash)
    assert verify_chain(entries[:3]).whole
    report = verify_chain(entries[:3], recorded)
    assert (report.whole, report.place) == (False, "audit entry 4")
    assert report.problem == "is missing: 5 entries were recorded, the chain ends after 3"


def test_a_chain_that_was_written_anew_shows_against_a_recorded_head() -> None:
    anew: list[AuditEntry] = []
    for entry in chain(5):
        changed = dataclasses.replace(entry, reason="anew", previous=anew[-1].hash if anew else GENESIS)
        anew.append(dataclasses.replace(changed, hash=entry_hash(changed)))
    assert verify_chain(anew).whole
    assert verify_chain(anew, Checkpoint(3, chain(5)[2].hash)).place == "audit entry 3"


def test_a_chain_that_grew_still_holds_the_recorded_head() -> None:
    assert verify_chain(chain(7), Checkpoint(5, chain(5)[-1].hash)).whole
