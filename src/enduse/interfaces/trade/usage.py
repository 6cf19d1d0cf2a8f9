"""The licences of licensing as signs of diversion read them: what left under each line, from whom, to whom, how."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from enduse.cases.application import Application, CaseParty
from enduse.cases.case import Case
from enduse.cases.licence_bodies import HitFound
from enduse.interfaces.licensing.daily import licensed
from enduse.interfaces.trade.analysis import countries
from enduse.interfaces.trade.methods import LICENCES, methods
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.time import parse_date
from enduse.model.transaction import Role
from enduse.monitor.trade.declarations import ListedOne
from enduse.monitor.trade.usage import Delivery, Threshold, UsedLine, UseFound, look_through
from enduse.version import __version__

if TYPE_CHECKING:
    from enduse.interfaces.licensing.office import Office

SCHEMA = "enduse/licence-signs/1"
DEFAULT_CURRENCY = "EUR"
_ISSUED = ("active", "suspended", "exhausted", "expired", "surrendered", "revoked")
_EARLIEST = 1990
_CURRENCY = re.compile(r"[A-Z]{3}")
_CONSIGNEES = (Role.ULTIMATE_CONSIGNEE, Role.END_USER, Role.PURCHASER)


@dataclass(frozen=True, slots=True)
class AskedUse:
    """What is looked for in the use of licences.

    Attributes:
        restricted: ISO alpha-2; routes are not looked at where there is none.
    """

    day: dt.date
    threshold: Threshold | None = None
    restricted: tuple[str, ...] = ()


def asked_use(
    today: dt.date, day: str = "", threshold: str = "", currency: str = "", restricted: Sequence[str] = ()
) -> AskedUse:
    """What is looked for, from words.

    Raises:
        BadInput: names what cannot be used.
    """
    asked = parse_date(day, where="day") if day.strip() else today
    if asked > today:
        raise BadInput(f"{asked} lies ahead", where="day", remedy="what will leave is not known")
    if asked.year < _EARLIEST:
        raise BadInput(f"{asked} lies too far back", where="day", remedy=f"a day from {_EARLIEST} on")
    limit = None
    if threshold.strip():
        try:
            value = float(threshold)
        except ValueError:
            value = math.nan
        if not 0 < value < 1e15:
            remedy = "a number above 0, without separators: 5000"
            raise BadInput(f"{threshold[:20]!r} is no amount", where="threshold", remedy=remedy)
        code = currency.strip().upper() or DEFAULT_CURRENCY
        if not _CURRENCY.fullmatch(code):
            raise BadInput(f"{currency[:20]!r} is no currency", where="currency", remedy="write ISO 4217: EUR")
        limit = Threshold(value, code)
    return AskedUse(asked, limit, countries(restricted, "restricted"))


def found_in_use(office: Office, asked: AskedUse) -> UseFound:
    """Look through what has left under the licences of an office.

    Raises:
        OperationFailed: a library of the extra ``trade`` is not installed.
    """
    lines: list[UsedLine] = []
    listed: list[ListedOne] = []
    for case in licensed(office, _ISSUED):
        lines += _lines(case)
        listed += _listed(office, case)
    try:
        return look_through(lines, asked.day, threshold=asked.threshold, restricted=asked.restricted, listed=listed)
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] not in ("scipy", "numpy"):
            raise
        problem = f"the use of licences cannot be looked through: {error.name} is not installed"
        raise OperationFailed(problem, remedy="pip install 'enduse[trade]'") from None


def use_document(asked: AskedUse, found: UseFound) -> dict[str, Any]:
    """What was found, as plain values; each indicator with its method and how often it was wrong."""
    signs = [{"kind": one.kind, "who": one.who, "why": one.why, "evidence": list(one.evidence)} for one in found.signs]
    return {
        "schema": SCHEMA,
        "engine": __version__,
        "day": asked.day.isoformat(),
        "asked": {
            "threshold": f"{asked.threshold.value:.15g} {asked.threshold.currency}" if asked.threshold else "",
            "restricted": list(asked.restricted),
        },
        "lines": found.lines,
        "deliveries": found.deliveries,
        "left_aside": dict(sorted(found.left_aside.items())),
        "judged": dict(found.judged),
        "signs": signs,
        "silent": [{"kind": one.kind, "who": one.who, "why": one.silent} for one in found.silent],
        "indicators": [one.document for one in methods().values() if one.about == LICENCES],
    }


def by_kind(found: UseFound) -> Mapping[str, list[Any]]:
    """The signs of each indicator, in the order in which pages name them."""
    return {
        one.key: [sign for sign in found.signs if sign.kind == one.key]
        for one in methods().values()
        if one.about == LICENCES
    }


def _lines(case: Case) -> Iterator[UsedLine]:
    licence, form = case.licence, case.application
    # Of an erased case nothing is left to look at.
    if licence is None or form is None:
        return
    consignee = _consignee(form)
    content = licence.content
    for line in content.lines:
        item = form.item(line.line)
        value = item.value * line.quantity / item.quantity if item is not None and item.quantity else None
        yield UsedLine(
            case=case.id,
            licence=content.licence,
            line=line.line,
            code=line.code,
            unit=line.unit,
            licensed=line.quantity,
            valid_from=content.valid_from,
            valid_to=content.valid_to,
            exporter=_named(form, Role.EXPORTER) or form.exporter,
            consignee=consignee.name if consignee is not None else "nobody named",
            destination=form.destination,
            officers=tuple(_behind(form, consignee)),
            through=tuple(
                party.country
                for party in form.parties
                if party.role is Role.INTERMEDIATE_CONSIGNEE and party.country not in ("", form.destination)
            ),
            value=value or None,
            currency=item.currency if item is not None else "",
            deliveries=tuple(
                Delivery(one.usage, one.on, one.quantity) for one in licence.usages if one.line == line.line
            ),
        )


def _consignee(form: Application) -> CaseParty | None:
    """Who receives: the ultimate consignee, else the end user, else the purchaser."""
    found = (party for role in _CONSIGNEES for party in form.parties if party.role is role)
    return next(found, None)


def _named(form: Application, role: Role) -> str:
    return next((party.name for party in form.parties if party.role is role), "")


def _behind(form: Application, party: CaseParty | None) -> Iterator[str]:
    """Names of those who own a party or act for it."""
    return (one.name for one in form.parties if party is not None and one.of == party.id)


def _listed(office: Office, case: Case) -> Iterator[ListedOne]:
    """The parties of a case that a list has named since, with who stood behind them; hits put aside left out."""
    if not case.later_hits or case.application is None:
        return
    aside = {hit for hit, disposition in case.dispositions if disposition == "different"}
    parties = {party.id: party for party in case.application.parties}
    for event in office.licensing().history(case.id):
        if isinstance(event.body, HitFound) and event.body.hit.id not in aside:
            party = parties.get(event.body.hit.party)
            officers = tuple(_behind(case.application, party))
            if party is not None and officers:
                yield ListedOne(party.name, event.body.listed_on or event.at.date(), officers=officers)
