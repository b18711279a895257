"""Delivery: tasks with an owner, a day and milestones, until the last of them is finished."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.attachments import service as attachments
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import (
    MatterProgressed,
    MilestoneReached,
    MilestonesPlanned,
    PlannedMilestone,
    TaskDone,
    TaskPostponed,
)
from deliberation.matters import planning, workflow
from deliberation.matters.duties import follow_tasks, release_tasks, set_task
from deliberation.matters.models import Matter, Milestone, Postponement, Progress, Task
from deliberation.matters.moving import apply, facts_of, lock_matter, zone_of
from deliberation.matters.planning import Line
from deliberation.matters.steps import Act, MatterState, Mover, Step
from deliberation.people.roles import Actor, Permission
from deliberation.photos import Photo

__all__ = [
    "add_photo",
    "check_owner",
    "finish",
    "owns",
    "plan_milestones",
    "postpone",
    "reach",
    "release_tasks",
    "report",
    "require_task",
    "set_task",
    "write_milestones",
    "write_progress",
]

LONGEST_NOTE = 1_000
LONGEST_REASON = 500


async def require_task(task: UUID) -> Task:
    """Raises NOT_FOUND."""
    found = await Task.get_or_none(id=task).prefetch_related("organisation", "matter")
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


def owns(actor: Actor, task: Task) -> bool:
    """A liaison of the organisation whose task it is, or staff of the community."""
    if not actor.may(Permission.REPORT_PROGRESS) and not actor.may(Permission.PREPARE):
        return False
    if actor.organisation is not None:
        return actor.organisation == task.organisation_id
    return actor.belongs_to(task.community_id)


def check_owner(actor: Actor, task: Task) -> None:
    """Raises SIGN_IN_REQUIRED, NOT_PERMITTED."""
    if owns(actor, task):
        return
    actor.require(Permission.REPORT_PROGRESS)
    raise Refusal(Code.NOT_PERMITTED)


@dataclass(frozen=True, slots=True)
class _Work:
    entry: journal.Recorder
    task: Task
    matter: Matter
    today: date

    @property
    def subject(self) -> str:
        return f"matter:{self.matter.id}"


@contextlib.asynccontextmanager
async def _working(actor: Actor, task: UUID, at: datetime) -> AsyncIterator[_Work]:
    """A unit of work on a task that is open. Whose it is never changes; what else is known of it
    is read after the lock. Raises TASK_CLOSED, MATTER_NOT_IN_DELIVERY."""
    community = (await _owned(actor, task)).community_id
    async with journal.record(community, actor=actor.person, within=community, at=at) as entry:
        row = await require_task(task)
        matter = await lock_matter(row.matter_id)
        if row.state != "open":
            raise Refusal(Code.TASK_CLOSED)
        if matter.step != Step.DELIVER or matter.state != MatterState.ACTIVE:
            raise Refusal(Code.MATTER_NOT_IN_DELIVERY)
        today = at.astimezone(await zone_of(community)).date()
        yield _Work(entry, row, matter, today)


async def _owned(actor: Actor, task: UUID) -> Task:
    found = await require_task(task)
    check_owner(actor, found)
    return found


@journal.shielded
async def plan_milestones(
    actor: Actor, task: UUID, lines: Sequence[Line], *, at: datetime
) -> list[Milestone]:
    """Plan what is still to be reached; what was reached stays."""
    async with _working(actor, task, at) as work:
        planning.check_lines(lines, today=work.today, due_on=work.task.due_on)
        return await write_milestones(work.entry, work.task, lines)


async def write_milestones(
    entry: journal.Recorder, task: Task, lines: Sequence[Line]
) -> list[Milestone]:
    """Put a plan in the place of the milestones that are not reached, inside the caller's unit of
    work; the lines were checked."""
    await Milestone.filter(task_id=task.id, reached_at=None).delete()
    last = await Milestone.filter(task_id=task.id).order_by("-position").first()
    first = last.position + 1 if last else 1
    ordered = sorted(lines, key=lambda line: line[1])
    made = [
        Milestone(id=uuid4(), task_id=task.id, position=place, title=title.strip(), due_on=on)
        for place, (title, on) in enumerate(ordered, first)
    ]
    await Milestone.bulk_create(made)
    planned = tuple(PlannedMilestone(milestone=m.id, title=m.title, due_on=m.due_on) for m in made)
    told = MilestonesPlanned(task=task.id, matter=task.matter_id, milestones=planned)
    entry.tell(told, subject=f"matter:{task.matter_id}")
    return made


@journal.shielded
async def reach(actor: Actor, task: UUID, milestone: UUID, *, at: datetime) -> None:
    """A milestone is finished. Raises MILESTONE_REACHED for one that was."""
    async with _working(actor, task, at) as work:
        row = await Milestone.get_or_none(id=milestone, task_id=task)
        if row is None:
            raise Refusal(Code.NOT_FOUND)
        if row.reached_at is not None:
            raise Refusal(Code.MILESTONE_REACHED)
        row.reached_at = at
        await row.save(update_fields=["reached_at"])
        told = MilestoneReached(task=task, matter=work.matter.id, milestone=milestone)
        work.entry.tell(told, subject=work.subject)


@journal.shielded
async def postpone(actor: Actor, task: UUID, to: date, reason: str, *, at: datetime) -> None:
    """Move the day of a task to a later one, with a public reason; the first stays on record.

    Raises REASON_REQUIRED, DEADLINE_IN_THE_PAST, TASK_NOT_LATER.
    """
    if not reason.strip():
        raise Refusal(Code.REASON_REQUIRED)
    if len(reason.strip()) > LONGEST_REASON:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("理由"), limit=LONGEST_REASON)
    async with _working(actor, task, at) as work:
        if to < work.today:
            raise Refusal(Code.DEADLINE_IN_THE_PAST)
        if to <= work.task.due_on:
            raise Refusal(Code.TASK_NOT_LATER)
        moved_from, work.task.due_on = work.task.due_on, to
        await work.task.save(update_fields=["due_on"])
        await Postponement.create(
            task_id=task,
            moved_from=moved_from,
            moved_to=to,
            reason=reason.strip(),
            postponed_at=at,
        )
        await follow_tasks(work.matter)
        told = TaskPostponed(
            task=task,
            matter=work.matter.id,
            moved_from=moved_from,
            moved_to=to,
            reason=reason.strip(),
        )
        work.entry.tell(told, subject=work.subject)


@journal.shielded
async def report(actor: Actor, task: UUID, note: str, *, at: datetime) -> None:
    """Say how far a task has come."""
    async with _working(actor, task, at) as work:
        await write_progress(work.entry, work.matter, note, task=task, at=at)


async def write_progress(
    entry: journal.Recorder,
    matter: Matter,
    note: str,
    *,
    at: datetime,
    task: UUID | None = None,
    is_done: bool = False,
) -> None:
    """Inside the caller's unit of work. Raises FIELD_MISSING, FIELD_TOO_LONG."""
    said = note.strip()
    if not said and not is_done:
        raise Refusal(Code.FIELD_MISSING, field=N_("进度"))
    if len(said) > LONGEST_NOTE:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("进度"), limit=LONGEST_NOTE)
    await Progress.create(
        matter_id=matter.id, task_id=task, note=said, is_done=is_done, reported_at=at
    )
    progressed = MatterProgressed(matter=matter.id, note=said, done=is_done)
    entry.tell(progressed, subject=f"matter:{matter.id}")


