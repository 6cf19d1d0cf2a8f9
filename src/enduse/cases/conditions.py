"""A small language over the facts of a case, for triggers, routing and questionnaires; three-valued, with its reasons.

``{all: [...]}``, ``{any: [...]}``, ``{not: ...}``, and leaves ``{fact: [values]}`` that hold where one of the case's
values is one of those named. A fact that nobody stated is unknown, and unknown never becomes false.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from enduse.cases.case import Case
from enduse.cases.ground import Ground
from enduse.cases.reading import Row
from enduse.model.codes import covers_code
from enduse.model.truth import Truth, all_of, any_of

LEAVES = {
    "authority": "id of the authority",
    "law": "id of the law it applies",
    "type": "type of case",
    "destination": "ISO code",
    "destination_profile": "level of the country profile",
    "end_user_category": "what an end user is",
    "capability": "what an item can do",
    "code_under": "classification of an item, or a code above it",
    "group": "named group of codes",
    "open_hit": "yes",
    "hit": "how a hit was disposed of: different, same",
    "answer": "QUESTION=ANSWER",
    "finding": "worst finding of the human-rights assessment",
    "amended_finding": "worst finding of the assessment of a case that this one amends",
    "disagreement": "yes",
    "proposed": "an outcome that is proposed",
    "assessment_outcome": "outcome of the assessment it started from",
}
"""Facts that a condition can ask for, each with what its values are."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A condition: ``all``, ``any``, ``not`` over ``parts``, or a leaf with its ``values``."""

    what: str
    parts: tuple[Tree, ...] = ()
    values: tuple[str, ...] = ()


