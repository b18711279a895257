"""How claims and escalations end: given back, done with their matter, or overtaken by events."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.claims.models import Claim, Escalation
from deliberation.claims.rules import ClaimState, EscalationState
from deliberation.demands.models import Demand
from deliberation.i18n import N_
from deliberation.journal.events import (
    ClaimReleased,
    DemandOffered,
    EscalationEnded,
    EscalationUnassigned,
)
from deliberation.matters import duties, moving, workflow
from deliberation.matters.models import Matter, MatterDemand, Task
from deliberation.matters.steps import Act, Input, MatterState, Mover, Step
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import require_row

_REASON = frozenset({Input.REASON})
_CARRIED_OUT = (Step.DELIVER, Step.EVALUATE)


def today_in(community: Community, at: datetime) -> date:
    """The local day."""
    return at.astimezone(ZoneInfo(community.zone)).date()


async def offer_one(entry: journal.Recorder, demand: UUID, on: date) -> None:
    """Offer a demand, or offer it again, inside the caller's unit of work."""
    await Demand.filter(id=demand).update(offered_on=on, changed_at=entry.at)
    entry.tell(DemandOffered(demand=demand, offered_on=on), subject=f"demand:{demand}")


async def has_ended(claim: Claim) -> bool:
    """Whether a claim in force ended with its matter, or was taken away there; then it is ended
    here too. Inside the caller's unit of work."""
    matter = await Matter.get_or_none(id=claim.matter_id)
    if await _is_in_force(claim, matter):
        return False
    is_done = matter is not None and matter.state == MatterState.CLOSED
    at = (matter.closed_at or matter.stepped_at) if matter else claim.claimed_at
    await _close(claim, ClaimState.DONE if is_done else ClaimState.ENDED, at)
    return True


async def _is_in_force(claim: Claim, matter: Matter | None) -> bool:
    """The matter is carried out, and some of that is the organisation's."""
    if matter is None or matter.state != MatterState.ACTIVE or matter.step not in _CARRIED_OUT:
        return False
    return await has_work(claim)


async def has_work(claim: Claim) -> bool:
    """The organisation has a task in the matter, or has finished one."""
    return await Task.exists(
        matter_id=claim.matter_id,
        organisation_id=claim.organisation_id,
        state__in=["open", "done"],
    )


async def _close(claim: Claim, state: ClaimState, at: datetime, reason: str = "") -> None:
    claim.state, claim.ended_at, claim.active_demand_id = state.value, at, None
    claim.reason = reason
    await claim.save(update_fields=["state", "ended_at", "active_demand_id", "reason"])


def check_theirs(actor: Actor, facts: workflow.MatterFacts, act: Act) -> None:
    """Staff do what the way leaves to an organisation, not the other way round: NOT_PERMITTED."""
    if workflow.mover_of(facts, act) is Mover.STAFF:
        actor.require(Permission.PREPARE)


async def give_back(actor: Actor, entry: journal.Recorder, claim: Claim, reason: str) -> None:
    """What was claimed goes back, inside the caller's unit of work. Raises NOT_PERMITTED, and
    MATTER_ACT_NOT_AVAILABLE where the procedure does not lead back any more."""
    matter = await _matter_of(claim)
    facts = await moving.facts_of(matter, at=entry.at)
    check_theirs(actor, facts, Act.RELEASE)
    workflow.advance(facts, Act.RELEASE, _REASON)
    await hand_back(entry, matter, claim.organisation_id, reason)
    await end_claim(entry, claim, reason)


async def _matter_of(claim: Claim) -> Matter:
    assert claim.matter_id is not None  # noqa: S101  a claim in force has one
    return await moving.lock_matter(claim.matter_id)


async def end_claim(entry: journal.Recorder, claim: Claim, reason: str) -> None:
    """The organisation is not bound any more; why is public."""
    await _close(claim, ClaimState.RELEASED, entry.at, reason)
    released = ClaimReleased(
        claim=claim.id,
        demand=claim.demand_id,
        organisation=claim.organisation_id,
        reason=reason,
    )
    entry.tell(released, subject=f"demand:{claim.demand_id}")


