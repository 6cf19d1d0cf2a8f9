"""Assessments, matches and scores as pages of plain text that an analyst would file."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterable, Sequence

from enduse.model.assessment import Assessment, AuthorityAnswer, Coverage, Effect, Finding, Outcome, Status
from enduse.model.citation import Citation
from enduse.model.countries import country_name
from enduse.model.decision import Verdict, stamp
from enduse.model.match import NameScore
from enduse.screen.decisions import Judged, Screened, Standing

WIDTH = 100
_OUTCOMES = {
    Outcome.PROHIBITED: "PROHIBITED",
    Outcome.LICENCE_REQUIRED: "LICENCE REQUIRED",
    Outcome.INDETERMINATE: "INDETERMINATE",
    Outcome.NOT_REQUIRED: "NOT REQUIRED",
}


def assessment_page(found: Assessment, *, trace: bool = False) -> str:
    """The whole answer: outcome first, then findings, questions, presumptions, exceptions, coverage, sources."""
    lines = [*_head(found), *_authorities(found, trace=trace)]
    lines.extend(_exceptions(found))
    lines.extend(_review(found))
    lines.extend(
        _block("Open questions", (f"{item.text}  [{item.fact}]{_settles(item.settles)}" for item in found.questions))
    )
    lines.extend(
        _block(
            "Assumed",
            (f"{item.fact} = {item.value}: {item.reason}{_settles(item.would_change)}" for item in found.assumed),
        )
    )
    lines.extend(_parties(found))
    lines.extend(_block("Next steps", found.next_steps, numbered=True))
    lines.extend(_coverage(found.coverage))
    lines.extend(_editions(found))
    return "\n".join(lines) + "\n"


def short_answer(found: Assessment) -> str:
    """The outcome and the findings that apply or stay open, without the rest of the page."""
    lines = [*_head(found), *_authorities(found, trace=False)]
    lines.extend(_block("Open questions", (f"{item.text}  [{item.fact}]" for item in found.questions)))
    return "\n".join(lines) + "\n"


def _head(found: Assessment) -> list[str]:
    tx = found.transaction
    items = ", ".join(item.code + (f" ({item.description})" if item.description else "") for item in tx.items)
    origin = f" from {country_name(tx.origin)}" if tx.origin else ""
    people = (
        "; ".join(f"{party.role.value.replace('_', ' ')}: {party.name}" for party in tx.parties) or "no party named"
    )
    lines = [f"{_OUTCOMES[found.outcome]}  {found.headline}", ""]
    lines.extend(
        _wrapped(
            f"{tx.activity.value.replace('_', ' ').capitalize()} of {items}{origin} to {country_name(tx.destination)}",
            "  ",
        )
    )
    lines.extend(_wrapped(people, "  "))
    value = f", value {tx.value.amount} {tx.value.currency}" if tx.value else ""
    lines.append(f"  law and lists as of {found.as_of}{value}")
    if tx.end_use:
        lines.extend(_wrapped(f"end use as stated: {tx.end_use}", "  "))
    for banner in found.banners:
        lines.extend(_wrapped(f"! {banner}", "  "))
    return [*lines, ""]


def _authorities(found: Assessment, *, trace: bool) -> list[str]:
    """The acts that reach the transaction, the worst first; those that do not in a line each."""
    reached = [answer for answer in found.authorities if answer.findings]
    reached.sort(key=lambda answer: list(_OUTCOMES).index(answer.outcome))
    lines = [line for answer in reached for line in _authority(answer, trace=trace)]
    beyond = [f"{answer.name}: {answer.nexus}" for answer in found.authorities if not answer.findings]
    return lines + _block("Acts that do not reach it", beyond)


def _authority(answer: AuthorityAnswer, *, trace: bool) -> list[str]:
    lines = [*_wrapped(f"{answer.name}: {_OUTCOMES[answer.outcome].lower()}", ""), *_wrapped(answer.nexus, "  ")]
    shown = [item for item in answer.findings if item.status is not Status.DOES_NOT_APPLY]
    for item in shown:
        lines.extend(_finding(item, trace=trace))
    silent = len({item.rule for item in answer.findings} - {item.rule for item in shown})
    if silent:
        lines.append(f"  {silent} further rules were checked and do not apply on the stated facts")
    if trace:
        for item in answer.findings:
            if item.status is Status.DOES_NOT_APPLY:
                lines.append(f"    {item.rule}: {item.reason or 'does not apply'}")
    return [*lines, ""]


def _finding(item: Finding, *, trace: bool) -> list[str]:
    sign = "[?]" if item.status is Status.UNKNOWN else "[i]" if item.effect is Effect.REVIEW else "[x]"
    may = " may apply" if item.status is Status.UNKNOWN else ""
    code = f"{item.code}{may}: " if item.code else ""
    standing = "" if item.standing == "law" else f" ({item.standing})"
    lines = [*_wrapped(f"{sign} {code}{item.title}{standing}", "  ", hang="      ")]
    if item.reason:
        lines.extend(_wrapped(item.reason, "      "))
    lines.extend(_wrapped(_cited(item.citation), "      "))
    for label, values in (("condition", item.conditions), ("would change", item.would_change)):
        for value in values:
            lines.extend(_wrapped(f"{label}: {value}", "      "))
    if item.missing:
        lines.extend(_wrapped(f"missing: {', '.join(item.missing)}", "      "))
    if item.review_policy:
        lines.extend(_wrapped(f"review policy: {item.review_policy}", "      "))
    if trace:
        lines.extend(
            f"      {'  ' * step.depth}{step.truth.value:<8} {step.condition}"
            + (f"  <- {step.basis}" if step.basis else "")
            for step in item.trace
        )
    return lines


def _cited(citation: Citation) -> str:
    doubt = "" if citation.verified else f"  [not verified{': ' + citation.note if citation.note else ''}]"
    return f"source: {citation.text}{doubt}"


def _exceptions(found: Assessment) -> list[str]:
    exceptions = found.exceptions
    if not exceptions.foreclosed and not exceptions.candidates:
        return []
    lines = ["Licence exceptions"]
    for item in exceptions.foreclosed:
        label = f"{item.symbol}{' for ' + item.item if item.item else ''}"
        lines.extend(_wrapped(f"- {label} foreclosed: {item.reason} ({item.citation})", "  ", hang="    "))
    for entry in exceptions.candidates:
        label = f"{entry.symbol}{' for ' + entry.item if entry.item else ''}"
        lines.extend(_wrapped(f"- {label} may be reviewed ({entry.citation})", "  ", hang="    "))
        for condition in entry.open_conditions:
            lines.extend(_wrapped(f"condition: {condition}", "      "))
    return [*lines, ""]


def _review(found: Assessment) -> list[str]:
    review = found.review
    if not review.policies and not review.human_rights:
        return []
    entries = list(review.policies)
    if review.human_rights:
        entries.append("the review includes human rights")
    entries.extend(review.notes)
    return _block("Licence review", entries)


def _parties(found: Assessment) -> list[str]:
    lines: list[str] = []
    for party in found.parties:
        if not party.matches:
            continue
        of = f" of {party.owner_of}" if party.owner_of else ""
        lines.extend(_wrapped(f"{party.role.replace('_', ' ')}{of}: {party.name}", "  "))
        for match in party.matches[:10]:
            state = {"true": "in force", "false": "not in force", "unknown": "unknown whether in force"}[match.in_force]
            dates = f"{match.listed_from or '?'} to {match.listed_to or 'now'}"
            lines.extend(
                _wrapped(
                    f"{match.score} {match.list_id}: {match.name} ({dates}; {state} on {found.as_of}; {match.citation})"
                    f" id {match.party_id}",
                    "    ",
                    hang="         ",
                )
            )
        if len(party.matches) > 10:
            lines.append(f"    and {len(party.matches) - 10} more (see --json)")
    return ["Matches on lists", *lines, ""] if lines else []


def _coverage(coverage: Coverage) -> list[str]:
    lines = ["Coverage"]
    lines.extend(_wrapped("checked: " + "; ".join(coverage.checked), "  ", hang="    "))
    absent = [entry.partition(":")[0] for entry in coverage.not_checked if entry.endswith(": not loaded")]
    others = [entry for entry in coverage.not_checked if not entry.endswith(": not loaded")]
    if absent:
        said = "accepted as it is (--starter)" if coverage.complete else "an answer can then be indeterminate at best"
        text = f"not loaded: {', '.join(absent)}; only the embedded listings were searched, {said}"
        lines.extend(_wrapped(text, "  ", hang="    "))
    for entry in others:
        lines.extend(_wrapped(f"not checked: {entry}", "  ", hang="    "))
    for entry in coverage.stale:
        lines.extend(_wrapped(f"stale: {entry}", "  ", hang="    "))
    if coverage.not_modelled:
        lines.append("  not modelled, read these yourself where they could apply:")
        for entry in coverage.not_modelled:
            lines.extend(_wrapped(f"- {entry}", "    ", hang="      "))
    return [*lines, ""]


def _editions(found: Assessment) -> list[str]:
    entries = [
        f"{item.id} {item.edition} {item.sha256[:8]}".strip() for item in found.editions if item.id.count("/") < 2
    ]
    tables = len(found.editions) - len(entries)
    if tables:
        entries.append(f"{tables} tables of these rulebooks (see --json)")
    return ["Sources used", *_wrapped("; ".join(entries), "  "), f"  engine {found.engine}"]


def _settles(codes: Sequence[str]) -> str:
    return f"  (decides {', '.join(codes)})" if codes else ""


def _block(title: str, entries: Iterable[str], *, numbered: bool = False) -> list[str]:
    lines: list[str] = []
    for number, entry in enumerate(entries, start=1):
        mark = f"{number}." if numbered else "-"
        lines.extend(_wrapped(f"{mark} {entry}", "  ", hang="    "))
    return [title, *lines, ""] if lines else []


def _wrapped(text: str, indent: str, *, hang: str | None = None) -> list[str]:
    clean = "".join(character if character.isprintable() else " " for character in text)
    return textwrap.wrap(
        clean, WIDTH, initial_indent=indent, subsequent_indent=hang or indent, break_long_words=False
    ) or [indent.rstrip()]


def matches_page(name: str, found: Screened, coverage: Coverage, today: dt.date) -> str:
    """The hits of one name, and those that a decision suppresses."""
    count = len(found.hits)
    put_aside = f"; {len(found.suppressed)} suppressed by a decision" if found.suppressed else ""
    lines = [f"{count} hit{'' if count == 1 else 's'} for {name}{put_aside}", ""]
    for judged in found.hits:
        match = judged.match
        lines.extend(_wrapped(f"{match.score:.2f}  {match.matched_name}", ""))
        if match.matched_name != match.party.name:
            lines.extend(_wrapped(f"alias of {match.party.name}", "      "))
        for listing in match.party.listings:
            state = {"true": "in force", "false": "no longer in force", "unknown": "unknown whether in force"}[
                listing.in_force(today).value
            ]
            since = listing.listed_from or (f"seen {listing.seen_from}" if listing.seen_from else "date not stated")
            programmes = f" {', '.join(listing.programmes)}" if listing.programmes else ""
            lines.extend(
                _wrapped(
                    f"{listing.list_id}{programmes} ({listing.authority}), {since}, {state}; {listing.citation}",
                    "      ",
                )
            )
        places = ", ".join(sorted(match.party.countries))
        lines.append(
            f"      {match.party.kind.value.replace('_', ' ')}{'; ' + places if places else ''}; id {match.party.id}"
        )
        lines.extend(_decided(judged))
        lines.extend(_explained(match.explanation, "      "))
        lines.append("")
    if found.suppressed:
        lines.extend(["Suppressed by a decision", ""])
        for judged in found.suppressed:
            match = judged.match
            lists = ", ".join(dict.fromkeys(listing.list_id for listing in match.party.listings))
            lines.extend(_wrapped(f"{match.score:.2f}  {match.matched_name}  [{lists}]; id {match.party.id}", ""))
            lines.extend(_decided(judged))
            lines.append("")
    lines.extend(_coverage(coverage))
    return "\n".join(lines) + "\n"


def _decided(judged: Judged) -> list[str]:
    """What a decision says of a hit: who, when, why, and what has changed since."""
    decision = judged.decision
    if decision is None:
        return []
    verdict = {Verdict.DIFFERENT: "not the same party", Verdict.SAME: "the same party"}.get(decision.verdict, "")
    said = f"{verdict}: {decision.by}, {stamp(decision.at)}, decision {decision.id[:12]}: {decision.reason}"
    if judged.standing is not Standing.LAPSED:
        return _wrapped(said, "      ")
    lines = _wrapped(f"a decision has lapsed, review it again: {said}", "      ")
    for change in judged.changes:
        side = "the query's" if change.side == "query" else "the listed party's"
        sides = (("before", change.lost), ("now", change.won))
        parts = [f"{word} {_values(values)}" for word, values in sides if values]
        lines.extend(_wrapped(f"changed: {side} {change.field.replace('_', ' ')}: {', '.join(parts)}", "        "))
    return lines


def _values(values: Sequence[str], most: int = 10) -> str:
    more = f" and {len(values) - most} more" if len(values) > most else ""
    return "; ".join(values[:most]) + more


def score_page(first: str, second: str, score: NameScore) -> str:
    """The score of two names with its explanation."""
    return "\n".join([f"{score.score:.2f}  {first}  |  {second}", "", *_explained(score.explanation, "  ")]) + "\n"


def _explained(parts: Iterable[object], indent: str) -> list[str]:
    lines = []
    for part in parts:
        what, query, listed = part.what, part.query, part.listed  # type: ignore[attr-defined]
        contribution, note = part.contribution, part.note  # type: ignore[attr-defined]
        words = query if query == listed else f"{query or '-'} ~ {listed or '-'}"
        lines.append(
            f"{indent}{contribution:+.2f}  {what:<10} {words}{'  (' + note + ')' if note else ''}"[: WIDTH * 2]
        )
    return lines
