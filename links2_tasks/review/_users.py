"""Passwords as they are kept: a salted scrypt digest, never the word."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from links2_tasks.errors import DataError

PASSWORD_VARIABLE = "LINKS2_REVIEW_PASSWORD"  # noqa: S105 - the name of a variable, no password.
LEAST_LENGTH = 8
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_MEMORY = 64 * 2**20
_SALT_BYTES = 16


@dataclass(frozen=True)
class Hashed:
    """What a password leaves."""

    salt: bytes
    digest: bytes


NOBODY = Hashed(bytes(_SALT_BYTES), bytes(64))
"""Compared with where there is no such person, so that names cannot be told from the time that a refusal takes."""


def hashed(password: str) -> Hashed:
    """The digest to keep of a new password.

    Raises:
        DataError: it is too short.
    """
    if len(password) < LEAST_LENGTH:
        raise DataError(f"A password needs at least {LEAST_LENGTH} characters. Choose a longer one.")
    salt = secrets.token_bytes(_SALT_BYTES)
    return Hashed(salt, _digest(password, salt))


def fits(password: str, kept: Hashed) -> bool:
    """Whether a password is the one that was kept."""
    return hmac.compare_digest(_digest(password, kept.salt), kept.digest)


def _digest(password: str, salt: bytes) -> bytes:
    words = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(words, salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=_MEMORY)
