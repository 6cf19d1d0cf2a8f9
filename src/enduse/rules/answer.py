"""What a condition answers: a truth value with everything it rests on.

Provenance follows the logic: a conjunction that is false rests on the conjunct that made it false, one that is
unknown asks for the facts of its unknown conjuncts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from enduse.model.assessment import TraceStep
from enduse.model.truth import Truth


@dataclass(frozen=True, slots=True)
class Answer:
    """A truth value, and why.

    Attributes:
        truth: the value.
        missing: keys of facts that keep it unknown (empty unless unknown).
        presumed: keys of facts that it rests on although nobody stated them.
        cells: addresses of the table cells that it rests on.
        notes: conditions or remarks for the reader.
        trace: the conditions as evaluated, outermost first.
    """

    truth: Truth
    missing: frozenset[str] = frozenset()
    presumed: frozenset[str] = frozenset()
    cells: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    trace: tuple[TraceStep, ...] = ()

    def described(self, condition: str, basis: str = "") -> Answer:
        """The same answer with one more line of trace on top."""
        below = tuple(replace(step, depth=step.depth + 1) for step in self.trace)
        return replace(self, trace=(TraceStep(condition, self.truth, basis), *below))


TRUE = Answer(Truth.TRUE)
FALSE = Answer(Truth.FALSE)


def known(value: bool, *, cells: Iterable[str] = (), notes: tuple[str, ...] = ()) -> Answer:
    """A decided answer that rests on ``cells``."""
    return Answer(Truth.of(value), cells=frozenset(cells), notes=notes)


def unknown(*missing: str, notes: tuple[str, ...] = ()) -> Answer:
    """An answer that waits for facts."""
    return Answer(Truth.UNKNOWN, missing=frozenset(missing), notes=notes)


def both(answers: Iterable[Answer]) -> Answer:
    """Kleene conjunction; stops at the first false conjunct, which alone it then rests on."""
    seen: list[Answer] = []
    for answer in answers:
        seen.append(answer)
        if answer.truth is Truth.FALSE:
            return replace(answer, missing=frozenset(), trace=_traces(seen))
    return _joined(seen, decided=Truth.TRUE)


def either(answers: Iterable[Answer]) -> Answer:
    """Kleene disjunction; stops at the first true disjunct, which alone it then rests on."""
    seen: list[Answer] = []
    for answer in answers:
        seen.append(answer)
        if answer.truth is Truth.TRUE:
            return replace(answer, missing=frozenset(), trace=_traces(seen))
    return _joined(seen, decided=Truth.FALSE)


def negated(answer: Answer) -> Answer:
    """Kleene negation."""
    return replace(answer, truth=~answer.truth)


def _joined(seen: list[Answer], decided: Truth) -> Answer:
    undecided = [answer for answer in seen if answer.truth is Truth.UNKNOWN]
    return Answer(
        truth=Truth.UNKNOWN if undecided else decided,
        missing=frozenset().union(*(answer.missing for answer in undecided)),
        presumed=frozenset().union(*(answer.presumed for answer in seen)),
        cells=frozenset().union(*(answer.cells for answer in seen)),
        notes=tuple(note for answer in seen for note in answer.notes),
        trace=_traces(seen),
    )


def _traces(seen: list[Answer]) -> tuple[TraceStep, ...]:
    return tuple(step for answer in seen for step in answer.trace)
