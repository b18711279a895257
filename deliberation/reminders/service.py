"""A person's own messages, and how they want to be reminded by e-mail."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from deliberation import store
from deliberation.errors import Code, Refusal
from deliberation.mail import is_address
from deliberation.people.roles import Actor, Role
from deliberation.reminders import links
from deliberation.reminders.models import Message, Preference
from deliberation.reminders.occasions import (
    FACILITATOR_KINDS,
    LIAISON_KINDS,
    RESIDENT_KINDS,
    Kind,
)

PER_PAGE = 20
COUNTED = 99
"""More unread messages are not counted: the number is only a hint."""
RECENT = timedelta(days=90)
FAILURES_ALLOWED = 3
"""So many letters refused for good, one after another, and an address is given up."""
ASKS_A_DAY = 4
"""Confirmation letters to one address in a day, whoever asks for them."""
RHYTHMS = ("daily", "weekly", "never")
SHOWN_ELSEWHERE = ("ballot", "evaluation")
"""The first page has these by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page of messages, the newest first."""

    messages: Sequence[Message]
    page: int
    has_more: bool


async def unread(person: UUID, *, at: datetime) -> int:
    """Of the last months; asked with every page, so it looks at a hundred rows at most."""
    rows = await store.read(
        "SELECT COUNT(*) AS n FROM (SELECT 1 FROM message WHERE person_id = ? AND made_at >= ?"
        " AND read_at IS NULL AND muted_at IS NULL LIMIT ?) AS some",
        person,
        at - RECENT,
        COUNTED,
    )
    return int(rows[0]["n"])


async def own_messages(actor: Actor, page: int) -> Shown:
    first = max(0, page - 1) * PER_PAGE
    rows = await (
        Message.filter(person_id=actor.present_person())
        .order_by("-made_at", "key")
        .offset(first)
        .limit(PER_PAGE + 1)
    )
    return Shown(messages=rows[:PER_PAGE], page=max(1, page), has_more=len(rows) > PER_PAGE)


async def most_urgent(person: UUID, *, at: datetime) -> Message | None:
    """The unread one whose day comes first; what the first page shows by itself is left out."""
    return await (
        Message.filter(
            person_id=person,
            made_at__gte=at - RECENT,
            read_at=None,
            muted_at=None,
            due_on__gte=at.date(),
        )
        .exclude(kind__in=SHOWN_ELSEWHERE)
        .order_by("due_on", "made_at")
        .first()
    )


async def read_all(actor: Actor, *, at: datetime) -> None:
    mine = Message.filter(person_id=actor.present_person(), read_at=None)
    await mine.update(read_at=at)


async def read_one(actor: Actor, message: UUID, *, at: datetime) -> str:
    """Where its thing is to be seen. Raises NOT_FOUND for what is not their own."""
    found = await Message.get_or_none(id=message, person_id=actor.present_person())
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    await Message.filter(id=message, read_at=None).update(read_at=at)
    return found.link


def kinds_for(actor: Actor) -> list[Kind]:
    """Those that can ever be told to them."""
    kinds: list[Kind] = []
    if actor.household is not None:
        kinds += RESIDENT_KINDS
    if Role.LIAISON in actor.roles:
        kinds += LIAISON_KINDS
    if Role.FACILITATOR in actor.roles:
        kinds += FACILITATOR_KINDS
    return [kind for kind in Kind if kind in kinds] or list(RESIDENT_KINDS)


async def preference_of(person: UUID) -> Preference:
    """As it stands, or as it would be: not stored until something is chosen."""
    found = await Preference.get_or_none(person_id=person)
    return found or Preference(person_id=person)


async def choose(actor: Actor, rhythm: str, wanted: Collection[str]) -> None:
    """How often, and which kinds, of those that concern them. Raises FIELD_INVALID."""
    if rhythm not in RHYTHMS:
        raise Refusal(Code.FIELD_INVALID, field="rhythm")
    unwanted = ",".join(kind for kind in kinds_for(actor) if kind.value not in wanted)
    await store.write(
        "INSERT INTO preference (id, person_id, address, rhythm, unwanted, language, failures)"
        " VALUES (?, ?, '', ?, ?, 'zh', 0) ON CONFLICT (person_id)"
        " DO UPDATE SET rhythm = excluded.rhythm, unwanted = excluded.unwanted",
        [uuid4(), actor.present_person(), rhythm, unwanted],
    )


async def give_address(actor: Actor, address: str, language: str, *, at: datetime) -> None:
    """Letters go there once its owner has confirmed it; the answer is the same whoever else has
    it. Raises ADDRESS_INVALID.

    An address that was asked too often today gets no further letter, and nobody is told.
    """
    if not is_address(address):
        raise Refusal(Code.ADDRESS_INVALID)
    person = actor.present_person()
    former = await Preference.get_or_none(person_id=person)
    if former is not None and former.address == address and is_in_use(former):
        return
    lately = await Preference.filter(address=address, asked_at__gte=at - timedelta(days=1)).count()
    silent = at if lately >= ASKS_A_DAY else None
    await store.write(
        "INSERT INTO preference (id, person_id, address, asked_at, last_mailed_at, language,"
        " rhythm, unwanted, failures) VALUES (?, ?, ?, ?, ?, ?, 'daily', '', 0)"
        " ON CONFLICT (person_id) DO UPDATE SET address = excluded.address, confirmed_at = NULL,"
        " asked_at = excluded.asked_at, last_mailed_at = excluded.last_mailed_at,"
        " language = excluded.language, failures = 0",
        [uuid4(), person, address, at, silent, language],
    )


def is_in_use(preference: Preference) -> bool:
    """Confirmed, and not given up for being refused."""
    return preference.confirmed_at is not None and not is_given_up(preference)


def is_given_up(preference: Preference) -> bool:
    return preference.failures >= FAILURES_ALLOWED


async def forget_address(actor: Actor) -> None:
    """It is deleted, not kept aside; what kinds are wanted stays."""
    await Preference.filter(person_id=actor.present_person()).update(
        address="", confirmed_at=None, asked_at=None, last_mailed_at=None, failures=0
    )


async def preference_behind(
    link: str, purpose: links.Purpose, *, key: bytes, at: datetime
) -> Preference:
    """Whose letter the link came with. Raises LINK_INVALID: not ours, too old, or the address has
    been changed or deleted since."""
    claimed = links.read(link)
    found = await Preference.get_or_none(id=claimed.preference) if claimed else None
    if claimed is None or found is None or not found.address:
        raise Refusal(Code.LINK_INVALID)
    if not links.is_made_for(claimed, key, purpose, found.address, at):
        raise Refusal(Code.LINK_INVALID)
    return found


async def confirm(link: str, *, key: bytes, at: datetime) -> None:
    """Whoever reads the address's letters wants them. Twice is once."""
    found = await preference_behind(link, "confirm", key=key, at=at)
    await Preference.filter(id=found.id, address=found.address, confirmed_at=None).update(
        confirmed_at=at, failures=0
    )


async def stop(link: str, *, key: bytes, at: datetime) -> None:
    """No more letters; the address stays, so that they can be had again."""
    found = await preference_behind(link, "stop", key=key, at=at)
    await Preference.filter(id=found.id).update(rhythm="never")
