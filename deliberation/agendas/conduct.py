"""The chair's way through the agenda: call an item, read the motion, finish it, adjourn."""

from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.agendas.models import AgendaItem
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import (
    ItemClosed,
    ItemOpened,
    MatterCarriedOver,
    MeetingAdjourned,
    MotionRead,
)
from deliberation.journal.views import ItemView, MeetingState
from deliberation.matters.models import Matter, MatterDemand
from deliberation.matters.moving import lock_matter
from deliberation.matters.service import apply, facts_of
from deliberation.matters.steps import Act, MatterState, Step
from deliberation.meetings import rules
from deliberation.meetings.attending import tell_arrivals
from deliberation.meetings.participating import note_attendance
from deliberation.meetings.service import require_meeting
from deliberation.meetings.standing import facts_of as standing_of
from deliberation.meetings.standing import item_facts, require_current, require_item
from deliberation.people.roles import Actor, Permission

LONGEST_OUTCOME = 250


@journal.shielded
async def open_item(actor: Actor, meeting: UUID, item: UUID | None = None, *, at: datetime) -> None:
    """Call an item: the given one, or the next in order."""
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        state = await journal.state_of(meeting)
        chosen = require_item(state, item) if item is not None else _next(state)
        rules.check_may_open_item(standing_of(state), item_facts(chosen))
        await AgendaItem.filter(id=chosen.id).update(state="open", opened_at=at)
        entry.tell(ItemOpened(item=chosen.id), subject=f"item:{chosen.id}")


def _next(state: MeetingState) -> ItemView:
    rules.check_is_convened(rules.MeetingState(state.state))
    if state.next_item is None:
        raise Refusal(Code.ITEM_NONE_LEFT)
    return state.next_item


@journal.shielded
async def read_motion(actor: Actor, meeting: UUID, *, at: datetime) -> None:
    """Read the noticed wording out: the matter, discussed now, is put to the decision."""
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        state = await journal.state_of(meeting)
        item = require_current(state)
        wording = item.wording or ""
        rules.check_may_read_motion(standing_of(state), item_facts(item), wording)
        if item.is_read:
            raise Refusal(Code.ITEM_ALREADY_READ, item=item.position)
        await AgendaItem.filter(id=item.id).update(is_read=True)
        entry.tell(MotionRead(item=item.id, wording=wording), subject=f"item:{item.id}")
        if item.matter is not None:
            await _put_to_decision(entry, item.matter)


async def _put_to_decision(entry: journal.Recorder, matter: UUID) -> None:
    found = await lock_matter(matter)
    if found.step != Step.DISCUSS or found.state != MatterState.ACTIVE:
        return
    facts = await facts_of(found, at=entry.at, was_discussed=True, has_wording=True)
    await apply(entry, found, Act.PUT_TO_DECISION, facts)


@journal.shielded
async def close_item(actor: Actor, meeting: UUID, outcome: str = "", *, at: datetime) -> None:
    """Finish the item in hand, saying in a sentence what came of it."""
    actor.require(Permission.PRESIDE)
    if len(outcome.strip()) > LONGEST_OUTCOME:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("这一项的结果"), limit=LONGEST_OUTCOME)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        state = await journal.state_of(meeting)
        item = require_current(state)
        rules.check_may_close_item(standing_of(state), item_facts(item))
        if state.speaking is not None:
            raise Refusal(Code.SPEECH_SOMEONE_SPEAKING)
        said = outcome.strip() or _usual_outcome(item)
        await AgendaItem.filter(id=item.id).update(state="closed", closed_at=at, outcome=said)
        entry.tell(ItemClosed(item=item.id, outcome=said), subject=f"item:{item.id}")


_RESOLVED = {
    "adopted": N_("表决通过"),
    "rejected": N_("表决未通过"),
    "invalid": N_("参与不足，表决无效"),
    "chosen": N_("已选出"),
    "undecided": N_("没有选出"),
}
_TREATED = {
    "raise": N_("已登记"),
    "discuss": N_("已讨论"),
    "decide": N_("未表决"),
    "deliver": N_("已报告进展"),
    "evaluate": N_("已评议"),
}


def _usual_outcome(item: ItemView) -> str:
    if item.resolution is not None:
        return _RESOLVED[item.resolution]
    if item.ballot is not None and item.ballot.is_by_itself and item.ballot.state != "voided":
        return N_("表决进行中，结果另行宣布")
    return _TREATED[item.step]


@journal.shielded
async def adjourn(actor: Actor, meeting: UUID, *, at: datetime) -> None:
    """Close the meeting; what was not reached is carried over and counted."""
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        row = await require_meeting(meeting)
        state = await journal.state_of(meeting)
        rules.check_may_adjourn(standing_of(state))
        present = await tell_arrivals(entry, meeting)
        row.state = rules.MeetingState.ADJOURNED
        await row.save(update_fields=["state"])
        await _carry_over(entry, meeting, [i.id for i in state.items if i.state == "waiting"])
        entry.tell(MeetingAdjourned(present=present), subject=f"meeting:{meeting}")
        await note_attendance(entry, row, state)


async def _carry_over(entry: journal.Recorder, meeting: UUID, items: list[UUID]) -> None:
    """Matters that were not reached, their demands, and demands that are no matter yet."""
    missed = await AgendaItem.filter(id__in=items).order_by("position")
    matters = await Matter.filter(id__in=[item.matter_id for item in missed if item.matter_id])
    for matter in sorted(matters, key=lambda one: one.number):
        matter.carried_over += 1
        await matter.save(update_fields=["carried_over"])
        told = MatterCarriedOver(matter=matter.id, meeting=meeting, times=matter.carried_over)
        entry.tell(told, subject=f"matter:{matter.id}")
    rows = await MatterDemand.filter(matter_id__in=[matter.id for matter in matters])
    demands = {row.demand_id for row in rows} | {item.demand_id for item in missed}
    for demand in await Demand.filter(id__in=[one for one in demands if one is not None]):
        demand.carried_over += 1
        await demand.save(update_fields=["carried_over"])
