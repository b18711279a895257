"""Matters: opening them from demands, moving them by explicit acts, delivery and ratings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.journal.events import (
    MatterAssigned,
    MatterOpened,
    MatterProgressed,
    MatterStepped,
    ResolutionRecorded,
)
from deliberation.matters import workflow
from deliberation.matters.models import Matter, MatterDemand, Progress, Rating, Resolution
from deliberation.matters.steps import Act, Input, MatterState, Resolved, Step
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import organisation_named, require_community

RATING_DAYS = 30
"""Days after which silence no longer holds a matter open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an act is given."""

    target: UUID | None = None
    organisation: str = ""
    due_on: date | None = None
    reason: str = ""
    note: str = ""

    @property
    def inputs(self) -> frozenset[Input]:
        present = {
            Input.TARGET: self.target is not None,
            Input.ORGANISATION: bool(self.organisation.strip()),
            Input.DUE_ON: self.due_on is not None,
            Input.REASON: bool(self.reason.strip()),
        }
        return frozenset(name for name, is_given in present.items() if is_given)


async def require_matter(matter: UUID) -> Matter:
    """Raises NOT_FOUND."""
    found = await Matter.get_or_none(id=matter).prefetch_related("organisation")
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def facts_of(
    matter: Matter, *, at: datetime, was_discussed: bool = False, has_wording: bool = False
) -> workflow.MatterFacts:
    """What the procedure asks about a matter. `was_discussed` and `has_wording` are known to who
    holds the agenda, which is above this feature."""
    resolution = (
        await Resolution.filter(matter_id=matter.id, decided_at__gte=matter.stepped_at)
        .order_by("-decided_at")
        .first()
    )
    return workflow.MatterFacts(
        step=Step(matter.step),
        state=MatterState(matter.state),
        demands=await MatterDemand.filter(matter_id=matter.id).count(),
        was_discussed=was_discussed,
        has_wording=has_wording,
        resolved=_resolved(resolution),
        is_assigned=matter.organisation_id is not None and matter.due_on is not None,
        ratings=await Rating.filter(matter_id=matter.id).count(),
        is_rating_over=matter.stepped_at + timedelta(days=RATING_DAYS) <= at,
    )


def _resolved(resolution: Resolution | None) -> Resolved:
    return _RESOLVED[resolution.outcome] if resolution is not None else Resolved.NONE


_RESOLVED = {
    "adopted": Resolved.ADOPTED,
    "rejected": Resolved.REJECTED,
    "invalid": Resolved.NONE,
    "chosen": Resolved.ADOPTED,
    "undecided": Resolved.NONE,
}
"""By a ballot's outcome: what was chosen is to be done, as what was adopted is."""


async def open_matter(
    entry: journal.Recorder, community: Community, demands: Sequence[Demand]
) -> Matter:
    """Take demands up for deliberation, inside the caller's unit of work."""
    year = entry.at.astimezone(ZoneInfo(community.zone)).year
    count = await Matter.filter(community_id=community.id, number__startswith=f"{year}-").count()
    matter = await Matter.create(
        id=uuid4(),
        community_id=community.id,
        number=f"{year}-{count + 1:03}",
        title=demands[0].title,
        step=Step.RAISE,
        opened_at=entry.at,
        stepped_at=entry.at,
    )
    await MatterDemand.bulk_create(
        [MatterDemand(matter_id=matter.id, demand_id=demand.id) for demand in demands]
    )
    await Demand.filter(id__in=[demand.id for demand in demands]).update(state="taken_up")
    opened = MatterOpened(
        matter=matter.id,
        number=matter.number,
        title=matter.title,
        step=matter.step,
        demands=tuple(demand.id for demand in demands),
    )
    entry.tell(opened, subject=f"matter:{matter.id}")
    return matter


async def apply(
    entry: journal.Recorder,
    matter: Matter,
    act: Act,
    facts: workflow.MatterFacts,
    given: frozenset[Input] = frozenset(),
) -> None:
    """Do an act whose facts are known, inside the caller's unit of work."""
    arrival = workflow.advance(facts, act, given)
    left = matter.step
    matter.step, matter.state = arrival.step.value, arrival.state.value
    if matter.step != left or arrival.state is not MatterState.ACTIVE:
        matter.stepped_at = entry.at
    await matter.save(update_fields=["step", "state", "stepped_at"])
    stepped = MatterStepped(matter=matter.id, left=left, entered=matter.step, act=act.value)
    entry.tell(stepped, subject=f"matter:{matter.id}")


