"""`enduse programme publish | published | impact` at the command line, between two nodes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from enduse.interfaces.cli.context import OPTIONS
from enduse.interfaces.cli.main import main
from enduse.interfaces.programme.gather import record
from exchange_nodes import SETUP, Party, coalition
from programme_drafts import DRAFT, transactions
from programme_quarter import QUARTER

PERIOD = ("--from", "2026-01-01", "--to", "2026-04-01", "--as", "counter")


class Shell:
    """Commands in the data directory of a node."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def run(self, node: str, *words: str, code: int = 0) -> str:
        OPTIONS.json = False
        found = main(["programme", *words, "--data-dir", str(self.folder / node)])
        said = self._capsys.readouterr()
        assert found == code, said.err + said.out
        return said.err if code else said.out

    def json(self, node: str, *words: str) -> Any:
        return json.loads(self.run(node, *words, "--json"))


@pytest.fixture
def nodes(tmp_path: Path) -> dict[str, Party]:
    made = coalition(tmp_path, "us", "nl", publishes=("us", "nl"))
    made["us"].clock.now = dt.datetime.now(tz=dt.UTC)
    for one in made.values():
        one.person("counter", "statistician")
        one.person("reader", "case_officer")
        one.node.renew()
    return made


def test_a_scorecard_is_published_and_shown_as_theirs(
    nodes: dict[str, Party], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(tmp_path, capsys)
    for one in QUARTER:
        record(nodes["us"].office, one, by=SETUP, reason="on file")
    assert "none of your roles" in shell.run("us", "publish", *PERIOD[:4], "--as", "reader", "--reason", "due", code=4)
    told = shell.run("us", "publish", *PERIOD, "--reason", "the quarter is over")
    assert "published statistics/scorecard-2026-01-01-2026-04-01.json; 7 numbers" in told
    assert nodes["nl"].sync().published
    shown = shell.run("nl", "published", "--as", "counter")
    assert "us (theirs)" in shown and "2. weigh human rights" in shown and "not shown: a share" in shown
    assert [one["ours"] for one in shell.json("us", "published", "--as", "counter")] == [True]


def test_a_draft_goes_out_is_tried_and_comes_back_as_counts(
    nodes: dict[str, Party], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(tmp_path, capsys)
    draft, last = tmp_path / "Routers.yaml", (dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=9)).isoformat()
    draft.write_bytes(DRAFT)
    asking = ("impact", "ask", str(draft), "--title", "Routers", "--reply-by", last, "--as", "counter")
    assert "no other member" in shell.run("us", *asking, "--to", "us", code=3)
    asked = shell.json("us", *asking, "--to", "nl")["id"]
    nodes["nl"].sync()
    assert "0 of 1 answered" in shell.run("nl", "impact", "list", "--as", "counter")
    table = str(transactions(tmp_path / "t.csv", 9, 20))
    answer = ("impact", "answer", "us", asked, "--on", table, "--as", "counter", "--jobs", "1")
    assert "destination KE: newly caught 9" in shell.run("nl", *answer)
    nodes["us"].sync()
    assert shell.json("us", "impact", "list", "--as", "counter")[0]["answers"][0]["state"] == "has not answered yet"
    shell.run("nl", *answer, "--publish")
    nodes["us"].sync()
    out = tmp_path / "sum.csv"
    told = shell.run("us", "impact", "sum", "us", asked, "--as", "counter", "--csv", str(out))
    assert "1 of 1 answered" in told and "tried on 29; changed: 9" in told
    assert "destination,KE,newly caught,9,0" in out.read_text()
    assert shell.json("us", "impact", "sum", "us", asked, "--as", "counter")["changed"]["count"] == 9
    assert "no such request" in shell.run("us", "impact", "sum", "us", "none", "--as", "counter", code=3)
    assert "not asked" in shell.run("us", *answer, "--publish", code=3)
