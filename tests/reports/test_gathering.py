"""Figures of a small community are what one counts there by hand, on both engines."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from deliberation.claims import escalating, service
from deliberation.claims.escalating import Duty
from deliberation.claims.models import Claim, Escalation
from deliberation.claims.service import Promise
from deliberation.claims.ticking import tick
from deliberation.clock import FixedClock
from deliberation.demands import handing, merging, triage
from deliberation.demands.handing import Return
from deliberation.demands.models import Demand, Handover
from deliberation.demands.routes import Outcome, Route
from deliberation.demands.rules import Raising
from deliberation.demands.sending import Order
from deliberation.demands.service import raise_demand
from deliberation.matters import rating, tasks
from deliberation.matters.models import Task
from deliberation.people.models import Place
from deliberation.people.roles import Actor, Role
from deliberation.reports.facts import Period
from deliberation.reports.figures import Line, Name, find
from deliberation.reports.gathering import facts_of
from deliberation.reports.heads import Heads, heads_of
from deliberation.reports.service import communities_below, feedback_for, figures_for
from deliberation.suggestions import service as suggestions
from deliberation.suggestions.models import Measure, Suggestion
from deliberation.suggestions.service import Solving, Taking
from tests.claims.stage import (
    NOW,
    TODAY,
    Stage,
    department,
    finished,
    later,
    matter_of,
    on,
    rated,
    set_stage,
    subdistrict,
    the_row,
)
from tests.flows.hall import furnished
from tests.web.test_records import decide

pytestmark = pytest.mark.anyio

YEAR = Period(year=2026)
END = date(2026, 12, 31)
SECRET = "楼上漏水吵架"


@pytest.fixture
async def stage(store: str) -> Stage:
    return await set_stage()


async def brought(stage: Stage, n: int, **columns: object) -> Demand:
    """A demand of the list, raised today unless it says otherwise."""
    made: dict[str, Any] = {
        "title": f"演示需求{n}",
        "domain": "设施改造",
        "raised_on": TODAY,
        "created_at": NOW,
        "route": "deliberation",
    } | columns
    return await Demand.create(community_id=stage.community, number=f"2026-{n:03}", **made)


async def claimed_by(stage: Stage, demand: Demand, who: Actor, *, days: int) -> UUID:
    """The matter that the claim takes to delivery."""
    await service.offer(stage.chair, [demand.id], at=NOW)
    claim = await service.claim(who, demand.id, Promise(promised_on=on(days)), at=NOW)
    return (await matter_of(claim)).id


def household(stage: Stage, n: int) -> Actor:
    one = stage.residents[n]
    return Actor(
        person=one.person,
        community=stage.community,
        household=one.household,
        roles=frozenset({Role.RESIDENT, Role.REPRESENTATIVE}),
    )


async def counted(community: UUID, period: Period = YEAR, today: date = END) -> list[Line]:
    return (await figures_for(await the_row(community), period, today))[1]


def parts(lines: list[Line], name: Name, dimension: str = "all", key: str = "") -> tuple[int, int]:
    figure = find(lines, name, dimension, key)
    assert figure is not None, (name, dimension, key)
    return figure.part, figure.whole


async def test_what_became_of_demands_is_counted_of_all_that_were_received(stage: Stage) -> None:
    grid = await Place.create(
        community_id=stage.community, kind="grid", name="第二网格", path="第二网格"
    )
    house = await Place.create(
        community_id=stage.community, kind="building", name="9号楼", path="第二网格 / 9号楼"
    )
    await brought(stage, 1, place_id=house.id, channel="grid", domain="环境美化")
    refused = await brought(stage, 2, place_id=grid.id)
    given_back = await brought(stage, 3)
    merged = await brought(stage, 4, channel="hotline")
    declined = await brought(stage, 5)
    held = await brought(stage, 6)
    await brought(stage, 7, raised_on=date(2025, 12, 31))
    await brought(stage, 8, state="staged")

    await service.offer(stage.chair, [refused.id, given_back.id], at=NOW)
    await service.refuse(stage.of_clinic, refused.id, "不是我们的事", at=NOW)
    await service.refuse(stage.of_school, refused.id, "没有人手", at=NOW)
    await escalating.ask_for_demand(stage.chair, refused.id, "没有人认领", at=NOW)
    claim = await service.claim(
        stage.of_school, given_back.id, Promise(promised_on=on(9)), at=later(2)
    )
    await service.release(stage.of_school, claim.id, "做不了", at=later(3))
    await merging.merge(stage.chair, merged.id, refused.id, "同一件事", at=later(1))
    order = Order(route=Route.DECLINED, reason="不归社区")
    await triage.triage(stage.chair, declined.id, order, at=later(4))
    await claimed_by(stage, held, stage.of_clinic, days=20)

    lines = await counted(stage.community)
    assert parts(lines, Name.RECEIVED) == (6, 1)
    assert parts(lines, Name.SETTLED) == (0, 6)
    assert parts(lines, Name.DECLINED) == (1, 6)
    assert parts(lines, Name.MERGED) == (1, 6)
    assert parts(lines, Name.CLAIMED) == (1, 6), "what was given back is not claimed"
    assert parts(lines, Name.ESCALATED) == (1, 6)
    assert parts(lines, Name.REFUSALS) == (2, 1)
    assert parts(lines, Name.RELEASES) == (1, 1)
    assert parts(lines, Name.DAYS_TO_SETTLE) == (0, 0), "merged and declined are not settled"
    assert parts(lines, Name.DAYS_TO_TRIAGE) == (4, 1)
    assert parts(lines, Name.RECEIVED, "place", "第二网格") == (2, 1)
    assert parts(lines, Name.RECEIVED, "place", "第二网格 / 9号楼") == (1, 1)
    assert parts(lines, Name.RECEIVED, "domain", "环境美化") == (1, 1)
    assert parts(lines, Name.RECEIVED, "channel", "hotline") == (1, 1)
    assert parts(lines, Name.DONE) == (0, 1), "a task that was given back is nobody's"
    assert parts(lines, Name.OVERDUE) == (1, 1)
    assert parts(await counted(stage.community, today=on(20)), Name.OVERDUE) == (0, 1)


async def test_what_is_done_late_is_in_time_by_the_later_day_only(stage: Stage) -> None:
    matter = await claimed_by(stage, await brought(stage, 1), stage.of_school, days=10)
    task = await Task.get(matter_id=matter)
    await tasks.postpone(stage.chair, task.id, on(20), "等材料", at=later(8))
    await finished(stage, matter, at=later(15))
    await rating.rate(household(stage, 0), matter, 5, at=later(16))
    await rating.rate(household(stage, 1), matter, 2, at=later(16))

    lines = await counted(stage.community)
    assert parts(lines, Name.SETTLED) == (1, 1)
    assert parts(lines, Name.DAYS_TO_SETTLE) == (15, 1)
    assert parts(lines, Name.DAYS_TO_DELIVER) == (15, 1)
    assert parts(lines, Name.DONE) == (1, 1)
    assert parts(lines, Name.ON_TIME_FIRST) == (0, 1)
    assert parts(lines, Name.ON_TIME_LAST) == (1, 1)
    assert parts(lines, Name.POSTPONED) == (1, 1)
    assert parts(lines, Name.ANSWERED) == (2, 3)
    assert parts(lines, Name.MEAN) == (7, 2)
    assert parts(lines, Name.RETURNED) == (0, 0), "the asking is not over"
    assert parts(lines, Name.MEAN, "organisation", "演示学校") == (7, 2)
    assert parts(lines, Name.MEAN, "organisation", "演示卫生站") == (0, 0)


async def test_marks_are_of_who_had_done_it_and_not_of_who_took_it_over(stage: Stage) -> None:
    upper = await subdistrict(stage)
    office = await department(upper)
    matter = await claimed_by(stage, await brought(stage, 1), stage.of_school, days=3)
    await finished(stage, matter, at=later(1))
    await rated(stage, matter, 1, at=later(2))
    await tick(later(32))
    await finished(stage, matter, at=later(33))
    await rated(stage, matter, 2, at=later(34))
    await tick(later(65))
    listed = await Escalation.get(matter_id=matter)
    duty = Duty(organisation=office.id, duty="演示重修", due_on=on(80))
    await escalating.assign(upper, listed.id, duty, at=later(66))
    await finished(stage, matter, at=later(70))
    await rated(stage, matter, 5, at=later(71))

    lines = await counted(stage.community)
    assert parts(lines, Name.MEAN, "organisation", "演示学校") == (9, 6)
    assert parts(lines, Name.RETURNED, "organisation", "演示学校") == (2, 2)
    after = await counted(stage.community, Period(year=2027), on(80))
    assert parts(after, Name.MEAN, "organisation", "演示城管科") == (15, 3)
    assert parts(after, Name.ASSIGNED) == (1, 1)
    assert parts(lines, Name.ESCALATED) == (1, 1)
    of_school = await feedback_for(await the_row(stage.community), stage.school.id, YEAR, on(80))
    assert parts(list(of_school.lines), Name.ANSWERED, "organisation", "演示学校") == (6, 6)
    theirs = await feedback_for(
        await the_row(office.community_id), office.id, Period(year=2027), on(80)
    )
    assert [duty.title for duty in theirs.duties] == ["演示重修"], "set in a community below"


async def test_direct_service_counts_from_the_day_it_was_handed_over(stage: Stage) -> None:
    for n, back in ((1, 0), (2, 1), (3, 2), (4, 5), (5, None)):
        demand = await brought(stage, n, route="")
        order = Order(route=Route.SERVICE, reason="小修", due_on=on(9))
        await triage.triage(stage.chair, demand.id, order, at=NOW)
        if back is not None:
            handover = await Handover.get(demand_id=demand.id)
            settled = Return(outcome=Outcome.SETTLED, words="修好了")
            await handing.returned(stage.chair, handover.id, settled, at=later(back))
    lines = await counted(stage.community)
    assert parts(lines, Name.SAME_DAY) == (1, 5)
    assert parts(lines, Name.WITHIN_TWO) == (2, 5)
    assert parts(lines, Name.WITHIN_THREE) == (3, 5)
    assert parts(lines, Name.SETTLED) == (4, 5)


async def test_a_dispute_is_counted_and_its_words_are_nowhere(stage: Stage) -> None:
    demand = await brought(stage, 1, title=SECRET)
    matter = await claimed_by(stage, demand, stage.of_school, days=9)
    task = await Task.get(matter_id=matter)
    await tasks.postpone(stage.chair, task.id, on(12), f"{SECRET}，等人", at=later(1))
    claim = await Claim.get(demand_id=demand.id)
    await service.release(stage.of_school, claim.id, f"{SECRET}，管不了", at=later(2))
    order = Order(route=Route.MEDIATION, reason="当事人要求", to="演示调委会")
    await triage.triage(stage.chair, demand.id, order, at=later(3))

    facts, lines = await figures_for(await the_row(stage.community), YEAR, END)
    assert parts(lines, Name.RECEIVED) == (1, 1)
    made = await feedback_for(await the_row(stage.community), stage.school.id, YEAR, END)
    assert len(made.duties) == 1
    assert SECRET not in repr((facts, lines, made))


async def test_a_day_belongs_to_the_year_that_it_is_there(stage: Stage) -> None:
    last = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
    first = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    for at in (last, first):
        await raise_demand(stage.chair, Raising(title=f"演示{at:%H}点的需求"), at=at)
        await suggestions.note_suggestion(stage.chair, f"演示{at:%H}点的话", at=at)
    for year in (2026, 2027):
        lines = await counted(stage.community, Period(year=year), date(2027, 1, 1))
        assert parts(lines, Name.RECEIVED) == (1, 1)
        assert parts(lines, Name.SUGGESTIONS) == (1, 1)
    december = await counted(stage.community, Period(year=2026, month=12), date(2027, 1, 1))
    assert parts(december, Name.RECEIVED) == (1, 1)


async def test_a_problem_that_two_measures_solved_counts_once(stage: Stage) -> None:
    await suggestions.note_suggestion(stage.chair, "演示：装扶手", at=NOW)
    one = await Suggestion.get()
    for title in ("装扶手", "修台阶"):
        await suggestions.take_measure(
            stage.chair, Taking(title=title, suggestions=[one.id]), at=NOW
        )
    for measure, words in zip(await Measure.all(), ("上楼 难", "上楼难"), strict=True):
        await suggestions.solve(stage.chair, measure.id, Solving(words=words), at=NOW)
    lines = await counted(stage.community)
    assert parts(lines, Name.SUGGESTIONS) == (1, 1)
    assert parts(lines, Name.MEASURES) == (2, 1)
    assert parts(lines, Name.PROBLEMS) == (1, 1)


async def test_the_level_above_sees_numbers_of_each_community_and_their_sum(stage: Stage) -> None:
    upper = await subdistrict(stage)
    assert upper.community is not None
    matter = await claimed_by(stage, await brought(stage, 1), stage.of_school, days=10)
    await brought(stage, 2)
    await finished(stage, matter, at=later(10))
    await rated(stage, matter, 4, at=later(11))
    await raise_demand(upper, Raising(title="演示街道的事"), at=NOW)

    assert parts(await counted(upper.community), Name.RECEIVED) == (1, 1)
    rows = await communities_below(await the_row(upper.community))
    assert [row.name for row in rows] == ["示例街道", "示例社区"]
    heads = await heads_of(rows, YEAR)
    for row in rows:
        lines = await counted(row.id)
        for line in heads[row.id].lines():
            assert line in lines, "the same figures as on the page of the community"
    assert sum(heads.values(), start=Heads()) == replace(heads[stage.community], received=3)
    assert await heads_of(rows, Period(year=2025)) == dict.fromkeys(heads, Heads())


async def test_an_adopted_motion_and_the_minutes_it_took(store: str) -> None:
    hall = await furnished(FixedClock(NOW), households=3)
    await decide(hall)
    facts = await facts_of(await the_row(hall.community), YEAR, END)
    (ballot,) = facts.ballots
    assert (ballot.part, ballot.cast, ballot.is_adopted) == (2, 2, True)
    (meeting,) = facts.meetings
    assert (meeting.on, meeting.planned, meeting.used) == (TODAY, 150, 3)
    assert [m.step for m in facts.matters].count("deliver") == 1
    assert [d.decided_on for d in facts.demands if d.decided_on is not None] == [TODAY]
    before = await facts_of(await the_row(hall.community), Period(year=2025), END)
    assert (before.ballots, before.meetings, before.matters) == ((), (), ())
