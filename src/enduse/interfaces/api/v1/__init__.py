"""The API of the product itself, under /v1: what it keeps, and everything that it can be asked."""

from __future__ import annotations

from fastapi import APIRouter

from enduse.interfaces.api.v1 import (
    adjudications,
    answers,
    assessments,
    designations,
    licensing,
    monitor,
    ownership,
    people,
    portfolio,
    reference,
    system,
)


def v1_routers() -> tuple[APIRouter, ...]:
    """All routes under /v1."""
    parts = (
        *(assessments, answers, reference, ownership, portfolio, adjudications, system, people, licensing),
        *(designations, monitor),
    )
    return tuple(part.router for part in parts)
