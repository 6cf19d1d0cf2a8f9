"""Databases for tests of the store."""

from __future__ import annotations

from databases import PostgresAbsentWarning, place, postgres

__all__ = ["PostgresAbsentWarning", "place", "postgres"]
