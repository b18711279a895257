"""Hand-overs: what comes back, and whoever asked having the last word."""

import asyncio
from datetime import date, timedelta

import pytest

from deliberation import journal
from deliberation.auth.service import actor_of
from deliberation.demands import handing, triage
from deliberation.demands.handing import Return
from deliberation.demands.models import Demand, Handover
from deliberation.demands.routes import Outcome, Route
from deliberation.demands.sending import Order
from deliberation.errors import Code
from deliberation.journal.events import DemandAnswered, DemandDisputed, HandoverReturned
from deliberation.people.models import Community, Organisation, Person, RoleGrant
from deliberation.people.roles import Role
from tests.demands.sorting import AT, Place, a_place, code_of, the_handover
from tests.flows.hall import token_of

pytestmark = pytest.mark.anyio

LATER = AT + timedelta(days=2)
TODAY = date(2026, 11, 20)
SETTLED = Return(outcome=Outcome.SETTLED, words="演示：已修好")


async def handed(place: Place, route: Route = Route.SERVICE, **order: object) -> Handover:
    """A demand on its way by that route."""
    demand = await place.asks()
    given: dict[str, object] = {"reason": "演示理由", "to": "演示接办的"} | order
    await triage.triage(place.staff, demand.id, Order(route=route, **given), at=AT)  # type: ignore[arg-type]  # named by each test
    return await the_handover(demand.id)


async def test_what_is_settled_answers_those_who_asked(store: str) -> None:
    place = await a_place()
    handover = await handed(place)
    await handing.returned(place.staff, handover.id, SETTLED, at=LATER)
    demand = await Demand.get(id=handover.demand_id)
    assert (demand.state, demand.answer, demand.settled_at) == ("resolved", "演示：已修好", LATER)
    told = [one.event for one in await journal.story([f"demand:{demand.id}"])]
    assert told[-1] == DemandAnswered(demand=demand.id, words="演示：已修好", settled=True)
    (rows, total) = await handing.answered(place.community)
    assert ([row.id for row in rows], total) == ([demand.id], 1)


@pytest.mark.parametrize("outcome", [Outcome.UNSETTLED, Outcome.REFUSED])
async def test_what_is_not_settled_is_looked_at_again(store: str, outcome: Outcome) -> None:
    place = await a_place()
    handover = await handed(place)
    back = Return(outcome=outcome, words="演示：不归我们")
    await handing.returned(place.staff, handover.id, back, at=LATER)
    demand = await Demand.get(id=handover.demand_id)
    assert (demand.state, demand.route, demand.settled_at) == ("listed", "", None)
    assert demand.due_on == date(2026, 11, 29)
    assert (await Handover.get(id=handover.id)).returned_words == "演示：不归我们"
    assert await triage.count_waiting(place.community) == 1


async def test_it_goes_on_to_somebody_else(store: str) -> None:
    place = await a_place()
    handover = await handed(place, Route.AUTHORITY, due_on=date(2026, 11, 25))
    on = Order(
        route=Route.AUTHORITY,
        reason="演示：归城管",
        organisation=place.department,
        due_on=date(2026, 11, 30),
    )
    back = Return(outcome=Outcome.REFUSED, words="演示：归城管", then=on)
    await handing.returned(place.staff, handover.id, back, at=LATER)
    (left,) = await Handover.filter(demand_id=handover.demand_id, state="open")
    assert left.organisation_id == place.department
    assert (await Demand.get(id=handover.demand_id)).state == "referred"


async def test_a_liaison_reports_for_their_own_organisation(store: str) -> None:
    place = await a_place()
    theirs = await handed(
        place, Route.AUTHORITY, organisation=place.department, due_on=date(2026, 11, 25)
    )
    others = await handed(place)
    refused = handing.returned(place.liaison, others.id, SETTLED, at=LATER)
    assert await code_of(refused) is Code.NOT_FOUND
    on = Return(outcome=Outcome.REFUSED, words="演示", then=Order(route=Route.SERVICE, reason="演"))
    assert (
        await code_of(handing.returned(place.liaison, theirs.id, on, at=LATER))
        is Code.NOT_PERMITTED
    )
    assert [one.id for one in await handing.handed_to(place.department)] == [theirs.id]
    await handing.returned(place.liaison, theirs.id, SETTLED, at=LATER)
    assert (await Demand.get(id=theirs.demand_id)).state == "resolved"
    assert await handing.count_handed_to(place.department) == 0


