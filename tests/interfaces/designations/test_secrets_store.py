"""The store of protected sources: a database of its own with its own access, backed up apart; commands and routes."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

import designation_pages as p
import designation_world as w
from databases import empty_schema
from enduse.cases.designations import bodies
from enduse.cases.events import CaseEvent
from enduse.cases.log import Append
from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.interfaces.cli.store import back_up, put_back
from enduse.interfaces.designations.places import FILE, place_of_secrets
from enduse.interfaces.designations.secrets import SecretLog
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.service.settings import read_settings
from enduse.model.errors import BadInput, OperationFailed
from enduse.store import open_store
from licensing_world import actor
from people import form_token, join, signed_in
from service_world import service

SECRET = bodies.ProtectedSource("Zephyrine Quillfeather Trust", "quillfeather-line-7781", "lives there")
NOW = dt.datetime(2024, 1, 8, 15, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options of one command are not those of the next."""
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    found = p.application(tmp_path / "data")
    join(found, "rita", "records_officer")
    yield found
    found.state.service.stores.close()
    found.state.service.designations.close()


def kept(app: FastAPI, **stated: Any) -> str:
    answer = signed_in(app, "cleo")
    sent = {"name": SECRET.name, "contact": SECRET.contact, **stated}
    found = answer.post("/v1/protected-sources", json=sent, headers={"x-csrf-token": form_token(answer)})
    assert found.status_code == 201, found.text
    return str(found.json()["reference"])


def holding(folder: Path) -> set[str]:
    """Names of files in which the secret stands."""
    files = (one for one in folder.rglob("*") if one.is_file())
    return {one.name for one in files if b"uillfeather" in one.read_bytes()}


def test_it_stands_in_a_file_of_its_own_that_its_owner_alone_may_read(app: FastAPI, tmp_path: Path) -> None:
    kept(app)
    found = holding(tmp_path / "data")
    assert found and all(name.startswith(FILE) for name in found)
    assert stat.S_IMODE((tmp_path / "data" / FILE).stat().st_mode) == 0o600


def test_there_is_no_such_file_where_nothing_was_kept(app: FastAPI, tmp_path: Path) -> None:
    w.World(app.state.service.designations.log(), p.NOW, secrets=app.state.service.designations.vault).evidence()
    assert signed_in(app, "cleo").get("/v1/evidence?search=report").status_code == 200
    assert not (tmp_path / "data" / FILE).exists()


@pytest.mark.skipif(os.name != "posix", reason="rights of files")
def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    log = SecretLog(tmp_path / FILE, lambda: NOW)
    world = w.World(secrets=log)
    reference = world.service.protect(SECRET, w.CUSTODIAN)
    (tmp_path / FILE).chmod(0o644)
    with pytest.raises(OperationFailed, match="others may read"):
        world.service.reveal(reference, w.CUSTODIAN)
    log.close()


def test_what_is_erased_is_in_no_file_while_the_store_is_open(tmp_path: Path) -> None:
    log = SecretLog(tmp_path / "apart" / FILE, lambda: NOW)
    with open_store(tmp_path / "common" / "enduse.sqlite3", create=True, clock=lambda: NOW) as store:
        main_log = StoredLog(store.cases)
        world = w.World(main_log, NOW, secrets=log)
        reference = world.service.protect(SECRET, w.CUSTODIAN)
        old = CaseEvent.of(1, world.now, w.CUSTODIAN.id, "source_custodian", "source_protected", SECRET)
        main_log.append(Append("protected:s-old", 0, (old,)))
        entry = world.evidence(what="quillfeather was told of it")
        assert len(holding(tmp_path)) >= 2
        assert world.service.move_sources(w.CUSTODIAN) == 1
        world.service.erase_source(reference, "it asked for it", w.CUSTODIAN)
        world.service.erase_source("s-old", "it asked for it", w.CUSTODIAN)
        assert holding(tmp_path / "apart") == set()
        assert holding(tmp_path / "common") != set()
        world.on("2034-02-01")
        found = world.service.erase_over("its period is over", actor("r", "records_officer"))
        assert [one.id for one in found] == [entry.id]
        assert holding(tmp_path / "common") == set()
    log.close()


