"""Evaluation on both engines: who is asked, what they say, and what follows by itself."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.journal import events as e
from deliberation.matters.evaluating import due_evaluations
from deliberation.matters.following import rated_by, waiting_for_rating
from deliberation.matters.models import Evaluation, Matter, Task
from deliberation.matters.rating import journal_ratings, rate, rating_totals
from deliberation.matters.stages import SHIPPED
from deliberation.matters.tasks import finish
from deliberation.people.models import Organisation
from tests.matters.delivering import (
    AT,
    Place,
    backed,
    brought,
    evaluated,
    given,
    opened,
    settled,
    under_way,
)

pytestmark = pytest.mark.anyio
OVER = AT + timedelta(days=SHIPPED.limits.rating_days + 1)


@pytest.fixture
async def place(store: str) -> Place:
    return await settled()


async def done(place: Place, *supporters: int) -> Matter:
    """A matter that the first household asked for, reported done."""
    demand = await brought(place)
    await backed(place, demand, *supporters)
    matter = await opened(place, demand)
    task = await given(place, matter)
    await finish(place.liaison, task.id, "演示：亮了", at=AT)
    return matter


async def test_who_raised_and_supported_it_is_asked_and_nobody_else(place: Place) -> None:
    matter = await done(place, 1)
    asked = await Evaluation.get(matter_id=matter.id)
    assert (asked.scope, asked.asked, asked.closes_on) == ("supporters", 2, date(2026, 12, 20))
    with pytest.raises(Refusal) as refusal:
        await rate(place.residents[2], matter.id, 5, at=AT)
    assert refusal.value.code is Code.EVALUATION_NOT_ASKED
    first, second, third = [await waiting(place, n) for n in range(3)]
    assert (first, second, third) == ([matter.id], [matter.id], [])

    await rate(place.residents[0], matter.id, 2, "暗", at=AT)
    await rate(place.residents[0], matter.id, 4, at=AT)
    await rate(place.residents[1], matter.id, 5, at=AT)
    asked = await Evaluation.get(matter_id=matter.id)
    assert (asked.rated, asked.mean) == (2, 450)
    assert await rating_totals(matter.id) == {1: 0, 2: 0, 3: 0, 4: 1, 5: 1}
    assert await waiting(place, 0) == []
    (own,) = await rated_by(household(place, 0))
    assert (own.mark, own.evaluation.matter.id) == (4, matter.id)
    await journal_ratings(at=AT)
    told = [h.event for h in await journal.story([f"matter:{matter.id}"])]
    assert [one.more for one in told if isinstance(one, e.MatterRated)] == [{"4": 1, "5": 1}]


def household(place: Place, n: int) -> UUID:
    found = place.residents[n].household
    assert found is not None
    return found


async def waiting(place: Place, n: int) -> list[UUID]:
    return [one.id for one in await waiting_for_rating(household(place, n))]


async def test_where_nobody_is_known_to_have_asked_everybody_is(place: Place) -> None:
    matter, task = await under_way(place, by=None)
    await finish(place.liaison, task.id, at=AT)
    asked = await Evaluation.get(matter_id=matter.id)
    assert (asked.scope, asked.asked) == ("everybody", 3)
    assert await waiting(place, 2) == [matter.id]
    await rate(place.residents[2], matter.id, 5, at=AT)
    assert await waiting(place, 2) == []
    assert (await Evaluation.get(matter_id=matter.id)).rated == 1


async def test_silence_closes_when_the_days_are_over_and_then_nobody_rates(place: Place) -> None:
    matter = await done(place)
    assert await due_evaluations(AT + timedelta(days=30)) == []
    assert await due_evaluations(OVER) == [(matter.id, place.community)]
    assert await evaluated(place, matter, at=AT) == ""
    assert await evaluated(place, matter, at=OVER) == "closed"
    row = await Matter.get(id=matter.id)
    assert (row.state, row.closed_at) == ("closed", OVER)
    assert await due_evaluations(OVER) == []
    with pytest.raises(Refusal) as refusal:
        await rate(place.residents[0], matter.id, 1, at=OVER)
    assert refusal.value.code is Code.MATTER_NOT_IN_EVALUATION
    (demand,) = await Demand.filter(raised_by_id=place.residents[0].person)
    assert (demand.state, demand.settled_at) == ("resolved", AT)


async def test_not_satisfied_it_goes_back_by_itself_once_and_then_is_escalated(
    place: Place,
) -> None:
    matter = await done(place, 1)
    await rate(place.residents[0], matter.id, 1, at=AT)
    await rate(place.residents[1], matter.id, 4, at=AT)
    assert await evaluated(place, matter, at=OVER) == "returned"
    row = await Matter.get(id=matter.id)
    again = await Task.get(matter_id=matter.id, state="open")
    assert (row.step, row.returns, row.organisation_id) == ("deliver", 1, place.organisation)
    assert (again.origin, again.due_on) == ("return", date(2027, 1, 20))  # 30 days, as promised
    assert {d.state for d in await Demand.filter(raised_by_id=place.residents[0].person)} == {
        "taken_up"
    }

    await finish(place.liaison, again.id, at=OVER)
    second = await Evaluation.get(matter_id=matter.id, round=2)
    assert (second.asked, second.rated) == (2, 0)
    await rate(place.residents[0], matter.id, 2, at=OVER)
    later = OVER + timedelta(days=40)
    assert await evaluated(place, matter, at=later) == "escalated"
    row = await Matter.get(id=matter.id)
    assert (row.step, row.state, row.organisation_id) == ("deliver", "active", None)
    outcomes = await Evaluation.filter(matter_id=matter.id).order_by("round")
    assert [(one.outcome, one.mean) for one in outcomes] == [("returned", 250), ("escalated", 200)]
    assert await evaluated(place, matter, at=later) == ""


async def test_an_organisation_that_left_gets_nothing_to_do_again(place: Place) -> None:
    matter = await done(place)
    await rate(place.residents[0], matter.id, 1, at=AT)
    await Organisation.filter(id=place.organisation).update(left_at=AT)
    assert await evaluated(place, matter, at=OVER) == "returned"
    assert not await Task.exists(matter_id=matter.id, state="open")
    assert (await Matter.get(id=matter.id)).organisation_id is None
