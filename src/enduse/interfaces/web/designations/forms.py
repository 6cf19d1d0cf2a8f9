"""What the forms of designations ask for, and how what somebody typed becomes the body of a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enduse.cases.designations.bodies import CREDIBILITY, IDENTIFIERS, LINKS, RELIABILITY, Affected, Harm, Stance
from enduse.cases.designations.designation import Designation
from enduse.cases.designations.rulebook import ListingAuthority
from enduse.cases.designations.voting import POSITIONS
from enduse.interfaces.web.fields import Fields
from enduse.model.codec import to_plain
from enduse.model.party import PartyKind

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    Attributes:
        kind: ``text``, ``area``, ``date``, ``select``, ``checks``, ``lines`` (a text each), ``parts`` (a row of texts
            each, divided by ``|``), ``names`` (texts divided by blanks).
        parts: keys of the parts of a line.
    """

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    options: Options = ()
    parts: tuple[str, ...] = ()
    group: str = ""


def _words(values: Any) -> Options:
    return tuple((str(one), str(one).replace("_", " ")) for one in values)


_REASON = Field("reason", "Reason", "area")
_ACT = (
    Field("effective", "First day in force", "date", "kept apart from today, the day of publication"),
    Field("citation", "Citation of the act"),
    Field("url", "Where it can be read", hint="https://..."),
    Field("public_reasons", "Reasons that everybody may read", "area"),
)
_GRADES = (
    Field("reliability", "Reliability of the source", "select", options=tuple(RELIABILITY.items())),
    Field("credibility", "Credibility of what it says", "select", options=tuple(CREDIBILITY.items())),
)
SOURCE: tuple[Field, ...] = (
    Field("publisher", "Publisher", hint="empty for a protected source"),
    Field("title", "Title"),
    Field("published", "Published on", "date"),
    Field("url", "Address", hint="https://..."),
    Field("sha256", "Hash of the file that was kept", hint="64 hexadecimal digits"),
    Field("protected", "Reference of a protected source", hint="from the source custodian"),
    *_GRADES,
    Field("stance", "What it says of the entry", "select", options=_words(Stance)),
)
EVIDENCE: tuple[Field, ...] = (
    Field("title", "Title"),
    Field("what", "What happened", "area", "no more of persons than is needed"),
    Field("harm", "Harm", "select", options=_words(Harm)),
    Field("affected", "Who was harmed", "select", options=_words(reversed(Affected))),
    Field("occurred", "When", "date"),
    Field("place", "Country", hint="two letters"),
    Field("technology", "Technology", group="Technology and its way"),
    Field("item", "Code of a control list", hint="such as 5A001.j"),
    Field("vendor", "Vendor"),
    Field("intermediaries", "Intermediaries", "lines", "one a line, in the order of the way"),
    Field("end_user", "End user"),
    Field("handed_over", "Handed over from", hint="alert:ID, screening:ID, case:ID/CONDITION or notice:ID; else empty"),
)
_PLACES = Field(
    "addresses", "Addresses", "parts", "one a line: address | country (two letters)", parts=("text", "country")
)
_NUMBERS = Field(
    "identifiers",
    "Numbers",
    "parts",
    f"one a line: kind | number | country. Kinds: {', '.join(IDENTIFIERS)}",
    parts=("kind", "value", "country"),
)
SUBJECT: tuple[Field, ...] = (
    Field("name", "Name", group="Whom it names"),
    Field("kind", "Kind", "select", options=_words((PartyKind.COMPANY, PartyKind.PERSON, PartyKind.PUBLIC_BODY))),
    Field("aliases", "Aliases", "lines", "one a line"),
    Field("native", "Names in the original script", "lines", "one a line"),
    _PLACES,
    _NUMBERS,
)
COMMANDS: Mapping[str, tuple[Field, ...]] = {
    "withdraw": (_REASON,),
    "vote": (Field("position", "Your vote", "select", options=(("", "choose"), *_words(POSITIONS))), _REASON),
    "recuse": (Field("reason", "Conflict of interest", "area"),),
    "close_vote": (),
    "prenotify": (
        Field("partners", "States that are told", "names", "two letters each, divided by blanks"),
        Field("effective", "First day in force", "date"),
        Field("public_on", "Not public before", "date", "partners keep it to themselves until then; so do we"),
        Field("why", "What they may know of the reasons", "area", "never who a source is"),
    ),
    "publish": (
        *_ACT,
        Field("restricted_reasons", "Reasons for those with access alone", "area"),
        Field("savings", "What may still be done with goods on their way", "area"),
        Field("savings_until", "Until before", "date"),
        Field("accepted_flags", "Why flags of quality are accepted", "area"),
    ),
    "amend": _ACT,
    "remove": _ACT,
    "notify": (Field("how", "How the party was told, or why it could not be", "area"), Field("on", "On", "date")),
    "petition": (
        Field("id", "Number of the petition"),
        Field("by", "By whom"),
        Field("asks", "It asks to", "select", options=_words(("remove", "modify"))),
        Field("grounds", "Grounds", "area"),
        Field("received", "Received on", "date"),
        Field("evidence", "Evidence it brought", "names", "ids of entries, divided by blanks"),
    ),
    "answer_objection": (
        Field("by", "Objection of"),
        Field("objection", "Objection", "area"),
        Field("answer", "Published answer", "area"),
    ),
    "decide_petition": (
        Field("id", "Number of the petition"),
        Field("outcome", "Answer", "select", options=_words(("refused", "granted"))),
        Field("reasons", "Reasons", "area"),
    ),
    "review": (Field("outcome", "Outcome", "select", options=_words(("keep", "reconsider"))), _REASON),
    "record_order": (
        Field("court", "Court"),
        Field("reference", "Reference"),
        Field("orders", "It orders to", "select", options=_words(("maintain", "remove"))),
        Field("on", "On", "date"),
        Field("summary", "In short", "area"),
    ),
}
NUMBERED = ("vote", "recuse", "close_vote")
TITLES: Mapping[str, str] = {
    "revise": "Revise the nomination",
    "withdraw": "Withdraw the nomination",
    "circulate": "Put a question to the vote",
    "vote": "Vote",
    "recuse": "Take no part in the vote",
    "close_vote": "Close the vote",
    "prenotify": "Tell partners before the public",
    "publish": "Publish the listing",
    "amend": "Publish a change",
    "remove": "Publish the removal",
    "notify": "Record that the party was told",
    "petition": "Record a petition",
    "answer_objection": "Record an objection and its answer",
    "decide_petition": "Answer a petition",
    "review": "Record the regular review",
    "record_order": "Record an order of a court",
}


