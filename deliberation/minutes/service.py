"""Minutes: drafted from the journal at once, their prose edited, approved, published, exported."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.canonical import canonical
from deliberation.journal.events import (
    BallotAnnounced,
    BallotCertified,
    BallotClosed,
    BallotExtended,
    BallotSigned,
    BallotVoided,
    Event,
    LotDrawn,
    MeetingConvened,
    MinutesApproved,
    MinutesDrafted,
    MinutesEdited,
    MinutesPublished,
    ObjectionAnswered,
    SpeechAsked,
)
from deliberation.matters import workflows
from deliberation.meetings.models import Meeting
from deliberation.meetings.service import require_meeting
from deliberation.minutes.compose import MeetingPlace, NameFacts, compose
from deliberation.minutes.document import MinutesDocument, digest_of, from_json, to_json
from deliberation.minutes.exporting import Exported, export_as
from deliberation.minutes.models import Minutes
from deliberation.people.models import Community, Organisation
from deliberation.people.roles import NOBODY, Actor, Permission
from deliberation.people.service import names_of

LONGEST_PROSE = 4_000
NEWS: tuple[type[Event], ...] = (
    BallotExtended,
    BallotClosed,
    BallotAnnounced,
    ObjectionAnswered,
    BallotCertified,
    BallotVoided,
)
"""What may come of a ballot after its meeting was adjourned."""


async def latest(meeting: UUID) -> Minutes | None:
    return await Minutes.filter(meeting_id=meeting).order_by("-version").first()


async def require_latest(meeting: UUID) -> Minutes:
    """Raises MINUTES_NONE before the meeting was adjourned."""
    found = await latest(meeting)
    if found is None:
        raise Refusal(Code.MINUTES_NONE)
    return found


@journal.shielded
async def draft_if_adjourned(meeting: UUID, *, at: datetime) -> None:
    """Draft the minutes of a meeting that is over: when it has none yet; and a further version,
    with the prose of the last, when something came of one of its ballots afterwards. What was
    approved stays as it is."""
    row = await require_meeting(meeting)
    if row.state != "adjourned" or not await _is_due(await latest(meeting)):
        return
    async with journal.record(meeting, actor=None, at=at) as entry:
        last = await latest(meeting)
        if not await _is_due(last):
            return
        made = await Minutes.create(
            meeting_id=meeting,
            version=last.version + 1 if last else 1,
            upto=entry.seq,
            prose=last.prose if last else "{}",
            drafted_at=at,
        )
        drafted = MinutesDrafted(minutes=made.id, version=made.version, upto=made.upto)
        entry.tell(drafted, subject=f"minutes:{made.id}")


async def _is_due(last: Minutes | None) -> bool:
    if last is None:
        return True
    since = await journal.entries(last.meeting_id, since=last.upto)
    return any(isinstance(one.event, NEWS) for one in since)


async def document_of(minutes: Minutes) -> MinutesDocument:
    """The stored document once approved; composed from the journal before."""
    if minutes.document:
        return from_json(json.loads(minutes.document))
    meeting = await Meeting.get(id=minutes.meeting_id)
    community = await Community.get(id=meeting.community_id)
    told = await journal.entries(minutes.meeting_id)
    told = [one for one in told if one.seq <= minutes.upto]
    matters = {m for one in told if (m := getattr(one.event, "matter", None)) is not None}
    followed = await journal.story(f"matter:{matter}" for matter in matters)
    return compose(
        told,
        await _names(told, followed),
        MeetingPlace(
            community=community.name,
            zone=community.zone,
            is_demonstration=community.is_demonstration,
            step_names=(await workflows.names(community.id, at=minutes.drafted_at)).own,
        ),
        prose=json.loads(minutes.prose),
        followed=followed,
    )


async def _names(
    told: list[journal.Happened], followed: list[journal.Happened]
) -> dict[UUID, NameFacts]:
    people: set[UUID] = set()
    for one in told:
        if isinstance(one.event, MeetingConvened):
            people |= {p for p in (one.event.chair, one.event.recorder) if p is not None}
        if isinstance(one.event, SpeechAsked | BallotSigned):
            people.add(one.event.person)
        if isinstance(one.event, LotDrawn):
            people |= {one.event.entered_by, one.event.confirmed_by}
    named = await names_of(people)
    facts = {p: NameFacts(name=n.name, in_clear=n.is_official) for p, n in named.items()}
    organisations = {
        o for one in followed if (o := getattr(one.event, "organisation", None)) is not None
    }
    for row in await Organisation.filter(id__in=list(organisations)):
        facts[row.id] = NameFacts(name=row.name, in_clear=True)
    return facts


def may_read(actor: Actor, minutes: Minutes) -> bool:
    """Published minutes are everybody's; before, they are for those who keep the records."""
    return minutes.state == "published" or actor.may(Permission.READ_RECORDS)


