"""Signing in at an identity provider: a provider on the loopback address that says what a test wants, true or not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey

from enduse.interfaces.identity.identities import COOKIE
from enduse.interfaces.identity.oidc import Provider
from loopback import Answer, Server, serving
from people import cheap, join
from service_world import NOON, Clock, client, service

CLIENT = "enduse-test"
NOW = int(NOON.timestamp())


@dataclass
class Idp:
    """The provider: what it issues can be bent by a test."""

    server: Server
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "k1"}, auto_kid=False))
    claims: dict[str, Any] = field(default_factory=dict)
    symmetric: bool = False
    signing: Any = None
    asked: dict[str, str] = field(default_factory=dict)
    token_calls: int = 0

    @property
    def issuer(self) -> str:
        return self.server.base

    def describe(self, **changed: str) -> None:
        base = self.server.base
        document = {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
        } | changed
        self.server.say("/.well-known/openid-configuration", Answer(json.dumps(document).encode()))
        self.server.say("/keys", Answer(json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()))

    def id_token(self) -> str:
        base = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "s-1",
            "iat": NOW,
            "exp": NOW + 300,
            "nonce": self.asked.get("nonce", ""),
            "preferred_username": "ada",
            "name": "Ada Example",
        }
        claims = {name: value for name, value in (base | self.claims).items() if value is not None}
        if self.symmetric:
            parts = [_part(json.dumps(one).encode()) for one in ({"alg": "HS256", "kid": "k1"}, claims)]
            signed = hmac.digest(self.key.as_pem(private=False), ".".join(parts).encode(), "sha256")
            return ".".join([*parts, _part(signed)])
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signing or self.key, algorithms=["RS256"])


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def idp() -> Iterator[Idp]:
    with serving() as server:
        found = Idp(server)
        found.describe()
        yield found


@pytest.fixture
def app(tmp_path: Path, idp: Idp, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    import httpx

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/token":
            with httpx.Client() as real:
                return httpx.Response(200, content=real.get(str(request.url)).content)
        sent = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        idp.token_calls += 1
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=")
        basic = base64.b64encode(f"{CLIENT}:hunter2".encode()).decode()
        if sent["code"] != "good" or challenge.decode() != idp.asked["code_challenge"]:
            return httpx.Response(400, json={"error": "invalid_grant"})
        assert request.headers["authorization"] == f"Basic {basic}"
        assert sent["redirect_uri"] == idp.asked["redirect_uri"]
        return httpx.Response(200, json={"access_token": "a", "token_type": "Bearer", "id_token": idp.id_token()})

    found = cheap(
        service(tmp_path, Clock(), oidc_issuer=idp.issuer, oidc_client_id=CLIENT, oidc_client_secret="hunter2")
    )
    provider = Provider(idp.issuer, CLIENT, "hunter2", found.state.service.clock, httpx.MockTransport(handle))
    found.state.service.provider = provider
    yield found
    found.state.service.stores.close()


def begin(app: FastAPI, idp: Idp, **query: str) -> Any:
    """A browser that was sent to the provider."""
    http = client(app)
    answer = http.get("/login/oidc", params=query)
    assert answer.status_code == 303, answer.text
    idp.asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    return http


def back(http: Any, idp: Idp, **changed: str) -> Any:
    return http.get("/login/oidc/back", params={"code": "good", "state": idp.asked["state"]} | changed)


def test_somebody_whom_the_provider_vouches_for_is_signed_in_without_roles(app: FastAPI, idp: Idp) -> None:
    http = begin(app, idp, next="/why")
    assert idp.asked["code_challenge_method"] == "S256" and len(idp.asked["nonce"]) > 40
    assert idp.asked["response_type"] == "code" and idp.asked["client_id"] == CLIENT
    answer = back(http, idp)
    assert (answer.status_code, answer.headers["location"]) == (303, "/why")
    accounts = app.state.service.stores.need().accounts
    user = accounts.users()[0]
    assert (user.login, user.name, user.source, user.subject) == ("ada", "Ada Example", idp.issuer, "s-1")
    assert accounts.roles(user.id) == frozenset()
    assert "None yet" in http.get("/account").text
    again = begin(app, idp)
    assert back(again, idp).status_code == 303 and accounts.count() == 1
    assert app.state.service.stores.need().verify().whole


def test_a_local_account_of_the_same_name_is_not_taken_over(app: FastAPI, idp: Idp) -> None:
    local = join(app, "ada", "sysadmin")
    assert back(begin(app, idp), idp).status_code == 303
    accounts = app.state.service.stores.need().accounts
    other = next(one for one in accounts.users() if one.id != local.id)
    assert other.login.startswith("oidc-") and accounts.roles(other.id) == frozenset()


def test_a_locked_account_stays_locked(app: FastAPI, idp: Idp) -> None:
    from people import SETUP

    back(begin(app, idp), idp)
    accounts = app.state.service.stores.need().accounts
    accounts.change(accounts.users()[0].id, active=False, by=SETUP, reason="left")
    answer = back(begin(app, idp), idp)
    assert answer.status_code == 401 and "locked" in answer.text


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": None},
        {"exp": NOW - 120},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"iat": NOW + 7_200},
    ],
    ids=str,
)
def test_a_token_that_is_not_meant_for_this_sign_in_is_refused(app: FastAPI, idp: Idp, claims: dict[str, Any]) -> None:
    http = begin(app, idp)
    idp.claims = claims
    answer = back(http, idp)
    assert answer.status_code == 401 and COOKIE not in http.cookies
    assert app.state.service.people.count() == 0


def test_a_token_that_somebody_else_signed_is_refused(app: FastAPI, idp: Idp) -> None:
    idp.signing = RSAKey.generate_key(2048)
    assert back(begin(app, idp), idp).status_code == 401
    # The provider's public key as the secret of a symmetric signature.
    idp.symmetric = True
    assert back(begin(app, idp), idp).status_code == 401
    assert app.state.service.people.count() == 0


def test_an_answer_counts_for_the_browser_that_asked_and_once(app: FastAPI, idp: Idp) -> None:
    """Login CSRF: an attacker's code must not sign the victim in as the attacker."""
    http = begin(app, idp)
    assert back(client(app), idp).status_code == 401
    assert back(http, idp, state="another").status_code == 401
    assert back(http, idp, code="").status_code == 401
    assert idp.token_calls == 0
    http = begin(app, idp)
    assert back(http, idp, code="bad").status_code == 401
    http = begin(app, idp)
    assert back(http, idp).status_code == 303
    assert back(http, idp).status_code == 401


