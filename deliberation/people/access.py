"""Keys for other programs: shown once when they are issued, kept as a digest only."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import KeyIssued, KeyRevoked
from deliberation.people.models import AccessKey
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of

PURPOSES = ("open311", "points")
"""What a key opens: one thing each, so that one that is lost gives away no other."""
LONGEST_NAME = 60


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@journal.shielded
async def issue_key(actor: Actor, name: str, purpose: str, *, at: datetime) -> str:
    """A new key's token: nobody can read it again. Raises FIELD_MISSING, FIELD_INVALID."""
    actor.require(Permission.ADMINISTER)
    community = home_of(actor)
    if not name.strip():
        raise Refusal(Code.FIELD_MISSING, field=N_("给谁用"))
    if len(name.strip()) > LONGEST_NAME:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("给谁用"), limit=LONGEST_NAME)
    if purpose not in PURPOSES:
        raise Refusal(Code.FIELD_INVALID, field=N_("用来做什么"))
    token = secrets.token_urlsafe(32)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        key = await AccessKey.create(
            community_id=community,
            name=name.strip(),
            purpose=purpose,
            digest=digest_of(token),
            made_at=at,
        )
        issued = KeyIssued(key=key.id, name=key.name, purpose=purpose)
        entry.tell(issued, subject=f"key:{key.id}")
    return token


@journal.shielded
async def revoke_key(actor: Actor, key: UUID, *, at: datetime) -> None:
    """It opens nothing from now on; revoked again, it stays so."""
    actor.require(Permission.ADMINISTER)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await AccessKey.get_or_none(id=key, community_id=community)
        if found is None:
            raise Refusal(Code.NOT_FOUND)
        if found.revoked_at is not None:
            return
        found.revoked_at = at
        await found.save(update_fields=["revoked_at"])
        entry.tell(KeyRevoked(key=key), subject=f"key:{key}")


async def keys_of(community: UUID) -> Sequence[AccessKey]:
    """Those that work first, the latest first."""
    rows = await AccessKey.filter(community_id=community).order_by("-made_at", "id")
    return sorted(rows, key=lambda key: key.revoked_at is not None)


async def key_for(token: str, purpose: str) -> AccessKey | None:
    """The key that a token is, if it works and is for that purpose.

    It is looked up by the digest of 256 random bits: how long that takes tells nothing of a token.
    """
    digest = digest_of(token)
    found = await AccessKey.get_or_none(digest=digest, revoked_at__isnull=True)
    if found is None or not hmac.compare_digest(found.digest, digest):
        return None
    return found if found.purpose == purpose else None
