"""Passwords: argon2id (RFC 9106), and what a password must be."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from enduse.model.errors import BadInput

LEAST, MOST = 12, 200


class Passwords:
    """Hashes and checks passwords.

    Args:
        memory: KiB of memory of one hash; the second choice of RFC 9106 is 64 MiB, three passes, four lanes.
    """

    def __init__(self, memory: int = 65_536) -> None:
        self._hasher = PasswordHasher(time_cost=3, memory_cost=memory, parallelism=4, type=Type.ID)
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The hash of a password, with its parameters and salt."""
        return self._hasher.hash(_one_form(password))

    def fits(self, password: str, stored: str | None) -> bool:
        """Whether a password is the one; takes as long where there is no account, so that nobody can tell."""
        try:
            fitting = self._hasher.verify(stored or self._nobody, _one_form(password)[: MOST * 4])
        except (VerificationError, InvalidHashError):
            return False
        return fitting and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters."""
        return self._hasher.check_needs_rehash(stored)


def checked_password(password: str, *, login: str, field: str = "password") -> str:
    """A new password, if it can be one.

    Raises:
        BadInput: too short, too long, all of one character, or holding the login. The password is not repeated.
    """
    remedy = f"{LEAST} to {MOST} characters, such as four words that nobody would put together"
    if not LEAST <= len(_one_form(password)) <= MOST:
        raise BadInput("the password is too short or too long", where=field, remedy=remedy)
    if len(set(password)) < 4 or login.casefold() in password.casefold():
        raise BadInput("the password is too easy to guess", where=field, remedy=remedy)
    return password


def _one_form(password: str) -> str:
    return unicodedata.normalize("NFC", password)
