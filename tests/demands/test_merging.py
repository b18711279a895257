"""One demand goes on in another: nothing circles, nobody's support is moved, all are asked."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deliberation import journal
from deliberation.auth.service import actor_of
from deliberation.demands import merging, service
from deliberation.demands.models import Demand, Support, SupportAsk
from deliberation.demands.rules import Raising
from deliberation.errors import Code, Refusal
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Role
from tests.flows.community import found_community, token_of_facilitator
from tests.support.community import the_community

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
REASON = "说的是同一盏灯"


async def facilitator() -> Actor:
    await found_community(AT)
    return await actor_of(await token_of_facilitator(AT), at=AT)


@pytest.fixture
async def chair(store: str) -> Actor:
    return await facilitator()


def household_of(chair: Actor) -> Actor:
    """Somebody of a household of their own."""
    return Actor(
        person=uuid4(),
        community=chair.community,
        household=uuid4(),
        roles=frozenset({Role.RESIDENT}),
    )


async def raised(chair: Actor, title: str, *supporters: Actor) -> UUID:
    demand = await service.raise_demand(chair, Raising(title=title), at=AT)
    for one in supporters:
        await service.support(one, demand.id, at=AT)
    return demand.id


async def refusal_of(chair: Actor, demand: UUID, into: UUID, reason: str = REASON) -> Code:
    with pytest.raises(Refusal) as refused:
        await merging.merge(chair, demand, into, reason, at=AT)
    return refused.value.code


async def test_supporters_are_asked_again_and_never_moved(chair: Actor) -> None:
    only_one, both = household_of(chair), household_of(chair)
    lamp = await raised(chair, "路灯不亮", only_one, both)
    dark = await raised(chair, "路上太黑", both)
    await merging.merge(chair, lamp, dark, REASON, at=AT)
    before, after = await Demand.get(id=lamp), await Demand.get(id=dark)
    assert (before.state, before.merged_into_id, before.supporters_signed) == ("merged", dark, 2)
    assert after.supporters_signed == 1
    (question,) = await merging.questions_for(_home(only_one))
    assert (question.demand.id, question.before.id) == (dark, lamp)
    assert await merging.questions_for(_home(both)) == []
    assert (await merging.asked_for(dark)).asked == 1


def _home(actor: Actor) -> UUID:
    assert actor.household is not None
    return actor.household


@pytest.mark.parametrize(("said", "supporters"), [("yes", 1), ("no", 0)])
async def test_a_household_answers_once(chair: Actor, said: str, supporters: int) -> None:
    neighbour = household_of(chair)
    lamp, dark = await raised(chair, "路灯不亮", neighbour), await raised(chair, "路上太黑")
    await merging.merge(chair, lamp, dark, REASON, at=AT)
    (question,) = await merging.questions_for(_home(neighbour))
    with pytest.raises(Refusal):
        await merging.answer(household_of(chair), question.ask, "yes", at=AT)
    for answer in (said, "yes", "no"):
        await merging.answer(neighbour, question.ask, answer, at=AT)
    assert (await Demand.get(id=dark)).supporters_signed == supporters
    asked = await merging.asked_for(dark)
    assert (asked.asked, asked.answered, asked.agreed) == (1, 1, supporters)
    told = await journal.entries((await the_community()).id)
    answers = [e for e in told if e.event.NAME == "demand.supporters_answered"]
    assert [e.actor for e in answers] == [None]


async def test_a_question_that_waited_is_asked_of_where_it_goes_on(chair: Actor) -> None:
    neighbour = household_of(chair)
    first, second = await raised(chair, "路灯不亮", neighbour), await raised(chair, "路上太黑")
    third = await raised(chair, "加装路灯")
    await merging.merge(chair, first, second, REASON, at=AT)
    await merging.merge(chair, second, third, REASON, at=AT)
    (question,) = await merging.questions_for(_home(neighbour))
    assert question.demand.id == third
    assert (await merging.end_of_chain(await Demand.get(id=first))).id == third


async def test_what_was_merged_into_goes_to_the_end_of_the_chain(chair: Actor) -> None:
    first, second = await raised(chair, "路灯不亮"), await raised(chair, "路上太黑")
    third = await raised(chair, "加装路灯")
    await merging.merge(chair, first, second, REASON, at=AT)
    assert (await merging.merge(chair, third, first, REASON, at=AT)).id == second
    assert await refusal_of(chair, second, first) is Code.DEMAND_MERGE_CIRCULAR
    assert await refusal_of(chair, second, second) is Code.DEMAND_MERGE_CIRCULAR
    assert await refusal_of(chair, first, third) is Code.DEMAND_MERGED


async def test_nothing_new_begins_on_what_was_merged(chair: Actor) -> None:
    first, second = await raised(chair, "路灯不亮"), await raised(chair, "路上太黑")
    await merging.merge(chair, first, second, REASON, at=AT)
    with pytest.raises(Refusal) as refused:
        await service.support(household_of(chair), first, at=AT)
    assert refused.value.code is Code.DEMAND_MERGED


@pytest.mark.parametrize("state", ["taken_up", "referred"])
async def test_what_is_being_worked_on_is_merged_the_other_way_round(
    chair: Actor, state: str
) -> None:
    worked, other = await raised(chair, "路灯不亮"), await raised(chair, "路上太黑")
    await Demand.filter(id=worked).update(state=state)
    assert await refusal_of(chair, worked, other) is Code.DEMAND_IN_WORK
    await merging.merge(chair, other, worked, REASON, at=AT)


@pytest.mark.parametrize(
    "change", [{"is_private": True}, {"state": "resolved"}, {"state": "declined"}]
)
async def test_private_and_settled_demands_are_not_merged(
    chair: Actor, change: dict[str, object]
) -> None:
    one, other = await raised(chair, "路灯不亮"), await raised(chair, "路上太黑")
    await Demand.filter(id=other).update(**change)
    assert await refusal_of(chair, one, other) is Code.DEMAND_MERGE_UNSUITABLE
    assert await refusal_of(chair, other, one) is Code.DEMAND_MERGE_UNSUITABLE


async def test_a_merge_takes_a_reason_and_staff(chair: Actor) -> None:
    one, other = await raised(chair, "路灯不亮"), await raised(chair, "路上太黑")
    assert await refusal_of(chair, one, other, "  ") is Code.REASON_REQUIRED
    assert await refusal_of(household_of(chair), one, other) is Code.NOT_PERMITTED
    elsewhere = Actor(person=chair.person, community=uuid4(), roles=chair.roles)
    assert await refusal_of(elsewhere, one, other) is Code.NOT_FOUND


@given(merges=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8))
@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
async def test_however_staff_merge_every_chain_ends_in_an_open_demand(
    sqlite_store: str, merges: list[tuple[int, int]]
) -> None:
    chair = await _one_chair()
    people = [household_of(chair) for _ in range(5)]
    demands = [await raised(chair, f"第{n}件", person) for n, person in enumerate(people)]
    codes = [await _code_of(chair, demands[one], demands[other]) for one, other in merges]
    assert set(codes) <= {None, Code.DEMAND_MERGED, Code.DEMAND_MERGE_CIRCULAR}
    rows = await Demand.filter(id__in=demands)
    assert sum(row.state == "merged" for row in rows) == codes.count(None)
    for row in rows:
        assert (await merging.end_of_chain(row)).state == "listed"
        assert await Support.filter(demand_id=row.id).count() == 1
    for person in people:
        asked = await SupportAsk.filter(household_id=person.household).count()
        assert asked == len(await merging.questions_for(_home(person))) <= 1


async def _code_of(chair: Actor, one: UUID, other: UUID) -> Code | None:
    try:
        await merging.merge(chair, one, other, REASON, at=AT)
    except Refusal as refusal:
        return refusal.code
    return None


async def _one_chair() -> Actor:
    """The same for all examples, which share a database."""
    if await Community.all().count() == 0:
        return await facilitator()
    return await actor_of(await token_of_facilitator(AT), at=AT)
