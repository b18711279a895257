"""The list of the joint meeting of the level above: what comes onto it, what it assigns (交办)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.claims import ending, rules, service
from deliberation.claims.models import Escalation
from deliberation.claims.rules import OPEN, Cause, EscalationState
from deliberation.demands.models import Demand
from deliberation.demands.service import require_demand
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import EscalationAssigned, EscalationRaised
from deliberation.matters import duties, moving, workflow
from deliberation.matters.models import Matter
from deliberation.matters.steps import Act, Input, Mover, Step
from deliberation.people.models import Community, Organisation
from deliberation.people.organisations import require_present
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import community_of, lock_row, require_row

LONGEST_DUTY = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a department is to do, by when."""

    organisation: UUID
    duty: str
    due_on: date


async def require_escalation(escalation: UUID) -> Escalation:
    """Raises NOT_FOUND."""
    found = await Escalation.get_or_none(id=escalation).prefetch_related("organisation")
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def put_on_list(
    entry: journal.Recorder,
    community: Community,
    cause: Cause,
    reason: str,
    *,
    demand: Demand | None = None,
    matter: Matter | None = None,
) -> Escalation:
    """Onto the list of the level above, inside the caller's unit of work; once. Raises
    ESCALATION_OPEN."""
    subject = matter.id if matter is not None else demand.id if demand is not None else None
    if subject is None:
        raise Refusal(Code.NOT_FOUND)
    is_there = Escalation.exists(open_subject_id=subject)
    if await (ending.is_listed(subject) if matter is None else is_there):
        raise Refusal(Code.ESCALATION_OPEN)
    made = await Escalation.create(
        id=uuid4(),
        community_id=community.id,
        upper_id=community.parent_id or community.id,
        demand_id=demand.id if demand else None,
        matter_id=matter.id if matter else None,
        open_subject_id=subject,
        cause=cause,
        reason=reason,
        state=EscalationState.LISTED,
        raised_at=entry.at,
    )
    raised = EscalationRaised(
        escalation=made.id,
        cause=cause.value,
        reason=reason,
        upper=made.upper_id,
        demand=made.demand_id,
        matter=made.matter_id,
    )
    entry.tell(raised, subject=ending.subject_of(made))
    return made


async def mark_escalated(entry: journal.Recorder, matter: Matter, reason: str) -> None:
    """The matter's own story says so, where its way knows the act."""
    facts = await moving.facts_of(matter, at=entry.at)
    if Act.ESCALATE in workflow.available(facts):
        given = frozenset({Input.REASON})
        await moving.apply(entry, matter, Act.ESCALATE, facts, given, reason=reason)


@journal.shielded
async def ask_for_demand(actor: Actor, demand: UUID, reason: str, *, at: datetime) -> Escalation:
    """Staff put a demand on the list before its days are over. Raises REASON_REQUIRED,
    ESCALATION_OPEN, DEMAND_TAKEN_UP."""
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await require_demand(demand)
        actor.check_in(found.community_id)
        said = rules.reason_of(reason)
        rules.check_free(await service.demand_facts(found))
        return await put_on_list(entry, community, Cause.ASKED, said, demand=found)


@journal.shielded
async def ask_for_matter(actor: Actor, matter: UUID, reason: str, *, at: datetime) -> Escalation:
    """Staff put a matter in delivery on the list. Raises REASON_REQUIRED, ESCALATION_OPEN,
    MATTER_ACT_NOT_AVAILABLE."""
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await moving.lock_matter(matter)
        actor.check_in(found.community_id)
        said = rules.reason_of(reason)
        facts = await moving.facts_of(found, at=at)
        if workflow.mover_of(facts, Act.ESCALATE) is Mover.SERVICE:
            raise Refusal(Code.NOT_PERMITTED)  # the ratings decide it, when their days are over
        workflow.advance(facts, Act.ESCALATE, frozenset({Input.REASON}))
        made = await put_on_list(entry, community, Cause.ASKED, said, matter=found)
        await mark_escalated(entry, found, said)
    return made