@journal.shielded
async def finish(actor: Actor, task: UUID, note: str = "", *, at: datetime) -> None:
    """A task is finished. With the last one the matter is reported done by itself, unless its way
    still asks for something; its page then says what."""
    async with _working(actor, task, at) as work:
        await _close(work.entry, work.task)
        await write_progress(work.entry, work.matter, note, task=task, is_done=True, at=at)
        await _report_if_done(actor, work.entry, work.matter)


async def _close(entry: journal.Recorder, task: Task) -> None:
    task.state, task.done_at = "done", entry.at
    await task.save(update_fields=["state", "done_at"])
    told = TaskDone(task=task.id, matter=task.matter_id)
    entry.tell(told, subject=f"matter:{task.matter_id}")


async def close_open(entry: journal.Recorder, matter: Matter) -> None:
    """The matter is done as a whole, inside the caller's unit of work: no task stays open in what
    nobody carries out any more."""
    for task in await Task.filter(matter_id=matter.id, state="open").order_by("set_at"):
        await _close(entry, task)


async def _report_if_done(actor: Actor, entry: journal.Recorder, matter: Matter) -> None:
    """Unless its way leaves it to staff, who then look at it first."""
    facts = await facts_of(matter, at=entry.at)
    if facts.open_tasks:
        await follow_tasks(matter)
        return
    is_ours = workflow.mover_of(facts, Act.REPORT_DONE) is Mover.ORGANISATION
    if Act.REPORT_DONE in workflow.available(facts) and (is_ours or actor.organisation is None):
        await apply(entry, matter, Act.REPORT_DONE, facts)


@journal.shielded
async def add_photo(
    actor: Actor, task: UUID, photo: Photo, *, phase: str, caption: str, at: datetime
) -> None:
    """Show what it was like, is, or has become. What staff add everybody sees; what a liaison
    adds waits until staff have looked at it. An asked-for photo may be the last that was missing.
    """
    community = (await _owned(actor, task)).community_id
    async with journal.record(community, actor=actor.person, within=community, at=at) as entry:
        row = await require_task(task)
        matter = await lock_matter(row.matter_id)
        if row.state == "released" or matter.state != MatterState.ACTIVE:
            raise Refusal(Code.TASK_CLOSED)
        await attachments.add(
            entry,
            community,
            f"task:{task}",
            photo,
            phase=phase,
            caption=caption,
            by=actor.person,
            is_shown=actor.may(Permission.PREPARE) and actor.belongs_to(community),
            at=at,
        )
        if row.state == "done" and matter.step == Step.DELIVER:
            await _report_if_done(actor, entry, matter)
