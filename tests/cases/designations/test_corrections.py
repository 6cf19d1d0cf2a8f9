"""A correction keeps every source: what is protected is not looked up again, and what speaks against an entry stays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from designation_world import ABUSE, CUSTODIAN, RECORDER, World
from enduse.cases.designations import bodies
from enduse.cases.designations.evidence import Entry
from enduse.cases.events import parse_body
from enduse.cases.refusals import Refused
from enduse.interfaces.designations.views import entry_document
from licensing_world import actor

COLLEAGUE = actor("colleague", "evidence_officer")
AGAINST = bodies.SourceGraded("Bureau of Public Watching", "D", "5", stance=bodies.Stance.CONTRADICTS)
DAY, HASH = dt.date(2023, 11, 2), "cd" * 32


def kept(world: World, name: str = "Zephyrine Quillfeather Trust") -> str:
    return world.service.protect(bodies.ProtectedSource(name), CUSTODIAN)


def hidden(reference: str, credibility: str = "2") -> bodies.SourceGraded:
    return bodies.SourceGraded("", "B", credibility, DAY, sha256=HASH, protected=reference)


def sent_back(entry: Entry, **changed: object) -> bodies.Evidence:
    """An entry as somebody without clearance reads it, sent back with a change."""
    document = entry_document(entry, cleared=False)
    sources = [
        {key: value for key, value in one.items() if value and key not in ("said", "grade", "in_words")}
        for one in document["sources"]
    ]
    made: bodies.Evidence = parse_body(
        "evidence_corrected",
        {
            "title": document["title"],
            "what": document["what"],
            "harm": document["harm"],
            "sources": sources,
            "reason": "the day was wrong",
        },
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def test_without_clearance_nothing_is_read_by_which_its_document_could_be_found() -> None:
    world = World()
    entry = world.evidence(sources=(hidden(kept(world)),))
    seen = entry_document(entry, cleared=False)["sources"][0]
    assert (seen["published"], seen["sha256"], seen["protected"], seen["grade"]) == (None, "", "yes", "B2")
    known = entry_document(entry, cleared=True)["sources"][0]
    assert (known["published"], known["sha256"]) == (DAY.isoformat(), HASH)


def test_an_entry_is_corrected_by_who_reads_yes_in_place_of_a_reference() -> None:
    world = World()
    first, second = hidden(kept(world)), hidden(kept(world, "Halden Quill"), "4")
    entry = world.evidence(sources=(first, ABUSE.sources[0], second))
    made = sent_back(entry, occurred=dt.date(2023, 9, 2))
    turned = replace(made, sources=made.sources[::-1])
    after = world.service.correct(entry.id, turned, COLLEAGUE)
    assert after.sources == (second, ABUSE.sources[0], first)
    graded = tuple(replace(one, credibility="3") if one.protected else one for one in made.sources)
    after = world.service.correct(entry.id, replace(made, sources=graded), COLLEAGUE)
    assert [one.credibility for one in after.sources if one.protected] == ["3", "3"]
    assert {one.protected for one in after.sources} == {first.protected, "", second.protected}


def test_after_a_source_was_erased_its_entry_is_still_corrected() -> None:
    world = World()
    source = hidden(kept(world))
    entry = world.evidence(sources=(source,))
    world.service.erase_source(source.protected, "it asked for it", CUSTODIAN)
    for who, made in (
        (COLLEAGUE, sent_back(entry)),
        (RECORDER, replace(ABUSE, sources=(source,), reason="a word")),
        (CUSTODIAN, replace(ABUSE, sources=(source,), reason="a word")),
    ):
        assert world.service.correct(entry.id, made, who).sources == (source,)


def test_who_guesses_an_erased_reference_is_not_told_which_entry_rests_on_it() -> None:
    world = World()
    source, other = hidden(kept(world)), hidden(kept(world, "Halden Quill"))
    entries = [world.evidence(sources=(one,)) for one in (source, other)]
    world.service.erase_source(source.protected, "it asked for it", CUSTODIAN)
    answers = set()
    for entry in entries:
        with pytest.raises(Refused) as error:
            world.service.correct(entry.id, replace(ABUSE, sources=(source,), reason="a word"), COLLEAGUE)
        answers.add(str(error.value))
    assert len(answers) == 1


@pytest.mark.parametrize("more", [0, 1])
def test_yes_stands_for_no_source_that_the_entry_does_not_rest_on(more: int) -> None:
    world = World()
    sources = (ABUSE.sources[0], *(hidden(kept(world)) for _ in range(more)))
    entry = world.evidence(sources=sources)
    yes = (bodies.SourceGraded(protected="yes"),) * (more + 1)
    with pytest.raises(Refused) as error:
        world.service.correct(entry.id, replace(ABUSE, sources=(ABUSE.sources[0], *yes), reason="so"), COLLEAGUE)
    assert error.value.refusal.rules == ("protected_source",)


def test_a_correction_leaves_no_source_out() -> None:
    world = World()
    entry = world.evidence(sources=(ABUSE.sources[0], hidden(kept(world))))
    entry = world.service.add_source(entry.id, AGAINST, COLLEAGUE)
    whole = sent_back(entry).sources
    supports = bodies.SourceGraded("Another institute", "C", "3")
    for fewer in (whole[:1], whole[:2], (whole[0], whole[2]), (*whole[:2], supports), (whole[0], supports, whole[2])):
        with pytest.raises(Refused) as error:
            world.service.correct(entry.id, replace(ABUSE, sources=fewer, reason="a word"), RECORDER)
        assert error.value.refusal.rules == ("sources",)
        assert world.service.entry(entry.id).contradicted
    spelt = replace(AGAINST, publisher="Bureau for Public Watching")
    after = world.service.correct(entry.id, replace(ABUSE, sources=(*whole[:2], spelt), reason="a name"), RECORDER)
    assert after.contradicted and after.sources[2] == spelt
