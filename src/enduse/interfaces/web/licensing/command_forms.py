"""The form of every command as data, and what the page adds to it without asking.

A command with a form of its own (an application, a human-rights assessment, outcomes line by line) is not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from enduse.cases.application import CAPABILITIES, Hit
from enduse.cases.bodies import POSITIONS
from enduse.cases.denials import own_denials
from enduse.interfaces.web.licensing import words
from enduse.interfaces.web.licensing.form_fields import Asked, Field, Options
from enduse.model.codec import to_plain

_ONE = Decimal(1)
YES_NO: Options = (("yes", "Yes"), ("no", "No"))
AGREES: Options = (("yes", "I agree"), ("no", "I send it back"))
REASON = Field("reason", "Reason", "lines")


def _reason(hint: str = "", label: str = "Reason") -> Callable[[Asked], tuple[Field, ...]]:
    return lambda _: (Field("reason", label, "lines", hint=hint),)


def _register(_: Asked) -> tuple[Field, ...]:
    return (Field("reference", "Reference", hint="As your registry writes it, for example NL-2026-0042"),)


def _assign(a: Asked) -> tuple[Field, ...]:
    store = a.desk.service.stores.get()
    users = store.accounts.users() if store is not None else []
    able = [one for one in users if one.active and "case_officer" in store.accounts.roles(one.id)]
    return (
        Field("officer", "Case officer", "select", tuple((one.id, one.name) for one in able), default=a.case.officer),
    )


def _unflag(a: Asked) -> tuple[Field, ...]:
    return (Field("flag", "Flag", "select", tuple((one, one) for one in a.case.flags)), REASON)


def _flag(_: Asked) -> tuple[Field, ...]:
    return (Field("flag", "Flag", hint="A few words: diversion risk, court case pending"), REASON)


def _classify(a: Asked) -> tuple[Field, ...]:
    stated = a.fields.one("line")
    line = int(stated) if stated.isdecimal() and len(stated) < 8 else 0
    items = a.case.applied.items
    next_one = next((one for one in items if a.case.classification(one.line) is None), next(iter(items), None))
    item = a.case.applied.item(line) or next_one
    before = a.case.classification(item.line) if item else None
    able = before.capabilities if before else (item.capabilities or ()) if item else ()
    return (
        Field("line", "Line", "select", a.lines, takes="int", default=str(item.line) if item else ""),
        Field(
            "code",
            "Assessed classification",
            hint="A code of the control list, or UNLISTED",
            default=before.code if before else item.code if item else "",
        ),
        Field("list_edition", "Edition of the control list", hint="For example 2025-11-15"),
        Field("reasoning", "Reasoning", "lines", hint="What in the data sheet decides it"),
        Field(
            "capabilities",
            "What it can do",
            "checks",
            tuple((one, words.CAPABILITIES[one]) for one in CAPABILITIES),
            "What the exporter says of it is ticked already. None ticked: it can do none of these.",
            "list",
            True,
            # To forget a tick must not take away what calls for an assessment of human rights.
            ",".join(able),
        ),
        Field(
            "tier",
            "Tier in the Wassenaar lists",
            "select",
            (
                ("", "In none of them"),
                ("basic", "Basic"),
                ("sensitive", "Sensitive"),
                ("very_sensitive", "Very sensitive"),
            ),
            optional=True,
        ),
        Field(
            "parameters",
            "Technical parameters",
            "lines",
            (),
            "One a line. Whether two transactions are identical is judged by them.",
            "list",
            True,
        ),
        Field("precedent", "Earlier classification that it follows", optional=True),
    )


def _dispose(a: Asked) -> tuple[Field, ...]:
    hits = tuple((one.id, f"{one.listed_name} ({one.list_id}, {one.score})") for one in a.case.open_hits)
    return (
        Field("hit", "Hit", "select", hits),
        Field(
            "disposition",
            "Is the listed party meant?",
            "radios",
            (("different", "No: another party"), ("same", "Yes: the party itself")),
        ),
        Field("reason", "Reason", "lines", hint="What tells them apart, or shows that they are the same"),
    )


def _report_hit(a: Asked) -> tuple[Field, ...]:
    parties = tuple((one.id, one.name) for one in a.case.applied.parties)
    return (
        Field("party", "Party", "select", parties),
        Field("listed_name", "Name on the list"),
        Field("list_id", "List", hint="Its id, for example eu_fsf"),
        Field("listed_id", "Number on the list"),
        Field("listed_on", "Listed on", "date", optional=True),
    )


def _recommend(a: Asked) -> tuple[Field, ...]:
    parties = tuple((one.id, one.name) for one in a.case.applied.parties if one.role.value in a.policies.advised_roles)
    positions = tuple((one, words.POSITIONS[one][0]) for one in POSITIONS)
    return (
        Field("line", "Line", "select", a.lines, takes="int"),
        Field("party", "Party", "select", parties),
        Field("position", "Position", "radios", positions),
        Field("legal_basis", "Legal basis", hint="For example: Reg. (EU) 2021/821 Art. 15(1)"),
        Field("reasoning", "Reasoning", "lines"),
    )


def _escalate(a: Asked) -> tuple[Field, ...]:
    rungs = tuple((one.id, one.title) for one in a.policies.ladder if one.authority == a.case.applied.authority)
    return (Field("rung", "Rung", "select", rungs), REASON)


def _decide_rung(a: Asked) -> tuple[Field, ...]:
    rungs = tuple((one.id, one.title) for one in a.policies.ladder if one.authority == a.case.applied.authority)
    return (
        Field("rung", "Rung", "select", rungs),
        Field("position", "Position", "radios", (("approve", "Approve"), ("refuse", "Refuse"))),
        Field("votes", "Votes", "lines", (), "One a line: agency: approve, or agency: refuse", "votes", True),
        REASON,
    )


def _open_rfi(a: Asked) -> tuple[Field, ...]:
    return (
        Field("id", "", "hidden", default=f"q{len(a.case.rfis) + 1}"),
        Field("question", "Question", "lines"),
        Field("legal_basis", "Legal basis on which the clocks stand still"),
    )


def _answer_rfi(a: Asked) -> tuple[Field, ...]:
    return (
        Field("id", "Question", "select", tuple((one.id, one.question[:120]) for one in a.case.open_rfis)),
        Field("answer", "Your answer", "lines"),
    )


def _pause(a: Asked) -> tuple[Field, ...]:
    return (
        Field("id", "", "hidden", default=f"p{len(a.case.pauses) + 1}"),
        Field("kind", "Why", "select", tuple((one, one.replace("_", " ").capitalize()) for one in a.policies.pauses)),
        Field("legal_basis", "Legal basis"),
    )


def _resume(a: Asked) -> tuple[Field, ...]:
    paused = [act.key for act in a.case.acts if act.kind == "paused"]
    resumed = {act.key for act in a.case.acts if act.kind == "resumed"}
    kinds = {one.id.partition(":")[2] or one.id: one.kind for one in a.case.pauses}
    found = tuple((one, kinds.get(one, one).replace("_", " ")) for one in paused if one not in resumed)
    return (Field("id", "Pause", "select", found),)


def _review_rights(a: Asked) -> tuple[Field, ...]:
    version = a.case.assessment.version if a.case.assessment else 0
    return (
        Field("version", "", "hidden", takes="int", default=str(version)),
        Field("agrees", f"Version {version}", "radios", AGREES, takes="bool"),
        Field("reason", "Reason", "lines"),
    )


def _open_consultation(a: Asked) -> tuple[Field, ...]:
    partners = tuple((one, one) for one in a.policies.partner_calendars)
    return (
        Field("id", "", "hidden", default=f"c{len(a.case.consultations) + 1}"),
        Field(
            "kind",
            "What is asked",
            "radios",
            (("identity", "Is ours identical with what you denied?"), ("objection", "Do you object?")),
        ),
        Field("partner", "Authority", "select", partners, hint="Code of the state"),
        Field(
            "denial",
            "Denial",
            hint="Its id, as the register of denials has it; for the first question alone",
            optional=True,
        ),
        Field("line", "Line", "select", a.lines, takes="int"),
        Field("question", "Question", "lines"),
    )


def _consultation(a: Asked) -> Field:
    waiting = tuple(
        (one.asked.id, f"{one.asked.partner}: {one.asked.question[:80]}")
        for one in a.case.consultations
        if not one.outcome
    )
    return Field("id", "Consultation", "select", waiting)


def _answer_consultation(a: Asked) -> tuple[Field, ...]:
    return (
        _consultation(a),
        Field("answer", "Answer", "radios", (("yes", "Yes: identical, or it objects"), ("no", "No"))),
        Field("reasons", "Reasons that it gave", "lines"),
    )


def _appeal(a: Asked) -> tuple[Field, ...]:
    decision = a.case.decision
    refused = {one.line for one in decision.lines if one.outcome == "refuse"} if decision else set()
    items = {one.line: one for one in a.case.applied.items}
    lines = tuple((str(one), f"Line {one}: {items[one].description or items[one].code}") for one in sorted(refused))
    return (
        Field("lines", "Which refused lines is it about?", "checks", lines, takes="ints"),
        Field("grounds", "Why the decision is wrong", "lines"),
    )


def _licence_lines(a: Asked) -> Options:
    licence = a.case.licence
    if licence is None:
        return ()
    return tuple(
        (str(one.line), f"Line {one.line}: {one.code}, {licence.balance(one.line)} {one.unit} left")
        for one in licence.content.lines
    )


def _use(a: Asked) -> tuple[Field, ...]:
    lines = a.case.licence.content.lines if a.case.licence else ()
    units = tuple((one, one) for one in dict.fromkeys(line.unit for line in lines))
    return (
        Field("usage", "Number of the shipment", hint="Your own: an invoice or waybill. Each number counts once"),
        Field("line", "Line", "select", _licence_lines(a), takes="int"),
        Field("quantity", "Quantity", "number"),
        Field("unit", "Unit", "select", units),
        Field("on", "Left on", "date", default=a.today.isoformat(), takes="date"),
    )


def _meet(a: Asked) -> tuple[Field, ...]:
    licence = a.case.licence
    open_ones = [one for one in licence.content.conditions if one.id not in licence.met] if licence else []
    options = tuple((one.id, one.text) for one in open_ones)
    return (
        Field("condition", "Condition", "select", options),
        Field(
            "evidence_sha256",
            "The document that shows it",
            "file",
            hint="It stays with you: its fingerprint (SHA-256) is recorded",
        ),
        Field("note", "Note", "lines", optional=True),
    )


def _check_shipment(_: Asked) -> tuple[Field, ...]:
    results = (
        ("as_declared", "As declared"),
        ("not_found", "Not found"),
        ("diverted", "Diverted"),
        ("refused", "The check was refused"),
    )
    return (
        Field("result", "Result", "radios", results),
        Field("where", "Where"),
        Field("note", "What was seen", "lines", optional=True),
    )


def _propose(a: Asked) -> tuple[Field, ...]:
    licence = a.case.licence
    if licence is None:
        return ()
    number = len(licence.measures) + 1
    lowered = tuple(
        Field(
            f"to.{one.line}",
            f"Line {one.line} lowered to",
            "number",
            hint=f"It holds {one.quantity} {one.unit}, {licence.balance(one.line)} left",
            optional=True,
        )
        for one in licence.content.lines
    )
    return (
        Field("id", "", "hidden", default=f"m{number}"),
        Field("measure", "Measure", "radios", tuple(words.MEASURES.items())),
        Field("reason", "Reason", "lines"),
        Field(
            "trigger",
            "Hit that it follows from",
            "select",
            (("", "None"), *((one.id, one.listed_name) for one in a.case.later_hits)),
            optional=True,
        ),
        *lowered,
        Field("valid_to", "Earlier end", "date", hint="For lowering alone", optional=True, takes="date"),
    )


def _open_measure(a: Asked) -> tuple[Field, ...]:
    licence = a.case.licence
    waiting = [one for one in licence.measures if one.open] if licence else []
    return (
        Field(
            "id",
            "Proposal",
            "select",
            tuple((one.content.id, f"{one.content.measure}: {one.content.reason}"[:140]) for one in waiting),
        ),
        REASON,
    )


def _review_denial(a: Asked) -> tuple[Field, ...]:
    state = a.policies.authorities[a.case.applied.authority].state
    own = tuple((one.id, f"{one.id}: {one.end_user}") for one in own_denials(a.case, state))
    outcomes = (("renew", "It stands"), ("amend", "It stands, amended"), ("revoke", "It is revoked"))
    return (
        Field("id", "Denial", "select", own),
        Field("outcome", "Outcome", "radios", outcomes),
        Field("grounds", "Grounds", "lines"),
        Field("on", "Reviewed on", "date", default=a.today.isoformat(), takes="date"),
    )


def _determine(_: Asked) -> tuple[Field, ...]:
    return (Field("required", "Is an authorisation required?", "radios", YES_NO, takes="bool"), REASON)


def _countersign(_: Asked) -> tuple[Field, ...]:
    return (Field("agrees", "The proposal", "radios", AGREES, takes="bool"), REASON)


def _nothing(_: Asked) -> tuple[Field, ...]:
    return ()


FORMS: Mapping[str, Callable[[Asked], tuple[Field, ...]]] = {
    "withdraw": _reason(),
    "answer_rfi": _answer_rfi,
    "reply_intent": _reason(label="Your reply"),
    "appeal": _appeal,
    "use": _use,
    "meet_condition": _meet,
    "surrender": _reason(),
    "register": _register,
    "return": _reason("What the exporter must change: they read it word for word"),
    "assign": _assign,
    "flag": _flag,
    "unflag": _unflag,
    "declare_conflict": _reason(),
    "pause": _pause,
    "resume": _resume,
    "close": _reason(),
    "reopen": _reason(),
    "classify": _classify,
    "finish_classification": _nothing,
    "screen": _nothing,
    "dispose_hit": _dispose,
    "circulate": _nothing,
    "report_hit": _report_hit,
    "recommend": _recommend,
    "report_missing": _reason(label="What is missing"),
    "escalate": _escalate,
    "decide_rung": _decide_rung,
    "open_rfi": _open_rfi,
    "review_human_rights": _review_rights,
    "open_consultation": _open_consultation,
    "extend_consultation": lambda a: (_consultation(a), REASON),
    "answer_consultation": _answer_consultation,
    "determine": _determine,
    "reconsolidate": _reason(),
    "notify_intent": _reason("The exporter reads it word for word"),
    "countersign": _countersign,
    "accept_late_appeal": _reason(),
    "check_shipment": _check_shipment,
    "propose_measure": _propose,
    "confirm_measure": _open_measure,
    "approve_measure": _open_measure,
    "reject_measure": _reason(),
    "review_denial": _review_denial,
    "hold": _reason(),
    "release": _reason(),
}


def can_choose(command: str, asked: Asked) -> bool:
    """Whether everything that the form of a command asks to choose from holds something to choose."""
    form = FORMS[command](asked) if command in FORMS else ()
    return all(one.options for one in form if one.kind in ("select", "checks") and not one.optional)


def completed(command: str, sent: dict[str, Any], asked: Asked, agency: str) -> dict[str, Any]:
    """What the page knows without asking: one's own agency, ids, lines as the licence has them."""
    case = asked.case
    if command in ("recommend", "escalate"):
        return {"agency": agency, **sent}
    if command == "report_hit":
        number = len(case.later_hits) + 1
        hit = Hit(
            f"later-{number}",
            sent.pop("party"),
            sent.pop("listed_id"),
            sent.pop("listed_name"),
            sent.pop("list_id"),
            _ONE,
        )
        return {"hit": to_plain(hit), **sent}
    if command == "propose_measure" and case.licence is not None:
        lines = []
        for one in case.licence.content.lines:
            lowered = sent.pop(f"to.{one.line}", None)
            if lowered is not None:
                lines.append({**to_plain(one), "quantity": lowered})
        return {**sent, **({"lines": lines} if lines else {})}
    return sent
