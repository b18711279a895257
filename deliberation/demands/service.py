"""The demand list: raising, supporting, reading one's own."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from deliberation import journal, store
from deliberation.attachments import service as attachments
from deliberation.demands.domains import check_domain
from deliberation.demands.models import Demand, Support
from deliberation.demands.rules import (
    SOURCES,
    Channel,
    Raising,
    Words,
    channel_of,
    check_choices,
    check_contact,
    words_from,
)
from deliberation.errors import Code, Refusal
from deliberation.gatherings import participation
from deliberation.gatherings.participation import Took
from deliberation.i18n import N_
from deliberation.journal.events import DemandRaised, DemandsSupported
from deliberation.people.models import Community, Household, Person, Place
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import community_of, require_row
from deliberation.sheets.columns import clean_line

__all__ = ["ON_THE_WAY", "Raising", "raise_demand", "require_demand", "support"]

ON_THE_WAY = "staged"
"""The state of a row that an import has written and not yet confirmed: it is in nobody's list,
but its number is taken."""
OPEN = ("listed", "taken_up", "referred")
"""States in which nothing is settled: households may still stand behind it."""
LONGEST_OUTSIDE = 4_000
"""Characters of a description that another program sends (Open311 GeoReport v2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bringer:
    """For whom a demand is entered; `person` and `household` are None where nobody of the
    community stands behind it."""

    person: UUID | None
    household: UUID | None
    name: str
    is_staff: bool


async def require_demand(demand: UUID) -> Demand:
    """Raises NOT_FOUND."""
    found = await Demand.get_or_none(id=demand)
    if found is None or found.state == ON_THE_WAY:
        raise Refusal(Code.NOT_FOUND)
    return found


def check_not_merged(demand: Demand) -> None:
    """Nothing begins on a demand that lives on in another: raises DEMAND_MERGED."""
    if demand.state == "merged":
        raise Refusal(Code.DEMAND_MERGED)


@journal.shielded
async def raise_demand(actor: Actor, raising: Raising, *, at: datetime) -> Demand:
    """Put a demand on the list; the household that brings it supports it.

    Staff and grid workers say how it came, and may enter it for a household.
    """
    actor.require(Permission.RAISE_DEMAND)
    channel = channel_of(
        raising,
        may_register=actor.may(Permission.REGISTER),
        lives_here=actor.household is not None,
    )
    community = await community_of(actor)
    path = await path_of(community.id, raising.place_id)
    words = words_from(raising, path)
    check_contact(raising)
    check_choices(raising)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        bringer = await _bringer(actor, community.id, raising, channel)
        demand = await _write(entry, community, raising, words, bringer, channel)
        entry.answer["demand"] = str(demand.id)
    return demand


@journal.shielded
async def raise_from_outside(community: UUID, raising: Raising, *, at: datetime) -> Demand:
    """Put on the list what another program sends; nobody of the community stands behind it yet.
    The caller has checked that program's key."""
    row = await require_row(community)
    words = words_from(raising, longest_description=LONGEST_OUTSIDE)
    check_choices(raising)
    bringer = _Bringer(person=None, household=None, name=raising.contact, is_staff=False)
    async with journal.record(community, actor=None, at=at) as entry:
        return await _write(entry, row, raising, words, bringer, Channel.OPEN311)


async def path_of(community: UUID, place: UUID | None) -> str:
    """Raises FIELD_INVALID for a place of another community."""
    if place is None:
        return ""
    found = await Place.get_or_none(id=place, community_id=community)
    if found is None:
        raise Refusal(Code.FIELD_INVALID, field=N_("地点"))
    return str(found.path)


async def _bringer(actor: Actor, community: UUID, raising: Raising, channel: Channel) -> _Bringer:
    """Raises PERSON_NOT_FOUND for a household of another community, or of nobody."""
    if channel is Channel.RESIDENT or raising.household is None:
        name = raising.contact if channel is not Channel.RESIDENT else ""
        return _Bringer(
            person=actor.person,
            household=actor.household if channel is Channel.RESIDENT else None,
            name=name or actor.name,
            is_staff=channel is not Channel.RESIDENT,
        )
    household = await Household.get_or_none(id=raising.household, community_id=community)
    if household is None or household.representative_id is None:
        raise Refusal(Code.PERSON_NOT_FOUND)
    person = await Person.get(id=household.representative_id)
    name = raising.contact or person.name
    return _Bringer(person=person.id, household=household.id, name=name, is_staff=True)


async def _write(
    entry: journal.Recorder,
    community: Community,
    raising: Raising,
    words: Words,
    bringer: _Bringer,
    channel: Channel,
) -> Demand:
    on = entry.at.astimezone(ZoneInfo(community.zone)).date()
    demand = await Demand.create(
        id=uuid4(),
        community_id=community.id,
        number=(await next_numbers(community, on, 1))[0],
        title=words.title,
        description=words.description,
        domain=await check_domain(community.id, raising.domain),
        place=words.place,
        place_id=raising.place_id,
        source=SOURCES[channel],
        channel=channel.value,
        urgency=raising.urgency,
        raised_on=on,
        contact_name=clean_line(bringer.name)[:60],
        contact_phone=clean_line(raising.phone),
        raised_by_id=bringer.person,
        latitude_micro=raising.latitude_micro,
        longitude_micro=raising.longitude_micro,
        outside_number=raising.outside_number,
        changed_at=entry.at,
        created_at=entry.at,
    )
    if bringer.household is not None and bringer.person is not None:
        await stand_behind(demand.id, bringer.household, bringer.person, entry.at)
        await participation.note(entry, community, [_took(bringer.person, demand)])
    _tell(entry, demand)
    await _keep_photos(entry, demand, raising, is_shown=bringer.is_staff)
    return demand


def _tell(entry: journal.Recorder, demand: Demand) -> None:
    """Its words are for the entitled: it may turn out to be a dispute."""
    raised = DemandRaised(
        demand=demand.id,
        number=demand.number,
        domain=demand.domain,
        channel=demand.channel,
        urgency=demand.urgency,
    )
    entry.tell(raised, subject=f"demand:{demand.id}", restricted={"title": demand.title})


def _took(person: UUID, demand: Demand) -> Took:
    subject = f"demand:{demand.id}"
    return Took(person=person, kind="raised", subject=subject, words=demand.title)


async def _keep_photos(
    entry: journal.Recorder, demand: Demand, raising: Raising, *, is_shown: bool
) -> None:
    for photo in raising.photos:
        await attachments.add(
            entry,
            demand.community_id,
            f"demand:{demand.id}",
            photo,
            phase="before",
            caption="",
            by=entry.actor,
            is_shown=is_shown,
            at=entry.at,
        )


async def next_numbers(community: Community, on: date, count: int) -> list[str]:
    """The next free numbers of a year, such as 2026-014; under the community's lock."""
    prefix = f"{on.year}-"
    rows = await store.read(
        "SELECT number FROM demand WHERE community_id = ? AND number LIKE ?",
        community.id,
        f"{prefix}%",
    )
    tails = [str(row["number"]).removeprefix(prefix) for row in rows]
    last = max((int(tail) for tail in tails if tail.isascii() and tail.isdecimal()), default=0)
    return [f"{prefix}{last + n:03}" for n in range(1, count + 1)]


async def stand_behind(demand: UUID, household: UUID, person: UUID, at: datetime) -> bool:
    """Count a household once, inside the caller's transaction; False when it was counted."""
    rows = await store.read(
        "INSERT INTO support (id, demand_id, household_id, person_id, is_journalled, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        uuid4(),
        demand,
        household,
        person,
        False,
        at,
    )
    if rows:
        await store.read(
            "UPDATE demand SET supporters_signed = supporters_signed + 1 WHERE id = ?"
            " RETURNING supporters_signed",
            demand,
        )
    return bool(rows)


@journal.shielded
async def support(actor: Actor, demand: UUID, *, at: datetime) -> bool:
    """Stand behind a demand, once a household; False when it did already.

    A row and a count: the journal hears of supports in groups (`journal_supports`).
    """
    actor.require(Permission.SUPPORT_DEMAND)
    if actor.household is None:
        raise Refusal(Code.NOT_PERMITTED)
    found = await require_demand(demand)
    actor.check_in(found.community_id)
    if found.is_private:
        raise Refusal(Code.NOT_FOUND)
    check_not_merged(found)
    if found.state not in OPEN:
        raise Refusal(Code.DEMAND_SETTLED)
    return await store.in_one_transaction(
        lambda: stand_behind(demand, _household(actor), actor.present_person(), at)
    )


def _household(actor: Actor) -> UUID:
    if actor.household is None:
        raise Refusal(Code.NOT_PERMITTED)
    return actor.household


async def journal_supports(*, at: datetime) -> None:
    """Journal in one entry a community the supports since the last one."""
    waiting = await store.read(
        "SELECT DISTINCT d.community_id AS id FROM support s"
        " JOIN demand d ON d.id = s.demand_id WHERE s.is_journalled = ?",
        False,
    )
    for community in sorted(store.identities(waiting)):
        await _journal_supports(community, at=at)


@journal.shielded
async def _journal_supports(community: UUID, *, at: datetime) -> None:
    async with journal.record(community, actor=None, at=at) as entry:
        rows = await Support.filter(is_journalled=False, demand__community_id=community)
        if not rows:
            return  # another process has told of them
        await Support.filter(id__in=[row.id for row in rows]).update(is_journalled=True)
        more: dict[str, int] = {}
        for row in rows:
            more[str(row.demand_id)] = more.get(str(row.demand_id), 0) + 1
        entry.tell(DemandsSupported(more=more))
