"""Facts about people that the other features ask for, and giving roles and accounts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deliberation import journal, store
from deliberation.errors import Code, Refusal
from deliberation.journal.events import CardIssued
from deliberation.people.cards import code_of, new_cards
from deliberation.people.models import (
    Account,
    Card,
    Community,
    Household,
    Organisation,
    Person,
    Unit,
)
from deliberation.people.roles import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person's name and where they live, for masking at the edge."""

    person: UUID
    name: str
    place: str
    is_official: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedCard:
    """What stands on a card."""

    code: str
    name: str
    place: str
    unit: str
    is_representative: bool


async def first_community() -> Community | None:
    """The community that this installation was set up with; None before set-up."""
    first = await Community.filter(level="community").order_by("created_at", "id").first()
    return first or await Community.all().order_by("created_at", "id").first()


async def communities() -> list[Community]:
    """All of them, of every level, the oldest first."""
    return await Community.all().order_by("created_at", "id")


async def require_row(community: UUID) -> Community:
    """A community by its id. Raises NOT_FOUND."""
    found = await Community.get_or_none(id=community)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def lock_row(community: UUID) -> Community:
    """Units of work that write different streams and take from one list are kept apart by the
    community's row: what one takes the other sees."""
    return await Community.filter(id=community).select_for_update(no_key=True).get()


async def community_of(actor: Actor) -> Community:
    """Where the actor belongs. Raises NOT_FOUND for who belongs nowhere."""
    if actor.community is None:
        raise Refusal(Code.NOT_FOUND)
    return await require_row(actor.community)


def home_of(actor: Actor) -> UUID:
    """The id of where the actor belongs. Raises NOT_FOUND for who belongs nowhere."""
    if actor.community is None:
        raise Refusal(Code.NOT_FOUND)
    return actor.community


async def names_of(people: Iterable[UUID]) -> dict[UUID, Named]:
    """Names by person; who holds an office stands in clear in published papers."""
    wanted = list(set(people))
    if not wanted:
        return {}
    marks = ", ".join("?" for _ in wanted)
    rows = await store.read(
        "SELECT p.id, p.name, u.place_path, (SELECT COUNT(*) FROM role_grant g"  # noqa: S608
        " WHERE g.person_id = p.id) AS offices FROM person p"
        " LEFT JOIN household h ON h.id = p.household_id LEFT JOIN unit u ON u.id = h.unit_id"
        f" WHERE p.id IN ({marks})",  # only question marks are put in
        *wanted,
    )
    return {named.person: named for named in map(_named, rows)}


def _named(row: dict[str, object]) -> Named:
    person = store.identity(row["id"])
    assert person is not None  # noqa: S101  a primary key
    return Named(
        person=person,
        name=str(row["name"]),
        place=str(row["place_path"] or ""),
        is_official=bool(row["offices"]),
    )


async def household_areas(community: UUID, *, scope: str = "") -> dict[UUID, int]:
    """The households under a place path (all, when empty) with their areas in 0.01 m²."""
    query = Household.filter(community_id=community)
    if scope:
        query = query.filter(unit__place_path__startswith=scope)
    rows = await query.values_list("id", "unit__area_hundredths")
    return {row[0]: row[1] for row in rows}


async def representatives(households: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """Who casts the vote of each household."""
    rows = await Household.filter(id__in=list(households)).values_list("id", "representative_id")
    return {row[0]: row[1] for row in rows}


async def owners_among(people: Collection[UUID]) -> set[UUID]:
    """Which of these persons own a unit."""
    rows = await store.read(
        "SELECT DISTINCT person_id AS id FROM ownership WHERE person_id AMONG ?",
        store.listed(people),
    )
    return store.identities(rows)


async def count_households(community: UUID) -> int:
    return await Household.filter(community_id=community).count()


async def organisations(community: UUID) -> list[Organisation]:
    return await Organisation.filter(community_id=community).order_by("name")


async def organisation_named(community: UUID, name: str) -> Organisation:
    """The organisation of that name, made when it is new; inside the caller's unit of work.
    Raises ORGANISATION_LEFT."""
    found, _is_new = await Organisation.get_or_create(community_id=community, name=name.strip())
    if found.left_at is not None:
        raise Refusal(Code.ORGANISATION_LEFT, name=found.name)
    return found


async def create_account(person: UUID, login: str, password_hash: str) -> None:
    """A way to sign in by password; inside the caller's unit of work."""
    if await Account.exists(login=login):
        raise Refusal(Code.LOGIN_TAKEN, login=login)
    await Account.create(person_id=person, login=login, password_hash=password_hash)


@journal.shielded
async def issue_card(actor: Actor, person: UUID, *, key: bytes, at: datetime) -> None:
    """A new card for a person; the old one stops working, as after a loss."""
    actor.require(Permission.IMPORT)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        if not await Person.exists(id=person, community_id=community):
            raise Refusal(Code.NOT_FOUND)
        await Card.filter(person_id=person).update(is_revoked=True)
        taken = set(await Card.all().values_list("lookup", flat=True))
        await Card.bulk_create(new_cards(key, [person], {str(t) for t in taken}, at))
        entry.tell(CardIssued(person=person), subject=f"person:{person}")


async def printed_cards(actor: Actor, *, key: bytes, place: str = "") -> list[PrintedCard]:
    """The cards in force, by place and unit, for printing."""
    actor.require(Permission.IMPORT)
    community = home_of(actor)
    query = Card.filter(is_revoked=False, person__community_id=community)
    rows = await query.values(
        "id",
        "serial",
        "person_id",
        name="person__name",
        place="person__household__unit__place_path",
        unit="person__household__unit__label",
        representative="person__household__representative_id",
    )
    made = [_printed(key, row) for row in rows if str(row["place"] or "").startswith(place)]
    return sorted(made, key=lambda card: (card.place, card.unit, not card.is_representative))


def _printed(key: bytes, row: dict[str, object]) -> PrintedCard:
    card, serial = row["id"], row["serial"]
    assert isinstance(card, UUID)  # noqa: S101  the types of the columns
    assert isinstance(serial, int)  # noqa: S101
    return PrintedCard(
        code=code_of(key, card, serial),
        name=str(row["name"]),
        place=str(row["place"] or ""),
        unit=str(row["unit"] or ""),
        is_representative=row["representative"] == row["person_id"],
    )


async def unit_label(household: UUID) -> str:
    """The door of a household, for its own eyes and the staff's."""
    found = await Unit.filter(households__id=household).first()
    return f"{found.place_path} {found.label}".strip() if found else ""
