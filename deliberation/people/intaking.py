"""Importing households and residents: previewed, confirmed all or nothing, with their cards."""

import asyncio
import json
from datetime import datetime
from uuid import UUID, uuid4

from deliberation import journal, store
from deliberation.errors import Code, Refusal
from deliberation.journal.events import PeopleImported
from deliberation.people.intake import PeopleIntake, read_people
from deliberation.people.models import (
    Household,
    Person,
    Place,
    RoleGrant,
    Unit,
)
from deliberation.people.models import PeopleIntake as IntakeRow
from deliberation.people.planning import (
    ExistingHousehold,
    ExistingPerson,
    PeoplePlan,
    plan_people,
)
from deliberation.people.preview import TABLES, report_of, stage_rows
from deliberation.people.roles import Actor, Permission, Role
from deliberation.people.service import require_community
from deliberation.sheets import Limits, read_table
from deliberation.store import staging

_KINDS = ("grid", "courtyard", "entrance")


async def stage(
    actor: Actor,
    data: bytes,
    filename: str,
    *,
    key: bytes,
    limits: Limits | None = None,
    at: datetime,
) -> UUID:
    """Read a file and work out what it would do; returns the intake, to be previewed."""
    actor.require(Permission.IMPORT)
    community = await require_community()
    seq = await journal.position(community.id)
    existing = await _existing(community.id)
    intake, plan = await asyncio.to_thread(_read, data, filename, limits or Limits(), existing)
    row = await IntakeRow.create(
        id=uuid4(),
        community_id=community.id,
        file_name=filename[:200],
        state="preparing",
        report=report_of(intake, plan, seq=seq),
        by_id=actor.person,
        created_at=at,
    )
    if not intake.has_errors:
        await stage_rows(row.id, community, plan, key, at)
    await IntakeRow.filter(id=row.id).update(state="ready")
    return row.id


def _read(
    data: bytes, filename: str, limits: Limits, existing: list[ExistingHousehold]
) -> tuple[PeopleIntake, PeoplePlan]:
    intake = read_people(read_table(data, filename, limits=limits))
    return intake, plan_people(intake.households, existing)


async def _existing(community: UUID) -> list[ExistingHousehold]:
    units = {u.id: u for u in await Unit.filter(community_id=community)}
    people: dict[UUID, list[Person]] = {}
    for person in await Person.filter(community_id=community, household_id__not_isnull=True):
        if person.household_id is not None:
            people.setdefault(person.household_id, []).append(person)
    roles: dict[UUID, set[Role]] = {}
    for grant in await RoleGrant.all():
        roles.setdefault(grant.person_id, set()).add(Role(grant.role))
    return [
        _household(h, units[h.unit_id], people.get(h.id, []), roles)
        for h in await Household.filter(community_id=community)
    ]


def _household(
    row: Household, unit: Unit, people: list[Person], roles: dict[UUID, set[Role]]
) -> ExistingHousehold:
    return ExistingHousehold(
        id=row.id,
        place=tuple(part for part in unit.place_path.split(" / ") if part),
        label=unit.label,
        area=unit.area_hundredths,
        people=tuple(
            ExistingPerson(
                id=p.id,
                name=p.name,
                last_four=p.phone_last4,
                roles=frozenset(roles.get(p.id, ())),
                is_representative=row.representative_id == p.id,
            )
            for p in people
        ),
    )


async def require_intake(intake: UUID) -> IntakeRow:
    """Raises NOT_FOUND."""
    found = await IntakeRow.get_or_none(id=intake)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


@journal.shielded
async def confirm(actor: Actor, intake: UUID, *, at: datetime) -> dict[str, int]:
    """Take a previewed file over, all or nothing.

    Raises INTAKE_HAS_ERRORS, INTAKE_SETTLED, INTAKE_OUTDATED.
    """
    actor.require(Permission.IMPORT)
    community = await require_community()
    async with journal.record(community.id, actor=actor.person, at=at) as entry:
        found = await require_intake(intake)
        await _check(found)
        for table, columns in TABLES.items():
            await staging.take_over(intake, table, columns)
        await _apply_changes(intake)
        await _plant_places(community.id)
        counts: dict[str, int] = json.loads(found.report)["counts"]
        await IntakeRow.filter(id=intake).update(state="confirmed")
        imported = PeopleImported(
            intake=intake,
            added=counts["added"],
            changed=counts["changed"],
            unchanged=counts["unchanged"],
        )
        if counts["added"] or counts["changed"]:
            entry.tell(imported, subject=f"intake:{intake}")
    await staging.discard(intake)
    return counts


async def _check(intake: IntakeRow) -> None:
    if intake.state != "ready":
        raise Refusal(Code.INTAKE_SETTLED)
    report = json.loads(intake.report)
    if report["has_errors"]:
        raise Refusal(Code.INTAKE_HAS_ERRORS)
    newer = await store.read(
        "SELECT 1 AS one FROM entry WHERE stream_id = ? AND seq > ?"
        " AND name IN ('people.imported', 'role.granted') LIMIT 1",
        intake.community_id,
        report["seq"],
    )
    if newer:
        raise Refusal(Code.INTAKE_OUTDATED)


async def _apply_changes(intake: UUID) -> None:
    for change in await staging.staged(intake, "changes"):
        household = await Household.get(id=change["household"])
        if change["area"] is not None:
            await Unit.filter(id=household.unit_id).update(area_hundredths=change["area"])
        if change["representative"]:
            chosen = await Person.filter(
                household_id=household.id, name=change["representative"]
            ).first()
            if chosen is not None:
                await Household.filter(id=household.id).update(representative_id=chosen.id)
        for person in change["people"]:
            await Person.filter(id=person["person"]).update(phone_last4=person["last_four"])
            for role in person["roles"]:
                await RoleGrant.get_or_create(person_id=person["person"], role=role)


async def _plant_places(community: UUID) -> None:
    """Every place that a unit names stands in the tree; units are tied to theirs."""
    known = {place.path: place.id for place in await Place.filter(community_id=community)}
    loose = await Unit.filter(community_id=community, place_id=None, place_path__not="")
    for path in sorted({unit.place_path for unit in loose}):
        parts = path.split(" / ")
        for depth in range(1, len(parts) + 1):
            here = " / ".join(parts[:depth])
            if here not in known:
                parent = known.get(" / ".join(parts[: depth - 1]))
                known[here] = await _plant(community, here, parent, depth)
        await Unit.filter(community_id=community, place_path=path).update(place_id=known[path])


async def _plant(community: UUID, path: str, parent: UUID | None, depth: int) -> UUID:
    place = await Place.create(
        community_id=community,
        parent_id=parent,
        kind=_KINDS[min(depth, len(_KINDS)) - 1],
        name=path.split(" / ")[-1],
        path=path,
    )
    return place.id


@journal.shielded
async def discard(actor: Actor, intake: UUID) -> None:
    """Forget a previewed file."""
    actor.require(Permission.IMPORT)
    found = await require_intake(intake)
    if found.state != "ready":
        raise Refusal(Code.INTAKE_SETTLED)
    await IntakeRow.filter(id=intake).update(state="discarded")
    await staging.discard(intake)
