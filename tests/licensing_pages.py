"""Cases in every state that a page of licensing shows, and an address of every page: for axe-core and for pictures."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import licensing_world as w
from enduse.cases.application import CaseItem, CaseParty
from enduse.cases.bodies import Finding
from enduse.cases.denial_bodies import Denial
from enduse.model.transaction import Role
from licensing_service import Office

PARTIES = (
    CaseParty("p1", Role.EXPORTER, "Delta Monitor BV", "NL", "commercial"),
    CaseParty("p2", Role.ULTIMATE_CONSIGNEE, "阿克米光电有限公司", "CN", "commercial"),
    CaseParty("p3", Role.END_USER, "وزارة الداخلية لدولة إكس", "XA", "interior_security"),
    CaseParty("p4", Role.OTHER, "Northern Holding Ltd", "XB", "commercial", "p2"),
)
ITEMS = (
    CaseItem(
        1,
        "5A001.j",
        "IP network surveillance system",
        Decimal(2),
        "pieces",
        Decimal("1840000.00"),
        "EUR",
        ("interception", "deep_packet_inspection"),
    ),
    CaseItem(2, "5A002.a", "Encrypting router", Decimal(40), "pieces", Decimal("62000.00"), "EUR", ()),
)


NAMES = (
    "licensing-mine",
    "licensing-apply",
    "licensing-form",
    "licensing-gaps",
    "licensing-submit",
    "licensing-asked",
    "licensing-decision",
    "licensing-use",
    "licensing-evidence",
    "licensing-appeal",
    "licensing-amend",
    "licensing-queue",
    "licensing-case",
    "licensing-hits",
    "licensing-dispose",
    "licensing-blocked",
    "licensing-advise",
    "licensing-rights",
    "licensing-review",
    "licensing-rfi",
    "licensing-proposal",
    "licensing-countersign",
    "licensing-not-yours",
    "licensing-decided",
    "licensing-refused",
    "licensing-measure",
    "licensing-due",
    "licensing-denials",
    "licensing-denial",
    "licensing-denial-new",
    "licensing-licences",
    "licensing-erase",
    "licensing-document",
    "licensing-statistics",
    "licensing-report",
)
"""Names of the pages that :func:`play` gives."""


def play(office: Office) -> dict[str, tuple[str, str]]:
    """Bring cases forward; name of a page -> who looks at it, and its address."""
    form = w.application(items=ITEMS, parties=PARTIES)
    form = replace(form, undertaking=replace(w.application().undertaking, party="p3"))  # type: ignore[type-var]
    draft = office.draft(replace(form, undertaking=None, items=(ITEMS[0], replace(ITEMS[1], quantity=Decimal(0)))))
    office.submitted()
    office.registered(w.application("uk", "siel"), "SIEL-2026-0007")

    consulting = office.desk("consulting")
    denial = Denial(
        "DE-2024-17",
        "DE",
        dt.date(2024, 6, 10),
        "5A001.j",
        "network monitoring",
        "XA",
        "وزارة الداخلية لدولة إكس",
        "surveillance",
        criteria=("EU-CP-2",),
    )
    office.app.state.service.office.licensing().record_denial(denial, consulting.actor)

    asked = office.registered(form, "NL-2026-0038")
    office.act(
        "officer",
        asked,
        "open_rfi",
        id="q1",
        question="Which network will the system be connected to?",
        legal_basis="Awb art. 4:5",
    )

    open_hits = office.registered(form, "NL-2026-0039")
    for one in open_hits.applied.items:
        stated = {"code": one.code, "list_edition": "2025-11-15", "reasoning": "by its data sheet"}
        office.act(
            "technical", open_hits, "classify", line=one.line, capabilities=list(one.capabilities or ()), **stated
        )
    office.act("technical", open_hits, "finish_classification")
    office.act("screener", open_hits, "screen")

    advised = office.circulated(form, "NL-2026-0040")
    office.act("officer", advised, "assign", officer=office.desk("officer").person.id)
    for agency in dict.fromkeys(route.agency for route in advised.routes):
        for item in advised.applied.items:
            for party in ("p2", "p3"):
                stated = {
                    "position": "approve",
                    "legal_basis": "Reg. (EU) 2021/821 Art. 15(1)",
                    "reasoning": "No objection from our side.",
                }
                office.act(agency, advised, "recommend", agency=agency, line=item.line, party=party, **stated)

    def finished(reference: str, finding: Finding, *lines: object) -> str:
        case = office.circulated(form, reference)
        for agency in dict.fromkeys(route.agency for route in case.routes):
            for item in case.applied.items:
                for party in ("p2", "p3"):
                    office.act(
                        agency,
                        case,
                        "recommend",
                        agency=agency,
                        line=item.line,
                        party=party,
                        position="approve",
                        legal_basis="Art. 15",
                        reasoning="as advised",
                    )
        case = office.assessed(case, finding)
        consulting.act(
            case.id,
            "open_consultation",
            {
                "id": "c1",
                "kind": "identity",
                "partner": "DE",
                "line": 1,
                "question": "Is it identical with what you denied?",
                "denial": "DE-2024-17",
            },
        )
        consulting.act(case.id, "answer_consultation", {"id": "c1", "answer": "no", "reasons": "another system"})
        if not lines:
            return office.proposed(case, w.granted(1, w.NO_REEXPORT, w.REPORT), w.granted(2)).id
        return office.decided(case, *lines).id

    proposed = finished("NL-2026-0041", Finding.CONCERN_MITIGATED)
    decided = finished(
        "NL-2026-0042", Finding.CONCERN_MITIGATED, w.granted(1, w.NO_REEXPORT, w.REPORT), w.refused(2, "EU-DU-15")
    )
    case = office.desk("delta").readable(decided)
    for usage, quantity in (("INV-2026-001", "1"), ("INV-2026-002", "2")):
        office.act(
            "delta",
            case,
            "use",
            usage=usage,
            line=1,
            quantity=quantity,
            unit="pieces",
            on=case.acts[-1].at.date().isoformat(),
        )
    office.act(
        "licences", case, "propose_measure", id="m1", measure="suspend", reason="The consignee was listed since."
    )
    refused = finished("NL-2026-0043", Finding.CLEAR_RISK, w.refused(1, "EU-CP-2"), w.refused(2, "EU-CP-2"))

    def at(case_id: str, command: str = "") -> str:
        return f"/licensing/cases/{case_id}" + (f"/do/{command}" if command else "")

    return {
        "licensing-mine": ("delta", "/licensing"),
        "licensing-apply": ("delta", "/licensing/apply"),
        "licensing-form": ("delta", at(draft.id, "revise")),
        "licensing-gaps": ("delta", at(draft.id, "revise") + "?check=yes"),
        "licensing-submit": ("delta", at(draft.id, "submit")),
        "licensing-asked": ("delta", at(asked.id)),
        "licensing-decision": ("delta", at(decided)),
        "licensing-use": ("delta", at(decided, "use")),
        "licensing-evidence": ("delta", at(decided, "meet_condition")),
        "licensing-appeal": ("delta", at(refused, "appeal")),
        "licensing-amend": ("delta", f"{at(decided)}/amend"),
        "licensing-queue": ("officer", "/licensing/cases"),
        "licensing-case": ("officer", at(advised.id)),
        "licensing-hits": ("screener", at(open_hits.id)),
        "licensing-dispose": ("screener", at(open_hits.id, "dispose_hit")),
        "licensing-blocked": ("decider", at(advised.id)),
        "licensing-advise": ("foreign", at(advised.id, "recommend")),
        "licensing-rights": ("rights", at(advised.id, "assess_human_rights")),
        "licensing-review": ("reviewer", at(proposed, "review_human_rights")),
        "licensing-rfi": ("officer", at(advised.id, "open_rfi")),
        "licensing-proposal": ("officer", at(advised.id, "consolidate")),
        "licensing-countersign": ("first", at(proposed, "countersign")),
        "licensing-not-yours": ("licensing", at(proposed, "countersign")),
        "licensing-decided": ("officer", at(decided)),
        "licensing-refused": ("officer", at(refused)),
        "licensing-measure": ("licences", at(decided, "propose_measure")),
        "licensing-due": ("officer", "/licensing/due?within=120"),
        "licensing-denials": ("officer", "/licensing/denials"),
        "licensing-denial": ("consulting", "/licensing/denials/DE-2024-17"),
        "licensing-denial-new": ("consulting", "/licensing/denials/new"),
        "licensing-licences": ("customs", "/licensing/licences?number=NL-2026-0042-L1"),
        "licensing-erase": ("records", f"{at(refused)}/erase"),
        "licensing-document": ("delta", f"{at(refused)}/documents/refusal-1"),
        "licensing-statistics": ("statistics", "/licensing/statistics"),
        "licensing-report": (
            "statistics",
            "/licensing/statistics/draft?layout=eu&authority=nl&from=2026-01-01&to=2027-01-01",
        ),
    }
