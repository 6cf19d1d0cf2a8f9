"""The benchmark of ownership compares like with like."""

from __future__ import annotations

from benchmarks.ownership import HALF, columns_of, made_up, on_networkx, peer_graph
from enduse.model.truth import Truth
from enduse.ownership.bulk import Closure


def test_ours_and_the_peer_agree_on_who_is_owned() -> None:
    holdings, listed, size = made_up(20_000, 7)
    ours = Closure(columns_of(holdings), size).together(listed, [], HALF)
    assert set(ours[Truth.TRUE].tolist()) == on_networkx(peer_graph(holdings, size), listed) - set(listed)
    assert len(ours[Truth.TRUE]) > 10
    assert len(ours[Truth.UNKNOWN]) > 10


def test_a_made_up_graph_allows_its_shares_and_comes_back_from_its_seed() -> None:
    holdings, listed, _ = made_up(5_000, 7)
    assert (holdings, listed) == made_up(5_000, 7)[:2]
    held: dict[int, int] = {}
    for _, entity, share in holdings:
        held[entity] = held.get(entity, 0) + (share or 0)
    assert max(held.values()) <= 100
