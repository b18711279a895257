"""What a matter's page and the list of matters show, gathered from all features."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from deliberation import journal, store
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.service import demands_behind
from deliberation.attachments import service as attachments
from deliberation.ballots.receipts import disclaimers_of
from deliberation.claims.models import Escalation
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.journal import events as e
from deliberation.matters import asking, following, planning, workflow
from deliberation.matters.models import (
    Matter,
    Milestone,
    Postponement,
    Rating,
    Resolution,
    Task,
)
from deliberation.matters.moving import facts_of, photo_subjects
from deliberation.matters.stages import Stage
from deliberation.matters.steps import Act, Mover
from deliberation.minutes.knowing import known_of
from deliberation.minutes.models import Minutes
from deliberation.people.masking import mask_name
from deliberation.people.models import Organisation
from deliberation.people.roles import Permission
from deliberation.suggestions.models import Measure, MeasureSource, Solution
from deliberation.web.matterstory import mean_text
from deliberation.web.visit import Visit

NOT_HERE = frozenset({Act.RATE, Act.RETURN, Act.CLAIM})
"""Acts that no button on the page does: a household's rating, what follows from the ratings, and
what is claimed among the demands that are offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task with its milestones. `percent` is None where none are planned."""

    row: Task
    milestones: Sequence[Milestone]
    postponements: Sequence[Postponement]
    late_days: int

    @property
    def reached(self) -> int:
        return sum(1 for one in self.milestones if one.reached_at is not None)

    @property
    def percent(self) -> int | None:
        return planning.percent(self.reached, len(self.milestones))

    @property
    def next(self) -> Milestone | None:
        """The first milestone that is not reached."""
        return next((one for one in self.milestones if one.reached_at is None), None)


async def tasks_with(visit: Visit, rows: Sequence[Task]) -> list[TaskView]:
    """Tasks with what is planned and how often they were put off."""
    ids = [row.id for row in rows]
    milestones = await Milestone.filter(task_id__in=ids).order_by("due_on", "position")
    moved = await Postponement.filter(task_id__in=ids).order_by("postponed_at")
    return [
        TaskView(
            row=row,
            milestones=[one for one in milestones if one.task_id == row.id],
            postponements=[one for one in moved if one.task_id == row.id],
            late_days=max(0, (visit.today - row.due_on).days) if row.state == "open" else 0,
        )
        for row in rows
    ]


async def facts(visit: Visit, matter: Matter) -> workflow.MatterFacts:
    known = await known_of(matter)
    return await facts_of(
        matter,
        at=visit.now,
        was_discussed=known.was_discussed,
        has_wording=known.has_wording,
        has_minutes=known.has_minutes,
    )


def offered(facts: workflow.MatterFacts) -> list[workflow.Offer]:
    """What can be done on the page, and what cannot yet, with why. What only the service does by
    itself is shown where staff can do it too."""
    by_itself = (Act.ESCALATE, Act.ADOPT)
    return [
        offer
        for offer in workflow.offers(facts)
        if offer.act not in NOT_HERE
        and not (offer.way.by is Mover.SERVICE and offer.act in by_itself and offer.reasons)
        and not (offer.way.by is Mover.SERVICE and offer.act is Act.ESCALATE)
    ]


def ahead(facts: workflow.MatterFacts) -> list[workflow.Offer]:
    """The acts that lead onward, for everybody to see what is waited for."""
    return [
        offer
        for offer in workflow.offers(facts)
        if not offer.way.is_back and offer.act is not Act.REJECT
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandView:
    """A demand that the matter takes up; who brought it is masked."""

    row: Demand
    who: str

    @property
    def supporters(self) -> int:
        return self.row.supporters_listed + self.row.supporters_signed


async def demands_of(matter: Matter) -> list[DemandView]:
    rows = sorted(await demands_behind(matter.id), key=lambda row: row.number)
    return [DemandView(row=row, who=_who(row)) for row in rows]


def _who(demand: Demand) -> str:
    is_resident = demand.channel == "resident" and demand.contact_name
    return mask_name(demand.contact_name) if is_resident else ""


async def demand_numbered(visit: Visit, number: str) -> UUID:
    """A demand of the community by its number. Raises NOT_FOUND."""
    found = await Demand.get_or_none(community_id=visit.here.id, number=number)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found.id


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingView:
    """A meeting that had the matter on its agenda."""

    item: AgendaItem
    speeches: int
    has_minutes: bool


async def meetings_of(matter: Matter) -> list[MeetingView]:
    items = await AgendaItem.filter(matter_id=matter.id, is_noticed=True).prefetch_related(
        "meeting"
    )
    told = await journal.story([f"item:{item.id}" for item in items])
    spoken = [one.subject for one in told if isinstance(one.event, e.SpeechFinished)]
    written = await Minutes.filter(
        meeting_id__in=[item.meeting_id for item in items], state="published"
    ).values_list("meeting_id", flat=True)
    found = [
        MeetingView(
            item=item,
            speeches=spoken.count(f"item:{item.id}"),
            has_minutes=item.meeting_id in written,
        )
        for item in items
    ]
    return sorted(found, key=lambda one: one.item.meeting.starts_at, reverse=True)


async def decisions_of(matter: Matter) -> dict[str, Any]:
    """Resolutions, the latest first, each with its sum and with what its vote was not."""
    rows = await Resolution.filter(matter_id=matter.id).order_by("-decided_at")
    ballots = [row.ballot_id for row in rows]
    tallies = await store.read(
        "SELECT id, tally FROM ballot WHERE id AMONG ?", store.listed(ballots)
    )
    return {
        "resolutions": rows,
        "disclaimers": await disclaimers_of(set(ballots)),
        "tallies": {
            store.identity(row["id"]): json.loads(str(row["tally"]))
            for row in tallies
            if row["tally"]
        },
    }


async def delivery_of(visit: Visit, matter: Matter) -> dict[str, Any]:
    """Tasks, photos, and what was escalated."""
    rows = (
        await Task.filter(matter_id=matter.id).order_by("set_at").prefetch_related("organisation")
    )
    is_staff = visit.actor.is_staff
    photos = await attachments.photos_of(await photo_subjects(matter.id), shown_only=not is_staff)
    shown = [photo for of in photos.values() for photo in of if not photo.hidden_reason]
    links = [row.row.id for row in await demands_of(matter)]
    escalations = await Escalation.filter(
        Q(matter_id=matter.id) | Q(demand_id__in=links)
    ).prefetch_related("organisation")
    return {
        "tasks": await tasks_with(visit, rows),
        "photos": sorted(shown, key=lambda photo: photo.taken_at),
        "escalations": sorted(escalations, key=lambda one: one.raised_at),
    }


async def evaluation_of(visit: Visit, matter: Matter) -> dict[str, Any]:
    """The last time of asking, and what the viewer's household has to do with it."""
    asked = await asking.last_of(matter.id)
    household = visit.actor.household
    own = await following.own_mark(household, matter.id)
    is_open = asked is not None and asked.closed_at is None
    is_everybody = asked is not None and asked.scope == asking.Scope.EVERYBODY
    is_asked = household is not None and (own is not None or is_everybody)
    staff = visit.actor.may(Permission.PREPARE) and asked is not None
    return {
        "evaluation": asked,
        "marks": await asking.marks_of(asked.id) if asked else {},
        "mean": mean_text(asked.mean) if asked else "",
        "own_mark": own.mark if own else None,
        "own_words": own.words if own else "",
        "may_rate": is_open and is_asked and visit.actor.may(Permission.RATE),
        "words_given": await words_given(asked.id) if staff and asked else [],
    }


