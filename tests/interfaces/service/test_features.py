"""Parts of the service are read when they are first asked for, once, and nothing else is below their roots."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from enduse.interfaces.service import features
from enduse.interfaces.service.features import FEATURES, Feature
from service_world import client, service


def paths_of(app: FastAPI) -> list[str]:
    return [route.path for route in app.routes if isinstance(route, APIRoute)]


def test_every_route_of_a_feature_is_below_its_roots_and_no_other_is(tmp_path: Path) -> None:
    app = service(tmp_path)
    core = set(paths_of(app))
    assert not [path for path in core if any(one.has(path) for one in FEATURES)]
    for one in FEATURES:
        before = len(app.routes)
        app.state.features.add(one.roots[0])
        own = set(paths_of(app)[before:])
        assert own
        assert not [path for path in own if not one.has(path)]
        assert not [path for path in own if any(other.has(path) for other in FEATURES if other is not one)]
        assert not [root for root in one.roots if not any(path == root or path.startswith(f"{root}/") for path in own)]


@pytest.mark.parametrize("one", FEATURES, ids=lambda one: one.name)
def test_a_request_to_a_feature_that_was_not_read_is_answered(tmp_path: Path, one: Feature) -> None:
    app = service(tmp_path)
    with client(app) as caller:
        end = time.monotonic() + 60
        while caller.get("/readyz").status_code != 200:
            assert time.monotonic() < end, "the lists did not open"
            time.sleep(0.01)
        for root in one.roots:
            assert app.state.features.wanted(root) or root != one.roots[0]
            first, again = (caller.get(f"{root}/nothing-here").status_code for _ in range(2))
            assert first == again and first < 500
    assert not any(app.state.features.wanted(root) for root in one.roots)


def test_a_path_that_only_looks_like_one_reads_nothing(tmp_path: Path) -> None:
    app = service(tmp_path)
    with client(app) as caller:
        for path in ("/licensings", "/v1", "/v1/", "/V1/licensing", "/monitoring/x"):
            assert caller.get(path).status_code in (401, 404)
    assert all(app.state.features.wanted(one.roots[0]) for one in FEATURES)


def test_many_first_requests_at_once_add_a_feature_once(tmp_path: Path) -> None:
    app = service(tmp_path)
    threads = [threading.Thread(target=app.state.features.add, args=("/v1/monitor/runs",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paths = [(one.path, method) for one in app.routes if isinstance(one, APIRoute) for method in one.methods or ()]
    assert len(paths) == len(set(paths))
    assert any(path == "/v1/monitor/runs" for path, _ in paths)


def test_the_description_has_every_feature(tmp_path: Path) -> None:
    app = service(tmp_path)
    paths = app.openapi()["paths"]
    assert all(any(one.has(path) for path in paths) for one in FEATURES if one.routers)
    assert {"/healthz", "/readyz"} <= set(paths)


def test_a_part_that_cannot_be_read_adds_nothing_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = service(tmp_path)
    before = paths_of(app)

    def unreadable(_: Feature) -> tuple[object, ...]:
        raise ImportError("a file is missing")

    with monkeypatch.context() as broken:
        broken.setattr(features, "pages_of", unreadable)
        for _ in range(2):
            with pytest.raises(ImportError):
                app.state.features.add("/monitor")
    assert paths_of(app) == before
    app.state.features.add("/monitor")
    added = [(one.path, method) for one in app.routes if isinstance(one, APIRoute) for method in one.methods or ()]
    assert len(added) == len(set(added)) and "/monitor" in paths_of(app)
