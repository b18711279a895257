"""An organisation leaves: what it had promised is given back; what it did stays under its name."""

from datetime import datetime
from uuid import UUID

from deliberation import journal, store
from deliberation.claims import ending, rules
from deliberation.claims.models import Claim, Escalation
from deliberation.claims.rules import EscalationState
from deliberation.demands.models import Handover
from deliberation.demands.routes import HandoverState
from deliberation.demands.sending import end_handover, list_again
from deliberation.demands.service import require_demand
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.matters import moving
from deliberation.matters.models import Task
from deliberation.people import organisations
from deliberation.people.models import Organisation
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of, require_row

LEFT = N_("单位已退出")


@journal.shielded
async def leave(actor: Actor, organisation: UUID, reason: str, *, at: datetime) -> None:
    """It leaves; its liaisons sign in no more, its claims and tasks are given back, all at once.
    What it has in communities below follows, each in a unit of work of its own.

    Raises REASON_REQUIRED, ORGANISATION_LEFT.
    """
    actor.require(Permission.PREPARE)
    community = home_of(actor)
    async with journal.record(community, actor=actor.person, within=community, at=at) as entry:
        found = await organisations.require_present(organisation)
        actor.check_in(found.community_id)
        said = rules.reason_of(reason)
        if len(said) > organisations.LONGEST_REASON:
            raise Refusal(Code.FIELD_TOO_LONG, field=N_("理由"), limit=organisations.LONGEST_REASON)
        await organisations.depart(entry, found, said)
        await _give_all_back(entry, found, community)
    await give_back_elsewhere(at=at)


async def _give_all_back(
    entry: journal.Recorder, organisation: Organisation, community: UUID
) -> None:
    """All that it has to do for one community."""
    reason = organisation.left_reason or LEFT
    rows = await Task.filter(
        organisation_id=organisation.id, community_id=community, state="open"
    ).order_by("set_at")
    for matter in dict.fromkeys(row.matter_id for row in rows):
        await ending.hand_back(entry, await moving.lock_matter(matter), organisation.id, reason)
    for claim in await Claim.filter(
        organisation_id=organisation.id, community_id=community, active_demand_id__not_isnull=True
    ):
        if not await ending.has_work(claim):
            await ending.end_claim(entry, claim, reason)
    for escalation in await Escalation.filter(
        organisation_id=organisation.id, community_id=community, state=EscalationState.ASSIGNED
    ):
        await ending.unassign(entry, escalation, reason)
    await _hand_back(entry, organisation, community, reason)


async def _hand_back(
    entry: journal.Recorder, organisation: Organisation, community: UUID, reason: str
) -> None:
    """What triage had handed to it is looked at again."""
    row = await require_row(community)
    for handover in await Handover.filter(
        organisation_id=organisation.id, demand__community_id=community, state=HandoverState.OPEN
    ):
        demand = await require_demand(handover.demand_id)
        await end_handover(entry, demand, handover, None, reason)
        await list_again(entry, row, demand)


async def give_back_elsewhere(*, at: datetime) -> None:
    """Tasks and demands that a department of a level above still has, after it left, in
    communities below."""
    rows = await store.read(
        "SELECT DISTINCT t.organisation_id, t.community_id FROM task t"
        " JOIN organisation o ON o.id = t.organisation_id"
        " WHERE t.state = 'open' AND o.left_at IS NOT NULL"
        " UNION SELECT h.organisation_id, d.community_id FROM handover h"
        " JOIN organisation o ON o.id = h.organisation_id JOIN demand d ON d.id = h.demand_id"
        " WHERE h.state = 'open' AND o.left_at IS NOT NULL"
    )
    found = [
        (store.identity(r["organisation_id"]), store.identity(r["community_id"])) for r in rows
    ]
    for organisation, community in found:
        if organisation is not None and community is not None:
            await _give_back_in(organisation, community, at=at)


@journal.shielded
async def _give_back_in(organisation: UUID, community: UUID, *, at: datetime) -> None:
    async with journal.record(community, actor=None, at=at) as entry:
        found = await organisations.require_organisation(organisation)
        await _give_all_back(entry, found, community)
