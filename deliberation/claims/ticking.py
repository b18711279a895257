"""What follows by itself from days that have passed: asked for each minute, done once.

Each subject has a unit of work of its own, in which everything is read again: it does not matter
how often, how late or by how many processes this is called. A clock that went back finds nothing.
"""

import functools
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from deliberation import journal, store
from deliberation.claims import ending, leaving, rules
from deliberation.claims.escalating import mark_escalated, put_on_list
from deliberation.claims.models import Claim, Escalation
from deliberation.claims.rules import Cause, EscalationState
from deliberation.demands.models import Demand
from deliberation.errors import Refusal
from deliberation.i18n import N_
from deliberation.matters import asking, evaluating, moving, workflow, workflows
from deliberation.matters.models import Matter
from deliberation.matters.service import NOTHING, Known
from deliberation.matters.stages import Way, over_on
from deliberation.matters.steps import Act, MatterState, Mover, Step
from deliberation.people.service import require_row

_log = structlog.get_logger(__name__)

_Act = Callable[[UUID, UUID, datetime], Awaitable[None]]
Knows = Callable[[Matter], Awaitable[Known]]


async def _knows_nothing(_matter: Matter) -> Known:
    return NOTHING


async def tick(at: datetime, *, knows: Knows = _knows_nothing) -> None:
    """Do what is due at this moment. `knows`: what features above this one know of a matter."""
    await _each(await evaluating.due_evaluations(at), _close_evaluation, at)
    for matter in await _waiting_to_advance(at):
        known = await knows(matter)
        if await _way_open(matter, known, at) is not None:
            advance = functools.partial(_advance, known=known)
            await _each([(matter.id, matter.community_id)], advance, at)
    await leaving.give_back_elsewhere(at=at)
    await _each(await _claims_over(), _settle_claim, at)
    await _each(await _escalations_over(), _settle_escalation, at)
    await _each(await _unclaimed(at), _escalate_demand, at)
    await _each(await _overdue(at), _escalate_matter, at)


async def _each(found: list[tuple[UUID, UUID]], act: _Act, at: datetime) -> None:
    """One after another; what is refused meanwhile holds up none of the others."""
    for subject, community in found:
        try:
            await act(subject, community, at)
        except Refusal as refusal:
            _log.info("tick_refused", code=refusal.code.value, subject=str(subject))


def _pairs(rows: list[dict[str, Any]]) -> list[tuple[UUID, UUID]]:
    found = [(store.identity(r["id"]), store.identity(r["community_id"])) for r in rows]
    return [(a, b) for a, b in found if a is not None and b is not None]


async def _today(community: UUID, at: datetime) -> date:
    return ending.today_in(await require_row(community), at)


# --- evaluation


@journal.shielded
async def _close_evaluation(matter: UUID, community: UUID, at: datetime) -> None:
    async with journal.record(community, actor=None, at=at) as entry:
        found = await moving.lock_matter(matter)
        facts = await moving.facts_of(found, at=at)
        is_open = found.step == Step.EVALUATE and found.state == MatterState.ACTIVE
        if not (is_open and facts.is_rating_over):
            return
        if await evaluating.close_evaluation(entry, found, facts) == "escalated":
            await _put_dissatisfied(entry, found)


async def _put_dissatisfied(entry: journal.Recorder, matter: Matter) -> None:
    """What a department was given and did not do well is on the list again."""
    asked = await asking.last_of(matter.id)
    reason = N_("评价后仍不满意：{rated}户评价，平均{mean}分").format(
        rated=asked.rated if asked else 0, mean=f"{(asked.mean if asked else 0) / 100:.2f}"
    )
    before = await Escalation.get_or_none(open_subject_id=matter.id)
    if before is not None:
        if before.state == EscalationState.ASSIGNED:
            await ending.unassign(entry, before, reason)
        return
    row = await require_row(matter.community_id)
    await put_on_list(entry, row, Cause.DISSATISFIED, reason, matter=matter)


# --- parts of a step that end by themselves