async def readable(actor: Actor, meeting: UUID) -> Minutes:
    """The latest version that the actor may read: a later draft takes the published minutes from
    nobody. Raises MINUTES_NONE, MINUTES_NOT_PUBLISHED."""
    await require_latest(meeting)
    held = await require_meeting(meeting)
    reader = actor if actor.belongs_to(held.community_id) else NOBODY
    for version in await Minutes.filter(meeting_id=meeting).order_by("-version"):
        if may_read(reader, version):
            return version
    raise Refusal(Code.MINUTES_NOT_PUBLISHED)


@journal.shielded
async def edit_prose(
    actor: Actor, meeting: UUID, prose: Mapping[str, str], *, at: datetime
) -> None:
    """Change the summary paragraphs of a draft, by item id; facts are the journal's.

    Raises ITEM_NOT_ON_AGENDA, FIELD_TOO_LONG, and MINUTES_APPROVED when it is no draft any more.
    """
    actor.require(Permission.RECORD)
    if any(len(text) > LONGEST_PROSE for text in prose.values()):
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("摘要"), limit=LONGEST_PROSE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await _draft(meeting)
        known = {str(item.id): item.id for item in (await journal.state_of(meeting)).items}
        if not prose.keys() <= known.keys():
            raise Refusal(Code.ITEM_NOT_ON_AGENDA)
        before: dict[str, str] = json.loads(found.prose)
        after = before | {item: text.strip() for item, text in prose.items()}
        changed = tuple(known[item] for item in prose if after[item] != before.get(item, ""))
        if not changed:
            return
        found.prose = canonical(after)
        await found.save(update_fields=["prose"])
        edited = MinutesEdited(minutes=found.id, items=changed)
        entry.tell(edited, subject=f"minutes:{found.id}")


async def _draft(meeting: UUID) -> Minutes:
    found = await require_latest(meeting)
    if found.state != "draft":
        raise Refusal(Code.MINUTES_APPROVED)
    return found


@journal.shielded
async def approve(actor: Actor, meeting: UUID, *, at: datetime) -> None:
    """Freeze the document and its digest."""
    actor.require(Permission.APPROVE_MINUTES)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await _draft(meeting)
        document = await document_of(found)
        found.document, found.digest = canonical(to_json(document)), digest_of(document)
        found.state, found.approved_at = "approved", at
        await found.save()
        approved = MinutesApproved(minutes=found.id, version=found.version, digest=found.digest)
        entry.tell(approved, subject=f"minutes:{found.id}")


@journal.shielded
async def publish(actor: Actor, meeting: UUID, *, at: datetime) -> None:
    """Make approved minutes everybody's to read."""
    actor.require(Permission.APPROVE_MINUTES)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await require_latest(meeting)
        if found.state != "approved":
            raise Refusal(
                Code.MINUTES_PUBLISHED if found.state == "published" else Code.MINUTES_NOT_APPROVED
            )
        found.state, found.published_at = "published", at
        await found.save(update_fields=["state", "published_at"])
        published = MinutesPublished(minutes=found.id, version=found.version)
        entry.tell(published, subject=f"minutes:{found.id}")


async def export(
    meeting: UUID, kind: str, how: Exported | None = None, *, reader: Actor | None = None
) -> bytes:
    """The minutes as a file: md, json, pdf or html (see `exporting`).

    With a `reader`, a draft is only for those who keep the records: MINUTES_NOT_PUBLISHED.
    """
    found = await (readable(reader, meeting) if reader is not None else require_latest(meeting))
    if kind == "json" and found.document:
        return (found.document + "\n").encode()
    return await export_as(await document_of(found), kind, how or Exported(), digest=found.digest)
