"""The Beneficial Ownership Data Standard, 0.4 and (as made of GLEIF files) 0.2: statements in an array or one a line.

A record may be described by several statements: each holds until the next one of the same record. A direct share is
taken as stated; an indirect one says nothing of the direct share, which is then unknown.

Source: Open Ownership, BODS 0.4 schema reference (statements, interestType codelist).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from enduse.model.countries import resolve_country
from enduse.model.errors import BadInput
from enduse.model.ownership import Origin, percent
from enduse.model.party import Identifier
from enduse.model.transaction import Share
from enduse.ownership.sources._reading import (
    day_of,
    decimal_of,
    exact,
    interval_of,
    lei_identifier,
    mapping,
    uk_identifier,
)
from enduse.ownership.statements import UNKNOWN_SHARE, Entity, Gap, Reading, Statement

_OLD_TYPES = {"entityStatement": "entity", "personStatement": "person", "ownershipOrControlStatement": "relationship"}
_SHARES = {"shareholding", "rightsToSurplusAssetsOnDissolution", "rightsToSurplusAssets"}
_POSITIONS = {"boardMember", "boardChair", "seniorManagingOfficial"}
_NOTHING = {"nominee"}


def recognised(record: Any) -> bool:
    """Whether a JSON record is one of these."""
    return isinstance(record, dict) and ("recordType" in record or record.get("statementType") in _OLD_TYPES)


def read(path: Path, records: Iterable[tuple[str, Any]]) -> Reading:
    """Read statements; a record that is a problem comes as such (see ``json_lines``)."""
    reading = Reading(path.name, "BODS")
    reader = _Reader(reading)
    for where, raw in records:
        reading.read += 1
        try:
            if isinstance(raw, BadInput):
                raise raw
            reader.one(mapping(raw, where), where)
        except BadInput as problem:
            reading.bad(problem)
    reader.finish()
    return reading


class _Reader:
    """Reads statements; relationships wait until all are read, because later ones end earlier ones."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._statements: dict[str, list[tuple[dt.date | None, str, list[Statement]]]] = {}
        self._replaced: set[str] = set()

    def one(self, record: dict[str, Any], where: str) -> None:
        """Note one statement."""
        kind = str(record.get("recordType") or _OLD_TYPES.get(str(record.get("statementType")), ""))
        for old in record.get("replacesStatements") or ():
            self._replaced.add(str(old))
        if kind in ("entity", "person"):
            self._described(record, where)
        elif kind == "relationship":
            self._relationship(record, where)
        else:
            raise BadInput(
                f"record type {kind[:40]!r} is not known", where=where, remedy="entity, person, relationship"
            )

    def _described(self, record: dict[str, Any], where: str) -> None:
        key = str(record.get("recordId") or record.get("statementID") or "")
        if not key:
            raise BadInput("no recordId", where=where)
        details = mapping(record.get("recordDetails", record), f"{where}, recordDetails")
        name = str(details.get("name") or "")
        for entry in details.get("names") or ():
            if not name and isinstance(entry, dict):
                given = (entry.get(part) for part in ("givenName", "patronymicName", "familyName"))
                name = str(entry.get("fullName") or " ".join(str(part) for part in given if part))
        numbers = tuple(_identifier(item) for item in details.get("identifiers") or () if isinstance(item, dict))
        place = details.get("jurisdiction") or details.get("incorporatedInJurisdiction")
        country = resolve_country(str(place.get("code") or "")) if isinstance(place, dict) else None
        self._reading.add(Entity(key, name, tuple(number for number in numbers if number), country))
        self._reading.left_out["entities and persons, not holdings"] += 1

    def _relationship(self, record: dict[str, Any], where: str) -> None:
        details = mapping(record.get("recordDetails", record), f"{where}, recordDetails")
        subject = _party(details.get("subject"))
        if subject is None:
            raise BadInput("no subject", where=f"{where}, subject", remedy="the id of an entity")
        self._reading.add(Entity(subject))
        published = day_of(record.get("statementDate"), f"{where}, statementDate")
        origin = Origin(_publisher(record), where, published)
        holder = _party(details.get("interestedParty"))
        if holder is None:
            self._reading.gaps.append(Gap(subject, _unspecified(details.get("interestedParty")), origin))
            return
        self._reading.add(Entity(holder))
        record_id = str(record.get("recordId") or record.get("statementID") or where)
        if details.get("componentRecords") or details.get("componentStatementIDs"):
            self._reading.left_out["summaries of a chain whose links are stated"] += 1
            return
        status = str(record.get("recordStatus") or "new")
        statements = []
        if status != "closed":
            interests = details.get("interests")
            if not isinstance(interests, list) or not interests:
                interests = [{"type": "unknownInterest"}]
            shares = any(isinstance(raw, dict) and _camel(str(raw.get("type"))) in _SHARES for raw in interests)
            for number, raw in enumerate(interests, start=1):
                place = f"{where}, interest {number}"
                if found := self._interest(mapping(raw, place), holder, subject, origin, place, shares=shares):
                    statements.append(found)
        self._statements.setdefault(record_id, []).append((published, str(record.get("statementID") or ""), statements))

    def _interest(
        self, raw: dict[str, Any], holder: str, subject: str, origin: Origin, where: str, *, shares: bool
    ) -> Statement | None:
        kind = _camel(str(raw.get("type") or "unknownInterest"))
        if kind in _NOTHING:
            self._reading.left_out["interests of nominees, held for another"] += 1
            return None
        start = day_of(raw.get("startDate"), f"{where}, startDate")
        end = day_of(raw.get("endDate"), f"{where}, endDate", last=True)
        interval = interval_of(start, end, f"{where}, startDate")
        if interval is None:
            self._reading.left_out["began and ended on one day"] += 1
            return None
        level = str(raw.get("directOrIndirect") or raw.get("interestLevel") or "unknown")
        share, note = _share(raw.get("share"), f"{where}, share"), ""
        if level == "indirect":
            share, note = UNKNOWN_SHARE, f"held indirectly: {percent(share)}; no direct share is stated"
        of_shares: Share | None = None
        of_votes: Share | None = None
        control: tuple[str, ...] = ()
        if kind in _SHARES:
            of_shares = share
        elif kind == "votingRights":
            of_votes = share
            if not shares:
                of_shares, note = UNKNOWN_SHARE, note or "votes are stated, shares are not"
        elif kind == "appointmentOfBoard":
            control = ("appoints_board_members",)
        elif kind in _POSITIONS:
            control = ("directorship",)
        elif kind in ("unknownInterest", "unpublishedInterest", "rightsToProfitOrIncome"):
            of_shares, control = UNKNOWN_SHARE, ("significant_influence_or_control",)
            note = note or _spaced(kind)
        else:
            control = ("significant_influence_or_control",)
            note = "; ".join(filter(None, (_spaced(kind), note)))
        return Statement(
            holder, subject, of_shares, origin, votes=of_votes, control=control, interval=interval, note=note
        )

    def finish(self) -> None:
        """Date the relationships: each statement of a record holds until the next."""
        for versions in self._statements.values():
            versions.sort(key=lambda version: version[0] or dt.date.min)
            for (published, statement_id, statements), following in zip(versions, [*versions[1:], None], strict=True):
                if statement_id and statement_id in self._replaced:
                    self._reading.left_out["replaced by a later statement"] += 1
                    continue
                until = following[0] if following else None
                # The first statement may speak of what held long before it was made; a later one begins when made.
                first = None if published == versions[0][0] else published
                for statement in statements:
                    self._dated(statement, first, until)

    def _dated(self, statement: Statement, first: dt.date | None, until: dt.date | None) -> None:
        starts = [day for day in (statement.interval.start, first) if day]
        ends = [day for day in (statement.interval.end, until) if day]
        start, end = max(starts, default=None), min(ends, default=None)
        if start and end and end <= start:
            self._reading.left_out["superseded before it began"] += 1
            return
        interval = interval_of(start, end, statement.origin.where)
        if interval is not None:
            self._reading.statements.append(replace(statement, interval=interval))


