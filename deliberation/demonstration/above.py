"""The made-up subdistrict's joint meeting once a quarter: who has to do what was escalated."""

from datetime import datetime, timedelta

from deliberation.claims import escalating, reviewing
from deliberation.claims.models import Escalation
from deliberation.claims.rules import EscalationState, Finding
from deliberation.demonstration.town import Town
from deliberation.demonstration.work import Works
from deliberation.matters.models import Matter, Task
from deliberation.matters.steps import MatterState, Step

RETURNED = 7
"""Every so many of the list goes back to the community."""


class JointMeetings:
    """Assigns what stands on the list, and reviews what was assigned before."""

    def __init__(self, town: Town, works: Works) -> None:
        self.town = town
        self.works = works
        self._seen = 0

    async def meet(self, at: datetime) -> None:
        rows = await Escalation.filter(upper_id=self.town.upper.id).order_by("raised_at")
        for row in rows:
            if row.state == EscalationState.LISTED and await self._is_to_be_done(row):
                await self._treat(row, at)
        await self.works.take_up_returned(at)

    async def _is_to_be_done(self, row: Escalation) -> bool:
        """Some are done between being listed and the meeting."""
        if row.matter_id is None:
            return True
        matter = await Matter.get(id=row.matter_id)
        return matter.step == Step.DELIVER and matter.state == MatterState.ACTIVE

    async def _treat(self, row: Escalation, at: datetime) -> None:
        self._seen += 1
        if self._seen % RETURNED == 0:
            why = "社区自己能办，请再找共建单位。（演示）"
            await reviewing.send_back(self.town.overseer, row.id, why, at=at)
            return
        department = self.town.departments[self._seen % len(self.town.departments)]
        due = (at + timedelta(days=40)).astimezone(self.town.zone).date()
        duty = escalating.Duty(
            organisation=department.organisation,
            duty="按期办好，办完请居民评价（演示）",
            due_on=due,
        )
        await escalating.assign(self.town.overseer, row.id, duty, at=at)

    async def review(self, at: datetime) -> None:
        """How each assignment stands, in a word and a sentence."""
        today = at.astimezone(self.town.zone).date()
        for row in await Escalation.filter(
            upper_id=self.town.upper.id, state=EscalationState.ASSIGNED
        ).order_by("assigned_at"):
            is_open = await Task.filter(matter_id=row.matter_id, state="open").exists()
            late = row.due_on is not None and row.due_on < today
            finding = Finding.DONE if not is_open else Finding.LATE if late else Finding.ON_TRACK
            words = "已查看现场和进度。（演示）"
            await reviewing.review(self.town.overseer, row.id, finding, words, at=at)
