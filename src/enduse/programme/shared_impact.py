"""What a draft would change across the coalition, from counts that each member makes for itself.

    ask       a member publishes a draft for comment, and a request that names it by its hash and whom it asks
    answer    each member tries it on its own recorded transactions, and publishes counts, small ones withheld
    add up    whoever wants adds up what was answered, and shows who did not answer

No record travels, and no name: counts by destination and by item, for each kind of change.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from enduse.model.codec import canonical_json, from_plain, to_plain
from enduse.model.errors import BadInput
from enduse.programme.published import WITHHELD, read_plain

REQUEST, ANSWER = "enduse.impact-request/1", "enduse.impact-answer/1"
DIMENSIONS = ("destination", "item")
"""By what changes are counted; values, exporters and end users are not."""
OTHER = "other"
MOST_BYTES = 2 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MEMBER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_COUNT = re.compile(r"\d{1,12}")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImpactRequest:
    """A question to members: try this draft.

    Attributes:
        asker: the member that asks; its publication holds the draft.
        draft: path of the draft in that publication.
        sha256: hash of the draft.
        asked: members that are asked.
        reply_by: the last day.
    """

    asker: str
    title: str
    draft: str
    sha256: str
    asked: tuple[str, ...]
    asked_on: dt.date
    reply_by: dt.date

    @property
    def id(self) -> str:
        """What it is called by."""
        return self.sha256[:16]

    @property
    def path(self) -> str:
        """Where it is published."""
        return f"statistics/impact-request-{self.id}.json"


@dataclass(frozen=True, slots=True)
class SharedTable:
    """Changed transactions by a dimension (rows) and kind of change (columns), as texts; totals are known."""

    id: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    row_totals: tuple[str, ...]
    column_totals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImpactAnswer:
    """What a member counted.

    Attributes:
        asker, sha256: of the request that it answers.
        tried: transactions that the draft was tried on; :data:`WITHHELD` where few.
        changed: of them, those whose outcome changes; withheld where it, or the rest, is small.
        unjudged: those that could not be judged.
    """

    member: str
    asker: str
    sha256: str
    made_on: dt.date
    tried: str
    changed: str
    unjudged: str
    tables: tuple[SharedTable, ...]

    @property
    def path(self) -> str:
        """Where it is published."""
        return answer_path(self.asker, self.sha256)


def answer_path(asker: str, sha256: str) -> str:
    """Where an answer is published: the same path in the publication of every member that answers."""
    return f"statistics/impact-answer-{asker}-{sha256[:16]}.json"


def write(document: ImpactRequest | ImpactAnswer) -> bytes:
    """The file of a request or an answer: the same one gives the same bytes."""
    schema = REQUEST if isinstance(document, ImpactRequest) else ANSWER
    return canonical_json({"schema": schema, **to_plain(document, keep_empty=True)})


def read_request(body: bytes, name: str, publisher: str) -> ImpactRequest:
    """A request that a member published.

    Raises:
        BadInput: it is none, or of somebody else.
    """
    found, want = _read(ImpactRequest, REQUEST, body, name)
    want(found.asker == publisher, f"it says that it is of {str(found.asker)[:40]!r}")
    want(bool(_SHA256.fullmatch(str(found.sha256))), "sha256 is no hash")
    want(name.endswith(found.path), "its path names another draft")
    want(0 < len(found.asked) <= 200 and all(_MEMBER.fullmatch(str(one)) for one in found.asked), "it asks nobody")
    for text in (found.title, found.draft):
        want(isinstance(text, str) and 0 < len(text) <= 300, "title or draft is missing, or too long")
    return found


def read_answer(body: bytes, name: str, publisher: str) -> ImpactAnswer:
    """An answer that a member published.

    Raises:
        BadInput: it is none, of somebody else, or its tables are none.
    """
    found, want = _read(ImpactAnswer, ANSWER, body, name)
    want(found.member == publisher, f"it says that it is of {str(found.member)[:40]!r}")
    want(bool(_SHA256.fullmatch(str(found.sha256)) and _MEMBER.fullmatch(str(found.asker))), "it answers no request")
    want(name.endswith(found.path), "its path names another request")
    want(tuple(one.id for one in found.tables) == DIMENSIONS, f"its tables are not {', '.join(DIMENSIONS)}")
    for number in (found.tried, found.changed, found.unjudged):
        want(_counted(number), f"{str(number)[:20]!r} is no count")
    for table in found.tables:
        sides = len(table.rows), len(table.columns)
        want(max(sides) <= 5_000, "a table is too large")
        shape = len(table.cells) == sides[0] and all(len(row) == sides[1] for row in table.cells)
        want(shape and (len(table.row_totals), len(table.column_totals)) == sides, f"table {table.id} is no table")
        labels = (*table.rows, *table.columns)
        want(all(isinstance(one, str) and 0 < len(one) <= 100 for one in labels), "a row or column has no name")
        want(len(set(table.rows)) == sides[0] and len(set(table.columns)) == sides[1], "a row or column occurs twice")
        counts = (*table.row_totals, *table.column_totals, *(text for row in table.cells for text in row))
        want(all(map(_counted, counts)), f"a cell of table {table.id} is no count")
    return found


def _counted(text: object) -> bool:
    return isinstance(text, str) and (text == WITHHELD or _COUNT.fullmatch(text) is not None)


def _read(cls: type[T], schema: str, body: bytes, name: str) -> tuple[T, Callable[[bool, str], None]]:
    def want(holds: bool, problem: str) -> None:
        if not holds:
            raise BadInput(problem, where=name)

    want(len(body) <= MOST_BYTES, f"{len(body):,} bytes; at most {MOST_BYTES:,}")
    try:
        plain = read_plain(body)
        stated = plain.pop("schema")
        want(stated == schema, f"schema {str(stated)[:40]!r}, not {schema}")
        return from_plain(cls, plain), want
    except BadInput:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        why = "a field is missing, or not known" if isinstance(error, TypeError) else str(error)[:200]
        raise BadInput(f"it is no {schema}: {why}", where=name) from None


# --- adding up


@dataclass(frozen=True, slots=True)
class Part:
    """What one member answered, or that it did not.

    Attributes:
        problem: why its answer cannot be used.
        late: it has not answered, and the last day is over.
    """

    member: str
    answer: ImpactAnswer | None = None
    problem: str = ""
    late: bool = False

    @property
    def words(self) -> str:
        """In words."""
        if self.answer is not None:
            return f"answered on {self.answer.made_on}"
        if self.problem:
            return f"answered, and cannot be used: {self.problem}"
        return "has not answered; the last day is over" if self.late else "has not answered yet"


@dataclass(frozen=True, slots=True)
class Cell:
    """A sum: what was told, and how many members withheld theirs."""

    count: int = 0
    withheld: int = 0

    @property
    def words(self) -> str:
        """In words: ``at least`` where somebody withheld a number."""
        return f"at least {self.count}, {self.withheld} withheld" if self.withheld else str(self.count)

    def plus(self, text: str) -> Cell:
        """With one more."""
        return Cell(self.count, self.withheld + 1) if text == WITHHELD else Cell(self.count + int(text), self.withheld)


@dataclass(frozen=True, slots=True)
class SummedTable:
    """A table over all members that answered; ``cells`` in rows, with the totals last."""

    id: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    row_totals: tuple[Cell, ...]
    column_totals: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """What the coalition answered to a request."""

    request: ImpactRequest
    parts: tuple[Part, ...]
    tried: Cell
    changed: Cell
    tables: tuple[SummedTable, ...]

    @property
    def answered(self) -> int:
        """How many answers could be used."""
        return sum(one.answer is not None for one in self.parts)


def add_up(request: ImpactRequest, answers: Mapping[str, ImpactAnswer | BadInput], today: dt.date) -> Sum:
    """Add up answers.

    Args:
        answers: by member; those who are not asked are left out.
    """
    parts = []
    for member in request.asked:
        found = answers.get(member)
        if isinstance(found, BadInput):
            parts.append(Part(member, problem=found.message()))
        else:
            parts.append(Part(member, found, late=found is None and today > request.reply_by))
    usable = [one.answer for one in parts if one.answer is not None]
    tables = tuple(
        _summed(name, [table for one in usable for table in one.tables if table.id == name]) for name in DIMENSIONS
    )
    return Sum(
        request,
        tuple(parts),
        _total(one.tried for one in usable),
        _total(one.changed for one in usable),
        tables,
    )


def _total(texts: Iterable[str]) -> Cell:
    found = Cell()
    for text in texts:
        found = found.plus(text)
    return found


def _summed(name: str, tables: list[SharedTable]) -> SummedTable:
    cells: dict[tuple[str, str], Cell] = {}
    across: dict[str, Cell] = {}
    down: dict[str, Cell] = {}
    for table in tables:
        for row, line, total in zip(table.rows, table.cells, table.row_totals, strict=True):
            across[row] = across.get(row, Cell()).plus(total)
            for column, text in zip(table.columns, line, strict=True):
                cells[row, column] = cells.get((row, column), Cell()).plus(text)
        for column, total in zip(table.columns, table.column_totals, strict=True):
            down[column] = down.get(column, Cell()).plus(total)
    rows = tuple(sorted(across, key=lambda one: (one == OTHER, -across[one].count, one)))
    columns = tuple(sorted(down, key=lambda one: (one == OTHER, -down[one].count, one)))
    return SummedTable(
        name,
        rows,
        columns,
        tuple(tuple(cells.get((row, column), Cell()) for column in columns) for row in rows),
        tuple(across[one] for one in rows),
        tuple(down[one] for one in columns),
    )
