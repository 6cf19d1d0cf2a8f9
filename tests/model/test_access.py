"""Who may do what: a forbid beats every permit, nothing is permitted by default, and every answer says why."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.interfaces.identity.policies import policies_from, shipped_policies
from enduse.model.access import Actor, Effect, Policies, Subject, decide, lint
from enduse.model.errors import BadInput

POLICIES = shipped_policies()
ROLES = sorted(POLICIES.roles)
ACTIONS = sorted(POLICIES.actions)


def actor(*roles: str, name: str = "u1", scopes: frozenset[str] | None = None) -> Actor:
    return Actor(name, name, frozenset(roles), scopes)


def small(**changed: Any) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "schema": "enduse.access/1",
        "roles": {"clerk": {"title": "clerk", "holds": "files"}},
        "actions": {"file.read": {"title": "read a file", "scope": "files"}},
        "policies": [
            {"id": "p", "effect": "permit", "roles": ["clerk"], "actions": ["file.read"], "reason": "their work"}
        ],
    }
    return raw | changed


def test_the_shipped_policies_are_whole() -> None:
    assert list(lint(POLICIES)) == []


@given(st.sampled_from(ACTIONS), st.sets(st.sampled_from(ROLES)), st.booleans())
def test_every_answer_says_why(action: str, roles: set[str], open_mode: bool) -> None:
    for one in (actor(*roles), Actor(open_mode=open_mode)):
        found = decide(POLICIES, one, action)
        assert found.because
        assert found.allowed or found.would_need


@given(st.sampled_from(ACTIONS))
def test_what_nothing_permits_is_denied(action: str) -> None:
    without = dataclasses.replace(
        POLICIES, policies=tuple(one for one in POLICIES.policies if one.effect is Effect.FORBID)
    )
    assert not decide(without, actor(*ROLES), action).allowed
    assert not decide(POLICIES, Actor(), "no.such").allowed


@given(st.sampled_from(ACTIONS), st.sets(st.sampled_from(ROLES)), st.sets(st.sampled_from(POLICIES.scopes)))
def test_a_key_never_does_more_than_its_user(action: str, roles: set[str], scopes: set[str]) -> None:
    if decide(POLICIES, actor(*roles, scopes=frozenset(scopes)), action).allowed:
        assert decide(POLICIES, actor(*roles), action).allowed


def test_a_key_without_the_scope_is_told_which() -> None:
    found = decide(POLICIES, actor("analyst", scopes=frozenset({"read"})), "assessment.view")
    assert (found.allowed, found.would_need) == (False, "a key with the scope 'assess'")
    assert not decide(POLICIES, actor("sysadmin", scopes=frozenset(POLICIES.scopes)), "role.grant").allowed


@pytest.mark.parametrize("role", ROLES)
def test_nobody_grants_a_role_to_themself(role: str) -> None:
    own = Subject("grant", target="u1", role=role)
    other = Subject("grant", target="u2", role=role)
    found = decide(POLICIES, actor("sysadmin"), "role.grant", own)
    assert (found.allowed, found.policy) == (False, "no_role_for_oneself")
    assert decide(POLICIES, actor("sysadmin"), "role.grant", other).allowed
    assert not decide(POLICIES, actor("sysadmin"), "role.revoke", own).allowed


CASE_CONTENT = [
    one for one in ACTIONS if one.split(".")[0] in ("assessment", "transaction", "adjudication", "case", "job")
]


@pytest.mark.parametrize("action", CASE_CONTENT)
def test_a_system_administrator_sees_no_case_content_whatever_else_they_are(action: str) -> None:
    found = decide(POLICIES, actor(*ROLES), action)
    assert (found.allowed, found.policy) == (False, "no_case_content")


@pytest.mark.parametrize(
    ("action", "before", "role"),
    [
        ("case.countersign", "case.advise", "countersigner_1"),
        ("case.countersign", "case.countersign", "countersigner_2"),
        ("case.countersign", "case.decide", "countersigner_1"),
        ("case.decide", "case.advise", "decision_authority"),
        ("case.decide", "case.countersign", "decision_authority"),
        ("case.advise", "case.countersign", "agency_adviser"),
        ("case.hear_appeal", "case.decide", "appeal_panel"),
        ("case.review_rights", "case.assess_rights", "hr_reviewer"),
        ("case.assess_rights", "case.review_rights", "hr_assessor"),
        ("rule.approve", "rule.edit", "rule_approver"),
    ],
)
def test_one_case_is_seen_by_different_people(action: str, before: str, role: str) -> None:
    mine = Subject("case", "c1", done={before: {"u1"}})
    anothers = Subject("case", "c1", done={before: {"u2"}})
    assert not decide(POLICIES, actor(role), action, mine).allowed
    assert decide(POLICIES, actor(role), action, anothers).allowed


def test_what_is_anothers_is_denied_where_only_ones_own_is_permitted() -> None:
    submitter = actor("exporter_submitter")
    assert decide(POLICIES, submitter, "assessment.view", Subject("assessment", owner="u1")).allowed
    found = decide(POLICIES, submitter, "assessment.view", Subject("assessment", owner="u2"))
    assert not found.allowed and "they read what they filed themselves" in found.because
    assert decide(POLICIES, submitter, "assessment.view").allowed


def test_an_owner_that_is_nobody_is_not_the_visitor() -> None:
    assert not decide(POLICIES, Actor(open_mode=True), "account.view", Subject("user", owner="")).allowed


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"schema": "x"}, "schema"),
        ({"more": {}}, "unknown key 'more'"),
        ({"policies": [{"id": "p", "effect": "allow"}]}, "permit or forbid"),
        ({"policies": []}, "nothing permits it"),
        ({"policies": [{"id": "p", "effect": "permit", "roles": "clerk", "actions": []}]}, "no list of names"),
        (
            {"policies": [{"id": "p", "effect": "permit", "roles": ["boss"], "actions": ["file.read"], "reason": "x"}]},
            "no role is called 'boss'",
        ),
        (
            {
                "policies": [
                    {"id": "p", "effect": "forbid", "roles": ["clerk"], "actions": ["file.read"], "reason": "x"}
                ]
            },
            "what the refused person can do",
        ),
        (
            {
                "policies": [
                    {"id": "p", "effect": "permit", "roles": ["clerk"], "actions": ["file.burn"], "reason": "x"}
                ]
            },
            "no action is called 'file.burn'",
        ),
        (
            {"policies": [{"id": "p", "effect": "permit", "roles": [], "actions": [], "when": {"owm": "true"}}]},
            "unknown key 'owm'",
        ),
        (
            {"policies": [{"id": "p", "effect": "permit", "roles": [], "actions": [], "when": {"own": "yes"}}]},
            "neither true nor false",
        ),
    ],
)
def test_policies_that_are_not_whole_are_refused(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        policies_from(small(**changed), where="policies.yaml")


def test_small_policies_are_read() -> None:
    found: Policies = policies_from(small(), where="policies.yaml")
    assert decide(found, actor("clerk"), "file.read").because == "their work"
    assert decide(found, actor(), "file.read").would_need == "one of the roles: clerk"
