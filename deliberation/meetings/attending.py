"""Who should come and who came; presence is counted by household."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from deliberation import journal, store
from deliberation.errors import Code, Refusal
from deliberation.journal.events import AttendanceRecorded, QuorumLost, QuorumRegained
from deliberation.meetings import rules
from deliberation.meetings.models import Attendance, Meeting, RollEntry
from deliberation.people.models import Community, Person
from deliberation.people.roles import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Households of the roll that have signed in; `hall` and `remote` by their first sign-in."""

    present: int
    hall: int
    remote: int


async def set_roll(meeting: UUID, areas: Mapping[UUID, int]) -> None:
    """Who should attend, inside the unit of work that publishes the notice."""
    await RollEntry.bulk_create(
        [
            RollEntry(meeting_id=meeting, household_id=household, area_hundredths=area)
            for household, area in areas.items()
        ],
        batch_size=500,
    )


async def roll_of(meeting: UUID) -> dict[UUID, int]:
    """The households of the roll with their areas in 0.01 m²."""
    rows = await RollEntry.filter(meeting_id=meeting).values_list("household_id", "area_hundredths")
    return {row[0]: row[1] for row in rows}


async def sign_in(actor: Actor, meeting: UUID, *, channel: str, at: datetime) -> bool:
    """Be present at a meeting; False when the person had signed in before.

    A row of its own and nothing more: thousands do it at once, and the journal hears of them in
    groups (`journal_arrivals`).
    """
    actor.require(Permission.ATTEND)
    person = actor.present_person()
    return await _admit(actor, meeting, person, actor.household, channel, at)


async def admit(actor: Actor, meeting: UUID, person: UUID, *, at: datetime) -> bool:
    """The chair's desk signs somebody in who is in the hall without a phone."""
    actor.require(Permission.PRESIDE)
    found = await Person.get_or_none(id=person, community_id=actor.community)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return await _admit(actor, meeting, person, found.household_id, "hall", at)


async def _admit(
    actor: Actor, meeting: UUID, person: UUID, household: UUID | None, channel: str, at: datetime
) -> bool:
    await _check_may_sign_in(actor, meeting, at)
    if household is not None and not await RollEntry.exists(
        meeting_id=meeting, household_id=household
    ):
        raise Refusal(Code.MEETING_NOT_ON_ROLL)
    rows = await store.read(
        "INSERT INTO attendance (id, meeting_id, person_id, household_id, channel, is_journalled,"
        " signed_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (meeting_id, person_id) DO UPDATE"
        " SET left_at = NULL, channel = excluded.channel, is_journalled = excluded.is_journalled"
        " WHERE attendance.left_at IS NOT NULL RETURNING id",
        uuid4(),
        meeting,
        person,
        household,
        channel,
        False,
        at,
    )
    return bool(rows)


async def _check_may_sign_in(actor: Actor, meeting: UUID, at: datetime) -> None:
    row = await Meeting.get_or_none(id=meeting)
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    actor.check_in(row.community_id)
    community = await Community.get(id=row.community_id)
    zone = ZoneInfo(community.zone)
    is_today = row.starts_at.astimezone(zone).date() == at.astimezone(zone).date()
    rules.check_may_sign_in(rules.MeetingState(row.state), is_today=is_today)


async def presence(meeting: UUID) -> Presence:
    """Counted from the rows, so that it is right before the journal has heard of them."""
    rows = await store.read(
        "SELECT COUNT(*) AS present, COALESCE(SUM(in_hall), 0) AS hall FROM ("
        "SELECT household_id, MAX(CASE WHEN channel = 'hall' THEN 1 ELSE 0 END) AS in_hall"
        " FROM attendance WHERE meeting_id = ? AND household_id IS NOT NULL AND left_at IS NULL"
        " GROUP BY household_id) AS households",
        meeting,
    )
    present, hall = int(rows[0]["present"]), int(rows[0]["hall"])
    return Presence(present=present, hall=hall, remote=present - hall)


async def present_now(meeting: UUID) -> tuple[set[UUID], set[UUID]]:
    """The persons who have signed in and not left, and their households."""
    rows = await Attendance.filter(meeting_id=meeting, left_at=None).values_list(
        "person_id", "household_id"
    )
    return {row[0] for row in rows}, {row[1] for row in rows if row[1] is not None}


async def on_roll(meeting: UUID, households: Collection[UUID]) -> set[UUID]:
    """Which of these households should attend."""
    rows = await store.read(
        "SELECT household_id AS id FROM roll_entry WHERE meeting_id = ? AND household_id AMONG ?",
        meeting,
        store.listed(households),
    )
    return store.identities(rows)


