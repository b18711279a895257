"""Links in letters that act for whoever holds them, without signing in. Pure.

A link is bound to the address it was sent to: for another one it is nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Purpose = Literal["confirm", "stop"]
FOR_EVER = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a link says of itself; true only if `is_made_for` says so."""

    preference: UUID
    ends: int
    mark: str


def made(
    key: bytes, purpose: Purpose, preference: UUID, address: str, ends: datetime | None
) -> str:
    """Text for an address of the web; `ends` None: it never does."""
    until = FOR_EVER if ends is None else int(ends.timestamp())
    return f"{preference.hex}.{until}.{_mark(key, purpose, preference, address, until)}"


def read(text: str) -> Claimed | None:
    """None for what is no link at all."""
    preference, _, rest = text.partition(".")
    until, _, mark = rest.partition(".")
    if not (until.isascii() and until.isdecimal() and len(until) < 12):
        return None
    try:
        return Claimed(preference=UUID(hex=preference), ends=int(until), mark=mark)
    except ValueError:
        return None


def is_made_for(claimed: Claimed, key: bytes, purpose: Purpose, address: str, at: datetime) -> bool:
    """Whether we made it, for this purpose and address, and it has not ended."""
    mark = _mark(key, purpose, claimed.preference, address, claimed.ends)
    is_ours = hmac.compare_digest(mark.encode(), claimed.mark.encode())
    return is_ours and claimed.ends in (FOR_EVER, max(claimed.ends, int(at.timestamp())))


def _mark(key: bytes, purpose: Purpose, preference: UUID, address: str, until: int) -> str:
    text = f"letter:{purpose}:{preference.hex}:{until}:{address}"
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()[:40]
