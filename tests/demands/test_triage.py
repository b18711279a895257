"""Triage: each demand goes where it belongs, with a reason and a day."""

import asyncio
from datetime import date, timedelta

import pytest

from deliberation import journal
from deliberation.agendas.rerouting import reroute
from deliberation.agendas.service import add_demand, items_of
from deliberation.demands import triage
from deliberation.demands.listing import Filters, list_demands
from deliberation.demands.merging import merge
from deliberation.demands.models import Demand, Handover
from deliberation.demands.routes import Days, Outcome, Route
from deliberation.demands.sending import Order, days_of
from deliberation.demands.service import support
from deliberation.errors import Code
from deliberation.journal.events import (
    DemandAnswered,
    DemandHandedOver,
    DemandRaised,
    DemandTriaged,
    SettingAdopted,
)
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.people.models import Community, Organisation
from deliberation.people.roles import NOBODY
from tests.demands.sorting import AT, Place, a_place, code_of, the_handover

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 20)


async def sent(place: Place, demand: Demand, route: Route, **order: object) -> Demand:
    given: dict[str, object] = {"reason": "演示理由"} | order
    await triage.triage(place.staff, demand.id, Order(route=route, **given), at=AT)  # type: ignore[arg-type]  # named by each test
    return await Demand.get(id=demand.id)


async def test_what_concerns_all_stays_on_the_list(store: str) -> None:
    place = await a_place()
    demand = await sent(place, await place.asks(), Route.DELIBERATION, reason="")
    assert (demand.state, demand.route) == ("listed", "deliberation")
    assert demand.due_on == TODAY + timedelta(days=31)
    assert demand.triaged_at == AT
    assert not await Handover.exists(demand_id=demand.id)
    assert await triage.count_waiting(place.community) == 0


async def test_direct_service_is_the_committees_own_unless_it_is_named(store: str) -> None:
    place = await a_place()
    demand = await sent(place, await place.asks(), Route.SERVICE, due_on=TODAY)
    handover = await the_handover(demand.id)
    assert (demand.state, demand.due_on) == ("referred", TODAY)
    assert (handover.kind, handover.to_name, handover.due_on) == ("service", "示例社区", TODAY)
    told = [one.event for one in await journal.story([f"demand:{demand.id}"])]
    assert [type(event) for event in told] == [DemandRaised, DemandTriaged, DemandHandedOver]
    assert told[1] == DemandTriaged(
        demand=demand.id, route="service", reason="演示理由", due_on=TODAY
    )


async def test_the_subdistrict_whistles_and_a_department_reports_by_a_day(store: str) -> None:
    place = await a_place()
    asked = await place.asks()
    assert (
        await code_of(sent(place, asked, Route.AUTHORITY, organisation=place.department))
        is Code.FIELD_MISSING
    )
    demand = await sent(
        place,
        asked,
        Route.AUTHORITY,
        organisation=place.department,
        due_on=date(2026, 11, 30),
        words="演示：请现场勘察",
    )
    handover = await the_handover(demand.id)
    assert handover.to_name == "演示街道城管所"
    assert handover.organisation_id == place.department
    assert handover.words == "演示：请现场勘察"
    assert demand.due_on == handover.due_on == date(2026, 11, 30)
    public = [one.event for one in await journal.story([f"demand:{demand.id}"])]
    assert "勘察" not in str(public)


async def test_somebody_is_named_who_gets_it(store: str) -> None:
    place = await a_place()
    demand = await place.asks()
    for route in (Route.MEDIATION, Route.PETITION):
        assert await code_of(sent(place, demand, route)) is Code.FIELD_MISSING
    assert (await Demand.get(id=demand.id)).state == "listed"
    assert not (await Demand.get(id=demand.id)).is_private


async def test_an_organisation_that_left_gets_nothing(store: str) -> None:
    place = await a_place()
    await Organisation.filter(id=place.department).update(left_at=AT)
    order = {"organisation": place.department, "due_on": TODAY}
    refused = await code_of(sent(place, await place.asks(), Route.AUTHORITY, **order))
    assert refused is Code.ORGANISATION_LEFT


