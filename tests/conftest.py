"""Fixtures that every test may use: nothing reads the user's own data directory."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test fails on a stopwatch: a busy machine draws examples slowly.
settings.register_profile("enduse", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("enduse")


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has an empty data directory of its own."""
    monkeypatch.setenv("ENDUSE_DATA", str(tmp_path / "enduse-data"))
    monkeypatch.delenv("ENDUSE_DEBUG", raising=False)
    monkeypatch.delenv("ENDUSE_DATABASE_URL", raising=False)
