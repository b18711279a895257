"""Browsers on which a person is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation.auth.tokens import token_digest
from deliberation.people.models import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A device since when; `is_this` is the one that asks."""

    since: datetime
    until: datetime
    is_this: bool


async def devices_of(person: UUID, token: str, *, at: datetime) -> Sequence[SignedIn]:
    """The latest first."""
    rows = await Device.filter(person_id=person, expires_at__gt=at).order_by("-created_at")
    digest = token_digest(token)
    return [
        SignedIn(since=row.created_at, until=row.expires_at, is_this=row.token_digest == digest)
        for row in rows
    ]


async def sign_out_elsewhere(person: UUID, token: str) -> None:
    """On every device but the one that asks."""
    await Device.filter(person_id=person, token_digest__not=token_digest(token)).delete()
