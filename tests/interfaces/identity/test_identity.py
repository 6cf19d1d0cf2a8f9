"""Signing in, sessions, keys, the first account, users and roles, as browsers and programs see them."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from enduse.interfaces.identity.identities import COOKIE, SECURE_COOKIE, hash_of
from enduse.interfaces.identity.pages import safe_next
from enduse.interfaces.identity.passwords import Passwords, checked_password
from enduse.interfaces.service.ground import Service
from enduse.model.access import Actor
from enduse.model.errors import BadInput
from enduse.store.database import Store
from people import PASSWORD, SETUP, cheap, form_token, join, key_of, post, signed_in
from service_world import LOCAL, Clock, client, service


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def app(tmp_path: Path, clock: Clock, log: io.StringIO) -> Iterator[FastAPI]:
    found = cheap(service(tmp_path, clock, log=log))
    yield found
    found.state.service.stores.close()


@pytest.fixture
def store(app: FastAPI) -> Store:
    found: Service = app.state.service
    return found.stores.need()


def actions(store: Store) -> list[str]:
    return [one.action for one in store.audit.entries()]


# --- passwords


def test_a_password_is_kept_as_argon2id_and_takes_as_long_for_nobody() -> None:
    passwords = Passwords(memory=64)
    stored = passwords.hash("pässword of mine")
    assert stored.startswith("$argon2id$v=19$m=64,t=3,p=4$") and "mine" not in stored
    assert passwords.fits("pa\u0308ssword of mine", stored)
    assert not passwords.fits("another password", stored)
    assert not passwords.fits("nobody has this password", None)
    assert not passwords.fits("x", "nonsense")
    assert Passwords(memory=128).outdated(stored) and not passwords.outdated(stored)


@pytest.mark.parametrize("bad", ["", "sh0rt", "a" * 30, "ada lovelace one", "x" * 5_000])
def test_a_password_that_is_easy_to_guess_is_refused_without_repeating_it(bad: str) -> None:
    with pytest.raises(BadInput) as found:
        checked_password(bad, login="ada")
    assert bad == "" or bad not in found.value.message()


# --- signing in


def test_signing_in_makes_a_session_that_only_the_browser_holds(app: FastAPI, store: Store) -> None:
    user = join(app, "ada", "analyst")
    http = client(app)
    answer = http.post("/login", data={"login": "ADA", "password": PASSWORD, "next": "/why"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/why")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=") and "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    token = http.cookies[COOKIE]
    database = sqlite3.connect(store.name)
    raw = "".join(database.iterdump())
    database.close()
    assert token not in raw and hash_of(token) in raw and PASSWORD not in raw
    assert http.get("/account").status_code == 200
    assert actions(store)[-1] == "login" and store.audit.entries(last=1)[0].actor == user.id


def test_behind_tls_the_cookie_is_bound_to_the_host(app: FastAPI) -> None:
    join(app, "ada")
    http = client(app, "https://127.0.0.1")
    answer = http.post("/login", data={"login": "ada", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SECURE_COOKIE}=") and "Secure" in cookie and "Domain" not in cookie
    assert answer.headers["strict-transport-security"]


def test_a_wrong_password_and_an_unknown_login_get_the_same_words(app: FastAPI, store: Store) -> None:
    join(app, "ada")
    http = client(app)
    wrong = http.post("/login", data={"login": "ada", "password": "wrong"})
    unknown = http.post("/login", data={"login": "eve", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace('value="ada"', "") == unknown.text.replace('value="eve"', "")
    assert COOKIE not in http.cookies
    assert actions(store)[-2:] == ["login.failed", "login.failed"]


def test_an_account_is_locked_for_a_while_after_wrong_passwords(app: FastAPI, clock: Clock) -> None:
    join(app, "ada")
    http = client(app)
    for _ in range(5):
        assert http.post("/login", data={"login": "ada", "password": "wrong"}).status_code == 401
    locked = http.post("/login", data={"login": "ada", "password": PASSWORD})
    assert locked.status_code == 401
    clock.on(minutes=16)
    assert http.post("/login", data={"login": "ada", "password": PASSWORD}).status_code == 303


def test_one_address_cannot_try_forever(app: FastAPI, clock: Clock) -> None:
    http = client(app)
    codes = [http.post("/login", data={"login": f"u{number}", "password": "x"}).status_code for number in range(21)]
    assert codes == [401] * 20 + [429]
    clock.on(minutes=1)
    assert http.post("/login", data={"login": "u", "password": "x"}).status_code == 401


def test_a_locked_account_does_not_sign_in_and_its_session_ends(app: FastAPI, store: Store) -> None:
    join(app, "root", "sysadmin")
    user = join(app, "ada")
    http = signed_in(app, "ada")
    admin = signed_in(app, "root")
    assert post(admin, f"/admin/users/{user.id}/lock", reason="left").status_code == 303
    assert http.get("/account").status_code == 401
    assert http.post("/login", data={"login": "ada", "password": PASSWORD}).status_code == 401
    assert post(admin, f"/admin/users/{user.id}/open", reason="came back").status_code == 303
    assert http.post("/login", data={"login": "ada", "password": PASSWORD}).status_code == 303
    assert store.verify().whole


def test_a_session_ends_when_unused_and_after_its_hours(app: FastAPI, clock: Clock) -> None:
    join(app, "ada")
    http = signed_in(app, "ada")
    for _ in range(3):
        clock.on(minutes=29)
        assert http.get("/account").status_code == 200
    clock.on(minutes=31)
    assert http.get("/account").status_code == 401
    http = signed_in(app, "ada")
    for _ in range(24):
        clock.on(minutes=29)
        http.get("/account")
    assert http.get("/account").status_code == 200
    clock.on(minutes=25)
    assert http.get("/account").status_code == 401


def test_signing_out_ends_the_session_on_the_server(app: FastAPI) -> None:
    join(app, "ada")
    http = signed_in(app, "ada")
    token = http.cookies[COOKIE]
    assert post(http, "/logout").status_code == 303
    http.cookies.set(COOKIE, token, domain="127.0.0.1")
    assert http.get("/account").status_code == 401


def test_a_session_that_an_attacker_planted_is_never_taken_over(app: FastAPI, store: Store) -> None:
    """Session fixation: signing in makes a new token, and ends the session that the browser had before."""
    join(app, "mallory")
    join(app, "ada")
    planted = signed_in(app, "mallory").cookies[COOKIE]
    for value in (planted, "known-to-the-attacker"):
        http = client(app)
        http.cookies.set(COOKIE, value)
        answer = post(http, "/login", login="ada", password=PASSWORD)
        issued = re.match(rf"{COOKIE}=([^;]+)", answer.headers["set-cookie"])
        assert issued is not None and issued[1] != value
        other = client(app)
        other.cookies.set(COOKIE, value)
        assert other.get("/account").status_code == 401
    assert len(store.accounts.sessions(join(app, "bob").id)) == 0


@pytest.mark.parametrize(
    ("given", "goes"),
    [
        ("/why?x=1", "/why?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nset-cookie: x=1", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        ("/x\\y", "/"),
    ],
)
def test_signing_in_leads_to_this_service_alone(given: str, goes: str, app: FastAPI) -> None:
    assert safe_next(given) == goes
    join(app, "ada")
    answer = client(app).post("/login", data={"login": "ada", "password": PASSWORD, "next": given})
    assert answer.headers["location"] == goes


# --- forms from elsewhere


@pytest.mark.parametrize("path", ["/logout", "/account/password", "/account/keys", "/account/keys/revoke"])
def test_a_form_without_the_token_of_its_session_is_refused(app: FastAPI, path: str) -> None:
    join(app, "ada", "analyst")
    join(app, "eve", "analyst")
    http = signed_in(app, "ada")
    stolen = form_token(signed_in(app, "eve"))
    for data in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 64}, {"csrf_token": stolen}):
        answer = http.post(path, data=data)
        assert (answer.status_code, answer.json()["where"]) == (403, "csrf_token")
    assert http.post(path, json={"csrf_token": form_token(http)}).status_code == 403
    assert http.get("/account").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_of_another_site_does_not_even_sign_in(app: FastAPI, headers: dict[str, str]) -> None:
    join(app, "ada")
    answer = client(app, **headers).post("/login", data={"login": "ada", "password": PASSWORD})
    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    fine = client(app, origin=LOCAL).post("/login", data={"login": "ada", "password": PASSWORD})
    assert fine.status_code == 303


def test_no_other_site_may_read_or_frame(app: FastAPI) -> None:
    answer = client(app).get("/healthz", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["x-frame-options"] == "DENY"


# --- keys


def test_a_key_is_shown_once_and_does_what_its_scopes_and_its_user_may(app: FastAPI, store: Store) -> None:
    join(app, "root", "sysadmin")
    user = join(app, "ada", "analyst")
    http = signed_in(app, "ada")
    page = post(http, "/account/keys", name="crm", scopes="screen", days="30")
    secret = re.search(r"enduse_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", page.text)
    assert secret is not None and secret[0] not in http.get("/account").text
    for scheme in ("Bearer", "ApiKey", "bearer"):
        asked = client(app, authorization=f"{scheme} {secret[0]}")
        assert asked.post("/match/starter", json={"queries": {}}).status_code in (400, 503)
        assert asked.get("/catalog").json()["remedy"] == "a key with the scope 'read'"
    assert client(app).post("/match/starter", json={"queries": {}}).status_code == 401
    key = store.accounts.keys(user.id)[0]
    assert secret[0].rpartition("_")[2] != key.hash
    store.accounts.revoke(user.id, "analyst", by=SETUP, reason="left")
    assert client(app, authorization=f"Bearer {secret[0]}").get("/healthz").status_code == 200


def test_a_key_that_is_wrong_old_or_revoked_opens_nothing(app: FastAPI, clock: Clock) -> None:
    user = join(app, "ada", "engineer")
    good = key_of(app, user, "screen", "read")
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    for bad in (wrong, "enduse_0000000000000000_" + "A" * 43, "nonsense", "' OR 1=1 --", "", "x" * 5_000):
        answer = client(app, authorization=f"Bearer {bad}").get("/healthz")
        assert (answer.status_code, "invalid_token" in answer.headers["www-authenticate"]) == (401, True)
    assert client(app, authorization=f"Bearer {good}").get("/algorithms").status_code == 200
    clock.on(days=31)
    assert client(app, authorization=f"Bearer {good}").get("/algorithms").status_code == 401


def test_a_revoked_key_and_a_key_of_a_locked_user_open_nothing(app: FastAPI, store: Store) -> None:
    join(app, "root", "sysadmin")
    user = join(app, "ada", "engineer")
    first, second = key_of(app, user, "read"), key_of(app, user, "read")
    admin = signed_in(app, "root")
    identifier = first.split("_")[1]
    assert post(admin, f"/admin/users/{user.id}/revoke-key", key=identifier, reason="lost").status_code == 303
    assert client(app, authorization=f"Bearer {first}").get("/healthz").status_code == 401
    assert client(app, authorization=f"Bearer {second}").get("/healthz").status_code == 200
    post(admin, f"/admin/users/{user.id}/lock", reason="left")
    assert client(app, authorization=f"Bearer {second}").get("/healthz").status_code == 401
    assert store.verify().whole


def test_a_key_of_somebody_else_cannot_be_revoked_or_seen(app: FastAPI, store: Store) -> None:
    """Insecure direct object references: an id of somebody else is as unknown as one that is none."""
    join(app, "ada", "analyst")
    victim = join(app, "bob", "analyst")
    identifier = key_of(app, victim, "read").split("_")[1]
    http = signed_in(app, "ada")
    for one in (identifier, "0" * 16):
        assert post(http, "/account/keys/revoke", key=one).status_code == 403
    assert identifier not in http.get("/account").text
    assert not store.accounts.keys(victim.id)[0].revoked
    assert actions(store).count("access.denied") == 2


@pytest.mark.parametrize(
    "values",
    [
        {"name": "", "scopes": "read", "days": "30"},
        {"name": "x", "scopes": "", "days": "30"},
        {"name": "x", "scopes": "everything", "days": "30"},
        {"name": "x", "scopes": "read", "days": "0"},
        {"name": "x", "scopes": "read", "days": "367"},
        {"name": "x", "scopes": "read", "days": "٣٠٠٠٠٠٠٠"},
        {"name": "x" * 101, "scopes": "read", "days": "30"},
    ],
)
def test_a_key_that_cannot_be_made_is_refused_in_words(app: FastAPI, values: dict[str, str]) -> None:
    join(app, "ada", "analyst")
    assert post(signed_in(app, "ada"), "/account/keys", **values).status_code == 400


# --- the first account


def test_the_first_account_is_made_once_with_the_link(app: FastAPI, store: Store) -> None:
    token = app.state.service.people.setup_token()
    http = client(app)
    form = http.get(f"/setup?token={token}")
    assert form.status_code == 200 and "no case content" in form.text
    values = {"token": token, "login": "root", "name": "Root", "password": PASSWORD}
    assert http.post("/setup", data={**values, "password": "short"}).status_code == 400
    made = http.post("/setup", data=values)
    assert (made.status_code, made.headers["location"]) == (303, "/admin/users")
    assert http.get("/admin/users").status_code == 200
    for again in (http.get(f"/setup?token={token}"), client(app).post("/setup", data={**values, "login": "eve"})):
        assert again.status_code == 404
    assert [one.login for one in store.accounts.users()] == ["root"]
    assert store.verify().whole


@pytest.mark.parametrize("token", ["", "x", "0" * 43])
def test_without_the_link_there_is_no_first_account(app: FastAPI, token: str) -> None:
    app.state.service.people.setup_token()
    assert client(app).get(f"/setup?token={token}").status_code == 404
    values = {"token": token, "login": "root", "name": "Root", "password": PASSWORD}
    assert client(app).post("/setup", data=values).status_code == 404
    assert app.state.service.people.count() == 0


def test_a_form_whose_token_was_not_a_session_s_does_not_need_one(app: FastAPI) -> None:
    assert client(app).get("/login").status_code == 200
    assert app.state.service.people.open_mode()


def test_reading_is_open_until_there_is_a_second_user(app: FastAPI) -> None:
    http = client(app)
    assert http.get("/algorithms").status_code == 200
    join(app, "root", "sysadmin")
    assert http.get("/algorithms").status_code == 200
    assert http.get("/admin/users").status_code == 401
    join(app, "ada")
    assert http.get("/algorithms").status_code == 401
    assert (http.get("/healthz").status_code, http.get("/login").status_code) == (200, 200)
    assert signed_in(app, "ada").get("/algorithms").status_code == 200


# --- users and roles


def test_an_administrator_makes_accounts_and_grants_roles_but_none_to_themself(app: FastAPI, store: Store) -> None:
    root = join(app, "root", "sysadmin")
    http = signed_in(app, "root")
    made = post(http, "/admin/users", login="ada", name="Ada", password=PASSWORD, reason="joined the desk")
    assert made.status_code == 303
    path = made.headers["location"]
    assert post(http, f"{path}/grant", role="analyst", reason="works at the desk").status_code == 303
    user = store.accounts.by_login("ada")
    assert user is not None and store.accounts.roles(user.id) == {"analyst"}
    refused = post(http, f"/admin/users/{root.id}/grant", role="analyst", reason="why not")
    assert refused.status_code == 403
    assert store.accounts.roles(root.id) == {"sysadmin"}
    denied = store.audit.entries(last=1)[0]
    assert (denied.action, denied.actor, denied.subject) == ("access.denied", root.id, f"role.grant grant:{root.id}")
    assert post(http, f"{path}/revoke", role="analyst", reason="left the desk").status_code == 303
    assert post(http, f"{path}/grant", role="emperor", reason="x").status_code == 400
    assert post(http, f"{path}/grant", role="auditor", reason="").status_code == 400
    assert store.verify().whole


def test_who_is_no_administrator_is_told_why_and_it_is_on_record(app: FastAPI, store: Store) -> None:
    join(app, "root", "sysadmin")
    user = join(app, "ada", "analyst")
    http = signed_in(app, "ada")
    page = http.get("/admin/users", headers={"accept": "text/html"})
    assert page.status_code == 403
    assert "none of your roles (analyst) may see the users" in page.text
    assert "one of the roles: auditor, system administrator" in page.text
    problem = http.get("/admin/users")
    assert problem.json()["remedy"] == "one of the roles: auditor, system administrator"
    assert [one.actor for one in store.audit.entries() if one.action == "access.denied"] == [user.id] * 2
    for path in ("grant", "revoke", "lock", "open", "revoke-key"):
        assert post(http, f"/admin/users/{user.id}/{path}", role="sysadmin", reason="x").status_code == 403
    assert store.accounts.roles(user.id) == {"analyst"}


def test_everybody_can_see_what_they_may_do_and_why(app: FastAPI) -> None:
    join(app, "root", "sysadmin")
    join(app, "ada", "analyst")
    text = signed_in(app, "ada").get("/why").text
    assert "read a kept assessment" in text and "checking, screening and adjudicating is their work" in text
    assert "a system administrator sees no case content" in signed_in(app, "root").get("/why").text


def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(app: FastAPI, store: Store) -> None:
    join(app, "ada")
    http, other = signed_in(app, "ada"), signed_in(app, "ada")
    assert post(http, "/account/password", old="wrong", new="a new good password").status_code == 400
    assert post(http, "/account/password", old=PASSWORD, new="short").status_code == 400
    assert post(http, "/account/password", old=PASSWORD, new="a new good password").status_code == 200
    assert (http.get("/account").status_code, other.get("/account").status_code) == (200, 401)
    assert client(app).post("/login", data={"login": "ada", "password": PASSWORD}).status_code == 401
    assert store.verify().whole


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "' OR 1=1 --"]
)
def test_what_people_write_is_shown_as_text(app: FastAPI, store: Store, text: str) -> None:
    join(app, "root", "sysadmin")
    http = signed_in(app, "root")
    made = post(http, "/admin/users", login="ada", name=text, password=PASSWORD, reason=text)
    assert made.status_code == 303
    for path in (made.headers["location"], "/admin/users"):
        page = http.get(path).text
        assert "<script>alert" not in page and "<img src=x" not in page and ">49<" not in page
    failed = client(app).post("/login", data={"login": text, "password": "x", "next": text}).text
    assert "<script>alert" not in failed and "<img src=x" not in failed
    user = store.accounts.by_login("ada")
    assert user is not None and user.name == text


@pytest.mark.parametrize("identifier", ["..%2f..%2fetc", "'%20OR%201=1", "%00", "x" * 500, "ü"])
def test_an_account_that_is_none_is_not_found(app: FastAPI, identifier: str) -> None:
    join(app, "root", "sysadmin")
    assert signed_in(app, "root").get(f"/admin/users/{identifier}").status_code in (400, 404)


def test_oversized_forms_are_refused(app: FastAPI) -> None:
    http = client(app)
    assert http.post("/login", data={"login": "x" * 3_000_000}).status_code == 413
    assert http.post("/login", data={"login": "x" * 5_000, "password": "y"}).status_code == 400
    assert http.post("/login", data={f"f{number}": "x" for number in range(2_000)}).status_code == 400
    assert http.post("/login", files={"login": b"x"}).status_code == 400


def test_neither_logs_nor_the_chain_hold_what_is_secret(app: FastAPI, store: Store, log: io.StringIO) -> None:
    user = join(app, "ada", "analyst")
    http = signed_in(app, "ada")
    secret = key_of(app, user, "read")
    client(app, authorization=f"Bearer {secret}").get("/healthz")
    client(app).post("/login", data={"login": "hunter2", "password": "hunter3"})
    text = log.getvalue() + json.dumps([one.content() for one in store.audit.entries()])
    for one in (PASSWORD, http.cookies[COOKIE], secret.rpartition("_")[2], "hunter2", "hunter3", form_token(http)):
        assert one not in text


def test_refusals_of_strangers_do_not_fill_the_chain(app: FastAPI, store: Store, clock: Clock) -> None:
    join(app, "root", "sysadmin")
    join(app, "ada")
    http = client(app)
    for _ in range(100):
        http.get("/admin/users")
    assert actions(store).count("access.denied") == 60
    clock.on(minutes=1)
    http.get("/admin/users")
    assert "40 more were not written" in store.audit.entries(last=1)[0].reason


def test_a_visitor_has_no_session_to_forge() -> None:
    assert Actor(open_mode=True).csrf_token == ""
