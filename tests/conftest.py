"""Fixtures that every test may use: nothing reads the user's own data directory, or writes to the user's cache."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test fails on a stopwatch: a busy machine draws examples slowly.
settings.register_profile("enduse", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("enduse")


@pytest.fixture(autouse=True)
def _own_data_directory(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every test has an empty data directory of its own; what is derived is kept for one run of the tests."""
    monkeypatch.setenv("ENDUSE_DATA", str(tmp_path / "enduse-data"))
    monkeypatch.setenv("ENDUSE_CACHE", str(tmp_path_factory.getbasetemp() / "enduse-cache"))
    monkeypatch.delenv("ENDUSE_DEBUG", raising=False)
    monkeypatch.delenv("ENDUSE_DATABASE_URL", raising=False)
    monkeypatch.delenv("ENDUSE_PROTECTED_DATABASE_URL", raising=False)