def check_oversees(actor: Actor, escalation: Escalation) -> None:
    """It is on the list of the actor's own level; of another it is not there: NOT_FOUND."""
    actor.require(Permission.OVERSEE)
    actor.check_in(escalation.upper_id)


@journal.shielded
async def assign(actor: Actor, escalation: UUID, duty: Duty, *, at: datetime) -> None:
    """Give a department a duty and a day (交办). A demand goes straight to delivery; what somebody
    else had to do for a matter is taken back, with that as the reason.

    Written where the demand belongs. Raises ESCALATION_ENDED, FIELD_MISSING, ORGANISATION_LEFT,
    DEADLINE_IN_THE_PAST, DEMAND_TAKEN_UP, MATTER_NOT_IN_DELIVERY.
    """
    before = await require_escalation(escalation)
    check_oversees(actor, before)
    named = _duty_of(duty)
    community = await require_row(before.community_id)
    async with journal.record(
        community.id, actor=actor.person, within=community.id, at=at
    ) as entry:
        found = await require_escalation(escalation)
        if found.state not in OPEN:
            raise Refusal(Code.ESCALATION_ENDED)
        rules.check_deadline(duty.due_on, ending.today_in(community, at))
        department = await _department(found, duty.organisation)
        matter = await _to_deliver(entry, community, found, department)
        await duties.set_task(entry, matter, department.id, named, duty.due_on, "escalation")
        await _write(entry, found, matter, named, duty)


def _duty_of(duty: Duty) -> str:
    named = duty.duty.strip()
    if not named:
        raise Refusal(Code.FIELD_MISSING, field=N_("办理事项"))
    if len(named) > LONGEST_DUTY:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("办理事项"), limit=LONGEST_DUTY)
    return named


async def _department(escalation: Escalation, organisation: UUID) -> Organisation:
    """Of the level above, or of the community itself."""
    found = await require_present(organisation)
    if found.community_id not in (escalation.upper_id, escalation.community_id):
        raise Refusal(Code.NOT_FOUND)
    return found


async def _to_deliver(
    entry: journal.Recorder, community: Community, escalation: Escalation, department: Organisation
) -> Matter:
    """The matter that the department carries out, free of what others had to do for it."""
    matter = await _matter_of(escalation)
    if matter is None or matter.step == Step.RAISE:
        await lock_row(community.id)
        demand = await _demand_of(escalation)
        rules.check_free(await service.demand_facts(demand))
        return await service.to_delivery(entry, community, demand)
    facts = await moving.facts_of(matter, at=entry.at)
    if Act.ASSIGN not in workflow.available(facts):
        raise Refusal(Code.MATTER_NOT_IN_DELIVERY)
    reason = N_("联席会议交办给{name}").format(name=department.name)
    await duties.release_tasks(entry, matter, None, reason)
    await ending.end_claims_on(entry, matter.id, reason)
    facts = await moving.facts_of(matter, at=entry.at)
    await moving.apply(entry, matter, Act.ASSIGN, facts, service.DUTY)
    return matter


async def _matter_of(escalation: Escalation) -> Matter | None:
    return await moving.lock_matter(escalation.matter_id) if escalation.matter_id else None


async def _demand_of(escalation: Escalation) -> Demand:
    """What is taken up: the demand itself, or that of a matter that went back to the list."""
    demand = escalation.demand_id
    if demand is None and escalation.matter_id is not None:
        demand = next(iter(await moving.demands_of(escalation.matter_id)), None)
    if demand is None:
        raise Refusal(Code.MATTER_NOT_IN_DELIVERY)
    return await require_demand(demand)


async def _write(
    entry: journal.Recorder, escalation: Escalation, matter: Matter, named: str, duty: Duty
) -> None:
    escalation.matter_id = escalation.open_subject_id = matter.id
    escalation.state, escalation.duty = EscalationState.ASSIGNED.value, named
    escalation.organisation_id, escalation.due_on = duty.organisation, duty.due_on
    escalation.assigned_at = entry.at
    await escalation.save()
    assigned = EscalationAssigned(
        escalation=escalation.id, organisation=duty.organisation, duty=named, due_on=duty.due_on
    )
    entry.tell(assigned, subject=ending.subject_of(escalation))
