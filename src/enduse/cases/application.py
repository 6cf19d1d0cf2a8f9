"""What an exporter applies for: items, parties, an undertaking of the end user, answers to questions."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from enduse.model.citation import Citation
from enduse.model.codes import parse_code
from enduse.model.errors import BadInput
from enduse.model.transaction import Role

MOST = 500
"""Most lines, parties or answers of one application."""
MAX_TEXT = 20_000
CATEGORIES = (
    *("interior_security", "intelligence", "police", "military", "telecom_operator", "commercial", "academic"),
    *("individual", "government_other"),
)
"""What an end user is; empty while nobody has said."""
CAPABILITIES = (
    *("interception", "deep_packet_inspection", "location_tracking", "intrusion", "biometric_identification"),
    *("social_media_analytics", "forensic_extraction", "mobile_interception", "crime_control", "lawful_interception"),
)
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_DIGITS = 30


@dataclass(frozen=True, slots=True)
class CaseItem:
    """A line of an application.

    Attributes:
        line: its number, from 1.
        code: classification that the exporter claims.
        quantity: how much, in ``unit``; 0 and empty in a draft that does not say it yet.
        value: of the whole line, in ``currency`` (ISO 4217).
        capabilities: what it can do, of :data:`CAPABILITIES`; empty means that it can do none of these, None that
            nobody has said.
    """

    line: int
    code: str
    description: str
    quantity: Decimal
    unit: str
    value: Decimal
    currency: str
    capabilities: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CaseParty:
    """A party, in one role.

    Attributes:
        id: within the application.
        country: ISO alpha-2 of its seat.
        category: one of :data:`CATEGORIES`, or empty.
        of: id of the party that it owns or acts for; empty where it stands for itself.
    """

    id: str
    role: Role
    name: str
    country: str
    category: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Undertaking:
    """What the end user promises, as signed."""

    party: str
    signed_on: dt.date
    document_sha256: str
    no_reexport: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a question of a questionnaire: its id, a word, and what the exporter adds."""

    question: str
    answer: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """An application, whole; a change is a new one.

    Attributes:
        authority: id of the authority that it is made to (``nl``).
        type: type of case: an authorisation, a notification or a request.
        exporter: id of the exporter's organisation; who acts for it comes from the session.
        destination: ISO alpha-2.
        amends: id of the case that it amends.
        assessment: hash of the assessment it was started from.
    """

    authority: str
    type: str
    exporter: str
    destination: str
    end_use: str
    items: tuple[CaseItem, ...]
    parties: tuple[CaseParty, ...]
    undertaking: Undertaking | None = None
    answers: tuple[Answer, ...] = ()
    amends: str = ""
    assessment: str = ""

    @property
    def end_users(self) -> tuple[CaseParty, ...]:
        """The parties that will use the items."""
        return tuple(party for party in self.parties if party.role is Role.END_USER)

    def item(self, line: int) -> CaseItem | None:
        """The line of a number."""
        return next((item for item in self.items if item.line == line), None)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of an authorisation.

    Attributes:
        id: within the decision (``no-reexport``).
        due_days: counted from the issue of the licence; 0 where it holds throughout.
        evidence: what shows that it is met; empty where nothing is owed.
    """

    id: str
    text: str
    due_days: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class ListState:
    """A list as it was when parties were screened.

    Attributes:
        whole: False where it was not loaded or part of it was quarantined.
        fresh: False where it is older than its authority allows.
    """

    id: str
    edition: str
    sha256: str = ""
    whole: bool = True
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed party that a party of the case may be."""

    id: str
    party: str
    listed_id: str
    listed_name: str
    list_id: str
    score: Decimal
    explanation: tuple[str, ...] = ()
    citation: Citation | None = None


