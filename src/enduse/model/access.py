"""Who may do what: roles, actions, scopes, and policies as data with the one function that decides.

A forbid beats every permit; what nothing permits is denied. Every decision says why, and what would be needed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from enduse.model.errors import BadInput

ANYONE = "anyone"
"""Stands in policies for every request, signed in or not."""
VISITOR = "visitor"
"""Stands in policies for whoever is not signed in, where the service is open."""
SIGNED_IN = "signed_in"
"""Stands in policies for every user and every key of a user."""
EVERYBODY = (ANYONE, VISITOR, SIGNED_IN)

_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)?")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the session or the key says; never as a request says of itself.

    Attributes:
        id: id of the user; empty where nobody is signed in.
        name: what others read.
        roles: roles granted to the user.
        scopes: what a key is limited to; None for a session, which is not limited.
        csrf_token: what a form must send back; empty where there is no session.
        open_mode: the service is open: it runs for this machine alone and has no second user.
        organisation: the exporter's organisation that the account acts for; empty where none.
        agency: the agency that the account advises for; empty where none.
    """

    id: str = ""
    name: str = "visitor"
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    csrf_token: str = ""
    open_mode: bool = False
    organisation: str = ""
    agency: str = ""

    @property
    def signed_in(self) -> bool:
        """Whether a user stands behind it."""
        return bool(self.id)

    @property
    def standing(self) -> frozenset[str]:
        """The roles, and the words of :data:`EVERYBODY` that hold."""
        found = {ANYONE, *self.roles}
        if self.signed_in:
            found.add(SIGNED_IN)
        elif self.open_mode:
            found.add(VISITOR)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action is done to.

    Attributes:
        kind: ``assessment``, ``user``, ``key``, ``case``, ...
        owner: the user whose it is.
        target: the user that it is done to, where that is a user.
        role: the role that is granted or taken away.
        organisation: the exporter's organisation that the owner acted for when they made it; empty where none.
        restricted: the record carries a caveat: reading it is an audit entry.
        done: what was done to it already: action -> the users who did it.
    """

    kind: str = ""
    id: str = ""
    owner: str = ""
    target: str = ""
    role: str = ""
    organisation: str = ""
    restricted: bool = False
    done: Mapping[str, Collection[str]] = field(default_factory=lambda: MappingProxyType({}))


class Effect(StrEnum):
    """What a policy does."""

    PERMIT = "permit"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True)
class When:
    """What must hold of the subject for a policy to count; all that is stated.

    Attributes:
        own: the actor is (or is not) the owner.
        oneself: the actor is (or is not) the user that it is done to.
        did: the actor has done one of these actions to the subject before.
        restricted: the record carries a caveat, or carries none.
        granting: the role that is granted or taken away is one of these.
        organisation: the owner acted (or did not act) for the exporter's organisation that the actor acts for.
    """

    own: bool | None = None
    oneself: bool | None = None
    did: tuple[str, ...] = ()
    restricted: bool | None = None
    granting: tuple[str, ...] = ()
    organisation: bool | None = None

    def holds(self, actor: Actor, subject: Subject) -> bool:
        """Whether it holds for one subject."""
        return (
            (self.own is None or self.own == bool(actor.id and subject.owner == actor.id))
            and (self.oneself is None or self.oneself == bool(actor.id and subject.target == actor.id))
            and (not self.did or any(actor.id in subject.done.get(action, ()) for action in self.did))
            and (self.restricted is None or self.restricted == subject.restricted)
            and (not self.granting or subject.role in self.granting)
            and (
                self.organisation is None
                or self.organisation == bool(actor.organisation and subject.organisation == actor.organisation)
            )
        )

    @property
    def anything(self) -> bool:
        """Whether nothing is asked."""
        return self == When()


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule of access.

    Attributes:
        roles: whom it is about: ids of roles, or words of :data:`EVERYBODY`.
        actions: what it is about.
        reason: why, in a sentence that the refused person reads.
        remedy: what the refused person can do; for forbids.
    """

    id: str
    effect: Effect
    roles: frozenset[str]
    actions: frozenset[str]
    reason: str
    when: When = When()
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A role that can be granted.

    Attributes:
        holds: what the person does, in a few words.
    """

    id: str
    title: str
    holds: str


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done.

    Attributes:
        title: in words: "read an assessment".
        scope: the scope that a key needs for it; empty where no key may do it.
    """

    id: str
    title: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, with its reasons.

    Attributes:
        policy: id of the policy that decided; empty where none did.
        because: why, in a sentence.
        would_need: what would change the answer; empty where it is allowed, or where nothing would.
    """

    allowed: bool
    because: str
    would_need: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything about access, as one set of data."""

    roles: Mapping[str, Role]
    actions: Mapping[str, Action]
    policies: tuple[Policy, ...]

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every scope that an action asks for."""
        return tuple(dict.fromkeys(action.scope for action in self.actions.values() if action.scope))


def decide(policies: Policies, actor: Actor, action: str, subject: Subject | None = None) -> Decision:
    """Whether an actor may do something.

    Args:
        subject: what it would be done to; None asks whether there can be a subject for which it is allowed, which is
            what a route asks before it has read anything. The subject must be asked about before anything is shown
            or changed.
    """
    known = policies.actions.get(action)
    if known is None:
        return Decision(False, f"there is no action {action!r}")
    about = [one for one in policies.policies if action in one.actions and one.roles & actor.standing]
    for one in about:
        if one.effect is Effect.FORBID and (one.when.anything if subject is None else one.when.holds(actor, subject)):
            return Decision(False, one.reason, one.remedy, one.id)
    if actor.scopes is not None and known.scope not in actor.scopes and not _for_all(policies, action):
        if not known.scope:
            return Decision(False, f"no key may {known.title}", "sign in with a browser")
        return Decision(False, f"the key has no scope {known.scope!r}", f"a key with the scope {known.scope!r}")
    for one in about:
        if one.effect is Effect.PERMIT and (subject is None or one.when.holds(actor, subject)):
            return Decision(True, one.reason, "", one.id)
    return _denied(policies, actor, known, about)


def _for_all(policies: Policies, action: str) -> bool:
    return any(
        one.effect is Effect.PERMIT and ANYONE in one.roles and action in one.actions for one in policies.policies
    )


def _denied(policies: Policies, actor: Actor, action: Action, about: list[Policy]) -> Decision:
    if not actor.signed_in:
        return Decision(False, f"only who is signed in may {action.title}", "sign in")
    limited = next((one for one in about if one.effect is Effect.PERMIT), None)
    if limited is not None:
        return Decision(False, f"this one is not covered: {limited.reason}", "ask somebody who may", limited.id)
    fitting = sorted(
        policies.roles[role].title
        for one in policies.policies
        if one.effect is Effect.PERMIT and action.id in one.actions
        for role in one.roles
        if role in policies.roles
    )
    held = ", ".join(sorted(policies.roles[role].title for role in actor.roles if role in policies.roles)) or "none"
    needed = f"one of the roles: {', '.join(dict.fromkeys(fitting))}" if fitting else ""
    return Decision(False, f"none of your roles ({held}) may {action.title}", needed)


def lint(policies: Policies) -> Iterator[str]:
    """What is wrong with a set of policies, a line each."""
    ids = [one.id for one in policies.policies]
    yield from (f"policy {one}: the id occurs twice" for one in sorted(set(ids)) if ids.count(one) > 1)
    for name in (*policies.roles, *policies.actions):
        if not _ID.fullmatch(name):
            yield f"{name!r} is no id"
    for role in policies.roles.values():
        if not role.title or not role.holds:
            yield f"role {role.id}: no title, or not said what it holds"
        if role.id in EVERYBODY:
            yield f"role {role.id}: the word stands for everybody"
    known = {*policies.roles, *EVERYBODY}
    for one in policies.policies:
        yield from _unknown(f"policy {one.id}: no role", one.roles, known)
        yield from _unknown(f"policy {one.id}: no action", {*one.actions, *one.when.did}, policies.actions)
        yield from _unknown(f"policy {one.id}: no role to grant", one.when.granting, policies.roles)
        if not one.roles or not one.actions:
            yield f"policy {one.id}: about nobody, or about nothing"
        if not one.reason:
            yield f"policy {one.id}: no reason"
        if one.effect is Effect.FORBID and not one.remedy:
            yield f"policy {one.id}: a forbid says what the refused person can do"
    permits = [one for one in policies.policies if one.effect is Effect.PERMIT]
    for action in policies.actions.values():
        if not action.title:
            yield f"action {action.id}: no title"
        if not any(action.id in one.actions for one in permits):
            yield f"action {action.id}: nothing permits it"
    for name in policies.roles:
        if not any(name in one.roles for one in permits):
            yield f"role {name}: nothing is permitted to it"


def _unknown(what: str, names: Iterable[str], known: Collection[str]) -> Iterator[str]:
    yield from (f"{what} is called {name!r}" for name in sorted(names) if name not in known)


def checked(policies: Policies, where: str) -> Policies:
    """The policies, once nothing is wrong with them.

    Raises:
        BadInput: names everything that is.
    """
    problems = list(lint(policies))
    if problems:
        raise BadInput("; ".join(problems), where=where, remedy="mend the file of policies")
    return policies
