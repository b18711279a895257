"""Offices: who holds one, appointing with a name and password, and dismissing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.auth.passwords import hash_password
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import (
    LiaisonNamed,
    PasswordReset,
    RoleGranted,
    RoleWithdrawn,
)
from deliberation.people.models import Account, Device, Person, RoleGrant
from deliberation.people.organisations import require_present
from deliberation.people.roles import Actor, Permission, Role
from deliberation.people.service import create_account, home_of

OFFICES: Sequence[Role] = (
    Role.FACILITATOR,
    Role.RECORDER,
    Role.ARCHIVIST,
    Role.LIAISON,
    Role.GRID_WORKER,
    Role.SUPERVISOR,
    Role.ADMINISTRATOR,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody with an office; `login` is empty for those who sign in by card alone."""

    person: UUID
    name: str
    login: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """Who gets which offices, and how they sign in. A liaison speaks for an `organisation`."""

    name: str
    login: str
    password: str
    roles: Sequence[Role]
    organisation: UUID | None = None

    @property
    def is_liaison(self) -> bool:
        return Role.LIAISON in self.roles


async def members(actor: Actor) -> list[Member]:
    """Everybody with an office, by name."""
    actor.require(Permission.ADMINISTER)
    community = home_of(actor)
    grants = await RoleGrant.filter(person__community_id=community).prefetch_related("person")
    held: dict[UUID, set[str]] = {}
    for grant in grants:
        held.setdefault(grant.person_id, set()).add(grant.role)
    names = {grant.person_id: grant.person.name for grant in grants}
    accounts = await Account.filter(person_id__in=list(held))
    logins = {account.person_id: account.login for account in accounts}
    made = [
        Member(
            person=person,
            name=names[person],
            login=logins.get(person, ""),
            roles=tuple(role for role in OFFICES if role in roles),
        )
        for person, roles in held.items()
    ]
    return sorted(made, key=lambda member: (member.name, member.person.int))


def _check(appointment: Appointment) -> None:
    for text, name, limit in (
        (appointment.name, N_("姓名"), 60),
        (appointment.login, N_("用户名"), 40),
    ):
        if not text.strip():
            raise Refusal(Code.FIELD_MISSING, field=name)
        if len(text.strip()) > limit:
            raise Refusal(Code.FIELD_TOO_LONG, field=name, limit=limit)
    if not appointment.roles or not set(appointment.roles) <= set(OFFICES):
        raise Refusal(Code.FIELD_MISSING, field=N_("职责"))
    if appointment.is_liaison and appointment.organisation is None:
        raise Refusal(Code.FIELD_MISSING, field=N_("单位"))


def _check_may(actor: Actor, roles: Collection[str]) -> None:
    """Who prepares the meetings also appoints and dismisses those who speak for organisations."""
    is_liaison_alone = set(roles) == {Role.LIAISON}
    actor.require(Permission.PREPARE if is_liaison_alone else Permission.ADMINISTER)


@journal.shielded
async def appoint(actor: Actor, appointment: Appointment, *, at: datetime) -> None:
    """Give somebody offices and a way to sign in.

    Raises FIELD_MISSING, FIELD_TOO_LONG, PASSWORD_TOO_SHORT, LOGIN_TAKEN, ORGANISATION_LEFT.
    """
    _check_may(actor, appointment.roles)
    _check(appointment)
    password_hash = await hash_password(appointment.password)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        person = await Person.create(community_id=community, name=appointment.name.strip())
        await create_account(person.id, appointment.login.strip(), password_hash)
        for role in OFFICES:
            if role in appointment.roles:
                await RoleGrant.create(person_id=person.id, role=role)
                entry.tell(RoleGranted(person=person.id, role=role), subject=f"person:{person.id}")
        if appointment.is_liaison and appointment.organisation is not None:
            await _name_liaison(entry, person, appointment.organisation)


async def _name_liaison(entry: journal.Recorder, person: Person, organisation: UUID) -> None:
    found = await require_present(organisation)
    if found.community_id != person.community_id:
        raise Refusal(Code.NOT_FOUND)
    await Person.filter(id=person.id).update(organisation_id=found.id)
    named = LiaisonNamed(person=person.id, organisation=found.id)
    entry.tell(named, subject=f"person:{person.id}")


@journal.shielded
async def reset_password(actor: Actor, person: UUID, password: str, *, at: datetime) -> None:
    """A new password, after a loss; every device of theirs is signed out."""
    actor.require(Permission.ADMINISTER)
    password_hash = await hash_password(password)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        account = await Account.get_or_none(person_id=person, person__community_id=community)
        if account is None:
            raise Refusal(Code.NOT_FOUND)
        account.password_hash = password_hash
        await account.save(update_fields=["password_hash"])
        await Device.filter(person_id=person).delete()
        entry.tell(PasswordReset(person=person), subject=f"person:{person}")


@journal.shielded
async def dismiss(actor: Actor, person: UUID, *, at: datetime) -> None:
    """Take all offices back, and the account with its devices. Nobody dismisses themselves: so
    there is always somebody left who can appoint. Raises NOT_YOURSELF, NOT_FOUND."""
    actor.require(Permission.PREPARE)
    if person == actor.person:
        raise Refusal(Code.NOT_YOURSELF)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        grants = await RoleGrant.filter(person_id=person, person__community_id=community)
        if not grants:
            raise Refusal(Code.NOT_FOUND)
        _check_may(actor, [grant.role for grant in grants])
        for grant in sorted(grants, key=lambda grant: grant.role):
            entry.tell(RoleWithdrawn(person=person, role=grant.role), subject=f"person:{person}")
        await RoleGrant.filter(person_id=person).delete()
        await Person.filter(id=person).update(organisation_id=None)
        await Account.filter(person_id=person).delete()
        await Device.filter(person_id=person).delete()
