"""Who took part in what: attended, spoke, raised, helped. Never how somebody voted, nor whether."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from deliberation import journal, store
from deliberation.errors import Code, Refusal
from deliberation.gatherings.models import Participation
from deliberation.i18n import N_
from deliberation.journal.events import HelpNoted, HelpWithdrawn
from deliberation.people.finding import Named, person_named
from deliberation.people.models import Community, Household, Person
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import community_of

KINDS = ("attended", "spoke", "raised", "helped")
LONGEST_WORDS = 120
SETTLED = timedelta(seconds=10)
"""What was noted later than this ago waits: an act that began earlier may still be committing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """A person's part in a subject such as `meeting:…`; `words` name it for a reader."""

    person: UUID
    kind: str
    subject: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A row of the feed; `position` is where the next page goes on."""

    person: UUID
    household: UUID | None
    kind: str
    subject: str
    words: str
    happened_on: date
    position: str


async def note(entry: journal.Recorder, community: Community, took: Iterable[Took]) -> None:
    """Write down who took part, inside the caller's unit of work; each part once."""
    on = entry.at.astimezone(ZoneInfo(community.zone)).date()
    listed = list({(one.person, one.kind, one.subject): one for one in took}.values())
    people = await Person.filter(id__in=[one.person for one in listed])
    homes = {person.id: person.household_id for person in people}
    rows = [_row(community.id, one, homes.get(one.person), on, entry.at) for one in listed]
    await Participation.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _row(
    community: UUID, took: Took, household: UUID | None, on: date, at: datetime
) -> Participation:
    return Participation(
        id=uuid4(),
        community_id=community,
        person_id=took.person,
        household_id=household,
        kind=took.kind,
        subject=took.subject,
        words=took.words[:LONGEST_WORDS],
        happened_on=on,
        noted_at=at,
    )


@journal.shielded
async def note_help(
    actor: Actor, named: Named, words: str, on: date, *, key: bytes, at: datetime
) -> None:
    """Staff note that somebody helped, with what. Who it was is for the entitled only.

    Raises PERSON_NOT_FOUND, CARD_MISTYPED, CARD_UNKNOWN, FIELD_MISSING, FIELD_INVALID (a day to
    come).
    """
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    said = _said(words)
    if on > at.astimezone(ZoneInfo(community.zone)).date():
        raise Refusal(Code.FIELD_INVALID, field=N_("哪一天"))
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        person = await person_named(community.id, named, key)
        if person is None:
            raise Refusal(Code.PERSON_NOT_FOUND)
        home = (await Person.get(id=person)).household_id
        made = uuid4()
        took = Took(person=person, kind="helped", subject=f"help:{made}", words=said)
        row = _row(community.id, took, home, on, at)
        await row.save(force_create=True)
        noted = HelpNoted(participation=row.id, happened_on=on)
        private = {"person": str(person), "words": said}
        entry.tell(noted, subject=f"participation:{row.id}", restricted=private)


async def help_lately(community: UUID, limit: int = 10) -> Sequence[Participation]:
    """What help staff noted, the latest first: to take one back. Only its days are for staff."""
    rows = Participation.filter(community_id=community, kind="helped")
    return await rows.order_by("-noted_at", "id").limit(limit)


@journal.shielded
async def take_back_help(actor: Actor, participation: UUID, *, at: datetime) -> None:
    """What was noted by mistake is gone; what a points scheme has read, it has read.

    Raises NOT_FOUND.
    """
    actor.require(Permission.PREPARE)
    community = await community_of(actor)
    async with journal.record(
        community.id, actor=actor.person, within=actor.community, at=at
    ) as entry:
        row = await Participation.get_or_none(
            id=participation, community_id=community.id, kind="helped"
        )
        if row is None:
            raise Refusal(Code.NOT_FOUND)
        await row.delete()
        entry.tell(HelpWithdrawn(participation=row.id), subject=f"participation:{row.id}")


def _said(words: str) -> str:
    if not words.strip():
        raise Refusal(Code.FIELD_MISSING, field=N_("帮了什么忙"))
    if len(words.strip()) > LONGEST_WORDS:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("帮了什么忙"), limit=LONGEST_WORDS)
    return words.strip()