async def present_among(meeting: UUID, people: Collection[UUID]) -> set[UUID]:
    """Which of these persons have signed in."""
    rows = await store.read(
        "SELECT person_id AS id FROM attendance WHERE meeting_id = ? AND person_id AMONG ?"
        " AND left_at IS NULL",
        meeting,
        store.listed(people),
    )
    return store.identities(rows)


async def is_present(meeting: UUID, person: UUID) -> bool:
    return await Attendance.exists(meeting_id=meeting, person_id=person, left_at=None)


@journal.shielded
async def leave(actor: Actor, meeting: UUID, *, at: datetime) -> None:
    """Go away; who comes back signs in again. Raises MEETING_NOT_SIGNED_IN."""
    actor.require(Permission.ATTEND)
    await _leave(actor, meeting, actor.present_person(), at)


@journal.shielded
async def see_off(actor: Actor, meeting: UUID, person: UUID, *, at: datetime) -> None:
    """The chair's desk says that somebody has left. Raises MEETING_NOT_SIGNED_IN."""
    actor.require(Permission.PRESIDE)
    await _leave(actor, meeting, person, at)


async def _leave(actor: Actor, meeting: UUID, person: UUID, at: datetime) -> None:
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        row = await Meeting.get(id=meeting)
        rules.check_may_leave(rules.MeetingState(row.state))
        before = await households_there(meeting)
        gone = Attendance.filter(meeting_id=meeting, person_id=person, left_at=None)
        if not await gone.update(left_at=at):
            raise Refusal(Code.MEETING_NOT_SIGNED_IN)
        await _tell_presence(entry, meeting, left=person)
        await tell_quorum(entry, meeting, before=before)


async def tell_arrivals(entry: journal.Recorder, meeting: UUID) -> int:
    """Journal who came since the last time, inside the caller's unit of work; returns how many
    households are present. Who they are is restricted.
    """
    if not await Attendance.exists(meeting_id=meeting, is_journalled=False):
        return (await presence(meeting)).present
    counted = await _tell_presence(entry, meeting)
    await tell_quorum(entry, meeting)
    return counted.present


async def _tell_presence(
    entry: journal.Recorder, meeting: UUID, *, left: UUID | None = None
) -> Presence:
    """Those who came since the last time, with who has left, in one entry."""
    arrived = await Attendance.filter(meeting_id=meeting, is_journalled=False)
    await Attendance.filter(id__in=[a.id for a in arrived]).update(is_journalled=True)
    counted = await presence(meeting)
    event = AttendanceRecorded(
        more=len(arrived), present=counted.present, hall=counted.hall, remote=counted.remote
    )
    restricted = {"people": sorted(str(a.person_id) for a in arrived)}
    if left is not None:
        restricted["left"] = [str(left)]
    entry.tell(event, subject=f"meeting:{meeting}", restricted=restricted)
    return counted


_THERE = (
    "SELECT COUNT(*) AS n FROM (SELECT household_id FROM attendance WHERE meeting_id = ?"
    " AND household_id IS NOT NULL AND left_at IS NULL UNION SELECT p.voter_id FROM proxy p"
    " JOIN attendance a ON a.meeting_id = p.meeting_id AND a.person_id = p.holder_id"
    " JOIN roll_entry r ON r.meeting_id = p.meeting_id AND r.household_id = p.voter_id"
    " WHERE p.meeting_id = ? AND p.state = 'given' AND p.item_id IS NULL AND a.left_at IS NULL)"
    " AS there"
)


async def households_there(meeting: UUID) -> int:
    """Households that are there themselves or through who holds their mandate for the whole
    meeting: what the meeting's own requirement is measured by."""
    return int((await store.read(_THERE, meeting, meeting))[0]["n"])


async def tell_quorum(entry: journal.Recorder, meeting: UUID, *, before: int = 0) -> None:
    """Journal that the number has fallen below what the meeting asks for, or is enough again;
    only when it crosses it while the meeting sits. `before`: how many were there until now, which
    need not be said where nobody can have left.
    """
    state = await journal.state_of(meeting)
    required = state.present_required
    if state.state != rules.MeetingState.CONVENED or not required:
        return
    if not state.is_quorum_lost and before < required:
        return
    now = await households_there(meeting)
    subject = f"meeting:{meeting}"
    if state.is_quorum_lost and now >= required:
        entry.tell(QuorumRegained(present=now, required=required), subject=subject)
    elif not state.is_quorum_lost and now < required:
        entry.tell(QuorumLost(present=now, required=required), subject=subject)


@journal.shielded
async def journal_arrivals(meeting: UUID, *, at: datetime) -> None:
    """Journal in one entry everybody who came since the last one; called by the room's tick."""
    if not await Attendance.exists(meeting_id=meeting, is_journalled=False):
        return
    async with journal.record(meeting, actor=None, at=at) as entry:
        await tell_arrivals(entry, meeting)
