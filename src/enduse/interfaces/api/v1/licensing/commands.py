"""A route for every command of the transition table: its body is the body of its event, its guards are licensing's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from enduse.cases.decide import shipped_policies
from enduse.cases.handlers import body_of
from enduse.interfaces.api.v1.common import OnceKey, once, part
from enduse.interfaces.api.v1.licensing import schemas
from enduse.interfaces.api.v1.licensing.shared import (
    OUTCOMES,
    IfMatch,
    MissingPart,
    Standing,
    body_schema,
    desk_of,
    plain_body,
    seen_of,
    shown,
)
from enduse.interfaces.identity.guard import require
from enduse.interfaces.licensing.actions import ACTIONS
from enduse.interfaces.licensing.views import refusal_document

router = part("Licensing")
SYSTEM_RUNS = frozenset({"screen"})
"""Commands whose body the service makes itself."""
COMMANDS = tuple(name for name in ACTIONS if name != "draft")
_BY_NAME = {f"command_{name}": name for name in COMMANDS}


class PossibleCommand(BaseModel):
    """A command of one of your roles."""

    command: str = Field(examples=["countersign"])
    url: str
    now: bool = Field(description="Whether it can be done now, with the right content.")
    code: str = Field("", description="The kind of what stands in the way.")
    why: str = ""
    missing: list[MissingPart] = []
    depends: list[str] = Field([], description="Guards that look at what is sent, which is not judged here.")


@router.get(
    "/licensing/cases/{identifier}/commands",
    response_model=list[PossibleCommand],
    responses=OUTCOMES,
    dependencies=[require("case.view")],
)
def possible(request: Request, identifier: str) -> Any:
    """What may I do in this case now, and why not the rest: everything that is missing, with its rule and source."""
    desk = desk_of(request)
    case = desk.readable(identifier)
    found: list[dict[str, Any]] = []
    for one in desk.possible(case):
        told: dict[str, Any] = refusal_document(one.refusal) if one.refusal else {}
        found.append(
            {
                "command": one.command,
                "url": f"/v1/licensing/cases/{case.id}/commands/{one.command}",
                "now": one.now,
                "depends": list(one.depends),
                **{name: told[name] for name in ("code", "why", "missing") if name in told},
            }
        )
    return found


def _route(command: str) -> Callable[..., Awaitable[Response]]:
    async def run(
        request: Request, identifier: str, if_match: IfMatch = None, idempotency_key: OnceKey = None
    ) -> Response:
        sent = await plain_body(request)
        key, seen = once(request, idempotency_key, await request.body()), seen_of(if_match)

        def do() -> Response:
            desk = desk_of(request)
            case = desk.act(identifier, command, sent, seen=seen, once=key)
            return shown(request, desk, case)

        return await run_in_threadpool(do)

    return run


def _described(command: str) -> tuple[str, dict[str, Any]]:
    """What the description of the API says of a command."""
    rows = shipped_policies().of_command(command)
    cls = None if command in SYSTEM_RUNS else body_of(rows[0])
    schema: dict[str, Any] = (
        schemas.schema_of(cls) if cls else {"type": "object", "properties": {}, "additionalProperties": False}
    )
    roles = ", ".join(dict.fromkeys(role for row in rows for role in row.roles if role != "system"))
    where = ", ".join(dict.fromkeys(status for row in rows for status in row.source))
    lead = ", ".join(dict.fromkeys(status for row in rows for status in row.targets))
    guards = ", ".join(dict.fromkeys(name for row in rows for name in row.guards))
    lines = [f"Roles: {roles}.", f"In: {where}."]
    lines += [f"Leads to: {lead}."] if lead else []
    lines += [f"Guards: {guards}."] if guards else []
    if command in SYSTEM_RUNS:
        lines.append("The service screens every party against the lists at hand; nothing is sent.")
    return " ".join(lines), body_schema(schema, schemas.EXAMPLES[command], required=bool(schema.get("required")))


def describe_commands() -> None:
    """Say of each command's route what the description of the API shows, which takes longer than making the route."""
    for route in router.routes:
        if isinstance(route, APIRoute) and (command := _BY_NAME.get(route.name)):
            route.description, route.openapi_extra = _described(command)


def _add(command: str) -> None:
    router.add_api_route(
        f"/licensing/cases/{{identifier}}/commands/{command}",
        _route(command),
        methods=["POST"],
        name=f"command_{command}",
        summary=command.replace("_", " ").capitalize(),
        operation_id=f"licensing_{command}",
        response_model=Standing,
        responses=OUTCOMES,
        dependencies=[require(ACTIONS[command])],
    )


for _command in COMMANDS:
    _add(_command)