async def words_given(evaluation: UUID) -> list[Rating]:
    """What households wrote, for staff and for who carried it out; without who wrote it."""
    rows = Rating.filter(evaluation_id=evaluation, mark__not_isnull=True).exclude(words="")
    return await rows.order_by("mark", "rated_at").limit(50)


async def lineage_of(matter: Matter) -> list[dict[str, Any]]:
    """From what was suggested to what was done about it and what that solved."""
    found: list[dict[str, Any]] = []
    for measure in await Measure.filter(matter_id=matter.id).order_by("number"):
        sources = await MeasureSource.filter(measure_id=measure.id).prefetch_related("suggestion")
        solved = await Solution.filter(measure_id=measure.id)
        demands = await Demand.filter(id__in=[one.demand_id for one in solved if one.demand_id])
        found.append(
            {
                "measure": measure,
                "suggestions": [one.suggestion for one in sources],
                "demands": demands,
                "words": [one.words for one in solved if one.words],
            }
        )
    return found


def stages_here(facts: workflow.MatterFacts) -> Sequence[Stage]:
    """The parts of the present step; none where it has but one."""
    stages = facts.workflow.stages_of(facts.step)
    return stages if len(stages) > 1 else ()


async def names_of(organisations: set[UUID]) -> Mapping[UUID, str]:
    rows = await Organisation.filter(id__in=list(organisations))
    return {row.id: row.name for row in rows}