def fields_of(command: str, case: Designation, authority: ListingAuthority) -> tuple[Field, ...]:
    """What the form of a command asks for."""
    if command == "revise":
        return nomination(authority)
    if command == "circulate":
        if case.status == "nominated":
            return (_REASON,)
        open_ones = [one.filed.id for one in case.petitions if one.decided is None]
        questions: Options = (("remove", "to remove the listing"), ("modify", "to modify the listing"))
        return (
            Field("question", "The question is", "select", options=questions),
            Field("petition", "It answers the petition", "select", options=(("", "none"), *_words(open_ones))),
            _REASON,
            *terms(authority, "New terms, to modify (leave the measures empty to keep the terms)"),
            Field("aliases", "Further aliases", "lines", "one a line"),
            Field("native", "Further names in the original script", "lines", "one a line"),
            _PLACES,
            _NUMBERS,
        )
    return COMMANDS[command]


def terms(authority: ListingAuthority, group: str) -> tuple[Field, ...]:
    """The fields of terms."""
    return (
        Field("measures", "Measures", "checks", options=_words(one.value for one in authority.measures), group=group),
        Field("scope", "Items that it reaches", hint="all, or codes"),
        Field("requirement", "Licence requirement in words", "area"),
        Field("review_policy", "Licence review policy"),
    )


def nomination(authority: ListingAuthority) -> tuple[Field, ...]:
    """The fields of a nomination."""
    found = [*SUBJECT, *terms(authority, "What it does")]
    found.append(Field("expires", "First day no longer in force", "date", "empty where it has no end"))
    for one in authority.criteria:
        key, met = f"c.{one.id}", (("yes", "met"), ("no", "not met"))
        group = f"Criterion: {one.question} [{one.citation}]"
        found.append(Field(f"{key}.met", f"{one.id} is", "select", options=met, group=group))
        found.append(Field(f"{key}.evidence", f"Evidence for {one.id}", "names", "ids of entries, divided by blanks"))
        found.append(Field(f"{key}.why", f"Why, for {one.id}", "area"))
    return (
        *found,
        Field("foreign_policy", "Foreign-policy effects that were considered", "area", group="Effects, alternatives"),
        Field("humanitarian", "Humanitarian effects that were considered", "area"),
        Field(
            "alternatives",
            "Less restrictive measures that were considered",
            "parts",
            "one a line: measure | why it does not do",
            parts=("measure", "why_not"),
        ),
        Field(
            "owned",
            "Entities of the subject, one by one",
            "parts",
            "one a line: name | yes or no (list with it) | why",
            parts=("name", "list_with", "reason"),
        ),
    )


def body_of(fields: tuple[Field, ...], typed: Fields) -> dict[str, Any]:
    """What was typed, as plain values; empty fields are left out."""
    found: dict[str, Any] = {}
    for one in fields:
        if one.kind == "checks":
            value: Any = list(typed.all(one.name))
        elif one.kind == "lines":
            value = [line.strip() for line in typed.one(one.name).split("\n") if line.strip()]
        elif one.kind == "names":
            value = typed.one(one.name).replace(",", " ").split()
        elif one.kind == "parts":
            value = [_parts(line, one.parts) for line in typed.one(one.name).split("\n") if line.strip()]
        else:
            value = typed.one(one.name)
        if value:
            found[one.name] = value
    return found