async def _waiting_to_advance(at: datetime) -> list[Matter]:
    """Matters on a part of a step that ends when its days are over. The way that comes with the
    service has none."""
    rows = await Matter.filter(state=MatterState.ACTIVE, workflow__gt=0).prefetch_related(
        "community"
    )
    return [row for row in rows if await _is_over(row, at)]


async def _is_over(matter: Matter, at: datetime) -> bool:
    way = await moving.workflow_of(matter)
    here = matter.stage or matter.step
    if not any(one.leaves == here and not one.is_off and _is_by_itself(one) for one in way.ways):
        return False
    zone = ZoneInfo(matter.community.zone)
    entered = matter.staged_at or matter.stepped_at
    return over_on(entered, way.stage(here).wait_days, zone) <= at.astimezone(zone).date()


def _is_by_itself(way: Way) -> bool:
    """What was decided and still had to wait goes on in the same manner."""
    return way.act in (Act.ADVANCE, Act.ADOPT) and way.by is Mover.SERVICE


async def _way_open(matter: Matter, known: Known, at: datetime) -> workflow.Offer | None:
    facts = await _facts(matter, known, at)
    return next((o for o in workflow.offers(facts) if _is_by_itself(o.way) and not o.reasons), None)


async def _facts(matter: Matter, known: Known, at: datetime) -> workflow.MatterFacts:
    return await moving.facts_of(
        matter,
        at=at,
        was_discussed=known.was_discussed,
        has_wording=known.has_wording,
        has_minutes=known.has_minutes,
    )


@journal.shielded
async def _advance(matter: UUID, community: UUID, at: datetime, *, known: Known) -> None:
    async with journal.record(community, actor=None, at=at) as entry:
        found = await moving.lock_matter(matter)
        offer = await _way_open(found, known, at)
        if offer is not None:
            await moving.apply(entry, found, offer.act, await _facts(found, known, at))


# --- claims and escalations whose matter is over


async def _claims_over() -> list[tuple[UUID, UUID]]:
    return _pairs(
        await store.read(
            "SELECT c.id, c.community_id FROM claim c LEFT JOIN matter m ON m.id = c.matter_id"
            " WHERE c.active_demand_id IS NOT NULL AND (m.id IS NULL OR m.state <> 'active'"
            " OR m.step NOT IN ('deliver', 'evaluate') OR NOT EXISTS (SELECT 1 FROM task t"
            " WHERE t.matter_id = c.matter_id AND t.organisation_id = c.organisation_id"
            " AND t.state IN ('open', 'done')))"
        )
    )


@journal.shielded
async def _settle_claim(claim: UUID, community: UUID, at: datetime) -> None:
    """A demand that came back to the list by another way is offered again from today."""
    async with journal.record(community, actor=None, at=at) as entry:
        found = await Claim.get(id=claim)
        if found.active_demand_id is None or not await ending.has_ended(found):
            return
        if await Demand.exists(id=found.demand_id, state="listed"):
            await ending.offer_one(entry, found.demand_id, await _today(community, at))


async def _escalations_over() -> list[tuple[UUID, UUID]]:
    return _pairs(
        await store.read(
            "SELECT e.id, e.community_id FROM escalation e"
            " LEFT JOIN matter m ON m.id = e.matter_id LEFT JOIN demand d ON d.id = e.demand_id"
            " WHERE e.open_subject_id IS NOT NULL AND CASE WHEN e.matter_id IS NULL"
            " THEN d.state <> 'listed' ELSE m.state <> 'active' OR (e.state = 'assigned'"
            " AND NOT EXISTS (SELECT 1 FROM task t WHERE t.matter_id = e.matter_id"
            " AND t.organisation_id = e.organisation_id AND t.state IN ('open', 'done'))) END"
        )
    )


@journal.shielded
async def _settle_escalation(escalation: UUID, community: UUID, at: datetime) -> None:
    async with journal.record(community, actor=None, at=at) as entry:
        found = await Escalation.get(id=escalation)
        if found.open_subject_id is not None:
            await ending.follow(entry, found)