@pytest.mark.skipif(os.name != "posix", reason="rights of files")
@pytest.mark.parametrize("portable", [False, True])
def test_a_restored_store_is_its_owners_alone_and_is_used_at_once(tmp_path: Path, portable: bool) -> None:
    log = SecretLog(tmp_path / FILE, lambda: NOW)
    reference = w.World(secrets=log).service.protect(SECRET, w.CUSTODIAN)
    log.close()
    copy, there = tmp_path / "copy", tmp_path / "other" / FILE
    before = os.umask(0o022)
    try:
        back_up(tmp_path / FILE, copy, portable=portable)
        put_back(there, copy)
        rights = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (copy, *there.parent.iterdir())}
    finally:
        os.umask(before)
    assert set(rights.values()) == {0o600}, rights
    restored = SecretLog(there, lambda: NOW)
    assert w.World(secrets=restored).service.reveal(reference, w.CUSTODIAN) == SECRET
    restored.close()


def test_it_is_never_in_the_database_of_everything_else(tmp_path: Path) -> None:
    url = "postgresql://u@h/d"
    with pytest.raises(OperationFailed, match="store of everything else"):
        place_of_secrets(tmp_path, url, url)
    settings = read_settings(tmp_path, protected_database_url="postgresql://u@h/other", database_url=url)
    assert settings.protected_place == "postgresql://u@h/other"
    assert read_settings(tmp_path).protected_place == tmp_path / FILE
    assert "u@h/other" not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@h/db?",
        "postgres://u:p@h/db",
        "postgresql+psycopg://u:p@h/db",
        "postgresql://other:word@h/db",
        "postgresql://u:p@h:5432/db",
        "postgresql://u:p@H./db",
        "postgresql://u:p@h/d%62",
        "postgresql://u:p@h/db?sslmode=require",
        "postgresql://u:p@/db?host=h&port=5432",
        "postgresql://u:p@h/?dbname=db",
    ],
)
def test_another_way_to_write_the_same_database_is_refused(tmp_path: Path, url: str) -> None:
    main_url = "postgresql://u:p@h/db"
    for one, other in ((url, main_url), (main_url, url)):
        with pytest.raises(OperationFailed, match="store of everything else"):
            place_of_secrets(tmp_path, one, other)


def test_this_machine_is_one_host_and_what_differs_is_let_through(tmp_path: Path) -> None:
    for here in ("localhost", "127.0.0.1", "[::1]", "", "[::1]:5432"):
        with pytest.raises(OperationFailed):
            place_of_secrets(tmp_path, f"postgresql://u@{here}/db", "postgresql://u@localhost/db")
    for other in ("other/db", "h:5433/db", "h/apart", "h/db?options=-csearch_path%3Dapart"):
        url = f"postgresql://u@{other}"
        assert place_of_secrets(tmp_path, url, "postgresql://u@h/db") == url
    assert place_of_secrets(tmp_path, "postgresql://u@h/db", tmp_path / "enduse.sqlite3") == "postgresql://u@h/db"
    assert place_of_secrets(tmp_path, None, "postgresql://u@h/db") == tmp_path / FILE
    assert place_of_secrets(tmp_path, "postgresql://u@[h/db", "postgresql://u@h/db").endswith("[h/db")  # type: ignore[union-attr]


@pytest.mark.postgres
def test_the_same_in_a_postgresql_database_of_its_own(tmp_path: Path) -> None:
    with empty_schema() as main_url, empty_schema() as url:
        made = service(tmp_path / "data", lambda: p.NOW, database_url=main_url, protected_database_url=url)
        join(made, "cleo", "source_custodian", "evidence_officer")
        reference = kept(made)
        http = signed_in(made, "cleo")
        assert http.get(f"/v1/protected-sources/{reference}").json()["name"] == SECRET.name
        sent = {"reason": "it asked for it"}
        path = f"/v1/protected-sources/{reference}/erasure"
        assert http.post(path, json=sent, headers={"x-csrf-token": form_token(http)}).status_code == 200
        assert http.get(f"/v1/protected-sources/{reference}").status_code == 404
        assert made.state.service.stores.need().verify().whole
        made.state.service.stores.close()
        made.state.service.designations.close()
    assert not (tmp_path / "data" / FILE).exists()


