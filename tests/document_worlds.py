"""Cases whose documents are looked at: every kind of document, parties in many scripts, hostile names."""

from __future__ import annotations

import os
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

import licensing_world as w
from enduse.cases.application import CaseParty
from enduse.cases.bodies import (
    Decided,
    Finding,
    LineOutcome,
    Reasoned,
    RfiAnswered,
    RfiOpened,
)
from enduse.cases.case import Case
from enduse.cases.licence_bodies import MeasureApproved, MeasureProposed
from enduse.model.transaction import Role

SCRIPTS = {
    "Han": "北京光电技术有限公司",
    "Arabic": "وزارة الداخلية (XA)",
    "Cyrillic": "Министерство внутренних дел",
    "Burmese": "မြန်မာ နည်းပညာ ကုမ္ပဏီ",
}
EMBEDDED = ("Arabic", "Cyrillic")
"""Scripts that the fonts which come with typst show."""
HOSTILE = (
    '#strong[x] *y* _z_ $w$ `v` @u <t> // s /* r */ #read("/etc/passwd") #import "@preview/a:1.0.0"',
    "<script>alert(1)</script><b>&amp;</b> {{ 7 * 7 }} {% raw %} ]]> -->",
    "\u202egnidnep\u202c \u2066a\u2069 \u200b\u00ad\ufeff",
    "W" * 3000,
    "ي" * 400,
    "a\u0301" * 200,
    "line\u2028break\u2029 and \ufffe and \ue000",
)
LINES = (LineOutcome(1, "nlr", "not listed"), w.granted(2, w.NO_REEXPORT, w.REPORT), w.refused(3, "UK-2b"))
FONTS = "ENDUSE_TEST_FONTS"


class FontsAbsentWarning(UserWarning):
    """Shown in pytest's summary, so that a run without fonts cannot be taken for a full one."""


def font_folder() -> Path:
    """A folder with fonts of the scripts above; skips where there is none."""
    folder = Path(os.environ.get(FONTS, "/usr/share/fonts"))
    if not any(folder.rglob("NotoSansMyanmar-Regular.*")) or not any(folder.rglob("NotoSansCJK-Regular.*")):
        reason = f"SCRIPTS NOT TESTED IN PDF: install the Noto fonts (core and CJK), or name their folder in {FONTS}"
        warnings.warn(reason, FontsAbsentWarning, stacklevel=2)
        pytest.skip(reason)
    return folder


def with_parties(*names: str) -> tuple[CaseParty, ...]:
    """The parties of an application, and further ones with these names."""
    more = (CaseParty(f"p{n}", Role.INTERMEDIATE_CONSIGNEE, name, "XA") for n, name in enumerate(names))
    return (*w.application().parties, *more)


def of_every_outcome(*names: str) -> tuple[w.World, Case]:
    """A British case with one line of no licence, one granted, one refused; asked, warned, and suspended later."""
    world = w.World().at(3, 2)
    items = (w.item(1, "UNLISTED", capabilities=()), w.item(2), w.item(3))
    form = replace(w.application("uk", "siel", items=items), parties=with_parties(*names))
    case = world.registered(form, reference="SIEL-2026-1")
    case = world.do(case, "open_rfi", RfiOpened("q1", "Which department?\nSend its data sheet.", "ECO 2008"), w.OFFICER)
    case = world.do(case, "answer_rfi", RfiAnswered("q1", "the one for traffic"), w.EXPORTER)
    case = world.assessed(world.advised(world.circulated(case)), Finding.CONCERN_MITIGATED)
    case = world.do(case, "notify_intent", Reasoned("Line 3 may be turned on journalists."), w.OFFICER)
    case = world.countersigned(case, *LINES)
    world.at(4, 20)
    case = world.do(case, "decide", Decided(LINES), w.DECIDER)
    return world, case


def measured(world: w.World, case: Case, measure: str, number: str = "m1") -> Case:
    """The case after a measure on its licence."""
    case = world.do(case, "propose_measure", MeasureProposed(number, measure, "INTERNAL-REASON"), w.LICENCE_AUTHORITY)
    return world.do(case, "approve_measure", MeasureApproved(number, "agreed"), w.FIRST)