ALWAYS_TRUE = Tree("all")


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A truth value and what it rests on, in words."""

    truth: Truth
    because: tuple[str, ...] = ()


def read_tree(row: Row | None, groups: Iterable[str] = ()) -> Tree:
    """A condition from data; an absent one always holds.

    Raises:
        BadInput: an unknown word, no values, or more than one key.
    """
    if row is None:
        return ALWAYS_TRUE
    if len(row.values) != 1:
        raise row.wrong("a condition has one key", remedy="join several with all: [...]")
    (what,) = row.values
    if what in ("all", "any"):
        parts = tuple(read_tree(part, groups) for part in row.rows(what))
        if not parts:
            raise row.wrong(f"{what} joins nothing", what)
        return Tree(what, parts)
    if what == "not":
        inner = row.row("not")
        if inner is None:
            raise row.wrong("not takes a condition", what)
        return Tree("not", (read_tree(inner, groups),))
    if what not in LEAVES:
        raise row.wrong(f"{what!r} is no fact", what, f"known: {', '.join(LEAVES)}")
    values = row.texts(what, None)
    if not values:
        raise row.wrong(f"{what} names no value", what)
    if what == "group":
        for value in values:
            if value not in groups:
                raise row.wrong(f"no group {value!r}", what, f"known: {', '.join(sorted(groups))}")
    return Tree(what, (), values)


def evaluate(tree: Tree, facts: Facts) -> Reasoned:
    """Whether a condition holds, and why."""
    if tree.what == "not":
        inner = evaluate(tree.parts[0], facts)
        return Reasoned(~inner.truth, tuple(f"not: {one}" for one in inner.because))
    if tree.what in ("all", "any"):
        parts = [evaluate(part, facts) for part in tree.parts]
        join = all_of if tree.what == "all" else any_of
        truth = join(part.truth for part in parts)
        because = tuple(word for part in parts if part.truth is truth for word in part.because)
        return Reasoned(truth, tuple(dict.fromkeys(because)))
    return facts.leaf(tree.what, tree.values)


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one case, with what lies outside it.

    Attributes:
        groups: named groups of codes.
        law: id of the law that its authority applies.
    """

    case: Case
    ground: Ground
    groups: Mapping[str, tuple[str, ...]]
    law: str

    def leaf(self, what: str, values: tuple[str, ...]) -> Reasoned:
        """Whether one of the case's values is among ``values``."""
        if what in ("code_under", "group"):
            return self._codes(what, values)
        found: list[Truth] = []
        because: list[str] = []
        for value, subject in self._values(what):
            truth = Truth.UNKNOWN if value is None else Truth.of(value in values)
            found.append(truth)
            if truth is Truth.UNKNOWN:
                because.append(f"{what} of {subject} is not known" if subject else f"{what} is not known")
            elif truth is Truth.TRUE:
                because.append(f"{what} of {subject} is {value}" if subject else f"{what} is {value}")
        truth = any_of(found)
        if truth is Truth.FALSE:
            return Reasoned(truth, (f"no {what} of {', '.join(values)}",))
        return Reasoned(truth, tuple(dict.fromkeys(because)))

    def _codes(self, what: str, values: tuple[str, ...]) -> Reasoned:
        listed = values if what == "code_under" else tuple(code for name in values for code in self.groups[name])
        found: list[Truth] = []
        because: list[str] = []
        for item in self.case.applied.items:
            code = self.case.code(item.line)
            for above in listed:
                truth = covers_code(above, code)
                found.append(truth)
                if truth is not Truth.FALSE:
                    doubt = "" if truth is Truth.TRUE else ", perhaps"
                    because.append(f"line {item.line} is {code}, under {above}{doubt}")
        truth = any_of(found)
        return Reasoned(truth, tuple(because) or (f"no line under {', '.join(listed)}",))

    def _values(self, what: str) -> list[tuple[str | None, str]]:
        case, applied = self.case, self.case.applied
        match what:
            case "authority":
                return [(applied.authority, "")]
            case "law":
                return [(self.law, "")]
            case "type":
                return [(applied.type, "")]
            case "destination":
                return [(applied.destination or None, "")]
            case "destination_profile":
                return [(self.ground.profile(country), country) for country in self._countries()]
            case "end_user_category":
                return [(party.category or None, party.name) for party in applied.end_users] or [(None, "the end user")]
            case "capability":
                return self._capabilities()
            case "open_hit":
                return [("yes" if case.open_hits else "no", "")]
            case "hit":
                return [(disposition, f"hit {hit}") for hit, disposition in case.dispositions]
            case "answer":
                return [(f"{one.question}={one.answer}", "") for one in applied.answers]
            case "finding":
                latest = case.assessment
                return [(one.worst.value, one.criterion) for one in latest.content.answers] if latest else []
            case "amended_finding":
                return [(finding, criterion) for criterion, finding in self.ground.amended]
            case "disagreement":
                return [("yes" if disagree(case) else "no", "")]
            case "proposed":
                return [
                    (one.outcome, f"line {one.line}") for one in (case.consolidated.lines if case.consolidated else ())
                ]
            case _:
                return [(self.ground.assessment_outcome or None, "")]

    def _countries(self) -> tuple[str, ...]:
        found = [self.case.applied.destination, *(party.country for party in self.case.applied.end_users)]
        return tuple(dict.fromkeys(country for country in found if country)) or ("the destination",)

    def _capabilities(self) -> list[tuple[str | None, str]]:
        found: list[tuple[str | None, str]] = []
        for item in self.case.applied.items:
            assessed = self.case.classification(item.line)
            words = assessed.capabilities if assessed else item.capabilities
            subject = f"line {item.line}"
            if words is None:
                found.append((None, subject))
            found.extend((word, subject) for word in words or ())
        return found


def disagree(case: Case) -> bool:
    """Whether agencies differ, on one line and party, on whether it may leave."""
    latest = {(one.agency, one.line, one.party): one.position for one in case.recommended}
    seen: dict[tuple[int, str], set[bool]] = {}
    for (_, line, party), position in latest.items():
        seen.setdefault((line, party), set()).add(position == "refuse")
    return any(len(voices) > 1 for voices in seen.values())
