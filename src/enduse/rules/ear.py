"""Predicates and repetitions over the tables of the Export Administration Regulations.

Sources: 15 CFR 738.4 (using the Commerce Control List with the Country Chart), 740.2-740.22 (licence exceptions),
Supplement No. 1 to part 738 (chart), Supplement No. 1 to part 740 (groups), Supplement No. 1 to part 774 (list).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from enduse.model.codes import covers, covers_code, eccn_of, only_z
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.model.truth import Truth
from enduse.rules.answer import FALSE, TRUE, Answer, both, either, known, negated, unknown
from enduse.rules.given import PartyListing
from enduse.rules.listing_text import scope_covers
from enduse.rules.places import Place, destination, groups, occupied_region, resolve
from enduse.rules.predicates import (
    a_text,
    flag,
    one_of,
    predicate,
    programmes_among,
    texts,
    used_for_covered,
)
from enduse.rules.repeat import Binding, listings, repetition
from enduse.rules.situation import Situation
from enduse.rules.tables import Row


@repetition("controls", over_tables=True)
def controls(s: Situation, argument: Mapping[str, Any]) -> Iterator[Binding]:
    """The entry's reasons for control whose scope reaches the item's sub-paragraph."""
    eccn = eccn_of(s.item.code)
    if eccn is None:
        return
    for row in s.tables.lookup("ccl_controls", "eccn", eccn):
        if row["requirement"] not in argument["requirement"] or not s.holds(row):
            continue
        if row["requirement"] == "all" and row["except_countries"]:
            raise BadInput("'all' excepts no country", where=f"{row.table}.csv line {row.line}", remedy="all_except")
        membership = row_reaches(s, row)
        if membership.truth is Truth.FALSE:
            continue
        if row.get("citation"):
            doubt = "" if row.citation.verified else " [not verified]"
            membership = both((membership, known(True, notes=(row.citation.text + doubt,))))
        exceptions = "_".join(row.values("except_countries")) if row["requirement"] == "all_except" else ""
        words = {
            "section": row["column"] or "774",
            "control": row["reason"],
            "column": row["column"],
            "scope": "ALL_EXCEPT_" + exceptions if exceptions else "ALL",
            "scope_text": row.get("scope_text"),
        }
        yield Binding({"control": row}, membership, words)


def row_reaches(s: Situation, row: Row) -> Answer:
    """Whether a row of the list (a reason, or an exception's line) reaches the item's sub-paragraph."""
    cells = [
        row.cell(column) for column in ("eccn", "include", "exclude", "requirement", "reason") if column in row.cells
    ]
    truth = covers(row.values("include"), row.values("exclude"), row["eccn"], s.item.code)
    if truth is Truth.UNKNOWN and only_z(row.values("include")):
        z_paragraph = row_condition(s, "z_paragraph")
        settled = row.values("include") == ("z",) or z_paragraph.truth is not Truth.TRUE
        reaches = z_paragraph if settled else unknown("item.sub_paragraph")
    elif truth is Truth.UNKNOWN and s.closed_world and "symbol" in row.cells:
        # A case names the full classification; a line for other sub-paragraphs is then no line for it.
        reaches = FALSE
    elif truth is Truth.UNKNOWN:
        reaches = unknown("item.sub_paragraph", notes=(f"{row['eccn']}: which sub-paragraph?",))
    else:
        reaches = known(truth is Truth.TRUE, cells=cells if truth is Truth.TRUE else ())
    parts = [reaches]
    if row.values("used_for"):
        parts.append(used_for_covered(s, row.values("used_for")))
    if row.values("used_for_exclude"):
        parts.append(negated(used_for_covered(s, row.values("used_for_exclude"))))
    parts += [row_condition(s, condition) for condition in row.values("condition")]
    return both(parts)


def row_condition(s: Situation, key: str) -> Answer:
    """A row's condition: a fact (``KEY`` or ``KEY=VALUE``), ``not:`` a condition, or a kind with what it takes.

    ``activity:``, ``from_table:`` (the items come from a country of that table), ``destination_group:``,
    ``item_reason:``, ``used_for_reason:``, and ``unparsed:`` for text that was not understood.
    """
    kind, _, rest = key.partition(":")
    if kind == "not":
        return negated(row_condition(s, rest))
    if kind == "activity":
        return known(s.activity.value == rest)
    if kind == "from_table":
        origin = s.origin
        if origin is None:
            return FALSE if s.closed_world else unknown("from")
        return _in_table(s, resolve(s, origin), rest)
    if kind == "destination_group":
        return known(bool(groups(s, destination(s), frozenset({rest}))))
    if kind == "item_reason":
        return item_has_reason(s, [rest])
    if kind == "used_for_reason":
        return _used_for_has_reason(s, rest)
    if kind == "unparsed":
        return FALSE if s.closed_world and key not in s.open_facts else unknown(key)
    name, _, wanted = key.partition("=")
    value, answer = s.fact(name)
    if value is None:
        return answer
    holds = value == wanted if wanted else value is True or value == "true"
    return Answer(Truth.of(holds), presumed=answer.presumed)


def _used_for_has_reason(s: Situation, reason: str) -> Answer:
    if s.item.used_for is None:
        return FALSE if s.closed_world else unknown("item.for")
    return item_has_reason(s.about(s.item.used_for), [reason])


@predicate("destination_in", texts)
def destination_in(s: Situation, argument: list[str]) -> Answer:
    """The destination is in one of these country groups (Supplement No. 1 to part 740)."""
    place = destination(s)
    if place.row is None:
        note = f"no row is held for {place.describe()} on {s.day}"
        return FALSE if s.closed_world else unknown("destination_name", notes=(note,))
    rows = groups(s, place, frozenset(argument))
    # In two of the groups at once: then no single cell decides.
    cells = {row.cell("group") for row in rows if len(rows) == 1} | (place.cells if rows else frozenset())
    note = f"{place.describe()} is in {', '.join(sorted(row['group'] for row in rows))}" if rows else ""
    return known(bool(rows), cells=cells, notes=(note,) if note else ())


@predicate("destination_resolved", flag)
def destination_resolved(s: Situation, _: Any) -> Answer:
    """The destination has a row of the chart, or is the territory of a state that has one."""
    place = destination(s)
    return known(place.row is not None, cells=place.cells)


@predicate("destination_row", texts)
def destination_row(s: Situation, argument: list[str]) -> Answer:
    """The chart row that governs the destination is that of one of these countries."""
    place = destination(s)
    return known(place.governing in argument, cells=place.cells)


@predicate("destination_footnote", texts)
def destination_footnote(s: Situation, argument: list[str]) -> Answer:
    """The destination's row of the chart carries one of these footnotes."""
    place = destination(s)
    if place.row is None:
        return FALSE
    carried = bool(set(place.row.values("footnotes")) & set(argument))
    return known(carried, cells=(place.row.cell("footnotes"),) if carried else ())


@predicate("destination_region", texts)
def destination_region(s: Situation, argument: list[str]) -> Answer:
    """The destination lies in one of these occupied regions (15 CFR 746.6)."""
    row = occupied_region(s)
    if row is not None:
        return known(row["region"] in argument, cells=(row.cell("names"),))
    if s.shipped_to not in ("UA", "RU", "XX"):
        return FALSE
    value, answer = s.fact("destination_region")
    if value is None:
        return answer
    return Answer(Truth.of(value in argument), presumed=answer.presumed)


@predicate("destination_in_table", a_text)
def destination_in_table(s: Situation, argument: str) -> Answer:
    """The destination has a row, in force on the day, in this table of countries."""
    place = destination(s)
    rows = [row for row in s.tables.lookup(argument, "country", place.governing) if s.holds(row)]
    return known(bool(rows), cells=[row.cell("country") for row in rows])


@predicate("column_marked", flag)
def column_marked(s: Situation, _: Any) -> Answer:
    """The destination's row has an X in the control's column (15 CFR 738.4(a)(2)(ii))."""
    place, row = destination(s), s.row("control")
    column = row["column"]
    answer = s.in_era(("column_marked", place.country, column), lambda: _marked(place, column))
    if answer.truth is not Truth.TRUE:
        return answer
    return Answer(answer.truth, cells=answer.cells | {row.cell("column")}, notes=answer.notes)


def _marked(place: Place, column: str) -> Answer:
    if place.row is None:
        return FALSE
    marked = place.row[column] == "X"
    note = f"{column} is {'marked' if marked else 'not marked'} for {place.describe()}"
    return known(marked, cells={place.row.cell(column), place.row.cell("country")} | place.cells, notes=(note,))


@predicate("chart_or_entry_asks", flag)
def chart_or_entry_asks(s: Situation, _: Any) -> Answer:
    """The Country Chart, or the entry for every destination but those it excepts, asks for a licence already."""
    place = destination(s)
    eccn = eccn_of(s.item.code)
    if place.row is None or eccn is None:
        return FALSE
    rows = s.tables.lookup("ccl_controls", "eccn", eccn)
    asking = [row for row in rows if s.holds(row) and _asks_for(row, place)]
    return either(row_reaches(s, row) for row in asking)


def _asks_for(row: Row, place: Place) -> bool:
    """Whether a row asks for a licence for a place that the chart has."""
    if row["requirement"] in ("all", "all_except"):
        return place.country not in row.values("except_countries")
    return row["requirement"] == "column" and place.row is not None and bool(place.row[row["column"]])


@predicate("control_reason", texts)
def control_reason(s: Situation, argument: list[str]) -> Answer:
    """The bound control's reason is one of these."""
    row = s.row("control")
    return known(row["reason"] in argument, cells=(row.cell("reason"),))


@predicate("destination_named_by_control", flag)
def destination_named_by_control(s: Situation, _: Any) -> Answer:
    """The destination is one of the countries or groups that the bound control names, and none that it excepts."""
    row = s.row("control")
    place = destination(s)
    named = in_places(s, place, row.values("destinations"))
    # A country that the row names itself stays, also where a group that it excepts holds it (3A090.b and the UAE).
    by_name = place.country in row.values("destinations") and place.country not in row.values("except_countries")
    if not by_name and in_places(s, place, row.values("except_countries")).truth is Truth.TRUE:
        return known(False, cells=(row.cell("except_countries"),) if named.truth is Truth.TRUE else ())
    if named.truth is not Truth.TRUE:
        return named
    return both((named, known(True, cells=(row.cell("destinations"),))))


def in_places(s: Situation, place: Place, wanted: Sequence[str]) -> Answer:
    """Whether a place is one of some: countries, country groups, or ``table:NAME`` for the countries of a table."""
    codes = {place.country, place.governing}
    tables = [name.partition(":")[2] for name in wanted if name.startswith("table:")]
    if codes & set(wanted) or groups(s, place, frozenset(wanted)):
        return TRUE
    return either(_in_table(s, place, table) for table in tables)


def _in_table(s: Situation, place: Place, table: str) -> Answer:
    """Whether a place has a row in a table of countries; a row whose ``standing`` is unknown leaves it open."""
    rows = [row for row in s.tables.lookup(table, "country", place.governing) if s.holds(row)]
    if not rows:
        return FALSE
    if rows[0].get("standing") == "unknown" and not s.closed_world:
        return unknown("law.not_modelled", notes=(f"{place.describe()}: {rows[0]['note']}",))
    return known(rows[0].get("standing") != "unknown", cells=(rows[0].cell("country"),))


@predicate("not_modelled", a_text)
def not_modelled(_: Situation, argument: str) -> Answer:
    """Always unknown: the law has a condition here that the rulebook does not model."""
    return unknown("law.not_modelled", notes=(argument,))


@predicate("destination_not_excepted", flag)
def destination_not_excepted(s: Situation, _: Any) -> Answer:
    """The destination is none of the countries that the bound control excepts."""
    row = s.row("control")
    return known(destination(s).governing not in row.values("except_countries"), cells=(row.cell("except_countries"),))


@predicate("item_on_control_list", flag)
def item_on_control_list(s: Situation, _: Any) -> Answer:
    """The item is in an entry of the Commerce Control List (it is not EAR99)."""
    eccn = eccn_of(s.item.code)
    return known(eccn is not None and bool(s.tables.lookup("ccl_entries", "eccn", eccn)))


@predicate("item_has_reason", texts)
def item_has_reason(s: Situation, argument: list[str]) -> Answer:
    """The item's sub-paragraph is controlled for one of these reasons, marked or not."""
    eccn = eccn_of(s.item.code)
    if eccn is None:
        return FALSE
    rows = [row for row in s.tables.lookup("ccl_controls", "eccn", eccn) if s.holds(row)]
    answers = [row_reaches(s, row) for row in rows if row["reason"] in argument]
    if sum(answer.truth is Truth.TRUE for answer in answers) > 1:
        # Several reasons reach it: then no single cell decides.
        return TRUE
    return either(answers)


@predicate("item_in_table", a_text)
def item_in_table(s: Situation, argument: str) -> Answer:
    """The item lies under a code of this table."""
    answers = []
    for row in s.tables[argument]:
        if not s.holds(row) or eccn_of(row["code"]) != eccn_of(s.item.code):
            continue
        _, _, sub = row["code"].partition(".")
        out = row.values("exclude")
        truth = covers((sub,) if sub else (), out, eccn_of(s.item.code) or "", s.item.code)
        listed = known(truth is Truth.TRUE, cells=(row.cell("code"),))
        if truth is Truth.UNKNOWN:
            listed = unknown("item.sub_paragraph")
        if row.values("used_for"):
            listed = both((listed, used_for_covered(s, row.values("used_for"))))
        if row.get("condition"):
            listed = both((listed, row_condition(s, row["condition"])))
        answers.append(listed)
    return either(answers)


@predicate("programme_in_table", a_text)
def programme_in_table(s: Situation, argument: str) -> Answer:
    """The bound listing is under one of this table's programmes."""
    item = s.bound["listing"]
    assert isinstance(item, PartyListing)
    rows = [row for row in s.tables[argument] if s.holds(row) and row["programme"] in item.listing.programmes]
    if not item.listing.programmes:
        return programmes_among(s, frozenset())
    return known(bool(rows), cells=[row.cell("programme") for row in rows])


@predicate("entry_without_reasons", flag)
def entry_without_reasons(s: Situation, _: Any) -> Answer:
    """Unknown where the item's entry has no reason for control in the table: its controls stand in prose."""
    eccn = eccn_of(s.item.code)
    if eccn is None or s.closed_world or s.tables.lookup("ccl_controls", "eccn", eccn):
        return FALSE
    if s.tables.lookup("other_agency", "code", eccn):
        return FALSE
    return unknown("law.not_modelled", notes=(f"read the entry of {eccn} itself",))


@predicate("entry_of_other_agency", flag)
def entry_of_other_agency(s: Situation, _: Any) -> Answer:
    """The item's entry sends it to another agency of the United States (15 CFR 734.3(b)(1))."""
    rows = s.tables.lookup("other_agency", "code", eccn_of(s.item.code) or "")
    if not rows:
        return FALSE
    note = f"{rows[0]['agency']}, {rows[0]['regulation']}"
    return known(True, cells=(rows[0].cell("code"),), notes=(note,))


@predicate("item_changed_since", a_text)
def item_changed_since(s: Situation, argument: str) -> Answer:
    """Unknown where a later rule changed the item's controls, and the table holds the later text only."""
    for row in s.tables[argument]:
        changed = parse_date(row["changed_on"])
        if not s.since(changed) and covers_code(row["code"], s.item.code) is not Truth.FALSE and not s.closed_world:
            return unknown("law.not_modelled", notes=(f"changed on {changed} ({row['citation']}): {row['note']}",))
    return FALSE


@predicate("item_series", one_of("600", "9x515"))
def item_series(s: Situation, argument: list[str]) -> Answer:
    """The entry is of the 600 series (third digit 6) or the 9x515 series (15 CFR 772.1)."""
    eccn = eccn_of(s.item.code) or ""
    series = "600" if eccn[2:3] == "6" else "9x515" if eccn.startswith("9") and eccn[2:] == "515" else ""
    return known(series in argument)


@predicate("item_category", texts)
def item_category(s: Situation, argument: list[str]) -> Answer:
    """The item's entry is in one of these categories of the Commerce Control List (its first digit)."""
    eccn = eccn_of(s.item.code)
    return known(eccn is not None and eccn[0] in argument)


@predicate("party_on_list", texts)
def party_on_list(s: Situation, argument: list[str]) -> Answer:
    """Some party has a listing in force on one of these lists."""
    return either(binding.membership for binding in listings(s, {"lists": argument}))


@predicate("listing_footnote", texts)
def listing_footnote(s: Situation, argument: list[str]) -> Answer:
    """The bound listing carries one of these footnote designations."""
    item = s.bound["listing"]
    assert isinstance(item, PartyListing)
    return known(bool(set(argument) & set(item.listing.footnotes)))


@predicate("listing_covers_item", flag)
def listing_covers_item(s: Situation, _: Any) -> Answer:
    """The bound listing's licence requirement reaches the item."""
    item = s.bound["listing"]
    assert isinstance(item, PartyListing)
    truth = scope_covers(item.listing.scope or item.listing.licence_requirement, s.item.code)
    if truth is Truth.UNKNOWN:
        return unknown("listing.scope", notes=(f"the entry's scope reads: {item.listing.scope}",))
    return known(truth is Truth.TRUE)


def _lines(s: Situation, symbol: str) -> list[Row]:
    eccn = eccn_of(s.item.code)
    rows = s.tables.lookup("list_based_exceptions", "eccn", eccn) if eccn else ()
    return [row for row in rows if row["symbol"] == symbol and s.holds(row)]


_SYMBOLS = ("LVS", "GBS", "TSR", "APP", "ENC", "ACE", "STA")


@predicate("entry_has_line", one_of(*_SYMBOLS))
def entry_has_line(s: Situation, argument: list[str]) -> Answer:
    """The entry has a line for one of these list-based exceptions."""
    return known(any(_lines(s, symbol) for symbol in argument))


@predicate("line_allows", one_of(*_SYMBOLS))
def line_allows(s: Situation, argument: list[str]) -> Answer:
    """The entry's line makes the exception available for the item's sub-paragraph."""
    rows = [row for symbol in argument for row in _lines(s, symbol)]
    allowed = either(_cited(row_reaches(s, row), row) for row in rows if row["available"] == "yes")
    barred = either(_cited(row_reaches(s, row), row) for row in rows if row["available"] == "no")
    return both((allowed, negated(barred)))


@predicate("line_bars", one_of(*_SYMBOLS))
def line_bars(s: Situation, argument: list[str]) -> Answer:
    """The entry's special conditions bar the exception for the item's sub-paragraph and the destination."""
    answers = []
    for symbol in argument:
        for row in _lines(s, symbol):
            if row["available"] != "no":
                continue
            wanted = frozenset(row.values("destination_groups"))
            if not wanted or groups(s, destination(s), wanted):
                answers.append(_cited(row_reaches(s, row), row))
    return either(answers)


@predicate("value_within_limit", one_of(*_SYMBOLS))
def value_within_limit(s: Situation, argument: list[str]) -> Answer:
    """The value does not exceed the limit that the entry states for the item's sub-paragraph (15 CFR 740.3)."""
    answers = []
    for symbol in argument:
        for row in _lines(s, symbol):
            if row["available"] != "yes" or not row["value_usd"] or row_reaches(s, row).truth is Truth.FALSE:
                continue
            small = s.worth_at_most(Decimal(row["value_usd"]), "USD")
            if small is None:
                within = FALSE if s.closed_world else unknown("value")
            else:
                within = known(small, cells=(row.cell("value_usd"),))
            answers.append(both((row_reaches(s, row), within)))
    return either(answers) if answers else TRUE


def _cited(answer: Answer, row: Row) -> Answer:
    return both((known(True, cells=(row.cell("available"),)), answer))
