"""Organisations that carry things out: they join, change, and leave; who speaks for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import (
    OrganisationChanged,
    OrganisationJoined,
    OrganisationLeft,
    RoleWithdrawn,
)
from deliberation.people.models import Account, Device, Organisation, Person, RoleGrant
from deliberation.people.roles import Actor, Permission, Role
from deliberation.people.service import community_of, home_of

KINDS: Sequence[str] = ("partner", "department", "social", "property", "associate", "committee")
"""共建单位, 职能部门, 社会组织, 物业, 合伙人, 居委会 and other committees."""
LONGEST_REASON = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """What is known of an organisation; `duties` in its own words, for everybody."""

    name: str
    kind: str = "partner"
    duties: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Liaison:
    """Who speaks for an organisation; the organisation stands in clear, and so do they."""

    person: UUID
    name: str
    organisation: UUID
    login: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Those that carry things out now, and those that have left."""

    present: Sequence[Organisation] = field(default_factory=tuple)
    left: Sequence[Organisation] = field(default_factory=tuple)


async def require_organisation(organisation: UUID) -> Organisation:
    """Raises NOT_FOUND."""
    found = await Organisation.get_or_none(id=organisation)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def require_present(organisation: UUID) -> Organisation:
    """One that can take something on. Raises NOT_FOUND, ORGANISATION_LEFT."""
    found = await require_organisation(organisation)
    if found.left_at is not None:
        raise Refusal(Code.ORGANISATION_LEFT, name=found.name)
    return found


async def listed(community: UUID) -> Listed:
    """All of a community's, by name."""
    rows = await Organisation.filter(community_id=community).order_by("name")
    return Listed(
        present=[row for row in rows if row.left_at is None],
        left=[row for row in rows if row.left_at is not None],
    )


def _check(joining: Joining) -> Joining:
    """What was typed, trimmed. Raises FIELD_MISSING, FIELD_TOO_LONG, FIELD_INVALID."""
    name, duties = joining.name.strip(), joining.duties.strip()
    if not name:
        raise Refusal(Code.FIELD_MISSING, field=N_("单位名称"))
    if len(name) > 80:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("单位名称"), limit=80)
    if len(duties) > 200:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("能做什么"), limit=200)
    if joining.kind not in KINDS:
        raise Refusal(Code.FIELD_INVALID, field=N_("类别"))
    return Joining(name=name, kind=joining.kind, duties=duties)


async def _check_name(community: UUID, name: str, *, but: UUID | None = None) -> None:
    found = await Organisation.get_or_none(community_id=community, name=name)
    if found is not None and found.id != but:
        raise Refusal(Code.ORGANISATION_TAKEN, name=name)


@journal.shielded
async def add(actor: Actor, joining: Joining, *, at: datetime) -> Organisation:
    """An organisation joins. Raises ORGANISATION_TAKEN for a name that one has or had."""
    actor.require(Permission.PREPARE)
    told = _check(joining)
    community = await community_of(actor)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        await _check_name(community.id, told.name)
        made = await Organisation.create(
            id=uuid4(),
            community_id=community.id,
            name=told.name,
            kind=told.kind,
            duties=told.duties,
            joined_on=at.astimezone(ZoneInfo(community.zone)).date(),
        )
        joined = OrganisationJoined(organisation=made.id, name=made.name, kind=made.kind)
        entry.tell(joined, subject=f"organisation:{made.id}")
        entry.answer["organisation"] = str(made.id)
    return made


@journal.shielded
async def change(actor: Actor, organisation: UUID, joining: Joining, *, at: datetime) -> None:
    """Put right what is known of an organisation; tells only what is other than before.

    Raises ORGANISATION_TAKEN, ORGANISATION_LEFT.
    """
    actor.require(Permission.PREPARE)
    told = _check(joining)
    community = home_of(actor)
    async with journal.record(community, actor=actor.person, within=community, at=at) as entry:
        found = await require_present(organisation)
        actor.check_in(found.community_id)
        await _check_name(community, told.name, but=found.id)
        changes = {
            name: getattr(told, name)
            for name in ("name", "kind", "duties")
            if getattr(told, name) != getattr(found, name)
        }
        if not changes:
            return
        await Organisation.filter(id=found.id).update(**changes)
        changed = OrganisationChanged(organisation=found.id, changes=changes)
        entry.tell(changed, subject=f"organisation:{found.id}")


async def depart(entry: journal.Recorder, organisation: Organisation, reason: str) -> None:
    """It leaves and nobody speaks for it any more, inside the caller's unit of work. What it did
    stays under its name."""
    organisation.left_at, organisation.left_reason = entry.at, reason
    await organisation.save(update_fields=["left_at", "left_reason"])
    people = await liaisons(organisation.id)
    for liaison in people:
        await _withdraw(entry, liaison.person)
    left = OrganisationLeft(organisation=organisation.id, reason=reason)
    entry.tell(left, subject=f"organisation:{organisation.id}")


async def _withdraw(entry: journal.Recorder, person: UUID) -> None:
    """Speaking for an organisation ends; who holds no other office does not sign in any more."""
    await RoleGrant.filter(person_id=person, role=Role.LIAISON).delete()
    withdrawn = RoleWithdrawn(person=person, role=Role.LIAISON)
    entry.tell(withdrawn, subject=f"person:{person}")
    await Person.filter(id=person).update(organisation_id=None)
    if await RoleGrant.exists(person_id=person):
        return
    await Account.filter(person_id=person).delete()
    await Device.filter(person_id=person).delete()


async def liaisons(organisation: UUID) -> list[Liaison]:
    """Who speaks for an organisation, by name."""
    grants = await RoleGrant.filter(
        role=Role.LIAISON, person__organisation_id=organisation
    ).prefetch_related("person")
    accounts = await Account.filter(person_id__in=[grant.person_id for grant in grants])
    logins = {account.person_id: account.login for account in accounts}
    found = [
        Liaison(
            person=grant.person_id,
            name=grant.person.name,
            organisation=organisation,
            login=logins.get(grant.person_id, ""),
        )
        for grant in grants
    ]
    return sorted(found, key=lambda one: (one.name, one.person.int))
