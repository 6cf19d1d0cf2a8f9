"""The API of the product itself, under /v1: what it keeps, and everything that it can be asked."""

from __future__ import annotations

from fastapi import APIRouter

from enduse.interfaces.api.v1 import (
    adjudications,
    answers,
    assessments,
    licensing,
    monitor,
    ownership,
    people,
    reference,
    system,
)


def v1_routers() -> tuple[APIRouter, ...]:
    """All routes under /v1."""
    parts = (assessments, answers, reference, ownership, adjudications, system, people, licensing, monitor)
    return tuple(part.router for part in parts)
