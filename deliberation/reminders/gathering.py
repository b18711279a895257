"""The facts that reminders go by: one statement a kind of thing, over all communities.

What is looked at is bounded by days and states that have an index, not by history.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import store
from deliberation.agendas.publishing import rule_for
from deliberation.ballots.models import Ballot
from deliberation.matters.models import Evaluation, Milestone, Task
from deliberation.meetings.days import notice_deadline
from deliberation.meetings.models import DeliberationDay, Meeting, RollEntry
from deliberation.people.service import communities
from deliberation.reminders import due
from deliberation.reminders.models import Message
from deliberation.reminders.occasions import Audience, Kind, Occasion, Whom
from deliberation.rulesets.service import meeting_rule

LONGEST_WINDOW = timedelta(days=120)
"""Ballots of meetings that began longer ago are not looked at."""
NOTICE_LONGEST = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The instant, since when things may not have been seen, and every community's zone."""

    at: datetime
    since: datetime
    zones: dict[UUID, ZoneInfo]

    @classmethod
    async def of(cls, at: datetime, since: datetime) -> "Now":
        zones = {row.id: ZoneInfo(row.zone) for row in await communities()}
        return cls(at=at, since=since, zones=zones)

    @property
    def communities(self) -> list[UUID]:
        return list(self.zones)

    def today(self, community: UUID) -> date:
        return self.day(community, self.at)

    def day(self, community: UUID, instant: datetime) -> date:
        return instant.astimezone(self.zones[community]).date()

    @property
    def due_days(self) -> tuple[date, date]:
        """Of deadlines that may have a phase, in any zone."""
        margin = timedelta(days=1)
        utc = self.at.date()
        return utc - due.LATE - margin, utc + due.AHEAD + margin


async def meetings(now: Now) -> AsyncIterator[Occasion]:
    """Noticed meetings to come, and those called off after their notice."""
    rows = await Meeting.filter(
        community_id__in=now.communities,
        starts_at__gt=now.at,
        state__in=["noticed", "cancelled"],
    )
    called_off = [row.id for row in rows if row.state == "cancelled"]
    had_notice = await _with_a_roll(called_off)
    for row in rows:
        if row.state == "cancelled" and row.id not in had_notice:
            continue
        facts = due.MeetingToCome(
            id=row.id,
            community=row.community_id,
            title=row.title,
            starts_at=row.starts_at,
            starts_on=now.day(row.community_id, row.starts_at),
            venue=row.venue,
            is_cancelled=row.state == "cancelled",
            reason=row.reason if row.state == "cancelled" or await _was_told(row) else "",
        )
        for occasion in due.of_meeting(facts, now.at):
            yield occasion


async def _was_told(meeting: Meeting) -> bool:
    """Whether it is moved for those who knew another hour of it; each move tells its reason."""
    if not meeting.reason:
        return False
    earlier = Message.filter(subject=f"meeting:{meeting.id}")
    return await earlier.exclude(key__endswith=due.stamp_of(meeting.starts_at)).exists()


async def _with_a_roll(meetings: Collection[UUID]) -> set[UUID]:
    """The roll is set with the notice."""
    if not meetings:
        return set()
    rows = await RollEntry.filter(meeting_id__in=list(meetings)).distinct().values("meeting_id")
    return {row["meeting_id"] for row in rows}


async def days(now: Now) -> AsyncIterator[Occasion]:
    """Days whose notice falls due and has not been published."""
    utc = now.at.date()
    rows = await DeliberationDay.filter(
        community_id__in=now.communities,
        state="planned",
        held_on__gte=utc,
        held_on__lte=utc + NOTICE_LONGEST,
    ).order_by("held_on")
    called = await Meeting.filter(
        day_id__in=[row.id for row in rows], state__in=["noticed", "convened", "adjourned"]
    ).values_list("day_id", flat=True)
    for row in rows:
        if row.id in called:
            continue
        days_before = await _notice_days(row)
        facts = due.DayToNotice(
            id=row.id,
            community=row.community_id,
            held_on=row.held_on,
            until=notice_deadline(row.held_on, days_before),
        )
        for occasion in due.of_day(facts, now.today(row.community_id)):
            yield occasion


async def _notice_days(day: DeliberationDay) -> int:
    """As what is planned for the day needs, or as the community's meetings do."""
    planned = await Meeting.filter(day_id=day.id, state="planned")
    if not planned:
        return (await meeting_rule(day.community_id)).notice_days
    return max([(await rule_for(meeting)).notice_days for meeting in planned])


async def ballots(now: Now) -> AsyncIterator[Occasion]:
    """Those that stand open for days, and results against which objections may be raised."""
    held = await Meeting.filter(
        community_id__in=now.communities,
        starts_at__gt=now.at - LONGEST_WINDOW,
        starts_at__lte=now.at + timedelta(days=1),
    ).values_list("id", "community_id")
    of = dict(held)
    for row in await Ballot.filter(meeting_id__in=list(of), state__in=["open", "announced"]):
        for occasion in _of_ballot(row, of[row.meeting_id], now):
            yield occasion


def _of_ballot(row: Ballot, community: UUID, now: Now) -> Sequence[Occasion]:
    title = _short(row.wording)
    if row.state == "open" and row.closes_at is not None:
        standing = due.StandingBallot(
            id=row.id,
            meeting=row.meeting_id,
            community=community,
            title=title,
            closes_at=row.closes_at,
            closes_on=now.day(community, row.closes_at),
        )
        return list(due.of_ballot(standing, now.at))
    if row.state == "announced" and row.objections_until and row.certified_at is None:
        result = due.ProvisionalResult(
            ballot=row.id,
            meeting=row.meeting_id,
            community=community,
            title=title,
            until=row.objections_until,
            until_on=now.day(community, row.objections_until),
        )
        return list(due.of_result(result, now.at))
    return ()


