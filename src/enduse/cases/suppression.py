"""Small cells of published tables: suppressed, with further ones, so that no suppressed cell can be computed back.

The reader is taken to know every total. Groups are joined until each total is at least the threshold, so that totals
can be published; inside, a cell below the threshold is suppressed, and so are cells that would give it away. A cell is
safe when another table of whole numbers, with the same totals and the same cells suppressed (each at least 1), has
another value there: along a closed path of suppressed cells one unit can be moved.

Source: two-way tables with fixed margins as a network, as in Willenborg and de Waal, Elements of Statistical Disclosure
Control (2001), chapters on tables.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

THRESHOLD = 5
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """A two-way table of counts with its suppressed cells.

    Attributes:
        suppressed: places that are not shown.
        shown: False where nothing inside can be shown; the totals can.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]
    suppressed: frozenset[Cell] = frozenset()
    shown: bool = True

    def row_total(self, row: int) -> int:
        """Sum of a row."""
        return sum(self.cells[row])

    def column_total(self, column: int) -> int:
        """Sum of a column."""
        return sum(line[column] for line in self.cells)

    @property
    def total(self) -> int:
        """Sum of all."""
        return sum(map(sum, self.cells))


def joined_groups(totals: Mapping[str, int], threshold: int = THRESHOLD) -> dict[str, str]:
    """Which published group each value of a dimension goes to, so that each group has at least ``threshold``.

    Small ones are joined to ``other``; where that is still small, the smallest of the rest joins it. All of a dimension
    with less than the threshold is one group, which the caller does not publish.
    """
    ordered = sorted(totals.items(), key=lambda pair: (pair[1], pair[0]))
    other: list[str] = [value for value, count in ordered if count < threshold]
    gathered = sum(count for _, count in ordered[: len(other)])
    rest = ordered[len(other) :]
    while other and gathered < threshold and rest:
        value, count = rest.pop(0)
        other.append(value)
        gathered += count
    return {value: "other" if value in other else value for value in totals}


def protected(table: Counts, threshold: int = THRESHOLD) -> Counts:
    """The table with every small cell suppressed, and what would give one away."""
    small = {
        (row, column)
        for row, line in enumerate(table.cells)
        for column, value in enumerate(line)
        if 0 < value < threshold
    }
    hidden = set(small)
    while exposed := computable(table, hidden):
        extra = _next_cell(table, hidden, exposed)
        if extra is None:
            return Counts(table.rows, table.columns, table.cells, frozenset(hidden), shown=False)
        hidden.add(extra)
    return Counts(table.rows, table.columns, table.cells, frozenset(hidden))


def computable(table: Counts, hidden: set[Cell]) -> list[Cell]:
    """Suppressed cells that have one possible value only, for a reader who knows all totals."""
    return [cell for cell in sorted(hidden) if not (_moves(table, hidden, cell, +1) or _moves(table, hidden, cell, -1))]


def _moves(table: Counts, hidden: set[Cell], cell: Cell, by: int) -> bool:
    """Whether one unit can be moved at ``cell`` along a closed path of suppressed cells, all of them staying at 1."""
    row, column = cell
    if by < 0 and table.cells[row][column] <= 1:
        return False
    # After the change the column has one too much (or too little): the next cell in it moves the other way, and so on.
    start, goal = ("column", column), ("row", row)
    seen = {start}
    queue = deque([start])
    while queue:
        side, number = queue.popleft()
        for other in _neighbours(hidden, side, number, cell):
            place = (other, number) if side == "column" else (number, other)
            change = -by if side == "column" else by
            if change < 0 and table.cells[place[0]][place[1]] <= 1:
                continue
            node = ("row" if side == "column" else "column", other)
            if node == goal:
                return True
            if node not in seen:
                seen.add(node)
                queue.append(node)
    return False


def _neighbours(hidden: set[Cell], side: str, number: int, without: Cell) -> Iterator[int]:
    for row, column in hidden:
        if (row, column) == without:
            continue
        if side == "column" and column == number:
            yield row
        elif side == "row" and row == number:
            yield column


def _next_cell(table: Counts, hidden: set[Cell], exposed: Sequence[Cell]) -> Cell | None:
    """The smallest cell, not zero and shown so far, in the row or column of an exposed one; else anywhere."""
    rows, columns = {row for row, _ in exposed}, {column for _, column in exposed}
    candidates = [
        (not (row in rows or column in columns), value, row, column)
        for row, line in enumerate(table.cells)
        for column, value in enumerate(line)
        if value > 0 and (row, column) not in hidden
    ]
    if not candidates:
        return None
    _, _, row, column = min(candidates)
    return row, column