@journal.shielded
async def act_on(
    actor: Actor,
    matter: UUID,
    act: Act,
    given: Given,
    *,
    stream: UUID | None = None,
    was_discussed: bool = False,
    has_wording: bool = False,
    at: datetime,
) -> None:
    """An explicit act on a matter, at the desk or (with a meeting's `stream`) in a meeting."""
    needed = Permission.REPORT_PROGRESS if act is Act.REPORT_DONE else Permission.PREPARE
    actor.require(needed)
    community = await require_community()
    async with journal.record(stream or community.id, actor=actor.person, at=at) as entry:
        found = await require_matter(matter)
        facts = await facts_of(found, at=at, was_discussed=was_discussed, has_wording=has_wording)
        if act is Act.MERGE:
            await _check_target(found, given.target)
        await apply(entry, found, act, facts, given.inputs)
        await _EFFECTS.get(act, _no_effect)(entry, found, given)


async def _check_target(matter: Matter, target: UUID | None) -> None:
    if target is None:
        return  # the procedure refuses it, in words
    into = await require_matter(target)
    if into.id == matter.id or into.state != MatterState.ACTIVE:
        raise Refusal(Code.MATTER_TARGET_UNSUITABLE)


async def _no_effect(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    """Most acts only move the matter."""


async def _merge(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    """The demands go over to the matter that stays."""
    taken = await MatterDemand.filter(matter_id=given.target).values_list("demand_id", flat=True)
    await MatterDemand.filter(
        matter_id=matter.id, demand_id__not_in=list(taken) or [uuid4()]
    ).update(matter_id=given.target)
    await Matter.filter(id=matter.id).update(merged_into_id=given.target)


async def _assign(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    assert given.due_on is not None  # noqa: S101  the procedure asked for it
    organisation = await organisation_named(matter.community_id, given.organisation)
    await Matter.filter(id=matter.id).update(organisation_id=organisation.id, due_on=given.due_on)
    assigned = MatterAssigned(matter=matter.id, organisation=organisation.id, due_on=given.due_on)
    entry.tell(assigned, subject=f"matter:{matter.id}")


async def _report_done(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    await _write_progress(entry, matter, given.note or given.reason, is_done=True)
    demands = await MatterDemand.filter(matter_id=matter.id).values_list("demand_id", flat=True)
    await Demand.filter(id__in=list(demands)).update(state="resolved")


async def _send_back(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    await _write_progress(entry, matter, given.reason, is_done=False)
    demands = await MatterDemand.filter(matter_id=matter.id).values_list("demand_id", flat=True)
    await Demand.filter(id__in=list(demands)).update(state="taken_up")


async def _reject(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    demands = await MatterDemand.filter(matter_id=matter.id).values_list("demand_id", flat=True)
    await Demand.filter(id__in=list(demands)).update(state="declined")


_EFFECTS = {
    Act.MERGE: _merge,
    Act.ASSIGN: _assign,
    Act.REPORT_DONE: _report_done,
    Act.SEND_BACK: _send_back,
    Act.REJECT: _reject,
}


async def _write_progress(
    entry: journal.Recorder, matter: Matter, note: str, *, is_done: bool
) -> None:
    await Progress.create(
        matter_id=matter.id, note=note.strip(), is_done=is_done, reported_at=entry.at
    )
    progressed = MatterProgressed(matter=matter.id, note=note.strip(), done=is_done)
    entry.tell(progressed, subject=f"matter:{matter.id}")


@journal.shielded
async def report_progress(
    actor: Actor, matter: UUID, note: str, *, stream: UUID | None = None, at: datetime
) -> None:
    """Say how far the carrying out has come."""
    actor.require(Permission.REPORT_PROGRESS)
    if not note.strip():
        raise Refusal(Code.FIELD_MISSING, field="note")
    community = await require_community()
    async with journal.record(stream or community.id, actor=actor.person, at=at) as entry:
        found = await require_matter(matter)
        if found.step != Step.DELIVER or found.state != MatterState.ACTIVE:
            raise Refusal(Code.MATTER_NOT_IN_DELIVERY)
        await _write_progress(entry, found, note, is_done=False)


async def record_resolution(
    entry: journal.Recorder,
    *,
    matter: UUID | None,
    meeting: UUID,
    item: UUID,
    ballot: UUID,
    wording: str,
    outcome: str,
) -> None:
    """Record what was decided, inside the announcing unit; an adopted matter goes to delivery."""
    found = await require_matter(matter) if matter is not None else None
    community = (await require_community()).id
    resolution = await Resolution.create(
        community_id=community,
        matter_id=matter,
        meeting_id=meeting,
        item_id=item,
        ballot_id=ballot,
        wording=wording,
        outcome=outcome,
        decided_at=entry.at,
    )
    recorded = ResolutionRecorded(
        resolution=resolution.id,
        item=item,
        ballot=ballot,
        wording=wording,
        outcome=outcome,
        matter=matter,
    )
    entry.tell(recorded, subject=f"matter:{matter}" if matter else f"item:{item}")
    is_decided = _RESOLVED[outcome] is Resolved.ADOPTED
    if found is not None and is_decided and found.step == Step.DECIDE:
        await apply(entry, found, Act.ADOPT, await facts_of(found, at=entry.at))
