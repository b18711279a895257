"""Venues and agreements; and a meeting that is called to a venue by a body."""

import json
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.agendas import conduct, rules
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.publishing import checks_for, publish_notice
from deliberation.agendas.service import add_demand, items_of
from deliberation.demands.service import Raising, raise_demand
from deliberation.errors import Code, Refusal
from deliberation.gatherings import agreements, bodies, venues
from deliberation.gatherings.agreements import Terms
from deliberation.gatherings.bodies import Forming
from deliberation.gatherings.models import Agreement, Venue
from deliberation.gatherings.venues import Described
from deliberation.i18n.sentences import Sentence
from deliberation.ical.service import meeting_file
from deliberation.matters.steps import Step
from deliberation.meetings import calling
from deliberation.meetings import service as meetings
from deliberation.meetings.kinds import Calling, Hours
from deliberation.meetings.models import Meeting
from deliberation.minutes.service import document_of, draft_if_adjourned, require_latest
from deliberation.notices.models import Notice
from deliberation.people.models import Body, Organisation
from tests.support.community import the_community
from tests.support.held_day import BEFORE as AT
from tests.support.held_day import ON_THE_DAY, Planned, planned

pytestmark = pytest.mark.anyio
TODAY = date(2026, 11, 2)
YARD = Described(name="演示院子", kind="courtyard", address="2号楼前", capacity=1)


async def refused(act: Awaitable[object]) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act
    return refusal.value.code


@pytest.fixture
async def here(store: str) -> Planned:
    return await planned()


@pytest.fixture
async def yard(here: Planned) -> UUID:
    await venues.open_venue(here.chair, YARD, at=AT)
    return (await Venue.get(name="演示院子")).id


async def warnings(meeting: UUID) -> list[Sentence]:
    found = await checks_for(await Meeting.get(id=meeting), at=AT)
    return [check.says for check in found if check.state is rules.CheckState.WARNING]


async def test_a_venue_is_named_once_changed_and_closed(here: Planned, yard: UUID) -> None:
    again = venues.open_venue(here.chair, YARD, at=AT)
    assert await refused(again) is Code.VENUE_NAME_TAKEN
    await venues.change_venue(here.chair, yard, replace(YARD, capacity=30), at=AT)
    await venues.change_venue(here.chair, yard, replace(YARD, capacity=30), at=AT)
    await venues.close_venue(here.chair, yard, at=AT)
    assert await refused(venues.close_venue(here.chair, yard, at=AT)) is Code.VENUE_GONE
    told = [e.event for e in await journal.entries(here.community)]
    changed = [event for event in told if event.NAME == "venue.changed"]
    assert [event.changes for event in changed] == [{"capacity": 30}]  # type: ignore[attr-defined]
    huge = venues.open_venue(here.chair, Described(name="广场", capacity=-1), at=AT)
    assert await refused(huge) is Code.FIELD_INVALID


async def test_an_agreement_says_what_each_gives_and_ends_once(here: Planned) -> None:
    partner = await Organisation.create(community_id=here.community, name="演示单位")
    terms = Terms(
        organisation=partner.id,
        community_gives="一楼活动室",
        organisation_gives="每月一次义诊",
        begins_on=TODAY,
        ends_on=TODAY + timedelta(days=20),
    )
    backwards = replace(terms, ends_on=TODAY - timedelta(days=1))
    made = agreements.make_agreement(here.chair, backwards, at=AT)
    assert await refused(made) is Code.TERM_BACKWARDS
    await agreements.make_agreement(here.chair, terms, at=AT)
    (one,) = await Agreement.all()
    silent = agreements.end_agreement(here.chair, one.id, " ", at=AT)
    assert await refused(silent) is Code.REASON_REQUIRED
    await agreements.end_agreement(here.chair, one.id, "活动室装修", at=AT)
    twice = agreements.end_agreement(here.chair, one.id, "活动室装修", at=AT)
    assert await refused(twice) is Code.AGREEMENT_OVER
    partner.left_at = AT
    await partner.save()
    late = agreements.make_agreement(here.chair, terms, at=AT)
    assert await refused(late) is Code.ORGANISATION_LEFT


