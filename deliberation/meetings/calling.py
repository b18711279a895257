"""Calling a meeting, for a deliberation day or apart from one; calling one off."""

from datetime import datetime
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.gatherings.bodies import require_convener
from deliberation.gatherings.venues import place_words, require_open
from deliberation.journal.events import MeetingCancelled, MeetingPlanned
from deliberation.meetings import rules
from deliberation.meetings.kinds import TALK, Calling, Hours, check_calling, check_hours
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.people.models import Place
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of


async def call_for_day(
    actor: Actor, day: DeliberationDay, calling: Calling, *, at: datetime
) -> Meeting:
    """At the hours of the day, and at its place unless a venue is chosen."""
    if day.state == "cancelled":
        raise Refusal(Code.MEETING_CANCELLED)
    hours = Hours(starts_at=day.starts_at, minutes=day.minutes)
    return await _call(actor, calling, hours, day=day, at=at)


@journal.shielded
async def call_apart(actor: Actor, calling: Calling, hours: Hours, *, at: datetime) -> Meeting:
    """A talk of an evening, say: it belongs to no deliberation day, and needs a venue.

    Raises FIELD_MISSING, DAY_IN_THE_PAST, VENUE_GONE, BODY_GONE.
    """
    check_hours(hours, at)
    if calling.venue is None:
        raise Refusal(Code.FIELD_MISSING, field="venue")
    return await _call(actor, calling, hours, day=None, at=at)


async def _call(
    actor: Actor, calling: Calling, hours: Hours, *, day: DeliberationDay | None, at: datetime
) -> Meeting:
    actor.require(Permission.PREPARE)
    check_calling(calling)
    community = home_of(actor)
    meeting = _planned(community, calling, hours, day, at)
    opens = journal.Opens(community, "meeting")
    async with journal.record(meeting.id, actor=actor.person, at=at, opens=opens) as entry:
        await _place(meeting, calling)
        await meeting.save(force_create=True)
        entry.tell(_as_planned(meeting), subject=f"meeting:{meeting.id}")
        entry.answer["meeting"] = str(meeting.id)
    return meeting


def _planned(
    community: UUID, calling: Calling, hours: Hours, day: DeliberationDay | None, at: datetime
) -> Meeting:
    return Meeting(
        community_id=community,
        day_id=day.id if day is not None else None,
        body_id=calling.body,
        title=calling.title.strip(),
        level=calling.level,
        kind=calling.kind,
        scope=calling.scope,
        starts_at=hours.starts_at,
        minutes=hours.minutes,
        venue=day.venue if day is not None else "",
        venue_id=calling.venue,
        uid=f"meeting-{uuid4()}",
        modified_at=at,
    )


async def _place(meeting: Meeting, calling: Calling) -> None:
    """What the meeting names is ours and still there; the venue's words become its place."""
    community = meeting.community_id
    if calling.scope and not await Place.exists(community_id=community, path=calling.scope):
        raise Refusal(Code.FIELD_INVALID, field="scope")
    if calling.body is not None:
        await require_convener(community, calling.body)
    if calling.venue is not None:
        meeting.venue = place_words(await require_open(community, calling.venue))


def _as_planned(meeting: Meeting) -> MeetingPlanned:
    return MeetingPlanned(
        meeting=meeting.id,
        title=meeting.title,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        venue=meeting.venue,
        kind=meeting.kind,
        level=meeting.level,
        body=meeting.body_id,
    )


@journal.shielded
async def cancel_meeting(actor: Actor, meeting: UUID, reason: str, *, at: datetime) -> None:
    """Call one meeting off, with a public reason; it stays visible as cancelled."""
    actor.require(Permission.PREPARE)
    if not reason.strip():
        raise Refusal(Code.REASON_REQUIRED)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        row = await Meeting.get(id=meeting)
        rules.check_may_move_or_cancel(rules.MeetingState(row.state))
        row.state, row.reason = rules.MeetingState.CANCELLED, reason.strip()
        row.sequence += 1
        row.modified_at = at
        await row.save()
        told = MeetingCancelled(reason=row.reason)
        entry.tell(told, subject=f"meeting:{meeting}")


async def talks_of(community: UUID, *, page: int, size: int) -> tuple[list[Meeting], int]:
    """Informal meetings, the latest first, and how many there are."""
    query = Meeting.filter(community_id=community, kind=TALK)
    rows = await query.order_by("-starts_at", "id").offset((page - 1) * size).limit(size)
    return rows, await query.count()
