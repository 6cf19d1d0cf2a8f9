"""Impact and comparison as documents and tables; amounts stay exact texts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from enduse.model.codec import to_plain
from enduse.rules.draft import Draft
from enduse.rules.impact import BY, Change, Facts, Group

if TYPE_CHECKING:
    from enduse.interfaces.compare import Compared
    from enduse.interfaces.impact import ImpactRun


def impact_document(draft: Draft, run: ImpactRun) -> dict[str, Any]:
    """The impact of a draft as plain values."""
    impact = run.impact
    return {
        "schema": "enduse/impact/1",
        "title": draft.title,
        "notes": list(draft.notes),
        "changed_acts": list(draft.changed),
        "transactions": impact.total,
        "judged": impact.judged,
        "untouched": _group(impact.untouched),
        "errors": [{"problem": problem, "count": count} for problem, count in sorted(impact.errors.items())],
        "unread": [{"where": where, "problem": problem} for where, problem in run.unread],
        "judgements": run.judgements,
        "parties_screened": run.parties,
        "transitions": [
            {"before": before.value, "after": after.value, **_group(group)}
            for (before, after), group in sorted(impact.transitions.items())
        ],
        "by_law": {
            law: [
                {"before": before.value, "after": after.value, "count": count}
                for (before, after), count in sorted(pairs.items())
            ]
            for law, pairs in sorted(impact.by_law.items())
        },
        "changes": {
            change.value: {
                **_group(group),
                "reasons": dict(sorted(impact.reasons.get(change, {}).items())),
                "by": {name: {key: _group(one) for key, one in impact.largest(change, name, 10**9)} for name in BY},
                "examples": [
                    {
                        **_facts(example.facts),
                        "before": example.before.value,
                        "after": example.after.value,
                        "gained": list(example.gained),
                        "lost": list(example.lost),
                    }
                    for example in impact.examples.get(change, ())
                ],
            }
            for change, group in sorted(impact.changes.items())
        },
    }


def impact_rows(run: ImpactRun) -> Iterator[dict[str, str]]:
    """The groups of an impact, one for each kind of change, sort and value, and currency."""
    for change in Change:
        for name in BY:
            for key, group in run.impact.largest(change, name, 10**9):
                yield from _row({"kind": change.value, "by": name, "key": key}, group)


def comparison_document(found: Compared) -> dict[str, Any]:
    """A comparison as plain values."""
    divergence = found.divergence
    return {
        "schema": "enduse/comparison/1",
        "members": [to_plain(member, keep_empty=True) for member in found.members],
        "transactions": divergence.total,
        "judgements": found.judgements,
        "patterns": [
            {
                "says": dict(zip(divergence.members, (answer.value for answer in answers), strict=True)),
                "words": divergence.words(answers),
                **_group(pattern.group),
                "examples": [{**_facts(facts), "reasons": list(said)} for facts, said in pattern.examples],
            }
            for answers, pattern in sorted(
                divergence.patterns.items(), key=lambda item: (-item[1].group.count, item[0])
            )
        ],
        "gaps": _pairs(divergence.gaps, "free_in"),
        "doubts": _pairs(divergence.doubts, "unknown_in"),
        "errors": [{"problem": problem, "count": count} for problem, count in sorted(divergence.errors.items())],
    }


def comparison_rows(found: Compared) -> Iterator[dict[str, str]]:
    """The patterns of a comparison and the gaps between two members, by currency."""
    divergence = found.divergence
    for answers, pattern in sorted(divergence.patterns.items(), key=lambda item: (-item[1].group.count, item[0])):
        yield from _row({"kind": "pattern", "by": "members", "key": divergence.words(answers)}, pattern.group)
    for (one, other), group in sorted(divergence.gaps.items()):
        yield from _row({"kind": "gap", "by": f"caught by {one}", "key": f"free in {other}"}, group)
    for (one, other), group in sorted(divergence.doubts.items()):
        yield from _row({"kind": "doubt", "by": f"caught by {one}", "key": f"unknown in {other}"}, group)


def _pairs(pairs: dict[tuple[str, str], Group], word: str) -> list[dict[str, Any]]:
    return [{"caught_by": one, word: other, **_group(group)} for (one, other), group in sorted(pairs.items())]


def _row(head: dict[str, str], group: Group) -> Iterator[dict[str, str]]:
    amounts: list[tuple[str, Decimal | None]] = [*sorted(group.values.items())] or [("", None)]
    for number, (currency, amount) in enumerate(amounts):
        yield {
            **head,
            # The count belongs to the group: it stands once, so that a sum over the column is right.
            "count": str(group.count) if number == 0 else "",
            "value": format(amount, "f") if amount is not None else "",
            "currency": currency,
        }


def _group(group: Group) -> dict[str, Any]:
    values = {currency: format(amount, "f") for currency, amount in sorted(group.values.items())}
    return {"count": group.count, "without_value": group.unvalued, "values": values}


def _facts(facts: Facts) -> dict[str, Any]:
    found: dict[str, Any] = to_plain(facts, keep_empty=True)
    return found
