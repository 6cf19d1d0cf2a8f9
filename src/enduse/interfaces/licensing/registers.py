"""What licensing keeps beside cases: denials of partners, tables of indicators, licences by number, statistics."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from enduse.cases.case import Case
from enduse.cases.denial_bodies import HANDLING, Denial, DenialReviewed
from enduse.cases.events import parse_body
from enduse.cases.facts import Fact
from enduse.cases.ground import CountryProfile
from enduse.cases.profiles import read_level_rules
from enduse.cases.statistics import Layout, Release, current_facts, release, shipped_layouts
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing.outside import LEVELS, indicators_of
from enduse.interfaces.told import PROGRAMME, refuse_overlap
from enduse.model.codec import canonical_json, from_plain, to_plain
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.record import By, Kind, Record

if TYPE_CHECKING:
    from enduse.interfaces.licensing.desk import Desk
    from enduse.interfaces.licensing.office import Office

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
DENIAL_COLUMNS = (
    *("id", "authority", "denied_on", "code", "description", "destination", "end_user", "end_use", "consignee"),
    *("parameters", "reason", "criteria", "tier", "handling"),
)
"""Columns of a table of denials; several parameters or criteria are separated by ``;``."""


# --- denials


def read_denials(body: bytes, name: str) -> tuple[Denial, ...]:
    """Denials of a CSV table, whose columns are :data:`DENIAL_COLUMNS`; those that are empty may be left out.

    Raises:
        BadInput: it cannot be read, or a row cannot; names the line.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"cannot be read as CSV: {error}", where=name, remedy="UTF-8, a line a row") from None
    if not rows:
        raise BadInput("the table has no rows", where=name)
    return tuple(_denial(row, f"{name} line {number}") for number, row in enumerate(rows, 2))


def _denial(row: Mapping[str | None, str | list[str] | None], where: str) -> Denial:
    plain: dict[str, object] = {}
    for key, value in row.items():
        if key is None or key not in DENIAL_COLUMNS:
            raise BadInput(
                f"unknown column {str(key)[:40]!r}", where=where, remedy=f"columns: {', '.join(DENIAL_COLUMNS)}"
            )
        text = value.strip() if isinstance(value, str) else ""
        if key in ("parameters", "criteria"):
            plain[key] = [one.strip() for one in text.split(";") if one.strip()]
        elif text:
            plain[key] = text
    try:
        found = parse_body("denial_recorded", plain)
    except BadInput as error:
        raise BadInput(error.problem, where=f"{where}: {error.where}", remedy=error.remedy) from None
    assert isinstance(found, Denial)
    return checked_denial(found)


def checked_denial(denial: Denial) -> Denial:
    """A denial whose words can be used.

    Raises:
        BadInput: unknown handling or status, or no state.
    """
    if denial.handling not in HANDLING:
        raise BadInput(f"{denial.handling[:40]!r} is no handling", where="handling", remedy=", ".join(HANDLING))
    if not re.fullmatch(r"[A-Z]{2}", denial.authority) or not re.fullmatch(r"[A-Z]{2}", denial.destination):
        raise BadInput("a state is written as ISO alpha-2", where="authority, destination", remedy="DE")
    if denial.status != "in_force" or denial.reviewed_on is not None:
        raise BadInput("a denial is recorded as it was told", where="status", remedy="a review changes it")
    return denial


def visible_denials(desk: Desk) -> tuple[Denial, ...]:
    """Denials, own and partners', that somebody may read; the reading is put on record."""
    found = desk.office.outside.denials(desk.actor)
    desk.read_of_partners("register", [one.id for one in found])
    return found


def record_denial(desk: Desk, denial: Denial) -> Denial:
    """Keep a denial that a partner told of.

    Raises:
        Refused, Conflict, BadInput: see :meth:`enduse.cases.service.Licensing.record_denial`.
    """
    return desk.office.licensing().record_denial(checked_denial(denial), desk.actor)


def review_denial(desk: Desk, review: DenialReviewed) -> Denial:
    """Note what its originator said of a partner's denial.

    Raises:
        Refused, Conflict, BadInput: see :meth:`enduse.cases.service.Licensing.review_denial`.
    """
    return desk.office.licensing().review_denial(review, desk.actor)


# --- tables of indicators


def load_reference(office: Office, name: str, body: bytes, publisher: str, *, by: By, reason: str) -> Record:
    """Keep a table of indicators, or (``levels``) the rules by which a country is elevated.

    Raises:
        BadInput: the name, the table, a row or the reason cannot be used.
    """
    if not _NAME.fullmatch(name):
        raise BadInput(f"{name[:40]!r} is no name", where="name", remedy="small letters, digits and . _ -")
    if not reason.strip():
        raise BadInput("a reason is missing", where="reason", remedy="say why, for those who read the audit chain")
    if name == LEVELS:
        read_level_rules(body, name)
    else:
        indicators_of(body, name, publisher)
    content = {"publisher": publisher, "dropped": "no"}
    return office.stores.need().references.keep(Kind.REFERENCE, name, body, by=by, reason=reason, content=content)


