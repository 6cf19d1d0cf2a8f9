"""What the service is told by the environment. Every setting is described in docs/operations.md; a test compares."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from enduse.model.errors import BadInput

PREFIX = "ENDUSE_"
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


class ServiceSettings(BaseSettings):
    """The settings of one service."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    data: Path = Field(description="Where lists, rulebooks and the embedded store are kept.")
    database_url: SecretStr | None = Field(None, description="PostgreSQL in place of the embedded store.")
    protected_database_url: SecretStr | None = Field(
        None, description="PostgreSQL for who protected sources are, in place of a file of their own; another database."
    )
    host: str = Field("127.0.0.1", description="Address to listen on; one that others can reach needs users.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    starter: bool = Field(False, description="Accept the embedded listings as coverage.")
    public_url: str = Field("", description="Address under which people reach the service, behind a proxy.")
    allowed_hosts: str = Field(
        "", description="Host names that requests may name, separated by commas; further ones are refused."
    )
    proxies: str = Field(
        "", description="Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto count, separated by commas."
    )
    session_idle_minutes: int = Field(30, ge=1, le=1_440, description="A session unused for so long ends.")
    session_hours: int = Field(12, ge=1, le=168, description="A session ends after so long, used or not.")
    login_attempts: int = Field(5, ge=1, le=100, description="So many wrong passwords lock an account for a while.")
    lockout_minutes: int = Field(15, ge=1, le=1_440, description="How long the lock holds.")
    login_rate: int = Field(20, ge=1, le=10_000, description="Attempts to sign in per minute from one address.")
    request_rate: int = Field(
        6_000,
        ge=1,
        le=1_000_000,
        description="Requests per minute of one user or address, where the service is not open.",
    )
    max_body: int = Field(2 * 1024 * 1024, ge=1_024, description="Largest body of a request, in bytes.")
    max_upload: int = Field(32 * 1024 * 1024, ge=1_024, description="Largest upload of who is signed in, in bytes.")
    oidc_issuer: str = Field("", description="Issuer of the identity provider (OpenID Connect).")
    oidc_client_id: str = Field("", description="Our name at the identity provider.")
    oidc_client_secret: SecretStr | None = Field(None, description="Our secret at the identity provider.")
    oidc_name: str = Field("your organisation", description="What the login page calls the identity provider.")
    document_fonts: str = Field(
        "", description="Folder with fonts for documents as PDF, beside those that come with typst."
    )
    licensing_lists: str = Field(
        "",
        description="Lists that licensing screens parties against, separated by commas; those of the authority's law "
        "and of the United Nations where empty.",
    )
    licensing_extension: Literal["in_all", "more"] = Field(
        "in_all", description="How an extension up to 30 working days is read: 30 in all, or 30 more."
    )
    monitor_minutes: int = Field(
        0, ge=0, le=10_080, description="Watches are run so often by the service itself; 0: never."
    )
    smtp_host: str = Field("", description="Server that takes e-mail about alerts; none where empty.")
    smtp_port: int = Field(0, ge=0, le=65_535, description="Its port; 0: 587 for starttls, 465 for tls, 25 for none.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the way to it is secured; none for a server on the same machine alone."
    )
    smtp_user: str = Field("", description="Our name at the server for e-mail, where it asks for one.")
    smtp_password: SecretStr | None = Field(None, description="Our password at the server for e-mail.")
    smtp_sender: str = Field("", description="Address that e-mail comes from.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level of a log line.")
    log_format: Literal["json", "text"] = Field("json", description="Form of log lines on standard error.")

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches the service."""
        return is_loopback(self.host)

    @property
    def alone(self) -> bool:
        """Whether nobody but this machine is meant to ask: behind a proxy others do, although it asks from here."""
        named = urlsplit(self.public_url).hostname
        return self.loopback and not self.trusted and named in (None, *LOCAL_NAMES)

    @property
    def place(self) -> Path | str:
        """Where the store is."""
        from enduse.store import place_of

        return place_of(self.data, self.database_url.get_secret_value() if self.database_url else None)

    @property
    def protected_place(self) -> Path | str:
        """Where protected sources are kept."""
        from enduse.interfaces.designations.places import place_of_secrets

        url = self.protected_database_url
        return place_of_secrets(self.data, url.get_secret_value() if url else None, self.place)

    @property
    def font_folder(self) -> Path | None:
        """Folder with fonts for documents, or None."""
        return Path(self.document_fonts) if self.document_fonts else None

    @property
    def hosts(self) -> frozenset[str] | None:
        """Host names that requests may name; None for all."""
        stated = {one.strip().lower() for one in self.allowed_hosts.split(",") if one.strip()}
        if self.public_url and (name := urlsplit(self.public_url).hostname):
            stated.add(name)
        if self.loopback:
            # A name of another site that leads to this machine must not read what is open here.
            return frozenset({*stated, *LOCAL_NAMES, self.host.lower()})
        return frozenset(stated) or None

    @property
    def required_lists(self) -> tuple[str, ...]:
        """Lists that screening in licensing must rest on; empty for those that the authority's law needs."""
        return tuple(one.strip() for one in self.licensing_lists.split(",") if one.strip())

    @property
    def smtp(self) -> dict[str, str]:
        """The settings of e-mail, as :func:`enduse.interfaces.monitor.mail.mail_server` takes them."""
        password = self.smtp_password.get_secret_value() if self.smtp_password is not None else ""
        return {
            "host": self.smtp_host,
            "port": str(self.smtp_port),
            "security": self.smtp_security,
            "user": self.smtp_user,
            "password": password,
            "sender": self.smtp_sender,
        }

    @property
    def trusted(self) -> frozenset[str]:
        """Proxies whose headers count."""
        return frozenset(one.strip() for one in self.proxies.split(",") if one.strip())


def read_settings(data: Path, **stated: object) -> ServiceSettings:
    """The settings of the environment, with what is stated in their place.

    Raises:
        BadInput: a setting cannot be used; its value is not repeated, it may be a secret.
    """
    given = {key: value for key, value in stated.items() if value is not None}
    try:
        return ServiceSettings(data=data, **given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise BadInput(first["msg"], where=name, remedy="see docs/operations.md") from None


def is_loopback(host: str) -> bool:
    """Whether an address is one of this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
