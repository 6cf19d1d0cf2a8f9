"""Strangers who know a login, and strangers who come through a proxy: what they can do to others, and what they see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from people import CHEAP, PASSWORD, SETUP, cheap, join, post, signed_in
from service_world import LOCAL, Clock, client, service


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Iterator[FastAPI]:
    found = cheap(service(tmp_path, clock))
    yield found
    assert found.state.service.stores.need().verify().whole
    found.state.service.stores.close()


def tried(http: TestClient, password: str, login: str = "ada") -> int:
    return http.post("/login", data={"login": login, "password": password}).status_code


def signed_out(app: FastAPI, login: str) -> TestClient:
    """A browser from which somebody signed in before."""
    http = signed_in(app, login)
    post(http, "/logout")
    assert "enduse_session" not in http.cookies
    return http


# --- locking others out


def test_a_stranger_who_knows_a_login_does_not_lock_its_owner_out(app: FastAPI) -> None:
    join(app, "ada")
    own, stranger = signed_out(app, "ada"), client(app)
    for _ in range(2):
        assert [tried(stranger, "wrong") for _ in range(5)] == [401] * 5
        assert tried(client(app), PASSWORD) == 401, "an unknown browser waits until the lock is over"
        assert tried(own, PASSWORD) == 303
        post(own, "/logout")


def test_strangers_who_use_up_an_address_keep_no_known_browser_out(app: FastAPI) -> None:
    join(app, "ada")
    own, stranger = signed_out(app, "ada"), client(app)
    codes = [tried(stranger, "wrong", f"u{number}") for number in range(25)]
    assert codes[-1] == 429
    assert tried(client(app), PASSWORD) == 429
    assert tried(own, PASSWORD) == 303


def test_wrong_passwords_from_a_known_browser_are_bounded_and_lock_nobody(app: FastAPI, clock: Clock) -> None:
    join(app, "ada")
    own = signed_out(app, "ada")
    clock.on(minutes=1)
    assert [tried(own, "wrong") for _ in range(8)] == [401] * 5 + [429] * 3
    assert tried(own, PASSWORD) == 429, "of those there are five a minute"
    assert tried(client(app), PASSWORD) == 303
    clock.on(minutes=1)
    assert tried(own, PASSWORD) == 303


def test_what_makes_a_browser_known_is_its_owner_s_and_ends_with_the_password(app: FastAPI) -> None:
    ada, eve = join(app, "ada"), join(app, "eve")
    people, accounts = app.state.service.people, app.state.service.stores.need().accounts
    assert people.known_browser(ada) != people.known_browser(eve)
    other = signed_out(app, "eve")
    own = signed_out(app, "ada")
    assert [tried(client(app), "wrong") for _ in range(5)] == [401] * 5
    assert tried(other, PASSWORD) == 401, "the browser of somebody else is unknown to this account"
    accounts.set_password(ada.id, CHEAP.hash(PASSWORD), by=SETUP, reason="changed")
    assert [tried(client(app), "wrong") for _ in range(5)] == [401] * 5
    assert tried(own, PASSWORD) == 401


def test_the_mark_of_a_browser_is_no_session_and_no_script_reads_it(app: FastAPI) -> None:
    join(app, "ada")
    answer = client(app).post("/login", data={"login": "ada", "password": PASSWORD})
    (mark,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("enduse_known=")]
    assert "HttpOnly" in mark and "Path=/login" in mark and "SameSite=lax" in mark
    value = mark.partition("=")[2].partition(";")[0]
    for name in ("enduse_known", "enduse_session"):
        assert client(app, cookie=f"{name}={value}").get("/account").status_code == 401


# --- through a proxy


@pytest.mark.parametrize("stated", [{"proxies": "127.0.0.1"}, {"public_url": "https://export.example"}])
def test_behind_a_proxy_nothing_is_open_even_without_a_second_user(tmp_path: Path, stated: dict[str, Any]) -> None:
    """The proxy asks from this machine, for people who may be anywhere."""
    app = service(tmp_path, **stated)
    assert app.state.service.settings.loopback
    http = client(app, "http://export.example" if "public_url" in stated else LOCAL)
    assert not app.state.service.people.open_mode()
    assert http.get("/algorithms").status_code == 401
    assert http.get("/healthz").status_code == 200


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_what_a_proxy_passes_on_is_not_open_where_nobody_set_one_up(app: FastAPI, header: str) -> None:
    assert client(app).get("/algorithms").status_code == 200
    assert client(app, **{header: "203.0.113.9"}).get("/algorithms").status_code == 401