async def test_a_department_of_the_level_above_reports_too(store: str) -> None:
    place = await a_place()
    above = await Community.create(
        name="演示街道", zone="Asia/Shanghai", level="subdistrict", feed_uid="a", created_at=AT
    )
    await Community.filter(id=place.community).update(parent_id=above.id)
    department = await Organisation.create(community_id=above.id, name="演示住建办")
    person = await Person.create(
        community_id=above.id, name="演示联络员二", organisation_id=department.id
    )
    await RoleGrant.create(person_id=person.id, role=Role.LIAISON.value)
    liaison = await actor_of(await token_of(person.id, AT), at=AT)
    handover = await handed(
        place, Route.AUTHORITY, organisation=department.id, due_on=date(2026, 11, 25)
    )
    await handing.returned(liaison, handover.id, SETTLED, at=LATER)
    assert (await Handover.get(id=handover.id)).state == "returned"


async def test_residents_report_nothing(store: str) -> None:
    place = await a_place()
    handover = await handed(place)
    refused = handing.returned(place.resident, handover.id, SETTLED, at=LATER)
    assert await code_of(refused) is Code.NOT_PERMITTED


async def test_what_came_back_comes_back_once(store: str) -> None:
    place = await a_place()
    handover = await handed(place)
    codes = await asyncio.gather(
        *(
            code_of(handing.returned(place.staff, handover.id, back, at=LATER))
            for back in (SETTLED, Return(outcome=Outcome.UNSETTLED, words="演示：没修好"))
        )
    )
    assert sorted(map(str, codes)) == ["None", Code.HANDOVER_SETTLED.value]
    told = [one.event for one in await journal.story([f"demand:{handover.demand_id}"])]
    assert sum(isinstance(event, HandoverReturned) for event in told) == 1


async def test_words_of_what_came_back_are_needed(store: str) -> None:
    place = await a_place()
    handover = await handed(place)
    for back, code in (
        (Return(outcome=Outcome.SETTLED, words=" "), Code.FIELD_MISSING),
        (Return(outcome=Outcome.DISPUTED, words="演示"), Code.FIELD_INVALID),
        (Return(outcome=Outcome.SETTLED, words="长" * 1_001), Code.FIELD_TOO_LONG),
    ):
        refused = handing.returned(place.staff, handover.id, back, at=LATER)
        assert await code_of(refused) is code


@pytest.mark.parametrize("route", [Route.MEDIATION, Route.PETITION])
async def test_words_of_a_dispute_or_petition_stay_restricted(store: str, route: Route) -> None:
    place = await a_place()
    handover = await handed(place, route)
    back = Return(outcome=Outcome.SETTLED, words="演示：双方说好了")
    await handing.returned(place.staff, handover.id, back, at=LATER)
    told = await journal.entries(place.community, with_restricted=True)
    assert "说好了" not in str([one.event for one in told])
    assert "说好了" in str([one.restricted for one in told])
    assert (await Demand.get(id=handover.demand_id)).state == "resolved"


async def test_a_dispute_that_is_not_settled_stays_private(store: str) -> None:
    place = await a_place()
    handover = await handed(place, Route.MEDIATION)
    back = Return(outcome=Outcome.UNSETTLED, words="演示：谈不拢")
    await handing.returned(place.staff, handover.id, back, at=LATER)
    demand = await Demand.get(id=handover.demand_id)
    assert (demand.state, demand.route, demand.is_private) == ("listed", "", True)
    order = Order(route=Route.DELIBERATION)
    refused = triage.triage(place.staff, demand.id, order, at=LATER)
    assert await code_of(refused) is Code.DEMAND_ROUTE_UNSUITABLE


async def test_a_petition_that_is_accepted_has_its_60_days(store: str) -> None:
    place = await a_place()
    handover = await handed(place, Route.PETITION)
    assert await handing.accept(place.staff, handover.id, at=LATER) == date(2027, 1, 21)
    found = await Handover.get(id=handover.id)
    assert (found.state, found.outcome, found.due_on) == ("open", "accepted", date(2027, 1, 21))
    again = handing.accept(place.staff, handover.id, at=LATER)
    assert await code_of(again) is Code.HANDOVER_SETTLED
    await handing.returned(place.staff, handover.id, SETTLED, at=LATER)
    assert (await Handover.get(id=handover.id)).outcome == "settled"


async def test_only_petitions_are_accepted(store: str) -> None:
    place = await a_place()
    handover = await handed(place)
    assert await code_of(handing.accept(place.staff, handover.id, at=LATER)) is Code.NOT_FOUND


