"""How the made-up work is done: stage by stage, in time or late, and what people say of it."""

from datetime import date, datetime, timedelta
from uuid import UUID

from deliberation.attachments.service import photos_of
from deliberation.demonstration.diary import Act as Doing
from deliberation.demonstration.diary import Diary
from deliberation.demonstration.pictures import lamps
from deliberation.demonstration.town import Town
from deliberation.matters import service as matters
from deliberation.matters import tasks
from deliberation.matters.models import Evaluation, Matter, Milestone, Rating, Task
from deliberation.matters.rating import rate
from deliberation.matters.service import Given
from deliberation.matters.steps import Act, MatterState, Step
from deliberation.people.roles import Actor

PICTURED = 12
"""Every so many matters one shows what it was like before and after."""
DISSATISFIED = 17
"""Every so many matters one is not done well the first time; every third of those not the second
time either."""


class Works:
    """Carries matters out, from the task to the evaluation."""

    def __init__(self, town: Town, diary: Diary) -> None:
        self.town = town
        self.diary = diary
        self._begun = 0
        self._bad: dict[UUID, int] = {}
        self._again: set[UUID] = set()

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.town.zone).date()

    def _noon(self, on: date, hour: int = 11) -> datetime:
        return datetime(on.year, on.month, on.day, hour, 20, tzinfo=self.town.zone)

    async def _speaker(self, task: Task) -> Actor:
        found = self.town.speaker(task.organisation_id)
        return found.actor if found is not None else self.town.chair

    async def _open_task(self, matter: UUID) -> Task | None:
        return await Task.filter(matter_id=matter, state="open").order_by("-set_at").first()

    async def begin(self, matter: UUID, at: datetime) -> None:
        """Plan how the matter's task goes; which ones go badly is settled here."""
        task = await self._open_task(matter)
        if task is None:
            return
        self._begun += 1
        if self._begun % DISSATISFIED == 0:
            self._bad[matter] = 2 if self._begun % (3 * DISSATISFIED) == 0 else 1
        if self._begun % PICTURED == 1:
            await self._picture(task, "before", at)
        for milestone in await Milestone.filter(task_id=task.id).order_by("position"):
            when = self._noon(milestone.due_on)
            self.diary.write(max(when, at), self._reaching(task.id, milestone.id))
        self._plan_end(task, at)

    def _plan_end(self, task: Task, at: datetime) -> None:
        """Most in time, some postponed, some late; a few are never finished in the year."""
        chance, matter = self.town.chance, task.matter_id
        drawn = chance.random()
        if drawn < 0.78:
            early = min(chance.randint(0, 3), max(0, (task.due_on - self._day(at)).days))
            end = task.due_on - timedelta(days=early)
        elif drawn < 0.9:
            moved = task.due_on + timedelta(days=chance.randint(10, 25))
            before = self._noon(task.due_on - timedelta(days=2), 10)
            self.diary.write(max(before, at), self._postponing(matter, moved))
            end = moved
        elif drawn < 0.97:
            end = task.due_on + timedelta(days=chance.randint(2, 20))
        else:
            return
        self.diary.write(max(self._noon(end, 16), at), lambda then: self._finish(matter, then))

    def _reaching(self, task: UUID, milestone: UUID) -> Doing:
        async def reach(at: datetime) -> None:
            row = await tasks.require_task(task)
            stage = await Milestone.get_or_none(id=milestone)
            if row.state == "open" and stage is not None and stage.reached_at is None:
                await tasks.reach(await self._speaker(row), task, milestone, at=at)

        return reach

    def _postponing(self, matter: UUID, to: date) -> Doing:
        async def postpone(at: datetime) -> None:
            task = await self._open_task(matter)
            if task is not None and task.due_on < to:
                why = "等材料到货，晚几天。（演示）"
                await tasks.postpone(await self._speaker(task), task.id, to, why, at=at)

        return postpone

    async def _picture(self, task: Task, phase: str, at: datetime) -> None:
        caption = "办理前（示意图，演示）" if phase == "before" else "办理后（示意图，演示）"
        photo = lamps(is_lit=phase == "after")
        await tasks.add_photo(self.town.chair, task.id, photo, phase=phase, caption=caption, at=at)

    async def _finish(self, matter: UUID, at: datetime) -> None:
        """The last task done is the matter reported done; whoever asked for it is asked."""
        task = await self._open_task(matter)
        row = await Matter.get(id=matter)
        if task is None or row.step != Step.DELIVER or row.state != MatterState.ACTIVE:
            return
        for stage in await Milestone.filter(task_id=task.id, reached_at=None).order_by("position"):
            await tasks.reach(await self._speaker(task), task.id, stage.id, at=at)
        subject = f"task:{task.id}"
        if (await photos_of([subject], shown_only=False))[subject]:
            await self._picture(task, "after", at)
        note = "已经完工，请大家评一评。（演示）"
        await tasks.finish(await self._speaker(task), task.id, note, at=at)
        asked = await Evaluation.filter(matter_id=matter, closed_at=None).first()
        if asked is None:
            return
        self.diary.write(at + timedelta(days=3), lambda then: self._rate(asked.id, then))
        if matter not in self._bad:
            self.diary.write(at + timedelta(days=12), lambda then: self._confirm(matter, then))

    async def _rate(self, evaluation: UUID, at: datetime) -> None:
        """Three of four of those asked answer."""
        asked = await Evaluation.get(id=evaluation)
        if asked.closed_at is not None:
            return
        is_bad = self._bad.get(asked.matter_id, 0) > 0
        people = await self._asked(asked)
        for n, resident in enumerate(people):
            if n % 4 == 3:
                continue
            mark = self.town.chance.choice((1, 2, 2) if is_bad else (5, 5, 5, 4, 4, 3))
            words = "边上还没弄好。（演示）" if is_bad and n == 0 else ""
            await rate(resident, asked.matter_id, mark, words, at=at + timedelta(minutes=n))
        if is_bad:
            self._bad[asked.matter_id] -= 1

    async def _asked(self, asked: Evaluation) -> list[Actor]:
        homes = {one.household: one.actor for one in self.town.residents}
        rows = await Rating.filter(evaluation_id=asked.id).order_by("household_id")
        found = [homes[row.household_id] for row in rows if row.household_id in homes]
        return found or [one.actor for one in self.town.residents[:9]]

    async def _confirm(self, matter: UUID, at: datetime) -> None:
        row = await Matter.get(id=matter)
        rated = await Rating.filter(
            evaluation__matter_id=matter, evaluation__closed_at=None, mark__not_isnull=True
        ).count()
        if row.step == Step.EVALUATE and row.state == MatterState.ACTIVE and rated:
            await matters.act_on(self.town.chair, matter, Act.CONFIRM, Given(), at=at)

    async def take_up_returned(self, at: datetime) -> None:
        """What came back from the evaluation, or from the joint meeting, is begun again."""
        rows = await Task.filter(state="open", origin__in=["return", "escalation"])
        for task in rows:
            if task.id not in self._again:
                self._again.add(task.id)
                await self.begin(task.matter_id, at)
