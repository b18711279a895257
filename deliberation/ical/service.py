"""The community's calendar, from its days and meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation.agendas.models import AgendaItem
from deliberation.i18n import N_
from deliberation.ical.feed import feed, one_event
from deliberation.ical.rules import CalendarFacts, EventFacts, window
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.meetings.rules import MeetingState
from deliberation.meetings.service import require_day, require_meeting
from deliberation.people.models import Community

_NOTICED = (MeetingState.NOTICED, MeetingState.CONVENED, MeetingState.ADJOURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """The feed's bytes and when they last changed."""

    content: bytes
    changed_at: datetime


def _calendar(community: Community, base_url: str) -> CalendarFacts:
    return CalendarFacts(
        uid=community.feed_uid,
        name=N_("{name}议事日").format(name=community.name),
        organizer=community.name,
        organizer_uri=base_url,
        zone=community.zone,
    )


def _description(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if line)


def _day_event(day: DeliberationDay, community: Community, base_url: str) -> EventFacts:
    url = f"{base_url}/days"
    return EventFacts(
        uid=day.uid,
        sequence=day.sequence,
        starts_at=day.starts_at,
        ends_at=day.starts_at + timedelta(minutes=day.minutes),
        title=N_("{name}议事日").format(name=community.name),
        venue=day.venue,
        description=_description([day.reason, url]),
        url=url,
        is_cancelled=day.state == MeetingState.CANCELLED,
        modified_at=day.modified_at,
    )


def _meeting_event(meeting: Meeting, items: Sequence[AgendaItem], base_url: str) -> EventFacts:
    noticed = meeting.state in _NOTICED
    url = f"{base_url}/meetings/{meeting.id}" + ("/notice" if noticed else "")
    agenda = [f"{item.position}. {item.title}" for item in items]
    return EventFacts(
        uid=meeting.uid,
        sequence=meeting.sequence,
        starts_at=meeting.starts_at,
        ends_at=meeting.starts_at + timedelta(minutes=meeting.minutes),
        title=meeting.title,
        venue=meeting.venue,
        description=_description([meeting.reason, *agenda, url]),
        url=url,
        is_cancelled=meeting.state == MeetingState.CANCELLED,
        modified_at=meeting.modified_at,
    )


async def _agendas(meetings: Sequence[Meeting]) -> dict[UUID, list[AgendaItem]]:
    """The items as noticed; an agenda that is still being drawn up tells nobody anything."""
    noticed = [meeting.id for meeting in meetings if meeting.state in _NOTICED]
    found: dict[UUID, list[AgendaItem]] = {meeting.id: [] for meeting in meetings}
    if noticed:
        for item in await AgendaItem.filter(meeting_id__in=noticed).order_by("position"):
            found[item.meeting_id].append(item)
    return found


async def subscription(community: Community, base_url: str, *, now: datetime) -> Subscription:
    """All days and meetings of the window of whole months around now.

    The window moves with the month, which is a change of the feed like any other.
    """
    zone = ZoneInfo(community.zone)
    today = now.astimezone(zone).date()
    begins, ends = (datetime.combine(on, time(), zone) for on in window(today))
    days = await DeliberationDay.filter(
        community_id=community.id, starts_at__gte=begins, starts_at__lt=ends
    )
    meetings = await Meeting.filter(
        community_id=community.id, starts_at__gte=begins, starts_at__lt=ends
    )
    items = await _agendas(meetings)
    events = [_day_event(day, community, base_url) for day in days]
    events += [_meeting_event(meeting, items[meeting.id], base_url) for meeting in meetings]
    month = datetime.combine(today.replace(day=1), time(), zone)
    return Subscription(
        content=feed(_calendar(community, base_url), events),
        changed_at=max([month, *(event.modified_at for event in events)]),
    )


async def calendar_feed(community: Community, base_url: str, *, now: datetime) -> bytes:
    """The bytes of the subscription."""
    return (await subscription(community, base_url, now=now)).content


async def day_file(day: UUID, community: Community, base_url: str) -> bytes:
    """One day, to add by hand."""
    event = _day_event(await require_day(day), community, base_url)
    return one_event(_calendar(community, base_url), event)


async def meeting_file(meeting: UUID, community: Community, base_url: str) -> bytes:
    """One meeting, to add by hand."""
    found = await require_meeting(meeting)
    items = (await _agendas([found]))[found.id]
    return one_event(_calendar(community, base_url), _meeting_event(found, items, base_url))
