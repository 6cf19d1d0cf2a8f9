"""From an assessment to a draft in one step: what was said already is not asked again, and nothing is made up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from enduse.cases.application import Application, CaseItem, CaseParty
from enduse.cases.ground import Ground
from enduse.model.assessment import Assessment, Effect, Status
from enduse.model.codec import canonical_json
from enduse.model.decision import digest
from enduse.model.errors import BadInput
from enduse.model.transaction import PartyType, Role, Transaction

_CATEGORY = {
    PartyType.MILITARY: "military",
    PartyType.PARAMILITARY: "military",
    PartyType.POLICE: "police",
    PartyType.SECURITY_SERVICE: "interior_security",
    PartyType.INTELLIGENCE: "intelligence",
    PartyType.GOVERNMENT: "government_other",
    PartyType.INDIVIDUAL: "individual",
    PartyType.NON_GOVERNMENT: "commercial",
    PartyType.FINANCIAL_INSTITUTION: "commercial",
    PartyType.INSURER: "commercial",
    PartyType.US_SUBSIDIARY: "commercial",
}


def application_from(
    assessment: Assessment, *, authority: str, case_type: str, exporter: str, law: str = ""
) -> Application:
    """A draft from an assessed transaction.

    Quantities, units and what items can do are not in a transaction: they stay open, and the draft cannot be submitted
    before they are stated. The value is taken where there is one item.

    Args:
        authority: id of the authority applied to.
        case_type: type of case.
        exporter: id of the exporter's organisation.
        law: law whose classification is claimed (``eu``); the item's own code where empty.

    Raises:
        BadInput: the transaction has no end user, so that nothing can be applied for.
    """
    return application_of(
        assessment.transaction,
        authority=authority,
        case_type=case_type,
        exporter=exporter,
        law=law,
        assessment=digest_of(assessment),
    )


def application_of(
    tx: Transaction, *, authority: str, case_type: str, exporter: str, law: str = "", assessment: str = ""
) -> Application:
    """A draft from a transaction that was assessed: see :func:`application_from`.

    Args:
        assessment: hash under which the assessment is kept.

    Raises:
        BadInput: the transaction has no end user.
    """
    if not any(party.role is Role.END_USER for party in tx.parties):
        raise BadInput("the transaction names no end user", where="parties", remedy="state one and check it again")
    single = tx.value if tx.value is not None and len(tx.items) == 1 else None
    items = tuple(
        CaseItem(
            line=number,
            code=(item.under(law) if law else item).code,
            description=item.description,
            quantity=Decimal(0),
            unit="",
            value=single.amount if single else Decimal(0),
            currency=single.currency if single else "",
        )
        for number, item in enumerate(tx.items, 1)
    )
    parties = tuple(
        CaseParty(f"p{number}", party.role, party.name, party.country or "", _category(party.type))
        for number, party in enumerate(tx.parties, 1)
    )
    return Application(
        authority=authority,
        type=case_type,
        exporter=exporter,
        destination=tx.destination if tx.destination != "XX" else "",
        end_use=tx.end_use,
        items=items,
        parties=parties,
        assessment=assessment,
    )


def digest_of(assessment: Assessment) -> str:
    """The hash under which a case names the assessment it was started from."""
    return digest(canonical_json(assessment).decode("utf-8"))


def ground_of(assessment: Assessment, ground: Ground) -> Ground:
    """The ground with what an assessment found: its outcome, and the findings that a reviewer is to look at."""
    found = tuple(
        (finding.title, finding.reason or finding.status.value, str(finding.citation))
        for finding in assessment.findings
        if finding.status is not Status.DOES_NOT_APPLY and (finding.effect is Effect.REVIEW or finding.review_policy)
    )
    return replace(ground, assessment_outcome=assessment.outcome.value, findings=found)


def _category(kind: PartyType | None) -> str:
    return _CATEGORY.get(kind, "") if kind else ""
