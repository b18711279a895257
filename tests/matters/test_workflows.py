"""The versions of a community's workflow, on both engines."""

from datetime import timedelta
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.agendas.publishing import publish_notice
from deliberation.errors import Code, Refusal
from deliberation.journal.events import WorkflowAdopted
from deliberation.matters import redrawing, workflows
from deliberation.matters.models import Matter
from deliberation.matters.moving import workflow_of
from deliberation.matters.stages import SHIPPED, Workflow
from deliberation.matters.steps import Act, Step
from deliberation.people.roles import Actor, Role
from deliberation.rulesets.models import RuleSet
from tests.support.held_day import BEFORE, Planned, noticed, planned

pytestmark = pytest.mark.anyio

RENAMED = redrawing.rename(SHIPPED, "decide", "众决")
NOTICED = redrawing.add_part(RENAMED, Step.DECIDE, name="公示", wait_days=7)


def administrator(place: Planned) -> Actor:
    roles = frozenset({Role.ADMINISTRATOR})
    return Actor(person=place.chair.person, community=place.community, roles=roles)


async def adopt(place: Planned, workflow: Workflow, based_on: int) -> Workflow:
    return await workflows.adopt(administrator(place), workflow, based_on=based_on, at=BEFORE)


async def refused(place: Planned, workflow: Workflow, based_on: int) -> Code:
    with pytest.raises(Refusal) as refusal:
        await adopt(place, workflow, based_on)
    return refusal.value.code


async def adoptions(community: UUID) -> list[WorkflowAdopted]:
    entries = await journal.entries(community)
    return [e.event for e in entries if isinstance(e.event, WorkflowAdopted)]


@pytest.mark.usefixtures("store")
async def test_what_is_adopted_is_the_latest_and_the_earlier_stay() -> None:
    place = await planned()
    assert await workflows.latest(place.community) == SHIPPED
    first = await adopt(place, RENAMED, 0)
    second = await adopt(place, NOTICED, 1)
    assert (first.version, second.version) == (1, 2)
    assert await workflows.latest(place.community) == second
    assert await workflows.version(place.community, 1) == first
    assert await workflows.version(place.community, 0) == SHIPPED
    with pytest.raises(Refusal) as refusal:
        await workflows.version(place.community, 3)
    assert refusal.value.code is Code.NOT_FOUND
    told = await adoptions(place.community)
    assert [event.version for event in told] == [1, 2]
    assert Workflow.from_json(told[1].workflow) == second
    assert (await workflows.names(place.community)).own == {"decide": "众决"}
    before = await workflows.names(place.community, at=BEFORE - timedelta(days=1))
    assert before.own == {}


@pytest.mark.usefixtures("store")
async def test_of_two_who_edit_the_same_version_the_second_is_told() -> None:
    place = await planned()
    await adopt(place, RENAMED, 0)
    assert await refused(place, NOTICED, 0) is Code.WORKFLOW_OUTDATED
    assert (await workflows.latest(place.community)).version == 1
    assert len(await adoptions(place.community)) == 1


@pytest.mark.usefixtures("store")
async def test_a_dead_end_is_refused_and_nothing_changed() -> None:
    place = await planned()
    index = next(i for i, way in enumerate(SHIPPED.ways) if way.act is Act.CONFIRM)
    stuck = redrawing.switch(SHIPPED, index, is_off=True)
    assert await refused(place, stuck, 0) is Code.WORKFLOW_DEAD_END
    nameless = redrawing.rename(SHIPPED, "decide", " ")
    assert await refused(place, nameless, 0) is Code.WORKFLOW_INVALID
    assert await RuleSet.filter(kind=workflows.KIND).count() == 0


@pytest.mark.usefixtures("store")
async def test_only_an_administrator_adopts() -> None:
    place = await planned()
    for actor, code in (
        (place.resident, Code.NOT_PERMITTED),
        (Actor(), Code.SIGN_IN_REQUIRED),
    ):
        with pytest.raises(Refusal) as refusal:
            await workflows.adopt(actor, RENAMED, based_on=0, at=BEFORE)
        assert refusal.value.code is code


@pytest.mark.usefixtures("store")
async def test_matters_under_way_keep_the_version_they_began_with() -> None:
    place = await noticed()
    matter = await Matter.get(community_id=place.community)
    assert matter.workflow == 0
    await adopt(place, NOTICED, 0)
    await matter.refresh_from_db()
    assert await workflow_of(matter) == SHIPPED
    newest, shipped = await workflows.editions(place.community)
    assert (newest.workflow.version, newest.matters, newest.adopted_at) == (1, 0, BEFORE)
    assert (shipped.workflow, shipped.under_way, shipped.adopted_at) == (SHIPPED, 1, None)


@pytest.mark.usefixtures("store")
async def test_a_matter_that_is_opened_goes_by_the_version_in_force() -> None:
    place = await planned()
    await adopt(place, NOTICED, 0)
    await publish_notice(place.chair, place.meeting, at=BEFORE)
    matter = await Matter.get(community_id=place.community)
    assert matter.workflow == 1
    assert (await workflow_of(matter)).stage("decide_b").name == "公示"
