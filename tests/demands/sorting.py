"""演示: a community with a facilitator, residents who ask, and one department with a liaison."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from deliberation.auth.service import actor_of
from deliberation.demands.models import Demand, Handover
from deliberation.demands.rules import Raising
from deliberation.demands.service import raise_demand
from deliberation.errors import Code, Refusal
from deliberation.people.models import Organisation, Person, RoleGrant
from deliberation.people.roles import Actor, Role
from tests.flows.community import found_community, settle_households, token_of_facilitator
from tests.flows.hall import token_of
from tests.support.community import the_community

KEY = b"k" * 40
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    community: UUID
    staff: Actor
    resident: Actor
    neighbour: Actor
    liaison: Actor
    department: UUID

    async def asks(self, title: str = "演示路灯不亮", *, at: datetime = AT) -> Demand:
        """The resident brings a demand."""
        return await raise_demand(
            self.resident, Raising(title=title, description="演示说明"), at=at
        )


async def a_place(at: datetime = AT) -> Place:
    await found_community(at)
    community = (await the_community()).id
    staff = await actor_of(await token_of_facilitator(at), at=at)
    first, second = await settle_households(community, 2, key=KEY, at=at)
    department = await Organisation.create(community_id=community, name="演示街道城管所")
    person = await Person.create(
        community_id=community, name="演示联络员", organisation_id=department.id
    )
    await RoleGrant.create(person_id=person.id, role=Role.LIAISON.value)
    return Place(
        community=community,
        staff=staff,
        resident=await actor_of(await token_of(first.person, at), at=at),
        neighbour=await actor_of(await token_of(second.person, at), at=at),
        liaison=await actor_of(await token_of(person.id, at), at=at),
        department=department.id,
    )


async def code_of(act: Awaitable[object]) -> Code | None:
    """Why it was refused; None when it was done."""
    try:
        await act
    except Refusal as refusal:
        return refusal.code
    return None


async def the_handover(demand: UUID) -> Handover:
    """The last one of a demand."""
    found = await Handover.filter(demand_id=demand).order_by("-handed_at").first()
    assert found is not None
    return found
