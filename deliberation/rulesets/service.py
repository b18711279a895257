"""The rules in force, by kind; a change is a new version."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.journal.canonical import canonical
from deliberation.journal.events import RuleSetAdopted
from deliberation.people.roles import Actor, Permission
from deliberation.rulesets.models import RuleSet
from deliberation.rulesets.rules import TEXTS, Rule, is_key
from deliberation.rulesets.shipped import SHIPPED

MEETING = "meeting"
DAYS = "days"
RANKING = "ranking"
_VOTING = "rule:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A rule as it stood; `adopted_at` is None for what came with the service."""

    rule: Rule
    adopted_at: datetime | None


async def in_force(community: UUID, kind: str) -> dict[str, Any]:
    """The data of the latest version. Raises NOT_FOUND when the community has none."""
    data = await latest(community, kind)
    if data is None:
        raise Refusal(Code.NOT_FOUND)
    return data


async def latest(community: UUID, kind: str) -> dict[str, Any] | None:
    """The data of the latest version; None when the community has none."""
    row = await _latest(community, kind)
    if row is None:
        return None
    data: dict[str, Any] = json.loads(row.data)
    return data


async def _latest(community: UUID, kind: str) -> RuleSet | None:
    return await RuleSet.filter(community_id=community, kind=kind).order_by("-version").first()


async def meeting_rule(community: UUID) -> Rule:
    """By which a meeting is held, and what it decides where an item names no other rule set."""
    return Rule.from_json(await in_force(community, MEETING))


async def adopt(community: UUID, kind: str, data: dict[str, Any], *, at: datetime) -> int:
    """Put a new version in force, inside the caller's unit of work; returns its number."""
    last = await _latest(community, kind)
    version = last.version + 1 if last else 1
    await RuleSet.create(
        community_id=community, kind=kind, version=version, data=canonical(data), created_at=at
    )
    return version


async def voting_rules(community: UUID) -> dict[str, Rule]:
    """The rule sets to choose from, by key: those that come with the service, as far as the
    community has not changed them, and its own."""
    rows = await RuleSet.filter(community_id=community, kind__startswith=_VOTING).order_by(
        "version"
    )
    adopted = [Rule.from_json(json.loads(row.data)) for row in rows]
    return dict(SHIPPED) | {rule.key: rule for rule in adopted}


async def voting_rule(community: UUID, key: str) -> Rule:
    """The latest version of a rule set; the meeting's own for an empty key. Raises RULE_UNKNOWN."""
    if not key:
        return await meeting_rule(community)
    found = (await voting_rules(community)).get(key)
    if found is None:
        raise Refusal(Code.RULE_UNKNOWN)
    return found


async def versions(community: UUID, key: str) -> list[Version]:
    """All versions of a rule set, the latest first; that of the service is the first there was.
    Raises RULE_UNKNOWN."""
    rows = await RuleSet.filter(community_id=community, kind=_kind(key)).order_by("-version")
    found = [
        Version(rule=Rule.from_json(json.loads(row.data)), adopted_at=row.created_at)
        for row in rows
    ]
    if key in SHIPPED:
        found.append(Version(rule=SHIPPED[key], adopted_at=None))
    if not found:
        raise Refusal(Code.RULE_UNKNOWN)
    return found


def _kind(key: str) -> str:
    if not is_key(key):
        raise Refusal(Code.RULE_UNKNOWN)
    return MEETING if key == MEETING else _VOTING + key


@journal.shielded
async def adopt_voting_rule(
    actor: Actor, community: UUID, rule: Rule, *, is_new: bool = False, at: datetime
) -> Rule:
    """Adopt a new rule set, or a new version of one. What was noticed under an earlier version
    keeps it. `rule.key` "meeting" changes the rule by which meetings are held.

    Raises RULE_KEY_TAKEN where an `is_new` one is there already, and RULE_INVALID where what the
    law left open is filled in without saying what it rests on.
    """
    actor.require(Permission.ADMINISTER)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        last = await _before(community, rule.key)
        if is_new and last is not None:
            raise Refusal(Code.RULE_KEY_TAKEN, key=rule.key)
        if last and rule.is_complete and not last.is_complete and rule.source == last.source:
            raise Refusal(Code.RULE_INVALID, field=TEXTS["source"])
        versioned = replace(rule, version=last.version + 1 if last else 1)
        await RuleSet.create(
            community_id=community,
            kind=_kind(rule.key),
            version=versioned.version,
            data=canonical(versioned.to_json()),
            created_at=at,
        )
        entry.tell(RuleSetAdopted(key=rule.key, rule=versioned.to_json()))
    return versioned


async def _before(community: UUID, key: str) -> Rule | None:
    row = await _latest(community, _kind(key))
    if row is None:
        return SHIPPED.get(key)
    return replace(Rule.from_json(json.loads(row.data)), version=row.version)
