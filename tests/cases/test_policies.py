"""Policies as data: what ships is whole, and every mistake is refused with its file and line."""

from __future__ import annotations

import pytest

from enduse.cases.decide import shipped_policies
from enduse.cases.guards import GUARDS
from enduse.cases.policy_files import FILES, read_policies
from enduse.cases.reading import shipped
from enduse.model.errors import BadInput


def changed(name: str, old: str, new: str) -> dict[str, bytes | str]:
    text = shipped(f"{name}.yaml").decode()
    assert old in text, f"{name}.yaml no longer holds {old!r}"
    return {name: text.replace(old, new, 1)}


def test_what_ships_is_whole() -> None:
    policies = shipped_policies()
    assert {one.id for one in policies.authorities.values()} == {"nl", "de", "fr", "uk", "us"}
    used = {name for row in policies.transitions for name in row.guards}
    assert used == set(GUARDS), "a guard that no row names guards nothing"


@pytest.mark.parametrize("name", FILES)
def test_nothing_that_was_not_read_in_a_text_passes_for_verified(name: str) -> None:
    for line in shipped(f"{name}.yaml").decode().splitlines():
        if "citation:" in line:
            assert "verified: yes" in line or "verified: no" in line


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("transitions", "command: register, from: [submitted]", "command: register, from: [sent]", "no status 'sent'"),
        ("transitions", "to: [registered]", "to: [filed]", "no status 'filed'"),
        ("transitions", "event: registered", "event: filed", "no kind of event"),
        ("transitions", "roles: [intake], guards: [reference]", "roles: [clerk], guards: [reference]", "no role"),
        ("transitions", "roles: [intake], guards: [reference]", "roles: [], guards: [reference]", "nobody may do it"),
        ("transitions", "guards: [reference]", "guards: [referenced]", "no guard"),
        ("transitions", "guards: [reference]", "guards: [reference], mood: good", "unknown key"),
        ("transitions", "{command: start, auto: yes,", "{command: start, auto: perhaps,", "not known"),
        (
            "transitions",
            'to: [classification], event: "", roles: [system]',
            'to: [classification], event: "", roles: [intake]',
            "system alone",
        ),
        ("transitions", "command: register, from: [submitted]", "command: register, from: [closed]", "leads nowhere"),
        (
            "transitions",
            "to: [under_appeal], event: appealed",
            "to: [], event: appealed",
            "nothing leads to under_appeal",
        ),
        ("transitions", "{command: return,", "{command: register,", "occurs twice"),
        (
            "transitions",
            "final: [closed, withdrawn, superseded]",
            "final: [closed, withdrawn]",
            "nothing leads out of superseded",
        ),
        (
            "organisation",
            "after: [recommended, consolidated, classified, hr_assessed]",
            "after: [advised]",
            "no kind of event",
        ),
        ("organisation", "command: countersign\n", "command: sign\n", "no command"),
        ("organisation", "zone: Europe/Amsterdam", "zone: Europe/Atlantis", "no time zone"),
        ("organisation", "calendar: eu-nl}", "calendar: eu-xx}", "no calendar"),
        ("organisation", "side: exporter}", "side: both}", "not known"),
        ("organisation", "{id: de, title", "{id: nl, title", "occurs twice"),
        ("organisation", "id: siel, law: uk", "id: siel, law: mars", "no law"),
        ("organisation", "us/reply-to-intent", "us/never", "no clock"),
        (
            "human_rights",
            "blocks: [grant, grant_with_conditions, nlr, rwa]",
            "blocks: [grant]",
            "must block every grant",
        ),
        (
            "human_rights",
            "  - {id: not_applicable, states: [reasoning], blocks: []}\n",
            "",
            "nothing says what not_applicable",
        ),
        ("human_rights", "when: {destination_profile: [elevated]}", "when: {weather: [bad]}", "no fact"),
        (
            "human_rights",
            "when: {destination_profile: [elevated]}",
            "when: {destination_profile: []}",
            "names no value",
        ),
        ("human_rights", "when: {group: [cyber_surveillance]}", "when: {group: [cyber]}", "no group"),
        ("human_rights", "when: {destination_profile: [elevated]}\n", "\n", "when is missing"),
        ("human_rights", "law: [uk]", "law: [gb]", "no law"),
        (
            "human_rights",
            "states: [reasoning, sources], blocks: []",
            "states: [vibes], blocks: []",
            "no field of an answer",
        ),
        ("human_rights", "blocks: [grant]}", "blocks: [grunt]}", "no outcome"),
        ("routing", "to: [foreign]", "to: [forum]", "no agency"),
        ("routing", "authorities: [nl, de, fr, uk]\n    when", "authorities: [xx]\n    when", "no authority"),
        ("routing", "revision: 1", "revision: first", "no whole number"),
        ("routing", "window: us/oc-appeal", "window: us/oc-call", "no clock"),
        ("intake", "answers: [informed, aware, suspects, none]", "answers: [none]", "asks nothing"),
        ("intake", "to: art5_notification", "to: art6", "no type of case"),
        ("messages", "on: submitted,", "on: sent,", "no kind of event"),
        ("messages", "to: exporter,", "to: everybody,", "not known"),
        ("messages", "handling: NATIONAL-ONLY", "handling: SECRET", "not known"),
        ("messages", "target_days: 30, limit_days: 60", "target_days: 60, limit_days: 30", "before the target"),
        ("retention", "years: 5", "years: 0", "no period"),
        ("denials", 'party: "0.5"', 'party: "0.6"', "add up to 1"),
        ("denials", 'same_party: "0.9"', 'same_party: "0.5"', "below same_party"),
        (
            "human_rights",
            ', url: "https://eur-lex.europa.eu/eli/compos/2008/944/oj", verified: no}',
            "}",
            "verified is missing",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_place(name: str, old: str, new: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem) as caught:
        read_policies(changed(name, old, new), guards=GUARDS)
    assert f"{name}.yaml line " in str(caught.value)
    assert "line 1," not in str(caught.value) or name in ("denials", "transitions")