async def test_what_is_withdrawn_is_looked_at_again(store: str) -> None:
    place = await a_place()
    handover = await handed(place)
    empty = handing.withdraw(place.staff, handover.id, " ", at=LATER)
    assert await code_of(empty) is Code.REASON_REQUIRED
    await handing.withdraw(place.staff, handover.id, "演示：写错了单位", at=LATER)
    assert (await Handover.get(id=handover.id)).state == "withdrawn"
    assert (await Demand.get(id=handover.demand_id)).route == ""
    again = handing.withdraw(place.staff, handover.id, "演示", at=LATER)
    assert await code_of(again) is Code.HANDOVER_SETTLED


async def test_what_is_overdue_stands_first(store: str) -> None:
    place = await a_place()
    for day in (date(2026, 11, 28), date(2026, 11, 21), date(2026, 11, 24)):
        await handed(place, due_on=day)
    rows = await handing.open_handovers(place.community)
    assert [row.due_on.day for row in rows] == [21, 24, 28]
    assert await handing.count_open(place.community) == 3


async def test_those_who_asked_have_the_last_word_once(store: str) -> None:
    place = await a_place()
    handover = await handed(place)
    demand = handover.demand_id
    early = handing.dispute(place.resident, demand, "演示：还是不亮", at=AT)
    assert await code_of(early) is Code.DEMAND_DISPUTE_OVER
    await handing.returned(place.staff, handover.id, SETTLED, at=LATER)
    assert (
        await code_of(handing.dispute(place.neighbour, demand, "演示", at=LATER))
        is Code.NOT_PERMITTED
    )
    assert (
        await code_of(handing.dispute(place.resident, demand, "", at=LATER)) is Code.REASON_REQUIRED
    )
    row = await Demand.get(id=demand)
    assert (await handing.routed(place.resident, row, at=LATER)).may_dispute
    assert not (await handing.routed(place.neighbour, row, at=LATER)).may_dispute
    await handing.dispute(place.resident, demand, "演示：还是不亮", at=LATER)
    assert (await Demand.get(id=demand)).state == "listed"
    assert (await Handover.get(id=handover.id)).outcome == "disputed"
    told = [one.event for one in await journal.story([f"demand:{demand}"])]
    assert told[-1] == DemandDisputed(demand=demand, handover=handover.id, reason="演示：还是不亮")
    await triage.triage(
        place.staff, demand, Order(route=Route.SERVICE, reason="演示再办"), at=LATER
    )
    again = await Handover.get(demand_id=demand, state="open")
    await handing.returned(place.staff, again.id, SETTLED, at=LATER + timedelta(hours=1))
    late = handing.dispute(place.resident, demand, "演示", at=LATER + timedelta(hours=2))
    assert await code_of(late) is Code.DEMAND_DISPUTE_OVER


async def test_after_a_week_it_is_settled(store: str) -> None:
    place = await a_place()
    handover = await handed(place)
    await handing.returned(place.staff, handover.id, SETTLED, at=AT)
    for days, code in ((8, Code.DEMAND_DISPUTE_OVER), (7, None)):
        at = AT + timedelta(days=days)
        act = handing.dispute(place.resident, handover.demand_id, "演示", at=at)
        assert await code_of(act) is code


async def test_what_an_authority_settled_is_not_disputed_here(store: str) -> None:
    place = await a_place()
    handover = await handed(place, Route.AUTHORITY, due_on=TODAY)
    await handing.returned(place.staff, handover.id, SETTLED, at=AT)
    act = handing.dispute(place.resident, handover.demand_id, "演示", at=AT)
    assert await code_of(act) is Code.DEMAND_DISPUTE_OVER


async def test_the_record_of_direct_service_counts_all(store: str) -> None:
    place = await a_place()
    for days in (0, 1, 2, 5):
        handover = await handed(place)
        at = AT + timedelta(days=days)
        await handing.returned(place.staff, handover.id, SETTLED, at=at)
    disputed = await handed(place)
    await handing.returned(place.staff, disputed.id, SETTLED, at=AT)
    await handing.dispute(place.resident, disputed.demand_id, "演示", at=AT)
    await handed(place)
    withdrawn = await handed(place)
    await handing.withdraw(place.staff, withdrawn.id, "演示", at=AT)
    community = await Community.get(id=place.community)
    record = await handing.service_record(community)
    assert (record.n, record.settled) == (6, 4)
    assert (record.same_day, record.two_days, record.three_days) == (1, 2, 3)
    assert (await handing.service_record(community, since=TODAY + timedelta(days=1))).n == 0
    assert (await handing.service_record(community, until=TODAY)).n == 6