async def hand_back(
    entry: journal.Recorder, matter: Matter, organisation: UUID | None, reason: str
) -> None:
    """An organisation's tasks in a matter are given back. When nobody else has one, what was not
    decided by a vote goes back to the list, and is offered again from today."""
    await duties.release_tasks(entry, matter, organisation, reason)
    facts = await moving.facts_of(matter, at=entry.at)
    if facts.open_tasks or Act.RELEASE not in workflow.available(facts):
        return
    await moving.apply(entry, matter, Act.RELEASE, facts, _REASON, reason=reason)
    if matter.step != Step.RAISE:
        return
    today = today_in(await require_row(matter.community_id), entry.at)
    for demand in await moving.demands_of(matter.id):
        await offer_one(entry, demand, today)


async def end_claims_on(entry: journal.Recorder, matter: UUID, reason: str) -> None:
    """Whoever had claimed what the matter takes up is not bound any more."""
    for claim in await Claim.filter(matter_id=matter, active_demand_id__not_isnull=True):
        await end_claim(entry, claim, reason)


def subject_of(escalation: Escalation) -> str:
    """What its entries are about: the story of that tells them."""
    if escalation.matter_id is not None:
        return f"matter:{escalation.matter_id}"
    return f"demand:{escalation.demand_id}"


async def end_escalation(
    entry: journal.Recorder, escalation: Escalation, state: EscalationState, words: str
) -> None:
    """It is off the list, inside the caller's unit of work."""
    escalation.state, escalation.outcome = state.value, words
    escalation.ended_at, escalation.open_subject_id = entry.at, None
    await escalation.save(update_fields=["state", "outcome", "ended_at", "open_subject_id"])
    ended = EscalationEnded(escalation=escalation.id, outcome=state.value, words=words)
    entry.tell(ended, subject=subject_of(escalation))


async def unassign(entry: journal.Recorder, escalation: Escalation, reason: str) -> None:
    """Who was given it does not have it any more: the list has it again, inside the caller's unit
    of work."""
    told = EscalationUnassigned(escalation=escalation.id, reason=reason)
    escalation.state, escalation.duty = EscalationState.LISTED.value, ""
    escalation.organisation_id = escalation.due_on = escalation.assigned_at = None
    await escalation.save(
        update_fields=["state", "duty", "organisation_id", "due_on", "assigned_at"]
    )
    entry.tell(told, subject=subject_of(escalation))


async def is_listed(demand: UUID) -> bool:
    """Whether the level above has it on its list, by itself or as the matter that took it up."""
    matters = await MatterDemand.filter(demand_id=demand).values_list("matter_id", flat=True)
    return await Escalation.exists(open_subject_id__in=[demand, *matters])


async def end_of_demand(entry: journal.Recorder, demand: UUID, matter: UUID, words: str) -> None:
    """A demand that was on the list of the level above has found its way without it."""
    found = Escalation.filter(open_subject_id__in=[demand, matter], state=EscalationState.LISTED)
    for escalation in await found:
        await end_escalation(entry, escalation, EscalationState.RETURNED, words)


async def follow(entry: journal.Recorder, escalation: Escalation) -> bool:
    """Whether an open escalation is over because of what became of its matter or demand; then it
    is ended here. Inside the caller's unit of work."""
    if escalation.matter_id is not None:
        return await _follow_matter(entry, escalation)
    demand = await Demand.get_or_none(id=escalation.demand_id)
    if demand is not None and demand.state == "listed":
        return False
    await end_escalation(entry, escalation, EscalationState.RETURNED, N_("已经另有着落"))
    return True


async def _has_duty(escalation: Escalation) -> bool:
    return await Task.exists(
        matter_id=escalation.matter_id,
        organisation_id=escalation.organisation_id,
        state__in=["open", "done"],
    )


async def _follow_matter(entry: journal.Recorder, escalation: Escalation) -> bool:
    matter = await Matter.get_or_none(id=escalation.matter_id)
    if matter is not None and matter.state == MatterState.ACTIVE:
        if escalation.state == EscalationState.ASSIGNED and not await _has_duty(escalation):
            await unassign(entry, escalation, N_("承办单位的任务已经收回"))
        return False
    is_done = matter is not None and matter.state == MatterState.CLOSED
    state = EscalationState.DONE if is_done else EscalationState.RETURNED
    words = N_("已经办结") if is_done else N_("议题已经结束")
    await end_escalation(entry, escalation, state, words)
    return True
