"""Who is owned by listed parties: the least fixed point, with unknown and banded shares."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.party import Listing
from enduse.model.transaction import TransactionParty
from enduse.model.truth import Truth
from enduse.ownership.closure import Ownership

LISTING = {"list": "EL", "from": "2019-10-09", "citation": "84 FR 54002"}
FIFTY = Decimal(50)


def parties(owners: list[dict[str, object]]) -> tuple[TransactionParty, ...]:
    raw = {
        "date": "2025-10-15",
        "destination": "CN",
        "item": {"code": "EAR99"},
        "parties": [{"role": "end_user", "name": "Subsidiary", "lists": [], "owners": owners}],
    }
    return transaction_from_mapping(raw).parties


def listed(listings: Sequence[Listing]) -> Truth:
    return Truth.of(any(item.list_id == "EL" for item in listings))


def owned(owners: list[dict[str, object]]) -> Truth:
    found = parties(owners)
    return Ownership(found).owned(found[0], listed, FIFTY)[0]


def owner(name: str, share: str, *, on_list: bool = True, **more: object) -> dict[str, object]:
    return {"name": name, "share": share, "lists": [LISTING] if on_list else [], **more}


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        ([owner("A", "50")], Truth.TRUE),
        ([owner("A", "49.99")], Truth.FALSE),
        ([owner("A", "30"), owner("B", "20")], Truth.TRUE),
        ([owner("A", "30"), owner("B", "19")], Truth.FALSE),
        ([owner("A", "100", on_list=False)], Truth.FALSE),
        ([owner("Middle", "60", on_list=False, owners=[owner("A", "51")])], Truth.TRUE),
        ([owner("Middle", "60", on_list=False, owners=[owner("A", "49")])], Truth.FALSE),
        ([owner("A", "unknown")], Truth.UNKNOWN),
        ([owner("A", "unknown"), owner("B", "60", on_list=False)], Truth.FALSE),
        ([owner("A", "25-to-50-percent")], Truth.UNKNOWN),
        ([owner("A", "50-to-75-percent")], Truth.TRUE),
        ([owner("A", "75-to-100-percent")], Truth.TRUE),
        ([owner("A", "25-to-50-percent"), owner("B", "25-to-50-percent")], Truth.TRUE),
        ([], Truth.FALSE),
    ],
)
def test_shares_are_summed_over_listed_owners_and_never_multiplied(
    owners: list[dict[str, object]], expected: Truth
) -> None:
    assert owned(owners) is expected


def test_a_circle_never_supports_itself() -> None:
    circle = owner("Twin", "60", on_list=False, owners=[{"name": "Subsidiary", "share": "60", "ref": "true"}])
    assert owned([circle]) is Truth.FALSE


def test_the_answer_says_who_holds_what() -> None:
    found = parties([owner("Listed Parent", "60")])
    assert "Listed Parent holds 60 percent of Subsidiary" in Ownership(found).owned(found[0], listed, FIFTY)[1]


@given(st.lists(st.integers(0, 100), min_size=1, max_size=4))
def test_a_larger_share_of_a_listed_owner_never_ends_ownership(shares: list[int]) -> None:
    total = sum(shares)
    if total > 100:
        return
    before = owned([owner(f"O{number}", str(share)) for number, share in enumerate(shares)])
    assert (before is Truth.TRUE) == (total >= 50)