def test_erasure_on_request_over_http_takes_it_out_of_the_file(app: FastAPI, tmp_path: Path) -> None:
    reference = kept(app)
    http = signed_in(app, "cleo")
    path = f"/v1/protected-sources/{reference}/erasure"
    headers = {"x-csrf-token": form_token(http)}
    refused = http.post(path, json={"reason": " "}, headers=headers)
    assert refused.status_code == 422 or refused.json()["code"] == "guard"
    assert http.post(path, json={"reason": "it asked for it"}, headers=headers).status_code == 200
    assert http.get(f"/v1/protected-sources/{reference}").status_code == 404
    other = signed_in(app, "erin")
    assert other.post(path, json={"reason": "x"}, headers={"x-csrf-token": form_token(other)}).status_code == 403
    app.state.service.designations.close()
    assert holding(tmp_path / "data") == set()


def run(data: Path, *words: str) -> int:
    context.OPTIONS.json = False
    return main(["designations", *words, "--data-dir", str(data)])


def test_commands_back_it_up_apart_restore_verify_and_erase(app: FastAPI, tmp_path: Path, capsys: Any) -> None:
    data, copy, other = tmp_path / "data", tmp_path / "sources.backup", tmp_path / "other"
    reference = kept(app)
    app.state.service.designations.close()
    assert main(["store", "backup", str(tmp_path / "store.backup"), "--data-dir", str(data)]) == 0
    assert b"uillfeather" not in (tmp_path / "store.backup").read_bytes()
    assert run(data, "sources", "backup", str(copy)) == 0
    assert b"uillfeather" in copy.read_bytes() and stat.S_IMODE(copy.stat().st_mode) == 0o600
    other.mkdir()
    assert run(other, "sources", "restore", str(copy)) == 0
    assert stat.S_IMODE((other / FILE).stat().st_mode) == 0o600
    assert run(other, "sources", "verify") == 0
    capsys.readouterr()
    assert run(data, "sources", "erase", reference, "--as", "erin", "--reason", "x") == 3
    assert run(data, "sources", "erase", reference, "--as", "cleo", "--reason", "it asked for it") == 0
    assert reference in capsys.readouterr().out
    assert run(data, "sources", "verify") == 0
    assert holding(data) == set()


def test_a_timer_closes_votes_and_erasure_is_shown_before_it_is_done(app: FastAPI, tmp_path: Path, capsys: Any) -> None:
    data = tmp_path / "data"
    held = app.state.service.designations
    world = w.World(held.log(), dt.datetime(2020, 1, 6, 15, tzinfo=dt.UTC), secrets=held.vault)
    case = world.circulate(world.nominated())
    world.votes(case, commerce="yes", state="yes")
    assert run(data, "tick", "--json") == 0
    done = json.loads(capsys.readouterr().out)
    assert [one[0] for one in done["closed"]] == [case.id] and "3 silent" in done["closed"][0][1]
    assert run(data, "tick") == 0
    assert "0 votes closed" in capsys.readouterr().out
    # The day of the end is that of the closing, so nothing is over yet; who may not erase is refused.
    assert run(data, "erase", "--as", "rita") == 0
    assert "0 may be erased" in capsys.readouterr().out
    assert run(data, "erase", "--as", "nora") == 3
    alone = w.World(held.log(), dt.datetime(2010, 1, 4, 15, tzinfo=dt.UTC), secrets=held.vault)
    alone.service._new_id = lambda: "old"
    entry = alone.evidence()
    assert run(data, "erase", "--as", "rita") == 0
    assert f"evidence {entry.id}: since 2020-01-04" in capsys.readouterr().out
    assert run(data, "erase", "--as", "rita", "--apply") != 0, "a reason is missing"
    assert run(data, "erase", "--as", "rita", "--apply", "--reason", "its period is over") == 0
    assert "1 erased" in capsys.readouterr().out
    with pytest.raises(BadInput):
        held.designations().entry(entry.id)
    assert app.state.service.stores.need().verify().whole