def _party(raw: Any) -> str | None:
    """The id of an interested party or subject; None where it is not specified."""
    if isinstance(raw, str):
        return raw.strip() or None
    if isinstance(raw, dict):
        for key in ("describedByEntityStatement", "describedByPersonStatement"):
            if raw.get(key):
                return str(raw[key])
    return None


def _unspecified(raw: Any) -> str:
    described = raw.get("unspecified", raw) if isinstance(raw, dict) else None
    if not isinstance(described, dict):
        return "the interested party is not stated"
    reason = _spaced(_camel(str(described.get("reason") or "no reason given")))
    more = str(described.get("description") or "")
    return f"the interested party is not stated: {reason}{f' ({more})' if more else ''}"


def _publisher(record: dict[str, Any]) -> str:
    details = record.get("publicationDetails")
    publisher = details.get("publisher") if isinstance(details, dict) else None
    name = publisher.get("name") if isinstance(publisher, dict) else None
    return f"BODS, {name}" if name else "BODS"


def _identifier(raw: dict[str, Any]) -> Identifier | None:
    value = str(raw.get("id") or "").strip()
    scheme = str(raw.get("scheme") or raw.get("schemeName") or "").strip()
    if not value:
        return None
    if scheme.upper() in ("XI-LEI", "LEI"):
        return lei_identifier(value)
    if scheme.upper() == "GB-COH":
        return uk_identifier(value)
    # A number without its register may be anybody's; with it, it is that register's.
    return Identifier("registration", value, None, scheme) if not scheme else Identifier(scheme, value, label=scheme)


def _share(raw: Any, where: str) -> Share:
    if raw is None:
        return UNKNOWN_SHARE
    share = mapping(raw, where)
    if share.get("exact") is not None:
        return exact(decimal_of(share["exact"], f"{where}, exact"))
    low, low_open = _bound(share, "minimum", "exclusiveMinimum", Decimal(0), where)
    high, high_open = _bound(share, "maximum", "exclusiveMaximum", Decimal(100), where)
    if low > high or (low == high and (low_open or high_open)):
        raise BadInput(f"from {low} to {high} is no share", where=where, remedy="the minimum below the maximum")
    found = Share(low, high, low_open, high_open)
    return UNKNOWN_SHARE if found == Share(Decimal(0), Decimal(100)) else replace(found, text=percent(found))


def _bound(share: dict[str, Any], name: str, exclusive: str, default: Decimal, where: str) -> tuple[Decimal, bool]:
    """A bound and whether it is excluded: a number of its own in 0.4, a flag beside the bound in 0.2."""
    flagged = share.get(exclusive)
    if flagged is not None and flagged not in ("true", "false"):
        return decimal_of(flagged, f"{where}, {exclusive}"), True
    if share.get(name) is None:
        return default, False
    return decimal_of(share[name], f"{where}, {name}"), flagged == "true"


def _camel(text: str) -> str:
    head, *rest = text.split("-")
    return head + "".join(word.capitalize() for word in rest)


def _spaced(text: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()
