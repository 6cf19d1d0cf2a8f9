"""The pages of designations and of evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from enduse.cases.designations import evidence
from enduse.cases.designations.designation import Designation
from enduse.cases.designations.rulebook import ListingAuthority
from enduse.cases.designations.spread import counted, reached
from enduse.cases.refusals import Conflict, Refused
from enduse.interfaces.designations.desk import Desk as Counter
from enduse.interfaces.designations.quality import FLAGS
from enduse.interfaces.web.designations import drawing, forms
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import Fields, address
from enduse.interfaces.web.licensing.room import names_of
from enduse.interfaces.web.page import Page
from enduse.lists.legal import listing_words
from enduse.model.errors import BadInput
from enduse.model.time import parse_date

SECTION = "/designations"
VIEW, NOMINATE, EVIDENCE, RECORD = "designation.view", "designation.nominate", "evidence.view", "evidence.record"
_TABS = (("/designations", "Designations", VIEW), ("/evidence", "Evidence", EVIDENCE))
_MOST = 200


def _counter(desk: Desk) -> Counter:
    found: Counter = desk.service.designations.desk(desk.actor)
    return found


def _page(desk: Desk, template: str, title: str, context: Mapping[str, Any], status: int = 200) -> Page:
    counter = _counter(desk)
    tabs = [(path, label) for path, label, action in _TABS if counter.may(action)]
    shared = {
        "tabs": tabs,
        "tab": next((path for path, _ in tabs if desk.path.startswith(path)), ""),
        "counter": counter,
        "titles": forms.TITLES,
        "case_url": case_url,
        "entry_url": entry_url,
        "today": desk.today,
        "done": desk.fields.one("done") if not desk.posted else "",
        "wide": drawing.WIDE,
        "tall": drawing.TALL,
        "bar": drawing.BAR,
    }
    return Page(f"designations/{template}", title, shared | dict(context), status, SECTION)


def case_url(case_id: str, command: str = "") -> str:
    """The address of a designation, or of the form of a command on it."""
    base = f"/designations/{quote(case_id, safe='')}"
    return f"{base}/do/{command}" if command else base


def entry_url(entry_id: str) -> str:
    """The address of an entry."""
    return f"/evidence/{quote(entry_id, safe='')}"


def _see(path: str) -> RedirectResponse:
    return RedirectResponse(address(path, (("done", "yes"),)), 303)


# --- designations


def overview(desk: Desk) -> Page:
    """The designations."""
    counter = _counter(desk)
    search, status = desk.fields.one("search"), desk.fields.one("status")
    cases = counter.cases(search, status)
    rows = counter.rows(cases[-_MOST:])[::-1]
    procedure = desk.service.designations.designations().procedure if rows else None
    statuses = procedure.statuses if procedure else ()
    context = {"rows": rows, "fields": desk.fields, "statuses": statuses, "more": len(cases) - len(rows)}
    return _page(desk, "list.html", "Designations", context)


def one(desk: Desk) -> Page:
    """A designation: what is in force, votes, criteria with their evidence, petitions, what happened."""
    counter = _counter(desk)
    case = counter.case(desk.params["id"])
    return _one(desk, counter, case)


def _one(desk: Desk, counter: Counter, case: Designation, problem: Refused | None = None, status: int = 200) -> Page:
    known_on = desk.fields.one("known_on")
    known = parse_date(known_on, where="known_on") if known_on else None
    asked = desk.fields.one("on")
    day = parse_date(asked, where="on") if asked else desk.as_of
    view = counter.view(case, as_of=day, known_on=known)
    service = desk.service.designations.designations()
    party = service.party(case.id)
    named = {entry for one in view["criteria"] for entry in one["evidence"]}
    entries = tuple(one for one in counter.entries() if one.id in named) if counter.may(EVIDENCE) else ()
    history = counter.history(case)
    nodes, edges = evidence.graph(entries)
    context = {
        "view": view,
        "case": case,
        "fields": desk.fields,
        "known_on": known_on,
        "possible": counter.possible(case),
        "listings": [(one, listing_words(one)) for one in party.listings] if party else [],
        "days": drawing.days(party.listings, service.day(case)) if party else None,
        "entries": {one.id: one for one in entries},
        "flow": drawing.flow(nodes, edges) if nodes else None,
        "edges": edges,
        "history": history,
        "names": names_of(desk, (one["actor"] for one in history)),
        "flags": FLAGS,
        "measured": case.quality is not None and case.quality.nomination == case.nominated_sha256,
        "may_measure": counter.may(NOMINATE) and case.status in ("nominated", "approved"),
        "problem": problem.refusal if problem else None,
    }
    return _page(desk, "one.html", f"{view['subject']['name']}: designation", context, status)


def measure(desk: Desk) -> Page | Response:
    """Measure the quality of a nomination."""
    counter = _counter(desk)
    case = counter.case(desk.params["id"])
    try:
        counter.measure(case.id)
    except Refused as error:
        return _one(desk, counter, case, error, 422)
    return _see(case_url(case.id))


def notice(desk: Desk) -> Response:
    """The notice that everybody may read."""
    counter = _counter(desk)
    return Response(counter.notice(counter.case(desk.params["id"])), media_type="text/markdown; charset=utf-8")


def nominate(desk: Desk) -> Page | Response:
    """The form of a nomination."""
    counter = _counter(desk)
    procedure = desk.service.designations.designations().procedure
    chosen = desk.fields.one("authority", next(iter(procedure.authorities)))
    authority = procedure.authorities.get(chosen)
    if authority is None:
        known = ", ".join(procedure.authorities)
        raise BadInput(f"no authority {chosen[:40]!r}", where="authority", remedy=f"known: {known}")
    others = [(one.id, one.title) for one in procedure.authorities.values()]

    def send() -> str:
        return case_url(counter.nominate(forms.nomination_body(authority, desk.fields)).id)

    return _form(
        desk,
        "Nominate somebody",
        forms.nomination(authority),
        send,
        back=("/designations", "Designations"),
        more={"authorities": others, "authority": authority},
    )


def view_of(command: str) -> Callable[[Desk], Page | Response]:
    """The page of a command."""

    def view(desk: Desk) -> Page | Response:
        counter = _counter(desk)
        case = counter.case(desk.params["id"])
        service = desk.service.designations.designations()
        authority: ListingAuthority = service.authority(case)
        fields = forms.fields_of(command, case, authority)
        assert case.nomination is not None
        shown = desk.fields
        if command == "revise" and not desk.posted:
            shown = Fields.of(forms.typed_nomination(case))
        subject = case.nomination.subject.name

        def send() -> str:
            seen = desk.fields.one("seen")
            number = int(seen) if seen.isdecimal() and len(seen) < 9 else None
            counter.act(case.id, command, forms.command_body(command, case, authority, desk.fields), seen=number)
            return case_url(case.id)

        votes = [one for one in counter.view(case)["votes"] if not one["closed"]] if command in forms.NUMBERED else []
        more = {"votes": votes, "seen": desk.fields.one("seen", str(case.seq)), "shown": shown}
        return _form(
            desk, f"{forms.TITLES[command]}: {subject}", fields, send, back=(case_url(case.id), subject), more=more
        )

    return view


def _form(
    desk: Desk,
    title: str,
    fields: Iterable[forms.Field],
    send: Callable[[], str],
    *,
    back: tuple[str, str],
    more: Mapping[str, Any] | None = None,
) -> Page | Response:
    """A form; what is refused is said above what was typed."""
    context: dict[str, Any] = {"form": tuple(fields), "back": back, "title": title, "shown": desk.fields}
    context |= {"votes": [], "seen": "", "authorities": [], "authority": None, "problem": None, "wrong": None}
    context |= dict(more or {})
    if not desk.posted:
        return _page(desk, "form.html", title, context)
    try:
        return _see(send())
    except Refused as error:
        context |= {"problem": error.refusal, "shown": desk.fields}
    except Conflict:
        remedy = "what you typed is still below: look at what changed, then send it again if it still holds"
        told = BadInput("somebody else changed it after you opened this page", where="not done", remedy=remedy)
        context |= {"wrong": told, "shown": desk.fields, "seen": ""}
        return _page(desk, "form.html", title, context, 409)
    except BadInput as error:
        context |= {"wrong": error, "shown": desk.fields}
    return _page(desk, "form.html", title, context, 422)


# --- evidence


def register(desk: Desk) -> Page:
    """The register of evidence, with the graph that its entries draw."""
    counter = _counter(desk)
    fields = desk.fields
    entries = counter.entries(fields.one("search"), technology=fields.one("technology"), vendor=fields.one("vendor"))
    everything = counter.entries()
    shown = entries[-_MOST:][::-1]
    nodes, edges = evidence.graph(shown)
    context = {
        "rows": [counter.entry_document(one) for one in shown],
        "more": len(entries) - len(shown),
        "fields": fields,
        "technologies": sorted({one.content.technology for one in everything if one.content.technology}),
        "vendors": sorted({one.content.vendor for one in everything if one.content.vendor}),
        "flow": drawing.flow(nodes, edges) if nodes else None,
        "edges": edges,
        "may_record": counter.may(RECORD),
    }
    return _page(desk, "register.html", "Evidence", context)


def spread(desk: Desk) -> Page:
    """A vendor, or a technology: where it has spread and when, as recorded; all of them where none is named."""
    counter, fields = _counter(desk), desk.fields
    vendor, technology = fields.one("vendor").strip(), fields.one("technology").strip()
    if not vendor and not technology:
        everything = [one.content for one in counter.entries()]
        context: dict[str, Any] = {
            "subject": "",
            "vendors": counted(one.vendor for one in everything),
            "technologies": counted(one.technology for one in everything),
        }
        return _page(desk, "spread.html", "Vendors and technologies", context)
    entries = counter.entries(technology=technology, vendor=vendor)
    ordered = sorted(entries, key=lambda one: (one.content.occurred is None, one.content.occurred or one.at.date()))
    nodes, edges = evidence.graph(entries)
    context = {
        "kind": "vendor" if vendor else "technology",
        "subject": ", ".join(filter(None, (vendor, technology))),
        "count": len(entries),
        "contradicted": sum(one.contradicted for one in entries),
        "rows": [counter.entry_document(one) for one in ordered],
        "reached": reached(entries),
        "times": drawing.times(ordered),
        "flow": drawing.flow(nodes, edges) if nodes else None,
        "edges": edges,
    }
    return _page(desk, "spread.html", f"{context['kind'].capitalize()}: {context['subject']}", context)


def record(desk: Desk) -> Page | Response:
    """The form of an entry with its first source."""
    counter = _counter(desk)
    source = tuple(one for one in forms.SOURCE if one.name not in ("title", "stance"))
    first = (
        forms.Field("publisher", "Publisher", hint="empty for a protected source", group="Its source"),
        forms.Field("source_title", "Title of the source"),
        *source[1:],
    )

    def send() -> str:
        made = forms.body_of(forms.EVIDENCE, desk.fields)
        told = forms.body_of(source, desk.fields)
        if title := desk.fields.one("source_title"):
            told["title"] = title
        entry, _ = counter.record({"title": "", "what": "", "harm": "", **made, "sources": [told]})
        return entry_url(entry.id)

    of = desk.fields.one("handed_over")
    shown = Fields.of(forms.typed_draft(counter.handover(of))) if of and not desk.posted else desk.fields
    form = (*forms.EVIDENCE, *first)
    return _form(desk, "Record evidence", form, send, back=("/evidence", "Evidence"), more={"shown": shown})


def entry(desk: Desk) -> Page:
    """An entry: what happened, its sources for and against, links, and others that may tell of the same."""
    counter = _counter(desk)
    found = counter.entry(desk.params["id"])
    others = [one for one in counter.entries() if one.id != found.id]
    nodes, edges = evidence.graph([found])
    context = {
        "view": counter.entry_document(found),
        "alike": evidence.alike(found.content, others),
        "flow": drawing.flow(nodes, edges),
        "edges": edges,
        "names": names_of(desk, (found.by,)),
        "may_record": counter.may(RECORD),
    }
    return _page(desk, "entry.html", found.content.title, context)


def add_source(desk: Desk) -> Page | Response:
    """The form of a further source."""
    counter = _counter(desk)
    found = counter.entry(desk.params["id"])

    def send() -> str:
        counter.add_source(found.id, forms.body_of(forms.SOURCE, desk.fields))
        return entry_url(found.id)

    title = f"A further source: {found.content.title}"
    return _form(desk, title, forms.SOURCE, send, back=(entry_url(found.id), found.content.title))


def add_link(desk: Desk) -> Page | Response:
    """The form of a link to another entry."""
    counter = _counter(desk)
    found = counter.entry(desk.params["id"])

    def send() -> str:
        counter.link(found.id, {"kind": "", "entry": "", **forms.body_of(forms.LINK, desk.fields)})
        return entry_url(found.id)

    title = f"Link to another entry: {found.content.title}"
    return _form(desk, title, forms.LINK, send, back=(entry_url(found.id), found.content.title))
