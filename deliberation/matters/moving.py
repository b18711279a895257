"""Moving a matter by an act: the facts from the rows, the move, and what follows from it."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.attachments.models import Attachment
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import DemandAnswered, MatterStepped
from deliberation.matters import asking, workflow, workflows
from deliberation.matters.models import (
    Evaluation,
    Matter,
    MatterDemand,
    Progress,
    Resolution,
    Task,
)
from deliberation.matters.stages import Workflow
from deliberation.matters.steps import Act, Evidence, Input, MatterState, Resolved, Step
from deliberation.people.models import Community

RESOLVED = {
    "adopted": Resolved.ADOPTED,
    "rejected": Resolved.REJECTED,
    "invalid": Resolved.NONE,
    "chosen": Resolved.ADOPTED,
    "undecided": Resolved.NONE,
}
"""By a ballot's outcome: what was chosen is to be done, as what was adopted is."""

_DECIDED = [outcome for outcome, resolved in RESOLVED.items() if resolved is Resolved.ADOPTED]


async def require_matter(matter: UUID) -> Matter:
    """Raises NOT_FOUND."""
    found = await Matter.get_or_none(id=matter).prefetch_related("organisation")
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def lock_matter(matter: UUID) -> Matter:
    """The matter, for who is going to move it: a meeting's units of work and the community's write
    two streams, and the matter's row keeps them apart. Raises NOT_FOUND."""
    await Matter.filter(id=matter).select_for_update(no_key=True).only("id")
    return await require_matter(matter)


async def workflow_of(matter: Matter) -> Workflow:
    """The version that the matter began with, whatever was adopted since."""
    return await workflows.version(matter.community_id, matter.workflow)


async def zone_of(community: UUID) -> ZoneInfo:
    return ZoneInfo((await Community.get(id=community)).zone)


async def facts_of(
    matter: Matter,
    *,
    at: datetime,
    was_discussed: bool = False,
    has_wording: bool = False,
    has_minutes: bool = False,
) -> workflow.MatterFacts:
    """What the procedure asks about a matter. `was_discussed`, `has_wording` and `has_minutes`
    (published, of a meeting that dealt with it) are known to features above this one."""
    way, zone = await workflow_of(matter), await zone_of(matter.community_id)
    decisions = await Resolution.filter(matter_id=matter.id).order_by("-decided_at")
    since = [one for one in decisions if one.decided_at >= matter.stepped_at]
    asked = await asking.open_of(matter.id)
    return workflow.MatterFacts(
        step=Step(matter.step),
        stage=matter.stage,
        state=MatterState(matter.state),
        workflow=way,
        demands=len(await demands_of(matter.id)),
        was_discussed=was_discussed,
        has_wording=has_wording,
        resolved=RESOLVED[since[0].outcome] if since else Resolved.NONE,
        is_decided=any(one.outcome in _DECIDED for one in decisions),
        is_assigned=matter.organisation_id is not None and matter.due_on is not None,
        open_tasks=await Task.filter(matter_id=matter.id, state="open").count(),
        ratings=asked.rated if asked else 0,
        mean=asked.mean if asked else 0,
        is_rating_over=_is_rating_over(matter, asked, way, at, zone),
        returns=matter.returns,
        waited_days=_waited(matter, at, zone),
        evidence=await _evidence(matter, way, has_minutes=has_minutes),
    )


def _waited(matter: Matter, at: datetime, zone: ZoneInfo) -> int:
    """Whole local days; none while the clock stands before the hour at which it was entered."""
    entered = matter.staged_at or matter.stepped_at
    days = at.astimezone(zone).date() - entered.astimezone(zone).date()
    return max(0, days.days)


def _is_rating_over(
    matter: Matter, asked: Evaluation | None, way: Workflow, at: datetime, zone: ZoneInfo
) -> bool:
    if asked is not None:
        return asking.is_over(asked.closes_on, at, zone)
    return matter.stepped_at + timedelta(days=way.limits.rating_days) < at


_PHASES = {Evidence.PHOTO_BEFORE: "before", Evidence.PHOTO_AFTER: "after"}


async def _evidence(matter: Matter, way: Workflow, *, has_minutes: bool) -> frozenset[Evidence]:
    """What is on record, as far as this part of the step asks for it."""
    wanted = set(way.stage(matter.stage or matter.step).evidence)
    found: set[Evidence] = {Evidence.PUBLISHED_MINUTES} if has_minutes else set()
    if wanted & {Evidence.PHOTO_BEFORE, Evidence.PHOTO_AFTER}:
        photos = Attachment.filter(subject__in=await photo_subjects(matter.id), hidden_reason="")
        found |= {
            kind for kind, phase in _PHASES.items() if await photos.filter(phase=phase).exists()
        }
    if Evidence.PROGRESS in wanted and await Progress.exists(matter_id=matter.id):
        found.add(Evidence.PROGRESS)
    return frozenset(found)


