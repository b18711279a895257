"""The rule in force, by kind; a change is a new version."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from deliberation.errors import Code, Refusal
from deliberation.journal.canonical import canonical
from deliberation.rulesets.models import RuleSet
from deliberation.rulesets.rules import Rule

MEETING = "meeting"
DAYS = "days"
RANKING = "ranking"


async def in_force(community: UUID, kind: str) -> dict[str, Any]:
    """The data of the latest version. Raises NOT_FOUND when the community has none."""
    row = await RuleSet.filter(community_id=community, kind=kind).order_by("-version").first()
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    data: dict[str, Any] = json.loads(row.data)
    return data


async def meeting_rule(community: UUID) -> Rule:
    return Rule.from_json(await in_force(community, MEETING))


async def adopt(community: UUID, kind: str, data: dict[str, Any], *, at: datetime) -> int:
    """Put a new version in force, inside the caller's unit of work; returns its number."""
    last = await RuleSet.filter(community_id=community, kind=kind).order_by("-version").first()
    version = last.version + 1 if last else 1
    await RuleSet.create(
        community_id=community, kind=kind, version=version, data=canonical(data), created_at=at
    )
    return version
