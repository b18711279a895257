"""The feed follows the days and meetings, and only them, on either engine."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import icalendar
import pytest

from deliberation.errors import Code, Refusal
from deliberation.ical.service import calendar_feed, day_file, meeting_file
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.people.models import Community
from tests.support import held_day
from tests.support.community import the_community
from tests.support.held_day import BEFORE, Planned

BASE = "https://yishi.example"


@pytest.fixture
async def planned(store: str) -> Planned:
    return await held_day.noticed()


@pytest.fixture
async def community(planned: Planned) -> Community:
    return await the_community()


def events(content: bytes) -> dict[str, Any]:
    calendar = icalendar.Calendar.from_ical(content)
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


async def test_every_day_and_meeting_is_one_event_under_its_own_identity(
    community: Community,
) -> None:
    found = events(await calendar_feed(community, BASE, now=BEFORE))
    days = [day.uid for day in await DeliberationDay.all()]
    (meeting,) = [meeting.uid for meeting in await Meeting.all()]
    assert set(found) == {*days, meeting}
    assert len(days) == 12
    assert "1. 演示路灯不亮" in found[meeting]["DESCRIPTION"]


async def test_the_bytes_change_with_the_data_and_not_with_the_hour(community: Community) -> None:
    first = await calendar_feed(community, BASE, now=BEFORE)
    assert await calendar_feed(community, BASE, now=BEFORE + timedelta(days=20)) == first


async def test_a_moved_day_takes_its_meeting_along_and_steps_both_sequences(
    planned: Planned, community: Community
) -> None:
    before = events(await calendar_feed(community, BASE, now=BEFORE))
    await meetings.move_day(
        planned.chair, planned.day, date(2026, 11, 22), "演示：场地检修", at=BEFORE
    )
    after = await calendar_feed(community, BASE, now=BEFORE)
    day = await DeliberationDay.get(id=planned.day)
    meeting = await Meeting.get(id=planned.meeting)
    for uid in (day.uid, meeting.uid):
        moved = events(after)[uid]
        assert moved["SEQUENCE"] == before[uid]["SEQUENCE"] + 1
        assert moved["DTSTART"].dt.date() == date(2026, 11, 22)
        assert "场地检修" in moved["DESCRIPTION"]


async def test_a_cancelled_day_stays_in_the_feed_as_cancelled(
    planned: Planned, community: Community
) -> None:
    await meetings.cancel_day(planned.chair, planned.day, "演示：停办一次", at=BEFORE)
    found = events(await calendar_feed(community, BASE, now=BEFORE))
    day = await DeliberationDay.get(id=planned.day)
    assert found[day.uid]["STATUS"] == "CANCELLED"


async def test_one_event_alone_has_the_same_identity_as_in_the_feed(
    planned: Planned, community: Community
) -> None:
    day = await DeliberationDay.get(id=planned.day)
    meeting = await Meeting.get(id=planned.meeting)
    assert set(events(await day_file(day.id, community, BASE))) == {day.uid}
    assert set(events(await meeting_file(meeting.id, community, BASE))) == {meeting.uid}


async def test_what_is_not_there_has_no_calendar_entry(community: Community) -> None:
    for entry in (day_file(uuid4(), community, BASE), meeting_file(uuid4(), community, BASE)):
        with pytest.raises(Refusal) as refused:
            await entry
        assert refused.value.code is Code.NOT_FOUND
