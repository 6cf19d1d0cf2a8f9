"""What cases and letters show for the scorecard, and what people record beside them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from enduse.exchange.handling import Handling
from enduse.interfaces.programme.gather import evidence, import_register, record, register
from enduse.model.errors import BadInput
from enduse.model.record import By
from enduse.programme.register import starter
from enduse.programme.scorecard import Evidence, scorecard
from exchange_story import coalition

STATISTICIAN = By("s", "statistician")


@pytest.mark.slow
def test_a_refusal_that_was_told_shows_in_the_second_and_fourth_commitment(tmp_path: Path) -> None:
    made = coalition(tmp_path, "nl", "fr", now=dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC))
    nl = made["nl"]
    case = nl.refuse("NL-1")
    office, quarter = nl.stage.office, (dt.date(2026, 1, 1), dt.date(2026, 4, 1))

    def figure(name: str) -> tuple[str, int | None, int | None]:
        found = scorecard(evidence(office, office.today()), *quarter).measure(name)
        return str(found.value), found.numerator, found.denominator

    assert figure("assessed_before") == ("100.0", 1, 1)
    assert figure("second_person") == ("100.0", 1, 1)
    assert figure("two_sources") == ("0.0", 0, 1)
    assert figure("unmitigated") == ("0", 0, 1)
    # Not told yet, and there is time: neither kept nor broken.
    assert figure("denials_in_time") == ("None", 0, 0)
    nl.sync()
    assert figure("denials_in_time") == ("100.0", 1, 1)
    assert figure("acknowledged") == ("100.0", 1, 1)
    (link,) = {one.link for one in evidence(office, office.today()) if one.kind == "decision"}
    assert link == f"/licensing/cases/{case}"

    # A denial that nobody told for longer than the limit is broken.
    late = made["fr"]
    late.refuse("FR-1")
    after = late.stage.now.date() + dt.timedelta(days=61)
    (denial,) = [one for one in evidence(late.stage.office, after) if one.kind == "denial"]
    assert denial.facts == {"told_in_time": "no"}

    record(office, Evidence("outreach", "fair", dt.date(2026, 3, 3), {}), by=STATISTICIAN, reason="held")
    assert figure("outreach")[0] == "1"
    with pytest.raises(BadInput, match="reason is missing"):
        record(office, Evidence("outreach", "x", dt.date(2026, 3, 3), {}), by=STATISTICIAN, reason=" ")
    assert register(office) == starter()
    import_register(office, [starter()[0]], by=STATISTICIAN, reason="the same")
    assert register(office) == starter()
    report = nl.stage.stores.need().verify()
    assert report.whole, report.problem
    for one in made.values():
        one.close()


def test_a_privileged_letter_leaves_no_trace_in_evidence(tmp_path: Path) -> None:
    made = coalition(tmp_path, "nl", "fr", now=dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC))
    nl = made["nl"]
    office, alert = nl.stage.office, {"typology": "diversion", "item": "5A001.j", "red_flags": ["a new route"]}
    alert |= {"confidence": "high", "source_grade": "B2", "noticed_on": "2026-03-01"}
    nl.desk().send("risk_alert", ["fr"], Handling("PARTNER", ("fr",), listed=True), alert)
    nl.sync()
    before = evidence(office, office.today())
    assert [one.kind for one in before] == ["letter"]
    nl.desk().send("risk_alert", ["fr"], Handling("REGIME-PRIVILEGED", groups=("wassenaar",)), alert)
    nl.sync()
    assert evidence(office, office.today()) == before
    # Nor does the name of a later one tell of a gap.
    nl.desk().send("risk_alert", ["fr"], Handling("PARTNER", ("fr",), listed=True), alert | {"confidence": "low"})
    nl.sync()
    assert len(evidence(office, office.today())) == 2
    assert not any(one.id.endswith(("/1", "/2", "/3")) for one in evidence(office, office.today()))
    for one in made.values():
        one.close()
