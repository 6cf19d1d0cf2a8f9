"""Files of publications, as they stand in the store: our own, and those that partners publish, as theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from enduse.interfaces.licensing.office import Office
from enduse.model.errors import BadInput
from enduse.model.record import Kind, Record
from enduse.programme.published import CardTold, period_of, read_card


@dataclass(frozen=True, slots=True)
class Held:
    """A published scorecard, as it stands here.

    Attributes:
        card: None where it cannot be used; then ``problem`` says why.
        snapshot: of the publication that brought it.
        ours: it is our own.
    """

    publisher: str
    path: str
    snapshot: str
    card: CardTold | None
    problem: str = ""
    ours: bool = False


def member_of(office: Office) -> str:
    """Our id in the coalition; empty where there is no node."""
    store = office.stores.get()
    return store.letters.mark("node") if store is not None else ""


def files(office: Office, fits: Callable[[str], bool]) -> list[tuple[Record, bytes]]:
    """Files whose path fits, of our publication and of those that we took; each with its bytes.

    The publisher is the record's ``ref``: a path says nothing of whose a file is.
    """
    store = office.stores.get()
    if store is None:
        return []
    standing = [one for one in store.letters.standing(Kind.PUBLICATION) if fits(one.text("path"))]
    return [(one, store.letters.content(one)) for one in standing if one.text("body")]


def published(office: Office) -> list[Held]:
    """Scorecards that are published, the newest period first: ours, and partners' as theirs.

    One that cannot be used is shown with the reason: nothing is left out silently.
    """
    me, found = member_of(office), []
    for record, body in files(office, lambda path: period_of(path) is not None):
        whose, path = record.ref, record.text("path")
        card, problem = None, ""
        try:
            card = read_card(body, f"{whose}/{path}", whose)
        except BadInput as error:
            problem = error.message()
        found.append(Held(whose, path, record.text("snapshot"), card, problem, whose == me))
    return sorted(found, key=lambda one: (one.path, one.publisher), reverse=True)
