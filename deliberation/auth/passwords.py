"""Passwords by Argon2id (RFC 9106), hashed in a thread so that nobody waits."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from deliberation.errors import Code, Refusal

LEAST_LENGTH = 8
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_nobodys_hash = _hasher.hash("a password that nobody has")


async def hash_password(password: str) -> str:
    """Raises PASSWORD_TOO_SHORT."""
    if len(password) < LEAST_LENGTH:
        raise Refusal(Code.PASSWORD_TOO_SHORT, least=LEAST_LENGTH)
    return await asyncio.to_thread(_hasher.hash, password)


async def is_password(password_hash: str | None, password: str) -> bool:
    """Whether it fits; takes as long for an account that does not exist."""
    fits = await asyncio.to_thread(_verify, password_hash or _nobodys_hash, password)
    return fits and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
