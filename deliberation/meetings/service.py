"""Deliberation days and meetings: planning, moving, cancelling, convening, adjourning."""

from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.journal.events import (
    DayCancelled,
    DayMoved,
    DayPlanned,
    DayRuleChanged,
    MeetingConvened,
)
from deliberation.meetings import rules
from deliberation.meetings.attending import tell_arrivals
from deliberation.meetings.calling import call_for_day
from deliberation.meetings.days import DayRule, next_days, starts_at
from deliberation.meetings.kinds import Calling
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import communities, community_of
from deliberation.rulesets import service as rulesets

PLANNED_AHEAD = 12


async def day_rule(community: UUID) -> DayRule | None:
    """None for a subdistrict or city that has not adopted one."""
    data = await rulesets.latest(community, rulesets.DAYS)
    return DayRule.from_json(data) if data is not None else None


async def plan_days(entry: journal.Recorder, community: Community, rule: DayRule) -> None:
    """Put the rule's next twelve days into the calendar, inside the caller's unit of work.

    A month that has a day already keeps it: it may have been moved for a reason.
    """
    zone = ZoneInfo(community.zone)
    today = entry.at.astimezone(zone).date()
    planned = await DeliberationDay.filter(community_id=community.id, planned_on__gte=today)
    months = {(day.planned_on.year, day.planned_on.month) for day in planned}
    for on in next_days(rule, today, PLANNED_AHEAD):
        if (on.year, on.month) in months:
            continue
        day = await DeliberationDay.create(
            community_id=community.id,
            planned_on=on,
            held_on=on,
            starts_at=starts_at(rule, on, zone),
            minutes=rule.minutes,
            venue=rule.venue,
            uid=f"day-{uuid4()}",
            modified_at=entry.at,
        )
        entry.tell(DayPlanned(day=day.id, on=on), subject=f"day:{day.id}")


async def top_up_days(*, at: datetime) -> None:
    """Keep twelve days ahead planned as time goes by, in every community."""
    for community in await communities():
        await _top_up_days(community, at=at)


@journal.shielded
async def _top_up_days(community: Community, *, at: datetime) -> None:
    async with journal.record(community.id, actor=None, at=at) as entry:
        rule = await day_rule(community.id)
        if rule is not None:
            await plan_days(entry, community, rule)


@journal.shielded
async def change_day_rule(actor: Actor, rule: DayRule, *, at: datetime) -> None:
    """Adopt a rule; days to come without a meeting move to it, keeping their identity."""
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    zone = ZoneInfo(community.zone)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        await rulesets.adopt(community.id, rulesets.DAYS, rule.to_json(), at=at)
        entry.tell(DayRuleChanged(rule=rule.to_json()))
        today = at.astimezone(zone).date()
        coming = await DeliberationDay.filter(community_id=community.id, held_on__gt=today)
        for day in coming:
            if day.state == "planned" and not await Meeting.exists(day_id=day.id):
                await _fit_to_rule(entry, day, rule, zone)
        await plan_days(entry, community, rule)


async def _fit_to_rule(
    entry: journal.Recorder, day: DeliberationDay, rule: DayRule, zone: ZoneInfo
) -> None:
    on = rule.on.in_month(day.planned_on.year, day.planned_on.month)
    if on is None or on <= entry.at.astimezone(zone).date():
        return
    begins = starts_at(rule, on, zone)
    if (begins, rule.minutes, rule.venue) == (day.starts_at, day.minutes, day.venue):
        return
    if on != day.held_on:
        moved = DayMoved(day=day.id, moved_from=day.held_on, moved_to=on, reason="")
        entry.tell(moved, subject=f"day:{day.id}")
    day.held_on, day.starts_at, day.minutes, day.venue = on, begins, rule.minutes, rule.venue
    await _save_step(day, entry.at)


async def _save_step(row: DeliberationDay | Meeting, at: datetime) -> None:
    """A step of the calendar's SEQUENCE (RFC 5545 §3.8.7.4)."""
    row.sequence += 1
    row.modified_at = at
    await row.save()


