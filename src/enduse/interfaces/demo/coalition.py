"""``enduse demo coalition``: three nodes in three processes that talk to each other over this machine's loopback.

One refuses an application and says so; another is about to grant the like and asks first; the third may know of
neither; then it publishes a list, and the others screen their licences against it. What is printed is what the nodes
answered.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from enduse.model.errors import OperationFailed

COALITION = "demo-coalition"
MEMBERS: Mapping[str, Mapping[str, Any]] = {
    "us": {"name": "US node", "state": "US", "groups": ["wassenaar"], "publishes": ["listings/*"]},
    "nl": {"name": "NL node", "state": "NL", "groups": ["eu", "wassenaar"], "publishes": []},
    "fr": {"name": "FR node", "state": "FR", "groups": ["eu", "wassenaar"], "publishes": []},
}
_BEFORE = dt.timedelta(days=60)


class Child:
    """A node's process."""

    def __init__(self, data: Path, name: str, now: dt.datetime, *, keep: bool) -> None:
        self.name = name
        self.data = data
        command = [sys.executable, "-m", "enduse.interfaces.demo.coalition_node", str(data), name, now.isoformat()]
        command += ["keep"] if keep else []
        self._errors = (data.parent / f"{name}.errors").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(  # noqa: S603  ourselves
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, encoding="utf-8"
        )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def ask(self, do: str, **said: Any) -> tuple[Any, list[str], str]:
        """Tell the node to do something: what came of it, what it said meanwhile, and why it would not."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, "with": said}) + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
        except (OSError, ValueError):
            self._errors.seek(0)
            told = self._errors.read()[-400:]
            raise OperationFailed(f"the node of {self.name} has ended: {told}", where=do) from None
        return answer["result"], answer["lines"], answer["problem"]

    def end(self) -> None:
        """Let the process end, and make sure that it has."""
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()


class Stage:
    """The three nodes, the clock that they share, and what is printed."""

    def __init__(self, folder: Path, say: Callable[[str], None], now: dt.datetime, *, keep: bool) -> None:
        self.say = say
        self._keep = keep
        self.now = now
        self.nodes: dict[str, Child] = {}
        self._folder = folder

    def begin(self) -> None:
        """Start the processes."""
        for name in MEMBERS:
            (self._folder / name).mkdir(parents=True)
            self.nodes[name] = Child(self._folder / name, name, self.now, keep=self._keep)

    def end(self) -> None:
        """End the processes."""
        for one in self.nodes.values():
            one.end()

    def do(self, who: str, do: str, *, loud: bool = True, **said: Any) -> Any:
        """A step of a node; prints what it said.

        Raises:
            OperationFailed: the node would not.
        """
        result, lines, problem = self.nodes[who].ask(do, **said)
        for line in lines if loud else ():
            self.say(f"  {who.upper()}  {line}")
        if problem:
            raise OperationFailed(problem, where=f"{who}: {do}")
        return result

    def refused(self, who: str, do: str, what: str, **said: Any) -> None:
        """A step that a node refuses; prints why."""
        _, _, problem = self.nodes[who].ask(do, **said)
        if not problem:
            raise OperationFailed(f"{do} was done", where=who)
        self.tell(who, f"{what}: refused")
        self.say(f"            {problem}")

    def tell(self, who: str, what: str) -> None:
        """Print a step."""
        self.say(f"  {who.upper()}  {self.now:%Y-%m-%d}  {what}")

    def later(self, days: int) -> None:
        """Let days pass, everywhere."""
        self.now += dt.timedelta(days=days)
        for name in self.nodes:
            self.do(name, "clock", now=self.now.isoformat())

    def sync(self, *names: str) -> dict[str, Any]:
        """Let nodes run once; prints what moved."""
        found = {}
        for name in names:
            done = found[name] = self.do(name, "sync")
            for member, count in done["delivered"].items():
                self.tell(name, f"brings {count} letter{'s' * (count != 1)} to {member.upper()}, acknowledged")
            for member, path, result in done["published"]:
                self.tell(name, f"takes {path} of {member.upper()}: {result}")
            for member, why in (*done["unreachable"].items(), *done["refused"].items()):
                self.tell(name, f"{member.upper()}: {why}")
            for one in (*done["problems"], *done["not_told"].values()):
                self.tell(name, one)
        return found


def play(folder: Path, say: Callable[[str], None], real_now: dt.datetime, *, keep: bool = False) -> dict[str, Any]:
    """Play the story; what it came to.

    Args:
        folder: an empty folder; each node gets a data directory in it.
        keep: accounts get passwords, for whoever looks around afterwards.
        say: prints a line.
        real_now: the demonstration ends before it.

    Raises:
        OperationFailed: a node ended, or did what it must not.
    """
    begin = (real_now - _BEFORE).replace(hour=9, minute=0, second=0, microsecond=0)
    stage = Stage(folder, say, begin - dt.timedelta(days=begin.weekday()), keep=keep)
    with _running(stage):
        return _story(stage)


@contextlib.contextmanager
def _running(stage: Stage) -> Iterator[None]:
    try:
        stage.begin()
        yield
    finally:
        stage.end()


def _story(stage: Stage) -> dict[str, Any]:
    _founding(stage)
    _refusal(stage)
    case, notice = _consultation(stage)
    _kept_out(stage, notice)
    hits = _listing(stage, case)
    return {"hits": hits, **_ending(stage)}


def _founding(stage: Stage) -> None:
    say = stage.say
    say("1. Three nodes found a coalition\n")
    entries = []
    for name, said in MEMBERS.items():
        url = stage.do(name, "begin", loud=False, publishes=bool(said["publishes"]))["url"]
        entries.append(stage.do(name, "entry", url=url, **said))
        stage.tell(name, f"listens on {url} (process {stage.nodes[name].pid}), a database of its own")
    first, *others = stage.nodes
    made = stage.do(first, "draft", entries=entries, coalition=COALITION)
    document, sha256 = made["document"], made["sha256"]
    for name in others:
        document = stage.do(name, "sign", document=document)["document"]
    for name in stage.nodes:
        stage.do(name, "trust", document=document, sha256=sha256)
    say(f"      all three sign version 1 of the membership document and compare its hash: {sha256[:16]}...")


def _refusal(stage: Stage) -> None:
    stage.say("\n2. NL refuses an application, and tells the other Member State of the Union\n")
    stage.do("nl", "refuse", reference="NL-DEMO-1")
    stage.later(4)
    stage.sync("us", "nl", "fr")
    for name in ("fr", "us"):
        seen = stage.do(name, "inbox")
        told = "; ".join(f"{one['type']} of {one['peer'].upper()}, {one['handling']}" for one in seen)
        stage.tell(name, f"the consultation officer's inbox holds {len(seen)}: {told or 'nothing'}")


def _consultation(stage: Stage) -> tuple[str, str]:
    stage.say("\n3. FR is about to grant the like, and asks first\n")
    notice = stage.do("fr", "inbox")[0]["id"]
    case = stage.do("fr", "apply", reference="FR-DEMO-1", exporter="Gamma Reseaux SA")["case"]
    stage.later(2)
    stage.do("fr", "ask", case=case, partner="NL")
    stage.sync("us", "fr")
    waiting = stage.do("nl", "due")
    for one in waiting:
        stage.tell("nl", f"a question of {one['peer'].upper()} waits for an answer until {one['due']}")
    stage.later(3)
    reasons = "Ours was with interception, for another use; the version without it was never applied for."
    stage.do("nl", "answer", notice=waiting[0]["id"], says="no", reasons=reasons)
    stage.tell("nl", f"answers no: {reasons}")
    stage.sync("us", "nl")
    stage.do("fr", "grant", case=case)
    stage.later(3)
    stage.sync("us", "fr")
    for one in stage.do("nl", "inbox")[:1]:
        content = stage.do("nl", "read", notice=one["id"])["notice"]["content"]
        told = f"{one['title']}: {content['case_reference']}, beside denial {content['denial']}"
        stage.tell("nl", f"reads {told}; conditions: {content['conditions'][0]['text']}")
    return case, notice


def _kept_out(stage: Stage, notice: str) -> None:
    stage.say("\n4. US is kept out of what it may not see\n")
    stage.tell("us", f"the consultation officer's inbox holds {len(stage.do('us', 'inbox'))}")
    stage.refused("us", "read", "asks for NL's notice by its id", notice=notice)
    stage.refused("us", "read", "asks for a notice that nobody wrote", notice="0" * 64)
    stage.refused("fr", "pass_on", "FR would pass on to US what NL told", notice=notice, to="us")


def _listing(stage: Stage, case: str) -> int:
    stage.say("\n5. US publishes a list; the others take it and screen again\n")
    stage.do("us", "publish", names=["Omega Sanctioned Holding", "Epsilon Trading LLC"])
    stage.tell("us", "publishes listings/demo-el.jsonl, signed; it names Epsilon Trading LLC")
    old = stage.nodes["us"].data.parent / "mirror-of-yesterday"
    shutil.copytree(stage.nodes["us"].data / "exchange" / "publication", old)
    stage.sync("nl", "fr")
    hits = 0
    for name in ("nl", "fr"):
        done = stage.do(name, "rescreen")
        hits += len(done["found"])
        stage.tell(name, f"screens {done['cases']} cases and licences again: {len(done['found'])} new hits")
        for where, listed, list_id, score in done["found"]:
            stage.say(f"            {where}: {listed} on {list_id}, theirs and no law here, score {score}")
    if not any(one["publisher"] == "us" for one in stage.do("fr", "held")):
        raise OperationFailed("FR holds nothing of US", where=case)
    stage.later(1)
    stage.do("us", "publish", names=["Omega Sanctioned Holding", "Epsilon Trading LLC", "Psi Forwarding"])
    stage.sync("us", "fr")
    stage.refused("fr", "take_from", "a mirror offers FR the edition of the day before", member="us", folder=str(old))
    return hits


def _ending(stage: Stage) -> dict[str, Any]:
    stage.say("")
    found: dict[str, Any] = {}
    for name in stage.nodes:
        one = found[name] = stage.do(name, "figures")
        whole = "all whole" if one["whole"] else one["problem"]
        stage.tell(name, f"{one['letters_in']} letters came in; {one['entries']} entries in the audit chain, {whole}")
    passwords = {name: stage.do(name, "passwords") for name in stage.nodes}
    return {"figures": found, "passwords": passwords}
