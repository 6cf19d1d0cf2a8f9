"""A program written for yente, with its published client, runs against our server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from yente_client import BEST_ALGORITHM, Client, Company, Person
from yente_client.entities import Vessel
from yente_client.exceptions import BadRequestError, NotFoundError, ServerError
from yente_client.models import AdjacentPropertyResponse, AdjacentResponse, Entity, MatchError, MatchResponse

from api_server import held, serving


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(held(tmp_path_factory.mktemp("api"))) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(base_url=address) as client:
        yield client


def test_match(client: Client) -> None:
    answer = client.match(Company(name="Acme Optronics", jurisdiction="cn"), algorithm=BEST_ALGORITHM)
    assert answer.top is not None
    assert (answer.top.id, answer.top.schema_, answer.top.match) == ("ftm.acme", "Company", True)
    assert answer.top.score >= 0.95
    assert answer.top.properties["country"] == ["cn"] and answer.top.target
    assert answer.top.contributing_explanations
    assert (answer.total.value, answer.total.relation, answer.limit) == (1, "eq", 5)
    assert answer.query["properties"] == {"name": ["Acme Optronics"], "jurisdiction": ["cn"]}


def test_match_by_number_alone(client: Client) -> None:
    answer = client.match(Vessel(imoNumber="9074729"))
    assert [one.caption for one in answer.matches] == ["Sea Lantern"]


def test_any_name_of_an_example_counts(client: Client) -> None:
    assert client.match(Company(name=["Zzyzx Bakery"], alias=["Acme Optronics"])).top is not None


def test_match_finds_nobody(client: Client) -> None:
    answer = client.match(Company(name="Wholly Unrelated Bakery"))
    assert (answer.results, answer.total.value, answer.top) == ([], 0, None)


def test_match_filters(client: Client) -> None:
    acme = Company(name="Acme Optronics")
    assert client.match(acme, datasets=["ftm"]).top is not None
    assert client.match(acme, datasets=["us_csl"]).top is None
    assert client.match(acme, datasets=["us_csl", "ftm"]).top is not None
    assert client.match(acme, exclude_datasets=["ftm"]).top is None
    assert client.match(acme, exclude_schemata=["Organization"]).top is None
    assert client.match(acme, exclude_schemata=["Person"]).top is not None
    assert client.match(acme, exclude_entities=["ftm.acme"]).top is None
    assert client.match(acme, topics=["export.control"]).top is not None
    assert client.match(acme, topics=["debarment"]).top is None
    assert client.match(acme, changed_since="2026-07-01").top is not None
    assert client.match(acme, changed_since="2026-08-02").top is None


def test_match_limit_threshold_and_cutoff(client: Client) -> None:
    plant = Company(name="Plant Number 7")
    assert client.match(plant).top is not None
    several = client.match(plant, cutoff=0.3, limit=3)
    assert len(several.results) <= 3
    strict = client.match(Company(name="Acme Optronix"), threshold=0.999, cutoff=0.5)
    assert strict.results and not strict.matches and strict.total.value == 0


def test_many_matches_at_once_are_those_of_one_after_the_other(client: Client) -> None:
    names = [f"Plant Number {number}" for number in range(1, 31)] + ["Acme Optronics", "Sea Lantern"]
    pairs = [(name, Company(name=name)) for name in names]
    one_by_one = {name: client.match(entity) for name, entity in pairs}
    for _ in range(3):
        found = dict(client.match_iter(pairs, workers=8))
        assert found == one_by_one


def test_an_error_of_one_in_a_stream_stays_its_own(client: Client) -> None:
    pairs = [("good", Company(name="Acme Optronics")), ("bad", Company())]
    found = dict(client.match_iter(pairs, on_error="collect"))
    assert isinstance(found["good"], MatchResponse) and found["good"].top is not None
    assert isinstance(found["bad"], MatchError) and "neither a name nor a number" in str(found["bad"].exception)


def test_search(client: Client) -> None:
    answer = client.search("Akme Optronik", schema="LegalEntity")
    assert [one.id for one in answer.results] == ["ftm.acme"]
    assert (answer.total.value, answer.limit, answer.offset) == (1, 10, 0)
    assert [(one.name, one.label, one.count) for one in answer.facets["countries"].values] == [("cn", "China", 1)]
    assert set(answer.facets) == {"countries", "topics", "datasets"}


def test_search_by_pages(client: Client) -> None:
    first = client.search("", datasets=["ftm"], limit=20, facets=["schema"])
    second = client.search("", datasets=["ftm"], limit=20, offset=20)
    ids = [one.id for one in (*first.results, *second.results)]
    assert first.total.value == second.total.value == len(ids) == len(set(ids)) == 34
    assert {one.name: one.count for one in first.facets["schema"].values} == {
        "Company": 32,
        "PublicBody": 1,
        "Vessel": 1,
    }


def test_search_filters(client: Client) -> None:
    def ids(**filters: object) -> set[str]:
        return {one.id for one in client.search("", datasets=["ftm"], limit=100, **filters).results}

    assert ids(countries=["kz"]) == {"ftm.ministry"}
    assert ids(schema="Vehicle") == {"ftm.ship"}
    assert ids(topics=["sanction"], filter=["schema:Vessel"]) == {"ftm.ship"}
    assert client.search("Acme Optronics", filter=["program:INVENTED"]).total.value == 1
    assert client.search("Acme Optronics", filter=["program:OTHER"]).total.value == 0


def test_search_in_an_order(client: Client) -> None:
    found = client.search("", datasets=["ftm"], sort=["caption:desc"], limit=100).results
    captions = [one.caption.casefold() for one in found]
    assert captions == sorted(captions, reverse=True)


def test_fetch(client: Client) -> None:
    entity = client.fetch("ftm.acme")
    assert entity.properties["alias"] == ["阿克米光电有限公司", "Akme Optronik"]
    (sanction,) = entity.properties["sanctions"]
    assert isinstance(sanction, Entity)
    assert sanction.properties["authority"] == ["XX-Office"]
    assert sanction.properties["startDate"] == ["2021-05-04"]
    (place,) = entity.properties["addressEntity"]
    assert isinstance(place, Entity) and place.properties["city"] == ["Hangzhou"]
    flat = client.fetch("ftm.acme", nested=False)
    assert flat.properties["addressEntity"] == [place.id] and "sanctions" not in flat.properties


def test_fetch_what_is_linked(client: Client) -> None:
    sanction = client.fetch("ftm.acme.sanction-1")
    (target,) = sanction.properties["entity"]
    assert isinstance(target, Entity) and target.id == "ftm.acme"
    assert client.fetch("ftm.acme.sanction-1", nested=False).properties["entity"] == ["ftm.acme"]


def test_fetch_a_party_whose_listing_has_ended(client: Client) -> None:
    entity = client.fetch("ftm.gone")
    assert not entity.target and "topics" not in entity.properties
    (sanction,) = entity.properties["sanctions"]
    assert isinstance(sanction, Entity) and sanction.properties["endDate"] == ["2024-01-01"]


def test_fetch_nobody(client: Client) -> None:
    for identifier in ("ftm.nobody", "ftm.acme.sanction-9", "a/b", "%00"):
        with pytest.raises(NotFoundError):
            client.fetch(identifier)


def test_adjacent(client: Client) -> None:
    answer = client.adjacent("ftm.acme")
    assert isinstance(answer, AdjacentResponse)
    assert {name: found.total.value for name, found in answer.adjacent.items()} == {
        "addressEntity": 1,
        "sanctions": 1,
        "identification": 1,
    }
    one = client.adjacent("ftm.acme", prop="sanctions", limit=1, sort=["startDate:desc"])
    assert isinstance(one, AdjacentPropertyResponse) and (one.total.value, len(one.results)) == (1, 1)
    none = client.adjacent("ftm.acme", prop="ownershipOwner")
    assert isinstance(none, AdjacentPropertyResponse) and none.results == []
    with pytest.raises(NotFoundError, match="no property 'name'"):
        client.adjacent("ftm.acme", prop="name")


def test_catalog(client: Client) -> None:
    catalog = client.datasets()
    by_name = {one.name: one for one in catalog.datasets}
    assert set(by_name["default"].children) == {"starter", "ftm", "us_csl"}
    assert (by_name["ftm"].load, by_name["ftm"].entity_count, by_name["ftm"].version) == (True, 34, "2026-08-01")
    assert not by_name["un_sc"].load
    assert {"ftm", "starter"} <= set(catalog.current)
    assert by_name["default"].entity_count == sum(
        by_name[name].entity_count or 0 for name in by_name["default"].children
    )


def test_algorithms(client: Client) -> None:
    answer = client.algorithms()
    assert [one.name for one in answer.algorithms] == [answer.default] == [answer.best]
    assert client.match(Company(name="Acme Optronics"), algorithm=answer.default).top is not None


def test_health(client: Client) -> None:
    assert (client.healthz().status, client.readyz().status) == ("ok", "ok")


def test_errors_say_how_to_mend_them(client: Client) -> None:
    with pytest.raises(BadRequestError, match="'magic' is no algorithm"):
        client.match(Company(name="Acme"), algorithm="magic")
    with pytest.raises(NotFoundError, match="no data set is called 'nope'"):
        client.match(Company(name="Acme"), datasets=["nope"])
    with pytest.raises(NotFoundError, match="un_sc is known, but no edition of it is loaded"):
        client.match(Person(name="Nobody"), datasets=["un_sc"])
    with pytest.raises(BadRequestError, match="no country is called 'atlantis'"):
        client.search("Acme", countries=["atlantis"])


def test_an_empty_shelf_is_not_a_clean_bill(tmp_path: Path) -> None:
    with serving(tmp_path, starter=False) as address, Client(base_url=address) as client:
        assert client.healthz().status == "ok"
        with pytest.raises(ServerError, match="no list is loaded but the embedded starter listings"):
            client.readyz()
        with pytest.raises(ServerError, match="enduse lists sync"):
            client.match(Company(name="Acme Optronics"))
        assert client.match(Company(name="Hikvision"), datasets=["starter"]).top is not None
