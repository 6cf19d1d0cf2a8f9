"""`enduse exchange`, `enduse programme` and `enduse demo coalition` at the command line."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from enduse.interfaces.cli.context import OPTIONS
from enduse.interfaces.cli.main import main
from enduse.model.record import By
from enduse.store import open_store, place_of

SETUP = By("set-up")


class Shell:
    """Commands in the data directory of a node."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def run(self, node: str, *words: str, code: int = 0) -> str:
        OPTIONS.json = False
        found = main([*words, "--data-dir", str(self.folder / node)])
        said = self._capsys.readouterr()
        assert found == code, said.err + said.out
        return said.out if code in (0, 1) else said.err

    def json(self, node: str, *words: str) -> Any:
        return json.loads(self.run(node, *words, "--json"))

    def person(self, node: str, login: str, *roles: str) -> None:
        with open_store(place_of(self.folder / node, None), create=True, clock=_now) as store:
            store.accounts.create(login, login, by=SETUP, reason="a test", roles=roles)


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


@pytest.fixture
def pair(shell: Shell) -> Shell:
    """Two members, founded by commands alone; neither is on line."""
    folder = shell.folder
    for name, state in (("nl", "NL"), ("fr", "FR")):
        shell.run(name, "exchange", "init", name, "--authority", name)
        said = ["--name", f"Office {name}", "--state", state, "--group", "eu", "--out", str(folder / f"{name}.json")]
        shell.run(name, "exchange", "membership", "entry", *said)
        shell.person(name, "officer", "consultation_officer")
        shell.person(name, "counter", "statistician")
    entries = [str(folder / "nl.json"), str(folder / "fr.json")]
    draft = ["--coalition", "pair", "--threshold", "2", "--out", str(folder / "v1.json")]
    sha256 = shell.json("nl", "exchange", "membership", "draft", *entries, *draft)["sha256"]
    shell.run("fr", "exchange", "membership", "sign", str(folder / "v1.json"), "--out", str(folder / "both.json"))
    for name in ("nl", "fr"):
        told = shell.run(
            name, "exchange", "membership", "trust", str(folder / "both.json"), "--sha256", "0" * 64, code=3
        )
        assert "another was stated" in told
        shell.run(name, "exchange", "membership", "trust", str(folder / "both.json"), "--sha256", sha256)
    return shell


def test_before_there_is_a_node_everything_says_what_to_do(shell: Shell) -> None:
    assert "enduse exchange init" in shell.run("x", "exchange", "keys", "show", code=3)
    assert "no membership document" in shell.run("x", "exchange", "status", code=3)


def test_guidance_at_hand_is_adopted_as_law_by_who_approves_rules_and_ends_on_a_day(pair: Shell) -> None:
    pair.person("nl", "approver", "rule_approver")
    today = _now().date()
    words = ["exchange", "adopt", "coalition/echri", "--standing", "law", "--from", str(today), "--reason", "decided"]
    words += ["--effect", "require_licence", "--citation", "Export Order 2026 art. 3", "--as"]
    assert "none of your roles" in pair.run("nl", *words, "officer", code=4)
    assert pair.json("nl", *words, "approver")["rulebook"].startswith("coalition/adopted_coalition_echri_")
    check = ["check", "--item", "5A001.j", "--from", "NL", "--to", "EG", "--end-user", "A body", "--starter"]
    assert "NL:ADOPTED:COALITION_ECHRI" in pair.run("nl", *check, code=1)
    end = str(today + dt.timedelta(days=3))
    ended = ["exchange", "end-adoption", "coalition/echri", "--on", end, "--reason", "it lapses", "--as", "approver"]
    assert pair.json("nl", *ended)["until"] == end
    (one,) = pair.json("nl", "exchange", "adoptions")
    assert (one["standing"], one["stands"], one["until"], one["reason"]) == ("law", True, end, "it lapses")
    assert "ADOPTED" not in pair.run("nl", *check, "--as-of", end, code=1)


def test_repair_says_which_member_cannot_be_reached(pair: Shell) -> None:
    assert "not every member gave back" in pair.run("nl", "exchange", "repair", code=4)
    assert "no other member" in pair.run("nl", "exchange", "repair", "xx", code=3)


