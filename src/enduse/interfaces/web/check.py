"""The first page, which is the question, and the page that answers it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from enduse.assess import check as assess
from enduse.interfaces.documents import assessment_document, document_bytes
from enduse.interfaces.licensing.risk import Flag, flags
from enduse.interfaces.web import answer as shown
from enduse.interfaces.web.desk import Desk, Evidence
from enduse.interfaces.web.fields import Fields, Pairs, address
from enduse.interfaces.web.forms import (
    MAX_ROWS,
    Filled,
    Problem,
    field_of,
    kept,
    label_of,
    read_form,
    remedy_of,
    rows_of,
)
from enduse.interfaces.web.items import meant
from enduse.interfaces.web.page import HEADERS, Page, method_for, outcome_words
from enduse.interfaces.web.questions import asked, names_in, presumed
from enduse.interfaces.web.timeline import Kept, Period, answers, bars, governments, timeline
from enduse.model.assessment import Assessment
from enduse.model.countries import country_names
from enduse.model.errors import BadInput
from enduse.model.kept import Once
from enduse.model.transaction import Activity, PartyType, Role
from enduse.rules.facts import FactBook
from enduse.rules.rulebook import DEFAULT_LAWS, shipped_rulebooks

KEEP = "assessment.create"
EXAMPLE: Pairs = (
    ("item", "5A001.j"),
    ("from", "US"),
    ("to", "EG"),
    ("party.0.role", "end_user"),
    ("party.0.name", "Ministry of Interior"),
    ("party.0.type", "government"),
    ("party.0.country", "EG"),
)
"""The transaction that the first page offers to look at."""


@dataclass(frozen=True)
class Answered:
    """An assessment with the evidence that it rests on."""

    found: Assessment
    evidence: Evidence
    fields: Fields


def home(desk: Desk) -> Page:
    """The form, filled in as far as the address states it."""
    return form_page(desk, Filled(desk.fields))


def form_page(desk: Desk, filled: Filled) -> Page:
    """The form with what is wrong beside each field."""
    rows = list(rows_of(filled.fields))
    most = max(rows, default=-1)
    wanted = 1 if not rows else len(rows) + (desk.fields.one("add") == "party")
    while len(rows) < min(wanted, MAX_ROWS):
        most += 1
        rows.append(most)
    problems, facts = dict(filled.problems), FactBook.load()

    codes = meant(desk, filled.fields) if "item" in problems and "item" in filled.fields else []
    if codes and "did you mean" not in problems["item"].remedy:
        problems["item"] = Problem(problems["item"].text, "choose one of the codes below it, or find the code")

    def wrong(name: str) -> bool:
        return name.startswith("fact.") and name.partition(":")[0] in problems

    return Page(
        "home.html",
        "Check a transaction" if not problems else "Check a transaction: something is to be mended",
        {
            "fields": filled.fields,
            "problems": problems,
            "meant": codes,
            "rows": rows,
            "activities": [one.value for one in Activity],
            "roles": [one.value for one in Role],
            "types": [one.value for one in PartyType],
            "laws": laws(),
            "chosen_laws": filled.fields.all("law") or DEFAULT_LAWS,
            "countries": country_names(),
            "label_of": label_of,
            "example": desk.url("/check", *EXAMPLE),
            "own_facts": [pair for pair in filled.fields.pairs if pair[0].startswith("fact.") and not wrong(pair[0])],
            "wrong_facts": [(name, facts.question(name.removeprefix("fact."))) for name in problems if wrong(name)],
            "pins": (),
        },
        422 if problems else 200,
        "/",
    )


def laws() -> tuple[tuple[str, str], ...]:
    """Every law that can be asked, with the government's name."""
    return tuple(dict.fromkeys((book.jurisdiction, book.government) for book in shipped_rulebooks()))


def judged(desk: Desk) -> Answered | Filled:
    """The assessment that the address asks for, or the form with what is wrong in it.

    Raises:
        BadInput: the address pins a day that cannot be.
    """
    filled = read_form(desk.fields, desk.today)
    if filled.transaction is None:
        return filled
    evidence = desk.evidence()
    banners = (*evidence.law.banners, *evidence.notes)
    try:
        found = assess(
            filled.transaction,
            as_of=desk.as_of,
            library=evidence.library,
            settings=filled.settings,
            today=evidence.known_on,
            rulebooks=evidence.law.books,
            banners=banners,
        )
    except BadInput as problem:
        name = field_of(problem.where)
        return Filled(desk.fields, problems={name: Problem(problem.problem, remedy_of(problem.remedy))})
    return Answered(found, evidence, desk.fields)


