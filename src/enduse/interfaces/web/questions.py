"""The questions that the law asks next, as fields of a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from enduse.interfaces.web.fields import Fields
from enduse.interfaces.web.forms import question_pairs, rows_of
from enduse.model.assessment import Assessment, PartyMatch, Question
from enduse.model.transaction import PartyType, Role
from enduse.rules.facts import NONE, FactBook, FactDeclaration

YES_NO = (("true", "Yes"), ("false", "No"))
NOT_KNOWN = ("", "Not known")
_INPUT = {"date": "date", "percent": "number", "country": "country", "countries": "countries", "text": "text"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        kind: ``radios``, ``select``, ``checks``, ``date``, ``number``, ``country``, ``countries``, ``text``, ``lines``.
        options: value and label of each choice.
        values: what is filled in or chosen.
        label: of its own, where one question has several fields; else empty.
    """

    name: str
    kind: str
    label: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its fields; without any where the form cannot take the answer (``elsewhere`` says who can).

    Attributes:
        settles: findings that the answer decides.
        presumed: what is taken for the answer meanwhile, with the reason.
    """

    fact: str
    text: str
    fields: tuple[Field, ...]
    settles: tuple[str, ...] = ()
    could_raise: bool = True
    hint: str = ""
    source: str = ""
    presumed: str = ""
    elsewhere: str = ""


def asked(found: Assessment, fields: Fields) -> tuple[Asked, ...]:
    """What is missing, in the order of the assessment: what could raise the outcome first."""
    return tuple(_asked(question, found, fields) for question in found.questions)


def presumed(found: Assessment, fields: Fields) -> tuple[Asked, ...]:
    """What was presumed in the open: the same fields, so that somebody can say otherwise."""
    book = FactBook.load()
    out = []
    for entry in found.assumed:
        question = Question(entry.fact, book.question(entry.fact), entry.would_change)
        one = _asked(question, found, fields)
        said = f"{_worded(entry.value)}: {entry.reason}"
        out.append(
            Asked(
                one.fact, one.text, one.fields, one.settles, one.could_raise, one.hint, one.source, said, one.elsewhere
            )
        )
    return tuple(out)


def _worded(value: str) -> str:
    return {"true": "yes", "false": "no"}.get(value, value.replace("_", " "))


def _asked(question: Question, found: Assessment, fields: Fields) -> Asked:
    book, key = FactBook.load(), question.fact
    declaration = book.get(key) if book.knows(key) else None
    text = declaration.question if declaration else question.text
    own: tuple[Field, ...] = ()
    elsewhere = ""
    if declaration is None:
        elsewhere = "A person must read the entry's own words and decide."
    elif key in _OF_THE_TRANSACTION:
        own = tuple(_OF_THE_TRANSACTION[key](found, fields))
    elif declaration.stated_at:
        elsewhere = f"A transaction file can state it (at: {declaration.stated_at})."
    else:
        own = _fact_fields(declaration, found, fields)
    return Asked(
        key,
        text,
        own,
        question.settles,
        question.could_raise,
        hint=f"Matters for: {declaration.matters}" if declaration and declaration.matters else "",
        source=declaration.citation.text if declaration and declaration.citation else "",
        elsewhere=elsewhere if not own else "",
    )


def _fact_fields(declaration: FactDeclaration, found: Assessment, fields: Fields) -> tuple[Field, ...]:
    name = f"fact.{declaration.key}"
    stated = found.transaction.facts.get(declaration.key)
    values = question_pairs(stated) if stated is not None else fields.all(name)
    if declaration.type == "boolean":
        return (Field(name, "radios", options=(*YES_NO, NOT_KNOWN), values=values or ("",)),)
    if declaration.type == "choice":
        options = (*((value, _label(value)) for value in declaration.values), NOT_KNOWN)
        return (Field(name, "radios", options=options, values=values or ("",)),)
    if declaration.type == "list" and declaration.values:
        return (Field(name, "checks", options=tuple((one, _label(one)) for one in declaration.values), values=values),)
    if declaration.type == "record":
        parts = dict(value.split("=", 1) for value in values if "=" in value)
        return tuple(_part(name, part, parts.get(part, "")) for part in declaration.values)
    kind = "text" if declaration.type == "list" else _INPUT[declaration.type]
    hint = (
        "Several, separated by commas; “none” where there is none" if declaration.type in ("list", "countries") else ""
    )
    return (Field(name, kind, hint=hint, values=(", ".join(values),)),)


def _label(value: str) -> str:
    return "None of these" if value == NONE else value.replace("_", " ")[:1].upper() + value.replace("_", " ")[1:]


def _part(name: str, part: str, value: str) -> Field:
    if part == "of":
        return Field(f"{name}:of", "country", "Country", values=(value,))
    return Field(f"{name}:{part}", "radios", _label(part), options=(*YES_NO, NOT_KNOWN), values=(value,))


# --- questions about what the transaction itself states


def _end_user(_: Assessment, fields: Fields) -> Iterator[Field]:
    row = next(number for number in range(1_000) if number not in rows_of(fields))
    yield Field(f"party.{row}.name", "text", "Name of the end user")
    yield Field(f"party.{row}.country", "country", "Country of the end user")


def _origin(_: Assessment, fields: Fields) -> Iterator[Field]:
    yield Field("from", "country", values=(fields.one("from"),))


def _value(_: Assessment, fields: Fields) -> Iterator[Field]:
    yield Field("value", "text", "Amount, in plain digits", values=(fields.one("value"),))
    yield Field("currency", "text", "Currency (three letters)", values=(fields.one("currency", "USD"),))


def _party_types(found: Assessment, fields: Fields) -> Iterator[Field]:
    options = (NOT_KNOWN, *((kind.value, _label(kind.value)) for kind in PartyType))
    for row, party in zip(rows_of(fields), found.transaction.parties, strict=False):
        if party.type is None:
            yield Field(f"party.{row}.type", "select", party.name, options=options)


def _roles(found: Assessment, fields: Fields) -> Iterator[Field]:
    options = tuple((role.value, _label(role.value)) for role in Role)
    for row, party in zip(rows_of(fields), found.transaction.parties, strict=False):
        yield Field(f"party.{row}.role", "select", party.name, options=options, values=(party.role.value,))


def _identities(found: Assessment, fields: Fields) -> Iterator[Field]:
    """Each listed party that a party was taken for, to be ruled out; what was ruled out before stays ticked."""
    by_name = {(party.role, party.name): party.matches for party in found.parties if not party.owner_of}
    for row, party in zip(rows_of(fields), found.transaction.parties, strict=False):
        matches = by_name.get((party.role.value, party.name), ())
        options = {match.party_id: _who(match) for match in matches}
        options |= {one: f"{one} (ruled out)" for one in party.not_same_as}
        if options:
            yield Field(
                f"party.{row}.not_same_as",
                "checks",
                f"{party.name} is NOT",
                "Tick only what a person has reviewed and ruled out; keep the reason in your file.",
                tuple(options.items()),
                party.not_same_as,
            )


def _who(match: PartyMatch) -> str:
    return f"{match.name} ({match.list_id}, score {match.score}, {match.party_id})"


def _sub_paragraph(_: Assessment, fields: Fields) -> Iterator[Field]:
    code = fields.one("item")
    yield Field("item", "text", "The item's code, to the sub-paragraph", f"Now: {code}", values=(code,))


def _used_for(_: Assessment, fields: Fields) -> Iterator[Field]:
    yield Field("for", "text", "Code of the item that it is for", values=(fields.one("for"),))


def _codes(found: Assessment, fields: Fields) -> Iterator[Field]:
    for law in found.asked.laws:
        if law in ("eu", "uk"):
            label = f"Code under the law of the {law.upper()}"
            yield Field(
                f"code.{law}", "text", label, "UNLISTED where its list has none", values=(fields.one(f"code.{law}"),)
            )


def _owners(found: Assessment, fields: Fields) -> Iterator[Field]:
    for row, party in zip(rows_of(fields), found.transaction.parties, strict=False):
        hint = "One owner on each line: NAME; PERCENT. Write “none” where no owner is listed."
        yield Field(
            f"party.{row}.owners", "lines", f"Owners of {party.name}", hint, values=(fields.one(f"party.{row}.owners"),)
        )


_OF_THE_TRANSACTION = {
    "end_user": _end_user,
    "from": _origin,
    "value": _value,
    "party.type": _party_types,
    "party.role": _roles,
    "party.identity": _identities,
    "item.sub_paragraph": _sub_paragraph,
    "item.for": _used_for,
    "item.codes": _codes,
    "owner_share": _owners,
    "owners": _owners,
}


def names_in(questions: tuple[Asked, ...]) -> frozenset[str]:
    """The names of every field in some questions."""
    return frozenset(one.name for question in questions for one in question.fields)