async def test_an_organisation_of_elsewhere_is_not_there(store: str) -> None:
    place = await a_place()
    other = await Community.create(
        name="演示别处", zone="Asia/Shanghai", feed_uid="e", created_at=AT
    )
    theirs = await Organisation.create(community_id=other.id, name="演示别处的单位")
    order = {"organisation": theirs.id, "due_on": TODAY}
    refused = await code_of(sent(place, await place.asks(), Route.AUTHORITY, **order))
    assert refused is Code.NOT_FOUND


async def test_a_petition_has_the_days_of_the_law(store: str) -> None:
    place = await a_place()
    demand = await sent(place, await place.asks(), Route.PETITION, to="演示信访办")
    assert demand.due_on == TODAY + timedelta(days=60)
    assert (await the_handover(demand.id)).due_on == TODAY + timedelta(days=15)


async def test_what_is_declined_has_a_public_reason_and_is_settled(store: str) -> None:
    place = await a_place()
    asked = await place.asks()
    assert await code_of(sent(place, asked, Route.DECLINED, reason=" ")) is Code.REASON_REQUIRED
    demand = await sent(place, asked, Route.DECLINED)
    assert (demand.state, demand.answer, demand.due_on) == ("declined", "演示理由", None)
    assert demand.settled_at == demand.answered_at == AT
    told = [one.event for one in await journal.story([f"demand:{demand.id}"])]
    assert told[-1] == DemandAnswered(demand=demand.id, words="演示理由", settled=True)


async def test_a_day_that_has_passed_is_no_deadline(store: str) -> None:
    place = await a_place()
    yesterday = TODAY - timedelta(days=1)
    refused = await code_of(sent(place, await place.asks(), Route.SERVICE, due_on=yesterday))
    assert refused is Code.DEADLINE_IN_THE_PAST


@pytest.mark.parametrize("state", ["taken_up", "merged", "resolved", "declined"])
async def test_what_is_in_work_or_over_is_not_sent_elsewhere(store: str, state: str) -> None:
    place = await a_place()
    demand = await place.asks()
    await Demand.filter(id=demand.id).update(state=state)
    assert await code_of(sent(place, demand, Route.SERVICE)) is Code.DEMAND_ROUTE_UNSUITABLE


async def test_only_staff_of_the_community_triage(store: str) -> None:
    place = await a_place()
    demand, order = await place.asks(), Order(route=Route.DELIBERATION)
    assert await code_of(triage.triage(NOBODY, demand.id, order, at=AT)) is Code.SIGN_IN_REQUIRED
    for who in (place.resident, place.liaison):
        assert await code_of(triage.triage(who, demand.id, order, at=AT)) is Code.NOT_PERMITTED


async def test_sending_it_elsewhere_withdraws_what_was_handed_over(store: str) -> None:
    place = await a_place()
    demand = await sent(place, await place.asks(), Route.SERVICE)
    first = await the_handover(demand.id)
    await triage.triage(
        place.staff,
        demand.id,
        Order(route=Route.PETITION, reason="演示", to="演示信访办"),
        at=AT + timedelta(hours=1),
    )
    assert (await Handover.get(id=first.id)).state == "withdrawn"
    assert (await the_handover(demand.id)).kind == "petition"


async def test_of_two_who_triage_at_once_the_later_one_stands(store: str) -> None:
    place = await a_place()
    demand = await place.asks()
    orders = [
        Order(route=Route.SERVICE, reason="演示"),
        Order(route=Route.PETITION, reason="演示", to="演示信访办"),
    ]
    await asyncio.gather(*(triage.triage(place.staff, demand.id, order, at=AT) for order in orders))
    (left,) = await Handover.filter(demand_id=demand.id, state="open")
    assert left.kind == (await Demand.get(id=demand.id)).route


