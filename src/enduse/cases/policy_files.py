"""Reads the policies, and checks them while it reads.

A word that names nothing, a status that nothing reaches or leaves, a separation of a command that there is not, is an
error with file and line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from enduse.cases import bodies, denial_bodies, facts, licence_bodies  # noqa: F401  they register the kinds of events
from enduse.cases.bodies import OUTCOMES, Finding
from enduse.cases.clocks import Clocks, shipped_clocks
from enduse.cases.conditions import read_tree
from enduse.cases.denials import read_matching
from enduse.cases.events import BODIES
from enduse.cases.policies import (
    Authority,
    CaseType,
    Criterion,
    FindingRule,
    MessageRule,
    Policies,
    QuestionRule,
    RetentionRule,
    RetypeRule,
    RoutingRule,
    Rung,
    Separation,
    Transition,
    Trigger,
)
from enduse.cases.reading import Row, read_document, shipped

T = TypeVar("T")
FILES = ("organisation", "transitions", "human_rights", "routing", "intake", "messages", "retention", "denials")
RECIPIENTS = ("exporter", "customs", "member_states", "regime", "regime_aggregate", "consulted")
ANSWER_FIELDS = (*("reasoning", "sources", "likelihood", "severity", "groups", "link", "mitigations", "residual"),)


def read_policies(
    documents: Mapping[str, bytes | str], *, guards: Collection[str] | None = None, clocks: Clocks | None = None
) -> Policies:
    """Policies from documents by name (see :data:`FILES`); the shipped ones stand in for those that are left out.

    Args:
        documents: name without ``.yaml`` -> YAML.
        guards: names of the guards that the program has; not checked where None.
        clocks: the shipped ones when None.

    Raises:
        BadInput: something is missing, unknown or contradictory; names file and line.
    """
    ticking = clocks or shipped_clocks()

    def document(name: str) -> Row:
        return read_document(documents.get(name) or shipped(f"{name}.yaml"), f"{name}.yaml")

    organisation = document("organisation").only(
        "authorities", "partner_calendars", "roles", "barred", "types", "separations"
    )
    human_rights = document("human_rights").only(
        "groups", "triggers", "criteria", "findings", "second_countersignature"
    )
    routing = document("routing").only("advised_roles", "agencies", "routing", "ladder")
    intake = document("intake").only("declarations", "questions", "retype", "pauses")
    table = document("transitions").only("statuses", "final", "transitions")
    authorities = _by_id(organisation, "authorities", lambda row: _authority(row, ticking))
    laws = {one.law for one in authorities.values()}
    roles = _by_id(organisation, "roles", _role)
    barred = frozenset(organisation.texts("barred"))
    _known(organisation, "barred", barred, roles, "role")
    types = _by_id(organisation, "types", lambda row: _type(row, laws))
    groups = _by_id(human_rights, "groups", _group)
    statuses = table.texts("statuses", None)
    transitions = tuple(_transitions(table, statuses, roles, guards))
    agencies = tuple(_by_id(routing, "agencies", lambda row: row.only("id", "title", "authorities").text("title")))
    calendars = organisation.row("partner_calendars")
    partner_calendars = {key: calendars.text(key) for key in calendars.values} if calendars else {}
    for state, calendar in partner_calendars.items():
        if calendars and calendar not in ticking.calendars:
            raise calendars.wrong(f"no calendar {calendar!r}", state)
    return Policies(
        authorities=authorities,
        partner_calendars=partner_calendars,
        roles=roles,
        barred=barred,
        types=types,
        separations=tuple(_separations(organisation, transitions)),
        statuses=statuses,
        final=table.texts("final", None),
        transitions=transitions,
        groups=groups,
        triggers=_triggers(human_rights, "triggers", groups),
        criteria=tuple(_by_id(human_rights, "criteria", lambda row: _criterion(row, laws, groups)).values()),
        findings=_findings(human_rights),
        second_countersignature=_triggers(human_rights, "second_countersignature", groups),
        advised_roles=routing.texts("advised_roles", None),
        agencies=agencies,
        routing=tuple(_by_id(routing, "routing", lambda row: _route(row, agencies, authorities, groups)).values()),
        ladder=tuple(_ladder(routing, authorities, ticking)),
        declarations=intake.texts("declarations", None),
        questions=tuple(_by_id(intake, "questions", lambda row: _question(row, laws, groups)).values()),
        retype=tuple(_by_id(intake, "retype", lambda row: _retype(row, types, groups)).values()),
        pauses=intake.texts("pauses"),
        messages=tuple(_by_id(document("messages").only("messages"), "messages", lambda r: _message(r, laws)).values()),
        retention=tuple(
            _by_id(document("retention").only("periods"), "periods", lambda row: _retention(row, laws)).values()
        ),
        matching=read_matching(documents.get("denials") or shipped("denials.yaml"), "denials.yaml"),
        clocks=ticking,
    )


def _by_id(root: Row, key: str, make: Callable[[Row], T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for row in root.rows(key):
        identifier = row.identifier()
        if identifier in found:
            raise row.wrong(f"{identifier!r} occurs twice in {key}", "id")
        found[identifier] = make(row)
    if not found:
        raise root.wrong(f"{key} holds nothing", key)
    return found


def _known(row: Row, key: str, values: Collection[str], known: Collection[str], what: str) -> None:
    for value in values:
        if value not in known:
            raise row.wrong(f"no {what} {value!r}", key, f"known: {', '.join(sorted(known))}")


def _authority(row: Row, clocks: Clocks) -> Authority:
    row.only("id", "title", "state", "law", "zone", "calendar", "intent_clock")
    if intent := row.text("intent_clock", ""):
        _known(row, "intent_clock", [intent], {rule.id for rule in clocks.rules}, "clock")
    _known(row, "calendar", [row.text("calendar")], clocks.calendars, "calendar")
    try:
        zone = ZoneInfo(row.text("zone"))
    except (ZoneInfoNotFoundError, ValueError):
        raise row.wrong(f"no time zone {row.text('zone')!r}", "zone", "write one like Europe/Amsterdam") from None
    identifier, state, law = row.identifier(), row.text("state"), row.text("law")
    return Authority(identifier, row.text("title"), state, law, zone, row.text("calendar"), intent)


def _role(row: Row) -> str:
    row.only("id", "title", "side").text("title")
    return row.word("side", ("exporter", "authority", "system"))


def _type(row: Row, laws: Collection[str]) -> CaseType:
    row.only("id", "title", "law", "kind", "valid_months", "citation")
    _known(row, "law", [row.text("law")], laws, "law")
    kind = row.word("kind", ("licence", "notification", "request"))
    return CaseType(
        row.identifier(), row.text("title"), row.text("law"), kind, row.number("valid_months"), row.citation()
    )


def _group(row: Row) -> tuple[str, ...]:
    row.only("id", "title", "codes", "citation").citation()
    return row.texts("codes", None)


def _transitions(
    table: Row, statuses: tuple[str, ...], roles: Mapping[str, str], guards: Collection[str] | None
) -> Iterator[Transition]:
    seen: set[tuple[str, str]] = set()
    reached, left = {"draft"}, set[str]()
    final = set(table.texts("final", None))
    for row in table.rows("transitions"):
        row.only("command", "from", "to", "event", "roles", "guards", "auto", "reopens")
        command, source, targets = row.identifier("command"), row.texts("from", None), row.texts("to", None)
        _known(row, "from", source, (*statuses, ""), "status")
        _known(row, "to", targets, statuses, "status")
        event = row.text("event", "") if row.values.get("event") else ""
        if event:
            _known(row, "event", [event], BODIES, "kind of event")
        who = row.texts("roles", None)
        _known(row, "roles", who, roles, "role")
        if not who:
            raise row.wrong("nobody may do it", "roles")
        auto = row.flag("auto")
        if auto and who != ("system",):
            raise row.wrong("what is done by itself is done by the system alone", "roles")
        checks = row.texts("guards")
        if guards is not None:
            _known(row, "guards", checks, guards, "guard")
        for status in source:
            if (command, status) in seen:
                raise row.wrong(f"{command} from {status or 'nothing'} occurs twice", "from")
            seen.add((command, status))
            if targets and status in final and not row.flag("reopens"):
                raise row.wrong(f"{status} is final and leads nowhere", "from")
            if targets:
                left.add(status)
        reached.update(targets)
        yield Transition(command, source, targets, event, who, checks, auto)
    for status in statuses:
        if status not in reached:
            raise table.wrong(f"nothing leads to {status}", "statuses")
        if status not in left and status not in final:
            raise table.wrong(f"nothing leads out of {status}", "statuses", "put it among final, or lead it on")


def _separations(root: Row, transitions: tuple[Transition, ...]) -> Iterator[Separation]:
    commands = {row.command for row in transitions}
    for row in root.rows("separations"):
        row.only("id", "command", "after", "since", "why", "citation")
        _known(row, "command", [row.text("command")], commands, "command")
        after, since = row.texts("after", None), row.text("since", "")
        _known(row, "after", after, BODIES, "kind of event")
        if since:
            _known(row, "since", [since], BODIES, "kind of event")
        yield Separation(row.identifier(), row.text("command"), after, since, row.text("why"), row.citation())


def _triggers(root: Row, key: str, groups: Collection[str]) -> tuple[Trigger, ...]:
    def make(row: Row) -> Trigger:
        row.only("id", "title", "when", "citation")
        if row.row("when") is None:
            raise row.wrong("when is missing", "when")
        return Trigger(row.identifier(), row.text("title"), read_tree(row.row("when"), groups), row.citation())

    return tuple(_by_id(root, key, make).values())


def _criterion(row: Row, laws: Collection[str], groups: Collection[str]) -> Criterion:
    row.only("id", "law", "question", "mandatory", "when", "citation")
    of = row.texts("law", None)
    _known(row, "law", of, laws, "law")
    when = read_tree(row.row("when"), groups)
    return Criterion(row.identifier(), of, row.text("question"), row.flag("mandatory"), when, row.citation())


def _findings(root: Row) -> dict[Finding, FindingRule]:
    found: dict[Finding, FindingRule] = {}
    for row in root.rows("findings"):
        row.only("id", "states", "blocks")
        finding = Finding(row.word("id", tuple(Finding)))
        states, blocks = row.texts("states", None), row.texts("blocks", None)
        _known(row, "states", states, ANSWER_FIELDS, "field of an answer")
        _known(row, "blocks", blocks, OUTCOMES, "outcome")
        if finding in found:
            raise row.wrong(f"{finding} occurs twice", "id")
        found[finding] = FindingRule(finding, states, blocks)
    for finding in Finding:
        if finding not in found:
            raise root.wrong(f"nothing says what {finding} asks for and blocks", "findings")
    if not {"grant", "grant_with_conditions"} <= set(found[Finding.CLEAR_RISK].blocks):
        raise root.wrong("a clear risk must block every grant", "findings")
    return found


def _route(row: Row, agencies: Collection[str], authorities: Collection[str], groups: Collection[str]) -> RoutingRule:
    row.only("id", "revision", "to", "authorities", "when", "citation")
    to, of = row.texts("to", None), row.texts("authorities", None)
    _known(row, "to", to, agencies, "agency")
    _known(row, "authorities", of, authorities, "authority")
    when = read_tree(row.row("when"), groups)
    return RoutingRule(row.identifier(), row.number("revision"), to, of, when, row.citation())


def _ladder(root: Row, authorities: Collection[str], clocks: Clocks) -> Iterator[Rung]:
    known = {rule.id for rule in clocks.rules}
    for row in root.rows("ladder"):
        row.only("authority", "rung", "title", "majority", "window", "citation")
        _known(row, "authority", [row.text("authority")], authorities, "authority")
        window = row.text("window", "")
        if window:
            _known(row, "window", [window], known, "clock")
        yield Rung(
            row.text("authority"),
            row.identifier("rung"),
            row.text("title"),
            row.flag("majority"),
            window,
            row.citation(),
        )


def _question(row: Row, laws: Collection[str], groups: Collection[str]) -> QuestionRule:
    row.only("id", "basis", "text", "answers", "laws", "when", "citation")
    of, answers = row.texts("laws", None), row.texts("answers", None)
    _known(row, "laws", of, laws, "law")
    if len(answers) < 2:
        raise row.wrong("a question with one answer asks nothing", "answers")
    when = read_tree(row.row("when"), groups)
    return QuestionRule(row.identifier(), row.text("basis"), row.text("text"), answers, of, when, row.citation())


def _retype(row: Row, types: Collection[str], groups: Collection[str]) -> RetypeRule:
    row.only("id", "to", "when", "citation")
    _known(row, "to", [row.text("to")], types, "type of case")
    return RetypeRule(row.identifier(), row.text("to"), read_tree(row.row("when"), groups), row.citation())


def _message(row: Row, laws: Collection[str]) -> MessageRule:
    row.only(
        *("id", "on", "per", "when", "laws", "tiers", "to", "type", "fields", "handling", "target_days", "limit_days"),
        "citation",
    )
    _known(row, "on", [row.text("on")], BODIES, "kind of event")
    _known(row, "laws", row.texts("laws"), laws, "law")
    target, limit = row.number("target_days", 0), row.number("limit_days", 0)
    if limit < target:
        raise row.wrong("the limit lies before the target", "limit_days")
    return MessageRule(
        id=row.identifier(),
        on=row.text("on"),
        to=row.word("to", RECIPIENTS),
        type=row.text("type"),
        fields=row.texts("fields", None),
        handling=row.word("handling", denial_bodies.HANDLING),
        citation=row.citation(),
        per=row.word("per", ("", "refused_line", "granted_after_consultation", "reviewed_denial"), ""),
        when=row.text("when", ""),
        laws=row.texts("laws"),
        tiers=row.texts("tiers"),
        target_days=target,
        limit_days=limit,
    )


def _retention(row: Row, laws: Collection[str]) -> RetentionRule:
    row.only("id", "law", "years", "from", "calendar_year", "citation")
    _known(row, "law", [row.text("law")], laws, "law")
    row.word("from", ("latest",))
    years = row.number("years")
    if not 0 < years < 100:
        raise row.wrong(f"{years} years is no period", "years")
    return RetentionRule(row.identifier(), row.text("law"), years, row.flag("calendar_year"), row.citation())
