"""A transaction as a file holds it: the way back from :mod:`enduse.interfaces.transactions`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from enduse.interfaces.transaction_parties import BANDS, STATED
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from enduse.model.party import Address, Identifier, Listing
from enduse.model.transaction import FactValue, Item, Owner, Share, Transaction, TransactionParty


def transaction_to_mapping(tx: Transaction) -> dict[str, Any]:
    """The transaction as a file holds it; reading it again gives the same transaction.

    Raises:
        BadInput: a share of an owner has no form in a file (neither exact, nor unknown, nor one of the bands).
    """
    found: dict[str, Any] = {
        "date": tx.date.isoformat(),
        "activity": tx.activity.value,
        "items": [_item(item) for item in tx.items],
        "destination": tx.destination,
        "parties": [_party(party) for party in tx.parties],
        "facts": {key: _fact(value) for key, value in tx.facts.items()},
    }
    optional = {"from": tx.origin, "end_use": tx.end_use, "reference": tx.reference}
    found |= {key: value for key, value in optional.items() if value}
    if tx.value:
        found["value"] = {"amount": format(tx.value.amount, "f"), "currency": tx.value.currency}
    return found


def _item(item: Item) -> dict[str, Any]:
    found = {
        "code": item.code,
        "description": item.description,
        "for": item.used_for,
        "classification_on_date": item.classification_on_date,
        "hs_code": item.hs_code,
        "us_content_percent": None if item.us_content_percent is None else format(item.us_content_percent, "f"),
    }
    return {key: value for key, value in found.items() if value} | ({"codes": dict(item.codes)} if item.codes else {})


def _party(party: TransactionParty) -> dict[str, Any]:
    found: dict[str, Any] = {"role": party.role.value, "name": party.name}
    if party.type:
        found["type"] = party.type.value
    if party.country:
        found["country"] = party.country
    if party.addresses:
        found["addresses"] = [_address(address) for address in party.addresses]
    if party.identifiers:
        found["identifiers"] = [_identifier(identifier) for identifier in party.identifiers]
    if party.listings is not None:
        found["lists"] = [_listing(listing) for listing in party.listings]
    if party.owners is not None:
        found["owners"] = [_owner(owner) for owner in party.owners]
    if party.birth_date:
        found["birth_date"] = party.birth_date
    if party.not_same_as:
        found["not_same_as"] = list(party.not_same_as)
    return found


def _address(address: Address) -> Any:
    found = to_plain(address)
    return address.text if set(found) == {"text"} else found


def _identifier(identifier: Identifier) -> Any:
    found = to_plain(identifier)
    return identifier.value if found == {"kind": "other", "value": identifier.value} else found


def _owner(owner: Owner) -> dict[str, Any]:
    found: dict[str, Any] = {"name": owner.name, "share": _share(owner.share)}
    if owner.listings is not None:
        found["lists"] = [_listing(listing) for listing in owner.listings]
    if owner.owners:
        found["owners"] = [_owner(above) for above in owner.owners]
    if owner.control:
        found["control"] = list(owner.control)
    if owner.ref:
        found["ref"] = "true"
    if owner.country:
        found["country"] = owner.country
    return found


def _share(share: Share) -> str:
    if share.low == share.high:
        return format(share.low, "f")
    for name, band in BANDS.items():
        if (share.low, share.high, share.low_open, share.high_open) == (
            *(band.low, band.high, band.low_open, band.high_open),
        ):
            return name
    raise BadInput(
        f"a share between {share.low} and {share.high} percent has no form in a file",
        remedy=f"an exact percentage, or one of {', '.join(BANDS)}",
    )


def _listing(listing: Listing) -> dict[str, Any]:
    one = len(listing.programmes) == 1
    found = {
        "list": listing.list_id,
        "from": listing.listed_from.isoformat() if listing.listed_from else None,
        "to": listing.listed_to.isoformat() if listing.listed_to else None,
        "scope": listing.scope,
        "policy": listing.review_policy,
        "programme": listing.programmes[0] if one else None,
        "programmes": None if one else list(listing.programmes),
        "footnotes": list(listing.footnotes),
        "citation": None if listing.citation.text == STATED else listing.citation.text,
        "authority": listing.authority,
        "measures": [measure.value for measure in listing.measures],
        "requirement": listing.licence_requirement,
    }
    return {key: value for key, value in found.items() if value}


def _fact(value: FactValue) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, dt.date) else value
