"""Demands are offered; organisations take them on, say why not, or give them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.claims import ending, rules
from deliberation.claims.models import Claim
from deliberation.claims.rules import ClaimState, DemandFacts
from deliberation.demands.models import Demand
from deliberation.demands.service import require_demand
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import ClaimMade, ClaimRefused
from deliberation.matters import duties, moving, tasks
from deliberation.matters.models import Matter, Task
from deliberation.matters.planning import Part, backwards
from deliberation.matters.service import open_matter
from deliberation.matters.steps import Act, Input
from deliberation.meetings.models import Meeting
from deliberation.people.models import Community, Organisation
from deliberation.people.organisations import require_present
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import community_of, home_of, lock_row

DUTY = frozenset({Input.ORGANISATION, Input.DUE_ON})


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """By when an organisation will have done it, and in which stages. Staff name the
    `organisation` that said so, and the joint `meeting`; a liaison speaks for their own."""

    promised_on: date
    plan: Sequence[Part] = ()
    organisation: UUID | None = None
    meeting: UUID | None = None


async def demand_facts(demand: Demand) -> DemandFacts:
    """What the rules ask about a demand."""
    into = ""
    if demand.state == "merged" and demand.merged_into_id is not None:
        found = await Demand.get_or_none(id=demand.merged_into_id)
        into = found.title if found else ""
    return DemandFacts(
        number=demand.number,
        state=demand.state,
        route=demand.route,
        is_private=demand.is_private,
        merged_into=into,
        is_offered=demand.offered_on is not None,
    )


@journal.shielded
async def offer(actor: Actor, demands: Sequence[UUID], *, at: datetime) -> None:
    """Offer demands to all organisations; the days without an answer count from today. What was
    offered before stays as it is.

    Raises DEMAND_MERGED, DEMAND_NOT_FOR_CLAIM, DEMAND_TAKEN_UP, and then offers none.
    """
    actor.require(Permission.PREPARE)
    if not demands:
        raise Refusal(Code.FIELD_MISSING, field=N_("需求"))
    community = await community_of(actor)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        for wanted in dict.fromkeys(demands):
            found = await require_demand(wanted)
            actor.check_in(found.community_id)
            rules.check_free(await demand_facts(found))
            if found.offered_on is None:
                await ending.offer_one(entry, found.id, ending.today_in(community, at))


async def _speaker(actor: Actor, named: UUID | None) -> Organisation:
    """For whom the actor speaks. Raises NOT_PERMITTED, FIELD_MISSING, ORGANISATION_LEFT."""
    actor.require(Permission.CLAIM)
    is_staff = actor.may(Permission.PREPARE)
    if named is not None and named != actor.organisation and not is_staff:
        raise Refusal(Code.NOT_PERMITTED)
    chosen = named or actor.organisation
    if chosen is None:
        raise Refusal(Code.FIELD_MISSING, field=N_("单位"))
    found = await require_present(chosen)
    actor.check_in(found.community_id)
    return found


async def _check_meeting(actor: Actor, meeting: UUID | None) -> None:
    if meeting is None:
        return
    found = await Meeting.get_or_none(id=meeting)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    actor.check_in(found.community_id)


@journal.shielded
async def claim(actor: Actor, demand: UUID, promise: Promise, *, at: datetime) -> Claim:
    """Take a demand on: its matter goes straight to delivery, with a task and its stages.

    Raises CLAIM_TAKEN when another was faster, DEMAND_MERGED, DEMAND_TAKEN_UP,
    DEMAND_NOT_OFFERED, DEADLINE_IN_THE_PAST.
    """
    community = await community_of(actor)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        organisation = await _speaker(actor, promise.organisation)
        await _check_meeting(actor, promise.meeting)
        await lock_row(community.id)
        found = await _claimable(actor, demand)
        today = ending.today_in(community, at)
        rules.check_deadline(promise.promised_on, today)
        lines = backwards(today, promise.promised_on, promise.plan)
        matter = await to_delivery(entry, community, found, by=actor)
        task = await duties.set_task(
            entry, matter, organisation.id, matter.title, promise.promised_on, "claim"
        )
        if lines:
            await tasks.write_milestones(entry, task, lines)
        made = await _write(entry, community, found, organisation, matter, promise)
        await ending.end_of_demand(entry, found.id, matter.id, N_("已经有单位认领"))
    return made


async def _claimable(actor: Actor, demand: UUID) -> Demand:
    """The demand, when it can be claimed. What became of earlier claims is looked at first."""
    found = await require_demand(demand)
    actor.check_in(found.community_id)
    active = await Claim.get_or_none(active_demand_id=demand).prefetch_related("organisation")
    if active is not None and not await ending.has_ended(active):
        raise Refusal(Code.CLAIM_TAKEN, organisation=active.organisation.name)
    rules.check_claimable(await demand_facts(found))
    return found


async def to_delivery(
    entry: journal.Recorder, community: Community, demand: Demand, *, by: Actor | None = None
) -> Matter:
    """The demand's matter, sent straight to delivery, inside the caller's unit of work. Raises
    NOT_PERMITTED where its way leaves that to others than `by` (None: the level above)."""
    matter = await open_matter(entry, community, [demand])
    facts = await moving.facts_of(matter, at=entry.at)
    if by is not None:
        ending.check_theirs(by, facts, Act.CLAIM)
    await moving.apply(entry, matter, Act.CLAIM, facts, DUTY)
    return matter


async def _write(
    entry: journal.Recorder,
    community: Community,
    demand: Demand,
    organisation: Organisation,
    matter: Matter,
    promise: Promise,
) -> Claim:
    made = await Claim.create(
        id=uuid4(),
        community_id=community.id,
        demand_id=demand.id,
        organisation_id=organisation.id,
        matter_id=matter.id,
        meeting_id=promise.meeting,
        active_demand_id=demand.id,
        state=ClaimState.CLAIMED,
        promised_on=promise.promised_on,
        by_id=entry.actor,
        claimed_at=entry.at,
    )
    told = ClaimMade(
        claim=made.id,
        demand=demand.id,
        matter=matter.id,
        organisation=organisation.id,
        promised_on=promise.promised_on,
        meeting=promise.meeting,
    )
    entry.tell(told, subject=f"demand:{demand.id}")
    entry.answer["claim"] = str(made.id)
    return made


@journal.shielded
async def refuse(
    actor: Actor,
    demand: UUID,
    reason: str,
    *,
    organisation: UUID | None = None,
    meeting: UUID | None = None,
    at: datetime,
) -> Claim:
    """Say why an organisation does not take a demand on. Raises REASON_REQUIRED."""
    community = await community_of(actor)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        speaker = await _speaker(actor, organisation)
        await _check_meeting(actor, meeting)
        said = rules.reason_of(reason)
        found = await _claimable(actor, demand)
        made = await Claim.create(
            id=uuid4(),
            community_id=community.id,
            demand_id=found.id,
            organisation_id=speaker.id,
            meeting_id=meeting,
            state=ClaimState.REFUSED,
            reason=said,
            by_id=actor.person,
            claimed_at=at,
            ended_at=at,
        )
        refused = ClaimRefused(claim=made.id, demand=found.id, organisation=speaker.id, reason=said)
        entry.tell(refused, subject=f"demand:{found.id}")
    return made


@journal.shielded
async def release(actor: Actor, claim: UUID, reason: str, *, at: datetime) -> None:
    """Give a demand back: it is offered again from today. By who claimed it, or by staff.

    Raises REASON_REQUIRED, CLAIM_ENDED, MATTER_ACT_NOT_AVAILABLE once it was reported done.
    """
    actor.require(Permission.CLAIM)
    community = home_of(actor)
    async with journal.record(community, actor=actor.person, within=community, at=at) as entry:
        found = await Claim.get_or_none(id=claim).prefetch_related("organisation")
        if found is None:
            raise Refusal(Code.NOT_FOUND)
        actor.check_in(found.community_id)
        if found.organisation_id != actor.organisation and not actor.may(Permission.PREPARE):
            raise Refusal(Code.NOT_PERMITTED)
        said = rules.reason_of(reason)
        if found.active_demand_id is None:
            raise Refusal(Code.CLAIM_ENDED)
        await ending.give_back(actor, entry, found, said)


async def open_task_of(claim: Claim) -> Task | None:
    """What the organisation has to do for a claim that is in force."""
    return await Task.filter(
        matter_id=claim.matter_id, organisation_id=claim.organisation_id, state="open"
    ).first()
