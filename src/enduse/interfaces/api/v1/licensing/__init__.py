"""Licensing under /v1/licensing: applications, cases, a route for every command, registers and statistics."""

from __future__ import annotations

from fastapi import APIRouter

from enduse.interfaces.api.v1.licensing import cases, commands, registers

router = APIRouter()
for _part in (cases, commands, registers):
    router.include_router(_part.router)