async def photo_subjects(matter: UUID) -> list[str]:
    """What a photo may show that belongs to the matter: itself, its tasks, its demands."""
    tasks = await Task.filter(matter_id=matter).values_list("id", flat=True)
    demands = await MatterDemand.filter(matter_id=matter).values_list("demand_id", flat=True)
    return [
        f"matter:{matter}",
        *(f"task:{task}" for task in tasks),
        *(f"demand:{demand}" for demand in demands),
    ]


async def apply(
    entry: journal.Recorder,
    matter: Matter,
    act: Act,
    facts: workflow.MatterFacts,
    given: frozenset[Input] = frozenset(),
    *,
    reason: str = "",
) -> workflow.Arrival:
    """Do an act whose facts are known, inside the caller's unit of work.

    A clock that went back never shortens a wait: what is entered later counts from no earlier.
    """
    arrival = workflow.advance(facts, act, given)
    left, left_stage = matter.step, matter.stage
    _move(matter, arrival, act, facts, entry.at)
    await matter.save(update_fields=_MOVED)
    stepped = MatterStepped(
        matter=matter.id,
        left=left,
        entered=matter.step,
        act=act.value,
        left_stage=left_stage,
        entered_stage=matter.stage,
        reason=reason.strip(),
    )
    entry.tell(stepped, subject=f"matter:{matter.id}")
    if matter.step != left or arrival.state is not MatterState.ACTIVE:
        await _follow(entry, matter, act, reason.strip())
        await _ask(entry, matter, act, facts.workflow)
    return arrival


def _move(
    matter: Matter, arrival: workflow.Arrival, act: Act, facts: workflow.MatterFacts, at: datetime
) -> None:
    matter.step, matter.state = arrival.step.value, arrival.state.value
    matter.stage = "" if arrival.stage == matter.step else arrival.stage
    has_ended, has_stepped = matter.state != MatterState.ACTIVE, arrival.step is not facts.step
    if arrival.stage != facts.here:
        matter.staged_at = max(at, matter.staged_at or matter.opened_at)
    if has_stepped or has_ended:
        matter.stepped_at = at
    if has_stepped:
        matter.done_at = at if arrival.step is Step.EVALUATE else None
    if facts.step is Step.EVALUATE and arrival.step is Step.DELIVER:
        matter.organisation_id, matter.due_on = None, None  # until it is given to somebody again
    matter.closed_at = at if has_ended else None
    matter.returns += act is Act.RETURN


_MOVED = [
    "step",
    "stage",
    "state",
    "staged_at",
    "stepped_at",
    "done_at",
    "closed_at",
    "returns",
    "organisation_id",
    "due_on",
]


async def _ask(entry: journal.Recorder, matter: Matter, act: Act, way: Workflow) -> None:
    """Those who asked for it are asked while it is being evaluated, and only then."""
    is_asked = matter.step == Step.EVALUATE and matter.state == MatterState.ACTIVE
    if is_asked:
        await asking.open_evaluation(entry, matter, way.limits)
        return
    asked = await asking.open_of(matter.id)
    if asked is None:
        return
    outcome = "closed" if matter.state != MatterState.ACTIVE else "returned"
    await asking.end(entry, asked, "escalated" if act is Act.ESCALATE else outcome)


async def _follow(entry: journal.Recorder, matter: Matter, act: Act, reason: str) -> None:
    """The demands stand where their matter does."""
    if matter.state == MatterState.MERGED:
        return  # they go over to another
    state = _demand_state(matter, act)
    demands = await demands_of(matter.id)
    await settle(demands, state, entry.at)
    if state == "listed":
        await Demand.filter(id__in=demands).update(offered_on=None)  # nobody is asked anew yet
    if state != "declined":
        return
    words = reason or N_("表决没有通过")
    await Demand.filter(id__in=demands).update(answer=words, answered_at=entry.at)
    for demand in demands:
        answered = DemandAnswered(demand=demand, words=words, settled=True)
        entry.tell(answered, subject=f"demand:{demand}")


def _demand_state(matter: Matter, act: Act) -> str:
    if matter.state in (MatterState.REJECTED, MatterState.ABANDONED):
        return "declined"
    if matter.state == MatterState.CLOSED or matter.step == Step.EVALUATE:
        return "resolved"
    return "listed" if act is Act.RELEASE and matter.step == Step.RAISE else "taken_up"


async def demands_of(matter: UUID) -> list[UUID]:
    """The demands that a matter takes up, without those that went elsewhere since it gave them
    back: merged into another, or sent to somebody else."""
    rows = await MatterDemand.filter(
        matter_id=matter, demand__state__not="merged", demand__route__in=["", "deliberation"]
    ).values_list("demand_id", flat=True)
    return sorted({UUID(str(row)) for row in rows})


async def settle(demands: list[UUID], state: str, at: datetime) -> None:
    """Put demands into a state; what is resolved or declined is settled."""
    settled = at if state in ("resolved", "declined") else None
    changed = Demand.filter(id__in=demands).exclude(state=state)
    await changed.update(state=state, changed_at=at, settled_at=settled)