async def own_record(person: UUID, *, page: int, size: int) -> tuple[Sequence[Participation], int]:
    """A person's own, the latest first, and how many there are."""
    query = Participation.filter(person_id=person)
    rows = (
        await query.order_by("-happened_on", "-noted_at", "id")
        .offset((page - 1) * size)
        .limit(size)
    )
    return rows, await query.count()


async def counts_of_person(person: UUID) -> dict[str, int]:
    return await _counts("person_id = ?", person)


async def counts_of_household(actor: Actor) -> dict[str, int] | None:
    """By kind, for who represents the household; None for anybody else."""
    if actor.household is None or actor.person is None:
        return None
    home = await Household.get_or_none(id=actor.household, representative_id=actor.person)
    return await _counts("household_id = ?", home.id) if home is not None else None


async def counts_of_community(community: UUID, year: int) -> dict[str, int]:
    """By kind, in a year: all that staff see."""
    begins, ends = date(year, 1, 1), date(year, 12, 31)
    where = "community_id = ? AND happened_on >= ? AND happened_on <= ?"
    return await _counts(where, community, begins, ends)


async def _counts(where: str, *values: object) -> dict[str, int]:
    rows = await store.read(
        "SELECT kind, COUNT(*) AS n FROM participation"  # noqa: S608  one of those above
        f" WHERE {where} GROUP BY kind",
        *values,
    )
    found = {str(row["kind"]): int(row["n"]) for row in rows}
    return {kind: found.get(kind, 0) for kind in KINDS}


async def is_hidden(person: UUID) -> bool:
    return await Person.exists(id=person, is_participation_hidden=True)


@journal.shielded
async def hide(actor: Actor, is_hidden: bool) -> None:
    """Whether the points scheme gets one's own record; nobody is told who hides."""
    person = actor.present_person()

    async def change() -> None:
        await Person.filter(id=person).update(is_participation_hidden=is_hidden)

    await store.in_one_transaction(change)


async def feed(community: UUID, since: str, *, size: int, at: datetime) -> Sequence[Noted]:
    """What was noted after a position, or from an instant on, in the order of noting; without the
    people who hide theirs. Raises FIELD_INVALID for a `since` that is neither."""
    after, last = _position(since)
    rows = await store.read(
        "SELECT n.id, n.person_id, n.household_id, n.kind, n.subject, n.words, n.happened_on,"
        " n.noted_at FROM participation n JOIN person p ON p.id = n.person_id"
        " WHERE n.community_id = ? AND p.is_participation_hidden = ? AND n.noted_at <= ?"
        " AND (n.noted_at > ? OR (n.noted_at = ? AND n.id > ?))"
        " ORDER BY n.noted_at, n.id LIMIT ?",
        community,
        False,
        at - SETTLED,
        after,
        after,
        last,
        size,
    )
    return [_noted(row) for row in rows]


_FIRST = UUID(int=0)


def _position(since: str) -> tuple[datetime, UUID]:
    """An instant, and after `/` the id of the last row that was read there."""
    text, _slash, row = (since or "1970-01-01T00:00:00Z").partition("/")
    try:
        instant = datetime.fromisoformat(text)
        last = UUID(row) if row else _FIRST
    except ValueError:
        raise Refusal(Code.FIELD_INVALID, field="since") from None
    if instant.tzinfo is None or not 1970 <= instant.year < 9_999:
        raise Refusal(Code.FIELD_INVALID, field="since")  # beyond, zones leave the calendar
    return instant, last


def _noted(row: dict[str, object]) -> Noted:
    identity, person = store.identity(row["id"]), store.identity(row["person_id"])
    assert person is not None  # noqa: S101  a column that is never null
    happened = row["happened_on"]
    noted = store.instant(row["noted_at"])
    return Noted(
        person=person,
        household=store.identity(row["household_id"]),
        kind=str(row["kind"]),
        subject=str(row["subject"]),
        words=str(row["words"]),
        happened_on=happened if isinstance(happened, date) else date.fromisoformat(str(happened)),
        position=f"{noted.isoformat()}/{identity}",
    )