def checked(application: Application) -> Application:
    """The application, when every value in it can be used; a draft may be incomplete all the same.

    Raises:
        BadInput: names the field.
    """
    for key, texts in _texts(application):
        for text in texts:
            if len(text) > MAX_TEXT:
                raise BadInput(f"{len(text):,} characters", where=key, remedy=f"at most {MAX_TEXT:,} are accepted")
            if found := _CONTROL.search(text):
                raise BadInput(f"control character U+{ord(found[0]):04X}", where=key, remedy="remove the character")
    for key, values in (("items", application.items), ("parties", application.parties)):
        if len(values) > MOST:
            raise BadInput(f"{len(values)} entries", where=key, remedy=f"at most {MOST} are accepted")
    if application.destination and not _COUNTRY.fullmatch(application.destination):
        raise BadInput(f"{application.destination!r} is no ISO alpha-2 code", where="destination")
    _unique("items", [str(item.line) for item in application.items])
    _unique("parties", [party.id for party in application.parties])
    _unique("answers", [answer.question for answer in application.answers])
    for number, item in enumerate(application.items):
        _check_item(item, f"items[{number}]")
    ids = {party.id for party in application.parties}
    for number, party in enumerate(application.parties):
        _check_party(party, ids, f"parties[{number}]")
    if application.undertaking and application.undertaking.party not in ids:
        raise BadInput(f"no party {application.undertaking.party!r}", where="undertaking.party")
    return application


def _unique(key: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise BadInput(f"{value!r} occurs twice", where=key, remedy="each entry once")


def _check_item(item: CaseItem, where: str) -> None:
    if item.line < 1:
        raise BadInput(f"line {item.line}", where=f"{where}.line", remedy="lines are numbered from 1")
    parse_code(item.code, where=f"{where}.code")
    amount(item.quantity, f"{where}.quantity")
    amount(item.value, f"{where}.value")
    if item.currency and not _CURRENCY.fullmatch(item.currency):
        raise BadInput(f"{item.currency!r} is no currency", where=f"{where}.currency", remedy="write ISO 4217: EUR")
    for word in item.capabilities or ():
        if not _WORD.fullmatch(word) or word not in CAPABILITIES:
            raise BadInput(
                f"{word!r} is no capability", where=f"{where}.capabilities", remedy=f"known: {', '.join(CAPABILITIES)}"
            )


def amount(value: Decimal, where: str, *, positive: bool = False) -> Decimal:
    """A quantity or value that can be counted with.

    Raises:
        BadInput: not finite, negative (or 0 where ``positive``), or of more than thirty digits.
    """
    if not value.is_finite() or value < 0 or (positive and value == 0):
        raise BadInput(f"{value} is no amount", where=where, remedy="write a number above 0" if positive else "")
    exponent = value.as_tuple().exponent
    if len(value.as_tuple().digits) > _DIGITS or not isinstance(exponent, int) or abs(exponent) > _DIGITS:
        raise BadInput("the number is too long", where=where, remedy=f"at most {_DIGITS} digits")
    return value


def _check_party(party: CaseParty, ids: set[str], where: str) -> None:
    if not party.name.strip():
        raise BadInput("the name is missing", where=f"{where}.name")
    if party.country and not _COUNTRY.fullmatch(party.country):
        raise BadInput(f"{party.country!r} is no ISO alpha-2 code", where=f"{where}.country")
    if party.category and party.category not in CATEGORIES:
        raise BadInput(
            f"{party.category!r} is no category", where=f"{where}.category", remedy=f"known: {', '.join(CATEGORIES)}"
        )
    if party.of and (party.of not in ids or party.of == party.id):
        raise BadInput(f"no other party {party.of!r}", where=f"{where}.of")


def _texts(application: Application) -> list[tuple[str, list[str]]]:
    undertaking = application.undertaking
    return [
        ("application", [application.authority, application.type, application.exporter, application.end_use]),
        ("items", [text for item in application.items for text in (item.description, item.unit)]),
        ("parties", [text for party in application.parties for text in (party.id, party.name)]),
        ("answers", [text for one in application.answers for text in (one.question, one.answer, one.detail)]),
        ("undertaking", [undertaking.document_sha256] if undertaking else []),
    ]
