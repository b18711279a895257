"""Changing an agenda item by item, until its notice freezes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.agendas import rules, votes
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.service import demands_on, editable, held_on, items_of, ranking_for
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.canonical import canonical
from deliberation.journal.events import AgendaItemChanged, AgendaItemMoved, AgendaItemRemoved
from deliberation.matters.service import require_matter
from deliberation.matters.steps import Step
from deliberation.meetings.models import Meeting
from deliberation.people.roles import Actor, Permission
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.service import voting_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """How an item is voted on: by which rule set ("" for the meeting's own), what is asked, and how
    many days its ballot stands open (0: in the meeting only)."""

    rule_key: str
    question: Question
    window_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Changes to an item; None leaves a field as it is."""

    title: str | None = None
    step: Step | None = None
    minutes: int | None = None
    reporter: str | None = None
    wording: str | None = None
    vote: Vote | None = None


async def require_item(meeting: UUID, item: UUID) -> AgendaItem:
    """Raises ITEM_NOT_ON_AGENDA."""
    found = await AgendaItem.get_or_none(id=item, meeting_id=meeting)
    if found is None:
        raise Refusal(Code.ITEM_NOT_ON_AGENDA)
    return found


@journal.shielded
async def edit_item(actor: Actor, meeting: UUID, item: UUID, edit: Edit, *, at: datetime) -> None:
    """Change minutes, reporter, step, title or wording before the notice."""
    actor.require(Permission.PREPARE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await editable(meeting)
        row = await require_item(meeting, item)
        changes = _changes(row, edit)
        if not changes:
            return
        await _check_edit(row, edit)
        if edit.vote is not None:
            await _check_vote(found, row, edit.vote)
        row.update_from_dict(changes)
        await row.save()
        entry.tell(AgendaItemChanged(item=item, changes=changes), subject=f"item:{item}")


def _changes(row: AgendaItem, edit: Edit) -> dict[str, str | int]:
    wanted = {
        "title": edit.title.strip() if edit.title is not None else None,
        "step": edit.step.value if edit.step is not None else None,
        "minutes": edit.minutes,
        "reporter": edit.reporter.strip() if edit.reporter is not None else None,
        "wording": edit.wording.strip() if edit.wording is not None else None,
        **(_voted(edit.vote) if edit.vote is not None else {}),
    }
    return {
        name: value
        for name, value in wanted.items()
        if value is not None and value != getattr(row, name)
    }


def _voted(vote: Vote) -> dict[str, str | int]:
    asked = canonical(vote.question.to_json()) if vote.question != MOTION else ""
    return {"rule_key": vote.rule_key, "question": asked, "window_days": vote.window_days}


async def _check_vote(meeting: Meeting, row: AgendaItem, vote: Vote) -> None:
    """A rule set is usable when it is chosen. Raises RULE_UNKNOWN, RULE_INCOMPLETE,
    RULE_NOT_IN_FORCE, AGENDA_WINDOW_TOO_LONG, QUESTION_NOT_BY_AREA."""
    rule = await voting_rule(meeting.community_id, vote.rule_key)
    if vote.rule_key != row.rule_key:
        rule.check_usable(await held_on(meeting))
    votes.check_countable(rule, vote.question)
    if not 0 <= vote.window_days <= rule.window_days:
        raise Refusal(Code.AGENDA_WINDOW_TOO_LONG, limit=rule.window_days)


async def _check_edit(row: AgendaItem, edit: Edit) -> None:
    if edit.minutes is not None:
        rules.check_minutes(edit.minutes)
    if edit.title is not None and not 0 < len(edit.title.strip()) <= 120:
        raise Refusal(Code.FIELD_INVALID, field=N_("标题"))
    if edit.reporter is not None and len(edit.reporter) > 60:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("报告人"), limit=60)
    if edit.wording is not None and len(edit.wording) > 2_000:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("决议文字"), limit=2_000)
    if edit.step is not None:
        await _check_step(row, edit.step)


async def steps_open_to(row: AgendaItem) -> list[Step]:
    """An item can be taken as far as its matter can come in one meeting: to the decision."""
    if row.matter_id is None:
        return [Step.RAISE, Step.DISCUSS, Step.DECIDE] if row.demand_id else [Step.RAISE]
    at_step = Step((await require_matter(row.matter_id)).step)
    return [Step.DISCUSS, Step.DECIDE] if at_step is Step.DISCUSS else [at_step]


async def _check_step(row: AgendaItem, step: Step) -> None:
    if step not in await steps_open_to(row):
        raise Refusal(Code.AGENDA_STEP_UNSUITABLE)


@journal.shielded
async def move_item(
    actor: Actor, meeting: UUID, item: UUID, position: int, *, reason: str = "", at: datetime
) -> None:
    """Give an item another place; against the ranking only with a reason."""
    actor.require(Permission.PREPARE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await editable(meeting)
        items = await items_of(meeting)
        row = next((i for i in items if i.id == item), None)
        if row is None:
            raise Refusal(Code.ITEM_NOT_ON_AGENDA)
        others = [i for i in items if i.id != item]
        place = min(max(1, position), len(items))
        after = [*others[: place - 1], row, *others[place - 1 :]]
        ranked = await _ranking(found, at)
        rules.check_reason(demands_on(items), demands_on(after), ranked, reason)
        await renumber(after)
        if reason:
            await AgendaItem.filter(id=item).update(override_reason=reason)
        moved = AgendaItemMoved(item=item, position=place, reason=reason or None)
        entry.tell(moved, subject=f"item:{item}")


async def _ranking(meeting: Meeting, at: datetime) -> list[UUID]:
    return [r.demand.id for r in await ranking_for(meeting, at=at)]


async def renumber(items: Sequence[AgendaItem]) -> None:
    for position, item in enumerate(items, start=1):
        if item.position != position:
            await AgendaItem.filter(id=item.id).update(position=position)


@journal.shielded
async def remove_item(
    actor: Actor, meeting: UUID, item: UUID, *, reason: str = "", at: datetime
) -> None:
    """Put an item back on the list; against the ranking only with a reason."""
    actor.require(Permission.PREPARE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await editable(meeting)
        items = await items_of(meeting)
        await require_item(meeting, item)
        after = [i for i in items if i.id != item]
        ranked = await _ranking(found, at)
        rules.check_reason(demands_on(items), demands_on(after), ranked, reason)
        await AgendaItem.filter(id=item).delete()
        await renumber(after)
        entry.tell(AgendaItemRemoved(item=item, reason=reason or None), subject=f"item:{item}")
