"""Asking the coalition what a draft would change, answering for this node, and adding up what came."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from enduse.cases.suppression import THRESHOLD, Counts, joined_groups, protected
from enduse.formats.tables import csv_of
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.programme.cards import Publisher
from enduse.interfaces.programme.shelf import files, member_of
from enduse.model.errors import BadInput
from enduse.model.record import By
from enduse.programme.published import WITHHELD
from enduse.programme.shared_impact import (
    DIMENSIONS,
    ImpactAnswer,
    ImpactRequest,
    SharedTable,
    Sum,
    SummedTable,
    add_up,
    answer_path,
    read_answer,
    read_request,
    write,
)
from enduse.rules.impact import Change, Impact

_REQUESTS, _ANSWERS = "statistics/impact-request-", "statistics/impact-answer-"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as it stands here; ``request`` is None where it cannot be used."""

    publisher: str
    path: str
    request: ImpactRequest | None
    problem: str = ""
    ours: bool = False


def requests(office: Office) -> list[Asked]:
    """Requests, ours and partners', the newest first; those that cannot be used come last, with the reason."""
    me, found = member_of(office), []
    for record, body in files(office, lambda path: path.startswith(_REQUESTS)):
        whose, path = record.ref, record.text("path")
        try:
            found.append(Asked(whose, path, read_request(body, f"{whose}/{path}", whose), ours=whose == me))
        except BadInput as error:
            found.append(Asked(whose, path, None, error.message(), whose == me))
    return sorted(found, key=lambda one: (one.request.asked_on if one.request else dt.date.min, one.path), reverse=True)


def request_of(office: Office, asker: str, identifier: str) -> ImpactRequest:
    """A request by who asks, and its id.

    Raises:
        NotHeld: there is none that can be used.
    """
    for one in requests(office):
        if one.request is not None and (one.publisher, one.request.id) == (asker, identifier):
            return one.request
    raise NotHeld("there is no such request", "the page of drafts lists them; enduse exchange sync takes new ones")


def ask(
    node: Publisher,
    draft: bytes,
    name: str,
    *,
    title: str,
    asked: Collection[str],
    reply_by: dt.date,
    by: By,
) -> ImpactRequest:
    """Publish a draft for comment, and the request to try it.

    Args:
        name: of the file of the draft.
        asked: ids of members.

    Raises:
        BadInput: nobody else is asked, the day is over, or the membership document does not let us publish there.
    """
    today = node.now().date()
    members = tuple(sorted(set(asked)))
    if not members:
        raise BadInput("nobody is asked", where="--to", remedy="name members")
    if reply_by < today:
        raise BadInput(f"{reply_by} is over", where="--reply-by")
    if not title.strip():
        raise BadInput("a title is missing", where="--title")
    path = f"rulebooks/{PurePosixPath(name).stem.lower()}.yaml"
    request = ImpactRequest(node.me, title.strip(), path, hashlib.sha256(draft).hexdigest(), members, today, reply_by)
    body = write(request)
    read_request(body, f"{node.me}/{request.path}", node.me)
    custom = {"title": title.strip(), "standing": "draft", "edition": str(today)}
    node.publish(path, draft, custom, by=by)
    node.publish(request.path, body, custom, by=by)
    return request


def draft_of(office: Office, request: ImpactRequest) -> bytes:
    """The draft that a request names, by its hash.

    Raises:
        BadInput: it is not here, or another one stands in its place.
    """
    for record, body in files(office, lambda path: path == request.draft):
        if record.ref == request.asker:
            if hashlib.sha256(body).hexdigest() != request.sha256:
                raise BadInput("another draft stands there than the request names", where=request.draft)
            return body
    raise BadInput("the draft is not here", where=f"{request.asker}/{request.draft}", remedy="enduse exchange sync")


