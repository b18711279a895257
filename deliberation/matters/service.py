"""Matters: opening them from demands, moving them by explicit acts, what was decided."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from deliberation import journal
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.journal.events import ResolutionRecorded
from deliberation.matters import workflow
from deliberation.matters.duties import release_tasks, set_task
from deliberation.matters.evaluating import set_again
from deliberation.matters.models import Matter, MatterDemand, Resolution, Task
from deliberation.matters.moving import (
    apply,
    demands_of,
    facts_of,
    lock_matter,
    require_matter,
    settle,
    workflow_of,
)
from deliberation.matters.opening import add_demand, open_matter, take_more
from deliberation.matters.steps import Act, Input, MatterState, Mover, Step
from deliberation.matters.tasks import close_open, write_progress
from deliberation.meetings.models import Meeting
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import organisation_named

__all__ = [
    "Given",
    "act_on",
    "add_demand",
    "apply",
    "facts_of",
    "open_matter",
    "record_resolution",
    "report_progress",
    "require_matter",
    "workflow_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an act is given. `task` says what the organisation is to do (the matter's title)."""

    target: UUID | None = None
    organisation: str = ""
    task: str = ""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What features above this one know of a matter: whether a meeting dealt with it, whether
    there is a wording, whether minutes of such a meeting were published."""

    was_discussed: bool = False
    has_wording: bool = False
    has_minutes: bool = False


NOTHING = Known()


@journal.shielded
async def act_on(
    actor: Actor,
    matter: UUID,
    act: Act,
    given: Given,
    *,
    stream: UUID | None = None,
    known: Known = NOTHING,
    at: datetime,
) -> None:
    """An explicit act on a matter, at the desk or (with a meeting's `stream`) in a meeting, by who
    its way says. What other features write more for is done there: NOT_PERMITTED here.
    """
    community = (await require_matter(matter)).community_id
    is_theirs = await _check_concerned(actor, matter, community, act)
    if act in _ELSEWHERE:
        raise Refusal(Code.NOT_PERMITTED)
    async with journal.record(
        stream or community, actor=actor.person, within=community, at=at
    ) as entry:
        found = await lock_matter(matter)
        facts = await facts_of(
            found,
            at=at,
            was_discussed=known.was_discussed,
            has_wording=known.has_wording,
            has_minutes=known.has_minutes,
        )
        if is_theirs and workflow.mover_of(facts, act) not in (Mover.ORGANISATION, None):
            raise Refusal(Code.NOT_PERMITTED)
        if act is Act.MERGE:
            await _check_target(found, given.target)
        await apply(entry, found, act, facts, given.inputs, reason=given.reason)
        await _EFFECTS.get(act, _no_effect)(entry, found, given)


_ELSEWHERE = frozenset({Act.RATE, Act.RETURN, Act.ESCALATE})
"""A household's mark, what follows from the marks, and what goes onto a list with it."""
_OWN = frozenset({Act.REPORT_DONE, Act.ADVANCE})
"""What an organisation may do for the whole matter; its claim it gives back for itself alone."""


async def _check_concerned(actor: Actor, matter: UUID, community: UUID, act: Act) -> bool:
    """Whether it is a liaison of who carries it out; staff of the community else. Raises
    SIGN_IN_REQUIRED, NOT_PERMITTED, NOT_FOUND."""
    if actor.organisation is not None:
        actor.require(Permission.REPORT_PROGRESS)
        if act in _OWN and await _has_task(actor.organisation, matter):
            return True
        raise Refusal(Code.NOT_PERMITTED)
    actor.require(Permission.PREPARE)
    actor.check_in(community)
    return False


async def _has_task(organisation: UUID, matter: UUID) -> bool:
    return await Task.exists(
        matter_id=matter, organisation_id=organisation, state__in=["open", "done"]
    )


async def _check_target(matter: Matter, target: UUID | None) -> None:
    """What ended takes nothing in: so no two can be merged into each other."""
    if target is None:
        return  # the procedure refuses it, in words
    into = await require_matter(target)
    if into.community_id != matter.community_id:
        raise Refusal(Code.NOT_FOUND)
    if into.id == matter.id or into.state != MatterState.ACTIVE:
        raise Refusal(Code.MATTER_TARGET_UNSUITABLE)


async def _no_effect(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    """Most acts only move the matter."""


async def _merge(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    """The demands go over to the matter that stays, and stand where it does."""
    assert given.target is not None  # noqa: S101  the procedure asked for it
    into = await require_matter(given.target)
    demands = await Demand.filter(id__in=await demands_of(matter.id))
    moved = [demand.id for demand in demands]
    await MatterDemand.filter(matter_id=matter.id, demand_id__in=moved).delete()
    await take_more(entry, into, demands)
    if into.step == Step.EVALUATE:
        await settle(moved, "resolved", entry.at)
    matter.merged_into_id = given.target
    await matter.save(update_fields=["merged_into_id"])


async def _assign(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    assert given.due_on is not None  # noqa: S101  the procedure asked for it
    organisation = await organisation_named(matter.community_id, given.organisation)
    await set_task(entry, matter, organisation.id, given.task, given.due_on, "assignment")


async def _report_done(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    """With what is still open, where the way does not ask for each to be finished before."""
    await close_open(entry, matter)
    note = given.note or given.reason
    await write_progress(entry, matter, note, is_done=True, at=entry.at)


async def _send_back(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    await set_again(entry, matter)


async def _release(entry: journal.Recorder, matter: Matter, given: Given) -> None:
    await release_tasks(entry, matter, None, given.reason)


_Effect = Callable[[journal.Recorder, Matter, Given], Awaitable[None]]

_EFFECTS: dict[Act, _Effect] = {
    Act.MERGE: _merge,
    Act.ASSIGN: _assign,
    Act.CLAIM: _assign,
    Act.REPORT_DONE: _report_done,
    Act.SEND_BACK: _send_back,
    Act.RELEASE: _release,
    Act.ABANDON: _release,
}


@journal.shielded
async def report_progress(
    actor: Actor, matter: UUID, note: str, *, stream: UUID | None = None, at: datetime
) -> None:
    """Say how far the carrying out has come, where no task says it better: staff, or a liaison of
    who carries it out."""
    actor.require(Permission.REPORT_PROGRESS)
    community = (await require_matter(matter)).community_id
    if actor.organisation is None:
        actor.check_in(community)
    elif not await _has_task(actor.organisation, matter):
        raise Refusal(Code.NOT_PERMITTED)
    async with journal.record(
        stream or community, actor=actor.person, within=community, at=at
    ) as entry:
        found = await require_matter(matter)
        if found.step != Step.DELIVER or found.state != MatterState.ACTIVE:
            raise Refusal(Code.MATTER_NOT_IN_DELIVERY)
        await write_progress(entry, found, note, at=at)


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
    """Record what was decided, inside the announcing unit. A matter that was adopted goes on at
    once where its way lets it; where something still holds it up the resolution stands. A clock
    that went back decides no earlier than the matter came to the decision."""
    held = await Meeting.get(id=meeting)
    found = await lock_matter(matter) if matter is not None else None
    resolution = await Resolution.create(
        community_id=held.community_id,
        matter_id=matter,
        meeting_id=meeting,
        item_id=item,
        ballot_id=ballot,
        wording=wording,
        outcome=outcome,
        decided_at=max(entry.at, found.stepped_at) if found else entry.at,
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
    if found is None:
        return
    facts = await facts_of(found, at=entry.at)
    if Act.ADOPT in workflow.available(facts):
        await apply(entry, found, Act.ADOPT, facts)
