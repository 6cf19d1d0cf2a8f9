"""The parties of a transaction as a user's document states them: listings, owners and shares included."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from enduse.interfaces.fields import Place, check_keys, country, day, entries, flag, nearest, number, text, word
from enduse.model.citation import Citation
from enduse.model.match import read_identifier
from enduse.model.party import IDENTIFIER_KINDS, Address, Identifier, Listing, Measure
from enduse.model.transaction import Owner, PartyType, Role, Share, TransactionParty
from enduse.screen.asked import Unusable, birth_date

MAX_PARTIES = 1_000
MAX_OWNERS = 10_000
MAX_OWNER_DEPTH = 12

PARTY_KEYS = (
    *("role", "name", "type", "country", "address", "addresses", "identifiers", "lists", "owners", "not_same_as"),
    "birth_date",
)
OWNER_KEYS = ("name", "share", "lists", "owners", "control", "ref", "country")
LISTING_KEYS = (
    *("list", "from", "to", "scope", "policy", "programme", "programmes", "footnotes", "citation"),
    *("authority", "measures", "requirement"),
)
ADDRESS_KEYS = ("text", "street", "city", "region", "postal_code", "country", "high_diversion_risk")
IDENTIFIER_KEYS = ("kind", "value", "country", "label")
CONTROLS = ("appoints_board_majority", "voting_majority_by_agreement", "dominant_influence")
LISTS = frozenset(
    [
        *("EL", "SDN", "MEU", "UVL", "DPL", "DTC", "ISN", "CMIC", "SSI", "CAP", "FSE", "MBS", "PLC", "UFLPA", "1260H"),
        *("EU-FSF", "UKSL", "UK-CONLIST", "UN", "CA-SEMA", "AU-DFAT", "JP-EUL", "CH-SECO"),
    ]
)
"""Lists that can be stated; those of every source that this version reads are accepted too."""

BANDS = {
    "25-to-50-percent": Share(Decimal(25), Decimal(50), low_open=True, text="25-to-50-percent"),
    "50-to-75-percent": Share(Decimal(50), Decimal(75), low_open=True, high_open=True, text="50-to-75-percent"),
    "75-to-100-percent": Share(Decimal(75), Decimal(100), text="75-to-100-percent"),
    "unknown": Share(Decimal(0), Decimal(100), text="unknown"),
}
"""Shares that are no number: the bands of the UK register of people with significant control, and ``unknown``."""

STATED = "as stated in the transaction"


def parties_from(raw: Any, place: Place) -> tuple[TransactionParty, ...]:
    """Read the parties.

    Raises:
        BadInput: names the field; also where shares in one entity exceed 100 percent together, or where an owner with
            ``ref: true`` is described nowhere.
    """
    parties = tuple(
        _party(party, place.at(position)) for position, party in enumerate(entries(raw, place, MAX_PARTIES))
    )
    _check_owners(parties, place)
    return parties


def _party(raw: Any, place: Place) -> TransactionParty:
    check_keys(raw, PARTY_KEYS, place, "a party")
    addresses = [
        _address(item, place.at("addresses", position))
        for position, item in enumerate(entries(raw.get("addresses"), place.at("addresses"), 50))
    ]
    if raw.get("address") is not None:
        addresses.append(_address(raw["address"], place.at("address")))
    return TransactionParty(
        role=word(Role, raw.get("role"), place.at("role")),
        name=party_name(raw.get("name"), place.at("name")),
        type=None if raw.get("type") is None else word(PartyType, raw["type"], place.at("type")),
        country=None if raw.get("country") is None else country(raw["country"], place.at("country")),
        addresses=tuple(addresses),
        identifiers=tuple(
            _identifier(item, place.at("identifiers", position))
            for position, item in enumerate(entries(raw.get("identifiers"), place.at("identifiers"), 50))
        ),
        listings=None if raw.get("lists") is None else _listings(raw["lists"], place.at("lists")),
        owners=None if raw.get("owners") is None else _owners(raw["owners"], place.at("owners"), 1),
        not_same_as=tuple(
            text(item, place.at("not_same_as", position), required=True)
            for position, item in enumerate(entries(raw.get("not_same_as"), place.at("not_same_as"), 500))
        ),
        birth_date=None if raw.get("birth_date") is None else _birth_date(raw["birth_date"], place.at("birth_date")),
    )


def _birth_date(raw: Any, place: Place) -> str:
    """A date of birth as far as it is known."""
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
        return raw.isoformat()
    try:
        found = birth_date(str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else text(raw, place))
    except Unusable as problem:
        raise place.bad(problem.problem, problem.remedy.removesuffix(", or empty")) from None
    if found is None:
        raise place.bad("is empty", "1962, 1962-03 or 1962-03-14, or leave it out")
    return found


def party_name(raw: Any, place: Place) -> str:
    """A name that can be screened.

    Raises:
        BadInput: no text, or one without a letter or digit.
    """
    name = text(raw, place, required=True)
    if not any(character.isalnum() for character in name):
        raise place.bad(f"{name!r} holds no letter or digit", "write the party's name")
    return name


def _address(raw: Any, place: Place) -> Address:
    if isinstance(raw, str):
        return Address(text(raw, place, required=True, several_lines=True))
    check_keys(raw, ADDRESS_KEYS, place, "an address")
    parts = {key: text(raw.get(key), place.at(key)) for key in ("street", "city", "region", "postal_code")}
    code = None if raw.get("country") is None else country(raw["country"], place.at("country"))
    whole = text(raw.get("text"), place.at("text"), several_lines=True) or ", ".join(filter(None, parts.values()))
    if not whole:
        raise place.bad("an address without text", "text: the whole address, or street, city ...")
    risk = flag(raw.get("high_diversion_risk"), place.at("high_diversion_risk"))
    return Address(whole, parts["street"], parts["city"], parts["region"], parts["postal_code"], code, risk)


def _identifier(raw: Any, place: Place) -> Identifier:
    if isinstance(raw, str):
        found = read_identifier(text(raw, place, required=True))
        return found if found.kind else Identifier("other", found.value)
    check_keys(raw, IDENTIFIER_KEYS, place, "an identifier")
    kind = text(raw.get("kind"), place.at("kind")) or "other"
    if kind not in IDENTIFIER_KINDS:
        raise place.at("kind").bad(f"{kind!r} is not known", nearest(kind, IDENTIFIER_KINDS))
    return Identifier(
        kind=kind,
        value=text(raw.get("value"), place.at("value"), required=True),
        country=None if raw.get("country") is None else country(raw["country"], place.at("country")),
        label=text(raw.get("label"), place.at("label")),
    )


def _owners(raw: Any, place: Place, depth: int) -> tuple[Owner, ...]:
    if depth > MAX_OWNER_DEPTH:
        raise place.bad(f"owners nested deeper than {MAX_OWNER_DEPTH}", "describe them once and use ref: true")
    return tuple(
        _owner(owner, place.at(position), depth) for position, owner in enumerate(entries(raw, place, MAX_PARTIES))
    )


def _owner(raw: Any, place: Place, depth: int) -> Owner:
    check_keys(raw, OWNER_KEYS, place, "an owner")
    control = []
    for position, item in enumerate(entries(raw.get("control"), place.at("control"), 10)):
        here = place.at("control", position)
        if (found := text(item, here, required=True)) not in CONTROLS:
            raise here.bad(f"{found!r} is not known", nearest(found, CONTROLS))
        control.append(found)
    ref = flag(raw.get("ref"), place.at("ref"))
    if ref and (raw.get("lists") or raw.get("owners")):
        raise place.bad("is described elsewhere (ref: true) and here", "give lists and owners in one of the two places")
    return Owner(
        name=party_name(raw.get("name"), place.at("name")),
        share=_share(raw.get("share"), place.at("share")),
        listings=None if raw.get("lists") is None else _listings(raw["lists"], place.at("lists")),
        owners=_owners(raw.get("owners"), place.at("owners"), depth + 1),
        control=tuple(control),
        ref=ref,
        country=None if raw.get("country") is None else country(raw["country"], place.at("country")),
    )


def _share(raw: Any, place: Place) -> Share:
    if isinstance(raw, str) and raw.strip() in BANDS:
        return BANDS[raw.strip()]
    remedy = f"a percentage from 0 to 100, or one of {', '.join(BANDS)}"
    share = number(raw, place, remedy)
    if share > 100:
        raise place.bad(f"{raw} is no share", remedy)
    return Share(share, share, text=format(share, "f"))


def _listings(raw: Any, place: Place) -> tuple[Listing, ...]:
    return tuple(_listing(item, place.at(position)) for position, item in enumerate(entries(raw, place, 100)))


def _listing(raw: Any, place: Place) -> Listing:
    check_keys(raw, LISTING_KEYS, place, "a listing")
    list_id = known_list(text(raw.get("list"), place.at("list"), required=True), place.at("list"))
    start = None if raw.get("from") is None else day(raw["from"], place.at("from"))
    end = None if raw.get("to") is None else day(raw["to"], place.at("to"))
    if start and end and end <= start:
        raise place.at("to").bad(f"{end} is not after {start}", "to: the first day on which it no longer holds")
    programme = text(raw.get("programme"), place.at("programme"))
    programmes = _texts(raw.get("programmes"), place.at("programmes"), 50)
    if programme and programmes:
        raise place.at("programmes").bad("'programme' and 'programmes' are both stated", "state one of them")
    return Listing(
        list_id=list_id,
        authority=text(raw.get("authority"), place.at("authority")),
        citation=Citation(text(raw.get("citation"), place.at("citation"), several_lines=True) or STATED),
        listed_from=start,
        listed_to=end,
        programmes=(programme,) if programme else programmes,
        measures=tuple(
            word(Measure, item, place.at("measures", position))
            for position, item in enumerate(entries(raw.get("measures"), place.at("measures"), 20))
        ),
        scope=text(raw.get("scope"), place.at("scope"), several_lines=True) or None,
        licence_requirement=text(raw.get("requirement"), place.at("requirement"), several_lines=True),
        review_policy=text(raw.get("policy"), place.at("policy"), several_lines=True),
        footnotes=_texts(raw.get("footnotes"), place.at("footnotes"), 10),
    )


def _texts(raw: Any, place: Place, most: int) -> tuple[str, ...]:
    return tuple(
        str(item) if isinstance(item, int) else text(item, place.at(position), required=True)
        for position, item in enumerate(entries(raw, place, most))
    )


def known_list(list_id: str, place: Place) -> str:
    """A list that this version can read.

    Raises:
        BadInput: no such list; proposes the nearest.
    """
    if list_id not in LISTS and list_id not in (read := _lists_read()):
        raise place.bad(f"no list is called {list_id!r}", nearest(list_id.upper(), LISTS | read))
    return list_id


def _lists_read() -> frozenset[str]:
    from enduse.lists.registry import sources  # imports every source module: only for a list that is not well known

    return frozenset(list_id for source in sources() for list_id in source.lists)


def _check_owners(parties: Sequence[TransactionParty], place: Place) -> None:
    """Shares in one entity never exceed 100 percent together, and every ``ref`` refers to somebody."""
    owned = [
        (party.owners, place.at(position, "owners"))
        for position, party in enumerate(parties)
        if party.owners is not None
    ]
    found = list(_all_owners(owned))
    if len(found) > MAX_OWNERS:
        raise place.bad(f"{len(found):,} owners, at most {MAX_OWNERS:,} are accepted", "split the transaction")
    described = {party.name for party in parties} | {owner.name for owner, _ in found if not owner.ref}
    for owner, where in found:
        if owner.ref and owner.name not in described:
            raise where.at("ref").bad(f"{owner.name!r} is described nowhere", nearest_name(owner.name, described))
    for owners, where in [*owned, *((owner.owners, where.at("owners")) for owner, where in found)]:
        total = sum((owner.share.low for owner in owners), Decimal(0))
        if total > 100:
            raise where.bad(f"the shares come to more than 100 percent ({total})", "check the shares")


def _all_owners(owned: Sequence[tuple[tuple[Owner, ...], Place]]) -> Iterator[tuple[Owner, Place]]:
    for owners, where in owned:
        for position, owner in enumerate(owners):
            yield owner, where.at(position)
            yield from _all_owners([(owner.owners, where.at(position, "owners"))])


def nearest_name(name: str, described: set[str]) -> str:
    """A remedy for a reference to nobody."""

    close = difflib.get_close_matches(name, sorted(described), n=2, cutoff=0.6)
    return f"did you mean {' or '.join(close)}?" if close else "describe it without ref: true"
