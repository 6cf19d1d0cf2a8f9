"""`enduse store` and `enduse audit sign`: what an operator types."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.model.record import By
from enduse.store import FILE, open_store


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    with open_store(tmp_path / "data" / FILE, create=True) as store:
        store.accounts.create("ada", "Ada", by=By("admin"), reason="joined", password_hash="h")
    return tmp_path / "data"


@pytest.mark.parametrize("options", [[], ["--portable"]])
def test_a_backup_is_restored_and_verified(
    data: Path, tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out, new = str(tmp_path / "backup"), str(tmp_path / "new")
    assert main(["store", "backup", out, *options, "--data-dir", str(data)]) == 0
    assert main(["store", "restore", out, "--data-dir", new]) == 0
    assert "restored and whole: 2 audit entries" in capsys.readouterr().out
    assert main(["store", "restore", out, "--data-dir", new]) == 3
    assert main(["store", "backup", out, "--data-dir", str(data)]) == 3
    assert "nothing is overwritten" in capsys.readouterr().err


def test_without_a_store_there_is_nothing_to_back_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["store", "backup", str(tmp_path / "b"), "--data-dir", str(tmp_path / "none")]) == 3
    assert main(["store", "restore", str(tmp_path / "b"), "--data-dir", str(tmp_path / "none")]) == 3
    assert main(["audit", "sign", "--data-dir", str(tmp_path / "none")]) == 3
    assert "there is no store" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_signed_head_is_verified_with_its_public_key(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--data-dir", str(data)]
    assert main(["audit", "sign", *where]) == 0
    public = re.findall(r"public key ([0-9a-f]{64})", capsys.readouterr().out)[0]
    assert main(["audit", "verify", "--public-key", public, *where]) == 0
    assert main(["audit", "verify", "--public-key", "0" * 64, *where]) == 1
    assert "signed by another key" in capsys.readouterr().out
    assert main(["audit", "verify", "--public-key", "x", *where]) == 3
    capsys.readouterr()
    assert main(["audit", "sign", "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)["count"] == 3