def answer(desk: Desk) -> Page:
    """The assessment, and the questions that the law asks next."""
    done = judged(desk)
    if isinstance(done, Filled):
        return form_page(desk, done)
    found, pairs = done.found, kept(desk.fields)
    questions, assumptions = asked(found, desk.fields), presumed(found, desk.fields)
    names = names_in((*questions, *assumptions))
    again = tuple(pair for pair in pairs if pair[0] not in names and pair[0] not in ("known_on", "lists", "rules"))
    pinned = (*pairs, *done.evidence.pins)
    if "date" not in desk.fields:
        pinned = (*pinned, ("date", found.transaction.date.isoformat()))
    return Page(
        "answer.html",
        f"{outcome_words(found.outcome)}: {found.transaction.items[0].code} to {found.transaction.destination}",
        {
            **shown.told(found, done.evidence.law.books),
            "pinned": done.evidence.pinned,
            "filed": None,
            "questions": questions,
            "assumptions": assumptions,
            "hidden": again,
            "method": method_for("/check", pinned),
            "may_keep": desk.actor.signed_in and desk.may(KEEP),
            "may_file": desk.may("case.file") and bool(desk.actor.organisation),
            "change": address("/", pairs),
            "permalink": address("/check", pinned),
            "pinned_pairs": pinned,
            "pairs": pairs,
            "timeline": address("/check/timeline", pairs),
            "countries": country_names(),
            "denials": denials_like(desk, found),
        },
        section="/",
    )


def denials_like(desk: Desk, found: Assessment) -> tuple[Flag, ...]:
    """Denials that resemble the transaction, of those that the person may read."""
    tx = found.transaction
    if desk.service is None:
        return ()
    names, codes = [one.name for one in tx.parties], [one.code for one in tx.items]
    return flags(desk.service, desk.actor, names, codes=codes, destination=tx.destination)


def keep(desk: Desk) -> Page | Response:
    """Keep the assessment that the page shows, under who is signed in; the same once more is the one that was kept."""
    done = judged(desk)
    if isinstance(done, Filled):
        return form_page(desk, done)
    said = hashlib.sha256(document_bytes(assessment_document(done.found))).hexdigest()
    once = Once(desk.actor.id, f"page:{said}", said)
    kept_one, _ = desk.service.desk.keep(done.found, desk.actor, once=once)
    return RedirectResponse(f"/assessments/{kept_one.id}", 303)


def document(desk: Desk) -> Page | Response:
    """The assessment document, as ``enduse check --json`` writes it: it can be kept, and replayed."""
    done = judged(desk)
    if isinstance(done, Filled):
        return form_page(desk, done)
    text = json.dumps(assessment_document(done.found), ensure_ascii=False, indent=2, sort_keys=True)
    day = dt.date.fromisoformat(done.found.as_of)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="assessment-{day}.json"'}
    return Response(text + "\n", headers=headers, media_type="application/json")


_TIMELINES: Kept[tuple[tuple[Period, ...], int]] = Kept(32)


def over_time(desk: Desk) -> Page:
    """On which days the answer changes."""
    filled = read_form(Fields.of(desk.fields.without("part")), desk.today)
    tx = filled.transaction
    if tx is None:
        return form_page(desk, filled)
    evidence = desk.evidence()
    key = (tx, tuple(sorted(tx.facts.items(), key=str)), filled.settings, evidence.pins)
    pairs = kept(Fields.of(desk.fields.without("part")))
    try:
        periods, left_out = _TIMELINES.get(
            repr(key), lambda: timeline(tx, evidence.law.books, filled.settings, evidence.library.screen)
        )
    except BadInput as problem:
        name = field_of(problem.where)
        return form_page(
            desk, Filled(desk.fields, problems={name: Problem(problem.problem, remedy_of(problem.remedy))})
        )
    day = desk.as_of or tx.date
    without = tuple(pair for pair in pairs if pair[0] != "as_of")
    return Page(
        "timeline.html",
        f"Over time: {tx.items[0].code} to {tx.destination}",
        {
            "tx": tx,
            "periods": periods,
            "left_out": left_out,
            "bars": bars(periods, day),
            "governments": governments(periods),
            "answers": lambda one: answers(one, governments(periods)),
            "day": day,
            "back": address("/check", pairs),
            "on_day": lambda start: address("/check", (*without, ("as_of", start.isoformat()))),
        },
        section="/",
    )