async def test_a_dispute_is_private_at_once(store: str) -> None:
    place = await a_place()
    demand = await place.asks("演示楼上漏水要赔")
    await support(place.neighbour, demand.id, at=AT)
    demand = await sent(place, demand, Route.MEDIATION, to="演示调解员", reason="演示纠纷双方")
    assert demand.is_private
    assert demand.supporters_signed == 2
    told = await journal.entries(place.community, with_restricted=True)
    public = str([one.event for one in told])
    for words in ("漏水", "调解员", "纠纷双方"):
        assert words not in public
    assert {"reason": "演示纠纷双方"} in [one.restricted for one in told]
    assert await code_of(support(place.neighbour, demand.id, at=AT)) is Code.NOT_FOUND
    rows, total = await list_demands(place.community, Filters())
    assert (list(rows), total) == ([], 0)
    assert await journal.broken_at(place.community) is None


async def test_what_was_merged_into_a_dispute_is_private_too(store: str) -> None:
    place = await a_place()
    first, second = await place.asks("演示楼上漏水"), await place.asks("演示楼上又漏水了")
    third = await place.asks("演示楼上还在漏水")
    await merge(place.staff, third.id, second.id, "演示：同一件", at=AT)
    await merge(place.staff, second.id, first.id, "演示：同一件", at=AT)
    await sent(place, first, Route.MEDIATION, to="演示调解员")
    assert await Demand.filter(is_private=True).count() == 3


async def test_a_dispute_leaves_the_agenda_that_it_stood_on(store: str) -> None:
    place = await a_place()
    demand, kept = await place.asks("演示楼上漏水"), await place.asks("演示路灯")
    day = await DeliberationDay.get(held_on=date(2026, 12, 20))
    meeting = await meetings.plan_meeting(place.staff, day.id, title="演示议事日", at=AT)
    for one in (demand, kept):
        await add_demand(place.staff, meeting.id, one.id, reason="演示", at=AT)
    order = Order(route=Route.MEDIATION, reason="演示", to="演示调解员")
    with journal.commanded("演示一次"):  # as a form does: both units of work belong to it
        await reroute(place.staff, demand.id, order, at=AT)
    (item,) = await items_of(meeting.id)
    assert (item.title, item.position) == ("演示路灯", 1)
    again = add_demand(place.staff, meeting.id, demand.id, reason="演示", at=AT)
    assert await code_of(again) is Code.AGENDA_DEMAND_UNSUITABLE


async def test_what_is_due_first_waits_on_top(store: str) -> None:
    place = await a_place()
    for n, days in enumerate((3, 40, 8)):
        demand = await place.asks(f"演示需求{'甲乙丙'[n]}")
        await Demand.filter(id=demand.id).update(raised_on=TODAY - timedelta(days=days))
    again = await place.asks("演示退回来的")
    await Demand.filter(id=again.id).update(due_on=TODAY - timedelta(days=2))
    rows = await triage.waiting(await Community.get(id=place.community), TODAY)
    assert [row.demand.title for row in rows] == [
        "演示需求乙",
        "演示退回来的",
        "演示需求丙",
        "演示需求甲",
    ]
    assert [row.is_late for row in rows] == [True, True, True, False]
    assert rows[0].due_on == TODAY - timedelta(days=33)
    assert await triage.waiting(await Community.get(id=place.community), TODAY, page=2) == []


async def test_an_operator_sets_the_days(store: str) -> None:
    place = await a_place()
    days = Days(answer=3, source="演示规定")
    for _twice in range(2):
        await triage.adopt_days(place.staff, days, at=AT)
    assert await days_of(place.community) == days
    told = [one.event for one in await journal.entries(place.community)]
    assert sum(isinstance(event, SettingAdopted) for event in told) == 1
    assert await code_of(triage.adopt_days(place.resident, days, at=AT)) is Code.NOT_PERMITTED


def test_outcomes_and_routes_fit_their_columns() -> None:
    assert all(len(one) <= 10 for one in Outcome)
    assert all(len(one) <= 12 for one in Route)
