"""How a demand comes: by whom, for whom, from where, in which domain."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from deliberation import journal
from deliberation.auth.service import actor_of
from deliberation.demands import correcting, domains, likeness, listing, service
from deliberation.demands.correcting import Correction
from deliberation.demands.listing import Filters
from deliberation.demands.models import Demand, Support
from deliberation.demands.rules import MICRO, Raising
from deliberation.errors import Code, Refusal
from deliberation.journal.events import DemandChanged, DemandRaised
from deliberation.people.models import Place
from deliberation.people.roles import Actor, Role
from tests.flows.community import (
    Resident,
    found_community,
    settle_households,
    token_of_card,
    token_of_facilitator,
)
from tests.support.community import the_community

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
KEY = b"k" * 40


@pytest.fixture
async def chair(store: str) -> Actor:
    await found_community(AT)
    return await actor_of(await token_of_facilitator(AT), at=AT)


@pytest.fixture
async def community(chair: Actor) -> UUID:
    return (await the_community()).id


@pytest.fixture
async def neighbours(community: UUID) -> list[Resident]:
    return list(await settle_households(community, 2, key=KEY, at=AT))


async def resident(of: Resident) -> Actor:
    return await actor_of(await token_of_card(of.code, key=KEY, at=AT), at=AT)


async def test_what_a_resident_brings_is_theirs_whatever_channel_they_name(
    neighbours: list[Resident],
) -> None:
    actor = await resident(neighbours[0])
    raising = Raising(title="楼道灯不亮", channel="grid", household=neighbours[1].household)
    demand = await service.raise_demand(actor, raising, at=AT)
    assert (demand.channel, demand.source) == ("resident", "居民网上提出")
    supports = await Support.filter(demand_id=demand.id)
    assert [one.household_id for one in supports] == [neighbours[0].household]


@pytest.mark.parametrize(
    ("channel", "source"), [("grid", "网格走访"), ("talk", "夜话"), ("", "居委会登记")]
)
async def test_staff_say_how_it_came_and_for_which_household(
    chair: Actor, neighbours: list[Resident], channel: str, source: str
) -> None:
    raising = Raising(title="楼道灯不亮", channel=channel, household=neighbours[0].household)
    demand = await service.raise_demand(chair, raising, at=AT)
    assert demand.source == source
    assert demand.raised_by_id == neighbours[0].person
    assert (await Demand.get(id=demand.id)).supporters_signed == 1


async def test_a_grid_worker_enters_a_visit_that_nobody_stands_behind_yet(chair: Actor) -> None:
    worker = Actor(
        person=chair.person,
        community=chair.community,
        name="演示网格员",
        roles=frozenset({Role.GRID_WORKER}),
    )
    demand = await service.raise_demand(worker, Raising(title="井盖松动", channel="grid"), at=AT)
    assert (demand.channel, demand.supporters_signed) == ("grid", 0)


@pytest.mark.parametrize("channel", ["open311", "import", "nonsense"])
async def test_no_one_makes_up_a_channel(chair: Actor, channel: str) -> None:
    with pytest.raises(Refusal) as refused:
        await service.raise_demand(chair, Raising(title="井盖松动", channel=channel), at=AT)
    assert refused.value.code is Code.FIELD_INVALID
    assert await Demand.all().count() == 0


async def test_a_household_of_nowhere_brings_nothing(chair: Actor) -> None:
    with pytest.raises(Refusal) as refused:
        await service.raise_demand(chair, Raising(title="井盖松动", household=uuid4()), at=AT)
    assert refused.value.code is Code.PERSON_NOT_FOUND


async def test_a_place_of_the_tree_is_found_with_all_that_is_below_it(
    chair: Actor, community: UUID
) -> None:
    grid = await Place.create(community_id=community, kind="grid", name="东网格", path="东网格")
    yard = await Place.create(
        community_id=community,
        parent_id=grid.id,
        kind="courtyard",
        name="3号楼",
        path="东网格 / 3号楼",
    )
    raising = Raising(title="楼道灯不亮", place_id=yard.id, place="二单元")
    demand = await service.raise_demand(chair, raising, at=AT)
    await service.raise_demand(chair, Raising(title="想要托管班"), at=AT)
    assert demand.place == "东网格 3号楼 二单元"
    for area in (grid.id, yard.id):
        rows, total = await listing.list_demands(community, Filters(area=area))
        assert ([row.id for row in rows], total) == ([demand.id], 1)
    assert (await listing.list_demands(community, Filters(area=uuid4())))[1] == 0


async def test_the_domains_are_named_here_and_demands_keep_theirs(
    chair: Actor, community: UUID
) -> None:
    shipped = [domain.name for domain in await domains.domains_of(community)]
    assert shipped == ["设施改造", "环境美化", "养老服务", "儿童托管"]
    with pytest.raises(Refusal) as unknown:
        await service.raise_demand(chair, Raising(title="桩不够", domain="停车充电"), at=AT)
    assert unknown.value.code is Code.FIELD_INVALID
    await domains.adopt_domains(chair, [*shipped, "停车充电", "公共安全", ""], at=AT)
    demand = await service.raise_demand(chair, Raising(title="桩不够", domain="停车充电"), at=AT)
    await domains.adopt_domains(chair, [*shipped, "停车", "公共安全"], at=AT)
    assert (await Demand.get(id=demand.id)).domain == "停车充电"
    codes = await domains.codes_by_name(community)
    assert codes["停车充电"] == codes["停车"] == "own-1"
    await domains.adopt_domains(chair, [*shipped, "停车", "公共安全"], at=AT)
    told = [e for e in await journal.entries(community) if e.event.NAME == "setting.adopted"]
    assert len(told) == 2


@pytest.mark.parametrize("names", [[], ["设施", "设施"], ["其他"], ["长" * 21]])
async def test_domains_are_told_apart(chair: Actor, names: list[str]) -> None:
    with pytest.raises(Refusal):
        await domains.adopt_domains(chair, names, at=AT)


async def test_what_another_program_sends_is_nobodys_yet(community: UUID) -> None:
    raising = Raising(
        title="路面塌陷",
        description="说" * 4_000,
        contact="John Smith j@example.org",
        latitude_micro=39 * MICRO,
        longitude_micro=116 * MICRO,
    )
    demand = await service.raise_from_outside(community, raising, at=AT)
    assert (demand.channel, demand.raised_by_id, demand.supporters_signed) == ("open311", None, 0)
    told = [e.event for e in await journal.entries(community) if isinstance(e.event, DemandRaised)]
    assert "Smith" not in str(told)


async def test_a_correction_tells_what_changed_and_only_that(chair: Actor, community: UUID) -> None:
    demand = await service.raise_demand(chair, Raising(title="楼到灯不亮", place="3号楼"), at=AT)
    right = Correction(
        title="楼道灯不亮",
        description="",
        domain="设施改造",
        place="3号楼",
        place_id=None,
        urgency="soon",
    )
    for _ in range(2):
        await correcting.correct(chair, demand.id, right, at=AT)
    told = await journal.entries(community, with_restricted=True)
    (changed,) = [entry for entry in told if isinstance(entry.event, DemandChanged)]
    assert isinstance(changed.event, DemandChanged)
    assert changed.event.changes == {"title": "", "domain": "设施改造", "urgency": "soon"}
    assert changed.restricted == {"title": "楼道灯不亮"}


async def test_a_private_demand_is_in_no_list_and_counts_nowhere(
    chair: Actor, community: UUID, neighbours: list[Resident]
) -> None:
    secret = await service.raise_demand(chair, Raising(title="邻居漏水纠纷", place="某处"), at=AT)
    await Demand.filter(id=secret.id).update(is_private=True, state="referred")
    assert (await listing.list_demands(community, Filters()))[1] == 0
    assert [rows async for rows in listing.all_demands(community, Filters())] == []
    for column in ("domain", "place", "state", "channel", "urgency"):
        assert await listing.count_by(community, column) == {}
    assert await likeness.near(community, "邻居漏水纠纷", "") == []
    assert [row.number for row in await listing.private_demands(community)] == [secret.number]
    with pytest.raises(Refusal) as refused:
        await service.support(await resident(neighbours[0]), secret.id, at=AT)
    assert refused.value.code is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("typed", "place", "is_near"),
    [
        ("楼道灯坏了不亮", "", True),
        ("3号楼楼道灯不亮", "", True),
        ("5号楼楼道灯不亮", "", False),
        ("想要暑期托管班", "", False),
        ("灯", "", False),
    ],
)
async def test_what_is_alike_is_found_while_somebody_types(
    chair: Actor, community: UUID, typed: str, place: str, is_near: bool
) -> None:
    demand = await service.raise_demand(chair, Raising(title="楼道灯不亮", place="3号楼"), at=AT)
    found = await likeness.near(community, typed, place)
    assert [one.demand.id for one in found] == ([demand.id] if is_near else [])
