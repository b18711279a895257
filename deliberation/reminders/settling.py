"""What is settled is not reminded of: messages of it are muted, read or not.

A message's key ends on what it was true for (the day a thing was due, the hour of a meeting). It
is live while its thing says the same; all others are muted. So it follows from how things stand,
whatever happened and however long nobody ran.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from deliberation import store
from deliberation.ballots.models import Ballot
from deliberation.claims.models import Claim, Escalation
from deliberation.demands.models import Demand, Handover, SupportAsk
from deliberation.matters.models import Evaluation, Milestone, Task
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.reminders.due import stamp_of
from deliberation.reminders.gathering import Now

Live = Mapping[UUID, str]
"""By thing: how the key of a message ends that still holds. What is missing is settled."""


async def _days(ids: Collection[UUID]) -> Live:
    noticed = await Meeting.filter(day_id__in=ids, state__in=["noticed", "convened"]).values_list(
        "day_id", flat=True
    )
    rows = await DeliberationDay.filter(id__in=ids, state="planned")
    return {row.id: row.held_on.isoformat() for row in rows if row.id not in noticed}


async def _meetings(ids: Collection[UUID]) -> Live:
    what = {"noticed": "noticed", "convened": "noticed", "cancelled": "cancelled"}
    rows = await Meeting.filter(id__in=ids, state__in=list(what))
    return {row.id: f"{what[row.state]}:{stamp_of(row.starts_at)}" for row in rows}


async def _ballots(ids: Collection[UUID]) -> Live:
    rows = await Ballot.filter(id__in=ids, state="open")
    return {row.id: stamp_of(row.closes_at) for row in rows if row.closes_at}


async def _results(ids: Collection[UUID]) -> Live:
    rows = await Ballot.filter(id__in=ids, state="announced", certified_at=None)
    return {row.id: stamp_of(row.objections_until) for row in rows if row.objections_until}


async def _evaluations(ids: Collection[UUID]) -> Live:
    rows = await Evaluation.filter(id__in=ids, closed_at=None)
    return {row.id: row.closes_on.isoformat() for row in rows}


async def _tasks(ids: Collection[UUID]) -> Live:
    rows = await Task.filter(id__in=ids, state="open")
    return {row.id: row.due_on.isoformat() for row in rows}


async def _milestones(ids: Collection[UUID]) -> Live:
    rows = await Milestone.filter(id__in=ids, reached_at=None, task__state="open")
    return {row.id: row.due_on.isoformat() for row in rows}


async def _demands(ids: Collection[UUID]) -> Live:
    states = ["listed", "taken_up", "referred"]
    rows = await Demand.filter(id__in=ids, state__in=states, answered_at=None)
    return {row.id: row.due_on.isoformat() for row in rows if row.due_on}


async def _handovers(ids: Collection[UUID]) -> Live:
    rows = await Handover.filter(id__in=ids, state="open")
    return {row.id: row.due_on.isoformat() for row in rows}


async def _asks(ids: Collection[UUID]) -> Live:
    rows = await SupportAsk.filter(
        id__in=ids, answer="", demand__state__in=["listed", "taken_up", "referred"]
    )
    return {row.id: "" for row in rows}


async def _claims(ids: Collection[UUID]) -> Live:
    rows = await Claim.filter(id__in=ids, demand__state="listed")
    return {row.id: "" for row in rows}


async def _escalations(ids: Collection[UUID]) -> Live:
    rows = await Escalation.filter(id__in=ids, state__in=["listed", "assigned"])
    return {
        row.id: f"listed:{stamp_of(row.raised_at)}"
        if row.assigned_at is None
        else f"assigned:{stamp_of(row.assigned_at)}"
        for row in rows
    }


LIVE: Mapping[str, Callable[[Collection[UUID]], Awaitable[Live]]] = MappingProxyType(
    {
        "day": _days,
        "meeting": _meetings,
        "ballot": _ballots,
        "objections": _results,
        "evaluation": _evaluations,
        "task": _tasks,
        "milestone": _milestones,
        "demand": _demands,
        "handover": _handovers,
        "ask": _asks,
        "claim": _claims,
        "escalation": _escalations,
    }
)
"""By the first word of a subject. What has no line here is never settled."""


async def mute_settled(now: Now) -> None:
    """Only messages that are still worth telling are looked at."""
    rows = await store.read(
        "SELECT DISTINCT subject, key FROM message WHERE muted_at IS NULL AND due_on >= ?",
        now.at.date() - timedelta(days=1),
    )
    keys: dict[str, dict[UUID, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        thing, _, named = str(row["subject"]).partition(":")
        if thing in LIVE:
            keys[thing][UUID(named)].add(str(row["key"]))
    for thing, by_id in keys.items():
        live = await LIVE[thing](list(by_id))
        await _mute([k for i, ks in by_id.items() for k in ks if not _holds(k, live.get(i))], now)
    await _mute_rated(keys["evaluation"], now)


def _holds(key: str, ending: str | None) -> bool:
    return ending is not None and key.endswith(ending)


async def _mute(keys: Collection[str], now: Now) -> None:
    """A key begins with its subject, which has an index."""
    if keys:
        subjects = {":".join(key.split(":")[:2]) for key in keys}
        await store.write(
            "UPDATE message SET muted_at = ? WHERE muted_at IS NULL"
            " AND subject AMONG ? AND key AMONG ?",
            [now.at, store.listed(subjects), store.listed(keys)],
        )


async def _mute_rated(evaluations: Collection[UUID], now: Now) -> None:
    """Households that have given their marks. (Who has voted is not noted like this: the time of
    it would stand beside the person.)"""
    for evaluation in evaluations:
        rows = await store.read(
            "SELECT m.id FROM household_rating r JOIN person p ON p.household_id = r.household_id"
            " JOIN message m ON m.person_id = p.id AND m.subject = ? AND m.muted_at IS NULL"
            " WHERE r.evaluation_id = ? AND r.mark IS NOT NULL",
            f"evaluation:{evaluation}",
            evaluation,
        )
        if rows:
            await store.write(
                "UPDATE message SET muted_at = ? WHERE id AMONG ?",
                [now.at, store.listed(store.identities(rows))],
            )
