"""What follows from the marks: closed, back to delivery by itself once, then escalated."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from deliberation import journal
from deliberation.matters import asking, workflow
from deliberation.matters.duties import set_task
from deliberation.matters.models import Evaluation, Matter, Task
from deliberation.matters.moving import apply, workflow_of, zone_of
from deliberation.matters.rating import rate
from deliberation.matters.steps import Act, Input
from deliberation.people.models import Organisation

__all__ = [
    "close_evaluation",
    "due_evaluations",
    "open_evaluation",
    "rate",
    "set_again",
]

LEAST_DAYS = 7
"""So many days at least has an organisation to do it again."""

_FOLLOWS = ((Act.CONFIRM, "closed"), (Act.RETURN, "returned"), (Act.ESCALATE, "escalated"))


async def open_evaluation(entry: journal.Recorder, matter: Matter) -> Evaluation:
    """Ask those who asked for it, inside the caller's unit of work. Entering the evaluation does
    this by itself."""
    return await asking.open_evaluation(entry, matter, (await workflow_of(matter)).limits)


async def close_evaluation(
    entry: journal.Recorder, matter: Matter, facts: workflow.MatterFacts
) -> str:
    """End the asking, inside the caller's unit of work, and move the matter by what was said:
    returns closed, returned or escalated, or nothing while its way still asks for something.

    For "escalated" the caller puts the matter on the list of the joint meeting.
    """
    asked = await asking.open_of(matter.id)
    if asked is None or not await asking.lock(asked.id):
        return ""
    facts = await _final(asked, facts)
    possible = workflow.available(facts)
    for act, outcome in _FOLLOWS:
        if act in possible:
            await apply(entry, matter, act, facts, frozenset(Input))
            if act is Act.RETURN:
                await set_again(entry, matter)
            return outcome
    return ""


async def _final(asked: Evaluation, facts: workflow.MatterFacts) -> workflow.MatterFacts:
    """The marks as they stand when nobody can give one any more."""
    await asking.count(asked.id)
    await asked.refresh_from_db()
    return replace(facts, ratings=asked.rated, mean=asked.mean)


async def set_again(entry: journal.Recorder, matter: Matter) -> None:
    """Who carried it out has it again, for as many days as were promised the first time."""
    done = await Task.filter(matter_id=matter.id, state="done").order_by("set_at")
    zone = await zone_of(matter.community_id)
    today = entry.at.astimezone(zone).date()
    last = {task.organisation_id: task for task in done}
    left = await Organisation.filter(id__in=list(last), left_at__not_isnull=True).values_list(
        "id", flat=True
    )
    for organisation, task in last.items():
        if organisation in left:
            continue
        promised = (task.first_due_on - task.set_at.astimezone(zone).date()).days
        due_on = today + timedelta(days=max(LEAST_DAYS, promised))
        await set_task(entry, matter, organisation, task.title, due_on, "return")


async def due_evaluations(at: datetime) -> list[tuple[UUID, UUID]]:
    """Matters whose days for rating are over, with their communities."""
    return await asking.due(at)
