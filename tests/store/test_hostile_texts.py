"""Texts that a database cannot hold are the fault of who sent them: said so, and the store stays ready."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

import pytest

from enduse.model.errors import BadInput, OperationFailed
from enduse.store import open_store


def test_a_text_that_cannot_be_kept_is_bad_input_and_no_failure_of_the_store(place: Path | str) -> None:
    with open_store(place, create=True, clock=lambda: dt.datetime(2026, 3, 2, tzinfo=dt.UTC)) as store:
        for text in ("\x00", "a\x00b", "\ud800"):
            # SQLite holds some of what PostgreSQL does not: then nothing is found.
            with contextlib.suppress(BadInput):
                assert store.cases.views(search=text, equal={"status": text}) == []
            with contextlib.suppress(BadInput):
                assert store.cases.views(after=(text * 10, text)) == []
            with contextlib.suppress(BadInput):
                assert store.cases.read(text) == []
            with contextlib.suppress(BadInput):
                assert store.casework.assessment(text) is None
            with contextlib.suppress(BadInput):
                store.cases.refused(text, actor="u1", role="", command="decide", reason="written, or refused")
        store.probe()
        store.cases.refused("case-1", actor="u1", role="", command="decide", reason="still written")
        assert store.verify().whole


def test_a_database_that_is_gone_names_neither_host_nor_port_to_who_asks() -> None:
    pytest.importorskip("psycopg")
    gone = "postgresql://somebody:hunter2@127.0.0.1:1/secret"
    with pytest.raises(OperationFailed) as caught:
        open_store(gone, create=True, clock=lambda: dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    assert caught.value.problem == "the store cannot be used: the database does not answer"
    assert "hunter2" not in str(caught.value) and "127.0.0.1" in str(caught.value), "who runs it reads where"
