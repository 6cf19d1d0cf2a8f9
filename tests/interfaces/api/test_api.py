"""The server itself: what it refuses and why, what it warns of, and that it is documented."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_server import TODAY, held, serving
from enduse.interfaces.api.answers import MatchAsked, match
from enduse.interfaces.api.filters import Asked
from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.api.limits import MAX_BODY
from enduse.interfaces.cli.main import main
from enduse.interfaces.service import create_service
from enduse.interfaces.service.settings import read_settings
from enduse.model.errors import OperationFailed
from enduse.store import open_store

ACME = {"schema": "Company", "properties": {"name": ["Acme Optronics"]}}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return held(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def http(data: Path) -> Iterator[httpx.Client]:
    with serving(data) as address, httpx.Client(base_url=address, timeout=60) as http:
        yield http


def asked(http: httpx.Client, *examples: dict[str, Any], query: str = "", **body: Any) -> httpx.Response:
    queries = {f"q{number}": example for number, example in enumerate(examples)}
    return http.post(f"/match/default{query}", json={"queries": queries} | body)


def refusal(response: httpx.Response, status: int = 400) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status and isinstance(problem["detail"], str) and problem["detail"]
    return problem


# Shapes ---------------------------------------------------------------------------------------------------------------


def test_a_match_has_both_the_old_and_the_new_explanations(http: httpx.Client) -> None:
    answer = asked(http, ACME).json()
    (found,) = answer["responses"]["q0"]["results"]
    assert answer["responses"]["q0"]["status"] == 200
    assert found["features"] == {name: part["score"] for name, part in found["explanations"].items()}
    assert found["matched_name"] == "Acme Optronics Co., Ltd."
    assert found["datasets"] == ["ftm"] and found["referents"] == []
    assert (found["first_seen"], found["last_change"]) == ("2026-08-01T00:00:00", None)


def test_several_queries_are_answered_by_their_keys(http: httpx.Client) -> None:
    other = {"schema": "PublicBody", "properties": {"name": "Bureau of Public Watching"}, "id": "mine"}
    answer = asked(http, ACME, other).json()["responses"]
    assert [one["id"] for one in answer["q0"]["results"]] == ["ftm.acme"]
    assert answer["q1"]["results"][0]["id"] == "ftm.ministry"
    assert answer["q1"]["query"]["id"] == "mine"


def test_an_answer_says_how_far_the_lists_reach(http: httpx.Client) -> None:
    coverage = asked(http, ACME).json()["coverage"]
    assert not coverage["complete"] and coverage["stale"]
    own = http.post("/match/ftm", json={"queries": {"q": ACME}}).json()["coverage"]
    assert own == {"complete": True, "not_checked": [], "stale": []}
    assert not http.get("/search/EL", params={"q": "Acme"}).json()["coverage"]["complete"]


# Nothing is ignored silently ------------------------------------------------------------------------------------------


def test_recorded_decisions_are_not_applied_and_that_is_said(data: Path, tmp_path: Path) -> None:
    store = tmp_path / "enduse.sqlite3"
    holdings = Holdings.open(data, accept_starter=True, day=TODAY, store=store)
    question = MatchAsked(
        Asked("default"), [("q", None, "Company", {"name": ["Plant Number 7"]}, ())], 5, 0.7, 0.5, "best"
    )
    before = match(question, holdings, TODAY)
    assert before["warnings"] == []
    with open_store(store, create=True):
        pass
    after = match(question, holdings, TODAY)
    assert "decisions" in after["warnings"][0]
    assert after["responses"] == before["responses"]


def test_the_algorithms_of_others_are_answered_by_ours_and_that_is_said(http: httpx.Client) -> None:
    answer = asked(http, ACME, query="?algorithm=logic-v2").json()
    assert answer["warnings"] == [f"algorithm logic-v2 is not run here: the scores are those of {answer['algorithm']}"]
    assert asked(http, ACME, query="?algorithm=best").json()["warnings"] == []


def test_what_has_no_influence_is_named(http: httpx.Client) -> None:
    answer = asked(http, ACME, weights={"name_literal": 0.8}, config={"nm_number_mismatch": 0.4}).json()
    assert answer["warnings"] == ["of no influence here: weights, config"]
    whole = ACME | {"caption": "Acme", "datasets": ["x"]}
    assert asked(http, whole).json()["responses"]["q0"]["warnings"] == ["of no influence here: caption, datasets"]
    unknown = {"schema": "Company", "properties": {"name": "Acme Optronics", "colour": "blue"}}
    assert asked(http, unknown).json()["responses"]["q0"]["warnings"] == ["1 unknown properties, left out: colour (1)"]
    search = http.get("/search/default", params={"q": "name:acme*", "fuzzy": "true"}).json()
    assert search["warnings"] == [
        "of no influence here: fuzzy",
        "q is searched for as a name; operators and wildcards have no meaning",
    ]


def test_a_cutoff_below_what_is_computed_is_named(http: httpx.Client) -> None:
    assert asked(http, ACME, query="?cutoff=0.05").json()["warnings"] == [
        "cutoff 0.05: scores below 0.3 are not computed"
    ]


def test_further_data_sets_widen_the_path_and_narrow_everything(http: httpx.Client) -> None:
    def ids(path: str, included: str) -> tuple[set[str], list[str]]:
        answer = http.post(f"/match/{path}?include_dataset={included}", json={"queries": {"q": ACME}}).json()
        return {one["id"] for one in answer["responses"]["q"]["results"]}, answer["warnings"]

    assert ids("default", "us_csl") == (set(), [])
    assert ids("default", "FTM") == ({"ftm.acme"}, [])
    found, warnings = ids("us_csl", "ftm")
    assert found == {"ftm.acme"}
    assert warnings == ["include_dataset widens the data set of the path: us_csl, ftm are searched"]


def test_a_topic_under_which_nobody_is_filed_is_named(http: httpx.Client) -> None:
    answer = asked(http, ACME, query="?topics=role.pep").json()
    assert answer["responses"]["q0"]["results"] == []
    assert answer["warnings"] == ["no party is filed under the topic role.pep here: that filter finds nobody"]


def test_changes_are_known_by_edition_and_that_is_said(http: httpx.Client) -> None:
    answer = asked(http, ACME, query="?changed_since=2026-07-30T12:00:00").json()
    assert "every party of a source whose newest edition" in answer["warnings"][0]
    assert answer["responses"]["q0"]["results"]


def test_filters_combine_by_or_or_by_and(http: httpx.Client) -> None:
    def total(**params: Any) -> int:
        found: int = http.get("/search/ftm", params=params).json()["total"]["value"]
        return found

    assert total(countries=["kz", "pa"]) == 2
    assert total(countries=["kz", "pa"], filter_op="AND") == 0
    assert total(target="false") == 1
    assert total(filter="target:false") == 1


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=many", "limit"),
        ("limit=1&limit=2", "limit"),
        ("threshold=1.5", "threshold"),
        ("threshold=nan", "threshold"),
        ("cutoff=-1", "cutoff"),
        ("colour=blue", "'colour' is no parameter of this path"),
        ("algorithm=magic", "algorithm"),
        ("topics=nonsense", "topics"),
        ("exclude_schema=Compny", "did you mean Company?"),
        ("exclude_dataset=nope", "datasets"),
        ("changed_since=yesterday", "changed_since"),
        ("changed_since=2026-02-30", "changed_since"),
        ("&".join(f"exclude_entity_ids=x{number}" for number in range(51)), "exclude_entity_ids"),
    ],
)
def test_a_parameter_of_match_that_cannot_be_used(http: httpx.Client, query: str, where: str) -> None:
    assert where in refusal(asked(http, ACME, query=f"?{query}"))["detail"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("schema=Compny", "did you mean Company?"),
        ("facets=identifiers", "facets"),
        ("sort=colour", "sort"),
        ("sort=caption:up", "sort"),
        ("filter=nothing", "filter"),
        ("filter=colour:blue", "filter"),
        ("filter=program:X", "without q"),
        ("filter_op=XOR", "filter_op"),
        ("offset=-1", "offset"),
        ("offset=10000", "offset"),
        ("target=perhaps", "target"),
        ("q=...", "no letter or digit"),
        (f"q={'x' * 20_000}", "characters"),
    ],
)
def test_a_parameter_of_search_that_cannot_be_used(http: httpx.Client, query: str, where: str) -> None:
    assert where in refusal(http.get(f"/search/default?{query}"))["detail"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "body"),
        (b"{", "a key in double quotes is expected"),
        (b'{"queries": ', "the file ends too early"),
        (b"[]", "the body is no object"),
        (b"\xff\xfe", "body"),
        (b'{"queries": {}}', "0 queries"),
        (b'{"queries": {"q": null}}', "queries.q"),
        (b'{"queries": {"q": {"schema": "Company"}}}', "queries.q.properties"),
        (b'{"queries": {"q": {"properties": {"name": "x"}}}}', "queries.q.schema"),
        (b'{"queries": {"q": {}, "q": {}}}', "occurs twice"),
        (b'{"queries": {}, "filters": {}}', "filters"),
        (b'{"queries": {"q": {"schema": "Company", "properties": {"name": "a\\u0000b"}}}}', "body line 1"),
        (b'{"queries": {"q": {"schema": "Company", "properties": {"name": "..."}}}}', "no letter or digit"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"queries": ' * 5_000, "nested deeper"),
    ],
)
def test_a_body_that_cannot_be_used(http: httpx.Client, body: bytes, where: str) -> None:
    assert where in refusal(http.post("/match/default", content=body))["detail"]


def test_one_bad_query_refuses_all_and_every_bad_one_is_named(http: httpx.Client) -> None:
    bad = {"schema": "Compny", "properties": {"name": "x"}}
    problem = refusal(asked(http, ACME, bad, {"schema": "Person", "properties": {}}))
    assert [line.partition(",")[0] for line in problem["errors"]] == ["queries.q1", "queries.q2"]
    assert "none was answered" in problem["remedy"]


def test_more_queries_than_are_answered_at_once(http: httpx.Client) -> None:
    assert asked(http, *[ACME] * 100).status_code == 200
    assert "101 queries" in refusal(asked(http, *[ACME] * 101))["detail"]


def test_a_huge_body_is_cut_off_whatever_its_header_says(http: httpx.Client) -> None:
    assert refusal(http.post("/match/default", content=b"x" * (MAX_BODY + 1)), 413)["title"]

    def endless() -> Iterator[bytes]:
        for _ in range(MAX_BODY // 65_536 + 2):
            yield b" " * 65_536

    refusal(http.post("/match/default", content=endless()), 413)


def test_what_is_not_there(http: httpx.Client) -> None:
    assert "see /catalog" in refusal(http.get("/search/nope"), 404)["remedy"]
    refusal(http.get("/entities/nobody"), 404)
    refusal(http.get("/nowhere"), 404)
    refusal(http.get("/match/default"), 405)


def test_ids_of_any_source_can_be_fetched(http: httpx.Client) -> None:
    for one in http.get("/search/default", params={"limit": 500}).json()["results"]:
        found = http.get(f"/entities/{one['id']}", params={"nested": "false"}).json()
        assert found == one


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["queries", "schema", "properties", "name", "q", "Company"]), inner, max_size=4
            )
        ),
        max_leaves=15,
    )
)
def test_whatever_is_sent_is_answered_or_refused(http: httpx.Client, value: Any) -> None:
    for body in (value, {"queries": value}, {"queries": {"q": {"schema": "Company", "properties": value}}}):
        response = http.post("/match/default", content=json.dumps(body))
        assert response.status_code == 200 or refusal(response)


# Readiness, freshness, threads ----------------------------------------------------------------------------------------


def test_a_server_is_not_ready_while_its_lists_are_opened(data: Path) -> None:
    release = threading.Event()

    def slowly() -> Holdings:
        assert release.wait(60)
        return Holdings.open(data, accept_starter=True, day=TODAY)

    with serving(data, open_holdings=slowly, wait=False) as address, httpx.Client(base_url=address) as http:
        try:
            assert http.get("/healthz").json() == {"status": "ok"}
            assert "being opened" in refusal(http.get("/readyz"), 503)["detail"]
            assert refusal(asked(http, ACME), 503)
        finally:
            release.set()


def test_lists_that_cannot_be_opened_are_said_so(data: Path) -> None:
    def broken() -> Holdings:
        raise OperationFailed("the store is damaged", where="current.json", remedy="sync again")

    with serving(data, open_holdings=broken) as address, httpx.Client(base_url=address) as http:
        assert "the store is damaged (sync again)" in refusal(http.get("/readyz"), 503)["detail"]
        assert http.get("/healthz").status_code == 200


def test_threads_get_the_answers_of_one_after_the_other(data: Path) -> None:
    holdings = Holdings.open(data, accept_starter=True, day=TODAY)
    names = [f"Plant Number {number}" for number in range(1, 31)] + ["Acme Optronics", "Bureau of Watching", "Sea Lamp"]

    def answer(name: str) -> dict[str, Any]:
        example = ("q", None, "LegalEntity", {"name": [name]}, ())
        return match(MatchAsked(Asked("default"), [example], 10, 0.7, 0.3, "best"), holdings, TODAY)

    alone = [answer(name) for name in names]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, names * 4)) == alone * 4


def test_the_catalogue_sees_that_lists_were_synced_meanwhile(tmp_path: Path) -> None:
    data = held(tmp_path)
    with serving(data) as address, httpx.Client(base_url=address) as http:
        assert "ftm" in http.get("/catalog").json()["current"]
        state = json.loads((data / "lists" / "current.json").read_bytes())
        state["editions"] = [one for one in state["editions"] if not one["folder"].startswith("us_csl")]
        (data / "lists" / "current.json").write_text(json.dumps(state), encoding="utf-8")
        after = http.get("/catalog").json()
        assert after["index_stale"] and "ftm" in after["outdated"]


def test_topics_follow_the_day(data: Path) -> None:
    holdings = Holdings.open(data, accept_starter=True, day=TODAY)

    def targets(day: dt.date) -> set[str]:
        return {one.id for one in holdings.summaries(day) if one.source == "ftm" and one.target}

    assert "ftm.gone" not in targets(TODAY)
    assert "ftm.gone" in targets(dt.date(2023, 6, 1)) and "ftm.acme" in targets(dt.date(2023, 6, 1))
    assert "ftm.acme" not in targets(dt.date(2020, 1, 1))
    assert "ftm.acme" in targets(TODAY) and "ftm.gone" not in targets(TODAY)


# Documented -----------------------------------------------------------------------------------------------------------


def paths() -> dict[str, dict[str, Any]]:
    def never() -> Holdings:
        raise AssertionError

    app = create_service(read_settings(Path("none")), open_holdings=never)
    found: dict[str, dict[str, Any]] = app.openapi()["paths"]
    return found


def test_every_route_and_parameter_is_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    for path, methods in paths().items():
        for method, operation in methods.items():
            assert f"`{method.upper()} {path}`" in text
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    assert f"`{parameter['name']}`" in text, (path, parameter["name"])
    documented = [line.split("`")[1] for line in text.splitlines() if line.startswith(("## `", "| `"))]
    assert sorted(documented) == sorted(
        f"{method.upper()} {path}" for path, methods in paths().items() for method in methods
    )


def test_the_openapi_document_has_examples_and_words(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    assert document["paths"] == paths()
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["description"]
    body = document["paths"]["/match/{dataset}"]["post"]["requestBody"]["content"]["application/json"]
    for example in body["schema"]["examples"]:
        assert http.post("/match/default", json=example).status_code == 200
    assert document["components"]["schemas"]["Entity"]["examples"]


# The command ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org", ""])
def test_an_address_that_others_can_reach_is_refused(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", host, "--port", "0"]) == 3
    assert "is not an address of this machine alone" in capsys.readouterr().err


def test_a_port_that_is_taken(http: httpx.Client, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", str(http.base_url.port)]) == 4
    assert "cannot listen" in capsys.readouterr().err


def test_without_the_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("enduse.interfaces.cli.serve.find_spec", lambda name: None if name == "uvicorn" else object())
    assert main(["serve"]) == 3
    assert "pip install 'enduse[api]'" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="an interrupt is sent another way there")
def test_the_command_serves_until_it_is_interrupted(data: Path) -> None:
    command = [sys.executable, "-m", "enduse", "serve", "--port", "0", "--data-dir", str(data), "--starter"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            line = running.stderr.readline()
            assert line.startswith("listening on http://127.0.0.1:")
            assert httpx.get(line.split()[-1] + "/healthz", timeout=60).json() == {"status": "ok"}
        finally:
            running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
