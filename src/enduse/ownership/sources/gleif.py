"""GLEIF level 1 (names), level 2 (who consolidates whom) and reporting exceptions, as XML or JSON.

Level 2 says that a parent consolidates a child in its accounts. It seldom says a percentage, and consolidation is no
share: the share is unknown, and the consolidation itself is noted as what it is.

Source: GLEIF, LEI-CDF 3.1, RR-CDF 2.1 and Reporting Exceptions 2.1 format documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from enduse.formats.xml_records import as_record, xml_records
from enduse.model.errors import BadInput
from enduse.model.ownership import Origin
from enduse.model.transaction import Share
from enduse.ownership.sources._reading import (
    day_of,
    decimal_of,
    exact,
    interval_of,
    lei_identifier,
    mapping,
)
from enduse.ownership.statements import UNKNOWN_SHARE, Entity, Gap, Reading, Statement

ROOTS = frozenset({"RelationshipData", "ReportingExceptionData", "LEIData"})
TAGS = frozenset({"RelationshipRecord", "Exception", "LEIRecord"})
PUBLISHER = "GLEIF"

_CONSOLIDATED = {"IS_DIRECTLY_CONSOLIDATED_BY", "IS_ULTIMATELY_CONSOLIDATED_BY"}
_BRANCH = "IS_INTERNATIONAL_BRANCH_OF"
_NO_OWNERS = {"IS_FUND-MANAGED_BY", "IS_FUND_MANAGED_BY", "IS_SUBFUND_OF", "IS_FEEDER_TO"}
_WORTHLESS = {"ANNULLED", "DUPLICATE", "CANCELLED"}
_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
_WHOLE = Share(UNKNOWN_SHARE.high, UNKNOWN_SHARE.high, text="100")


def read_xml(path: Path) -> Reading:
    """Read any of the three files as XML.

    Raises:
        BadInput: not that XML, or cut short.
    """
    records = enumerate(xml_records(path, ROOTS, TAGS), start=1)
    return read(path, ((f"{path.name}, record {number}", as_record(element)) for number, element in records))


def recognised(record: Any) -> bool:
    """Whether a JSON record is one of these."""
    return isinstance(record, dict) and ("Relationship" in record or "LEI" in record)


def read(path: Path, records: Iterable[tuple[str, Any]]) -> Reading:
    """Read records; a record that is a problem comes as such (see ``json_lines``)."""
    reading = Reading(path.name, "GLEIF")
    for where, raw in records:
        reading.read += 1
        try:
            if isinstance(raw, BadInput):
                raise raw
            _one(reading, mapping(raw, where), where)
        except BadInput as problem:
            reading.bad(problem)
    return reading


def _one(reading: Reading, record: dict[str, Any], where: str) -> None:
    if "Relationship" in record:
        _relationship(reading, record, where)
    elif "ExceptionCategory" in record:
        _exception(reading, record, where)
    elif "LEI" in record:
        described = mapping(record.get("Entity"), f"{where}, Entity")
        name = described.get("LegalName")
        address = described.get("LegalAddress")
        country = address.get("Country") if isinstance(address, dict) else None
        key = _lei(record["LEI"], f"{where}, LEI")
        reading.add(Entity(key, name if isinstance(name, str) else "", (lei_identifier(key),), country or None))
        reading.left_out["names of entities, not holdings"] += 1
    else:
        raise BadInput("neither a relationship, an exception nor an entity", where=where, remedy="a GLEIF file")


def _lei(value: Any, where: str) -> str:
    text = str(value).strip().upper()
    if not _LEI.fullmatch(text):
        raise BadInput(f"{text[:40]!r} is no LEI", where=where, remedy="twenty letters and digits")
    return text


def _relationship(reading: Reading, record: dict[str, Any], where: str) -> None:
    relation = mapping(record["Relationship"], f"{where}, Relationship")
    kind = str(relation.get("RelationshipType") or "")
    if kind in _NO_OWNERS:
        reading.left_out["fund management and fund structure, no ownership"] += 1
        return
    if kind not in _CONSOLIDATED and kind != _BRANCH:
        raise BadInput(f"relationship {kind[:60]!r} is not known", where=f"{where}, RelationshipType")
    child, parent = (_node(relation.get(end), f"{where}, {end}") for end in ("StartNode", "EndNode"))
    registration = record.get("Registration")
    about = registration if isinstance(registration, dict) else {}
    status = str(about.get("RegistrationStatus") or "")
    if status in _WORTHLESS:
        reading.left_out[f"registration {status.lower()}"] += 1
        return
    updated = day_of(about.get("LastUpdateDate"), f"{where}, LastUpdateDate")
    start = end = None
    for period in _several(relation.get("RelationshipPeriods"), "RelationshipPeriod"):
        if period.get("PeriodType") == "RELATIONSHIP_PERIOD":
            start = day_of(period.get("StartDate"), f"{where}, StartDate")
            end = day_of(period.get("EndDate"), f"{where}, EndDate")
    notes = ["the share is not stated: consolidated in the accounts"]
    inactive = relation.get("RelationshipStatus") in ("INACTIVE", "NULL") or status in ("RETIRED", "INACTIVE")
    if inactive and end is None:
        end = updated
        notes.append("ended; the day is that of the last update")
        if end is None or (start and end <= start):
            reading.left_out["inactive, without a day on which it ended"] += 1
            return
    if status == "LAPSED":
        notes.append("registration lapsed: not renewed by the parent or the child")
    share = UNKNOWN_SHARE
    control: tuple[str, ...] = ("consolidated_accounts",)
    if kind == _BRANCH:
        share, control, notes = _WHOLE, (), ["a branch: part of the same legal person"]
    elif kind == "IS_ULTIMATELY_CONSOLIDATED_BY":
        notes[0] = "the ultimate parent: neither a direct nor an indirect share is stated"
    else:
        for quantifier in _several(relation.get("RelationshipQuantifiers"), "RelationshipQuantifier"):
            amount = quantifier.get("QuantifierAmount")
            if quantifier.get("QuantifierUnits") != "PERCENTAGE" or not amount:
                continue
            number = decimal_of(amount, f"{where}, QuantifierAmount")
            if number > 1:
                share, notes[0] = exact(number), "the share consolidated in the accounts"
            else:
                # 1.00 stands for 100 percent in some registers and for 1 in others.
                notes[0] = f"the share is published as {amount}, a percentage or a fraction"
    interval = interval_of(start, end, f"{where}, RelationshipPeriod")
    if interval is None:
        reading.left_out["began and ended on one day"] += 1
        return
    for lei in (child, parent):
        reading.add(Entity(lei, "", (lei_identifier(lei),)))
    origin = Origin(f"{PUBLISHER} level 2", where, updated)
    reading.statements.append(
        Statement(parent, child, share, origin, control=control, interval=interval, note="; ".join(notes))
    )


def _node(raw: Any, where: str) -> str:
    node = mapping(raw, where)
    if node.get("NodeIDType", "LEI") != "LEI":
        raise BadInput(f"the node is identified by {node.get('NodeIDType')!r}", where=where, remedy="an LEI")
    return _lei(node.get("NodeID"), where)


def _several(raw: Any, name: str) -> Iterator[dict[str, Any]]:
    """The entries of a list, however XML or JSON nest it."""
    inner = raw.get(name, raw) if isinstance(raw, dict) else raw
    for entry in inner if isinstance(inner, list) else [inner]:
        if isinstance(entry, dict):
            yield entry


_EXCEPTIONS = {
    "NO_KNOWN_PERSON": "nobody is known to control it",
    "NATURAL_PERSONS": "it is controlled by natural persons, who are not named",
    "NON_CONSOLIDATING": "its parent does not consolidate it",
    "NO_LEI": "its parent has no LEI and is not named",
    "NON_PUBLIC": "its parent is not public",
    "BINDING_LEGAL_COMMITMENTS": "the law or a contract keeps its parent from being named",
    "LEGAL_OBSTACLES": "the law keeps its parent from being named",
    "CONSENT_NOT_OBTAINED": "its parent has not agreed to be named",
    "DETRIMENT_NOT_EXCLUDED": "its parent is not named, for fear of detriment",
    "DISCLOSURE_DETRIMENTAL": "its parent is not named, for fear of detriment",
}


def _exception(reading: Reading, record: dict[str, Any], where: str) -> None:
    lei = _lei(record.get("LEI"), f"{where}, LEI")
    category = str(record.get("ExceptionCategory") or "")
    which = {"DIRECT": "direct parent", "ULTIMATE": "ultimate parent"}.get(category.partition("_")[0], "parent")
    raw = record.get("ExceptionReason")
    reasons = [str(item) for item in (raw if isinstance(raw, list) else [raw]) if item]
    if not reasons:
        raise BadInput("no reason for the exception", where=f"{where}, ExceptionReason")
    reading.add(Entity(lei, "", (lei_identifier(lei),)))
    words = ", ".join(_EXCEPTIONS.get(reason, reason.replace("_", " ").lower()) for reason in reasons)
    reading.gaps.append(Gap(lei, f"{which} not reported: {words}", Origin(f"{PUBLISHER} reporting exceptions", where)))
