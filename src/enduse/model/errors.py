"""Errors a user can mend. Every one says what is wrong, where, and how to mend it."""

from __future__ import annotations


class EndUseError(Exception):
    """Base of every error that ``enduse`` raises on purpose."""


class BadInput(EndUseError):
    """The user's input cannot be used; the command line exits with code 3.

    Args:
        problem: what is wrong, in plain words, naming the offending value.
        where: the place: file, line, field, row or cell. Empty when there is only one place.
        remedy: how to mend it. Empty only when the problem says it.
    """

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        self.problem = problem
        self.where = where
        self.remedy = remedy
        super().__init__(self.message())

    def message(self) -> str:
        """One line: place, problem, remedy."""
        place = f"{self.where}: " if self.where else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{place}{self.problem}{remedy}"


class OperationFailed(EndUseError):
    """Something outside the input failed (network, disk, a refused list); exit code 4."""

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        self.problem = problem
        self.where = where
        self.remedy = remedy
        place = f"{where}: " if where else ""
        super().__init__(f"{place}{problem}" + (f" ({remedy})" if remedy else ""))


class Erased(OperationFailed):
    """What is asked for was kept, and its period is over: only hashes and records of it are left."""
