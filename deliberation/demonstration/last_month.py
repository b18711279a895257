"""Last month's made-up meeting: two matters adopted, one being carried out, one to be rated."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from deliberation.agendas import conduct
from deliberation.agendas.editing import Edit, edit_item, remove_item
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import items_of, propose_agenda
from deliberation.ballots import service as ballots
from deliberation.ballots.casting import cast
from deliberation.ballots.opening import open_ballot
from deliberation.ballots.votes import Casting
from deliberation.errors import Refusal
from deliberation.matters import service as matters
from deliberation.matters import tasks
from deliberation.matters.models import Matter, Task
from deliberation.matters.service import Given
from deliberation.matters.steps import Act, Step
from deliberation.meetings import attending
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.minutes import service as minutes
from deliberation.people.roles import Actor, Role

DECIDED = 2
PRESENT = 24
"""Households that came; all of them voted, every fifth against, every ninth abstaining."""

Resident = tuple[UUID, UUID]
"""A person and their household."""


async def hold_last_meeting(
    chair: Actor, day: DeliberationDay, residents: Sequence[Resident]
) -> None:
    """From the notice to published minutes and to what became of the two matters."""
    meeting = await _noticed(chair, day)
    present = residents[:: len(residents) // PRESENT][:PRESENT]
    at = day.starts_at
    for person, household in present:
        await attending.sign_in(
            _resident(chair, person, household), meeting.id, channel="hall", at=at
        )
    await meetings.convene(chair, meeting.id, at=at)
    for _item in range(DECIDED):
        at = await _decide_next(chair, meeting.id, present, at)
    await conduct.adjourn(chair, meeting.id, at=at)
    await minutes.draft_if_adjourned(meeting.id, at=at)
    await minutes.approve(chair, meeting.id, at=at + timedelta(hours=2))
    await minutes.publish(chair, meeting.id, at=at + timedelta(hours=3))
    await _follow(chair, at + timedelta(days=3))


def _resident(chair: Actor, person: UUID, household: UUID) -> Actor:
    roles = frozenset({Role.RESIDENT, Role.REPRESENTATIVE})
    return Actor(person=person, community=chair.community, household=household, roles=roles)


async def _noticed(chair: Actor, day: DeliberationDay) -> Meeting:
    at = day.starts_at - timedelta(days=10)
    meeting = await meetings.plan_meeting(chair, day.id, title="演示上月议事会", at=at)
    await propose_agenda(chair, meeting.id, at=at)
    items = await items_of(meeting.id)
    for item in reversed(items[DECIDED:]):
        await remove_item(chair, meeting.id, item.id, reason="演示只议两项", at=at)
    for item in items[:DECIDED]:
        wording = f"同意“{item.title}”（演示），由演示物业公司办理，两个月内完成。"
        edit = Edit(reporter="演示报告人", step=Step.DECIDE, wording=wording)
        await edit_item(chair, meeting.id, item.id, edit, at=at)
    await publish_notice(chair, meeting.id, at=at)
    return meeting


async def _decide_next(
    chair: Actor, meeting: UUID, present: Sequence[Resident], at: datetime
) -> datetime:
    """Call the next item, vote on it, announce; returns when that was done."""
    await conduct.open_item(chair, meeting, at=at)
    at += timedelta(minutes=12)
    await conduct.read_motion(chair, meeting, at=at)
    ballot = await open_ballot(chair, meeting, seconds=180, at=at)
    at += timedelta(minutes=2)
    for answer in await cast([_casting(ballot, n, one, at) for n, one in enumerate(present)]):
        if isinstance(answer, Refusal):
            raise answer
    at += timedelta(minutes=1)
    await ballots.close(chair, meeting, at=at)
    await ballots.announce(chair, meeting, at=at)
    await conduct.close_item(chair, meeting, at=at)
    return at + timedelta(minutes=1)


def _casting(ballot: UUID, n: int, resident: Resident, at: datetime) -> Casting:
    choice = "against" if n % 5 == 4 else "abstain" if n % 9 == 8 else "for"
    return Casting(
        ballot=ballot,
        voter=resident[1],
        person=resident[0],
        choice=choice,
        channel="phone",
        at=at,
    )


async def _follow(chair: Actor, at: datetime) -> None:
    """One matter is on its way, the other is done and may be rated."""
    adopted = await Matter.filter(step=Step.DELIVER).order_by("number")
    for matter in adopted:
        due = (at + timedelta(days=60)).date()
        given = Given(organisation="演示物业公司", due_on=due)
        await matters.act_on(chair, matter.id, Act.ASSIGN, given, at=at)
        note = "演示进展：已看现场，方案已公示。"
        await matters.report_progress(chair, matter.id, note, at=at + timedelta(days=2))
    task = await Task.get(matter_id=adopted[-1].id)
    await tasks.finish(
        chair, task.id, "演示进展：已完工，请居民评一评。", at=at + timedelta(days=12)
    )
