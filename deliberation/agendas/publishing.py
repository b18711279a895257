"""Publishing the notice: from here on agenda, wordings, rule and roll do not change."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from deliberation import journal
from deliberation.agendas import rules, votes
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.service import check_public, items_of
from deliberation.demands.service import check_not_merged, require_demand
from deliberation.errors import Code, Refusal
from deliberation.gatherings.bodies import require_body
from deliberation.gatherings.venues import require_venue
from deliberation.journal.canonical import canonical
from deliberation.journal.events import MeetingNoticed, NoticedItem, body_of
from deliberation.matters.service import apply, facts_of, open_matter
from deliberation.matters.steps import Act, Step
from deliberation.matters.workflow import available
from deliberation.meetings.attending import set_roll
from deliberation.meetings.kinds import TALK
from deliberation.meetings.models import Meeting
from deliberation.meetings.rules import MeetingState, check_may_notice, present_required
from deliberation.meetings.service import require_meeting
from deliberation.notices.models import Notice
from deliberation.people.models import Community
from deliberation.people.owners import ownership_of, persons_in
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import household_areas, lock_row
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Electorate, Rule
from deliberation.rulesets.service import meeting_rule, voting_rules


async def roll_for(meeting: Meeting) -> dict[UUID, int]:
    """The households that should attend: those under the meeting's scope, with their areas."""
    return await household_areas(meeting.community_id, scope=meeting.scope)


async def checks_for(meeting: Meeting, *, at: datetime) -> list[rules.Check]:
    """What is checked before the notice, as it stands now."""
    community = await Community.get(id=meeting.community_id)
    items = await items_of(meeting.id)
    planned = _planned(items, await rules_for(community.id, items))
    roll, zone = await roll_for(meeting), ZoneInfo(community.zone)
    facts = rules.AgendaFacts(
        items=planned,
        held_on=meeting.starts_at.astimezone(zone).date(),
        today=at.astimezone(zone).date(),
        rule=await rule_for(meeting),
        day_minutes=meeting.minutes,
        roll=len(roll),
        area_hundredths=sum(roll.values()),
        is_talk=meeting.kind == TALK,
        place=await _place_of(meeting),
    )
    facts = await _with_voters(facts, meeting)
    return [*rules.checks(facts), *votes.checks(facts)]


async def rule_for(meeting: Meeting) -> Rule:
    """The community's rule for meetings; a talk needs neither attendance nor days of notice."""
    rule = await meeting_rule(meeting.community_id)
    if meeting.kind != TALK:
        return rule
    return replace(rule, attendance=None, attendance_area=None, notice_days=0)


async def _place_of(meeting: Meeting) -> rules.PlaceFacts | None:
    if meeting.venue_id is None:
        return None
    venue = await require_venue(meeting.community_id, meeting.venue_id)
    return rules.PlaceFacts(
        name=venue.name,
        capacity=venue.capacity,
        is_step_free=venue.has_step_free_way,
        is_open=venue.closed_at is None,
    )


async def _convener_of(meeting: Meeting) -> str:
    """The body's name; empty where the community itself convenes."""
    if meeting.body_id is None:
        return ""
    return (await require_body(meeting.community_id, meeting.body_id)).name


async def rules_for(community: UUID, items: Sequence[AgendaItem]) -> dict[str, Rule]:
    """The rule sets that items name, as they are now."""
    if not any(item.rule_key for item in items):
        return {}
    return await voting_rules(community)


def _planned(items: Sequence[AgendaItem], known: Mapping[str, Rule]) -> list[rules.PlannedItem]:
    return [
        rules.PlannedItem(
            position=item.position,
            step=Step(item.step),
            minutes=item.minutes,
            reporter=item.reporter,
            wording=item.wording,
            rule=known[item.rule_key] if item.rule_key else None,
            question=question_of(item),
            window_days=item.window_days,
        )
        for item in items
    ]


def question_of(item: AgendaItem) -> Question | None:
    """What an item asks; None where it cannot be read."""
    try:
        return Question.from_json(json.loads(item.question)) if item.question else MOTION
    except Refusal:
        return None


async def _with_voters(facts: rules.AgendaFacts, meeting: Meeting) -> rules.AgendaFacts:
    """Counted only as far as a rule asks for it."""
    asked = {facts.rule_of(item).electorate for item in facts.items}
    voters: dict[Electorate, int] = {"households": facts.roll}
    if "persons" in asked:
        voters["persons"] = await persons_in(meeting.community_id, scope=meeting.scope)
    if "owners" not in asked:
        return dataclasses.replace(facts, voters=voters)
    owned = await ownership_of(meeting.community_id, scope=meeting.scope)
    return dataclasses.replace(
        facts,
        voters={**voters, "owners": owned.heads},
        units_without_owner=owned.without_owner,
        units_without_area=owned.without_area,
        units_without_household=owned.without_household,
    )


@journal.shielded
async def publish_notice(actor: Actor, meeting: UUID, *, at: datetime) -> Notice:
    """Publish. Demands on the agenda become matters, accepted where they are to be discussed.

    Raises AGENDA_CHECKS_FAILED while a check has failed.
    """
    actor.require(Permission.PREPARE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await require_meeting(meeting)
        check_may_notice(MeetingState(found.state))
        community = await lock_row(found.community_id)
        rules.check_may_publish(await checks_for(found, at=at))
        items = await items_of(meeting)
        for item in items:
            await _take_up(entry, community, item)
        roll = await roll_for(found)
        rule = await rule_for(found)
        await set_roll(meeting, roll)
        lines = _lines(items, await rules_for(community.id, items))
        noticed = _noticed(found, rule, lines, len(roll), await _convener_of(found))
        await _freeze(found, rule, noticed, at)
        notice = await _store(found, noticed, at)
        sealed = replace(noticed, notice_digest=notice.digest)
        entry.tell(sealed, subject=f"meeting:{meeting}")
    return notice


async def _take_up(entry: journal.Recorder, community: Community, item: AgendaItem) -> None:
    """A demand's matter is accepted where its way lets it, else as far as the chair can take it in
    the meeting."""
    item.is_noticed = True
    if item.demand_id is not None and item.matter_id is None:
        demand = await require_demand(item.demand_id)
        check_not_merged(demand)
        check_public(demand)
        if demand.state != "listed":  # claimed since it was put on the agenda
            raise Refusal(Code.DEMAND_TAKEN_UP, number=demand.number)
        matter = await open_matter(entry, community, [demand])
        item.matter_id = matter.id
        facts = await facts_of(matter, at=entry.at)
        if item.step != Step.RAISE and Act.ACCEPT in available(facts):
            await apply(entry, matter, Act.ACCEPT, facts)
    await item.save(update_fields=["is_noticed", "matter_id"])


def _noticed(
    meeting: Meeting, rule: Rule, lines: Sequence[NoticedItem], roll: int, convener: str
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
        items=tuple(lines),
        notice_digest="",
        kind=meeting.kind,
        level=meeting.level,
        convener=convener,
    )


def _lines(items: Sequence[AgendaItem], known: Mapping[str, Rule]) -> list[NoticedItem]:
    """Each item with the whole rule and question it is voted by."""
    return [
        NoticedItem(
            item=item.id,
            position=item.position,
            title=item.title,
            step=item.step,
            minutes=item.minutes,
            reporter=item.reporter,
            matter=item.matter_id,
            wording=item.wording or None,
            rule=known[item.rule_key].to_json() if item.rule_key else None,
            question=json.loads(item.question) if item.question else None,
            window_days=item.window_days,
        )
        for item in items
    ]


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