async def test_a_venue_too_small_or_with_steps_is_a_warning(here: Planned, yard: UUID) -> None:
    meeting = await meetings.plan_meeting(here.chair, here.day, title="院里谈", venue=yard, at=AT)
    assert meeting.venue == "演示院子，2号楼前"
    texts = [sentence.text for sentence in await warnings(meeting.id)]
    assert {"场地坐不下", "轮椅进不去"} <= set(texts)
    fine = replace(YARD, capacity=2, has_step_free_way=True)
    await venues.change_venue(here.chair, yard, fine, at=AT)
    texts = [sentence.text for sentence in await warnings(meeting.id)]
    assert not {"场地坐不下", "轮椅进不去"} & set(texts)
    await venues.close_venue(here.chair, yard, at=AT)
    assert "场地“{venue}”已经停用" in [s.text for s in await warnings(meeting.id)]
    gone = meetings.plan_meeting(here.chair, here.day, title="再谈", venue=yard, at=AT)
    assert await refused(gone) is Code.VENUE_GONE


async def test_notice_calendar_and_minutes_name_convener_and_venue(
    here: Planned, yard: UUID
) -> None:
    await bodies.form_body(here.chair, Forming(name="演示议事团"), at=AT)
    body = (await Body.get(name="演示议事团")).id
    talk = await meetings.plan_meeting(
        here.chair, here.day, title="吃茶话事", kind="talk", body=body, venue=yard, at=AT
    )
    await publish_notice(here.chair, talk.id, at=AT)
    content = json.loads((await Notice.get(subject_id=talk.id)).content)
    assert (content["convener"], content["venue"]) == ("演示议事团", "演示院子，2号楼前")
    file = await meeting_file(talk.id, await the_community(), "https://example.org")
    assert "LOCATION:演示院子" in file.decode()
    await meetings.convene(here.chair, talk.id, at=ON_THE_DAY)
    await conduct.adjourn(here.chair, talk.id, at=ON_THE_DAY)
    await draft_if_adjourned(talk.id, at=ON_THE_DAY)
    assert (await document_of(await require_latest(talk.id))).convener == "演示议事团"


async def test_a_talk_needs_no_agenda_no_quorum_and_no_days_but_takes_no_vote(
    here: Planned, yard: UUID
) -> None:
    evening = Hours(starts_at=AT + timedelta(hours=10), minutes=90)
    called = Calling(title="夜话", kind="talk", venue=yard)
    talk = await calling.call_apart(here.chair, called, evening, at=AT)
    demand = await raise_demand(here.chair, Raising(title="演示晾衣杆"), at=AT)
    await add_demand(here.chair, talk.id, demand.id, at=AT)
    (item,) = await items_of(talk.id)
    voted = Edit(step=Step.DECIDE, wording="同意装晾衣杆。")
    await edit_item(here.chair, talk.id, item.id, voted, at=AT)
    published = publish_notice(here.chair, talk.id, at=AT)
    assert await refused(published) is Code.AGENDA_CHECKS_FAILED
    await edit_item(here.chair, talk.id, item.id, Edit(step=Step.DISCUSS, wording=""), at=AT)
    await publish_notice(here.chair, talk.id, at=AT)
    row = await Meeting.get(id=talk.id)
    assert (row.state, row.present_required, row.day_id) == ("noticed", 0, None)


async def test_a_meeting_apart_needs_a_place_and_an_hour_to_come(here: Planned, yard: UUID) -> None:
    past = Hours(starts_at=AT - timedelta(hours=1), minutes=90)
    called = Calling(title="夜话", kind="talk", venue=yard)
    late = calling.call_apart(here.chair, called, past, at=AT)
    assert await refused(late) is Code.DAY_IN_THE_PAST
    evening = Hours(starts_at=AT + timedelta(hours=10), minutes=90)
    nowhere = calling.call_apart(here.chair, replace(called, venue=None), evening, at=AT)
    assert await refused(nowhere) is Code.FIELD_MISSING
    unknown = calling.call_apart(here.chair, replace(called, kind="party"), evening, at=AT)
    assert await refused(unknown) is Code.FIELD_INVALID


async def test_one_meeting_is_called_off_with_a_reason_and_the_day_stays(here: Planned) -> None:
    silent = calling.cancel_meeting(here.chair, here.meeting, "", at=AT)
    assert await refused(silent) is Code.REASON_REQUIRED
    await calling.cancel_meeting(here.chair, here.meeting, "下雨", at=AT)
    row = await Meeting.get(id=here.meeting)
    assert (row.state, row.reason, row.sequence) == ("cancelled", "下雨", 1)
    assert (await journal.state_of(here.meeting)).state == "cancelled"
    again = calling.cancel_meeting(here.chair, here.meeting, "下雨", at=AT)
    assert await refused(again) is Code.MEETING_CANCELLED
    assert (await meetings.require_day(here.day)).state == "planned"
