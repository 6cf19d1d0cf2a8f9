"""Two processes, two databases: a signed list travels, is verified, shown as theirs, and screened against."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from enduse.evidence.library import Library
from enduse.lists.status import status
from enduse.model.match import Query
from exchange_nodes import SETUP, found, listening, load_list, party
from exchange_world import Clock

LISTED = "Epsilon Trading LLC"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found_one:
        return int(found_one.getsockname()[1])


def enduse(data: Path, *words: str, code: int = 0) -> str:
    """A command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": "src", "ENDUSE_CACHE": ""}
    done = subprocess.run(
        [sys.executable, "-m", "enduse", *words, "--data-dir", str(data)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_signed_list_travels_between_two_processes_and_is_screened_against_as_theirs(tmp_path: Path) -> None:
    now = Clock(dt.datetime.now(tz=dt.UTC))
    us, nl = party(tmp_path / "us", now), party(tmp_path / "nl", now)
    us.node.init("us", publishes=True)
    nl.node.init("nl", authority="nl")
    port = free_port()
    found({"us": us, "nl": nl}, urls={"us": f"http://127.0.0.1:{port}"})
    load_list(us.node.data, [LISTED, "Omega Holding"], now().date())
    us.node.publish_list("ftm", "FTM", name="DEMO", title="An invented list", standing="law", by=SETUP)
    us.node.stores.close()
    nl.node.stores.close()

    with listening(us.node.data, port):
        said = json.loads(enduse(nl.node.data, "exchange", "sync", "--json"))
        assert said["published"] == [["us", "listings/demo.jsonl", "taken"]]
        assert json.loads(enduse(nl.node.data, "exchange", "sync", "--json"))["published"] == []

    # Provenance: whose it is, which role of theirs signed it, in which snapshot.
    (held,) = json.loads(enduse(nl.node.data, "exchange", "held", "--json"))
    assert (held["publisher"], held["role"], held["result"]) == ("us", "targets", "taken")
    assert held["said_standing"] == "law" and len(held["sha256"]) == 64
    state = next(one for one in status(nl.node.data, now().date()) if one.source == "partner_us_demo")
    assert (state.authority, state.lists, state.parties) == ("partner us", ("us:DEMO",), 2)

    match = Library(nl.node.data, accept_starter=True).screen(Query(LISTED))[0]
    (listing,) = match.party.listings
    assert listing.list_id == "us:DEMO" and "published by us" in listing.remarks
    assert "us:DEMO" in enduse(nl.node.data, "screen", LISTED, "--starter", code=1)

    # The publisher is away: what was taken stays, and the failure is said.
    again = json.loads(enduse(nl.node.data, "exchange", "sync", "--json"))
    assert "us" in again["unreachable"]
    assert Library(nl.node.data, accept_starter=True).screen(Query(LISTED))
