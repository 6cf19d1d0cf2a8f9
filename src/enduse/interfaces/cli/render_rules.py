"""Rules, and what changes in them, as pages of plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from enduse.interfaces.cli.render import wrapped
from enduse.model.assessment import WORST_FIRST
from enduse.rules.diff import LegalChange, counted
from enduse.rules.divergence import Says
from enduse.rules.draft import Draft
from enduse.rules.impact import BY, Change, Example, Facts, Group
from enduse.rules.language import Rule
from enduse.rules.rulebook import Rulebook
from enduse.rules.words import condition_lines, each_words, effect_words, overcome_words, period_words

if TYPE_CHECKING:
    from enduse.interfaces.compare import Compared
    from enduse.interfaces.impact import ImpactRun

TOP = 8


def rule_page(rule: Rule, book: Rulebook) -> str:
    """One rule in words."""
    lines = [rule.id, *wrapped(rule.title, "  ")]
    code = f"  ({rule.code})" if rule.code else ""
    lines += wrapped(f"effect     {effect_words(rule)}{code}, standing: {rule.standing}", "  ", hang=" " * 13)
    for period in period_words(rule):
        lines += wrapped(f"in force   {period}", "  ", hang=" " * 13)
    if each := each_words(rule):
        lines += wrapped(f"for        {each}", "  ", hang=" " * 13)
    lines += ["  when"]
    for line in condition_lines(rule.when, book):
        depth = len(line) - len(line.lstrip())
        lines += wrapped(line.strip(), " " * (4 + depth), hang=" " * (6 + depth))
    entries = [
        ("in our words", [rule.reason] if rule.reason else []),
        ("asks", list(rule.asks)),
        ("awaits", [f"{rule.awaits} (until then {rule.code_open or rule.code})"] if rule.awaits else []),
        ("review", [rule.review_policy] if rule.review_policy else []),
        ("to observe", list(rule.conditions)),
        ("would overcome it", list(overcome_words(rule, book))),
        ("note", list(rule.notes)),
    ]
    for label, values in entries:
        for value in values:
            lines += wrapped(f"{label}: {value}", "  ", hang="    ")
    verified = "" if rule.citation.verified else "  [not verified]"
    lines += wrapped(f"source: {rule.citation.text}{verified}", "  ", hang="    ")
    lines += [f"    {text}" for text in (rule.citation.url, rule.citation.note) if text]
    return "\n".join(lines) + "\n"


def changes_page(changes: Sequence[LegalChange], old: str, new: str) -> str:
    """Changes of law, by act."""
    if not changes:
        return f"{old} to {new}: the law is the same\n"
    sums = ", ".join(f"{number} {kind.value}" for kind, number in counted(changes).items())
    lines = [*wrapped(f"{old} to {new}: {sums}", "")]
    act = ""
    for change in changes:
        if change.act != act:
            act = change.act
            lines += ["", act]
        subject = change.subject.removeprefix(f"{act}/")
        lines += wrapped(f"{change.kind.value.upper()}  {subject}: {change.text}", "  ", hang="    ")
        if change.citation:
            lines += wrapped(f"source: {change.citation}", "      ")
        for sign, parts in (("-", change.before), ("+", change.after)):
            for part in parts:
                lines += wrapped(f"{sign} {part.strip()}", "      ", hang="        ")
    return "\n".join(lines) + "\n"


# --- impact


def impact_page(draft: Draft, run: ImpactRun) -> str:
    """What a draft would change."""
    impact = run.impact
    lines = [*wrapped(f"What the draft would change: {draft.title}", ""), ""]
    lines += [line for note in draft.notes for line in wrapped(note, "  ")]
    lines.append(f"  {impact.total:,} transactions: {impact.judged:,} judged before and after, ")
    lines[-1] += f"{impact.untouched.count:,} that it cannot touch, {sum(impact.errors.values()):,} not readable"
    lines.append(f"  {run.judgements:,} judgements were made, {run.parties:,} parties screened")
    lines.append("")
    shown = [change for change in Change if change in impact.changes and change is not Change.SAME]
    if not shown:
        lines += ["Nothing changes in these transactions.", ""]
    for change in shown:
        group = impact.changes[change]
        lines.append(f"{change.value.upper()}: {_group(group)}")
        for name in BY:
            entries = [f"{key} {group.count:,}" for key, group in impact.largest(change, name, TOP)]
            more = len(impact.groups[change][name]) - len(entries)
            text = ", ".join(entries) + (f", and {more} more" if more > 0 else "")
            lines += wrapped(f"by {name.replace('_', ' ')}: {text}", "  ", hang="    ")
        codes = sorted(impact.reasons.get(change, {}).items(), key=lambda item: (-item[1], item[0]))[:TOP]
        if codes:
            lines += wrapped("reasons: " + ", ".join(f"{code} {count:,}" for code, count in codes), "  ", hang="    ")
        for example in impact.examples.get(change, ()):
            lines += _example(example)
        lines.append("")
    same = impact.examples.get(Change.SAME, [])
    if same:
        lines.append("SAME OUTCOME, OTHER REASONS: for example")
        lines += [line for example in same for line in _example(example)]
        lines.append("")
    lines += _transitions(run)
    lines += _unread(run.unread, impact.errors)
    return "\n".join(lines) + "\n"


def _transitions(run: ImpactRun) -> Iterator[str]:
    impact = run.impact
    if not impact.transitions:
        return
    yield "Outcomes before (rows) and after (columns), of those judged"
    yield "  " + " " * 18 + "".join(f"{outcome.value:>18}" for outcome in WORST_FIRST)
    for before in WORST_FIRST:
        counts = [impact.transitions.get((before, after), Group()).count for after in WORST_FIRST]
        if any(counts):
            yield f"  {before.value:<18}" + "".join(f"{count:>18,}" for count in counts)
    yield ""


def _example(example: Example) -> Iterator[str]:
    reasons = " ".join([*(f"+{code}" for code in example.gained), *(f"-{code}" for code in example.lost)])
    text = f"e.g. {_facts(example.facts)}: {example.before.value} -> {example.after.value}  {reasons}"
    yield from wrapped(text, "  ", hang="       ")


def _facts(facts: Facts) -> str:
    value = f", {facts.value.amount} {facts.value.currency}" if facts.value else ""
    who = f" to {facts.end_user}" if facts.end_user else ""
    name = facts.reference or f"row {facts.row}"
    return f"{name} ({facts.date}): {facts.item}{who} in {facts.destination}{value}"


def _group(group: Group) -> str:
    values = ", ".join(f"{_money(amount)} {currency}" for currency, amount in sorted(group.values.items()))
    unvalued = f", {group.unvalued:,} without a value" if group.unvalued and group.values else ""
    return f"{group.count:,} transactions" + (f", {values}{unvalued}" if values else "")


def _money(amount: Decimal) -> str:
    return f"{amount:,f}"


def _unread(unread: Iterable[tuple[str, str]], errors: Mapping[str, int]) -> Iterator[str]:
    if not errors:
        return
    yield f"{sum(errors.values()):,} rows could not be read or judged; the first:"
    for where, problem in list(unread)[:TOP]:
        yield from wrapped(f"{where}: {problem}", "  ", hang="    ")


# --- comparison


def comparison_page(found: Compared) -> str:
    """Where the members' laws part."""
    divergence = found.divergence
    lines = ["The same transactions under each member's law", ""]
    for member in found.members:
        lines.append(f"  {member.name:<12} as if from {member.country}, under {', '.join(member.laws)}")
    total = divergence.total
    apart = sum(pattern.group.count for _, pattern in divergence.divergent())
    lines += ["", f"  {total:,} transactions, {found.judgements:,} judgements: the laws part in {apart:,}", ""]
    lines.append("Gaps: caught by the row's law, free under the column's")
    width = max(9, *(len(name) + 2 for name in divergence.members))
    lines.append("  " + " " * 12 + "".join(f"{name:>{width}}" for name in divergence.members))
    for one in divergence.members:
        cells = [
            "-" if one == other else f"{divergence.gaps.get((one, other), Group()).count:,}"
            for other in divergence.members
        ]
        lines.append(f"  {one:<12}" + "".join(f"{cell:>{width}}" for cell in cells))
    lines.append("")
    for answers, pattern in divergence.divergent():
        lines += wrapped(f"{divergence.words(answers)}: {_group(pattern.group)}", "", hang="  ")
        for facts, said in pattern.examples[:3]:
            lines += wrapped(f"e.g. {_facts(facts)}: {'; '.join(said)}", "  ", hang="       ")
    agreed = [
        (answers, pattern)
        for answers, pattern in sorted(divergence.patterns.items(), key=lambda item: -item[1].group.count)
        if not (Says.CAUGHT in answers and Says.FREE in answers)
    ]
    if agreed:
        lines += ["", "Without such a gap"]
        for answers, pattern in agreed:
            lines += wrapped(f"{divergence.words(answers)}: {_group(pattern.group)}", "  ", hang="    ")
    lines += ["", *_unread(found.unread, divergence.errors)] if divergence.errors else []
    return "\n".join(lines) + "\n"
