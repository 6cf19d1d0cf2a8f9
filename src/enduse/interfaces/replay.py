"""``check --replay``: an assessment made again from the editions that it records.

The rulebooks are found by their hashes among those that this version ships and those on file; the lists as they were on
file then. Equal bytes show that nothing in between has changed the answer. Where an edition is not at hand, or the
program's code has changed, the differences name the rules.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enduse.assess import SCHEMA, Settings, check
from enduse.evidence.library import Library
from enduse.formats.plain_yaml import read_bounded
from enduse.interfaces.documents import assessment_document, document_bytes
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import Assessment
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.rules.rulebook import Rulebook
from enduse.rules.shelf import RuleShelf
from enduse.version import __version__

MAX_BYTES = 32 * 2**20
_SHOWN = 40
_OF_THE_EDITIONS = ("edition_substituted (rulebooks)", "local rulebooks")
"""Banners that say how the rulebooks of a day were found, which is recorded, not asked again."""


@dataclass(frozen=True)
class ListsAsked:
    """The lists that an assessment rests on: a state on file, with or without the embedded data."""

    data_dir: Path | None
    accept_starter: bool
    known_on: dt.date
    on_file: str
    embedded: bool

    def open(self) -> Library:
        """The lists.

        Raises:
            OperationFailed: what is on file is damaged.
        """
        return Library(
            self.data_dir,
            accept_starter=self.accept_starter,
            known_on=self.known_on,
            on_file=self.on_file,
            embedded=self.embedded,
        )


@dataclass(frozen=True)
class Replayed:
    """How an assessment came out again.

    Attributes:
        identical: the same bytes, but for the version of the program where that is another.
        engine: the version that made the recorded assessment.
        missing: editions that are not at hand, each with what took its place.
        differences: what differs, rule by rule; empty where nothing does.
        books: the rulebooks that answered.
    """

    identical: bool
    engine: str
    missing: tuple[str, ...]
    differences: tuple[str, ...]
    found: Assessment
    books: tuple[Rulebook, ...]

    def lines(self) -> Iterator[str]:
        """The result in words."""
        by = f" by version {__version__} (made by {self.engine})" if self.engine != __version__ else ""
        if self.identical:
            yield f"reproduced{by}: the same bytes from the recorded editions"
        else:
            yield f"NOT reproduced{by}"
        yield from (f"edition not at hand: {one}" for one in self.missing)
        if self.differences and not self.missing:
            yield "the editions are the recorded ones: the code that reads rules or compares names has changed"
        yield from self.differences[:_SHOWN]
        if len(self.differences) > _SHOWN:
            yield f"and {len(self.differences) - _SHOWN} more differences"


def replay(path: Path, data_dir: Path | None, overlay: Sequence[Rulebook] = ()) -> Replayed:
    """Make a recorded assessment again.

    Args:
        path: an assessment document as ``check --json`` writes it.
        overlay: the user's own rulebooks, among which recorded editions are looked for too.

    Raises:
        BadInput: the file is no assessment document, or one of before editions and questions were recorded.
        OperationFailed: what is on file is damaged.
    """
    return replay_document(_document(path), data_dir, overlay, where=path.name)


def replay_document(
    recorded: Mapping[str, Any],
    data_dir: Path | None,
    overlay: Sequence[Rulebook] = (),
    *,
    where: str = "assessment",
    open_lists: Callable[[ListsAsked], Library] | None = None,
) -> Replayed:
    """Make an assessment again from its document.

    Args:
        recorded: the whole document, its ``known_on`` and ``on_file`` too.
        where: how the document is called in what is said of it.
        open_lists: gives the lists of a state; opens them anew by default.

    Raises:
        BadInput, OperationFailed: as :func:`replay`.
    """
    asked = recorded["asked"]
    shelf = RuleShelf(data_dir)
    books, missing = _books(recorded, shelf, overlay)
    known_on = parse_date(recorded["known_on"], where=f"{where}, known_on")
    embedded = any(item["id"] == "starter" for item in recorded["editions"])
    wanted = ListsAsked(data_dir, asked["starter"] is True, known_on, str(recorded["on_file"]), embedded)
    lists = (open_lists or ListsAsked.open)(wanted)
    tx = transaction_from_mapping(recorded["transaction"], where=f"{where}, transaction")
    said_before = tuple(banner for banner in recorded["banners"] if banner.startswith(_OF_THE_EDITIONS))
    found = check(
        tx,
        as_of=parse_date(recorded["as_of"], where=f"{where}, as_of"),
        library=lists,
        settings=Settings(
            laws=tuple(asked["laws"]),
            closed_world=asked["closed_world"] is True,
            open_facts=frozenset(asked["open_facts"]),
            strict=asked["strict"] is True,
            require=tuple(asked["require"]),
        ),
        today=known_on,
        rulebooks=books,
        banners=said_before,
    )
    again = assessment_document(found)
    engine = str(recorded["engine"])
    identical = document_bytes(again | {"engine": engine}) == document_bytes(recorded)
    differences = () if identical else tuple(_differences(recorded, again))
    missing += tuple(_lists_missing(recorded, again))
    return Replayed(identical, engine, missing, differences, found, books)


def _document(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_bounded(path, max_bytes=MAX_BYTES))
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"no JSON document: {error}", where=path.name, remedy="the file of enduse check --json"
        ) from None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise BadInput("no assessment document", where=path.name, remedy="the file of enduse check --json")
    needed = (
        *("transaction", "as_of", "known_on", "editions", "asked", "on_file", "engine", "authorities", "banners"),
        *("outcome", "questions", "parties", "coverage"),
    )
    lacking = [key for key in needed if key not in content]
    if lacking:
        problem = f"the document does not say {lacking[0]!r}"
        raise BadInput(problem, where=path.name, remedy="only a whole document can be replayed")
    asked = content["asked"]
    if not isinstance(asked, dict) or set(asked) != {
        *("laws", "strict", "require", "starter", "closed_world", "open_facts")
    }:
        raise BadInput("'asked' is not as this version writes it", where=path.name, remedy="check again with --json")
    return content


def _books(
    recorded: Mapping[str, Any], shelf: RuleShelf, overlay: Sequence[Rulebook]
) -> tuple[tuple[Rulebook, ...], tuple[str, ...]]:
    """The rulebooks of the recorded editions; where one is not at hand, the one that answers now, which is said."""
    editions = {str(item["id"]): str(item["sha256"]) for item in recorded["editions"]}
    rules = [str(item["id"]) for item in recorded["editions"] if item.get("verified_to")]
    held = [*overlay, *shelf.held()]
    now = {book.id: book for book in (*shelf.books()[0], *overlay)}
    found: dict[str, Rulebook] = {}
    missing = []
    for act in rules:
        fitting = [book for book in held if book.id == act and _fits(book, editions)]
        if fitting:
            found[act] = fitting[0]
        elif act in now:
            found[act] = now[act]
            missing.append(f"{act} {editions[act][:12]}: {now[act].edition_id[:12]} took its place")
        else:
            missing.append(f"{act} {editions[act][:12]}: nothing took its place")
    laws = {book.jurisdiction for book in found.values()}
    for law in recorded["asked"]["laws"]:
        if law not in laws:
            raise BadInput(f"no rulebook of {law!r} is at hand", where="editions", remedy="sync it, or --rules DIR")
    # The order in which they answered is part of the bytes.
    return tuple(found[act] for act in dict.fromkeys(rules) if act in found), tuple(missing)


def _fits(book: Rulebook, editions: Mapping[str, str]) -> bool:
    """Whether a rulebook and each of its tables that the answer used are the recorded ones."""
    if book.sha256 != editions[book.id]:
        return False
    used = {f"{book.id}/{table}": digest for table, _, digest, _ in book.tables.editions() if table in book.tables_used}
    return all(editions.get(table) == digest for table, digest in used.items())


def _lists_missing(recorded: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[str]:
    there = {(item["id"], item["edition"], item["sha256"]) for item in again["editions"]}
    for item in recorded["editions"]:
        key = (item["id"], item["edition"], item["sha256"])
        if not item.get("verified_to") and str(item["id"]).count("/") < 2 and key not in there:
            yield f"{item['id']} {item['edition']} {str(item['sha256'])[:12]}: not on file"


def _differences(recorded: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[str]:
    if recorded["outcome"] != again["outcome"]:
        yield f"outcome: {again['outcome']}; recorded: {recorded['outcome']}"
    old, new = _findings(recorded), _findings(again)
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        rule, item, subject = key
        label = " ".join(filter(None, [rule, f"for {item}" if item else "", f"({subject})" if subject else ""]))
        if was is None or now is None:
            states = ["no finding" if one is None else one["status"] for one in (now, was)]
            yield f"{label}: {states[0]}; recorded: {states[1]}"
        elif was["status"] != now["status"]:
            yield f"{label}: {now['status']}; recorded: {was['status']}"
        else:
            parts = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
            yield f"{label}: {', '.join(parts)} differ"
    for name in ("parties", "coverage", "questions", "exceptions", "review", "editions", "banners", "assumed"):
        if recorded.get(name) != again.get(name):
            yield f"{name} differ"


def _findings(document: Mapping[str, Any]) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    return {
        (str(item["rule"]), str(item["item"]), str(item["subject"])): item
        for answer in document["authorities"]
        for item in answer["findings"]
    }
