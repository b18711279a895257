"""Giving tasks to organisations and taking them back, inside a unit of work."""

from datetime import date
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import MatterAssigned, TaskReleased, TaskSet
from deliberation.matters.models import Matter, Task
from deliberation.matters.moving import zone_of
from deliberation.people.models import Community, Organisation

LONGEST_TITLE = 120
ORIGINS = ("claim", "assignment", "escalation", "return")


async def set_task(
    entry: journal.Recorder,
    matter: Matter,
    organisation: UUID,
    title: str,
    due_on: date,
    origin: str,
) -> Task:
    """An organisation of the community, or of a level above it, has a piece of the work.

    Raises NOT_FOUND, ORGANISATION_LEFT, DEADLINE_IN_THE_PAST, TASK_THERE, FIELD_TOO_LONG.
    """
    named = title.strip() or matter.title
    await _check(entry, matter, organisation, named, due_on)
    task = await Task.create(
        id=uuid4(),
        matter_id=matter.id,
        community_id=matter.community_id,
        organisation_id=organisation,
        title=named,
        origin=origin,
        due_on=due_on,
        first_due_on=due_on,
        set_at=entry.at,
    )
    await follow_tasks(matter)
    _tell(entry, matter, task)
    return task


async def _check(
    entry: journal.Recorder, matter: Matter, organisation: UUID, title: str, due_on: date
) -> None:
    row = await _organisation(matter, organisation)
    if len(title) > LONGEST_TITLE:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("任务"), limit=LONGEST_TITLE)
    if due_on < entry.at.astimezone(await zone_of(matter.community_id)).date():
        raise Refusal(Code.DEADLINE_IN_THE_PAST)
    same = Task.filter(matter_id=matter.id, organisation_id=organisation, state="open")
    if await same.filter(title=title).exists():
        raise Refusal(Code.TASK_THERE, name=row.name)


def _tell(entry: journal.Recorder, matter: Matter, task: Task) -> None:
    told = TaskSet(
        task=task.id,
        matter=matter.id,
        organisation=task.organisation_id,
        title=task.title,
        origin=task.origin,
        due_on=task.due_on,
    )
    entry.tell(told, subject=f"matter:{matter.id}")
    assigned = MatterAssigned(
        matter=matter.id, organisation=task.organisation_id, due_on=matter.due_on or task.due_on
    )
    entry.tell(assigned, subject=f"matter:{matter.id}")


async def _organisation(matter: Matter, organisation: UUID) -> Organisation:
    found = await Organisation.get_or_none(id=organisation)
    if found is None or found.community_id not in await _levels(matter.community_id):
        raise Refusal(Code.NOT_FOUND)
    if found.left_at is not None:
        raise Refusal(Code.ORGANISATION_LEFT, name=found.name)
    return found


async def _levels(community: UUID) -> list[UUID]:
    """The community and the levels above it."""
    found: list[UUID] = []
    here: UUID | None = community
    while here is not None and here not in found:
        found.append(here)
        row = await Community.get_or_none(id=here)
        here = row.parent_id if row else None
    return found


async def follow_tasks(matter: Matter) -> None:
    """A matter is due when the last of its open tasks is, and is carried out by who has that; with
    no open task it is nobody's."""
    tasks = Task.filter(matter_id=matter.id, state="open")
    last = await tasks.order_by("-due_on", "-set_at").first()
    matter.organisation_id = last.organisation_id if last else None
    matter.due_on = last.due_on if last else None
    await matter.save(update_fields=["organisation_id", "due_on"])


async def release_tasks(
    entry: journal.Recorder, matter: Matter, organisation: UUID | None, reason: str
) -> list[Task]:
    """Take back the open tasks of an organisation, or all; why is public."""
    tasks = Task.filter(matter_id=matter.id, state="open")
    if organisation is not None:
        tasks = tasks.filter(organisation_id=organisation)
    released = await tasks.order_by("set_at")
    for task in released:
        task.state, task.reason = "released", reason.strip()[:500]
        await task.save(update_fields=["state", "reason"])
        told = TaskReleased(
            task=task.id,
            matter=matter.id,
            organisation=task.organisation_id,
            reason=task.reason,
        )
        entry.tell(told, subject=f"matter:{matter.id}")
    await follow_tasks(matter)
    return released
