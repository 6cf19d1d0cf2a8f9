"""The UK register of people with significant control: bands of shares and votes, never exact ones.

A snapshot has one JSON object a line. A record states every kind of control that it has; a kind of which it says
nothing is not known here, although the Companies Act makes it 25 percent or less. A share may be held directly or
through others.

Source: Companies House, PSC data product and its enumerations (psc_descriptions); Companies Act 2006 Part 21A, Sch. 1A.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from enduse.model.countries import resolve_country
from enduse.model.errors import BadInput
from enduse.model.ownership import Origin
from enduse.model.transaction import Share
from enduse.ownership.sources._reading import BANDS, day_of, interval_of, mapping, uk_company, uk_identifier
from enduse.ownership.statements import UNKNOWN_SHARE, Entity, Gap, Reading, Statement

PUBLISHER = "UK PSC register"
_NATURE = re.compile(
    r"(?:part-)?(?P<what>ownership-of-shares|voting-rights|right-to-share-surplus-assets)"
    r"-(?P<band>25-to-50-percent|50-to-75-percent|75-to-100-percent|more-than-25-percent)(?:-.*)?"
)
_APPOINTS = re.compile(r"right-to-appoint-and-remove-(?:directors|members|person|persons)(?:-.*)?")
_INFLUENCE = re.compile(r"(?:has-)?significant-influence-or-control(?:-.*)?")
_PERSONS = ("-person-with-significant-control", "-beneficial-owner")


def recognised(record: Any) -> bool:
    """Whether a JSON record is one of these."""
    return isinstance(record, dict) and "data" in record and ("company_number" in record or _is_total(record))


def read(path: Path, records: Iterable[tuple[str, Any]]) -> Reading:
    """Read records; a record that is a problem comes as such (see ``json_lines``)."""
    reading = Reading(path.name, PUBLISHER)
    for where, raw in records:
        reading.read += 1
        try:
            if isinstance(raw, BadInput):
                raise raw
            _one(reading, mapping(raw, where), where)
        except BadInput as problem:
            reading.bad(problem)
    return reading


def _is_total(record: dict[str, Any]) -> bool:
    data = record.get("data")
    return isinstance(data, dict) and str(data.get("kind", "")).startswith("totals#")


def _one(reading: Reading, record: dict[str, Any], where: str) -> None:
    if _is_total(record):
        reading.left_out["totals of the snapshot"] += 1
        return
    data = mapping(record.get("data"), f"{where}, data")
    number = str(record.get("company_number") or "").strip()
    if not number:
        raise BadInput("no company_number", where=where, remedy="one record of the PSC snapshot a line")
    company = reading.add(Entity(f"GB-COH:{uk_company(number)}", "", (uk_identifier(number),), "GB"))
    kind = str(data.get("kind") or "")
    published = day_of(data.get("notified_on"), f"{where}, notified_on")
    origin = Origin(PUBLISHER, where, published)
    if kind == "exemptions":
        words = ", ".join(
            str(name).replace("_", " ") for name in mapping(data.get("exemptions"), f"{where}, exemptions")
        )
        reading.gaps.append(Gap(company, f"exempt from naming its controllers: {words}", origin))
        return
    if kind == "persons-with-significant-control-statement":
        words = str(data.get("statement") or "a statement without text").replace("-", " ")
        reading.gaps.append(Gap(company, words, origin))
        return
    if kind.startswith("super-secure"):
        reading.gaps.append(Gap(company, "a person with significant control is protected and not named", origin))
        return
    if not kind.endswith(_PERSONS):
        raise BadInput(f"kind {kind[:60]!r} is not known", where=f"{where}, data.kind")
    end = day_of(data.get("ceased_on"), f"{where}, ceased_on")
    interval = interval_of(published, end, f"{where}, notified_on")
    if interval is None:
        reading.left_out["began and ended on one day"] += 1
        return
    holder = reading.add(_holder(data, where))
    share, votes, control, note = _natures(data.get("natures_of_control"), where)
    reading.statements.append(
        Statement(holder, company, share, origin, votes=votes, control=control, interval=interval, note=note)
    )


def _holder(data: dict[str, Any], where: str) -> Entity:
    name = str(data.get("name") or "").strip()
    elements = data.get("name_elements")
    if not name and isinstance(elements, dict):
        parts = (elements.get(part) for part in ("title", "forename", "other_forenames", "middle_name", "surname"))
        name = " ".join(str(part).strip() for part in parts if part)
    if not name:
        raise BadInput("neither name nor name_elements", where=f"{where}, data", remedy="a record names its person")
    described = data.get("identification")
    if isinstance(described, dict) and (number := str(described.get("registration_number") or "").strip()):
        country = resolve_country(str(described.get("country_registered") or ""))
        if country == "GB":
            return Entity(f"GB-COH:{uk_company(number)}", name, (uk_identifier(number),), "GB")
    links = data.get("links")
    link = str(links.get("self") or "") if isinstance(links, dict) else ""
    return Entity(link or f"{where}: {name}", name)


def _natures(raw: Any, where: str) -> tuple[Share, Share | None, tuple[str, ...], str]:
    if not raw:
        return UNKNOWN_SHARE, None, ("significant_influence_or_control",), "the nature of control is not stated"
    if not isinstance(raw, list):
        raise BadInput("natures_of_control is no list", where=f"{where}, data.natures_of_control")
    shares: list[Share] = []
    votes: list[Share] = []
    control, notes = dict[str, None](), ["held directly or through others"]
    for nature in map(str, raw):
        if match := _NATURE.fullmatch(nature):
            (votes if match["what"] == "voting-rights" else shares).append(BANDS[match["band"]])
        elif _APPOINTS.fullmatch(nature):
            control["appoints_board_majority"] = None
        elif _INFLUENCE.fullmatch(nature):
            control["significant_influence_or_control"] = None
        else:
            raise BadInput(f"nature of control {nature[:80]!r} is not known", where=f"{where}, data.natures_of_control")
        if nature.endswith(("-as-trust", "-as-firm")) or "-as-trust-" in nature or "-as-firm-" in nature:
            notes.append("as a member of a trust or firm")
    if not shares:
        notes.append("no band of shares is stated")
    highest = max(shares, key=lambda share: share.low) if shares else UNKNOWN_SHARE
    of_votes = max(votes, key=lambda share: share.low) if votes else None
    return highest, of_votes, tuple(control), "; ".join(dict.fromkeys(notes))
