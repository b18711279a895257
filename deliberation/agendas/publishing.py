"""Publishing the notice: from here on agenda, wordings, rule and roll do not change."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from deliberation import journal
from deliberation.agendas import rules
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.service import items_of, lock_list
from deliberation.demands.service import require_demand
from deliberation.journal.canonical import canonical
from deliberation.journal.events import MeetingNoticed, NoticedItem, body_of
from deliberation.matters.service import apply, facts_of, open_matter
from deliberation.matters.steps import Act, Step
from deliberation.meetings.attending import set_roll
from deliberation.meetings.models import Meeting
from deliberation.meetings.rules import MeetingState, check_may_notice, present_required
from deliberation.meetings.service import require_meeting
from deliberation.notices.models import Notice
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import household_areas
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.service import meeting_rule


async def roll_for(meeting: Meeting) -> dict[UUID, int]:
    """The households that should attend: those under the meeting's scope, with their areas."""
    return await household_areas(meeting.community_id, scope=meeting.scope)


async def checks_for(meeting: Meeting, *, at: datetime) -> list[rules.Check]:
    """What is checked before the notice, as it stands now."""
    community = await Community.get(id=meeting.community_id)
    rule = await meeting_rule(community.id)
    items = await items_of(meeting.id)
    return rules.checks(_facts(meeting, community, rule, items, await roll_for(meeting), at))


def _facts(
    meeting: Meeting,
    community: Community,
    rule: Rule,
    items: Sequence[AgendaItem],
    roll: Mapping[UUID, int],
    at: datetime,
) -> rules.AgendaFacts:
    zone = ZoneInfo(community.zone)
    return rules.AgendaFacts(
        items=[
            rules.PlannedItem(
                position=item.position,
                step=Step(item.step),
                minutes=item.minutes,
                reporter=item.reporter,
                wording=item.wording,
            )
            for item in items
        ],
        held_on=meeting.starts_at.astimezone(zone).date(),
        today=at.astimezone(zone).date(),
        rule=rule,
        day_minutes=meeting.minutes,
        roll=len(roll),
        area_hundredths=sum(roll.values()),
    )


@journal.shielded
async def publish_notice(actor: Actor, meeting: UUID, *, at: datetime) -> Notice:
    """Publish. Demands on the agenda become matters, accepted where they are to be discussed.

    Raises AGENDA_CHECKS_FAILED while a check has failed.
    """
    actor.require(Permission.PREPARE)
    async with journal.record(meeting, actor=actor.person, at=at) as entry:
        found = await require_meeting(meeting)
        check_may_notice(MeetingState(found.state))
        community = await lock_list(found.community_id)
        rules.check_may_publish(await checks_for(found, at=at))
        items = await items_of(meeting)
        for item in items:
            await _take_up(entry, community, item)
        roll = await roll_for(found)
        rule = await meeting_rule(community.id)
        await set_roll(meeting, roll)
        noticed = _noticed(found, rule, items, len(roll))
        await _freeze(found, rule, noticed, at)
        notice = await _store(found, noticed, at)
        sealed = replace(noticed, notice_digest=notice.digest)
        entry.tell(sealed, subject=f"meeting:{meeting}")
    return notice


async def _take_up(entry: journal.Recorder, community: Community, item: AgendaItem) -> None:
    item.is_noticed = True
    if item.demand_id is not None and item.matter_id is None:
        matter = await open_matter(entry, community, [await require_demand(item.demand_id)])
        item.matter_id = matter.id
        if item.step != Step.RAISE:
            await apply(entry, matter, Act.ACCEPT, await facts_of(matter, at=entry.at))
    await item.save(update_fields=["is_noticed", "matter_id"])


def _noticed(
    meeting: Meeting, rule: Rule, items: Sequence[AgendaItem], roll: int
) -> MeetingNoticed:
    return MeetingNoticed(
        meeting=meeting.id,
        title=meeting.title,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        venue=meeting.venue,
        rule=rule.to_json(),
        roll=roll,
        present_required=present_required(rule, roll),
        items=tuple(
            NoticedItem(
                item=item.id,
                position=item.position,
                title=item.title,
                step=item.step,
                minutes=item.minutes,
                reporter=item.reporter,
                matter=item.matter_id,
                wording=item.wording or None,
            )
            for item in items
        ),
        notice_digest="",
    )


async def _freeze(meeting: Meeting, rule: Rule, noticed: MeetingNoticed, at: datetime) -> None:
    meeting.state = MeetingState.NOTICED
    meeting.rule = canonical(rule.to_json())
    meeting.present_required = noticed.present_required
    meeting.modified_at = at
    await meeting.save(update_fields=["state", "rule", "present_required", "modified_at"])


async def _store(meeting: Meeting, noticed: MeetingNoticed, at: datetime) -> Notice:
    content = canonical(body_of(noticed))
    return await Notice.create(
        community_id=meeting.community_id,
        subject_id=meeting.id,
        content=content,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        published_at=at,
    )
