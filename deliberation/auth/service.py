"""Signing in and out, and finding out who asks."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from deliberation import store
from deliberation.auth.limiting import Limiter
from deliberation.auth.passwords import is_password
from deliberation.auth.tokens import new_token, token_digest
from deliberation.errors import Code, Refusal
from deliberation.people.cards import person_of_code
from deliberation.people.models import Account, Device
from deliberation.people.roles import NOBODY, Actor, Role

RESIDENT_DAYS = 400
STAFF_DAYS = 30


async def sign_in_by_card(
    code: str, *, key: bytes, address: str, limiter: Limiter, at: datetime
) -> str:
    """A device token for the card's person; stays valid for 400 days.

    Raises CARD_MISTYPED, CARD_UNKNOWN, TOO_MANY_TRIES. A mistyped card is no guess, so it is
    not counted as a failure.
    """
    limiter.check("card", address)
    try:
        person = await person_of_code(key, code)
    except Refusal as refusal:
        if refusal.code is Code.CARD_UNKNOWN:
            limiter.count("card", address)
        raise
    return await _remember_device(person, days=RESIDENT_DAYS, at=at)


async def sign_in_by_password(
    login: str, password: str, *, address: str, limiter: Limiter, at: datetime
) -> str:
    """A device token for the account's person; stays valid for 30 days.

    Raises WRONG_CREDENTIALS (the same for an unknown name), TOO_MANY_TRIES.
    """
    limiter.check("password", address)
    limiter.check("login", login)
    account = await Account.get_or_none(login=login)
    if not await is_password(account.password_hash if account else None, password):
        limiter.count("password", address)
        limiter.count("login", login)
        raise Refusal(Code.WRONG_CREDENTIALS)
    assert account is not None  # noqa: S101  a password that fits belongs to an account
    return await _remember_device(account.person_id, days=STAFF_DAYS, at=at)


async def _remember_device(person: UUID, *, days: int, at: datetime) -> str:
    token = new_token()
    await Device.create(
        person_id=person,
        token_digest=token_digest(token),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    return token


async def sign_out(token: str) -> None:
    await Device.filter(token_digest=token_digest(token)).delete()


async def actor_of(token: str | None, *, at: datetime) -> Actor:
    """Whose device it is; NOBODY for no token, an unknown one or one that has expired."""
    if not token:
        return NOBODY
    return (await actors_of([token], at=at))[token]


_ACTORS = (
    "SELECT d.token_digest, p.id, p.community_id, p.household_id, p.name, h.representative_id,"
    " g.role, p.organisation_id, d.expires_at FROM device d JOIN person p ON p.id = d.person_id"
    " LEFT JOIN household h ON h.id = p.household_id"
    " LEFT JOIN role_grant g ON g.person_id = p.id WHERE d.token_digest AMONG ?"
)


async def actors_of(tokens: Collection[str], *, at: datetime) -> dict[str, Actor]:
    """Who holds each token, by one statement: hundreds come back at the same moment."""
    actors = dict.fromkeys(tokens, NOBODY)
    by_digest = {token_digest(token): token for token in actors}
    if not by_digest:
        return actors
    known: dict[str, list[dict[str, object]]] = {}
    for row in await store.read(_ACTORS, store.listed(by_digest)):
        known.setdefault(str(row["token_digest"]), []).append(row)
    for digest, rows in known.items():
        if store.instant(rows[0]["expires_at"]) > at:
            actors[by_digest[digest]] = _actor_from(rows)
    return actors


def _actor_from(rows: list[dict[str, object]]) -> Actor:
    first = rows[0]
    person = store.identity(first["id"])
    household = store.identity(first["household_id"])
    roles = {Role(str(row["role"])) for row in rows if row["role"]}
    if household is not None:
        roles.add(Role.RESIDENT)
        if store.identity(first["representative_id"]) == person:
            roles.add(Role.REPRESENTATIVE)
    return Actor(
        person=person,
        community=store.identity(first["community_id"]),
        household=household,
        organisation=store.identity(first["organisation_id"]),
        name=str(first["name"]),
        roles=_ROLES.setdefault(frozenset(roles), frozenset(roles)),
    )


_ROLES: dict[frozenset[Role], frozenset[Role]] = {}
"""Each set of roles once: thousands of connected residents share one."""
