"""What changed from one state of the law to another, in legal terms.

Two editions of the rulebooks are compared, or the law as in force on two days: what is newly required or prohibited,
what is freed, whose dates moved, which cells of which tables changed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from enduse.model.assessment import Effect
from enduse.rules.language import ExceptionRule, Period, Rule
from enduse.rules.rulebook import Rulebook
from enduse.rules.tables import Row, Table
from enduse.rules.words import condition_lines, effect_words, period_words


class Kind(StrEnum):
    """What a change does, in the order in which a reader wants it."""

    PROHIBITED = "newly prohibited"
    REQUIRED = "newly required"
    NOTIFIED = "newly notifiable"
    NARROWED = "exemption or exception withdrawn"
    FREED = "freed"
    EXEMPTED = "newly exempted"
    DATES = "dates changed"
    CONDITION = "condition changed"
    REVIEW = "review changed"
    CELLS = "table changed"
    WORDING = "wording or citation changed"
    ACT = "act changed"


_GRAVITY = {
    Effect.PROHIBIT: 3,
    Effect.REQUIRE_LICENCE: 2,
    Effect.REQUIRE_NOTIFICATION: 1,
    Effect.REVIEW: 0,
    Effect.EXEMPT: 0,
    Effect.FORECLOSE_EXCEPTION: 0,
}
_NEWLY = {
    Effect.PROHIBIT: Kind.PROHIBITED,
    Effect.REQUIRE_LICENCE: Kind.REQUIRED,
    Effect.REQUIRE_NOTIFICATION: Kind.NOTIFIED,
    Effect.REVIEW: Kind.REVIEW,
    Effect.EXEMPT: Kind.EXEMPTED,
    Effect.FORECLOSE_EXCEPTION: Kind.NARROWED,
}
_NO_MORE = {
    Effect.PROHIBIT: Kind.FREED,
    Effect.REQUIRE_LICENCE: Kind.FREED,
    Effect.REQUIRE_NOTIFICATION: Kind.FREED,
    Effect.REVIEW: Kind.REVIEW,
    Effect.EXEMPT: Kind.NARROWED,
    Effect.FORECLOSE_EXCEPTION: Kind.EXEMPTED,
}


@dataclass(frozen=True, slots=True)
class LegalChange:
    """One change.

    Attributes:
        act: id of the rulebook.
        subject: the rule, exception, table row or part of the act that changed.
        text: the change in a sentence.
        citation: where the law says so.
        before, after: what it was and what it is, line by line, where a sentence does not hold it.
    """

    kind: Kind
    act: str
    subject: str
    text: str
    citation: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def diff(old: Sequence[Rulebook], new: Sequence[Rulebook]) -> tuple[LegalChange, ...]:
    """Every change between two sets of rulebooks, by act, what binds hardest first."""
    before, after = {book.id: book for book in old}, {book.id: book for book in new}
    found: list[LegalChange] = []
    for act in sorted(before.keys() | after.keys()):
        if act not in after:
            found.append(LegalChange(Kind.ACT, act, act, f"{before[act].title} is no longer among the rulebooks"))
            found.extend(_gone(act, rule) for rule in before[act].rules if rule.standing == "law")
        elif act not in before:
            book = after[act]
            found.append(LegalChange(Kind.ACT, act, act, f"{book.title} is new ({book.standing})", book.citation.text))
            found.extend(_come(act, rule) for rule in book.rules if rule.standing == "law")
        else:
            found.extend(_changes(before[act], after[act]))
    order = list(Kind)
    return tuple(sorted(found, key=lambda change: (change.act, order.index(change.kind), change.subject)))


def in_force_on(books: Sequence[Rulebook], day: dt.date) -> tuple[Rulebook, ...]:
    """The books with the rules, exceptions and table rows of one day alone, their periods left out."""
    return tuple(
        replace(
            book,
            rules=tuple(_on(rule) for rule in book.rules if rule.period_on(day) is not None),
            exceptions=tuple(
                replace(rule, in_force=_ALWAYS) for rule in book.exceptions if rule.period_on(day) is not None
            ),
            tables=book.tables.on(day),
        )
        for book in books
    )


_ALWAYS = ()


def _on(rule: Rule) -> Rule:
    return replace(rule, in_force=_ALWAYS)


def _changes(old: Rulebook, new: Rulebook) -> Iterator[LegalChange]:
    act = new.id
    if old.verified_to != new.verified_to:
        text = f"checked to {new.verified_to}, before to {old.verified_to}"
        yield LegalChange(Kind.ACT, act, "verified_to", text, new.citation.text)
    if old.standing != new.standing:
        yield LegalChange(Kind.ACT, act, "standing", f"is {new.standing}, was {old.standing}", new.citation.text)
    if old.nexus != new.nexus:
        text = "the transactions that the act reaches are others"
        lines = tuple(condition_lines(old.nexus, old)), tuple(condition_lines(new.nexus, new))
        yield LegalChange(Kind.CONDITION, act, "nexus", text, new.citation.text, *lines)
    before, after = {rule.id: rule for rule in old.rules}, {rule.id: rule for rule in new.rules}
    for rule_id in before.keys() | after.keys():
        if rule_id not in after:
            yield _gone(act, before[rule_id])
        elif rule_id not in before:
            yield _come(act, after[rule_id])
        else:
            yield from _rule_changes(before[rule_id], after[rule_id], old, new)
    yield from _exceptions(old, new)
    named = set(old.tables_used) | set(new.tables_used)
    for table_id in sorted(named):
        if table_id in old.tables and table_id in new.tables:
            yield from _table_changes(act, old.tables[table_id], new.tables[table_id])
        else:
            word = "new" if table_id in new.tables else "gone"
            yield LegalChange(Kind.CELLS, act, f"table {table_id}", f"the table is {word}")


def _come(act: str, rule: Rule) -> LegalChange:
    text = f"{rule.title}: {effect_words(rule)}{_code(rule)}{_when(rule)}"
    kind = _NEWLY[rule.effect] if rule.standing == "law" else Kind.REVIEW
    return LegalChange(kind, act, rule.id, text + _standing(rule), rule.citation.text)


def _gone(act: str, rule: Rule) -> LegalChange:
    text = f"{rule.title}: no longer {effect_words(rule)}{_code(rule)}"
    kind = _NO_MORE[rule.effect] if rule.standing == "law" else Kind.REVIEW
    return LegalChange(kind, act, rule.id, text + _standing(rule), rule.citation.text)


def _rule_changes(old: Rule, new: Rule, old_book: Rulebook, new_book: Rulebook) -> Iterator[LegalChange]:
    act, cited = new_book.id, new.citation.text
    if old.standing != new.standing:
        kind = _NEWLY[new.effect] if new.standing == "law" else _NO_MORE[old.effect]
        text = f"{new.title}: {effect_words(new)} as {new.standing}, was {old.standing}"
        yield LegalChange(kind, act, new.id, text, cited)
    elif old.effect is not new.effect or old.outcome is not new.outcome:
        harder = _GRAVITY[new.effect] >= _GRAVITY[old.effect]
        kind = _NEWLY[new.effect] if harder else _NO_MORE[old.effect]
        text = f"{new.title}: {effect_words(new)}; before, it {effect_words(old)}"
        yield LegalChange(kind, act, new.id, text, cited)
    if [period.interval for period in old.in_force] != [period.interval for period in new.in_force]:
        was, now = " and ".join(period_words(old)), " and ".join(period_words(new))
        yield LegalChange(Kind.DATES, act, new.id, f"{new.title}: in force {now}; before, {was}", cited)
    elif _unsettled(old.in_force) != _unsettled(new.in_force):
        yield LegalChange(Kind.DATES, act, new.id, f"{new.title}: in force {' and '.join(period_words(new))}", cited)
    whens = tuple(condition_lines(old.when, old_book)), tuple(condition_lines(new.when, new_book))
    if whens[0] != whens[1] or old.for_each != new.for_each or old.exempts != new.exempts:
        gone = tuple(line for line in whens[0] if line not in whens[1])
        come = tuple(line for line in whens[1] if line not in whens[0])
        what = "exempts from other rules" if old.exempts != new.exempts else "its condition is another"
        yield LegalChange(Kind.CONDITION, act, new.id, f"{new.title}: {what}", cited, gone, come)
    if (old.review_policy, old.human_rights) != (new.review_policy, new.human_rights):
        was, now = old.review_policy or "none", new.review_policy or "none"
        yield LegalChange(Kind.REVIEW, act, new.id, f"{new.title}: review policy {now}; before, {was}", cited)
    said = ("title", "reason", "code", "code_open", "citation", "conditions", "changes", "notes", "survivors", "dates")
    differing = [name for name in said if getattr(old, name) != getattr(new, name)]
    if differing:
        before = tuple(f"{name}: {getattr(old, name)}" for name in differing)
        after = tuple(f"{name}: {getattr(new, name)}" for name in differing)
        text = f"{new.title}: {', '.join(differing)}"
        yield LegalChange(Kind.WORDING, act, new.id, text, cited, before, after)


def _exceptions(old: Rulebook, new: Rulebook) -> Iterator[LegalChange]:
    before, after = {rule.symbol: rule for rule in old.exceptions}, {rule.symbol: rule for rule in new.exceptions}
    for symbol in sorted(before.keys() | after.keys()):
        rule = after.get(symbol) or before[symbol]
        subject = f"exception {symbol}"
        if symbol not in after:
            text = f"{rule.title}: no longer available for review"
            yield LegalChange(Kind.NARROWED, new.id, subject, text, rule.citation.text)
        elif symbol not in before:
            text = f"{rule.title}: a new exception"
            yield LegalChange(Kind.EXEMPTED, new.id, subject, text, rule.citation.text)
        else:
            yield from _exception_changes(before[symbol], after[symbol], new.id)


def _exception_changes(old: ExceptionRule, new: ExceptionRule, act: str) -> Iterator[LegalChange]:
    subject = f"exception {new.symbol}"
    if old.in_force != new.in_force:
        now = " and ".join(period_words(new))
        yield LegalChange(Kind.DATES, act, subject, f"{new.title}: in force {now}", new.citation.text)
    bars = dict(old.foreclosed), dict(new.foreclosed)
    added, removed = [bar for bar in bars[1] if bar not in bars[0]], [bar for bar in bars[0] if bar not in bars[1]]
    for bar in added:
        yield LegalChange(Kind.NARROWED, act, subject, f"{new.title}: now ruled out where {bar}", new.citation.text)
    for bar in removed:
        text = f"{new.title}: no longer ruled out where {bar}"
        yield LegalChange(Kind.EXEMPTED, act, subject, text, new.citation.text)
    same = {bar for bar in bars[0] if bar in bars[1] and bars[0][bar] != bars[1][bar]}
    if old.considered_when != new.considered_when or same:
        yield LegalChange(Kind.CONDITION, act, subject, f"{new.title}: its condition is another", new.citation.text)
    if (old.conditions, old.title, old.citation) != (new.conditions, new.title, new.citation):
        text = f"{new.title}: conditions or citation"
        yield LegalChange(Kind.WORDING, act, subject, text, new.citation.text, old.conditions, new.conditions)


# --- tables


def _table_changes(act: str, old: Table, new: Table) -> Iterator[LegalChange]:
    if old.sha256 == new.sha256 and old.citation == new.citation and old.rows == new.rows:
        return
    subject = f"table {new.id}"
    if old.columns != new.columns:
        text = f"columns {', '.join(new.columns)}; before, {', '.join(old.columns)}"
        yield LegalChange(Kind.CELLS, act, subject, text, new.citation.text)
    removed, added = _unmatched(old, new)
    for row, partner in _paired(removed, added, new.columns):
        if partner is None:
            text = f"row {_key(row)}: {'new' if row in added else 'gone'}: {_shown(row)}"
            yield LegalChange(Kind.CELLS, act, subject, text, row.citation.text)
            continue
        for column in new.columns:
            was, now = row.get(column), partner.get(column)
            if was != now:
                text = f"row {_key(partner)}, {column}: {now or 'blank'}; before, {was or 'blank'}"
                yield LegalChange(Kind.CELLS, act, subject, text, partner.citation.text)


def _unmatched(old: Table, new: Table) -> tuple[list[Row], list[Row]]:
    """Rows that only one of the tables has, repeated ones counted."""
    left: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in old:
        left[tuple(row.cells.values())].append(row)
    added = []
    for row in new:
        same = left.get(tuple(row.cells.values()))
        if same:
            same.pop()
        else:
            added.append(row)
    return [row for rows in left.values() for row in rows], added


def _paired(removed: Sequence[Row], added: Sequence[Row], columns: Sequence[str]) -> Iterator[tuple[Row, Row | None]]:
    """Each row that went with the one that came in its place: of the same key, the most equal one."""
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in added:
        by_key[_key(row)].append(row)
    for row in removed:
        candidates = by_key[_key(row)]
        if not candidates:
            yield row, None
            continue
        best = max(candidates, key=lambda other: sum(row.get(name) == other.get(name) for name in columns))
        candidates.remove(best)
        yield row, best
    for rows in by_key.values():
        for row in rows:
            yield row, None


def _key(row: Row) -> str:
    return next(iter(row.cells.values()), "")


def _shown(row: Row) -> str:
    return ", ".join(f"{column} {cell}" for column, cell in row.cells.items() if cell)


def _unsettled(periods: tuple[Period, ...]) -> list[tuple[dt.date | None, str]]:
    return [(period.unsettled_from, period.citation) for period in periods]


def _code(rule: Rule) -> str:
    return f" ({rule.code})" if rule.code else ""


def _when(rule: Rule) -> str:
    if not rule.in_force:
        return ""
    return f", in force {' and '.join(period_words(rule))}"


def _standing(rule: Rule) -> str:
    return "" if rule.standing == "law" else f" [{rule.standing}]"


def counted(changes: Sequence[LegalChange]) -> Mapping[Kind, int]:
    """How many changes there are of each kind, those that occur."""
    return {kind: number for kind in Kind if (number := sum(change.kind is kind for change in changes))}
