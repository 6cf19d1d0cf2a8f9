"""``rules compare``: the same transactions under the law of each member of a coalition.

Each transaction is put as if it went from the member: its origin and its exporter's seat are there. What stays is the
item, the destination, the parties and the facts. So the answer is about the law, not about where trade happens to run.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from enduse.evidence.alike import Limits
from enduse.evidence.library import Library
from enduse.interfaces.impact import facts_of, queries_of
from enduse.interfaces.judging import Days, Ground, Judgement, Judges, Screening, Task, World, key_of
from enduse.interfaces.recorded import Recorded, read_recorded
from enduse.model.countries import country_name
from enduse.model.errors import BadInput
from enduse.model.transaction import Activity, Role, Transaction
from enduse.rules.divergence import Divergence, Says, says
from enduse.rules.facts import country_code
from enduse.rules.rulebook import Rulebook

Tell = Callable[[str], None]
_SEATED = (Role.EXPORTER, Role.BROKER, Role.INVESTOR)
_OF_ITS_OWN = {"GB": "uk"}
_FROM_ELSEWHERE = (Activity.REEXPORT, Activity.IN_COUNTRY_TRANSFER, Activity.INTRA_EU_TRANSFER)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a coalition: its name, the country that trade is put as going from, and its laws."""

    name: str
    country: str
    laws: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparison, and what it took."""

    divergence: Divergence
    members: tuple[Member, ...]
    judgements: int
    unread: tuple[tuple[str, str], ...]


def read_members(text: str, books: Sequence[Rulebook]) -> tuple[Member, ...]:
    """The members that an option names: ``US,NL,XA``, or ``NAME=CC:LAW+LAW``.

    Args:
        books: the law at hand; a country's law is the one of its name, the Union's for its Member States.

    Raises:
        BadInput: a country has no law at hand, a law is not known, or fewer than two members are named.
    """
    where = "--members"
    known = {book.jurisdiction for book in books}
    found: dict[str, Member] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, rest = entry.rpartition("=")
        code, _, laws = rest.partition(":")
        # User-assigned codes (ISO 3166-1: XA to XZ) stand for members that do not exist.
        invented = len(code) == 2 and code.upper().startswith("X") and code.lower() in known
        country = code.upper() if invented else country_code(code, where)
        stated = tuple(filter(None, laws.split("+"))) or _laws_of(country, books)
        if not stated:
            remedy = f"NAME={country}:LAW with one of {', '.join(sorted(known))}; or add its rulebook: --rules"
            raise BadInput(f"no law of {country_name(country)} is at hand", where=where, remedy=remedy)
        if unknown := [law for law in stated if law not in known]:
            raise BadInput(f"no rulebook for {unknown[0]!r}", where=where, remedy=f"known: {', '.join(sorted(known))}")
        member = Member(name or country, country, stated)
        if member.name in found:
            raise BadInput(f"{member.name} is named twice", where=where, remedy="name each member once")
        found[member.name] = member
    if len(found) < 2:
        raise BadInput("a comparison needs two members", where=where, remedy="--members US,NL,GB")
    return tuple(found.values())


def _laws_of(country: str, books: Sequence[Rulebook]) -> tuple[str, ...]:
    own = _OF_ITS_OWN.get(country, country.lower())
    if any(book.jurisdiction == own for book in books):
        return (own,)
    union = next((book for book in books if book.jurisdiction == "eu" and "customs_territory" in book.tables), None)
    if union is not None and union.tables.lookup("customs_territory", "country", country):
        return ("eu",)
    return ()


def compare(
    members: Sequence[Member],
    books: Sequence[Rulebook],
    table: Path,
    library: Library,
    *,
    today: dt.date,
    as_of: dt.date | None = None,
    strict: bool = False,
    as_recorded: bool = False,
    jobs: int | None = None,
    tell: Tell = lambda _: None,
) -> Compared:
    """Judge every transaction of a table under each member's law.

    Args:
        as_recorded: transactions stay as they are, wherever they come from.

    Raises:
        BadInput: the table as a whole cannot be used.
    """
    worlds = [World(tuple(book for book in books if book.jurisdiction in one.laws), strict) for one in members]
    divergence = Divergence(tuple(one.name for one in members))
    rows: list[Recorded] = []
    unread = []
    for row in read_recorded(table, today=today, default_date=as_of or today):
        if row.problem is not None:
            problem = row.problem.message()
            divergence.errors[problem] = divergence.errors.get(problem, 0) + 1
            unread.append((row.where, problem))
            continue
        row.date = as_of or row.date
        rows.append(row)
    tell(f"{len(rows):,} transactions read")
    with (
        tempfile.TemporaryDirectory() as spare,
        Judges(Ground(tuple(worlds), (), library.saved(Path(spare))), jobs) as judges,
    ):
        screening = Screening(judges, Limits.of(books))
        screening.prepare(queries_of(rows))
        days = Days.of(books)
        keys = [key_of(row, screening, days) for row in rows]
        first = dict(zip(reversed(keys), reversed(rows), strict=True))
        place: dict[Hashable, int] = {key: number for number, key in enumerate(first)}
        tasks = []
        for row in first.values():
            tx = row.transaction
            answers = screening.answers(tx)
            for number, member in enumerate(members):
                tasks.append(Task(number, tx if as_recorded else put_from(tx, member), answers))
        tell(f"{len(first):,} distinct transactions under {len(members)} laws")
        found = judges.judge(tasks, lambda done: tell(f"{done:,} of {len(tasks):,} judged"))
        made = judges.made
    for row, key in zip(rows, keys, strict=True):
        start = place[key] * len(members)
        answers_of = found[start : start + len(members)]
        said = [_said(row, member, answer, as_recorded) for member, answer in zip(members, answers_of, strict=True)]
        reasons = {
            member.name: answer.verdict().reasons
            for member, answer, one in zip(members, answers_of, said, strict=True)
            if one is Says.CAUGHT
        }
        divergence.add(facts_of(row), said, reasons)
    return Compared(divergence, tuple(members), made, tuple(unread[:20]))


def _said(row: Recorded, member: Member, answer: Judgement, as_recorded: bool) -> Says:
    assert row.shape is not None
    if not as_recorded and row.shape.model.destination == member.country:
        return Says.DOMESTIC
    return Says.ERROR if answer.error else says(answer.verdict().outcome)


def put_from(tx: Transaction, member: Member) -> Transaction:
    """The transaction as if it went from a member's territory."""
    parties = tuple(
        replace(party, country=member.country) if party.role in _SEATED and party.country else party
        for party in tx.parties
    )
    facts = {key: value for key, value in tx.facts.items() if key not in ("exporter_state", "us_origin")}
    activity = Activity.EXPORT if tx.activity in _FROM_ELSEWHERE else tx.activity
    return replace(tx, origin=member.country, parties=parties, facts=facts, activity=activity)
