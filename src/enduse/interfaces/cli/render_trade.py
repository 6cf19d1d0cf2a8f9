"""The pages of ``enduse trade``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from enduse.interfaces.cli.render import wrapped
from enduse.interfaces.trade.analysis import Beside, Found, Hub
from enduse.interfaces.trade.methods import methods
from enduse.model.countries import country_name
from enduse.model.errors import BadInput
from enduse.monitor.trade.declarations import Declaration, Sign, counted
from enduse.monitor.trade.indicators import Signal
from enduse.monitor.trade.series import month_text
from enduse.monitor.trade.usage import UseFound

MOST_SIGNS = 100


def signs_page(found: Found) -> str:
    """Each hub with what each indicator says of it; what was read, and what could not be compared."""
    asked = found.asked
    lines = wrapped(
        f"From {_names(asked.origins)} to {_names(asked.restricted)}, control since {month_text(asked.control)}", ""
    )
    lines.append("")
    if found.silent:
        lines.extend([*wrapped(f"Nothing can be said: {found.silent}", ""), ""])
    for hub in found.hubs:
        lines.extend([*_hub(hub), ""])
    for one in found.comparable:
        lines.extend(wrapped(f"! {one.note}", "", hang="  "))
    if found.yearly and not found.of_years:
        lines.extend(wrapped(f"! {found.yearly:,} reports of whole years were left aside", ""))
    lines.append("Read")
    for reading in found.readings:
        lines.extend(wrapped(reading.said, "  ", hang="    "))
    lines.extend(["", "A sign is a reason to look, not proof of anything (docs/diversion.md)."])
    return "\n".join(lines) + "\n"


def _names(codes: Sequence[str]) -> str:
    return ", ".join(country_name(code) for code in codes)


def _hub(hub: Hub) -> Iterator[str]:
    mark = "[x]" if hub.speaking else "[ ]"
    money = f"US$ {hub.before:,.0f} in the year before, {hub.after:,.0f} in the year after"
    yield from wrapped(f"{mark} {hub.name}: {money}", "")
    if hub.beside.says:
        yield from wrapped(_beside(hub.beside), "    ", hang="      ")
    for one in hub.signals:
        yield from wrapped(_signal(one), "    ", hang="      ")
        if one.score is not None:
            for step in one.evidence:
                said = f"x {step.change:.2f}, {step.z:+.1f} standard errors ({step.before} + {step.after} months)"
                yield from wrapped(f"- {step.what}: {said}", "      ", hang="        ")


def _beside(found: Beside) -> str:
    """Unit values and what went back, which are not judged."""
    parts = []
    if any(one is not None for one in found.unit):
        told = [f"{one:,.2f}" if one is not None else "-" for one in (*found.unit, *found.unit_others)]
        parts.append(f"US$ a kg {told[0]} before, {told[1]} after (everybody else {told[2]}, {told[3]})")
    if any(one is not None for one in found.returned):
        back = [f"{one:.1%}" if one is not None else "-" for one in found.returned]
        parts.append(f"went back to the origins {back[0]} before, {back[1]} after")
    return f"not judged: {'; '.join(parts)}"


def _signal(one: Signal) -> str:
    name = one.kind.value.replace("_", " ")
    if one.score is None:
        return f"{name}: says nothing: {one.silent}"
    word = "SPEAKS" if one.speaks else "silent"
    return f"{name}: {word}, {one.score:.1f} (from {one.level:.1f}; wrong of {one.false_alarms:.1%} in simulation)"


def declarations_page(declared: Sequence[Declaration], unread: Sequence[BadInput], found: Sequence[Sign]) -> str:
    """The signs, each with its evidence."""
    counts = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in counted(found).items())
    lines = [f"{len(declared):,} declarations: {counts}", ""]
    lines.extend(_signs(found))
    if unread:
        lines.append(f"{len(unread):,} rows could not be read and were not looked through (see the messages)")
    lines.append("A sign is a reason to look, not proof of anything (docs/diversion.md).")
    return "\n".join(lines) + "\n"


def licences_page(found: UseFound) -> str:
    """The signs in the use of licences, each with its evidence, and what could not be judged."""
    signs = f"{len(found.signs)} sign{'s' if len(found.signs) != 1 else ''}"
    lines = wrapped(
        f"{found.deliveries:,} deliveries under {found.lines:,} lines of licences in the year to {found.day}: {signs}",
        "",
    )
    lines.append("")
    lines.extend(_signs(found.signs))
    for kind in dict.fromkeys((*found.judged, *(one.kind for one in found.silent))):
        short = sum(one.kind == kind for one in found.silent)
        title = methods()[kind].title
        lines.append(
            f"{title}: {found.judged[kind]:,} lines judged, the series of {short:,} too short (--json names them)"
        )
    lines.extend(f"{count:,} deliveries {why}" for why, count in sorted(found.left_aside.items()))
    lines.append("A sign is a reason to look, not proof of anything (docs/diversion.md).")
    return "\n".join(lines) + "\n"


def _signs(found: Sequence[Sign]) -> Iterator[str]:
    for one in found[:MOST_SIGNS]:
        yield from wrapped(f"{methods()[one.kind].title}: {one.who}", "", hang="  ")
        yield from wrapped(one.why, "    ")
        more = f" and {len(one.evidence) - 8} more" if len(one.evidence) > 8 else ""
        yield from wrapped(f"evidence: {', '.join(one.evidence[:8])}{more}", "    ", hang="      ")
        yield ""
    if len(found) > MOST_SIGNS:
        yield f"... and {len(found) - MOST_SIGNS} more (--json shows all)"
        yield ""
