"""Bodies that convene (议事团, councils, committees, volunteers), their members and terms."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.gatherings.models import BodyMember
from deliberation.gatherings.rules import BODY_KINDS, OFFICES, Term, check_may_sit
from deliberation.i18n import N_
from deliberation.journal.events import (
    BodyDissolved,
    BodyFormed,
    BodyMemberLeft,
    BodyMemberSeated,
)
from deliberation.people.finding import Named, person_named
from deliberation.people.models import Body, Person
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import community_of

LONGEST_NAME = 80
LONGEST_PURPOSE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Forming:
    """What a new body is to be."""

    name: str
    kind: str = "group"
    purpose: str = ""
    formed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Who takes a seat, chosen (`person`) or named, in which office, for which term."""

    term: Term
    office: str = "member"
    person: UUID | None = None
    named: Named = field(default_factory=Named)


async def require_body(community: UUID, body: UUID) -> Body:
    """Raises NOT_FOUND, for a body of another community too."""
    found = await Body.get_or_none(id=body, community_id=community)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def require_convener(community: UUID, body: UUID) -> Body:
    """A body that still convenes. Raises NOT_FOUND, BODY_GONE."""
    found = await require_body(community, body)
    if found.dissolved_at is not None:
        raise Refusal(Code.BODY_GONE, name=found.name)
    return found


async def bodies_of(community: UUID) -> Sequence[Body]:
    """Those that convene first, by name."""
    rows = await Body.filter(community_id=community).order_by("name")
    return sorted(rows, key=lambda body: body.dissolved_at is not None)


async def conveners(community: UUID) -> Sequence[Body]:
    """Those that still convene, by name."""
    return await Body.filter(community_id=community, dissolved_at__isnull=True).order_by("name")


async def seats_of(body: UUID) -> Sequence[BodyMember]:
    """All seats there were, the officers first, then the latest term."""
    rows = await BodyMember.filter(body_id=body).order_by("-begins_on", "id")
    return sorted(rows, key=lambda seat: OFFICES.index(seat.office))


async def count_members(community: UUID, on: date) -> dict[UUID, int]:
    """How many sit in each body on a day."""
    counts: dict[UUID, int] = {}
    for seat in await BodyMember.filter(body__community_id=community, begins_on__lte=on):
        if term_of(seat).holds(on):
            counts[seat.body_id] = counts.get(seat.body_id, 0) + 1
    return counts


def term_of(seat: BodyMember) -> Term:
    return Term(seat.begins_on, seat.ends_on)


@journal.shielded
async def form_body(actor: Actor, forming: Forming, *, at: datetime) -> None:
    """Raises FIELD_MISSING, FIELD_INVALID, BODY_NAME_TAKEN."""
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    name = forming.name.strip()
    _check_forming(forming)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        if await Body.exists(community_id=community.id, name=name):
            raise Refusal(Code.BODY_NAME_TAKEN, name=name)
        body = await Body.create(
            community_id=community.id,
            name=name,
            kind=forming.kind,
            purpose=forming.purpose.strip(),
            formed_on=forming.formed_on or at.astimezone(ZoneInfo(community.zone)).date(),
        )
        formed = BodyFormed(body=body.id, name=name, kind=body.kind)
        entry.tell(formed, subject=f"body:{body.id}")
        entry.answer["body"] = str(body.id)


def _check_forming(forming: Forming) -> None:
    if not forming.name.strip():
        raise Refusal(Code.FIELD_MISSING, field=N_("名称"))
    if len(forming.name.strip()) > LONGEST_NAME:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("名称"), limit=LONGEST_NAME)
    if len(forming.purpose.strip()) > LONGEST_PURPOSE:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("做什么"), limit=LONGEST_PURPOSE)
    if forming.kind not in BODY_KINDS:
        raise Refusal(Code.FIELD_INVALID, field=N_("类别"))


@journal.shielded
async def seat_member(
    actor: Actor, body: UUID, sitting: Sitting, *, key: bytes, at: datetime
) -> None:
    """Give a person a seat for a term.

    Raises BODY_GONE, PERSON_NOT_FOUND, CARD_MISTYPED, CARD_UNKNOWN, TERM_BACKWARDS, TERMS_OVERLAP.
    """
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    if sitting.office not in OFFICES:
        raise Refusal(Code.FIELD_INVALID, field=N_("职务"))
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        await require_convener(community.id, body)
        person = await _person_of(community.id, sitting, key)
        held = await BodyMember.filter(body_id=body, person_id=person)
        check_may_sit(sitting.term, map(term_of, held))
        await BodyMember.create(
            body_id=body,
            person_id=person,
            office=sitting.office,
            begins_on=sitting.term.begins_on,
            ends_on=sitting.term.ends_on,
        )
        seated = BodyMemberSeated(
            body=body,
            person=person,
            office=sitting.office,
            begins_on=sitting.term.begins_on,
            ends_on=sitting.term.ends_on,
        )
        entry.tell(seated, subject=f"body:{body}")


async def _person_of(community: UUID, sitting: Sitting, key: bytes) -> UUID:
    chosen = sitting.person
    if chosen is not None:
        found = chosen if await Person.exists(id=chosen, community_id=community) else None
    else:
        found = await person_named(community, sitting.named, key)
    if found is None:
        raise Refusal(Code.PERSON_NOT_FOUND)
    return found


@journal.shielded
async def leave_seat(actor: Actor, body: UUID, seat: UUID, *, at: datetime) -> None:
    """End a term today; one that begins today or later is taken back. Raises SEAT_EMPTY."""
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    today = at.astimezone(ZoneInfo(community.zone)).date()
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        await require_body(community.id, body)
        found = await BodyMember.get_or_none(id=seat, body_id=body, left_at__isnull=True)
        if found is None or (found.ends_on is not None and found.ends_on < today):
            raise Refusal(Code.SEAT_EMPTY)
        await _end(found, today, at)
        left = BodyMemberLeft(body=body, person=found.person_id)
        entry.tell(left, subject=f"body:{body}")


async def _end(seat: BodyMember, today: date, at: datetime) -> None:
    if seat.begins_on >= today:
        await seat.delete()
        return
    seat.ends_on, seat.left_at = today, at
    await seat.save(update_fields=["ends_on", "left_at"])


@journal.shielded
async def dissolve_body(actor: Actor, body: UUID, *, at: datetime) -> None:
    """It convenes no more; terms end, what it convened keeps its name. Raises BODY_GONE."""
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    today = at.astimezone(ZoneInfo(community.zone)).date()
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await require_convener(community.id, body)
        for seat in await BodyMember.filter(body_id=body, left_at__isnull=True):
            if seat.ends_on is None or seat.ends_on > today:
                await _end(seat, today, at)
        found.dissolved_at = at
        await found.save(update_fields=["dissolved_at"])
        entry.tell(BodyDissolved(body=body), subject=f"body:{body}")