def _parts(line: str, names: tuple[str, ...]) -> dict[str, Any]:
    texts = [one.strip() for one in line.split("|", len(names) - 1)]
    found: dict[str, Any] = {name: text for name, text in zip(names, texts, strict=False) if text}
    if "list_with" in names:
        found["list_with"] = found.get("list_with", "").lower() in ("yes", "true")
    return found


def nomination_body(authority: ListingAuthority, typed: Fields) -> dict[str, Any]:
    """A nomination from what was typed."""
    flat = body_of(nomination(authority), typed)
    subject = {key: flat[key] for key in (*(one.name for one in SUBJECT), "owned") if key in flat}
    return {
        "authority": authority.id,
        "subject": {"name": "", **subject},
        "terms": terms_body(flat),
        "criteria": [
            {
                "criterion": one.id,
                "met": flat.get(f"c.{one.id}.met") == "yes",
                "evidence": flat.get(f"c.{one.id}.evidence", []),
                "why": flat.get(f"c.{one.id}.why", ""),
            }
            for one in authority.criteria
        ],
        "foreign_policy": flat.get("foreign_policy", ""),
        "humanitarian": flat.get("humanitarian", ""),
        "alternatives": [{"measure": "", "why_not": "", **one} for one in flat.get("alternatives", [])],
    }


def _with_details(case: Designation, body: dict[str, Any]) -> dict[str, Any]:
    """A revised nomination with what its form does not show of entities: their own names, addresses and numbers."""
    before = {one.name: to_plain(one) for one in case.nomination.subject.owned} if case.nomination else {}
    owned = body["subject"].get("owned", [])
    body["subject"]["owned"] = [{**before.get(one.get("name", ""), {}), **one} for one in owned]
    return body


def terms_body(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Terms from what was typed."""
    found = {key: flat[key] for key in ("scope", "requirement", "review_policy") if key in flat}
    found |= {"expires": flat["expires"]} if flat.get("expires") else {}
    return {"measures": flat.get("measures", []), **found}


def command_body(command: str, case: Designation, authority: ListingAuthority, typed: Fields) -> dict[str, Any]:
    """The body of a command from what was typed."""
    if command == "revise":
        return _with_details(case, nomination_body(authority, typed))
    flat = body_of(fields_of(command, case, authority), typed)
    if command == "circulate":
        kept = ("question", "petition", "reason", "aliases", "native", "addresses", "identifiers")
        found = {"question": "add", **{key: flat[key] for key in kept if key in flat}}
        return found | ({"terms": terms_body(flat)} if flat.get("measures") else {})
    blank = {
        one.name: ""
        for one in fields_of(command, case, authority)
        if one.kind in ("area", "text") and one.name in _MUST
    }
    found = blank | flat
    if command in NUMBERED:
        vote = case.open_vote
        found["vote"] = vote.number if vote is not None else len(case.votes)
    return found


_MUST = frozenset(
    (
        *("reason", "citation", "public_reasons", "how", "id", "by", "grounds", "objection", "answer", "reasons"),
        *("court", "reference", "why"),
    )
)
"""Fields without which a body is none: sent empty, so that the answer says what is missing."""
LINK: tuple[Field, ...] = (
    Field("kind", "Link", "select", options=_words(LINKS)),
    Field("entry", "To the entry", hint="its id"),
)


def typed_nomination(case: Designation) -> tuple[tuple[str, str], ...]:
    """A nomination as its form shows it, to be revised."""
    made = case.nomination
    assert made is not None
    subject = made.subject
    pairs = [
        ("name", subject.name),
        ("kind", subject.kind.value),
        ("aliases", "\n".join(subject.aliases)),
        ("native", "\n".join(subject.native)),
        ("addresses", "\n".join(f"{one.text} | {one.country}" for one in subject.addresses)),
        ("identifiers", "\n".join(f"{one.kind} | {one.value} | {one.country}" for one in subject.identifiers)),
        (
            "owned",
            "\n".join(f"{one.name} | {'yes' if one.list_with else 'no'} | {one.reason}" for one in subject.owned),
        ),
        *(("measures", one.value) for one in made.terms.measures),
        ("scope", made.terms.scope),
        ("requirement", made.terms.requirement),
        ("review_policy", made.terms.review_policy),
        ("expires", str(made.terms.expires or "")),
        ("foreign_policy", made.foreign_policy),
        ("humanitarian", made.humanitarian),
        ("alternatives", "\n".join(f"{one.measure} | {one.why_not}" for one in made.alternatives)),
    ]
    for one in made.criteria:
        key = f"c.{one.criterion}"
        pairs += [(f"{key}.met", _yes(one.met)), (f"{key}.evidence", " ".join(one.evidence))]
        pairs.append((f"{key}.why", one.why))
    return tuple(pairs)


def typed_draft(draft: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What is handed over, as the form of an entry shows it, to be completed."""
    flat = {**draft, **draft["sources"][0]}
    flat |= {"title": draft.get("title", ""), "source_title": draft["sources"][0].get("title", "")}
    pairs = []
    for name, value in flat.items():
        if name != "sources":
            pairs.append((name, "\n".join(value) if isinstance(value, list) else str(value)))
    return tuple(pairs)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
