"""Databases for tests of the service."""

from __future__ import annotations

from databases import place, postgres

__all__ = ["place", "postgres"]