def counted(impact: Impact, member: str, request: ImpactRequest, today: dt.date) -> ImpactAnswer:
    """What a run came to, with small numbers withheld: counts of changes by destination and by item."""
    by: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in DIMENSIONS}
    for change, groups in impact.groups.items():
        for name in DIMENSIONS:
            for value, group in groups.get(name, {}).items():
                by[name][value, change.value] += group.count
    # One grouping of the changes for both tables: two of them could be subtracted.
    changes = Counter({one.value: group.count for one, group in impact.changes.items() if one is not Change.SAME})
    columns = joined_groups(changes)
    changed, errors = sum(changes.values()), sum(impact.errors.values())
    tried = impact.total - errors
    return ImpactAnswer(
        member=member,
        asker=request.asker,
        sha256=request.sha256,
        made_on=today,
        tried=_few(tried),
        changed=WITHHELD if 0 < tried < THRESHOLD or 0 < tried - changed < THRESHOLD else _few(changed),
        unjudged=_few(errors),
        tables=tuple(_table(name, by[name], columns, hide=0 < tried - changed < THRESHOLD) for name in DIMENSIONS),
    )


def _few(number: int) -> str:
    return WITHHELD if 0 < number < THRESHOLD else str(number)


def _table(name: str, counts: Mapping[tuple[str, str], int], columns: Mapping[str, str], *, hide: bool) -> SharedTable:
    """A table with its small cells withheld, and those that would give one away.

    Args:
        hide: its total is withheld, and so is all of it.
    """
    totals: Counter[str] = Counter()
    for (value, _), number in counts.items():
        totals[value] += number
    rows = joined_groups(totals)
    joined: Counter[tuple[str, str]] = Counter()
    for (value, change), number in counts.items():
        joined[rows[value], columns[change]] += number
    down, across = sorted({row for row, _ in joined}), sorted({column for _, column in joined})
    cells = tuple(tuple(joined[row, column] for column in across) for row in down)
    table = protected(Counts(tuple(down), tuple(across), cells))
    dark = hide or not table.shown
    small = hide or 0 < table.total < THRESHOLD

    def text(row: int, column: int) -> str:
        number = table.cells[row][column]
        # Where all is withheld, so are its zeros: they would leave too few cells for what the totals say.
        few = bool(number) and (row, column) in table.suppressed
        return WITHHELD if dark or small or few else str(number)

    return SharedTable(
        name,
        table.rows,
        table.columns,
        tuple(tuple(text(row, column) for column in range(len(across))) for row in range(len(down))),
        tuple(WITHHELD if small else str(table.row_total(row)) for row in range(len(down))),
        tuple(WITHHELD if small else str(table.column_total(column)) for column in range(len(across))),
    )


def publish_answer(node: Publisher, answer: ImpactAnswer, *, by: By) -> str:
    """Publish an answer; the path under which it is.

    Raises:
        BadInput: the membership document does not let us publish there.
    """
    body = write(answer)
    read_answer(body, f"{node.me}/{answer.path}", node.me)
    custom = {"title": f"Impact of {answer.sha256[:16]}", "standing": "guidance", "edition": str(answer.made_on)}
    return node.publish(answer.path, body, custom, by=by)


def added_up(office: Office, request: ImpactRequest) -> Sum:
    """What the coalition answered, and who did not."""
    wanted = answer_path(request.asker, request.sha256)
    found: dict[str, ImpactAnswer | BadInput] = {}
    for record, body in files(office, lambda path: path == wanted):
        whose = record.ref
        try:
            answer = read_answer(body, f"{whose}/{wanted}", whose)
            found[whose] = answer if answer.sha256 == request.sha256 else BadInput("it answers another draft")
        except BadInput as error:
            found[whose] = error
    return add_up(request, found, office.today())


def to_csv(found: Sum) -> str:
    """A sum as a table: who answered, and every cell with what was withheld."""
    return csv_of(
        (
            ("table", "row", "column", "count", "members that withheld theirs"),
            *(("answers", part.member, part.words, "", "") for part in found.parts),
            *(
                ("all", name, "", cell.count, cell.withheld)
                for name, cell in (("tried", found.tried), ("changed", found.changed))
            ),
            *(row for table in found.tables for row in _rows(table)),
        )
    )


def _rows(table: SummedTable) -> Iterator[tuple[object, ...]]:
    for row, line, total in zip(table.rows, table.cells, table.row_totals, strict=True):
        for column, cell in zip(table.columns, line, strict=True):
            yield table.id, row, column, cell.count, cell.withheld
        yield table.id, row, "total", total.count, total.withheld
    for column, cell in zip(table.columns, table.column_totals, strict=True):
        yield table.id, "total", column, cell.count, cell.withheld
