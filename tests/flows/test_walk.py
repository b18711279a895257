"""Whatever people do with demands, claims, matters and escalations, nothing falls between them."""

import random
from collections import defaultdict
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from deliberation import journal
from deliberation.claims.models import Claim, Escalation
from deliberation.claims.ticking import tick
from deliberation.demands.models import Demand, Handover
from deliberation.journal import events as e
from deliberation.journal.models import Entry
from deliberation.matters.models import Evaluation, Matter, MatterDemand, Task
from deliberation.matters.moving import facts_of
from deliberation.matters.steps import Act
from deliberation.matters.workflow import available
from deliberation.meetings.models import Meeting
from deliberation.people.roles import Actor, Role
from tests.claims.stage import department, set_stage, subdistrict
from tests.flows.walk import Walk

pytestmark = pytest.mark.anyio

STEPS = 200
SEED = 5
_OPEN = ("listed", "taken_up", "referred")


async def begin(seed: int) -> Walk:
    stage = await set_stage()
    above = await subdistrict(stage)
    await department(above)
    at = datetime(2026, 11, 20, 2, tzinfo=UTC)
    meeting = await Meeting.create(
        id=uuid4(),
        community_id=stage.community,
        title="演示会",
        level="community",
        kind="council",
        starts_at=at,
        minutes=60,
        venue="演示议事厅",
        uid=str(uuid4()),
        modified_at=at,
    )
    return Walk(
        chance=random.Random(seed),  # noqa: S311  the same walk every time
        community=stage.community,
        here=stage.chair,
        upper=above,
        stranger=Actor(person=uuid4(), community=uuid4(), roles=frozenset({Role.FACILITATOR})),
        residents=[
            Actor(
                person=one.person,
                community=stage.community,
                household=one.household,
                name="演示住户",
                roles=frozenset({Role.RESIDENT, Role.REPRESENTATIVE}),
            )
            for one in stage.residents
        ],
        meeting=meeting.id,
        at=at,
    )


async def check_demands() -> None:
    """Each is somewhere, and in one place only."""
    active: defaultdict[UUID, list[Matter]] = defaultdict(list)
    for link in await MatterDemand.filter(matter__state="active").prefetch_related("matter"):
        active[link.demand_id].append(link.matter)
    away = [row.demand_id for row in await Handover.filter(state="open")]
    claims = {row.active_demand_id for row in await Claim.filter(active_demand_id__not_isnull=True)}
    for demand in await Demand.all():
        said = (demand.number, demand.state, demand.route)
        assert (demand.settled_at is None) == (demand.state in _OPEN), said
        assert away.count(demand.id) == (demand.state == "referred"), said
        assert len(active[demand.id]) <= 1, said
        if demand.state == "taken_up":
            assert active[demand.id], said
        if demand.state in ("listed", "referred", "declined", "merged"):
            assert demand.id not in claims, said
            assert all(one.step == "raise" for one in active[demand.id]) or demand.state == (
                "merged"
            ), said
        if demand.is_private:
            assert demand.state in ("referred", "resolved", "declined", "listed", "merged"), said
            assert demand.route not in ("deliberation",), said


async def check_matters(at: datetime) -> None:
    """What is open belongs to what is under way; nobody is stuck."""
    asked = defaultdict(list)
    for row in await Evaluation.filter(closed_at=None):
        asked[row.matter_id].append(row)
    work = defaultdict(list)
    for task in await Task.filter(state="open"):
        work[task.matter_id].append(task)
    for matter in await Matter.all():
        said = (matter.number, matter.step, matter.state)
        is_active = matter.state == "active"
        assert (matter.closed_at is None) == is_active, said
        assert len(asked[matter.id]) == (is_active and matter.step == "evaluate"), said
        if work[matter.id]:
            assert is_active, said
            assert matter.step == "deliver", said
            assert matter.due_on == max(task.due_on for task in work[matter.id]), said
            assert matter.organisation_id in {t.organisation_id for t in work[matter.id]}, said
        if is_active:
            facts = await facts_of(matter, at=at, was_discussed=True, has_wording=True)
            way_on = set(available(facts)) - {Act.RATE}
            assert way_on or matter.step == "evaluate", said


async def check_escalations() -> None:
    """One a subject; what was assigned is somebody's."""
    seen: set[UUID] = set()
    for one in await Escalation.filter(open_subject_id__not_isnull=True):
        said = (one.cause, one.state)
        assert one.state in ("listed", "assigned"), said
        behind = {one.demand_id}
        if one.matter_id is not None:
            assert (await Matter.get(id=one.matter_id)).state == "active", said
            rows = await MatterDemand.filter(matter_id=one.matter_id, demand__state__not="merged")
            behind |= {row.demand_id for row in rows}
        known = {demand for demand in behind if demand is not None}
        assert not known & seen, said
        seen |= known
        if one.state == "assigned":
            assert await Task.exists(
                matter_id=one.matter_id,
                organisation_id=one.organisation_id,
                state__in=["open", "done"],
            ), said
    assert not await Escalation.exists(open_subject_id=None, state__in=["listed", "assigned"])


async def check_journal(walk: Walk) -> None:
    """The chains hold, it tells what stands in the tables, and of disputes it tells no words."""
    for community in (walk.community, walk.upper.community):
        assert community is not None
        assert await journal.broken_at(community) is None
    steps: dict[UUID, str] = {}
    open_tasks: set[UUID] = set()
    claims: set[UUID] = set()
    above: dict[UUID, str] = {}
    for happened in await journal.entries(walk.community):
        match happened.event:
            case e.MatterOpened(matter=matter, step=step):
                steps[matter] = step
            case e.MatterStepped(matter=matter, entered=step):
                steps[matter] = step
            case e.TaskSet(task=task):
                open_tasks.add(task)
            case e.TaskDone(task=task) | e.TaskReleased(task=task):
                open_tasks.discard(task)
            case e.ClaimMade(claim=claim):
                claims.add(claim)
            case e.ClaimReleased(claim=claim):
                claims.discard(claim)
            case e.EscalationRaised(escalation=one) | e.EscalationUnassigned(escalation=one):
                above[one] = "listed"
            case e.EscalationAssigned(escalation=one):
                above[one] = "assigned"
            case e.EscalationEnded(escalation=one, outcome=outcome):
                above[one] = outcome
            case _:
                pass
    assert steps == {row.id: row.step for row in await Matter.all()}
    assert open_tasks == {row.id for row in await Task.filter(state="open")}
    assert above == {row.id: row.state for row in await Escalation.all()}
    in_force = {row.id for row in await Claim.filter(active_demand_id__not_isnull=True)}
    assert in_force <= claims
    public = "\n".join([str(row.public) for row in await Entry.all()])
    for demand in await Demand.filter(is_private=True):
        assert demand.title not in public, demand.number


async def check(walk: Walk) -> None:
    """When the service has done what follows by itself."""
    await tick(walk.at)
    await check_demands()
    await check_matters(walk.at)
    await check_escalations()


async def test_nothing_falls_between_whatever_people_do(store: str) -> None:
    walk = await begin(SEED)
    for n in range(STEPS):
        await walk.step()
        if n % 20 == 0:
            await check(walk)
    await check(walk)
    await check_journal(walk)
    assert len(walk.done) > 20
