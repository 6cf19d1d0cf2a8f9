"""What a condition answers: a truth value with everything it rests on.

Provenance follows the logic: a conjunction that is false rests on the conjunct that made it false, one that is
unknown asks for the facts of its unknown conjuncts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from enduse.model.assessment import Later, TraceStep
from enduse.model.truth import Truth


@dataclass(slots=True, unsafe_hash=True)
class Step:
    """One condition as evaluated, with those below it; :attr:`Answer.trace` lays them out with their depth."""

    condition: str
    truth: Truth
    basis: str
    below: tuple[Step, ...]


@dataclass(slots=True, eq=False)
class Answer:
    """A truth value, and why. An answer equals itself alone: answers are told apart millions of times, and a
    rulebook keeps one object for all that say the same (:attr:`said`). Nobody changes one; that it is not frozen makes
    it three times as fast to make.

    Attributes:
        truth: the value.
        missing: keys of facts that keep it unknown (empty unless unknown).
        presumed: keys of facts that it rests on although nobody stated them.
        cells: addresses of the table cells that it rests on.
        notes: conditions or remarks for the reader.
        steps: the conditions as evaluated, outermost first.
    """

    truth: Truth
    missing: frozenset[str] = frozenset()
    presumed: frozenset[str] = frozenset()
    cells: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    def described(self, condition: str, basis: str = "") -> Answer:
        """The same answer with one more line of trace on top."""
        step = Step(condition, self.truth, basis, self.steps)
        return Answer(self.truth, self.missing, self.presumed, self.cells, self.notes, (step,))

    @property
    def said(self) -> tuple[object, ...]:
        """Equal for two answers that say the same."""
        return (self.truth.value, self.missing, self.presumed, self.cells, self.notes, self.steps)

    @property
    def trace(self) -> Later[TraceStep]:
        """The conditions as evaluated, outermost first, each with its depth."""
        return Later(partial(_trace, self.steps))


def _trace(steps: tuple[Step, ...]) -> tuple[TraceStep, ...]:
    found: list[TraceStep] = []
    _lay_out(steps, 0, found)
    return tuple(found)


def _lay_out(steps: tuple[Step, ...], depth: int, found: list[TraceStep]) -> None:
    for step in steps:
        found.append(TraceStep(step.condition, step.truth, step.basis, depth))
        _lay_out(step.below, depth + 1, found)


_NONE: frozenset[str] = frozenset()
TRUE = Answer(Truth.TRUE)
FALSE = Answer(Truth.FALSE)


def known(value: bool, *, cells: Iterable[str] = (), notes: tuple[str, ...] = ()) -> Answer:
    """A decided answer that rests on ``cells``."""
    if not cells and not notes:
        return TRUE if value else FALSE
    return Answer(Truth.of(value), cells=frozenset(cells), notes=notes)


def unknown(*missing: str, notes: tuple[str, ...] = ()) -> Answer:
    """An answer that waits for facts."""
    return Answer(Truth.UNKNOWN, missing=frozenset(missing), notes=notes)


def both(answers: Iterable[Answer]) -> Answer:
    """Kleene conjunction; stops at the first false conjunct, which alone it then rests on."""
    return _joined(answers, Truth.FALSE, Truth.TRUE)


def either(answers: Iterable[Answer]) -> Answer:
    """Kleene disjunction; stops at the first true disjunct, which alone it then rests on."""
    return _joined(answers, Truth.TRUE, Truth.FALSE)


def negated(answer: Answer) -> Answer:
    """Kleene negation."""
    return Answer(~answer.truth, answer.missing, answer.presumed, answer.cells, answer.notes, answer.steps)


def _joined(answers: Iterable[Answer], settles: Truth, decided: Truth) -> Answer:
    """What some answers say together.

    Args:
        settles: the truth of one that settles it alone, whatever the others are.
        decided: what it is where none does, and all are known.
    """
    # One pass, written out: this is where most of the time of a judgement goes.
    truth, missing, presumed, cells = decided, _NONE, _NONE, _NONE
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    for answer in answers:
        steps += answer.steps
        found = answer.truth
        if found is settles:
            return Answer(found, _NONE, answer.presumed, answer.cells, answer.notes, steps)
        if found is Truth.UNKNOWN:
            truth = found
            if answer.missing:
                missing = missing | answer.missing if missing else answer.missing
        if answer.presumed:
            presumed = presumed | answer.presumed if presumed else answer.presumed
        if answer.cells:
            cells = cells | answer.cells if cells else answer.cells
        notes += answer.notes
    return Answer(truth, missing, presumed, cells, notes, steps)
