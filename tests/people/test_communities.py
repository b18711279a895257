"""Several communities in one installation: founded above and below, each acting on its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from deliberation import journal
from deliberation.agendas import conduct
from deliberation.agendas import service as agendas
from deliberation.agendas.publishing import publish_notice
from deliberation.auth import staff
from deliberation.ballots.opening import open_ballot
from deliberation.demands import intaking as demand_files
from deliberation.demands import listing
from deliberation.demands import service as demands
from deliberation.demands.models import Demand
from deliberation.demands.service import Raising
from deliberation.errors import Code, Refusal
from deliberation.founding import levels
from deliberation.founding.service import found_above, found_below
from deliberation.journal.events import CommunityEstablished, DemandsSupported
from deliberation.journal.models import Stream
from deliberation.matters import service as matters
from deliberation.matters.models import Matter
from deliberation.matters.rating import rate
from deliberation.matters.service import Given
from deliberation.matters.steps import Act as MatterAct
from deliberation.meetings import attending, proxies, speaking
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.minutes import service as minutes
from deliberation.people import intaking as people_files
from deliberation.people import service as people
from deliberation.people.models import Community, Ownership, Unit
from deliberation.people.owning import Named, add_owner
from deliberation.people.roles import Actor
from deliberation.rulesets.service import adopt_voting_rule
from deliberation.rulesets.shipped import CONSULTATION
from tests.support.held_day import BEFORE as AT
from tests.support.held_day import KEY, Planned, planned
from tests.support.neighbours import Neighbours, founding, neighbours_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(store: str) -> Planned:
    return await planned()


@pytest.fixture
async def beside(here: Planned) -> Neighbours:
    return await neighbours_of(here.chair, key=KEY, at=AT)


async def refused(act: Awaitable[object]) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act
    return refusal.value.code


# ------------------------------------------------------------ founding


async def test_a_subdistrict_stands_above_and_a_community_below_it(
    here: Planned, beside: Neighbours
) -> None:
    parents = {row.id: (row.level, row.parent_id) for row in await people.communities()}
    assert parents == {
        here.community: ("community", beside.subdistrict),
        beside.subdistrict: ("subdistrict", None),
        beside.community: ("community", beside.subdistrict),
    }
    assert all(row.is_demonstration for row in await people.communities())
    (above, *_rest) = await journal.entries(beside.subdistrict)
    assert above.event == CommunityEstablished(
        name="示例街道", is_demonstration=True, level="subdistrict", above=here.community
    )
    (below, *_rest) = await journal.entries(beside.community)
    assert isinstance(below.event, CommunityEstablished)
    assert below.event.parent == beside.subdistrict
    assert await journal.broken_at(beside.community) is None


async def test_each_keeps_days_and_staff_of_its_own(here: Planned, beside: Neighbours) -> None:
    assert await DeliberationDay.filter(community_id=beside.community).count() == 12
    assert await DeliberationDay.filter(community_id=beside.subdistrict).count() == 0
    members = await staff.members(beside.administrator)
    assert [member.name for member in members] == ["演示jiedao"]
    assert beside.facilitator.community == beside.community


async def test_a_city_goes_above_the_subdistrict_and_nothing_above_the_city(
    here: Planned, beside: Neighbours
) -> None:
    city = await found_above(beside.administrator, founding("示例市", "shi", "city"), at=AT)
    assert (await people.require_row(beside.subdistrict)).parent_id == city.id
    again = found_above(beside.administrator, founding("又一市", "shi2", "city"), at=AT)
    assert await refused(again) is Code.HAS_LEVEL_ABOVE


@pytest.mark.parametrize("level", levels.LEVELS)
async def test_nothing_stands_below_a_community(here: Planned, level: str) -> None:
    act = found_below(here.chair, founding("下面", "xia", level), at=AT)
    assert await refused(act) is Code.LEVEL_UNSUITABLE
    assert await Community.all().count() == 1


@pytest.mark.parametrize(
    ("own", "above", "below"),
    [
        ("community", ("subdistrict", "city"), ()),
        ("subdistrict", ("city",), ("community",)),
        ("city", (), ("subdistrict", "community")),
    ],
)
def test_the_order_of_levels(own: str, above: tuple[str, ...], below: tuple[str, ...]) -> None:
    assert tuple(levels.above(own)) == above
    assert tuple(levels.below(own)) == below


async def test_a_level_that_there_is_not_and_a_name_taken_are_refused(
    here: Planned, beside: Neighbours
) -> None:
    act = found_above(here.chair, founding("省", "sheng", "province"), at=AT)
    assert await refused(act) is Code.LEVEL_UNSUITABLE
    same = found_below(beside.administrator, founding("邻里社区", "linli2"), at=AT)
    assert await refused(same) is Code.COMMUNITY_NAME_TAKEN
    broken = found_below(beside.administrator, founding("第三\n社区", "san"), at=AT)
    assert await refused(broken) is Code.FIELD_INVALID
    login = found_below(beside.administrator, founding("第三社区", "zhou"), at=AT)
    assert await refused(login) is Code.LOGIN_TAKEN
    assert await Community.all().count() == 3
    assert await Stream.filter(kind="community").count() == 3


async def test_residents_found_nothing(here: Planned) -> None:
    act = found_above(here.resident, founding("街道", "jie", "subdistrict"), at=AT)
    assert await refused(act) is Code.NOT_PERMITTED


async def test_two_who_found_above_at_once_found_one(here: Planned) -> None:
    results = await asyncio.gather(
        *(
            found_above(here.chair, founding(f"街道{n}", f"j{n}", "subdistrict"), at=AT)
            for n in "ab"
        ),
        return_exceptions=True,
    )
    codes = [result.code for result in results if isinstance(result, Refusal)]
    assert codes == [Code.HAS_LEVEL_ABOVE]
    assert await Community.filter(level="subdistrict").count() == 1


# ------------------------------------------------------------ each its own

Act = Callable[[Neighbours, Planned], Awaitable[object]]


async def demand_of(planned: Planned) -> UUID:
    return (await Demand.filter(community_id=planned.community).get()).id


async def _supports(beside: Neighbours, here: Planned) -> None:
    await demands.support(beside.resident, await demand_of(here), at=AT)


async def _takes_their_demand(beside: Neighbours, here: Planned) -> None:
    day = await DeliberationDay.get(community_id=beside.community, held_on=date(2026, 11, 20))
    own = await meetings.plan_meeting(beside.facilitator, day.id, title="邻里", at=AT)
    await agendas.add_demand(beside.facilitator, own.id, await demand_of(here), at=AT)


async def _corrects_their_owners(beside: Neighbours, here: Planned) -> None:
    unit = await Unit.filter(community_id=here.community).first()
    assert unit is not None
    named = Named(door="1-901", name="演示住户1")
    await add_owner(beside.facilitator, unit.id, named, key=KEY, at=AT)


async def _reads_their_file(beside: Neighbours, here: Planned) -> None:
    intake = await demand_files.begin(here.chair, "需求.csv", at=AT)
    await demand_files.require_intake(beside.facilitator, intake)


async def _takes_their_file_over(beside: Neighbours, here: Planned) -> None:
    intake = await demand_files.begin(here.chair, "需求.csv", at=AT)
    await demand_files.confirm(beside.facilitator, intake, at=AT)


async def _discards_their_people(beside: Neighbours, here: Planned) -> None:
    rows = "网格,楼院,楼门,门牌,姓名\r\n第一网格,1号楼,,1-301,演示新户\r\n".encode()
    intake = await people_files.stage(here.chair, rows, "住户.csv", key=KEY, at=AT)
    await people_files.discard(beside.facilitator, intake)


async def _asks_for_the_floor(beside: Neighbours, here: Planned) -> None:
    await speaking.ask(beside.resident, here.meeting, "for", channel="hall", at=AT)


async def _gives_a_mandate(beside: Neighbours, here: Planned) -> None:
    giving = proxies.Giving(holder=here.chair.present_person(), item=None)
    await proxies.give(beside.resident, here.meeting, giving, at=AT)


async def matter_in(community: UUID) -> UUID:
    made = await Matter.create(
        id=uuid4(),
        community_id=community,
        number="2026-901",
        title="演示议题",
        step="raise",
        opened_at=AT,
        stepped_at=AT,
    )
    return made.id


async def _moves_their_matter(beside: Neighbours, here: Planned) -> None:
    matter = await matter_in(here.community)
    given = Given(reason="不办了")
    await matters.act_on(beside.facilitator, matter, MatterAct.REJECT, given, at=AT)


async def _merges_into_theirs(beside: Neighbours, here: Planned) -> None:
    own, theirs = await matter_in(beside.community), await matter_in(here.community)
    given = Given(target=theirs)
    await matters.act_on(beside.facilitator, own, MatterAct.MERGE, given, at=AT)


async def _rates_theirs(beside: Neighbours, here: Planned) -> None:
    await rate(beside.resident, await matter_in(here.community), 5, at=AT)


async def _puts_their_matter_on(beside: Neighbours, here: Planned) -> None:
    day = await DeliberationDay.get(community_id=beside.community, held_on=date(2026, 11, 20))
    own = await meetings.plan_meeting(beside.facilitator, day.id, title="邻里", at=AT)
    theirs = await matter_in(here.community)
    await agendas.add_matter(beside.facilitator, own.id, theirs, at=AT)


def _person(actor: Actor) -> UUID:
    return actor.present_person()


FOREIGN: Mapping[str, Act] = {
    "moves their day": lambda b, h: meetings.move_day(
        b.facilitator, h.day, date(2026, 11, 21), "下雨", at=AT
    ),
    "calls their day off": lambda b, h: meetings.cancel_day(b.facilitator, h.day, "下雨", at=AT),
    "plans on their day": lambda b, h: meetings.plan_meeting(
        b.facilitator, h.day, title="x", at=AT
    ),
    "convenes": lambda b, h: meetings.convene(b.facilitator, h.meeting, at=AT),
    "proposes their agenda": lambda b, h: agendas.propose_agenda(b.facilitator, h.meeting, at=AT),
    "publishes their notice": lambda b, h: publish_notice(b.facilitator, h.meeting, at=AT),
    "opens an item": lambda b, h: conduct.open_item(b.facilitator, h.meeting, at=AT),
    "adjourns": lambda b, h: conduct.adjourn(b.facilitator, h.meeting, at=AT),
    "opens a ballot": lambda b, h: open_ballot(b.facilitator, h.meeting, seconds=60, at=AT),
    "approves their minutes": lambda b, h: minutes.approve(b.facilitator, h.meeting, at=AT),
    "signs in": lambda b, h: attending.sign_in(b.resident, h.meeting, channel="hall", at=AT),
    "leaves": lambda b, h: attending.leave(b.resident, h.meeting, at=AT),
    "admits a neighbour": lambda b, h: attending.admit(
        b.facilitator, h.meeting, _person(b.resident), at=AT
    ),
    "reads mandates": lambda b, h: proxies.all_of(b.facilitator, h.meeting),
    "gives a mandate": _gives_a_mandate,
    "asks for the floor": _asks_for_the_floor,
    "takes the floor": lambda b, h: speaking.recognise(b.facilitator, h.meeting, at=AT),
    "supports their demand": _supports,
    "takes their demand up": _takes_their_demand,
    "moves their matter": _moves_their_matter,
    "merges into their matter": _merges_into_theirs,
    "rates their matter": _rates_theirs,
    "takes their matter up": _puts_their_matter_on,
    "corrects their owners": _corrects_their_owners,
    "issues their card": lambda b, h: people.issue_card(
        b.facilitator, _person(h.resident), key=KEY, at=AT
    ),
    "resets their password": lambda b, h: staff.reset_password(
        b.facilitator, _person(h.chair), "a long password", at=AT
    ),
    "dismisses their chair": lambda b, h: staff.dismiss(b.facilitator, _person(h.chair), at=AT),
    "changes their rules": lambda b, h: adopt_voting_rule(
        b.facilitator, h.community, CONSULTATION, at=AT
    ),
    "reads their file": _reads_their_file,
    "takes their file over": _takes_their_file_over,
    "discards their file": _discards_their_people,
    "the subdistrict opens a ballot": lambda b, h: open_ballot(
        b.administrator, h.meeting, seconds=60, at=AT
    ),
    "the subdistrict moves a day": lambda b, h: meetings.move_day(
        b.administrator, h.day, date(2026, 11, 21), "下雨", at=AT
    ),
    "the subdistrict resets a password": lambda b, h: staff.reset_password(
        b.administrator, _person(h.chair), "a long password", at=AT
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
async def test_what_is_another_communitys_is_not_there(
    here: Planned, beside: Neighbours, name: str
) -> None:
    before = await _told(here)
    assert await refused(FOREIGN[name](beside, here)) is Code.NOT_FOUND
    assert await _told(here) == before
    assert await Ownership.all().count() == 0


async def _told(here: Planned) -> list[int]:
    return [await journal.position(stream) for stream in (here.community, here.meeting)]


async def test_what_is_raised_is_raised_at_home(here: Planned, beside: Neighbours) -> None:
    raised = await demands.raise_demand(beside.resident, Raising(title="邻里电梯"), at=AT)
    assert raised.community_id == beside.community
    assert raised.number == "2026-001"
    shown, count = await listing.list_demands(here.community, listing.Filters())
    assert (count, [demand.title for demand in shown]) == (1, ["演示路灯不亮"])


async def test_supports_are_told_in_the_journal_of_each(here: Planned, beside: Neighbours) -> None:
    raised = await demands.raise_demand(beside.resident, Raising(title="邻里电梯"), at=AT)
    await demands.support(here.resident, await demand_of(here), at=AT)
    await demands.journal_supports(at=AT)
    for community, demand in (
        (here.community, await demand_of(here)),
        (beside.community, raised.id),
    ):
        events = [one.event for one in await journal.entries(community)]
        (told,) = [event for event in events if isinstance(event, DemandsSupported)]
        assert told.more == {str(demand): 1}
    await demands.journal_supports(at=AT)


async def test_days_ahead_are_planned_for_each(here: Planned, beside: Neighbours) -> None:
    later = AT + timedelta(days=62)
    await meetings.top_up_days(at=later)
    for community in (here.community, beside.community):
        coming = DeliberationDay.filter(community_id=community, held_on__gte=later.date())
        assert await coming.count() == 12
    assert not await DeliberationDay.exists(community_id=beside.subdistrict)


async def test_the_levels_above_see_no_contacts_of_a_community(
    here: Planned, beside: Neighbours
) -> None:
    assert await people.printed_cards(beside.administrator, key=KEY) == []
    assert len(await people.printed_cards(here.chair, key=KEY)) == 2
    _rows, count = await listing.list_demands(beside.subdistrict, listing.Filters())
    assert count == 0


async def test_who_belongs_nowhere_is_told_so(store: str) -> None:
    assert await refused(people.community_of(Actor())) is Code.NOT_FOUND
    assert await refused(people.require_row(uuid4())) is Code.NOT_FOUND
