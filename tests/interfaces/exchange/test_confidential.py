"""Who may not see a partner's notice cannot tell it from none: same answers, same counts, same sizes, on every way out.

Two worlds are compared: one in which the notice came, one in which it never did. How long answers take is printed, not
asserted.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from enduse.exchange.handling import Handling, partner, regime
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.demo import licensing as steps
from enduse.interfaces.exchange.bundle import pack
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.licensing import registers
from enduse.model import access
from enduse.model.letter_record import IN
from exchange_story import Authority, coalition

SECRET = "Zyxwvut Surveillance Bureau"
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
DENIAL = {
    "id": "DE-7/1",
    "authority": "DE",
    "denied_on": "2026-02-20",
    "code": "5A001.j",
    "description": "network monitoring system",
    "destination": "XA",
    "end_user": SECRET,
}
HANDLINGS = {
    "PARTNER": partner("nl", no_commercial=True, orcon=True),
    "REGIME-PRIVILEGED": regime("wassenaar"),
}
ROLES = sorted(shipped_policies().roles)


def told(folder: Path, handling: Handling | None) -> dict[str, Authority]:
    """NL, and DE that tells it of a denial, or does not."""
    made = coalition(folder, "nl", "de", now=NOW)
    for role in ROLES:
        made["nl"].stage.join(f"only.{role}", role)
    if handling is not None:
        made["de"].node.post().send("denial_notification", ["nl"], handling, {"denial": dict(DENIAL)})
    made["de"].sync()
    made["nl"].mail.act()
    return made


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Authority]]]:
    root = tmp_path_factory.mktemp("worlds")
    made = {name: told(root / name, handling) for name, handling in {"none": None, **HANDLINGS}.items()}
    yield made
    for world in made.values():
        for one in world.values():
            one.close()


def cleared(role: str, level: str) -> bool:
    subject = access.Subject("notice", restricted=level == "REGIME-PRIVILEGED")
    return access.decide(shipped_policies(), access.Actor("u", "n", frozenset({role})), "denial.view", subject).allowed


def shown(nl: Authority, role: str, notice: str) -> dict[str, str]:
    """Everything that somebody with a role gets to read, way by way."""
    login = f"only.{role}"
    desk, office = nl.desk(login), nl.stage.desk(login)
    found = {
        "inbox": json.dumps([one.id for one in desk.inbox()]),
        "inbox of a type": json.dumps([one.id for one in desk.inbox(["denial_notification"])]),
        "outbox": json.dumps([one.id for one in desk.outbox()]),
        "due": json.dumps([one.id for one in desk.due(NOW.date())]),
        "denials": repr(registers.visible_denials(office)),
    }
    for name, identifier in (("the notice", notice), ("no notice", "0" * 64)):
        try:
            found[name] = json.dumps(desk.read(identifier))
        except NotHeld as error:
            found[name] = f"{error.problem} {error.remedy}"
    return found


def notice_of(world: dict[str, Authority]) -> str:
    rows = world["nl"].node.stores.need().letters.some(IN)
    return rows[0].notice if rows else "f" * 64


@pytest.mark.slow
@pytest.mark.parametrize("level", sorted(HANDLINGS))
def test_for_every_role_without_clearance_the_notice_reads_like_none(
    worlds: dict[str, dict[str, Authority]], level: str
) -> None:
    notice = notice_of(worlds[level])
    hidden, seen = [], []
    for role in ROLES:
        with_it, without = shown(worlds[level]["nl"], role, notice), shown(worlds["none"]["nl"], role, notice)
        if cleared(role, level):
            seen.append(role)
            assert SECRET in with_it["the notice"] and notice in with_it["inbox"]
            continue
        hidden.append(role)
        assert with_it == without, role
        assert with_it["the notice"] == with_it["no notice"], role
        assert not any(SECRET in text or notice in text for text in with_it.values())
    assert "consultation_officer" in seen
    assert {"sysadmin", "exporter_submitter", "statistician", "customs_liaison"} <= set(hidden)


@pytest.mark.slow
@pytest.mark.parametrize("level", sorted(HANDLINGS))
def test_the_exporter_reads_the_same_of_a_case_that_resembles_it(
    worlds: dict[str, dict[str, Authority]], level: str
) -> None:
    def played(nl: Authority) -> str:
        stage = nl.stage
        # A day of its own for each class: the world without any plays them all.
        stage.now = NOW + dt.timedelta(days=30 + 30 * sorted(HANDLINGS).index(level))
        case = steps.drafted(stage, {"code": "5A001.j", "description": "system"}, f"{SECRET} XA", "government", "use")
        form = steps.filled(case, "1", "1000.00", "telecom_operator", [])
        steps.submitted(stage, case, form, f"NL-{level}")
        steps.to_advice(stage, case.id, [], tier="")
        desk = stage.desk("delta.export")
        after = stage.office.licensing().case(case.id)
        documents = [
            repr(stage.office.licensing().content(case.id, one.id, "exporter"))
            for one in stage.office.licensing().documents(case.id, "exporter")
        ]
        text = json.dumps(
            [desk.view(after), desk.history(after), documents, desk.tag(after)], default=str, sort_keys=True
        )
        messages = [one.document for one in stage.stores.need().outbox.waiting(limit=1_000)]
        text += json.dumps(
            [one["content"] for one in messages if (one.get("to"), one.get("case")) == ("exporter", case.id)],
            sort_keys=True,
        )
        return text.replace(case.id, "CASE")

    def bare(text: str) -> str:
        # Ids of events and accounts are random, or hash the moment.
        return re.sub(r"[0-9a-f]{24,64}|u[0-9a-f]{16}", "H", text)

    # Each world plays one more case: the worlds stay comparable, because both do.
    with_it, without = played(worlds[level]["nl"]), played(worlds["none"]["nl"])
    assert bare(with_it) == bare(without)
    assert "de/" not in with_it and "DE-7" not in with_it


@pytest.mark.slow
@pytest.mark.parametrize("level", sorted(HANDLINGS))
def test_reports_bundles_and_logs_say_nothing_of_it(
    worlds: dict[str, dict[str, Authority]], level: str, caplog: pytest.LogCaptureFixture
) -> None:
    nl = worlds[level]["nl"]
    with caplog.at_level(logging.DEBUG):
        nl.sync()
        nl.desk().inbox()
    assert SECRET not in caplog.text
    period = dt.date(2026, 1, 1), dt.date(2027, 1, 1)
    report = registers.report(nl.stage.office, "eu", ("nl",), *period)
    assert SECRET not in repr(report)
    # What is brought to the originator's own node as a file: acknowledgements by hash alone.
    packed = pack(nl.node, "de").decode()
    assert SECRET not in packed and "5A001" not in packed


@pytest.mark.slow
def test_every_reading_is_on_record_and_a_refused_one_says_nothing_of_what_there_is(
    worlds: dict[str, dict[str, Authority]],
) -> None:
    nl = worlds["REGIME-PRIVILEGED"]["nl"]
    notice = notice_of(worlds["REGIME-PRIVILEGED"])
    nl.desk().read(notice)
    last = nl.node.stores.need().audit.entries(last=1)[0]
    assert (last.action, last.subject) == ("notice.read", "notice:in/de/1")
    count = len(nl.node.stores.need().audit.entries())
    for identifier in (notice, "0" * 64):
        with pytest.raises(NotHeld):
            nl.desk("only.sysadmin").read(identifier)
    assert len(nl.node.stores.need().audit.entries()) == count


@pytest.mark.slow
def test_how_long_a_hidden_and_an_absent_notice_take_is_told(worlds: dict[str, dict[str, Authority]]) -> None:
    nl, notice = worlds["REGIME-PRIVILEGED"]["nl"], notice_of(worlds["REGIME-PRIVILEGED"])
    desk = nl.desk("only.sysadmin")
    times: dict[str, list[float]] = {notice: [], "0" * 64: []}
    for number in range(100):
        for identifier in sorted(times, reverse=bool(number % 2)):
            begin = time.process_time()
            with pytest.raises(NotHeld):
                desk.read(identifier)
            times[identifier].append((time.process_time() - begin) * 1000)
    hidden, absent = (statistics.median(one) for one in (times[notice], times["0" * 64]))
    print(f"median CPU time of an answer: hidden {hidden:.3f} ms, absent {absent:.3f} ms")
    assert len(times[notice]) == len(times["0" * 64]) == 100