def references(office: Office) -> list[Record]:
    """The tables that profiles rest on, as they stand."""
    store = office.stores.get()
    return store.references.standing(Kind.REFERENCE) if store is not None else []


def country_profiles(office: Office) -> list[CountryProfile]:
    """The profiles that follow from them, by country."""
    return [one for _, one in sorted(office.outside.profiles().items())]


# --- licences


def licence_by_number(office: Office, number: str) -> Case:
    """The case of a licence's number.

    Raises:
        NotHeld: there is no such licence.
    """
    reference, mark, _ = number.rpartition("-L")
    store = office.stores.get()
    rows = store.cases.views(equal={"reference": reference[:100]}, differs={"licence": ""}) if store and mark else ()
    cases = (office.licensing().case(str(row["id"])) for row in rows)
    found = [one for one in cases if one.licence is not None and one.licence.content.licence == number]
    if len(found) == 1:
        return found[0]
    if found:
        # Stores of earlier versions may hold a reference twice: to show either would be a guess.
        raise OperationFailed(f"{len(found)} licences have the number", where=number[:100], remedy="ask the authority")
    raise NotHeld("there is no such licence", "check its number")


# --- statistics


@dataclass(frozen=True, slots=True)
class Frozen:
    """A release as it is kept."""

    key: str
    sha256: str
    made: str
    content: Release


def layout_of(name: str) -> Layout:
    """A layout of a report.

    Raises:
        NotHeld: there is none of that name.
    """
    layouts = shipped_layouts()
    if name not in layouts:
        raise NotHeld(f"there is no report {name[:40]!r}", f"known: {', '.join(layouts)}")
    return layouts[name]


def facts(office: Office) -> tuple[Fact, ...]:
    """The facts of every decision, of its latest revision."""
    return current_facts(_decided(office))


def _decided(office: Office) -> Iterator[Case]:
    store = office.stores.get()
    licensing = office.licensing()
    for row in store.cases.views(differs={"decided": ""}) if store is not None else ():
        yield licensing.case(str(row["id"]))


def report(office: Office, layout: str, authorities: Collection[str], start: dt.date, end: dt.date) -> Release:
    """A report of the decisions of some authorities in ``[start, end)``, as it would be released today.

    Args:
        authorities: those whose law the layout is for where empty.

    Raises:
        NotHeld: there is no such layout.
        BadInput: no such authority, or the period holds no day.
    """
    chosen, key = _asked(office, layout, authorities, start, end)
    versions = releases(office, key)
    previous = versions[-1].content if versions else None
    return release(facts(office), layout_of(layout), chosen, (start, end), office.today(), previous=previous)


def publish(
    office: Office, layout: str, authorities: Collection[str], start: dt.date, end: dt.date, *, by: By, reason: str
) -> Frozen:
    """Freeze a report; what was released before stays beside it. Where nothing changed, it is that release.

    Raises:
        NotHeld, BadInput: as :func:`report`; also without a reason, or where the period overlaps another one of which
            numbers were told.
    """
    if not reason.strip():
        raise BadInput("a reason is missing", where="reason", remedy="say why, for those who read the audit chain")
    chosen, key = _asked(office, layout, authorities, start, end)
    refuse_overlap(office, start, end, chosen)
    made, versions = report(office, layout, authorities, start, end), releases(office, key)
    if versions and versions[-1].content.facts_sha256 == made.facts_sha256:
        return versions[-1]
    content = {"layout": layout, "sha256": made.sha256}
    body = canonical_json(to_plain(made))
    store = office.stores.need().references
    return _frozen(office, store.keep(Kind.RELEASE, key, body, by=by, reason=reason, content=content))


def releases(office: Office, key: str = "") -> list[Frozen]:
    """Every release (of one layout, period and authorities), oldest first."""
    store = office.stores.get()
    if store is None:
        return []
    standing = [one.key for one in store.references.standing(Kind.RELEASE)]
    # The reports of the programme are frozen beside these; they are of another kind.
    keys = [key] if key else [one for one in standing if not one.startswith(PROGRAMME)]
    return [_frozen(office, one) for name in keys for one in store.references.versions(Kind.RELEASE, name)]


def _frozen(office: Office, record: Record) -> Frozen:
    body = office.stores.need().references.body(record)
    return Frozen(record.key, record.text("sha256"), record.text("at"), from_plain(Release, json.loads(body)))


def _asked(
    office: Office, layout: str, authorities: Collection[str], start: dt.date, end: dt.date
) -> tuple[tuple[str, ...], str]:
    law = layout_of(layout).law
    known = office.policies.authorities
    for one in authorities:
        if one not in known:
            raise BadInput(f"no authority {one[:40]!r}", where="authority", remedy=f"known: {', '.join(known)}")
    if start >= end:
        raise BadInput(f"{start} to {end} holds no day", where="to", remedy="the day after the last one")
    chosen = tuple(sorted(set(authorities) or {one.id for one in known.values() if one.law == law}))
    return chosen, f"{layout}/{'+'.join(chosen)}/{start}/{end}"
