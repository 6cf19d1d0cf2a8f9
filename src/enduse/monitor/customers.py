"""A register's rows: a customer (supplier, end user, consignee, issuer) with who owns it, or a recorded transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from enduse.model.codec import from_plain, to_plain
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.model.party import Identifier, Listing
from enduse.model.transaction import Owner, Share

ITSELF = ""
MAX_KEY = 200
"""Characters of a key."""


@dataclass(frozen=True, slots=True)
class Customer:
    """One row of a register.

    Attributes:
        key: what the register calls it; unique there.
        query: as it is screened.
        owners: its direct owners, where they are stated.
        deal: of a recorded transaction: the document of the transaction, as canonical JSON; empty otherwise.
        named: of a recorded transaction: who takes part, each with the role; these are screened in its place.
    """

    key: str
    query: Query
    owners: tuple[Owner, ...] = ()
    deal: str = ""
    named: tuple[Subject, ...] = ()

    @property
    def name(self) -> str:
        """Its name, or its numbers where it has none."""
        if self.deal:
            return self.key
        return self.query.name or "; ".join(number.value for number in self.query.numbers)

    def subjects(self) -> Iterator[Subject]:
        """All that is screened of it: itself and everybody who stands behind it, or who takes part in it."""
        if self.deal:
            yield from self.named
            return
        yield Subject(ITSELF, self.query)
        seen, waiting = set[str](), list(self.owners)
        while waiting:
            owner = waiting.pop(0)
            waiting.extend(owner.owners)
            if owner.name not in seen and not owner.ref:
                seen.add(owner.name)
                yield Subject(owner.name, Query(owner.name, countries=(owner.country,) if owner.country else ()))


@dataclass(frozen=True, slots=True)
class Subject:
    """What is screened of a customer.

    Attributes:
        owner: name of the owner that it is, or of who takes part; empty for the customer itself.
        role: of who takes part in a transaction; empty for customers and their owners.
    """

    owner: str
    query: Query
    role: str = ""


def checked(customer: Customer, where: str) -> Customer:
    """A row that a register can take and a database can keep.

    Args:
        where: its place, for messages.

    Raises:
        BadInput: its key is too long, or a text holds what no database keeps.
    """
    if len(customer.key) > MAX_KEY:
        problem = f"a key of {len(customer.key):,} characters"
        raise BadInput(problem, where=where, remedy=f"at most {MAX_KEY} are accepted")
    texts = (customer.key, *(text for one in customer.subjects() for text in (one.owner, one.query.name)))
    try:
        line_of(customer).decode("utf-8")
    except UnicodeDecodeError:
        texts = ("\0",)
    if any("\0" in text for text in texts):
        remedy = "leave out characters that show nothing, such as U+0000"
        raise BadInput("a text that cannot be kept", where=where, remedy=remedy)
    return customer


def line_of(customer: Customer) -> bytes:
    """A customer as one line of JSON, without its end; equal customers have equal lines."""
    raw = {"key": customer.key, "query": _plain(customer.query), "owners": to_plain(customer.owners)}
    if customer.deal:
        named = [{"owner": one.owner, "query": _plain(one.query), "role": one.role} for one in customer.named]
        raw |= {"deal": customer.deal, "named": named}
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def customer_of(line: bytes) -> Customer:
    """The customer of a line that :func:`line_of` wrote."""
    raw = json.loads(line)
    named = tuple(Subject(one["owner"], _query(one["query"]), one["role"]) for one in raw.get("named", ()))
    return Customer(raw["key"], _query(raw["query"]), tuple(map(_owner, raw["owners"])), raw.get("deal", ""), named)


def _plain(query: Query) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(Query):
        value = getattr(query, field.name)
        if value != field.default:
            found[field.name] = [to_plain(item) for item in value] if isinstance(value, tuple) else value
    return found


def _owner(raw: Mapping[str, Any]) -> Owner:
    listings = raw.get("listings")
    return Owner(
        raw["name"],
        from_plain(Share, raw["share"]),
        None if listings is None else tuple(from_plain(Listing, one) for one in listings),
        tuple(map(_owner, raw.get("owners", ()))),
        tuple(raw.get("control", ())),
        raw.get("ref", False),
        raw.get("country"),
    )


def _query(raw: Mapping[str, Any]) -> Query:
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    if "identifiers" in given:
        given["identifiers"] = tuple(
            item if isinstance(item, str) else from_plain(Identifier, item) for item in given["identifiers"]
        )
    return Query(**given)