# --- onto the list of the level above


async def _unclaimed(at: datetime) -> list[tuple[UUID, UUID]]:
    rows = await store.read(
        "SELECT d.id, d.community_id, d.offered_on,"
        " (SELECT MAX(e.ended_at) FROM escalation e WHERE e.demand_id = d.id) AS ended_at"
        " FROM demand d WHERE d.state = 'listed' AND d.offered_on IS NOT NULL"
        " AND d.is_private = ? AND d.route IN ('', 'deliberation') AND NOT EXISTS"
        " (SELECT 1 FROM escalation e WHERE e.demand_id = d.id AND e.open_subject_id IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM matter_demand l JOIN escalation e"
        " ON e.open_subject_id = l.matter_id WHERE l.demand_id = d.id)"
        " ORDER BY d.offered_on, d.number",
        False,
    )
    communities = {store.identity(row["community_id"]) for row in rows} - {None}
    days = {c: await _today(c, at) for c in communities if c is not None}
    limits = {c: (await workflows.latest(c)).limits.unclaimed_days for c in days}
    zones = {c: ZoneInfo((await require_row(c)).zone) for c in days}
    due: list[dict[str, Any]] = []
    for row in rows:
        community = store.identity(row["community_id"])
        if community is None:
            continue
        ended = store.local_day(row["ended_at"], zones[community])
        offered = store.plain_day(row["offered_on"])
        if rules.is_unclaimed(offered, ended, days[community], limits[community]):
            due.append(row)
    return _pairs(due)


@journal.shielded
async def _escalate_demand(demand: UUID, community: UUID, at: datetime) -> None:
    async with journal.record(community, actor=None, at=at) as entry:
        found = await Demand.get(id=demand)
        if found.state != "listed" or found.offered_on is None or await ending.is_listed(demand):
            return
        row = await require_row(community)
        days = rules.waited_days(found.offered_on, ending.today_in(row, at))
        reason = N_("提供认领{days}天，没有单位认领").format(days=days)
        await put_on_list(entry, row, Cause.UNCLAIMED, reason, demand=found)


async def _overdue(at: datetime) -> list[tuple[UUID, UUID]]:
    rows = (
        await Matter.filter(
            state=MatterState.ACTIVE, step=Step.DELIVER, due_on__lt=at.date() + timedelta(days=1)
        )
        .order_by("due_on", "number")
        .prefetch_related("community")
    )
    escalations = await Escalation.filter(matter_id__in=[row.id for row in rows]) if rows else []
    listed = {e.matter_id for e in escalations if e.open_subject_id is not None}
    return [
        (row.id, row.community_id)
        for row in rows
        if row.id not in listed and await _is_overdue(row, escalations, at)
    ]


async def _is_overdue(matter: Matter, escalations: list[Escalation], at: datetime) -> bool:
    zone = ZoneInfo(matter.community.zone)
    mine = [e.ended_at for e in escalations if e.matter_id == matter.id and e.ended_at]
    ended = max(mine).astimezone(zone).date() if mine else None
    limit = (await moving.workflow_of(matter)).limits.overdue_days
    today = at.astimezone(zone).date()
    return matter.due_on is not None and rules.is_overdue(matter.due_on, ended, today, limit)


@journal.shielded
async def _escalate_matter(matter: UUID, community: UUID, at: datetime) -> None:
    async with journal.record(community, actor=None, at=at) as entry:
        found = await moving.lock_matter(matter)
        row = await require_row(community)
        is_open = await Escalation.exists(open_subject_id=matter)
        is_late = found.due_on is not None and found.due_on < ending.today_in(row, at)
        is_under_way = found.step == Step.DELIVER and found.state == MatterState.ACTIVE
        if is_open or not (is_late and is_under_way) or found.due_on is None:
            return
        days = rules.waited_days(found.due_on, ending.today_in(row, at))
        reason = N_("过了期限{days}天，还没有办完").format(days=days)
        await put_on_list(entry, row, Cause.OVERDUE, reason, matter=found)
        await mark_escalated(entry, found, reason)
