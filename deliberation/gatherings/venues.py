"""Where people meet: opened, changed, closed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.gatherings.models import Venue
from deliberation.gatherings.rules import VENUE_KINDS
from deliberation.i18n import N_
from deliberation.journal.events import VenueChanged, VenueClosed, VenueOpened
from deliberation.people.models import Organisation
from deliberation.people.organisations import require_present
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of

LONGEST_NAME = 40
LONGEST_ADDRESS = 70
"""Both together fit a meeting's place, with a comma between them."""
MOST_PEOPLE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What is known of a venue; `capacity` in persons, 0: not known. `organisation_id` lends it."""

    name: str
    kind: str = "station"
    address: str = ""
    capacity: int = 0
    has_step_free_way: bool = False
    organisation_id: UUID | None = None


async def require_venue(community: UUID, venue: UUID) -> Venue:
    """Raises NOT_FOUND, for a venue of another community too."""
    found = await Venue.get_or_none(id=venue, community_id=community)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def require_open(community: UUID, venue: UUID) -> Venue:
    """One where people may meet. Raises NOT_FOUND, VENUE_GONE."""
    found = await require_venue(community, venue)
    if found.closed_at is not None:
        raise Refusal(Code.VENUE_GONE, name=found.name)
    return found


async def venues_of(community: UUID) -> Sequence[Venue]:
    """The open ones first, by name."""
    rows = await Venue.filter(community_id=community).order_by("name")
    return sorted(rows, key=lambda venue: venue.closed_at is not None)


async def open_venues(community: UUID) -> Sequence[Venue]:
    return await Venue.filter(community_id=community, closed_at__isnull=True).order_by("name")


def place_words(venue: Venue) -> str:
    """Name and address, as they stand in notices and calendars."""
    return f"{venue.name}，{venue.address}" if venue.address else venue.name


@journal.shielded
async def open_venue(actor: Actor, described: Described, *, at: datetime) -> None:
    """Raises VENUE_NAME_TAKEN, ORGANISATION_LEFT and refusals of the fields."""
    actor.require(Permission.PREPARE)
    community = home_of(actor)
    clean = _cleaned(described)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        await _check_free(community, clean, None)
        venue = await Venue.create(community_id=community, **asdict(clean))
        opened = VenueOpened(
            venue=venue.id, name=venue.name, kind=venue.kind, capacity=venue.capacity
        )
        entry.tell(opened, subject=f"venue:{venue.id}")


@journal.shielded
async def change_venue(actor: Actor, venue: UUID, described: Described, *, at: datetime) -> None:
    """What was noticed before keeps the place as it was called then. Raises VENUE_GONE too."""
    actor.require(Permission.PREPARE)
    community = home_of(actor)
    clean = _cleaned(described)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await require_open(community, venue)
        await _check_free(community, clean, venue)
        changes = {
            name: value for name, value in asdict(clean).items() if getattr(found, name) != value
        }
        if not changes:
            return
        await found.update_from_dict(changes).save(update_fields=list(changes))
        told = {name: str(v) if isinstance(v, UUID) else v for name, v in changes.items()}
        entry.tell(VenueChanged(venue=venue, changes=told), subject=f"venue:{venue}")


@journal.shielded
async def close_venue(actor: Actor, venue: UUID, *, at: datetime) -> None:
    """Not for meetings any more. Raises VENUE_GONE."""
    actor.require(Permission.PREPARE)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        found = await require_open(community, venue)
        found.closed_at = at
        await found.save(update_fields=["closed_at"])
        entry.tell(VenueClosed(venue=venue), subject=f"venue:{venue}")


def _cleaned(described: Described) -> Described:
    clean = Described(
        name=described.name.strip(),
        kind=described.kind,
        address=described.address.strip(),
        capacity=described.capacity,
        has_step_free_way=described.has_step_free_way,
        organisation_id=described.organisation_id,
    )
    if not clean.name:
        raise Refusal(Code.FIELD_MISSING, field=N_("名称"))
    if len(clean.name) > LONGEST_NAME:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("名称"), limit=LONGEST_NAME)
    if len(clean.address) > LONGEST_ADDRESS:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("地址"), limit=LONGEST_ADDRESS)
    if clean.kind not in VENUE_KINDS:
        raise Refusal(Code.FIELD_INVALID, field=N_("类别"))
    if not 0 <= clean.capacity <= MOST_PEOPLE:
        raise Refusal(Code.FIELD_INVALID, field=N_("能坐多少人"))
    return clean


async def _check_free(community: UUID, described: Described, own: UUID | None) -> None:
    """The name is nobody else's, and the organisation is one of ours that is still there."""
    same = await Venue.get_or_none(community_id=community, name=described.name)
    if same is not None and same.id != own:
        raise Refusal(Code.VENUE_NAME_TAKEN, name=described.name)
    if described.organisation_id is not None:
        await require_partner(community, described.organisation_id)


async def require_partner(community: UUID, organisation: UUID) -> Organisation:
    """An organisation that has not left. Raises NOT_FOUND, ORGANISATION_LEFT."""
    found = await require_present(organisation)
    if found.community_id != community:
        raise Refusal(Code.NOT_FOUND)
    return found
