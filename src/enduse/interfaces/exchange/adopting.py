"""Adoptions of a node: each a record with its audit entry; what acts is laid beside the rulebooks at hand.

The record comes first. Should the process end before the rulebook is laid, the next run of the node lays it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from enduse.exchange.adoption import JURISDICTION, LAW, PREFIX, Adoption, checked, read_text, rulebook, tree
from enduse.formats.plain_yaml import load_yaml
from enduse.interfaces.exchange.node import Node
from enduse.interfaces.exchange.views import list_of, source_of_list
from enduse.interfaces.identity.denied import Denied
from enduse.lists.snapshots import Store
from enduse.model import access
from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.record import By, Kind, Record
from enduse.rules.rulebook import Rulebook
from enduse.rules.shelf import RuleShelf

SOURCE = "adopted"
"""Under this name the rulebooks of adoptions are on file."""


ADOPTS = "rule.approve"
"""The action of whoever may adopt: what they adopt acts like a rule that they approve."""


def approver(policies: access.Policies, person: access.Actor) -> By:
    """Who adopts.

    Raises:
        Denied: they approve no rules.
    """
    decision = access.decide(policies, person, ADOPTS)
    if not decision.allowed:
        raise Denied(person, ADOPTS, decision, None)
    return By.of(person)


class Adoptions:
    """What a node has adopted."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def all(self) -> list[tuple[Adoption, Record]]:
        """Every adoption, ended ones too, with its record: of its terms the last that was not cancelled."""
        found = []
        for one in self._node.stores.need().letters.standing(Kind.ADOPTION):
            terms = self._terms(one.key)
            found.append(next((pair for pair in reversed(terms) if not pair[0].cancelled), terms[-1]))
        return found

    def of(self, what: str) -> tuple[Adoption, Record] | None:
        """The adoption of something; None where there is none."""
        return next((pair for pair in self.all() if pair[0].what == what), None)

    def history(self, what: str) -> list[dict[str, Any]]:
        """Every version of an adoption: what was decided, when, by whom, why."""
        return [dict(one.content) for one in self._node.stores.need().letters.versions(Kind.ADOPTION, what)]

    def adopt(
        self,
        what: str,
        standing: str,
        since: dt.date,
        *,
        by: By,
        reason: str,
        effect: str = "",
        citation: str = "",
        url: str = "",
    ) -> Adoption:
        """Adopt what another member publishes, or an act at hand, from a day on.

        Args:
            what: ``PUBLISHER/PATH`` as it is held, or the id of an act at hand.

        Raises:
            BadInput: there is no such thing, it stands already, or it cannot act (says why).
        """
        if not reason.strip():
            raise BadInput("an adoption has a reason", where="reason")
        for term, _ in self._terms(what):
            if not term.cancelled and (not term.until or term.until > since.isoformat()):
                raise BadInput("it is adopted already", where=what, remedy="let it end first, on a day before")
        found, text = self._named(what)
        effect = effect if standing == LAW else ""
        one = checked(
            dataclasses.replace(
                found, standing=standing, since=since.isoformat(), effect=effect, citation=citation.strip(), url=url
            )
        )
        body = rulebook(one, text) if one.acts else None
        self._keep(one, body, by=by, reason=reason)
        return one

    def end(self, what: str, on: dt.date, *, by: By, reason: str) -> Adoption:
        """Let an adoption end: ``on`` is the first day on which it holds no more.

        On its own first day, or before, it is cancelled: it never holds. An end that is set may come sooner, not later:
        to go on is to adopt anew.

        Raises:
            BadInput: it is not adopted, has ended, ends sooner already, or the day is past.
        """
        found = self.of(what)
        if found is None or found[0].cancelled or (found[0].until and found[0].until <= self._today().isoformat()):
            raise BadInput("it is not adopted", where=what)
        if not reason.strip():
            raise BadInput("an adoption ends with a reason", where="reason")
        if on < self._today():
            raise BadInput("the day is past: what held then held", where="on", remedy="today, or later")
        if found[0].until and on.isoformat() > found[0].until:
            raise BadInput(f"it ends on {found[0].until} already", where="on", remedy="a day before, or adopt it anew")
        one = dataclasses.replace(found[0], until=max(on.isoformat(), found[0].since))
        body = self._node.stores.need().letters.content(found[1]) if found[1].text("body") else None
        self._keep(one, _ended(body, one.until) if body else None, by=by, reason=reason)
        return one

    def lay(self) -> None:
        """Lay the rulebooks of adoptions beside those at hand, where the process ended before it was done.

        Raises:
            OperationFailed: they cannot be written.
        """
        if books := self._books():
            self._sync(books)

    def _terms(self, what: str) -> list[tuple[Adoption, Record]]:
        """Each time that something was adopted, as it stands, by its first day."""
        found = {}
        for record in self._node.stores.need().letters.versions(Kind.ADOPTION, what):
            one = _adoption(record)
            found[one.since] = (one, record)
        return [found[day] for day in sorted(found)]

    def _books(self, besides: Adoption | None = None) -> list[bytes]:
        """The rulebooks of adoptions, ended ones too: they go on to speak for their days."""
        letters = self._node.stores.need().letters
        return [
            letters.content(record)
            for standing, _ in self.all()
            for one, record in self._terms(standing.what)
            if record.text("body") and (besides is None or (one.what, one.since) != (besides.what, besides.since))
        ]

    def _keep(self, one: Adoption, body: bytes | None, *, by: By, reason: str) -> None:
        letters = self._node.stores.need().letters
        books = [*self._books(one), *([body] if body else [])]
        if books:
            # What would be refused as a rulebook is refused before anything is on record.
            self._try(books)
        content = {**dataclasses.asdict(one), "reason": reason[:2_000], "actor": by.actor}
        letters.keep_version(Kind.ADOPTION, one.what, content, body, by=by, reason=reason, ref=one.publisher)
        if books:
            self._sync(books)

    def _try(self, books: list[bytes]) -> None:
        from enduse.rules.overlay import read_overlay  # lint is heavy

        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), books)
            read_overlay(RuleShelf(self._node.data).shipped, Path(folder))

    def _sync(self, books: list[bytes]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), books)
            RuleShelf(self._node.data).sync(Path(folder), SOURCE, self._today(), accept_withdrawal=True)

    def _named(self, what: str) -> tuple[Adoption, Mapping[str, Any] | None]:
        me = self._node.membership().member(self._node.me)
        if me is None:
            raise BadInput("this node is no member", where="membership")
        record = next((one for one in self._node.held() if one.key == what), None)
        bare = Adoption(what, "", "", "", "", "", "", "", "", "", "", me.state, me.name)
        if record is None:
            book = next((one for one in RuleShelf(self._node.data).books()[0] if one.id == what), None)
            if book is None or book.id.startswith(f"{JURISDICTION}/{PREFIX}"):
                raise BadInput(
                    f"nothing is called {what[:80]!r}",
                    where="what",
                    remedy="PUBLISHER/PATH as `enduse exchange held` lists it, or the id of an act: coalition/echri",
                )
            return dataclasses.replace(bare, title=book.title, sha256=book.sha256), _text_of(book)
        if record.text("result") == "withdrawn" or record.text("result").startswith("refused"):
            raise BadInput(f"it is {record.text('result')[:60]}", where=what)
        named = dataclasses.replace(bare, publisher=record.text("publisher"), title=record.text("said_title"))
        if list_id := list_of(record):
            self._holds(list_id, record)
            return dataclasses.replace(named, list_id=list_id), None
        if not record.text("path").startswith("rulebooks/"):
            raise BadInput("a list or a rulebook is adopted, nothing else", where=what)
        text = read_text(self._node.stores.need().letters.content(record), what)
        return dataclasses.replace(named, sha256=record.text("sha256")), text

    def _holds(self, list_id: str, record: Record) -> None:
        """See that the list that a file is said to hold is the one that it does: what is said of it stands outside."""
        source, sha256 = source_of_list(list_id), record.text("sha256")
        editions = Store(self._node.data).state().of(source)
        if not any(file.sha256 == sha256 for edition in editions for file in edition.files):
            raise BadInput(
                f"it is said to hold {list_id}, and no edition of that list has its bytes",
                where=record.key,
                remedy="its publisher names another list in the file; ask them",
            )

    def _today(self) -> dt.date:
        return self._node.now().date()


