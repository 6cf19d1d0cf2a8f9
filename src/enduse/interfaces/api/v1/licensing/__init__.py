"""Licensing under /v1/licensing: applications, cases, commands, documents, registers and statistics."""

from __future__ import annotations

from fastapi import APIRouter

from enduse.interfaces.api.v1.licensing import cases, commands, documents, registers

router = APIRouter()
for _part in (cases, commands, documents, registers):
    # `include_router` would make each route a second time; these are complete as they are.
    router.routes.extend(_part.router.routes)
