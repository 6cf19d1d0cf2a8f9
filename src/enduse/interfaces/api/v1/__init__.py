"""The API of the product itself, under /v1: what it keeps, and everything that it can be asked."""

from __future__ import annotations

from fastapi import APIRouter

from enduse.interfaces.api.v1 import (
    adjudications,
    answers,
    assessments,
    licensing,
    ownership,
    people,
    reference,
    system,
)


def v1_router() -> APIRouter:
    """All routes under /v1."""
    router = APIRouter()
    for part in (assessments, answers, reference, ownership, adjudications, system, people, licensing):
        router.include_router(part.router)
    return router