async def require_day(day: UUID) -> DeliberationDay:
    """Raises NOT_FOUND."""
    found = await DeliberationDay.get_or_none(id=day)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def require_meeting(meeting: UUID) -> Meeting:
    """Raises NOT_FOUND."""
    found = await Meeting.get_or_none(id=meeting)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def _check_meetings_not_begun(day: UUID) -> list[Meeting]:
    meetings = await Meeting.filter(day_id=day, state__not="cancelled")
    for meeting in meetings:
        rules.check_may_move_or_cancel(rules.MeetingState(meeting.state))
    return meetings


@journal.shielded
async def move_day(actor: Actor, day: UUID, to: date, reason: str, *, at: datetime) -> None:
    """Hold a day, and its meetings, on another date, with a public reason.

    The meetings' own streams stay as they are: their time is the row's, which the calendar shows.
    """
    actor.require(Permission.PREPARE)
    if not reason.strip():
        raise Refusal(Code.REASON_REQUIRED)
    community = await community_of(actor)
    zone = ZoneInfo(community.zone)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await require_day(day)
        actor.check_in(found.community_id)
        _check_future(to, at, zone)
        shift = to - found.held_on
        for meeting in await _check_meetings_not_begun(day):
            local = meeting.starts_at.astimezone(zone)
            meeting.starts_at = local + shift
            meeting.reason = reason
            await _save_step(meeting, at)
        moved = DayMoved(day=day, moved_from=found.held_on, moved_to=to, reason=reason)
        found.starts_at = found.starts_at.astimezone(zone) + shift
        found.held_on, found.reason, found.state = to, reason, "planned"
        await _save_step(found, at)
        entry.tell(moved, subject=f"day:{day}")


def _check_future(on: date, at: datetime, zone: ZoneInfo) -> None:
    if on < at.astimezone(zone).date():
        raise Refusal(Code.DAY_IN_THE_PAST)


@journal.shielded
async def cancel_day(actor: Actor, day: UUID, reason: str, *, at: datetime) -> None:
    """Call a day and its meetings off, with a public reason; both stay visible as cancelled."""
    actor.require(Permission.PREPARE)
    if not reason.strip():
        raise Refusal(Code.REASON_REQUIRED)
    community = await community_of(actor)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await require_day(day)
        actor.check_in(found.community_id)
        for meeting in await _check_meetings_not_begun(day):
            meeting.state, meeting.reason = "cancelled", reason
            await _save_step(meeting, at)
        found.state, found.reason = "cancelled", reason
        await _save_step(found, at)
        entry.tell(DayCancelled(day=day, on=found.held_on, reason=reason), subject=f"day:{day}")


@journal.shielded
async def plan_meeting(
    actor: Actor,
    day: UUID,
    *,
    title: str,
    level: str = "community",
    kind: str = "deliberation",
    scope: str = "",
    body: UUID | None = None,
    venue: UUID | None = None,
    at: datetime,
) -> Meeting:
    """Call a meeting for a day; it gets a stream of its own. `body` convenes it; `venue` is another
    place than the day's."""
    actor.require(Permission.PREPARE)
    found = await require_day(day)
    actor.check_in(found.community_id)
    calling = Calling(title=title, level=level, kind=kind, scope=scope, body=body, venue=venue)
    return await call_for_day(actor, found, calling, at=at)


@journal.shielded
async def convene(actor: Actor, meeting: UUID, *, at: datetime) -> None:
    """Open the meeting; whoever does it presides."""
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        row = await require_meeting(meeting)
        rules.check_may_convene(rules.MeetingState(row.state))
        await tell_arrivals(entry, meeting)
        row.state, row.chair_id = "convened", actor.present_person()
        await row.save(update_fields=["state", "chair_id"])
        entry.tell(MeetingConvened(chair=actor.present_person()), subject=f"meeting:{meeting}")
