"""Licensing under /v1/licensing: applications, cases, a route for every command, registers and statistics."""

from __future__ import annotations

from fastapi import APIRouter

from enduse.interfaces.api.v1.licensing import cases, commands, registers

router = APIRouter()
for _part in (cases, commands, registers):
    # `include_router` would make each route a second time; these are complete as they are.
    router.routes.extend(_part.router.routes)
