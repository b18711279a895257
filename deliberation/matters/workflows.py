"""The versions of a community's way through the five steps; a change is a new version.

A matter keeps the version that it began with. Version 0 is the one that comes with the service.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from msgspec.structs import replace

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.journal.events import WorkflowAdopted
from deliberation.matters import redrawing, soundness
from deliberation.matters.models import Matter
from deliberation.matters.stages import SHIPPED, Workflow
from deliberation.matters.steps import MatterState, StepNames
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of
from deliberation.rulesets import service as rulesets
from deliberation.rulesets.models import RuleSet

KIND = "workflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A version as it was adopted, and how many matters go by it; None: it came with the
    service."""

    workflow: Workflow
    adopted_at: datetime | None
    matters: int
    under_way: int


async def latest(community: UUID, *, at: datetime | None = None) -> Workflow:
    """By which a matter that is opened now (or was opened then) goes."""
    adopted = RuleSet.filter(community_id=community, kind=KIND)
    if at is not None:
        adopted = adopted.filter(created_at__lte=at)
    row = await adopted.order_by("-version").first()
    return _read(row.data, row.version) if row else SHIPPED


async def version(community: UUID, number: int) -> Workflow:
    """Raises NOT_FOUND."""
    if number == SHIPPED.version:
        return SHIPPED
    if (community, number) not in _known:
        row = await RuleSet.get_or_none(community_id=community, kind=KIND, version=number)
        if row is None:
            raise Refusal(Code.NOT_FOUND)
        _known[community, number] = _read(row.data, row.version)
    return _known[community, number]


_known: dict[tuple[UUID, int], Workflow] = {}
"""What was adopted never changes: a page asks the store for it once."""


@lru_cache(maxsize=64)
def _read(data: str, number: int) -> Workflow:
    """What is stored never changes: read once, however many matters go by it."""
    return replace(Workflow.from_json(json.loads(data)), version=number)


async def names(community: UUID, *, at: datetime | None = None) -> StepNames:
    """What the community calls the five steps now, or called them then."""
    return redrawing.names_of(await latest(community, at=at))


async def editions(community: UUID) -> Sequence[Edition]:
    """All versions, the latest first."""
    rows = await RuleSet.filter(community_id=community, kind=KIND).order_by("-version")
    found = [(_read(row.data, row.version), row.created_at) for row in rows]
    return [await _edition(community, one, when) for one, when in [*found, (SHIPPED, None)]]


async def _edition(community: UUID, workflow: Workflow, when: datetime | None) -> Edition:
    matters = Matter.filter(community_id=community, workflow=workflow.version)
    return Edition(
        workflow=workflow,
        adopted_at=when,
        matters=await matters.count(),
        under_way=await matters.filter(state=MatterState.ACTIVE).count(),
    )


@journal.shielded
async def adopt(actor: Actor, workflow: Workflow, *, based_on: int, at: datetime) -> Workflow:
    """Put a version in force for the matters that are opened from now on.

    `based_on` is the version that was edited. Raises WORKFLOW_OUTDATED when somebody else adopted
    another one meanwhile, WORKFLOW_DEAD_END or WORKFLOW_INVALID for a way that leads nowhere.
    """
    actor.require(Permission.ADMINISTER)
    soundness.require_sound(workflow)
    community = home_of(actor)
    async with journal.record(community, actor=actor.person, within=community, at=at) as entry:
        before = await latest(community)
        if before.version != based_on:
            raise Refusal(Code.WORKFLOW_OUTDATED, version=before.version)
        number = before.version + 1
        adopted = replace(workflow, version=number)
        stored = await rulesets.adopt(community, KIND, adopted.to_json(), at=at)
        entry.tell(WorkflowAdopted(version=stored, workflow=adopted.to_json()))
    return adopted
