"""What is due is told to those whom it concerns: once, in time, and not when it is settled."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from deliberation.ballots.models import Ballot, Elector, Electorate, Vote
from deliberation.claims.models import Claim, Escalation
from deliberation.demands.models import Handover, SupportAsk
from deliberation.matters.models import Rating
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.people.models import Household, Person
from deliberation.reminders.models import Message
from deliberation.reminders.telling import Teller
from tests.reminders.stage import (
    AT,
    TODAY,
    demand_of,
    evaluation_of,
    matter_of,
    milestone_of,
    partner,
    remind,
    task_for,
    told,
)
from tests.support.held_day import Planned, noticed, planned

pytestmark = pytest.mark.anyio

INVITED = "“11月议事日”2026年11月20日 09:00在演示议事厅开，请您家来参加"


@pytest.fixture
async def here(store: str) -> Planned:
    made = await noticed()
    await Message.all().delete()
    return made


async def test_a_noticed_meeting_is_told_to_the_households_on_its_roll(here: Planned) -> None:
    for _ in range(3):
        await remind()
    assert await told(here.resident.person) == [INVITED]
    assert INVITED not in await told(here.chair.person), "nobody of the roll"


async def test_a_meeting_that_moves_is_told_anew_and_the_old_hour_is_muted(here: Planned) -> None:
    await remind()
    await meetings.move_day(here.chair, here.day, date(2026, 11, 27), "演示停电", at=AT)
    await remind(AT + timedelta(minutes=1))
    assert await told(here.resident.person) == [
        "“11月议事日”改到2026年11月27日 09:00，在演示议事厅。原因：演示停电"
    ]
    assert await told(here.resident.person, muted=True) == [INVITED]


async def test_a_cancelled_day_is_told_and_mutes_the_invitation(here: Planned) -> None:
    await remind()
    await meetings.cancel_day(here.chair, here.day, "演示暴雨", at=AT)
    await remind(AT + timedelta(minutes=1))
    assert await told(here.resident.person) == [
        "原定2026年11月20日 09:00的“11月议事日”取消了。原因：演示暴雨"
    ]
    assert await told(here.resident.person, muted=True) == [INVITED]


async def test_nobody_is_told_of_a_meeting_that_is_over(here: Planned) -> None:
    await remind(datetime(2026, 11, 21, tzinfo=UTC))
    assert INVITED not in await told(here.resident.person)


async def test_the_notice_is_asked_for_until_it_is_published(store: str) -> None:
    made = await planned()
    await remind(datetime(2026, 11, 11, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC))
    words = "2026年11月20日的议事日，公告最迟2026年11月13日发布，还没有发"
    assert await told(made.chair.person) == [words]
    assert await told(made.resident.person) == []
    await Meeting.filter(id=made.meeting).update(state="noticed")
    await remind(datetime(2026, 11, 11, 1, tzinfo=UTC))
    assert await told(made.chair.person, muted=True) == [words]


async def test_a_day_of_talks_alone_needs_no_days_of_notice(store: str) -> None:
    made = await planned()
    await Meeting.filter(id=made.meeting).update(kind="talk")
    await remind(datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC))
    (words,) = await told(made.chair.person)
    assert "最迟2026年11月20日发布" in words


async def test_a_task_is_told_to_its_liaisons_and_overdue_to_staff_as_well(here: Planned) -> None:
    theirs, others = await partner(here), await partner(here, "演示医院")
    task = await task_for(here, theirs, 3)
    await milestone_of(task, 1)
    await remind()
    part = "任务“演示换灯”的节点“演示买灯”2026年11月4日到期"
    soon = "任务“演示换灯”2026年11月6日到期"
    assert await told(theirs.liaison) == [part, soon]
    assert await told(others.liaison) == []
    await remind(AT + timedelta(days=4))
    late = "任务“演示换灯”逾期了，期限是2026年11月6日"
    assert late in await told(theirs.liaison)
    assert late in await told(here.chair.person)


async def test_a_task_that_is_done_or_postponed_is_not_reminded_of(here: Planned) -> None:
    theirs = await partner(here)
    task = await task_for(here, theirs, 1)
    await remind()
    task.due_on += timedelta(days=2)
    await task.save()
    await remind()
    assert await told(theirs.liaison, muted=True) == ["任务“演示换灯”2026年11月4日到期"]
    assert await told(theirs.liaison) == ["任务“演示换灯”2026年11月6日到期"]
    task.state = "done"
    await task.save()
    await remind()
    assert await told(theirs.liaison) == []


async def test_after_three_days_down_only_what_is_still_true_is_told(here: Planned) -> None:
    theirs = await partner(here)
    await task_for(here, theirs, 3)
    await evaluation_of(here, [here.resident.household or here.community], 2)
    await remind(AT + timedelta(days=3), AT)
    assert await told(theirs.liaison) == ["任务“演示换灯”今天到期"]
    assert not any("评" in words for words in await told(here.resident.person))


async def test_households_are_asked_to_rate_and_once_more_before_it_closes(here: Planned) -> None:
    assert here.resident.household
    evaluation = await evaluation_of(here, [here.resident.household], 10)
    await remind()
    await remind(AT + timedelta(days=8))
    first, last = (
        "“演示亮灯”报办结了：真的办好了吗？请您家评一评，2026年11月13日截止",
        "“演示亮灯”的评价2026年11月13日截止，您家还没有评",
    )
    assert {first, last} <= set(await told(here.resident.person))
    await Rating.filter(evaluation_id=evaluation.id).update(mark=5, rated_at=AT)
    await remind(AT + timedelta(days=8, hours=1))
    assert set(await told(here.resident.person, muted=True)) == {first, last}


async def test_answers_are_due_for_staff_and_news_for_who_asked(here: Planned) -> None:
    person = here.resident.person
    demand = await demand_of(
        here, route="service", state="referred", due_on=TODAY, raised_by_id=person
    )
    handover = await Handover.create(
        demand=demand, kind="authority", to_name="演示城管", due_on=TODAY, handed_at=AT
    )
    await remind()
    answer = "“演示积水”今天是答复期限"
    assert {answer, "“演示积水”交演示城管办理，今天到期"} <= set(await told(here.chair.person))
    demand.state, demand.answered_at, demand.changed_at = "resolved", AT, AT
    handover.state = "returned"
    await demand.save()
    await handover.save()
    await remind(AT + timedelta(minutes=5))
    assert answer in await told(here.chair.person, muted=True)
    assert "您提的“演示积水”有了答复" in await told(person)


async def test_of_a_dispute_nothing_but_its_number_is_told(here: Planned) -> None:
    await demand_of(
        here, route="mediation", state="referred", due_on=TODAY, is_private=True, number="密-7"
    )
    await remind()
    assert "“密-7”今天是答复期限" in await told(here.chair.person)


async def test_liaisons_hear_once_a_day_of_what_is_offered(here: Planned) -> None:
    theirs = await partner(here)
    for number in range(5):
        await demand_of(here, number=f"演-{number}", offered_on=TODAY)
    for minute in range(3):
        await remind(AT + timedelta(minutes=minute))
    assert await told(theirs.liaison) == ["2026年11月3日有需求等着认领，请看看哪些能办"]


async def test_claims_released_and_escalations_are_told(here: Planned) -> None:
    theirs = await partner(here)
    demand = await demand_of(here)
    await Claim.create(
        community_id=here.community,
        demand=demand,
        organisation=theirs.organisation,
        state="released",
        claimed_at=AT,
        ended_at=AT,
    )
    matter = await matter_of(here)
    await Escalation.create(
        community_id=here.community,
        upper_id=here.community,
        matter_id=matter.id,
        cause="overdue",
        state="assigned",
        organisation=theirs.organisation,
        due_on=TODAY,
        raised_at=AT,
        assigned_at=AT,
    )
    await remind()
    expected = {
        "“演示积水”的认领退回了，可以再认领",
        "“演示修路灯”已经交办给演示物业，2026年11月3日前办完",
    }
    assert expected <= set(await told(theirs.liaison))
    assert expected <= set(await told(here.chair.person))


async def test_a_household_is_asked_again_after_a_merge(here: Planned) -> None:
    one, other = await demand_of(here), await demand_of(here, number="演-2", title="演示下水道")
    ask = await SupportAsk.create(
        demand=other, from_demand_id=one.id, household_id=here.resident.household, asked_at=AT
    )
    await remind()
    words = "您家支持的“演示积水”并入了“演示下水道”，请说一声是否也支持它"
    assert words in await told(here.resident.person)
    ask.answer = "yes"
    await ask.save()
    await remind()
    assert words in await told(here.resident.person, muted=True)


async def open_ballot(here: Planned, *, closes_at: datetime) -> Ballot:
    """Two households may vote, for days."""
    electorate = await Electorate.create(
        meeting_id=here.meeting, fingerprint="f", salt="s", digest="d", size=2
    )
    for household in await Household.filter(community_id=here.community):
        await Elector.create(
            electorate=electorate, voter_id=household.id, person_id=household.representative_id
        )
    return await Ballot.create(
        meeting_id=here.meeting,
        item_id=here.meeting,
        electorate=electorate,
        wording="演示加装路灯",
        rule="",
        entitled=2,
        opened_at=AT,
        closes_at=closes_at,
    )


async def test_a_standing_ballot_is_told_to_those_who_have_not_voted(here: Planned) -> None:
    await Meeting.filter(id=here.meeting).update(starts_at=AT - timedelta(hours=2))
    ballot = await open_ballot(here, closes_at=AT + timedelta(days=5))
    await remind()
    open_words = "“演示加装路灯”正在投票，2026年11月8日 09:00截止"
    other = await Person.filter(household_id__not_isnull=True).exclude(id=here.resident.person)
    assert await told(here.resident.person) == await told(other[0].id) == [open_words]
    await Vote.create(
        id=7,
        ballot=ballot,
        voter_id=here.resident.household,
        person_id=here.resident.person,
        choice="for",
        channel="phone",
        receipt="r",
        cast_at=AT,
    )
    await remind(AT + timedelta(days=4, hours=1))
    last = "“演示加装路灯”的投票2026年11月8日 09:00截止，投过的不用再管"
    assert await told(here.resident.person) == [open_words], "no time of a vote is noted"
    assert last in await told(other[0].id)
    await Ballot.filter(id=ballot.id).update(state="closed")
    await remind(AT + timedelta(days=4, hours=2))
    assert await told(other[0].id) == []


async def test_the_end_of_objections_is_told_to_staff(here: Planned) -> None:
    await Meeting.filter(id=here.meeting).update(starts_at=AT - timedelta(hours=2))
    ballot = await open_ballot(here, closes_at=AT)
    await Ballot.filter(id=ballot.id).update(
        state="announced", objections_until=AT + timedelta(hours=20)
    )
    await remind()
    words = "“演示加装路灯”的结果公示2026年11月4日 05:00结束，之后请确认"
    assert words in await told(here.chair.person)


async def test_two_runners_and_many_rounds_tell_nobody_twice(here: Planned) -> None:
    theirs = await partner(here)
    await task_for(here, theirs, 0)
    first, second = Teller(), Teller()
    since = AT - timedelta(days=1)
    await asyncio.gather(*(t.remind(AT, since) for t in (first, second, first, second)))
    await remind(AT - timedelta(hours=3))  # a clock that was put back
    rows = await Message.all().values_list("person_id", "key")
    assert len(rows) == len(set(rows)) > 2


async def test_a_source_that_fails_silences_none_of_the_others(
    here: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = await partner(here)
    await task_for(here, theirs, 0)
    monkeypatch.setattr("deliberation.reminders.gathering.meeting_rule", None)
    await DeliberationDay.filter(held_on__gt=TODAY).update(held_on=date(2026, 11, 25))
    await Meeting.filter(id=here.meeting).update(state="planned")
    with pytest.raises(TypeError):
        await remind()
    assert await told(theirs.liaison) == ["任务“演示换灯”今天到期"]
