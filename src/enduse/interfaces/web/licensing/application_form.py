"""The application as a form: lines, parties, the end user's undertaking, questions by legal basis.

Names of fields: ``destination``, ``end_use``, ``type``; ``item.N.code, .description, .quantity, .unit, .value``,
``.currency, .capability`` (several; ``none`` says that it can do none); ``party.N.id, .role, .name, .country,``
``.category, .of``;
``undertaking.party, .signed_on, .sha256, .no_reexport`` with a file; ``answer.Q``, ``detail.Q``; ``drop`` names rows
that are left out (``item.2``), ``more`` asks for one row more (``item``, ``party``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from enduse.cases.application import Answer, Application, CaseItem, CaseParty, Undertaking, checked
from enduse.cases.refusals import Missing
from enduse.interfaces.web.fields import Fields
from enduse.interfaces.web.forms import Problem
from enduse.model.countries import country_name, is_country_code, resolve_country, suggest_country
from enduse.model.errors import BadInput
from enduse.model.transaction import Role

MOST_ROWS = 100
NONE = "none"
_ROW = re.compile(r"(item|party)\.(\d{1,3})\.([a-z_]+)")
_MISSING_OF_LINE = re.compile(r"line (\d+) must (?:state its (\w+)|say what it can do)")
_PLACE = re.compile(r"(items|parties)\[(\d+)\]\.(\w+)")
_FICTIONAL = re.compile(r"X[A-Z]")


@dataclass(frozen=True)
class Filled:
    """The form as filled in: the application that it states, and what is wrong field by field."""

    application: Application
    problems: dict[str, Problem]


def fields_of(application: Application) -> Fields:
    """An application as the fields of its form."""
    pairs = [
        ("destination", shown_country(application.destination)),
        ("end_use", application.end_use),
        ("type", application.type),
    ]
    for item in application.items:
        row = f"item.{item.line}"
        pairs += [(f"{row}.code", item.code), (f"{row}.description", item.description), (f"{row}.unit", item.unit)]
        pairs += [(f"{row}.quantity", _amount(item.quantity)), (f"{row}.value", _amount(item.value))]
        pairs += [(f"{row}.currency", item.currency)]
        if item.capabilities is not None:
            pairs += [(f"{row}.capability", one) for one in item.capabilities or (NONE,)]
    for number, party in enumerate(application.parties, 1):
        row = f"party.{number}"
        pairs += [(f"{row}.id", party.id), (f"{row}.role", party.role.value), (f"{row}.name", party.name)]
        pairs += [(f"{row}.country", shown_country(party.country)), (f"{row}.category", party.category)]
        pairs += [(f"{row}.of", party.of)]
    if (signed := application.undertaking) is not None:
        pairs += [("undertaking.party", signed.party), ("undertaking.signed_on", signed.signed_on.isoformat())]
        pairs += [("undertaking.sha256", signed.document_sha256)]
        pairs += [("undertaking.no_reexport", "yes" if signed.no_reexport else "")]
    for answer in application.answers:
        pairs += [(f"answer.{answer.question}", answer.answer), (f"detail.{answer.question}", answer.detail)]
    return Fields.of(pairs)


def _amount(value: Decimal) -> str:
    return format(value, "f") if value else ""


def shown_country(code: str) -> str:
    """A country as the form shows it: its name where it has one."""
    return country_name(code) if code and is_country_code(code) else code


def rows_of(fields: Fields, kind: str) -> tuple[int, ...]:
    """Numbers of the rows of lines or parties that the form shows; at least one, one more where it is asked for."""
    dropped = set(fields.all("drop"))
    found = sorted({int(one[2]) for name, _ in fields.pairs if (one := _ROW.fullmatch(name)) and one[1] == kind})
    shown = [one for one in found if f"{kind}.{one}" not in dropped]
    if not shown or fields.one("more") == kind:
        shown.append(max(found, default=0) + 1)
    return tuple(shown[:MOST_ROWS])


def read(before: Application, fields: Fields, upload: tuple[str, bytes] | None) -> Filled:
    """The application that the form states, with what the form does not show taken from before."""
    problems: dict[str, Problem] = {}
    items = tuple(_items(fields, problems))
    parties = tuple(_parties(fields, problems))
    made = replace(
        before,
        type=fields.one("type", before.type),
        destination=country_in(fields.one("destination"), "destination", problems),
        end_use=fields.one("end_use"),
        items=items,
        parties=parties,
        undertaking=_undertaking(fields, upload, problems),
        answers=tuple(_answers(fields)),
    )
    if not problems:
        try:
            checked(made)
        except BadInput as error:
            problems[_field_at(error.where, fields)] = Problem(error.problem, error.remedy)
    return Filled(made, problems)


def _items(fields: Fields, problems: dict[str, Problem]) -> Iterable[CaseItem]:
    line = 0
    for number in rows_of(Fields.of(fields.without("more")), "item"):
        row = f"item.{number}"
        texts = {
            part: fields.one(f"{row}.{part}")
            for part in ("code", "description", "quantity", "unit", "value", "currency")
        }
        abilities = fields.all(f"{row}.capability")
        if not any(texts.values()) and not abilities:
            continue
        line += 1
        if not texts["code"]:
            problems[f"{row}.code"] = Problem(
                f"line {line}: the classification is missing", "write a code of the control list, or UNLISTED"
            )
        if NONE in abilities and len(set(abilities)) > 1:
            problems[f"{row}.capability"] = Problem(
                f"line {line}: it can do none of it, and something", "tick one or the other"
            )
        yield CaseItem(
            line,
            texts["code"].upper() if texts["code"].upper() == "UNLISTED" else texts["code"],
            texts["description"],
            _number(texts["quantity"], f"{row}.quantity", problems),
            texts["unit"],
            _number(texts["value"], f"{row}.value", problems),
            texts["currency"].upper(),
            tuple(dict.fromkeys(one for one in abilities if one != NONE)) if abilities else None,
        )


def _number(text: str, name: str, problems: dict[str, Problem]) -> Decimal:
    plain = text.replace(" ", "").replace("\u202f", "").replace("\u00a0", "").replace(",", "")
    if not plain:
        return Decimal(0)
    if "," in text and not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text.strip()):
        problems[name] = Problem(f"{text[:20]!r} can be read in two ways", "write the decimals after a full stop")
        return Decimal(0)
    try:
        return Decimal(plain)
    except InvalidOperation:
        problems[name] = Problem(f"{text[:20]!r} is no number", "write 1840000.00")
        return Decimal(0)


def country_in(text: str, name: str, problems: dict[str, Problem]) -> str:
    """The code of a country, from its name or code."""
    if not text:
        return ""
    found = resolve_country(text)
    if found is not None:
        return found
    if _FICTIONAL.fullmatch(text.upper()):
        return text.upper()
    near = suggest_country(text)
    problems[name] = Problem(
        f"{text[:40]!r} is no country", f"did you mean {near[0]}?" if near else "write its English name or its code"
    )
    return ""


def _parties(fields: Fields, problems: dict[str, Problem]) -> Iterable[CaseParty]:
    used = {fields.one(f"party.{number}.id") for number in rows_of(fields, "party")}
    for number in rows_of(Fields.of(fields.without("more")), "party"):
        row = f"party.{number}"
        name, country = fields.one(f"{row}.name"), fields.one(f"{row}.country")
        if not name and not country and not fields.one(f"{row}.category"):
            continue
        identifier = fields.one(f"{row}.id") or _new_id(used)
        used.add(identifier)
        role = fields.one(f"{row}.role")
        if role not in {one.value for one in Role}:
            problems[f"{row}.role"] = Problem(f"{name or 'a party'}: choose its role")
            role = Role.OTHER.value
        if not name:
            problems[f"{row}.name"] = Problem("a party has no name", "write it as it writes itself, in any script")
        yield CaseParty(
            identifier,
            Role(role),
            name,
            country_in(country, f"{row}.country", problems),
            fields.one(f"{row}.category"),
            fields.one(f"{row}.of"),
        )


def _new_id(used: set[str]) -> str:
    return next(f"p{number}" for number in range(1, 10_000) if f"p{number}" not in used)


def _undertaking(fields: Fields, upload: tuple[str, bytes] | None, problems: dict[str, Problem]) -> Undertaking | None:
    party, signed, digest = (fields.one(f"undertaking.{part}") for part in ("party", "signed_on", "sha256"))
    if upload is not None:
        digest = hashlib.sha256(upload[1]).hexdigest()
    if not (signed or digest):
        return None
    if not digest:
        problems["undertaking"] = Problem("the signed undertaking is missing", "choose the file")
    if not party:
        problems["undertaking.party"] = Problem("say which end user signed the undertaking")
    try:
        day = dt.date.fromisoformat(signed)
    except ValueError:
        problems["undertaking.signed_on"] = Problem(
            "the day on which it was signed is missing", "write it as 2026-03-31"
        )
        return None
    return Undertaking(party, day, digest, fields.one("undertaking.no_reexport") == "yes")


def _answers(fields: Fields) -> Iterable[Answer]:
    for question, answer in fields.under("answer."):
        yield Answer(question, answer, fields.one(f"detail.{question}"))


def _field_at(where: str, fields: Fields) -> str:
    """The field that a place in the application is."""
    found = _PLACE.match(where)
    if found:
        kind = {"items": "item", "parties": "party"}[found[1]]
        rows = rows_of(Fields.of(fields.without("more")), kind)
        number = rows[int(found[2])] if int(found[2]) < len(rows) else int(found[2]) + 1
        return f"{kind}.{number}.{'capability' if found[3] == 'capabilities' else found[3]}"
    return {"undertaking.party": "undertaking.party", "destination": "destination"}.get(where, where)


def field_missing(one: Missing, application: Application) -> str:
    """The field in which something that is missing for submission is stated; empty where no field shows it."""
    if line := _MISSING_OF_LINE.match(one.what):
        return f"item.{line[1]}.{line[2] or 'capability'}"
    if one.rule == "undertaking":
        return "undertaking.signed_on" if application.undertaking else "undertaking"
    if one.rule == "complete":
        for number, party in enumerate(application.parties, 1):
            if one.what == f"what {party.name} is must be stated":
                return f"party.{number}.category"
        words = {
            "items must": "item.1.code",
            "a destination must": "destination",
            "an end user must": "party.1.role",
            "the end use must": "end_use",
        }
        return next((name for start, name in words.items() if one.what.startswith(start)), "")
    return f"answer.{one.rule}"


def empty(authority: str, case_type: str, exporter: str) -> Application:
    """An application that says nothing yet."""
    return Application(authority, case_type, exporter, "", "", (), ())
