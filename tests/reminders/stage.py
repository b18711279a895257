"""演示: people of a community with things that are due."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from deliberation.demands.models import Demand
from deliberation.matters.models import Evaluation, Matter, Milestone, Rating, Task
from deliberation.people.models import Organisation, Person, RoleGrant
from deliberation.reminders.models import Message, Preference
from deliberation.reminders.telling import Teller
from deliberation.reminders.wording import words_of
from tests.support.held_day import Planned

AT = datetime(2026, 11, 3, 1, tzinfo=UTC)
"""Nine in the morning in Shanghai; the meeting is on the 20th."""
TODAY = date(2026, 11, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    organisation: Organisation
    liaison: UUID


async def partner(planned: Planned, name: str = "演示物业") -> Partner:
    """An organisation with a liaison."""
    organisation = await Organisation.create(community_id=planned.community, name=name)
    person = await Person.create(
        community_id=planned.community, name="演示联络员", organisation_id=organisation.id
    )
    await RoleGrant.create(person_id=person.id, role="liaison")
    return Partner(organisation=organisation, liaison=person.id)


async def matter_of(planned: Planned, title: str = "演示修路灯") -> Matter:
    return await Matter.create(
        community_id=planned.community,
        number=f"议-{title}",
        title=title,
        step="deliver",
        opened_at=AT,
        stepped_at=AT,
    )


async def task_for(planned: Planned, partner: Partner, days: int) -> Task:
    """Due so many days after the third, set long ago."""
    due_on = TODAY + timedelta(days=days)
    return await Task.create(
        matter=await matter_of(planned),
        community_id=planned.community,
        organisation=partner.organisation,
        title="演示换灯",
        origin="claim",
        due_on=due_on,
        first_due_on=due_on,
        set_at=AT - timedelta(days=40),
    )


async def milestone_of(task: Task, days: int) -> Milestone:
    due_on = TODAY + timedelta(days=days)
    return await Milestone.create(task=task, position=1, title="演示买灯", due_on=due_on)


async def evaluation_of(planned: Planned, households: list[UUID], days: int) -> Evaluation:
    """Open for so many days after the third; those households are asked."""
    made = await Evaluation.create(
        matter=await matter_of(planned, "演示亮灯"),
        round=1,
        scope="supporters",
        asked=len(households),
        opened_at=AT,
        closes_on=TODAY + timedelta(days=days),
    )
    await Rating.bulk_create([Rating(evaluation_id=made.id, household_id=h) for h in households])
    return made


async def demand_of(planned: Planned, **more: object) -> Demand:
    fields: dict[str, object] = {
        "community_id": planned.community,
        "number": "演-1",
        "title": "演示积水",
        "domain": "设施改造",
        "raised_on": TODAY - timedelta(days=5),
        "created_at": AT,
    }
    demand = Demand(**(fields | more))
    await demand.save(force_create=True)
    return demand


async def remind(at: datetime = AT, since: datetime | None = None) -> None:
    """A round of a process that has just been started."""
    await Teller().remind(at, since or at - timedelta(days=1))


async def told(person: UUID | None, *, muted: bool = False) -> list[str]:
    """What a person reads in Chinese; without what is muted, or only that."""
    rows = await Message.filter(person_id=person).order_by("made_at", "key")
    return [
        words_of(row.sentence, language="zh", zone="Asia/Shanghai")
        for row in rows
        if (row.muted_at is not None) is muted
    ]


async def reader(person: UUID | None, address: str, **more: object) -> Preference:
    """Has confirmed that address long ago."""
    fields: dict[str, object] = {
        "person_id": person,
        "address": address,
        "confirmed_at": AT - timedelta(days=30),
        "asked_at": AT - timedelta(days=30),
        "last_mailed_at": AT - timedelta(days=30),
    }
    preference = Preference(**(fields | more))
    await preference.save(force_create=True)
    return preference
