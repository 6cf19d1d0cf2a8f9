"""Assessments as pages of plain text that an analyst would file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from enduse.model.assessment import Assessment, AuthorityAnswer, Coverage, Effect, Finding, Outcome, Status
from enduse.model.citation import Citation
from enduse.model.countries import country_name
from enduse.model.truth import Truth

WIDTH = 100
_OUTCOMES = {
    Outcome.PROHIBITED: "PROHIBITED",
    Outcome.LICENCE_REQUIRED: "LICENCE REQUIRED",
    Outcome.INDETERMINATE: "INDETERMINATE",
    Outcome.NOT_REQUIRED: "NOT REQUIRED",
}


def assessment_page(found: Assessment, *, trace: bool = False) -> str:
    """The whole answer: outcome first, then findings, questions, presumptions, exceptions, coverage, sources."""
    lines = [*_head(found), *_governments(found), *_authorities(found, trace=trace)]
    lines.extend(_exceptions(found))
    lines.extend(_review(found))
    lines.extend(_questions(found))
    lines.extend(
        _block(
            "Assumed",
            (f"{item.fact} = {item.value}: {item.reason}{_settles(item.would_change)}" for item in found.assumed),
        )
    )
    lines.extend(_parties(found))
    lines.extend(_block("Next steps", found.next_steps, numbered=True))
    lines.extend(coverage_lines(found.coverage))
    lines.extend(_editions(found))
    return "\n".join(lines) + "\n"


def short_answer(found: Assessment) -> str:
    """The outcome and the findings that apply or stay open, without the rest of the page."""
    lines = [*_head(found), *_governments(found), *_authorities(found, trace=False, beyond=False)]
    lines.extend(
        _block("Open questions", (f"{item.text}  [{item.fact}]" for item in found.questions if item.could_raise))
    )
    return "\n".join(lines) + "\n"


def _questions(found: Assessment) -> list[str]:
    """What could raise the outcome first, then what guidance alone asks."""
    asked = [(item.could_raise, f"{item.text}  [{item.fact}]{_settles(item.settles)}") for item in found.questions]
    return [
        *_block("Open questions", (text for raises, text in asked if raises)),
        *_block("Questions of guidance (they raise no outcome)", (text for raises, text in asked if not raises)),
    ]


def _banners(found: Assessment) -> list[str]:
    """The banners; those of one kind in one line."""
    checked = [entry for entry in found.banners if entry.startswith("not_verified_after: ")]
    if len(checked) < 2:
        return list(found.banners)
    said = [
        entry.removeprefix("not_verified_after: ").removesuffix(": later changes are not in this answer")
        for entry in checked
    ]
    others = [entry for entry in found.banners if entry not in checked]
    return [f"not_verified_after (later changes are not in this answer): {'; '.join(said)}", *others]


def _governments(found: Assessment) -> list[str]:
    """A line for each government asked, where there are several."""
    answers = found.governments
    if len(answers) < 2:
        return []
    width = max(len(answer.government) for answer in answers) + 2
    lines = ["By government"]
    for answer in answers:
        if answer.reached:
            reasons = f"  {', '.join(answer.reasons)}" if answer.reasons else ""
            said = f"{_OUTCOMES[answer.outcome]}{reasons}"
        else:
            acts = [act for act in found.authorities if act.law == answer.law and act.standing == "law"]
            stated = " STATED" if any(act.reached is Truth.UNKNOWN for act in acts) else ""
            said = f"NO NEXUS{stated}  {answer.nexus.removeprefix('does not reach it: ')}"
        lines.extend(wrapped(f"{answer.government:<{width}}{said}", "  ", hang=" " * (width + 4)))
    return [*lines, ""]


def _head(found: Assessment) -> list[str]:
    tx = found.transaction
    items = ", ".join(item.code + (f" ({item.description})" if item.description else "") for item in tx.items)
    origin = f" from {country_name(tx.origin)}" if tx.origin else ""
    people = (
        "; ".join(f"{party.role.value.replace('_', ' ')}: {party.name}" for party in tx.parties) or "no party named"
    )
    lines = [f"{_OUTCOMES[found.outcome]}  {found.headline}", ""]
    lines.extend(
        wrapped(
            f"{tx.activity.value.replace('_', ' ').capitalize()} of {items}{origin} to {country_name(tx.destination)}",
            "  ",
        )
    )
    lines.extend(wrapped(people, "  "))
    value = f", value {tx.value.amount} {tx.value.currency}" if tx.value else ""
    lines.append(f"  law and lists as of {found.as_of}{value}")
    if tx.end_use:
        lines.extend(wrapped(f"end use as stated: {tx.end_use}", "  "))
    for banner in _banners(found):
        lines.extend(wrapped(f"! {banner}", "  ", hang="    "))
    return [*lines, ""]


def _authorities(found: Assessment, *, trace: bool, beyond: bool = True) -> list[str]:
    """The acts that reach the transaction, the worst first; guidance last; those that do not in a line each.

    Guidance that has nothing to say is left out, and so is an act that may reach it but says nothing.
    """
    reached = [answer for answer in found.authorities if answer.reached is not Truth.FALSE]
    shown = [answer for answer in reached if trace or answer.speaks]
    shown.sort(key=lambda answer: (answer.standing != "law", list(_OUTCOMES).index(answer.outcome)))
    lines = [line for answer in shown for line in _authority(answer, trace=trace)]
    if not beyond:
        return lines
    binding = [answer for answer in found.authorities if answer.standing == "law" and answer not in shown]
    silent = [
        answer.name + ("" if answer.reached is Truth.TRUE else " (it may reach the transaction)")
        for answer in binding
        if answer.reached is not Truth.FALSE
    ]
    outside = [
        f"{answer.name}: {answer.nexus.removeprefix('does not reach it: ')}"
        for answer in binding
        if answer.reached is Truth.FALSE
    ]
    return [
        *lines,
        *_block("Acts in which nothing applies on the stated facts", silent),
        *_block("Acts that do not reach it", outside),
    ]


def _authority(answer: AuthorityAnswer, *, trace: bool) -> list[str]:
    said = _OUTCOMES[answer.outcome].lower() if answer.standing == "law" else answer.standing
    lines = [*wrapped(f"{answer.name}: {said}", ""), *wrapped(answer.nexus, "  ")]
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
    is_open = item.status is Status.UNKNOWN and not item.owed
    sign = "[?]" if is_open else "[!]" if item.owed else "[i]" if item.effect is Effect.REVIEW else "[x]"
    may = " may apply" if is_open else ""
    code = f"{item.code}{may}: " if item.code else ""
    standing = "" if item.standing == "law" else f" ({item.standing})"
    lines = [*wrapped(f"{sign} {code}{item.title}{standing}", "  ", hang="      ")]
    if item.reason:
        lines.extend(wrapped(f"if it does: {item.reason}" if is_open and item.code else item.reason, "      "))
    lines.extend(wrapped(_cited(item.citation), "      "))
    label_of_condition = "condition" if item.standing == "law" else "consider"
    for label, values in ((label_of_condition, item.conditions), ("would change", item.would_change)):
        for value in values:
            lines.extend(wrapped(f"{label}: {value}", "      "))
    for date in item.dates:
        lines.append(f"      {date.code} {date.date}")
    if item.missing:
        lines.extend(wrapped(f"missing: {', '.join(item.missing)}", "      "))
    if item.review_policy:
        lines.extend(wrapped(f"review policy: {item.review_policy}", "      "))
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
    lines = ["Licence exceptions and general authorisations"]
    several = len(found.governments) > 1
    for item in exceptions.foreclosed:
        label = f"{_of_law(item.law, several)}{item.symbol}{' for ' + item.item if item.item else ''}"
        lines.extend(wrapped(f"- {label} foreclosed: {item.reason} ({item.citation})", "  ", hang="    "))
    for entry in exceptions.candidates:
        label = f"{_of_law(entry.law, several)}{entry.symbol}{' for ' + entry.item if entry.item else ''}"
        lines.extend(wrapped(f"- {label} may be reviewed ({entry.citation})", "  ", hang="    "))
        for condition in entry.open_conditions:
            lines.extend(wrapped(f"condition: {condition}", "      "))
    return [*lines, ""]


def _of_law(law: str, several: bool) -> str:
    return f"{law.upper()}: " if several and law else ""


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
        lines.extend(wrapped(f"{party.role.replace('_', ' ')}{of}: {party.name}", "  "))
        for match in party.matches[:10]:
            state = {"true": "in force", "false": "not in force", "unknown": "unknown whether in force"}[match.in_force]
            dates = f"{match.listed_from or '?'} to {match.listed_to or 'now'}"
            lines.extend(
                wrapped(
                    f"{match.score} {match.list_id}: {match.name} ({dates}; {state} on {found.as_of}; {match.citation})"
                    f" id {match.party_id}",
                    "    ",
                    hang="         ",
                )
            )
        if len(party.matches) > 10:
            lines.append(f"    and {len(party.matches) - 10} more (see --json)")
    return ["Matches on lists", *lines, ""] if lines else []


def coverage_lines(coverage: Coverage) -> list[str]:
    """Which lists were checked, and which are missing or stale."""
    lines = ["Coverage"]
    lines.extend(wrapped("checked: " + "; ".join(coverage.checked), "  ", hang="    "))
    absent = [entry.partition(":")[0] for entry in coverage.not_checked if entry.endswith(": not loaded")]
    others = [entry for entry in coverage.not_checked if not entry.endswith(": not loaded")]
    if absent:
        said = "accepted as it is (--starter)" if coverage.complete else "an answer can then be indeterminate at best"
        text = f"not loaded: {', '.join(absent)}; only the embedded listings were searched, {said}"
        lines.extend(wrapped(text, "  ", hang="    "))
    for entry in others:
        lines.extend(wrapped(f"not checked: {entry}", "  ", hang="    "))
    for entry in coverage.stale:
        lines.extend(wrapped(f"stale: {entry}", "  ", hang="    "))
    if coverage.not_modelled:
        lines.append("  not modelled, read these yourself where they could apply:")
        for entry in coverage.not_modelled:
            lines.extend(wrapped(f"- {entry}", "    ", hang="      "))
    return [*lines, ""]


def _editions(found: Assessment) -> list[str]:
    entries = [
        f"{item.id} {item.edition} {item.sha256[:8]}".strip() for item in found.editions if item.id.count("/") < 2
    ]
    tables = len(found.editions) - len(entries)
    if tables:
        entries.append(f"{tables} tables of these rulebooks (see --json)")
    return ["Sources used", *wrapped("; ".join(entries), "  "), f"  engine {found.engine}"]


def _settles(codes: Sequence[str]) -> str:
    return f"  (decides {', '.join(codes)})" if codes else ""


def _block(title: str, entries: Iterable[str], *, numbered: bool = False) -> list[str]:
    lines: list[str] = []
    for number, entry in enumerate(entries, start=1):
        mark = f"{number}." if numbered else "-"
        lines.extend(wrapped(f"{mark} {entry}", "  ", hang="    "))
    return [title, *lines, ""] if lines else []


def printable(text: str) -> str:
    """A text without characters that could play tricks on a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def wrapped(text: str, indent: str, *, hang: str | None = None) -> list[str]:
    """Lines of at most :data:`WIDTH` characters."""
    return textwrap.wrap(
        printable(text), WIDTH, initial_indent=indent, subsequent_indent=hang or indent, break_long_words=False
    ) or [indent.rstrip()]