def test_a_sign_in_that_one_process_began_another_ends(app: FastAPI, idp: Idp) -> None:
    """Several workers, or a restart between."""
    service = app.state.service
    http = begin(app, idp)
    service.provider = Provider(idp.issuer, CLIENT, "hunter2", service.clock, service.provider._transport)
    assert back(http, idp).status_code == 303
    http = begin(app, idp)
    service.provider = Provider(idp.issuer, CLIENT, "another", service.clock, service.provider._transport)
    assert back(http, idp).status_code == 401
    assert idp.token_calls == 1


def test_what_the_browser_carries_is_sealed(app: FastAPI, idp: Idp) -> None:
    http = begin(app, idp, next="/account")
    carried = http.cookies.get("enduse_oidc").strip('"')
    assert len(carried) < 3_000
    for secret in (idp.asked["state"], idp.asked["nonce"], "account"):
        assert secret not in carried and secret.encode() not in base64.urlsafe_b64decode(carried)
    for bad in ("", "x", carried[:-6] + "AAAAA=", carried[1:], idp.asked["state"]):
        again = client(app)
        again.cookies.set("enduse_oidc", bad)
        assert back(again, idp).status_code == 401, bad
    assert idp.token_calls == 0
    assert back(http, idp).headers["location"] == "/account"
    assert len(begin(app, idp, next="/" + "\u4e2d" * 1_900).cookies.get("enduse_oidc")) < 3_000


def test_an_answer_that_comes_late_is_refused(app: FastAPI, idp: Idp) -> None:
    http = begin(app, idp)
    app.state.service.clock.on(minutes=11)
    assert back(http, idp).status_code == 401


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"issuer": "https://other.example"}, "another name"),
        ({"authorization_endpoint": "http://evil.example/authorize"}, "no good authorization_endpoint"),
    ],
)
def test_a_provider_that_describes_itself_badly_is_not_used(
    app: FastAPI, idp: Idp, changed: dict[str, str], says: str
) -> None:
    idp.describe(**changed)
    answer = client(app).get("/login/oidc")
    assert answer.status_code == 502 and says in answer.text


@pytest.mark.parametrize("answer", [Answer(b"nonsense"), Answer(b"[]"), Answer(b"x", 500), Answer(b"x" * 2_000_000)])
def test_a_provider_that_is_broken_is_said(app: FastAPI, idp: Idp, answer: Answer) -> None:
    idp.server.say("/.well-known/openid-configuration", answer)
    page = client(app).get("/login/oidc")
    assert page.status_code == 502


def test_without_a_provider_there_is_none(tmp_path: Path) -> None:
    app = service(tmp_path)
    assert client(app).get("/login/oidc").status_code == 404
    assert client(app).get("/login/oidc/back").status_code == 404
    assert "Sign in with" not in client(app).get("/login").text