def test_two_nodes_that_are_never_on_line_tell_ask_and_answer_by_files(pair: Shell) -> None:
    folder = pair.folder
    question = folder / "question.json"
    content = {"case_reference": "NL-1", "id": "C1", "kind": "objection", "question": "do you object?"}
    content |= {"item": ["5A001.j"], "parties": [["end_user", "A body", "XA"]], "end_use": "unknown"}  # type: ignore[dict-item]
    question.write_text(json.dumps(content))
    words = ["exchange", "send", "consultation_request", str(question), "--to", "fr", "--as", "officer"]
    sent = pair.json("nl", *words)["id"]
    assert "none of your roles" in pair.run("nl", *words[:-1], "counter", code=4)
    assert [one["state"] for one in pair.json("nl", "exchange", "outbox", "--as", "officer")] == ["waiting"]

    pair.run("nl", "exchange", "export", "fr", "--out", str(folder / "to-fr.json"))
    assert b"5A001" not in (folder / "to-fr.json").read_bytes()
    assert "it is for 'fr'" in pair.run("nl", "exchange", "import", str(folder / "to-fr.json"), code=3)
    first = pair.json("fr", "exchange", "import", str(folder / "to-fr.json"))
    again = pair.json("fr", "exchange", "import", str(folder / "to-fr.json"))
    assert (first["taken"], again["taken"], again["again"]) == (1, 0, 1)

    (due,) = pair.json("fr", "exchange", "due", "--as", "officer")
    assert due["id"] == sent
    assert pair.json("fr", "exchange", "inbox", "--as", "counter") == []
    assert "there is no such notice" in pair.run("fr", "exchange", "read", sent, "--as", "counter", code=3)
    assert json.loads(pair.run("fr", "exchange", "read", sent, "--as", "officer"))["notice"]["content"]["id"] == "C1"
    pair.run("fr", "exchange", "answer", sent, "no", "--reasons", "we do not", "--as", "officer")
    assert pair.json("fr", "exchange", "due", "--as", "officer") == []

    pair.run("fr", "exchange", "export", "nl", "--out", str(folder / "to-nl.json"))
    back = pair.json("nl", "exchange", "import", str(folder / "to-nl.json"))
    assert (back["taken"], back["settled"]) == (1, 1)
    (answer,) = pair.json("nl", "exchange", "inbox", "--as", "officer")
    assert (answer["type"], answer["state"]) == ("consultation_response", "applied")
    pair.run("nl", "exchange", "recall", sent, "--reason", "withdrawn", "--as", "officer")
    pair.run("nl", "audit", "verify")


def test_keys_are_rotated_by_a_version_that_both_sign(pair: Shell) -> None:
    folder = pair.folder
    old = pair.json("nl", "exchange", "keys", "show")["signing"][0]["id"]
    pair.run("nl", "exchange", "keys", "rotate", "--signing", "--sealing")
    assert pair.json("nl", "exchange", "keys", "show")["signing"][1]["id"] == old
    pair.run("nl", "exchange", "membership", "change", "--own-keys", "--out", str(folder / "v2.json"))
    assert "signed by 1 of 2" in pair.run("fr", "exchange", "membership", "trust", str(folder / "v2.json"), code=3)
    pair.run("fr", "exchange", "membership", "sign", str(folder / "v2.json"), "--out", str(folder / "v2-both.json"))
    for name in ("nl", "fr"):
        pair.run(name, "exchange", "membership", "trust", str(folder / "v2-both.json"))
    assert pair.json("fr", "exchange", "membership", "show")["version"] == 2
    assert "version 2" in pair.run("nl", "exchange", "status")


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_a_key_that_others_may_read_is_refused(pair: Shell) -> None:
    (key,) = (pair.folder / "nl" / "exchange" / "keys").glob("sign-*.pem")
    assert key.stat().st_mode & 0o077 == 0
    key.chmod(0o644)
    assert "others may read this key" in pair.run("nl", "exchange", "keys", "show", code=3)


def test_a_member_publishes_only_where_the_document_lets_it(pair: Shell) -> None:
    file = pair.folder / "note.md"
    file.write_text("a note")
    told = pair.run("nl", "exchange", "publish", "file", "practice/note.md", str(file), "--title", "t", code=3)
    assert "we may not publish" in told


def test_the_programme_at_the_command_line(pair: Shell) -> None:
    period = ["--from", "2026-01-01", "--to", "2026-04-01"]
    add = ["programme", "evidence", "add", "outreach", "fair", "--on", "2026-02-01", "--reason", "held", "--as"]
    assert "none of your roles" in pair.run("nl", *add, "officer", code=4)
    pair.run("nl", *add, "counter")
    card = pair.json("nl", "programme", "scorecard", *period, "--as", "counter", "--csv", str(pair.folder / "s.csv"))
    assert card["label"] == "self-assessment, not certification"
    assert card["levels"]["6"] == "ad hoc" and card["levels"]["2"] == "not assessable"
    assert "outreach,1,events" in (pair.folder / "s.csv").read_text()
    shown = pair.run("nl", "programme", "scorecard", *period, "--as", "counter")
    assert "not assessable" in shown and "100" not in shown
    pair.run("nl", "programme", "register", "export", "--out", str(pair.folder / "r.csv"))
    again = ["programme", "register", "import", str(pair.folder / "r.csv"), "--as", "counter", "--reason", "as it was"]
    assert pair.json("nl", *again)["initiatives"] == 13
    assert "424,400,000 USD" in pair.run("nl", "programme", "register", "show")


@pytest.mark.slow
def test_the_demo_plays_to_its_end_and_leaves_nothing_running(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": "src", "ENDUSE_CACHE": ""}
    done = subprocess.run(
        [sys.executable, "-m", "enduse", "demo", "coalition", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    steps = "\n".join(told["steps"])
    for sign in (
        "FR  ",
        "denial_notification of NL, PARTNER(fr)",
        "may be identical with denial nl/NL-DEMO-1/1, which nobody asked about",
        "a question of FR waits for an answer until",
        "reads why a licence was granted for what another denied",
        "there is no such notice",
        "it rests on what nl told: PARTNER(fr): us may not hold it",
        "Epsilon Trading LLC on us:DEMO-EL, theirs and no law here",
        "rollback",
    ):
        assert sign in steps, sign
    assert told["hits"] == 1
    assert {one["whole"] for one in told["figures"].values()} == {True}
    assert told["figures"]["us"]["letters_in"] == 0
    # The processes that it named are gone.
    for line in told["steps"]:
        if "(process " in line:
            number = int(line.partition("(process ")[2].partition(")")[0])
            with pytest.raises(ProcessLookupError):
                os.kill(number, 0)
