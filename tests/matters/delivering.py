"""演示: a community with households, organisations and liaisons, and matters in delivery."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.auth.service import actor_of
from deliberation.demands.models import Demand
from deliberation.demands.service import Raising, raise_demand, support
from deliberation.matters.duties import set_task
from deliberation.matters.evaluating import close_evaluation
from deliberation.matters.models import Matter, Task
from deliberation.matters.moving import apply, facts_of, require_matter
from deliberation.matters.opening import open_matter
from deliberation.matters.steps import Act, Input
from deliberation.people.models import Organisation
from deliberation.people.roles import Actor, Role
from deliberation.people.service import require_row
from tests.flows.community import found_community, settle_households, token_of_facilitator
from tests.support.community import the_community

AT = datetime(2026, 11, 20, 1, tzinfo=UTC)
"""Nine in the morning in Shanghai."""
DUE = date(2026, 12, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    community: UUID
    chair: Actor
    residents: list[Actor]
    organisation: UUID
    liaison: Actor


async def settled(households: int = 3) -> Place:
    await found_community(AT)
    chair = await actor_of(await token_of_facilitator(AT), at=AT)
    community = (await the_community()).id
    people = await settle_households(community, households, key=b"k" * 40, at=AT)
    organisation = await Organisation.create(community_id=community, name="演示物业")
    return Place(
        community=community,
        chair=chair,
        residents=[
            Actor(
                person=one.person,
                community=community,
                household=one.household,
                name="演示住户",
                roles=frozenset({Role.RESIDENT, Role.REPRESENTATIVE}),
            )
            for one in people
        ],
        organisation=organisation.id,
        liaison=liaison_of(community, organisation.id),
    )


def liaison_of(community: UUID, organisation: UUID) -> Actor:
    return Actor(
        person=uuid4(),
        community=community,
        organisation=organisation,
        roles=frozenset({Role.LIAISON}),
    )


async def brought(place: Place, title: str = "演示路灯不亮", *, by: int | None = 0) -> Demand:
    """By one of the households, or registered by staff for nobody known."""
    actor = place.chair if by is None else place.residents[by]
    return await raise_demand(actor, Raising(title=title), at=AT)


async def backed(place: Place, demand: Demand, *households: int) -> None:
    for one in households:
        await support(place.residents[one], demand.id, at=AT)


@journal.shielded
async def opened(place: Place, *demands: Demand, at: datetime = AT) -> Matter:
    async with journal.record(place.community, actor=None, at=at) as entry:
        return await open_matter(entry, await require_row(place.community), demands)


@journal.shielded
async def given(
    place: Place,
    matter: Matter,
    *,
    to: UUID | None = None,
    title: str = "演示换灯",
    due_on: date = DUE,
    at: datetime = AT,
) -> Task:
    """A task of the matter, which is claimed for it if it is not in delivery yet."""
    async with journal.record(place.community, actor=None, at=at) as entry:
        row = await require_matter(matter.id)
        if row.step == "raise":
            await apply(entry, row, Act.CLAIM, await facts_of(row, at=at), frozenset(Input))
        return await set_task(entry, row, to or place.organisation, title, due_on, "claim")


async def under_way(place: Place, *, by: int | None = 0) -> tuple[Matter, Task]:
    """A demand of a household that an organisation carries out."""
    matter = await opened(place, await brought(place, by=by))
    return matter, await given(place, matter)


@journal.shielded
async def evaluated(place: Place, matter: Matter, *, at: datetime) -> str:
    """What follows from what was said until then."""
    async with journal.record(place.community, actor=None, at=at) as entry:
        row = await require_matter(matter.id)
        return await close_evaluation(entry, row, await facts_of(row, at=at))


def as_staff_of(actor: Actor, community: UUID) -> Actor:
    return replace(actor, community=community)