def document(one: Adoption, today: dt.date, record: Record | None = None) -> dict[str, Any]:
    """An adoption as plain values: whether it stands, by which rulebook it acts, who decided it and why."""
    found = dataclasses.asdict(one) | {
        "stands": one.stands(today),
        "rulebook": one.book if one.acts else "",
    }
    if record is not None:
        found |= {"reason": record.text("reason"), "actor": record.text("actor"), "at": record.text("at")}
    return found


def _adoption(record: Record) -> Adoption:
    return Adoption(**{one.name: record.text(one.name) for one in dataclasses.fields(Adoption)})


def _text_of(book: Rulebook) -> dict[str, Any]:
    """An act at hand in one file; its own tables do not go with it."""
    if book.folder is None:
        raise OperationFailed(f"{book.id} has no folder of its own")
    meta: dict[str, Any] = {}
    rules: list[Any] = []
    for entry in sorted(book.folder.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".yaml"):
            plain = load_yaml(entry.read_bytes(), name=entry.name)
            if entry.name == "rulebook.yaml":
                meta = dict(plain)
            else:
                rules += plain.get("rules") or []
    return {"rulebook": meta, "rules": rules}


def _ended(body: bytes, until: str) -> bytes:
    """The same rulebook, whose rules hold no more from a day on."""
    plain = json.loads(body)
    for rule in plain["rules"]:
        rule["in_force"] = [
            {**one, "to": min(filter(None, (one.get("to"), until)))}
            for one in rule["in_force"]
            if (one.get("from") or "") < until
        ]
    # A rule that had not begun by then never does.
    plain["rules"] = [rule for rule in plain["rules"] if rule["in_force"]]
    if not plain["rules"]:
        # It asks for no list, since nothing in it looks at one.
        plain["rulebook"].pop("lists", None)
    return canonical_json(plain)


def _write(folder: Path, books: list[bytes]) -> None:
    for path, content in tree(books).items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
