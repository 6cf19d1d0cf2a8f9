"""Signing in at an identity provider: OpenID Connect Core 1.0, the code flow with PKCE (RFC 7636), state and nonce."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from enduse.interfaces.identity.identities import NotSignedIn

SIGNATURES = ("RS256", "PS256", "ES256", "EdDSA")
"""Never a symmetric one, and never ``none``."""
_SECONDS = 10.0
_VALID = dt.timedelta(minutes=10)
_LEEWAY = 60
_LONGEST_BACK = 1_000
_LARGEST = 1_000_000
_FAILED = "the identity provider did not confirm the sign-in: try again"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider vouches for.

    Attributes:
        subject: what the issuer calls them, always.
        login, name: what they may be called here.
    """

    issuer: str
    subject: str
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A sign-in that has begun. The browser carries it, sealed, so that any process of the service can end it."""

    state: str
    verifier: str
    nonce: str
    back: str


class Provider:
    """One identity provider.

    What a browser carries is sealed under a key made of our secret at the provider, which every process of a service
    has; without such a secret the key is this process's own.

    Args:
        issuer: its address, exactly as it names itself.
        clock: tells the moment.
        transport: how it is reached; for tests.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        clock: Callable[[], dt.datetime],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._transport = transport
        made = HKDF(SHA256(), 32, salt=None, info=b"enduse sign-in at a provider")
        material = f"{issuer}\n{client_id}\n{client_secret}".encode() if client_secret else secrets.token_bytes(32)
        self._seal = Fernet(base64.urlsafe_b64encode(made.derive(material)))
        self._described: Mapping[str, Any] | None = None

    def begin(self, callback: str, back: str) -> tuple[str, str]:
        """Where to send the browser, and what it must carry and bring back.

        Args:
            callback: address of ours to which the provider sends the browser.
            back: where to go when signed in.

        Raises:
            NotSignedIn: the provider cannot be reached, or its description cannot be used.
        """
        verifier, nonce, state = (secrets.token_urlsafe(48) for _ in range(3))
        address = prepare_grant_uri(
            self._endpoint("authorization_endpoint"),
            client_id=self._client_id,
            response_type="code",
            redirect_uri=callback,
            scope="openid profile email",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        # A cookie holds four kilobytes at most.
        back = back if len(back.encode()) <= _LONGEST_BACK else "/"
        carried = json.dumps([state, verifier, nonce, back]).encode()
        return str(address), self._seal.encrypt_at_time(carried, self._moment()).decode()

    def _moment(self) -> int:
        return int(self._clock().timestamp())

    def _carried(self, text: str) -> _Waiting:
        try:
            found = self._seal.decrypt_at_time(text.encode(), int(_VALID.total_seconds()), self._moment())
        except (InvalidToken, ValueError):
            raise NotSignedIn(_FAILED) from None
        return _Waiting(*json.loads(found))

    def end(self, query: Mapping[str, str], carried: str, callback: str) -> tuple[Person, str]:
        """Who came back, and where to go.

        Args:
            query: what the provider sent back through the browser.
            carried: what this browser was given, from its cookie.

        Raises:
            NotSignedIn: the state is not this browser's, or is old; the provider refused (a code counts once there);
                or its token is not good.
        """
        waiting = self._carried(carried)
        state = query.get("state", "").encode("utf-8", "replace")
        if not hmac.compare_digest(state, waiting.state.encode()) or not query.get("code"):
            raise NotSignedIn(_FAILED)
        try:
            token = self._token(query["code"], waiting.verifier, callback)
            claims = self._claims(str(token.get("id_token", "")), waiting.nonce, token.get("access_token"))
        except (httpx.HTTPError, AuthlibBaseError, JoseError, ValueError, TypeError, KeyError):
            raise NotSignedIn(_FAILED) from None
        return _person(self.issuer, claims), waiting.back

    def _token(self, code: str, verifier: str, callback: str) -> Mapping[str, Any]:
        """What the provider gives for a code (RFC 6749, 4.1.3)."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "code_verifier": verifier,
            "client_id": self._client_id,
        }
        auth = httpx.BasicAuth(quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
        return self._fetch(
            self._endpoint("token_endpoint"), method="POST", data=sent, auth=auth if self._client_secret else None
        )

    def _claims(self, id_token: str, nonce: str, access_token: Any) -> Mapping[str, Any]:
        """The claims of a token, once signature, issuer, audience, times and nonce are good."""
        keys = KeySet.import_key_set(cast("Any", self._fetch(self._endpoint("jwks_uri"))))
        found = jwt.decode(id_token, keys, algorithms=list(SIGNATURES))
        claims = CodeIDToken(
            found.claims,
            found.header,
            options={
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._client_id},
                "sub": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": self._client_id, "access_token": access_token},
        )
        claims.validate(now=int(self._clock().timestamp()), leeway=_LEEWAY)
        if not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= 255:
            raise ValueError("sub")
        return dict(claims)

    def _endpoint(self, name: str) -> str:
        if self._described is None:
            try:
                found = self._fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            except (httpx.HTTPError, ValueError):
                raise NotSignedIn("the identity provider does not answer: try again later") from None
            if found.get("issuer") != self.issuer:
                raise NotSignedIn("the identity provider calls itself by another name than ENDUSE_OIDC_ISSUER says")
            self._described = found
        address = str(self._described.get(name, ""))
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise NotSignedIn(f"the identity provider states no good {name}")
        return address

    def _fetch(self, address: str, *, method: str = "GET", **sent: Any) -> dict[str, Any]:
        with (
            httpx.Client(timeout=_SECONDS, transport=self._transport) as client,
            client.stream(method, address, **sent) as answer,
        ):
            answer.raise_for_status()
            body = b""
            for part in answer.iter_bytes():
                body += part
                if len(body) > _LARGEST:
                    raise ValueError("too large")
        found = httpx.Response(200, content=body).json()
        if not isinstance(found, dict):
            raise ValueError("no object")
        return found


def _person(issuer: str, claims: Mapping[str, Any]) -> Person:
    stated = [str(claims.get(one) or "") for one in ("preferred_username", "email", "name")]
    login = (stated[0] or stated[1] or f"oidc-{secrets.token_hex(6)}")[:100]
    return Person(issuer, str(claims["sub"]), login, stated[2] or login)
