"""Opening matters from demands, and taking more demands into one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.journal.events import MatterDemandAdded, MatterOpened
from deliberation.matters import workflows
from deliberation.matters.models import Matter, MatterDemand
from deliberation.matters.moving import lock_matter, require_matter, settle
from deliberation.matters.steps import MatterState, Step
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import lock_row


async def open_matter(
    entry: journal.Recorder, community: Community, demands: Sequence[Demand]
) -> Matter:
    """Take demands up, inside the caller's unit of work: into the matter that was opened for the
    first of them and given back, where there is one. Raises NOT_FOUND for a demand of another
    community and for a dispute, which is nobody else's business."""
    for demand in demands:
        _check_may_take_up(demand, community.id)
    given_back = await Matter.filter(
        id__in=await _matters_of(demands[0]), step=Step.RAISE, state=MatterState.ACTIVE
    ).first()
    if given_back is not None:
        await take_more(entry, given_back := await lock_matter(given_back.id), demands)
        return given_back
    year = entry.at.astimezone(ZoneInfo(community.zone)).year
    count = await Matter.filter(community_id=community.id, number__startswith=f"{year}-").count()
    matter = await Matter.create(
        id=uuid4(),
        community_id=community.id,
        number=f"{year}-{count + 1:03}",
        title=demands[0].title,
        step=Step.RAISE,
        workflow=(await workflows.latest(community.id)).version,
        opened_at=entry.at,
        stepped_at=entry.at,
        staged_at=entry.at,
    )
    await MatterDemand.bulk_create(
        [MatterDemand(matter_id=matter.id, demand_id=demand.id) for demand in demands]
    )
    await settle([demand.id for demand in demands], "taken_up", entry.at)
    opened = MatterOpened(
        matter=matter.id,
        number=matter.number,
        title=matter.title,
        step=matter.step,
        demands=tuple(demand.id for demand in demands),
    )
    entry.tell(opened, subject=f"matter:{matter.id}")
    return matter


def _check_may_take_up(demand: Demand, community: UUID) -> None:
    if demand.community_id != community or demand.is_private:
        raise Refusal(Code.NOT_FOUND)


async def _matters_of(demand: Demand) -> list[UUID]:
    rows = await MatterDemand.filter(demand_id=demand.id).values_list("matter_id", flat=True)
    return [UUID(str(row)) for row in rows]


async def take_more(entry: journal.Recorder, matter: Matter, demands: Sequence[Demand]) -> None:
    """Demands that the matter does not hold yet are added; all are taken up."""
    held = set(await MatterDemand.filter(matter_id=matter.id).values_list("demand_id", flat=True))
    for demand in demands:
        if demand.id not in held:
            await MatterDemand.create(matter_id=matter.id, demand_id=demand.id)
            added = MatterDemandAdded(matter=matter.id, demand=demand.id)
            entry.tell(added, subject=f"matter:{matter.id}")
    await settle([demand.id for demand in demands], "taken_up", entry.at)


@journal.shielded
async def add_demand(actor: Actor, matter: UUID, demand: UUID, *, at: datetime) -> None:
    """A matter under way takes up one more demand of the list.

    Raises NOT_FOUND for one of another community, DEMAND_SETTLED for one that is not listed.
    """
    actor.require(Permission.PREPARE)
    community = (await require_matter(matter)).community_id
    actor.check_in(community)
    async with journal.record(community, actor=actor.person, within=community, at=at) as entry:
        await lock_row(community)
        found, row = await lock_matter(matter), await Demand.get_or_none(id=demand)
        if row is None:
            raise Refusal(Code.NOT_FOUND)
        _check_may_take_up(row, community)
        if found.state != MatterState.ACTIVE or found.step == Step.EVALUATE:
            raise Refusal(Code.MATTER_TARGET_UNSUITABLE)
        if row.state != "listed":
            raise Refusal(Code.DEMAND_SETTLED)
        await take_more(entry, found, [row])
