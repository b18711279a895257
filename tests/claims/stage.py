"""演示: a community with two organisations and their liaisons, and a subdistrict above it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from deliberation.auth import staff
from deliberation.auth.service import actor_of
from deliberation.claims import service
from deliberation.claims.models import Claim
from deliberation.claims.service import Promise
from deliberation.demands.models import Demand
from deliberation.founding.service import Founding, found_above
from deliberation.matters import evaluating, rating, tasks
from deliberation.matters.models import Matter, Task
from deliberation.people import organisations
from deliberation.people.models import Account, Community, Organisation, Person, RoleGrant
from deliberation.people.organisations import Joining
from deliberation.people.roles import Actor, Role
from tests.flows.community import Resident, found_community, settle_households
from tests.flows.hall import token_of
from tests.support.community import the_community

KEY = b"k" * 40
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
TODAY = date(2026, 11, 20)
PASSWORD = "correct horse battery"


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


def on(days: int) -> date:
    return TODAY + timedelta(days=days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Who is there: the chair of 示例社区, two organisations with a liaison each, residents."""

    community: UUID
    chair: Actor
    school: Organisation
    clinic: Organisation
    of_school: Actor
    of_clinic: Actor
    residents: list[Resident]


async def the_actor(login: str) -> Actor:
    account = await Account.get(login=login)
    return await actor_of(await token_of(account.person_id, NOW), at=NOW)


async def liaison_of(chair: Actor, organisation: UUID, login: str) -> Actor:
    """Somebody who speaks for the organisation, appointed through the service."""
    appointment = staff.Appointment(
        name=f"演示{login}",
        login=login,
        password=PASSWORD,
        roles=[Role.LIAISON],
        organisation=organisation,
    )
    await staff.appoint(chair, appointment, at=NOW)
    return await the_actor(login)


async def speaker_for(organisation: Organisation) -> Actor:
    """Who speaks for it and never types a password: hashing one takes long."""
    person = await Person.create(
        community_id=organisation.community_id,
        name="演示联络员",
        organisation_id=organisation.id,
    )
    await RoleGrant.create(person_id=person.id, role=Role.LIAISON)
    return await actor_of(await token_of(person.id, NOW), at=NOW)


async def set_stage() -> Stage:
    person = await found_community(NOW)
    chair = await actor_of(await token_of(person, NOW), at=NOW)
    community = (await the_community()).id
    school = await organisations.add(chair, Joining(name="演示学校"), at=NOW)
    clinic = await organisations.add(chair, Joining(name="演示卫生站", kind="social"), at=NOW)
    return Stage(
        community=community,
        chair=chair,
        school=school,
        clinic=clinic,
        of_school=await speaker_for(school),
        of_clinic=await speaker_for(clinic),
        residents=list(await settle_households(community, 3, key=KEY, at=NOW)),
    )


async def listed(stage: Stage, n: int = 1, **columns: object) -> Demand:
    """A demand on the list as triage left it."""
    made: dict[str, Any] = {"route": "deliberation"} | columns
    return await Demand.create(
        community_id=stage.community,
        number=f"2026-{n:03}",
        title=f"演示需求{n}",
        domain="设施改造",
        raised_on=TODAY,
        created_at=NOW,
        **made,
    )


async def offered(stage: Stage, n: int = 1) -> Demand:
    demand = await listed(stage, n)
    await service.offer(stage.chair, [demand.id], at=NOW)
    await demand.refresh_from_db()
    return demand


async def claimed(stage: Stage, n: int = 1, *, days: int = 30) -> tuple[Demand, Claim]:
    """The school took it on."""
    demand = await offered(stage, n)
    promise = Promise(promised_on=on(days))
    made = await service.claim(stage.of_school, demand.id, promise, at=NOW)
    await demand.refresh_from_db()
    return demand, made


async def rated(stage: Stage, matter: UUID, mark: int, *, at: datetime) -> None:
    """All who are asked give that mark."""
    for resident in stage.residents:
        who = Actor(
            person=resident.person,
            community=stage.community,
            household=resident.household,
            roles=frozenset({Role.RESIDENT, Role.REPRESENTATIVE}),
        )
        await rating.rate(who, matter, mark, at=at)


async def finished(stage: Stage, matter: UUID, *, at: datetime) -> None:
    """The open task is done: residents are asked."""
    task = await Task.get(matter_id=matter, state="open")
    await tasks.finish(stage.chair, task.id, "演示办完", at=at)
    assert await evaluating.due_evaluations(at) == []


async def subdistrict(stage: Stage) -> Actor:
    """The administrator and facilitator of 示例街道, above 示例社区."""
    founding = Founding(
        name="示例街道",
        level="subdistrict",
        facilitator="街道演示",
        login="jiedao",
        password=PASSWORD,
        day_rule=None,
    )
    await found_above(stage.chair, founding, at=NOW)
    return await the_actor("jiedao")


async def department(upper: Actor, name: str = "演示城管科") -> Organisation:
    return await organisations.add(upper, Joining(name=name, kind="department"), at=NOW)


async def matter_of(claim: Claim) -> Matter:
    return await Matter.get(id=claim.matter_id)


async def the_row(community: UUID) -> Community:
    return await Community.get(id=community)