def _short(text: str, longest: int = 40) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= longest else one_line[: longest - 1] + "…"


async def evaluations(now: Now) -> AsyncIterator[Occasion]:
    """Those that are open."""
    rows = await Evaluation.filter(
        closed_at=None, closes_on__gte=now.at.date() - timedelta(days=1)
    ).select_related("matter")
    for row in rows:
        facts = due.OpenEvaluation(
            id=row.id,
            matter=row.matter_id,
            community=row.matter.community_id,
            title=row.matter.title,
            closes_on=row.closes_on,
        )
        for occasion in due.of_evaluation(facts, now.today(facts.community)):
            yield occasion


async def tasks(now: Now) -> AsyncIterator[Occasion]:
    """Open tasks: new ones, and those that are due."""
    earliest, latest = now.due_days
    rows = await Task.filter(
        community_id__in=now.communities, state="open", due_on__gte=earliest, due_on__lte=latest
    )
    for row in rows:
        deadline = due.Deadline(
            kind=Kind.TASK,
            words="task",
            community=row.community_id,
            subject=f"task:{row.id}",
            title=row.title,
            due_on=row.due_on,
            link=f"/tasks/{row.id}",
            audience=(Audience(Whom.LIAISONS, row.organisation_id),),
            when_overdue=(Audience(Whom.FACILITATORS, row.community_id),),
        )
        for occasion in due.of_deadline(deadline, now.today(row.community_id)):
            yield occasion
    fresh = await Task.filter(
        community_id__in=now.communities, state="open", set_at__gte=now.since
    ).exclude(origin__in=["claim", "escalation"])
    for row in fresh:
        for occasion in due.of_news(_task_set(row, now), now.today(row.community_id)):
            yield occasion


def _task_set(row: Task, now: Now) -> due.News:
    """A liaison's own claim is no news to them; an escalation says it itself."""
    return due.News(
        kind=Kind.TASK,
        words="task_set",
        community=row.community_id,
        subject=f"task:{row.id}",
        happened_at=row.set_at,
        happened_on=now.day(row.community_id, row.set_at),
        stamp=row.due_on.isoformat(),
        link=f"/tasks/{row.id}",
        audience=(Audience(Whom.LIAISONS, row.organisation_id),),
        facts={"title": row.title, "until": row.due_on.isoformat()},
    )


async def milestones(now: Now) -> AsyncIterator[Occasion]:
    """Those of open tasks that are not reached."""
    earliest, latest = now.due_days
    rows = await Milestone.filter(
        task__community_id__in=now.communities,
        task__state="open",
        reached_at=None,
        due_on__gte=earliest,
        due_on__lte=latest,
    ).select_related("task")
    for row in rows:
        task = row.task
        deadline = due.Deadline(
            kind=Kind.TASK,
            words="milestone",
            community=task.community_id,
            subject=f"milestone:{row.id}",
            title=task.title,
            part=row.title,
            due_on=row.due_on,
            link=f"/tasks/{task.id}",
            audience=(Audience(Whom.LIAISONS, task.organisation_id),),
            when_overdue=(Audience(Whom.FACILITATORS, task.community_id),),
        )
        for occasion in due.of_deadline(deadline, now.today(task.community_id)):
            yield occasion


PERSONS: dict[Whom, str] = {
    Whom.FACILITATORS: "SELECT p.id FROM role_grant g JOIN person p ON p.id = g.person_id"
    " WHERE g.role = 'facilitator' AND p.community_id = ?",
    Whom.LIAISONS: "SELECT p.id FROM role_grant g JOIN person p ON p.id = g.person_id"
    " WHERE g.role = 'liaison' AND p.organisation_id = ?",
    Whom.PARTNERS: "SELECT p.id FROM organisation o JOIN person p ON p.organisation_id = o.id"
    " JOIN role_grant g ON g.person_id = p.id"
    " WHERE g.role = 'liaison' AND o.left_at IS NULL AND o.community_id = ?",
    Whom.ROLL: "SELECT p.id FROM roll_entry r JOIN person p ON p.household_id = r.household_id"
    " WHERE r.meeting_id = ?",
    Whom.ELECTORS: "SELECT p.id FROM ballot b JOIN elector e ON e.electorate_id = b.electorate_id"
    " JOIN person p ON p.id = e.person_id OR (e.person_id IS NULL AND p.household_id = e.voter_id)"
    " WHERE b.id = ? AND NOT EXISTS (SELECT 1 FROM vote v WHERE v.ballot_id = b.id"
    " AND v.voter_id = e.voter_id) AND NOT EXISTS (SELECT 1 FROM mark m"
    " WHERE m.ballot_id = b.id AND m.voter_id = e.voter_id)",
    Whom.ASKED: "SELECT p.id FROM evaluation e JOIN matter m ON m.id = e.matter_id"
    " JOIN household h ON h.community_id = m.community_id"
    " JOIN person p ON p.household_id = h.id"
    " LEFT JOIN household_rating r ON r.evaluation_id = e.id AND r.household_id = h.id"
    " WHERE e.id = ? AND r.mark IS NULL AND (r.id IS NOT NULL OR e.scope = 'everybody')",
    Whom.HOUSEHOLD: "SELECT p.id FROM person p WHERE p.household_id = ?",
    Whom.PERSON: "SELECT p.id FROM person p WHERE p.id = ?",
}


async def persons_of(audience: Audience) -> set[UUID]:
    """Who they are just now."""
    return store.identities(await store.read(PERSONS[audience.whom], audience.of))
