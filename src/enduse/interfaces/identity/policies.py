"""Reads the policies of access from their file."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from enduse.formats.derived import own_yaml
from enduse.model.access import Action, Effect, Policies, Policy, Role, When, checked
from enduse.model.errors import BadInput

FILE = Path(__file__).parent / "policies.yaml"
SCHEMA = "enduse.access/1"
_KEYS = {"id", "effect", "roles", "actions", "reason", "when", "remedy"}
_WHEN = {"own", "oneself", "did", "restricted", "granting", "organisation"}


@functools.cache
def shipped_policies() -> Policies:
    """The policies of this version, checked.

    Raises:
        BadInput: something is wrong with them.
    """
    return read_policies(FILE)


def read_policies(path: Path) -> Policies:
    """Read and check a file of policies.

    Raises:
        BadInput: names everything that is wrong.
    """
    raw = own_yaml(path.read_bytes(), name=path.name)
    return policies_from(raw, where=path.name)


def policies_from(raw: Any, *, where: str) -> Policies:
    """Policies from plain values.

    Raises:
        BadInput: names everything that is wrong.
    """
    _keys(raw, {"schema", "roles", "actions", "policies"}, where)
    if raw.get("schema") != SCHEMA:
        raise BadInput(f"the schema is {raw.get('schema')!r}", where=where, remedy=f"schema: {SCHEMA}")
    roles = {
        name: Role(name, *_texts(one, ("title", "holds"), f"{where}: roles.{name}"))
        for name, one in raw["roles"].items()
    }
    actions = {
        name: Action(name, *_texts(one, ("title", "scope"), f"{where}: actions.{name}"))
        for name, one in raw["actions"].items()
    }
    found = tuple(_policy(one, f"{where}: policies[{number}]") for number, one in enumerate(raw["policies"]))
    return checked(Policies(roles, actions, found), where)


def _policy(raw: Any, where: str) -> Policy:
    _keys(raw, _KEYS, where)
    try:
        effect = Effect(str(raw.get("effect")))
    except ValueError:
        raise BadInput(f"the effect is {raw.get('effect')!r}", where=where, remedy="permit or forbid") from None
    when = raw.get("when") or {}
    _keys(when, _WHEN, f"{where}.when")
    return Policy(
        id=str(raw.get("id", "")),
        effect=effect,
        roles=frozenset(_list(raw.get("roles"), f"{where}.roles")),
        actions=frozenset(_list(raw.get("actions"), f"{where}.actions")),
        reason=str(raw.get("reason", "")),
        remedy=str(raw.get("remedy", "")),
        when=When(
            own=_truth(when.get("own"), f"{where}.when.own"),
            oneself=_truth(when.get("oneself"), f"{where}.when.oneself"),
            did=tuple(_list(when.get("did", []), f"{where}.when.did")),
            restricted=_truth(when.get("restricted"), f"{where}.when.restricted"),
            granting=tuple(_list(when.get("granting", []), f"{where}.when.granting")),
            organisation=_truth(when.get("organisation"), f"{where}.when.organisation"),
        ),
    )


def _keys(raw: Any, known: set[str], where: str) -> None:
    if not isinstance(raw, Mapping):
        raise BadInput("is no mapping", where=where, remedy=f"keys: {', '.join(sorted(known))}")
    if unknown := sorted(set(raw) - known):
        raise BadInput(f"unknown key {unknown[0]!r}", where=where, remedy=f"known: {', '.join(sorted(known))}")


def _texts(raw: Any, names: tuple[str, ...], where: str) -> list[str]:
    _keys(raw, set(names), where)
    return [str(raw.get(name) or "") for name in names]


def _list(raw: Any, where: str) -> list[str]:
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise BadInput("is no list of names", where=where, remedy="[one, other]")
    return raw


def _truth(raw: Any, where: str) -> bool | None:
    if raw is None:
        return None
    if raw not in ("true", "false"):
        raise BadInput(f"{raw!r} is neither true nor false", where=where, remedy="true or false")
    return bool(raw == "true")
